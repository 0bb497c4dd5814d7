/* Records out: text, JSON and CSV lines. See the manual for their fields. */
#ifndef WIRESTATE_OUTPUT_H
#define WIRESTATE_OUTPUT_H

#include <wirestate/error.h>
#include <wirestate/filter.h>
#include <wirestate/packet.h>
#include <wirestate/track.h>

/* X(enumerator's bit, word for --only) */
#define WS_RECORDS(X)                                                                                                  \
	X(WS_RECORD_PACKET, "packet")                                                                                  \
	X(WS_RECORD_TRANSITION, "transition")                                                                          \
	X(WS_RECORD_CONNECTION, "connection")                                                                          \
	X(WS_RECORD_ARP, "arp")                                                                                        \
	X(WS_RECORD_UDP, "udp")                                                                                        \
	X(WS_RECORD_STATS, "stats")

enum ws_record {
#define X(name, word) name,
	WS_RECORDS(X)
#undef X
	        WS_RECORD_COUNT
};

enum ws_format { WS_FORMAT_TEXT, WS_FORMAT_JSON, WS_FORMAT_CSV };

struct ws_output_options {
	enum ws_format format;
	uint32_t records; /* bit set of 1u << enum ws_record */
	/* NULL: all. Else packets and transitions of connections that fit at that moment, and connections that fit when
	 * their record is written; ARP, UDP and totals are of no connection, and are not touched. Borrowed. */
	const struct ws_filter *filter;
	bool verbose;       /* text: every header field on its own line */
	bool hex;           /* text: the bytes */
	bool line_buffered; /* -l, and always when live: flush after each packet's records */
	bool live; /* a connection's record is written when it ends; otherwise all at the end, in order of number */
};

struct ws_output; /* opaque */

/* Writes to `fd`, which stays the caller's; SIGPIPE must be ignored. Parsing --only is ws_records_parse(); CSV needs
 * exactly one record. */
struct ws_output *ws_output_create(int fd, const struct ws_output_options *options, struct ws_error *error) WS_CHECKED;
void ws_output_free(struct ws_output *output);
/* Appends the names of a record's fields, "client.port" for those in an object of their own, separated by ", ": for the
 * manual. Of a packet these are the columns of CSV. */
void ws_record_fields(enum ws_record record, struct ws_text *text);
bool ws_records_parse(const char *words, uint32_t *records, struct ws_error *error) WS_CHECKED;

/* All return false when the reader is gone or the disk is full; ws_output_broken_pipe() says which. */
bool ws_output_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                      const struct ws_tracker *tracker);
/* Events without a packet (timers). */
bool ws_output_events(struct ws_output *output, const struct ws_track_result *result, const struct ws_tracker *tracker);
/* At the end: the connections that have no record yet, UDP conversations, totals; and the last flush. ARP records are
 * written when a binding is learnt or has changed, and not again here. */
bool ws_output_finish(struct ws_output *output, const struct ws_tracker *tracker,
                      const struct ws_capture_stats *capture);
bool ws_output_flush(struct ws_output *output);
bool ws_output_broken_pipe(const struct ws_output *output);
/* Why a call above returned false. */
void ws_output_error(const struct ws_output *output, struct ws_error *error);

#endif
