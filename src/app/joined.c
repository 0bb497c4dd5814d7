/* Joining the points of a session, when all have been read: the connections are paired by what the trackers know of
 * them, the segments come from the trackers' histories, and src/join does the rest. A first walk over all pairs
 * collects what they say about the clocks, a second one follows the segments. */
#include "app/joined.h"
#include "app/session.h"
#include "app/split.h"

#include <stdlib.h>
#include <string.h>

/* SEGMENT_BYTES: what joining takes for each, and then the replay over all points. */
enum { CLOCK_SAMPLES = 32768, SEGMENT_BYTES = 800 };

struct known {
	struct ws_join_connection *connection;
	ws_conn_id *id;
	uint64_t *number; /* tells when the tracker has given an id to another connection */
	uint16_t (*mss)[2];
	size_t count;
};

/* One connection, and what it is at each point. */
struct group {
	uint32_t member[WS_JOIN_POINTS]; /* index into known[point], or NONE */
	uint8_t swapped, doubtful;       /* a bit for each point, relative to the group's first */
	bool left_out;
};

enum { NONE = -1 };

struct loaded {
	struct ws_join_segment *segment;
	size_t count, room, most;
};

enum join_stage { JOIN_KNOW, JOIN_OBSERVE, JOIN_FOLLOW, JOINED };

struct joined {
	struct session *session;
	size_t points;
	unsigned stage;      /* enum join_stage */
	size_t at;           /* the point, or the group, that is next in this stage */
	size_t first_groups; /* before some were separated again */
	struct known known[WS_JOIN_POINTS];
	struct group *group;
	size_t group_count, group_room;
	struct ws_conn_path *path;    /* of the groups with several points; group i has path[path_of[i]] */
	uint32_t *path_of, *group_of; /* the reverse */
	size_t path_count;
	struct ws_path_of *paths[WS_JOIN_POINTS]; /* for the trackers, as the next */
	size_t path_ids[WS_JOIN_POINTS];
	struct ws_points shared;
	struct ws_clock *clock[WS_JOIN_POINTS]; /* of the first point: NULL */
	struct loaded loaded[WS_JOIN_POINTS];
	struct ws_joiner *joiner;
	struct joined_totals totals;
};

/* ---- What the trackers know */

static bool first_syn(void *context, const struct ws_segment *segment)
{
	struct ws_join_connection *connection = context;
	if ((segment->flags & (WS_TCP_SYN | WS_TCP_ACK)) != WS_TCP_SYN)
		return segment->flags & WS_TCP_SYN;
	connection->opener = segment->direction;
	connection->syn_timestamp = segment->timestamps;
	connection->syn_tsval = segment->tsval;
	return false;
}

static bool know(struct known *known, const struct ws_tracker *tracker)
{
	const size_t count = ws_tracker_conn_count(tracker);
	known->connection = calloc(count + 1, sizeof(*known->connection));
	known->id = calloc(count + 1, sizeof(*known->id));
	known->number = calloc(count + 1, sizeof(*known->number));
	known->mss = calloc(count + 1, sizeof(*known->mss));
	if (!known->connection || !known->id || !known->number || !known->mss)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct ws_conn_info info;
		struct ws_join_connection *c = &known->connection[known->count];
		const ws_conn_id id = ws_tracker_conn_at(tracker, i);
		if (!ws_tracker_conn(tracker, id, &info))
			continue;
		for (unsigned e = 0; e < 2; e++) {
			c->address[e] = info.endpoint[e].address;
			c->port[e] = info.endpoint[e].port;
			c->iss[e] = info.endpoint[e].initial_sequence;
			c->iss_known[e] = info.endpoint[e].initial_sequence_known;
			known->mss[known->count][e] = info.endpoint[e].mss;
		}
		c->first_time = info.first_time;
		(void)!ws_tracker_segments(tracker, id, first_syn, c);
		known->number[known->count] = info.number;
		known->id[known->count++] = id;
	}
	return true;
}

/* ---- Groups */

static struct group *group_add(struct joined *joined)
{
	if (joined->group_count == joined->group_room) {
		const size_t room = joined->group_room ? 2 * joined->group_room : 1024;
		struct group *grown = realloc(joined->group, room * sizeof(*grown));
		if (!grown)
			return NULL;
		joined->group = grown;
		joined->group_room = room;
	}
	struct group *group = &joined->group[joined->group_count++];
	*group = (struct group){0};
	memset(group->member, 0xff, sizeof(group->member));
	return group;
}

static size_t first_point(const struct group *group)
{
	size_t point = 0;
	while (group->member[point] == (uint32_t)NONE)
		point++;
	return point;
}

static bool has_several(const struct joined *joined, const struct group *group)
{
	size_t points = 0;
	for (size_t i = 0; i < joined->points; i++)
		points += group->member[i] != (uint32_t)NONE;
	return points > 1;
}

/* Adds the connections of a point: to the groups of those before it, or as groups of their own. */
static bool group_point(struct joined *joined, size_t point)
{
	const struct known *known = &joined->known[point];
	const size_t before = joined->group_count;
	const size_t most = before < known->count ? before : known->count;
	struct ws_join_connection *first = malloc((before + 1) * sizeof(*first));
	struct ws_join_pair *pairs = malloc((most + 1) * sizeof(*pairs));
	bool *taken = calloc(known->count + 1, sizeof(*taken));
	size_t count = 0;
	bool done = first && pairs && taken;
	for (size_t i = 0; done && i < before; i++) {
		const size_t at = first_point(&joined->group[i]);
		first[i] = joined->known[at].connection[joined->group[i].member[at]];
	}
	done = done && ws_join_connections(first, before, known->connection, known->count, pairs, &count);
	for (size_t i = 0; done && i < count; i++) {
		struct group *group = &joined->group[pairs[i].a];
		group->member[point] = pairs[i].b;
		group->swapped |= (uint8_t)(pairs[i].swapped << point);
		group->doubtful |= (uint8_t)(pairs[i].doubtful << point);
		taken[pairs[i].b] = true;
	}
	for (size_t i = 0; done && i < known->count; i++) {
		struct group *group = taken[i] ? NULL : group_add(joined);
		if (group)
			group->member[point] = (uint32_t)i;
		done = taken[i] || group;
	}
	free(first);
	free(pairs);
	free(taken);
	return done;
}

/* ---- Segments */

static bool load_segment(void *context, const struct ws_segment *s)
{
	struct loaded *loaded = context;
	if (s->duplicate)
		return true;
	if (loaded->count == loaded->room) {
		const size_t room = loaded->room ? 2 * loaded->room : 256;
		struct ws_join_segment *grown =
		        room <= loaded->most ? realloc(loaded->segment, room * sizeof(*grown)) : NULL;
		if (!grown)
			return false;
		loaded->segment = grown;
		loaded->room = room;
	}
	loaded->segment[loaded->count++] = (struct ws_join_segment){
	        .time = s->time,
	        .frame = s->frame,
	        .sequence = s->sequence,
	        .acknowledgment = s->acknowledgment,
	        .length = s->length,
	        .tsval = s->tsval,
	        .tsecr = s->tsecr,
	        .sack_right = s->sack ? s->sack_right : 0,
	        .flags = s->flags,
	        .window = s->window,
	        .identification = s->identification,
	        .direction = s->direction,
	        .timestamps = s->timestamps,
	};
	return true;
}

/* The connection as a point has it. False: its history is gone, or it is too long. */
static bool load_side(struct joined *joined, const struct group *group, size_t point, struct ws_join_side *side)
{
	const struct known *known = &joined->known[point];
	const uint32_t member = group->member[point];
	struct loaded *loaded = &joined->loaded[point];
	const struct ws_tracker *tracker = joined->session->points[point].tracker;
	loaded->count = 0;
	if (ws_tracker_conn_find(tracker, known->number[member]) != known->id[member] ||
	    !ws_tracker_segments(tracker, known->id[member], load_segment, loaded))
		return false;
	*side = (struct ws_join_side){
	        .segment = loaded->segment,
	        .count = loaded->count,
	        .connection = &known->connection[member],
	        .swapped = group->swapped >> point & 1,
	        .mss = {known->mss[member][0], known->mss[member][1]},
	};
	return true;
}

/* What the first point of a group and each other one agree on. Pairs that only addresses suggest are separated again
 * when no segment agrees. */
static bool observe_group(struct joined *joined, size_t index)
{
	struct group *group = &joined->group[index];
	const size_t first = first_point(group);
	struct ws_join_side a, b;
	if (!load_side(joined, group, first, &a)) {
		group->left_out = true;
		return true;
	}
	for (size_t point = first + 1; point < joined->points; point++) {
		struct ws_join_agreement agreement;
		if (group->member[point] == (uint32_t)NONE)
			continue;
		if (!load_side(joined, group, point, &b) ||
		    !ws_joiner_observe(joined->joiner, &a, &b, first ? NULL : joined->clock[point], &agreement)) {
			group->left_out = true;
			return true;
		}
		if (group->doubtful >> point & 1 && !agreement.matched[0] && !agreement.matched[1]) {
			const uint32_t member = group->member[point];
			group->member[point] = (uint32_t)NONE;
			struct group *own = group_add(joined);
			if (!own)
				return false;
			own->member[point] = member;
			group = &joined->group[index];
		}
	}
	return true;
}

/* The next group that has several points; those made meanwhile have one. */
static bool observe_next(struct joined *joined)
{
	const size_t i = joined->at++;
	return !has_several(joined, &joined->group[i]) || observe_group(joined, i);
}

/* ---- Paths */

static struct ws_join_period period_of(const struct joined *joined, size_t point)
{
	struct ws_tracker_stats stats;
	struct ws_capture_stats capture;
	const struct point *at = &joined->session->points[point];
	ws_tracker_stats(at->tracker, &stats);
	split_stats(at, &capture);
	const struct ws_clock *clock = joined->clock[point];
	return (struct ws_join_period){
	        .first = clock ? ws_clock_here(clock, stats.first_time) : stats.first_time,
	        .last = clock ? ws_clock_here(clock, stats.last_time) : stats.last_time,
	        .drops = capture.dropped_kernel || capture.dropped_interface,
	};
}

static bool run_group(struct joined *joined, const struct group *group, struct ws_join_point *points,
                      struct ws_join_result *result)
{
	size_t count = 0;
	for (size_t i = 0; i < joined->points; i++) {
		if (group->member[i] == (uint32_t)NONE)
			continue;
		if (!load_side(joined, group, i, &points[count].side))
			return false;
		points[count].clock = joined->clock[i];
		points[count++].period = period_of(joined, i);
	}
	return ws_joiner_run(joined->joiner, points, count, result);
}

static int time_order(const void *left, const void *right)
{
	const ws_time a = *(const ws_time *)left, b = *(const ws_time *)right;
	return a < b ? -1 : a > b;
}

/* How long the server took: from the last byte of a request to the first byte of its answer, at the point nearest to
 * it. The median over all. */
static ws_time answer_time(const struct ws_join_side *side, unsigned server)
{
	enum { MOST = 256 };
	ws_time times[MOST], asked = WS_TIME_NEVER;
	size_t count = 0;
	for (size_t i = 0; i < side->count && count < MOST; i++) {
		const struct ws_join_segment *s = &side->segment[i];
		if (!s->length)
			continue;
		if (s->direction != server)
			asked = s->time;
		else if (asked != WS_TIME_NEVER)
			times[count++] = s->time - asked;
		if (s->direction == server)
			asked = WS_TIME_NEVER;
	}
	if (!count)
		return -1;
	qsort(times, count, sizeof(*times), time_order);
	return times[count / 2] > 0 ? times[count / 2] : 0;
}

struct sender {
	unsigned direction;
	uint8_t ttl; /* of its first segment; 0: none */
};

static bool first_ttl(void *context, const struct ws_segment *segment)
{
	struct sender *sender = context;
	if (segment->direction == sender->direction)
		sender->ttl = segment->ttl;
	return !sender->ttl;
}

/* Routers lower the TTL, and hosts begin with one of these. So no router is between the endpoint and its point: what
 * was captured there has arrived at the host, or at its link. */
static bool sends_unrouted(const struct joined *joined, const struct ws_conn_path *path, unsigned endpoint)
{
	const unsigned near = ws_path_near(path, endpoint);
	struct sender sender = {.direction = endpoint ^ path->swapped[near]};
	(void)!ws_tracker_segments(joined->session->points[path->point[near]].tracker, path->id[near], first_ttl,
	                           &sender);
	return sender.ttl == 32 || sender.ttl == 64 || sender.ttl == 128 || sender.ttl == 255;
}

static void fill_path(struct joined *joined, const struct group *group, const struct ws_join_point *points,
                      struct ws_conn_path *path)
{
	for (size_t i = 0; i < joined->points; i++) {
		struct ws_conn_info info;
		if (group->member[i] == (uint32_t)NONE)
			continue;
		const ws_conn_id id = joined->known[i].id[group->member[i]];
		path->point[path->points] = (uint8_t)i;
		path->id[path->points] = id;
		path->swapped[path->points] = group->swapped >> i & 1;
		path->name[path->points] = joined->session->points[i].label;
		if (ws_tracker_conn(joined->session->points[i].tracker, id, &info))
			path->number[path->points] = info.number;
		if (!path->points)
			path->client = info.likely_client;
		path->points++;
		joined->paths[i][id] = (struct ws_path_of){path, group->swapped >> i & 1};
	}
	for (unsigned e = 0; e < 2; e++)
		path->at_host[e] = sends_unrouted(joined, path, e);
	/* The last point of the client's segments is the one nearest to the server. */
	const unsigned near = path->result.path[path->client ? 0 : path->result.points - 1];
	path->answer_time = answer_time(&points[near].side, !path->client ^ points[near].side.swapped);
	for (unsigned d = 0; d < 2; d++) {
		joined->totals.sent += path->result.direction[d].sent;
		joined->totals.lost += path->result.direction[d].lost;
	}
}

static bool path_room(struct joined *joined)
{
	const size_t most = (size_t)(joined->session->options->max_memory / 8 / sizeof(*joined->path));
	size_t count = 0;
	for (size_t i = 0; i < joined->group_count; i++) {
		struct group *group = &joined->group[i];
		if (!has_several(joined, group))
			continue;
		joined->totals.connections++;
		group->left_out = group->left_out || count == most;
		count += !group->left_out;
	}
	joined->path = calloc(count + 1, sizeof(*joined->path));
	joined->path_of = calloc(joined->group_count + 1, sizeof(*joined->path_of));
	joined->group_of = calloc(count + 1, sizeof(*joined->group_of));
	for (size_t i = 0; i < joined->points; i++) {
		ws_conn_id most_id = 0;
		for (size_t k = 0; k < joined->known[i].count; k++)
			most_id = joined->known[i].id[k] > most_id ? joined->known[i].id[k] : most_id;
		joined->paths[i] = calloc((size_t)most_id + 1, sizeof(*joined->paths[i]));
		if (!joined->paths[i])
			return false;
		joined->path_ids[i] = (size_t)most_id + 1;
	}
	return joined->path && joined->path_of && joined->group_of;
}

static void follow_next(struct joined *joined)
{
	const size_t i = joined->at++;
	struct group *group = &joined->group[i];
	struct ws_join_point points[WS_JOIN_POINTS] = {0};
	struct ws_conn_path *path = &joined->path[joined->path_count];
	if (!has_several(joined, group))
		return;
	if (group->left_out || !run_group(joined, group, points, &path->result)) {
		joined->totals.left_out++;
		group->left_out = true;
		return;
	}
	fill_path(joined, group, points, path);
	joined->group_of[joined->path_count] = (uint32_t)i;
	joined->path_of[i] = (uint32_t)joined->path_count++;
}

/* ---- The whole */

/* Both ends of the lab's wire go by one clock. */
static bool is_of_lab(const struct session *session)
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
		if (joined->session->live || is_of_lab(joined->session))
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
	if (!run_group(joined, &joined->group[joined->group_of[index]], points, &result))
		return false;
	*transit = malloc((result.transits + 1) * sizeof(**transit));
	*count = *transit ? result.transits : 0;
	for (size_t i = 0; i < *count; i++)
		ws_joiner_transit(joined->joiner, i, &(*transit)[i]);
	return *transit;
}

static void share(struct joined *joined)
{
	joined->shared = (struct ws_points){.count = joined->points, .transits = transits_of, .context = joined};
	for (size_t i = 0; i < joined->points; i++) {
		joined->shared.tracker[i] = joined->session->points[i].tracker;
		joined->shared.clock[i] = joined->clock[i];
		joined->shared.name[i] = joined->session->points[i].label;
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
	joined->joiner = ws_joiner_create(most, error);
	for (size_t i = 0; i < joined->points; i++)
		joined->loaded[i].most = most;
	if (joined->joiner && make_clocks(joined))
		return joined;
	joined_free(joined);
	ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	return NULL;
}

/* One piece of the work; there is more until the stage is JOINED. */
static bool work_on(struct joined *joined)
{
	switch (joined->stage) {
	case JOIN_KNOW:
		if (joined->at < joined->points) {
			const size_t point = joined->at++;
			return know(&joined->known[point], joined->session->points[point].tracker) &&
			       group_point(joined, point);
		}
		joined->first_groups = joined->group_count;
		break;
	case JOIN_OBSERVE:
		if (joined->at < joined->first_groups)
			return observe_next(joined);
		for (size_t point = 1; point < joined->points; point++)
			ws_clock_solve(joined->clock[point]);
		share(joined);
		if (!path_room(joined))
			return false;
		break;
	case JOIN_FOLLOW:
		if (joined->at < joined->group_count) {
			follow_next(joined);
			return true;
		}
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
	enum { PIECES = 64 }; /* between two looks at the clock */
	do {
		for (int i = 0; i < PIECES && joined->stage != JOINED; i++)
			if (!work_on(joined))
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
		                     joined->path_ids[i]);
}

void joined_free(struct joined *joined)
{
	if (!joined)
		return;
	for (size_t i = 0; i < joined->points; i++) {
		free(joined->known[i].connection);
		free(joined->known[i].id);
		free(joined->known[i].number);
		free(joined->known[i].mss);
		free(joined->paths[i]);
		free(joined->loaded[i].segment);
		ws_clock_free(joined->clock[i]);
	}
	ws_joiner_free(joined->joiner);
	free(joined->group);
	free(joined->path);
	free(joined->path_of);
	free(joined->group_of);
	free(joined);
}

void joined_share(const struct joined *joined, const struct ws_points *points)
{
	for (size_t i = 0; i < joined->points; i++)
		ws_tracker_set_paths((struct ws_tracker *)points->tracker[i], points, (unsigned)i, joined->paths[i],
		                     joined->path_ids[i]);
}

const struct ws_clock *joined_clock(const struct joined *joined, size_t point)
{
	return joined->clock[point];
}

bool joined_transits(struct joined *joined, joined_transit_fn *fn, void *context)
{
	for (size_t i = 0; i < joined->group_count; i++) {
		const struct group *group = &joined->group[i];
		struct ws_join_point points[WS_JOIN_POINTS] = {0};
		struct ws_join_result result;
		struct ws_conn_info info;
		if (!has_several(joined, group) || group->left_out)
			continue;
		const size_t first = first_point(group);
		if (!run_group(joined, group, points, &result))
			return false;
		if (!ws_tracker_conn(joined->session->points[first].tracker,
		                     joined->known[first].id[group->member[first]], &info))
			continue;
		for (size_t k = 0; k < result.transits; k++) {
			struct ws_transit transit;
			ws_joiner_transit(joined->joiner, k, &transit);
			if (!fn(context, &joined->path[joined->path_of[i]], &info, &transit))
				return false;
		}
	}
	return true;
}

void joined_totals(const struct joined *joined, struct joined_totals *totals)
{
	*totals = joined->totals;
}
