/* What a tracker keeps beside connections: ARP exchanges, the MAC addresses of IP addresses, datagrams, fragments, and
 * the whole capture as a series. Times are those of the packets. */
#ifndef WIRESTATE_DETAILS_H
#define WIRESTATE_DETAILS_H

#include <wirestate/language.h>
#include <wirestate/track.h>

/* Details that are kept only with `history`, and only the newest. The numbers of those that are kept are `first`
 * to `end` - 1. */
struct ws_range {
	uint64_t first, end;
};

/* X(enumerator, name): why an ARP message was sent. */
#define WS_ARP_KINDS(X)                                                                                                \
	X(WS_ARP_QUESTION, "question")         /* "who has this address?" */                                           \
	X(WS_ARP_PROBE, "probe")               /* "is this address free?", from no address: RFC 5227 */                \
	X(WS_ARP_ANNOUNCEMENT, "announcement") /* a gratuitous ARP: "I have this address" */                           \
	X(WS_ARP_UNASKED, "unasked reply")     /* a reply to no question that was seen */

enum ws_arp_kind {
#define X(name, text) name,
	WS_ARP_KINDS(X)
#undef X
};

/* A request with the reply to it, or a message that nobody had requested. */
struct ws_arp_exchange {
	struct ws_addr sender, target; /* of an unasked reply, its sender and its receiver */
	uint8_t sender_mac[6];
	uint8_t answer_mac[6], second_mac[6]; /* valid when `answered`, and when `contradicted` */
	uint8_t kind;                         /* enum ws_arp_kind */
	bool answered;
	bool contradicted; /* there were two answers with different MAC addresses */
	bool broadcast;    /* sent to everyone on the link */
	bool moved;        /* it changed the binding of the sender or of the target */
	bool disguised;    /* the frame's source is not the MAC address in the message */
	uint16_t vlan;
	uint32_t asked; /* the number of requests before the answer */
	ws_time time, answer_time;
	uint64_t frame, position; /* of the first message */
	uint64_t answer_frame, answer_position;
};
struct ws_range ws_tracker_arp_exchanges(const struct ws_tracker *tracker);
bool ws_tracker_arp_exchange(const struct ws_tracker *tracker, uint64_t number,
                             struct ws_arp_exchange *exchange) WS_CHECKED;

/* The MAC address in frames from or to an IP address: its own, or that of the router on the way. It is learnt from the
 * first packet of each TCP connection and UDP conversation. */
struct ws_hop {
	struct ws_addr address;
	uint8_t ip_version;
	uint8_t mac[6];
	uint16_t vlan;
	uint64_t frame, position; /* a packet that shows it */
};
size_t ws_tracker_hop_count(const struct ws_tracker *tracker);
bool ws_tracker_hop(const struct ws_tracker *tracker, size_t index, struct ws_hop *hop) WS_CHECKED;

/* A datagram of a UDP conversation, or an ICMP error that quotes one. */
struct ws_datagram_info {
	ws_time time;
	uint64_t frame, position; /* of the only packet, or of the last fragment */
	uint64_t conversation;    /* its number */
	uint64_t previous;        /* 1 + the number of the previous one in the conversation; 0: none */
	uint32_t length;          /* payload bytes */
	uint8_t direction;        /* index of the sender; for an error, that of the datagram it quotes */
	bool fragmented, error;
	uint8_t icmp_type, icmp_code, ip_version; /* of an error, or of the error that answers the datagram */
	uint64_t answer_frame;                    /* of the error that answers the datagram; 0: none */
};
bool ws_tracker_datagram(const struct ws_tracker *tracker, uint64_t number,
                         struct ws_datagram_info *datagram) WS_CHECKED;

/* An IP fragment. The fragments of one datagram have the same addresses, protocol and identification. */
struct ws_fragment_info {
	ws_time time;
	uint64_t frame, position;
	struct ws_addr source, destination;
	uint32_t identification;
	uint32_t offset, length; /* which bytes of the datagram it carries */
	uint16_t vlan;
	uint8_t ip_version, protocol;
	bool more;
};
struct ws_range ws_tracker_fragments(const struct ws_tracker *tracker);
bool ws_tracker_fragment(const struct ws_tracker *tracker, uint64_t number,
                         struct ws_fragment_info *fragment) WS_CHECKED;

/* X(enumerator, name): the kinds of traffic that are counted separately. */
#define WS_PROTOCOLS(X)                                                                                                \
	X(WS_TRAFFIC_TCP, "TCP")                                                                                       \
	X(WS_TRAFFIC_UDP, "UDP")                                                                                       \
	X(WS_TRAFFIC_ICMP, "ICMP")                                                                                     \
	X(WS_TRAFFIC_ARP, "ARP")                                                                                       \
	X(WS_TRAFFIC_OTHER, N_("other"))

enum ws_traffic_kind {
#define X(name, text) name,
	WS_PROTOCOLS(X)
#undef X
	        WS_TRAFFIC_COUNT
};

/* The whole capture in at most WS_SERIES_SLOTS slots of equal length: what was captured in each, and how many endpoints
 * were in each state at its end. */
#define WS_SERIES_SLOTS 256
struct ws_series_slot {
	uint64_t packets[WS_TRAFFIC_COUNT], bytes[WS_TRAFFIC_COUNT];
	uint64_t state[WS_STATE_COUNT];
};
/* Returns the number of slots so far; `start` is when the first one begins, and `width` how long each is. */
size_t ws_tracker_series(const struct ws_tracker *tracker, ws_time *start, ws_time *width);
bool ws_tracker_series_slot(const struct ws_tracker *tracker, size_t index, struct ws_series_slot *slot) WS_CHECKED;

#endif
