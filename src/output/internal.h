/* Private to src/output: what the writers of the three formats share. */
#ifndef WS_OUTPUT_INTERNAL_H
#define WS_OUTPUT_INTERNAL_H

#include "output/reading.h"

#include <wirestate/exchange.h>
#include <wirestate/output.h>
#include <wirestate/overview.h>
#include <wirestate/spans.h>

/* What was found while the sentence of a verdict was made, for the columns after it. */
struct verdict_found {
	const char *tag; /* NULL: nothing yet */
	int severity;
};

/* The subject of a record. The members that records of its kind read are set, and the others are NULL. */
struct subject {
	enum ws_record kind;
	ws_time time;
	uint64_t frame; /* 0: a timer's */
	const struct ws_packet *packet;
	const struct ws_track_result *result;
	const struct ws_event *event;
	const struct ws_conn_ends *ends; /* of the connection whose state changes */
	const struct ws_conn_info *conn;
	struct verdict_found *verdict; /* of `conn`; NULL: each column judges it */
	const struct ws_udp_info *udp;
	const struct ws_tracker_stats *stats;
	const struct ws_capture_stats *capture;
	const struct ws_transit *transit;
	const struct ws_conn_path *path; /* of the transit */
	const struct ws_clock_info *clock;
	const struct ws_overview *overview; /* of the group, whose example is `conn` */
	const struct ws_overview_group *group;
	const struct ws_time_shares *shares; /* of the group; NULL: not known */
	const struct ws_exchange *exchange;  /* of `conn` */
	const struct ws_service *service;
	const struct ws_span *span;    /* of `conn` */
	const struct series *series;   /* a point of a graph of `conn` */
	const char *point, *reference; /* several points: names, else NULL */
	const char *sensor;            /* of totals: whose they are; NULL: they are of packets */
};

/* ---- Columns: the fields of each kind of record, described once for JSON and CSV */

enum value_kind {
	/* JSON omits the key and CSV leaves the cell empty. The column before must not be in a group. */
	VALUE_ABSENT,
	VALUE_NULL, /* null in JSON, an empty cell in CSV */
	VALUE_NUMBER,
	VALUE_TIME, /* seconds with nine decimals */
	VALUE_BOOLEAN,
	VALUE_STRING,
	VALUE_SIGNED, /* `time` as a whole number */
	VALUE_WORD,   /* one of our own strings, which needs no escaping */
	VALUE_SHORT,  /* likewise, the text of a struct word */
	VALUE_ADDRESS,
	VALUE_MAC,
	VALUE_DECIMAL, /* `decimal`, with three decimals */
	VALUE_NAMES,   /* `names`, in order; JSON: an array; CSV: words */
	VALUE_NUMBERS, /* `numbers`; 0 is null */
	VALUE_RAW,     /* `string` is JSON */
};

/* A word of a table, which is copied in full. */
struct word {
	char text[15];
	uint8_t length;
};
#define WORD(string)                                                                                                   \
	{                                                                                                              \
		string, sizeof(string) - 1                                                                             \
	}

struct value {
	enum value_kind kind;
	unsigned ip_version; /* of `address` */
	uint64_t number;     /* also of a BOOLEAN */
	ws_time time;
	const char *string;
	size_t length; /* of `string` */
	const struct ws_addr *address;
	const uint8_t *mac;
	double decimal;
	const char *names[WS_JOIN_POINTS];
	uint64_t numbers[WS_JOIN_POINTS];
	size_t list_count;  /* of names and numbers */
	char composed[512]; /* room for a string that is composed for this record */
};

struct column {
	const char *group; /* the object around it in JSON, the start of its name in CSV; NULL when it has none */
	const char *name;
	/* Fills `value`, which is ABSENT before the call. `index` is the column's. */
	void (*get)(const struct subject *subject, unsigned index, struct value *value);
	unsigned index;
	/* Takes the value from a record that is read back, see reading.h. NULL: the column's value of a connection is kept as
	 * it is written, and passed on. */
	put_fn *put;
};

struct columns {
	const struct column *column;
	size_t count;         /* with one point */
	size_t several_count; /* with several: more columns at the end */
	bool sensor;          /* one more column has the sensor's name, where records are the input */
};

/* The columns of a kind. Those of a packet are for CSV only: its JSON record is nested and has a writer of its own. */
const struct columns *output_columns(enum ws_record kind);
/* ---- JSON of packets. The keys are formatted once. */

struct json_key {
	char text[40]; /* `,"name":`, always copied in full */
	uint8_t length;
};

/* The text before a column's value in a record: the end of the previous object, the start of a new one, and the key. */
struct json_column {
	char text[56]; /* always copied in full */
	uint8_t length;
};

/* The text of columns of a connection that have their usual values, see columns_usual.c. */
struct json_usual {
	uint16_t start, length; /* in the texts of all */
};
enum { JSON_USUALS = 16, JSON_USUAL_TEXTS = 4096 };

struct json_field {
	struct json_key key;
	/* True for a number of at most 32 bits that every header has. It is in the 8 bytes from `first`, at `shift`. */
	bool plain;
	uint8_t shift, scale;
	uint16_t first, end; /* the bytes of the header that contain it */
	uint32_t mask;
	uint8_t kind; /* enum ws_field_kind */
	const struct ws_field *field;
};

struct json_header {
	struct json_key key;
	const struct json_field *fields; /* those that are in JSON */
	size_t field_count;
	size_t need;   /* the most bytes that its fields of fixed size can take */
	uint8_t group; /* the first header with the same name, which comes just before this one */
};

/* The names of TCP's flags, for each combination of the nine. */
struct flags_text {
	char text[47];
	uint8_t length;
};

/* A packet's line in text has no newline yet when it is written, because the transitions it causes are added to it. */
struct line {
	size_t start;   /* offset of its start in the buffer */
	unsigned count; /* how many transitions are on it so far */
};

/* What is formatted once, and read by every thread that writes records. */
struct output_tables {
	struct flags_text flags[512];
	struct json_header header[WS_HEADER_COUNT];
	struct json_field *fields;                   /* of all headers, one after another */
	struct json_column *column[WS_RECORD_COUNT]; /* of each kind except packets; the first owns the memory of all */
	struct json_usual usual[JSON_USUALS];        /* in the order of the columns */
	char usual_texts[JSON_USUAL_TEXTS];
};

/* Either one that writes to a descriptor, or what a sheet formats with (see sheet.c): that has the tables and the bits of
 * the former, and its text only grows. */
struct ws_output {
	struct ws_output_options options;
	struct ws_text text;
	const struct output_tables *tables;
	int fd;
	int write_error;                            /* errno; 0: no error */
	bool started;                               /* first_time is known */
	bool has_header;                            /* of Zeek's log */
	ws_time first_time, line_time;              /* of the first packet; of the last one that has a line */
	const struct ws_frame_interface *interface; /* of the last packet whose fields were written */
	/* By point, a bit for each connection number whose record is written before the end. */
	struct recorded {
		uint64_t *word;
		size_t words;
	} recorded[WS_JOIN_POINTS];
	struct ws_services *services; /* NULL: none so far */
	uint64_t without_shares;      /* connections whose stretches of time are not known */
	uint64_t without_exchanges;   /* of several points: whose requests and answers are not known */
	unsigned point;               /* of what is written now */
	const char *point_name;       /* NULL: there is only one */
	struct ws_sheet *sheet;       /* takes what is to be written; NULL: it is written at once */
	ws_sheets_fn *sheets;         /* formats the records of the end; NULL: they are formatted here */
	void *sheets_context;
};

/* How many columns the records of a kind have. */
static inline size_t output_column_count(const struct ws_output *output, enum ws_record kind)
{
	const struct columns *columns = output_columns(kind);
	return (output->options.several ? columns->several_count : columns->count) +
	       (columns->sensor && output->options.sensors);
}

/* The index of the one with this place: the sensor's is the last one of the table. */
static inline size_t output_column_index(const struct ws_output *output, const struct columns *columns, size_t place)
{
	return place < (output->options.several ? columns->several_count : columns->count) ? place
	                                                                                   : columns->several_count;
}

/* The value of a field of a connection of records that is only passed on. */
void output_find_passed_on(const char *others, size_t index, struct value *value);

/* Fills the value of a column; of a connection of records, one that is only passed on. */
static inline void output_value(const struct subject *subject, const struct columns *columns, size_t index,
                                struct value *value)
{
	const struct column *column = &columns->column[index];
	value->kind = VALUE_ABSENT;
	if (!column->put && subject->kind == WS_RECORD_CONNECTION && subject->conn->stated.sensor)
		output_find_passed_on(subject->conn->stated.others, index, value);
	else
		column->get(subject, column->index, value);
}

static inline bool output_wants(const struct ws_output *output, enum ws_record kind)
{
	return output->options.records >> kind & 1;
}

/* Makes room for `need` bytes, which must be less than a buffer's capacity, and returns where they can be written. */
static inline char *output_make_room(struct ws_text *text, size_t need)
{
	if (text->capacity - text->length < need && !text->flush(text)) {
		text->failed = true;
		text->length = 0;
	}
	return text->data + text->length;
}

/* ---- Writing at once: what sheet.c calls for a packet or a record that it has taken */

void output_record(struct ws_output *output, const struct subject *subject);
/* A packet's record, except in text, where it is everything from its line on to `line`, which is to be ended. */
void output_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                   struct line *line);
void output_end_line(struct ws_output *output, const struct ws_packet *packet);
/* The records of the end of so many connections from this rank on, or of UDP conversations. */
void output_records(struct ws_output *output, const struct ws_tracker *tracker, enum ws_record record, size_t rank,
                    size_t count);

/* ---- sheet.c: what is taken instead. `ends` is NULL where the event is no change of state; `on_line`: it is added to
 * the line of the packet before it. */
void sheet_take_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result);
void sheet_take_event(struct ws_output *output, const struct ws_event *event, const struct ws_conn_ends *ends,
                      bool on_line);
/* The text that has been formatted; NULL: there was no memory. */
struct ws_text *sheet_made(struct ws_sheet *sheet);
void sheet_clear(struct ws_sheet *sheet);
/* What is written between these two is formatted at once, and put on the sheet in its place. */
void sheet_begin_text(struct ws_output *output);
void sheet_end_text(struct ws_output *output);

bool json_create(struct output_tables *tables, struct ws_error *error);
bool json_create_records(struct output_tables *tables, struct ws_error *error);
void json_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result);
void json_record(struct ws_output *output, const struct subject *subject);

void csv_header(struct ws_output *output);
/* A cell with a string from outside, cleaned and quoted where it must be; never cut. */
void csv_string(struct ws_text *text, const char *string, size_t length);
void csv_record(struct ws_output *output, const struct subject *subject);

/* ---- Text */
void text_create(struct output_tables *tables);
void text_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                 struct line *line);
void text_transition_on_line(struct ws_output *output, const struct subject *subject, struct line *line);
/* Writes an endpoint and its change of state. */
void text_transition(struct ws_text *text, const struct subject *subject);
/* What an input of the connection that is debugged changed. */
void text_input(struct ws_output *output, const struct ws_event *event);
void text_record(struct ws_output *output, const struct subject *subject);
void text_fields(struct ws_output *output, const struct ws_packet *packet);
void text_payload(struct ws_output *output, const struct ws_packet *packet);
void text_hex(struct ws_output *output, const struct ws_packet *packet);
/* What the frame's comment says happened until the packet left its host, or after that. */
void text_evidence(struct ws_output *output, const struct ws_frame *frame, bool before);
/* The same of what happened after the last packet. */
void text_evidence_at_end(struct ws_output *output, const struct ws_capture_stats *capture);
/* Writes the time since the first packet, and the frame's number or "-". */
void text_stamp(struct ws_output *output, ws_time time, uint64_t frame);

#endif
