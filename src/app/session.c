/* A session runs its points: it opens what they write to, gives up privileges, reads them by turns and shares out the
 * memory. The way of a packet through one point is in point.c. */
#include "app/session.h"
#include "app/joined.h"
#include "app/named.h"
#include "app/second_reading.h"
#include "app/sheets.h"
#include "app/signals.h"
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

const char *session_source(const struct session *session)
{
	return session->together ? session->point_names : session_shown(session)->name;
}

uint32_t session_records(const struct options *options)
{
	if (options->records || options->debug_connection)
		return options->records;
	if (options->show == SHOW_ZEEK)
		return 1u << WS_RECORD_CONNECTION | 1u << WS_RECORD_UDP;
	return options->show == SHOW_TEXT ? 1u << WS_RECORD_PACKET | 1u << WS_RECORD_TRANSITION : WS_RECORDS_USUAL;
}

bool session_asks_for(const struct session *session, enum ws_record record)
{
	return session->output && session_records(session->options) >> record & 1;
}

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

const struct ws_error *session_failure(const struct session *session)
{
	return session->error.status != WS_OK ? &session->error : &session->warning;
}

/* Ends the run after this call: no point reads on. */
static void end(struct session *session)
{
	session->ended = true;
	for (size_t i = 0; i < session->point_count; i++) {
		session->points[i].ended = true;
		point_break(&session->points[i]);
	}
}

void session_wrote(struct session *session, bool written)
{
	if (written || session->output_failed)
		return;
	session->output_failed = true;
	for (size_t i = 0; i < session->point_count; i++)
		point_break(&session->points[i]);
}

void session_write_frame(struct session *session, const struct point *point, const struct ws_frame *frame)
{
	if (written_frame(&session->written, (size_t)(point - session->points), frame, &session->warning))
		return;
	session->changed = true;
	if (written_is_full(&session->written))
		end(session);
}

/* Keeps the packet that --frame names. It may belong to no connection, and then only its bytes can be shown. */
static bool keep_named_frame(struct session *session, const struct ws_frame *frame)
{
	uint8_t *bytes = realloc(session->named_frame_bytes, frame->captured ? frame->captured : 1);
	if (!bytes)
		return session->error.status == WS_OK ? ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory")
		                                      : false;
	memcpy(bytes, frame->data, frame->captured);
	session->named_frame_bytes = bytes;
	session->named_frame = *frame;
	session->named_frame.data = session->named_frame_bytes;
	return true;
}

/* Says of which point the next records are. */
static void output_point(struct session *session, const struct point *point)
{
	if (session->point_count > 1)
		ws_output_point(session->output, (unsigned)(point - session->points), point->label);
}

/* Of connections that are removed for lack of memory, the second reading knows nothing. */
static void output_evictions(struct session *session, const struct point *point, const struct ws_track_result *result)
{
	for (size_t i = 0; i < result->event_count; i++) {
		const struct ws_track_result one = {.events = &result->events[i], .event_count = 1};
		if (result->events[i].kind != WS_EVENT_EVICTED)
			continue;
		output_point(session, point);
		session_wrote(session, ws_output_events(session->output, &one, point->tracker));
	}
}

/* Where an endpoint has changed its state, the kernel is asked before the records of that are written. */
static void ask_kernel(struct session *session, const struct point *point, const struct ws_track_result *result)
{
	ws_conn_id asked = 0;
	for (size_t i = 0; session->host.kernel && i < result->event_count; i++) {
		const struct ws_event *event = &result->events[i];
		if (event->kind != WS_EVENT_TRANSITION || event->conn == asked)
			continue;
		asked = event->conn;
		host_ask(&session->host, point->tracker, asked);
	}
}

void session_timers_ran(struct session *session, const struct point *point, const struct ws_track_result *result)
{
	session->changed = true;
	ask_kernel(session, point, result);
	if (session->output && session->read_twice)
		output_evictions(session, point, result);
	else if (session->output) {
		output_point(session, point);
		session_wrote(session, ws_output_events(session->output, result, point->tracker));
	}
}

void session_tracked(struct session *session, const struct point *point, const struct pending_packet *packet,
                     const struct ws_track_result *result)
{
	const bool silent = session->may_defer && !result->event_count && point->last_frame;
	if (result->event_count)
		ask_kernel(session, point, result);
	if (session->output && session->read_twice) {
		output_evictions(session, point, result);
	} else if (session->output && !silent) {
		output_point(session, point);
		session_wrote(session, ws_output_packet(session->output, &packet->packet, result, point->tracker));
	}
	if (point == &session->points[session->named_point] && packet->frame.number == session->options->frame)
		session->named_conn = result->conn;
	if (session->lesson && point == session_shown(session))
		ws_lesson_take(session->lesson, &packet->packet, result, point->tracker);
	if (session->observe && point == &session->points[session->conn_point])
		session->observe(session->observe_context, &packet->frame, result);
	session->changed = true;
}

/* A frame whose addresses could not be replaced must not be shown, so the run ends. */
static bool anonymize_frame(struct session *session, const struct ws_frame *frame, struct ws_frame *result)
{
	if (anonymize(session->anonymizer, frame, result))
		return true;
	if (session->error.status == WS_OK)
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	return false;
}

const struct ws_frame *session_admit(struct session *session, const struct point *point, const struct ws_frame *frame,
                                     struct ws_frame *anonymous, bool *last)
{
	const struct options *options = session->options;
	if (session->anonymizer) {
		if (!anonymize_frame(session, frame, anonymous))
			return NULL;
		frame = anonymous;
	}
	/* Of several points, all is read: what became of a segment is known only afterwards. */
	if (options->frame != FRAME_NONE && session->point_count > 1) {
		if ((point == &session->points[session->named_point] || session->split) &&
		    (options->frame == FRAME_END || frame->number == options->frame) &&
		    !keep_named_frame(session, frame))
			return NULL;
	} else if (options->frame != FRAME_NONE) {
		*last = options->frame != FRAME_END && frame->number >= options->frame;
		if (*last && frame->number > options->frame)
			return NULL;
		if (!keep_named_frame(session, frame))
			return NULL;
	}
	*last = ++session->packets == options->count || *last;
	return frame;
}

/* Follows the packets of a capture of the lab. Without memory for it, they are shown as any others are. */
static void follow_flights(struct session *session, const struct ws_frame *frame)
{
	static const char begin[] = "wirestate: lab";
	const char *comment = frame->interface ? frame->interface->section_comment : NULL;
	if (!comment || strncmp(comment, begin, strlen(begin)) != 0)
		return;
	if (!session->flights)
		session->flights = ws_flights_create();
	if (session->flights)
		ws_flights_take(session->flights, frame);
}

/* Takes in what the kernel said when the file was written, see ws_kernel_read(). */
static void read_notes(struct session *session, const char *comment, size_t length)
{
	if (!host_read(&session->host, session->options, comment, length))
		return;
	for (size_t i = 0; i < session->point_count; i++)
		ws_tracker_set_kernel(session->points[i].tracker, session->host.kernel);
}

/* What was said after the last packet. */
static void read_last_notes(struct session *session)
{
	struct ws_capture_stats stats;
	for (size_t i = 0; i < session->point_count && !session->live; i++) {
		ws_capture_stats(session->points[i].capture, &stats);
		if (stats.comment_length)
			read_notes(session, stats.comment, stats.comment_length);
	}
}

void session_decoded(struct session *session, const struct point *point, const struct ws_frame *frame,
                     const struct ws_packet *packet)
{
	struct ws_frame told;
	if (frame->comment_length && session->screen)
		follow_flights(session, frame);
	if (frame->comment_length && !session->live)
		read_notes(session, frame->comment, frame->comment_length);
	if (session->written.dump && host_tell(&session->host, frame, packet, &told))
		frame = &told;
	if (!session->options->correct_times)
		session_write_frame(session, point, frame);
}

/* Where packets are written as lines, those of several files come in the order of their times. */
static bool in_order_of_time(const struct session *session)
{
	return session->point_count > 1 && !session->split && !session->live &&
	       ((session->output && !session->may_defer) ||
	        (session->written.dump && !session->options->correct_times));
}

/* A file that is damaged, or was cut, ends only its own point. */
static bool may_read_on(const struct session *session)
{
	return session->error.status == WS_OK || session->error.status == WS_ERROR_TRUNCATED;
}

/* Reads on where the last packet is the earliest. */
static bool read_earliest(struct session *session, int max)
{
	struct point *next = NULL;
	for (; max > 0 && may_read_on(session) && !session->output_failed; max--) {
		next = NULL;
		for (size_t i = 0; i < session->point_count; i++) {
			struct point *point = &session->points[i];
			if (!point->ended && (!next || point->now < next->now))
				next = point;
		}
		if (!next)
			break;
		(void)!point_read(next, 1);
	}
	return next;
}

bool session_read(struct session *session, int max)
{
	bool more = false;
	if (session->ended || !session->confined)
		return false;
	host_work(&session->host, session->packets);
	session->changed = session->changed || session->host.changed;
	session->host.changed = false;
	if (in_order_of_time(session))
		more = read_earliest(session, max);
	for (size_t i = 0; !in_order_of_time(session) && i < session->point_count && may_read_on(session); i++)
		more = point_read(&session->points[i], max) || more;
	if (!more || (session->options->count && session->packets >= session->options->count)) {
		end(session);
		read_last_notes(session);
		if (!session->joins.sliced)
			session_join(session);
		session->changed = true;
	}
	return !session->ended;
}

bool session_ready(const struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (point_ready(&session->points[i]))
			return true;
	return false;
}

void session_drain(struct session *session)
{
	if (!session->confined)
		return;
	for (size_t i = 0; i < session->point_count && !session->ended && !session->output_failed; i++)
		point_drain(&session->points[i]);
}

void session_idle(struct session *session)
{
	if (session->records)
		records_idle(session);
	if (session->ended || !session->live)
		return;
	for (size_t i = 0; i < session->point_count; i++)
		point_idle(&session->points[i]);
	if (!written_flush(&session->written, &session->warning))
		session->changed = true;
}

struct pollfd *session_descriptors(struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		session->descriptors[i] = (struct pollfd){.fd = point_fd(&session->points[i]), .events = POLLIN};
	return session->descriptors;
}

/* How long nothing need be looked at while no packet comes. */
ws_time session_tick(const struct session *session)
{
	if (host_is_busy(&session->host))
		return 0;
	if (host_waits(&session->host))
		return 20 * WS_MILLISECOND;
	if (session->options->lab_view)
		return 50 * WS_MILLISECOND; /* points are joined a moment after packets have come */
	if (session->records)
		return session->records->live ? WS_SECOND : WS_TIME_NEVER;
	return session->live ? RING_DELAY : session->options->follow ? WS_SECOND / 2 : WS_TIME_NEVER;
}

void session_wait(struct session *session)
{
	if (session->ended || session_ready(session))
		return;
	/* Nothing can be read now, so the user may see what has been written so far. */
	if (session->output)
		session_wrote(session, ws_output_flush(session->output));
	session_idle(session);
	signals_poll(session_descriptors(session), session->point_count, session_tick(session));
}
