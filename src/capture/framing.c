/* The framing of pcap, in both byte orders.
 *
 * A pcap file is a 24-byte header and records of a 16-byte header (24 in one modified format) and `captured` bytes;
 * files before version 2.3 hold the two lengths the other way round, and 2.3 does either. The limits are libpcap's own,
 * so that what it would refuse is handed to it at once. */
#include "capture/framing.h"

enum { MAX_CAPTURED = 262144 };

#define BLOCK_SECTION 0x0a0d0d0au
#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO 0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u
#define MAGIC_ZSTD 0xfd2fb528u
#define MAGIC_ZSTD_SKIPPABLE 0x184d2a50u /* and the 15 that follow */

static uint32_t number32(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
	           : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static unsigned number16(const uint8_t *p, bool big)
{
	return big ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0];
}

static bool pcap_magic(uint32_t magic)
{
	return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_MODIFIED;
}

enum ws_format ws_format_of(const uint8_t *bytes, size_t length)
{
	if (length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
		return WS_FORMAT_GZIP;
	if (length < WS_FORMAT_BYTES)
		return WS_FORMAT_UNKNOWN;
	uint32_t little = number32(bytes, false);
	if (little == MAGIC_ZSTD || (little & 0xfffffff0u) == MAGIC_ZSTD_SKIPPABLE)
		return WS_FORMAT_ZSTD;
	if (little == BLOCK_SECTION)
		return WS_FORMAT_PCAPNG;
	if (pcap_magic(little) || pcap_magic(number32(bytes, true)))
		return WS_FORMAT_PCAP;
	return WS_FORMAT_UNKNOWN;
}

static void pcap_framing(struct ws_framing *framing, const uint8_t *head, size_t length)
{
	framing->big_endian = pcap_magic(number32(head, true));
	uint32_t magic = number32(head, framing->big_endian);
	framing->nanoseconds = magic == MAGIC_NANO;
	framing->header_size = magic == MAGIC_MODIFIED ? 24 : 16;
	if (length < 8)
		return;
	unsigned major = number16(head + 4, framing->big_endian), minor = number16(head + 6, framing->big_endian);
	if (major == 543 || (major == 2 && minor < 3)) /* 543: a vendor's tcpdump that numbers its files so */
		framing->captured = WS_CAPTURED_SECOND;
	else if (major == 2 && minor == 3)
		framing->captured = WS_CAPTURED_LESSER;
}

struct ws_framing ws_framing_of(const uint8_t *head, size_t length)
{
	struct ws_framing framing = {.format = ws_format_of(head, length)};
	if (framing.format == WS_FORMAT_PCAP)
		pcap_framing(&framing, head, length);
	return framing;
}

size_t ws_framing_record(const struct ws_framing *framing, const uint8_t *bytes, size_t length)
{
	if (length < framing->header_size)
		return 0;
	uint32_t first = number32(bytes + 8, framing->big_endian), second = number32(bytes + 12, framing->big_endian);
	uint32_t captured = first;
	if (framing->captured == WS_CAPTURED_SECOND || (framing->captured == WS_CAPTURED_LESSER && second < first))
		captured = second;
	return framing->header_size + (captured > MAX_CAPTURED ? 0 : captured);
}
