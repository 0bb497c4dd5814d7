/* Prefetching for walks over many connections: a connection takes 1.2 kB, so the cost of a walk is the cache lines that
 * it reads. Private to src/track.
 *
 * All of it has to be inlined. GCC takes a function that only prefetches for one without any effect, and deletes its
 * calls. */
#ifndef WS_TRACK_AHEAD_H
#define WS_TRACK_AHEAD_H

#include "track/info.h"
#include "track/merged.h"

#define WS_INLINED static inline __attribute__((always_inline))

/* A bit for each cache line of struct ws_conn_slot, which begins a line. */
typedef uint32_t ws_lines;

enum { WS_LINE = 64, WS_FRONT_LINES = 2 /* see ws_ahead_front() */ };
/* So many connections before a connection is read, its lines are prefetched; and its front, which says whether its verdict is
 * stored, so many. */
enum { WS_AHEAD = 24, WS_FAR = 2 * WS_AHEAD };
_Static_assert(sizeof(struct ws_conn_slot) <= 32 * WS_LINE, "a bit for each line");

/* The lines from the byte `first` up to the one before `end`. */
#define WS_LINES(first, end)                                                                                           \
	((ws_lines)(((UINT64_C(2) << ((end)-1) / WS_LINE) - 1) & ~((UINT64_C(1) << (first) / WS_LINE) - 1)))

#define WS_LINES_OF_SHARES_FROM(first, end)                                                                            \
	WS_LINES(offsetof(struct ws_conn_slot, shares) + (first), offsetof(struct ws_conn_slot, shares) + (end))
/* Those that ws_shares_sum() reads of most. */
#define WS_LINES_OF_SHARES                                                                                             \
	(WS_LINES_OF_SHARES_FROM(0, WS_SHARES_SELDOM) |                                                                \
	 WS_LINES_OF_SHARES_FROM(WS_SHARES_AFTER_SELDOM, WS_SHARES_OLDER))

/* The lines that these parts are made of, with the addresses. */
WS_INLINED ws_lines ws_lines_of(unsigned parts)
{
	ws_lines lines = 0;
	parts |= WS_PART_IDENTITY;
#define X(name, first, last)                                                                                           \
	if (parts & (name))                                                                                            \
		lines |= WS_LINES(offsetof(struct ws_conn, first),                                                     \
		                  offsetof(struct ws_conn, last) + sizeof(((struct ws_conn *)0)->last));
	WS_PARTS(X)
#undef X
	return parts & WS_PART_SHARES ? lines | WS_LINES_OF_SHARES : lines;
}

/* The place of a connection, see ws_table_place(). */
WS_INLINED uintptr_t ws_ahead_place(const struct ws_tracker *tracker, ws_conn_id id)
{
	const struct ws_home home = ws_home_of(tracker, id);
	return ws_table_place(&home.tracker->table, home.id);
}

/* The first two lines: of one that is awake, its addresses and its verdict, and of one at rest, its brief. */
WS_INLINED void ws_ahead_front(uintptr_t place)
{
	const uint8_t *front = (const uint8_t *)(place & ~(uintptr_t)WS_PLACE_BITS);
	_Static_assert(offsetof(struct ws_conn, judgement) < WS_FRONT_LINES * WS_LINE, "the verdict is there");
	__builtin_prefetch(front);
	__builtin_prefetch(front + WS_LINE);
}

/* Prefetches these lines of a connection. */
WS_INLINED void ws_ahead_lines(uintptr_t place, ws_lines lines)
{
	if ((place & WS_PLACE_BITS) == WS_PLACE_AT_REST)
		ws_ahead_front(place);
	else if (!(place & WS_PLACE_BITS))
		for (; lines; lines &= lines - 1)
			__builtin_prefetch((const uint8_t *)place + (size_t)__builtin_ctz(lines) * WS_LINE);
}

WS_INLINED void ws_ahead_of(const struct ws_tracker *tracker, ws_conn_id id, ws_lines lines)
{
	ws_ahead_lines(ws_ahead_place(tracker, id), lines);
}

/* The same after its front, and what its verdict depends on if none is stored, which is read here. */
WS_INLINED void ws_ahead_of_judged(const struct ws_tracker *tracker, ws_conn_id id, ws_lines lines)
{
	const uintptr_t place = ws_ahead_place(tracker, id);
	if (!place || place & WS_PLACE_BITS)
		return;
	const bool judged = ((const struct ws_conn *)place)->judgement;
	if (!judged)
		lines |= ws_lines_of(WS_PARTS_OF_VERDICT);
	ws_ahead_lines(place, lines >> WS_FRONT_LINES << WS_FRONT_LINES);
}

/* Before the connection ids[i] is read in a walk over `count` of them, for its verdict and what is in `lines`. */
WS_INLINED void ws_ahead_in_walk(const struct ws_tracker *tracker, const ws_conn_id *ids, size_t i, size_t count,
                                 ws_lines lines)
{
	for (size_t first = 0; !i && first < count && first < WS_FAR; first++)
		ws_ahead_front(ws_ahead_place(tracker, ids[first]));
	for (size_t first = 0; !i && first < count && first < WS_AHEAD; first++)
		ws_ahead_of_judged(tracker, ids[first], lines);
	if (i + WS_FAR < count)
		ws_ahead_front(ws_ahead_place(tracker, ids[i + WS_FAR]));
	if (i + WS_AHEAD < count)
		ws_ahead_of_judged(tracker, ids[i + WS_AHEAD], lines);
}

#endif
