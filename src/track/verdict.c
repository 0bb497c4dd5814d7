/* The verdict on a connection, as a text with its evidence. The first rule that matches counts. */
#include <wirestate/track.h>

#include <string.h>

#define LONG_CLOSE_WAIT (60 * WS_SECOND)

struct verdict {
	const struct ws_conn_info *info;
	struct ws_text *text;
	struct ws_judgement judgement;
	bool says_direction;
};

static const char *side_name(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? "client" : "server";
}

static void verdict_set(struct verdict *v, enum ws_verdict verdict, int severity)
{
	v->judgement = (struct ws_judgement){.verdict = (uint8_t)verdict, .severity = (uint8_t)severity};
}

/* Appends to the text, if the caller wants it. */
#define WORDS(v, ...)                                                                                                  \
	do {                                                                                                           \
		if ((v)->text)                                                                                         \
			ws_text_printf((v)->text, __VA_ARGS__);                                                        \
	} while (0)

static void words_duration(struct verdict *v, ws_time duration)
{
	if (duration < WS_MILLISECOND)
		WORDS(v, "%d µs", (int)(duration / 1000));
	else if (duration < WS_SECOND)
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
	if (info->one_direction) {
		const bool to_server = info->captured == WS_CAPTURED_CLIENT;
		ws_text_u64(v->text, to_server ? client->bytes : server->bytes);
		ws_text_puts(v->text, to_server ? " B to the server" : " B to the client");
		return;
	}
	/* Nearly every text ends like this, and printf() would cost more than the rest of the connection's record. */
	ws_text_u64(v->text, client->bytes);
	ws_text_puts(v->text, " B to the server, ");
	ws_text_u64(v->text, server->bytes);
	ws_text_puts(v->text, " B back");
}

static void words_direction(struct verdict *v)
{
	WORDS(v, "one direction captured (%s)", ws_captured_name((enum ws_captured)v->info->captured));
	v->says_direction = true;
}

/* "nginx[812]", where that is known, or "the server's application". */
static void words_application(struct verdict *v, unsigned i)
{
	if (v->text && !ws_process_label(v->text, &v->info->endpoint[i]))
		WORDS(v, "the %s's application", side_name(v->info, i));
}

static bool in_state(const struct ws_conn_info *info, unsigned endpoint, enum ws_state state)
{
	return info->endpoint[endpoint].state == state;
}

/* "10.0.9.1 reports fragmentation needed (MTU 1400), 3 times" */
static void words_icmp(struct verdict *v)
{
	const struct ws_icmp_note *icmp = &v->info->icmp;
	if (!v->text)
		return;
	ws_text_addr(v->text, &icmp->from, icmp->ip_version);
	ws_text_puts(v->text, " reports ");
	ws_text_puts(v->text, ws_icmp_name(icmp->type, icmp->code, icmp->ip_version == 6));
	if (icmp->mtu)
		ws_text_printf(v->text, " (MTU %u)", icmp->mtu);
	if (icmp->count > 1)
		ws_text_printf(v->text, ", %u times", icmp->count);
}

/* ---- Failed attempts */

/* The other side answered with an older connection of the same addresses and ports. */
static void words_old_answer(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client];
	WORDS(v, "not opened: the server answered the SYN with an ACK of ");
	if (info->answered_by)
		WORDS(v, "connection #%llu", (unsigned long long)info->answered_by);
	else
		WORDS(v, "an older connection");
	WORDS(v, info->old_answer == WS_OLD_ANSWER_TIME_WAIT ? ", which is in TIME_WAIT there"
	                                                     : ", which it still has (half-open)");
	if (info->completeness & 32)
		WORDS(v, "; the client's RST ends that one, and its SYN has to be sent again");
	else if (!info->answered_by && client->packets > 1)
		WORDS(v, "; no RST of the client was captured that would end it");
}

static bool is_land(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *e = info->endpoint;
	return e[0].port == e[1].port && !memcmp(&e[0].address, &e[1].address, sizeof(e[0].address));
}

/* The SYN was answered, but by nothing that opens a connection. */
static bool was_misanswered(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const bool land = is_land(info), talks = info->endpoint[1 - info->likely_client].packets;
	if (info->disowned) {
		verdict_set(v, WS_VERDICT_NOT_OPENED, 1);
		WORDS(v,
		      "not opened: its sender went on with the connection before it, #%llu, so this SYN was an old "
		      "one, or forged",
		      (unsigned long long)info->previous);
		return true;
	}
	if (!info->old_answer && !land && !info->misanswered && !info->stray_reset && !talks)
		return false;
	verdict_set(v, WS_VERDICT_NOT_OPENED, 2);
	if (land)
		WORDS(v, "not opened: the SYN goes to the address and port that it comes from (a land attack, or a "
		         "connection to itself of which the capture has no more)");
	else if (info->old_answer)
		words_old_answer(v);
	else if (info->misanswered)
		WORDS(v, "not opened: the server's SYN-ACK acknowledges another SYN than this one");
	else if (info->stray_reset)
		WORDS(v, "not opened: a RST came that does not acknowledge the SYN, so it was not the server's answer "
		         "(forged, or of another connection), and no other answer did");
	else
		WORDS(v, "not opened: the server sent segments, but no SYN-ACK");
	return true;
}

static void words_unreachable(struct verdict *v)
{
	if (v->info->icmp.count) {
		WORDS(v, "unreachable: ");
		words_icmp(v);
	} else {
		WORDS(v, "unreachable: an ICMP error answered the SYN");
	}
}

static bool failed_to_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	unsigned client = (unsigned)info->likely_client;
	const bool gave_up = info->completeness & 32;
	if (info->opened || in_state(info, 0, WS_SYN_RECEIVED) || in_state(info, 1, WS_SYN_RECEIVED))
		return false;
	if (info->refused) {
		verdict_set(v, WS_VERDICT_REFUSED, 2);
		WORDS(v, "refused: the server answered the SYN with RST, nothing listens on port %u",
		      info->endpoint[1 - client].port);
		return true;
	}
	if (info->handshake == WS_HANDSHAKE_MISSED || (info->endpoint[1 - client].sent_any && !is_land(info)))
		return false;
	if (was_misanswered(v))
		return true;
	if (info->unreachable) {
		verdict_set(v, WS_VERDICT_UNREACHABLE, 2);
		words_unreachable(v);
		return true;
	}
	verdict_set(v, WS_VERDICT_SILENT, 2);
	WORDS(v, "silent: %llu SYN sent, no answer", (unsigned long long)info->endpoint[client].packets - gave_up);
	if (info->server_answers)
		WORDS(v, ", though port %u of the server answered others; its accept queue may be full",
		      info->endpoint[1 - client].port);
	else
		WORDS(v, " (filtered, or the host is down)");
	if (gave_up)
		WORDS(v, "; then the client gave up and sent RST");
	return true;
}

/* ---- Ended by RST */

#define LONG_IDLE WS_SECOND /* a connection that had no segment for so long before its RST was idle */

static void words_unanswered(struct verdict *v)
{
	const struct ws_reset *reset = &v->info->reset;
	WORDS(v, ", which gave up: ");
	if (reset->trigger == WS_RESET_PROBES_UNANSWERED) {
		WORDS(v, "%u keep-alive%s in ", reset->times, reset->times == 1 ? "" : "s");
		words_duration(v, reset->tried);
		WORDS(v, " without an answer");
		return;
	}
	if (reset->trigger == WS_RESET_FIN_UNANSWERED)
		WORDS(v, "its FIN was unanswered");
	else
		WORDS(v, "%u B were unanswered", reset->bytes);
	WORDS(v, ", sent again %u times in ", reset->times);
	words_duration(v, reset->tried);
}

/* What made endpoint `i` send its RST. */
static void words_trigger(struct verdict *v, unsigned i)
{
	const struct ws_reset *reset = &v->info->reset;
	const char *self = side_name(v->info, i), *peer = side_name(v->info, 1 - i);
	if (reset->trigger >= WS_RESET_FIN_UNANSWERED) {
		words_unanswered(v);
		return;
	}
	if (reset->idle >= LONG_IDLE && v->info->opened) {
		WORDS(v, ", idle for ");
		words_duration(v, reset->idle);
	}
	if (reset->trigger == WS_RESET_DATA_AFTER_CLOSE)
		WORDS(v, ", because %u B of data came from the %s after the %s had closed", reset->bytes, peer, self);
	else if (reset->trigger == WS_RESET_UNREAD)
		WORDS(v, ", with the %s's data unread or unanswered (the %s closed without reading it all, or aborted)",
		      peer, self);
}

static void words_look(struct verdict *v)
{
	const struct ws_reset *reset = &v->info->reset;
	if (reset->look == WS_RESET_OTHER_TTL)
		WORDS(v, "; a middlebox may have sent the RST: its TTL is %u, that of its sender's other packets %u",
		      reset->ttl, reset->own_ttl);
	else if (reset->look == WS_RESET_OTHER_IDENTIFICATION)
		WORDS(v, "; a middlebox may have sent the RST: its IP ID is %u, that of the packet before it %u",
		      reset->identification, reset->own_identification);
}

/* A RST that answered the SYN was not the server's: its SYN-ACK came later. */
static void words_forged(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const bool answered = info->completeness & 2;
	if (info->forged_reset)
		WORDS(v, "; a RST was forged: its apparent sender went on");
	if (info->forged_reset && answered && !info->opened)
		WORDS(v, ", and port %u is open there: its SYN-ACK came after that RST",
		      info->endpoint[1 - info->likely_client].port);
	if (info->stray_reset && answered)
		WORDS(v, "; a RST before the SYN-ACK did not acknowledge the SYN, so it changed nothing (forged, or of "
		         "another connection)");
}

static bool was_reset(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->close != WS_CLOSE_RST)
		return false;
	const bool fin = info->closed_by != WS_CLOSED_BY_NONE;
	const bool early = !fin && !(info->completeness & 8) && info->handshake != WS_HANDSHAKE_MISSED;
	verdict_set(v, WS_VERDICT_RESET, (early || !info->opened) && info->reset_by != WS_CLOSED_BY_NONE ? 1 : 2);
	if (info->reset_by == WS_CLOSED_BY_NONE)
		WORDS(v, "reset");
	else
		WORDS(v, "reset by the %s", side_name(info, info->reset_by == WS_CLOSED_BY_ENDPOINT_1));
	if (info->closed_by == WS_CLOSED_BY_BOTH)
		WORDS(v, " after both sides had sent FIN");
	else if (info->closed_by == WS_CLOSED_BY_ENDPOINT_0 || info->closed_by == WS_CLOSED_BY_ENDPOINT_1)
		WORDS(v, " after a FIN, which the %s sent first",
		      side_name(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
	else if (fin)
		WORDS(v, " after a FIN");
	else if (!info->opened)
		WORDS(v, " before it opened");
	else if (early && info->reset_by != WS_CLOSED_BY_NONE)
		WORDS(v, " right after opening");
	if (info->reset_by != WS_CLOSED_BY_NONE)
		words_trigger(v, info->reset_by == WS_CLOSED_BY_ENDPOINT_1);
	WORDS(v, "; ");
	words_traffic(v);
	if (!fin && info->completeness & 16)
		WORDS(v, "; a FIN before that was not taken");
	return true;
}

/* ---- Closed, or closing */

static bool is_closed(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->close == WS_CLOSE_FIN) {
		verdict_set(v, WS_VERDICT_CLOSED, 0);
		WORDS(v, "closed: ");
		if (info->one_direction) {
			words_direction(v);
			WORDS(v, ", so it is unknown who closed first; ");
		} else if (info->closed_by == WS_CLOSED_BY_BOTH)
			WORDS(v, "both sides at once; ");
		else
			WORDS(v, "%s first; ", side_name(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
		words_traffic(v);
		return true;
	}
	if (info->superseded || (info->ended && info->close == WS_CLOSE_TIMEOUT)) {
		verdict_set(v, info->superseded ? WS_VERDICT_REPLACED : WS_VERDICT_TIMEOUT, 1);
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
		if (info->handshake == WS_HANDSHAKE_MISSED && !info->endpoint[i].bytes) {
			verdict_set(v, WS_VERDICT_CLOSING, 0);
			WORDS(v,
			      "closing: the %s sent FIN; the capture does not show whether the %s had closed before it "
			      "began; ",
			      side_name(info, 1 - i), side_name(info, i));
			words_traffic(v);
			return true;
		}
		bool stuck = quiet > LONG_CLOSE_WAIT;
		verdict_set(v, WS_VERDICT_CLOSE_WAIT, stuck ? 3 : 1);
		WORDS(v, "half-closed: the %s sent FIN, ", side_name(info, 1 - i));
		words_application(v, i);
		WORDS(v, " has not closed yet; ");
		words_traffic(v);
		return true;
	}
	verdict_set(v, WS_VERDICT_CLOSING, !info->one_direction);
	WORDS(v, "closing: ");
	if (info->one_direction) {
		words_direction(v);
		WORDS(v, ", which has a FIN; ");
	} else if (info->closed_by == WS_CLOSED_BY_BOTH)
		WORDS(v, "both sides at once; ");
	else if (info->closed_by != WS_CLOSED_BY_NONE)
		WORDS(v, "%s first; ", side_name(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
	words_traffic(v);
	return true;
}

/* ---- Open */

#define LONG_STALL (2 * WS_SECOND) /* a window that stays closed for longer than this is worth a word */
/* Nothing is stuck before a retransmission timer can have run out: 200 ms is the shortest of Linux (RFC 6298 asks for
 * 1 s). Several copies within less come from the capture or the network. */
#define SHORTEST_TIMEOUT (200 * WS_MILLISECOND)
#define MANY_RETRANSMISSIONS 3
#define LONG_SILENCE (5 * WS_SECOND) /* after which two retransmissions are enough */
#define MANY_KEEP_ALIVES 2
#define MANY_SYN_ACKS 2

static bool window_stays_closed(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	ws_time closed = info->last_time - e->closed_since;
	if (!e->closed_since || closed < SHORTEST_TIMEOUT || (closed < LONG_STALL && !e->closed_probes))
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	WORDS(v, "stuck: %s's window closed for ", side_name(info, i));
	words_duration(v, closed);
	WORDS(v, ", %u probe%s; ", e->closed_probes, e->closed_probes == 1 ? "" : "s");
	if (!v->text || !ws_process_label(v->text, e))
		WORDS(v, "the %s application", side_name(info, i));
	WORDS(v, " is not reading");
	return true;
}

/* The server repeats its SYN-ACK though it was acknowledged, so it has not made a connection of it. */
static bool is_not_accepted(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	return info->syn_ack_repeats >= MANY_SYN_ACKS &&
	       !(server->state == WS_ESTABLISHED && server->certainty == WS_CONFIRMED);
}

static bool data_stays_unanswered(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (i == (unsigned)info->likely_client && is_not_accepted(info) && !info->endpoint[1 - i].bytes)
		return false;
	const bool fin = e->state == WS_FIN_WAIT_1 || e->state == WS_CLOSING || e->state == WS_LAST_ACK;
	const ws_time silence = info->last_time - e->stalled_since;
	const unsigned enough = silence < LONG_SILENCE ? MANY_RETRANSMISSIONS : 2;
	if (info->one_direction || info->renumbered || !e->unacknowledged || e->stalled < enough ||
	    info->endpoint[1 - i].state == WS_CLOSED || silence < SHORTEST_TIMEOUT)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	if (fin && e->unacknowledged == 1)
		WORDS(v, "stuck: the %s's FIN unacknowledged", side_name(info, i));
	else
		WORDS(v, "stuck: %u B%s from the %s unacknowledged", e->unacknowledged - fin, fin ? " and a FIN" : "",
		      side_name(info, i));
	WORDS(v, ", sent again %u times in ", e->stalled);
	words_duration(v, silence);
	WORDS(v, "; nothing gets through to the %s, or its answers do not come back", side_name(info, 1 - i));
	return true;
}

static bool keep_alives_stay_unanswered(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (info->one_direction || e->unanswered_keep_alives < MANY_KEEP_ALIVES ||
	    info->last_time - e->unanswered_since < SHORTEST_TIMEOUT)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	WORDS(v, "stuck: %u keep-alives of the %s without an answer for ", e->unanswered_keep_alives,
	      side_name(info, i));
	words_duration(v, info->last_time - e->unanswered_since);
	WORDS(v, "; the %s is gone, or cannot be reached", side_name(info, 1 - i));
	return true;
}

static bool is_stuck(struct verdict *v)
{
	for (unsigned i = 0; i < 2; i++)
		if (window_stays_closed(v, i) || data_stays_unanswered(v, i) || keep_alives_stay_unanswered(v, i))
			return true;
	return false;
}

static void is_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	bool opening = in_state(info, 0, WS_SYN_RECEIVED) || in_state(info, 1, WS_SYN_RECEIVED);
	if (is_not_accepted(info)) {
		verdict_set(v, WS_VERDICT_OPENING, 2);
		WORDS(v, "opening");
	} else if (opening) {
		verdict_set(v, WS_VERDICT_OPENING, info->misacked ? 2 : 1);
		WORDS(v, info->misacked        ? "opening: the ACK that came cannot complete the handshake, because it "
		                                 "acknowledges what the server never sent, or lies outside its window"
		         : info->one_direction ? "opening: SYN-ACK sent"
		                               : "opening: SYN-ACK sent, the handshake's ACK has not come");
	} else if (in_state(info, 0, WS_CLOSED) || in_state(info, 1, WS_CLOSED)) {
		verdict_set(v, WS_VERDICT_STRAY, 1);
		WORDS(v, "stray segments that belong to no connection");
	} else {
		verdict_set(v, WS_VERDICT_OPEN, 0);
		WORDS(v, "open: ");
		if (info->one_direction) {
			words_direction(v);
			WORDS(v, ", ");
		}
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

/* A server that answers each handshake's ACK with another SYN-ACK has not made a connection of it (Linux: the accept
 * queue is full, or TCP_DEFER_ACCEPT waits for data). One repetition may have crossed the ACK. */
static void words_not_accepted(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const unsigned server = 1 - (unsigned)info->likely_client;
	if (info->syn_ack_repeats < MANY_SYN_ACKS)
		return;
	WORDS(v,
	      "; the server %s the handshake's ACK: it sent its SYN-ACK again %u times (its accept queue is full, or "
	      "it "
	      "defers accepting until data comes)",
	      info->endpoint[server].bytes ? "was late to take" : "has not taken", info->syn_ack_repeats);
}

/* What several points know: what was lost between two of them, in both directions, and who took how long. */
static void words_path(struct verdict *v)
{
	const struct ws_conn_path *path = v->info->path;
	if (!path || !v->text)
		return;
	const unsigned client = (unsigned)path->client & 1;
	const struct ws_join_direction *to = &path->result.direction[client], *back = &path->result.direction[!client];
	for (unsigned i = 0; i + 1u < path->result.points; i++) {
		const unsigned near = path->result.path[client ? path->result.points - 1u - i : i];
		const unsigned far = path->result.path[client ? path->result.points - 2u - i : i + 1u];
		if (!to->lost_after[near] && !back->lost_after[far])
			continue;
		WORDS(v, "; lost between %s and %s: ", path->name[near], path->name[far]);
		if (to->lost_after[near])
			WORDS(v, "%llu of %llu to the server", (unsigned long long)to->lost_after[near],
			      (unsigned long long)to->sent);
		if (to->lost_after[near] && back->lost_after[far])
			WORDS(v, ", ");
		if (back->lost_after[far])
			WORDS(v, "%llu of %llu to the client", (unsigned long long)back->lost_after[far],
			      (unsigned long long)back->sent);
	}
	if (to->injected || back->injected)
		WORDS(v, "; %llu arrived that had never left: forged between the points",
		      (unsigned long long)(to->injected + back->injected));
	if (to->needless || back->needless) {
		const unsigned long long needless = to->needless + back->needless;
		WORDS(v, "; %llu sent again needlessly: the first cop%s had arrived", needless,
		      needless == 1 ? "y" : "ies");
	}
	if (path->answer_time >= 0 && to->delay_median >= 0 && back->delay_median >= 0) {
		WORDS(v, "; network ");
		ws_duration_words(v->text, to->delay_median + back->delay_median);
		WORDS(v, ", server ");
		ws_duration_words(v->text, path->answer_time);
	}
}

static struct ws_judgement judge_conn(const struct ws_conn_info *info, struct ws_text *text)
{
	if (info->stated.sensor) { /* its sensor has seen the packets */
		if (text && info->stated.verdict)
			ws_text_append(text, info->stated.verdict, strlen(info->stated.verdict));
		return info->stated.judgement;
	}
	struct verdict v = {.info = info, .text = text};
	if (!failed_to_open(&v) && !was_reset(&v) && !is_closed(&v) && !is_stuck(&v) && !is_closing(&v))
		is_open(&v);
	if (info->one_direction && !v.says_direction) {
		WORDS(&v, "; ");
		words_direction(&v);
	}
	words_forged(&v);
	if (v.judgement.verdict == WS_VERDICT_RESET && info->reset_by != WS_CLOSED_BY_NONE)
		words_look(&v);
	words_not_accepted(&v);
	if (info->twin)
		WORDS(&v, "; the same connection as #%llu, on the other side of a device that changes sequence numbers",
		      (unsigned long long)info->twin);
	if (info->renumbered)
		WORDS(&v, "; the server answered the SYN with a second sequence number, as behind a SYN proxy");
	if (info->icmp.count && v.judgement.verdict != WS_VERDICT_UNREACHABLE) {
		WORDS(&v, "; ");
		words_icmp(&v);
		if (info->icmp.mtu && v.judgement.verdict == WS_VERDICT_STUCK)
			WORDS(&v, ": a path MTU black hole, because the sender does not make its segments smaller");
	}
	words_path(&v);
	if (info->checksums_ignored && text) {
		WORDS(&v, "; ");
		ws_checksums_words(text, info->checksums_ignored,
		                   info->endpoint[0].packets + info->endpoint[1].packets);
	}
	return v.judgement;
}

struct ws_judgement ws_conn_judge(const struct ws_conn_info *info)
{
	struct ws_judgement judgement = judge_conn(info, NULL);
	judgement.slow = info->shares_known &&
	                 ws_shares_slow(&info->shares, (unsigned)info->likely_client & 1) >= WS_SLOW;
	return judgement;
}

void ws_conn_verdict(const struct ws_conn_info *info, struct ws_text *text, const char **tag, int *severity)
{
	const struct ws_judgement judgement = judge_conn(info, text);
	if (tag)
		*tag = ws_verdict_tag((enum ws_verdict)judgement.verdict);
	if (severity)
		*severity = judgement.severity;
}
