/* The packets of a connection for a user on another host, requested by way of wirestate-nats (see src/nats/answers.h).
 *
 * A request is a line on a socket: `packets CONNECTION LIMIT`. The answer is the line `ok LENGTH` and so many bytes of
 * pcapng, or `error TEXT`. Frames are cut after their TCP header, and end at the limit. Nothing here waits: an answer
 * that the other side does not take yet is written later, so that the capture is never held up. */
#ifndef APP_REQUESTS_H
#define APP_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>

struct session;

struct requests {
	int socket; /* -1: nobody can ask */
	int file;   /* without a name: answers are made in it */
	char line[128];
	size_t length; /* of the line as far as it has come */
	char head[640];
	size_t head_length, head_sent; /* of the answer's first line */
	size_t size, sent;             /* of the bytes after it */
};

/* Before the sandbox. `socket` stays the caller's. Without memory nobody can ask. */
void requests_open(struct requests *requests, int socket);
void requests_close(struct requests *requests);

/* Reads what is asked and writes what can be written now. Call it again and again. */
void requests_serve(struct session *session);

#endif
