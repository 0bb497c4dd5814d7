/* What the blocks say that are no packets: sections, interfaces, their statistics, names of hosts, processes. */
#include "capture/pcapng_state.h"

#include <wirestate/language.h>

#include <stdlib.h>

enum { VERSION = 1 };
#define INTERFACES_OF_SECTION 65536
#define INTERFACES_OF_FILE 262144

static void *list_grow(void *list, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return list;
	const size_t wanted = *capacity ? 2 * *capacity : 8;
	void *grown = realloc(list, wanted * size);
	if (grown)
		*capacity = wanted;
	return grown;
}

enum step ws_pcapng_read_section(struct ws_capture *capture, const uint8_t *block, size_t size)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	struct ws_ng_section parsed;
	if (!ws_ng_section_parse(block, size, &parsed))
		return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED, E_("the section header block is too short"));
	if (parsed.major != VERSION)
		return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED,
		                      E_("a section of version %u.%u, and only version 1 is known"), parsed.major,
		                      parsed.minor);
	if (pcapng->count > pcapng->section.first)
		pcapng->previous = pcapng->section.first;
	pcapng->section = (struct section){.offset = capture->next, .first = pcapng->count, .big = parsed.big};
	free(pcapng->section_comment);
	pcapng->section_comment = NULL;
	if (parsed.comment.bytes) {
		pcapng->section_comment = strndup((const char *)parsed.comment.bytes, parsed.comment.length);
		if (!pcapng->section_comment)
			return ws_pcapng_fail_memory(capture);
	}
	return STEP_DONE;
}

/* The description of the section before that has the same number. */
static struct ws_ng_interface *described_alike(const struct ws_pcapng *pcapng, size_t number)
{
	const size_t before = pcapng->previous + number;
	return before < pcapng->section.first ? pcapng->described[before].interface : NULL;
}

/* Notes the current section with its first interface. */
static bool note_section(struct ws_pcapng *pcapng)
{
	struct section *sections =
	        list_grow(pcapng->sections, pcapng->section_count, &pcapng->section_capacity, sizeof(*sections));
	if (!sections)
		return false;
	pcapng->sections = sections;
	sections[pcapng->section_count++] = pcapng->section;
	return true;
}

enum step ws_pcapng_read_description(struct ws_capture *capture, const uint8_t *block, size_t size)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	const size_t number = pcapng->count - pcapng->section.first;
	struct ws_ng_description description;
	if (!ws_ng_description_parse(block, size, pcapng->section.big, &description))
		return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED, E_("the interface description block is too short"));
	if (number == INTERFACES_OF_SECTION)
		return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED, E_("one section describes more than %d interfaces"),
		                      INTERFACES_OF_SECTION);
	if (pcapng->count == INTERFACES_OF_FILE)
		return ws_pcapng_fail(capture, WS_ERROR_TRUNCATED, E_("the sections describe more than %d interfaces"),
		                      INTERFACES_OF_FILE);
	struct described *described =
	        list_grow(pcapng->described, pcapng->count, &pcapng->capacity, sizeof(*described));
	if (!described)
		return ws_pcapng_fail_memory(capture);
	pcapng->described = described;
	if (number == 0 && !note_section(pcapng))
		return ws_pcapng_fail_memory(capture);
	struct ws_ng_interface *interface =
	        ws_ng_interfaces_add(pcapng->interfaces, pcapng->count, &description, pcapng->section_comment,
	                             described_alike(pcapng, number));
	if (!interface)
		return ws_pcapng_fail_memory(capture);
	described[pcapng->count++] = (struct described){.interface = interface};
	return STEP_DONE;
}

/* ---- Statistics, names and processes */

void ws_pcapng_count_drops(struct ws_capture *capture, struct described *described)
{
	const uint64_t said = described->dropped_interface + described->dropped_kernel;
	const uint64_t more = described->lost > said ? described->lost - said : 0;
	const uint64_t kernel = described->dropped_kernel + more;
	capture->stats.dropped_interface += described->dropped_interface - described->counted_interface;
	capture->stats.dropped_kernel += kernel - described->counted_kernel;
	described->counted_interface = described->dropped_interface;
	described->counted_kernel = kernel;
}

/* The last comment of an interface's statistics is kept. */
static bool keep_remark(struct ws_pcapng *pcapng, const struct ws_ng_text *comment)
{
	char *remark = realloc(pcapng->remark, comment->length);
	if (!remark)
		return false;
	memcpy(remark, comment->bytes, comment->length);
	pcapng->remark = remark;
	pcapng->remark_length = comment->length;
	return true;
}

enum step ws_pcapng_read_statistics(struct ws_capture *capture, const uint8_t *block, size_t size)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	struct ws_ng_statistics statistics;
	if (!ws_ng_statistics_parse(block, size, pcapng->section.big, &statistics))
		return STEP_DONE;
	if (statistics.comment.length && !keep_remark(pcapng, &statistics.comment))
		return ws_pcapng_fail_memory(capture);
	struct described *described = described_at(pcapng, statistics.interface);
	if (!described)
		return STEP_DONE;
	if (statistics.has_start && statistics.has_end && statistics.has_received) {
		const struct ws_ng_clock *clock = &described->interface->clock;
		described->start = ws_ng_clock_time(clock, statistics.start);
		described->end = ws_ng_clock_time(clock, statistics.end);
		described->received = statistics.received;
		described->period = described->start <= described->end;
	}
	if (!statistics.has_drops)
		return STEP_DONE;
	described->dropped_interface = statistics.dropped_interface;
	described->dropped_kernel = statistics.dropped_kernel;
	ws_pcapng_count_drops(capture, described);
	return STEP_DONE;
}

enum step ws_pcapng_read_custom(struct ws_capture *capture, const uint8_t *block, size_t size)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	struct ws_ng_process process;
	if (!ws_ng_process_parse(block, size, pcapng->section.big, &process))
		return STEP_DONE;
	ws_processes_add(pcapng->processes, process.id, process.name,
	                 process.start > INT64_MAX ? INT64_MAX : (ws_time)process.start);
	const size_t renamed = ws_processes_renamed(pcapng->processes);
	pcapng->news = pcapng->news || renamed != pcapng->renamed;
	pcapng->renamed = renamed;
	return STEP_DONE;
}

enum step ws_pcapng_read_names(struct ws_capture *capture, const uint8_t *block, size_t size)
{
	struct ws_pcapng *pcapng = capture->pcapng;
	struct ws_ng_names names = ws_ng_names_of(block, size, pcapng->section.big);
	struct ws_ng_name name;
	while (ws_ng_name_next(&names, &name)) {
		if (!pcapng->names && !(pcapng->names = ws_host_names_new()))
			return ws_pcapng_fail_memory(capture);
		const size_t count = ws_host_names_count(pcapng->names);
		ws_host_names_add(pcapng->names, &name);
		pcapng->news = pcapng->news || ws_host_names_count(pcapng->names) != count;
	}
	return STEP_DONE;
}
