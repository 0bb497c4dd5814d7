/* Retransmissions that were needless: the receiver's point had seen all their bytes before, and the receiver took them.
 * Where an acknowledgment of these bytes was lost in the meantime, it is named, because then the sender could not know
 * better.
 *
 * A host may drop what its point has seen: a listener whose queue is full drops a SYN, and any host what comes damaged or too
 * late. So the bytes have to be acknowledged, and a SYN before its copy comes: data is acknowledged later, too, but a SYN at
 * once. */
#include "base/search.h"
#include "join/joiner.h"

enum { MOST_LOOKS = 256 }; /* acknowledgments that are looked through for one retransmission */

static bool acknowledges(const struct ws_joiner *joiner, const struct join_row *ack, uint32_t end)
{
	const struct ws_join_segment *s =
	        &joiner->segment[(unsigned)ack->last][ack->direction][ack->seen[(unsigned)ack->last]];
	return s->flags & WS_TCP_ACK && (int32_t)(s->acknowledgment - end) >= 0;
}

/* The first row that departed at `time` or later. Rows of one direction are in the order of their departures. */
static size_t first_since(const struct join_row *row, size_t count, ws_time time)
{
	return SEARCH_FIRST(count, i, row[i].departure < time);
}

/* `back`: the rows of the other direction. `arrived`: when the bytes had all arrived. */
static void find_lost_ack(const struct ws_joiner *joiner, struct join_row *again, const struct join_row *back,
                          size_t count, ws_time arrived)
{
	const uint32_t end = again->sequence + (uint32_t)join_span(again);
	const size_t first = first_since(back, count, arrived);
	for (size_t i = first; i < count && i - first < MOST_LOOKS && back[i].departure < again->departure; i++) {
		const struct join_row *ack = &back[i];
		if (ack->outcome != WS_OUTCOME_LOST || !acknowledges(joiner, ack, end))
			continue;
		again->ack = (uint32_t)(ack - joiner->row);
		return;
	}
}

/* joiner->acked is that of the receiver. `by`: when the copy came. */
static bool was_taken(const struct ws_joiner *joiner, const struct join_row *again, ws_time by)
{
	const ws_time when = join_acked_at(joiner, again->position + join_span(again));
	return when != WS_TIME_NEVER && (!(again->flags & WS_TCP_SYN) || when <= by);
}

bool join_needless(struct ws_joiner *joiner, struct join_row *row, size_t count, const struct join_row *back,
                   size_t back_count, struct ws_join_direction *result)
{
	const unsigned last = joiner->path[joiner->points - 1];
	int64_t highest = INT64_MIN;
	if (!join_build_cover(joiner, last, row, count) ||
	    !join_build_acked(joiner, last, joiner->path[0], count ? row[0].direction : 0, count ? row[0].sequence : 0))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct join_row *again = &row[i];
		const int64_t span = join_span(again), end = again->position + span;
		const bool repeats = span && end <= highest;
		highest = end > highest ? end : highest;
		if (!repeats || again->duplicate || again->first != (int)joiner->path[0])
			continue;
		const bool came = again->seen[last] != JOIN_NONE;
		const ws_time by = came ? join_time(joiner, again, last) - 1 : again->departure;
		const ws_time start = join_covered_at(joiner, again->position, by);
		const ws_time finish = join_covered_at(joiner, end - 1, by);
		if (start == WS_TIME_NEVER || finish == WS_TIME_NEVER || !was_taken(joiner, again, by))
			continue;
		again->needless = true;
		result->needless++;
		find_lost_ack(joiner, again, back, back_count, start > finish ? start : finish);
	}
	return true;
}
