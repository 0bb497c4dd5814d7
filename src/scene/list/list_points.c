/* What the list says of several points: their names and clocks in the title, and which of them captured a connection. */
#include "scene/list/list.h"
#include "scene/widgets/points.h"

#include <wirestate/language.h>

enum { LEAST = 6, MOST = 24 };

/* ---- The title */

/* The names, and after each but the first how its clock differs. */
static void add_names(struct ws_text *text, const struct ws_points *points, bool bounds)
{
	for (size_t i = 0; i < points->count; i++) {
		struct ws_clock_info clock;
		ws_text_printf(text, "%s%s", i ? ", " : "", points->name[i]);
		if (!points->clock[i])
			continue;
		ws_clock_info(points->clock[i], &clock);
		if (clock.fixed && !clock.offset)
			continue; /* the same clock */
		ws_text_puts(text, " ");
		ws_clock_offset_words(text, &clock, bounds);
	}
}

void list_points_title(char *title, size_t size, const struct ws_model *model, const struct ws_canvas *canvas,
                       int width)
{
	const struct ws_points *points = points_together(model);
	title[0] = '\0';
	for (int bounds = 1; points && bounds >= 0; bounds--) {
		struct ws_text text = {.data = title, .capacity = size};
		add_names(&text, points, bounds);
		if (ws_canvas_columns(canvas, ws_text_cstr(&text)) <= width)
			return;
	}
	title[0] = '\0';
}

/* ---- One connection */

int list_points_width(const struct ws_model *model)
{
	const struct ws_points *points = points_together(model);
	int longest = 0, all = 0;
	for (size_t i = 0; points && i < points->count; i++) {
		const int width = ws_columns(points->name[i]);
		longest = width > longest ? width : longest;
		all += i + 1 < points->count ? width + 2 : 0;
	}
	const int width = all > longest ? all : longest;
	return !points ? 0 : width < LEAST ? LEAST : width > MOST ? MOST : width;
}

void list_points_cell(struct ws_text *text, const struct ws_model *model, const struct ws_conn_info *info)
{
	const struct ws_points *points = points_together(model);
	if (points && points_all(points, info->path))
		ws_text_puts(text, C_("points", "all"));
	else if (points)
		points_names(text, points, info->path, info->point);
}
