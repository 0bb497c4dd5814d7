/* See elsewhere.h. An initial number has 32 bits of chance, so with one of the two ends the same it belongs to one SYN only;
 * but not a scanner's. */
#include "track/elsewhere.h"

#define TRANSLATION_TIME (20 * WS_MILLISECOND) /* the longest way from one side of the device to the other */

/* The connection whose SYN was noted here, if that had this number and is still waiting for the answer. */
static struct ws_conn *waiting_conn(struct ws_tracker *tracker, const struct ws_opening *opening, uint32_t iss)
{
	if (!opening->conn_number || opening->iss != iss)
		return NULL;
	struct ws_conn *conn = ws_table_conn(&tracker->table, opening->id);
	if (!conn || conn->number != opening->conn_number || conn->ended)
		return NULL;
	const struct ws_endpoint *e = conn->machine.endpoint;
	return e[0].state == WS_SYN_SENT && e[0].iss == iss && !e[1].sent_any ? conn : NULL;
}

struct ws_conn *ws_elsewhere_waiting(struct ws_tracker *tracker, uint32_t iss)
{
	return waiting_conn(tracker, &tracker->surroundings.openings[iss % WS_OPENINGS], iss);
}

static void link_conns(struct ws_tracker *tracker, struct ws_conn *older, enum ws_elsewhere of_older,
                       struct ws_conn *newer, enum ws_elsewhere of_newer)
{
	struct ws_rare *rare = ws_table_rare(&tracker->table, older),
	               *newer_rare = ws_table_rare(&tracker->table, newer);
	if (!rare || !newer_rare)
		return;
	rare->elsewhere = (uint8_t)of_older;
	newer_rare->elsewhere = (uint8_t)of_newer;
	rare->elsewhere_by = newer_rare->elsewhere_by = (uint32_t)(newer->number - older->number);
	older->judgement = 0;
}

/* A router passes the SYN on with one hop less, and everything else as it was, as its identification shows. */
static bool is_passed_on(const struct ws_conn *older, const struct ws_tuple *tuple, const struct ws_segment *s)
{
	const bool same_client = ws_conn_is(older, 0, tuple->source, tuple->source_port),
	           same_server = ws_conn_is(older, 1, tuple->destination, tuple->destination_port);
	return same_client != same_server && s->ttl + 1 == older->syn_ttl &&
	       s->identification == older->syn_identification && s->time - older->first_time <= TRANSLATION_TIME;
}

void ws_elsewhere_note(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_tuple *tuple,
                       const struct ws_segment *s)
{
	const bool answer = s->flags & WS_TCP_ACK;
	const uint32_t iss = answer ? s->acknowledgment - 1 : s->sequence;
	struct ws_opening *opening = &tracker->surroundings.openings[iss % WS_OPENINGS];
	struct ws_conn *older = waiting_conn(tracker, opening, iss);
	if (older && older->ip_version != conn->ip_version)
		older = NULL;
	if (answer) {
		if (older && ws_conn_is(older, 0, tuple->destination, tuple->destination_port) &&
		    !ws_conn_is(older, 1, tuple->source, tuple->source_port))
			link_conns(tracker, older, WS_ELSEWHERE_ANSWERED, conn, WS_ELSEWHERE_ANSWERS);
		return;
	}
	const bool passed_on = older && is_passed_on(older, tuple, s);
	if (passed_on)
		link_conns(tracker, older, WS_ELSEWHERE_TRANSLATED, conn, WS_ELSEWHERE_TRANSLATION);
	/* Scanners send all their SYNs with one number, which tells nothing then. */
	const bool tells = passed_on || opening->iss != iss;
	*opening = (struct ws_opening){.conn_number = tells ? conn->number : 0, .iss = iss, .id = conn->id};
}
