/* The tracker that shows all points of a session together takes in what has come at each round of the view. Where there
 * are so many connections that this takes long, it is done in slices, and a fifth of the time at most. */
#include "app/merge.h"
#include "app/joined.h"
#include "app/session.h"

enum { SLICE = 16384 /* connections */, REST = 4 };
/* Live, a connection that only a later point has is shown when it is so old that it would have been joined. */
#define WITHHELD WS_SECOND

void merge_free(struct merge *merge)
{
	ws_tracker_free(merge->tracker);
	*merge = (struct merge){.tracker = NULL};
}

bool merge_take(struct merge *merge, const struct ws_points *points, ws_time withhold, bool whole)
{
	struct ws_error error;
	if (!merge->tracker && !merge->failed)
		merge->failed = !(merge->tracker = ws_tracker_merged(&error));
	if (merge->failed)
		return false;
	ws_tracker_merge_use(merge->tracker, points);
	const ws_time now = monotonic();
	if (!merge->working &&
	    ((now < merge->next && !whole) || !ws_tracker_merge_due(merge->tracker, points, withhold)))
		return false;
	if (!merge->working)
		merge->begun = now;
	do
		merge->working = !ws_tracker_merge(merge->tracker, points, withhold, SLICE);
	while (merge->working && whole);
	const ws_time end = monotonic();
	merge->next = merge->working ? end : end + REST * (end - merge->begun);
	return merge->working;
}

/* What the points know before they have been joined: only who they are. */
static void own_points(const struct session *session, struct ws_points *points)
{
	*points = (struct ws_points){.count = session->point_count};
	for (size_t i = 0; i < session->point_count; i++) {
		points->tracker[i] = session->points[i].tracker;
		points->name[i] = session->points[i].label;
	}
}

bool session_is_merged(const struct session *session)
{
	return session->together && session->merge.tracker && ws_tracker_points(session->merge.tracker);
}

bool session_merge(struct session *session, bool whole)
{
	const struct joins *joins = &session->joins;
	struct ws_points own;
	if (!session->together || !session->confined)
		return false;
	own_points(session, &own);
	/* As long as a file is read, and until its points have been joined, the same connections would be there twice. */
	const ws_time withhold = joins->complete ? 0 : session->live || joins->count ? WITHHELD : WS_TIME_NEVER;
	return merge_take(&session->merge, joins->joined ? joined_points(joins->joined) : &own, withhold, whole);
}

/* ---- What a screen shows */

static void show(struct session *session, size_t index, bool together)
{
	struct ws_text names = WS_TEXT_OVER(session->point_names);
	struct ws_points own;
	session->shown = index;
	session->together = together;
	session->shown_changes++;
	own_points(session, &own);
	if (own.count > 1)
		ws_points_names(&names, &own, together ? own.count : index);
	ws_text_cstr(&names);
}

void session_show_point(struct session *session, size_t index)
{
	show(session, index, false);
}

void session_show_together(struct session *session)
{
	show(session, 0, true);
}

const struct ws_tracker *session_tracker(const struct session *session)
{
	return session_is_merged(session) ? session->merge.tracker : session_shown(session)->tracker;
}
