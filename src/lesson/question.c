/* The answer that the user types at a stop: what the lesson expects, which is checked against the packets, and whether
 * what was typed is that. What the lesson expects and refuses is kept as keys (see spelling.c), and compared with that
 * of the typed line. The page that --export writes does the same in its script (see ws_html_lesson()). */
#include "lesson/internal.h"

#include <wirestate/language.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool out_of_memory(struct ws_error *error)
{
	return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
}

bool lesson_question_key(const struct ws_lesson_question *question, const char *text, char **key)
{
	char buffer[LESSON_KEY_BYTES] = "";
	*key = NULL;
	if (!lesson_answer_key(question, text, buffer))
		return true;
	*key = strdup(buffer);
	return *key;
}

/* The reason why the lesson refuses this key; NULL: it gives none. */
static const char *reason_against(const struct ws_lesson_question *question, const char *key)
{
	for (size_t i = 0; i < question->wrong_count; i++)
		if (strcmp(question->wrong[i].value, key) == 0)
			return question->wrong[i].why;
	return NULL;
}

static bool is_accepted(const struct ws_lesson_question *question, const char *key)
{
	for (size_t i = 0; i < question->accept_count; i++)
		if (strcmp(question->accept[i], key) == 0)
			return true;
	return false;
}

enum ws_typed ws_lesson_judge(const struct ws_lesson_question *question, const char *typed, const char **why)
{
	char key[LESSON_KEY_BYTES] = "", folded[LESSON_KEY_BYTES], meant[LESSON_KEY_BYTES], latin[LESSON_KEY_BYTES];
	const bool clear = lesson_answer_key(question, typed, key);
	const bool word = question->kind == WS_ANSWER_WORD;
	*why = NULL;
	lesson_fold(typed, folded);
	lesson_fold_meant(typed, meant);
	lesson_fold_latin(typed, latin);
	if (is_accepted(question, folded) || is_accepted(question, meant) ||
	    (clear && (strcmp(key, question->right) == 0 || is_accepted(question, key))) ||
	    (word && (strcmp(meant, question->right) == 0 || strcmp(latin, question->right) == 0 ||
	              is_accepted(question, latin))))
		return WS_TYPED_RIGHT;
	if (!clear)
		return WS_TYPED_UNCLEAR;
	*why = reason_against(question, key);
	if (!*why && word)
		*why = reason_against(question, meant);
	if (!*why && word)
		*why = reason_against(question, latin);
	return WS_TYPED_WRONG;
}

const char *ws_lesson_kind_words(const struct ws_lesson_question *question)
{
	static const char *const words[] = {[WS_ANSWER_NONE] = "",
	                                    [WS_ANSWER_NUMBER] = N_("a number"),
	                                    [WS_ANSWER_STATE] = N_("a state"),
	                                    [WS_ANSWER_CHOICE] = N_("one of the choices"),
	                                    [WS_ANSWER_WORD] = N_("a word or an address")};
	return _(words[question->kind]);
}

/* A choice may have a comma itself: SYN,ACK. */
static const char *between_choices(const struct ws_lesson_question *question)
{
	for (size_t i = 0; i < question->choice_count; i++)
		if (strchr(question->choice[i], ','))
			return C_("between the parts of a list that have commas", "; ");
	return C_("between the parts of a list", ", ");
}

void ws_lesson_form(const struct ws_lesson_question *question, struct ws_text *text)
{
	switch (question->kind) {
	case WS_ANSWER_NUMBER:
		ws_text_puts(text, _("Type a number"));
		break;
	case WS_ANSWER_STATE:
		ws_text_puts(text, _("Type a state, like ESTABLISHED"));
		break;
	case WS_ANSWER_CHOICE:
		ws_text_puts(text, _("Type one of: "));
		for (size_t i = 0; i < question->choice_count; i++) {
			ws_text_puts(text, i ? between_choices(question) : "");
			ws_text_puts(text, question->choice[i]);
		}
		break;
	default:
		ws_text_puts(text, _("Type a word or an address"));
	}
}

/* ---- Parsing */

/* How many bytes of a text an error shows. */
static int shown(const char *text)
{
	return ws_utf8_cut(text, strlen(text), 40);
}

/* Copies text[0..length) without the spaces around it. NULL: there is no memory. */
static char *trimmed(const char *text, size_t length)
{
	for (; length && *text == ' '; length--)
		text++;
	while (length && text[length - 1] == ' ')
		length--;
	return strndup(text, length);
}

bool lesson_list_take(struct ws_lesson *lesson, const char *word, const char *value, unsigned line, char **list,
                      size_t *count, struct ws_error *error)
{
	for (const char *at = value;;) {
		size_t length = 0;
		while (at[length] && !lesson_bar(at + length))
			length++;
		if (*count == WS_LESSON_SPELLINGS_MOST)
			return lesson_fail(lesson, line, error, "%s: at most %d, with | between them", word,
			                   WS_LESSON_SPELLINGS_MOST);
		char *item = trimmed(at, length), key[LESSON_KEY_BYTES];
		if (!item)
			return out_of_memory(error);
		list[(*count)++] = item;
		lesson_fold(item, key);
		if (!key[0])
			return lesson_fail(lesson, line, error,
			                   "%s: '%.*s' has no letter or digit that could be compared", word,
			                   shown(item), item);
		at += length;
		if (!*at)
			return true;
		at += lesson_bar(at);
	}
}

/* Reads "server LAST_ACK after 10". */
static bool take_state(struct ws_lesson *lesson, struct ws_lesson_stop *stop, const char *value, unsigned line,
                       struct ws_error *error)
{
	static const char after[] = " after ";
	struct ws_lesson_question *question = &stop->question;
	const char *name = value + sizeof("client ") - 1, *tail = strstr(name, after);
	char mark, *end = NULL;
	question->kind = WS_ANSWER_STATE;
	question->role = *value == 's';
	if (tail) {
		question->after = strtoull(tail + sizeof(after) - 1, &end, 10);
		if (tail[sizeof(after) - 1] < '1' || tail[sizeof(after) - 1] > '9' || *end)
			return lesson_fail(lesson, line, error,
			                   "expect: '%.*s' is not the number of a packet: server LAST_ACK after 10",
			                   shown(tail + sizeof(after) - 1), tail + sizeof(after) - 1);
	}
	const size_t length = tail ? (size_t)(tail - name) : strlen(name);
	return lesson_state_read(name, length, &question->state, &mark) ||
	       lesson_fail(lesson, line, error,
	                   "expect: '%.*s' is not a state; write it like this: client SYN_SENT, or server LAST_ACK "
	                   "after 10",
	                   ws_utf8_cut(name, length, 40), name);
}

static bool has_bar(const char *text)
{
	while (*text && !lesson_bar(text))
		text++;
	return *text;
}

bool lesson_word_check(const struct ws_lesson *lesson, const char *word, unsigned line, struct ws_error *error)
{
	char key[LESSON_KEY_BYTES];
	lesson_fold(word, key);
	return key[0] ||
	       lesson_fail(lesson, line, error, "expect: '%.*s' has no letter or digit to be typed", shown(word), word);
}

static bool take_expect(struct ws_lesson *lesson, struct ws_lesson_stop *stop, const char *value, unsigned line,
                        struct ws_error *error)
{
	struct ws_lesson_question *question = &stop->question;
	char mark;
	uint8_t state;
	question->line = line;
	question->expect = strdup(value);
	if (!question->expect)
		return out_of_memory(error);
	const bool is_list = has_bar(value);
	if (!is_list && (strncmp(value, "client ", 7) == 0 || strncmp(value, "server ", 7) == 0))
		return take_state(lesson, stop, value, line, error);
	if (is_list) {
		question->kind = WS_ANSWER_CHOICE;
		return lesson_list_take(lesson, "expect", value, line, question->choice, &question->choice_count,
		                        error) &&
		       lesson_text_check(lesson, value, line, error);
	}
	if (lesson_state_read(value, strlen(value), &state, &mark))
		return lesson_fail(lesson, line, error,
		                   "expect: say whose state it is, so that it can be checked: client %.40s, or after "
		                   "packet 10: server %.40s after 10",
		                   value, value);
	question->kind = WS_ANSWER_NUMBER;
	if (*value == '{' || (*value >= '0' && *value <= '9'))
		return lesson_number_check(lesson, value, "expect", line, error);
	question->kind = WS_ANSWER_WORD;
	return lesson_word_check(lesson, value, line, error);
}

/* Reads "10: the FIN takes a number, too". */
static bool take_wrong(struct ws_lesson *lesson, struct ws_lesson_question *question, const char *value, unsigned line,
                       struct ws_error *error)
{
	size_t width = 0;
	const char *colon = lesson_colon(value, strlen(value), ": ", &width);
	if (question->wrong_count == WS_LESSON_WRONGS_MOST)
		return lesson_fail(lesson, line, error, "wrong: a stop has at most %d", WS_LESSON_WRONGS_MOST);
	if (!colon || colon == value || !colon[width])
		return lesson_fail(lesson, line, error,
		                   "wrong: '%.*s' is not of the form: 10: the FIN takes a number, too",
		                   ws_utf8_cut(value, strlen(value), 60), value);
	const size_t at = question->wrong_count++;
	question->wrong[at].line = line;
	question->wrong[at].value = trimmed(value, (size_t)(colon - value));
	question->wrong[at].why = strdup(colon + width + strspn(colon + width, " "));
	if (!question->wrong[at].value || !question->wrong[at].why)
		return out_of_memory(error);
	return lesson_text_check(lesson, value, line, error);
}

bool lesson_question_take(struct ws_lesson *lesson, struct ws_lesson_stop *stop, enum ws_lesson_key key,
                          const char *value, unsigned line, struct ws_error *error)
{
	struct ws_lesson_question *question = &stop->question;
	if (strlen(value) > WS_LESSON_TEXT_BYTES)
		return lesson_fail(lesson, line, error, "%s: %zu bytes; at most %d", ws_lesson_key_word(key),
		                   strlen(value), WS_LESSON_TEXT_BYTES);
	if (!question->other_line && key != WS_LESSON_EXPECT)
		question->other_line = line;
	if (key == WS_LESSON_EXPECT)
		return take_expect(lesson, stop, value, line, error);
	if (key == WS_LESSON_WRONG)
		return take_wrong(lesson, question, value, line, error);
	if (key == WS_LESSON_ACCEPT) {
		question->accept_line = line;
		return lesson_list_take(lesson, "accept", value, line, question->accept, &question->accept_count,
		                        error);
	}
	if (question->hint_count == WS_LESSON_HINTS_MOST)
		return lesson_fail(lesson, line, error, "hint: a stop has at most %d", WS_LESSON_HINTS_MOST);
	question->hint_line[question->hint_count] = line;
	question->hint[question->hint_count] = strdup(value);
	if (!question->hint[question->hint_count++])
		return out_of_memory(error);
	return lesson_text_check(lesson, value, line, error);
}

bool lesson_question_check(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, struct ws_error *error)
{
	const struct ws_lesson_question *question = &stop->question;
	if (question->other_line && !question->line)
		return lesson_fail(lesson, question->other_line, error,
		                   "this stop expects no answer to be typed: add a line 'expect: ...'");
	if (question->after && stop->frame && question->after < stop->frame)
		return lesson_fail(lesson, question->line, error,
		                   "expect: packet %" PRIu64 " is before the stop, which is at %" PRIu64,
		                   question->after, stop->frame);
	return true;
}

/* ---- The packets */

void lesson_question_take_packet(struct ws_lesson_stop *stop, uint64_t frame, uint64_t conn_number,
                                 const struct ws_tracker *tracker)
{
	struct ws_lesson_question *question = &stop->question;
	uint8_t state[2], certainty[2];
	if (question->after != frame)
		return;
	if (lesson_states_of(tracker, stop->connection ? stop->connection : conn_number, state, certainty)) {
		question->seen = true;
		question->actual = state[question->role];
	}
}

/* Replaces a string by a copy of another. */
static bool replace(char **string, const char *text, struct ws_error *error)
{
	char *copy = strdup(text);
	if (!copy)
		return out_of_memory(error);
	free(*string);
	*string = copy;
	return true;
}

static bool resolve_state(struct ws_lesson *lesson, struct ws_lesson_stop *stop, struct ws_error *error)
{
	struct ws_lesson_question *question = &stop->question;
	if (!question->after && stop->conn_number) {
		question->seen = true;
		question->actual = stop->actual[question->role];
	}
	if (question->after > lesson->last_frame)
		return lesson_fail(lesson, question->line, error,
		                   "expect: packet %" PRIu64 " is not in %s, which has %" PRIu64, question->after,
		                   lesson->capture, lesson->last_frame);
	if (!question->seen)
		return lesson_fail(lesson, question->line, error,
		                   "expect: that packet belongs to no connection, which has states");
	if (question->actual != question->state)
		return lesson_fail(lesson, question->line, error, "expect: then it is '%s %s'",
		                   question->role ? "server" : "client", ws_state_name(question->actual));
	return replace(&question->expect, ws_state_name(question->state), error) &&
	       replace(&question->right, question->expect, error);
}

static bool resolve_number(struct ws_lesson *lesson, struct ws_lesson_question *question, struct ws_error *error)
{
	struct lesson_number number;
	char decimal[32];
	if (!lesson_number_resolve(lesson, question->expect, "expect", question->line, &number, error))
		return false;
	snprintf(decimal, sizeof(decimal), "%" PRIu64, number.number);
	if (number.only && !number.only->is_number) {
		char key[LESSON_KEY_BYTES];
		question->kind = WS_ANSWER_WORD;
		lesson_fold(number.only->text, key);
		return replace(&question->expect, number.only->text, error) && replace(&question->right, key, error);
	}
	return replace(&question->right, decimal, error) &&
	       replace(&question->expect, number.only ? number.only->text : decimal, error);
}

/* The index of the first choice that is one before it, too; 0: there is none. */
static size_t find_twin(const struct ws_lesson_question *question)
{
	char key[LESSON_KEY_BYTES], other[LESSON_KEY_BYTES];
	for (size_t i = 1; i < question->choice_count; i++) {
		lesson_fold(question->choice[i], key);
		for (size_t before = 0; before < i; before++) {
			lesson_fold(question->choice[before], other);
			if (strcmp(key, other) == 0)
				return i;
		}
	}
	return 0;
}

bool lesson_choices_check(const struct ws_lesson *lesson, const struct ws_lesson_question *question,
                          struct ws_error *error)
{
	const size_t twin = find_twin(question);
	if (question->choice_count < 2)
		return lesson_fail(lesson, question->line, error, "expect: a choice needs a second one");
	return !twin || lesson_fail(lesson, question->line, error, "expect: '%.*s' is there twice",
	                            shown(question->choice[twin]), question->choice[twin]);
}

/* Orders the choices as they are shown, each with its original. */
static void sort_choices(struct ws_lesson_question *question)
{
	for (size_t i = 1; i < question->choice_count; i++) {
		char *choice = question->choice[i], *original = question->original[i];
		size_t at = i;
		for (; at && strverscmp(question->choice[at - 1], choice) > 0; at--) {
			question->choice[at] = question->choice[at - 1];
			question->original[at] = question->original[at - 1];
		}
		question->choice[at] = choice;
		question->original[at] = original;
	}
}

static bool resolve_choice(struct ws_lesson *lesson, struct ws_lesson_question *question, struct ws_error *error)
{
	char key[LESSON_KEY_BYTES];
	for (size_t i = 0; i < question->choice_count; i++)
		if (!lesson_fill_in(lesson, &question->choice[i], question->line, error) ||
		    (question->original[i] && !lesson_fill_in(lesson, &question->original[i], question->line, error)))
			return false;
	/* Where the packets' values make two translated choices the same, the lesson's own are shown. */
	const bool twins = question->original[0] && find_twin(question);
	for (size_t i = 0; twins && i < question->choice_count; i++)
		if (!replace(&question->choice[i], question->original[i], error))
			return false;
	if (!lesson_choices_check(lesson, question, error))
		return false;
	lesson_fold(question->choice[0], key);
	const bool good =
	        replace(&question->expect, question->choice[0], error) && replace(&question->right, key, error);
	sort_choices(question);
	return good;
}

/* Replaces a wrong answer by its key. */
static bool resolve_wrong(struct ws_lesson *lesson, struct ws_lesson_question *question, size_t at,
                          struct ws_error *error)
{
	const unsigned line = question->wrong[at].line;
	char **value = &question->wrong[at].value, key[LESSON_KEY_BYTES];
	struct lesson_number number;
	if (question->kind == WS_ANSWER_NUMBER) {
		if (!lesson_number_check(lesson, *value, "wrong", line, error) ||
		    !lesson_number_resolve(lesson, *value, "wrong", line, &number, error))
			return false;
		snprintf(key, sizeof(key), "%" PRIu64, number.number);
	} else if (!lesson_fill_in(lesson, value, line, error)) {
		return false;
	} else if (!lesson_choice_of_original(question, *value, key) && !lesson_answer_key(question, *value, key)) {
		char words[256];
		struct ws_text form = WS_TEXT_OVER(words);
		ws_lesson_form(question, &form);
		return lesson_fail(lesson, line, error, "wrong: nobody can answer '%.*s' here: %s", shown(*value),
		                   *value, ws_text_cstr(&form));
	}
	if (strcmp(key, question->right) == 0)
		return lesson_fail(lesson, line, error, "wrong: '%.*s' is what expect calls right", shown(*value),
		                   *value);
	return replace(value, key, error) && lesson_fill_in(lesson, &question->wrong[at].why, line, error);
}

bool lesson_question_resolve(struct ws_lesson *lesson, struct ws_lesson_stop *stop, struct ws_error *error)
{
	struct ws_lesson_question *question = &stop->question;
	char key[LESSON_KEY_BYTES];
	bool good = true;
	switch (question->kind) {
	case WS_ANSWER_NONE:
		return true;
	case WS_ANSWER_NUMBER:
		good = resolve_number(lesson, question, error);
		break;
	case WS_ANSWER_STATE:
		good = resolve_state(lesson, stop, error);
		break;
	case WS_ANSWER_CHOICE:
		good = resolve_choice(lesson, question, error);
		break;
	case WS_ANSWER_WORD:
		lesson_fold(question->expect, key);
		good = replace(&question->right, key, error);
		break;
	}
	for (size_t i = 0; good && i < question->accept_count; i++) {
		if (question->kind == WS_ANSWER_CHOICE || !lesson_exact_key(question, question->accept[i], key))
			lesson_fold(question->accept[i], key);
		good = replace(&question->accept[i], key, error);
	}
	for (size_t i = 0; good && i < question->hint_count; i++)
		good = lesson_fill_in(lesson, &question->hint[i], question->hint_line[i], error);
	for (size_t i = 0; good && i < question->wrong_count; i++)
		good = resolve_wrong(lesson, question, i, error);
	return good;
}

void lesson_question_free(struct ws_lesson_question *question)
{
	for (size_t i = 0; i < WS_LESSON_SPELLINGS_MOST; i++) {
		free(question->choice[i]);
		free(question->original[i]);
	}
	for (size_t i = 0; i < WS_LESSON_ACCEPTS_MOST; i++)
		free(question->accept[i]);
	for (size_t i = 0; i < WS_LESSON_HINTS_MOST; i++)
		free(question->hint[i]);
	for (size_t i = 0; i < WS_LESSON_WRONGS_MOST; i++) {
		free(question->wrong[i].value);
		free(question->wrong[i].why);
	}
	free(question->expect);
	free(question->right);
}
