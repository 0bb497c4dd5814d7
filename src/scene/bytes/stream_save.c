/* Writes the bytes of a stream, each once and in order, as a program would have read them.
 *
 * The pieces of each direction are sorted by sequence number once. Then the pieces are visited in the order of
 * capture, so that the two directions alternate as they did. A piece is written when all pieces with lower
 * sequence numbers in its direction have been. Bytes that no piece holds are missing. Where a piece was not
 * captured whole, another piece with the same bytes supplies the rest. */
#include "scene/bytes/stream.h"
#include "scene/ui.h"

#include <stdlib.h>

/* The pieces of one direction in the order of their sequence numbers. */
struct stream_order {
	size_t *piece;
	size_t count, next; /* next: the first one that has not been written */
	int64_t due;        /* the sequence number of the next byte to write */
	int64_t end;        /* the sequence number after the highest byte of the pieces so far */
};

struct saver {
	struct ws_ui *ui;
	const struct ws_model *model;
	const struct ws_sink *sink;
	struct stream_order order[2];
	struct ws_stream_written *written;
	bool failed;
};

static int compare_pieces(const void *left, const void *right, void *context)
{
	const struct stream_piece *pieces = context;
	const size_t a = *(const size_t *)left, b = *(const size_t *)right;
	if (pieces[a].sequence != pieces[b].sequence)
		return pieces[a].sequence < pieces[b].sequence ? -1 : 1;
	return a < b ? -1 : a > b; /* of two that begin at the same byte, the one that was captured first */
}

static bool holds_data(const struct stream_piece *piece)
{
	return piece->kind == STREAM_DATA && !piece->bad && !piece->probe;
}

static bool order_make(struct stream_order *order, const struct stream_view *view, int direction)
{
	order->piece = calloc(view->count ? view->count : 1, sizeof(*order->piece));
	if (!order->piece)
		return false;
	for (size_t i = 0; i < view->count; i++)
		if (holds_data(&view->piece[i]) && view->piece[i].direction == direction)
			order->piece[order->count++] = i;
	qsort_r(order->piece, order->count, sizeof(*order->piece), compare_pieces, view->piece);
	if (order->count)
		order->due = order->end = view->piece[order->piece[0]].sequence;
	return true;
}

/* Writes the new bytes of a piece. Bytes missing before it cannot come any more, since pieces come in the order of
 * their sequence numbers. */
static void save_piece(struct saver *saver, struct stream_order *order, size_t index)
{
	struct stream_view *view = &saver->ui->stream;
	const struct stream_piece *piece = &view->piece[index];
	const int64_t end = piece->sequence + piece->length;
	uint32_t count;
	order->end = end > order->end ? end : order->end;
	if (end <= order->due)
		return;
	if (piece->sequence > order->due) {
		saver->written->missing += (uint64_t)(piece->sequence - order->due);
		order->due = piece->sequence;
	}
	const uint8_t *bytes = stream_bytes(view, saver->model, index, &count);
	const uint32_t skip = (uint32_t)(order->due - piece->sequence), here = count > skip ? count - skip : 0;
	if (!here)
		return;
	if (!saver->sink->write(saver->sink->context, bytes + skip, here))
		saver->failed = true;
	saver->written->bytes += here;
	order->due += here;
}

/* Writes the pieces up to number `index` in the order of capture, except those that must wait for a later one. */
static void save_up_to(struct saver *saver, struct stream_order *order, size_t index)
{
	for (; order->next < order->count && order->piece[order->next] <= index && !saver->failed; order->next++)
		save_piece(saver, order, order->piece[order->next]);
}

bool ws_ui_write_stream(struct ws_ui *ui, const struct ws_model *model, const struct ws_sink *sink,
                        struct ws_stream_written *written)
{
	struct stream_view *view = &ui->stream;
	struct saver saver = {.ui = ui, .model = model, .sink = sink, .written = written};
	*written = (struct ws_stream_written){0};
	while (stream_build(view, 1 << 16))
		;
	if (view->full) /* the last step was not taken in */
		written->left_out = ws_replay_count(view->replay) - view->step + 1;
	bool good = true;
	for (int direction = 0; direction < 2; direction++)
		if (view->only < 0 || view->only == direction)
			good = order_make(&saver.order[direction], view, direction) && good;
	for (size_t i = 0; good && i < view->count && !saver.failed; i++)
		save_up_to(&saver, &saver.order[view->piece[i].direction], i);
	for (int direction = 0; direction < 2; direction++) {
		written->missing += (uint64_t)(saver.order[direction].end - saver.order[direction].due);
		free(saver.order[direction].piece);
	}
	return good && !saver.failed;
}
