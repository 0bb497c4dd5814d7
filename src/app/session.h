/* A session: one capture, its tracker, and where the packets go. The loops in stream.c, interactive.c and picture.c
 * drive it. */
#ifndef WIRESTATE_SRC_SESSION_H
#define WIRESTATE_SRC_SESSION_H

#include "app/anonymize.h"
#include "cli/options.h"

#include <wirestate/capture.h>
#include <wirestate/output.h>
#include <wirestate/privileges.h>
#include <wirestate/scene.h>
#include <wirestate/track.h>

#include <stdio.h>

/* A packet with its frame, so that it can wait for its turn. */
struct pending_packet {
	struct ws_frame frame;
	struct ws_packet packet;
	uint8_t mac[2][6]; /* what the packet's MAC addresses point at while it waits */
};

struct session {
	const struct options *options;
	struct ws_capture *capture;
	struct ws_tracker *tracker;
	struct ws_filter *filter;            /* --display-filter, or NULL */
	struct ws_filter_error filter_error; /* why there is none; no text: it was not asked for */
	struct ws_output *output;            /* NULL where a screen is shown */
	struct ws_dump *dump;                /* -w or --export's packets, or NULL */
	struct anonymizer *anonymizer;       /* --anonymize, or NULL */
	struct ws_lesson *lesson;            /* borrowed: it is shown every packet; or NULL */
	FILE *export;                        /* --export's picture, or NULL */
	int directory;                       /* where the view may save files, -1: nowhere */
	struct ws_protections protections;   /* in force since session_confine(), the user's since `dropped` */
	bool dropped;                        /* privileges are given up */
	struct ws_error error;               /* what the exit status tells; the first one counts */
	struct ws_error warning;             /* of -w: reported at once, the capture goes on */
	uint64_t shown;                      /* packets handed on */
	uint64_t last_frame;                 /* number of the last one */
	ws_conn_id last_conn;                /* its connection, 0: none */
	ws_time now;                         /* capture time: the latest packet's; live, at least the clock's */
	struct ws_net net;                   /* --net, or the interface's */
	ws_time clock_offset;                /* live: real time minus monotonic time when the session began */
	const char *waits;                   /* live: why nothing can come for now, or NULL */
	bool screen;                         /* frames and history are kept */
	bool ended;                          /* no packet will come any more */
	bool output_failed;
	bool went_back;              /* to the start screen */
	bool wants_next;             /* the lesson behind this one */
	bool warned;                 /* the warning has been printed */
	bool changed;                /* something came in since the owner cleared this */
	struct ws_frame named_frame; /* --frame: the frame it names, its bytes copied */
	uint8_t *named_frame_bytes;
	struct pending_packet pending_slots[2]; /* the newest packet and the one before it, whose turn comes after */
	struct pending_packet *pending;         /* decoded and not yet tracked, or NULL */
	bool may_defer; /* nothing behind the tracker looks at a packet's bytes: it may wait without them */
};

/* `screen`: frames and history are kept, so that a reader can go back. */
bool session_open(struct session *session, const struct options *options, bool screen,
                  struct ws_error *error) WS_CHECKED;
void session_close(struct session *session);

/* Gives up every privilege and most system calls, once all that is needed is open: nothing has been read from the
 * capture but a file's header. False: session->error says why. */
bool session_confine(struct session *session) WS_CHECKED;

/* Reads and handles at most `max` frames. False: the capture is at its end, session->ended is set. */
bool session_read(struct session *session, int max);
/* Live: takes in what has come to the kernel before now, so that a capture that is stopped counts it. */
void session_drain(struct session *session);
/* Live, when no packet is waiting: lets timers run by the clock. */
void session_idle(struct session *session);
/* Sleeps until there is something to read or a signal comes; not at all for a regular file. Flushes the output first.
 */
void session_wait(struct session *session);
/* The first of session->error, or the warning of -w: what the process's exit status is about. */
const struct ws_error *session_failure(const struct session *session);
/* The model of a screen, as things stand. */
void session_model(struct session *session, struct ws_model *model);
/* For a second look at the capture, in so many bytes of memory for frames and tracker: whether frames must be taken
 * from those that are kept, since the source cannot be read twice; the source, opened once more; and a tracker as the
 * session's own is, beside that source (NULL: the session's own). */
bool session_keeps(const struct session *session);
struct ws_capture *session_reopen_capture(const struct session *session, uint64_t memory,
                                          struct ws_error *error) WS_CHECKED;
struct ws_tracker *session_new_tracker(const struct session *session, const struct ws_capture *capture, uint64_t memory,
                                       struct ws_error *error) WS_CHECKED;
/* Of --max-memory, in a view: what is left for looks at the past, whatever comes. */
enum { PAST_SHARE = 4 };
/* How much is left for them now; how much one has taken, or the session itself. */
uint64_t session_memory_left(const struct session *session);
uint64_t session_memory_taken(const struct ws_tracker *tracker, const struct ws_capture *capture);
/* Reads a frame of the session's capture again, or of another one that was opened for the second look. */
bool session_fetch(struct session *session, struct ws_capture *capture, uint64_t position,
                   struct ws_frame *frame) WS_CHECKED;
const char *session_source(const struct session *session);

/* Writes the file that the user has asked for in the view, and shows how that went. False: none was asked for. */
bool handle_save_request(const struct session *session, struct ws_ui *ui, const struct ws_model *model);
/* For that: opens a new file for writing (-1: errno says why not), and says in words why that could not be. */
int save_create(const struct session *session, const char *name);
const char *save_reason(const struct session *session, int error);

/* CLOCK_MONOTONIC in nanoseconds. */
ws_time monotonic(void);

/* ---- The ways to run a session; each returns when it is over. Errors are left in the session. */
void run_lines(struct session *session);
void run_view(struct session *session);
void run_frame(struct session *session);
void run_lesson(struct session *session);

/* ---- --export: a picture or a recording; errors are left in the session */
bool export_open(struct session *session, struct ws_error *error) WS_CHECKED;
void export_close(struct session *session);
void export_chart(struct session *session, struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn);
/* The part of handle_save_request() for one connection. */
void export_connection(const struct session *session, struct ws_ui *ui, const struct ws_model *model,
                       const struct ws_file_request *request);
void export_screen(struct session *session, const struct ws_canvas *canvas, ws_conn_id conn);
/* A canvas as text. */
void canvas_print(FILE *file, const struct ws_canvas *canvas);

#endif
