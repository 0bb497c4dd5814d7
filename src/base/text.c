/* Text without allocation: see wirestate/text.h.
 *
 * Theory of operation. Nearly every append fits, so each formatter asks once for the most it can need (`text_room`),
 * writes in place and advances `length`. When that much room is not there, the same bytes are made in a small array and
 * go through ws_text_append(), the only function that flushes and cuts. Numbers are written two digits at a time: records
 * are mostly numbers, and printf() would cost more than decoding the packet does. */
#include "base/put.h"

#include <wirestate/text.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char ws_hex_digits[17] = "0123456789abcdef";

#define TEN(tens)                                                                                                      \
	tens, '0', tens, '1', tens, '2', tens, '3', tens, '4', tens, '5', tens, '6', tens, '7', tens, '8', tens, '9'
#define FROM_TEN TEN('1'), TEN('2'), TEN('3'), TEN('4'), TEN('5'), TEN('6'), TEN('7'), TEN('8'), TEN('9')
const char ws_below_100[200] = {'0', 0,   '1', 0,   '2', 0,   '3', 0,   '4', 0,       '5',
                                0,   '6', 0,   '7', 0,   '8', 0,   '9', 0,   FROM_TEN};
static const char two_digits[200] = {TEN('0'), FROM_TEN};
/* "000" to "999", each with a byte that does not count. */
#define TEN_OF(front, zero)                                                                                            \
	front "0" zero front "1" zero front "2" zero front "3" zero front "4" zero front "5" zero front "6" zero front \
	      "7" zero front "8" zero front "9" zero
#define HUNDRED_OF(front)                                                                                              \
	TEN_OF(front "0", "\0")                                                                                        \
	TEN_OF(front "1", "\0")                                                                                        \
	TEN_OF(front "2", "\0")                                                                                        \
	TEN_OF(front "3", "\0")                                                                                        \
	TEN_OF(front "4", "\0")                                                                                        \
	TEN_OF(front "5", "\0")                                                                                        \
	TEN_OF(front "6", "\0") TEN_OF(front "7", "\0") TEN_OF(front "8", "\0") TEN_OF(front "9", "\0")
static const char three_digits[] = HUNDRED_OF("0") HUNDRED_OF("1") HUNDRED_OF("2") HUNDRED_OF("3") HUNDRED_OF("4")
        HUNDRED_OF("5") HUNDRED_OF("6") HUNDRED_OF("7") HUNDRED_OF("8") HUNDRED_OF("9");

/* Returns where `need` bytes can be written at once, or NULL. */
static inline char *text_room(struct ws_text *text, size_t need)
{
	return !text->failed && text->capacity - text->length >= need ? text->data + text->length : NULL;
}

static bool flush_text(struct ws_text *text)
{
	if (!text->flush(text))
		text->failed = true;
	return !text->failed;
}

/* Returns the largest length up to `length` that does not end inside a code point; it is at most three bytes less. */
static size_t whole_code_points(const char *bytes, size_t length)
{
	size_t start = length;
	while (start > 0 && length - start < 4) {
		unsigned char c = (unsigned char)bytes[--start];
		if ((c & 0xc0) == 0x80)
			continue;
		size_t size = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		return length - start < size ? start : length;
	}
	return length;
}

static void append_slowly(struct ws_text *text, const char *bytes, size_t length)
{
	if (text->failed)
		return;
	while (length > text->capacity - text->length) {
		size_t part = text->capacity - text->length;
		if (!text->flush) {
			memcpy(text->data + text->length, bytes, part);
			text->length = whole_code_points(text->data, text->length + part);
			text->overflow = true;
			return;
		}
		memcpy(text->data + text->length, bytes, part);
		text->length += part;
		bytes += part;
		length -= part;
		if (!flush_text(text))
			return;
	}
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
}

void ws_text_append(struct ws_text *text, const char *bytes, size_t length)
{
	char *out = text_room(text, length);
	if (out && length) {
		memcpy(out, bytes, length);
		text->length += length;
	} else if (length) {
		append_slowly(text, bytes, length);
	}
}

void ws_text_puts(struct ws_text *text, const char *string)
{
	ws_text_append(text, string, strlen(string));
}

void ws_text_putc(struct ws_text *text, char c)
{
	char *out = text_room(text, 1);
	if (out) {
		*out = c;
		text->length++;
	} else {
		append_slowly(text, &c, 1);
	}
}

void ws_text_pad(struct ws_text *text, char c, size_t count)
{
	char block[64];
	memset(block, c, sizeof(block));
	while (count > 0 && !text->failed && !text->overflow) {
		size_t part = count < sizeof(block) ? count : sizeof(block);
		ws_text_append(text, block, part);
		count -= part;
	}
}

void ws_text_printf(struct ws_text *text, const char *format, ...)
{
	char made[1024];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(made, sizeof(made), format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length < sizeof(made)) {
		ws_text_append(text, made, (size_t)length);
		return;
	}
	ws_text_append(text, made, whole_code_points(made, sizeof(made) - 1));
	text->overflow = true;
}

void ws_text_parts(struct ws_text *text, const char *message, ...)
{
	enum { MOST = 9 };
	const char *part[MOST], *end;
	unsigned known = 0, next = 0;
	va_list args;
	va_start(args, message);
	for (; *(end = strchrnul(message, '%')); message = end) {
		ws_text_append(text, message, (size_t)(end - message));
		const bool numbered = end[1] >= '1' && end[1] <= '0' + MOST && end[2] == '$' && end[3] == 's';
		if (!numbered && (end[1] != 's' || next == MOST)) {
			ws_text_putc(text, '%');
			end += end[1] == '%' ? 2 : 1;
			continue;
		}
		const unsigned at = numbered ? (unsigned)(end[1] - '1') : next++;
		while (known <= at)
			part[known++] = va_arg(args, const char *);
		ws_text_puts(text, part[at]);
		end += numbered ? 4 : 2;
	}
	va_end(args);
	ws_text_append(text, message, (size_t)(end - message));
}

void ws_text_u64(struct ws_text *text, uint64_t value)
{
	char small[WS_PUT_U64], *out = text_room(text, sizeof(small));
	if (out)
		text->length = (size_t)(ws_put_u64(out, value) - text->data);
	else
		ws_text_append(text, small, (size_t)(ws_put_u64(small, value) - small));
}

void ws_text_grouped(struct ws_text *text, uint64_t value)
{
	char digits[WS_PUT_U64];
	const size_t length = (size_t)(ws_put_u64(digits, value) - digits);
	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			ws_text_putc(text, ',');
		ws_text_putc(text, digits[i]);
	}
}

void ws_text_hex(struct ws_text *text, uint64_t value, unsigned digits)
{
	char small[16], *out = text_room(text, sizeof(small)), *at = out ? out : small;
	if (digits > sizeof(small))
		digits = sizeof(small);
	for (unsigned i = digits; i-- > 0; value >>= 4)
		at[i] = ws_hex_digits[value & 15];
	if (out)
		text->length += digits;
	else
		ws_text_append(text, small, digits);
}

void ws_text_bytes(struct ws_text *text, const uint8_t *bytes, size_t length, char separator)
{
	for (size_t i = 0; i < length && !text->failed && !text->overflow; i++) {
		char part[3] = {ws_hex_digits[bytes[i] >> 4], ws_hex_digits[bytes[i] & 15], separator};
		ws_text_append(text, part, separator && i + 1 < length ? 3 : 2);
	}
}

/* Numbers. Multiplied by 2^57 / 10^k, rounded up, a number has its first one or two digits above bit 57, and the others are
 * a binary fraction below it; that, times 100, has the next two above bit 57, and so on. What the rounding adds is too
 * little to change a digit of a number of 32 bits. */
enum { WHOLE = 57 };
#define FACTOR(power_of_ten) ((UINT64_C(1) << WHOLE) / (power_of_ten) + 1)

/* Writes so many pairs of digits of the fraction. */
static inline char *put_pairs(char *out, uint64_t fraction, unsigned pairs)
{
	for (unsigned i = 0; i < pairs; i++) {
		fraction = (fraction & ((UINT64_C(1) << WHOLE) - 1)) * 100;
		memcpy(out + 2 * (size_t)i, &two_digits[2 * (fraction >> WHOLE)], 2);
	}
	return out + 2 * (size_t)pairs;
}

/* Writes nine digits, and a byte that does not count. As above, with a thousand for a hundred. */
static inline void put_nine(char *out, uint64_t value)
{
	enum { MILLION = 1000000, WHOLE_OF_NINE = 54 };
	uint64_t fraction = ((UINT64_C(1) << WHOLE_OF_NINE) / MILLION + 1) * value;
	for (unsigned i = 0; i < 3; i++) {
		memcpy(out + 3 * (size_t)i, &three_digits[4 * (fraction >> WHOLE_OF_NINE)], 4);
		fraction = (fraction & ((UINT64_C(1) << WHOLE_OF_NINE) - 1)) * 1000;
	}
}

/* Writes a number with this many pairs of digits after the first one or two; `power` is 100 to the number of pairs. */
static inline char *put_digits(char *out, uint64_t value, uint64_t power, unsigned pairs)
{
	const uint64_t fraction = FACTOR(power) * value;
	memcpy(out, &ws_below_100[2 * (fraction >> WHOLE)], 2);
	return put_pairs(out + 1 + (value >= 10 * power), fraction, pairs);
}

char *ws_put_large(char *out, uint64_t value)
{
	enum { FOUR = 10000, SIX = 100 * FOUR, EIGHT = 100 * SIX };
	if (value < FOUR)
		return put_digits(out, value, 100, 1);
	if (value < SIX)
		return put_digits(out, value, FOUR, 2);
	if (value < EIGHT)
		return put_digits(out, value, SIX, 3);
	if (value <= UINT32_MAX)
		return put_digits(out, value, EIGHT, 4);
	/* Eight digits, with zeros in front of them. */
	const uint64_t fraction = FACTOR(SIX) * (value % EIGHT);
	out = ws_put_u64(out, value / EIGHT);
	memcpy(out, &two_digits[2 * (fraction >> WHOLE)], 2);
	return put_pairs(out + 2, fraction, 3);
}

char *ws_put_time(char *out, ws_time time, unsigned decimals)
{
	static const char nothing[] = "0.000000000"; /* as many shares of time are */
	uint64_t magnitude = time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
	if (!time && decimals) {
		memcpy(out, nothing, sizeof(nothing) - 1);
		return out + 2 + (decimals < 9 ? decimals : 9);
	}
	if (time < 0)
		*out++ = '-';
	uint64_t nanoseconds = magnitude;
	if (magnitude < WS_SECOND) {
		*out++ = '0'; /* as most times between packets are */
	} else {
		nanoseconds = magnitude % WS_SECOND;
		out = ws_put_u64(out, magnitude / WS_SECOND);
	}
	if (decimals == 0)
		return out;
	*out++ = '.';
	put_nine(out, nanoseconds);
	return out + (decimals < 9 ? decimals : 9);
}

void ws_text_time(struct ws_text *text, ws_time time, unsigned decimals)
{
	char small[WS_PUT_TIME], *out = text_room(text, sizeof(small));
	if (out)
		text->length = (size_t)(ws_put_time(out, time, decimals) - text->data);
	else
		ws_text_append(text, small, (size_t)(ws_put_time(small, time, decimals) - small));
}

void ws_text_date(struct ws_text *text, ws_time time, bool utc, bool day, unsigned decimals)
{
	char buffer[60];
	ws_time rest = time % WS_SECOND;
	time_t seconds = (time_t)(time / WS_SECOND);
	struct tm parts = {0};
	if (rest < 0) {
		rest += WS_SECOND;
		seconds--;
	}
	if (!(utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts))) {
		ws_text_time(text, time, decimals);
		return;
	}
	const size_t length = strftime(buffer, sizeof(buffer), day ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &parts);
	ws_text_append(text, buffer, length);
	if (decimals) {
		snprintf(buffer, sizeof(buffer), ".%09lld", (long long)rest);
		ws_text_append(text, buffer, 1 + (decimals < 9 ? decimals : 9));
	}
}

void ws_text_mac(struct ws_text *text, const uint8_t mac[6])
{
	char made[WS_PUT_MAC];
	ws_put_mac(made, mac);
	ws_text_append(text, made, sizeof(made));
}

/* Writes sixteen bits in hex without leading zeros and returns the end of the text. */
static char *put_group(char *out, unsigned group)
{
	if (group >= 0x1000)
		*out++ = ws_hex_digits[group >> 12];
	if (group >= 0x100)
		*out++ = ws_hex_digits[group >> 8 & 15];
	if (group >= 0x10)
		*out++ = ws_hex_digits[group >> 4 & 15];
	*out++ = ws_hex_digits[group & 15];
	return out;
}

/* Writes the form of RFC 5952: lower case, no leading zeros, "::" for the first of the longest runs of at least two
 * zero groups, and the last four bytes dotted where an IPv4 address is embedded (§5: v4-mapped and v4-compatible). At
 * most 45 bytes. */
char *ws_put_ipv6(char *out, const uint8_t address[16])
{
	unsigned group[8], run_start = 8, run_length = 0;
	for (unsigned i = 0; i < 8; i++)
		group[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
	for (unsigned i = 0; i < 8; i++) {
		unsigned end = i;
		while (end < 8 && group[end] == 0)
			end++;
		if (end - i >= 2 && end - i > run_length) {
			run_start = i;
			run_length = end - i;
		}
		if (end > i)
			i = end;
	}
	bool embedded = run_start == 0 && (run_length == 6 || (run_length == 5 && group[5] == 0xffff));
	for (unsigned i = 0; i < 8; i++) {
		if (i == run_start) {
			*out++ = ':';
			*out++ = ':';
			i += run_length - 1;
			continue;
		}
		if (i != 0 && i != run_start + run_length)
			*out++ = ':';
		if (embedded && i == 6)
			return ws_put_ipv4(out, address + 12);
		out = put_group(out, group[i]);
	}
	return out;
}

void ws_text_addr(struct ws_text *text, const struct ws_addr *addr, unsigned ip_version)
{
	char small[WS_PUT_ADDR], *out = text_room(text, sizeof(small));
	if (out)
		text->length = (size_t)(ws_put_addr(out, addr, ip_version) - text->data);
	else
		ws_text_append(text, small, (size_t)(ws_put_addr(small, addr, ip_version) - small));
}

void ws_text_endpoint(struct ws_text *text, const struct ws_addr *addr, unsigned ip_version, uint16_t port)
{
	if (ip_version != 4)
		ws_text_putc(text, '[');
	ws_text_addr(text, addr, ip_version);
	ws_text_puts(text, ip_version == 4 ? ":" : "]:");
	ws_text_u64(text, port);
}

const char *ws_text_cstr(struct ws_text *text)
{
	if (text->capacity == 0)
		return "";
	if (text->length == text->capacity) {
		text->length = whole_code_points(text->data, text->length - 1);
		text->overflow = true;
	}
	text->data[text->length] = '\0';
	return text->data;
}
