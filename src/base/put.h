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

/* The eight decimal digits of a number below 10^8, one in each byte, the first digit in the lowest byte. Halves,
 * quarters and eighths are split in parallel by multiplying with a rounded reciprocal, so there is no loop and no
 * branch. */
static inline uint64_t ws_eight_digits(uint32_t value)
{
	uint64_t fours = value / 10000 | (uint64_t)(value % 10000) << 32;
	uint64_t hundreds = (fours * 10486 >> 20) & UINT64_C(0x7f0000007f);
	uint64_t pairs = hundreds | (fours - hundreds * 100) << 16;
	uint64_t tens = (pairs * 103 >> 10) & UINT64_C(0x000f000f000f000f);
	return tens | (pairs - tens * 10) << 8;
}

#define WS_ASCII_ZEROS UINT64_C(0x3030303030303030)

/* Writes all eight digits. */
static inline char *ws_put_eight(char *out, uint32_t value)
{
	uint64_t text = htole64(ws_eight_digits(value) | WS_ASCII_ZEROS);
	memcpy(out, &text, 8);
	return out + 8;
}

/* Writes a number below 10^8 without leading zeros. It always writes eight bytes, also when it returns fewer. */
static inline char *ws_put_below_1e8(char *out, uint32_t value)
{
	uint64_t digits = ws_eight_digits(value);
	unsigned zeros = (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 56) / 8;
	uint64_t text = htole64((digits | WS_ASCII_ZEROS) >> (8 * zeros));
	memcpy(out, &text, 8);
	return out + (8 - zeros);
}

static inline char *ws_put_u64(char *out, uint64_t value)
{
	if (value < 10) {
		*out = (char)('0' + value);
		return out + 1;
	}
	if (value < 100000000)
		return ws_put_below_1e8(out, (uint32_t)value);
	if (value >= UINT64_C(10000000000000000)) {
		out = ws_put_below_1e8(out, (uint32_t)(value / UINT64_C(10000000000000000)));
		out = ws_put_eight(out, (uint32_t)(value / 100000000 % 100000000));
	} else {
		out = ws_put_below_1e8(out, (uint32_t)(value / 100000000));
	}
	return ws_put_eight(out, (uint32_t)(value % 100000000));
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
char *ws_put_time(char *out, ws_time time, unsigned decimals);

static inline char *ws_put_addr(char *out, const struct ws_addr *addr, unsigned ip_version)
{
	return ip_version == 4 ? ws_put_ipv4(out, addr->byte + 12) : ws_put_ipv6(out, addr->byte);
}

#endif
