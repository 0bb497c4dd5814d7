/* Sums of shares of time, and their words. */
#include <wirestate/shares.h>

#include "base/put.h"

#include <math.h>

static void add_time(ws_time *sum, ws_time time)
{
	const ws_time most = INT64_MAX / (2 * WS_CAUSE_COUNT); /* so that all of them can be added up */
	if (time > most - *sum)
		*sum = most;
	else
		*sum += time;
}

ws_time ws_shares_slow_part(const struct ws_time_shares *shares, unsigned client, enum ws_slow_cause cause)
{
	static const enum ws_cause first[] = {[WS_SLOW_SERVER] = WS_CAUSE_PROGRAM,
	                                      [WS_SLOW_RECOVERY] = WS_CAUSE_DUPLICATE_ACKS,
	                                      [WS_SLOW_WINDOW] = WS_CAUSE_WINDOW,
	                                      [WS_SLOW_CONNECTING] = WS_CAUSE_CONNECTING,
	                                      [WS_SLOW_NAGLE] = WS_CAUSE_NAGLE};
	const ws_time *time = shares->time[first[cause]], *next = shares->time[first[cause] + 1];
	if (cause == WS_SLOW_SERVER)
		return time[!client];
	const bool two = cause == WS_SLOW_RECOVERY || cause == WS_SLOW_WINDOW;
	return time[0] + time[1] + (two ? next[0] + next[1] : 0);
}

ws_time ws_shares_slow(const struct ws_time_shares *shares, unsigned client)
{
	ws_time sum = 0;
	for (enum ws_slow_cause cause = 0; cause < WS_SLOW_COUNT; cause++)
		sum += ws_shares_slow_part(shares, client, cause);
	return sum;
}

enum ws_slow_cause ws_shares_slow_cause(const struct ws_time_shares *shares, unsigned client)
{
	enum ws_slow_cause longest = 0;
	for (enum ws_slow_cause cause = 1; cause < WS_SLOW_COUNT; cause++)
		if (ws_shares_slow_part(shares, client, cause) > ws_shares_slow_part(shares, client, longest))
			longest = cause;
	return longest;
}

void ws_shares_add(struct ws_time_shares *sum, const struct ws_time_shares *added, unsigned client)
{
	enum { ALL = WS_CAUSE_COUNT };
#pragma GCC unroll ALL
	for (enum ws_cause cause = 0; cause < WS_CAUSE_COUNT; cause++) {
		if (!(added->time[cause][0] | added->time[cause][1])) /* as most are */
			continue;
		const unsigned first = ws_cause_is_sided(cause) ? client : 0;
		add_time(&sum->time[cause][0], added->time[cause][first]);
		add_time(&sum->time[cause][1], added->time[cause][!first]);
	}
	sum->timeouts += added->timeouts;
}

/* ---- Words */

static const struct {
	const char *word, *words;
} causes[] = {
#define X(name, word, words, sided) [name] = {word, words},
        WS_CAUSES(X)
#undef X
};

const char *ws_cause_word(enum ws_cause cause)
{
	return causes[cause].word;
}

const char *ws_slow_word(enum ws_slow_cause cause)
{
	static const char *const words[] = {
#define X(name, word, words) [name] = word,
	        WS_SLOW_CAUSES(X)
#undef X
	};
	return words[cause];
}

const char *ws_slow_words(enum ws_slow_cause cause)
{
	static const char *const words[] = {
#define X(name, word, words) [name] = words,
	        WS_SLOW_CAUSES(X)
#undef X
	};
	return ws_translate_marked(words[cause]);
}

/* Puts a share that is at least so long after those that are not shorter; there are too few for qsort(). Returns how many
 * there are then. */
static size_t insert_share(struct ws_named_share *named, size_t count, ws_time least, struct ws_named_share share)
{
	size_t i = count;
	if (share.time < least)
		return count;
	for (; i > 0 && named[i - 1].time < share.time; i--)
		named[i] = named[i - 1];
	named[i] = share;
	return count + 1;
}

static size_t name_shares(const struct ws_time_shares *shares, ws_time least, struct ws_named_share *named)
{
	size_t count = 0;
	for (enum ws_cause cause = 0; cause < WS_CAUSE_COUNT; cause++) {
		const ws_time *time = shares->time[cause];
		if (cause == WS_CAUSE_PROGRAM) {
			count = insert_share(named, count, least, (struct ws_named_share){time[0], cause, 0});
			count = insert_share(named, count, least, (struct ws_named_share){time[1], cause, 1});
		} else {
			count = insert_share(named, count, least,
			                     (struct ws_named_share){time[0] + time[1], cause, -1});
		}
	}
	return count;
}

size_t ws_shares_named(const struct ws_time_shares *shares, struct ws_named_share *named)
{
	return name_shares(shares, INT64_MIN, named);
}

void ws_share_words(struct ws_text *text, enum ws_cause cause, int side, unsigned client)
{
	if (cause == WS_CAUSE_PROGRAM)
		ws_text_puts(text, side == (int)client ? _("client's program") : _("server's program"));
	else
		ws_text_puts(text, ws_translate_marked(causes[cause].words));
}

static void put_percent(struct ws_text *text, ws_time part, ws_time sum)
{
	char made[WS_PUT_U64 + sizeof(" % ")];
	char *end = ws_put_u64(made, (uint64_t)llrint(100.0 * (double)part / (double)sum));
	memcpy(end, " % ", 3);
	ws_text_append(text, made, (size_t)(end + 3 - made));
}

void ws_shares_words(struct ws_text *text, const struct ws_time_shares *shares, unsigned client)
{
	struct ws_named_share named[WS_NAMED_SHARES];
	ws_time sum = 0;
	for (enum ws_cause cause = 0; cause < WS_CAUSE_COUNT; cause++)
		sum += shares->time[cause][0] + shares->time[cause][1];
	const char *comma = _(", ");
	const size_t comma_length = strlen(comma), count = name_shares(shares, sum < 100 ? 1 : sum / 100, named);
	for (size_t i = 0; i < count; i++) {
		ws_text_append(text, comma, i ? comma_length : 0);
		put_percent(text, named[i].time, sum);
		ws_share_words(text, named[i].cause, named[i].side, client);
		if (named[i].cause == WS_CAUSE_TIMEOUT)
			ws_text_printf(text, " (%u)", shares->timeouts);
	}
}

const char *ws_shares_vantage(const struct ws_time_shares *shares, unsigned client)
{
	enum { MUCH = 8 };
	const ws_time delayed = 40 * WS_MILLISECOND, tolerance = 6 * WS_MILLISECOND; /* of Linux's ACKs, at least */
	const ws_time to_client = shares->way_to[client & 1], to_server = shares->way_to[!client];
	if (shares->both_ends)
		return "both";
	if (!to_client || !to_server)
		return NULL;
	if (to_client * MUCH < to_server)
		return "client";
	if (to_server * MUCH < to_client)
		return "server";
	/* Where all ACKs that were captured of an endpoint may have been delayed, it may be at either place. */
	const ws_time nearer = to_client < to_server ? to_client : to_server;
	return !shares->opened && nearer >= delayed && nearer <= delayed + tolerance ? NULL : "middle";
}
