/* Several files as one capture, in the order of time: the parts of a capture that was rotated, or what several
 * interfaces captured at one host.
 *
 * Each part is read one frame ahead, and the earliest of these frames is delivered. A frame stays valid until the next
 * call on its part, so that nothing is copied. Where the time within a part goes back, its frames keep their order.
 *
 * What a part has told before a frame is known when that frame is delivered, and not when it is read. Names stay in their
 * parts; the lists say in which order they came. */
#include "capture/merge.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PART_SHIFT = 40, MOST_INTERFACES = 4096 };

struct part {
	struct ws_capture *capture;
	struct ws_frame held; /* read ahead */
	bool has, ended;
	uint64_t last_number;
	struct ws_capture_news news, told; /* as of `held`; as of the last frame that was delivered */
	/* The interface of the last frame that was delivered, in the part and here; or NULL. */
	const struct ws_frame_interface *original, *shown;
};

/* A name of a host of a part, or how many of its processes have got a name. */
struct told {
	struct part *part;
	size_t number;
};

struct told_list {
	struct told *at;
	size_t count, room;
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
	struct told_list host_names, processes;
	size_t processes_shown;
	pthread_mutex_t lock;    /* of the lists: others may look at them while one thread reads */
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
	pthread_mutex_destroy(&merge->lock);
	free(merge->host_names.at);
	free(merge->processes.at);
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
	pthread_mutex_init(&merge->lock, NULL);
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

bool ws_merge_may_read_ahead(const struct ws_merge *merge, bool fetches)
{
	for (size_t i = 0; i < merge->count; i++)
		if (!ws_capture_may_read_ahead(merge->part[i].capture, fetches))
			return false;
	return true;
}

/* ---- Interfaces */

/* An interface with an index that no other part uses; NULL where there are too many. The lock is held. */
static const struct ws_frame_interface *find_interface(struct ws_merge *merge,
                                                       const struct ws_frame_interface *original)
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

static const struct ws_frame_interface *interface_of(struct ws_merge *merge, const struct ws_frame_interface *original)
{
	pthread_mutex_lock(&merge->lock);
	const struct ws_frame_interface *interface = find_interface(merge, original);
	pthread_mutex_unlock(&merge->lock);
	return interface;
}

const struct ws_frame_interface *ws_merge_interface(struct ws_merge *merge, uint32_t index)
{
	pthread_mutex_lock(&merge->lock);
	const struct ws_frame_interface *interface =
	        index < merge->interface_count ? &merge->interface[index]->copy : NULL;
	pthread_mutex_unlock(&merge->lock);
	return interface;
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

/* ---- What parts tell besides frames */

/* Without memory, it is as if the file had not told it. */
static void list_add(struct told_list *list, struct part *part, size_t number)
{
	if (list->count == list->room) {
		const size_t room = list->room ? 2 * list->room : 16;
		struct told *grown = realloc(list->at, room * sizeof(*grown));
		if (!grown)
			return;
		list->at = grown;
		list->room = room;
	}
	list->at[list->count++] = (struct told){part, number};
}

/* False: there are fewer. */
static bool list_find(struct ws_merge *merge, const struct told_list *list, size_t index, struct told *told)
{
	pthread_mutex_lock(&merge->lock);
	const bool found = index < list->count;
	if (found)
		*told = list->at[index];
	pthread_mutex_unlock(&merge->lock);
	return found;
}

/* The part's news are known from now on. */
static void take_news(struct ws_merge *merge, struct part *part)
{
	pthread_mutex_lock(&merge->lock);
	for (; part->told.host_names < part->news.host_names; part->told.host_names++)
		list_add(&merge->host_names, part, part->told.host_names);
	if (part->told.processes != part->news.processes)
		list_add(&merge->processes, part, part->news.processes);
	part->told.processes = part->news.processes;
	pthread_mutex_unlock(&merge->lock);
}

/* All parts are at their end. */
static void take_last_news(struct ws_merge *merge)
{
	for (size_t i = 0; i < merge->count; i++) {
		struct part *part = &merge->part[i];
		ws_capture_news(part->capture, &part->news);
		take_news(merge, part);
	}
}

bool ws_merge_host_name(struct ws_merge *merge, size_t index, struct ws_host_name *name)
{
	struct told told;
	return list_find(merge, &merge->host_names, index, &told) &&
	       ws_capture_host_name(told.part->capture, told.number, name);
}

void ws_merge_news(const struct ws_merge *merge, struct ws_capture_news *news)
{
	*news = (struct ws_capture_news){.host_names = merge->host_names.count, .processes = merge->processes.count};
}

void ws_merge_hold(struct ws_merge *merge)
{
	for (size_t i = 0; i < merge->count; i++)
		ws_capture_hold(merge->part[i].capture);
}

void ws_merge_show(struct ws_merge *merge, const struct ws_capture_news *news)
{
	struct told told;
	for (; merge->processes_shown < news->processes &&
	       list_find(merge, &merge->processes, merge->processes_shown, &told);
	     merge->processes_shown++)
		ws_capture_show(told.part->capture, &(struct ws_capture_news){.processes = told.number});
}

/* ---- Frames */

static void hold(void *context, const struct ws_frame *frame)
{
	struct part *part = context;
	part->held = *frame;
	part->has = true;
	if (frame->news)
		ws_capture_news(part->capture, &part->news);
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
	struct ws_merge *merge = capture->merge;
	struct ws_frame frame = part->held;
	part->has = false;
	if (frame.news)
		take_news(merge, part);
	capture->number += frame.number - part->last_number;
	part->last_number = frame.number;
	frame.number = capture->number;
	if (frame.interface != part->original) {
		part->original = frame.interface;
		part->shown = frame.interface ? interface_of(merge, frame.interface) : NULL;
	}
	frame.interface = part->shown;
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
		take_last_news(merge);
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
