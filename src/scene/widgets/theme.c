/* The themes: how each style looks with 256 colours, with 8, and with none, where bold, dim and reverse must do. A
 * terminal keeps its own background. */
#include <wirestate/theme.h>

enum { OWN = -1, RED = 1, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* X(style; colours of 256 on any, a dark and a light background; of 8 on a dark or any, and on a light one; attributes
 * with colours, and without) */
#define THEME(X)                                                                                                       \
	X(WS_STYLE_NORMAL, OWN, OWN, OWN, OWN, OWN, 0, 0)                                                              \
	X(WS_STYLE_DIM, 244, 245, 242, OWN, OWN, 0, WS_DIM)                                                            \
	X(WS_STYLE_TITLE, OWN, OWN, OWN, OWN, OWN, 0, 0)                                                               \
	X(WS_STYLE_SELECTED, OWN, OWN, OWN, OWN, OWN, 0, 0)                                                            \
	X(WS_STYLE_KEY, 37, 80, 30, CYAN, BLUE, WS_BOLD, WS_BOLD)                                                      \
	X(WS_STYLE_CLIENT, 74, 117, 25, CYAN, BLUE, 0, 0)                                                              \
	X(WS_STYLE_SERVER, 176, 213, 90, MAGENTA, MAGENTA, 0, 0)                                                       \
	X(WS_STYLE_SEGMENT, 37, 80, 30, CYAN, BLUE, WS_BOLD, WS_BOLD)                                                  \
	X(WS_STYLE_STATE_OPENING, 172, 221, 130, YELLOW, RED, 0, 0)                                                    \
	X(WS_STYLE_STATE_OPEN, 71, 114, 28, GREEN, GREEN, 0, WS_BOLD)                                                  \
	X(WS_STYLE_STATE_CLOSING, 133, 177, 91, MAGENTA, MAGENTA, 0, 0)                                                \
	X(WS_STYLE_STATE_WAIT, 68, 111, 26, BLUE, BLUE, WS_BOLD, WS_BOLD)                                              \
	X(WS_STYLE_STATE_CLOSED, 244, 245, 242, OWN, OWN, 0, WS_DIM)                                                   \
	X(WS_STYLE_GOOD, 71, 114, 28, GREEN, GREEN, 0, 0)                                                              \
	X(WS_STYLE_WARN, 172, 221, 130, YELLOW, RED, 0, WS_BOLD)                                                       \
	X(WS_STYLE_BAD, 167, 210, 124, RED, RED, WS_BOLD, WS_BOLD)                                                     \
	X(WS_STYLE_HIGHLIGHT, 172, 221, 130, YELLOW, RED, WS_BOLD, WS_BOLD)

struct ws_look ws_style_look(enum ws_theme theme, enum ws_style style)
{
	static const struct {
		int16_t of_256[WS_THEME_MONO], of_8[WS_THEME_MONO]; /* by enum ws_theme */
		uint8_t with, without;
	} looks[WS_STYLE_COUNT] = {
#define X(name, any, dark, light, eight, eight_light, with, without)                                                   \
	[name] = {{any, dark, light}, {eight, eight, eight_light}, with, without},
	        THEME(X)
#undef X
	};
	const size_t at = style < WS_STYLE_COUNT ? style : WS_STYLE_NORMAL;
	struct ws_look look = {.of_256 = OWN, .of_8 = OWN, .with = looks[at].with, .without = looks[at].without};
	if (theme < WS_THEME_MONO) {
		look.of_256 = looks[at].of_256[theme];
		look.of_8 = looks[at].of_8[theme];
	} else {
		look.with = look.without;
	}
	return look;
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
