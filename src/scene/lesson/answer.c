/* The answer that the user types at a stop.
 *
 * The line is open while the stop's question is shown, without a key that opens it. As long as nothing is typed, keys
 * that type no character keep their meaning, and so do those of the lesson, of help and of quit (see
 * WS_TYPING_EMPTY). Esc closes the line, so that every key works; the lesson's key opens it again. */
#include "scene/lesson/lesson.h"
#include "scene/ui.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

static bool answer_accept(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	struct lesson_view *view = &ui->lesson;
	const struct ws_lesson_stop *stop = lesson_stop(ui);
	(void)model;
	(void)error;
	if (!stop)
		return true;
	const size_t blank = strspn(text, " ");
	if (!text[blank]) {
		view->said = LESSON_SAYS_HINT;
		view->hint += view->hint < stop->question.hint_count;
		return true;
	}
	snprintf(view->typed, sizeof(view->typed), "%s", text + blank);
	switch (ws_lesson_judge(&stop->question, text, &view->why)) {
	case WS_TYPED_RIGHT:
		view->right |= (uint64_t)1 << view->stop;
		view->answered = true;
		break;
	case WS_TYPED_WRONG:
		view->said = LESSON_SAYS_WRONG;
		view->hint += !view->why && view->hint < stop->question.hint_count;
		break;
	case WS_TYPED_UNCLEAR:
		view->said = LESSON_SAYS_UNCLEAR;
		break;
	}
	return true;
}

static void answer_cancel(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	ui->lesson.closed = true;
}

/* The panel draws it. */
static const struct prompt_use answer_use = {
        .label = N_("Your answer"),
        .hint = "",
        .accept = answer_accept,
        .cancel = answer_cancel,
        .elsewhere = true,
};

bool answer_is_open(const struct ws_ui *ui)
{
	return ui->prompt.use == &answer_use;
}

bool answer_is_empty(const struct ws_ui *ui)
{
	return answer_is_open(ui) && !ui->prompt.length;
}

bool answer_is_near(const struct ws_ui *ui)
{
	const struct lesson_view *view = &ui->lesson;
	return view->lesson && view->playing && !view->answered && view->stop < view->lesson->stop_count &&
	       view->lesson->stop[view->stop].question.kind != WS_ANSWER_NONE;
}

void answer_update(struct ws_ui *ui)
{
	const struct lesson_view *view = &ui->lesson;
	const struct ws_lesson_stop *stop = lesson_stop(ui);
	const bool wanted = stop && stop->question.kind != WS_ANSWER_NONE && !view->answered && !view->closed &&
	                    !lesson_is_away(ui);
	if (wanted && !ui->prompt.use)
		prompt_open(ui, &answer_use, "");
	else if (!wanted && answer_is_open(ui))
		ui->prompt.use = NULL;
}

size_t answer_count(const struct ws_lesson *lesson)
{
	size_t count = 0;
	for (size_t i = 0; i < lesson->stop_count; i++)
		count += lesson->stop[i].question.kind != WS_ANSWER_NONE;
	return count;
}

size_t answer_right(const struct lesson_view *view)
{
	size_t count = 0;
	for (size_t i = 0; i < view->lesson->stop_count; i++)
		count += view->right >> i & 1;
	return count;
}

/* ---- What is said to an answer */

static void say_hint(const struct ws_lesson_question *question, size_t hint, struct ws_text *text)
{
	if (hint && hint <= question->hint_count) {
		ws_text_printf(text, _("Hint: %s"), question->hint[hint - 1]);
		return;
	}
	char words[WS_LESSON_TEXT_BYTES];
	struct ws_text form = WS_TEXT_OVER(words);
	ws_lesson_form(question, &form); /* TRANSLATORS: "Type a number, or press Space to see the answer." */
	ws_text_printf(text, _("%s, or press Space to see the answer."), ws_text_cstr(&form));
}

void answer_said(const struct ws_lesson_question *question, enum lesson_says said, const char *typed, const char *why,
                 size_t hint, struct ws_text *text)
{
	switch (said) {
	case LESSON_SAYS_NOTHING:
		return;
	case LESSON_SAYS_WRONG:
		ws_text_printf(text, _("“%s” is not right. "), typed);
		if (why)
			ws_text_puts(text, why);
		else
			say_hint(question, hint, text);
		return;
	case LESSON_SAYS_UNCLEAR:
		/* TRANSLATORS: "“many” is not a number. " */
		ws_text_printf(text, _("“%s” is not %s. "), typed, ws_lesson_kind_words(question));
		ws_lesson_form(question, text);
		ws_text_puts(text, C_("ends a sentence", "."));
		return;
	case LESSON_SAYS_HINT:
		say_hint(question, hint, text);
		return;
	}
}
