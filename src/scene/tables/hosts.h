/* Who piles up TIME_WAIT and CLOSE_WAIT: endpoints counted by address, side and state. Private to src/scene. */
#ifndef SCENE_HOSTS_H
#define SCENE_HOSTS_H

#include <wirestate/scene.h>

struct hosts_row {
	struct ws_addr address;
	uint8_t ip_version, state;
	bool server;
	uint64_t count;  /* 0: an empty slot of the table */
	ws_time longest; /* CLOSE_WAIT: without a packet; TIME_WAIT: until the last one is over */
};

struct hosts_view {
	/* In use. */
	const struct ws_tracker *tracker; /* whose they are */
	struct hosts_row *rows;           /* most first */
	size_t count;
	size_t place, top, visible;
	/* In the making, in slices. */
	bool running;
	struct hosts_row *slots; /* a hash table, open addressing */
	size_t slot_count, used; /* a power of two; at most half of them */
	size_t rank;             /* the next connection to look at */
	uint64_t packets_seen;
	ws_time started, finished; /* by the ticks' clock */
};

bool hosts_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void hosts_slice(struct hosts_view *hosts, const struct ws_model *model, ws_time clock);
bool hosts_due(const struct hosts_view *hosts, const struct ws_model *model);
bool hosts_click(struct ws_ui *ui, const struct ws_model *model, int row);
void hosts_layout(struct ws_ui *ui, const struct ws_model *model);
void hosts_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
void hosts_free(struct hosts_view *hosts);

#endif
