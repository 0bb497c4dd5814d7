/* A point: one place on the path where packets are captured, and what is inferred from its packets alone. A session has
 * a list of them. A point reads its capture and tracks each packet; what becomes of a tracked packet (records, -w, a
 * lesson) is the session's part. */
#ifndef APP_POINT_H
#define APP_POINT_H

#include "app/feeder.h"
#include "app/lookahead.h"
#include "base/clock.h"

#include <wirestate/error.h>
#include <wirestate/gist.h>

struct session;

#define RING_DELAY (250 * WS_MILLISECOND) /* a block that the kernel has not yet handed over is at most this old */

struct point {
	struct session *session;
	struct ws_capture *capture;
	struct ws_tracker *tracker;
	const char *name;          /* borrowed: an interface, a file, or "standard input" */
	struct point *reader;      /* reads for this one, too, since both are interfaces of one capture; or NULL */
	char own_name[64];         /* of an interface that is a point of its own; empty: it has none, or is none */
	char label[32];            /* several points: what this one is called, clean text */
	size_t files;              /* of which its capture was merged; 0: of one */
	size_t shared_name;        /* how many first characters their base names share */
	ws_time now;               /* capture time: the latest packet's; live, at least the clock's */
	ws_time clock_offset;      /* live: real time minus monotonic time when the point was opened */
	ws_time opened;            /* live: it has captured since then, by the same clock as its packets */
	uint64_t packets;          /* tracked, or pending */
	uint64_t last_frame;       /* number of the last one tracked */
	ws_conn_id last_conn;      /* its connection, 0: none */
	const char *wait_text;     /* live: why nothing can come for now, or NULL */
	const char *reported_wait; /* the wait_text that was last reported on standard error */
	bool ended;                /* no packet will come any more */
	size_t host_names;         /* names of hosts that the file states, and that the tracker has */
	struct feeder feeder;      /* --follow, a folder: the helper that reads the files */
	ws_time said;              /* monotonic(): when it said something that is still to be shown; 0: nothing */
	struct lookahead lookahead;
	struct decoder *decoder; /* owned: the thread that reads and decodes, see threads.h; or NULL */
	struct batch *batch;     /* with a decoder: what is tracked of it next; or NULL */
	bool dry;                /* live, with a decoder: nothing more could be read without waiting */
	bool read_ahead;         /* the thread had read more than was tracked when the session ended */
	/* With a decoder: what the capture says as of the last batch that was tracked. */
	uint64_t read_done, read_total;
	struct ws_capture_stats read_stats;
	struct ws_capture_news news;
};

/* Opens the interface `name`, or the file where `live` is false ("-" is standard input), for so many bytes of memory;
 * the tracker is still to be made. After a failure point_close() is still due. */
bool point_open(struct point *point, struct session *session, bool live, const char *name, uint64_t memory,
                struct ws_error *error) WS_CHECKED;
void point_close(struct point *point);
/* A point with a name that is not open yet. */
void point_prepare(struct point *point, struct session *session, const char *name);

/* Makes the point deliver nothing more after the packet that it is delivering. */
void point_break(struct point *point);

/* Reads and handles at most `max` frames. False: the capture is at its end, point->ended is set. Errors go to the
 * session. */
bool point_read(struct point *point, int max);
/* Live: takes in what had come to the kernel before this call, so that a capture that is stopped counts it. */
void point_drain(struct point *point);
/* Live, when no packet is waiting: lets timers run by the clock. */
void point_idle(struct point *point);
/* Runs the timers that are due, and tracks a packet that has been decoded. */
void point_track(struct point *point, const struct pending_packet *packet);
/* The same where only the tracker reads the packet. */
void point_track_gist(struct point *point, const struct ws_gist *gist);
/* False: there is no memory for connections, and the point has ended. */
bool point_has_memory(struct point *point) WS_CHECKED;
/* Gives a tracker the names of hosts that the capture states, from index `known` on; returns how many there are. */
size_t point_name_hosts(const struct point *point, struct ws_tracker *tracker, size_t known);
/* What a helper says about its files, a sentence without full stop, or NULL: nothing new. Errors go to the session. */
const char *point_message(struct point *point);
/* The descriptor to poll for packets; -1 when there is none, or nothing more to come. */
int point_fd(const struct point *point);
/* Packets can be read without waiting. */
bool point_ready(const struct point *point);

#endif
