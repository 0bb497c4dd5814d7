/* Requests to the kernel over netlink, with libmnl: links, addresses, neighbours. */
#ifndef LAB_NETLINK_H
#define LAB_NETLINK_H

#include <wirestate/error.h>

#include <net/if.h>
#include <stdint.h>

/* Each acts in the network namespace that the calling process is in. */

/* Creates a pair of connected Ethernet interfaces: `name` here, and `peer` in the namespace `peer_namespace`. */
bool lab_link_pair(const char *name, const char *peer, int peer_namespace, struct ws_error *error) WS_CHECKED;
/* Switches an interface on, and gives it the MAC address `mac`, unless that is NULL. */
bool lab_link_up(const char *name, const uint8_t mac[6], struct ws_error *error) WS_CHECKED;
/* Lets the interface send to every address without asking for its MAC address: its own stands in each frame. */
bool lab_link_no_arp(const char *name, struct ws_error *error) WS_CHECKED;
/* Gives the interface an IPv4 address (network byte order) in a network of /24. */
bool lab_address_add(const char *name, uint32_t address, struct ws_error *error) WS_CHECKED;
/* Leads 127.0.0.0/8 over the interface, in a routing table of that number, with 127.0.0.1 as the sender. */
bool lab_loopback_route_add(const char *name, uint32_t table, struct ws_error *error) WS_CHECKED;
/* A rule of routing: what comes in from the interface `from`, or everything where that is NULL, is looked up in the
 * table. Rules apply in the order of their priorities. */
bool lab_rule_add(uint32_t priority, const char *from, uint32_t table, struct ws_error *error) WS_CHECKED;
/* Removes the rule that all systems have first: every packet is looked up in the table of local addresses. */
bool lab_rule_remove_first(struct ws_error *error) WS_CHECKED;
/* States the MAC address of a neighbour, so that nobody asks for it with ARP. */
bool lab_neighbour_add(const char *name, uint32_t address, const uint8_t mac[6], struct ws_error *error) WS_CHECKED;

#endif
