/* A frame of Ethernet as another link would have it, with the same packet inside. */
#ifndef TESTS_RELINKED_H
#define TESTS_RELINKED_H

#include <wirestate/capture.h>

#include <string.h>

enum { RELINKED_MOST = 24 }; /* bytes that may be added */

static inline void relinked_cooked(uint8_t *out, uint8_t link, const uint8_t *bytes)
{
	const uint8_t sll[16] = {0, 4, 0, 1, 0, 6}, sll2[20] = {[4] = 1, 2, 3, 4, [11] = 6};
	if (link == WS_LINK_SLL) {
		memcpy(out, sll, sizeof(sll));
		memcpy(out + 6, bytes + 6, 6);
		memcpy(out + 14, bytes + 12, 2);
	} else {
		memcpy(out, sll2, sizeof(sll2));
		memcpy(out, bytes + 12, 2);
		memcpy(out + 12, bytes + 6, 6);
	}
}

/* Puts `tags` VLAN tags into a header that ends with its EtherType; returns how many bytes there are now. */
static inline uint32_t relinked_tags(uint8_t *out, uint32_t header, unsigned tags, const uint8_t type[2])
{
	for (unsigned i = 0; i < tags; i++) {
		memcpy(out + header - 2, i ? "\x81\x00" : "\x88\xa8", 2);
		out[header] = (uint8_t)(0x20 + i);
		out[header + 1] = (uint8_t)(7 + i);
		memcpy(out + header + 2, type, 2);
		header += 4;
	}
	return header;
}

/* Writes the frame to `out`, RELINKED_MOST bytes longer than the frame, and returns how many bytes it has there. With
 * `tags` the link is Ethernet. 0: the frame is no Ethernet, or too short. */
static inline uint32_t relinked(const struct ws_frame *frame, uint8_t link, unsigned tags, uint8_t *out)
{
	const uint32_t ethernet = 14;
	const uint8_t *bytes = frame->data;
	if (frame->link != WS_LINK_ETHERNET || frame->captured < ethernet)
		return 0;
	uint32_t header = 0;
	if (link == WS_LINK_ETHERNET) {
		memcpy(out, bytes, ethernet);
		header = relinked_tags(out, ethernet, tags, bytes + 12);
	} else if (link == WS_LINK_SLL || link == WS_LINK_SLL2) {
		header = link == WS_LINK_SLL ? 16 : 20;
		relinked_cooked(out, link, bytes);
	} else if (link == WS_LINK_NULL || link == WS_LINK_LOOP) {
		const uint8_t family[4] = {0, 0, 0, bytes[12] == 0x86 ? 30 : 2};
		header = sizeof(family);
		memcpy(out, family, header);
	}
	memcpy(out + header, bytes + ethernet, frame->captured - ethernet);
	return header + frame->captured - ethernet;
}

/* X(link, tags): the ways in which the tests do that. */
#define RELINKED_WAYS(X)                                                                                               \
	X(WS_LINK_ETHERNET, 1)                                                                                         \
	X(WS_LINK_ETHERNET, 2)                                                                                         \
	X(WS_LINK_ETHERNET, 3)                                                                                         \
	X(WS_LINK_SLL, 0)                                                                                              \
	X(WS_LINK_SLL2, 0)                                                                                             \
	X(WS_LINK_NULL, 0)                                                                                             \
	X(WS_LINK_LOOP, 0)                                                                                             \
	X(WS_LINK_RAW, 0)                                                                                              \
	X(WS_LINK_IPV4, 0)                                                                                             \
	X(WS_LINK_IPV6, 0)

#endif
