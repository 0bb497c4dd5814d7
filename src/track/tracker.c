/* Packets in, events out.
 *
 * A packet is counted, and reassembled if it is a fragment. Its segment is assigned to a connection (incarnation.c),
 * applied to that connection's machine (machine.c) and analysis (analysis.c), and kept for replay (history.c). Timers
 * run in packet time before each packet. Nothing is allocated per packet unless history is kept. */
#include "track/tracker.h"
#include "decode/application.h"
#include "track/merged.h"
#include "track/ordinary.h"
#include "track/reset_note.h"
#include "track/rest.h"
#include "track/stall.h"
#include "track/way_back.h"

#include <stdlib.h>
#include <string.h>

/* ---- Events */

struct ws_event *ws_tracker_add_event(struct ws_tracker *tracker, enum ws_event_kind kind, ws_time time, uint64_t frame)
{
	struct ws_event *event = &tracker->events[tracker->event_count++];
	*event = (struct ws_event){.kind = (uint8_t)kind, .time = time, .frame = frame};
	return event;
}

static struct ws_event *add_conn_event(struct ws_tracker *tracker, enum ws_event_kind kind, const struct ws_conn *conn,
                                       ws_time time, uint64_t frame)
{
	struct ws_event *event = ws_tracker_add_event(tracker, kind, time, frame);
	event->conn = conn->id;
	event->conn_number = conn->number;
	return event;
}

void ws_tracker_end_exchange(struct ws_tracker *tracker, const struct ws_conn *conn, const struct ws_exchange *done,
                             const struct ws_segment *s)
{
	if (done && tracker->event_count < WS_MAX_EVENTS)
		add_conn_event(tracker, WS_EVENT_EXCHANGE, conn, s->time, s->frame)->exchange = done;
}

static bool room_for_input(const struct ws_tracker *tracker)
{
	return tracker->event_count + WS_EVENTS_PER_INPUT <= WS_MAX_EVENTS;
}

/* ---- One input */

static void note_states(struct ws_tracker *tracker, struct ws_conn *conn)
{
	const struct ws_endpoint *e = conn->machine.endpoint;
	bool half_open = (e[0].state == WS_SYN_SENT && e[1].state == WS_LISTEN) ||
	                 (e[1].state == WS_SYN_SENT && e[0].state == WS_LISTEN);
	ws_table_set_half_open(&tracker->table, conn, half_open);
	bool over = conn->machine.self ? e[0].state == WS_CLOSED : e[0].state == WS_CLOSED && e[1].state == WS_CLOSED;
	conn->ended = (over && conn->machine.started) || conn->machine.superseded;
	/* An unanswered attempt ends when its sender does, because the other side never left LISTEN. */
	if ((e[0].state == WS_CLOSED && e[1].state == WS_LISTEN) ||
	    (e[1].state == WS_CLOSED && e[0].state == WS_LISTEN))
		conn->ended = 1;
}

static uint16_t states_of(const struct ws_conn *conn)
{
	const struct ws_endpoint *e = conn->machine.endpoint;
	unsigned first = e[0].depth ? e[0].state + 1u : 0;
	unsigned second = e[1].depth && !conn->machine.self ? e[1].state + 1u : 0;
	return ws_states(first, second);
}

bool ws_tracker_count_from(struct ws_machine *machine, ws_time stamp, ws_time now)
{
	bool changed = machine->syn_time == stamp;
	if (changed)
		machine->syn_time = now;
	for (unsigned i = 0; i < 2; i++) {
		struct ws_endpoint *e = &machine->endpoint[i];
		if (e->state != WS_TIME_WAIT || e->time_wait_start != stamp)
			continue;
		e->time_wait_start = now;
		changed = true;
	}
	return changed;
}

/* What may change a state. */
static __attribute__((noinline)) void step(struct ws_tracker *tracker, struct ws_conn *conn, struct ws_segment *input,
                                           uint64_t frame)
{
	struct ws_outcome outcome;
	uint16_t before = states_of(conn);
	ws_machine_step(&conn->machine, input, &outcome);
	if (input->kind == WS_INPUT_SEGMENT && input->time < tracker->now &&
	    ws_tracker_count_from(&conn->machine, input->time, tracker->now))
		ws_tracker_keep_clock(tracker, conn);
	uint16_t after = states_of(conn);
	if (after != before) {
		ws_states_count(tracker->stats.state, before, -1);
		ws_states_count(tracker->stats.state, after, 1);
	}
	ws_tracker_keep_input(tracker, conn, input);
	const unsigned reported = tracker->config.no_transitions ? 0 : outcome.count;
	for (unsigned i = 0; i < reported && tracker->event_count < WS_MAX_EVENTS; i++)
		add_conn_event(tracker, WS_EVENT_TRANSITION, conn, input->time, frame)->transition =
		        outcome.transition[i];
	if (outcome.count || !conn->machine.started)
		note_states(tracker, conn);
	if (conn->ended && !conn->reported && tracker->event_count < WS_MAX_EVENTS) {
		conn->reported = 1;
		add_conn_event(tracker, WS_EVENT_CONNECTION, conn, input->time, frame);
	}
	if (after == before && conn->timer_slot == WS_NO_TIMER)
		return;
	unsigned endpoint = 0;
	ws_time deadline = ws_machine_deadline(&conn->machine, tracker->config.time_wait, &endpoint);
	if (deadline != WS_TIME_NEVER || conn->timer_slot != WS_NO_TIMER)
		ws_timers_set(&tracker->timers, &tracker->table, conn, deadline);
}

static inline void apply_input(struct ws_tracker *tracker, struct ws_conn *conn, struct ws_segment *input,
                               uint64_t frame)
{
	if (conn->judgement) /* it is seldom set, and a write would make a clean cache line dirty */
		conn->judgement = 0;
	if (ws_machine_plain_step(&conn->machine, input))
		ws_tracker_keep_input(tracker, conn, input);
	else
		step(tracker, conn, input, frame);
}

WS_SELDOM static void apply_and_explain(struct ws_tracker *tracker, struct ws_conn *conn, struct ws_segment *input,
                                        uint64_t frame)
{
	const struct ws_machine before = conn->machine;
	const size_t first = tracker->event_count;
	apply_input(tracker, conn, input, frame);
	const char *line = ws_debug_line(tracker->debug, conn, &before, input, &tracker->events[first],
	                                 tracker->event_count - first);
	if (tracker->event_count < WS_MAX_EVENTS)
		add_conn_event(tracker, WS_EVENT_INPUT, conn, input->time, frame)->line = line;
}

void ws_tracker_apply(struct ws_tracker *tracker, struct ws_conn *conn, struct ws_segment *input, uint64_t frame)
{
	if (!tracker->debug || tracker->debug->number != conn->number)
		apply_input(tracker, conn, input, frame);
	else
		apply_and_explain(tracker, conn, input, frame);
}

/* Runs this connection's expired timers before a packet is applied, so that it sees the state as of its timestamp. */
static __attribute__((noinline)) void run_timers(struct ws_tracker *tracker, struct ws_conn *conn)
{
	unsigned endpoint = 0;
	for (;;) {
		ws_time deadline = ws_machine_deadline(&conn->machine, tracker->config.time_wait, &endpoint);
		if (deadline > tracker->now || !room_for_input(tracker))
			return;
		struct ws_segment expiry = ws_expiry(deadline, endpoint);
		ws_series_advance(&tracker->series, deadline, tracker->stats.state);
		ws_tracker_apply(tracker, conn, &expiry, 0);
	}
}

/* ---- TCP */

static uint32_t link_id_of(const struct ws_segment *s)
{
	return s->interface << 12 ^ (s->vlan == WS_NO_VLAN ? 0 : s->vlan + 1u);
}

/* `packet`: NULL where the gist says all. */
WS_SELDOM static void begin_connection(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_gist *gist,
                                       const struct ws_packet *packet)
{
	if (packet)
		ws_hops_note(tracker->hops, packet);
	else
		ws_hops_note_gist(tracker->hops, gist);
	ws_exchange_pool_begin(&tracker->requests, conn->id);
	conn->tunnel_id = packet && packet->tunnel_count ? packet->tunnel[packet->tunnel_count - 1].id : 0;
	ws_hostnames_begin(&tracker->names, conn);
}

static void note_alert(struct ws_table *table, struct ws_conn *conn, const struct ws_packet *packet, unsigned sender)
{
	const unsigned alert =
	        ws_tls_fatal_alert(packet->frame->data + packet->payload_offset, packet->payload_captured);
	struct ws_rare *rare = alert ? ws_table_rare(table, conn) : NULL;
	if (rare)
		rare->alert[sender] = (uint8_t)alert;
}

/* What only some segments have, and the gist does not say. */
WS_SELDOM static void track_details(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_packet *packet,
                                    const struct ws_segment *segment, uint32_t hash)
{
	if (packet->may_name && packet->payload_captured)
		note_alert(&tracker->table, conn, packet, segment->direction);
	/* Of a segment that was hashed only here, the bytes are still there. */
	if (packet->may_name || (!packet->flow && tracker->names.waiting && ws_hostnames_wait(&tracker->names, hash)))
		ws_hostnames_segment(&tracker->names, conn, packet, segment);
	if (packet->frame->comment || packet->frame->process) {
		ws_file_notes_take(&tracker->file_notes, ws_table_rare(&tracker->table, conn), segment->direction,
		                   packet->frame);
		tracker->processes_named = tracker->processes_named || packet->frame->process;
	}
}

static void note_surroundings(struct ws_tracker *tracker, const struct ws_conn *conn, const struct ws_segment *s)
{
	const unsigned here = s->direction, there = 1 - here;
	const struct ws_addr *from = &conn->address[here], *to = &conn->address[there];
	ws_surroundings_answer(&tracker->surroundings, s->flags, from, conn->port[here]);
	if (!(s->flags & WS_TCP_SYN) || !s->timestamps)
		return;
	if (s->flags & WS_TCP_ACK)
		ws_surroundings_stamp(&tracker->surroundings, s, to, from);
	else if (conn->traffic[here].packets > 1 && !conn->traffic[there].packets)
		ws_surroundings_stamp_unanswered(&tracker->surroundings, s, from, to);
}

/* Takes a segment that was not predicted. `packet`: NULL where the gist says all. */
static __attribute__((noinline)) void take_any(struct ws_tracker *tracker, struct ws_conn *conn,
                                               const struct ws_packet *packet, struct ws_segment *segment,
                                               struct ws_track_result *result)
{
	struct ws_analysis_result analysis;
	const bool counts = !segment->duplicate && !segment->bad_checksum;
	if (packet && segment->flags & WS_TCP_RST && counts)
		ws_reset_note_packet(conn, packet);
	if (segment->flags & WS_TCP_RST && !segment->duplicate) /* counted as data, but a text (RFC 9293 §3.5.3) */
		conn->traffic[segment->direction].bytes -= segment->length;
	if (segment->flags & WS_TCP_SYN && !segment->duplicate)
		ws_syn_note(&tracker->table, conn, segment);
	if (segment->flags & WS_TCP_SYN && segment->flags & WS_TCP_ACK)
		ws_syn_ack_note(conn, segment);
	if (segment->sack && counts)
		ws_sack_judge(&tracker->table, conn, segment);
	ws_analyse(&conn->analyser, segment, &analysis);
	ws_tracker_count(tracker, conn, segment, &analysis);
	if (packet && packet->tcp.sack_count && tracker->config.history && !segment->duplicate)
		ws_tracker_keep_sack(tracker, conn, packet);
	const struct ws_exchange *done = ws_exchange_pool_note(&tracker->requests, conn, segment);
	ws_tracker_apply(tracker, conn, segment, segment->frame);
	if (done)
		ws_tracker_end_exchange(tracker, conn, done, segment);
	if (segment->flags & (WS_TCP_SYN | WS_TCP_RST))
		note_surroundings(tracker, conn, segment);
	result->analysis = analysis.analysis;
	result->relative_sequence = analysis.relative_sequence;
	result->relative_acknowledgment = analysis.relative_acknowledgment;
	result->duplicate_ack_number = analysis.duplicate_ack_number;
}

/* `packet`: NULL where the gist says all. */
static void track_tcp(struct ws_tracker *tracker, const struct ws_gist *gist, const struct ws_packet *packet,
                      struct ws_track_result *result)
{
	struct ws_segment segment = gist->segment;
	struct ws_tuple tuple = {.source = &gist->source,
	                         .destination = &gist->destination,
	                         .source_port = gist->port[0],
	                         .destination_port = gist->port[1],
	                         .ip_version = gist->ip_version,
	                         .hash = gist->hash};
	uint32_t link_id = link_id_of(&segment);
	if (packet && packet->tunnel_count)
		tuple.tunnel = ws_tunnels_number(&tracker->tunnels, packet, packet->tunnel_count);
	if (!tuple.hash)
		tuple.hash = ws_table_hash(&tracker->table, &tuple);
	struct ws_conn *known = ws_table_find(&tracker->table, &tuple);
	if (!known && tuple.tunnel)
		known = ws_way_back_find(tracker, &tuple, &segment);
	if (known && tracker->config.history)
		ws_history_prefetch(known);
	if (known && known->timer_slot != WS_NO_TIMER)
		run_timers(tracker, known);
	if (segment.bad_checksum)
		ws_checksums_judge(tracker, known, &tuple, &segment);
	struct ws_conn *conn = ws_tracker_assign(tracker, &tuple, known, &segment, link_id);
	if (!conn) {
		tracker->stats.damaged += segment.bad_checksum;
		tracker->stats.lone_resets += !segment.bad_checksum && segment.flags & WS_TCP_RST;
		return;
	}
	unsigned direction = segment.direction;
	if (conn->rare) /* where note_round_trip() may count */
		__builtin_prefetch(&conn->rare->round_trips[!direction], 1);
	if (!conn->traffic[0].packets && !conn->traffic[1].packets)
		begin_connection(tracker, conn, gist, packet);
	if (conn->link_id[direction] == WS_NO_LINK)
		conn->link_id[direction] = link_id;
	if (ws_dedup_seen(&tracker->dedup, &segment, gist->checksum_sent, conn, link_id)) {
		segment.duplicate = 1;
		conn->duplicates++;
		tracker->stats.duplicates++;
	}
	if (ws_checksums_matter(conn, &segment))
		ws_checksums_note(tracker, conn, &tuple, &segment, (enum ws_checksum)gist->checksum);
	if (!segment.duplicate && !segment.bad_checksum)
		ws_reset_note(&tracker->table, conn, &segment);
	conn->recent = 1;
	if (segment.time > conn->last_time) /* the clock may have been set back */
		conn->last_time = segment.time;
	conn->last_frame = segment.frame;
	if (!segment.duplicate) {
		conn->traffic[direction].packets++;
		conn->traffic[direction].bytes += segment.length;
	}
	if (!tracker->predicts || !ws_tracker_take_ordinary(tracker, conn, &segment, result))
		take_any(tracker, conn, packet, &segment, result);
	if (packet)
		track_details(tracker, conn, packet, &segment, tuple.hash);
	result->conn = conn->id;
	result->conn_number = conn->number;
	result->direction = (uint8_t)direction;
	result->duplicate = segment.duplicate;
	result->checksum_ignored = segment.checksum_ignored;
}

static void track_segment(struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_track_result *result)
{
	struct ws_gist gist;
	ws_gist_fill(&gist, packet);
	track_tcp(tracker, &gist, packet, result);
}

/* ---- Any packet */

/* `bytes`: what the packet's payload_offset counts from. */
static void track_transport(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes,
                            struct ws_track_result *result)
{
	switch ((enum ws_transport)packet->transport) {
	case WS_TRANSPORT_TCP:
		tracker->stats.tcp++;
		if (packet->tcp_complete)
			track_segment(tracker, packet, result);
		else
			tracker->stats.headless++;
		break;
	case WS_TRANSPORT_UDP:
		tracker->stats.udp++;
		tracker->stats.bad_checksums += packet->checksum == WS_CHECKSUM_BAD;
		if (packet->may_name)
			ws_hostnames_datagram(&tracker->names, packet);
		ws_conversation_packet(tracker, packet, bytes);
		break;
	case WS_TRANSPORT_ICMP:
	case WS_TRANSPORT_ICMPV6:
		tracker->stats.icmp++;
		if (packet->quote.present)
			ws_tracker_quote(tracker, packet, result);
		else
			ws_datagrams_note_echo(tracker, packet, bytes);
		break;
	case WS_TRANSPORT_NONE:
		tracker->stats.other++;
		break;
	}
}

WS_SELDOM static void track_fragment(struct ws_tracker *tracker, const struct ws_packet *packet,
                                     struct ws_track_result *result)
{
	const uint8_t *datagram;
	uint32_t captured, length;
	tracker->stats.fragments++;
	ws_details_fragment(tracker, packet);
	struct ws_packet whole = *packet;
	if (!ws_fragments_add(&tracker->fragments, &whole, tracker->now, &datagram, &captured, &length))
		return;
	ws_decode_datagram(&whole, datagram, captured, length);
	if (whole.tunnel_count > packet->tunnel_count)
		ws_conversation_outer(tracker, &whole);
	track_transport(tracker, &whole, &(struct ws_bytes){datagram, captured}, result);
}

static void count_packet(struct ws_tracker *tracker, ws_time time, uint32_t frame_length, bool malformed)
{
	struct ws_tracker_stats *stats = &tracker->stats;
	if (!stats->packets++)
		stats->first_time = time;
	stats->last_time = time;
	stats->bytes += frame_length;
	stats->malformed += malformed;
}

WS_SELDOM static void track_arp(struct ws_tracker *tracker, const struct ws_packet *packet)
{
	struct ws_arp_binding binding;
	struct ws_arp_message message;
	tracker->stats.arp++;
	bool news = ws_arp_update(&tracker->arp, packet, tracker->now, &binding);
	if (news)
		ws_tracker_add_event(tracker, WS_EVENT_ARP, packet->frame->time, packet->frame->number)->arp = binding;
	if (ws_arp_read(packet, &message))
		ws_arp_exchanges_note(&tracker->exchanges, packet, &message, news && binding.changed);
}

static bool is_arp(const struct ws_packet *packet)
{
	for (unsigned i = 0; i < packet->layer_count && (i < 6 || packet->tunnel_count); i++)
		if (packet->layer[i].header == WS_HEADER_ARP)
			return true;
	return false;
}

/* Removes the connections that the last call has reported as evicted. */
WS_SELDOM static void evict_candidates(struct ws_tracker *tracker)
{
	struct ws_conn_copy copy;
	for (size_t i = 0; i < tracker->candidate_count; i++) {
		const struct ws_conn *conn = ws_table_read(&tracker->table, tracker->candidates[i], &copy);
		struct ws_conn *awake = ws_table_awake(&tracker->table, tracker->candidates[i]);
		ws_states_count(tracker->stats.state, states_of(conn), -1);
		ws_timers_stop(&tracker->timers, &tracker->table, conn);
		if (awake)
			ws_history_free(&tracker->history, awake);
		ws_table_remove(&tracker->table, conn);
		tracker->stats.evicted++;
	}
	tracker->candidate_count = 0;
}

static inline __attribute__((always_inline)) void begin_call(struct ws_tracker *tracker, ws_time time,
                                                             struct ws_track_result *result)
{
	*result = (struct ws_track_result){0};
	tracker->event_count = 0;
	if (tracker->debug)
		ws_debug_begin(tracker->debug);
	if (tracker->candidate_count)
		evict_candidates(tracker);
	ws_table_rest(&tracker->table);
	if (time > tracker->now)
		tracker->now = time;
}

void ws_tracker_packet(struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_track_result *result)
{
	begin_call(tracker, packet->frame->time, result);
	ws_timers_start(&tracker->timers, tracker->now);
	bool arp = !packet->ip_version && is_arp(packet);
	count_packet(tracker, packet->frame->time, packet->frame->length, packet->problems > 0);
	ws_details_count(tracker, packet, arp);
	if (packet->tunnel_count)
		ws_conversation_outer(tracker, packet);
	if (packet->ip_version && packet->fragment)
		track_fragment(tracker, packet, result);
	else if (packet->ip_version)
		track_transport(tracker, packet, &(struct ws_bytes){packet->frame->data, packet->frame->captured},
		                result);
	else if (arp)
		track_arp(tracker, packet);
	else
		tracker->stats.other++;
	result->events = tracker->events;
	result->event_count = tracker->event_count;
}

void ws_tracker_take_gist(struct ws_tracker *tracker, const struct ws_gist *gist, struct ws_track_result *result)
{
	const bool tcp = gist->transport == WS_TRANSPORT_TCP;
	begin_call(tracker, gist->segment.time, result);
	ws_timers_start(&tracker->timers, tracker->now);
	count_packet(tracker, gist->segment.time, gist->frame_length, gist->malformed);
	ws_details_count_frame(tracker, tcp ? WS_TRAFFIC_TCP : WS_TRAFFIC_UDP, gist->frame_length);
	if (tcp) {
		tracker->stats.tcp++;
		track_tcp(tracker, gist, NULL, result);
	} else {
		tracker->stats.udp++;
		tracker->stats.bad_checksums += gist->checksum == WS_CHECKSUM_BAD;
		ws_conversation_take_gist(tracker, gist);
	}
	result->events = tracker->events;
	result->event_count = tracker->event_count;
}

/* The most steps of the timing wheel in one call. */
#define ADVANCE_BUDGET 4096

/* Picks connections to evict and reports them. They are removed by the next call, so that callers can still read them.
 */
static void pick_candidates(struct ws_tracker *tracker)
{
	struct ws_conn_copy copy;
	ws_table_share(&tracker->table, &tracker->history);
	tracker->candidate_count =
	        ws_table_eviction_candidates(&tracker->table, tracker->candidates, WS_MAX_EVENTS / 2);
	for (size_t i = 0; i < tracker->candidate_count; i++) {
		const struct ws_conn *conn = ws_table_read(&tracker->table, tracker->candidates[i], &copy);
		add_conn_event(tracker, WS_EVENT_EVICTED, conn, tracker->now, 0);
	}
}

bool ws_tracker_due(const struct ws_tracker *tracker, ws_time now)
{
	return ws_timers_due(&tracker->timers, now) || ws_table_crowded(&tracker->table);
}

/* TIME_WAIT of a connection at rest is over: does what run_timers() does for one that is awake. */
static void end_at_rest(struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_rested *rested = ws_rested_at(ws_table_place(&tracker->table, id));
	struct ws_rested_wait wait;
	if (!ws_rested_wait(rested, &wait))
		return;
	ws_series_advance(&tracker->series, wait.deadline, tracker->stats.state);
	const struct ws_transition transition = ws_rested_expire(rested);
	tracker->stats.state[transition.from]--;
	tracker->stats.state[transition.to]++;
	if (!tracker->config.no_transitions) {
		struct ws_event *event = ws_tracker_add_event(tracker, WS_EVENT_TRANSITION, wait.deadline, 0);
		event->conn = id;
		event->conn_number = wait.number;
		event->transition = transition;
	}
	if (!rested->reported) {
		struct ws_event *event = ws_tracker_add_event(tracker, WS_EVENT_CONNECTION, wait.deadline, 0);
		event->conn = id;
		event->conn_number = wait.number;
	}
}

bool ws_tracker_advance(struct ws_tracker *tracker, ws_time now, struct ws_track_result *result)
{
	unsigned budget = ADVANCE_BUDGET;
	begin_call(tracker, now, result);
	result->events = tracker->events;
	if (!ws_tracker_due(tracker, tracker->now))
		return false;
	if (ws_table_crowded(&tracker->table))
		pick_candidates(tracker);
	while (!tracker->candidate_count && room_for_input(tracker)) {
		const ws_conn_id id =
		        ws_timers_next(&tracker->timers, &tracker->table, tracker->now, tracker->debug, &budget);
		if (!id)
			break;
		struct ws_conn *conn = ws_table_awake(&tracker->table, id);
		unsigned endpoint = 0;
		if (!conn) {
			end_at_rest(tracker, id);
			continue;
		}
		run_timers(tracker, conn);
		ws_timers_set(&tracker->timers, &tracker->table, conn,
		              ws_machine_deadline(&conn->machine, tracker->config.time_wait, &endpoint));
	}
	result->event_count = tracker->event_count;
	return tracker->event_count || (tracker->candidate_count && ws_table_crowded(&tracker->table)) ||
	       ws_timers_due(&tracker->timers, tracker->now);
}
