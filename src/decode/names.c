/* Names of numbers, one list for each kind of number. Protocols have the names that people use, not those of the IANA
 * registries. Port names come from the system's services database; when there is none, ports have no names. */
#include <wirestate/language.h>
#include <wirestate/packet.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

const char *ws_tunnel_word(enum ws_tunnel_kind kind)
{
	static const char *const words[] = {
#define X(name, word, shared) [name] = word,
	        WS_TUNNELS(X)
#undef X
	};
	return (size_t)kind < WS_ARRAY_SIZE(words) ? words[kind] : "?";
}

bool ws_tunnel_id_shared(enum ws_tunnel_kind kind)
{
	static const bool is_shared[] = {
#define X(name, word, shared) [name] = shared,
	        WS_TUNNELS(X)
#undef X
	};
	return (size_t)kind < WS_ARRAY_SIZE(is_shared) && is_shared[kind];
}

const char *ws_problem_text(enum ws_problem problem)
{
	static const char *const texts[WS_PROBLEM_COUNT] = {
#define X(name, text) [name] = text,
	        WS_PROBLEMS(X)
#undef X
	};
	return texts[problem];
}

const char *ws_checksum_word(enum ws_checksum checksum)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
	        WS_CHECKSUMS(X)
#undef X
	};
	return words[checksum];
}

const char *ws_ethertype_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} types[] = {
	        {0x0800, "IPv4"},
	        {0x0806, "ARP"},
	        {0x0842, "Wake-on-LAN"},
	        {0x2000, "CDP"},
	        {0x6558, "Ethernet bridging"},
	        {0x8035, "RARP"},
	        {0x809b, "AppleTalk"},
	        {0x80f3, "AppleTalk ARP"},
	        {0x8100, "VLAN"},
	        {0x8137, "IPX"},
	        {0x86dd, "IPv6"},
	        {0x8808, "Ethernet pause"},
	        {0x8809, "LACP"},
	        {0x880b, "PPP"},
	        {0x8847, "MPLS"},
	        {0x8848, "MPLS multicast"},
	        {0x8863, "PPPoE discovery"},
	        {0x8864, "PPPoE session"},
	        {0x888e, "802.1X"},
	        {0x8892, "PROFINET"},
	        {0x88a2, "ATA over Ethernet"},
	        {0x88a4, "EtherCAT"},
	        {0x88a8, "802.1ad VLAN"},
	        {0x88cc, "LLDP"},
	        {0x88e5, "MACsec"},
	        {0x88e7, "802.1ah"},
	        {0x88f7, "PTP"},
	        {0x8902, "802.1ag"},
	        {0x8906, "FCoE"},
	        {0x894f, "NSH"},
	        {0x9000, "loopback test"},
	        {0x9100, "stacked VLAN"},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(types); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return NULL;
}

const char *ws_protocol_name(uint8_t protocol)
{
	static const char *const names[256] = {
	        [0] = "hop-by-hop options",
	        [1] = "ICMP",
	        [2] = "IGMP",
	        [4] = "IPv4 in IP",
	        [6] = "TCP",
	        [8] = "EGP",
	        [9] = "IGRP",
	        [17] = "UDP",
	        [27] = "RDP",
	        [33] = "DCCP",
	        [41] = "IPv6 in IP",
	        [43] = "routing header",
	        [44] = "fragment header",
	        [46] = "RSVP",
	        [47] = "GRE",
	        [50] = "ESP",
	        [51] = "AH",
	        [58] = "ICMPv6",
	        [59] = "nothing",
	        [60] = "destination options",
	        [88] = "EIGRP",
	        [89] = "OSPF",
	        [94] = "IPIP",
	        [97] = "EtherIP",
	        [103] = "PIM",
	        [108] = "IPComp",
	        [112] = "VRRP",
	        [115] = "L2TP",
	        [124] = "IS-IS",
	        [132] = "SCTP",
	        [135] = "mobility header",
	        [136] = "UDP-Lite",
	        [137] = "MPLS in IP",
	        [139] = "HIP",
	        [140] = "SHIM6",
	        [143] = "Ethernet in IP",
	};
	return names[protocol];
}

static const char *icmp_unreachable(uint8_t code)
{
	static const char *const names[] = {
	        N_("network unreachable"),
	        N_("host unreachable"),
	        N_("protocol unreachable"),
	        N_("port unreachable"),
	        N_("fragmentation needed"),
	        N_("source route failed"),
	        N_("network unknown"),
	        N_("host unknown"),
	        N_("source host isolated"),
	        N_("network prohibited"),
	        N_("host prohibited"),
	        N_("network unreachable for this service"),
	        N_("host unreachable for this service"),
	        N_("prohibited by filter"),
	        N_("host precedence violation"),
	        N_("precedence cut off"),
	};
	return code < WS_ARRAY_SIZE(names) ? names[code] : N_("destination unreachable");
}

static const char *icmpv6_unreachable(uint8_t code)
{
	static const char *const names[] = {
	        N_("no route"),
	        N_("prohibited by filter"),
	        N_("beyond scope of source address"),
	        N_("address unreachable"),
	        N_("port unreachable"),
	        N_("source address failed policy"),
	        N_("route rejected"),
	};
	return code < WS_ARRAY_SIZE(names) ? names[code] : N_("destination unreachable");
}

const char *ws_icmp_name(uint8_t type, uint8_t code, bool icmpv6)
{
	static const char *const names[256] = {
	        [0] = N_("echo reply"),
	        [4] = N_("source quench"),
	        [5] = N_("redirect"),
	        [8] = N_("echo request"),
	        [9] = N_("router advertisement"),
	        [10] = N_("router solicitation"),
	        [11] = N_("time exceeded"),
	        [12] = N_("parameter problem"),
	        [13] = N_("timestamp request"),
	        [14] = N_("timestamp reply"),
	        [15] = N_("information request"),
	        [16] = N_("information reply"),
	        [17] = N_("address mask request"),
	        [18] = N_("address mask reply"),
	        [42] = N_("extended echo request"),
	        [43] = N_("extended echo reply"),
	};
	static const char *const names6[256] = {
	        [2] = N_("packet too big"),
	        [3] = N_("time exceeded"),
	        [4] = N_("parameter problem"),
	        [128] = N_("echo request"),
	        [129] = N_("echo reply"),
	        [130] = N_("multicast listener query"),
	        [131] = N_("multicast listener report"),
	        [132] = N_("multicast listener done"),
	        [133] = N_("router solicitation"),
	        [134] = N_("router advertisement"),
	        [135] = N_("neighbor solicitation"),
	        [136] = N_("neighbor advertisement"),
	        [137] = N_("redirect"),
	        [143] = N_("multicast listener report v2"),
	        [155] = N_("RPL control"),
	        [160] = N_("extended echo request"),
	        [161] = N_("extended echo reply"),
	};
	const char *name = icmpv6 ? (type == 1 ? icmpv6_unreachable(code) : names6[type])
	                          : (type == 3 ? icmp_unreachable(code) : names[type]);
	return name ? _(name) : NULL;
}

const char *ws_arp_operation_name(uint16_t operation)
{
	static const char *const names[] = {
	        [1] = NC_("ARP operation", "request"),           [2] = NC_("ARP operation", "reply"),
	        [3] = NC_("ARP operation", "reverse request"),   [4] = NC_("ARP operation", "reverse reply"),
	        [8] = NC_("ARP operation", "inverse request"),   [9] = NC_("ARP operation", "inverse reply"),
	        [10] = NC_("ARP operation", "not acknowledged"),
	};
	return operation < WS_ARRAY_SIZE(names) && names[operation] ? ws_translate_marked(names[operation]) : NULL;
}

/* The only table that is filled at run time, once, by ws_port_names_load(), before anything else uses it. */
static const char *port_names[2][65536]; /* [0] TCP, [1] UDP */

void ws_port_names_load(void)
{
	setservent(1);
	for (struct servent *service; (service = getservent());) {
		bool udp = strcmp(service->s_proto, "udp") == 0;
		if (!udp && strcmp(service->s_proto, "tcp") != 0)
			continue;
		const char **name = &port_names[udp][ntohs((uint16_t)service->s_port)];
		if (!*name)
			*name = strdup(service->s_name);
	}
	endservent();
}

const char *ws_port_name(uint16_t port, bool udp)
{
	return port_names[udp][port];
}

void ws_tcp_flags_text(struct ws_text *text, uint16_t flags, bool compact)
{
	static const struct {
		uint16_t flag;
		char letter;
		const char *name;
	} names[] = {
	        {WS_TCP_SYN, 'S', "SYN"}, {WS_TCP_FIN, 'F', "FIN"}, {WS_TCP_RST, 'R', "RST"},
	        {WS_TCP_PSH, 'P', "PSH"}, {WS_TCP_ACK, '.', "ACK"}, {WS_TCP_URG, 'U', "URG"},
	        {WS_TCP_ECE, 'E', "ECE"}, {WS_TCP_CWR, 'W', "CWR"}, {WS_TCP_AE, 'e', "AE"},
	};
	bool first = true;
	for (size_t i = 0; i < WS_ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].flag))
			continue;
		if (compact) {
			ws_text_putc(text, names[i].letter);
			continue;
		}
		ws_text_puts(text, first ? "" : ", ");
		ws_text_puts(text, names[i].name);
		first = false;
	}
}
