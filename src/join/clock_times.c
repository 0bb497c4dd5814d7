/* What time one clock shows at a time of the other one, and how certain that is, by the lines that clock.c has found. */
#include "join/clock.h"

#include <math.h>

bool ws_clock_bounded(const struct ws_clock *clock)
{
	if (!clock || clock->fixed)
		return true;
	for (size_t i = 0; i < clock->epochs; i++)
		if (clock_one_sided(&clock->epoch[i]))
			return false;
	return clock->epochs > 0;
}

static const struct clock_epoch *epoch_at(const struct ws_clock *clock, ws_time here)
{
	size_t i = 0;
	while (i + 1 < clock->epochs && clock->sample[clock->epoch[i + 1].first].here <= here)
		i++;
	return &clock->epoch[i];
}

static double line_at(const struct ws_clock *clock, const struct clock_epoch *epoch, ws_time here)
{
	return epoch->offset + epoch->slope * (double)(here - clock->origin);
}

static ws_time here_by(const struct ws_clock *clock, const struct clock_epoch *epoch, ws_time there)
{
	/* there - base = here + offset + slope × (here - origin) */
	const double past_origin = (double)(there - clock->base - clock->origin);
	return clock->origin + (ws_time)llround((past_origin - epoch->offset) / (1 + epoch->slope));
}

/* What the other clock showed at the first or the last sample on a hull of the epoch. */
static ws_time there_at(const struct ws_clock *clock, const struct clock_epoch *epoch, bool last)
{
	ws_time there = last ? INT64_MIN : INT64_MAX;
	for (unsigned upper = 0; upper < 2; upper++) {
		const size_t count = upper ? epoch->upper_count : epoch->lower_count;
		if (!count)
			continue;
		const struct clock_point *p =
		        &clock->hull[(upper ? epoch->upper : epoch->lower) + (last ? count - 1 : 0)];
		const ws_time at = clock->origin + clock->base + (ws_time)llround(p->time + p->value);
		if (last ? at > there : at < there)
			there = at;
	}
	return there;
}

/* Whether a time of the other clock belongs to this epoch, and not to the one before. Where the clock was set forward,
 * it says so itself; where it was set back, it showed some times twice. */
static bool begun(const struct ws_clock *clock, const struct clock_epoch *epoch, ws_time there)
{
	const ws_time before = there_at(clock, epoch - 1, true), first = there_at(clock, epoch, false);
	if (before < first)
		return there >= before + (first - before) / 2;
	return here_by(clock, epoch, there) >= clock->sample[epoch->first].here;
}

/* How often the other clock had been set back before an epoch. */
static size_t sets_before(const struct ws_clock *clock, size_t epoch)
{
	return clock->sample[clock->epoch[epoch].first].sets[1];
}

ws_time ws_clock_here(const struct ws_clock *clock, ws_time there)
{
	if (clock && clock->fixed)
		return there - clock->base;
	if (!clock || !clock->epochs)
		return there;
	size_t i = clock->epochs - 1;
	while (i > 0 && !begun(clock, &clock->epoch[i], there))
		i--;
	return here_by(clock, &clock->epoch[i], there);
}

ws_time ws_clock_here_of(const struct ws_clock *clock, ws_time there, uint64_t frame)
{
	if (!clock || clock->fixed || !clock->epochs || !clock->sets)
		return ws_clock_here(clock, there);
	const size_t sets = join_sets_before(clock->set_back, clock->sets, there, (uint32_t)frame);
	size_t i = clock->epochs - 1;
	for (; i > 0; i--) {
		const size_t before = sets_before(clock, i - 1);
		if (sets_before(clock, i) <= sets && (before < sets || begun(clock, &clock->epoch[i], there)))
			break;
	}
	return here_by(clock, &clock->epoch[i], there);
}

ws_time ws_clock_there(const struct ws_clock *clock, ws_time here)
{
	if (clock && clock->fixed)
		return here + clock->base;
	if (!clock || !clock->epochs)
		return here;
	return here + clock->base + (ws_time)llround(line_at(clock, epoch_at(clock, here), here));
}

/* The highest possible offset at a time, over all possible slopes; or the lowest, as its negative. */
static double extreme(const struct ws_clock *clock, const struct clock_epoch *epoch, double time, bool high)
{
	double from = epoch->slope_low, to = epoch->slope_high;
	for (int i = 0; i < CLOCK_SEARCH_STEPS; i++) {
		const double left = from + (to - from) / 3, right = to - (to - from) / 3;
		const double at_left = high ? clock_highest_below(clock, epoch, left) + left * time
		                            : -clock_lowest_above(clock, epoch, left) - left * time;
		const double at_right = high ? clock_highest_below(clock, epoch, right) + right * time
		                             : -clock_lowest_above(clock, epoch, right) - right * time;
		if (at_left < at_right)
			from = left;
		else
			to = right;
	}
	const double slope = (from + to) / 2;
	return high ? clock_highest_below(clock, epoch, slope) + slope * time
	            : -clock_lowest_above(clock, epoch, slope) - slope * time;
}

bool ws_clock_bounds(const struct ws_clock *clock, ws_time here, ws_time *low, ws_time *high)
{
	if (clock->fixed) {
		*low = *high = clock->base;
		return true;
	}
	if (!clock->epochs)
		return false;
	const struct clock_epoch *epoch = epoch_at(clock, here);
	if (clock_one_sided(epoch))
		return false;
	const double time = (double)(here - clock->origin);
	*high = clock->base + (ws_time)ceil(extreme(clock, epoch, time, true)) + 1;
	*low = clock->base - (ws_time)ceil(extreme(clock, epoch, time, false)) - 1;
	if (*low > *high) { /* the samples contradict each other: by so much is the offset not known */
		const ws_time highest = *low;
		*low = *high;
		*high = highest;
	}
	return true;
}

void ws_clock_info(const struct ws_clock *clock, struct ws_clock_info *info)
{
	*info = (struct ws_clock_info){.bound = WS_TIME_NEVER, .samples = clock->added, .fixed = clock->fixed};
	if (clock->fixed) {
		info->offset = clock->base;
		info->bound = 0;
		return;
	}
	if (!clock->epochs)
		return;
	const struct clock_epoch *last = &clock->epoch[clock->epochs - 1];
	const ws_time from = clock->sample[last->first].here, to = clock->sample[last->end - 1].here;
	const ws_time middle = from + (to - from) / 2;
	info->offset = clock->base + (ws_time)llround(line_at(clock, last, middle));
	info->steps = (uint32_t)(clock->epochs - 1);
	info->drift_known = to - from >= CLOCK_DRIFT_SPAN && !clock_one_sided(last);
	info->drift_ppm = info->drift_known ? last->slope * 1e6 : 0;
	ws_time low, high;
	if (ws_clock_bounds(clock, middle, &low, &high))
		info->bound = high - info->offset > info->offset - low ? high - info->offset : info->offset - low;
}
