/* A merge sort from the bottom up: short runs by qsort(), then neighbouring runs are merged into the other array, again
 * and again. Without memory for that array, all is sorted at once. */
#include "scene/widgets/slow_sort.h"

#include <stdlib.h>
#include <string.h>

enum { RUN = 512 };

void slow_sort_begin(struct slow_sort *sort, void *rows, size_t count, size_t size, slow_sort_order *order)
{
	*sort = (struct slow_sort){.rows = rows, .count = count, .size = size, .order = order};
	sort->scratch = count > RUN ? malloc(count * size) : NULL;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Returns how many rows the run has. */
static size_t sort_run(struct slow_sort *sort)
{
	const size_t left = sort->count - sort->at, count = sort->scratch ? least(RUN, left) : left;
	if (count)
		qsort(sort->rows + sort->at * sort->size, count, sort->size, sort->order);
	return count;
}

static const char *row_at(const struct slow_sort *sort, size_t at)
{
	return sort->rows + at * sort->size;
}

/* Returns the row that comes next of two runs. */
static const char *next_merged(struct slow_sort *sort)
{
	const size_t begin = sort->at / (2 * sort->width) * (2 * sort->width);
	const size_t middle = least(begin + sort->width, sort->count), end = least(middle + sort->width, sort->count);
	if (sort->at == begin) {
		sort->left = begin;
		sort->right = middle;
	}
	const bool left = sort->right == end || (sort->left < middle &&
	                                         sort->order(row_at(sort, sort->left), row_at(sort, sort->right)) <= 0);
	return row_at(sort, left ? sort->left++ : sort->right++);
}

static void end_pass(struct slow_sort *sort)
{
	char *rows = sort->rows;
	if (sort->width) { /* else the runs were sorted where they are */
		sort->rows = sort->scratch;
		sort->scratch = rows;
	}
	sort->width = !sort->scratch ? sort->count : sort->width ? 2 * sort->width : RUN;
	sort->at = 0;
}

bool slow_sort_work(struct slow_sort *sort, size_t limit)
{
	while (sort->width < sort->count || !sort->width) {
		if (!limit)
			return false;
		if (!sort->width) {
			const size_t rows = sort_run(sort);
			sort->at += rows;
			limit -= least(rows, limit);
		} else {
			memcpy(sort->scratch + sort->at * sort->size, next_merged(sort), sort->size);
			sort->at++;
			limit--;
		}
		if (sort->at == sort->count)
			end_pass(sort);
		if (!sort->count)
			break;
	}
	return true;
}

void *slow_sort_take(struct slow_sort *sort)
{
	void *rows = sort->rows;
	free(sort->scratch);
	*sort = (struct slow_sort){.rows = NULL};
	return rows;
}

void slow_sort_free(struct slow_sort *sort)
{
	free(slow_sort_take(sort));
}
