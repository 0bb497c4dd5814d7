/* Writing pcapng, in the byte order of this machine.
 *
 * Interfaces that the source describes before its first packet are described at the beginning; another one just before
 * its first packet, so that a file can be read while it is written. All have nanoseconds as their unit of time. A
 * section of the source that has a comment of its own becomes a section of its own. At the end come the statistics of
 * the interfaces, and the names of hosts.
 * The options of a packet are those that it has in the source. A process that they state is described as Wireshark
 * does it, before the first packet after its name is known, or at the end of the section. */
#include "capture/dump_block.h"
#include "capture/pcapng_blocks.h"

#include <stdlib.h>

enum {
	RESOLUTION_NANO = 9,
	OPTIONS_MOST = 1 << 19, /* bytes of the comment, or of the options of one packet, that are written */
};

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
	dump->process_count = 0;
	if (dump->processes)
		memset(dump->processes, 0, dump->process_slots * sizeof(*dump->processes));
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

static bool end_section(struct ws_dump *dump, struct ws_error *error);

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
		    !(end_section(dump, error) && write_section(dump, comment, error)))
			return false;
		if (!write_description(dump, interface ? interface : &own, error))
			return false;
		dump->slots[index].id = ++dump->described;
	}
	*number = dump->slots[index].id - 1;
	return true;
}

/* Readers that are told of several interfaces at the beginning can compare what these have captured. */
static bool describe_known(struct ws_dump *dump, struct ws_error *error)
{
	const struct ws_frame_interface *interface;
	uint32_t number;
	for (uint32_t i = 0; (interface = ws_capture_interface(dump->capture, i)); i++) {
		interface = dump->without_texts ? interface->unnamed : interface;
		if (same_comment(interface->section_comment, dump->section_comment) &&
		    !interface_number(dump, interface, &number, error))
			return false;
	}
	return true;
}

bool ws_dump_pcapng_section(struct ws_dump *dump, const char *comment, struct ws_error *error)
{
	return write_section(dump, comment, error);
}

bool ws_dump_pcapng_begin(struct ws_dump *dump, struct ws_error *error)
{
	if (dump->points) /* what they are called is not known yet */
		return true;
	const struct ws_frame_interface *first = ws_capture_interface(dump->capture, 0);
	uint32_t number;
	if (first && dump->without_texts)
		first = first->unnamed;
	const bool described = dump->capture->pcapng || dump->capture->merge;
	return write_section(dump, first ? first->section_comment : NULL, error) &&
	       (described ? describe_known(dump, error) : interface_number(dump, NULL, &number, error));
}

/* ---- Processes */

/* All numbers of the block but the first are little-endian, in files of any byte order. */
static bool write_process(struct ws_dump *dump, const struct ws_frame_process *process, struct ws_error *error)
{
	enum { WIRESHARK = 32622, PROCESS_INFORMATION = 3, OPTION_NAME = 2, OPTION_START = 9 };
	const size_t length = strlen(process->name);
	struct block block;
	if (!block_begin(&block, dump, WS_NG_CUSTOM, 64 + length, error))
		return false;
	add32(&block, WIRESHARK);
	add32(&block, htole32(PROCESS_INFORMATION));
	uint8_t *size = block.at;
	add32(&block, 0);
	add32(&block, htole32(process->id));
	add16(&block, htole16(OPTION_NAME), htole16((uint16_t)length));
	add(&block, process->name, length);
	if (process->start) {
		const uint64_t start = htole64((uint64_t)process->start);
		add16(&block, htole16(OPTION_START), htole16(sizeof(start)));
		add(&block, &start, sizeof(start));
	}
	const uint32_t entry = htole32((uint32_t)(block.at - size) - 4);
	memcpy(size, &entry, sizeof(entry));
	block_end(&block);
	return true;
}

static struct ws_dump_process *process_slot(struct ws_dump_process *slots, size_t count,
                                            const struct ws_frame_process *process)
{
	size_t at = (size_t)((uintptr_t)process / 16 * UINT64_C(0x9e3779b97f4a7c15) >> 32);
	while (slots[at & (count - 1)].process && slots[at & (count - 1)].process != process)
		at++;
	return &slots[at & (count - 1)];
}

static bool processes_reserve(struct ws_dump *dump)
{
	if (dump->process_count < dump->process_slots / 2)
		return true;
	const size_t count = dump->process_slots ? 2 * dump->process_slots : 16;
	struct ws_dump_process *grown = calloc(count, sizeof(*grown));
	if (!grown)
		return false;
	for (size_t i = 0; i < dump->process_slots; i++)
		if (dump->processes[i].process)
			*process_slot(grown, count, dump->processes[i].process) = dump->processes[i];
	free(dump->processes);
	dump->processes = grown;
	dump->process_slots = count;
	return true;
}

/* A packet of the process comes next. */
static bool process_stated(struct ws_dump *dump, const struct ws_frame_process *process, struct ws_error *error)
{
	if (!processes_reserve(dump))
		return ws_fail(error, WS_ERROR_SYSTEM, "%s: out of memory", dump->name);
	struct ws_dump_process *slot = process_slot(dump->processes, dump->process_slots, process);
	dump->process_count += !slot->process;
	slot->process = process;
	if (slot->written || !process->name)
		return true;
	slot->written = true;
	return write_process(dump, process, error);
}

/* Those whose name became known after their last packet. */
static bool write_processes(struct ws_dump *dump, struct ws_error *error)
{
	for (size_t i = 0; i < dump->process_slots; i++) {
		const struct ws_dump_process *slot = &dump->processes[i];
		if (slot->process && !slot->written && slot->process->name &&
		    !write_process(dump, slot->process, error))
			return false;
	}
	return true;
}

/* ---- Packets */

static struct ws_ng_options options_of(const struct ws_frame *frame)
{
	return (struct ws_ng_options){
	        .at = frame->options, .end = frame->options + frame->options_length, .big = frame->options_big};
}

static bool states_process(const struct ws_frame *frame)
{
	struct ws_ng_options options = options_of(frame);
	struct ws_ng_option option;
	while (ws_ng_option_next(&options, &option))
		if (option.code == OPTION_PACKET_PROCESS && option.length == 8)
			return true;
	return false;
}

/* The bytes of one number, and of all numbers, with which the value of an option begins. */
static void numbers_of(const struct ws_ng_option *option, unsigned *one, unsigned *all)
{
	const unsigned code = option->code & ~(unsigned)OPTION_NOT_COPIED;
	*one = *all = 0;
	if (code >= OPTION_CUSTOM_FIRST && code <= OPTION_CUSTOM_LAST)
		*one = *all = 4;
	else if (code == OPTION_PACKET_FLAGS || code == OPTION_PACKET_QUEUE)
		*one = *all = 4;
	else if (code == OPTION_PACKET_LOST || code == OPTION_PACKET_ID)
		*one = *all = 8;
	else if (code == OPTION_PACKET_PROCESS)
		*one = 4, *all = 8;
	if (*all > option->length)
		*all = 0;
}

static void add_packet_option(struct block *block, const struct ws_ng_option *option, bool big)
{
	uint8_t *value = block->at + 4;
	unsigned one, all;
	add_option(block, (enum option_code)option->code, option->value, option->length);
	if (big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return;
	numbers_of(option, &one, &all);
	for (unsigned at = 0; at < all; at += one)
		for (unsigned i = 0; i < one / 2; i++) {
			const uint8_t byte = value[at + i];
			value[at + i] = value[at + one - 1 - i];
			value[at + one - 1 - i] = byte;
		}
}

enum { FCS_SHIFT = 5, FCS_MASK = 15 }; /* of the flags, in bytes */

static void add_flags(struct block *block, uint32_t flags)
{
	add_option(block, OPTION_PACKET_FLAGS, &flags, sizeof(flags));
}

/* `fcs`: what the flags have to state, 0 where the interface does. */
static void add_source_options(struct block *block, const struct ws_frame *frame, uint32_t fcs)
{
	struct ws_ng_options options = options_of(frame);
	struct ws_ng_option option;
	bool flagged = false;
	while (ws_ng_option_next(&options, &option)) {
		if (option.code != OPTION_PACKET_FLAGS || option.length != 4) {
			add_packet_option(block, &option, options.big);
			continue;
		}
		const uint32_t flags = ws_ng_load32(option.value, options.big), mask = FCS_MASK << FCS_SHIFT;
		const uint32_t stated = flags & mask ? frame->fcs_length : fcs;
		add_flags(block, (flags & ~mask) | stated << FCS_SHIFT);
		flagged = true;
	}
	if (!flagged && fcs)
		add_flags(block, fcs << FCS_SHIFT);
}

static void add_comment(struct block *block, const char *comment, size_t length)
{
	while (length) {
		const size_t part = length < TEXT_MOST ? length : TEXT_MOST;
		add_option(block, (enum option_code)WS_NG_COMMENT, comment, part);
		comment += part;
		length -= part;
	}
}

/* A live capture states the process of a packet itself, see src/app/host.h. */
static bool has_own_process(const struct ws_dump *dump, const struct ws_frame *frame)
{
	return dump->capture->live && frame->process && frame->process->id && !dump->without_texts;
}

/* Of a frame whose source has no such options, or too many of them. */
static void add_own_options(struct block *block, const struct ws_frame *frame, size_t comment, uint32_t fcs)
{
	const uint32_t way = frame->way == WS_WAY_IN ? 1 : frame->way == WS_WAY_OUT ? 2 : 0;
	add_comment(block, frame->comment, comment);
	if (way || fcs)
		add_flags(block, way | fcs << FCS_SHIFT);
	if (has_own_process(block->dump, frame)) {
		const uint32_t process[] = {frame->process->id, 0}; /* no thread */
		add_option(block, OPTION_PACKET_PROCESS, process, sizeof(process));
	}
}

bool ws_dump_pcapng_write(struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error)
{
	const bool copied = frame->options && frame->options_length <= OPTIONS_MOST && !dump->without_texts;
	size_t comment = dump->without_texts || copied ? 0 : frame->comment_length;
	comment = comment < OPTIONS_MOST ? comment : OPTIONS_MOST;
	const size_t options = copied ? frame->options_length : comment + 16 * (1 + comment / TEXT_MOST) + 16;
	const uint8_t fcs = frame->interface ? frame->interface->fcs_length : dump->fcs_length;
	const uint32_t own_fcs = frame->fcs_length == fcs ? 0 : frame->fcs_length;
	/* The format has unsigned times. */
	const uint64_t time = frame->time < 0 ? 0 : (uint64_t)frame->time;
	struct block block;
	uint32_t number;
	if (!interface_number(dump, frame->interface, &number, error) ||
	    (frame->process && !dump->without_texts &&
	     (copied ? states_process(frame) : has_own_process(dump, frame)) &&
	     !process_stated(dump, frame->process, error)) ||
	    !block_begin(&block, dump, WS_NG_ENHANCED_PACKET, 64 + (size_t)frame->captured + options, error))
		return false;
	dump->last = frame->time;
	add32(&block, number);
	add32(&block, (uint32_t)(time >> 32));
	add32(&block, (uint32_t)time);
	add32(&block, frame->captured);
	add32(&block, frame->length);
	add(&block, frame->data, frame->captured);
	const uint8_t *before = block.at;
	if (copied)
		add_source_options(&block, frame, own_fcs);
	else
		add_own_options(&block, frame, comment, own_fcs);
	if (block.at != before)
		add32(&block, 0);
	block_end(&block);
	return true;
}

/* ---- The end of a section */

static bool end_section(struct ws_dump *dump, struct ws_error *error)
{
	return write_processes(dump, error) && ws_dump_write_statistics(dump, error);
}

bool ws_dump_pcapng_end(struct ws_dump *dump, struct ws_error *error)
{
	return end_section(dump, error) &&
	       (dump->without_texts ||
	        ((dump->points || ws_dump_write_remark(dump, error)) && ws_dump_write_names(dump, error)));
}
