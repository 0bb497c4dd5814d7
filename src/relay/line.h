/* A record's line on its way from a sensor to a viewer: what kind of record it is, and what publishing adds to it.
 *
 * A line is one JSON object as `wirestate -T json` writes it, without its newline; it begins with its "type". Nothing
 * else of it is looked at, but for what decides whether it may be shed. Publishing adds three members at its end:
 * "sensor" (a name), "boot" (of the run of the publisher, so that numbers may begin again) and "seq" (counts the
 * sensor's lines from 1 in the order of being published, without gaps). They identify the line for good. */
#ifndef RELAY_LINE_H
#define RELAY_LINE_H

#include <wirestate/types.h>

/* Kinds of records that are published, in the order of what is shed first. Records of packets never are.
 * X(enumerator, its "type", it is one of many small steps: kept in memory for an hour, not on disk for a day) */
#define RELAY_KINDS(X)                                                                                                 \
	X(RELAY_TRANSITION, "transition", true)                                                                        \
	X(RELAY_ARP, "arp", false)                                                                                     \
	X(RELAY_UDP, "udp", false)                                                                                     \
	X(RELAY_STATS, "stats", false)                                                                                 \
	X(RELAY_CONNECTION, "connection", false)

enum relay_kind {
#define X(name, word, step) name,
	RELAY_KINDS(X)
#undef X
	        RELAY_KIND_COUNT,
	RELAY_OTHER = RELAY_KIND_COUNT, /* a record that is not published */
	RELAY_GARBAGE                   /* not a record */
};

/* What a full queue gives up, in this order. */
enum relay_class { RELAY_SHED_STEPS, RELAY_SHED_UNANSWERED, RELAY_SHED_OTHERS, RELAY_CLASS_COUNT };

enum {
	RELAY_LINE_MOST = 256 * 1024, /* bytes of a line; a longer one is garbage */
	RELAY_NAME_MOST = 64,         /* bytes of the name of a site, a sensor or a run */
	RELAY_ADDED_MOST = 256        /* bytes that publishing adds to a line */
};

const char *relay_kind_word(enum relay_kind kind);
bool relay_kind_is_step(enum relay_kind kind);

enum relay_kind relay_line_kind(const char *line, size_t length);
/* `kind` is not RELAY_OTHER or RELAY_GARBAGE. */
enum relay_class relay_line_class(enum relay_kind kind, const char *line, size_t length);

struct relay_id {
	char sensor[RELAY_NAME_MOST + 1], boot[RELAY_NAME_MOST + 1];
	uint64_t sequence;
};

/* Writes the line with the three members to `out`, which has room for `length` + RELAY_ADDED_MOST bytes, and returns
 * its length. */
size_t relay_line_add(char *out, const char *line, size_t length, const struct relay_id *id);
/* Finds the three members at a line's end. False: they are not there. */
bool relay_line_id(const char *line, size_t length, struct relay_id *id);

/* A name may be a part of a subject: letters, digits, - and _. Every other character becomes -. */
void relay_name_clean(char out[RELAY_NAME_MOST + 1], const char *name);
bool relay_name_valid(const char *name);

#endif
