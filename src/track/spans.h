/* Runs a connection's segments once more through the division of its time. Private to src/track. */
#ifndef WS_TRACK_SPANS_H
#define WS_TRACK_SPANS_H

#include "track/shares.h"

#include <wirestate/points.h>
#include <wirestate/spans.h>

/* Zeroed memory is a valid start, but for recorder.shares.recorded, recorder.add, and the analyser of a connection whose
 * history_extra has one. */
struct ws_spans_run {
	struct ws_span_recorder recorder; /* the first member, see shares.h */
	struct ws_analyser analyser;
	struct ws_rtt_timer timer[2];
	struct ws_rtt rtt[2];
	ws_time at;               /* where the next stretch begins */
	uint64_t before, current; /* frames: at the end of the last stretch, and of the segment that is looked at */
	uint32_t segments, again; /* since the last stretch; those that were sent again */
};

/* As the tracker does it when the segment is captured. `mss`: see ws_shares_note(). True: a stretch ends with it, and
 * what was sent again belongs to that. */
bool ws_spans_segment(struct ws_spans_run *run, const struct ws_segment *s, uint32_t mss);
/* The same of one that had a wrong checksum, and was good after all. */
bool ws_spans_accepted(struct ws_spans_run *run, const struct ws_segment *s, uint32_t mss);

/* spans_joined.c: ws_tracker_spans() of a connection that has path->shares, and that `tracker` keeps. `asked` is that
 * tracker, or the merged one whose part it is. */
bool ws_spans_joined(const struct ws_tracker *asked, const struct ws_tracker *tracker, const struct ws_path_of *of,
                     ws_span_fn *fn, void *context);

#endif
