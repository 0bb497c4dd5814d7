/* The lifelines and the state diagram of one connection. Private to src/scene/lifelines. */
#ifndef SCENE_LIFELINES_H
#define SCENE_LIFELINES_H

#include "scene/lifelines/replay.h"

#include <wirestate/language.h>
#include <wirestate/text.h>

/* state_changes.c */
/* Looks for changes of state in at most `limit` more steps. True: it has looked at all. */
bool replay_scan(struct replay *replay, const struct ws_model *model, size_t limit);
void replay_forget(struct replay *replay);
/* The step of the next change, or of the one before. False: there is none. */
bool replay_next_state_change(struct replay *replay, const struct ws_model *model, size_t *step);
bool replay_previous_state_change(const struct replay *replay, size_t *step);
/* True when this step starts the endpoint's TIME_WAIT over. */
bool replay_waits_again(const struct ws_step *step, int endpoint, ws_time time_wait);
/* How often the endpoint's TIME_WAIT has started over since it began, up to `step`. */
size_t replay_waits_restarted(const struct replay *replay, int endpoint, size_t step);

/* problems.c */
void problems_note(struct replay_problems *problems, size_t index, const struct ws_step *step);
void problems_forget(struct replay_problems *problems);
/* Stands the replay at the next problem, or the one before; where there is none, it stays. */
void problems_jump(struct replay *replay, const struct ws_model *model, bool forward);
/* Appends "  problem 3 of 12", after such a jump. */
void problems_words(const struct replay *replay, struct ws_text *text);

/* layout.c */
/* What all parts of the lifelines need to know. */
struct layout {
	const struct ws_ui *ui;
	const struct ws_model *model;
	struct ws_conn_info info;
	struct ws_step step, next;
	struct ws_step whole; /* the step; of several points, the segment's departure and its arrival as one step */
	bool has_next, arrived;
	bool few_calls; /* only those of the step that is shown stand beside it, so that more segments can be seen */
	bool told;      /* the step is explained as it is once its segment has arrived, also while that flies */
	size_t count, shown; /* steps; the one that is shown */
	ws_time time;        /* capture time shown */
	int left;            /* the endpoint on the left */
	bool roles_known;
	bool lab;                       /* the capture has the programs' real calls */
	bool calls;                     /* calls are shown */
	bool shut[2];                   /* the endpoint's program has called shutdown(), not close() */
	uint8_t state[2], certainty[2]; /* as shown */
	bool waited;                    /* the step is the end of a TIME_WAIT, which no packet of the capture follows */
	ws_time wait_end[2];            /* as shown: when TIME_WAIT is over; 0: not waiting */
	/* Columns. */
	int columns;                     /* that the lifelines may take */
	int time_width, gutter, line[2]; /* of the left and the right lifeline */
};

/* Fills in what belongs to a step, as it is once the segment has arrived, and no columns. False: it is not there. */
bool layout_step(const struct ws_ui *ui, const struct ws_model *model, size_t index, struct layout *layout);
/* For what the replay shows now. */
bool layout_compose(const struct ws_ui *ui, const struct ws_model *model, int columns, struct layout *layout);
bool layout_is_server(const struct layout *layout, int endpoint);
const char *layout_name(const struct layout *layout, int endpoint); /* "client", "server", in the language */
/* Says why there is nothing to draw. */
void layout_missing(const struct ws_ui *ui, struct ws_canvas *canvas);
void layout_title(const struct layout *layout, struct ws_canvas *canvas);
void layout_names(const struct layout *layout, struct ws_canvas *canvas, int row, int column, int columns);
/* Draws where the connection's time went as a bar, if that is known. */
void layout_shares(const struct layout *layout, struct ws_canvas *canvas, int row, int limit);
/* Writes what a segment says: "FIN,ACK seq 1 ack 5 len 20". Of what there may be no room for, `left_out` (0 to
 * LAYOUT_LEAVES_OUT) things are left out, the least important first. */
enum { LAYOUT_LEAVES_OUT = 5 };
void layout_segment(const struct layout *layout, const struct ws_step *step, int left_out, struct ws_text *text);
void layout_event(const struct layout *layout, const struct ws_step *step, struct ws_text *text);
void boxes_draw(const struct layout *layout, struct ws_canvas *canvas, int row);
/* What the endpoints' own kernels say, each below its box. Returns the rows that this takes: 0 where it is not known.
 */
int boxes_draw_kernels(const struct layout *layout, struct ws_canvas *canvas, int row);
/* Draws the calls in which the lab's programs are: "in accept(3) …". */
void boxes_draw_calls(const struct layout *layout, struct ws_canvas *canvas, int row);
enum notes_paragraph { NOTES_WHAT, NOTES_LAB, NOTES_WHY, NOTES_NEXT, NOTES_NOTE };
/* Appends one paragraph of a step's explanation; of NOTES_NOTE maybe nothing. */
void notes_text(const struct layout *layout, enum notes_paragraph paragraph, struct ws_text *text);
/* True for the paragraphs that a guided replay shows while it plays: no more than can be read. */
bool notes_guided(const struct layout *layout, enum notes_paragraph paragraph);
void notes_draw(const struct layout *layout, struct ws_canvas *canvas, int row, int rows);
/* The rows that all of it takes. */
int notes_rows(const struct layout *layout, int columns);
/* True when at least the first paragraph fits. */
bool notes_fit(const struct layout *layout, int columns, int rows);
/* The note about a step, in English; NULL: there is nothing special to explain. */
const char *notes_find(const struct layout *layout);

/* ways_notes.c: for several points */
/* More segments may come: one that has not arrived may still do so. */
bool ways_goes_on(const struct ws_model *model);
/* A departure and its arrival as one step; any other step as it is. */
struct ws_step ways_whole(const struct replay *replay, const struct ws_step *step);
/* Says when a segment that left arrived, or what became of it. */
void ways_say_fate(const struct layout *layout, struct ws_text *text);
/* Says that a segment arrives, and when it had left. */
void ways_say_arrival(const struct layout *layout, struct ws_text *text);
/* Says of a segment that is sent again what became of the first copy. Returns whether that is known. */
bool ways_say_again(const struct layout *layout, struct ws_text *text);
/* Where the step is one of two segments that answer each other and bring nothing new: how often, and why. */
bool loops_say(const struct layout *layout, struct ws_text *text);

/* calls.c */
enum { CALLS_MOST = 3, CALL_ROOM = 40 };
/* The calls of an endpoint's program that belong to a step, the first one first: "~connect() = 0". Those from `before`
 * on come after what a step is that is only one moment, a departure or an arrival. */
struct calls {
	int count, before;
	char text[CALLS_MOST][CALL_ROOM];
};
/* Finds what calls_find() needs to know about the connection. */
void calls_prepare(struct layout *layout);
/* Finds the calls at a step, each in the longest form that `width` columns hold. */
void calls_find(const struct layout *layout, const struct ws_step *step, int endpoint, int width, struct calls *calls);
void calls_add_real(struct calls *calls, const char *name, const char *result, bool after, int width);

/* waits.c */
enum { WAIT_ROOM = 256, GAP_ROOM = 128 }; /* bytes for what waits_find() says, and for a pause's words */
#define WAITS_LEAST (250 * WS_MILLISECOND)
/* Says for what the endpoint waits, and since when: "CLOSE_WAIT 23 s: the server's program has not called close()".
 * False: it has not waited for WAITS_LEAST yet, or does not wait, or the other endpoint's wait says more; *passed is
 * negative then, but for the first. */
bool waits_find(const struct layout *layout, int endpoint, struct ws_text *text, ws_time *passed);
/* Says in a few words for what the pause after the replay's step `index` waits: "3 s: no close() by the server", or "3 s
 * idle". */
void waits_at_gap(const struct layout *layout, size_t index, const struct ws_step *step, const struct ws_step *next,
                  ws_time gap, struct ws_text *text);

/* margin.c */
/* The rows that states and calls at a step take beside the lifelines, down to that of the arrow, and those below it. */
int margin_rows(const struct layout *layout, const struct ws_step *step, int *below);
struct segment_row_look;
void margin_draw(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                 const struct segment_row_look *look);

/* evidence.c: for captures of the lab */
bool evidence_of_lab(const struct layout *layout); /* the capture is one */
/* The flight of a step's segment; NULL: it is not known. */
const struct ws_flight *evidence_flight(const struct layout *layout, const struct ws_step *step);
/* The segment is still in the air at that moment. */
bool evidence_hangs(const struct layout *layout, const struct ws_step *step);
/* Appends the call in which an endpoint's program is at that moment: "in accept(3) …". False: it is in none. */
bool evidence_open_call(const struct layout *layout, int endpoint, struct ws_text *text);
void evidence_calls(const struct layout *layout, const struct ws_step *step, int endpoint, int width,
                    struct calls *calls);
/* Appends the state that an endpoint's own kernel was in: "kernel FIN_WAIT_2". The style is green where the state that
 * is inferred is the same, yellow where it is presumed and differs, and red where it differs otherwise. False: it is
 * not known. */
bool evidence_kernel(const struct layout *layout, int endpoint, struct ws_text *text, enum ws_style *style);
/* Appends what the programs and the wire did at the step; nothing where that is not known. */
void evidence_text(const struct layout *layout, struct ws_text *text);

/* host.c: for live captures on the own host */
/* Appends what the kernel says of an endpoint that is this host's: "kernel FIN_WAIT_1 · send-q 14 K". The style is as
 * above. False: it says nothing. */
bool host_kernel(const struct layout *layout, int endpoint, struct ws_text *text, enum ws_style *style);
/* Appends what the kernel knows of both endpoints now, and packets do not show; nothing at an earlier step. */
void host_text(const struct layout *layout, struct ws_text *text);

/* pane.c */
/* The columns of the pane beside the lifelines; 0: there is no room for it. `bottom`: the first row below it. */
int pane_columns(const struct ws_ui *ui, int columns, int bottom);
void pane_layout(struct ws_ui *ui, const struct ws_model *model, int bottom);
void pane_draw(const struct layout *layout, struct ws_canvas *canvas, int bottom);

/* diagram.c */
/* The rows that the diagram takes when it may have this room; 0: it does not fit. */
int diagram_rows(int columns, int rows);
void diagram_draw_in(const struct layout *layout, struct ws_canvas *canvas, int row, int rows, int column, int columns);
void diagram_draw_path(const struct layout *layout, struct ws_canvas *canvas, int row, int column, int limit,
                       int endpoint);

#endif
