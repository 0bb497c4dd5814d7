/* What the keys of a lesson's file mean. Its lines are read by lines.c, and those of its translations mean what
 * translation.c says. */
#include "lesson/internal.h"
#include "lesson/lines.h"

#include <wirestate/language.h>
#include <wirestate/screens.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ws_lesson_stop *lesson_parser_stop(const struct lesson_parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	return lesson->stop_count ? &lesson->stop[lesson->stop_count - 1] : NULL;
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

bool lesson_keep(struct lesson_parser *parser, char **field)
{
	free(*field);
	*field = strdup(parser->value);
	return *field || ws_fail(parser->error, WS_ERROR_SYSTEM, "out of memory");
}

/* ---- Values */

static bool bad_value(const struct lesson_parser *parser, const char *right)
{
	return lesson_fail(parser->lesson, parser->key_line, parser->error, "%s: '%.*s' is not %s",
	                   lesson_parser_word(parser), ws_utf8_cut(parser->value, strlen(parser->value), 60),
	                   parser->value, E_(right));
}

bool lesson_take_line(struct lesson_parser *parser, char **field, int columns)
{
	if (ws_columns(parser->value) > columns)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "%s: %d columns; at most %d fit where it is shown", lesson_parser_word(parser),
		                   ws_columns(parser->value), columns);
	return lesson_keep(parser, field);
}

bool lesson_take_text(struct lesson_parser *parser, char **field)
{
	if (parser->used > WS_LESSON_TEXT_BYTES)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "%s: %zu bytes; at most %d: what is longer fits on no screen",
		                   lesson_parser_word(parser), parser->used, WS_LESSON_TEXT_BYTES);
	return lesson_keep(parser, field) &&
	       (parser->key == WS_LESSON_TRY ||
	        lesson_text_check(parser->lesson, parser->value, parser->key_line, parser->error));
}

static bool take_capture(struct lesson_parser *parser)
{
	if (strchr(parser->value, '/') || parser->value[0] == '.')
		return bad_value(parser, N_("a capture's name without a folder: it is beside the lesson, or comes with "
		                            "wirestate"));
	struct ws_lesson *lesson = parser->lesson;
	return lesson_keep(parser, lesson->capture ? &lesson->second_capture : &lesson->capture);
}

/* The name of a scenario: of the whole lesson, or of a stop. */
static bool take_lab(struct lesson_parser *parser)
{
	struct ws_lesson_stop *stop = lesson_parser_stop(parser);
	if (strchr(parser->value, '/') || parser->value[0] == '.')
		return bad_value(parser, N_("the name of a scenario, without a folder: wirestate --lab lists them"));
	*(stop ? &stop->attempt.scenario_line : &parser->lesson->scenario_line) = parser->key_line;
	return lesson_keep(parser, stop ? &stop->attempt.scenario : &parser->lesson->scenario);
}

static bool take_screen(struct lesson_parser *parser)
{
	const int screen = ws_screen_find(parser->value);
	if (screen < 0 || screen == WS_SCREEN_HELP) {
		char words[256];
		struct ws_text text = WS_TEXT_OVER(words);
#define X(name, word, title)                                                                                           \
	if (name != WS_SCREEN_HELP)                                                                                    \
		ws_text_printf(&text, "%s%s", text.length ? ", " : "", word);
		WS_SCREENS(X)
#undef X
		return lesson_fail(
		        parser->lesson, parser->key_line, parser->error, "screen: '%.*s' is not a screen: %s",
		        ws_utf8_cut(parser->value, strlen(parser->value), 60), parser->value, ws_text_cstr(&text));
	}
	if (lesson_parser_stop(parser))
		lesson_parser_stop(parser)->screen = screen;
	else
		parser->screen = screen;
	return true;
}

bool lesson_take_frame(struct lesson_parser *parser, uint64_t *frame)
{
	*frame = 0;
	return strcmp(parser->value, "end") == 0 || (read_number(parser->value, INT64_MAX, frame) && *frame) ||
	       bad_value(parser, N_("the number of a packet, or end"));
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

static bool check_stop(const struct lesson_parser *parser)
{
	struct ws_lesson_stop *stop = lesson_parser_stop(parser);
	if (!stop)
		return true;
	set_absolute(parser->lesson, stop);
	if (stop->ask && stop->answer)
		return lesson_question_check(parser->lesson, stop, parser->error) &&
		       lesson_attempt_check(parser->lesson, stop, parser->error);
	return lesson_fail(parser->lesson, stop->line, parser->error,
	                   stop->ask ? N_("this stop has no answer: add a line 'answer: ...'")
	                             : N_("this stop has no question: add a line 'ask: ...'"));
}

static bool take_stop(struct lesson_parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	const struct ws_lesson_stop *before = lesson_parser_stop(parser);
	uint64_t frame;
	if (!check_stop(parser) || !lesson_take_frame(parser, &frame))
		return false;
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

static bool take_fields(struct lesson_parser *parser)
{
	struct ws_lesson_stop *stop = lesson_parser_stop(parser);
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
	return stop->field_count || bad_value(parser, N_("a list of fields, like tcp.sequence, tcp.flags"));
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

static bool take_states(struct lesson_parser *parser)
{
	static const char *const roles[] = {"client", "server"};
	struct ws_lesson_stop *stop = lesson_parser_stop(parser);
	const char *at = parser->value;
	stop->state_line = parser->key_line;
	for (int i = 0; i < 2; i++) {
		at += strspn(at, " ");
		const size_t role = strlen(roles[i]);
		if (strncmp(at, roles[i], role) != 0 || at[role] != ' ')
			return bad_value(parser, N_("of the form: client ESTABLISHED, server SYN_RECEIVED~"));
		at += role + strspn(at + role, " ");
		const size_t length = strcspn(at, " ,");
		if (!lesson_state_read(at, length, &stop->state[i], &stop->mark[i]))
			return lesson_fail(parser->lesson, parser->key_line, parser->error,
			                   "states: '%.*s' is not a state; write it as on the screen, with its mark: "
			                   "SYN_RECEIVED~, LISTEN?",
			                   ws_utf8_cut(at, length, 40), at);
		at += length + strspn(at + length, " ");
		if (*at != (i ? '\0' : ','))
			return bad_value(parser, N_("of the form: client ESTABLISHED, server SYN_RECEIVED~"));
		at += i == 0;
	}
	stop->claims = true;
	return true;
}

static bool take_sum(struct lesson_parser *parser)
{
	struct ws_lesson_stop *stop = lesson_parser_stop(parser);
	if (stop->sum_count == WS_LESSON_SUMS_MOST)
		return lesson_fail(parser->lesson, parser->key_line, parser->error, "sum: a stop has at most %d",
		                   WS_LESSON_SUMS_MOST);
	stop->sum[stop->sum_count].line = parser->key_line;
	return lesson_keep(parser, &stop->sum[stop->sum_count].text) &&
	       lesson_sum_check(parser->lesson, stop, stop->sum_count++, parser->error);
}

static bool take_number(struct lesson_parser *parser)
{
	uint64_t number;
	const bool order = parser->key == WS_LESSON_ORDER;
	if (!read_number(parser->value, order ? 1000000 : INT64_MAX, &number) || !number)
		return bad_value(parser, order ? N_("a number from 1 to 1000000") : N_("the number of a connection"));
	if (order)
		parser->lesson->order = (unsigned)number;
	else if (lesson_parser_stop(parser))
		lesson_parser_stop(parser)->connection = number;
	else
		parser->connection = number;
	return true;
}

static bool take_group(struct lesson_parser *parser)
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
	return bad_value(parser, N_("one of open, close, errors, bytes, below and other"));
}

static bool take_value(struct lesson_parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	switch ((enum ws_lesson_key)parser->key) {
	case WS_LESSON_TITLE:
		return lesson_take_line(parser, &lesson->title, WS_LESSON_TITLE_COLUMNS);
	case WS_LESSON_ABOUT:
		return lesson_take_line(parser, &lesson->about, WS_LESSON_ABOUT_COLUMNS);
	case WS_LESSON_CAPTURE:
		return take_capture(parser);
	case WS_LESSON_LAB:
		return take_lab(parser);
	case WS_LESSON_HOLD:
		lesson_parser_stop(parser)->attempt.hold_line = parser->key_line;
		return lesson_keep(parser, &lesson_parser_stop(parser)->attempt.hold);
	case WS_LESSON_CAME:
		return lesson_came_take(lesson, lesson_parser_stop(parser), parser->value, parser->key_line,
		                        parser->error);
	case WS_LESSON_GROUP:
		return take_group(parser);
	case WS_LESSON_ORDER:
	case WS_LESSON_CONNECTION:
		return take_number(parser);
	case WS_LESSON_TRY:
		return lesson_take_text(parser, &lesson->try_it);
	case WS_LESSON_STOP:
		return take_stop(parser);
	case WS_LESSON_SCREEN:
		return take_screen(parser);
	case WS_LESSON_FIELDS:
		return take_fields(parser);
	case WS_LESSON_STATES:
		return take_states(parser);
	case WS_LESSON_ASK:
		lesson_parser_stop(parser)->ask_line = parser->key_line;
		return lesson_take_text(parser, &lesson_parser_stop(parser)->ask);
	case WS_LESSON_ANSWER:
		lesson_parser_stop(parser)->answer_line = parser->key_line;
		return lesson_take_text(parser, &lesson_parser_stop(parser)->answer);
	case WS_LESSON_SUM:
		return take_sum(parser);
	case WS_LESSON_HELD:
		lesson_parser_stop(parser)->held = strcmp(parser->value, "yes") == 0;
		return lesson_parser_stop(parser)->held ||
		       bad_value(parser, N_("yes: leave it out where the packet has arrived"));
	case WS_LESSON_EXPECT:
	case WS_LESSON_ACCEPT:
	case WS_LESSON_HINT:
	case WS_LESSON_WRONG:
		return lesson_question_take(lesson, lesson_parser_stop(parser), (enum ws_lesson_key)parser->key,
		                            parser->value, parser->key_line, parser->error);
	case WS_LESSON_KEY_COUNT:
		break;
	}
	return false;
}

static bool check_whole(const struct lesson_parser *parser)
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
			                   ws_lesson_key_word(needed[i]), ws_lesson_key_word(needed[i]),
			                   E_(ws_lesson_key_meaning(needed[i])));
	return parser->lesson->stop_count ||
	       lesson_fail(parser->lesson, 0, parser->error,
	                   "it has no stop: add a line 'stop: N', with ask and answer below it");
}

struct ws_lesson *ws_lesson_parse(const char *text, size_t length, const char *name, struct ws_error *error)
{
	struct ws_lesson *lesson = calloc(1, sizeof(*lesson));
	struct lesson_parser parser = {
	        .lesson = lesson, .take = take_value, .error = error, .screen = WS_SCREEN_LIFELINES};
	if (lesson) {
		lesson->name = strdup(name);
		lesson->group = WS_LESSON_OTHER;
	}
	if (!lesson || !lesson->name)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	else if (lesson_lines_read(&parser, text, length) && check_stop(&parser) && check_whole(&parser))
		return lesson;
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
