/* The lines that -v and -x add after a packet's line: every field of every header, and the frame's bytes. */
#include "output/internal.h"

#include <wirestate/vendors.h>

#include <string.h>

enum {
	VALUE_COLUMN = 28,
	ROW = 16, /* bytes in a row of the dump */
};

/* Writes an indented label and the gap after it. Labels are our own strings, and may have characters of several bytes.
 */
static void write_label(struct ws_text *text, const char *label)
{
	size_t width = 4;
	ws_text_pad(text, ' ', width);
	ws_text_puts(text, label);
	for (const char *at = label; *at; at++)
		width += ((unsigned char)*at & 0xc0) != 0x80;
	ws_text_pad(text, ' ', width + 1 < VALUE_COLUMN ? VALUE_COLUMN - width : 1);
}

static void write_options(struct ws_text *text, const struct ws_packet *packet, const struct ws_layer *layer)
{
	struct ws_option option;
	uint32_t cursor = 0;
	while (ws_option_next(packet, layer, &cursor, &option)) {
		write_label(text, "option");
		ws_text_puts(text, option.label);
		ws_text_putc(text, ' ');
		const size_t before = text->length;
		ws_option_text(text, layer, &option);
		if (text->length == before) /* it has no value */
			text->length--;
		ws_text_putc(text, '\n');
	}
}

/* Writes whose number a MAC address has, in parentheses, where that is known and names are wanted. */
static void write_vendor(struct ws_output *output, const uint8_t mac[6])
{
	const char *kind = ws_mac_kind(mac), *owner = kind ? kind : ws_vendor_name(output->options.vendors, mac);
	if (owner)
		ws_text_printf(&output->text, " (%s)", owner);
}

static void write_fields(struct ws_output *output, const struct ws_packet *packet, const struct ws_layer *layer)
{
	struct ws_text *text = &output->text;
	const struct ws_header_info *info = ws_header_info(layer->header);
	struct ws_value value;
	for (size_t i = 0; i < info->field_count; i++) {
		const struct ws_field *field = &info->fields[i];
		if (!ws_field_value(packet, layer, field, &value))
			continue;
		if (field->kind == WS_FIELD_OPTIONS) {
			write_options(text, packet, layer);
			continue;
		}
		write_label(text, field->label);
		ws_field_text(text, packet, layer, field, &value);
		if (field->kind == WS_FIELD_MAC && output->options.names)
			write_vendor(output, value.bytes);
		ws_text_putc(text, '\n');
	}
}

/* Writes one text of the capture file, each of its lines on a line of its own. */
static void write_file_text(struct ws_text *text, const char *label, const char *bytes, size_t length)
{
	while (bytes && length) {
		const char *end = memchr(bytes, '\n', length);
		const size_t part = end ? (size_t)(end - bytes) : length;
		ws_text_puts(text, "  ");
		ws_text_puts(text, label);
		ws_text_puts(text, ": ");
		ws_text_clean(text, bytes, part);
		ws_text_putc(text, '\n');
		bytes += part + (end != NULL);
		length -= part + (end != NULL);
	}
}

static void write_file_string(struct ws_text *text, const char *label, const char *string)
{
	if (string)
		write_file_text(text, label, string, strlen(string));
}

/* Writes what the capture file says of the packet in words. What it says of an interface is written when packets of
 * that interface begin. */
static void write_file_texts(struct ws_output *output, const struct ws_frame *frame)
{
	struct ws_text *text = &output->text;
	const struct ws_frame_interface *interface = frame->interface;
	const bool new = interface != output->interface;
	write_file_text(text, "comment", frame->comment, frame->comment_length);
	if (frame->process)
		write_file_string(text, "process", frame->process->name);
	output->interface = interface;
	if (!interface)
		return;
	write_file_string(text, "interface", interface->name);
	if (new)
		write_file_string(text, "comment of the interface", interface->comment);
	if (new)
		write_file_string(text, "comment of the section", interface->section_comment);
}

void text_fields(struct ws_output *output, const struct ws_packet *packet)
{
	struct ws_text *text = &output->text;
	uint32_t most, length;
	write_file_texts(output, packet->frame);
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		bool ethernet = layer->header == WS_HEADER_ETHERNET || layer->header == WS_HEADER_ETHERNET_LENGTH;
		ws_text_puts(text, layer->quoted ? "  quoted " : "  ");
		ws_text_puts(text, ws_header_info(layer->header)->label);
		ws_text_puts(text, ", ");
		ws_text_u64(text, layer->length);
		ws_text_puts(text, layer->length == 1 ? " byte" : " bytes");
		if (layer->available < layer->length) {
			ws_text_puts(text, ", ");
			ws_text_u64(text, layer->available);
			ws_text_puts(text, " captured");
		}
		if (ethernet && packet->layer[packet->layer_count - 1].header != WS_HEADER_FCS)
			ws_text_puts(text, ", FCS not captured");
		if (!i && (most = ws_packet_exceeds(packet, &length)))
			ws_text_printf(text, ", frame of %u bytes (over %u: jumbo, or cut or merged by a network card)",
			               length, most);
		if (layer->problem != WS_PROBLEM_NONE) {
			ws_text_puts(text, ": ");
			ws_text_puts(text, ws_problem_text(layer->problem));
		}
		ws_text_putc(text, '\n');
		if (layer->header != WS_HEADER_PAYLOAD && layer->header != WS_HEADER_PADDING)
			write_fields(output, packet, layer);
	}
}

/* Writes the payload of TCP, UDP or ICMP with its line breaks; what cannot be printed is a dot. */
void text_payload(struct ws_output *output, const struct ws_packet *packet)
{
	struct ws_text *text = &output->text;
	bool at_start = true;
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->header != WS_HEADER_PAYLOAD)
			continue;
		const uint8_t *bytes = packet->frame->data + layer->offset;
		for (uint32_t at = 0; at < layer->available; at++) {
			if (bytes[at] == '\r')
				continue;
			if (at_start)
				ws_text_putc(text, '\t');
			at_start = bytes[at] == '\n';
			ws_text_putc(text, at_start || (bytes[at] >= 0x20 && bytes[at] < 0x7f) ? (char)bytes[at] : '.');
		}
	}
	if (!at_start)
		ws_text_putc(text, '\n');
}

void text_hex(struct ws_output *output, const struct ws_packet *packet)
{
	struct ws_text *text = &output->text;
	const struct ws_frame *frame = packet->frame;
	for (uint32_t row = 0; row < frame->captured; row += ROW) {
		uint32_t end = frame->captured - row < ROW ? frame->captured : row + ROW;
		ws_text_puts(text, "\t0x");
		ws_text_hex(text, row, row > 0xffff ? 8 : 4);
		ws_text_puts(text, ": ");
		for (uint32_t i = row; i < row + ROW; i++) {
			if ((i & 1) == 0)
				ws_text_putc(text, ' ');
			if (i < end)
				ws_text_hex(text, frame->data[i], 2);
			else
				ws_text_pad(text, ' ', 2);
		}
		ws_text_pad(text, ' ', 2);
		for (uint32_t i = row; i < end; i++) {
			uint8_t byte = frame->data[i];
			ws_text_putc(text, byte > 0x20 && byte < 0x7f ? (char)byte : '.');
		}
		ws_text_putc(text, '\n');
	}
}
