/* Which connections of two points are the same: see ws_join_connections().
 *
 * Each way to recognise a connection makes a key of it. The entries of both points are put into buckets by their keys,
 * and in each bucket those with equal keys are paired in the order of time. Walking over the connections, once to count
 * how many come into each bucket and once to put them there, and then over the buckets, can stop anywhere. */
#include "base/hash.h"

#include <wirestate/join.h>

#include <stdlib.h>
#include <string.h>

/* One way to recognise a connection; the number says what the key is made of. */
enum way { BOTH_NUMBERS, NUMBER_AND_SYN, ONE_NUMBER, ADDRESSES_AND_SYN, ADDRESSES, DATAGRAMS };

struct entry {
	uint64_t key;
	ws_time time;
	uint32_t index;
	uint8_t first; /* the endpoint that comes first in the key: its order is the same at both points */
};

static uint64_t end_key(const struct ws_join_connection *c, unsigned end)
{
	uint64_t half[2];
	memcpy(half, c->address[end].byte, sizeof(half));
	return ws_hash_mix(ws_hash_mix(half[0], half[1]), c->port[end]);
}

/* The 4-tuple, in an order of its own. */
static uint64_t address_key(const struct ws_join_connection *c, uint8_t *first)
{
	const uint64_t left = end_key(c, 0), right = end_key(c, 1);
	*first = left > right;
	return ws_hash_mix(left > right ? ws_hash_mix(right, left) : ws_hash_mix(left, right), c->kind);
}

/* False: the connection cannot be recognised this way. */
static bool entry_of(const struct ws_join_connection *c, enum way way, unsigned number, struct entry *entry)
{
	entry->time = c->first_time;
	if (c->kind != WS_JOIN_TCP && way != DATAGRAMS)
		return false;
	switch (way) {
	case DATAGRAMS: /* a point has one conversation of these addresses and ports */
		entry->key = address_key(c, &entry->first);
		return c->kind != WS_JOIN_TCP;
	case BOTH_NUMBERS:
		entry->first = c->iss[0] > c->iss[1];
		entry->key = (uint64_t)c->iss[entry->first] << 32 | c->iss[!entry->first];
		entry->key = ws_hash_mix(entry->key, ws_addr_stay_on_host(&c->address[0], &c->address[1]));
		return c->iss_known[0] && c->iss_known[1];
	case NUMBER_AND_SYN: /* the SYN was not answered, or one point has not seen the answer */
		entry->first = c->opener;
		entry->key = ws_hash_mix(c->iss[c->opener], c->syn_tsval);
		entry->key = ws_hash_mix(entry->key, ws_addr_stay_on_host(&c->address[0], &c->address[1]));
		return c->syn_timestamp && c->iss_known[c->opener];
	case ONE_NUMBER: /* the other is not known, or a firewall has changed it */
		entry->key = address_key(c, &entry->first);
		entry->key = ws_hash_mix(entry->key, c->iss[number ^ entry->first]);
		return c->iss_known[number ^ entry->first];
	case ADDRESSES_AND_SYN:
		entry->key = ws_hash_mix(address_key(c, &entry->first), c->syn_tsval);
		return c->syn_timestamp;
	default:
		entry->key = address_key(c, &entry->first);
		return true;
	}
}

static int entry_order(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* ---- Ways, and the steps of each */

static const struct {
	enum way way;
	unsigned number;
} ways[] = {{DATAGRAMS, 0},  {BOTH_NUMBERS, 0},      {NUMBER_AND_SYN, 0}, {ONE_NUMBER, 0},
            {ONE_NUMBER, 1}, {ADDRESSES_AND_SYN, 0}, {ADDRESSES, 0}};

enum { BUCKETS = 1024, LOOKED_AT = 8192 /* connections in one slice */, PAIRED = 2048 /* likewise, entries */ };
enum step { COUNT_A, PUT_A, COUNT_B, PUT_B, PAIR, STEPS };

struct side {
	const struct ws_join_connection *c;
	size_t count;
	bool *taken;
	struct entry *entry;
	size_t end[BUCKETS]; /* where each bucket ends in `entry`; while they are counted, how many it has */
};

struct ws_join_pairing {
	struct side side[2];
	unsigned way; /* index */
	unsigned step;
	size_t at; /* the next connection, or bucket */
	struct ws_join_pair *pairs;
	size_t count;
};

/* Two connections that have different initial numbers of both endpoints are not the same by addresses alone: a firewall
 * changes them, but then their SYN tells. */
static bool may_be_same(const struct ws_join_connection *a, const struct ws_join_connection *b, bool swapped)
{
	for (unsigned e = 0; e < 2; e++)
		if (a->iss_known[e] && b->iss_known[e ^ swapped] && a->iss[e] != b->iss[e ^ swapped])
			return false;
	return true;
}

static size_t bucket_of(const struct entry *entry)
{
	return ws_hash_mix(entry->key, 0) >> 54;
}
_Static_assert(BUCKETS == 1 << (64 - 54), "as bucket_of() says");

/* Of the next connections of a side: counts the entries of each bucket, or puts them there. True: these were the last. */
static bool walk(struct ws_join_pairing *p, struct side *side, bool put)
{
	const size_t last = side->count - p->at < LOOKED_AT ? side->count : p->at + LOOKED_AT;
	if (!p->at && !put)
		memset(side->end, 0, sizeof(side->end));
	for (; p->at < last; p->at++) {
		struct entry entry;
		if (side->taken[p->at] || !entry_of(&side->c[p->at], ways[p->way].way, ways[p->way].number, &entry))
			continue;
		entry.index = (uint32_t)p->at;
		if (put)
			side->entry[side->end[bucket_of(&entry)]++] = entry;
		else
			side->end[bucket_of(&entry)]++;
	}
	return last == side->count;
}

/* From the counts to where each bucket begins, which becomes its end when all its entries are put there. */
static void place_buckets(struct side *side)
{
	size_t begin = 0;
	for (size_t i = 0; i < BUCKETS; i++) {
		const size_t count = side->end[i];
		side->end[i] = begin;
		begin += count;
	}
}

static struct entry *sorted_bucket(const struct side *side, size_t bucket, size_t *count)
{
	const size_t begin = bucket ? side->end[bucket - 1] : 0;
	*count = side->end[bucket] - begin;
	if (*count)
		qsort(side->entry + begin, *count, sizeof(*side->entry), entry_order);
	return side->entry + begin;
}

static void pair(struct ws_join_pairing *p, const struct entry *a, const struct entry *b)
{
	const enum way way = ways[p->way].way;
	const bool swapped = a->first != b->first;
	const struct ws_join_connection *left = &p->side[0].c[a->index], *right = &p->side[1].c[b->index];
	if (left->kind != right->kind || (way == ADDRESSES && !may_be_same(left, right, swapped)))
		return;
	p->side[0].taken[a->index] = p->side[1].taken[b->index] = true;
	p->pairs[p->count++] = (struct ws_join_pair){a->index, b->index, swapped, way >= ADDRESSES_AND_SYN};
}

/* Returns how many entries the bucket has. */
static size_t pair_bucket(struct ws_join_pairing *p, size_t bucket)
{
	size_t left, right;
	const struct entry *a = sorted_bucket(&p->side[0], bucket, &left),
	                   *b = sorted_bucket(&p->side[1], bucket, &right);
	for (size_t i = 0, k = 0; i < left && k < right;) {
		if (a[i].key == b[k].key)
			pair(p, &a[i++], &b[k++]);
		else if (a[i].key < b[k].key)
			i++;
		else
			k++;
	}
	return left + right;
}

static bool pair_some(struct ws_join_pairing *p)
{
	for (size_t looked_at = 0; p->at < BUCKETS && looked_at < PAIRED; p->at++)
		looked_at += pair_bucket(p, p->at);
	return p->at == BUCKETS;
}

static bool take_step(struct ws_join_pairing *p)
{
	struct side *side = &p->side[p->step >= COUNT_B];
	if (p->step == PAIR)
		return pair_some(p);
	if (!p->at && (p->step == PUT_A || p->step == PUT_B))
		place_buckets(side);
	return walk(p, side, p->step == PUT_A || p->step == PUT_B);
}

/* ---- The whole */

static bool side_init(struct side *side, const struct ws_join_connection *c, size_t count)
{
	side->c = c;
	side->count = count;
	side->taken = calloc(count, sizeof(*side->taken));
	side->entry = malloc(count * sizeof(*side->entry));
	return side->taken && side->entry;
}

struct ws_join_pairing *ws_join_pairing_begin(const struct ws_join_connection *a, size_t a_count,
                                              const struct ws_join_connection *b, size_t b_count,
                                              struct ws_join_pair *pairs)
{
	struct ws_join_pairing *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->pairs = pairs;
	if (!a_count || !b_count || a_count > UINT32_MAX || b_count > UINT32_MAX) {
		p->way = WS_ARRAY_SIZE(ways);
		return p;
	}
	if (side_init(&p->side[0], a, a_count) && side_init(&p->side[1], b, b_count))
		return p;
	(void)ws_join_pairing_end(p);
	return NULL;
}

bool ws_join_pairing_work(struct ws_join_pairing *p)
{
	if (p->way < WS_ARRAY_SIZE(ways) && take_step(p)) {
		p->at = 0;
		p->step = (p->step + 1) % STEPS;
		p->way += !p->step;
	}
	return p->way == WS_ARRAY_SIZE(ways);
}

size_t ws_join_pairing_end(struct ws_join_pairing *p)
{
	const size_t count = p ? p->count : 0;
	for (unsigned i = 0; p && i < 2; i++) {
		free(p->side[i].taken);
		free(p->side[i].entry);
	}
	free(p);
	return count;
}

bool ws_join_connections(const struct ws_join_connection *a, size_t a_count, const struct ws_join_connection *b,
                         size_t b_count, struct ws_join_pair *pairs, size_t *count)
{
	struct ws_join_pairing *p = ws_join_pairing_begin(a, a_count, b, b_count, pairs);
	const bool done = p;
	while (done && !ws_join_pairing_work(p))
		;
	*count = ws_join_pairing_end(p);
	return done;
}
