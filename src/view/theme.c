/* The themes: from what a cell means to how it looks, for 256 colours, for 8, and for none, where bold, dim and reverse
 * must do. The background stays the terminal's own. */
#include "view_internal.h"

/* X(style; colours of 256 on any, a dark and a light background; of 8 on a dark or any, and on a light one; attributes
 * with colours, and without). -1: the terminal's own. */
#define THEME(X)                                                                                                       \
	X(WS_STYLE_NORMAL, -1, -1, -1, -1, -1, A_NORMAL, A_NORMAL)                                                     \
	X(WS_STYLE_DIM, 244, 245, 242, -1, -1, A_NORMAL, A_DIM)                                                        \
	X(WS_STYLE_TITLE, -1, -1, -1, -1, -1, A_NORMAL, A_NORMAL)                                                      \
	X(WS_STYLE_SELECTED, -1, -1, -1, -1, -1, A_NORMAL, A_NORMAL)                                                   \
	X(WS_STYLE_KEY, 37, 80, 30, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD)                                            \
	X(WS_STYLE_CLIENT, 74, 117, 25, COLOR_CYAN, COLOR_BLUE, A_NORMAL, A_NORMAL)                                    \
	X(WS_STYLE_SERVER, 176, 213, 90, COLOR_MAGENTA, COLOR_MAGENTA, A_NORMAL, A_NORMAL)                             \
	X(WS_STYLE_SEGMENT, 37, 80, 30, COLOR_CYAN, COLOR_BLUE, A_BOLD, A_BOLD)                                        \
	X(WS_STYLE_STATE_OPENING, 172, 221, 130, COLOR_YELLOW, COLOR_RED, A_NORMAL, A_NORMAL)                          \
	X(WS_STYLE_STATE_OPEN, 71, 114, 28, COLOR_GREEN, COLOR_GREEN, A_NORMAL, A_BOLD)                                \
	X(WS_STYLE_STATE_CLOSING, 133, 177, 91, COLOR_MAGENTA, COLOR_MAGENTA, A_NORMAL, A_NORMAL)                      \
	X(WS_STYLE_STATE_WAIT, 68, 111, 26, COLOR_BLUE, COLOR_BLUE, A_BOLD, A_BOLD)                                    \
	X(WS_STYLE_STATE_CLOSED, 244, 245, 242, -1, -1, A_NORMAL, A_DIM)                                               \
	X(WS_STYLE_GOOD, 71, 114, 28, COLOR_GREEN, COLOR_GREEN, A_NORMAL, A_NORMAL)                                    \
	X(WS_STYLE_WARN, 172, 221, 130, COLOR_YELLOW, COLOR_RED, A_NORMAL, A_BOLD)                                     \
	X(WS_STYLE_BAD, 167, 210, 124, COLOR_RED, COLOR_RED, A_BOLD, A_BOLD)                                           \
	X(WS_STYLE_HIGHLIGHT, 172, 221, 130, COLOR_YELLOW, COLOR_RED, A_BOLD, A_BOLD)

static const struct look {
	short of_256[WS_THEME_MONO], of_8[WS_THEME_MONO]; /* by enum ws_theme */
	attr_t with, without;
} looks[WS_STYLE_COUNT] = {
#define X(style, any, dark, light, eight, eight_light, with, without)                                                  \
	[style] = {{any, dark, light}, {eight, eight, eight_light}, with, without},
        THEME(X)
#undef X
};

void theme_start(enum ws_theme theme, bool colours)
{
	if (!colours)
		return;
	start_color();
	use_default_colors();
	for (int style = 0; style < WS_STYLE_COUNT; style++)
		init_pair((short)(style + 1), COLORS >= 256 ? looks[style].of_256[theme] : looks[style].of_8[theme],
		          -1);
}

attr_t theme_attributes(enum ws_style style, bool colours)
{
	return colours ? looks[style].with : looks[style].without;
}
