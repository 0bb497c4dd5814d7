/* The parsers of names: answers of DNS, what clients of TLS and HTTP say first, and the list of MAC vendors. A greeting
 * that is whole is the same when it comes in two parts, and more bytes never take a result back; one that wants more bytes
 * is taken for one that may go on. */
#include "decode/application.h"
#include "target.h"

#include <wirestate/vendors.h>

#include <stdlib.h>
#include <string.h>

static void take_answer(void *context, const char *name, const struct ws_addr *address, unsigned ip_version)
{
	size_t *count = context;
	if (strlen(name) >= WS_NAME_MOST || !name[0] || (ip_version != 4 && ip_version != 6) || !address)
		abort();
	if (++*count > 128)
		abort();
}

/* Looks for vendors of all prefixes that the input could name, by its own bytes. */
static void find_vendors(const uint8_t *bytes, size_t size)
{
	struct ws_vendors *vendors = ws_vendors_parse((const char *)bytes, size);
	for (size_t i = 0; vendors && i + 8 <= size; i++) {
		uint8_t mac[6] = {0};
		for (size_t k = 0; k < 3; k++)
			for (size_t half = 0; half < 2; half++) {
				const uint8_t letter = bytes[i + 3 * k + half];
				mac[k] = (uint8_t)(mac[k] << 4 | ((letter & 15) + (letter >= 'A' ? 9 : 0)));
			}
		const char *name = ws_vendor_name(vendors, mac);
		if (name && (!name[0] || strlen(name) > WS_VENDOR_MOST || ws_mac_kind(mac)))
			abort();
	}
	ws_vendors_free(vendors);
}

static bool may_go_on(const uint8_t *bytes, size_t size)
{
	const struct ws_frame frame = {.data = bytes};
	const struct ws_packet packet = {.frame = &frame,
	                                 .transport = WS_TRANSPORT_TCP,
	                                 .payload_length = (uint32_t)size,
	                                 .payload_captured = (uint32_t)size};
	return !ws_may_state_name(&packet) || ws_name_goes_on(&packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_greeting greeting, part;
	size_t count = 0;
	/* A copy of exactly this size, so that a read past its end is found. */
	uint8_t *bytes = malloc(size ? size : 1);
	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	find_vendors(bytes, size);
	(void)!ws_dns_answers(bytes, size, take_answer, &count);
	const enum ws_greeting_result whole = ws_greeting_parse(bytes, size, &greeting);
	if (strlen(greeting.server_name) >= WS_NAME_MOST || strlen(greeting.alpn) >= WS_ALPN_MOST)
		abort();
	if (size >= 4 && size <= WS_GREETING_BYTES && whole == WS_GREETING_MORE && !may_go_on(bytes, size))
		abort();
	if (size > 1 && whole == WS_GREETING_DONE) {
		const enum ws_greeting_result half = ws_greeting_parse(bytes, size / 2, &part);
		if (half == WS_GREETING_NONE)
			abort();
		if (half == WS_GREETING_DONE && strcmp(part.server_name, greeting.server_name) != 0)
			abort();
	}
	free(bytes);
	return 0;
}
