/* See share_bar.h. */
#include "scene/widgets/share_bar.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

/* X(cause, style, line, letter, short word). Programs have the colours of the sides. */
#define LOOKS(X)                                                                                                       \
	X(WS_CAUSE_CONNECTING, WS_STYLE_TRANSPORT, 0x254c, 'o', N_("opening"))                                         \
	X(WS_CAUSE_PROGRAM, WS_STYLE_SERVER, 0x2501, 's', N_("server"))                                                \
	X(WS_CAUSE_NETWORK, WS_STYLE_NETWORK, 0x2500, '-', N_("network"))                                              \
	X(WS_CAUSE_WINDOW, WS_STYLE_STATE_CLOSING, 0x2505, 'w', N_("window"))                                          \
	X(WS_CAUSE_CLOSED_WINDOW, WS_STYLE_STATE_CLOSE_WAIT, 0x2593, '0', NC_("a window", "closed"))                   \
	X(WS_CAUSE_DUPLICATE_ACKS, WS_STYLE_WARN, 0x2504, 'r', N_("loss"))                                             \
	X(WS_CAUSE_TIMEOUT, WS_STYLE_BAD, 0x00d7, 't', N_("timeout"))                                                  \
	X(WS_CAUSE_PATH_MTU, WS_STYLE_WARN, 0x2026, 'm', N_("path MTU"))                                               \
	X(WS_CAUSE_NAGLE, WS_STYLE_STATE_WAIT, 0x2509, 'n', N_("Nagle"))                                               \
	X(WS_CAUSE_IDLE, WS_STYLE_DIM, 0x00b7, '.', N_("idle"))                                                        \
	X(WS_CAUSE_CLOSING, WS_STYLE_DIM, 0x2508, 'x', N_("closing"))

static const struct {
	uint8_t style;
	char letter;
	uint16_t line;
	const char *word;
} looks[] = {
#define X(cause, style, line, letter, word) [cause] = {style, letter, line, word},
        LOOKS(X)
#undef X
};

enum { CLIENT_LINE = 0x2550, CLIENT_LETTER = 'c' };

static bool is_clients_program(enum ws_cause cause, int side, unsigned client)
{
	return cause == WS_CAUSE_PROGRAM && side == (int)client;
}

enum ws_style share_style(enum ws_cause cause, int side, unsigned client)
{
	return is_clients_program(cause, side, client) ? WS_STYLE_CLIENT : (enum ws_style)looks[cause].style;
}

uint32_t share_line(const struct ws_canvas *canvas, enum ws_cause cause, int side, unsigned client)
{
	const bool clients = is_clients_program(cause, side, client);
	if (canvas->ascii)
		return clients ? CLIENT_LETTER : (uint32_t)looks[cause].letter;
	return clients ? CLIENT_LINE : looks[cause].line;
}

/* Writes the longest words that fit into `width` columns; nothing where none do. */
static void say_share(struct ws_text *text, const struct ws_named_share *share, ws_time sum, unsigned client, int width)
{
	char words[64];
	struct ws_text whole = WS_TEXT_OVER(words);
	const double percent = 100.0 * (double)share->time / (double)sum;
	const char *brief = is_clients_program(share->cause, share->side, client)
	                            ? _("client")
	                            : ws_translate_marked(looks[share->cause].word);
	ws_share_words(&whole, share->cause, share->side, client);
	const size_t length = whole.length;
	ws_text_printf(&whole, " %.0f %%", percent);
	if (ws_columns(ws_text_cstr(&whole)) <= width) {
		ws_text_puts(text, words);
		return;
	}
	whole.length = length;
	if (ws_columns(ws_text_cstr(&whole)) <= width) {
		ws_text_puts(text, words);
		return;
	}
	whole.length = 0;
	ws_text_printf(&whole, "%s %.0f %%", brief, percent);
	if (ws_columns(ws_text_cstr(&whole)) <= width)
		ws_text_puts(text, words);
	else if (ws_columns(brief) <= width)
		ws_text_puts(text, brief);
}

static void draw_share(struct ws_canvas *canvas, int row, int column, int limit, const struct ws_named_share *share,
                       ws_time sum, unsigned client)
{
	enum { SPACES = 2, LINES = 2 }; /* on both sides of the words */
	const enum ws_style style = share_style(share->cause, share->side, client);
	const uint32_t line = share_line(canvas, share->cause, share->side, client);
	char words[64];
	struct ws_text text = WS_TEXT_OVER(words);
	for (int i = column; i < limit; i++)
		ws_canvas_put(canvas, row, i, style, line);
	say_share(&text, share, sum, client, limit - column - SPACES - LINES);
	if (!text.length)
		return;
	const int width = ws_columns(ws_text_cstr(&text)) + SPACES, start = column + (limit - column - width) / 2;
	ws_canvas_put(canvas, row, start, WS_STYLE_NORMAL, ' ');
	const int end = ws_canvas_text(canvas, row, start + 1, limit, style, words);
	ws_canvas_put(canvas, row, end, WS_STYLE_NORMAL, ' ');
}

bool share_bar_draw(struct ws_canvas *canvas, int row, int column, int limit, const struct ws_time_shares *shares,
                    unsigned client)
{
	struct ws_named_share named[WS_NAMED_SHARES];
	const size_t count = ws_shares_named(shares, named);
	const int width = limit - column;
	ws_time sum = 0, before = 0;
	for (size_t i = 0; i < count; i++)
		sum += named[i].time;
	if (sum <= 0 || width < 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		/* Both ends are rounded, so that the parts fill the bar without a gap. */
		const int from = (int)((double)width * (double)before / (double)sum + 0.5);
		before += named[i].time;
		const int to = (int)((double)width * (double)before / (double)sum + 0.5);
		if (to > from)
			draw_share(canvas, row, column + from, column + to, &named[i], sum, client);
	}
	return true;
}
