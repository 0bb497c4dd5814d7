/* Columns, read back: what the tables of columns need besides what they write. For a column with the getter `get`, `get_put`
 * takes its value from a record. It is called for null, too. */
#ifndef WS_OUTPUT_READING_H
#define WS_OUTPUT_READING_H

#include "base/json_reader.h"

#include <wirestate/stored.h>

struct reading {
	struct ws_stored_record *record;
	const char *point;    /* "point", or the first of "points"; NULL: none */
	char *room, *compose; /* where strings are; room for one that is put together */
};

/* False: it is not of the column's type. */
typedef bool put_fn(struct reading *r, unsigned index, const struct ws_json_value *value);

/* ---- Columns that are a member of a structure. X_conn(m) is where the member m of a subject's `conn` goes. */
#define X_conn(member) r->record->conn.member
#define X_event(member) r->record->member
#define X_udp(member) r->record->udp.member
#define X_stats(member) r->record->stats.member
#define X_capture(member) r->record->capture.member

#define READ_set_number(target, value)                                                                                 \
	({                                                                                                             \
		uint64_t read_number_;                                                                                 \
		const bool read_ = (value)->kind != WS_JSON_NULL;                                                      \
		const bool good_ = !read_ || ws_json_u64(value, &read_number_);                                        \
		if (read_ && good_)                                                                                    \
			target = (__typeof__(target))read_number_;                                                     \
		good_ && (!read_ || target == read_number_);                                                           \
	})
#define READ_set_time(target, value) ((value)->kind == WS_JSON_NULL || ws_json_time(value, &target))

bool read_text(const struct ws_json_value *value, const char **text);

/* The enumerator whose name the value is. */
#define READ_WORD(value, target, count, name)                                                                          \
	({                                                                                                             \
		unsigned word_ = 0;                                                                                    \
		if ((value)->kind == WS_JSON_STRING)                                                                   \
			while (word_ < (unsigned)(count) && strcmp((value)->text, name(word_)) != 0)                   \
				word_++;                                                                               \
		else                                                                                                   \
			word_ = (unsigned)(count);                                                                     \
		if (word_ < (unsigned)(count))                                                                         \
			target = (__typeof__(target))word_;                                                            \
		word_ < (unsigned)(count) || (value)->kind == WS_JSON_NULL;                                            \
	})

/* For a column that follows from others, and for one that is not kept. */
put_fn put_nothing;

/* In rows by what they belong to. */
/* clang-format off */
#define PUTS(X)                                                                                                        \
	X(get_time) X(get_point) X(event_conn) X(event_role) X(event_address) X(event_port) X(event_state)             \
	X(event_basis) X(event_rule) X(event_certainty)                                                                \
	X(side_address) X(side_state) X(side_certainty) X(side_initial_sequence) X(side_unacknowledged)                \
	X(side_window_scale) X(side_mss) X(side_syn_time) X(side_process) X(side_process_id) X(side_rtt_min) X(side_rtt_median)         \
	X(side_rtt_max) X(side_smallest_window) X(side_name) X(side_name_source) X(side_time_wait_end)                 \
	X(conn_vlan) X(conn_tunnel) X(conn_tunnel_end) X(conn_roles) X(conn_handshake) X(conn_closed_by)               \
	X(conn_captured) X(conn_reset_by) X(conn_close) X(conn_verdict) X(conn_severity) X(conn_initial_rtt)           \
	X(conn_zeek) X(conn_incarnation) X(conn_greeting) X(conn_http) X(conn_share) X(conn_spent) X(conn_points)      \
	X(arp_ip) X(arp_mac) X(arp_flag) X(arp_vlan)                                                                   \
	X(udp_address) X(udp_tunnel)                                                                                   \
	X(stats_state) X(stats_time) X(stats_taken)
/* clang-format on */
#define X(get) put_fn get##_put;
PUTS(X)
#undef X

#define get_frame_put get_frame_number_put
put_fn get_frame_number_put;
/* What follows from other columns. */
#define event_why_put put_nothing
#define event_rfc_put put_nothing
#define side_throughput_put put_nothing
#define side_retransmitted_put put_nothing
#define conn_duration_put put_nothing
#define conn_community_id_put put_nothing
#define conn_retransmissions_put put_nothing
#define udp_community_id_put put_nothing
#define get_sensor_put put_nothing /* it is read before the columns are */
/* What a kernel said of the ends is passed on. */
#define kernel_state_put NULL
#define kernel_timer_put NULL
#define kernel_number_put NULL
#define kernel_time_put NULL
#define kernel_owner_put NULL
/* What several points know together is not kept. */
#define conn_lost_put put_nothing
#define conn_answer_time_put put_nothing
#define DIRECTION_PUT put_nothing
/* An overview is made of connections. */
#define group_share_put put_nothing
#define group_spent_put put_nothing

#endif
