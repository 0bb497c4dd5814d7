/* Names of hosts: those that packets state are learned by the tracker itself, see track.h. */
#ifndef WIRESTATE_NAMES_H
#define WIRESTATE_NAMES_H

#include <wirestate/text.h>
#include <wirestate/types.h>

struct ws_tracker;

/* X(enumerator, word): where the name of a host comes from, in the order in which they count. What a connection's own
 * bytes say is certain; a name of the address is attributed. */
#define WS_NAME_SOURCES(X)                                                                                             \
	X(WS_NAME_NONE, "none")                                                                                        \
	X(WS_NAME_SNI, "sni")                                                                                          \
	X(WS_NAME_HTTP, "http")                                                                                        \
	X(WS_NAME_DNS, "dns")                                                                                          \
	X(WS_NAME_FILE, "file")                                                                                        \
	X(WS_NAME_HOSTS, "hosts")

enum ws_name_source {
#define X(name, word) name,
	WS_NAME_SOURCES(X)
#undef X
	        WS_NAME_SOURCE_COUNT
};
const char *ws_name_source_word(enum ws_name_source source);
/* A name has been concluded from the address, and must be shown as such. */
static inline bool ws_name_is_attributed(enum ws_name_source source)
{
	return source >= WS_NAME_DNS;
}

/* What the two ends of a connection say first, as far as it was captured. The texts are the capture's, valid as the
 * names of endpoints are. */
struct ws_said {
	const char *sni, *alpn, *http_host; /* of the client; NULL: nothing of that kind */
	const char *http_request;           /* the method, a space, and the target; NULL: none */
	unsigned http_status;               /* of the first answer of HTTP; 0: none */
};

/* Takes in the name of a host that the capture file or /etc/hosts states; those of the wire come with packets. Needs
 * `names` of the configuration. */
void ws_tracker_name_host(struct ws_tracker *tracker, const struct ws_addr *address, unsigned ip_version,
                          const char *name, enum ws_name_source source);

/* The name of an address as of now, with where it comes from; NULL: none. Valid until the next packet. */
const char *ws_tracker_host_name(const struct ws_tracker *tracker, const struct ws_addr *address, unsigned ip_version,
                                 enum ws_name_source *source);
/* Whether any host has a name, and whether there is any request of HTTP. */
bool ws_tracker_has_names(const struct ws_tracker *tracker);
bool ws_tracker_has_requests(const struct ws_tracker *tracker);
/* Appends "GET /index.html 200", what a connection's first request and answer of HTTP were; nothing without a request.
 * It may hold any character: the text is cleaned. */
void ws_said_words(struct ws_text *text, const struct ws_said *said);

#endif
