/* An exercise: questions about a capture, made from what the tracker is certain of. Private to src/lesson. */
#ifndef LESSON_EXERCISE_H
#define LESSON_EXERCISE_H

#include "lesson/internal.h"

#include <wirestate/replay.h>

/* X(enumerator, function): the kinds of questions, see exercise_questions.c. */
#define EXERCISE_KINDS(X)                                                                                              \
	X(EXERCISE_STATE, ask_state)   /* the state of the endpoint that sends the next segment */                     \
	X(EXERCISE_ACK, ask_ack)       /* the acknowledgment number of the next segment */                             \
	X(EXERCISE_BLANK, ask_blank)   /* a blank field of the next packet */                                          \
	X(EXERCISE_ORDER, ask_order)   /* the order of the next segments */                                            \
	X(EXERCISE_AGAIN, ask_again)   /* whether the next segment is new: it is not */                                \
	X(EXERCISE_NEXT, ask_next)     /* what comes next */                                                           \
	X(EXERCISE_CLOSED, ask_closed) /* which side closed first */                                                   \
	X(EXERCISE_NEW, ask_new)       /* whether the next segment is new: it is */

enum exercise_kind {
#define X(name, function) name,
	EXERCISE_KINDS(X)
#undef X
	        EXERCISE_KIND_COUNT
};

/* A walk through the segments of one connection. */
struct walk {
	struct ws_replay *replay;
	struct ws_conn_info info;
	size_t count;      /* steps */
	uint32_t reach[2]; /* one past the highest relative number that each endpoint has sent up to the step asked
	                      about */
	uint64_t random;   /* state of the random numbers */
	bool failed;       /* memory is short */
};

/* Whether a question of this kind can be asked at the step `at`, with one certain answer. With `stop` it is made there;
 * the frame, its position and the connection are filled in as well. `span`: how many steps from `at` on it speaks of.
 */
typedef bool exercise_ask(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span);
#define X(name, function) exercise_ask function;
EXERCISE_KINDS(X)
#undef X

/* The segment of a step. False: it is none that could be asked about. */
bool walk_segment(const struct walk *walk, size_t at, struct ws_step *step);
/* The parts of a question. A text is a new string, owned by the stop; without memory walk->failed is set. */
char *exercise_words(struct walk *walk, const char *format, ...) WS_PRINTF(2, 3);
/* "FIN,ACK seq 10 ack 8", as at the arrow. `ack`: with the acknowledgment number. */
const char *exercise_segment(const struct ws_step *step, bool ack, char *buffer, size_t size);
/* Sets the right answer. Choices have to be there before. */
void exercise_expect(struct walk *walk, struct ws_lesson_stop *stop, enum ws_answer_kind kind, const char *right);
void exercise_hint(struct ws_lesson_stop *stop, char *text);

/* A random number from 0 to `end` - 1. */
uint32_t walk_random(struct walk *walk, uint32_t end);
/* One past the last relative number that the segment takes; SYN and FIN take one each. */
uint32_t segment_end(const struct ws_step *step);

#endif
