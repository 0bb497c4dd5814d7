/* A tracker of records: what sensors have concluded is the input, and not packets.
 *
 * A connection of records is not a connection of packets with gaps: the facts from which its states follow cannot be had
 * back from the states, and to infer them again would give other answers than the sensor's. So such a tracker keeps what
 * the screens read, struct ws_conn_info, and no machine. All functions that read connections, conversations, bindings and
 * totals (track.h) work the same for both; the verdict is the one that the sensor stated. What needs a connection's
 * segments, such as a replay, finds none.
 *
 * A sensor that is started again counts its connections from 1 again, so a connection is known by its sensor, the
 * sensor's boot and its number there. */
#ifndef WIRESTATE_STORED_H
#define WIRESTATE_STORED_H

#include <wirestate/capture.h>
#include <wirestate/track.h>

#define WS_MOST_WITNESSES 8
/* A sensor is stale when nothing has come of it for so long, although it has said before that it goes on. Sensors say
 * so every WS_HEARTBEAT, by a record of their totals. */
#define WS_HEARTBEAT (10 * WS_SECOND)
#define WS_STALE (3 * WS_HEARTBEAT)

enum ws_stored_kind {
	WS_STORED_OTHER, /* a kind of record of which nothing is kept */
	WS_STORED_TRANSITION,
	WS_STORED_CONN,
	WS_STORED_ARP,
	WS_STORED_UDP,
	WS_STORED_STATS,
};

/* A record. Texts are borrowed during the call. Unknown values are as in a connection of which nothing is known. */
struct ws_stored_record {
	enum ws_stored_kind kind;
	const char *sensor, *boot; /* the first is never NULL; the boot may be "" */
	bool numbered;             /* `sequence` is valid: it counts the records of a sensor's boot */
	uint64_t sequence;
	ws_time time; /* of a transition or a binding; of totals: when they were taken, or 0 */
	uint64_t frame;
	/* Endpoint 0 is the client. Of a transition: endpoint 0 is the one that it is of, 1 its peer, and the number and
	 * the client are valid, too. What it points at must not be changed in the meantime. */
	struct ws_conn_info conn;
	struct ws_transition transition;
	struct ws_arp_binding arp;
	struct ws_udp_info udp;
	struct ws_tracker_stats stats;
	struct ws_capture_stats capture;
	/* To which conn.endpoint[].process may point, and of the next one conn.tunnel. */
	struct ws_frame_process process[2];
	struct ws_tunnel_path tunnel;
};

enum ws_stored_result {
	WS_STORED_TAKEN,
	WS_STORED_DUPLICATE, /* its number has come before: nothing has changed */
	WS_STORED_TOO_MANY,  /* there is no room for one more sensor, or no memory at all */
};

/* Takes in a record. Its transition, the end of its connection, or its binding is reported in `result` as packets would
 * have. The tracker must have been created with `records`. When memory is used up, the oldest connections are given up,
 * first those that have ended. */
enum ws_stored_result ws_tracker_take(struct ws_tracker *tracker, const struct ws_stored_record *record,
                                      struct ws_track_result *result);
/* What time it is where records arrive, for sensors that are stale: only while they come as they are made. */
void ws_tracker_records_clock(struct ws_tracker *tracker, ws_time now);
/* The latest time in any record. */
ws_time ws_tracker_time(const struct ws_tracker *tracker);
bool ws_tracker_has_records(const struct ws_tracker *tracker);

struct ws_sensor_info {
	const char *name;  /* as the record has it: ws_text_clean() before it is shown */
	const char *boot;  /* the newest */
	uint64_t records;  /* that were taken in */
	uint64_t repeated; /* that had come before, and were dropped */
	uint64_t missing;  /* numbers that have not come, between the lowest and the highest */
	uint64_t connections;
	uint64_t boots;
	ws_time last_time; /* the latest time in any record */
	ws_time totals;    /* when its latest totals were taken; 0: never, or they do not say */
	bool totals_known; /* `stats` and `capture` are its own, else they are summed from connections */
	bool stale;
	struct ws_tracker_stats stats;
	struct ws_capture_stats capture;
};
size_t ws_tracker_sensor_count(const struct ws_tracker *tracker);
bool ws_tracker_sensor(const struct ws_tracker *tracker, size_t index, struct ws_sensor_info *info) WS_CHECKED;
/* The totals of what the captures of all sensors have lost, as far as they say. */
void ws_tracker_records_capture(const struct ws_tracker *tracker, struct ws_capture_stats *capture);

/* Who saw a connection, and how to ask for its packets there. */
struct ws_witness {
	ws_conn_id id;
	const char *sensor, *boot;
	uint64_t conn; /* its number at the sensor */
	uint8_t ip_version;
	struct ws_addr address[2]; /* 0 is the client */
	uint16_t port[2];
	uint32_t initial_sequence[2];
	bool initial_sequence_known[2];
	ws_time first_time, last_time; /* by the sensor's clock */
};
/* Writes at most `count` of the sensors that saw a connection of records: itself first, and then those that saw one with
 * the same two initial sequence numbers at about the same time. Addresses and ports may differ, as on both sides of a
 * NAT. Returns how many there are. */
size_t ws_tracker_witnesses(const struct ws_tracker *tracker, ws_conn_id id, struct ws_witness *witnesses,
                            size_t count);

#endif
