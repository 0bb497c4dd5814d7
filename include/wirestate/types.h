/* The few types that every module uses. */
#ifndef WIRESTATE_TYPES_H
#define WIRESTATE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since the Unix epoch: a packet's timestamp, never a clock's, except where a header says so. */
typedef int64_t ws_time;
#define WS_SECOND INT64_C(1000000000)
#define WS_MILLISECOND INT64_C(1000000)
#define WS_TIME_NEVER INT64_MAX

/* An IP address in network byte order. An IPv4 address is held as ::ffff:a.b.c.d, so that the same code handles both
 * families. The IP version is kept separately, because an IPv6 packet may carry a v4-mapped address. */
struct ws_addr {
	uint8_t byte[16];
};

/* ::1, or 127.0.0.0/8 (RFC 4291 §2.5.3, RFC 1122 §3.2.1.3). */
static inline bool ws_addr_is_loopback(const struct ws_addr *address)
{
	const uint8_t *byte = address->byte;
	unsigned zeros = 0;
	while (zeros < 15 && !byte[zeros])
		zeros++;
	return zeros == 15 ? byte[15] == 1 : zeros == 10 && byte[10] == 0xff && byte[11] == 0xff && byte[12] == 127;
}

/* What goes between such addresses never leaves its host, so nothing else is the same traffic behind a NAT. */
static inline bool ws_addr_stay_on_host(const struct ws_addr *from, const struct ws_addr *to)
{
	return ws_addr_is_loopback(from) && ws_addr_is_loopback(to);
}

#define WS_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Marks a function whose result must be used. */
#define WS_CHECKED __attribute__((warn_unused_result))
/* Marks a function that few packets need, so that it does not make the one that calls it slower for all others. */
#define WS_SELDOM __attribute__((cold, noinline))
#define WS_PRINTF(string, first) __attribute__((format(printf, string, first)))

#endif
