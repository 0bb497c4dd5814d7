/* One frame, decoded into values. Decoding keeps no state, does no I/O, allocates nothing and never reads a clock: the
 * packet borrows the frame's bytes and is valid as long as they are.
 *
 * Two levels. `struct ws_packet` holds what the tracker needs of every packet, already in host byte order. Everything
 * else is read on demand from the bytes through the field tables below: each header is described once, and the verbose
 * text, the JSON, the packet view and its byte highlight all read that description. */
#ifndef WIRESTATE_PACKET_H
#define WIRESTATE_PACKET_H

#include <wirestate/capture.h>
#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, JSON name, label for people, layer of the five-layer model 1..5). Two enumerators may share a JSON name
 * where one header has two forms. */
#define WS_HEADERS(X)                                                                                                  \
	X(WS_HEADER_ETHERNET, "ethernet", "Ethernet", 2)        /* Ethernet II: 14 bytes, type */                      \
	X(WS_HEADER_ETHERNET_LENGTH, "ethernet", "Ethernet", 2) /* IEEE 802.3: 14 bytes, length */                     \
	X(WS_HEADER_SLL, "sll", "Linux cooked v1", 2)                                                                  \
	X(WS_HEADER_SLL2, "sll2", "Linux cooked v2", 2)                                                                \
	X(WS_HEADER_NULL, "null", "BSD loopback", 2)                                                                   \
	X(WS_HEADER_ISL, "isl", "Cisco ISL", 2) /* 26 bytes in front of an Ethernet frame */                           \
	X(WS_HEADER_VLAN, "vlan", "VLAN", 2)    /* the 4 bytes after the addresses: TCI and type */                    \
	X(WS_HEADER_PPPOE, "pppoe", "PPPoE", 2) /* session stage */                                                    \
	X(WS_HEADER_PPP, "ppp", "PPP", 2)       /* its protocol field */                                               \
	X(WS_HEADER_PPP_SHORT, "ppp", "PPP", 2) /* the same compressed to one byte */                                  \
	X(WS_HEADER_MPLS, "mpls", "MPLS", 2)    /* one label */                                                        \
	X(WS_HEADER_LLC, "llc", "LLC", 2)                                                                              \
	X(WS_HEADER_SNAP, "snap", "SNAP", 2)                                                                           \
	X(WS_HEADER_ARP, "arp", "ARP", 3)                                                                              \
	X(WS_HEADER_ARP_OTHER, "arp", "ARP", 3) /* address lengths other than 6 and 4 */                               \
	X(WS_HEADER_IPV4, "ipv4", "IPv4", 3)                                                                           \
	X(WS_HEADER_IPV6, "ipv6", "IPv6", 3)                        /* the fixed 40 bytes */                           \
	X(WS_HEADER_IPV6_EXTENSION, "extension", "IPv6 options", 3) /* hop-by-hop and destination options */           \
	X(WS_HEADER_IPV6_ROUTING, "extension", "IPv6 routing", 3)                                                      \
	X(WS_HEADER_IPV6_FRAGMENT, "extension", "IPv6 fragment", 3)                                                    \
	X(WS_HEADER_IPV6_AH, "extension", "Authentication", 3) /* behind IPv4 too */                                   \
	X(WS_HEADER_ICMP, "icmp", "ICMP", 3)                                                                           \
	X(WS_HEADER_ICMPV6, "icmpv6", "ICMPv6", 3)                                                                     \
	X(WS_HEADER_TCP, "tcp", "TCP", 4)                                                                              \
	X(WS_HEADER_UDP, "udp", "UDP", 4)                                                                              \
	X(WS_HEADER_PAYLOAD, "payload", "Payload", 5)                                                                  \
	X(WS_HEADER_PADDING, "padding", "Padding", 2)      /* behind what the IP length covers: never payload */       \
	X(WS_HEADER_FCS, "fcs", "Frame check sequence", 2) /* 4 bytes at the end of the frame */

enum ws_header {
#define X(name, json, label, layer) name,
	WS_HEADERS(X)
#undef X
	        WS_HEADER_COUNT
};

/* Everything that can be wrong with a packet, X(enumerator, text). The text is what `"error"` in JSON and the text
 * output show. A problem never stops the next packet, and never hides the fields that could be read before it. */
#define WS_PROBLEMS(X)                                                                                                 \
	X(WS_PROBLEM_NONE, "")                                                                                         \
	X(WS_PROBLEM_TRUNCATED, "truncated: the capture holds only the first bytes of this header")                    \
	X(WS_PROBLEM_SHORT, "the packet ends inside this header")                                                      \
	X(WS_PROBLEM_VERSION, "version field does not match the layer below")                                          \
	X(WS_PROBLEM_HEADER_LENGTH, "header length below the minimum")                                                 \
	X(WS_PROBLEM_HEADER_BEYOND, "header length exceeds the packet")                                                \
	X(WS_PROBLEM_TOTAL_LENGTH, "total length smaller than the header")                                             \
	X(WS_PROBLEM_TOTAL_BEYOND, "total length exceeds the frame")                                                   \
	X(WS_PROBLEM_LENGTH, "length field does not fit the packet")                                                   \
	X(WS_PROBLEM_OPTION_LENGTH, "option with a length that does not fit")                                          \
	X(WS_PROBLEM_FRAGMENT_RANGE, "fragment reaches past 65535 bytes")                                              \
	X(WS_PROBLEM_EXTENSIONS, "too many extension headers")                                                         \
	X(WS_PROBLEM_TAGS, "too many stacked tags")                                                                    \
	X(WS_PROBLEM_FLAGS, "impossible combination of flags")                                                         \
	X(WS_PROBLEM_PORT, "port number zero")                                                                         \
	X(WS_PROBLEM_ARP_FORM, "address lengths other than Ethernet and IPv4")                                         \
	X(WS_PROBLEM_RUNT, "frame shorter than 64 bytes")                                                              \
	X(WS_PROBLEM_FCS, "frame check sequence is wrong")

enum ws_problem {
#define X(name, text) name,
	WS_PROBLEMS(X)
#undef X
	        WS_PROBLEM_COUNT
};
const char *ws_problem_text(enum ws_problem problem);

/* X(enumerator, JSON word). `offloaded`: the field holds the folded, uncomplemented pseudo-header sum that a sending
 * host leaves for its card to finish. `unverified`: bytes are missing (truncated, fragment) or no checksum was sent
 * (UDP 0). */
#define WS_CHECKSUMS(X)                                                                                                \
	X(WS_CHECKSUM_UNVERIFIED, "unverified")                                                                        \
	X(WS_CHECKSUM_GOOD, "good")                                                                                    \
	X(WS_CHECKSUM_BAD, "bad")                                                                                      \
	X(WS_CHECKSUM_OFFLOADED, "offloaded")

enum ws_checksum {
#define X(name, word) name,
	WS_CHECKSUMS(X)
#undef X
};
const char *ws_checksum_word(enum ws_checksum checksum);

/* A header in the frame. `length` is what the header claims (for PAYLOAD, PADDING, FCS: their bytes), which may reach
 * past what was captured; `available` is how many of those bytes are really there. */
struct ws_layer {
	uint8_t header;          /* enum ws_header */
	uint8_t problem;         /* enum ws_problem, the first one found in this header */
	uint8_t checksum;        /* enum ws_checksum, of IPv4, TCP, UDP, ICMP, ICMPv6 and FCS layers */
	uint8_t quoted;          /* inside an ICMP error: a header of the packet that caused it */
	uint8_t hardware_length; /* of ARP_OTHER, whose addresses are as long as it says itself */
	uint32_t offset;         /* from the start of the frame */
	uint32_t length, available;
};

#define WS_MAX_LAYERS 24

/* TCP flags as they stand in the header's bytes 12 and 13 (12 bits). */
enum {
	WS_TCP_FIN = 0x001,
	WS_TCP_SYN = 0x002,
	WS_TCP_RST = 0x004,
	WS_TCP_PSH = 0x008,
	WS_TCP_ACK = 0x010,
	WS_TCP_URG = 0x020,
	WS_TCP_ECE = 0x040,
	WS_TCP_CWR = 0x080,
	WS_TCP_AE = 0x100,
};

struct ws_sack_block {
	uint32_t left, right;
};

/* What the tracker reads of TCP's options. */
struct ws_tcp_summary {
	uint16_t mss;         /* 0: not sent */
	uint8_t window_scale; /* 255: not sent; the shift as sent, may exceed 14 */
	bool sack_permitted, timestamps, fast_open;
	uint32_t tsval, tsecr;
	uint8_t sack_count; /* 0 to 4 */
	struct ws_sack_block sack[4];
};

enum ws_transport { WS_TRANSPORT_NONE, WS_TRANSPORT_TCP, WS_TRANSPORT_UDP, WS_TRANSPORT_ICMP, WS_TRANSPORT_ICMPV6 };

#define WS_NO_VLAN 0xffff

/* The transport header that an ICMP error quotes. */
struct ws_quote {
	bool present; /* addresses, protocol and ports below are valid */
	uint8_t ip_protocol;
	struct ws_addr source, destination;
	uint16_t source_port, destination_port;
	bool has_sequence;
	uint32_t sequence; /* TCP only */
};

struct ws_packet {
	const struct ws_frame *frame;
	uint8_t layer_count;
	uint8_t problems;                     /* how many layers have one */
	struct ws_layer layer[WS_MAX_LAYERS]; /* in wire order */

	uint16_t vlan;                               /* 12-bit id of the outermost tag; WS_NO_VLAN */
	uint32_t interface;                          /* SLL2's interface index, else 0 */
	const uint8_t *mac_source, *mac_destination; /* NULL when the link has none */

	uint8_t ip_version;  /* 4, 6, or 0: no IP header that could be read */
	uint8_t ip_protocol; /* of the payload, behind IPv6's extension headers */
	uint8_t ttl;
	bool fragment; /* not the whole datagram */
	bool more_fragments;
	uint32_t fragment_offset; /* bytes */
	uint32_t identification;  /* 16 bits in IPv4, 32 in an IPv6 fragment header */
	struct ws_addr source, destination;
	uint32_t ip_payload_offset, ip_payload_length; /* behind all IP headers; the length by the IP length fields */

	uint8_t transport; /* enum ws_transport; NONE also for a later fragment, or when the ports cannot be read */
	uint8_t transport_layer, ip_layer; /* indices into layer[] */
	uint16_t source_port, destination_port;
	uint32_t payload_offset, payload_length, payload_captured; /* length by the IP length, never counting padding */
	enum ws_checksum checksum;                                 /* the transport's */

	/* TCP only, and only when `tcp_complete`: the fixed 20 bytes were captured and the header length makes sense.
	 */
	bool tcp_complete;
	uint32_t sequence, acknowledgment;
	uint16_t flags, window;
	struct ws_tcp_summary tcp;

	/* ICMP and ICMPv6 only. */
	uint8_t icmp_type, icmp_code;
	struct ws_quote quote;

	uint32_t flow; /* the tracker's note, see ws_tracker_hash(); 0: none */
};

/* Decodes. Never fails: what is wrong stands in the layers' problems. */
void ws_decode(const struct ws_frame *frame, struct ws_packet *packet);

/* A datagram put together from fragments: decodes its transport header and payload as if it had come in one packet.
 * `packet` is the last fragment's, already decoded; `datagram` the IP payload's bytes from offset 0, as far as they are
 * known, `captured` of them, `length` in all. Fills transport, ports, flags, payload lengths and so on; payload_offset
 * is then an offset into `datagram`, and no layer is added. */
void ws_decode_datagram(struct ws_packet *packet, const uint8_t *datagram, uint32_t captured, uint32_t length);

/* ---- Field tables */

/* How a field's value reads. All are integers of at most 64 bits but MAC, the addresses,
 * OPTIONS and BYTES. */
enum ws_field_kind {
	WS_FIELD_NUMBER,  /* decimal */
	WS_FIELD_HEX,     /* 0x and bit_width/4 digits */
	WS_FIELD_BOOLEAN, /* one bit; 0 or 1 in JSON */
	WS_FIELD_FLAGS,   /* TCP's 8 low flags */
	WS_FIELD_ETHERTYPE,
	WS_FIELD_PROTOCOL, /* IP protocol number */
	WS_FIELD_PORT,
	WS_FIELD_CHECKSUM, /* its status stands in the layer */
	WS_FIELD_MAC,
	WS_FIELD_IPV4,
	WS_FIELD_IPV6,
	WS_FIELD_OPTIONS, /* from bit_offset to the end of the header */
	WS_FIELD_BYTES,   /* from bit_offset to the end of the header, opaque */
	WS_FIELD_ICMP_TYPE,
	WS_FIELD_ARP_OPERATION,
};

/* Fields that a header has only for some of its types; ws_field_value() is false for the others. */
enum ws_field_when {
	WS_WHEN_ALWAYS,
	WS_WHEN_ECHO,    /* ICMP queries and replies with identifier and sequence number */
	WS_WHEN_MTU,     /* ICMP "fragmentation needed", ICMPv6 "packet too big" */
	WS_WHEN_GATEWAY, /* ICMP redirect */
};

struct ws_field {
	const char *name;               /* as in JSON; NULL: not in JSON (reserved bits and the like) */
	const char *label;              /* for people: "sequence number" */
	uint16_t bit_offset, bit_width; /* from the start of the header; width 0: to its end */
	uint8_t kind;                   /* enum ws_field_kind */
	uint8_t scale; /* value = raw × scale (4 for header lengths in words, 8 for fragment offsets), 0 and 1: raw */
	uint8_t when;  /* enum ws_field_when */
	const char *meaning;   /* one sentence a learner understands, ours, without a full stop at the end */
	const char *reference; /* "RFC 9293 §3.1", "IEEE 802.3", ... */
};

struct ws_header_info {
	const char *name, *label; /* as in WS_HEADERS */
	unsigned model_layer;     /* 2 link, 3 network, 4 transport, 5 application */
	const struct ws_field *fields;
	size_t field_count;
};
const struct ws_header_info *ws_header_info(enum ws_header header);

struct ws_value {
	uint64_t number;      /* integers, scaled */
	const uint8_t *bytes; /* MAC, addresses, OPTIONS, BYTES: the bytes in the frame */
	uint32_t length;      /* of bytes */
};

/* False when the field's bytes were not captured or lie outside the header as it is. */
bool ws_field_value(const struct ws_packet *packet, const struct ws_layer *layer, const struct ws_field *field,
                    struct ws_value *value) WS_CHECKED;
/* Appends the value as a person reads it: `64`, `0x317f`, `SYN, ACK`, `0x0800 (IPv4)`, `80 http`, `192.0.2.1`. */
void ws_field_text(struct ws_text *text, const struct ws_packet *packet, const struct ws_layer *layer,
                   const struct ws_field *field, const struct ws_value *value);
/* The frame offset of a field's first byte, and how many bytes it touches. */
void ws_field_bytes(const struct ws_layer *layer, const struct ws_field *field, uint32_t *offset, uint32_t *length);

/* ---- Options (IPv4's and TCP's; IPv6 hop-by-hop and destination options too) */

struct ws_option {
	uint8_t kind;
	uint8_t problem; /* enum ws_problem: NONE, or OPTION_LENGTH: a length that does not suit the kind, or is more
	                    than what is left; in that case `length` is what is left, and the option is the last */
	uint32_t offset; /* from the start of the frame */
	uint32_t length; /* kind and length bytes included; 1 for NOP and end-of-list */
	const uint8_t *bytes;
	const char *name;  /* "mss", "window_scale", ...; "unknown" */
	const char *label; /* for people */
};
/* Walks the options of a layer: start with *cursor = 0. False at the end, which an end-of-list option comes before. */
bool ws_option_next(const struct ws_packet *packet, const struct ws_layer *layer, uint32_t *cursor,
                    struct ws_option *option) WS_CHECKED;
/* Appends what an option says, for people: `1460`, `7 → ×128`, `val 1 ecr 2`, `5473–10945`, or its bytes in hex. */
void ws_option_text(struct ws_text *text, const struct ws_layer *layer, const struct ws_option *option);

/* An option's parts as numbers, for JSON: names like "value", "tsval". A SACK option gives "left" and "right" once per
 * block. Returns how many were filled (at most 8); none where the bytes say more than numbers would. */
struct ws_option_part {
	const char *name;
	uint64_t number;
};
size_t ws_option_parts(const struct ws_layer *layer, const struct ws_option *option, struct ws_option_part parts[8]);

/* ---- Vocabulary: NULL when the number has no name we know. */
const char *ws_ethertype_name(uint16_t type);
const char *ws_protocol_name(uint8_t protocol);
const char *ws_icmp_name(uint8_t type, uint8_t code, bool icmpv6);
const char *ws_arp_operation_name(uint16_t operation);
/* From the services database, read once by ws_port_names_load() and never later; NULL before. */
void ws_port_names_load(void);
const char *ws_port_name(uint16_t port, bool udp);

/* Appends "SYN, ACK" (separator ", ") or "S." style when `compact`. */
void ws_tcp_flags_text(struct ws_text *text, uint16_t flags, bool compact);

#endif
