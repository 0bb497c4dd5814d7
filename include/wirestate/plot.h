/* A graph laid out for a picture: which curves, which part of them, and axes with ticks. Screens draw it with cells,
 * and exports with lines. */
#ifndef WIRESTATE_PLOT_H
#define WIRESTATE_PLOT_H

#include <wirestate/canvas.h>
#include <wirestate/graph.h>
#include <wirestate/language.h>
#include <wirestate/scene.h>

const char *ws_plot_words(enum ws_plot_kind kind);

enum { WS_PLOT_TICKS = 12, WS_PLOT_CURVES = 4 };

/* From `low` to `high`: nanoseconds since 1970, numbers, or what the curves' unit is. low < high. */
struct ws_plot_axis {
	int64_t low, high;
	unsigned count;
	struct ws_plot_tick {
		double at; /* 0 is `low`, 1 `high` */
		char label[24];
	} tick[WS_PLOT_TICKS];
};

/* How a curve is drawn. BARS: each point from its lower to its higher value. STAIRS: a value goes on until the next one,
 * as ws_graph_value_after() says. LINE: straight from point to point. */
enum ws_plot_shape { WS_PLOT_BARS, WS_PLOT_STAIRS, WS_PLOT_LINE };

struct ws_plot_curve {
	enum ws_curve curve;
	enum ws_plot_shape shape;
	enum ws_style style;
	const char *words;
	bool above; /* it is far above the others, and not in the picture */
};

struct ws_plot {
	enum ws_plot_kind kind;
	unsigned direction;        /* the endpoint whose data it is about */
	char title[128], side[64]; /* "sequence numbers, client to server"; "client to server" */
	struct ws_plot_axis x, y;
	unsigned count;
	struct ws_plot_curve curve[WS_PLOT_CURVES]; /* those in front come last */
};

/* Lays out a direction's plot from `from` to `to`, with at most so many ticks on each axis. */
void ws_plot_make(struct ws_plot *plot, const struct ws_graph *graph, const struct ws_conn_info *info,
                  enum ws_plot_kind kind, unsigned direction, ws_time from, ws_time to, unsigned x_ticks,
                  unsigned y_ticks);
double ws_plot_place(const struct ws_plot_axis *axis, int64_t value);
/* A value in its unit: "14.6 kB", "31.2 ms", "1.25 MB/s". */
void ws_plot_value_words(struct ws_text *text, enum ws_curve curve, int64_t value);

/* What a column of the picture shows of a curve: the range of its points there, and the values with which it comes from
 * the left and goes on. */
struct ws_plot_column {
	bool any, before;    /* it has points; there are points left of it */
	int64_t low, high;   /* of its points, and of stairs where they fall between points */
	int64_t first, last; /* the values of its first and its last point */
	int64_t enter;       /* the value at its left edge; valid when `before` */
	int64_t leave;       /* the value at its right edge; valid when `any` or `before` */
	uint32_t marks;
};
/* `at` is one of `columns`. */
void ws_plot_column(const struct ws_plot *plot, const struct ws_graph *graph, enum ws_curve curve, int at, int columns,
                    struct ws_plot_column *column);

/* X(mark, letter, style, words): the marks that are shown above a plot, the most important first. */
#define WS_PLOT_LETTERS(X)                                                                                             \
	X(WS_POINT_RST, 'X', WS_STYLE_BAD, "RST")                                                                      \
	X(WS_POINT_LOST, 'L', WS_STYLE_BAD, N_("lost"))                                                                \
	X(WS_POINT_RETRANSMISSION, 'R', WS_STYLE_BAD, N_("sent again"))                                                \
	X(WS_POINT_ZERO_WINDOW, 'Z', WS_STYLE_WARN, N_("window 0"))                                                    \
	X(WS_POINT_OUT_OF_ORDER, 'O', WS_STYLE_WARN, N_("out of order"))                                               \
	X(WS_POINT_WINDOW_FULL, 'W', WS_STYLE_WARN, N_("window full"))                                                 \
	X(WS_POINT_DUPLICATE_ACK, 'd', WS_STYLE_WARN, N_("duplicate ACK"))                                             \
	X(WS_POINT_FIN, 'F', WS_STYLE_STATE_CLOSING, "FIN")                                                            \
	X(WS_POINT_SYN, 'S', WS_STYLE_STATE_OPENING, "SYN")

struct ws_plot_letter {
	uint8_t mark; /* enum ws_point_mark */
	char letter;
	uint8_t style; /* enum ws_style */
	const char *words;
};
/* NULL: there are fewer. */
const struct ws_plot_letter *ws_plot_letter(size_t index);

/* ---- The graph that a ui shows */

/* All points have been read. NULL: there is none. */
const struct ws_graph *ws_ui_graph(struct ws_ui *ui, const struct ws_model *model);
/* Lays out what the screen shows: 0 for its first plot, 1 for the second. False: there is none. */
bool ws_ui_plot(struct ws_ui *ui, const struct ws_model *model, unsigned index, unsigned x_ticks, unsigned y_ticks,
                struct ws_plot *plot) WS_CHECKED;

#endif
