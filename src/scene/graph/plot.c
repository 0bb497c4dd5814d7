/* Laying out a graph: which curves, their range, and ticks with labels. */
#include <wirestate/language.h>
#include <wirestate/plot.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *ws_plot_words(enum ws_plot_kind kind)
{
	static const char *const words_of[] = {
#define X(name, word, title) title,
	        WS_PLOTS(X)
#undef X
	};
	return _(words_of[kind]);
}

const struct ws_plot_letter *ws_plot_letter(size_t index)
{
	static const struct ws_plot_letter letters[] = {
#define X(mark, letter, style, words) {mark, letter, style, words},
	        WS_PLOT_LETTERS(X)
#undef X
	};
	return index < WS_ARRAY_SIZE(letters) ? &letters[index] : NULL;
}

/* ---- Values in units */

struct unit {
	double size;
	const char *name;
};

static const struct unit byte_units[] = {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}};
static const struct unit rate_units[] = {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}, {1e12, "TB/s"}};
static const struct unit time_units[] = {{1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}, {60e9, "min"}, {3600e9, "h"}};

static const struct unit *units_of(enum ws_curve curve)
{
	switch (curve) {
	case WS_CURVE_RTT:
		return time_units;
	case WS_CURVE_THROUGHPUT:
	case WS_CURVE_GOODPUT:
	case WS_CURVE_AVERAGE:
		return rate_units;
	default:
		return byte_units;
	}
}

/* The largest unit of which `most` has at least one. */
static const struct unit *choose_unit(const struct unit *units, double most)
{
	const struct unit *chosen = units;
	for (size_t i = 1; i < WS_ARRAY_SIZE(byte_units); i++)
		if (most >= units[i].size)
			chosen = &units[i];
	return chosen;
}

void ws_plot_value_words(struct ws_text *text, enum ws_curve curve, int64_t value)
{
	const double size = fabs((double)value);
	const struct unit *unit = choose_unit(units_of(curve), size);
	const double in_units = (double)value / unit->size;
	const int decimals = unit == byte_units || unit == rate_units ? 0
	                     : fabs(in_units) < 10                    ? 2
	                                                              : fabs(in_units) < 100;
	ws_text_printf(text, "%.*f %s", decimals, in_units, unit->name);
}

/* ---- Axes */

static double axis_size(const struct ws_plot_axis *axis)
{
	return (double)((uint64_t)axis->high - (uint64_t)axis->low);
}

/* The value at a place between 0 and 1. */
static int64_t axis_value(const struct ws_plot_axis *axis, double at)
{
	if (at <= 0 || at >= 1)
		return at <= 0 ? axis->low : axis->high;
	const double from_low = axis_size(axis) * at;
	return from_low < 1.8e19 ? (int64_t)((uint64_t)axis->low + (uint64_t)from_low) : axis->high;
}

double ws_plot_place(const struct ws_plot_axis *axis, int64_t value)
{
	if (value <= axis->low)
		return value < axis->low ? -1 : 0;
	return (double)((uint64_t)value - (uint64_t)axis->low) / axis_size(axis);
}

/* 1, 2 or 5 times a power of ten, so that there are at most so many steps. */
static double nice_step(double size, unsigned most)
{
	const double least = size / (most ? most : 1);
	double power = pow(10, floor(log10(least > 1 ? least : 1)));
	return power >= least ? power : 2 * power >= least ? 2 * power : 5 * power >= least ? 5 * power : 10 * power;
}

/* `origin` is the value that is called 0. */
static void make_ticks(struct ws_plot_axis *axis, int64_t origin, const struct unit *units, unsigned most)
{
	const double size = axis_size(axis);
	const double low = (double)(int64_t)((uint64_t)axis->low - (uint64_t)origin);
	const struct unit *unit = choose_unit(units, fmax(fabs(low), fabs(low + size)));
	/* Minutes and hours have other steps than powers of ten. */
	const double scale = unit->size >= 60e9 && units == time_units ? unit->size / 60 : 1;
	double step = nice_step(size / scale, most) * scale;
	if (scale > 1) {
		static const double parts[] = {1, 5, 10, 15, 30, 60, 120, 300, 600, 1440, 7200, 14400};
		for (size_t i = 0; i < WS_ARRAY_SIZE(parts); i++) {
			step = parts[i] * scale;
			if (size / step <= most)
				break;
		}
		if (size / step > most)
			step = nice_step(size / unit->size, most) * unit->size;
	}
	int decimals = 0;
	for (double part = step / unit->size; decimals < 6 && fabs(part - round(part)) > 1e-6; part *= 10)
		decimals++;
	double at = ceil(low / step) * step;
	for (axis->count = 0; axis->count < WS_PLOT_TICKS && at <= low + size * 1.0000001; at += step) {
		struct ws_plot_tick *tick = &axis->tick[axis->count++];
		struct ws_text text = WS_TEXT_OVER(tick->label);
		tick->at = size > 0 ? (at - low) / size : 0;
		if (fabs(at) < step / 1000)
			ws_text_printf(&text, "0 %s", unit->name);
		else
			ws_text_printf(&text, "%.*f %s", decimals, at / unit->size, unit->name);
		ws_text_cstr(&text);
	}
}

/* ---- Curves */

static const struct {
	enum ws_plot_kind kind;
	struct ws_plot_curve curve;
} curves[] = {
        {WS_PLOT_NUMBERS, {WS_CURVE_WINDOW, WS_PLOT_STAIRS, WS_STYLE_STATE_OPENING, N_("window"), false}},
        {WS_PLOT_NUMBERS, {WS_CURVE_SACK, WS_PLOT_BARS, WS_STYLE_STATE_CLOSING, "SACK", false}},
        {WS_PLOT_NUMBERS, {WS_CURVE_ACK, WS_PLOT_STAIRS, WS_STYLE_STATE_OPEN, "ACK", false}},
        {WS_PLOT_NUMBERS, {WS_CURVE_SEGMENT, WS_PLOT_BARS, WS_STYLE_NORMAL, N_("data"), false}},
        {WS_PLOT_RATE, {WS_CURVE_AVERAGE, WS_PLOT_STAIRS, WS_STYLE_DIM, N_("average"), false}},
        {WS_PLOT_RATE, {WS_CURVE_GOODPUT, WS_PLOT_STAIRS, WS_STYLE_STATE_OPEN, N_("goodput"), false}},
        {WS_PLOT_RATE, {WS_CURVE_THROUGHPUT, WS_PLOT_STAIRS, WS_STYLE_NORMAL, N_("throughput"), false}},
        {WS_PLOT_RTT, {WS_CURVE_RTT, WS_PLOT_LINE, WS_STYLE_NORMAL, N_("round trip"), false}},
        {WS_PLOT_FLIGHT, {WS_CURVE_ADVERTISED, WS_PLOT_STAIRS, WS_STYLE_STATE_OPENING, N_("window"), false}},
        {WS_PLOT_FLIGHT, {WS_CURVE_FLIGHT, WS_PLOT_STAIRS, WS_STYLE_NORMAL, N_("in flight"), false}},
};

static bool range_of(const struct ws_plot *plot, const struct ws_graph *graph, enum ws_curve curve,
                     struct ws_graph_range *range)
{
	size_t from = ws_graph_find(graph, plot->direction, curve, plot->x.low);
	size_t to = ws_graph_find(graph, plot->direction, curve, plot->x.high);
	while (to < ws_graph_count(graph, plot->direction, curve)) { /* those at the right edge itself */
		struct ws_graph_point point;
		if (!ws_graph_point(graph, plot->direction, curve, to, &point) || point.time > plot->x.high)
			break;
		to++;
	}
	if (curve == WS_CURVE_WINDOW || curve == WS_CURVE_ADVERTISED || curve == WS_CURVE_ACK ||
	    curve == WS_CURVE_FLIGHT)
		from -= from > 0; /* its value holds */
	return ws_graph_range(graph, plot->direction, curve, from, to, range);
}

/* The window's line may be far above the data; then it would leave no room for them. */
static bool is_window(enum ws_curve curve)
{
	return curve == WS_CURVE_WINDOW || curve == WS_CURVE_ADVERTISED;
}

static void make_range(struct ws_plot *plot, const struct ws_graph *graph)
{
	enum { TIMES = 3 };
	struct ws_graph_range range;
	bool any = false;
	plot->y.low = plot->kind == WS_PLOT_NUMBERS ? INT64_MAX : 0;
	plot->y.high = plot->kind == WS_PLOT_NUMBERS ? INT64_MIN : 0;
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < plot->count; i++) {
			struct ws_plot_curve *curve = &plot->curve[i];
			if (curve->curve == WS_CURVE_AVERAGE) /* its beginning may be high, and says little */
				continue;
			if (is_window(curve->curve) != (pass == 1) || !range_of(plot, graph, curve->curve, &range))
				continue;
			const double size = any ? (double)plot->y.high - (double)plot->y.low : 0;
			curve->above = pass && any && (double)range.high > (double)plot->y.high + TIMES * size;
			if (curve->above)
				continue;
			any = true;
			plot->y.low = range.low < plot->y.low ? range.low : plot->y.low;
			plot->y.high = range.high > plot->y.high ? range.high : plot->y.high;
		}
	}
	if (!any)
		plot->y.low = plot->y.high = 0;
	/* Some room above, and a range that is not empty. */
	const uint64_t size = (uint64_t)plot->y.high - (uint64_t)plot->y.low;
	const int64_t room = (int64_t)(size / 20 + 1);
	if (__builtin_add_overflow(plot->y.high, room, &plot->y.high))
		plot->y.high = INT64_MAX;
	if (plot->y.low >= plot->y.high)
		plot->y.low = plot->y.high - 1;
}

static bool is_client(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint;
}

void ws_plot_make(struct ws_plot *plot, const struct ws_graph *graph, const struct ws_conn_info *info,
                  enum ws_plot_kind kind, unsigned direction, ws_time from, ws_time to, unsigned x_ticks,
                  unsigned y_ticks)
{
	ws_time first, last;
	*plot = (struct ws_plot){.kind = kind, .direction = direction, .x = {.low = from, .high = to}};
	const bool client = is_client(info, direction);
	snprintf(plot->side, sizeof(plot->side), "%s", client ? _("client to server") : _("server to client"));
	/* TRANSLATORS: what a graph shows, and of which direction */
	snprintf(plot->title, sizeof(plot->title), _("%s, %s"), ws_plot_words(kind), plot->side);
	if (plot->x.high <= plot->x.low)
		plot->x.high = plot->x.low < INT64_MAX - WS_MILLISECOND ? plot->x.low + WS_MILLISECOND : INT64_MAX;
	if (plot->x.high <= plot->x.low)
		plot->x.low = plot->x.high - 1;
	for (size_t i = 0; i < WS_ARRAY_SIZE(curves); i++) {
		if (curves[i].kind != kind)
			continue;
		plot->curve[plot->count] = curves[i].curve;
		plot->curve[plot->count].words = _(curves[i].curve.words);
		if (plot->curve[plot->count].style == WS_STYLE_NORMAL)
			plot->curve[plot->count].style = is_client(info, direction) ? WS_STYLE_CLIENT : WS_STYLE_SERVER;
		plot->count++;
	}
	make_range(plot, graph);
	if (!ws_graph_times(graph, &first, &last))
		first = from;
	make_ticks(&plot->x, first, time_units, x_ticks);
	make_ticks(&plot->y, 0, units_of(plot->curve[plot->count - 1].curve), y_ticks);
}

/* The lowest value of stairs just before each point from `begin` up to `end`. With more points than so many, the spans
 * without any are shorter than a column of a picture is wide, or do not matter there. */
static int64_t lowest_between(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, size_t begin,
                              size_t end, int64_t low)
{
	enum { MOST = 256 };
	struct ws_graph_point before, point;
	if (end - begin > MOST || !begin || !ws_graph_point(graph, direction, curve, begin - 1, &before))
		return low;
	for (size_t i = begin; i < end && ws_graph_point(graph, direction, curve, i, &point); i++, before = point) {
		const int64_t value = ws_graph_value_after(graph, direction, curve, &before, point.time);
		low = value < low ? value : low;
	}
	return low;
}

void ws_plot_column(const struct ws_plot *plot, const struct ws_graph *graph, enum ws_curve curve, int at, int columns,
                    struct ws_plot_column *column)
{
	const unsigned direction = plot->direction;
	const ws_time from = axis_value(&plot->x, (double)at / columns);
	const ws_time to = axis_value(&plot->x, (double)(at + 1) / columns);
	struct ws_graph_point point;
	struct ws_graph_range range;
	const size_t begin = ws_graph_find(graph, direction, curve, from);
	size_t end = ws_graph_find(graph, direction, curve, to);
	*column = (struct ws_plot_column){.any = false};
	if (at + 1 == columns && to < INT64_MAX)
		end = ws_graph_find(graph, direction, curve, to + 1);
	if (begin && ws_graph_point(graph, direction, curve, begin - 1, &point)) {
		column->before = true;
		column->enter =
		        ws_graph_value_after(graph, direction, curve, &point, from > point.time ? from : point.time);
		column->leave = ws_graph_value_after(graph, direction, curve, &point, to);
	}
	if (!ws_graph_range(graph, direction, curve, begin, end, &range))
		return;
	column->any = true;
	column->low = range.low;
	column->high = range.high;
	column->marks = range.marks;
	if (ws_graph_point(graph, direction, curve, begin, &point))
		column->first = point.high;
	if (ws_graph_point(graph, direction, curve, end - 1, &point)) {
		column->last = point.high;
		column->leave = ws_graph_value_after(graph, direction, curve, &point, to);
	}
	if (curve == WS_CURVE_AVERAGE || curve == WS_CURVE_THROUGHPUT || curve == WS_CURVE_GOODPUT) {
		const int64_t low = lowest_between(graph, direction, curve, begin + !begin, end, column->low);
		column->low = low < column->leave ? low : column->leave;
	}
}
