/* What few connections have is in blocks of slots, the first of which leads to the next block. Those that are not used
 * are a list. */
#include "track/rare.h"

#include <stdlib.h>

union ws_rare_slot {
	struct ws_rare rare;
	union ws_rare_slot *next;
};
enum { RARE_BLOCK = 128 };

struct ws_rare *ws_rare_take(struct ws_table *table)
{
	if (!table->rare_unused) {
		union ws_rare_slot *block = malloc(RARE_BLOCK * sizeof(*block));
		if (!block)
			return NULL;
		block->next = table->rare_blocks;
		table->rare_blocks = block;
		table->rare_block_count++;
		for (size_t i = RARE_BLOCK - 1; i > 0; i--) {
			block[i].next = table->rare_unused;
			table->rare_unused = &block[i];
		}
	}
	union ws_rare_slot *slot = table->rare_unused;
	table->rare_unused = slot->next;
	slot->rare = (struct ws_rare){.answered_by = 0};
	return &slot->rare;
}

struct ws_rare *ws_table_rare(struct ws_table *table, struct ws_conn *conn)
{
	if (!conn->rare)
		conn->rare = ws_rare_take(table);
	return conn->rare;
}

void ws_rare_give_back(struct ws_table *table, struct ws_conn *conn)
{
	union ws_rare_slot *slot = (union ws_rare_slot *)conn->rare;
	slot->next = table->rare_unused;
	table->rare_unused = slot;
	conn->rare = NULL;
}

uint64_t ws_rare_memory(const struct ws_table *table)
{
	return table->rare_block_count * RARE_BLOCK * sizeof(union ws_rare_slot);
}

void ws_rare_free(struct ws_table *table)
{
	for (union ws_rare_slot *block = table->rare_blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
}
