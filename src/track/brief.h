/* What an overview needs of a connection, in the few bytes at the front of one at rest: so a walk over a million of them
 * unpacks none. Only trackers of which an overview will be asked for have it. Private to src/track. */
#ifndef WS_TRACK_BRIEF_H
#define WS_TRACK_BRIEF_H

#include <wirestate/shares.h>

#include <stddef.h>

struct ws_brief {
	uint64_t number;
	ws_time first, last;          /* of its packets */
	struct ws_time_shares shares; /* up to its last segment, without the ways; zero when they are not known */
	bool shares_known;
	uint8_t judgement; /* as in struct ws_conn, and never 0 */
	uint8_t likely_client : 1, self : 1;
};

enum { WS_BRIEF_MOST = 255 }; /* bytes */

/* Returns how many bytes are written; 0: it has more shares than there is room for. `epoch`: see ws_rested_make(). */
size_t ws_brief_pack(const struct ws_brief *brief, ws_time epoch, uint8_t bytes[WS_BRIEF_MOST]);
/* The opposite. */
void ws_brief_read(const uint8_t *bytes, ws_time epoch, struct ws_brief *brief);
/* How many bytes it takes. */
static inline size_t ws_brief_size(const uint8_t *bytes)
{
	return bytes[0];
}

#endif
