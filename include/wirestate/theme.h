/* The themes: how a style looks, on a terminal and in an exported picture alike. */
#ifndef WIRESTATE_THEME_H
#define WIRESTATE_THEME_H

#include <wirestate/canvas.h>

/* X(enumerator, word for --theme). `any` is readable on dark and light backgrounds, `mono` has no colours. */
#define WS_THEMES(X)                                                                                                   \
	X(WS_THEME_ANY, "any")                                                                                         \
	X(WS_THEME_DARK, "dark")                                                                                       \
	X(WS_THEME_LIGHT, "light")                                                                                     \
	X(WS_THEME_MONO, "mono")

enum ws_theme {
#define X(name, word) name,
	WS_THEMES(X)
#undef X
};

enum { WS_DIM = 4 }; /* beside WS_BOLD and WS_REVERSE; where there are no colours */

struct ws_look {
	int16_t of_256,
	        of_8; /* colour of the 256 and of the 8, of those by ECMA-48's numbers; -1: the terminal's own */
	uint8_t with, without; /* WS_BOLD, WS_DIM: with colours, and without any */
};
struct ws_look ws_style_look(enum ws_theme theme, enum ws_style style);

/* What xterm's palette makes of one of the 256 colours, as 0xrrggbb. */
uint32_t ws_colour_rgb(int of_256);

#endif
