/* The way of a packet, wired together.
 *
 *   capture -> on_frame: decode -> timers due before it -> tracker -> records, -w
 *
 * Where packets do not lead to records of their own, a segment waits until the next frame is decoded before it is
 * tracked, so that its connection can be fetched from memory meanwhile: with many connections that wait is what
 * tracking costs most. Its bytes are gone by then, which nobody asks for.
 *
 * Time is the packets' own. Live, the clock only runs the timers while nothing arrives, and stays a little behind: the
 * kernel hands packets over in blocks, and one that is still in the ring must not find its timer already gone. The
 * clock is real time when the session begins plus what CLOCK_MONOTONIC has counted since, so that it never steps back.
 */
#include "app/session.h"
#include "app/signals.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Of the memory for one look at the capture: frames that cannot be read from their source again. Of --max-memory: which
 * address has become which. */
enum { FRAMES_SHARE = 4, ANONYMIZER_SHARE = 16 };
#define RING_DELAY (250 * WS_MILLISECOND)
#define CLOCK_STEP WS_SECOND
#define DRAIN_TIME (500 * WS_MILLISECOND)
enum { DRAIN_WAIT = 150, DRAIN_BATCH = 256 }; /* milliseconds; frames */

static ws_time clock_read(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (ws_time)now.tv_sec * WS_SECOND + now.tv_nsec;
}

ws_time monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

const char *session_source(const struct session *session)
{
	const struct options *options = session->options;
	if (options->interface)
		return options->interface;
	return strcmp(options->read, "-") == 0 ? "standard input" : options->read;
}

/* What the session itself may take. */
static uint64_t own_memory(const struct session *session)
{
	const uint64_t most = session->options->max_memory;
	uint64_t left = session->screen ? most - most / PAST_SHARE : most;
	return session->options->anonymize ? left - most / ANONYMIZER_SHARE : left;
}

uint64_t session_memory_taken(const struct ws_tracker *tracker, const struct ws_capture *capture)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	return stats.memory + ws_capture_kept_memory(capture);
}

/* While more may come, what it may take is gone; afterwards, what it has taken. */
uint64_t session_memory_left(const struct session *session)
{
	const uint64_t most = session->options->max_memory, least = most / PAST_SHARE;
	if (!session->ended)
		return least;
	const uint64_t taken = session_memory_taken(session->tracker, session->capture) +
	                       (session->anonymizer ? most / ANONYMIZER_SHARE : 0);
	return most > taken + least ? most - taken : least;
}

struct ws_tracker *session_new_tracker(const struct session *session, const struct ws_capture *capture, uint64_t memory,
                                       struct ws_error *error)
{
	struct ws_tracker_config config = {
	        .time_wait = session->options->time_wait,
	        .max_memory = memory - ws_capture_kept_memory(capture),
	        .history = session->screen,
	};
	if (getrandom(config.hash_key, sizeof(config.hash_key), 0) != (ssize_t)sizeof(config.hash_key)) {
		ws_fail(error, WS_ERROR_SYSTEM, "cannot get random bytes from the kernel");
		return NULL;
	}
	return ws_tracker_create(&config, error);
}

static uint32_t records(const struct options *options)
{
	if (options->records)
		return options->records;
	return options->show == SHOW_TEXT ? 1u << WS_RECORD_PACKET | 1u << WS_RECORD_TRANSITION
	                                  : (1u << WS_RECORD_COUNT) - 1;
}

static bool open_output(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	static const enum ws_format formats[] = {
	        [SHOW_TEXT] = WS_FORMAT_TEXT, [SHOW_JSON] = WS_FORMAT_JSON, [SHOW_CSV] = WS_FORMAT_CSV};
	struct ws_output_options output = {
	        .format = formats[options->show],
	        .records = records(options),
	        .filter = session->filter,
	        .verbose = options->verbose,
	        .hex = options->hex,
	        .line_buffered = options->line_buffered,
	        .live = ws_capture_is_live(session->capture),
	};
	session->output = ws_output_create(1, &output, error);
	return session->output;
}

/* Files that are written belong to who asked for them. */
static bool open_written(void *context, struct ws_error *error)
{
	struct session *session = context;
	const struct options *options = session->options;
	const char *packets = options->export_kind == EXPORT_PCAP ? options->export : options->write;
	if (packets) {
		session->dump = ws_dump_open(session->capture, packets, error);
		if (!session->dump)
			return false;
	}
	if (session->screen)
		session->directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return !options->export || packets || export_open(session, error);
}

static bool open_filter(struct session *session, struct ws_error *error)
{
	const char *text = session->options->display_filter;
	if (!text)
		return true;
	session->filter = ws_filter_compile(text, &session->filter_error);
	return session->filter || ws_fail(error, WS_ERROR_FILTER, "display filter: %s", session->filter_error.text);
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
	        .link_type = options->link_type,
	        .fcs_length = options->fcs > 0 ? 4 : options->fcs,
	        .keep_bytes = session->screen ? memory / FRAMES_SHARE : 0,
	};
}

bool session_keeps(const struct session *session)
{
	return ws_capture_is_live(session->capture) || ws_capture_fd(session->capture) >= 0;
}

struct ws_capture *session_reopen_capture(const struct session *session, uint64_t memory, struct ws_error *error)
{
	const struct ws_capture_options capture = capture_options(session, memory);
	return ws_capture_reopen(session->capture, &capture, error);
}

/* Nothing that comes from a stranger is read before. */
static bool drop_privileges(void *context, struct ws_error *error)
{
	struct session *session = context;
	return session->dropped = ws_privileges_drop(session->options->user, &session->protections, error);
}

/* Only one connection's packets are written, which the tracker knows behind each. */
static bool picks_connection(const struct session *session)
{
	return session->options->export_kind == EXPORT_PCAP && session->options->connection;
}

bool session_open(struct session *session, const struct options *options, bool screen, struct ws_error *error)
{
	*session = (struct session){.options = options, .lesson = options->played, .screen = screen, .directory = -1};
	if (!open_filter(session, error))
		return false;
	struct ws_capture_options capture = capture_options(session, own_memory(session));
	if (!options->no_sandbox && !options->write && !options->export) { /* those are opened by who asks for them */
		capture.opened = drop_privileges;
		capture.context = session;
	}
	if (options->anonymize &&
	    !(session->anonymizer = anonymizer_create(options->max_memory / ANONYMIZER_SHARE, error)))
		return false;
	session->capture = options->interface ? ws_capture_open_live(options->interface, &capture, error)
	                                      : ws_capture_open_file(options->read, &capture, error);
	session->tracker =
	        session->capture ? session_new_tracker(session, session->capture, own_memory(session), error) : NULL;
	if (!session->tracker)
		return false;
	if (!screen && !open_output(session, error))
		return false;
	if (!ws_as_invoker(open_written, session, error))
		return false;
	session->may_defer = (screen ? options->frame == FRAME_NONE : !(records(options) & 1u << WS_RECORD_PACKET)) &&
	                     !picks_connection(session) && !session->lesson;
	if (!options->numeric)
		ws_port_names_load();
	session->net = options->net;
	unsigned bits;
	if (screen && options->interface && !session->net.ip_version && !options->anonymize &&
	    ws_interface_net(options->interface, &session->net.address, &bits)) {
		session->net.ip_version = 4;
		session->net.prefix = (uint8_t)bits;
	}
	session->clock_offset = clock_read(CLOCK_REALTIME) - monotonic();
	return true;
}

bool session_confine(struct session *session)
{
	if (session->options->no_sandbox)
		return true;
	if (!session->dropped && !drop_privileges(session, &session->error))
		return false;
	ws_sandbox_enter(session->directory, ws_capture_fd(session->capture), &session->protections);
	return true;
}

void session_close(struct session *session)
{
	struct ws_error error;
	if (session->dump && !ws_dump_close(session->dump, &error) && session->warning.status == WS_OK)
		session->warning = error;
	session->dump = NULL;
	export_close(session);
	ws_output_free(session->output);
	ws_filter_free(session->filter);
	ws_tracker_free(session->tracker);
	ws_capture_close(session->capture);
	if (session->directory >= 0)
		close(session->directory);
	anonymizer_free(session->anonymizer);
	free(session->named_frame_bytes);
}

const struct ws_error *session_failure(const struct session *session)
{
	return session->error.status != WS_OK ? &session->error : &session->warning;
}

static void output_result(struct session *session, bool written)
{
	if (written || session->output_failed)
		return;
	session->output_failed = true;
	ws_capture_break(session->capture);
}

/* Lets the timers run that are due at `now`. */
static void advance(struct session *session, ws_time now)
{
	struct ws_track_result result;
	bool more;
	do {
		more = ws_tracker_advance(session->tracker, now, &result);
		if (result.event_count)
			session->changed = true;
		if (session->output && result.event_count)
			output_result(session, ws_output_events(session->output, &result, session->tracker));
	} while (more);
}

/* Writing has failed: the file keeps the whole packets before, the capture goes on. What closing adds is no news. */
static void give_up_dump(struct session *session)
{
	struct ws_error ignored;
	(void)!ws_dump_close(session->dump, &ignored);
	session->dump = NULL;
	session->changed = true;
}

static void write_frame(struct session *session, const struct ws_frame *frame)
{
	if (session->dump && !ws_dump_write(session->dump, frame, &session->warning))
		give_up_dump(session);
}

/* The packet that --frame names is kept: it may belong to no connection, and then only its bytes can be shown. */
static void keep_frame(struct session *session, const struct ws_frame *frame)
{
	uint8_t *bytes = realloc(session->named_frame_bytes, frame->captured ? frame->captured : 1);
	if (!bytes)
		return;
	memcpy(bytes, frame->data, frame->captured);
	session->named_frame_bytes = bytes;
	session->named_frame = *frame;
	session->named_frame.data = session->named_frame_bytes;
}

static void track(struct session *session, const struct pending_packet *next)
{
	struct ws_track_result result;
	if (ws_tracker_due(session->tracker, next->frame.time))
		advance(session, next->frame.time);
	ws_tracker_packet(session->tracker, &next->packet, &result);
	const bool silent = session->may_defer && !result.event_count && session->last_frame;
	if (session->output && !silent)
		output_result(session, ws_output_packet(session->output, &next->packet, &result, session->tracker));
	if (session->lesson)
		ws_lesson_take(session->lesson, &next->packet, &result, session->tracker);
	if (picks_connection(session) && result.conn_number == session->options->connection)
		write_frame(session, &next->frame);
	session->last_frame = next->frame.number;
	session->last_conn = result.conn;
	if (next->frame.time > session->now)
		session->now = next->frame.time;
	session->changed = true;
}

static void track_pending(struct session *session)
{
	const struct pending_packet *next = session->pending;
	session->pending = NULL;
	if (next)
		track(session, next);
}

/* A waiting packet keeps what it has in the frame's bytes: they are gone when its turn comes. */
static void defer(struct session *session, struct pending_packet *next)
{
	struct ws_packet *packet = &next->packet;
	if (packet->mac_source)
		packet->mac_source = memcpy(next->mac[0], packet->mac_source, 6);
	if (packet->mac_destination)
		packet->mac_destination = memcpy(next->mac[1], packet->mac_destination, 6);
	ws_tracker_prefetch(session->tracker, packet);
	session->pending = next;
}

/* A frame whose addresses could not be replaced ends everything. */
static bool anonymize_frame(struct session *session, const struct ws_frame *frame, struct ws_frame *result)
{
	if (anonymize(session->anonymizer, frame, result))
		return true;
	if (session->error.status == WS_OK)
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	session->ended = true;
	ws_capture_break(session->capture);
	return false;
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct session *session = context;
	const struct options *options = session->options;
	struct ws_frame anonymous;
	if (session->anonymizer) {
		if (!anonymize_frame(session, frame, &anonymous))
			return;
		frame = &anonymous;
	}
	if (options->frame != FRAME_NONE) {
		const bool last = options->frame != FRAME_END && frame->number >= options->frame;
		if (last) {
			session->ended = true;
			ws_capture_break(session->capture);
			if (frame->number > options->frame)
				return;
		}
		keep_frame(session, frame);
	}
	struct pending_packet *next = &session->pending_slots[session->pending == &session->pending_slots[0]];
	next->frame = *frame;
	ws_decode(&next->frame, &next->packet);
	if (!picks_connection(session))
		write_frame(session, frame);
	ws_tracker_hash(session->tracker, &next->packet);
	track_pending(session);
	if (session->may_defer && next->packet.flow && !next->packet.fragment)
		defer(session, next);
	else
		track(session, next);
	if (++session->shown == options->count) {
		session->ended = true;
		ws_capture_break(session->capture);
	}
}

bool session_read(struct session *session, int max)
{
	if (session->ended)
		return false;
	struct ws_error error;
	const enum ws_read result = ws_capture_read(session->capture, max, on_frame, session, &error);
	track_pending(session);
	if (result == WS_READ_ERROR && session->error.status == WS_OK)
		session->error = error;
	if (ws_tracker_out_of_memory(session->tracker)) {
		session->ended = true;
		if (session->error.status == WS_OK)
			ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory: there is none for connections");
	}
	if (result != WS_READ_MORE)
		session->ended = true;
	if (session->ended)
		session->changed = true;
	return !session->ended;
}

/* The kernel hands over a block when it is full or a tenth of a second old. What goes on arriving is not waited for. */
void session_drain(struct session *session)
{
	struct ws_capture_stats stats;
	if (session->ended || session->output_failed || !ws_capture_is_live(session->capture))
		return;
	ws_capture_stats(session->capture, &stats);
	const uint64_t due = stats.received;
	const ws_time end = monotonic() + DRAIN_TIME;
	while (stats.captured + stats.dropped_kernel < due && monotonic() < end) {
		struct pollfd descriptor = {.fd = ws_capture_fd(session->capture), .events = POLLIN};
		if (!ws_capture_ready(session->capture) && poll(&descriptor, 1, DRAIN_WAIT) == 0)
			break;
		if (!session_read(session, DRAIN_BATCH) || session->output_failed)
			break;
		ws_capture_stats(session->capture, &stats);
	}
}

void session_idle(struct session *session)
{
	if (session->ended || !ws_capture_is_live(session->capture))
		return;
	ws_time clock = monotonic() + session->clock_offset;
	if (session->now > clock + CLOCK_STEP) { /* a packet is ahead: the clock has been set */
		session->clock_offset += session->now - clock;
		clock = session->now;
	}
	if (clock > session->now)
		session->now = clock;
	advance(session, clock - RING_DELAY);
	const char *waits = ws_capture_waits(session->capture);
	if (waits != session->waits)
		session->changed = true;
	session->waits = waits;
	if (session->dump && !ws_dump_flush(session->dump, &session->warning))
		give_up_dump(session);
}

void session_wait(struct session *session)
{
	struct pollfd descriptor = {.fd = ws_capture_fd(session->capture), .events = POLLIN};
	if (descriptor.fd < 0 || ws_capture_ready(session->capture))
		return;
	/* Nothing is waiting: what has been said so far may be read now. */
	if (session->output)
		output_result(session, ws_output_flush(session->output));
	session_idle(session);
	signals_poll(&descriptor, 1, ws_capture_is_live(session->capture) ? RING_DELAY : WS_TIME_NEVER);
}

bool session_fetch(struct session *session, struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	return ws_capture_fetch(capture, position, frame) &&
	       (!session->anonymizer || anonymize(session->anonymizer, frame, frame));
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	struct session *session = context;
	return session_fetch(session, session->capture, position, frame);
}

static const char *confinement(const struct session *session)
{
	if (session->options->no_sandbox)
		return "no sandbox";
	return session->protections.missing[0] ? "partly sandboxed" : "sandboxed";
}

void session_model(struct session *session, struct ws_model *model)
{
	const struct ws_error *failure = session_failure(session);
	*model = (struct ws_model){
	        .tracker = session->tracker,
	        .source = session_source(session),
	        .live = ws_capture_is_live(session->capture),
	        .running = ws_capture_is_live(session->capture),
	        .loading = !session->ended && !ws_capture_is_live(session->capture),
	        .now = session->now,
	        .time_wait = session->options->time_wait ? session->options->time_wait : 60 * WS_SECOND,
	        .net = session->net,
	        .notice = failure->status != WS_OK ? failure->text : session->waits,
	        .confinement = confinement(session),
	        .fetch = fetch,
	        .fetch_context = session,
	};
	ws_capture_progress(session->capture, &model->loaded, &model->total);
	ws_capture_stats(session->capture, &model->capture);
}
