/* The screens beside the connections: ARP, UDP, its datagrams, statistics. Private to src/scene. */
#ifndef SCENE_TABLES_H
#define SCENE_TABLES_H

#include <wirestate/scene.h>

/* A place in a list of rows. */
struct table_place {
	uint64_t selected, top;
};
/* False: the action does not move. */
bool table_move(struct table_place *place, enum ws_action action, uint64_t count, int visible);
/* The entry in a row of the screen: selected by a click; `again`: it was already. False: there is none. */
bool table_click(struct table_place *place, int row, int top, int visible, uint64_t count, bool *again);
void table_keep(struct table_place *place, uint64_t count, int visible);
void table_mark(struct ws_canvas *canvas, int row);
/* Title line: a bold word, then text. */
void table_title(struct ws_canvas *canvas, const char *word, const char *text);
/* The rule below a table, with its place in it, and the sentences below that. */
void table_foot(struct ws_canvas *canvas, int rule, const struct table_place *place, uint64_t count, const char *notes);
int table_note_rows(int rows);        /* of a screen with so many */
int table_visible(int rows, int top); /* rows for entries, from `top` down */

/* ---- ARP */

/* X(enumerator, heading) */
#define ARP_PANES(X)                                                                                                   \
	X(ARP_QUESTIONS, "Questions")                                                                                  \
	X(ARP_BINDINGS, "Bindings")                                                                                    \
	X(ARP_HOPS, "Next hops")

enum arp_pane {
#define X(name, heading) name,
	ARP_PANES(X)
#undef X
	        ARP_PANE_COUNT
};

struct arp_view {
	int pane;
	struct table_place place[ARP_PANE_COUNT];
	struct ws_net net;    /* the model's, or what the requests suggest */
	uint64_t net_guessed; /* how many exchanges the guess rests on */
};

bool arp_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
bool arp_click(struct ws_ui *ui, const struct ws_model *model, int row);
void arp_layout(struct ws_ui *ui, const struct ws_model *model);
void arp_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
/* Shows the packet that the selected row is about, or that of the row `by` further on. */
bool arp_show_packet(struct ws_ui *ui, const struct ws_model *model, int by);

/* arp_notes.c: what the selected row means. */
void arp_explain(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text);
/* The address that ARP says this MAC belongs to, other than `self`; false: none. `more`: there are several. */
bool arp_owner(const struct ws_model *model, const uint8_t mac[6], uint16_t vlan, const struct ws_addr *self,
               struct ws_addr *owner, bool *more);
bool arp_binding_of(const struct ws_model *model, const struct ws_addr *address, uint16_t vlan,
                    struct ws_arp_binding *binding);
bool net_holds(const struct ws_net *net, const struct ws_addr *address, unsigned ip_version);
void net_text(struct ws_text *text, const struct ws_net *net);

/* ---- UDP */

struct udp_view {
	struct table_place place;
	/* The datagrams of one conversation, the oldest first. */
	uint64_t conversation, newest; /* what the list was made for */
	uint64_t *datagram;
	size_t count, capacity;
	struct table_place at;
};

void udp_free(struct udp_view *view);
bool udp_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
bool udp_click(struct ws_ui *ui, const struct ws_model *model, int row);
void udp_layout(struct ws_ui *ui, const struct ws_model *model);
void udp_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
bool datagrams_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
bool datagrams_click(struct ws_ui *ui, const struct ws_model *model, int row);
void datagrams_layout(struct ws_ui *ui, const struct ws_model *model);
void datagrams_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
bool datagrams_show_packet(struct ws_ui *ui, const struct ws_model *model, int by);

/* ---- Statistics */

enum { TOP_TALKERS = 5 };

struct talker {
	ws_conn_id id;
	uint64_t number, bytes;
};

/* A walk over all connections in slices, for the largest. */
struct statistics_view {
	struct talker top[TOP_TALKERS], building[TOP_TALKERS];
	size_t rank;
	bool complete;
	ws_time finished; /* by the ticks' clock */
};

void statistics_tick(struct ws_ui *ui, const struct ws_model *model, ws_time clock);
void statistics_layout(struct ws_ui *ui, const struct ws_model *model);
void statistics_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
ws_time statistics_next_change(const struct ws_ui *ui, const struct ws_model *model);

#endif
