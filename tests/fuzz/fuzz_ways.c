/* The replay over several points: frames of two interfaces go to two trackers, and transits are made up of the bytes, also such
 * as no joiner would make. Every step can be read, forwards and back, and names an event that there is. */
#include "frames.h"
#include "target.h"

#include <wirestate/points.h>
#include <wirestate/replay.h>

#include <stdlib.h>

enum { POINTS = 2, TRANSITS = 64, TRANSIT_BYTES = 6, MOST_STEPS = 400 };

struct made {
	const uint8_t *data;
	size_t size;
};

/* Each point misses some frames that the other has. */
static void take(struct ws_tracker **tracker, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(frame, &packet);
	for (unsigned i = 0; i < POINTS; i++) {
		if (frame->number % 4 == i + 1)
			continue;
		while (ws_tracker_advance(tracker[i], frame->time, &result))
			;
		ws_tracker_packet(tracker[i], &packet, &result);
	}
}

static bool transits(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count)
{
	const struct made *made = context;
	(void)path;
	*count = made->size / TRANSIT_BYTES < TRANSITS ? made->size / TRANSIT_BYTES : TRANSITS;
	*transit = calloc(*count + 1, sizeof(**transit));
	for (size_t i = 0; *transit && i < *count; i++) {
		const uint8_t *from = made->data + i * TRANSIT_BYTES;
		struct ws_transit *t = &(*transit)[i];
		t->outcome = from[0] % WS_OUTCOME_COUNT;
		t->direction = from[1] & 1;
		t->frame[0] = from[2] & 0x3f;
		t->frame[1] = from[3] & 0x3f;
		t->first = (int8_t)(from[4] & 1);
		t->last = (int8_t)(from[4] >> 1 & 1);
		t->next = (int8_t)(from[4] >> 2 & 1);
		t->ack_last = t->ack_next = -1;
	}
	return *transit;
}

static void check_step(const struct ws_step *step, size_t index, size_t count)
{
	if (step->point >= POINTS || step->transition_count > WS_MAX_TRANSITIONS || step->way > WS_WAY_ARRIVAL)
		abort();
	if (step->other != WS_STEP_NONE && (step->other >= count || step->other == index))
		abort();
}

static void play(const struct ws_tracker *tracker, ws_conn_id conn)
{
	struct ws_replay *replay = ws_replay_open_joined(tracker, conn);
	struct ws_transit transit;
	struct ws_step step;
	if (!replay)
		return;
	const size_t count = ws_replay_count(replay), most = count < MOST_STEPS ? count : MOST_STEPS;
	for (size_t i = 0; i < most; i++) {
		if (!ws_replay_step(replay, i, &step))
			abort();
		check_step(&step, i, count);
		(void)!ws_replay_transit(replay, i, &transit);
	}
	for (size_t i = most; i-- > 0;)
		if (!ws_replay_step(replay, i, &step))
			abort();
	if (ws_replay_step(replay, count, &step) || ws_replay_find_frame(replay, UINT64_MAX) > count)
		abort();
	ws_replay_close(replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ws_tracker_config config = {.max_memory = 4 << 20, .history = true, .joins = true};
	struct ws_tracker *tracker[POINTS] = {NULL};
	struct ws_error error;
	if (size < 8)
		return 0;
	struct made made = {data, size < 400 ? size : 400};
	struct ws_points points = {.count = POINTS, .transits = transits, .context = &made, .name = {"a", "b"}};
	bool ready = true;
	for (unsigned i = 0; i < POINTS; i++) {
		tracker[i] = ws_tracker_create(&config, &error);
		points.tracker[i] = tracker[i];
		ready = ready && tracker[i];
	}
	struct frames frames = frames_of(data, size);
	struct ws_frame frame;
	while (ready && frames_next(&frames, &frame))
		take(tracker, &frame);
	const size_t count = ready ? ws_tracker_conn_count(tracker[0]) : 0;
	for (size_t i = 0; i < count && i < 4; i++) {
		struct ws_conn_path path = {
		        .points = POINTS, .name = {"a", "b"}, .at_host = {data[1] & 1, data[1] & 2}};
		struct ws_path_of of[64] = {{NULL, false}};
		const ws_conn_id a = ws_tracker_conn_at(tracker[0], i), b = ws_tracker_conn_at(tracker[1], i);
		struct ws_conn_info info[POINTS];
		if (a >= 64 || b >= 64 || !ws_tracker_conn(tracker[0], a, &info[0]) ||
		    !ws_tracker_conn(tracker[1], b, &info[1]))
			continue;
		const bool swapped = data[1] & 4, back = data[1] & 8;
		path.id[0] = a;
		path.id[1] = b;
		path.number[0] = info[0].number;
		path.number[1] = info[1].number;
		path.point[1] = 1;
		path.swapped[1] = swapped;
		path.result.points = POINTS;
		path.result.path[back ? 0 : 1] = 1;
		of[a] = (struct ws_path_of){&path, false};
		ws_tracker_set_paths(tracker[0], &points, 0, of, 64, NULL);
		struct ws_path_of other[64] = {{NULL, false}};
		other[b] = (struct ws_path_of){&path, swapped};
		ws_tracker_set_paths(tracker[1], &points, 1, other, 64, NULL);
		play(tracker[0], a);
		play(tracker[1], b);
		(void)!ws_tracker_conn(tracker[0], a, &info[0]);
		ws_tracker_set_paths(tracker[0], NULL, 0, NULL, 0, NULL);
		ws_tracker_set_paths(tracker[1], NULL, 0, NULL, 0, NULL);
	}
	ws_tracker_free(tracker[0]);
	ws_tracker_free(tracker[1]);
	return 0;
}
