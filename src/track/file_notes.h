/* What a capture file says of connections beside their packets: the processes at their ends, and comments. Private to
 * src/track. */
#ifndef WS_TRACK_FILE_NOTES_H
#define WS_TRACK_FILE_NOTES_H

#include "track/conn.h"

/* The comments of all connections, one after another. What does not fit is not kept. */
struct ws_file_notes {
	uint8_t *bytes;
	uint32_t used, capacity, limit;
};

void ws_file_notes_init(struct ws_file_notes *notes, uint64_t max_memory);
void ws_file_notes_free(struct ws_file_notes *notes);

/* Takes the process and the comment of a packet that endpoint `direction` of the connection sent. NULL: there is no
 * memory for that. */
void ws_file_notes_take(struct ws_file_notes *notes, struct ws_rare *rare, unsigned direction,
                        const struct ws_frame *frame);

/* The process at an endpoint; NULL: not stated. `*guessed` is set when the file does not say which of the two endpoints
 * it is at. */
const struct ws_frame_process *ws_conn_process(const struct ws_conn *conn, unsigned endpoint, unsigned likely_client,
                                               bool *guessed);

#endif
