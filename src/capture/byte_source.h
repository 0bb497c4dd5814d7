/* Bytes from a descriptor to libpcap, unpacked, without ever making the caller wait for the rest of a record. */
#ifndef CAPTURE_FEED_H
#define CAPTURE_FEED_H

#include "capture/framing.h"

#include <stdio.h>

struct ws_feed; /* opaque */

/* Owns `fd` from here on, also on failure (NULL: out of memory). `may_wait`: a read can block, so ask first (a pipe).
 * Otherwise it is a regular file, which is read from `start` on without moving the descriptor's place. */
struct ws_feed *ws_feed_new(int fd, bool may_wait, uint64_t start);
void ws_feed_free(struct ws_feed *feed); /* NULL is allowed */

/* At least `want` unpacked bytes from the front, fewer only at the end of the stream. This waits. Valid until the next
 * call. */
const uint8_t *ws_feed_peek(struct ws_feed *feed, size_t want, size_t *length);

/* The stream for libpcap, to be read as a capture framed so. Closing it leaves the feed alone. NULL: out of memory.
 * Reading more than is there waits. */
FILE *ws_feed_stream(struct ws_feed *feed, const struct ws_framing *framing);

/* How many packets libpcap may be asked for now, at most `max`, after fetching what has arrived; 0: none is whole yet.
 * When the stream has ended, or other blocks have come, the answer is not 0 without one being there. */
int ws_feed_packets(struct ws_feed *feed, int max);
/* libpcap has seen the end of the file. True: it was a pause, behind the last whole block that has arrived; it may be
 * asked again when ws_feed_packets() says so. */
bool ws_feed_paused(struct ws_feed *feed);
void ws_feed_taken(struct ws_feed *feed, uint64_t packets); /* libpcap has delivered so many */

/* True when ws_feed_packets() has something to do besides reading the descriptor. */
bool ws_feed_ready(const struct ws_feed *feed);
bool ws_feed_packed(const struct ws_feed *feed); /* after the first ws_feed_peek() */
bool ws_feed_ended(const struct ws_feed *feed);
/* Why the stream ended before its time; NULL: it did not. */
const char *ws_feed_problem(const struct ws_feed *feed);
uint64_t ws_feed_offset(const struct ws_feed *feed);   /* unpacked bytes that libpcap has read */
uint64_t ws_feed_consumed(const struct ws_feed *feed); /* bytes of the descriptor that have been unpacked */
/* What the stream has in its buffer, `length` bytes that libpcap has not read yet; to be skipped in part. */
const uint8_t *ws_feed_buffered(const struct ws_feed *feed, size_t *length);
void ws_feed_skip(struct ws_feed *feed, size_t length);
int ws_feed_fd(const struct ws_feed *feed);

#endif
