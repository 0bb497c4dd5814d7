/* See decoder.h.
 *
 * Without a thread of its own, the decoder fills one batch after another in decoder_next(). That pays, too: the code
 * of the decoder and that of the tracker do not fit into the CPU's first cache together, and for each batch they take
 * turns only once.
 *
 * One mutex guards the counters of the ring. A batch belongs to the decoder until it is counted in `filled`, and to the
 * session's thread until it is counted in `taken`. A thread that has to wait is woken only when several batches are
 * there, or free, because waking it takes as long as tracking many packets.
 *
 * All signals are blocked in this thread, so that they reach the session's own. It is started after files and
 * capabilities have been given up and before seccomp, whose filter then covers both threads. */
#include "app/decoder.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCHES = 16,
	ALONE_BATCHES = 2,              /* without a thread: the one that is filled, and the one that is tracked */
	ALONE_PACKETS = 32,             /* without a thread, in a batch, so that they stay in the CPU's caches */
	WAKE_TRACKER = 4,               /* batches that are there */
	WAKE_DECODER = BATCHES * 3 / 4, /* batches that are not free */
	LEFT_TO_TRACK = BATCHES / 2,    /* and batches that are enough for the tracker until the decoder runs */
	READ_MOST = 1024,               /* frames in one call */
	SLOTS_AHEAD = 2,                /* how many packets before its turn a slot is fetched from the other CPU */
	BYTES = 128 << 10,
	STACK = 512 << 10,
};

struct decoder {
	struct decoder_task task;
	pthread_t thread;
	bool alone; /* there is no thread: decoder_next() decodes */
	bool runs;  /* the thread has been started and not been joined */
	bool gone;  /* decoder_go() has been called */
	uint64_t frames;
	uint64_t named[1024]; /* a bit for the hash of each flow in which a name may go on; few for others */
	pthread_mutex_t lock;
	pthread_cond_t to_decoder, to_tracker;
	/* Guarded by `lock`. */
	size_t filled, handed, taken; /* batches, since the start; `handed` to the tracker */
	bool started, go, stop;
	bool decoder_waits, tracker_waits;
	struct batch batches[BATCHES];
	struct pending_packet packets[BATCHES][BATCH_PACKETS];
};

/* ---- The decoder's side */

static struct batch *batch_at(struct decoder *decoder, size_t number)
{
	return &decoder->batches[number % (decoder->alone ? ALONE_BATCHES : BATCHES)];
}

static struct batch *batch_to_fill(struct decoder *decoder)
{
	return batch_at(decoder, decoder->filled);
}

static size_t batch_most(const struct decoder *decoder)
{
	return decoder->alone ? ALONE_PACKETS : BATCH_PACKETS;
}

/* Hands the batch over and waits until there is room for another; without a thread there is. False: the decoder is to
 * stop. */
static bool hand_over(struct decoder *decoder)
{
	struct batch *batch = batch_to_fill(decoder);
	ws_capture_progress(decoder->task.capture, &batch->done, &batch->total);
	pthread_mutex_lock(&decoder->lock);
	decoder->filled++;
	if (decoder->tracker_waits && (batch->last || decoder->filled - decoder->handed >= WAKE_TRACKER))
		pthread_cond_signal(&decoder->to_tracker);
	while (!batch->last && decoder->filled - decoder->taken == BATCHES) {
		decoder->decoder_waits = true;
		pthread_cond_wait(&decoder->to_decoder, &decoder->lock);
	}
	decoder->decoder_waits = false;
	const bool stop = decoder->stop;
	pthread_mutex_unlock(&decoder->lock);
	if (!batch->last) {
		batch = batch_to_fill(decoder);
		batch->count = batch->tracked = batch->bytes_used = 0;
		batch->result = WS_READ_MORE;
	}
	return !stop;
}

/* Makes room for a frame's bytes. A batch that cannot take them is handed over first. */
static struct batch *batch_with_room(struct decoder *decoder, uint32_t bytes)
{
	struct batch *batch = batch_to_fill(decoder);
	if (batch->count && batch->bytes_used + bytes > batch->bytes_size) {
		if (!hand_over(decoder) || decoder->alone)
			ws_capture_break(decoder->task.capture);
		batch = batch_to_fill(decoder);
	}
	if (bytes <= batch->bytes_size)
		return batch;
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

/* The tracker reads a frame's bytes only where they may state a name or go on with one, and where they are no whole TCP
 * segment or UDP datagram. */
static bool needs_bytes(struct decoder *decoder, const struct ws_packet *packet)
{
	const uint64_t bit = UINT64_C(1) << packet->flow % 64;
	if (packet->name_goes_on && packet->flow)
		*named_word(decoder, packet->flow) |= bit;
	if (decoder->task.keep_bytes || packet->may_name || packet->fragment || packet->tunnel_count)
		return true;
	if (decoder->task.keep_datagrams && packet->transport == WS_TRANSPORT_UDP)
		return true;
	if (!packet->tcp_complete)
		return packet->transport != WS_TRANSPORT_UDP;
	return !packet->flow || (packet->payload_captured && *named_word(decoder, packet->flow) & bit);
}

static void keep_bytes(struct batch *batch, struct pending_packet *slot)
{
	struct ws_packet *packet = &slot->packet;
	const uint8_t *from = slot->frame.data;
	if (!slot->frame.captured)
		return;
	uint8_t *to = batch->bytes + batch->bytes_used;
	slot->frame.data = memcpy(to, from, slot->frame.captured);
	batch->bytes_used += slot->frame.captured;
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

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct decoder *decoder = context;
	struct batch *batch = batch_with_room(decoder, frame->captured);
	if (!batch) {
		struct batch *full = batch_to_fill(decoder);
		full->result = WS_READ_ERROR;
		ws_fail(&full->error, WS_ERROR_SYSTEM, "out of memory");
		ws_capture_break(decoder->task.capture);
		return;
	}
	struct pending_packet *slot = &batch->packets[batch->count++];
	if (!decoder->alone && batch->count + SLOTS_AHEAD <= BATCH_PACKETS)
		prefetch_slot(&slot[SLOTS_AHEAD]);
	slot->frame = *frame;
	ws_decode(&slot->frame, &slot->packet);
	ws_tracker_hash(decoder->task.tracker, &slot->packet);
	if (needs_bytes(decoder, &slot->packet)) {
		keep_bytes(batch, slot);
	} else {
		lookahead_keep_addresses(slot);
		slot->frame.data = NULL;
	}
	bool more = ++decoder->frames != decoder->task.count;
	if (more && batch->count == batch_most(decoder))
		more = hand_over(decoder);
	if (!more)
		ws_capture_break(decoder->task.capture);
}

static bool may_read_on(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	const bool stop = decoder->stop;
	pthread_mutex_unlock(&decoder->lock);
	return !stop && (!decoder->task.count || decoder->frames < decoder->task.count);
}

static void wait_for_go(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->started = true;
	pthread_cond_signal(&decoder->to_tracker);
	while (!decoder->go && !decoder->stop)
		pthread_cond_wait(&decoder->to_decoder, &decoder->lock);
	pthread_mutex_unlock(&decoder->lock);
}

/* How many frames are read in one call. */
static int read_most(struct decoder *decoder)
{
	return decoder->alone ? (int)(ALONE_PACKETS - batch_to_fill(decoder)->count) : READ_MOST;
}

/* Reads some frames. False: the last batch has been handed over. */
static bool read_some(struct decoder *decoder)
{
	struct ws_error error;
	enum ws_read result = WS_READ_MORE;
	if (batch_to_fill(decoder)->result != WS_READ_ERROR && may_read_on(decoder)) {
		result = ws_capture_read(decoder->task.capture, read_most(decoder), on_frame, decoder, &error);
		if (result == WS_READ_MORE)
			return true;
	}
	struct batch *batch = batch_to_fill(decoder);
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
	wait_for_go(decoder);
	while (decoder->task.capture && read_some(decoder)) /* without one, it is not needed */
		;
	return NULL;
}

/* ---- The other side */

static bool start_thread(struct decoder *decoder)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* the thread inherits this */
	decoder->runs = pthread_create(&decoder->thread, &attributes, read_all, decoder) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
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
	for (size_t i = 0; i < BATCHES; i++)
		decoder->batches[i].packets = decoder->packets[i];
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
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_go(struct decoder *decoder)
{
	if (decoder->gone)
		return;
	decoder->gone = true;
	pthread_mutex_lock(&decoder->lock);
	decoder->go = true;
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

struct batch *decoder_next(struct decoder *decoder)
{
	while (decoder->alone && decoder->filled == decoder->handed)
		(void)read_some(decoder);
	pthread_mutex_lock(&decoder->lock);
	while (decoder->filled == decoder->handed) {
		decoder->tracker_waits = true;
		pthread_cond_wait(&decoder->to_tracker, &decoder->lock);
	}
	decoder->tracker_waits = false;
	struct batch *batch = batch_at(decoder, decoder->handed++);
	pthread_mutex_unlock(&decoder->lock);
	return batch;
}

bool decoder_has_next(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	const bool has = decoder->filled != decoder->handed;
	pthread_mutex_unlock(&decoder->lock);
	return has;
}

void decoder_release(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->taken++;
	if (decoder->decoder_waits && decoder->filled - decoder->taken <= WAKE_DECODER &&
	    decoder->filled - decoder->handed <= LEFT_TO_TRACK)
		pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_stop(struct decoder *decoder)
{
	pthread_mutex_lock(&decoder->lock);
	decoder->stop = true;
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
}

void decoder_join(struct decoder *decoder)
{
	if (!decoder->runs)
		return;
	/* With all batches free, it cannot wait for room. */
	pthread_mutex_lock(&decoder->lock);
	decoder->stop = true;
	decoder->taken = decoder->handed = decoder->filled;
	pthread_cond_signal(&decoder->to_decoder);
	pthread_mutex_unlock(&decoder->lock);
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
	pthread_cond_destroy(&decoder->to_tracker);
	pthread_cond_destroy(&decoder->to_decoder);
	pthread_mutex_destroy(&decoder->lock);
	free(decoder);
}
