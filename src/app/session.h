/* A session: one run of the program over a list of points (see point.h), with its output and its protections. The loops
 * in run_lines.c, run_view.c, run_frame.c and run_lesson.c drive it. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/anonymize.h"
#include "app/host.h"
#include "app/merge.h"
#include "app/point.h"
#include "app/records.h"
#include "app/requests.h"
#include "app/written.h"
#include "cli/options.h"

#include <wirestate/capture.h>
#include <wirestate/output.h>
#include <wirestate/privileges.h>
#include <wirestate/scene.h>
#include <wirestate/track.h>

#include <poll.h>

/* A session that runs is joined again and again. Replays read from what was in force before, until they are opened
 * again, so that is kept one turn longer. */
struct joins {
	struct joined *joined, *before, *being_made; /* in force; before; each may be NULL */
	uint64_t count;                              /* how often */
	uint64_t packets;                            /* that the session had when the last one began */
	ws_time begun, next;                         /* of monotonic(): when it began; no other before this */
	bool last;                                   /* all packets are there */
	bool complete;                               /* the last one is in force, or has failed */
	bool sliced;                                 /* the owner calls session_join_slice() */
};

struct session {
	const struct options *options;
	struct point *points; /* owned; never empty once the session is open */
	size_t point_count;
	struct split *split; /* owned: the points are interfaces of one capture; or NULL */
	struct joins joins;  /* what several points know together */
	struct merge merge;  /* all of them in one list */
	bool together;       /* and that is what a screen shows, not one point */
	char decision[256]; /* several sources: how many points they are, and why; empty: there was nothing to decide */
	size_t shown;       /* index of the point that a screen shows */
	uint64_t shown_changes;              /* how often that has become another one */
	char point_names[160];               /* of several points, for titles: "client, [server]", server is shown */
	size_t opened;                       /* points whose capture has been opened, or tried */
	struct pollfd *descriptors;          /* one a point, and a last one for the caller of session_descriptors() */
	struct ws_filter *filter;            /* --display-filter, or NULL */
	struct ws_filter_error filter_error; /* why there is none; no text: it was not asked for */
	struct records *records;             /* owned: the input are records; NULL: packets */
	struct ws_output *output;            /* NULL where a screen is shown */
	struct written written;              /* -w */
	struct host host;                    /* live: what this machine's kernel says */
	struct requests requests;            /* of packets, with --publish */
	const char *labels[WS_JOIN_POINTS];  /* of the points, for it */
	struct anonymizer *anonymizer;       /* --anonymize, or NULL */
	struct ws_lesson *lesson;            /* borrowed: it is shown every packet; or NULL */
	struct ws_lesson *exercise;          /* owned: `lesson` once it has been made of the whole capture; or NULL */
	/* Called for every packet when it has been tracked, if its bytes are still valid then (`may_defer` is not set);
	 * or NULL. */
	void (*observe)(void *context, const struct ws_frame *frame, const struct ws_track_result *result);
	void *observe_context;
	char *hosts;                       /* owned: the text of /etc/hosts, NULL where it is not used */
	struct ws_vendors *vendors;        /* owned: of MAC addresses, NULL where they are not used or not known */
	int directory;                     /* where the view may save files, -1: nowhere */
	struct ws_protections protections; /* in force since session_confine(), the user's since `dropped` */
	bool dropped;                      /* privileges are given up */
	bool confined;                     /* session_confine() has succeeded: packets may be read */
	struct ws_error error;             /* what the exit status tells; the first one counts */
	struct ws_error warning;           /* of -w: reported at once, the capture goes on */
	uint64_t packets;                  /* of all points, tracked or pending */
	struct ws_net net;                 /* --net, or the interface's */
	bool undecided;                    /* how many points there are is found out by session_confine() */
	unsigned threads;                  /* see threads.h */
	struct decoder *decoder[WS_JOIN_POINTS]; /* owned: threads that no point has yet */
	size_t decoder_count;
	struct workers *workers; /* owned: threads that format records and compare points, or NULL */
	struct sheets *sheets;   /* owned: the records that they format, see sheets.h; or NULL */
	bool live;               /* the points are interfaces */
	bool screen;             /* there is a screen, not lines */
	bool keeps;              /* frames and history are kept */
	bool ended;              /* no packet will come any more */
	bool output_failed;
	bool read_twice;            /* packets and transitions are written by second_reading() */
	bool went_back;             /* to the start screen */
	bool wants_next;            /* the user has asked for the next lesson */
	bool wants_try;             /* the user wants to try something in the lab, at a stop of the lesson */
	bool wants_live;            /* the user has asked to watch what the lesson is about */
	bool wants_again;           /* the user has asked for the lab to begin again */
	struct ws_flights *flights; /* owned: of a capture of the lab; or NULL */
	bool warned;                /* the warning has been printed */
	bool changed;               /* something came in since the owner cleared this */
	/* --frame: the frame it names, its bytes and its comment copied if they are known. */
	struct ws_frame named_frame;
	uint8_t *named_frame_bytes;
	size_t named_point;    /* several points: which of them it is of */
	ws_conn_id named_conn; /* and its connection there */
	size_t conn_point;     /* --connection: the point that counts them */
	bool may_defer;        /* nothing reads a packet's bytes after the tracker, so a packet may wait without them */
};

/* Opens the points and everything that they write to. `screen`: frames and history are kept, so that a user can go
 * back. After a failure session_close() is still due. */
bool session_open(struct session *session, const struct options *options, bool screen,
                  struct ws_error *error) WS_CHECKED;
void session_close(struct session *session);

/* Gives up every privilege and most system calls, once everything that needs them is open: nothing has been read from
 * a capture but a file's header. False: session->error says why. */
bool session_confine(struct session *session) WS_CHECKED;

/* Reads and handles at most `max` frames of each point. False: all are at their end, session->ended is set. */
bool session_read(struct session *session, int max);
/* Some point can be read without waiting. */
bool session_ready(const struct session *session);
/* Live: takes in what has come to the kernel before now, so that a capture that is stopped counts it. */
void session_drain(struct session *session);
/* Live, when no packet is waiting: lets timers run by the clock. */
void session_idle(struct session *session);
/* What to poll for packets, one a point (fd -1: nothing to wait for), and room for one more after them. The array is
 * the session's, and valid until it is closed. */
struct pollfd *session_descriptors(struct session *session);
/* Sleeps until there is something to read or a signal comes; not at all for a regular file. Flushes the output first.
 */
void session_wait(struct session *session);
/* How long the caller may sleep while no descriptor announces packets. */
ws_time session_tick(const struct session *session);
/* Bytes read of all points, and how many there are; a total of 0: not known. */
void session_progress(const struct session *session, uint64_t *done, uint64_t *total);
/* What all points have captured and lost. */
void session_stats(const struct session *session, struct ws_capture_stats *stats);
/* The first of session->error, or the warning of -w: what the process's exit status is about. */
const struct ws_error *session_failure(const struct session *session);
/* Call it once, when the whole capture has been read: makes the exercise that is asked for, or checks the lesson.
 * False: session->error says why. */
bool session_begin_lesson(struct session *session) WS_CHECKED;
/* Makes an exercise of a capture that has been read, about one connection or, with 0, about all. False: there is
 * nothing to ask. The second frees it, when nothing refers to it any more. */
bool session_begin_exercise(struct session *session, uint64_t connection, struct ws_error *error) WS_CHECKED;
void session_end_exercise(struct session *session);
/* The point that a screen shows, and its name. */
static inline struct point *session_shown(const struct session *session)
{
	return &session->points[session->shown];
}
void session_show_point(struct session *session, size_t index);
/* What a screen shows: the connections of that point, or of all together. */
const struct ws_tracker *session_tracker(const struct session *session);
/* Shows all points together; before they have been merged, the first one. */
void session_show_together(struct session *session);
const char *session_source(const struct session *session);
/* Several points: joins them, once no more packets come. Without memory, session->error says so. */
void session_join(struct session *session);
/* The same in slices, and of a session that runs, again and again. True: there is more to do at once. */
bool session_join_slice(struct session *session);
/* The kinds of records that are asked for, as bits. */
uint32_t session_records(const struct options *options);
/* True when records of this kind are written. */
bool session_asks_for(const struct session *session, enum ws_record record);
/* The model of a screen, as things stand. */
void session_model(struct session *session, struct ws_model *model);
/* Reads a frame of a point's capture again, or of one that point_reopen() has opened. Its addresses are replaced where
 * the session replaces addresses. */
bool session_fetch(struct session *session, struct ws_capture *capture, uint64_t position,
                   struct ws_frame *frame) WS_CHECKED;

/* ---- What a point needs from its session, in the order of a packet's way */

/* True for a file that is read by a helper process: with --follow, and a folder. */
bool session_needs_feeder(const struct session *session, const char *name);
bool session_start_feeder(const struct session *session, struct feeder *feeder, const char *name,
                          struct ws_error *error) WS_CHECKED;
/* `fd`: the pipe that a helper feeds, else -1. */
/* The memory that each point may use. */
uint64_t session_point_memory(const struct session *session);
struct ws_capture *session_open_capture(struct session *session, bool live, const char *name, int fd, uint64_t memory,
                                        struct ws_error *error) WS_CHECKED;
/* Reads the system's names of hosts and of MAC vendors, where they are to be shown. Call it before privileges are
 * dropped. */
void session_read_names(struct session *session);
/* A tracker that takes `memory` bytes, less what `capture` keeps of them (NULL allowed: nothing). */
struct ws_tracker *session_new_tracker(const struct session *session, const struct ws_capture *capture, uint64_t memory,
                                       struct ws_error *error) WS_CHECKED;
/* A tracker for the second reading of a point, see second_reading.h. */
struct ws_tracker *session_second_tracker(struct session *session, struct ws_error *error) WS_CHECKED;
/* The frame as it is to be shown, or NULL when it must not be; `anonymous` is room for it. `last`: no frame is admitted
 * after this one. */
const struct ws_frame *session_admit(struct session *session, const struct point *point, const struct ws_frame *frame,
                                     struct ws_frame *anonymous, bool *last);
/* -w: writes a frame. With --correct-times the second reading does, else session_decoded(). */
void session_write_frame(struct session *session, const struct point *point, const struct ws_frame *frame);
/* --frame: this frame of the point has been tracked. Where it is the one that is named, or the last one so far, it is kept
 * without its bytes and its comment, which session_fetch_named() reads again. */
void session_name_frame(struct session *session, const struct point *point, const struct ws_frame *frame);
/* Call it when all has been read. False, with the session's error: out of memory. */
bool session_fetch_named(struct session *session) WS_CHECKED;
/* A frame has been decoded, and its comment is still valid; with -w, all of it is. */
void session_decoded(struct session *session, const struct point *point, const struct ws_frame *frame,
                     const struct ws_packet *packet);
/* A packet has been tracked, or timers have run. */
void session_tracked(struct session *session, const struct point *point, const struct pending_packet *packet,
                     const struct ws_track_result *result);
/* The first of these where only the tracker reads the packet, which was captured at `time`. */
void session_tracked_gist(struct session *session, const struct point *point, ws_time time,
                          const struct ws_track_result *result);
/* Records have been written; or not, which ends the run. */
void session_wrote(struct session *session, bool written);
void session_timers_ran(struct session *session, const struct point *point, const struct ws_track_result *result);

/* ---- For snapshots of the past (past.c): a second look at a point's capture */

/* True where frames must be taken from those that are kept, because the source cannot be read twice. */
bool point_keeps_frames(const struct point *point);
/* The point's source, opened once more, in so many bytes of memory for frames and tracker. */
struct ws_capture *point_reopen(const struct point *point, uint64_t memory, struct ws_error *error) WS_CHECKED;
/* In a view this part of --max-memory is left for snapshots, whatever comes; of several points without a view, for the
 * second reading. */
enum { PAST_SHARE = 4 };
/* Parts of --max-memory for the table of replaced addresses, and for joining several points. */
enum { ANONYMIZER_SHARE = 16, JOIN_SHARE = 4 };
/* Bytes that are left for snapshots now; bytes that one has taken, or a point. */
uint64_t session_memory_left(const struct session *session);
uint64_t session_memory_taken(const struct ws_tracker *tracker, const struct ws_capture *capture);

/* ---- The ways to run a session; each returns when it is over. Errors are left in the session. */
void run_lines(struct session *session);
void run_view(struct session *session);
void run_frame(struct session *session);
void run_lesson(struct session *session);
/* Writes the session's lesson, which is resolved, as a page. */
bool lesson_export(struct session *session, FILE *file, struct ws_error *error) WS_CHECKED;

#endif
