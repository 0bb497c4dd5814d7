/* What new data and new acknowledgments change of the shares of time, which every segment's way and that of ordinary
 * segments have in common. Private to shares.c and shares_ordinary.c. */
#ifndef WS_TRACK_SHARES_NEWS_H
#define WS_TRACK_SHARES_NEWS_H

#include "track/shares.h"

/* Has the compiler keep the pointers. GCC computes them again from the direction for each use, a multiplication by their size. */
#define ws_shares_keep(self, peer) __asm__("" : "+r"(self), "+r"(peer))

/* ACKs that come far sooner than the handshake's did are not the endpoint's own: a middlebox acknowledges in its place, such as
 * the NAT of a virtual machine that ends connections and makes its own. Then the way is that of the handshake. */
static inline ws_time ws_shares_way(const struct ws_shares *shares, unsigned side, ws_time least)
{
	const ws_time known = shares->time.way_to[side];
	return known >= WS_SHARE_FAR && least < known / WS_SHARE_NEARER && shares->opened ? known : least;
}

static inline void ws_shares_take_ways(struct ws_shares *shares, const struct ws_rtt *rtt)
{
	if (rtt[1].count)
		shares->time.way_to[0] = ws_shares_way(shares, 0, rtt[1].least);
	if (rtt[0].count)
		shares->time.way_to[1] = ws_shares_way(shares, 1, rtt[0].least);
}

/* `self` has answered the other endpoint after a wait. */
static inline void ws_shares_settle_answer(struct ws_shares *shares, unsigned self, ws_time wait)
{
	const ws_time left = ws_shares_way_left(shares, self);
	ws_shares_split(shares, wait, left, WS_CAUSE_NETWORK, !self, WS_CAUSE_PROGRAM, self);
	if (wait < left)
		ws_shares_answered_soon(shares, self, wait);
}

/* A small segment comes before the ACK of another one can have released it. */
static inline bool ws_shares_is_eager(const struct ws_share_side *self, const struct ws_segment *s, ws_time now,
                                      ws_time way, uint32_t mss)
{
	if (!self->sent_time || self->full || s->length >= mss)
		return false;
	return ws_shares_in_flight(self) ||
	       (self->all_acked > self->sent_time && now - self->all_acked < way - way / 4 - WS_MILLISECOND);
}

/* As large as segments can be, or several of them that were merged. */
static inline bool ws_shares_is_full(uint32_t length, uint32_t mss)
{
	return mss ? length == mss || (length > mss && length % mss == 0) : length >= 1000;
}

static inline unsigned ws_shares_next_burst(unsigned burst, bool full)
{
	return full || burst == WS_SHARE_THROTTLED ? !full : burst + (burst < WS_SHARE_BURST);
}

/* Every edge of the window that is known leaves room for another full segment after what was sent. */
static inline bool ws_shares_has_room(const struct ws_share_side *self, const struct ws_share_edge *older, uint32_t mss)
{
	const uint32_t need = self->end + mss;
	const unsigned edges = self->edges;
	if (edges && ws_seq_before(self->edge.right, need))
		return false;
	for (unsigned i = 1; i < edges; i++)
		if (ws_seq_before(older[i - 1].right, need))
			return false;
	return true;
}

/* Its first data begins with this number. */
static inline void ws_shares_begin_data(struct ws_share_side *self, uint32_t sequence)
{
	if (self->sent)
		return;
	self->sent = true;
	if (!self->awaited || ws_seq_before(sequence, self->acknowledged))
		self->acknowledged = sequence;
	self->end = sequence;
}

/* The segment goes on to `end`, which is new. */
static inline __attribute__((always_inline)) void ws_shares_take_news(struct ws_shares *shares,
                                                                      struct ws_share_side *self,
                                                                      const struct ws_segment *s, ws_time now,
                                                                      uint32_t mss, uint32_t end)
{
	enum { MOST_TRIPS = 63 };
	const ws_time way = shares->time.way_to[s->direction];
	if (self->trips < MOST_TRIPS && self->sent_time && !ws_seq_before(self->acknowledged, self->end) &&
	    now - self->sent_time > (shares->time.way_to[0] + shares->time.way_to[1]) / 2)
		self->trips = (self->trips + 1) & MOST_TRIPS;
	self->missing = 0;
	if (!self->eager && s->length && ws_shares_is_eager(self, s, now, way, mss))
		self->eager = true;
	self->end = end;
	if (!s->length)
		return;
	self->sent_time = now;
	if (now - shares->latest > WS_SHARE_LONG)
		ws_shares_renew_edges(shares, now);
	const bool filled =
	        !ws_shares_has_room(self, shares->older[s->direction], mss) && ws_shares_fill(shares, s, mss, now);
	const bool full = filled || ws_shares_is_full(s->length, mss);
	const unsigned burst = ws_shares_next_burst(self->burst, full);
	self->filled = filled;
	self->full = full;
	self->burst = burst & 15;
	shares->speaker = (int8_t)(s->direction + 1);
}

/* The peer's window, whose size is known only with its scale, which the SYNs say. */
static inline uint32_t ws_shares_window(const struct ws_segment *s, const struct ws_flow *flow)
{
	enum { FIRST = 2 }; /* of ws_flow.scale */
	const unsigned scale = flow->scale < FIRST ? FIRST : flow->scale;
	return (uint32_t)((uint64_t)s->window << scale >> FIRST);
}

/* The segment acknowledges what is new, until now. */
static inline void ws_shares_take_acknowledged(struct ws_share_side *peer, const struct ws_segment *s, ws_time now,
                                               uint32_t microseconds, uint32_t mss)
{
	const bool little = peer->end - peer->acknowledged < 2 * (mss ? mss : 1460);
	const unsigned burst = peer->burst < (peer->repaired ? 2 : WS_SHARE_BURST) ? 0 : WS_SHARE_THROTTLED;
	peer->little = little;
	peer->burst = burst & 15;
	peer->acknowledged = s->acknowledgment;
	if (!peer->doubtful)
		peer->acked_time = microseconds;
	if (!ws_shares_in_flight(peer))
		peer->all_acked = now;
}

#endif
