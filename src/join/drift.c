/* The drift between two clocks from the fastest packets of each part of the time.
 *
 * The lines of clock.c rest on the few packets that took least time of all. A host that stands still for a moment notes
 * late when it sent them, so that they seem faster than the path allows, and then those few say nothing about the drift.
 * But in most windows of time, the fastest packet of a direction takes equally long. The median of the slopes between any
 * two windows is the drift even if some of them are wrong (Theil 1950, Sen 1968).
 *
 * Time is halfway between both clocks, so that the result is the same by either of them. */
#include "join/drift.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { LEAST_WINDOWS = 8, MOST_SLOPES = JOIN_WINDOWS * (JOIN_WINDOWS - 1), MUCH = 4 };

void join_window_add(struct join_window *window, double time, double difference, bool upper)
{
	if (window->has[upper] &&
	    (upper ? difference >= window->difference[upper] : difference <= window->difference[upper]))
		return;
	window->has[upper] = true;
	window->time[upper] = time;
	window->difference[upper] = difference;
}

static int number_order(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;
	return a < b ? -1 : a > b;
}

static double median(double *number, size_t count)
{
	qsort(number, count, sizeof(*number), number_order);
	return (number[(count - 1) / 2] + number[count / 2]) / 2;
}

/* By how much the fastest packets of a window differ from a line of this slope, each direction's own: the median. */
static double unevenness(const struct join_window window[JOIN_WINDOWS], double slope)
{
	double uneven[2 * JOIN_WINDOWS];
	size_t count = 0;
	for (unsigned upper = 0; upper < 2; upper++) {
		double *rest = uneven + count, sorted[JOIN_WINDOWS];
		size_t own = 0;
		for (size_t i = 0; i < JOIN_WINDOWS; i++)
			if (window[i].has[upper])
				rest[own++] = window[i].difference[upper] - slope * window[i].time[upper];
		for (size_t i = 0; i < own; i++)
			sorted[i] = rest[i];
		const double middle = own ? median(sorted, own) : 0;
		for (size_t i = 0; i < own; i++)
			rest[i] = fabs(rest[i] - middle);
		count += own;
	}
	return median(uneven, count);
}

bool join_drift_correct(const struct join_window window[JOIN_WINDOWS], double noise, double *slope)
{
	double slopes[MOST_SLOPES];
	size_t count = 0, windows[2] = {0};
	for (unsigned upper = 0; upper < 2; upper++) {
		for (size_t i = 0; i < JOIN_WINDOWS; i++) {
			windows[upper] += window[i].has[upper];
			for (size_t k = i + 1; k < JOIN_WINDOWS && window[i].has[upper]; k++)
				if (window[k].has[upper] && window[k].time[upper] > window[i].time[upper])
					slopes[count++] = (window[k].difference[upper] - window[i].difference[upper]) /
					                  (window[k].time[upper] - window[i].time[upper]);
		}
	}
	if (windows[0] < LEAST_WINDOWS || windows[1] < LEAST_WINDOWS || !count)
		return false;
	const double by_both =
	        median(slopes, count); /* per second of the time halfway, of which one is 1 + slope / 2 */
	const double now = unevenness(window, *slope / (1 + *slope / 2));
	if (now <= noise || unevenness(window, by_both) * MUCH >= now)
		return false;
	*slope = by_both / (1 - by_both / 2);
	return true;
}
