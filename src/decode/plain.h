/* The short way for ordinary packets, see plain.c. */
#ifndef WS_DECODE_PLAIN_H
#define WS_DECODE_PLAIN_H

#include "decode/decode.h"

/* Fills what ws_decode() has cleared. False: it is no such packet, and nothing has been filled. */
bool ws_decode_plain(struct ws_packet *packet, const struct ws_frame *frame) WS_CHECKED;

/* decode.c. What ws_decode() does with any other packet, by the functions for each header. Does not set may_name. */
void ws_decode_headers(const struct ws_frame *frame, struct ws_packet *packet);

#endif
