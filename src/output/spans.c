/* Where the time went, stretch by stretch: a record for each, made at the end of the input. */
#include "output/spans.h"
#include "output/columns.h"

#include <wirestate/points.h>

static void span_conn(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, s->conn->number);
}

static void span_cause(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_cause_word((enum ws_cause)s->span->cause));
}

static void span_side(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NULL;
	if (ws_cause_is_sided((enum ws_cause)s->span->cause))
		set_string(v, s->span->side == (unsigned)s->conn->likely_client ? "client" : "server");
}

/* `index` 0 is the start, 1 the end, 2 how long it is. */
static void span_time(const struct subject *s, unsigned index, struct value *v)
{
	const ws_time times[] = {s->span->start, s->span->end, s->span->end - s->span->start};
	set_time(v, times[index]);
}

/* `index` 0 and 1 are the packets at its ends, 2 the segments, 3 those that were sent again. */
static void span_number(const struct subject *s, unsigned index, struct value *v)
{
	const uint64_t numbers[] = {s->span->first_frame, s->span->last_frame, s->span->segments, s->span->again};
	set_number(v, numbers[index]);
}

static void span_what(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	(void)index;
	ws_span_words(&text, s->span, (unsigned)s->conn->likely_client & 1);
	set_composed(v, text.length);
}

static const struct column span_column[] = {
        {NULL, "conn", span_conn, 0},
        {"client", "address", get_conn_address, 0},
        {"client", "port", get_conn_port, 0},
        {"server", "address", get_conn_address, 1},
        {"server", "port", get_conn_port, 1},
        {NULL, "cause", span_cause, 0},
        {NULL, "side", span_side, 0},
        {NULL, "first_time", span_time, 0},
        {NULL, "last_time", span_time, 1},
        {NULL, "duration", span_time, 2},
        {NULL, "first_frame", span_number, 0},
        {NULL, "last_frame", span_number, 1},
        {NULL, "segments", span_number, 2},
        {NULL, "retransmissions", span_number, 3},
        {NULL, "what", span_what, 0},
        {NULL, "point", get_point, 0},
        {NULL, "point_conn", get_number_at_point, 0},
};
const struct columns output_span_columns = {span_column, WS_ARRAY_SIZE(span_column) - 2, WS_ARRAY_SIZE(span_column)};

/* Writes "share #3  from 0.120000 for 0.350000 s, packets 4 to 6: the server's program had not sent anything". */
void text_span(struct ws_text *text, const struct subject *subject)
{
	enum { MICROSECOND = 1000 };
	const struct ws_span *span = subject->span;
	const ws_time lasts = span->end - span->start; /* never 0, and does not look so */
	const unsigned client = (unsigned)subject->conn->likely_client & 1;
	ws_text_printf(text, "share #%ju  ", (uintmax_t)subject->conn->number);
	ws_text_time(text, span->start - subject->conn->first_time, 6);
	ws_text_puts(text, " + ");
	ws_text_time(text, lasts, lasts < MICROSECOND ? 9 : 6);
	ws_text_printf(text, " s  packets %ju to %ju  ", (uintmax_t)span->first_frame, (uintmax_t)span->last_frame);
	ws_share_words(text, (enum ws_cause)span->cause, span->side, client);
	ws_text_puts(text, ": ");
	ws_span_words(text, span, client);
}

struct span_writer {
	const struct ws_points *points; /* NULL: one */
	struct ws_output *output;
	struct subject subject;
	void (*write)(struct ws_output *output, const struct subject *subject);
};

static bool write_span(void *context, const struct ws_span *span)
{
	struct span_writer *writer = context;
	writer->subject.span = span;
	if (writer->points) /* its packets have that point's numbers */
		writer->subject.point = writer->points->name[span->point];
	writer->write(writer->output, &writer->subject);
	return writer->output->write_error == 0;
}

bool output_spans(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn,
                  void (*write)(struct ws_output *output, const struct subject *subject))
{
	struct span_writer writer = {.output = output,
	                             .subject = {.kind = WS_RECORD_SHARE, .conn = conn, .point = output->point_name},
	                             .write = write};
	if (conn->path)
		writer.points = ws_tracker_points(tracker);
	return ws_tracker_spans(tracker, conn->id, write_span, &writer) || output->write_error;
}
