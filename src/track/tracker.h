/* Private to src/track: the parts of the tracker that its files share. */
#ifndef WS_TRACK_TRACKER_H
#define WS_TRACK_TRACKER_H

#include "track/arp.h"
#include "track/arp_exchange.h"
#include "track/checksums.h"
#include "track/conn.h"
#include "track/debug.h"
#include "track/dedup.h"
#include "track/exchange.h"
#include "track/file_notes.h"
#include "track/fragments.h"
#include "track/history.h"
#include "track/hops.h"
#include "track/hostnames.h"
#include "track/log.h"
#include "track/series.h"
#include "track/stored.h"
#include "track/surroundings.h"
#include "track/timers.h"
#include "track/tunnels.h"
#include "track/udp.h"

#include <wirestate/gist.h>
#include <wirestate/points.h>
#include <wirestate/track.h>

#define WS_MAX_EVENTS 96
#define WS_EVENTS_PER_INPUT (WS_MAX_TRANSITIONS + 2)

struct ws_merged; /* see merged.h */

struct ws_tracker {
	struct ws_tracker_config config;
	struct ws_table table;
	struct ws_timers timers;
	struct ws_history history;
	struct ws_dedup dedup;
	struct ws_checksums checksums;
	struct ws_fragments fragments;
	struct ws_arp_table arp;
	struct ws_udp_table udp;
	struct ws_arp_exchanges exchanges; /* these are used only with history, see details.c */
	struct ws_hops *hops;              /* owned, or NULL */
	struct ws_surroundings surroundings;
	struct ws_log fragment_log;
	struct ws_log datagrams; /* struct ws_join_datagram, with `joins` */
	struct ws_series series;
	struct ws_file_notes file_notes;
	struct ws_tunnels tunnels;
	struct ws_hostnames names;
	struct ws_exchange_pool requests;
	const struct ws_kernel *kernel;  /* borrowed: what the own host's kernel says; NULL: it is not asked */
	const struct ws_tracker *latest; /* borrowed: see ws_tracker_set_latest(); NULL: this is the latest one */
	bool processes_named;            /* of some connection a process is known */
	bool tunnels_stated, shares_stated, names_stated; /* some connection of records has them */
	struct ws_stored *stored;                         /* of records, which then are all there is; or NULL */
	struct ws_merged *merged;                         /* owned: it shows the trackers of several points; or NULL */
	struct ws_debug *debug;                           /* with debug_connection, else NULL */
	bool predicts;     /* ordinary segments go the short way, see ordinary.h, which only tests and `debug` forbid */
	uint64_t ordinary; /* how many segments went it */
	struct ws_tracker_stats stats;
	const struct ws_path_of *paths; /* by connection id; this and the next two are borrowed */
	const struct ws_udp_paths *udp_paths;
	const struct ws_points *points;
	size_t path_count;
	unsigned point; /* which of the points this is */
	ws_time now;    /* the latest time seen; it never goes back */
	struct ws_event events[WS_MAX_EVENTS];
	size_t event_count;
	ws_conn_id candidates[WS_MAX_EVENTS]; /* reported as evicted by the last call, removed by the next */
	size_t candidate_count;
};

/* prepare.c: fills the gist of a complete TCP header, but for what is read only where there is no packet besides. */
void ws_gist_fill(struct ws_gist *gist, const struct ws_packet *packet);

/* Applies an input to a connection's machine, counts it, adds it to the history, and reports transitions as events. */
void ws_tracker_apply(struct ws_tracker *tracker, struct ws_conn *conn, struct ws_segment *input, uint64_t frame);

/* The event belongs to the current call, in which there is room for it. */
struct ws_event *ws_tracker_add_event(struct ws_tracker *tracker, enum ws_event_kind kind, ws_time time,
                                      uint64_t frame);

/* Returns the connection that a segment belongs to: `newest` of its 4-tuple, an older one that is still alive, or a new
 * one, which is made here. Returns NULL for a RST that belongs to none, or when the pool is full. Sets
 * `segment->direction` for the connection that is returned. */
struct ws_conn *ws_tracker_assign(struct ws_tracker *tracker, const struct ws_tuple *tuple, struct ws_conn *newest,
                                  struct ws_segment *segment, uint32_t link_id);

/* icmp.c: applies an ICMP error that quotes a packet. */
void ws_tracker_quote(struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_track_result *result);

/* datagrams.c: what is compared with other points beside segments. */
struct ws_bytes {
	const uint8_t *at;
	uint32_t size;
};
void ws_datagrams_note_udp(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes,
                           const struct ws_udp_place *place);
void ws_datagrams_note_gist(struct ws_tracker *tracker, const struct ws_gist *gist, const struct ws_udp_place *place);
void ws_datagrams_note_echo(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes);

/* conversation.c: applies a datagram that is whole, with `bytes` that its payload_offset counts from; the gist of one; and
 * the datagrams in which tunnels have put a packet, which belong to conversations, too. */
void ws_conversation_packet(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes);
void ws_conversation_take_gist(struct ws_tracker *tracker, const struct ws_gist *gist);
WS_SELDOM void ws_conversation_outer(struct ws_tracker *tracker, const struct ws_packet *packet);

/* details.c: what is kept besides connections. */
void ws_details_init(struct ws_tracker *tracker);
void ws_details_free(struct ws_tracker *tracker);
uint64_t ws_details_memory(const struct ws_tracker *tracker); /* bytes they take */
void ws_details_fragment(struct ws_tracker *tracker, const struct ws_packet *packet);
void ws_details_count(struct ws_tracker *tracker, const struct ws_packet *packet, bool arp);
void ws_details_count_frame(struct ws_tracker *tracker, enum ws_traffic_kind kind, uint32_t length);

/* Deadlines count from the tracker's clock, which never runs backwards: where a segment's stamp is before `now`,
 * because the real clock was set back, what it begins counts from `now`, or it would be over at once. True: it begins
 * something.
 */
bool ws_tracker_count_from(struct ws_machine *machine, ws_time stamp, ws_time now);
/* Keeps for the replay an input that was applied; from history_room.c, as what follows. */
void ws_tracker_add_to_history(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *input);
static inline void ws_tracker_keep_input(struct ws_tracker *tracker, struct ws_conn *conn,
                                         const struct ws_segment *input)
{
	if (tracker->config.history)
		ws_tracker_add_to_history(tracker, conn, input);
}
/* Keeps for the replay with what the analysis of a new connection starts. */
void ws_tracker_keep_start(struct ws_tracker *tracker, struct ws_conn *conn);
/* Keeps for the replay that what has just begun counts from the tracker's clock, see ws_tracker_count_from(). */
void ws_tracker_keep_clock(struct ws_tracker *tracker, struct ws_conn *conn);
/* Keeps for the graphs what a segment acknowledges selectively. */
void ws_tracker_keep_sack(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_packet *packet);

/* Of some connection of records it is known where the time went; from records.c. */
bool ws_tracker_shares_stated(const struct ws_tracker *tracker);
/* Counts a segment with its analysis, and says where the time until it went; from counts.c. */
void ws_tracker_count(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *s,
                      const struct ws_analysis_result *result);

/* The part of it that every segment needs: a round trip that ended at `endpoint`. */
void ws_tracker_count_round_trip(struct ws_tracker *tracker, struct ws_conn *conn, unsigned endpoint, ws_time time);
/* The latter for a segment that was not captured before and is not damaged. */
static inline void ws_tracker_note_share(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis,
                                         bool round_trip)
{
	ws_shares_note(ws_conn_shares(conn), s, analysis, &conn->analyser, round_trip ? conn->rtt : NULL,
	               ws_shares_full_segment(ws_shares_mss(&conn->machine), s));
}

/* The same for a segment with a wrong checksum that was good after all, at the time when it came; what does not depend on
 * that was counted then. */
void ws_tracker_count_accepted(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *s);
/* Reports an exchange that ended with the segment; NULL: none did. */
void ws_tracker_end_exchange(struct ws_tracker *tracker, const struct ws_conn *conn, const struct ws_exchange *done,
                             const struct ws_segment *s);

/* The states of a connection as they are counted, a byte for each endpoint: the state plus one, or 0 where none counts. */
static inline uint16_t ws_states(unsigned first, unsigned second)
{
	return (uint16_t)(first << 8 | second);
}
static inline void ws_states_count(uint64_t count[WS_STATE_COUNT], uint16_t states, int by)
{
	for (; states; states >>= 8)
		if (states & 0xff)
			count[(states & 0xff) - 1] += (uint64_t)(int64_t)by;
}

#endif
