/* The help screen: the keys of the screen it was called from, then what the marks and states mean, and what nobody can
 * know from packets. The keys come from the key map, so that the help cannot be wrong about them. */
#include "scene/widgets/draw.h"
#include "scene/ui.h"

#include <stdio.h>
#include <string.h>

#define ON(screen) (1u << WS_SCREEN_##screen)
#define FILM (ON(LIFELINES) | ON(DIAGRAM))
#define TABLES (ON(UDP) | ON(DATAGRAMS) | ON(ARP))
#define MOVES (ON(LIST) | ON(HOSTS) | FILM | ON(PACKET) | ON(STREAM) | TABLES | ON(HELP))
#define WORLD (ON(LIST) | ON(HOSTS) | TABLES | ON(STATISTICS))
#define EVERYWHERE (MOVES | ON(STATISTICS))

bool ui_applies(enum ws_action action, enum ws_screen screen)
{
	static const uint32_t screens[WS_ACTION_COUNT] = {
	        [WS_ACT_QUIT] = EVERYWHERE,
	        [WS_ACT_MOUSE] = EVERYWHERE,
	        [WS_ACT_BACK] = EVERYWHERE,
	        [WS_ACT_HELP] = EVERYWHERE,
	        [WS_ACT_UP] = MOVES,
	        [WS_ACT_DOWN] = MOVES,
	        [WS_ACT_PAGE_UP] = MOVES,
	        [WS_ACT_PAGE_DOWN] = MOVES,
	        [WS_ACT_FIRST] = MOVES,
	        [WS_ACT_LAST] = MOVES,
	        [WS_ACT_LEFT] = ON(PACKET),
	        [WS_ACT_RIGHT] = ON(PACKET),
	        [WS_ACT_ENTER] = ON(LIST) | ON(HOSTS) | FILM | ON(PACKET) | ON(STREAM) | TABLES,
	        [WS_ACT_SORT] = ON(LIST),
	        [WS_ACT_REVERSE] = ON(LIST),
	        [WS_ACT_SEARCH] = ON(LIST),
	        [WS_ACT_FIND_NEXT] = ON(LIST),
	        [WS_ACT_FIND_PREVIOUS] = ON(LIST),
	        [WS_ACT_FILTER] = ON(LIST),
	        [WS_ACT_HOSTS] = ON(LIST),
	        [WS_ACT_FOLLOW] = ON(LIST) | FILM,
	        [WS_ACT_PLAY] = WORLD | FILM,
	        [WS_ACT_STEP] = FILM,
	        [WS_ACT_STEP_BACK] = FILM,
	        [WS_ACT_NEXT_CHANGE] = FILM,
	        [WS_ACT_PREVIOUS_CHANGE] = FILM,
	        [WS_ACT_JUMP] = WORLD | FILM,
	        [WS_ACT_FASTER] = WORLD | FILM,
	        [WS_ACT_SLOWER] = WORLD | FILM,
	        [WS_ACT_RESTART] = WORLD | FILM,
	        [WS_ACT_FRAME] = WORLD,
	        [WS_ACT_FRAME_BACK] = WORLD,
	        [WS_ACT_SEEK] = WORLD | FILM,
	        [WS_ACT_SEEK_BACK] = WORLD | FILM,
	        [WS_ACT_SEEK_FAR] = WORLD | FILM,
	        [WS_ACT_SEEK_FAR_BACK] = WORLD | FILM,
	        [WS_ACT_NEWEST] = WORLD | FILM,
	        [WS_ACT_LOOP] = FILM,
	        [WS_ACT_DIAGRAM] = ON(LIST) | ON(LIFELINES),
	        [WS_ACT_SWAP] = FILM,
	        [WS_ACT_DETAIL] = ON(LIST) | FILM | ON(STREAM) | TABLES,
	        [WS_ACT_STREAM] = ON(LIST) | FILM | ON(PACKET),
	        [WS_ACT_UDP] = ON(LIST) | ON(ARP) | ON(STATISTICS),
	        [WS_ACT_ARP] = ON(LIST) | ON(UDP) | ON(STATISTICS),
	        [WS_ACT_STATISTICS] = ON(LIST) | ON(UDP) | ON(ARP),
	        [WS_ACT_DIRECTION] = ON(STREAM),
	        [WS_ACT_HEX] = ON(STREAM),
	        [WS_ACT_SAVE] = ON(STREAM),
	        [WS_ACT_EXPORT] = ON(LIST) | FILM,
	        [WS_ACT_NEXT_PACKET] = FILM | ON(PACKET) | ON(STREAM) | ON(DATAGRAMS),
	        [WS_ACT_PREVIOUS_PACKET] = FILM | ON(PACKET) | ON(STREAM) | ON(DATAGRAMS),
	        [WS_ACT_NEXT_PANE] = ON(PACKET) | ON(ARP),
	        [WS_ACT_ABSOLUTE] = FILM,
	        [WS_ACT_LESSON_NEXT] = EVERYWHERE,
	        [WS_ACT_LESSON_BACK] = EVERYWHERE,
	};
	return action < WS_ACTION_COUNT && screens[action] & 1u << screen;
}

/* One line of the help: a heading when `text` is NULL. */
struct line {
	const char *word, *text;
	enum ws_style style;
};

static const struct line marks[] = {
        {"Marks behind a state", NULL, WS_STYLE_TITLE},
        {"(none)", "confirmed: its own segments prove it", WS_STYLE_NORMAL},
        {"~", "presumed: a segment went its way; no proof yet that it arrived", WS_STYLE_NORMAL},
        {"?", "assumed: no packet says so (LISTEN, a late start, a timeout)", WS_STYLE_NORMAL},
        {"!", "implied: a segment that the capture lost must have passed", WS_STYLE_NORMAL},
        {"", "", WS_STYLE_NORMAL},
        {"States (RFC 9293 §3.3.2)", NULL, WS_STYLE_TITLE},
        {"LISTEN", "a server that waits for a SYN", WS_STYLE_STATE_CLOSED},
        {"SYN_SENT", "has sent SYN, waits for SYN,ACK", WS_STYLE_STATE_OPENING},
        {"SYN_RECEIVED", "has answered SYN,ACK, waits for its ACK", WS_STYLE_STATE_OPENING},
        {"ESTABLISHED", "open: data may flow both ways", WS_STYLE_STATE_OPEN},
        {"FIN_WAIT_1", "closed first: its FIN is not acknowledged yet", WS_STYLE_STATE_CLOSING},
        {"FIN_WAIT_2", "its FIN is acknowledged; waits for the other's FIN", WS_STYLE_STATE_CLOSING},
        {"CLOSE_WAIT", "got a FIN; its own program has not closed yet", WS_STYLE_STATE_CLOSING},
        {"CLOSING", "both sent FIN at once; waits for the ACK of its own", WS_STYLE_STATE_CLOSING},
        {"LAST_ACK", "closed second; waits for the ACK of its FIN", WS_STYLE_STATE_CLOSING},
        {"TIME_WAIT", "closed first and done; waits twice the segment lifetime", WS_STYLE_STATE_WAIT},
        {"CLOSED", "no connection", WS_STYLE_STATE_CLOSED},
        {"", "", WS_STYLE_NORMAL},
        {"Arrows in the lifelines", NULL, WS_STYLE_TITLE},
        {"├──────►", "a segment; ━━━● while it flies", WS_STYLE_NORMAL},
        {"├╌╌╌╌╌╌►", "sent again (retransmission)", WS_STYLE_WARN},
        {"├~~~~~~►", "out of order", WS_STYLE_WARN},
        {"├─────×", "lost, it seems: it, or what it acknowledges, was sent again", WS_STYLE_BAD},
        {"├······►", "duplicate ACK, keep-alive, window probe, or ignored", WS_STYLE_WARN},
        {"", "", WS_STYLE_NORMAL},
        {"What packets cannot tell", NULL, WS_STYLE_TITLE},
        {"", "whether a port is in LISTEN; when a program called close() or shutdown(); whether", WS_STYLE_NORMAL},
        {"", "a socket still has a program; a FIN that waits behind a closed window; a server", WS_STYLE_NORMAL},
        {"", "that defers accept, or answers with SYN cookies; timeouts that pass in silence;", WS_STYLE_NORMAL},
        {"", "how long TIME_WAIT really is on that host (--time-wait sets what is shown).", WS_STYLE_NORMAL},
        {"", "Verdicts are a judgement made from these; the packets are in the packet view.", WS_STYLE_NORMAL},
};

static enum ws_screen explained(const struct ws_ui *ui)
{
	return ui->depth > 1 ? ui->stack[ui->depth - 2] : WS_SCREEN_LIST;
}

static bool has_line(const struct ws_ui *ui, enum ws_action action)
{
	if ((action == WS_ACT_LESSON_NEXT || action == WS_ACT_LESSON_BACK) && !ui->lesson.lesson)
		return false;
	return action != WS_ACT_NONE && ui_applies(action, explained(ui)) && ui->options.key_name &&
	       ui->options.key_name[action];
}

static int key_lines(const struct ws_ui *ui)
{
	int lines = 2; /* a heading and an empty line */
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

bool help_act(struct ws_ui *ui, enum ws_action action)
{
	int last = help_lines(ui) - help_room(ui), to = ui->help_top;
	switch (action) {
	case WS_ACT_UP:
		to--;
		break;
	case WS_ACT_DOWN:
		to++;
		break;
	case WS_ACT_PAGE_UP:
		to -= help_room(ui);
		break;
	case WS_ACT_PAGE_DOWN:
		to += help_room(ui);
		break;
	case WS_ACT_FIRST:
		to = 0;
		break;
	case WS_ACT_LAST:
		to = last;
		break;
	default:
		return false;
	}
	to = to > last ? last : to;
	ui->help_top = to < 0 ? 0 : to;
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

void help_draw(const struct ws_ui *ui, struct ws_canvas *canvas)
{
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
	draw_hints(canvas, canvas->rows - 1, WS_SCREEN_HELP, ui->options.key_name);
}
