/* The records of stretches of time. Private to src/output. */
#ifndef WS_OUTPUT_SPANS_H
#define WS_OUTPUT_SPANS_H

#include "output/internal.h"

/* Calls `write` for each stretch of a connection's time. False: its history is not kept. */
bool output_spans(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn,
                  void (*write)(struct ws_output *output, const struct subject *subject));
/* Appends a stretch's line. */
void text_span(struct ws_text *text, const struct subject *subject);

#endif
