/* Sorts many rows in slices, so that no key has to wait for it. Private to src/scene. */
#ifndef SCENE_SLOW_SORT_H
#define SCENE_SLOW_SORT_H

#include <stdbool.h>
#include <stddef.h>

typedef int slow_sort_order(const void *left, const void *right); /* as qsort() has it */

struct slow_sort {
	char *rows, *scratch; /* each of `count` rows; scratch: NULL where there is no memory for it */
	size_t count, size;
	size_t width;       /* rows in runs that are sorted; 0: none yet */
	size_t at;          /* the next row */
	size_t left, right; /* of the two runs that are being merged: the next row of each */
	slow_sort_order *order;
};

/* Takes over `rows`, from malloc(). */
void slow_sort_begin(struct slow_sort *sort, void *rows, size_t count, size_t size, slow_sort_order *order);
/* Goes on with about so many rows. True: they are sorted. */
bool slow_sort_work(struct slow_sort *sort, size_t limit);
/* Gives the rows back to the caller, and frees the rest. */
void *slow_sort_take(struct slow_sort *sort);
void slow_sort_free(struct slow_sort *sort);

#endif
