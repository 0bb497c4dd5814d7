/* Records of several files and pipes as one capture. They have no common order of time that would have to be kept: each
 * is read as far as it has come. Pipes are waited for with one descriptor, of epoll. */
#include "capture/lines.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct part {
	struct ws_capture *capture;
	bool ended;
};

struct ws_gather {
	struct ws_capture *whole;
	struct part *part;
	size_t count, turn;
	int waits;               /* the descriptor of epoll */
	struct ws_error failure; /* of a part: the others are read on */
};

void ws_gather_free(struct ws_gather *gather)
{
	if (!gather)
		return;
	for (size_t i = 0; i < gather->count; i++)
		ws_capture_close(gather->part[i].capture);
	if (gather->waits >= 0)
		close(gather->waits);
	free(gather->part);
	free(gather);
}

static bool wait_for_parts(struct ws_gather *gather)
{
	gather->waits = epoll_create1(EPOLL_CLOEXEC);
	bool good = gather->waits >= 0;
	for (size_t i = 0; i < gather->count && good; i++) {
		struct epoll_event event = {.events = EPOLLIN};
		const int fd = ws_capture_fd(gather->part[i].capture);
		good = fd < 0 || epoll_ctl(gather->waits, EPOLL_CTL_ADD, fd, &event) == 0;
	}
	return good;
}

struct ws_capture *ws_capture_gather(struct ws_capture *const *parts, size_t count, struct ws_error *error)
{
	struct ws_capture *capture = ws_capture_new(parts[0]->name, error);
	struct ws_gather *gather = capture ? calloc(1, sizeof(*gather)) : NULL;
	if (gather)
		*gather = (struct ws_gather){.whole = capture, .waits = -1};
	if (gather && (gather->part = calloc(count, sizeof(*gather->part)))) {
		gather->count = count;
		for (size_t i = 0; i < count; i++)
			gather->part[i].capture = parts[i];
		if (wait_for_parts(gather)) {
			capture->gather = gather;
			capture->link = WS_LINK_OTHER;
			return capture;
		}
		gather->count = 0; /* they stay the caller's */
	}
	ws_gather_free(gather);
	if (capture)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory or descriptors");
	ws_capture_close(capture);
	return NULL;
}

static void forward(void *context, const struct ws_frame *frame)
{
	struct ws_gather *gather = context;
	gather->whole->delivered++;
	gather->whole->fn(gather->whole->context, frame);
}

static void end_part(struct ws_gather *gather, struct part *part)
{
	const int fd = ws_capture_fd(part->capture);
	part->ended = true;
	if (fd >= 0)
		(void)!epoll_ctl(gather->waits, EPOLL_CTL_DEL, fd, NULL);
}

enum ws_read ws_gather_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	struct ws_gather *gather = capture->gather;
	bool more = false;
	const int each = max / (int)gather->count + 1;
	for (size_t i = 0; i < gather->count && !capture->broken; i++) {
		struct part *part = &gather->part[gather->turn];
		gather->turn = (gather->turn + 1) % gather->count;
		struct ws_error problem;
		const enum ws_read result =
		        part->ended ? WS_READ_END : ws_capture_read(part->capture, each, forward, gather, &problem);
		if (result == WS_READ_ERROR && !part->ended && gather->failure.status == WS_OK)
			gather->failure = problem;
		if (result != WS_READ_MORE && !part->ended)
			end_part(gather, part);
	}
	for (size_t i = 0; i < gather->count; i++)
		more = more || !gather->part[i].ended;
	capture->broken = false;
	if (more)
		return WS_READ_MORE;
	if (gather->failure.status == WS_OK)
		return capture->state = WS_READ_END;
	capture->failure = gather->failure;
	if (error)
		*error = gather->failure;
	return capture->state = WS_READ_ERROR;
}

/* Where there is a file, nothing has to be waited for. */
int ws_gather_fd(const struct ws_gather *gather)
{
	for (size_t i = 0; i < gather->count; i++)
		if (!gather->part[i].ended && ws_capture_fd(gather->part[i].capture) < 0)
			return -1;
	return gather->waits;
}

bool ws_gather_ready(const struct ws_gather *gather)
{
	for (size_t i = 0; i < gather->count; i++)
		if (!gather->part[i].ended && ws_capture_ready(gather->part[i].capture))
			return true;
	return false;
}

void ws_gather_progress(const struct ws_gather *gather, uint64_t *done, uint64_t *total)
{
	bool known = true;
	*done = *total = 0;
	for (size_t i = 0; i < gather->count; i++) {
		uint64_t read, size;
		ws_capture_progress(gather->part[i].capture, &read, &size);
		known = known && size;
		*done += read;
		*total += size;
	}
	*total = known ? *total : 0;
}

void ws_gather_break(struct ws_gather *gather)
{
	for (size_t i = 0; i < gather->count; i++)
		ws_capture_break(gather->part[i].capture);
}
