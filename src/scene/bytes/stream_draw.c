/* Draws the stream screen: a heading for each segment, its bytes below, and at the bottom what the segment under
 * the cursor did. It draws what laying out has prepared. */
#include "scene/bytes/stream.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

static const struct stream_piece *piece_at(const struct stream_view *view, size_t index)
{
	return &view->piece[index];
}

enum { NAME = 64 };

/* Writes "client" or "server", followed by `?` where nobody was seen to open the connection. */
static void name_of(const struct ws_conn_info *info, int direction, char name[NAME])
{
	const char *side = direction == info->likely_client ? C_("side of a connection", "client")
	                                                    : C_("side of a connection", "server");
	snprintf(name, NAME, "%s%s", side, info->client == WS_ROLE_UNKNOWN ? "?" : "");
}

static enum ws_style side_style(const struct ws_conn_info *info, int direction)
{
	return direction == info->likely_client ? WS_STYLE_CLIENT : WS_STYLE_SERVER;
}

static void say_range(struct ws_text *text, const struct stream_piece *piece)
{
	ws_text_printf(text, "seq %lld", (long long)piece->sequence);
	if (piece->length > 1)
		ws_text_printf(text, "–%lld", (long long)(piece->sequence + piece->length - 1));
}

static void bytes_of(struct ws_text *text, uint64_t count)
{
	ws_text_printf(text, ws_translate_plural("%llu byte", "%llu bytes", count), (unsigned long long)count);
}

/* What is special about a piece, in a word or two; NULL: nothing. */
static const char *remark(const struct stream_piece *piece, enum ws_style *style)
{
	*style = WS_STYLE_WARN;
	if (piece->bad)
		return _("bad checksum, ignored");
	if (piece->probe)
		return _("probe");
	if (piece->late)
		return _("late: fills a gap");
	if (piece->again && (piece->again == piece->length || piece->kind == STREAM_MARK))
		return _("sent again");
	if (piece->again)
		return _("partly sent again");
	*style = WS_STYLE_GOOD;
	return piece->held_by ? _("waited for an ACK") : NULL;
}

static void heading_text(const struct stream_piece *piece, const char *name, struct ws_text *text)
{
	ws_text_printf(text, "%s ", name);
	switch ((enum stream_kind)piece->kind) {
	case STREAM_GAP:
		ws_text_printf(text,
		               ws_translate_plural("gap: %u byte missing, ", "gap: %u bytes missing, ", piece->length),
		               piece->length);
		say_range(text, piece);
		return;
	case STREAM_MARK:
		ws_text_printf(text, C_("a frame's number", "frame %llu"), (unsigned long long)piece->frame);
		ws_text_puts(text, "  ");
		ws_text_puts(text, piece->flags & WS_TCP_RST   ? _("RST: nothing more, either way")
		                   : piece->flags & WS_TCP_SYN ? _("SYN: the stream begins")
		                                               : _("FIN: no more bytes from here"));
		return;
	case STREAM_DATA:
		break;
	}
	ws_text_printf(text, C_("a frame's number", "frame %llu"), (unsigned long long)piece->frame);
	ws_text_puts(text, "  ");
	bytes_of(text, piece->length);
	ws_text_puts(text, "  ");
	say_range(text, piece);
	if (piece->flags & WS_TCP_PSH)
		ws_text_puts(text, "  PSH");
}

/* The time since the piece before. */
static void elapsed(const struct stream_view *view, size_t index, struct ws_text *text)
{
	ws_time before = index ? piece_at(view, index - 1)->time : piece_at(view, index)->time;
	if (piece_at(view, index)->kind == STREAM_GAP)
		return;
	ws_text_putc(text, '+');
	ws_text_time(text, piece_at(view, index)->time - before, 6);
}

static void draw_heading(const struct stream_view *view, const struct ws_conn_info *info, struct ws_canvas *canvas,
                         int row, size_t index)
{
	const struct stream_piece *piece = piece_at(view, index);
	char name[NAME], buffer[320], right[32] = "";
	struct ws_text text = WS_TEXT_OVER(buffer), time = WS_TEXT_OVER(right);
	enum ws_style style, side = side_style(info, piece->direction);
	int limit = canvas->columns - 1;
	name_of(info, piece->direction, name);
	heading_text(piece, name, &text);
	if (canvas->columns >= 76) {
		elapsed(view, index, &time);
		if (time.length)
			limit = draw_right(canvas, row, 4, limit, WS_STYLE_DIM, ws_text_cstr(&time)) - 1;
	}
	/* The client's arrow points right, as in the lifelines. */
	bool rightwards = piece->direction == info->likely_client;
	ws_canvas_put(canvas, row, 1, side, piece->kind == STREAM_GAP ? 0x254c : rightwards ? 0x25ba : 0x25c4);
	int end = draw_cut(canvas, row, 3, limit, piece->kind == STREAM_GAP ? WS_STYLE_BAD : side, ws_text_cstr(&text));
	ws_canvas_paint(canvas, row, 3, end - 3, piece->kind == STREAM_GAP ? WS_STYLE_BAD : side, WS_BOLD);
	const char *word = remark(piece, &style);
	if (piece->kind == STREAM_GAP)
		word = piece->filled ? _("came late") : NULL;
	if (word && end + 2 < limit)
		end = draw_cut(canvas, row, end + 2, limit, style, word);
	for (int column = end + 1; piece->kind != STREAM_MARK && column < limit; column++)
		ws_canvas_put(canvas, row, column, WS_STYLE_DIM, piece->kind == STREAM_GAP ? 0x254c : 0x2500);
}

static void draw_text_row(const struct stream_line *line, enum ws_style style, struct ws_canvas *canvas, int row)
{
	int column = 4, width;
	for (size_t at = 0; at < line->length;) {
		char out[8];
		bool plain;
		at += stream_glyph(line->bytes + at, line->length - at, out, &width, &plain);
		column = ws_canvas_text(canvas, row, column, canvas->columns, plain ? style : WS_STYLE_DIM, out);
	}
}

static void draw_hex_row(const struct stream_view *view, const struct stream_line *line, enum ws_style style,
                         struct ws_canvas *canvas, int row)
{
	int each = stream_hex_bytes(view->width), text = 12 + 3 * each + 1;
	ws_canvas_printf(canvas, row, 4, canvas->columns, WS_STYLE_DIM, "%6x", line->offset);
	for (int i = 0; i < line->length; i++) {
		uint8_t byte = line->bytes[i];
		ws_canvas_printf(canvas, row, 12 + 3 * i, canvas->columns, style, "%02x", byte);
		ws_canvas_put(canvas, row, text + i, style, byte >= 0x20 && byte < 0x7f ? byte : '.');
	}
}

static void draw_line(const struct stream_view *view, const struct ws_conn_info *info, struct ws_canvas *canvas,
                      int row, const struct stream_line *line)
{
	const struct stream_piece *piece = piece_at(view, line->position.piece);
	bool selected = line->position.piece == view->cursor.piece && line->position.row == view->cursor.row;
	bool again = piece->again == piece->length || piece->probe || piece->bad;
	enum ws_style style = again ? WS_STYLE_DIM : WS_STYLE_NORMAL;
	if (!line->position.row) {
		draw_heading(view, info, canvas, row, line->position.piece);
	} else if (!line->kept) {
		draw_cut(canvas, row, 4, canvas->columns - 1, WS_STYLE_WARN,
		         line->position.row == 1 ? _("(the bytes of this frame are not kept)")
		                                 : _("(the rest of the segment was not captured)"));
	} else if (view->hex) {
		draw_hex_row(view, line, style, canvas, row);
	} else {
		draw_text_row(line, style, canvas, row);
	}
	if (line->position.row)
		ws_canvas_put(canvas, row, 2, side_style(info, piece->direction), 0x2502);
	if (!selected)
		return;
	ws_canvas_put(canvas, row, 0, WS_STYLE_SELECTED, 0x25b6);
	ws_canvas_paint(canvas, row, 0, canvas->columns, WS_STYLE_SELECTED, WS_REVERSE);
}

/* ---- What the segment under the cursor did */

static void explain_gap(const struct stream_view *view, const struct stream_piece *gap, struct ws_text *text)
{
	const struct stream_flow *flow = &view->flow[gap->direction];
	if (gap->filled)
		ws_text_printf(
		        text,
		        _("These bytes came later, the last of them in frame %llu. Until then the receiver keeps what "
		          "follows them, and its program gets none of it (RFC 9293 §3.10.7.4)."),
		        (unsigned long long)gap->filled);
	else if (flow->acked >= gap->sequence + (int64_t)gap->length)
		ws_text_puts(
		        text,
		        _("The receiver acknowledged these bytes, so they arrived: only the capture missed them."));
	else
		ws_text_puts(text, _("These bytes never came: the receiver's program cannot get what follows them."));
}

static void explain_mark(const struct stream_piece *mark, struct ws_text *text)
{
	if (mark->again)
		ws_text_puts(text, _("The same segment again: no acknowledgment of the first one came in time."));
	else if (mark->flags & WS_TCP_RST)
		ws_text_puts(
		        text,
		        _("RST aborts the connection: bytes that were not read yet may be lost (RFC 9293 §3.5.3)."));
	else if (mark->flags & WS_TCP_SYN)
		ws_text_puts(text, _("The SYN takes sequence number 0; the first byte is number 1, relative to it."));
	else
		ws_text_puts(text, _("The end of the stream in this direction: the receiver's next recv() returns 0."));
}

static void explain_data(const struct stream_view *view, size_t index, struct ws_text *text)
{
	const struct stream_piece *piece = piece_at(view, index);
	if (piece->bad) {
		ws_text_puts(text,
		             _("The checksum is wrong: the receiver dropped this segment and waits for it again."));
	} else if (piece->probe) {
		ws_text_puts(
		        text,
		        _("A probe: it asks for an acknowledgment, to learn whether the other side is alive or has room "
		          "again. Its byte is not new data."));
	} else if (piece->late) {
		ws_text_puts(
		        text,
		        _("Bytes that were missing: sent again after a loss, or overtaken on the way. The program gets "
		          "them, and what waited for them, in order."));
	} else if (piece->again) {
		ws_text_printf(
		        text,
		        _("%1$u of its %2$u bytes had been sent before: their acknowledgment did not come in time. The "
		          "receiver's program reads them once."),
		        piece->again, piece->length);
	} else if (piece->held_by) {
		ws_text_printf(
		        text,
		        _("It left the moment frame %llu acknowledged all before it: Nagle's algorithm (RFC 9293 "
		          "§3.7.4). What a program writes during the wait leaves together: sent twice, received once. "
		          "TCP_NODELAY turns it off."),
		        (unsigned long long)piece->held_by);
	} else {
		ws_text_puts(
		        text,
		        _("One segment, not one send(): TCP is a stream of bytes and keeps no borders. A recv() may "
		          "return part of it, or several segments at once."));
		if (piece->flags & WS_TCP_PSH)
			ws_text_puts(text, _(" PSH: nothing more was waiting to be sent."));
	}
}

void stream_notes(const struct stream_view *view, struct ws_text *text)
{
	const struct stream_piece *piece = view->count ? piece_at(view, view->cursor.piece) : NULL;
	if (piece && piece->kind == STREAM_GAP)
		explain_gap(view, piece, text);
	else if (piece && piece->kind == STREAM_MARK)
		explain_mark(piece, text);
	else if (piece)
		explain_data(view, view->cursor.piece, text);
	ws_text_cstr(text);
}

static void draw_notes(const struct stream_view *view, struct ws_canvas *canvas, int top, int rows)
{
	char buffer[1024] = "", line[1024];
	struct ws_text text = WS_TEXT_OVER(buffer);
	stream_notes(view, &text);
	for (int i = 0; i < rows && draw_wrap(buffer, canvas->columns - 2, i, line, sizeof(line)); i++)
		ws_canvas_text(canvas, top + i, 1, canvas->columns - 1, WS_STYLE_TITLE, line);
}

static void draw_title(const struct ws_ui *ui, const struct ws_conn_info *info, struct ws_canvas *canvas)
{
	const struct stream_view *view = &ui->stream;
	char buffer[400], side[160], right[96];
	struct ws_text text = WS_TEXT_OVER(buffer), what = WS_TEXT_OVER(right);
	int client = info->likely_client, limit = canvas->columns - 1;
	bool narrow = canvas->columns < 60;
	ws_text_printf(&text, narrow ? _("Stream %llu") : _("Stream of connection %llu"),
	               (unsigned long long)info->number);
	const int bold = ws_columns(ws_text_cstr(&text));
	for (int i = 0; i < 2 && !narrow; i++) {
		char name[NAME];
		name_of(info, i ? !client : client, name);
		struct ws_text endpoint = WS_TEXT_OVER(side);
		const struct ws_endpoint_info *e = &info->endpoint[i ? !client : client];
		if (e->name && ui_shows_names(ui))
			draw_host(&endpoint, e->name, (enum ws_name_source)e->name_source, e->port, 44);
		else
			draw_endpoint(&endpoint, &e->address, info->ip_version, e->port, 44);
		ws_text_printf(&text, "  %s ", name);
		if (canvas->columns >= 110)
			ws_text_printf(&text, "%s ", ws_text_cstr(&endpoint));
		bytes_of(&text, view->flow[i ? !client : client].bytes);
	}
	const char *shown = view->only < 0         ? C_("sides", "both")
	                    : view->only == client ? _("client only")
	                                           : _("server only");
	ws_text_printf(&what, "%s%s%s", shown, _(", "), view->hex ? _("hex") : C_("not hex", "text"));
	limit = draw_right(canvas, 0, 1, limit, WS_STYLE_DIM, ws_text_cstr(&what)) - 1;
	draw_cut(canvas, 0, 1, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	ws_canvas_paint(canvas, 0, 1, bold, WS_STYLE_TITLE, WS_BOLD);
}

/* Of several points: whose packets these are, and the others that have captured the connection. */
static void draw_point(const struct stream_view *view, const struct ws_model *model, const struct ws_conn_info *info,
                       struct ws_canvas *canvas, int row, int limit)
{
	const struct ws_points *points = ws_tracker_points(model->tracker);
	char names[256], words[320];
	struct ws_text list = WS_TEXT_OVER(names), text = WS_TEXT_OVER(words);
	if (!points)
		return;
	for (unsigned i = 0; info->path && i < info->path->points; i++)
		ws_text_printf(&list, info->path->point[i] == view->point ? "%s[%s]" : "%s%s", i ? ", " : "",
		               info->path->name[i]);
	/* TRANSLATORS: the points that captured the connection, the one that is shown in brackets: "[client], server" */
	ws_text_printf(&text, _(" as captured at %s "), info->path ? ws_text_cstr(&list) : points->name[view->point]);
	draw_cut(canvas, row, 2, limit, WS_STYLE_DIM, ws_text_cstr(&text));
}

void stream_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct stream_view *view = &ui->stream;
	struct ws_conn_info info;
	if (!view->number || !replay_conn(&ui->replay, model, view->conn, &info) ||
	    ws_conn_key(&info) != view->number) {
		ws_canvas_bold(canvas, 0, 1, canvas->columns, WS_STYLE_TITLE, _("Stream"));
		draw_cut(canvas, 2, 2, canvas->columns - 1, WS_STYLE_WARN,
		         _("No connection is kept whose bytes could be shown."));
		return;
	}
	draw_title(ui, &info, canvas);
	const int notes = ui->notes, rule = canvas->rows - 2 - notes;
	draw_rule(canvas, rule);
	if (!view->line_count)
		draw_cut(canvas, 2, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         view->replay && !view->step ? _("The segments of this connection are no longer kept.")
		                                     : _("No bytes were sent in this direction."));
	for (size_t i = 0; i < view->line_count && 1 + (int)i < rule; i++)
		draw_line(view, &info, canvas, 1 + (int)i, &view->line[i]);
	char position[128];
	snprintf(position, sizeof(position),
	         view->full ? _(" segment %1$zu/%2$zu, the rest is not shown ") : _(" segment %1$zu/%2$zu "),
	         view->count ? view->cursor.piece + 1 : 0, view->count);
	const int limit = draw_right(canvas, rule, 1, canvas->columns - 2, WS_STYLE_DIM, position) - 2;
	draw_point(view, model, &info, canvas, rule, limit);
	draw_notes(view, canvas, rule + 1, notes);
}
