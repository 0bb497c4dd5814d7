/* See history.h.
 *
 * Most segments differ from the one before in few bytes. An input begins with a head of 32 bits: the low flags, what kind
 * of entry it is, and for each number how many bytes of it follow. A number is kept as its difference from what the past
 * says: a time, a frame and a place in the file from those of the segment before; a sequence number from the end of the
 * sender's last segment, an acknowledgment from the end of what the peer has sent, an echoed timestamp from the peer's
 * last one. What few segments have (options of a SYN, another interface, a wrong checksum) and inputs that are no segments
 * are kept whole, in words of which those that are 0 take a bit.
 *
 * So an input takes about 20 bytes and not 72, of memory that is mostly written once and costs most when it is touched for
 * the first time. */
#include "track/history.h"
#include "base/search.h"
#include "track/fold.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_CHUNK = 224, /* bytes: most connections are short */
	MOST_CHUNK = 2024,
	SLACK = 8, /* after the last input, because numbers are read and written as 8 bytes */
	/* struct ws_segment as words, up to the byte of bits after `ttl`: the padding at its end can hold anything */
	SEGMENT_BYTES = offsetof(struct ws_segment, ttl) + 2,
	WORDS = (SEGMENT_BYTES + 7) / 8,
	INPUT_MOST = 4 + 2 + WORDS * 9,
};

/* The head, from the lowest bit on: 8 bits of flags, then these. */
enum {
	WHOLE = 1u << 8,
	DIRECTION = 1u << 9,
	TIMESTAMPS = 1u << 10,
	SACK = 1u << 11,
	WINDOW = 1u << 12, /* it follows; else it is the same as before */
	/* The identification follows; else it is the one before, or COUNTED the next one. */
	IDENTIFICATION = 1u << 13,
	COUNTED = 1u << 14,
	/* Where the sizes of numbers are, of two bits each. */
	TIME = 15,
	FRAME = 17,
	POSITION = 19,
	SEQUENCE = 21,
	ACKNOWLEDGMENT = 23,
	LENGTH = 25,
	TSVAL = 27,
	TSECR = 29,
};

/* ---- Numbers */

static const uint8_t size_of_wide[4] = {1, 2, 4, 8}, size_of_narrow[4] = {0, 1, 2, 4};

static inline uint8_t *put_bytes(uint8_t *out, uint64_t number, size_t size)
{
	const uint64_t little = htole64(number);
	memcpy(out, &little, sizeof(little));
	return out + size;
}

static inline uint8_t *put_wide(uint8_t *out, uint64_t number, unsigned at, uint32_t *head)
{
	const unsigned size = (number > UINT8_MAX) + (number > UINT16_MAX) + (number > UINT32_MAX);
	*head |= size << at;
	return put_bytes(out, number, size_of_wide[size]);
}

static inline uint8_t *put_narrow(uint8_t *out, uint32_t number, unsigned at, uint32_t *head)
{
	const unsigned size = (number > 0) + (number > UINT8_MAX) + (number > UINT16_MAX);
	*head |= size << at;
	return put_bytes(out, number, size_of_narrow[size]);
}

static inline uint64_t get_bytes(const uint8_t **in, size_t size)
{
	uint64_t little;
	memcpy(&little, *in, sizeof(little));
	*in += size;
	return size ? le64toh(little) & UINT64_MAX >> (64 - 8 * size) : 0;
}

static inline uint64_t get_wide(const uint8_t **in, unsigned at, uint32_t head)
{
	return get_bytes(in, size_of_wide[head >> at & 3]);
}

static inline uint32_t get_narrow(const uint8_t **in, unsigned at, uint32_t head)
{
	return (uint32_t)get_bytes(in, size_of_narrow[head >> at & 3]);
}

/* ---- Inputs */

/* A position in a file has a check in its high bits, which is not near the one before; its place is. */
enum { PLACE_BITS = 48, CHECK_BYTES = 2 };

static uint64_t place_of(uint64_t position)
{
	return position & ((UINT64_C(1) << PLACE_BITS) - 1);
}

static void note_past(struct ws_history_past *past, const struct ws_segment *s)
{
	const unsigned from = s->direction & 1;
	if (s->kind != WS_INPUT_SEGMENT)
		return;
	past->time = s->time;
	past->frame = s->frame;
	past->position = s->position;
	past->next[from] = s->sequence + s->length + ((s->flags & (WS_TCP_SYN | WS_TCP_FIN)) != 0);
	past->tsval[from] = s->tsval;
	past->interface = s->interface;
	past->window[from] = s->window;
	past->identification[from] = s->identification;
	past->vlan = s->vlan;
	past->ttl[from] = s->ttl;
}

/* The bits of a segment, which are in one byte. */
static inline uint8_t bits_of(const struct ws_segment *s)
{
	uint8_t bits;
	memcpy(&bits, (const uint8_t *)s + SEGMENT_BYTES - 1, 1);
	return bits;
}

/* True: all that is special about the segment has room in the head. */
static bool is_usual(const struct ws_history_past *past, const struct ws_segment *s)
{
	static const struct ws_segment most = {.timestamps = 1, .sack = 1};
	return s->kind == WS_INPUT_SEGMENT && !s->mss && s->window_scale == 255 && s->flags <= UINT8_MAX &&
	       s->interface == past->interface && s->vlan == past->vlan && s->direction <= 1 &&
	       s->ttl == past->ttl[s->direction] && !(bits_of(s) & ~bits_of(&most)) && (s->sack || !s->sack_right) &&
	       (s->timestamps || (!s->tsval && !s->tsecr));
}

static uint8_t *put_usual(uint8_t *out, const struct ws_history_past *past, const struct ws_segment *s)
{
	const unsigned from = s->direction, other = from ^ 1;
	const uint16_t identification = past->identification[from];
	uint8_t *const start = out;
	uint32_t head = s->flags | (from ? DIRECTION : 0) | (s->timestamps ? TIMESTAMPS : 0) | (s->sack ? SACK : 0);
	out += sizeof(head);
	out = put_wide(out, ws_fold64((uint64_t)s->time - (uint64_t)past->time), TIME, &head);
	out = put_wide(out, s->frame - past->frame, FRAME, &head);
	out = put_bytes(out, s->position >> PLACE_BITS, CHECK_BYTES);
	out = put_wide(out, ws_fold64(place_of(s->position) - place_of(past->position)), POSITION, &head);
	out = put_narrow(out, ws_fold32(s->sequence - past->next[from]), SEQUENCE, &head);
	out = put_narrow(out, ws_fold32(s->acknowledgment - past->next[other]), ACKNOWLEDGMENT, &head);
	out = put_narrow(out, s->length, LENGTH, &head);
	if (s->timestamps) {
		out = put_narrow(out, ws_fold32(s->tsval - past->tsval[from]), TSVAL, &head);
		out = put_narrow(out, ws_fold32(s->tsecr - past->tsval[other]), TSECR, &head);
	}
	if (s->sack)
		out = put_bytes(out, s->sack_right, sizeof(s->sack_right));
	if (s->window != past->window[from]) {
		head |= WINDOW;
		out = put_bytes(out, s->window, sizeof(s->window));
	}
	if (s->identification == (uint16_t)(identification + 1)) {
		head |= COUNTED;
	} else if (s->identification != identification) {
		head |= IDENTIFICATION;
		out = put_bytes(out, s->identification, sizeof(s->identification));
	}
	const uint32_t little = htole32(head);
	memcpy(start, &little, sizeof(little));
	return out;
}

static const uint8_t *get_usual(const uint8_t *in, uint32_t head, const struct ws_history_past *past,
                                struct ws_segment *s)
{
	const unsigned from = head & DIRECTION ? 1 : 0, other = from ^ 1;
	*s = (struct ws_segment){.kind = WS_INPUT_SEGMENT,
	                         .flags = head & UINT8_MAX,
	                         .direction = (uint8_t)from,
	                         .timestamps = head & TIMESTAMPS ? 1 : 0,
	                         .sack = head & SACK ? 1 : 0,
	                         .window_scale = 255,
	                         .interface = past->interface,
	                         .vlan = past->vlan,
	                         .ttl = past->ttl[from],
	                         .window = past->window[from],
	                         .identification = past->identification[from]};
	s->time = (ws_time)((uint64_t)past->time + ws_unfold64(get_wide(&in, TIME, head)));
	s->frame = past->frame + get_wide(&in, FRAME, head);
	s->position = get_bytes(&in, CHECK_BYTES) << PLACE_BITS;
	s->position |= place_of(place_of(past->position) + ws_unfold64(get_wide(&in, POSITION, head)));
	s->sequence = past->next[from] + ws_unfold32(get_narrow(&in, SEQUENCE, head));
	s->acknowledgment = past->next[other] + ws_unfold32(get_narrow(&in, ACKNOWLEDGMENT, head));
	s->length = get_narrow(&in, LENGTH, head);
	if (s->timestamps) {
		s->tsval = past->tsval[from] + ws_unfold32(get_narrow(&in, TSVAL, head));
		s->tsecr = past->tsval[other] + ws_unfold32(get_narrow(&in, TSECR, head));
	}
	if (s->sack)
		s->sack_right = (uint32_t)get_bytes(&in, sizeof(s->sack_right));
	if (head & WINDOW)
		s->window = (uint16_t)get_bytes(&in, sizeof(s->window));
	if (head & COUNTED)
		s->identification++;
	if (head & IDENTIFICATION)
		s->identification = (uint16_t)get_bytes(&in, sizeof(s->identification));
	return in;
}

/* The times and numbers that grow are kept as differences here, too. */
static void change_words(uint64_t *word, const struct ws_history_past *past, bool back)
{
	const uint64_t before[] = {(uint64_t)past->time, past->frame, past->position};
	_Static_assert(offsetof(struct ws_segment, time) == 0 && offsetof(struct ws_segment, frame) == 8 &&
	                       offsetof(struct ws_segment, position) == 16,
	               "the first words of an input");
	for (size_t i = 0; i < WS_ARRAY_SIZE(before); i++)
		word[i] = back ? before[i] + ws_unfold64(word[i]) : ws_fold64(word[i] - before[i]);
}

static uint8_t *put_whole(uint8_t *out, const struct ws_history_past *past, const struct ws_segment *s)
{
	uint64_t word[WORDS] = {0};
	uint32_t head = WHOLE;
	uint8_t *const start = out;
	memcpy(word, s, SEGMENT_BYTES);
	change_words(word, past, false);
	out += sizeof(head);
	uint16_t set = 0;
	uint8_t *const set_at = out;
	out += sizeof(set);
	for (size_t i = 0; i < WORDS; i++) {
		if (!word[i])
			continue;
		const size_t size = (size_t)(71 - __builtin_clzll(word[i])) / 8;
		set |= (uint16_t)(1u << i);
		*out++ = (uint8_t)size;
		out = put_bytes(out, word[i], size);
	}
	head = htole32(head);
	memcpy(start, &head, sizeof(head));
	memcpy(set_at, &set, sizeof(set));
	return out;
}

static const uint8_t *get_whole(const uint8_t *in, const struct ws_history_past *past, struct ws_segment *s)
{
	uint64_t word[WORDS] = {0};
	uint16_t set;
	memcpy(&set, in, sizeof(set));
	in += sizeof(set);
	for (size_t i = 0; i < WORDS; i++) {
		if (!(set >> i & 1))
			continue;
		const size_t size = *in++;
		word[i] = get_bytes(&in, size);
	}
	change_words(word, past, true);
	*s = (struct ws_segment){.kind = 0};
	memcpy(s, word, SEGMENT_BYTES);
	return in;
}

/* ---- Adding */

static size_t log_size(unsigned capacity)
{
	return sizeof(struct ws_history_log) + capacity;
}

static size_t chunk_size(unsigned capacity)
{
	return sizeof(struct ws_history_chunk) + capacity;
}

static bool may_take(const struct ws_history *history, size_t size)
{
	return history->used + size <= history->limit;
}

static bool add_log(struct ws_history *history, struct ws_conn *conn)
{
	const size_t size = log_size(FIRST_CHUNK);
	struct ws_history_log *log = may_take(history, size) ? malloc(size) : NULL;
	if (!log)
		return false;
	history->used += size;
	log->past = (struct ws_history_past){.time = 0};
	log->tail = &log->first;
	log->first = (struct ws_history_chunk){.capacity = FIRST_CHUNK};
	log->end = log->first.bytes + FIRST_CHUNK;
	conn->history = log;
	conn->history_at = log->first.bytes;
	return true;
}

/* The chunks of a connection become larger, as long connections go on. */
static bool add_chunk(struct ws_history *history, struct ws_conn *conn)
{
	struct ws_history_chunk *tail = conn->history->tail;
	const uint32_t twice = 2 * tail->capacity, capacity = twice < MOST_CHUNK ? twice : MOST_CHUNK;
	const size_t size = chunk_size(capacity);
	struct ws_history_chunk *chunk = may_take(history, size) ? malloc(size) : NULL;
	if (!chunk)
		return false;
	history->used += size;
	*chunk = (struct ws_history_chunk){.capacity = capacity};
	tail->used = (uint32_t)(conn->history_at - tail->bytes);
	tail->next = chunk;
	conn->history->tail = chunk;
	conn->history->end = chunk->bytes + capacity;
	conn->history_at = chunk->bytes;
	return true;
}

bool ws_history_add(struct ws_history *history, struct ws_conn *conn, const struct ws_segment *input)
{
	if (conn->history_full) {
		history->dropped++;
		return true;
	}
	if (!conn->history && !add_log(history, conn))
		return false;
	struct ws_history_past *past = &conn->history->past;
	uint8_t packed[INPUT_MOST + SLACK];
	const size_t room = (size_t)(conn->history->end - conn->history_at);
	uint8_t *const at = room < sizeof(packed) ? packed : conn->history_at;
	const uint8_t *end = is_usual(past, input) ? put_usual(at, past, input) : put_whole(at, past, input);
	const size_t size = (size_t)(end - at);
	if (size + SLACK > room && !add_chunk(history, conn))
		return false;
	if (at == packed)
		memcpy(conn->history_at, packed, size);
	conn->history_at += size;
	conn->history_count++;
	note_past(past, input);
	return true;
}

void ws_history_prefetch(const struct ws_conn *conn)
{
	enum { LINE = 64, INPUT = 24 };
	if (!conn->history)
		return;
	__builtin_prefetch(conn->history, 1);
	__builtin_prefetch((const uint8_t *)conn->history + LINE - 1, 1);
	__builtin_prefetch(conn->history_at, 1);
	__builtin_prefetch(conn->history_at + INPUT, 1);
}

/* ---- Reading */

bool ws_history_read(const struct ws_conn *conn, struct ws_history_cursor *cursor, struct ws_segment *input)
{
	if (!conn->history)
		return false;
	if (!cursor->chunk)
		cursor->chunk = &conn->history->first;
	if (cursor->chunk->next && cursor->offset == cursor->chunk->used) {
		cursor->chunk = cursor->chunk->next;
		cursor->offset = 0;
	}
	const uint8_t *in = cursor->chunk->bytes + cursor->offset;
	if (in == conn->history_at)
		return false;
	uint32_t head;
	memcpy(&head, in, sizeof(head));
	head = le32toh(head);
	in += sizeof(head);
	in = head & WHOLE ? get_whole(in, &cursor->past, input) : get_usual(in, head, &cursor->past, input);
	cursor->offset = (uint32_t)(in - cursor->chunk->bytes);
	note_past(&cursor->past, input);
	return true;
}

/* ---- What the inputs do not say */

static bool need_extra(struct ws_history *history, struct ws_conn *conn)
{
	if (conn->history_extra)
		return true;
	if (history->used + sizeof(*conn->history_extra) > history->limit)
		return false;
	conn->history_extra = calloc(1, sizeof(*conn->history_extra));
	if (!conn->history_extra)
		return false;
	history->used += sizeof(*conn->history_extra);
	return true;
}

bool ws_history_add_start(struct ws_history *history, struct ws_conn *conn, const struct ws_analyser *start)
{
	if (conn->history_full)
		return true;
	if (!need_extra(history, conn))
		return false;
	conn->history_extra->start = *start;
	return true;
}

bool ws_history_add_clock(struct ws_history *history, struct ws_conn *conn, ws_time now)
{
	if (conn->history_full)
		return true;
	if (!need_extra(history, conn))
		return false;
	struct ws_history_extra *extra = conn->history_extra;
	if (history->used + sizeof(*extra->clock) > history->limit)
		return false;
	struct ws_history_clock *grown = realloc(extra->clock, (extra->clock_count + 1) * sizeof(*grown));
	if (!grown)
		return false;
	extra->clock = grown;
	extra->clock[extra->clock_count++] = (struct ws_history_clock){conn->history_count, now};
	history->used += sizeof(*grown);
	return true;
}

bool ws_history_add_sack(struct ws_history *history, struct ws_conn *conn, uint64_t frame,
                         const struct ws_tcp_summary *tcp)
{
	if (conn->history_full)
		return true;
	if (!need_extra(history, conn))
		return false;
	struct ws_history_extra *extra = conn->history_extra;
	if (extra->sack_count == extra->sack_room) {
		const size_t more = extra->sack_room ? extra->sack_room : 4, room = extra->sack_room + more;
		if (history->used + more * sizeof(*extra->sack) > history->limit)
			return false;
		struct ws_history_sack *grown = realloc(extra->sack, room * sizeof(*grown));
		if (!grown)
			return false;
		extra->sack = grown;
		extra->sack_room = room;
		history->used += more * sizeof(*grown);
	}
	struct ws_history_sack *sack = &extra->sack[extra->sack_count++];
	*sack = (struct ws_history_sack){.frame = frame, .count = tcp->sack_count};
	for (unsigned i = 0; i < tcp->sack_count; i++)
		sack->block[i] = tcp->sack[i];
	return true;
}

bool ws_history_find_clock(const struct ws_conn *conn, size_t input, ws_time *now)
{
	const struct ws_history_extra *extra = conn->history_extra;
	const size_t count = extra ? extra->clock_count : 0;
	const size_t low = SEARCH_FIRST(count, i, extra->clock[i].input < input);
	if (low == count || extra->clock[low].input != input)
		return false;
	*now = extra->clock[low].now;
	return true;
}

static void free_extra(struct ws_history *history, struct ws_conn *conn)
{
	struct ws_history_extra *extra = conn->history_extra;
	if (!extra)
		return;
	history->used -=
	        sizeof(*extra) + extra->clock_count * sizeof(*extra->clock) + extra->sack_room * sizeof(*extra->sack);
	free(extra->clock);
	free(extra->sack);
	free(extra);
	conn->history_extra = NULL;
}

void ws_history_free(struct ws_history *history, struct ws_conn *conn)
{
	struct ws_history_log *log = conn->history;
	for (struct ws_history_chunk *chunk = log ? log->first.next : NULL, *next; chunk; chunk = next) {
		next = chunk->next;
		history->used -= chunk_size(chunk->capacity);
		free(chunk);
	}
	history->used -= log ? log_size(log->first.capacity) : 0;
	free(log);
	free_extra(history, conn);
	conn->history = NULL;
	conn->history_at = NULL;
	conn->history_count = 0;
}

void ws_history_drop(struct ws_history *history, struct ws_conn *conn)
{
	history->dropped += conn->history_count;
	ws_history_free(history, conn);
	conn->history_full = 1;
}
