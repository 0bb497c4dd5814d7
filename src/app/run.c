/* One session from its opening to its exit status. Standard output carries data only; banner, summary, warnings and
 * errors go to standard error. */
#include "app/run.h"
#include "app/joined.h"
#include "app/lesson_files.h"
#include "app/report.h"
#include "app/signals.h"
#include "app/start.h"

#include <wirestate/language.h>

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* ---- Which mode */

/* The view needs a terminal to draw on. Its keys come from the controlling terminal where a capture comes from standard
 * input. */
bool options_want_view(struct options *options)
{
	if (options->show == SHOW_AUTO) {
		const bool from_pipe = options->read && strcmp(options->read, "-") == 0;
		const bool keyboard = from_pipe || isatty(STDIN_FILENO);
		options->show = keyboard && isatty(STDOUT_FILENO) ? SHOW_TUI : SHOW_TEXT;
	}
	return options->show == SHOW_TUI;
}

enum mode options_mode(struct options *options)
{
	if (options->bare)
		return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? MODE_START : MODE_USAGE;
	if (options->help)
		return MODE_HELP;
	if (options->version)
		return MODE_VERSION;
	if (options->generate)
		return MODE_GENERATE;
	if (options->list_interfaces)
		return MODE_INTERFACES;
	if (options->list_link_types)
		return MODE_LINK_TYPES;
	if (options->lesson)
		return options->lesson[0] ? MODE_LESSON : MODE_LESSON_NAMES;
	if (options->lab)
		return options->lab[0] || options->lab_client ? MODE_LAB : MODE_LAB_NAMES;
	if (options->exercise)
		return options_want_view(options) ? MODE_VIEW : MODE_EXERCISE;
	if (options->publish)
		return MODE_PUBLISH;
	if (options->subscribe)
		return MODE_SUBSCRIBE;
	if (options->export)
		return MODE_EXPORT;
	if (options->frame != FRAME_NONE)
		return MODE_FRAME;
	return options_want_view(options) ? MODE_VIEW : MODE_LINES;
}

/* ---- What is said before and after */

static void print_point(const struct session *session, const struct point *point)
{
	char buffer[512];
	struct ws_text links = WS_TEXT_OVER(buffer);
	const uint64_t length = session->options->snapshot_length;
	char cleaned[512];
	struct ws_text name = WS_TEXT_OVER(cleaned);
	ws_text_clean(&name, point->name, strlen(point->name));
	if (point->files > 1)
		ws_text_printf(&name, _(" and %zu more"), point->files - 1);
	if (session->records) {
		fprintf(stderr, _("reading records from %s\n"), ws_text_cstr(&name));
		return;
	}
	ws_capture_link_names(point->capture, &links);
	fprintf(stderr,
	        session->options->lab ? _("playing %s in the lab, link-type %s")
	        : session->live       ? _("listening on %s, link-type %s")
	                              : _("reading from %s, link-type %s"),
	        ws_text_cstr(&name), ws_text_cstr(&links));
	if (session->live)
		fprintf(stderr, _(", snapshot length %" PRIu64 " bytes"), length ? length : 262144);
	fputc('\n', stderr);
}

/* The interfaces that a capture file describes before its first packet. */
static void print_interfaces(const struct ws_capture *capture)
{
	enum { MOST = 64 };
	const struct ws_frame_interface *interface;
	for (uint32_t i = 0; i < MOST && (interface = ws_capture_interface(capture, i)); i++) {
		const struct {
			const char *label, *text;
		} texts[] = {{" ", interface->name},
		             {", ", interface->description},
		             {_(", comment: "), interface->comment},
		             {_(", comment of its section: "), interface->section_comment}};
		fprintf(stderr, _("interface %" PRIu32), i);
		for (size_t k = 0; k < WS_ARRAY_SIZE(texts); k++) {
			if (!texts[k].text)
				continue;
			fputs(texts[k].label, stderr);
			print_clean(stderr, texts[k].text);
		}
		fprintf(stderr, _(", link-type %s"), interface->link_name);
		if (interface->snapshot_length)
			fprintf(stderr, _(", snapshot length %" PRIu32 " bytes"), interface->snapshot_length);
		fputc('\n', stderr);
	}
}

static void print_banner(const struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (!session->points[i].reader)
			print_point(session, &session->points[i]);
	if (session->options->verbose && session->decision[0])
		fprintf(stderr, "%s\n", session->decision);
	if (session->options->verbose) {
		for (size_t i = 0; i < session->point_count && !session->options->anonymize; i++)
			if (!session->points[i].reader)
				print_interfaces(session->points[i].capture);
		char buffer[512];
		struct ws_text text = WS_TEXT_OVER(buffer);
		ws_protections_text(&session->protections, &text);
		fprintf(stderr, _("in force: %s\n"), ws_text_cstr(&text));
		if (session->live) {
			text.length = 0;
			host_words(&session->host, &text);
			fprintf(stderr, "kernel: %s\n", ws_text_cstr(&text));
		}
	}
}

/* What the records do not say about their source. */
static void print_remarks(const struct session *session, const struct point *point)
{
	char buffer[512];
	struct ws_text text = WS_TEXT_OVER(buffer);
	struct ws_tracker_stats stats;
	ws_tracker_stats(point->tracker, &stats);
	if (session->point_count > 1) {
		const char *name = session->split ? point->label : point->name;
		ws_text_clean(&text, name, strlen(name));
		ws_text_puts(&text, ": ");
	}
	const size_t start = text.length;
	if (stats.checksums_ignored) {
		ws_checksums_words(&text, stats.checksums_ignored, stats.tcp);
		ws_text_puts(&text, _(", since addresses were replaced or the network card completes them later"));
		fprintf(stderr, "%s\n", ws_text_cstr(&text));
	}
	text.length = start;
	if (!stats.connections && session_asks_for(session, WS_RECORD_CONNECTION)) {
		ws_text_puts(&text, _("no connection: "));
		ws_no_connection_words(&text, &stats);
		fprintf(stderr, "%s\n", ws_text_cstr(&text));
	}
}

/* Several points: what they know together. */
static void print_joined(const struct session *session)
{
	struct joined_totals totals;
	for (size_t i = 1; i < session->point_count; i++) {
		char buffer[256];
		struct ws_text text = WS_TEXT_OVER(buffer);
		struct ws_clock_info clock;
		ws_clock_info(joined_clock(session->joins.joined, i), &clock);
		if (clock.fixed && !clock.offset)
			continue; /* both have one clock */
		ws_clock_words(&text, session->points[i].label, session->points[0].label, &clock);
		fprintf(stderr, "%s\n", ws_text_cstr(&text));
	}
	joined_totals(session->joins.joined, &totals);
	static const char *const one[WS_JOIN_KINDS] = {
	        N_("%" PRIu64 " connection at several points, %" PRIu64 " of %" PRIu64 " segments lost between them"),
	        N_("%" PRIu64 " UDP conversation at several points, %" PRIu64 " of %" PRIu64
	           " datagrams lost between them"),
	        N_("%" PRIu64 " ping at several points, %" PRIu64 " of %" PRIu64 " echoes lost between them")};
	static const char *const many[WS_JOIN_KINDS] = {
	        N_("%" PRIu64 " connections at several points, %" PRIu64 " of %" PRIu64 " segments lost between them"),
	        N_("%" PRIu64 " UDP conversations at several points, %" PRIu64 " of %" PRIu64
	           " datagrams lost between them"),
	        N_("%" PRIu64 " pings at several points, %" PRIu64 " of %" PRIu64 " echoes lost between them")};
	for (unsigned kind = 0; kind < WS_JOIN_KINDS; kind++) {
		const uint64_t count = totals.connections[kind];
		if (!count && kind)
			continue;
		fputs(kind ? _("; ") : "", stderr);
		fprintf(stderr, count == 1 ? _(one[kind]) : _(many[kind]), count, totals.lost[kind], totals.sent[kind]);
	}
	if (totals.left_out)
		fprintf(stderr,
		        ws_translate_plural(", %" PRIu64 " connection not compared for memory",
		                            ", %" PRIu64 " connections not compared for memory", totals.left_out),
		        totals.left_out);
	fputc('\n', stderr);
}

static void print_evicted(uint64_t count)
{
	fprintf(stderr,
	        ws_translate_plural(", %" PRIu64 " connection given up for memory",
	                            ", %" PRIu64 " connections given up for memory", count),
	        count);
}

/* What became of the lines, and of how many sensors they are. */
static void print_records(const struct session *session)
{
	const struct records *records = session->records;
	const struct ws_tracker *tracker = session->points[0].tracker;
	struct ws_sensor_info sensor;
	struct ws_tracker_stats stats;
	size_t stale = 0;
	const size_t sensors = ws_tracker_sensor_count(tracker);
	for (size_t i = 0; ws_tracker_sensor(tracker, i, &sensor); i++)
		stale += sensor.stale;
	ws_tracker_stats(tracker, &stats);
	fprintf(stderr,
	        ws_translate_plural("%" PRIu64 " line of records", "%" PRIu64 " lines of records", records->lines),
	        records->lines);
	if (sensors > 1)
		fprintf(stderr, _(" of %zu sensors"), sensors);
	if (stale)
		fprintf(stderr, _(", %zu of them stale"), stale);
	if (records->left_out)
		fprintf(stderr, _(", %" PRIu64 " left out that are no records"), records->left_out);
	if (records->repeated)
		fprintf(stderr, _(", %" PRIu64 " left out that had come before"), records->repeated);
	if (stats.evicted)
		print_evicted(stats.evicted);
	fputc('\n', stderr);
}

static void print_summary(const struct session *session)
{
	if (session->records) {
		print_records(session);
		return;
	}
	struct ws_capture_stats stats;
	uint64_t evicted = 0, udp = 0, datagrams = 0, dropped = 0;
	session_stats(session, &stats);
	for (size_t i = 0; i < session->point_count; i++) {
		struct ws_tracker_stats tracked;
		ws_tracker_stats(session->points[i].tracker, &tracked);
		evicted += tracked.evicted;
		udp += tracked.udp_evicted;
		datagrams += tracked.fragments_evicted;
		dropped += tracked.history_dropped;
	}
	fprintf(stderr,
	        ws_translate_plural("%" PRIu64 " packet captured", "%" PRIu64 " packets captured", session->packets),
	        session->packets);
	fprintf(stderr, _(", %" PRIu64 " received by filter, %" PRIu64 " dropped by kernel"), stats.received,
	        stats.dropped_kernel);
	if (stats.dropped_interface)
		fprintf(stderr, _(", %" PRIu64 " dropped by interface"), stats.dropped_interface);
	if (stats.other_links)
		fprintf(stderr, _(", %" PRIu64 " not decoded, of link type %s%s"), stats.other_links,
		        stats.other_link_name, stats.other_links_differ ? _(" and others") : "");
	if (evicted)
		print_evicted(evicted);
	if (udp)
		fprintf(stderr,
		        ws_translate_plural(", %" PRIu64 " UDP conversation given up for memory",
		                            ", %" PRIu64 " UDP conversations given up for memory", udp),
		        udp);
	if (datagrams)
		fprintf(stderr,
		        ws_translate_plural(", %" PRIu64 " fragmented datagram given up for memory",
		                            ", %" PRIu64 " fragmented datagrams given up for memory", datagrams),
		        datagrams);
	if (dropped && session_asks_for(session, WS_RECORD_SERIES))
		fprintf(stderr,
		        ws_translate_plural(", %" PRIu64 " segment missing in the series for memory",
		                            ", %" PRIu64 " segments missing in the series for memory", dropped),
		        dropped);
	fputc('\n', stderr);
	if (session->joins.joined)
		print_joined(session);
	for (size_t i = 0; i < session->point_count; i++)
		print_remarks(session, &session->points[i]);
}

static int clean_columns(const char *bytes, size_t length)
{
	char buffer[512];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_clean(&text, bytes, length);
	return ws_columns(ws_text_cstr(&text));
}

/* Prints the display filter, and below it marks where it is wrong. */
static void print_wrong_filter(const char *filter, const struct ws_filter_error *error)
{
	const int marks = clean_columns(filter + error->start, error->length);
	fputs("  ", stderr);
	print_clean(stderr, filter);
	fprintf(stderr, "\n  %*s", clean_columns(filter, error->start), "");
	for (int i = 0; i < (marks ? marks : 1); i++)
		fputc('^', stderr);
	fputc('\n', stderr);
}

/* ---- A session */

int session_finish(struct session *session, bool opened, const struct ws_error *error)
{
	session_close(session);
	if (!opened) {
		const int status = report_error(error);
		if (session->filter_error.text[0])
			print_wrong_filter(session->options->display_filter, &session->filter_error);
		return status;
	}
	const struct ws_error *failure = session_failure(session);
	if (failure->status == WS_OK)
		return session->went_back     ? START_BACK
		       : session->wants_next  ? LESSON_NEXT
		       : session->wants_live  ? LESSON_LIVE
		       : session->wants_try   ? LESSON_TRY
		       : session->wants_again ? LAB_AGAIN
		                              : 0;
	if (failure == &session->warning && session->warned)
		return ws_exit_status(failure->status);
	return report_error(failure);
}

static void run_without_view(struct session *session, enum mode mode)
{
	if (!session_confine(session))
		return;
	if (mode == MODE_LESSON) {
		run_lesson(session);
	} else if (mode == MODE_FRAME) {
		run_frame(session);
	} else {
		print_banner(session);
		run_lines(session);
	}
}

int run_session(const struct options *options, enum mode mode)
{
	struct ws_error error = {0};
	struct session session;
	const bool view = mode == MODE_VIEW;
	if (view && !isatty(STDOUT_FILENO)) {
		ws_fail(&error, WS_ERROR_OPTION, "-T tui needs a terminal, and standard output is none; see -T text");
		return report_error(&error);
	}
	/* A signal that stops the program makes a pipe on standard output non-blocking, see signals.c. */
	const int output_flags = fcntl(STDOUT_FILENO, F_GETFL);
	const bool opened = session_open(&session, options, mode != MODE_LINES, &error);
	signals_install(view);
	if (opened && view)
		run_view(&session);
	else if (opened)
		run_without_view(&session, mode);
	/* An option may be refused only when it is known which points there are. */
	const bool refused = session.error.status == WS_ERROR_OPTION && !session.packets;
	if (opened && !refused && (mode == MODE_LINES ? !session.output_failed : view && session.live))
		print_summary(&session);
	const int status = session_finish(&session, opened, &error);
	if (output_flags >= 0)
		fcntl(STDOUT_FILENO, F_SETFL, output_flags);
	return status;
}
