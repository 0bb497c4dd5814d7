#include "lab/wire.h"
#include "base/reader.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

void lab_wire_begin(struct lab_wire *wire, const struct lab_scenario *scenario, ws_time delay, double loss,
                    uint64_t seed)
{
	*wire = (struct lab_wire){.scenario = scenario, .delay = delay, .loss = loss, .chance = seed};
}

void lab_wire_free(struct lab_wire *wire)
{
	for (size_t i = 0; i < wire->count; i++)
		free(wire->air[i]);
	wire->count = 0;
}

/* ---- Which packet it is */

static enum lab_kind tcp_kind(const uint8_t *tcp, size_t length)
{
	const unsigned flags = tcp[13];
	const size_t header = (size_t)(tcp[12] >> 4) * 4;
	if (flags & TH_RST)
		return LAB_RST;
	if (flags & TH_SYN)
		return flags & TH_ACK ? LAB_SYN_ACK : LAB_SYN;
	if (flags & TH_FIN)
		return LAB_FIN;
	return length > header ? LAB_DATA : LAB_ACK;
}

/* LAB_ANY: it is of IPv4 and none of the others. False: it is not of IPv4. */
static bool kind_of(const uint8_t *data, size_t length, enum lab_kind *kind)
{
	const uint8_t *ip = data + ETHER_HDR_LEN;
	*kind = LAB_ANY;
	if (length < ETHER_HDR_LEN + sizeof(struct iphdr) || ws_load16(data + 12) != ETHERTYPE_IP)
		return false;
	const size_t header = (size_t)(ip[0] & 15) * 4, total = ws_load16(ip + 2);
	if (header < sizeof(struct iphdr) || total < header || ETHER_HDR_LEN + total > length)
		return false;
	if (ip[9] == IPPROTO_UDP)
		*kind = LAB_DATAGRAM;
	else if (ip[9] == IPPROTO_ICMP)
		*kind = LAB_ICMP;
	else if (ip[9] == IPPROTO_TCP && total - header >= sizeof(struct tcphdr))
		*kind = tcp_kind(ip + header, total - header);
	return true;
}

bool lab_wire_may_be_caused(const uint8_t *data, size_t length)
{
	enum lab_kind kind;
	return kind_of(data, length, &kind) && kind != LAB_ACK && kind != LAB_SYN_ACK && kind != LAB_ICMP;
}

/* The part of a stream that a segment has. */
struct range {
	uint32_t start, end, acknowledgment;
	uint8_t flags;
};

/* False: it is no TCP segment, or has neither data nor SYN nor FIN. */
static bool range_of(const uint8_t *data, struct range *range)
{
	const uint8_t *ip = data + ETHER_HDR_LEN, *tcp = ip + (size_t)(ip[0] & 15) * 4;
	if (ip[9] != IPPROTO_TCP || ws_load16(ip + 2) < (size_t)(tcp - ip) + sizeof(struct tcphdr))
		return false;
	const uint32_t headers = (uint32_t)(tcp - ip) + (uint32_t)(tcp[12] >> 4) * 4, total = ws_load16(ip + 2);
	range->flags = tcp[13] & (TH_SYN | TH_FIN | TH_RST | TH_ACK);
	range->start = ws_load32(tcp + 4);
	range->end = range->start + (total > headers ? total - headers : 0) + !!(range->flags & TH_SYN) +
	             !!(range->flags & TH_FIN);
	range->acknowledgment = ws_load32(tcp + 8);
	return range->end != range->start && !(range->flags & TH_RST);
}

static bool is_same_connection(const uint8_t *a, const uint8_t *b)
{
	const uint8_t *ip = a + ETHER_HDR_LEN, *other = b + ETHER_HDR_LEN;
	return memcmp(ip + 12, other + 12, 8) == 0 &&
	       memcmp(ip + (size_t)(ip[0] & 15) * 4, other + (size_t)(other[0] & 15) * 4, 4) == 0;
}

/* True: both are of one connection, and of different directions. */
static bool is_answer(const uint8_t *a, const uint8_t *b)
{
	const uint8_t *ip = a + ETHER_HDR_LEN, *other = b + ETHER_HDR_LEN;
	const uint8_t *port = ip + (size_t)(ip[0] & 15) * 4, *other_port = other + (size_t)(other[0] & 15) * 4;
	return ip[9] == IPPROTO_TCP && other[9] == IPPROTO_TCP && memcmp(ip + 12, other + 16, 4) == 0 &&
	       memcmp(ip + 16, other + 12, 4) == 0 && memcmp(port, other_port + 2, 2) == 0 &&
	       memcmp(port + 2, other_port, 2) == 0;
}

/* True: the held packet has the stream from `at` on, and says at least as much as the segment. */
static bool holds(const struct lab_frame *held, enum lab_side from, const uint8_t *data, const struct range *wanted,
                  uint32_t at, struct range *range)
{
	const unsigned syn = TH_SYN | TH_ACK;
	return held->held && held->from == from && range_of(held->data, range) &&
	       is_same_connection(held->data, data) &&
	       (!((range->flags | wanted->flags) & TH_SYN) || (range->flags & syn) == (wanted->flags & syn)) &&
	       (int32_t)(wanted->acknowledgment - range->acknowledgment) <= 0 && (int32_t)(range->start - at) <= 0 &&
	       (int32_t)(range->end - at) > 0;
}

/* The held packet of the other side that acknowledges the stream up to `at`; NULL: there is none. */
static const struct lab_frame *acknowledges(const struct lab_wire *wire, enum lab_side from, const uint8_t *data,
                                            uint32_t at)
{
	for (size_t i = 0; i < wire->count; i++) {
		const struct lab_frame *held = wire->air[i];
		const uint8_t *ip = held->data + ETHER_HDR_LEN, *tcp = ip + (size_t)(ip[0] & 15) * 4;
		if (held->held && held->from != from && is_answer(held->data, data) && tcp[13] & TH_ACK &&
		    (int32_t)(ws_load32(tcp + 8) - at) >= 0)
			return held;
	}
	return NULL;
}

/* Probes: an ACK without data whose number is one before the end of what its side has sent. A kernel sends it again and
 * again, to a window that is closed or after a long silence. */

static struct lab_sent *sent_of(struct lab_wire *wire, const struct lab_connection *connection)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(wire->sent); i++)
		if (memcmp(&wire->sent[i].connection, connection, sizeof(*connection)) == 0)
			return &wire->sent[i];
	struct lab_sent *sent = &wire->sent[wire->next_sent];
	wire->next_sent = (wire->next_sent + 1) % WS_ARRAY_SIZE(wire->sent);
	sent->connection = *connection;
	sent->end = 0;
	return sent;
}

/* Takes in how far a packet's side has sent. */
static void note_sent(struct lab_wire *wire, const struct lab_frame *frame)
{
	struct lab_connection connection;
	struct range range = {.start = 0};
	if (!lab_frame_connection(frame, &connection) || !range_of(frame->data, &range))
		return;
	struct lab_sent *sent = sent_of(wire, &connection);
	if (range.flags & TH_SYN || (int32_t)(range.end - sent->end) > 0)
		sent->end = range.end;
}

/* A packet that is held says the same, or answers it: fate->again or fate->awaited. */
static bool is_probe_again(struct lab_wire *wire, const struct lab_frame *probe, struct lab_fate *fate)
{
	struct lab_connection connection;
	struct range range = {.start = 0}, other;
	if ((!wire->holding && !wire->keep) || !lab_frame_connection(probe, &connection) ||
	    range_of(probe->data, &range) || range.flags != TH_ACK ||
	    range.start != sent_of(wire, &connection)->end - 1)
		return false;
	const struct lab_frame *answer = acknowledges(wire, (enum lab_side)probe->from, probe->data, range.start + 1);
	fate->awaited = answer ? answer->number : 0;
	for (size_t i = 0; i < wire->count && !answer; i++) {
		const struct lab_frame *held = wire->air[i];
		other = (struct range){.start = 0};
		if (held->held && held->from == probe->from && is_same_connection(held->data, probe->data) &&
		    !range_of(held->data, &other) && other.start == range.start &&
		    other.acknowledgment == range.acknowledgment)
			fate->again = held->number;
	}
	return fate->awaited || fate->again;
}

/* All of the segment is in packets that are held, or is acknowledged by one: fate->again or fate->awaited. */
static bool is_again(const struct lab_wire *wire, enum lab_side from, const uint8_t *data, size_t length,
                     struct lab_fate *fate)
{
	struct range wanted, range;
	enum lab_kind kind;
	if ((!wire->holding && !wire->keep) || !kind_of(data, length, &kind) || kind == LAB_ANY ||
	    !range_of(data, &wanted))
		return false;
	const struct lab_frame *answer = acknowledges(wire, from, data, wanted.end);
	if (answer) {
		fate->awaited = answer->number;
		return true;
	}
	for (uint32_t at = wanted.start; at != wanted.end;) {
		size_t i = 0;
		while (i < wire->count && !holds(wire->air[i], from, data, &wanted, at, &range))
			i++;
		if (i == wire->count) {
			fate->again = 0;
			return false;
		}
		if (!fate->again)
			fate->again = wire->air[i]->number;
		at = (int32_t)(range.end - wanted.end) >= 0 ? wanted.end : range.end;
	}
	return true;
}

/* ---- What becomes of it */

/* 0 to less than 1 (splitmix64). */
static double by_chance(struct lab_wire *wire)
{
	uint64_t value = wire->chance += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((value ^ value >> 31) >> 11) / 9007199254740992.0;
}

static bool rule_fits(const struct lab_wire *wire, const struct lab_rule *rule, enum lab_side from, enum lab_kind kind)
{
	return rule->from == from && (rule->kind == LAB_ANY || rule->kind == kind) &&
	       (rule->ordinal == LAB_ALL || (uint64_t)rule->ordinal == wire->seen[from][rule->kind]);
}

static const struct lab_rule *find_rule(const struct lab_wire *wire, enum lab_side from, enum lab_kind kind)
{
	for (size_t i = 0; i < wire->scenario->rule_count; i++)
		if (rule_fits(wire, &wire->scenario->rules[i], from, kind))
			return &wire->scenario->rules[i];
	return NULL;
}

static bool put_in_air(struct lab_wire *wire, const struct lab_frame *frame)
{
	struct lab_frame *own = wire->count < LAB_FRAMES ? malloc(sizeof(*own)) : NULL;
	if (!own)
		return false;
	*own = *frame;
	wire->air[wire->count++] = own;
	return true;
}

/* A held packet that lets the next one of its direction pass: this is the next one. */
static bool overtakes(const struct lab_wire *wire, const struct lab_frame *frame)
{
	bool found = false;
	for (size_t i = 0; i < wire->count; i++)
		if (wire->air[i]->lets_pass && wire->air[i]->from == frame->from) {
			wire->air[i]->lets_pass = false;
			found = true;
		}
	return found;
}

static void apply(struct lab_wire *wire, struct lab_frame *frame, enum lab_kind kind, struct lab_fate *fate)
{
	const bool kept = wire->keep && rule_fits(wire, wire->keep, (enum lab_side)frame->from, kind);
	if (kept) /* what becomes of it is not the scenario's to say */
		fate->rule = NULL;
	const struct lab_rule *rule = fate->rule;
	frame->held = (wire->holding || kept) && !overtakes(wire, frame);
	fate->dropped = rule ? rule->act == LAB_DROP : wire->loss > 0 && by_chance(wire) < wire->loss;
	if (fate->dropped)
		return;
	if (rule && rule->act == LAB_COPY) {
		struct lab_frame copy = *frame;
		copy.copy = true;
		copy.held = false;
		copy.due = WS_TIME_NEVER;
		copy.later = rule->time;
		put_in_air(wire, &copy);
	}
	if (rule && rule->act == LAB_DELAY)
		frame->due += rule->time;
	frame->after_next = rule && rule->act == LAB_SWAP;
	if (frame->after_next)
		frame->due = WS_TIME_NEVER;
	fate->full = fate->dropped = !put_in_air(wire, frame);
}

const struct lab_frame *lab_wire_take(struct lab_wire *wire, enum lab_side from, const uint8_t *data, size_t length,
                                      ws_time time, struct lab_fate *fate)
{
	struct lab_frame *frame = &wire->last;
	enum lab_kind kind;
	*fate = (struct lab_fate){.dropped = false};
	if (length > LAB_FRAME_BYTES || !kind_of(data, length, &kind) || is_again(wire, from, data, length, fate))
		return NULL;
	*frame = (struct lab_frame){.number = wire->number + 1,
	                            .left = time,
	                            .due = time + wire->delay,
	                            .from = (uint8_t)from,
	                            .length = (uint16_t)length};
	memcpy(frame->data, data, length);
	if (is_probe_again(wire, frame, fate))
		return NULL;
	wire->number++;
	note_sent(wire, frame);
	wire->seen[from][LAB_ANY]++;
	if (kind != LAB_ANY)
		wire->seen[from][kind]++;
	fate->rule = find_rule(wire, from, kind);
	apply(wire, frame, kind, fate);
	return frame;
}

bool lab_frame_connection(const struct lab_frame *frame, struct lab_connection *connection)
{
	const uint8_t *ip = frame->data + ETHER_HDR_LEN, *tcp = ip + (size_t)(ip[0] & 15) * 4;
	memset(connection, 0, sizeof(*connection));
	if (ip[9] != IPPROTO_TCP)
		return false;
	memcpy(&connection->local, ip + 12, sizeof(connection->local));
	memcpy(&connection->peer, ip + 16, sizeof(connection->peer));
	connection->local_port = ws_load16(tcp);
	connection->peer_port = ws_load16(tcp + 2);
	return true;
}

/* ---- Delivery */

static struct lab_frame *remove_from_air(struct lab_wire *wire, size_t place)
{
	struct lab_frame *frame = wire->air[place];
	wire->air[place] = wire->air[--wire->count];
	return frame;
}

/* The first that is due, of those that are held or of those that are not; the earlier one of two that are due together.
 * wire->count: there is none. */
static size_t first(const struct lab_wire *wire, bool held)
{
	size_t best = wire->count;
	for (size_t i = 0; i < wire->count; i++) {
		const struct lab_frame *a = wire->air[i], *b = best < wire->count ? wire->air[best] : NULL;
		if (a->held == held && (!b || a->due < b->due || (a->due == b->due && a->number < b->number)))
			best = i;
	}
	return best;
}

/* The copy of a packet that has been delivered or dropped may go, and one that waits for the next of its direction. */
static void release_others(struct lab_wire *wire, const struct lab_frame *gone, ws_time time)
{
	for (size_t i = 0; i < wire->count; i++) {
		struct lab_frame *frame = wire->air[i];
		if (frame->after_next && frame->from == gone->from && frame->number < gone->number) {
			frame->after_next = false;
			frame->due = time;
		}
		if (frame->copy && frame->due == WS_TIME_NEVER && frame->number == gone->number)
			frame->due = time + frame->later;
	}
}

struct lab_frame *lab_wire_due(struct lab_wire *wire, ws_time now)
{
	const size_t place = first(wire, false);
	if (place == wire->count || wire->air[place]->due > now)
		return NULL;
	struct lab_frame *frame = remove_from_air(wire, place);
	release_others(wire, frame, frame->due);
	return frame;
}

ws_time lab_wire_next(const struct lab_wire *wire)
{
	const size_t place = first(wire, false);
	return place < wire->count ? wire->air[place]->due : WS_TIME_NEVER;
}

/* ---- Packets that are held */

struct lab_frame *lab_wire_held(const struct lab_wire *wire, uint64_t number)
{
	const size_t place = first(wire, true);
	if (!number)
		return place < wire->count ? wire->air[place] : NULL;
	for (size_t i = 0; i < wire->count; i++)
		if (wire->air[i]->held && wire->air[i]->number == number)
			return wire->air[i];
	return NULL;
}

struct lab_frame *lab_wire_follower(const struct lab_wire *wire, const struct lab_frame *frame)
{
	struct lab_frame *found = NULL;
	for (size_t i = 0; i < wire->count; i++) {
		struct lab_frame *other = wire->air[i];
		if (other->held && other->from == frame->from && other->number > frame->number &&
		    (!found || other->number < found->number))
			found = other;
	}
	return found;
}

void lab_wire_release(struct lab_frame *frame, ws_time due)
{
	frame->held = frame->lets_pass = frame->after_next = false;
	frame->due = due;
}

bool lab_wire_copy(struct lab_wire *wire, const struct lab_frame *frame, ws_time due)
{
	struct lab_frame copy = *frame;
	copy.copy = true;
	lab_wire_release(&copy, due);
	return put_in_air(wire, &copy);
}

void lab_wire_drop(struct lab_wire *wire, struct lab_frame *frame, ws_time time)
{
	size_t place = 0;
	while (wire->air[place] != frame)
		place++;
	remove_from_air(wire, place);
	release_others(wire, frame, time);
	free(frame);
}
