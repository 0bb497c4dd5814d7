/* The stream screen. Private to src/scene/bytes. */
#ifndef SCENE_STREAM_H
#define SCENE_STREAM_H

#include "scene/bytes/stream_view.h"

/* stream_build.c */
void stream_free(struct stream_view *view);
void stream_start(struct stream_view *view, const struct ws_tracker *tracker, ws_conn_id conn, uint64_t number);
/* Forgets the connection, but not the place in it: the same may be there in another world. */
void stream_leave(struct stream_view *view);
/* Takes in at most `most` further steps. True: there are more. */
bool stream_build(struct stream_view *view, size_t most);
/* The bytes of a data piece; NULL: they are not kept. `count` may be less than its length: the rest was not captured.
 */
const uint8_t *stream_bytes(struct stream_view *view, const struct ws_model *model, size_t piece, uint32_t *count);

/* stream.c */
/* Columns of a row of hexadecimal with so many bytes. */
int stream_hex_bytes(int width);
/* One character as it is shown: `out` NUL-terminated, its columns; `plain` false: it stands for something else. Returns
 * how many bytes it takes. */
size_t stream_glyph(const uint8_t *bytes, size_t count, char out[8], int *columns, bool *plain);

/* stream_draw.c */
void stream_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

#endif
