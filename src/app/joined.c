/* Joining the points of a session, when all have been read: the connections are paired by what the trackers know of
 * them, the segments come from the trackers' histories, and src/join does the rest. A first walk over all pairs
 * collects what they say about the clocks, a second one follows the segments. Conversations of datagrams are joined like
 * connections. */
#include "app/joined_parts.h"

#include <stdlib.h>
#include <string.h>

/* SEGMENT_BYTES: what joining takes for each, and then the replay over all points. */
enum { CLOCK_SAMPLES = 32768, SEGMENT_BYTES = 800 };

bool joined_is_of_lab(const struct session *session)
{
	static const char begin[] = "wirestate: lab";
	const struct ws_frame_interface *interface = ws_capture_interface(session->points[0].capture, 0);
	const char *comment = interface ? interface->section_comment : NULL;
	return session->split && comment && strncmp(comment, begin, strlen(begin)) == 0;
}

static bool make_clocks(struct joined *joined)
{
	const struct options *options = joined->session->options;
	for (size_t i = 1; i < joined->points; i++) {
		const char *label = joined->session->points[i].label;
		if (!(joined->clock[i] = ws_clock_create(CLOCK_SAMPLES)))
			return false;
		if (joined->session->live || joined_is_of_lab(joined->session))
			ws_clock_fix(joined->clock[i], 0); /* interfaces of one host have one clock */
		for (size_t k = 0; k < options->offset_count; k++) {
			const struct point_offset *offset = &options->offset[k];
			if (strlen(label) == offset->length && memcmp(label, offset->name, offset->length) == 0)
				ws_clock_fix(joined->clock[i], offset->offset);
		}
	}
	return true;
}

/* Of one connection, for its replay. */
static bool transits_of(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count)
{
	struct joined *joined = context;
	struct ws_join_point points[WS_JOIN_POINTS] = {0};
	struct ws_join_result result;
	const size_t index = (size_t)(path - joined->path);
	if (!joined_run_group(joined, &joined->memory, &joined->group[joined->group_of[index]], points, &result))
		return false;
	*transit = malloc((result.transits + 1) * sizeof(**transit));
	*count = *transit ? result.transits : 0;
	for (size_t i = 0; i < *count; i++)
		ws_joiner_transit(joined->memory.joiner, i, &(*transit)[i]);
	return *transit;
}

static void share(struct joined *joined)
{
	joined->shared = (struct ws_points){.count = joined->points, .transits = transits_of, .context = joined};
	for (size_t i = 0; i < joined->points; i++) {
		joined->shared.tracker[i] = joined->session->points[i].tracker;
		joined->shared.clock[i] = joined->clock[i];
		joined->shared.name[i] = joined->session->points[i].label;
		joined->shared.compared[i] = joined->known[i].seen[0];
		joined->shared.compared_udp[i] = joined->known[i].seen[1];
	}
}

struct joined *joined_begin(struct session *session, size_t most_segments, struct ws_error *error)
{
	struct joined *joined = calloc(1, sizeof(*joined));
	const size_t room = (size_t)(session->options->max_memory / JOIN_SHARE / SEGMENT_BYTES);
	const size_t most = most_segments < room ? most_segments : room;
	if (!joined) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	joined->session = session;
	joined->points = session->point_count;
	joined->most_datagrams = most_segments;
	joined->most_segments = most;
	if (join_memory_init(&joined->memory, most, error) && make_clocks(joined))
		return joined;
	joined_free(joined);
	ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	return NULL;
}

/* Of the next point: takes what it knows, and then pairs it with the points before. */
static bool know_point(struct joined *joined)
{
	bool grouped = false;
	if (!joined->known_all)
		return joined_know(joined, joined->at, &joined->known_all);
	if (!joined_group_point(joined, joined->at, &grouped))
		return false;
	joined->at += grouped;
	joined->known_all = !grouped;
	return true;
}

/* One piece of the work; there is more until the stage is JOINED. */
static bool work_on(struct joined *joined, struct workers *workers)
{
	switch (joined->stage) {
	case JOIN_KNOW:
		if (joined->at < joined->points)
			return know_point(joined);
		joined->first_groups = joined->group_count;
		if (!joined_group_room(joined))
			return false;
		break;
	case JOIN_OBSERVE:
		if (joined->at < joined->first_groups)
			return joined_slices_work(joined, workers, joined->first_groups);
		for (size_t point = 1; point < joined->points; point++)
			ws_clock_solve(joined->clock[point]);
		share(joined);
		if (!joined_path_room(joined))
			return false;
		break;
	case JOIN_FOLLOW:
		if (joined->at < joined->group_count)
			return joined_slices_work(joined, workers, joined->group_count);
		joined_sort_paths(joined);
		break;
	case JOINED:
		return true;
	}
	joined->at = 0;
	joined->stage++;
	return true;
}

bool joined_work(struct joined *joined, ws_time end, struct ws_error *error)
{
	/* Only then nothing is captured meanwhile. */
	struct workers *workers = end == WS_TIME_NEVER ? joined->session->workers : NULL;
	do {
		if (!work_on(joined, workers))
			return ws_fail(error, WS_ERROR_SYSTEM, "out of memory: the points could not be joined");
	} while (joined->stage != JOINED && monotonic() < end);
	return true;
}

bool joined_is_done(const struct joined *joined)
{
	return joined->stage == JOINED;
}

void joined_use(struct joined *joined)
{
	for (size_t i = 0; i < joined->points; i++)
		ws_tracker_set_paths(joined->session->points[i].tracker, &joined->shared, (unsigned)i, joined->paths[i],
		                     joined->path_ids[i], &joined->udp_paths[i]);
}

void joined_free(struct joined *joined)
{
	if (!joined)
		return;
	for (size_t i = 0; i < joined->points; i++) {
		joined_forget(&joined->known[i]);
		free(joined->paths[i]);
		free(joined->udp_paths[i].path);
		ws_clock_free(joined->clock[i]);
	}
	join_memory_free(&joined->memory);
	joined_slices_free(joined);
	joined_grouping_free(joined);
	free(joined->group);
	free(joined->path);
	free(joined->shares);
	free(joined->path_of);
	free(joined->group_of);
	free(joined);
}

void joined_share(const struct joined *joined, const struct ws_points *points)
{
	for (size_t i = 0; i < joined->points; i++)
		ws_tracker_set_paths((struct ws_tracker *)points->tracker[i], points, (unsigned)i, joined->paths[i],
		                     joined->path_ids[i], &joined->udp_paths[i]);
}

const struct ws_points *joined_points(const struct joined *joined)
{
	return &joined->shared;
}

const struct ws_clock *joined_clock(const struct joined *joined, size_t point)
{
	return joined->clock[point];
}

/* The connection of a group at its first point; of datagrams there is none. */
static bool connection_of(const struct joined *joined, const struct group *group, struct ws_conn_info *info)
{
	const size_t first = joined_first_point(group);
	return group->kind != WS_JOIN_TCP || ws_tracker_conn(joined->session->points[first].tracker,
	                                                     joined->known[first].id[group->member[first]], info);
}

/* A datagram has been compared without its length. */
static void add_length(const struct joined *joined, const struct group *group, struct ws_transit *transit)
{
	size_t place = 0;
	for (size_t i = 0; i < joined->points && !transit->length; i++) {
		if (group->member[i] == (uint32_t)NONE || !transit->frame[place++])
			continue;
		transit->length = joined_datagram_length(joined, group, i, transit->frame[place - 1]);
	}
}

bool joined_transits(struct joined *joined, joined_transit_fn *fn, void *context)
{
	for (size_t i = 0; i < joined->group_count; i++) {
		const struct group *group = &joined->group[i];
		struct ws_join_point points[WS_JOIN_POINTS] = {0};
		struct ws_join_result result;
		struct ws_conn_info info;
		if (!joined_has_several(joined, group) || group->left_out)
			continue;
		if (!joined_run_group(joined, &joined->memory, group, points, &result))
			return false;
		if (!connection_of(joined, group, &info))
			continue;
		for (size_t k = 0; k < result.transits; k++) {
			struct ws_transit transit;
			ws_joiner_transit(joined->memory.joiner, k, &transit);
			if (group->kind != WS_JOIN_TCP)
				add_length(joined, group, &transit);
			if (!fn(context, &joined->path[joined->path_of[i]], group->kind == WS_JOIN_TCP ? &info : NULL,
			        &transit))
				return false;
		}
	}
	return true;
}

void joined_totals(const struct joined *joined, struct joined_totals *totals)
{
	*totals = joined->totals;
}
