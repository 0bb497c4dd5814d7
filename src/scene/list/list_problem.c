/* From one connection with a problem to the next, in the order of the list. One walk over the list finds it and counts
 * them: a verdict is stored with its connection, so that takes about 30 ms for a million of them. */
#include "scene/list/list.h"

#include <wirestate/language.h>

enum { BLOCK = 256 };

struct hunt {
	size_t from; /* where the cursor stands */
	bool forward;
	size_t count;        /* problems so far */
	size_t found, which; /* the position that is looked for, and which of the problems it is, from 1 on; 0: none */
};

static void look_at(struct hunt *hunt, size_t position)
{
	hunt->count++;
	if (hunt->forward ? position > hunt->from && !hunt->which : position < hunt->from) {
		hunt->found = position;
		hunt->which = hunt->count;
	}
}

static void look_at_all(struct hunt *hunt, const struct list_view *list, const struct ws_model *model)
{
	const size_t count = list_count(list, model);
	for (size_t first = 0; first < count; first += BLOCK) {
		ws_conn_id ids[BLOCK];
		struct ws_judgement judgements[BLOCK];
		const size_t block = count - first < BLOCK ? count - first : BLOCK;
		for (size_t i = 0; i < block; i++)
			ids[i] = list_at(list, model, first + i);
		ws_tracker_judge(model->tracker, ids, block, judgements);
		for (size_t i = 0; i < block; i++)
			if (ws_is_problem(judgements[i]))
				look_at(hunt, first + i);
	}
}

void list_problem_jump(struct list_view *list, const struct ws_model *model, bool forward)
{
	struct hunt hunt = {.from = list->cursor.selected, .forward = forward};
	look_at_all(&hunt, list, model);
	list->problem = (struct list_problem){.shown = true, .which = hunt.which, .count = hunt.count};
	if (hunt.which)
		list_select(list, model, hunt.found);
}

bool list_problem_words(const struct list_view *list, struct ws_text *text)
{
	const struct list_problem *problem = &list->problem;
	if (!problem->shown)
		return false;
	if (problem->which)
		ws_text_printf(text, _(" problem %zu of %zu "), problem->which, problem->count);
	else if (problem->count)
		ws_text_printf(text, _(" no further problem of %zu "), problem->count);
	else
		ws_text_puts(text, _(" no connection has a problem "));
	return true;
}
