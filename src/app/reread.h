/* A point's capture that is read once more, as the session has read it: with addresses replaced, and no further than the
 * session has come. Packets are handed over as long as they are taken; the first that is not is kept for later. */
#ifndef APP_REREAD_H
#define APP_REREAD_H

#include "app/session.h"

struct reread {
	struct point *point;
	bool shared;                   /* the frames of all points that share the capture; else only its own */
	struct ws_capture *capture;    /* owned; NULL: the kept frames of the point are read */
	uint64_t position;             /* among the kept frames */
	bool begun, ended, incomplete; /* incomplete: the first packets are no longer kept */
	bool ahead;                    /* `next` holds a packet that was not taken, of the point `next_point` */
	const struct point *next_point;
	struct ws_frame next;
	uint8_t *bytes;
	size_t capacity;
};

/* Takes a packet of that point; false: not yet. The frame is valid during the call, and as `next` until the next read. */
typedef bool reread_take(void *context, const struct point *point, const struct ws_frame *frame);

/* `memory`: as in point_reopen(). After a failure reread_close() is still due. */
bool reread_open(struct reread *reread, struct point *point, bool shared, uint64_t memory,
                 struct ws_error *error) WS_CHECKED;
void reread_close(struct reread *reread);
/* Hands over at most `max` packets. False: one was not taken, or for now there are no more. */
bool reread_read(struct reread *reread, int max, reread_take *take, void *context);

#endif
