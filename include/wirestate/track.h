/* The tracker takes packets and infers from them connections and the states of their endpoints.
 *
 * It reads no clock and does no I/O. Its time is that of the packets; in a live capture the caller also passes the
 * clock's time to ws_tracker_advance(). Endpoint 0 of a connection is the sender of its first packet; `client` says
 * which endpoint opened the connection, if that was seen. */
#ifndef WIRESTATE_TRACK_H
#define WIRESTATE_TRACK_H

#include <wirestate/error.h>
#include <wirestate/join.h>
#include <wirestate/language.h>
#include <wirestate/names.h>
#include <wirestate/packet.h>
#include <wirestate/reset.h>
#include <wirestate/shares.h>
#include <wirestate/states.h>
#include <wirestate/types.h>

struct ws_tracker;  /* opaque */
struct ws_exchange; /* see wirestate/exchange.h */

struct ws_tracker_config {
	ws_time time_wait;     /* 0: 60 s */
	uint64_t max_memory;   /* bytes, 0: 1 GiB */
	bool ignore_checksums; /* take segments with wrong checksums as good */
	bool history;          /* keep every connection's segments, for replay */
	bool joins;     /* with `history`: the segments are compared with those of other points, and get more memory */
	bool names;     /* learn the names of hosts */
	bool records;   /* records are its input, and not packets: see wirestate/stored.h */
	bool shares;    /* find out where the time of each connection goes */
	bool exchanges; /* tell requests and answers apart, and report each pair as an event */
	bool overview;  /* an overview will be asked for: keep what it needs of each connection at hand */
	bool no_transitions;       /* nobody asks for transitions: they are not reported as events */
	uint64_t debug_connection; /* report each input of the connection with this number as WS_EVENT_INPUT; 0: none */
	uint8_t hash_key[16];      /* random, so that no sender can choose the bucket of its packets */
};

struct ws_tracker *ws_tracker_create(const struct ws_tracker_config *config, struct ws_error *error) WS_CHECKED;
void ws_tracker_free(struct ws_tracker *tracker);

/* A connection's handle, stable as long as the connection is kept; 0 means none. It is not the connection's number. */
typedef uint32_t ws_conn_id;

enum ws_event_kind {
	WS_EVENT_TRANSITION, /* `transition` of `conn` */
	WS_EVENT_CONNECTION, /* `conn` has ended: both endpoints are CLOSED, or it was superseded. A late segment may
	                        still revive it */
	WS_EVENT_EVICTED,  /* `conn` is given up to free memory. Its id is invalid after this call, so write its record
	                      now */
	WS_EVENT_ARP,      /* a binding was learnt or has changed: `arp` */
	WS_EVENT_UDP,      /* a UDP conversation began: `udp` */
	WS_EVENT_EXCHANGE, /* an `exchange` of `conn` is over */
	WS_EVENT_INPUT,    /* of debug_connection: `line` says what an input changed, after the events that it caused */
};

struct ws_arp_binding {
	const char *sensor; /* of a record: who saw it; NULL: tracked from packets */
	struct ws_addr ip;
	uint8_t mac[6], previous_mac[6];
	bool changed;    /* the address was at another MAC address before; previous_mac is valid */
	bool gratuitous; /* learnt from a message that nobody had requested */
	uint16_t vlan;
	uint64_t requests, replies;
	uint32_t changes; /* how often it moved */
	ws_time first_time, last_time;
};

struct ws_udp_info {
	const char *sensor; /* of a record: who saw it; NULL: tracked from packets */
	uint64_t number;    /* counts from 1, in the order of first packets */
	uint8_t ip_version;
	struct ws_addr address[2]; /* index 0 is the sender of the first packet */
	uint16_t port[2];
	uint64_t packets[2], bytes[2];    /* payload bytes, from the IP length */
	uint32_t shortest[2], longest[2]; /* payload of a datagram, in bytes; 0 when none was sent */
	uint64_t unreachable;             /* ICMP errors that quoted it */
	uint64_t newest; /* 1 + the number of its newest datagram, for ws_tracker_datagram(); 0: none */
	ws_time first_time, last_time;
	const struct ws_tunnel_path *tunnel; /* that it is in; NULL: none */
	const struct ws_conn_path *path;     /* NULL: one point only has captured it, or it is not known yet */
	bool path_swapped;                   /* address[0] here is address[1] there */
	uint8_t point;                       /* of several points: whose tracker has it */
};

struct ws_event {
	uint8_t kind; /* enum ws_event_kind */
	ws_time time;
	uint64_t frame; /* 0: a timer */
	ws_conn_id conn;
	uint64_t conn_number;
	union {
		struct ws_transition transition;
		struct ws_arp_binding arp;
		uint64_t udp; /* index for ws_tracker_udp() */
		const struct ws_exchange *exchange;
		const char *line;
	};
};

/* What one packet changed. `events` belongs to the tracker and is valid until the next call on it. */
struct ws_track_result {
	ws_conn_id conn; /* 0: not part of a TCP connection */
	uint64_t conn_number;
	uint8_t direction;     /* endpoint that sent it */
	bool duplicate;        /* captured before on another interface; it is counted and changes nothing */
	bool checksum_ignored; /* the checksum is wrong, and yet the segment was taken as good */
	uint32_t analysis;     /* bit set of 1u << enum ws_analysis */
	uint32_t relative_sequence, relative_acknowledgment; /* to the initial sequence numbers, as in tshark */
	uint32_t duplicate_ack_number;
	const struct ws_event *events;
	size_t event_count;
};

/* Applies a packet; see also <wirestate/gist.h>. Packets must come in capture order. While ws_tracker_due() is true for the
 * packet's time, call ws_tracker_advance() first. */
void ws_tracker_packet(struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_track_result *result);
/* True when ws_tracker_advance() has work to do: timers have expired, or memory has to be freed. */
bool ws_tracker_due(const struct ws_tracker *tracker, ws_time now);
/* Runs timers that have expired at `now`. The work of a call is bounded: when it returns true, handle result->events
 * and call it again. A time earlier than one given before counts as the latest one. */
bool ws_tracker_advance(struct ws_tracker *tracker, ws_time now, struct ws_track_result *result);

/* True when the system does not even give memory for a few connections. Then nothing new is kept, and reading on is
 * useless. When the system refuses memory later, older connections are evicted, as they are at max_memory. */
bool ws_tracker_out_of_memory(const struct ws_tracker *tracker);

/* ---- Reading what is known */

#define WS_ROLE_UNKNOWN (-1)

/* X(enumerator, name in records) */
#define WS_HANDSHAKES(X)                                                                                               \
	X(WS_HANDSHAKE_MISSED, "missed")                                                                               \
	X(WS_HANDSHAKE_PARTIAL, "partial")                                                                             \
	X(WS_HANDSHAKE_COMPLETE, "complete")
#define WS_CLOSES(X)                                                                                                   \
	X(WS_CLOSE_OPEN, "open")                                                                                       \
	X(WS_CLOSE_FIN, "fin")                                                                                         \
	X(WS_CLOSE_RST, "rst")                                                                                         \
	X(WS_CLOSE_TIMEOUT, "timeout")

#define X(name, text) name,
enum ws_handshake { WS_HANDSHAKES(X) WS_HANDSHAKE_COUNT };
enum ws_close { WS_CLOSES(X) WS_CLOSE_COUNT };
#undef X
const char *ws_handshake_name(enum ws_handshake handshake);
const char *ws_close_name(enum ws_close close);

enum ws_closed_by {
	WS_CLOSED_BY_NONE,
	WS_CLOSED_BY_ENDPOINT_0,
	WS_CLOSED_BY_ENDPOINT_1,
	WS_CLOSED_BY_BOTH,
	WS_CLOSED_BY_UNKNOWN, /* FINs were sent, but only one direction was captured, or one of them was not */
};

/* X(enumerator, name in records): whose segments the capture holds. */
#define WS_CAPTURED_SIDES(X)                                                                                           \
	X(WS_CAPTURED_BOTH, "both")                                                                                    \
	X(WS_CAPTURED_CLIENT, N_("client only"))                                                                       \
	X(WS_CAPTURED_SERVER, N_("server only"))
enum ws_captured {
#define X(name, text) name,
	WS_CAPTURED_SIDES(X)
#undef X
};
const char *ws_captured_name(enum ws_captured captured);

/* X(member, the analysis mark it counts), for each endpoint, of the segments that it sent. */
#define WS_COUNTERS(X)                                                                                                 \
	X(retransmissions, WS_ANALYSIS_RETRANSMISSION)                                                                 \
	X(fast_retransmissions, WS_ANALYSIS_FAST_RETRANSMISSION)                                                       \
	X(spurious_retransmissions, WS_ANALYSIS_SPURIOUS_RETRANSMISSION)                                               \
	X(out_of_order, WS_ANALYSIS_OUT_OF_ORDER)                                                                      \
	X(lost_segments, WS_ANALYSIS_LOST_SEGMENT)                                                                     \
	X(duplicate_acks, WS_ANALYSIS_DUPLICATE_ACK)                                                                   \
	X(zero_windows, WS_ANALYSIS_ZERO_WINDOW)                                                                       \
	X(zero_window_probes, WS_ANALYSIS_ZERO_WINDOW_PROBE)                                                           \
	X(windows_full, WS_ANALYSIS_WINDOW_FULL)                                                                       \
	X(keep_alives, WS_ANALYSIS_KEEP_ALIVE)

struct ws_endpoint_info {
	struct ws_addr address;
	uint16_t port;
	uint8_t state, certainty;
	uint64_t packets, bytes; /* segments sent, payload bytes sent (with retransmissions, without keep-alives) */
#define X(member, mark) uint32_t member;
	WS_COUNTERS(X)
#undef X
	uint32_t most_in_flight;  /* the most bytes that were sent and not yet acknowledged */
	uint32_t closed_probes;   /* the peer's probes of its closed window since closed_since */
	ws_time closed_since;     /* when it closed its receive window; 0: the window is open */
	uint32_t stalled;         /* its retransmissions since the peer last acknowledged new data */
	ws_time stalled_since;    /* the first of them */
	ws_time stalled_sent;     /* when they were first sent */
	ws_time stalled_pause;    /* how long the peer had sent nothing then */
	uint32_t stalled_least;   /* the payload of the smallest of them */
	uint32_t stalled_answers; /* those of them that the peer has answered by repeating its ACK */
	uint32_t stalled_acked;   /* those of them that a timer sent though the peer's ACK of them had been captured */
	uint32_t stalled_misplaced; /* the peer's ACKs since then that have to be dropped for their sequence number */
	bool stalled_heard;         /* with stalled_acked: it has acknowledged what the peer sent after that ACK */
	bool stalled_unstamped;     /* the latest of them lacks the timestamps that both SYNs have */
	bool stalled_old_stamp;     /* the latest of them has an older timestamp than what the peer's ACK echoes */
	uint32_t syns;    /* the SYNs, or SYN-ACKs, that it sent with its initial number; 0: none was captured */
	ws_time syn_time; /* from the first to the last of them */
	uint32_t
	        syns_answered; /* SYNs that it sent again after a SYN-ACK had been captured, while nothing had opened */
	uint32_t late_syns;    /* its latest segments, where they are SYNs with its initial number after it was open */
	ws_time late_syn_time; /* from the first to the last of these */
	uint32_t unanswered_keep_alives; /* its keep-alives since the peer sent anything */
	ws_time unanswered_since;
	uint32_t initial_sequence;
	bool initial_sequence_known;
	uint8_t window_scale; /* 255 when not sent or not seen */
	uint16_t window, mss; /* the last ones sent; the window is not scaled; mss 0: none */
	bool sent_any;
	bool end_missed;     /* the end of what it has sent was not captured, so it may have been a FIN */
	bool lacks_first;    /* it has acknowledged selectively more than its latest ACK covers */
	const char *name;    /* of the host, to be cleaned; NULL: not known. Valid until the next packet */
	uint8_t name_source; /* enum ws_name_source */
	const struct ws_frame_process *process; /* as the capture file says; NULL: not stated */
	bool process_guessed;                   /* the file does not say at which endpoint it is */
	const struct ws_kernel_end *kernel; /* what the own host's kernel says, see wirestate/kernel.h; NULL: nothing */
	const char *service, *container, *user; /* as that kernel says, to be cleaned; NULL: none, or not known */
	ws_time quiet;   /* from the latest new data, or FIN, that it has sent to the connection's latest segment */
	ws_time ignored; /* from the latest new data to the latest segment of the peer, which does not acknowledge all */
	uint32_t unacknowledged; /* bytes (SYN and FIN count one each) sent and not acknowledged */
	/* From its segments to the ACKs that cover them; -1: none was measured. The median is right within 13 %. */
	ws_time rtt_min, rtt_median, rtt_max;
	uint32_t rtt_count;
	uint64_t
	        stream_bytes; /* payload bytes of its sequence numbers: each counts once, also those that were missed */
	uint32_t smallest_window; /* bytes, scaled; UINT32_MAX: not known, since the handshake was not captured */
	ws_time time_wait_end;    /* when TIME_WAIT expires, in packet time; 0: not in TIME_WAIT */
};

/* The latest ICMP error that quotes a connection's segment. */
struct ws_icmp_note {
	struct ws_addr from; /* the host that sent the error */
	uint32_t count;      /* errors so far */
	uint32_t mtu;        /* bytes; 0 when the error does not say */
	uint8_t type, code, ip_version;
};

/* Bits: what a SYN may have that networks or servers drop it for, so that clients send a plainer one. Options: any but the MSS. */
enum { WS_SYN_DATA = 1, WS_SYN_ECN = 2, WS_SYN_OPTIONS = 4 };

/* What answered a SYN in the place of a SYN-ACK: an ACK of an older connection of the same addresses and ports. */
enum ws_old_answer { WS_OLD_ANSWER_NONE, WS_OLD_ANSWER, WS_OLD_ANSWER_TIME_WAIT };

/* What a connection has to do with another one whose SYN has the same number, and of which one end differs. */
enum ws_elsewhere {
	WS_ELSEWHERE_NONE,
	WS_ELSEWHERE_ANSWERED,    /* the other one began with the SYN-ACK that answers its SYN */
	WS_ELSEWHERE_ANSWERS,     /* it began with the SYN-ACK that answers the other one's SYN */
	WS_ELSEWHERE_TRANSLATED,  /* its SYN is captured again as the other one's, with another address or port */
	WS_ELSEWHERE_TRANSLATION, /* its SYN is that of the other one */
};

/* Tunnels inside each other, the outermost first, with the ends of their first packet. `words` says the same, without
 * ids that differ between the directions: "vxlan 42 192.0.2.1 192.0.2.2". */
struct ws_tunnel_path {
	uint8_t count;
	struct ws_tunnel tunnel[WS_MAX_TUNNELS];
	char words[512];
};

/* The verdict without its text. */
struct ws_judgement {
	uint8_t verdict;  /* enum ws_verdict */
	uint8_t severity; /* 0 .. 3 */
	bool slow;        /* its slow_time, see ws_shares_slow(), is at least WS_SLOW */
};

/* What a record states and the tracker infers from packets otherwise, see wirestate/stored.h. */
struct ws_stated {
	const char *sensor;  /* who saw the connection; NULL: it was tracked from packets here, and nothing is stated */
	const char *verdict; /* the sentence; NULL: none */
	const char *others;  /* fields that are only passed on: "column=value" as JSON, one a line; NULL: none */
	struct ws_judgement judgement;
	bool whole;        /* its own record has come, not only those of its transitions */
	uint8_t witnesses; /* how many other sensors saw the same connection, at most WS_MOST_WITNESSES */
};

/* Composes its words. */
void ws_tunnel_path_name(struct ws_tunnel_path *path);

/* The TCP options of a SYN or SYN-ACK, as one point has captured it. */
struct ws_syn_options {
	uint16_t mss;  /* 0: none */
	uint8_t scale; /* 255: none */
	bool sack, timestamps;
};

/* Two neighbouring points have captured them otherwise. */
struct ws_option_change {
	bool changed;
	uint8_t near, far; /* indices of the points in the path; `near` is the one nearer to the sender */
	struct ws_syn_options before, after;
};

struct ws_conn_info {
	ws_conn_id id;
	uint64_t number; /* counts from 1, in the order of first packets; of a record: its sensor's */
	uint8_t ip_version;
	uint16_t vlan;
	const struct ws_tunnel_path *tunnel; /* that it is in; NULL: none */
	uint32_t tunnel_id;                  /* of the innermost one, in its first packet; valid when that has one */
	int8_t client;                       /* the endpoint that opened it; WS_ROLE_UNKNOWN when no SYN was seen */
	int8_t likely_client; /* `client`, or a guess from the ports, which has to be shown as a guess; never -1 */
	struct ws_endpoint_info endpoint[2];
	struct ws_time_shares shares; /* where the time went; valid when shares_known */
	bool shares_known;
	uint8_t shares_point; /* of several points that have no shares together: whose they are */
	/* The longest time to first byte of its exchanges, with the configuration's `exchanges`; -1: not known. */
	ws_time first_byte;
	ws_time first_time, last_time, initial_rtt; /* initial_rtt is -1 when not measured */
	uint64_t first_frame, last_frame;
	uint8_t handshake, close, captured; /* the enums above */
	uint8_t closed_by, reset_by;        /* enum ws_closed_by: who sent the first FIN, and the RST that ended it */
	struct ws_reset reset;              /* valid where `close` is WS_CLOSE_RST */
	bool one_direction;                 /* the side that was not captured has sent something, too */
	uint64_t bad_checksums, duplicates;
	uint64_t checksums_ignored; /* of `bad_checksums`: segments that were taken as good */
	uint64_t previous, next;    /* numbers of the previous and the next incarnation; 0: none */
	ws_time reused_after; /* since the last segment of the previous one, where both sides sent in that; else 0 */
	bool ended;
	bool opened;     /* one of its endpoints has been open, as far as is known */
	bool left_alone; /* its latest segment is more than a minute old */
	bool just_sent; /* it has nothing but a SYN, which was sent less than a second ago: too soon to be unanswered */
	bool refused;   /* a RST answered its SYN, and nothing else did */
	bool stray_reset;          /* a RST came that does not answer its SYN, and changed nothing */
	bool misanswered;          /* a SYN-ACK came that does not acknowledge its SYN */
	uint8_t misanswered_by;    /* what that, the latest of them, acknowledges too many; 0: it is not near */
	bool misacked;             /* an ACK that cannot complete the handshake came */
	uint32_t mss;              /* the smaller of the MSS options; 0: one is not known */
	uint8_t plainer_syn;       /* WS_SYN_* that its first SYN had, and the one that was answered has not */
	uint8_t old_answer;        /* enum ws_old_answer */
	uint64_t answered_by;      /* number of the older connection whose ACK answered its SYN; 0: not known */
	uint8_t elsewhere;         /* enum ws_elsewhere */
	uint64_t elsewhere_number; /* number of the connection that this means; 0: none */
	bool disowned;             /* its SYN was not its own: the sender went on with the connection before it */
	bool unreachable;          /* an ICMP error quoted one of its segments */
	uint8_t forged_reset;      /* a bit for each endpoint: a RST was not sent by it, although it seemed so */
	bool server_answers;       /* the likely server has sent something, or has answered another SYN on its port */
	bool odd_syn;              /* its SYN has FIN, URG, or PSH without data, as probes for a system's name have */
	bool old_stamp;        /* its SYN has an older timestamp than another of its address that the server answered */
	bool keyed_syn;        /* its SYN has TCP MD5 or TCP-AO, which need a key */
	const char *absent_at; /* a point that has captured nothing of it, as others to the server's port; NULL: none */
	bool host_answers;     /* the likely server's address has answered on any port, if only with RST */
	bool renumbered;       /* the server answered the SYN with a second initial number, as behind a SYN proxy */
	uint64_t twin;         /* number of the same connection on the other side of a device that changes sequence
	                           * numbers; 0: none */
	uint32_t storm;        /* segments without anything new that answered each other at once; 0: there were few */
	ws_time storm_time;    /* from the first to the latest of them */
	uint8_t storm_resetters;  /* a bit for each endpoint that has sent RSTs among them */
	bool storm_goes_on;       /* the latest segment is one of them */
	uint32_t syn_ack_repeats; /* SYN-ACKs sent again after the handshake's ACK had been captured */
	bool lacks_timestamps;    /* the ACKs of those lack the timestamps that both SYNs have */
	uint8_t alert[2];         /* by endpoint: the fatal alert of TLS that it sent without encryption; 0: none */
	bool answer_unsigned;     /* its SYN has TCP MD5 or TCP-AO, and the SYN-ACK has neither */
	bool answer_echoes;       /* the SYN-ACK echoes another timestamp than that of its only SYN */
	uint32_t wrong_sacks;     /* ACKs whose SACK blocks have numbers that the other side has not sent */
	uint8_t wrong_sacker;     /* the endpoint that has sent most of them */
	struct ws_icmp_note icmp; /* count 0: none, or no longer known */
	struct ws_said said;
	bool superseded;                          /* a newer connection took over its addresses and ports */
	const char *conn_state;                   /* Zeek's conn_state, with the likely client as originator; static */
	char history[40];                         /* Zeek's history, likewise */
	struct ws_option_change option_change[2]; /* by endpoint; only with `path` */
	const struct ws_conn_path *path;          /* NULL: one point only has captured it, or it is not known yet */
	bool path_swapped;                        /* endpoint 0 here is endpoint 1 there */
	uint8_t point;                            /* of several points: whose tracker has it */
	uint8_t completeness; /* bits of tshark's tcp.completeness: SYN 1, SYN-ACK 2, ACK 4, DATA 8, FIN 16, RST 32 */
	struct ws_stated stated;
};

size_t ws_tracker_conn_count(const struct ws_tracker *tracker);
/* The ids of the connections that are kept, in the order of their numbers; `rank` is 0 .. count-1. */
ws_conn_id ws_tracker_conn_at(const struct ws_tracker *tracker, size_t rank);
/* The id of the connection with this number, or in a merged tracker, see wirestate/points.h, with this key; 0 when it is
 * not kept. A connection has the same key in all snapshots. */
ws_conn_id ws_tracker_conn_find(const struct ws_tracker *tracker, uint64_t number);
enum { WS_CONN_KEY_SHIFT = 56 };
static inline uint64_t ws_conn_key(const struct ws_conn_info *info)
{
	return info->number | (uint64_t)info->point << WS_CONN_KEY_SHIFT;
}
/* The number in a key. */
static inline uint64_t ws_conn_key_number(uint64_t key)
{
	return key & ((UINT64_C(1) << WS_CONN_KEY_SHIFT) - 1);
}
bool ws_tracker_conn(const struct ws_tracker *tracker, ws_conn_id id, struct ws_conn_info *info) WS_CHECKED;
/* The ends of a connection, which never change, and their roles so far, for records of its changes of state. Reading
 * them costs a small part of ws_tracker_conn(). */
struct ws_conn_ends {
	uint64_t number;
	struct ws_addr address[2];
	uint16_t port[2];
	uint8_t ip_version;
	int8_t client, likely_client; /* as in struct ws_conn_info */
	const char *sensor;           /* as in struct ws_stated */
};
bool ws_tracker_conn_ends(const struct ws_tracker *tracker, ws_conn_id id, struct ws_conn_ends *ends) WS_CHECKED;
/* True when a comment of one of the connection's packets contains the text, in upper or lower case. */
bool ws_tracker_comment_contains(const struct ws_tracker *tracker, ws_conn_id id, const char *text);
/* Appends the processes at the ends of a connection: "curl", "→ nginx", "curl~ → nginx"; ~ marks a guess. */
void ws_processes_words(struct ws_text *text, const struct ws_conn_info *info);
/* Appends the process at an endpoint, or nothing. */
void ws_process_words(struct ws_text *text, const struct ws_endpoint_info *endpoint);
/* Appends "nginx[812]", a long name cut between two characters, or nothing where the process at the endpoint is not known
 * for certain. True: it is. */
bool ws_process_label(struct ws_text *text, const struct ws_endpoint_info *endpoint);
/* Appends a tunnel with the id of its innermost level: "vxlan 42", "gre > gtp-u 0x1f"; or nothing. */
void ws_tunnel_words(struct ws_text *text, const struct ws_tunnel_path *path, uint32_t id);
/* True when some packet was in a tunnel. */
bool ws_tracker_has_tunnels(const struct ws_tracker *tracker);
/* True when the capture file has named a process at the end of some connection. */
bool ws_tracker_names_processes(const struct ws_tracker *tracker);
/* X(enumerator, word for columns) */
#define WS_VERDICTS(X)                                                                                                 \
	X(WS_VERDICT_OPENING, "OPENING")                                                                               \
	X(WS_VERDICT_OPEN, "OPEN")                                                                                     \
	X(WS_VERDICT_STUCK, "STUCK")                                                                                   \
	X(WS_VERDICT_CLOSE_WAIT, "CLOSE_WAIT")                                                                         \
	X(WS_VERDICT_CLOSING, "CLOSING")                                                                               \
	X(WS_VERDICT_CLOSED, "CLOSED")                                                                                 \
	X(WS_VERDICT_REFUSED, "REFUSED")                                                                               \
	X(WS_VERDICT_NOT_OPENED, "NOT_OPENED")                                                                         \
	X(WS_VERDICT_UNREACHABLE, "UNREACHABLE")                                                                       \
	X(WS_VERDICT_SILENT, "SILENT")                                                                                 \
	X(WS_VERDICT_RESET, "RESET")                                                                                   \
	X(WS_VERDICT_TIMEOUT, "TIMEOUT")                                                                               \
	X(WS_VERDICT_REPLACED, "REPLACED")                                                                             \
	X(WS_VERDICT_STRAY, "STRAY")

enum ws_verdict {
#define X(name, text) name,
	WS_VERDICTS(X)
#undef X
	        WS_VERDICT_COUNT
};
const char *ws_verdict_tag(enum ws_verdict verdict);
/* Appends a verdict with its evidence, such as "refused: server answered the SYN with RST". `tag` receives one word in
 * upper case for columns and sorting ("REFUSED"), which is static. `severity` is 0 (fine) to 3 (broken). Each of these
 * pointers may be NULL. */
void ws_conn_verdict(const struct ws_conn_info *info, struct ws_text *text, const char **tag, int *severity);
/* Appends where its time went, as ws_shares_words() does, or why that is not known though a tracker with `shares` has captured
 * the connection; nothing while no time has passed. */
void ws_conn_spent_words(const struct ws_conn_info *info, struct ws_text *text);

/* Appends "checksums ignored: 19,730 of 19,730 wrong". */
void ws_checksums_words(struct ws_text *text, uint64_t ignored, uint64_t segments);

#define WS_SLOW WS_SECOND
/* What an engineer would look at first: it went wrong, or somebody had to wait. */
static inline bool ws_is_problem(struct ws_judgement judgement)
{
	return judgement.severity >= 2 || judgement.slow;
}
struct ws_judgement ws_conn_judge(const struct ws_conn_info *info);

/* The age of a connection at `now`. It stops at the last packet when both endpoints are CLOSED or in TIME_WAIT. */
ws_time ws_conn_age(const struct ws_conn_info *info, ws_time now);

/* ---- One fact of many connections. These functions read only the parts of a connection that the fact needs, and
 * prefetch them, because waiting for memory is what costs time. */

/* X(enumerator, its word): the orders in which connections can be sorted. */
#define WS_ORDERS(X)                                                                                                   \
	X(WS_ORDER_NUMBER, N_("number"))                                                                               \
	X(WS_ORDER_CLIENT, N_("client"))                                                                               \
	X(WS_ORDER_SERVER, N_("server"))                                                                               \
	X(WS_ORDER_STATES, N_("states"))                                                                               \
	X(WS_ORDER_START, N_("start"))                                                                                 \
	X(WS_ORDER_AGE, N_("age"))                                                                                     \
	X(WS_ORDER_PACKETS, N_("packets"))                                                                             \
	X(WS_ORDER_BYTES, N_("bytes"))                                                                                 \
	X(WS_ORDER_VERDICT, N_("verdict"))           /* the worst first, and equal words together */                   \
	X(WS_ORDER_SERVER_TIME, N_("server's time")) /* these three: what took the longest time first */               \
	X(WS_ORDER_NETWORK_TIME, N_("network's time"))                                                                 \
	X(WS_ORDER_LOSS_TIME, N_("time for losses"))

enum ws_order {
#define X(name, text) name,
	WS_ORDERS(X)
#undef X
	        WS_ORDER_COUNT
};
const char *ws_order_name(enum ws_order order);

/* A connection's sort key: compare `high`, then `low`. */
struct ws_order_key {
	uint64_t high, low;
};

/* Writes the ids of at most `count` connections from `rank` on. Returns how many there were. */
size_t ws_tracker_conn_ids(const struct ws_tracker *tracker, size_t rank, size_t count, ws_conn_id *ids);
/* The sort keys of connections that are kept. `now` is for ages. */
void ws_tracker_order_keys(const struct ws_tracker *tracker, enum ws_order order, ws_time now, const ws_conn_id *ids,
                           size_t count, struct ws_order_key *keys);
void ws_tracker_judge(const struct ws_tracker *tracker, const ws_conn_id *ids, size_t count,
                      struct ws_judgement *judgements);

size_t ws_tracker_udp_count(const struct ws_tracker *tracker);
bool ws_tracker_udp(const struct ws_tracker *tracker, size_t index, struct ws_udp_info *info) WS_CHECKED;
size_t ws_tracker_arp_count(const struct ws_tracker *tracker);
bool ws_tracker_arp(const struct ws_tracker *tracker, size_t index, struct ws_arp_binding *binding) WS_CHECKED;

struct ws_tracker_stats {
	uint64_t inputs;         /* packets, or records, that have come: what is shown may have changed when this has */
	uint64_t packets, bytes; /* of all frames; bytes on the wire */
	uint64_t tcp, udp, icmp, arp, other, fragments, malformed, bad_checksums, duplicates;
	uint64_t checksums_ignored; /* of `bad_checksums`: TCP segments that were taken as good */
	/* TCP segments of no connection: without a whole header; resets of what is not in the capture; with wrong
	 * checksums */
	uint64_t headless, lone_resets, damaged;
	uint64_t connections, udp_conversations; /* ever seen */
	uint64_t evicted;                        /* connections given up to free memory */
	uint64_t udp_evicted;                    /* UDP conversations given up to free memory */
	uint64_t fragments_evicted;              /* datagrams given up to free memory before all fragments had come */
	uint64_t history_dropped;                /* segments dropped from the history */
	uint64_t memory;                         /* bytes in use, of max_memory */
	uint64_t state[WS_STATE_COUNT];          /* how many endpoints are in each state now */
	ws_time first_time, last_time;
};
void ws_tracker_stats(const struct ws_tracker *tracker, struct ws_tracker_stats *stats);
/* Appends why there is no connection in what these totals are of: "no TCP segment among 12 packets". */
void ws_no_connection_words(struct ws_text *text, const struct ws_tracker_stats *stats);

#endif
