/* Inside the output: what the writers of the three formats share. */
#ifndef WS_OUTPUT_INTERNAL_H
#define WS_OUTPUT_INTERNAL_H

#include <wirestate/output.h>

#define WS_OUTPUT_BUFFER 65536

/* What a record is about: the members that its kind reads are set, the others are NULL. */
struct subject {
	enum ws_record kind;
	ws_time time;
	uint64_t frame; /* 0: a timer */
	const struct ws_packet *packet;
	const struct ws_track_result *result;
	const struct ws_event *event;
	const struct ws_conn_info *conn;
	const struct ws_udp_info *udp;
	const struct ws_tracker_stats *stats;
	const struct ws_capture_stats *capture;
};

/* ---- Columns: every kind's fields, once for JSON and CSV */

enum value_kind {
	VALUE_ABSENT, /* JSON leaves the key out, CSV the cell empty; only where the column before stands in no group
	                 either */
	VALUE_NULL,   /* JSON's null, an empty cell */
	VALUE_NUMBER,
	VALUE_TIME, /* seconds with nine decimals */
	VALUE_BOOLEAN,
	VALUE_STRING,
	VALUE_WORD, /* a string of our own, in which there is nothing to escape */
	VALUE_ADDRESS,
	VALUE_MAC,
};

struct value {
	enum value_kind kind;
	unsigned ip_version; /* of `address` */
	uint64_t number;     /* also BOOLEAN */
	ws_time time;
	const char *string;
	size_t length; /* of `string` */
	const struct ws_addr *address;
	const uint8_t *mac;
	char composed[512]; /* room for a string that had to be put together */
};

struct column {
	const char *group; /* JSON: the object that it stands in; CSV: what its name begins with; NULL: none */
	const char *name;
	/* Fills `value`, which comes as ABSENT; `index` is the column's. */
	void (*get)(const struct subject *subject, unsigned index, struct value *value);
	unsigned index;
};

struct columns {
	const struct column *column;
	size_t count;
};

/* The columns of a kind. A packet's are only CSV's: its JSON record is nested, and has its own writer. */
const struct columns *output_columns(enum ws_record kind);
/* "client", "server" or "unknown". */
const char *role_name(const struct ws_conn_info *conn, unsigned endpoint);

/* ---- JSON of packets: keys are put together once */

struct json_key {
	char text[40]; /* `,"name":`, copied whole */
	uint8_t length;
};

/* In front of a record's value: where it ends the object before, begins one, and its name. */
struct json_column {
	char text[56]; /* copied whole */
	uint8_t length;
};

struct json_field {
	struct json_key key;
	/* A number of at most 32 bits, in every packet: the 8 bytes from `first` on hold it at `shift`. */
	bool plain;
	uint8_t shift, scale;
	uint16_t first, end; /* bytes of the header that it lies in */
	uint32_t mask;
	uint8_t kind; /* enum ws_field_kind */
	const struct ws_field *field;
};

struct json_header {
	struct json_key key;
	const struct json_field *fields; /* those that JSON shows */
	size_t field_count;
	size_t need; /* bytes that its fields of fixed size can take at most */
};

/* TCP's flags in words, for each combination of the nine. */
struct flags_text {
	char text[47];
	uint8_t length;
};

struct ws_output {
	struct ws_output_options options;
	struct ws_text text;
	int fd;
	int write_error; /* errno; 0: fine */
	bool started;    /* first_time is known */
	ws_time first_time;
	uint64_t *recorded; /* live: a bit for each connection number whose record is written */
	size_t recorded_words;
	struct flags_text flags[512];
	struct json_header header[WS_HEADER_COUNT];
	struct json_field *fields; /* of all headers, in a row */
	struct json_column
	        *column[WS_RECORD_COUNT]; /* of each kind but packets; all in one piece of memory, the first's */
	char buffer[WS_OUTPUT_BUFFER];
};

static inline bool output_wants(const struct ws_output *output, enum ws_record kind)
{
	return output->options.records >> kind & 1;
}

bool json_create(struct ws_output *output, struct ws_error *error);
bool json_create_records(struct ws_output *output, struct ws_error *error);
void json_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result);
void json_record(struct ws_output *output, const struct subject *subject);

void csv_header(struct ws_output *output);
void csv_record(struct ws_output *output, const struct subject *subject);

/* ---- Text. A packet's line is left open, so that the transitions it causes can follow on it. */
struct line {
	size_t start;   /* where it begins in the buffer */
	unsigned count; /* transitions on it so far */
};
void text_create(struct ws_output *output);
void text_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                 struct line *line);
void text_transition_on_line(struct ws_output *output, const struct subject *subject, struct line *line);
/* One endpoint and its change of state. */
void text_transition(struct ws_text *text, const struct subject *subject);
void text_record(struct ws_output *output, const struct subject *subject);
void text_fields(struct ws_output *output, const struct ws_packet *packet);
void text_hex(struct ws_output *output, const struct ws_packet *packet);
/* Time since the first packet, and the frame's number or "-". */
void text_stamp(struct ws_output *output, ws_time time, uint64_t frame);

#endif
