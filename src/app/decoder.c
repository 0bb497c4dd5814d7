/* See decoder.h.
 *
 * Without a thread of its own, the decoder fills one batch after another in decoder_next(). That pays, too: the code
 * of the decoder and that of the tracker do not fit into the CPU's first cache together, and for each batch they take
 * turns only once.
 *
 * Batches are handed over as handover.h says: the decoder fills them, and the session's thread takes them. What the latter
 * orders besides is guarded by a mutex.
 *
 * What a pcapng file tells besides packets takes its place in their order: a batch ends where there is news, and the
 * next one says how much is known from there on. A comment is copied with its packet. One that is very long waits until
 * all batches before it are free, so that there is only one such copy at a time.
 *
 * The thread is started after files and capabilities have been given up and before seccomp, whose filter then covers both
 * threads. */
#include "app/decoder.h"
#include "app/flag.h"
#include "app/handover.h"
#include "app/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCHES = HANDOVER_BATCHES,
	ALONE_BATCHES = 2,  /* without a thread: the one that is filled, and the one that is tracked */
	ALONE_PACKETS = 32, /* without a thread, in a batch, so that they stay in the CPU's caches */
	BUSY_READS = 512,   /* live: of so many packets each without a pause, after which the thread reads */
	STATS_EVERY = 64,   /* live: batches, because asking for what was lost takes system calls */
	READ_MOST = 1024,   /* frames in one call */
	SLOTS_AHEAD = 2,    /* how many packets before its turn a slot is fetched from the other CPU */
	BYTES = 128 << 10,
	QUIET_READS = 32,  /* calls after which the other side hears, although no batch is full */
	LARGE = 512 << 10, /* bytes of a frame and its comment: more than the longest frame and one comment */
};

struct decoder {
	struct decoder_task task;
	pthread_t thread;
	bool alone;            /* decoder_next() decodes; changed by the session's thread while the other one waits */
	bool runs;             /* the thread has been started and not been joined */
	bool gone;             /* decoder_go() has been called */
	bool done;             /* the last packet has been read */
	bool keeps;            /* live: decoder_next() decodes until the end */
	unsigned quiet_reads;  /* calls since the last batch was handed over */
	unsigned busy_reads;   /* live, alone: calls since nothing was left to read */
	bool decodes_all;      /* gists are not enough */
	struct batch *filling; /* of the thread that reads; NULL: it is still to be begun */
	struct ws_capture_stats stats; /* live: as the thread has asked for them last */
	uint64_t frames;
	uint64_t named[1024]; /* a bit for the hash of each flow in which a name may go on; few for others */
	pthread_mutex_t lock;
	pthread_cond_t to_decoder, to_tracker;
	bool started, go; /* guarded by `lock` */
	bool stop, pause; /* changed with `lock` */
	struct handover handover;
	struct batch batches[BATCHES];
	struct ws_gist gists[BATCHES][BATCH_PACKETS];
	struct pending_packet packets[BATCHES][BATCH_PACKETS];
};

/* ---- The decoder's side */

static struct batch *batch_at(struct decoder *decoder, size_t number)
{
	return &decoder->batches[number % (decoder->alone ? ALONE_BATCHES : BATCHES)];
}

static size_t batch_most(const struct decoder *decoder)
{
	return decoder->alone ? ALONE_PACKETS : BATCH_PACKETS;
}

static void begin_batch(struct decoder *decoder)
{
	struct batch *batch = decoder->filling = batch_at(decoder, decoder->handover.filled);
	batch->count = batch->tracked = batch->whole_count = batch->bytes_used = 0;
	batch->has_news = batch->quiet = batch->dry = false;
	batch->ahead = !decoder->alone;
	batch->result = WS_READ_MORE;
}

/* Says how far the capture has been read and what it has lost. Live, the session's own thread asks for that itself while
 * it reads. */
static void note_progress(struct decoder *decoder, struct batch *batch)
{
	const bool live = decoder->task.live;
	ws_capture_progress(decoder->task.capture, &batch->done, &batch->total);
	if (!live || batch->last || (!decoder->alone && (batch->dry || decoder->handover.filled % STATS_EVERY == 0)))
		ws_capture_stats(decoder->task.capture, &decoder->stats);
	batch->stats = decoder->stats;
	batch->stats.comment = NULL;
	batch->stats.comment_length = 0;
}

/* Nothing is left to read, or no more without waiting: until decoder_go(), or for good. */
static void end_go(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->go = false;
	pthread_mutex_unlock(&decoder->lock);
}

/* Hands the batch over and waits until there is room for another; without a thread there is. False: the decoder is to
 * stop, or to pause. */
static bool hand_over(struct decoder *decoder)
{
	struct batch *batch = decoder->filling;
	const bool over = batch->last || (batch->dry && !decoder->alone); /* the other side may fill the next one */
	note_progress(decoder, batch);
	if (!decoder->alone)
		ws_tracker_populate(decoder->task.tracker);
	if (over)
		end_go(decoder);
	decoder->filling = NULL;
	handover_fill(&decoder->handover, over || batch->quiet);
	if (over)
		return false;
	handover_wait(&decoder->handover, BATCHES - 1);
	begin_batch(decoder);
	return !flag_is_set(&decoder->stop) && !flag_is_set(&decoder->pause);
}

/* Hands the batch over before it is full, if there is anything in it, while the capture delivers a frame. */
static void cut_batch(struct decoder *decoder)
{
	if (decoder->filling->count && (!hand_over(decoder) || decoder->alone))
		ws_capture_break(decoder->task.capture);
}

/* Waits until the other side is done with all batches, and frees the bytes of those that have many. */
static void free_large(struct decoder *decoder)
{
	if (decoder->alone)
		return;
	handover_wait(&decoder->handover, 0);
	for (size_t i = 0; i < BATCHES; i++) {
		struct batch *batch = &decoder->batches[i];
		if (batch->bytes_size <= LARGE)
			continue;
		free(batch->bytes);
		batch->bytes = NULL;
		batch->bytes_size = 0;
	}
}

/* Makes room for a frame's bytes. A batch that cannot take them is handed over first. */
static struct batch *batch_with_room(struct decoder *decoder, size_t bytes)
{
	if (decoder->filling->bytes_used + bytes > decoder->filling->bytes_size)
		cut_batch(decoder);
	struct batch *batch = decoder->filling;
	if (bytes <= batch->bytes_size)
		return batch;
	if (bytes > LARGE)
		free_large(decoder);
	const size_t size = bytes > BYTES ? bytes : BYTES;
	free(batch->bytes);
	batch->bytes = malloc(size);
	batch->bytes_size = batch->bytes ? size : 0;
	return batch->bytes ? batch : NULL;
}

static uint64_t *named_word(struct decoder *decoder, uint32_t flow)
{
	return &decoder->named[flow / 64 % WS_ARRAY_SIZE(decoder->named)];
}

/* True if a name may go on in this flow. */
static bool goes_on(struct decoder *decoder, uint32_t flow)
{
	return *named_word(decoder, flow) >> flow % 64 & 1;
}

/* The tracker reads a frame's bytes only where they may state a name or go on with one, and where they are no whole TCP
 * segment or UDP datagram. */
static bool needs_bytes(struct decoder *decoder, const struct ws_packet *packet)
{
	if (packet->name_goes_on && packet->flow)
		*named_word(decoder, packet->flow) |= UINT64_C(1) << packet->flow % 64;
	if (decoder->task.keep_bytes || packet->may_name || packet->fragment || packet->tunnel_count)
		return true;
	if (!packet->tcp_complete)
		return packet->transport != WS_TRANSPORT_UDP;
	return !packet->flow || (packet->payload_captured && goes_on(decoder, packet->flow));
}

/* Copies something that the slot's frame borrows. */
static uint8_t *keep(struct batch *batch, const void *from, size_t length)
{
	uint8_t *to = batch->bytes + batch->bytes_used;
	batch->bytes_used += length;
	return memcpy(to, from, length);
}

static void keep_bytes(struct batch *batch, struct pending_packet *slot)
{
	struct ws_packet *packet = &slot->packet;
	const uint8_t *from = slot->frame.data;
	if (!slot->frame.captured)
		return;
	uint8_t *to = keep(batch, from, slot->frame.captured);
	slot->frame.data = to;
	if (packet->mac_source)
		packet->mac_source = to + (packet->mac_source - from);
	if (packet->mac_destination)
		packet->mac_destination = to + (packet->mac_destination - from);
}

/* The tracker has read this slot, so it is in the other CPU's cache, from where each line comes only when it is written to.
 * This asks for all of them together: those that nearly every packet fills. */
static inline void prefetch_slot(const struct pending_packet *slot)
{
	enum { LINE = 64, LAYERS = 5, BYTES_FILLED = offsetof(struct pending_packet, packet.layer[LAYERS]) };
#pragma GCC unroll 8
	for (size_t at = 0; at < BYTES_FILLED; at += LINE)
		__builtin_prefetch((const uint8_t *)slot + at, 1);
}

/* What comes before this frame is tracked without the news that it brings. */
static void take_news(struct decoder *decoder)
{
	cut_batch(decoder);
	struct batch *batch = decoder->filling;
	batch->has_news = true;
	ws_capture_news(decoder->task.capture, &batch->news);
}

/* Only -w writes the options as they are. */
static void keep_comment(struct batch *batch, struct ws_frame *frame)
{
	if (frame->comment_length)
		frame->comment = (const char *)keep(batch, frame->comment, frame->comment_length);
	else if (frame->comment)
		frame->comment = "";
	frame->options = NULL;
	frame->options_length = 0;
}

/* Keeps all of the packet that was decoded last. */
static void keep_whole(struct batch *batch, struct pending_packet *slot, const struct ws_frame *frame, bool bytes)
{
	slot->frame = *frame;
	slot->packet.frame = &slot->frame;
	if (bytes) {
		keep_bytes(batch, slot);
	} else {
		lookahead_keep_addresses(slot);
		slot->frame.data = NULL;
	}
	if (frame->comment || frame->options)
		keep_comment(batch, &slot->frame);
	batch->whole_count++;
}

/* Without a thread the packet is tracked here, soon after the batch is full. */
static inline void note_hash(const struct decoder *decoder, struct batch *batch, size_t i, uint32_t flow,
                             uint32_t conversation)
{
	if (decoder->alone)
		ws_tracker_prefetch_index(decoder->task.tracker, flow, conversation);
	batch->flow[i] = flow;
	batch->conversation[i] = conversation;
}

/* Takes a frame whose gist is all that anyone reads. False: it is to be decoded. */
static inline bool take_gist(struct decoder *decoder, struct batch *batch, const struct ws_frame *frame)
{
	const size_t i = batch->count;
	struct ws_gist *gist = &batch->gists[i];
	if (decoder->decodes_all || frame->options || !ws_tracker_gist_of_frame(decoder->task.tracker, frame, gist))
		return false;
	const bool tcp = gist->transport == WS_TRANSPORT_TCP;
	if (tcp && gist->segment.length && goes_on(decoder, gist->hash))
		return false;
	note_hash(decoder, batch, i, tcp ? gist->hash : 0, tcp ? 0 : gist->hash);
	batch->whole[i] = NO_PACKET;
	batch->count++;
	return true;
}

static void take_frame(struct decoder *decoder, struct batch *batch, const struct ws_frame *frame)
{
	const struct decoder_task *task = &decoder->task;
	const size_t i = batch->count++;
	struct pending_packet *slot = &batch->packets[batch->whole_count];
	if (!decoder->alone && task->keep_whole && batch->whole_count + SLOTS_AHEAD < BATCH_PACKETS)
		prefetch_slot(&slot[SLOTS_AHEAD]);
	ws_decode(frame, &slot->packet);
	ws_tracker_hash(task->tracker, &slot->packet);
	note_hash(decoder, batch, i, slot->packet.flow, slot->packet.conversation);
	batch->whole[i] = (uint8_t)batch->whole_count;
	const bool bytes = needs_bytes(decoder, &slot->packet);
	if (task->keep_whole || bytes || frame->options ||
	    !ws_tracker_gist(task->tracker, &slot->packet, &batch->gists[i]))
		keep_whole(batch, slot, frame, bytes);
	else
		batch->whole[i] = NO_PACKET;
}

/* Apart from on_frame(), which has few registers to save for a gist. False: there is no memory. */
static __attribute__((noinline)) bool decode_frame(struct decoder *decoder, const struct ws_frame *frame)
{
	struct batch *batch = batch_with_room(decoder, (size_t)frame->captured + frame->comment_length);
	if (batch) {
		take_frame(decoder, batch, frame);
		return true;
	}
	struct batch *full = decoder->filling;
	full->result = WS_READ_ERROR;
	ws_fail(&full->error, WS_ERROR_SYSTEM, "out of memory");
	return false;
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct decoder *decoder = context;
	const uint64_t last_number = decoder->task.last_number;
	if (last_number && frame->number > last_number) { /* a filter has rejected the last one */
		decoder->done = true;
		ws_capture_break(decoder->task.capture);
		return;
	}
	if (frame->news)
		take_news(decoder);
	if (!take_gist(decoder, decoder->filling, frame) && !decode_frame(decoder, frame)) {
		ws_capture_break(decoder->task.capture);
		return;
	}
	decoder->done = ++decoder->frames == decoder->task.count || frame->number == last_number;
	if (decoder->done || (decoder->filling->count == batch_most(decoder) && !hand_over(decoder)))
		ws_capture_break(decoder->task.capture);
}

static bool may_read_on(struct decoder *decoder)
{
	return !flag_is_set(&decoder->stop) && !decoder->done;
}

/* False: there is nothing to read, or the session's own thread reads. */
static bool wait_for_go(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->started = true;
	pthread_cond_signal(&decoder->to_tracker);
	while (!decoder->go && !decoder->stop)
		pthread_cond_wait(&decoder->to_decoder, &decoder->lock);
	const bool reads = decoder->task.capture && (decoder->go || !decoder->task.live);
	pthread_mutex_unlock(&decoder->lock);
	return reads;
}

/* How many frames are read in one call. */
static int read_most(struct decoder *decoder)
{
	return decoder->alone ? (int)(ALONE_PACKETS - decoder->filling->count) : READ_MOST;
}

/* A filter may reject all frames of a long file, and a block be very long. Meanwhile the other side is to look after
 * signals and keys. */
static void end_quiet(struct decoder *decoder, size_t filled)
{
	decoder->quiet_reads = decoder->handover.filled == filled ? decoder->quiet_reads + 1 : 0;
	if (decoder->quiet_reads < QUIET_READS)
		return;
	decoder->quiet_reads = 0;
	decoder->filling->quiet = true;
	(void)!hand_over(decoder);
}

/* Live: hands over what there is when nothing more can be read without waiting. */
static void end_dry(struct decoder *decoder, size_t filled)
{
	const bool pause = flag_is_set(&decoder->pause);
	decoder->busy_reads++;
	if ((ws_capture_ready(decoder->task.capture) && !pause) ||
	    (decoder->alone && decoder->handover.filled != filled))
		return;
	decoder->busy_reads = 0;
	decoder->filling->dry = true;
	(void)!hand_over(decoder);
}

/* Reads some frames. False: the last batch has been handed over. */
static bool read_some(struct decoder *decoder)
{
	if (!decoder->filling)
		begin_batch(decoder);
	const size_t filled = decoder->handover.filled;
	struct ws_error error;
	enum ws_read result = WS_READ_MORE;
	if (decoder->filling->result != WS_READ_ERROR && may_read_on(decoder)) {
		result = ws_capture_read(decoder->task.capture, read_most(decoder), on_frame, decoder, &error);
		if (result == WS_READ_MORE) {
			if (decoder->task.live)
				end_dry(decoder, filled);
			else
				end_quiet(decoder, filled);
			return true;
		}
	}
	struct batch *batch = decoder->filling;
	if (batch->result != WS_READ_ERROR) {
		batch->result = result;
		if (result == WS_READ_ERROR)
			batch->error = error;
	}
	batch->last = true;
	hand_over(decoder);
	return false;
}

static void *read_all(void *context)
{
	struct decoder *decoder = context;
	while (wait_for_go(decoder) && read_some(decoder))
		;
	return NULL;
}

/* ---- The other side */

static bool start_thread(struct decoder *decoder)
{
	decoder->runs = thread_start(&decoder->thread, read_all, decoder);
	pthread_mutex_lock(&decoder->lock);
	while (decoder->runs && !decoder->started)
		pthread_cond_wait(&decoder->to_tracker, &decoder->lock);
	pthread_mutex_unlock(&decoder->lock);
	return decoder->runs;
}

struct decoder *decoder_new(bool alone)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));
	if (!decoder)
		return NULL;
	for (size_t i = 0; i < BATCHES; i++) {
		decoder->batches[i].packets = decoder->packets[i];
		decoder->batches[i].gists = decoder->gists[i];
	}
	handover_init(&decoder->handover);
	pthread_mutex_init(&decoder->lock, NULL);
	pthread_cond_init(&decoder->to_decoder, NULL);
	pthread_cond_init(&decoder->to_tracker, NULL);
	decoder->alone = alone;
	if (alone || start_thread(decoder))
		return decoder;
	decoder_free(decoder);
	return NULL;
}

void decoder_assign(struct decoder *decoder, const struct decoder_task *task)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->task = *task;
	decoder->decodes_all = task->keep_whole || task->keep_bytes;
	decoder->alone = decoder->alone || task->live;
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_go(struct decoder *decoder)
{
	if (decoder->gone || decoder->task.live)
		return;
	decoder->gone = true;
	pthread_mutex_lock(&decoder->lock);
	decoder->go = true;
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

/* Live: from now on the thread reads, until nothing is left to read. All batches are released. */
static void lend_capture(struct decoder *decoder)
{
	decoder->busy_reads = 0;
	if (!decoder->runs || decoder->keeps || decoder->done || decoder->handover.filled != decoder->handover.taken ||
	    (decoder->filling && decoder->filling->count))
		return;
	decoder->alone = false;
	decoder->filling = NULL;
	pthread_mutex_lock(&decoder->lock);
	decoder->go = true;
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

struct batch *decoder_next(struct decoder *decoder)
{
	if (decoder->alone && decoder->busy_reads >= BUSY_READS)
		lend_capture(decoder);
	while (decoder->alone && !decoder_has_next(decoder))
		(void)read_some(decoder);
	struct batch *batch = batch_at(decoder, handover_next(&decoder->handover));
	if (batch->dry) { /* the thread waits */
		decoder->alone = true;
		flag_set(&decoder->pause, false);
	}
	return batch;
}

bool decoder_has_next(struct decoder *decoder)
{
	return handover_has_next(&decoder->handover);
}

void decoder_release(struct decoder *decoder)
{
	handover_release(&decoder->handover);
}

bool decoder_is_alone(const struct decoder *decoder)
{
	return decoder->alone;
}

void decoder_pause(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->keeps = true;
	flag_set(&decoder->pause, !decoder->alone);
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_stop(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	flag_set(&decoder->stop, true);
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_join(struct decoder *decoder)
{
	if (!decoder->runs)
		return;
	decoder_stop(decoder);
	handover_end(&decoder->handover);
	pthread_join(decoder->thread, NULL);
	decoder->runs = false;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	decoder_join(decoder);
	for (size_t i = 0; i < BATCHES; i++)
		free(decoder->batches[i].bytes);
	handover_free(&decoder->handover);
	pthread_cond_destroy(&decoder->to_tracker);
	pthread_cond_destroy(&decoder->to_decoder);
	pthread_mutex_destroy(&decoder->lock);
	free(decoder);
}
