/* How two threads hand batches over to each other, in a ring of fixed size: one fills them, and the other one takes them in
 * the same order. Only their numbers are here, which count from 0; a batch belongs to the first thread until it is filled, and
 * to the second one from then on until it is released. */
#ifndef APP_HANDOVER_H
#define APP_HANDOVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HANDOVER_BATCHES = 16 }; /* that may be filled and not released */
enum { HANDOVER_APART = 64 };   /* bytes of a cache line, of which a part can only be changed by one CPU at a time */

/* Each counter is changed by one thread only, and lies in a cache line that the other one does not change. */
struct handover {
	uint8_t before_filled[HANDOVER_APART];
	size_t filled;
	uint8_t before_handed[HANDOVER_APART];
	size_t handed, taken; /* handed to the thread that takes them, and released by it */
	uint8_t before_flags[HANDOVER_APART];
	bool filler_waits, taker_waits;
	bool ended;
	pthread_mutex_t lock;
	pthread_cond_t to_filler, to_taker;
};

void handover_init(struct handover *handover);
void handover_free(struct handover *handover);

/* These are for the thread that fills batches. The next one is filled; the other thread hears of it when there are
 * several, or `at_once`. */
void handover_fill(struct handover *handover, bool at_once);
/* Waits until at most `most` batches are filled and not released, or handover_end() is called. */
void handover_wait(struct handover *handover, size_t most);

/* These are for the thread that takes them. True when handover_next() need not wait. */
bool handover_has_next(const struct handover *handover);
/* Waits for the next batch, and returns its number. */
size_t handover_next(struct handover *handover);
/* The oldest batch that handover_next() has returned is done with. */
void handover_release(struct handover *handover);
/* No more batches are taken, and the other thread need not wait for that. */
void handover_end(struct handover *handover);

#endif
