/* What the options of a packet say, and reading a packet of a regular file a second time. */
#include "base/search.h"
#include "capture/pcapng_state.h"

#include <stdlib.h>
#include <unistd.h>

static bool scratch_reserve(struct scratch *scratch, size_t size)
{
	if (size <= scratch->capacity)
		return true;
	uint8_t *bytes = realloc(scratch->bytes, size);
	if (!bytes)
		return false;
	scratch->bytes = bytes;
	scratch->capacity = size;
	return true;
}

/* Joins the comments of a packet that has several, one a line. */
static void join_comments(struct ws_ng_options options, struct scratch *scratch, struct ws_frame *frame)
{
	const size_t most = (size_t)(options.end - options.at);
	struct ws_ng_option option;
	size_t used = 0;
	if (!scratch_reserve(scratch, most)) /* the first one is there */
		return;
	while (ws_ng_option_next(&options, &option)) {
		const struct ws_ng_text text = ws_ng_option_text(&option);
		if (option.code != WS_NG_COMMENT || !text.length)
			continue;
		if (used)
			scratch->bytes[used++] = '\n';
		memcpy(scratch->bytes + used, text.bytes, text.length);
		used += text.length;
	}
	frame->comment = (const char *)scratch->bytes;
	frame->comment_length = (uint32_t)used;
}

/* An option names the process by its id; a comment is read only where there is no such option. */
static const struct ws_frame_process *
process_of(const struct ws_capture *capture, const struct ws_ng_packet_options *parsed, const struct ws_frame *frame)
{
	struct ws_processes *processes = capture->pcapng->processes;
	struct ws_ng_text name;
	uint32_t id;
	if (parsed->has_process)
		return ws_processes_at(processes, parsed->process, frame->time);
	if (frame->comment && ws_process_of_comment(frame->comment, frame->comment_length, &id, &name))
		return ws_processes_named(processes, id, name);
	return NULL;
}

void ws_pcapng_frame_options(const struct ws_capture *capture, struct packet *packet, struct scratch *scratch,
                             struct ws_frame *frame)
{
	struct ws_ng_packet_options parsed;
	ws_ng_packet_options_parse(packet->options, packet->type, &parsed);
	frame->comment = (const char *)parsed.comment.bytes;
	frame->comment_length = (uint32_t)parsed.comment.length;
	if (parsed.comments > 1)
		join_comments(packet->options, scratch, frame);
	if (parsed.fcs_length)
		frame->fcs_length = parsed.fcs_length;
	frame->way = parsed.way;
	frame->process = process_of(capture, &parsed, frame);
	if (packet->type == WS_NG_ENHANCED_PACKET) {
		frame->options = packet->options.at;
		frame->options_length = (uint32_t)(packet->options.end - packet->options.at);
		frame->options_big = packet->options.big;
	}
	packet->lost += parsed.lost;
}

/* ---- A second look */

static const struct section *section_of(const struct ws_pcapng *pcapng, uint64_t offset)
{
	const size_t low = SEARCH_FIRST(pcapng->section_count, i, pcapng->sections[i].offset <= offset);
	return low ? &pcapng->sections[low - 1] : NULL;
}

static const uint8_t *fetch_block(struct ws_capture *capture, uint64_t offset, bool big, uint32_t *type, uint32_t *size)
{
	struct scratch *scratch = &capture->pcapng->fetched;
	const int fd = ws_byte_source_fd(capture->source);
	uint8_t head[WS_NG_HEADER];
	if (pread(fd, head, sizeof(head), (off_t)offset) != (ssize_t)sizeof(head))
		return NULL;
	*type = ws_ng_load32(head, big);
	*size = ws_ng_load32(head + 4, big);
	if (!is_packet(*type) || *size < WS_NG_OVERHEAD || *size % 4 || *size > WS_NG_BLOCK_MOST ||
	    !scratch_reserve(scratch, *size))
		return NULL;
	return pread(fd, scratch->bytes, *size, (off_t)offset) == (ssize_t)*size ? scratch->bytes : NULL;
}

/* Copies the section that this offset of the stream lies in. False: none that describes an interface. */
static bool find_section(const struct ws_pcapng *pcapng, uint64_t offset, struct section *section)
{
	ws_ng_interfaces_lock(pcapng->interfaces);
	const struct section *found = section_of(pcapng, offset);
	if (found)
		*section = *found;
	ws_ng_interfaces_unlock(pcapng->interfaces);
	return found;
}

/* NULL: the section describes no such interface. */
static const struct ws_ng_interface *find_interface(const struct ws_pcapng *pcapng, uint64_t offset, uint32_t number)
{
	const struct ws_ng_interface *interface = NULL;
	ws_ng_interfaces_lock(pcapng->interfaces);
	const struct section *section = section_of(pcapng, offset);
	const struct section *end = pcapng->sections + pcapng->section_count;
	const size_t next = section + 1 < end ? section[1].first : pcapng->count;
	if (number < next - section->first)
		interface = pcapng->described[section->first + number].interface;
	ws_ng_interfaces_unlock(pcapng->interfaces);
	return interface;
}

bool ws_pcapng_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	const uint64_t offset = ws_position_offset(position);
	struct section section;
	if (offset < capture->start || !find_section(pcapng, offset - capture->start, &section))
		return false;
	uint32_t type, size;
	const uint8_t *block = fetch_block(capture, offset, section.big, &type, &size);
	struct packet packet;
	if (!block || packet_parse(block, type, size, section.big, &packet))
		return false;
	const struct ws_ng_interface *interface = find_interface(pcapng, offset - capture->start, packet.interface);
	if (!interface)
		return false;
	frame_of(capture, interface, &packet, &pcapng->fetched_comments, frame);
	frame->position = position;
	return ws_capture_position(offset, frame) == position;
}
