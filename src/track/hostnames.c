/* See hostnames.h. */
#include "track/hostnames.h"
#include "base/hash.h"
#include "decode/application.h"
#include "track/merged.h"
#include "track/tracker.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { WAITS = 16, FIRST_SLOTS = 256, SHARE = 256, LEAST = 64 << 10 };

struct ws_greeting_wait {
	uint64_t number; /* of the connection; 0: free */
	uint32_t flow, next;
	uint16_t used;
	uint8_t direction;
	uint8_t bytes[WS_GREETING_BYTES];
};

void ws_hostnames_init(struct ws_hostnames *names, const uint8_t key[16], bool on, uint64_t max_memory)
{
	const uint64_t share = max_memory / SHARE;
	*names = (struct ws_hostnames){.on = on};
	memcpy(names->key, key, sizeof(names->key));
	names->address_key = ws_flow_key(key);
	names->limit = share < LEAST ? LEAST : share > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)share;
}

void ws_hostnames_free(struct ws_hostnames *names)
{
	free(names->bytes);
	free(names->strings);
	free(names->addresses);
	free(names->waits);
}

const char *ws_hostnames_text(const struct ws_hostnames *names, uint32_t name)
{
	return name ? names->bytes + name : NULL;
}

/* ---- Names as numbers */

static uint32_t text_hash(const struct ws_hostnames *names, const char *text)
{
	return (uint32_t)ws_siphash(names->key, text, strlen(text));
}

static void string_place(struct ws_hostnames *names, uint32_t name)
{
	uint32_t slot = text_hash(names, names->bytes + name);
	while (names->strings[slot & (names->string_slots - 1)])
		slot++;
	names->strings[slot & (names->string_slots - 1)] = name;
}

static bool strings_grow(struct ws_hostnames *names)
{
	const uint32_t slots = names->string_slots ? 2 * names->string_slots : FIRST_SLOTS,
	               before = names->string_slots;
	uint32_t *old = names->strings;
	uint32_t *grown = (uint64_t)slots * sizeof(*grown) <= names->limit ? calloc(slots, sizeof(*grown)) : NULL;
	if (!grown)
		return false;
	names->strings = grown;
	names->string_slots = slots;
	for (uint32_t i = 0; i < before; i++)
		if (old[i])
			string_place(names, old[i]);
	free(old);
	return true;
}

static bool bytes_reserve(struct ws_hostnames *names, size_t length)
{
	if (names->capacity - names->used >= length)
		return true;
	const uint32_t capacity = names->capacity ? 2 * names->capacity : 4096;
	char *bytes = capacity <= names->limit ? realloc(names->bytes, capacity) : NULL;
	if (!bytes)
		return false;
	names->bytes = bytes;
	names->capacity = capacity;
	return true;
}

/* 0: there is no room. */
static uint32_t intern(struct ws_hostnames *names, const char *text)
{
	const size_t length = strlen(text) + 1;
	if (names->string_slots) {
		for (uint32_t slot = text_hash(names, text);; slot++) {
			const uint32_t name = names->strings[slot & (names->string_slots - 1)];
			if (!name)
				break;
			if (strcmp(names->bytes + name, text) == 0)
				return name;
		}
	}
	if (names->string_count >= names->string_slots / 2 && !strings_grow(names))
		return 0;
	if (!bytes_reserve(names, length + 1))
		return 0;
	names->used += !names->used; /* the number 0 is no name */
	const uint32_t name = names->used;
	memcpy(names->bytes + name, text, length);
	names->used += (uint32_t)length;
	names->string_count++;
	string_place(names, name);
	return name;
}

/* ---- Names of addresses */

/* Of an IPv4 address only the last four bytes count. */
static struct ws_named_address *address_slot(const struct ws_hostnames *names, const struct ws_addr *address,
                                             unsigned ip_version)
{
	const size_t size = ip_version == 4 ? 4 : 16, skip = 16 - size;
	uint32_t slot = ws_address_hash(&names->address_key, address, ip_version);
	for (;; slot++) {
		struct ws_named_address *named = &names->addresses[slot & (names->address_slots - 1)];
		if (!named->name || (named->ip_version == ip_version &&
		                     memcmp(named->address.byte + skip, address->byte + skip, size) == 0))
			return named;
	}
}

static bool addresses_grow(struct ws_hostnames *names)
{
	const uint32_t slots = names->address_slots ? 2 * names->address_slots : FIRST_SLOTS;
	const uint32_t before = names->address_slots;
	struct ws_named_address *old = names->addresses;
	struct ws_named_address *grown =
	        (uint64_t)slots * sizeof(*grown) <= names->limit ? calloc(slots, sizeof(*grown)) : NULL;
	if (!grown)
		return false;
	names->addresses = grown;
	names->address_slots = slots;
	for (uint32_t i = 0; i < before; i++)
		if (old[i].name)
			*address_slot(names, &old[i].address, old[i].ip_version) = old[i];
	free(old);
	return true;
}

void ws_hostnames_add(struct ws_hostnames *names, const struct ws_addr *address, unsigned ip_version, const char *text,
                      enum ws_name_source source)
{
	const uint32_t name = names->on && text[0] ? intern(names, text) : 0;
	if (!name || (names->address_count >= names->address_slots / 2 && !addresses_grow(names)))
		return;
	struct ws_named_address *named = address_slot(names, address, ip_version);
	if (named->name && named->source < source) /* the sources are in the order in which they count */
		return;
	names->address_count += !named->name;
	*named = (struct ws_named_address){
	        .address = *address, .name = name, .ip_version = (uint8_t)ip_version, .source = (uint8_t)source};
}

uint32_t ws_hostnames_find(const struct ws_hostnames *names, const struct ws_addr *address, unsigned ip_version,
                           uint8_t *source)
{
	*source = WS_NAME_NONE;
	if (!names->address_count)
		return 0;
	const struct ws_named_address *named = address_slot(names, address, ip_version);
	if (named->name)
		*source = named->source;
	return named->name;
}

void ws_hostnames_prefetch(const struct ws_hostnames *names, const struct ws_addr *address, unsigned ip_version)
{
	if (names->address_count)
		__builtin_prefetch(&names->addresses[ws_address_hash(&names->address_key, address, ip_version) &
		                                     (names->address_slots - 1)]);
}

void ws_hostnames_begin(struct ws_hostnames *names, struct ws_conn *conn)
{
	for (unsigned i = 0; i < 2 && names->address_count; i++)
		conn->name[i] = ws_hostnames_find(names, &conn->address[i], conn->ip_version, &conn->name_source[i]);
}

static void take_answer(void *context, const char *name, const struct ws_addr *address, unsigned ip_version)
{
	ws_hostnames_add(context, address, ip_version, name, WS_NAME_DNS);
}

void ws_hostnames_datagram(struct ws_hostnames *names, const struct ws_packet *packet)
{
	if (names->on)
		(void)!ws_dns_answers(packet->frame->data + packet->payload_offset, packet->payload_captured,
		                      take_answer, names);
}

/* ---- What clients say first */

static struct ws_greeting_wait *find_wait(const struct ws_hostnames *names, const struct ws_conn *conn,
                                          unsigned direction)
{
	for (unsigned i = 0; i < WAITS && names->waiting; i++)
		if (names->waits[i].number == conn->number && names->waits[i].direction == direction)
			return &names->waits[i];
	return NULL;
}

bool ws_hostnames_wait(const struct ws_hostnames *names, uint32_t flow)
{
	for (unsigned i = 0; i < WAITS && names->waiting; i++)
		if (names->waits[i].number && names->waits[i].flow == flow)
			return true;
	return false;
}

static void end_wait(struct ws_hostnames *names, struct ws_greeting_wait *wait)
{
	if (wait && wait->number) {
		wait->number = 0;
		names->waiting--;
	}
}

/* Keeps the first bytes of something that goes on after this segment. The oldest one gives way where there are too
 * many. */
static void begin_wait(struct ws_hostnames *names, const struct ws_conn *conn, const struct ws_segment *s,
                       const uint8_t *bytes, size_t length)
{
	if (length > WS_GREETING_BYTES)
		return;
	if (!names->waits && !(names->waits = calloc(WAITS, sizeof(*names->waits))))
		return;
	struct ws_greeting_wait *wait = &names->waits[names->next_wait++ % WAITS];
	end_wait(names, wait);
	wait->number = conn->number;
	wait->flow = conn->hash;
	wait->direction = s->direction;
	wait->next = s->sequence + s->length;
	wait->used = (uint16_t)length;
	memcpy(wait->bytes, bytes, length);
	names->waiting++;
}

/* Targets of requests are many and long. Names come first: half of the room is theirs alone. */
static uint32_t intern_request(struct ws_hostnames *names, const char *request)
{
	const uint32_t kept = request[0] && names->used < names->limit / 2 ? intern(names, request) : 0;
	names->requests = names->requests || kept;
	return kept;
}

/* "example.net:8080" without the port (RFC 9110 §7.2), as the server's name. An address is none: that of the packets may
 * be another one, as behind NAT. */
static bool name_in_host(const char *host, char name[WS_NAME_MOST])
{
	struct in6_addr address;
	size_t length = strlen(host);
	const char *colon = strrchr(host, ':');
	if (colon && colon[1 + strspn(colon + 1, "0123456789")] == '\0')
		length = (size_t)(colon - host);
	memcpy(name, host, length);
	name[length] = '\0';
	return length && name[0] != '[' && inet_pton(AF_INET, name, &address) != 1;
}

static void keep_host(struct ws_hostnames *names, struct ws_conn *conn, const char *host, unsigned server)
{
	char name[WS_NAME_MOST];
	conn->http_host = host[0] ? intern(names, host) : 0;
	const uint32_t id = name_in_host(host, name) ? intern(names, name) : 0;
	if (!id)
		return;
	conn->name[server] = id;
	conn->name_source[server] = WS_NAME_HTTP;
}

/* `server` is the endpoint that it was said to. */
static void keep_greeting(struct ws_hostnames *names, struct ws_conn *conn, const struct ws_greeting *greeting,
                          unsigned server)
{
	if (greeting->tls) {
		conn->sni = greeting->server_name[0] ? intern(names, greeting->server_name) : 0;
		conn->alpn = greeting->alpn[0] ? intern(names, greeting->alpn) : 0;
	} else {
		keep_host(names, conn, greeting->server_name, server);
		conn->http_request = intern_request(names, greeting->request);
	}
	conn->greeted = 1;
}

/* Adds a segment that comes next to what there is; false: it is none, or there is no room. */
static bool go_on(struct ws_greeting_wait *wait, const struct ws_packet *packet, const struct ws_segment *s)
{
	if (s->sequence != wait->next || packet->payload_captured < s->length ||
	    packet->payload_captured + wait->used > (uint32_t)WS_GREETING_BYTES)
		return false;
	memcpy(wait->bytes + wait->used, packet->frame->data + packet->payload_offset, packet->payload_captured);
	wait->used = (uint16_t)(wait->used + packet->payload_captured);
	wait->next += s->length;
	return true;
}

/* DNS over TCP: messages one after the other, with the length of each in front of it (RFC 1035 §4.2.2). */
static void take_messages(struct ws_hostnames *names, const struct ws_conn *conn, const struct ws_packet *packet,
                          const struct ws_segment *s, struct ws_greeting_wait *wait)
{
	const uint8_t *bytes = wait ? wait->bytes : packet->frame->data + packet->payload_offset;
	size_t length = wait ? wait->used : packet->payload_captured;
	while (length >= 2) {
		const size_t size = (size_t)bytes[0] << 8 | bytes[1];
		if (size > length - 2)
			break;
		(void)!ws_dns_answers(bytes + 2, size, take_answer, names);
		bytes += 2 + size;
		length -= 2 + size;
	}
	if (wait && length) {
		memmove(wait->bytes, bytes, length);
		wait->used = (uint16_t)length;
	} else if (wait) {
		end_wait(names, wait);
	} else if (length && packet->payload_captured >= s->length) {
		begin_wait(names, conn, s, bytes, length);
	}
}

void ws_hostnames_segment(struct ws_hostnames *names, struct ws_conn *conn, const struct ws_packet *packet,
                          const struct ws_segment *s)
{
	struct ws_greeting greeting;
	const bool dns = packet->source_port == WS_DNS_PORT;
	/* A wrong checksum may be wrong in the capture only; what such a segment says is still a name. */
	if (!names->on || s->duplicate || !packet->payload_captured)
		return;
	if (!conn->http_status && !dns)
		conn->http_status = (uint16_t)ws_http_status(packet->frame->data + packet->payload_offset,
		                                             packet->payload_captured);
	if (conn->greeted && !dns)
		return;
	struct ws_greeting_wait *wait = find_wait(names, conn, s->direction);
	if (wait && !go_on(wait, packet, s)) {
		if (s->sequence - wait->next < (uint32_t)WS_GREETING_BYTES) /* a gap, or too much */
			end_wait(names, wait);
		return;
	}
	if (dns) {
		take_messages(names, conn, packet, s, wait);
		return;
	}
	const uint8_t *bytes = wait ? wait->bytes : packet->frame->data + packet->payload_offset;
	switch (ws_greeting_parse(bytes, wait ? wait->used : packet->payload_captured, &greeting)) {
	case WS_GREETING_MORE:
		if (!wait && packet->payload_captured >= s->length)
			begin_wait(names, conn, s, bytes, packet->payload_captured);
		return;
	case WS_GREETING_DONE:
		keep_greeting(names, conn, &greeting, !s->direction);
		break;
	case WS_GREETING_NONE:
		break;
	}
	end_wait(names, wait);
}

void ws_tracker_name_host(struct ws_tracker *tracker, const struct ws_addr *address, unsigned ip_version,
                          const char *name, enum ws_name_source source)
{
	ws_hostnames_add(&tracker->names, address, ip_version, name, source);
}

const char *ws_tracker_host_name(const struct ws_tracker *tracker, const struct ws_addr *address, unsigned ip_version,
                                 enum ws_name_source *source)
{
	uint8_t from;
	for (unsigned point = 0; tracker->merged && point < tracker->points->count; point++) {
		const char *found = ws_tracker_host_name(tracker->points->tracker[point], address, ip_version, source);
		if (found)
			return found;
	}
	const char *name =
	        ws_hostnames_text(&tracker->names, ws_hostnames_find(&tracker->names, address, ip_version, &from));
	*source = (enum ws_name_source)from;
	return name;
}

bool ws_tracker_has_names(const struct ws_tracker *tracker)
{
	if (tracker->merged)
		return ws_merged_any(tracker->merged, ws_tracker_has_names);
	return tracker->names.string_count || tracker->names_stated;
}

bool ws_tracker_has_requests(const struct ws_tracker *tracker)
{
	if (tracker->merged)
		return ws_merged_any(tracker->merged, ws_tracker_has_requests);
	return tracker->names.requests;
}

void ws_said_words(struct ws_text *text, const struct ws_said *said)
{
	if (!said->http_request)
		return;
	ws_text_clean(text, said->http_request, strlen(said->http_request));
	if (said->http_status)
		ws_text_printf(text, " %u", said->http_status);
}
