/* Answers that are typed in Chinese: characters that mean the same as those of ASCII, words without spaces between
 * them, and numbers in words. */
#include "lesson/internal.h"

#include <stdio.h>
#include <string.h>

/* ---- Characters of East Asian keyboards */

bool lesson_is_wide_mark(uint32_t c)
{
	return (c >= 0x3000 && c <= 0x303f && c != 0x3005 && c != 0x3007) || (c >= 0xff01 && c <= 0xff0f) ||
	       (c >= 0xff1a && c <= 0xff20) || (c >= 0xff3b && c <= 0xff40) || (c >= 0xff5b && c <= 0xff65);
}

bool lesson_is_ideograph(uint32_t c)
{
	const bool han = (c >= 0x2e80 && c < 0xa000) || (c >= 0xf900 && c < 0xfb00) || (c >= 0x20000 && c < 0x40000);
	return han && !lesson_is_wide_mark(c);
}

/* What a character means in an answer: full-width ones are those of ASCII, and quotation marks and brackets are a
 * space. */
static uint32_t plain_of(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	switch (c) {
	case 0x3002: /* a full stop */
		return '.';
	case 0x3001: /* a comma between the parts of a list */
		return ';';
	case 0x201c:
	case 0x201d:
	case 0x2018: /* 0x2019 may be an apostrophe */
	case 0xb7:
		return ' ';
	default:
		return lesson_is_wide_mark(c) ? ' ' : c;
	}
}

void lesson_plain(const char *text, char plain[LESSON_PLAIN_BYTES], bool no_east)
{
	size_t used = 0, step;
	for (; used + 4 < LESSON_PLAIN_BYTES && *text; text += step) {
		uint32_t c;
		step = ws_utf8_decode(text, strnlen(text, 4), &c);
		if (!step) {
			step = 1;
			plain[used++] = *text;
			continue;
		}
		c = plain_of(c);
		used += ws_utf8_encode(no_east && lesson_is_ideograph(c) ? ' ' : c, plain + used);
	}
	plain[used] = '\0';
}

bool lesson_has_ideograph(const char *text)
{
	uint32_t c;
	for (size_t step; *text; text += step ? step : 1) {
		step = ws_utf8_decode(text, strnlen(text, 4), &c);
		if (step && lesson_is_ideograph(c))
			return true;
	}
	return false;
}

size_t lesson_ideograph(const char *text)
{
	uint32_t c;
	const size_t size = (unsigned char)*text < 0xe2 ? 0 : ws_utf8_decode(text, strnlen(text, 4), &c);
	return size && lesson_is_ideograph(c) ? size : 0;
}

/* ---- Words and numbers */

/* Folds a text without the particle that joins two nouns. */
static void fold_east(const char *text, char key[LESSON_KEY_BYTES])
{
	static const char particle[] = "的";
	lesson_fold(text, key);
	for (char *at = key; (at = strstr(at, particle));)
		memmove(at, at + strlen(particle), strlen(at + strlen(particle)) + 1);
}

/* True for a text that says no to something. */
static bool denies(const char *text)
{
	static const char *const words[] = {"不", "没", "未", "非"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

bool lesson_choice_by_parts(char *const *list, size_t count, const char *text, size_t *only)
{
	char typed[LESSON_KEY_BYTES], choice[LESSON_KEY_BYTES], best[LESSON_KEY_BYTES] = "";
	size_t found = 0;
	fold_east(text, typed);
	for (size_t i = 0; typed[0] && i < count; i++) {
		fold_east(list[i], choice);
		if (strstr(choice, typed)) {
			found++;
			*only = i;
		}
	}
	if (found)
		return found == 1;
	for (size_t i = 0; i < count; i++) {
		fold_east(list[i], choice);
		if (!choice[0] || !strstr(typed, choice) || strlen(choice) <= strlen(best))
			continue;
		strcpy(best, choice);
		*only = i;
	}
	for (size_t i = 0; i < count; i++) {
		fold_east(list[i], choice);
		if (choice[0] && strstr(typed, choice) && !strstr(best, choice))
			return false;
	}
	return best[0] && denies(typed) == denies(best);
}

bool lesson_number_of_east(const char *text, char key[LESSON_KEY_BYTES])
{
	static const char *const digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百"};
	enum { TEN = 10, HUNDRED = 11, NONE = -1 };
	unsigned whole = 0, digit = 0;
	size_t found = 0, step;
	bool inside = false;
	for (; *text; text += step) {
		int is = NONE;
		step = lesson_ideograph(text);
		for (int i = 0; step && i < (int)WS_ARRAY_SIZE(digits); i++)
			if (strncmp(text, digits[i], step) == 0)
				is = i;
		if (step && strncmp(text, "两", step) == 0)
			is = 2;
		step = step ? step : 1;
		found += is != NONE && !inside;
		inside = is != NONE;
		if (is == TEN || is == HUNDRED)
			whole += (digit ? digit : 1) * (is == TEN ? 10 : 100);
		if (is != NONE)
			digit = is < TEN ? (unsigned)is : 0;
	}
	snprintf(key, LESSON_KEY_BYTES, "%u", whole + digit);
	return found == 1;
}
