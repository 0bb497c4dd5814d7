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
	uint32_t frame[2];  /* the packet's number at the reference, and at the other point */
	uint8_t sets[2];    /* how often the clock of each had been set back before; found by join_samples_order() */
	bool upper;
};

/* A clock was set back between two packets of its point. Of those between them, which may be out of order, the time tells. */
struct join_set_back {
	uint32_t last, first; /* the packets' numbers */
	ws_time middle;       /* times before are later than this, and times after are earlier */
};

/* How often the clock had been set back before a packet. */
static inline size_t join_sets_before(const struct join_set_back *set_back, size_t count, ws_time time, uint32_t frame)
{
	size_t sets = 0;
	while (sets < count &&
	       (frame >= set_back[sets].first || (frame > set_back[sets].last && time < set_back[sets].middle)))
		sets++;
	return sets;
}

enum { JOIN_SET_BACK = 16 }; /* so often at most, of one clock */

/* Within a part of the samples, no clock was set back. */
static inline unsigned join_sample_part(const struct join_sample *sample)
{
	return (unsigned)sample->sets[0] + sample->sets[1];
}

/* By part, and then by time. Equal ones stay in their order. */
void join_samples_sort(struct join_sample *sample, size_t count);
/* Finds the parts, and sorts. Within a part, the order of time is that of capture. Returns how often the other point's clock
 * was set back, and where. */
size_t join_samples_order(struct join_sample *sample, size_t count, struct join_set_back set_back[JOIN_SET_BACK]);

#endif
