/* An answer is made whole in a file in memory, and then written in pieces. */
#include "app/requests.h"
#include "app/session.h"

#include <wirestate/replay.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void requests_open(struct requests *requests, int socket)
{
	*requests = (struct requests){.socket = -1, .file = -1};
	if (socket < 0 || (requests->file = memfd_create("packets", MFD_CLOEXEC)) < 0)
		return;
	requests->socket = socket;
	fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

void requests_close(struct requests *requests)
{
	if (requests->file >= 0)
		close(requests->file);
	requests->file = -1;
}

/* ---- An answer */

static void answer_error(struct requests *requests, const char *text)
{
	requests->head_length = (size_t)snprintf(requests->head, sizeof(requests->head), "error %s\n", text);
	requests->head_sent = requests->size = requests->sent = 0;
}

/* Leaves the headers of a frame. */
static void cut_frame(struct ws_frame *frame)
{
	struct ws_packet packet;
	ws_decode(frame, &packet);
	if (packet.tcp_complete && packet.payload_offset < frame->captured)
		frame->captured = packet.payload_offset;
}

/* Writes the frames of a connection, and stops before the limit. */
static bool write_frames(const struct point *point, struct ws_replay *replay, struct ws_dump *dump, size_t limit,
                         struct ws_error *error)
{
	enum { AROUND = 1024 }; /* bytes around a frame, and for what ends the file */
	struct ws_step step;
	for (size_t i = 0; ws_replay_step(replay, i, &step); i++) {
		struct ws_frame frame;
		if (step.input.kind != WS_INPUT_SEGMENT || step.input.repeated ||
		    !session_fetch(point->session, point->capture, step.input.position, &frame))
			continue;
		cut_frame(&frame);
		if (ws_dump_size(dump) + frame.captured + AROUND > limit)
			return true;
		if (!ws_dump_write(dump, &frame, error))
			return false;
	}
	return true;
}

static bool make_answer(struct session *session, uint64_t number, size_t limit, struct ws_error *error)
{
	struct requests *requests = &session->requests;
	const struct point *point = session_shown(session);
	const struct ws_dump_options options = {.format = WS_DUMP_PCAPNG, .without_texts = session->options->anonymize};
	const ws_conn_id conn = ws_tracker_conn_find(point->tracker, number);
	struct ws_replay *replay = conn ? ws_replay_open(point->tracker, conn) : NULL;
	if (!replay)
		return ws_fail(error, WS_ERROR_FILE, "its segments are no longer kept");
	lseek(requests->file, 0, SEEK_SET);
	struct ws_dump *dump = ws_dump_open_fd(point->capture, fcntl(requests->file, F_DUPFD_CLOEXEC, 0), "the answer",
	                                       &options, error);
	struct ws_error closing;
	bool good = dump && write_frames(point, replay, dump, limit, error);
	good = ws_dump_close(dump, good ? error : &closing) && good;
	ws_replay_close(replay);
	const off_t size = lseek(requests->file, 0, SEEK_CUR);
	requests->size = good && size > 0 ? (size_t)size : 0;
	return good;
}

static void answer(struct session *session)
{
	struct requests *requests = &session->requests;
	struct ws_error error;
	uint64_t number;
	size_t limit;
	if (sscanf(requests->line, "packets %" SCNu64 " %zu", &number, &limit) != 2) {
		answer_error(requests, "not understood");
	} else if (!make_answer(session, number, limit, &error)) {
		answer_error(requests, error.text);
	} else {
		requests->head_length =
		        (size_t)snprintf(requests->head, sizeof(requests->head), "ok %zu\n", requests->size);
		requests->head_sent = requests->sent = 0;
	}
}

/* ---- The socket */

static bool is_answering(const struct requests *requests)
{
	return requests->head_sent < requests->head_length || requests->sent < requests->size;
}

/* Writes a piece. False: no more can be written now. */
static bool write_piece(struct requests *requests)
{
	char piece[16384];
	ssize_t written;
	if (requests->head_sent < requests->head_length) {
		written = write(requests->socket, requests->head + requests->head_sent,
		                requests->head_length - requests->head_sent);
		requests->head_sent += written > 0 ? (size_t)written : 0;
		return written > 0;
	}
	const size_t left = requests->size - requests->sent;
	const ssize_t got =
	        pread(requests->file, piece, left < sizeof(piece) ? left : sizeof(piece), (off_t)requests->sent);
	if (got <= 0) {
		requests->socket = -1; /* the file is the program's own, so this is not expected */
		return false;
	}
	written = write(requests->socket, piece, (size_t)got);
	requests->sent += written > 0 ? (size_t)written : 0;
	return written > 0;
}

/* Reads a line. True: it is whole, without its newline. */
static bool read_request(struct requests *requests)
{
	struct pollfd ready = {.fd = requests->socket, .events = POLLIN};
	if (poll(&ready, 1, 0) <= 0 || !(ready.revents & (POLLIN | POLLHUP)))
		return false;
	const ssize_t got = read(requests->socket, requests->line + requests->length,
	                         sizeof(requests->line) - 1 - requests->length);
	if (got <= 0) {
		if (!got || errno != EAGAIN)
			requests->socket = -1; /* wirestate-nats has ended */
		return false;
	}
	requests->length += (size_t)got;
	requests->line[requests->length] = '\0';
	char *newline = strchr(requests->line, '\n');
	if (!newline && requests->length < sizeof(requests->line) - 1)
		return false;
	if (newline)
		*newline = '\0';
	requests->length = 0;
	return true;
}

void requests_serve(struct session *session)
{
	struct requests *requests = &session->requests;
	if (requests->socket < 0)
		return;
	if (!is_answering(requests) && read_request(requests))
		answer(session);
	while (requests->socket >= 0 && is_answering(requests) && write_piece(requests))
		;
}
