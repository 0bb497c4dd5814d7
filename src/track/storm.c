/* An end answers what it cannot take with an ACK (RFC 9293 §3.10.7.4). Where its peer cannot take that either, or answers it
 * with a RST that is not the next in order (RFC 5961 §3.2), each of their segments causes the next one. */
#include "track/storm.h"

#define LONG_RUN 20   /* segments; keep-alives, challenges and probes, whose timer doubles, take fewer */
#define LONG_RESETS 6 /* the same with RSTs, of which one that is challenged is followed by one that is accepted */
#define AT_ONCE (100 * WS_MILLISECOND) /* a timer takes longer to send something again */

/* A RST, or an ACK that repeats what its sender has said, which has a mark. */
static bool says_nothing_new(const struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis)
{
	const struct ws_endpoint *self = &conn->machine.endpoint[s->direction];
	if (s->length || s->flags & (WS_TCP_SYN | WS_TCP_FIN))
		return false;
	if (s->flags & WS_TCP_RST || analysis & 1u << WS_ANALYSIS_DUPLICATE_ACK)
		return true;
	return analysis && !(analysis & 1u << WS_ANALYSIS_WINDOW_UPDATE) && s->flags & WS_TCP_ACK && self->acked_any &&
	       s->acknowledgment == self->last_ack_sent;
}

void ws_storm_note(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis)
{
	struct ws_storm *storm = &conn->rare->storm;
	const uint32_t packets = (uint32_t)ws_conn_packets(conn);
	const ws_time heard = conn->analyser.flow[!s->direction].last_time;
	if (!says_nothing_new(conn, s, analysis))
		return; /* the count of packets tells that the run is over */
	const bool answers = storm->run && storm->run_direction != s->direction && packets == storm->run_packets + 1 &&
	                     s->time - heard < AT_ONCE;
	storm->run = answers ? storm->run + 1 : 1;
	storm->run_packets = packets;
	storm->run_direction = s->direction & 1;
	if (!answers) {
		storm->run_since = s->time;
		storm->run_resets = storm->run_counts = 0;
	}
	if (s->flags & WS_TCP_RST)
		storm->run_resets |= 1u << s->direction & 3;
	if (storm->run < (storm->run_resets ? LONG_RESETS : LONG_RUN))
		return;
	if (!storm->segments)
		storm->since = storm->run_since;
	storm->segments += storm->run_counts ? 1 : storm->run;
	storm->run_counts = 1;
	storm->latest = s->time;
	storm->resetters |= storm->run_resets;
}

void ws_storm_fill(const struct ws_conn *conn, struct ws_conn_info *info)
{
	const struct ws_storm *storm = &ws_conn_rare(conn)->storm;
	info->storm = storm->segments;
	info->storm_time = storm->latest - storm->since;
	info->storm_resetters = storm->resetters;
	info->storm_goes_on = storm->segments && storm->run_packets == (uint32_t)ws_conn_packets(conn) && storm->run &&
	                      conn->last_time == storm->latest;
}
