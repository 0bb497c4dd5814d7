/* The clock of one point relative to another.
 *
 * A segment that goes from the reference (here) to the other point (there) takes time, so that there minus here is at
 * least the clocks' offset; one that comes back gives a difference that is at most the offset. So the offset, as a line
 * over time, runs below all samples of one direction and above all of the other. Only the lower convex hull of the
 * first and the upper hull of the second matter (Moon, Skelly, Towsley 1999). For a slope b, the highest line below the
 * upper samples is at u(b) = min(value - b time), which is concave, and the lowest above the lower samples at l(b),
 * convex. Every line with u(b) >= l(b) is possible. Of the slopes with the most room between the two, but for the noise
 * of the times, the one nearest to 0 is taken as the drift, unless most of the samples contradict it (drift.c), and the
 * line in the middle of the room as the offset. Where no line is possible, one of the clocks was set: that ends an epoch
 * and begins another (Zhang, Liu, Xia 2002). What time a clock shows is then read from its lines in clock_times.c. */
#include "join/clock.h"
#include "base/search.h"
#include "join/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DRIFT 500e-6 /* clocks of computers differ by less in speed */
/* Samples that contradict each other by less are not a step of a clock: interfaces note times unevenly, and a
 * mirror port delays both directions. */
#define LEAST_STEP (WS_MILLISECOND / 10)
/* Where the room is small, so is the noise of the times: a part of it is left in any case. */
#define NOISE_PART 16
enum { FIRST_BLOCK = 64, FEW_SAMPLES = 4, MOST_WRONG_PAIRS = 256 };

struct ws_clock *ws_clock_create(size_t samples)
{
	struct ws_clock *clock = calloc(1, sizeof(*clock));
	if (!clock)
		return NULL;
	clock->limit = samples < 1024 ? 1024 : samples;
	clock->block = FIRST_BLOCK;
	clock->sample = malloc(clock->limit * sizeof(*clock->sample));
	clock->hull = malloc(clock->limit * sizeof(*clock->hull));
	if (!clock->sample || !clock->hull) {
		ws_clock_free(clock);
		return NULL;
	}
	return clock;
}

void ws_clock_free(struct ws_clock *clock)
{
	if (!clock)
		return;
	free(clock->sample);
	free(clock->hull);
	free(clock);
}

/* ---- Samples, of which only those on a hull need to be kept */

static double sample_time(const struct ws_clock *clock, const struct join_sample *sample)
{
	return (double)(sample->here - clock->origin);
}

static double sample_value(const struct ws_clock *clock, const struct join_sample *sample)
{
	return (double)(sample->difference - clock->base);
}

/* Positive: the turn from a over b to c is to the left, so that b is below the line from a to c. */
static double turn(const struct clock_point *a, const struct clock_point *b, const struct clock_point *c)
{
	return (b->time - a->time) * (c->value - a->value) - (b->value - a->value) * (c->time - a->time);
}

/* Appends a point at the right end of a hull. */
static size_t hull_add(struct clock_point *hull, size_t count, struct clock_point point, bool upper)
{
	const double sign = upper ? 1 : -1;
	if (count && hull[count - 1].time == point.time) {
		if (sign * hull[count - 1].value <= sign * point.value)
			return count;
		count--;
	}
	while (count >= 2 && sign * turn(&hull[count - 2], &hull[count - 1], &point) <= 0)
		count--;
	hull[count] = point;
	return count + 1;
}

/* Whether `sample` is one of the points of the hull that begins at *next; the samples are asked for in order. */
static bool on_hull(const struct ws_clock *clock, const struct join_sample *sample, const struct clock_point *hull,
                    size_t count, size_t *next)
{
	if (*next == count || hull[*next].time != sample_time(clock, sample) ||
	    hull[*next].value != sample_value(clock, sample))
		return false;
	(*next)++;
	return true;
}

/* Keeps of the samples in [first, end) those on a hull, at `out`. Returns how many. */
static size_t compress_block(struct ws_clock *clock, size_t first, size_t end, size_t out)
{
	size_t count[2] = {0}, next[2] = {0}, kept = 0;
	struct clock_point *hull[2] = {clock->hull, clock->hull + (end - first)};
	for (size_t i = first; i < end; i++) {
		const struct join_sample *s = &clock->sample[i];
		const struct clock_point point = {sample_time(clock, s), sample_value(clock, s)};
		count[s->upper] = hull_add(hull[s->upper], count[s->upper], point, s->upper);
	}
	for (size_t i = first; i < end; i++) {
		const struct join_sample s = clock->sample[i];
		if (on_hull(clock, &s, hull[s.upper], count[s.upper], &next[s.upper]))
			clock->sample[out + kept++] = s;
	}
	return kept;
}

/* Where the samples of a part end, up to which no clock was set back. */
static size_t part_end(const struct ws_clock *clock, size_t first)
{
	const struct join_sample *from = &clock->sample[first];
	return first + SEARCH_FIRST(clock->count - first, i, join_sample_part(&from[i]) == join_sample_part(from));
}

/* Of the sorted samples, drops those that bound nothing. The two hulls of a block lie side by side, so that a block may fill
 * half of the room. */
static void compress_blocks(struct ws_clock *clock, size_t block)
{
	size_t kept = 0;
	for (size_t first = 0; first < clock->count;) {
		size_t end = part_end(clock, first);
		end = end - first < block ? end : first + block;
		kept += compress_block(clock, first, end, kept);
		first = end;
	}
	clock->count = kept;
}

/* Sorts the samples and drops those that bound nothing. Blocks grow until half of the room is free. */
static void compress(struct ws_clock *clock)
{
	clock->sets = join_samples_order(clock->sample, clock->count, clock->set_back);
	while (clock->count > clock->limit / 2) {
		compress_blocks(clock, clock->block);
		if (clock->count <= clock->limit / 2)
			break;
		if (clock->block * 4 > clock->limit) { /* all lie on hulls: every second one says nearly as much */
			for (size_t i = 0; 2 * i < clock->count; i++)
				clock->sample[i] = clock->sample[2 * i];
			clock->count = (clock->count + 1) / 2;
			break;
		}
		clock->block *= 2;
	}
}

void ws_clock_thin(struct ws_clock *clock)
{
	clock->sets = join_samples_order(clock->sample, clock->count, clock->set_back);
	compress_blocks(clock, FIRST_BLOCK);
}

void ws_clock_add_pair(struct ws_clock *clock, const struct ws_clock_pair *pair)
{
	int64_t difference;
	if (clock->fixed || __builtin_sub_overflow(pair->there, pair->here, &difference))
		return;
	if (!clock->added) {
		clock->origin = pair->here;
		clock->base = difference;
	}
	if (clock->count == clock->limit)
		compress(clock);
	clock->sample[clock->count++] =
	        (struct join_sample){.here = pair->here,
	                             .difference = difference,
	                             .frame = {(uint32_t)pair->frame_here, (uint32_t)pair->frame_there},
	                             .upper = pair->upper};
	clock->added++;
	clock->solved = false;
}

void ws_clock_add(struct ws_clock *clock, ws_time here, ws_time there, bool upper)
{
	ws_clock_add_pair(clock, &(struct ws_clock_pair){.here = here, .there = there, .upper = upper});
}

void ws_clock_take(struct ws_clock *clock, struct ws_clock *from)
{
	const uint64_t dropped = from->added - from->count; /* they bound nothing */
	for (size_t i = 0; i < from->count; i++) {
		const struct join_sample *s = &from->sample[i];
		ws_clock_add_pair(clock, &(struct ws_clock_pair){s->here,
		                                                 (ws_time)((uint64_t)s->here + (uint64_t)s->difference),
		                                                 s->frame[0], s->frame[1], s->upper});
	}
	clock->added += clock->fixed ? 0 : dropped;
	from->added = from->count = 0;
	from->block = FIRST_BLOCK;
}

/* ---- Lines between two hulls */

/* Along a hull, value - slope time has one extreme: where the hull's own slope passes `slope`. */
static double hull_value(const struct clock_point *hull, size_t count, double slope, double sign)
{
	const struct clock_point *at = hull + SEARCH_FIRST(count - 1, i,
	                                                   sign * (hull[i + 1].value - hull[i].value) <
	                                                           sign * slope * (hull[i + 1].time - hull[i].time));
	return at->value - slope * at->time;
}

double clock_highest_below(const struct ws_clock *clock, const struct clock_epoch *epoch, double slope)
{
	return epoch->upper_count ? hull_value(&clock->hull[epoch->upper], epoch->upper_count, slope, 1) : INFINITY;
}

double clock_lowest_above(const struct ws_clock *clock, const struct clock_epoch *epoch, double slope)
{
	return epoch->lower_count ? hull_value(&clock->hull[epoch->lower], epoch->lower_count, slope, -1) : -INFINITY;
}

/* The room is measured in seconds of the other clock, of which 1 + slope are one second of the reference. Dividing by
 * the root of that gives the same with either point as the reference. */
static double room(const struct ws_clock *clock, const struct clock_epoch *epoch, double slope)
{
	return (clock_highest_below(clock, epoch, slope) - clock_lowest_above(clock, epoch, slope)) * (1 - slope / 2);
}

/* Where a concave function has its maximum. */
static double widest(const struct ws_clock *clock, const struct clock_epoch *epoch, double low, double high)
{
	for (int i = 0; i < CLOCK_SEARCH_STEPS; i++) {
		const double left = low + (high - low) / 3, right = high - (high - low) / 3;
		if (room(clock, epoch, left) < room(clock, epoch, right))
			low = left;
		else
			high = right;
	}
	return (low + high) / 2;
}

/* Where the room becomes less than `least`, between a slope where it is not and one where it may be. */
static double edge(const struct ws_clock *clock, const struct clock_epoch *epoch, double inside, double outside,
                   double least)
{
	if (room(clock, epoch, outside) >= least)
		return outside;
	for (int i = 0; i < CLOCK_SEARCH_STEPS; i++) {
		const double middle = (inside + outside) / 2;
		if (room(clock, epoch, middle) >= least)
			inside = middle;
		else
			outside = middle;
	}
	return inside;
}

/* Sets the line and the possible slopes. False: no line is possible, even if all times are somewhat uneven. */
static bool solve_epoch(const struct ws_clock *clock, struct clock_epoch *epoch, bool long_enough)
{
	epoch->slope_low = -MOST_DRIFT;
	epoch->slope_high = MOST_DRIFT;
	epoch->slope = 0;
	if (clock_one_sided(epoch)) {
		epoch->offset =
		        epoch->upper_count ? clock_highest_below(clock, epoch, 0) : clock_lowest_above(clock, epoch, 0);
		return true;
	}
	const double best = widest(clock, epoch, -MOST_DRIFT, MOST_DRIFT), most = room(clock, epoch, best);
	if (most < -(double)LEAST_STEP)
		return false;
	const double possible = most < 0 ? most - LEAST_STEP / 100 : 0;
	epoch->slope_low = edge(clock, epoch, best, -MOST_DRIFT, possible);
	epoch->slope_high = edge(clock, epoch, best, MOST_DRIFT, possible);
	double low = epoch->slope_low, high = epoch->slope_high;
	if (long_enough) { /* many slopes may leave nearly as much room, where the packets were unevenly late */
		const double least = most - fmin(LEAST_STEP, fabs(most) / NOISE_PART);
		low = edge(clock, epoch, best, -MOST_DRIFT, least);
		high = edge(clock, epoch, best, MOST_DRIFT, least);
	}
	epoch->slope = fmin(fmax(0, low), high);
	epoch->offset =
	        (clock_highest_below(clock, epoch, epoch->slope) + clock_lowest_above(clock, epoch, epoch->slope)) / 2;
	return true;
}

static bool contradicts(const struct clock_epoch *epoch, const struct clock_point *point, bool upper)
{
	const double line = epoch->offset + epoch->slope * point->time;
	return upper ? point->value < line : point->value > line;
}

/* Takes samples into an epoch from its first one on, as long as a line is possible; hulls grow from `hull`. The lower
 * hull lies after room for the upper one. Returns the first sample that does not fit, or `end`. */
static size_t fill_epoch(struct ws_clock *clock, struct clock_epoch *epoch, size_t end, const bool *left_out)
{
	epoch->upper = epoch->first;
	epoch->upper_count = epoch->lower_count = 0;
	size_t uppers = 0;
	for (size_t i = epoch->first; i < end; i++)
		uppers += clock->sample[i].upper;
	epoch->lower = epoch->first + uppers;
	bool has_line = false;
	for (size_t i = epoch->first; i < end; i++) {
		if (left_out[i])
			continue;
		const struct join_sample *s = &clock->sample[i];
		if (join_sample_part(s) != join_sample_part(&clock->sample[epoch->first]))
			return i;
		const struct clock_point point = {sample_time(clock, s), sample_value(clock, s)};
		if (s->upper)
			epoch->upper_count = hull_add(clock->hull + epoch->upper, epoch->upper_count, point, true);
		else
			epoch->lower_count = hull_add(clock->hull + epoch->lower, epoch->lower_count, point, false);
		if (clock_one_sided(epoch) || (has_line && !contradicts(epoch, &point, s->upper)))
			continue;
		has_line = true;
		if (!solve_epoch(clock, epoch, s->here - clock->sample[epoch->first].here >= CLOCK_DRIFT_SPAN))
			return i;
	}
	return end;
}

/* Sets the line of an epoch again, where the slope with the most room rests on times that few samples have. */
static void correct_drift(const struct ws_clock *clock, struct clock_epoch *epoch, const bool *left_out)
{
	struct join_window window[JOIN_WINDOWS] = {{.has = {false}}};
	double first = INFINITY, last = -INFINITY, slope = epoch->slope;
	for (size_t i = epoch->first; i < epoch->end; i++) {
		const struct join_sample *s = &clock->sample[i];
		const double time = sample_time(clock, s) + sample_value(clock, s) / 2;
		first = fmin(first, time);
		last = fmax(last, time);
	}
	for (size_t i = epoch->first; i < epoch->end; i++) {
		const struct join_sample *s = &clock->sample[i];
		const double value = sample_value(clock, s), time = sample_time(clock, s) + value / 2;
		const size_t at = (size_t)((time - first) / (last - first + 1) * JOIN_WINDOWS);
		if (!left_out[i])
			join_window_add(&window[at < JOIN_WINDOWS ? at : JOIN_WINDOWS - 1], time, value, s->upper);
	}
	if (!join_drift_correct(window, LEAST_STEP, &slope))
		return;
	epoch->slope = fmin(fmax(slope, epoch->slope_low), epoch->slope_high);
	epoch->offset =
	        (clock_highest_below(clock, epoch, epoch->slope) + clock_lowest_above(clock, epoch, epoch->slope)) / 2;
}

/* Fills an epoch with the samples up to `end`, which are known to fit but for those left out. */
static bool refill_epoch(struct ws_clock *clock, struct clock_epoch *epoch, size_t end, const bool *left_out)
{
	if (fill_epoch(clock, epoch, end, left_out) != end)
		return false;
	epoch->end = end;
	const bool long_enough = end > epoch->first &&
	                         clock->sample[end - 1].here - clock->sample[epoch->first].here >= CLOCK_DRIFT_SPAN;
	if (!solve_epoch(clock, epoch, long_enough))
		return false;
	if (long_enough && !clock_one_sided(epoch))
		correct_drift(clock, epoch, left_out);
	return true;
}

/* A few samples that contradict those before and after them are wrong pairs and no step: leaves them out where the
 * samples around them fit together. */
static bool leave_out_few(struct ws_clock *clock, struct clock_epoch *epoch, size_t stuck, bool *left_out)
{
	const size_t end = part_end(clock, epoch->first);
	const size_t most = stuck + FEW_SAMPLES * 8 < end ? stuck + FEW_SAMPLES * 8 : end;
	for (size_t skip = 1; skip < FEW_SAMPLES && stuck + skip < most; skip++) {
		memset(left_out + stuck, true, skip);
		struct clock_epoch longer = *epoch;
		if (fill_epoch(clock, &longer, most, left_out) == most) {
			*epoch = longer;
			return true;
		}
	}
	memset(left_out + stuck, false, FEW_SAMPLES < clock->count - stuck ? FEW_SAMPLES : clock->count - stuck);
	return false;
}

/* The samples between the last that binds the old epoch and the first that contradicts it fit both. They belong to the
 * new one where they are closer to its line. Returns where it begins. */
static size_t step_back(const struct ws_clock *clock, const struct clock_epoch *before, const struct clock_epoch *after)
{
	size_t first = after->first;
	while (first > before->first + 1) {
		const struct join_sample *s = &clock->sample[first - 1];
		const double time = sample_time(clock, s), value = sample_value(clock, s);
		const double old = fabs(value - (before->offset + before->slope * time));
		const double new = fabs(value - (after->offset + after->slope * time));
		const struct clock_point point = {time, value};
		if (join_sample_part(s) != join_sample_part(&clock->sample[after->first]) || new >= old ||
		    contradicts(after, &point, s->upper))
			break;
		first--;
	}
	return first;
}

static bool solve_all(struct ws_clock *clock, bool *left_out)
{
	size_t first = 0, wrong_pairs = 0;
	clock->epochs = 0;
	while (first < clock->count && clock->epochs < CLOCK_EPOCHS) {
		struct clock_epoch *epoch = &clock->epoch[clock->epochs];
		*epoch = (struct clock_epoch){.first = first};
		size_t stuck;
		while ((stuck = fill_epoch(clock, epoch, clock->count, left_out)) < clock->count &&
		       wrong_pairs++ < MOST_WRONG_PAIRS && leave_out_few(clock, epoch, stuck, left_out))
			;
		if (clock->epochs && stuck > first + 1) {
			struct clock_epoch *before = epoch - 1;
			epoch->end = stuck;
			if (!refill_epoch(clock, epoch, stuck, left_out))
				return false;
			epoch->first = step_back(clock, before, epoch);
			before->end = epoch->first;
			if (!refill_epoch(clock, before, before->end, left_out))
				return false;
		}
		if (stuck == first) /* one sample alone always fits */
			return false;
		if (!refill_epoch(clock, epoch, stuck, left_out))
			return false;
		clock->epochs++;
		first = stuck;
	}
	return clock->epochs > 0;
}

void ws_clock_solve(struct ws_clock *clock)
{
	if (clock->fixed || clock->solved)
		return;
	clock->solved = true;
	clock->epochs = 0;
	if (!clock->count)
		return;
	clock->sets = join_samples_order(clock->sample, clock->count, clock->set_back);
	bool *left_out = calloc(clock->count, sizeof(*left_out));
	if (left_out && !solve_all(clock, left_out))
		clock->epochs = 0;
	free(left_out);
}

void ws_clock_fix(struct ws_clock *clock, ws_time offset)
{
	clock->fixed = true;
	clock->base = offset;
	clock->origin = 0;
}

bool ws_clock_known(const struct ws_clock *clock)
{
	return clock->fixed || clock->epochs > 0;
}
