/* The bytes of a stream, each once and in order, as a program would have read them.
 *
 * Pieces come in the order of capture. A byte is due when all before it in its direction have been handed on; pieces
 * that come early wait. At a gap that nothing fills, the stream goes on behind it, and the missing bytes are counted.
 */
#include "scene/bytes/stream.h"
#include "scene/ui.h"

#include <string.h>

enum { WAITING = 1024 };

struct saver {
	struct ws_ui *ui;
	const struct ws_model *model;
	const struct ws_sink *sink;
	int64_t due[2];
	bool begun[2], failed;
	size_t waiting[2][WAITING];
	size_t waiting_count[2];
	uint64_t bytes, missing;
};

/* Hands on what is due of a piece. */
static void deliver(struct saver *saver, size_t index)
{
	struct stream_view *view = &saver->ui->stream;
	const struct stream_piece *piece = &view->piece[index];
	int64_t *due = &saver->due[piece->direction], end = piece->sequence + piece->length;
	if (end <= *due || saver->failed)
		return;
	uint32_t count, skip = *due > piece->sequence ? (uint32_t)(*due - piece->sequence) : 0;
	const uint8_t *bytes = stream_bytes(view, saver->model, index, &count);
	uint32_t here = count > skip ? count - skip : 0;
	if (here && !saver->sink->write(saver->sink->context, bytes + skip, here))
		saver->failed = true;
	saver->bytes += here;
	saver->missing += piece->length - skip - here;
	*due = end;
}

static void deliver_waiting(struct saver *saver, unsigned direction)
{
	size_t *waiting = saver->waiting[direction];
	const struct stream_piece *pieces = saver->ui->stream.piece;
	for (size_t i = 0; i < saver->waiting_count[direction];) {
		if (pieces[waiting[i]].sequence > saver->due[direction]) {
			i++;
			continue;
		}
		deliver(saver, waiting[i]);
		saver->waiting_count[direction]--;
		memmove(waiting + i, waiting + i + 1, (saver->waiting_count[direction] - i) * sizeof(*waiting));
		i = 0;
	}
}

/* What is missing up to `to` will not come any more. */
static void give_up(struct saver *saver, unsigned direction, int64_t to)
{
	if (to <= saver->due[direction])
		return;
	saver->missing += (uint64_t)(to - saver->due[direction]);
	saver->due[direction] = to;
	deliver_waiting(saver, direction);
}

static void take(struct saver *saver, size_t index)
{
	const struct stream_piece *piece = &saver->ui->stream.piece[index];
	unsigned direction = piece->direction;
	if (piece->kind == STREAM_MARK || piece->bad || piece->probe)
		return;
	if (!saver->begun[direction]) {
		saver->begun[direction] = true;
		saver->due[direction] = piece->sequence;
	}
	if (piece->kind == STREAM_GAP) {
		if (!piece->filled && piece->missing == piece->length)
			give_up(saver, direction, piece->sequence + (int64_t)piece->length);
		return;
	}
	if (piece->sequence > saver->due[direction]) {
		if (saver->waiting_count[direction] == WAITING)
			give_up(saver, direction, saver->ui->stream.piece[saver->waiting[direction][0]].sequence);
		saver->waiting[direction][saver->waiting_count[direction]++] = index;
		return;
	}
	deliver(saver, index);
	deliver_waiting(saver, direction);
}

bool ws_ui_write_stream(struct ws_ui *ui, const struct ws_model *model, const struct ws_sink *sink,
                        struct ws_stream_written *written)
{
	struct stream_view *view = &ui->stream;
	static const struct saver fresh;
	struct saver saver = fresh;
	saver.ui = ui;
	saver.model = model;
	saver.sink = sink;
	while (stream_build(view, 1 << 16))
		;
	for (size_t i = 0; i < view->count && !saver.failed; i++)
		if (view->only < 0 || view->piece[i].direction == view->only)
			take(&saver, i);
	for (unsigned direction = 0; direction < 2; direction++)
		while (saver.waiting_count[direction])
			give_up(&saver, direction, view->piece[saver.waiting[direction][0]].sequence);
	*written = (struct ws_stream_written){.bytes = saver.bytes, .missing = saver.missing};
	return !saver.failed;
}
