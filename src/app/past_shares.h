/* Where the time of connections that several points captured had gone up to an earlier time of the capture: computed when it
 * is asked for, and kept until more has been fed. */
#ifndef APP_PAST_SHARES_H
#define APP_PAST_SHARES_H

#include <wirestate/points.h>

enum { PAST_SHARES = 512 };

/* Zeroed memory is a valid start. */
struct past_shares {
	struct past_share {
		const struct ws_conn_path *path; /* NULL: empty */
		uint64_t fed;
		bool known;
		struct ws_joined_shares shares;
	} share[PAST_SHARES];
};

/* `fed`: grows when there is more. The result is valid until the next call. NULL: its points do not say it together, or
 * there are so many segments that the user would have to wait. */
const struct ws_joined_shares *past_shares_find(struct past_shares *shares, const struct ws_points *points,
                                                const struct ws_conn_path *path, uint64_t fed);

#endif
