/* The themes: how each style looks with 256 colours, with 8, and with none, where bold, dim and reverse must do. A
 * terminal keeps its own background. */
#include <wirestate/theme.h>

enum { OWN = -1, RED = 1, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* X(style; colours of 256 on any, a dark and a light background; of 8 on a dark or any, and on a light one; attributes
 * with colours, and without). The sides and the kinds of states all differ in each palette, of 8 by being bold: a test
 * checks that, and the contrast to the background. */
#define THEME(X)                                                                                                       \
	X(WS_STYLE_NORMAL, OWN, OWN, OWN, OWN, OWN, 0, 0)                                                              \
	X(WS_STYLE_DIM, 243, 245, 241, OWN, OWN, 0, WS_DIM)                                                            \
	X(WS_STYLE_TITLE, OWN, OWN, OWN, OWN, OWN, 0, 0)                                                               \
	X(WS_STYLE_SELECTED, OWN, OWN, OWN, OWN, OWN, 0, 0)                                                            \
	X(WS_STYLE_KEY, 30, 80, 23, CYAN, BLUE, WS_BOLD, WS_BOLD)                                                      \
	X(WS_STYLE_CLIENT, 32, 117, 25, CYAN, BLUE, 0, 0)                                                              \
	X(WS_STYLE_SERVER, 169, 211, 125, MAGENTA, MAGENTA, 0, 0)                                                      \
	X(WS_STYLE_TRAFFIC, 30, 80, 23, CYAN, BLUE, WS_BOLD, WS_BOLD)                                                  \
	X(WS_STYLE_STATE_OPENING, 136, 221, 58, YELLOW, CYAN, 0, 0)                                                    \
	X(WS_STYLE_STATE_OPEN, 28, 114, 28, GREEN, GREEN, 0, WS_BOLD)                                                  \
	X(WS_STYLE_STATE_CLOSING, 134, 177, 91, MAGENTA, MAGENTA, WS_BOLD, 0)                                          \
	X(WS_STYLE_STATE_WAIT, 63, 69, 20, BLUE, BLUE, WS_BOLD, WS_BOLD)                                               \
	X(WS_STYLE_STATE_CLOSE_WAIT, 166, 208, 130, RED, RED, 0, WS_BOLD)                                              \
	X(WS_STYLE_STATE_CLOSED, 243, 245, 241, OWN, OWN, 0, WS_DIM)                                                   \
	X(WS_STYLE_GOOD, 28, 114, 28, GREEN, GREEN, 0, 0)                                                              \
	X(WS_STYLE_WARN, 136, 221, 58, YELLOW, RED, 0, WS_BOLD)                                                        \
	X(WS_STYLE_BAD, 160, 203, 124, RED, RED, WS_BOLD, WS_BOLD)                                                     \
	X(WS_STYLE_LINK, 137, 180, 94, YELLOW, RED, 0, 0)                                                              \
	X(WS_STYLE_NETWORK, 67, 110, 24, CYAN, BLUE, 0, 0)                                                             \
	X(WS_STYLE_TRANSPORT, 65, 150, 22, GREEN, GREEN, 0, 0)                                                         \
	X(WS_STYLE_HIGHLIGHT, 136, 221, 58, YELLOW, RED, WS_BOLD, WS_BOLD)

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
