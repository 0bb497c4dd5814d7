/* Several points in one pcapng file. A frame gets an interface of its point, by its link type, in place of the one that
 * its source describes. */
#include "capture/dump.h"

#include <wirestate/text.h>

bool ws_dump_points(struct ws_dump *dump, const char *const *name, size_t count, struct ws_error *error)
{
	struct ws_text text = WS_TEXT_OVER(dump->points_comment);
	ws_text_puts(&text, "wirestate: points");
	for (size_t i = 0; i < count; i++)
		ws_text_printf(&text, " %s", name[i]);
	dump->point_name = name;
	return ws_dump_pcapng_section(dump, ws_text_cstr(&text), error);
}

/* The interface of a point's frames of that link type; it is made for the first of them. */
static struct ws_dump_point *own_interface(struct ws_dump *dump, size_t point, const struct ws_frame *frame)
{
	const unsigned link =
	        frame->interface ? frame->interface->link_number : ws_link_number((enum ws_link)frame->link);
	for (size_t i = 0; i < dump->own_count; i++)
		if (dump->own[i].point == point && dump->own[i].interface.link_number == link)
			return &dump->own[i];
	if (dump->own_count == WS_DUMP_OWN)
		return NULL;
	struct ws_dump_point *own = &dump->own[dump->own_count];
	own->point = point;
	own->interface = (struct ws_frame_interface){
	        .index = (uint32_t)dump->own_count++,
	        .link_number = (uint16_t)link,
	        .fcs_length = frame->fcs_length,
	        .name = dump->point_name[point],
	        .section_comment = dump->section_comment,
	};
	return own;
}

bool ws_dump_write_of(struct ws_dump *dump, size_t point, const struct ws_frame *frame, struct ws_error *error)
{
	struct ws_frame copy = *frame;
	struct ws_dump_point *own = own_interface(dump, point, frame);
	if (!own)
		return ws_fail(error, WS_ERROR_OUTPUT, "%s: the points have more than %d link types", dump->name,
		               WS_DUMP_OWN);
	copy.interface = &own->interface;
	return ws_dump_write(dump, &copy, error);
}

void ws_dump_point_end(struct ws_dump *dump, size_t point, const struct ws_interface_drops *said)
{
	for (size_t i = 0; i < dump->own_count; i++) {
		if (dump->own[i].point != point || i + 1 >= dump->slot_count)
			continue;
		dump->slots[i + 1].said = *said;
		return;
	}
}

void ws_dump_remark(struct ws_dump *dump, const char *text, size_t length)
{
	dump->remark = text;
	dump->remark_length = length;
}
