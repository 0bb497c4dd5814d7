/* A list for each class: the oldest line of a class is its first, and the oldest of all is among the firsts. */
#include "relay/queue.h"

#include <stdlib.h>
#include <string.h>

void relay_queue_init(struct relay_queue *queue, size_t most)
{
	*queue = (struct relay_queue){.most = most};
	for (size_t class = 0; class < RELAY_CLASS_COUNT; class ++)
		queue->list[class].last = &queue->list[class].first;
}

static size_t entry_size(const struct relay_entry *entry)
{
	return sizeof(*entry) + entry->length;
}

static struct relay_entry *take_first(struct relay_queue *queue, size_t class)
{
	struct relay_entry *entry = queue->list[class].first;
	queue->list[class].first = entry->next;
	if (!entry->next)
		queue->list[class].last = &queue->list[class].first;
	queue->bytes -= entry_size(entry);
	queue->count--;
	return entry;
}

void relay_queue_free(struct relay_queue *queue)
{
	struct relay_entry *entry;
	while ((entry = relay_queue_pop(queue)))
		free(entry);
}

static bool shed_one(struct relay_queue *queue)
{
	for (size_t class = 0; class < RELAY_CLASS_COUNT; class ++) {
		if (!queue->list[class].first)
			continue;
		free(take_first(queue, class));
		queue->shed[class]++;
		return true;
	}
	return false;
}

void relay_queue_push(struct relay_queue *queue, enum relay_kind kind, const char *line, size_t length)
{
	const enum relay_class class = relay_line_class(kind, line, length);
	struct relay_entry *entry = malloc(sizeof(*entry) + length);
	if (!entry) {
		queue->shed[class]++;
		return;
	}
	*entry = (struct relay_entry){.order = queue->order++,
	                              .length = (uint32_t)length,
	                              .kind = (uint8_t)kind,
	                              .relay_class = (uint8_t) class};
	memcpy(entry->line, line, length);
	*queue->list[class].last = entry;
	queue->list[class].last = &entry->next;
	queue->bytes += entry_size(entry);
	queue->count++;
	while (queue->bytes > queue->most && shed_one(queue))
		;
}

struct relay_entry *relay_queue_pop(struct relay_queue *queue)
{
	size_t oldest = RELAY_CLASS_COUNT;
	for (size_t class = 0; class < RELAY_CLASS_COUNT; class ++)
		if (queue->list[class].first &&
		    (oldest == RELAY_CLASS_COUNT || queue->list[class].first->order < queue->list[oldest].first->order))
			oldest = class;
	return oldest < RELAY_CLASS_COUNT ? take_first(queue, oldest) : NULL;
}
