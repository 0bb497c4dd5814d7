/* The field tables of tunnels. Included by fields.c alone. Parts that are not in every header have a number, and stand
 * here where they are when all parts are there. */
#ifndef WS_DECODE_FIELDS_TUNNEL_H
#define WS_DECODE_FIELDS_TUNNEL_H

#include "decode/field_rows.h"

static const struct ws_field vxlan[] = {
        F("flags", N_("flags"), 0, 8, HEX, 1, N_("bit 0x08: the network's number is valid"), "RFC 7348 §5"),
        F(NULL, N_("reserved"), 8, 24, HEX, 1, N_("zero; extensions of VXLAN put a group or a protocol here"),
          "RFC 7348 §5"),
        F("vni", N_("network"), 32, 24, NUMBER, 1, N_("which virtual network the frame inside belongs to"),
          "RFC 7348 §5"),
        F(NULL, N_("reserved"), 56, 8, HEX, 1, N_("zero"), "RFC 7348 §5"),
};

static const struct ws_field geneve[] = {
        F("version", N_("version"), 0, 2, NUMBER, 1, "0", "RFC 8926 §3.4"),
        F("options_length", N_("options"), 2, 6, NUMBER, 4, N_("bytes of options, counted in words of four bytes"),
          "RFC 8926 §3.4"),
        F(NULL, N_("control"), 8, 1, BOOLEAN, 1, N_("set in messages that are not for a virtual network's hosts"),
          "RFC 8926 §3.4"),
        F(NULL, N_("critical"), 9, 1, BOOLEAN, 1, N_("set when an option must be understood"), "RFC 8926 §3.4"),
        F(NULL, N_("reserved"), 10, 6, HEX, 1, N_("zero"), "RFC 8926 §3.4"),
        F("protocol", N_("type"), 16, 16, ETHERTYPE, 1, N_("what is inside: 0x6558 is an Ethernet frame"),
          "RFC 8926 §3.4"),
        F("vni", N_("network"), 32, 24, NUMBER, 1, N_("which virtual network the packet inside belongs to"),
          "RFC 8926 §3.4"),
        F(NULL, N_("reserved"), 56, 8, HEX, 1, N_("zero"), "RFC 8926 §3.4"),
        F(NULL, N_("options"), 64, 0, BYTES, 1, N_("what the ends of the tunnel tell each other"), "RFC 8926 §3.5"),
};

static const struct ws_field gre[] = {
        F("flags", N_("flags"), 0, 13, HEX, 1,
          N_("which parts follow: checksum 0x1000, key 0x400, sequence number 0x200"), "RFC 2890 §2"),
        F("version", N_("version"), 13, 3, NUMBER, 1, N_("0; 1 in PPTP"), "RFC 2784 §2.3.1"),
        F("protocol", N_("type"), 16, 16, ETHERTYPE, 1, N_("what is inside: 0x6558 is an Ethernet frame"),
          "RFC 2784 §2.4"),
        F_PART(0, "checksum", N_("checksum"), 32, 16, HEX, N_("over this header and what is inside"), "RFC 2784 §2.5"),
        F_PART(1, "key", N_("key"), 64, 32, NUMBER,
               N_("tells flows in the tunnel apart; of NVGRE, the subnet and a flow number"), "RFC 2890 §2.1"),
        F_PART(2, "sequence", N_("sequence number"), 96, 32, NUMBER,
               N_("counts the packets, so that late ones can be dropped"), "RFC 2890 §2.2"),
        F_PART(3, "acknowledgment", N_("acknowledgment"), 128, 32, NUMBER, N_("the highest number received, of PPTP"),
               "RFC 2637 §4.1"),
};

#define ERSPAN "draft-foschiano-erspan"
#define ERSPAN_FRONT                                                                                                   \
	F("version", N_("version"), 0, 4, NUMBER, 1, N_("1 for type II, 2 for type III"), ERSPAN),                     \
	        F("vlan", "VLAN", 4, 12, NUMBER, 1, N_("of the frame where it was copied"), ERSPAN),                   \
	        F("priority", N_("priority"), 16, 3, NUMBER, 1, N_("class of traffic of the frame"), ERSPAN),          \
	        F(NULL, N_("encapsulation"), 19, 2, NUMBER, 1,                                                         \
	          N_("how the frame was tagged, or whether it was a bad one"), ERSPAN),                                \
	        F(NULL, N_("truncated"), 21, 1, BOOLEAN, 1, N_("set when the copy is not the whole frame"), ERSPAN),   \
	        F("session", N_("session"), 22, 10, NUMBER, 1, N_("which mirror session the copy belongs to"), ERSPAN)

static const struct ws_field erspan_2[] = {
        ERSPAN_FRONT,
        F(NULL, N_("reserved"), 32, 12, HEX, 1, N_("zero"), ERSPAN),
        F("index", N_("index"), 44, 20, NUMBER, 1, N_("port and direction of the copy, as the switch numbers them"),
          ERSPAN),
};

static const struct ws_field erspan_3[] = {
        ERSPAN_FRONT,
        F("timestamp", N_("timestamp"), 32, 32, NUMBER, 1, N_("when the switch made the copy, by its own clock"),
          ERSPAN),
        F(NULL, N_("group"), 64, 16, NUMBER, 1, N_("security group of the frame"), ERSPAN),
        F(NULL, N_("protocol data"), 80, 1, BOOLEAN, 1, N_("set when the copy is an Ethernet frame"), ERSPAN),
        F(NULL, N_("frame type"), 81, 5, NUMBER, 1, N_("0: Ethernet, 2: IP"), ERSPAN),
        F(NULL, N_("hardware"), 86, 6, NUMBER, 1, N_("which part of the switch made the copy"), ERSPAN),
        F("direction", N_("direction"), 92, 1, NUMBER, 1, N_("0: the frame came into the port, 1: it went out"),
          ERSPAN),
        F(NULL, N_("granularity"), 93, 2, NUMBER, 1, N_("unit of the timestamp"), ERSPAN),
        F(NULL, N_("subheader"), 95, 1, BOOLEAN, 1, N_("set when eight more bytes follow"), ERSPAN),
        F(NULL, N_("platform"), 96, 0, BYTES, 1, N_("details of the switch"), ERSPAN),
};

#define GTPU "3GPP TS 29.281 §5.1"
static const struct ws_field gtp[] = {
        F("version", N_("version"), 0, 3, NUMBER, 1, "1", GTPU),
        F(NULL, N_("protocol type"), 3, 1, NUMBER, 1, "1: GTP", GTPU),
        F(NULL, N_("reserved"), 4, 1, HEX, 1, N_("zero"), GTPU),
        F(NULL, N_("extension"), 5, 1, BOOLEAN, 1, N_("extension headers follow"), GTPU),
        F(NULL, N_("sequence"), 6, 1, BOOLEAN, 1, N_("the sequence number counts"), GTPU),
        F(NULL, N_("n-pdu"), 7, 1, BOOLEAN, 1, N_("the N-PDU number counts"), GTPU),
        F("message", N_("message"), 8, 8, NUMBER, 1, N_("255: a user's packet"), GTPU),
        F("length", N_("length"), 16, 16, NUMBER, 1, N_("bytes after the first eight"), GTPU),
        F("teid", N_("tunnel"), 32, 32, NUMBER, 1,
          N_("the receiver's number for this user's traffic; each way has its own"), GTPU),
        F_PART(0, "sequence", N_("sequence number"), 64, 16, NUMBER, N_("counts the packets"), GTPU),
        F_PART(0, NULL, N_("N-PDU number"), 80, 8, NUMBER, N_("for handovers between networks"), GTPU),
        F_PART(0, NULL, N_("next extension"), 88, 8, HEX, N_("which extension header follows; 0: none"), GTPU),
        F_PART(0, NULL, N_("extensions"), 96, 0, BYTES, N_("such as which quality of service the packet has"), GTPU),
};

#define L2TP2 "RFC 2661 §3.1"
static const struct ws_field l2tp[] = {
        F("flags", N_("flags"), 0, 12, HEX, 1, N_("which parts follow: length 0x400, numbers 0x080, offset 0x020"),
          L2TP2),
        F("version", N_("version"), 12, 4, NUMBER, 1, "2", L2TP2),
        F_PART(0, "length", N_("length"), 16, 16, NUMBER, N_("bytes from the flags on"), L2TP2),
        F_PART(WS_ALWAYS_THERE, "tunnel", N_("tunnel"), 32, 16, NUMBER, N_("the receiver's number for the tunnel"),
               L2TP2),
        F_PART(WS_ALWAYS_THERE, "session", N_("session"), 48, 16, NUMBER,
               N_("the receiver's number for this user's session"), L2TP2),
        F_PART(1, "sent", N_("sent"), 64, 16, NUMBER, N_("number of this packet"), L2TP2),
        F_PART(1, "received", N_("received"), 80, 16, NUMBER, N_("number of the packet that is expected"), L2TP2),
        F_PART(2, "offset_size", N_("offset"), 96, 16, NUMBER, N_("bytes of fill before the packet inside"), L2TP2),
};

static const struct ws_field l2tp_3[] = {
        F_PART(0, "flags", N_("flags"), 0, 12, HEX, N_("zero in data"), "RFC 3931 §4.1.2"),
        F_PART(0, "version", N_("version"), 12, 4, NUMBER, "3", "RFC 3931 §4.1.2"),
        F_PART(0, NULL, N_("reserved"), 16, 16, HEX, N_("zero"), "RFC 3931 §4.1.2"),
        F_PART(WS_ALWAYS_THERE, "session", N_("session"), 32, 32, NUMBER, N_("the receiver's number for this session"),
               "RFC 3931 §4.1"),
        F_PART(WS_ALWAYS_THERE, NULL, N_("cookie"), 64, 0, BYTES,
               N_("a number against forged packets, and a sublayer, as both ends have agreed"), "RFC 3931 §4.1"),
};

static const struct ws_field teredo[] = {
        F(NULL, N_("indications"), 0, 0, BYTES, 1,
          N_("an authentication, or the client's address as the server sees it"), "RFC 4380 §5.1.1"),
};

#endif
