/* A decoding thread: reads a capture file and decodes it while the session's own thread tracks packets and writes
 * records. Packets are handed over in batches, in a ring of fixed size, so that neither thread waits for each packet
 * and the decoder is never far ahead. The order of packets is that of the file, so the output does not depend on the
 * number of threads. See threads.c for which captures are read in this way. */
#ifndef APP_DECODER_H
#define APP_DECODER_H

#include "app/lookahead.h"

#include <wirestate/error.h>
#include <wirestate/gist.h>

enum { BATCH_PACKETS = 64 }; /* packets */

enum { NO_PACKET = 255 };

struct batch {
	size_t count;   /* of packets */
	size_t tracked; /* so many of them; only the tracking side changes it */
	uint32_t flow[BATCH_PACKETS], conversation[BATCH_PACKETS]; /* as in struct ws_packet */
	uint8_t whole[BATCH_PACKETS];   /* the index in `packets` of one that is handed over as it is; or NO_PACKET */
	struct ws_gist *gists;          /* BATCH_PACKETS of them: of the others */
	struct pending_packet *packets; /* BATCH_PACKETS of them; their `frame.data` is NULL where nothing reads it */
	size_t whole_count;
	uint8_t *bytes; /* copies of frames and their comments, which the packets point into */
	size_t bytes_used, bytes_size;
	bool has_news; /* what the file has told before the first packet is in `news`, and more than before */
	struct ws_capture_news news;
	bool quiet;                    /* much has been read, and nearly nothing of it is packets that pass */
	bool dry;                      /* live: nothing more could be read without waiting */
	bool ahead;                    /* a thread has filled it */
	bool last;                     /* no batch follows */
	enum ws_read result;           /* of the read that filled it */
	struct ws_error error;         /* with WS_READ_ERROR */
	uint64_t done, total;          /* bytes of the file, see ws_capture_progress() */
	struct ws_capture_stats stats; /* as of its last packet, but for the comment */
};

struct decoder_task {
	struct ws_capture *capture; /* only the decoder uses it until decoder_join() */
	struct ws_tracker *tracker; /* for ws_tracker_hash(), ws_tracker_gist() and ws_tracker_populate() */
	uint64_t count;             /* of packets; 0: all that the file has */
	uint64_t last_number;       /* of a frame: none after it; 0: the file's last */
	bool live;                  /* packets come when they come */
	bool keep_bytes;            /* something reads every frame's bytes; else only the tracker reads some */
	bool keep_whole;            /* something reads all that was decoded; else only the tracker reads it */
};

struct decoder; /* opaque */

/* Starts a thread, and returns once it runs and needs no more system calls than reading does. It takes on what the
 * calling thread has given up by now, and waits for decoder_go(). NULL: there is no memory, or the system gives no
 * thread. With `alone` there is none, and decoder_next() decodes. */
struct decoder *decoder_new(bool alone) WS_CHECKED;
/* What it is to do. Call it once, before decoder_go(). */
void decoder_assign(struct decoder *decoder, const struct decoder_task *task);
/* Lets it read the first byte; later calls do nothing. */
void decoder_go(struct decoder *decoder);
/* Waits for the next batch, or decodes it. After the last one there is none. */
struct batch *decoder_next(struct decoder *decoder);
/* True when decoder_next() need not wait. */
bool decoder_has_next(struct decoder *decoder);
/* The oldest batch that decoder_next() has returned is done with. */
void decoder_release(struct decoder *decoder);
/* Live: decoder_next() decodes until so much has come in one go that a thread pays, if there is one. From then on that one
 * reads and decodes, up to a batch that is `dry`; all batches are to be released before the next one is asked for. So
 * packets that come singly cost no more than without a thread, and are not late. True: no thread is reading. */
bool decoder_is_alone(const struct decoder *decoder);
/* Live: the thread is to read no more; what it has read comes as batches, of which the last is `dry`. From then on
 * decoder_next() decodes. */
void decoder_pause(struct decoder *decoder);
/* Makes the decoder end soon; what it has read comes as batches until the last one. */
void decoder_stop(struct decoder *decoder);
/* Stops the decoder and waits for the end of its thread. */
void decoder_join(struct decoder *decoder);
void decoder_free(struct decoder *decoder); /* NULL allowed */

#endif
