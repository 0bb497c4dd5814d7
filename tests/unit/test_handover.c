/* Batches that one thread hands over to another one. */
#include "app/handover.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

/* More batches than it takes for each thread to meet the other one at every point of its way to sleep. */
enum { LIMIT = 60 /* s */, HELD_MOST = 3 };

struct world {
	struct handover handover;
	size_t number[HANDOVER_BATCHES]; /* in each batch */
	uint32_t seed[2];
	size_t numbers;
	size_t empty_every; /* so many of them, the thread that fills batches waits for all to be released */
	size_t most;        /* that were filled and not released, as the thread that fills them has seen */
};

/* Either nothing, or some work, or another thread's turn. */
static void dawdle(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	const uint32_t value = *seed >> 24;
	if (value < 4)
		sched_yield();
	for (volatile uint32_t i = 0; value < 128 && i < value * 4; i++)
		;
}

static void *fill(void *context)
{
	struct world *world = context;
	for (size_t i = 0; i < world->numbers; i++) {
		dawdle(&world->seed[0]);
		world->number[i % HANDOVER_BATCHES] = i;
		handover_fill(&world->handover, i + 1 == world->numbers);
		const size_t held = i + 1 - __atomic_load_n(&world->handover.taken, __ATOMIC_SEQ_CST);
		if (held > world->most)
			world->most = held;
		handover_wait(&world->handover, i % world->empty_every ? HANDOVER_BATCHES - 1 : 0);
	}
	return NULL;
}

/* A thread that is woken too late, or not at all, leaves both asleep; one that does not wait overwrites what is not taken. */
static void hand_over(size_t numbers, size_t empty_every)
{
	struct world world = {.seed = {1, 2}, .numbers = numbers, .empty_every = empty_every};
	pthread_t thread;
	handover_init(&world.handover);
	alarm(LIMIT);
	assert_int_equal(pthread_create(&thread, NULL, fill, &world), 0);
	for (size_t i = 0, held = 0; i < numbers; i++) {
		assert_int_equal(handover_next(&world.handover), i);
		dawdle(&world.seed[1]);
		for (held++; held > HELD_MOST || (held && !handover_has_next(&world.handover)); held--) {
			const size_t oldest = i + 1 - held;
			assert_int_equal(world.number[oldest % HANDOVER_BATCHES], oldest);
			handover_release(&world.handover);
		}
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	alarm(0);
	assert_true(world.most <= HANDOVER_BATCHES);
	assert_false(handover_has_next(&world.handover));
	handover_free(&world.handover);
}

static void all_batches_come_in_order_and_none_is_overwritten(void **state)
{
	(void)state;
	hand_over(200000, 5000);
}

static void threads_that_wait_for_each_other_at_every_batch_are_always_woken(void **state)
{
	(void)state;
	hand_over(30000, 1);
}

static void *wait_for_all(void *context)
{
	struct world *world = context;
	handover_fill(&world->handover, true);
	handover_wait(&world->handover, 0);
	return NULL;
}

static void nobody_waits_for_batches_that_are_never_taken(void **state)
{
	(void)state;
	struct world world = {0};
	pthread_t thread;
	handover_init(&world.handover);
	alarm(LIMIT);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_all, &world), 0);
	assert_int_equal(handover_next(&world.handover), 0);
	handover_end(&world.handover);
	assert_int_equal(pthread_join(thread, NULL), 0);
	alarm(0);
	handover_free(&world.handover);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_batches_come_in_order_and_none_is_overwritten),
	        cmocka_unit_test(threads_that_wait_for_each_other_at_every_batch_are_always_woken),
	        cmocka_unit_test(nobody_waits_for_batches_that_are_never_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
