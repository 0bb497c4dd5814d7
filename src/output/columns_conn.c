/* The fields of a connection's record. `index` 0 is the client, 1 the server. The roles are guesses when no SYN was seen;
 * "roles" says so. */
#include "output/columns.h"
#include "output/community.h"

#include <wirestate/names.h>

const struct ws_endpoint_info *conn_side(const struct subject *s, unsigned index)
{
	return &s->conn->endpoint[((unsigned)s->conn->likely_client ^ index) & 1];
}

#define SIDE_NUMBER(member)                                                                                            \
	static void side_##member(const struct subject *s, unsigned index, struct value *v)                            \
	{                                                                                                              \
		set_number(v, conn_side(s, index)->member);                                                            \
	}                                                                                                              \
	static bool side_##member##_put(struct reading *r, unsigned index, const struct ws_json_value *v)              \
	{                                                                                                              \
		return READ_set_number(r->record->conn.endpoint[index].member, v);                                     \
	}
SIDE_NUMBER(port)
SIDE_NUMBER(packets)
SIDE_NUMBER(bytes)
#define X(member, mark) SIDE_NUMBER(member)
WS_COUNTERS(X)
#undef X
SIDE_NUMBER(syns)
SIDE_NUMBER(most_in_flight)
SIDE_NUMBER(window)

void get_conn_address(const struct subject *s, unsigned index, struct value *v)
{
	set_address(v, &conn_side(s, index)->address, s->conn->ip_version);
}

void get_conn_port(const struct subject *s, unsigned index, struct value *v)
{
	side_port(s, index, v);
}

static void side_state(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, ws_state_name(conn_side(s, index)->state));
}

static void side_certainty(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, ws_certainty_name(conn_side(s, index)->certainty));
}

static void side_initial_sequence(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->initial_sequence, conn_side(s, index)->initial_sequence_known);
}

/* Not known where the peer's acknowledgments were not captured. */
static void side_unacknowledged(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->unacknowledged, !s->conn->one_direction);
}

static void side_window_scale(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->window_scale, conn_side(s, index)->window_scale != 255);
}

static void side_mss(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->mss, conn_side(s, index)->mss != 0);
}

/* The process that the capture file names. */
static void side_process(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_frame_process *process = conn_side(s, index)->process;
	v->kind = VALUE_NULL;
	if (process && process->name)
		set_foreign(v, process->name, strlen(process->name));
}

static void side_process_id(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_frame_process *process = conn_side(s, index)->process;
	set_known(v, process ? process->id : 0, process && process->id);
}

#define SIDE_TIME(member)                                                                                              \
	static void side_##member(const struct subject *s, unsigned index, struct value *v)                            \
	{                                                                                                              \
		set_time(v, conn_side(s, index)->member);                                                              \
		if (conn_side(s, index)->member < 0)                                                                   \
			v->kind = VALUE_NULL;                                                                          \
	}
SIDE_TIME(rtt_min)
SIDE_TIME(rtt_median)
SIDE_TIME(rtt_max)

static void side_syn_time(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, conn_side(s, index)->syn_time);
	if (!conn_side(s, index)->syns)
		v->kind = VALUE_NULL;
}

/* 0 where it is not in TIME_WAIT. */
static void side_time_wait_end(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, conn_side(s, index)->time_wait_end);
	if (!conn_side(s, index)->time_wait_end)
		v->kind = VALUE_NULL;
}

static void side_smallest_window(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->smallest_window, conn_side(s, index)->smallest_window != UINT32_MAX);
}

/* Payload bytes a second over the whole connection. */
static void side_throughput(const struct subject *s, unsigned index, struct value *v)
{
	const ws_time duration = s->conn->last_time - s->conn->first_time;
	const double rate =
	        duration > 0 ? (double)conn_side(s, index)->bytes / (double)duration * (double)WS_SECOND : 0;
	set_known(v, rate < 1e18 ? (uint64_t)(rate + 0.5) : 0, duration > 0 && rate < 1e18);
}

/* A share has as many decimals as a time. */
static void side_retransmitted(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_endpoint_info *side = conn_side(s, index);
	const double share = side->packets ? (double)side->retransmissions / (double)side->packets : 0;
	set_time(v, (ws_time)(share * (double)WS_SECOND + 0.5));
	if (!side->packets)
		v->kind = VALUE_NULL;
}

static void conn_duration(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_time(v, s->conn->last_time - s->conn->first_time);
}

static void conn_community_id(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	enum { TCP = 6 };
	const struct ws_endpoint_info *e = s->conn->endpoint;
	const struct ws_addr address[] = {e[0].address, e[1].address};
	const uint16_t port[] = {e[0].port, e[1].port};
	struct ws_text text = WS_TEXT_OVER(v->composed);
	community_id(&text, TCP, s->conn->ip_version, address, port);
	set_composed(v, text.length);
}

MEMBER(conn_number, conn, set_number, number)
MEMBER(conn_first_time, conn, set_time, first_time)
MEMBER(conn_last_time, conn, set_time, last_time)
MEMBER(conn_first_frame, conn, set_number, first_frame)
MEMBER(conn_last_frame, conn, set_number, last_frame)
MEMBER(conn_bad_checksums, conn, set_number, bad_checksums)
MEMBER(conn_checksums_ignored, conn, set_number, checksums_ignored)
MEMBER(conn_duplicates, conn, set_number, duplicates)
MEMBER(conn_completeness, conn, set_number, completeness)

static void conn_vlan(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->conn->vlan != WS_NO_VLAN)
		set_number(v, s->conn->vlan);
}

/* The tunnel around a connection: `index` 0 is its kinds, the outermost first; 1 the id of the innermost one, which has
 * been chosen by the receiver of the first packet where the two directions differ. */
static void conn_tunnel(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_tunnel_path *path = s->conn->tunnel;
	v->kind = VALUE_NULL;
	if (!path)
		return;
	if (index) {
		set_known(v, s->conn->tunnel_id, path->tunnel[path->count - 1].has_id);
		return;
	}
	struct ws_text text = WS_TEXT_OVER(v->composed);
	for (unsigned i = 0; i < path->count; i++)
		ws_text_printf(&text, "%s%s", i ? " > " : "",
		               ws_tunnel_word((enum ws_tunnel_kind)path->tunnel[i].kind));
	set_foreign(v, v->composed, text.length);
}

/* The ends of the innermost tunnel. */
static void conn_tunnel_end(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_tunnel_path *path = s->conn->tunnel;
	v->kind = VALUE_NULL;
	if (!path)
		return;
	const struct ws_tunnel *tunnel = &path->tunnel[path->count - 1];
	set_address(v, index ? &tunnel->destination : &tunnel->source, tunnel->ip_version);
}

static void conn_roles(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, s->conn->client == WS_ROLE_UNKNOWN ? "guessed" : "seen");
}

static void conn_handshake(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_handshake_name(s->conn->handshake));
}

static void set_closer(struct value *v, const struct ws_conn_info *conn, unsigned by)
{
	static const char *const others[] = {
	        [WS_CLOSED_BY_NONE] = "none", [WS_CLOSED_BY_BOTH] = "both", [WS_CLOSED_BY_UNKNOWN] = "unknown"};
	const char *side = by - WS_CLOSED_BY_ENDPOINT_0 == (unsigned)conn->likely_client ? "client" : "server";
	set_string(v, others[by] ? others[by] : side);
}

static void conn_closed_by(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_closer(v, s->conn, s->conn->closed_by);
}

static void conn_captured(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_captured_name(s->conn->captured));
}

static void conn_reset_by(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_closer(v, s->conn, s->conn->reset_by);
}

static void conn_close(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_close_name(s->conn->close));
}

static struct verdict_found verdict_of(const struct subject *s)
{
	struct verdict_found found;
	if (s->verdict && s->verdict->tag)
		return *s->verdict;
	ws_conn_verdict(s->conn, NULL, &found.tag, &found.severity);
	return found;
}

/* `index` 0 is the sentence, 1 its one word. */
static void conn_verdict(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	struct verdict_found found;
	if (index == 1) {
		set_string(v, verdict_of(s).tag);
		return;
	}
	ws_conn_verdict(s->conn, &text, &found.tag, &found.severity);
	if (s->verdict)
		*s->verdict = found;
	v->kind = VALUE_STRING;
	v->string = v->composed;
	v->length = text.length;
}

static void conn_severity(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, (uint64_t)verdict_of(s).severity);
}

static void conn_initial_rtt(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_time(v, s->conn->initial_rtt);
	if (s->conn->initial_rtt < 0)
		v->kind = VALUE_NULL;
}

static void conn_retransmissions(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, s->conn->endpoint[0].retransmissions + s->conn->endpoint[1].retransmissions);
}

static void conn_zeek(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, index ? s->conn->history : s->conn->conn_state);
}

static void conn_incarnation(const struct subject *s, unsigned index, struct value *v)
{
	uint64_t number = index ? s->conn->next : s->conn->previous;
	set_known(v, number, number != 0);
}

/* clang-format off */
#define SIDE_COUNTER_0(member, mark) {"client", #member, side_##member, 0, side_##member##_put, usual_counters},
#define SIDE_COUNTER_1(member, mark) {"server", #member, side_##member, 1, side_##member##_put, usual_counters},
#define SIDE_COLUMNS(group, index)                                                                                     \
	{group, "address", get_conn_address, index, side_address_put},                                                                       \
	{group, "port", side_port, index, side_port_put},                                                                             \
	{group, "state", side_state, index, side_state_put},                                                                           \
	{group, "certainty", side_certainty, index, side_certainty_put},                                                                   \
	{group, "packets", side_packets, index, side_packets_put},                                                                       \
	{group, "bytes", side_bytes, index, side_bytes_put},                                                                           \
	WS_COUNTERS(SIDE_COUNTER_##index)                                                                              \
	{group, "most_in_flight", side_most_in_flight, index, side_most_in_flight_put},                                                         \
	{group, "unacknowledged", side_unacknowledged, index, side_unacknowledged_put},                                                         \
	{group, "initial_sequence", side_initial_sequence, index, side_initial_sequence_put},                                                     \
	{group, "window", side_window, index, side_window_put},                                                                         \
	{group, "window_scale", side_window_scale, index, side_window_scale_put},                                                             \
	{group, "mss", side_mss, index, side_mss_put},                                                                               \
	{group, "syns", side_syns, index, side_syns_put, usual_syns},                                                  \
	{group, "syn_time", side_syn_time, index, side_syn_time_put, usual_syns},                                      \
	{group, "process", side_process, index, side_process_put, usual_process}, \
	{group, "process_id", side_process_id, index, side_process_id_put, usual_process}, \
	{group, "rtt_min", side_rtt_min, index, side_rtt_min_put},                                                                       \
	{group, "rtt_median", side_rtt_median, index, side_rtt_median_put},                                                                 \
	{group, "rtt_max", side_rtt_max, index, side_rtt_max_put},                                                                       \
	{group, "throughput", side_throughput, index, side_throughput_put},                                                                 \
	{group, "retransmitted", side_retransmitted, index, side_retransmitted_put},                                                           \
	{group, "smallest_window", side_smallest_window, index, side_smallest_window_put},                                                       \
	{group, "name", side_name, index, side_name_put, usual_name}, \
	{group, "name_source", side_name_source, index, side_name_source_put, usual_name}, \
	{group, "time_wait_end", side_time_wait_end, index, side_time_wait_end_put}
/* clang-format on */

static const struct column connection_columns[] = {
        {NULL, "conn", conn_number, 0, conn_number_put},
        {NULL, "vlan", conn_vlan, 0, conn_vlan_put},
        SIDE_COLUMNS("client", 0),
        SIDE_COLUMNS("server", 1),
        {NULL, "roles", conn_roles, 0, conn_roles_put},
        {NULL, "first_time", conn_first_time, 0, conn_first_time_put},
        {NULL, "last_time", conn_last_time, 0, conn_last_time_put},
        {NULL, "first_frame", conn_first_frame, 0, conn_first_frame_put},
        {NULL, "last_frame", conn_last_frame, 0, conn_last_frame_put},
        {NULL, "captured", conn_captured, 0, conn_captured_put},
        {NULL, "handshake", conn_handshake, 0, conn_handshake_put},
        {NULL, "closed_by", conn_closed_by, 0, conn_closed_by_put},
        {NULL, "reset_by", conn_reset_by, 0, conn_reset_by_put},
        {NULL, "close", conn_close, 0, conn_close_put},
        {NULL, "conn_state", conn_zeek, 0, conn_zeek_put},
        {NULL, "history", conn_zeek, 1, conn_zeek_put},
        {NULL, "verdict", conn_verdict, 0, conn_verdict_put},
        {NULL, "verdict_tag", conn_verdict, 1, conn_verdict_put},
        {NULL, "initial_rtt", conn_initial_rtt, 0, conn_initial_rtt_put},
        {NULL, "retransmissions", conn_retransmissions, 0, conn_retransmissions_put, usual_segments},
        {NULL, "bad_checksums", conn_bad_checksums, 0, conn_bad_checksums_put, usual_segments},
        {NULL, "checksums_ignored", conn_checksums_ignored, 0, conn_checksums_ignored_put, usual_segments},
        {NULL, "duplicates", conn_duplicates, 0, conn_duplicates_put, usual_segments},
        {NULL, "completeness", conn_completeness, 0, conn_completeness_put},
        {NULL, "previous", conn_incarnation, 0, conn_incarnation_put, usual_incarnation},
        {NULL, "next", conn_incarnation, 1, conn_incarnation_put, usual_incarnation},
        {NULL, "duration", conn_duration, 0, conn_duration_put},
        {NULL, "community_id", conn_community_id, 0, conn_community_id_put},
        {NULL, "tunnel", conn_tunnel, 0, conn_tunnel_put, usual_tunnel},
        {NULL, "tunnel_id", conn_tunnel, 1, conn_tunnel_put, usual_tunnel},
        {NULL, "tunnel_source", conn_tunnel_end, 0, conn_tunnel_end_put, usual_tunnel},
        {NULL, "tunnel_destination", conn_tunnel_end, 1, conn_tunnel_end_put, usual_tunnel},
        {NULL, "sni", conn_greeting, 0, conn_greeting_put, usual_greeting},
        {NULL, "alpn", conn_greeting, 1, conn_greeting_put, usual_greeting},
        {NULL, "http_host", conn_greeting, 2, conn_greeting_put, usual_greeting},
        {NULL, "http_method", conn_http, 0, conn_http_put, usual_http},
        {NULL, "http_path", conn_http, 1, conn_http_put, usual_http},
        {NULL, "http_status", conn_http, 2, conn_http_put, usual_http},
        SHARE_COLUMNS(conn_share, conn_spent){NULL, "vantage", conn_spent, 1, conn_spent_put},
#define X(name, get, index) {NULL, "client_" name, get, 2 * (index), get##_put, usual_kernel},
        KERNEL_COLUMNS(X)
#undef X
#define X(name, get, index) {NULL, "server_" name, get, 2 * (index) + 1, get##_put, usual_kernel},
                KERNEL_COLUMNS(X)
#undef X
                        {NULL, "severity", conn_severity, 0, conn_severity_put},
        /* From here on with several points. */
        PATH_FIELDS,
        {NULL, "sensor", get_sensor, 0, get_sensor_put},
};

const struct columns output_connection_columns = COLUMNS(connection_columns, PATH_COLUMNS);
