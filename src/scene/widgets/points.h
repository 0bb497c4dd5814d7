/* Which of several points captured a connection or a conversation, where all of them are shown together. Private to
 * src/scene. */
#ifndef SCENE_POINTS_H
#define SCENE_POINTS_H

#include <wirestate/points.h>
#include <wirestate/scene.h>

/* The points; NULL where one is shown. */
const struct ws_points *points_together(const struct ws_model *model);
/* Appends the names of those of the path; without one, of `point`. */
void points_names(struct ws_text *text, const struct ws_points *points, const struct ws_conn_path *path,
                  unsigned point);
bool points_all(const struct ws_points *points, const struct ws_conn_path *path);
/* Appends "only at server" where not all points captured it. False: all did, or it has not been compared yet, or one point is
 * shown. */
bool points_only_conn(struct ws_text *text, const struct ws_model *model, const struct ws_conn_info *info);
bool points_only_udp(struct ws_text *text, const struct ws_model *model, const struct ws_udp_info *info);

#endif
