/* What several points show of the TCP options in a SYN or SYN-ACK: devices clamp the MSS, and some take options out. */
#include "track/closing.h"
#include "track/merged.h"
#include "track/together.h"

#include <wirestate/join.h>

/* False: this point has not captured its SYN, or not all of the options. */
static bool read_options(const struct ws_endpoint *e, struct ws_syn_options *options)
{
	if (!ws_syn_captured(e) || e->window_scale == WS_SCALE_CUT_OFF)
		return false;
	*options = (struct ws_syn_options){
	        .mss = e->mss, .scale = e->window_scale, .sack = e->syn_sack, .timestamps = e->syn_stamp};
	return true;
}

static bool are_equal(const struct ws_syn_options *a, const struct ws_syn_options *b)
{
	return a->mss == b->mss && a->scale == b->scale && a->sack == b->sack && a->timestamps == b->timestamps;
}

/* Of `end`, as the path counts; from the point nearest to it on. */
static void find_change(const struct ws_tracker *tracker, const struct ws_conn_path *path, unsigned end,
                        struct ws_option_change *change)
{
	bool known = false;
	*change = (struct ws_option_change){.changed = false};
	for (unsigned i = 0; i < path->result.points && !change->changed; i++) {
		const unsigned at = path->result.path[end ? path->result.points - 1u - i : i];
		struct ws_syn_options options;
		struct ws_conn_copy copy;
		const struct ws_conn *conn = ws_path_conn(tracker, path, at, &copy);
		if (!conn || !read_options(&conn->machine.endpoint[end ^ path->swapped[at]], &options))
			continue;
		change->changed = known && !are_equal(&change->before, &options);
		if (change->changed) {
			change->after = options;
			change->far = (uint8_t)at;
		} else {
			change->before = options;
			change->near = (uint8_t)at;
			known = true;
		}
	}
}

void ws_options_joined_fill(const struct ws_tracker *tracker, struct ws_conn_info *info)
{
	for (unsigned e = 0; e < 2; e++)
		find_change(tracker, info->path, (e ^ info->path_swapped) & 1, &info->option_change[e]);
}
