/* The records of graphs. Private to src/output. */
#ifndef WS_OUTPUT_SERIES_H
#define WS_OUTPUT_SERIES_H

#include "output/internal.h"

#include <wirestate/graph.h>
#include <wirestate/points.h>

/* What a record of a series is of. */
struct series {
	enum ws_curve curve;
	unsigned direction;
	ws_time span;
	struct ws_graph_point point;
};

typedef void output_write_fn(struct ws_output *output, const struct subject *subject);
/* Calls `write` for each point of a connection. False: there was no memory for it. */
bool output_series(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn,
                   output_write_fn *write);
/* Writes a point as text. */
void text_series(struct ws_text *text, const struct subject *subject);

#endif
