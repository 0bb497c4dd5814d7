/* Are the interfaces of one pcapng file, or pipe, several points?
 *
 * A section's comment may say so: "wirestate: points client server" names the interfaces that are points. That is how
 * the lab and -w write what several points have captured, and the only way for a pipe, which is read once. A file
 * without it is read twice: its interfaces are points where two of them hold the same segments, as at a router, and
 * one capture otherwise. Copies that have passed two interfaces of one host are never far apart, so that the beginning
 * of a long file is enough. */
#include "app/split.h"
#include "app/marks.h"
#include "app/session.h"
#include "app/sources.h"
#include "app/threads.h"

#include <wirestate/evidence.h>
#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

enum { ROUND = 131072, ROUNDS = 8 /* frames that are compared at a time, and how often */ };

static size_t interface_count(const struct ws_capture *capture)
{
	size_t count = 0;
	while (count < SPLIT_INTERFACES && ws_capture_interface(capture, (uint32_t)count))
		count++;
	return count;
}

static size_t named_points(const struct ws_capture *capture, struct split *split)
{
	const struct ws_frame_interface *interface = ws_capture_interface(capture, 0);
	return interface ? ws_evidence_points(interface->section_comment, split->name, split->length, WS_JOIN_POINTS)
	                 : 0;
}

static bool is_piped(const struct session *session)
{
	return ws_capture_fd(session->points[0].capture) >= 0;
}

bool split_is_open(const struct session *session)
{
	struct split split;
	const struct ws_capture *capture = session->points[0].capture;
	if (session->point_count > 1 || session->live || session->lesson || session->options->exercise)
		return false;
	return named_points(capture, &split) > 1 || (!is_piped(session) && interface_count(capture) > 1);
}

/* ---- Comparing the interfaces of a file */

struct scan {
	struct marks marks[SPLIT_INTERFACES];
	size_t count;
};

static void on_scanned(void *context, const struct ws_frame *frame)
{
	struct scan *scan = context;
	const size_t index = frame->interface ? frame->interface->index : 0;
	struct ws_packet packet;
	if (index >= scan->count)
		return;
	struct marks *marks = &scan->marks[index];
	if (!marks->mark && !marks_init(marks))
		return;
	ws_decode(frame, &packet);
	marks_add(marks, frame, &packet);
}

/* Says of each interface whether it holds segments that another one holds, too. */
static size_t find_sharing(struct scan *scan, bool *sharing)
{
	size_t found = 0;
	memset(sharing, 0, SPLIT_INTERFACES);
	for (size_t i = 0; i < scan->count; i++)
		if (scan->marks[i].mark)
			marks_sort(&scan->marks[i]);
	for (size_t i = 0; i < scan->count; i++)
		for (size_t k = 0; k < i; k++)
			if (scan->marks[i].mark && scan->marks[k].mark &&
			    marks_share_part(&scan->marks[i], &scan->marks[k]))
				sharing[i] = sharing[k] = true;
	for (size_t i = 0; i < scan->count; i++)
		found += sharing[i];
	return found;
}

/* Interfaces that share segments are points, and so are the others that have any frames, while there is room. */
static bool make_plan(struct split *split, const struct scan *scan, const bool *sharing, size_t found)
{
	size_t points = 0, others = found < WS_JOIN_POINTS ? WS_JOIN_POINTS - found : 0;
	if (found < 2 || found > WS_JOIN_POINTS)
		return false;
	for (size_t i = 0; i < scan->count; i++) {
		const bool own = sharing[i] || (scan->marks[i].frames && others);
		if (own && !sharing[i])
			others--;
		if (own)
			split->point[i] = (uint8_t)++points;
	}
	return true;
}

/* False with `error`: it could not be found out. Without points in split->point[], it is one capture. */
static bool compare_interfaces(struct session *session, struct split *split, struct ws_error *error)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	struct ws_capture *capture = scan ? point_reopen(&session->points[0], 0, error) : NULL;
	bool sharing[SPLIT_INTERFACES], more = true;
	size_t found = 0;
	if (!scan)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	scan->count = interface_count(session->points[0].capture);
	for (int round = 0; capture && round < ROUNDS && more && found < 2; round++) {
		struct ws_error ignored; /* the run will meet and report it */
		more = ws_capture_read(capture, ROUND, on_scanned, scan, &ignored) == WS_READ_MORE;
		found = find_sharing(scan, sharing);
	}
	if (!make_plan(split, scan, sharing, found) && found)
		snprintf(session->decision, sizeof(session->decision),
		         _("%zu interfaces hold the same segments, and at most %d points can be joined: one capture"),
		         found, WS_JOIN_POINTS);
	for (size_t i = 0; i < scan->count; i++)
		marks_free(&scan->marks[i]);
	free(scan);
	ws_capture_close(capture);
	return capture;
}

/* ---- Making points */

static void add_point(struct session *session, size_t index, const char *name, size_t length)
{
	struct point *point = &session->points[index];
	if (index) {
		point_prepare(point, session, session->points[0].name);
		point->capture = session->points[0].capture;
		point->reader = &session->points[0];
	}
	if (session->options->anonymize)
		length = 0;
	length = length < sizeof(point->own_name) ? length : sizeof(point->own_name) - 1;
	if (length)
		memcpy(point->own_name, name, length);
	point->own_name[length] = '\0';
	session->point_count = index + 1;
}

static bool make_trackers(struct session *session, struct ws_error *error)
{
	const size_t count = session->point_count;
	const uint64_t all = session_point_memory(session) * count;
	const uint64_t each = (all - ws_capture_kept_memory(session->points[0].capture)) / count;
	for (size_t i = 0; i < count; i++)
		if (!(session->points[i].tracker = session_new_tracker(session, NULL, each, error)))
			return false;
	return true;
}

static void add_compared(struct session *session, const struct split *split)
{
	for (size_t i = 0; i < SPLIT_INTERFACES; i++) {
		if (!split->point[i])
			continue;
		const char *name = ws_capture_interface(session->points[0].capture, (uint32_t)i)->name;
		add_point(session, split->point[i] - 1u, name, name ? strlen(name) : 0);
	}
	if (session->point_count > 1)
		snprintf(session->decision, sizeof(session->decision),
		         _("its interfaces are %zu points: several of them hold the same segments"),
		         session->point_count);
	else if (!session->decision[0])
		snprintf(session->decision, sizeof(session->decision),
		         _("its interfaces are one capture: no two of them hold the same segments"));
}

bool split_decide(struct session *session, struct ws_error *error)
{
	struct split *split = calloc(1, sizeof(*split));
	if (!split)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	session->split = split;
	const size_t named = named_points(session->points[0].capture, split);
	if (named > 1) {
		for (size_t i = 0; i < named; i++)
			add_point(session, i, split->name[i], split->length[i]);
		snprintf(session->decision, sizeof(session->decision),
		         _("its interfaces are %zu points: a comment of the capture says so"), named);
	} else {
		if (!compare_interfaces(session, split, error))
			return false;
		add_compared(session, split);
	}
	if (session->point_count > 1) {
		sources_label(session);
	} else {
		session->split = NULL;
		free(split);
	}
	return make_trackers(session, error);
}

/* ---- While reading */

static size_t find_point(const struct session *session, const struct split *split,
                         const struct ws_frame_interface *interface)
{
	const char *name = interface->name ? interface->name : "";
	for (size_t i = 0; i < session->point_count; i++)
		if (split->length[i] && strlen(name) == split->length[i] &&
		    memcmp(name, split->name[i], split->length[i]) == 0)
			return i;
	return split->length[0] && interface->index < session->point_count ? interface->index : 0;
}

static size_t point_index(const struct session *session, const struct ws_frame *frame)
{
	struct split *split = session->split;
	const struct ws_frame_interface *interface = frame->interface;
	if (!interface || interface->index >= SPLIT_INTERFACES)
		return 0;
	if (!split->point[interface->index])
		split->point[interface->index] = (uint8_t)(find_point(session, split, interface) + 1);
	return split->point[interface->index] - 1u;
}

struct point *split_point(struct point *reader, const struct ws_frame *frame)
{
	struct session *session = reader->session;
	return session->split ? &session->points[point_index(session, frame)] : reader;
}

void split_stats(const struct point *point, struct ws_capture_stats *stats)
{
	const struct session *session = point->session;
	threads_stats(point, stats);
	if (!session->split)
		return;
	stats->captured = stats->received = point->packets;
	stats->dropped_kernel = stats->dropped_interface = 0;
	struct ws_interface_drops drops;
	for (size_t i = 0; ws_capture_drops(point->capture, i, &drops); i++) {
		if (drops.index >= SPLIT_INTERFACES ||
		    session->split->point[drops.index] != point - session->points + 1)
			continue;
		stats->dropped_kernel += drops.kernel;
		stats->dropped_interface += drops.interface;
	}
	if (point->reader) { /* it is said once */
		stats->comment = NULL;
		stats->comment_length = 0;
		stats->other_links = 0;
	}
}

/* The one description of the point's interface, if there is no more than one. */
static bool described_once(const struct point *point, struct ws_interface_drops *found)
{
	const struct split *split = point->session->split;
	struct ws_interface_drops drops;
	size_t count = 0;
	for (size_t i = 0; count < 2 && ws_capture_drops(point->capture, i, &drops); i++) {
		if (split && (drops.index >= SPLIT_INTERFACES ||
		              split->point[drops.index] != point - point->session->points + 1))
			continue;
		*found = drops;
		count++;
	}
	return count == 1;
}

bool split_period(const struct point *point, ws_time *first, ws_time *last)
{
	struct ws_tracker_stats stats;
	struct ws_interface_drops drops;
	ws_tracker_stats(point->tracker, &stats);
	*first = stats.first_time;
	*last = stats.last_time;
	if (!stats.packets)
		return false;
	if (ws_capture_is_live(point->capture)) {
		const ws_time now = point->now - RING_DELAY;
		*first = point->opened < *first ? point->opened : *first;
		*last = now > *last ? now : *last;
	} else if (!point->decoder && described_once(point, &drops) && drops.period) {
		*first = drops.first < *first ? drops.first : *first;
		*last = drops.last > *last ? drops.last : *last;
	}
	return true;
}
