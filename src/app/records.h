/* Records as the input of a session: the frames of its capture are lines. */
#ifndef APP_RECORDS_H
#define APP_RECORDS_H

#include <wirestate/capture.h>
#include <wirestate/error.h>
#include <wirestate/record.h>
#include <wirestate/scene.h>

struct session;
struct point;

struct records {
	struct ws_record_reader *reader;
	uint64_t lines, left_out, repeated;
	bool live;          /* they come as they are made: from a pipe */
	ws_time arrived;    /* of monotonic(): when the latest time in any record came */
	ws_time next_clock; /* of monotonic(): when the tracker is told the time again */
	struct ws_stored_record record;
};

/* The session's capture has records: refuses what needs packets, and makes session->records. */
bool records_open(struct session *session, struct ws_error *error) WS_CHECKED;
void records_close(struct session *session);
/* Takes in a line. One that is no record is counted, and the first one is a warning of the session. */
void records_take(struct point *point, const struct ws_frame *frame);
/* Live, when nothing comes: time passes for sensors that are stale. */
void records_idle(struct session *session);
/* What a screen has to know besides what it knows of packets. */
void records_model(const struct session *session, struct ws_model *model);

#endif
