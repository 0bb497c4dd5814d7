/* A path whose truth is known: random connections between a client and a server, with a point at each end. The wire
 * loses, delays, reorders and duplicates packets, and every packet on it is remembered with what became of it. */
#ifndef TESTS_PATH_MODEL_H
#define TESTS_PATH_MODEL_H

#include "random.h"

#include <wirestate/join.h>
#include <wirestate/packet.h>

#include <stdlib.h>
#include <string.h>

struct path_setting {
	const char *name;
	uint32_t loss, reorder, duplicate; /* in 1000 */
	ws_time delay[2], jitter;          /* from the client; from the server */
	ws_time offset;                    /* of the server's clock */
	int32_t drift_ppm;
	ws_time late[2]; /* how long after the start each point begins to capture, and before the end it stops */
	ws_time step;    /* the server's clock is set forward by so much in the middle; 0: never */
	ws_time span;    /* over which connections begin */
	uint32_t offload, merge; /* packets that a network card cuts of one segment, or merges into one */
	bool no_ids, no_timestamps, translated, renumbered, clamped;
};

/* A packet on the wire. */
struct wire_packet {
	ws_time sent, arrived;   /* true time; arrived -1: lost */
	uint64_t frame, arrival; /* at the sender's and the receiver's point; 0: that was not capturing then */
	uint32_t sequence, length;
	uint8_t direction;
};

enum { PATH_PACKETS = 1024 };

struct path_connection {
	struct ws_join_connection known[2];
	uint16_t mss[2][2];
	struct ws_join_segment segment[2][PATH_PACKETS];
	size_t count[2];
	struct wire_packet wire[PATH_PACKETS];
	size_t wires;
};

struct path_event {
	ws_time time;
	bool timer, again; /* the sender's timer; a second copy of a packet */
	uint8_t direction;
	uint16_t flags, window, id;
	uint32_t sequence, length, acknowledgment, tsval, tsecr, sack_right, wire;
};

struct path_world {
	const struct path_setting *setting;
	struct path_state {
		uint64_t random;
		uint16_t ids[2];
	} state; /* what one connection leaves to the next; the same state makes the same connection */
	struct path_event event[PATH_PACKETS]; /* the latest first */
	size_t events;
	ws_time free_at[2]; /* when the wire has delivered what was sent before */
	uint32_t tick[2];   /* where the clock of each end's timestamps begins, other for each connection */
	uint32_t shift;     /* what the firewall adds to the server's numbers on the client's side */
};

/* JOIN_SEED makes other connections than those that are tried every time. */
static inline uint64_t path_seed(uint64_t usual)
{
	const char *text = getenv("JOIN_SEED");
	return text ? strtoull(text, NULL, 10) * 1000 + usual : usual;
}

static inline ws_time path_clock(const struct path_setting *s, unsigned point, ws_time true_time)
{
	if (!point)
		return true_time;
	const ws_time past = true_time - WS_SECOND;
	return true_time + s->offset + past / 1000000 * s->drift_ppm + past % 1000000 * s->drift_ppm / 1000000 +
	       (s->step && true_time > s->span / 2 ? s->step : 0);
}

static inline ws_time path_end(const struct path_setting *s)
{
	return s->span + 20 * WS_SECOND;
}

static inline bool path_captures(const struct path_setting *s, unsigned point, ws_time true_time)
{
	return true_time >= s->late[point] && true_time <= path_end(s) - s->late[point];
}

/* Numbers of packets in the order of capture, also over connections that overlap: the true time in microseconds. */
static inline uint64_t path_frame(const struct path_connection *c, unsigned point, ws_time true_time)
{
	const size_t count = c->count[point];
	const uint64_t after = count ? c->segment[point][count - 1].frame + 1 : 1;
	const uint64_t frame = (uint64_t)(true_time / 1000);
	return frame > after ? frame : after;
}

static inline uint64_t path_capture(struct path_world *w, struct path_connection *c, unsigned point, ws_time time,
                                    struct ws_join_segment s)
{
	if (!path_captures(w->setting, point, time) || c->count[point] == PATH_PACKETS)
		return 0;
	s.time = path_clock(w->setting, point, time);
	s.frame = path_frame(c, point, time);
	if (point == 0 && w->shift) {
		if (s.direction == 1)
			s.sequence += w->shift;
		else if (s.flags & WS_TCP_ACK)
			s.acknowledgment += w->shift;
	}
	c->segment[point][c->count[point]++] = s;
	return s.frame;
}

static inline void path_event_add(struct path_world *w, struct path_event event)
{
	size_t at = w->events++;
	for (; at > 0 && w->event[at - 1].time < event.time; at--)
		w->event[at] = w->event[at - 1];
	w->event[at] = event;
}

/* Sends one segment, which the card cuts into packets of at most `mss`. */
static inline void path_send(struct path_world *w, struct path_connection *c, ws_time now, struct ws_join_segment s,
                             uint32_t mss, bool safe)
{
	const struct path_setting *set = w->setting;
	const unsigned d = s.direction;
	s.identification = set->no_ids ? 0 : ++w->state.ids[d] ? w->state.ids[d] : ++w->state.ids[d];
	s.timestamps = !set->no_timestamps;
	s.tsval = s.timestamps ? (uint32_t)(now / WS_MILLISECOND) + w->tick[d] : 0;
	s.tsecr = s.timestamps ? s.tsecr : 0;
	const uint64_t frame = path_capture(w, c, d, now, s);
	uint32_t done = 0, piece = 0;
	do {
		struct path_event p = {.direction = (uint8_t)d, .flags = s.flags, .tsval = s.tsval, .tsecr = s.tsecr};
		p.length = s.length - done > mss ? mss : s.length - done;
		p.sequence = s.sequence + done;
		p.acknowledgment = s.acknowledgment;
		p.sack_right = s.sack_right;
		p.window = s.window;
		p.id = set->no_ids ? 0 : (uint16_t)(s.identification + piece++);
		p.wire = (uint32_t)c->wires;
		done += p.length;
		if (done < s.length)
			p.flags &= (uint16_t) ~(WS_TCP_PSH | WS_TCP_FIN);
		struct wire_packet *wire = &c->wire[c->wires++];
		*wire = (struct wire_packet){now, -1, frame, 0, p.sequence, p.length, (uint8_t)d};
		if (!safe && below(&w->state.random, 1000) < set->loss)
			continue;
		p.time = now + set->delay[d] + below(&w->state.random, (uint32_t)set->jitter + 1);
		if (!safe && below(&w->state.random, 1000) < set->reorder) {
			p.time += set->delay[d] / 4 + 2 * WS_MILLISECOND;
		} else {
			p.time = p.time > w->free_at[d] ? p.time : w->free_at[d] + 2000;
			w->free_at[d] = p.time;
		}
		wire->arrived = p.time;
		path_event_add(w, p);
		if (!safe && below(&w->state.random, 1000) < set->duplicate) {
			p.time += 30000 + below(&w->state.random, 3000000);
			p.again = true;
			path_event_add(w, p);
		}
	} while (done < s.length);
	w->state.ids[d] = set->no_ids ? 0 : (uint16_t)(s.identification + piece - 1);
}

/* One connection while it runs. One endpoint sends `total` bytes; the other acknowledges. */
struct path_run {
	struct path_world *w;
	struct path_connection *c;
	ws_time now;
	unsigned sender;
	uint32_t iss[2], mss, total, sent, acked, duplicate_acks, window;
	uint32_t received, right, tsval[2]; /* in order; the highest edge */
	bool have[PATH_PACKETS];            /* packets of `mss` bytes that have come */
	bool finished;
	struct path_event held; /* by the receiver's card, to be merged with what follows */
	uint32_t held_wires[64], held_count;
};

static inline void path_data(struct path_run *r, uint32_t from, uint32_t length)
{
	const uint32_t end = from + length;
	const struct ws_join_segment s = {
	        .sequence = r->iss[r->sender] + 1 + from,
	        .acknowledgment = r->iss[!r->sender] + 1,
	        .length = length,
	        .flags = WS_TCP_ACK | (end == r->total ? WS_TCP_PSH | WS_TCP_FIN : 0),
	        .window = 501,
	        .tsecr = r->tsval[r->sender],
	        .direction = (uint8_t)r->sender,
	};
	path_send(r->w, r->c, r->now, s, r->mss, false);
}

static inline void path_timer(struct path_run *r)
{
	path_event_add(r->w, (struct path_event){.time = r->now + 210 * WS_MILLISECOND +
	                                                 2 * (r->w->setting->delay[0] + r->w->setting->delay[1]),
	                                         .timer = true,
	                                         .sequence = r->acked});
}

static inline void path_send_more(struct path_run *r)
{
	const uint32_t chunk = r->w->setting->offload > 1 ? r->w->setting->offload : 1;
	while (r->sent < r->total && r->sent - r->acked < r->window) {
		uint32_t length = r->mss * (1 + below(&r->w->state.random, chunk));
		length = length > r->total - r->sent ? r->total - r->sent : length;
		path_data(r, r->sent, length);
		r->sent += length;
		r->now += 1000 + below(&r->w->state.random, 20000);
	}
}

/* What the receiver's host sees, and its answer. */
static inline void path_receive(struct path_run *r, const struct path_event *e, const uint32_t *wires, uint32_t count)
{
	struct ws_join_segment s = {
	        .sequence = e->sequence,
	        .acknowledgment = e->acknowledgment,
	        .length = e->length,
	        .tsval = e->tsval,
	        .tsecr = e->tsecr,
	        .sack_right = e->sack_right,
	        .flags = e->flags,
	        .window = e->window,
	        .identification = e->id,
	        .direction = e->direction,
	        .timestamps = !r->w->setting->no_timestamps,
	};
	const uint64_t frame = path_capture(r->w, r->c, !e->direction, e->time, s);
	for (uint32_t i = 0; i < count && !e->again; i++)
		r->c->wire[wires[i]].arrival = frame;
	r->tsval[!e->direction] = e->tsval;
	if (e->direction != r->sender || !e->length)
		return;
	const uint32_t from = e->sequence - r->iss[r->sender] - 1;
	for (uint32_t at = from; at < from + e->length; at += r->mss)
		r->have[at / r->mss] = true;
	r->right = from + e->length > r->right ? from + e->length : r->right;
	while (r->received < r->total && r->have[r->received / r->mss])
		r->received = r->received + r->mss > r->total ? r->total : r->received + r->mss;
	r->now = e->time + 5000;
	const struct ws_join_segment ack = {
	        .sequence = r->iss[!r->sender] + 1,
	        .acknowledgment = r->iss[r->sender] + 1 + r->received + (r->received == r->total),
	        .flags = WS_TCP_ACK | (r->received == r->total && !r->finished ? WS_TCP_FIN : 0),
	        .window = 501,
	        .tsecr = e->tsval,
	        .sack_right = r->right > r->received ? r->iss[r->sender] + 1 + r->right : 0,
	        .direction = !r->sender,
	};
	r->finished = r->received == r->total;
	path_send(r->w, r->c, r->now, ack, r->mss, false);
}

static inline void path_flush(struct path_run *r)
{
	if (!r->held_count)
		return;
	const uint32_t count = r->held_count;
	r->held_count = 0;
	path_receive(r, &r->held, r->held_wires, count);
}

/* A packet comes to the receiver's card, which may hold it back to merge it. */
static inline void path_card(struct path_run *r, const struct path_event *e)
{
	const uint32_t most = r->w->setting->merge;
	if (r->held_count && r->held_count < most && !e->again && e->tsval == r->held.tsval &&
	    e->acknowledgment == r->held.acknowledgment && e->sequence == r->held.sequence + r->held.length &&
	    r->held.length % r->mss == 0 && e->time - r->held.time < 100000) {
		r->held.length += e->length;
		r->held.flags |= e->flags;
		r->held.time = e->time;
		r->held_wires[r->held_count++] = e->wire;
		return;
	}
	path_flush(r);
	if (most > 1 && e->length == r->mss && !e->again && !(e->flags & WS_TCP_FIN)) {
		r->held = *e;
		r->held_wires[0] = e->wire;
		r->held_count = 1;
		return;
	}
	path_receive(r, e, &e->wire, 1);
}

static inline void path_acknowledged(struct path_run *r, const struct path_event *e)
{
	uint32_t acked = e->acknowledgment - r->iss[r->sender] - 1;
	acked = acked > r->total ? r->total : acked;
	r->now = e->time + 5000;
	if (acked > r->acked) {
		r->acked = acked;
		r->duplicate_acks = 0;
		path_send_more(r);
		path_timer(r);
	} else if (r->sent > r->acked && ++r->duplicate_acks == 3) {
		path_data(r, r->acked, r->mss < r->total - r->acked ? r->mss : r->total - r->acked);
	}
}

static inline void path_loop(struct path_run *r)
{
	enum { ROOM = 200 };
	struct path_world *w = r->w;
	while (w->events || r->held_count) {
		if (r->held_count && (!w->events || w->event[w->events - 1].time >= r->held.time + 100000)) {
			path_flush(r);
			continue;
		}
		const struct path_event e = w->event[--w->events];
		if (r->c->wires > PATH_PACKETS - ROOM || w->events > PATH_PACKETS - ROOM)
			continue;
		if (e.timer) {
			r->now = e.time;
			if (r->acked == e.sequence && r->acked < r->sent) {
				path_data(r, r->acked, r->mss < r->total - r->acked ? r->mss : r->total - r->acked);
				path_timer(r);
			}
		} else if (e.direction == r->sender) {
			path_card(r, &e);
		} else {
			path_receive(r, &e, &e.wire, 1);
			if (!(e.flags & WS_TCP_SYN) && !e.again)
				path_acknowledged(r, &e);
		}
	}
}

/* The connection as each point knows it, in the order of its own first packet. */
static inline void path_known(struct path_run *r, uint16_t port)
{
	const struct path_setting *s = r->w->setting;
	for (unsigned point = 0; point < 2; point++) {
		struct ws_join_connection *known = &r->c->known[point];
		*known = (struct ws_join_connection){.port = {port, 443}, .first_time = r->now};
		known->address[0].byte[15] = (uint8_t)(point && s->translated ? 2 : 1);
		known->address[1].byte[15] = (uint8_t)(point && s->translated ? 4 : 3);
		if (point && s->translated)
			known->port[0] = (uint16_t)(port + 1000);
		for (size_t i = 0; i < r->c->count[point]; i++) {
			const struct ws_join_segment *seen = &r->c->segment[point][i];
			if (!(seen->flags & WS_TCP_SYN))
				continue;
			known->iss[seen->direction] = seen->sequence;
			known->iss_known[seen->direction] = true;
			if (!seen->direction && seen->timestamps) {
				known->syn_timestamp = true;
				known->syn_tsval = seen->tsval;
			}
		}
		r->c->mss[point][0] = r->c->mss[point][1] = s->clamped && point == 1 ? 1360 : 1460;
	}
}

/* Makes one connection: a handshake that is not lost, and then data from one end that is sent again until it is
 * acknowledged. */
static inline void path_connect(struct path_world *w, struct path_connection *c, ws_time start, uint16_t port)
{
	const struct path_setting *s = w->setting;
	struct path_run *r = calloc(1, sizeof(*r));
	c->count[0] = c->count[1] = c->wires = 0;
	w->events = 0;
	w->free_at[0] = w->free_at[1] = 0;
	w->shift = s->renumbered ? below(&w->state.random, UINT32_MAX) : 0;
	*r = (struct path_run){.w = w, .c = c, .now = start, .sender = below(&w->state.random, 2)};
	for (unsigned i = 0; i < 2; i++) {
		r->iss[i] = below(&w->state.random, UINT32_MAX) | 1;
		w->tick[i] = below(&w->state.random, UINT32_MAX);
	}
	r->mss = (s->clamped ? 1360 : 1460) - (s->no_timestamps ? 0 : 12);
	r->total = 1 + below(&w->state.random, r->mss * (1 + below(&w->state.random, 60)));
	r->window = r->mss * (2 + below(&w->state.random, 12));
	struct ws_join_segment syn = {.sequence = r->iss[0], .flags = WS_TCP_SYN, .window = 64240};
	path_send(w, c, r->now, syn, r->mss, true);
	r->now += s->delay[0] + s->jitter + 100000;
	path_loop(r);
	syn = (struct ws_join_segment){.sequence = r->iss[1],
	                               .acknowledgment = r->iss[0] + 1,
	                               .flags = WS_TCP_SYN | WS_TCP_ACK,
	                               .window = 65160,
	                               .direction = 1};
	path_send(w, c, r->now, syn, r->mss, true);
	r->now += s->delay[1] + s->jitter + 100000;
	path_loop(r);
	const struct ws_join_segment ack = {
	        .sequence = r->iss[0] + 1, .acknowledgment = r->iss[1] + 1, .flags = WS_TCP_ACK, .window = 502};
	path_send(w, c, r->now, ack, r->mss, false);
	if (r->sender == 1)
		r->now += s->delay[0] + s->jitter + 100000;
	path_send_more(r);
	path_timer(r);
	path_loop(r);
	path_known(r, port);
	free(r);
}

#endif
