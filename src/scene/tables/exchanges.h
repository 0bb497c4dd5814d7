/* Requests and answers: what the screen's rows are sorted by, and how they are drawn. Private to src/scene/tables. */
#ifndef SCENE_TABLES_EXCHANGES_H
#define SCENE_TABLES_EXCHANGES_H

#include "scene/tables/tables_view.h"

#include <wirestate/scene.h>

struct ws_ui;

enum { EXCHANGES_HEAD_ROWS = 4 };

/* X(enumerator, head): by what servers' ports are sorted, the largest first. */
#define SERVICE_ORDERS(X)                                                                                              \
	X(BY_P95, "95 %")                                                                                              \
	X(BY_MAX, N_("MAX"))                                                                                           \
	X(BY_MIN, N_("MIN"))                                                                                           \
	X(BY_MEDIAN, N_("MEDIAN"))                                                                                     \
	X(BY_EXCHANGES, N_("EXCHANGES"))

/* X(enumerator, head): by what exchanges are. */
#define EXCHANGE_ORDERS(X)                                                                                             \
	X(BY_FIRST_BYTE, N_("TTFB"))                                                                                   \
	X(BY_THINK, N_("THINK"))                                                                                       \
	X(BY_TRANSFER, N_("TRANSFER"))                                                                                 \
	X(BY_ANSWER, N_("ANSWER"))                                                                                     \
	X(BY_REQUEST, N_("REQUEST"))                                                                                   \
	X(BY_TIME, N_("AT"))

#define X(name, head) name,
enum { SERVICE_ORDERS(X) SERVICE_ORDER_COUNT };
enum { EXCHANGE_ORDERS(X) EXCHANGE_ORDER_COUNT };
#undef X

/* Appends what the selected row means, in whole sentences, to be shown below the rows. */
void exchanges_notes(const struct exchanges_view *view, struct ws_text *text);
void exchanges_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

#endif
