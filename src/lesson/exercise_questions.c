/* The questions of an exercise. Each function says where its question has one certain answer, and makes it: the text,
 * the answer as a key (see question.c), hints, and answers that are wrong for a known reason. Numbers are relative, as
 * at the arrows of the lifelines, unless the text says otherwise. */
#include "lesson/exercise.h"

#include <wirestate/language.h>

#include <wirestate/screens.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN                                                                                                          \
	(1u << WS_ANALYSIS_RETRANSMISSION | 1u << WS_ANALYSIS_FAST_RETRANSMISSION |                                    \
	 1u << WS_ANALYSIS_SPURIOUS_RETRANSMISSION)

/* ---- Texts */

char *exercise_words(struct walk *walk, const char *format, ...)
{
	char buffer[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(buffer, sizeof(buffer), ws_translate(format), arguments);
	va_end(arguments);
	char *text = strdup(buffer);
	walk->failed |= !text;
	return text;
}

/* The sides in English, as choices have them; they are translated where they are shown. */
static const char *side_of(const struct walk *walk, int endpoint)
{
	return endpoint == walk->info.client ? N_("client") : N_("server");
}

static const char *sender_of(const struct walk *walk, const struct ws_step *step)
{
	return _(side_of(walk, step->input.direction));
}

static const char *receiver_of(const struct walk *walk, const struct ws_step *step)
{
	return _(side_of(walk, !step->input.direction));
}

/* "FIN,ACK". */
static void put_flags(struct ws_text *text, const struct ws_step *step)
{
	char names[64];
	struct ws_text flags = WS_TEXT_OVER(names);
	ws_tcp_flags_text(&flags, step->input.flags, false);
	for (size_t i = 0; i < flags.length; i++)
		if (names[i] != ' ')
			ws_text_putc(text, names[i]);
}

/* "FIN,ACK seq 10 ack 8", as at the arrow. `ack`: with the acknowledgment number. */
const char *exercise_segment(const struct ws_step *step, bool ack, char *buffer, size_t size)
{
	struct ws_text text = {.data = buffer, .capacity = size};
	put_flags(&text, step);
	if (step->input.flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST) || step->input.length)
		ws_text_printf(&text, " seq %u", step->relative_sequence);
	if (ack && step->input.flags & WS_TCP_ACK)
		ws_text_printf(&text, " ack %u", step->relative_acknowledgment);
	if (step->input.length)
		ws_text_printf(&text, " len %u", step->input.length);
	return ws_text_cstr(&text);
}

static unsigned long long frame_of(const struct ws_step *step)
{
	return (unsigned long long)step->input.frame;
}

/* ---- Parts of a question */

void exercise_expect(struct walk *walk, struct ws_lesson_stop *stop, enum ws_answer_kind kind, const char *right)
{
	stop->question.kind = kind;
	stop->question.expect = exercise_words(walk, "%s", _(right));
	walk->failed |= !lesson_question_key(&stop->question, _(right), &stop->question.right);
}

/* A choice, whose English word may be typed in every language. */
static void choice(struct walk *walk, struct ws_lesson_stop *stop, const char *text)
{
	const size_t at = stop->question.choice_count++;
	stop->question.kind = WS_ANSWER_CHOICE;
	stop->question.choice[at] = exercise_words(walk, "%s", _(text));
	stop->question.original[at] = exercise_words(walk, "%s", text);
}

void exercise_hint(struct ws_lesson_stop *stop, char *text)
{
	stop->question.hint[stop->question.hint_count++] = text;
}

/* `why` is taken. Where the value is the right answer, or already given, it is left out. */
static void wrong(struct walk *walk, struct ws_lesson_stop *stop, const char *value, char *why)
{
	struct ws_lesson_question *question = &stop->question;
	char *key = NULL;
	bool taken = question->wrong_count == WS_LESSON_WRONGS_MOST;
	walk->failed |= !lesson_question_key(question, value, &key);
	taken |= !key || !question->right || strcmp(key, question->right) == 0;
	for (size_t i = 0; !taken && i < question->wrong_count; i++)
		taken = strcmp(question->wrong[i].value, key) == 0;
	if (taken) {
		free(key);
		free(why);
		return;
	}
	question->wrong[question->wrong_count].value = key;
	question->wrong[question->wrong_count++].why = why;
}

static void wrong_number(struct walk *walk, struct ws_lesson_stop *stop, uint32_t number, char *why)
{
	char value[24];
	snprintf(value, sizeof(value), "%u", number);
	wrong(walk, stop, value, why);
}

/* A segment that came as it was meant to, whose numbers go on where its sender's last ones ended. */
static bool is_plain(const struct ws_step *step)
{
	return !(step->analysis &
	         ~(1u << WS_ANALYSIS_WINDOW_UPDATE | 1u << WS_ANALYSIS_WINDOW_FULL | 1u << WS_ANALYSIS_ZERO_WINDOW));
}

/* ---- The state of the sender of the next segment */

#define STATE_MEANINGS(X)                                                                                              \
	X(WS_SYN_SENT, N_("it has sent its SYN, and waits for the answer to it"))                                      \
	X(WS_SYN_RECEIVED, N_("it has answered a SYN with its own SYN, and waits for the ACK of that"))                \
	X(WS_ESTABLISHED, N_("both SYNs are acknowledged, so data can flow in both directions"))                       \
	X(WS_FIN_WAIT_1, N_("it has sent its FIN first, and waits for the ACK of it"))                                 \
	X(WS_FIN_WAIT_2, N_("its FIN is acknowledged, and it waits for the FIN of the other side"))                    \
	X(WS_CLOSE_WAIT, N_("it has got a FIN, and its program has not closed yet"))                                   \
	X(WS_CLOSING, N_("both sides have sent a FIN, and it waits for the ACK of its own"))                           \
	X(WS_LAST_ACK, N_("it got a FIN before, has now sent its own, and waits for the ACK of it"))                   \
	X(WS_TIME_WAIT, N_("both FINs are acknowledged; it closed first, so it waits"))                                \
	X(WS_CLOSED, N_("the connection is over for it"))

static const char *meaning_of(uint8_t state)
{
	switch (state) {
#define X(name, text)                                                                                                  \
	case name:                                                                                                     \
		return _(text);
		STATE_MEANINGS(X)
#undef X
	default:
		return _("it waits");
	}
}

/* X(right, wrong, why): states that are easily confused. */
#define CONFUSED(X)                                                                                                    \
	X(WS_SYN_SENT, WS_SYN_RECEIVED, N_("SYN_RECEIVED is for a side that has got a SYN."))                          \
	X(WS_SYN_RECEIVED, WS_SYN_SENT, N_("SYN_SENT is for the side that opens; this one answers."))                  \
	X(WS_SYN_RECEIVED, WS_ESTABLISHED, N_("Its own SYN is not acknowledged yet."))                                 \
	X(WS_FIN_WAIT_1, WS_FIN_WAIT_2, N_("FIN_WAIT_2 comes when its FIN is acknowledged."))                          \
	X(WS_FIN_WAIT_1, WS_CLOSE_WAIT, N_("CLOSE_WAIT is for the side that gets a FIN before it sends one."))         \
	X(WS_FIN_WAIT_1, WS_LAST_ACK, N_("LAST_ACK is for the side that closes second."))                              \
	X(WS_FIN_WAIT_1, WS_TIME_WAIT, N_("TIME_WAIT comes when both FINs are acknowledged."))                         \
	X(WS_LAST_ACK, WS_CLOSE_WAIT, N_("It is in CLOSE_WAIT until it sends its own FIN."))                           \
	X(WS_LAST_ACK, WS_FIN_WAIT_1, N_("FIN_WAIT_1 is for the side that closes first."))                             \
	X(WS_LAST_ACK, WS_CLOSED, N_("It has to wait for the ACK of its FIN."))

static void wrong_states(struct walk *walk, struct ws_lesson_stop *stop, uint8_t right)
{
#define X(state, confused, why)                                                                                        \
	if (right == (state))                                                                                          \
		wrong(walk, stop, ws_state_name(confused), exercise_words(walk, "%s", _(why)));
	CONFUSED(X)
#undef X
}

/* A hint with the right state and two others, in the order of the states. */
static char *one_of_three(struct walk *walk, uint8_t right)
{
	bool named[WS_STATE_COUNT] = {false};
	char list[128];
	struct ws_text text = WS_TEXT_OVER(list);
	named[right] = true;
	for (int others = 0; others < 2;) {
		const uint32_t state = walk_random(walk, WS_STATE_COUNT);
		others += !named[state];
		named[state] = true;
	}
	for (unsigned state = 0; state < WS_STATE_COUNT; state++)
		if (named[state])
			ws_text_printf(&text, "%s%s", text.length ? ", " : "", ws_state_name((enum ws_state)state));
	return exercise_words(walk, "It is one of %s.", ws_text_cstr(&text));
}

/* Only what an endpoint sends itself is certain: see the bases of transitions. */
bool ask_state(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	struct ws_step step, next;
	char what[128];
	(void)span;
	if (!walk_segment(walk, at, &step) || !walk_segment(walk, at + 1, &next))
		return false;
	const int side = next.input.direction;
	unsigned changes = 0;
	for (unsigned i = 0; i < next.transition_count; i++) {
		const struct ws_transition *transition = &next.transition[i];
		if (transition->endpoint == side)
			changes += transition->basis == WS_BASIS_SENT ? 1 : 2;
	}
	if (changes != 1 || next.certainty[side] != WS_CONFIRMED || !is_plain(&next))
		return false;
	if (!stop)
		return true;
	const char *name = sender_of(walk, &next);
	const uint8_t right = next.after[side];
	stop->ask = exercise_words(walk, "Frame %llu comes next: the %s sends %s. In which state is the %s after that?",
	                           frame_of(&next), name, exercise_segment(&next, true, what, sizeof(what)), name);
	stop->answer = exercise_words(walk, "The %s is then in %s: %s.", name, ws_state_name(right), meaning_of(right));
	exercise_expect(walk, stop, WS_ANSWER_STATE, ws_state_name(right));
	if (next.certainty_before[side] == WS_CONFIRMED)
		exercise_hint(stop,
		              exercise_words(walk, "Before that, it is in %s.", ws_state_name(next.before[side])));
	else
		exercise_hint(stop, exercise_words(walk, "Has it sent a FIN or a SYN, and has it got one?"));
	exercise_hint(stop, one_of_three(walk, right));
	wrong_states(walk, stop, right);
	return true;
}

/* ---- Acknowledgment numbers */

/* True when the next segment acknowledges all of this one, which took numbers of its own. */
static bool is_acknowledged(struct walk *walk, size_t at, struct ws_step *step, struct ws_step *next)
{
	return walk_segment(walk, at, step) && walk_segment(walk, at + 1, next) && is_plain(step) && is_plain(next) &&
	       next->input.direction != step->input.direction && next->input.flags & WS_TCP_ACK &&
	       segment_end(step) != step->relative_sequence && !(step->input.flags & WS_TCP_RST) &&
	       !(next->input.flags & WS_TCP_RST) && next->relative_acknowledgment == segment_end(step) &&
	       walk->reach[step->input.direction] == segment_end(step);
}

/* "9 bytes and a FIN". */
static const char *amount(const struct ws_step *step, char *buffer, size_t size)
{
	struct ws_text text = {.data = buffer, .capacity = size};
	const uint32_t length = step->input.length;
	const char *flag = step->input.flags & WS_TCP_SYN ? "SYN" : step->input.flags & WS_TCP_FIN ? "FIN" : NULL;
	if (length && flag)
		ws_text_printf(&text,
		               ws_translate_plural("%u byte and a %s, which counts as one",
		                                   "%u bytes and a %s, which counts as one", length),
		               length, flag);
	else if (length)
		ws_text_printf(&text, ws_translate_plural("%u byte", "%u bytes", length), length);
	else if (flag)
		ws_text_printf(&text, _("a %s, which counts as one"), flag);
	return ws_text_cstr(&text);
}

/* The hints and wrong answers of a number that acknowledges `step`, whose first number is `sequence`. */
static void about_ack(struct walk *walk, struct ws_lesson_stop *stop, const struct ws_step *step, uint32_t sequence)
{
	char what[96];
	const uint32_t length = step->input.length, end = sequence + (segment_end(step) - step->relative_sequence);
	const char *flag = step->input.flags & WS_TCP_SYN ? "SYN" : "FIN";
	exercise_hint(stop, exercise_words(walk, "An ACK names the number that is expected next."));
	exercise_hint(stop, exercise_words(walk, "Frame %llu begins at %u and has %s.", frame_of(step), sequence,
	                                   amount(step, what, sizeof(what))));
	if (end != sequence + length)
		wrong_number(walk, stop, sequence + length, exercise_words(walk, "The %s takes a number, too.", flag));
	wrong_number(walk, stop, end - 1,
	             exercise_words(walk, "That is the last number that has arrived; an ACK names the one after it."));
	wrong_number(walk, stop, sequence,
	             exercise_words(walk, "That is where the segment begins; an ACK names what follows it."));
	stop->answer = exercise_words(walk, "Frame %llu begins at %u and has %s, so %u is expected next.",
	                              frame_of(step), sequence, amount(step, what, sizeof(what)), end);
	stop->field[stop->field_count++] = (struct ws_lesson_field){"tcp", "sequence"};
}

bool ask_ack(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	struct ws_step step, next;
	char what[128], number[24];
	(void)span;
	if (!is_acknowledged(walk, at, &step, &next))
		return false;
	if (!stop)
		return true;
	stop->ask = exercise_words(
	        walk,
	        "The %s sends %s. Frame %llu comes next, from the %s. Which acknowledgment number does it "
	        "have, counted as at the arrows?",
	        sender_of(walk, &step), exercise_segment(&step, false, what, sizeof(what)), frame_of(&next),
	        receiver_of(walk, &step));
	snprintf(number, sizeof(number), "%u", segment_end(&step));
	exercise_expect(walk, stop, WS_ANSWER_NUMBER, number);
	about_ack(walk, stop, &step, step.relative_sequence);
	return true;
}

/* The stop is the next packet itself, on the packet screen, where the field is blank until it is answered. */
bool ask_blank(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	struct ws_step step, next;
	char what[128], number[24];
	(void)span;
	if (!is_acknowledged(walk, at, &step, &next))
		return false;
	if (!stop)
		return true;
	stop->frame = next.input.frame;
	stop->position = next.input.position;
	stop->screen = WS_SCREEN_PACKET;
	stop->blank = (struct ws_lesson_field){"tcp", "acknowledgment"};
	stop->ask = exercise_words(
	        walk,
	        "The acknowledgment number of this packet is blank. It answers frame %llu, which has the "
	        "sequence number %u and %s. Which number belongs here?",
	        frame_of(&step), step.input.sequence, amount(&step, what, sizeof(what)));
	snprintf(number, sizeof(number), "%u", next.input.acknowledgment);
	exercise_expect(walk, stop, WS_ANSWER_NUMBER, number);
	about_ack(walk, stop, &step, step.input.sequence);
	stop->field[stop->field_count - 1] = stop->blank;
	return true;
}

/* ---- New, or sent again */

static bool ask_fresh(struct walk *walk, size_t at, struct ws_lesson_stop *stop, bool again)
{
	struct ws_step step, next;
	char what[128];
	if (!walk_segment(walk, at, &step) || !walk_segment(walk, at + 1, &next))
		return false;
	const uint32_t reach = walk->reach[next.input.direction], end = segment_end(&next);
	const bool before = (int32_t)(end - reach) <= 0;
	if (end == next.relative_sequence || !reach)
		return false;
	if (again ? !(next.analysis & AGAIN) || !before : !is_plain(&next) || next.relative_sequence != reach)
		return false;
	if (!stop)
		return true;
	const char *name = sender_of(walk, &next);
	stop->ask = exercise_words(walk,
	                           "Frame %llu comes next: the %s sends %s. Is that new, or has the %s sent it before?",
	                           frame_of(&next), name, exercise_segment(&next, true, what, sizeof(what)), name);
	choice(walk, stop, N_("new"));
	choice(walk, stop, N_("sent before"));
	exercise_expect(walk, stop, WS_ANSWER_CHOICE, again ? "sent before" : "new");
	exercise_hint(stop, exercise_words(walk, "Compare its seq with what the %s has sent so far.", name));
	exercise_hint(stop, exercise_words(walk, "So far, the %s has sent all numbers below %u.", name, reach));
	stop->answer = exercise_words(
	        walk,
	        again ? N_("The %s has sent all numbers below %u, and this segment begins at %u: it is a "
	                   "retransmission.")
	              : N_("The %s has sent all numbers below %u, and this segment begins at %u: it is new."),
	        name, reach, next.relative_sequence);
	return true;
}

bool ask_again(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	(void)span;
	return ask_fresh(walk, at, stop, true);
}

bool ask_new(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	(void)span;
	return ask_fresh(walk, at, stop, false);
}

/* ---- What comes next */

enum next_case { NEXT_NONE, NEXT_SYN_ACK, NEXT_HANDSHAKE_ACK, NEXT_LAST_ACK };

static bool is_only(const struct ws_step *step, uint16_t flags)
{
	return (step->input.flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK)) == flags;
}

static enum next_case next_case_of(struct walk *walk, size_t at, struct ws_step *step, struct ws_step *next)
{
	if (!is_acknowledged(walk, at, step, next))
		return NEXT_NONE;
	if (is_only(step, WS_TCP_SYN) && is_only(next, WS_TCP_SYN | WS_TCP_ACK))
		return NEXT_SYN_ACK;
	if (next->input.length || !is_only(next, WS_TCP_ACK))
		return NEXT_NONE;
	if (is_only(step, WS_TCP_SYN | WS_TCP_ACK))
		return NEXT_HANDSHAKE_ACK;
	/* The sender of this FIN had got one: the other side has nothing left to send but the ACK. */
	const bool second = step->before[step->input.direction] == WS_CLOSE_WAIT ||
	                    step->after[step->input.direction] == WS_LAST_ACK;
	return step->input.flags & WS_TCP_FIN && second ? NEXT_LAST_ACK : NEXT_NONE;
}

bool ask_next(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	static const struct {
		const char *flags[3], *hint, *answer; /* the first flags are right */
	} cases[] = {
	        [NEXT_SYN_ACK] =
	                {{"SYN,ACK", "ACK", "SYN"},
	                 N_("It has got a SYN, which it has to acknowledge, and it has to tell its own first number."),
	                 N_("A SYN,ACK acknowledges the SYN, and tells the other side's first number.")},
	        [NEXT_HANDSHAKE_ACK] =
	                {{"ACK", "SYN", "FIN,ACK"},
	                 N_("A SYN has to be acknowledged, and each side sends only one."),
	                 N_("The ACK completes the handshake: each side has acknowledged the other's SYN.")},
	        [NEXT_LAST_ACK] = {{"ACK", "FIN,ACK", "SYN"},
	                           N_("A FIN has to be acknowledged, and each side sends only one."),
	                           N_("The ACK of the second FIN is the last segment of the connection.")},
	};
	struct ws_step step, next;
	char text[64], what[128];
	(void)span;
	const enum next_case now = next_case_of(walk, at, &step, &next);
	if (now == NEXT_NONE)
		return false;
	if (!stop)
		return true;
	const char *name = receiver_of(walk, &step);
	stop->ask = exercise_words(walk, "The %s has sent %s. What does the %s send next?", sender_of(walk, &step),
	                           exercise_segment(&step, true, what, sizeof(what)), name);
	for (int i = 0; i < 3; i++) { /* in the order of the alphabet */
		static const char *const sorted[] = {"ACK", "FIN,ACK", "SYN", "SYN,ACK"};
		size_t place = 0;
		for (size_t k = 0; k < WS_ARRAY_SIZE(sorted); k++)
			for (int given = 0; given < 3; given++)
				if (strcmp(sorted[k], cases[now].flags[given]) == 0 && place++ == (size_t)i)
					choice(walk, stop, sorted[k]);
	}
	snprintf(text, sizeof(text), "%s", cases[now].flags[0]);
	exercise_expect(walk, stop, WS_ANSWER_CHOICE, text);
	exercise_hint(stop, exercise_words(walk, "%s", _(cases[now].hint)));
	stop->answer = exercise_words(walk, "%s", _(cases[now].answer));
	return true;
}

/* ---- Which side closed first */

bool ask_closed(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	const uint8_t by = walk->info.closed_by;
	struct ws_step step;
	unsigned long long first = 0;
	(void)span;
	if (at + 1 != walk->count || walk->info.close != WS_CLOSE_FIN ||
	    (by != WS_CLOSED_BY_ENDPOINT_0 && by != WS_CLOSED_BY_ENDPOINT_1) ||
	    walk->info.reset_by != WS_CLOSED_BY_NONE)
		return false;
	if (!stop)
		return true;
	const int side = by == WS_CLOSED_BY_ENDPOINT_1;
	for (size_t i = 0; !first && i < walk->count; i++)
		if (walk_segment(walk, i, &step) && step.input.flags & WS_TCP_FIN)
			first = frame_of(&step);
	stop->ask = exercise_words(
	        walk, "The connection is closed. Which side closed first, so that it has to wait in TIME_WAIT?");
	choice(walk, stop, "client");
	choice(walk, stop, "server");
	exercise_expect(walk, stop, WS_ANSWER_CHOICE, side_of(walk, side));
	exercise_hint(stop,
	              exercise_words(walk, "The side that closes first sends the first FIN, and goes to FIN_WAIT_1."));
	exercise_hint(stop, exercise_words(walk, "The first FIN is in frame %llu.", first));
	stop->answer =
	        exercise_words(walk, "The first FIN, in frame %llu, came from the %s.", first, _(side_of(walk, side)));
	return true;
}
