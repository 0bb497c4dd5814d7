/* The steps between two lifelines, one by one: the screen draws those that fit, an export all of them. */
#ifndef SCENE_SEGMENT_ROW_H
#define SCENE_SEGMENT_ROW_H

#include "scene/lifelines/lifelines.h"

struct segment_row_look {
	int row;
	bool single;  /* one row only */
	bool opening; /* the first one drawn: says which states it starts from */
	bool flying;  /* on its way */
	bool current;
	bool lost;      /* what came later says that it did not arrive */
	ws_time before; /* time of the step before; the same step's when it is the first */
	bool first;
};

/* The rows a step takes. */
int segment_row_rows(const struct ws_step *step, bool single);
void segment_row_step(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                      const struct segment_row_look *look);
/* What stands between two steps with a pause between them; false: it is too short to mention. */
bool segment_row_gap(const struct layout *layout, const struct ws_step *step, const struct ws_step *next,
                     struct ws_text *text);
void segment_row_draw_gap(const struct layout *layout, struct ws_canvas *canvas, int row, const char *words);
/* A segment that is sent again did not arrive, unless its ACK was seen: then that did not. It shows from the repetition
 * on, since nobody could know before. `lost` marks which of the steps did not arrive. */
void segment_row_find_lost(const struct ws_step *steps, size_t count, bool *lost);

#endif
