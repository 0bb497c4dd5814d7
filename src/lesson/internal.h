/* What parse.c and value.c share. Private to src/lesson. */
#ifndef SCENE_LESSON_TEXT_H
#define SCENE_LESSON_TEXT_H

#include <wirestate/lesson.h>
#include <wirestate/text.h>

/* Fails with the lesson's name and the line. */
bool lesson_fail(const struct ws_lesson *lesson, unsigned line, struct ws_error *error, const char *format, ...)
        WS_PRINTF(4, 5);

/* Finds the field that text[0..length) names, like "tcp.sequence". On failure `wrong` says what would be right. */
bool lesson_field_find(const char *text, size_t length, struct ws_lesson_field *field, struct ws_text *wrong);

/* Reads `{FRAME.layer.field}` at `text`. Returns the index of its value, which is added to the lesson; `used`: the
 * bytes read. */
bool lesson_value_read(struct ws_lesson *lesson, const char *text, size_t *used, size_t *index, struct ws_text *wrong);
/* Finds all values in a text. */
bool lesson_text_check(struct ws_lesson *lesson, const char *text, unsigned line, struct ws_error *error);
/* Reads the values and the form of a sum. `sum`: its index in the stop. */
bool lesson_sum_check(struct ws_lesson *lesson, struct ws_lesson_stop *stop, size_t sum, struct ws_error *error);

/* True when the value counts modulo 2^32: an absolute sequence number. */
bool lesson_value_wraps(const struct ws_lesson_value *value);

#endif
