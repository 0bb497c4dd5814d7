/* The inside of a clock: its samples, and the lines that are possible between them; see clock.c. */
#ifndef JOIN_CLOCK_H
#define JOIN_CLOCK_H

#include "join/samples.h"

#include <wirestate/join.h>

#define CLOCK_DRIFT_SPAN (30 * WS_SECOND) /* samples of a shorter time say nothing of a drift */
enum { CLOCK_EPOCHS = 64, CLOCK_SEARCH_STEPS = 80 };

/* A part of the time in which no clock was set. Its samples lie in order, and hull[] has those on the hulls: of the
 * upper samples from `hull`, of the lower ones after them. */
struct clock_epoch {
	size_t first, end; /* samples */
	size_t upper, lower;
	size_t upper_count, lower_count;
	double offset, slope; /* the line: offset at the clock's origin */
	double slope_low, slope_high;
};

struct clock_point {
	double time, value; /* on a hull; relative to the clock's origin and base */
};

struct ws_clock {
	struct join_sample *sample;
	struct clock_point *hull; /* as many as samples */
	size_t count, limit, block;
	uint64_t added;
	ws_time origin; /* times are relative to this, and values to `base`, so that doubles have nanoseconds */
	int64_t base;
	struct clock_epoch epoch[CLOCK_EPOCHS];
	size_t epochs;
	struct join_set_back set_back[JOIN_SET_BACK]; /* of the other point's clock */
	size_t sets;
	bool fixed, solved;
};

/* The samples of one direction only say nothing of the offset's other bound. */
static inline bool clock_one_sided(const struct clock_epoch *epoch)
{
	return !epoch->upper_count || !epoch->lower_count;
}

/* The offset at the clock's origin of the highest line of this slope that is below the upper samples, and of the lowest one
 * above the lower ones; infinite where there are none. */
double clock_highest_below(const struct ws_clock *clock, const struct clock_epoch *epoch, double slope);
double clock_lowest_above(const struct ws_clock *clock, const struct clock_epoch *epoch, double slope);

#endif
