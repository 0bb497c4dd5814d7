/* Makes an exercise of a capture. All steps of its connections are looked at, and for each kind of question some steps
 * are kept at random at which it could be asked. From these, questions are chosen, of each kind in turn, so that none
 * gives away the answer to another. They become the stops of a lesson. */
#include "lesson/exercise.h"

#include <wirestate/language.h>

#include <wirestate/screens.h>

#include <stdlib.h>
#include <string.h>

enum { KEPT = 32, CONNECTIONS_MOST = 1000, STEPS_MOST = 2000, STEPS_TOGETHER = 100000 };

struct candidate {
	ws_conn_id conn;
	uint64_t number, frame; /* of the connection, and of the stop */
	size_t at, span;
	enum exercise_kind kind;
};

struct maker {
	const struct ws_tracker *tracker;
	struct walk walk;
	struct candidate kept[EXERCISE_KIND_COUNT][KEPT];
	size_t kept_count[EXERCISE_KIND_COUNT], seen[EXERCISE_KIND_COUNT];
	struct candidate chosen[WS_LESSON_STOPS];
	size_t chosen_count;
};

static exercise_ask *const asks[] = {
#define X(name, function) function,
        EXERCISE_KINDS(X)
#undef X
};

/* splitmix64 */
uint32_t walk_random(struct walk *walk, uint32_t end)
{
	uint64_t value = walk->random += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((value ^ value >> 31) >> 32) % end;
}

uint32_t segment_end(const struct ws_step *step)
{
	const uint16_t flags = step->input.flags;
	return step->relative_sequence + step->input.length + !!(flags & WS_TCP_SYN) + !!(flags & WS_TCP_FIN);
}

bool walk_segment(const struct walk *walk, size_t at, struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	return at < walk->count && ws_replay_step(walk->replay, at, step) && input->kind == WS_INPUT_SEGMENT &&
	       !input->duplicate && !input->bad_checksum && !input->repeated && step->client == walk->info.client;
}

/* Opens a connection. Without its SYN, or with only one direction, too little of it is certain. */
static bool walk_open(struct maker *maker, ws_conn_id conn)
{
	struct walk *walk = &maker->walk;
	walk->replay = NULL;
	if (!ws_tracker_conn(maker->tracker, conn, &walk->info) || walk->info.client < 0 ||
	    walk->info.captured != WS_CAPTURED_BOTH)
		return false;
	walk->replay = ws_replay_open(maker->tracker, conn);
	if (!walk->replay)
		return false;
	walk->count = ws_replay_count(walk->replay);
	if (walk->count > STEPS_MOST)
		walk->count = STEPS_MOST;
	walk->reach[0] = walk->reach[1] = 0;
	return true;
}

static void walk_on(struct walk *walk, size_t at)
{
	struct ws_step step;
	if (!walk_segment(walk, at, &step))
		return;
	uint32_t *reach = &walk->reach[step.input.direction];
	if ((int32_t)(segment_end(&step) - *reach) > 0)
		*reach = segment_end(&step);
}

/* ---- Where a question could be asked */

/* Keeps KEPT of all that come, each with the same probability. */
static void keep(struct maker *maker, const struct candidate *candidate)
{
	const enum exercise_kind kind = candidate->kind;
	size_t place = maker->kept_count[kind];
	if (place < KEPT)
		maker->kept_count[kind]++;
	else
		place = walk_random(&maker->walk, (uint32_t)maker->seen[kind] + 1);
	maker->seen[kind]++;
	if (place < KEPT)
		maker->kept[kind][place] = *candidate;
}

static size_t look_at(struct maker *maker, ws_conn_id conn)
{
	struct walk *walk = &maker->walk;
	if (!walk_open(maker, conn))
		return 0;
	for (size_t at = 0; at < walk->count; at++) {
		struct candidate candidate = {.conn = conn, .number = walk->info.number, .at = at};
		struct ws_step step;
		walk_on(walk, at);
		if (!walk_segment(walk, at, &step))
			continue;
		candidate.frame = step.input.frame;
		for (size_t kind = 0; kind < EXERCISE_KIND_COUNT; kind++) {
			candidate.kind = (enum exercise_kind)kind;
			candidate.span = 1;
			if (asks[kind](walk, at, NULL, &candidate.span))
				keep(maker, &candidate);
		}
	}
	ws_replay_close(walk->replay);
	return walk->count;
}

/* ---- Which ones are asked */

static bool overlaps(const struct maker *maker, const struct candidate *one)
{
	for (size_t i = 0; i < maker->chosen_count; i++) {
		const struct candidate *other = &maker->chosen[i];
		if (other->conn == one->conn && one->at < other->at + other->span && other->at < one->at + one->span)
			return true;
	}
	return false;
}

/* Takes one of the kind at random that does not overlap. */
static bool choose_one(struct maker *maker, enum exercise_kind kind)
{
	while (maker->kept_count[kind]) {
		const size_t place = walk_random(&maker->walk, (uint32_t)maker->kept_count[kind]);
		const struct candidate candidate = maker->kept[kind][place];
		maker->kept[kind][place] = maker->kept[kind][--maker->kept_count[kind]];
		if (overlaps(maker, &candidate))
			continue;
		maker->chosen[maker->chosen_count++] = candidate;
		return true;
	}
	return false;
}

static int candidate_compare(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

static void choose(struct maker *maker, size_t most)
{
	/* Kinds that a capture has only once or twice come first, or the others would take their steps. */
	static const uint8_t order[] = {EXERCISE_AGAIN, EXERCISE_CLOSED, EXERCISE_ORDER, EXERCISE_STATE,
	                                EXERCISE_BLANK, EXERCISE_ACK,    EXERCISE_NEXT,  EXERCISE_NEW};
	bool more = true;
	while (more && maker->chosen_count < most) {
		more = false;
		for (size_t i = 0; i < WS_ARRAY_SIZE(order) && maker->chosen_count < most; i++)
			more |= choose_one(maker, (enum exercise_kind)order[i]);
	}
	qsort(maker->chosen, maker->chosen_count, sizeof(maker->chosen[0]), candidate_compare);
}

/* ---- The lesson */

static bool make_stop(struct maker *maker, const struct candidate *candidate, struct ws_lesson_stop *stop)
{
	struct walk *walk = &maker->walk;
	struct ws_step step;
	size_t span;
	if (!walk_open(maker, candidate->conn))
		return false;
	for (size_t at = 0; at <= candidate->at; at++)
		walk_on(walk, at);
	*stop = (struct ws_lesson_stop){.screen = WS_SCREEN_LIFELINES, .seen = true, .own_connection = true};
	stop->conn_number = stop->connection = walk->info.number;
	if (walk_segment(walk, candidate->at, &step)) {
		stop->frame = step.input.frame;
		stop->position = step.input.position;
	}
	const bool made = asks[candidate->kind](walk, candidate->at, stop, &span);
	ws_replay_close(walk->replay);
	return made && !walk->failed;
}

static struct ws_lesson *make_lesson(struct maker *maker, uint64_t seed)
{
	struct ws_lesson *lesson = calloc(1, sizeof(*lesson));
	if (!lesson)
		return NULL;
	char title[64];
	struct ws_text text = WS_TEXT_OVER(title);
	ws_text_printf(&text, _("Exercise %llu"), (unsigned long long)seed);
	lesson->title = strdup(ws_text_cstr(&text));
	lesson->name = strdup("exercise");
	lesson->about = strdup(_("questions about what happens next, made from this capture"));
	lesson->exercise = true; /* last_frame stays 0: its screens show one connection, and need no snapshot */
	bool good = lesson->title && lesson->name && lesson->about;
	while (good && lesson->stop_count < maker->chosen_count) {
		const size_t stop = lesson->stop_count++;
		good = make_stop(maker, &maker->chosen[stop], &lesson->stop[stop]);
	}
	if (good)
		return lesson;
	ws_lesson_free(lesson);
	return NULL;
}

struct ws_lesson *ws_lesson_exercise(const struct ws_tracker *tracker, uint64_t connection, uint64_t seed,
                                     struct ws_error *error)
{
	struct maker *maker = calloc(1, sizeof(*maker));
	struct ws_lesson *lesson = NULL;
	size_t steps = 0;
	if (maker) {
		const size_t count = ws_tracker_conn_count(tracker);
		maker->tracker = tracker;
		maker->walk.random = seed;
		for (size_t i = 0; i < count && i < CONNECTIONS_MOST && steps < STEPS_TOGETHER; i++) {
			const ws_conn_id conn = ws_tracker_conn_at(tracker, i);
			if (!connection || conn == ws_tracker_conn_find(tracker, connection))
				steps += look_at(maker, conn);
		}
		choose(maker, WS_EXERCISE_QUESTIONS);
		if (maker->chosen_count)
			lesson = make_lesson(maker, seed);
	}
	if (maker && !maker->chosen_count)
		ws_fail(error, WS_ERROR_OPTION,
		        "--exercise finds nothing in this capture that it could ask and answer with certainty");
	else if (!lesson)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	free(maker);
	return lesson;
}
