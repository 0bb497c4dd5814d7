/* How a connection was closed, and by whom. Of one that several points captured, each fact is taken from a point that has
 * captured it. */
#include "track/closing.h"
#include "track/merged.h"

#include <wirestate/join.h>

static bool is_over(const struct ws_endpoint *e)
{
	return e->state == WS_CLOSED || e->state == WS_TIME_WAIT;
}

enum ws_close ws_close_of(const struct ws_machine *m)
{
	const struct ws_endpoint *a = &m->endpoint[0], *b = &m->endpoint[m->self ? 0 : 1];
	if (a->fin_acked && b->fin_acked && is_over(a) && is_over(b))
		return WS_CLOSE_FIN;
	bool reset = a->dead == WS_DEAD_SENT_RST || a->dead == WS_DEAD_GOT_RST || b->dead == WS_DEAD_SENT_RST ||
	             b->dead == WS_DEAD_GOT_RST || a->dead == WS_DEAD_FORGED || b->dead == WS_DEAD_FORGED;
	if (reset)
		return WS_CLOSE_RST;
	bool gone = a->dead == WS_DEAD_ASSUMED || a->dead == WS_DEAD_ICMP || b->dead == WS_DEAD_ASSUMED ||
	            b->dead == WS_DEAD_ICMP;
	return gone ? WS_CLOSE_TIMEOUT : WS_CLOSE_OPEN;
}

int ws_only_captured(const struct ws_machine *m)
{
	if (m->self || m->endpoint[0].captured == m->endpoint[1].captured)
		return -1;
	return m->endpoint[1].captured;
}

enum ws_closed_by ws_closed_by_of(const struct ws_machine *m)
{
	const struct ws_endpoint *e = m->endpoint;
	if (ws_only_captured(m) >= 0 && (e[0].fin_sent || e[1].fin_sent))
		return WS_CLOSED_BY_UNKNOWN;
	/* Which FIN was first says what each of them acknowledges, and of one that was not captured this is not known. */
	if (e[0].fin_first && e[1].fin_first && (e[0].fin_implied || e[1].fin_implied))
		return WS_CLOSED_BY_UNKNOWN;
	if (e[0].fin_first && (e[1].fin_first || m->self))
		return WS_CLOSED_BY_BOTH;
	if (!e[0].fin_first && !e[1].fin_first)
		return WS_CLOSED_BY_NONE;
	const unsigned first = !e[0].fin_first;
	if (!m->self && ws_end_missed(&e[!first]))
		return WS_CLOSED_BY_UNKNOWN;
	return first ? WS_CLOSED_BY_ENDPOINT_1 : WS_CLOSED_BY_ENDPOINT_0;
}

enum ws_closed_by ws_reset_by_of(const struct ws_machine *m)
{
	const struct ws_endpoint *e = m->endpoint;
	for (unsigned i = 0; i < 2; i++)
		if (e[i].dead == WS_DEAD_SENT_RST || (e[1 - i].dead == WS_DEAD_GOT_RST && !m->forged))
			return i ? WS_CLOSED_BY_ENDPOINT_1 : WS_CLOSED_BY_ENDPOINT_0;
	return WS_CLOSED_BY_NONE;
}

/* ---- Several points */

/* What an endpoint itself has sent shows these of it, wherever it was captured. */
enum {
	FIN_SENT = 1 << 0,
	FIN_RECEIVED = 1 << 1,
	FIN_ACKED = 1 << 2,
	RST_SENT = 1 << 3,
};

static unsigned bits(const struct ws_endpoint *e, enum ws_receipt least)
{
	return (e->fin_sent && !e->fin_implied ? FIN_SENT : 0) | (e->fin_received >= least ? FIN_RECEIVED : 0) |
	       (e->fin_acked >= least ? FIN_ACKED : 0) | (e->dead == WS_DEAD_SENT_RST ? RST_SENT : 0);
}

static unsigned count_of(unsigned set)
{
	return (unsigned)__builtin_popcount(set);
}

const struct ws_conn *ws_path_conn(const struct ws_tracker *tracker, const struct ws_conn_path *path, unsigned at,
                                   struct ws_conn_copy *copy)
{
	const struct ws_tracker *there = tracker->points->tracker[path->point[at]];
	const struct ws_conn *conn = ws_table_read(&there->table, path->id[at], copy);
	return conn && conn->number == path->number[at] ? conn : NULL;
}

/* Its endpoint `e`, as the connection counts where it is shown. */
static const struct ws_endpoint *endpoint_at(const struct ws_conn *conn, const struct ws_conn_info *info, unsigned at,
                                             unsigned e)
{
	return &conn->machine.endpoint[e ^ info->path_swapped ^ info->path->swapped[at]];
}

void ws_closing_points(const struct ws_tracker *tracker, const struct ws_conn_info *info, unsigned chosen[2])
{
	const struct ws_conn_path *path = info->path;
	unsigned known[2] = {0}, proven[2][WS_JOIN_POINTS] = {{0}};
	for (unsigned e = 0; e < 2; e++) {
		const unsigned end = (e ^ info->path_swapped) & 1;
		const unsigned late = path->result.direction[end].late;
		chosen[e] = late ? late - 1u : ws_path_near(path, end);
	}
	for (unsigned at = 0; at < path->points; at++) {
		struct ws_conn_copy copy;
		const struct ws_conn *conn = ws_path_conn(tracker, path, at, &copy);
		for (unsigned e = 0; conn && e < 2; e++) {
			const struct ws_endpoint *there = endpoint_at(conn, info, at, e);
			if (at == chosen[e])
				known[e] = bits(there, WS_RECEIPT_PRESUMED);
			else
				proven[e][at] = bits(there, WS_RECEIPT_PROVEN);
		}
	}
	for (unsigned e = 0; e < 2; e++) {
		unsigned most = 0;
		for (unsigned at = 0; at < path->points; at++) {
			if (!(proven[e][at] & ~known[e]) || count_of(proven[e][at]) <= most)
				continue;
			chosen[e] = at;
			most = count_of(proven[e][at]);
		}
	}
}

static bool was_reset_by(const struct ws_machine *m, unsigned endpoint)
{
	return ws_reset_by_of(m) == (endpoint ? WS_CLOSED_BY_ENDPOINT_1 : WS_CLOSED_BY_ENDPOINT_0);
}

/* The first RST of who has reset is that of its own point. Where that was lost, others have only a later one, which answers
 * something else. */
static void join_reset(struct ws_closing *closing, const struct ws_tracker *tracker, const struct ws_conn_info *info,
                       const unsigned chosen[2])
{
	struct ws_conn_copy copy;
	for (unsigned e = 0; e < 2; e++) {
		if (!was_reset_by(closing->machine, e))
			continue;
		const struct ws_conn *conn = ws_path_conn(tracker, info->path, chosen[e], &copy);
		if (conn && was_reset_by(&conn->machine, e ^ info->path_swapped ^ info->path->swapped[chosen[e]]))
			closing->reset = ws_conn_rare(conn)->reset;
	}
}

void ws_closing_join(struct ws_closing *closing, const struct ws_tracker *tracker, const struct ws_conn_info *info,
                     const unsigned chosen[2])
{
	struct ws_machine *joined = &closing->joined;
	struct ws_conn_copy copy;
	bool captured[2] = {false}, second[2] = {false}, reset = ws_close_of(closing->machine) == WS_CLOSE_RST;
	*joined = *closing->machine;
	for (unsigned at = 0; at < info->path->points; at++) {
		const struct ws_conn *conn = ws_path_conn(tracker, info->path, at, &copy);
		for (unsigned e = 0; conn && e < 2; e++) {
			const struct ws_endpoint *there = endpoint_at(conn, info, at, e);
			captured[e] = captured[e] || there->captured;
			/* The number that its FIN acknowledges is the same everywhere. */
			second[e] = second[e] || (there->fin_sent && !there->fin_implied && !there->fin_first);
			if (at != chosen[e])
				continue;
			joined->endpoint[e] = *there;
			joined->forged |= conn->machine.forged;
			if (!reset && ws_close_of(&conn->machine) == WS_CLOSE_RST) {
				closing->reset = ws_conn_rare(conn)->reset;
				reset = true;
			}
		}
	}
	for (unsigned e = 0; e < 2; e++) {
		joined->endpoint[e].captured = captured[e];
		if (second[e])
			joined->endpoint[e].fin_first = 0;
	}
	closing->machine = joined;
	join_reset(closing, tracker, info, chosen);
}
