/* Where the user is: which screen, and the state of each screen. Private to src/scene. */
#ifndef SCENE_UI_H
#define SCENE_UI_H

#include "scene/bytes/stream_view.h"
#include "scene/file_request.h"
#include "scene/graph/graph_view.h"
#include "scene/lab.h"
#include "scene/lesson/lesson_view.h"
#include "scene/lifelines/replay.h"
#include "scene/list/list_view.h"
#include "scene/packet/packet_view.h"
#include "scene/tables/tables_view.h"
#include "scene/time/time_view.h"
#include "scene/timeline.h"
#include "scene/widgets/prompt.h"

#include <wirestate/points.h>
#include <wirestate/scene.h>

/* A screen can have led to itself: the packet, by way of its stream, to another packet; but only once. */
enum { UI_DEPTH = 2 * WS_SCREEN_COUNT, UI_MIN_COLUMNS = 40, UI_MIN_ROWS = 10 };

struct ws_ui {
	struct ws_ui_options options;
	enum ws_screen stack[UI_DEPTH]; /* the screens that led here; the last one is shown */
	int depth;
	int columns, rows;   /* of the screen, without a lesson's panel and the status message */
	int status_rows;     /* below it: of the status message */
	int notes;           /* rows of the sentences below a table, if the screen has one, as laid out last */
	ws_time clock;       /* of the last tick; 0: none yet */
	uint64_t joins;      /* of the model that the replay was opened with */
	bool several;        /* the model has several points */
	unsigned point;      /* which of them screens show that show one, while lists show all */
	bool numbers;        /* addresses are not shown as names */
	uint64_t generation; /* of the model that the screens have read from; 0: none yet */
	struct list_view list;
	struct hosts_view hosts;
	struct overview_view overview;
	struct time_view time;
	struct exchanges_view exchanges;
	struct replay replay;
	struct graph_view graph;
	struct ws_canvas pane; /* what is beside the lifelines is drawn on it; no cells: nothing */
	struct timeline timeline;
	struct packet_view packet;
	struct stream_view stream;
	struct udp_view udp;
	struct arp_view arp;
	struct statistics_view statistics;
	struct file_request file;
	struct lesson_view lesson;
	struct attempt_view attempt;
	struct lab_view lab;
	struct prompt prompt;
	int help_top; /* the first line of the help on the screen */
};

static inline bool ui_shows_names(const struct ws_ui *ui)
{
	return !ui->numbers && !ui->options.numbers;
}

/* The point that has a connection. */
static inline unsigned ui_point_of(const struct ws_model *model, ws_conn_id conn)
{
	return ws_tracker_is_merged(model->tracker) ? ws_merged_point(conn) : model->point;
}

/* The name of a point; NULL where there is one only. */
static inline const char *ui_point_name(const struct ws_model *model, unsigned point)
{
	const struct ws_points *points = ws_tracker_points(model->tracker);
	return points && model->fetch_at && point < points->count ? points->name[point] : NULL;
}

/* The model as a screen is shown it: of one point, where the screen cannot show several. */
struct point_model {
	struct ws_model model;
	char names[160];
};
const struct ws_model *ui_model(const struct ws_ui *ui, enum ws_screen screen, const struct ws_model *model,
                                struct point_model *room);

void ui_open(struct ws_ui *ui, enum ws_screen screen);
void ui_show(struct ws_ui *ui, enum ws_screen screen); /* back to a screen that led here, or on to it */
bool ui_leave(struct ws_ui *ui);                       /* to the screen before; false: this is the first */

#endif
