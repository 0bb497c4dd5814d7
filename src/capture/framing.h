/* What the first bytes of a capture stream say about it, and where a record of pcap ends. libpcap reads those records;
 * this exists so that it is never asked for one that has not arrived. For the blocks of pcapng see pcapng_blocks.h. */
#ifndef CAPTURE_FRAMING_H
#define CAPTURE_FRAMING_H

#include <wirestate/types.h>

enum ws_format { WS_FORMAT_UNKNOWN, WS_FORMAT_PCAP, WS_FORMAT_PCAPNG, WS_FORMAT_GZIP, WS_FORMAT_ZSTD };

/* How many bytes ws_format_of() needs to be sure, and how many ws_framing_of() does. */
#define WS_FORMAT_BYTES 4
#define WS_FRAMING_BYTES 24

enum ws_format ws_format_of(const uint8_t *bytes, size_t length);

struct ws_framing {
	enum ws_format format; /* WS_FORMAT_PCAP or WS_FORMAT_PCAPNG; anything else: not a capture */
	bool big_endian;       /* pcap */
	bool nanoseconds;      /* pcap: the unit of the sub-second part */
	uint32_t header_size;  /* pcap: bytes before the data of a record */
	enum {
		WS_CAPTURED_FIRST,
		WS_CAPTURED_SECOND,
		WS_CAPTURED_LESSER
	} captured; /* pcap: which of the two lengths */
};

struct ws_framing ws_framing_of(const uint8_t *head, size_t length);

/* The size of the pcap record at `bytes`, 0 when more than `length` bytes are needed to know it. A length that libpcap
 * is going to refuse counts as the bare header, so that it is asked at once. */
size_t ws_framing_record(const struct ws_framing *framing, const uint8_t *bytes, size_t length);

#endif
