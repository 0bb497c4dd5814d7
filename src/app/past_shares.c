#include "app/past_shares.h"

#include <stdlib.h>

enum { MOST_SEGMENTS = 1 << 17 }; /* about 0.1 s */

static bool find(const struct ws_points *points, const struct ws_conn_path *path, struct ws_joined_shares *shares)
{
	struct ws_transit *transit = NULL;
	size_t count = 0;
	if (path->result.direction[0].sent + path->result.direction[1].sent > MOST_SEGMENTS)
		return false;
	if (ws_path_lacks_segments(path) && !points->transits(points->context, path, &transit, &count))
		return false;
	const bool found = ws_points_shares(points, path, transit, count, shares);
	free(transit);
	return found;
}

const struct ws_joined_shares *past_shares_find(struct past_shares *shares, const struct ws_points *points,
                                                const struct ws_conn_path *path, uint64_t fed)
{
	struct past_share *share = &shares->share[(uintptr_t)path / sizeof(*path) % PAST_SHARES];
	if (share->path != path || share->fed != fed) {
		share->path = path;
		share->fed = fed;
		share->known = find(points, path, &share->shares);
	}
	return share->known ? &share->shares : NULL;
}
