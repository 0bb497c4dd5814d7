/* The columns of the totals of a capture. */
#include "output/columns.h"

#define STATS_NUMBERS(X)                                                                                               \
	X(packets)                                                                                                     \
	X(bytes)                                                                                                       \
	X(tcp)                                                                                                         \
	X(udp)                                                                                                         \
	X(icmp)                                                                                                        \
	X(arp)                                                                                                         \
	X(other)                                                                                                       \
	X(fragments)                                                                                                   \
	X(malformed)                                                                                                   \
	X(bad_checksums)                                                                                               \
	X(checksums_ignored)                                                                                           \
	X(duplicates)                                                                                                  \
	X(connections)                                                                                                 \
	X(udp_conversations)                                                                                           \
	X(evicted)                                                                                                     \
	X(udp_evicted)                                                                                                 \
	X(fragments_evicted)                                                                                           \
	X(history_dropped)
#define X(member) MEMBER(stats_##member, stats, set_number, member)
STATS_NUMBERS(X)
#undef X

#define CAPTURE_NUMBERS(X)                                                                                             \
	X(captured)                                                                                                    \
	X(received)                                                                                                    \
	X(dropped_kernel)                                                                                              \
	X(dropped_interface)
#define X(member) MEMBER(capture_##member, capture, set_number, member)
CAPTURE_NUMBERS(X)
#undef X

static void stats_state(const struct subject *s, unsigned index, struct value *v)
{
	set_number(v, s->stats->state[index]);
}

static void stats_time(const struct subject *s, unsigned index, struct value *v)
{
	set_time(v, index ? s->stats->last_time : s->stats->first_time);
	if (s->stats->packets == 0)
		v->kind = VALUE_NULL;
}

/* When they were taken. */
static void stats_taken(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_time(v, s->time);
	if (!s->stats->packets && !s->time)
		v->kind = VALUE_NULL;
}

static const struct column stats_columns[] = {{NULL, "first_time", stats_time, 0, stats_time_put},
                                              {NULL, "last_time", stats_time, 1, stats_time_put},
#define X(member) {NULL, #member, stats_##member, 0, stats_##member##_put},
                                              STATS_NUMBERS(X)
#undef X
#define X(state, name, brief) {"states", name, stats_state, state, stats_state_put},
                                                      WS_STATES(X)
#undef X
#define X(member) {"capture", #member, capture_##member, 0, capture_##member##_put},
                                                              CAPTURE_NUMBERS(X)
#undef X
                                                                      {NULL, "time", stats_taken, 0, stats_taken_put},
                                              {NULL, "point", get_point, 0, get_point_put},
                                              {NULL, "sensor", get_sensor, 0, get_sensor_put}};
const struct columns output_stats_columns = {stats_columns, WS_ARRAY_SIZE(stats_columns) - 2,
                                             WS_ARRAY_SIZE(stats_columns) - 1, true};
