/* What is on the screen, as a function of the model, of where the user is, and of time. Nothing here knows curses.
 *
 * The caller fills the model. Keys become actions; ws_ui_act() and ws_ui_tick() change where the user is;
 * ws_ui_draw() draws. Drawing changes neither the model nor the ui. */
#ifndef WIRESTATE_SCENE_H
#define WIRESTATE_SCENE_H

#include <wirestate/canvas.h>
#include <wirestate/capture.h>
#include <wirestate/flights.h>
#include <wirestate/keys.h>
#include <wirestate/lesson.h>
#include <wirestate/screens.h>
#include <wirestate/track.h>
#include <wirestate/vendors.h>

/* A subnet. Its ip_version is 0 where none is known. */
struct ws_net {
	struct ws_addr address;
	uint8_t prefix; /* bits: up to 32 for version 4, 128 for 6 */
	uint8_t ip_version;
	bool guessed; /* it was concluded from the traffic, and must be shown as a guess */
};

/* What the screens show: a snapshot of the capture. Everything is borrowed. */
struct ws_model {
	const struct ws_tracker *tracker;
	/* Increases whenever `tracker` becomes another one, so that trackers can be told apart although an address
	 * may be used again. Never 0. */
	uint64_t generation;
	uint64_t joins;             /* increases whenever the points have been joined: open replays again */
	const char *source;         /* file or interface name, for the title */
	const char *capture_filter; /* the BPF expression that all packets match, or NULL */
	bool live, loading;
	bool records;           /* what is shown comes from records, and there are no packets */
	bool asks;              /* and sensors are asked for them when a connection is opened */
	bool follows;           /* while loading: the file may grow, --follow */
	uint64_t loaded, total; /* bytes, while loading; total 0: unknown */
	struct ws_capture_stats capture;
	ws_time now;  /* capture time: that of the latest packet, or the clock's in a live capture */
	bool running; /* what is shown goes on by itself: the capture is live, or the timeline plays */
	/* The timeline. While `past`, tracker, now and fetch are those of the snapshot at an earlier time, and the
	 * members below say where in the capture that is. */
	bool past;
	bool seeking;        /* the snapshot that the user wants is still being made, and another one is shown */
	ws_time first, last; /* times of the whole capture, as far as it has been read */
	ws_time last_packet, next_packet; /* of the snapshot shown, and after it; WS_TIME_NEVER: none */
	uint64_t frame;                   /* number of the snapshot's last packet */
	bool incomplete;                  /* its first packets are no longer kept */
	ws_time time_wait;                /* length of TIME_WAIT */
	const char *status_message;       /* an error or warning to show, or NULL */
	const char *advice;      /* live: what to do so that packets come, as paragraphs and commands, or NULL */
	const char *confinement; /* live: how well the process is confined, in a word or two, or NULL */
	char kernel[120];  /* live: how this machine's kernel is asked for its sockets; empty: it is no live capture */
	struct ws_net net; /* the capture's own subnet, as its interface or --net says */
	const struct ws_vendors *vendors; /* of MAC addresses, or NULL */
	/* A capture of the lab: what became of its packets; NULL: it is none. */
	const struct ws_flights *flights;
	bool lab_runs; /* its hosts are there, and commands can be given */
	/* Reads a frame again; false when it is no longer kept. */
	bool (*fetch)(void *context, uint64_t position, struct ws_frame *frame);
	void *fetch_context;
	/* Of several points: the one that `fetch` is of, and the one that `tracker` is of, unless that shows all of them
	 * together, see ws_tracker_merged(). */
	unsigned fetch_point, point;
	/* The same for any point; NULL with one point. */
	bool (*fetch_at)(void *context, unsigned point, uint64_t position, struct ws_frame *frame);
	/* Makes the `capture` of all points that of one of them; NULL with one point. */
	void (*stats_at)(void *context, unsigned point, struct ws_capture_stats *capture);
	void *at_context;
};

/* Reads the frame that a point has at `position`. */
bool ws_model_fetch(const struct ws_model *model, unsigned point, uint64_t position, struct ws_frame *frame) WS_CHECKED;

struct ws_ui; /* opaque: which screen, what is selected, where the replay stands */

/* A replay leaves each segment on the screen until its text could be read. */
#define WS_SPEED_GUIDED (-1.0)

struct ws_ui_options {
	double speed; /* replay speed, 1 = real time; 0: the user has not chosen one; or WS_SPEED_GUIDED */
	ws_time idle; /* longest pause shown between packets; 0: 1 s */
	enum ws_screen screen;
	enum ws_plot_kind graph; /* what the graph's screen shows first */
	const char *filter;      /* the list's display filter to begin with, or NULL */
	bool play;               /* begin at the capture's start, playing */
	bool lab, lab_auto;      /* the lab's packets wait for commands; they do not do so from the beginning */
	const char *lab_title,
	        *lab_about; /* of the lab's scenario; `lab_about` is shown until the first key; or NULL */
	bool numbers;       /* -n: addresses are never shown as names */
	int times;          /* 1 + enum ws_times, how the lifelines write times; 0: the time since the one before */
	/* By action: the text of its key ("Enter", "q"), for hint lines and help, NULL where it has none.
	 * WS_ACTION_COUNT of them; NULL: no hints. */
	const char *const *key_name;
};

struct ws_ui *ws_ui_create(const struct ws_ui_options *options, struct ws_error *error) WS_CHECKED;
void ws_ui_free(struct ws_ui *ui);

/* The screen that is shown; it decides what the next key means. */
enum ws_screen ws_ui_screen(const struct ws_ui *ui);
/* The number of the connection whose lifelines, packets or bytes are shown; 0: none has been opened. */
uint64_t ws_ui_connection(const struct ws_ui *ui);
/* The connection that is selected in the list; 0: none is. */
ws_conn_id ws_ui_selected(const struct ws_ui *ui, const struct ws_model *model);
/* Writes the ids of the connections that are on the screen, at most so many, and returns how many there are. */
size_t ws_ui_connections_shown(const struct ws_ui *ui, const struct ws_model *model, ws_conn_id *ids, size_t most);
/* Does what an action asks. False: it means nothing on this screen. WS_ACT_QUIT and WS_ACT_MOUSE are left to the
 * caller and return false, and so does WS_ACT_BACK on the first screen. */
bool ws_ui_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
/* Whether keys are characters of a line, see ws_ui_key(). */
enum ws_typing ws_ui_typing(const struct ws_ui *ui);
/* Does what a key asks, whatever kind it is of. What it starts to play begins at the key's time: time that passed
 * before it, while nothing moved, does not count. False: nothing has changed. */
bool ws_ui_key(struct ws_ui *ui, const struct ws_model *model, const struct ws_key *key);
/* Lets replays run, and notices when the model is of another generation. Call it after every such change and
 * before any other function of this header, because the tracker before may already be freed. `clock` is monotonic,
 * in nanoseconds; only differences of it are used. */
void ws_ui_tick(struct ws_ui *ui, const struct ws_model *model, ws_time clock);
/* The position in the capture whose snapshot the user wants to see. */
struct ws_position {
	bool past; /* false: the newest packet */
	bool playing;
	uint64_t frame; /* the snapshot after this packet; 0: the one at `time` */
	ws_time time;
};
struct ws_position ws_ui_position(const struct ws_ui *ui);

/* True while a long piece of work is unfinished, such as sorting a million connections: tick without a pause then,
 * with keys and packets in between. */
bool ws_ui_busy(const struct ws_ui *ui);
/* When the screen changes next by itself, in nanoseconds from now. 0: at once, because an animation runs (about 30
 * frames a second are enough). WS_TIME_NEVER: only keys or packets change it. */
ws_time ws_ui_next_change(const struct ws_ui *ui, const struct ws_model *model);

/* For --frame and tests: selects the connection, and puts its replay at the step of `frame`; 0: at its last step. Of several
 * points, both are as the point of the id counts. */
void ws_ui_select(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn, uint64_t frame);
/* Opens the lifelines of a connection at its first segment, and plays. Where the user has not chosen a speed, the
 * replay is guided: each segment stays on the screen until its text could be read. */
void ws_ui_play(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn);
/* Follows the first connection of a capture that goes on, or its datagrams. False: there is none yet. */
bool ws_ui_watch(struct ws_ui *ui, const struct ws_model *model);
/* Opens what there is to see in a whole capture, on top of the list: with one connection its lifelines, paused at the
 * first segment; with more than the screen has rows, the overview; without any, the UDP conversations or ARP, whichever
 * has more packets. */
void ws_ui_open_only(struct ws_ui *ui, const struct ws_model *model);
/* For --frame on a packet that belongs to no connection: shows it, which a point captured, in the packet screen. The frame's bytes are
 * copied. False: there is no memory for them. */
bool ws_ui_show_frame(struct ws_ui *ui, const struct ws_model *model, unsigned point,
                      const struct ws_frame *frame) WS_CHECKED;

/* ---- A lesson. It is borrowed, and must have been resolved. */

/* Begins the lesson: the replay plays up to its first stop. */
void ws_ui_lesson(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson *lesson);
/* Ends it: shows the screens again from which it was begun. */
void ws_ui_lesson_end(struct ws_ui *ui);
/* Other names for the keys, as in struct ws_ui_options, because those of a lesson come before those of screens. */
void ws_ui_key_names(struct ws_ui *ui, const char *const *key_name);
/* For --frame and tests: goes to a stop without playing; the stop after the last one is the page that ends the
 * lesson. Make the snapshot of ws_ui_position() next, and then call ws_ui_tick(). */
void ws_ui_lesson_stand(struct ws_ui *ui, const struct ws_model *model, size_t stop, bool answered);
/* The rows of the lesson's panel, at the bottom of the screen, as laid out last. */
int ws_ui_lesson_rows(const struct ws_ui *ui);
/* For a lesson printed as text. All draw from the canvas's first row on and return the rows they took: the title
 * and what the lesson is about; a stop's question; what is said to an answer that was typed (`right`: whether it is, or
 * NULL); the answer; and the page after the last stop. */
int ws_lesson_head(const struct ws_lesson *lesson, struct ws_canvas *canvas);
int ws_lesson_ask(const struct ws_lesson_stop *stop, struct ws_canvas *canvas);
int ws_lesson_reply(const struct ws_lesson_stop *stop, const char *typed, bool *right, struct ws_canvas *canvas);
int ws_lesson_answer(const struct ws_lesson_stop *stop, struct ws_canvas *canvas);
int ws_lesson_hint(const struct ws_lesson_stop *stop, size_t hint, struct ws_canvas *canvas); /* from 1 on */
/* What may come of what is tried at the stop, where something is. */
int ws_lesson_outcomes(const struct ws_lesson_stop *stop, struct ws_canvas *canvas);
int ws_lesson_end(const struct ws_lesson *lesson, struct ws_canvas *canvas);
/* The user has done the lesson: its last page has been shown. */
bool ws_ui_lesson_done(const struct ws_ui *ui);
/* The user has asked to watch live on lo what the lesson is about. */
bool ws_ui_lesson_wants_live(const struct ws_ui *ui);
/* The user has asked for the lesson that follows this one. */
bool ws_ui_lesson_wants_next(const struct ws_ui *ui);

/* ---- A stop at which the user tries something in the lab, which is a view of its own */

/* Where a lesson stands that goes on in another view. */
struct ws_lesson_state {
	size_t stop;
	uint64_t right;       /* a bit for each stop whose answer was typed and right */
	size_t came;          /* what has come of what was tried: 1 + the index of the outcome; 0: none */
	const char *left_out; /* borrowed: why it could not be tried; or NULL */
};
/* The user wants to try what the stop says. */
bool ws_ui_lesson_wants_attempt(const struct ws_ui *ui);
struct ws_lesson_state ws_ui_lesson_state(const struct ws_ui *ui);
/* Goes on, after ws_ui_lesson(), at the stop where something has been tried. */
void ws_ui_lesson_resume(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson_state *state);
/* In the view of the lab: says what is to be tried at the stop, and what has come of it. The lesson is borrowed. */
void ws_ui_attempt(struct ws_ui *ui, const struct ws_lesson *lesson, size_t stop);
size_t ws_ui_attempt_came(const struct ws_ui *ui);
/* The user wants to go on with the lesson. */
bool ws_ui_attempt_wants_back(const struct ws_ui *ui);

/* ---- The lab, with ws_ui_options.lab */

/* The next command for the wire (see the manual, SCENARIO FILES), with its newline, that the user has asked for. False:
 * there is none. */
bool ws_ui_lab_command(struct ws_ui *ui, char *command, size_t size);
/* The user has asked for the lab to begin again. */
bool ws_ui_lab_wants_again(const struct ws_ui *ui);

/* ---- Writing a file: the user names it, and the caller writes it. */

enum ws_file_content {
	WS_FILE_STREAM,     /* the bytes that the stream screen shows: ws_ui_write_stream() */
	WS_FILE_CONNECTION, /* one connection, in the form that the name's ending asks for */
	WS_FILE_GRAPH,      /* what the graph's screen shows, as .svg or .txt */
	WS_FILE_LESSON,     /* the lesson that is played as .html, or else `conn`, which may be 0, as above */
};
struct ws_file_request {
	enum ws_file_content content;
	ws_conn_id conn;
	char name[512]; /* as it was typed; never empty */
};
/* The file that the user has asked for. False: there is none, or it has been taken by an earlier call. */
bool ws_ui_file_request(struct ws_ui *ui, struct ws_file_request *request);
/* Shows a message until the next key, such as how writing the file went. It is copied. `good`: all went well. */
void ws_ui_tell(struct ws_ui *ui, const char *message, bool good);
/* For a key that does not go to ws_ui_key(), which does it itself. True: there was a message. */
bool ws_ui_clear_message(struct ws_ui *ui);

struct ws_sink {
	bool (*write)(void *context, const void *bytes, size_t length);
	void *context;
};
struct ws_stream_written {
	uint64_t bytes;    /* handed on */
	uint64_t missing;  /* bytes of the stream that were not captured or are no longer kept */
	uint64_t left_out; /* segments at the end that were not looked at: a stream has at most 262,144 pieces */
};
/* Hands on the bytes of the stream shown, each once and in the order of their sequence numbers. False: the sink failed,
 * or memory is short; errno says which. */
bool ws_ui_write_stream(struct ws_ui *ui, const struct ws_model *model, const struct ws_sink *sink,
                        struct ws_stream_written *written);

/* The canvas must have the size that the next draw will have; scrolling depends on it. */
void ws_ui_layout(struct ws_ui *ui, const struct ws_model *model, int columns, int rows);
void ws_ui_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

/* ---- The chart: the whole replay of the selected connection on one tall canvas, for exports */

enum { WS_CHART_BOXES = 3 }; /* rows of the boxes with the states */

struct ws_chart_step {
	int row, rows;              /* the words, and below them the arrow */
	int below;                  /* rows of calls below the arrow; 0 where `from` is a lifeline */
	int gap;                    /* row of the pause before the step; -1: none is shown */
	ws_time departure, arrival; /* replay time at speed 1 */
	int8_t from;   /* the lifeline that the segment leaves from; -1: it is not a segment that arrives in this row */
	int8_t leaves; /* the same, also where its arrow leads to another row */
};

struct ws_chart {
	int columns, rows, line[2]; /* columns of the two lifelines */
	int head; /* rows of title, verdict, endpoints, the bar of its time, and, as the last ones, the boxes with the states */
	size_t count, left_out; /* steps that are drawn, and steps at the end that are not because there are too many */
	int points_row;         /* where the names of several points are; -1: there is one point */
	ws_time wait;           /* replay time of the TIME_WAIT after the last step; 0: no endpoint waits */
	ws_time length;         /* replay time of all steps and of that wait */
	int left;               /* the endpoint on the left */
	struct ws_chart_step *step;
};

/* The words of a step, for exports that are not made of cells. The texts end with NUL. */
struct ws_chart_words {
	char segment[160];                                        /* the words at the arrow: "FIN,ACK seq 1 ack 5" */
	char what[640], lab[640], why[640], next[640], note[640]; /* its explanation once it has arrived; `lab` and
	                                                             `note` may be empty */
	/* Of the programs on the left and on the right, one a line; "" where there is none. The second ones come after the
	 * step. */
	char calls[2][128], calls_after[2][128];
	char pause[128];                  /* what the pause before the step is; "" where there is none worth a row */
	char wait[2][256];                /* for what each waits, and since when */
	char before[2][24], after[2][24]; /* states of the left and the right endpoint, with their marks */
	char name[2][32];                 /* "client", "server", in the language */
	struct ws_segment input;
	unsigned point; /* that captured it */
	/* Of several points, as in struct ws_step; `other` only where it is on the chart. */
	uint8_t way;
	bool lost;
	size_t other;
	char place[2][128]; /* the points nearest to the left and the right endpoint, with their clocks; may be empty */
};

/* Call ws_chart_close() also after a failure. Each of these functions moves the replay. */
bool ws_chart_open(struct ws_ui *ui, const struct ws_model *model, int columns, struct ws_chart *chart,
                   struct ws_error *error) WS_CHECKED;
void ws_chart_close(struct ws_chart *chart);
/* Draws all of it on a canvas of its size. */
bool ws_chart_draw(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart,
                   struct ws_canvas *canvas) WS_CHECKED;
/* Draws the state boxes, where they are on the chart, as they are when the segment of a step leaves or has
 * arrived; and from row `head` on the explanation of the step, in as many rows as the canvas has. */
bool ws_chart_moment(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, size_t step,
                     bool arrived, struct ws_canvas *canvas) WS_CHECKED;
/* Fills in the words of a step. */
bool ws_chart_words(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, size_t step,
                    struct ws_chart_words *words) WS_CHECKED;
/* Draws the state boxes when `share` (0 to 1) of the final TIME_WAIT has passed. */
bool ws_chart_countdown(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, double share,
                        struct ws_canvas *canvas) WS_CHECKED;

#endif
