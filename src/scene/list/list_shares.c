/* The list's columns that say where the time of each connection went, and counts in few columns. */
#include "scene/list/list.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <stdio.h>

static const struct {
	const char *head;
	enum ws_cause first, last; /* the causes that it sums up */
} share_columns[LIST_SHARES] = {
        {N_("SERVER'S"), WS_CAUSE_PROGRAM, WS_CAUSE_PROGRAM},
        {N_("NETWORK"), WS_CAUSE_NETWORK, WS_CAUSE_NETWORK},
        {N_("LOSS"), WS_CAUSE_DUPLICATE_ACKS, WS_CAUSE_TIMEOUT},
};

const char *list_share_head(int index)
{
	return share_columns[index].head;
}

enum ws_order list_share_order(int index)
{
	static const enum ws_order orders[LIST_SHARES] = {WS_ORDER_SERVER_TIME, WS_ORDER_NETWORK_TIME,
	                                                  WS_ORDER_LOSS_TIME};
	return orders[index];
}

int list_share_columns(int share[LIST_SHARES], int width, int gap, enum ws_order order, int *age)
{
	int taken = 0;
	for (int i = 0; i < LIST_SHARES; i++) {
		const bool sorted = list_share_order(i) == order && width >= 60;
		share[i] = 0;
		if (width >= 240 || sorted)
			share[i] = width >= (sorted ? 100 : 270) ? LIST_SHARE_WIDE : LIST_SHARE_BRIEF;
		if (sorted && width < 110)
			*age = 0;
		taken += share[i] ? share[i] + gap : 0;
	}
	return taken;
}

void list_share_words(struct ws_text *text, const struct ws_conn_info *info, int index, int width)
{
	const unsigned server = !(info->likely_client & 1);
	const ws_time whole = info->last_time - info->first_time;
	ws_time time = 0;
	if (whole <= 0)
		return;
	if (!info->shares_known) {
		ws_text_puts(text, "?");
		return;
	}
	for (enum ws_cause cause = share_columns[index].first; cause <= share_columns[index].last; cause++)
		time += info->shares.time[cause][server] +
		        (cause == WS_CAUSE_PROGRAM ? 0 : info->shares.time[cause][!server]);
	if (!time)
		return;
	draw_duration_brief(text, time);
	if (width >= LIST_SHARE_WIDE)
		ws_text_printf(text, " %3.0f %%", 100.0 * (double)time / (double)whole);
}

/* Writes a count in few columns: 999, 12.3k, 45M. */
void list_brief_count(char *text, size_t size, uint64_t count)
{
	static const char units[] = "kMGTPE";
	double value = (double)count;
	int unit = -1;
	while (value >= 9999.5 && unit + 1 < (int)sizeof(units) - 1) {
		value /= 1000;
		unit++;
	}
	if (unit < 0)
		snprintf(text, size, "%llu", (unsigned long long)count);
	else
		snprintf(text, size, "%.*f%c", value < 99.95 ? 1 : 0, value, units[unit]);
}
