/* The question of an exercise for the order of the next segments, which are shown shuffled. Their numbers say which of
 * them comes before which. Where they leave several orders open, each of these is right; where too many, it is not
 * asked. */
#include "lesson/exercise.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 3, MOST = 4, ORDERS = 24, RIGHT_MOST = 4 };

struct shuffle {
	size_t count;
	struct ws_step step[MOST]; /* in the order of the capture */
	uint8_t order[ORDERS][MOST];
	size_t order_count; /* orders that the numbers allow */
	char letter[MOST];  /* of each step */
};

/* True when the numbers show that `a` was sent before `b`. */
static bool goes_before(const struct ws_step *a, const struct ws_step *b)
{
	const bool takes_numbers = segment_end(a) != a->relative_sequence;
	if (a->input.direction != b->input.direction)
		return takes_numbers && b->input.flags & WS_TCP_ACK &&
		       (int32_t)(b->relative_acknowledgment - segment_end(a)) >= 0;
	if (takes_numbers && (int32_t)(b->relative_sequence - segment_end(a)) >= 0)
		return true;
	return b->input.flags & WS_TCP_ACK && (!(a->input.flags & WS_TCP_ACK) ||
	                                       (int32_t)(b->relative_acknowledgment - a->relative_acknowledgment) > 0);
}

static bool is_allowed(const struct shuffle *it, const uint8_t *order)
{
	for (size_t i = 0; i < it->count; i++)
		for (size_t k = i + 1; k < it->count; k++)
			if (goes_before(&it->step[order[k]], &it->step[order[i]]))
				return false;
	return true;
}

/* Collects the orders that the numbers allow: every way to write the steps, one after another. */
static void find_orders(struct shuffle *it)
{
	const size_t base = it->count;
	size_t codes = 1;
	for (size_t i = 0; i < it->count; i++)
		codes *= base;
	it->order_count = 0;
	for (size_t code = 0; code < codes; code++) {
		uint8_t order[MOST];
		unsigned used = 0;
		size_t rest = code;
		for (size_t i = 0; i < it->count; i++, rest /= base) {
			order[i] = (uint8_t)(rest % base);
			used |= 1u << order[i];
		}
		if (used + 1 == 1u << it->count && is_allowed(it, order))
			memcpy(it->order[it->order_count++], order, sizeof(order));
	}
}

static void describe(const struct walk *walk, const struct ws_step *step, char *buffer, size_t size)
{
	char what[128];
	snprintf(buffer, size, step->input.direction == walk->info.client ? _("client: %s") : _("server: %s"),
	         exercise_segment(step, true, what, sizeof(what)));
}

static bool differ(const struct walk *walk, const struct shuffle *it)
{
	char one[160], other[160];
	for (size_t i = 0; i < it->count; i++) {
		describe(walk, &it->step[i], one, sizeof(one));
		for (size_t k = 0; k < i; k++) {
			describe(walk, &it->step[k], other, sizeof(other));
			if (strcmp(one, other) == 0)
				return false;
		}
	}
	return true;
}

static bool take_steps(struct walk *walk, size_t at, size_t count, struct shuffle *it)
{
	it->count = count;
	for (size_t i = 0; i < count; i++) {
		struct ws_step *step = &it->step[i];
		if (!walk_segment(walk, at + 1 + i, step) || step->analysis || step->input.flags & WS_TCP_RST)
			return false;
	}
	find_orders(it);
	return it->order_count && it->order_count <= RIGHT_MOST && differ(walk, it);
}

/* Gives the steps letters at random, but not in the order of the capture. */
static void shuffle_letters(struct walk *walk, struct shuffle *it)
{
	bool sorted = true;
	for (size_t i = 0; i < it->count; i++)
		it->letter[i] = (char)('A' + i);
	for (size_t i = it->count - 1; i > 0; i--) {
		const size_t k = walk_random(walk, (uint32_t)i + 1);
		const char letter = it->letter[i];
		it->letter[i] = it->letter[k];
		it->letter[k] = letter;
	}
	for (size_t i = 0; i < it->count; i++)
		sorted &= it->letter[i] == (char)('A' + i);
	for (size_t i = 0; sorted && i < it->count; i++)
		it->letter[i] = (char)('A' + (i + 1) % it->count);
}

/* "C A B" for an order of the steps; NULL: that of the capture. */
static const char *letters(const struct shuffle *it, const uint8_t *order, char *buffer)
{
	for (size_t i = 0; i < it->count; i++) {
		buffer[2 * i] = it->letter[order ? order[i] : i];
		buffer[2 * i + 1] = ' ';
	}
	buffer[2 * it->count - 1] = '\0';
	return buffer;
}

static char *question(struct walk *walk, const struct shuffle *it)
{
	char lines[1024], line[160];
	struct ws_text text = WS_TEXT_OVER(lines);
	ws_text_printf(&text, _("Put the next %zu segments in their order: type the letters."), it->count);
	for (size_t letter = 0; letter < it->count; letter++)
		for (size_t i = 0; i < it->count; i++)
			if (it->letter[i] == (char)('A' + letter)) {
				describe(walk, &it->step[i], line, sizeof(line));
				ws_text_printf(&text, "\n%c  %s", it->letter[i], line);
			}
	return exercise_words(walk, "%s", ws_text_cstr(&text));
}

bool ask_order(struct walk *walk, size_t at, struct ws_lesson_stop *stop, size_t *span)
{
	struct shuffle it;
	struct ws_step step;
	char text[2 * MOST];
	if (!walk_segment(walk, at, &step) || (!take_steps(walk, at, MOST, &it) && !take_steps(walk, at, LEAST, &it)))
		return false;
	*span = it.count + 1;
	if (!stop)
		return true;
	shuffle_letters(walk, &it);
	stop->ask = question(walk, &it);
	exercise_expect(walk, stop, WS_ANSWER_WORD, letters(&it, NULL, text));
	for (size_t i = 0; i < it.order_count; i++) {
		char *key = NULL;
		walk->failed |= !lesson_question_key(&stop->question, letters(&it, it.order[i], text), &key);
		stop->question.accept[stop->question.accept_count++] = key;
	}
	exercise_hint(
	        stop,
	        exercise_words(walk, "An ack names a number that was sent before: what does each of them answer?"));
	exercise_hint(stop, exercise_words(walk, "%c is one that can come first.", it.letter[0]));
	stop->answer =
	        exercise_words(walk, "Each ack answers what came before it, and the numbers of each side only go up.");
	return true;
}
