/* What a tracker keeps of records: see wirestate/stored.h. Private to src/track. */
#ifndef WS_TRACK_STORED_H
#define WS_TRACK_STORED_H

#include "track/packed.h"

#include <wirestate/stored.h>

struct ws_stored; /* opaque */

struct ws_stored *ws_stored_new(const uint8_t hash_key[16], uint64_t memory) WS_CHECKED;
void ws_stored_free(struct ws_stored *stored); /* NULL allowed */
/* As ws_tracker_take(); `event` receives what the record says. */
enum ws_stored_result ws_stored_take(struct ws_stored *stored, const struct ws_stored_record *record,
                                     struct ws_event *event);
void ws_stored_clock(struct ws_stored *stored, ws_time now);

/* As the functions of track.h with these names. */
size_t ws_stored_count(const struct ws_stored *stored);
size_t ws_stored_ids(const struct ws_stored *stored, size_t rank, size_t count, ws_conn_id *ids);
ws_conn_id ws_stored_find(const struct ws_stored *stored, uint64_t number); /* of the first sensor's latest boot */
bool ws_stored_conn(const struct ws_stored *stored, ws_conn_id id, struct ws_conn_info *info);
size_t ws_stored_witnesses(const struct ws_stored *stored, ws_conn_id id, struct ws_witness *witnesses, size_t count);
size_t ws_stored_udp_count(const struct ws_stored *stored);
bool ws_stored_udp(const struct ws_stored *stored, size_t index, struct ws_udp_info *info);
size_t ws_stored_arp_count(const struct ws_stored *stored);
bool ws_stored_arp(const struct ws_stored *stored, size_t index, struct ws_arp_binding *binding);
void ws_stored_stats(const struct ws_stored *stored, struct ws_tracker_stats *stats);

/* ---- Sensors, in stored_sensors.c. A source is one boot of a sensor. */

enum { STORED_MOST_SOURCES = 4096, STORED_RANGES = 256 };

struct ws_stored_sensor {
	char *name;
	uint16_t boots, newest; /* `newest`: the index of its latest source */
};

struct ws_stored_range {
	uint64_t first, last;
};

struct ws_stored_source {
	uint16_t sensor;
	char *boot;
	uint64_t records, repeated, connections;
	uint64_t arrived; /* the number of the latest record, or where they have none, how many came */
	ws_time last_time, totals,
	        heard; /* `heard`: the clock where records are read, when the latest record came; 0: none */
	bool totals_known;
	struct ws_tracker_stats stats, own;  /* its latest totals; summed here */
	uint64_t state_then[WS_STATE_COUNT]; /* of `own`, when the totals came */
	struct ws_capture_stats capture;
	struct ws_stored_range *range; /* numbers that have come, in order, not adjacent; STORED_RANGES of them */
	size_t range_count;
};

struct ws_stored_sensors {
	struct ws_stored_sensor *sensor;
	size_t sensor_count;
	struct ws_stored_source *source;
	size_t source_count, room;
	size_t last;           /* the source of the latest record */
	ws_time newest, clock; /* the latest time in any record; where records are read, 0: not known */
};

void ws_stored_sensors_free(struct ws_stored_sensors *sensors);
/* The index of a source, which is made if it is new; -1: there is no room. */
int ws_stored_source_of(struct ws_stored_sensors *sensors, const char *sensor, const char *boot);
/* Notes that a record has come. False: it had come before. */
bool ws_stored_count_record(struct ws_stored_sensors *sensors, size_t source, const struct ws_stored_record *record);
void ws_stored_take_totals(struct ws_stored_sensors *sensors, size_t source, const struct ws_stored_record *record);
const char *ws_stored_sensor_name(const struct ws_stored_sensors *sensors, size_t source);
void ws_stored_sum_sources(const struct ws_stored_sensors *sensors, struct ws_tracker_stats *stats,
                           struct ws_capture_stats *capture);
bool ws_stored_sensor(const struct ws_stored_sensors *sensors, size_t index, struct ws_sensor_info *info);
const struct ws_stored_sensors *ws_stored_sensors(const struct ws_stored *stored);

#endif
