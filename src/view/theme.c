/* The themes as curses needs them: a colour pair for each style, and attributes. */
#include "view/view_internal.h"

void theme_start(enum ws_theme theme, bool colours)
{
	if (!colours)
		return;
	start_color();
	use_default_colors();
	for (int style = 0; style < WS_STYLE_COUNT; style++) {
		const struct ws_look look = ws_style_look(theme, (enum ws_style)style);
		init_pair((short)(style + 1), COLORS >= 256 ? look.of_256 : look.of_8, -1);
	}
}

attr_t theme_attributes(enum ws_style style, bool colours)
{
	const struct ws_look look = ws_style_look(WS_THEME_ANY, style);
	const uint8_t emphasis = colours ? look.with : look.without;
	return (emphasis & WS_BOLD ? A_BOLD : A_NORMAL) | (emphasis & WS_DIM ? A_DIM : A_NORMAL);
}
