/* What parsing a lesson and resolving it share. Private to src/scene. */
#ifndef SCENE_LESSON_TEXT_H
#define SCENE_LESSON_TEXT_H

#include <wirestate/lesson.h>
#include <wirestate/text.h>

/* Fails with the lesson's name and the line. */
bool lesson_fail(const struct ws_lesson *lesson, unsigned line, struct ws_error *error, const char *format, ...)
        WS_PRINTF(4, 5);

/* Finds the field that text[0..length) names: "tcp.sequence". On failure `wrong` says in words what would be right. */
bool lesson_field_find(const char *text, size_t length, struct ws_lesson_field *field, struct ws_text *wrong);

/* Reads `{FRAME.layer.field}` at `text`: its value's index in the lesson, which learns it; `used`: bytes read. */
bool lesson_value_read(struct ws_lesson *lesson, const char *text, size_t *used, size_t *index, struct ws_text *wrong);
/* All values that a text speaks of. */
bool lesson_text_check(struct ws_lesson *lesson, const char *text, unsigned line, struct ws_error *error);
/* A sum's values and its form. `sum`: its place in the stop. */
bool lesson_sum_check(struct ws_lesson *lesson, struct ws_lesson_stop *stop, size_t sum, struct ws_error *error);

/* Whether it is counted modulo 2^32: a sequence number, not taken relative. */
bool lesson_value_wraps(const struct ws_lesson_value *value);

#endif
