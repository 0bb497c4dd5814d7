/* Reading pcapng.
 *
 * The blocks are read where the byte source has them in its buffer, so that a packet costs no copy and no allocation. A
 * block that is to be understood must be whole there first, up to 16 MiB; any other block is passed over as it comes,
 * whatever its length. When no whole block is there, the source is asked for more, a bounded number of times for one
 * call, and never so that it waits.
 *
 * A file is a row of sections, each with its own byte order and interfaces. Where each section begins and which
 * interfaces it describes is kept, because a packet that is fetched again must be read as it was read first. What a
 * hostile file could make grow without bound (descriptions, their texts, names of hosts) has a limit each.
 *
 * One thread may read while others use its frames, fetch some again, and ask what the file has told. A frame says when
 * there is news since the one before, so that names can be brought to the other thread in the order of the file.
 *
 * libpcap is not used here: it reads files only whose interfaces all have the same link type and snapshot length. */
#include "capture/pcapng_state.h"

#include <wirestate/language.h>

#include <stdarg.h>
#include <stdlib.h>

enum {
	FILLS = 16,              /* times that one call asks the source for more bytes */
	CUSTOM_MOST = 256 << 10, /* bytes of a custom block that is looked at */
	OPEN_MOST = 64 << 10,    /* bytes of a regular file in which interfaces are looked for when it is opened */
};

void ws_pcapng_free(struct ws_pcapng *pcapng)
{
	if (!pcapng)
		return;
	ws_ng_interfaces_release(pcapng->interfaces);
	ws_processes_release(pcapng->processes);
	ws_host_names_free(pcapng->names);
	free(pcapng->described);
	free(pcapng->sections);
	free(pcapng->section_comment);
	free(pcapng->remark);
	free(pcapng->comments.bytes);
	free(pcapng->fetched.bytes);
	free(pcapng->fetched_comments.bytes);
	free(pcapng);
}

enum step ws_pcapng_fail(struct ws_capture *capture, enum ws_status status, const char *format, ...)
{
	char text[200];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ws_capture_failed(capture, NULL, status, E_("cannot be read on from byte %llu%s, after packet %llu: %s"),
	                  (unsigned long long)(capture->start + capture->next), capture->packed ? " unpacked" : "",
	                  (unsigned long long)capture->number, text);
	return STEP_FAILED;
}

enum step ws_pcapng_fail_memory(struct ws_capture *capture)
{
	return ws_pcapng_fail(capture, WS_ERROR_SYSTEM, "out of memory");
}

/* ---- Packets */

static enum step fail_interface(struct ws_capture *capture, uint32_t number)
{
	return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED,
	                      E_("a packet of interface number %u, and the section describes %zu, numbered from 0"),
	                      number, capture->pcapng->count - capture->pcapng->section.first);
}

static void count_other(struct ws_capture *capture, const struct ws_frame_interface *interface)
{
	struct ws_capture_stats *stats = &capture->stats;
	if (!stats->other_links++)
		stats->other_link_name = interface->link_name;
	stats->other_links_differ =
	        stats->other_links_differ || strcmp(stats->other_link_name, interface->link_name) != 0;
}

static void count_lost(struct ws_capture *capture, struct described *described, uint64_t lost)
{
	struct ws_ng_interfaces *interfaces = capture->pcapng->interfaces;
	ws_ng_interfaces_lock(interfaces);
	described->lost += lost;
	ws_pcapng_count_drops(capture, described);
	ws_ng_interfaces_unlock(interfaces);
}

static void deliver(struct ws_capture *capture, struct ws_frame *frame)
{
	frame->news = capture->pcapng->news;
	capture->pcapng->news = false;
	ws_capture_deliver(capture, frame);
}

static inline enum step read_packet(struct ws_capture *capture, const uint8_t *block, uint32_t type, uint32_t size)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	struct packet packet;
	struct ws_frame frame;
	const char *wrong = packet_parse(block, type, size, pcapng->section.big, &packet);
	if (wrong)
		return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED, "%s", wrong);
	struct described *described = described_at(pcapng, packet.interface);
	if (!described)
		return fail_interface(capture, packet.interface);
	if (capture->filtered && !ws_filters_have(&capture->filters, described->interface->shown.link)) {
		ws_filters_fail(&capture->filters, described->interface->shown.link, &capture->failure);
		capture->state = WS_READ_ERROR;
		return STEP_FAILED;
	}
	frame_of(capture, described->interface, &packet, &pcapng->comments, &frame);
	__atomic_store_n(&described->packets, described->packets + 1, __ATOMIC_RELAXED);
	if (packet.lost)
		count_lost(capture, described, packet.lost);
	if (frame.link == WS_LINK_OTHER)
		count_other(capture, frame.interface);
	frame.number = ++capture->number;
	pcapng->remark_length = 0; /* what statistics said before this packet is no longer the last word */
	if (capture->positions)
		frame.position = ws_capture_position(capture->start + capture->next, &frame);
	capture->next += size;
	if (!capture->filtered || ws_filters_match(&capture->filters, &frame))
		deliver(capture, &frame);
	return STEP_PACKET;
}

/* ---- Blocks */

/* Whether a block is read, and not passed over. */
static bool is_read(uint32_t type, uint32_t size)
{
	if (type == WS_NG_CUSTOM || type == WS_NG_CUSTOM_NOT_COPIED)
		return size <= CUSTOM_MOST;
	return is_packet(type) || type == WS_NG_SECTION || type == WS_NG_INTERFACE || type == WS_NG_STATISTICS ||
	       type == WS_NG_NAMES;
}

static enum step read_description(struct ws_capture *capture, const uint8_t *block, uint32_t type, uint32_t size)
{
	switch (type) {
	case WS_NG_SECTION:
		return ws_pcapng_read_section(capture, block, size);
	case WS_NG_INTERFACE:
		return ws_pcapng_read_description(capture, block, size);
	case WS_NG_STATISTICS:
		return ws_pcapng_read_statistics(capture, block, size);
	case WS_NG_NAMES:
		return ws_pcapng_read_names(capture, block, size);
	default:
		return ws_pcapng_read_custom(capture, block, size);
	}
}

static enum step read_block(struct ws_capture *capture, const uint8_t *block, uint32_t type, uint32_t size)
{
	struct ws_ng_interfaces *interfaces = capture->pcapng->interfaces;
	if (is_packet(type))
		return read_packet(capture, block, type, size);
	ws_ng_interfaces_lock(interfaces);
	const enum step step = read_description(capture, block, type, size);
	ws_ng_interfaces_unlock(interfaces);
	if (step == STEP_DONE)
		capture->next += size;
	return step;
}

struct head {
	uint32_t type, size;
	bool big; /* a section header block has the byte order of the section that it begins */
};

/* False: the bytes are too few to know. */
static inline bool head_of(const struct ws_capture *capture, const uint8_t *bytes, size_t length, struct head *head)
{
	if (length < WS_NG_OVERHEAD)
		return false;
	head->big = capture->pcapng->section.big;
	head->type = ws_ng_load32(bytes, head->big);
	if (head->type == WS_NG_SECTION)
		(void)!ws_ng_section_order(bytes, &head->big);
	head->size = ws_ng_load32(bytes + 4, head->big);
	return true;
}

static inline bool head_is_sound(const struct head *head)
{
	return head->size >= WS_NG_OVERHEAD && head->size % 4 == 0 &&
	       (head->size <= WS_NG_BLOCK_MOST || !is_read(head->type, head->size));
}

static enum step fail_head(struct ws_capture *capture, const struct head *head)
{
	char name[60];
	return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED, E_("the %s states a length of %u bytes"),
	                      ws_ng_block_name(head->type, name, sizeof(name)), head->size);
}

/* Passes over what is left of a block that is not read. False: there is more of it to come. */
static bool skip_rest(struct ws_capture *capture, size_t length)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	const size_t count = pcapng->skip < length ? (size_t)pcapng->skip : length;
	ws_byte_source_consume(capture->source, count);
	capture->next += count;
	pcapng->skip -= count;
	return pcapng->skip == 0;
}

/* Reads blocks from the buffer: up to `max` packets, and all other blocks before the next one. With `max` 0 it stops at
 * the first packet. */
static enum step read_buffered(struct ws_capture *capture, uint64_t max)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	for (uint64_t packets = 0;;) {
		size_t length;
		const uint8_t *bytes = ws_byte_source_window(capture->source, &length);
		struct head head;
		if (pcapng->skip) {
			if (!skip_rest(capture, length))
				return STEP_MORE;
			continue;
		}
		if (!head_of(capture, bytes, length, &head))
			return STEP_MORE;
		if (!head_is_sound(&head))
			return fail_head(capture, &head);
		if (is_packet(head.type) && packets == max)
			return STEP_PACKET;
		if (!is_read(head.type, head.size)) {
			pcapng->skip = head.size;
			continue;
		}
		if (head.size > length)
			return STEP_MORE;
		if (ws_ng_load32(bytes + head.size - 4, head.big) != head.size)
			return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED,
			                      E_("the lengths at the two ends of a block differ"));
		/* The bytes stay where they are until the source is asked for more. */
		ws_byte_source_consume(capture->source, head.size);
		enum step step = read_block(capture, bytes, head.type, head.size);
		if (step == STEP_FAILED)
			return step;
		packets += step == STEP_PACKET;
		if (capture->broken || (max && packets == max))
			return STEP_PACKET;
	}
}

/* ---- The whole file */

/* The stream has ended in the middle of a block. */
static void fail_cut(struct ws_capture *capture, const uint8_t *bytes, size_t length)
{
	const unsigned long long offset = capture->start + capture->next, packets = capture->number;
	const char *unpacked = capture->packed ? " unpacked" : "";
	struct head head;
	char name[60];
	if (capture->pcapng->skip)
		ws_capture_failed(
		        capture, NULL, WS_ERROR_TRUNCATED,
		        E_("ends in the middle of a block after packet %llu: %llu bytes of it are missing from "
		           "byte %llu%s on"),
		        packets, (unsigned long long)capture->pcapng->skip, offset, unpacked);
	else if (!head_of(capture, bytes, length, &head))
		ws_capture_failed(
		        capture, NULL, WS_ERROR_TRUNCATED,
		        E_("ends in the middle of a block after packet %llu, which begins at byte %llu%s: only "
		           "%zu bytes of it are there"),
		        packets, offset, unpacked, length);
	else if (is_packet(head.type))
		ws_capture_failed(
		        capture, NULL, WS_ERROR_TRUNCATED,
		        E_("ends in the middle of packet %llu, which begins at byte %llu%s: %zu of the %u bytes of "
		           "its block are there"),
		        packets + 1, offset, unpacked, length, head.size);
	else
		ws_capture_failed(
		        capture, NULL, WS_ERROR_TRUNCATED,
		        E_("ends in the middle of the %s after packet %llu, which begins at byte %llu%s: %zu of its "
		           "%u bytes are there"),
		        ws_ng_block_name(head.type, name, sizeof(name)), packets, offset, unpacked, length, head.size);
}

/* Every packet has a link type that cannot be decoded: that is what a pcap file would have been refused for. */
static bool nothing_decoded(const struct ws_capture *capture)
{
	return capture->number && capture->stats.other_links == capture->number;
}

static enum ws_read finish(struct ws_capture *capture)
{
	const char *problem = ws_byte_source_problem(capture->source);
	size_t length;
	const uint8_t *bytes = ws_byte_source_window(capture->source, &length);
	char list[300];
	if (problem)
		return ws_capture_failed(capture, NULL, ws_byte_source_status(capture->source, WS_ERROR_TRUNCATED),
		                         E_("%s, in packet %llu or after it (byte %llu%s)"), problem,
		                         (unsigned long long)capture->number + 1,
		                         (unsigned long long)(capture->start + capture->next),
		                         capture->packed ? " unpacked" : "");
	if (length || capture->pcapng->skip)
		fail_cut(capture, bytes, length);
	else if (nothing_decoded(capture))
		ws_capture_failed(
		        capture, NULL, WS_ERROR_FILE,
		        E_("link type %s is not supported: none of the packets can be decoded; supported are %s"),
		        capture->stats.other_link_name, ws_link_list(list, sizeof(list)));
	else
		capture->state = WS_READ_END;
	return capture->state;
}

enum ws_read ws_pcapng_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	enum step step = STEP_MORE;
	const uint64_t before = capture->number;
	bool dry = false; /* the source has no more for now */
	for (int i = 0; i < FILLS && step == STEP_MORE && !dry; i++) {
		step = read_buffered(capture, (uint64_t)max - (capture->number - before));
		dry = step == STEP_MORE && !ws_byte_source_fill(capture->source, false);
	}
	capture->broken = false;
	if (dry && ws_byte_source_ended(capture->source))
		finish(capture);
	if (capture->state == WS_READ_ERROR && error)
		*error = capture->failure;
	return capture->state;
}

bool ws_pcapng_ready(const struct ws_capture *capture)
{
	size_t length;
	const uint8_t *bytes = ws_byte_source_window(capture->source, &length);
	struct head head;
	if (capture->pcapng->skip)
		return length > 0;
	return head_of(capture, bytes, length, &head) &&
	       (head.size <= length || !head_is_sound(&head) || !is_read(head.type, head.size));
}

/* The link type that stands for the capture: of the first packet if it is known, else of the first interface. */
static void set_link(struct ws_capture *capture)
{
	size_t length;
	const uint8_t *bytes = ws_byte_source_window(capture->source, &length);
	uint32_t number = 0;
	struct head head;
	if (head_of(capture, bytes, length, &head) && head.type == WS_NG_ENHANCED_PACKET)
		number = ws_ng_load32(bytes + WS_NG_HEADER, head.big);
	const struct described *described = described_at(capture->pcapng, number);
	capture->link_number = described ? described->interface->shown.link_number : ws_link_number(WS_LINK_ETHERNET);
	capture->link = ws_link_of_number(capture->link_number);
	capture->dlt = ws_link_dlt_of_number(capture->link_number);
	if (described)
		capture->fcs_length = described->interface->shown.fcs_length;
}

bool ws_pcapng_open(struct ws_capture *capture, const struct ws_capture *from, struct ws_error *error)
{
	struct ws_pcapng *pcapng = capture->pcapng = calloc(1, sizeof(*pcapng));
	if (!pcapng)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	pcapng->interfaces = from ? ws_ng_interfaces_share(from->pcapng->interfaces) : ws_ng_interfaces_new();
	pcapng->processes = from ? ws_processes_share(from->pcapng->processes) : ws_processes_new();
	if (!pcapng->interfaces || !pcapng->processes)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	enum step step;
	while ((step = read_buffered(capture, 0)) == STEP_MORE) {
		const bool wait = !pcapng->count; /* a pipe may be silent after that */
		if ((!capture->piped && pcapng->count && capture->next > OPEN_MOST) ||
		    !ws_byte_source_fill(capture->source, wait))
			break;
	}
	size_t length;
	(void)!ws_byte_source_window(capture->source, &length);
	if (step == STEP_MORE && !pcapng->count && (length || ws_byte_source_problem(capture->source)))
		finish(capture);
	if (capture->state == WS_READ_ERROR) {
		if (error)
			*error = capture->failure;
		if (error && error->status == WS_ERROR_TRUNCATED)
			error->status = WS_ERROR_FILE;
		return false;
	}
	set_link(capture);
	return true;
}

/* ---- What the file tells besides packets */

const struct ws_frame_interface *ws_pcapng_interface(const struct ws_pcapng *pcapng, uint32_t index)
{
	ws_ng_interfaces_lock(pcapng->interfaces);
	const struct ws_frame_interface *interface = ws_ng_interfaces_at(pcapng->interfaces, index);
	ws_ng_interfaces_unlock(pcapng->interfaces);
	return interface;
}

bool ws_pcapng_host_name(const struct ws_pcapng *pcapng, size_t index, struct ws_host_name *name)
{
	ws_ng_interfaces_lock(pcapng->interfaces);
	const bool found = pcapng->names && ws_host_names_at(pcapng->names, index, name);
	ws_ng_interfaces_unlock(pcapng->interfaces);
	return found;
}

void ws_pcapng_hold(const struct ws_pcapng *pcapng)
{
	ws_processes_hold(pcapng->processes);
}

void ws_pcapng_show(const struct ws_pcapng *pcapng, const struct ws_capture_news *news)
{
	ws_processes_show(pcapng->processes, news->processes);
}

void ws_pcapng_news(const struct ws_pcapng *pcapng, struct ws_capture_news *news)
{
	*news = (struct ws_capture_news){.host_names = pcapng->names ? ws_host_names_count(pcapng->names) : 0,
	                                 .processes = pcapng->renamed};
}

const char *ws_pcapng_remark(const struct ws_pcapng *pcapng, size_t *length)
{
	*length = pcapng->remark_length;
	return pcapng->remark;
}

size_t ws_pcapng_descriptions(const struct ws_pcapng *pcapng)
{
	ws_ng_interfaces_lock(pcapng->interfaces);
	const size_t count = pcapng->count;
	ws_ng_interfaces_unlock(pcapng->interfaces);
	return count;
}

bool ws_pcapng_drops(const struct ws_pcapng *pcapng, size_t ordinal, struct ws_interface_drops *drops)
{
	ws_ng_interfaces_lock(pcapng->interfaces);
	const bool found = ordinal < pcapng->count;
	if (found) {
		const struct described *described = &pcapng->described[ordinal];
		*drops = (struct ws_interface_drops){.index = described->interface->shown.index,
		                                     .interface = described->counted_interface,
		                                     .kernel = described->counted_kernel,
		                                     .period = described->period &&
		                                               packets_of(described) >= described->received,
		                                     .received = described->received,
		                                     .first = described->start,
		                                     .last = described->end};
	}
	ws_ng_interfaces_unlock(pcapng->interfaces);
	return found;
}
