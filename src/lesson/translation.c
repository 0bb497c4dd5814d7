/* A translation of a lesson: a file of its own that has only texts. What a lesson claims about packets stands in the
 * lesson alone, so that a translation can neither contradict it nor grow old unnoticed: each of its texts must belong
 * to a text of the lesson, speak of the same fields and tell the same commands. What differs is an error. */
#include "lesson/internal.h"
#include "lesson/lines.h"

#include <stdlib.h>
#include <string.h>

/* The stop of the lesson that the stop being read translates. */
static struct ws_lesson_stop *original_of(const struct lesson_parser *parser)
{
	struct ws_lesson *original = (struct ws_lesson *)parser->original;
	return &original->stop[parser->lesson->stop_count - 1];
}

/* ---- Fields and commands, which a text has from the original */

struct references {
	bool value[WS_LESSON_VALUES]; /* by their index in the translation's values */
};

/* Finds the fields of a text. */
static void read_references(struct ws_lesson *lesson, const char *text, struct references *references)
{
	size_t used, index;
	*references = (struct references){.value = {false}};
	for (const char *at = strchr(text, '{'); at; at = strchr(at + used, '{')) {
		char words[320];
		struct ws_text wrong = WS_TEXT_OVER(words);
		if (!lesson_value_read(lesson, at, &used, &index, &wrong))
			return;
		references->value[index] = true;
	}
}

/* The text's next line that is a command; NULL: there is none. `at`: where to go on. */
static const char *next_command(const char **at, size_t *length)
{
	while (**at) {
		const char *line = *at;
		*length = strcspn(line, "\n");
		*at += *length + (line[*length] == '\n');
		if (*length >= 2 && line[0] == '$' && line[1] == ' ')
			return line;
	}
	*length = 0;
	return NULL;
}

static bool check_commands(const struct lesson_parser *parser, const char *original, const char *text)
{
	size_t wanted_length, length;
	const char *wanted, *command;
	do {
		wanted = next_command(&original, &wanted_length);
		command = next_command(&text, &length);
		if (!wanted && command)
			return lesson_fail(parser->lesson, parser->key_line, parser->error,
			                   "%s: the lesson has no command '%.*s' here", lesson_parser_word(parser),
			                   ws_utf8_cut(command, length, 60), command);
		if (wanted && (length != wanted_length || memcmp(wanted, command, length) != 0))
			return lesson_fail(parser->lesson, parser->key_line, parser->error,
			                   "%s: the lesson's next command here is '%.*s'", lesson_parser_word(parser),
			                   ws_utf8_cut(wanted, wanted_length, 60), wanted);
	} while (wanted);
	return true;
}

/* Checks that a translated text has the fields and the commands of the original's. */
static bool check_parts(const struct lesson_parser *parser, const char *original, const char *text)
{
	struct ws_lesson *lesson = parser->lesson;
	struct references wanted, has;
	read_references(lesson, original, &wanted);
	read_references(lesson, text, &has);
	for (size_t i = 0; i < lesson->value_count; i++) {
		const struct ws_lesson_value *value = &lesson->value[i];
		if (wanted.value[i] != has.value[i])
			return lesson_fail(lesson, parser->key_line, parser->error,
			                   wanted.value[i]
			                           ? N_("%s: {%llu.%s.%s%s} is missing, which the lesson has here")
			                           : N_("%s: the lesson has no {%llu.%s.%s%s} here"),
			                   lesson_parser_word(parser), (unsigned long long)value->frame,
			                   value->field.layer, value->field.name, value->relative ? " relative" : "");
	}
	return check_commands(parser, original, text);
}

/* ---- Values */

static bool take_stop(struct lesson_parser *parser);

static bool take_head(struct lesson_parser *parser, char **field, const char *original)
{
	if (!original)
		return lesson_fail(parser->lesson, parser->key_line, parser->error, "%s: the lesson has none",
		                   lesson_parser_word(parser));
	if (parser->key == WS_LESSON_TITLE)
		return lesson_take_line(parser, field, WS_LESSON_TITLE_COLUMNS);
	if (parser->key == WS_LESSON_ABOUT)
		return lesson_take_line(parser, field, WS_LESSON_ABOUT_COLUMNS);
	return lesson_take_text(parser, field) && check_commands(parser, original, *field);
}

static bool take_text(struct lesson_parser *parser, char **field, const char *original)
{
	return lesson_take_text(parser, field) && check_parts(parser, original, *field);
}

/* The shown words of an answer. Numbers and states are those of the lesson. */
static bool take_expect(struct lesson_parser *parser, struct ws_lesson_stop *stop)
{
	const struct ws_lesson_question *original = &original_of(parser)->question;
	struct ws_lesson_question *question = &stop->question;
	if (original->kind != WS_ANSWER_CHOICE && original->kind != WS_ANSWER_WORD)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "expect: the lesson expects no choice and no word here; numbers and states need no "
		                   "translation");
	question->line = parser->key_line;
	if (original->kind == WS_ANSWER_WORD)
		return lesson_word_check(parser->lesson, parser->value, parser->key_line, parser->error) &&
		       lesson_keep(parser, &question->expect);
	if (!lesson_list_take(parser->lesson, "expect", parser->value, parser->key_line, question->choice,
	                      &question->choice_count, parser->error) ||
	    !lesson_text_check(parser->lesson, parser->value, parser->key_line, parser->error))
		return false;
	if (question->choice_count != original->choice_count)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "expect: the lesson has %zu choices, in this order: %s", original->choice_count,
		                   original->expect);
	for (size_t i = 0; i < question->choice_count; i++)
		if (!check_parts(parser, original->choice[i], question->choice[i]))
			return false;
	return lesson_choices_check(parser->lesson, question, parser->error);
}

/* Hints belong together by their order. */
static bool take_hint(struct lesson_parser *parser, struct ws_lesson_stop *stop)
{
	const struct ws_lesson_question *original = &original_of(parser)->question;
	const size_t at = stop->question.hint_count;
	if (at == original->hint_count)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "hint: the lesson has only %zu here", original->hint_count);
	return lesson_question_take(parser->lesson, stop, WS_LESSON_HINT, parser->value, parser->key_line,
	                            parser->error) &&
	       check_parts(parser, original->hint[at], stop->question.hint[at]);
}

/* Names the lesson's wrong answers, for an error. */
static void list_wrong(const struct ws_lesson_question *question, struct ws_text *text)
{
	for (size_t i = 0; i < question->wrong_count; i++)
		ws_text_printf(text, "%s%s", i ? ", " : "", question->wrong[i].value);
	ws_text_cstr(text);
}

/* Wrong answers belong together by their value. */
static bool take_wrong(struct lesson_parser *parser, struct ws_lesson_stop *stop)
{
	const struct ws_lesson_question *original = &original_of(parser)->question;
	struct ws_lesson_question *question = &stop->question;
	const size_t at = question->wrong_count;
	size_t found = 0;
	char words[256];
	struct ws_text list = WS_TEXT_OVER(words);
	if (at < WS_LESSON_WRONGS_MOST && !lesson_question_take(parser->lesson, stop, WS_LESSON_WRONG, parser->value,
	                                                        parser->key_line, parser->error))
		return false;
	while (found < original->wrong_count && at < WS_LESSON_WRONGS_MOST &&
	       strcmp(original->wrong[found].value, question->wrong[at].value) != 0)
		found++;
	list_wrong(original, &list);
	if (!original->wrong_count || at >= WS_LESSON_WRONGS_MOST)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "wrong: the lesson has only %zu here", original->wrong_count);
	if (found == original->wrong_count)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "wrong: the lesson has no '%.*s' here; write the answer as it is there: %s",
		                   ws_utf8_cut(question->wrong[at].value, strlen(question->wrong[at].value), 60),
		                   question->wrong[at].value, words);
	for (size_t i = 0; i < at; i++)
		if (strcmp(question->wrong[i].value, question->wrong[at].value) == 0)
			return lesson_fail(
			        parser->lesson, parser->key_line, parser->error,
			        "wrong: '%.*s' has been given already for this stop",
			        ws_utf8_cut(question->wrong[at].value, strlen(question->wrong[at].value), 60),
			        question->wrong[at].value);
	return check_parts(parser, original->wrong[found].why, question->wrong[at].why);
}

static bool is_same_outcome(const struct ws_lesson_outcome *one, const struct ws_lesson_outcome *other)
{
	if (one->act != other->act || one->sign_count != other->sign_count)
		return false;
	for (size_t i = 0; i < one->sign_count; i++)
		if (one->sign[i].what != other->sign[i].what || one->sign[i].value != other->sign[i].value ||
		    one->sign[i].server != other->sign[i].server || strcmp(one->sign[i].text, other->sign[i].text) != 0)
			return false;
	return true;
}

/* What may come of a try belongs together by what is seen of it, and by its order. */
static bool take_came(struct lesson_parser *parser, struct ws_lesson_stop *stop)
{
	const struct ws_lesson_attempt *original = &original_of(parser)->attempt;
	const size_t at = stop->attempt.outcome_count;
	if (at == original->outcome_count)
		return lesson_fail(parser->lesson, parser->key_line, parser->error,
		                   "came: the lesson has only %zu here", original->outcome_count);
	if (!lesson_came_take(parser->lesson, stop, parser->value, parser->key_line, parser->error))
		return false;
	return is_same_outcome(&original->outcome[at], &stop->attempt.outcome[at]) ||
	       lesson_fail(parser->lesson, parser->key_line, parser->error,
	                   "came: write what is seen as in line %u of the lesson, and in the same order",
	                   original->outcome[at].line);
}

static bool take_in_stop(struct lesson_parser *parser, struct ws_lesson_stop *stop)
{
	switch (parser->key) {
	case WS_LESSON_ASK:
		return take_text(parser, &stop->ask, original_of(parser)->ask);
	case WS_LESSON_ANSWER:
		return take_text(parser, &stop->answer, original_of(parser)->answer);
	case WS_LESSON_EXPECT:
		return take_expect(parser, stop);
	case WS_LESSON_ACCEPT:
		if (original_of(parser)->question.kind == WS_ANSWER_NONE)
			return lesson_fail(parser->lesson, parser->key_line, parser->error,
			                   "accept: the lesson expects no answer to be typed here");
		return lesson_question_take(parser->lesson, stop, WS_LESSON_ACCEPT, parser->value, parser->key_line,
		                            parser->error);
	case WS_LESSON_HINT:
		return take_hint(parser, stop);
	case WS_LESSON_WRONG:
		return take_wrong(parser, stop);
	case WS_LESSON_CAME:
		return take_came(parser, stop);
	default:
		return false;
	}
}

static bool take_value(struct lesson_parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	switch (parser->key) {
	case WS_LESSON_STOP:
		return take_stop(parser);
	case WS_LESSON_TITLE:
		return take_head(parser, &lesson->title, parser->original->title);
	case WS_LESSON_ABOUT:
		return take_head(parser, &lesson->about, parser->original->about);
	case WS_LESSON_TRY:
		return take_head(parser, &lesson->try_it, parser->original->try_it);
	default:
		return take_in_stop(parser, lesson_parser_stop(parser));
	}
}

/* ---- Whether all of it is there */

/* Words that are accepted must not be those of a wrong choice, in either language. */
static bool check_accepted(const struct lesson_parser *parser, const struct ws_lesson_question *question,
                           const struct ws_lesson_question *original)
{
	char key[LESSON_KEY_BYTES], choice[LESSON_KEY_BYTES];
	for (size_t i = 0; i < question->accept_count; i++) {
		lesson_fold(question->accept[i], key);
		for (size_t at = 1; at < original->choice_count; at++) {
			lesson_fold(original->choice[at], choice);
			bool same = strcmp(key, choice) == 0;
			if (at < question->choice_count) {
				lesson_fold(question->choice[at], choice);
				same = same || strcmp(key, choice) == 0;
			}
			if (same)
				return lesson_fail(parser->lesson, question->accept_line, parser->error,
				                   "accept: '%.*s' is a choice that the lesson calls wrong",
				                   ws_utf8_cut(question->accept[i], strlen(question->accept[i]), 60),
				                   question->accept[i]);
		}
	}
	return true;
}

/* Checks a stop whose last line has been read. */
static bool check_stop(const struct lesson_parser *parser)
{
	const struct ws_lesson_stop *stop = lesson_parser_stop(parser);
	if (!stop)
		return true;
	const struct ws_lesson_stop *original = original_of(parser);
	const struct ws_lesson_question *question = &stop->question, *wanted = &original->question;
	if (!stop->ask || !stop->answer)
		return lesson_fail(parser->lesson, stop->line, parser->error,
		                   stop->ask ? N_("this stop has no answer: add a line 'answer: ...'")
		                             : N_("this stop has no question: add a line 'ask: ...'"));
	if (question->hint_count < wanted->hint_count)
		return lesson_fail(parser->lesson, stop->line, parser->error,
		                   "of the hints of this stop, %zu of %zu are translated: add a line 'hint: ...'",
		                   question->hint_count, wanted->hint_count);
	for (size_t i = 0; i < wanted->wrong_count; i++) {
		size_t at = 0;
		while (at < question->wrong_count && strcmp(question->wrong[at].value, wanted->wrong[i].value) != 0)
			at++;
		if (at == question->wrong_count)
			return lesson_fail(
			        parser->lesson, stop->line, parser->error,
			        "a wrong answer of this stop is not translated: add a line 'wrong: %.*s: ...'",
			        ws_utf8_cut(wanted->wrong[i].value, strlen(wanted->wrong[i].value), 60),
			        wanted->wrong[i].value);
	}
	if (!check_accepted(parser, question, wanted))
		return false;
	return stop->attempt.outcome_count == original->attempt.outcome_count ||
	       lesson_fail(parser->lesson, stop->line, parser->error,
	                   "what comes of this stop's try is translated in %zu of %zu cases: add a line 'came: ...' "
	                   "as in line %u of the lesson",
	                   stop->attempt.outcome_count, original->attempt.outcome_count,
	                   original->attempt.outcome[stop->attempt.outcome_count].line);
}

static bool fail_stop(const struct lesson_parser *parser, unsigned line, size_t number)
{
	const struct ws_lesson_stop *wanted = &parser->original->stop[number];
	if (wanted->frame)
		return lesson_fail(parser->lesson, line, parser->error,
		                   "the lesson's stop %zu is not translated: add a line 'stop: %llu'", number + 1,
		                   (unsigned long long)wanted->frame);
	return lesson_fail(parser->lesson, line, parser->error,
	                   "the lesson's stop %zu is not translated: add a line 'stop: end'", number + 1);
}

static bool take_stop(struct lesson_parser *parser)
{
	struct ws_lesson *lesson = parser->lesson;
	uint64_t frame;
	if (!check_stop(parser) || !lesson_take_frame(parser, &frame))
		return false;
	if (lesson->stop_count == parser->original->stop_count)
		return lesson_fail(lesson, parser->key_line, parser->error, "stop: the lesson has only %zu",
		                   parser->original->stop_count);
	if (frame != parser->original->stop[lesson->stop_count].frame)
		return fail_stop(parser, parser->key_line, lesson->stop_count);
	lesson->stop[lesson->stop_count++] = (struct ws_lesson_stop){.line = parser->key_line, .frame = frame};
	parser->stop_given = 0;
	return true;
}

static bool check_whole(const struct lesson_parser *parser)
{
	const struct ws_lesson *lesson = parser->lesson, *original = parser->original;
	const enum ws_lesson_key missing = !lesson->title                        ? WS_LESSON_TITLE
	                                   : !lesson->about                      ? WS_LESSON_ABOUT
	                                   : original->try_it && !lesson->try_it ? WS_LESSON_TRY
	                                                                         : WS_LESSON_KEY_COUNT;
	if (missing != WS_LESSON_KEY_COUNT)
		return lesson_fail(lesson, 0, parser->error,
		                   "the lesson's %s is not translated: before the first stop, add a line '%s: ...'",
		                   ws_lesson_key_word(missing), ws_lesson_key_word(missing));
	return lesson->stop_count == original->stop_count || fail_stop(parser, 0, lesson->stop_count);
}

/* ---- The lesson with the translation's texts */

static void swap(char **one, char **other)
{
	char *kept = *one;
	*one = *other;
	*other = kept;
}

static void merge_question(struct ws_lesson_question *question, struct ws_lesson_question *translated)
{
	for (size_t i = 0; i < translated->hint_count; i++)
		swap(&question->hint[i], &translated->hint[i]);
	for (size_t i = 0; i < question->wrong_count; i++)
		for (size_t at = 0; at < translated->wrong_count; at++)
			if (strcmp(question->wrong[i].value, translated->wrong[at].value) == 0)
				swap(&question->wrong[i].why, &translated->wrong[at].why);
	for (size_t i = 0; i < translated->choice_count; i++) {
		swap(&question->original[i], &question->choice[i]);
		swap(&question->choice[i], &translated->choice[i]);
	}
	if (question->kind == WS_ANSWER_WORD && translated->expect) {
		swap(&question->accept[question->accept_count++], &question->expect);
		swap(&question->expect, &translated->expect);
	}
	for (size_t i = 0; i < translated->accept_count; i++)
		swap(&question->accept[question->accept_count++], &translated->accept[i]);
}

static void merge(struct ws_lesson *lesson, struct ws_lesson *translated)
{
	swap(&lesson->title, &translated->title);
	swap(&lesson->about, &translated->about);
	swap(&lesson->try_it, &translated->try_it);
	for (size_t i = 0; i < lesson->stop_count; i++) {
		struct ws_lesson_stop *stop = &lesson->stop[i], *other = &translated->stop[i];
		swap(&stop->ask, &other->ask);
		swap(&stop->answer, &other->answer);
		merge_question(&stop->question, &other->question);
		for (size_t at = 0; at < stop->attempt.outcome_count; at++)
			swap(&stop->attempt.outcome[at].text, &other->attempt.outcome[at].text);
	}
}

bool ws_lesson_translate(struct ws_lesson *lesson, const char *text, size_t length, const char *name,
                         struct ws_error *error)
{
	struct ws_lesson *translated = calloc(1, sizeof(*translated));
	struct lesson_parser parser = {.lesson = translated, .original = lesson, .take = take_value, .error = error};
	if (translated)
		translated->name = strdup(name);
	if (!translated || !translated->name) {
		free(translated);
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	const bool good = lesson_lines_read(&parser, text, length) && check_stop(&parser) && check_whole(&parser);
	if (good)
		merge(lesson, translated);
	ws_lesson_free(translated);
	return good;
}
