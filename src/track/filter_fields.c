/* The display filter's fields: their names, and where their values come from. */
#include "track/filter.h"

#include <wirestate/kernel.h>
#include <wirestate/language.h>
#include <wirestate/packet.h>

#include <string.h>
#include <strings.h>

/* ---- Values of a connection */

#define OF_ENDPOINT(member)                                                                                            \
	static int64_t get_##member(const struct filter_subject *subject, unsigned endpoint)                           \
	{                                                                                                              \
		return (int64_t)subject->info->endpoint[endpoint].member;                                              \
	}
#define OF_CONNECTION(member)                                                                                          \
	static int64_t get_##member(const struct filter_subject *subject, unsigned endpoint)                           \
	{                                                                                                              \
		(void)endpoint;                                                                                        \
		return (int64_t)subject->info->member;                                                                 \
	}

OF_ENDPOINT(port)
OF_ENDPOINT(state)
OF_ENDPOINT(packets)
OF_ENDPOINT(bytes)
#define X(member, mark) OF_ENDPOINT(member)
WS_COUNTERS(X)
#undef X
OF_CONNECTION(number)
OF_CONNECTION(handshake)
OF_CONNECTION(close)

OF_CONNECTION(captured)

static int64_t get_unacknowledged(const struct filter_subject *subject, unsigned endpoint)
{
	return subject->info->one_direction ? 0 : (int64_t)subject->info->endpoint[endpoint].unacknowledged;
}

static struct ws_judgement judgement(const struct filter_subject *subject)
{
	return subject->judgement ? *subject->judgement : ws_conn_judge(subject->info);
}

static int64_t get_verdict(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return judgement(subject).verdict;
}

static int64_t get_severity(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return judgement(subject).severity;
}

static int64_t get_role(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->client == WS_ROLE_UNKNOWN;
}

static int64_t get_reset_by(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	if (subject->info->reset_by == WS_CLOSED_BY_NONE)
		return 0;
	return subject->info->reset_by - WS_CLOSED_BY_ENDPOINT_0 == subject->info->likely_client ? 1 : 2;
}

/* The values are in the order of closed_by_word(). */
static int64_t get_closed_by(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	if (subject->info->closed_by == WS_CLOSED_BY_NONE)
		return 0;
	if (subject->info->closed_by == WS_CLOSED_BY_BOTH)
		return 3;
	if (subject->info->closed_by == WS_CLOSED_BY_UNKNOWN)
		return 4;
	return subject->info->closed_by - WS_CLOSED_BY_ENDPOINT_0 == subject->info->likely_client ? 1 : 2;
}

static int64_t get_duration(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->last_time - subject->info->first_time;
}

static int64_t get_initial_rtt(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->initial_rtt < 0 ? FILTER_ABSENT : subject->info->initial_rtt;
}

static int64_t get_conn(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return (int64_t)subject->info->number;
}

static int64_t get_vlan(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->vlan == WS_NO_VLAN ? FILTER_ABSENT : subject->info->vlan;
}

/* Several points. */
static int64_t get_points(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->path ? subject->info->path->points : 1;
}

static const struct ws_join_direction *sent_by(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_conn_path *path = subject->info->path;
	return path ? &path->result.direction[(endpoint ^ subject->info->path_swapped) & 1] : NULL;
}

static int64_t get_lost(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_join_direction *sent = sent_by(subject, endpoint);
	return sent ? (int64_t)sent->lost : 0;
}

static int64_t get_delay(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_join_direction *sent = sent_by(subject, endpoint);
	return sent && sent->delay_median >= 0 ? sent->delay_median : FILTER_ABSENT;
}

static int64_t get_answer_time(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	const struct ws_conn_path *path = subject->info->path;
	return path && path->answer_time >= 0 ? path->answer_time : FILTER_ABSENT;
}

/* Where the time went: the sum of two causes of both endpoints, or a program's. */
static int64_t spent(const struct filter_subject *subject, enum ws_cause first, enum ws_cause last)
{
	int64_t sum = 0;
	if (!subject->info->shares_known)
		return FILTER_ABSENT;
	for (unsigned cause = first; cause <= (unsigned)last; cause++)
		sum += subject->info->shares.time[cause][0] + subject->info->shares.time[cause][1];
	return sum;
}

static int64_t program_time(const struct filter_subject *subject, unsigned server)
{
	const unsigned endpoint = (unsigned)subject->info->likely_client ^ server;
	return subject->info->shares_known ? subject->info->shares.time[WS_CAUSE_PROGRAM][endpoint & 1] : FILTER_ABSENT;
}

/* The longest time to first byte; in the record of an exchange, its own. */
static int64_t get_ttfb(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->first_byte < 0 ? FILTER_ABSENT : subject->info->first_byte;
}

#define SPENT(name, value)                                                                                             \
	static int64_t get_##name##_time(const struct filter_subject *subject, unsigned endpoint)                      \
	{                                                                                                              \
		(void)endpoint;                                                                                        \
		return value;                                                                                          \
	}
SPENT(client, program_time(subject, 0))
SPENT(server, program_time(subject, 1))
SPENT(network, spent(subject, WS_CAUSE_NETWORK, WS_CAUSE_NETWORK))
SPENT(window, spent(subject, WS_CAUSE_WINDOW, WS_CAUSE_CLOSED_WINDOW))
SPENT(recovery, spent(subject, WS_CAUSE_DUPLICATE_ACKS, WS_CAUSE_TIMEOUT))
SPENT(slow, subject->info->shares_known
                    ? ws_shares_slow(&subject->info->shares, (unsigned)subject->info->likely_client & 1)
                    : FILTER_ABSENT)
SPENT(idle, spent(subject, WS_CAUSE_IDLE, WS_CAUSE_IDLE))

static int64_t get_slow_by(const struct filter_subject *subject, unsigned endpoint)
{
	const unsigned client = (unsigned)subject->info->likely_client & 1;
	(void)endpoint;
	if (!subject->info->shares_known || !ws_shares_slow(&subject->info->shares, client))
		return FILTER_ABSENT;
	return ws_shares_slow_cause(&subject->info->shares, client);
}

/* What the own host's kernel says. */
static int64_t get_kernel_state(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_kernel_end *end = subject->info->endpoint[endpoint].kernel;
	const bool fresh = end && end->socket.asked >= subject->info->last_time;
	return fresh && end->state < WS_STATE_COUNT ? end->state : FILTER_ABSENT;
}

static int64_t get_agreement(const struct filter_subject *subject, unsigned endpoint)
{
	return ws_kernel_agreement(subject->info, endpoint);
}

static int64_t get_send_queue(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_kernel_end *end = subject->info->endpoint[endpoint].kernel;
	return end ? (int64_t)end->socket.send_queue : FILTER_ABSENT;
}

static int64_t get_receive_queue(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_kernel_end *end = subject->info->endpoint[endpoint].kernel;
	return end ? (int64_t)end->socket.receive_queue : FILTER_ABSENT;
}

static int64_t get_kernel_rtt(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_kernel_end *end = subject->info->endpoint[endpoint].kernel;
	return end && end->socket.rtt ? end->socket.rtt : FILTER_ABSENT;
}

static int64_t get_uid(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_kernel_end *end = subject->info->endpoint[endpoint].kernel;
	return end && end->socket.has_owner ? (int64_t)end->socket.uid : FILTER_ABSENT;
}

/* ---- Texts */

static const char *get_process(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_frame_process *process = subject->info->endpoint[endpoint].process;
	return process ? process->name : NULL;
}

static const char *get_user(const struct filter_subject *subject, unsigned endpoint)
{
	return subject->info->endpoint[endpoint].user;
}

static const char *get_service(const struct filter_subject *subject, unsigned endpoint)
{
	return subject->info->endpoint[endpoint].service;
}

static const char *get_container(const struct filter_subject *subject, unsigned endpoint)
{
	return subject->info->endpoint[endpoint].container;
}

static const char *get_tunnel(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->tunnel ? subject->info->tunnel->words : NULL;
}

static int64_t get_tunnel_id(const struct filter_subject *subject, unsigned endpoint)
{
	const struct ws_tunnel_path *path = subject->info->tunnel;
	(void)endpoint;
	return path && path->tunnel[path->count - 1].has_id ? subject->info->tunnel_id : FILTER_ABSENT;
}

static const char *get_name(const struct filter_subject *subject, unsigned endpoint)
{
	return subject->info->endpoint[endpoint].name;
}

static const char *get_sni(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->said.sni;
}

/* Of records. */
static const char *get_sensor(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->stated.sensor;
}

static int64_t get_sensors(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->stated.sensor ? 1 + subject->info->stated.witnesses : FILTER_ABSENT;
}

static const char *get_http_path(const struct filter_subject *subject, unsigned endpoint)
{
	const char *request = subject->info->said.http_request, *space = request ? strchr(request, ' ') : NULL;
	(void)endpoint;
	return space ? space + 1 : NULL;
}

static int64_t get_http_status(const struct filter_subject *subject, unsigned endpoint)
{
	(void)endpoint;
	return subject->info->said.http_status ? (int64_t)subject->info->said.http_status : FILTER_ABSENT;
}

/* ---- Words */

static const char *state_word(unsigned value)
{
	return value < WS_STATE_COUNT ? ws_state_name(value) : NULL;
}

static const char *state_alias(unsigned value)
{
	return ws_state_brief(value);
}

static const char *verdict_word(unsigned value)
{
	return value < WS_VERDICT_COUNT ? ws_verdict_tag(value) : NULL;
}

static const char *slow_word(unsigned value)
{
	return value < WS_SLOW_COUNT ? ws_slow_word(value) : NULL;
}

static const char *handshake_word(unsigned value)
{
	return value < WS_HANDSHAKE_COUNT ? ws_handshake_name(value) : NULL;
}

static const char *close_word(unsigned value)
{
	return value < WS_CLOSE_COUNT ? ws_close_name(value) : NULL;
}

static const char *closed_by_word(unsigned value)
{
	static const char *const words[] = {"none", "client", "server", "both", "unknown"};
	return value < WS_ARRAY_SIZE(words) ? words[value] : NULL;
}

/* As ws_captured_name() without the second word. */
static const char *captured_word(unsigned value)
{
	static const char *const words[] = {
	        [WS_CAPTURED_BOTH] = "both", [WS_CAPTURED_CLIENT] = "client", [WS_CAPTURED_SERVER] = "server"};
	return value < WS_ARRAY_SIZE(words) ? words[value] : NULL;
}

static const char *agreement_word(unsigned value)
{
	static const char *const words[] = {[WS_AGREEMENT_UNKNOWN] = "unknown",
	                                    [WS_AGREEMENT_EQUAL] = "equal",
	                                    [WS_AGREEMENT_EARLY] = "early",
	                                    [WS_AGREEMENT_DIFFERS] = "differs"};
	return value < WS_ARRAY_SIZE(words) ? words[value] : NULL;
}

static const char *role_word(unsigned value)
{
	static const char *const words[] = {"seen", "guessed"};
	return value < WS_ARRAY_SIZE(words) ? words[value] : NULL;
}

/* ---- The table */

/* A field for each mark of sequence analysis counts the segments that have it. */
#define COUNTER(member, mark)                                                                                          \
	{#member,      FILTER_NUMBER, FILTER_SUM,                                                                      \
	 get_##member, NULL,          NULL,                                                                            \
	 INT64_MAX,    WS_PART_MARKS, N_("segments with this mark of sequence analysis"),                              \
	 NULL},

/* clang-format off */
const struct filter_field filter_fields[] = {
	[FILTER_FIELD_ADDRESS] =
	{"address", FILTER_ADDRESS, FILTER_EITHER, NULL, NULL, NULL, 0, WS_PART_IDENTITY,
	 N_("IP address, or a net that contains it"), NULL},
	[FILTER_FIELD_PORT] =
	{"port", FILTER_NUMBER, FILTER_EITHER, get_port, NULL, NULL, 65535, WS_PART_IDENTITY, N_("TCP port"), NULL},
	[FILTER_FIELD_STATE] =
	{"state", FILTER_WORD, FILTER_EITHER, get_state, state_word, state_alias, 0, WS_PART_STATES, N_("current state"), NULL},
	[FILTER_FIELD_VERDICT] =
	{"verdict", FILTER_WORD, FILTER_CONNECTION, get_verdict, verdict_word, NULL, 0, FILTER_PART_VERDICT,
	 N_("the verdict's word"), NULL},
	{"severity", FILTER_NUMBER, FILTER_CONNECTION, get_severity, NULL, NULL, 3, FILTER_PART_VERDICT,
	 N_("how bad the verdict is, from 0 (fine) to 3 (broken)"), NULL},
	{"role", FILTER_WORD, FILTER_CONNECTION, get_role, role_word, NULL, 0, WS_PART_OPENING,
	 N_("whether client and server are known from a SYN that was seen"), NULL},
	{"captured", FILTER_WORD, FILTER_CONNECTION, get_captured, captured_word, NULL, 0, WS_PART_ENDING | WS_PART_OPENING,
	 N_("whose segments the capture holds"), NULL},
	{"handshake", FILTER_WORD, FILTER_CONNECTION, get_handshake, handshake_word, NULL, 0, WS_PART_OPENING,
	 N_("how much of the handshake was captured"), NULL},
	{"close", FILTER_WORD, FILTER_CONNECTION, get_close, close_word, NULL, 0, WS_PART_ENDING, N_("how the connection ended"), NULL},
	{"closed_by", FILTER_WORD, FILTER_CONNECTION, get_closed_by, closed_by_word, NULL, 0, WS_PART_ENDING | WS_PART_OPENING,
	 N_("which side sent the first FIN"), NULL},
	{"reset_by", FILTER_WORD, FILTER_CONNECTION, get_reset_by, closed_by_word, NULL, 0, WS_PART_ENDING | WS_PART_OPENING,
	 N_("which side sent the RST that ended the connection"), NULL},
	{"packets", FILTER_NUMBER, FILTER_SUM, get_packets, NULL, NULL, INT64_MAX, WS_PART_TRAFFIC, N_("segments sent"), NULL},
	{"bytes", FILTER_SIZE, FILTER_SUM, get_bytes, NULL, NULL, INT64_MAX, WS_PART_TRAFFIC, N_("payload sent"), NULL},
	{"unacknowledged", FILTER_SIZE, FILTER_SUM, get_unacknowledged, NULL, NULL, INT64_MAX, WS_PART_FLIGHT | WS_PART_ENDING,
	 N_("bytes sent and not acknowledged"), NULL},
	WS_COUNTERS(COUNTER)
	{"duration", FILTER_TIME, FILTER_CONNECTION, get_duration, NULL, NULL, INT64_MAX, WS_PART_FIRST | WS_PART_LAST,
	 N_("from the first packet to the last"), NULL},
	{"initial_rtt", FILTER_TIME, FILTER_CONNECTION, get_initial_rtt, NULL, NULL, INT64_MAX, WS_PART_ROUND_TRIP,
	 N_("round trip of the handshake"), NULL},
	{"conn", FILTER_NUMBER, FILTER_CONNECTION, get_conn, NULL, NULL, INT64_MAX, WS_PART_LAST,
	 N_("number of the connection, as in records"), NULL},
	{"vlan", FILTER_NUMBER, FILTER_CONNECTION, get_vlan, NULL, NULL, 4095, WS_PART_IDENTITY, N_("VLAN of the connection"), NULL},
	{"process", FILTER_TEXT, FILTER_EITHER, NULL, NULL, NULL, 0, WS_PART_PROCESS | WS_PART_OPENING | WS_PART_IDENTITY,
	 N_("the program, where it is this host's or the capture file names it"), get_process},
	{"tunnel", FILTER_TEXT, FILTER_CONNECTION, NULL, NULL, NULL, 0, WS_PART_IDENTITY,
	 N_("kinds, ids and ends of the tunnels that it is in: \"vxlan 42 192.0.2.1 192.0.2.2\""), get_tunnel},
	{"tunnel_id", FILTER_NUMBER, FILTER_CONNECTION, get_tunnel_id, NULL, NULL, UINT32_MAX, WS_PART_IDENTITY | WS_PART_PROCESS,
	 N_("id of the innermost tunnel, in the first packet"), NULL},
	{"name", FILTER_TEXT, FILTER_EITHER, NULL, NULL, NULL, 0, WS_PART_NAMES | WS_PART_OPENING | WS_PART_IDENTITY,
	 N_("the name of the host, if one is known"), get_name},
	{"sni", FILTER_TEXT, FILTER_CONNECTION, NULL, NULL, NULL, 0, WS_PART_NAMES,
	 N_("the server name that a client of TLS asked for"), get_sni},
	{"http_path", FILTER_TEXT, FILTER_CONNECTION, NULL, NULL, NULL, 0, WS_PART_NAMES,
	 N_("the target of the first HTTP request"), get_http_path},
	{"http_status", FILTER_NUMBER, FILTER_CONNECTION, get_http_status, NULL, NULL, 999, WS_PART_NAMES,
	 N_("the status of the first HTTP answer"), NULL},
	{"number", FILTER_NUMBER, FILTER_CONNECTION, get_number, NULL, NULL, INT64_MAX, WS_PART_LAST,
	 N_("the connection's number"), NULL},
	{"sensor", FILTER_TEXT, FILTER_CONNECTION, NULL, NULL, NULL, 0, WS_PART_IDENTITY,
	 N_("of records: who saw the connection"), get_sensor},
	{"sensors", FILTER_NUMBER, FILTER_CONNECTION, get_sensors, NULL, NULL, 9, WS_PART_IDENTITY,
	 N_("of records: how many sensors saw the connection"), NULL},
	{"points", FILTER_NUMBER, FILTER_CONNECTION, get_points, NULL, NULL, 8, WS_PART_IDENTITY | FILTER_PART_POINTS,
	 N_("how many points captured it"), NULL},
	{"lost", FILTER_NUMBER, FILTER_SUM, get_lost, NULL, NULL, INT64_MAX, WS_PART_IDENTITY | FILTER_PART_POINTS,
	 N_("segments sent that were lost between points"), NULL},
	{"delay", FILTER_TIME, FILTER_EITHER, get_delay, NULL, NULL, INT64_MAX, WS_PART_IDENTITY | FILTER_PART_POINTS,
	 N_("one-way delay of segments sent from the first point to the last, the median"), NULL},
	{"answer_time", FILTER_TIME, FILTER_CONNECTION, get_answer_time, NULL, NULL, INT64_MAX, WS_PART_IDENTITY | FILTER_PART_POINTS,
	 N_("from a request to its answer at the point nearest to the server, the median"), NULL},
	{"client_time", FILTER_TIME, FILTER_CONNECTION, get_client_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: the client's program was waited for"), NULL},
	{"server_time", FILTER_TIME, FILTER_CONNECTION, get_server_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: the server's program was waited for"), NULL},
	{"network_time", FILTER_TIME, FILTER_CONNECTION, get_network_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: segments and ACKs were on their way"), NULL},
	{"window_time", FILTER_TIME, FILTER_CONNECTION, get_window_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: a receiver's window was full or closed"), NULL},
	{"recovery_time", FILTER_TIME, FILTER_CONNECTION, get_recovery_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: a loss was being repaired"), NULL},
	{"idle_time", FILTER_TIME, FILTER_CONNECTION, get_idle_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: nobody wanted anything"), NULL},
	{"slow_time", FILTER_TIME, FILTER_CONNECTION, get_slow_time, NULL, NULL, INT64_MAX, FILTER_PARTS_OF_SHARES,
	 N_("of its duration: somebody was kept waiting by the server's program, a window, a loss, Nagle or the handshake"), NULL},
	{"slow_by", FILTER_WORD, FILTER_CONNECTION, get_slow_by, slow_word, NULL, 0, FILTER_PARTS_OF_SHARES,
	 N_("what kept somebody waiting for the longest"), NULL},
	{"ttfb", FILTER_TIME, FILTER_CONNECTION, get_ttfb, NULL, NULL, INT64_MAX, WS_PART_EXCHANGES | WS_PART_OPENING,
	 N_("from a request to the first byte of its answer, the longest; of the record of an exchange its own"), NULL},
	{"kernel_state", FILTER_WORD, FILTER_EITHER, get_kernel_state, state_word, state_alias, 0, WS_PART_KERNEL | WS_PART_LAST,
	 N_("live: the state that this host's kernel says"), NULL},
	{"kernel", FILTER_WORD, FILTER_EITHER, get_agreement, agreement_word, NULL, 0,
	 WS_PART_KERNEL | WS_PART_STATES | WS_PART_LAST,
	 N_("live: whether that is the inferred state; early: what is presumed is not yet true"), NULL},
	{"kernel_rtt", FILTER_TIME, FILTER_EITHER, get_kernel_rtt, NULL, NULL, INT64_MAX, WS_PART_KERNEL,
	 N_("live: the smoothed round trip of this host's kernel"), NULL},
	{"send_queue", FILTER_SIZE, FILTER_EITHER, get_send_queue, NULL, NULL, INT64_MAX, WS_PART_KERNEL,
	 N_("live: written by the program, and not acknowledged or not sent"), NULL},
	{"receive_queue", FILTER_SIZE, FILTER_EITHER, get_receive_queue, NULL, NULL, INT64_MAX, WS_PART_KERNEL,
	 N_("live: received, and not read by the program"), NULL},
	{"uid", FILTER_NUMBER, FILTER_EITHER, get_uid, NULL, NULL, UINT32_MAX, WS_PART_KERNEL,
	 N_("live: the number of the user who owns the socket"), NULL},
	{"user", FILTER_TEXT, FILTER_EITHER, NULL, NULL, NULL, 0, WS_PART_KERNEL | WS_PART_OPENING | WS_PART_IDENTITY,
	 N_("live: the user who owns the socket"), get_user},
	{"service", FILTER_TEXT, FILTER_EITHER, NULL, NULL, NULL, 0, WS_PART_KERNEL | WS_PART_OPENING | WS_PART_IDENTITY,
	 N_("live: the service or session that made the socket, such as nginx.service"), get_service},
	{"container", FILTER_TEXT, FILTER_EITHER, NULL, NULL, NULL, 0, WS_PART_KERNEL | WS_PART_OPENING | WS_PART_IDENTITY,
	 N_("live: the container that made the socket: the first 12 digits of its id, or its name"), get_container},
};
/* clang-format on */
const unsigned filter_field_count = WS_ARRAY_SIZE(filter_fields);

bool filter_same_word(const char *word, const char *text, size_t length)
{
	return strncasecmp(word, text, length) == 0 && word[length] == '\0';
}

const struct filter_field *filter_find(const char *name, size_t length)
{
	for (unsigned i = 0; i < filter_field_count; i++)
		if (filter_same_word(filter_fields[i].name, name, length))
			return &filter_fields[i];
	return NULL;
}

/* ---- Texts about fields */

void filter_takes(const struct filter_field *field, struct ws_text *text)
{
	switch (field->kind) {
	case FILTER_ADDRESS:
		ws_text_puts(text, _("an address, or a net like 10.0.0.0/8"));
		return;
	case FILTER_NUMBER:
		if (field->max == INT64_MAX)
			ws_text_puts(text, _("a number, or a range like 1..10"));
		else
			ws_text_printf(text, _("a number from 0 to %lld, or a range like 1..3"), (long long)field->max);
		return;
	case FILTER_SIZE:
		ws_text_puts(text, _("bytes like 500, 10K, 2M or 1G, or a range of them"));
		return;
	case FILTER_TIME:
		ws_text_puts(text, _("a time like 1.5, 200ms, 3s or 2min, or a range of them"));
		return;
	case FILTER_TEXT:
		ws_text_puts(text, _("a text like curl or \"my program\"; ~ for a part of it"));
		return;
	case FILTER_WORD:
		for (unsigned i = 0; field->word(i); i++)
			ws_text_printf(text, "%s%s", i ? " " : "", field->word(i));
		return;
	}
}

bool ws_filter_field(size_t index, struct ws_filter_field *field)
{
	if (index >= filter_field_count)
		return false;
	const struct filter_field *row = &filter_fields[index];
	*field = (struct ws_filter_field){
	        .name = row->name, .meaning = row->meaning, .of_endpoint = row->scope != FILTER_CONNECTION};
	struct ws_text takes = WS_TEXT_OVER(field->takes);
	filter_takes(row, &takes);
	ws_text_cstr(&takes);
	return true;
}
