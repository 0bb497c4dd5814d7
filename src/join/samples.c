/* The order of samples: see samples.h. They come in runs that are in order already, of one connection each and of all those
 * that were kept before. So runs are merged two by two until one is left, which takes little more than half of qsort()'s time. */
#include "join/samples.h"

#include <stdlib.h>
#include <string.h>

static bool is_before(const struct join_sample *a, const struct join_sample *b)
{
	const unsigned part = join_sample_part(a), other = join_sample_part(b);
	if (part != other)
		return part < other;
	return a->here != b->here ? a->here < b->here : a->difference < b->difference;
}

/* The end of the run that begins at `first`. */
static size_t run_end(const struct join_sample *sample, size_t first, size_t count)
{
	size_t end = first + 1;
	while (end < count && !is_before(&sample[end], &sample[end - 1]))
		end++;
	return end;
}

static void merge_runs(const struct join_sample *sample, size_t first, size_t middle, size_t end,
                       struct join_sample *out)
{
	size_t left = first, right = middle, at = first;
	while (left < middle && right < end)
		out[at++] = is_before(&sample[right], &sample[left]) ? sample[right++] : sample[left++];
	memcpy(out + at, sample + left, (middle - left) * sizeof(*out));
	at += middle - left;
	memcpy(out + at, sample + right, (end - right) * sizeof(*out));
}

static int sample_order(const void *left, const void *right)
{
	return is_before(left, right) ? -1 : is_before(right, left);
}

void join_samples_sort(struct join_sample *sample, size_t count)
{
	if (!count || run_end(sample, 0, count) == count)
		return;
	struct join_sample *room = malloc(count * sizeof(*room)), *from = sample, *to = room;
	if (!room) {
		qsort(sample, count, sizeof(*sample), sample_order);
		return;
	}
	while (run_end(from, 0, count) < count) {
		for (size_t first = 0; first < count;) {
			const size_t middle = run_end(from, first, count);
			const size_t end = middle < count ? run_end(from, middle, count) : count;
			merge_runs(from, first, middle, end, to);
			first = end;
		}
		struct join_sample *merged = to;
		to = from;
		from = merged;
	}
	if (from != sample)
		memcpy(sample, from, count * sizeof(*sample));
	free(room);
}
