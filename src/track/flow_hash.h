/* The hash of a flow, which is computed for every packet: pair-multiply-shift (Thorup, "High Speed Hashing for Integers and
 * Strings", 2015), which takes less than half of the time of SipHash. It is strongly universal: a host that does not know
 * the key can send no two flows whose chance to have the same hash is better than 2^-32. Other than with SipHash, the key
 * follows from hashes that are known, so they must not be shown. */
#ifndef WS_TRACK_FLOW_HASH_H
#define WS_TRACK_FLOW_HASH_H

#include "base/hash.h"

#include <wirestate/types.h>

struct ws_flow_key {
	uint64_t number[10];
};

/* Makes a key out of one for SipHash. */
static inline struct ws_flow_key ws_flow_key(const uint8_t hash_key[16])
{
	struct ws_flow_key key;
	for (uint64_t i = 0; i < WS_ARRAY_SIZE(key.number); i++)
		key.number[i] = ws_siphash(hash_key, &i, sizeof(i));
	return key;
}

static inline uint64_t ws_flow_pair(const struct ws_flow_key *key, unsigned i, uint64_t word)
{
	return (key->number[2 * i] + (uint32_t)word) * (key->number[2 * i + 1] + (word >> 32));
}

/* Where flows and addresses count up, so do the sums, which with some keys would put them side by side. */
static inline uint32_t ws_flow_mix(uint64_t sum)
{
	return (uint32_t)((sum ^ sum >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* The hash of an address. Of an IPv4 address only the last four bytes count. */
static inline uint32_t ws_address_hash(const struct ws_flow_key *key, const struct ws_addr *address,
                                       unsigned ip_version)
{
	const uint64_t last = ws_siphash_load(address->byte + 8);
	if (ip_version == 4)
		return ws_flow_mix(ws_flow_pair(key, 0, last >> 32));
	return ws_flow_mix(ws_flow_pair(key, 0, last) + ws_flow_pair(key, 1, ws_siphash_load(address->byte)));
}

/* The hash of a flow whose addresses are in two words each. */
static inline uint32_t ws_flow_hash_words(const struct ws_flow_key *key, const uint64_t from[2], uint16_t source_port,
                                          const uint64_t to[2], uint16_t destination_port, uint32_t rest)
{
	/* All of an IPv4 address is in the last half. */
	const bool swap = from[1] != to[1]   ? from[1] > to[1]
	                  : from[0] != to[0] ? from[0] > to[0]
	                                     : source_port > destination_port;
	const uint32_t ports =
	        swap ? (uint32_t)destination_port << 16 | source_port : (uint32_t)source_port << 16 | destination_port;
	const uint64_t word[] = {swap ? to[0] : from[0], swap ? to[1] : from[1], swap ? from[0] : to[0],
	                         swap ? from[1] : to[1], (uint64_t)rest << 32 | ports};
	uint64_t sum = 0;
#pragma GCC unroll 5
	for (unsigned i = 0; i < WS_ARRAY_SIZE(word); i++)
		sum += ws_flow_pair(key, i, word[i]);
	const uint32_t hash = ws_flow_mix(sum);
	return hash ? hash : 1;
}

/* The same for both directions, and never 0. `rest` is what else tells flows apart. */
static inline uint32_t ws_flow_hash(const struct ws_flow_key *key, const struct ws_addr *source, uint16_t source_port,
                                    const struct ws_addr *destination, uint16_t destination_port, uint32_t rest)
{
	const uint64_t from[2] = {ws_siphash_load(source->byte), ws_siphash_load(source->byte + 8)};
	const uint64_t to[2] = {ws_siphash_load(destination->byte), ws_siphash_load(destination->byte + 8)};
	return ws_flow_hash_words(key, from, source_port, to, destination_port, rest);
}

#endif
