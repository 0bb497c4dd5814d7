/* What the files of the pcapng reader share: pcapng.c (blocks in their order), pcapng_sections.c (what is described)
 * and pcapng_packet.c (frames, and a second look at them). */
#ifndef CAPTURE_PCAPNG_STATE_H
#define CAPTURE_PCAPNG_STATE_H

#include "capture/host_names.h"
#include "capture/internal.h"
#include "capture/pcapng.h"
#include "capture/pcapng_interfaces.h"
#include "capture/processes.h"

#include <wirestate/language.h>

/* An interface as one section describes it. */
struct described {
	struct ws_ng_interface *interface;
	uint64_t dropped_interface, dropped_kernel; /* as interface statistics say */
	uint64_t lost;                              /* as packets say */
	uint64_t counted_interface, counted_kernel; /* how much of these are in the capture's statistics */
	uint64_t packets;                           /* of it that the file has, so far: see packets_of() */
	bool period; /* its statistics say when it captured, and how many packets came: */
	ws_time start, end;
	uint64_t received;
};

struct section {
	uint64_t offset; /* of its header in the stream */
	size_t first;    /* index of its first description */
	bool big;
};

struct scratch {
	uint8_t *bytes;
	size_t capacity;
};

/* The lock of `interfaces` guards the lists, what statistics say, and `names`: see pcapng_interfaces.h. Only the thread
 * that reads the file writes to them, and so it needs no lock to look at them. */
struct ws_pcapng {
	struct section section;      /* the current one */
	struct described *described; /* all of them; those of the current section come last */
	size_t count, capacity;
	size_t previous;          /* the first description of the section before */
	struct section *sections; /* those that describe an interface, in order */
	size_t section_count, section_capacity;
	char *section_comment; /* of the current one, or NULL */
	char *remark;          /* not terminated: the last comment of an interface's statistics, or NULL */
	size_t remark_length;
	uint64_t skip; /* bytes of a block that are still to be passed over */
	struct ws_ng_interfaces *interfaces;
	struct ws_processes *processes;
	struct ws_host_names *names; /* NULL: there were none yet */
	size_t renamed;              /* processes that have got a name after packets of theirs */
	bool news;                   /* names of hosts or processes have come since the last packet */
	struct scratch comments;     /* several comments of one packet, joined */
	struct scratch fetched, fetched_comments;
};

/* What became of one block. */
enum step {
	STEP_DONE,
	STEP_PACKET,
	STEP_MORE,  /* the block is not whole */
	STEP_FAILED /* the capture has its error */
};

/* ---- Packets */

/* A packet as its block gives it, before its interface is looked up. */
struct packet {
	uint32_t type;
	uint32_t interface, captured, length;
	bool timed;
	uint64_t ticks, lost;
	const uint8_t *data;
	struct ws_ng_options options; /* `at` is `end` where there are none */
};

/* The packets of an interface are counted while other threads may look. */
static inline uint64_t packets_of(const struct described *described)
{
	return __atomic_load_n(&described->packets, __ATOMIC_RELAXED);
}

/* ---- pcapng_sections.c: the blocks that describe something. Each takes a whole block. */

enum step ws_pcapng_read_section(struct ws_capture *capture, const uint8_t *block, size_t size);
enum step ws_pcapng_read_description(struct ws_capture *capture, const uint8_t *block, size_t size);
enum step ws_pcapng_read_statistics(struct ws_capture *capture, const uint8_t *block, size_t size);
enum step ws_pcapng_read_names(struct ws_capture *capture, const uint8_t *block, size_t size);
enum step ws_pcapng_read_custom(struct ws_capture *capture, const uint8_t *block, size_t size);
/* Brings what is known of an interface's drops into the capture's statistics. */
void ws_pcapng_count_drops(struct ws_capture *capture, struct described *described);

/* The interface that the current section numbers so; NULL: there is none. */
static inline struct described *described_at(const struct ws_pcapng *pcapng, uint32_t number)
{
	return number < pcapng->count - pcapng->section.first ? &pcapng->described[pcapng->section.first + number]
	                                                      : NULL;
}

/* ---- pcapng_packet.c */

/* What a packet's options state: comments, process, way, FCS length and losses. `scratch` is for several comments. */
void ws_pcapng_frame_options(const struct ws_capture *capture, struct packet *packet, struct scratch *scratch,
                             struct ws_frame *frame);

enum { CAPTURED_MOST = 262144 }; /* bytes of a packet: as in libpcap and tshark */

static inline bool is_packet(uint32_t type)
{
	return type == WS_NG_ENHANCED_PACKET || type == WS_NG_SIMPLE_PACKET || type == WS_NG_PACKET;
}

/* NULL, or what is wrong. The lengths are checked against the block, the interface is not looked up. */
static inline const char *packet_parse(const uint8_t *block, uint32_t type, uint32_t size, bool big,
                                       struct packet *packet)
{
	const uint8_t *end = block + size - 4;
	packet->type = type;
	if (type == WS_NG_SIMPLE_PACKET) {
		if (size < WS_NG_SIMPLE_HEADER + 4)
			return E_("the packet block is too short");
		packet->interface = 0;
		packet->timed = false;
		packet->ticks = packet->lost = 0;
		packet->length = ws_ng_load32(block + 8, big);
		packet->data = block + WS_NG_SIMPLE_HEADER;
		const uint32_t room = (uint32_t)(end - packet->data);
		packet->captured = packet->length < room ? packet->length : room;
		packet->options = (struct ws_ng_options){.at = end, .end = end};
	} else {
		if (size < WS_NG_PACKET_HEADER + 4)
			return E_("the packet block is too short");
		packet->timed = true;
		packet->interface = type == WS_NG_PACKET ? ws_ng_load16(block + 8, big) : ws_ng_load32(block + 8, big);
		packet->lost = type == WS_NG_PACKET ? ws_ng_load16(block + 10, big) : 0;
		packet->lost = packet->lost == UINT16_MAX ? 0 : packet->lost; /* not known */
		packet->ticks = (uint64_t)ws_ng_load32(block + 12, big) << 32 | ws_ng_load32(block + 16, big);
		packet->captured = ws_ng_load32(block + 20, big);
		packet->length = ws_ng_load32(block + 24, big);
		packet->data = block + WS_NG_PACKET_HEADER;
		const uint32_t room = (uint32_t)(end - packet->data);
		if (packet->captured > room)
			return E_("the packet is longer than its block");
		const uint32_t padded = ws_ng_padded(packet->captured);
		packet->options = (struct ws_ng_options){
		        .at = padded < room ? packet->data + padded : end, .end = end, .big = big};
	}
	return packet->captured > CAPTURED_MOST ? E_("the packet is longer than 262144 bytes") : NULL;
}

/* The frame of a packet of that interface; `scratch` for its comments. */
static inline void frame_of(const struct ws_capture *capture, const struct ws_ng_interface *interface,
                            struct packet *packet, struct scratch *scratch, struct ws_frame *frame)
{
	const struct ws_frame_interface *shown = &interface->shown;
	if (!packet->timed && shown->snapshot_length && packet->captured > shown->snapshot_length)
		packet->captured = shown->snapshot_length;
	*frame = (struct ws_frame){
	        .time = packet->timed ? ws_ng_clock_time(&interface->clock, packet->ticks) : 0,
	        .position = WS_POSITION_NONE,
	        .data = packet->data,
	        .interface = shown,
	        .captured = packet->captured,
	        .length = packet->length < packet->captured ? packet->captured : packet->length,
	        .link = shown->link,
	        .fcs_length = shown->fcs_length,
	};
	if (packet->options.end - packet->options.at >= 4)
		ws_pcapng_frame_options(capture, packet, scratch, frame);
	if (capture->fcs_stated)
		frame->fcs_length = capture->fcs_length;
}

/* ---- Failures: the capture has its error afterwards, and STEP_FAILED is returned. */

enum step ws_pcapng_fail(struct ws_capture *capture, enum ws_status status, const char *format, ...) WS_PRINTF(3, 4);
enum step ws_pcapng_fail_memory(struct ws_capture *capture);

#endif
