/* Sums of fields and numbers, as in {3.tcp.acknowledgment} = {2.tcp.sequence} + 1: those that a stop shows with its
 * answer, and the number that an answer has to be. Raw sequence numbers count modulo 2^32. */
#include "lesson/internal.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One term of a sum: a number or a value. */
struct term {
	bool minus;
	int side; /* 0: left of the equals sign */
	bool is_value;
	size_t index; /* the index of its value */
	uint64_t number;
	size_t length; /* of its text */
};

/* Reads the next term at *text. False: the text is at its end, or wrong. */
static bool next_term(struct ws_lesson *lesson, const char **text, struct term *term, bool first, struct ws_text *wrong)
{
	const char *at = *text + strspn(*text, " ");
	*term = (struct term){.side = term->side};
	if (!first) {
		if (!*at) {
			*text = at;
			return false;
		}
		if (*at == '=')
			term->side++;
		else if (*at != '+' && *at != '-')
			ws_text_printf(wrong, E_("'%.*s': between two terms stands +, - or ="),
			               ws_utf8_cut(at, strlen(at), 20), at);
		term->minus = *at == '-';
		at += 1 + strspn(at + 1, " ");
	}
	const size_t digits = strspn(at, "0123456789");
	if (wrong->length)
		return false;
	if (*at == '{') {
		term->is_value = true;
		*text = at;
		if (!lesson_value_read(lesson, at, &term->length, &term->index, wrong))
			return false;
		*text = at + term->length;
		return true;
	}
	if (!digits || digits > 18) {
		if (*at)
			ws_text_printf(wrong,
			               E_("'%.*s' is neither a number nor a field in braces, like {3.tcp.sequence}"),
			               ws_utf8_cut(at, strlen(at), 20), at);
		else
			ws_text_puts(wrong, E_("it ends where a number or a field should stand"));
		return false;
	}
	term->number = strtoull(at, NULL, 10);
	term->length = digits;
	*text = at + digits;
	return true;
}

/* Reads the form of a sum, and keeps its fields among the lesson's values. `sides`: how many an equals sign separates.
 * On failure `wrong` says what would be right. */
static bool sum_read(struct ws_lesson *lesson, const char *text, uint16_t *value, size_t most, size_t *count,
                     int *sides, struct ws_text *wrong)
{
	struct term term = {0};
	for (bool first = true; next_term(lesson, &text, &term, first, wrong); first = false) {
		if (term.is_value && *count == most)
			ws_text_printf(wrong, E_("at most %zu fields"), most);
		else if (term.is_value)
			value[(*count)++] = (uint16_t)term.index;
		if (wrong->length)
			return false;
	}
	*sides = term.side + 1;
	return !wrong->length;
}

bool lesson_sum_check(struct ws_lesson *lesson, struct ws_lesson_stop *stop, size_t sum, struct ws_error *error)
{
	char words[320];
	struct ws_text wrong = WS_TEXT_OVER(words);
	int sides;
	if (sum_read(lesson, stop->sum[sum].text, stop->sum[sum].value, WS_ARRAY_SIZE(stop->sum[sum].value),
	             &stop->sum[sum].value_count, &sides, &wrong) &&
	    sides != 2)
		ws_text_puts(&wrong, E_("one = must stand in it: {3.tcp.acknowledgment} = {2.tcp.sequence} + 1"));
	return !wrong.length || lesson_fail(lesson, stop->sum[sum].line, error, "sum: %s", ws_text_cstr(&wrong));
}

bool lesson_number_check(struct ws_lesson *lesson, const char *text, const char *key, unsigned line,
                         struct ws_error *error)
{
	char words[320];
	struct ws_text wrong = WS_TEXT_OVER(words);
	uint16_t value[8];
	size_t count = 0;
	int sides;
	if (sum_read(lesson, text, value, WS_ARRAY_SIZE(value), &count, &sides, &wrong) && sides > 2)
		ws_text_puts(&wrong, E_("at most one = may stand in it: 11 = {9.tcp.acknowledgment relative}"));
	return !wrong.length || lesson_fail(lesson, line, error, "%s: %s", key, ws_text_cstr(&wrong));
}

/* The label of a layer, from its name in records. */
static const char *layer_label(const char *name)
{
	for (int header = 0; header < WS_HEADER_COUNT; header++)
		if (strcmp(ws_header_info((enum ws_header)header)->name, name) == 0)
			return ws_header_info((enum ws_header)header)->label;
	return NULL; /* the whole frame */
}

/* Writes the name of a value in a sum: "frame 4 acknowledgment", or "IPv4 total length" where all values are from
 * one frame. */
static void name_value(struct ws_text *text, const struct ws_lesson_value *value, bool one_frame)
{
	struct ws_lesson_value plain = *value;
	plain.relative = false;
	const char *label = lesson_value_wraps(&plain) ? NULL : layer_label(value->field.layer);
	if (!one_frame) {
		ws_text_printf(text, _("frame %llu"), (unsigned long long)value->frame);
		ws_text_putc(text, ' ');
	}
	if (label)
		ws_text_printf(text, "%s ", label);
	if (lesson_value_wraps(&plain)) {
		ws_text_puts(text, strcmp(value->field.name, "sequence") == 0 ? _("sequence") : _("acknowledgment"));
		return;
	}
	char words[64]; /* which is how the packet screen calls the field */
	snprintf(words, sizeof(words), "%s", value->field.name);
	for (char *c = words; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	ws_text_puts(text, _(words));
}

static bool is_of_one_frame(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, size_t sum)
{
	const uint16_t *value = stop->sum[sum].value;
	for (size_t i = 1; i < stop->sum[sum].value_count; i++)
		if (lesson->value[value[i]].frame != lesson->value[value[0]].frame)
			return false;
	return stop->sum[sum].value_count > 0;
}

/* A sum that is being worked out. */
struct sum {
	const char *key; /* whose value it is, for errors */
	unsigned line;
	struct ws_text *named, *numbers; /* the sum in words and in numbers; `named` may be NULL */
	bool one_frame;
	/* what came of it */
	uint64_t side[2];
	int sides;
	bool wraps;
	const struct ws_lesson_value *only; /* its one term is this field; NULL: it is not so */
};

/* Adds one term. */
static bool add_term(const struct ws_lesson *lesson, struct sum *sum, const struct term *term, bool first,
                     struct ws_error *error)
{
	const struct ws_lesson_value *value = term->is_value ? &lesson->value[term->index] : NULL;
	const bool alone = first && value && !value->is_number;
	const char *sign = first ? "" : term->side >= sum->sides ? " = " : term->minus ? " - " : " + ";
	if (value && lesson_value_missing(lesson, value, sum->line, error))
		return false;
	if ((value && !value->is_number && !first) || (sum->only && !sum->only->is_number))
		return lesson_fail(lesson, sum->line, error, "%s: %s.%s is no number: speak of it in the answer",
		                   sum->key, (sum->only ? sum->only : value)->field.layer,
		                   (sum->only ? sum->only : value)->field.name);
	const uint64_t number = value ? value->number : term->number;
	sum->only = first ? value : NULL;
	sum->sides = term->side + 1;
	sum->wraps = sum->wraps || (value && lesson_value_wraps(value));
	sum->side[term->side & 1] += term->minus ? -number : number;
	if (sum->named) {
		ws_text_puts(sum->named, sign);
		if (value)
			name_value(sum->named, value, sum->one_frame);
		else
			ws_text_u64(sum->named, number);
	}
	ws_text_puts(sum->numbers, sign);
	if (alone)
		ws_text_puts(sum->numbers, value->text);
	else
		ws_text_u64(sum->numbers, number);
	return true;
}

/* False: a field is missing or no number, or the two sides differ. */
static bool sum_work_out(struct ws_lesson *lesson, const char *text, struct sum *sum, struct ws_error *error)
{
	char words[320];
	struct ws_text wrong = WS_TEXT_OVER(words);
	struct term term = {0};
	sum->sides = 1;
	for (bool first = true; next_term(lesson, &text, &term, first, &wrong); first = false)
		if (!add_term(lesson, sum, &term, first, error))
			return false;
	if (sum->sides < 2 ||
	    (sum->wraps ? (uint32_t)sum->side[0] == (uint32_t)sum->side[1] : sum->side[0] == sum->side[1]))
		return true;
	return lesson_fail(lesson, sum->line, error, "%s: it does not hold: %s%s", sum->key, ws_text_cstr(sum->numbers),
	                   sum->wraps ? " (modulo 2^32)" : "");
}

bool lesson_sum_resolve(struct ws_lesson *lesson, struct ws_lesson_stop *stop, size_t at, struct ws_error *error)
{
	char left[400], right[300];
	struct ws_text named = WS_TEXT_OVER(left), numbers = WS_TEXT_OVER(right);
	struct sum sum = {.key = "sum",
	                  .line = stop->sum[at].line,
	                  .named = &named,
	                  .numbers = &numbers,
	                  .one_frame = is_of_one_frame(lesson, stop, at)};
	if (sum.one_frame)
		ws_text_printf(&named, _("frame %llu: "),
		               (unsigned long long)lesson->value[stop->sum[at].value[0]].frame);
	if (!sum_work_out(lesson, stop->sum[at].text, &sum, error))
		return false;
	if (sum.only && !sum.only->is_number)
		return lesson_fail(lesson, sum.line, error, "sum: %s.%s is no number: speak of it in the answer",
		                   sum.only->field.layer, sum.only->field.name);
	char *shown = NULL;
	if (asprintf(&shown, "%s:  %s", ws_text_cstr(&named), ws_text_cstr(&numbers)) < 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	free(stop->sum[at].text);
	stop->sum[at].text = shown;
	return true;
}

bool lesson_number_resolve(struct ws_lesson *lesson, const char *text, const char *key, unsigned line,
                           struct lesson_number *number, struct ws_error *error)
{
	char words[300];
	struct ws_text numbers = WS_TEXT_OVER(words);
	struct sum sum = {.key = key, .line = line, .numbers = &numbers};
	if (!sum_work_out(lesson, text, &sum, error))
		return false;
	*number = (struct lesson_number){.number = sum.wraps ? (uint32_t)sum.side[0] : sum.side[0], .only = sum.only};
	return true;
}
