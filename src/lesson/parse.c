/* Parses a lesson's file: lines of `key: value`, continued by lines that begin with white space.
 *
 * Teachers write these files by hand, so every error names the line and says what would be right. The parser
 * accepts any bytes: it never reads beyond `length`, and what it does not understand is an error, never a guess. */
#include "lesson/internal.h"

#include <wirestate/screens.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_HEAD = WS_LESSON_IN_HEAD, IN_STOP = WS_LESSON_IN_STOP };

static const struct {
	const char *word, *meaning;
	unsigned where;
} keys[] = {
#define X(name, word, where, meaning) {word, meaning, where},
        WS_LESSON_KEYS(X)
#undef X
};

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
	char words[400], shown[512];
	struct ws_text clean = WS_TEXT_OVER(shown);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	ws_text_clean(&clean, lesson->name, strlen(lesson->name));
	if (line)
		ws_text_printf(&clean, ":%u", line);
	ws_text_puts(&clean, ": ");
	ws_text_clean(&clean, words, strlen(words));
	return ws_fail(error, WS_ERROR_FILE, "%s", ws_text_cstr(&clean));
}

/* ---- State of the parser */

struct parser {
	struct ws_lesson *lesson;
	struct ws_error *error;
	unsigned line;     /* the line that is being read */
	int key;           /* the key whose value is being read; -1: none yet */
	unsigned key_line; /* the line of that key */
	char *value;       /* WS_LESSON_BYTES + 1 bytes */
	size_t used;       /* bytes of the value so far */
	bool gap;          /* a blank line was read, so the next line begins a paragraph */
	bool command;      /* the line before was a command */
	unsigned given;    /* keys of the head, 1u << enum ws_lesson_key */
	unsigned stop_given;
	int screen; /* this and the connection are those of stops that name none */
	uint64_t connection;
};

static struct ws_lesson_stop *stop_of(const struct parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	return lesson->stop_count ? &lesson->stop[lesson->stop_count - 1] : NULL;
}

/* Writes the keys that may be here, for an error. */
static void list_keys(struct ws_text *text, unsigned where)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if (keys[i].where & where)
			ws_text_printf(text, "%s%s", text->length ? ", " : "", keys[i].word);
	ws_text_cstr(text);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Reads a whole number and nothing else. */
static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
	*number = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || *number > (most - (uint64_t)(*text - '0')) / 10)
			return false;
		*number = *number * 10 + (uint64_t)(*text - '0');
	}
	return true;
}

static bool keep(struct parser *parser, char **field)
{
	free(*field);
	*field = strdup(parser->value);
	return *field || ws_fail(parser->error, WS_ERROR_SYSTEM, "out of memory");
}

/* ---- Values */

static bool bad_value(const struct parser *parser, const char *right)
{
	return lesson_fail(parser->lesson, parser->key_line, parser->error, "%s: '%.60s' is not %s",
	                   keys[parser->key].word, parser->value, right);
}

static bool take_line(struct parser *parser, char **field, int columns)
{
	if (ws_columns(parser->value) > columns)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "%s: %d columns; at most %d fit where it is shown", keys[parser->key].word,
		                   ws_columns(parser->value), columns);
	return keep(parser, field);
}

static bool take_text(struct parser *parser, char **field)
{
	if (parser->used > WS_LESSON_TEXT_BYTES)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "%s: %zu bytes; at most %d: what is longer fits on no screen",
		                   keys[parser->key].word, parser->used, WS_LESSON_TEXT_BYTES);
	return keep(parser, field) &&
	       (parser->key == WS_LESSON_TRY ||
	        lesson_text_check(parser->lesson, parser->value, parser->key_line, parser->error));
}

static bool take_capture(struct parser *parser)
{
	if (strchr(parser->value, '/') || parser->value[0] == '.')
		return bad_value(parser, "a capture's name without a folder: it is beside the lesson, or comes with "
		                         "wirestate");
	struct ws_lesson *lesson = parser->lesson;
	return keep(parser, lesson->capture ? &lesson->second_capture : &lesson->capture);
}

/* The name of a scenario: of the whole lesson, or of a stop. */
static bool take_lab(struct parser *parser)
{
	struct ws_lesson_stop *stop = stop_of(parser);
	if (strchr(parser->value, '/') || parser->value[0] == '.')
		return bad_value(parser, "the name of a scenario, without a folder: wirestate --lab lists them");
	*(stop ? &stop->attempt.scenario_line : &parser->lesson->scenario_line) = parser->key_line;
	return keep(parser, stop ? &stop->attempt.scenario : &parser->lesson->scenario);
}

static bool take_screen(struct parser *parser)
{
	const int screen = ws_screen_find(parser->value);
	if (screen < 0 || screen == WS_SCREEN_HELP) {
		char words[256];
		struct ws_text text = WS_TEXT_OVER(words);
#define X(name, word, title)                                                                                           \
	if (name != WS_SCREEN_HELP)                                                                                    \
		ws_text_printf(&text, "%s%s", text.length ? ", " : "a screen: ", word);
		WS_SCREENS(X)
#undef X
		return bad_value(parser, ws_text_cstr(&text));
	}
	if (stop_of(parser))
		stop_of(parser)->screen = screen;
	else
		parser->screen = screen;
	return true;
}

static bool take_stop(struct parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	const struct ws_lesson_stop *before = stop_of(parser);
	uint64_t frame = 0;
	if (strcmp(parser->value, "end") != 0 && (!read_number(parser->value, INT64_MAX, &frame) || !frame))
		return bad_value(parser, "the number of a packet, or end");
	if (before && (frame ? !before->frame || frame < before->frame : false))
		return lesson_fail(lesson, parser->key_line, parser->error,
		                   "stop: %s is before the stop above it; put stops in the order of their packets",
		                   parser->value);
	if (lesson->stop_count == WS_LESSON_STOPS)
		return lesson_fail(lesson, parser->key_line, parser->error,
		                   "stop: a lesson has at most %d; make two lessons of it", WS_LESSON_STOPS);
	lesson->stop[lesson->stop_count++] = (struct ws_lesson_stop){
	        .line = parser->key_line, .frame = frame, .screen = parser->screen, .connection = parser->connection};
	parser->stop_given = 0;
	return true;
}

static bool take_fields(struct parser *parser)
{
	struct ws_lesson_stop *stop = stop_of(parser);
	stop->field_line = parser->key_line;
	if (!stop->frame)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "fields: 'stop: end' has no packet of its own; name the packet's number");
	for (const char *at = parser->value; *at;) {
		char words[256];
		struct ws_text wrong = WS_TEXT_OVER(words);
		at += strspn(at, " ,");
		const size_t length = strcspn(at, " ,");
		if (!length)
			break;
		if (stop->field_count == WS_LESSON_FIELDS_MOST)
			return lesson_fail(parser->lesson, parser->key_line, parser->error,
			                   "fields: at most %d, so that they stand out", WS_LESSON_FIELDS_MOST);
		if (!lesson_field_find(at, length, &stop->field[stop->field_count], &wrong))
			return lesson_fail(parser->lesson, parser->key_line, parser->error, "fields: %s",
			                   ws_text_cstr(&wrong));
		stop->field_count++;
		at += length;
	}
	return stop->field_count || bad_value(parser, "a list of fields, like tcp.sequence, tcp.flags");
}

bool lesson_state_read(const char *text, size_t length, uint8_t *state, char *mark)
{
	static const char marks[] = {
#define X(name, words, character) character,
	        WS_CERTAINTIES(X)
#undef X
	};
	*mark = ' ';
	if (length && text[length - 1] != ' ' && memchr(marks, text[length - 1], sizeof(marks)))
		*mark = text[--length];
	for (enum ws_state i = 0; i < WS_STATE_COUNT; i++) {
		const char *name = ws_state_name(i);
		if (strlen(name) == length && memcmp(name, text, length) == 0) {
			*state = (uint8_t)i;
			return true;
		}
	}
	return false;
}

static bool take_states(struct parser *parser)
{
	static const char *const roles[] = {"client", "server"};
	struct ws_lesson_stop *stop = stop_of(parser);
	const char *at = parser->value;
	stop->state_line = parser->key_line;
	for (int i = 0; i < 2; i++) {
		at += strspn(at, " ");
		const size_t role = strlen(roles[i]);
		if (strncmp(at, roles[i], role) != 0 || at[role] != ' ')
			return bad_value(parser, "of the form: client ESTABLISHED, server SYN_RECEIVED~");
		at += role + strspn(at + role, " ");
		const size_t length = strcspn(at, " ,");
		if (!lesson_state_read(at, length, &stop->state[i], &stop->mark[i]))
			return lesson_fail(parser->lesson, parser->key_line, parser->error,
			                   "states: '%.*s' is not a state; write it as on the screen, with its mark: "
			                   "SYN_RECEIVED~, LISTEN?",
			                   length > 40 ? 40 : (int)length, at);
		at += length + strspn(at + length, " ");
		if (*at != (i ? '\0' : ','))
			return bad_value(parser, "of the form: client ESTABLISHED, server SYN_RECEIVED~");
		at += i == 0;
	}
	stop->claims = true;
	return true;
}

static bool take_sum(struct parser *parser)
{
	struct ws_lesson_stop *stop = stop_of(parser);
	if (stop->sum_count == WS_LESSON_SUMS_MOST)
		return lesson_fail(parser->lesson, parser->key_line, parser->error, "sum: a stop has at most %d",
		                   WS_LESSON_SUMS_MOST);
	stop->sum[stop->sum_count].line = parser->key_line;
	return keep(parser, &stop->sum[stop->sum_count].text) &&
	       lesson_sum_check(parser->lesson, stop, stop->sum_count++, parser->error);
}

static bool take_number(struct parser *parser)
{
	uint64_t number;
	const bool order = parser->key == WS_LESSON_ORDER;
	if (!read_number(parser->value, order ? 1000000 : INT64_MAX, &number) || !number)
		return bad_value(parser, order ? "a number from 1 to 1000000" : "the number of a connection");
	if (order)
		parser->lesson->order = (unsigned)number;
	else if (stop_of(parser))
		stop_of(parser)->connection = number;
	else
		parser->connection = number;
	return true;
}

static bool take_group(struct parser *parser)
{
	static const char *const words[] = {
#define X(name, word, heading) word,
	        WS_LESSON_GROUPS(X)
#undef X
	};
	for (unsigned group = 0; group < WS_LESSON_GROUP_COUNT; group++) {
		if (strcmp(parser->value, words[group]) == 0) {
			parser->lesson->group = group;
			return true;
		}
	}
	return bad_value(parser, "one of open, close, errors, bytes, below and other");
}

static bool take_value(struct parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	switch ((enum ws_lesson_key)parser->key) {
	case WS_LESSON_TITLE:
		return take_line(parser, &lesson->title, WS_LESSON_TITLE_COLUMNS);
	case WS_LESSON_ABOUT:
		return take_line(parser, &lesson->about, WS_LESSON_ABOUT_COLUMNS);
	case WS_LESSON_CAPTURE:
		return take_capture(parser);
	case WS_LESSON_LAB:
		return take_lab(parser);
	case WS_LESSON_HOLD:
		stop_of(parser)->attempt.hold_line = parser->key_line;
		return keep(parser, &stop_of(parser)->attempt.hold);
	case WS_LESSON_CAME:
		return lesson_came_take(lesson, stop_of(parser), parser->value, parser->key_line, parser->error);
	case WS_LESSON_GROUP:
		return take_group(parser);
	case WS_LESSON_ORDER:
	case WS_LESSON_CONNECTION:
		return take_number(parser);
	case WS_LESSON_TRY:
		return take_text(parser, &lesson->try_it);
	case WS_LESSON_STOP:
		return take_stop(parser);
	case WS_LESSON_SCREEN:
		return take_screen(parser);
	case WS_LESSON_FIELDS:
		return take_fields(parser);
	case WS_LESSON_STATES:
		return take_states(parser);
	case WS_LESSON_ASK:
		stop_of(parser)->ask_line = parser->key_line;
		return take_text(parser, &stop_of(parser)->ask);
	case WS_LESSON_ANSWER:
		stop_of(parser)->answer_line = parser->key_line;
		return take_text(parser, &stop_of(parser)->answer);
	case WS_LESSON_SUM:
		return take_sum(parser);
	case WS_LESSON_HELD:
		stop_of(parser)->held = strcmp(parser->value, "yes") == 0;
		return stop_of(parser)->held || bad_value(parser, "yes: leave it out where the packet has arrived");
	case WS_LESSON_EXPECT:
	case WS_LESSON_ACCEPT:
	case WS_LESSON_HINT:
	case WS_LESSON_WRONG:
		return lesson_question_take(lesson, stop_of(parser), (enum ws_lesson_key)parser->key, parser->value,
		                            parser->key_line, parser->error);
	case WS_LESSON_KEY_COUNT:
		break;
	}
	return false;
}

static bool is_text(int key)
{
	return key == WS_LESSON_TRY || key == WS_LESSON_ASK || key == WS_LESSON_ANSWER;
}

static bool may_repeat(int key)
{
	return key == WS_LESSON_STOP || key == WS_LESSON_SUM || key == WS_LESSON_HINT || key == WS_LESSON_WRONG ||
	       key == WS_LESSON_CAME;
}

/* True when a text has a raw sequence number in it. */
static bool text_is_absolute(struct ws_lesson *lesson, const char *text)
{
	char words[320];
	for (const char *at = text ? strchr(text, '{') : NULL; at; at = strchr(at + 1, '{')) {
		struct ws_text wrong = WS_TEXT_OVER(words);
		size_t used, index;
		if (lesson_value_read(lesson, at, &used, &index, &wrong) && lesson_value_wraps(&lesson->value[index]))
			return true;
	}
	return false;
}

static void set_absolute(struct ws_lesson *lesson, struct ws_lesson_stop *stop)
{
	stop->absolute = text_is_absolute(lesson, stop->ask) || text_is_absolute(lesson, stop->answer) ||
	                 text_is_absolute(lesson, stop->question.expect);
	for (size_t i = 0; i < stop->sum_count; i++)
		stop->absolute = stop->absolute || text_is_absolute(lesson, stop->sum[i].text);
}

static bool check_stop(const struct parser *parser)
{
	struct ws_lesson_stop *stop = stop_of(parser);
	if (!stop)
		return true;
	set_absolute(parser->lesson, stop);
	if (stop->ask && stop->answer)
		return lesson_question_check(parser->lesson, stop, parser->error) &&
		       lesson_attempt_check(parser->lesson, stop, parser->error);
	return lesson_fail(parser->lesson, stop->line, parser->error, "this stop has no %s: add a line '%s: ...'",
	                   stop->ask ? "answer" : "question", keys[stop->ask ? WS_LESSON_ANSWER : WS_LESSON_ASK].word);
}

/* Takes the value of the key before, which is complete. */
static bool finish_value(struct parser *parser)
{
	if (parser->key < 0)
		return true;
	const int key = parser->key;
	parser->value[parser->used] = '\0';
	if (!parser->used)
		return lesson_fail(parser->lesson, parser->key_line, parser->error, "%s: it has no value: %s",
		                   keys[key].word, keys[key].meaning);
	if (!is_text(key) && strchr(parser->value, '\n'))
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "%s: paragraphs and commands are for ask, answer and try", keys[key].word);
	if (key == WS_LESSON_STOP && !check_stop(parser))
		return false;
	return take_value(parser);
}

/* ---- Lines */

/* Adds a line to the value: after a space, or after a blank line as a new paragraph. A command is a line of its
 * own. */
static void add(struct parser *parser, const char *text, size_t length)
{
	const bool command = length >= 2 && text[0] == '$' && text[1] == ' ';
	if (parser->used)
		parser->value[parser->used++] = parser->gap || command || parser->command ? '\n' : ' ';
	memcpy(parser->value + parser->used, text, length);
	parser->used += length;
	parser->gap = false;
	parser->command = command;
}

static bool begin_key(struct parser *parser, const char *text, size_t length)
{
	const struct ws_lesson *lesson = parser->lesson;
	const unsigned where = lesson->stop_count ? IN_STOP : IN_HEAD;
	char words[256];
	struct ws_text list = WS_TEXT_OVER(words);
	list_keys(&list, where);
	const char *colon = memchr(text, ':', length);
	const size_t word = colon ? (size_t)(colon - text) : 0;
	if (!colon)
		return lesson_fail(lesson, parser->line, parser->error,
		                   "'%.*s' is not 'key: value'; a line that continues a value begins with a space, a "
		                   "comment with #",
		                   length > 40 ? 40 : (int)length, text);
	parser->key = -1;
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if (strlen(keys[i].word) == word && memcmp(keys[i].word, text, word) == 0)
			parser->key = (int)i;
	if (parser->key < 0)
		return lesson_fail(lesson, parser->line, parser->error, "no key is called '%.*s'; %s: %s",
		                   word > 40 ? 40 : (int)word, text,
		                   lesson->stop_count ? "a stop has" : "before the first stop there are", words);
	if (!(keys[parser->key].where & where))
		return lesson_fail(lesson, parser->line, parser->error, "%s belongs %s", keys[parser->key].word,
		                   where == IN_STOP ? "before the first stop"
		                                    : "to a stop: put it after a line 'stop: N'");
	unsigned *given = where == IN_STOP ? &parser->stop_given : &parser->given;
	const unsigned bit = 1u << parser->key;
	const bool second = parser->key == WS_LESSON_CAPTURE && !lesson->second_capture;
	if (*given & bit && !may_repeat(parser->key) && !second)
		return lesson_fail(lesson, parser->line, parser->error, "%s has been given already%s",
		                   keys[parser->key].word, where == IN_STOP ? " for this stop" : "");
	*given |= bit;
	parser->key_line = parser->line;
	parser->used = 0;
	parser->gap = parser->command = false;
	for (text += word + 1, length -= word + 1; length && is_space(*text); length--)
		text++;
	if (length)
		add(parser, text, length);
	return true;
}

static bool check_bytes(const struct parser *parser, const char *text, size_t length)
{
	for (size_t at = 0, used; at < length; at += used) {
		uint32_t code_point;
		used = ws_utf8_decode(text + at, length - at, &code_point);
		if (!used || (code_point < 0x20 && code_point != '\t'))
			return lesson_fail(parser->lesson, parser->line, parser->error, "byte 0x%02x at column %zu %s",
			                   (unsigned)(unsigned char)text[at], at + 1,
			                   used ? "is a control character: a lesson is plain text"
			                        : "is not UTF-8: save the file as UTF-8");
	}
	return true;
}

static bool take_file_line(struct parser *parser, const char *text, size_t length)
{
	const bool indented = length && is_space(*text);
	while (length && (is_space(text[length - 1]) || text[length - 1] == '\r'))
		length--;
	if (!check_bytes(parser, text, length))
		return false;
	if (!length) {
		parser->gap = true;
		return true;
	}
	if (!indented && *text == '#')
		return true;
	if (!indented)
		return finish_value(parser) && begin_key(parser, text, length);
	for (; is_space(*text); length--)
		text++;
	if (parser->key < 0)
		return lesson_fail(parser->lesson, parser->line, parser->error,
		                   "this line begins with a space, so it continues a value, and there is none above; a "
		                   "key begins in the first column");
	add(parser, text, length);
	return true;
}

static bool check_whole(const struct parser *parser)
{
	static const enum ws_lesson_key needed[] = {WS_LESSON_TITLE, WS_LESSON_ABOUT, WS_LESSON_CAPTURE};
	const bool lab = parser->given & 1u << WS_LESSON_LAB;
	if (lab && parser->lesson->capture)
		return lesson_fail(parser->lesson, parser->lesson->scenario_line, parser->error,
		                   "lab: stands in place of capture: leave one of them out");
	for (size_t i = 0; i < WS_ARRAY_SIZE(needed); i++)
		if (!(parser->given & 1u << needed[i]) && !(lab && needed[i] == WS_LESSON_CAPTURE))
			return lesson_fail(parser->lesson, 0, parser->error,
			                   "it has no %s: before the first stop, add a line '%s: ...', %s",
			                   keys[needed[i]].word, keys[needed[i]].word, keys[needed[i]].meaning);
	return parser->lesson->stop_count ||
	       lesson_fail(parser->lesson, 0, parser->error,
	                   "it has no stop: add a line 'stop: N', with ask and answer below it");
}

static bool parse(struct parser *parser, const char *text, size_t length)
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
	return finish_value(parser) && check_stop(parser) && check_whole(parser);
}

struct ws_lesson *ws_lesson_parse(const char *text, size_t length, const char *name, struct ws_error *error)
{
	struct ws_lesson *lesson = calloc(1, sizeof(*lesson));
	struct parser parser = {.lesson = lesson, .error = error, .key = -1, .screen = WS_SCREEN_LIFELINES};
	parser.value = malloc(WS_LESSON_BYTES + 1);
	if (lesson) {
		lesson->name = strdup(name);
		lesson->group = WS_LESSON_OTHER;
	}
	if (!lesson || !lesson->name || !parser.value) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	} else if (parse(&parser, text, length)) {
		free(parser.value);
		return lesson;
	}
	free(parser.value);
	ws_lesson_free(lesson);
	return NULL;
}

void ws_lesson_free(struct ws_lesson *lesson)
{
	if (!lesson)
		return;
	for (size_t i = 0; i < lesson->stop_count; i++) {
		struct ws_lesson_stop *stop = &lesson->stop[i];
		free(stop->ask);
		free(stop->answer);
		for (size_t sum = 0; sum < WS_LESSON_SUMS_MOST; sum++)
			free(stop->sum[sum].text);
		lesson_question_free(&stop->question);
		lesson_attempt_free(&stop->attempt);
	}
	free(lesson->name);
	free(lesson->title);
	free(lesson->about);
	free(lesson->capture);
	free(lesson->second_capture);
	free(lesson->scenario);
	free(lesson->try_it);
	free(lesson);
}
