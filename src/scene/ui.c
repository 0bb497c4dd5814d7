/* The user's way through the screens: a stack of them, of which the last one is shown.
 *
 * Actions and ticks change this state; laying out fits it to the size of the terminal and to what the model holds by
 * now; drawing only reads it. What is particular to a screen is in its own folder (see screens.h). */
#include "scene/ui.h"
#include "scene/lesson/lesson.h"
#include "scene/lifelines/lifelines.h"
#include "scene/list/selection.h"
#include "scene/records.h"
#include "scene/screens.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/hints.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>

/* What plays moves by this much in a tick at most: while the process was stopped, nobody has seen anything. */
#define LONGEST_TICK WS_SECOND

static const struct screen_ops *shown(const struct ws_ui *ui)
{
	return screen_ops(ws_ui_screen(ui));
}

const struct ws_model *ui_model(const struct ws_ui *ui, enum ws_screen screen, const struct ws_model *model,
                                struct point_model *room)
{
	if (!screen_ops(screen)->one_point || !ws_tracker_is_merged(model->tracker))
		return model;
	const struct ws_points *points = ws_tracker_points(model->tracker);
	const unsigned point = ui->point < points->count ? ui->point : 0;
	struct ws_text names = WS_TEXT_OVER(room->names);
	ws_points_names(&names, points, point);
	room->model = *model;
	room->model.source = ws_text_cstr(&names);
	room->model.tracker = ws_tracker_part(model->tracker, point);
	room->model.generation += (uint64_t)(point + 1) << 56;
	room->model.point = point;
	if (model->stats_at)
		model->stats_at(model->at_context, point, &room->model.capture);
	return &room->model;
}

static const struct ws_model *shown_model(const struct ws_ui *ui, const struct ws_model *model,
                                          struct point_model *room)
{
	return ui_model(ui, ws_ui_screen(ui), model, room);
}

struct ws_ui *ws_ui_create(const struct ws_ui_options *options, struct ws_error *error)
{
	struct ws_ui *ui = calloc(1, sizeof(*ui));
	if (!ui) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	ui->options = *options;
	ui->columns = 80;
	ui->rows = 24;
	ui->lab.automatic = options->lab_auto;
	for (int screen = 0; screen < WS_SCREEN_COUNT; screen++)
		if (screen_ops((enum ws_screen)screen)->init)
			screen_ops((enum ws_screen)screen)->init(ui);
	ui_open(ui, options->screen);
	if (options->filter && !list_filter_start(ui, options->filter, error)) {
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
	for (int screen = 0; screen < WS_SCREEN_COUNT; screen++)
		if (screen_ops((enum ws_screen)screen)->free)
			screen_ops((enum ws_screen)screen)->free(ui);
	free(ui);
}

enum ws_screen ws_ui_screen(const struct ws_ui *ui)
{
	return ui->stack[ui->depth - 1];
}

uint64_t ws_ui_connection(const struct ws_ui *ui)
{
	return ui->replay.steps ? ws_conn_key_number(ui->replay.number) : 0;
}

ws_conn_id ws_ui_selected(const struct ws_ui *ui, const struct ws_model *model)
{
	return list_selected(ui, model);
}

size_t ws_ui_connections_shown(const struct ws_ui *ui, const struct ws_model *model, ws_conn_id *ids, size_t most)
{
	if (ws_ui_screen(ui) == WS_SCREEN_LIST)
		return list_shown(ui, model, ids, most);
	ids[0] = ui->replay.steps && most ? ui->replay.conn : 0;
	return ids[0] != 0;
}

void ws_ui_key_names(struct ws_ui *ui, const char *const *key_name)
{
	ui->options.key_name = key_name;
}

void ui_open(struct ws_ui *ui, enum ws_screen screen)
{
	if (ui->depth < UI_DEPTH)
		ui->stack[ui->depth++] = screen;
}

void ui_show(struct ws_ui *ui, enum ws_screen screen)
{
	for (int i = 0; i < ui->depth; i++) {
		if (ui->stack[i] == screen) {
			ui->depth = i + 1;
			return;
		}
	}
	ui_open(ui, screen);
}

static bool go_to(struct ws_ui *ui, const struct ws_model *model, enum ws_screen screen)
{
	const struct screen_ops *ops = screen_ops(screen);
	if (ops->open && !ops->open(ui, model))
		return false;
	ui_show(ui, screen);
	return true;
}

bool ui_leave(struct ws_ui *ui)
{
	if (ui->depth <= 1)
		return false;
	if (shown(ui)->leave)
		shown(ui)->leave(ui);
	ui->depth--;
	return true;
}

/* When the model is of another generation than before, tells every screen: nothing that was read from the tracker
 * before may be used again. */
static void check_generation(struct ws_ui *ui, const struct ws_model *model)
{
	if (ui->joins != model->joins) {
		ui->joins = model->joins;
		replay_rejoined(ui, model);
	}
	if (ui->generation == model->generation)
		return;
	ui->generation = model->generation;
	for (int screen = 0; screen < WS_SCREEN_COUNT; screen++)
		if (screen_ops((enum ws_screen)screen)->snapshot_changed)
			screen_ops((enum ws_screen)screen)->snapshot_changed(ui, model);
}

/* X(action, screen): keys that open a screen from any screen that understands them. */
#define DOORS(X)                                                                                                       \
	X(WS_ACT_HOSTS, WS_SCREEN_HOSTS)                                                                               \
	X(WS_ACT_OVERVIEW, WS_SCREEN_OVERVIEW)                                                                         \
	X(WS_ACT_TIME, WS_SCREEN_TIME)                                                                                 \
	X(WS_ACT_GRAPH, WS_SCREEN_GRAPH)                                                                               \
	X(WS_ACT_EXCHANGES, WS_SCREEN_EXCHANGES)                                                                       \
	X(WS_ACT_STREAM, WS_SCREEN_STREAM)                                                                             \
	X(WS_ACT_UDP, WS_SCREEN_UDP)                                                                                   \
	X(WS_ACT_ARP, WS_SCREEN_ARP)                                                                                   \
	X(WS_ACT_STATISTICS, WS_SCREEN_STATISTICS)

/* The next point, on a screen that shows one while the lists show all. */
static bool show_next_point(struct ws_ui *ui, const struct ws_model *model)
{
	const struct screen_ops *ops = shown(ui);
	if (!ops->one_point || !ws_tracker_is_merged(model->tracker))
		return false;
	ui->point = (ui->point + 1) % (unsigned)ws_tracker_points(model->tracker)->count;
	if (ops->snapshot_changed)
		ops->snapshot_changed(ui, model);
	return true;
}

bool ws_ui_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	const struct screen_ops *ops = shown(ui);
	struct point_model room;
	switch (action) {
	case WS_ACT_NONE:
	case WS_ACT_QUIT:
	case WS_ACT_MOUSE:
		return false;
	case WS_ACT_BACK:
		return (ops->back && ops->back(ui, model)) || ui_leave(ui);
	case WS_ACT_HELP:
		return ws_ui_screen(ui) == WS_SCREEN_HELP ? ui_leave(ui) : go_to(ui, model, WS_SCREEN_HELP);
	case WS_ACT_LAB_DELIVER:
	case WS_ACT_LAB_DROP:
	case WS_ACT_LAB_COPY:
	case WS_ACT_LAB_DELAY:
	case WS_ACT_LAB_PASS:
	case WS_ACT_LAB_CHOOSE:
	case WS_ACT_LAB_ALL:
	case WS_ACT_LAB_AUTO:
	case WS_ACT_LAB_AGAIN:
		return lab_act(ui, model, action);
	case WS_ACT_LESSON_NEXT:
	case WS_ACT_LESSON_BACK:
	case WS_ACT_LESSON_LIVE:
		return lesson_act(ui, model, action);
	default:
		break;
	}
	if (!screen_understands(ws_ui_screen(ui), action))
		return false;
	if (action == WS_ACT_NAMES) {
		ui->numbers = !ui->numbers;
		return true;
	}
	check_generation(ui, model);
	if (records_refuse(ui, model, action))
		return true;
	switch (action) {
#define X(door, screen)                                                                                                \
	case door:                                                                                                     \
		return go_to(ui, model, screen);
		DOORS(X)
#undef X
	case WS_ACT_POINT:
		return show_next_point(ui, model) || (ops->act && ops->act(ui, model, action));
	case WS_ACT_EXPORT:
		return file_request_ask_connection(ui, model);
	default:
		return timeline_act(ui, model, action) ||
		       (ops->act && ops->act(ui, shown_model(ui, model, &room), action));
	}
}

enum ws_typing ws_ui_typing(const struct ws_ui *ui)
{
	if (!ui->prompt.use)
		return answer_is_near(ui) ? WS_TYPING_SOON : WS_TYPING_NOTHING;
	return answer_is_empty(ui) ? WS_TYPING_EMPTY : WS_TYPING_LINE;
}

/* The rows below belong to the lesson's panel. */
static bool click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	struct point_model room;
	return row < ui->rows && shown(ui)->click && shown(ui)->click(ui, shown_model(ui, model, &room), row);
}

/* Where a connection is played the wheel goes through its packets. */
static bool turn_wheel(struct ws_ui *ui, const struct ws_model *model, bool up)
{
	enum { WHEEL_ROWS = 3 };
	bool changed = false;
	if (shown(ui)->plays) {
		check_generation(ui, model);
		return shown(ui)->act(ui, model, up ? WS_ACT_PREVIOUS_PACKET : WS_ACT_NEXT_PACKET);
	}
	for (int i = 0; i < WHEEL_ROWS; i++)
		changed |= ws_ui_act(ui, model, up ? WS_ACT_UP : WS_ACT_DOWN);
	return changed;
}

/* A user who presses a key that this screen does not have is told so. */
static bool say_unknown(struct ws_ui *ui, const struct ws_key *key)
{
	char message[128];
	struct ws_text text = WS_TEXT_OVER(message);
	if (ui->options.key_name)
		ws_key_nothing_words(&text, key, ui->options.key_name);
	if (text.length)
		ws_ui_tell(ui, ws_text_cstr(&text), false);
	return text.length;
}

static bool do_key(struct ws_ui *ui, const struct ws_model *model, const struct ws_key *key)
{
	switch (key->kind) {
	case WS_KEY_ACTION:
		return ws_ui_act(ui, model, key->action);
	case WS_KEY_EDIT:
		return prompt_edit(ui, model, key->edit, key->character);
	case WS_KEY_CLICK:
		return ws_ui_typing(ui) != WS_TYPING_LINE && click(ui, model, key->row);
	case WS_KEY_WHEEL_UP:
	case WS_KEY_WHEEL_DOWN:
		return ws_ui_typing(ui) != WS_TYPING_LINE && turn_wheel(ui, model, key->kind == WS_KEY_WHEEL_UP);
	case WS_KEY_UNKNOWN:
		return say_unknown(ui, key);
	case WS_KEY_NONE:
		break;
	}
	return false;
}

bool ws_ui_key(struct ws_ui *ui, const struct ws_model *model, const struct ws_key *key)
{
	const bool message_cleared = ws_ui_clear_message(ui);
	if (key->time > ui->clock)
		ws_ui_tick(ui, model, key->time);
	const bool changed = do_key(ui, model, key);
	answer_update(ui);
	lab_wait_for_help(ui, model);
	return changed || message_cleared;
}

void ws_ui_tick(struct ws_ui *ui, const struct ws_model *model, ws_time clock)
{
	struct point_model room;
	const ws_time passed = ui->clock ? clock - ui->clock : 0;
	const ws_time elapsed = passed < LONGEST_TICK ? passed : LONGEST_TICK;
	ui->clock = clock;
	check_generation(ui, model);
	if (elapsed > 0)
		timeline_tick(ui, model, elapsed);
	if (shown(ui)->tick)
		shown(ui)->tick(ui, shown_model(ui, model, &room), elapsed);
	lesson_tick(ui, model);
	attempt_tick(ui, model);
	answer_update(ui);
}

bool ws_ui_busy(const struct ws_ui *ui)
{
	return shown(ui)->busy && shown(ui)->busy(ui);
}

ws_time ws_ui_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	if (ui->timeline.past && ui->timeline.playing)
		return 0;
	struct point_model room;
	return shown(ui)->next_change ? shown(ui)->next_change(ui, shown_model(ui, model, &room)) : WS_TIME_NEVER;
}

void ws_ui_select(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn, uint64_t frame)
{
	const unsigned point = ui_point_of(model, conn);
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, conn, &info))
		return;
	if (ws_tracker_is_merged(model->tracker) && info.path) { /* the list has it as its first point does */
		conn = ws_merged_id(info.path->point[0], info.path->id[0]);
		if (!ws_tracker_conn(model->tracker, conn, &info))
			return;
	}
	list_select_conn(ui, model, &info);
	if (!replay_open(ui, model, conn))
		return;
	replay_scan(&ui->replay, model, SIZE_MAX);
	ui->replay.follow = frame == 0;
	ui->stream.seek = frame;
	if (!frame || !ui->replay.steps)
		return;
	replay_stand(&ui->replay, ws_replay_find_frame_at(ui->replay.steps, point, frame));
	if (point != ui_point_of(model, conn))
		ui->stream.seek = replay_frame(&ui->replay, ui->replay.step, ui_point_of(model, conn));
}

void ws_ui_play(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn)
{
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, conn, &info))
		return;
	list_select_conn(ui, model, &info);
	ui->timeline = (struct timeline){0};
	go_to(ui, model, WS_SCREEN_LIFELINES);
	replay_play(ui, model, conn);
}

bool ws_ui_watch(struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	struct ws_conn_info info;
	check_generation(ui, model);
	ws_tracker_stats(model->tracker, &stats);
	if (ws_tracker_conn_count(model->tracker) &&
	    ws_tracker_conn(model->tracker, ws_tracker_conn_at(model->tracker, 0), &info)) {
		list_select_conn(ui, model, &info);
		go_to(ui, model, WS_SCREEN_LIFELINES);
		return replay_open(ui, model, ws_tracker_conn_at(model->tracker, 0));
	}
	return stats.udp && go_to(ui, model, WS_SCREEN_UDP);
}

void ws_ui_open_only(struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	const size_t count = ws_tracker_conn_count(model->tracker);
	ws_tracker_stats(model->tracker, &stats);
	if (count == 1 && !model->records) {
		ws_ui_play(ui, model, ws_tracker_conn_at(model->tracker, 0));
		replay_stand(&ui->replay, 0);
	} else if (!count && stats.udp && stats.udp > stats.arp) {
		go_to(ui, model, WS_SCREEN_UDP);
	} else if (!count && stats.arp) {
		go_to(ui, model, WS_SCREEN_ARP);
	} else if (count > (size_t)ui->rows) {
		go_to(ui, model, WS_SCREEN_OVERVIEW);
	}
}

/* ---- Layout and drawing */

/* The lesson's panel is below the screen; the help has the terminal for itself. */
static bool has_panel(const struct ws_ui *ui)
{
	return ui->lesson.lesson && ws_ui_screen(ui) != WS_SCREEN_HELP;
}

static bool too_small(const struct ws_ui *ui, int columns, int rows)
{
	return columns < UI_MIN_COLUMNS || rows < UI_MIN_ROWS || (has_panel(ui) && lesson_too_small(columns, rows));
}

/* The rows that a screen leaves to what is wrong with the capture. */
static int status_rows(const struct ws_model *model, int columns, int rows)
{
	enum { MANY_ROWS = 14, MOST = 2 };
	if (!model->status_message || rows < MANY_ROWS)
		return 0;
	const int need = draw_wrap_rows(model->status_message, columns - 2);
	return need < MOST ? need : MOST;
}

void ws_ui_layout(struct ws_ui *ui, const struct ws_model *model, int columns, int rows)
{
	struct point_model room;
	ui->columns = columns;
	ui->rows = rows;
	ui->several = model->fetch_at;
	check_generation(ui, model);
	if (too_small(ui, columns, rows))
		return;
	if (has_panel(ui))
		ui->rows = lesson_layout(ui, columns, rows);
	else
		ui->rows -=
		        lab_rows(ui, model, columns) + (attempt_has_panel(ui) ? attempt_layout(ui, columns, rows) : 0);
	ui->status_rows = has_panel(ui) ? 0 : status_rows(model, columns, ui->rows);
	ui->rows -= ui->status_rows;
	ui->notes = table_note_rows(ui->rows);
	if (shown(ui)->layout)
		shown(ui)->layout(ui, shown_model(ui, model, &room));
}

static void draw_too_small(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	char sentence[128], line[128];
	int columns = UI_MIN_COLUMNS, rows = UI_MIN_ROWS;
	if (has_panel(ui))
		lesson_least(&columns, &rows);
	snprintf(sentence, sizeof(sentence),
	         has_panel(ui) ? _("A lesson needs %dx%d or more; this terminal is %dx%d. q quits.")
	                       : _("wirestate needs %dx%d or more; this terminal is %dx%d. q quits."),
	         columns, rows, canvas->columns, canvas->rows);
	if (draw_wrap_rows(sentence, canvas->columns) > canvas->rows)
		snprintf(sentence, sizeof(sentence), _("needs %dx%d; q quits"), columns, rows);
	for (int row = 0; draw_wrap(sentence, canvas->columns, row, line, sizeof(line)); row++)
		ws_canvas_text(canvas, row, 0, canvas->columns, WS_STYLE_NORMAL, line);
}

/* Where the timeline stands, over the end of the title of a screen that does not say it itself. */
static void draw_timeline(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	char words[128];
	struct ws_text text = WS_TEXT_OVER(words);
	if (shown(ui)->says_time)
		return;
	if (ui->lesson.lesson && !lesson_is_away(ui)) /* the stop says where it is */
		return;
	ws_text_puts(&text, "  ");
	if (timeline_text(ui, model, &text))
		draw_right(canvas, 0, canvas->columns / 3, canvas->columns - 1, WS_STYLE_WARN, ws_text_cstr(&text));
}

/* What is wrong with the capture, above the keys: in rows of its own, or else over the screen's last one. */
static void draw_status(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int keys)
{
	const int rows = ui->status_rows ? ui->status_rows : 1, top = canvas->rows - keys - rows;
	if (!model->status_message)
		return;
	for (int row = top; row < top + rows && ui->status_rows; row++)
		draw_blank(canvas, row);
	const int end = draw_wrapped(canvas, top, rows, WS_STYLE_WARN, model->status_message);
	ws_canvas_put(canvas, top, 0, WS_STYLE_NORMAL, ' ');
	ws_canvas_put(canvas, top + rows - 1, end, WS_STYLE_NORMAL, ' ');
}

/* Where the list is not shown, says that connections have begun meanwhile. */
static void draw_news(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const bool from_list = ui->depth == 2 && ui->stack[0] == WS_SCREEN_LIST && shown(ui)->plays;
	const uint64_t count = from_list ? list_news(ui, model) : 0;
	if (!count || model->status_message)
		return;
	const int row = canvas->rows - 2;
	for (int column = 0; column < 2; column++) /* nothing is left of a word that begins there */
		ws_canvas_put(canvas, row, column, WS_STYLE_NORMAL, ' ');
	hints_news(canvas, row, 2, count, ui->options.key_name, WS_ACT_BACK);
}

static void draw_screen(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	struct ws_canvas scene = *canvas;
	scene.rows -= ui->status_rows;
	if (records_draw(ui, model, &scene)) {
		draw_blank(canvas, scene.rows - 1);
		hints_draw_back(canvas, canvas->rows - 1, ui->options.key_name);
		draw_status(ui, model, canvas, 1);
		return;
	}
	struct point_model room;
	const int keys = hints_rows(ws_ui_screen(ui), scene.rows);
	shown(ui)->draw(ui, shown_model(ui, model, &room), &scene);
	hints_draw(canvas, canvas->rows - 1, keys, ws_ui_screen(ui), ui->options.key_name);
	draw_timeline(ui, model, canvas);
	draw_status(ui, model, canvas, keys);
	draw_news(ui, model, canvas);
}

void ws_ui_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	ws_canvas_clear(canvas);
	if (too_small(ui, canvas->columns, canvas->rows)) {
		draw_too_small(ui, canvas);
		return;
	}
	if (has_panel(ui)) {
		struct ws_canvas screen = lesson_scene(ui, canvas);
		draw_screen(ui, model, &screen);
		lesson_draw(ui, canvas);
	} else {
		struct ws_canvas screen = *canvas;
		screen.rows = ui->rows + ui->status_rows;
		draw_screen(ui, model, &screen);
		if (attempt_has_panel(ui))
			attempt_draw(ui, canvas);
		lab_draw(ui, model, canvas);
	}
	file_request_draw(ui, canvas);
	if (ui->prompt.use && !ui->prompt.use->elsewhere)
		prompt_draw(&ui->prompt, canvas);
}

bool ws_model_fetch(const struct ws_model *model, unsigned point, uint64_t position, struct ws_frame *frame)
{
	if (position == WS_POSITION_NONE || !model->fetch)
		return false;
	if (model->fetch_at && point != model->fetch_point)
		return model->fetch_at(model->at_context, point, position, frame);
	return model->fetch(model->fetch_context, position, frame);
}
