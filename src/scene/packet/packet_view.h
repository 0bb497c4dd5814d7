/* State of the screen of one packet. Private to src/scene. */
#ifndef SCENE_PACKET_VIEW_H
#define SCENE_PACKET_VIEW_H

#include <wirestate/cursor.h>
#include <wirestate/details.h>
#include <wirestate/scene.h>

enum packet_row_kind {
	ROW_LAYER,
	ROW_FIELD,
	ROW_OPTION,
	ROW_DATAGRAM,
	ROW_BAR,
	ROW_FRAGMENT,
	ROW_TEXT,
	ROW_NOTE,
	ROW_SIZE
};

struct packet_row {
	uint8_t kind, layer, depth;
	uint16_t field;          /* ROW_FIELD: index in the header's table; ROW_FRAGMENT: among the fragments;
	                            ROW_TEXT: among the texts of the file */
	uint32_t cursor;         /* ROW_OPTION: hand it to ws_option_next(); ROW_TEXT: where its line begins */
	uint32_t offset, length; /* the bytes it stands for; length 0: none */
};

#define PACKET_ROWS 512
#define PACKET_FRAGMENTS 64

/* The known fragments of one datagram, by offset. */
struct packet_fragments {
	size_t count;
	bool more;      /* there are more than fit in here */
	bool end_known; /* the last fragment is among them */
	uint32_t length, missing;
	uint64_t seen; /* how many fragments the tracker had seen when this was made */
	struct ws_fragment_info fragment[PACKET_FRAGMENTS];
};

struct packet_view {
	bool present;   /* `frame` holds a packet's bytes */
	bool alone;     /* it is shown for itself, not as a step of a connection */
	unsigned point; /* that captured it */
	struct ws_frame frame;
	uint8_t *bytes;
	size_t capacity;
	struct ws_packet packet;
	uint32_t mss; /* the smaller of its connection's MSS options; 0: not known */
	struct packet_fragments fragments;
	uint64_t expanded; /* bit set over enum ws_header */
	bool expanded_chosen;
	struct packet_row row[PACKET_ROWS];
	struct ws_cursor cursor; /* among the rows; its count is that of the rows that there are */
	bool in_bytes;           /* the lower pane has the keys */
	uint32_t byte;           /* the byte that is pointed at there */
	/* For a lesson's stop: the fields that it is about. Their layers are open; other fields are hidden where
	 * they do not fit. */
	const struct ws_lesson_field *field; /* borrowed; NULL: none */
	size_t field_count;
	bool only_fields;
	int fields_room; /* the rows that this was decided for; 0: not decided yet */
};

#endif
