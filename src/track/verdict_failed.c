/* The verdict on a connection that failed to open, or that a RST ended. */
#include "track/verdict.h"

#include <string.h>

/* ---- Failed attempts */

/* The other side answered with an older connection of the same addresses and ports. */
static void say_old_answer(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client];
	const bool time_wait = info->old_answer == WS_OLD_ANSWER_TIME_WAIT;
	const unsigned long long number = info->answered_by;
	if (number && time_wait)
		SAY(v,
		    _("not opened: the server answered the SYN with an ACK of connection #%llu, which is in TIME_WAIT there"),
		    number);
	else if (number)
		SAY(v,
		    _("not opened: the server answered the SYN with an ACK of connection #%llu, which it still has (half-open)"),
		    number);
	else if (time_wait)
		SAY_TEXTS(
		        v,
		        _("not opened: the server answered the SYN with an ACK of an older connection, which is in TIME_WAIT there"));
	else
		SAY_TEXTS(
		        v,
		        _("not opened: the server answered the SYN with an ACK of an older connection, which it still has (half-open)"));
	if (info->completeness & 32) {
		NEXT(v);
		SAY_TEXTS(v, _("the client's RST ends that one, and its SYN has to be sent again"));
	} else if (!info->answered_by && client->packets > 1) {
		NEXT(v);
		SAY_TEXTS(v, _("no RST of the client was captured that would end it"));
	}
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
		SAY(v,
		    _("not opened: its sender went on with the connection before it, #%llu, so this SYN was an old one, or forged"),
		    (unsigned long long)info->previous);
		return true;
	}
	if (!info->old_answer && !land && !info->misanswered && !info->stray_reset && !talks)
		return false;
	verdict_set(v, WS_VERDICT_NOT_OPENED, 2);
	if (land)
		SAY_TEXTS(v,
		          _("not opened: the SYN goes to the address and port that it comes from (a land attack, or a "
		            "connection to itself of which the capture has no more)"));
	else if (info->old_answer)
		say_old_answer(v);
	else if (info->misanswered_by)
		SAY(v,
		    ws_translate_plural(
		            "not opened: the server's SYN-ACK acknowledges %u number more than the SYN has, so the "
		            "client rejects it; the server's TCP is faulty",
		            "not opened: the server's SYN-ACK acknowledges %u numbers more than the SYN has, so the "
		            "client rejects it; the server's TCP is faulty",
		            info->misanswered_by),
		    info->misanswered_by);
	else if (info->misanswered)
		SAY_TEXTS(v, _("not opened: the server's SYN-ACK acknowledges another SYN than this one"));
	else if (info->stray_reset)
		SAY_TEXTS(v,
		          _("not opened: a RST came that does not acknowledge the SYN, so the client has to ignore it "
		            "(forged, of another connection, or by a faulty server), and no other answer came"));
	else
		SAY_TEXTS(v, _("not opened: the server sent segments, but no SYN-ACK"));
	return true;
}

/* A SYN-ACK came from another address or port than the SYN went to, as after a device that translates addresses and that
 * the answer has not passed. Neither of the two connections opens. */
static bool was_answered_elsewhere(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const unsigned long long number = info->elsewhere_number;
	if (info->opened || (info->elsewhere != WS_ELSEWHERE_ANSWERED && info->elsewhere != WS_ELSEWHERE_ANSWERS))
		return false;
	if (info->elsewhere == WS_ELSEWHERE_ANSWERED && info->endpoint[1 - info->likely_client].sent_any)
		return false;
	verdict_set(v, WS_VERDICT_NOT_OPENED, 2);
	if (info->elsewhere == WS_ELSEWHERE_ANSWERED)
		SAY(v,
		    _("not opened: the answer to the SYN came from another address or port, as #%llu; a device translated "
		      "where the SYN went, and the answer did not come back through it"),
		    number);
	else
		SAY(v,
		    _("not opened: its SYN-ACK answers the SYN of #%llu, which went to another address or port, so the "
		      "client does not accept it"),
		    number);
	return true;
}

/* A RST without ACK has the number that the segment it answers acknowledged. */
static bool answers_unseen(const struct ws_conn_info *info)
{
	return info->close == WS_CLOSE_RST && info->reset.trigger == WS_RESET_UNSEEN_SYN_ACK;
}

/* What about the SYN itself may be why nothing answers it. */
static bool say_silent_syn(struct verdict *v, unsigned long long count)
{
	const struct ws_conn_info *info = v->info;
	const unsigned client = (unsigned)info->likely_client;
	if (info->odd_syn)
		SAY(v,
		    _("silent: %llu SYN sent, no answer (with FIN, PSH or URG, so it is a probe, which servers may ignore)"),
		    count);
	else if (info->keyed_syn)
		SAY(v,
		    _("silent: %llu SYN sent, no answer (it is signed with TCP MD5 or TCP-AO, and the other side may not have "
		      "the same key; or filtered, or the host is down)"),
		    count);
	else if (verdict_reuses(info))
		SAY(v,
		    _("silent: %1$llu SYN sent, no answer (#%2$llu had the same addresses and ports until %3$s before, and the "
		      "server or a firewall may still have that one)"),
		    count, (unsigned long long)info->previous, verdict_duration(info->reused_after).text);
	else if (info->old_stamp && info->server_answers)
		SAY(v,
		    _("silent: %1$llu SYN sent, no answer, though port %2$u of the server answered others; it may drop the SYN "
		      "for its timestamp, which is older than that of another SYN from this address (tcp_tw_recycle, and a "
		      "NAT), or its accept queue may be full"),
		    count, info->endpoint[1 - client].port);
	else if (!info->host_answers && info->checksums_ignored &&
	         info->checksums_ignored == info->endpoint[client].packets)
		SAY(v,
		    _("silent: %llu SYN sent, no answer (its checksum is wrong, so the server may drop it; or filtered, or "
		      "the host is down)"),
		    count);
	else
		return false;
	return true;
}

static void say_silent(struct verdict *v, bool gave_up)
{
	const struct ws_conn_info *info = v->info;
	const unsigned client = (unsigned)info->likely_client;
	const struct ws_endpoint_info *sender = &info->endpoint[client];
	const unsigned long long count = sender->syns ? sender->syns : sender->packets - gave_up;
	if (info->elsewhere == WS_ELSEWHERE_TRANSLATED)
		SAY(v,
		    _("silent: %1$llu SYN sent, no answer came back, though it went on as #%2$llu with a translated address "
		      "or port"),
		    count, (unsigned long long)info->elsewhere_number);
	else if (info->absent_at)
		SAY_TEXTS(v,
		          _("silent: %1$s SYN sent, no answer, and none came to %2$s, though others to port %3$s did"),
		          verdict_count(count).text, info->absent_at,
		          verdict_count(info->endpoint[1 - client].port).text);
	else if (info->next && info->server_answers)
		SAY(v,
		    _("silent: %1$llu SYN sent, no answer before the client tried again from the same port, as #%2$llu"),
		    count, (unsigned long long)info->next);
	else if (say_silent_syn(v, count))
		;
	else if (info->server_answers)
		SAY(v,
		    _("silent: %1$llu SYN sent, no answer, though port %2$u of the server answered others; its accept "
		      "queue may be full"),
		    count, info->endpoint[1 - client].port);
	else if (info->host_answers)
		SAY(v, _("silent: %llu SYN sent, no answer (filtered, for the host answered on other ports)"), count);
	else
		SAY(v, _("silent: %llu SYN sent, no answer (filtered, or the host is down)"), count);
	if (!gave_up)
		return;
	NEXT(v);
	SAY_TEXTS(v, _("then the client gave up and sent RST"));
}

#define LONG_REFUSAL (5 * WS_SECOND) /* no way there and back takes so long */

/* From the latest SYN to the RST, where that is the only answer and the end of it. */
static ws_time refused_after(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client];
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	if (!client->syns || client->packets != client->syns || server->packets != 1 || info->path)
		return 0;
	return info->last_time - info->first_time - client->syn_time;
}

bool verdict_failed_to_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	unsigned client = (unsigned)info->likely_client;
	if (was_answered_elsewhere(v))
		return true;
	if (info->opened || in_state(info, 0, WS_SYN_RECEIVED) || in_state(info, 1, WS_SYN_RECEIVED))
		return false;
	if (info->refused) {
		verdict_set(v, WS_VERDICT_REFUSED, 2);
		if (info->server_answers)
			SAY(v,
			    _("refused: RST answered the SYN, though port %u of the server answered others: it did not listen then, "
			      "its accept queue was full, or a firewall rejects it"),
			    info->endpoint[1 - client].port);
		else if (refused_after(info) >= LONG_REFUSAL)
			SAY_TEXTS(
			        v,
			        _("refused: RST answered the SYN after %s; a host on which nothing listens answers at once, "
			          "so a firewall or a proxy that reached no server may have sent it"),
			        verdict_duration(refused_after(info)).text);
		else
			SAY(v, _("refused: RST answered the SYN; nothing listens on port %u, or a firewall rejects it"),
			    info->endpoint[1 - client].port);
		return true;
	}
	if (info->handshake == WS_HANDSHAKE_MISSED || (info->endpoint[1 - client].sent_any && !is_land(info)))
		return false;
	if (was_misanswered(v))
		return true;
	if (info->unreachable) {
		verdict_set(v, WS_VERDICT_UNREACHABLE, 2);
		if (info->icmp.count)
			SAY_TEXTS(v, _("unreachable: %s"), verdict_icmp(info).text);
		else
			SAY_TEXTS(v, _("unreachable: an ICMP error answered the SYN"));
		return true;
	}
	if (answers_unseen(info)) {
		verdict_set(v, WS_VERDICT_NOT_OPENED, 2);
		SAY_TEXTS(v,
		          _("not opened: the client rejects with RST what answered its SYN; the answer itself was not "
		            "captured, so it took another way"));
		return true;
	}
	if (info->just_sent) {
		verdict_set(v, WS_VERDICT_OPENING, 1);
		SAY_TEXTS(v, _("opening: SYN sent, no answer yet"));
		return true;
	}
	verdict_set(v, WS_VERDICT_SILENT, 2);
	say_silent(v, info->completeness & 32);
	return true;
}

/* ---- Ended by RST */

#define LONG_IDLE WS_SECOND /* a connection that had no segment for so long before its RST was idle */

/* `self` gave up. */
static void say_unanswered(struct verdict *v, const char *self, const char *peer)
{
	const struct ws_reset *reset = &v->info->reset;
	const struct verdict_number tried = verdict_duration(reset->tried);
	if (reset->trigger == WS_RESET_FIN_UNANSWERED) { /* who sent the first FIN stands before it */
		NEXT(v);
		if (reset->rejected)
			SAY(v,
			    _("the %3$s gave up: its FIN was sent again %1$u times in %2$s, and the %4$s answered with the "
			      "same ACK each time"),
			    reset->times, tried.text, self, peer);
		else
			SAY(v, _("the %3$s gave up: its FIN was unanswered, sent again %1$u times in %2$s"),
			    reset->times, tried.text, self);
		return;
	}
	if (reset->trigger == WS_RESET_ACKS_UNHEARD && v->info->closed_by != WS_CLOSED_BY_NONE) { /* likewise */
		NEXT(v);
		SAY(v, _("the %4$s gave up: it had sent again %1$u times in %2$s what the %3$s had acknowledged"),
		    reset->times, tried.text, peer, self);
		return;
	}
	COMMA(v);
	if (reset->trigger == WS_RESET_ACKS_UNHEARD)
		SAY(v, _("which gave up: it had sent again %1$u times in %2$s what the %3$s had acknowledged"),
		    reset->times, tried.text, peer);
	else if (reset->trigger == WS_RESET_PROBES_UNANSWERED)
		SAY(v,
		    ws_translate_plural("which gave up: %1$u keep-alive in %2$s without an answer",
		                        "which gave up: %1$u keep-alives in %2$s without an answer", reset->times),
		    reset->times, tried.text);
	else if (reset->trigger == WS_RESET_PROBES_UNHEARD)
		SAY(v,
		    _("which gave up: it sent %1$u keep-alives in %2$s as if they were unanswered, though the %3$s answered "
		      "them"),
		    reset->times, tried.text, peer);
	else if (reset->rejected)
		SAY(v,
		    _("which gave up: %1$u B were not acknowledged, sent again %2$u times in %3$s, and the %4$s answered with "
		      "the same ACK each time"),
		    reset->bytes, reset->times, tried.text, peer);
	else
		SAY(v, _("which gave up: %1$u B were unanswered, sent again %2$u times in %3$s"), reset->bytes,
		    reset->times, tried.text);
}

/* A pause before the RST. Keep-alives do not end it, nor does what a silent sender answers with the RST. */
static void say_pause(struct verdict *v)
{
	const struct ws_reset *reset = &v->info->reset;
	if (!v->info->opened)
		return;
	if (reset->idle >= LONG_IDLE) {
		COMMA(v);
		SAY_TEXTS(v, C_("verdict", "idle for %s"), verdict_duration(reset->idle).text);
	}
	if (reset->kept >= reset->idle + LONG_IDLE) {
		COMMA(v);
		SAY_TEXTS(v, _("with nothing but keep-alives for %s"), verdict_duration(reset->kept).text);
	} else if (reset->silent >= reset->idle + LONG_IDLE) {
		COMMA(v);
		if (v->info->closed_by == WS_CLOSED_BY_NONE)
			SAY_TEXTS(v, _("which had been silent for %s"), verdict_duration(reset->silent).text);
		else /* "which" would be read as the FIN */
			SAY_TEXTS(v, _("after %s of silence on its part"), verdict_duration(reset->silent).text);
	}
}

/* Endpoint `i` had reset while it could send nothing. */
static void say_closed_window(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *peer = &info->endpoint[1 - i];
	if (!peer->closed_since || info->last_time - peer->closed_since < LONG_IDLE)
		return;
	COMMA(v);
	SAY_TEXTS(v, _("after the %1$s's window had been closed for %2$s"), verdict_side(info, 1 - i),
	          verdict_duration(info->last_time - peer->closed_since).text);
}

/* What made endpoint `i` send its RST. */
static void say_trigger(struct verdict *v, unsigned i)
{
	const struct ws_reset *reset = &v->info->reset;
	const char *self = verdict_side(v->info, i), *peer = verdict_side(v->info, 1 - i);
	if (reset->trigger >= WS_RESET_FIN_UNANSWERED) {
		say_unanswered(v, self, peer);
		return;
	}
	say_pause(v);
	say_closed_window(v, i);
	if (reset->trigger == WS_RESET_DATA_CROSSED_FIN) {
		COMMA(v);
		SAY(v, _("because %1$u B of data came from the %2$s, which had not got that FIN yet: the two crossed"),
		    reset->bytes, peer);
	} else if (reset->trigger == WS_RESET_DATA_AFTER_CLOSE) {
		COMMA(v);
		SAY(v, _("because %1$u B of data came from the %2$s after the %3$s had closed"), reset->bytes, peer,
		    self);
	} else if (reset->trigger == WS_RESET_FORGOTTEN) {
		COMMA(v);
		SAY(v, _("because the %1$s's FIN came when the %2$s no longer had the connection"), peer, self);
	} else if (reset->text[0] || reset->multipath_end == WS_MULTIPATH_SUBFLOW) {
		; /* it says itself why */
	} else if (reset->trigger == WS_RESET_UNREAD) {
		COMMA(v);
		SAY_TEXTS(v,
		          _("with the %1$s's data unread or unanswered (the %2$s closed without reading it all, or "
		            "aborted)"),
		          peer, self);
	} else if (reset->trigger == WS_RESET_NO_SOCKET && v->info->opened) {
		COMMA(v);
		SAY_TEXTS(
		        v,
		        _("as where the %1$s has no socket for the %2$s's last segment, or a device on the way rejects it "
		          "(the RST has no ACK)"),
		        self, peer);
	} else if (reset->trigger == WS_RESET_NOT_TAKEN && v->info->opened) {
		COMMA(v);
		SAY_TEXTS(
		        v,
		        _("as where the %s has no socket for the handshake's ACK, because its accept queue is full and "
		          "tcp_abort_on_overflow is set, or a device on the way rejects it (the RST has no ACK)"),
		        self);
	} else if (reset->trigger == WS_RESET_ANSWERED) {
		COMMA(v);
		SAY_TEXTS(v, _("without a FIN after its answer (it closed with the %s's data unread, or aborted)"),
		          peer);
	}
}

/* What the RST says of Multipath TCP, whose subflows are connections of their own. */
static void say_multipath_end(struct verdict *v)
{
	const struct ws_reset *reset = &v->info->reset;
	const char *reason = ws_multipath_reason(reset->multipath_reason);
	if (reset->multipath_end == WS_MULTIPATH_NOTHING)
		return;
	NEXT(v);
	if (reset->multipath_end == WS_MULTIPATH_CONNECTION)
		SAY_TEXTS(v, _("the RST ends all subflows of the Multipath TCP connection (MP_FASTCLOSE)"));
	else if (!reason)
		SAY_TEXTS(v, _("the RST ends this subflow of the Multipath TCP connection only (MP_TCPRST)"));
	else
		SAY_TEXTS(v, _("the RST ends this subflow of the Multipath TCP connection only: %s (MP_TCPRST)"),
		          reason);
}

void verdict_reset_look(struct verdict *v)
{
	const struct ws_reset *reset = &v->info->reset;
	say_multipath_end(v);
	if (reset->text[0]) {
		NEXT(v);
		/* TRANSLATORS: %s is what the network has brought. */
		SAY_TEXTS(v, _("the RST says \"%s\""), reset->text);
	}
	if (reset->look == WS_RESET_LOOKS_LIKE_SENDER)
		return;
	NEXT(v);
	if (reset->look == WS_RESET_OTHER_TTL)
		SAY(v, _("a middlebox may have sent the RST: its TTL is %1$u, that of its sender's other packets %2$u"),
		    reset->ttl, reset->own_ttl);
	else
		SAY(v, _("a middlebox may have sent the RST: its IP ID is %1$u, that of the packet before it %2$u"),
		    reset->identification, reset->own_identification);
}

enum {
	AFTER_NOTHING,
	AFTER_ACKNOWLEDGED_FINS,
	AFTER_BOTH_FINS,
	AFTER_A_FIN,
	AFTER_OWN_FIN,
	AFTER_SOME_FIN,
	BEFORE_OPENING,
	AFTER_OPENING,
	BEFORE_DATA,
	AFTERS,
};

/* Who sent the RST (parts: %1$s), and after what; %2$s is who sent the first FIN. */
static const char *const resets[AFTERS] = {
        [AFTER_NOTHING] = N_("reset by the %s"),
        [AFTER_ACKNOWLEDGED_FINS] = N_("reset by the %s with both FINs acknowledged"),
        [AFTER_BOTH_FINS] = N_("reset by the %s after both sides had sent FIN"),
        [AFTER_A_FIN] = N_("reset by the %1$s after a FIN, which the %2$s sent first"),
        [AFTER_OWN_FIN] = N_("reset by the %s after its own FIN"),
        [AFTER_SOME_FIN] = N_("reset by the %s after a FIN"),
        [BEFORE_OPENING] = N_("reset by the %s before it opened"),
        [AFTER_OPENING] = N_("reset by the %s right after opening"),
        [BEFORE_DATA] = N_("reset by the %s before any data"),
};
/* The same where it is not known who sent the RST; %s is who sent the first FIN. */
static const char *const resets_of_unknown[AFTERS] = {
        [AFTER_NOTHING] = N_("reset"),
        [AFTER_ACKNOWLEDGED_FINS] = N_("reset with both FINs acknowledged"),
        [AFTER_BOTH_FINS] = N_("reset after both sides had sent FIN"),
        [AFTER_A_FIN] = N_("reset after a FIN, which the %s sent first"),
        [AFTER_OWN_FIN] = N_("reset after a FIN, which the %s sent first"),
        [AFTER_SOME_FIN] = N_("reset after a FIN"),
        [BEFORE_OPENING] = N_("reset before it opened"),
        [AFTER_OPENING] = N_("reset"),
        [BEFORE_DATA] = N_("reset before any data"),
};

static unsigned reset_after(const struct ws_conn_info *info, bool early)
{
	if (info->reset.finished)
		return AFTER_ACKNOWLEDGED_FINS;
	switch ((enum ws_closed_by)info->closed_by) {
	case WS_CLOSED_BY_BOTH:
		return AFTER_BOTH_FINS;
	case WS_CLOSED_BY_ENDPOINT_0:
	case WS_CLOSED_BY_ENDPOINT_1:
		return info->closed_by == info->reset_by ? AFTER_OWN_FIN : AFTER_A_FIN;
	case WS_CLOSED_BY_UNKNOWN:
		return AFTER_SOME_FIN;
	case WS_CLOSED_BY_NONE:
		break;
	}
	if (!info->opened || !early)
		return info->opened ? AFTER_NOTHING : BEFORE_OPENING;
	return info->last_time - info->first_time < LONG_IDLE ? AFTER_OPENING : BEFORE_DATA;
}

bool verdict_was_reset(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->close != WS_CLOSE_RST)
		return false;
	const bool fin = info->closed_by != WS_CLOSED_BY_NONE, known = info->reset_by != WS_CLOSED_BY_NONE;
	const bool early =
	        !fin && !(info->completeness & 8) && info->handshake != WS_HANDSHAKE_MISSED && !info->one_direction;
	verdict_set(v, WS_VERDICT_RESET, info->reset.finished || ((early || !info->opened) && known) ? 1 : 2);
	if (!v->text)
		return true;
	const unsigned after = reset_after(info, early), by = info->reset_by == WS_CLOSED_BY_ENDPOINT_1;
	const char *closer = verdict_side(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1);
	if (known) {
		ws_text_parts(v->text, _(resets[after]), verdict_side(info, by), closer);
		say_trigger(v, by);
	} else {
		ws_text_parts(v->text, _(resets_of_unknown[after]), closer);
	}
	if (info->reset.finished) {
		NEXT(v);
		SAY_TEXTS(v, _("all data had arrived"));
	}
	NEXT(v);
	verdict_traffic(v);
	if (!fin && info->completeness & 16) {
		NEXT(v);
		SAY_TEXTS(v, _("a FIN before that was not taken"));
	}
	return true;
}
