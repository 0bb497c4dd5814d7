/* See list_columns.h. */
#include "scene/list/list_columns.h"

#include <wirestate/details.h>

static int count_digits(uint64_t number)
{
	int count = 1;
	while (number /= 10)
		count++;
	return count;
}

/* What there is to show beside the connections. */
struct offer {
	size_t count; /* of connections */
	bool extra;   /* there are tunnels, processes or requests */
	bool names;   /* a name beside the address */
	bool several; /* several points say what was lost */
	int points;   /* the width that they need, where they are shown together */
	int sensor;   /* and that of the sensors of records */
	enum ws_order order;
};

static struct list_columns place_columns(int columns, bool two_lines, const struct offer *offer)
{
	const size_t count = offer->count;
	const bool extra = offer->extra, names = offer->names;
	const int sensor = offer->sensor;
	const enum ws_order order = offer->order;
	struct list_columns c = {.two_lines = two_lines, .gap = columns >= 100 ? 2 : 1, .state = 9, .brief = true};
	c.number = count_digits(count) < 3 ? 3 : count_digits(count);
	c.sensor = columns >= 60 ? sensor : 0;
	if (columns >= 120) {
		c.state = 13;
		c.brief = false;
	}
	if (columns >= 160)
		c.start = 10;
	if (columns >= 60)
		c.age = 6;
	if (columns >= 110)
		c.packets = 7;
	if (columns >= 120)
		c.bytes = 7;
	if (columns >= 180 && extra)
		c.extra = 22;
	if (columns >= 100 && offer->several)
		c.lost = 5;
	if (columns >= 120 && !c.two_lines)
		c.points = offer->points;
	if (columns >= 200)
		c.reset = 6;
	if (columns >= (extra ? 260 : 220) && names)
		c.name = 28;
	const int shares = list_share_columns(c.share, columns, c.gap, order, &c.age);
	c.bytes = shares && columns < 150 ? 0 : c.bytes;
	int rest = columns - 2 - shares - c.number - (c.sensor ? c.sensor + c.gap : 0) - 2 * (c.state + c.gap) -
	           (c.age ? c.age + c.gap : 0) - (c.start ? c.start + c.gap : 0) - (c.packets ? c.packets + c.gap : 0) -
	           (c.bytes ? 2 * (c.bytes + c.gap) : 0) - (c.extra ? c.extra + c.gap : 0) -
	           (c.lost ? c.lost + c.gap : 0) - (c.points ? c.points + c.gap : 0) - (c.reset ? c.reset + c.gap : 0) -
	           (c.name ? c.name + c.gap : 0) - 1;
	if (columns < 72) { /* there is room for one endpoint only, and the server says more */
		c.server = rest - c.gap;
		return c;
	}
	int both = rest - 2 * c.gap;
	if (!c.two_lines && columns >= 120) {
		int address = columns >= 220 && !c.name ? 30 : 23;
		c.verdict = rest - 2 * c.gap - 2 * address - c.gap;
		both = 2 * address;
	}
	if (both > 2 * 48)
		both = 2 * 48;
	c.client = (both + 1) / 2;
	c.server = both / 2;
	return c;
}

/* The verdict is a column of its own where it has room for a sentence, or where there are too few rows for another
 * line. */
static struct list_columns choose_columns(int columns, int rows, const struct offer *offer)
{
	enum { SENTENCE = 48 };
	const struct list_columns one_line = place_columns(columns, false, offer);
	if (columns < 60 || rows < 16 || one_line.verdict >= SENTENCE)
		return one_line;
	return place_columns(columns, true, offer);
}

/* True when there are tunnels, processes or requests to show beside the connections. */
static bool has_extra(const struct ws_model *model)
{
	return ws_tracker_names_processes(model->tracker) || ws_tracker_has_tunnels(model->tracker) ||
	       ws_tracker_has_requests(model->tracker);
}

struct list_columns list_columns_of(const struct list_view *list, const struct ws_model *model, bool names, int columns,
                                    int rows)
{
	const struct offer offer = {.count = ws_tracker_conn_count(model->tracker),
	                            .extra = has_extra(model),
	                            .names = names,
	                            .several = model->fetch_at,
	                            .points = list_points_width(model),
	                            .sensor = list_sensor_width(model, columns),
	                            .order = list->sort};
	return choose_columns(columns, rows, &offer);
}
