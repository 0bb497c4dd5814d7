/* The overview: a record for each group of connections, made at the end of the input. */
#include "output/overview.h"
#include "output/columns.h"

#include <wirestate/points.h>

static void group_verdict(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_overview_tag(s->group));
}

/* Null of groups that are not slow. */
static void group_slow_by(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NULL;
	if (s->group->judgement.slow)
		set_string(v, ws_slow_word(s->group->slow_cause));
}

/* `index` 0 is the group's connections, 1 all with its verdict, 2 the severity, 3 the example. */
static void group_number(const struct subject *s, unsigned index, struct value *v)
{
	const uint64_t numbers[] = {s->group->count, s->group->verdict_count, s->group->judgement.severity,
	                            s->group->example};
	set_number(v, numbers[index]);
}

static double share(const struct subject *s)
{
	return (double)s->group->count / (double)ws_overview_connections(s->overview);
}

static void group_part(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_DECIMAL;
	v->decimal = share(s);
}

/* `index` 0 is the client's address, 1 the server's; null where there are several. */
static void group_address(const struct subject *s, unsigned index, struct value *v)
{
	set_address(v, index ? &s->group->server : &s->group->client, s->group->ip_version);
	if (!(index ? s->group->one_server : s->group->one_client))
		v->kind = VALUE_NULL;
}

static void group_port(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_known(v, s->group->port, s->group->one_port);
}

static void group_time(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, index ? s->group->last : s->group->first);
}

static void group_words(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	if (index)
		ws_overview_filter(&text, s->overview, s->group);
	else
		ws_overview_words(&text, s->group);
	set_foreign(v, v->composed, text.length); /* a sensor's name in a filter has quotation marks */
}

static void group_example_verdict(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	(void)index;
	v->kind = VALUE_NULL;
	if (!s->conn)
		return;
	ws_conn_verdict(s->conn, &text, NULL, NULL);
	set_foreign(v, v->composed, text.length);
}

/* Absent where there are several. */
static void group_sensor(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->group->one_sensor && *s->group->sensor)
		set_text(v, s->group->sensor);
}

static const struct column overview_column[] = {
        {NULL, "verdict", group_verdict, 0},     {NULL, "slow_by", group_slow_by, 0},
        {NULL, "severity", group_number, 2},     {NULL, "count", group_number, 0},
        {NULL, "share", group_part, 0},          {NULL, "verdict_count", group_number, 1},
        {"client", "address", group_address, 0}, {"server", "address", group_address, 1},
        {"server", "port", group_port, 0},       {NULL, "first_time", group_time, 0},
        {NULL, "last_time", group_time, 1},      {NULL, "whose", group_words, 0},
        {NULL, "example", group_number, 3},      {NULL, "example_verdict", group_example_verdict, 0},
        {NULL, "filter", group_words, 1},        SHARE_COLUMNS(group_share, group_spent){NULL, "point", get_point, 0},
        {NULL, "sensor", group_sensor, 0},
};
const struct columns output_overview_columns = {overview_column, WS_ARRAY_SIZE(overview_column) - 2,
                                                WS_ARRAY_SIZE(overview_column) - 1, true};

/* Writes "SILENT 2,294 (34 %), all from 192.0.2.10 to 198.51.100.5:443, over 43.123 s; #17: no answer to the SYN". */
void text_overview(struct ws_text *text, const struct subject *subject)
{
	const struct ws_overview_group *group = subject->group;
	ws_text_puts(text, ws_overview_tag(group));
	if (group->judgement.slow)
		ws_text_printf(text, " (%s)", ws_slow_words(group->slow_cause));
	ws_text_putc(text, ' ');
	ws_text_grouped(text, group->verdict_count);
	if (group->count != group->verdict_count) {
		ws_text_puts(text, ": ");
		ws_text_grouped(text, group->count);
	}
	const double percent = 100 * share(subject);
	ws_text_printf(text, percent < 1 ? " (%.1f %%)" : " (%.3g %%)", percent);
	ws_text_putc(text, ' ');
	ws_overview_words(text, group);
	ws_text_puts(text, ", over ");
	ws_text_time(text, group->last - group->first, 3);
	ws_text_printf(text, " s; #%ju", (uintmax_t)group->example);
	if (subject->point)
		ws_text_printf(text, " at %s", subject->point);
	if (subject->conn) {
		ws_text_puts(text, ": ");
		ws_conn_verdict(subject->conn, text, NULL, NULL);
	}
	char words[512];
	struct ws_text spent = WS_TEXT_OVER(words);
	if (subject->shares)
		ws_shares_words(&spent, subject->shares, 0);
	if (!spent.length && subject->conn && !subject->conn->shares_known)
		ws_conn_spent_words(subject->conn, &spent);
	if (!spent.length)
		return;
	ws_text_puts(text, group->count == 1 ? "; its time: " : "; their time: ");
	ws_text_append(text, words, spent.length);
}

/* Several points: the one that counts the example, where that is not the first. */
static const char *example_point(const struct ws_tracker *tracker, ws_conn_id example)
{
	const struct ws_points *points = ws_tracker_points(tracker);
	const unsigned point = ws_merged_point(example);
	return ws_tracker_is_merged(tracker) && points && point ? points->name[point] : NULL;
}

/* Calls `write` for each group. False: there was no memory for it. */
bool output_overview(struct ws_output *output, const struct ws_tracker *tracker,
                     void (*write)(struct ws_output *output, const struct subject *subject))
{
	struct ws_overview *overview = ws_overview_create(tracker);
	if (!overview)
		return false;
	ws_overview_begin(overview, true);
	const bool done = ws_overview_work(overview, tracker, output->options.filter, SIZE_MAX);
	for (size_t i = 0; i < ws_overview_count(overview); i++) {
		struct ws_conn_info conn;
		struct subject subject = {.kind = WS_RECORD_OVERVIEW,
		                          .overview = overview,
		                          .group = ws_overview_group(overview, i),
		                          .shares = ws_overview_shares(overview, i)};
		subject.point = example_point(tracker, subject.group->example_id);
		if (ws_tracker_conn(tracker, subject.group->example_id, &conn))
			subject.conn = &conn;
		write(output, &subject);
	}
	ws_overview_free(overview);
	return done;
}
