/* Statistics: protocols, rates over time, and what the capture itself lost.
 *
 * A plot is a row of cells, one for each interval. The tracker keeps the whole capture in a bounded number of
 * slots, and a cell combines as many of them as needed. Each plot is scaled to its own highest cell, which is
 * printed beside it. */
#include "scene/screens.h"
#include "scene/tables/sensors.h"
#include "scene/tables/tables_view.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/details.h>

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

enum { TALKERS_A_SLICE = 20000, LEVELS = 8, FEW_ROWS = 20 };
#define TALKERS_AGAIN (2 * WS_SECOND)

/* ---- The largest connections */

static void talkers_offer(struct talker top[TOP_TALKERS], const struct ws_conn_info *info)
{
	struct talker talker = {info->id, info->number, info->endpoint[0].bytes + info->endpoint[1].bytes};
	for (int i = 0; i < TOP_TALKERS; i++) {
		if (talker.bytes <= top[i].bytes)
			continue;
		struct talker other = top[i];
		top[i] = talker;
		talker = other;
	}
}

static void connection_count(struct statistics_view *view, const struct ws_conn_info *info)
{
	talkers_offer(view->building, info);
	ws_kernel_count(info, &view->counting);
}

/* Returns true at the end of the walk. */
static bool talkers_walk(struct statistics_view *view, const struct ws_model *model)
{
	struct ws_conn_info info;
	size_t count = ws_tracker_conn_count(model->tracker);
	for (int i = 0; i < TALKERS_A_SLICE && view->rank < count; i++, view->rank++)
		if (ws_tracker_conn(model->tracker, ws_tracker_conn_at(model->tracker, view->rank), &info))
			connection_count(view, &info);
	if (view->rank < count)
		return false;
	memcpy(view->top, view->building, sizeof(view->top));
	memset(view->building, 0, sizeof(view->building));
	view->agreements = view->counting;
	view->counting = (struct ws_agreements){0};
	view->rank = 0;
	view->complete = true;
	return true;
}

static void statistics_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct statistics_view *view = &ui->statistics;
	(void)elapsed;
	if (view->complete && !view->rank && ui->clock - view->finished < TALKERS_AGAIN)
		return;
	if (talkers_walk(view, model))
		view->finished = ui->clock;
}

static void statistics_layout(struct ws_ui *ui, const struct ws_model *model)
{
	if (!ui->clock) /* it is drawn once, without ticks */
		while (!talkers_walk(&ui->statistics, model))
			;
}

static ws_time statistics_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	if (!ui->statistics.complete || ui->statistics.rank)
		return 0;
	return model->live || model->loading ? WS_SECOND : WS_TIME_NEVER;
}

/* ---- Plots */

/* A plot: what it counts, and how slots are combined into a cell. */
struct plot {
	const char *label, *sum; /* `sum`: where there is no rate */
	enum ws_style style;
	bool level;      /* a number of endpoints, whose highest value counts; false: a sum, shown as a rate */
	bool bytes;      /* bytes are counted; false: packets */
	uint32_t states; /* bit set, where `level` */
};

static const struct plot plots[] = {
        {N_("packets/s"), N_("packets"), WS_STYLE_TRAFFIC, false, false, 0},
        {N_("bytes/s"), N_("bytes"), WS_STYLE_TRAFFIC, false, true, 0},
        {NC_("endpoints", "opening"), NULL, WS_STYLE_STATE_OPENING, true, false,
         1u << WS_SYN_SENT | 1u << WS_SYN_RECEIVED},
        {"ESTABLISHED", NULL, WS_STYLE_STATE_OPEN, true, false, 1u << WS_ESTABLISHED},
        {NC_("endpoints", "closing"), NULL, WS_STYLE_STATE_CLOSING, true, false,
         1u << WS_FIN_WAIT_1 | 1u << WS_FIN_WAIT_2 | 1u << WS_CLOSING | 1u << WS_LAST_ACK},
        {"CLOSE_WAIT", NULL, WS_STYLE_STATE_CLOSE_WAIT, true, false, 1u << WS_CLOSE_WAIT},
        {"TIME_WAIT", NULL, WS_STYLE_STATE_WAIT, true, false, 1u << WS_TIME_WAIT},
};

static uint64_t slot_value(const struct plot *plot, const struct ws_series_slot *slot)
{
	uint64_t value = 0;
	for (int state = 0; plot->level && state < WS_STATE_COUNT; state++)
		if (plot->states & 1u << state)
			value += slot->state[state];
	for (int kind = 0; !plot->level && kind < WS_TRAFFIC_COUNT; kind++)
		value += plot->bytes ? slot->bytes[kind] : slot->packets[kind];
	return value;
}

static void say_count(struct ws_text *text, double value)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P"};
	size_t unit = 0;
	for (; value >= 9999.5 && unit + 1 < WS_ARRAY_SIZE(units); unit++)
		value /= 1000;
	ws_text_printf(text, "%.*f%s", unit && value < 100 ? 1 : 0, value, units[unit]);
}

/* What plots have in common. */
struct axis {
	size_t slots, cells;
	ws_time start, width;
	int column, each; /* `each`: columns of a cell, where there are few */
};

/* A cell stands for one slot or a few: a rate is their average, a number of endpoints the highest. Returns the highest
 * cell. */
static double fill_cells(const struct ws_model *model, const struct plot *plot, const struct axis *axis,
                         double cell[WS_SERIES_SLOTS])
{
	struct ws_series_slot slot;
	double most = 0;
	for (size_t i = 0; i < axis->cells; i++) {
		size_t first = i * axis->slots / axis->cells, end = (i + 1) * axis->slots / axis->cells;
		cell[i] = 0;
		for (size_t at = first; at < end && ws_tracker_series_slot(model->tracker, at, &slot); at++) {
			double value = (double)slot_value(plot, &slot);
			if (!plot->level)
				cell[i] += value / (double)(end - first);
			else if (value > cell[i])
				cell[i] = value;
		}
		most = cell[i] > most ? cell[i] : most;
	}
	return most;
}

/* False: all values are 0, and nothing was drawn. */
static bool draw_plot(const struct ws_model *model, struct ws_canvas *canvas, int row, const struct plot *plot,
                      const struct axis *axis)
{
	static const char ascii[LEVELS + 1] = "_.-=+*%#";
	double cell[WS_SERIES_SLOTS], most = fill_cells(model, plot, axis, cell);
	char buffer[48];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (most <= 0)
		return false;
	/* A slot's average, or in a capture of less than a second a cell's sum. */
	const bool rate = axis->width * (ws_time)axis->slots >= WS_SECOND;
	const double times = rate ? (double)WS_SECOND / (double)axis->width : (double)axis->slots / (double)axis->cells;
	say_count(&text, plot->level ? most : most * times);
	ws_canvas_text(canvas, row, 1, axis->column, WS_STYLE_NORMAL,
	               ws_translate_marked(rate || plot->level ? plot->label : plot->sum));
	draw_right(canvas, row, 12, axis->column - 1, WS_STYLE_DIM, ws_text_cstr(&text));
	for (size_t i = 0; i < axis->cells; i++) {
		int height = (int)(cell[i] / most * LEVELS + 0.999);
		height = height > LEVELS ? LEVELS : height;
		uint32_t bar = canvas->ascii ? (uint32_t)ascii[height ? height - 1 : 0] : 0x2580 + (uint32_t)height;
		for (int at = axis->column + (int)i * axis->each, end = at + axis->each; at < end; at++) {
			if (!height)
				ws_canvas_put(canvas, row, at, WS_STYLE_DIM, canvas->ascii ? ' ' : 0xb7);
			else
				ws_canvas_put(canvas, row, at, plot->style, bar);
		}
	}
	return true;
}

/* Returns the row below the plots. */
static int draw_plots(const struct ws_model *model, struct ws_canvas *canvas, int row, int limit)
{
	struct axis axis = {.column = canvas->columns >= 60 ? 22 : 19};
	axis.slots = ws_tracker_series(model->tracker, &axis.start, &axis.width);
	size_t room = (size_t)(canvas->columns - axis.column - 1);
	if (!axis.slots || row >= limit)
		return row;
	axis.cells = room > axis.slots ? axis.slots : room;
	axis.each = (int)(room / axis.cells);
	char buffer[128], length[32];
	struct ws_text span = WS_TEXT_OVER(length);
	draw_duration(&span, axis.width * (ws_time)axis.slots);
	snprintf(buffer, sizeof(buffer), _("Over %s"), ws_text_cstr(&span));
	int end = ws_canvas_bold(canvas, row, 1, canvas->columns, WS_STYLE_TITLE, buffer);
	span.length = 0;
	draw_duration(&span, axis.width * (ws_time)axis.slots / (ws_time)axis.cells);
	snprintf(buffer, sizeof(buffer), _("%s a cell; the number is the highest cell"), ws_text_cstr(&span));
	draw_cut(canvas, row++, end + 2, canvas->columns - 1, WS_STYLE_DIM, buffer);
	for (size_t i = 0; i < WS_ARRAY_SIZE(plots) && row < limit; i++)
		row += draw_plot(model, canvas, row, &plots[i], &axis);
	return row;
}

/* ---- Numbers */

/* Returns the row below. */
static int draw_protocols(const struct ws_model *model, struct ws_canvas *canvas, int row, int limit)
{
	static const char *const names[] = {
#define X(name, text) text,
	        WS_PROTOCOLS(X)
#undef X
	};
	uint64_t packets[WS_TRAFFIC_COUNT] = {0}, bytes[WS_TRAFFIC_COUNT] = {0}, all = 0;
	ws_time start, width;
	struct ws_series_slot slot;
	size_t count = ws_tracker_series(model->tracker, &start, &width);
	for (size_t i = 0; i < count && ws_tracker_series_slot(model->tracker, i, &slot); i++) {
		for (int kind = 0; kind < WS_TRAFFIC_COUNT; kind++) {
			packets[kind] += slot.packets[kind];
			bytes[kind] += slot.bytes[kind];
			all += slot.bytes[kind];
		}
	}
	ws_canvas_text(canvas, row, 1, canvas->columns, WS_STYLE_DIM, _("PROTOCOL"));
	draw_right(canvas, row, 12, 22, WS_STYLE_DIM, _("PACKETS"));
	draw_right(canvas, row++, 23, 35, WS_STYLE_DIM, _("BYTES"));
	for (int kind = 0; kind < WS_TRAFFIC_COUNT && row < limit; kind++) {
		char buffer[32];
		if (!packets[kind])
			continue;
		ws_canvas_text(canvas, row, 1, canvas->columns, WS_STYLE_NORMAL, _(names[kind]));
		snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)packets[kind]);
		draw_right(canvas, row, 8, 22, WS_STYLE_NORMAL, buffer);
		snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)bytes[kind]);
		draw_right(canvas, row, 23, 35, WS_STYLE_NORMAL, buffer);
		if (canvas->columns >= 60) {
			snprintf(buffer, sizeof(buffer), "%.0f%%", all ? 100.0 * (double)bytes[kind] / (double)all : 0);
			draw_right(canvas, row, 36, 41, WS_STYLE_DIM, buffer);
			draw_bar(canvas, row, 43, canvas->columns - 45, WS_STYLE_TRAFFIC, bytes[kind], all);
		}
		row++;
	}
	return row;
}

struct fact {
	const char *label;
	uint64_t count;
	bool bad; /* worth a warning when it is not 0 */
};

/* Draws numbers side by side, as many as fit. Returns the row below. */
static int draw_facts(struct ws_canvas *canvas, int row, int limit, const char *heading, const struct fact *facts,
                      size_t count)
{
	int column = ws_canvas_bold(canvas, row, 1, canvas->columns, WS_STYLE_TITLE, _(heading)) + 2;
	for (size_t i = 0; i < count; i++) {
		char buffer[64];
		if (!facts[i].count && canvas->rows < FEW_ROWS)
			continue;
		snprintf(buffer, sizeof(buffer), "%s %llu", _(facts[i].label), (unsigned long long)facts[i].count);
		if (column + ws_columns(buffer) >= canvas->columns) {
			column = 3;
			if (++row >= limit)
				return row;
		}
		enum ws_style style = facts[i].bad && facts[i].count ? WS_STYLE_WARN : WS_STYLE_NORMAL;
		column = ws_canvas_text(canvas, row, column, canvas->columns, style, buffer) + 3;
	}
	return row + 1;
}

static int draw_losses(const struct ws_model *model, const struct ws_tracker_stats *stats, struct ws_canvas *canvas,
                       int row, int limit)
{
	const struct fact capture[] = {
	        {N_("received"), model->capture.received, false},
	        {N_("dropped by the kernel"), model->capture.dropped_kernel, true},
	        {N_("by the interface"), model->capture.dropped_interface, true},
	        {N_("connections evicted"), stats->evicted, true},
	        {N_("UDP evicted"), stats->udp_evicted, true},
	        {N_("fragments evicted"), stats->fragments_evicted, true},
	        {N_("segments no longer kept"), stats->history_dropped, true},
	};
	const struct fact packets[] = {
	        {N_("malformed"), stats->malformed, true},
	        {N_("bad checksums"), stats->bad_checksums, true},
	        {N_("fragments"), stats->fragments, false},
	        {N_("seen twice"), stats->duplicates, false},
	        {N_("connections"), stats->connections, false},
	        {N_("UDP conversations"), stats->udp_conversations, false},
	};
	row = draw_facts(canvas, row, limit, N_("Capture"), capture, WS_ARRAY_SIZE(capture));
	if (row < limit)
		row = draw_facts(canvas, row, limit, N_("Packets"), packets, WS_ARRAY_SIZE(packets));
	if (model->capture.other_links && row < limit) {
		const int column =
		        ws_canvas_bold(canvas, row, 1, canvas->columns, WS_STYLE_TITLE, _("Not decoded")) + 2;
		ws_canvas_printf(canvas, row++, column, canvas->columns, WS_STYLE_WARN,
		                 model->capture.other_links_differ ? _("%llu packets of link type %s and others")
		                                                   : _("%llu packets of link type %s"),
		                 (unsigned long long)model->capture.other_links, model->capture.other_link_name);
	}
	return row;
}

/* Several points: what is known of each one's clock. */
static int draw_points(const struct ws_model *model, struct ws_canvas *canvas, int row, int limit)
{
	const struct ws_points *points = ws_tracker_points(model->tracker);
	for (size_t i = 1; points && i < points->count; i++) {
		char words[256], line[256];
		struct ws_text text = WS_TEXT_OVER(words);
		struct ws_clock_info clock;
		ws_clock_info(points->clock[i], &clock);
		if (clock.fixed && !clock.offset)
			ws_text_printf(&text, _("%s and %s have the same clock"), points->name[i], points->name[0]);
		else
			ws_clock_words(&text, points->name[i], points->name[0], &clock);
		const char *all = ws_text_cstr(&text);
		for (int at = 0; row < limit && draw_wrap(all, canvas->columns - 11, at, line, sizeof(line)); at++) {
			if (i == 1 && !at)
				ws_canvas_bold(canvas, row, 1, canvas->columns, WS_STYLE_TITLE, _("Points"));
			ws_canvas_text(canvas, row++, 9, canvas->columns - 1, WS_STYLE_NORMAL, line);
		}
	}
	return row;
}

/* How often what is inferred is what the own host's kernel says. */
static int draw_kernel(const struct statistics_view *view, const struct ws_model *model, struct ws_canvas *canvas,
                       int row, int limit)
{
	const struct ws_kernel *kernel = ws_tracker_kernel(model->tracker);
	const struct ws_agreements *agreements = &view->agreements;
	if ((!model->kernel[0] && !kernel) || row >= limit)
		return row;
	const int column = ws_canvas_bold(canvas, row, 1, canvas->columns, WS_STYLE_TITLE, _("Kernel")) + 2;
	if (!kernel) {
		draw_cut(canvas, row, column, canvas->columns - 1, WS_STYLE_DIM, model->kernel);
		return row + 1;
	}
	ws_canvas_printf(canvas, row, column, canvas->columns - 1,
	                 agreements->equal == agreements->compared ? WS_STYLE_NORMAL : WS_STYLE_WARN,
	                 _("inferred = kernel for %llu of %llu ends of this host   sockets %zu"),
	                 (unsigned long long)agreements->equal, (unsigned long long)agreements->compared,
	                 ws_kernel_sockets(kernel));
	if (model->kernel[0] && row + 1 < limit && canvas->rows >= FEW_ROWS)
		draw_cut(canvas, ++row, column, canvas->columns - 1, WS_STYLE_DIM, model->kernel);
	return row + 1;
}

static void draw_talkers(const struct statistics_view *view, const struct ws_model *model, struct ws_canvas *canvas,
                         int row, int limit)
{
	if (row + 1 >= limit || !view->top[0].bytes)
		return;
	ws_canvas_bold(canvas, row++, 1, canvas->columns, WS_STYLE_TITLE, _("Largest connections"));
	for (int i = 0; i < TOP_TALKERS && row < limit && view->top[i].bytes; i++, row++) {
		struct ws_conn_info info;
		char buffer[160], side[64];
		struct ws_text text = WS_TEXT_OVER(buffer);
		if (!ws_tracker_conn(model->tracker, view->top[i].id, &info) || info.number != view->top[i].number)
			continue;
		ws_text_printf(&text, "%llu  ", (unsigned long long)info.number);
		for (int end = 0; end < 2; end++) {
			const struct ws_endpoint_info *e =
			        &info.endpoint[end ? !info.likely_client : info.likely_client];
			struct ws_text endpoint = WS_TEXT_OVER(side);
			draw_endpoint(&endpoint, &e->address, info.ip_version, e->port, (canvas->columns - 24) / 2);
			ws_text_printf(&text, "%s%s", end ? " → " : "", ws_text_cstr(&endpoint));
		}
		snprintf(side, sizeof(side), ws_translate_plural("%llu byte", "%llu bytes", view->top[i].bytes),
		         (unsigned long long)view->top[i].bytes);
		int start = draw_right(canvas, row, 4, canvas->columns - 1, WS_STYLE_NORMAL, side);
		draw_cut(canvas, row, 2, start - 1, WS_STYLE_NORMAL, ws_text_cstr(&text));
	}
}

static void statistics_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	struct ws_tracker_stats stats;
	char buffer[192], rate[96] = "", of_packets[32], of_bits[32];
	struct ws_text text = WS_TEXT_OVER(rate), packets = WS_TEXT_OVER(of_packets), bits = WS_TEXT_OVER(of_bits);
	int limit = canvas->rows - 2, row = 2;
	ws_tracker_stats(model->tracker, &stats);
	ws_time span;
	const bool known = !__builtin_sub_overflow(stats.last_time, stats.first_time, &span) && span > 0;
	if (known && span < WS_SECOND) { /* a rate in a second would be of packets that there are not */
		draw_duration(&packets, span);
		ws_text_printf(&text, _(" in %s"), ws_text_cstr(&packets));
	} else if (known) {
		double seconds = (double)span / (double)WS_SECOND;
		say_count(&packets, (double)stats.packets / seconds);
		say_count(&bits, 8 * (double)stats.bytes / seconds);
		ws_text_printf(&text, _(": %s packets/s, %s bit/s"), ws_text_cstr(&packets), ws_text_cstr(&bits));
	}
	char brief[64], bytes[64];
	snprintf(brief, sizeof(brief), ws_translate_plural("%llu packet", "%llu packets", stats.packets),
	         (unsigned long long)stats.packets);
	snprintf(bytes, sizeof(bytes), ws_translate_plural("%llu byte", "%llu bytes", stats.bytes),
	         (unsigned long long)stats.bytes);
	/* the last is " in 20 ms" or ": 2 packets/s, 900 bit/s" or nothing */
	snprintf(buffer, sizeof(buffer), "%s%s%s%s", brief, _(", "), bytes, ws_text_cstr(&text));
	table_title_of(canvas, _("Statistics"), buffer, brief, ui->several ? model->source : NULL);
	draw_rule(canvas, limit);
	if (!stats.inputs) {
		draw_cut(canvas, 2, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         model->records ? _("No record yet.") : _("No packet yet."));
		return;
	}
	if (canvas->rows < 16)
		row = 1;
	row = model->records ? sensors_draw(model, canvas, row, limit) : draw_protocols(model, canvas, row, limit);
	row = draw_losses(model, &stats, canvas, row + (canvas->rows >= 24), limit);
	row = draw_kernel(&ui->statistics, model, canvas, row, limit);
	row = draw_points(model, canvas, row, limit);
	row = draw_plots(model, canvas, row + (canvas->rows >= 24), limit);
	draw_talkers(&ui->statistics, model, canvas, row + 1, limit);
}

static void statistics_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	ui->statistics = (struct statistics_view){0};
}

static const struct screen_key statistics_keys[] = {
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_UDP, WS_ACT_NONE, "UDP"},
        {WS_ACT_ARP, WS_ACT_NONE, "ARP"},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops statistics_screen = {
        .layout = statistics_layout,
        .draw = statistics_draw,
        .tick = statistics_tick,
        .next_change = statistics_next_change,
        .snapshot_changed = statistics_snapshot_changed,
        .keys = statistics_keys,
        .key_count = WS_ARRAY_SIZE(statistics_keys),
        .one_point = true,
};
