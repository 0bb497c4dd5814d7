/* Silences of a point: of a segment that left and did not come, it is not known whether it was lost or only not captured where
 * the point captured nothing of the connection around that time, and has missed something of the other direction that came
 * to the point before it. A capture that loses packets often does not say so. */
#include "base/search.h"
#include "join/joiner.h"

enum { MOST_LOOKS = 256 }; /* segments of the other direction that are looked through for one */

/* Between two segments that a point has captured of the connection. */
struct silence {
	ws_time from, to;
};

static struct silence silence_at(const struct ws_joiner *joiner, unsigned point, ws_time time)
{
	struct silence silence = {INT64_MIN, INT64_MAX};
	for (unsigned d = 0; d < 2; d++) {
		const struct ws_join_segment *segment = joiner->segment[point][d];
		const size_t count = joiner->count[point][d];
		const size_t next = SEARCH_FIRST(count, i, segment[i].time <= time);
		if (next && segment[next - 1].time > silence.from)
			silence.from = segment[next - 1].time;
		if (next < count && segment[next].time < silence.to)
			silence.to = segment[next].time;
	}
	return silence;
}

/* Whether `point` has missed something in its silence that came to the point `next` from there, after `delay`. */
static bool has_missed(const struct join_row *back, size_t count, unsigned point, unsigned next, ws_time delay,
                       const struct silence *silence)
{
	const ws_time from = silence->from == INT64_MIN ? INT64_MIN : silence->from + delay;
	const size_t first = SEARCH_FIRST(count, i, back[i].departure <= from);
	for (size_t i = first; i < count && i - first < MOST_LOOKS && back[i].departure - delay < silence->to; i++)
		if (back[i].seen[point] == JOIN_NONE && back[i].first == (int)next && !back[i].duplicate &&
		    back[i].outcome == WS_OUTCOME_NOT_CAPTURED)
			return true;
	return false;
}

/* `back`: the rows of the other direction. */
void join_silences(struct ws_joiner *joiner, unsigned direction, struct join_row *row, size_t count,
                   const struct join_row *back, size_t back_count, struct ws_join_direction *result)
{
	for (size_t k = 0; k + 1 < joiner->points; k++) {
		const unsigned from = joiner->path[k], to = joiner->path[k + 1];
		const struct join_delays *own = &joiner->delays[direction][k],
		                         *other = &joiner->delays[!direction][joiner->points - 2 - k];
		if (!own->known || !other->known)
			continue;
		for (size_t i = 0; i < count; i++) {
			if (row[i].outcome != WS_OUTCOME_LOST || row[i].last != (int)from || row[i].next != (int)to)
				continue;
			const struct silence silence =
			        silence_at(joiner, to, join_time(joiner, &row[i], from) + own->least);
			if (!has_missed(back, back_count, to, from, other->least, &silence))
				continue;
			row[i].outcome = WS_OUTCOME_NOT_CAPTURED;
			result->lost--;
			result->lost_after[from]--;
			result->not_captured++;
		}
	}
}
