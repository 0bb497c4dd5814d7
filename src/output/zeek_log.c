/* Zeek's conn.log: tab-separated values below a header that names the columns and their types, as zeek-cut reads it.
 * The originator is the client, and for UDP the sender of the first datagram. */
#include "output/zeek_log.h"
#include "output/columns.h"
#include "output/community.h"

#include "base/sha1.h"

#include <wirestate/language.h>

#include <time.h>

/* What a line says, from either kind of record. The index is that of the originator, then of the responder. */
struct flow {
	uint8_t protocol;
	uint8_t ip_version;
	struct ws_addr address[2];
	uint16_t port[2];
	uint64_t number, packets[2], bytes[2];
	ws_time first, last;
	const char *conn_state, *history;
};

enum { TCP = 6, UDP = 17 };

static void flow_of_connection(const struct ws_conn_info *conn, struct flow *flow)
{
	*flow = (struct flow){.protocol = TCP,
	                      .ip_version = conn->ip_version,
	                      .number = conn->number,
	                      .first = conn->first_time,
	                      .last = conn->last_time,
	                      .conn_state = conn->conn_state,
	                      .history = conn->history};
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint_info *e = &conn->endpoint[((unsigned)conn->likely_client ^ i) & 1];
		flow->address[i] = e->address;
		flow->port[i] = e->port;
		flow->packets[i] = e->packets;
		flow->bytes[i] = e->stream_bytes;
	}
}

static void flow_of_udp(const struct ws_udp_info *udp, struct flow *flow)
{
	*flow = (struct flow){.protocol = UDP,
	                      .ip_version = udp->ip_version,
	                      .number = udp->number,
	                      .first = udp->first_time,
	                      .last = udp->last_time,
	                      .conn_state = udp->packets[1] ? "SF" : "S0",
	                      .history = udp->packets[1] ? "Dd" : "D"};
	for (unsigned i = 0; i < 2; i++) {
		flow->address[i] = udp->address[i];
		flow->port[i] = udp->port[i];
		flow->packets[i] = udp->packets[i];
		flow->bytes[i] = udp->bytes[i];
	}
}

/* ---- The cells */

static void put_ts(struct ws_text *text, const struct flow *flow)
{
	ws_text_time(text, flow->first, 6);
}

/* Made from the connection, so that the same capture has the same identifiers each time. */
static void put_uid(struct ws_text *text, const struct flow *flow)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	enum { DIGITS = 17 };
	uint8_t bytes[WS_SHA1_MOST] = {flow->protocol}, digest[WS_SHA1_BYTES];
	memcpy(bytes + 1, &flow->first, sizeof(flow->first));
	memcpy(bytes + 9, &flow->number, sizeof(flow->number));
	memcpy(bytes + 17, &flow->address[0], sizeof(flow->address[0]));
	memcpy(bytes + 33, &flow->address[1], sizeof(flow->address[1]));
	memcpy(bytes + 49, flow->port, sizeof(flow->port));
	ws_sha1(bytes, 53, digest);
	ws_text_putc(text, 'C');
	for (unsigned i = 0; i < DIGITS; i++)
		ws_text_putc(text, digits[digest[i] % 62]);
}

static void put_orig_h(struct ws_text *text, const struct flow *flow)
{
	ws_text_addr(text, &flow->address[0], flow->ip_version);
}

static void put_resp_h(struct ws_text *text, const struct flow *flow)
{
	ws_text_addr(text, &flow->address[1], flow->ip_version);
}

static void put_proto(struct ws_text *text, const struct flow *flow)
{
	ws_text_puts(text, flow->protocol == TCP ? "tcp" : "udp");
}

/* Zeek gives none to a flow of a single packet. */
static void put_duration(struct ws_text *text, const struct flow *flow)
{
	if (flow->packets[0] + flow->packets[1] > 1)
		ws_text_time(text, flow->last - flow->first, 6);
}

#define NUMBER(name, value)                                                                                            \
	static void name(struct ws_text *text, const struct flow *flow)                                                \
	{                                                                                                              \
		ws_text_u64(text, value);                                                                              \
	}
NUMBER(put_orig_p, flow->port[0])
NUMBER(put_resp_p, flow->port[1])
NUMBER(put_orig_bytes, flow->bytes[0])
NUMBER(put_resp_bytes, flow->bytes[1])
NUMBER(put_orig_pkts, flow->packets[0])
NUMBER(put_resp_pkts, flow->packets[1])

static void put_conn_state(struct ws_text *text, const struct flow *flow)
{
	ws_text_puts(text, flow->conn_state);
}

static void put_history(struct ws_text *text, const struct flow *flow)
{
	ws_text_puts(text, flow->history);
}

static void put_empty(struct ws_text *text, const struct flow *flow)
{
	(void)flow;
	ws_text_puts(text, "(empty)");
}

static void put_community_id(struct ws_text *text, const struct flow *flow)
{
	community_id(text, flow->protocol, flow->ip_version, flow->address, flow->port);
}

static const struct {
	const char *name, *type;
	void (*put)(struct ws_text *text, const struct flow *flow); /* NULL, or it writes nothing: not known */
	const char *meaning;
} fields[] = {
        {"ts", "time", put_ts, "first_time"},
        {"uid", "string", put_uid, N_("an identifier, the same each time for the same capture")},
        {"id.orig_h", "addr", put_orig_h, "client.address"},
        {"id.orig_p", "port", put_orig_p, "client.port"},
        {"id.resp_h", "addr", put_resp_h, "server.address"},
        {"id.resp_p", "port", put_resp_p, "server.port"},
        {"proto", "enum", put_proto, N_("tcp or udp")},
        {"service", "string", NULL, N_("not known")},
        {"duration", "interval", put_duration, N_("duration, in seconds")},
        {"orig_bytes", "count", put_orig_bytes, N_("payload of the client, without repetitions")},
        {"resp_bytes", "count", put_resp_bytes, N_("payload of the server, without repetitions")},
        {"conn_state", "string", put_conn_state, N_("conn_state; of UDP S0 or SF")},
        {"local_orig", "bool", NULL, N_("not known")},
        {"local_resp", "bool", NULL, N_("not known")},
        {"missed_bytes", "count", NULL, N_("not known")},
        {"history", "string", put_history, N_("history; of UDP D or Dd")},
        {"orig_pkts", "count", put_orig_pkts, "client.packets"},
        {"orig_ip_bytes", "count", NULL, N_("not known")},
        {"resp_pkts", "count", put_resp_pkts, "server.packets"},
        {"resp_ip_bytes", "count", NULL, N_("not known")},
        {"tunnel_parents", "set[string]", put_empty, N_("always empty")},
        {"community_id", "string", put_community_id, "community_id"},
};

bool ws_zeek_field(size_t index, const char **name, const char **type, const char **meaning)
{
	if (index >= WS_ARRAY_SIZE(fields))
		return false;
	*name = fields[index].name;
	*type = fields[index].type;
	*meaning = fields[index].meaning;
	return true;
}

/* ---- The log */

static void put_date(struct ws_text *text, const char *label, ws_time time)
{
	char date[40] = "";
	const time_t seconds = (time_t)(time / WS_SECOND);
	struct tm parts;
	if (localtime_r(&seconds, &parts))
		strftime(date, sizeof(date), "%Y-%m-%d-%H-%M-%S", &parts);
	ws_text_puts(text, label);
	ws_text_putc(text, '\t');
	ws_text_puts(text, date);
	ws_text_putc(text, '\n');
}

static void put_header(struct ws_output *output)
{
	struct ws_text *text = &output->text;
	ws_text_puts(text,
	             "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n");
	put_date(text, "#open", output->first_time);
	ws_text_puts(text, "#fields");
	for (size_t i = 0; i < WS_ARRAY_SIZE(fields); i++) {
		ws_text_putc(text, '\t');
		ws_text_puts(text, fields[i].name);
	}
	ws_text_puts(text, "\n#types");
	for (size_t i = 0; i < WS_ARRAY_SIZE(fields); i++) {
		ws_text_putc(text, '\t');
		ws_text_puts(text, fields[i].type);
	}
	ws_text_putc(text, '\n');
	output->has_header = true;
}

void zeek_record(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	struct flow flow;
	if (subject->kind == WS_RECORD_CONNECTION)
		flow_of_connection(subject->conn, &flow);
	else if (subject->kind == WS_RECORD_UDP)
		flow_of_udp(subject->udp, &flow);
	else
		return;
	if (!output->has_header)
		put_header(output);
	for (size_t i = 0; i < WS_ARRAY_SIZE(fields); i++) {
		char cell[128];
		struct ws_text value = WS_TEXT_OVER(cell);
		if (fields[i].put)
			fields[i].put(&value, &flow);
		if (i)
			ws_text_putc(text, '\t');
		ws_text_append(text, value.length ? cell : "-", value.length ? value.length : 1);
	}
	ws_text_putc(text, '\n');
}

void zeek_finish(struct ws_output *output, ws_time last)
{
	if (!output->has_header)
		put_header(output);
	put_date(&output->text, "#close", last);
}
