/* What the lifelines and the state diagram have in common: which step is shown, the states and their certainty,
 * the names of the endpoints, and the words for a segment. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/share_bar.h"
#include "track/why.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

#define LATE_LEAST (500 * WS_MILLISECOND)

bool layout_is_server(const struct layout *layout, int endpoint)
{
	int client = layout->roles_known ? layout->info.client
	                                 : layout->left; /* swapping sides changes a guess, not a fact */
	return endpoint != client;
}

const char *layout_name(const struct layout *layout, int endpoint)
{
	return layout_is_server(layout, endpoint) ? _("server") : _("client");
}

void layout_segment(const struct layout *layout, const struct ws_step *step, int left_out, struct ws_text *text)
{
	const struct ws_segment *input = &step->input;
	bool absolute = layout->ui->replay.absolute;
	char names[64];
	struct ws_text flags = WS_TEXT_OVER(names);
	ws_tcp_flags_text(&flags, input->flags, false);
	/* Beside data and its marks, that it has PSH and ACK says least. */
	const bool plain = !(input->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_URG)) && input->length;
	const bool nameless = left_out > 3 && plain;
	for (size_t i = 0; i < flags.length && !nameless; i++)
		if (names[i] != ' ')
			ws_text_putc(text, names[i]);
	bool numbered = input->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST) || input->length ||
	                step->analysis & 1u << WS_ANALYSIS_KEEP_ALIVE;
	if (numbered)
		ws_text_printf(text, "%sseq %u", nameless ? "" : " ",
		               absolute ? input->sequence : step->relative_sequence);
	if (input->flags & WS_TCP_ACK && left_out < (input->length ? 3 : 5))
		ws_text_printf(text, " ack %u", absolute ? input->acknowledgment : step->relative_acknowledgment);
	if (input->length)
		ws_text_printf(text, " len %u", input->length);
	if ((input->flags & WS_TCP_SYN && left_out < 2) || !input->window)
		ws_text_printf(text, " win %u", input->window);
	if (input->flags & WS_TCP_SYN && input->mss && left_out < 1)
		ws_text_printf(text, " mss %u", input->mss);
}

void layout_event(const struct layout *layout, const struct ws_step *step, struct ws_text *text)
{
	const char *name = layout_name(layout, step->input.direction);
	switch (step->input.kind) {
	case WS_INPUT_EXPIRY:
		ws_text_printf(text, _("TIME_WAIT of the %s is over"), name);
		break;
	case WS_INPUT_ACCEPTED:
		ws_text_puts(text, _("what had a bad checksum was good"));
		break;
	case WS_INPUT_UNREACHABLE:
		ws_text_printf(text, _("ICMP error about the %s's segment"), name);
		break;
	case WS_INPUT_TOO_LARGE:
		if (step->input.window)
			ws_text_printf(text, _("ICMP: %1$s's segment exceeds MTU %2$u"), name, step->input.window);
		else
			ws_text_printf(text, _("ICMP: %s's segment is too large"), name);
		break;
	case WS_INPUT_SUPERSEDED:
		ws_text_puts(text, _("a new connection takes over these ports"));
		break;
	case WS_INPUT_DISOWNED:
		ws_text_printf(text, _("the %s never sent this SYN"), name);
		break;
	default:
		break;
	}
}

/* How long ago the segment that flies now was captured, where that is worth saying. */
static void title_lateness(const struct layout *layout, struct ws_text *text)
{
	const ws_time late = layout->model->now - layout->step.input.time;
	if ((!layout->arrived || layout->has_next) && late >= LATE_LEAST)
		/* TRANSLATORS: after "▶ live", in the title line. */
		ws_text_printf(text, _(", shown %.1f s late"), (double)late / (double)WS_SECOND);
}

void layout_title(const struct layout *layout, struct ws_canvas *canvas)
{
	const struct replay *replay = &layout->ui->replay;
	char right[192];
	const char *mode = replay->playing     ? _("▶ playing")
	                   : replay->stepping  ? _("▶ one step")
	                   : replay->backwards ? _("one step back")
	                                       : _("paused");
	const bool live = replay->follow && layout->model->running && !layout->model->past;
	if (replay->follow && layout->model->running)
		mode = live ? _("▶ live") : _("▶ following");
	struct ws_text text = WS_TEXT_OVER(right);
	const char *point = ui_point_name(layout->model, layout->step.point);
	if (!layout->step.input.frame)
		ws_text_puts(&text, _("no packet")); /* only time has passed */
	else if (point) /* TRANSLATORS: the number of a frame, and the name of the point that captured it */
		ws_text_printf(&text, _("frame %llu of %s"), (unsigned long long)layout->step.input.frame, point);
	else
		ws_text_printf(&text, _("frame %llu"), (unsigned long long)layout->step.input.frame);
	ws_text_printf(&text, _("  step %zu/%zu  %s"), layout->shown + 1, layout->count, mode);
	if (live)
		title_lateness(layout, &text);
	else
		replay_speed_text(replay, &text);
	if (replay->loop)
		ws_text_puts(&text, _("  loop"));
	if (canvas->columns >= 90) {
		char longest[32];
		struct ws_text idle = WS_TEXT_OVER(longest);
		draw_duration(&idle, replay->idle);
		ws_text_printf(&text, _("  pauses up to %s"), ws_text_cstr(&idle));
	}
	int limit = draw_right(canvas, 0, 1, canvas->columns - 1, WS_STYLE_NORMAL, ws_text_cstr(&text));
	char title[256];
	struct ws_text left = WS_TEXT_OVER(title);
	ws_text_printf(&left, _("Connection %llu"), (unsigned long long)layout->info.number);
	problems_words(replay, &left);
	if (layout->ui->options.lab_title) {
		ws_text_puts(&left, "  ");
		ws_text_clean(&left, layout->ui->options.lab_title, strlen(layout->ui->options.lab_title));
	}
	if (layout->info.previous)
		ws_text_printf(&left, _(" (the same ports as %llu)"), (unsigned long long)layout->info.previous);
	if (layout->info.tunnel) {
		char buffer[96];
		struct ws_text tunnel = WS_TEXT_OVER(buffer);
		ws_tunnel_words(&tunnel, layout->info.tunnel, layout->info.tunnel_id);
		/* TRANSLATORS: the tunnel that the connection's packets come in, such as "VXLAN 42" */
		ws_text_printf(&left, _("  in %s"), ws_text_cstr(&tunnel));
	}
	ws_text_puts(&left, "  ");
	if (layout->info.said.http_request) {
		ws_said_words(&left, &layout->info.said);
		ws_text_puts(&left, "  ");
	}
	timeline_text(layout->ui, layout->model, &left);
	int end = draw_cut(canvas, 0, 1, limit - 2, WS_STYLE_TITLE, ws_text_cstr(&left));
	ws_canvas_paint(canvas, 0, 1, end - 1, WS_STYLE_TITLE, WS_BOLD);
}

void layout_names(const struct layout *layout, struct ws_canvas *canvas, int row, int column, int columns)
{
	const char *unsure = layout->roles_known ? "" : "?";
	int half = columns / 2 - 2;
	for (int side = 0; side < 2; side++) {
		int endpoint = side ? !layout->left : layout->left;
		const struct ws_endpoint_info *at = &layout->info.endpoint[endpoint];
		char label[128];
		struct ws_text text = WS_TEXT_OVER(label);
		const bool server = layout_is_server(layout, endpoint);
		enum ws_style style = server ? WS_STYLE_SERVER : WS_STYLE_CLIENT;
		ws_text_printf(&text, "%s%s ", server ? _("SERVER") : _("CLIENT"), unsure);
		if (at->name && ui_shows_names(layout->ui))
			draw_host(&text, at->name, (enum ws_name_source)at->name_source, at->port, half - 8);
		else
			draw_endpoint(&text, &at->address, layout->info.ip_version, at->port, half - 8);
		if (at->process) {
			ws_text_puts(&text, " ");
			ws_process_words(&text, at);
		}
		const char *words = ws_text_cstr(&text);
		if (side)
			draw_right(canvas, row, column + columns - 1 - half, column + columns - 1, style, words);
		else
			draw_cut(canvas, row, column + 1, column + 1 + half, style, words);
	}
}

/* In the place of the bar, why there is none. */
static bool draw_why(const struct layout *layout, struct ws_canvas *canvas, int row, int from, int limit)
{
	char buffer[192];
	struct ws_text why = WS_TEXT_OVER(buffer);
	ws_conn_spent_words(&layout->info, &why);
	if (!why.length)
		return false;
	ws_text_putc(&why, ' ');
	draw_cut(canvas, row, from, limit, WS_STYLE_DIM, ws_text_cstr(&why));
	return true;
}

void layout_shares(const struct layout *layout, struct ws_canvas *canvas, int row, int limit)
{
	char words[40];
	struct ws_text text = WS_TEXT_OVER(words);
	const ws_time passed = layout->info.last_time - layout->info.first_time;
	if (passed <= 0)
		return;
	char whole[32];
	struct ws_text duration = WS_TEXT_OVER(whole);
	draw_duration(&duration, passed);
	ws_text_printf(&text, _("TIME %s"), ws_text_cstr(&duration));
	const int from = 1 + ws_columns(ws_text_cstr(&text)) + 1;
	const unsigned client = layout_is_server(layout, 0);
	if (layout->info.shares_known ? !share_bar_draw(canvas, row, from, limit, &layout->info.shares, client)
	                              : !draw_why(layout, canvas, row, from, limit))
		return;
	ws_canvas_put(canvas, row, 0, WS_STYLE_NORMAL, ' ');
	ws_canvas_text(canvas, row, 1, from, WS_STYLE_DIM, words);
	ws_canvas_put(canvas, row, from - 1, WS_STYLE_NORMAL, ' ');
}

/* The states as the replay shows them: the receiver's change when the segment has arrived, and TIME_WAIT ends at
 * the replay's time. */
static void find_states(struct layout *layout)
{
	const struct ws_step *step = &layout->step;
	const struct replay *replay = &layout->ui->replay;
	struct ws_step before = {0};
	if (!layout->arrived && replay->step)
		replay_step(replay, replay->step - 1, &before); /* only of one point */
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		bool after = layout->arrived || endpoint == step->input.direction;
		layout->state[endpoint] = after ? step->after[endpoint] : step->before[endpoint];
		layout->certainty[endpoint] = after ? step->certainty[endpoint] : step->certainty_before[endpoint];
		ws_time end = after ? step->time_wait_end[endpoint] : before.time_wait_end[endpoint];
		layout->wait_end[endpoint] = end;
		if (layout->state[endpoint] == WS_TIME_WAIT && end && layout->time >= end) {
			layout->state[endpoint] = WS_CLOSED;
			layout->certainty[endpoint] = WS_ASSUMED;
		}
	}
}

/* When a capture ends before a TIME_WAIT, the replay goes on until that is over. No packet and no record shows it; the
 * step that is explained then is the one that the timer would have caused. */
static void end_wait(struct layout *layout)
{
	struct ws_step *step = &layout->step;
	if (layout->has_next || !layout->arrived)
		return;
	for (uint8_t endpoint = 0; endpoint < 2; endpoint++) {
		const ws_time end = step->time_wait_end[endpoint];
		if (step->after[endpoint] != WS_TIME_WAIT || layout->state[endpoint] != WS_CLOSED)
			continue;
		step->input = (struct ws_segment){
		        .kind = WS_INPUT_EXPIRY, .time = end, .direction = endpoint, .position = WS_POSITION_NONE};
		layout->waited = true;
		step->transition[0] = (struct ws_transition){.endpoint = endpoint,
		                                             .from = WS_TIME_WAIT,
		                                             .to = WS_CLOSED,
		                                             .basis = WS_BASIS_TIMER,
		                                             .certainty = WS_ASSUMED,
		                                             .why = WS_WHY_TIMER};
		step->transition_count = 1;
		step->analysis = 0;
	}
}

bool layout_step(const struct ws_ui *ui, const struct ws_model *model, size_t index, struct layout *layout)
{
	const struct replay *replay = &ui->replay;
	*layout =
	        (struct layout){.ui = ui, .model = model, .count = replay_count(replay), .arrived = true, .told = true};
	if (!ws_tracker_conn(model->tracker, replay->conn, &layout->info) ||
	    ws_conn_key(&layout->info) != replay->number || !replay_step(replay, index, &layout->step))
		return false;
	layout->has_next = replay_step(replay, index + 1, &layout->next);
	layout->whole = ways_whole(replay, &layout->step);
	layout->shown = index;
	layout->left = replay_left(replay, &layout->info);
	layout->roles_known = layout->info.client != WS_ROLE_UNKNOWN;
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		layout->state[endpoint] = layout->step.after[endpoint];
		layout->certainty[endpoint] = layout->step.certainty[endpoint];
	}
	return true;
}

bool layout_compose(const struct ws_ui *ui, const struct ws_model *model, int columns, struct layout *layout)
{
	const struct replay *replay = &ui->replay;
	if (!layout_step(ui, model, replay_shown_step(replay), layout))
		return false;
	layout->arrived = replay_arrived(replay, &layout->step);
	layout->told = layout->arrived || replay->stepping || replay->backwards || (replay->playing && replay->guided);
	layout->time = replay_time(ui, model, &layout->step, layout->has_next ? &layout->next : NULL);
	layout->columns = columns;
	layout->gutter = columns >= 100 ? 13 : columns >= 80 ? 12 : 9;
	layout->time_width = columns < 60 ? 0 : replay->times == WS_TIMES_DELTA ? 9 : 11;
	layout->line[0] = layout->time_width + layout->gutter + (layout->time_width ? 2 : 1);
	layout->line[1] = columns - layout->gutter - 3;
	find_states(layout);
	calls_prepare(layout);
	end_wait(layout);
	return true;
}

void layout_missing(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	const char *words = ui->replay.steps ? _("The segments of this connection are no longer kept.")
	                                     : _("This connection begins later than the time shown.");
	draw_cut(canvas, 1, 1, canvas->columns, WS_STYLE_WARN, words);
}
