/* TCP (RFC 9293 §3.1). The ports are read even when the rest of the header is missing, because they say which
 * connection the segment belongs to. The payload is what remains of the IP length after the header. */
#include "decode/decode.h"

enum {
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_WINDOW_SCALE = 3,
	OPTION_SACK_PERMITTED = 4,
	OPTION_SACK = 5,
	OPTION_TIMESTAMPS = 8,
	OPTION_MD5 = 19,
	OPTION_AUTHENTICATION = 29,
	OPTION_MULTIPATH = 30,
	OPTION_FAST_OPEN = 34,
};

static void read_sack(struct ws_tcp_summary *tcp, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t at = 2; at + 8 <= length && tcp->sack_count < WS_ARRAY_SIZE(tcp->sack); at += 8)
		tcp->sack[tcp->sack_count++] =
		        (struct ws_sack_block){.left = ws_load32(bytes + at), .right = ws_load32(bytes + at + 4)};
}

static inline void read_timestamps(struct ws_tcp_summary *tcp, const uint8_t *bytes)
{
	tcp->timestamps = true;
	tcp->tsval = ws_load32(bytes + 2);
	tcp->tsecr = ws_load32(bytes + 6);
}

static void read_multipath(struct ws_tcp_summary *tcp, const uint8_t *bytes, uint32_t length)
{
	enum { FAST_CLOSE = 7, RESET = 8 };
	const unsigned subtype = bytes[2] >> 4;
	if (subtype == FAST_CLOSE) {
		tcp->multipath_end = WS_MULTIPATH_CONNECTION;
	} else if (subtype == RESET && length == 4 && !tcp->multipath_end) {
		tcp->multipath_end = WS_MULTIPATH_SUBFLOW;
		tcp->multipath_reason = bytes[3];
	}
}

static void read_option(struct ws_tcp_summary *tcp, const uint8_t *bytes, uint8_t kind, uint32_t length)
{
	switch (kind) {
	case OPTION_MSS:
		tcp->mss = ws_load16(bytes + 2);
		break;
	case OPTION_WINDOW_SCALE:
		tcp->window_scale = bytes[2];
		break;
	case OPTION_SACK_PERMITTED:
		tcp->sack_permitted = true;
		break;
	case OPTION_SACK:
		read_sack(tcp, bytes, length);
		break;
	case OPTION_TIMESTAMPS:
		read_timestamps(tcp, bytes);
		break;
	case OPTION_MULTIPATH:
		read_multipath(tcp, bytes, length);
		break;
	case OPTION_FAST_OPEN:
		tcp->fast_open = true;
		break;
	case OPTION_MD5:
	case OPTION_AUTHENTICATION:
		tcp->keyed = true;
		break;
	case WS_OPTION_EXPERIMENT:
		tcp->fast_open |= ws_load16(bytes + 2) == WS_FAST_OPEN_MAGIC;
		break;
	default:
		break;
	}
}

/* The options of a SYN of Linux: MSS, SACK permitted, timestamps, and after a NOP the window scale. */
static inline bool is_of_linux_syn(const uint8_t *bytes, uint32_t length)
{
	return length == 20 && ws_load16(bytes) == 0x0204 && ws_load32(bytes + 4) == 0x0402080a &&
	       ws_load32(bytes + 16) >> 8 == 0x010303;
}

bool ws_tcp_read_options(struct ws_tcp_summary *tcp, const uint8_t *bytes, uint32_t length)
{
	if (ws_tcp_is_timestamps(bytes, length)) {
		read_timestamps(tcp, bytes + 2);
		return true;
	}
	if (is_of_linux_syn(bytes, length)) {
		tcp->mss = ws_load16(bytes + 2);
		tcp->sack_permitted = true;
		read_timestamps(tcp, bytes + 6);
		tcp->window_scale = bytes[19];
		return true;
	}
	bool sound = true;
	struct ws_raw_option option;
	uint32_t offset = 0;
	while (offset < length) {
		if (bytes[offset] == OPTION_NOP) {
			offset++;
			continue;
		}
		(void)ws_raw_option_next(bytes, &offset, length, WS_OPTIONS_TCP, &option);
		if (option.problem)
			sound = false;
		else
			read_option(tcp, bytes + option.offset, option.kind, option.length);
	}
	return sound;
}

static void read_quoted(struct ws_quote *quote, const struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 4);
	if (!bytes)
		return;
	quote->present = true;
	quote->source_port = ws_load16(bytes);
	quote->destination_port = ws_load16(bytes + 2);
	quote->has_sequence = ws_cursor_left(cursor, offset) >= 8;
	if (quote->has_sequence)
		quote->sequence = ws_load32(bytes + 4);
}

/* Reads the fixed 20 bytes. */
static void fill_values(struct ws_packet *packet, const uint8_t *bytes)
{
	packet->tcp_complete = true;
	packet->sequence = ws_load32(bytes + 4);
	packet->acknowledgment = ws_load32(bytes + 8);
	packet->flags = ws_load16(bytes + 12) & 0xfff;
	packet->window = ws_load16(bytes + 14);
	packet->checksum_sent = ws_load16(bytes + 16);
}

/* Returns the header's length from its data offset, or 0 when that is invalid. */
static uint32_t apply_length(struct ws_cursor *cursor, struct ws_layer *layer, const uint8_t *bytes)
{
	uint32_t length = (bytes[12] >> 4) * 4u;
	if (length < 20) {
		ws_layer_problem(cursor, layer, WS_PROBLEM_HEADER_LENGTH);
		return 0;
	}
	if (length > 20) {
		bool beyond = length > cursor->end - layer->offset;
		if (beyond && !cursor->quoted)
			ws_layer_problem(cursor, layer, WS_PROBLEM_HEADER_BEYOND);
		ws_layer_resize(cursor, layer, length);
		if (beyond)
			return 0;
	}
	return length;
}

void ws_decode_tcp(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_TCP, offset, 20);
	if (!layer)
		return;
	const uint8_t *ports = ws_cursor_span(cursor, offset, 4);
	if (cursor->quoted) {
		read_quoted(&packet->quote, cursor, offset);
	} else if (ports) {
		packet->transport = WS_TRANSPORT_TCP;
		packet->transport_layer = packet->layer_count - 1;
		packet->source_port = ws_load16(ports);
		packet->destination_port = ws_load16(ports + 2);
	}
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 20);
	if (!bytes)
		return;
	uint32_t length = apply_length(cursor, layer, bytes);
	if (!length)
		return;
	struct ws_tcp_summary summary = {.window_scale = 255}, *tcp = cursor->quoted ? &summary : &packet->tcp;
	if (length > 20 && !ws_tcp_read_options(tcp, bytes + 20, layer->available - 20))
		ws_layer_problem(cursor, layer, WS_PROBLEM_OPTION_LENGTH);
	if (!ws_tcp_flags_sound(ws_load16(bytes + 12) & 0xfff))
		ws_layer_problem(cursor, layer, WS_PROBLEM_FLAGS);
	if (ws_load16(bytes) == 0 || ws_load16(bytes + 2) == 0)
		ws_layer_problem(cursor, layer, WS_PROBLEM_PORT);
	if (!cursor->quoted) {
		fill_values(packet, bytes);
		if (packet->flags & WS_TCP_SYN && tcp->window_scale == 255 && layer->available < length)
			tcp->window_scale = WS_SCALE_CUT_OFF;
		layer->checksum = packet->checksum = ws_checksum_verify(cursor, offset, 16, 6);
	}
	ws_decode_payload(cursor, offset + length);
}
