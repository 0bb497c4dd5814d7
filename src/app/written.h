/* -w: the file that packets are written to, or the files that follow each other with -C, -G and -W, as tcpdump has
 * them. The program may not open files while it reads packets, so with -C or -G a helper process opens them, which may
 * do nothing else, and hands over their descriptors. The helper makes the names, so that it opens no others. */
#ifndef APP_WRITTEN_H
#define APP_WRITTEN_H

#include "cli/options.h"

#include <wirestate/capture.h>

struct written {
	const struct options *options;
	struct ws_capture *capture;
	struct ws_dump *dump; /* NULL: none, not yet, or given up */
	int channel;          /* to the helper; -1: there is none */
	bool points;          /* the frames are those of several captures */
	bool waits;           /* for the first packet, whose time is in the file's name */
	bool full;            /* -W files are written */
	ws_time began;        /* of the file, or of the files of one -G: INT64_MIN before the first packet */
	uint64_t part;        /* which file of that time, -C */
	uint64_t periods;     /* how many times -G has rotated */
};

/* Creates the file of -w, as the user who is to have it. After a failure written_close() is still due. */
bool written_open(struct written *written, const struct options *options, struct ws_capture *capture, bool points,
                  struct ws_error *error) WS_CHECKED;
/* Several points: what they are called, before the first frame. The names are borrowed. */
bool written_points(struct written *written, const char *const *name, size_t count, struct ws_error *error) WS_CHECKED;
/* False when nothing more will be written: `error` says why, or written_is_full(). The file keeps the whole packets
 * written so far. */
bool written_frame(struct written *written, size_t point, const struct ws_frame *frame,
                   struct ws_error *error) WS_CHECKED;
static inline bool written_is_full(const struct written *written)
{
	return written->full;
}
bool written_flush(struct written *written, struct ws_error *error) WS_CHECKED;
bool written_close(struct written *written, struct ws_error *error) WS_CHECKED;
/* The socket over which files come, or -1. */
static inline int written_channel(const struct written *written)
{
	return written->options ? written->channel : -1;
}

#endif
