/* Which conversations of datagrams are the same although a NAT has changed addresses, ports and identifiers: those that
 * carry the same datagrams.
 *
 * A datagram votes for two conversations when no other conversation has its like, at either point: first with its IP
 * ID, and then, for those that are left because it is 0 or was changed, by its payload alone. With two votes, two
 * conversations are one. A single vote, as of a query whose answer was lost, counts only where both points' times
 * differ by about as much as those of other pairs do at that time. */
#include "base/hash.h"
#include "base/search.h"

#include <wirestate/join.h>

#include <stdlib.h>

/* How much the difference of both points' times may differ from that of the nearest other. */
#define LIKE_OTHERS WS_SECOND

struct like {
	uint64_t key;
	uint32_t index; /* of the content */
	uint32_t connection;
	ws_time time;
};

/* The datagrams with one key, at one point. */
struct likes {
	const struct like *first;
	size_t end; /* where the next key begins */
	bool one;   /* all are of one conversation */
};

struct ballot {
	uint32_t a, b;
	uint32_t votes;
	bool swapped;
	ws_time here, difference; /* of the first datagram that voted */
};

/* When both points captured something that is the same for certain. */
struct anchor {
	ws_time here, difference;
};

struct flow_pairing {
	const struct ws_join_contents *side[2];
	struct like *like[2];
	size_t count[2]; /* of likes */
	bool *taken[2];
	struct ballot *ballot;
	size_t ballots;
	struct anchor *anchor;
	size_t anchors;
	struct ws_join_pair *pairs;
	size_t *pair_count;
};

static int like_order(const void *left, const void *right)
{
	const struct like *a = left, *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* Requests and replies of echoes have the same payload. */
static void list_likes(struct flow_pairing *p, unsigned point, bool with_id)
{
	const struct ws_join_contents *side = p->side[point];
	p->count[point] = 0;
	for (size_t i = 0; i < side->count; i++) {
		const struct ws_join_content *c = &side->content[i];
		const unsigned kind = side->connection[c->connection].kind;
		if (p->taken[point][c->connection] || (with_id && !c->identification))
			continue;
		uint64_t key = ws_hash_mix(c->digest, kind << 1 | (kind == WS_JOIN_ECHO && c->direction));
		key = with_id ? ws_hash_mix(key, c->identification) : key;
		p->like[point][p->count[point]++] = (struct like){key, (uint32_t)i, c->connection, c->time};
	}
	if (p->count[point])
		qsort(p->like[point], p->count[point], sizeof(*p->like[point]), like_order);
}

static struct likes likes_at(const struct flow_pairing *p, unsigned point, size_t at)
{
	struct likes likes = {&p->like[point][at], at, true};
	for (; likes.end < p->count[point] && p->like[point][likes.end].key == likes.first->key; likes.end++)
		likes.one = likes.one && p->like[point][likes.end].connection == likes.first->connection;
	return likes;
}

static void vote(struct flow_pairing *p, const struct like *a, const struct like *b)
{
	const bool swapped = p->side[0]->content[a->index].direction != p->side[1]->content[b->index].direction;
	p->ballot[p->ballots++] = (struct ballot){
	        .a = a->connection,
	        .b = b->connection,
	        .votes = 1,
	        .swapped = swapped,
	        .here = a->time,
	        .difference = (ws_time)((uint64_t)b->time - (uint64_t)a->time),
	};
}

static void collect_votes(struct flow_pairing *p, bool with_id)
{
	list_likes(p, 0, with_id);
	list_likes(p, 1, with_id);
	p->ballots = 0;
	for (size_t i = 0, k = 0; i < p->count[0] && k < p->count[1];) {
		const struct likes a = likes_at(p, 0, i), b = likes_at(p, 1, k);
		if (a.first->key != b.first->key) {
			if (a.first->key < b.first->key)
				i = a.end;
			else
				k = b.end;
			continue;
		}
		if (a.one && b.one)
			vote(p, a.first, b.first);
		i = a.end;
		k = b.end;
	}
}

static int ballot_order(const void *left, const void *right)
{
	const struct ballot *a = left, *b = right;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	if (a->swapped != b->swapped)
		return a->swapped ? 1 : -1;
	return a->here < b->here ? -1 : a->here > b->here;
}

/* The most votes first; then a fixed order, so that the result does not depend on the machine's sorting. */
static int votes_order(const void *left, const void *right)
{
	const struct ballot *a = left, *b = right;
	return a->votes != b->votes ? (a->votes > b->votes ? -1 : 1) : ballot_order(left, right);
}

static void count_votes(struct flow_pairing *p)
{
	size_t out = 0;
	if (p->ballots)
		qsort(p->ballot, p->ballots, sizeof(*p->ballot), ballot_order);
	for (size_t i = 0; i < p->ballots; i++) {
		struct ballot *last = out ? &p->ballot[out - 1] : NULL;
		const struct ballot *b = &p->ballot[i];
		if (last && last->a == b->a && last->b == b->b && last->swapped == b->swapped)
			last->votes++;
		else
			p->ballot[out++] = *b;
	}
	p->ballots = out;
	if (out)
		qsort(p->ballot, out, sizeof(*p->ballot), votes_order);
}

/* ---- Pairs */

static int anchor_order(const void *left, const void *right)
{
	const struct anchor *a = left, *b = right;
	if (a->here != b->here)
		return a->here < b->here ? -1 : 1;
	return a->difference < b->difference ? -1 : a->difference > b->difference;
}

static void add_anchor(struct flow_pairing *p, ws_time here, ws_time difference)
{
	p->anchor[p->anchors++] = (struct anchor){here, difference};
}

/* The connections that are paired by both of their initial sequence numbers, most of which were captured from the SYN
 * on. */
static void list_anchors(struct flow_pairing *p)
{
	for (size_t i = 0; i < *p->pair_count; i++) {
		const struct ws_join_connection *a = &p->side[0]->connection[p->pairs[i].a];
		const struct ws_join_connection *b = &p->side[1]->connection[p->pairs[i].b];
		if (a->kind == WS_JOIN_TCP && !p->pairs[i].doubtful)
			add_anchor(p, a->first_time, (ws_time)((uint64_t)b->first_time - (uint64_t)a->first_time));
	}
}

/* By the anchor that is nearest in time: clocks drift, and are set. */
static bool like_others(const struct flow_pairing *p, const struct ballot *ballot)
{
	size_t low = SEARCH_FIRST(p->anchors, i, p->anchor[i].here < ballot->here);
	if (!p->anchors)
		return false;
	if (low == p->anchors || (low && (uint64_t)ballot->here - (uint64_t)p->anchor[low - 1].here <
	                                         (uint64_t)p->anchor[low].here - (uint64_t)ballot->here))
		low--;
	ws_time apart;
	return !__builtin_sub_overflow(ballot->difference, p->anchor[low].difference, &apart) && apart < LIKE_OTHERS &&
	       apart > -LIKE_OTHERS;
}

static void take_elected(struct flow_pairing *p, bool with_id, uint32_t least)
{
	collect_votes(p, with_id);
	count_votes(p);
	for (size_t i = 0; i < p->ballots && p->ballot[i].votes >= least; i++) {
		const struct ballot *b = &p->ballot[i];
		if (p->taken[0][b->a] || p->taken[1][b->b] || (b->votes == 1 && !like_others(p, b)))
			continue;
		p->taken[0][b->a] = p->taken[1][b->b] = true;
		p->pairs[(*p->pair_count)++] = (struct ws_join_pair){b->a, b->b, b->swapped, false};
		if (b->votes > 1)
			add_anchor(p, b->here, b->difference);
	}
}

static void elect(struct flow_pairing *p)
{
	for (size_t i = 0; i < *p->pair_count; i++)
		p->taken[0][p->pairs[i].a] = p->taken[1][p->pairs[i].b] = true;
	list_anchors(p);
	take_elected(p, true, 2);
	take_elected(p, false, 2);
	if (p->anchors)
		qsort(p->anchor, p->anchors, sizeof(*p->anchor), anchor_order);
	take_elected(p, true, 1);
	take_elected(p, false, 1);
}

bool ws_join_flows(const struct ws_join_contents *a, const struct ws_join_contents *b, struct ws_join_pair *pairs,
                   size_t *count)
{
	struct flow_pairing p = {.side = {a, b}, .pairs = pairs, .pair_count = count};
	const size_t connections = a->connections < b->connections ? a->connections : b->connections;
	if (!a->count || !b->count || a->count > UINT32_MAX || b->count > UINT32_MAX)
		return true;
	for (unsigned i = 0; i < 2; i++) {
		p.like[i] = malloc(p.side[i]->count * sizeof(*p.like[i]));
		p.taken[i] = calloc(p.side[i]->connections, sizeof(*p.taken[i]));
	}
	p.ballot = malloc((a->count < b->count ? a->count : b->count) * sizeof(*p.ballot));
	p.anchor = malloc(connections * sizeof(*p.anchor));
	const bool done = p.like[0] && p.like[1] && p.taken[0] && p.taken[1] && p.ballot && p.anchor;
	if (done)
		elect(&p);
	for (unsigned i = 0; i < 2; i++) {
		free(p.like[i]);
		free(p.taken[i]);
	}
	free(p.ballot);
	free(p.anchor);
	return done;
}
