/* The interfaces (-D) and link types (-L) that can be captured. */
#include "capture/internal.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <wirestate/text.h>

/* libpcap also lists sources that are not networks (USB, Bluetooth, D-Bus, netfilter's logs), whose link types cannot
 * be decoded. */
static bool is_network(const pcap_if_t *device)
{
	return strcmp(device->name, "any") == 0 || if_nametoindex(device->name) > 0;
}

static void append_addresses(struct ws_text *text, const pcap_if_t *device)
{
	for (const pcap_addr_t *at = device->addresses; at; at = at->next) {
		struct ws_addr address = {{[10] = 0xff, 0xff}};
		unsigned version = 0;
		if (at->addr && at->addr->sa_family == AF_INET) {
			version = 4;
			memcpy(address.byte + 12, &((const struct sockaddr_in *)(const void *)at->addr)->sin_addr, 4);
		} else if (at->addr && at->addr->sa_family == AF_INET6) {
			version = 6;
			memcpy(address.byte, &((const struct sockaddr_in6 *)(const void *)at->addr)->sin6_addr, 16);
		}
		if (version == 0)
			continue;
		if (text->length)
			ws_text_putc(text, ' ');
		ws_text_addr(text, &address, version);
	}
}

static bool fill(struct ws_interface *interface, const pcap_if_t *device)
{
	char addresses[1024]; /* room for about twenty; a longer list is cut */
	struct ws_text text = WS_TEXT_OVER(addresses);
	append_addresses(&text, device);
	interface->name = strdup(device->name);
	interface->description = strdup(device->description ? device->description : "");
	interface->addresses = strdup(ws_text_cstr(&text));
	interface->up = device->flags & PCAP_IF_UP;
	interface->running = device->flags & PCAP_IF_RUNNING;
	interface->loopback = device->flags & PCAP_IF_LOOPBACK;
	return interface->name && interface->description && interface->addresses;
}

struct ws_interface *ws_interfaces(size_t *count, struct ws_error *error)
{
	char message[PCAP_ERRBUF_SIZE];
	pcap_if_t *devices;
	*count = 0;
	if (pcap_findalldevs(&devices, message) < 0) {
		ws_fail(error, WS_ERROR_INTERFACE, "the interfaces cannot be listed: %s", message);
		return NULL;
	}
	size_t number = 0;
	for (const pcap_if_t *device = devices; device; device = device->next)
		number += is_network(device);
	/* One more than there are: an entry without a name ends the list for ws_interfaces_free(). */
	struct ws_interface *list = number ? calloc(number + 1, sizeof(*list)) : NULL;
	bool failed = number && !list;
	for (const pcap_if_t *device = devices; device && list && !failed && *count < number; device = device->next)
		if (is_network(device))
			failed = !fill(&list[(*count)++], device);
	pcap_freealldevs(devices);
	if (!failed)
		return list;
	ws_interfaces_free(list);
	*count = 0;
	ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	return NULL;
}

static uint32_t ipv4_of(const struct sockaddr *address)
{
	return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
}

static bool net_of(const pcap_if_t *device, struct ws_addr *address, unsigned *prefix)
{
	for (const pcap_addr_t *at = device->addresses; at; at = at->next) {
		if (!at->addr || !at->netmask || at->addr->sa_family != AF_INET)
			continue;
		uint32_t mask = ipv4_of(at->netmask), base = htonl(ipv4_of(at->addr) & mask);
		if (!mask || ~mask & (~mask + 1)) /* none, or not a prefix */
			continue;
		*address = (struct ws_addr){{[10] = 0xff, 0xff}};
		memcpy(address->byte + 12, &base, 4);
		*prefix = (unsigned)__builtin_popcount(mask);
		return true;
	}
	return false;
}

bool ws_interface_net(const char *interface, struct ws_addr *address, unsigned *prefix)
{
	char message[PCAP_ERRBUF_SIZE];
	pcap_if_t *devices;
	bool found = false;
	if (pcap_findalldevs(&devices, message) < 0)
		return false;
	for (const pcap_if_t *device = devices; device && !found; device = device->next)
		found = strcmp(device->name, interface) == 0 && net_of(device, address, prefix);
	pcap_freealldevs(devices);
	return found;
}

/* The strings are allocated here, although the header declares them constant for callers. */
static void free_string(const char *string)
{
	free((void *)(uintptr_t)string);
}

void ws_interfaces_free(struct ws_interface *list)
{
	for (struct ws_interface *at = list; at && at->name; at++) {
		free_string(at->name);
		free_string(at->description);
		free_string(at->addresses);
	}
	free(list);
}

static char **names_of(const int *types, int count)
{
	char **names = calloc((size_t)count + 1, sizeof(*names));
	for (int i = 0; names && i < count; i++) {
		const char *name = pcap_datalink_val_to_name(types[i]);
		char number[24];
		snprintf(number, sizeof(number), "%d", types[i]);
		names[i] = strdup(name ? name : number);
		if (!names[i]) {
			ws_link_types_free(names);
			return NULL;
		}
	}
	return names;
}

char **ws_link_types(const char *interface, struct ws_error *error)
{
	char message[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_create(interface, message);
	if (!pcap) {
		ws_fail(error, WS_ERROR_INTERFACE, "%s: %s", interface, message);
		return NULL;
	}
	char **names = NULL;
	int *types, status = pcap_activate(pcap), count = status < 0 ? -1 : pcap_list_datalinks(pcap, &types);
	if (status < 0) {
		ws_live_activate_failed(error, pcap, interface, status);
	} else if (count < 0) {
		ws_fail(error, WS_ERROR_INTERFACE, "%s: %s", interface, pcap_geterr(pcap));
	} else {
		names = names_of(types, count);
		pcap_free_datalinks(types);
		if (!names)
			ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	pcap_close(pcap);
	return names;
}

void ws_link_types_free(char **names)
{
	for (char **at = names; at && *at; at++)
		free(*at);
	free(names);
}
