/* A tracker whose input are records: see wirestate/stored.h. */
#include "track/tracker.h"

#include <string.h>

bool ws_tracker_has_records(const struct ws_tracker *tracker)
{
	return tracker->stored;
}

/* What other parts of a tracker know of hosts and connections, so that screens ask no other questions than of packets. */
static void note_conn(struct ws_tracker *tracker, const struct ws_conn_info *info)
{
	tracker->tunnels_stated = tracker->tunnels_stated || info->tunnel;
	tracker->shares_stated = tracker->shares_stated || info->shares_known;
	tracker->names.requests = tracker->names.requests || info->said.http_request;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint_info *e = &info->endpoint[i];
		tracker->processes_named = tracker->processes_named || e->process;
		tracker->names_stated = tracker->names_stated || e->name;
		if (e->name && ws_name_is_attributed(e->name_source))
			ws_hostnames_add(&tracker->names, &e->address, info->ip_version, e->name, e->name_source);
	}
}

enum ws_stored_result ws_tracker_take(struct ws_tracker *tracker, const struct ws_stored_record *record,
                                      struct ws_track_result *result)
{
	*result = (struct ws_track_result){.events = tracker->events};
	const enum ws_stored_result taken = ws_stored_take(tracker->stored, record, &tracker->events[0]);
	if (taken != WS_STORED_TAKEN)
		return taken;
	if (record->kind == WS_STORED_CONN)
		note_conn(tracker, &record->conn);
	const struct ws_stored_sensors *sensors = ws_stored_sensors(tracker->stored);
	tracker->now = sensors->newest > tracker->now ? sensors->newest : tracker->now;
	result->event_count = record->kind != WS_STORED_OTHER && record->kind != WS_STORED_STATS;
	result->conn = tracker->events[0].conn;
	result->conn_number = tracker->events[0].conn_number;
	return taken;
}

void ws_tracker_records_clock(struct ws_tracker *tracker, ws_time now)
{
	ws_stored_clock(tracker->stored, now);
}

ws_time ws_tracker_time(const struct ws_tracker *tracker)
{
	return ws_stored_sensors(tracker->stored)->newest;
}

bool ws_tracker_shares_stated(const struct ws_tracker *tracker)
{
	return tracker->shares_stated;
}

size_t ws_tracker_sensor_count(const struct ws_tracker *tracker)
{
	return tracker->stored ? ws_stored_sensors(tracker->stored)->sensor_count : 0;
}

bool ws_tracker_sensor(const struct ws_tracker *tracker, size_t index, struct ws_sensor_info *info)
{
	return tracker->stored && ws_stored_sensor(ws_stored_sensors(tracker->stored), index, info);
}

void ws_tracker_records_capture(const struct ws_tracker *tracker, struct ws_capture_stats *capture)
{
	struct ws_tracker_stats stats;
	ws_stored_sum_sources(ws_stored_sensors(tracker->stored), &stats, capture);
}

size_t ws_tracker_witnesses(const struct ws_tracker *tracker, ws_conn_id id, struct ws_witness *witnesses, size_t count)
{
	return tracker->stored ? ws_stored_witnesses(tracker->stored, id, witnesses, count) : 0;
}
