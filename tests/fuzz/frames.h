/* The targets read a sequence of frames from their input in this form:
 *
 *   1 byte   the link type
 *   then for each frame: 2 bytes captured length, 1 byte cut off on the wire, 1 byte time (signed, in units that grow),
 *   and the bytes; numbers little-endian. A length beyond the end means the rest. */
#ifndef FUZZ_FRAMES_H
#define FUZZ_FRAMES_H

#include <wirestate/capture.h>

enum { FRAME_HEAD = 4, LINKS = WS_LINK_OTHER };

struct frames {
	const uint8_t *at, *end;
	uint8_t link;
	uint64_t number;
	ws_time time;
};

static inline struct frames frames_of(const uint8_t *data, size_t size)
{
	struct frames frames = {.at = data, .end = data + size, .time = 1000 * WS_SECOND};
	if (size)
		frames.link = *frames.at++ % LINKS;
	return frames;
}

/* A time step of 0, 1 µs, ... to about two minutes, forward or back. */
static inline ws_time frames_step(int8_t code)
{
	const ws_time step = code ? WS_MILLISECOND / 1000 << (code < 0 ? -code : code) % 28 : 0;
	return code < 0 ? -step : step;
}

static inline bool frames_next(struct frames *frames, struct ws_frame *frame)
{
	if (frames->end - frames->at < FRAME_HEAD)
		return false;
	const uint8_t *head = frames->at;
	frames->at += FRAME_HEAD;
	size_t length = (size_t)(head[0] | head[1] << 8), left = (size_t)(frames->end - frames->at);
	if (length > left)
		length = left;
	frames->time += frames_step((int8_t)head[3]);
	*frame = (struct ws_frame){
	        .time = frames->time,
	        .number = ++frames->number,
	        .position = frames->number,
	        .data = frames->at,
	        .captured = (uint32_t)length,
	        .length = (uint32_t)length + head[2],
	        .link = frames->link,
	        .fcs_length = head[2] == 4 ? 4 : 0,
	};
	frames->at += length;
	return true;
}

#endif
