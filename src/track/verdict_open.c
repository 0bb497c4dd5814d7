/* The verdict on a connection that has neither failed nor closed: it is stuck, opening, or open. */
#include "track/stall.h"
#include "track/verdict.h"

#define LONG_STALL (2 * WS_SECOND) /* a window that stays closed for longer than this is worth a word */
#define MANY_RETRANSMISSIONS 3
#define LONG_SILENCE (5 * WS_SECOND) /* after which two retransmissions are enough */
#define MANY_KEEP_ALIVES 2
#define LONG_PAUSE (30 * WS_SECOND) /* after so long the first firewalls forget a connection */
#define MANY_SYN_ACKS 2
#define MANY_SYNS 2
#define REUSED_SOON (240 * WS_SECOND) /* TIME_WAIT, as RFC 9293 has it: two minutes twice */
#define NEVER_PROBED (10 * WS_SECOND) /* the longest of the usual first timers of probes is 5 s */

static bool has_fin_out(const struct ws_endpoint_info *e)
{
	return e->state == WS_FIN_WAIT_1 || e->state == WS_CLOSING || e->state == WS_LAST_ACK;
}

/* No byte that the peer has sent was acknowledged, so none of them fills the receive buffer. */
static bool has_taken_nothing(const struct ws_conn_info *info, unsigned i)
{
	const struct ws_endpoint_info *peer = &info->endpoint[1 - i];
	return info->handshake == WS_HANDSHAKE_COMPLETE && info->client == (int)(1 - i) &&
	       peer->stream_bytes + has_fin_out(peer) <= peer->unacknowledged;
}

static bool window_stays_closed(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	ws_time closed = info->last_time - e->closed_since;
	if (!e->closed_since || closed < WS_SHORTEST_TIMEOUT || (closed < LONG_STALL && !e->closed_probes))
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	if (!v->text)
		return true;
	if (has_taken_nothing(info, i)) {
		SAY_TEXTS(
		        v,
		        _("stuck: %1$s's window closed for %2$s, though it has taken no data yet: as that of a SYN proxy that has "
		          "not reached its server"),
		        verdict_side(info, i), verdict_duration(closed).text);
		return true;
	}
	if (!e->closed_probes && closed >= NEVER_PROBED) {
		SAY_TEXTS(
		        v,
		        _("stuck: %1$s's window closed for %2$s; %4$s is not reading, and the %3$s has no more to send, or "
		          "does not probe"),
		        verdict_side(info, i), verdict_duration(closed).text, verdict_side(info, 1 - i),
		        verdict_application(info, i, _("the %s application")).text);
		return true;
	}
	/* TRANSLATORS: %4$s is "nginx[812]" or "the server application". */
	ws_text_printf(v->text,
	               ws_translate_plural("stuck: %1$s's window closed for %2$s, %3$u probe; %4$s is not reading",
	                                   "stuck: %1$s's window closed for %2$s, %3$u probes; %4$s is not reading",
	                                   e->closed_probes),
	               verdict_side(info, i), verdict_duration(closed).text, e->closed_probes,
	               verdict_application(info, i, _("the %s application")).text);
	return true;
}

/* The server repeats its SYN-ACK though it was acknowledged, so it has not made a connection of it. */
static bool is_not_accepted(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	return info->syn_ack_repeats >= MANY_SYN_ACKS &&
	       !(server->state == WS_ESTABLISHED && server->certainty == WS_CONFIRMED);
}

/* Says so where nearly every copy of what endpoint `i` sends again was answered by an ACK that it has to drop. */
static bool say_misplaced_acks(struct verdict *v, unsigned i)
{
	const struct ws_endpoint_info *e = &v->info->endpoint[i];
	if (e->stalled_misplaced < WS_STALL_MANY_ANSWERS || e->stalled_misplaced + 1 < e->stalled)
		return false;
	SAY_TEXTS(v,
	          _("the %1$s's ACKs have a sequence number for which the %2$s has to drop them (RFC 9293 §3.10.7.4)"),
	          verdict_side(v->info, 1 - i), verdict_side(v->info, i));
	return true;
}

/* What endpoint `i` sends again has always been large, and less than one such segment has ever got through: the size may be
 * why. Every path takes packets of 1,280 bytes (RFC 8200 §5), and nearly every one of IPv4 does. Where part of what followed
 * has arrived, it was no second segment of that size. */
static bool fails_by_size(const struct ws_conn_info *info, unsigned i, bool fin)
{
	enum { LARGE = 1280 - 60 };
	const struct ws_endpoint_info *e = &info->endpoint[i];
	const uint64_t left = e->unacknowledged - fin, arrived = e->stream_bytes - left, size = e->stalled_least;
	if (size <= LARGE || info->icmp.mtu || info->handshake == WS_HANDSHAKE_MISSED || left < size || arrived >= size)
		return false;
	/* Of a server that a client has sent data to, the SYN-ACK has got through. */
	const bool opened = info->client == (int)(1 - i) && info->endpoint[1 - i].bytes;
	return info->endpoint[1 - i].lacks_first ? left - size < size : arrived > 0 || opened;
}

/* What endpoint `i` has sent again does not get through, or is not taken. */
static void say_what_gets_through(struct verdict *v, unsigned i, bool fin)
{
	const struct ws_endpoint_info *e = &v->info->endpoint[i];
	const char *peer = verdict_side(v->info, 1 - i);
	const bool rejected = ws_stall_is_rejected(e->stalled, e->stalled_answers);
	if (say_misplaced_acks(v, i))
		return;
	if (e->stalled_unstamped) {
		SAY_TEXTS(
		        v,
		        _("its segments lack the timestamps that both SYNs have, so the %s may drop them (RFC 7323 §3.2)"),
		        peer);
		return;
	}
	if (fails_by_size(v->info, i, fin))
		SAY(v,
		    _("small segments have got through to the %1$s, but none of %2$u B: they may be too large for the path (a "
		      "path MTU black hole)"),
		    peer, e->stalled_least);
	else if (v->info->endpoint[1 - i].lacks_first)
		SAY_TEXTS(v, _("some of it has got through to the %s, but not its beginning"), peer);
	else if (rejected && v->info->endpoint[1 - i].closed_since)
		SAY_TEXTS(
		        v,
		        _("the %1$s answers with the same ACK each time, which keeps its window closed: %2$s is not reading"),
		        peer, verdict_application(v->info, 1 - i, _("the %s application")).text);
	else if (rejected && e->stalled_old_stamp)
		SAY_TEXTS(
		        v,
		        _("the %s answers with the same ACK each time: it drops segments whose timestamps are older than "
		          "those before (PAWS)"),
		        peer);
	else if (rejected)
		SAY_TEXTS(
		        v,
		        _("the %s answers with the same ACK each time, so what is sent reaches it, but it does not take it"),
		        peer);
	else if (e->stalled_pause >= LONG_PAUSE)
		SAY_TEXTS(
		        v,
		        _("nothing gets through to the %s any more, or its answers do not come back: a device on the way may "
		          "have forgotten the idle connection, or the %s is gone"),
		        peer, peer);
	else
		SAY_TEXTS(v, _("nothing gets through to the %s, or its answers do not come back"), peer);
}

/* `fin`: its FIN is a part of what is unacknowledged. `wait`: since that was first sent. */
static void say_unacknowledged(struct verdict *v, unsigned i, bool fin, ws_time wait)
{
	const struct ws_endpoint_info *e = &v->info->endpoint[i];
	const struct verdict_number since = verdict_duration(wait);
	const char *self = verdict_side(v->info, i), *peer = verdict_side(v->info, 1 - i);
	if (fin && e->unacknowledged == 1)
		SAY(v, _("stuck: the %1$s's FIN unacknowledged, sent again %2$u times in %3$s"), self, e->stalled,
		    since.text);
	else if (fin)
		SAY(v, _("stuck: %1$u B and a FIN from the %2$s unacknowledged, sent again %3$u times in %4$s"),
		    e->unacknowledged - 1, self, e->stalled, since.text);
	else
		SAY(v, _("stuck: %1$u B from the %2$s unacknowledged, sent again %3$u times in %4$s"),
		    e->unacknowledged, self, e->stalled, since.text);
	if (e->stalled_pause >= LONG_PAUSE) {
		COMMA(v);
		SAY_TEXTS(v, _("after %1$s without a segment from the %2$s"), verdict_duration(e->stalled_pause).text,
		          peer);
	}
	NEXT(v);
	say_what_gets_through(v, i, fin);
}

/* Without the peer's ACKs: it has sent nothing but the same since, as its timer makes it do while no ACK comes. */
static bool is_repeated_blindly(struct verdict *v, unsigned i)
{
	const struct ws_endpoint_info *e = &v->info->endpoint[i];
	const ws_time tried = v->info->last_time - e->stalled_since;
	if (!v->info->one_direction || e->stalled < MANY_RETRANSMISSIONS || tried < WS_SECOND)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	SAY(v, _("stuck: the %1$s sent the same data again %2$u times in %3$s and nothing else, so no ACK of it came"),
	    verdict_side(v->info, i), e->stalled, verdict_duration(v->info->last_time - e->stalled_sent).text);
	return true;
}

static bool data_stays_unanswered(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (i == (unsigned)info->likely_client && is_not_accepted(info) && !info->endpoint[1 - i].bytes)
		return false;
	const bool fin = has_fin_out(e);
	const ws_time silence = info->last_time - e->stalled_since;
	const unsigned enough = silence < LONG_SILENCE ? MANY_RETRANSMISSIONS : 2;
	if (info->one_direction || info->renumbered || !e->unacknowledged || e->stalled < enough ||
	    info->endpoint[1 - i].state == WS_CLOSED || silence < WS_SHORTEST_TIMEOUT)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	if (v->text)
		say_unacknowledged(v, i, fin, info->last_time - e->stalled_sent);
	return true;
}

/* The peer is there, but lacks something, and no timer sends that again. */
static bool data_is_never_repeated(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i], *peer = &info->endpoint[1 - i];
	if (info->one_direction || info->renumbered || e->stalled || e->ignored < LONG_SILENCE || peer->closed_since ||
	    e->state < WS_ESTABLISHED || e->state == WS_FIN_WAIT_1 || e->state == WS_CLOSING ||
	    e->state == WS_LAST_ACK || peer->state == WS_CLOSED)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	SAY(v,
	    _("stuck: %1$u B from the %2$s unacknowledged; the %3$s sent segments up to %4$s later, but the capture has none of it "
	      "again"),
	    e->unacknowledged, verdict_side(info, i), verdict_side(info, 1 - i), verdict_duration(e->ignored).text);
	return true;
}

/* What it sends again, as its timer makes it do, was acknowledged by an ACK that the capture has. */
static bool acks_do_not_arrive(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (info->one_direction || e->unacknowledged || e->stalled_acked < MANY_RETRANSMISSIONS)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	const char *self = verdict_side(info, i), *peer = verdict_side(info, 1 - i);
	SAY(v, _("stuck: the %1$s sent again %2$u times in %3$s what the %4$s had acknowledged"), self, e->stalled,
	    verdict_duration(info->last_time - e->stalled_sent).text, peer);
	NEXT(v);
	if (e->stalled_heard)
		SAY_TEXTS(v, _("the %2$s does not take these ACKs, though it receives what the %1$s sends"), peer,
		          self);
	else if (!say_misplaced_acks(v, i))
		SAY_TEXTS(v, _("the %1$s's ACKs do not reach the %2$s, or it does not take them"), peer, self);
	return true;
}

static bool keep_alives_stay_unanswered(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (info->one_direction || e->unanswered_keep_alives < MANY_KEEP_ALIVES ||
	    info->last_time - e->unanswered_since < WS_SHORTEST_TIMEOUT)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	SAY(v,
	    _("stuck: %1$u keep-alives of the %2$s without an answer for %3$s; the %4$s is gone, or cannot be reached"),
	    e->unanswered_keep_alives, verdict_side(info, i),
	    verdict_duration(info->last_time - e->unanswered_since).text, verdict_side(info, 1 - i));
	return true;
}

/* Each end sends only because the other one does. */
static void say_storm(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct verdict_number time = verdict_duration(info->storm_time);
	v->says_storm = true;
	if (!info->storm_resetters)
		SAY(v,
		    _("%1$u ACKs in %2$s with nothing new, each of which answers the other side's (an ACK storm: each side finds "
		      "the other's numbers wrong, or its window closed)"),
		    info->storm, time.text);
	else if (info->storm_resetters == 3)
		SAY(v, _("%1$u RSTs and ACKs in %2$s, each of which answers the other side's"), info->storm, time.text);
	else
		SAY(v,
		    _("%1$u segments in %2$s that answer each other: RSTs of the %3$s that do not end the connection at the "
		      "%4$s, which answers each with an ACK"),
		    info->storm, time.text, verdict_side(info, info->storm_resetters == 2),
		    verdict_side(info, info->storm_resetters != 2));
}

/* Its peer's ACKs of what it sent before do not answer the SYN (RFC 9293 §3.5.2). */
static bool opens_again(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *e = &info->endpoint[i];
	if (e->late_syns < 2 || e->late_syn_time < WS_SHORTEST_TIMEOUT)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	SAY(v,
	    _("stuck: the %1$s has sent its SYN again %2$u times in %3$s, and nothing else, after the connection was open: as "
	      "where it was started again, and begins with the same number"),
	    verdict_side(info, i), e->late_syns, verdict_duration(e->late_syn_time).text);
	return true;
}

static bool is_in_storm(struct verdict *v)
{
	if (!v->info->storm_goes_on)
		return false;
	verdict_set(v, WS_VERDICT_STUCK, 3);
	SAY_TEXTS(v, _("stuck: "));
	say_storm(v);
	return true;
}

void verdict_storm(struct verdict *v)
{
	if (!v->info->storm || v->says_storm)
		return;
	NEXT(v);
	say_storm(v);
}

bool verdict_is_stuck(struct verdict *v)
{
	if (is_in_storm(v))
		return true;
	for (unsigned i = 0; i < 2; i++)
		if (window_stays_closed(v, i) || data_stays_unanswered(v, i) || data_is_never_repeated(v, i) ||
		    is_repeated_blindly(v, i) || acks_do_not_arrive(v, i) || keep_alives_stay_unanswered(v, i) ||
		    opens_again(v, i))
			return true;
	return false;
}

bool verdict_reuses(const struct ws_conn_info *info)
{
	return info->previous && info->reused_after > 0 && info->reused_after <= REUSED_SOON && !info->twin;
}

/* Between the parts of what is open, a comma; between those of other verdicts, a semicolon. */
void verdict_syns(struct verdict *v, bool open)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client];
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	if (client->syns > 1) {
		if (!open)
			NEXT(v);
		const unsigned plainer = info->plainer_syn;
		const char *format =
		        plainer & WS_SYN_DATA  ? _("%1$u SYNs over %2$s (only one without data was answered)")
		        : plainer & WS_SYN_ECN ? _("%1$u SYNs over %2$s (only one without ECN was answered)")
		        : plainer & WS_SYN_OPTIONS
		                ? _("%1$u SYNs over %2$s (only one without options other than the MSS was answered)")
		                : _("%1$u SYNs over %2$s");
		if (!plainer && verdict_reuses(info))
			SAY(v, _("%1$u SYNs over %2$s (#%3$llu had the same addresses and ports until %4$s before)"),
			    client->syns, verdict_duration(client->syn_time).text, (unsigned long long)info->previous,
			    verdict_duration(info->reused_after).text);
		else
			SAY(v, format, client->syns, verdict_duration(client->syn_time).text);
		if (open)
			COMMA(v);
	}
	/* More of them are said of a server that does not take the handshake's ACK. */
	if (server->syns > 1 && info->syn_ack_repeats < MANY_SYN_ACKS && !v->says_syn_acks) {
		if (!open)
			NEXT(v);
		SAY(v, _("%1$u SYN-ACKs over %2$s"), server->syns, verdict_duration(server->syn_time).text);
		if (open)
			COMMA(v);
	}
}

static void say_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	/* TRANSLATORS: a list of what is known of the open connection follows */
	SAY_TEXTS(v, _("open: "));
	if (info->one_direction) {
		SAY_TEXTS(v, "%s", verdict_direction(v).text);
		COMMA(v);
	}
	verdict_syns(v, true);
	if (info->initial_rtt >= 0) {
		SAY_TEXTS(v, _("handshake %s"), verdict_duration(info->initial_rtt).text);
		COMMA(v);
	} else if (info->handshake == WS_HANDSHAKE_MISSED) {
		SAY_TEXTS(v, _("picked up in the middle"));
		COMMA(v);
	}
	verdict_traffic(v);
}

static void say_opening(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	if (info->misacked) {
		SAY_TEXTS(v, _("opening: the ACK that came cannot complete the handshake, because it "
		               "acknowledges what the server never sent, or lies outside its window"));
		return;
	}
	v->says_syn_acks = server->syns > 1;
	if (v->says_syn_acks && info->one_direction)
		SAY(v, _("opening: %1$u SYN-ACKs over %2$s"), server->syns, verdict_duration(server->syn_time).text);
	else if (v->says_syn_acks)
		SAY(v, _("opening: %1$u SYN-ACKs over %2$s, the handshake's ACK has not come"), server->syns,
		    verdict_duration(server->syn_time).text);
	else if (info->one_direction)
		SAY_TEXTS(v, _("opening: SYN-ACK sent"));
	else
		SAY_TEXTS(v, _("opening: SYN-ACK sent, the handshake's ACK has not come"));
}

/* Had it taken a SYN-ACK, it would have answered that with an ACK, and not with another SYN. */
static bool hears_no_answer(const struct ws_conn_info *info)
{
	return info->endpoint[info->likely_client].syns_answered >= MANY_SYNS &&
	       info->handshake != WS_HANDSHAKE_COMPLETE;
}

void verdict_answer_unheard(struct verdict *v)
{
	if (!hears_no_answer(v->info))
		return;
	NEXT(v);
	SAY(v,
	    _("the client sent its SYN again %u times after a SYN-ACK, so the SYN-ACKs do not reach it in time, or it does not "
	      "accept them"),
	    v->info->endpoint[v->info->likely_client].syns_answered);
}

void verdict_open(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	bool opening = in_state(info, 0, WS_SYN_RECEIVED) || in_state(info, 1, WS_SYN_RECEIVED);
	if (is_not_accepted(info)) {
		verdict_set(v, WS_VERDICT_OPENING, 2);
		SAY_TEXTS(v, C_("verdict", "opening"));
	} else if (opening) {
		verdict_set(v, WS_VERDICT_OPENING, info->misacked || hears_no_answer(info) ? 2 : 1);
		say_opening(v);
	} else if (in_state(info, 0, WS_CLOSED) || in_state(info, 1, WS_CLOSED)) {
		verdict_set(v, WS_VERDICT_STRAY, 1);
		SAY_TEXTS(v, _("stray segments that belong to no connection"));
	} else {
		verdict_set(v, WS_VERDICT_OPEN, 0);
		say_open(v);
	}
}

/* A server that answers each handshake's ACK with another SYN-ACK has not made a connection of it (Linux: the accept
 * queue is full, or TCP_DEFER_ACCEPT waits for data). One repetition may have crossed the ACK. */
void verdict_not_accepted(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const unsigned server = 1 - (unsigned)info->likely_client;
	if (info->syn_ack_repeats < MANY_SYN_ACKS)
		return;
	NEXT(v);
	if (info->lacks_timestamps)
		SAY(v,
		    _("the server has not taken the handshake's ACK: it sent its SYN-ACK again %u times (the client's ACKs lack "
		      "the timestamps that both SYNs have, so a server may drop them)"),
		    info->syn_ack_repeats);
	else if (!info->endpoint[server].bytes && info->endpoint[1 - server].unacknowledged)
		SAY(v,
		    _("the server has not taken the handshake's ACK, nor the data after it: it sent its SYN-ACK again %u times "
		      "(its accept queue is full, or only the SYN gets through to it, as where a firewall does not see its "
		      "answers)"),
		    info->syn_ack_repeats);
	else if (info->endpoint[server].bytes)
		SAY(v,
		    _("the server was late to take the handshake's ACK: it sent its SYN-ACK again %u times (its accept queue "
		      "is full, or it defers accepting until data comes)"),
		    info->syn_ack_repeats);
	else
		SAY(v,
		    _("the server has not taken the handshake's ACK: it sent its SYN-ACK again %u times (its accept queue "
		      "is full, or it defers accepting until data comes)"),
		    info->syn_ack_repeats);
}
