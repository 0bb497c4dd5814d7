/* Draws the steps between two lifelines one by one: the screen draws those that fit, a chart all of them. Private
 * to src/scene/lifelines. */
#ifndef SCENE_SEGMENT_ROW_H
#define SCENE_SEGMENT_ROW_H

#include "scene/lifelines/lifelines.h"

struct segment_row_look {
	int row;
	bool single;  /* one row only */
	bool opening; /* it is the first one drawn, and shows the states that it starts from */
	bool flying;  /* on its way */
	bool current;
	bool lost;      /* later segments show that it did not arrive */
	ws_time before; /* time of the step before; the same step's when it is the first */
	bool first;
};

/* The rows a step takes. */
int segment_row_rows(const struct ws_step *step, bool single);
void segment_row_step(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                      const struct segment_row_look *look);
/* Writes what is shown between two steps with a pause between them. False: it is too short to mention. */
bool segment_row_gap(const struct layout *layout, const struct ws_step *step, const struct ws_step *next,
                     struct ws_text *text);
void segment_row_draw_gap(const struct layout *layout, struct ws_canvas *canvas, int row, const char *words);
/* Marks in `lost` which steps did not arrive: a segment that was sent again, or, where its ACK was captured, that
 * ACK. It shows only from the retransmission on, since nobody could know before. */
void segment_row_find_lost(const struct ws_step *steps, size_t count, bool *lost);

#endif
