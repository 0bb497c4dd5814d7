/* Reading records back: see wirestate/record.h.
 *
 * Each value of a line is looked up by its group and name among the columns of its kind, and put where it belongs by the
 * column. Lines that wirestate wrote have the columns in order, so the column after the last one is tried first. A field
 * that no column has is left out: it is of a newer version, or somebody else's. */
#include <wirestate/record.h>

#include "output/columns.h"

#include <stdlib.h>
#include <string.h>

enum { OTHERS_ROOM = 4096, SLOTS = 512 };

struct ws_record_reader {
	char room[WS_RECORD_LINE_MOST + 1], compose[WS_RECORD_LINE_MOST + 1];
	char others[OTHERS_ROOM];
	uint16_t slot[WS_RECORD_COUNT][SLOTS]; /* 1 + the index of a column, by a hash of its group and name */
};

/* One line while it is read. */
struct line_reading {
	struct ws_record_reader *reader;
	struct reading reading;
	const struct columns *columns; /* NULL: of the kind, nothing is kept */
	enum ws_record kind;
	bool kind_known, kind_late;
	size_t next; /* the column that is expected */
	struct ws_text others;
	const struct column *wrong; /* a value that is not of this column's type */
	const char *sensor;
};

/* ---- Columns by name */

static size_t hash_name(const char *group, size_t group_length, const char *name, size_t length)
{
	size_t hash = 5381;
	for (size_t i = 0; i < group_length; i++)
		hash = hash * 33 + (unsigned char)group[i];
	hash = hash * 33 + '.';
	for (size_t i = 0; i < length; i++)
		hash = hash * 33 + (unsigned char)name[i];
	return hash % SLOTS;
}

static bool is_read(enum ws_record kind)
{
	return kind == WS_RECORD_TRANSITION || kind == WS_RECORD_CONNECTION || kind == WS_RECORD_ARP ||
	       kind == WS_RECORD_UDP || kind == WS_RECORD_STATS;
}

static void index_columns(struct ws_record_reader *reader, enum ws_record kind)
{
	const struct columns *columns = output_columns(kind);
	for (size_t i = 0; i < columns->several_count; i++) {
		const struct column *column = &columns->column[i];
		size_t at = hash_name(column->group ? column->group : "", column->group ? strlen(column->group) : 0,
		                      column->name, strlen(column->name));
		while (reader->slot[kind][at])
			at = (at + 1) % SLOTS;
		reader->slot[kind][at] = (uint16_t)(i + 1);
	}
}

struct ws_record_reader *ws_record_reader_new(struct ws_error *error)
{
	struct ws_record_reader *reader = calloc(1, sizeof(*reader));
	if (!reader) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	for (enum ws_record kind = 0; kind < WS_RECORD_COUNT; kind++)
		if (is_read(kind))
			index_columns(reader, kind);
	return reader;
}

void ws_record_reader_free(struct ws_record_reader *reader)
{
	free(reader);
}

static bool same(const char *text, size_t length, const char *name)
{
	return strncmp(text, name, length) == 0 && !name[length];
}

static bool is_column(const struct column *column, const struct ws_json_key *key, bool grouped)
{
	if (!same(key[grouped].text, key[grouped].length, column->name))
		return false;
	return grouped ? column->group && same(key[0].text, key[0].length, column->group) : !column->group;
}

/* The index of the column with this name; several_count: there is none. */
static size_t find_column(struct line_reading *line, const struct ws_json_key *key, bool grouped)
{
	const struct columns *columns = line->columns;
	if (line->next < columns->several_count && is_column(&columns->column[line->next], key, grouped))
		return line->next;
	size_t at = hash_name(grouped ? key[0].text : "", grouped ? key[0].length : 0, key[grouped].text,
	                      key[grouped].length);
	const uint16_t *slot = line->reader->slot[line->kind];
	for (; slot[at]; at = (at + 1) % SLOTS)
		if (is_column(&columns->column[slot[at] - 1], key, grouped))
			return slot[at] - 1u;
	return columns->several_count;
}

/* ---- Values */

static bool take_kind(struct line_reading *line, const struct ws_json_value *value)
{
	static const char *const names[] = {
#define X(name, word) word,
	        WS_RECORDS(X)
#undef X
	};
	for (enum ws_record kind = 0; value->kind == WS_JSON_STRING && kind < WS_RECORD_COUNT; kind++) {
		if (strcmp(value->text, names[kind]) != 0)
			continue;
		line->kind = kind;
		line->kind_known = true;
		line->columns = is_read(kind) ? output_columns(kind) : NULL;
		return kind != WS_RECORD_PACKET; /* what is in a packet is not looked at */
	}
	return false;
}

/* What is said of every record, in front of what its kind has. */
static bool take_origin(struct line_reading *line, const struct ws_json_value *value)
{
	struct ws_stored_record *record = line->reading.record;
	const struct ws_json_key *key = &value->key[0];
	if (same(key->text, key->length, "sensor"))
		return read_text(value, &line->sensor);
	if (same(key->text, key->length, "boot"))
		return read_text(value, &record->boot);
	record->numbered = value->kind != WS_JSON_NULL;
	return READ_set_number(record->sequence, value);
}

static void pass_on(struct line_reading *line, size_t column, const struct ws_json_value *value)
{
	struct ws_text *others = &line->others;
	if (line->kind != WS_RECORD_CONNECTION || others->length + value->raw_length + 16 > OTHERS_ROOM)
		return;
	ws_text_printf(others, "%zu=", column);
	ws_text_append(others, value->raw, value->raw_length);
	ws_text_putc(others, '\n');
}

static bool take_value(void *context, const struct ws_json_value *value)
{
	struct line_reading *line = context;
	const struct ws_json_key *key = value->key;
	const bool list = value->depth > 1 && !key[value->depth - 1].text;
	const unsigned depth = value->depth - list;
	if (depth == 1 && !list && same(key[0].text, key[0].length, "type"))
		return line->kind_known ? line->kind != WS_RECORD_PACKET : take_kind(line, value);
	if (depth == 1 && !list &&
	    (same(key[0].text, key[0].length, "sensor") || same(key[0].text, key[0].length, "boot") ||
	     same(key[0].text, key[0].length, "seq")))
		return take_origin(line, value);
	if (!line->kind_known) {
		line->kind_late = true;
		return false;
	}
	if (!line->columns || depth > 2 || (depth == 2 && !key[1].text) || !key[0].text)
		return true;
	const size_t index = find_column(line, key, depth == 2);
	if (index == line->columns->several_count)
		return true;
	const struct column *column = &line->columns->column[index];
	line->next = index + 1;
	if (!column->put) {
		if (!list)
			pass_on(line, index, value);
		return true;
	}
	if (list && column->put != conn_points_put)
		return true;
	if (column->put(&line->reading, column->index, value))
		return true;
	line->wrong = column;
	return false;
}

static bool find_kind(void *context, const struct ws_json_value *value)
{
	struct line_reading *line = context;
	if (value->depth == 1 && value->key[0].text && same(value->key[0].text, value->key[0].length, "type")) {
		(void)!take_kind(line, value);
		return false;
	}
	return true;
}

/* ---- Records */

static void begin_record(struct ws_stored_record *record)
{
	*record = (struct ws_stored_record){.boot = ""};
	struct ws_conn_info *conn = &record->conn;
	conn->vlan = WS_NO_VLAN;
	conn->initial_rtt = -1;
	conn->client = WS_ROLE_UNKNOWN;
	record->arp.vlan = WS_NO_VLAN;
	for (unsigned i = 0; i < 2; i++) {
		struct ws_endpoint_info *e = &conn->endpoint[i];
		e->window_scale = 255;
		e->rtt_min = e->rtt_median = e->rtt_max = -1;
		e->smallest_window = UINT32_MAX;
	}
}

/* Says what a record lacks without which it is none; NULL: nothing. */
static const char *missing_part(const struct ws_stored_record *record)
{
	const struct ws_conn_info *conn = &record->conn;
	switch (record->kind) {
	case WS_STORED_CONN:
	case WS_STORED_TRANSITION:
		return !conn->number ? "conn" : !conn->ip_version ? "the addresses" : NULL;
	case WS_STORED_UDP:
		return !record->udp.number ? "udp" : !record->udp.ip_version ? "the addresses" : NULL;
	default:
		return NULL;
	}
}

static enum ws_stored_kind stored_kind(enum ws_record kind)
{
	switch (kind) {
	case WS_RECORD_TRANSITION:
		return WS_STORED_TRANSITION;
	case WS_RECORD_CONNECTION:
		return WS_STORED_CONN;
	case WS_RECORD_ARP:
		return WS_STORED_ARP;
	case WS_RECORD_UDP:
		return WS_STORED_UDP;
	case WS_RECORD_STATS:
		return WS_STORED_STATS;
	default:
		return WS_STORED_OTHER;
	}
}

static void say_problem(struct ws_text *why, const struct line_reading *line, const struct ws_json_problem *problem)
{
	if (problem->words)
		ws_text_printf(why, "%s, at column %zu", problem->words, problem->offset + 1);
	else if (line->wrong)
		ws_text_printf(why, "%s%s%s has a value that it cannot have",
		               line->wrong->group ? line->wrong->group : "", line->wrong->group ? "." : "",
		               line->wrong->name);
	else if (!line->kind_known)
		ws_text_puts(why, "its type is none of wirestate's records");
	else
		ws_text_puts(why, "sensor, boot or seq has a value that it cannot have");
}

/* What follows from several columns together. */
static void finish_record(struct line_reading *line)
{
	struct ws_stored_record *record = line->reading.record;
	record->sensor = line->sensor && *line->sensor ? line->sensor : record->sensor;
	if (line->others.length)
		record->conn.stated.others = ws_text_cstr(&line->others);
	if (record->conn.tunnel)
		ws_tunnel_path_name(&record->tunnel);
	for (unsigned i = 0; i < 2 && line->kind == WS_RECORD_CONNECTION; i++)
		record->conn.endpoint[i].sent_any = record->conn.endpoint[i].packets > 0;
}

bool ws_record_read(struct ws_record_reader *reader, const char *text, size_t length, const char *sensor,
                    struct ws_stored_record *record, struct ws_text *why)
{
	struct ws_json_problem problem = {0};
	struct line_reading line = {.reader = reader,
	                            .reading = {.record = record, .room = reader->room, .compose = reader->compose}};
	line.others = (struct ws_text){.data = reader->others, .capacity = sizeof(reader->others)};
	if (length > WS_RECORD_LINE_MOST) {
		ws_text_printf(why, "it has more than %d bytes", WS_RECORD_LINE_MOST);
		return false;
	}
	begin_record(record);
	bool read = ws_json_read(text, length, reader->room, take_value, &line, &problem);
	if (line.kind_late) { /* the type is not the first field */
		line.kind_late = false;
		(void)!ws_json_read(text, length, reader->room, find_kind, &line, &problem);
		read = line.kind_known && line.kind != WS_RECORD_PACKET &&
		       ws_json_read(text, length, reader->room, take_value, &line, &problem);
	}
	record->sensor = line.reading.point && *line.reading.point ? line.reading.point : sensor;
	record->kind = line.kind_known ? stored_kind(line.kind) : WS_STORED_OTHER;
	if (!read && line.kind_known && line.kind == WS_RECORD_PACKET)
		return true;
	if (!read) {
		say_problem(why, &line, &problem);
		return false;
	}
	finish_record(&line);
	const char *missing = line.kind_known ? missing_part(record) : "the type";
	if (missing)
		ws_text_printf(why, "it lacks %s", missing);
	return !missing;
}
