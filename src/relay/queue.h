/* The lines that wait to be published: bounded in bytes, so that a server that cannot be reached never holds up the
 * capture. A full queue sheds its oldest lines, the least important class first (enum relay_class): transitions, then
 * connections of which only a SYN was seen, then everything else; each is counted. Not for several threads at once. */
#ifndef RELAY_QUEUE_H
#define RELAY_QUEUE_H

#include "relay/line.h"

/* One line; what follows it in memory is `length` bytes without a newline. */
struct relay_entry {
	struct relay_entry *next;
	uint64_t order; /* counts the lines in the order of arrival */
	uint32_t length;
	uint8_t kind;        /* enum relay_kind */
	uint8_t relay_class; /* enum relay_class */
	char line[];
};

struct relay_queue {
	struct {
		struct relay_entry *first, **last;
	} list[RELAY_CLASS_COUNT];
	size_t bytes, most; /* held, and allowed, with the entries' own */
	uint64_t order, count;
	uint64_t shed[RELAY_CLASS_COUNT]; /* lines given up, in all */
};

void relay_queue_init(struct relay_queue *queue, size_t most);
void relay_queue_free(struct relay_queue *queue);

/* Copies the line, and sheds what no longer fits; that can be this line. `kind` is one that is published. */
void relay_queue_push(struct relay_queue *queue, enum relay_kind kind, const char *line, size_t length);
/* The oldest line, which belongs to the caller now, who gives it to free(). NULL: there is none. */
struct relay_entry *relay_queue_pop(struct relay_queue *queue);

#endif
