/* An open-addressing table of indexes into a list of entries, whose names stand one after the other in one buffer. All
 * have a fixed size, so that a file full of names cannot take more than a few MiB, and nothing that has been handed out
 * moves. The memory is zero when it is allocated, so only what is used of it takes any. The hash has a random key: a file
 * cannot choose addresses that collide. */
#include "capture/host_names.h"

#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

enum {
	ENTRIES_MOST = 1 << 16,
	SLOTS = 2 * ENTRIES_MOST,
	TEXT_MOST = 4 << 20, /* bytes */
	NAME_MOST = 253,     /* bytes: the longest name that DNS has (RFC 1035) */
};

struct entry {
	struct ws_addr address;
	uint8_t ip_version;
	uint32_t name; /* where it begins in `text` */
};

struct ws_host_names {
	uint8_t key[16];
	size_t count, used;
	uint32_t slots[SLOTS]; /* 1 + index, 0: free */
	struct entry entries[ENTRIES_MOST];
	char text[TEXT_MOST];
};

struct ws_host_names *ws_host_names_new(void)
{
	struct ws_host_names *names = calloc(1, sizeof(*names));
	if (names && getrandom(names->key, sizeof(names->key), 0) != (ssize_t)sizeof(names->key)) {
		free(names);
		return NULL;
	}
	return names;
}

void ws_host_names_free(struct ws_host_names *names)
{
	free(names);
}

static size_t slot_of(const struct ws_host_names *names, const struct ws_addr *address)
{
	return ws_siphash(names->key, address->byte, sizeof(address->byte)) % SLOTS;
}

void ws_host_names_add(struct ws_host_names *names, const struct ws_ng_name *name)
{
	const size_t length = name->name.length;
	if (!length || length > NAME_MOST || names->count == ENTRIES_MOST || names->used + length + 1 > TEXT_MOST)
		return;
	size_t slot = slot_of(names, &name->address);
	for (; names->slots[slot]; slot = (slot + 1) % SLOTS) {
		const struct entry *entry = &names->entries[names->slots[slot] - 1];
		if (entry->ip_version == name->ip_version &&
		    memcmp(&entry->address, &name->address, sizeof(entry->address)) == 0)
			return;
	}
	names->entries[names->count] = (struct entry){name->address, name->ip_version, (uint32_t)names->used};
	memcpy(names->text + names->used, name->name.bytes, length);
	names->text[names->used + length] = '\0';
	names->used += length + 1;
	names->slots[slot] = (uint32_t)++names->count;
}

size_t ws_host_names_count(const struct ws_host_names *names)
{
	return names->count;
}

bool ws_host_names_at(const struct ws_host_names *names, size_t index, struct ws_host_name *name)
{
	if (index >= names->count)
		return false;
	const struct entry *entry = &names->entries[index];
	*name = (struct ws_host_name){
	        .address = entry->address, .ip_version = entry->ip_version, .name = names->text + entry->name};
	return true;
}
