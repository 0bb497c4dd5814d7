/* Decides what a wrong checksum means.
 *
 * Zeek drops every segment with a wrong checksum, unless its user knows the option -C. Suricata stops checking when a
 * tenth of its first thousand packets were wrong. Both need many packets or a decision of the user. Here the decision
 * is made for each endpoint while packets arrive:
 *
 * - Until an endpoint has sent a right checksum, its wrong ones mean nothing, and its segments are applied. There is
 * one exception: if right ones are known from its host to the same other host, a few wrong ones are ignored first.
 * - After a right checksum, a segment with a wrong one is damaged or forged, and is ignored, as its receiver ignores
 * it. It was good after all if the peer acknowledges bytes that no other segment had, or if its sender continues after
 * the FIN in it. Then it is applied late, as WS_INPUT_ACCEPTED. When that happens a second time, the endpoint's wrong
 *   checksums mean nothing.
 * - They also mean nothing when most of its checksums are wrong. */
#include "track/checksums.h"

#include "base/hash.h"
#include "track/tracker.h"

enum {
	FEW = 3,  /* wrong ones that are ignored between two hosts with right ones */
	MANY = 8, /* wrong ones of an endpoint before a majority of MAJORITY to 1 counts */
	MAJORITY = 4,
	NEVER_AGAIN = 1, /* seconds after which a sender has repeated a lost segment (RFC 6298 §2) */
};

static struct ws_checksum_pair *pair_of(struct ws_tracker *tracker, const struct ws_tuple *tuple, uint32_t *hash)
{
	struct ws_siphash_state state = ws_siphash_begin(tracker->config.hash_key);
	ws_siphash_word(&state, ws_siphash_load(tuple->source->byte));
	ws_siphash_word(&state, ws_siphash_load(tuple->source->byte + 8));
	ws_siphash_word(&state, ws_siphash_load(tuple->destination->byte));
	ws_siphash_word(&state, ws_siphash_load(tuple->destination->byte + 8));
	*hash = (uint32_t)ws_siphash_end(&state, 0, 2 * sizeof(*tuple->source)) | 1;
	return &tracker->checksums.pair[*hash / 2 % WS_CHECKSUM_PAIRS];
}

/* Records the first right checksum of an endpoint, for the connection and for the two hosts. After it, wrong ones mean
 * something. */
static void note_right(struct ws_tracker *tracker, struct ws_conn *conn, unsigned direction,
                       const struct ws_tuple *tuple)
{
	if (conn->checksums_right >> direction & 1)
		return;
	uint32_t hash;
	conn->checksums_right |= (uint8_t)(1u << direction);
	struct ws_checksum_pair *pair = pair_of(tracker, tuple, &hash);
	*pair = (struct ws_checksum_pair){.hash = hash};
}

static bool mostly_wrong(const struct ws_conn *conn, unsigned direction)
{
	uint64_t wrong = conn->bad_checksums[direction], right = conn->traffic[direction].packets - wrong;
	return wrong >= MANY && wrong >= MAJORITY * right;
}

static bool is_ignored(struct ws_tracker *tracker, const struct ws_conn *newest, const struct ws_tuple *tuple)
{
	if (tracker->config.ignore_checksums)
		return true;
	if (newest) {
		const unsigned direction = ws_conn_is(newest, 0, tuple->source, tuple->source_port) ? 0 : 1;
		if (newest->checksums_useless >> direction & 1)
			return true;
		if (newest->checksums_right >> direction & 1)
			return mostly_wrong(newest, direction);
	}
	uint32_t hash;
	struct ws_checksum_pair *pair = pair_of(tracker, tuple, &hash);
	if (pair->hash != hash || pair->wrong == FEW)
		return true;
	pair->wrong++;
	return false;
}

void ws_checksums_judge(struct ws_tracker *tracker, const struct ws_conn *newest, const struct ws_tuple *tuple,
                        struct ws_segment *segment)
{
	tracker->stats.bad_checksums++;
	segment->checksum_ignored = is_ignored(tracker, newest, tuple);
	segment->bad_checksum = !segment->checksum_ignored;
	tracker->stats.checksums_ignored += segment->checksum_ignored;
}

/* ---- Suspects */

static struct ws_suspect *suspect_of(struct ws_tracker *tracker, const struct ws_conn *conn, unsigned direction)
{
	return &tracker->checksums.suspect[(conn->number * 2 + direction) % WS_SUSPECTS];
}

static uint32_t end_of(const struct ws_segment *s)
{
	return s->sequence + s->length + !!(s->flags & WS_TCP_SYN) + !!(s->flags & WS_TCP_FIN);
}

/* False: it will not be acknowledged, or it opens a connection. */
static bool may_be_accepted(const struct ws_segment *s)
{
	return !(s->flags & WS_TCP_RST) && s->flags & WS_TCP_ACK && end_of(s) != s->sequence;
}

static void add_to_suspect(struct ws_suspect *suspect, const struct ws_segment *segment)
{
	const struct ws_segment last = suspect->segment;
	const bool follows = suspect->count && end_of(&last) == segment->sequence && !(last.flags & WS_TCP_FIN);
	suspect->segment = *segment;
	if (!follows) {
		suspect->count = 1;
		suspect->first_length = segment->length;
		suspect->first_time = segment->time;
		suspect->first_frame = segment->frame;
		return;
	}
	suspect->count++;
	suspect->segment.sequence = last.sequence;
	suspect->segment.length += last.length;
	suspect->segment.flags |= last.flags & WS_TCP_SYN;
}

static void keep_suspect(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *segment)
{
	const unsigned bit = 1u << segment->direction;
	struct ws_suspect *suspect = suspect_of(tracker, conn, segment->direction);
	if (!may_be_accepted(segment))
		return;
	if (!(conn->suspects & bit) || suspect->conn_number != conn->number)
		*suspect = (struct ws_suspect){.conn_number = conn->number};
	add_to_suspect(suspect, segment);
	conn->suspects |= bit;
}

bool ws_suspects_replay(struct ws_suspect kept[2], const struct ws_segment *input, struct ws_suspect *accepted)
{
	struct ws_suspect *suspect = &kept[input->direction & 1];
	const struct ws_segment *s = &suspect->segment;
	if (input->kind == WS_INPUT_SEGMENT && input->bad_checksum && !input->duplicate && !input->repeated &&
	    may_be_accepted(input))
		add_to_suspect(suspect, input);
	if (input->kind != WS_INPUT_ACCEPTED)
		return false;
	if (!suspect->count || s->sequence != input->sequence || end_of(s) != end_of(input)) {
		suspect->count = 0; /* the tracker had given up what they followed */
		add_to_suspect(suspect, input);
	}
	suspect->segment.kind = WS_INPUT_SEGMENT;
	suspect->segment.bad_checksum = 0;
	*accepted = *suspect;
	suspect->count = 0;
	return true;
}

/* True when a segment shows that an earlier one of its own sender, the suspect, arrived. */
static bool sender_goes_on(const struct ws_conn *conn, const struct ws_segment *suspect, const struct ws_segment *s)
{
	const bool other_side_captured = conn->traffic[1 - s->direction].packets;
	if (ws_seq_before(s->sequence, end_of(suspect)))
		return false;
	if (suspect->flags & WS_TCP_FIN)
		return s->sequence == end_of(suspect);
	return !other_side_captured && s->time - suspect->time >= NEVER_AGAIN * WS_SECOND;
}

static bool sends_again(const struct ws_segment *suspect, const struct ws_segment *s)
{
	return end_of(s) != s->sequence && ws_seq_before(s->sequence, end_of(suspect)) &&
	       ws_seq_before(suspect->sequence, end_of(s));
}

/* True when the peer acknowledges bytes that no other segment had. */
static bool is_acknowledged(const struct ws_endpoint *sender, const struct ws_segment *suspect,
                            const struct ws_segment *s)
{
	return s->flags & WS_TCP_ACK && ws_seq_before(suspect->sequence, s->acknowledgment) &&
	       (!sender->sent_any || ws_seq_before(sender->snd_max, s->acknowledgment));
}

static bool is_news(const struct ws_endpoint *sender, const struct ws_segment *suspect)
{
	return !sender->sent_any || ws_seq_before(sender->snd_max, end_of(suspect));
}

static void accept_suspect(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_suspect *suspect,
                           const struct ws_segment *s)
{
	const unsigned direction = suspect->segment.direction;
	struct ws_suspect good = *suspect;
	good.segment.bad_checksum = 0;
	ws_tracker_count_accepted(tracker, conn, &good.segment);
	const struct ws_exchange *done = ws_exchange_pool_accept(&tracker->requests, conn, &good);
	struct ws_segment input = good.segment;
	input.kind = WS_INPUT_ACCEPTED;
	input.time = s->time;
	input.frame = s->frame;
	input.position = s->position;
	conn->checksums_ignored += suspect->count;
	tracker->stats.checksums_ignored += suspect->count;
	if (conn->bad_checksums[direction] > 1)
		conn->checksums_useless |= 1u << direction;
	ws_zeek_note(&conn->zeek, NULL, &input, 0); /* without marks and wrong checksum */
	ws_tracker_apply(tracker, conn, &input, s->frame);
	ws_tracker_end_exchange(tracker, conn, done, s);
}

static void judge_suspect(struct ws_tracker *tracker, struct ws_conn *conn, unsigned direction,
                          const struct ws_segment *s)
{
	const struct ws_suspect *suspect = suspect_of(tracker, conn, direction);
	const struct ws_endpoint *sender = &conn->machine.endpoint[conn->machine.self ? 0 : direction];
	const struct ws_segment *kept = &suspect->segment;
	bool over = true;
	if (suspect->conn_number != conn->number || !is_news(sender, kept))
		over = true;
	else if (s->direction == direction ? sender_goes_on(conn, kept, s) : is_acknowledged(sender, kept, s))
		accept_suspect(tracker, conn, suspect, s);
	else
		over = s->direction == direction && sends_again(kept, s);
	if (over)
		conn->suspects &= (uint8_t) ~(1u << direction);
}

static void judge_suspects(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *segment)
{
	for (unsigned direction = 0; direction < 2; direction++)
		if (conn->suspects >> direction & 1)
			judge_suspect(tracker, conn, direction, segment);
}

void ws_checksums_note(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_tuple *tuple,
                       const struct ws_segment *segment, enum ws_checksum checksum)
{
	const unsigned direction = segment->direction;
	if (segment->duplicate)
		return;
	conn->bad_checksums[direction] += segment->bad_checksum || segment->checksum_ignored;
	conn->checksums_ignored += segment->checksum_ignored;
	if (segment->bad_checksum) {
		keep_suspect(tracker, conn, segment);
		return;
	}
	if (checksum == WS_CHECKSUM_GOOD || checksum == WS_CHECKSUM_OFFLOADED)
		note_right(tracker, conn, direction, tuple);
	if (!(segment->flags & WS_TCP_RST))
		judge_suspects(tracker, conn, segment);
}
