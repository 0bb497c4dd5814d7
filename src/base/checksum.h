/* The Internet checksum (RFC 1071): the ones' complement sum of 16-bit words. */
#ifndef WS_BASE_CHECKSUM_H
#define WS_BASE_CHECKSUM_H

#include <wirestate/types.h>

#include <arpa/inet.h>
#include <string.h>

/* Adds bytes to a running sum that begins at 0. Sums are in the machine's byte order, to which ones' complement
 * addition is indifferent; the result of ws_checksum_fold() may be compared only with bytes that were loaded in the
 * same order. Every block but the last must have an even length; an odd last byte is padded with zero. */
uint64_t ws_checksum_add(uint64_t sum, const uint8_t *bytes, size_t length) WS_CHECKED;

/* Does the same for a header, whose length is small and a multiple of 4. */
static inline uint64_t ws_checksum_add_header(uint64_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += 4) {
		uint32_t word;
		memcpy(&word, bytes + at, sizeof(word));
		sum += word;
	}
	return sum;
}

/* Adds a number that the pseudo-header holds as four bytes, or as two bytes after two zero bytes. */
static inline uint64_t ws_checksum_add_number(uint64_t sum, uint32_t number)
{
	return sum + htonl(number);
}

/* Folds a sum to 16 bits and does not complement it. The result is 0xffff for a block that contains its own, correct
 * checksum. */
static inline uint16_t ws_checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* True when the sum is that of a block that contains its own, correct checksum: folding it would give 0xffff. */
static inline bool ws_checksum_is_right(uint64_t sum)
{
	return sum && sum % 0xffff == 0;
}

#endif
