/* Drawing a plot with cells: dots of Braille, eight in a cell, or one ASCII character for each cell.
 *
 * Curves are drawn one after another into a raster of dots. A cell has one colour, that of the curve in front. Above
 * the plot, a row of letters says where something particular happened: where many points share a column, the most
 * important. */
#include "scene/graph/graph_draw.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

struct raster {
	struct ws_canvas *canvas;
	const struct ws_plot *plot;
	const struct ws_graph *graph;
	int left, top, columns, rows; /* cells */
	int across, down;             /* dots in a cell */
	char character;               /* ASCII: of the curve that is drawn */
	enum ws_style style;
};

/* ---- Dots */

static int width_of(const struct raster *raster)
{
	return raster->columns * raster->across;
}

static int height_of(const struct raster *raster)
{
	return raster->rows * raster->down;
}

static void put_dot(const struct raster *raster, int x, int y)
{
	static const uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
	struct ws_canvas *canvas = raster->canvas;
	if (x < 0 || x >= width_of(raster) || y < 0 || y >= height_of(raster))
		return;
	const int column = raster->left + x / raster->across;
	const int row = raster->top + raster->rows - 1 - y / raster->down;
	if (row >= canvas->rows || column >= canvas->columns)
		return;
	struct ws_cell *cell = &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
	if (raster->character) {
		ws_canvas_put(canvas, row, column, raster->style, (uint32_t)raster->character);
		return;
	}
	const uint32_t before = cell->code_point >= 0x2800 && cell->code_point < 0x2900 ? cell->code_point : 0x2800;
	ws_canvas_put(canvas, row, column, raster->style,
	              before | bits[raster->down - 1 - y % raster->down][x % raster->across]);
}

/* The dot of a value: below the plot -1, above it its height. */
static int dot_of(const struct raster *raster, int64_t value)
{
	const double place = ws_plot_place(&raster->plot->y, value);
	if (place < 0)
		return -1;
	const double dot = place * (height_of(raster) - 1) + 0.5;
	return dot < height_of(raster) ? (int)dot : height_of(raster);
}

static void put_bar(const struct raster *raster, int x, int from, int to)
{
	const int low = from < to ? from : to, high = from < to ? to : from;
	for (int y = low < 0 ? 0 : low; y <= high && y < height_of(raster); y++)
		put_dot(raster, x, y);
}

static void put_line(const struct raster *raster, int x0, int y0, int x1, int y1)
{
	int before = y0;
	for (int x = x0 + 1; x <= x1; x++) {
		const int y = y0 + (int)((double)(y1 - y0) * (x - x0) / (x1 - x0) + (y1 >= y0 ? 0.5 : -0.5));
		put_bar(raster, x, y > before ? before + (x > x0 + 1) : y < before ? before - (x > x0 + 1) : y, y);
		before = y;
	}
}

/* ---- Curves */

/* In the window's line every second dot is left out, so that it can be told from ACKs without colours. */
static bool is_dotted(enum ws_curve curve, int x)
{
	return (curve == WS_CURVE_WINDOW || curve == WS_CURVE_ADVERTISED || curve == WS_CURVE_AVERAGE) && x % 3 == 2;
}

static void draw_stairs(const struct raster *raster, enum ws_curve curve)
{
	const int width = width_of(raster);
	for (int x = 0; x < width; x++) {
		struct ws_plot_column column;
		ws_plot_column(raster->plot, raster->graph, curve, x, width, &column);
		if (!column.any && (!column.before || is_dotted(curve, x)))
			continue;
		int64_t low = column.any ? column.low : column.leave, high = column.any ? column.high : column.leave;
		if (column.before) {
			low = column.enter < low ? column.enter : low;
			high = column.enter > high ? column.enter : high;
		}
		put_bar(raster, x, dot_of(raster, low), dot_of(raster, high));
	}
}

static void draw_line(const struct raster *raster, enum ws_curve curve)
{
	const int width = width_of(raster);
	int last_x = -1, last_y = 0;
	for (int x = 0; x < width; x++) {
		struct ws_plot_column column;
		ws_plot_column(raster->plot, raster->graph, curve, x, width, &column);
		if (!column.any)
			continue;
		if (last_x >= 0)
			put_line(raster, last_x, last_y, x, dot_of(raster, column.first));
		put_bar(raster, x, dot_of(raster, column.low), dot_of(raster, column.high));
		last_x = x;
		last_y = dot_of(raster, column.last);
	}
}

static void draw_bars(struct raster *raster, enum ws_curve curve)
{
	const int width = width_of(raster);
	const enum ws_style style = raster->style;
	for (int x = 0; x < width; x++) {
		struct ws_plot_column column;
		ws_plot_column(raster->plot, raster->graph, curve, x, width, &column);
		if (!column.any)
			continue;
		const bool again = column.marks & (1u << WS_POINT_RETRANSMISSION | 1u << WS_POINT_LOST);
		raster->style = again                                        ? WS_STYLE_BAD
		                : column.marks & 1u << WS_POINT_OUT_OF_ORDER ? WS_STYLE_WARN
		                                                             : style;
		put_bar(raster, x, dot_of(raster, column.low), dot_of(raster, column.high));
	}
	raster->style = style;
}

static char ascii_of(enum ws_curve curve)
{
	switch (curve) {
	case WS_CURVE_WINDOW:
	case WS_CURVE_ADVERTISED:
		return '=';
	case WS_CURVE_ACK:
	case WS_CURVE_GOODPUT:
		return '-';
	case WS_CURVE_SACK:
		return ':';
	case WS_CURVE_AVERAGE:
		return '.';
	default:
		return '#';
	}
}

static void draw_curves(struct raster *raster)
{
	for (unsigned i = 0; i < raster->plot->count; i++) {
		const struct ws_plot_curve *curve = &raster->plot->curve[i];
		raster->style = curve->style;
		raster->character = raster->canvas->ascii ? ascii_of(curve->curve) : 0;
		if (curve->shape == WS_PLOT_STAIRS)
			draw_stairs(raster, curve->curve);
		else if (curve->shape == WS_PLOT_LINE)
			draw_line(raster, curve->curve);
		else
			draw_bars(raster, curve->curve);
	}
}

/* ---- Around the curves */

static uint32_t marks_at(const struct raster *raster, int cell)
{
	struct ws_plot_column column;
	uint32_t marks = 0;
	ws_plot_column(raster->plot, raster->graph, WS_CURVE_SEGMENT, cell, raster->columns, &column);
	marks |= column.any ? column.marks : 0;
	ws_plot_column(raster->plot, raster->graph, WS_CURVE_ACK, cell, raster->columns, &column);
	/* SYN and FIN of the other side are in its own graph. */
	marks |= column.any ? column.marks & (1u << WS_POINT_DUPLICATE_ACK | 1u << WS_POINT_ZERO_WINDOW) : 0;
	return marks;
}

/* The letters above the plot. Returns all marks. */
static uint32_t draw_marks(const struct raster *raster, int row)
{
	uint32_t all = 0;
	for (int cell = 0; cell < raster->columns; cell++) {
		const uint32_t marks = marks_at(raster, cell);
		const struct ws_plot_letter *letter;
		all |= marks;
		for (size_t i = 0; (letter = ws_plot_letter(i)); i++) {
			if (!(marks & 1u << letter->mark))
				continue;
			ws_canvas_put(raster->canvas, row, raster->left + cell, (enum ws_style)letter->style,
			              (uint32_t)letter->letter);
			break;
		}
	}
	return all;
}

static int draw_curve_legend(struct ws_canvas *canvas, const struct ws_plot_curve *curve, int row, int column)
{
	const bool dotted = is_dotted(curve->curve, 2);
	if (canvas->ascii) {
		ws_canvas_put(canvas, row, column, curve->style, (uint32_t)ascii_of(curve->curve));
		column += 2;
	} else {
		const uint32_t shape = curve->shape == WS_PLOT_BARS ? 0x28ff : dotted ? 0x2504 : 0x2500;
		ws_canvas_put(canvas, row, column, curve->style, shape);
		ws_canvas_put(canvas, row, column + 1, curve->style, shape);
		column += 3;
	}
	column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, curve->words);
	if (curve->above)
		column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_DIM, _(" (far above)"));
	return column + 2;
}

static void draw_legend(struct ws_canvas *canvas, const struct ws_plot *plot, const struct ws_graph *graph, int row,
                        uint32_t marks, bool named)
{
	int column = 1;
	if (named) {
		column = ws_canvas_bold(canvas, row, column, canvas->columns, WS_STYLE_TITLE, plot->side) + 2;
	}
	for (unsigned i = plot->count; i-- > 0;)
		if (ws_graph_count(graph, plot->direction, plot->curve[i].curve))
			column = draw_curve_legend(canvas, &plot->curve[i], row, column);
	const struct ws_plot_letter *letter;
	for (size_t i = 0; (letter = ws_plot_letter(i)); i++) {
		const int width = ws_columns(_(letter->words)) + 3;
		if (!(marks & 1u << letter->mark) || column + width > canvas->columns)
			continue;
		ws_canvas_put(canvas, row, column, (enum ws_style)letter->style, (uint32_t)letter->letter);
		column = ws_canvas_text(canvas, row, column + 2, canvas->columns, WS_STYLE_DIM, _(letter->words)) + 2;
	}
}

static void draw_axes(const struct raster *raster, bool labels)
{
	struct ws_canvas *canvas = raster->canvas;
	const struct ws_plot *plot = raster->plot;
	const int axis = raster->top + raster->rows;
	for (int row = raster->top; row < axis; row++)
		ws_canvas_put(canvas, row, raster->left - 1, WS_STYLE_DIM, canvas->ascii ? '|' : 0x2502);
	for (int column = raster->left; column < raster->left + raster->columns; column++)
		ws_canvas_put(canvas, axis, column, WS_STYLE_DIM, canvas->ascii ? '-' : 0x2500);
	ws_canvas_put(canvas, axis, raster->left - 1, WS_STYLE_DIM, canvas->ascii ? '+' : 0x2514);
	int before = canvas->rows;
	for (unsigned i = 0; i < plot->y.count; i++) {
		const int row = axis - 1 - (int)(plot->y.tick[i].at * (raster->rows - 1) + 0.5);
		if (row < raster->top || row >= before)
			continue;
		before = row;
		draw_right(canvas, row, 0, raster->left - 1, WS_STYLE_DIM, plot->y.tick[i].label);
		ws_canvas_put(canvas, row, raster->left - 1, WS_STYLE_DIM, canvas->ascii ? '+' : 0x2524);
	}
	int end = 0;
	for (unsigned i = 0; i < plot->x.count; i++) {
		const int column = raster->left + (int)(plot->x.tick[i].at * (raster->columns - 1) + 0.5);
		const int width = ws_columns(plot->x.tick[i].label);
		int start = column - width / 2;
		start = start + width > canvas->columns - 1 ? canvas->columns - 1 - width : start;
		ws_canvas_put(canvas, axis, column, WS_STYLE_DIM, canvas->ascii ? '+' : 0x252c);
		if (!labels || start <= end)
			continue;
		end = ws_canvas_text(canvas, axis + 1, start, canvas->columns, WS_STYLE_DIM, plot->x.tick[i].label);
	}
}

/* A line through the plot where the cursor is. Curves are in front of it. */
static void draw_cursor(const struct raster *raster, ws_time time)
{
	const double place = ws_plot_place(&raster->plot->x, time);
	if (place < 0 || place > 1)
		return;
	struct ws_canvas *canvas = raster->canvas;
	int cell = (int)(place * width_of(raster)) / raster->across;
	cell = cell < raster->columns ? cell : raster->columns - 1;
	const int column = raster->left + cell;
	for (int row = raster->top; row < raster->top + raster->rows; row++) {
		const struct ws_cell *at = &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
		if (at->code_point == ' ')
			ws_canvas_put(canvas, row, column, WS_STYLE_KEY, canvas->ascii ? '!' : 0x250a);
	}
	ws_canvas_put(canvas, raster->top + raster->rows, column, WS_STYLE_KEY, canvas->ascii ? '^' : 0x25b2);
}

void graph_draw_plot(const struct ws_ui *ui, struct ws_canvas *canvas, const struct ws_plot *plot, int top, int bottom,
                     bool labels)
{
	struct raster raster = {.canvas = canvas,
	                        .plot = plot,
	                        .graph = ui->graph.graph,
	                        .left = GRAPH_LEFT,
	                        .top = top + 2,
	                        .columns = canvas->columns - GRAPH_LEFT - 1,
	                        .rows = bottom - top - 3 - labels,
	                        .across = canvas->ascii ? 1 : 2,
	                        .down = canvas->ascii ? 1 : 4};
	if (raster.rows < 1 || raster.columns < 8)
		return;
	draw_axes(&raster, labels);
	draw_curves(&raster);
	draw_cursor(&raster, ui->graph.cursor);
	draw_legend(canvas, plot, raster.graph, top, draw_marks(&raster, top + 1), ui->graph.sides == GRAPH_BOTH);
}
