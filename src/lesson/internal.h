/* What the files of this folder share. Private to src/lesson. */
#ifndef LESSON_INTERNAL_H
#define LESSON_INTERNAL_H

#include <wirestate/lesson.h>
#include <wirestate/text.h>

/* Fails with the lesson's name and the line. */
bool lesson_fail(const struct ws_lesson *lesson, unsigned line, struct ws_error *error, const char *format, ...)
        WS_PRINTF(4, 5);

/* The bytes of the bar between items of a list, which may be a full-width one, as East Asian keyboards type it; 0: the
 * text does not begin with one. */
size_t lesson_bar(const char *text);
/* Finds the first colon, as `narrow` or full-width. `width`: its bytes. NULL: there is none. */
const char *lesson_colon(const char *text, size_t length, const char *narrow, size_t *width);

/* Finds the field that text[0..length) names, like "tcp.sequence". On failure `wrong` says what would be right. */
bool lesson_field_find(const char *text, size_t length, struct ws_lesson_field *field, struct ws_text *wrong);

/* Reads `{FRAME.layer.field}` at `text`. Returns the index of its value, which is added to the lesson; `used`: the
 * bytes read. */
bool lesson_value_read(struct ws_lesson *lesson, const char *text, size_t *used, size_t *index, struct ws_text *wrong);
/* Finds all values in a text. */
bool lesson_text_check(struct ws_lesson *lesson, const char *text, unsigned line, struct ws_error *error);
/* Reads the values and the form of a sum. `sum`: its index in the stop. */
bool lesson_sum_check(struct ws_lesson *lesson, struct ws_lesson_stop *stop, size_t sum, struct ws_error *error);

/* Puts the packets' values into the sum, and shows it in words and numbers. False: it does not hold. */
bool lesson_sum_resolve(struct ws_lesson *lesson, struct ws_lesson_stop *stop, size_t sum, struct ws_error *error);

/* A number that an answer has to be: a sum, or an equation, whose left side it is. `key` is the key of which it is the
 * value, for errors. */
struct lesson_number {
	uint64_t number;
	const struct ws_lesson_value *only; /* it is this field alone, which may be no number; NULL: it is a sum */
};
bool lesson_number_check(struct ws_lesson *lesson, const char *text, const char *key, unsigned line,
                         struct ws_error *error);
bool lesson_number_resolve(struct ws_lesson *lesson, const char *text, const char *key, unsigned line,
                           struct lesson_number *number, struct ws_error *error);

/* Fails when the value is not in the capture. */
bool lesson_value_missing(const struct ws_lesson *lesson, const struct ws_lesson_value *value, unsigned line,
                          struct ws_error *error);
/* Replaces a text by the same text with the packets' values. */
bool lesson_fill_in(struct ws_lesson *lesson, char **text, unsigned line, struct ws_error *error);

/* ---- spelling.c */

enum { LESSON_KEY_BYTES = 256 };

/* Letters and digits in lower case; what is not ASCII stays, except full-width letters, digits and punctuation. */
void lesson_fold(const char *text, char key[LESSON_KEY_BYTES]);
/* The same without words like "the" and "flag", which do not tell one answer from another. */
void lesson_fold_meant(const char *text, char key[LESSON_KEY_BYTES]);
/* The key of an answer, as it is spelled, or as its words mean it. False: it is nothing that could be an answer. */
bool lesson_exact_key(const struct ws_lesson_question *question, const char *text, char key[LESSON_KEY_BYTES]);
bool lesson_answer_key(const struct ws_lesson_question *question, const char *text, char key[LESSON_KEY_BYTES]);
/* The letters and digits of ASCII alone, in lower case: "RST" of a Chinese sentence. */
void lesson_fold_latin(const char *text, char key[LESSON_KEY_BYTES]);
/* The choice that the lesson's own text means: before it was translated. False: it is none. */
bool lesson_choice_of_original(const struct ws_lesson_question *question, const char *text, char key[LESSON_KEY_BYTES]);

/* ---- east.c */

enum { LESSON_PLAIN_BYTES = 2 * LESSON_KEY_BYTES };

/* A character of Chinese or Japanese, which have no spaces between words; and one of their punctuation. */
bool lesson_is_ideograph(uint32_t code_point);
bool lesson_is_wide_mark(uint32_t code_point);
/* The bytes of the ideograph with which a text begins; 0: it begins with something else. */
size_t lesson_ideograph(const char *text);
bool lesson_has_ideograph(const char *text);
/* The text with the characters of ASCII in place of those that mean the same. `no_east`: ideographs become spaces. */
void lesson_plain(const char *text, char plain[LESSON_PLAIN_BYTES], bool no_east);
/* Chinese has no spaces between words. The only choice of `list` that the text is a part of; or else the only one that
 * is a part of the text, where one that is itself a part of another such choice does not count; "not the client" is not
 * the client. */
bool lesson_choice_by_parts(char *const *list, size_t count, const char *text, size_t *only);
/* A number in the words of Chinese, below a thousand, like the one in its name for 25, which is "two ten five". False:
 * there is none, or more than one. */
bool lesson_number_of_east(const char *text, char key[LESSON_KEY_BYTES]);

/* ---- question.c */

/* Splits `value`, that of the key `word`, at its bars, and appends the parts to `list`. */
bool lesson_list_take(struct ws_lesson *lesson, const char *word, const char *value, unsigned line, char **list,
                      size_t *count, struct ws_error *error);
/* Checks that a word can be typed. */
bool lesson_word_check(const struct ws_lesson *lesson, const char *word, unsigned line, struct ws_error *error);
/* Checks that all choices are different, and that there is more than one. */
bool lesson_choices_check(const struct ws_lesson *lesson, const struct ws_lesson_question *question,
                          struct ws_error *error);
/* Takes the value of expect, accept, hint or wrong. */
bool lesson_question_take(struct ws_lesson *lesson, struct ws_lesson_stop *stop, enum ws_lesson_key key,
                          const char *value, unsigned line, struct ws_error *error);
/* Checks that a stop has what its hints and wrong answers belong to. */
bool lesson_question_check(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, struct ws_error *error);
/* Takes the state of the packet's connection that a question asks for. */
void lesson_question_take_packet(struct ws_lesson_stop *stop, uint64_t frame, uint64_t conn_number,
                                 const struct ws_tracker *tracker);
/* Call it when the stop's own states are known. */
bool lesson_question_resolve(struct ws_lesson *lesson, struct ws_lesson_stop *stop, struct ws_error *error);
/* What spellings of one answer have in common, as a new string; NULL: it is nothing that could be an answer. False:
 * there is no memory. */
bool lesson_question_key(const struct ws_lesson_question *question, const char *text, char **key);
void lesson_question_free(struct ws_lesson_question *question);

/* ---- attempt.c */

/* Takes the value of came. */
bool lesson_came_take(struct ws_lesson *lesson, struct ws_lesson_stop *stop, const char *value, unsigned line,
                      struct ws_error *error);
/* Checks that a stop at which something is tried has all that belongs to it. */
bool lesson_attempt_check(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, struct ws_error *error);
void lesson_attempt_free(struct ws_lesson_attempt *attempt);

/* Reads "SYN_SENT~" (parse.c). False: it is not a state. */
bool lesson_state_read(const char *text, size_t length, uint8_t *state, char *mark);
/* The states of a connection, the client's first (value.c). False: there is no such connection. */
bool lesson_states_of(const struct ws_tracker *tracker, uint64_t conn_number, uint8_t state[2], uint8_t certainty[2]);

/* True when the value counts modulo 2^32: an absolute sequence number. */
bool lesson_value_wraps(const struct ws_lesson_value *value);

#endif
