/* The parsers of names: answers of DNS, and what clients of TLS and HTTP say first. A greeting that is whole is the
 * same when it comes in two parts, and more bytes never take a result back. */
#include "decode/application.h"
#include "target.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_greeting greeting, part;
	size_t count = 0;
	/* A copy of exactly this size, so that a read past its end is found. */
	uint8_t *bytes = malloc(size ? size : 1);
	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	(void)!ws_dns_answers(bytes, size, take_answer, &count);
	const enum ws_greeting_result whole = ws_greeting_parse(bytes, size, &greeting);
	if (strlen(greeting.server_name) >= WS_NAME_MOST || strlen(greeting.alpn) >= WS_ALPN_MOST)
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
