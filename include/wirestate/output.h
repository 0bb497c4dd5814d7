/* Writes records as lines of text, JSON or CSV. The manual describes their fields. */
#ifndef WIRESTATE_OUTPUT_H
#define WIRESTATE_OUTPUT_H

#include <wirestate/error.h>
#include <wirestate/filter.h>
#include <wirestate/packet.h>
#include <wirestate/text.h>
#include <wirestate/track.h>
#include <wirestate/vendors.h>

/* X(enumerator, word for --only). The enumerator is the number of a bit. */
#define WS_RECORDS(X)                                                                                                  \
	X(WS_RECORD_PACKET, "packet")                                                                                  \
	X(WS_RECORD_TRANSITION, "transition")                                                                          \
	X(WS_RECORD_CONNECTION, "connection")                                                                          \
	X(WS_RECORD_ARP, "arp")                                                                                        \
	X(WS_RECORD_UDP, "udp")                                                                                        \
	X(WS_RECORD_TRANSIT, "transit")                                                                                \
	X(WS_RECORD_CLOCK, "clock")                                                                                    \
	X(WS_RECORD_STATS, "stats")                                                                                    \
	X(WS_RECORD_OVERVIEW, "overview")                                                                              \
	X(WS_RECORD_SHARE, "share")                                                                                    \
	X(WS_RECORD_EXCHANGE, "exchange")                                                                              \
	X(WS_RECORD_SERVICE, "service")                                                                                \
	X(WS_RECORD_SERIES, "series")

enum ws_record {
#define X(name, word) name,
	WS_RECORDS(X)
#undef X
	        WS_RECORD_COUNT
};

/* Those that are written only when they are asked for: they are made of connections and packets, which have records of
 * their own. SHARE and SERIES need the connections' history, and EXCHANGE and SERVICE the tracker's exchanges. */
#define WS_RECORDS_ASKED                                                                                               \
	(1u << WS_RECORD_OVERVIEW | 1u << WS_RECORD_SHARE | 1u << WS_RECORD_EXCHANGE | 1u << WS_RECORD_SERVICE |       \
	 1u << WS_RECORD_SERIES)
#define WS_RECORDS_USUAL ((1u << WS_RECORD_COUNT) - 1 - WS_RECORDS_ASKED)

/* ZEEK is Zeek's conn.log, of the records of connections and of UDP. */
enum ws_format { WS_FORMAT_TEXT, WS_FORMAT_JSON, WS_FORMAT_CSV, WS_FORMAT_ZEEK };

struct ws_output_options {
	enum ws_format format;
	uint32_t records; /* bit set of 1u << enum ws_record */
	/* NULL writes all. Otherwise a packet or transition is written when its connection matches at that moment, and
	 * a connection when it matches at the time its record is written. ARP, UDP and stats records belong to no
	 * connection and are always written. Borrowed. */
	const struct ws_filter *filter;
	bool verbose; /* text only: every header field on its own line */
	bool hex;     /* text only: the bytes of each packet */
	/* The rest of text only: */
	/* The line of a connection has the names of its hosts, and HTTP's first request. Verbose: MAC addresses have
	 * their vendors. */
	bool names;
	const struct ws_vendors *vendors; /* for that; or NULL. Borrowed. */
	bool payload;                     /* the payload as text, on lines of its own */
	bool link;                        /* the link layer's addresses */
	bool quiet;                       /* shorter lines */
	bool absolute;                    /* sequence numbers as they are in the packet */
	enum ws_times times;              /* how the time is written */
	bool line_buffered;               /* -l, and always when live: flush after each packet's records */
	bool several; /* points: their names are in the records, and connections are written at the end */
	bool sensors; /* records are the input: those that are written have the sensor's name */
	bool live; /* write a connection's record when it ends; otherwise all at the end, in the order of their numbers
	            */
};

struct ws_output; /* opaque */

/* Writes to `fd`, which stays the caller's; SIGPIPE must be ignored. CSV needs exactly one kind of record. */
struct ws_output *ws_output_create(int fd, const struct ws_output_options *options, struct ws_error *error) WS_CHECKED;
void ws_output_free(struct ws_output *output);
/* Appends the names of a record's fields, separated by ", ", for the manual. Fields in an object of their own are
 * written as "client.port". For a packet these are the columns of CSV. */
void ws_record_fields(enum ws_record record, struct ws_text *text);
/* The fields of all records, each name once: its type with the unit, and what it says. False: there are fewer. */
bool ws_field_meaning(size_t index, const char **name, const char **type, const char **meaning) WS_CHECKED;
/* The columns of Zeek's conn.log in their order: Zeek's name and type, and the field of a record that it has, or what
 * it is. False: there are fewer. */
bool ws_zeek_field(size_t index, const char **name, const char **type, const char **meaning) WS_CHECKED;
/* Parses the words of --only. */
bool ws_records_parse(const char *words, uint32_t *records, struct ws_error *error) WS_CHECKED;

/* All functions return false after a write error; ws_output_broken_pipe() says whether the other end closed the pipe.
 */
bool ws_output_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                      const struct ws_tracker *tracker);
/* The same for a packet that has no record itself. */
bool ws_output_tracked(struct ws_output *output, ws_time time, const struct ws_track_result *result,
                       const struct ws_tracker *tracker);
/* Several points: what is written from now on is of this one. The name is borrowed. */
void ws_output_point(struct ws_output *output, unsigned point, const char *name);
/* Several points: the way of a segment, or of a datagram (`conn` NULL), and a point's clock relative to the reference
 * point's. */
bool ws_output_transit(struct ws_output *output, const struct ws_conn_path *path, const struct ws_conn_info *conn,
                       const struct ws_transit *transit);
bool ws_output_clock(struct ws_output *output, const char *point, const char *reference,
                     const struct ws_clock_info *clock);
/* Writes events that have no packet: those of timers. */
bool ws_output_events(struct ws_output *output, const struct ws_track_result *result, const struct ws_tracker *tracker);
/* Writes what is left at the end: connections that have no record yet, UDP conversations and totals; then flushes. ARP
 * records are written when a binding is learnt or changes, so they are not repeated here. What several points say together
 * is written apart, by the function below. */
bool ws_output_finish(struct ws_output *output, const struct ws_tracker *tracker,
                      const struct ws_capture_stats *capture);
/* Several points: the exchanges, the services and the overview of all, as far as they are wanted, of a tracker that shows them
 * as one; NULL: there is no memory for that. */
bool ws_output_together(struct ws_output *output, const struct ws_tracker *tracker);
/* Connections that should have records of shares, and of exchanges, but whose history did not fit into memory. */
uint64_t ws_output_without_shares(const struct ws_output *output);
uint64_t ws_output_without_exchanges(const struct ws_output *output);
/* Writes the totals as of `now`. Of records there are those of each sensor. */
bool ws_output_totals(struct ws_output *output, const struct ws_tracker *tracker,
                      const struct ws_capture_stats *capture, ws_time now);
bool ws_output_flush(struct ws_output *output);

/* ---- Records that other threads format
 *
 * A sheet takes what is to be written, in order, and what of the tracker it needs. Then any thread may format it, while
 * others are filled, formatted or written. When sheets are written in the order in which they were filled, the bytes are
 * those that would have been written without them. */

struct ws_sheet; /* opaque */

/* NULL: there is no memory. Free sheets before their output. */
struct ws_sheet *ws_sheet_create(const struct ws_output *output) WS_CHECKED;
void ws_sheet_free(struct ws_sheet *sheet); /* NULL allowed */
/* From now on, this empty sheet takes the records of packets and events; NULL: they are written at once. Packets are
 * borrowed until they have been formatted. */
void ws_output_take(struct ws_output *output, struct ws_sheet *sheet);
/* An empty sheet takes the records of `count` connections or UDP conversations from this rank on, as they are at the
 * end. The tracker must not change until they have been formatted. */
void ws_sheet_records(struct ws_sheet *sheet, const struct ws_output *output, const struct ws_tracker *tracker,
                      enum ws_record record, size_t rank, size_t count);
void ws_sheet_format(struct ws_sheet *sheet);
/* Writes what has been formatted, and empties the sheet. */
bool ws_output_sheet(struct ws_output *output, struct ws_sheet *sheet);
/* At the end, this function is called to have the records of all `count` connections, or UDP conversations, formatted on
 * sheets and written. */
typedef void ws_sheets_fn(void *context, const struct ws_tracker *tracker, enum ws_record record, size_t count);
void ws_output_divide(struct ws_output *output, ws_sheets_fn *fn, void *context);

bool ws_output_broken_pipe(const struct ws_output *output);
/* Says why a function above returned false. */
void ws_output_error(const struct ws_output *output, struct ws_error *error);

#endif
