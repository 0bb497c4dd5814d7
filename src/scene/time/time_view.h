/* State of the screen that says where the time of one connection went. Private to src/scene. */
#ifndef SCENE_TIME_VIEW_H
#define SCENE_TIME_VIEW_H

#include "scene/widgets/walk.h"

#include <wirestate/cursor.h>
#include <wirestate/join.h>
#include <wirestate/spans.h>

struct time_view {
	ws_conn_id conn;
	uint64_t number;  /* of the connection; 0: none yet */
	struct walk walk; /* for when the stretches are looked for again, since packets have come */
	struct ws_time_shares shares;
	bool known;         /* they are */
	bool one_direction; /* they are not, as no point captured both */
	bool joined;        /* several points have captured the connection */
	/* With shares of all points together, the points nearest to the client and to the server; else the one whose
	 * shares they are. */
	const char *point[2], *point_name[WS_JOIN_POINTS];
	unsigned client; /* endpoint */
	/* The causes with a share, the largest first. */
	struct ws_named_share named[WS_NAMED_SHARES];
	size_t count;
	struct ws_cursor cursor;
	/* One share taken apart. */
	bool open, in_order; /* in_order: the stretches are in the order of time, else the longest is first */
	struct ws_named_share opened;
	struct ws_span *span;
	size_t span_count, span_capacity;
	uint64_t shorter; /* stretches that found no room, which are shorter than these */
	bool kept;        /* the connection's segments are */
	struct ws_cursor span_cursor;
};

#endif
