/* Text, JSON and CSV: writes lines for packets until the capture ends or a signal stops the program. */
#include "app/joined.h"
#include "app/progress.h"
#include "app/report.h"
#include "app/second_reading.h"
#include "app/session.h"
#include "app/signals.h"
#include "app/split.h"
#include "app/threads.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Frames that are read between two checks for signals. */
enum { BATCH = 1024 };

/* A wrong number for --debug-connection would otherwise print nothing, and not say why. */
static void lines_check_debugged(struct session *session)
{
	const uint64_t number = session->options->debug_connection;
	uint64_t most = 0;
	for (size_t i = 0; i < session->point_count; i++) {
		struct ws_tracker_stats stats;
		ws_tracker_stats(session->points[i].tracker, &stats);
		most = stats.connections > most ? stats.connections : most;
	}
	if (number > most && session->error.status == WS_OK)
		ws_fail(&session->error, WS_ERROR_OPTION,
		        "--debug-connection %llu: there is no such connection, only %llu", (unsigned long long)number,
		        (unsigned long long)most);
}

static bool write_transit(void *context, const struct ws_conn_path *path, const struct ws_conn_info *conn,
                          const struct ws_transit *transit)
{
	struct session *session = context;
	return ws_output_transit(session->output, path, conn, transit);
}

/* Several points: their clocks, and the way of every segment. */
static void lines_joined(struct session *session)
{
	for (size_t i = 1; i < session->point_count && !session->output_failed; i++) {
		struct ws_clock_info clock;
		ws_clock_info(joined_clock(session->joins.joined, i), &clock);
		session->output_failed =
		        !ws_output_clock(session->output, session->points[i].label, session->points[0].label, &clock);
	}
	if (session_asks_for(session, WS_RECORD_TRANSIT) && !session->output_failed)
		session->output_failed = !joined_transits(session->joins.joined, write_transit, session);
}

/* Otherwise such a filter would print nothing, and not say why. */
static void lines_check_filter(const struct session *session)
{
	const char *field = session->filter && session->point_count == 1 ? ws_filter_of_points(session->filter) : NULL;
	char buffer[320];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (!field)
		return;
	ws_filter_of_points_words(&text, field);
	fprintf(stderr, _("wirestate: display filter: %s\n"), ws_text_cstr(&text));
}

/* Several points: what has each connection once. */
static void lines_together(struct session *session)
{
	if (session->point_count < 2 ||
	    !(session_asks_for(session, WS_RECORD_OVERVIEW) || session_asks_for(session, WS_RECORD_EXCHANGE) ||
	      session_asks_for(session, WS_RECORD_SERVICE)))
		return;
	session_show_together(session);
	session_merge(session, true);
	session->output_failed = !ws_output_together(session->output, session->merge.tracker);
}

/* Of how many connections records are missing. */
static void lines_check_missing(const struct session *session)
{
	const uint64_t shares = ws_output_without_shares(session->output),
	               exchanges = ws_output_without_exchanges(session->output);
	if (shares)
		fprintf(stderr,
		        ws_translate_plural(
		                "wirestate: of %llu connection the shares of time are not shown, because their "
		                "segments did not fit into --max-memory\n",
		                "wirestate: of %llu connections the shares of time are not shown, because their "
		                "segments did not fit into --max-memory\n",
		                shares),
		        (unsigned long long)shares);
	if (exchanges)
		fprintf(stderr,
		        ws_translate_plural(
		                "wirestate: of %llu connection the requests and answers are not shown, because its "
		                "segments did not fit into --max-memory\n",
		                "wirestate: of %llu connections the requests and answers are not shown, because their "
		                "segments did not fit into --max-memory\n",
		                exchanges),
		        (unsigned long long)exchanges);
}

static void lines_finish(struct session *session)
{
	threads_end(session);
	session_drain(session);
	threads_write(session); /* what was being formatted when nothing was left to read */
	host_finish(&session->host);
	session_join(session);
	if (session->joins.joined && session->read_twice && !session->output_failed)
		second_reading(session);
	if (session->joins.joined)
		lines_joined(session);
	for (size_t i = 0; i < session->point_count && !session->output_failed; i++) {
		const struct point *point = &session->points[i];
		struct ws_capture_stats stats;
		split_stats(point, &stats);
		if (session->point_count > 1)
			ws_output_point(session->output, (unsigned)i, point->label);
		session->output_failed = !ws_output_finish(session->output, point->tracker, &stats);
	}
	if (!session->output_failed)
		lines_together(session);
	/* A reader that closes the pipe, as head and less do, has read enough. A user who stops the program does not
	 * wait for the rest either. */
	if (session->output_failed && !ws_output_broken_pipe(session->output) && !(signals_take() & SIGNAL_STOP))
		ws_output_error(session->output, &session->error);
	lines_check_debugged(session);
	lines_check_filter(session);
	lines_check_missing(session);
}

/* Reports that a point's interface has gone down, and that it is up again. */
static void report_wait(struct point *point)
{
	if (point->wait_text == point->reported_wait)
		return;
	point->reported_wait = point->wait_text;
	char buffer[512];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_clean(&text, point->name, strlen(point->name));
	ws_text_puts(&text, ": ");
	ws_text_puts(&text, point->wait_text ? point->wait_text : _("the interface is up again"));
	fprintf(stderr, "wirestate: %s\n", ws_text_cstr(&text));
}

static void report_messages(struct session *session, struct progress *progress)
{
	const char *text;
	for (size_t i = 0; i < session->point_count; i++) {
		while ((text = point_message(&session->points[i]))) {
			progress_end(progress);
			fputs("wirestate: ", stderr);
			print_clean(stderr, text);
			fputc('\n', stderr);
			session->warned = session->warned || session->warning.status != WS_OK;
		}
	}
}

/* Live, totals are written every now and then, so that a reader of the records can tell a quiet sensor from one that is
 * gone. */
static void lines_heartbeat(struct session *session, ws_time *next)
{
	const ws_time now = monotonic();
	if (!session->live || !session_asks_for(session, WS_RECORD_STATS) || now < *next)
		return;
	threads_write(session);
	for (size_t i = 0; *next && i < session->point_count && !session->output_failed; i++) {
		const struct point *point = &session->points[i];
		struct ws_capture_stats stats;
		split_stats(point, &stats);
		if (session->point_count > 1)
			ws_output_point(session->output, (unsigned)i, point->label);
		session->output_failed =
		        !ws_output_totals(session->output, point->tracker, &stats, now + point->clock_offset);
	}
	*next = now + WS_HEARTBEAT;
}

void run_lines(struct session *session)
{
	ws_time heartbeat = 0;
	struct progress progress;
	progress_begin(&progress, session);
	const pid_t parent = getppid();
	while (session_read(session, BATCH) && !session->output_failed && !(signals_take() & SIGNAL_STOP) &&
	       !(session->options->publish && getppid() != parent)) { /* the process that publishes has been killed */
		if (!session->warned && session->warning.status != WS_OK) {
			progress_end(&progress);
			fprintf(stderr, "wirestate: %s\n", session->warning.text);
			session->warned = true;
		}
		report_messages(session, &progress);
		progress_show(&progress, session);
		requests_serve(session);
		lines_heartbeat(session, &heartbeat);
		session_wait(session);
		for (size_t i = 0; i < session->point_count; i++)
			report_wait(&session->points[i]);
	}
	progress_end(&progress);
	report_messages(session, &progress);
	lines_finish(session);
}
