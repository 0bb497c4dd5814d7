/* A connection as plain values, which are computed from what the tracker keeps of it, part by part. */
#include "track/info.h"
#include "track/absent.h"
#include "track/closing.h"
#include "track/kernel.h"
#include "track/merged.h"
#include "track/stall.h"
#include "track/storm.h"
#include "track/together.h"

#include <wirestate/join.h>

static uint32_t unacknowledged(const struct ws_conn *conn, unsigned i)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[i], *peer = &conn->machine.endpoint[1 - i];
	if (!e->sent_any || e->state == WS_CLOSED)
		return 0;
	if (!peer->acked_any)
		return e->snd_max - (e->iss_known ? e->iss : conn->analyser.flow[i].base + 1);
	return ws_seq_before(peer->last_ack_sent, e->snd_max) ? e->snd_max - peer->last_ack_sent : 0;
}

static ws_time ignored(const struct ws_conn *conn, unsigned i, uint32_t bytes)
{
	const struct ws_flow *self = &conn->analyser.flow[i], *peer = &conn->analyser.flow[1 - i];
	return bytes && self->next_time && peer->last_time > self->next_time ? peer->last_time - self->next_time : 0;
}

static ws_time quiet(const struct ws_conn *conn, unsigned i)
{
	const struct ws_flow *self = &conn->analyser.flow[i];
	const ws_time latest = self->next_time ? self->next_time : conn->first_time;
	return conn->last_time > latest ? conn->last_time - latest : 0;
}

static enum ws_handshake handshake_of(const struct ws_machine *m)
{
	if (m->saw_syn && m->saw_syn_ack && m->saw_handshake_ack)
		return WS_HANDSHAKE_COMPLETE;
	return m->saw_syn || m->saw_syn_ack ? WS_HANDSHAKE_PARTIAL : WS_HANDSHAKE_MISSED;
}

/* ---- The parts */

static bool was_open(const struct ws_endpoint *e)
{
	for (unsigned back = 0; back < e->depth; back++)
		if ((e->path >> 4 * back & 15) >= WS_ESTABLISHED)
			return true;
	return false;
}

static void fill_opening(const struct ws_tracker *tracker, const struct ws_path_of *of, const struct ws_conn *conn,
                         struct ws_conn_info *info)
{
	const struct ws_machine *m = &conn->machine;
	const struct ws_rare *rare = ws_conn_rare(conn);
	info->client = ws_together_client(of, conn);
	info->likely_client = ws_together_likely_client(of, conn);
	info->handshake = (uint8_t)handshake_of(m);
	info->opened = was_open(&m->endpoint[0]) || was_open(&m->endpoint[1]);
	info->left_alone = ws_is_left_alone(tracker, conn->last_time);
	info->just_sent = !info->opened && ws_is_just_sent(tracker, conn->first_time, conn->last_time);
	info->refused = m->refused;
	info->stray_reset = m->stray_reset;
	info->misanswered = m->misanswered;
	info->misanswered_by = m->misanswered_by;
	info->misacked = m->misacked;
	info->mss = ws_shares_mss(m);
	info->plainer_syn = m->saw_syn_ack ? rare->plainer_syn : 0;
	info->old_answer = rare->old_answer;
	info->answered_by = rare->answered_by ? conn->number - rare->answered_by : 0;
	info->elsewhere = rare->elsewhere;
	if (rare->elsewhere == WS_ELSEWHERE_ANSWERED || rare->elsewhere == WS_ELSEWHERE_TRANSLATED)
		info->elsewhere_number = conn->number + rare->elsewhere_by;
	else if (rare->elsewhere)
		info->elsewhere_number = conn->number - rare->elsewhere_by;
	info->disowned = m->disowned;
	info->unreachable = m->unreachable;
	info->forged_reset = m->forged;
	info->superseded = m->superseded;
}

static void fill_captured(int8_t likely_client, const struct ws_machine *m, struct ws_conn_info *info)
{
	const int only = ws_only_captured(m);
	info->captured = WS_CAPTURED_BOTH;
	info->one_direction = false;
	if (only < 0)
		return;
	info->captured = only == likely_client ? WS_CAPTURED_CLIENT : WS_CAPTURED_SERVER;
	info->one_direction = m->endpoint[1 - only].sent_any;
}

/* `chosen`: of one that several points captured, the points whose states count; else NULL. */
static void fill_ending(const struct ws_tracker *tracker, const struct ws_path_of *of, const struct ws_conn *conn,
                        const unsigned *chosen, struct ws_conn_info *info)
{
	struct ws_closing closing = {.machine = &conn->machine, .reset = ws_conn_rare(conn)->reset};
	if (chosen)
		ws_closing_join(&closing, tracker, info, chosen);
	info->close = (uint8_t)ws_close_of(closing.machine);
	info->closed_by = (uint8_t)ws_closed_by_of(closing.machine);
	info->reset_by = (uint8_t)ws_reset_by_of(closing.machine);
	info->reset = closing.reset;
	fill_captured(ws_together_likely_client(of, conn), closing.machine, info);
}

static void fill_traffic(const struct ws_traffic *traffic, struct ws_endpoint_info *info)
{
	info->packets = traffic->packets;
	info->bytes = traffic->bytes;
	info->most_in_flight = traffic->most_in_flight;
	info->closed_probes = traffic->closed_probes;
	info->closed_since = traffic->closed_since;
	info->stalled = traffic->stalled;
}

static void fill_marks(const struct ws_marks *marks, const struct ws_marks *peer, struct ws_endpoint_info *info)
{
#define X(member, mark) info->member = marks->member;
	WS_COUNTERS(X)
#undef X
	info->stalled_since = marks->stalled_since;
	info->stalled_sent = marks->stalled_sent;
	info->stalled_pause = marks->stalled_pause;
	info->stalled_least = marks->stalled_least;
	info->stalled_answers = ws_stall_answers(marks, peer);
	info->stalled_acked = marks->stalled_acked;
	info->stalled_misplaced = marks->stalled_misplaced;
	info->stalled_heard = marks->stalled_heard;
	info->stalled_unstamped = marks->stalled_unstamped;
	info->stalled_old_stamp = marks->stalled_old_stamp;
}

/* The SYNs, or SYN-ACKs, that it has sent. */
static void fill_syns(const struct ws_conn *conn, unsigned i, struct ws_endpoint_info *info)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[i];
	const struct ws_marks *marks = &ws_conn_rare(conn)->marks[i];
	info->syns = ws_syn_captured(e) ? 1 + marks->syns_again : 0;
	info->syn_time = marks->syn_latest - marks->syn_since;
	info->syns_answered = marks->syns_answered;
	info->late_syns = marks->late_packets == conn->traffic[i].packets ? marks->late_syns : 0;
	info->late_syn_time = marks->late_latest - marks->late_since;
}

static void fill_keep_alives(const struct ws_conn *conn, unsigned i, struct ws_endpoint_info *info)
{
	const struct ws_marks *marks = &ws_conn_rare(conn)->marks[i];
	const bool unanswered = marks->peer_packets == (uint32_t)conn->traffic[1 - i].packets;
	info->unanswered_keep_alives = unanswered ? marks->unanswered_keep_alives : 0;
	info->unanswered_since = marks->unanswered_since;
}

/* In bytes: the window fields of all its segments but SYN and RST, scaled if both sides have offered it. */
static uint32_t smallest_window(const struct ws_conn *conn, unsigned i)
{
	const struct ws_rtt_timer *timer = &conn->traffic[i].timer;
	const struct ws_endpoint *e = &conn->machine.endpoint[i], *peer = &conn->machine.endpoint[1 - i];
	if (!timer->window_known || !conn->machine.saw_syn || !conn->machine.saw_syn_ack)
		return timer->window_below == UINT16_MAX ? 0 : UINT32_MAX;
	if (e->window_scale == WS_SCALE_CUT_OFF || peer->window_scale == WS_SCALE_CUT_OFF)
		return UINT32_MAX;
	const bool scaled = e->window_scale != 255 && peer->window_scale != 255;
	const unsigned shift = e->window_scale > 14 ? 14 : e->window_scale;
	return (uint32_t)(UINT16_MAX - timer->window_below) << (scaled ? shift : 0);
}

/* Sequence numbers are modulo 2^32, so a longer stream is as long as what was captured of it. */
static uint64_t stream_bytes(const struct ws_conn *conn, unsigned i)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[i];
	const uint64_t captured = conn->traffic[i].bytes;
	if (!e->sent_any || captured > INT32_MAX)
		return captured;
	const uint32_t first = (e->iss_known ? e->iss : conn->analyser.flow[i].base) + 1;
	const uint32_t count = e->snd_max - first - (e->fin_sent ? 1 : 0);
	return (int32_t)count >= 0 ? count : captured;
}

static void fill_round_trips(const struct ws_conn *conn, unsigned i, struct ws_endpoint_info *info)
{
	const struct ws_rtt *rtt = &conn->rtt[i];
	info->rtt_count = rtt->count;
	info->rtt_min = rtt->count ? rtt->least : -1;
	info->rtt_median = ws_rtt_median(rtt, &ws_conn_rare(conn)->round_trips[i]);
	info->rtt_max = rtt->count ? rtt->most : -1;
	info->smallest_window = smallest_window(conn, i);
	info->stream_bytes = stream_bytes(conn, i);
}

static void fill_endpoint(const struct ws_conn *conn, unsigned i, unsigned parts, struct ws_endpoint_info *info)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[i];
	if (parts & WS_PART_IDENTITY) {
		info->address = conn->address[i];
		info->port = conn->port[i];
	}
	if (parts & WS_PART_STATES) {
		info->state = e->state;
		info->certainty = e->certainty;
		info->sent_any = e->sent_any;
		info->end_missed = ws_end_missed(e);
	}
	if (parts & WS_PART_FLIGHT) {
		info->unacknowledged = unacknowledged(conn, i);
		info->ignored = ignored(conn, i, info->unacknowledged);
		info->quiet = quiet(conn, i);
		info->lacks_first = e->sack_known && e->acked_any && ws_seq_before(e->last_ack_sent, e->sack_right);
	}
	if (parts & WS_PART_TRAFFIC)
		fill_traffic(&conn->traffic[i], info);
	if (parts & WS_PART_ROUND_TRIPS)
		fill_round_trips(conn, i, info);
	if (parts & WS_PART_MARKS) {
		fill_marks(&ws_conn_rare(conn)->marks[i], &ws_conn_rare(conn)->marks[1 - i], info);
		fill_keep_alives(conn, i, info);
		fill_syns(conn, i, info);
	}
}

/* What the client has said names the server. Else the name is that which the address had when the connection began, or
 * the first one that it was given later. */
static void fill_name(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned i, unsigned likely_client,
                      struct ws_endpoint_info *info)
{
	const struct ws_hostnames *names = &tracker->names;
	uint32_t name = conn->name[i];
	info->name_source = conn->name_source[i];
	if (i != likely_client && conn->sni) {
		name = conn->sni;
		info->name_source = WS_NAME_SNI;
	} else if (!name) {
		name = ws_hostnames_find(names, &conn->address[i], conn->ip_version, &info->name_source);
	}
	info->name = ws_hostnames_text(names, name);
}

static void fill_names(const struct ws_tracker *tracker, const struct ws_path_of *of, const struct ws_conn *conn,
                       struct ws_conn_info *info)
{
	const struct ws_hostnames *names = &tracker->names;
	const unsigned likely_client = (unsigned)ws_together_likely_client(of, conn);
	for (unsigned i = 0; i < 2; i++)
		fill_name(tracker, conn, i, likely_client, &info->endpoint[i]);
	info->said.sni = ws_hostnames_text(names, conn->sni);
	info->said.alpn = ws_hostnames_text(names, conn->alpn);
	info->said.http_host = ws_hostnames_text(names, conn->http_host);
	info->said.http_request = ws_hostnames_text(names, conn->http_request);
	info->said.http_status = conn->http_status;
}

static void fill_processes(const struct ws_path_of *of, const struct ws_conn *conn, struct ws_conn_info *info)
{
	const unsigned likely_client = (unsigned)ws_together_likely_client(of, conn);
	info->tunnel_id = conn->tunnel_id;
	for (unsigned i = 0; i < 2; i++)
		info->endpoint[i].process = ws_conn_process(conn, i, likely_client, &info->endpoint[i].process_guessed);
}

static ws_time time_wait_end(const struct ws_tracker *tracker, const struct ws_endpoint *e)
{
	return e->state == WS_TIME_WAIT ? e->time_wait_start + tracker->config.time_wait : 0;
}

static void fill_endpoint_rest(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned i,
                               struct ws_endpoint_info *info)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[i];
	info->initial_sequence = e->iss;
	info->initial_sequence_known = e->iss_known;
	info->window_scale = e->sent_any && e->window_scale != WS_SCALE_CUT_OFF ? e->window_scale : 255;
	info->window = e->window;
	info->mss = e->mss;
	info->time_wait_end = time_wait_end(tracker, e);
}

static void fill_rest(const struct ws_tracker *tracker, const struct ws_path_of *of, const struct ws_conn *conn,
                      struct ws_conn_info *info)
{
	const unsigned likely_client = (unsigned)ws_together_likely_client(of, conn);
	const struct ws_rare *rare = ws_conn_rare(conn);
	info->first_frame = conn->first_frame;
	info->last_frame = conn->last_frame;
	info->bad_checksums = (uint64_t)conn->bad_checksums[0] + conn->bad_checksums[1];
	info->checksums_ignored = conn->checksums_ignored;
	info->duplicates = conn->duplicates;
	const struct ws_icmp_note *icmp = ws_surroundings_icmp_of(&tracker->surroundings, conn->number);
	if (icmp)
		info->icmp = *icmp;
	const unsigned server = 1 - likely_client;
	info->server_answers =
	        conn->machine.endpoint[server].sent_any ||
	        ws_surroundings_answers(&tracker->surroundings, &conn->address[server], conn->port[server]);
	info->host_answers = ws_surroundings_answers(&tracker->surroundings, &conn->address[server], WS_ANY_PORT);
	info->absent_at = conn->machine.endpoint[server].sent_any
	                          ? NULL
	                          : ws_absent_at(tracker, conn, of ? of->path : NULL, server);
	info->odd_syn = conn->odd_syn;
	info->keyed_syn = conn->keyed_syn;
	info->twin = conn->twin == WS_TWIN_OLDER ? rare->next : conn->twin == WS_TWIN_NEWER ? rare->previous : 0;
	info->previous = rare->previous;
	info->reused_after = rare->reused_after;
	info->old_stamp =
	        conn->old_stamp && ws_surroundings_minds_stamps(&tracker->surroundings, &conn->address[likely_client],
	                                                        &conn->address[server]);
	info->next = rare->next;
	_Static_assert(sizeof(info->history) >= WS_ZEEK_HISTORY + 2, "room for the history, ^ and NUL");
	info->conn_state = ws_zeek_state(&conn->zeek, &conn->machine, likely_client);
	ws_zeek_history(&conn->zeek, likely_client, info->history);
	for (unsigned i = 0; i < 2; i++)
		fill_endpoint_rest(tracker, conn, i, &info->endpoint[i]);
}

void ws_conn_fill_end(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned i, unsigned parts,
                      struct ws_endpoint_info *info)
{
	fill_endpoint(conn, i, parts, info);
	if (parts & WS_PART_REST)
		fill_endpoint_rest(tracker, conn, i, info);
}

/* What its own point knows. `of`: NULL, where one point only has captured it; `chosen`: as of fill_ending(). */
static void fill_own(const struct ws_tracker *tracker, const struct ws_path_of *of, const struct ws_conn *conn,
                     unsigned parts, const unsigned *chosen, struct ws_conn_info *info)
{
	if (parts & WS_PART_IDENTITY) {
		info->id = conn->id;
		info->ip_version = conn->ip_version;
		info->vlan = conn->vlan;
		info->tunnel = ws_tunnels_path(&tracker->tunnels, conn->tunnel);
		info->ended = conn->ended;
	}
	if (parts & WS_PART_OPENING)
		fill_opening(tracker, of, conn, info);
	if (parts & WS_PART_ENDING)
		fill_ending(tracker, of, conn, chosen, info);
	if (parts & WS_PART_MARKS) {
		const struct ws_rare *rare = ws_conn_rare(conn);
		info->syn_ack_repeats = rare->marks[0].syn_ack_repeats + rare->marks[1].syn_ack_repeats;
		info->lacks_timestamps = rare->marks[0].lacks_timestamps || rare->marks[1].lacks_timestamps;
		info->renumbered = conn->renumbered;
		info->answer_unsigned = conn->answer_unsigned;
		info->alert[0] = rare->alert[0];
		info->alert[1] = rare->alert[1];
		info->answer_echoes = conn->answer_echoes;
		info->wrong_sacker = rare->marks[1].wrong_sacks > rare->marks[0].wrong_sacks;
		info->wrong_sacks = rare->marks[info->wrong_sacker].wrong_sacks;
		ws_storm_fill(conn, info);
	}
	if (parts & WS_PART_ROUND_TRIP) {
		info->initial_rtt = ws_analyser_initial_rtt(&conn->analyser);
		info->completeness = conn->analyser.completeness;
	}
	if (parts & WS_PART_LAST) {
		info->number = conn->number;
		info->last_time = conn->last_time;
	}
	if (parts & WS_PART_FIRST)
		info->first_time = conn->first_time;
	if (parts & WS_PART_PROCESS)
		fill_processes(of, conn, info);
	if (parts & WS_PART_NAMES)
		fill_names(tracker, of, conn, info);
	if (parts & (WS_PART_KERNEL | WS_PART_PROCESS))
		ws_kernel_fill(tracker, conn, info);
	if (parts & WS_PART_SHARES)
		info->shares_known = ws_conn_shares_sum(tracker, conn, &info->shares, &info->shares_point);
	if (parts & WS_PART_EXCHANGES)
		info->first_byte = tracker->requests.on ? ws_longest_first_byte(tracker, conn) : -1;
	if (parts & WS_PART_REST)
		fill_rest(tracker, of, conn, info);
	for (unsigned i = 0; i < 2; i++)
		fill_endpoint(conn, i, parts, &info->endpoint[i]);
}

void ws_conn_fill_own(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                      struct ws_conn_info *info)
{
	fill_own(tracker, ws_path_find(tracker, conn->id, conn->number), conn, parts, NULL, info);
}

/* From the first packet at any point to the last, as the shares of time have it that are of these points together. More may
 * have come since they were joined; clocks differ by less than this margin. */
static void fill_shared_times(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                              struct ws_conn_info *info)
{
	enum { DRIFT = 1000 };
	const struct ws_path_of *of;
	const struct ws_joined_shares *shares = ws_path_shares(tracker, conn, &of);
	if (!shares)
		return;
	const ws_time first = ws_clock_there(tracker->points->clock[tracker->point], shares->first_time);
	const ws_time last = first + shares->duration;
	if (parts & WS_PART_FIRST)
		info->first_time = first;
	if (parts & WS_PART_LAST && conn->last_time < last + shares->duration / DRIFT + WS_MILLISECOND)
		info->last_time = last;
}

void ws_conn_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                  struct ws_conn_info *info)
{
	const struct ws_path_of *of = ws_path_find(tracker, conn->id, conn->number);
	const bool joined = of && !ws_conn_is_self(conn);
	unsigned chosen[2] = {0};
	info->path = of ? of->path : NULL;
	info->path_swapped = of && of->swapped;
	info->point = (uint8_t)tracker->point;
	if (joined && parts & (WS_PART_ENDING | WS_PARTS_OF_STATE))
		ws_closing_points(tracker, info, chosen);
	fill_own(tracker, of, conn, parts, joined ? chosen : NULL, info);
	if (ws_conn_is_self(conn))
		info->endpoint[1] = info->endpoint[0];
	if (!joined)
		return;
	ws_together_fill_ends(tracker, parts, chosen, info);
	ws_together_fill(tracker, conn, parts, info);
	if (parts & (WS_PART_FIRST | WS_PART_LAST))
		fill_shared_times(tracker, conn, parts, info);
}
