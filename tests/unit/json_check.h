/* A strict JSON parser (RFC 8259): it checks that the text is one value and that no object has a key twice. */
#ifndef WS_TESTS_JSON_CHECK_H
#define WS_TESTS_JSON_CHECK_H

#include <string.h>

#include <wirestate/text.h>

struct json_cursor {
	const char *at, *end;
};

static inline bool json_take(struct json_cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static inline bool json_check_string(struct json_cursor *c)
{
	if (!json_take(c, '"'))
		return false;
	while (c->at < c->end && *c->at != '"') {
		uint32_t code_point;
		size_t size = ws_utf8_decode(c->at, (size_t)(c->end - c->at), &code_point);
		if (size == 0 || !ws_printable(code_point))
			return false;
		if (code_point == '\\') {
			c->at++;
			if (c->at == c->end || !strchr("\"\\/bfnrtu", *c->at))
				return false;
			if (*c->at == 'u' && (c->end - c->at < 5 || strspn(c->at + 1, "0123456789abcdefABCDEF") < 4))
				return false;
			size = *c->at == 'u' ? 5 : 1;
		}
		c->at += size;
	}
	return json_take(c, '"');
}

static inline size_t json_digits(struct json_cursor *c)
{
	const char *start = c->at;
	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return (size_t)(c->at - start);
}

static inline bool json_check_number(struct json_cursor *c)
{
	json_take(c, '-');
	const char *start = c->at;
	size_t digits = json_digits(c);
	if (digits == 0 || (digits > 1 && *start == '0'))
		return false;
	return !json_take(c, '.') || json_digits(c) > 0;
}

static inline bool json_check_value(struct json_cursor *c, unsigned depth);

static inline bool json_check_list(struct json_cursor *c, unsigned depth)
{
	c->at++;
	if (json_take(c, ']'))
		return true;
	do {
		if (!json_check_value(c, depth))
			return false;
	} while (json_take(c, ','));
	return json_take(c, ']');
}

static inline bool json_check_object(struct json_cursor *c, unsigned depth)
{
	struct json_cursor keys[64];
	size_t count = 0;
	c->at++;
	if (json_take(c, '}'))
		return true;
	do {
		struct json_cursor key = {c->at, c->at};
		if (count == WS_ARRAY_SIZE(keys) || !json_check_string(c))
			return false;
		key.end = c->at;
		for (size_t i = 0; i < count; i++) {
			if (keys[i].end - keys[i].at == key.end - key.at &&
			    memcmp(keys[i].at, key.at, (size_t)(key.end - key.at)) == 0)
				return false;
		}
		keys[count++] = key;
		if (!json_take(c, ':') || !json_check_value(c, depth))
			return false;
	} while (json_take(c, ','));
	return json_take(c, '}');
}

static inline bool json_check_value(struct json_cursor *c, unsigned depth)
{
	static const char *const words[] = {"true", "false", "null"};
	if (depth == 0 || c->at == c->end)
		return false;
	if (*c->at == '{')
		return json_check_object(c, depth - 1);
	if (*c->at == '[')
		return json_check_list(c, depth - 1);
	if (*c->at == '"')
		return json_check_string(c);
	for (size_t i = 0; i < WS_ARRAY_SIZE(words); i++) {
		size_t length = strlen(words[i]);
		if ((size_t)(c->end - c->at) >= length && memcmp(c->at, words[i], length) == 0) {
			c->at += length;
			return true;
		}
	}
	return json_check_number(c);
}

/* `length` bytes at `line`, which a NUL follows somewhere. */
static inline bool json_valid(const char *line, size_t length)
{
	struct json_cursor c = {line, line + length};
	return json_check_value(&c, 16) && c.at == c.end;
}

#endif
