/* Names that application protocols state: answers of DNS, the server name of TLS, the host of HTTP. These parsers take
 * bytes from outside: each looks at what it is given only, in bounded time, and allocates nothing. Nothing is asked of
 * the network. */
#ifndef WS_DECODE_APPLICATION_H
#define WS_DECODE_APPLICATION_H

#include <wirestate/packet.h>

enum { WS_NAME_MOST = 256, WS_ALPN_MOST = 128, WS_REQUEST_MOST = 2048 }; /* with the terminating NUL */

/* ---- DNS (RFC 1035), also multicast DNS and LLMNR */

typedef void ws_dns_fn(void *context, const char *name, const struct ws_addr *address, unsigned ip_version);

/* Calls `fn` for each A and AAAA record among the answers of a response, with the name that was asked for where a chain
 * of CNAMEs leads from it to the record, else with the record's own; and for each PTR record of an address. False: not
 * a response, or malformed; the records before the malformed one have been reported. */
bool ws_dns_answers(const uint8_t *message, size_t length, ws_dns_fn *fn, void *context);
enum { WS_DNS_PORT = 53 };

/* ---- The beginning of what a client sends */

struct ws_greeting {
	char server_name[WS_NAME_MOST]; /* SNI of TLS (RFC 6066), or Host of HTTP; empty: none is stated */
	char alpn[WS_ALPN_MOST];        /* TLS (RFC 7301): the offered protocols, separated by commas */
	char request[WS_REQUEST_MOST];  /* HTTP: the method, a space, and the target, which may be cut */
	bool tls;                       /* else HTTP */
};

enum ws_greeting_result {
	WS_GREETING_NONE, /* these bytes are the beginning of neither */
	WS_GREETING_MORE, /* the bytes end before all of it is there */
	WS_GREETING_DONE,
};

enum { WS_GREETING_BYTES = 8192 }; /* what goes on after so many bytes is not looked at */

enum ws_greeting_result ws_greeting_parse(const uint8_t *bytes, size_t length, struct ws_greeting *greeting);

/* The status with which an answer of HTTP/1 begins, 0: it does not. */
unsigned ws_http_status(const uint8_t *bytes, size_t length);

/* The types of records of TLS, and the first byte of their version (RFC 8446 §5.1); and the bytes of an alert that is not
 * encrypted, with its record's header. */
enum { WS_TLS_ALERT = 21, WS_TLS_HANDSHAKE = 22, WS_TLS_VERSION = 3, WS_TLS_ALERT_BYTES = 7 };
/* The name of an alert in RFC 8446 §6, or NULL. */
const char *ws_tls_alert_name(unsigned description);
/* The payload begins with a fatal alert that is not encrypted: its number; 0: it does not. */
unsigned ws_tls_fatal_alert(const uint8_t *payload, size_t length);

enum { WS_MDNS_PORT = 5353, WS_LLMNR_PORT = 5355 };
/* The payload, of at least 4 bytes, begins as a request or an answer of HTTP. Call it when the first byte is a letter that
 * one may begin with. */
bool ws_begins_as_http(const uint8_t *payload);

/* Whether a whole segment or datagram may state a name: a quick look, for every packet. */
static inline bool ws_payload_may_name(bool udp, uint16_t source_port, const uint8_t *payload, uint32_t captured)
{
	if (udp)
		return captured >= 4 &&
		       (source_port == WS_DNS_PORT || source_port == WS_MDNS_PORT || source_port == WS_LLMNR_PORT);
	if (captured < 4)
		return captured && source_port == WS_DNS_PORT;
	const bool alert = captured >= WS_TLS_ALERT_BYTES && payload[0] == WS_TLS_ALERT && payload[4] == 2;
	return ((payload[0] == WS_TLS_HANDSHAKE || alert) && payload[1] == WS_TLS_VERSION) ||
	       source_port == WS_DNS_PORT || (payload[0] >= 'C' && payload[0] <= 'U' && ws_begins_as_http(payload));
}

/* The same of a packet. */
bool ws_may_state_name(const struct ws_packet *packet);
/* Of such a packet: whether what it states may go on in the next segments. True unless it certainly does not. */
bool ws_name_goes_on(const struct ws_packet *packet);

#endif
