/* The theme: from what a cell means to how it looks, for 256 colours, for 8, and for none, where bold and dim must do.
 * The background stays the terminal's own, so both light and dark ones work. */
#include <wirestate/theme.h>

enum { OWN = -1, RED = 1, GREEN, YELLOW, BLUE, MAGENTA, CYAN }; /* the 8 colours by ECMA-48's numbers */

/* X(style, colour of 256, colour of 8, attributes with colours, attributes without) */
#define THEME(X)                                                                                                       \
	X(WS_STYLE_NORMAL, OWN, OWN, 0, 0)                                                                             \
	X(WS_STYLE_DIM, 244, OWN, 0, WS_DIM)                                                                           \
	X(WS_STYLE_TITLE, OWN, OWN, 0, 0)                                                                              \
	X(WS_STYLE_SELECTED, OWN, OWN, 0, 0)                                                                           \
	X(WS_STYLE_KEY, 37, CYAN, WS_BOLD, WS_BOLD)                                                                    \
	X(WS_STYLE_CLIENT, 74, CYAN, 0, 0)                                                                             \
	X(WS_STYLE_SERVER, 176, MAGENTA, 0, 0)                                                                         \
	X(WS_STYLE_SEGMENT, 37, CYAN, WS_BOLD, WS_BOLD)                                                                \
	X(WS_STYLE_STATE_OPENING, 172, YELLOW, 0, 0)                                                                   \
	X(WS_STYLE_STATE_OPEN, 71, GREEN, 0, WS_BOLD)                                                                  \
	X(WS_STYLE_STATE_CLOSING, 133, MAGENTA, 0, 0)                                                                  \
	X(WS_STYLE_STATE_WAIT, 68, BLUE, WS_BOLD, WS_BOLD)                                                             \
	X(WS_STYLE_STATE_CLOSED, 244, OWN, 0, WS_DIM)                                                                  \
	X(WS_STYLE_GOOD, 71, GREEN, 0, 0)                                                                              \
	X(WS_STYLE_WARN, 172, YELLOW, 0, WS_BOLD)                                                                      \
	X(WS_STYLE_BAD, 167, RED, WS_BOLD, WS_BOLD)                                                                    \
	X(WS_STYLE_HIGHLIGHT, 172, YELLOW, WS_BOLD, WS_BOLD)

const struct ws_look *ws_style_look(enum ws_style style)
{
	static const struct ws_look looks[WS_STYLE_COUNT] = {
#define X(name, of_256, of_8, with, without) [name] = {of_256, of_8, with, without},
	        THEME(X)
#undef X
	};
	return &looks[style < WS_STYLE_COUNT ? style : WS_STYLE_NORMAL];
}

uint32_t ws_colour_rgb(int of_256)
{
	static const uint32_t first[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
	                                   0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
	                                   0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
	static const uint32_t levels[6] = {0, 95, 135, 175, 215, 255}; /* of the 6×6×6 cube */
	if (of_256 < 0 || of_256 > 255)
		return 0;
	if (of_256 < 16)
		return first[of_256];
	if (of_256 >= 232)
		return 0x010101u * (uint32_t)(8 + 10 * (of_256 - 232));
	const int cube = of_256 - 16;
	return levels[cube / 36] << 16 | levels[cube / 6 % 6] << 8 | levels[cube % 6];
}
