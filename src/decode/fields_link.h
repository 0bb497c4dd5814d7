/* The field tables of link headers that are neither Ethernet nor made by the kernel. Included by fields.c alone. */
#ifndef WS_DECODE_FIELDS_LINK_H
#define WS_DECODE_FIELDS_LINK_H

#include "decode/field_rows.h"

static const struct ws_field radiotap[] = {
        F("version", N_("version"), 0, 8, NUMBER, 1, "0", "radiotap.org"),
        F(NULL, N_("pad"), 8, 8, HEX, 1, N_("unused"), "radiotap.org"),
        F("length", N_("length"), 16, 16, LITTLE, 1, N_("bytes of this header, with the fields that the card reports"),
          "radiotap.org"),
        F("present", N_("present"), 32, 32, LITTLE_HEX, 1,
          N_("a bit for each field that follows; the highest one says that there is another such word"),
          "radiotap.org"),
        F(NULL, N_("fields"), 64, 0, BYTES, 1, N_("what the card reports: time, flags, rate, channel, signal"),
          "radiotap.org"),
};

#define WIFI "IEEE 802.11 §9.2"
#define WIFI_FRONT                                                                                                     \
	F("subtype", N_("subtype"), 0, 4, NUMBER, 1,                                                                   \
	  N_("of data frames: 0 plain, 8 with quality of service; bit 4: no data"), WIFI),                             \
	        F("frame_type", N_("type"), 4, 2, NUMBER, 1, N_("0 management, 1 control, 2 data"), WIFI),             \
	        F(NULL, N_("version"), 6, 2, NUMBER, 1, "0", WIFI),                                                    \
	        F(NULL, N_("order"), 8, 1, BOOLEAN, 1, N_("set when four more bytes of control follow"), WIFI),        \
	        F("protected", N_("protected"), 9, 1, BOOLEAN, 1,                                                      \
	          N_("set when the data is encrypted, so that nothing after this header can be read"), WIFI),          \
	        F(NULL, N_("more data"), 10, 1, BOOLEAN, 1, N_("the access point has more for a station that sleeps"), \
	          WIFI),                                                                                               \
	        F(NULL, N_("power management"), 11, 1, BOOLEAN, 1, N_("the station sleeps after this frame"), WIFI),   \
	        F("retry", N_("retry"), 12, 1, BOOLEAN, 1,                                                             \
	          N_("the frame is sent again, because no acknowledgment came"), WIFI),                                \
	        F(NULL, N_("more fragments"), 13, 1, BOOLEAN, 1, N_("another fragment follows"), WIFI),                \
	        F("from_ds", N_("from the network"), 14, 1, BOOLEAN, 1,                                                \
	          N_("sent by an access point; which address means what follows from this and the next bit"), WIFI),   \
	        F("to_ds", N_("to the network"), 15, 1, BOOLEAN, 1, N_("sent to an access point"), WIFI),              \
	        F("duration", N_("duration"), 16, 16, LITTLE, 1, N_("how long the air is reserved, in µs"), WIFI),     \
	        F("receiver", N_("receiver"), 32, 48, MAC, 1, N_("who is to take this frame from the air"), WIFI),     \
	        F("transmitter", N_("transmitter"), 80, 48, MAC, 1, N_("who put it there"), WIFI),                     \
	        F("address_3", N_("third address"), 128, 48, MAC, 1,                                                   \
	          N_("the end that is not on the air; between two stations, the network"), WIFI),                      \
	        F("sequence_control", N_("sequence control"), 176, 16, LITTLE_HEX, 1,                                  \
	          N_("12 bits of sequence number and 4 of fragment number"), WIFI)

/* Three addresses, and maybe what quality of service and more control need. */
static const struct ws_field wifi[] = {
        WIFI_FRONT,
        F(NULL, N_("control"), 192, 0, BYTES, 1, N_("quality of service, and high throughput control"), WIFI),
};

/* Between access points. */
static const struct ws_field wifi_4[] = {
        WIFI_FRONT,
        F("address_4", N_("fourth address"), 192, 48, MAC, 1, N_("the sender's, between two access points"), WIFI),
        F(NULL, N_("control"), 240, 0, BYTES, 1, N_("quality of service, and high throughput control"), WIFI),
};

/* Frames that carry no data: only the first bytes are the same in all of them. */
static const struct ws_field wifi_other[] = {
        F("subtype", N_("subtype"), 0, 4, NUMBER, 1,
          N_("which management or control frame it is, such as 8 for a beacon"), WIFI),
        F("frame_type", N_("type"), 4, 2, NUMBER, 1, N_("0 management, 1 control, 2 data"), WIFI),
        F(NULL, N_("version"), 6, 2, NUMBER, 1, "0", WIFI),
        F(NULL, N_("flags"), 8, 8, HEX, 1, N_("as in data frames"), WIFI),
        F("duration", N_("duration"), 16, 16, LITTLE, 1, N_("how long the air is reserved, in µs"), WIFI),
        F("receiver", N_("receiver"), 32, 48, MAC, 1, N_("who is to take this frame from the air"), WIFI),
};

static const struct ws_field hdlc[] = {
        F("address", N_("address"), 0, 8, HEX, 1, N_("0xff: all stations"), "RFC 1662 §3.1"),
        F("control", N_("control"), 8, 8, HEX, 1, N_("0x03: data without a number"), "RFC 1662 §3.1"),
};

static const struct ws_field cisco_hdlc[] = {
        F("address", N_("address"), 0, 8, HEX, 1, N_("0x0f for one receiver, 0x8f for all"), "Cisco HDLC"),
        F("control", N_("control"), 8, 8, HEX, 1, "0", "Cisco HDLC"),
        F("type", N_("type"), 16, 16, ETHERTYPE, 1, N_("which protocol's header comes next"), "Cisco HDLC"),
};

static const struct ws_field nflog[] = {
        F("family", N_("address family"), 0, 8, NUMBER, 1, N_("2 for IPv4, 10 for IPv6, as Linux numbers them"),
          "LINKTYPE_NFLOG"),
        F("version", N_("version"), 8, 8, NUMBER, 1, "0", "LINKTYPE_NFLOG"),
        F("group", N_("group"), 16, 16, NUMBER, 1, N_("which log group the firewall's rule sent the packet to"),
          "LINKTYPE_NFLOG"),
        F(NULL, N_("attributes"), 32, 0, BYTES, 1,
          N_("what the firewall adds: hook, mark, interfaces, prefix; then the packet"), "LINKTYPE_NFLOG"),
};

static const struct ws_field pktap[] = {
        F("length", N_("length"), 0, 32, LITTLE, 1, N_("bytes of this header"), "LINKTYPE_PKTAP"),
        F("record_type", N_("record type"), 32, 32, LITTLE, 1, N_("1: a packet follows"), "LINKTYPE_PKTAP"),
        F("link_type", N_("link type"), 64, 32, LITTLE, 1, N_("which header comes next"), "LINKTYPE_PKTAP"),
        F(NULL, N_("interface"), 96, 192, NAME, 1, N_("where the packet was captured"), "LINKTYPE_PKTAP"),
        F(NULL, N_("flags"), 288, 32, LITTLE_HEX, 1, N_("bit 0: incoming, bit 1: outgoing"), "LINKTYPE_PKTAP"),
        F(NULL, N_("protocol family"), 320, 32, LITTLE, 1, N_("2 for IPv4, 30 for IPv6"), "LINKTYPE_PKTAP"),
        F(NULL, N_("link header"), 352, 32, LITTLE, 1, N_("bytes of the link header"), "LINKTYPE_PKTAP"),
        F(NULL, N_("link trailer"), 384, 32, LITTLE, 1, N_("bytes after the packet"), "LINKTYPE_PKTAP"),
        F("process_id", N_("process id"), 416, 32, LITTLE, 1, N_("of the program that sends or receives the packet"),
          "LINKTYPE_PKTAP"),
        F(NULL, N_("process"), 448, 160, NAME, 1, N_("the name of that program"), "LINKTYPE_PKTAP"),
        F(NULL, N_("more"), 608, 0, BYTES, 1,
          N_("service class, kind of interface, and on whose behalf the program acts"), "LINKTYPE_PKTAP"),
};

#define DSA "Linux net/dsa/tag_dsa.c"
#define DSA_TAG(at)                                                                                                    \
	F("command", N_("command"), at, 2, NUMBER, 1,                                                                  \
	  N_("0 to the host, 1 from the host, 2 a copy, 3 between switches"), DSA),                                    \
	        F("tagged", N_("tagged"), at + 2, 1, BOOLEAN, 1, N_("the frame had a VLAN tag on the wire"), DSA),     \
	        F("device", N_("device"), at + 3, 5, NUMBER, 1, N_("which of several switches"), DSA),                 \
	        F("port", N_("port"), at + 8, 5, NUMBER, 1, N_("which port of the switch"), DSA),                      \
	        F(NULL, N_("code"), at + 13, 3, HEX, 1, N_("why the switch sends it to the host"), DSA),               \
	        F("priority", N_("priority"), at + 16, 3, NUMBER, 1, N_("class of traffic"), DSA),                     \
	        F(NULL, N_("code"), at + 19, 1, HEX, 1, N_("why the switch sends it to the host"), DSA),               \
	        F("id", "VLAN", at + 20, 12, NUMBER, 1, N_("which virtual LAN the frame belongs to"), DSA)

/* Between Ethernet's addresses and its type, as a VLAN tag. */
static const struct ws_field dsa[] = {
        ETHERNET_ADDRESSES,
        DSA_TAG(96),
        F("type", N_("type"), 128, 16, ETHERTYPE, 1, N_("which protocol's header comes next"), "IEEE 802.3 §3.2.6"),
};

static const struct ws_field edsa[] = {
        ETHERNET_ADDRESSES,
        F(NULL, N_("tag type"), 96, 16, HEX, 1, N_("0xdada: a tag of the switch follows"), "Linux net/dsa/tag_edsa.c"),
        F(NULL, N_("reserved"), 112, 16, HEX, 1, "0", "Linux net/dsa/tag_edsa.c"),
        DSA_TAG(128),
        F("type", N_("type"), 160, 16, ETHERTYPE, 1, N_("which protocol's header comes next"), "IEEE 802.3 §3.2.6"),
};

#endif
