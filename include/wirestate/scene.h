/* Scenes: what is on the screen, as a function of the model, the reader's place in it, and time. No curses here.
 *
 *   main fills the model; keys become actions; ws_ui_act() and ws_ui_tick() move the reader; ws_ui_draw() draws.
 *   Drawing changes neither the model nor the ui. */
#ifndef WIRESTATE_SCENE_H
#define WIRESTATE_SCENE_H

#include <wirestate/canvas.h>
#include <wirestate/capture.h>
#include <wirestate/keys.h>
#include <wirestate/lesson.h>
#include <wirestate/screens.h>
#include <wirestate/track.h>

/* A subnet. ip_version 0: not known. */
struct ws_net {
	struct ws_addr address;
	uint8_t prefix; /* bits: up to 32 for version 4, 128 for 6 */
	uint8_t ip_version;
	bool guessed; /* from the traffic: never without saying so */
};

/* The world as the scenes see it. Everything is borrowed. */
struct ws_model {
	const struct ws_tracker *tracker;
	/* Tells trackers apart: a model has another generation than the one before when it shows another tracker. Not
	 * 0. */
	uint64_t generation;
	const char *source; /* file or interface name, for the title */
	bool live, loading;
	uint64_t loaded, total; /* bytes, while loading; total 0: unknown */
	struct ws_capture_stats capture;
	ws_time now;  /* capture time: the latest packet's, or the clock's when live */
	bool running; /* what is shown goes on by itself: live, or the timeline plays */
	/* The capture as a replay. While `past`, tracker, now and fetch are those of the world at an earlier time, and
	 * what is below says how it lies in the capture. */
	bool past;
	bool seeking;        /* the world that the reader wants is still being made; another one is shown */
	ws_time first, last; /* of the whole capture, as far as it is known */
	ws_time last_packet, next_packet; /* of the world shown, and the one behind it; WS_TIME_NEVER: none */
	uint64_t frame;                   /* number of the world's last packet */
	bool incomplete;                  /* its first packets are no longer kept */
	ws_time time_wait;                /* length of TIME_WAIT */
	const char *status_message;       /* an error or warning to show, or NULL */
	const char *confinement;          /* live: how well the process is fenced in, in a word or two, or NULL */
	struct ws_net net;                /* the capture's own subnet, as its interface or --net says */
	/* Reads a frame again; false when it is no longer kept. */
	bool (*fetch)(void *context, uint64_t position, struct ws_frame *frame);
	void *fetch_context;
};

struct ws_ui; /* opaque: which screen, what is selected, where the replay stands */

struct ws_ui_options {
	double speed; /* replay speed, 1 = real time; 0: 1 */
	ws_time idle; /* longest pause shown between packets; 0: 1 s */
	enum ws_screen screen;
	const char *filter; /* the list's display filter to begin with, or NULL */
	bool play;          /* begin at the capture's start, playing */
	/* By action: the text of its key ("Enter", "q"), for hint lines and help, NULL where it has none.
	 * WS_ACTION_COUNT of them; NULL: no hints. */
	const char *const *key_name;
};

struct ws_ui *ws_ui_create(const struct ws_ui_options *options, struct ws_error *error) WS_CHECKED;
void ws_ui_free(struct ws_ui *ui);

/* The screen the reader is on, for the meaning of the next key. */
enum ws_screen ws_ui_screen(const struct ws_ui *ui);
/* Does what a key asks. False: the action means nothing here. WS_ACT_QUIT, WS_ACT_MOUSE, and WS_ACT_BACK on the first
 * screen are the caller's business and return false. */
bool ws_ui_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
/* A line is being typed: keys are characters of it, see ws_ui_key(). */
bool ws_ui_typing(const struct ws_ui *ui);
/* Does what a key asks, whatever kind it is of. False: nothing has changed. */
bool ws_ui_key(struct ws_ui *ui, const struct ws_model *model, const struct ws_key *key);
/* Lets the replay run, and takes notice when the model has another tracker than before: call it behind every such
 * change before anything else (the tracker before may be gone by then). `clock` is monotonic, in nanoseconds, and only
 * differences of it are used. */
void ws_ui_tick(struct ws_ui *ui, const struct ws_model *model, ws_time clock);
/* The place in the capture whose world the reader wants to see. */
struct ws_position {
	bool past; /* false: the newest */
	bool playing;
	uint64_t frame; /* the world behind this packet; 0: the world at `time` */
	ws_time time;
};
struct ws_position ws_ui_position(const struct ws_ui *ui);

/* A long piece of work, like an order of a million connections, has more to do: ticks should follow each other without
 * a pause, as far as keys and packets have their turns between them. */
bool ws_ui_busy(const struct ws_ui *ui);
/* When the picture changes next by itself, in nanoseconds from now: 0 at once (an animation runs: about 30 a second are
 * enough), WS_TIME_NEVER when only keys or packets change it. */
ws_time ws_ui_next_change(const struct ws_ui *ui, const struct ws_model *model);

/* For --frame and tests: select the connection, and stand its replay at the step of `frame` (0: its end). */
void ws_ui_select(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn, uint64_t frame);
/* For --frame on a packet that belongs to no connection: show this one in the packet screen. The frame's bytes are
 * copied. False: there is no memory for them. */
bool ws_ui_show_frame(struct ws_ui *ui, const struct ws_model *model, const struct ws_frame *frame) WS_CHECKED;

/* ---- A lesson. It is borrowed, and must have been resolved. */

/* Begins it: the replay plays up to its first stop. */
void ws_ui_lesson(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson *lesson);
/* For pictures and tests: stands at a stop, without playing; behind the last one is the page that ends the lesson. The
 * world of ws_ui_position() must be made, and then ws_ui_tick() called. */
void ws_ui_lesson_stand(struct ws_ui *ui, const struct ws_model *model, size_t stop, bool answered);
/* The rows of its panel, at the bottom of the screen as laid out. */
int ws_ui_lesson_rows(const struct ws_ui *ui);
/* For a lesson as text, from the canvas's first row on; they return the rows taken. Its title and what it is about;
 * what a stop says, or with NULL what is behind the last one. */
int ws_lesson_head(const struct ws_lesson *lesson, struct ws_canvas *canvas);
int ws_lesson_page(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, struct ws_canvas *canvas);
/* The reader has asked for the lesson behind this one. */
bool ws_ui_lesson_wants_next(const struct ws_ui *ui);

/* ---- Writing a file: the user names it, and the caller writes it. */

enum ws_file_content {
	WS_FILE_STREAM,     /* the bytes that the stream screen shows: ws_ui_write_stream() */
	WS_FILE_CONNECTION, /* one connection, in the form that the name's ending asks for */
};
struct ws_file_request {
	enum ws_file_content content;
	ws_conn_id conn;
	char name[512]; /* as it was typed; never empty */
};
/* The file that the user has asked for. False: there is none, or it has been taken by an earlier call. */
bool ws_ui_file_request(struct ws_ui *ui, struct ws_file_request *request);
/* Shows how writing it went, until the next key. `message` is copied; `good`: the file is complete. */
void ws_ui_file_done(struct ws_ui *ui, const char *message, bool good);

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

/* ---- The whole replay of the selected connection in one tall picture, for exports */

enum { WS_CHART_HEAD = 5 }; /* rows of title, endpoints and the boxes with their states */

struct ws_chart_step {
	int row, rows;              /* what it says, and below it its arrow */
	int gap;                    /* the row of the pause before it; -1: none */
	ws_time departure, arrival; /* replay time at speed 1 */
	int8_t from;                /* the lifeline that it leaves from; -1: it is no segment */
};

struct ws_chart {
	int columns, rows, line[2]; /* columns of the two lifelines */
	size_t count, left_out;     /* steps that are drawn, and not: there were too many */
	ws_time wait;               /* replay time of the TIME_WAIT behind the last step; 0: nobody waits */
	ws_time length;             /* of the replay, that wait included */
	int left;                   /* the endpoint on the left */
	struct ws_chart_step *step;
};

/* What a step says, for exports that are not made of cells. The texts end with NUL. */
struct ws_chart_words {
	char segment[160];                              /* "FIN,ACK seq 1 ack 5": what stands at the arrow */
	char what[512], why[512], next[512], note[512]; /* its explanation once it has arrived; `note` may be empty */
	char before[2][24], after[2][24]; /* states of the left and the right endpoint, with their marks */
	char name[2][16];                 /* "client", "server" */
	struct ws_segment input;
};

/* ws_chart_close() is due also after a failure. All of them move the replay to another place. */
bool ws_chart_open(struct ws_ui *ui, const struct ws_model *model, int columns, struct ws_chart *chart,
                   struct ws_error *error) WS_CHECKED;
void ws_chart_close(struct ws_chart *chart);
/* Draws all of it on a canvas of its size. */
bool ws_chart_draw(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart,
                   struct ws_canvas *canvas) WS_CHECKED;
/* The boxes, where they are in the whole picture, as they are when a step's segment leaves or has arrived; and from row
 * WS_CHART_HEAD on its explanation, in as many rows as the canvas has. */
bool ws_chart_moment(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, size_t step,
                     bool arrived, struct ws_canvas *canvas) WS_CHECKED;
/* Fills in what a step says. */
bool ws_chart_words(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, size_t step,
                    struct ws_chart_words *words) WS_CHECKED;
/* The boxes when `share` (0 to 1) of that wait is over. */
bool ws_chart_countdown(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, double share,
                        struct ws_canvas *canvas) WS_CHECKED;

#endif
