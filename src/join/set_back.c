/* A clock that was set back shows some times twice, so that the order of times is not that in which packets were captured.
 * The numbers of packets tell it: where a point's time goes back from one number to the next and stays back, and the
 * difference between the clocks changes by as much, its clock was set. Packets that an interface has only listed out of
 * order do not change the difference. */
#include "join/internal.h"
#include "join/samples.h"

#include <stdlib.h>

enum { AROUND = 3 }; /* samples before and after, of which the one in the middle counts */

enum {
	NEAR = 256,     /* samples that are looked through for one of the other direction */
	MOST_TIMES = 4, /* what is between two samples is not seen to go back */
};

/* The samples by the numbers of packets at one point. */
struct order {
	uint32_t frame, index;
};

static ws_time time_at(const struct join_sample *sample, unsigned point)
{
	return point ? (ws_time)((uint64_t)sample->here + (uint64_t)sample->difference) : sample->here;
}

/* In the order of the reference's time, as far as it is known: whether some numbers contradict times. */
static bool is_doubtful(const struct join_sample *sample, size_t count)
{
	const struct join_sample *before[2] = {NULL};
	for (size_t i = 0; i < count; i++) {
		const struct join_sample *s = &sample[i], *last = before[s->upper];
		if (i && s->frame[0] < sample[i - 1].frame[0])
			return true;
		if (last && s->frame[1] > last->frame[1] && time_at(s, 1) < time_at(last, 1))
			return true;
		before[s->upper] = s;
	}
	return false;
}

static int by_frame(const void *left, const void *right)
{
	const struct order *a = left, *b = right;
	return a->frame != b->frame ? (a->frame < b->frame ? -1 : 1) : (a->index > b->index) - (a->index < b->index);
}

/* The next sample of a direction from `at` on, or the last one before it; NULL: there is none. */
static const struct join_sample *nearest(const struct join_sample *sample, const struct order *order, size_t count,
                                         size_t at, bool before, bool upper)
{
	size_t i = before ? at - 1 : at;
	for (size_t left = NEAR; left && i < count; left--, i += before ? SIZE_MAX : 1)
		if (sample[order[i].index].upper == upper)
			return &sample[order[i].index];
	return NULL;
}

/* Whether the difference between the clocks changes by about what the time goes back, in both directions. */
static bool differs(const struct join_sample *sample, const struct order *order, size_t count, size_t at,
                    unsigned point, ws_time back)
{
	bool known = false;
	for (unsigned upper = 0; upper < 2; upper++) {
		const struct join_sample *before = nearest(sample, order, count, at, true, upper);
		const struct join_sample *after = nearest(sample, order, count, at, false, upper);
		if (!before || !after)
			continue;
		const int64_t more = after->difference - before->difference, changed = point ? -more : more;
		if (changed < back / 2 || changed / MOST_TIMES > back)
			return false;
		known = true;
	}
	return known;
}

static ws_time median(ws_time a, ws_time b, ws_time c)
{
	return a > b ? (b > c ? b : a > c ? c : a) : (a > c ? a : b > c ? c : b);
}

/* Whether the time goes back before `at`, and stays back. Single packets that are late or early are no set clock. */
static bool goes_back(const struct join_sample *sample, const struct order *order, size_t count, size_t at,
                      unsigned point, ws_time *before, ws_time *after)
{
	ws_time time[2 * AROUND];
	if (at < AROUND || at + AROUND > count)
		return false;
	*before = time_at(&sample[order[at - 1].index], point);
	*after = time_at(&sample[order[at].index], point);
	if (*before - *after < JOIN_NOISE)
		return false;
	for (size_t i = 0; i < 2 * AROUND; i++)
		time[i] = time_at(&sample[order[at - AROUND + i].index], point);
	return median(time[0], time[1], time[2]) > median(time[3], time[4], time[5]) &&
	       differs(sample, order, count, at, point, *before - *after);
}

/* Counts for each sample how often the point's clock had been set back. Returns how often in all. */
static size_t count_set_back(struct join_sample *sample, struct order *order, size_t count, unsigned point,
                             struct join_set_back *set_back)
{
	size_t sets = 0, last = 0;
	for (size_t i = 0; i < count; i++)
		order[i] = (struct order){sample[i].frame[point], (uint32_t)i};
	qsort(order, count, sizeof(*order), by_frame);
	for (size_t i = 0; i < count && sets < JOIN_SET_BACK; i++) {
		ws_time before, after;
		if (i - last < AROUND || !goes_back(sample, order, count, i, point, &before, &after))
			continue;
		set_back[sets++] = (struct join_set_back){order[i - AROUND].frame, order[i + AROUND - 1].frame,
		                                          after + (before - after) / 2};
		last = i;
	}
	for (size_t i = 0; i < count; i++)
		sample[i].sets[point] =
		        (uint8_t)join_sets_before(set_back, sets, time_at(&sample[i], point), sample[i].frame[point]);
	return sets;
}

size_t join_samples_order(struct join_sample *sample, size_t count, struct join_set_back set_back[JOIN_SET_BACK])
{
	struct join_set_back here[JOIN_SET_BACK];
	for (size_t i = 0; i < count; i++)
		sample[i].sets[0] = sample[i].sets[1] = 0;
	join_samples_sort(sample, count);
	struct order *order = is_doubtful(sample, count) ? malloc(count * sizeof(*order)) : NULL;
	if (!order)
		return 0;
	(void)count_set_back(sample, order, count, 0, here);
	const size_t sets = count_set_back(sample, order, count, 1, set_back);
	free(order);
	join_samples_sort(sample, count);
	return sets;
}
