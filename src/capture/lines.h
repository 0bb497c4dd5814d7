/* Records as a capture: their lines are the frames. */
#ifndef CAPTURE_LINES_H
#define CAPTURE_LINES_H

#include "capture/internal.h"

struct ws_lines; /* opaque */

/* True when a file that begins so has lines of JSON objects. */
bool ws_lines_recognize(const uint8_t *head, size_t length);
struct ws_lines *ws_lines_new(const char *name) WS_CHECKED; /* NULL: out of memory */
void ws_lines_free(struct ws_lines *lines);                 /* NULL allowed */
enum ws_read ws_lines_read(struct ws_capture *capture, int max, struct ws_error *error) WS_CHECKED;
/* There may be whole lines that have not been delivered. */
bool ws_lines_ready(const struct ws_lines *lines);

/* ---- gather.c: several of these as one */
struct ws_gather;
void ws_gather_free(struct ws_gather *gather); /* NULL allowed */
enum ws_read ws_gather_read(struct ws_capture *capture, int max, struct ws_error *error) WS_CHECKED;
int ws_gather_fd(const struct ws_gather *gather);
bool ws_gather_ready(const struct ws_gather *gather);
void ws_gather_progress(const struct ws_gather *gather, uint64_t *done, uint64_t *total);
void ws_gather_break(struct ws_gather *gather);

#endif
