/* What differs between two gists. In structures there may be bytes between the members, so these are compared one by one. */
#ifndef TESTS_SAME_GIST_H
#define TESTS_SAME_GIST_H

#include <wirestate/gist.h>

#include <string.h>

#define NUMBERS(X)                                                                                                     \
	X(segment.time)                                                                                                \
	X(segment.frame)                                                                                               \
	X(segment.position)                                                                                            \
	X(segment.sequence)                                                                                            \
	X(segment.acknowledgment)                                                                                      \
	X(segment.length)                                                                                              \
	X(segment.tsval)                                                                                               \
	X(segment.tsecr)                                                                                               \
	X(segment.sack_right)                                                                                          \
	X(segment.interface)                                                                                           \
	X(segment.flags)                                                                                               \
	X(segment.window)                                                                                              \
	X(segment.identification)                                                                                      \
	X(segment.mss)                                                                                                 \
	X(segment.vlan)                                                                                                \
	X(segment.kind)                                                                                                \
	X(segment.direction)                                                                                           \
	X(segment.window_scale)                                                                                        \
	X(segment.ttl)                                                                                                 \
	X(segment.timestamps)                                                                                          \
	X(segment.sack)                                                                                                \
	X(segment.sack_permitted)                                                                                      \
	X(segment.fast_open)                                                                                           \
	X(segment.duplicate)                                                                                           \
	X(segment.checksum_ignored)                                                                                    \
	X(segment.bad_checksum)                                                                                        \
	X(segment.repeated)                                                                                            \
	X(segment.keyed)                                                                                               \
	X(hash)                                                                                                        \
	X(frame_length)                                                                                                \
	X(port[0])                                                                                                     \
	X(port[1])                                                                                                     \
	X(checksum_sent)                                                                                               \
	X(checksum)                                                                                                    \
	X(transport)                                                                                                   \
	X(ip_version)                                                                                                  \
	X(malformed)                                                                                                   \
	X(mac_count)

/* The first member that differs, or NULL. */
static inline const char *gist_difference(const struct ws_gist *a, const struct ws_gist *b)
{
#define COMPARE(member)                                                                                                \
	if (a->member != b->member)                                                                                    \
		return #member;
	NUMBERS(COMPARE)
#undef COMPARE
	if (memcmp(&a->source, &b->source, sizeof(a->source)) != 0)
		return "source";
	if (memcmp(&a->destination, &b->destination, sizeof(a->destination)) != 0)
		return "destination";
	return memcmp(a->mac, b->mac, a->mac_count * sizeof(a->mac[0])) != 0 ? "mac" : NULL;
}

#undef NUMBERS

#endif
