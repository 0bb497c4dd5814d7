/* One frame, decoded into values. Decoding keeps no state, does no I/O, allocates nothing and never reads a clock. The
 * packet borrows the frame's bytes, so it is valid only as long as they are.
 *
 * There are two levels. `struct ws_packet` holds what the tracker needs of every packet, in host byte order. Everything
 * else is read on demand from the bytes, by means of the field tables below. They describe each header once, for the
 * verbose text, the JSON, the packet screen and the highlighted bytes. */
#ifndef WIRESTATE_PACKET_H
#define WIRESTATE_PACKET_H

#include <wirestate/capture.h>
#include <wirestate/language.h>
#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, JSON name, label for people, layer of the five-layer model 1..5). Two enumerators may have the same
 * JSON name when one header has two forms. */
#define WS_HEADERS(X)                                                                                                  \
	X(WS_HEADER_ETHERNET, "ethernet", "Ethernet", 2)        /* Ethernet II: 14 bytes, type */                      \
	X(WS_HEADER_ETHERNET_LENGTH, "ethernet", "Ethernet", 2) /* IEEE 802.3: 14 bytes, length */                     \
	X(WS_HEADER_SLL, "sll", N_("Linux cooked v1"), 2)                                                              \
	X(WS_HEADER_SLL2, "sll2", N_("Linux cooked v2"), 2)                                                            \
	X(WS_HEADER_NULL, "null", N_("BSD loopback"), 2)                                                               \
	X(WS_HEADER_ISL, "isl", "Cisco ISL", 2) /* 26 bytes in front of an Ethernet frame */                           \
	X(WS_HEADER_RADIOTAP, "radiotap", "Radiotap", 2)                                                               \
	X(WS_HEADER_WIFI, "wlan", "IEEE 802.11", 2)       /* a data frame with three addresses */                      \
	X(WS_HEADER_WIFI_4, "wlan", "IEEE 802.11", 2)     /* with four */                                              \
	X(WS_HEADER_WIFI_OTHER, "wlan", "IEEE 802.11", 2) /* the beginning of any other frame */                       \
	X(WS_HEADER_HDLC, "hdlc", "HDLC", 2)              /* PPP's address and control */                              \
	X(WS_HEADER_CISCO_HDLC, "chdlc", "Cisco HDLC", 2)                                                              \
	X(WS_HEADER_NFLOG, "nflog", N_("Firewall log"), 2) /* up to the packet's attribute */                          \
	X(WS_HEADER_PKTAP, "pktap", N_("Packet tap"), 2)                                                               \
	X(WS_HEADER_DSA, "dsa", N_("Ethernet with DSA tag"), 2)                                                        \
	X(WS_HEADER_EDSA, "dsa", N_("Ethernet with EDSA tag"), 2)                                                      \
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
	X(WS_HEADER_IPV6, "ipv6", "IPv6", 3)                            /* the fixed 40 bytes */                       \
	X(WS_HEADER_IPV6_EXTENSION, "extension", N_("IPv6 options"), 3) /* hop-by-hop and destination options */       \
	X(WS_HEADER_IPV6_ROUTING, "extension", N_("IPv6 routing"), 3)                                                  \
	X(WS_HEADER_IPV6_FRAGMENT, "extension", N_("IPv6 fragment"), 3)                                                \
	X(WS_HEADER_IPV6_AH, "extension", N_("Authentication"), 3) /* also after IPv4 */                               \
	X(WS_HEADER_ICMP, "icmp", "ICMP", 3)                                                                           \
	X(WS_HEADER_ICMPV6, "icmpv6", "ICMPv6", 3)                                                                     \
	X(WS_HEADER_TCP, "tcp", "TCP", 4)                                                                              \
	X(WS_HEADER_VXLAN, "vxlan", "VXLAN", 2)                                                                        \
	X(WS_HEADER_GENEVE, "geneve", "Geneve", 2)                                                                     \
	X(WS_HEADER_GRE, "gre", "GRE", 3)                                                                              \
	X(WS_HEADER_ERSPAN_2, "erspan", "ERSPAN", 2)                                                                   \
	X(WS_HEADER_ERSPAN_3, "erspan", "ERSPAN", 2)                                                                   \
	X(WS_HEADER_GTP, "gtp", "GTP-U", 3)                                                                            \
	X(WS_HEADER_L2TP, "l2tp", "L2TP", 2)       /* version 2 */                                                     \
	X(WS_HEADER_L2TP_3, "l2tp", "L2TP", 2)     /* version 3 */                                                     \
	X(WS_HEADER_TEREDO, "teredo", "Teredo", 3) /* what may come before its packet */                               \
	X(WS_HEADER_UDP, "udp", "UDP", 4)                                                                              \
	X(WS_HEADER_PAYLOAD, "payload", N_("Payload"), 5)                                                              \
	X(WS_HEADER_PADDING, "padding", N_("Padding"), 2)      /* bytes after the IP length; never payload */          \
	X(WS_HEADER_FCS, "fcs", N_("Frame check sequence"), 2) /* 4 bytes at the end of the frame */

enum ws_header {
#define X(name, json, label, layer) name,
	WS_HEADERS(X)
#undef X
	        WS_HEADER_COUNT
};

/* X(enumerator, text): everything that can be wrong with a packet. The text is shown in the text output and as "error"
 * in JSON. A problem never affects the next packet, and never hides the fields that were read before it. */
#define WS_PROBLEMS(X)                                                                                                 \
	X(WS_PROBLEM_NONE, "")                                                                                         \
	X(WS_PROBLEM_TRUNCATED, N_("truncated: the capture holds only the first bytes of this header"))                \
	X(WS_PROBLEM_SHORT, N_("the packet ends inside this header"))                                                  \
	X(WS_PROBLEM_VERSION, N_("version field does not match the layer below"))                                      \
	X(WS_PROBLEM_HEADER_LENGTH, N_("header length below the minimum"))                                             \
	X(WS_PROBLEM_HEADER_BEYOND, N_("header length exceeds the packet"))                                            \
	X(WS_PROBLEM_TOTAL_LENGTH, N_("total length smaller than the header"))                                         \
	X(WS_PROBLEM_TOTAL_BEYOND, N_("total length exceeds the frame"))                                               \
	X(WS_PROBLEM_LENGTH, N_("length field does not fit the packet"))                                               \
	X(WS_PROBLEM_OPTION_LENGTH, N_("option with a length that does not fit"))                                      \
	X(WS_PROBLEM_FRAGMENT_RANGE, N_("fragment reaches past 65535 bytes"))                                          \
	X(WS_PROBLEM_EXTENSIONS, N_("too many extension headers"))                                                     \
	X(WS_PROBLEM_TUNNELS, N_("too many tunnels inside each other"))                                                \
	X(WS_PROBLEM_TAGS, N_("too many stacked tags"))                                                                \
	X(WS_PROBLEM_FLAGS, N_("impossible combination of flags"))                                                     \
	X(WS_PROBLEM_PORT, N_("port number zero"))                                                                     \
	X(WS_PROBLEM_ARP_FORM, N_("address lengths other than Ethernet and IPv4"))                                     \
	X(WS_PROBLEM_RUNT, N_("frame shorter than 64 bytes"))                                                          \
	X(WS_PROBLEM_FCS, N_("frame check sequence is wrong"))

enum ws_problem {
#define X(name, text) name,
	WS_PROBLEMS(X)
#undef X
	        WS_PROBLEM_COUNT
};
const char *ws_problem_text(enum ws_problem problem);

/* X(enumerator, JSON word). `offloaded` means that the field holds the folded, uncomplemented pseudo-header sum that a
 * sending host leaves for its network card to complete, with the length or, where the card is to split the segment,
 * without it. `unverified` means that bytes are missing (a truncated packet
 * or a fragment), or that no checksum was sent (0 in UDP). */
#define WS_CHECKSUMS(X)                                                                                                \
	X(WS_CHECKSUM_UNVERIFIED, N_("unverified"))                                                                    \
	X(WS_CHECKSUM_GOOD, N_("good"))                                                                                \
	X(WS_CHECKSUM_BAD, N_("bad"))                                                                                  \
	X(WS_CHECKSUM_OFFLOADED, N_("offloaded"))

enum ws_checksum {
#define X(name, word) name,
	WS_CHECKSUMS(X)
#undef X
};
const char *ws_checksum_word(enum ws_checksum checksum);

/* A header in the frame. `length` is what the header says (for PAYLOAD, PADDING and FCS, the number of their bytes) and
 * may exceed what was captured; `available` is how many of those bytes were captured. */
struct ws_layer {
	uint8_t header;   /* enum ws_header */
	uint8_t problem;  /* enum ws_problem, the first one found in this header, if any */
	uint8_t checksum; /* enum ws_checksum, of IPv4, TCP, UDP, ICMP, ICMPv6 and FCS layers */
	uint8_t quoted;   /* a header of the packet that an ICMP error quotes */
	uint8_t form; /* of ARP_OTHER, the length of hardware addresses; of tunnels, a bit for each part that is there
	               */
	uint32_t offset; /* from the start of the frame */
	uint32_t length, available;
};

#define WS_MAX_LAYERS 40

/* TCP flags, the low 12 bits of the header's bytes 12 and 13. */
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

/* In the place of a window scale, in a SYN whose options are not all in the capture: it may have offered one. */
#define WS_SCALE_CUT_OFF 254

/* What an option of Multipath TCP in a RST says that it ends. */
enum ws_multipath_end {
	WS_MULTIPATH_NOTHING,    /* there is none */
	WS_MULTIPATH_SUBFLOW,    /* this subflow, MP_TCPRST (RFC 8684 §3.6) */
	WS_MULTIPATH_CONNECTION, /* all subflows, MP_FASTCLOSE (RFC 8684 §3.5) */
};

/* What the tracker reads of TCP's options. */
struct ws_tcp_summary {
	uint16_t mss;         /* 0: not sent */
	uint8_t window_scale; /* 255: not sent; WS_SCALE_CUT_OFF; the shift as sent, may exceed 14 */
	bool sack_permitted, timestamps, fast_open;
	bool keyed; /* with a digest that needs a key: of TCP MD5 (RFC 2385) or TCP-AO (RFC 5925) */
	uint32_t tsval, tsecr;
	uint8_t sack_count;                      /* 0 to 4 */
	uint8_t multipath_end, multipath_reason; /* enum ws_multipath_end; see ws_multipath_reason() */
	struct ws_sack_block sack[4];
};

enum ws_transport { WS_TRANSPORT_NONE, WS_TRANSPORT_TCP, WS_TRANSPORT_UDP, WS_TRANSPORT_ICMP, WS_TRANSPORT_ICMPV6 };

#define WS_NO_VLAN 0xffff

/* X(enumerator, word, whether its id is the same in both directions): what a packet may be inside of. The id of the
 * others is one that the receiver has chosen, or there is none. */
#define WS_TUNNELS(X)                                                                                                  \
	X(WS_TUNNEL_VXLAN, "vxlan", true)    /* id: network */                                                         \
	X(WS_TUNNEL_GENEVE, "geneve", true)  /* id: network */                                                         \
	X(WS_TUNNEL_GRE, "gre", true)        /* id: key */                                                             \
	X(WS_TUNNEL_NVGRE, "nvgre", true)    /* id: subnet */                                                          \
	X(WS_TUNNEL_PPTP, "pptp", false)     /* id: call */                                                            \
	X(WS_TUNNEL_ERSPAN, "erspan", false) /* id: session */                                                         \
	X(WS_TUNNEL_IP, "ipip", false)       /* IPv4 in IP */                                                          \
	X(WS_TUNNEL_6IN4, "6in4", false)     /* IPv6 in IP */                                                          \
	X(WS_TUNNEL_GTP, "gtp-u", false)     /* id: TEID */                                                            \
	X(WS_TUNNEL_L2TP, "l2tp", false)     /* id: of version 2, tunnel and session; of version 3, session */         \
	X(WS_TUNNEL_TEREDO, "teredo", false)                                                                           \
	X(WS_TUNNEL_MPLS, "mpls", false) /* in IP or UDP */

enum ws_tunnel_kind {
#define X(name, word, shared) name,
	WS_TUNNELS(X)
#undef X
	        WS_TUNNEL_COUNT
};
const char *ws_tunnel_word(enum ws_tunnel_kind kind);
bool ws_tunnel_id_shared(enum ws_tunnel_kind kind);

#define WS_MAX_TUNNELS 4

/* A tunnel around a packet, with the ends of the outer packet. */
struct ws_tunnel {
	struct ws_addr source, destination;
	uint32_t id;
	uint32_t length; /* of the outer UDP payload, in bytes */
	uint16_t source_port, destination_port;
	uint8_t kind; /* enum ws_tunnel_kind */
	uint8_t ip_version;
	bool has_id;
	bool udp; /* the ports and the length are valid */
};

/* The transport header that an ICMP error quotes. */
struct ws_quote {
	bool present; /* addresses, protocol and ports below are valid */
	uint8_t ip_protocol;
	struct ws_addr source, destination;
	uint16_t source_port, destination_port;
	uint32_t udp_length; /* payload bytes of a quoted datagram, as its header says */
	bool has_sequence;
	uint32_t sequence; /* TCP only */
};

struct ws_packet {
	const struct ws_frame *frame;
	uint8_t layer_count;
	uint8_t problems;                            /* how many layers have one */
	uint16_t vlan;                               /* 12-bit id of the outermost tag, or WS_NO_VLAN */
	uint32_t interface;                          /* the interface index of SLL2; otherwise 0 */
	const uint8_t *mac_source, *mac_destination; /* NULL when the link type has none */
	uint8_t tunnel_count;                        /* 0: the packet is in no tunnel */

	uint8_t ip_version;  /* 4 or 6; 0 when no IP header could be read */
	uint8_t ip_protocol; /* of the payload, after IPv6's extension headers */
	uint8_t ttl;
	bool fragment; /* not the whole datagram */
	bool more_fragments;
	uint32_t fragment_offset; /* bytes */
	uint32_t identification;  /* 16 bits in IPv4, 32 in an IPv6 fragment header */
	struct ws_addr source, destination;
	uint32_t ip_payload_offset, ip_payload_length; /* after all IP headers, and by the IP length fields */

	uint8_t transport; /* enum ws_transport; also NONE for later fragments, and when ports cannot be read */
	uint8_t transport_layer, ip_layer; /* indices into layer[] */
	uint16_t source_port, destination_port;
	uint32_t payload_offset, payload_length, payload_captured; /* by the IP length, so never padding */
	enum ws_checksum checksum;                                 /* the transport's */
	uint16_t checksum_sent;                                    /* TCP's, as it stands in the header */

	/* Only for TCP, and only when `tcp_complete`: the fixed 20 bytes were captured and the header length is
	 * valid. */
	bool tcp_complete;
	uint32_t sequence, acknowledgment;
	uint16_t flags, window;
	struct ws_tcp_summary tcp;

	/* ICMP and ICMPv6 only. */
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_mtu; /* of "fragmentation needed" and "packet too big"; 0: none */
	struct ws_quote quote;

	bool may_name; /* its payload may state the name of a host, or why it is a RST, so the tracker must see its bytes */
	bool name_goes_on;     /* `may_name`, and the next segments of the connection may go on with it */
	uint32_t flow;         /* set and read by the tracker, see ws_tracker_hash(); 0: none */
	uint32_t conversation; /* the same of UDP */

	/* Last, because most packets use few of them. */
	struct ws_layer layer[WS_MAX_LAYERS];    /* in wire order */
	struct ws_tunnel tunnel[WS_MAX_TUNNELS]; /* around the packet that the values describe, the outermost first */
};

/* Decodes a frame. It never fails: what is wrong is recorded as a problem of the layer that has it. */
void ws_decode(const struct ws_frame *frame, struct ws_packet *packet);

/* Decodes the transport header and payload of a datagram that was reassembled from fragments, as if it had come in one
 * packet. `packet` is the decoded last fragment. `datagram` holds the first `captured` of the `length` bytes of IP
 * payload. Fills transport, ports, flags, payload lengths and so on; payload_offset is then an offset into `datagram`,
 * and no layer is added. */
void ws_decode_datagram(struct ws_packet *packet, const uint8_t *datagram, uint32_t captured, uint32_t length);

/* The most bytes that an Ethernet frame with these VLAN tags has, with its header and FCS (IEEE 802.3 §3.2.7), where this one
 * has more; 0: it has not, or is none. `length` becomes how many it has. */
uint32_t ws_packet_exceeds(const struct ws_packet *packet, uint32_t *length);

/* A number of what does not change on a datagram's way: the first bytes of its UDP payload and their length, or of an ICMP
 * echo its sequence number and its data. `data` is what payload_offset counts from, with `size` bytes: the frame, or a
 * datagram that was reassembled. 0: it is neither, or too little of it was captured. */
uint64_t ws_packet_digest(const struct ws_packet *packet, const uint8_t *data, uint32_t size);
/* The same of a UDP datagram with a payload of `length` bytes, of which `captured` are at `payload`. */
uint64_t ws_payload_digest(const uint8_t *payload, uint32_t length, uint32_t captured);
/* It is sent to a multicast or the broadcast address, or by a host that has no address yet. */
bool ws_packet_goes_to_many(const struct ws_packet *packet);
bool ws_goes_to_many(const struct ws_addr *source, const struct ws_addr *destination, uint8_t ip_version);
/* An echo request or the reply to one, whose header was captured; then its identifier. */
bool ws_packet_echo(const struct ws_packet *packet, const uint8_t *data, uint32_t size, uint16_t *identifier,
                    bool *reply);

/* ---- Field tables */

/* The type of a field's value. All are integers of at most 64 bits, except MAC, the addresses, OPTIONS, BYTES and NAME.
 */
enum ws_field_kind {
	WS_FIELD_NUMBER,  /* decimal */
	WS_FIELD_HEX,     /* 0x and bit_width/4 digits */
	WS_FIELD_BOOLEAN, /* one bit; 0 or 1 in JSON */
	WS_FIELD_FLAGS,   /* TCP's 8 low flags */
	WS_FIELD_ETHERTYPE,
	WS_FIELD_PROTOCOL, /* IP protocol number */
	WS_FIELD_PORT,
	WS_FIELD_CHECKSUM, /* struct ws_layer has its status */
	WS_FIELD_MAC,
	WS_FIELD_IPV4,
	WS_FIELD_IPV6,
	WS_FIELD_OPTIONS,    /* from bit_offset to the end of the header */
	WS_FIELD_BYTES,      /* from bit_offset to the end of the header; not decoded */
	WS_FIELD_LITTLE,     /* decimal, of whole bytes, the least significant one first */
	WS_FIELD_LITTLE_HEX, /* the same in hexadecimal */
	WS_FIELD_NAME,       /* text in bytes that are filled up with NUL */
	WS_FIELD_ICMP_TYPE,
	WS_FIELD_ARP_OPERATION,
};

/* The message types for which a header has a field; for all others ws_field_value() returns false. */
enum ws_field_when {
	WS_WHEN_ALWAYS,
	WS_WHEN_ECHO,    /* ICMP queries and replies with identifier and sequence number */
	WS_WHEN_MTU,     /* ICMP "fragmentation needed", ICMPv6 "packet too big" */
	WS_WHEN_GATEWAY, /* ICMP redirect */
	/* Of tunnels: the part with this number is there (a bit of ws_layer.form). The field stands where it is when
	 * all parts are there, and comes earlier where one before it is missing. */
	WS_WHEN_PART,
};

struct ws_field {
	const char *name;               /* name in JSON; NULL when not shown there, as reserved bits */
	const char *label;              /* for people, such as "sequence number" */
	uint16_t bit_offset, bit_width; /* from the start of the header; width 0: to its end */
	uint8_t kind;                   /* enum ws_field_kind */
	uint8_t scale; /* value = raw × scale: 4 for header lengths in words, 8 for fragment offsets; 0 is like 1 */
	uint8_t when;  /* enum ws_field_when */
	const char *meaning;   /* one sentence of ours that a learner understands, without a full stop */
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
	const uint8_t *bytes; /* the bytes in the frame of a MAC, an address, OPTIONS, BYTES or a NAME */
	uint32_t length;      /* of bytes */
};

/* Returns false when the field's bytes were not captured, or lie outside this header. */
bool ws_field_value(const struct ws_packet *packet, const struct ws_layer *layer, const struct ws_field *field,
                    struct ws_value *value) WS_CHECKED;
/* Appends the value in the form for people: `64`, `0x317f`, `SYN, ACK`, `0x0800 (IPv4)`, `80 http`, `192.0.2.1`. */
void ws_field_text(struct ws_text *text, const struct ws_packet *packet, const struct ws_layer *layer,
                   const struct ws_field *field, const struct ws_value *value);
/* The offset in the frame of a field's first byte, and how many bytes the field touches. */
void ws_field_bytes(const struct ws_layer *layer, const struct ws_field *field, uint32_t *offset, uint32_t *length);

/* ---- Options of IPv4 and TCP, and of IPv6 hop-by-hop and destination options headers */

struct ws_option {
	uint8_t kind;
	/* enum ws_problem, NONE or OPTION_LENGTH. With OPTION_LENGTH, the length does not suit the kind or exceeds the
	 * bytes left; then `length` is the number of bytes left, and this option is the last. */
	uint8_t problem;
	uint32_t offset; /* from the start of the frame */
	uint32_t length; /* includes the kind and length bytes; 1 for NOP and end-of-list */
	const uint8_t *bytes;
	const char *name;  /* "mss", "window_scale", ..., or "unknown" */
	const char *label; /* for people */
};
/* Walks the options of a layer; start with *cursor = 0. Returns false after the last one, which may be end-of-list. */
bool ws_option_next(const struct ws_packet *packet, const struct ws_layer *layer, uint32_t *cursor,
                    struct ws_option *option) WS_CHECKED;
/* Why a RST ends a subflow of Multipath TCP, in the user's language; NULL: it does not say, or nobody knows what it says. */
const char *ws_multipath_reason(uint8_t reason);
/* Appends an option's value for people: `1460`, `7 → ×128`, `val 1 ecr 2`, `5473–10945`, or its bytes in hex. */
void ws_option_text(struct ws_text *text, const struct ws_layer *layer, const struct ws_option *option);

/* An option's values as numbers for JSON, with names like "value" and "tsval". A SACK option gives "left" and "right"
 * for each block. Returns how many were filled, at most 8; 0 for options whose bytes are shown instead. */
struct ws_option_part {
	const char *name;
	uint64_t number;
};
size_t ws_option_parts(const struct ws_layer *layer, const struct ws_option *option, struct ws_option_part parts[8]);

/* ---- Names of numbers; NULL when a number has no known name */
const char *ws_ethertype_name(uint16_t type);
const char *ws_protocol_name(uint8_t protocol);
const char *ws_icmp_name(uint8_t type, uint8_t code, bool icmpv6);
const char *ws_arp_operation_name(uint16_t operation);
/* Names from the services database. ws_port_names_load() reads it once; before that, ws_port_name() returns NULL. */
void ws_port_names_load(void);
const char *ws_port_name(uint16_t port, bool udp);

/* Appends the flags as "SYN, ACK", or in tcpdump's style, "S.", when `compact`. */
void ws_tcp_flags_text(struct ws_text *text, uint16_t flags, bool compact);

#endif
