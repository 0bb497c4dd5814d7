/* The bytes of a stream, each once and in order, as a program would have read them.
 *
 * The pieces of each direction are sorted by their sequence numbers once. Then the pieces are gone through in the order
 * of capture, so that two directions alternate as they did: each piece that has come is handed on when all pieces
 * before it in its direction have been, and what no piece holds is missing. A piece whose bytes were not captured whole
 * leaves the rest to another one that holds the same bytes. */
#include "scene/bytes/stream.h"
#include "scene/ui.h"

#include <stdlib.h>

/* The pieces of one direction in the order of their sequence numbers. */
struct stream_order {
	size_t *piece;
	size_t count, next; /* next: the first one that is not handed on yet */
	int64_t due;        /* the sequence number of the next byte to hand on */
	int64_t end;        /* that after the highest byte of the pieces so far */
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
	return a < b ? -1 : a > b; /* of two that begin alike, the one that came first */
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

/* Hands on what is new in a piece; what is missing before it will not come any more. */
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

/* Hands on the pieces up to number `index` in the order of capture, as far as none before them is still to come. */
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
