/* The stream screen: moving through it, and fitting what is shown to the screen.
 *
 * A position is a row of one piece, not a row of the whole stream, because the number of all rows is only known
 * after every byte has been read. Moving by one row needs the rows of one piece only; a page is many such moves.
 * Laying out reads the bytes of the visible rows, so that drawing reads none. */
#include "scene/bytes/stream.h"
#include "scene/file_request.h"
#include "scene/lifelines/replay.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { STEPS_PER_LAYOUT = 20000, BODY_INDENT = 4, HEX_MARGIN = 8 };

/* ---- Rows of a piece */

size_t stream_glyph(const uint8_t *bytes, size_t count, char out[8], int *columns, bool *plain)
{
	uint32_t code_point;
	*plain = false;
	*columns = 2;
	switch (bytes[0]) {
	case '\n':
		strcpy(out, "\\n");
		return 1;
	case '\r':
		strcpy(out, "\\r");
		return 1;
	case '\t':
		strcpy(out, "\\t");
		return 1;
	default:
		break;
	}
	size_t used = ws_utf8_decode((const char *)bytes, count, &code_point);
	int width = used && ws_printable(code_point) ? (code_point < 0x80 ? 1 : wcwidth((wchar_t)code_point)) : -1;
	*columns = 1;
	if (width < 1) {
		strcpy(out, ".");
		return 1;
	}
	memcpy(out, bytes, used);
	out[used] = '\0';
	*columns = width;
	*plain = true;
	return used;
}

int stream_hex_bytes(int width)
{
	return width >= HEX_MARGIN + 16 * 4 + 2 ? 16 : 8;
}

/* How many bytes the next row takes. */
static uint32_t row_bytes(const struct stream_view *view, const uint8_t *bytes, uint32_t count)
{
	uint32_t at = 0;
	int columns = 0;
	if (view->hex) {
		uint32_t each = (uint32_t)stream_hex_bytes(view->width);
		return count < each ? count : each;
	}
	while (at < count) {
		char out[8];
		int width;
		bool plain;
		size_t used = stream_glyph(bytes + at, count - at, out, &width, &plain);
		if (at && (columns + width > view->width || at + used > STREAM_LINE_BYTES))
			break;
		columns += width;
		at += (uint32_t)used;
		if (bytes[at - 1] == '\n')
			break;
	}
	return at;
}

/* Finds where row `row` (from 1) of a data piece begins. False: it has no bytes; it is the row that says why some
 * are missing. */
static bool find_row(struct stream_view *view, const struct ws_model *model, size_t piece, uint32_t row,
                     uint32_t *offset, uint32_t *length)
{
	uint32_t count;
	const uint8_t *bytes = stream_bytes(view, model, piece, &count);
	*offset = 0;
	for (uint32_t i = 1; *offset < count; i++, *offset += *length) {
		*length = row_bytes(view, bytes + *offset, count - *offset);
		if (i == row)
			return true;
	}
	return false;
}

static uint32_t last_row(struct stream_view *view, const struct ws_model *model, size_t piece)
{
	uint32_t count, offset = 0, rows = 0;
	if (view->piece[piece].kind != STREAM_DATA)
		return 0;
	const uint8_t *bytes = stream_bytes(view, model, piece, &count);
	for (; offset < count; rows++)
		offset += row_bytes(view, bytes + offset, count - offset);
	return rows + (count < view->piece[piece].length);
}

static bool is_shown(const struct stream_view *view, size_t piece)
{
	return view->only < 0 || view->piece[piece].direction == view->only;
}

static bool next_piece(const struct stream_view *view, size_t *piece)
{
	for (size_t i = *piece + 1; i < view->count; i++) {
		if (is_shown(view, i)) {
			*piece = i;
			return true;
		}
	}
	return false;
}

static bool previous_piece(const struct stream_view *view, size_t *piece)
{
	for (size_t i = *piece; i-- > 0;) {
		if (is_shown(view, i)) {
			*piece = i;
			return true;
		}
	}
	return false;
}

static bool row_down(struct stream_view *view, const struct ws_model *model, struct stream_position *position)
{
	if (position->row < last_row(view, model, position->piece)) {
		position->row++;
		return true;
	}
	if (!next_piece(view, &position->piece))
		return false;
	position->row = 0;
	return true;
}

static bool row_up(struct stream_view *view, const struct ws_model *model, struct stream_position *position)
{
	if (position->row) {
		position->row--;
		return true;
	}
	if (!previous_piece(view, &position->piece))
		return false;
	position->row = last_row(view, model, position->piece);
	return true;
}

static bool is_before(const struct stream_position *a, const struct stream_position *b)
{
	return a->piece < b->piece || (a->piece == b->piece && a->row < b->row);
}

/* ---- Opening and moving */

/* Begins with the connection as the chosen point has it, or the one that it is of. */
static void start(struct stream_view *view, const struct ws_model *model, ws_conn_id conn, uint64_t number)
{
	const struct ws_points *points = ws_tracker_points(model->tracker);
	struct ws_conn_info info;
	const bool known = ws_tracker_conn(model->tracker, conn, &info);
	const bool chosen = known && info.path && view->chosen_for == number;
	const unsigned at = chosen ? ws_path_place(info.path, view->chosen) : WS_JOIN_POINTS;
	const struct ws_conn_path *path = at < WS_JOIN_POINTS && at < info.path->points ? info.path : NULL;
	const unsigned point = path ? path->point[at] : ui_point_of(model, conn);
	if (view->number == number && view->conn == conn && view->point == point && view->replay)
		return;
	if (path && points && points->tracker[point])
		stream_start(view, points->tracker[point],
		             ws_tracker_conn_find(points->tracker[point], path->number[at]), point,
		             info.path_swapped ^ path->swapped[at]);
	else
		stream_start(view, model->tracker, conn, ui_point_of(model, conn), false);
	view->conn = conn;
	view->number = number;
}

static bool stream_open(struct ws_ui *ui, const struct ws_model *model)
{
	if (!ui->replay.conn)
		return false;
	start(&ui->stream, model, ui->replay.conn, ui->replay.number);
	return true;
}

/* The connection's next point, at the same segment. */
static bool to_next_point(struct ws_ui *ui, const struct ws_model *model)
{
	struct stream_view *view = &ui->stream;
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, view->conn, &info) || !info.path || info.path->points < 2)
		return false;
	const struct ws_conn_path *path = info.path;
	const unsigned at = ws_path_place(path, view->point), next = path->point[at + 1 < path->points ? at + 1 : 0];
	uint64_t frame = 0;
	if (view->count && ui->replay.steps) {
		const size_t step =
		        ws_replay_find_frame_at(ui->replay.steps, view->point, view->piece[view->cursor.piece].frame);
		frame = replay_frame(&ui->replay, step, next);
	}
	view->chosen = next;
	view->chosen_for = view->number;
	view->count = 0; /* frames are counted otherwise there */
	view->seek = frame;
	start(view, model, view->conn, view->number);
	return true;
}

static void to_first(struct stream_view *view)
{
	size_t first = 0;
	view->cursor = (struct stream_position){0};
	if (view->count && !is_shown(view, 0) && next_piece(view, &first))
		view->cursor.piece = first;
}

static void to_last(struct stream_view *view, const struct ws_model *model)
{
	size_t last = view->count;
	if (previous_piece(view, &last))
		view->cursor = (struct stream_position){last, last_row(view, model, last)};
}

/* Shows both directions, then one, then the other. */
static void change_direction(struct stream_view *view)
{
	view->only = view->only == 1 ? -1 : view->only + 1;
	if (view->count && !is_shown(view, view->cursor.piece)) {
		size_t piece = view->cursor.piece;
		if (!previous_piece(view, &piece) && !next_piece(view, &piece))
			piece = 0;
		view->cursor.piece = piece;
	}
	view->cursor.row = 0;
	view->top = view->cursor;
}

/* Opens the packet screen for the segment under the cursor. */
static bool open_packet(struct ws_ui *ui)
{
	const struct stream_view *view = &ui->stream;
	if (!view->count || !ui->replay.steps || ui->replay.number != view->number)
		return false;
	replay_stand(&ui->replay,
	             ws_replay_find_frame_at(ui->replay.steps, view->point, view->piece[view->cursor.piece].frame));
	ui_open(ui, WS_SCREEN_PACKET);
	return true;
}

static bool stream_move(struct stream_view *view, const struct ws_model *model, enum ws_action action)
{
	int rows = view->rows > 1 ? view->rows - 1 : 1;
	switch (action) {
	case WS_ACT_UP:
		row_up(view, model, &view->cursor);
		return true;
	case WS_ACT_DOWN:
		row_down(view, model, &view->cursor);
		return true;
	case WS_ACT_PAGE_UP:
		for (int i = 0; i < rows && row_up(view, model, &view->cursor); i++)
			;
		return true;
	case WS_ACT_PAGE_DOWN:
		for (int i = 0; i < rows && row_down(view, model, &view->cursor); i++)
			;
		return true;
	case WS_ACT_FIRST:
		to_first(view);
		return true;
	case WS_ACT_LAST:
		to_last(view, model);
		return true;
	case WS_ACT_NEXT_PACKET:
		if (next_piece(view, &view->cursor.piece))
			view->cursor.row = 0;
		return true;
	case WS_ACT_PREVIOUS_PACKET:
		if (view->cursor.row || previous_piece(view, &view->cursor.piece))
			view->cursor.row = 0;
		return true;
	default:
		return false;
	}
}

static bool stream_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct stream_view *view = &ui->stream;
	switch (action) {
	case WS_ACT_HEX:
		view->hex = !view->hex;
		view->cursor.row = view->cursor.row != 0;
		view->top = view->cursor;
		return true;
	case WS_ACT_DIRECTION:
		change_direction(view);
		return true;
	case WS_ACT_SAVE:
		return file_request_ask_stream(ui, model);
	case WS_ACT_POINT:
		return to_next_point(ui, model);
	case WS_ACT_ENTER:
	case WS_ACT_DETAIL:
		return open_packet(ui);
	default:
		return view->count && stream_move(view, model, action);
	}
}

static bool stream_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	struct stream_view *view = &ui->stream;
	if (row < 1 || (size_t)(row - 1) >= view->line_count)
		return false;
	struct stream_position to = view->line[row - 1].position;
	if (to.piece == view->cursor.piece && to.row == view->cursor.row)
		return stream_act(ui, model, WS_ACT_ENTER);
	view->cursor = to;
	return true;
}

/* ---- Laying out */

static void seek(struct stream_view *view)
{
	for (size_t i = 0; view->seek && i < view->count; i++) {
		if (view->piece[i].frame > view->seek)
			break;
		if (is_shown(view, i))
			view->cursor = (struct stream_position){.piece = i};
	}
	if (!view->count || view->piece[view->count - 1].frame >= view->seek)
		view->seek = 0;
}

/* At the end of a stream that grows, the cursor stays at the end. */
static bool at_end(struct stream_view *view, const struct ws_model *model)
{
	size_t last = view->count;
	return previous_piece(view, &last) && view->cursor.piece == last && view->cursor.row &&
	       view->cursor.row == last_row(view, model, last);
}

static void keep_in_sight(struct stream_view *view, const struct ws_model *model)
{
	struct stream_position at = view->top;
	if (view->top.piece >= view->count || !is_shown(view, view->top.piece) ||
	    is_before(&view->cursor, &view->top)) {
		view->top = view->cursor;
		return;
	}
	if (view->cursor.piece - view->top.piece < (size_t)view->rows) {
		for (int i = 0; i < view->rows; i++) {
			if (!is_before(&at, &view->cursor))
				return;
			if (!row_down(view, model, &at))
				break;
		}
	}
	view->top = view->cursor;
	for (int i = 1; i < view->rows && row_up(view, model, &view->top); i++)
		;
}

static void fill_line(struct stream_view *view, const struct ws_model *model, struct stream_line *line)
{
	const struct stream_piece *piece = &view->piece[line->position.piece];
	uint32_t length, count;
	line->kept = false;
	line->length = 0;
	line->offset = 0;
	if (piece->kind != STREAM_DATA || !line->position.row ||
	    !find_row(view, model, line->position.piece, line->position.row, &line->offset, &length))
		return;
	const uint8_t *bytes = stream_bytes(view, model, line->position.piece, &count);
	length = length < STREAM_LINE_BYTES ? length : STREAM_LINE_BYTES;
	memcpy(line->bytes, bytes + line->offset, length);
	line->length = (uint16_t)length;
	line->kept = true;
}

static bool lines_reserve(struct stream_view *view)
{
	size_t rows = (size_t)view->rows;
	if (rows <= view->line_capacity)
		return true;
	struct stream_line *lines = realloc(view->line, rows * sizeof(*lines));
	if (!lines)
		return false;
	view->line = lines;
	view->line_capacity = rows;
	return true;
}

static bool stream_growing(const struct ws_ui *ui)
{
	const struct stream_view *view = &ui->stream;
	return view->replay && !view->full && view->step < ws_replay_count(view->replay);
}

static void stream_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct stream_view *view = &ui->stream;
	struct stream_position at;
	replay_choose(ui, model);
	if (!stream_open(ui, model))
		return;
	view->rows = table_visible(ui->rows, 1, table_note_rows(ui->rows));
	view->width = ui->columns - BODY_INDENT - 1;
	bool follow = model->running && at_end(view, model);
	stream_build(view, STEPS_PER_LAYOUT);
	if (follow)
		to_last(view, model);
	seek(view);
	char words[512];
	struct ws_text notes = WS_TEXT_OVER(words);
	stream_notes(view, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, 1, 2 * view->count, words);
	view->rows = table_visible(ui->rows, 1, ui->notes);
	view->line_count = 0;
	if (!view->count || !lines_reserve(view))
		return;
	uint32_t last = last_row(view, model, view->cursor.piece);
	if (view->cursor.row > last)
		view->cursor.row = last;
	keep_in_sight(view, model);
	at = view->top;
	do {
		struct stream_line *line = &view->line[view->line_count++];
		line->position = at;
		fill_line(view, model, line);
	} while (view->line_count < (size_t)view->rows && row_down(view, model, &at));
}

/* ---- The screen */

static void stream_init(struct ws_ui *ui)
{
	ui->stream.only = -1;
	ui->stream.loaded.piece = SIZE_MAX;
}

static void stream_end(struct ws_ui *ui)
{
	stream_free(&ui->stream);
}

static void stream_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	stream_leave(&ui->stream);
}

/* Opens the stream of the connection that is selected or shown; where the replay is at one of its packets, from
 * that packet on. */
static bool stream_enter(struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_step step;
	const bool from_list = ws_ui_screen(ui) == WS_SCREEN_LIST;
	const ws_conn_id id = from_list ? list_selected(ui, model) : ui->replay.conn;
	if (ui->packet.alone || !id || (from_list && !replay_open(ui, model, id)) || !stream_open(ui, model))
		return false;
	const bool stands = !from_list && replay_step(&ui->replay, ui->replay.step, &step);
	ui->stream.seek = stands ? replay_frame(&ui->replay, ui->replay.step, ui->stream.point) : 0;
	return true;
}

static ws_time stream_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	return stream_growing(ui) ? 0 : WS_TIME_NEVER;
}

static const struct screen_key stream_keys[] = {
        {WS_ACT_PREVIOUS_PACKET, WS_ACT_NEXT_PACKET, N_("segment")},
        {WS_ACT_DIRECTION, WS_ACT_NONE, N_("sides")},
        {WS_ACT_HEX, WS_ACT_NONE, N_("hex")},
        {WS_ACT_ENTER, WS_ACT_NONE, N_("packet")},
        {WS_ACT_SAVE, WS_ACT_NONE, N_("save")},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("scroll")},
        {WS_ACT_DETAIL, WS_ACT_NONE, NULL},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
};

const struct screen_ops stream_screen = {
        .init = stream_init,
        .free = stream_end,
        .snapshot_changed = stream_snapshot_changed,
        .open = stream_enter,
        .layout = stream_layout,
        .draw = stream_draw,
        .act = stream_act,
        .click = stream_click,
        .next_change = stream_next_change,
        .keys = stream_keys,
        .key_count = WS_ARRAY_SIZE(stream_keys),
        .has_notes = true,
};
