/* Which connections of two points are the same: see ws_join_connections(). */
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

static uint64_t mix(uint64_t key, uint64_t value)
{
	key = (key ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 29;
}

static uint64_t end_key(const struct ws_join_connection *c, unsigned end)
{
	uint64_t half[2];
	memcpy(half, c->address[end].byte, sizeof(half));
	return mix(mix(half[0], half[1]), c->port[end]);
}

/* The 4-tuple, in an order of its own. */
static uint64_t address_key(const struct ws_join_connection *c, uint8_t *first)
{
	const uint64_t left = end_key(c, 0), right = end_key(c, 1);
	*first = left > right;
	return mix(left > right ? mix(right, left) : mix(left, right), c->kind);
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
		return c->iss_known[0] && c->iss_known[1];
	case NUMBER_AND_SYN: /* the SYN was not answered, or one point has not seen the answer */
		entry->first = c->opener;
		entry->key = mix(c->iss[c->opener], c->syn_tsval);
		return c->syn_timestamp && c->iss_known[c->opener];
	case ONE_NUMBER: /* the other is not known, or a firewall has changed it */
		entry->key = address_key(c, &entry->first);
		entry->key = mix(entry->key, c->iss[number ^ entry->first]);
		return c->iss_known[number ^ entry->first];
	case ADDRESSES_AND_SYN:
		entry->key = mix(address_key(c, &entry->first), c->syn_tsval);
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

static size_t list_entries(const struct ws_join_connection *c, size_t count, const bool *taken, enum way way,
                           unsigned number, struct entry *entry)
{
	size_t entries = 0;
	for (size_t i = 0; i < count; i++)
		if (!taken[i] && entry_of(&c[i], way, number, &entry[entries]))
			entry[entries++].index = (uint32_t)i;
	if (entries)
		qsort(entry, entries, sizeof(*entry), entry_order);
	return entries;
}

struct pairing {
	const struct ws_join_connection *a, *b;
	size_t a_count, b_count, count;
	bool *a_taken, *b_taken;
	struct entry *a_entry, *b_entry;
	struct ws_join_pair *pairs;
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

static void pair_by(struct pairing *p, enum way way, unsigned number)
{
	const size_t left = list_entries(p->a, p->a_count, p->a_taken, way, number, p->a_entry);
	const size_t right = list_entries(p->b, p->b_count, p->b_taken, way, number, p->b_entry);
	for (size_t i = 0, k = 0; i < left && k < right;) {
		const struct entry *a = &p->a_entry[i], *b = &p->b_entry[k];
		if (a->key != b->key) {
			if (a->key < b->key)
				i++;
			else
				k++;
			continue;
		}
		i++;
		k++;
		const bool swapped = a->first != b->first;
		if (p->a[a->index].kind != p->b[b->index].kind)
			continue;
		if (way == ADDRESSES && !may_be_same(&p->a[a->index], &p->b[b->index], swapped))
			continue;
		p->a_taken[a->index] = p->b_taken[b->index] = true;
		p->pairs[p->count++] = (struct ws_join_pair){a->index, b->index, swapped, way >= ADDRESSES_AND_SYN};
	}
}

bool ws_join_connections(const struct ws_join_connection *a, size_t a_count, const struct ws_join_connection *b,
                         size_t b_count, struct ws_join_pair *pairs, size_t *count)
{
	struct pairing p = {.a = a, .b = b, .a_count = a_count, .b_count = b_count, .pairs = pairs};
	*count = 0;
	if (!a_count || !b_count || a_count > UINT32_MAX || b_count > UINT32_MAX)
		return true;
	p.a_taken = calloc(a_count, sizeof(*p.a_taken));
	p.b_taken = calloc(b_count, sizeof(*p.b_taken));
	p.a_entry = malloc(a_count * sizeof(*p.a_entry));
	p.b_entry = malloc(b_count * sizeof(*p.b_entry));
	const bool done = p.a_taken && p.b_taken && p.a_entry && p.b_entry;
	if (done) {
		pair_by(&p, DATAGRAMS, 0);
		pair_by(&p, BOTH_NUMBERS, 0);
		pair_by(&p, NUMBER_AND_SYN, 0);
		pair_by(&p, ONE_NUMBER, 0);
		pair_by(&p, ONE_NUMBER, 1);
		pair_by(&p, ADDRESSES_AND_SYN, 0);
		pair_by(&p, ADDRESSES, 0);
		*count = p.count;
	}
	free(p.a_taken);
	free(p.b_taken);
	free(p.a_entry);
	free(p.b_entry);
	return done;
}
