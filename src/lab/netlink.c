#include "lab/netlink.h"

#include <wirestate/language.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <time.h>

struct request {
	char bytes[1024];
	struct nlmsghdr *header;
};

static void *request_begin(struct request *request, uint16_t type, uint16_t flags, size_t extra)
{
	memset(request->bytes, 0, sizeof(request->bytes));
	request->header = mnl_nlmsg_put_header(request->bytes);
	request->header->nlmsg_type = type;
	request->header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	request->header->nlmsg_seq = 1;
	return mnl_nlmsg_put_extra_header(request->header, extra);
}

/* Sends the request and waits for its acknowledgment. */
static bool request_send(const struct request *request, const char *what, struct ws_error *error)
{
	char answer[8192];
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	bool good = socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	            mnl_socket_sendto(socket, request->header, request->header->nlmsg_len) >= 0;
	if (good) {
		const ssize_t length = mnl_socket_recvfrom(socket, answer, sizeof(answer));
		good = length > 0 &&
		       mnl_cb_run(answer, (size_t)length, 1, mnl_socket_get_portid(socket), NULL, NULL) >= 0;
	}
	const int reason = errno;
	if (socket)
		mnl_socket_close(socket);
	return good ||
	       ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot %s: %s", ws_translate_error(what), strerror(reason));
}

bool lab_link_pair(const char *name, const char *peer, int peer_namespace, struct ws_error *error)
{
	struct request request;
	struct ifinfomsg *link =
	        request_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	link->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(request.header, IFLA_IFNAME, name);
	struct nlattr *info = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(request.header, IFLA_INFO_KIND, "veth");
	struct nlattr *data = mnl_attr_nest_start(request.header, IFLA_INFO_DATA);
	struct nlattr *other = mnl_attr_nest_start(request.header, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(request.header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request.header, IFLA_IFNAME, peer);
	mnl_attr_put_u32(request.header, IFLA_NET_NS_FD, (uint32_t)peer_namespace);
	mnl_attr_nest_end(request.header, other);
	mnl_attr_nest_end(request.header, data);
	mnl_attr_nest_end(request.header, info);
	return request_send(&request, "create a pair of interfaces (veth)", error);
}

bool lab_link_up(const char *name, const uint8_t mac[6], struct ws_error *error)
{
	struct request request;
	struct ifinfomsg *link = request_begin(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)if_nametoindex(name);
	link->ifi_flags = link->ifi_change = IFF_UP;
	if (mac)
		mnl_attr_put(request.header, IFLA_ADDRESS, 6, mac);
	return request_send(&request, "switch an interface on", error);
}

bool lab_link_no_arp(const char *name, struct ws_error *error)
{
	struct request request;
	struct ifinfomsg *link = request_begin(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)if_nametoindex(name);
	link->ifi_flags = link->ifi_change = IFF_NOARP;
	return request_send(&request, "switch an interface's ARP off", error);
}

bool lab_loopback_route_add(const char *name, uint32_t table, struct ws_error *error)
{
	struct request request;
	struct rtmsg *route = request_begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 8;
	route->rtm_table = RT_TABLE_UNSPEC;
	route->rtm_protocol = RTPROT_BOOT;
	route->rtm_scope = RT_SCOPE_LINK;
	route->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(request.header, RTA_DST, htonl(INADDR_LOOPBACK & 0xff000000));
	mnl_attr_put_u32(request.header, RTA_OIF, if_nametoindex(name));
	mnl_attr_put_u32(request.header, RTA_PREFSRC, htonl(INADDR_LOOPBACK));
	mnl_attr_put_u32(request.header, RTA_TABLE, table);
	return request_send(&request, "lead the loopback address over the wire", error);
}

static struct fib_rule_hdr *rule_begin(struct request *request, uint16_t type, uint16_t flags)
{
	struct fib_rule_hdr *rule = request_begin(request, type, flags, sizeof(*rule));
	rule->family = AF_INET;
	rule->action = FR_ACT_TO_TBL;
	return rule;
}

bool lab_rule_add(uint32_t priority, const char *from, uint32_t table, struct ws_error *error)
{
	struct request request;
	rule_begin(&request, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(request.header, FRA_PRIORITY, priority);
	mnl_attr_put_u32(request.header, FRA_TABLE, table);
	if (from)
		mnl_attr_put_strz(request.header, FRA_IIFNAME, from);
	return request_send(&request, "add a rule of routing", error);
}

bool lab_rule_remove_first(struct ws_error *error)
{
	struct request request;
	rule_begin(&request, RTM_DELRULE, 0);
	mnl_attr_put_u32(request.header, FRA_PRIORITY, 0);
	mnl_attr_put_u32(request.header, FRA_TABLE, RT_TABLE_LOCAL);
	return request_send(&request, "remove the first rule of routing", error);
}

bool lab_address_add(const char *name, uint32_t address, struct ws_error *error)
{
	struct request request;
	struct ifaddrmsg *entry = request_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*entry));
	entry->ifa_family = AF_INET;
	entry->ifa_prefixlen = 24;
	entry->ifa_index = if_nametoindex(name);
	mnl_attr_put_u32(request.header, IFA_LOCAL, address);
	mnl_attr_put_u32(request.header, IFA_ADDRESS, address);
	return request_send(&request, "give an interface its address", error);
}

bool lab_neighbour_add(const char *name, uint32_t address, const uint8_t mac[6], struct ws_error *error)
{
	struct request request;
	struct ndmsg *entry = request_begin(&request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*entry));
	entry->ndm_family = AF_INET;
	entry->ndm_ifindex = (int)if_nametoindex(name);
	entry->ndm_state = NUD_PERMANENT;
	mnl_attr_put_u32(request.header, NDA_DST, address);
	mnl_attr_put(request.header, NDA_LLADDR, 6, mac);
	return request_send(&request, "state a neighbour's MAC address", error);
}
