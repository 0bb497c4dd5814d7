/* See way_back.h. The connection says in which tunnel its way back is, and each tunnel of a way back knows where its last
 * few connections are, see tunnels.h. */
#include "track/way_back.h"

#include "track/elsewhere.h"

static struct ws_conn *connect_answer(struct ws_tracker *tracker, const struct ws_tuple *tuple,
                                      const struct ws_segment *s)
{
	struct ws_conn *conn = ws_elsewhere_waiting(tracker, s->acknowledgment - 1);
	if (!conn || conn->ip_version != tuple->ip_version || s->bad_checksum ||
	    !ws_conn_is(conn, 0, tuple->destination, tuple->destination_port) ||
	    !ws_conn_is(conn, 1, tuple->source, tuple->source_port) ||
	    !ws_tunnels_differ_in_id(&tracker->tunnels, conn->tunnel, tuple->tunnel))
		return NULL;
	struct ws_rare *rare = ws_table_rare(&tracker->table, conn);
	if (!rare)
		return NULL;
	rare->way_back = tuple->tunnel;
	ws_tunnels_pair(&tracker->tunnels, conn->tunnel, tuple->tunnel);
	return conn;
}

static struct ws_conn *find_connected(struct ws_tracker *tracker, const struct ws_tuple *tuple)
{
	struct ws_tuple other = *tuple;
	for (unsigned i = 0; i < WS_TUNNELS_PAIRED; i++) {
		other.tunnel = ws_tunnels_paired(&tracker->tunnels, tuple->tunnel, i);
		if (!other.tunnel)
			break;
		other.hash = ws_table_hash(&tracker->table, &other);
		struct ws_conn *conn = ws_table_find(&tracker->table, &other);
		if (conn && ws_conn_rare(conn)->way_back == tuple->tunnel)
			return conn;
	}
	return NULL;
}

struct ws_conn *ws_way_back_find(struct ws_tracker *tracker, struct ws_tuple *tuple, const struct ws_segment *s)
{
	const uint8_t flags = s->flags & (WS_TCP_SYN | WS_TCP_ACK);
	if (flags == WS_TCP_SYN)
		return NULL;
	struct ws_conn *conn = find_connected(tracker, tuple);
	if (!conn && flags == (WS_TCP_SYN | WS_TCP_ACK))
		conn = connect_answer(tracker, tuple, s);
	if (conn) {
		tuple->tunnel = conn->tunnel;
		tuple->hash = conn->hash;
	}
	return conn;
}
