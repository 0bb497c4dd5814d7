/* The decoders, and every record that is made from their results. A gist that is made right from a frame must be the one
 * of its packet, which the functions for each header decode. */
#include "../unit/same_gist.h"
#include "decode/application.h"
#include "decode/plain.h"
#include "frames.h"
#include "target.h"

#include <wirestate/gist.h>
#include <wirestate/output.h>
#include <wirestate/packet.h>
#include <wirestate/track.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FORMATS = 2 };

static void compare_gists(const struct ws_tracker *tracker, const struct ws_frame *frame)
{
	static struct ws_packet packet;
	struct ws_gist quick, slow;
	if (!ws_tracker_gist_of_frame(tracker, frame, &quick))
		return;
	ws_decode_headers(frame, &packet);
	packet.may_name = ws_may_state_name(&packet);
	ws_tracker_hash(tracker, &packet);
	if (!ws_tracker_gist(tracker, &packet, &slow) || gist_difference(&quick, &slow))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ws_output_options options[FORMATS] = {
	        {.format = WS_FORMAT_TEXT, .records = 1u << WS_RECORD_PACKET, .verbose = true, .hex = true},
	        {.format = WS_FORMAT_JSON, .records = 1u << WS_RECORD_PACKET},
	};
	const struct ws_tracker_config config = {.max_memory = 1 << 20};
	struct frames frames = frames_of(data, size);
	struct ws_frame frame;
	struct ws_packet packet;
	struct ws_track_result result;
	struct ws_output *output[FORMATS];
	struct ws_tracker *tracker = ws_tracker_create(&config, NULL);
	int null = open("/dev/null", O_WRONLY);
	for (int i = 0; i < FORMATS; i++)
		output[i] = ws_output_create(null, &options[i], NULL);
	while (tracker && output[0] && output[1] && frames_next(&frames, &frame)) {
		compare_gists(tracker, &frame);
		ws_decode(&frame, &packet);
		ws_tracker_packet(tracker, &packet, &result);
		for (int i = 0; i < FORMATS; i++)
			(void)!ws_output_packet(output[i], &packet, &result, tracker);
	}
	for (int i = 0; i < FORMATS; i++)
		ws_output_free(output[i]);
	ws_tracker_free(tracker);
	close(null);
	return 0;
}
