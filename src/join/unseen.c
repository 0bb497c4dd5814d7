/* What a point has not captured of a connection though others have: it began late, ended early, or missed some. */
#include "join/joiner.h"

/* When a point captured the first and the last segment of the connection. */
struct join_span_of_point {
	ws_time first, last;
};

static struct join_span_of_point span_of(const struct ws_joiner *joiner, unsigned point)
{
	struct join_span_of_point span = {WS_TIME_NEVER, INT64_MIN};
	for (unsigned d = 0; d < 2; d++) {
		for (size_t i = 0; i < joiner->count[point][d]; i++) {
			const ws_time time = joiner->segment[point][d][i].time;
			span.first = time < span.first ? time : span.first;
			span.last = time > span.last ? time : span.last;
		}
	}
	return span;
}

/* An endpoint's own segment that the point nearest to it has not captured. A pure ACK may also be another device's, so it is
 * counted only where it may have left before or after all that this point has captured. */
static void count_unseen(const struct ws_joiner *joiner, const struct join_row *row,
                         const struct join_span_of_point *near, struct ws_join_direction *result, ws_time *last)
{
	const ws_time time = join_time(joiner, row, (unsigned)row->first);
	const bool known = result->delay_min >= 0; /* how long before that it may have left */
	const ws_time earliest = known ? time - result->delay_max : time,
	              latest = known ? time - result->delay_min : time;
	if (!join_span(row) && earliest >= near->first && latest <= near->last)
		return;
	result->unseen++;
	result->unseen_bytes += row->length;
	if (time <= near->last || time < *last)
		return;
	*last = time;
	result->late = (uint8_t)(row->first + 1);
}

void join_unseen(const struct ws_joiner *joiner, size_t forward, struct ws_join_result *result)
{
	const unsigned near[2] = {result->path[0], result->path[result->points - 1]};
	const struct join_span_of_point span[2] = {span_of(joiner, near[0]), span_of(joiner, near[1])};
	ws_time latest[2] = {INT64_MIN, INT64_MIN};
	for (size_t i = 0; i < joiner->row_count; i++) {
		const struct join_row *row = &joiner->row[i];
		const unsigned d = i >= forward;
		if (row->duplicate || row->outcome == WS_OUTCOME_INJECTED || row->first < 0)
			continue;
		const ws_time first = join_time(joiner, row, (unsigned)row->first),
		              last = join_time(joiner, row, (unsigned)row->last);
		for (unsigned point = 0; point < joiner->points; point++) {
			if (row->seen[point] != JOIN_NONE)
				continue;
			const bool any = result->unseen[point].count++;
			if (!any || first < result->unseen[point].first)
				result->unseen[point].first = first;
			if (!any || last > result->unseen[point].last)
				result->unseen[point].last = last;
		}
		if (row->seen[near[d]] == JOIN_NONE)
			count_unseen(joiner, row, &span[d], &result->direction[d], &latest[d]);
	}
}
