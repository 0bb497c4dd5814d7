#include "track/word_packing.h"

#include <endian.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	BLOCK = 64, /* words whose bits are one number: a loop over those that are not zero ends as seldom as possible,
	             * because the processor foresees none of its ends */
	SIZES_BITS = 32,
};

/* A bit for each word of a group that is not zero. */
static inline unsigned mask_of_group(const uint8_t *words)
{
	unsigned mask = 0;
#ifdef __SSE2__
	const __m128i zero = _mm_setzero_si128();
	const __m128i low = _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)(const void *)words), zero);
	const __m128i high = _mm_cmpeq_epi32(
	        _mm_loadu_si128((const __m128i *)(const void *)(words + WORD_GROUP / 2 * WORD_SIZE)), zero);
	const __m128i both = _mm_packs_epi16(_mm_packs_epi32(low, high), zero);
	mask = ~(unsigned)_mm_movemask_epi8(both) & 0xff;
#else
	for (unsigned i = 0; i < WORD_GROUP; i++)
		mask |= (unsigned)(memcmp(words + i * WORD_SIZE, "\0\0\0", WORD_SIZE) != 0) << i;
#endif
	return mask;
}

/* The same of up to BLOCK words. */
static inline uint64_t mask_of(const uint8_t *words, size_t count)
{
	uint64_t mask = 0;
	size_t at = 0;
	for (; at + WORD_GROUP <= count; at += WORD_GROUP)
		mask |= (uint64_t)mask_of_group(words + at * WORD_SIZE) << at;
	for (; at < count; at++)
		mask |= (uint64_t)(memcmp(words + at * WORD_SIZE, "\0\0\0", WORD_SIZE) != 0) << at;
	return mask;
}

static inline void put_block(struct word_packing *to, const uint8_t *words, uint64_t mask)
{
	unsigned bits = to->size_bits;
	uint32_t sizes = to->sizes;
	uint8_t *data = to->data;
	for (; mask; mask &= mask - 1) {
		uint32_t value;
		memcpy(&value, words + (unsigned)__builtin_ctzll(mask) * WORD_SIZE, WORD_SIZE);
		const uint32_t most = ((unsigned)__builtin_clz(value) ^ 31) / 8; /* its size minus one */
		value = htole32(value);
		memcpy(data, &value, WORD_SIZE);
		data += most + 1;
		sizes = sizes >> 2 | most << (SIZES_BITS - 2);
		bits += 2;
		if (bits == SIZES_BITS) {
			const uint32_t little = htole32(sizes);
			memcpy(to->size, &little, sizeof(little));
			to->size += sizeof(sizes);
			bits = 0;
		}
	}
	to->data = data;
	to->sizes = sizes;
	to->size_bits = bits;
}

void word_pack(struct word_packing *to, const void *words, size_t count)
{
	const uint8_t *from = words;
	for (size_t at = 0; at < count; at += BLOCK) {
		const size_t left = count - at < BLOCK ? count - at : BLOCK,
		             groups = (left + WORD_GROUP - 1) / WORD_GROUP;
		const uint64_t mask = mask_of(from + at * WORD_SIZE, left);
		const uint64_t little = htole64(mask);
		memcpy(to->mask, &little, groups);
		to->mask += groups;
		put_block(to, from + at * WORD_SIZE, mask);
	}
}

void word_pack_end(struct word_packing *to)
{
	const uint32_t sizes = to->size_bits ? htole32(to->sizes >> (SIZES_BITS - to->size_bits)) : 0;
	memcpy(to->size, &sizes, sizeof(sizes));
	to->size += (to->size_bits + 7) / 8;
}

void word_unpack(struct word_unpacking *from, void *words, size_t count)
{
	static const uint32_t part[] = {0xff, 0xffff, 0xffffff, 0xffffffff};
	const uint8_t *data = from->data;
	unsigned bits = from->size_bits;
	uint32_t sizes = from->sizes;
	for (size_t at = 0; at < count; at += BLOCK) {
		const size_t left = count - at < BLOCK ? count - at : BLOCK,
		             groups = (left + WORD_GROUP - 1) / WORD_GROUP;
		uint8_t *to = (uint8_t *)words + at * WORD_SIZE;
		uint64_t mask = 0;
		memcpy(&mask, from->mask, groups);
		from->mask += groups;
		for (mask = le64toh(mask); mask; mask &= mask - 1) {
			uint32_t word;
			if (!bits) {
				memcpy(&sizes, from->size, sizeof(sizes));
				sizes = le32toh(sizes);
				from->size += sizeof(sizes);
				bits = SIZES_BITS;
			}
			const unsigned most = sizes & 3;
			sizes >>= 2;
			bits -= 2;
			memcpy(&word, data, WORD_SIZE);
			word = le32toh(word) & part[most];
			data += most + 1;
			memcpy(to + (unsigned)__builtin_ctzll(mask) * WORD_SIZE, &word, WORD_SIZE);
		}
	}
	from->data = data;
	from->sizes = sizes;
	from->size_bits = bits;
}
