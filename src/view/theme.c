/* The theme: from what a cell means to how it looks, for 256 colours, for 8, and for none, where bold, dim and reverse
 * must do. The background stays the terminal's own, so both light and dark ones work. */
#include "view_internal.h"

/* X(style, colour of 256, colour of 8, attributes with colours, attributes without). -1: the terminal's own. */
#define THEME(X)                                                                                                       \
	X(WS_STYLE_NORMAL, -1, -1, A_NORMAL, A_NORMAL)                                                                 \
	X(WS_STYLE_DIM, 244, -1, A_NORMAL, A_DIM)                                                                      \
	X(WS_STYLE_TITLE, -1, -1, A_NORMAL, A_NORMAL)                                                                  \
	X(WS_STYLE_SELECTED, -1, -1, A_NORMAL, A_NORMAL)                                                               \
	X(WS_STYLE_KEY, 37, COLOR_CYAN, A_BOLD, A_BOLD)                                                                \
	X(WS_STYLE_CLIENT, 74, COLOR_CYAN, A_NORMAL, A_NORMAL)                                                         \
	X(WS_STYLE_SERVER, 176, COLOR_MAGENTA, A_NORMAL, A_NORMAL)                                                     \
	X(WS_STYLE_SEGMENT, 37, COLOR_CYAN, A_BOLD, A_BOLD)                                                            \
	X(WS_STYLE_STATE_OPENING, 172, COLOR_YELLOW, A_NORMAL, A_NORMAL)                                               \
	X(WS_STYLE_STATE_OPEN, 71, COLOR_GREEN, A_NORMAL, A_BOLD)                                                      \
	X(WS_STYLE_STATE_CLOSING, 133, COLOR_MAGENTA, A_NORMAL, A_NORMAL)                                              \
	X(WS_STYLE_STATE_WAIT, 68, COLOR_BLUE, A_BOLD, A_BOLD)                                                         \
	X(WS_STYLE_STATE_CLOSED, 244, -1, A_NORMAL, A_DIM)                                                             \
	X(WS_STYLE_GOOD, 71, COLOR_GREEN, A_NORMAL, A_NORMAL)                                                          \
	X(WS_STYLE_WARN, 172, COLOR_YELLOW, A_NORMAL, A_BOLD)                                                          \
	X(WS_STYLE_BAD, 167, COLOR_RED, A_BOLD, A_BOLD)                                                                \
	X(WS_STYLE_HIGHLIGHT, 172, COLOR_YELLOW, A_BOLD, A_BOLD)

static const struct look {
	short of_256, of_8;
	attr_t with, without;
} looks[WS_STYLE_COUNT] = {
#define X(style, of_256, of_8, with, without) [style] = {of_256, of_8, with, without},
        THEME(X)
#undef X
};

void theme_start(bool colours)
{
	if (!colours)
		return;
	start_color();
	use_default_colors();
	for (int style = 0; style < WS_STYLE_COUNT; style++)
		init_pair((short)(style + 1), COLORS >= 256 ? looks[style].of_256 : looks[style].of_8, -1);
}

attr_t theme_attributes(enum ws_style style, bool colours)
{
	return colours ? looks[style].with : looks[style].without;
}
