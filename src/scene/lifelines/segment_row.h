/* Draws the steps between two lifelines one by one: the screen draws those that fit, a chart all of them. Private
 * to src/scene/lifelines. */
#ifndef SCENE_SEGMENT_ROW_H
#define SCENE_SEGMENT_ROW_H

#include "scene/lifelines/lifelines.h"

struct segment_row_look {
	int row, rows; /* down to the arrow's */
	bool single;   /* one row only */
	bool opening;  /* it is the first one drawn, and shows the states that it starts from */
	bool flying;   /* on its way */
	bool current;
	bool hangs;     /* in the air: of several points, only its sender's has captured it so far */
	bool lost;      /* later segments show that it did not arrive */
	ws_time before; /* time of the step before; the same step's when it is the first */
	bool first;
};

/* The rows a step takes down to that of its arrow, and those of calls below it. */
int segment_row_rows(const struct layout *layout, const struct ws_step *step, bool single, int *below);
void segment_row_step(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                      const struct segment_row_look *look);
/* Writes what is shown between the replay's step `index` and the next one, with a pause between them. False: it is too
 * short to mention. */
bool segment_row_gap(const struct layout *layout, size_t index, const struct ws_step *step, const struct ws_step *next,
                     struct ws_text *text);
void segment_row_draw_gap(const struct layout *layout, struct ws_canvas *canvas, int row, const char *words);
/* Marks in `lost` which steps did not arrive: a segment that was sent again, or, where its ACK was captured, that
 * ACK. It shows only from the retransmission on, since nobody could know before. */
void segment_row_find_lost(const struct ws_step *steps, size_t count, bool *lost);

/* segment_marks.c: the words of a segment's marks, and one more; their style, with the character of the arrow's shaft; the style of
 * its arrow. */
void segment_row_marks(const struct ws_step *step, struct ws_text *text);
void segment_row_add_mark(struct ws_text *text, const char *words);
enum ws_style segment_row_marks_style(const struct ws_step *step, uint32_t *shaft);
enum ws_style segment_row_style(const struct layout *layout, const struct ws_step *step);
/* What ways.c draws likewise. */
void segment_row_time(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                      const struct segment_row_look *look, int row);
void segment_row_fields(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step, int row,
                        int column, int limit, const char *label);

/* ways.c: over several points each departure and each arrival has a row, and an arrow leads from one to the other. */
struct ways {
	const struct ws_step *step;
	const int *row;      /* of each step's arrow */
	size_t first, count; /* step[0] is the replay's step `first` */
	size_t current;      /* the replay's step that is drawn in bold */
	int top, bottom;     /* rows that may be drawn in */
};
/* Draws the arrows of all segments, and their words. The rows of what is no segment are left as they are. */
void ways_draw(const struct layout *layout, struct ws_canvas *canvas, const struct ways *ways);
/* Appends the name of the point nearest to a side, with its clock: "server, clock +3.700 s ±15 ms". With one point, nothing. */
void ways_point_words(const struct layout *layout, int side, struct ws_text *text);
/* Draws the points' names at the tops of their lines, and what is known of their clocks. */
void ways_draw_points(const struct layout *layout, struct ws_canvas *canvas, int row);
/* Draws a thin line for each point between the two ends. */
void ways_draw_lines(const struct layout *layout, struct ws_canvas *canvas, int top, int bottom);

#endif
