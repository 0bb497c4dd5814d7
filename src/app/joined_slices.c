/* The groups of a stage are compared in slices, by several threads side by side where there are some.
 *
 * A slice only reads what the points know, changes nothing but its own groups, and has memory and clocks of its own.
 * The session's thread takes the slices back in order: it adds what they say about the clocks, and keeps their paths.
 * So the result does not depend on the number of threads. The few groups with many segments are left to that thread,
 * which has memory for them. */
#include "app/joined_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
	GROUPS = 64,     /* of one slice */
	SEGMENTS = 8192, /* of one group; and at most this part of what joining may take: */
	MEMORY_SHARE = 4 * WORKERS_JOBS,
	CLOCK_SAMPLES = 8192,
};

struct found {
	bool compared;
	uint32_t left[WS_JOIN_POINTS]; /* see joined_observe() */
	struct followed followed;
};

struct slice {
	struct joined *joined;
	size_t first, end; /* groups */
	struct join_memory memory;
	struct ws_clock *clock[WS_JOIN_POINTS];
	struct found found[GROUPS];
};

struct join_slices {
	struct slice *slice[WORKERS_JOBS]; /* by turns; NULL: not needed so far */
	size_t submitted;
};

static void slice_free(struct slice *slice)
{
	if (!slice)
		return;
	join_memory_free(&slice->memory);
	for (size_t i = 0; i < WS_JOIN_POINTS; i++)
		ws_clock_free(slice->clock[i]);
	free(slice);
}

void joined_slices_free(struct joined *joined)
{
	for (size_t i = 0; joined->slices && i < WORKERS_JOBS; i++)
		slice_free(joined->slices->slice[i]);
	free(joined->slices);
}

static struct slice *slice_new(struct joined *joined)
{
	struct ws_error error;
	struct slice *slice = calloc(1, sizeof(*slice));
	const size_t most = joined->most_segments / MEMORY_SHARE;
	if (!slice)
		return NULL;
	slice->joined = joined;
	bool made = join_memory_init(&slice->memory, most < SEGMENTS ? most : SEGMENTS, &error);
	for (size_t i = 1; i < joined->points && made; i++)
		made = (slice->clock[i] = ws_clock_create(CLOCK_SAMPLES));
	if (made)
		return slice;
	slice_free(slice);
	return NULL;
}

/* ---- What any thread may do */

static bool compare(const struct joined *joined, struct join_memory *memory, size_t index,
                    struct ws_clock *const *clock, struct found *found)
{
	struct group *group = &joined->group[index];
	memset(found->left, 0xff, sizeof(found->left));
	if (!joined_has_several(joined, group) || group->left_out)
		return true;
	return joined->stage == JOIN_OBSERVE ? joined_observe(joined, memory, group, clock, found->left)
	                                     : joined_follow(joined, memory, group, &found->followed);
}

static void compare_slice(void *job)
{
	struct slice *slice = job;
	for (size_t i = slice->first; i < slice->end; i++) {
		struct found *found = &slice->found[i - slice->first];
		found->compared = compare(slice->joined, &slice->memory, i, slice->clock, found);
	}
	/* Otherwise sorting what all slices have found would be the work of one thread. */
	for (size_t i = 1; i < slice->joined->points && slice->joined->stage == JOIN_OBSERVE; i++)
		ws_clock_thin(slice->clock[i]);
}

/* ---- What the session's thread does with it */

static void keep(struct joined *joined, size_t index, const struct found *found)
{
	struct group *group = &joined->group[index];
	const bool several = joined_has_several(joined, group);
	if (joined->stage == JOIN_OBSERVE) {
		group->left_out = group->left_out || !found->compared;
		joined_separate(joined, group, found->left);
		return;
	}
	if (several && found->compared && !group->left_out) {
		joined_keep_path(joined, index, &found->followed);
	} else if (several) {
		group->left_out = true;
		joined->totals.left_out++;
	}
}

static void take(struct joined *joined, struct slice *slice)
{
	for (size_t i = 1; i < joined->points; i++)
		ws_clock_take(joined->clock[i], slice->clock[i]);
	for (size_t i = slice->first; i < slice->end; i++) {
		struct found *found = &slice->found[i - slice->first];
		if (!found->compared)
			found->compared = compare(joined, &joined->memory, i, joined->clock, found);
		keep(joined, i, found);
	}
	joined->at = slice->end;
}

/* The next slice, with groups; NULL: out of memory. */
static struct slice *next_slice(struct joined *joined, size_t first, size_t groups)
{
	struct join_slices *slices = joined->slices;
	struct slice **at = &slices->slice[slices->submitted % WORKERS_JOBS];
	if (!*at && !(*at = slice_new(joined)))
		return NULL;
	(*at)->first = first;
	(*at)->end = groups - first < GROUPS ? groups : first + GROUPS;
	return *at;
}

static bool work_alone(struct joined *joined, size_t groups)
{
	struct slice *slice = next_slice(joined, joined->at, groups);
	if (!slice)
		return false;
	compare_slice(slice);
	take(joined, slice);
	return true;
}

bool joined_slices_work(struct joined *joined, struct workers *workers, size_t groups)
{
	if (!joined->slices && !(joined->slices = calloc(1, sizeof(*joined->slices))))
		return false;
	if (!workers)
		return work_alone(joined, groups);
	bool done = true;
	for (size_t next = joined->at; next < groups || workers_count(workers);) {
		if (next == groups || workers_count(workers) == WORKERS_JOBS) {
			take(joined, workers_take(workers));
			continue;
		}
		struct slice *slice = next_slice(joined, next, groups);
		if (!slice) {
			done = false;
			break;
		}
		next = slice->end;
		joined->slices->submitted++;
		workers_submit(workers, compare_slice, slice);
	}
	while (workers_count(workers))
		(void)workers_take(workers);
	return done;
}
