/* Waiting for child processes. */
#include "app/child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* Children end at every moment of the parent's way to its sleep; more of them than it takes to meet each. */
enum { CHILDREN = 6000, LIMIT = 60 /* s */ };

static int ends_at_once(void *context)
{
	const int *status = context;
	for (volatile int i = 0; i < *status * 40; i++)
		;
	return *status;
}

/* A SIGCHLD that was taken after the child had been asked after, and before the sleep, left the parent asleep for ever.
 */
static void a_child_that_ends_while_its_parent_turns_to_sleep_is_noticed(void **state)
{
	(void)state;
	alarm(LIMIT);
	for (int i = 0; i < CHILDREN; i++) {
		int status = i % 100;
		assert_int_equal(child_run(ends_at_once, &status), status);
	}
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_child_that_ends_while_its_parent_turns_to_sleep_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
