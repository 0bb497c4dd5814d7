/* A hash over the seed, the smaller and the larger end (address, then port), and the protocol, in base64. */
#include "output/community.h"
#include "base/sha1.h"

#include <string.h>

static void base64(struct ws_text *text, const uint8_t bytes[WS_SHA1_BYTES])
{
	enum { length = WS_SHA1_BYTES };
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char made[28], *out = made;
	for (size_t i = 0; i + 3 <= length; i += 3) {
		const uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = digits[bits >> 6 & 63];
		*out++ = digits[bits & 63];
	}
	const uint32_t last = (uint32_t)bytes[length - 2] << 16 | (uint32_t)bytes[length - 1] << 8; /* 20 = 6 * 3 + 2 */
	*out++ = digits[last >> 18];
	*out++ = digits[last >> 12 & 63];
	*out++ = digits[last >> 6 & 63];
	*out++ = '=';
	ws_text_append(text, made, (size_t)(out - made));
}

void community_id(struct ws_text *text, uint8_t protocol, unsigned ip_version, const struct ws_addr address[2],
                  const uint16_t port[2])
{
	uint8_t bytes[2 + 2 * 16 + 2 + 4] = {0}, digest[WS_SHA1_BYTES];
	const size_t size = ip_version == 4 ? 4 : 16, skip = 16 - size;
	const int order = memcmp(address[0].byte + skip, address[1].byte + skip, size);
	const unsigned first = order ? order > 0 : port[0] > port[1];
	uint8_t *at = bytes + 2;
	memcpy(at, address[first].byte + skip, size);
	memcpy(at + size, address[1 - first].byte + skip, size);
	at += 2 * size;
	*at++ = protocol;
	*at++ = 0;
	for (unsigned i = 0; i < 2; i++) {
		const uint16_t number = port[i ? 1 - first : first];
		*at++ = (uint8_t)(number >> 8);
		*at++ = (uint8_t)number;
	}
	ws_sha1(bytes, (size_t)(at - bytes), digest);
	ws_text_puts(text, "1:");
	base64(text, digest);
}
