/* The stream screen. Private to src/scene/bytes. */
#ifndef SCENE_STREAM_H
#define SCENE_STREAM_H

#include "scene/bytes/stream_view.h"

/* stream_build.c */
void stream_free(struct stream_view *view);
/* `tracker` has the connection as `id`; it is that of a point, of which `turned` is, see struct stream_view. */
void stream_start(struct stream_view *view, const struct ws_tracker *tracker, ws_conn_id id, unsigned point,
                  bool turned);
/* Forgets the connection but not the position: the same connection may be in another snapshot. */
void stream_leave(struct stream_view *view);
/* Takes in at most `most` further steps. True: there are more. */
bool stream_build(struct stream_view *view, size_t most);
/* The captured bytes of a data piece; NULL: they are not kept. `count` is less than the piece's length where not
 * all were captured. */
const uint8_t *stream_bytes(struct stream_view *view, const struct ws_model *model, size_t piece, uint32_t *count);

/* stream.c */
/* How many bytes a row of hexadecimal has at this width. */
int stream_hex_bytes(int width);
/* Writes one character as it is shown to `out`, with a NUL, and its columns. `plain` false: it stands for another
 * character. Returns how many bytes it takes. */
size_t stream_glyph(const uint8_t *bytes, size_t count, char out[8], int *columns, bool *plain);

/* stream_draw.c */
/* Explains the selected piece. */
void stream_notes(const struct stream_view *view, struct ws_text *text);
void stream_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

#endif
