/* What a client says first: the ClientHello of TLS, or the head of an HTTP request. */
#include "decode/application.h"

#include <string.h>
#include <strings.h>

/* ---- TLS (RFC 8446 §4.1.2, §5.1) */

enum { RECORD_HEADER = 5, CLIENT_HELLO = 1, SERVER_NAME = 0, ALPN = 16 };

struct span {
	const uint8_t *at;
	size_t left;
};

static unsigned load16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* Takes `length` bytes off the front; false: there are fewer. */
static bool take(struct span *span, size_t length, struct span *part)
{
	if (span->left < length)
		return false;
	*part = (struct span){span->at, length};
	span->at += length;
	span->left -= length;
	return true;
}

/* Takes a part whose length, in so many bytes, is in front of it. */
static bool take_sized(struct span *span, size_t size_bytes, struct span *part)
{
	struct span head;
	size_t length = 0;
	if (!take(span, size_bytes, &head))
		return false;
	for (size_t i = 0; i < size_bytes; i++)
		length = length << 8 | head.at[i];
	return take(span, length, part);
}

static void read_server_name(struct span data, struct ws_greeting *greeting)
{
	struct span list, type, name;
	if (!take_sized(&data, 2, &list))
		return;
	while (take(&list, 1, &type) && take_sized(&list, 2, &name)) {
		if (type.at[0] != 0 || !name.left || name.left >= WS_NAME_MOST || memchr(name.at, 0, name.left))
			continue;
		memcpy(greeting->server_name, name.at, name.left);
		greeting->server_name[name.left] = '\0';
		return;
	}
}

static void read_alpn(struct span data, struct ws_greeting *greeting)
{
	struct span list, name;
	size_t length = 0;
	if (!take_sized(&data, 2, &list))
		return;
	while (take_sized(&list, 1, &name) && name.left && length + name.left + 2 < WS_ALPN_MOST &&
	       !memchr(name.at, 0, name.left)) {
		if (length)
			greeting->alpn[length++] = ',';
		memcpy(greeting->alpn + length, name.at, name.left);
		length += name.left;
		greeting->alpn[length] = '\0';
	}
}

/* Of a whole handshake message's body. */
static void read_hello(struct span body, struct ws_greeting *greeting)
{
	struct span part, extensions, type, data;
	const size_t version_and_random = 2 + 32;
	if (!take(&body, version_and_random, &part) || !take_sized(&body, 1, &part) || !take_sized(&body, 2, &part) ||
	    !take_sized(&body, 1, &part) || !take_sized(&body, 2, &extensions))
		return;
	while (take(&extensions, 2, &type) && take_sized(&extensions, 2, &data)) {
		if (load16(type.at) == SERVER_NAME)
			read_server_name(data, greeting);
		else if (load16(type.at) == ALPN)
			read_alpn(data, greeting);
	}
}

/* Joins the handshake bytes of the records, which may end anywhere in a message. */
static enum ws_greeting_result parse_tls(const uint8_t *bytes, size_t length, struct ws_greeting *greeting)
{
	uint8_t joined[WS_GREETING_BYTES];
	size_t used = 0, at = 0, need = 4;
	while (used < need && at < length) {
		if (bytes[at] != WS_TLS_HANDSHAKE || (at + 1 < length && bytes[at + 1] != WS_TLS_VERSION))
			return WS_GREETING_NONE;
		if (length - at < RECORD_HEADER)
			return WS_GREETING_MORE;
		const size_t size = load16(bytes + at + 3), there = length - at - RECORD_HEADER;
		const size_t part = size < there ? size : there;
		if (!size || used + part > sizeof(joined))
			return WS_GREETING_NONE;
		memcpy(joined + used, bytes + at + RECORD_HEADER, part);
		used += part;
		at += RECORD_HEADER + size;
		if (used && joined[0] != CLIENT_HELLO)
			return WS_GREETING_NONE;
		if (used >= 4)
			need = 4 + ((size_t)joined[1] << 16 | (size_t)joined[2] << 8 | joined[3]);
		if (need > sizeof(joined))
			return WS_GREETING_NONE;
	}
	if (used < need)
		return WS_GREETING_MORE;
	read_hello((struct span){joined + 4, need - 4}, greeting);
	return WS_GREETING_DONE;
}

/* ---- HTTP/1 (RFC 9112) */

/* Each has at least SHORTEST characters. */
enum { SHORTEST = 4 };
static const char methods[][12] = {"GET ",     "POST ",   "HEAD ",     "PUT ",      "DELETE ", "OPTIONS ",
                                   "CONNECT ", "PATCH ",  "TRACE ",    "PROPFIND ", "NOTIFY ", "MKCOL ",
                                   "REPORT ",  "SEARCH ", "M-SEARCH ", "LOCK ",     "UNLOCK ", "SUBSCRIBE "};

/* Whether the bytes, or as many as there are, begin with a method. Inlined, so that SHORTEST bytes, which are looked at in
 * many packets, are compared as a number. */
static inline __attribute__((always_inline)) bool begins_with_method(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(methods); i++) {
		size_t size = length;
		if (length > SHORTEST && strlen(methods[i]) < length)
			size = strlen(methods[i]);
		if (memcmp(bytes, methods[i], size) == 0)
			return true;
	}
	return false;
}

/* The value of a header line without the space around it. */
static void read_host(const uint8_t *value, size_t length, struct ws_greeting *greeting)
{
	while (length && (*value == ' ' || *value == '\t')) {
		value++;
		length--;
	}
	while (length && (value[length - 1] == ' ' || value[length - 1] == '\t' || value[length - 1] == '\r'))
		length--;
	if (!length || length >= WS_NAME_MOST || memchr(value, 0, length))
		return;
	memcpy(greeting->server_name, value, length);
	greeting->server_name[length] = '\0';
}

/* "GET /index.html HTTP/1.1": keeps the first two words. False: it is no request of HTTP/1. */
static bool read_request(const uint8_t *line, size_t length, struct ws_greeting *greeting)
{
	static const char version[] = " HTTP/1.";
	const uint8_t *target = memchr(line, ' ', length);
	if (!target || !memmem(target, length - (size_t)(target - line), version, sizeof(version) - 1))
		return false;
	const uint8_t *end = memchr(target + 1, ' ', length - (size_t)(target + 1 - line));
	size_t size = (size_t)((end ? end : line + length) - line);
	size = size < WS_REQUEST_MOST ? size : WS_REQUEST_MOST - 1;
	if (end && end > target + 1 && !memchr(line, 0, size)) {
		memcpy(greeting->request, line, size);
		greeting->request[size] = '\0';
	}
	return true;
}

static enum ws_greeting_result parse_http(const uint8_t *bytes, size_t length, struct ws_greeting *greeting)
{
	static const char label[] = "host:";
	size_t at = 0;
	for (unsigned lines = 0;; lines++) {
		const uint8_t *line = bytes + at, *end = memchr(line, '\n', length - at);
		if (!end)
			return WS_GREETING_MORE;
		const size_t size = (size_t)(end - line), text = size && line[size - 1] == '\r' ? size - 1 : size;
		if (lines == 0 && !read_request(line, text, greeting))
			return WS_GREETING_NONE;
		if (lines && !text)
			return WS_GREETING_DONE; /* the head has no Host */
		if (lines && text >= sizeof(label) - 1 &&
		    strncasecmp((const char *)line, label, sizeof(label) - 1) == 0) {
			read_host(line + sizeof(label) - 1, text - (sizeof(label) - 1), greeting);
			return WS_GREETING_DONE;
		}
		at += size + 1;
	}
}

enum ws_greeting_result ws_greeting_parse(const uint8_t *bytes, size_t length, struct ws_greeting *greeting)
{
	greeting->server_name[0] = greeting->alpn[0] = greeting->request[0] = '\0';
	greeting->tls = length && bytes[0] == WS_TLS_HANDSHAKE;
	if (!length)
		return WS_GREETING_MORE;
	if (length > WS_GREETING_BYTES)
		length = WS_GREETING_BYTES;
	if (greeting->tls)
		return parse_tls(bytes, length, greeting);
	return begins_with_method(bytes, length) ? parse_http(bytes, length, greeting) : WS_GREETING_NONE;
}

unsigned ws_http_status(const uint8_t *bytes, size_t length)
{
	static const char version[] = "HTTP/1.";
	const size_t digits = sizeof(version) - 1 + 2; /* after "0 " or "1 " */
	if (length < digits + 3 || memcmp(bytes, version, sizeof(version) - 1) != 0 || bytes[digits - 1] != ' ')
		return 0;
	unsigned status = 0;
	for (size_t i = digits; i < digits + 3; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return 0;
		status = 10 * status + bytes[i] - '0';
	}
	return status;
}

bool ws_begins_as_http(const uint8_t *payload)
{
	return begins_with_method(payload, SHORTEST) || memcmp(payload, "HTTP", SHORTEST) == 0;
}

bool ws_may_state_name(const struct ws_packet *packet)
{
	const bool udp = packet->transport == WS_TRANSPORT_UDP;
	if (packet->fragment || !packet->payload_captured || (!udp && packet->transport != WS_TRANSPORT_TCP))
		return false;
	if (!udp && packet->flags & WS_TCP_RST)
		return true;
	return ws_payload_may_name(udp, packet->source_port, packet->frame->data + packet->payload_offset,
	                           packet->payload_captured);
}

/* One record holds all of a ClientHello, or is none. */
static bool is_whole_tls(const uint8_t *bytes, size_t length)
{
	const size_t record = RECORD_HEADER, message = 4;
	if (length < record + message)
		return false;
	const size_t size = load16(bytes + 3), hello = (size_t)bytes[record + 1] << 16 | load16(bytes + record + 2);
	return bytes[record] != CLIENT_HELLO || (record + size <= length && message + hello <= size);
}

bool ws_name_goes_on(const struct ws_packet *packet)
{
	const uint8_t *bytes = packet->frame->data + packet->payload_offset;
	const size_t length = packet->payload_captured;
	if (packet->transport != WS_TRANSPORT_TCP || packet->flags & WS_TCP_RST)
		return false;
	if (packet->source_port == WS_DNS_PORT || length < 4)
		return true;
	if (bytes[0] == WS_TLS_HANDSHAKE)
		return !is_whole_tls(bytes, length);
	return memcmp(bytes, "HTTP", 4) != 0 && memcmp(bytes + length - 4, "\r\n\r\n", 4) != 0;
}
