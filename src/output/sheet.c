/* Sheets: records that another thread formats, see wirestate/output.h.
 *
 * The thread that tracks fills a sheet with items: packets with what the tracker said of them, changes of state with
 * their connection's ends, and text for the few records that need more of the tracker than that. Formatting calls the
 * same functions as writing at once, for an output of the sheet's own whose text grows, and so the bytes are the same.
 * What a line needs of the lines before it is noted in its item. */
#include "output/internal.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

enum { FIRST_ITEMS = 128, FIRST_BYTES = 65536 };

enum item_kind { ITEM_PACKET, ITEM_EVENT, ITEM_TEXT };

struct item {
	enum item_kind kind;
	bool on_line, has_ends; /* of an event */
	/* Of the line before it. */
	ws_time line_time;
	const struct ws_frame_interface *interface;
	union {
		struct {
			const struct ws_packet *packet;
			struct ws_track_result result;
		};
		struct {
			struct ws_event event;
			struct ws_conn_ends ends;
		};
		size_t length; /* of text, which goes on where that of the item before ends */
	};
};

struct ws_sheet {
	struct ws_output output; /* formats; its text is the sheet's */
	struct ws_text text;     /* of the items that are text */
	struct item *items;
	size_t count, room;
	size_t text_start;    /* of the item that is being written */
	struct ws_text saved; /* the text of the output that fills the sheet, meanwhile */
	bool failed;          /* there was no memory */
	/* Records of the end; NULL: none. */
	const struct ws_tracker *tracker;
	enum ws_record record;
	size_t rank, ranks;
};

static bool grow_text(struct ws_text *text)
{
	const size_t capacity = 2 * text->capacity;
	char *data = realloc(text->data, capacity);
	if (!data)
		return false;
	text->data = data;
	text->capacity = capacity;
	return true;
}

static void text_create_growing(struct ws_text *text)
{
	*text = (struct ws_text){.data = malloc(FIRST_BYTES), .capacity = FIRST_BYTES, .flush = grow_text};
}

struct ws_sheet *ws_sheet_create(const struct ws_output *output)
{
	struct ws_sheet *sheet = calloc(1, sizeof(*sheet));
	if (!sheet)
		return NULL;
	sheet->output.options = output->options;
	sheet->output.tables = output->tables;
	text_create_growing(&sheet->output.text);
	text_create_growing(&sheet->text);
	sheet->items = malloc(FIRST_ITEMS * sizeof(*sheet->items));
	sheet->room = FIRST_ITEMS;
	if (sheet->output.text.data && sheet->text.data && sheet->items)
		return sheet;
	ws_sheet_free(sheet);
	return NULL;
}

void ws_sheet_free(struct ws_sheet *sheet)
{
	if (!sheet)
		return;
	free(sheet->output.text.data);
	free(sheet->text.data);
	free(sheet->items);
	free(sheet);
}

void sheet_clear(struct ws_sheet *sheet)
{
	sheet->output.text.length = sheet->text.length = sheet->count = 0;
	sheet->tracker = NULL;
}

struct ws_text *sheet_made(struct ws_sheet *sheet)
{
	return sheet->failed || sheet->text.failed || sheet->output.text.failed ? NULL : &sheet->output.text;
}

/* ---- Taking */

void ws_output_take(struct ws_output *output, struct ws_sheet *sheet)
{
	output->sheet = sheet;
}

/* An item to be filled in; without memory one of those that are lost anyway. */
static struct item *add_item(const struct ws_output *output, enum item_kind kind)
{
	struct ws_sheet *sheet = output->sheet;
	if (sheet->count == sheet->room) {
		struct item *items = realloc(sheet->items, 2 * sheet->room * sizeof(*items));
		if (items) {
			sheet->items = items;
			sheet->room *= 2;
		} else {
			sheet->failed = true;
			sheet->count--;
		}
	}
	struct item *item = &sheet->items[sheet->count++];
	item->kind = kind;
	item->on_line = false;
	item->line_time = output->line_time;
	item->interface = output->interface;
	sheet->output.first_time = output->first_time;
	return item;
}

void sheet_take_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result)
{
	struct item *item = add_item(output, ITEM_PACKET);
	item->packet = packet;
	item->result = *result;
	output->line_time = packet->frame->time;
	output->interface = packet->frame->interface;
}

void sheet_take_event(struct ws_output *output, const struct ws_event *event, const struct ws_conn_ends *ends,
                      bool on_line)
{
	struct item *item = add_item(output, ITEM_EVENT);
	item->event = *event;
	item->on_line = on_line;
	item->has_ends = ends;
	if (ends)
		item->ends = *ends;
}

void sheet_begin_text(struct ws_output *output)
{
	struct ws_sheet *sheet = output->sheet;
	if (!sheet)
		return;
	sheet->text_start = sheet->text.length;
	sheet->saved = output->text;
	output->text = sheet->text;
}

void sheet_end_text(struct ws_output *output)
{
	struct ws_sheet *sheet = output->sheet;
	if (!sheet)
		return;
	sheet->text = output->text;
	output->text = sheet->saved;
	if (sheet->text.length > sheet->text_start)
		add_item(output, ITEM_TEXT)->length = sheet->text.length - sheet->text_start;
}

void ws_sheet_records(struct ws_sheet *sheet, const struct ws_output *output, const struct ws_tracker *tracker,
                      enum ws_record record, size_t rank, size_t count)
{
	WS_LANGUAGE_ENGLISH;
	memcpy(sheet->output.recorded, output->recorded, sizeof(sheet->output.recorded));
	sheet->output.point = output->point;
	sheet->output.point_name = output->point_name;
	sheet->output.first_time = output->first_time;
	sheet->output.line_time = output->line_time;
	sheet->tracker = tracker;
	sheet->record = record;
	sheet->rank = rank;
	sheet->ranks = count;
}

/* ---- Formatting */

static void format_event(struct ws_output *output, const struct item *item, struct line *line)
{
	const struct ws_event *event = &item->event;
	const struct subject subject = {.kind = item->has_ends ? WS_RECORD_TRANSITION : WS_RECORD_ARP,
	                                .time = event->time,
	                                .frame = event->frame,
	                                .event = event,
	                                .ends = &item->ends,
	                                .point = output->point_name};
	if (item->on_line && line)
		text_transition_on_line(output, &subject, line);
	else
		output_record(output, &subject);
}

void ws_sheet_format(struct ws_sheet *sheet)
{
	WS_LANGUAGE_ENGLISH;
	struct ws_output *output = &sheet->output;
	const struct item *item = sheet->items, *end = item + sheet->count;
	const char *text = sheet->text.data;
	struct line line;
	if (sheet->tracker)
		output_records(output, sheet->tracker, sheet->record, sheet->rank, sheet->ranks);
	while (item < end) {
		const struct item *first = item++;
		output->line_time = first->line_time;
		output->interface = first->interface;
		if (first->kind == ITEM_TEXT) {
			ws_text_append(&output->text, text, first->length);
			text += first->length;
		} else if (first->kind == ITEM_EVENT) {
			format_event(output, first, NULL);
		} else {
			output_packet(output, first->packet, &first->result, &line);
			for (; item < end && item->kind == ITEM_EVENT && item->on_line; item++)
				format_event(output, item, &line);
			if (output->options.format == WS_FORMAT_TEXT)
				output_end_line(output, first->packet);
		}
	}
}
