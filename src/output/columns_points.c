/* The columns that exist only with several points: names of points, the path of a connection, transits and clocks. */
#include "output/columns.h"

void get_point(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->point)
		set_text(v, s->point);
}

/* The number of the subject's connection at its point. */
uint64_t output_number_at_point(const struct subject *s)
{
	const struct ws_conn_path *path = s->point ? s->conn->path : NULL;
	for (unsigned i = 0; path && i < path->points; i++)
		if (strcmp(path->name[i], s->point) == 0)
			return path->number[i];
	return s->conn->number;
}

void get_number_at_point(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, output_number_at_point(s));
}

/* ---- The path of a connection. In lists, points are in the order from the client to the server. */

static const struct ws_conn_path *path_of(const struct subject *s)
{
	return s->path ? s->path : s->conn ? s->conn->path : s->udp->path;
}

/* The point at a place of the path, as an index into the path's arrays. */
static unsigned place_of(const struct ws_conn_path *path, unsigned place)
{
	return path->result.path[path->client ? path->result.points - 1u - place : place];
}

void conn_points(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_conn_path *path = path_of(s);
	v->kind = index ? VALUE_NUMBERS : VALUE_NAMES;
	v->list_count = path ? path->result.points : 1;
	if (!path) {
		v->names[0] = s->point ? s->point : "";
		v->numbers[0] = s->conn ? s->conn->number : s->udp->number;
		return;
	}
	for (unsigned i = 0; i < v->list_count; i++) {
		v->names[i] = path->name[place_of(path, i)];
		v->numbers[i] = path->number[place_of(path, i)];
	}
}

void conn_lost(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_conn_path *path = path_of(s);
	(void)index;
	set_known(v, path ? path->result.direction[0].lost + path->result.direction[1].lost : 0, path);
}

void conn_answer_time(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_conn_path *path = path_of(s);
	(void)index;
	set_time(v, path ? path->answer_time : 0);
	if (!path || path->answer_time < 0)
		v->kind = VALUE_NULL;
}

static const struct ws_join_direction *direction_of(const struct subject *s, unsigned from_server)
{
	const struct ws_conn_path *path = path_of(s);
	return path ? &path->result.direction[(unsigned)path->client ^ from_server] : NULL;
}

#define DIRECTION_NUMBER(member)                                                                                       \
	void direction_##member(const struct subject *s, unsigned index, struct value *v)                              \
	{                                                                                                              \
		const struct ws_join_direction *direction = direction_of(s, index);                                    \
		set_known(v, direction ? direction->member : 0, direction);                                            \
	}
#define DIRECTION_DELAY(member)                                                                                        \
	void direction_##member(const struct subject *s, unsigned index, struct value *v)                              \
	{                                                                                                              \
		const struct ws_join_direction *direction = direction_of(s, index);                                    \
		set_time(v, direction ? direction->member : 0);                                                        \
		if (!direction || direction->member < 0)                                                               \
			v->kind = VALUE_NULL;                                                                          \
	}
DIRECTION_NUMBER(sent)
DIRECTION_NUMBER(delivered)
DIRECTION_NUMBER(lost)
DIRECTION_NUMBER(not_captured)
DIRECTION_NUMBER(injected)
DIRECTION_NUMBER(duplicated)
DIRECTION_NUMBER(reordered)
DIRECTION_DELAY(delay_min)
DIRECTION_DELAY(delay_median)
DIRECTION_DELAY(delay_max)

/* ---- Transits */

static bool from_client(const struct subject *s)
{
	return s->transit->direction == (unsigned)s->path->client;
}

/* The point where the segment's way begins, or ends. */
static unsigned end_of_way(const struct subject *s, bool end)
{
	return place_of(s->path, from_client(s) == end ? s->path->result.points - 1u : 0);
}

static void transit_from(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, from_client(s) ? "client" : "server");
}

/* `index` 0 is when it was sent, 1 when it was received. */
static void transit_time(const struct subject *s, unsigned index, struct value *v)
{
	const unsigned point = end_of_way(s, index);
	set_time(v, s->transit->time[point]);
	if (!s->transit->frame[point])
		v->kind = VALUE_NULL;
}

static void transit_delay(const struct subject *s, unsigned index, struct value *v)
{
	const unsigned first = end_of_way(s, false), last = end_of_way(s, true);
	(void)index;
	set_time(v, s->transit->time[last] - s->transit->time[first]);
	if (!s->transit->frame[first] || !s->transit->frame[last])
		v->kind = VALUE_NULL;
}

static void transit_outcome(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_outcome_word((enum ws_join_outcome)s->transit->outcome));
}

static void transit_lost_between(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NULL;
	if (s->transit->outcome != WS_OUTCOME_LOST)
		return;
	v->kind = VALUE_NAMES;
	v->list_count = 2;
	v->names[0] = s->path->name[s->transit->last];
	v->names[1] = s->path->name[s->transit->next];
}

static void transit_frames(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NUMBERS;
	v->list_count = s->path->result.points;
	for (unsigned i = 0; i < v->list_count; i++)
		v->numbers[i] = s->transit->frame[place_of(s->path, i)];
}

static void transit_reordered(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_BOOLEAN;
	v->number = s->transit->reordered;
}

#define TRANSIT_NUMBER(member)                                                                                         \
	static void transit_##member(const struct subject *s, unsigned index, struct value *v)                         \
	{                                                                                                              \
		(void)index;                                                                                           \
		set_number(v, s->transit->member);                                                                     \
	}
TRANSIT_NUMBER(length)

static void transit_sequence(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_known(v, s->transit->sequence, s->path->kind == WS_JOIN_TCP);
}

static void transit_flags(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	(void)index;
	v->kind = VALUE_NULL;
	if (s->path->kind != WS_JOIN_TCP)
		return;
	ws_tcp_flags_text(&text, s->transit->flags, false);
	set_foreign(v, v->composed, text.length);
}

static void transit_conn(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_known(v, s->conn ? s->conn->number : 0, s->conn);
}

static void transit_protocol(const struct subject *s, unsigned index, struct value *v)
{
	static const char *const words[WS_JOIN_KINDS] = {"tcp", "udp", "icmp"};
	(void)index;
	set_string(v, words[s->path->kind]);
}

static void transit_udp(const struct subject *s, unsigned index, struct value *v)
{
	const uint64_t number = s->path->kind == WS_JOIN_UDP ? s->path->number[0] : 0;
	(void)index;
	set_known(v, number, number);
}

static void transit_needless(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_BOOLEAN;
	v->number = s->transit->needless;
}

static void transit_ack(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NULL;
	if (!s->transit->needless || s->transit->ack_last < 0)
		return;
	v->kind = VALUE_NAMES;
	v->list_count = 2;
	v->names[0] = s->path->name[s->transit->ack_last];
	v->names[1] = s->path->name[s->transit->ack_next];
}

static const struct column transit_column[] = {
        {NULL, "conn", transit_conn, 0},
        {NULL, "from", transit_from, 0},
        {NULL, "sequence", transit_sequence, 0},
        {NULL, "length", transit_length, 0},
        {NULL, "flags", transit_flags, 0},
        {NULL, "sent", transit_time, 0},
        {NULL, "received", transit_time, 1},
        {NULL, "outcome", transit_outcome, 0},
        {NULL, "delay", transit_delay, 0},
        {NULL, "lost_between", transit_lost_between, 0},
        {NULL, "points", conn_points, 0},
        {NULL, "frames", transit_frames, 0},
        {NULL, "reordered", transit_reordered, 0},
        {NULL, "needless", transit_needless, 0},
        {NULL, "ack_lost_between", transit_ack, 0},
        {NULL, "protocol", transit_protocol, 0},
        {NULL, "udp", transit_udp, 0},
};
const struct columns output_transit_columns = {transit_column, WS_ARRAY_SIZE(transit_column),
                                               WS_ARRAY_SIZE(transit_column)};

/* ---- Clocks */

static void clock_reference(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_text(v, s->reference);
}

static bool is_known(const struct ws_clock_info *clock)
{
	return clock->fixed || clock->samples;
}

/* `index` 0 is the offset, 1 its bound. */
static void clock_offset(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, index ? s->clock->bound : s->clock->offset);
	if (!is_known(s->clock) || (index && s->clock->bound == WS_TIME_NEVER))
		v->kind = VALUE_NULL;
}

static void clock_drift(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = s->clock->drift_known ? VALUE_DECIMAL : VALUE_NULL;
	v->decimal = s->clock->drift_ppm;
}

static void clock_fixed(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_BOOLEAN;
	v->number = s->clock->fixed;
}

static void clock_count(const struct subject *s, unsigned index, struct value *v)
{
	set_number(v, index ? s->clock->samples : s->clock->steps);
}

static const struct column clock_column[] = {
        {NULL, "point", get_point, 0},      {NULL, "reference", clock_reference, 0}, {NULL, "offset", clock_offset, 0},
        {NULL, "bound", clock_offset, 1},   {NULL, "drift_ppm", clock_drift, 0},     {NULL, "steps", clock_count, 0},
        {NULL, "segments", clock_count, 1}, {NULL, "given", clock_fixed, 0},
};
const struct columns output_clock_columns = {clock_column, WS_ARRAY_SIZE(clock_column), WS_ARRAY_SIZE(clock_column)};
