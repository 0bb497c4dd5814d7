/* Formatting straight into memory: the inner loops of wirestate/text.h, for callers that have made sure of the room
 * beforehand. Each function writes at `out` and returns the end of its text; WS_PUT_* say how many bytes it may write.
 */
#ifndef WS_BASE_PUT_H
#define WS_BASE_PUT_H

#include <wirestate/types.h>

#include <endian.h>
#include <string.h>

enum {
	WS_PUT_U64 = 24,
	WS_PUT_TIME = 1 + 16 + 1 + 9,
	WS_PUT_MAC = 17,
	WS_PUT_ADDR = 48,
};

extern const char ws_hex_digits[17];

/* "0" to "9", each with a byte that does not count, and then "10" to "99". */
extern const char ws_below_100[200];

/* Writes a number below 100. It always writes two bytes, also when it returns the end of one. */
static inline char *ws_put_below_100(char *out, uint64_t value)
{
	memcpy(out, &ws_below_100[2 * value], 2);
	return out + 1 + (value >= 10);
}

char *ws_put_large(char *out, uint64_t value) __attribute__((returns_nonnull)); /* at least 100 */

static inline char *ws_put_u64(char *out, uint64_t value)
{
	return value < 100 ? ws_put_below_100(out, value) : ws_put_large(out, value);
}

/* Writes one byte in decimal and a dot. A branch on the number of digits would be mispredicted for random addresses. */
static inline char *ws_put_octet(char *out, uint32_t octet)
{
	uint32_t hundreds = octet * 656 >> 16, tens = octet * 6554 >> 16;
	uint32_t digits = hundreds | (tens - hundreds * 10) << 8 | (octet - tens * 10) << 16;
	unsigned zeros = (unsigned)__builtin_ctz(digits | 1u << 16) / 8;
	uint32_t text = htole32((digits | 0x2e303030) >> (8 * zeros));
	memcpy(out, &text, 4);
	return out + (4 - zeros);
}

static inline char *ws_put_ipv4(char *out, const uint8_t address[4])
{
	for (unsigned i = 0; i < 4; i++)
		out = ws_put_octet(out, address[i]);
	return out - 1;
}

static inline char *ws_put_mac(char *out, const uint8_t mac[6])
{
	for (unsigned i = 0; i < 6; i++) {
		if (i)
			*out++ = ':';
		*out++ = ws_hex_digits[mac[i] >> 4];
		*out++ = ws_hex_digits[mac[i] & 15];
	}
	return out;
}

char *ws_put_ipv6(char *out, const uint8_t address[16]);
/* Writes seconds with `decimals` (0 to 9) digits. All nine may be written to memory; the end returned is after the last
 * one asked for. */
char *ws_put_time(char *out, ws_time time, unsigned decimals) __attribute__((returns_nonnull));

static inline char *ws_put_addr(char *out, const struct ws_addr *addr, unsigned ip_version)
{
	return ip_version == 4 ? ws_put_ipv4(out, addr->byte + 12) : ws_put_ipv6(out, addr->byte);
}

#endif
