/* What several scenes draw alike: cut text, wrapped text, rules, durations, endpoints. */
#ifndef SCENE_DRAW_H
#define SCENE_DRAW_H

#include <wirestate/scene.h>

/* Text that ends in `…` when it would reach `limit`. */
int draw_cut(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8);
/* Text whose last column is limit - 1; nothing is drawn left of `column`. Returns where it begins. */
int draw_right(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8);
/* A horizontal rule over the whole width. */
void draw_rule(struct ws_canvas *canvas, int row);
/* A rule that is a bar: `done` of `whole` parts filled, `width` columns wide. */
void draw_bar(struct ws_canvas *canvas, int row, int column, int width, enum ws_style style, uint64_t done,
              uint64_t whole);
/* Breaks text into lines of at most `width` columns at spaces; line `index` goes to `line`. False behind the last. */
bool draw_wrap(const char *utf8, int width, int index, char *line, size_t size);

/* "1.234 s", "460 ms", "56 µs", "3 min 20 s": at most 9 columns, the unit readers think in at that magnitude. */
void draw_duration(struct ws_text *text, ws_time duration);
/* Like that, but never longer than 6 columns: for narrow columns of a table. */
void draw_duration_brief(struct ws_text *text, ws_time duration);
/* address:port in at most `width` columns: an IPv6 address loses its middle, never its port. */
void draw_endpoint(struct ws_text *text, const struct ws_addr *address, unsigned ip_version, uint16_t port, int width);
/* A state with its certainty's mark behind it. */
void draw_state(struct ws_text *text, uint8_t state, uint8_t certainty, bool brief);
enum ws_style draw_state_style(uint8_t state);

#endif
