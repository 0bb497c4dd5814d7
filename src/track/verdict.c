/* The verdict on a connection, as a text with its evidence. The first rule that matches counts. */
#include "track/verdict.h"
#include "base/put.h"
#include "decode/application.h"
#include "track/info.h"

#include <wirestate/join.h>

#include <stdio.h>
#include <string.h>

/* ---- Parts */

const char *verdict_side(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? C_("side of a connection", "client")
	                                                 : C_("side of a connection", "server");
}

struct verdict_number verdict_duration(ws_time duration)
{
	struct verdict_number made;
	if (duration < WS_MILLISECOND)
		snprintf(made.text, sizeof(made.text), "%d µs", (int)(duration / 1000));
	else if (duration < WS_SECOND)
		snprintf(made.text, sizeof(made.text), "%.1f ms", (double)duration / WS_MILLISECOND);
	else
		snprintf(made.text, sizeof(made.text), "%.1f s", (double)duration / WS_SECOND);
	return made;
}

struct verdict_number verdict_count(uint64_t value)
{
	struct verdict_number made;
	*ws_put_u64(made.text, value) = '\0';
	return made;
}

/* Zeek's T and t stand for payload that was sent again; but a RST that was forged may have moved the numbers by which
 * they are told. A long stream is as long as what was captured of it. */
static bool has_repeats(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *e = info->endpoint;
	return strpbrk(info->history, "Tt") && (e[0].bytes > e[0].stream_bytes || e[1].bytes > e[1].stream_bytes ||
	                                        e[0].bytes > INT32_MAX || e[1].bytes > INT32_MAX);
}

/* Nearly every text ends like this. */
void verdict_traffic(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client];
	const struct ws_endpoint_info *server = &info->endpoint[1 - info->likely_client];
	if (!v->text)
		return;
	if (!info->one_direction)
		ws_text_parts(v->text, _("%1$s B to the server, %2$s B back"), verdict_count(client->bytes).text,
		              verdict_count(server->bytes).text);
	else if (info->captured == WS_CAPTURED_CLIENT)
		ws_text_parts(v->text, _("%s B to the server"), verdict_count(client->bytes).text);
	else
		ws_text_parts(v->text, _("%s B to the client"), verdict_count(server->bytes).text);
	if (has_repeats(info))
		ws_text_puts(v->text, _(", repeats included"));
}

struct verdict_part verdict_direction(struct verdict *v)
{
	struct verdict_part made;
	struct ws_text text = WS_TEXT_OVER(made.text);
	v->says_direction = true;
	ws_text_parts(&text, _("one direction captured (%s)"),
	              _(ws_captured_name((enum ws_captured)v->info->captured)));
	ws_text_cstr(&text);
	return made;
}

/* "nginx[812]", where that is known, or a message of which the side is the only part. */
struct verdict_part verdict_application(const struct ws_conn_info *info, unsigned endpoint, const char *unknown)
{
	struct verdict_part made;
	struct ws_text text = WS_TEXT_OVER(made.text);
	if (!ws_process_label(&text, &info->endpoint[endpoint]))
		ws_text_parts(&text, unknown, verdict_side(info, endpoint));
	ws_text_cstr(&text);
	return made;
}

/* "10.0.9.1 reports fragmentation needed (MTU 1400), 3 times" */
struct verdict_part verdict_icmp(const struct ws_conn_info *info)
{
	struct verdict_part made;
	char from[64], error[128];
	struct ws_text text = WS_TEXT_OVER(made.text), from_text = WS_TEXT_OVER(from), error_text = WS_TEXT_OVER(error);
	const struct ws_icmp_note *icmp = &info->icmp;
	const char *name = ws_icmp_name(icmp->type, icmp->code, icmp->ip_version == 6);
	ws_text_addr(&from_text, &icmp->from, icmp->ip_version);
	if (icmp->mtu)
		ws_text_printf(&error_text, _("%1$s (MTU %2$u)"), name, icmp->mtu);
	else
		ws_text_puts(&error_text, name);
	if (icmp->count > 1)
		ws_text_printf(&text, _("%1$s reports %2$s, %3$u times"), ws_text_cstr(&from_text),
		               ws_text_cstr(&error_text), icmp->count);
	else
		ws_text_parts(&text, _("%1$s reports %2$s"), ws_text_cstr(&from_text), ws_text_cstr(&error_text));
	ws_text_cstr(&text);
	return made;
}

/* A RST that answered the SYN was not the server's: its SYN-ACK came later. */
static void say_forged(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const bool answered = info->completeness & 2;
	if (info->forged_reset) {
		NEXT(v);
		if (answered && !info->opened)
			SAY(v,
			    _("a RST was forged: its apparent sender sent a SYN-ACK after it, so port %u is open there"),
			    info->endpoint[1 - info->likely_client].port);
		else if (info->forged_reset == 3)
			SAY_TEXTS(v, _("RSTs were forged: the client and the server, their apparent senders, went on"));
		else if (info->forged_reset == 1u << info->likely_client)
			SAY_TEXTS(v, _("a RST was forged: the client, its apparent sender, went on"));
		else
			SAY_TEXTS(v, _("a RST was forged: the server, its apparent sender, went on"));
	}
	if (info->stray_reset && answered) {
		NEXT(v);
		SAY_TEXTS(
		        v,
		        _("a RST before the SYN-ACK did not acknowledge the SYN, so it changed nothing (forged, or of "
		          "another connection)"));
	}
}

/* ---- Closed, or closing */

static void say_closed(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->one_direction)
		SAY_TEXTS(v, _("closed: %s, so it is unknown who closed first"), verdict_direction(v).text);
	else if (info->closed_by == WS_CLOSED_BY_UNKNOWN)
		SAY_TEXTS(v, _("closed: a FIN was not captured, so it is unknown who closed first"));
	else if (info->closed_by == WS_CLOSED_BY_BOTH)
		SAY_TEXTS(v, _("closed: both sides at once"));
	else
		SAY_TEXTS(v, _("closed: %s first"), verdict_side(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
}

static bool is_closed(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->close == WS_CLOSE_FIN) {
		verdict_set(v, WS_VERDICT_CLOSED, 0);
		say_closed(v);
	} else if (info->superseded) {
		verdict_set(v, WS_VERDICT_REPLACED, 1);
		SAY_TEXTS(v, _("replaced: a new connection took over its addresses and ports"));
	} else if (info->ended && info->close == WS_CLOSE_TIMEOUT) {
		verdict_set(v, WS_VERDICT_TIMEOUT, 1);
		SAY_TEXTS(v, _("timed out"));
	} else {
		return false;
	}
	NEXT(v);
	verdict_traffic(v);
	return true;
}

/* Endpoint `i` has received a FIN and has not closed. */
static void say_half_closed(struct verdict *v, unsigned i)
{
	const struct ws_conn_info *info = v->info;
	if (info->handshake == WS_HANDSHAKE_MISSED && !info->endpoint[i].bytes) {
		verdict_set(v, WS_VERDICT_CLOSING, 0);
		SAY_TEXTS(
		        v,
		        _("closing: the %1$s sent FIN; the capture does not show whether the %2$s had closed before it "
		          "began"),
		        verdict_side(info, 1 - i), verdict_side(info, i));
	} else if (info->endpoint[i].end_missed) {
		verdict_set(v, WS_VERDICT_CLOSING, 0);
		SAY_TEXTS(
		        v,
		        _("closing: the %1$s sent FIN; the capture does not show whether the %2$s has closed, because the "
		          "end of what it has sent was not captured"),
		        verdict_side(info, 1 - i), verdict_side(info, i));
	} else if (info->endpoint[1 - i].unacknowledged && info->endpoint[1 - i].state == WS_FIN_WAIT_1) {
		verdict_set(v, WS_VERDICT_CLOSING, 1);
		SAY_TEXTS(v, _("closing: the %1$s sent FIN, which the %2$s has not acknowledged"),
		          verdict_side(info, 1 - i), verdict_side(info, i));
	} else {
		/* Since the FIN, or since it has sent its latest data: a half-closed connection may go on for long. */
		const bool stuck = info->left_alone || (info->endpoint[0].quiet > WS_LONG_CLOSE_WAIT &&
		                                        info->endpoint[1].quiet > WS_LONG_CLOSE_WAIT);
		verdict_set(v, WS_VERDICT_CLOSE_WAIT, stuck ? 3 : 1);
		/* TRANSLATORS: %2$s is "nginx[812]" or "the server's application". */
		SAY_TEXTS(v, _("half-closed: the %1$s sent FIN, %2$s has not closed yet"), verdict_side(info, 1 - i),
		          verdict_application(info, i, _("the %s's application")).text);
	}
	NEXT(v);
	verdict_traffic(v);
}

static bool is_closing(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->endpoint[0].state < WS_FIN_WAIT_1 && info->endpoint[1].state < WS_FIN_WAIT_1)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		if (in_state(info, i, WS_CLOSE_WAIT)) {
			say_half_closed(v, i);
			return true;
		}
	}
	verdict_set(v, WS_VERDICT_CLOSING, !info->one_direction);
	if (info->one_direction) {
		SAY_TEXTS(v, _("closing: %s, which has a FIN"), verdict_direction(v).text);
		NEXT(v);
	} else if (info->closed_by == WS_CLOSED_BY_UNKNOWN) {
		SAY_TEXTS(v, _("closing: a FIN was not captured, so it is unknown who closed first"));
		NEXT(v);
	} else if (info->closed_by == WS_CLOSED_BY_BOTH) {
		SAY_TEXTS(v, _("closing: both sides at once"));
		NEXT(v);
	} else if (info->closed_by != WS_CLOSED_BY_NONE) {
		SAY_TEXTS(v, _("closing: %s first"), verdict_side(info, info->closed_by == WS_CLOSED_BY_ENDPOINT_1));
		NEXT(v);
	} else {
		SAY_TEXTS(v, _("closing: "));
	}
	verdict_traffic(v);
	return true;
}

/* What was lost between two neighbouring points. */
static void say_lost(struct verdict *v, unsigned near, unsigned far)
{
	const struct ws_conn_path *path = v->info->path;
	const unsigned client = (unsigned)path->client & 1;
	const struct ws_join_direction *to = &path->result.direction[client], *back = &path->result.direction[!client];
	const struct verdict_number lost_to = verdict_count(to->lost_after[near]),
	                            lost_back = verdict_count(back->lost_after[far]), sent_to = verdict_count(to->sent),
	                            sent_back = verdict_count(back->sent);
	if (!to->lost_after[near] && !back->lost_after[far])
		return;
	NEXT(v);
	if (!back->lost_after[far])
		SAY_TEXTS(v, _("lost between %1$s and %2$s: %3$s of %4$s to the server"), path->name[near],
		          path->name[far], lost_to.text, sent_to.text);
	else if (!to->lost_after[near])
		SAY_TEXTS(v, _("lost between %1$s and %2$s: %3$s of %4$s to the client"), path->name[near],
		          path->name[far], lost_back.text, sent_back.text);
	else
		SAY_TEXTS(v, _("lost between %1$s and %2$s: %3$s of %4$s to the server, %5$s of %6$s to the client"),
		          path->name[near], path->name[far], lost_to.text, sent_to.text, lost_back.text,
		          sent_back.text);
}

/* "MSS 1380 instead of 1460, no window scale" */
static struct verdict_part option_words(const struct ws_syn_options *before, const struct ws_syn_options *after)
{
	struct verdict_part made;
	struct ws_text text = WS_TEXT_OVER(made.text);
	const struct {
		bool before, after, differs;
		unsigned now, then;
		const char *name;
	} option[] = {
	        {before->mss, after->mss, before->mss != after->mss, after->mss, before->mss, N_("MSS")},
	        {before->scale != 255, after->scale != 255, before->scale != after->scale, after->scale, before->scale,
	         N_("window scale")},
	        {before->sack, after->sack, before->sack != after->sack, 0, 0, N_("SACK permitted")},
	        {before->timestamps, after->timestamps, before->timestamps != after->timestamps, 0, 0,
	         N_("timestamps")},
	};
	const char *comma = "";
	for (size_t i = 0; i < sizeof(option) / sizeof(*option); i++) {
		if (!option[i].differs)
			continue;
		ws_text_puts(&text, comma);
		if (option[i].before && option[i].after)
			/* TRANSLATORS: "MSS 1380 instead of 1460" */
			ws_text_printf(&text, _("%1$s %2$u instead of %3$u"), _(option[i].name), option[i].now,
			               option[i].then);
		else
			/* TRANSLATORS: "no window scale", "timestamps added": a TCP option */
			ws_text_parts(&text, option[i].before ? _("no %s") : _("%s added"), _(option[i].name));
		comma = _(", ");
	}
	ws_text_cstr(&text);
	return made;
}

static void say_option_changes(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_option_change *change = &info->option_change[i];
		const char *near = info->path->name[change->near], *far = info->path->name[change->far];
		if (!change->changed)
			continue;
		NEXT(v);
		if (i == (unsigned)info->likely_client)
			SAY_TEXTS(v, _("a device between %1$s and %2$s changed the options of the client's SYN: %3$s"),
			          near, far, option_words(&change->before, &change->after).text);
		else
			SAY_TEXTS(v,
			          _("a device between %1$s and %2$s changed the options of the server's SYN-ACK: %3$s"),
			          near, far, option_words(&change->before, &change->after).text);
	}
}

/* What several points know: what was lost between two of them, in both directions, and who took how long. */
static void say_path(struct verdict *v)
{
	const struct ws_conn_path *path = v->info->path;
	if (!path || !v->text)
		return;
	const unsigned client = (unsigned)path->client & 1;
	const struct ws_join_direction *to = &path->result.direction[client], *back = &path->result.direction[!client];
	for (unsigned i = 0; i + 1u < path->result.points; i++)
		say_lost(v, path->result.path[client ? path->result.points - 1u - i : i],
		         path->result.path[client ? path->result.points - 2u - i : i + 1u]);
	say_option_changes(v);
	/* RSTs that reject an answer from elsewhere are in another connection where they left. */
	if ((to->injected || back->injected) && v->info->elsewhere != WS_ELSEWHERE_ANSWERED) {
		NEXT(v);
		SAY_TEXTS(v, _("%s arrived that had never left: forged between the points"),
		          verdict_count(to->injected + back->injected).text);
	}
	if (to->needless || back->needless) {
		const unsigned long long needless = to->needless + back->needless;
		NEXT(v);
		SAY(v,
		    ws_translate_plural("%llu sent again needlessly: the first copy had arrived",
		                        "%llu sent again needlessly: the first copies had arrived", needless),
		    needless);
	}
	if (path->answer_time >= 0 && to->delay_median >= 0 && back->delay_median >= 0) {
		NEXT(v);
		SAY_TEXTS(v, _("network %1$s there and back, server %2$s to answer"),
		          ws_duration_part(to->delay_median + back->delay_median).text,
		          ws_duration_part(path->answer_time).text);
	}
}

/* Whether a segment with so many bytes, and without options, fits into the MTU that an ICMP error reports. */
static bool fits_mtu(const struct ws_conn_info *info, uint32_t payload)
{
	return payload + (info->ip_version == 6 ? 60 : 40) <= info->icmp.mtu;
}

/* What is sent again, and never acknowledged, is still larger than an ICMP error allows. */
static bool is_still_too_large(const struct ws_conn_info *info)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint_info *e = &info->endpoint[i];
		if (e->stalled && e->unacknowledged && !fits_mtu(info, e->stalled_least))
			return true;
	}
	return false;
}

/* A router that reports an MTU into which the largest segments fit has got larger ones: something merged them. */
static void say_icmp(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	const struct verdict_part error = verdict_icmp(info);
	const bool stuck = info->icmp.mtu && v->judgement.verdict == WS_VERDICT_STUCK;
	if (stuck && info->mss && fits_mtu(info, info->mss))
		SAY(v,
		    _("%1$s, though segments of %2$u B, the MSS, fit into that: it may merge them itself before it passes "
		      "them on (large receive offload)"),
		    error.text, info->mss);
	else if (stuck && is_still_too_large(info))
		/* TRANSLATORS: %s is "192.0.2.1 reports fragmentation needed (MTU 1400), 3 times". */
		SAY_TEXTS(v, _("%s: a path MTU black hole, because the sender does not make its segments smaller"),
		          error.text);
	else
		SAY_TEXTS(v, "%s", error.text);
}

/* What is said beside the verdict itself. */
static void say_more(struct verdict *v)
{
	const struct ws_conn_info *info = v->info;
	if (info->one_direction && !v->says_direction) {
		NEXT(v);
		SAY_TEXTS(v, "%s", verdict_direction(v).text);
	}
	if (v->judgement.verdict != WS_VERDICT_OPEN && v->judgement.verdict != WS_VERDICT_SILENT)
		verdict_syns(v, false);
	say_forged(v);
	if ((v->judgement.verdict == WS_VERDICT_RESET && info->reset_by != WS_CLOSED_BY_NONE) ||
	    v->judgement.verdict == WS_VERDICT_REFUSED)
		verdict_reset_look(v);
	verdict_not_accepted(v);
	verdict_answer_unheard(v);
	verdict_storm(v);
	for (unsigned i = 0; i < 2; i++) {
		if (!info->alert[i])
			continue;
		NEXT(v);
		SAY(v, _("the %1$s sent the fatal TLS alert %2$s (%3$u)"), verdict_side(info, i),
		    ws_tls_alert_name(info->alert[i]), info->alert[i]);
	}
	if (info->answer_unsigned && info->handshake != WS_HANDSHAKE_COMPLETE) {
		NEXT(v);
		SAY_TEXTS(
		        v,
		        _("the SYN is signed with TCP MD5 or TCP-AO, and the SYN-ACK is not, so the client drops it"));
	}
	if (info->answer_echoes && info->handshake != WS_HANDSHAKE_COMPLETE) {
		NEXT(v);
		SAY_TEXTS(v, _("the SYN-ACK echoes another timestamp than the SYN has, so the client may reject it"));
	}
	if (info->wrong_sacks > 1) {
		NEXT(v);
		SAY(v,
		    _("%1$u ACKs of the %2$s have SACK blocks with numbers that the %3$s never sent, so they are no use: as "
		      "behind a firewall that changes sequence numbers, but not those in SACK blocks"),
		    info->wrong_sacks, verdict_side(info, info->wrong_sacker), verdict_side(info, !info->wrong_sacker));
	}
	if (info->twin) {
		NEXT(v);
		SAY(v, _("the same connection as #%llu, on the other side of a device that changes sequence numbers"),
		    (unsigned long long)info->twin);
	}
	if (info->elsewhere >= WS_ELSEWHERE_TRANSLATED && v->judgement.verdict != WS_VERDICT_SILENT) {
		NEXT(v);
		SAY(v,
		    _("the same connection as #%llu, on the other side of a device that translates addresses or ports"),
		    (unsigned long long)info->elsewhere_number);
	}
	if (info->renumbered) {
		NEXT(v);
		SAY_TEXTS(
		        v,
		        _("the server answered the SYN with a second sequence number, as behind a SYN proxy, or where "
		          "two hosts have one address"));
	}
	if (info->icmp.count && v->judgement.verdict != WS_VERDICT_UNREACHABLE) {
		NEXT(v);
		say_icmp(v);
	}
	say_path(v);
	if (info->checksums_ignored) {
		NEXT(v);
		ws_checksums_words(v->text, info->checksums_ignored,
		                   info->endpoint[0].packets + info->endpoint[1].packets);
	}
}

static struct ws_judgement judge(const struct ws_conn_info *info, struct ws_text *text)
{
	struct verdict v = {.info = info, .text = text};
	if (!verdict_failed_to_open(&v) && !verdict_was_reset(&v) && !is_closed(&v) && !verdict_is_stuck(&v) &&
	    !is_closing(&v))
		verdict_open(&v);
	if (text)
		say_more(&v);
	return v.judgement;
}

/* A record states its verdict in English, and has most of what it was made from. Where the rules make the very same
 * sentence of the record, they can make it in the language that is shown, too. */
static void say_stated(const struct ws_conn_info *stated, struct ws_text *text)
{
	char made[1024];
	struct ws_text english = WS_TEXT_OVER(made);
	struct ws_conn_info info = *stated;
	const enum ws_verdict verdict = stated->stated.judgement.verdict;
	const bool translated = ws_language_set(false);
	info.just_sent = verdict == WS_VERDICT_OPENING && !stated->endpoint[1 - stated->likely_client].packets;
	info.opened = verdict != WS_VERDICT_REFUSED && verdict != WS_VERDICT_NOT_OPENED &&
	              verdict != WS_VERDICT_UNREACHABLE && verdict != WS_VERDICT_SILENT && !info.just_sent;
	info.refused = verdict == WS_VERDICT_REFUSED;
	info.unreachable = verdict == WS_VERDICT_UNREACHABLE;
	info.superseded = verdict == WS_VERDICT_REPLACED;
	info.endpoint[0].end_missed = info.endpoint[1].end_missed = verdict == WS_VERDICT_CLOSING;
	if (translated)
		judge(&info, &english);
	ws_language_set(translated);
	if (translated && strcmp(ws_text_cstr(&english), stated->stated.verdict) == 0)
		judge(&info, text);
	else
		ws_text_puts(text, _(stated->stated.verdict));
}

static struct ws_judgement judge_conn(const struct ws_conn_info *info, struct ws_text *text)
{
	if (!info->stated.sensor)
		return judge(info, text);
	if (text && info->stated.verdict) /* its sensor has seen the packets */
		say_stated(info, text);
	return info->stated.judgement;
}

struct ws_judgement ws_conn_judge(const struct ws_conn_info *info)
{
	struct ws_judgement judgement = judge_conn(info, NULL);
	judgement.slow =
	        info->shares_known && ws_shares_slow(&info->shares, (unsigned)info->likely_client & 1) >= WS_SLOW;
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
