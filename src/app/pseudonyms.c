/* A table with open addressing, of bounded size. New addresses are dealt out in the order in which the real ones
 * appear, from the ranges reserved for documentation (RFC 5737, 3849, 9542), and from larger reserved ones when those
 * are used up. An address that finds no room gets its number from a keyed hash, so that it still always becomes the
 * same; of many such, two may become one. */
#include "app/pseudonyms.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"

enum kind { FREE, ADDRESS_4, ADDRESS_6, ADDRESS_MAC, KINDS };

struct pseudonym {
	uint8_t real[16];
	uint32_t number; /* counts from 0, of its kind */
	uint8_t kind;
};

struct pseudonyms {
	uint8_t key[16];
	struct pseudonym *table;      /* open addressing; a power of two, at most half full */
	size_t capacity, used, limit; /* limit: how far capacity may grow */
	uint32_t count[KINDS];
};

enum { FIRST_CAPACITY = 256, MOST_DEALT = 1 << 27 };

struct pseudonyms *pseudonyms_create(uint64_t memory, struct ws_error *error)
{
	struct pseudonyms *pseudonyms = calloc(1, sizeof(*pseudonyms));
	if (pseudonyms)
		pseudonyms->table = calloc(FIRST_CAPACITY, sizeof(*pseudonyms->table));
	if (!pseudonyms || !pseudonyms->table ||
	    getrandom(pseudonyms->key, sizeof(pseudonyms->key), 0) != (ssize_t)sizeof(pseudonyms->key)) {
		pseudonyms_free(pseudonyms);
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	pseudonyms->capacity = FIRST_CAPACITY;
	pseudonyms->limit = memory / sizeof(*pseudonyms->table);
	if (pseudonyms->limit > MOST_DEALT)
		pseudonyms->limit = MOST_DEALT;
	return pseudonyms;
}

void pseudonyms_free(struct pseudonyms *pseudonyms)
{
	if (!pseudonyms)
		return;
	free(pseudonyms->table);
	free(pseudonyms);
}

/* ---- The table */

static struct pseudonym *slot_of(const struct pseudonyms *pseudonyms, const uint8_t real[16], uint8_t kind)
{
	size_t at = ws_siphash(pseudonyms->key, real, 16);
	for (;; at++) {
		struct pseudonym *slot = &pseudonyms->table[at & (pseudonyms->capacity - 1)];
		if (slot->kind == FREE || (slot->kind == kind && memcmp(slot->real, real, 16) == 0))
			return slot;
	}
}

static bool table_grow(struct pseudonyms *pseudonyms)
{
	struct pseudonyms larger = *pseudonyms;
	larger.capacity *= 2;
	if (larger.capacity > pseudonyms->limit)
		return false;
	larger.table = calloc(larger.capacity, sizeof(*larger.table));
	if (!larger.table)
		return false;
	for (size_t i = 0; i < pseudonyms->capacity; i++) {
		const struct pseudonym *old = &pseudonyms->table[i];
		if (old->kind != FREE)
			*slot_of(&larger, old->real, old->kind) = *old;
	}
	free(pseudonyms->table);
	*pseudonyms = larger;
	return true;
}

/* Numbers that are dealt out stay below MOST_DEALT; those made from the hash begin there. */
static uint32_t pseudonym_number(struct pseudonyms *pseudonyms, const uint8_t *real, size_t length, uint8_t kind)
{
	uint8_t padded[16] = {0};
	memcpy(padded, real, length);
	const bool full = pseudonyms->used * 2 >= pseudonyms->capacity && !table_grow(pseudonyms);
	struct pseudonym *slot = slot_of(pseudonyms, padded, kind);
	if (slot->kind == FREE && full)
		return MOST_DEALT | (ws_siphash(pseudonyms->key, padded, sizeof(padded)) & (MOST_DEALT - 1));
	if (slot->kind == FREE) {
		memcpy(slot->real, padded, sizeof(padded));
		slot->kind = kind;
		slot->number = pseudonyms->count[kind]++;
		pseudonyms->used++;
	}
	return slot->number;
}

/* ---- One address */

static void store32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

void pseudonyms_ipv4(struct pseudonyms *pseudonyms, uint8_t at[4])
{
	static const struct {
		uint32_t first, count;
	} ranges[] = {
	        {0xc0000201, 254},        /* 192.0.2.0/24 */
	        {0xc6336401, 254},        /* 198.51.100.0/24 */
	        {0xcb007101, 254},        /* 203.0.113.0/24 */
	        {0xc6120001, 131070},     /* 198.18.0.0/15, for benchmarks */
	        {0xf0000000, UINT32_MAX}, /* reserved */
	};
	if (at[0] == 0 || at[0] == 127 || at[0] >= 224)
		return;
	uint32_t number = pseudonym_number(pseudonyms, at, 4, ADDRESS_4);
	size_t range = 0;
	while (number >= ranges[range].count)
		number -= ranges[range++].count;
	store32(at, ranges[range].first + number);
}

void pseudonyms_ipv6(struct pseudonyms *pseudonyms, uint8_t at[16])
{
	static const uint8_t nothing[15], documentation[16] = {0x20, 0x01, 0x0d, 0xb8};
	static const uint8_t solicited[13] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	if (memcmp(at, solicited, sizeof(solicited)) == 0)
		memset(at + 13, 0, 3); /* the end of a host's address */
	if (at[0] == 0xff && (at[1] & 0x30) == 0x30)
		memset(at + 4, 0, 8); /* the prefix of a network (RFC 3306) */
	if (at[0] == 0xff || (memcmp(at, nothing, sizeof(nothing)) == 0 && at[15] <= 1))
		return;
	const uint32_t number = pseudonym_number(pseudonyms, at, 16, ADDRESS_6);
	memcpy(at, documentation, sizeof(documentation));
	store32(at + 12, number + 1);
}

void pseudonyms_mac(struct pseudonyms *pseudonyms, uint8_t at[6])
{
	static const uint8_t nothing[6], solicited[3] = {0x33, 0x33, 0xff};
	if (memcmp(at, solicited, sizeof(solicited)) == 0)
		memset(at + 3, 0, 3);
	if (at[0] & 1 || memcmp(at, nothing, sizeof(nothing)) == 0)
		return; /* a group of hosts, or no host */
	const uint32_t number = pseudonym_number(pseudonyms, at, 6, ADDRESS_MAC);
	store32(at, 0x00005e00);
	at[4] = 0x53;
	at[5] = (uint8_t)number;
	if (number > 0xff) { /* the reserved ones are used up: locally administered ones */
		store32(at, 0x02000000);
		store32(at + 2, number);
	}
}
