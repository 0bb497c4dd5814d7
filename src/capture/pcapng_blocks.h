/* The blocks of a pcapng file, one at a time: what lies in a block that is whole in memory. Nothing here allocates or
 * keeps anything; what is returned points into the block.
 *
 * Numbers are in the byte order of the section (`big`: big-endian), lengths in bytes. The specification is
 * draft-ietf-opsawg-pcapng. */
#ifndef CAPTURE_PCAPNG_BLOCKS_H
#define CAPTURE_PCAPNG_BLOCKS_H

#include <wirestate/language.h>
#include <wirestate/types.h>

#include <string.h>

/* X(enumerator, type, what messages call it) */
#define WS_NG_BLOCKS(X)                                                                                                \
	X(WS_NG_SECTION, 0x0a0d0d0a, N_("section header"))                                                             \
	X(WS_NG_INTERFACE, 1, N_("interface description"))                                                             \
	X(WS_NG_PACKET, 2, "packet")                                                                                   \
	X(WS_NG_SIMPLE_PACKET, 3, N_("simple packet"))                                                                 \
	X(WS_NG_NAMES, 4, N_("name resolution"))                                                                       \
	X(WS_NG_STATISTICS, 5, N_("interface statistics"))                                                             \
	X(WS_NG_ENHANCED_PACKET, 6, N_("enhanced packet"))                                                             \
	X(WS_NG_SECRETS, 10, N_("decryption secrets"))                                                                 \
	X(WS_NG_CUSTOM, 0xbad, "custom")                                                                               \
	X(WS_NG_CUSTOM_NOT_COPIED, 0x40000bad, "custom")

enum ws_ng_block {
#define X(name, type, text) name = type,
	WS_NG_BLOCKS(X)
#undef X
};

enum {
	WS_NG_HEADER = 8,            /* type and length, before the body */
	WS_NG_OVERHEAD = 12,         /* type, length, and the length again after the body */
	WS_NG_BLOCK_MOST = 16 << 20, /* a longer one that is to be read is refused */
	WS_NG_PACKET_HEADER = 28,    /* of a packet block and an enhanced one, before the packet's bytes */
	WS_NG_SIMPLE_HEADER = 12,
};

/* "enhanced packet block", "block of type 2989". */
const char *ws_ng_block_name(uint32_t type, char *text, size_t size);

static inline uint32_t ws_ng_load32(const uint8_t *bytes, bool big)
{
	uint32_t value;
	memcpy(&value, bytes, sizeof(value));
	return big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? value : __builtin_bswap32(value);
}

static inline uint16_t ws_ng_load16(const uint8_t *bytes, bool big)
{
	uint16_t value;
	memcpy(&value, bytes, sizeof(value));
	return big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? value : __builtin_bswap16(value);
}

static inline uint64_t ws_ng_load64(const uint8_t *bytes, bool big)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? value : __builtin_bswap64(value);
}

static inline uint32_t ws_ng_padded(uint32_t length)
{
	return (length + 3) & ~UINT32_C(3);
}

/* ---- Options: pairs of a code and a value, each padded to 32 bits. A list that breaks off in the middle of an option
 * ends there. */

struct ws_ng_options {
	const uint8_t *at, *end;
	bool big;
};

enum { WS_NG_COMMENT = 1 };

struct ws_ng_option {
	unsigned code, length;
	const uint8_t *value;
};

/* False: that was the last one. */
bool ws_ng_option_next(struct ws_ng_options *options, struct ws_ng_option *option) WS_CHECKED;

/* A text in a block: UTF-8 if its writer was honest, and no NUL in it. `bytes` is NULL when there is none. */
struct ws_ng_text {
	const uint8_t *bytes;
	size_t length;
};

struct ws_ng_text ws_ng_option_text(const struct ws_ng_option *option);

/* ---- Section header blocks */

struct ws_ng_section {
	bool big;
	unsigned major, minor;
	struct ws_ng_text comment;
};

/* The byte order of the section that a block of at least 12 bytes begins. False: it is none that exists. */
bool ws_ng_section_order(const uint8_t *block, bool *big) WS_CHECKED;
/* False: the block is too short. */
bool ws_ng_section_parse(const uint8_t *block, size_t size, struct ws_ng_section *section) WS_CHECKED;

/* ---- Interface description blocks */

struct ws_ng_description {
	uint16_t link_number; /* LINKTYPE_ */
	uint32_t snapshot_length;
	uint8_t resolution; /* if_tsresol: the power of 10, or with the highest bit set, of 2; 6 when not stated */
	uint8_t fcs_length;
	int64_t offset; /* if_tsoffset, in seconds */
	struct ws_ng_text name, description, comment;
};

/* False: the block is too short. */
bool ws_ng_description_parse(const uint8_t *block, size_t size, bool big,
                             struct ws_ng_description *description) WS_CHECKED;

/* ---- Timestamps */

/* How the ticks of an interface become time. Where one multiplication and one addition do, which is nearly always,
 * `most` is the largest number of ticks for which they do. */
struct ws_ng_clock {
	uint64_t factor, most;
	ws_time base;
	int64_t offset; /* seconds */
	uint8_t resolution;
};

struct ws_ng_clock ws_ng_clock_of(uint8_t resolution, int64_t offset);
/* For any number of ticks. What lies outside the times that captures deliver (see capture.c) becomes the nearest one
 * inside. */
ws_time ws_ng_clock_convert(const struct ws_ng_clock *clock, uint64_t ticks);

static inline ws_time ws_ng_clock_time(const struct ws_ng_clock *clock, uint64_t ticks)
{
	return ticks <= clock->most ? clock->base + (ws_time)(ticks * clock->factor)
	                            : ws_ng_clock_convert(clock, ticks);
}

/* ---- Options of packets */

struct ws_ng_packet_options {
	struct ws_ng_text comment; /* the first one */
	unsigned comments;         /* how many there are that are not empty */
	uint8_t fcs_length;        /* 0: not stated here */
	uint8_t way;               /* enum ws_frame_way, as epb_flags states it */
	bool has_process;
	uint32_t process; /* epb_processid_threadid: the process's id */
	uint64_t lost;    /* epb_dropcount: packets lost since the one before */
};

/* `type`: of the block. */
void ws_ng_packet_options_parse(struct ws_ng_options options, uint32_t type, struct ws_ng_packet_options *parsed);

/* ---- Process information, in a custom block of Wireshark (since version 5). All numbers in it are little-endian. */

struct ws_ng_process {
	uint32_t id;
	struct ws_ng_text name;
	uint64_t start; /* nanoseconds since 1970; 0: not stated */
};

/* False: it is another custom block. */
bool ws_ng_process_parse(const uint8_t *block, size_t size, bool big, struct ws_ng_process *process) WS_CHECKED;

/* ---- Interface statistics blocks */

struct ws_ng_statistics {
	uint32_t interface;
	bool has_drops;
	uint64_t dropped_interface, dropped_kernel; /* isb_ifdrop, isb_osdrop; since the capture began */
	bool has_start, has_end, has_received;
	uint64_t start, end; /* isb_starttime, isb_endtime: ticks of the interface */
	uint64_t received;   /* isb_ifrecv: packets since the capture began */
	struct ws_ng_text comment;
};

/* False: the block is too short. */
bool ws_ng_statistics_parse(const uint8_t *block, size_t size, bool big,
                            struct ws_ng_statistics *statistics) WS_CHECKED;

/* ---- Name resolution blocks */

struct ws_ng_names {
	const uint8_t *at, *end; /* the records that are left */
	bool big;
};

struct ws_ng_name {
	struct ws_addr address;
	uint8_t ip_version;
	struct ws_ng_text name; /* the first of a record */
};

struct ws_ng_names ws_ng_names_of(const uint8_t *block, size_t size, bool big);
/* False: that was the last one. Records of other addresses than IPv4 and IPv6 are passed over. */
bool ws_ng_name_next(struct ws_ng_names *names, struct ws_ng_name *name) WS_CHECKED;

#endif
