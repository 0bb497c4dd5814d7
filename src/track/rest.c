/* A connection is mostly numbers that are zero, small, or nearly the same as another one of it: sequence numbers and
 * times. So each of these is replaced by its difference from the one that it is likely to equal, and then every word is
 * stored without its leading zero bytes, see word_packing.h. A number that nothing predicts costs what it takes. */
#include "track/rest.h"
#include "track/fold.h"
#include "track/info.h"
#include "track/word_packing.h"

#include <stdlib.h>
#include <string.h>

enum {
	PREFIX = 12, /* bytes of a v4-mapped address that are the same in all of them */
	KEY = offsetof(struct ws_conn, hash),
	CONN_WORDS = (sizeof(struct ws_conn) - KEY) / WORD_SIZE,
	SHARES_WORDS = sizeof(struct ws_shares) / WORD_SIZE,
	RARE_WORDS = sizeof(struct ws_rare) / WORD_SIZE,
	MOST_WORDS = CONN_WORDS + SHARES_WORDS + RARE_WORDS,
	MASK_BYTES = MOST_WORDS / WORD_GROUP + 3,
};

_Static_assert(sizeof(struct ws_conn) % WORD_SIZE == 0 && KEY % WORD_SIZE == 0, "whole words");
_Static_assert(MOST_WORDS / 4 + 1 <= UINT8_MAX, "ws_rested.sizes");
_Static_assert(sizeof(struct ws_rested_wait) + sizeof(struct ws_brief) + MOST_WORDS * (WORD_SIZE + 1) <
                       UINT8_MAX * WS_RESTED_UNIT,
               "ws_rested.units");
_Static_assert(sizeof(struct ws_shares) % WORD_SIZE == 0 && sizeof(struct ws_rare) % WORD_SIZE == 0, "likewise");

/* ---- What each number is likely to equal
 *
 * X(member, reference): a reference stands before the members that refer to it, or is not listed itself. */

#define TIMES(X)                                                                                                       \
	X(conn.last_time, conn.first_time)                                                                             \
	X(conn.machine.syn_time, conn.first_time)                                                                      \
	X(conn.analyser.flow[0].last_time, conn.last_time)                                                             \
	X(conn.analyser.flow[1].last_time, conn.last_time)                                                             \
	X(conn.analyser.flow[0].next_time, conn.analyser.flow[0].last_time)                                            \
	X(conn.analyser.flow[1].next_time, conn.analyser.flow[1].last_time)                                            \
	X(conn.traffic[0].timer.sent, conn.analyser.flow[0].next_time)                                                 \
	X(conn.traffic[1].timer.sent, conn.analyser.flow[1].next_time)                                                 \
	X(conn.rtt[0].most, conn.rtt[0].least)                                                                         \
	X(conn.rtt[1].most, conn.rtt[1].least)

#define SHARE_TIMES(X)                                                                                                 \
	X(shares.latest, conn.last_time)                                                                               \
	X(shares.since, shares.latest)                                                                                 \
	X(shares.time.way_to[0], conn.rtt[1].least)                                                                    \
	X(shares.time.way_to[1], conn.rtt[0].least)                                                                    \
	X(shares.side[0].sent_time, conn.analyser.flow[0].next_time)                                                   \
	X(shares.side[1].sent_time, conn.analyser.flow[1].next_time)                                                   \
	X(shares.side[0].all_acked, conn.analyser.flow[1].last_time)                                                   \
	X(shares.side[1].all_acked, conn.analyser.flow[0].last_time)

#define SIDE_NUMBERS(X, here, there)                                                                                   \
	X(conn.analyser.flow[here].next, conn.analyser.flow[here].base)                                                \
	X(conn.analyser.flow[here].gapless, conn.analyser.flow[here].next)                                             \
	X(conn.machine.endpoint[here].iss, conn.analyser.flow[here].base)                                              \
	X(conn.machine.endpoint[here].snd_max, conn.analyser.flow[here].next)                                          \
	X(conn.machine.endpoint[here].fin_end, conn.machine.endpoint[here].snd_max)                                    \
	X(conn.zeek.last_syn[here], conn.machine.endpoint[here].iss)                                                   \
	X(conn.zeek.last_fin[here], conn.machine.endpoint[here].fin_end)                                               \
	X(conn.traffic[here].timer.end, conn.machine.endpoint[here].snd_max)

#define PEER_NUMBERS(X, here, there)                                                                                   \
	X(conn.analyser.flow[here].ack, conn.analyser.flow[there].next)                                                \
	X(conn.machine.endpoint[here].last_ack_sent, conn.analyser.flow[here].ack)                                     \
	X(conn.machine.endpoint[here].rcv_nxt, conn.machine.endpoint[there].snd_max)                                   \
	X(conn.machine.endpoint[here].fin_ack, conn.machine.endpoint[here].last_ack_sent)                              \
	X(conn.machine.endpoint[here].fin_acked_end, conn.machine.endpoint[there].snd_max)                             \
	X(conn.machine.endpoint[here].proof, conn.machine.endpoint[here].ts_recent)

#define NUMBERS(X)                                                                                                     \
	SIDE_NUMBERS(X, 0, 1)                                                                                          \
	SIDE_NUMBERS(X, 1, 0) PEER_NUMBERS(X, 0, 1) PEER_NUMBERS(X, 1, 0) X(conn.link_id[1], conn.link_id[0])

#define SHARE_NUMBERS_OF(X, here, there)                                                                               \
	X(shares.side[here].end, conn.machine.endpoint[here].snd_max)                                                  \
	X(shares.side[here].acknowledged, conn.analyser.flow[there].ack)                                               \
	X(shares.side[here].edge.right, shares.side[here].acknowledged)                                                \
	X(shares.side[here].edge.time, conn.machine.syn_us)

#define SHARE_NUMBERS(X) SHARE_NUMBERS_OF(X, 0, 1) SHARE_NUMBERS_OF(X, 1, 0)

/* Those that are mostly not set, and those that hardly ever equal their reference when they are. */
#define SELDOM_TIMES(X)                                                                                                \
	X(conn.traffic[0].closed_since, conn.last_time)                                                                \
	X(conn.traffic[1].closed_since, conn.last_time)                                                                \
	X(conn.machine.endpoint[0].time_wait_start, conn.last_time)                                                    \
	X(conn.machine.endpoint[1].time_wait_start, conn.last_time)

#define SELDOM_NUMBERS_OF(X, here, there)                                                                              \
	X(conn.machine.endpoint[here].gap_left, conn.machine.endpoint[here].rcv_nxt)                                   \
	X(conn.machine.endpoint[here].gap_right, conn.machine.endpoint[here].gap_left)                                 \
	X(conn.machine.endpoint[here].sack_right, conn.machine.endpoint[here].rcv_nxt)                                 \
	X(conn.machine.endpoint[here].opening, conn.machine.endpoint[here].ts_recent)                                  \
	X(conn.traffic[there].stalled_ack, conn.machine.endpoint[here].last_ack_sent)

#define SELDOM_NUMBERS(X) SELDOM_NUMBERS_OF(X, 0, 1) SELDOM_NUMBERS_OF(X, 1, 0)

#define SELDOM_SHARE_NUMBERS_OF(X, here)                                                                               \
	X(shares.side[here].recovery_end, shares.side[here].end)                                                       \
	X(shares.older[here][0].right, shares.side[here].edge.right)                                                   \
	X(shares.older[here][1].right, shares.older[here][0].right)                                                    \
	X(shares.older[here][2].right, shares.older[here][1].right)                                                    \
	X(shares.older[here][3].right, shares.older[here][2].right)                                                    \
	X(shares.older[here][0].time, shares.side[here].edge.time)                                                     \
	X(shares.older[here][1].time, shares.older[here][0].time)                                                      \
	X(shares.older[here][2].time, shares.older[here][1].time)                                                      \
	X(shares.older[here][3].time, shares.older[here][2].time)

#define SELDOM_SHARE_NUMBERS(X) SELDOM_SHARE_NUMBERS_OF(X, 0) SELDOM_SHARE_NUMBERS_OF(X, 1)
_Static_assert(WS_SHARE_EDGES == 5, "those that are listed");

/* A difference in either direction is a small number. A member that is 0 while its reference is not is mostly one that
 * was never set: this and a difference of -8, which is seldom, change places. Of a member that is mostly so, this and no
 * difference change places, too. */
enum { UNSET = 15 };
#define DEFINE(type, fold, unfold, name)                                                                               \
	static inline type name##_code(type value, type reference)                                                     \
	{                                                                                                              \
		const type code = fold(value - reference);                                                             \
		if (!value && reference)                                                                               \
			return UNSET;                                                                                  \
		return code == UNSET && reference ? fold(-reference) : code;                                           \
	}                                                                                                              \
	static inline type name##_value(type code, type reference)                                                     \
	{                                                                                                              \
		if (code == UNSET && reference)                                                                        \
			return 0;                                                                                      \
		if (reference && code == fold(-reference))                                                             \
			code = UNSET;                                                                                  \
		return reference + unfold(code);                                                                       \
	}                                                                                                              \
	/* Its own inverse. */                                                                                         \
	static inline type seldom_##name(type code, type reference)                                                    \
	{                                                                                                              \
		return reference && (!code || code == UNSET) ? code ^ UNSET : code;                                    \
	}
DEFINE(uint64_t, ws_fold64, ws_unfold64, time)
DEFINE(uint32_t, ws_fold32, ws_unfold32, number)

/* The order matters only on the way back, because `from` keeps what `to` refers to. */
#define PACK_TIME(at, reference) to->at = (ws_time)time_code((uint64_t)from->at, (uint64_t)from->reference);
#define PACK_NUMBER(at, reference) to->at = number_code(from->at, from->reference);
#define PACK_SELDOM_TIME(at, reference)                                                                                \
	PACK_TIME(at, reference) to->at = (ws_time)seldom_time((uint64_t)to->at, (uint64_t)from->reference);
#define PACK_SELDOM_NUMBER(at, reference) PACK_NUMBER(at, reference) to->at = seldom_number(to->at, from->reference);
#define UNPACK_TIME(at, reference) slot->at = (ws_time)time_value((uint64_t)slot->at, (uint64_t)slot->reference);
#define UNPACK_NUMBER(at, reference) slot->at = number_value(slot->at, slot->reference);
#define UNPACK_SELDOM_TIME(at, reference)                                                                              \
	slot->at = (ws_time)seldom_time((uint64_t)slot->at, (uint64_t)slot->reference);                                \
	UNPACK_TIME(at, reference)
#define UNPACK_SELDOM_NUMBER(at, reference)                                                                            \
	slot->at = seldom_number(slot->at, slot->reference);                                                           \
	UNPACK_NUMBER(at, reference)

/* ---- A connection in differences */

/* What is the same in most connections becomes zero, and what follows from other members. The rest of it is its own
 * inverse. */
static void hide_usual(struct ws_conn *conn)
{
	struct ws_machine *m = &conn->machine;
	const struct ws_analyser *a = &conn->analyser;
	conn->vlan ^= WS_NO_VLAN;
	conn->timer_slot ^= WS_NO_TIMER;
	for (unsigned i = 0; i < 2; i++)
		m->endpoint[i].window ^= a->flow[i].window;
	m->endpoint[1].mss ^= m->endpoint[0].mss;
	m->syn_us ^= ws_micros(m->syn_time);
	m->rtt_us ^= ws_micros(a->handshake);
	conn->analyser.first_ack ^= (uint32_t)((uint64_t)a->handshake / 64);
}

/* The same of the shares. */
static void hide_usual_shares(struct ws_conn_slot *slot)
{
	for (unsigned i = 0; i < 2; i++) {
		struct ws_share_side *side = &slot->shares.side[i];
		const struct ws_traffic *traffic = &slot->conn.traffic[i];
		side->acked_time ^= side->all_acked ? ws_shares_microseconds(&slot->shares, side->all_acked) : 0;
		side->next_identification ^= traffic->packets ? (uint16_t)(traffic->identification + 1) : 0;
	}
}

static void drop_known(struct ws_conn *conn)
{
	conn->hash = 0;
	conn->id = 0;
	conn->recent = 0;
	conn->judgement = 0;
	conn->rare = NULL;
}

static size_t address_size(uint8_t ip_version)
{
	return ip_version == 4 ? 4 : 16;
}

static size_t wait_size(const struct ws_rested *rested)
{
	return rested->waits ? sizeof(struct ws_rested_wait) : 0;
}

/* Where the brief is, if there is one. */
static const uint8_t *brief_of(const struct ws_rested *rested)
{
	return rested->bytes + wait_size(rested) + 2 * address_size(rested->ip_version);
}

static size_t mask_size(const struct ws_rested *rested, bool shares)
{
	return word_masks(CONN_WORDS) + (shares ? word_masks(SHARES_WORDS) : 0) +
	       (rested->has_rare ? word_masks(RARE_WORDS) : 0);
}

/* Replaces numbers by their differences: what is `to` equals what is `from` before. */
static void take_differences(const struct ws_conn_slot *from, struct ws_conn_slot *to, bool shares, ws_time epoch)
{
	hide_usual(&to->conn);
	if (shares)
		hide_usual_shares(to);
	NUMBERS(PACK_NUMBER)
	TIMES(PACK_TIME)
	SELDOM_NUMBERS(PACK_SELDOM_NUMBER)
	SELDOM_TIMES(PACK_SELDOM_TIME)
	to->conn.last_frame -= from->conn.first_frame;
	to->conn.first_time = (ws_time)time_code((uint64_t)from->conn.first_time, (uint64_t)epoch);
	if (!shares)
		return;
	SHARE_NUMBERS(PACK_NUMBER)
	SHARE_TIMES(PACK_TIME)
	SELDOM_SHARE_NUMBERS(PACK_SELDOM_NUMBER)
}

/* Of the shares that a brief has, only how they differ from those up to the last segment. It is its own inverse. */
static void take_shares(struct ws_conn_slot *slot, bool shares, const struct ws_brief *brief)
{
	for (enum ws_cause cause = 0; shares && cause < WS_CAUSE_COUNT; cause++)
		for (unsigned side = 0; side < (ws_cause_is_sided(cause) ? 2u : 1u); side++) {
			ws_time *time = &slot->shares.time.slot[ws_share_slot(cause, side)];
			*time = (ws_time)((uint64_t)brief->shares.time[cause][side] - (uint64_t)*time);
		}
}

/* What is stored in front of the words is not stored there again. */
static void hide_front(struct ws_conn_slot *slot, const struct ws_rested_wait *wait, bool shares,
                       const struct ws_brief *brief)
{
	if (wait || brief)
		slot->conn.number = 0;
	if (!brief)
		return;
	slot->conn.first_time = slot->conn.last_time = 0;
	take_shares(slot, shares, brief);
}

/* ---- TIME_WAIT */

static struct ws_transition end_of_time_wait(unsigned endpoint)
{
	return (struct ws_transition){.endpoint = (uint8_t)endpoint,
	                              .from = WS_TIME_WAIT,
	                              .to = WS_CLOSED,
	                              .basis = WS_BASIS_TIMER,
	                              .certainty = WS_ASSUMED,
	                              .why = WS_WHY_TIMER};
}

/* Returns false when something else than the end of TIME_WAIT may be next, or something may follow it. */
static bool foresee_end(const struct ws_conn *conn, ws_time time_wait, struct ws_rested_wait *wait, unsigned *side)
{
	struct ws_outcome outcome;
	unsigned endpoint = 0;
	if (conn->timer_slot == WS_NO_TIMER || conn->half_open || conn->machine.self || conn->number > UINT32_MAX)
		return false;
	struct ws_machine machine = conn->machine;
	const ws_time deadline = ws_machine_deadline(&machine, time_wait, &endpoint);
	const struct ws_segment expiry = ws_expiry(deadline, endpoint);
	if (deadline == WS_TIME_NEVER || machine.endpoint[endpoint].state != WS_TIME_WAIT ||
	    machine.endpoint[!endpoint].state != WS_CLOSED)
		return false;
	ws_machine_step(&machine, &expiry, &outcome);
	*wait = (struct ws_rested_wait){deadline, (uint32_t)conn->number};
	*side = endpoint;
	const struct ws_transition end = end_of_time_wait(endpoint);
	return outcome.count == 1 && !memcmp(&outcome.transition[0], &end, sizeof(end)) && machine.started &&
	       machine.endpoint[!endpoint].state == WS_CLOSED;
}

bool ws_rested_wait(const struct ws_rested *rested, struct ws_rested_wait *wait)
{
	*wait = (struct ws_rested_wait){.deadline = 0};
	if (rested->waits)
		memcpy(wait, rested->bytes, sizeof(*wait));
	return rested->waits && !rested->expired;
}

struct ws_transition ws_rested_expire(struct ws_rested *rested)
{
	enum { ENDED = 1 }; /* as ws_eviction_class() says of one that has ended */
	rested->expired = 1;
	rested->eviction_class = ENDED;
	return end_of_time_wait(rested->endpoint);
}

/* What the tracker does with a connection that is awake. */
static void apply_end(const struct ws_rested *rested, struct ws_conn *conn)
{
	struct ws_rested_wait wait;
	struct ws_outcome outcome;
	memcpy(&wait, rested->bytes, sizeof(wait));
	const struct ws_segment expiry = ws_expiry(wait.deadline, rested->endpoint);
	ws_machine_step(&conn->machine, &expiry, &outcome);
	conn->timer_slot = WS_NO_TIMER;
	conn->ended = 1;
	conn->reported = 1;
}

/* ---- A connection */

/* What is stored in front of the words, if anything. */
struct front {
	bool waits;
	unsigned endpoint; /* that waits */
	struct ws_rested_wait wait;
	size_t brief_size;
	uint8_t brief[WS_BRIEF_MOST];
};

static void make_front(const struct ws_table *table, const struct ws_conn *conn, const struct ws_brief *brief,
                       struct front *front)
{
	front->endpoint = 0;
	front->waits = foresee_end(conn, table->time_wait, &front->wait, &front->endpoint);
	front->brief_size = brief ? ws_brief_pack(brief, table->epoch, front->brief) : 0;
}

/* Returns where the words begin. */
static uint8_t *put_front(struct ws_rested *rested, const struct ws_conn *conn, const struct front *front)
{
	const size_t address = address_size(conn->ip_version);
	uint8_t *out = rested->bytes;
	*rested = (struct ws_rested){
	        .tunnel = conn->tunnel,
	        .port = {conn->port[0], conn->port[1]},
	        .ip_version = conn->ip_version & 15,
	        .has_rare = conn->rare != NULL,
	        .has_brief = front->brief_size > 0,
	        .waits = front->waits,
	        .reported = conn->reported,
	        .endpoint = front->endpoint & 1,
	};
	if (front->waits)
		out = (uint8_t *)memcpy(out, &front->wait, sizeof(front->wait)) + sizeof(front->wait);
	for (unsigned i = 0; i < 2; i++, out += address)
		memcpy(out, conn->address[i].byte + sizeof(conn->address[i]) - address, address);
	return (uint8_t *)memcpy(out, front->brief, front->brief_size) + front->brief_size;
}

struct ws_rested *ws_rested_make(const struct ws_table *table, const struct ws_conn *conn, const struct ws_brief *brief)
{
	const bool shares = table->shares;
	struct front front;
	struct ws_conn_slot slot;
	uint8_t mask[MASK_BYTES], size[MOST_WORDS / 4 + WORD_SIZE], data[MOST_WORDS * WORD_SIZE + WORD_SIZE];
	struct word_packing to = {.mask = mask, .size = size, .data = data};
	make_front(table, conn, brief, &front);
	memcpy(&slot, conn, table->slot_size);
	drop_known(&slot.conn);
	take_differences((const struct ws_conn_slot *)conn, &slot, shares, table->epoch);
	hide_front(&slot, front.waits ? &front.wait : NULL, shares, front.brief_size ? brief : NULL);
	word_pack(&to, (const uint8_t *)&slot + KEY, CONN_WORDS);
	if (shares)
		word_pack(&to, &slot.shares, SHARES_WORDS);
	if (conn->rare)
		word_pack(&to, conn->rare, RARE_WORDS);
	word_pack_end(&to);
	const size_t masks = (size_t)(to.mask - mask), sizes = (size_t)(to.size - size);
	const size_t bytes = (size_t)(to.data - data);
	const size_t all = sizeof(struct ws_rested) + (front.waits ? sizeof(front.wait) : 0) +
	                   2 * address_size(conn->ip_version) + front.brief_size + masks + sizes + bytes + WORD_SLACK;
	struct ws_rested *rested = malloc(all);
	if (!rested)
		return NULL;
	uint8_t *out = put_front(rested, conn, &front);
	rested->sizes = (uint8_t)sizes;
	rested->units = (uint8_t)((all + WS_RESTED_KEPT + WS_RESTED_UNIT - 1) / WS_RESTED_UNIT);
	memcpy(out, mask, masks);
	memcpy(out + masks, size, sizes);
	memcpy(out + masks + sizes, data, bytes);
	return rested;
}

void ws_rested_key(const struct ws_rested *rested, struct ws_conn *conn)
{
	static const uint8_t prefix[PREFIX] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *address = rested->bytes + wait_size(rested);
	conn->tunnel = rested->tunnel;
	conn->port[0] = rested->port[0];
	conn->port[1] = rested->port[1];
	conn->ip_version = rested->ip_version;
	conn->used = 1;
	for (unsigned i = 0; i < 2; i++) {
		const size_t size = address_size(rested->ip_version);
		if (size < sizeof(conn->address[i]))
			memcpy(conn->address[i].byte, prefix, sizeof(prefix));
		memcpy(conn->address[i].byte + sizeof(conn->address[i]) - size, address + i * size, size);
	}
}

/* The opposite of take_differences(). */
static void add_differences(struct ws_conn_slot *slot, bool shares, ws_time epoch)
{
	slot->conn.first_time = (ws_time)time_value((uint64_t)slot->conn.first_time, (uint64_t)epoch);
	slot->conn.last_frame += slot->conn.first_frame;
	TIMES(UNPACK_TIME)
	NUMBERS(UNPACK_NUMBER)
	SELDOM_TIMES(UNPACK_SELDOM_TIME)
	SELDOM_NUMBERS(UNPACK_SELDOM_NUMBER)
	hide_usual(&slot->conn);
	if (!shares)
		return;
	SHARE_TIMES(UNPACK_TIME)
	SHARE_NUMBERS(UNPACK_NUMBER)
	SELDOM_SHARE_NUMBERS(UNPACK_SELDOM_NUMBER)
	hide_usual_shares(slot);
}

/* The opposite of hide_front(). */
static void show_front(const struct ws_rested *rested, struct ws_conn_slot *slot, bool shares, ws_time epoch)
{
	struct ws_rested_wait wait;
	struct ws_brief brief;
	(void)ws_rested_wait(rested, &wait);
	if (rested->waits)
		slot->conn.number = wait.number;
	if (!rested->has_brief)
		return;
	ws_brief_read(brief_of(rested), epoch, &brief);
	slot->conn.number = brief.number;
	slot->conn.first_time = (ws_time)time_code((uint64_t)brief.first, (uint64_t)epoch);
	slot->conn.last_time = (ws_time)time_code((uint64_t)brief.last, (uint64_t)brief.first);
	take_shares(slot, shares, &brief);
}

void ws_rested_read(const struct ws_table *table, const struct ws_rested *rested, struct ws_conn *conn,
                    struct ws_rare *rare)
{
	const bool shares = table->shares;
	const uint8_t *brief = brief_of(rested), *mask = brief + (rested->has_brief ? ws_brief_size(brief) : 0);
	const uint8_t *size = mask + mask_size(rested, shares);
	struct word_unpacking from = {.mask = mask, .size = size, .data = size + rested->sizes};
	memset((void *)conn, 0, table->slot_size);
	ws_rested_key(rested, conn);
	word_unpack(&from, (uint8_t *)conn + KEY, CONN_WORDS);
	if (shares)
		word_unpack(&from, ws_conn_shares(conn), SHARES_WORDS);
	if (rested->has_rare) {
		memset(rare, 0, sizeof(*rare));
		word_unpack(&from, rare, RARE_WORDS);
	}
	show_front(rested, (struct ws_conn_slot *)conn, shares, table->epoch);
	add_differences((struct ws_conn_slot *)conn, shares, table->epoch);
	if (rested->has_rare)
		conn->rare = rare;
	if (rested->expired)
		apply_end(rested, conn);
}

bool ws_rested_brief(const struct ws_table *table, const struct ws_rested *rested, struct ws_conn *key,
                     struct ws_brief *brief)
{
	if (!rested->has_brief)
		return false;
	ws_rested_key(rested, key);
	ws_brief_read(brief_of(rested), table->epoch, brief);
	return !rested->expired || ws_judgement_stays(brief->judgement);
}
