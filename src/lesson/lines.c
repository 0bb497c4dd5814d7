/* Reads the lines of a lesson, or of a translation of one: `key: value`, continued by lines that begin with white
 * space.
 *
 * Teachers write these files by hand, so every error names the line and says what would be right. The parser
 * accepts any bytes: it never reads beyond `length`, and what it does not understand is an error, never a guess. */
#include "lesson/lines.h"

#include "lesson/internal.h"
#include <wirestate/language.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word, *meaning;
	unsigned where;
} keys[] = {
#define X(name, word, where, meaning) {word, meaning, where},
        WS_LESSON_KEYS(X)
#undef X
};

_Static_assert(WS_LESSON_KEY_COUNT <= 32, "a bit of lesson_parser.given for each");

const char *ws_lesson_key_word(enum ws_lesson_key key)
{
	return key < WS_LESSON_KEY_COUNT ? keys[key].word : "";
}

const char *ws_lesson_key_meaning(enum ws_lesson_key key)
{
	return key < WS_LESSON_KEY_COUNT ? keys[key].meaning : "";
}

bool lesson_fail(const struct ws_lesson *lesson, unsigned line, struct ws_error *error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	ws_fail_in_file(error, lesson->name, line, format, arguments);
	va_end(arguments);
	return false;
}

const char *lesson_parser_word(const struct lesson_parser *parser)
{
	return keys[parser->key].word;
}

/* ---- Punctuation as it is typed with East Asian keyboards */

static const char wide_space[] = "\u3000", wide_colon[] = "\uff1a", wide_bar[] = "\uff5c";

static bool begins_with(const char *text, size_t length, const char *what)
{
	return strlen(what) <= length && memcmp(text, what, strlen(what)) == 0;
}

size_t lesson_bar(const char *text)
{
	return *text == '|' ? 1 : begins_with(text, strlen(text), wide_bar) ? strlen(wide_bar) : 0;
}

const char *lesson_colon(const char *text, size_t length, const char *narrow, size_t *width)
{
	for (size_t at = 0; at < length; at++) {
		if (begins_with(text + at, length - at, narrow))
			*width = strlen(narrow);
		else if (begins_with(text + at, length - at, wide_colon))
			*width = strlen(wide_colon);
		else
			continue;
		return text + at;
	}
	return NULL;
}

/* The bytes of white space at the beginning of a line. */
static size_t spaces(const char *text, size_t length)
{
	size_t at = 0;
	while (at < length) {
		if (text[at] == ' ' || text[at] == '\t')
			at++;
		else if (begins_with(text + at, length - at, wide_space))
			at += strlen(wide_space);
		else
			break;
	}
	return at;
}

/* ---- Values */

static bool is_text(int key)
{
	return key == WS_LESSON_TRY || key == WS_LESSON_ASK || key == WS_LESSON_ANSWER;
}

static bool may_repeat(int key)
{
	return key == WS_LESSON_STOP || key == WS_LESSON_SUM || key == WS_LESSON_HINT || key == WS_LESSON_WRONG ||
	       key == WS_LESSON_CAME;
}

/* Takes the value of the key before, which is complete. */
static bool finish_value(struct lesson_parser *parser)
{
	if (parser->key < 0)
		return true;
	const int key = parser->key;
	parser->value[parser->used] = '\0';
	if (!parser->used)
		return lesson_fail(parser->lesson, parser->key_line, parser->error, "%s: it has no value: %s",
		                   keys[key].word, E_(keys[key].meaning));
	if (!is_text(key) && strchr(parser->value, '\n'))
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "%s: paragraphs and commands are for ask, answer and try", keys[key].word);
	return parser->take(parser);
}

/* Chinese and Japanese have no spaces between words. Where a line of such a text goes on in the next one, none is put
 * between two of their characters, or beside their punctuation. */
static bool joins_without_space(const char *before, size_t used, const char *after, size_t length)
{
	uint32_t last = 0, first = 0;
	size_t at = used;
	while (at && ((unsigned char)before[at - 1] & 0xc0) == 0x80)
		at--;
	if (at)
		ws_utf8_decode(before + at - 1, used - at + 1, &last);
	ws_utf8_decode(after, length, &first);
	return (lesson_is_ideograph(last) && lesson_is_ideograph(first)) || lesson_is_wide_mark(last) ||
	       lesson_is_wide_mark(first);
}

/* Adds a line to the value: after a space, or after a blank line as a new paragraph. A command is a line of its
 * own. */
static void add(struct lesson_parser *parser, const char *text, size_t length)
{
	const bool command = length >= 2 && text[0] == '$' && text[1] == ' ';
	if (parser->used && (parser->gap || command || parser->command))
		parser->value[parser->used++] = '\n';
	else if (parser->used && !joins_without_space(parser->value, parser->used, text, length))
		parser->value[parser->used++] = ' ';
	memcpy(parser->value + parser->used, text, length);
	parser->used += length;
	parser->gap = false;
	parser->command = command;
}

/* ---- Keys */

/* Writes the keys that may be here, for an error. */
static void list_keys(struct ws_text *text, unsigned where)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if ((keys[i].where & where) == where)
			ws_text_printf(text, "%s%s", text->length ? ", " : "", keys[i].word);
	ws_text_cstr(text);
}

static bool is_unknown(const struct lesson_parser *parser, const char *text, size_t word, unsigned where)
{
	char words[256];
	struct ws_text list = WS_TEXT_OVER(words);
	list_keys(&list, where);
	return lesson_fail(parser->lesson, parser->line, parser->error,
	                   where & WS_LESSON_IN_STOP
	                           ? N_("no key is called '%.*s'; a stop has: %s")
	                           : N_("no key is called '%.*s'; before the first stop there are: %s"),
	                   ws_utf8_cut(text, word, 40), text, words);
}

static bool is_out_of_place(const struct lesson_parser *parser, unsigned where)
{
	const char *word = keys[parser->key].word;
	char words[256];
	struct ws_text list = WS_TEXT_OVER(words);
	if (!(keys[parser->key].where & where & (WS_LESSON_IN_HEAD | WS_LESSON_IN_STOP)))
		return lesson_fail(parser->lesson, parser->line, parser->error,
		                   where & WS_LESSON_IN_STOP
		                           ? N_("%s belongs before the first stop")
		                           : N_("%s belongs to a stop: put it after a line 'stop: N'"),
		                   word);
	list_keys(&list, where);
	return lesson_fail(parser->lesson, parser->line, parser->error,
	                   where & WS_LESSON_IN_STOP
	                           ? N_("%s comes from the lesson; a translation's stop has only: %s")
	                           : N_("%s comes from the lesson; a translation begins only with: %s"),
	                   word, words);
}

/* Where a key may stand here: a set of WS_LESSON_IN_*, all of which it needs. */
static unsigned place_of(const struct lesson_parser *parser)
{
	return (parser->lesson->stop_count ? WS_LESSON_IN_STOP : WS_LESSON_IN_HEAD) |
	       (parser->original ? WS_LESSON_IN_TRANSLATION : 0);
}

static bool begin_key(struct lesson_parser *parser, const char *text, size_t length)
{
	const struct ws_lesson *lesson = parser->lesson;
	const unsigned where = place_of(parser);
	size_t width = 0;
	const char *colon = lesson_colon(text, length, ":", &width);
	const size_t word = colon ? (size_t)(colon - text) : 0;
	if (!colon)
		return lesson_fail(lesson, parser->line, parser->error,
		                   "'%.*s' is not 'key: value'; a line that continues a value begins with a space, a "
		                   "comment with #",
		                   ws_utf8_cut(text, length, 40), text);
	parser->key = -1;
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if (strlen(keys[i].word) == word && memcmp(keys[i].word, text, word) == 0)
			parser->key = (int)i;
	if (parser->key < 0)
		return is_unknown(parser, text, word, where);
	if ((keys[parser->key].where & where) != where)
		return is_out_of_place(parser, where);
	const bool in_stop = where & WS_LESSON_IN_STOP;
	unsigned *given = in_stop ? &parser->stop_given : &parser->given;
	const unsigned bit = 1u << parser->key;
	const bool second = parser->key == WS_LESSON_CAPTURE && !lesson->second_capture;
	if (*given & bit && !may_repeat(parser->key) && !second)
		return lesson_fail(lesson, parser->line, parser->error,
		                   in_stop ? N_("%s has been given already for this stop")
		                           : N_("%s has been given already"),
		                   keys[parser->key].word);
	*given |= bit;
	parser->key_line = parser->line;
	parser->used = 0;
	parser->gap = parser->command = false;
	text += word + width;
	length -= word + width;
	const size_t blank = spaces(text, length);
	if (length > blank)
		add(parser, text + blank, length - blank);
	return true;
}

/* ---- Lines */

static bool check_bytes(const struct lesson_parser *parser, const char *text, size_t length)
{
	for (size_t at = 0, used; at < length; at += used) {
		uint32_t code_point;
		used = ws_utf8_decode(text + at, length - at, &code_point);
		if (!used || (code_point < 0x20 && code_point != '\t'))
			return lesson_fail(
			        parser->lesson, parser->line, parser->error,
			        used ? N_("byte 0x%02x at column %zu is a control character: a lesson is plain text")
			             : N_("byte 0x%02x at column %zu is not UTF-8: save the file as UTF-8"),
			        (unsigned)(unsigned char)text[at], at + 1);
	}
	return true;
}

static bool take_file_line(struct lesson_parser *parser, const char *text, size_t length)
{
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t' || text[length - 1] == '\r'))
		length--;
	if (!check_bytes(parser, text, length))
		return false;
	const size_t indent = spaces(text, length);
	if (indent == length) {
		parser->gap = true;
		return true;
	}
	if (!indent && *text == '#')
		return true;
	if (!indent)
		return finish_value(parser) && begin_key(parser, text, length);
	if (parser->key < 0)
		return lesson_fail(parser->lesson, parser->line, parser->error,
		                   "this line begins with a space, so it continues a value, and there is none above; a "
		                   "key begins in the first column");
	add(parser, text + indent, length - indent);
	return true;
}

static bool read_lines(struct lesson_parser *parser, const char *text, size_t length)
{
	if (length > WS_LESSON_BYTES)
		return lesson_fail(parser->lesson, 0, parser->error, "more than %d KiB: this is not a lesson",
		                   WS_LESSON_BYTES / 1024);
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		const size_t line = end ? (size_t)(end - text) - at : length - at;
		parser->line++;
		if (!take_file_line(parser, text + at, line))
			return false;
		at += line + 1;
	}
	return finish_value(parser);
}

bool lesson_lines_read(struct lesson_parser *parser, const char *text, size_t length)
{
	parser->key = -1;
	parser->value = malloc(WS_LESSON_BYTES + 1);
	const bool good = parser->value ? read_lines(parser, text, length)
	                                : ws_fail(parser->error, WS_ERROR_SYSTEM, "out of memory");
	free(parser->value);
	parser->value = NULL;
	return good;
}
