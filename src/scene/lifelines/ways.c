/* Draws what several points show: an arrow leaves at the row of its departure and ends at that of its arrival.
 *
 * Time runs down, and every departure and every arrival has a row. The words stand in the row of the departure, beside
 * the lifeline that the segment leaves; from their end the arrow leads down to the row of the arrival, which says how
 * long the way took. In the rows between, one character a row shows where the arrow passes, so that many that overlap
 * can still be told apart; words are never crossed. A segment that is in the air at the time shown is drawn in its own
 * row only, as far as it has come, and one that was lost as far as the point after which it is missing.
 *
 * Columns are counted from the lifeline of the sender: 0 is the one beside it. */
#include "scene/lifelines/segment_row.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/join.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

enum {
	INDENT = 3,      /* columns before the words */
	LEAST_SHAFT = 4, /* columns that the words leave to the arrow */
	KEY_SHAFT = 14,  /* to the arrow of what hangs in the air, with a key */
	LABEL_BYTES = 240,
	POINT_LINE = 0x2506,
	WIDE = 128,
};

/* What is drawn on, from one side to the other. */
struct pen {
	const struct layout *layout;
	struct ws_canvas *canvas;
	bool rightwards;
	int length; /* columns between the lifelines */
	enum ws_style style;
	uint32_t shaft;
	bool bold;
};

static int pen_column(const struct pen *pen, int at)
{
	return pen->rightwards ? pen->layout->line[0] + 1 + at : pen->layout->line[1] - 1 - at;
}

static void pen_put(const struct pen *pen, int row, int at, enum ws_style style, uint32_t character)
{
	ws_canvas_put(pen->canvas, row, pen_column(pen, at), style, character);
	if (pen->bold)
		ws_canvas_paint(pen->canvas, row, pen_column(pen, at), 1, style, WS_BOLD);
}

/* From `from` to before `to`. */
static void pen_run(const struct pen *pen, int row, int from, int to, enum ws_style style, uint32_t character)
{
	for (int at = from; at < to; at++)
		pen_put(pen, row, at, style, character);
}

static struct pen pen_for(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step, bool bold)
{
	struct pen pen = {.layout = layout,
	                  .canvas = canvas,
	                  .rightwards = step->input.direction == layout->left,
	                  .length = layout->line[1] - layout->line[0] - 1,
	                  .style = segment_row_style(layout, step),
	                  .bold = bold};
	segment_row_marks_style(step, &pen.shaft);
	return pen;
}

/* ---- Points */

/* Where a point is between the lifelines: `place` counts from the left. */
static int point_column(const struct layout *layout, const struct ws_conn_path *path, unsigned place)
{
	const int width = layout->line[1] - layout->line[0];
	return layout->line[0] + (int)(width * (int)place / (path->result.points - 1));
}

/* True when the path's endpoint 0 is drawn on the left. */
static bool begins_left(const struct layout *layout)
{
	return (layout->left ^ layout->info.path_swapped) == 0;
}

static unsigned point_at(const struct layout *layout, const struct ws_conn_path *path, unsigned place)
{
	return path->result.path[begins_left(layout) ? place : path->result.points - 1u - place];
}

static const struct ws_conn_path *path_of(const struct layout *layout)
{
	const struct ws_replay *steps = layout->ui->replay.steps;
	return steps ? ws_replay_path(steps) : NULL;
}

void ways_draw_lines(const struct layout *layout, struct ws_canvas *canvas, int top, int bottom)
{
	const struct ws_conn_path *path = path_of(layout);
	for (unsigned place = 1; path && place + 1u < path->result.points; place++)
		for (int row = top; row < bottom; row++)
			ws_canvas_put(canvas, row, point_column(layout, path, place), WS_STYLE_DIM, POINT_LINE);
}

/* How much is said of a point. */
enum { POINT_NAME, POINT_OFFSET, POINT_CLOCK };

/* A point's name, with its clock where that is not the reference's: "server, clock +3.700 s ±15 ms"; POINT_OFFSET leaves
 * the word out. */
static void point_words(const struct layout *layout, const struct ws_conn_path *path, unsigned index, int detail,
                        struct ws_text *text)
{
	const struct ws_points *points = ws_tracker_points(layout->model->tracker);
	const struct ws_clock *of = points ? points->clock[path->point[index]] : NULL;
	struct ws_clock_info info;
	ws_text_puts(text, path->name[index]);
	if (detail == POINT_NAME || !of)
		return;
	ws_clock_info(of, &info);
	if (info.fixed && !info.offset)
		return; /* both have one clock */
	const bool word = detail == POINT_CLOCK || (!info.fixed && !info.samples);
	ws_text_puts(text, word ? _(", ") : " ");
	(word ? ws_clock_offset_words : ws_clock_offset_number)(text, &info, true);
}

void ways_point_words(const struct layout *layout, int side, struct ws_text *text)
{
	const struct ws_conn_path *path = path_of(layout);
	if (path)
		point_words(layout, path, point_at(layout, path, side ? path->result.points - 1u : 0), POINT_CLOCK,
		            text);
}

void ways_draw_points(const struct layout *layout, struct ws_canvas *canvas, int row)
{
	const struct ws_conn_path *path = path_of(layout);
	char left[WIDE], right[WIDE];
	const unsigned last = path->result.points - 1u;
	const int begin = layout->line[0] + 2, end = layout->line[1] - 1;
	/* With points between, their names count more than the clocks. */
	for (int detail = last == 1 ? POINT_CLOCK : POINT_NAME; detail >= POINT_NAME; detail--) {
		struct ws_text from = WS_TEXT_OVER(left), to = WS_TEXT_OVER(right);
		point_words(layout, path, point_at(layout, path, 0), detail, &from);
		point_words(layout, path, point_at(layout, path, last), detail, &to);
		if (ws_canvas_columns(canvas, ws_text_cstr(&from)) + ws_canvas_columns(canvas, ws_text_cstr(&to)) + 2 <=
		    end - begin)
			break;
	}
	ws_canvas_put(canvas, row, layout->line[0], WS_STYLE_DIM, 0x2502);
	ws_canvas_put(canvas, row, layout->line[1], WS_STYLE_DIM, 0x2502);
	const int room = end - ws_canvas_columns(canvas, right) - 1, half = (begin + end) / 2;
	const int after = draw_cut(canvas, row, begin, room > half ? room : half, WS_STYLE_DIM, left);
	const int before = draw_right(canvas, row, after + 2, end, WS_STYLE_DIM, right);
	for (unsigned place = 1; place < last; place++) {
		const char *name = path->name[point_at(layout, path, place)];
		const int column = point_column(layout, path, place) - ws_columns(name) / 2;
		if (column >= after + 2 && column + ws_columns(name) + 2 <= before)
			ws_canvas_text(canvas, row, column, before - 2, WS_STYLE_DIM, name);
	}
}

/* ---- Words */

/* Writes the words of a segment, with its marks in their own style, in the columns from INDENT on. Returns the first
 * column after them. */
static int draw_words(const struct pen *pen, const struct ws_step *step, int row)
{
	const bool hangs = step->way == WS_WAY_DEPARTURE && evidence_hangs(pen->layout, step);
	char label[LABEL_BYTES], words[LABEL_BYTES];
	struct ws_text text = WS_TEXT_OVER(label), mark = WS_TEXT_OVER(words);
	const int room = pen->length - INDENT - (hangs ? KEY_SHAFT : LEAST_SHAFT);
	uint32_t shaft;
	const enum ws_style style = segment_row_marks_style(step, &shaft);
	segment_row_marks(step, &mark);
	const int marks = mark.length ? 2 + ws_columns(ws_text_cstr(&mark)) : 0;
	for (int left_out = 0; left_out <= LAYOUT_LEAVES_OUT; left_out++) {
		text = WS_TEXT_OVER(label);
		layout_segment(pen->layout, step, left_out, &text);
		if (ws_columns(ws_text_cstr(&text)) + marks <= room)
			break;
	}
	int width = ws_columns(ws_text_cstr(&text)) + marks;
	width = width < room ? width : room;
	const int start = pen->rightwards ? pen_column(pen, INDENT) : pen_column(pen, INDENT + width - 1);
	const int limit = start + width;
	int end = draw_cut(pen->canvas, row, start, limit, WS_STYLE_NORMAL, label);
	if (pen->bold)
		ws_canvas_paint(pen->canvas, row, start, end - start, WS_STYLE_NORMAL, WS_BOLD);
	segment_row_fields(pen->layout, pen->canvas, step, row, start, end, label);
	if (mark.length && end + 2 < limit)
		draw_cut(pen->canvas, row, end + 2, limit, style, words);
	return INDENT + width;
}

static void draw_tee(const struct pen *pen, int row)
{
	ws_canvas_put(pen->canvas, row, pen_column(pen, -1), pen->style, pen->rightwards ? 0x251c : 0x2524);
	pen_put(pen, row, 0, pen->style, pen->shaft);
}

/* ---- What has not arrived, or not yet */

static int share_of_way(const struct pen *pen, const struct ws_step *step)
{
	const ws_time whole = step->other_time - step->input.time, passed = pen->layout->time - step->input.time;
	const double share = whole > 0 ? (double)passed / (double)whole : 1;
	return (int)(share * (pen->length - 1));
}

/* Writes a word in the columns from `at` on, with a blank on either side, where there is room for it. */
static void draw_remark(const struct pen *pen, int row, int at, const char *word, enum ws_style style)
{
	const int width = ws_columns(word);
	if (at + width + 2 > pen->length - 1)
		return;
	const int start = pen->rightwards ? pen_column(pen, at) : pen_column(pen, at + width + 1);
	ws_canvas_put(pen->canvas, row, start, style, ' ');
	ws_canvas_text(pen->canvas, row, start + 1, pen->layout->line[1], style, word);
	ws_canvas_put(pen->canvas, row, start + 1 + width, style, ' ');
}

/* The number of a packet that is held, and the key that delivers the one that is chosen. */
static void draw_key(const struct pen *pen, const struct ws_step *step, int row, int at)
{
	char words[48];
	enum ws_style style;
	if (lab_key_words(pen->layout->ui, pen->layout->model, evidence_flight(pen->layout, step), words, sizeof(words),
	                  &style))
		draw_remark(pen, row, at, words, style);
}

static void draw_in_air(const struct pen *pen, const struct ws_step *step, int row)
{
	const int after = draw_words(pen, step, row) + 1;
	int head = step->other != WS_STEP_NONE ? share_of_way(pen, step) : pen->length / 2;
	head = head < after ? after : head > pen->length - 1 ? pen->length - 1 : head;
	pen_run(pen, row, after, head, pen->style, pen->shaft);
	pen_put(pen, row, head, pen->style, 0x25cf);
	draw_key(pen, step, row, head + 1);
}

/* The place on the path, counted from the sender, of a point in the path's arrays. */
static int place_of(const struct layout *layout, const struct ws_conn_path *path, const struct ws_step *step, int point)
{
	const bool forward = (step->input.direction ^ layout->info.path_swapped) == 0;
	for (int place = 0; place < path->result.points; place++)
		if (path->result.path[place] == point)
			return forward ? place : path->result.points - 1 - place;
	return 0;
}

static void draw_lost(const struct pen *pen, const struct ws_step *step, size_t index, int row)
{
	const struct ws_conn_path *path = path_of(pen->layout);
	struct ws_transit transit;
	int at = pen->length / 2;
	if (ws_replay_transit(pen->layout->ui->replay.steps, index, &transit) && transit.next >= 0) {
		const int from = place_of(pen->layout, path, step, transit.last),
		          to = place_of(pen->layout, path, step, transit.next);
		at = pen->length * (from + to) / 2 / (path->result.points - 1);
	}
	const int after = draw_words(pen, step, row) + 1;
	at = at < after ? after : at;
	pen_run(pen, row, after, at, pen->style, pen->shaft);
	pen_put(pen, row, at, WS_STYLE_BAD, 0x00d7);
	draw_remark(pen, row, at + 1, _("lost"), WS_STYLE_BAD);
}

/* The other point has not captured it, and so it is not known when it arrived. */
static void draw_unseen(const struct pen *pen, const struct ws_step *step, int row)
{
	const int after = draw_words(pen, step, row) + 1;
	pen_run(pen, row, after, pen->length - 1, WS_STYLE_DIM, 0x254c);
	draw_remark(pen, row, after + 1, _("not captured"), WS_STYLE_DIM);
	pen_put(pen, row, pen->length - 1, WS_STYLE_DIM, pen->rightwards ? 0x25ba : 0x25c4);
}

/* It was not captured where it should have left. */
static void draw_from_nowhere(const struct pen *pen, const struct ws_step *step, int row)
{
	const bool injected = step->outcome == WS_OUTCOME_INJECTED;
	const int after = draw_words(pen, step, row) + 1;
	pen_run(pen, row, after, pen->length - 1, pen->style, injected ? pen->shaft : 0x254c);
	draw_remark(pen, row, after + 1, injected ? _("injected") : _("not captured"),
	            injected ? WS_STYLE_BAD : WS_STYLE_DIM);
	pen_put(pen, row, pen->length - 1, pen->style, pen->rightwards ? 0x25ba : 0x25c4);
}

/* ---- What has arrived */

/* The bends of an arrow: where it leaves the row of its departure, and where it enters that of its arrival. */
struct bends {
	int from, to;
};

static struct bends bends_of(const struct pen *pen, int after, int rows, int delay)
{
	struct bends bends = {pen->length / (rows + 1), pen->length - pen->length / (rows + 1)};
	const int most = pen->length - 5 - delay;
	bends.from = bends.from < after + 1 ? after + 1 : bends.from;
	bends.to = bends.to > most ? most : bends.to;
	bends.to = bends.to < bends.from ? bends.from : bends.to;
	if (rows == 1)
		bends.from = bends.to = bends.from > pen->length / 2 ? bends.from : bends.to;
	return bends;
}

static int delay_words(const struct ws_step *step, struct ws_text *text)
{
	ws_duration_words(text, step->input.time - step->other_time);
	return ws_columns(ws_text_cstr(text));
}

/* The last row of an arrow, from a bend to its head, with how long the way took. */
static void draw_arrival(const struct pen *pen, const struct ws_step *step, int row, int bend)
{
	char words[32];
	struct ws_text text = WS_TEXT_OVER(words);
	const int width = delay_words(step, &text), end = pen->length - 1;
	pen_run(pen, row, bend + 1, end, pen->style, pen->shaft);
	pen_put(pen, row, end, pen->style, pen->rightwards ? 0x25ba : 0x25c4);
	const int at = bend + 1 + (end - bend - 1 - width - 2) / 2;
	if (at >= bend + 2)
		draw_remark(pen, row, at, words, WS_STYLE_DIM);
}

/* True where nothing is drawn but the arrows of others. */
static bool is_free(const struct ws_canvas *canvas, int row, int column)
{
	static const uint32_t free[] = {' ', POINT_LINE, 0x2502, 0x2571, 0x2572};
	if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
		return false;
	const uint32_t there = canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column].code_point;
	for (size_t i = 0; i < WS_ARRAY_SIZE(free); i++)
		if (there == free[i])
			return true;
	return false;
}

/* A blank between two words is not free. */
static bool may_draw(const struct ws_canvas *canvas, int row, int column)
{
	return is_free(canvas, row, column - 1) && is_free(canvas, row, column) && is_free(canvas, row, column + 1);
}

/* In the rows between, where nothing else is drawn. */
static void draw_between(const struct pen *pen, const struct ways *ways, int from_row, int to_row, struct bends bends)
{
	for (int row = from_row + 1; row < to_row; row++) {
		const int at = bends.from + (bends.to - bends.from) * (row - from_row) / (to_row - from_row);
		const int next = bends.from + (bends.to - bends.from) * (row + 1 - from_row) / (to_row - from_row);
		const uint32_t slanted = pen->rightwards ? 0x2572 : 0x2571;
		if (row >= ways->top && row < ways->bottom && may_draw(pen->canvas, row, pen_column(pen, at)))
			pen_put(pen, row, at, pen->style, next == at ? 0x2502 : slanted);
	}
}

/* ---- All of them */

/* Words of the row that a departure has; the arrow's bends depend on how long they are. */
static int words_end(const struct layout *layout, struct ws_canvas *canvas, const struct ways *ways, size_t i)
{
	const struct ws_step *step = &ways->step[i];
	const struct pen pen = pen_for(layout, canvas, step, ways->first + i == ways->current);
	return draw_words(&pen, step, ways->row[i]);
}

static void draw_departure(const struct layout *layout, struct ws_canvas *canvas, const struct ways *ways, size_t i)
{
	const struct ws_step *step = &ways->step[i];
	const bool arrives = step->other != WS_STEP_NONE;
	const struct pen pen =
	        pen_for(layout, canvas, step, ways->first + i == ways->current || step->other == ways->current);
	const int row = ways->row[i];
	const struct ws_flight *flight = evidence_flight(layout, step);
	const bool hangs = flight ? evidence_hangs(layout, step) : step->in_air && ways_goes_on(layout->model);
	draw_tee(&pen, row);
	if (flight ? flight->dropped && !hangs : step->outcome == WS_OUTCOME_LOST && !arrives)
		draw_lost(&pen, step, ways->first + i, row);
	else if (arrives ? step->other > ways->current : hangs)
		draw_in_air(&pen, step, row);
	else if (!arrives)
		draw_unseen(&pen, step, row);
	else
		draw_words(&pen, step, row);
}

/* An arrival, with the whole arrow where its departure can be seen. */
static void draw_arrow_to(const struct layout *layout, struct ws_canvas *canvas, const struct ways *ways, size_t i)
{
	const struct ws_step *step = &ways->step[i];
	const size_t departure = step->other;
	const bool visible = departure >= ways->first;
	const struct pen pen =
	        pen_for(layout, canvas, step, ways->first + i == ways->current || departure == ways->current);
	const int to_row = ways->row[i];
	if (departure == WS_STEP_NONE) {
		draw_from_nowhere(&pen, step, to_row);
		return;
	}
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const int delay = delay_words(step, &text);
	if (!visible) {
		const struct bends bends = bends_of(&pen, 0, to_row - ways->top + 1, delay);
		draw_between(&pen, ways, ways->top - 1, to_row, bends);
		pen_put(&pen, to_row, bends.to, pen.style, pen.rightwards ? 0x2570 : 0x256f);
		draw_arrival(&pen, step, to_row, bends.to);
		return;
	}
	const int from_row = ways->row[departure - ways->first];
	const int after = words_end(layout, canvas, ways, departure - ways->first) + 1;
	const struct bends bends = bends_of(&pen, after, to_row - from_row, delay);
	pen_run(&pen, from_row, after, bends.from, pen.style, pen.shaft);
	pen_put(&pen, from_row, bends.from, pen.style, pen.rightwards ? 0x256e : 0x256d);
	draw_between(&pen, ways, from_row, to_row, bends);
	pen_put(&pen, to_row, bends.to, pen.style, pen.rightwards ? 0x2570 : 0x256f);
	draw_arrival(&pen, step, to_row, bends.to);
}

void ways_draw(const struct layout *layout, struct ws_canvas *canvas, const struct ways *ways)
{
	/* All words first, so that no arrow crosses them. */
	for (size_t i = 0; i < ways->count; i++)
		if (ways->step[i].way == WS_WAY_DEPARTURE)
			draw_departure(layout, canvas, ways, i);
	for (size_t i = 0; i < ways->count; i++)
		if (ways->step[i].way == WS_WAY_ARRIVAL)
			draw_arrow_to(layout, canvas, ways, i);
}
