/* What pairs of segments say about the offset between two clocks, in the order of time. */
#ifndef JOIN_SAMPLES_H
#define JOIN_SAMPLES_H

#include <wirestate/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct join_sample {
	ws_time here;
	int64_t difference; /* there minus here */
	bool upper;
};

/* Equal ones stay in their order. */
void join_samples_sort(struct join_sample *sample, size_t count);

#endif
