/* What is counted of each segment. The counters that only some connections have are allocated when they are first
 * needed, see ws_table_rare(). */
#include "track/stall.h"
#include "track/storm.h"
#include "track/tracker.h"

void ws_tracker_count_round_trip(struct ws_tracker *tracker, struct ws_conn *conn, unsigned endpoint, ws_time time)
{
	struct ws_rtt *rtt = &conn->rtt[endpoint];
	if (ws_rtt_add_here(rtt, time))
		return;
	struct ws_rare *rare = ws_table_rare(&tracker->table, conn);
	ws_rtt_add(rtt, rare ? &rare->round_trips[endpoint] : NULL, time);
}

/* True: a round trip ends with the segment. */
static bool note_round_trip(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *s,
                            uint32_t analysis)
{
	const unsigned other = s->direction ^ 1;
	const ws_time time = ws_rtt_note(&conn->traffic[s->direction].timer, &conn->traffic[other].timer, s, analysis);
	if (time < 0)
		return false;
	ws_tracker_count_round_trip(tracker, conn, other, time);
	return true;
}

static void count_share(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis, bool round_trip)
{
	if (s->duplicate || (s->bad_checksum && !s->checksum_ignored))
		ws_shares_pass(ws_conn_shares(conn), s->time);
	else
		ws_tracker_note_share(conn, s, analysis, round_trip);
}

void ws_tracker_count_accepted(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *s)
{
	const bool round_trip = note_round_trip(tracker, conn, s, 0);
	if (tracker->table.shares)
		count_share(conn, s, 0, round_trip);
}

void ws_tracker_count(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *s,
                      const struct ws_analysis_result *result)
{
	struct ws_traffic *traffic = &conn->traffic[s->direction];
	if (result->bytes_in_flight > traffic->most_in_flight)
		traffic->most_in_flight = result->bytes_in_flight;
	struct ws_rare *rare = conn->rare;
	if (!rare && (result->analysis || s->bad_checksum))
		rare = ws_table_rare(&tracker->table, conn);
	if (!ws_zeek_has(&conn->zeek, s, result->analysis))
		ws_zeek_note(&conn->zeek, rare ? &rare->repeats : NULL, s, result->analysis);
	ws_stall_note(conn, s, result->analysis);
	const bool round_trip =
	        !s->duplicate && !s->bad_checksum && note_round_trip(tracker, conn, s, result->analysis);
	if (tracker->table.shares)
		count_share(conn, s, result->analysis, round_trip);
	if (rare && !s->length && !s->duplicate && !s->bad_checksum)
		ws_storm_note(conn, s, result->analysis);
	if (!result->analysis || !rare)
		return;
	if (!s->duplicate) {
		ws_silence_note(conn, s, result->analysis);
		if (result->analysis & 1u << WS_ANALYSIS_KEEP_ALIVE)
			traffic->bytes -= s->length; /* a byte that had been sent before, or means nothing */
	}
	struct ws_marks *marks = &rare->marks[s->direction];
#define X(member, mark) marks->member += result->analysis >> mark & 1;
	WS_COUNTERS(X)
#undef X
}
