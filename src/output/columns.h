/* Functions that the tables of columns share: they set values, and read a record's time and frame number. */
#ifndef WS_OUTPUT_COLUMNS_H
#define WS_OUTPUT_COLUMNS_H

#include "base/sanitized.h"
#include "output/internal.h"
#include "output/reading.h"

#include <string.h>

/* What the JSON of a connection has in place, for each of its columns. With all of a sanitizer's checks that would be one
 * function that takes half a minute to compile. */
#if SANITIZED
#define COLUMN_INLINE static inline
#else
#define COLUMN_INLINE static inline __attribute__((always_inline))
#endif

/* A column that is not read back ends before `put`. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static inline void set_number(struct value *value, uint64_t number)
{
	value->kind = VALUE_NUMBER;
	value->number = number;
}

static inline void set_time(struct value *value, ws_time time)
{
	value->kind = VALUE_TIME;
	value->time = time;
}

/* Sets one of a table of words. */
static inline void set_word(struct value *value, const struct word *word)
{
	value->kind = VALUE_SHORT;
	value->string = word->text;
	value->length = word->length;
}

/* Sets one of our own words, which needs no escaping. */
static inline void set_string(struct value *value, const char *string)
{
	value->kind = VALUE_WORD;
	value->string = string;
	value->length = strlen(string);
}

/* Sets a text of the capture file, which may hold anything. */
static inline void set_foreign(struct value *value, const char *bytes, size_t length)
{
	value->kind = VALUE_STRING;
	value->string = bytes;
	value->length = length;
}

static inline void set_text(struct value *v, const char *text)
{
	v->kind = VALUE_NULL;
	if (text)
		set_foreign(v, text, strlen(text));
}

static inline void set_composed(struct value *v, size_t length)
{
	v->kind = VALUE_WORD;
	v->string = v->composed;
	v->length = length;
}

static inline void set_address(struct value *value, const struct ws_addr *address, unsigned ip_version)
{
	value->kind = VALUE_ADDRESS;
	value->address = address;
	value->ip_version = ip_version;
}

/* Sets a number, or null when it is not known. */
static inline void set_known(struct value *value, uint64_t number, bool known)
{
	set_number(value, number);
	if (!known)
		value->kind = VALUE_NULL;
}

static inline void get_time(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_time(v, s->time);
}

static inline void get_frame(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_known(v, s->frame, s->frame != 0);
}

/* ---- Lists of columns. A table has what COLUMN says. columns_conn.c takes the list of a connection's columns for its JSON as
 * well: OBJECT opens the object that all columns up to OBJECT_END have as their group, and what is between USUAL and
 * USUAL_END has the values that most records have where the function is true. */
#define COLUMN(group, name, get, index) {group, name, get, index, get##_put},
#define OBJECT(name)
#define OBJECT_END
#define USUAL(test, index)
#define USUAL_END

/* Of a few instructions: the JSON of a connection has it inlined. */
#define GETTER COLUMN_INLINE void

/* ---- Columns that are a member of a structure, unchanged, and how they are read back */

#define MEMBER(function, source, set, member)                                                                          \
	GETTER function(const struct subject *s, unsigned index, struct value *v)                                      \
	{                                                                                                              \
		(void)index;                                                                                           \
		set(v, s->source->member);                                                                             \
	}                                                                                                              \
	static bool function##_put(struct reading *r, unsigned index, const struct ws_json_value *v)                   \
	{                                                                                                              \
		(void)index;                                                                                           \
		return READ_##set(X_##source(member), v);                                                              \
	}

extern const struct columns output_connection_columns, output_stats_columns, output_packet_columns,
        output_transit_columns, output_clock_columns, output_overview_columns, output_span_columns,
        output_exchange_columns, output_service_columns, output_series_columns;

/* ---- columns_shares.c: where the time went, in an object of its own */
void conn_share(const struct subject *s, unsigned index, struct value *v);
void conn_spent(const struct subject *s, unsigned index, struct value *v);
void group_share(const struct subject *s, unsigned index, struct value *v);
void group_spent(const struct subject *s, unsigned index, struct value *v);

#define SHARE_COLUMN(get, name, cause, server) COLUMN("spent", name, get, 2 * (cause) + (server))
/* `share` gets one of them, and `spent` what is said of all. Few connections have any of those in the middle. */
#define SHARE_COLUMNS(share, spent)                                                                                    \
	OBJECT("spent")                                                                                                \
	SHARE_COLUMN(share, "connecting", WS_CAUSE_CONNECTING, 0)                                                      \
	SHARE_COLUMN(share, "client_program", WS_CAUSE_PROGRAM, 0)                                                     \
	SHARE_COLUMN(share, "server_program", WS_CAUSE_PROGRAM, 1)                                                     \
	SHARE_COLUMN(share, "network_to_server", WS_CAUSE_NETWORK, 0)                                                  \
	SHARE_COLUMN(share, "network_to_client", WS_CAUSE_NETWORK, 1)                                                  \
	USUAL(usual_shares, 0)                                                                                         \
	SHARE_COLUMN(share, "window_to_server", WS_CAUSE_WINDOW, 0)                                                    \
	SHARE_COLUMN(share, "window_to_client", WS_CAUSE_WINDOW, 1)                                                    \
	SHARE_COLUMN(share, "closed_window_to_server", WS_CAUSE_CLOSED_WINDOW, 0)                                      \
	SHARE_COLUMN(share, "closed_window_to_client", WS_CAUSE_CLOSED_WINDOW, 1)                                      \
	SHARE_COLUMN(share, "fast_recovery_to_server", WS_CAUSE_DUPLICATE_ACKS, 0)                                     \
	SHARE_COLUMN(share, "fast_recovery_to_client", WS_CAUSE_DUPLICATE_ACKS, 1)                                     \
	SHARE_COLUMN(share, "timeout_to_server", WS_CAUSE_TIMEOUT, 0)                                                  \
	SHARE_COLUMN(share, "timeout_to_client", WS_CAUSE_TIMEOUT, 1)                                                  \
	SHARE_COLUMN(share, "path_mtu_to_server", WS_CAUSE_PATH_MTU, 0)                                                \
	SHARE_COLUMN(share, "path_mtu_to_client", WS_CAUSE_PATH_MTU, 1)                                                \
	SHARE_COLUMN(share, "nagle_to_server", WS_CAUSE_NAGLE, 0)                                                      \
	SHARE_COLUMN(share, "nagle_to_client", WS_CAUSE_NAGLE, 1)                                                      \
	USUAL_END                                                                                                      \
	SHARE_COLUMN(share, "idle", WS_CAUSE_IDLE, 0)                                                                  \
	SHARE_COLUMN(share, "closing", WS_CAUSE_CLOSING, 0)                                                            \
	OBJECT_END COLUMN(NULL, "timeouts", spent, 0) COLUMN(NULL, "time_spent", spent, 2)

/* columns.c: whose the record is */
void get_sensor(const struct subject *s, unsigned index, struct value *v);

/* ---- columns_kernel.c: what the own host's kernel says. X(name, getter, index) */
void kernel_state(const struct subject *s, unsigned index, struct value *v);
void kernel_timer(const struct subject *s, unsigned index, struct value *v);
enum { KERNEL_SEND_QUEUE, KERNEL_RECEIVE_QUEUE, KERNEL_RETRANSMISSIONS, KERNEL_CONGESTION_WINDOW, KERNEL_UID };
void kernel_number(const struct subject *s, unsigned index, struct value *v);
enum { KERNEL_EXPIRES, KERNEL_RTT, KERNEL_BUSY, KERNEL_WINDOW_LIMITED, KERNEL_BUFFER_LIMITED };
enum { KERNEL_USER, KERNEL_SERVICE, KERNEL_CONTAINER };
void kernel_owner(const struct subject *s, unsigned index, struct value *v);
void kernel_time(const struct subject *s, unsigned index, struct value *v);

#define KERNEL_COLUMNS(X)                                                                                              \
	X("kernel_state", kernel_state, 0)                                                                             \
	X("kernel_timer", kernel_timer, 0)                                                                             \
	X("kernel_expires", kernel_time, KERNEL_EXPIRES)                                                               \
	X("kernel_rtt", kernel_time, KERNEL_RTT)                                                                       \
	X("kernel_retransmissions", kernel_number, KERNEL_RETRANSMISSIONS)                                             \
	X("congestion_window", kernel_number, KERNEL_CONGESTION_WINDOW)                                                \
	X("send_queue", kernel_number, KERNEL_SEND_QUEUE)                                                              \
	X("receive_queue", kernel_number, KERNEL_RECEIVE_QUEUE)                                                        \
	X("busy", kernel_time, KERNEL_BUSY)                                                                            \
	X("window_limited", kernel_time, KERNEL_WINDOW_LIMITED)                                                        \
	X("send_buffer_limited", kernel_time, KERNEL_BUFFER_LIMITED)                                                   \
	X("uid", kernel_number, KERNEL_UID)                                                                            \
	X("user", kernel_owner, KERNEL_USER)                                                                           \
	X("service", kernel_owner, KERNEL_SERVICE)                                                                     \
	X("container", kernel_owner, KERNEL_CONTAINER)

/* ---- columns_usual.c: which columns of a connection have the values that most connections have. `index` of the first two
 * is the side's. */
bool usual_counters(const struct subject *s, unsigned index);
bool usual_syns(const struct subject *s, unsigned index);
bool usual_process(const struct subject *s, unsigned index);
bool usual_name(const struct subject *s, unsigned index);
bool usual_segments(const struct subject *s, unsigned index);
bool usual_incarnation(const struct subject *s, unsigned index);
bool usual_tunnel(const struct subject *s, unsigned index);
bool usual_greeting(const struct subject *s, unsigned index);
bool usual_http(const struct subject *s, unsigned index);
bool usual_kernel(const struct subject *s, unsigned index);
bool usual_shares(const struct subject *s, unsigned index);
/* A record in which all of these are true. */
extern const struct subject output_usual_connection;

/* ---- columns_points.c: what is said only with several points */
void get_point(const struct subject *s, unsigned index, struct value *v);
void get_number_at_point(const struct subject *s, unsigned index, struct value *v);
uint64_t output_number_at_point(const struct subject *s);
void conn_points(const struct subject *s, unsigned index, struct value *v); /* 0: names; 1: connection numbers */
void conn_lost(const struct subject *s, unsigned index, struct value *v);
void conn_answer_time(const struct subject *s, unsigned index, struct value *v);

/* The endpoint of a column: 0 is the client. */
static inline const struct ws_endpoint_info *conn_side(const struct subject *s, unsigned index)
{
	return &s->conn->endpoint[((unsigned)s->conn->likely_client ^ index) & 1];
}
void get_conn_address(const struct subject *s, unsigned index, struct value *v);
void get_conn_port(const struct subject *s, unsigned index, struct value *v);

/* ---- columns_names.c */
void side_name(const struct subject *s, unsigned index, struct value *v);
void side_name_source(const struct subject *s, unsigned index, struct value *v);
void conn_greeting(const struct subject *s, unsigned index, struct value *v); /* 0: SNI; 1: ALPN; 2: HTTP's Host */
void conn_http(const struct subject *s, unsigned index, struct value *v);     /* 0: method; 1: target; 2: status */

#define DIRECTION_COLUMNS(X)                                                                                           \
	X(sent)                                                                                                        \
	X(delivered)                                                                                                   \
	X(lost)                                                                                                        \
	X(not_captured)                                                                                                \
	X(injected)                                                                                                    \
	X(duplicated)                                                                                                  \
	X(reordered)                                                                                                   \
	X(delay_min)                                                                                                   \
	X(delay_median)                                                                                                \
	X(delay_max)
#define X(member) void direction_##member(const struct subject *s, unsigned index, struct value *v);
DIRECTION_COLUMNS(X)
#undef X

/* clang-format off */
#define TO_SERVER(member) {"client_to_server", #member, direction_##member, 0, DIRECTION_PUT},
#define TO_CLIENT(member) {"server_to_client", #member, direction_##member, 1, DIRECTION_PUT},
#define PATH_FIELDS                                                                                                    \
	{NULL, "points", conn_points, 0, conn_points_put}, {NULL, "numbers", conn_points, 1, conn_points_put}, {NULL, "lost", conn_lost, 0, conn_lost_put},             \
	DIRECTION_COLUMNS(TO_SERVER) DIRECTION_COLUMNS(TO_CLIENT)                                                      \
	{NULL, "answer_time", conn_answer_time, 0, conn_answer_time_put}
/* clang-format on */
enum { PATH_COLUMNS = 24 };

/* With one point, `more` columns at the end are left out, and the very last one is the sensor's. */
#define COLUMNS(table, more)                                                                                           \
	{                                                                                                              \
		table, WS_ARRAY_SIZE(table) - (more)-1, WS_ARRAY_SIZE(table) - 1, true                                 \
	}

#endif
