/* The beginning and the end of a session: it opens its points and what they write to, gives up privileges, and confines
 * itself; and closes all of it. */
#include "app/joined.h"
#include "app/named.h"
#include "app/second_reading.h"
#include "app/session.h"
#include "app/sheets.h"
#include "app/sources.h"
#include "app/split.h"
#include "app/threads.h"
#include "app/workers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of a point's memory, for frames that cannot be read from their source again. */
enum { FRAMES_SHARE = 4 };

static bool open_output(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	static const enum ws_format formats[] = {[SHOW_TEXT] = WS_FORMAT_TEXT,
	                                         [SHOW_JSON] = WS_FORMAT_JSON,
	                                         [SHOW_CSV] = WS_FORMAT_CSV,
	                                         [SHOW_ZEEK] = WS_FORMAT_ZEEK};
	struct ws_output_options output = {
	        .format = formats[options->show],
	        .records = session_records(options),
	        .filter = session->filter,
	        .verbose = options->verbose,
	        .hex = options->hex,
	        .payload = options->payload,
	        .link = options->link,
	        .quiet = options->quiet,
	        .absolute = options->absolute,
	        .names = !options->numeric,
	        .vendors = session->vendors,
	        .times = options->times < 0 ? WS_TIMES_RELATIVE : (enum ws_times)options->times,
	        .line_buffered = options->line_buffered,
	        .live = session->live || options->follow,
	        .sensors = session->records,
	        .several = session->point_count > 1,
	};
	session->output = ws_output_create(1, &output, error);
	return session->output;
}

/* Files that are written belong to the invoking user. */
static bool open_written(void *context, struct ws_error *error)
{
	struct session *session = context;
	const struct options *options = session->options;
	if (options->write &&
	    !written_open(&session->written, options, session->points[0].capture, session->point_count > 1, error))
		return false;
	if (session->screen)
		session->directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return true;
}

static bool open_filter(struct session *session, struct ws_error *error)
{
	const char *text = session->options->display_filter;
	if (!text)
		return true;
	session->filter = ws_filter_compile(text, &session->filter_error);
	return session->filter || ws_fail(error, WS_ERROR_FILTER, "display filter: %s", session->filter_error.text);
}

static int fcs_length(const struct options *options)
{
	return options->fcs > 0 ? 4 : options->fcs;
}

static struct ws_capture_options capture_options(const struct session *session, uint64_t memory)
{
	const struct options *options = session->options;
	return (struct ws_capture_options){
	        .filter = options->filter,
	        .snapshot_length = (uint32_t)options->snapshot_length,
	        .buffer_size = options->buffer_size,
	        .no_promiscuous = options->no_promiscuous,
	        .monitor = options->monitor,
	        .no_optimize = options->no_optimize,
	        .link_type = options->link_type,
	        .fcs_length = fcs_length(options),
	        .records = true,
	        .keep_bytes = session->keeps ? memory / FRAMES_SHARE : 0,
	};
}

bool point_keeps_frames(const struct point *point)
{
	return ws_capture_is_live(point->capture) || ws_capture_fd(point->capture) >= 0;
}

struct ws_capture *point_reopen(const struct point *point, uint64_t memory, struct ws_error *error)
{
	const struct ws_capture_options capture = capture_options(point->session, memory);
	return ws_capture_reopen(point->capture, &capture, error);
}

/* Privileges are dropped before the first byte that comes from outside is read. */
static bool drop_privileges(void *context, struct ws_error *error)
{
	struct session *session = context;
	return session->dropped = ws_privileges_drop(session->options->user, &session->protections, error);
}

/* With -w, privileges are dropped only after that file has been created as the invoking user. */
static bool drops_when_opened(const struct options *options)
{
	return !options->no_sandbox && !options->write;
}

bool session_needs_feeder(const struct session *session, const char *name)
{
	struct stat status;
	return session->options->follow ||
	       (strcmp(name, "-") != 0 && stat(name, &status) == 0 && S_ISDIR(status.st_mode));
}

bool session_start_feeder(const struct session *session, struct feeder *feeder, const char *name,
                          struct ws_error *error)
{
	const struct options *options = session->options;
	const struct feeder_options feed = {.path = name,
	                                    .user = options->user,
	                                    .follow = options->follow,
	                                    .no_sandbox = options->no_sandbox,
	                                    .fcs_length = fcs_length(options)};
	return feeder_start(feeder, &feed, error);
}

struct ws_capture *session_open_capture(struct session *session, bool live, const char *name, int fd, uint64_t memory,
                                        struct ws_error *error)
{
	struct ws_capture_options capture = capture_options(session, memory);
	const bool last = session->opened + 1 == session->point_count;
	const bool drops = session->live ? last : session->opened == 0; /* all files are open by then */
	if (drops && drops_when_opened(session->options)) {
		capture.opened = drop_privileges;
		capture.context = session;
	}
	session->opened++;
	if (fd >= 0)
		return ws_capture_open_descriptor(fd, name, &capture, error);
	return live ? ws_capture_open_live(name, &capture, error) : ws_capture_open_file(name, &capture, error);
}

static bool open_points(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	session_read_names(session);
	const size_t sources = options->interface ? options->interfaces.count : options->reads.count;
	session->live = options->interface;
	session->point_count = sources > 1 ? sources : 1;
	/* One capture may turn out to be several points. */
	const size_t room = sources > 1 ? sources : WS_JOIN_POINTS;
	session->points = calloc(room, sizeof(*session->points));
	session->descriptors = calloc(room + 1, sizeof(*session->descriptors));
	if (!session->points || !session->descriptors)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	if (session->point_count > 1)
		return sources_open(session, error);
	struct point *point = &session->points[0];
	const uint64_t memory = session_point_memory(session);
	if (!point_open(point, session, session->live, session->live ? options->interface : options->read, memory,
	                error) ||
	    (ws_capture_is_records(point->capture) && !records_open(session, error)))
		return false;
	session->undecided = split_is_open(session);
	if (!session->undecided)
		point->tracker = session_new_tracker(session, point->capture, memory, error);
	return session->undecided || point->tracker;
}

static void find_net(struct session *session)
{
	const struct options *options = session->options;
	unsigned bits;
	session->net = options->net;
	if (session->screen && session->live && !session->net.ip_version && !options->anonymize &&
	    ws_interface_net(session_shown(session)->name, &session->net.address, &bits)) {
		session->net.ip_version = 4;
		session->net.prefix = (uint8_t)bits;
	}
}

bool session_open(struct session *session, const struct options *options, bool screen, struct ws_error *error)
{
	*session = (struct session){.options = options, .lesson = options->played, .screen = screen, .directory = -1};
	session->written.channel = -1;
	session->keeps = screen || options->publish;
	requests_open(&session->requests, options->publish && !options->no_packets ? options->request_socket : -1);
	if (!open_filter(session, error))
		return false;
	if (options->anonymize &&
	    !(session->anonymizer = anonymizer_create(options->max_memory / ANONYMIZER_SHARE, error)))
		return false;
	host_open(&session->host, options);
	if (!open_points(session, error))
		return false;
	/* Whether several files or interfaces are several points, and so which columns there are, is known once they
	 * have been read. */
	session->undecided = session->undecided || session->point_count > 1;
	if (!screen && !session->undecided && !open_output(session, error))
		return false;
	if (!ws_as_invoker(open_written, session, error))
		return false;
	session->may_defer =
	        (screen ? options->frame == FRAME_NONE : !(session_records(options) & 1u << WS_RECORD_PACKET)) &&
	        !session->lesson;
	session->threads = threads_wanted(options);
	tzset(); /* reads the time zone */
	if (!options->numeric)
		ws_port_names_load();
	find_net(session);
	return true;
}

bool session_confine(struct session *session)
{
	if (!session->options->no_sandbox) {
		if (!session->dropped && !drop_privileges(session, &session->error))
			return false;
		int sources[WORDS_MOST];
		size_t count = 0;
		for (size_t i = 0; i < session->point_count; i++)
			if (ws_capture_fd(session->points[i].capture) >= 0)
				sources[count++] = ws_capture_fd(session->points[i].capture);
		const struct ws_sandbox sandbox = {.directory = session->directory,
		                                   .flags = WS_SAVE_FLAGS,
		                                   .source = count ? sources[0] : -1,
		                                   .more_sources = sources,
		                                   .more_count = count > 1 ? count : 0,
		                                   .channel = written_channel(&session->written),
		                                   .is_receiver = true,
		                                   .asked = session->host.descriptor,
		                                   .asked_count = session->host.space_count,
		                                   .start_threads = threads_start,
		                                   .context = session};
		ws_sandbox_enter(&sandbox, &session->protections);
	} else {
		threads_start(session);
	}
	if (session->undecided) {
		if (!(session->point_count > 1 ? sources_decide(session, &session->error)
		                               : split_decide(session, &session->error)))
			return false;
		if (!session->screen && !open_output(session, &session->error))
			return false;
	}
	session->confined = true;
	for (size_t i = 0; i < session->point_count; i++)
		ws_tracker_set_kernel(session->points[i].tracker, session->host.kernel);
	for (size_t i = 0; session->point_count > 1 && i < session->point_count; i++)
		ws_tracker_set_paths(session->points[i].tracker, NULL, (unsigned)i, NULL, 0, NULL);
	if (session->screen && session->point_count > 1 && !session->options->played && !session->options->exercise)
		session_show_together(session);
	else
		session_show_point(session, session->shown);
	for (size_t i = 0; i < session->point_count && i < WS_JOIN_POINTS; i++)
		session->labels[i] = session->points[i].label;
	if (!named_points_find(session, &session->error) || !sources_check_offsets(session, &session->error) ||
	    !second_reading_check(session, &session->error))
		return false;
	if (session->written.points &&
	    !written_points(&session->written, session->labels, session->point_count, &session->error))
		return false;
	session->read_twice = second_reading_is_due(session);
	session->may_defer = session->may_defer || (session->read_twice && !session->options->count);
	threads_assign(session);
	return true;
}

/* What -w says at the end of a point: its losses, and when it captured, by the clock that its packets are written in. */
static void tell_end_of_point(struct session *session, size_t index)
{
	const struct point *point = &session->points[index];
	struct ws_capture_stats stats;
	struct ws_interface_drops said = {.received = point->packets};
	split_stats(point, &stats);
	said.kernel = stats.dropped_kernel;
	said.interface = stats.dropped_interface;
	said.period = point->tracker && split_period(point, &said.first, &said.last);
	const struct ws_clock *clock = session->options->correct_times && session->joins.joined
	                                       ? joined_clock(session->joins.joined, index)
	                                       : NULL;
	said.first = ws_clock_here(clock, said.first);
	said.last = ws_clock_here(clock, said.last);
	ws_dump_point_end(session->written.dump, index, &said);
}

void session_close(struct session *session)
{
	struct ws_error error;
	for (size_t i = 0; session->written.points && session->written.dump && i < session->point_count; i++)
		tell_end_of_point(session, i);
	if (session->written.dump)
		host_remark(&session->host, session->written.dump);
	if (!written_close(&session->written, &error) && session->warning.status == WS_OK)
		session->warning = error;
	ws_lesson_free(session->exercise);
	requests_close(&session->requests);
	ws_flights_free(session->flights);
	workers_free(session->workers);
	sheets_free(session->sheets);
	ws_output_free(session->output);
	records_close(session);
	ws_filter_free(session->filter);
	merge_free(&session->merge);
	joins_free(&session->joins);
	for (size_t i = 0; session->points && i < session->point_count; i++)
		point_close(&session->points[i]);
	host_close(&session->host);
	threads_free(session);
	free(session->points);
	free(session->split);
	free(session->descriptors);
	if (session->directory >= 0)
		close(session->directory);
	anonymizer_free(session->anonymizer);
	free(session->hosts);
	ws_vendors_free(session->vendors);
	free(session->named_frame_bytes);
}
