/* The few types every module shares. */
#ifndef WIRESTATE_TYPES_H
#define WIRESTATE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since the Unix epoch. Packet time, never a clock's, except where a header says so. */
typedef int64_t ws_time;
#define WS_SECOND INT64_C(1000000000)
#define WS_MILLISECOND INT64_C(1000000)
#define WS_TIME_NEVER INT64_MAX

/* An IP address in network byte order. An IPv4 address is held as ::ffff:a.b.c.d, so that one code path serves both
 * families; the IP version travels beside it, because an IPv6 packet may carry a v4-mapped address of its own. */
struct ws_addr {
	uint8_t byte[16];
};

#define WS_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A function whose result must be looked at. */
#define WS_CHECKED __attribute__((warn_unused_result))
#define WS_PRINTF(string, first) __attribute__((format(printf, string, first)))

#endif
