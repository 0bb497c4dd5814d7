/* Writing records: see wirestate/output.h.
 *
 * This file decides which records are written; the writers of the three formats format them. A packet's record precedes
 * those of the events it caused. A connection has exactly one record. In a live capture it is written when the
 * connection ends; a late packet may still change the connection, so a bit for each number remembers that the record is
 * written. In other inputs it is written at the end of the input, when nothing can change any more. */
#include "output/exchanges.h"
#include "output/overview.h"
#include "output/series.h"
#include "output/spans.h"
#include "output/zeek_log.h"

#include <wirestate/language.h>
#include <wirestate/stored.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Its line in what the connection has of these, "12=" and the value. */
void output_find_passed_on(const char *others, size_t index, struct value *value)
{
	char label[24];
	struct ws_text text = WS_TEXT_OVER(label);
	ws_text_printf(&text, "%zu=", index);
	const size_t length = strlen(ws_text_cstr(&text));
	value->kind = VALUE_ABSENT;
	for (const char *at = others; at && *at; at = strchr(at, '\n') + 1) {
		if (strncmp(at, label, length) != 0)
			continue;
		value->kind = VALUE_RAW;
		value->string = at + length;
		value->length = strcspn(at + length, "\n");
		return;
	}
}

void output_record(struct ws_output *output, const struct subject *subject)
{
	if (!output_wants(output, subject->kind))
		return;
	switch (output->options.format) {
	case WS_FORMAT_TEXT:
		text_record(output, subject);
		break;
	case WS_FORMAT_JSON:
		json_record(output, subject);
		break;
	case WS_FORMAT_CSV:
		csv_record(output, subject);
		break;
	case WS_FORMAT_ZEEK:
		zeek_record(output, subject);
		break;
	}
}

static bool conn_matches(const struct ws_output *output, const struct ws_conn_info *conn)
{
	return !output->options.filter || ws_filter_match(output->options.filter, conn);
}

static bool id_matches(const struct ws_output *output, const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_conn_info conn;
	return !output->options.filter || (ws_tracker_conn(tracker, id, &conn) && conn_matches(output, &conn));
}

static bool is_recorded(const struct ws_output *output, uint64_t number)
{
	const struct recorded *recorded = &output->recorded[output->point];
	uint64_t word = number / 64;
	return word < recorded->words && recorded->word[word] >> (number % 64) & 1;
}

/* Remembers that a connection's record is written. Returns false without memory for that; then it is written at the
 * end. */
static bool set_recorded(struct ws_output *output, uint64_t number)
{
	struct recorded *recorded = &output->recorded[output->point];
	uint64_t word = number / 64;
	if (word >= recorded->words) {
		size_t words = (size_t)word + 1024 + recorded->words / 2;
		uint64_t *grown = realloc(recorded->word, words * sizeof(*grown));
		if (!grown)
			return false;
		memset(grown + recorded->words, 0, (words - recorded->words) * sizeof(*grown));
		recorded->word = grown;
		recorded->words = words;
	}
	recorded->word[word] |= UINT64_C(1) << (number % 64);
	return true;
}

/* An exchange has ended, or its connection. */
static void exchange_record(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn,
                            const struct ws_exchange *exchange, const char *point)
{
	struct ws_conn_info own = *conn;
	own.first_byte = ws_exchange_first_byte(exchange);
	if (!conn_matches(output, &own))
		return;
	output_record(output, &(struct subject){
	                              .kind = WS_RECORD_EXCHANGE, .conn = &own, .exchange = exchange, .point = point});
	if (output_wants(output, WS_RECORD_SERVICE))
		output_service_exchange(output, tracker, conn->id, exchange);
}

static bool wants_exchanges(const struct ws_output *output)
{
	return output_wants(output, WS_RECORD_EXCHANGE) || output_wants(output, WS_RECORD_SERVICE);
}

struct exchange_writer {
	struct ws_output *output;
	const struct ws_tracker *tracker;
	const struct ws_conn_info *conn;
};

static bool write_exchange(void *context, const struct ws_exchange *exchange)
{
	const struct exchange_writer *writer = context;
	const struct ws_points *points = ws_tracker_points(writer->tracker);
	exchange_record(writer->output, writer->tracker, writer->conn, exchange,
	                points ? points->name[exchange->point] : writer->output->point_name);
	return writer->output->write_error == 0;
}

/* True of what is written with the first point's. */
static bool is_of_another_point(const struct ws_output *output, const struct ws_tracker *tracker, ws_conn_id id)
{
	const struct ws_conn_path *path = ws_tracker_conn_path(tracker, id);
	return path && path->point[0] != output->point;
}

/* A connection is given up, or the input has ended: what was not over is, and its time is known. Several points may say it
 * together only when they have been joined, so all exchanges of a connection are written then. */
static void end_exchanges(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn)
{
	struct ws_exchange exchange;
	struct exchange_writer writer = {output, tracker, conn};
	if (output->options.several)
		output->without_exchanges +=
		        !ws_tracker_exchanges(tracker, conn->id, write_exchange, &writer) && !output->write_error;
	else if (ws_tracker_open_exchange(tracker, conn->id, &exchange))
		exchange_record(output, tracker, conn, &exchange, output->point_name);
	if (output_wants(output, WS_RECORD_SERVICE) && conn_matches(output, conn))
		output_service_connection(output, tracker, conn->id);
}

/* The record of an evicted connection must be written now, because nothing is kept of it. That of a connection that has
 * ended is delayed to the end of the input, because it may still change; in a live capture it is not, because the user
 * wants to see it. */
static void connection_event(struct ws_output *output, const struct ws_event *event, const struct ws_conn_info *conn)
{
	struct verdict_found verdict = {.tag = NULL};
	struct subject subject = {.kind = WS_RECORD_CONNECTION,
	                          .time = event->time,
	                          .frame = event->frame,
	                          .event = event,
	                          .point = output->point_name,
	                          .conn = conn};
	if (conn->stated.sensor) { /* a record is passed on as it comes */
		if (conn_matches(output, conn))
			output_record(output, &subject);
		return;
	}
	if (is_recorded(output, conn->number) || !conn_matches(output, conn))
		return;
	if (!set_recorded(output, conn->number) && event->kind != WS_EVENT_EVICTED)
		return;
	subject.verdict = &verdict;
	output_record(output, &subject);
}

/* The events whose records need more of the connection than its ends. */
static void write_event_of_connection(struct ws_output *output, const struct ws_event *event,
                                      const struct ws_tracker *tracker)
{
	struct ws_conn_info conn;
	const bool evicted = event->kind == WS_EVENT_EVICTED;
	const bool wanted = (wants_exchanges(output) && event->kind != WS_EVENT_CONNECTION) ||
	                    (output_wants(output, WS_RECORD_CONNECTION) && event->kind != WS_EVENT_EXCHANGE);
	if (!wanted || !ws_tracker_conn(tracker, event->conn, &conn))
		return;
	if (event->kind == WS_EVENT_EXCHANGE && !output->options.several)
		exchange_record(output, tracker, &conn, event->exchange, output->point_name);
	if (evicted && wants_exchanges(output))
		end_exchanges(output, tracker, &conn);
	if (event->kind != WS_EVENT_EXCHANGE && output_wants(output, WS_RECORD_CONNECTION))
		connection_event(output, event, &conn);
}

/* False for most events: of a transition whose records are not wanted, and of what is written at the end. */
static bool event_leads_to_record(const struct ws_output *output, const struct ws_event *event)
{
	if (event->kind == WS_EVENT_TRANSITION)
		return output_wants(output, WS_RECORD_TRANSITION);
	return event->kind != WS_EVENT_UDP;
}

/* `line` is a packet's text line that has no newline yet, or NULL. */
static void write_event(struct ws_output *output, const struct ws_event *event, const struct ws_tracker *tracker,
                        struct line *line)
{
	struct subject subject = {
	        .time = event->time, .frame = event->frame, .event = event, .point = output->point_name};
	struct ws_conn_ends ends;
	switch (event->kind) {
	case WS_EVENT_TRANSITION:
		subject.kind = WS_RECORD_TRANSITION;
		subject.ends = &ends;
		if (!output_wants(output, subject.kind) || !ws_tracker_conn_ends(tracker, event->conn, &ends) ||
		    !id_matches(output, tracker, event->conn))
			return;
		if (output->sheet)
			sheet_take_event(output, event, &ends, line);
		else if (line)
			text_transition_on_line(output, &subject, line);
		else
			output_record(output, &subject);
		return;
	case WS_EVENT_ARP:
		subject.kind = WS_RECORD_ARP;
		if (output->sheet && output_wants(output, WS_RECORD_ARP))
			sheet_take_event(output, event, NULL, false);
		else
			output_record(output, &subject);
		return;
	case WS_EVENT_CONNECTION:
		if (!output->options.sensors && (!output->options.live || output->options.several))
			return; /* written at the end; but a record is passed on as it comes */
		                /* fall through */
	case WS_EVENT_EVICTED:
	case WS_EVENT_EXCHANGE:
		sheet_begin_text(output);
		write_event_of_connection(output, event, tracker);
		sheet_end_text(output);
		return;
	case WS_EVENT_INPUT:
		sheet_begin_text(output);
		if (output->options.format == WS_FORMAT_TEXT)
			text_input(output, event);
		sheet_end_text(output);
		return;
	default: /* a UDP conversation's record is written at the end, when its counts are known */
		return;
	}
}

static void start_clock(struct ws_output *output, ws_time time)
{
	if (output->started)
		return;
	output->started = true;
	output->first_time = output->line_time = time;
}

static bool end_of_records(struct ws_output *output)
{
	if (output->options.line_buffered)
		return ws_output_flush(output);
	return output->write_error == 0;
}

void output_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                   struct line *line)
{
	if (output->options.format == WS_FORMAT_TEXT && line) {
		text_evidence(output, packet->frame, true);
		text_packet(output, packet, result, line);
	} else if (output->options.format == WS_FORMAT_JSON) {
		json_packet(output, packet, result);
	} else if (output->options.format == WS_FORMAT_CSV) {
		const struct subject subject = {
		        .kind = WS_RECORD_PACKET,
		        .time = packet->frame->time,
		        .frame = packet->frame->number,
		        .packet = packet,
		        .result = result,
		        .point = output->point_name,
		};
		csv_record(output, &subject);
	}
}

void output_end_line(struct ws_output *output, const struct ws_packet *packet)
{
	ws_text_putc(&output->text, '\n');
	text_evidence(output, packet->frame, false);
	if (output->options.verbose)
		text_fields(output, packet);
	if (output->options.hex)
		text_hex(output, packet);
	if (output->options.payload)
		text_payload(output, packet);
}

/* In text, a packet's transitions are added to its line, and other records follow on lines of their own. */
static void text_packet_and_events(struct ws_output *output, const struct ws_packet *packet,
                                   const struct ws_track_result *result, const struct ws_tracker *tracker)
{
	struct line line;
	if (output->sheet)
		sheet_take_packet(output, packet, result);
	else
		output_packet(output, packet, result, &line);
	for (size_t i = 0; i < result->event_count; i++) {
		if (result->events[i].kind == WS_EVENT_TRANSITION)
			write_event(output, &result->events[i], tracker, &line);
	}
	if (!output->sheet)
		output_end_line(output, packet);
	for (size_t i = 0; i < result->event_count; i++) {
		if (result->events[i].kind != WS_EVENT_TRANSITION)
			write_event(output, &result->events[i], tracker, NULL);
	}
}

static void write_events(struct ws_output *output, const struct ws_track_result *result,
                         const struct ws_tracker *tracker)
{
	for (size_t i = 0; i < result->event_count; i++)
		if (event_leads_to_record(output, &result->events[i]))
			write_event(output, &result->events[i], tracker, NULL);
}

bool ws_output_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                      const struct ws_tracker *tracker)
{
	WS_LANGUAGE_ENGLISH;
	start_clock(output, packet->frame->time);
	if (output_wants(output, WS_RECORD_PACKET) && id_matches(output, tracker, result->conn)) {
		if (output->options.format == WS_FORMAT_TEXT) {
			text_packet_and_events(output, packet, result, tracker);
			return end_of_records(output);
		}
		if (output->sheet)
			sheet_take_packet(output, packet, result);
		else
			output_packet(output, packet, result, NULL);
	}
	write_events(output, result, tracker);
	return end_of_records(output);
}

bool ws_output_tracked(struct ws_output *output, ws_time time, const struct ws_track_result *result,
                       const struct ws_tracker *tracker)
{
	WS_LANGUAGE_ENGLISH;
	start_clock(output, time);
	write_events(output, result, tracker);
	return end_of_records(output);
}

bool ws_output_events(struct ws_output *output, const struct ws_track_result *result, const struct ws_tracker *tracker)
{
	WS_LANGUAGE_ENGLISH;
	for (size_t i = 0; i < result->event_count; i++) {
		start_clock(output, result->events[i].time);
		write_event(output, &result->events[i], tracker, NULL);
	}
	return end_of_records(output);
}

/* ---- Several points */

void ws_output_point(struct ws_output *output, unsigned point, const char *name)
{
	output->point = point;
	output->point_name = name;
}

bool ws_output_transit(struct ws_output *output, const struct ws_conn_path *path, const struct ws_conn_info *conn,
                       const struct ws_transit *transit)
{
	WS_LANGUAGE_ENGLISH;
	struct subject subject = {.kind = WS_RECORD_TRANSIT, .conn = conn, .path = path, .transit = transit};
	if (!conn || conn_matches(output, conn))
		output_record(output, &subject);
	return output->write_error == 0;
}

bool ws_output_clock(struct ws_output *output, const char *point, const char *reference,
                     const struct ws_clock_info *clock)
{
	WS_LANGUAGE_ENGLISH;
	struct subject subject = {.kind = WS_RECORD_CLOCK, .point = point, .reference = reference, .clock = clock};
	output_record(output, &subject);
	return output->write_error == 0;
}

/* ---- The end */

/* Calls `write` for each of so many connections that matches, and is not written with another point's. */
static void finish_each(struct ws_output *output, const struct ws_tracker *tracker, size_t rank, size_t count,
                        void (*write)(struct ws_output *, const struct ws_tracker *, const struct ws_conn_info *))
{
	struct ws_conn_info conn;
	for (size_t i = rank; i < rank + count && output->write_error == 0; i++) {
		const ws_conn_id id = ws_tracker_conn_at(tracker, i);
		if (is_of_another_point(output, tracker, id) || !ws_tracker_conn(tracker, id, &conn))
			continue;
		if (conn.stated.sensor)
			continue; /* its record was written when it came, or has not come */
		if (conn_matches(output, &conn))
			write(output, tracker, &conn);
	}
}

static void finish_connection(struct ws_output *output, const struct ws_tracker *tracker,
                              const struct ws_conn_info *conn)
{
	struct verdict_found verdict = {.tag = NULL};
	(void)tracker;
	if (!is_recorded(output, conn->number))
		output_record(output, &(struct subject){.kind = WS_RECORD_CONNECTION,
		                                        .conn = conn,
		                                        .verdict = &verdict,
		                                        .point = output->point_name});
}

static void finish_shares(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn)
{
	output->without_shares += !output_spans(output, tracker, conn, output_record);
}

static void write_exchanges(struct ws_output *output, const struct ws_tracker *tracker)
{
	const size_t count = wants_exchanges(output) ? ws_tracker_conn_count(tracker) : 0;
	struct ws_conn_info conn;
	for (size_t i = 0; i < count && output->write_error == 0; i++)
		if (ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, i), &conn) && !conn.stated.sensor)
			end_exchanges(output, tracker, &conn);
	if (output_wants(output, WS_RECORD_SERVICE))
		output_services(output, output_record);
}

static void finish_series(struct ws_output *output, const struct ws_tracker *tracker, const struct ws_conn_info *conn)
{
	start_clock(output, conn->first_time);
	if (!output_series(output, tracker, conn, output_record) && !output->write_error)
		output->write_error = ENOMEM;
}

static void finish_udp(struct ws_output *output, const struct ws_tracker *tracker, size_t rank, size_t count)
{
	struct ws_udp_info udp;
	struct subject subject = {.kind = WS_RECORD_UDP, .udp = &udp, .point = output->point_name};
	for (size_t i = rank; i < rank + count && output->write_error == 0; i++) {
		if (!ws_tracker_udp(tracker, i, &udp) || (udp.path && udp.path->point[0] != output->point))
			continue; /* written with the first point's */
		output_record(output, &subject);
	}
}

void output_records(struct ws_output *output, const struct ws_tracker *tracker, enum ws_record record, size_t rank,
                    size_t count)
{
	if (record == WS_RECORD_CONNECTION)
		finish_each(output, tracker, rank, count, finish_connection);
	else
		finish_udp(output, tracker, rank, count);
}

static void finish_records(struct ws_output *output, const struct ws_tracker *tracker, enum ws_record record,
                           size_t count)
{
	if (!output_wants(output, record))
		return;
	if (output->sheets)
		output->sheets(output->sheets_context, tracker, record, count);
	else
		output_records(output, tracker, record, 0, count);
}

void ws_output_divide(struct ws_output *output, ws_sheets_fn *fn, void *context)
{
	output->sheets =
	        output->options.format == WS_FORMAT_ZEEK ? NULL : fn; /* Zeek's header comes with its first line */
	output->sheets_context = context;
}

/* Of records: those of each sensor. */
static void write_totals(struct ws_output *output, const struct ws_tracker *tracker,
                         const struct ws_capture_stats *capture, ws_time now)
{
	struct ws_tracker_stats stats;
	struct ws_sensor_info sensor;
	struct subject subject = {.kind = WS_RECORD_STATS, .point = output->point_name};
	for (size_t i = 0; ws_tracker_sensor(tracker, i, &sensor); i++) {
		subject.time = sensor.totals ? sensor.totals : sensor.stats.last_time;
		subject.sensor = sensor.name;
		subject.stats = &sensor.stats;
		subject.capture = &sensor.capture;
		output_record(output, &subject);
	}
	if (ws_tracker_has_records(tracker))
		return;
	ws_tracker_stats(tracker, &stats);
	subject.time = now;
	subject.stats = &stats;
	subject.capture = capture;
	output_record(output, &subject);
}

bool ws_output_totals(struct ws_output *output, const struct ws_tracker *tracker,
                      const struct ws_capture_stats *capture, ws_time now)
{
	WS_LANGUAGE_ENGLISH;
	write_totals(output, tracker, capture, now);
	return ws_output_flush(output);
}

static void write_overview(struct ws_output *output, const struct ws_tracker *tracker)
{
	if (output_wants(output, WS_RECORD_OVERVIEW) && !(tracker && output_overview(output, tracker, output_record)) &&
	    !output->write_error)
		output->write_error = ENOMEM;
}

bool ws_output_together(struct ws_output *output, const struct ws_tracker *tracker)
{
	WS_LANGUAGE_ENGLISH;
	ws_output_point(output, 0, NULL);
	if (tracker)
		write_exchanges(output, tracker);
	write_overview(output, tracker);
	return ws_output_flush(output);
}

bool ws_output_finish(struct ws_output *output, const struct ws_tracker *tracker,
                      const struct ws_capture_stats *capture)
{
	WS_LANGUAGE_ENGLISH;
	if (output->options.format == WS_FORMAT_TEXT && output_wants(output, WS_RECORD_PACKET))
		text_evidence_at_end(output, capture);
	const size_t connections = ws_tracker_conn_count(tracker);
	finish_records(output, tracker, WS_RECORD_CONNECTION, connections);
	if (output_wants(output, WS_RECORD_SHARE))
		finish_each(output, tracker, 0, connections, finish_shares);
	if (!output->options.several)
		write_exchanges(output, tracker);
	finish_records(output, tracker, WS_RECORD_UDP, ws_tracker_udp_count(tracker));
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	if (output->options.format == WS_FORMAT_ZEEK)
		zeek_finish(output, stats.last_time);
	write_totals(output, tracker, capture, stats.last_time);
	if (!output->options.several)
		write_overview(output, tracker);
	if (output_wants(output, WS_RECORD_SERIES))
		finish_each(output, tracker, 0, ws_tracker_conn_count(tracker), finish_series);
	return ws_output_flush(output);
}
