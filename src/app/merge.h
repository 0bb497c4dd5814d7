/* All points of a session in one list: the tracker that shows them together, and when it takes in what has come. */
#ifndef APP_MERGE_H
#define APP_MERGE_H

#include <wirestate/points.h>

struct session;

/* Added to a model's generation, so that the one of all points is told apart from those of each. */
#define MERGED_GENERATION (UINT64_C(1) << 62)

struct merge {
	struct ws_tracker *tracker; /* owned; NULL: nothing has been merged yet */
	ws_time begun, next;        /* of monotonic(): when it began to take in; not again before this */
	bool working, failed;
};

void merge_free(struct merge *merge);
/* Takes in what has come, for a few milliseconds at most, or, with `whole`, all of it. `withhold`: see ws_tracker_merge().
 * True: there is more to do at once. */
bool merge_take(struct merge *merge, const struct ws_points *points, ws_time withhold, bool whole);
/* The same of the session's points, where they are shown together. */
bool session_merge(struct session *session, bool whole);
/* All points are shown together, as far as they have been merged. */
bool session_is_merged(const struct session *session);

#endif
