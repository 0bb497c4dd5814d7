/* Makes the stream from a connection's steps: a list of pieces in order of capture.
 *
 * In each direction the next expected sequence number is known. A segment that begins after it leaves a gap; one
 * that begins before it repeats bytes or fills a gap. Sequence numbers are extended to 64 bits, so that streams
 * longer than 4 GiB stay in order.
 *
 * Nagle's algorithm (RFC 9293 §3.7.4) cannot be observed, but its effect can: a small segment that leaves the
 * moment an ACK covers everything sent before had been waiting for that ACK. */
#include "scene/bytes/stream.h"

#include <wirestate/packet.h>

#include <stdlib.h>
#include <string.h>

#define AT_ONCE WS_MILLISECOND /* a segment that leaves so soon after an ACK was waiting for it */

void stream_free(struct stream_view *view)
{
	ws_replay_close(view->replay);
	free(view->piece);
	free(view->line);
	free(view->loaded.bytes);
	*view = (struct stream_view){.only = -1, .loaded.piece = SIZE_MAX};
}

void stream_start(struct stream_view *view, const struct ws_tracker *tracker, ws_conn_id id, unsigned point,
                  bool turned)
{
	stream_leave(view);
	view->point = point;
	view->turned = turned;
	view->replay = ws_replay_open(tracker, id);
}

void stream_leave(struct stream_view *view)
{
	uint64_t seek = view->count ? view->piece[view->cursor.piece].frame : view->seek;
	bool hex = view->hex;
	int only = view->only;
	const unsigned chosen = view->chosen;
	const uint64_t chosen_for = view->chosen_for;
	stream_free(view);
	view->seek = seek;
	view->chosen = chosen;
	view->chosen_for = chosen_for;
	view->hex = hex;
	view->only = only;
}

static struct stream_piece *piece_add(struct stream_view *view, const struct ws_segment *input, enum stream_kind kind)
{
	if (view->count == view->capacity) {
		size_t to = view->capacity ? view->capacity * 2 : 64;
		struct stream_piece *pieces = to <= STREAM_PIECES ? realloc(view->piece, to * sizeof(*pieces)) : NULL;
		if (!pieces) {
			view->full = true;
			return NULL;
		}
		view->piece = pieces;
		view->capacity = to;
	}
	struct stream_piece *piece = &view->piece[view->count++];
	*piece = (struct stream_piece){
	        .time = input->time,
	        .frame = input->frame,
	        .position = input->position,
	        .flags = input->flags,
	        .kind = (uint8_t)kind,
	        .direction = input->direction,
	};
	return piece;
}

/* The 64-bit number nearest to `near` that ends in `sequence`. */
static int64_t widen(uint32_t sequence, int64_t near)
{
	return near + (int32_t)(sequence - (uint32_t)near);
}

static void open_gap(struct stream_view *view, const struct ws_segment *input, int64_t to)
{
	struct stream_flow *flow = &view->flow[input->direction];
	struct stream_piece *gap = piece_add(view, input, STREAM_GAP);
	if (!gap)
		return;
	gap->sequence = flow->next;
	gap->length = gap->missing = (uint32_t)(to - flow->next);
	if (flow->gap_count == STREAM_GAPS) {
		memmove(flow->gap, flow->gap + 1, (STREAM_GAPS - 1) * sizeof(flow->gap[0]));
		flow->gap_count--;
	}
	flow->gap[flow->gap_count++] = view->count - 1;
}

/* Fills gaps with the bytes from..to. Returns how many of these bytes were in gaps. */
static uint32_t fill_gaps(struct stream_view *view, struct stream_flow *flow, int64_t from, int64_t to, uint64_t frame)
{
	uint32_t filled = 0;
	for (size_t i = 0; i < flow->gap_count; i++) {
		struct stream_piece *gap = &view->piece[flow->gap[i]];
		int64_t low = from > gap->sequence ? from : gap->sequence;
		int64_t end = gap->sequence + gap->length, high = to < end ? to : end;
		if (low >= high)
			continue;
		uint32_t overlap = (uint32_t)(high - low);
		overlap = overlap < gap->missing ? overlap : gap->missing;
		gap->missing -= overlap;
		filled += overlap;
		if (gap->missing)
			continue;
		gap->filled = frame;
		flow->gap_count--;
		memmove(flow->gap + i, flow->gap + i + 1, (flow->gap_count - i) * sizeof(flow->gap[0]));
		i--;
	}
	return filled;
}

/* An ACK that covers everything sent releases what Nagle's algorithm held back. */
static void flow_take_ack(struct stream_flow *flow, const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	int64_t ack = widen(step->relative_acknowledgment, flow->acked);
	bool moved = ack > flow->acked;
	if (moved)
		flow->acked = ack;
	if (moved && flow->known && ack >= flow->next && !input->length && flow->sent_length) {
		flow->release = input->frame;
		flow->released = input->time;
	}
}

static void flow_take_data(struct stream_view *view, const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	struct stream_flow *flow = &view->flow[input->direction];
	int64_t from = widen(step->relative_sequence, flow->next) + (input->flags & WS_TCP_SYN ? 1 : 0);
	int64_t to = from + input->length;
	uint32_t probes = 1u << WS_ANALYSIS_KEEP_ALIVE | 1u << WS_ANALYSIS_ZERO_WINDOW_PROBE;
	bool probe = step->analysis & probes && input->length <= 1, bad = input->bad_checksum;
	if (!bad && !probe && from > flow->next)
		open_gap(view, input, from);
	struct stream_piece *piece = piece_add(view, input, STREAM_DATA);
	if (!piece)
		return;
	piece->sequence = from;
	piece->length = input->length;
	piece->probe = probe;
	piece->bad = bad;
	if (bad || probe)
		return;
	int64_t old_end = to < flow->next ? to : flow->next;
	uint32_t old = old_end > from ? (uint32_t)(old_end - from) : 0;
	uint32_t filled = old ? fill_gaps(view, flow, from, old_end, input->frame) : 0;
	piece->late = filled > 0;
	piece->again = old - filled;
	flow->bytes += input->length - piece->again;
	if (flow->release && !old && input->time - flow->released <= AT_ONCE && flow->released - flow->sent > AT_ONCE)
		piece->held_by = flow->release;
	flow->release = 0;
	flow->sent = input->time;
	flow->sent_length = input->length;
	if (to > flow->next)
		flow->next = to;
}

/* The beginning or the end of a direction. */
static void piece_mark(struct stream_view *view, const struct ws_step *step, uint16_t flags)
{
	struct stream_flow *flow = &view->flow[step->input.direction];
	struct stream_piece *piece = piece_add(view, &step->input, STREAM_MARK);
	if (!piece)
		return;
	piece->flags &= flags;
	piece->sequence = widen(step->relative_sequence, flow->next) + step->input.length;
	piece->again = (flow->marked & piece->flags) != 0;
	flow->marked |= piece->flags;
}

/* Segments with wrong checksums turn out to have been good: their pieces count now. */
static void stream_accept(struct stream_view *view, const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	struct stream_flow *flow = &view->flow[input->direction];
	int64_t from = widen(step->relative_sequence, flow->next) + (input->flags & WS_TCP_SYN ? 1 : 0);
	int64_t to = from + input->length;
	uint32_t left = input->length;
	for (size_t i = view->count; i-- > 0 && left;) {
		struct stream_piece *piece = &view->piece[i];
		if (!piece->bad || piece->direction != input->direction || piece->sequence < from ||
		    piece->sequence + piece->length > to)
			continue;
		piece->bad = 0;
		left -= piece->length < left ? piece->length : left;
	}
	fill_gaps(view, flow, from, to, input->frame);
	flow->bytes += input->length;
	if (to > flow->next)
		flow->next = to;
}

static void stream_take(struct stream_view *view, const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	if (input->kind == WS_INPUT_ACCEPTED)
		stream_accept(view, step);
	if (input->kind != WS_INPUT_SEGMENT || input->duplicate)
		return;
	struct stream_flow *flow = &view->flow[input->direction & 1], *peer = &view->flow[!input->direction];
	if (!flow->known && !(input->flags & WS_TCP_RST) && !(step->analysis & 1u << WS_ANALYSIS_KEEP_ALIVE)) {
		flow->known = true;
		flow->next = (int64_t)step->relative_sequence + (input->flags & WS_TCP_SYN ? 1 : 0);
	}
	if (input->flags & WS_TCP_SYN)
		piece_mark(view, step, WS_TCP_SYN);
	if (input->flags & WS_TCP_ACK && !input->bad_checksum)
		flow_take_ack(peer, step);
	if (input->length)
		flow_take_data(view, step);
	if (input->flags & (WS_TCP_FIN | WS_TCP_RST))
		piece_mark(view, step, WS_TCP_FIN | WS_TCP_RST);
}

bool stream_build(struct stream_view *view, size_t most)
{
	struct ws_step step;
	for (size_t i = 0; i < most; i++) {
		if (!view->replay || view->full || !ws_replay_step(view->replay, view->step, &step))
			return false;
		view->step++;
		step.input.direction ^= view->turned;
		stream_take(view, &step);
	}
	return true;
}

/* ---- The bytes themselves */

const uint8_t *stream_bytes(struct stream_view *view, const struct ws_model *model, size_t index, uint32_t *count)
{
	struct stream_loaded *loaded = &view->loaded;
	const struct stream_piece *piece = &view->piece[index];
	*count = loaded->count;
	if (loaded->piece == index)
		return loaded->count ? loaded->bytes : NULL;
	struct ws_frame frame;
	struct ws_packet packet;
	loaded->piece = index;
	*count = loaded->count = 0;
	if (!ws_model_fetch(model, view->point, piece->position, &frame))
		return NULL;
	ws_decode(&frame, &packet);
	/* Of a segment that came in IP fragments, the last fragment holds only a part. */
	if (packet.transport != WS_TRANSPORT_TCP || packet.fragment || packet.payload_offset > frame.captured)
		return NULL;
	uint32_t here = packet.payload_captured < piece->length ? packet.payload_captured : piece->length;
	if (here > frame.captured - packet.payload_offset)
		here = frame.captured - packet.payload_offset;
	if (here > loaded->capacity) {
		uint8_t *bytes = realloc(loaded->bytes, here);
		if (!bytes)
			return NULL;
		loaded->bytes = bytes;
		loaded->capacity = here;
	}
	if (here)
		memcpy(loaded->bytes, frame.data + packet.payload_offset, here);
	*count = loaded->count = here;
	return here ? loaded->bytes : NULL;
}
