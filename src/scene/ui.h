/* The reader's place: which screen, what is selected, where the replay stands. Private to src/scene. */
#ifndef SCENE_UI_H
#define SCENE_UI_H

#include "scene/bytes/stream.h"
#include "scene/file_request.h"
#include "scene/list/list.h"
#include "scene/tables/hosts.h"
#include "scene/tables/tables.h"
#include "scene/widgets/prompt.h"

#include <wirestate/scene.h>

/* ---- A place to jump to, as it is typed: "17" is a packet, "12.5s" a time (ms, s, m, h) */

struct seek_target {
	bool is_time;
	uint64_t frame;
	ws_time time;
};
bool seek_parse(const char *text, struct seek_target *wanted, struct prompt_error *error); /* place.c */

/* ---- The replay of one connection */

#define REPLAY_FLIGHT (600 * WS_MILLISECOND) /* how long a segment flies at speed 1 */

struct replay_change {
	size_t step;
	uint8_t endpoint, from, to;
	bool taken_back; /* a presumed state that was not so */
};

struct replay {
	struct ws_replay *steps; /* NULL: none open */
	ws_conn_id conn;
	uint64_t number;
	size_t step;
	ws_time phase;          /* replay time since the step's segment left; from REPLAY_FLIGHT on it has arrived */
	bool playing, stepping; /* `stepping`: only until this segment has arrived */
	bool loop, swapped, absolute, follow;
	struct ws_addr address[2]; /* numbers differ where the beginning of a capture is no longer kept: these do not */
	uint16_t port[2];
	double speed;
	ws_time idle;
	struct replay_change *changes; /* of the steps [0, scanned) */
	size_t change_count, change_capacity, scanned;
};

/* ---- The whole capture as a replay */

struct timeline {
	bool past, playing;
	uint64_t frame; /* behind this packet; 0: at `at` */
	ws_time at;
};

/* ---- One packet */

enum packet_row_kind { ROW_LAYER, ROW_FIELD, ROW_OPTION, ROW_DATAGRAM, ROW_FRAGMENT, ROW_NOTE };

struct packet_row {
	uint8_t kind, layer, depth;
	uint16_t field;          /* ROW_FIELD: index in the header's table; ROW_FRAGMENT: among the fragments */
	uint32_t cursor;         /* ROW_OPTION: hand it to ws_option_next() */
	uint32_t offset, length; /* the bytes it stands for; length 0: none */
};

#define PACKET_ROWS 512
#define PACKET_FRAGMENTS 64

/* All of one datagram that are known, by offset. */
struct packet_fragments {
	size_t count;
	bool more;      /* than fit in here */
	bool end_known; /* the last one is among them */
	uint32_t length, missing;
	uint64_t seen; /* fragments that there were when it was made */
	struct ws_fragment_info fragment[PACKET_FRAGMENTS];
};

struct packet_view {
	bool present; /* `frame` holds a packet's bytes */
	bool alone;   /* of no connection */
	struct ws_frame frame;
	uint8_t *bytes;
	size_t capacity;
	struct ws_packet packet;
	struct packet_fragments fragments;
	uint32_t expanded; /* bit set over enum ws_header */
	bool expanded_chosen;
	struct packet_row row[PACKET_ROWS];
	size_t row_count, selected, top;
	bool in_bytes; /* the lower pane has the keys */
	uint32_t byte; /* pointed at there */
	/* Of a lesson's stop: the fields it is about, whose layers are open; without the others where those do not fit.
	 */
	const struct ws_lesson_field *field; /* borrowed; NULL: none */
	size_t field_count;
	bool only_fields;
	int fields_room; /* rows that this was decided for; 0: not yet */
};

/* ---- A lesson that is played */

struct lesson_view {
	const struct ws_lesson *lesson; /* NULL: none */
	size_t stop;                    /* its number of stops: the page behind them */
	bool answered;
	bool settled; /* the stop's screen has been opened in its world */
	bool playing; /* the replay is on its way to the stop */
	bool wants_next;
	enum ws_screen
	        screen; /* where it has been opened, and the replay's step there: elsewhere the reader looks around */
	size_t step;
	int rows; /* of the panel, as laid out */
};

/* ---- All */

#define UI_DEPTH 8

struct ws_ui {
	struct ws_ui_options options;
	enum ws_screen stack[UI_DEPTH]; /* the screens that led here; the last one is shown */
	int depth;
	int columns, rows;
	ws_time clock; /* of the last tick; 0: none yet */
	struct list_view list;
	struct hosts_view hosts;
	struct replay replay;
	struct timeline timeline;
	const struct ws_tracker *tracker; /* whose connections the replay is about */
	struct packet_view packet;
	struct stream_view stream;
	struct udp_view udp;
	struct arp_view arp;
	struct statistics_view statistics;
	struct file_request file;
	struct lesson_view lesson;
	struct prompt prompt;
	int help_top;
};

#define UI_MIN_COLUMNS 40
#define UI_MIN_ROWS 10

void ui_open(struct ws_ui *ui, enum ws_screen screen);
bool ui_leave(struct ws_ui *ui); /* to the screen before; false: this is the first */

/* replay.c */
bool replay_open(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn);
void replay_close(struct replay *replay);
bool replay_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void replay_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed);
void replay_layout(struct ws_ui *ui, const struct ws_model *model);
ws_time replay_next_change(const struct ws_ui *ui, const struct ws_model *model);
void replay_stand(struct replay *replay, size_t step); /* at a step whose segment has arrived, paused */
bool replay_step(const struct replay *replay, size_t index, struct ws_step *step);
size_t replay_count(const struct replay *replay);
/* How long the replay shows the pause after a step; `gap`: how long it was, -1 after the last. */
ws_time replay_shown(const struct replay *replay, const struct ws_step *step, const struct ws_step *next, ws_time *gap);
/* Capture time at the place where the replay stands. */
ws_time replay_time(const struct replay *replay, const struct ws_model *model, const struct ws_step *step,
                    const struct ws_step *next);
/* The endpoint drawn on the left. */
int replay_left(const struct replay *replay, const struct ws_conn_info *info);
bool replay_arrived(const struct replay *replay, const struct ws_step *step);

void replay_change_speed(struct replay *replay, int direction);
void replay_snapshot_changed(struct ws_ui *ui, const struct ws_model *model); /* another tracker than before */
bool replay_reopen(struct ws_ui *ui, const struct ws_model *model);           /* its connection may have begun by now */

/* timeline.c */
bool timeline_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void timeline_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed);
/* "paused at 1.5 s of 20 s"; false, and nothing, at the end of the capture. */
bool timeline_text(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text);

/* replay_path.c */
/* Looks for changes of state in at most `limit` more steps; true when all steps have been looked at. */
bool replay_scan(struct replay *replay, const struct ws_model *model, size_t limit);
void replay_forget(struct replay *replay);
/* The step of the next change, or of the one before; false: there is none. */
bool replay_next_state_change(struct replay *replay, const struct ws_model *model, size_t *step);
bool replay_previous_state_change(const struct replay *replay, size_t *step);
/* This step starts the endpoint's TIME_WAIT over. */
bool replay_waits_again(const struct ws_step *step, int endpoint, ws_time time_wait);
/* How often its TIME_WAIT has started over up to `step`, since it began. */
size_t replay_waits_restarted(const struct replay *replay, int endpoint, size_t step);

/* lifelines.c, boxes.c, notes.c */
void lifelines_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

/* What every part of the lifelines needs to know about the layout. */
struct layout {
	const struct ws_ui *ui;
	const struct ws_model *model;
	struct ws_conn_info info;
	struct ws_step step, next;
	bool has_next, arrived;
	size_t count;
	ws_time time; /* capture time shown */
	int left;     /* the endpoint on the left */
	bool roles_known;
	uint8_t state[2], certainty[2]; /* as shown */
	ws_time wait_end[2];            /* as shown: when TIME_WAIT is over; 0: not waiting */
	/* Columns. */
	int columns;                     /* that the lifelines may take */
	int time_width, gutter, line[2]; /* of the left and the right lifeline */
	bool brief;                      /* short names of states beside the lifelines */
};

/* compose.c */
bool layout_compose(const struct ws_ui *ui, const struct ws_model *model, int columns, struct layout *layout);
const char *layout_name(const struct layout *layout, int endpoint); /* "client", "server" */
/* Instead of a picture: why there is none. */
void layout_missing(const struct ws_ui *ui, struct ws_canvas *canvas);
void layout_title(const struct layout *layout, struct ws_canvas *canvas);
void layout_names(const struct layout *layout, struct ws_canvas *canvas, int column, int columns);
/* "FIN,ACK seq 1 ack 5 len 20": what a segment says. `brief`: without what matters least beside a mark. */
void layout_segment(const struct layout *layout, const struct ws_step *step, bool brief, struct ws_text *text);
void layout_event(const struct layout *layout, const struct ws_step *step, struct ws_text *text);
void boxes_draw(const struct layout *layout, struct ws_canvas *canvas, int row);
void notes_draw(const struct layout *layout, struct ws_canvas *canvas, int row, int rows);
/* What to explain about a step, in our words; NULL: nothing special. */
const char *notes_find(const struct layout *layout);

/* diagram.c */
/* The rows that the diagram needs when it may take this room; 0: it does not fit. */
int diagram_rows(int columns, int rows);
void diagram_draw_in(const struct layout *layout, struct ws_canvas *canvas, int row, int rows, int column, int columns);
void diagram_draw_path(const struct layout *layout, struct ws_canvas *canvas, int row, int column, int limit,
                       int endpoint);
void diagram_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

/* packet_rows.c, packet.c */
void packet_free(struct packet_view *view);
bool packet_load(struct packet_view *view, const struct ws_frame *frame);
void packet_build(struct packet_view *view);
const char *packet_layer_name(const struct ws_layer *layer);
void packet_row_text(const struct packet_view *view, const struct packet_row *row, struct ws_text *label,
                     struct ws_text *value);
void packet_row_bits(const struct packet_view *view, const struct packet_row *row, struct ws_text *text, int width);
void packet_row_meaning(const struct packet_view *view, const struct packet_row *row, struct ws_text *meaning,
                        const char **reference);
/* packet_fragments.c */
void packet_find_fragments(struct packet_view *view, const struct ws_model *model);
void packet_datagram_text(const struct packet_view *view, struct ws_text *label, struct ws_text *value);
void packet_fragment_text(const struct packet_view *view, size_t index, struct ws_text *label, struct ws_text *value);
void packet_fragment_meaning(const struct packet_view *view, size_t index, struct ws_text *meaning);

/* Shows these fields of the packet that is shown. */
void packet_show_fields(struct packet_view *view, const struct ws_lesson_field *field, size_t count);
void packet_select_byte(struct packet_view *view); /* the row that owns `byte` */
bool packet_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void packet_layout(struct ws_ui *ui, const struct ws_model *model);
void packet_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

/* Fetches a frame and shows it in the packet screen, as one of no connection. */
bool packet_show_at(struct ws_ui *ui, const struct ws_model *model, uint64_t position, uint64_t number);

/* lesson.c */
/* Does what a lesson's own keys ask. False: nothing. */
bool lesson_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void lesson_tick(struct ws_ui *ui, const struct ws_model *model);
/* The stop whose question is shown; NULL: none is, yet. */
const struct ws_lesson_stop *lesson_stop(const struct ws_ui *ui);
/* A field of a packet that the answer shown speaks of. */
bool lesson_marks(const struct ws_ui *ui, uint64_t frame, const char *layer, const char *field);
/* The reader has left the stop's place to look around. */
bool lesson_is_away(const struct ws_ui *ui);

/* lesson_draw.c */
bool lesson_too_small(int columns, int rows);
void lesson_least(int *columns, int *rows); /* the size that is not too small */
/* The rows at the bottom that the lesson takes; the scene's own lines of keys are not among the others. */
int lesson_layout(struct ws_ui *ui, int columns, int rows);
void lesson_draw(const struct ws_ui *ui, struct ws_canvas *canvas);
/* The scene's canvas: the upper part of `canvas`. */
struct ws_canvas lesson_scene(const struct ws_ui *ui, const struct ws_canvas *canvas);

/* help.c */
bool ui_applies(enum ws_action action, enum ws_screen screen);
bool help_act(struct ws_ui *ui, enum ws_action action);
void help_draw(const struct ws_ui *ui, struct ws_canvas *canvas);

#endif
