/* Writing pcapng, in the byte order of this machine.
 *
 * An interface of the source is described just before its first packet, so that a file has those that it needs and can
 * be read while it is written. All have nanoseconds as their unit of time. A section of the source that has a comment
 * of its own becomes a section of its own. At the end come the statistics of the interfaces, and the names of hosts.
 *
 * A block is composed in the buffer: reserve() reserves the most bytes that it can take, and block_end() releases those
 * that were not used. */
#include "capture/dump.h"
#include "capture/pcapng_blocks.h"

#include <stdlib.h>

enum {
	RESOLUTION_NANO = 9,
	TEXT_MOST = 65535, /* of an option */
	COMMENT_MOST =
	        1 << 19, /* bytes of the comment of one packet that are written, in as many options as it takes */
	NAMES_OF_BLOCK = 512,
	NAME_RECORD_MOST = 4 + 16 + 256,
};

enum option_code {
	OPTION_SECTION_PROGRAM = 4,
	OPTION_IF_NAME = 2,
	OPTION_IF_DESCRIPTION = 3,
	OPTION_IF_RESOLUTION = 9,
	OPTION_IF_FCS_LENGTH = 13,
	OPTION_PACKET_FLAGS = 2,
	OPTION_STATISTICS_RECEIVED = 4,
	OPTION_STATISTICS_INTERFACE_DROPS = 5,
	OPTION_STATISTICS_KERNEL_DROPS = 7,
};

/* A block that is being put together; `at` is where it goes on, `bytes` NULL when there was no room. */
struct block {
	struct ws_dump *dump;
	uint8_t *bytes, *at;
};

static void add(struct block *block, const void *bytes, size_t length)
{
	if (length)
		memcpy(block->at, bytes, length);
	block->at += length;
	for (; (block->at - block->bytes) % 4; block->at++)
		*block->at = 0;
}

static void add16(struct block *block, unsigned first, unsigned second)
{
	const uint16_t both[] = {(uint16_t)first, (uint16_t)second};
	add(block, both, sizeof(both));
}

static void add32(struct block *block, uint32_t value)
{
	add(block, &value, sizeof(value));
}

static void add_option(struct block *block, enum option_code code, const void *value, size_t length)
{
	add16(block, code, (unsigned)length);
	add(block, value, length);
}

static void add_text(struct block *block, enum option_code code, const char *text)
{
	const size_t length = text ? strlen(text) : 0;
	if (length && !block->dump->without_texts)
		add_option(block, code, text, length < TEXT_MOST ? length : TEXT_MOST);
}

static void add_number(struct block *block, enum option_code code, uint64_t value)
{
	add_option(block, code, &value, sizeof(value));
}

static bool block_begin(struct block *block, struct ws_dump *dump, uint32_t type, size_t most, struct ws_error *error)
{
	*block = (struct block){.dump = dump, .bytes = ws_dump_reserve(dump, most, error)};
	block->at = block->bytes;
	if (!block->bytes)
		return false;
	add32(block, type);
	add32(block, 0);
	return true;
}

static void block_end(struct block *block)
{
	const uint32_t size = (uint32_t)(block->at - block->bytes) + 4;
	add32(block, size);
	memcpy(block->bytes + 4, &size, sizeof(size));
	block->dump->used = (size_t)(block->at - block->dump->buffer);
}

static size_t text_room(const char *text)
{
	const size_t length = text ? strlen(text) : 0;
	return 8 + (length < TEXT_MOST ? length : TEXT_MOST);
}

/* ---- Sections and interfaces */

static bool write_section(struct ws_dump *dump, const char *comment, struct ws_error *error)
{
	static const char program[] = "wirestate " WS_VERSION;
	const uint64_t length = UINT64_MAX; /* not known */
	struct block block;
	if (!block_begin(&block, dump, WS_NG_SECTION, 64 + sizeof(program) + text_room(comment), error))
		return false;
	add32(&block, 0x1a2b3c4d);
	add16(&block, 1, 0);
	add(&block, &length, sizeof(length));
	add_option(&block, OPTION_SECTION_PROGRAM, program, sizeof(program) - 1);
	add_text(&block, (enum option_code)WS_NG_COMMENT, comment);
	add32(&block, 0);
	block_end(&block);
	dump->section_comment = comment;
	dump->described = 0;
	for (size_t i = 0; i < dump->slot_count; i++)
		dump->slots[i].id = 0;
	return true;
}

static bool write_description(struct ws_dump *dump, const struct ws_frame_interface *interface, struct ws_error *error)
{
	const uint8_t resolution = RESOLUTION_NANO;
	const size_t texts =
	        text_room(interface->name) + text_room(interface->description) + text_room(interface->comment);
	struct block block;
	if (!block_begin(&block, dump, WS_NG_INTERFACE, 64 + texts, error))
		return false;
	add16(&block, interface->link_number, 0);
	add32(&block, interface->snapshot_length);
	add_text(&block, OPTION_IF_NAME, interface->name);
	add_text(&block, OPTION_IF_DESCRIPTION, interface->description);
	add_text(&block, (enum option_code)WS_NG_COMMENT, interface->comment);
	add_option(&block, OPTION_IF_RESOLUTION, &resolution, sizeof(resolution));
	if (interface->fcs_length)
		add_option(&block, OPTION_IF_FCS_LENGTH, &interface->fcs_length, sizeof(interface->fcs_length));
	add32(&block, 0);
	block_end(&block);
	return true;
}

/* For frames of a source whose format describes no interface. */
static struct ws_frame_interface own_interface(const struct ws_dump *dump)
{
	return (struct ws_frame_interface){
	        .snapshot_length = dump->snapshot,
	        .link_number = (uint16_t)dump->link_number,
	        .fcs_length = dump->fcs_length,
	        .name = dump->capture->live ? dump->capture->name : NULL,
	};
}

static size_t slot_index(const struct ws_frame_interface *interface)
{
	return interface ? (size_t)interface->index + 1 : 0;
}

static bool slots_reserve(struct ws_dump *dump, size_t index)
{
	if (index < dump->slot_count)
		return true;
	const size_t count = index < 8 ? 16 : 2 * index;
	struct ws_dump_slot *slots = realloc(dump->slots, count * sizeof(*slots));
	if (!slots)
		return false;
	memset(slots + dump->slot_count, 0, (count - dump->slot_count) * sizeof(*slots));
	dump->slots = slots;
	dump->slot_count = count;
	return true;
}

static bool same_comment(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool write_statistics(struct ws_dump *dump, struct ws_error *error);

/* The number of the frame's interface in the file; it is described there if it was not yet. */
static bool interface_number(struct ws_dump *dump, const struct ws_frame_interface *interface, uint32_t *number,
                             struct ws_error *error)
{
	const size_t index = slot_index(interface);
	const struct ws_frame_interface own = own_interface(dump);
	const char *comment = interface ? interface->section_comment : NULL;
	if (!slots_reserve(dump, index))
		return ws_fail(error, WS_ERROR_SYSTEM, "%s: out of memory", dump->name);
	if (!dump->slots[index].id) {
		if (!same_comment(comment, dump->section_comment) &&
		    !(write_statistics(dump, error) && write_section(dump, comment, error)))
			return false;
		if (!write_description(dump, interface ? interface : &own, error))
			return false;
		dump->slots[index].id = ++dump->described;
	}
	*number = dump->slots[index].id - 1;
	return true;
}

bool ws_dump_pcapng_begin(struct ws_dump *dump, struct ws_error *error)
{
	const struct ws_frame_interface *first = ws_capture_interface(dump->capture, 0);
	uint32_t number;
	if (first && dump->without_texts)
		first = first->unnamed;
	return write_section(dump, first ? first->section_comment : NULL, error) &&
	       (dump->capture->pcapng || interface_number(dump, NULL, &number, error));
}

/* ---- Packets */

static void add_comment(struct block *block, const char *comment, size_t length)
{
	while (length) {
		const size_t part = length < TEXT_MOST ? length : TEXT_MOST;
		add_option(block, (enum option_code)WS_NG_COMMENT, comment, part);
		comment += part;
		length -= part;
	}
}

bool ws_dump_pcapng_write(struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error)
{
	enum { FCS_SHIFT = 5 };
	size_t comment = dump->without_texts ? 0 : frame->comment_length;
	comment = comment < COMMENT_MOST ? comment : COMMENT_MOST;
	const size_t most = 64 + (size_t)frame->captured + comment + 16 * (1 + comment / TEXT_MOST);
	const uint8_t fcs = frame->interface ? frame->interface->fcs_length : dump->fcs_length;
	/* The format has unsigned times. */
	const uint64_t time = frame->time < 0 ? 0 : (uint64_t)frame->time;
	struct block block;
	uint32_t number;
	if (!interface_number(dump, frame->interface, &number, error) ||
	    !block_begin(&block, dump, WS_NG_ENHANCED_PACKET, most, error))
		return false;
	dump->last = frame->time;
	add32(&block, number);
	add32(&block, (uint32_t)(time >> 32));
	add32(&block, (uint32_t)time);
	add32(&block, frame->captured);
	add32(&block, frame->length);
	add(&block, frame->data, frame->captured);
	if (comment || frame->fcs_length != fcs) {
		const uint32_t flags = (uint32_t)frame->fcs_length << FCS_SHIFT;
		add_comment(&block, frame->comment, comment);
		if (frame->fcs_length != fcs)
			add_option(&block, OPTION_PACKET_FLAGS, &flags, sizeof(flags));
		add32(&block, 0);
	}
	block_end(&block);
	return true;
}

/* ---- The end of a section */

static bool write_one_statistics(struct ws_dump *dump, uint32_t number, const uint64_t *received,
                                 const struct ws_dump_slot *drops, struct ws_error *error)
{
	const uint64_t time = dump->last < 0 ? 0 : (uint64_t)dump->last;
	struct block block;
	if (!block_begin(&block, dump, WS_NG_STATISTICS, 128, error))
		return false;
	add32(&block, number);
	add32(&block, (uint32_t)(time >> 32));
	add32(&block, (uint32_t)time);
	if (received)
		add_number(&block, OPTION_STATISTICS_RECEIVED, *received);
	add_number(&block, OPTION_STATISTICS_INTERFACE_DROPS, drops->dropped_interface);
	add_number(&block, OPTION_STATISTICS_KERNEL_DROPS, drops->dropped_kernel);
	add32(&block, 0);
	block_end(&block);
	return true;
}

/* What the source's own statistics say of its interfaces. */
static void collect_drops(struct ws_dump *dump)
{
	struct ws_pcapng_drops drops;
	for (size_t i = 0; i < dump->slot_count; i++)
		dump->slots[i].dropped_interface = dump->slots[i].dropped_kernel = 0;
	for (size_t i = 0; ws_pcapng_drops(dump->capture->pcapng, i, &drops); i++) {
		const size_t index = (size_t)drops.index + 1;
		if (index >= dump->slot_count)
			continue;
		dump->slots[index].dropped_interface += drops.interface;
		dump->slots[index].dropped_kernel += drops.kernel;
	}
}

/* Of the interfaces of this section: live always, of a file where it states drops. */
static bool write_statistics(struct ws_dump *dump, struct ws_error *error)
{
	bool good = true;
	if (dump->capture->live) {
		struct ws_capture_stats stats;
		ws_capture_stats(dump->capture, &stats);
		const struct ws_dump_slot drops = {.dropped_interface = stats.dropped_interface,
		                                   .dropped_kernel = stats.dropped_kernel};
		return write_one_statistics(dump, 0, &stats.received, &drops, error);
	}
	if (!dump->capture->pcapng)
		return true;
	collect_drops(dump);
	for (size_t i = 1; i < dump->slot_count && good; i++) {
		const struct ws_dump_slot *slot = &dump->slots[i];
		if (slot->id && (slot->dropped_interface || slot->dropped_kernel))
			good = write_one_statistics(dump, slot->id - 1, NULL, slot, error);
	}
	return good;
}

static void add_name(struct block *block, const struct ws_host_name *name)
{
	enum { RECORD_IPV4 = 1, RECORD_IPV6 = 2 };
	uint8_t bytes[16 + 256];
	const bool ipv4 = name->ip_version == 4;
	const size_t address = ipv4 ? 4 : 16, length = strlen(name->name) + 1;
	memcpy(bytes, name->address.byte + 16 - address, address);
	memcpy(bytes + address, name->name, length);
	add16(block, ipv4 ? RECORD_IPV4 : RECORD_IPV6, (unsigned)(address + length));
	add(block, bytes, address + length);
}

static bool write_names(struct ws_dump *dump, struct ws_error *error)
{
	struct ws_host_name name;
	for (size_t i = 0; ws_capture_host_name(dump->capture, i, &name);) {
		struct block block;
		if (!block_begin(&block, dump, WS_NG_NAMES, NAMES_OF_BLOCK * NAME_RECORD_MOST + 64, error))
			return false;
		const size_t end = i + NAMES_OF_BLOCK;
		do
			add_name(&block, &name);
		while (++i < end && ws_capture_host_name(dump->capture, i, &name));
		add32(&block, 0);
		block_end(&block);
	}
	return true;
}

bool ws_dump_pcapng_end(struct ws_dump *dump, struct ws_error *error)
{
	return write_statistics(dump, error) && (dump->without_texts || write_names(dump, error));
}
