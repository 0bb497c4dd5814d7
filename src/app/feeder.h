/* A helper process that reads capture files and writes their packets to a pipe, as pcapng: a file that grows and is
 * replaced (--follow), or all files of a folder, in the order of time. The program itself reads the pipe, so that it
 * can be confined as always; only the helper may open files, and it is confined in its own way. */
#ifndef APP_FEEDER_H
#define APP_FEEDER_H

#include <wirestate/error.h>

struct feeder {
	int packets;    /* the pipe to read them from; it becomes the caller's */
	int messages;   /* where the helper says something; -1: there is no helper */
	char text[512]; /* what it said last */
};

struct feeder_options {
	const char *path, *user; /* of -Z, or NULL */
	bool follow;             /* else `path` is a folder */
	bool no_sandbox;
	int fcs_length; /* --fcs, as for struct ws_capture_options */
};

/* Starts the helper, and waits until it has a capture to read. What it says until then goes to standard error. */
bool feeder_start(struct feeder *feeder, const struct feeder_options *options, struct ws_error *error) WS_CHECKED;
/* What the helper has said since, a sentence without full stop, or NULL: nothing. `status` is WS_OK for what is not an
 * error. Never waits. */
const char *feeder_message(struct feeder *feeder, enum ws_status *status);
void feeder_stop(struct feeder *feeder); /* the helper ends when nobody reads the packets */

/* ---- In the helper */

/* Where the packets go, and what is said about their source. */
struct feed {
	const struct feeder_options *options;
	int packets, messages;
	bool ready; /* the program has been told that there is something to read */
};

void feed_say(const struct feed *feed, enum ws_status status, const char *format, ...) WS_PRINTF(3, 4);
/* Opens the writer of one source's packets. NULL: nobody reads them. */
struct ws_capture;
struct ws_dump *feed_begin(struct feed *feed, struct ws_capture *capture) WS_CHECKED;
/* Copies what can be read now, at most a batch. Returns its enum ws_read, or FEED_UNREAD when nobody reads it. */
enum { FEED_UNREAD = -1 };
int feed_copy(struct ws_capture *capture, struct ws_dump *dump, uint64_t *packets, struct ws_error *error);
/* Sleeps. False: nobody reads the packets any more. */
bool feed_sleep(const struct feed *feed, int milliseconds) WS_CHECKED;
void feed_folder(struct feed *feed);
void feed_followed(struct feed *feed);

#endif
