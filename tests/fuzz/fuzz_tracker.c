/* Sequences of segments for the tracker: its records, and a replay of every connection. For every input,
 * the end of a replay must be what the tracker says, also after steps back. */
#include "frames.h"
#include "target.h"

#include <wirestate/output.h>
#include <wirestate/packet.h>
#include <wirestate/replay.h>
#include <wirestate/track.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void play_again(const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_replay *replay = ws_replay_open(tracker, id);
	if (!replay)
		return;
	struct ws_step step;
	const size_t count = ws_replay_count(replay);
	for (size_t i = 0; i < count; i++)
		if (!ws_replay_step(replay, i, &step))
			abort();
	for (size_t i = count; i > 0; i -= (i + 3) / 4)
		if (!ws_replay_step(replay, i - 1, &step))
			abort();
	ws_replay_close(replay);
}

/* The stored verdict must be the one that is computed now. */
static void check_verdict(const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_conn_info info;
	struct ws_judgement known;
	if (!ws_tracker_conn(tracker, id, &info))
		return;
	const struct ws_judgement made = ws_conn_judge(&info);
	ws_tracker_judge(tracker, &id, 1, &known);
	if (known.verdict != made.verdict || known.severity != made.severity)
		abort();
}

static void look_at_all(const struct ws_tracker *tracker)
{
	for (size_t rank = 0; rank < ws_tracker_conn_count(tracker); rank++) {
		char buffer[300];
		struct ws_text text = WS_TEXT_OVER(buffer);
		struct ws_conn_info info;
		const ws_conn_id id = ws_tracker_conn_at(tracker, rank);
		if (!ws_tracker_conn(tracker, id, &info))
			abort();
		ws_conn_verdict(&info, &text, NULL, NULL);
		check_verdict(tracker, id);
		play_again(tracker, id);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frames frames = frames_of(data, size);
	struct ws_frame frame;
	struct ws_packet packet;
	struct ws_track_result result;
	const struct ws_tracker_config config = {
	        .max_memory = size % 2 ? 1 << 20 : 1 << 26, .history = true, .shares = true};
	const struct ws_output_options options = {.format = WS_FORMAT_JSON, .records = (1u << WS_RECORD_COUNT) - 1};
	int null = open("/dev/null", O_WRONLY);
	struct ws_tracker *tracker = ws_tracker_create(&config, NULL);
	struct ws_output *output = ws_output_create(null, &options, NULL);
	while (tracker && output && frames_next(&frames, &frame)) {
		bool more;
		ws_decode(&frame, &packet);
		do {
			more = ws_tracker_advance(tracker, frame.time, &result);
			(void)!ws_output_events(output, &result, tracker);
		} while (more);
		ws_tracker_packet(tracker, &packet, &result);
		check_verdict(tracker, result.conn);
		(void)!ws_output_packet(output, &packet, &result, tracker);
	}
	if (tracker && output) {
		const struct ws_capture_stats stats = {0};
		look_at_all(tracker);
		(void)!ws_output_finish(output, tracker, &stats);
	}
	ws_output_free(output);
	ws_tracker_free(tracker);
	close(null);
	return 0;
}
