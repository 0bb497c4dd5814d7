/* The themes say how each style looks, on a terminal and in an exported file. */
#ifndef WIRESTATE_THEME_H
#define WIRESTATE_THEME_H

#include <wirestate/canvas.h>

/* X(enumerator, word for --theme). `any` can be read on dark and light backgrounds; `mono` uses no colours. */
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

enum { WS_DIM = 4 }; /* an emphasis like WS_BOLD and WS_REVERSE, for terminals without colours */

struct ws_look {
	int16_t of_256;        /* a colour of xterm's 256; -1: the terminal's default */
	int16_t of_8;          /* a colour of the first 8, with ECMA-48's numbers; -1: the terminal's default */
	uint8_t with, without; /* WS_BOLD, WS_DIM: on terminals with colours, and without */
};
struct ws_look ws_style_look(enum ws_theme theme, enum ws_style style);

/* The colour with this number in xterm's palette of 256, as 0xrrggbb. */
uint32_t ws_colour_rgb(int of_256);

#endif
