/* The records of the overview. Private to src/output. */
#ifndef WS_OUTPUT_OVERVIEW_H
#define WS_OUTPUT_OVERVIEW_H

#include "output/internal.h"

/* Groups the connections, and calls `write` for each group. False: there was no memory for that. */
bool output_overview(struct ws_output *output, const struct ws_tracker *tracker,
                     void (*write)(struct ws_output *output, const struct subject *subject));
/* Appends a group's line. */
void text_overview(struct ws_text *text, const struct subject *subject);

#endif
