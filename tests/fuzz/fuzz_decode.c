/* The decoders, and every record that is made of what they find. */
#include "frames.h"
#include "target.h"

#include <wirestate/output.h>
#include <wirestate/packet.h>
#include <wirestate/track.h>

#include <fcntl.h>
#include <unistd.h>

static void show(const struct ws_packet *packet, int null, enum ws_format format, bool details)
{
	const struct ws_output_options options = {
	        .format = format, .records = 1u << WS_RECORD_PACKET, .verbose = details, .hex = details};
	const struct ws_tracker_config config = {.max_memory = 1 << 20};
	struct ws_tracker *tracker = ws_tracker_create(&config, NULL);
	struct ws_output *output = ws_output_create(null, &options, NULL);
	struct ws_track_result result;
	if (tracker && output) {
		ws_tracker_packet(tracker, packet, &result);
		(void)!ws_output_packet(output, packet, &result, tracker);
		(void)!ws_output_flush(output);
	}
	ws_output_free(output);
	ws_tracker_free(tracker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frames frames = frames_of(data, size);
	struct ws_frame frame;
	struct ws_packet packet;
	int null = open("/dev/null", O_WRONLY);
	while (frames_next(&frames, &frame)) {
		ws_decode(&frame, &packet);
		show(&packet, null, WS_FORMAT_TEXT, true);
		show(&packet, null, WS_FORMAT_JSON, false);
	}
	close(null);
	return 0;
}
