/* Connections, conversations and bindings as sensors state them: see wirestate/stored.h, and for the rows stored_rows.h. */
#include "track/stored_rows.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_TIME_WAIT (60 * WS_SECOND) /* until the connection's own record says when it ends */

struct ws_stored *ws_stored_new(const uint8_t hash_key[16], uint64_t memory)
{
	struct ws_stored *stored = calloc(1, sizeof(*stored));
	if (!stored)
		return NULL;
	memcpy(stored->hash_key, hash_key, sizeof(stored->hash_key));
	stored->memory = memory;
	return stored;
}

void ws_stored_free(struct ws_stored *stored)
{
	if (!stored)
		return;
	for (size_t i = 0; i < stored->row_count; i++)
		free(stored->rows[i].packed);
	for (size_t i = 0; i < stored->shared_slots; i++)
		free(stored->shared[i].bytes);
	ws_stored_sensors_free(&stored->sensors);
	free(stored->rows);
	free(stored->order);
	free(stored->by_number.slot);
	free(stored->by_sequences.slot);
	free(stored->shared);
	free(stored->udp);
	free(stored->arp);
	free(stored);
}

static uint64_t memory_used(const struct ws_stored *stored)
{
	return stored->used + stored->row_room * sizeof(*stored->rows) + stored->order_room * sizeof(*stored->order) +
	       (stored->by_number.slots + stored->by_sequences.slots) * sizeof(ws_conn_id) +
	       stored->udp_room * sizeof(*stored->udp) + stored->arp_room * sizeof(*stored->arp);
}

/* ---- Records of connections */

static bool is_over(uint8_t state)
{
	return state == WS_CLOSED || state == WS_TIME_WAIT;
}

static ws_conn_id take_conn(struct ws_stored *stored, uint16_t source, const struct ws_stored_record *record)
{
	struct ws_conn_info info = record->conn;
	const ws_conn_id *slot = ws_stored_slot(stored, info.number, source);
	const uint64_t arrived = stored->sensors.source[source].arrived;
	const struct row *row = slot && *slot ? &stored->rows[*slot - 1] : NULL;
	if (row && row->arrived > arrived) { /* a transition that came after it was faster */
		struct ws_conn_info newer;
		ws_packed_read(row->packed, &newer);
		if (newer.stated.whole)
			return *slot;
		for (unsigned i = 0; i < 2; i++) {
			info.endpoint[i].state = newer.endpoint[i].state;
			info.endpoint[i].certainty = newer.endpoint[i].certainty;
		}
	}
	info.stated.whole = true;
	info.ended = is_over(info.endpoint[0].state) && is_over(info.endpoint[1].state);
	return ws_stored_put(stored, slot ? *slot : 0, source, &info,
	                     row && row->arrived > arrived ? row->arrived : arrived);
}

/* Of a connection that is known by its transitions alone, the states are the verdict. */
static void judge_by_states(struct ws_conn_info *info)
{
	static const char words[] = "by its transitions; its record comes when it ends";
	const uint8_t a = info->endpoint[0].state, b = info->endpoint[1].state;
	struct ws_stated *stated = &info->stated;
	stated->verdict = words;
	stated->judgement.severity = 0;
	if (is_over(a) && is_over(b))
		stated->judgement.verdict = WS_VERDICT_CLOSED;
	else if (a == WS_CLOSE_WAIT || b == WS_CLOSE_WAIT)
		stated->judgement.verdict = WS_VERDICT_CLOSE_WAIT;
	else if (a > WS_ESTABLISHED || b > WS_ESTABLISHED)
		stated->judgement.verdict = WS_VERDICT_CLOSING;
	else if (a == WS_ESTABLISHED && b == WS_ESTABLISHED)
		stated->judgement.verdict = WS_VERDICT_OPEN;
	else
		stated->judgement.verdict = WS_VERDICT_OPENING;
}

/* A connection of which a transition is the first record. */
static struct ws_conn_info begin_conn(const struct ws_stored_record *record)
{
	struct ws_conn_info info = record->conn;
	if (info.client == 1) {
		const struct ws_endpoint_info peer = info.endpoint[1];
		info.endpoint[1] = info.endpoint[0];
		info.endpoint[0] = peer;
		info.client = 0;
	}
	info.likely_client = info.client == 0 ? 0 : info.endpoint[0].port < info.endpoint[1].port;
	info.first_time = record->time;
	info.first_frame = record->frame;
	return info;
}

/* Which endpoint of the row the transition is of. Both may have the same address and port. */
static unsigned endpoint_of(const struct ws_conn_info *info, const struct ws_stored_record *record)
{
	const struct ws_endpoint_info *self = &record->conn.endpoint[0];
	bool is[2];
	for (unsigned i = 0; i < 2; i++)
		is[i] = info->endpoint[i].port == self->port &&
		        memcmp(&info->endpoint[i].address, &self->address, sizeof(self->address)) == 0;
	if (is[0] != is[1])
		return is[1];
	return record->conn.client == 1; /* the client is endpoint 0 of the row, and here it is the peer */
}

static ws_conn_id take_transition(struct ws_stored *stored, uint16_t source, const struct ws_stored_record *record,
                                  struct ws_transition *transition)
{
	const ws_conn_id *slot = ws_stored_slot(stored, record->conn.number, source);
	const uint64_t arrived = stored->sensors.source[source].arrived;
	const ws_conn_id id = slot ? *slot : 0;
	struct ws_conn_info info;
	if (id)
		ws_packed_read(stored->rows[id - 1].packed, &info);
	else
		info = begin_conn(record);
	transition->endpoint = (uint8_t)endpoint_of(&info, record);
	if (id && stored->rows[id - 1].arrived > arrived)
		return id; /* what came later is known already */
	struct ws_endpoint_info *endpoint = &info.endpoint[transition->endpoint];
	endpoint->state = transition->to;
	endpoint->certainty = transition->certainty;
	endpoint->time_wait_end = transition->to == WS_TIME_WAIT ? record->time + USUAL_TIME_WAIT : 0;
	info.opened = info.opened || transition->to >= WS_ESTABLISHED;
	info.last_time = record->time > info.last_time ? record->time : info.last_time;
	info.last_frame = record->frame > info.last_frame ? record->frame : info.last_frame;
	info.ended = is_over(info.endpoint[0].state) && is_over(info.endpoint[1].state);
	if (!info.stated.whole)
		judge_by_states(&info);
	return ws_stored_put(stored, id, source, &info, arrived);
}

/* ---- Conversations and bindings. They are few, so they are searched from the end. */

static bool take_udp(struct ws_stored *stored, uint16_t source, const struct ws_stored_record *record)
{
	struct ws_udp_info info = record->udp;
	struct ws_tracker_stats *own = &stored->sensors.source[source].own;
	if (info.tunnel)
		info.tunnel = ws_stored_share(stored, info.tunnel, sizeof(*info.tunnel));
	info.sensor = ws_stored_sensor_name(&stored->sensors, source);
	/* A sensor writes each of its conversations once, in the order of their numbers; what comes again does so soon. */
	enum { AGAIN = 64 };
	for (size_t i = stored->udp_count, end = i > AGAIN ? i - AGAIN : 0; i > end; i--) {
		struct udp_row *row = &stored->udp[i - 1];
		if (row->source == source && row->info.number == info.number) {
			row->info = info;
			return true;
		}
	}
	if ((stored->udp_count + 1) * sizeof(*stored->udp) > stored->memory / UDP_SHARE) {
		const size_t gone = stored->udp_count / 8 + 1;
		stored->udp_count = gone < stored->udp_count ? stored->udp_count - gone : 0;
		memmove(stored->udp, stored->udp + gone, stored->udp_count * sizeof(*stored->udp));
		stored->udp_evicted += gone;
	}
	if (!ws_stored_room((void **)&stored->udp, &stored->udp_room, stored->udp_count, sizeof(*stored->udp)))
		return false;
	stored->udp[stored->udp_count++] = (struct udp_row){source, info};
	own->udp_conversations++;
	own->udp += info.packets[0] + info.packets[1];
	own->packets += info.packets[0] + info.packets[1];
	own->bytes += info.bytes[0] + info.bytes[1];
	return true;
}

static bool take_arp(struct ws_stored *stored, uint16_t source, struct ws_arp_binding *binding)
{
	binding->sensor = ws_stored_sensor_name(&stored->sensors, source);
	for (size_t i = 0; i < stored->arp_count; i++) {
		struct arp_row *row = &stored->arp[i];
		if (row->source != source || row->info.vlan != binding->vlan ||
		    memcmp(&row->info.ip, &binding->ip, sizeof(binding->ip)) != 0)
			continue;
		binding->changes = row->info.changes + binding->changed;
		row->info = *binding;
		return true;
	}
	binding->changes = binding->changed;
	if (stored->arp_count == ARP_MOST ||
	    !ws_stored_room((void **)&stored->arp, &stored->arp_room, stored->arp_count, sizeof(*stored->arp)))
		return false;
	stored->arp[stored->arp_count++] = (struct arp_row){source, *binding};
	return true;
}

enum ws_stored_result ws_stored_take(struct ws_stored *stored, const struct ws_stored_record *record,
                                     struct ws_event *event)
{
	const int found = ws_stored_source_of(&stored->sensors, record->sensor, record->boot);
	if (found < 0)
		return WS_STORED_TOO_MANY;
	const uint16_t source = (uint16_t)found;
	if (!ws_stored_count_record(&stored->sensors, source, record))
		return WS_STORED_DUPLICATE;
	*event = (struct ws_event){.time = record->time, .frame = record->frame, .conn_number = record->conn.number};
	bool kept = true;
	switch (record->kind) {
	case WS_STORED_TRANSITION:
		event->kind = WS_EVENT_TRANSITION;
		event->transition = record->transition;
		event->conn = take_transition(stored, source, record, &event->transition);
		kept = event->conn;
		break;
	case WS_STORED_CONN:
		event->kind = WS_EVENT_CONNECTION;
		event->conn = take_conn(stored, source, record);
		kept = event->conn;
		break;
	case WS_STORED_ARP:
		event->kind = WS_EVENT_ARP;
		event->arp = record->arp;
		kept = take_arp(stored, source, &event->arp);
		break;
	case WS_STORED_UDP:
		event->kind = WS_EVENT_UDP;
		kept = take_udp(stored, source, record);
		break;
	case WS_STORED_STATS:
		ws_stored_take_totals(&stored->sensors, source, record);
		break;
	case WS_STORED_OTHER:
		break;
	}
	if (memory_used(stored) > stored->memory && stored->count > 1)
		ws_stored_evict(stored);
	return kept ? WS_STORED_TAKEN : WS_STORED_TOO_MANY;
}

/* ---- Reading */

size_t ws_stored_count(const struct ws_stored *stored)
{
	return stored->count;
}

size_t ws_stored_ids(const struct ws_stored *stored, size_t rank, size_t count, ws_conn_id *ids)
{
	const size_t left = rank < stored->count ? stored->count - rank : 0;
	count = count < left ? count : left;
	if (count)
		memcpy(ids, stored->order + rank, count * sizeof(*ids));
	return count;
}

ws_conn_id ws_stored_find(const struct ws_stored *stored, uint64_t number)
{
	for (size_t i = 0; i < stored->sensors.sensor_count; i++) {
		const ws_conn_id *slot = ws_stored_slot(stored, number, stored->sensors.sensor[i].newest);
		const ws_conn_id id = slot ? *slot : 0;
		if (id)
			return id;
	}
	return 0;
}

bool ws_stored_conn(const struct ws_stored *stored, ws_conn_id id, struct ws_conn_info *info)
{
	const struct row *row = ws_stored_row(stored, id);
	if (!row)
		return false;
	ws_packed_read(row->packed, info);
	info->id = id;
	info->stated.sensor = ws_stored_sensor_name(&stored->sensors, row->source);
	for (ws_conn_id at = row->ring; at != id && info->stated.witnesses < WS_MOST_WITNESSES;
	     at = stored->rows[at - 1].ring)
		info->stated.witnesses++;
	return true;
}

static struct ws_witness witness_of(const struct ws_stored *stored, ws_conn_id id)
{
	const struct row *row = ws_stored_row(stored, id);
	struct ws_conn_info info;
	ws_packed_read(row->packed, &info);
	const unsigned client = (unsigned)info.likely_client & 1;
	struct ws_witness witness = {.id = id,
	                             .sensor = ws_stored_sensor_name(&stored->sensors, row->source),
	                             .boot = stored->sensors.source[row->source].boot,
	                             .conn = row->number,
	                             .ip_version = info.ip_version,
	                             .first_time = info.first_time,
	                             .last_time = info.last_time};
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint_info *e = &info.endpoint[client ^ i];
		witness.address[i] = e->address;
		witness.port[i] = e->port;
		witness.initial_sequence[i] = e->initial_sequence;
		witness.initial_sequence_known[i] = e->initial_sequence_known;
	}
	return witness;
}

size_t ws_stored_witnesses(const struct ws_stored *stored, ws_conn_id id, struct ws_witness *witnesses, size_t count)
{
	const struct row *row = ws_stored_row(stored, id);
	size_t found = 0;
	for (ws_conn_id at = id; row && (at != id || !found); at = stored->rows[at - 1].ring, found++)
		if (found < count)
			witnesses[found] = witness_of(stored, at);
	return found;
}

size_t ws_stored_udp_count(const struct ws_stored *stored)
{
	return stored->udp_count;
}

bool ws_stored_udp(const struct ws_stored *stored, size_t index, struct ws_udp_info *info)
{
	if (index >= stored->udp_count)
		return false;
	*info = stored->udp[index].info;
	info->sensor = ws_stored_sensor_name(&stored->sensors, stored->udp[index].source);
	return true;
}

size_t ws_stored_arp_count(const struct ws_stored *stored)
{
	return stored->arp_count;
}

bool ws_stored_arp(const struct ws_stored *stored, size_t index, struct ws_arp_binding *binding)
{
	if (index >= stored->arp_count)
		return false;
	*binding = stored->arp[index].info;
	return true;
}

void ws_stored_stats(const struct ws_stored *stored, struct ws_tracker_stats *stats)
{
	struct ws_capture_stats capture;
	ws_stored_sum_sources(&stored->sensors, stats, &capture);
	for (size_t i = 0; i < stored->sensors.source_count; i++)
		stats->inputs += stored->sensors.source[i].records;
	stats->evicted += stored->evicted;
	stats->udp_evicted += stored->udp_evicted;
	stats->memory = memory_used(stored);
}

const struct ws_stored_sensors *ws_stored_sensors(const struct ws_stored *stored)
{
	return &stored->sensors;
}

void ws_stored_clock(struct ws_stored *stored, ws_time now)
{
	stored->sensors.clock = now;
}
