/* Which columns the list has, by the width of the screen and what there is to show. Private to src/scene/list. */
#ifndef SCENE_LIST_COLUMNS_H
#define SCENE_LIST_COLUMNS_H

#include "scene/list/list.h"

struct list_columns {
	/* widths; 0: not shown */
	int number, sensor, client, server, name, state, start, age, packets, bytes, points, lost, reset, extra,
	        verdict;
	int share[LIST_SHARES];
	int gap;
	bool two_lines, brief;
};

/* `names`: where there is room, a name stands beside the address. */
struct list_columns list_columns_of(const struct list_view *list, const struct ws_model *model, bool names, int columns,
                                    int rows);

#endif
