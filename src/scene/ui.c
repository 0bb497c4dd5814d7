/* The reader's way through the screens: a stack of them, with the list, the replay and the packet behind it.
 *
 * Actions and ticks change this state; laying out fits it to the size of the screen and to what the model holds by now;
 * drawing only reads it. */
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SURVEY_CHECK (400 * WS_MILLISECOND)
#define AGES_CHANGE WS_SECOND

const char *ws_action_name(enum ws_action action)
{
	static const char *const names[] = {
#define X(name, word, meaning) [name] = (word),
	        WS_ACTIONS(X)
#undef X
	};
	return action < WS_ACTION_COUNT ? names[action] : "none";
}

const char *ws_action_meaning(enum ws_action action)
{
	static const char *const meanings[] = {
#define X(name, word, meaning) [name] = (meaning),
	        WS_ACTIONS(X)
#undef X
	};
	return action < WS_ACTION_COUNT ? meanings[action] : "";
}

struct ws_ui *ws_ui_create(const struct ws_ui_options *options, struct ws_error *error)
{
	struct ws_ui *ui = calloc(1, sizeof(*ui));
	if (!ui) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	ui->options = *options;
	ui->replay.speed = options->speed > 0 ? options->speed : 1;
	ui->replay.idle = options->idle > 0 ? options->idle : WS_SECOND;
	ui->columns = 80;
	ui->rows = 24;
	ui->stream.only = -1;
	ui->stream.loaded.piece = SIZE_MAX;
	ui_open(ui, options->screen);
	if (options->filter && !list_filter_start(&ui->list, options->filter, error)) {
		ws_ui_free(ui);
		return NULL;
	}
	if (options->play)
		ui->timeline = (struct timeline){.past = true, .playing = true, .frame = 1};
	return ui;
}

void ws_ui_free(struct ws_ui *ui)
{
	if (!ui)
		return;
	replay_close(&ui->replay);
	list_free(&ui->list);
	hosts_free(&ui->hosts);
	packet_free(&ui->packet);
	stream_free(&ui->stream);
	udp_free(&ui->udp);
	free(ui);
}

enum ws_screen ws_ui_screen(const struct ws_ui *ui)
{
	return ui->stack[ui->depth - 1];
}

void ui_open(struct ws_ui *ui, enum ws_screen screen)
{
	if (ui->depth == UI_DEPTH)
		return;
	ui->stack[ui->depth++] = screen;
	if (screen == WS_SCREEN_HELP)
		ui->help_top = 0;
}

/* Back to a screen that led here, or on to it. */
static bool go_to(struct ws_ui *ui, enum ws_screen screen)
{
	for (int i = 0; i < ui->depth; i++) {
		if (ui->stack[i] == screen) {
			ui->depth = i + 1;
			return true;
		}
	}
	ui_open(ui, screen);
	return true;
}

/* The bytes of the connection that is selected or shown; from one of its packets on, where it stands at one. */
static bool go_to_stream(struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_step step;
	bool from_list = ws_ui_screen(ui) == WS_SCREEN_LIST;
	ws_conn_id id = from_list ? list_at(&ui->list, model->tracker, ui->list.place) : ui->replay.conn;
	if (ui->packet.alone || !id || (from_list && !replay_open(ui, model, id)))
		return false;
	if (!stream_open(ui, model))
		return false;
	bool stands = !from_list && replay_step(&ui->replay, ui->replay.step, &step);
	ui->stream.seek = stands ? step.input.frame : 0;
	return go_to(ui, WS_SCREEN_STREAM);
}

bool ui_leave(struct ws_ui *ui)
{
	if (ui->depth <= 1)
		return false;
	if (ws_ui_screen(ui) == WS_SCREEN_PACKET)
		ui->packet.alone = false;
	ui->depth--;
	return true;
}

/* Another tracker holds the world now: nothing that was read from the one before may be used again. */
static void snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	replay_snapshot_changed(ui, model);
	stream_leave(&ui->stream);
	ui->udp.conversation = 0;
	ui->arp.net_guessed = 0;
	ui->statistics = (struct statistics_view){0};
}

bool ws_ui_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	enum ws_screen screen = ws_ui_screen(ui);
	switch (action) {
	case WS_ACT_NONE:
	case WS_ACT_QUIT:
	case WS_ACT_MOUSE:
		return false;
	case WS_ACT_BACK:
		if (screen == WS_SCREEN_LIST && list_filter_clear(ui, model))
			return true;
		return ui_leave(ui);
	case WS_ACT_HELP:
		if (screen == WS_SCREEN_HELP)
			return ui_leave(ui);
		ui_open(ui, WS_SCREEN_HELP);
		return true;
	case WS_ACT_LESSON_NEXT:
	case WS_ACT_LESSON_BACK:
		return lesson_act(ui, model, action);
	default:
		break;
	}
	if (!ui_applies(action, screen))
		return false;
	if (ui->tracker != model->tracker)
		snapshot_changed(ui, model);
	switch (action) {
	case WS_ACT_STREAM:
		return go_to_stream(ui, model);
	case WS_ACT_UDP:
		return go_to(ui, WS_SCREEN_UDP);
	case WS_ACT_ARP:
		return go_to(ui, WS_SCREEN_ARP);
	case WS_ACT_STATISTICS:
		return go_to(ui, WS_SCREEN_STATISTICS);
	case WS_ACT_EXPORT:
		return file_request_ask_connection(ui, model);
	default:
		break;
	}
	if (timeline_act(ui, model, action))
		return true;
	switch (screen) {
	case WS_SCREEN_LIST:
		return list_act(ui, model, action);
	case WS_SCREEN_HOSTS:
		return hosts_act(ui, model, action);
	case WS_SCREEN_LIFELINES:
	case WS_SCREEN_DIAGRAM:
		return replay_act(ui, model, action);
	case WS_SCREEN_PACKET:
		return packet_act(ui, model, action);
	case WS_SCREEN_STREAM:
		return stream_act(ui, model, action);
	case WS_SCREEN_UDP:
		return udp_act(ui, model, action);
	case WS_SCREEN_DATAGRAMS:
		return datagrams_act(ui, model, action);
	case WS_SCREEN_ARP:
		return arp_act(ui, model, action);
	case WS_SCREEN_STATISTICS:
		return false;
	case WS_SCREEN_HELP:
	case WS_SCREEN_COUNT:
		break;
	}
	return help_act(ui, action);
}

bool ws_ui_typing(const struct ws_ui *ui)
{
	return ui->prompt.use != NULL;
}

enum { WHEEL_ROWS = 3 };

/* A click selects; a click on what is selected opens it. */
static bool click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	if (row >= ui->rows) /* the lesson's panel */
		return false;
	switch (ws_ui_screen(ui)) {
	case WS_SCREEN_LIST:
		return list_click(ui, model, row);
	case WS_SCREEN_HOSTS:
		return hosts_click(ui, model, row);
	case WS_SCREEN_STREAM:
		return stream_click(ui, model, row);
	case WS_SCREEN_UDP:
		return udp_click(ui, model, row);
	case WS_SCREEN_DATAGRAMS:
		return datagrams_click(ui, model, row);
	case WS_SCREEN_ARP:
		return arp_click(ui, model, row);
	default:
		return false;
	}
}

/* In the replays the wheel goes through the steps. */
static bool turn_wheel(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	const bool replay = ws_ui_screen(ui) == WS_SCREEN_LIFELINES || ws_ui_screen(ui) == WS_SCREEN_DIAGRAM;
	bool changed = false;
	for (int i = 0; i < (replay ? 1 : WHEEL_ROWS); i++)
		changed |= ws_ui_act(ui, model, action);
	return changed;
}

bool ws_ui_key(struct ws_ui *ui, const struct ws_model *model, const struct ws_key *key)
{
	const bool message_cleared = file_request_clear_message(ui);
	switch (key->kind) {
	case WS_KEY_ACTION:
		return ws_ui_act(ui, model, key->action) || message_cleared;
	case WS_KEY_EDIT:
		return prompt_edit(ui, model, key->edit, key->character);
	case WS_KEY_CLICK:
		return !ui->prompt.use && click(ui, model, key->row);
	case WS_KEY_WHEEL_UP:
	case WS_KEY_WHEEL_DOWN:
		return !ui->prompt.use && turn_wheel(ui, model, key->kind == WS_KEY_WHEEL_UP ? WS_ACT_UP : WS_ACT_DOWN);
	case WS_KEY_NONE:
		break;
	}
	return false;
}

void ws_ui_tick(struct ws_ui *ui, const struct ws_model *model, ws_time clock)
{
	ws_time elapsed = ui->clock ? clock - ui->clock : 0;
	ui->clock = clock;
	if (ui->tracker != model->tracker)
		snapshot_changed(ui, model);
	if (elapsed > 0)
		timeline_tick(ui, model, elapsed);
	if (ws_ui_screen(ui) == WS_SCREEN_LIST) {
		list_survey_slice(&ui->list, model, clock);
		list_search_slice(ui, model);
	}
	if (ws_ui_screen(ui) == WS_SCREEN_HOSTS)
		hosts_slice(&ui->hosts, model, clock);
	if ((ws_ui_screen(ui) == WS_SCREEN_LIFELINES || ws_ui_screen(ui) == WS_SCREEN_DIAGRAM) && elapsed > 0)
		replay_tick(ui, model, elapsed);
	if (ws_ui_screen(ui) == WS_SCREEN_STATISTICS)
		statistics_tick(ui, model, clock);
	lesson_tick(ui, model);
}

bool ws_ui_busy(const struct ws_ui *ui)
{
	switch (ws_ui_screen(ui)) {
	case WS_SCREEN_LIST:
		return ui->list.survey.phase != LIST_RESTS || ui->list.search.running;
	case WS_SCREEN_HOSTS:
		return ui->hosts.running;
	default:
		return false;
	}
}

ws_time ws_ui_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	if (ui->timeline.past && ui->timeline.playing)
		return 0;
	switch (ws_ui_screen(ui)) {
	case WS_SCREEN_LIST:
		if (ui->list.search.running)
			return 0;
		if (ui->list.survey.news || ws_ui_busy(ui))
			return list_survey_next_change(&ui->list, ui->clock);
		if (list_survey_due(&ui->list, model))
			return SURVEY_CHECK;
		return model->live ? AGES_CHANGE : WS_TIME_NEVER;
	case WS_SCREEN_HOSTS:
		if (ws_ui_busy(ui))
			return 0;
		return hosts_due(&ui->hosts, model) ? SURVEY_CHECK : WS_TIME_NEVER;
	case WS_SCREEN_LIFELINES:
	case WS_SCREEN_DIAGRAM:
		return replay_next_change(ui, model);
	case WS_SCREEN_STREAM:
		return stream_growing(ui) ? 0 : WS_TIME_NEVER;
	case WS_SCREEN_STATISTICS:
		return statistics_next_change(ui, model);
	default:
		return WS_TIME_NEVER;
	}
}

void ws_ui_select(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn, uint64_t frame)
{
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, conn, &info))
		return;
	ui->list.selected = info.number;
	list_find(&ui->list, model->tracker);
	if (!replay_open(ui, model, conn))
		return;
	replay_scan(&ui->replay, model, SIZE_MAX);
	ui->replay.follow = frame == 0;
	ui->stream.seek = frame;
	if (frame && ui->replay.steps)
		replay_stand(&ui->replay, ws_replay_find_frame(ui->replay.steps, frame));
}

/* The lesson's panel is below the scene; the help has the screen for itself. */
static bool has_panel(const struct ws_ui *ui)
{
	return ui->lesson.lesson && ws_ui_screen(ui) != WS_SCREEN_HELP;
}

static bool too_small(const struct ws_ui *ui, int columns, int rows)
{
	return columns < UI_MIN_COLUMNS || rows < UI_MIN_ROWS || (has_panel(ui) && lesson_too_small(columns, rows));
}

/* Lifelines and packet need a connection: where none was chosen yet, the list's. */
static void need_replay(struct ws_ui *ui, const struct ws_model *model)
{
	ws_conn_id conn = list_at(&ui->list, model->tracker, ui->list.place);
	if (!ui->replay.conn && ui->replay.number) {
		if (replay_reopen(ui, model))
			replay_stand(&ui->replay, SIZE_MAX);
		return;
	}
	if (!ui->replay.conn && !ui->packet.alone && conn && replay_open(ui, model, conn))
		ui->replay.follow = true;
}

void ws_ui_layout(struct ws_ui *ui, const struct ws_model *model, int columns, int rows)
{
	ui->columns = columns;
	ui->rows = rows;
	if (ui->tracker != model->tracker)
		snapshot_changed(ui, model);
	if (too_small(ui, columns, rows))
		return;
	if (has_panel(ui))
		ui->rows = lesson_layout(ui, columns, rows);
	switch (ws_ui_screen(ui)) {
	case WS_SCREEN_LIST:
		list_layout(ui, model);
		break;
	case WS_SCREEN_HOSTS:
		hosts_layout(ui, model);
		break;
	case WS_SCREEN_LIFELINES:
	case WS_SCREEN_DIAGRAM:
		need_replay(ui, model);
		replay_layout(ui, model);
		break;
	case WS_SCREEN_PACKET:
		need_replay(ui, model);
		packet_layout(ui, model);
		break;
	case WS_SCREEN_STREAM:
		need_replay(ui, model);
		stream_layout(ui, model);
		break;
	case WS_SCREEN_UDP:
		udp_layout(ui, model);
		break;
	case WS_SCREEN_DATAGRAMS:
		datagrams_layout(ui, model);
		break;
	case WS_SCREEN_ARP:
		arp_layout(ui, model);
		break;
	case WS_SCREEN_STATISTICS:
		statistics_layout(ui, model);
		break;
	default:
		break;
	}
}

static void draw_too_small(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	char sentence[128], line[128];
	int columns = UI_MIN_COLUMNS, rows = UI_MIN_ROWS;
	if (has_panel(ui))
		lesson_least(&columns, &rows);
	snprintf(sentence, sizeof(sentence), "%s needs %dx%d or more; this terminal is %dx%d. q quits.",
	         has_panel(ui) ? "A lesson" : "wirestate", columns, rows, canvas->columns, canvas->rows);
	for (int row = 0; draw_wrap(sentence, canvas->columns, row, line, sizeof(line)); row++)
		ws_canvas_text(canvas, row, 0, canvas->columns, WS_STYLE_NORMAL, line);
}

/* Where the timeline stands, over the end of the title of a screen that does not say it itself. */
static void draw_timeline(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const enum ws_screen screen = ws_ui_screen(ui);
	char words[128];
	struct ws_text text = WS_TEXT_OVER(words);
	if (screen == WS_SCREEN_LIST || screen == WS_SCREEN_LIFELINES || screen == WS_SCREEN_DIAGRAM)
		return;
	if (ui->lesson.lesson && !lesson_is_away(ui)) /* the stop says where it is */
		return;
	ws_text_puts(&text, "  ");
	if (timeline_text(ui, model, &text))
		draw_right(canvas, 0, canvas->columns / 3, canvas->columns - 1, WS_STYLE_WARN, ws_text_cstr(&text));
}

/* What is wrong with the capture, above the keys; the list has its own place for it. */
static void draw_notice(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	if (!model->notice || ws_ui_screen(ui) == WS_SCREEN_LIST)
		return;
	const int row = canvas->rows - 2;
	const int end = draw_cut(canvas, row, 1, canvas->columns - 1, WS_STYLE_WARN, model->notice);
	ws_canvas_put(canvas, row, 0, WS_STYLE_NORMAL, ' ');
	ws_canvas_put(canvas, row, end, WS_STYLE_NORMAL, ' ');
}

static void draw_scene(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	switch (ws_ui_screen(ui)) {
	case WS_SCREEN_LIST:
		list_draw(ui, model, canvas);
		break;
	case WS_SCREEN_HOSTS:
		hosts_draw(ui, model, canvas);
		break;
	case WS_SCREEN_LIFELINES:
		lifelines_draw(ui, model, canvas);
		break;
	case WS_SCREEN_DIAGRAM:
		diagram_draw(ui, model, canvas);
		break;
	case WS_SCREEN_PACKET:
		packet_draw(ui, model, canvas);
		break;
	case WS_SCREEN_STREAM:
		stream_draw(ui, model, canvas);
		break;
	case WS_SCREEN_UDP:
		udp_draw(ui, model, canvas);
		break;
	case WS_SCREEN_DATAGRAMS:
		datagrams_draw(ui, model, canvas);
		break;
	case WS_SCREEN_ARP:
		arp_draw(ui, model, canvas);
		break;
	case WS_SCREEN_STATISTICS:
		statistics_draw(ui, model, canvas);
		break;
	case WS_SCREEN_HELP:
	case WS_SCREEN_COUNT:
		help_draw(ui, canvas);
		break;
	}
	draw_timeline(ui, model, canvas);
	draw_notice(ui, model, canvas);
}

void ws_ui_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	ws_canvas_clear(canvas);
	if (too_small(ui, canvas->columns, canvas->rows)) {
		draw_too_small(ui, canvas);
		return;
	}
	if (has_panel(ui)) {
		struct ws_canvas scene = lesson_scene(ui, canvas);
		draw_scene(ui, model, &scene);
		lesson_draw(ui, canvas);
	} else {
		draw_scene(ui, model, canvas);
	}
	file_request_draw(ui, canvas);
	if (ui->prompt.use)
		prompt_draw(&ui->prompt, canvas);
}
