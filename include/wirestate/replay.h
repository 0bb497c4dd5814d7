/* Replay: a connection's history, played again from its first packet. */
#ifndef WIRESTATE_REPLAY_H
#define WIRESTATE_REPLAY_H

#include <wirestate/track.h>

/* What a step is about. With one point a segment's arrival is presumed, and both are one step. With several points they
 * are two, at their own times. */
enum ws_way { WS_WAY_WHOLE, WS_WAY_DEPARTURE, WS_WAY_ARRIVAL };

#define WS_STEP_NONE SIZE_MAX

struct ws_step {
	struct ws_segment input; /* as the point `point` captured it, with the time by the reference's clock */
	uint8_t way;             /* enum ws_way; WS_WAY_WHOLE for what is no segment */
	uint8_t point;           /* that captured it, as the session counts points */
	uint8_t outcome;         /* enum ws_join_outcome of the segment */
	bool in_air;             /* a departure, and nothing that came later has been captured where it would arrive */
	/* The arrival of this departure, or the departure of this arrival, and its time; WS_STEP_NONE: not captured, or
	 * not yet. */
	size_t other;
	ws_time other_time;
	uint32_t analysis;
	uint32_t relative_sequence, relative_acknowledgment;
	uint8_t before[2], after[2];               /* states of both endpoints */
	uint8_t certainty_before[2], certainty[2]; /* of those states */
	ws_time time_wait_end[2];                  /* 0: the endpoint is not in TIME_WAIT */
	uint8_t transition_count;
	struct ws_transition transition[WS_MAX_TRANSITIONS];
	int8_t client; /* as far as known after this step */
};

struct ws_replay; /* opaque */

/* Returns NULL when the tracker keeps no history, or memory is short. The replay reads the tracker, which must outlive
 * it, and also sees segments that arrive later. */
struct ws_replay *ws_replay_open(const struct ws_tracker *tracker, ws_conn_id conn) WS_CHECKED;
/* The same over all points that captured the connection, where several did: every departure and every arrival is a
 * step, in the order of time by the reference's clock. The states of each endpoint, and the marks of what it sent, are
 * those of the point nearest to it. What comes later is not seen. */
struct ws_replay *ws_replay_open_joined(const struct ws_tracker *tracker, ws_conn_id conn) WS_CHECKED;
/* The way of the segment of a step, over all points. False: one point only. */
bool ws_replay_transit(const struct ws_replay *replay, size_t index, struct ws_transit *transit) WS_CHECKED;
/* What the points that captured the connection know of it; NULL: the steps are those of one point. */
const struct ws_conn_path *ws_replay_path(const struct ws_replay *replay);
void ws_replay_close(struct ws_replay *replay);
size_t ws_replay_count(const struct ws_replay *replay); /* steps so far */
/* Steps count from 0. A step back is made by a bounded number of steps forward from a kept checkpoint. Returns false
 * when there is no such step. */
bool ws_replay_step(struct ws_replay *replay, size_t index, struct ws_step *step) WS_CHECKED;
/* Returns the first step whose frame number is `frame` or later, or ws_replay_count() when there is none. */
size_t ws_replay_find_frame(struct ws_replay *replay, uint64_t frame);
/* The same by the frames of a point, as the session counts points, where several captured the connection. */
size_t ws_replay_find_frame_at(struct ws_replay *replay, unsigned point, uint64_t frame);

#endif
