/* Parses the values that a display filter compares fields with: numbers, sizes, times, addresses, words, and ranges. */
#include "track/filter.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Parses digits and returns their number, or 0 when there are none or the value is too large. */
static size_t parse_digits(const char *text, int64_t *value)
{
	size_t at = 0;
	for (*value = 0; text[at] >= '0' && text[at] <= '9'; at++)
		if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, text[at] - '0', value))
			return 0;
	return at;
}

static bool parse_number(const char *text, int64_t max, int64_t *value)
{
	size_t used = parse_digits(text, value);
	return used && !text[used] && *value <= max;
}

static bool parse_size(const char *text, int64_t *value)
{
	static const char units[] = "kmgt";
	size_t used = parse_digits(text, value);
	if (!used)
		return false;
	if (!text[used])
		return true;
	const char *unit = strchr(units, text[used] | 0x20);
	return unit && *unit && !text[used + 1] &&
	       !__builtin_mul_overflow(*value, INT64_C(1) << 10 * (unit - units + 1), value);
}

/* Parses a duration; without a unit it is in seconds. */
static bool parse_duration(const char *text, int64_t *value)
{
	static const struct {
		const char *name;
		double factor;
	} units[] = {{"", 1e9},   {"s", 1e9}, {"ms", 1e6},   {"us", 1e3},
	             {"µs", 1e3}, {"ns", 1},  {"min", 60e9}, {"h", 3600e9}};
	size_t length = strspn(text, "0123456789.");
	char *end;
	if (!length || !strpbrk(text, "0123456789"))
		return false;
	double amount = strtod(text, &end);
	for (size_t i = 0; end == text + length && i < WS_ARRAY_SIZE(units); i++) {
		if (strcmp(units[i].name, end) != 0)
			continue;
		*value = amount * units[i].factor < 9e18 ? (int64_t)(amount * units[i].factor + 0.5) : INT64_MAX;
		return true;
	}
	return false;
}

static bool parse_address(const char *text, struct filter_value *value)
{
	char copy[FILTER_LONGEST_VALUE];
	size_t length = strcspn(text, "/");
	memcpy(copy, text, length);
	copy[length] = '\0';
	memset(&value->address, 0, sizeof(value->address));
	if (inet_pton(AF_INET6, copy, value->address.byte) == 1) {
		value->ip_version = 6;
	} else if (inet_pton(AF_INET, copy, value->address.byte + 12) == 1) {
		value->ip_version = 4;
		value->address.byte[10] = value->address.byte[11] = 0xff;
	} else {
		return false;
	}
	int64_t bits = value->ip_version == 4 ? 32 : 128;
	if (text[length] == '/' && !parse_number(text + length + 1, bits, &bits))
		return false;
	value->bits = (uint8_t)(bits + (value->ip_version == 4 ? 96 : 0));
	return true;
}

static bool parse_word(const struct filter_field *field, const char *text, int64_t *value)
{
	const size_t length = strlen(text);
	for (unsigned i = 0; field->word(i); i++) {
		if (filter_same_word(field->word(i), text, length) ||
		    (field->alias && filter_same_word(field->alias(i), text, length))) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool parse_quantity(const struct filter_field *field, const char *text, int64_t *value)
{
	if (field->kind == FILTER_TIME)
		return parse_duration(text, value);
	return field->kind == FILTER_SIZE ? parse_size(text, value) : parse_number(text, field->max, value);
}

bool filter_value(const struct filter_field *field, const char *text, size_t length, struct filter_value *value)
{
	char copy[FILTER_LONGEST_VALUE];
	if (!length || length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (field->kind == FILTER_ADDRESS)
		return parse_address(copy, value);
	if (field->kind == FILTER_TEXT) {
		memcpy(value->text, copy, length + 1);
		return true;
	}
	if (field->kind == FILTER_WORD) {
		if (!parse_word(field, copy, &value->low))
			return false;
		value->high = value->low;
		return true;
	}
	char *dots = strstr(copy, "..");
	if (!dots) {
		if (!parse_quantity(field, copy, &value->low))
			return false;
		value->high = value->low;
		return true;
	}
	*dots = '\0';
	return parse_quantity(field, copy, &value->low) && parse_quantity(field, dots + 2, &value->high) &&
	       value->low <= value->high;
}
