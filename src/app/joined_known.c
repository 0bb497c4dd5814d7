/* What the trackers of the points know: connections, and conversations of datagrams, which are made here of single datagrams;
 * and the segments of each. */
#include "app/joined_parts.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- Connections */

/* More than CONNECTIONS in joins.c, so that while packets come, all are taken at once, and none twice. */
enum { SLICE = 8192 };

/* The next ones of `count`. True: these were the last. */
static bool know_connections(struct known *known, const struct ws_tracker *tracker)
{
	const size_t last =
	        known->connections - known->looked_at < SLICE ? known->connections : known->looked_at + SLICE;
	for (size_t i = known->looked_at; i < last; i++) {
		const ws_conn_id id = ws_tracker_conn_at(tracker, i);
		const size_t at = known->count;
		if (ws_tracker_join_connection(tracker, id, &known->connection[at], known->mss[at], &known->number[at]))
			known->id[known->count++] = id;
	}
	known->looked_at = last;
	known->tcp = known->count;
	return last == known->connections;
}

/* ---- Conversations */

/* Those of UDP have numbers; echoes belong together by addresses and identifier. */
static uint64_t key_of(const struct ws_join_datagram *datagram)
{
	uint64_t half[4], key = datagram->port[0];
	if (datagram->conversation)
		return datagram->conversation;
	memcpy(half, datagram->address, sizeof(half));
	for (size_t i = 0; i < WS_ARRAY_SIZE(half); i++)
		key = ws_hash_mix(key, half[i]);
	return key | UINT64_C(1) << 63;
}

/* Sorts by key, and keeps the order of those with the same key: by one digit after the other, from the lowest. Keys of UDP
 * have few; where there are echoes, whose keys are larger than all others, all have more. */
static bool sort_datagrams(struct datagram_key *datagram, size_t count)
{
	enum { BITS = 11, DIGITS = 1 << BITS };
	struct datagram_key *room = malloc((count + 1) * sizeof(*room)), *from = datagram, *to = room;
	uint64_t all = 0;
	if (!room)
		return false;
	for (size_t i = 0; i < count; i++)
		all |= datagram[i].key;
	for (unsigned shift = 0; shift < 64 && all >> shift; shift += BITS) {
		size_t at[DIGITS] = {0}, begin = 0;
		for (size_t i = 0; i < count; i++)
			at[from[i].key >> shift & (DIGITS - 1)]++;
		for (size_t i = 0; i < DIGITS; i++) {
			const size_t with = at[i];
			at[i] = begin;
			begin += with;
		}
		for (size_t i = 0; i < count; i++)
			to[at[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
		struct datagram_key *sorted = to;
		to = from;
		from = sorted;
	}
	if (from != datagram && count)
		memcpy(datagram, from, count * sizeof(*datagram));
	free(room);
	return true;
}

/* Counts the conversations and echoes. False: out of memory. */
static bool list_datagrams(struct known *known, const struct ws_tracker *tracker, size_t *flows)
{
	const struct ws_range range = ws_tracker_datagrams(tracker);
	size_t count = 0;
	for (uint64_t number = range.first; number < range.end; number++)
		known->datagram[count++] =
		        (struct datagram_key){key_of(ws_tracker_join_datagram(tracker, number)), number};
	if (!sort_datagrams(known->datagram, count))
		return false;
	for (size_t i = 0; i < count; i++)
		*flows += !i || known->datagram[i].key != known->datagram[i - 1].key;
	return true;
}

static void begin_flow(struct ws_join_connection *c, const struct ws_join_datagram *datagram)
{
	c->kind = datagram->conversation ? WS_JOIN_UDP : WS_JOIN_ECHO;
	memcpy(c->address, datagram->address, sizeof(c->address));
	memcpy(c->port, datagram->port, sizeof(c->port));
	c->first_time = datagram->time;
}

static void know_flows(struct known *known, const struct ws_tracker *tracker, size_t datagrams)
{
	struct ws_join_connection *c = NULL;
	struct flow *flow = known->flow;
	for (size_t i = 0; i < datagrams; i++) {
		const struct ws_join_datagram *datagram = ws_tracker_join_datagram(tracker, known->datagram[i].number);
		if (!i || known->datagram[i].key != known->datagram[i - 1].key) {
			c = &known->connection[known->count];
			flow = &known->flow[known->count++ - known->tcp];
			*flow = (struct flow){.number = datagram->conversation, .first = i};
			begin_flow(c, datagram);
		}
		flow->count++;
		flow->cut = flow->cut || !datagram->digest;
	}
}

static bool begin_to_know(const struct joined *joined, struct known *known, const struct ws_tracker *tracker)
{
	const struct ws_range range = ws_tracker_datagrams(tracker);
	const size_t count = ws_tracker_conn_count(tracker), kept = (size_t)(range.end - range.first);
	known->datagrams = kept <= joined->most_datagrams ? kept : 0;
	known->datagram = calloc(known->datagrams + 1, sizeof(*known->datagram));
	if (!known->datagram)
		return false;
	size_t flows = 0;
	if (known->datagrams && !list_datagrams(known, tracker, &flows))
		return false;
	known->connection = calloc(count + flows + 1, sizeof(*known->connection));
	known->id = calloc(count + 1, sizeof(*known->id));
	known->number = calloc(count + 1, sizeof(*known->number));
	known->mss = calloc(count + 1, sizeof(*known->mss));
	known->flow = calloc(flows + 1, sizeof(*known->flow));
	if (!known->connection || !known->id || !known->number || !known->mss || !known->flow)
		return false;
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	known->seen[0] = stats.connections;
	known->seen[1] = stats.udp_conversations;
	known->connections = count;
	return true;
}

bool joined_know(struct joined *joined, size_t point, bool *done)
{
	struct known *known = &joined->known[point];
	const struct ws_tracker *tracker = joined->session->points[point].tracker;
	if (!known->datagram && !begin_to_know(joined, known, tracker))
		return false;
	*done = know_connections(known, tracker);
	if (*done)
		know_flows(known, tracker, known->datagrams);
	return true;
}

void joined_forget(struct known *known)
{
	free(known->connection);
	free(known->id);
	free(known->number);
	free(known->mss);
	free(known->flow);
	free(known->datagram);
}

size_t joined_flow_length(const struct joined *joined, size_t point, uint32_t member)
{
	const struct known *known = &joined->known[point];
	return member < known->tcp ? 0 : known->flow[member - known->tcp].count;
}

size_t joined_contents(const struct joined *joined, size_t point, uint32_t member, uint32_t index,
                       struct ws_join_content *content)
{
	const struct known *known = &joined->known[point];
	const struct flow *flow = &known->flow[member < known->tcp ? 0 : member - known->tcp];
	const size_t length = joined_flow_length(joined, point, member);
	size_t count = 0;
	for (size_t i = 0; i < length; i++) {
		const struct ws_join_datagram *datagram = ws_tracker_join_datagram(
		        joined->session->points[point].tracker, known->datagram[flow->first + i].number);
		if (datagram && datagram->digest)
			content[count++] = (struct ws_join_content){datagram->time, datagram->digest, index,
			                                            datagram->identification, datagram->direction};
	}
	return count;
}

/* ---- Segments */

static struct ws_join_segment *segment_add(struct loaded *loaded)
{
	if (loaded->count == loaded->room) {
		const size_t room = loaded->room ? 2 * loaded->room : 256;
		struct ws_join_segment *grown =
		        room <= loaded->most ? realloc(loaded->segment, room * sizeof(*grown)) : NULL;
		if (!grown)
			return NULL;
		loaded->segment = grown;
		loaded->room = room;
	}
	return &loaded->segment[loaded->count++];
}

static bool load_segment(void *context, const struct ws_segment *s)
{
	struct loaded *loaded = context;
	if (s->duplicate)
		return true;
	struct ws_join_segment *segment = segment_add(loaded);
	if (!segment)
		return false;
	*segment = (struct ws_join_segment){
	        .time = s->time,
	        .frame = s->frame,
	        .sequence = s->sequence,
	        .acknowledgment = s->acknowledgment,
	        .length = s->length,
	        .tsval = s->tsval,
	        .tsecr = s->tsecr,
	        .sack_right = s->sack ? s->sack_right : 0,
	        .flags = s->flags,
	        .window = s->window,
	        .identification = s->identification,
	        .direction = s->direction,
	        .timestamps = s->timestamps,
	        .damaged = s->bad_checksum,
	};
	loaded->damaged = loaded->damaged || s->bad_checksum;
	return true;
}

/* The host took these, so that their wrong checksums were no damage: a network card had yet to complete them. */
static bool load_accepted(void *context, const struct ws_segment *accepted)
{
	struct loaded *loaded = context;
	const uint32_t span = accepted->length + !!(accepted->flags & WS_TCP_SYN) + !!(accepted->flags & WS_TCP_FIN);
	for (size_t i = 0; i < loaded->count && loaded->segment[i].frame < accepted->frame; i++) {
		struct ws_join_segment *s = &loaded->segment[i];
		if (s->direction == accepted->direction && s->sequence - accepted->sequence < span)
			s->damaged = false;
	}
	return true;
}

static bool load_segments(const struct ws_tracker *tracker, ws_conn_id id, struct loaded *loaded)
{
	loaded->damaged = false;
	return ws_tracker_segments(tracker, id, load_segment, loaded) &&
	       (!loaded->damaged || ws_tracker_accepted(tracker, id, load_accepted, loaded));
}

/* Whether at some point too little was captured of a conversation to compare its payloads. */
static bool is_cut(const struct joined *joined, const struct group *group)
{
	bool cut = false;
	for (size_t i = 0; i < joined->points; i++)
		cut = cut || (group->member[i] != (uint32_t)NONE &&
		              joined->known[i].flow[group->member[i] - joined->known[i].tcp].cut);
	return cut;
}

/* False: some of its datagrams are no longer kept. */
static bool load_datagrams(const struct joined *joined, struct loaded *loaded, const struct group *group, size_t point)
{
	enum { LOOKS_BACK = 4 }; /* at datagrams of which one may be a copy */
	const struct known *known = &joined->known[point];
	const struct flow *flow = &known->flow[group->member[point] - known->tcp];
	const struct ws_tracker *tracker = joined->session->points[point].tracker;
	const struct ws_join_datagram *before[LOOKS_BACK] = {NULL};
	const bool cut = is_cut(joined, group);
	for (size_t i = 0; i < flow->count; i++) {
		const struct ws_join_datagram *datagram =
		        ws_tracker_join_datagram(tracker, known->datagram[flow->first + i].number);
		bool again = false;
		for (size_t k = 0; datagram && k < LOOKS_BACK; k++)
			again = again || (before[k] && ws_join_datagram_again(before[k], datagram));
		struct ws_join_segment *segment = datagram && !again ? segment_add(loaded) : NULL;
		if (again)
			continue;
		if (!segment)
			return false;
		*segment = ws_join_datagram_segment(datagram, cut);
		before[i % LOOKS_BACK] = datagram;
	}
	return true;
}

uint32_t joined_datagram_length(const struct joined *joined, const struct group *group, size_t point, uint64_t frame)
{
	const struct known *known = &joined->known[point];
	const struct flow *flow = &known->flow[group->member[point] - known->tcp];
	const struct ws_tracker *tracker = joined->session->points[point].tracker;
	size_t low = 0, high = flow->count;
	while (low < high) { /* frames are in order */
		const size_t middle = low + (high - low) / 2;
		const struct ws_join_datagram *at =
		        ws_tracker_join_datagram(tracker, known->datagram[flow->first + middle].number);
		if (at && at->frame == frame)
			return at->length;
		if (!at || at->frame < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

bool joined_load_side(const struct joined *joined, struct join_memory *memory, const struct group *group, size_t point,
                      struct ws_join_side *side)
{
	const struct known *known = &joined->known[point];
	const uint32_t member = group->member[point];
	struct loaded *loaded = &memory->loaded[point];
	const struct ws_tracker *tracker = joined->session->points[point].tracker;
	loaded->count = 0;
	if (group->kind != WS_JOIN_TCP ? !load_datagrams(joined, loaded, group, point)
	                               : ws_tracker_conn_find(tracker, known->number[member]) != known->id[member] ||
	                                         !load_segments(tracker, known->id[member], loaded))
		return false;
	*side = (struct ws_join_side){
	        .segment = loaded->segment,
	        .count = loaded->count,
	        .connection = &known->connection[member],
	        .swapped = group->swapped >> point & 1,
	};
	if (group->kind == WS_JOIN_TCP)
		memcpy(side->mss, known->mss[member], sizeof(side->mss));
	return true;
}

bool join_memory_init(struct join_memory *memory, size_t most_segments, struct ws_error *error)
{
	uint64_t secret;
	for (size_t i = 0; i < WS_JOIN_POINTS; i++)
		memory->loaded[i].most = most_segments;
	if (getrandom(&secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		return ws_fail(error, WS_ERROR_SYSTEM, "cannot get random bytes from the kernel");
	memory->joiner = ws_joiner_create(most_segments, secret, error);
	return memory->joiner;
}

void join_memory_free(struct join_memory *memory)
{
	for (size_t i = 0; i < WS_JOIN_POINTS; i++)
		free(memory->loaded[i].segment);
	ws_joiner_free(memory->joiner);
}
