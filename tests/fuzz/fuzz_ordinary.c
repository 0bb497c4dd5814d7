/* Conversations over TCP, which the input directs: who sends what when, and what is lost, overtaken, repeated, or odd. Frames
 * are tracked twice. One tracker takes them as a capture is taken, with the short ways: gists right from the bytes, predicted
 * segments, plain steps. The other one takes whole packets the long way. After each frame both must have come to the same, and
 * at the end they write the same records. (ws_shares_note() compares the two ways of the shares of time
 * itself.) */
#include "target.h"
#include "two_ways.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_MOST = 4096, FLOWS = 4, STEP_BYTES = 4, STEPS_MOST = 4000 };

/* ---- Hosts, and what they send */

struct host {
	uint32_t first, next, received; /* its first number, its next one; the peer's next number as it knows it */
	uint32_t acknowledged;          /* what the peer has acknowledged, as it knows */
	uint32_t clock;                 /* what is added to its timestamps */
	uint16_t identification, window;
	uint8_t scale; /* 255: none */
	bool counts;
};

struct flow {
	struct host host[2];
	uint16_t port[2];
	bool version6, timestamps, vlan;
};

struct segment {
	uint32_t sequence, acknowledgment, length, sack_left, sack_right; /* sack_right 0: no block */
	uint16_t flags, window;
	unsigned from;
	bool opens, damaged;
	const char *text; /* what the payload begins with */
};

struct world {
	const uint8_t *at, *end;
	struct ways ways;
	struct flow flow[FLOWS];
	struct flow *now;
	ws_time time;
	uint64_t number;
	uint32_t snap, held_captured, held_length;
	bool held;
	uint8_t last[FRAME_MOST], held_bytes[FRAME_MOST];
	uint32_t last_captured, last_length;
};

static uint8_t *put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
	return to + 2;
}

static uint8_t *put32(uint8_t *to, uint32_t value)
{
	return put16(put16(to, value >> 16), value & 0xffff);
}

static uint32_t sum_of(const uint8_t *at, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *put_options(uint8_t *at, const struct world *w, const struct segment *s)
{
	const struct flow *flow = w->now;
	const struct host *self = &flow->host[s->from], *peer = &flow->host[!s->from];
	uint8_t *const start = at;
	if (s->opens) {
		at = put32(at, 0x020405b4);
		at = put32(at, 0x04020101); /* SACK permitted */
		if (self->scale != 255)
			at = put32(at, 0x01030300 | self->scale);
	}
	if (flow->timestamps) {
		const uint32_t tick = (uint32_t)(w->time / WS_MILLISECOND);
		at = put32(put32(put32(at, 0x0101080a), tick + self->clock), tick + peer->clock - 1);
	}
	if (s->sack_right)
		at = put32(put32(put32(at, 0x0101050a), s->sack_left), s->sack_right);
	return at > start + 40 ? start : at;
}

/* Returns the whole length; puts in at most FRAME_MOST bytes. */
static uint32_t build(struct world *w, const struct segment *s, uint8_t bytes[FRAME_MOST])
{
	struct flow *flow = w->now;
	struct host *self = &flow->host[s->from];
	uint8_t options[64], *at = bytes;
	const size_t optional = (size_t)(put_options(options, w, s) - options), ip = flow->version6 ? 40 : 20;
	const uint32_t tcp_length = (uint32_t)(20 + optional + s->length);
	memset(bytes, 0, FRAME_MOST);
	memcpy(at, s->from ? "\2\0\0\0\0\1\2\0\0\0\0\2" : "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	at += 12;
	if (flow->vlan)
		at = put32(at, 0x81000007);
	at = put16(at, flow->version6 ? 0x86dd : 0x0800);
	uint8_t *const header = at, *const tcp = at + ip;
	if (flow->version6) {
		put32(header, 0x60000000);
		put16(header + 4, tcp_length);
		header[6] = 6;
		header[7] = s->from ? 57 : 64;
		header[23] = (uint8_t)(1 + s->from);
		header[39] = (uint8_t)(2 - s->from);
	} else {
		put16(header, 0x4500);
		put16(header + 2, 20 + tcp_length);
		put16(header + 4, self->counts ? ++self->identification : 0);
		put16(header + 6, 0x4000);
		header[8] = s->from ? 57 : 64;
		header[9] = 6;
		put32(header + 12, 0x0a000001u + s->from);
		put32(header + 16, 0x0a000002u - s->from);
		put16(header + 10, folded(sum_of(header, 20)));
	}
	put16(tcp, flow->port[s->from]);
	put16(tcp + 2, flow->port[!s->from]);
	put32(tcp + 4, s->sequence);
	put32(tcp + 8, s->acknowledgment);
	put16(tcp + 12, (uint32_t)(5 + optional / 4) << 12 | (s->flags & 0xfff));
	put16(tcp + 14, s->window);
	memcpy(tcp + 20, options, optional);
	uint8_t *const payload = tcp + 20 + optional;
	if (s->text && s->length <= FRAME_MOST / 2)
		memcpy(payload, s->text, strlen(s->text) < s->length ? strlen(s->text) : s->length);
	const uint32_t total = (uint32_t)(tcp - bytes) + tcp_length;
	if (total <= FRAME_MOST) {
		const uint32_t sum =
		        sum_of(header + (flow->version6 ? 8 : 12), flow->version6 ? 32 : 8) + 6 + tcp_length;
		put16(tcp + 16, (uint16_t)(folded(sum + sum_of(tcp, tcp_length)) + s->damaged));
	}
	return total;
}

/* What is captured is in memory of exactly its size, so that a sanitizer sees what is read past it. */
static void capture(struct world *w, const uint8_t *bytes, uint32_t captured, uint32_t length)
{
	uint8_t *copy = malloc(captured ? captured : 1);
	if (!copy)
		return;
	memcpy(copy, bytes, captured);
	const struct ws_frame frame = {.time = w->time,
	                               .number = ++w->number,
	                               .position = w->number * 64,
	                               .data = copy,
	                               .captured = captured,
	                               .length = length,
	                               .link = WS_LINK_ETHERNET};
	take(&w->ways, &frame);
	free(copy);
}

enum fate {
	ARRIVES = 0,
	LOST = 1,
	UNSEEN = 2,
	HELD = 3
}; /* lost after the place of capture; not captured; overtaken */

/* The hosts learn what a segment says. */
static void arrive(struct world *w, const struct segment *s)
{
	struct host *peer = &w->now->host[!s->from];
	const uint32_t end = s->sequence + s->length + !!(s->flags & WS_TCP_FIN) + !!(s->flags & WS_TCP_SYN);
	if (s->flags & WS_TCP_SYN ||
	    (!ws_seq_before(peer->received, s->sequence) && ws_seq_before(peer->received, end)))
		peer->received = end;
	if (s->flags & WS_TCP_ACK && ws_seq_before(peer->acknowledged, s->acknowledgment) &&
	    !ws_seq_before(peer->next, s->acknowledgment))
		peer->acknowledged = s->acknowledgment;
}

static void emit(struct world *w, const struct segment *s, enum fate fate)
{
	uint8_t bytes[FRAME_MOST];
	struct host *self = &w->now->host[s->from];
	const uint32_t end = s->sequence + s->length + !!(s->flags & WS_TCP_FIN) + !!(s->flags & WS_TCP_SYN);
	const uint32_t length = build(w, s, bytes), all = length < FRAME_MOST ? length : FRAME_MOST;
	const uint32_t captured = all < w->snap ? all : w->snap;
	if (ws_seq_before(self->next, end))
		self->next = end;
	if (fate != LOST && !s->damaged)
		arrive(w, s);
	if (fate == UNSEEN)
		return;
	if (fate == HELD && !w->held) {
		w->held = true;
		memcpy(w->held_bytes, bytes, captured);
		w->held_captured = captured;
		w->held_length = length;
		return;
	}
	memcpy(w->last, bytes, captured);
	w->last_captured = captured;
	w->last_length = length;
	capture(w, bytes, captured, length);
	if (w->held && fate == ARRIVES) {
		w->held = false;
		capture(w, w->held_bytes, w->held_captured, w->held_length);
	}
}

/* ---- What the input directs */

static unsigned next_byte(struct world *w)
{
	return w->at < w->end ? *w->at++ : 0;
}

/* Nothing, microseconds, ... up to an hour; a few steps go back. */
static ws_time time_step(unsigned code)
{
	static const ws_time back[] = {1000, WS_MILLISECOND, 50 * WS_MILLISECOND, 2 * WS_SECOND};
	if (code >= 252)
		return -back[code - 252];
	return code < 16 ? (ws_time)code * 1000 : (ws_time)(1 + code % 8) * 1000 << (code - 16) / 8;
}

static uint32_t some_length(unsigned code)
{
	static const uint32_t length[] = {1,    10,   100,  536,  1000,  1448,  1448, 1460,
	                                  2896, 3000, 1447, 7240, 14480, 60000, 2,    0};
	return length[code % WS_ARRAY_SIZE(length)];
}

static uint16_t some_window(unsigned code)
{
	static const uint16_t window[] = {0,    1,    2,    11,    100,   229,   502,   1000,
	                                  1448, 2896, 5000, 14600, 29200, 32768, 65534, 65535};
	return window[code % WS_ARRAY_SIZE(window)];
}

static struct segment usual(const struct world *w, unsigned from, uint32_t length)
{
	const struct host *self = &w->now->host[from];
	return (struct segment){.sequence = self->next,
	                        .acknowledgment = self->received,
	                        .length = length,
	                        .flags = WS_TCP_ACK,
	                        .window = self->window,
	                        .from = from};
}

static void send_syn(struct world *w, unsigned from, uint16_t flags, bool again)
{
	struct host *self = &w->now->host[from];
	struct segment s = usual(w, from, 0);
	if (!again)
		self->next = self->first;
	s.sequence = self->first;
	s.flags = flags;
	s.opens = true;
	if (!(flags & WS_TCP_ACK))
		s.acknowledgment = 0;
	emit(w, &s, ARRIVES);
}

/* How the connection begins: both ways of it, and without some of its segments. */
static void open_flow(struct world *w, unsigned how, unsigned numbers)
{
	static const uint32_t first[] = {0, 1000, 0x7fffff00, 0x80000000, 0xfffffff0, 0xffffa000, 0xffffffff, 12345678};
	for (unsigned i = 0; i < 2; i++) {
		struct host *host = &w->now->host[i];
		host->first = first[(i ? numbers >> 3 : numbers) % 8];
		host->next = host->acknowledged = host->first + 1;
		host->clock = numbers & 0x40 ? 0xffffff00 - (uint32_t)(w->time / WS_MILLISECOND) : i * 77777;
	}
	w->now->host[0].received = w->now->host[1].next;
	w->now->host[1].received = w->now->host[0].next;
	if (how % 8 == 7) /* the capture began later */
		return;
	send_syn(w, 0, WS_TCP_SYN, false);
	w->now->host[0].received = w->now->host[1].first + 1;
	w->time += 10 * WS_MILLISECOND;
	if (how % 8 == 6) { /* simultaneous */
		send_syn(w, 1, WS_TCP_SYN, false);
		send_syn(w, 0, WS_TCP_SYN | WS_TCP_ACK, true);
	}
	if (how % 8 != 5)
		send_syn(w, 1, WS_TCP_SYN | WS_TCP_ACK, how % 8 == 6);
	w->time += 10 * WS_MILLISECOND;
	const struct segment s = usual(w, 0, 0);
	if (how % 8 != 4)
		emit(w, &s, ARRIVES);
}

/* Below the first, what connections are mostly made of. */
enum move {
	DATA = 0,
	ACK = 8,
	REQUEST = 12,
	AGAIN,
	KEEP_ALIVE,
	WINDOW,
	SACK,
	FIN,
	RESET,
	SYN_AGAIN,
	COPY,
	CLOCK,
	NUMBER,
	ACKNOWLEDGMENT,
	DAMAGED,
	FLAGS,
	FLOW,
	REOPEN,
	HEADERS,
	SNAP,
	PARTIAL,
	SKIP,
	MOVES
};

/* What hosts and the place of capture do besides sending something. */
static void disturb(struct world *w, enum move move, unsigned from, unsigned code)
{
	struct host *self = &w->now->host[from];
	switch (move) {
	case COPY:
		capture(w, w->last, w->last_captured, w->last_length);
		break;
	case CLOCK:
		self->clock += code < 128 ? code : (uint32_t)code << 24;
		break;
	case FLOW:
		w->now = &w->flow[code % FLOWS];
		break;
	case REOPEN:
		self->first += code * 1000;
		open_flow(w, code, code >> 1);
		break;
	case HEADERS:
		w->now->vlan = code % 4 == 1;
		w->now->timestamps ^= code % 4 == 2;
		self->counts ^= code % 4 == 3;
		self->identification += (uint16_t)(code / 4);
		break;
	case SNAP:
		w->snap = code < 128 ? FRAME_MOST : 40 + code % 64;
		break;
	case SKIP:
		self->next += some_length(code);
		break;
	default:
		break;
	}
}

/* Bends what would be usual. */
static void bend(const struct world *w, struct segment *s, enum move move, unsigned code)
{
	struct host *self = (struct host *)&w->now->host[s->from];
	const int32_t by = (int32_t)(int8_t)code * (code % 3 == 0 ? 1 : code % 3 == 1 ? 1448 : 1 << 20);
	switch (move) {
	case REQUEST:
		s->text = s->from ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
		                  : "GET /a HTTP/1.1\r\nHost: h.example\r\n\r\n";
		s->length = code % 4 == 3 ? 20 : 200;
		break;
	case AGAIN:
		s->sequence = self->acknowledged;
		s->length = some_length(code);
		break;
	case KEEP_ALIVE:
		s->sequence--;
		s->length = code & 1;
		break;
	case WINDOW:
		s->window = self->window = some_window(code);
		break;
	case SACK:
		s->sack_left = s->acknowledgment + some_length(code);
		s->sack_right = s->sack_left + some_length(code / 16);
		s->length = 0;
		break;
	case FIN:
		s->flags |= WS_TCP_FIN;
		s->length = code & 1 ? 100 : 0;
		break;
	case RESET:
		s->flags = code & 1 ? WS_TCP_RST : WS_TCP_RST | WS_TCP_ACK;
		s->sequence += code & 2 ? code : 0;
		break;
	case SYN_AGAIN:
		s->opens = true;
		s->flags = s->from ? WS_TCP_SYN | WS_TCP_ACK : WS_TCP_SYN;
		s->sequence = self->first + (code & 1 ? code : 0);
		break;
	case NUMBER:
		s->sequence += (uint32_t)by;
		s->length = code & 1 ? 1000 : 0;
		break;
	case ACKNOWLEDGMENT:
		s->acknowledgment += (uint32_t)by;
		break;
	case DAMAGED:
		s->damaged = true;
		s->length = some_length(code);
		break;
	case FLAGS:
		s->flags = (uint16_t)code;
		s->length = code & 1 ? 0 : 10;
		break;
	case PARTIAL: /* an ACK that is older than what has come */
		s->acknowledgment -= some_length(code);
		break;
	default:
		break;
	}
}

static bool step(struct world *w)
{
	if (w->end - w->at < STEP_BYTES)
		return false;
	const unsigned kind = next_byte(w), code = next_byte(w), how = next_byte(w);
	w->time += time_step(next_byte(w));
	const unsigned from = kind & 1;
	const enum move move = (enum move)(kind / 2 % (MOVES + 1));
	const enum fate fate = how >= 240 ? (enum fate)(how % 4) : ARRIVES;
	struct segment s = usual(w, from, move < ACK ? some_length(code) : 0);
	s.flags |= how & 1 ? WS_TCP_PSH : 0;
	switch (move) {
	case COPY:
	case CLOCK:
	case FLOW:
	case REOPEN:
	case HEADERS:
	case SNAP:
	case SKIP:
		disturb(w, move, from, code);
		return true;
	default:
		bend(w, &s, move, code);
		emit(w, &s, fate);
		return true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	memset(&w, 0, sizeof(w));
	w.at = data;
	w.end = data + size;
	w.snap = FRAME_MOST;
	w.time = 1000 * WS_SECOND;
	const unsigned kind = next_byte(&w), how = next_byte(&w), numbers = next_byte(&w), windows = next_byte(&w);
	if (open_ways(&w.ways, kind & 1)) {
		for (unsigned i = 0; i < FLOWS; i++) {
			struct flow *flow = &w.flow[i];
			flow->version6 = kind >> 1 & 1;
			flow->timestamps = kind >> 2 & 1;
			flow->port[0] = (uint16_t)(40000 + i);
			flow->port[1] = 80;
			for (unsigned side = 0; side < 2; side++) {
				flow->host[side] = (struct host){.window = some_window(side ? windows >> 4 : windows),
				                                 .scale = kind >> (3 + side) & 1 ? 7 : 255,
				                                 .counts = kind >> (5 + side) & 1};
			}
			w.now = flow;
			if (i == 0)
				open_flow(&w, how, numbers);
		}
		w.now = &w.flow[0];
		for (unsigned i = 0; i < STEPS_MOST && step(&w); i++)
			;
		compare_records(&w.ways);
	}
	close_ways(&w.ways);
	return 0;
}
