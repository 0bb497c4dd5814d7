#include "app/marks.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* KEPT of them are there after marks_sort(), and room for as many again. */
enum { KEPT = 65536, ENOUGH = 8, SHARE = 10 };

bool marks_init(struct marks *marks)
{
	*marks = (struct marks){.limit = UINT64_MAX, .mark = malloc(2 * KEPT * sizeof(*marks->mark))};
	return marks->mark;
}

void marks_free(struct marks *marks)
{
	free(marks->mark);
}

static uint64_t mark_of(const struct ws_packet *packet)
{
	const uint64_t kept = packet->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK);
	uint64_t mark = ws_hash_mix(packet->payload_length, kept << 16 | packet->window);
	if (packet->tcp.timestamps)
		mark = ws_hash_mix(mark, (uint64_t)packet->tcp.tsval << 32 | packet->tcp.tsecr);
	else
		mark = ws_hash_mix(mark, (uint64_t)packet->sequence << 32 | packet->acknowledgment);
	const bool stays = ws_addr_stay_on_host(&packet->source, &packet->destination);
	return ws_hash_mix(mark, (uint64_t)stays << 1 | packet->tcp.timestamps);
}

static int mark_order(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return a < b ? -1 : a > b;
}

void marks_sort(struct marks *marks)
{
	size_t out = 0;
	if (!marks->count)
		return;
	qsort(marks->mark, marks->count, sizeof(*marks->mark), mark_order);
	for (size_t i = 0; i < marks->count; i++)
		if (!out || marks->mark[out - 1] != marks->mark[i])
			marks->mark[out++] = marks->mark[i];
	if (out > KEPT) {
		out = KEPT;
		marks->limit = marks->mark[KEPT - 1];
	}
	marks->count = out;
}

static void add_mark(struct marks *marks, uint64_t mark)
{
	if (mark > marks->limit)
		return;
	if (marks->count == 2 * KEPT)
		marks_sort(marks);
	if (mark <= marks->limit)
		marks->mark[marks->count++] = mark;
}

/* What a host asks again and again, or what all hosts ask, is the same in captures that have nothing to do with each
 * other. So the IP ID counts where there is one, and an address with its port: that of one end, since a NAT may change
 * the other. It may also change the identifier of an echo, which counts only where there is no IP ID. */
static void mark_datagram(struct marks *marks, const struct ws_frame *frame, const struct ws_packet *packet)
{
	uint16_t identifier = 0;
	bool reply;
	const uint64_t digest = packet->fragment ? 0 : ws_packet_digest(packet, frame->data, frame->captured);
	if (!digest || ws_packet_goes_to_many(packet))
		return;
	const bool echo = ws_packet_echo(packet, frame->data, frame->captured, &identifier, &reply);
	uint64_t same = ws_hash_mix(digest, packet->ip_version == 4 ? packet->identification : 0), half[2];
	same = ws_hash_mix(same, (uint64_t)packet->payload_length << 1 | 1);
	for (unsigned end = 0; end < 2; end++) {
		memcpy(half, end ? packet->destination.byte : packet->source.byte, sizeof(half));
		const uint64_t port = echo  ? (packet->ip_version == 4 && packet->identification ? 0 : identifier)
		                      : end ? packet->destination_port
		                            : packet->source_port;
		add_mark(marks, ws_hash_mix(ws_hash_mix(ws_hash_mix(same, half[0]), half[1]), port << 1 | end));
	}
}

void marks_add(struct marks *marks, const struct ws_frame *frame, const struct ws_packet *packet)
{
	if (!marks->frames++ || frame->time < marks->first)
		marks->first = frame->time;
	if (marks->frames == 1 || frame->time > marks->last)
		marks->last = frame->time;
	if (packet->tcp_complete)
		add_mark(marks, mark_of(packet));
	else
		mark_datagram(marks, frame, packet);
}

/* How many segments both hold, of how many that could be in both. */
static size_t shared(const struct marks *a, const struct marks *b, size_t *comparable)
{
	const uint64_t limit = a->limit < b->limit ? a->limit : b->limit;
	size_t i = 0, k = 0, both = 0;
	while (i < a->count && k < b->count && a->mark[i] <= limit && b->mark[k] <= limit) {
		both += a->mark[i] == b->mark[k];
		const bool next_a = a->mark[i] <= b->mark[k];
		k += b->mark[k] <= a->mark[i];
		i += next_a;
	}
	size_t left = 0, right = 0;
	while (left < a->count && a->mark[left] <= limit)
		left++;
	while (right < b->count && b->mark[right] <= limit)
		right++;
	*comparable = left < right ? left : right;
	return both;
}

bool marks_overlap(const struct marks *a, const struct marks *b)
{
	return a->frames && b->frames && a->first < b->last && b->first < a->last;
}

/* At the boundary of two files of one capture a repeated ACK may be in both, so that files that follow one another in
 * time must share more. */
bool marks_are_points(const struct marks *a, const struct marks *b)
{
	size_t comparable;
	const size_t both = shared(a, b, &comparable);
	return both >= 2 && (marks_overlap(a, b) || both * SHARE >= comparable);
}

bool marks_share_part(const struct marks *a, const struct marks *b)
{
	size_t comparable;
	const size_t both = shared(a, b, &comparable);
	return both >= 2 && both * SHARE >= comparable;
}

bool marks_are_clear(const struct marks *a, const struct marks *b)
{
	size_t comparable;
	const size_t both = shared(a, b, &comparable);
	return both >= ENOUGH && both * SHARE >= comparable;
}
