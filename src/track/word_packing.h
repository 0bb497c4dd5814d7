/* Words of four bytes without their leading zero bytes, for what is mostly small numbers.
 *
 * First a bit for each word that is not zero, then two bits for the size of each of those, then these without their
 * leading zeros. Of several runs of words, the bits stand together, and so do the sizes and the data. */
#ifndef TRACK_WORD_PACKING_H
#define TRACK_WORD_PACKING_H

#include <stddef.h>
#include <stdint.h>

enum {
	WORD_SIZE = 4,
	WORD_GROUP = 8,             /* words with one byte of bits */
	WORD_SLACK = WORD_SIZE - 1, /* bytes after the last word that word_unpack() may read */
};

/* How many bytes of bits so many words have. */
static inline size_t word_masks(size_t count)
{
	return (count + WORD_GROUP - 1) / WORD_GROUP;
}

struct word_packing {
	uint8_t *mask, *size, *data; /* where the next of each is put */
	uint32_t sizes;              /* those that are not at `size` yet, in its highest bits */
	unsigned size_bits;          /* how many bits that are */
};

void word_pack(struct word_packing *to, const void *words, size_t count);
/* No more words follow. */
void word_pack_end(struct word_packing *to);

struct word_unpacking {
	const uint8_t *mask, *size, *data;
	uint32_t sizes;     /* read from before `size` */
	unsigned size_bits; /* how many bits of them are left */
};

/* The words are zero before. */
void word_unpack(struct word_unpacking *from, void *words, size_t count);

#endif
