/* Several sources: points, or one capture.
 *
 * Files that hold the same segments were captured at different points. To find that out, each file is read once before
 * the run, see marks.h. Files that share no segments are one capture, as when it was rotated.
 * What cannot be read twice, a pipe or an interface, is always a point. */
#include "app/sources.h"
#include "app/marks.h"
#include "app/session.h"

#include <wirestate/join.h>
#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUND = 131072 }; /* frames of each file that are read by turns */

struct scan {
	struct ws_capture *capture;
	struct marks marks;
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
		point_prepare(point, session, standard ? _("standard input") : name);
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

/* Records of several files and pipes are read as one capture, since each of them says whose it is. */
static bool gather_records(struct session *session, struct ws_error *error)
{
	struct ws_capture *parts[WORDS_MOST], *whole;
	const size_t count = session->point_count;
	size_t records = 0;
	for (size_t i = 0; i < count; i++) {
		parts[i] = session->points[i].capture;
		records += ws_capture_is_records(parts[i]);
	}
	if (!records)
		return true;
	if (records < count)
		return ws_fail(error, WS_ERROR_OPTION,
		               "some sources have records and others have packets: read them apart");
	if (!(whole = ws_capture_gather(parts, count, error)))
		return false;
	for (size_t i = 0; i < count; i++)
		session->points[i].capture = NULL;
	struct point *point = &session->points[0];
	point->capture = whole;
	point->files = count;
	session->point_count = 1;
	if (!records_open(session, error))
		return false;
	point->tracker = session_new_tracker(session, whole, session_point_memory(session), error);
	return point->tracker;
}

bool sources_open(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	bool done = true;
	if (session->live) {
		for (size_t i = 0; i < session->point_count && done; i++) {
			struct point *point = &session->points[i];
			const uint64_t memory = session_point_memory(session);
			done = point_open(point, session, true, options->interfaces.word[i], memory, error) &&
			       (point->tracker = session_new_tracker(session, point->capture, memory, error));
		}
		return done;
	}
	int fd[WORDS_MOST];
	memset(fd, 0xff, sizeof(fd));
	done = open_files(session, fd, error) && open_captures(session, fd, error) && gather_records(session, error);
	for (size_t i = 0; i < WORDS_MOST; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return done;
}

/* ---- Reading once */

static void on_scanned(void *context, const struct ws_frame *frame)
{
	struct marks *marks = context;
	struct ws_packet packet;
	ws_decode(frame, &packet);
	marks_add(marks, frame, &packet);
}

static void scan_on(struct scan *scan)
{
	struct ws_error ignored; /* the run will meet and report it */
	if (!scan->ended)
		scan->ended = ws_capture_read(scan->capture, ROUND, on_scanned, &scan->marks, &ignored) != WS_READ_MORE;
	marks_sort(&scan->marks);
}

static bool scan_all(struct session *session, struct scan *scan, struct ws_error *error)
{
	const size_t count = session->point_count;
	for (size_t i = 0; i < count; i++) {
		if (!marks_init(&scan[i].marks))
			return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		if (!(scan[i].capture = point_reopen(&session->points[i], 0, error)))
			return false;
	}
	for (bool more = true; more && !(count == 2 && marks_are_clear(&scan[0].marks, &scan[1].marks));) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			scan_on(&scan[i]);
			more = more || !scan[i].ended;
		}
	}
	return true;
}

/* ---- Points */

/* Which files are of one point. */
struct grouping {
	const struct session *session;
	const struct scan *scan;
	size_t files, groups;
	size_t group[WORDS_MOST]; /* of those that are in one */
	bool grouped[WORDS_MOST];
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static size_t shared_start(const char *a, const char *b)
{
	size_t length = 0;
	while (a[length] && a[length] == b[length])
		length++;
	return length;
}

/* The files of a point are called alike, or are in one folder. */
static size_t alike(const struct grouping *g, size_t a, size_t b)
{
	return shared_start(g->session->points[a].name, g->session->points[b].name);
}

/* Puts a file into the group whose files share nothing with it, and of several into that whose names are most alike. */
static void group_file(struct grouping *g, size_t file)
{
	size_t best = g->groups, most = 0;
	for (size_t group = 0; group < g->groups; group++) {
		bool fits = true;
		size_t length = 0;
		for (size_t i = 0; i < g->files && fits; i++) {
			if (!g->grouped[i] || g->group[i] != group)
				continue;
			fits = !marks_are_points(&g->scan[i].marks, &g->scan[file].marks);
			length = alike(g, i, file) > length ? alike(g, i, file) : length;
		}
		if (!fits || (best < g->groups && length <= most))
			continue;
		best = group;
		most = length;
	}
	g->grouped[file] = true;
	g->group[file] = best;
	g->groups += best == g->groups;
}

/* The file to be grouped next: one that shares segments with a file that is in a group, since that tells most; else the one
 * whose name is most like that of such a file. */
static size_t next_file(const struct grouping *g)
{
	size_t best = g->files, most = 0;
	for (size_t i = 0; i < g->files; i++) {
		size_t length = 0;
		for (size_t k = 0; k < g->files && !g->grouped[i]; k++) {
			if (!g->grouped[k])
				continue;
			if (marks_are_points(&g->scan[i].marks, &g->scan[k].marks))
				return i;
			length = alike(g, i, k) > length ? alike(g, i, k) : length;
		}
		if (g->grouped[i] || (best < g->files && length <= most))
			continue;
		best = i;
		most = length;
	}
	return best;
}

/* Counts the groups in the order of their first files. */
static void number_groups(struct grouping *g)
{
	size_t number[WORDS_MOST], count = 0;
	memset(number, 0xff, sizeof(number));
	for (size_t i = 0; i < g->files; i++) {
		if (number[g->group[i]] == SIZE_MAX)
			number[g->group[i]] = count++;
		g->group[i] = number[g->group[i]];
	}
}

/* Makes one point of the files of each group. */
static bool make_points(struct session *session, const size_t *group, size_t groups, struct ws_error *error)
{
	struct ws_capture *parts[WORDS_MOST];
	const size_t files = session->point_count;
	for (size_t g = 0; g < groups; g++) {
		size_t count = 0, first = files, shared = SIZE_MAX;
		for (size_t i = 0; i < files; i++) {
			if (group[i] != g)
				continue;
			first = first == files ? i : first;
			parts[count++] = session->points[i].capture;
			const size_t same = shared_start(base_name(session->points[first].name),
			                                 base_name(session->points[i].name));
			shared = same < shared ? same : shared;
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
			session->points[first].shared_name = shared;
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
			overlap = overlap || marks_overlap(&scan[i].marks, &scan[k].marks);
	if (session->point_count > 1) {
		ws_text_printf(&text, _("%zu files are %zu points: "), files, session->point_count);
		ws_text_puts(&text, _("the same segments are in files of different points"));
	} else {
		ws_text_printf(&text, _("%zu files are one capture in the order of time: "), files);
		ws_text_puts(&text,
		             overlap ? _("no two of them hold the same segments") : _("they follow one another"));
	}
	ws_text_cstr(&text);
}

static bool decide(struct session *session, struct scan *scan, struct ws_error *error)
{
	const size_t files = session->point_count;
	struct grouping g = {.session = session, .scan = scan, .files = files};
	if (!scan_all(session, scan, error))
		return false;
	for (size_t i = 0; i < files; i++)
		group_file(&g, next_file(&g));
	number_groups(&g);
	if (g.groups > WS_JOIN_POINTS)
		return ws_fail(error, WS_ERROR_OPTION, "the files are %zu points, and at most %d can be joined",
		               g.groups, WS_JOIN_POINTS);
	if (!make_points(session, g.group, g.groups, error))
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
			marks_free(&scan[i].marks);
			ws_capture_close(scan[i].capture);
		}
		free(scan);
	} else if (session->point_count > WS_JOIN_POINTS) {
		return ws_fail(error, WS_ERROR_OPTION, "%zu sources, and at most %d points can be joined",
		               session->point_count, WS_JOIN_POINTS);
	} else {
		struct ws_text text = WS_TEXT_OVER(session->decision);
		ws_text_printf(&text, _("%zu points: what is read from a pipe is a point of its own"),
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
