/* What several points together show of a connection. Each fact is taken from a point that has captured it: a handshake is
 * complete where its three segments were captured, be it at one point or at several.
 *
 * Numbers of connections and of frames, addresses and ports, VLAN and tunnel, and what is wrong with the capture itself
 * (checksums, duplicates) stay those of the point that shows the connection. */
#include "track/together.h"
#include "track/closing.h"
#include "track/merged.h"

#include <string.h>

/* ---- Roles */

int8_t ws_together_client(const struct ws_path_of *of, const struct ws_conn *conn)
{
	const int own = ws_machine_client(&conn->machine);
	if (own != WS_ROLE_UNKNOWN || !of || !of->path || !of->path->client_known)
		return (int8_t)own;
	return (int8_t)(of->path->client ^ of->swapped);
}

int8_t ws_together_likely_client(const struct ws_path_of *of, const struct ws_conn *conn)
{
	if (of && of->path && ws_machine_client(&conn->machine) == WS_ROLE_UNKNOWN)
		return (int8_t)((of->path->client ^ of->swapped) & 1);
	return ws_conn_likely_client(conn);
}

int8_t ws_shown_client(const struct ws_tracker *tracker, const struct ws_conn *conn)
{
	return ws_together_likely_client(ws_path_find(tracker, conn->id, conn->number), conn);
}

/* ---- The opening */

/* What has been seen of the handshake, at any point. */
struct seen {
	bool syn, syn_ack, ack;
};

static void see(struct seen *seen, const struct ws_machine *m)
{
	seen->syn |= m->saw_syn;
	seen->syn_ack |= m->saw_syn_ack;
	seen->ack |= m->saw_handshake_ack;
}

static void add_opening(const struct ws_conn_info *other, struct ws_conn_info *info)
{
	info->opened |= other->opened;
	info->refused |= other->refused;
	info->stray_reset |= other->stray_reset;
	info->misanswered |= other->misanswered;
	if (!info->misanswered_by)
		info->misanswered_by = other->misanswered_by;
	info->misacked |= other->misacked;
	info->plainer_syn |= other->plainer_syn;
	info->unreachable |= other->unreachable;
	info->superseded |= other->superseded;
	if (!info->old_answer)
		info->old_answer = other->old_answer;
}

/* swapped: the other point has the endpoints the other way round. */
static void add_forged(const struct ws_conn_info *other, unsigned swapped, struct ws_conn_info *info)
{
	for (unsigned e = 0; e < 2; e++)
		info->forged_reset |= (uint8_t)((other->forged_reset >> (e ^ swapped) & 1) << e);
}

static void fill_handshake(const struct seen *seen, struct ws_conn_info *info)
{
	if (seen->syn && seen->syn_ack && seen->ack)
		info->handshake = WS_HANDSHAKE_COMPLETE;
	else
		info->handshake = seen->syn || seen->syn_ack ? WS_HANDSHAKE_PARTIAL : WS_HANDSHAKE_MISSED;
	/* A RST is the answer to the SYN only where no point has captured another one. */
	if (info->opened || seen->syn_ack)
		info->refused = false;
}

/* ---- The rest */

static void add_round_trip(const struct ws_conn_info *other, struct ws_conn_info *info)
{
	info->completeness |= other->completeness;
	if (info->initial_rtt < 0)
		info->initial_rtt = other->initial_rtt;
}

static void add_said(const struct ws_conn_info *other, struct ws_conn_info *info)
{
	struct ws_said *said = &info->said;
	said->sni = said->sni ? said->sni : other->said.sni;
	said->alpn = said->alpn ? said->alpn : other->said.alpn;
	said->http_host = said->http_host ? said->http_host : other->said.http_host;
	said->http_request = said->http_request ? said->http_request : other->said.http_request;
	said->http_status = said->http_status ? said->http_status : other->said.http_status;
}

static void add_marks(const struct ws_conn_info *other, unsigned swapped, struct ws_conn_info *info)
{
	info->renumbered |= other->renumbered;
	if (other->syn_ack_repeats > info->syn_ack_repeats)
		info->syn_ack_repeats = other->syn_ack_repeats;
	info->lacks_timestamps |= other->lacks_timestamps;
	info->answer_unsigned |= other->answer_unsigned;
	for (unsigned e = 0; e < 2; e++)
		info->alert[e] = info->alert[e] ? info->alert[e] : other->alert[e ^ swapped];
	info->answer_echoes |= other->answer_echoes;
	if (other->wrong_sacks > info->wrong_sacks) {
		info->wrong_sacks = other->wrong_sacks;
		info->wrong_sacker = (uint8_t)(other->wrong_sacker ^ swapped);
	}
	if (other->storm <= info->storm)
		return;
	info->storm = other->storm;
	info->storm_time = other->storm_time;
	info->storm_goes_on = other->storm_goes_on;
	info->storm_resetters = swapped ? (uint8_t)(other->storm_resetters >> 1 | (other->storm_resetters & 1) << 1)
	                                : other->storm_resetters;
}

/* How many kinds of segments there are in Zeek's history, apart from those that stand for marks. */
static unsigned kinds_of(const char *history)
{
	static const char kinds[] = "sShHaAdDfFrRiIqQ";
	unsigned count = 0;
	for (size_t i = 0; kinds[i]; i++)
		count += strchr(history, kinds[i]) != NULL;
	return count;
}

/* Zeek's words are of one capture, so they are those of the point that has captured the most kinds of segments. */
static void add_rest(const struct ws_conn_info *other, struct ws_conn_info *info)
{
	if (!info->icmp.count)
		info->icmp = other->icmp;
	info->server_answers |= other->server_answers;
	info->host_answers |= other->host_answers;
	info->odd_syn |= other->odd_syn;
	info->keyed_syn |= other->keyed_syn;
	info->old_stamp |= other->old_stamp;
	if (kinds_of(other->history) <= kinds_of(info->history))
		return;
	info->conn_state = other->conn_state;
	memcpy(info->history, other->history, sizeof(info->history));
}

/* Where other points captured segments before the first and after the last one of this point. */
static void add_times(const struct ws_tracker *tracker, unsigned parts, struct ws_conn_info *info)
{
	const struct ws_join_result *result = &info->path->result;
	const struct ws_clock *own = tracker->points->clock[tracker->point];
	const unsigned at = ws_path_place(info->path, tracker->point);
	if (at == info->path->points || !result->unseen[at].count)
		return;
	const ws_time first = ws_clock_there(own, result->unseen[at].first),
	              last = ws_clock_there(own, result->unseen[at].last);
	if (parts & WS_PART_FIRST && first < info->first_time)
		info->first_time = first;
	if (parts & WS_PART_LAST && last > info->last_time)
		info->last_time = last;
}

enum {
	PARTS_OF_POINTS = WS_PART_OPENING | WS_PART_ROUND_TRIP | WS_PART_NAMES | WS_PART_MARKS | WS_PART_REST,
};

void ws_together_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                      struct ws_conn_info *info)
{
	const struct ws_conn_path *path = info->path;
	struct seen seen = {false, false, false};
	see(&seen, &conn->machine);
	for (unsigned at = 0; parts & PARTS_OF_POINTS && at < path->points; at++) {
		const struct ws_tracker *there = tracker->points->tracker[path->point[at]];
		struct ws_conn_copy copy;
		struct ws_conn_info other = {.id = 0};
		const struct ws_conn *its =
		        path->point[at] != tracker->point ? ws_path_conn(tracker, path, at, &copy) : NULL;
		if (!its)
			continue;
		see(&seen, &its->machine);
		ws_conn_fill_own(there, its, parts & PARTS_OF_POINTS, &other);
		if (parts & WS_PART_OPENING) {
			add_opening(&other, info);
			add_forged(&other, info->path_swapped ^ path->swapped[at], info);
		}
		if (parts & WS_PART_ROUND_TRIP)
			add_round_trip(&other, info);
		if (parts & WS_PART_NAMES)
			add_said(&other, info);
		if (parts & WS_PART_MARKS)
			add_marks(&other, info->path_swapped ^ path->swapped[at], info);
		if (parts & WS_PART_REST)
			add_rest(&other, info);
	}
	if (parts & WS_PART_OPENING) {
		fill_handshake(&seen, info);
		ws_options_joined_fill(tracker, info);
	}
	if (parts & (WS_PART_FIRST | WS_PART_LAST))
		add_times(tracker, parts, info);
}

/* ---- One end */

/* Each point that captured a part of what the end has sent counts at most what there was. */
static void take_most(const struct ws_endpoint_info *other, unsigned parts, struct ws_endpoint_info *end)
{
	/* These say how segments came to a point, or what had passed it in the other direction. */
	const uint32_t of_point = 1u << WS_ANALYSIS_OUT_OF_ORDER | 1u << WS_ANALYSIS_LOST_SEGMENT |
	                          1u << WS_ANALYSIS_SPURIOUS_RETRANSMISSION;
	if (parts & WS_PART_TRAFFIC && other->most_in_flight > end->most_in_flight)
		end->most_in_flight = other->most_in_flight;
	if (parts & WS_PART_ROUND_TRIPS && other->stream_bytes > end->stream_bytes)
		end->stream_bytes = other->stream_bytes;
	if (!(parts & WS_PART_MARKS))
		return;
#define X(member, mark)                                                                                                \
	if (!(of_point & 1u << (mark)) && other->member > end->member)                                                 \
		end->member = other->member;
	WS_COUNTERS(X)
#undef X
}

/* What only the SYN says is known where any point has captured it. */
static void take_syn(const struct ws_endpoint_info *other, unsigned parts, struct ws_endpoint_info *end)
{
	if (parts & WS_PART_MARKS && other->syns > end->syns) {
		end->syns = other->syns;
		end->syn_time = other->syn_time;
	}
	if (parts & WS_PART_MARKS && other->syns_answered > end->syns_answered)
		end->syns_answered = other->syns_answered;
	if (parts & WS_PART_ROUND_TRIPS && end->smallest_window == UINT32_MAX)
		end->smallest_window = other->smallest_window;
	if (!(parts & WS_PART_REST))
		return;
	if (!end->initial_sequence_known) {
		end->initial_sequence_known = other->initial_sequence_known;
		end->initial_sequence = other->initial_sequence;
	}
	if (end->window_scale == 255)
		end->window_scale = other->window_scale;
	if (!end->mss)
		end->mss = other->mss;
}

/* Adds to what the point nearest to endpoint `e` has counted what it has not captured. */
static void add_to_end(const struct ws_tracker *tracker, unsigned e, unsigned parts, struct ws_conn_info *info)
{
	const struct ws_conn_path *path = info->path;
	const unsigned end = (e ^ info->path_swapped) & 1, near = ws_path_near(path, end);
	const struct ws_join_direction *sent = &path->result.direction[end];
	struct ws_endpoint_info *of = &info->endpoint[e];
	const unsigned read = parts & (WS_PART_TRAFFIC | WS_PART_ROUND_TRIPS | WS_PART_MARKS | WS_PART_REST);
	if (parts & WS_PART_TRAFFIC) {
		of->packets += sent->unseen;
		of->bytes += sent->unseen_bytes;
	}
	for (unsigned at = 0; read && at < path->points; at++) {
		struct ws_conn_copy copy;
		const struct ws_conn *conn = at != near ? ws_path_conn(tracker, path, at, &copy) : NULL;
		struct ws_endpoint_info other = {.port = 0};
		if (!conn)
			continue;
		ws_conn_fill_end(tracker->points->tracker[path->point[at]], conn, end ^ path->swapped[at], read,
		                 &other);
		take_syn(&other, parts, of);
		if (sent->unseen)
			take_most(&other, parts, of);
	}
}

/* Changes a time of another point to what this tracker's clock showed then. */
static void set_by_own_clock(const struct ws_tracker *tracker, const struct ws_clock *clock, ws_time *time)
{
	const struct ws_clock *own = tracker->points->clock[tracker->point];
	if (!*time || clock == own)
		return;
	const ws_time reference = clock ? ws_clock_here(clock, *time) : *time;
	*time = own ? ws_clock_there(own, reference) : reference;
}

static void set_times_by_own_clock(const struct ws_tracker *tracker, const struct ws_clock *clock, unsigned parts,
                                   struct ws_endpoint_info *info)
{
	if (parts & WS_PART_TRAFFIC)
		set_by_own_clock(tracker, clock, &info->closed_since);
	if (parts & WS_PART_MARKS) {
		set_by_own_clock(tracker, clock, &info->stalled_since);
		set_by_own_clock(tracker, clock, &info->stalled_sent);
		set_by_own_clock(tracker, clock, &info->unanswered_since);
	}
	if (parts & WS_PART_REST)
		set_by_own_clock(tracker, clock, &info->time_wait_end);
}

/* Says of an end's state what the point knows that captured more of what the end itself sent. */
static void fill_state(const struct ws_tracker *tracker, unsigned e, unsigned at, unsigned parts,
                       struct ws_conn_info *info)
{
	const struct ws_clock *clock = tracker->points->clock[info->path->point[at]];
	struct ws_conn_copy copy;
	const struct ws_conn *conn = ws_path_conn(tracker, info->path, at, &copy);
	const unsigned own = e ^ info->path_swapped ^ info->path->swapped[at];
	if (!conn)
		return;
	struct ws_endpoint_info *end = &info->endpoint[e], there = *end;
	ws_conn_fill_end(tracker->points->tracker[info->path->point[at]], conn, own, parts & WS_PARTS_OF_STATE, &there);
	set_times_by_own_clock(tracker, clock, parts, &there);
	if (parts & WS_PART_STATES) {
		end->state = there.state;
		end->certainty = there.certainty;
		end->sent_any = there.sent_any;
		end->end_missed = there.end_missed;
	}
	if (parts & WS_PART_FLIGHT) {
		end->unacknowledged = there.unacknowledged;
		end->ignored = there.ignored;
		end->quiet = there.quiet;
		end->lacks_first = there.lacks_first;
	}
	if (parts & WS_PART_TRAFFIC) {
		end->closed_since = there.closed_since;
		end->closed_probes = there.closed_probes;
		end->stalled = there.stalled;
	}
	if (parts & WS_PART_MARKS) {
		end->stalled_since = there.stalled_since;
		end->stalled_sent = there.stalled_sent;
		end->stalled_pause = there.stalled_pause;
		end->stalled_least = there.stalled_least;
		end->stalled_answers = there.stalled_answers;
		end->stalled_acked = there.stalled_acked;
		end->stalled_misplaced = there.stalled_misplaced;
		end->stalled_heard = there.stalled_heard;
		end->stalled_unstamped = there.stalled_unstamped;
		end->stalled_old_stamp = there.stalled_old_stamp;
		end->unanswered_keep_alives = there.unanswered_keep_alives;
		end->unanswered_since = there.unanswered_since;
	}
	if (parts & WS_PART_REST) {
		end->time_wait_end = there.time_wait_end;
		end->window = there.window;
	}
}

void ws_together_fill_ends(const struct ws_tracker *tracker, unsigned parts, const unsigned chosen[2],
                           struct ws_conn_info *info)
{
	const struct ws_conn_path *path = info->path;
	for (unsigned e = 0; e < 2; e++) {
		const unsigned end = e ^ info->path_swapped, near = ws_path_near(path, end);
		const unsigned own = end ^ path->swapped[near];
		const struct ws_tracker *there = tracker->points->tracker[path->point[near]];
		const struct ws_clock *clock = tracker->points->clock[path->point[near]];
		struct ws_conn_copy copy;
		const struct ws_conn *conn = ws_path_conn(tracker, path, near, &copy);
		if (!conn)
			continue;
		struct ws_endpoint_info *info_of = &info->endpoint[e];
		const struct ws_endpoint_info before = *info_of;
		ws_conn_fill_end(there, conn, own, parts, info_of);
		info_of->address = before.address;
		info_of->port = before.port;
		if (parts & WS_PART_PROCESS && !info_of->process)
			info_of->process = ws_conn_process(conn, own, (unsigned)ws_shown_client(there, conn),
			                                   &info_of->process_guessed);
		if (path->at_host[end] && info_of->certainty == WS_PRESUMED)
			info_of->certainty = WS_CONFIRMED;
		set_times_by_own_clock(tracker, clock, parts, info_of);
		if (parts & WS_PARTS_OF_STATE && chosen[e] != near)
			fill_state(tracker, e, chosen[e], parts, info);
		add_to_end(tracker, e, parts, info);
	}
}
