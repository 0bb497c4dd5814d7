/* Looks something up among things that are in order, by halves. */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>

/* The first of the places 0 .. count-1 that does not lie before what is looked for; `count`: all do. `before` says of
 * place `i`, a name that it uses, whether it does, and must be true of the first places and false of the others. */
#define SEARCH_FIRST(count, i, before)                                                                                 \
	({                                                                                                             \
		size_t search_low = 0, search_high = (count);                                                          \
		while (search_low < search_high) {                                                                     \
			const size_t i = search_low + (search_high - search_low) / 2;                                  \
			if (before)                                                                                    \
				search_low = i + 1;                                                                    \
			else                                                                                           \
				search_high = i;                                                                       \
		}                                                                                                      \
		search_low;                                                                                            \
	})

#endif
