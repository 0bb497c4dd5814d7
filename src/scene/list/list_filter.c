/* The list's display filter: it is typed at the bottom of the screen, compiled, and used by the survey. */
#include "scene/list/list.h"
#include "scene/ui.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(const char *text)
{
	return text[strspn(text, " ")] == '\0';
}

/* Replaces the filter. The caller must then have the list sorted again. */
static bool filter_replace(struct list_view *list, const char *text, struct ws_filter_error *error)
{
	struct ws_filter *filter = is_blank(text) ? NULL : ws_filter_compile(text, error);
	char *copy = strdup(text);
	if (!copy || (!filter && !is_blank(text))) {
		if (!copy)
			snprintf(error->text, sizeof(error->text), "%s", _("out of memory"));
		ws_filter_free(filter);
		free(copy);
		return false;
	}
	ws_filter_free(list->filter);
	free(list->filter_text);
	list->filter = filter;
	list->filter_text = copy;
	return true;
}

bool list_filter_start(struct ws_ui *ui, const char *text, struct ws_error *error)
{
	struct ws_filter_error refused;
	return filter_replace(&ui->list, text, &refused) ||
	       ws_fail(error, WS_ERROR_FILTER, "display filter: %s", refused.text);
}

bool list_filter_set(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	struct ws_filter_error refused;
	if (!filter_replace(&ui->list, text, &refused)) {
		snprintf(error->text, sizeof(error->text), "%s", refused.text);
		error->start = refused.start;
		error->length = refused.length;
		return false;
	}
	ui->list.filter_from = WS_SCREEN_LIST;
	list_survey_again(&ui->list, model);
	return true;
}

bool list_show_only(struct ws_ui *ui, const struct ws_model *model, const char *filter, struct prompt_error *error)
{
	if (!list_filter_set(ui, model, filter, error))
		return false;
	ui->list.filter_from = ws_ui_screen(ui);
	ui->list.selected = 0;
	return true;
}

bool list_filter_clear(struct ws_ui *ui, const struct ws_model *model)
{
	const enum ws_screen from = ui->list.filter_from;
	struct prompt_error ignored;
	if (!ui->list.filter || !list_filter_set(ui, model, "", &ignored))
		return false;
	if (from != WS_SCREEN_LIST)
		ui_show(ui, from);
	return true;
}

static const struct prompt_use use = {
        .label = N_("filter"),
        .hint = N_("10.0.0.0/8 and port == 443, client.state == TIME_WAIT, severity >= 2; empty: all"),
        .accept = list_filter_set,
};

void list_filter_open(struct ws_ui *ui)
{
	prompt_open(ui, &use, ui->list.filter ? ui->list.filter_text : "");
}
