/* The pool and the index of connections.
 *
 * The index uses open addressing with linear probing over {hash, id} pairs, so a miss reads one cache line and no
 * connection. The hash is SipHash with a random key over the 4-tuple in a canonical order: both directions have the
 * same hash, and no sender can choose a bucket. When the pool is nearly full, eviction candidates are chosen in
 * classes: unanswered attempts first, then connections that have ended, then live ones. */
#include "track/conn.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_SLOTS 1024
#define LEAST (4 * WS_TABLE_RESERVE) /* a pool with fewer connections would be useless */
#define QUEUE_SHARE 8                /* the queue holds a candidate for each so many connections of the pool */

union ws_rare_slot {
	struct ws_rare rare;
	union ws_rare_slot *next;
};
enum { RARE_BLOCK = 128 };

/* Allocates memory that is read at random, in huge pages if possible, because a walk through page tables costs more
 * than the read itself, and one page fault replaces 512. When the system refuses huge pages, small ones are used. */
static void *allocate(size_t size)
{
	void *memory = aligned_alloc(WS_CHUNK_BYTES, size);
	if (memory)
		madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

static struct ws_table_slot *allocate_slots(size_t count)
{
	const size_t size = count * sizeof(struct ws_table_slot);
	if (size < WS_CHUNK_BYTES)
		return calloc(1, size);
	void *memory = allocate(size);
	return memory ? memset(memory, 0, size) : NULL;
}

bool ws_table_init(struct ws_table *table, const uint8_t hash_key[16], uint64_t max_memory)
{
	*table = (struct ws_table){0};
	memcpy(table->hash_key, hash_key, sizeof(table->hash_key));
	/* For each connection: itself, what only some have, its slots in the index at half load, and its entries in
	 * `order` and `unused`. */
	uint64_t each = sizeof(struct ws_conn) + sizeof(struct ws_rare) + 2 * sizeof(struct ws_table_slot) +
	                sizeof(struct ws_table_entry) + sizeof(ws_conn_id);
	uint64_t limit = max_memory / each;
	table->limit = limit < LEAST ? LEAST : limit > INT32_MAX ? INT32_MAX : limit;
	table->slots = allocate_slots(FIRST_SLOTS);
	table->slot_mask = FIRST_SLOTS - 1;
	return table->slots;
}

void ws_table_free(struct ws_table *table)
{
	for (size_t i = 0; i < table->chunk_count; i++)
		free(table->chunks[i]);
	free(table->chunks);
	for (union ws_rare_slot *block = table->rare_blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(table->order);
	free(table->queue);
	free(table->attempts);
	free(table->unused);
	free(table->slots);
	*table = (struct ws_table){0};
}

uint64_t ws_table_memory(const struct ws_table *table)
{
	return table->rare_block_count * RARE_BLOCK * sizeof(union ws_rare_slot) +
	       table->chunk_count * (WS_CHUNK_BYTES + WS_CHUNK * sizeof(*table->unused)) +
	       ((uint64_t)table->slot_mask + 1) * sizeof(*table->slots) +
	       table->order_capacity * sizeof(*table->order) + table->attempt_capacity * sizeof(*table->attempts);
}

/* Both directions must have the same hash, so the lower address is first, or with equal addresses the lower port. */
static bool swapped(const struct ws_tuple *tuple, uint64_t source, uint64_t destination)
{
	if (source != destination)
		return source > destination;
	int side = memcmp(tuple->source, tuple->destination, sizeof(struct ws_addr));
	return side > 0 || (side == 0 && tuple->source_port > tuple->destination_port);
}

/* The last eight bytes, which contain all of an IPv4 address. */
static inline uint64_t low_half(const struct ws_addr *address)
{
	return ws_siphash_load(address->byte + 8);
}

uint32_t ws_table_hash(const struct ws_table *table, const struct ws_tuple *tuple)
{
	uint64_t source = low_half(tuple->source), destination = low_half(tuple->destination);
	bool swap = swapped(tuple, source, destination);
	const struct ws_addr *low = swap ? tuple->destination : tuple->source;
	const struct ws_addr *high = swap ? tuple->source : tuple->destination;
	uint32_t ports = swap ? (uint32_t)tuple->destination_port << 16 | tuple->source_port
	                      : (uint32_t)tuple->source_port << 16 | tuple->destination_port;
	struct ws_siphash_state state = ws_siphash_begin(table->hash_key);
	size_t size = 8;
	if (tuple->ip_version == 4) {
		/* Only the last four bytes are hashed, because the prefix of v4-mapped addresses is constant. */
		uint32_t four[2];
		memcpy(&four[0], low->byte + 12, 4);
		memcpy(&four[1], high->byte + 12, 4);
		ws_siphash_word(&state, (uint64_t)four[1] << 32 | four[0]);
	} else {
		size = 2 * sizeof(*low);
		ws_siphash_word(&state, ws_siphash_load(low->byte));
		ws_siphash_word(&state, ws_siphash_load(low->byte + 8));
		ws_siphash_word(&state, ws_siphash_load(high->byte));
		ws_siphash_word(&state, ws_siphash_load(high->byte + 8));
	}
	uint32_t hash = (uint32_t)ws_siphash_end(&state, ports, size + sizeof(ports));
	hash ^= tuple->tunnel * UINT32_C(0x9e3779b1);
	return hash ? hash : 1;
}

/* A connection that may be evicted, and its class when that was decided. */
struct ws_eviction_candidate {
	struct ws_table_entry entry;
	uint8_t class;
};

static struct ws_conn *conn_at(const struct ws_table *table, ws_conn_id id)
{
	return &table->chunks[(id - 1) / WS_CHUNK][(id - 1) % WS_CHUNK];
}

static bool same_tuple(const struct ws_conn *conn, const struct ws_tuple *tuple)
{
	if (conn->ip_version != tuple->ip_version || conn->tunnel != tuple->tunnel)
		return false;
	return (ws_conn_is(conn, 0, tuple->source, tuple->source_port) &&
	        ws_conn_is(conn, 1, tuple->destination, tuple->destination_port)) ||
	       (ws_conn_is(conn, 1, tuple->source, tuple->source_port) &&
	        ws_conn_is(conn, 0, tuple->destination, tuple->destination_port));
}

static struct ws_table_slot *find_slot(const struct ws_table *table, const struct ws_tuple *tuple)
{
	uint32_t hash = tuple->hash;
	for (uint32_t i = hash & table->slot_mask;; i = (i + 1) & table->slot_mask) {
		struct ws_table_slot *slot = &table->slots[i];
		if (!slot->id)
			return slot;
		if (slot->hash == hash && same_tuple(ws_table_conn(table, slot->id), tuple))
			return slot;
	}
}

struct ws_conn *ws_table_find(const struct ws_table *table, const struct ws_tuple *tuple)
{
	return ws_table_conn(table, find_slot(table, tuple)->id);
}

void ws_table_prefetch_entry(const struct ws_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->slot_mask]);
}

ws_conn_id ws_table_prefetch_conn(const struct ws_table *table, uint32_t hash)
{
	uint32_t i = hash & table->slot_mask;
	while (table->slots[i].id && table->slots[i].hash != hash)
		i = (i + 1) & table->slot_mask;
	if (!table->slots[i].id)
		return 0;
	const uint8_t *conn = (const uint8_t *)conn_at(table, table->slots[i].id);
	for (size_t at = 0; at < WS_CONN_HOT; at += 64)
		__builtin_prefetch(conn + at, 1);
	return table->slots[i].id;
}

static bool grow_index(struct ws_table *table)
{
	uint32_t old_size = table->slot_mask + 1;
	if (table->slot_used < old_size / 2)
		return true;
	struct ws_table_slot *old = table->slots;
	struct ws_table_slot *slots = allocate_slots((size_t)old_size * 2);
	if (!slots)
		return table->slot_used < old_size - old_size / 8;
	table->slots = slots;
	table->slot_mask = old_size * 2 - 1;
	for (uint32_t i = 0; i < old_size; i++) {
		if (!old[i].id)
			continue;
		uint32_t j = old[i].hash & table->slot_mask;
		while (slots[j].id)
			j = (j + 1) & table->slot_mask;
		slots[j] = old[i];
	}
	free(old);
	return true;
}

static bool grow_pool(struct ws_table *table)
{
	if (table->unused_count)
		return true;
	size_t chunks = table->chunk_count + 1, places = chunks * WS_CHUNK;
	struct ws_conn **list = realloc(table->chunks, chunks * sizeof(*list));
	if (!list)
		return false;
	table->chunks = list;
	ws_conn_id *unused = realloc(table->unused, places * sizeof(*unused));
	if (!unused)
		return false;
	table->unused = unused;
	struct ws_conn *chunk = allocate(WS_CHUNK_BYTES);
	if (!chunk)
		return false;
	for (size_t i = 0; i < WS_CHUNK; i++)
		chunk[i].used = 0;
	table->chunks[table->chunk_count++] = chunk;
	for (size_t i = places; i > places - WS_CHUNK; i--)
		unused[table->unused_count++] = (ws_conn_id)i;
	return true;
}

static bool grow_order(struct ws_table *table)
{
	if (table->order_count < table->order_capacity)
		return true;
	size_t capacity = table->order_capacity ? table->order_capacity * 2 : FIRST_SLOTS;
	struct ws_table_entry *order = realloc(table->order, capacity * sizeof(*order));
	if (!order)
		return false;
	table->order = order;
	table->order_capacity = capacity;
	return true;
}

/* After the system has refused memory, existing connections are evicted, unless there are too few of them. */
static void memory_refused(struct ws_table *table)
{
	table->limit = table->used;
	table->out_of_memory = table->out_of_memory || table->used < LEAST;
}

struct ws_conn *ws_table_add(struct ws_table *table, const struct ws_tuple *tuple)
{
	if (table->used >= table->limit)
		return NULL;
	if (!grow_index(table) || !grow_order(table) || !grow_pool(table)) {
		memory_refused(table);
		return NULL;
	}
	struct ws_table_slot *slot = find_slot(table, tuple);
	ws_conn_id id = table->unused[--table->unused_count];
	struct ws_conn *conn = conn_at(table, id);
	*conn = (struct ws_conn){
	        .address = {*tuple->source, *tuple->destination},
	        .port = {tuple->source_port, tuple->destination_port},
	        .ip_version = tuple->ip_version,
	        .tunnel = tuple->tunnel,
	        .used = 1,
	        .hash = tuple->hash,
	        .id = id,
	        .older = slot->id,
	        .link_id = {WS_NO_LINK, WS_NO_LINK},
	        .timer_slot = WS_NO_TIMER,
	        .number = ++table->numbers,
	};
	conn->machine.self =
	        tuple->source_port == tuple->destination_port && !memcmp(tuple->source, tuple->destination, 16);
	if (!slot->id)
		table->slot_used++;
	*slot = (struct ws_table_slot){tuple->hash, id};
	table->order[table->order_count++] = (struct ws_table_entry){conn->number, id};
	table->used++;
	return conn;
}

/* ---- What few connections have: blocks of slots, the first of which leads to the next block */

struct ws_rare *ws_table_rare(struct ws_table *table, struct ws_conn *conn)
{
	if (conn->rare)
		return conn->rare;
	if (!table->rare_unused) {
		union ws_rare_slot *block = malloc(RARE_BLOCK * sizeof(*block));
		if (!block)
			return NULL;
		block->next = table->rare_blocks;
		table->rare_blocks = block;
		table->rare_block_count++;
		for (size_t i = RARE_BLOCK - 1; i > 0; i--) {
			block[i].next = table->rare_unused;
			table->rare_unused = &block[i];
		}
	}
	union ws_rare_slot *slot = table->rare_unused;
	table->rare_unused = slot->next;
	slot->rare = (struct ws_rare){.answered_by = 0};
	return conn->rare = &slot->rare;
}

static void free_rare(struct ws_table *table, struct ws_conn *conn)
{
	union ws_rare_slot *slot = (union ws_rare_slot *)conn->rare;
	slot->next = table->rare_unused;
	table->rare_unused = slot;
	conn->rare = NULL;
}

/* ---- Removing */

/* Closes a hole without a tombstone: entries after it move up, as far as the probe order of their hash allows. */
static void close_hole(struct ws_table *table, uint32_t hole)
{
	for (uint32_t i = (hole + 1) & table->slot_mask; table->slots[i].id; i = (i + 1) & table->slot_mask) {
		uint32_t home = table->slots[i].hash & table->slot_mask;
		if (((i - home) & table->slot_mask) < ((i - hole) & table->slot_mask))
			continue;
		table->slots[hole] = table->slots[i];
		hole = i;
	}
	table->slots[hole] = (struct ws_table_slot){0};
	table->slot_used--;
}

void ws_table_compact(struct ws_table *table)
{
	size_t kept = 0;
	for (size_t i = 0; i < table->order_count; i++)
		if (table->order[i].id)
			table->order[kept++] = table->order[i];
	table->order_count = kept;
	table->holes = table->history_cursor = 0;
}

size_t ws_table_rank(const struct ws_table *table, uint64_t number)
{
	size_t low = 0, high = table->order_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table->order[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Makes a hole in `order` for a removed connection, because its id may be used again at once. */
static void forget_order(struct ws_table *table, uint64_t number)
{
	table->order[ws_table_rank(table, number)].id = 0;
	if (++table->holes > table->order_count / 8 + FIRST_SLOTS)
		ws_table_compact(table);
}

static struct ws_table_slot *slot_of(const struct ws_table *table, const struct ws_conn *conn)
{
	struct ws_tuple tuple = {&conn->address[0], &conn->address[1], conn->port[0], conn->port[1],
	                         conn->ip_version,  conn->hash,        conn->tunnel};
	return find_slot(table, &tuple);
}

void ws_table_promote(struct ws_table *table, struct ws_conn *conn)
{
	struct ws_table_slot *slot = slot_of(table, conn);
	struct ws_conn *newer = ws_table_conn(table, slot->id);
	while (newer && newer->older != conn->id)
		newer = ws_table_conn(table, newer->older);
	if (!newer)
		return;
	newer->older = conn->older;
	conn->older = slot->id;
	slot->id = conn->id;
}

void ws_table_remove(struct ws_table *table, struct ws_conn *conn)
{
	struct ws_table_slot *slot = slot_of(table, conn);
	if (slot->id == conn->id) {
		if (conn->older)
			slot->id = conn->older;
		else
			close_hole(table, (uint32_t)(slot - table->slots));
	} else {
		struct ws_conn *newer = ws_table_conn(table, slot->id);
		while (newer && newer->older != conn->id)
			newer = ws_table_conn(table, newer->older);
		if (newer)
			newer->older = conn->older;
	}
	table->half_open -= conn->half_open;
	if (conn->rare)
		free_rare(table, conn);
	conn->used = 0;
	table->unused[table->unused_count++] = conn->id;
	table->used--;
	forget_order(table, conn->number);
}

/* ---- Eviction */

static unsigned eviction_class(const struct ws_conn *conn)
{
	const struct ws_endpoint *e = conn->machine.endpoint;
	if (conn->half_open)
		return 0;
	if (conn->ended)
		return 1;
	if (e[0].state == WS_TIME_WAIT || e[1].state == WS_TIME_WAIT)
		return 2;
	if (e[0].mid && conn->traffic[0].packets + conn->traffic[1].packets == 1)
		return 3;
	bool closing = e[0].state != WS_ESTABLISHED || e[1].state != WS_ESTABLISHED;
	return closing ? 5 : 4;
}

static struct ws_conn *attempt(const struct ws_table *table, size_t place_in_ring)
{
	size_t at = (table->attempt_first + place_in_ring) % table->attempt_capacity;
	struct ws_conn *conn = ws_table_conn(table, table->attempts[at].id);
	return conn && conn->half_open && conn->number == table->attempts[at].number ? conn : NULL;
}

/* Removes attempts that were answered or evicted from the ring. */
static void sweep_attempts(struct ws_table *table)
{
	size_t kept = 0;
	for (size_t i = 0; i < table->attempt_count; i++) {
		if (!attempt(table, i))
			continue;
		size_t from = (table->attempt_first + i) % table->attempt_capacity;
		size_t to = (table->attempt_first + kept++) % table->attempt_capacity;
		table->attempts[to] = table->attempts[from];
	}
	table->attempt_count = kept;
}

void ws_table_set_half_open(struct ws_table *table, struct ws_conn *conn, bool half_open)
{
	if (conn->half_open == half_open)
		return;
	conn->half_open = half_open;
	table->half_open += half_open ? 1 : (size_t)-1;
	if (!half_open)
		return;
	if (!table->attempts) {
		table->attempt_capacity = table->limit / 4 + LEAST;
		table->attempts = malloc(table->attempt_capacity * sizeof(*table->attempts));
	}
	if (table->attempts && table->attempt_count == table->attempt_capacity)
		sweep_attempts(table);
	if (!table->attempts || table->attempt_count == table->attempt_capacity)
		return;
	size_t at = (table->attempt_first + table->attempt_count++) % table->attempt_capacity;
	table->attempts[at] = (struct ws_table_entry){conn->number, conn->id};
}

static size_t half_open_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = 0;
	while (found < count && table->attempt_count) {
		const struct ws_conn *conn = attempt(table, 0);
		if (conn)
			candidates[found++] = conn->id;
		table->attempt_first = (table->attempt_first + 1) % table->attempt_capacity;
		table->attempt_count--;
	}
	return found;
}

/* Picks many candidates in one walk over all connections: first those of the lowest class, and of higher classes while
 * they are few. Returns false when there is no memory for the choice. */
static bool fill_queue(struct ws_table *table)
{
	size_t capacity = table->limit / QUEUE_SHARE;
	uint8_t *classes = malloc(table->order_count);
	table->queue_count = table->queue_next = 0;
	if (!table->queue)
		table->queue = malloc(capacity * sizeof(*table->queue));
	for (size_t i = 0; classes && i < table->order_count; i++) {
		const struct ws_conn *conn = ws_table_conn(table, table->order[i].id);
		classes[i] = conn ? (uint8_t)eviction_class(conn) : 0;
	}
	bool able = classes && table->queue;
	for (uint8_t class = 1; able && class <= 5 && table->queue_count < WS_TABLE_RESERVE; class ++)
		for (size_t i = 0; i < table->order_count && table->queue_count < capacity; i++)
			if (classes[i] == class)
				table->queue[table->queue_count++] =
				        (struct ws_eviction_candidate){table->order[i], class};
	free(classes);
	return able;
}

/* Takes candidates from the queue, except those whose class has risen since. */
static size_t queued_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = 0;
	while (found < count && table->queue_next < table->queue_count) {
		const struct ws_eviction_candidate *candidate = &table->queue[table->queue_next++];
		const struct ws_conn *conn = ws_table_conn(table, candidate->entry.id);
		if (conn && conn->number == candidate->entry.number && eviction_class(conn) <= candidate->class)
			candidates[found++] = conn->id;
	}
	return found;
}

/* Takes the oldest connections, whatever their class. */
static size_t oldest_candidates(const struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = 0;
	for (size_t i = 0; i < table->order_count && found < count; i++)
		if (table->order[i].id)
			candidates[found++] = table->order[i].id;
	return found;
}

size_t ws_table_eviction_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = table->half_open ? half_open_candidates(table, candidates, count) : 0;
	/* Unanswered SYNs may use a quarter of the pool; when they exceed it, only they are evicted. */
	if (found || table->used + WS_TABLE_RESERVE <= table->limit)
		return found;
	found = queued_candidates(table, candidates, count);
	if (found)
		return found;
	return fill_queue(table) ? queued_candidates(table, candidates, count)
	                         : oldest_candidates(table, candidates, count);
}
