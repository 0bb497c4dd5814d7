/* The fields of a connection's record. `index` 0 is the client, 1 the server. The roles are guesses when no SYN was seen;
 * "roles" says so. */
#include "output/community.h"
#include "output/json_column.h"

#include <wirestate/names.h>

#define SIDE_NUMBER(member)                                                                                            \
	GETTER side_##member(const struct subject *s, unsigned index, struct value *v)                                 \
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

GETTER side_address(const struct subject *s, unsigned index, struct value *v)
{
	set_address(v, &conn_side(s, index)->address, s->conn->ip_version);
}

void get_conn_address(const struct subject *s, unsigned index, struct value *v)
{
	side_address(s, index, v);
}

void get_conn_port(const struct subject *s, unsigned index, struct value *v)
{
	side_port(s, index, v);
}

/* ---- Words */

static const struct word state_words[] = {
#define X(name, text, brief) [name] = WORD(text),
        WS_STATES(X)
#undef X
};
static const struct word certainty_words[] = {
#define X(name, text, mark) [name] = WORD(text),
        WS_CERTAINTIES(X)
#undef X
};
static const struct word handshake_words[] = {
#define X(name, text) [name] = WORD(text),
        WS_HANDSHAKES(X)
#undef X
};
static const struct word close_words[] = {
#define X(name, text) [name] = WORD(text),
        WS_CLOSES(X)
#undef X
};
static const struct word captured_words[] = {
#define X(name, text) [name] = WORD(text),
        WS_CAPTURED_SIDES(X)
#undef X
};
static const struct word client_word = WORD("client"), server_word = WORD("server"), seen_word = WORD("seen"),
                         guessed_word = WORD("guessed");

GETTER side_state(const struct subject *s, unsigned index, struct value *v)
{
	set_word(v, &state_words[conn_side(s, index)->state]);
}

GETTER side_certainty(const struct subject *s, unsigned index, struct value *v)
{
	set_word(v, &certainty_words[conn_side(s, index)->certainty]);
}

GETTER side_initial_sequence(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->initial_sequence, conn_side(s, index)->initial_sequence_known);
}

/* Not known where the peer's acknowledgments were not captured. */
GETTER side_unacknowledged(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->unacknowledged, !s->conn->one_direction);
}

GETTER side_window_scale(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->window_scale, conn_side(s, index)->window_scale != 255);
}

GETTER side_mss(const struct subject *s, unsigned index, struct value *v)
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
	GETTER side_##member(const struct subject *s, unsigned index, struct value *v)                                 \
	{                                                                                                              \
		set_time(v, conn_side(s, index)->member);                                                              \
		if (conn_side(s, index)->member < 0)                                                                   \
			v->kind = VALUE_NULL;                                                                          \
	}
SIDE_TIME(rtt_min)
SIDE_TIME(rtt_median)
SIDE_TIME(rtt_max)

GETTER side_syn_time(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, conn_side(s, index)->syn_time);
	if (!conn_side(s, index)->syns)
		v->kind = VALUE_NULL;
}

/* 0 where it is not in TIME_WAIT. */
GETTER side_time_wait_end(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, conn_side(s, index)->time_wait_end);
	if (!conn_side(s, index)->time_wait_end)
		v->kind = VALUE_NULL;
}

GETTER side_smallest_window(const struct subject *s, unsigned index, struct value *v)
{
	set_known(v, conn_side(s, index)->smallest_window, conn_side(s, index)->smallest_window != UINT32_MAX);
}

/* Payload bytes a second over the whole connection. */
GETTER side_throughput(const struct subject *s, unsigned index, struct value *v)
{
	const ws_time duration = s->conn->last_time - s->conn->first_time;
	const double rate =
	        duration > 0 ? (double)conn_side(s, index)->bytes / (double)duration * (double)WS_SECOND : 0;
	set_known(v, rate < 1e18 ? (uint64_t)(rate + 0.5) : 0, duration > 0 && rate < 1e18);
}

/* A share has as many decimals as a time. */
GETTER side_retransmitted(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_endpoint_info *side = conn_side(s, index);
	const double share = side->packets ? (double)side->retransmissions / (double)side->packets : 0;
	set_time(v, (ws_time)(share * (double)WS_SECOND + 0.5));
	if (!side->packets)
		v->kind = VALUE_NULL;
}

GETTER conn_duration(const struct subject *s, unsigned index, struct value *v)
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

GETTER conn_vlan(const struct subject *s, unsigned index, struct value *v)
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

GETTER conn_roles(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_word(v, s->conn->client == WS_ROLE_UNKNOWN ? &guessed_word : &seen_word);
}

GETTER conn_handshake(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_word(v, &handshake_words[s->conn->handshake]);
}

static inline void set_closer(struct value *v, const struct ws_conn_info *conn, unsigned by)
{
	static const struct word others[] = {[WS_CLOSED_BY_NONE] = WORD("none"),
	                                     [WS_CLOSED_BY_BOTH] = WORD("both"),
	                                     [WS_CLOSED_BY_UNKNOWN] = WORD("unknown")};
	const bool client = by - WS_CLOSED_BY_ENDPOINT_0 == (unsigned)conn->likely_client;
	set_word(v, others[by].length ? &others[by] : client ? &client_word : &server_word);
}

GETTER conn_closed_by(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_closer(v, s->conn, s->conn->closed_by);
}

GETTER conn_captured(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_word(v, &captured_words[s->conn->captured]);
}

GETTER conn_reset_by(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_closer(v, s->conn, s->conn->reset_by);
}

GETTER conn_close(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_word(v, &close_words[s->conn->close]);
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
	set_foreign(v, v->composed, text.length);
}

GETTER conn_severity(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, (uint64_t)verdict_of(s).severity);
}

GETTER conn_initial_rtt(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_time(v, s->conn->initial_rtt);
	if (s->conn->initial_rtt < 0)
		v->kind = VALUE_NULL;
}

GETTER conn_retransmissions(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, s->conn->endpoint[0].retransmissions + s->conn->endpoint[1].retransmissions);
}

GETTER conn_zeek(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, index ? s->conn->history : s->conn->conn_state);
}

GETTER conn_incarnation(const struct subject *s, unsigned index, struct value *v)
{
	uint64_t number = index ? s->conn->next : s->conn->previous;
	set_known(v, number, number != 0);
}

/* clang-format off */
#define SIDE_COUNTER_0(member, mark) COLUMN("client", #member, side_##member, 0)
#define SIDE_COUNTER_1(member, mark) COLUMN("server", #member, side_##member, 1)
#define SIDE_COLUMNS(group, index)                                                                                     \
	OBJECT(group)                                                                                                  \
	COLUMN(group, "address", side_address, index)                                                                  \
	COLUMN(group, "port", side_port, index)                                                                        \
	COLUMN(group, "state", side_state, index)                                                                      \
	COLUMN(group, "certainty", side_certainty, index)                                                              \
	COLUMN(group, "packets", side_packets, index)                                                                  \
	COLUMN(group, "bytes", side_bytes, index)                                                                      \
	USUAL(usual_counters, index)                                                                                   \
	WS_COUNTERS(SIDE_COUNTER_##index)                                                                              \
	USUAL_END                                                                                                      \
	COLUMN(group, "most_in_flight", side_most_in_flight, index)                                                    \
	COLUMN(group, "unacknowledged", side_unacknowledged, index)                                                    \
	COLUMN(group, "initial_sequence", side_initial_sequence, index)                                                \
	COLUMN(group, "window", side_window, index)                                                                    \
	COLUMN(group, "window_scale", side_window_scale, index)                                                        \
	COLUMN(group, "mss", side_mss, index)                                                                          \
	USUAL(usual_syns, index)                                                                                       \
	COLUMN(group, "syns", side_syns, index)                                                                        \
	COLUMN(group, "syn_time", side_syn_time, index)                                                                \
	USUAL_END                                                                                                      \
	USUAL(usual_process, index)                                                                                    \
	COLUMN(group, "process", side_process, index)                                                                  \
	COLUMN(group, "process_id", side_process_id, index)                                                            \
	USUAL_END                                                                                                      \
	COLUMN(group, "rtt_min", side_rtt_min, index)                                                                  \
	COLUMN(group, "rtt_median", side_rtt_median, index)                                                            \
	COLUMN(group, "rtt_max", side_rtt_max, index)                                                                  \
	COLUMN(group, "throughput", side_throughput, index)                                                            \
	COLUMN(group, "retransmitted", side_retransmitted, index)                                                      \
	COLUMN(group, "smallest_window", side_smallest_window, index)                                                  \
	USUAL(usual_name, index)                                                                                       \
	COLUMN(group, "name", side_name, index)                                                                        \
	COLUMN(group, "name_source", side_name_source, index)                                                          \
	USUAL_END                                                                                                      \
	COLUMN(group, "time_wait_end", side_time_wait_end, index)                                                      \
	OBJECT_END

#define CONNECTION_COLUMNS                                                                                             \
	COLUMN(NULL, "conn", conn_number, 0)                                                                           \
	COLUMN(NULL, "vlan", conn_vlan, 0)                                                                             \
	SIDE_COLUMNS("client", 0)                                                                                      \
	SIDE_COLUMNS("server", 1)                                                                                      \
	COLUMN(NULL, "roles", conn_roles, 0)                                                                           \
	COLUMN(NULL, "first_time", conn_first_time, 0)                                                                 \
	COLUMN(NULL, "last_time", conn_last_time, 0)                                                                   \
	COLUMN(NULL, "first_frame", conn_first_frame, 0)                                                               \
	COLUMN(NULL, "last_frame", conn_last_frame, 0)                                                                 \
	COLUMN(NULL, "captured", conn_captured, 0)                                                                     \
	COLUMN(NULL, "handshake", conn_handshake, 0)                                                                   \
	COLUMN(NULL, "closed_by", conn_closed_by, 0)                                                                   \
	COLUMN(NULL, "reset_by", conn_reset_by, 0)                                                                     \
	COLUMN(NULL, "close", conn_close, 0)                                                                           \
	COLUMN(NULL, "conn_state", conn_zeek, 0)                                                                       \
	COLUMN(NULL, "history", conn_zeek, 1)                                                                          \
	COLUMN(NULL, "verdict", conn_verdict, 0)                                                                       \
	COLUMN(NULL, "verdict_tag", conn_verdict, 1)                                                                   \
	COLUMN(NULL, "initial_rtt", conn_initial_rtt, 0)                                                               \
	USUAL(usual_segments, 0)                                                                                       \
	COLUMN(NULL, "retransmissions", conn_retransmissions, 0)                                                       \
	COLUMN(NULL, "bad_checksums", conn_bad_checksums, 0)                                                           \
	COLUMN(NULL, "checksums_ignored", conn_checksums_ignored, 0)                                                   \
	COLUMN(NULL, "duplicates", conn_duplicates, 0)                                                                 \
	USUAL_END                                                                                                      \
	COLUMN(NULL, "completeness", conn_completeness, 0)                                                             \
	USUAL(usual_incarnation, 0)                                                                                    \
	COLUMN(NULL, "previous", conn_incarnation, 0)                                                                  \
	COLUMN(NULL, "next", conn_incarnation, 1)                                                                      \
	USUAL_END                                                                                                      \
	COLUMN(NULL, "duration", conn_duration, 0)                                                                     \
	COLUMN(NULL, "community_id", conn_community_id, 0)                                                             \
	USUAL(usual_tunnel, 0)                                                                                         \
	COLUMN(NULL, "tunnel", conn_tunnel, 0)                                                                         \
	COLUMN(NULL, "tunnel_id", conn_tunnel, 1)                                                                      \
	COLUMN(NULL, "tunnel_source", conn_tunnel_end, 0)                                                              \
	COLUMN(NULL, "tunnel_destination", conn_tunnel_end, 1)                                                         \
	USUAL_END                                                                                                      \
	USUAL(usual_greeting, 0)                                                                                       \
	COLUMN(NULL, "sni", conn_greeting, 0)                                                                          \
	COLUMN(NULL, "alpn", conn_greeting, 1)                                                                         \
	COLUMN(NULL, "http_host", conn_greeting, 2)                                                                    \
	USUAL_END                                                                                                      \
	USUAL(usual_http, 0)                                                                                           \
	COLUMN(NULL, "http_method", conn_http, 0)                                                                      \
	COLUMN(NULL, "http_path", conn_http, 1)                                                                        \
	COLUMN(NULL, "http_status", conn_http, 2)                                                                      \
	USUAL_END                                                                                                      \
	SHARE_COLUMNS(conn_share, conn_spent)                                                                          \
	COLUMN(NULL, "vantage", conn_spent, 1)                                                                         \
	USUAL(usual_kernel, 0)                                                                                         \
	KERNEL_COLUMNS(CLIENT_KERNEL)                                                                                  \
	KERNEL_COLUMNS(SERVER_KERNEL)                                                                                  \
	USUAL_END                                                                                                      \
	COLUMN(NULL, "severity", conn_severity, 0)
#define CLIENT_KERNEL(name, get, index) COLUMN(NULL, "client_" name, get, 2 * (index))
#define SERVER_KERNEL(name, get, index) COLUMN(NULL, "server_" name, get, 2 * (index) + 1)
/* clang-format on */

static const struct column connection_columns[] = {
        CONNECTION_COLUMNS /* from here on with several points */
                PATH_FIELDS,
        {NULL, "sensor", get_sensor, 0, get_sensor_put},
};

const struct columns output_connection_columns = COLUMNS(connection_columns, PATH_COLUMNS);

/* ---- JSON. The list becomes one function, with the keys as constants. */

#undef COLUMN
#undef OBJECT
#undef OBJECT_END
#undef USUAL
#undef USUAL_END

static void add_usual(struct ws_text *text, const char *key, const struct value *value)
{
	char made[JSON_VALUE_MOST], *end = json_value(made, value);
	if (value->kind == VALUE_ABSENT)
		return;
	ws_text_puts(text, key);
	ws_text_append(text, made, end ? (size_t)(end - made) : 0);
}

#define COLUMN(group, name, get, index)
#define OBJECT(name)
#define OBJECT_END
#define USUAL(test, index) +1
#define USUAL_END
_Static_assert(0 CONNECTION_COLUMNS <= JSON_USUALS, "as many as there is room for");
#undef COLUMN
#undef OBJECT
#undef OBJECT_END
#undef USUAL
#undef USUAL_END

bool json_usual_columns(struct output_tables *tables)
{
	const struct subject *s = &output_usual_connection;
	struct ws_text text = WS_TEXT_OVER(tables->usual_texts);
	struct json_usual *usual = tables->usual;
	bool inside = false;
#define COLUMN(group, name, get, index)                                                                                \
	if (inside) {                                                                                                  \
		struct value value = {.kind = VALUE_ABSENT};                                                           \
		get(s, index, &value);                                                                                 \
		add_usual(&text, ",\"" name "\":", &value);                                                            \
	}
#define OBJECT(name)
#define OBJECT_END
#define USUAL(test, index)                                                                                             \
	inside = true;                                                                                                 \
	usual->start = (uint16_t)text.length;
#define USUAL_END                                                                                                      \
	inside = false;                                                                                                \
	usual->length = (uint16_t)(text.length - usual->start);                                                        \
	usual++;
	CONNECTION_COLUMNS
#undef COLUMN
#undef OBJECT
#undef OBJECT_END
#undef USUAL
#undef USUAL_END
	return !text.overflow;
}

static __attribute__((noinline)) char *put_any(struct ws_text *text, char *out, const struct value *value)
{
	return json_put_value(text, out, value, JSON_LIST_MOST);
}

/* Of the kinds that a column may have, the compiler keeps here what it cannot rule out. That is a few instructions where
 * it knows the kind, and would be all of json_value() for each of the columns where it does not. */
COLUMN_INLINE char *put_column(struct ws_text *text, char *out, const struct value *value, bool known)
{
	if (known)
		return json_put_value(text, out, value, JSON_LIST_MOST);
	if (value->kind == VALUE_NUMBER)
		return ws_put_u64(out, value->number);
	if (value->kind == VALUE_NULL)
		return json_put(out, "null", 4);
	if (value->kind == VALUE_TIME && value->time)
		return ws_put_time(out, value->time, 9);
	return put_any(text, out, value);
}

void json_connection(struct ws_output *output, const struct subject *s)
{
	struct ws_text *text = &output->text;
	const struct json_usual *usual = output->tables->usual;
	const char *texts = output->tables->usual_texts;
	char *out = output_make_room(text, JSON_LIST_MOST);
	unsigned first = 0; /* 1: no comma comes before the column */
#define COLUMN(group, name, get, index)                                                                                \
	{                                                                                                              \
		static const char key[] = ",\"" name "\":";                                                            \
		struct value value;                                                                                    \
		value.kind = VALUE_ABSENT;                                                                             \
		get(s, index, &value);                                                                                 \
		if (value.kind != VALUE_ABSENT)                                                                        \
			out = put_column(text, json_put(out, key + first, sizeof(key) - 1 - first), &value,            \
			                 __builtin_constant_p(value.kind));                                            \
		first = 0;                                                                                             \
	}
#define OBJECT(name)                                                                                                   \
	out = json_put(out, ",\"" name "\":{", sizeof(",\"" name "\":{") - 1);                                         \
	first = 1;
#define OBJECT_END *out++ = '}';
#define USUAL(test, index)                                                                                             \
	if (test(s, index)) {                                                                                          \
		out = json_put(out, texts + usual->start, usual->length);                                              \
	} else {
#define USUAL_END                                                                                                      \
	}                                                                                                              \
	usual++;
	CONNECTION_COLUMNS
	text->length = (size_t)(out - text->data);
}
