/* Which columns of a connection have the values that most connections have: zeros, one SYN, null, or none at all. JSON
 * copies the text of such columns at once, see json.c. Each test looks at all that its columns are made from. */
#include "output/columns.h"

static const struct ws_conn_info usual = {
        .vlan = WS_NO_VLAN, .shares_known = true, .endpoint = {{.syns = 1}, {.syns = 1}}};
const struct subject output_usual_connection = {.kind = WS_RECORD_CONNECTION, .conn = &usual};

bool usual_counters(const struct subject *s, unsigned index)
{
	const struct ws_endpoint_info *side = conn_side(s, index);
#define X(member, mark) | side->member
	return !(0 WS_COUNTERS(X));
#undef X
}

/* It sent one. */
bool usual_syns(const struct subject *s, unsigned index)
{
	return conn_side(s, index)->syns == 1 && !conn_side(s, index)->syn_time;
}

bool usual_process(const struct subject *s, unsigned index)
{
	return !conn_side(s, index)->process;
}

bool usual_name(const struct subject *s, unsigned index)
{
	const struct ws_endpoint_info *side = conn_side(s, index);
	return !side->name && !side->name_source;
}

bool usual_segments(const struct subject *s, unsigned index)
{
	const struct ws_conn_info *conn = s->conn;
	(void)index;
	return !(conn->endpoint[0].retransmissions | conn->endpoint[1].retransmissions | conn->bad_checksums |
	         conn->checksums_ignored | conn->duplicates);
}

bool usual_incarnation(const struct subject *s, unsigned index)
{
	(void)index;
	return !s->conn->previous && !s->conn->next;
}

bool usual_tunnel(const struct subject *s, unsigned index)
{
	(void)index;
	return !s->conn->tunnel;
}

bool usual_greeting(const struct subject *s, unsigned index)
{
	(void)index;
	return !s->conn->said.sni && !s->conn->said.alpn && !s->conn->said.http_host;
}

bool usual_http(const struct subject *s, unsigned index)
{
	(void)index;
	return !s->conn->said.http_request && !s->conn->said.http_status;
}

/* The kernel was not asked. */
bool usual_kernel(const struct subject *s, unsigned index)
{
	(void)index;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint_info *side = &s->conn->endpoint[i];
		if (side->kernel || side->user || side->service || side->container)
			return false;
	}
	return true;
}

bool usual_shares(const struct subject *s, unsigned index)
{
	enum { COUNT = 2 * (WS_CAUSE_NAGLE - WS_CAUSE_WINDOW + 1) };
	_Static_assert(COUNT == 12, "WINDOW, CLOSED_WINDOW, DUPLICATE_ACKS, TIMEOUT, PATH_MTU, NAGLE");
	const ws_time *time = s->conn->shares.time[WS_CAUSE_WINDOW];
	ws_time sum = 0;
	(void)index;
	for (unsigned i = 0; i < COUNT; i++)
		sum |= time[i];
	return s->conn->shares_known && !sum;
}
