/* Where the time of one connection went: its shares, the largest first; and one share taken apart into the stretches
 * that it is made of, from each of which Enter leads to its packet in the lifelines.
 *
 * The shares are the tracker's. The stretches are made from the connection's history when a share is opened, and again,
 * by and by, when packets have come. Memory is bounded: of very many stretches, the longest are kept. */
#include "scene/lifelines/replay.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/share_bar.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdlib.h>
#include <string.h>

enum { HEAD_ROWS = 4, MOST_SPANS = 65536 };

static void time_free(struct ws_ui *ui)
{
	free(ui->time.span);
}

/* ---- The stretches of the opened share */

static bool is_longer(const struct ws_span *a, const struct ws_span *b)
{
	const ws_time length_a = a->end - a->start, length_b = b->end - b->start;
	return length_a != length_b ? length_a > length_b : a->start < b->start;
}

static int longest_first(const void *left, const void *right)
{
	return is_longer(left, right) ? -1 : is_longer(right, left);
}

static int earliest_first(const void *left, const void *right)
{
	const struct ws_span *a = left, *b = right;
	return a->start < b->start ? -1 : a->start > b->start;
}

static void sort_spans(struct time_view *view)
{
	if (view->span_count)
		qsort(view->span, view->span_count, sizeof(*view->span),
		      view->in_order ? earliest_first : longest_first);
}

/* Makes room for another one: by more memory, or by forgetting the shorter half. */
static bool make_room_for_span(struct time_view *view)
{
	const size_t capacity = view->span_capacity ? 2 * view->span_capacity : 64;
	if (view->span_count < view->span_capacity)
		return true;
	struct ws_span *grown = capacity <= MOST_SPANS ? realloc(view->span, capacity * sizeof(*grown)) : NULL;
	if (grown) {
		view->span = grown;
		view->span_capacity = capacity;
		return true;
	}
	if (!view->span_capacity)
		return false;
	qsort(view->span, view->span_count, sizeof(*view->span), longest_first);
	view->shorter += view->span_count - view->span_count / 2;
	view->span_count /= 2;
	return true;
}

static bool take_span(void *context, const struct ws_span *span)
{
	struct time_view *view = context;
	const struct ws_named_share *opened = &view->opened;
	if (span->cause != opened->cause || (opened->side >= 0 && span->side != opened->side))
		return true;
	if (make_room_for_span(view))
		view->span[view->span_count++] = *span;
	else
		view->shorter++;
	return true;
}

/* The selection stays on the same stretch. */
static void find_spans(struct time_view *view, const struct ws_model *model)
{
	struct ws_span selected = {.end = 0};
	if (view->span_cursor.selected < view->span_count)
		selected = view->span[view->span_cursor.selected];
	view->span_count = view->shorter = 0;
	view->kept = ws_tracker_spans(model->tracker, view->conn, take_span, view);
	sort_spans(view);
	for (size_t i = 0; selected.end && i < view->span_count; i++)
		if (view->span[i].start == selected.start)
			view->span_cursor.selected = i;
}

/* ---- The shares */

static void find_points(struct time_view *view, const struct ws_points *points, const struct ws_conn_info *info)
{
	const unsigned client = view->client ^ info->path_swapped;
	for (size_t i = 0; i < points->count; i++)
		view->point_name[i] = points->name[i];
	for (unsigned i = 0; i < 2; i++)
		view->point[i] = info->shares.both_ends
		                         ? info->path->name[ws_points_nearest(points, info->path, i ^ client)]
		                         : ws_path_name(info->path, info->shares_point);
}

static void find_shares(struct ws_ui *ui, const struct ws_model *model)
{
	struct time_view *view = &ui->time;
	struct ws_conn_info info;
	const bool found = replay_conn(&ui->replay, model, ui->replay.conn, &info);
	view->known = found && info.shares_known;
	view->one_direction = found && (info.one_direction || info.path);
	view->count = 0;
	if (!found)
		return;
	if (view->number != info.number || view->conn != info.id) {
		view->cursor = view->span_cursor = (struct ws_cursor){0};
		view->open = false;
		view->span_count = 0;
	}
	view->conn = info.id;
	view->number = info.number;
	if (!view->known)
		return;
	view->shares = info.shares;
	view->client = (unsigned)info.likely_client & 1;
	view->joined = info.path;
	if (info.path)
		find_points(view, ws_tracker_points(ws_tracker_part(model->tracker, info.point)), &info);
	const size_t count = ws_shares_named(&view->shares, view->named);
	while (view->count < count && view->named[view->count].time > 0)
		view->count++;
}

static ws_time time_of_all(const struct time_view *view)
{
	ws_time sum = 0;
	for (size_t i = 0; i < view->count; i++)
		sum += view->named[i].time;
	return sum;
}

/* The opened share as it is now: it grows while packets come. */
static ws_time time_of_opened(const struct time_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->named[i].cause == view->opened.cause && view->named[i].side == view->opened.side)
			return view->named[i].time;
	return 0;
}

/* ---- Keys */

static bool time_enter(struct ws_ui *ui, const struct ws_model *model)
{
	const bool from_list = ws_ui_screen(ui) == WS_SCREEN_LIST;
	const ws_conn_id id = from_list ? list_selected(ui, model) : ui->replay.conn;
	if (ui->packet.alone || !id || (from_list && !replay_open(ui, model, id)))
		return false;
	ui->time.open = ui->time.open && ui->time.number == ui->replay.number;
	return true;
}

static bool open_share(struct time_view *view, const struct ws_model *model)
{
	if (view->cursor.selected >= view->count)
		return false;
	view->opened = view->named[view->cursor.selected];
	view->open = true;
	view->span_count = 0;
	view->span_cursor = (struct ws_cursor){0};
	walk_begin(&view->walk, model);
	find_spans(view, model);
	view->walk.running = false;
	return true;
}

/* Goes to the packet that ended the selected stretch, in the lifelines. */
static bool to_packet(struct ws_ui *ui)
{
	const struct time_view *view = &ui->time;
	if (view->span_cursor.selected >= view->span_count || !ui->replay.steps)
		return false;
	const struct ws_span *span = &view->span[view->span_cursor.selected];
	replay_stand(&ui->replay, ws_replay_find_frame_at(ui->replay.steps, span->point, span->last_frame));
	ui->replay.follow = false;
	ui_show(ui, WS_SCREEN_LIFELINES);
	return true;
}

static int visible(const struct ws_ui *ui)
{
	return table_visible(ui->rows, HEAD_ROWS, ui->notes);
}

static struct ws_cursor *shown_cursor(struct time_view *view)
{
	struct ws_cursor *cursor = view->open ? &view->span_cursor : &view->cursor;
	cursor->count = view->open ? view->span_count : view->count;
	return cursor;
}

static bool time_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct time_view *view = &ui->time;
	if (action == WS_ACT_ENTER)
		return view->open ? to_packet(ui) : open_share(view, model);
	if (action == WS_ACT_SORT && view->open) {
		view->in_order = !view->in_order;
		view->span_cursor = (struct ws_cursor){0};
		sort_spans(view);
		return true;
	}
	return cursor_move(shown_cursor(view), action, table_page(visible(ui)));
}

static bool time_back(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	const bool open = ui->time.open;
	ui->time.open = false;
	return open;
}

static bool time_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	if (!cursor_click(shown_cursor(&ui->time), row - HEAD_ROWS, visible(ui), &again))
		return false;
	return !again || time_act(ui, model, WS_ACT_ENTER);
}

static void time_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct time_view *view = &ui->time;
	bool begins;
	(void)elapsed;
	if (!view->open || !walk_turn(&view->walk, model, false, ui->clock, &begins))
		return;
	find_spans(view, model);
	view->walk.running = false;
	walk_pause(&view->walk, ui->clock);
}

static ws_time time_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	return ui->time.open ? walk_next_change(&ui->time.walk, model, false) : WS_TIME_NEVER;
}

static void time_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	ui->time.number = 0;
	ui->time.open = false;
	ui->time.span_count = 0;
}

/* ---- Sentences */

/* X(cause, what it means). For a program the words come from program_means(). */
#define MEANINGS(X)                                                                                                    \
	X(WS_CAUSE_CONNECTING, N_("The handshake: a round trip, and every SYN that had to be sent again."))            \
	X(WS_CAUSE_NETWORK, N_("Data and its ACKs were on their way, and the sender had more: the round trip, slow "   \
	                       "start and the speed of "                                                               \
	                       "the line. With a full receive window it would be counted there."))                     \
	X(WS_CAUSE_WINDOW,                                                                                             \
	  N_("The receiver's window had no room for another segment, so the sender waited for ACKs. A larger receive " \
	     "buffer would help, or a program that reads faster."))                                                    \
	X(WS_CAUSE_CLOSED_WINDOW,                                                                                      \
	  N_("The receiver announced a window of 0: its program did not read, and the sender had to wait (RFC 9293 "   \
	     "§3.8.6)."))                                                                                              \
	X(WS_CAUSE_DUPLICATE_ACKS,                                                                                     \
	  N_("A segment was lost. Repeated ACKs told its sender, which sent it again (RFC 5681 §3.2)."))               \
	X(WS_CAUSE_TIMEOUT, N_("A segment was lost, and only a timer sent it again (RFC 6298)."))                      \
	X(WS_CAUSE_PATH_MTU,                                                                                           \
	  N_("Segments were too large for a link of the path, as ICMP errors said, and their data was sent again in "  \
	     "smaller ones (RFC 1191, RFC 8201)."))                                                                    \
	X(WS_CAUSE_NAGLE,                                                                                              \
	  N_("A small segment was held back until an ACK came, and that was delayed (RFC 9293 §3.7.4, RFC 1122 "      \
	     "§4.2.3.2). TCP_NODELAY at the sender avoids it."))                                                       \
	X(WS_CAUSE_IDLE, N_("Nobody had asked for anything, so nobody waited."))                                       \
	X(WS_CAUSE_CLOSING, N_("FINs and their ACKs were on their way."))

static void share_means(const struct time_view *view, const struct ws_named_share *share, struct ws_text *text)
{
	static const char *const meanings[WS_CAUSE_COUNT] = {
#define X(cause, meaning) [cause] = (meaning),
	        MEANINGS(X)
#undef X
	};
	const char *vantage = ws_shares_vantage(&view->shares, view->client);
	const bool client = share->side == (int)view->client;
	const bool far = share->cause == WS_CAUSE_PROGRAM && vantage && !view->shares.both_ends &&
	                 strcmp(vantage, client ? "client" : "server") != 0;
	if (far && view->joined)
		ws_text_printf(text,
		               _("Everything that this point captured had arrived, and nothing new came from the %s's "
		                 "program. What was lost between the points is in the lifelines."),
		               client ? _("client") : _("server"));
	else if (far)
		ws_text_printf(
		        text,
		        _("Everything that was captured had arrived, and nothing new came from the %s's program. What "
		          "was lost before the capture shows only if its host counts the packets of a connection (IPv4 "
		          "identification)."),
		        client ? _("client") : _("server"));
	else if (share->cause == WS_CAUSE_PROGRAM)
		ws_text_printf(
		        text,
		        _("Everything had arrived, and the %s's program had not yet sent what comes next. The network "
		          "could not have made it faster."),
		        client ? _("client") : _("server"));
	else
		ws_text_puts(text, _(meanings[share->cause]));
	if (share->cause == WS_CAUSE_TIMEOUT)
		ws_text_printf(text,
		               ws_translate_plural(" That happened %u time.", " That happened %u times.",
		                                   view->shares.timeouts),
		               view->shares.timeouts);
}

static void time_notes(const struct time_view *view, struct ws_text *text)
{
	if (!view->known)
		return;
	if (!view->open) {
		if (view->cursor.selected < view->count)
			share_means(view, &view->named[view->cursor.selected], text);
		if (view->joined && !view->shares.both_ends) {
			draw_between_sentences(text);
			ws_text_puts(text,
			             _("Points have shares together if segments in both directions tell how their "
			               "clocks differ."));
		}
		return;
	}
	if (view->span_cursor.selected >= view->span_count)
		return;
	const struct ws_span *span = &view->span[view->span_cursor.selected];
	char lasted[32], happened[256], number[32];
	struct ws_text time = WS_TEXT_OVER(lasted), words = WS_TEXT_OVER(happened), count = WS_TEXT_OVER(number);
	draw_duration(&time, span->end - span->start);
	ws_span_words(&words, span, view->client);
	/* TRANSLATORS: a duration, and what happened meanwhile */
	ws_text_printf(text, _("For %s %s."), ws_text_cstr(&time), ws_text_cstr(&words));
	if (view->joined && view->shares.both_ends) {
		draw_between_sentences(text);
		/* TRANSLATORS: one of several points */
		ws_text_printf(text, _("Its packets have the numbers of %s."), view->point_name[span->point]);
	}
	if (view->shorter) {
		ws_text_grouped(&count, view->shorter);
		draw_between_sentences(text);
		ws_text_printf(text, _("%s shorter stretches are not listed."), ws_text_cstr(&count));
	}
}

/* ---- Layout and drawing */

static void time_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct time_view *view = &ui->time;
	char buffer[768] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	replay_choose(ui, model);
	find_shares(ui, model);
	struct ws_cursor *cursor = shown_cursor(view);
	const uint64_t count = cursor->count;
	cursor_fit(cursor, count, visible(ui));
	time_notes(view, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, HEAD_ROWS, count, ws_text_cstr(&notes));
	cursor_fit(cursor, count, visible(ui));
}

/* Returns the column after it. */
static int draw_name(const struct time_view *view, struct ws_canvas *canvas)
{
	char buffer[160];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_printf(&text, _("Time of connection %llu"), (unsigned long long)view->number);
	return ws_canvas_bold(canvas, 0, 1, canvas->columns - 1, WS_STYLE_TITLE, ws_text_cstr(&text));
}

static void draw_title(const struct time_view *view, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1, column = draw_name(view, canvas) + 2;
	char buffer[160];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const char *vantage = ws_shares_vantage(&view->shares, view->client);
	char of_all[32], of_opened[32], cause[96];
	struct ws_text all = WS_TEXT_OVER(of_all), opened = WS_TEXT_OVER(of_opened), words = WS_TEXT_OVER(cause);
	draw_duration(&all, time_of_all(view));
	if (view->open) {
		draw_duration(&opened, time_of_opened(view));
		ws_share_words(&words, view->opened.cause, view->opened.side, view->client);
		/* TRANSLATORS: how long the connection was, a part of that, and what it went to */
		ws_text_printf(&text, _("%s, of which %s %s"), ws_text_cstr(&all), ws_text_cstr(&opened),
		               ws_text_cstr(&words));
	} else if (view->joined && view->shares.both_ends) {
		/* TRANSLATORS: how long the connection was, and the points nearest to its client and its server */
		ws_text_printf(&text, _("%s, as captured at %s and %s"), ws_text_cstr(&all), view->point[0],
		               view->point[1]);
	} else if (view->joined) {
		/* TRANSLATORS: how long the connection was, and one of several points */
		ws_text_printf(&text, _("%s, as %s alone captured it"), ws_text_cstr(&all), view->point[0]);
	} else if (vantage) {
		const char *format = view->shares.both_ends           ? _("%s, captured at both ends")
		                     : strcmp(vantage, "middle") == 0 ? _("%s, captured between the ends")
		                     : strcmp(vantage, "client") == 0 ? _("%s, captured near the client")
		                                                      : _("%s, captured near the server");
		ws_text_printf(&text, format, ws_text_cstr(&all));
	} else {
		ws_text_puts(&text, ws_text_cstr(&all));
	}
	draw_cut(canvas, 0, column, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

enum { SHARE_END = 8, TIME_END = 20, BAR_FROM = 22, BAR_END = 28, WORDS_FROM = 30 };

static void draw_share(const struct time_view *view, struct ws_canvas *canvas, int row, size_t index)
{
	const struct ws_named_share *share = &view->named[index];
	const enum ws_style style = share_style(share->cause, share->side, view->client);
	char buffer[64];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const double percent = 100.0 * (double)share->time / (double)time_of_all(view);
	ws_text_printf(&text, percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
	draw_right(canvas, row, 1, SHARE_END, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text.length = 0;
	draw_duration(&text, share->time);
	draw_right(canvas, row, SHARE_END, TIME_END, WS_STYLE_NORMAL, ws_text_cstr(&text));
	for (int column = BAR_FROM; column < BAR_END; column++)
		ws_canvas_put(canvas, row, column, style, share_line(canvas, share->cause, share->side, view->client));
	text.length = 0;
	ws_share_words(&text, share->cause, share->side, view->client);
	if (share->cause == WS_CAUSE_TIMEOUT)
		ws_text_printf(&text, " (%u)", view->shares.timeouts);
	draw_cut(canvas, row, WORDS_FROM, canvas->columns - 1, style, ws_text_cstr(&text));
}

enum { AT_END = 12, LENGTH_END = 23, FRAMES_FROM = 25, WHAT_FROM = 37 };

static void draw_span(const struct time_view *view, ws_time first, struct ws_canvas *canvas, int row,
                      const struct ws_span *span)
{
	char buffer[128];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_time(&text, span->start - first, 6);
	draw_right(canvas, row, 1, AT_END, WS_STYLE_DIM, ws_text_cstr(&text));
	text.length = 0;
	draw_duration(&text, span->end - span->start);
	draw_right(canvas, row, AT_END, LENGTH_END, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text.length = 0;
	ws_text_printf(&text, "%llu–%llu", (unsigned long long)span->first_frame, (unsigned long long)span->last_frame);
	draw_cut(canvas, row, FRAMES_FROM, WHAT_FROM - 1, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text.length = 0;
	ws_span_words(&text, span, view->client);
	draw_cut(canvas, row, WHAT_FROM, canvas->columns - 1, share_style(span->cause, span->side, view->client),
	         ws_text_cstr(&text));
}

static void draw_heads(const struct time_view *view, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1;
	draw_rule(canvas, 3);
	if (view->open) {
		draw_right(canvas, 2, 1, AT_END, WS_STYLE_DIM, _("AT"));
		draw_right(canvas, 2, AT_END, LENGTH_END, WS_STYLE_DIM, view->in_order ? _("LASTED") : _("LASTED↓"));
		ws_canvas_text(canvas, 2, FRAMES_FROM, limit, WS_STYLE_DIM, _("PACKETS"));
		ws_canvas_text(canvas, 2, WHAT_FROM, limit, WS_STYLE_DIM, _("WHAT HAPPENED"));
		return;
	}
	draw_right(canvas, 2, 1, SHARE_END, WS_STYLE_DIM, _("SHARE"));
	draw_right(canvas, 2, SHARE_END, TIME_END, WS_STYLE_DIM, _("TIME"));
	ws_canvas_text(canvas, 2, WORDS_FROM, limit, WS_STYLE_DIM, _("WHAT IT WENT TO"));
}

static void draw_rows(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int bottom)
{
	const struct time_view *view = &ui->time;
	const struct ws_cursor *cursor = view->open ? &view->span_cursor : &view->cursor;
	const size_t count = view->open ? view->span_count : view->count;
	struct ws_conn_info info;
	const ws_time first = ws_tracker_conn(model->tracker, view->conn, &info) ? info.first_time : 0;
	for (size_t i = cursor->top; i < count; i++) {
		const int row = HEAD_ROWS + (int)(i - cursor->top);
		if (row >= bottom)
			break;
		if (view->open)
			draw_span(view, first, canvas, row, &view->span[i]);
		else
			draw_share(view, canvas, row, i);
		if (i == cursor->selected)
			table_mark(canvas, row);
	}
}

static void draw_unknown(const struct time_view *view, struct ws_canvas *canvas)
{
	char line[512];
	draw_name(view, canvas);
	draw_cut(canvas, HEAD_ROWS, 2, canvas->columns - 1, WS_STYLE_NORMAL,
	         _("Where the time of this connection went is not known."));
	const char *why = view->one_direction
	                          ? _("No point captured both of its directions: the other endpoint has sent "
	                              "something, too, but nothing shows when that came, and so what was "
	                              "waited for.")
	                          : "";
	for (int i = 0; draw_wrap(why, canvas->columns - 4, i, line, sizeof(line)); i++)
		draw_cut(canvas, HEAD_ROWS + 1 + i, 2, canvas->columns - 1, WS_STYLE_NORMAL, line);
}

static void time_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct time_view *view = &ui->time;
	const int bottom = HEAD_ROWS + table_visible(canvas->rows, HEAD_ROWS, ui->notes), limit = canvas->columns - 1;
	char buffer[768] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	if (view->known) {
		draw_title(view, canvas);
		share_bar_draw(canvas, 1, 1, limit, &view->shares, view->client);
		draw_heads(view, canvas);
		draw_rows(ui, model, canvas, bottom);
	}
	if (!view->known)
		draw_unknown(view, canvas);
	else if (!view->count)
		draw_cut(canvas, HEAD_ROWS, 2, limit, WS_STYLE_NORMAL,
		         _("No time has passed: it is a single packet so far."));
	else if (view->open && !view->kept)
		draw_cut(canvas, HEAD_ROWS, 2, limit, WS_STYLE_WARN,
		         _("The segments of this connection are no longer kept."));
	time_notes(view, &notes);
	table_foot(canvas, bottom, view->open ? &view->span_cursor : &view->cursor, ws_text_cstr(&notes));
}

static const struct screen_key time_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("open")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_SORT, WS_ACT_NONE, N_("longest or in order")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
};

const struct screen_ops time_screen = {
        .free = time_free,
        .snapshot_changed = time_snapshot_changed,
        .open = time_enter,
        .layout = time_layout,
        .draw = time_draw,
        .act = time_act,
        .back = time_back,
        .click = time_click,
        .tick = time_tick,
        .next_change = time_next_change,
        .keys = time_keys,
        .key_count = WS_ARRAY_SIZE(time_keys),
};
