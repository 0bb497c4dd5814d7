/* Several sources: points, or one capture.
 *
 * Files that hold the same segments were captured at different points. To find that out, each file is read once before
 * the run, and of each segment a number is made of what stays the same on the way; addresses are not, and neither are
 * sequence numbers where there are timestamps. Of a long file only the smallest numbers are kept: the same ones of
 * every file, so that they can still be compared. Files that share no segments are one capture, as when it was rotated.
 * What cannot be read twice, a pipe or an interface, is always a point. */
#include "app/sources.h"
#include "app/session.h"

#include <wirestate/join.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 65536, ROUND = 131072, ENOUGH = 8, SHARE = 10 };

struct scan {
	struct ws_capture *capture;
	ws_time first, last;
	uint64_t frames;
	uint64_t *mark; /* KEPT of them after scan_sort(), and room for as many again */
	size_t count;
	uint64_t limit; /* numbers above it are not kept */
	bool ended;
};

/* ---- Opening */

static bool open_files(struct session *session, int *fd, struct ws_error *error)
{
	const struct words *reads = &session->options->reads;
	for (size_t i = 0; i < reads->count; i++) {
		struct point *point = &session->points[i];
		const char *name = reads->word[i];
		const bool standard = strcmp(name, "-") == 0;
		point_prepare(point, session, standard ? "standard input" : name);
		if (session_needs_feeder(session, name)) {
			if (!session_start_feeder(session, &point->feeder, name, error))
				return false;
			fd[i] = point->feeder.packets;
			continue;
		}
		fd[i] = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(name, O_RDONLY | O_CLOEXEC);
		if (fd[i] < 0)
			return ws_fail(error, WS_ERROR_FILE, "%s: cannot be opened: %s", point->name, strerror(errno));
	}
	return true;
}

static bool open_captures(struct session *session, int *fd, struct ws_error *error)
{
	const uint64_t memory = session_point_memory(session);
	for (size_t i = 0; i < session->point_count; i++) {
		struct point *point = &session->points[i];
		const int own = fd[i];
		fd[i] = -1;
		if (!(point->capture = session_open_capture(session, false, point->name, own, memory, error)))
			return false;
	}
	return true;
}

bool sources_open(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	bool done = true;
	if (session->live) {
		for (size_t i = 0; i < session->point_count && done; i++)
			done = point_open(&session->points[i], session, true, options->interfaces.word[i],
			                  session_point_memory(session), error);
		return done;
	}
	int fd[WORDS_MOST];
	memset(fd, 0xff, sizeof(fd));
	done = open_files(session, fd, error) && open_captures(session, fd, error);
	for (size_t i = 0; i < WORDS_MOST; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return done;
}

/* ---- Reading once */

static uint64_t mix(uint64_t number, uint64_t value)
{
	number = (number ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return number ^ number >> 29;
}

static uint64_t mark_of(const struct ws_packet *packet)
{
	const uint64_t kept = packet->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK);
	uint64_t mark = mix(packet->payload_length, kept << 16 | packet->window);
	if (packet->tcp.timestamps)
		mark = mix(mark, (uint64_t)packet->tcp.tsval << 32 | packet->tcp.tsecr);
	else
		mark = mix(mark, (uint64_t)packet->sequence << 32 | packet->acknowledgment);
	return mix(mark, packet->tcp.timestamps);
}

static int mark_order(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return a < b ? -1 : a > b;
}

static void scan_sort(struct scan *scan)
{
	size_t out = 0;
	if (!scan->count)
		return;
	qsort(scan->mark, scan->count, sizeof(*scan->mark), mark_order);
	for (size_t i = 0; i < scan->count; i++)
		if (!out || scan->mark[out - 1] != scan->mark[i])
			scan->mark[out++] = scan->mark[i];
	if (out > KEPT) {
		out = KEPT;
		scan->limit = scan->mark[KEPT - 1];
	}
	scan->count = out;
}

static void on_scanned(void *context, const struct ws_frame *frame)
{
	struct scan *scan = context;
	struct ws_packet packet;
	if (!scan->frames++ || frame->time < scan->first)
		scan->first = frame->time;
	if (scan->frames == 1 || frame->time > scan->last)
		scan->last = frame->time;
	ws_decode(frame, &packet);
	if (!packet.tcp_complete)
		return;
	const uint64_t mark = mark_of(&packet);
	if (mark > scan->limit)
		return;
	if (scan->count == 2 * KEPT)
		scan_sort(scan);
	if (mark <= scan->limit)
		scan->mark[scan->count++] = mark;
}

static void scan_on(struct scan *scan)
{
	struct ws_error ignored; /* the run will meet and report it */
	if (!scan->ended)
		scan->ended = ws_capture_read(scan->capture, ROUND, on_scanned, scan, &ignored) != WS_READ_MORE;
	scan_sort(scan);
}

/* How many segments both files hold, of how many that could be in both. */
static size_t shared(const struct scan *a, const struct scan *b, size_t *comparable)
{
	const uint64_t limit = a->limit < b->limit ? a->limit : b->limit;
	size_t i = 0, k = 0, both = 0;
	while (i < a->count && k < b->count && a->mark[i] <= limit && b->mark[k] <= limit) {
		both += a->mark[i] == b->mark[k];
		const bool next_a = a->mark[i] <= b->mark[k];
		k += b->mark[k] <= a->mark[i];
		i += next_a;
	}
	size_t left = 0, right = 0;
	while (left < a->count && a->mark[left] <= limit)
		left++;
	while (right < b->count && b->mark[right] <= limit)
		right++;
	*comparable = left < right ? left : right;
	return both;
}

/* At the boundary of two files of one capture a repeated ACK may be in both, so that files that follow one another in
 * time must share more. */
static bool are_points(const struct scan *a, const struct scan *b)
{
	size_t comparable;
	const size_t both = shared(a, b, &comparable);
	const bool overlap = a->frames && b->frames && a->first < b->last && b->first < a->last;
	return both >= 2 && (overlap || both * SHARE >= comparable);
}

static bool clear_already(const struct scan *scan, size_t count)
{
	size_t comparable;
	if (count != 2)
		return false;
	const size_t both = shared(&scan[0], &scan[1], &comparable);
	return both >= ENOUGH && both * SHARE >= comparable;
}

static bool scan_all(struct session *session, struct scan *scan, struct ws_error *error)
{
	const size_t count = session->point_count;
	for (size_t i = 0; i < count; i++) {
		scan[i].limit = UINT64_MAX;
		scan[i].mark = malloc(2 * KEPT * sizeof(*scan[i].mark));
		if (!scan[i].mark)
			return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		if (!(scan[i].capture = point_reopen(&session->points[i], 0, error)))
			return false;
	}
	for (bool more = true; more && !clear_already(scan, count);) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			scan_on(&scan[i]);
			more = more || !scan[i].ended;
		}
	}
	return true;
}

/* ---- Points */

/* The first group whose files share nothing with this one. */
static size_t group_of(const struct scan *scan, const size_t *group, size_t file, size_t groups)
{
	for (size_t g = 0; g < groups; g++) {
		bool fits = true;
		for (size_t i = 0; i < file && fits; i++)
			fits = group[i] != g || !are_points(&scan[i], &scan[file]);
		if (fits)
			return g;
	}
	return groups;
}

/* Makes one point of the files of each group. */
static bool make_points(struct session *session, const size_t *group, size_t groups, struct ws_error *error)
{
	struct ws_capture *parts[WORDS_MOST];
	const size_t files = session->point_count;
	for (size_t g = 0; g < groups; g++) {
		size_t count = 0, first = files;
		for (size_t i = 0; i < files; i++) {
			if (group[i] != g)
				continue;
			first = first == files ? i : first;
			parts[count++] = session->points[i].capture;
		}
		if (count > 1) {
			struct ws_capture *merged = ws_capture_merge(parts, count, error);
			if (!merged)
				return false;
			for (size_t i = 0; i < files; i++)
				if (group[i] == g)
					session->points[i].capture = NULL;
			session->points[first].capture = merged;
			session->points[first].files = count;
		}
		/* A group's first file is never before its own place: files before it are in groups before it. */
		if (first != g) {
			session->points[g] = session->points[first];
			session->points[first].capture = NULL;
		}
	}
	session->point_count = groups;
	return true;
}

static void say_decision(struct session *session, const struct scan *scan, size_t files)
{
	struct ws_text text = WS_TEXT_OVER(session->decision);
	bool overlap = false;
	for (size_t i = 0; i < files; i++)
		for (size_t k = 0; k < i; k++)
			overlap = overlap || (scan[i].first < scan[k].last && scan[k].first < scan[i].last);
	if (session->point_count > 1) {
		ws_text_printf(&text, "%zu files are %zu points: ", files, session->point_count);
		ws_text_puts(&text, "the same segments are in files of different points");
	} else {
		ws_text_printf(&text, "%zu files are one capture in the order of time: ", files);
		ws_text_puts(&text, overlap ? "no two of them hold the same segments" : "they follow one another");
	}
	ws_text_cstr(&text);
}

static bool decide(struct session *session, struct scan *scan, struct ws_error *error)
{
	size_t group[WORDS_MOST], groups = 0;
	const size_t files = session->point_count;
	if (!scan_all(session, scan, error))
		return false;
	for (size_t i = 0; i < files; i++) {
		group[i] = group_of(scan, group, i, groups);
		groups += group[i] == groups;
	}
	if (groups > WS_JOIN_POINTS)
		return ws_fail(error, WS_ERROR_OPTION, "the files are %zu points, and at most %d can be joined", groups,
		               WS_JOIN_POINTS);
	if (!make_points(session, group, groups, error))
		return false;
	say_decision(session, scan, files);
	return true;
}

static bool can_be_read_twice(const struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (ws_capture_fd(session->points[i].capture) >= 0)
			return false;
	return true;
}

bool sources_decide(struct session *session, struct ws_error *error)
{
	bool done = true;
	if (session->live) {
		sources_label(session);
		return true;
	}
	if (can_be_read_twice(session)) {
		struct scan *scan = calloc(session->point_count, sizeof(*scan));
		const size_t files = session->point_count;
		done = scan ? decide(session, scan, error) : ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		for (size_t i = 0; scan && i < files; i++) {
			free(scan[i].mark);
			ws_capture_close(scan[i].capture);
		}
		free(scan);
	} else if (session->point_count > WS_JOIN_POINTS) {
		return ws_fail(error, WS_ERROR_OPTION, "%zu sources, and at most %d points can be joined",
		               session->point_count, WS_JOIN_POINTS);
	} else {
		struct ws_text text = WS_TEXT_OVER(session->decision);
		ws_text_printf(&text, "%zu points: what is read from a pipe is a point of its own",
		               session->point_count);
		ws_text_cstr(&text);
	}
	if (done && session->point_count > 1)
		sources_label(session);
	const uint64_t memory = session_point_memory(session);
	for (size_t i = 0; i < session->point_count && done; i++) {
		struct point *point = &session->points[i];
		point->tracker = session_new_tracker(session, point->capture, memory, error);
		done = point->tracker;
	}
	return done;
}
