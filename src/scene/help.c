/* The help screen: the keys of the screen that it was called from, then what the marks and states mean, and what
 * packets cannot tell. The keys come from the list of keys (wirestate/keys.h), so the help is never wrong about
 * them. */
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

/* One line of the help. It is a heading when `text` is NULL. */
struct line {
	const char *word, *text;
	enum ws_style style;
};

static const struct line marks[] = {
        {"Marks after a state", NULL, WS_STYLE_TITLE},
        {"(none)", "confirmed: segments of the endpoint prove it", WS_STYLE_NORMAL},
        {"~", "presumed: a segment was sent, but nothing proves yet that it arrived", WS_STYLE_NORMAL},
        {"?", "assumed: no packet says so (LISTEN, a capture that began late, a timeout)", WS_STYLE_NORMAL},
        {"!", "implied: a segment that the capture lacks must have been sent", WS_STYLE_NORMAL},
        {"", "", WS_STYLE_NORMAL},
        {"States (RFC 9293 §3.3.2)", NULL, WS_STYLE_TITLE},
        {"LISTEN", "a server that waits for a SYN", WS_STYLE_STATE_CLOSED},
        {"SYN_SENT", "has sent SYN, waits for SYN,ACK", WS_STYLE_STATE_OPENING},
        {"SYN_RECEIVED", "has answered SYN,ACK, waits for its ACK", WS_STYLE_STATE_OPENING},
        {"ESTABLISHED", "open: data may flow both ways", WS_STYLE_STATE_OPEN},
        {"FIN_WAIT_1", "closed first: its FIN is not acknowledged yet", WS_STYLE_STATE_CLOSING},
        {"FIN_WAIT_2", "its FIN is acknowledged; waits for the other's FIN", WS_STYLE_STATE_CLOSING},
        {"CLOSE_WAIT", "got a FIN; its own program has not closed yet", WS_STYLE_STATE_CLOSE_WAIT},
        {"CLOSING", "both sent FIN at once; waits for the ACK of its own", WS_STYLE_STATE_CLOSING},
        {"LAST_ACK", "closed second; waits for the ACK of its FIN", WS_STYLE_STATE_CLOSING},
        {"TIME_WAIT", "closed first and done; waits twice the segment lifetime", WS_STYLE_STATE_WAIT},
        {"CLOSED", "no connection", WS_STYLE_STATE_CLOSED},
        {"", "", WS_STYLE_NORMAL},
        {"Arrows in the lifelines", NULL, WS_STYLE_TITLE},
        {"├──────►", "a segment; ━━━● while it flies", WS_STYLE_NORMAL},
        {"├╌╌╌╌╌╌►", "sent again (retransmission)", WS_STYLE_WARN},
        {"├~~~~~~►", "out of order", WS_STYLE_WARN},
        {"├─────×", "probably lost: it, or what it acknowledges, was sent again", WS_STYLE_BAD},
        {"├······►", "duplicate ACK, keep-alive, window probe, or ignored", WS_STYLE_WARN},
        {"", "", WS_STYLE_NORMAL},
        {"What packets cannot tell", NULL, WS_STYLE_TITLE},
        {"", "whether a port is in LISTEN; when a program called close() or shutdown(); whether", WS_STYLE_NORMAL},
        {"", "a program still owns a socket; a FIN that is held back by a closed window; a server", WS_STYLE_NORMAL},
        {"", "that defers accept or answers with SYN cookies; timeouts without a packet; and", WS_STYLE_NORMAL},
        {"", "how long TIME_WAIT lasts on that host (--time-wait sets what is shown).", WS_STYLE_NORMAL},
        {"", "Verdicts are judgements; the packet screen shows the packets they rest on.", WS_STYLE_NORMAL},
};

static enum ws_screen explained(const struct ws_ui *ui)
{
	return ui->depth > 1 ? ui->stack[ui->depth - 2] : WS_SCREEN_LIST;
}

static bool has_line(const struct ws_ui *ui, enum ws_action action)
{
	if (ws_action_screens(action) >> WS_KEYS_OF_LESSON & 1 && !ui->lesson.lesson)
		return false;
	return screen_understands(explained(ui), action) && ui->options.key_name && ui->options.key_name[action];
}

static int key_lines(const struct ws_ui *ui)
{
	int lines = 2; /* a heading, and an empty line after the keys */
	for (int action = 0; action < WS_ACTION_COUNT; action++)
		lines += has_line(ui, (enum ws_action)action);
	return lines;
}

static int help_lines(const struct ws_ui *ui)
{
	return key_lines(ui) + (int)WS_ARRAY_SIZE(marks);
}

static int help_room(const struct ws_ui *ui)
{
	return ui->rows > 4 ? ui->rows - 4 : 1; /* title, an empty line, rule, hints */
}

/* The help has no selected line: its keys move the first one on the screen. */
static bool help_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	const int below = help_lines(ui) - help_room(ui);
	struct ws_cursor cursor = {.selected = (uint64_t)ui->help_top, .count = below > 0 ? (uint64_t)below + 1 : 1};
	(void)model;
	if (!cursor_move(&cursor, action, (uint64_t)help_room(ui)))
		return false;
	ui->help_top = (int)cursor.selected;
	return true;
}

static bool help_open(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	ui->help_top = 0;
	return true;
}

static void draw_line(struct ws_canvas *canvas, int row, const struct line *line, int text_column)
{
	int limit = canvas->columns - 1;
	if (!line->text) {
		ws_canvas_bold(canvas, row, 1, limit, line->style, line->word);
		return;
	}
	int end = draw_cut(canvas, row, 3, limit, line->style, line->word);
	int column = *line->word ? text_column : 3;
	draw_cut(canvas, row,
	         column > end + 1 ? column
	         : *line->word    ? end + 2
	                          : 3,
	         limit, WS_STYLE_NORMAL, line->text);
}

static void help_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	(void)model;
	static const char *const titles[] = {
#define X(name, word, title) title,
	        WS_SCREENS(X)
#undef X
	};
	int top = 2, bottom = canvas->rows - 2, at = -ui->help_top;
	ws_canvas_bold(canvas, 0, 1, canvas->columns, WS_STYLE_TITLE, "Help");
	char heading[128];
	snprintf(heading, sizeof(heading), "Keys: %s", titles[explained(ui)]);
	struct line line = {heading, NULL, WS_STYLE_TITLE};
	for (int action = -1; action <= WS_ACTION_COUNT; action++) {
		if (action >= 0) {
			if (action < WS_ACTION_COUNT && !has_line(ui, (enum ws_action)action))
				continue;
			line = (struct line){"", "", WS_STYLE_KEY};
			if (action < WS_ACTION_COUNT)
				line = (struct line){ui->options.key_name[action],
				                     ws_action_meaning((enum ws_action)action), WS_STYLE_KEY};
		}
		if (at >= 0 && top + at < bottom)
			draw_line(canvas, top + at, &line, 17);
		at++;
	}
	for (size_t i = 0; i < WS_ARRAY_SIZE(marks); i++, at++)
		if (at >= 0 && top + at < bottom)
			draw_line(canvas, top + at, &marks[i], 17);
	draw_rule(canvas, bottom);
	if (at > bottom - top)
		draw_right(canvas, bottom, 1, canvas->columns - 2, WS_STYLE_DIM, " ↓ more below ");
}

static const struct screen_key help_keys[] = {
        {WS_ACT_UP, WS_ACT_DOWN, "scroll"},
        {WS_ACT_BACK, WS_ACT_NONE, "back"},
        SCREEN_KEYS_MOVE,
};

const struct screen_ops help_screen = {
        .open = help_open,
        .draw = help_draw,
        .act = help_act,
        .keys = help_keys,
        .key_count = WS_ARRAY_SIZE(help_keys),
};
