/* The drift between two clocks from the fastest packets of each part of the time: see drift.c. */
#ifndef JOIN_DRIFT_H
#define JOIN_DRIFT_H

#include <stdbool.h>

enum { JOIN_WINDOWS = 16 };

/* The fastest packet in each of the two directions. */
struct join_window {
	double time[2]; /* halfway between both clocks, nanoseconds */
	/* Between them, nanoseconds: the least of upper samples, [1], and the most of lower ones. */
	double difference[2];
	bool has[2];
};

void join_window_add(struct join_window *window, double time, double difference, bool upper);

/* Whether `slope` leaves the fastest packets of most windows much more unevenly late than another one does, by more than
 * `noise` nanoseconds; then it is replaced by that one. */
bool join_drift_correct(const struct join_window window[JOIN_WINDOWS], double noise, double *slope);

#endif
