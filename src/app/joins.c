/* When the points of a session are joined: once at its end, or, while it runs and is shown, again and again.
 *
 * A run must never wait for that, so it is done in slices, and takes a tenth of the time at most. Connections that have
 * more segments than can be joined quickly are left out until the end. */
#include "app/joined.h"
#include "app/session.h"

enum { SEGMENTS = 30000, CONNECTIONS = 5000 /* while the session runs */, SHARE = 10 };
#define SLICE (4 * WS_MILLISECOND)
#define PAUSE (100 * WS_MILLISECOND) /* at least, from the end of one to the beginning of the next */

void joins_free(struct joins *joins)
{
	joined_free(joins->before);
	joined_free(joins->joined);
	joined_free(joins->being_made);
}

static bool can_join(const struct session *session)
{
	return session->point_count > 1 && session->confined && !session->output_failed && !session->joins.complete;
}

/* More packets may come, but not as fast as a file is read. */
static bool runs(const struct session *session)
{
	return !session->ended && session->screen &&
	       (session->live || session->options->follow || ws_capture_fd(session->points[0].capture) >= 0);
}

static bool is_due(const struct session *session)
{
	const struct joins *joins = &session->joins;
	size_t connections = 0;
	if (session->ended)
		return true;
	if (!runs(session) || session->packets == joins->packets || monotonic() < joins->next)
		return false;
	for (size_t i = 0; i < session->point_count; i++)
		connections += ws_tracker_conn_count(session->points[i].tracker);
	return connections <= CONNECTIONS;
}

static void fail(struct session *session, const struct ws_error *error)
{
	joined_free(session->joins.being_made);
	session->joins.being_made = NULL;
	session->joins.complete = true; /* another try would fail, too */
	if (session->error.status == WS_OK)
		session->error = *error;
	session->changed = true;
}

static void begin(struct session *session, bool last)
{
	struct joins *joins = &session->joins;
	struct ws_error error;
	joins->last = last;
	joins->packets = session->packets;
	joins->begun = monotonic();
	joins->being_made = joined_begin(session, last ? SIZE_MAX : SEGMENTS, &error);
	if (!joins->being_made)
		fail(session, &error);
}

static void put_in_force(struct session *session)
{
	struct joins *joins = &session->joins;
	const ws_time now = monotonic(), spent = SHARE * (now - joins->begun);
	joined_free(joins->before);
	joins->before = joins->joined;
	joins->joined = joins->being_made;
	joins->being_made = NULL;
	joined_use(joins->joined);
	joins->count++;
	joins->next = now + (spent > PAUSE ? spent : PAUSE);
	joins->complete = joins->last;
	session->changed = true;
}

static void work(struct session *session, ws_time end)
{
	struct joins *joins = &session->joins;
	struct ws_error error;
	if (!joins->being_made)
		return;
	if (!joined_work(joins->being_made, end, &error))
		fail(session, &error);
	else if (joined_is_done(joins->being_made))
		put_in_force(session);
}

void session_join(struct session *session)
{
	if (!can_join(session))
		return;
	joined_free(session->joins.being_made);
	begin(session, true);
	work(session, WS_TIME_NEVER);
}

bool session_join_slice(struct session *session)
{
	struct joins *joins = &session->joins;
	if (!can_join(session))
		return false;
	if (!joins->being_made && is_due(session))
		begin(session, session->ended);
	work(session, monotonic() + SLICE);
	return joins->being_made || (session->ended && !joins->complete);
}
