/* The shares of time of one connection: those that its points have together, or else those of one point that has captured
 * both directions. */
#include "track/closing.h"
#include "track/info.h"
#include "track/merged.h"

#include <wirestate/language.h>

/* False where segments of one side only were captured, though the other one has sent, too: nothing shows when what this one
 * has waited for came. */
static bool divides_time(const struct ws_table *table, const struct ws_conn *conn)
{
	/* Mostly both have sent data, as the shares say, which are read anyway: then no endpoint's lines are. */
	const struct ws_share_side *side = ws_conn_shares((struct ws_conn *)conn)->side;
	if (table->shares && side[0].sent && side[1].sent && !conn->machine.disowned)
		return true;
	const int only = ws_only_captured(&conn->machine);
	return only < 0 || !conn->machine.endpoint[1 - only].sent_any;
}

const struct ws_conn *ws_conn_divided(const struct ws_tracker *tracker, const struct ws_conn *conn,
                                      struct ws_conn_copy *copy, struct ws_divided *divided)
{
	*divided = (struct ws_divided){.point = tracker->point};
	if (divides_time(&tracker->table, conn))
		return conn;
	const struct ws_path_of *of = tracker->config.joins ? ws_path_find(tracker, conn->id, conn->number) : NULL;
	for (unsigned at = 0; of && at < of->path->points; at++) {
		const struct ws_conn *other = ws_path_conn(tracker, of->path, at, copy);
		if (!other || !divides_time(&tracker->table, other))
			continue;
		*divided = (struct ws_divided){of->path->point[at], of->path->swapped[at] != of->swapped};
		return other;
	}
	return NULL;
}

static void swap_shares(struct ws_time_shares *shares)
{
	const struct ws_time_shares is = *shares;
	for (unsigned i = 0; i < 2; i++) {
		for (enum ws_cause cause = 0; cause < WS_CAUSE_COUNT; cause++)
			if (ws_cause_is_sided(cause))
				shares->time[cause][i] = is.time[cause][!i];
		shares->way_to[i] = is.way_to[!i];
	}
}

bool ws_conn_shares_sum(const struct ws_tracker *tracker, const struct ws_conn *conn, struct ws_time_shares *sum,
                        uint8_t *point)
{
	if (!tracker->table.shares || !ws_conn_shares((struct ws_conn *)conn)->opener)
		return false;
	const struct ws_path_of *of;
	const struct ws_joined_shares *joined = ws_path_shares(tracker, conn, &of);
	struct ws_divided divided = {.swapped = joined && of->swapped};
	if (joined) {
		*sum = joined->shares;
	} else {
		struct ws_conn_copy copy;
		const struct ws_conn *one = ws_conn_divided(tracker, conn, &copy, &divided);
		if (!one)
			return false;
		ws_shares_sum(ws_conn_shares((struct ws_conn *)one), sum);
	}
	if (divided.swapped)
		swap_shares(sum);
	if (point)
		*point = (uint8_t)divided.point;
	return true;
}

void ws_conn_spent_words(const struct ws_conn_info *info, struct ws_text *text)
{
	if (info->last_time <= info->first_time)
		return;
	if (info->shares_known)
		ws_shares_words(text, &info->shares, (unsigned)info->likely_client & 1);
	else if (info->one_direction)
		ws_text_puts(text, _("what it went to is not known, as one direction was captured"));
	else if (info->path)
		ws_text_puts(text,
		             _("what it went to is not known, as each point captured one direction, and not how their "
		               "clocks differ"));
}
