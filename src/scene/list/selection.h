/* What the connection list offers to other screens: which connection is selected, and which ones it shows. Private to
 * src/scene. */
#ifndef SCENE_SELECTION_H
#define SCENE_SELECTION_H

#include "scene/widgets/prompt.h"

#include <wirestate/scene.h>

/* The connection that is selected; 0: none. */
ws_conn_id list_selected(const struct ws_ui *ui, const struct ws_model *model);
/* The ids of those that are on the screen, at most so many; returns how many there are. */
size_t list_shown(const struct ws_ui *ui, const struct ws_model *model, ws_conn_id *ids, size_t most);
/* Live: how many connections have begun since the newest one was on the screen in the list. */
uint64_t list_news(const struct ws_ui *ui, const struct ws_model *model);
/* Selects it, wherever it stands in the list's order. */
void list_select_conn(struct ws_ui *ui, const struct ws_model *model, const struct ws_conn_info *info);
/* Shows only the connections that fit a filter, the first of them selected; an empty one shows all. False: the filter
 * is wrong, see `error`. */
bool list_show_only(struct ws_ui *ui, const struct ws_model *model, const char *filter, struct prompt_error *error);
/* For the filter that the list begins with, before its first layout. */
bool list_filter_start(struct ws_ui *ui, const char *filter, struct ws_error *error) WS_CHECKED;

#endif
