/* The Internet checksum (RFC 1071): the ones' complement sum of 16-bit words. */
#ifndef WS_BASE_CHECKSUM_H
#define WS_BASE_CHECKSUM_H

#include <wirestate/types.h>

#include <arpa/inet.h>
#include <string.h>

/* Adds bytes to a running sum that begins at 0. Sums are in the machine's byte order, which ones' complement addition
 * does not mind; only ws_checksum_fold()'s result has to be compared with bytes loaded the same way. Every block but
 * the last must have an even length; an odd last byte is padded with zero. */
uint64_t ws_checksum_add(uint64_t sum, const uint8_t *bytes, size_t length) WS_CHECKED;

/* The same for the few bytes of a header: a multiple of 4. */
static inline uint64_t ws_checksum_add_header(uint64_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += 4) {
		uint32_t word;
		memcpy(&word, bytes + at, sizeof(word));
		sum += word;
	}
	return sum;
}

/* Adds a number that stands in the pseudo-header as four bytes, or as two with zeros before it. */
static inline uint64_t ws_checksum_add_number(uint64_t sum, uint32_t number)
{
	return sum + htonl(number);
}

/* To 16 bits, not complemented: 0xffff over a block that contains its own right checksum. */
static inline uint16_t ws_checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

#endif
