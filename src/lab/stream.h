/* The lab's packets and evidence as one pcapng stream, which a reader can show while it is written. */
#ifndef LAB_STREAM_H
#define LAB_STREAM_H

#include "lab/scenario.h"

enum { LAB_STREAM_OUTPUTS = 2 };

struct lab_stream {
	int output[LAB_STREAM_OUTPUTS]; /* descriptors: first to the viewer, then to the file of -w; -1: none */
	uint8_t *buffer;                /* owned */
	size_t used, room;
	uint64_t packets[LAB_SIDES];
	ws_time begun;
	bool failed; /* of memory or the viewer's end; nothing is written any more */
};

/* A packet at one end of the wire: where it leaves its host, or where it arrives. */
struct lab_record {
	ws_time time;
	uint8_t side; /* enum lab_side: whose end it is */
	bool arrives;
	size_t length;
	const uint8_t *data;
};

/* The section, and an interface for either end of the wire, which are captured from now on. `comment` says which scenario it
 * is. */
void lab_stream_begin(struct lab_stream *stream, ws_time time, const char *comment);
void lab_stream_packet(struct lab_stream *stream, const struct lab_record *record, const char *comment,
                       size_t comment_length);
/* Tells only the viewer what has happened since the last packet; the next one says it again. */
void lab_stream_remark(struct lab_stream *stream, ws_time time, const char *comment, size_t comment_length);
/* The interfaces' statistics, with what is said after the last packet. */
void lab_stream_end(struct lab_stream *stream, ws_time time, const char *comment, size_t comment_length);
void lab_stream_free(struct lab_stream *stream);

#endif
