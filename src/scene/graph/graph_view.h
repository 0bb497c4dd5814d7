/* State of the graph's screen. Private to src/scene. */
#ifndef SCENE_GRAPH_VIEW_H
#define SCENE_GRAPH_VIEW_H

#include <wirestate/plot.h>

/* Which directions are shown, as the likely client counts them. */
enum graph_sides { GRAPH_UNCHOSEN, GRAPH_CLIENT, GRAPH_SERVER, GRAPH_BOTH };

struct graph_view {
	struct ws_graph *graph;
	uint64_t number, generation, joins; /* of the connection and the model that it was opened for */
	bool complete;                      /* all points so far have been read */
	bool failed;                        /* there is no history, or no memory */
	enum ws_plot_kind kind;
	enum graph_sides sides;
	bool zoomed; /* `from` and `to` are valid, else all is shown */
	ws_time from, to;
	ws_time cursor; /* capture time at the cursor when the screen was laid out last */
};

#endif
