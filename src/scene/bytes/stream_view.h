/* State of the stream screen: the bytes of a connection, with the borders of the segments that carried them. Private to
 * src/scene. */
#ifndef SCENE_STREAM_VIEW_H
#define SCENE_STREAM_VIEW_H

#include <wirestate/replay.h>
#include <wirestate/scene.h>

enum stream_kind { STREAM_DATA, STREAM_GAP, STREAM_MARK };

/* What one segment did to the stream, or bytes that are missing. */
struct stream_piece {
	ws_time time;
	uint64_t frame, position;
	int64_t sequence; /* relative, of the first byte; does not wrap */
	uint64_t held_by; /* frame of the ACK that this segment seems to have waited for; 0: none */
	uint64_t filled;  /* of a gap: the frame that filled the last of it; 0: it is not filled */
	uint32_t length;  /* payload bytes; of a gap: the missing bytes */
	uint32_t again;   /* how many of them had been sent before; of a mark: 1 when it had */
	uint32_t missing; /* of a gap: how many are still missing */
	uint16_t flags;
	uint8_t kind, direction;
	uint8_t late : 1;  /* brought bytes of a gap */
	uint8_t probe : 1; /* keep-alive or window probe: not meant as data */
	uint8_t bad : 1;   /* its checksum is wrong: the receiver ignored it */
};

#define STREAM_PIECES (1u << 18)
#define STREAM_GAPS 16

/* How far the stream has been built in one direction. */
struct stream_flow {
	bool known;    /* `next` is valid */
	int64_t next;  /* the sequence number after the highest byte seen */
	int64_t acked; /* the highest acknowledgment from the other endpoint */
	ws_time sent;  /* when its latest bytes left */
	uint32_t sent_length;
	ws_time released;        /* when an ACK without data covered everything sent */
	uint64_t release;        /* frame of that ACK; 0: none since the last bytes */
	size_t gap[STREAM_GAPS]; /* the pieces that are open gaps */
	size_t gap_count;
	uint64_t bytes;  /* each counted once */
	uint16_t marked; /* flags of the marks so far */
};

/* A position: a row of a piece. Row 0 is the piece's heading. */
struct stream_position {
	size_t piece;
	uint32_t row;
};

enum { STREAM_LINE_BYTES = 256 };

struct stream_line {
	struct stream_position position;
	uint32_t offset; /* of the first byte, in the piece */
	uint16_t length;
	bool kept; /* false: the row is a heading, or says why there are no bytes */
	uint8_t bytes[STREAM_LINE_BYTES];
};

/* The bytes of the piece that was read last. */
struct stream_loaded {
	size_t piece; /* SIZE_MAX: none */
	uint8_t *bytes;
	uint32_t count, capacity;
};

struct stream_view {
	ws_conn_id conn;
	uint64_t number;     /* of the connection, see ws_conn_key(); 0: none */
	unsigned point;      /* whose packets are shown */
	bool turned;         /* its endpoint 0 is endpoint 1 of the connection */
	unsigned chosen;     /* the point that the user has chosen, */
	uint64_t chosen_for; /* for the connection with this number; 0: none */
	struct ws_replay *replay;
	size_t step; /* the next step to build from */
	struct stream_piece *piece;
	size_t count, capacity;
	bool full; /* no more pieces are kept */
	struct stream_flow flow[2];
	int only; /* the direction shown, -1: both */
	bool hex;
	struct stream_position cursor, top;
	uint64_t seek; /* the cursor goes to this frame as soon as it is there; 0: nowhere */
	struct stream_loaded loaded;
	struct stream_line *line; /* the rows on the screen */
	size_t line_count, line_capacity;
	int width, rows; /* of the body */
};

#endif
