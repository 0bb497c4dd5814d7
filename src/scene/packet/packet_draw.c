/* Draws the screen of one packet: see packet.c.
 *
 * The bytes of the selected field are in brackets as well as in another colour, so that they can be seen without
 * colours. */
#include "scene/lesson/marks.h"
#include "scene/lifelines/replay.h"
#include "scene/packet/packet.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

/* ROOMY: rows; with fewer the tree comes first. With fewer than LOW, a meaning may be cut. */
enum { VALUE_COLUMN = 29, MEANING_ROWS = 2, ROOMY = 20, LOW = 12 };

struct packet_division packet_divide(int columns, int rows, uint32_t captured)
{
	struct packet_division d = {.tree = 1, .meaning_rows = rows >= LOW ? MEANING_ROWS : 1};
	d.bytes_each = columns >= 76 ? 16 : 8;
	int lines = (int)((captured + (uint32_t)d.bytes_each - 1) / (uint32_t)d.bytes_each);
	int most = rows >= ROOMY ? rows / 5 : 1;
	d.hex_rows = lines < 1 ? 1 : lines < most ? lines : most;
	d.meaning = rows - 1 - d.meaning_rows;
	d.hex = d.meaning - (rows >= ROOMY ? 1 : 0) - d.hex_rows;
	d.tree_rows = d.hex - 1 - d.tree;
	return d;
}

/* All checksums in a few words: the wrong ones by name, otherwise the best that can be said. */
static enum ws_style checksums(const struct packet_view *view, struct ws_text *text)
{
	bool good = false, offloaded = false;
	for (size_t i = 0; i < view->packet.layer_count; i++) {
		const struct ws_layer *layer = &view->packet.layer[i];
		if (layer->quoted)
			continue;
		if (layer->checksum == WS_CHECKSUM_BAD)
			ws_text_printf(text, text->length ? _(", %s checksum bad") : _("%s checksum bad"),
			               _(ws_header_info(layer->header)->label));
		good |= layer->checksum == WS_CHECKSUM_GOOD;
		offloaded |= layer->checksum == WS_CHECKSUM_OFFLOADED;
	}
	if (text->length)
		return WS_STYLE_BAD;
	ws_text_puts(text, offloaded ? _("checksum left to the card") : good ? _("checksums good") : "");
	return WS_STYLE_GOOD;
}

static void say_size(const struct packet_view *view, struct ws_text *text)
{
	ws_text_puts(text, "  ");
	if (view->frame.captured < view->frame.length)
		ws_text_printf(text, _("%1$u bytes, %2$u captured"), view->frame.length, view->frame.captured);
	else
		ws_text_printf(text, _("%u bytes"), view->frame.length);
}

static void draw_title(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct packet_view *view = &ui->packet;
	struct ws_step step, before;
	char left[320], right[200];
	struct ws_text text = WS_TEXT_OVER(left), sums = WS_TEXT_OVER(right);
	enum ws_style style = WS_STYLE_NORMAL;
	bool in_replay = !view->alone && replay_step(&ui->replay, ui->replay.step, &step);
	uint64_t number = in_replay ? step.input.frame : view->frame.number;
	const char *point = ui_point_name(model, in_replay ? step.point : view->point);
	if (point)
		ws_text_printf(&text, _("Frame %1$llu of %2$s"), (unsigned long long)number, point);
	else
		ws_text_printf(&text, _("Frame %llu"), (unsigned long long)number);
	const int bold = ws_columns(ws_text_cstr(&text));
	if (in_replay) {
		ws_text_printf(&text, _("  connection %1$llu, step %2$zu/%3$zu"),
		               (unsigned long long)ws_ui_connection(ui), ui->replay.step + 1,
		               replay_count(&ui->replay));
		if (ui->replay.step && replay_step(&ui->replay, ui->replay.step - 1, &before)) {
			ws_text_puts(&text, "  +");
			draw_duration(&text, step.input.time - before.input.time);
		}
	}
	if (view->present)
		style = checksums(view, &sums);
	ws_text_cstr(&sums);
	int limit = canvas->columns - 1;
	if (sums.length)
		limit = draw_right(canvas, 0, 1, limit, style, right) - 1;
	const int end = draw_cut(canvas, 0, 1, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text.length = 0;
	if (view->present)
		say_size(view, &text);
	if (end + ws_columns(ws_text_cstr(&text)) <= limit)
		ws_canvas_text(canvas, 0, end, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	ws_canvas_paint(canvas, 0, 1, bold, WS_STYLE_TITLE, WS_BOLD);
}

/* Adds what the connection knows about a field, and the packet alone does not. */
static void add_context(const struct ws_ui *ui, const struct packet_row *row, struct ws_text *value)
{
	const struct packet_view *view = &ui->packet;
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	struct ws_step step;
	if (view->alone || row->kind != ROW_FIELD || layer->header != WS_HEADER_TCP || layer->quoted ||
	    !replay_step(&ui->replay, ui->replay.step, &step))
		return;
	const char *name = ws_header_info(WS_HEADER_TCP)->fields[row->field].name;
	if (!name)
		return;
	if (strcmp(name, "sequence") == 0)
		ws_text_printf(value, _("  (relative %u)"), step.relative_sequence);
	else if (strcmp(name, "acknowledgment") == 0 && !(step.input.flags & WS_TCP_ACK))
		ws_text_puts(value, _("  (says nothing: no ACK)"));
	else if (strcmp(name, "acknowledgment") == 0)
		ws_text_printf(value, _("  (relative %u)"), step.relative_acknowledgment);
}

/* What a lesson says of a field. */
typedef bool field_test(const struct ws_ui *ui, uint64_t frame, const char *layer, const char *field);

static bool row_is(const struct ws_ui *ui, const struct packet_row *row, field_test *test)
{
	const struct packet_view *view = &ui->packet;
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	const struct ws_header_info *info = ws_header_info(layer->header);
	if (row->kind != ROW_FIELD || layer->quoted)
		return false;
	return test(ui, view->frame.number, packet_layer_name(layer), info->fields[row->field].name);
}

/* True for a field that a lesson's answer mentions. */
static bool is_marked(const struct ws_ui *ui, const struct packet_row *row)
{
	return row_is(ui, row, lesson_marks);
}

static bool byte_is(const struct ws_ui *ui, uint32_t offset, field_test *test)
{
	const struct packet_view *view = &ui->packet;
	for (size_t i = 0; i < view->cursor.count; i++)
		if (offset >= view->row[i].offset && offset - view->row[i].offset < view->row[i].length &&
		    row_is(ui, &view->row[i], test))
			return true;
	return false;
}

/* Writes blanks in place of a field that is asked for. */
static void hide_field(struct ws_text *value, struct ws_text *bits, int room)
{
	value->length = bits->length = 0;
	ws_text_printf(value, "______  %s", _("(asked for)"));
	ws_text_puts(bits, room ? "??" : "");
}

/* The style of a layer: of its name, and of its bytes. */
static enum ws_style layer_style(const struct ws_layer *layer)
{
	const unsigned level = ws_header_info((enum ws_header)layer->header)->model_layer;
	return level == 2   ? WS_STYLE_LINK
	       : level == 3 ? WS_STYLE_NETWORK
	       : level == 4 ? WS_STYLE_TRANSPORT
	                    : WS_STYLE_NORMAL;
}

static enum ws_style byte_style(const struct ws_packet *packet, uint32_t offset)
{
	for (size_t i = 0; i < packet->layer_count; i++)
		if (offset >= packet->layer[i].offset && offset - packet->layer[i].offset < packet->layer[i].length)
			return layer_style(&packet->layer[i]);
	return WS_STYLE_NORMAL;
}

static void draw_tree_row(const struct ws_ui *ui, struct ws_canvas *canvas, int at, size_t index)
{
	const struct packet_view *view = &ui->packet;
	const struct packet_row *row = &view->row[index];
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	bool selected = index == view->cursor.selected, layer_head = row->kind == ROW_LAYER,
	     head = layer_head || row->kind == ROW_DATAGRAM;
	char left[256], middle[512], right[200];
	struct ws_text label = WS_TEXT_OVER(left), value = WS_TEXT_OVER(middle), bits = WS_TEXT_OVER(right);
	packet_row_text(view, row, &label, &value);
	add_context(ui, row, &value);
	const int room = packet_bits_room(canvas->columns, head ? 0 : VALUE_COLUMN + ws_columns(ws_text_cstr(&value)));
	packet_row_bits(view, row, &bits, room);
	if (row_is(ui, row, lesson_hides))
		hide_field(&value, &bits, room);
	int limit = canvas->columns - 1, column = 3 + 2 * row->depth;
	enum ws_style style = layer->problem && layer_head ? WS_STYLE_BAD : WS_STYLE_NORMAL;
	if (room)
		limit = draw_right(canvas, at, 4, limit, head ? WS_STYLE_DIM : WS_STYLE_NORMAL, ws_text_cstr(&bits)) -
		        1;
	if (layer_head)
		ws_canvas_put(canvas, at, 1, WS_STYLE_DIM,
		              view->expanded & UINT64_C(1) << layer->header ? 0x25be : 0x25b8);
	int end = draw_cut(canvas, at, column, limit, head ? WS_STYLE_TITLE : WS_STYLE_DIM, ws_text_cstr(&label));
	int start = canvas->columns >= 60 ? VALUE_COLUMN : end + 2;
	if (head) {
		ws_canvas_paint(canvas, at, column, end - column, layer_head ? layer_style(layer) : WS_STYLE_TITLE,
		                WS_BOLD);
		start = canvas->columns >= 60 ? 13 : end + 2;
	}
	if (row->kind == ROW_BAR)
		packet_draw_bar(view, canvas, at, column, limit);
	int value_end = draw_cut(canvas, at, start > end + 1 ? start : end + 2, limit, style, ws_text_cstr(&value));
	if (is_marked(ui, row)) {
		ws_canvas_put(canvas, at, 3, WS_STYLE_HIGHLIGHT, 0x25ba);
		ws_canvas_paint(canvas, at, 3, value_end - 3, WS_STYLE_HIGHLIGHT, WS_BOLD);
	}
	if (!selected)
		return;
	ws_canvas_put(canvas, at, 0, WS_STYLE_SELECTED, 0x25b6);
	ws_canvas_paint(canvas, at, 0, canvas->columns, WS_STYLE_SELECTED, view->in_bytes ? WS_BOLD : WS_REVERSE);
}

static void draw_hex(const struct ws_ui *ui, const struct packet_row *row, struct ws_canvas *canvas,
                     const struct packet_division *d)
{
	const struct packet_view *view = &ui->packet;
	uint32_t each = (uint32_t)d->bytes_each, lines = (view->frame.captured + each - 1) / each;
	uint32_t first = row->offset, end = row->offset + row->length;
	uint32_t point = view->in_bytes ? view->byte : first;
	uint32_t top = point / each > (uint32_t)d->hex_rows / 4 ? point / each - (uint32_t)d->hex_rows / 4 : 0;
	if (top + (uint32_t)d->hex_rows > lines)
		top = lines > (uint32_t)d->hex_rows ? lines - (uint32_t)d->hex_rows : 0;
	for (uint32_t line = 0; line < (uint32_t)d->hex_rows && top + line < lines; line++) {
		int at = d->hex + (int)line, text = 7 + 3 * d->bytes_each + 1;
		ws_canvas_printf(canvas, at, 1, canvas->columns, WS_STYLE_DIM, "%04x", (top + line) * each);
		for (uint32_t i = 0; i < each && (top + line) * each + i < view->frame.captured; i++) {
			uint32_t offset = (top + line) * each + i;
			uint8_t byte = view->bytes[offset];
			bool marked = offset >= first && offset < end;
			bool pointed = view->in_bytes && offset == view->byte;
			bool answer = byte_is(ui, offset, lesson_marks), hidden = byte_is(ui, offset, lesson_hides);
			enum ws_style style = marked || answer ? WS_STYLE_HIGHLIGHT : byte_style(&view->packet, offset);
			int column = 7 + 3 * (int)i;
			if (hidden)
				ws_canvas_text(canvas, at, column, canvas->columns, style, "??");
			else
				ws_canvas_printf(canvas, at, column, canvas->columns, style, "%02x", byte);
			ws_canvas_put(canvas, at, text + (int)i, style,
			              hidden                        ? '?'
			              : byte >= 0x20 && byte < 0x7f ? byte
			                                            : '.');
			if (answer)
				ws_canvas_paint(canvas, at, column, 2, style, WS_BOLD);
			if (marked && (offset == first || i == 0))
				ws_canvas_put(canvas, at, column - 1, style, '[');
			if (marked && (offset + 1 == end || i + 1 == each))
				ws_canvas_put(canvas, at, column + 2, style, ']');
			if (pointed) {
				ws_canvas_paint(canvas, at, column, 2, style, WS_REVERSE);
				ws_canvas_paint(canvas, at, text + (int)i, 1, style, WS_REVERSE);
			}
		}
	}
}

static void draw_meaning(const struct packet_view *view, const struct ws_vendors *vendors, const struct packet_row *row,
                         struct ws_canvas *canvas, const struct packet_division *d)
{
	char buffer[1000] = "", line[1000];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const char *reference;
	packet_row_meaning(view, vendors, row, &text, &reference);
	if (reference)
		ws_text_printf(&text, C_("documents", " (%s)"), reference);
	ws_text_cstr(&text);
	if (text.length && buffer[0] >= 'a' && buffer[0] <= 'z')
		buffer[0] = (char)(buffer[0] - 'a' + 'A');
	bool inside = false;
	if (d->meaning_rows == 1) {
		draw_cut(canvas, d->meaning, 1, canvas->columns - 1, WS_STYLE_TITLE, buffer);
		draw_dim_references(canvas, d->meaning, 1, buffer, &inside);
		return;
	}
	for (int i = 0; i < d->meaning_rows && draw_wrap(buffer, canvas->columns - 2, i, line, sizeof(line)); i++) {
		ws_canvas_text(canvas, d->meaning + i, 1, canvas->columns - 1, WS_STYLE_TITLE, line);
		draw_dim_references(canvas, d->meaning + i, 1, line, &inside);
	}
	if (draw_wrap(buffer, canvas->columns - 2, d->meaning_rows, line, sizeof(line)))
		ws_canvas_text(canvas, d->meaning + d->meaning_rows - 1, canvas->columns - 2, canvas->columns - 1,
		               WS_STYLE_WARN, "…");
}

void packet_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct packet_view *view = &ui->packet;
	draw_title(ui, model, canvas);
	if (!view->present || !view->cursor.count) {
		struct ws_step step;
		bool segment = view->alone || !replay_step(&ui->replay, ui->replay.step, &step) ||
		               step.input.kind == WS_INPUT_SEGMENT;
		draw_cut(canvas, 2, 2, canvas->columns - 1, WS_STYLE_WARN,
		         segment ? _("The bytes of this frame are no longer kept.")
		                 : _("This step is an event, not a packet: nothing was on the wire."));
		return;
	}
	struct packet_division d = packet_divide(canvas->columns, canvas->rows, view->frame.captured);
	const struct packet_row *row = &view->row[view->cursor.selected];
	for (int i = 0; i < d.tree_rows && view->cursor.top + (size_t)i < view->cursor.count; i++)
		draw_tree_row(ui, canvas, d.tree + i, view->cursor.top + (size_t)i);
	draw_rule(canvas, d.hex - 1);
	char position[32];
	snprintf(position, sizeof(position), " %llu/%llu ", (unsigned long long)view->cursor.selected + 1,
	         (unsigned long long)view->cursor.count);
	draw_right(canvas, d.hex - 1, 1, canvas->columns - 2, WS_STYLE_DIM, position);
	draw_hex(ui, row, canvas, &d);
	if (canvas->rows >= ROOMY)
		draw_rule(canvas, d.meaning - 1);
	if (!lesson_stop(ui) || ui->lesson.answered) /* it might give away a lesson's answer */
		draw_meaning(view, model->vendors, row, canvas, &d);
}
