/* What the files of src/scene/tables share. */
#ifndef SCENE_TABLES_H
#define SCENE_TABLES_H

#include "scene/tables/tables_view.h"

/* arp_notes.c: what the selected row means. */
void arp_explain(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text);
/* Finds another address than `self` that has this MAC, according to ARP. False: there is none. `more`: there are
 * several. */
bool arp_owner(const struct ws_model *model, const uint8_t mac[6], uint16_t vlan, const struct ws_addr *self,
               struct ws_addr *owner, bool *more);
bool arp_binding_of(const struct ws_model *model, const struct ws_addr *address, uint16_t vlan,
                    struct ws_arp_binding *binding);
bool net_holds(const struct ws_net *net, const struct ws_addr *address, unsigned ip_version);
void net_text(struct ws_text *text, const struct ws_net *net);
/* arp_picture.c */
enum { ARP_PICTURE_ROWS = 6 }; /* with an empty row above it */
/* Draws what the selected row is about, where `rows` rows above row `bottom` are free. */
void arp_picture(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int bottom, int rows);

/* udp.c */
/* Writes an endpoint with the name of its address, if there is one and names are shown. */
void table_endpoint(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text,
                    const struct ws_addr *address, unsigned ip_version, uint16_t port, int width);

/* datagram_ways.c: what several points know of the datagrams of the conversation that is shown. */
void datagram_ways_find(struct udp_view *view, const struct ws_model *model, const struct ws_udp_info *info);
/* Appends "lost between client and server". False: it was not, or that is not known. */
bool datagram_lost_words(const struct udp_view *view, size_t index, struct ws_text *text);
void datagram_way_explain(const struct udp_view *view, size_t index, struct ws_text *text);

#endif
