/* The verdict on a connection, as a text with its evidence. The first rule that matches counts. */
#include <wirestate/track.h>

#define LONG_CLOSE_WAIT (60 * WS_SECOND)

struct verdict {
	const struct ws_conn_info *info;
	struct ws_text *text;
	struct ws_judgement judgement;
};

static const char *side(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? "client" : "server";
}

static void say(struct verdict *v, enum ws_verdict verdict, int severity)
{
	v->judgement = (struct ws_judgement){(uint8_t)verdict, (uint8_t)severity};
}

/* Appends to the text, if the caller wants it. */
#define WORDS(v, ...)                                                                                                  \
	do {                                                                                                           \
		if ((v)->text)                                                                                         \
			ws_text_printf((v)->text, __VA_ARGS__);                                                        \
	} while (0)

static void words_duration(struct verdict *v, ws_time duration)
{
	if (duration < WS_SECOND)
		WORDS(v, "%.1f ms", (double)duration / WS_MILLISECOND);
	else
		WORDS(v, "%.1f s", (double)duration / WS_SECOND);
}

static void words_traffic(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client];
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	if (!v->text)
		return;
	/* Nearly every text ends like this, and printf() would cost more than the rest of the connection's record. */
	ws_text_u64(v->text, client->bytes);
	ws_text_puts(v->text, " B to the server, ");
	ws_text_u64(v->text, server->bytes);
	ws_text_puts(v->text, " B back");
}

static bool in_state(const struct ws_conn_info *info, unsigned endpoint, enum ws_state state)
{
	return info->endpoint[endpoint].state == state;
}

/* ---- Failed attempts */

static bool failed_to_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	unsigned client = (unsigned)info->likely_client;
	unsigned long long tries = info->endpoint[client].packets;
	if (info->refused) {
		say(v, WS_VERDICT_REFUSED, 2);
		WORDS(v, "refused: the server answered the SYN with RST, nothing listens on port %u",
		      info->endpoint[1 - client].port);
		return true;
	}
	bool unanswered = !info->endpoint[1 - client].sent_any && info->completeness == 1;
	if (!unanswered)
		return false;
	if (info->unreachable) {
		say(v, WS_VERDICT_UNREACHABLE, 2);
		WORDS(v, "unreachable: an ICMP error answered the SYN");
	} else {
		say(v, WS_VERDICT_SILENT, 2);
		WORDS(v, "silent: %llu SYN sent, no answer (filtered, or the host is down)", tries);
	}
	return true;
}

/* ---- Ended by RST */

static bool was_reset(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->close != WS_CLOSE_RST)
		return false;
	if (info->closed_by == WS_CLOSED_BY_NONE) {
		say(v, WS_VERDICT_RESET, 2);
		WORDS(v, "reset: ");
		words_traffic(v);
		return true;
	}
	unsigned by = info->closed_by == WS_CLOSED_BY_ENDPOINT_1 ? 1 : 0;
	if (info->closed_by == WS_CLOSED_BY_BOTH || info->completeness & 16) {
		say(v, WS_VERDICT_RESET, 2);
		WORDS(v, "reset after a FIN: %s closed first, then a RST cut it short; ",
		      info->closed_by == WS_CLOSED_BY_BOTH ? "both" : side(info, by));
	} else if (!(info->completeness & 8) && info->handshake != WS_HANDSHAKE_MISSED) {
		say(v, WS_VERDICT_RESET, 1);
		WORDS(v, "reset by the %s right after opening; ", side(info, by));
	} else {
		say(v, WS_VERDICT_RESET, 2);
		WORDS(v, "reset by the %s; ", side(info, by));
	}
	words_traffic(v);
	return true;
}

/* ---- Closed, or closing */

static bool is_closed(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->close == WS_CLOSE_FIN) {
		say(v, WS_VERDICT_CLOSED, 0);
		if (info->closed_by == WS_CLOSED_BY_BOTH)
			WORDS(v, "closed: both sides at once; ");
		else
			WORDS(v, "closed: %s first; ", side(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
		words_traffic(v);
		return true;
	}
	if (info->superseded || (info->ended && info->close == WS_CLOSE_TIMEOUT)) {
		say(v, info->superseded ? WS_VERDICT_REPLACED : WS_VERDICT_TIMEOUT, 1);
		WORDS(v, info->superseded ? "replaced: a new connection took over its addresses and ports; "
		                          : "timed out; ");
		words_traffic(v);
		return true;
	}
	return false;
}

static bool is_closing(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->endpoint[0].state < WS_FIN_WAIT_1 && info->endpoint[1].state < WS_FIN_WAIT_1)
		return false;
	ws_time quiet = info->last_time - info->first_time;
	for (unsigned i = 0; i < 2; i++) {
		if (!in_state(info, i, WS_CLOSE_WAIT))
			continue;
		bool stuck = quiet > LONG_CLOSE_WAIT;
		say(v, WS_VERDICT_CLOSE_WAIT, stuck ? 3 : 1);
		WORDS(v, "half-closed: the %s sent FIN, the %s's application has not closed yet; ", side(info, 1 - i),
		      side(info, i));
		words_traffic(v);
		return true;
	}
	say(v, WS_VERDICT_CLOSING, 1);
	WORDS(v, "closing: ");
	if (info->closed_by == WS_CLOSED_BY_BOTH)
		WORDS(v, "both sides at once; ");
	else if (info->closed_by != WS_CLOSED_BY_NONE)
		WORDS(v, "%s first; ", side(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
	words_traffic(v);
	return true;
}

/* ---- Open */

#define LONG_STALL (2 * WS_SECOND) /* how long a window must be closed, or data unanswered, to be mentioned */
#define MANY_RETRANSMISSIONS 3

static bool window_stays_closed(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	ws_time closed = info->last_time - e->closed_since;
	if (!e->closed_since || (closed < LONG_STALL && !e->closed_probes))
		return false;
	say(v, WS_VERDICT_STUCK, 3);
	WORDS(v, "stuck: %s's window closed for ", side(info, i));
	words_duration(v, closed);
	WORDS(v, ", %u probe%s; the %s application is not reading", e->closed_probes, e->closed_probes == 1 ? "" : "s",
	      side(info, i));
	return true;
}

static bool data_stays_unanswered(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (!e->unacknowledged || e->stalled < MANY_RETRANSMISSIONS || info->endpoint[1 - i].state == WS_CLOSED)
		return false;
	say(v, WS_VERDICT_STUCK, 3);
	WORDS(v, "stuck: %u B from the %s unacknowledged, sent again %u times in ", e->unacknowledged, side(info, i),
	      e->stalled);
	words_duration(v, info->last_time - e->stalled_since);
	WORDS(v, "; nothing gets through to the %s, or its answers do not come back", side(info, 1 - i));
	return true;
}

static bool is_stuck(struct verdict *v)
{
	for (unsigned i = 0; i < 2; i++)
		if (window_stays_closed(v, i) || data_stays_unanswered(v, i))
			return true;
	return false;
}

static void is_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	bool opening = in_state(info, 0, WS_SYN_RECEIVED) || in_state(info, 1, WS_SYN_RECEIVED);
	if (opening) {
		say(v, WS_VERDICT_OPENING, 1);
		WORDS(v, "opening: SYN-ACK sent, the handshake's ACK has not come");
	} else if (in_state(info, 0, WS_CLOSED) || in_state(info, 1, WS_CLOSED)) {
		say(v, WS_VERDICT_STRAY, 1);
		WORDS(v, "stray segments that belong to no connection");
	} else {
		say(v, WS_VERDICT_OPEN, 0);
		WORDS(v, "open: ");
		if (info->initial_rtt >= 0) {
			WORDS(v, "handshake ");
			words_duration(v, info->initial_rtt);
			WORDS(v, ", ");
		} else if (info->handshake == WS_HANDSHAKE_MISSED) {
			WORDS(v, "picked up in the middle, ");
		}
		words_traffic(v);
	}
}

static struct ws_judgement judge(const struct ws_conn_info *info, struct ws_text *text)
{
	struct verdict v = {.info = info, .text = text};
	if (!failed_to_open(&v) && !was_reset(&v) && !is_closed(&v) && !is_stuck(&v) && !is_closing(&v))
		is_open(&v);
	if (info->forged_reset)
		WORDS(&v, "; a RST was forged: its apparent sender went on");
	if (info->checksums_ignored && text) {
		WORDS(&v, "; ");
		ws_checksums_words(text, info->checksums_ignored,
		                   info->endpoint[0].packets + info->endpoint[1].packets);
	}
	return v.judgement;
}

struct ws_judgement ws_conn_judge(const struct ws_conn_info *info)
{
	return judge(info, NULL);
}

void ws_conn_verdict(const struct ws_conn_info *info, struct ws_text *text, const char **tag, int *severity)
{
	const struct ws_judgement judgement = judge(info, text);
	if (tag)
		*tag = ws_verdict_tag((enum ws_verdict)judgement.verdict);
	if (severity)
		*severity = judgement.severity;
}
