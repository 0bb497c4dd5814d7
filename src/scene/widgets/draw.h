/* What several screens draw alike: cut text, wrapped text, rules, durations, endpoints. */
#ifndef SCENE_DRAW_H
#define SCENE_DRAW_H

#include <wirestate/names.h>
#include <wirestate/scene.h>

/* Draws text, cut with `…` where it would reach `limit`. */
int draw_cut(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8);
/* Draws text from column 1 on in at most so many rows; the last one is cut where it is not enough. Returns the column
 * where the last one ends. */
int draw_wrapped(struct ws_canvas *canvas, int row, int rows, enum ws_style style, const char *utf8);
/* Overwrites a row with spaces. */
void draw_blank(struct ws_canvas *canvas, int row);
/* Draws text whose last column is limit - 1, and nothing left of `column`. Returns where it begins. */
int draw_right(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8);
/* Draws a horizontal rule over the whole width. */
void draw_rule(struct ws_canvas *canvas, int row);
/* Draws a bar of `width` columns: `done` of `whole` parts are filled. */
void draw_bar(struct ws_canvas *canvas, int row, int column, int width, enum ws_style style, uint64_t done,
              uint64_t whole);
/* Breaks text at spaces, and East Asian text between characters, into lines of at most `width` columns and fewer than
 * `size` bytes, and copies line `index` to `line`. False: there are fewer lines. */
bool draw_wrap(const char *utf8, int width, int index, char *line, size_t size);
/* Appends whole seconds, or less when there is less than one, of a time that goes on. */
void draw_seconds(struct ws_text *text, ws_time duration);
int draw_wrap_rows(const char *utf8, int width); /* how many lines there are */

/* Appends a space between two sentences of a text; East Asian ones have none. */
void draw_between_sentences(struct ws_text *text);

/* The next reference to a document, "(RFC 9293 §3.4)"; NULL: there is none. A line may end after the document's name. */
const char *draw_find_reference(const char *text);
/* Where a reference ends that goes on in this text; NULL: not here. */
const char *draw_end_of_reference(const char *text);
/* Makes references to documents dim in a line that begins at `column`. `inside`: one has begun in
 * the line before; it becomes whether one goes on in the next. */
void draw_dim_references(struct ws_canvas *canvas, int row, int column, const char *line, bool *inside);

/* Writes a duration in the unit that people use at its magnitude, in at most 9 columns: "1.234 s", "460 ms", "56
 * µs", "3 min 20 s". */
void draw_duration(struct ws_text *text, ws_time duration);
/* The same in at most 6 columns, for narrow columns of a table. */
void draw_duration_brief(struct ws_text *text, ws_time duration);
/* Writes address:port in at most `width` columns. An IPv6 address loses its middle, never its port. */
void draw_endpoint(struct ws_text *text, const struct ws_addr *address, unsigned ip_version, uint16_t port, int width);
/* Writes a text in at most `width` columns; a longer one loses its end. */
void draw_shortened(struct ws_text *text, const char *whole, int width);
/* Writes name:port in at most `width` columns, with a ~ in front where the name belongs to the address only. A long
 * name loses its end. Without a port (0) the name alone. */
void draw_host(struct ws_text *text, const char *name, enum ws_name_source source, uint16_t port, int width);
/* Writes a state followed by the mark of its certainty. */
void draw_state(struct ws_text *text, uint8_t state, uint8_t certainty, bool brief);
/* The same in at most `width` columns where the short name fits: its full name if that does. */
void draw_state_within(struct ws_text *text, uint8_t state, uint8_t certainty, int width);
enum ws_style draw_state_style(uint8_t state);
enum ws_style draw_verdict_style(const char *tag, int severity);

#endif
