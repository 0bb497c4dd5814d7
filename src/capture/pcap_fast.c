/* The short way for the records of a pcap file.
 *
 * libpcap reads a record in two calls of stdio, each of which copies; together they cost as much as decoding it. But
 * nearly every record lies whole in the stream's buffer, and can be handed on from there. This takes only what can be
 * nothing but an ordinary record of an ordinary file; at everything else (the end of the buffer or of the file, the
 * other byte order, old and modified formats, a length or time that makes no sense) libpcap goes on from the same byte,
 * and says what there is to say. */
#include "capture/internal.h"

#include <string.h>

enum { HEADER = 16 }; /* seconds, fraction, captured, length: 32 bits each, in the byte order of who wrote the file */

bool ws_pcap_fast_possible(const struct ws_framing *framing)
{
	const bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	return framing->format == WS_FORMAT_PCAP && framing->big_endian == big_endian &&
	       framing->header_size == HEADER && framing->captured == WS_CAPTURED_FIRST;
}

/* What is the same for all records of a file. */
struct form {
	uint32_t unit, units; /* nanoseconds in one of the fraction, and how many make a second */
	uint32_t snapshot;
};

/* Fills the frame of the record that begins at `bytes`. False: it is not whole, or not ordinary. */
static inline bool record_read(const struct form *form, const uint8_t *bytes, size_t length, struct ws_frame *frame)
{
	uint32_t field[4];
	if (length < HEADER)
		return false;
	memcpy(field, bytes, sizeof(field));
	const uint32_t captured = field[2];
	if (captured > length - HEADER || captured > form->snapshot || field[0] > INT32_MAX || field[1] >= form->units)
		return false;
	frame->time = (ws_time)field[0] * WS_SECOND + field[1] * form->unit;
	frame->captured = captured;
	frame->length = field[3] < captured ? captured : field[3];
	frame->data = bytes + HEADER;
	return true;
}

int ws_pcap_fast_read(struct ws_capture *capture, int max)
{
	const uint32_t unit = capture->framing.nanoseconds ? 1 : 1000;
	const struct form form = {.unit = unit, .units = (uint32_t)(WS_SECOND / unit), .snapshot = capture->snapshot};
	/* What all frames have in common is set once. */
	const struct pcap_pkthdr none = {.caplen = 0};
	struct ws_frame frame = ws_capture_frame(capture, &none, 0, NULL);
	size_t length;
	const uint8_t *const begin = ws_byte_source_buffered(capture->source, &length), *const end = begin + length,
	                     *at = begin;
	int count = 0;
	while (count < max && !capture->broken && record_read(&form, at, (size_t)(end - at), &frame)) {
		at += HEADER + frame.captured;
		count++;
		ws_file_packet(capture, &frame, capture->next + HEADER + frame.captured);
	}
	ws_byte_source_skip(capture->source, (size_t)(at - begin));
	return count;
}
