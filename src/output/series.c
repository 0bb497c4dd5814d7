/* The points of graphs as records: made at the end of the input from the segments that were kept. */
#include "output/series.h"
#include "output/columns.h"

#include <string.h>

/* ---- Columns */

static void series_curve(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, index ? ws_curve_unit(s->series->curve) : ws_curve_word(s->series->curve));
}

static void series_conn(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, s->conn->number);
}

static void series_sender(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, s->series->direction == (unsigned)s->conn->likely_client ? "client" : "server");
}

/* `index` 0 is the value, 1 where it ends. Numbers before the first one that is known are negative. */
static void series_value(const struct subject *s, unsigned index, struct value *v)
{
	const enum ws_curve curve = s->series->curve;
	const int64_t value = index ? s->series->point.high : s->series->point.low;
	if (index && curve != WS_CURVE_SEGMENT && curve != WS_CURVE_SACK) {
		v->kind = VALUE_NULL;
	} else if (curve == WS_CURVE_RTT) {
		set_time(v, value);
	} else {
		v->kind = VALUE_SIGNED;
		v->time = value;
	}
}

static void series_span(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NULL;
	if (s->series->curve == WS_CURVE_THROUGHPUT || s->series->curve == WS_CURVE_GOODPUT)
		set_time(v, s->series->span);
}

static void series_marks(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NAMES;
	v->list_count = 0;
	for (unsigned mark = 0; mark < WS_POINT_MARK_COUNT && v->list_count < WS_ARRAY_SIZE(v->names); mark++)
		if (s->series->point.marks & 1u << mark)
			v->names[v->list_count++] = ws_point_mark_word((enum ws_point_mark)mark);
}

static const struct column series_column[] = {
        {NULL, "time", get_time, 0},      {NULL, "frame", get_frame, 0},
        {NULL, "conn", series_conn, 0},   {NULL, "sender", series_sender, 0},
        {NULL, "curve", series_curve, 0}, {NULL, "value", series_value, 0},
        {NULL, "end", series_value, 1},   {NULL, "unit", series_curve, 1},
        {NULL, "marks", series_marks, 0}, {NULL, "span", series_span, 0},
        {NULL, "point", get_point, 0},    {NULL, "point_conn", get_number_at_point, 0},
};
const struct columns output_series_columns = {series_column, WS_ARRAY_SIZE(series_column) - 2,
                                              WS_ARRAY_SIZE(series_column)};

/* Writes "segment #1 client 1 to 1461 retransmission", and a value with its unit where it is no number of a sequence.
 */
void text_series(struct ws_text *text, const struct subject *subject)
{
	const struct series *series = subject->series;
	const bool numbers = !strcmp(ws_curve_unit(series->curve), "number");
	ws_text_printf(text, " #%ju %s %s ", (uintmax_t)subject->conn->number,
	               series->direction == (unsigned)subject->conn->likely_client ? "client" : "server",
	               ws_curve_word(series->curve));
	if (series->curve == WS_CURVE_RTT)
		ws_text_time(text, series->point.low, 6);
	else
		ws_text_printf(text, "%jd", (intmax_t)series->point.low);
	if (series->curve == WS_CURVE_SEGMENT || series->curve == WS_CURVE_SACK)
		ws_text_printf(text, " to %jd", (intmax_t)series->point.high);
	if (!numbers)
		ws_text_printf(text, " %s", ws_curve_unit(series->curve));
	for (unsigned mark = 0; mark < WS_POINT_MARK_COUNT; mark++)
		if (series->point.marks & 1u << mark)
			ws_text_printf(text, " %s", ws_point_mark_word((enum ws_point_mark)mark));
}

/* ---- The records of one piece of news */

struct writing {
	struct ws_output *output;
	output_write_fn *write;
	struct series series;
	struct subject subject;
};

static void write_point(struct writing *w, enum ws_curve curve, int64_t low, int64_t high, uint32_t marks)
{
	w->series.curve = curve;
	w->series.point = (struct ws_graph_point){.low = low, .high = high, .marks = marks};
	w->write(w->output, &w->subject);
}

static void write_news(struct writing *w, const struct ws_graph_news *news)
{
	w->subject.time = news->time;
	w->subject.frame = news->frame;
	w->series.direction = news->direction;
	if (news->data) {
		write_point(w, WS_CURVE_SEGMENT, news->low, news->high, news->marks);
		if (news->flight)
			write_point(w, WS_CURVE_FLIGHT, news->in_flight, news->in_flight, 0);
		if (news->length) {
			write_point(w, WS_CURVE_THROUGHPUT, news->throughput, news->throughput, 0);
			write_point(w, WS_CURVE_AVERAGE, news->average, news->average, 0);
		}
	}
	if (news->round)
		write_point(w, WS_CURVE_RTT, news->rtt, news->rtt, news->ambiguous ? 1u << WS_POINT_AMBIGUOUS : 0);
	if (!news->ack || news->resets)
		return;
	const uint32_t unscaled = news->ack_marks & 1u << WS_POINT_UNSCALED;
	const uint32_t of_window = news->ack_marks & (1u << WS_POINT_ZERO_WINDOW | 1u << WS_POINT_UNSCALED);
	const int64_t edge = news->acknowledged + news->window;
	write_point(w, WS_CURVE_ACK, news->acknowledged, news->acknowledged, news->ack_marks & ~unscaled);
	write_point(w, WS_CURVE_WINDOW, edge, edge, of_window);
	write_point(w, WS_CURVE_ADVERTISED, news->window, news->window, of_window);
	write_point(w, WS_CURVE_GOODPUT, news->goodput, news->goodput, 0);
	for (unsigned i = 0; i < news->sack_count; i++)
		write_point(w, WS_CURVE_SACK, news->sack_low[i], news->sack_high[i], 0);
}

bool output_series(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn,
                   output_write_fn *write)
{
	struct ws_graph_news news;
	struct ws_graph *graph = ws_graph_open(tracker, conn->id, 0);
	if (!graph)
		return !ws_graph_possible(tracker);
	struct writing w = {.output = output, .write = write, .series = {.span = ws_graph_span(graph)}};
	w.subject = (struct subject){
	        .kind = WS_RECORD_SERIES, .conn = conn, .series = &w.series, .point = output->point_name};
	while (!output->write_error && ws_graph_next(graph, &news)) {
		const int source = ws_graph_source(graph, news.direction);
		if (source >= 0)
			w.subject.point = output->point_name ? ws_path_name(conn->path, (unsigned)source) : NULL;
		write_news(&w, &news);
	}
	ws_graph_close(graph);
	return true;
}
