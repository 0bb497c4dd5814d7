/* IEEE 802.11: data frames with LLC and SNAP, which lead to IP; other frames are shown by their type. Radiotap is what
 * capture programs put before them: a length, words with a bit for each field, and the fields, each aligned to its
 * size. All its numbers are little-endian. Of the fields, only the flags matter here: whether the frame check sequence
 * was captured, and whether the header is padded to a multiple of four bytes.
 *
 * A frame has up to four addresses. Two bits say whether it goes to or comes from the wired network of an access point,
 * and with that which of them are the sender's and the receiver's. */
#include "decode/decode.h"

enum { MANAGEMENT, CONTROL, DATA };
enum { TO_DS = 1, FROM_DS = 2, MORE_FRAGMENTS = 4, PROTECTED = 0x40, ORDER = 0x80 };
enum { SUBTYPE_NO_DATA = 4, SUBTYPE_QOS = 8 };

static uint16_t little16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t little32(const uint8_t *bytes)
{
	return little16(bytes) | (uint32_t)little16(bytes + 2) << 16;
}

static void set_addresses(struct ws_packet *packet, const uint8_t *bytes, uint8_t flags)
{
	const uint8_t *first = bytes + 4, *second = bytes + 10, *third = bytes + 16, *fourth = bytes + 24;
	packet->mac_destination = flags & TO_DS ? third : first;
	packet->mac_source = !(flags & FROM_DS) ? second : flags & TO_DS ? fourth : third;
}

/* Management and control frames, and data frames of a kind that is unknown. */
static void decode_other(struct ws_cursor *cursor, uint32_t offset)
{
	const uint32_t left = cursor->end > offset ? cursor->end - offset : 0;
	const uint32_t length = left < 10 ? left : 10;
	if (length && ws_layer_add(cursor, WS_HEADER_WIFI_OTHER, offset, length))
		ws_decode_payload(cursor, offset + length);
}

/* `padded`: the header has been filled up to a multiple of four bytes. */
static void decode_frame(struct ws_cursor *cursor, uint32_t offset, bool padded)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 2);
	if (!bytes || (bytes[0] >> 2 & 3) != DATA || bytes[0] & 3) {
		decode_other(cursor, offset);
		return;
	}
	const uint8_t subtype = bytes[0] >> 4, flags = bytes[1];
	const bool four = (flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS), qos = subtype & SUBTYPE_QOS;
	const uint32_t addresses = four ? 30 : 24;
	uint32_t length = addresses + (qos ? 2 : 0) + (qos && flags & ORDER ? 4 : 0);
	struct ws_layer *layer = ws_layer_add(cursor, four ? WS_HEADER_WIFI_4 : WS_HEADER_WIFI, offset, length);
	bytes = ws_cursor_span(cursor, offset, length);
	if (!layer || !bytes)
		return;
	set_addresses(cursor->packet, bytes, flags);
	if (padded && length % 4) {
		length += 4 - length % 4;
		ws_layer_resize(cursor, layer, length);
	}
	const bool fragment = bytes[22] & 15 || flags & MORE_FRAGMENTS;
	const bool several =
	        qos && bytes[addresses] & 0x80; /* an A-MSDU holds several frames, with headers of their own */
	if (subtype & SUBTYPE_NO_DATA || flags & PROTECTED || fragment || several)
		ws_decode_payload(cursor, offset + length);
	else
		ws_decode_llc(cursor, offset + length);
}

void ws_decode_wifi(struct ws_cursor *cursor, uint32_t offset)
{
	decode_frame(cursor, offset, false);
}

/* The flags among radiotap's fields; 0 where there are none. */
static uint8_t radiotap_flags(const uint8_t *bytes, uint32_t length)
{
	enum { TIME = 1, FLAGS = 2, MORE = 0x80000000 };
	uint32_t at = 8;
	const uint32_t present = little32(bytes + 4);
	for (uint32_t word = present; word & MORE && at + 4 <= length; at += 4)
		word = little32(bytes + at);
	if (present & TIME)
		at = (at + 7) / 8 * 8 + 8;
	return present & FLAGS && at < length ? bytes[at] : 0;
}

void ws_decode_radiotap(struct ws_cursor *cursor, uint32_t offset)
{
	enum { FCS_AT_END = 0x10, PADDED = 0x20 };
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_RADIOTAP, offset, 8);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 8);
	if (!layer || !bytes)
		return;
	const uint32_t length = little16(bytes + 2);
	if (length < 8 || length > cursor->end - offset) {
		ws_layer_problem(cursor, layer, length < 8 ? WS_PROBLEM_HEADER_LENGTH : WS_PROBLEM_HEADER_BEYOND);
		return;
	}
	ws_layer_resize(cursor, layer, length);
	if (layer->available < length)
		return;
	const uint8_t flags = radiotap_flags(bytes, length);
	if (flags & FCS_AT_END && !cursor->fcs_length && cursor->end - offset - length >= 4) {
		cursor->end -= 4;
		cursor->fcs_length = 4;
		cursor->fcs_start = offset + length;
		if (cursor->bytes.size > cursor->end)
			cursor->bytes.size = cursor->end;
	}
	decode_frame(cursor, offset + length, flags & PADDED);
}
