/* A graph as a vector picture: axes with a grid, curves, the letters of marks, and a legend.
 *
 * A curve of a few thousand points is drawn point by point. One of more is drawn by columns of half a pixel, so the
 * size of the file depends on that of the picture only. */
#include "export/svg.h"
#include "scene/widgets/draw.h"

#include <wirestate/export.h>
#include <wirestate/language.h>
#include <wirestate/plot.h>

#include <string.h>

enum {
	COLUMNS = 112,
	WIDTH = COLUMNS * CELL_WIDTH,
	LEFT = 84,
	RIGHT = 12,
	HEAD = 76, /* title and legend of a plot */
	FOOT = 48, /* labels below it */
	EACH_ALONE = 440,
	EACH_OF_TWO = 300,
	FEW = 5000,        /* points that are drawn one by one */
	MARKED = 250,      /* points that have dots */
	LETTER_WIDTH = 13, /* of a bold W */
	TITLE_HEIGHT = 18, /* of a line */
	X_TICKS = 10,
	Y_TICKS = 8,
};

#define CHARACTER_WIDTH 7.4 /* of the words around a plot, at most on average */

struct picture {
	FILE *out;
	const struct ws_plot *plot;
	const struct ws_graph *graph;
	double left, top, width, height; /* of the plot, in pixels */
	unsigned index;
};

static double x_of(const struct picture *picture, ws_time time)
{
	const double place = ws_plot_place(&picture->plot->x, time);
	return picture->left + picture->width * (place < 0 ? 0 : place > 1 ? 1 : place);
}

static double y_of(const struct picture *picture, int64_t value)
{
	const double place = ws_plot_place(&picture->plot->y, value);
	return picture->top + picture->height * (1 - (place < -1 ? -1 : place > 2 ? 2 : place));
}

/* The points of a curve that are in the picture, with one on each side. */
static void points_shown(const struct picture *picture, enum ws_curve curve, size_t *from, size_t *to)
{
	const unsigned direction = picture->plot->direction;
	const size_t count = ws_graph_count(picture->graph, direction, curve);
	*from = ws_graph_find(picture->graph, direction, curve, picture->plot->x.low);
	*to = picture->plot->x.high < INT64_MAX
	              ? ws_graph_find(picture->graph, direction, curve, picture->plot->x.high + 1)
	              : count;
}

/* ---- Curves */

static bool is_dashed(enum ws_curve curve)
{
	return curve == WS_CURVE_WINDOW || curve == WS_CURVE_ADVERTISED || curve == WS_CURVE_AVERAGE;
}

static enum ws_style bar_style(const struct ws_plot_curve *curve, uint32_t marks)
{
	if (curve->curve == WS_CURVE_SEGMENT && marks & (1u << WS_POINT_RETRANSMISSION | 1u << WS_POINT_LOST))
		return WS_STYLE_BAD;
	return curve->curve == WS_CURVE_SEGMENT && marks & 1u << WS_POINT_OUT_OF_ORDER ? WS_STYLE_WARN : curve->style;
}

/* Bars of one style; those in front are drawn last. */
static void put_bars_of(const struct picture *picture, const struct ws_plot_curve *curve, enum ws_style style)
{
	size_t from, to;
	points_shown(picture, curve->curve, &from, &to);
	const double width = to - from <= MARKED ? 3 : to - from <= FEW ? 1.6 : 1;
	fprintf(picture->out, "<path class=\"n s%d\" stroke-width=\"%g\" d=\"", style, width);
	if (to - from <= FEW) {
		for (struct ws_graph_point point; from < to; from++)
			if (ws_graph_point(picture->graph, picture->plot->direction, curve->curve, from, &point) &&
			    bar_style(curve, point.marks) == style)
				fprintf(picture->out, "M%.1f %.1fV%.1f", x_of(picture, point.time),
				        y_of(picture, point.low) + (point.low == point.high),
				        y_of(picture, point.high) - (point.low == point.high));
	} else {
		const int columns = (int)(2 * picture->width);
		for (int i = 0; i < columns; i++) {
			struct ws_plot_column column;
			ws_plot_column(picture->plot, picture->graph, curve->curve, i, columns, &column);
			if (column.any && bar_style(curve, column.marks) == style)
				fprintf(picture->out, "M%.1f %.1fV%.1f", picture->left + (i + 0.5) / 2,
				        y_of(picture, column.low) + 0.5, y_of(picture, column.high) - 0.5);
		}
	}
	fputs("\"/>\n", picture->out);
}

static void put_bars(const struct picture *picture, const struct ws_plot_curve *curve)
{
	put_bars_of(picture, curve, curve->style);
	if (curve->curve != WS_CURVE_SEGMENT)
		return;
	put_bars_of(picture, curve, WS_STYLE_WARN);
	put_bars_of(picture, curve, WS_STYLE_BAD);
}

/* How stairs go on from `point` until `time`: a rate falls to 0 at the end of its span, and the average falls all the
 * time, which is drawn in so many steps. */
static void put_until(const struct picture *picture, const struct ws_plot_curve *curve,
                      const struct ws_graph_point *point, ws_time time)
{
	enum { STEPS = 24 };
	const unsigned direction = picture->plot->direction;
	const double passed = (double)time - (double)point->time;
	const bool average = curve->curve == WS_CURVE_AVERAGE;
	const int64_t end = ws_graph_value_after(picture->graph, direction, curve->curve, point, time);
	if (!average && end != point->high)
		fprintf(picture->out, "H%.1fV%.1f", x_of(picture, point->time + ws_graph_span(picture->graph)),
		        y_of(picture, end));
	for (int i = 1; average && i < STEPS && x_of(picture, time) - x_of(picture, point->time) > STEPS; i++) {
		const ws_time at = point->time + (ws_time)(passed * i / STEPS);
		const int64_t value = ws_graph_value_after(picture->graph, direction, curve->curve, point, at);
		fprintf(picture->out, "L%.1f %.1f", x_of(picture, at), y_of(picture, value));
	}
	if (average)
		fprintf(picture->out, "L%.1f %.1f", x_of(picture, time), y_of(picture, end));
	else
		fprintf(picture->out, "H%.1f", x_of(picture, time));
}

static void put_points(const struct picture *picture, const struct ws_plot_curve *curve, size_t from, size_t to)
{
	const bool stairs = curve->shape == WS_PLOT_STAIRS;
	const unsigned direction = picture->plot->direction;
	struct ws_graph_point point, before;
	bool begun = false;
	if (from && stairs && ws_graph_point(picture->graph, direction, curve->curve, from - 1, &before)) {
		fprintf(picture->out, "M%.1f %.1f", picture->left, y_of(picture, before.high));
		begun = true;
	}
	for (size_t i = from; i < to && ws_graph_point(picture->graph, direction, curve->curve, i, &point); i++) {
		const double x = x_of(picture, point.time), y = y_of(picture, point.high);
		if (!begun)
			fprintf(picture->out, "M%.1f %.1f", x, y);
		else if (!stairs)
			fprintf(picture->out, "L%.1f %.1f", x, y);
		if (begun && stairs) {
			put_until(picture, curve, &before, point.time);
			fprintf(picture->out, "V%.1f", y);
		}
		begun = true;
		before = point;
	}
	if (begun && stairs)
		put_until(picture, curve, &before, picture->plot->x.high);
}

static void put_columns(const struct picture *picture, const struct ws_plot_curve *curve)
{
	const int columns = (int)(2 * picture->width);
	const bool stairs = curve->shape == WS_PLOT_STAIRS;
	bool begun = false;
	for (int i = 0; i < columns; i++) {
		struct ws_plot_column column;
		ws_plot_column(picture->plot, picture->graph, curve->curve, i, columns, &column);
		if (!column.any && !(stairs && column.before))
			continue;
		if (!column.any)
			column.first = column.low = column.high = column.enter;
		if (stairs)
			column.last = column.leave;
		fprintf(picture->out, "%c%.1f %.1fV%.1fV%.1fV%.1f", begun ? 'L' : 'M', picture->left + (i + 0.5) / 2,
		        y_of(picture, column.first), y_of(picture, column.low), y_of(picture, column.high),
		        y_of(picture, column.last));
		begun = true;
	}
}

static void put_line(const struct picture *picture, const struct ws_plot_curve *curve)
{
	size_t from, to;
	struct ws_graph_point point;
	points_shown(picture, curve->curve, &from, &to);
	fprintf(picture->out, "<path class=\"n%s s%d\" stroke-width=\"1.5\" d=\"", is_dashed(curve->curve) ? " a" : "",
	        curve->style);
	if (to - from <= FEW)
		put_points(picture, curve, from, to);
	else
		put_columns(picture, curve);
	fputs("\"/>\n", picture->out);
	if (to - from > MARKED || curve->shape != WS_PLOT_LINE)
		return;
	for (; from < to; from++)
		if (ws_graph_point(picture->graph, picture->plot->direction, curve->curve, from, &point))
			fprintf(picture->out, "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\"/>\n",
			        curve->style, x_of(picture, point.time), y_of(picture, point.high));
}

/* ---- Around the curves */

static void put_text(const struct picture *picture, const char *class, const char *anchor, enum ws_style style,
                     double x, double y, const char *words)
{
	fprintf(picture->out, "<text class=\"%s c%d\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, style, anchor,
	        x, y);
	svg_text(picture->out, words);
	fputs("</text>\n", picture->out);
}

static void put_grid(const struct picture *picture)
{
	const struct ws_plot *plot = picture->plot;
	const double bottom = picture->top + picture->height, right = picture->left + picture->width;
	for (unsigned i = 0; i < plot->x.count; i++) {
		const double x = picture->left + picture->width * plot->x.tick[i].at;
		fprintf(picture->out, "<path class=\"n s%d e\" d=\"M%.1f %.1fV%.1f\"/>\n", WS_STYLE_DIM, x,
		        picture->top, bottom);
		put_text(picture, "u", "middle", WS_STYLE_DIM, x, bottom + 20, plot->x.tick[i].label);
	}
	for (unsigned i = 0; i < plot->y.count; i++) {
		const double y = picture->top + picture->height * (1 - plot->y.tick[i].at);
		fprintf(picture->out, "<path class=\"n s%d e\" d=\"M%.1f %.1fH%.1f\"/>\n", WS_STYLE_DIM, picture->left,
		        y, right);
		put_text(picture, "u", "end", WS_STYLE_DIM, picture->left - 8, y + 4, plot->y.tick[i].label);
	}
	fprintf(picture->out, "<path class=\"n s%d\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", WS_STYLE_DIM, picture->left,
	        picture->top, bottom, right);
	put_text(picture, "u", "middle", WS_STYLE_DIM, picture->left + picture->width / 2, bottom + 40,
	         _("time since the connection began"));
}

/* The letters above the plot, those of less importance left out where they would cover each other. Returns all marks.
 */
static uint32_t put_letters(const struct picture *picture)
{
	const int columns = (int)(picture->width / LETTER_WIDTH);
	uint32_t all = 0;
	for (int i = 0; i < columns; i++) {
		struct ws_plot_column column;
		ws_plot_column(picture->plot, picture->graph, WS_CURVE_SEGMENT, i, columns, &column);
		uint32_t marks = column.any ? column.marks : 0;
		ws_plot_column(picture->plot, picture->graph, WS_CURVE_ACK, i, columns, &column);
		marks |= column.any ? column.marks & (1u << WS_POINT_DUPLICATE_ACK | 1u << WS_POINT_ZERO_WINDOW) : 0;
		const struct ws_plot_letter *letter;
		for (size_t at = 0; (letter = ws_plot_letter(at)); at++) {
			if (!(marks & 1u << letter->mark))
				continue;
			const char words[2] = {letter->letter, '\0'};
			put_text(picture, "u w", "middle", (enum ws_style)letter->style,
			         picture->left + (i + 0.5) * picture->width / columns, picture->top - 6, words);
			break;
		}
		all |= marks;
	}
	return all;
}

/* A character that fills two columns of a terminal is as wide as the font is high. */
static double text_width(const char *words)
{
	return CHARACTER_WIDTH * ws_columns(words);
}

/* The title, in as many lines as it needs. Returns how many. */
static int put_title(const struct picture *picture, const char *title)
{
	char line[512];
	int count = 0;
	for (; draw_wrap(title, (int)(picture->width / CHARACTER_WIDTH), count, line, sizeof(line)); count++)
		if (picture->out)
			put_text(picture, "u", "start", WS_STYLE_DIM, LEFT, 12 + TITLE_HEIGHT * count, line);
	return count;
}

static void put_legend(const struct picture *picture, uint32_t marks)
{
	const double y = picture->top - 30;
	double x = picture->left;
	for (unsigned i = picture->plot->count; i-- > 0;) {
		const struct ws_plot_curve *curve = &picture->plot->curve[i];
		if (!ws_graph_count(picture->graph, picture->plot->direction, curve->curve))
			continue;
		if (curve->shape == WS_PLOT_BARS)
			fprintf(picture->out,
			        "<path class=\"n s%d\" stroke-width=\"3\" d=\"M%.1f %.1fv10m6 -10v10m6 -10v10\"/>\n",
			        curve->style, x + 3, y - 9);
		else
			fprintf(picture->out, "<path class=\"n%s s%d\" stroke-width=\"2\" d=\"M%.1f %.1fh18\"/>\n",
			        is_dashed(curve->curve) ? " a" : "", curve->style, x, y - 4);
		put_text(picture, "u", "start", WS_STYLE_NORMAL, x + 24, y, curve->words);
		x += 24 + text_width(curve->words);
		if (curve->above) {
			put_text(picture, "u", "start", WS_STYLE_DIM, x + 10, y, _("(far above)"));
			x += 10 + text_width(_("(far above)"));
		}
		x += 18;
	}
	const struct ws_plot_letter *letter;
	for (size_t i = 0; (letter = ws_plot_letter(i)); i++) {
		const char words[2] = {letter->letter, '\0'};
		if (!(marks & 1u << letter->mark) ||
		    x + 20 + text_width(_(letter->words)) > picture->left + picture->width)
			continue;
		put_text(picture, "u w", "start", (enum ws_style)letter->style, x, y, words);
		put_text(picture, "u", "start", WS_STYLE_DIM, x + 17, y, _(letter->words));
		x += 17 + text_width(_(letter->words)) + 11;
	}
}

static void put_plot(const struct picture *picture)
{
	char title[96];
	snprintf(title, sizeof(title), "%s", picture->plot->title);
	title[0] = (char)(title[0] >= 'a' && title[0] <= 'z' ? title[0] - 'a' + 'A' : title[0]);
	put_text(picture, "u t", "start", WS_STYLE_NORMAL, picture->left, picture->top - 52, title);
	put_grid(picture);
	fprintf(picture->out,
	        "<clipPath id=\"p%u\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>\n"
	        "<g clip-path=\"url(#p%u)\">\n",
	        picture->index, picture->left, picture->top - 1, picture->width + 2, picture->height + 2,
	        picture->index);
	for (unsigned i = 0; i < picture->plot->count; i++) {
		if (picture->plot->curve[i].shape == WS_PLOT_BARS)
			put_bars(picture, &picture->plot->curve[i]);
		else if (!picture->plot->curve[i].above)
			put_line(picture, &picture->plot->curve[i]);
	}
	fputs("</g>\n", picture->out);
	put_legend(picture, put_letters(picture));
}

bool ws_svg_graph(FILE *out, struct ws_ui *ui, const struct ws_model *model, enum ws_theme theme, const char *title,
                  struct ws_error *error)
{
	struct ws_plot plot[2];
	const struct ws_graph *graph = ws_ui_graph(ui, model);
	if (!graph || !ws_ui_plot(ui, model, 0, X_TICKS, Y_TICKS, &plot[0]))
		return ws_fail(error, WS_ERROR_SYSTEM, "the segments of this connection are no longer kept");
	const unsigned count = 1 + ws_ui_plot(ui, model, 1, X_TICKS, Y_TICKS, &plot[1]);
	struct picture picture = {.graph = graph, .left = LEFT, .width = WIDTH - LEFT - RIGHT};
	const int each = count == 2 ? EACH_OF_TWO : EACH_ALONE;
	const int heading = 10 + TITLE_HEIGHT * put_title(&picture, title);
	const int height = heading + (int)count * (HEAD + each + FOOT);
	svg_begin(out, COLUMNS, (height + CELL_HEIGHT - 1) / CELL_HEIGHT, theme, title);
	fputs("text.u{font:13px Inter,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',"
	      "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}\n"
	      "text.t{font-size:16px;font-weight:600}\ntext.w{font-weight:700;font-size:12px}\n"
	      ".n{fill:none;stroke-linejoin:round}\n.a{stroke-dasharray:5 3}\n.e{opacity:.28}\n",
	      out);
	svg_body(out);
	picture.out = out;
	picture.height = each;
	(void)put_title(&picture, title);
	for (unsigned i = 0; i < count; i++) {
		picture.plot = &plot[i];
		picture.index = i;
		picture.top = heading + HEAD + i * (HEAD + each + FOOT);
		put_plot(&picture);
	}
	svg_end(out);
	return true;
}
