/* Bytes from a descriptor to a reader, unpacked, without ever making the caller wait for the rest of a record. */
#ifndef CAPTURE_BYTE_SOURCE_H
#define CAPTURE_BYTE_SOURCE_H

#include "capture/framing.h"

#include <wirestate/error.h>

#include <stdio.h>

struct ws_byte_source; /* opaque */

/* Owns `fd` from here on, also on failure (NULL: out of memory). `may_wait`: a read can block, so ask first (a pipe).
 * Otherwise it is a regular file, which is read from `start` on without moving the descriptor's place. */
struct ws_byte_source *ws_byte_source_new(int fd, bool may_wait, uint64_t start);
/* The descriptor is a regular file that may grow: it does not end, and nothing waits for it either. */
void ws_byte_source_follow(struct ws_byte_source *source);
void ws_byte_source_free(struct ws_byte_source *source); /* NULL is allowed */

/* At least `want` unpacked bytes from the front, fewer only at the end of the stream. This waits. Valid until the next
 * call. */
const uint8_t *ws_byte_source_peek(struct ws_byte_source *source, size_t want, size_t *length);

/* ---- For a reader of its own: the bytes that have been fetched and not been consumed, as they lie in the buffer. */

const uint8_t *ws_byte_source_window(const struct ws_byte_source *source, size_t *length);
/* The bytes stay where they are until ws_byte_source_fill(). */
void ws_byte_source_consume(struct ws_byte_source *source, size_t length);
/* Fetches more, some 64 KiB at most. False: nothing has come, or, with `wait`, the stream has ended. */
bool ws_byte_source_fill(struct ws_byte_source *source, bool wait);

/* ---- For libpcap */

/* The stream for libpcap, to be read as a capture framed so. Closing it leaves the byte source alone. NULL: out of
 * memory. Reading more than is there waits. */
FILE *ws_byte_source_stream(struct ws_byte_source *source, const struct ws_framing *framing);

/* How many packets libpcap may be asked for now, at most `max`, after fetching what has arrived; 0: none is whole yet.
 * When the stream has ended, the answer is not 0 without one being there. */
int ws_byte_source_packets(struct ws_byte_source *source, int max);
void ws_byte_source_taken(struct ws_byte_source *source, uint64_t packets); /* libpcap has delivered so many */

/* What the stream has in its buffer, `length` bytes that libpcap has not read yet; to be skipped in part. */
const uint8_t *ws_byte_source_buffered(const struct ws_byte_source *source, size_t *length);
void ws_byte_source_skip(struct ws_byte_source *source, size_t length);
uint64_t ws_byte_source_offset(const struct ws_byte_source *source); /* unpacked bytes that libpcap has read */

/* ---- For both */

/* True when there is something to do besides reading the descriptor: more to unpack, the end, a packet for libpcap. */
bool ws_byte_source_ready(const struct ws_byte_source *source);
bool ws_byte_source_packed(const struct ws_byte_source *source); /* after the first ws_byte_source_peek() */
bool ws_byte_source_ended(const struct ws_byte_source *source);
/* Why the stream ended before its time; NULL: it did not. */
const char *ws_byte_source_problem(const struct ws_byte_source *source);
/* The status of an error that has this problem: `status`, unless memory is what was missing. */
enum ws_status ws_byte_source_status(const struct ws_byte_source *source, enum ws_status status);
/* Bytes of the descriptor that have been unpacked. */
uint64_t ws_byte_source_consumed(const struct ws_byte_source *source);
int ws_byte_source_fd(const struct ws_byte_source *source);

#endif
