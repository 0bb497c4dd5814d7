/* The screen of one packet. Private to src/scene/packet. */
#ifndef SCENE_PACKET_H
#define SCENE_PACKET_H

#include "scene/packet/packet_view.h"

/* packet_rows.c, packet.c */
bool packet_load(struct packet_view *view, const struct ws_frame *frame);
void packet_build(struct packet_view *view);
const char *packet_layer_name(const struct ws_layer *layer);
void packet_row_text(const struct packet_view *view, const struct packet_row *row, struct ws_text *label,
                     struct ws_text *value);
void packet_row_bits(const struct packet_view *view, const struct packet_row *row, struct ws_text *text, int width);
/* The columns for a row's bytes on a screen of so many, of which fewer are shown beside a value that ends far right. */
int packet_bits_room(int columns, int value_end);
/* `vendors` may be NULL. */
void packet_row_meaning(const struct packet_view *view, const struct ws_vendors *vendors, const struct packet_row *row,
                        struct ws_text *meaning, const char **reference);
/* packet_size.c: of a frame that is longer than Ethernet's. */
bool packet_is_long(const struct packet_view *view);
void packet_size_text(const struct packet_view *view, struct ws_text *label, struct ws_text *value);
void packet_size_meaning(const struct packet_view *view, struct ws_text *meaning, const char **reference);
/* packet_fragments.c */
void packet_find_fragments(struct packet_view *view, const struct ws_model *model);
void packet_datagram_text(const struct packet_view *view, struct ws_text *label, struct ws_text *value);
/* Draws the datagram as a bar: which of its bytes each fragment has. */
void packet_draw_bar(const struct packet_view *view, struct ws_canvas *canvas, int row, int column, int limit);
void packet_fragment_text(const struct packet_view *view, size_t index, struct ws_text *label, struct ws_text *value);
void packet_fragment_meaning(const struct packet_view *view, size_t index, struct ws_text *meaning);

/* packet_draw.c: how the screen is divided. */
struct packet_division {
	int tree, tree_rows, hex, hex_rows, meaning, meaning_rows;
	int bytes_each; /* bytes a line */
};
struct packet_division packet_divide(int columns, int rows, uint32_t captured);
void packet_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

/* Has these fields shown, of the packet that is shown. */
void packet_show_fields(struct packet_view *view, const struct ws_lesson_field *field, size_t count);
void packet_select_byte(struct packet_view *view); /* selects the row that `byte` belongs to */

#endif
