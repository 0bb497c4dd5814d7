/* Formatting straight into memory: the inner loops of wirestate/text.h, for writers that have made sure of their room
 * beforehand. Each writes at `out` and returns the place behind what it wrote; WS_PUT_* say how much that can be. */
#ifndef WS_BASE_PUT_H
#define WS_BASE_PUT_H

#include <wirestate/types.h>

#include <string.h>

enum {
	WS_PUT_U64 = 20,
	WS_PUT_TIME = 1 + 20 + 1 + 9,
	WS_PUT_MAC = 17,
	WS_PUT_ADDR = 45,
};

extern const char ws_digit_pairs[201]; /* "00" to "99" */
extern const char ws_hex_digits[17];

static inline unsigned ws_decimal_digits(uint64_t value)
{
	/* clang-format off */
	static const uint64_t powers[] = {
		0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
		1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
		1000000000000000000, 10000000000000000000u,
	};
	/* clang-format on */
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	unsigned guess = bits * 1233 >> 12; /* bits × log10(2), rounded down */
	return guess + (value >= powers[guess]);
}

/* Exactly `digits` decimal digits, with leading zeros; two at a time, as a division costs more than a table. */
static inline char *ws_put_decimal(char *out, uint64_t value, unsigned digits)
{
	char *end = out + digits;
	while (digits >= 2) {
		digits -= 2;
		memcpy(out + digits, ws_digit_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (digits)
		*out = (char)('0' + value % 10);
	return end;
}

static inline char *ws_put_u64(char *out, uint64_t value)
{
	if (value < 10) {
		*out = (char)('0' + value);
		return out + 1;
	}
	return ws_put_decimal(out, value, ws_decimal_digits(value));
}

/* One byte in decimal. */
static inline char *ws_put_octet(char *out, uint8_t octet)
{
	if (octet >= 100) {
		*out++ = (char)('0' + octet / 100);
		memcpy(out, ws_digit_pairs + 2 * (octet % 100), 2);
		return out + 2;
	}
	if (octet >= 10) {
		memcpy(out, ws_digit_pairs + 2 * octet, 2);
		return out + 2;
	}
	*out = (char)('0' + octet);
	return out + 1;
}

static inline char *ws_put_ipv4(char *out, const uint8_t address[4])
{
	for (unsigned i = 0; i < 4; i++) {
		out = ws_put_octet(out, address[i]);
		*out++ = '.';
	}
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
/* Seconds with `decimals` (0 to 9) digits; all nine may be written, and only those asked for are kept. */
char *ws_put_time(char *out, ws_time time, unsigned decimals);

static inline char *ws_put_addr(char *out, const struct ws_addr *addr, unsigned ip_version)
{
	return ip_version == 4 ? ws_put_ipv4(out, addr->byte + 12) : ws_put_ipv6(out, addr->byte);
}

#endif
