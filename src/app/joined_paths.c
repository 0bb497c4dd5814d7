/* What became of the segments of each connection on its path, and the whole path in numbers. */
#include "app/joined_parts.h"
#include "app/split.h"

#include <stdlib.h>
#include <string.h>

/* Only the newest datagrams are kept. */
static ws_time oldest_datagram(const struct ws_tracker *tracker, ws_time first)
{
	const struct ws_range range = ws_tracker_datagrams(tracker);
	return range.first && range.first < range.end ? ws_tracker_join_datagram(tracker, range.first)->time : first;
}

static struct ws_join_period period_of(const struct joined *joined, size_t point, bool datagrams)
{
	struct ws_capture_stats capture;
	const struct point *at = &joined->session->points[point];
	split_stats(at, &capture);
	ws_time first, last;
	(void)!split_period(at, &first, &last);
	/* The lab captures at both ends of its wire at all times. */
	for (size_t i = 0; joined_is_of_lab(joined->session) && i < joined->points; i++) {
		ws_time own_first, own_last;
		if (!split_period(&joined->session->points[i], &own_first, &own_last))
			continue;
		first = own_first < first ? own_first : first;
		last = own_last > last ? own_last : last;
	}
	const struct ws_clock *clock = joined->clock[point];
	if (datagrams)
		first = oldest_datagram(at->tracker, first);
	return (struct ws_join_period){
	        .first = ws_clock_here(clock, first),
	        .last = ws_clock_here(clock, last),
	        .drops = capture.dropped_kernel || capture.dropped_interface,
	        .passed_by_all = joined_is_of_lab(joined->session),
	};
}

bool joined_run_group(const struct joined *joined, struct join_memory *memory, const struct group *group,
                      struct ws_join_point *points, struct ws_join_result *result)
{
	const struct ws_join_agreement agreement = {
	        .order = group->order, .doubtful = group->order_doubtful, .proven = group->order_proven};
	size_t count = 0;
	for (size_t i = 0; i < joined->points; i++) {
		if (group->member[i] == (uint32_t)NONE)
			continue;
		if (!joined_load_side(joined, memory, group, i, &points[count].side))
			return false;
		points[count].agreement = &agreement;
		points[count].clock = joined->clock[i];
		points[count++].period = joined->period[i][group->kind != WS_JOIN_TCP];
	}
	return ws_joiner_run(memory->joiner, points, count, result);
}

static int time_order(const void *left, const void *right)
{
	const ws_time a = *(const ws_time *)left, b = *(const ws_time *)right;
	return a < b ? -1 : a > b;
}

/* How far the data of an endpoint has come. */
struct reach {
	bool known;
	uint32_t end;
};

/* Whether the segment has data beyond what came before it. */
static bool says_more(struct reach *reach, const struct ws_join_segment *s)
{
	const uint32_t end = s->sequence + !!(s->flags & WS_TCP_SYN) + s->length;
	if (!s->length || s->damaged || (reach->known && (int32_t)(end - reach->end) <= 0))
		return false;
	*reach = (struct reach){true, end};
	return true;
}

/* How long the server took: from the last byte of a request to the first byte of its answer, at the point nearest to
 * it. The median over all. What is sent again neither asks nor answers. */
static ws_time answer_time(const struct ws_join_side *side, unsigned server, bool datagrams)
{
	enum { MOST = 256 };
	ws_time times[MOST], asked = WS_TIME_NEVER;
	struct reach reach[2] = {{0}};
	size_t count = 0;
	for (size_t i = 0; i < side->count && count < MOST; i++) {
		const struct ws_join_segment *s = &side->segment[i];
		if (!datagrams && !says_more(&reach[s->direction], s))
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

/* What each point calls it. */
static void fill_points(const struct joined *joined, const struct group *group, struct ws_conn_path *path)
{
	for (size_t i = 0; i < joined->points; i++) {
		const struct known *known = &joined->known[i];
		const uint32_t member = group->member[i];
		const unsigned at = path->points;
		struct ws_conn_info info;
		if (member == (uint32_t)NONE)
			continue;
		path->point[at] = (uint8_t)i;
		path->swapped[at] = group->swapped >> i & 1;
		path->name[at] = joined->session->points[i].label;
		path->points++;
		if (group->kind != WS_JOIN_TCP) {
			path->number[at] = known->flow[member - known->tcp].number;
			continue;
		}
		path->id[at] = known->id[member];
		path->number[at] = known->number[member];
		if ((at && path->client_known) ||
		    !ws_tracker_conn(joined->session->points[i].tracker, path->id[at], &info))
			continue;
		path->client_known = info.client != WS_ROLE_UNKNOWN;
		if (!at || path->client_known) /* the first point's guess, where none knows */
			path->client = (int8_t)(info.likely_client ^ path->swapped[at]);
	}
}

/* Where its time went, if that is asked for. Without memory, each point says it for itself. */
static void find_shares(const struct joined *joined, const struct join_memory *memory, const struct ws_conn_path *path,
                        struct ws_joined_shares *shares, bool *known)
{
	const size_t count = ws_path_lacks_segments(path) ? path->result.transits : 0;
	struct ws_transit *transit = count ? malloc(count * sizeof(*transit)) : NULL;
	for (size_t i = 0; transit && i < count; i++)
		ws_joiner_transit(memory->joiner, i, &transit[i]);
	*known = (!count || transit) && ws_points_shares(&joined->shared, path, transit, count, shares);
	free(transit);
}

bool joined_follow(const struct joined *joined, struct join_memory *memory, const struct group *group,
                   struct followed *followed)
{
	struct ws_conn_path *path = &followed->path;
	const bool datagrams = group->kind != WS_JOIN_TCP;
	struct ws_join_point points[WS_JOIN_POINTS] = {0};
	*path = (struct ws_conn_path){.kind = group->kind};
	followed->shares_known = false;
	if (!joined_run_group(joined, memory, group, points, &path->result))
		return false;
	fill_points(joined, group, path);
	for (unsigned e = 0; e < 2 && !datagrams; e++)
		path->at_host[e] = sends_unrouted(joined, path, e);
	/* The last point of the client's segments is the one nearest to the server. */
	const unsigned near = path->result.path[path->client ? 0 : path->result.points - 1];
	path->answer_time = answer_time(&points[near].side, !path->client ^ points[near].side.swapped, datagrams);
	if (joined->shares && !datagrams)
		find_shares(joined, memory, path, &followed->shares, &followed->shares_known);
	return true;
}

static bool is_changed(const struct joined *joined, const struct group *group, unsigned a, unsigned b)
{
	const struct ws_join_connection *one = &joined->known[a].connection[group->member[a]],
	                                *other = &joined->known[b].connection[group->member[b]];
	const unsigned swapped = (group->swapped >> a ^ group->swapped >> b) & 1;
	for (unsigned e = 0; e < 2; e++) {
		const unsigned there = e ^ swapped;
		if (memcmp(&one->address[e], &other->address[there], sizeof(one->address[e])) ||
		    one->port[e] != other->port[there])
			return true;
		if (one->iss_known[e] && other->iss_known[there] && one->iss[e] != other->iss[there])
			return true;
	}
	return false;
}

/* Which points are nearer to the server than others, see ws_absent_at(). */
static void note_order(struct joined *joined, const struct group *group, const struct ws_conn_path *path)
{
	_Static_assert(WS_JOIN_POINTS <= 8, "a bit for each");
	const unsigned count = path->result.points;
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = i + 1; k < count; k++) {
			const unsigned a = path->point[path->result.path[path->client ? k : i]],
			               b = path->point[path->result.path[path->client ? i : k]];
			joined->shared.later[a] |= (uint8_t)(1u << b);
			if (is_changed(joined, group, a, b))
				joined->shared.changed[a] |= (uint8_t)(1u << b);
		}
}

void joined_keep_path(struct joined *joined, size_t index, const struct followed *followed)
{
	struct ws_conn_path *path = &joined->path[joined->path_count];
	*path = followed->path;
	if (followed->shares_known) {
		joined->shares[joined->path_count] = followed->shares;
		path->shares = &joined->shares[joined->path_count];
	}
	for (size_t i = 0; i < path->points; i++) {
		const unsigned point = path->point[i];
		const struct ws_path_of of = {path, path->swapped[i]};
		struct ws_udp_paths *udp = &joined->udp_paths[point];
		if (path->kind == WS_JOIN_TCP)
			joined->paths[point][path->id[i]] = of;
		else if (path->number[i])
			udp->path[udp->count++] = (struct ws_udp_path){path->number[i], of};
	}
	if (path->kind == WS_JOIN_TCP && path->client_known)
		note_order(joined, &joined->group[index], path);
	for (unsigned d = 0; d < 2; d++) {
		joined->totals.sent[path->kind] += path->result.direction[d].sent;
		joined->totals.lost[path->kind] += path->result.direction[d].lost;
	}
	joined->group_of[joined->path_count] = (uint32_t)index;
	joined->path_of[index] = (uint32_t)joined->path_count++;
}

bool joined_path_room(struct joined *joined)
{
	const bool shares = ws_tracker_finds_shares(joined->session->points[0].tracker);
	const size_t each = sizeof(*joined->path) + (shares ? sizeof(*joined->shares) : 0);
	const size_t most = (size_t)(joined->session->options->max_memory / 8 / each);
	size_t count = 0;
	for (size_t i = 0; i < joined->group_count; i++) {
		struct group *group = &joined->group[i];
		if (!joined_has_several(joined, group))
			continue;
		joined->totals.connections[group->kind]++;
		group->left_out = group->left_out || count == most;
		count += !group->left_out;
	}
	joined->path = calloc(count + 1, sizeof(*joined->path));
	joined->shares = shares ? calloc(count + 1, sizeof(*joined->shares)) : NULL;
	joined->path_of = calloc(joined->group_count + 1, sizeof(*joined->path_of));
	joined->group_of = calloc(count + 1, sizeof(*joined->group_of));
	for (size_t i = 0; i < joined->points; i++) {
		joined->period[i][0] = period_of(joined, i, false);
		joined->period[i][1] = period_of(joined, i, true);
		joined->shared.period[i] = joined->period[i][0];
		ws_conn_id most_id = 0;
		for (size_t k = 0; k < joined->known[i].tcp; k++)
			most_id = joined->known[i].id[k] > most_id ? joined->known[i].id[k] : most_id;
		joined->paths[i] = calloc((size_t)most_id + 1, sizeof(*joined->paths[i]));
		joined->udp_paths[i].path =
		        calloc(joined->known[i].count - joined->known[i].tcp + 1, sizeof(*joined->udp_paths[i].path));
		if (!joined->paths[i] || !joined->udp_paths[i].path)
			return false;
		joined->path_ids[i] = (size_t)most_id + 1;
	}
	return joined->path && joined->path_of && joined->group_of && (joined->shares || !shares);
}

static int number_order(const void *left, const void *right)
{
	const struct ws_udp_path *a = left, *b = right;
	return a->number < b->number ? -1 : a->number > b->number;
}

void joined_sort_paths(struct joined *joined)
{
	for (size_t i = 0; i < joined->points; i++) {
		struct ws_udp_paths *paths = &joined->udp_paths[i];
		if (paths->count)
			qsort(paths->path, paths->count, sizeof(*paths->path), number_order);
	}
}
