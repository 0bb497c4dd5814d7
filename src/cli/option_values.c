/* The values of options: text becomes numbers, sizes, times and words. The row of an option says what is accepted, and
 * the error for a refused value is made from the same row. */
#include "cli/options.h"

#include <wirestate/language.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* strtoull() and strtod() accept leading spaces and signs, and strtod() words like "nan". None of these is accepted
 * here. */
static bool read_number(const char *text, uint64_t *value, const char **end)
{
	if (!isdigit((unsigned char)text[0]))
		return false;
	char *stop;
	errno = 0;
	*value = strtoull(text, &stop, 10);
	*end = stop;
	return errno == 0;
}

static bool read_decimal(const char *text, double *value)
{
	if (!text[0] || strspn(text, "0123456789.") != strlen(text) || !strpbrk(text, "0123456789"))
		return false;
	char *stop;
	*value = strtod(text, &stop);
	return *stop == '\0' && isfinite(*value);
}

static bool within(const struct option_row *row, double value)
{
	return value >= row->min && value <= row->max;
}

static bool number(const struct option_row *row, const char *text, uint64_t *field)
{
	const char *end;
	return read_number(text, field, &end) && *end == '\0' && within(row, (double)*field);
}

static bool size(const struct option_row *row, const char *text, uint64_t *field)
{
	const char *end;
	uint64_t value;
	if (!read_number(text, &value, &end))
		return false;
	unsigned shift = 0;
	if (*end) {
		const char *unit = strchr("KMGT", toupper((unsigned char)*end));
		if (!unit || end[1])
			return false;
		shift = 10 * (unsigned)(unit - "KMGT" + 1);
	}
	if (value > UINT64_MAX >> shift)
		return false;
	*field = value << shift;
	return within(row, (double)*field);
}

/* As tcpdump's -C: a number alone is millions of bytes. */
static bool millions(const struct option_row *row, const char *text, uint64_t *field)
{
	const char *end;
	uint64_t value;
	if (!read_number(text, &value, &end))
		return false;
	if (*end)
		return size(row, text, field);
	*field = value * 1000000;
	return value <= 1000000000 && within(row, (double)*field);
}

/* Takes `unit` from the end of a value. False: it does not end so. `out` is room for 64 bytes. */
static bool without_unit(const char *text, const char *unit, char *out)
{
	const size_t length = strlen(text), tail = strlen(unit);
	if (length <= tail || length >= 64 || strcmp(text + length - tail, unit) != 0)
		return false;
	memcpy(out, text, length - tail);
	out[length - tail] = '\0';
	return true;
}

/* Seconds, or a number followed by s, ms or us. */
static bool seconds(const struct option_row *row, const char *text, ws_time *field)
{
	static const struct {
		const char *unit;
		double length;
	} units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"s", 1}};
	char number[64];
	double value, unit = 1;
	for (size_t i = 0; i < WS_ARRAY_SIZE(units); i++)
		if (without_unit(text, units[i].unit, number)) {
			text = number;
			unit = units[i].length;
			break;
		}
	if (!read_decimal(text, &value) || !within(row, value * unit))
		return false;
	*field = (ws_time)(value * unit * (double)WS_SECOND + 0.5);
	return true;
}

static bool percent(const struct option_row *row, const char *text, double *field)
{
	char number[64];
	return read_decimal(without_unit(text, "%", number) ? number : text, field) && within(row, *field);
}

static bool speed(const struct option_row *row, const char *text, double *field)
{
	if (strcmp(text, "guided") == 0) {
		*field = WS_SPEED_GUIDED;
		return true;
	}
	return read_decimal(text, field) && within(row, *field);
}

/* The index of text[0..length) among space-separated words, or -1. */
static int word_place(const char *words, const char *text, size_t length)
{
	int place = 0;
	for (const char *word = words + strspn(words, " "); *word; place++) {
		size_t span = strcspn(word, " ");
		if (span == length && memcmp(word, text, length) == 0)
			return place;
		word += span;
		word += strspn(word, " ");
	}
	return -1;
}

static bool canvas(const struct option_row *row, const char *text, struct options *options)
{
	const char *end;
	uint64_t columns, rows;
	if (!read_number(text, &columns, &end) || (*end != 'x' && *end != 'X') || !within(row, (double)columns))
		return false;
	if (!read_number(end + 1, &rows, &end) || *end || !within(row, (double)rows))
		return false;
	options->size.columns = (int)columns;
	options->size.rows = (int)rows;
	return true;
}

/* Takes the point off a value POINT=N, and returns what follows. The name may contain the sign itself. */
static const char *take_point(const struct option_row *row, const char *text, struct options *options)
{
	struct point_name *point =
	        row->offset == offsetof(struct options, frame) ? &options->frame_point : &options->connection_point;
	const char *sign = strrchr(text, '=');
	*point = (struct point_name){NULL, 0};
	if (!sign || sign == text)
		return text;
	*point = (struct point_name){text, (size_t)(sign - text)};
	return sign + 1;
}

static bool frame(const struct option_row *row, const char *text, uint64_t *field)
{
	if (strcmp(text, "end") == 0) {
		*field = FRAME_END;
		return true;
	}
	return number(row, text, field);
}

static bool net(const char *text, struct ws_net *field)
{
	char address[64];
	const char *slash = strchr(text, '/'), *end;
	uint64_t bits;
	if (!slash || (size_t)(slash - text) >= sizeof(address) || !read_number(slash + 1, &bits, &end) || *end)
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	*field = (struct ws_net){.address.byte = {[10] = 0xff, [11] = 0xff}};
	if (inet_pton(AF_INET, address, field->address.byte + 12) == 1)
		field->ip_version = 4;
	else if (inet_pton(AF_INET6, address, field->address.byte) == 1)
		field->ip_version = 6;
	unsigned offset = field->ip_version == 4 ? 96 : 0;
	if (!field->ip_version || bits > 128 - offset)
		return false;
	field->prefix = (uint8_t)bits;
	for (unsigned bit = (unsigned)bits + offset; bit < 128; bit++) /* the address of a host stands for its subnet */
		field->address.byte[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return true;
}

static void list_words(struct ws_text *out, const char *words)
{
	const char *before = "";
	for (const char *word = words + strspn(words, " "); *word; word += strspn(word, " ")) {
		size_t span = strcspn(word, " ");
		ws_text_puts(out, before);
		ws_text_append(out, word, span);
		word += span;
		before = ", ";
	}
}

struct plain {
	char text[32];
};

/* A number without an exponent, as people write it. */
static struct plain plain(double number)
{
	struct plain plain;
	size_t length = (size_t)snprintf(plain.text, sizeof(plain.text), "%.6f", number);
	while (length > 1 && plain.text[length - 1] == '0')
		length--;
	length -= plain.text[length - 1] == '.';
	plain.text[length] = '\0';
	return plain;
}

/* Says what the row accepts. */
static void accepted(const struct option_row *row, struct ws_text *out)
{
	switch (row->kind) {
	case OPTION_NUMBER:
		if (row->max >= 1e18)
			ws_text_printf(out, _("a number from %.0f"), row->min);
		else
			ws_text_printf(out, _("a number from %.0f to %.0f"), row->min, row->max);
		break;
	case OPTION_SIZE:
		ws_text_puts(out, _("bytes, or a number followed by K, M or G, at least "));
		ws_text_printf(out, row->min >= 1048576 ? "%.0fM" : "%.0fK",
		               row->min / (row->min >= 1048576 ? 1048576 : 1024));
		if (row->max < 1e12)
			ws_text_puts(out, _(" and below 2G"));
		break;
	case OPTION_MILLIONS:
		ws_text_puts(out, _("millions of bytes, or a number with k, m or g for units of 1024"));
		break;
	case OPTION_SECONDS:
		ws_text_printf(out, _("seconds from %s to %s, or a number followed by s, ms or us"),
		               plain(row->min).text, plain(row->max).text);
		break;
	case OPTION_PERCENT:
		ws_text_printf(out, _("a share from %g%% to %g%%"), row->min, row->max);
		break;
	case OPTION_SPEED:
		ws_text_printf(out, _("guided, or a number from %g to %g"), row->min, row->max);
		break;
	case OPTION_WORD:
		ws_text_puts(out, _("one of "));
		list_words(out, row->words);
		break;
	case OPTION_RECORDS:
		ws_text_puts(out, _("any of "));
		list_words(out, row->words);
		ws_text_puts(out, _(", separated by commas"));
		break;
	case OPTION_CANVAS:
		ws_text_printf(out, _("columns x rows, like 80x24, each from %.0f to %.0f"), row->min, row->max);
		break;
	case OPTION_FRAME:
		ws_text_puts(out, _("a packet number from 1, or end; of several points also POINT=N"));
		break;
	case OPTION_OF_POINT:
		ws_text_puts(out, _("a number from 1, of several points also POINT=N"));
		break;
	case OPTION_STOP:
		ws_text_puts(out, _("the number of a stop, or end"));
		break;
	case OPTION_NET:
		ws_text_puts(out, _("an address and its prefix length, like 192.0.2.0/24"));
		break;
	case OPTION_OFFSET:
		ws_text_puts(out,
		             _("the name of a point and its seconds ahead, like server=-0.25, and at most 16 of them"));
		break;
	case OPTION_WORDS:
		ws_text_puts(out, _("a text that is not empty, and at most 256 of them"));
		break;
	case OPTION_NAME:
	case OPTION_TEXT:
		ws_text_puts(out, _("a text that is not empty"));
		break;
	case OPTION_KIB:
		ws_text_puts(out, _("KiB, from 64 and below 2 GiB"));
		break;
	case OPTION_TIMES:
	case OPTION_SWITCH:
	case OPTION_IGNORED:
		break;
	}
}

/* tcpdump's -t is given up to five times; tshark's has a word. */
static bool times(const char *text, int *field)
{
	static const char *const words[] = {
#define X(name, words, meaning) words,
	        WS_TIMES(X)
#undef X
	};
	if (!text) {
		*field = *field < 0 ? WS_TIMES_NONE : *field + 1;
		if (*field > WS_TIMES_DATE)
			*field = WS_TIMES_RELATIVE;
		return true;
	}
	for (int i = 0; i < (int)WS_ARRAY_SIZE(words); i++) {
		if (word_place(words[i], text, strlen(text)) >= 0) {
			*field = i;
			return true;
		}
	}
	return false;
}

static bool kib(const struct option_row *row, const char *text, uint64_t *field)
{
	const char *end;
	if (!read_number(text, field, &end) || *end || *field > UINT32_MAX)
		return false;
	*field *= 1024;
	return within(row, (double)*field);
}

static bool word(const struct option_row *row, const char *text, int *field)
{
	*field = word_place(row->words, text, strlen(text));
	return *field >= 0;
}

static bool records(const char *text, uint32_t *field)
{
	struct ws_error ignored;
	*field = 0;
	return ws_records_parse(text, field, &ignored) && *field;
}

static bool add_word(const struct option_row *row, const char *value, struct words *words)
{
	if (words->count == WORDS_MOST || strlen(value) < (size_t)row->min)
		return false;
	words->word[words->count++] = value;
	return true;
}

/* The name may contain the sign itself, so that the last one counts. */
static bool point_offset(const struct option_row *row, const char *text, struct options *options)
{
	const char *sign = strrchr(text, '=');
	ws_time offset;
	if (!sign || sign == text || options->offset_count == OFFSETS_MOST)
		return false;
	const bool negative = sign[1] == '-';
	if (!seconds(row, sign + 1 + (negative || sign[1] == '+'), &offset))
		return false;
	options->offset[options->offset_count++] =
	        (struct point_offset){text, (size_t)(sign - text), negative ? -offset : offset};
	return true;
}

static bool assign(const struct option_row *row, const char *value, struct options *options)
{
	void *field = (char *)options + row->offset;
	switch (row->kind) {
	case OPTION_SWITCH:
		*(bool *)field = true;
		return true;
	case OPTION_IGNORED:
		return true;
	case OPTION_TIMES:
		return times(value, field);
	case OPTION_KIB:
		return kib(row, value, field);
	case OPTION_TEXT:
		*(const char **)field = value;
		return strlen(value) >= (size_t)row->min;
	case OPTION_WORDS:
		return add_word(row, value, field);
	case OPTION_OFFSET:
		return point_offset(row, value, options);
	case OPTION_NAME:
		*(const char **)field = value ? value : "";
		return true;
	case OPTION_NUMBER:
		return number(row, value, field);
	case OPTION_SIZE:
		return size(row, value, field);
	case OPTION_MILLIONS:
		return millions(row, value, field);
	case OPTION_SECONDS:
		return seconds(row, value, field);
	case OPTION_PERCENT:
		return percent(row, value, field);
	case OPTION_SPEED:
		return speed(row, value, field);
	case OPTION_WORD:
		return word(row, value, field);
	case OPTION_RECORDS:
		return records(value, field);
	case OPTION_CANVAS:
		return canvas(row, value, options);
	case OPTION_FRAME:
		return frame(row, take_point(row, value, options), field);
	case OPTION_OF_POINT:
		return number(row, take_point(row, value, options), field);
	case OPTION_STOP:
		return frame(row, value, field);
	case OPTION_NET:
		return net(value, field);
	}
	return false;
}

bool option_value(const struct option_row *row, const char *value, struct options *options, struct ws_error *error)
{
	if (assign(row, value, options))
		return true;
	char buffer[256];
	struct ws_text out = WS_TEXT_OVER(buffer);
	accepted(row, &out);
	if (row->letter == 'T' && strcmp(value, "fields") == 0)
		return ws_fail(
		        error, WS_ERROR_OPTION,
		        "-T fields of tshark is not here: -T csv --only packet has a fixed set of columns, and jq "
		        "chooses among the fields of -T json");
	char letter[] = {'-', row->letter, ',', ' ', '\0'};
	return ws_fail(error, WS_ERROR_OPTION, "option %s--%s does not take '%s': it takes %s",
	               row->letter ? letter : "", row->name, value, ws_text_cstr(&out));
}
