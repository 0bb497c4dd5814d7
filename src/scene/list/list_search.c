/* Searches the list for a text, in upper or lower case: in the addresses, ports, states, processes and verdicts as they
 * are shown, and in the comments of packets.
 *
 * Each character that is typed starts the search again from the row where the user began; n and N continue from
 * the selected row. A search runs in slices, one a tick, because composing the text of a million verdicts takes
 * time. */
#include "scene/list/list.h"
#include "scene/ui.h"
#include "scene/widgets/points.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

/* Connections looked at in a tick, and for each character: a millisecond, or of several points five. */
enum { SLICE = 1000 };

static bool verdict_contains(const struct ws_conn_info *info, const char *pattern)
{
	char buffer[1024];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const char *tag;
	ws_conn_verdict(info, &text, &tag, NULL);
	return strcasestr(_(tag), pattern) || strcasestr(ws_text_cstr(&text), pattern);
}

/* In any language, the words of filters are found, too. */
static bool english_verdict_contains(const struct ws_conn_info *info, const char *pattern)
{
	WS_LANGUAGE_ENGLISH;
	return verdict_contains(info, pattern);
}

static bool contains(const struct ws_model *model, const struct ws_conn_info *info, const char *pattern)
{
	const struct ws_tracker *tracker = model->tracker;
	char buffer[1024];
	struct ws_text text = WS_TEXT_OVER(buffer);
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint_info *endpoint = &info->endpoint[(unsigned)info->likely_client ^ i];
		ws_text_endpoint(&text, &endpoint->address, info->ip_version, endpoint->port);
		ws_text_printf(&text, " %s ", ws_state_name(endpoint->state));
		if (endpoint->name)
			ws_text_puts(&text, endpoint->name);
	}
	if (strcasestr(ws_text_cstr(&text), pattern))
		return true;
	text.length = 0;
	ws_tunnel_words(&text, info->tunnel, info->tunnel_id);
	ws_text_putc(&text, ' ');
	ws_processes_words(&text, info);
	if (strcasestr(ws_text_cstr(&text), pattern) || ws_tracker_comment_contains(tracker, info->id, pattern))
		return true;
	text.length = 0;
	if (points_only_conn(&text, model, info) && strcasestr(ws_text_cstr(&text), pattern))
		return true;
	text.length = 0;
	if (info->stated.sensor && strcasestr(info->stated.sensor, pattern))
		return true;
	return verdict_contains(info, pattern) || (*ws_language() && english_verdict_contains(info, pattern));
}

/* Starts a search at `position`. It goes through the whole list and wraps around at the end. */
static void search_start(struct list_view *list, const struct ws_model *model, size_t position, bool backwards)
{
	struct list_search *search = &list->search;
	const size_t count = list_count(list, model);
	search->backwards = backwards;
	search->nothing = false;
	search->left = search->pattern[0] ? count : 0;
	search->running = search->left > 0;
	search->next = count ? position % count : 0;
}

static void search_some(struct list_view *list, const struct ws_model *model)
{
	struct list_search *search = &list->search;
	const size_t count = list_count(list, model);
	for (size_t i = 0; search->running && i < SLICE; i++) {
		struct ws_conn_info info;
		const size_t position = search->next < count ? search->next : 0;
		if (!count || !search->left--) {
			search->running = false;
			search->nothing = true;
			return;
		}
		if (ws_tracker_conn(model->tracker, list_at(list, model, position), &info) &&
		    contains(model, &info, search->pattern)) {
			search->running = false;
			list_select(list, model, position);
			return;
		}
		if (search->backwards)
			search->next = position ? position - 1 : count - 1;
		else
			search->next = position + 1;
	}
}

static void search_changed(struct ws_ui *ui, const struct ws_model *model, const char *text)
{
	struct list_search *search = &ui->list.search;
	snprintf(search->pattern, sizeof(search->pattern), "%s", text);
	search_start(&ui->list, model, search->origin, false);
	if (!*text)
		list_select(&ui->list, model, search->origin);
	list_search_slice(ui, model);
}

static bool search_accepted(struct ws_ui *ui, const struct ws_model *model, const char *text,
                            struct prompt_error *error)
{
	(void)model, (void)text, (void)error;
	ui->list.follow = false;
	return true;
}

static void search_cancelled(struct ws_ui *ui, const struct ws_model *model)
{
	ui->list.search.running = ui->list.search.nothing = false;
	list_select(&ui->list, model, ui->list.search.origin);
}

static const struct prompt_use use = {
        .label = N_("search"),
        .hint = N_(
                "an address, a port, a state, a word of the verdict or a comment; then n: the next, N: the one before"),
        .accept = search_accepted,
        .change = search_changed,
        .cancel = search_cancelled,
};

bool list_search_words(const struct list_view *list, const struct ws_model *model, struct ws_text *text)
{
	const struct list_search *search = &list->search;
	const size_t count = list_count(list, model);
	if (!search->running || !count)
		return false;
	const size_t left = search->left < count ? search->left : count;
	ws_text_printf(text, _("searching for '%s': %d %%"), search->pattern, (int)((count - left) * 100 / count));
	return true;
}

void list_search_slice(struct ws_ui *ui, const struct ws_model *model)
{
	struct prompt *prompt = &ui->prompt;
	struct ws_text progress = WS_TEXT_OVER(prompt->progress);
	search_some(&ui->list, model);
	if (prompt->use != &use)
		return;
	list_search_words(&ui->list, model, &progress);
	ws_text_cstr(&progress);
	if (!ui->list.search.nothing)
		return;
	prompt->refused = true; /* shown below the line, which stays open */
	prompt->error = (struct prompt_error){.length = prompt->length};
	snprintf(prompt->error.text, sizeof(prompt->error.text), "%s", _("nothing in the list contains this"));
}

void list_search_again(struct ws_ui *ui, const struct ws_model *model, bool backwards)
{
	struct list_view *list = &ui->list;
	const size_t count = list_count(list, model);
	if (!list->search.pattern[0]) {
		list_search_open(ui);
		return;
	}
	search_start(list, model, list->cursor.selected + (backwards ? count - (count > 0) : 1), backwards);
	list_search_slice(ui, model);
}

void list_search_open(struct ws_ui *ui)
{
	ui->list.search.origin = ui->list.cursor.selected;
	prompt_open(ui, &use, "");
}
