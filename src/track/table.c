/* The pool and the index of connections.
 *
 * The index uses open addressing with linear probing over {hash, id} pairs, so a miss reads one cache line and no
 * connection. The hash is the same for both directions and has a random key, so no sender can choose a bucket, see
 * flow_hash.h. When the pool is nearly full, eviction candidates are chosen in classes: unanswered attempts first, then
 * connections that have ended, then live ones.
 *
 * Most connections of a long capture are over, or idle. When more than some thousands are awake, those that have had no
 * segment for a while are put to rest, so memory and caches belong to those that are in use. Where many of them wake up
 * soon afterwards, more are left awake. */
#include "base/search.h"
#include "track/conn.h"
#include "track/info.h"
#include "track/rare.h"
#include "track/rest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_SLOTS 1024

/* What leads to a connection: slots of the index at half load, an entry in `order`, its place and its link. */
enum {
	INDEX_BYTES = 2 * sizeof(struct ws_table_slot) + sizeof(struct ws_table_entry) + sizeof(uintptr_t) +
	              sizeof(struct ws_timer_link)
};
enum {
	AWAKE_LEAST =
	        32768,      /* 40 MB; with 4096, a capture in which many are merged wakes one up for every 30 packets */
	AWAKE_SHARE = 4,    /* of the memory, what those that are awake may take where not all have room */
	WAKE_COST = 32,     /* calls, of which one may wake a connection up */
	CREDIT_MOST = 4096, /* calls */
	MANY_CHUNKS = 2,    /* there will probably be more */
};

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

uint64_t ws_table_each(const struct ws_table *table)
{
	return table->slot_size + sizeof(struct ws_rare) + INDEX_BYTES;
}

bool ws_table_init(struct ws_table *table, const uint8_t hash_key[16], uint64_t max_memory, bool shares)
{
	*table = (struct ws_table){.shares = shares};
	memcpy(table->hash_key, hash_key, sizeof(table->hash_key));
	table->flow_key = ws_flow_key(hash_key);
	table->slot_size = shares ? sizeof(struct ws_conn_slot) : offsetof(struct ws_conn_slot, shares);
	uint64_t limit = max_memory / ws_table_each(table);
	table->limit = limit < WS_TABLE_LEAST ? WS_TABLE_LEAST : limit > INT32_MAX ? INT32_MAX : limit;
	table->awake_least = table->limit / AWAKE_SHARE < AWAKE_LEAST ? table->limit / AWAKE_SHARE : AWAKE_LEAST;
	table->awake_most = table->awake_least;
	table->slots = allocate_slots(FIRST_SLOTS);
	table->slot_mask = FIRST_SLOTS - 1;
	return table->slots;
}

void ws_table_free(struct ws_table *table)
{
	for (size_t i = 0; i < table->place_count; i++)
		if ((table->places[i] & WS_PLACE_BITS) == WS_PLACE_AT_REST)
			free(ws_rested_at(table->places[i]));
	free(table->places);
	free(table->timers);
	for (size_t i = 0; i < table->chunk_count; i++)
		free(table->chunks[i]);
	free(table->chunks);
	free(table->next_chunk);
	ws_rare_free(table);
	free(table->order);
	free(table->queue);
	free(table->attempts);
	free(table->slots);
	*table = (struct ws_table){0};
}

uint64_t ws_table_memory(const struct ws_table *table)
{
	return ws_rare_memory(table) + table->chunk_count * WS_CHUNK_BYTES + table->rest_bytes -
	       (table->used - table->awake) * INDEX_BYTES +
	       table->place_capacity * (sizeof(table->places[0]) + sizeof(table->timers[0])) +
	       ((uint64_t)table->slot_mask + 1) * sizeof(*table->slots) +
	       table->order_capacity * sizeof(*table->order) + table->attempt_capacity * sizeof(*table->attempts);
}

uint32_t ws_table_hash(const struct ws_table *table, const struct ws_tuple *tuple)
{
	return ws_flow_hash(&table->flow_key, tuple->source, tuple->source_port, tuple->destination,
	                    tuple->destination_port, tuple->tunnel);
}

static inline bool is_of_tuple(const struct ws_conn *conn, const struct ws_tuple *tuple)
{
	if (conn->ip_version != tuple->ip_version || conn->tunnel != tuple->tunnel)
		return false;
	return (ws_conn_is(conn, 0, tuple->source, tuple->source_port) &&
	        ws_conn_is(conn, 1, tuple->destination, tuple->destination_port)) ||
	       (ws_conn_is(conn, 1, tuple->source, tuple->source_port) &&
	        ws_conn_is(conn, 0, tuple->destination, tuple->destination_port));
}

WS_SELDOM static bool is_of_tuple_at_rest(uintptr_t place, const struct ws_tuple *tuple)
{
	struct ws_conn key;
	ws_rested_key(ws_rested_at(place), &key);
	return is_of_tuple(&key, tuple);
}

static inline bool same_tuple(const struct ws_table *table, ws_conn_id id, const struct ws_tuple *tuple)
{
	const uintptr_t place = table->places[id - 1];
	return place & WS_PLACE_BITS ? is_of_tuple_at_rest(place, tuple)
	                             : is_of_tuple((const struct ws_conn *)place, tuple);
}

static inline struct ws_table_slot *find_slot(const struct ws_table *table, const struct ws_tuple *tuple)
{
	uint32_t hash = tuple->hash;
	for (uint32_t i = hash & table->slot_mask;; i = (i + 1) & table->slot_mask) {
		struct ws_table_slot *slot = &table->slots[i];
		if (!slot->id)
			return slot;
		if (slot->hash == hash && same_tuple(table, slot->id, tuple))
			return slot;
	}
}

/* True when few connections were woken up for the calls so far: fewer than one for each WAKE_COST. */
static bool has_credit(struct ws_table *table, unsigned cost)
{
	if (table->calls - table->charged > CREDIT_MOST)
		table->charged = table->calls - CREDIT_MOST;
	return table->calls - table->charged >= cost;
}

WS_SELDOM static struct ws_conn *wake_found(struct ws_table *table, ws_conn_id id)
{
	if (has_credit(table, WAKE_COST))
		table->charged += WAKE_COST;
	else if (table->awake_most < table->limit / AWAKE_SHARE)
		table->awake_most++; /* too many rest that are still in use */
	return ws_table_conn(table, id);
}

struct ws_conn *ws_table_find(struct ws_table *table, const struct ws_tuple *tuple)
{
	const ws_conn_id id = find_slot(table, tuple)->id;
	const uintptr_t place = id ? table->places[id - 1] : 0;
	return place & WS_PLACE_BITS ? wake_found(table, id) : (struct ws_conn *)place;
}

ws_conn_id ws_table_newest(const struct ws_table *table, const struct ws_conn *conn)
{
	struct ws_tuple tuple = {.source = &conn->address[0],
	                         .destination = &conn->address[1],
	                         .source_port = conn->port[0],
	                         .destination_port = conn->port[1],
	                         .ip_version = conn->ip_version,
	                         .tunnel = conn->tunnel};
	tuple.hash = ws_table_hash(table, &tuple);
	return find_slot(table, &tuple)->id;
}

void ws_table_prefetch_entry(const struct ws_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->slot_mask]);
}

static inline __attribute__((always_inline)) void prefetch_lines(const uint8_t *bytes, size_t size)
{
	enum { LINE = 64 };
#pragma GCC unroll 16
	for (size_t at = 0; at < size; at += LINE)
		__builtin_prefetch(bytes + at, 1);
}

void ws_table_prefetch_conn(const struct ws_table *table, uint32_t hash)
{
	enum { AT_REST_BYTES = 384 };
	uint32_t i = hash & table->slot_mask;
	while (table->slots[i].id && table->slots[i].hash != hash)
		i = (i + 1) & table->slot_mask;
	if (!table->slots[i].id)
		return;
	const uintptr_t place = table->places[table->slots[i].id - 1];
	const uint8_t *bytes = (const uint8_t *)(place & ~(uintptr_t)WS_PLACE_BITS);
	if (place & WS_PLACE_BITS) {
		prefetch_lines(bytes, AT_REST_BYTES);
		return;
	}
	prefetch_lines(bytes, WS_CONN_HOT);
	if (table->never_rest)
		prefetch_lines(bytes + offsetof(struct ws_conn, history), 1);
	if (!table->shares)
		return;
	const uint8_t *shares = bytes + offsetof(struct ws_conn_slot, shares);
	prefetch_lines(shares, WS_SHARES_SELDOM);
	prefetch_lines(shares + WS_SHARES_SIDES, sizeof(struct ws_shares) - WS_SHARES_SIDES);
}

static bool grow_index(struct ws_table *table)
{
	uint32_t old_size = table->slot_mask + 1;
	if (table->slot_used < old_size / 3 * 2)
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

static size_t chunk_slots(const struct ws_table *table)
{
	return WS_CHUNK_BYTES / table->slot_size;
}

static struct ws_conn *slot_at(const struct ws_table *table, size_t chunk, size_t slot)
{
	return (struct ws_conn *)(table->chunks[chunk] + slot * table->slot_size);
}

/* ---- Slots: of those that are not used, the first bytes lead to the next one */

static void free_slot(struct ws_table *table, struct ws_conn *conn)
{
	conn->used = 0;
	memcpy((void *)conn, (const void *)&table->unused_slot, sizeof(struct ws_conn *));
	table->unused_slot = conn;
	table->awake--;
}

void ws_table_populate(struct ws_table *table)
{
	if (!__atomic_load_n(&table->unpopulated, __ATOMIC_RELAXED))
		return;
	uint8_t *chunk = __atomic_exchange_n(&table->unpopulated, NULL, __ATOMIC_ACQUIRE);
	(void)chunk; /* it stays where it is as long as the table exists; without this it is provided when it is used */
#ifdef MADV_POPULATE_WRITE
	if (chunk)
		(void)madvise(chunk, WS_CHUNK_BYTES, MADV_POPULATE_WRITE);
#endif
}

static bool grow_pool(struct ws_table *table)
{
	if (table->unused_slot)
		return true;
	uint8_t **list = realloc(table->chunks, (table->chunk_count + 1) * sizeof(*list));
	if (!list)
		return false;
	table->chunks = list;
	uint8_t *chunk = table->next_chunk ? table->next_chunk : allocate(WS_CHUNK_BYTES);
	if (!chunk)
		return false;
	table->chunks[table->chunk_count++] = chunk;
	table->next_chunk = table->chunk_count < MANY_CHUNKS ? NULL : allocate(WS_CHUNK_BYTES);
	__atomic_store_n(&table->unpopulated, table->next_chunk, __ATOMIC_RELEASE);
	table->awake += chunk_slots(table);
	for (size_t i = chunk_slots(table); i > 0; i--)
		free_slot(table, slot_at(table, table->chunk_count - 1, i - 1));
	return true;
}

static struct ws_conn *take_slot(struct ws_table *table)
{
	struct ws_conn *conn = table->unused_slot;
	memcpy((void *)&table->unused_slot, (const void *)conn, sizeof(struct ws_conn *));
	table->awake++;
	if (table->awake > table->awake_peak)
		table->awake_peak = table->awake;
	return conn;
}

static bool grow_places(struct ws_table *table)
{
	if (table->unused || table->place_count < table->place_capacity)
		return true;
	const size_t capacity = table->place_capacity ? table->place_capacity * 2 : FIRST_SLOTS;
	uintptr_t *places = realloc(table->places, capacity * sizeof(*places));
	if (!places)
		return false;
	table->places = places;
	struct ws_timer_link *timers = realloc(table->timers, capacity * sizeof(*timers));
	if (!timers)
		return false;
	table->timers = timers;
	table->place_capacity = capacity;
	return true;
}

static ws_conn_id take_place(struct ws_table *table)
{
	const ws_conn_id id = table->unused;
	if (!id)
		return (ws_conn_id)++table->place_count;
	table->unused = (ws_conn_id)(table->places[id - 1] >> 2);
	return id;
}

static void free_place(struct ws_table *table, ws_conn_id id)
{
	table->places[id - 1] = (uintptr_t)table->unused << 2 | WS_PLACE_FREE;
	table->unused = id;
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
	table->limit = table->awake + table->rest_bytes / table->slot_size;
	table->out_of_memory = table->out_of_memory || table->used < WS_TABLE_LEAST;
}

struct ws_conn *ws_table_add(struct ws_table *table, const struct ws_tuple *tuple)
{
	if (ws_table_full(table, 1) || table->used >= INT32_MAX)
		return NULL;
	if (!grow_index(table) || !grow_order(table) || !grow_places(table) || !grow_pool(table)) {
		memory_refused(table);
		return NULL;
	}
	struct ws_table_slot *slot = find_slot(table, tuple);
	ws_conn_id id = take_place(table);
	struct ws_conn *conn = take_slot(table);
	table->places[id - 1] = (uintptr_t)conn;
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
	if (table->shares)
		*ws_conn_shares(conn) = (struct ws_shares){.opener = 0};
	conn->machine.self =
	        tuple->source_port == tuple->destination_port && !memcmp(tuple->source, tuple->destination, 16);
	if (!slot->id)
		table->slot_used++;
	*slot = (struct ws_table_slot){tuple->hash, id};
	table->order[table->order_count++] = (struct ws_table_entry){conn->number, id};
	table->used++;
	return conn;
}

/* ---- Memory of those at rest */

static size_t rested_size(const struct ws_rested *rested)
{
	return ws_rested_size(rested) + INDEX_BYTES;
}

static void free_rested(struct ws_table *table, struct ws_rested *rested)
{
	table->rest_bytes -= rested_size(rested);
	free(rested);
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
	return SEARCH_FIRST(table->order_count, i, table->order[i].number < number);
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

/* Gives back the memory of a connection. */
static void free_conn(struct ws_table *table, ws_conn_id id)
{
	struct ws_conn *conn = ws_table_awake(table, id);
	if (!conn) {
		free_rested(table, ws_rested_at(table->places[id - 1]));
		return;
	}
	if (conn->rare)
		ws_rare_give_back(table, conn);
	free_slot(table, conn);
}

void ws_table_remove(struct ws_table *table, const struct ws_conn *conn)
{
	const ws_conn_id id = conn->id;
	struct ws_table_slot *slot = slot_of(table, conn);
	if (slot->id == id) {
		if (conn->older)
			slot->id = conn->older;
		else
			close_hole(table, (uint32_t)(slot - table->slots));
	} else {
		struct ws_conn *newer = ws_table_conn(table, slot->id);
		while (newer && newer->older != id)
			newer = ws_table_conn(table, newer->older);
		if (newer)
			newer->older = conn->older;
	}
	table->half_open -= conn->half_open;
	table->used--;
	forget_order(table, conn->number);
	free_conn(table, id);
	free_place(table, id);
}

/* ---- Rest */

enum { REST_STEPS = 16 }; /* slots that one call looks at */

static void put_to_rest(struct ws_table *table, struct ws_conn *conn)
{
	if (!table->epoch_known)
		table->epoch = conn->first_time;
	table->epoch_known = true;
	struct ws_brief brief;
	if (table->briefs)
		ws_conn_brief(table->briefs, conn, &brief);
	struct ws_rested *rested = ws_rested_make(table, conn, table->briefs ? &brief : NULL);
	if (!rested)
		return;
	rested->eviction_class = (uint8_t)ws_eviction_class(conn);
	table->rest_bytes += rested_size(rested);
	table->places[conn->id - 1] = (uintptr_t)rested + WS_PLACE_AT_REST;
	if (conn->rare)
		ws_rare_give_back(table, conn);
	free_slot(table, conn);
	if (table->awake_most > table->awake_least && has_credit(table, CREDIT_MOST / 2))
		table->awake_most--;
}

void ws_table_rest_some(struct ws_table *table)
{
	const size_t flooded = ws_table_flooded(table);
	for (unsigned steps = REST_STEPS; steps && table->awake > table->awake_most + flooded; steps--) {
		struct ws_conn *conn = slot_at(table, table->rest_chunk, table->rest_slot);
		if (++table->rest_slot == chunk_slots(table)) {
			table->rest_slot = 0;
			table->rest_chunk = (table->rest_chunk + 1) % table->chunk_count;
		}
		/* The next one is as likely to be put to rest, and nobody has read it for long. */
		prefetch_lines((const uint8_t *)slot_at(table, table->rest_chunk, table->rest_slot),
		               sizeof(struct ws_conn_slot));
		if (conn->used && !conn->recent && !(flooded && conn->half_open))
			put_to_rest(table, conn);
		else
			conn->recent = 0;
	}
}

static uint32_t hash_of(const struct ws_table *table, const struct ws_conn *conn)
{
	const struct ws_tuple tuple = {.source = &conn->address[0],
	                               .destination = &conn->address[1],
	                               .source_port = conn->port[0],
	                               .destination_port = conn->port[1],
	                               .ip_version = conn->ip_version,
	                               .tunnel = conn->tunnel};
	return ws_table_hash(table, &tuple);
}

const struct ws_conn *ws_table_copy(const struct ws_table *table, ws_conn_id id, struct ws_conn_copy *copy)
{
	ws_rested_read(table, ws_rested_at(table->places[id - 1]), &copy->slot.conn, &copy->rare);
	copy->slot.conn.id = id;
	copy->slot.conn.hash = hash_of(table, &copy->slot.conn);
	return &copy->slot.conn;
}

struct ws_conn *ws_table_wake(struct ws_table *table, ws_conn_id id)
{
	struct ws_rested *rested = ws_rested_at(table->places[id - 1]);
	struct ws_rare *rare = NULL;
	if (!grow_pool(table) || (rested->has_rare && !(rare = ws_rare_take(table))))
		return NULL;
	struct ws_conn *conn = take_slot(table);
	ws_rested_read(table, rested, conn, rare);
	conn->id = id;
	conn->hash = hash_of(table, conn);
	table->places[id - 1] = (uintptr_t)conn;
	free_rested(table, rested);
	return conn;
}
