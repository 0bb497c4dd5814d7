/* Marks: which captures hold the same segments.
 *
 * Of each segment a number is made of what stays the same on the way; addresses are not, and neither are sequence
 * numbers where there are timestamps. A datagram has two, one with each of its ends. Of a long capture only the smallest numbers are kept: the same ones of every
 * capture, so that they can still be compared. */
#ifndef APP_MARKS_H
#define APP_MARKS_H

#include <wirestate/capture.h>
#include <wirestate/packet.h>

struct marks {
	uint64_t *mark; /* owned; sorted by marks_sort() */
	size_t count;
	uint64_t limit; /* numbers above it are not kept */
	uint64_t frames;
	ws_time first, last; /* of the frames */
};

bool marks_init(struct marks *marks) WS_CHECKED; /* false: out of memory */
void marks_free(struct marks *marks);
/* `packet` is the frame, decoded. */
void marks_add(struct marks *marks, const struct ws_frame *frame, const struct ws_packet *packet);
void marks_sort(struct marks *marks);

/* The following compare sorted marks. */

/* Both hold so many of the same segments that they were captured at different points. */
bool marks_are_points(const struct marks *a, const struct marks *b);
/* A tenth of the segments of one of them is in the other, too. */
bool marks_share_part(const struct marks *a, const struct marks *b);
/* There is no need to read on: a large part is the same. */
bool marks_are_clear(const struct marks *a, const struct marks *b);
bool marks_overlap(const struct marks *a, const struct marks *b);

#endif
