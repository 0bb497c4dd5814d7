/* Sorting in slices gives what qsort() gives, of any number of rows and with any limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

#include "scene/widgets/slow_sort.h"

struct row {
	unsigned value, number;
	char more[5];
};

static int row_order(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void as_qsort(void **state)
{
	static const size_t counts[] = {0, 1, 2, 511, 512, 513, 1024, 1025, 1536, 5000, 40000};
	uint64_t random = 3;
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const size_t count = counts[i];
		struct slow_sort sort;
		struct row *rows = calloc(count + 1, sizeof(*rows)), *sorted = calloc(count + 1, sizeof(*rows));
		size_t slices = 1;
		assert_non_null(rows);
		assert_non_null(sorted);
		for (size_t k = 0; k < count; k++)
			rows[k] = (struct row){below(&random, 1000), (unsigned)k, "abcd"};
		memcpy(sorted, rows, count * sizeof(*rows));
		qsort(sorted, count, sizeof(*sorted), row_order);
		slow_sort_begin(&sort, rows, count, sizeof(*rows), row_order);
		for (; !slow_sort_work(&sort, 1 + below(&random, 700)); slices++)
			;
		rows = slow_sort_take(&sort);
		assert_memory_equal(rows, sorted, count * sizeof(*rows));
		assert_true(slices > count / 700);
		free(rows);
		free(sorted);
	}
}

static void may_be_given_up(void **state)
{
	struct slow_sort sort;
	(void)state;
	slow_sort_begin(&sort, calloc(3000, sizeof(struct row)), 3000, sizeof(struct row), row_order);
	assert_false(slow_sort_work(&sort, 1000));
	slow_sort_free(&sort);
	slow_sort_free(&sort);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_qsort), cmocka_unit_test(may_be_given_up)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
