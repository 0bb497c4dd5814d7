/* Reads records back from the lines of JSON that wirestate/output.h describes. The same tables of columns write and read
 * them. */
#ifndef WIRESTATE_RECORD_H
#define WIRESTATE_RECORD_H

#include <wirestate/error.h>
#include <wirestate/stored.h>
#include <wirestate/text.h>

#define WS_RECORD_LINE_MOST WS_LINE_MOST /* bytes of a line */

struct ws_record_reader; /* opaque */

struct ws_record_reader *ws_record_reader_new(struct ws_error *error) WS_CHECKED;
void ws_record_reader_free(struct ws_record_reader *reader); /* NULL allowed */

/* Reads a line without its newline. `sensor` is whose it is where it does not say. What the record points to is valid
 * until the next call. False: it is none, and `why` says so: "a string does not end, at column 17". */
bool ws_record_read(struct ws_record_reader *reader, const char *line, size_t length, const char *sensor,
                    struct ws_stored_record *record, struct ws_text *why) WS_CHECKED;

#endif
