/* The lifelines: two endpoints, time running down, and segments between them.
 *
 * A segment takes two rows: its words, and below them its arrow. A state is printed beside the lifeline where it
 * is reached: the sender's when the segment leaves, the receiver's when it arrives. The current step is always the
 * lowest one. What is drawn depends on the replay's position alone (see replay.c), not on how the user came there. */
#include "scene/lesson/marks.h"
#include "scene/lifelines/segment_row.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

enum {
	MAX_VISIBLE = 96,
	LEAST_BESIDE_NOTES = 4, /* rows of segments that long notes leave */
	LEAST_SEGMENT_ROWS = 6, /* with fewer, a segment's words and its arrow share a row */
};
#define GAP_WORTH_A_ROW (250 * WS_MILLISECOND)

/* ---- One step */

/* Writes a duration in units that people read. */
static void write_delta(const struct layout *layout, struct ws_text *text, ws_time passed)
{
	const size_t start = text->length;
	ws_text_putc(text, '+');
	draw_duration(text, passed);
	if (ws_columns(ws_text_cstr(text)) < layout->time_width)
		return;
	text->length = start;
	ws_text_putc(text, '+');
	draw_duration_brief(text, passed);
}

static void write_step_time(const struct layout *layout, struct ws_text *text, const struct ws_step *step,
                            const struct segment_row_look *look, unsigned decimals)
{
	const enum ws_times times = layout->ui->replay.times;
	const ws_time time = step->input.time;
	if (times == WS_TIMES_DATE || times == WS_TIMES_UTC) {
		const bool day = layout->time_width > 26;
		ws_text_date(text, time, times == WS_TIMES_UTC, day, decimals);
	} else if (times == WS_TIMES_DELTA && look->first) {
		ws_text_puts(text, "0 s");
	} else if (times == WS_TIMES_DELTA) {
		write_delta(layout, text, time - look->before);
	} else if (times != WS_TIMES_NONE) {
		ws_text_time(text, times == WS_TIMES_EPOCH ? time : time - layout->model->first, decimals);
	}
}

void segment_row_time(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                      const struct segment_row_look *look, int row)
{
	if (!layout->time_width)
		return;
	char buffer[40];
	for (int decimals = 6; decimals >= 0; decimals -= 3) {
		struct ws_text text = WS_TEXT_OVER(buffer);
		write_step_time(layout, &text, step, look, (unsigned)decimals);
		if (ws_columns(ws_text_cstr(&text)) < layout->time_width)
			break;
	}
	draw_right(canvas, row, 0, layout->time_width, WS_STYLE_DIM, buffer);
}

static void draw_arrow(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                       const struct segment_row_look *look, int row)
{
	bool rightwards = step->input.direction == layout->left;
	int from = rightwards ? layout->line[0] + 1 : layout->line[1] - 1;
	int to = rightwards ? layout->line[1] - 1 : layout->line[0] + 1;
	int towards = rightwards ? 1 : -1, length = (to - from) * towards;
	if (length < 2)
		return;
	uint32_t shaft;
	const enum ws_style style = segment_row_style(layout, step);
	segment_row_marks_style(step, &shaft);
	ws_canvas_put(canvas, row, from - towards, style, rightwards ? 0x251c : 0x2524);
	int head = length;
	uint32_t tip = rightwards ? 0x25ba : 0x25c4;
	if (look->lost) {
		head = length - length / 4;
		tip = 0x00d7;
	}
	if (look->hangs) {
		head = length / 2;
		tip = 0x25cf;
	} else if (look->flying) {
		head = (int)((double)length * (double)layout->ui->replay.phase / (double)REPLAY_FLIGHT);
		head = head < 0 ? 0 : head > length ? length : head;
		tip = 0x25cf;
		shaft = shaft == 0x2500 ? 0x2501 : shaft;
	}
	for (int i = 0; i < head; i++)
		ws_canvas_put(canvas, row, from + i * towards, style, shaft);
	ws_canvas_put(canvas, row, from + head * towards, look->lost ? WS_STYLE_BAD : style, tip);
	char words[48];
	enum ws_style key;
	if (look->hangs &&
	    lab_key_words(layout->ui, layout->model, evidence_flight(layout, step), words, sizeof(words), &key))
		ws_canvas_text(canvas, row, rightwards ? from + head + 2 : from - head - 2 - ws_columns(words),
		               layout->line[1], key, words);
	if (look->current) {
		int start = rightwards ? from : from - head;
		ws_canvas_paint(canvas, row, start, head + 1, style, WS_BOLD);
	}
}

/* X(field, the word before its number): fields that a lesson's answer may highlight in a segment's words. */
#define LABEL_FIELDS(X)                                                                                                \
	X("flags", "")                                                                                                 \
	X("sequence", " seq ")                                                                                         \
	X("acknowledgment", " ack ")                                                                                   \
	X("payload_length", " len ")                                                                                   \
	X("window", " win ")                                                                                           \
	X("options", " mss ")

void segment_row_fields(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step, int row,
                        int column, int limit, const char *label)
{
	static const struct {
		const char *field, *word;
	} parts[] = {
#define X(field, word) {field, word},
	        LABEL_FIELDS(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(parts); i++) {
		const char *at = strstr(label, parts[i].word);
		if (!at || !lesson_marks(layout->ui, step->input.frame, "tcp", parts[i].field))
			continue;
		at += parts[i].word[0] == ' ';
		const size_t word = parts[i].word[0] ? strlen(parts[i].word) - 1 : 0;
		const int start = column + (int)(at - label), length = (int)(word + strcspn(at + word, " "));
		const int end = start + length < limit ? start + length : limit;
		ws_canvas_paint(canvas, row, start, end - start, WS_STYLE_HIGHLIGHT, WS_REVERSE | WS_BOLD);
	}
}

static void draw_label(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                       const struct segment_row_look *look, int row)
{
	char label[240], words[240];
	struct ws_text text = WS_TEXT_OVER(label), mark = WS_TEXT_OVER(words);
	int left = layout->line[0] + 2, limit = layout->line[1] - 1;
	if (look->single) { /* in the row of the arrow: leave the ends of its shaft */
		left++;
		limit -= 2;
	}
	bool segment = step->input.kind == WS_INPUT_SEGMENT;
	if (segment) {
		segment_row_marks(step, &mark);
		if (look->lost)
			segment_row_add_mark(&mark, _("lost?"));
		layout_segment(layout, step, 0, &text);
	} else {
		layout_event(layout, step, &text);
	}
	int marks_width = mark.length ? 2 + ws_columns(ws_text_cstr(&mark)) : 0;
	for (int left_out = 1;
	     segment && left_out <= LAYOUT_LEAVES_OUT && ws_columns(ws_text_cstr(&text)) + marks_width > limit - left;
	     left_out++) {
		text = WS_TEXT_OVER(label);
		layout_segment(layout, step, left_out, &text);
	}
	int width = ws_columns(ws_text_cstr(&text)) + marks_width;
	int column = left + (limit - left - width) / 2;
	if (column < left)
		column = left;
	if (look->single && column > left)
		ws_canvas_put(canvas, row, column - 1, WS_STYLE_NORMAL, ' ');
	uint32_t shaft;
	const enum ws_style style = look->lost ? WS_STYLE_BAD : segment_row_marks_style(step, &shaft);
	enum ws_style plain = segment ? WS_STYLE_NORMAL : WS_STYLE_STATE_WAIT;
	int end = draw_cut(canvas, row, column, limit, plain, label);
	if (look->current)
		ws_canvas_paint(canvas, row, column, end - column, plain, WS_BOLD);
	if (segment)
		segment_row_fields(layout, canvas, step, row, column, end, label);
	if (mark.length)
		end = draw_cut(canvas, row, end + 2, limit, style, words);
	if (look->single && end < limit)
		ws_canvas_put(canvas, row, end, WS_STYLE_NORMAL, ' ');
}

void segment_row_step(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                      const struct segment_row_look *look)
{
	const int row = look->row + look->rows - 1; /* of the arrow */
	const bool segment = step->input.kind == WS_INPUT_SEGMENT;
	if (segment && step->way == WS_WAY_WHOLE)
		draw_arrow(layout, canvas, step, look, row);
	if (step->way == WS_WAY_WHOLE) /* else ways.c has drawn both */
		draw_label(layout, canvas, step, look, look->rows > 1 && segment ? row - 1 : row);
	margin_draw(layout, canvas, step, look);
	segment_row_time(layout, canvas, step, look, row);
}

/* ---- All visible steps */

/* The columns between the lifelines, without a space on either side. */
static int label_room(const struct layout *layout)
{
	return layout->line[1] - 1 - (layout->line[0] + 2);
}

bool segment_row_gap(const struct layout *layout, size_t index, const struct ws_step *step, const struct ws_step *next,
                     struct ws_text *text)
{
	ws_time gap, shown = replay_shown(&layout->ui->replay, step, next, &gap);
	if (gap < GAP_WORTH_A_ROW || layout->model->lab_runs) /* there, the user was the one who waited */
		return false;
	/* Of several points, the arrow to an arrival says how long it took, and others may be in the air. */
	const bool joined = replay_joined(&layout->ui->replay);
	if (joined && next->way == WS_WAY_ARRIVAL && next->other != WS_STEP_NONE)
		return false;
	char words[64], duration[32];
	struct ws_text shortened = WS_TEXT_OVER(words), passed = WS_TEXT_OVER(duration);
	if (joined && !layout->calls && next->input.kind != WS_INPUT_EXPIRY) {
		draw_duration(&passed, gap);
		ws_text_printf(text, _("%s later"), ws_text_cstr(&passed));
	} else {
		waits_at_gap(layout, index, step, next, gap, text);
	}
	if (shown + shown / 10 < gap &&
	    !layout->ui->replay.guided) { /* a difference of a tenth is not worth mentioning */
		passed = WS_TEXT_OVER(duration);
		draw_duration(&passed, shown);
		ws_text_printf(&shortened, _(", shown as %s"), ws_text_cstr(&passed));
	}
	if (ws_columns(ws_text_cstr(text)) + ws_columns(ws_text_cstr(&shortened)) <= label_room(layout))
		ws_text_puts(text, words);
	return true;
}

void segment_row_draw_gap(const struct layout *layout, struct ws_canvas *canvas, int row, const char *words)
{
	ws_canvas_put(canvas, row, layout->line[0], WS_STYLE_DIM, 0x250a);
	ws_canvas_put(canvas, row, layout->line[1], WS_STYLE_DIM, 0x250a);
	int left = layout->line[0] + 2, limit = layout->line[1] - 1;
	int column = left + (limit - left - ws_columns(words)) / 2;
	draw_cut(canvas, row, column < left ? left : column, limit, WS_STYLE_DIM, words);
}

int segment_row_rows(const struct layout *layout, const struct ws_step *step, bool single, int *below)
{
	const int least = step->input.kind == WS_INPUT_SEGMENT && step->way == WS_WAY_WHOLE ? 2 : 1;
	*below = 0;
	const int beside = single ? 1 : margin_rows(layout, step, below);
	return single ? 1 : beside > least ? beside : least;
}

struct visible {
	const struct ws_step *step;
	const bool *lost;
	size_t first, start, count; /* step[0] is the replay's step `first`; those from `start` on fit */
	bool single;
};

/* How many of the steps in all->step, counted from the last one, fit into `room` rows. */
static size_t choose_visible(const struct layout *layout, const struct visible *all, int room, int *used)
{
	size_t visible = 0;
	*used = 0;
	while (visible < all->count) {
		const size_t i = all->count - 1 - visible;
		const struct ws_step *step = &all->step[i];
		char words[GAP_ROOM];
		struct ws_text text = WS_TEXT_OVER(words);
		int below, rows = segment_row_rows(layout, step, all->single, &below);
		rows += below;
		if (visible && !all->single && segment_row_gap(layout, all->first + i, step, step + 1, &text))
			rows++;
		if (*used + rows > room)
			break;
		*used += rows;
		visible++;
	}
	return visible;
}

/* The sequence number after the segment's last one; its first where it has none. */
static uint32_t end_of(const struct ws_segment *input)
{
	return input->sequence + input->length + !!(input->flags & WS_TCP_SYN) + !!(input->flags & WS_TCP_FIN);
}

void segment_row_find_lost(const struct ws_step *steps, size_t count, bool *lost)
{
	for (size_t again = 1; again < count; again++) {
		const struct ws_segment *copy = &steps[again].input;
		if (!(steps[again].analysis & 1u << WS_ANALYSIS_RETRANSMISSION) || copy->kind != WS_INPUT_SEGMENT)
			continue;
		size_t acked = count;
		for (size_t i = again; i-- > 0;) {
			const struct ws_segment *input = &steps[i].input;
			if (input->kind != WS_INPUT_SEGMENT || input->duplicate || input->bad_checksum)
				continue;
			if (input->direction != copy->direction && input->flags & WS_TCP_ACK &&
			    (int32_t)(input->acknowledgment - end_of(copy)) >= 0 && acked == count)
				acked = i;
			if (input->direction == copy->direction && input->sequence == copy->sequence &&
			    end_of(input) != input->sequence) {
				/* In a simultaneous open each endpoint answers the other's SYN with its own and an
				 * ACK: that is no retransmission. */
				if (input->flags & WS_TCP_SYN && copy->flags & ~input->flags & WS_TCP_ACK)
					break;
				if (acked == count)
					lost[i] = true;
				else if (end_of(&steps[acked].input) == steps[acked].input.sequence)
					lost[acked] = true;
				break;
			}
		}
	}
}

/* One step of what is visible: `i` of steps[], which ends with the one that is shown, with its arrow in a row. */
static void draw_visible(const struct layout *layout, struct ws_canvas *canvas, const struct visible *visible, size_t i,
                         int row)
{
	const struct ws_step *steps = visible->step;
	int below;
	const int rows = segment_row_rows(layout, &steps[i], visible->single, &below);
	struct segment_row_look look = {.row = row - rows + 1,
	                                .rows = rows,
	                                .single = rows == 1 && !below,
	                                .opening = i == visible->start,
	                                .current = i + 1 == visible->count,
	                                .lost = visible->lost[i],
	                                .first = visible->first + i == 0,
	                                .before = i ? steps[i - 1].input.time : steps[i].input.time};
	look.flying = look.current && !layout->arrived;
	look.hangs = layout->ui->several && ways_goes_on(layout->model) && !replay_joined(&layout->ui->replay) &&
	             !layout->info.endpoint[!steps[i].input.direction].packets;
	const struct ws_flight *flight = evidence_flight(layout, &steps[i]);
	if (flight) {
		look.hangs = evidence_hangs(layout, &steps[i]) && (layout->arrived || !look.current);
		look.lost = flight->dropped && !look.hangs && !look.flying;
	}
	segment_row_step(layout, canvas, &steps[i], &look);
}

/* What hangs in the air is to be seen. */
static bool hides_flights(const struct layout *layout, const struct ws_step *steps, size_t count, size_t fit)
{
	for (size_t i = 0; layout->lab && i + fit < count; i++)
		if (steps[i].way != WS_WAY_ARRIVAL && evidence_hangs(layout, &steps[i]))
			return true;
	return false;
}

static void draw_segment_row(const struct layout *composed, struct ws_canvas *canvas, int top, int bottom)
{
	struct layout own = *composed;
	const struct layout *const layout = &own;
	const struct replay *replay = &layout->ui->replay;
	struct ws_step steps[MAX_VISIBLE];
	bool lost[MAX_VISIBLE] = {false};
	int rows[MAX_VISIBLE], used;
	if (layout->lab && bottom - top >= LEAST_SEGMENT_ROWS)
		boxes_draw_calls(layout, canvas, top++);
	else if (replay_joined(replay) && bottom - top >= LEAST_SEGMENT_ROWS)
		ways_draw_points(layout, canvas, top++);
	int room = bottom - top;
	if (room < 1)
		return;
	struct visible visible = {.step = steps, .lost = lost, .single = room < LEAST_SEGMENT_ROWS};
	const size_t shown = replay_shown_step(replay);
	const bool waited = layout->waited && !replay_joined(replay);
	const size_t all = shown + 1 + waited;
	size_t most = room < MAX_VISIBLE ? (size_t)room : MAX_VISIBLE; /* each takes a row at least */
	visible.count = all < most ? all : most;
	visible.first = all - visible.count;
	for (size_t i = 0; i + waited < visible.count; i++)
		if (!replay_step(replay, visible.first + i, &steps[i]))
			return;
	if (waited)
		steps[visible.count - 1] = layout->step;
	for (int row = top; row < bottom; row++) {
		ws_canvas_put(canvas, row, layout->line[0], WS_STYLE_DIM, 0x2502);
		ws_canvas_put(canvas, row, layout->line[1], WS_STYLE_DIM, 0x2502);
	}
	ways_draw_lines(layout, canvas, top, bottom);
	size_t fit = choose_visible(layout, &visible, room, &used);
	own.few_calls = hides_flights(layout, steps, visible.count, fit);
	if (fit < all && room > 2)
		fit = choose_visible(layout, &visible, room - 1, &used);
	visible.start = visible.count - fit;
	segment_row_find_lost(steps, visible.count, lost);
	int row = top;
	if (visible.first + visible.start > 0 && used < room) {
		char words[48];
		snprintf(words, sizeof(words), _("⋮ %zu earlier"), visible.first + visible.start);
		segment_row_draw_gap(layout, canvas, row++, words);
	}
	const struct ways ways = {.step = steps + visible.start,
	                          .row = rows + visible.start,
	                          .first = visible.first + visible.start,
	                          .count = fit,
	                          .current = shown,
	                          .top = row,
	                          .bottom = bottom};
	for (size_t i = visible.start; i < visible.count; i++) {
		char words[GAP_ROOM];
		struct ws_text text = WS_TEXT_OVER(words);
		if (i > visible.start && !visible.single &&
		    segment_row_gap(layout, visible.first + i - 1, &steps[i - 1], &steps[i], &text))
			segment_row_draw_gap(layout, canvas, row++, ws_text_cstr(&text));
		int below;
		row += segment_row_rows(layout, &steps[i], visible.single, &below);
		rows[i] = row - 1;
		row += below;
	}
	ways_draw(layout, canvas, &ways);
	for (size_t i = visible.start; i < visible.count; i++)
		draw_visible(layout, canvas, &visible, i, rows[i]);
}

/* ---- The screen */

static int notes_height(int rows)
{
	return rows >= 36 ? 9 : rows >= 24 ? 8 : rows >= 16 ? 4 : 2;
}

/* The notes take more rows where a sentence would be cut otherwise, as long as some segments can be seen. */
static int notes_need(const struct layout *layout, const struct ws_canvas *canvas, int room)
{
	const int usual = notes_height(canvas->rows), need = notes_rows(layout, canvas->columns);
	/* In the lab that runs, the calls and the keys of what hangs in the air stand beside the segments. */
	const int most = room - (layout->model->lab_runs ? 1 + LEAST_SEGMENT_ROWS : LEAST_BESIDE_NOTES);
	return need <= usual || most <= usual ? usual : need < most ? need : most;
}

/* The first row below the pane when the notes have their usual rows. */
static int pane_bottom(const struct ws_ui *ui)
{
	return ui->lesson.lesson ? ui->rows - 1 : ui->rows - 2 - notes_height(ui->rows);
}

/* Above a lesson's panel, without the notes, which would give away the answer. */
static void draw_for_lesson(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	enum { NAMES = 2, BOXES = 3, LEAST = 6 };
	struct layout layout;
	const int bottom = canvas->rows - 1, columns = canvas->columns - pane_columns(ui, canvas->columns, bottom);
	const bool boxes = bottom >= NAMES + BOXES + LEAST;
	if (!layout_compose(ui, model, columns, &layout)) {
		layout_missing(ui, canvas);
		return;
	}
	layout_title(&layout, canvas);
	layout_names(&layout, canvas, 1, 0, columns);
	boxes_draw(&layout, canvas, boxes ? NAMES : -1);
	const int kernels = boxes ? boxes_draw_kernels(&layout, canvas, NAMES + BOXES) : 0;
	draw_segment_row(&layout, canvas, boxes ? NAMES + BOXES + kernels : NAMES, bottom);
	if (columns < canvas->columns)
		pane_draw(&layout, canvas, bottom);
}

static void lifelines_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	struct layout layout;
	if (ui->lesson.lesson) {
		draw_for_lesson(ui, model, canvas);
		return;
	}
	int rule = canvas->rows - 2;
	draw_rule(canvas, rule);
	int columns = canvas->columns - pane_columns(ui, canvas->columns, pane_bottom(ui));
	if (!layout_compose(ui, model, columns, &layout)) {
		layout_missing(ui, canvas);
		return;
	}
	layout_shares(&layout, canvas, rule, canvas->columns); /* in the rule, it takes no row of its own */
	layout_title(&layout, canvas);
	layout_names(&layout, canvas, 1, 0, columns);
	const bool boxes = canvas->rows >= 16;
	const int kernels = boxes ? boxes_draw_kernels(&layout, canvas, 5) : 0;
	const int top = boxes ? 5 + kernels : 2;
	int notes = rule - notes_need(&layout, canvas, rule - top - (canvas->rows >= 30));
	boxes_draw(&layout, canvas, boxes ? 2 : -1);
	if (canvas->rows >= 30)
		draw_rule(canvas, --notes);
	draw_segment_row(&layout, canvas, top, notes);
	if (columns < canvas->columns)
		pane_draw(&layout, canvas, notes - (canvas->rows < 30));
	if (canvas->rows >= 30)
		notes++;
	notes_draw(&layout, canvas, notes, rule - notes);
}

static void lifelines_layout(struct ws_ui *ui, const struct ws_model *model)
{
	replay_layout(ui, model);
	pane_layout(ui, model, pane_bottom(ui));
}

static void lifelines_free(struct ws_ui *ui)
{
	replay_free(ui);
	ws_canvas_destroy(&ui->pane);
}

static bool lifelines_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	if (action != WS_ACT_NEXT_PANE)
		return replay_act(ui, model, action);
	const int pane = ui->replay.pane;
	ui->replay.pane = (enum replay_pane)((pane + 1) % REPLAY_PANES);
	if (pane_columns(ui, ui->columns, pane_bottom(ui)))
		return true;
	ui->replay.pane = (enum replay_pane)pane; /* there is no room for it */
	return false;
}

static const struct screen_key lifelines_keys[] = {
        {WS_ACT_PLAY, WS_ACT_NONE, N_("play")},
        {WS_ACT_STEP_BACK, WS_ACT_STEP, N_("step")},
        {WS_ACT_DETAIL, WS_ACT_NONE, N_("packet")},
        {WS_ACT_GRAPH, WS_ACT_NONE, N_("graph")},
        {WS_ACT_TIME, WS_ACT_NONE, N_("time")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_STREAM, WS_ACT_NONE, N_("stream")},
        {WS_ACT_DIAGRAM, WS_ACT_NONE, N_("diagram")},
        {WS_ACT_NEXT_PANE, WS_ACT_NONE, N_("pane")},
        {WS_ACT_RESTART, WS_ACT_NONE, N_("replay")},
        {WS_ACT_SLOWER, WS_ACT_FASTER, N_("speed")},
        {WS_ACT_GUIDED, WS_ACT_NONE, N_("guided")},
        {WS_ACT_PREVIOUS_CHANGE, WS_ACT_NEXT_CHANGE, N_("change")},
        {WS_ACT_JUMP, WS_ACT_NONE, N_("jump")},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        {WS_ACT_SWAP, WS_ACT_NONE, N_("swap")},
        {WS_ACT_ABSOLUTE, WS_ACT_NONE, N_("absolute")},
        {WS_ACT_TIMES, WS_ACT_NONE, NULL},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        {WS_ACT_LOOP, WS_ACT_NONE, N_("loop")},
        {WS_ACT_NEXT_PROBLEM, WS_ACT_PREVIOUS_PROBLEM, N_("problem")},
        {WS_ACT_ENTER, WS_ACT_FOLLOW, NULL},
        {WS_ACT_EXPORT, WS_ACT_NONE, NULL},
        {WS_ACT_EXERCISE, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_PLAY,
};

const struct screen_ops lifelines_screen = {
        .init = replay_init,
        .free = lifelines_free,
        .snapshot_changed = replay_snapshot_changed,
        .layout = lifelines_layout,
        .draw = lifelines_draw,
        .act = lifelines_act,
        .tick = replay_tick,
        .next_change = replay_next_change,
        .keys = lifelines_keys,
        .key_count = WS_ARRAY_SIZE(lifelines_keys),
        .plays = true,
        .says_time = true,
};
