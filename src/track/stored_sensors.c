/* The sensors whose records have come, their boots, and their totals: see wirestate/stored.h.
 *
 * Records may come twice, out of order, and with gaps. The numbers that have come are kept as ranges; nearly always that
 * is one. When there are too many, the lowest two become one, and what comes of the gap between them counts as repeated.
 *
 * The totals of a sensor are those of its latest record of them, and its counts of states go on from there with each
 * transition. Without such a record they are summed from its connections. */
#include "track/stored.h"

#include <stdlib.h>
#include <string.h>

void ws_stored_sensors_free(struct ws_stored_sensors *sensors)
{
	for (size_t i = 0; i < sensors->sensor_count; i++)
		free(sensors->sensor[i].name);
	for (size_t i = 0; i < sensors->source_count; i++) {
		free(sensors->source[i].boot);
		free(sensors->source[i].range);
	}
	free(sensors->sensor);
	free(sensors->source);
}

static bool is_source(const struct ws_stored_sensors *sensors, size_t index, const char *sensor, const char *boot)
{
	const struct ws_stored_source *source = &sensors->source[index];
	return strcmp(sensors->sensor[source->sensor].name, sensor) == 0 && strcmp(source->boot, boot) == 0;
}

static bool grow(struct ws_stored_sensors *sensors)
{
	const size_t room = sensors->room ? 2 * sensors->room : 8;
	if (sensors->source_count < sensors->room)
		return true;
	if (sensors->room == STORED_MOST_SOURCES)
		return false;
	struct ws_stored_sensor *sensor = realloc(sensors->sensor, room * sizeof(*sensor));
	if (sensor)
		sensors->sensor = sensor;
	struct ws_stored_source *source = realloc(sensors->source, room * sizeof(*source));
	if (source)
		sensors->source = source;
	if (!sensor || !source)
		return false;
	sensors->room = room;
	return true;
}

static int find_sensor(struct ws_stored_sensors *sensors, const char *name)
{
	size_t index = 0;
	while (index < sensors->sensor_count && strcmp(sensors->sensor[index].name, name) != 0)
		index++;
	if (index == sensors->sensor_count) {
		char *copy = strdup(name);
		if (!copy)
			return -1;
		sensors->sensor[sensors->sensor_count++] = (struct ws_stored_sensor){.name = copy};
	}
	return (int)index;
}

int ws_stored_source_of(struct ws_stored_sensors *sensors, const char *sensor, const char *boot)
{
	if (sensors->source_count && is_source(sensors, sensors->last, sensor, boot))
		return (int)sensors->last;
	for (size_t i = 0; i < sensors->source_count; i++)
		if (is_source(sensors, i, sensor, boot))
			return (int)(sensors->last = i);
	const int of = grow(sensors) ? find_sensor(sensors, sensor) : -1;
	char *copy = of >= 0 ? strdup(boot) : NULL;
	if (!copy)
		return -1;
	sensors->last = sensors->source_count++;
	sensors->source[sensors->last] = (struct ws_stored_source){.sensor = (uint16_t)of, .boot = copy};
	sensors->sensor[of].newest = (uint16_t)sensors->last;
	sensors->sensor[of].boots++;
	return (int)sensors->last;
}

const char *ws_stored_sensor_name(const struct ws_stored_sensors *sensors, size_t source)
{
	return sensors->sensor[sensors->source[source].sensor].name;
}

/* ---- Numbers that have come */

static void remove_range(struct ws_stored_source *source, size_t at)
{
	source->range_count--;
	memmove(source->range + at, source->range + at + 1, (source->range_count - at) * sizeof(*source->range));
}

/* Adds a number. False: it was there. */
static bool add_number(struct ws_stored_source *source, uint64_t number)
{
	struct ws_stored_range *range = source->range;
	size_t at = source->range_count; /* the first range that is after the number, from the end on */
	while (at > 0 && range[at - 1].first > number)
		at--;
	if (at > 0 && number <= range[at - 1].last)
		return false;
	const bool after = at > 0 && range[at - 1].last + 1 == number;
	const bool before = at < source->range_count && range[at].first == number + 1;
	if (after && before) {
		range[at - 1].last = range[at].last;
		remove_range(source, at);
	} else if (after) {
		range[at - 1].last = number;
	} else if (before) {
		range[at].first = number;
	} else {
		if (source->range_count == STORED_RANGES) {
			range[0].last = range[1].last;
			remove_range(source, 1);
			if (at < 2) { /* it fell into what is one now, or before it */
				range[0].first = number < range[0].first ? number : range[0].first;
				return true;
			}
			at--;
		}
		memmove(range + at + 1, range + at, (source->range_count - at) * sizeof(*range));
		range[at] = (struct ws_stored_range){number, number};
		source->range_count++;
	}
	return true;
}

static uint64_t missing_numbers(const struct ws_stored_source *source)
{
	uint64_t missing = 0;
	for (size_t i = 1; i < source->range_count; i++)
		missing += source->range[i].first - source->range[i - 1].last - 1;
	return missing;
}

bool ws_stored_count_record(struct ws_stored_sensors *sensors, size_t index, const struct ws_stored_record *record)
{
	struct ws_stored_source *source = &sensors->source[index];
	source->heard = sensors->clock;
	if (record->numbered && !source->range)
		source->range = calloc(STORED_RANGES, sizeof(*source->range));
	if (record->numbered && source->range && !add_number(source, record->sequence)) {
		source->repeated++;
		return false;
	}
	source->records++;
	source->arrived = record->numbered ? record->sequence : source->arrived + 1;
	const ws_time times[] = {record->time, record->kind == WS_STORED_CONN ? record->conn.last_time : 0,
	                         record->kind == WS_STORED_UDP ? record->udp.last_time : 0};
	for (size_t i = 0; i < WS_ARRAY_SIZE(times); i++)
		source->last_time = times[i] > source->last_time ? times[i] : source->last_time;
	sensors->newest = source->last_time > sensors->newest ? source->last_time : sensors->newest;
	return true;
}

/* ---- Totals */

void ws_stored_take_totals(struct ws_stored_sensors *sensors, size_t index, const struct ws_stored_record *record)
{
	struct ws_stored_source *source = &sensors->source[index];
	source->stats = record->stats;
	source->capture = record->capture;
	source->totals_known = true;
	source->totals = record->time > source->totals ? record->time : source->totals;
	memcpy(source->state_then, source->own.state, sizeof(source->state_then));
}

/* The totals of a source as of now. */
static void source_stats(const struct ws_stored_source *source, struct ws_tracker_stats *stats)
{
	*stats = source->totals_known ? source->stats : source->own;
	for (enum ws_state state = 0; source->totals_known && state < WS_STATE_COUNT; state++) {
		const int64_t since = (int64_t)(source->own.state[state] - source->state_then[state]);
		stats->state[state] =
		        since < 0 && stats->state[state] < (uint64_t)-since ? 0 : stats->state[state] + (uint64_t)since;
	}
}

/* Adds up what is a count, and widens the span of time. */
static void add_stats(struct ws_tracker_stats *sum, const struct ws_tracker_stats *added)
{
#define ADD(member) sum->member += added->member
	if (added->first_time && (!sum->first_time || added->first_time < sum->first_time))
		sum->first_time = added->first_time;
	sum->last_time = added->last_time > sum->last_time ? added->last_time : sum->last_time;
	ADD(packets), ADD(bytes), ADD(tcp), ADD(udp), ADD(icmp), ADD(arp), ADD(other), ADD(fragments), ADD(malformed);
	ADD(bad_checksums), ADD(duplicates), ADD(checksums_ignored), ADD(connections), ADD(udp_conversations);
	ADD(evicted), ADD(udp_evicted), ADD(fragments_evicted), ADD(history_dropped);
#undef ADD
	for (enum ws_state state = 0; state < WS_STATE_COUNT; state++)
		sum->state[state] += added->state[state];
}

static void add_capture(struct ws_capture_stats *sum, const struct ws_capture_stats *added)
{
	sum->captured += added->captured;
	sum->received += added->received;
	sum->dropped_kernel += added->dropped_kernel;
	sum->dropped_interface += added->dropped_interface;
}

static void add_source(const struct ws_stored_source *source, struct ws_tracker_stats *stats,
                       struct ws_capture_stats *capture)
{
	struct ws_tracker_stats one;
	source_stats(source, &one);
	add_stats(stats, &one);
	add_capture(capture, &source->capture);
}

void ws_stored_sum_sources(const struct ws_stored_sensors *sensors, struct ws_tracker_stats *stats,
                           struct ws_capture_stats *capture)
{
	*stats = (struct ws_tracker_stats){0};
	*capture = (struct ws_capture_stats){0};
	for (size_t i = 0; i < sensors->source_count; i++)
		add_source(&sensors->source[i], stats, capture);
}

/* It has said that it goes on, and then nothing more: by the times in the records of others, or by the clock where they are
 * read, if they come as they are made. */
static bool is_stale(const struct ws_stored_sensors *sensors, const struct ws_stored_source *source)
{
	if (!source->totals)
		return false;
	return sensors->newest - source->last_time > WS_STALE ||
	       (source->heard && sensors->clock - source->heard > WS_STALE);
}

bool ws_stored_sensor(const struct ws_stored_sensors *sensors, size_t index, struct ws_sensor_info *info)
{
	if (index >= sensors->sensor_count)
		return false;
	const struct ws_stored_sensor *sensor = &sensors->sensor[index];
	const struct ws_stored_source *newest = &sensors->source[sensor->newest];
	*info = (struct ws_sensor_info){.name = sensor->name,
	                                .boot = newest->boot,
	                                .boots = sensor->boots,
	                                .totals = newest->totals,
	                                .stale = is_stale(sensors, newest)};
	for (size_t i = 0; i < sensors->source_count; i++) {
		const struct ws_stored_source *source = &sensors->source[i];
		if (source->sensor != index)
			continue;
		info->records += source->records;
		info->repeated += source->repeated;
		info->missing += missing_numbers(source);
		info->connections += source->connections;
		info->totals_known = info->totals_known || source->totals_known;
		info->last_time = source->last_time > info->last_time ? source->last_time : info->last_time;
		add_source(source, &info->stats, &info->capture);
	}
	return true;
}
