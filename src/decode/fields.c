/* The field tables describe each header once, bit by bit, in the order of the wire. As in RFC diagrams, bit 0 is the
 * most significant bit of the first byte. Fields without a name are shown to people and left out of JSON. */
#include "decode/fields_link.h"
#include "decode/fields_tunnel.h"

static const struct ws_field ethernet[] = {
        ETHERNET_ADDRESSES,
        F("type", N_("type"), 96, 16, ETHERTYPE, 1,
          N_("which protocol's header comes next; numbers from 1536 on are types"), "IEEE 802.3 §3.2.6"),
};

static const struct ws_field ethernet_length[] = {
        ETHERNET_ADDRESSES,
        F("length", N_("length"), 96, 16, NUMBER, 1,
          N_("how many bytes follow before any padding; up to 1500 this field is a length, not a type"),
          "IEEE 802.3 §3.2.6"),
};

static const struct ws_field sll[] = {
        F("packet_type", N_("packet type"), 0, 16, NUMBER, 1,
          N_("the packet's receiver: 0 this host, 1 everyone, 2 a group, 3 another host; 4: sent by this host"),
          "LINKTYPE_LINUX_SLL"),
        F("hardware_type", N_("hardware type"), 16, 16, NUMBER, 1,
          N_("kind of interface it was captured on: 1 is Ethernet, 772 loopback"), "LINKTYPE_LINUX_SLL"),
        F("address_length", N_("address length"), 32, 16, NUMBER, 1,
          N_("how many of the next bytes are the sender's address"), "LINKTYPE_LINUX_SLL"),
        F("source", N_("source"), 48, 48, MAC, 1, N_("the sender's link-layer address; the receiver's is not kept"),
          "LINKTYPE_LINUX_SLL"),
        F(NULL, N_("unused"), 96, 16, HEX, 1, N_("pads the address to eight bytes"), "LINKTYPE_LINUX_SLL"),
        F("type", N_("type"), 112, 16, ETHERTYPE, 1, N_("which protocol's header comes next"), "LINKTYPE_LINUX_SLL"),
};

static const struct ws_field sll2[] = {
        F("type", N_("type"), 0, 16, ETHERTYPE, 1, N_("which protocol's header comes next"), "LINKTYPE_LINUX_SLL2"),
        F(NULL, N_("reserved"), 16, 16, HEX, 1, N_("zero"), "LINKTYPE_LINUX_SLL2"),
        F("interface", N_("interface"), 32, 32, NUMBER, 1, N_("number of the interface that saw the packet"),
          "LINKTYPE_LINUX_SLL2"),
        F("hardware_type", N_("hardware type"), 64, 16, NUMBER, 1,
          N_("kind of interface it was captured on: 1 is Ethernet, 772 loopback"), "LINKTYPE_LINUX_SLL2"),
        F("packet_type", N_("packet type"), 80, 8, NUMBER, 1,
          N_("the packet's receiver: 0 this host, 1 everyone, 2 a group, 3 another host; 4: sent by this host"),
          "LINKTYPE_LINUX_SLL2"),
        F("address_length", N_("address length"), 88, 8, NUMBER, 1,
          N_("how many of the next bytes are the sender's address"), "LINKTYPE_LINUX_SLL2"),
        F("source", N_("source"), 96, 48, MAC, 1, N_("the sender's link-layer address; the receiver's is not kept"),
          "LINKTYPE_LINUX_SLL2"),
        F(NULL, N_("unused"), 144, 16, HEX, 1, N_("pads the address to eight bytes"), "LINKTYPE_LINUX_SLL2"),
};

static const struct ws_field null[] = {
        F("family", N_("address family"), 0, 32, HEX, 1,
          N_("2 for IPv4; 10, 24, 28 or 30 for IPv6; in the byte order of the capturing machine"), "LINKTYPE_NULL"),
};

static const struct ws_field isl[] = {
        F("destination", N_("destination"), 0, 40, HEX, 1, N_("the group of all switches that speak ISL"), "Cisco ISL"),
        F("frame_type", N_("type"), 40, 4, NUMBER, 1, N_("what is inside: 0 is an Ethernet frame"), "Cisco ISL"),
        F("user", N_("user"), 44, 4, NUMBER, 1, N_("priority, 0 to 3"), "Cisco ISL"),
        F("source", N_("source"), 48, 48, MAC, 1, N_("the switch port that sent this"), "Cisco ISL"),
        F("length", N_("length"), 96, 16, NUMBER, 1,
          N_("bytes after this field, with the frame inside and its check sequence"), "Cisco ISL"),
        F(NULL, "SNAP", 112, 24, HEX, 1, N_("0xaaaa03"), "Cisco ISL"),
        F(NULL, N_("high bits of source"), 136, 24, HEX, 1, N_("the manufacturer of the switch"), "Cisco ISL"),
        F("id", "VLAN", 160, 15, NUMBER, 1, N_("which virtual LAN the frame inside belongs to"), "Cisco ISL"),
        F(NULL, "BPDU", 175, 1, BOOLEAN, 1, N_("set when the frame is for the switch itself, as in spanning tree"),
          "Cisco ISL"),
        F(NULL, N_("index"), 176, 16, NUMBER, 1, N_("the port of the switch, for diagnosis"), "Cisco ISL"),
        F(NULL, N_("reserved"), 192, 16, HEX, 1, N_("zero on Ethernet"), "Cisco ISL"),
};

static const struct ws_field vlan[] = {
        F("priority", N_("priority"), 0, 3, NUMBER, 1,
          N_("class of traffic, 0 to 7, which switches may use to choose what to send first"), "IEEE 802.1Q §9.6"),
        F("dei", N_("drop eligible"), 3, 1, BOOLEAN, 1,
          N_("set when a congested switch may drop this frame before others"), "IEEE 802.1Q §9.6"),
        F("id", "VLAN", 4, 12, NUMBER, 1,
          N_("which of 4094 virtual LANs on this cable the frame belongs to; 0 is none"), "IEEE 802.1Q §9.6"),
        F("type", N_("type"), 16, 16, ETHERTYPE, 1, N_("which protocol's header, or which further tag, comes next"),
          "IEEE 802.1Q §9.4"),
};

static const struct ws_field pppoe[] = {
        F(NULL, N_("version"), 0, 4, NUMBER, 1, "1", "RFC 2516 §4"),
        F(NULL, N_("type"), 4, 4, NUMBER, 1, "1", "RFC 2516 §4"),
        F("code", N_("code"), 8, 8, HEX, 1, N_("0 while the session carries packets"), "RFC 2516 §4"),
        F("session", N_("session"), 16, 16, NUMBER, 1, N_("which subscriber's session this belongs to"), "RFC 2516 §4"),
        F("length", N_("length"), 32, 16, NUMBER, 1, N_("bytes after this header; the rest of the frame is padding"),
          "RFC 2516 §4"),
};

static const struct ws_field ppp[] = {
        F("protocol", N_("protocol"), 0, 16, HEX, 1, N_("which header comes next: 0x0021 IPv4, 0x0057 IPv6"),
          "RFC 1661 §2"),
};

static const struct ws_field ppp_short[] = {
        F("protocol", N_("protocol"), 0, 8, HEX, 1, N_("which header comes next, in one byte: 0x21 IPv4, 0x57 IPv6"),
          "RFC 1661 §6.5"),
};

static const struct ws_field mpls[] = {
        F("label", N_("label"), 0, 20, NUMBER, 1, N_("which path through the provider's network the packet takes"),
          "RFC 3032 §2.1"),
        F("traffic_class", N_("traffic class"), 20, 3, NUMBER, 1, N_("how routers on the path should treat the packet"),
          "RFC 5462"),
        F("bottom", N_("bottom of stack"), 23, 1, BOOLEAN, 1, N_("set in the last label: the packet itself follows"),
          "RFC 3032 §2.1"),
        F("ttl", N_("time to live"), 24, 8, NUMBER, 1, N_("hops left on the path"), "RFC 3032 §2.4"),
};

static const struct ws_field llc[] = {
        F("dsap", N_("destination service"), 0, 8, HEX, 1,
          N_("the protocol this is for: 0x06 IP, 0x42 spanning tree, 0xaa SNAP"), "IEEE 802.2 §3.2"),
        F("ssap", N_("source service"), 8, 8, HEX, 1, N_("the protocol it comes from, usually the same"),
          "IEEE 802.2 §3.2"),
        F("control", N_("control"), 16, 8, HEX, 1, N_("0x03 marks a plain datagram"), "IEEE 802.2 §5.2"),
};

static const struct ws_field snap[] = {
        F("organization", N_("organization"), 0, 24, HEX, 1,
          N_("the organization that assigns the next field; zero means that it is an EtherType"), "RFC 1042"),
        F("type", N_("type"), 24, 16, ETHERTYPE, 1, N_("which protocol's header comes next"), "RFC 1042"),
};

#define ARP_FRONT                                                                                                      \
	F("hardware_type", N_("hardware type"), 0, 16, NUMBER, 1,                                                      \
	  N_("kind of link the hardware addresses belong to: 1 is Ethernet"), "RFC 826"),                              \
	        F("protocol_type", N_("protocol type"), 16, 16, ETHERTYPE, 1,                                          \
	          N_("kind of address being looked up, numbered as EtherTypes are"), "RFC 826"),                       \
	        F("hardware_length", N_("hardware length"), 32, 8, NUMBER, 1,                                          \
	          N_("bytes in a hardware address: 6 for Ethernet"), "RFC 826"),                                       \
	        F("protocol_length", N_("protocol length"), 40, 8, NUMBER, 1,                                          \
	          N_("bytes in a protocol address: 4 for IPv4"), "RFC 826"),                                           \
	        F("operation", N_("operation"), 48, 16, ARP_OPERATION, 1, N_("1 asks who has an address, 2 answers"),  \
	          "RFC 826")

#define ARP_ADDRESSES                                                                                                  \
	F("sender_mac", N_("sender MAC"), 64, 48, MAC, 1,                                                              \
	  N_("the sender's hardware address, which others learn from this packet"), "RFC 826"),                        \
	        F("sender_ip", N_("sender IP"), 112, 32, IPV4, 1,                                                      \
	          N_("the sender's address; 0.0.0.0 in a probe, which asks whether an address is free"),               \
	          "RFC 826, RFC 5227 §1.1"),                                                                           \
	        F("target_mac", N_("target MAC"), 144, 48, MAC, 1,                                                     \
	          N_("zero in a request, which asks for it; in a reply, the address of the asking host"), "RFC 826"),  \
	        F("target_ip", N_("target IP"), 192, 32, IPV4, 1,                                                      \
	          N_("in a request, the address that is looked up; in a reply, that of the asking host"), "RFC 826")

static const struct ws_field arp[] = {ARP_FRONT, ARP_ADDRESSES};

/* The offsets of the addresses are computed for each packet. Addresses that are no MAC or IPv4 address are bytes. */
static const struct ws_field arp_other[] = {
        ARP_FRONT,
        ARP_ADDRESSES,
        F(NULL, N_("addresses"), 64, 0, BYTES, 1, N_("sender's and target's addresses, as long as the two lengths say"),
          "RFC 826"),
};

static const struct ws_field ipv4[] = {
        F(NULL, N_("version"), 0, 4, NUMBER, 1, "4", "RFC 791 §3.1"),
        F("header_length", N_("header length"), 4, 4, NUMBER, 4,
          N_("sent in units of 4 bytes: 20 bytes, or more with options"), "RFC 791 §3.1"),
        F("dscp", N_("service class"), 8, 6, NUMBER, 1, N_("how routers should treat the packet; 0 is best effort"),
          "RFC 2474 §3"),
        F("ecn", N_("congestion"), 14, 2, NUMBER, 1,
          N_("0: no ECN, 1 and 2: routers may mark instead of dropping, 3: a router did"), "RFC 3168 §5"),
        F("total_length", N_("total length"), 16, 16, NUMBER, 1,
          N_("bytes of header and payload; the rest of the frame is padding"), "RFC 791 §3.1"),
        F("identification", N_("identification"), 32, 16, HEX, 1,
          N_("the same number in all fragments of one datagram"), "RFC 791 §3.1, RFC 6864"),
        F(NULL, N_("reserved"), 48, 1, BOOLEAN, 1, N_("zero"), "RFC 791 §3.1"),
        F("dont_fragment", N_("don't fragment"), 49, 1, BOOLEAN, 1,
          N_("a router whose next link has a smaller MTU drops the packet and reports that"), "RFC 791 §3.1, RFC 1191"),
        F("more_fragments", N_("more fragments"), 50, 1, BOOLEAN, 1, N_("set in every fragment but the last"),
          "RFC 791 §3.1"),
        F("fragment_offset", N_("fragment offset"), 51, 13, NUMBER, 8,
          N_("where this piece belongs in the datagram, in units of 8 bytes"), "RFC 791 §3.1"),
        F("ttl", N_("time to live"), 64, 8, NUMBER, 1,
          N_("hops left: every router subtracts one, and at zero the packet is dropped"), "RFC 791 §3.1"),
        F("protocol", N_("protocol"), 72, 8, PROTOCOL, 1, N_("which header comes next: 6 TCP, 17 UDP, 1 ICMP"),
          "RFC 791 §3.1"),
        F("checksum", N_("checksum"), 80, 16, CHECKSUM, 1,
          N_("covers this header only; every router computes it again"), "RFC 791 §3.1, RFC 1071"),
        F("source", N_("source"), 96, 32, IPV4, 1, N_("the sender of the packet"), "RFC 791 §3.1"),
        F("destination", N_("destination"), 128, 32, IPV4, 1, N_("the receiver of the packet"), "RFC 791 §3.1"),
        F("options", N_("options"), 160, 0, OPTIONS, 1,
          N_("rarely used extras such as a recorded route; most routers ignore or drop them"), "RFC 791 §3.1"),
};

static const struct ws_field ipv6[] = {
        F(NULL, N_("version"), 0, 4, NUMBER, 1, "6", "RFC 8200 §3"),
        F("traffic_class", N_("traffic class"), 4, 8, NUMBER, 1,
          N_("six bits of service class and two of congestion, as in IPv4"), "RFC 8200 §7"),
        F("flow_label", N_("flow label"), 12, 20, HEX, 1,
          N_("the same for all packets of one flow, so that routers can keep them together"), "RFC 8200 §6, RFC 6437"),
        F("payload_length", N_("payload length"), 32, 16, NUMBER, 1,
          N_("bytes after this header, including extension headers"), "RFC 8200 §3"),
        F("next_header", N_("next header"), 48, 8, PROTOCOL, 1,
          N_("which header comes next: an extension, or 6 TCP, 17 UDP, 58 ICMPv6"), "RFC 8200 §3"),
        F("hop_limit", N_("hop limit"), 56, 8, NUMBER, 1,
          N_("hops left: every router subtracts one, and at zero the packet is dropped"), "RFC 8200 §3"),
        F("source", N_("source"), 64, 128, IPV6, 1, N_("the sender of the packet"), "RFC 8200 §3"),
        F("destination", N_("destination"), 192, 128, IPV6, 1,
          N_("the receiver of the packet, or the next stop of a routing header"), "RFC 8200 §3"),
};

#define NEXT_HEADER(reference)                                                                                         \
	F("next_header", N_("next header"), 0, 8, PROTOCOL, 1, N_("which header comes next"), reference)
#define UNITS_OF_8(reference)                                                                                          \
	F("length", N_("length"), 8, 8, NUMBER, 1,                                                                     \
	  N_("size of this header in units of 8 bytes, without the first unit"), reference)

static const struct ws_field extension[] = {
        NEXT_HEADER("RFC 8200 §4.3"),
        UNITS_OF_8("RFC 8200 §4.3"),
        F("options", N_("options"), 16, 0, OPTIONS, 1,
          N_("for every router on the way (hop-by-hop), or for the destination only"), "RFC 8200 §4.2"),
};

static const struct ws_field routing[] = {
        NEXT_HEADER("RFC 8200 §4.4"),
        UNITS_OF_8("RFC 8200 §4.4"),
        F("routing_type", N_("routing type"), 16, 8, NUMBER, 1,
          N_("0 source route (withdrawn), 2 mobility, 4 segment routing"), "RFC 8200 §4.4"),
        F("segments_left", N_("segments left"), 24, 8, NUMBER, 1,
          N_("stops still to be visited before the final destination"), "RFC 8200 §4.4"),
        F(NULL, N_("route"), 32, 0, BYTES, 1, N_("the addresses to visit, in the form the type prescribes"),
          "RFC 8200 §4.4"),
};

static const struct ws_field fragment[] = {
        NEXT_HEADER("RFC 8200 §4.5"),
        F(NULL, N_("reserved"), 8, 8, HEX, 1, N_("zero"), "RFC 8200 §4.5"),
        F("fragment_offset", N_("fragment offset"), 16, 13, NUMBER, 8,
          N_("where this piece belongs, in units of 8 bytes"), "RFC 8200 §4.5"),
        F(NULL, N_("reserved"), 29, 2, HEX, 1, N_("zero"), "RFC 8200 §4.5"),
        F("more_fragments", N_("more fragments"), 31, 1, BOOLEAN, 1, N_("set in every fragment but the last"),
          "RFC 8200 §4.5"),
        F("identification", N_("identification"), 32, 32, HEX, 1, N_("the same number in all fragments of one packet"),
          "RFC 8200 §4.5"),
};

static const struct ws_field authentication[] = {
        NEXT_HEADER("RFC 4302 §2.1"),
        F("length", N_("length"), 8, 8, NUMBER, 1,
          N_("size of this header in units of 4 bytes, without the first two units"), "RFC 4302 §2.2"),
        F(NULL, N_("reserved"), 16, 16, HEX, 1, N_("zero"), "RFC 4302 §2.3"),
        F("spi", N_("security association"), 32, 32, HEX, 1, N_("tells the receiver which key was used"),
          "RFC 4302 §2.4"),
        F("sequence", N_("sequence number"), 64, 32, NUMBER, 1, N_("counts packets, so that a replayed one is noticed"),
          "RFC 4302 §2.5"),
        F(NULL, N_("integrity check"), 96, 0, BYTES, 1, N_("proves that nobody changed the packet on its way"),
          "RFC 4302 §2.6"),
};

static const struct ws_field icmp[] = {
        F("type", N_("type"), 0, 8, ICMP_TYPE, 1, N_("kind of message: 8 and 0 echo, 3 unreachable, 11 time exceeded"),
          "RFC 792"),
        F("code", N_("code"), 8, 8, NUMBER, 1, N_("which case of the type"), "RFC 792"),
        F("checksum", N_("checksum"), 16, 16, CHECKSUM, 1, N_("covers the whole message"), "RFC 792"),
        F_WHEN(ECHO, N_("identifier"), 32, 16, NUMBER, N_("tells requests of different programs on one host apart"),
               "RFC 792"),
        F_WHEN(ECHO, N_("sequence number"), 48, 16, NUMBER, N_("matches a reply to its request"), "RFC 792"),
        F_WHEN(MTU, N_("next hop's MTU"), 48, 16, NUMBER, N_("the largest packet that the next link can carry"),
               "RFC 1191 §4"),
        F_WHEN(GATEWAY, N_("gateway"), 32, 32, IPV4, N_("the router that knows the shorter way"), "RFC 792"),
};

static const struct ws_field icmpv6[] = {
        F("type", N_("type"), 0, 8, ICMP_TYPE, 1,
          N_("kind of message: below 128 an error; 128 and 129 echo, 135 and 136 neighbours"), "RFC 4443 §2.1"),
        F("code", N_("code"), 8, 8, NUMBER, 1, N_("which case of the type"), "RFC 4443 §2.1"),
        F("checksum", N_("checksum"), 16, 16, CHECKSUM, 1, N_("covers the message and the IP addresses"),
          "RFC 4443 §2.3"),
        F_WHEN(ECHO, N_("identifier"), 32, 16, NUMBER, N_("tells requests of different programs on one host apart"),
               "RFC 4443 §4.1"),
        F_WHEN(ECHO, N_("sequence number"), 48, 16, NUMBER, N_("matches a reply to its request"), "RFC 4443 §4.1"),
        F_WHEN(MTU, N_("next hop's MTU"), 32, 32, NUMBER, N_("the largest packet that the next link can carry"),
               "RFC 4443 §3.2"),
};

static const struct ws_field tcp[] = {
        F("source_port", N_("source port"), 0, 16, PORT, 1, N_("the sender's end of the connection on its host"),
          "RFC 9293 §3.1"),
        F("destination_port", N_("destination port"), 16, 16, PORT, 1,
          N_("the receiver's end; servers listen on well-known numbers"), "RFC 9293 §3.1"),
        F("sequence", N_("sequence number"), 32, 32, NUMBER, 1,
          N_("number of the first payload byte; SYN and FIN take up one number each"), "RFC 9293 §3.4"),
        F("acknowledgment", N_("acknowledgment number"), 64, 32, NUMBER, 1,
          N_("the next byte expected from the other side, so all before it have arrived; not valid without ACK"),
          "RFC 9293 §3.4"),
        F("header_length", N_("header length"), 96, 4, NUMBER, 4,
          N_("sent in units of 4 bytes (data offset): 20 bytes, up to 60 with options"), "RFC 9293 §3.1"),
        F(NULL, N_("reserved"), 100, 3, HEX, 1, N_("zero"), "RFC 9293 §3.1"),
        F(NULL, N_("accurate ECN"), 103, 1, BOOLEAN, 1, N_("counts congestion marks, together with CWR and ECE"),
          "RFC 9768"),
        F("flags", N_("flags"), 104, 8, FLAGS, 1,
          N_("SYN opens, FIN closes, RST aborts; ACK, PSH, URG, and ECE and CWR for congestion"), "RFC 9293 §3.1"),
        F("window", N_("window"), 112, 16, NUMBER, 1,
          N_("how many bytes the sender of this segment can receive now; to be shifted by its window scale, except in a "
             "SYN"),
          "RFC 9293 §3.1, RFC 7323 §2"),
        F("checksum", N_("checksum"), 128, 16, CHECKSUM, 1, N_("covers header, payload and the IP addresses"),
          "RFC 9293 §3.1"),
        F("urgent_pointer", N_("urgent pointer"), 144, 16, NUMBER, 1,
          N_("where urgent data ends; not valid without URG"), "RFC 9293 §3.8.5, RFC 6093"),
        F("options", N_("options"), 160, 0, OPTIONS, 1,
          N_("what the two sides agree on in their SYNs, and timestamps or SACK in later segments"), "RFC 9293 §3.2"),
};

static const struct ws_field udp[] = {
        F("source_port", N_("source port"), 0, 16, PORT, 1, N_("where replies go; 0 when none is expected"), "RFC 768"),
        F("destination_port", N_("destination port"), 16, 16, PORT, 1,
          N_("which program on the receiving host this is for"), "RFC 768"),
        F("length", N_("length"), 32, 16, NUMBER, 1, N_("header and payload in bytes, so at least 8"), "RFC 768"),
        F("checksum", N_("checksum"), 48, 16, CHECKSUM, 1,
          N_("covers header, payload and the IP addresses; 0 over IPv4 means that it was not computed"), "RFC 768"),
};

static const struct ws_field payload[] = {
        F(NULL, N_("data"), 0, 0, BYTES, 1, N_("the data that the headers carry"), "RFC 1122 §1.1.3"),
};

static const struct ws_field padding[] = {
        F(NULL, N_("padding"), 0, 0, BYTES, 1,
          N_("not part of the packet; usually fills the frame to Ethernet's minimum length"), "IEEE 802.3 §3.2.8"),
};

static const struct ws_field fcs[] = {
        F("fcs", N_("frame check sequence"), 0, 32, CHECKSUM, 1,
          N_("CRC-32 over the whole frame before it; a card drops frames in which it is wrong"), "IEEE 802.3 §3.2.9"),
};

#define X(header, json, text, layer) [header].name = json, [header].label = text, [header].model_layer = layer,
#define FIELDS(header, table) [header].fields = table, [header].field_count = WS_ARRAY_SIZE(table)
static const struct ws_header_info headers[WS_HEADER_COUNT] = {
        WS_HEADERS(X) FIELDS(WS_HEADER_ETHERNET, ethernet),
        FIELDS(WS_HEADER_ETHERNET_LENGTH, ethernet_length),
        FIELDS(WS_HEADER_SLL, sll),
        FIELDS(WS_HEADER_SLL2, sll2),
        FIELDS(WS_HEADER_NULL, null),
        FIELDS(WS_HEADER_ISL, isl),
        FIELDS(WS_HEADER_RADIOTAP, radiotap),
        FIELDS(WS_HEADER_WIFI, wifi),
        FIELDS(WS_HEADER_WIFI_4, wifi_4),
        FIELDS(WS_HEADER_WIFI_OTHER, wifi_other),
        FIELDS(WS_HEADER_HDLC, hdlc),
        FIELDS(WS_HEADER_CISCO_HDLC, cisco_hdlc),
        FIELDS(WS_HEADER_NFLOG, nflog),
        FIELDS(WS_HEADER_PKTAP, pktap),
        FIELDS(WS_HEADER_DSA, dsa),
        FIELDS(WS_HEADER_EDSA, edsa),
        FIELDS(WS_HEADER_VLAN, vlan),
        FIELDS(WS_HEADER_PPPOE, pppoe),
        FIELDS(WS_HEADER_PPP, ppp),
        FIELDS(WS_HEADER_PPP_SHORT, ppp_short),
        FIELDS(WS_HEADER_MPLS, mpls),
        FIELDS(WS_HEADER_LLC, llc),
        FIELDS(WS_HEADER_SNAP, snap),
        FIELDS(WS_HEADER_ARP, arp),
        FIELDS(WS_HEADER_ARP_OTHER, arp_other),
        FIELDS(WS_HEADER_IPV4, ipv4),
        FIELDS(WS_HEADER_IPV6, ipv6),
        FIELDS(WS_HEADER_IPV6_EXTENSION, extension),
        FIELDS(WS_HEADER_IPV6_ROUTING, routing),
        FIELDS(WS_HEADER_IPV6_FRAGMENT, fragment),
        FIELDS(WS_HEADER_IPV6_AH, authentication),
        FIELDS(WS_HEADER_ICMP, icmp),
        FIELDS(WS_HEADER_ICMPV6, icmpv6),
        FIELDS(WS_HEADER_TCP, tcp),
        FIELDS(WS_HEADER_VXLAN, vxlan),
        FIELDS(WS_HEADER_GENEVE, geneve),
        FIELDS(WS_HEADER_GRE, gre),
        FIELDS(WS_HEADER_ERSPAN_2, erspan_2),
        FIELDS(WS_HEADER_ERSPAN_3, erspan_3),
        FIELDS(WS_HEADER_GTP, gtp),
        FIELDS(WS_HEADER_L2TP, l2tp),
        FIELDS(WS_HEADER_L2TP_3, l2tp_3),
        FIELDS(WS_HEADER_TEREDO, teredo),
        FIELDS(WS_HEADER_UDP, udp),
        FIELDS(WS_HEADER_PAYLOAD, payload),
        FIELDS(WS_HEADER_PADDING, padding),
        FIELDS(WS_HEADER_FCS, fcs),
};

const struct ws_header_info *ws_header_info(enum ws_header header)
{
	return &headers[header];
}
