/* See threads.h.
 *
 * Two threads pay where a file can be read without waiting and nothing else uses its frames. The limits keep the seam
 * small: a pcapng file has texts that frames point to, -w writes the frames, and --anonymize changes them. */
#include "app/threads.h"
#include "app/decoder.h"
#include "app/session.h"

#include <sched.h>

/* How many packets before its turn the index is loaded for a packet, and then its connection. */
enum { INDEX_AHEAD = 10, CONNECTION_AHEAD = 5 };

unsigned threads_wanted(const struct options *options)
{
	cpu_set_t set;
	if (options->threads)
		return options->threads > 1 ? 2 : 1; /* a third one would have nothing to do */
	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1 ? 2 : 1;
}

static bool wants_decoder(const struct session *session)
{
	const struct options *options = session->options;
	return session->threads > 1 && session->point_count == 1 && !session->undecided && !session->screen &&
	       !session->lesson && !options->write && !options->anonymize &&
	       ws_capture_may_read_ahead(session->points[0].capture);
}

void threads_start(void *context)
{
	struct session *session = context;
	struct point *point = &session->points[0];
	if (!wants_decoder(session))
		return;
	const struct decoder_task task = {.capture = point->capture,
	                                  .tracker = point->tracker,
	                                  .count = session->options->count,
	                                  .keep_bytes = !session->may_defer};
	point->decoder = decoder_new(&task);
	if (point->decoder && !decoder_start(point->decoder)) {
		decoder_free(point->decoder);
		point->decoder = NULL;
	}
}

void threads_begin(struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (session->points[i].decoder)
			decoder_go(session->points[i].decoder);
}

static void track_batch(struct point *point, struct batch *batch)
{
	struct session *session = point->session;
	const size_t count = batch->count;
	for (size_t i = 0; i < count && i < INDEX_AHEAD; i++)
		ws_tracker_prefetch_index(point->tracker, &batch->packets[i].packet);
	for (size_t i = 0; i < count && i < CONNECTION_AHEAD; i++)
		ws_tracker_prefetch(point->tracker, &batch->packets[i].packet);
	for (size_t i = 0; i < count && !session->output_failed; i++) {
		struct pending_packet *slot = &batch->packets[i];
		if (i + INDEX_AHEAD < count)
			ws_tracker_prefetch_index(point->tracker, &slot[INDEX_AHEAD].packet);
		if (i + CONNECTION_AHEAD < count)
			ws_tracker_prefetch(point->tracker, &slot[CONNECTION_AHEAD].packet);
		ws_tracker_expect_name(point->tracker, &slot->packet);
		session->packets++;
		point_track(point, slot);
		point->packets++;
	}
}

bool threads_read(struct point *point, int max)
{
	struct session *session = point->session;
	const uint64_t until = point->packets + (uint64_t)max;
	while (point->packets < until && !point->ended && !session->output_failed) {
		struct batch *batch = decoder_next(point->decoder);
		track_batch(point, batch);
		point->read_done = batch->done;
		point->read_total = batch->total;
		point->ended = batch->last;
		if (batch->result == WS_READ_ERROR && session->error.status == WS_OK)
			session->error = batch->error;
		decoder_release(point->decoder);
	}
	return point_has_memory(point) && !point->ended;
}

static void end_decoder(struct point *point)
{
	decoder_stop(point->decoder);
	while (!point->ended && !point->session->output_failed)
		(void)!threads_read(point, BATCH_PACKETS);
	decoder_free(point->decoder);
	point->decoder = NULL;
	point->ended = true;
}

void threads_end(struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (session->points[i].decoder)
			end_decoder(&session->points[i]);
}

void threads_progress(const struct point *point, uint64_t *done, uint64_t *total)
{
	if (!point->decoder) {
		ws_capture_progress(point->capture, done, total);
		return;
	}
	*done = point->read_done;
	*total = point->read_total;
}
