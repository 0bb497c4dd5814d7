/* Reads a line of a comment's grammar part by part. A line may hold anything; what does not fit is left unread. Used by
 * every reader of `wirestate: TIME ...`. */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <wirestate/types.h>

#include <string.h>

/* A line, or what is left of it. */
struct line_rest {
	const char *at, *end;
};

/* Takes this text. False: something else comes next. */
static inline bool line_take(struct line_rest *rest, const char *text)
{
	const size_t length = strlen(text);
	if ((size_t)(rest->end - rest->at) < length || memcmp(rest->at, text, length) != 0)
		return false;
	rest->at += length;
	return true;
}

/* Takes a decimal number of at most `most`. False: there is none, or it is larger. */
static inline bool line_take_number(struct line_rest *rest, uint64_t most, uint64_t *number)
{
	const char *const start = rest->at;
	for (*number = 0; rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9'; rest->at++) {
		const unsigned digit = (unsigned)(*rest->at - '0');
		if (*number > (most - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return rest->at > start;
}

/* Takes seconds since 1970 with nine decimals. */
static inline bool line_take_time(struct line_rest *rest, ws_time *time)
{
	enum { DECIMALS = 9 };
	uint64_t seconds, fraction;
	if (!line_take_number(rest, INT64_MAX / WS_SECOND - 1, &seconds) || !line_take(rest, "."))
		return false;
	const char *const start = rest->at;
	if (!line_take_number(rest, WS_SECOND - 1, &fraction) || rest->at - start != DECIMALS)
		return false;
	*time = (ws_time)seconds * WS_SECOND + (ws_time)fraction;
	return true;
}

#endif
