/* The field tables of link headers that are neither Ethernet nor made by the kernel. Included by fields.c alone. */
#ifndef WS_DECODE_FIELDS_LINK_H
#define WS_DECODE_FIELDS_LINK_H

#include "decode/field_rows.h"

static const struct ws_field radiotap[] = {
        F("version", "version", 0, 8, NUMBER, 1, "0", "radiotap.org"),
        F(NULL, "pad", 8, 8, HEX, 1, "unused", "radiotap.org"),
        F("length", "length", 16, 16, LITTLE, 1, "bytes of this header, with the fields that the card reports",
          "radiotap.org"),
        F("present", "present", 32, 32, LITTLE_HEX, 1,
          "a bit for each field that follows; the highest one says that there is another such word", "radiotap.org"),
        F(NULL, "fields", 64, 0, BYTES, 1, "what the card reports: time, flags, rate, channel, signal", "radiotap.org"),
};

#define WIFI "IEEE 802.11 §9.2"
#define WIFI_FRONT                                                                                                     \
	F("subtype", "subtype", 0, 4, NUMBER, 1, "of data frames: 0 plain, 8 with quality of service; bit 4: no data", \
	  WIFI),                                                                                                       \
	        F("frame_type", "type", 4, 2, NUMBER, 1, "0 management, 1 control, 2 data", WIFI),                     \
	        F(NULL, "version", 6, 2, NUMBER, 1, "0", WIFI),                                                        \
	        F(NULL, "order", 8, 1, BOOLEAN, 1, "set when four more bytes of control follow", WIFI),                \
	        F("protected", "protected", 9, 1, BOOLEAN, 1,                                                          \
	          "set when the data is encrypted, so that nothing after this header can be read", WIFI),              \
	        F(NULL, "more data", 10, 1, BOOLEAN, 1, "the access point has more for a station that sleeps", WIFI),  \
	        F(NULL, "power management", 11, 1, BOOLEAN, 1, "the station sleeps after this frame", WIFI),           \
	        F("retry", "retry", 12, 1, BOOLEAN, 1, "the frame is sent again, because no acknowledgment came",      \
	          WIFI),                                                                                               \
	        F(NULL, "more fragments", 13, 1, BOOLEAN, 1, "another fragment follows", WIFI),                        \
	        F("from_ds", "from the network", 14, 1, BOOLEAN, 1,                                                    \
	          "sent by an access point; which address means what follows from this and the next bit", WIFI),       \
	        F("to_ds", "to the network", 15, 1, BOOLEAN, 1, "sent to an access point", WIFI),                      \
	        F("duration", "duration", 16, 16, LITTLE, 1, "how long the air is reserved, in µs", WIFI),             \
	        F("receiver", "receiver", 32, 48, MAC, 1, "who is to take this frame from the air", WIFI),             \
	        F("transmitter", "transmitter", 80, 48, MAC, 1, "who put it there", WIFI),                             \
	        F("address_3", "third address", 128, 48, MAC, 1,                                                       \
	          "the end that is not on the air; between two stations, the network", WIFI),                          \
	        F("sequence_control", "sequence control", 176, 16, LITTLE_HEX, 1,                                      \
	          "12 bits of sequence number and 4 of fragment number", WIFI)

/* Three addresses, and maybe what quality of service and more control need. */
static const struct ws_field wifi[] = {
        WIFI_FRONT,
        F(NULL, "control", 192, 0, BYTES, 1, "quality of service, and high throughput control", WIFI),
};

/* Between access points. */
static const struct ws_field wifi_4[] = {
        WIFI_FRONT,
        F("address_4", "fourth address", 192, 48, MAC, 1, "the sender's, between two access points", WIFI),
        F(NULL, "control", 240, 0, BYTES, 1, "quality of service, and high throughput control", WIFI),
};

/* Frames that carry no data: only the first bytes are the same in all of them. */
static const struct ws_field wifi_other[] = {
        F("subtype", "subtype", 0, 4, NUMBER, 1, "which management or control frame it is, such as 8 for a beacon",
          WIFI),
        F("frame_type", "type", 4, 2, NUMBER, 1, "0 management, 1 control, 2 data", WIFI),
        F(NULL, "version", 6, 2, NUMBER, 1, "0", WIFI),
        F(NULL, "flags", 8, 8, HEX, 1, "as in data frames", WIFI),
        F("duration", "duration", 16, 16, LITTLE, 1, "how long the air is reserved, in µs", WIFI),
        F("receiver", "receiver", 32, 48, MAC, 1, "who is to take this frame from the air", WIFI),
};

static const struct ws_field hdlc[] = {
        F("address", "address", 0, 8, HEX, 1, "0xff: all stations", "RFC 1662 §3.1"),
        F("control", "control", 8, 8, HEX, 1, "0x03: data without a number", "RFC 1662 §3.1"),
};

static const struct ws_field cisco_hdlc[] = {
        F("address", "address", 0, 8, HEX, 1, "0x0f for one receiver, 0x8f for all", "Cisco HDLC"),
        F("control", "control", 8, 8, HEX, 1, "0", "Cisco HDLC"),
        F("type", "type", 16, 16, ETHERTYPE, 1, "which protocol's header comes next", "Cisco HDLC"),
};

static const struct ws_field nflog[] = {
        F("family", "address family", 0, 8, NUMBER, 1, "2 for IPv4, 10 for IPv6, as Linux numbers them",
          "LINKTYPE_NFLOG"),
        F("version", "version", 8, 8, NUMBER, 1, "0", "LINKTYPE_NFLOG"),
        F("group", "group", 16, 16, NUMBER, 1, "which log group the firewall's rule sent the packet to",
          "LINKTYPE_NFLOG"),
        F(NULL, "attributes", 32, 0, BYTES, 1,
          "what the firewall adds: hook, mark, interfaces, prefix; then the packet", "LINKTYPE_NFLOG"),
};

static const struct ws_field pktap[] = {
        F("length", "length", 0, 32, LITTLE, 1, "bytes of this header", "LINKTYPE_PKTAP"),
        F("record_type", "record type", 32, 32, LITTLE, 1, "1: a packet follows", "LINKTYPE_PKTAP"),
        F("link_type", "link type", 64, 32, LITTLE, 1, "which header comes next", "LINKTYPE_PKTAP"),
        F(NULL, "interface", 96, 192, NAME, 1, "where the packet was captured", "LINKTYPE_PKTAP"),
        F(NULL, "flags", 288, 32, LITTLE_HEX, 1, "bit 0: incoming, bit 1: outgoing", "LINKTYPE_PKTAP"),
        F(NULL, "protocol family", 320, 32, LITTLE, 1, "2 for IPv4, 30 for IPv6", "LINKTYPE_PKTAP"),
        F(NULL, "link header", 352, 32, LITTLE, 1, "bytes of the link header", "LINKTYPE_PKTAP"),
        F(NULL, "link trailer", 384, 32, LITTLE, 1, "bytes after the packet", "LINKTYPE_PKTAP"),
        F("process_id", "process id", 416, 32, LITTLE, 1, "of the program that sends or receives the packet",
          "LINKTYPE_PKTAP"),
        F(NULL, "process", 448, 160, NAME, 1, "the name of that program", "LINKTYPE_PKTAP"),
        F(NULL, "more", 608, 0, BYTES, 1, "service class, kind of interface, and on whose behalf the program acts",
          "LINKTYPE_PKTAP"),
};

#define DSA "Linux net/dsa/tag_dsa.c"
#define DSA_TAG(at)                                                                                                    \
	F("command", "command", at, 2, NUMBER, 1, "0 to the host, 1 from the host, 2 a copy, 3 between switches",      \
	  DSA),                                                                                                        \
	        F("tagged", "tagged", at + 2, 1, BOOLEAN, 1, "the frame had a VLAN tag on the wire", DSA),             \
	        F("device", "device", at + 3, 5, NUMBER, 1, "which of several switches", DSA),                         \
	        F("port", "port", at + 8, 5, NUMBER, 1, "which port of the switch", DSA),                              \
	        F(NULL, "code", at + 13, 3, HEX, 1, "why the switch sends it to the host", DSA),                       \
	        F("priority", "priority", at + 16, 3, NUMBER, 1, "class of traffic", DSA),                             \
	        F(NULL, "code", at + 19, 1, HEX, 1, "why the switch sends it to the host", DSA),                       \
	        F("id", "VLAN", at + 20, 12, NUMBER, 1, "which virtual LAN the frame belongs to", DSA)

/* Between Ethernet's addresses and its type, as a VLAN tag. */
static const struct ws_field dsa[] = {
        ETHERNET_ADDRESSES,
        DSA_TAG(96),
        F("type", "type", 128, 16, ETHERTYPE, 1, "which protocol's header comes next", "IEEE 802.3 §3.2.6"),
};

static const struct ws_field edsa[] = {
        ETHERNET_ADDRESSES,
        F(NULL, "tag type", 96, 16, HEX, 1, "0xdada: a tag of the switch follows", "Linux net/dsa/tag_edsa.c"),
        F(NULL, "reserved", 112, 16, HEX, 1, "0", "Linux net/dsa/tag_edsa.c"),
        DSA_TAG(128),
        F("type", "type", 160, 16, ETHERTYPE, 1, "which protocol's header comes next", "IEEE 802.3 §3.2.6"),
};

#endif
