/* A ring of bits for each run, in blocks that are allocated when a number first falls into them. */
#include "relay/seen.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BITS = 1 << 15, BLOCKS = SEEN_WINDOW / BLOCK_BITS };

struct block {
	uint64_t number; /* of the block: the first sequence number in it, divided by BLOCK_BITS */
	uint64_t bits[BLOCK_BITS / 64];
};

struct run {
	char sensor[RELAY_NAME_MOST + 1], boot[RELAY_NAME_MOST + 1];
	uint64_t newest; /* the number of the newest block */
	uint64_t heard;  /* of the clock in struct relay_seen */
	struct block *block[BLOCKS];
};

struct relay_seen {
	struct run *run[SEEN_RUNS_MOST];
	size_t count;
	uint64_t clock;
};

struct relay_seen *relay_seen_new(void)
{
	return calloc(1, sizeof(struct relay_seen));
}

static void run_free(struct run *run)
{
	for (size_t i = 0; i < BLOCKS; i++)
		free(run->block[i]);
	free(run);
}

void relay_seen_free(struct relay_seen *seen)
{
	if (!seen)
		return;
	for (size_t i = 0; i < seen->count; i++)
		run_free(seen->run[i]);
	free(seen);
}

/* The place for one more run. */
static size_t run_place(struct relay_seen *seen)
{
	if (seen->count < SEEN_RUNS_MOST)
		return seen->count++;
	size_t oldest = 0;
	for (size_t i = 1; i < seen->count; i++)
		if (seen->run[i]->heard < seen->run[oldest]->heard)
			oldest = i;
	run_free(seen->run[oldest]);
	return oldest;
}

static struct run *run_find(struct relay_seen *seen, const struct relay_id *id)
{
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->run[i]->boot, id->boot) == 0 && strcmp(seen->run[i]->sensor, id->sensor) == 0)
			return seen->run[i];
	struct run *run = calloc(1, sizeof(*run));
	if (!run)
		return NULL;
	memcpy(run->sensor, id->sensor, sizeof(run->sensor));
	memcpy(run->boot, id->boot, sizeof(run->boot));
	seen->run[run_place(seen)] = run;
	return run;
}

/* The block that holds the number `block`; a block that is too old gives its memory to it. NULL: no memory. */
static struct block *block_find(struct run *run, uint64_t number)
{
	struct block **at = &run->block[number % BLOCKS];
	struct block *block = *at;
	if (block && block->number == number)
		return block;
	if (!block)
		block = malloc(sizeof(*block));
	if (!block)
		return NULL;
	memset(block, 0, sizeof(*block));
	block->number = number;
	*at = block;
	return block;
}

bool relay_seen_first(struct relay_seen *seen, const struct relay_id *id)
{
	struct run *run = run_find(seen, id);
	if (!run)
		return true; /* rather twice than never */
	run->heard = ++seen->clock;
	const uint64_t number = id->sequence / BLOCK_BITS;
	if (number + BLOCKS <= run->newest)
		return false;
	if (number > run->newest)
		run->newest = number;
	struct block *block = block_find(run, number);
	if (!block)
		return true;
	const uint64_t bit = UINT64_C(1) << (id->sequence % 64);
	uint64_t *word = &block->bits[id->sequence % BLOCK_BITS / 64];
	const bool first = !(*word & bit);
	*word |= bit;
	return first;
}
