/* Where addresses stand in headers. Fixed fields are found by the decoder's field tables, options by its walker;
 * routing headers and ICMP messages are walked here. An option that is not understood, or whose length is wrong, keeps
 * its kind and length, so that it still reads as what it was, and its data becomes zero. */
#include "app/anonymize_headers.h"

#include <string.h>

#include "base/reader.h"

/* Zeros bytes [from, to) of the frame. */
static void blank(const struct target *target, size_t from, size_t to)
{
	if (from < to)
		memset(target->bytes + from, 0, to - from);
}

static void replace_ipv4_at(const struct target *target, size_t at, size_t end)
{
	if (at + 4 <= end)
		pseudonyms_ipv4(target->pseudonyms, target->bytes + at);
	else
		blank(target, at, end);
}

static void replace_ipv6_at(const struct target *target, size_t at, size_t end)
{
	if (at + 16 <= end)
		pseudonyms_ipv6(target->pseudonyms, target->bytes + at);
	else
		blank(target, at, end);
}

static void replace_mac_at(const struct target *target, size_t at, size_t end)
{
	if (at + 6 <= end)
		pseudonyms_mac(target->pseudonyms, target->bytes + at);
	else
		blank(target, at, end);
}

/* ---- Fixed fields */

/* An address that was captured only in part is blanked. */
static void replace_fields(const struct target *target, const struct ws_layer *layer)
{
	const struct ws_header_info *info = ws_header_info((enum ws_header)layer->header);
	const size_t end = layer->offset + layer->available;
	for (size_t i = 0; i < info->field_count; i++) {
		const struct ws_field *field = &info->fields[i];
		uint32_t offset, length;
		struct ws_value ignored;
		if (field->kind != WS_FIELD_MAC && field->kind != WS_FIELD_IPV4 && field->kind != WS_FIELD_IPV6)
			continue;
		ws_field_bytes(layer, field, &offset, &length);
		if (!ws_field_value(target->packet, layer, field, &ignored) && (!length || offset + length <= end))
			continue; /* this packet does not have the field */
		if (field->kind == WS_FIELD_MAC)
			replace_mac_at(target, offset, end);
		else if (field->kind == WS_FIELD_IPV4)
			replace_ipv4_at(target, offset, end);
		else
			replace_ipv6_at(target, offset, end);
	}
}

/* ARP with addresses of other lengths: those that are no MAC or no IPv4 address are blanked. */
static void blank_other_arp(const struct target *target, const struct ws_layer *layer)
{
	const size_t end = layer->offset + layer->available, hardware = layer->form;
	const size_t protocol = (layer->length - 8) / 2 - hardware;
	size_t at = layer->offset + 8;
	for (int i = 0; i < 4; i++) {
		const size_t length = i % 2 ? protocol : hardware, expected = i % 2 ? 4 : 6;
		if (length != expected)
			blank(target, at, at + length < end ? at + length : end);
		at += length;
	}
}

/* Linux cooked headers have 8 bytes of room for an address whose length they state. Tunnels have IP addresses there. */
static void blank_cooked(const struct target *target, const struct ws_layer *layer)
{
	const bool first = layer->header == WS_HEADER_SLL;
	const size_t room = layer->offset + (first ? 6 : 12), end = layer->offset + layer->available;
	const uint8_t *old = target->packet->frame->data + layer->offset;
	if (room >= end)
		return;
	const unsigned length = first ? ws_load16(old + 4) : old[11];
	blank(target, room + (length == 6 ? 6 : 0), room + 8 < end ? room + 8 : end);
}

/* An IP header of another version than its place says. */
static void blank_misread_ip(const struct target *target, const struct ws_layer *layer)
{
	const uint8_t version = target->packet->frame->data[layer->offset] >> 4;
	if (version != (layer->header == WS_HEADER_IPV4 ? 4 : 6))
		blank(target, layer->offset + 1, layer->offset + layer->available);
}

/* Attributes of the firewall log may hold a link-layer address. Their lengths and types stay, and nothing else. */
static void blank_log(const struct target *target, const struct ws_layer *layer)
{
	const uint8_t *old = target->packet->frame->data;
	const size_t end = layer->offset + layer->available;
	size_t at = layer->offset + 4;
	const bool big = at + 2 <= end && old[at] == 0;
	while (at + 4 < end) {
		const size_t length = big ? ws_load16(old + at) : (size_t)(old[at] | old[at + 1] << 8);
		const size_t next = at + ((length + 3) & ~(size_t)3);
		if (length < 4)
			break;
		blank(target, at + 4, next < end ? next : end);
		at = next;
	}
	if (at + 4 > end)
		blank(target, at, end);
}

/* ---- Options */

/* Record route and source routes: addresses from byte 3 on. */
static void replace_route(const struct target *target, const struct ws_option *option)
{
	const size_t end = option->offset + option->length;
	for (size_t at = option->offset + 3; at < end; at += 4)
		replace_ipv4_at(target, at, end);
}

/* Timestamps from byte 4 on: with flag 0 only times, with flags 1 and 3 an address before each time. */
static void replace_timestamp_option(const struct target *target, const struct ws_option *option)
{
	const size_t end = option->offset + option->length;
	const uint8_t flag = option->bytes[3] & 0xf;
	if (flag != 0 && flag != 1 && flag != 3)
		blank(target, option->offset + 4, end);
	else if (flag)
		for (size_t at = option->offset + 4; at < end; at += 8)
			replace_ipv4_at(target, at, end);
}

static bool replace_ipv4_option(const struct target *target, const struct ws_option *option)
{
	enum { END, NOP, RECORD_ROUTE = 7, TIMESTAMP = 68, LOOSE = 131, STREAM = 136, STRICT = 137, ALERT = 148 };
	switch (option->kind) {
	case RECORD_ROUTE:
	case LOOSE:
	case STRICT:
		replace_route(target, option);
		return true;
	case TIMESTAMP:
		replace_timestamp_option(target, option);
		return true;
	case END:
	case NOP:
	case STREAM:
	case ALERT:
		return true;
	default:
		return false;
	}
}

/* MPTCP (RFC 6824, 8684). An address that is added is announced with its length only: 4 or 16 bytes, then maybe a port,
 * and in version 1 maybe 8 bytes that authenticate it. */
static bool replace_mptcp(const struct target *target, const struct ws_option *option)
{
	enum { ADD_ADDRESS = 3, LAST_KNOWN = 8 };
	const uint8_t subtype = option->bytes[2] >> 4;
	const size_t end = option->offset + option->length;
	if (subtype != ADD_ADDRESS)
		return subtype <= LAST_KNOWN;
	switch (option->length) {
	case 8:
	case 10:
	case 16:
	case 18:
		replace_ipv4_at(target, option->offset + 4, end);
		return true;
	case 20:
	case 22:
	case 28:
	case 30:
		replace_ipv6_at(target, option->offset + 4, end);
		return true;
	default:
		return false;
	}
}

static bool replace_tcp_option(const struct target *target, const struct ws_option *option)
{
	enum { SIGNATURE = 19, USER_TIMEOUT = 28, AUTHENTICATION = 29, MPTCP = 30, FAST_OPEN = 34 };
	switch (option->kind) {
	case 0: /* end of options */
	case 1: /* NOP */
	case 2: /* maximum segment size */
	case 3: /* window scale */
	case 4: /* SACK permitted */
	case 5: /* SACK */
	case 8: /* timestamps */
	case SIGNATURE:
	case USER_TIMEOUT:
	case AUTHENTICATION:
	case FAST_OPEN:
		return true;
	case MPTCP:
		return replace_mptcp(target, option);
	default: /* fast open also came as an experiment, which the decoder tells from others */
		return strcmp(option->name, "fast_open") == 0;
	}
}

static bool replace_ipv6_option(const struct target *target, const struct ws_option *option)
{
	enum { PAD1 = 0, ROUTER_ALERT = 5, JUMBO = 0xc2, HOME_ADDRESS = 0xc9 };
	if (option->kind == HOME_ADDRESS && option->length == 18) {
		replace_ipv6_at(target, option->offset + 2, option->offset + 18);
		return true;
	}
	return option->kind == PAD1 || option->kind == ROUTER_ALERT || option->kind == JUMBO;
}

static void replace_options(const struct target *target, const struct ws_layer *layer,
                            bool (*replace)(const struct target *target, const struct ws_option *option))
{
	uint32_t cursor = 0;
	size_t end = 0;
	struct ws_option option;
	while (ws_option_next(target->packet, layer, &cursor, &option)) {
		end = option.offset + option.length;
		if (option.problem || !replace(target, &option))
			blank(target, option.offset + 2, end);
	}
	if (end) /* what comes after the end-of-options option */
		blank(target, end, layer->offset + layer->available);
}

/* ---- Routing headers */

enum { ROUTE_SOURCE = 0, ROUTE_MOBILITY = 2, ROUTE_SEGMENTS = 4 };

static void replace_routing(const struct target *target, const struct ws_layer *layer)
{
	const uint8_t *old = target->packet->frame->data + layer->offset;
	const size_t end = layer->offset + layer->available;
	size_t at = layer->offset + 8, count = 0;
	if (layer->available < 8) {
		blank(target, layer->offset + 4, end);
		return;
	}
	if (old[2] == ROUTE_SOURCE || old[2] == ROUTE_MOBILITY)
		count = old[1] / 2;
	else if (old[2] == ROUTE_SEGMENTS)
		count = old[4] + 1u;
	else
		at = layer->offset + 4;
	for (; count > 0 && at < end; count--, at += 16)
		replace_ipv6_at(target, at, end);
	blank(target, at, end);
}

size_t routing_final_address(const struct ws_packet *packet, const struct ws_layer *layer)
{
	const uint8_t *bytes = packet->frame->data + layer->offset;
	if (layer->available < layer->length || layer->length < 24 || bytes[3] == 0)
		return 0;
	if (bytes[2] == ROUTE_SEGMENTS) /* which lists its segments backwards (RFC 8754) */
		return layer->offset + 8;
	return bytes[2] == ROUTE_SOURCE || bytes[2] == ROUTE_MOBILITY ? layer->offset + layer->length - 16 : 0;
}

/* ---- ICMP */

/* Where the structures begin that RFC 4884 puts after the quoted packet of an error; they may name interfaces and next
 * hops. `unit` is what the length at `length_at` counts in. Without a length, they come after 128 bytes where there is
 * their version number. */
static void blank_extensions(const struct target *target, const struct ws_layer *layer, size_t length_at, size_t unit)
{
	enum { LEAST = 128, VERSION = 0x20 };
	const uint8_t *old = target->packet->frame->data;
	const size_t quote = layer->offset + 8, length = old[layer->offset + length_at] * unit;
	if (length)
		blank(target, quote + length, target->end);
	else if (quote + LEAST + 4 <= target->end && old[quote + LEAST] == VERSION && !old[quote + LEAST + 1])
		blank(target, quote + LEAST, target->end);
}

/* The addresses of routers, each with a preference; mobility agents add more (RFC 1256, 5944). */
static void replace_routers(const struct target *target, const struct ws_layer *layer)
{
	const uint8_t *old = target->packet->frame->data + layer->offset;
	size_t at = layer->offset + 8;
	const size_t step = 4u * old[5];
	for (unsigned i = 0; step >= 4 && i < old[4] && at < target->end; i++, at += step) {
		replace_ipv4_at(target, at, target->end);
		blank(target, at + 8, at + step < target->end ? at + step : target->end);
	}
	blank(target, at, target->end);
}

static void replace_icmp(const struct target *target, const struct ws_layer *layer)
{
	enum {
		ECHO_REPLY = 0,
		UNREACHABLE = 3,
		SOURCE_QUENCH,
		REDIRECT,
		ECHO = 8,
		ROUTER_ADVERTISEMENT,
		ROUTER_SOLICITATION,
		TIME_EXCEEDED,
		PARAMETER_PROBLEM,
		TIMESTAMP,
		MASK_REPLY = 18
	};
	const uint8_t type = target->packet->frame->data[layer->offset];
	const size_t body = layer->offset + 8;
	if (layer->available < 8 || type == ECHO || type == ECHO_REPLY || (type >= TIMESTAMP && type <= MASK_REPLY))
		return;
	if (type == ROUTER_ADVERTISEMENT)
		replace_routers(target, layer);
	else if (type == ROUTER_SOLICITATION || layer->quoted)
		blank(target, body, target->end);
	else if (type == UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM)
		blank_extensions(target, layer, 5, 4);
	else if (type != SOURCE_QUENCH && type != REDIRECT)
		blank(target, layer->offset + 4, target->end);
}

/* Options of neighbour discovery (RFC 4861, 8106). */
static void replace_neighbour_options(const struct target *target, size_t at)
{
	enum { SOURCE_LINK = 1, TARGET_LINK, PREFIX, MTU = 5, NAME_SERVERS = 25 };
	while (at + 8 <= target->end) {
		const uint8_t kind = target->bytes[at];
		const size_t length = 8u * target->bytes[at + 1];
		const size_t end = length && at + length < target->end ? at + length : target->end;
		if ((kind == SOURCE_LINK || kind == TARGET_LINK) && length == 8)
			replace_mac_at(target, at + 2, end);
		else if (kind == PREFIX && length == 32)
			replace_ipv6_at(target, at + 16, end);
		else if (kind == NAME_SERVERS)
			for (size_t server = at + 8; server < end; server += 16)
				replace_ipv6_at(target, server, end);
		else if (kind != MTU)
			blank(target, at + 2, end);
		at = end;
	}
	blank(target, at, target->end);
}

/* The sources of a multicast query, or the records of a report (RFC 3810). */
static void replace_listeners(const struct target *target, const struct ws_layer *layer, bool report)
{
	size_t at = layer->offset + 8;
	if (!report) {
		replace_ipv6_at(target, at, target->end);
		for (at += 20; at < target->end; at += 16)
			replace_ipv6_at(target, at, target->end);
		return;
	}
	while (at + 20 <= target->end) {
		size_t sources = ws_load16(target->bytes + at + 2);
		const size_t auxiliary = 4u * target->bytes[at + 1];
		replace_ipv6_at(target, at + 4, target->end);
		for (at += 20; sources > 0 && at < target->end; sources--, at += 16)
			replace_ipv6_at(target, at, target->end);
		blank(target, at, at + auxiliary < target->end ? at + auxiliary : target->end);
		at += auxiliary;
	}
	blank(target, at, target->end);
}

static void replace_icmpv6(const struct target *target, const struct ws_layer *layer)
{
	enum {
		UNREACHABLE = 1,
		TIME_EXCEEDED = 3,
		PARAMETER_PROBLEM,
		ECHO = 128,
		ECHO_REPLY,
		LISTENER_QUERY,
		LISTENER_DONE = 132,
		SOLICIT_ROUTER,
		ROUTER,
		SOLICIT_NEIGHBOUR,
		NEIGHBOUR,
		REDIRECT,
		LISTENER_REPORT = 143
	};
	const uint8_t type = target->packet->frame->data[layer->offset];
	size_t at = layer->offset + 8;
	if (layer->available < 8 || type == ECHO || type == ECHO_REPLY)
		return;
	if (type >= SOLICIT_ROUTER && type <= REDIRECT) {
		const int addresses = type == REDIRECT ? 2 : type >= SOLICIT_NEIGHBOUR ? 1 : 0;
		at += type == ROUTER ? 8 : 0;
		for (int i = 0; i < addresses && at < target->end; i++, at += 16)
			replace_ipv6_at(target, at, target->end);
		replace_neighbour_options(target, at);
	} else if ((type >= LISTENER_QUERY && type <= LISTENER_DONE) || type == LISTENER_REPORT) {
		replace_listeners(target, layer, type == LISTENER_REPORT);
	} else if (type > PARAMETER_PROBLEM || type < UNREACHABLE) {
		blank(target, layer->offset + 4, target->end);
	} else if (layer->quoted) {
		blank(target, at, target->end);
	} else if (type == UNREACHABLE || type == TIME_EXCEEDED) {
		blank_extensions(target, layer, 4, 8);
	}
}

/* ---- All of them */

void replace_in_header(const struct target *target, const struct ws_layer *layer)
{
	if (!layer->available)
		return;
	replace_fields(target, layer);
	switch (layer->header) {
	case WS_HEADER_SLL:
	case WS_HEADER_SLL2:
		blank_cooked(target, layer);
		break;
	case WS_HEADER_NFLOG:
		blank_log(target, layer);
		break;
	case WS_HEADER_TEREDO:
		blank(target, layer->offset, layer->offset + layer->available);
		break;
	case WS_HEADER_GENEVE: /* options may say anything */
		blank(target, layer->offset + 8, layer->offset + layer->available);
		break;
	case WS_HEADER_ISL: /* the first bytes of the source once more */
		if (layer->available >= 20)
			blank(target, layer->offset + 17, layer->offset + 20);
		break;
	case WS_HEADER_ARP_OTHER:
		blank_other_arp(target, layer);
		break;
	case WS_HEADER_IPV4:
		replace_options(target, layer, replace_ipv4_option);
		blank_misread_ip(target, layer);
		break;
	case WS_HEADER_IPV6:
		blank_misread_ip(target, layer);
		break;
	case WS_HEADER_IPV6_EXTENSION:
		replace_options(target, layer, replace_ipv6_option);
		break;
	case WS_HEADER_IPV6_ROUTING:
		replace_routing(target, layer);
		break;
	case WS_HEADER_ICMP:
		replace_icmp(target, layer);
		break;
	case WS_HEADER_ICMPV6:
		replace_icmpv6(target, layer);
		break;
	case WS_HEADER_TCP:
		replace_options(target, layer, replace_tcp_option);
		break;
	default:
		break;
	}
}
