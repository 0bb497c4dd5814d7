/* Several files as one capture, in the order of time: the parts of a capture that was rotated, or what several
 * interfaces captured at one host.
 *
 * Each part is read one frame ahead, and the earliest of these frames is delivered. A frame stays valid until the next
 * call on its part, so that nothing is copied. Where the time within a part goes back, its frames keep their order. */
#include "capture/merge.h"

#include <stdlib.h>
#include <string.h>

enum { PART_SHIFT = 40, MOST_INTERFACES = 4096 };

struct part {
	struct ws_capture *capture;
	struct ws_frame held; /* read ahead */
	bool has, ended;
	uint64_t last_number;
	size_t host_names; /* how many are known */
};

struct described {
	const struct ws_frame_interface *original;
	struct ws_frame_interface copy, unnamed; /* with an index of its own */
};

struct ws_merge {
	struct part *part;
	size_t count;
	struct described **interface;
	size_t interface_count, interface_room;
	struct ws_error failure; /* of a part: the others are read on */
};

void ws_merge_free(struct ws_merge *merge)
{
	if (!merge)
		return;
	for (size_t i = 0; i < merge->count; i++)
		ws_capture_close(merge->part[i].capture);
	for (size_t i = 0; i < merge->interface_count; i++)
		free(merge->interface[i]);
	free(merge->interface);
	free(merge->part);
	free(merge);
}

struct ws_capture *ws_capture_merge(struct ws_capture *const *parts, size_t count, struct ws_error *error)
{
	struct ws_capture *capture = ws_capture_new(parts[0]->name, error);
	struct ws_merge *merge = capture ? calloc(1, sizeof(*merge)) : NULL;
	struct part *part = merge ? calloc(count, sizeof(*part)) : NULL;
	if (!part) {
		if (capture)
			ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		free(merge);
		ws_capture_close(capture);
		return NULL;
	}
	merge->part = part;
	merge->count = count;
	for (size_t i = 0; i < count; i++)
		part[i].capture = parts[i];
	capture->merge = merge;
	capture->link = parts[0]->link;
	capture->dlt = parts[0]->dlt;
	capture->link_number = parts[0]->link_number;
	return capture;
}

struct ws_capture *ws_merge_reopen(const struct ws_merge *from, const struct ws_capture_options *options,
                                   struct ws_error *error)
{
	struct ws_capture **parts = calloc(from->count, sizeof(*parts)), *merged = NULL;
	size_t opened = 0;
	if (!parts)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	while (parts && opened < from->count &&
	       (parts[opened] = ws_capture_reopen(from->part[opened].capture, options, error)))
		opened++;
	if (parts && opened == from->count)
		merged = ws_capture_merge(parts, opened, error);
	for (size_t i = 0; !merged && i < opened; i++)
		ws_capture_close(parts[i]);
	free(parts);
	return merged;
}

/* The interface of a frame with an index that no other part uses; NULL where there are too many. */
static const struct ws_frame_interface *interface_of(struct ws_merge *merge, const struct ws_frame_interface *original)
{
	for (size_t i = merge->interface_count; i-- > 0;)
		if (merge->interface[i]->original == original)
			return &merge->interface[i]->copy;
	if (merge->interface_count == MOST_INTERFACES)
		return NULL;
	if (merge->interface_count == merge->interface_room) {
		const size_t room = merge->interface_room ? 2 * merge->interface_room : 16;
		struct described **grown = realloc(merge->interface, room * sizeof(*grown));
		if (!grown)
			return NULL;
		merge->interface = grown;
		merge->interface_room = room;
	}
	struct described *described = calloc(1, sizeof(*described));
	if (!described)
		return NULL;
	described->original = original;
	described->copy = *original;
	if (original->unnamed)
		described->unnamed = *original->unnamed;
	described->copy.index = described->unnamed.index = (uint32_t)merge->interface_count;
	described->unnamed.unnamed = &described->unnamed;
	described->copy.unnamed = original->unnamed ? &described->unnamed : NULL;
	merge->interface[merge->interface_count++] = described;
	return &described->copy;
}

const struct ws_frame_interface *ws_merge_interface(const struct ws_merge *merge, uint32_t index)
{
	return index < merge->interface_count ? &merge->interface[index]->copy : NULL;
}

bool ws_merge_drops(struct ws_merge *merge, size_t ordinal, struct ws_interface_drops *drops)
{
	for (size_t i = 0; i < merge->count; i++) {
		const struct ws_pcapng *pcapng = merge->part[i].capture->pcapng;
		const size_t count = pcapng ? ws_pcapng_descriptions(pcapng) : 0;
		if (ordinal < count && ws_pcapng_drops(pcapng, ordinal, drops)) {
			const struct ws_frame_interface *interface =
			        interface_of(merge, ws_pcapng_interface(pcapng, drops->index));
			if (interface)
				drops->index = interface->index;
			else
				drops->interface = drops->kernel = 0;
			return true;
		}
		ordinal -= count;
	}
	return false;
}

bool ws_merge_host_name(const struct ws_merge *merge, size_t index, struct ws_host_name *name)
{
	for (size_t i = 0; i < merge->count; i++) {
		struct part *part = &merge->part[i];
		while (ws_capture_host_name(part->capture, part->host_names, name))
			part->host_names++;
		if (index < part->host_names)
			return ws_capture_host_name(part->capture, index, name);
		index -= part->host_names;
	}
	return false;
}

static void hold(void *context, const struct ws_frame *frame)
{
	struct part *part = context;
	part->held = *frame;
	part->has = true;
}

/* Reads one frame ahead, or one that the filter rejects. */
static void read_ahead(struct ws_merge *merge, struct part *part)
{
	struct ws_error error;
	const enum ws_read result = ws_capture_read(part->capture, 1, hold, part, &error);
	part->ended = result != WS_READ_MORE;
	if (result == WS_READ_ERROR && merge->failure.status == WS_OK)
		merge->failure = error;
}

static struct part *earliest(struct ws_merge *merge)
{
	struct part *first = NULL;
	for (size_t i = 0; i < merge->count; i++) {
		struct part *part = &merge->part[i];
		if (part->has && (!first || part->held.time < first->held.time))
			first = part;
	}
	return first;
}

static void merge_deliver(struct ws_capture *capture, struct part *part)
{
	const struct ws_merge *merge = capture->merge;
	struct ws_frame frame = part->held;
	part->has = false;
	capture->number += frame.number - part->last_number;
	part->last_number = frame.number;
	frame.number = capture->number;
	if (frame.interface)
		frame.interface = interface_of(capture->merge, frame.interface);
	const uint64_t offset = ws_position_offset(frame.position), index = (uint64_t)(part - merge->part);
	if (frame.position != WS_POSITION_NONE)
		frame.position = offset >> PART_SHIFT || index >> (WS_POSITION_BITS - PART_SHIFT)
		                         ? WS_POSITION_NONE
		                         : frame.position | index << PART_SHIFT;
	capture->delivered++;
	capture->fn(capture->context, &frame);
}

enum ws_read ws_merge_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	struct ws_merge *merge = capture->merge;
	while (max > 0 && !capture->broken) {
		bool waits = false;
		for (size_t i = 0; i < merge->count; i++) {
			struct part *part = &merge->part[i];
			if (!part->has && !part->ended) {
				read_ahead(merge, part);
				waits = waits || (!part->has && !part->ended);
				max--;
			}
		}
		struct part *part = waits ? NULL : earliest(merge);
		if (!part && !waits)
			break;
		if (part)
			merge_deliver(capture, part);
	}
	if (max > 0 && !capture->broken) { /* all parts are at their end */
		capture->state = WS_READ_END;
		if (merge->failure.status != WS_OK) {
			capture->failure = merge->failure;
			if (error)
				*error = merge->failure;
			capture->state = WS_READ_ERROR;
		}
	}
	capture->broken = false;
	return capture->state;
}

bool ws_merge_fetch(const struct ws_merge *merge, uint64_t position, struct ws_frame *frame)
{
	const uint64_t index = ws_position_offset(position) >> PART_SHIFT;
	if (index >= merge->count ||
	    !ws_capture_fetch(merge->part[index].capture, position & ~(UINT64_C(0xff) << PART_SHIFT), frame))
		return false;
	frame->position = position;
	return true;
}

void ws_merge_progress(const struct ws_merge *merge, uint64_t *done, uint64_t *total)
{
	bool known = true;
	*done = *total = 0;
	for (size_t i = 0; i < merge->count; i++) {
		uint64_t read, size;
		ws_capture_progress(merge->part[i].capture, &read, &size);
		known = known && size;
		*done += read;
		*total += size;
	}
	*total = known ? *total : 0;
}

/* Frames that are read ahead count only when they are delivered. */
void ws_merge_stats(const struct ws_capture *capture, struct ws_capture_stats *stats)
{
	const struct ws_merge *merge = capture->merge;
	*stats = (struct ws_capture_stats){.captured = capture->delivered, .received = capture->delivered};
	for (size_t i = 0; i < merge->count; i++) {
		struct ws_capture_stats one;
		ws_capture_stats(merge->part[i].capture, &one);
		stats->dropped_kernel += one.dropped_kernel;
		stats->dropped_interface += one.dropped_interface;
		stats->other_links += one.other_links;
		stats->other_links_differ = stats->other_links_differ || one.other_links_differ ||
		                            (stats->other_link_name && one.other_link_name &&
		                             strcmp(stats->other_link_name, one.other_link_name) != 0);
		if (!stats->other_link_name)
			stats->other_link_name = one.other_link_name;
	}
}
