/* See points.h. */
#include "scene/widgets/points.h"

#include <wirestate/language.h>

const struct ws_points *points_together(const struct ws_model *model)
{
	return ws_tracker_is_merged(model->tracker) ? ws_tracker_points(model->tracker) : NULL;
}

void points_names(struct ws_text *text, const struct ws_points *points, const struct ws_conn_path *path, unsigned point)
{
	if (!path)
		ws_text_puts(text, points->name[point]);
	for (unsigned i = 0; path && i < path->points; i++)
		ws_text_printf(text, "%s%s", i ? ", " : "", path->name[i]);
}

bool points_all(const struct ws_points *points, const struct ws_conn_path *path)
{
	return path && path->points == points->count;
}

/* `compared`: it has been, with what the other points have. */
static bool points_only(struct ws_text *text, const struct ws_points *points, const struct ws_conn_path *path,
                        unsigned point, bool compared)
{
	char buffer[256];
	struct ws_text names = WS_TEXT_OVER(buffer);
	if (points_all(points, path) || !(path || compared))
		return false;
	points_names(&names, points, path, point);
	/* TRANSLATORS: the points that captured a connection: "only at client, router" */
	ws_text_printf(text, _("only at %s"), ws_text_cstr(&names));
	return true;
}

bool points_only_conn(struct ws_text *text, const struct ws_model *model, const struct ws_conn_info *info)
{
	const struct ws_points *points = points_together(model);
	return points &&
	       points_only(text, points, info->path, info->point, info->number <= points->compared[info->point]);
}

bool points_only_udp(struct ws_text *text, const struct ws_model *model, const struct ws_udp_info *info)
{
	const struct ws_points *points = points_together(model);
	return points &&
	       points_only(text, points, info->path, info->point, info->number <= points->compared_udp[info->point]);
}
