/* The theme: how a style looks, on a terminal and in an exported picture alike. */
#ifndef WIRESTATE_THEME_H
#define WIRESTATE_THEME_H

#include <wirestate/canvas.h>

enum { WS_DIM = 4 }; /* beside WS_BOLD and WS_REVERSE; where there are no colours */

struct ws_look {
	int16_t of_256, of_8;  /* colour of the 256 and of the 8; -1: the terminal's own */
	uint8_t with, without; /* WS_BOLD, WS_DIM: with colours, and without any */
};
const struct ws_look *ws_style_look(enum ws_style style);

/* What xterm's palette makes of one of the 256 colours, as 0xrrggbb. */
uint32_t ws_colour_rgb(int of_256);

#endif
