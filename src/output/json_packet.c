/* The JSON record of a packet: the hot path of -T json.
 *
 * Theory of operation. The keys of every header's fields are formatted once, with comma and quotes, and each is copied
 * with one move of a fixed size. The writer is asked for room once per header or option, for the most that these can
 * take, so that the code in between does not check for the buffer's end. Layers are walked in wire order. A header that
 * is inside another one in the record (extension headers in IP, the quoted packet in ICMP, the FCS in Ethernet) is
 * written with that one and skipped when the walk comes to it. */
#include "output/json_writer.h"

#include <stdlib.h>
#include <string.h>

enum {
	VALUE_MOST = 96,    /* the most bytes of a value of fixed size, with a checksum's status after it */
	OPTION_MOST = 1024, /* the most bytes of one option, with its data (at most 257 bytes) in hex */
	EXTRA_MOST = 512,
};

static void make_key(struct json_key *key, const char *name)
{
	struct ws_text text = {.data = key->text, .capacity = KEY_COPY};
	ws_text_puts(&text, ",\"");
	ws_text_puts(&text, name);
	ws_text_puts(&text, "\":");
	key->length = (uint8_t)text.length;
}

static void make_field(struct json_field *out, const struct ws_field *field)
{
	unsigned end = field->bit_offset + field->bit_width;
	bool bytes = field->kind == WS_FIELD_MAC || field->kind == WS_FIELD_IPV4 || field->kind == WS_FIELD_IPV6 ||
	             field->kind == WS_FIELD_OPTIONS || field->kind == WS_FIELD_BYTES || field->kind == WS_FIELD_NAME;
	bool little = field->kind == WS_FIELD_LITTLE || field->kind == WS_FIELD_LITTLE_HEX;
	*out = (struct json_field){
	        .plain = !bytes && !little && field->bit_width > 0 && field->bit_width <= 32 &&
	                 field->when == WS_WHEN_ALWAYS,
	        .shift = (uint8_t)(64 - field->bit_offset % 8 - field->bit_width),
	        .scale = field->scale ? field->scale : 1,
	        .first = field->bit_offset / 8,
	        .end = (uint16_t)((end + 7) / 8),
	        .mask = (uint32_t)((UINT64_C(1) << (field->bit_width & 63)) - 1),
	        .kind = field->kind,
	        .field = field,
	};
	make_key(&out->key, field->name);
}

bool json_create(struct output_tables *tables, struct ws_error *error)
{
	size_t count = 0;
	for (unsigned i = 0; i < WS_HEADER_COUNT; i++)
		count += ws_header_info(i)->field_count;
	tables->fields = calloc(count, sizeof(*tables->fields));
	if (!tables->fields)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	struct json_field *next = tables->fields;
	for (unsigned i = 0; i < WS_HEADER_COUNT; i++) {
		const struct ws_header_info *info = ws_header_info(i);
		struct json_header *header = &tables->header[i];
		make_key(&header->key, info->name);
		header->group = (uint8_t)i;
		while (header->group > 0 && strcmp(ws_header_info(header->group - 1u)->name, info->name) == 0)
			header->group--;
		header->fields = next;
		header->need = EXTRA_MOST;
		for (size_t k = 0; k < info->field_count; k++) {
			if (!info->fields[k].name)
				continue;
			make_field(next, &info->fields[k]);
			header->need += KEY_COPY + VALUE_MOST;
			next++;
		}
		header->field_count = (size_t)(next - header->fields);
	}
	return true;
}

/* ---- Options */

static void put_parts(struct writer *w, const struct ws_option_part *parts, size_t count)
{
	if (strcmp(parts[0].name, "left") != 0) {
		for (size_t i = 0; i < count; i++) {
			*w->at++ = ',';
			put_word(w, parts[i].name);
			*w->at++ = ':';
			put_number(w, parts[i].number);
		}
		return;
	}
	PUT(w, ",\"blocks\":[");
	for (size_t i = 0; i + 1 < count; i += 2) {
		if (i)
			*w->at++ = ',';
		*w->at++ = '[';
		put_number(w, parts[i].number);
		*w->at++ = ',';
		put_number(w, parts[i + 1].number);
		*w->at++ = ']';
	}
	*w->at++ = ']';
}

static void put_option(struct writer *w, const struct ws_layer *layer, const struct ws_option *option)
{
	struct ws_option_part parts[8];
	writer_make_room(w, OPTION_MOST);
	PUT(w, "{\"kind\":");
	put_number(w, option->kind);
	PUT(w, ",\"name\":");
	put_word(w, option->name);
	PUT(w, ",\"length\":");
	put_number(w, option->length);
	if (option->length > 1) {
		size_t count = ws_option_parts(layer, option, parts);
		if (count > 0) {
			put_parts(w, parts, count);
		} else if (option->length > 2) {
			uint32_t length = option->length - 2 < 256 ? option->length - 2 : 256;
			PUT(w, ",\"data\":");
			put_hex(w, option->bytes + 2, length);
		}
	}
	put_error(w, option->problem);
	*w->at++ = '}';
}

static void put_options(struct writer *w, const struct ws_layer *layer)
{
	struct ws_option option;
	uint32_t cursor = 0;
	bool any = false;
	*w->at++ = '[';
	while (ws_option_next(w->packet, layer, &cursor, &option)) {
		if (any)
			*w->at++ = ',';
		any = true;
		put_option(w, layer, &option);
	}
	writer_make_room(w, w->output->tables->header[layer->header].need);
	*w->at++ = ']';
}

/* ---- Layers */

/* Reads a plain field's number from the eight bytes that start with it, or from as many of those as were captured. */
static inline uint32_t plain_number(const struct json_field *field, const uint8_t *header, uint32_t captured)
{
	uint64_t window = 0;
	if (field->first + sizeof(window) <= captured) {
		memcpy(&window, header + field->first, sizeof(window));
	} else {
		memcpy(&window, header + field->first, captured - field->first);
	}
	return (uint32_t)(be64toh(window) >> field->shift) & field->mask;
}

/* Writes a value of fixed size at `at` and returns the end of it. */
static inline char *put_fixed(char *at, const struct ws_layer *layer, unsigned kind, const struct ws_value *value)
{
	static const char status[] = ",\"checksum_status\":\"";
	const char *word;
	size_t length;
	switch (kind) {
	case WS_FIELD_MAC:
	case WS_FIELD_IPV4:
	case WS_FIELD_IPV6:
		*at++ = '"';
		at = kind == WS_FIELD_MAC    ? ws_put_mac(at, value->bytes)
		     : kind == WS_FIELD_IPV4 ? ws_put_ipv4(at, value->bytes)
		                             : ws_put_ipv6(at, value->bytes);
		*at++ = '"';
		return at;
	case WS_FIELD_CHECKSUM:
		at = ws_put_u64(at, value->number);
		memcpy(at, status, sizeof(status) - 1);
		at += sizeof(status) - 1;
		word = ws_checksum_word(layer->checksum);
		length = strlen(word);
		memcpy(at, word, length);
		at[length] = '"';
		return at + length + 1;
	default:
		return ws_put_u64(at, value->number);
	}
}

static void put_fields(struct writer *w, const struct ws_layer *layer)
{
	const struct json_header *header = &w->output->tables->header[layer->header];
	const struct json_field *field = header->fields, *end = field + header->field_count;
	const struct ws_frame *frame = w->packet->frame;
	bool inside = layer->offset <= frame->captured && layer->available <= frame->captured - layer->offset;
	uint32_t available = inside ? layer->available : 0, captured = inside ? frame->captured - layer->offset : 0;
	const uint8_t *bytes = frame->data + (inside ? layer->offset : 0);
	writer_make_room(w, header->need);
	char *at = w->at;
	bool first = w->first;
	for (; field < end; field++) {
		struct ws_value value;
		bool options = field->kind == WS_FIELD_OPTIONS;
		if (field->plain && field->end <= available)
			value.number = (uint64_t)plain_number(field, bytes, captured) * field->scale;
		else if (!ws_field_value(w->packet, layer, field->field, &value) &&
		         !(options && field->first <= available))
			continue;
		memcpy(at, field->key.text + first, KEY_COPY);
		at += field->key.length - first;
		first = false;
		if (!options) {
			at = put_fixed(at, layer, field->kind, &value);
			continue;
		}
		w->at = at;
		w->first = false;
		put_options(w, layer);
		at = w->at;
	}
	w->at = at;
	w->first = first;
}

static void put_layers(struct writer *w, unsigned from, bool quoted);

static bool is_extension(const struct ws_layer *layer)
{
	return layer->header >= WS_HEADER_IPV6_EXTENSION && layer->header <= WS_HEADER_IPV6_AH;
}

/* Reads the number of the next header's protocol from the header at `index`. */
static bool next_protocol(struct writer *w, unsigned index, uint64_t *protocol)
{
	const struct ws_layer *layer = &w->packet->layer[index];
	const struct json_header *header = &w->output->tables->header[layer->header];
	struct ws_value value;
	for (size_t i = 0; i < header->field_count; i++) {
		const struct ws_field *field = header->fields[i].field;
		if (field->kind == WS_FIELD_PROTOCOL && ws_field_value(w->packet, layer, field, &value)) {
			*protocol = value.number;
			return true;
		}
	}
	return false;
}

/* Writes the extension headers that follow an IP header, each with the protocol number of the next. */
static void put_extensions(struct writer *w, unsigned ip)
{
	const struct ws_packet *packet = w->packet;
	uint64_t protocol;
	PUT_KEY(w, ",\"extensions\":");
	*w->at++ = '[';
	for (unsigned i = ip + 1; i < packet->layer_count && is_extension(&packet->layer[i]); i++) {
		writer_make_room(w, EXTRA_MOST);
		if (i > ip + 1)
			*w->at++ = ',';
		*w->at++ = '{';
		w->first = true;
		if (next_protocol(w, i - 1, &protocol)) {
			PUT_KEY(w, ",\"protocol\":");
			put_number(w, protocol);
		}
		put_fields(w, &packet->layer[i]);
		put_error(w, packet->layer[i].problem);
		*w->at++ = '}';
	}
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = ']';
	w->first = false;
}

static void put_fcs(struct writer *w, unsigned *problem)
{
	const struct ws_packet *packet = w->packet;
	const struct ws_layer *last = &packet->layer[packet->layer_count - 1];
	if (last->header != WS_HEADER_FCS)
		return;
	const struct json_header *header = &w->output->tables->header[WS_HEADER_FCS];
	struct ws_value value;
	if (header->field_count > 0 && ws_field_value(packet, last, header->fields[0].field, &value)) {
		PUT_KEY(w, ",\"fcs\":");
		put_number(w, value.number);
		PUT(w, ",\"fcs_status\":");
		put_word(w, ws_checksum_word(last->checksum));
	}
	if (*problem == WS_PROBLEM_NONE)
		*problem = last->problem;
}

/* Writes what a header's object contains besides the header's own fields. */
static void put_extras(struct writer *w, unsigned index, unsigned *problem)
{
	const struct ws_packet *packet = w->packet;
	const struct ws_layer *layer = &packet->layer[index];
	bool more = index + 1u < packet->layer_count;
	switch (layer->header) {
	case WS_HEADER_ETHERNET:
	case WS_HEADER_ETHERNET_LENGTH:
	case WS_HEADER_WIFI:
	case WS_HEADER_WIFI_4:
	case WS_HEADER_WIFI_OTHER:
		put_fcs(w, problem);
		break;
	case WS_HEADER_IPV6:
		put_extensions(w, index);
		break;
	case WS_HEADER_IPV4:
		if (more && is_extension(layer + 1))
			put_extensions(w, index);
		break;
	case WS_HEADER_TCP:
		if (!layer->quoted && packet->tcp_complete) {
			PUT_KEY(w, ",\"payload_length\":");
			put_number(w, packet->payload_length);
		}
		break;
	case WS_HEADER_ICMP:
	case WS_HEADER_ICMPV6:
		if (!layer->quoted && more && layer[1].quoted) {
			PUT_KEY(w, ",\"quoted\":");
			put_layers(w, index + 1, true);
			writer_make_room(w, EXTRA_MOST);
			w->first = false;
		}
		break;
	case WS_HEADER_PAYLOAD:
	case WS_HEADER_PADDING:
		PUT_KEY(w, ",\"length\":");
		put_number(w, layer->length);
		break;
	default:
		break;
	}
}

static void put_layer(struct writer *w, unsigned index)
{
	const struct ws_layer *layer = &w->packet->layer[index];
	unsigned problem = layer->problem;
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = '{';
	w->first = true;
	put_fields(w, layer);
	put_extras(w, index, &problem);
	put_error(w, problem);
	*w->at++ = '}';
}

/* True for headers that get no object of their own, because another object contains them, or because the lengths in
 * TCP's and UDP's objects are enough. */
static bool is_skipped(const struct ws_packet *packet, const struct ws_layer *layer, bool quoted)
{
	if (layer->quoted != quoted || layer->header == WS_HEADER_FCS || is_extension(layer))
		return true;
	return layer->header == WS_HEADER_PAYLOAD &&
	       (quoted || packet->transport == WS_TRANSPORT_TCP || packet->transport == WS_TRANSPORT_UDP);
}

/* Writes one object with a key for each header. Headers that occur more than once, as stacked tags, become a list. */
static void put_layers(struct writer *w, unsigned from, bool quoted)
{
	const struct ws_packet *packet = w->packet;
	uint64_t seen = 0, stacked = 0;
	for (unsigned i = from; i < packet->layer_count; i++) {
		if (!is_skipped(packet, &packet->layer[i], quoted)) {
			const uint64_t bit = UINT64_C(1) << w->output->tables->header[packet->layer[i].header].group;
			stacked |= seen & bit;
			seen |= bit;
		}
	}
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = '{';
	seen = 0;
	w->first = true;
	for (unsigned i = from; i < packet->layer_count; i++) {
		const uint8_t kind = w->output->tables->header[packet->layer[i].header].group;
		if (is_skipped(packet, &packet->layer[i], quoted) || seen >> kind & 1)
			continue;
		writer_make_room(w, EXTRA_MOST);
		put_key(w, &w->output->tables->header[kind].key);
		seen |= UINT64_C(1) << kind;
		if (stacked >> kind & 1) {
			*w->at++ = '[';
			put_layer(w, i);
			for (unsigned k = i + 1; k < packet->layer_count; k++) {
				if (w->output->tables->header[packet->layer[k].header].group != kind ||
				    packet->layer[k].quoted != quoted)
					continue;
				writer_make_room(w, EXTRA_MOST);
				*w->at++ = ',';
				put_layer(w, k);
			}
			writer_make_room(w, EXTRA_MOST);
			*w->at++ = ']';
		} else {
			put_layer(w, i);
		}
		w->first = false;
	}
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = '}';
}

static void put_analysis(struct writer *w, uint32_t analysis)
{
	PUT(w, ",\"analysis\":[");
	for (unsigned i = 0; analysis; i++, analysis >>= 1) {
		if (!(analysis & 1))
			continue;
		put_word(w, ws_analysis_name(i));
		if (analysis >> 1)
			*w->at++ = ',';
	}
	*w->at++ = ']';
}

/* Writes a text of the capture file, which may be long and hold anything, with its key. */
static void put_text(struct writer *w, const char *key, const char *bytes, size_t length)
{
	struct ws_text *text = &w->output->text;
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = ',';
	put_word(w, key);
	PUT(w, ":\"");
	text->length = (size_t)(w->at - text->data);
	ws_text_json(text, bytes, length);
	w->at = text->data + text->length;
	w->limit = text->data + text->capacity;
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = '"';
}

static void put_address(struct writer *w, const struct ws_addr *address, unsigned ip_version)
{
	*w->at++ = '"';
	w->at = ip_version == 4 ? ws_put_ipv4(w->at, address->byte + 12) : ws_put_ipv6(w->at, address->byte);
	*w->at++ = '"';
}

/* Writes the tunnels around the packet, the outermost first. */
static void put_tunnels(struct writer *w)
{
	const struct ws_packet *packet = w->packet;
	PUT(w, ",\"tunnels\":[");
	for (unsigned i = 0; i < packet->tunnel_count; i++) {
		const struct ws_tunnel *tunnel = &packet->tunnel[i];
		writer_make_room(w, EXTRA_MOST);
		if (i)
			*w->at++ = ',';
		PUT(w, "{\"kind\":");
		put_word(w, ws_tunnel_word((enum ws_tunnel_kind)tunnel->kind));
		if (tunnel->has_id) {
			PUT(w, ",\"id\":");
			put_number(w, tunnel->id);
		}
		PUT(w, ",\"source\":");
		put_address(w, &tunnel->source, tunnel->ip_version);
		PUT(w, ",\"destination\":");
		put_address(w, &tunnel->destination, tunnel->ip_version);
		*w->at++ = '}';
	}
	writer_make_room(w, EXTRA_MOST);
	*w->at++ = ']';
}

/* Writes what the capture file says of the packet in words: where it was captured, and comments. */
static void put_file_texts(struct writer *w)
{
	const struct ws_frame *frame = w->packet->frame;
	const struct ws_frame_interface *interface = frame->interface;
	if (interface && interface->name)
		put_text(w, "interface", interface->name, strlen(interface->name));
	if (frame->process && frame->process->name)
		put_text(w, "process", frame->process->name, strlen(frame->process->name));
	if (frame->process && frame->process->id) {
		PUT(w, ",\"process_id\":");
		put_number(w, frame->process->id);
	}
	if (frame->comment)
		put_text(w, "comment", frame->comment, frame->comment_length);
	if (interface && interface->comment)
		put_text(w, "interface_comment", interface->comment, strlen(interface->comment));
	if (interface && interface->section_comment)
		put_text(w, "section_comment", interface->section_comment, strlen(interface->section_comment));
}

void json_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result)
{
	struct ws_text *text = &output->text;
	struct writer w = {
	        .output = output,
	        .packet = packet,
	        .at = text->data + text->length,
	        .limit = text->data + text->capacity,
	};
	writer_make_room(&w, EXTRA_MOST);
	PUT(&w, "{\"type\":\"packet\",\"time\":");
	w.at = ws_put_time(w.at, packet->frame->time, 9);
	PUT(&w, ",\"frame\":");
	put_number(&w, packet->frame->number);
	PUT(&w, ",\"captured\":");
	put_number(&w, packet->frame->captured);
	PUT(&w, ",\"length\":");
	put_number(&w, packet->frame->length);
	PUT(&w, ",\"layers\":");
	put_layers(&w, 0, false);
	writer_make_room(&w, EXTRA_MOST);
	if (result->conn) {
		PUT(&w, ",\"conn\":");
		put_number(&w, result->conn_number);
	}
	if (packet->transport == WS_TRANSPORT_TCP)
		put_analysis(&w, result->analysis);
	if (result->duplicate)
		PUT(&w, ",\"duplicate\":true");
	if (result->checksum_ignored)
		PUT(&w, ",\"checksum_ignored\":true");
	if (packet->tunnel_count)
		put_tunnels(&w);
	put_file_texts(&w);
	if (output->point_name)
		put_text(&w, "point", output->point_name, strlen(output->point_name));
	PUT(&w, "}\n");
	text->length = (size_t)(w.at - text->data);
}
