/* See json_reader.h. A recursive descent whose depth is bounded by the room for keys. */
#include "base/json_reader.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

struct reader {
	const char *begin, *at, *end;
	char *room;
	ws_json_fn *fn;
	void *context;
	struct ws_json_problem *problem;
	struct ws_json_key key[WS_JSON_DEPTH];
	unsigned depth;
};

static bool refuse(struct reader *r, const char *at, const char *words)
{
	*r->problem = (struct ws_json_problem){(size_t)(at - r->begin), words};
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
		r->at++;
}

static bool next_is(struct reader *r, char wanted)
{
	if (r->at == r->end || *r->at != wanted)
		return false;
	r->at++;
	return true;
}

/* ---- Strings */

static bool hexadecimal(const char *text, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		const char c = text[i], letter = (char)(c | 0x20);
		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint32_t)(c - '0');
		else if (letter >= 'a' && letter <= 'f')
			*value = *value << 4 | (uint32_t)(letter - 'a' + 10);
		else
			return false;
	}
	return true;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* After "\u". A half of a surrogate pair without the other, and NUL, become U+FFFD. It takes six bytes or twelve, and
 * yields at most three or four. */
static bool unicode_escape(struct reader *r, char **out)
{
	enum { REPLACEMENT = 0xfffd };
	uint32_t c, low;
	if (r->end - r->at < 4 || !hexadecimal(r->at, &c))
		return refuse(r, r->at, E_("\\u lacks four hexadecimal digits"));
	r->at += 4;
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u' &&
	    hexadecimal(r->at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		r->at += 6;
	} else if ((c >= 0xd800 && c < 0xe000) || !c) {
		c = REPLACEMENT;
	}
	*out = put_utf8(*out, c);
	return true;
}

static bool read_escape(struct reader *r, char **out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name = r->at < r->end && *r->at ? strchr(names, *r->at) : NULL;
	if (name) {
		r->at++;
		*(*out)++ = values[name - names];
		return true;
	}
	if (next_is(r, 'u'))
		return unicode_escape(r, out);
	return refuse(r, r->at, E_("an unknown escape in a string"));
}

/* After the quotation mark. */
static bool read_string(struct reader *r, struct ws_json_value *value)
{
	const char *start = r->at;
	char *out = r->room;
	value->kind = WS_JSON_STRING;
	value->text = out;
	while (r->at < r->end && *r->at != '"') {
		const char *plain = r->at;
		while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20)
			r->at++;
		memcpy(out, plain, (size_t)(r->at - plain));
		out += r->at - plain;
		if (r->at == r->end || *r->at == '"')
			break;
		if (*r->at++ != '\\')
			return refuse(r, r->at - 1, E_("a control character in a string"));
		if (!read_escape(r, &out))
			return false;
	}
	if (!next_is(r, '"'))
		return refuse(r, start - 1, E_("a string does not end"));
	value->length = (size_t)(out - value->text);
	*out++ = '\0';
	r->room = out;
	return true;
}

/* ---- Other values */

static size_t count_digits(const char *at, const char *end)
{
	const char *start = at;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return (size_t)(at - start);
}

static bool read_number(struct reader *r, struct ws_json_value *value)
{
	const char *start = r->at, *at = start + (*start == '-');
	size_t digits = count_digits(at, r->end);
	bool good = digits && (digits == 1 || *at != '0');
	at += digits;
	if (good && at < r->end && *at == '.') {
		digits = count_digits(++at, r->end);
		good = digits;
		at += digits;
	}
	if (good && at < r->end && (*at | 0x20) == 'e') {
		at++;
		at += at < r->end && (*at == '+' || *at == '-');
		digits = count_digits(at, r->end);
		good = digits;
		at += digits;
	}
	if (!good)
		return refuse(r, start, E_("neither a value nor a number"));
	value->kind = WS_JSON_NUMBER;
	value->text = r->room;
	value->length = (size_t)(at - start);
	memcpy(r->room, start, value->length);
	r->room[value->length] = '\0';
	r->room += value->length + 1;
	r->at = at;
	return true;
}

static bool read_word(struct reader *r, struct ws_json_value *value)
{
	static const struct {
		const char *word;
		size_t length;
		enum ws_json_kind kind;
	} words[] = {{"null", 4, WS_JSON_NULL}, {"true", 4, WS_JSON_TRUE}, {"false", 5, WS_JSON_FALSE}};
	for (size_t i = 0; i < WS_ARRAY_SIZE(words); i++) {
		if ((size_t)(r->end - r->at) < words[i].length || memcmp(r->at, words[i].word, words[i].length) != 0)
			continue;
		value->kind = words[i].kind;
		value->text = words[i].word;
		value->length = words[i].length;
		r->at += words[i].length;
		return true;
	}
	return read_number(r, value);
}

static bool read_value(struct reader *r);

static bool read_element(struct reader *r, size_t index)
{
	r->key[r->depth - 1] = (struct ws_json_key){.index = index};
	return read_value(r);
}

static bool read_member(struct reader *r)
{
	struct ws_json_value name;
	const char *start;
	skip_blanks(r);
	if (!next_is(r, '"'))
		return refuse(r, r->at, E_("a name in quotation marks is missing"));
	start = r->at;
	char *room = r->room; /* a name need not be kept */
	if (!read_string(r, &name))
		return false;
	r->room = room;
	r->key[r->depth - 1] = (struct ws_json_key){.text = start, .length = (size_t)(r->at - 1 - start)};
	skip_blanks(r);
	return next_is(r, ':') ? read_value(r) : refuse(r, r->at, E_("a colon is missing"));
}

/* After the bracket. */
static bool read_list(struct reader *r, bool object)
{
	const char close = object ? '}' : ']';
	if (r->depth == WS_JSON_DEPTH)
		return refuse(r, r->at, E_("too many objects and arrays inside each other"));
	r->depth++;
	skip_blanks(r);
	if (!next_is(r, close)) {
		for (size_t i = 0;; i++) {
			if (!(object ? read_member(r) : read_element(r, i)))
				return false;
			skip_blanks(r);
			if (next_is(r, close))
				break;
			if (!next_is(r, ','))
				return refuse(r, r->at,
				              r->at == r->end ? E_("it ends too early") : E_("a comma is missing"));
		}
	}
	r->depth--;
	return true;
}

static bool read_value(struct reader *r)
{
	skip_blanks(r);
	const char *start = r->at;
	if (start == r->end)
		return refuse(r, start, E_("it ends too early"));
	if (*start == '{' || *start == '[') {
		r->at++;
		return read_list(r, *start == '{');
	}
	struct ws_json_value value = {.key = r->key, .depth = r->depth, .raw = start};
	if (next_is(r, '"') ? !read_string(r, &value) : !read_word(r, &value))
		return false;
	value.raw_length = (size_t)(r->at - start);
	return r->fn(r->context, &value);
}

bool ws_json_read(const char *bytes, size_t length, char *room, ws_json_fn *fn, void *context,
                  struct ws_json_problem *problem)
{
	struct reader r = {.begin = bytes,
	                   .at = bytes,
	                   .end = bytes + length,
	                   .room = room,
	                   .fn = fn,
	                   .context = context,
	                   .problem = problem};
	*problem = (struct ws_json_problem){0};
	skip_blanks(&r);
	if (!next_is(&r, '{'))
		return refuse(&r, r.at, "no JSON object");
	if (!read_list(&r, true))
		return false;
	skip_blanks(&r);
	return r.at == r.end || refuse(&r, r.at, E_("more follows the object"));
}

/* ---- Values of numbers */

static bool add_digit(uint64_t *number, char digit)
{
	return !__builtin_mul_overflow(*number, 10, number) &&
	       !__builtin_add_overflow(*number, (uint64_t)(digit - '0'), number);
}

bool ws_json_u64(const struct ws_json_value *value, uint64_t *number)
{
	*number = 0;
	if (value->kind != WS_JSON_NUMBER)
		return false;
	for (const char *at = value->text; *at; at++)
		if (*at < '0' || *at > '9' || !add_digit(number, *at))
			return false;
	return true;
}

/* `number` times ten to the power of `shift`. */
static bool shift_decimal(uint64_t *number, long shift)
{
	for (; shift < 0 && *number; shift++)
		*number /= 10;
	for (; shift > 0 && *number; shift--)
		if (!add_digit(number, '0'))
			return false;
	return true;
}

bool ws_json_time(const struct ws_json_value *value, ws_time *time)
{
	enum { DECIMALS = 9, MOST_DECIMALS = 30 };
	if (value->kind != WS_JSON_NUMBER)
		return false;
	const bool negative = value->text[0] == '-';
	const char *at = value->text + negative;
	uint64_t number = 0;
	long decimals = 0, exponent = 0;
	for (; *at >= '0' && *at <= '9'; at++)
		if (!add_digit(&number, *at))
			return false;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++)
			if (decimals < MOST_DECIMALS &&
			    number < UINT64_MAX / 100) { /* what does not fit is too small */
				(void)!add_digit(&number, *at);
				decimals++;
			}
	if (*at)
		exponent = strtol(at + 1, NULL, 10);
	if (exponent < -1000 || exponent > 1000 || !shift_decimal(&number, DECIMALS - decimals + exponent) ||
	    number > (uint64_t)INT64_MAX)
		return false;
	*time = negative ? -(ws_time)number : (ws_time)number;
	return true;
}
