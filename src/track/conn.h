/* The tracker's record of a TCP connection, and the pool and index of all connections. */
#ifndef WS_TRACK_CONN_H
#define WS_TRACK_CONN_H

#include "track/analysis.h"
#include "track/flow_hash.h"
#include "track/machine.h"
#include "track/rtt.h"
#include "track/shares.h"
#include "track/zeek.h"

#include <wirestate/track.h>

#include <endian.h>
#include <stddef.h>

struct ws_history_log; /* see history.h */
struct ws_history_extra;

/* What every segment may change of its sender. */
struct ws_traffic {
	uint64_t packets, bytes;
	ws_time closed_since;    /* when it closed its window; 0: the window is open */
	uint32_t most_in_flight; /* the most bytes that were sent and not yet acknowledged */
	uint32_t stalled;        /* retransmissions since the peer last acknowledged new data */
	uint32_t stalled_ack;    /* the peer's acknowledgment number then */
	uint32_t closed_probes;  /* the peer's probes of the closed window since closed_since */
	uint16_t identification; /* of its latest segment that is no RST */
	uint8_t ttl;             /* likewise */
	uint8_t steady;          /* segments up to that one whose identifications are counted up */
	struct ws_rtt_timer timer;
};

/* Counts of segments with marks, which few segments change. */
struct ws_marks {
#define X(member, mark) uint32_t member;
	WS_COUNTERS(X)
#undef X
	uint32_t unanswered_keep_alives; /* its keep-alives while the peer had sent `peer_packets` segments */
	uint32_t peer_packets;           /* modulo 2^32 */
	ws_time unanswered_since;        /* the time of the first of them */
	uint64_t probed_packets;         /* the packets of both endpoints up to its latest keep-alive */
	ws_time probed, probe_pause;     /* its time, and the longest pause before one that follows an answered one */
	ws_time hasty_since;             /* the time of the first of these: */
	uint32_t hasty_keep_alives; /* its latest ones, after far shorter pauses, though those before were answered */
	uint32_t syn_ack_repeats;   /* its SYN-ACKs after the handshake's ACK */
	uint32_t syns_again;        /* its SYNs, or SYN-ACKs, after the first one */
	uint32_t syns_answered;     /* its SYNs after a SYN-ACK, while the handshake's ACK had not been captured */
	uint32_t late_syns;         /* its SYNs after it was open, with no other segment of its own between them */
	uint64_t late_packets;      /* the packets that it had sent up to the latest of them */
	ws_time late_since, late_latest;
	ws_time syn_since, syn_latest; /* the times of the first one and, where it was sent again, of the latest */
	ws_time stalled_since;         /* the time of the first retransmission that `stalled` counts */
	ws_time stalled_sent;          /* when what `stalled` counts was first sent */
	ws_time stalled_pause;      /* how long the peer had sent nothing when what `stalled` counts was first sent */
	uint32_t stalled_least;     /* the payload of the smallest of them */
	uint32_t stalled_answers;   /* those of them after which the peer has repeated its ACK, but for the latest */
	uint32_t stalled_repeats;   /* the peer's duplicate_acks when the latest of them was sent */
	uint32_t stalled_echo;      /* with stalled_echoed: the timestamp that the peer's latest repeated ACK echoes */
	uint32_t stalled_acked;     /* those of them that a timer sent after the peer's ACK of them had been captured */
	uint32_t stalled_peer;      /* the highest number that the peer had sent when the first of these was sent */
	uint32_t stalled_misplaced; /* ACKs of the peer since then whose sequence number lies outside the window */
	bool stalled_heard;         /* it has since acknowledged what the peer sent after it had acknowledged them */
	bool stalled_echoed;
	bool stalled_unstamped; /* the latest of them lacks the timestamps that both SYNs have */
	bool stalled_old_stamp; /* the latest of them has an older timestamp than that */
	uint32_t wrong_sacks;   /* its ACKs whose SACK blocks have numbers that the peer has not sent */
	bool lacks_timestamps;  /* it has acknowledged a repeated SYN-ACK without the timestamps that both SYNs have */
};

/* Segments without anything new that answer each other. */
struct ws_storm {
	uint32_t run;                     /* the latest ones, each of which answers the one before it */
	uint32_t run_packets;             /* the packets of both endpoints when the latest of them came, modulo 2^32 */
	uint32_t segments;                /* of all runs that are long enough */
	uint8_t resetters : 2;            /* a bit for each endpoint that has sent RSTs among them */
	uint8_t run_resets : 2;           /* likewise in the latest ones */
	uint8_t run_direction : 1;        /* of the latest of them */
	uint8_t run_counts : 1;           /* these are among `segments` */
	ws_time since, latest, run_since; /* of the first and the latest of `segments`, and the first of `run` */
};

/* What few connections have. It is allocated when it is first needed. */
struct ws_rare {
	struct ws_marks marks[2];
	struct ws_reset reset;
	struct ws_storm storm;
	struct ws_zeek_repeats repeats;
	struct ws_rtt_counters round_trips[2];
	uint64_t previous, next; /* numbers of the previous and the next incarnation; 0: none */
	ws_time reused_after; /* since the last segment of the previous one, which both sides sent in; 0: there is none */
	const struct ws_frame_process *process[2];
	uint32_t comments;     /* the latest one, see file_notes.c; 0: none */
	uint32_t answered_by;  /* its number minus that of the older connection whose ACK answered its SYN; 0: not known
	                       */
	uint32_t elsewhere_by; /* by how much the number of the connection that `elsewhere` means differs */
	uint16_t way_back;     /* the number of the tunnel of what is sent to the client, if it has another id; or 0 */
	uint8_t elsewhere;     /* enum ws_elsewhere */
	uint8_t old_answer;    /* enum ws_old_answer */
	uint8_t plainer_syn;   /* WS_SYN_* that the first SYN had, and the latest one before a SYN-ACK has not */
	uint8_t alert[2];      /* the fatal alert of TLS that each endpoint has sent without encryption; 0: none */
	uint8_t process_unsure; /* a bit for each endpoint: the way of the packet that names it is not stated */
};

enum { WS_NO_TIMER = 0xffff };

/* A connection that is captured on both sides of a device that changes sequence numbers appears twice. */
enum ws_twin { WS_NO_TWIN, WS_TWIN_OLDER, WS_TWIN_NEWER };

/* The members are in the order of use: those that the search for a connection reads fill the first cache line, then
 * those that an ordinary segment changes, up to WS_CONN_HOT. Those before `hash` identify the connection. */
struct ws_conn {
	struct ws_addr address[2];
	uint16_t port[2];
	uint16_t tunnel; /* the number of the tunnel that it is in, see tunnels.h; 0: none */
	uint8_t ip_version;
	uint8_t used : 1; /* this slot of the pool has a connection */
	uint32_t hash;
	uint8_t syn_ttl;        /* of the first packet */
	uint8_t recent : 1;     /* it has had a segment since the pool was last searched for what can rest */
	uint8_t ended : 1;      /* both endpoints are CLOSED, or it was superseded */
	uint8_t reported : 1;   /* its end has been reported as an event */
	uint8_t half_open : 1;  /* its SYN is unanswered; counted in the table */
	uint8_t twin : 2;       /* enum ws_twin */
	uint8_t renumbered : 1; /* a SYN-ACK had another initial number than the one before */
	uint8_t bound : 1;      /* another connection has the same 4-tuple on another VLAN or interface */
	uint16_t vlan;          /* of the first packet; so are the next two */
	uint16_t syn_identification;
	uint8_t odd_syn : 1;    /* the first packet is a SYN with flags that no connection begins with */
	uint8_t keyed_syn : 1;  /* the first packet is a SYN with TCP MD5 or TCP-AO */
	uint8_t syn_extras : 3; /* WS_SYN_* of the first packet */
	uint8_t history_full : 1;
	uint8_t old_stamp : 1; /* the first packet is a SYN, see ws_surroundings_stamp_is_old() */
	ws_conn_id id;
	ws_conn_id older;              /* the previous incarnation, which may still get segments; 0: none */
	uint32_t link_id[2];           /* interface and VLAN of each direction's first packet; WS_NO_LINK: none yet */
	uint8_t checksums_right : 2;   /* a bit for each endpoint, which sent a segment with a right checksum */
	uint8_t checksums_useless : 2; /* a bit for each endpoint, whose wrong checksums mean nothing */
	uint8_t suspects : 2;          /* a bit for each endpoint, of which checksums.c keeps a segment */
	uint8_t answer_unsigned : 1;   /* a SYN with TCP MD5 or TCP-AO was answered by a SYN-ACK without */
	uint8_t answer_echoes : 1;     /* a SYN-ACK echoes another timestamp than that of the only SYN */
	uint8_t judgement;             /* the verdict that keys.c stores until the next input; 0: none */
	uint16_t timer_slot;           /* WS_NO_TIMER when no timer runs */
	struct ws_machine machine;
	struct ws_analyser analyser;
	struct ws_traffic traffic[2];
	uint64_t number;
	ws_time last_time;
	uint64_t last_frame;
	struct ws_rare *rare; /* NULL: none of it is known; see ws_conn_rare() */
	struct ws_rtt rtt[2];
	uint32_t duplicates;
	struct ws_zeek zeek;
	ws_time first_time;
	uint64_t first_frame;
	/* Only in a table with `never_rest`, as the next three, which share a line with it. */
	struct ws_history_log *history;
	uint8_t *history_at;                    /* where its next input goes */
	struct ws_history_extra *history_extra; /* what the replay needs besides the inputs; NULL: nothing */
	size_t history_count;
	uint32_t bad_checksums[2]; /* by sender */
	uint32_t checksums_ignored;
	uint32_t tunnel_id;                     /* of the innermost tunnel, in the first packet */
	uint32_t name[2], sni, alpn, http_host; /* see hostnames.h; those of the addresses as of the first packet */
	uint32_t http_request;                  /* the same way: the method and the target */
	uint16_t http_status;                   /* of the first answer; 0: none */
	uint8_t name_source[2];                 /* enum ws_name_source, of `name` */
	uint8_t greeted : 1;                    /* what the client says first has been seen */
};

#define WS_CONN_HOT (offsetof(struct ws_conn, zeek) + 1)
#define WS_NO_LINK UINT32_MAX

/* What the pool keeps of a connection that is awake. */
struct ws_conn_slot {
	_Alignas(64) struct ws_conn conn;
	_Alignas(64) struct ws_shares shares; /* only in a table with `shares` */
};

/* A copy of a connection to read from, see ws_table_read(). */
struct ws_conn_copy {
	struct ws_conn_slot slot;
	struct ws_rare rare;
};

/* What identifies a connection on the wire. */
struct ws_tuple {
	const struct ws_addr *source, *destination;
	uint16_t source_port, destination_port;
	uint8_t ip_version;
	uint32_t hash;   /* ws_table_hash() */
	uint16_t tunnel; /* see tunnels.h; 0: none */
};

struct ws_table_slot {
	uint32_t hash;
	ws_conn_id id; /* 0: empty */
};

struct ws_table_entry {
	uint64_t number;
	ws_conn_id id; /* 0: removed */
} __attribute__((packed, aligned(4)));

/* The neighbours of a connection in the list of a slot of the timing wheel. */
struct ws_timer_link {
	ws_conn_id next, previous;
};

/* An id is an index into `places` plus one. A place leads to a connection that is awake, whose members can be read and
 * changed, or to one at rest, which takes a third of the memory, see rest.h. Connections that are awake are allocated
 * in chunks and never move. The index leads to the newest connection of a 4-tuple, and `older` from there to the
 * previous one. `order` has all of them in the order of their numbers. */
struct ws_table {
	uint8_t hash_key[16];
	struct ws_flow_key flow_key;
	bool shares;     /* connections have their shares of time */
	bool never_rest; /* all connections stay awake */
	/* Those at rest have a brief, see brief.h, with the judgement of this tracker; NULL: they have none. */
	const struct ws_tracker *briefs;
	ws_time time_wait;            /* how long TIME_WAIT lasts */
	size_t slot_size;             /* of struct ws_conn_slot, as far as it is used */
	uintptr_t *places;            /* see ws_table_conn(); of those that are free, the id of the next one */
	struct ws_timer_link *timers; /* by id, too, so that neighbours need not be awake */
	size_t place_count, place_capacity;
	ws_conn_id unused;
	uint8_t **chunks; /* of slots */
	size_t chunk_count;
	uint8_t *next_chunk;  /* of many chunks: allocated before it is needed, see ws_table_populate(); or NULL */
	uint8_t *unpopulated; /* the same, until another thread has taken it; only __atomic operations */
	struct ws_conn *unused_slot;           /* a list through `address` */
	size_t used, limit;                    /* connections; limit: how many that are awake have room */
	size_t awake, awake_most, awake_least; /* awake_most: if more are, some are put to rest */
	size_t awake_peak;                     /* the most that ever were: slots that are not given back */
	size_t rest_chunk, rest_slot;          /* where the search for these goes on */
	uint64_t rest_bytes;                   /* what those at rest take, with their share of the index */
	uint64_t calls, charged; /* of ws_table_rest(); those that waking connections up has cost, see table.c */
	ws_time epoch;           /* the beginning of the first one that was put to rest */
	bool epoch_known;
	size_t half_open; /* connections whose SYN is unanswered */
	struct ws_table_entry *order;
	size_t order_count, order_capacity, holes; /* holes: removed connections still in `order` */
	struct ws_table_entry *attempts; /* a ring of these, oldest first, and of some that were answered later */
	size_t attempt_first, attempt_count, attempt_capacity;
	size_t history_cursor;               /* where in `order` the next search for the oldest history starts */
	struct ws_eviction_candidate *queue; /* the next to evict, picked in one walk over all */
	size_t queue_count, queue_next;
	struct ws_table_slot *slots;
	uint32_t slot_mask, slot_used;
	union ws_rare_slot *rare_blocks, *rare_unused; /* lists, see ws_table_rare() */
	size_t rare_block_count;
	uint64_t numbers;   /* how many numbers are used */
	bool out_of_memory; /* there is no memory for even a few connections */
};

/* What a connection takes: itself, what only some have, and its share of the index. */
uint64_t ws_table_each(const struct ws_table *table);
bool ws_table_init(struct ws_table *table, const uint8_t hash_key[16], uint64_t max_memory, bool shares) WS_CHECKED;
void ws_table_free(struct ws_table *table);
/* Has the system provide the memory that the next connections will take, which clears it. Another thread may call it. */
void ws_table_populate(struct ws_table *table);
/* The same for both directions, and never 0. Does not read tuple->hash. */
uint32_t ws_table_hash(const struct ws_table *table, const struct ws_tuple *tuple);
/* Prefetch the index's slot for a hash; then, when that is loaded, the connection that it leads to. */
void ws_table_prefetch_entry(const struct ws_table *table, uint32_t hash);
void ws_table_prefetch_conn(const struct ws_table *table, uint32_t hash);
/* The newest connection of the 4-tuple, awake, or NULL. */
struct ws_conn *ws_table_find(struct ws_table *table, const struct ws_tuple *tuple);
/* The newest connection with a connection's addresses and ports, which may be that one itself. */
ws_conn_id ws_table_newest(const struct ws_table *table, const struct ws_conn *conn);
/* Makes a connection, which becomes the newest of its 4-tuple; endpoint 0 is the tuple's source. Returns NULL when the
 * pool is full, or without memory. */
struct ws_conn *ws_table_add(struct ws_table *table, const struct ws_tuple *tuple) WS_CHECKED;
/* Makes a connection the newest of its 4-tuple again; the newest so far becomes the previous one. */
void ws_table_promote(struct ws_table *table, struct ws_conn *conn);
/* Also takes what ws_table_read() has returned. */
void ws_table_remove(struct ws_table *table, const struct ws_conn *conn);
/* What few connections have, of this one, to be changed. NULL: there is no memory for it. */
struct ws_rare *ws_table_rare(struct ws_table *table, struct ws_conn *conn);
/* The same to be read. */
static inline const struct ws_rare *ws_conn_rare(const struct ws_conn *conn)
{
	static const struct ws_rare none;
	return conn->rare ? conn->rare : &none;
}
void ws_table_rest_some(struct ws_table *table); /* see ws_table_rest() */
/* Private to table.c and rest.c, see ws_table_conn() and ws_table_read(). */
struct ws_conn *ws_table_wake(struct ws_table *table, ws_conn_id id);
const struct ws_conn *ws_table_copy(const struct ws_table *table, ws_conn_id id, struct ws_conn_copy *copy);
/* Records whether the connection's SYN is unanswered, for the count of such attempts and their order. */
void ws_table_set_half_open(struct ws_table *table, struct ws_conn *conn, bool half_open);
/* The index in `order` of the first connection, or hole, with this number or a later one. */
size_t ws_table_rank(const struct ws_table *table, uint64_t number);
/* Closes the holes in `order`. Removing a connection does that, too, when there are many. */
void ws_table_compact(struct ws_table *table);
uint64_t ws_table_memory(const struct ws_table *table); /* bytes it takes */
/* Connections and the histories that a table with `never_rest` keeps have one budget. Where the table is full, its limit
 * grows by what histories have left, less what they will need of more connections like these. */
struct ws_history;
void ws_table_share(struct ws_table *table, struct ws_history *history);
/* Picks up to `count` connections to evict, those in the lowest class first. */
size_t ws_table_eviction_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count);

unsigned ws_eviction_class(const struct ws_conn *conn); /* those in the lowest class are evicted first */

#define WS_TABLE_LEAST (4 * WS_TABLE_RESERVE) /* a pool with fewer connections would be useless */
#define WS_TABLE_RESERVE 64 /* slots that are kept free, so that a packet never has to wait for an eviction */

/* True when the connections, and `reserve` more of them, take too much memory. Slots that were used once are not given
 * back, so those that become free make no room for what is put to rest: that needs a reserve of its own. */
static inline bool ws_table_full(const struct ws_table *table, size_t reserve)
{
	const size_t slots = table->awake + reserve;
	const size_t most = slots < table->awake_peak ? table->awake_peak : slots;
	if (!table->rest_bytes)
		return most > table->limit;
	const uint64_t rest = table->rest_bytes + reserve * table->slot_size / 2;
	return most * table->slot_size + rest > table->limit * table->slot_size;
}

/* True when some should be evicted. Unanswered SYNs may use a quarter of the pool. */
static inline bool ws_table_crowded(const struct ws_table *table)
{
	return ws_table_full(table, WS_TABLE_RESERVE) || table->half_open > table->limit / 4;
}

#define WS_CHUNK_BYTES ((size_t)2 << 20) /* a huge page */

/* The lowest bits of a place. */
enum ws_place { WS_PLACE_AWAKE, WS_PLACE_AT_REST, WS_PLACE_FREE, WS_PLACE_BITS };

static inline uintptr_t ws_table_place(const struct ws_table *table, ws_conn_id id)
{
	return id && id <= table->place_count ? table->places[id - 1] : 0;
}

/* The connection, if it is awake, or NULL. */
static inline struct ws_conn *ws_table_awake(const struct ws_table *table, ws_conn_id id)
{
	const uintptr_t place = ws_table_place(table, id);
	return place & WS_PLACE_BITS ? NULL : (struct ws_conn *)place;
}

/* The connection, to be changed. Wakes it up if it is at rest. NULL: there is none, or no memory to wake it up. Valid
 * until ws_table_rest(). */
static inline struct ws_conn *ws_table_conn(struct ws_table *table, ws_conn_id id)
{
	const uintptr_t place = ws_table_place(table, id);
	if (!(place & WS_PLACE_BITS))
		return (struct ws_conn *)place;
	return (place & WS_PLACE_BITS) == WS_PLACE_AT_REST ? ws_table_wake(table, id) : NULL;
}

/* The connection, to be read: itself, or `copy`, which is filled from one at rest. NULL: there is none. */
static inline const struct ws_conn *ws_table_read(const struct ws_table *table, ws_conn_id id,
                                                  struct ws_conn_copy *copy)
{
	const uintptr_t place = ws_table_place(table, id);
	if (!(place & WS_PLACE_BITS))
		return (const struct ws_conn *)place;
	return (place & WS_PLACE_BITS) == WS_PLACE_AT_REST ? ws_table_copy(table, id, copy) : NULL;
}

/* How many attempts stay awake because there are so many that most will be evicted soon. */
static inline size_t ws_table_flooded(const struct ws_table *table)
{
	return table->half_open > table->limit / 8 ? table->half_open : 0;
}

/* Puts some connections to rest when many are awake. Nothing may point to a connection during this call. */
static inline void ws_table_rest(struct ws_table *table)
{
	table->calls++;
	if (table->awake > table->awake_most && table->awake > table->awake_most + ws_table_flooded(table) &&
	    !table->never_rest)
		ws_table_rest_some(table);
}

/* The shares of time of a connection in a table with `shares`, or of a copy of one. */
static inline struct ws_shares *ws_conn_shares(struct ws_conn *conn)
{
	return &((struct ws_conn_slot *)conn)->shares;
}

/* These two are for every packet, and do without a call of memcmp(). */
static inline int ws_addr_compare(const struct ws_addr *a, const struct ws_addr *b)
{
	uint64_t left[2], right[2];
	__builtin_memcpy(left, a, sizeof(left));
	__builtin_memcpy(right, b, sizeof(right));
	const unsigned i = left[0] == right[0];
	const uint64_t first = be64toh(left[i]), second = be64toh(right[i]);
	return (first > second) - (first < second);
}
static inline bool ws_addr_equal(const struct ws_addr *a, const struct ws_addr *b)
{
	uint64_t left[2], right[2];
	__builtin_memcpy(left, a, sizeof(left));
	__builtin_memcpy(right, b, sizeof(right));
	return !((left[0] ^ right[0]) | (left[1] ^ right[1]));
}

/* Of both endpoints, without copies. */
static inline uint64_t ws_conn_packets(const struct ws_conn *conn)
{
	return conn->traffic[0].packets + conn->traffic[1].packets;
}

/* True when endpoint `i` of the connection is the tuple's source. */
static inline bool ws_conn_is(const struct ws_conn *conn, unsigned i, const struct ws_addr *address, uint16_t port)
{
	return conn->port[i] == port && ws_addr_equal(&conn->address[i], address);
}

#endif
