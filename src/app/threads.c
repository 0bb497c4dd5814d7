/* See threads.h.
 *
 * The session's own thread tracks, one for each point reads and decodes, and all others format records (see sheets.h);
 * those compare what several points have captured, too (joined_slices.c). One of these begins when the input has ended, and
 * so nothing is decoded any more: there are never more than --threads at work. They pay where a file can be read without
 * waiting and nothing else uses its frames. The limits keep the seam small: the interfaces of a file may be several
 * points, -w and --export write the frames, and --anonymize changes them.
 *
 * A point without a thread has a decoder, too, that works when its packets are wanted: in batches both sides are
 * faster. So it is in a live capture as long as the session's own thread keeps up: a packet that comes alone is shown at
 * once, and wakes one thread. The others help when very many packets are waiting.
 *
 * The points are read by turns, so many packets each, whether a thread decodes for them or not: the output does not
 * depend on the number of threads. */
#include "app/threads.h"
#include "app/decoder.h"
#include "app/session.h"
#include "app/sheets.h"
#include "app/workers.h"

#include <wirestate/stop.h>

#include <sched.h>

/* How many packets before its turn the index is loaded for a packet, and then its connection. */
enum { INDEX_AHEAD = 10, CONNECTION_AHEAD = 5 };
/* Tracking cannot be divided, and two threads format what one tracks. With two processors three threads pay, because
 * those that read and format wait for each other by turns. */
enum { DEFAULT_MOST = 4 };
/* Live, what sends and receives the packets needs processors, too. With fewer, more is lost with several threads than with
 * one, because each packet costs half as much again. */
enum { LIVE_LEAST = 4 };

unsigned threads_wanted(const struct options *options)
{
	cpu_set_t set;
	if (options->threads)
		return (unsigned)options->threads;
	if (sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) < (options->interface ? LIVE_LEAST : 2))
		return 1;
	return CPU_COUNT(&set) < DEFAULT_MOST ? (unsigned)CPU_COUNT(&set) + 1 : DEFAULT_MOST;
}

/* With -c, the packets of all points are counted. */
static bool wants_decoders(const struct session *session)
{
	const struct options *options = session->options;
	return !session->observe && !session->lesson && !options->write && !options->anonymize &&
	       (session->point_count == 1 || !options->count);
}

/* In the view, and for those who ask for the packets of a connection, frames are fetched while others are read. A live
 * capture is read by one thread at a time, but its frames are where the thread that reads puts them. */
static bool may_read_ahead(const struct session *session, const struct point *point)
{
	if (ws_capture_is_live(point->capture))
		return !session->keeps;
	return ws_capture_may_read_ahead(point->capture, session->options->frame == FRAME_NONE);
}

static bool may_have_batches(const struct session *session, const struct point *point)
{
	return wants_decoders(session) && (ws_capture_is_live(point->capture) || may_read_ahead(session, point));
}

/* Until it is known which points there are, every file may be one. */
void threads_start(void *context)
{
	struct session *session = context;
	for (size_t i = 0; i < session->point_count && wants_decoders(session); i++) {
		if (session->decoder_count == WS_JOIN_POINTS || session->decoder_count + 1 >= session->threads)
			break;
		struct decoder *decoder = may_read_ahead(session, &session->points[i]) ? decoder_new(false) : NULL;
		if (decoder)
			session->decoder[session->decoder_count++] = decoder;
	}
	/* Of several points, these wait until all threads that decode have ended. One rests until then in any case. */
	if (session->decoder_count && !session->screen)
		session->workers = workers_new(session->threads - 1, 1);
}

/* With --frame, nothing after that packet is read. Of several points, all is: what became of a segment is known only
 * afterwards. */
static uint64_t last_number(const struct session *session)
{
	const uint64_t frame = session->options->frame;
	return frame != FRAME_NONE && frame != FRAME_END && session->point_count == 1 ? frame : 0;
}

void threads_assign(struct session *session)
{
	const bool writes_packets = session->output && !session->may_defer;
	session->sheets = sheets_new(session);
	for (size_t i = 0; i < session->point_count && !session->split; i++) {
		struct point *point = &session->points[i];
		if (!may_have_batches(session, point))
			continue;
		point->decoder = session->decoder_count && may_read_ahead(session, point)
		                         ? session->decoder[--session->decoder_count]
		                         : decoder_new(true);
		if (!point->decoder) /* packets are decoded one by one */
			continue;
		const struct decoder_task task = {.capture = point->capture,
		                                  .tracker = point->tracker,
		                                  .count = session->options->count,
		                                  .last_number = last_number(session),
		                                  .live = ws_capture_is_live(point->capture),
		                                  .keep_bytes = writes_packets,
		                                  .keep_whole =
		                                          writes_packets || session->options->frame != FRAME_NONE};
		ws_capture_hold(point->capture);
		decoder_assign(point->decoder, &task);
	}
	threads_free(session);
}

void threads_free(struct session *session)
{
	while (session->decoder_count)
		decoder_free(session->decoder[--session->decoder_count]);
}

/* What was decoded without a thread is prefetched already. */
static void prefetch_index(const struct point *point, const struct batch *batch, size_t i)
{
	if (batch->ahead && i < batch->count)
		ws_tracker_prefetch_index(point->tracker, batch->flow[i], batch->conversation[i]);
}

static void prefetch_connection(const struct point *point, const struct batch *batch, size_t i)
{
	if (i >= batch->count)
		return;
	ws_tracker_prefetch(point->tracker, batch->flow[i], batch->conversation[i]);
	if (batch->whole[i] == NO_PACKET)
		ws_tracker_prefetch_names(point->tracker, &batch->gists[i]);
}

static void track_whole(struct point *point, struct pending_packet *slot)
{
	struct session *session = point->session;
	ws_tracker_expect_name(point->tracker, &slot->packet);
	if (slot->frame.comment_length)
		session_decoded(session, point, &slot->frame, &slot->packet);
	point_track(point, slot);
	if (session->options->frame != FRAME_NONE)
		session_name_frame(session, point, &slot->frame);
}

/* Tracks at most `most` packets of a batch, from where the last call ended. */
static void track_batch(struct point *point, struct batch *batch, uint64_t most)
{
	struct session *session = point->session;
	for (size_t i = 0; !batch->tracked && i < INDEX_AHEAD; i++)
		prefetch_index(point, batch, i);
	for (size_t i = 0; !batch->tracked && i < CONNECTION_AHEAD; i++)
		prefetch_connection(point, batch, i);
	for (; batch->tracked < batch->count && most && !session->output_failed; batch->tracked++, most--) {
		const size_t i = batch->tracked;
		prefetch_index(point, batch, i + INDEX_AHEAD);
		prefetch_connection(point, batch, i + CONNECTION_AHEAD);
		session->packets++;
		if (batch->whole[i] == NO_PACKET)
			point_track_gist(point, &batch->gists[i]);
		else
			track_whole(point, &batch->packets[batch->whole[i]]);
		point->packets++;
	}
}

/* Learns what the file has told so far. */
static void take_news(struct point *point, const struct ws_capture_news *news)
{
	point->news = *news;
	ws_capture_show(point->capture, news);
	point->host_names = point_name_hosts(point, point->tracker, point->host_names);
}

/* From then on the capture is the session's own thread's. */
static void free_decoder(struct point *point)
{
	struct ws_capture_news news;
	decoder_free(point->decoder);
	point->decoder = NULL;
	point->batch = NULL;
	ws_capture_news(point->capture, &news);
	take_news(point, &news);
}

/* The threads that format the records of packets; NULL: they are formatted while they are tracked. */
static struct sheets *packet_sheets(const struct session *session)
{
	return session->sheets && sheets_take_packets(session->sheets) ? session->sheets : NULL;
}

/* Writes the batches that have been formatted. While there is nothing to track, helps to format others. */
static void write_formatted(struct point *point, struct sheets *sheets, bool all)
{
	while (sheets_count(sheets) &&
	       (all || sheets_are_full(sheets) || sheets_oldest_is_done(sheets) || !decoder_has_next(point->decoder))) {
		sheets_write(sheets);
		decoder_release(point->decoder);
	}
}

/* Several points take turns of so many packets each, and records come in that order. */
static bool may_pause(const struct session *session)
{
	return session->point_count == 1 || session->screen || ws_stopping();
}

bool threads_read(struct point *point, int max)
{
	struct session *session = point->session;
	struct sheets *sheets = packet_sheets(session);
	decoder_go(point->decoder);
	const uint64_t until = point->packets + (uint64_t)max;
	bool pause = false;
	point->dry = false;
	while (point->packets < until && !point->ended && !pause && !session->output_failed) {
		if (sheets)
			write_formatted(point, sheets, false);
		struct batch *batch = point->batch ? point->batch : decoder_next(point->decoder);
		struct sheets *divided = batch->ahead ? sheets : NULL;
		if (batch->has_news) {
			if (sheets)
				write_formatted(point, sheets, true);
			take_news(point, &batch->news);
			batch->has_news = false;
		}
		if (divided)
			sheets_begin(sheets);
		const bool whole = divided || session->live;
		track_batch(point, batch, whole ? BATCH_PACKETS : until - point->packets);
		if (divided)
			sheets_end(sheets);
		/* What comes after the packets, as an error, belongs to the next turn. */
		const bool over = batch->tracked == batch->count && (point->packets < until || !batch->last || whole);
		point->batch = over ? NULL : batch;
		if (!over)
			continue;
		point->read_done = batch->done;
		point->read_total = batch->total;
		point->read_stats = batch->stats;
		point->dry = batch->dry;
		pause = batch->dry || (batch->quiet && may_pause(session));
		point->ended = batch->last;
		if (batch->result == WS_READ_ERROR && session->error.status == WS_OK)
			session->error = batch->error;
		if (!divided)
			decoder_release(point->decoder);
	}
	if (sheets && (point->ended || point->dry || session->output_failed))
		write_formatted(point, sheets, true);
	if (point->ended)
		free_decoder(point);
	return point_has_memory(point) && !point->ended;
}

void threads_write(struct session *session)
{
	struct sheets *sheets = packet_sheets(session);
	if (sheets && session->points[0].decoder)
		write_formatted(&session->points[0], sheets, true);
}

/* Live: tracks what the thread has read, and lets the session's own one read what is left, see session_drain(). */
static void pause_decoder(struct point *point)
{
	decoder_pause(point->decoder);
	while (point->decoder && !decoder_is_alone(point->decoder) && !point->session->output_failed)
		(void)!threads_read(point, BATCH_PACKETS);
}

static void end_decoder(struct point *point)
{
	struct sheets *sheets = packet_sheets(point->session);
	decoder_stop(point->decoder);
	while (!point->ended && !point->session->output_failed)
		(void)!threads_read(point, BATCH_PACKETS);
	if (sheets && point->decoder)
		write_formatted(point, sheets, true);
	point->read_ahead = point->decoder;
	free_decoder(point);
	point->ended = true;
}

void threads_end(struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++) {
		if (session->points[i].decoder && session->live && !session->output_failed)
			pause_decoder(&session->points[i]);
		else if (session->points[i].decoder)
			end_decoder(&session->points[i]);
	}
	if (session->workers)
		workers_let(session->workers, session->threads - 1);
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

/* All that the decoder hands over is tracked. */
void threads_stats(const struct point *point, struct ws_capture_stats *stats)
{
	const bool live = ws_capture_is_live(point->capture), in_batches = point->decoder || point->read_ahead;
	if (!in_batches || (live && point->decoder && decoder_is_alone(point->decoder)))
		ws_capture_stats(point->capture, stats);
	else
		*stats = point->read_stats;
	if (!in_batches)
		return;
	stats->captured = point->packets;
	if (!live)
		stats->received = point->packets;
}
