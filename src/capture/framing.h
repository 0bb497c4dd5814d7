/* What the bytes of a capture stream say about themselves: which format, where one record ends, FCS lengths. libpcap
 * reads the records; this exists so that it is never asked for one that has not arrived, and for what it hides. */
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
	bool big_endian;
	bool nanoseconds;     /* pcap: the unit of the sub-second part */
	uint32_t header_size; /* pcap: bytes before the data of a record */
	enum {
		WS_CAPTURED_FIRST,
		WS_CAPTURED_SECOND,
		WS_CAPTURED_LESSER
	} captured; /* pcap: which of the two lengths */
};

struct ws_framing ws_framing_of(const uint8_t *head, size_t length);

/* What libpcap makes of a record. */
enum ws_record { WS_RECORD_OF_PACKET, WS_RECORD_OF_SECTION, WS_RECORD_OF_INTERFACE, WS_RECORD_OF_OTHERS };

/* The size of the record at `bytes`, 0 when more than `length` bytes are needed to know it. A length that libpcap is
 * going to refuse counts as a packet, of which there is the bare header, so that it is asked at once. */
size_t ws_framing_record(const struct ws_framing *framing, const uint8_t *bytes, size_t length, enum ws_record *record);

/* pcapng: the FCS length in bytes of the interfaces described in `head`; 0 when not stated or when they differ. `found`
 * is the number of descriptions that were whole. */
unsigned ws_framing_fcs(const struct ws_framing *framing, const uint8_t *head, size_t length, unsigned *found);

#endif
