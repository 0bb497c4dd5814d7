/* The help screen: what states, arrows and marks mean, then the keys of the screen that it was called from, by purpose,
 * and what packets cannot tell. On screens without states the layers and the keys come first, on graphs the curves and
 * letters. The keys come from the list of keys (wirestate/keys.h), so the help is never wrong about them. On wide
 * terminals the sections fill two columns, each section the one that is shorter so far. */
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/hints.h"

#include <wirestate/language.h>
#include <wirestate/plot.h>

#include <stdio.h>
#include <string.h>

enum { TWO_COLUMNS = 76, GAP = 2, TOP = 2, WORD = 13, MOST_LINES = 400, MOST_ACTIONS = 16 };

/* A word and what it means; a sentence of its own where the word is empty. */
struct entry {
	const char *word, *text;
	enum ws_style style;
};

static const struct entry states[] = {
        {"LISTEN", N_("a server, waits for SYN"), WS_STYLE_STATE_CLOSED},
        {"SYN_SENT", N_("waits for SYN,ACK"), WS_STYLE_STATE_OPENING},
        {"SYN_RECEIVED", N_("sent SYN,ACK, waits for its ACK"), WS_STYLE_STATE_OPENING},
        {"ESTABLISHED", N_("open: data may flow"), WS_STYLE_STATE_OPEN},
        {"FIN_WAIT_1", N_("closed first; its FIN is not acknowledged yet"), WS_STYLE_STATE_CLOSING},
        {"FIN_WAIT_2", N_("FIN acknowledged; waits for the other's"), WS_STYLE_STATE_CLOSING},
        {"CLOSE_WAIT", N_("got FIN; its program has not closed yet"), WS_STYLE_STATE_CLOSE_WAIT},
        {"CLOSING", N_("both sent FIN at once; waits for an ACK"), WS_STYLE_STATE_CLOSING},
        {"LAST_ACK", N_("closed second; waits for the ACK of its FIN"), WS_STYLE_STATE_CLOSING},
        {"TIME_WAIT", N_("closed first; waits 2 MSL, twice a segment's longest life"), WS_STYLE_STATE_WAIT},
        {"CLOSED", N_("no connection"), WS_STYLE_STATE_CLOSED},
};

static const struct entry arrows[] = {
        {"├──────►", N_("a segment; ━━━● while it flies"), WS_STYLE_NORMAL},
        {"├╌╌╌╌╌╌►", N_("sent again (retransmission)"), WS_STYLE_WARN},
        {"├~~~~~~►", N_("out of order"), WS_STYLE_WARN},
        {"├─────×", N_("probably lost: it, or what it acknowledges, was sent again"), WS_STYLE_BAD},
        {"├······►", N_("duplicate ACK, keep-alive, window probe, or ignored"), WS_STYLE_WARN},
};

static const struct entry marks[] = {
        {N_("(none)"), N_("confirmed by segments"), WS_STYLE_NORMAL},
        {"~", N_("presumed, not proved"), WS_STYLE_NORMAL},
        {"?", N_("assumed; no packet"), WS_STYLE_NORMAL},
        {"!", N_("implied, not captured"), WS_STYLE_NORMAL},
        {"~close()", N_("an inferred call"), WS_STYLE_NORMAL},
};

static const struct entry layers[] = {
        {NC_("a layer", "application"), N_("layer 5: the payload, what the programs say to each other"),
         WS_STYLE_NORMAL},
        {NC_("a layer", "transport"), N_("layer 4: TCP or UDP, from program to program, by ports"), WS_STYLE_NORMAL},
        {NC_("a layer", "network"), N_("layer 3: IP, from host to host, over gateways, by IP addresses"),
         WS_STYLE_NORMAL},
        {NC_("a layer", "link"),
         N_("layer 2: Ethernet, from one network card to the next, by MAC addresses; ARP finds them"), WS_STYLE_NORMAL},
        {NC_("a layer", "physical"), N_("layer 1: the cable or the radio, which no capture shows"), WS_STYLE_NORMAL},
};

static const struct entry curves[] = {
        {N_("data"), N_("a bar for each segment, from its first number to its last"), WS_STYLE_NORMAL},
        {"ACK", N_("the number that the other side expects next: all before it has arrived"), WS_STYLE_NORMAL},
        {N_("window"), N_("how far the other side lets it send; (far above): higher than the picture"),
         WS_STYLE_NORMAL},
        {"SACK", N_("what has arrived after a gap"), WS_STYLE_NORMAL},
        {N_("throughput"), N_("payload sent in a second, averaged over a short time"), WS_STYLE_NORMAL},
        {N_("goodput"), N_("the same of what was acknowledged for the first time"), WS_STYLE_NORMAL},
        {N_("round trip"), N_("from a segment to the ACK of its last number"), WS_STYLE_NORMAL},
        {N_("in flight"), N_("bytes that were sent and are not acknowledged"), WS_STYLE_NORMAL},
};

static const struct {
	enum ws_point_mark mark;
	const char *letter;
	enum ws_style style;
} letters[] = {
#define X(mark, letter, style, words) {mark, (const char[]){letter, '\0'}, style},
        WS_PLOT_LETTERS(X)
#undef X
};

static const struct entry unknown[] = {
        {"",
         N_("Whether a port is in LISTEN; when a program called close() or shutdown(); whether a program still owns a "
            "socket; a FIN that a closed window holds back; a server that defers accept or answers with SYN cookies; "
            "timeouts without a packet; how long TIME_WAIT lasts on that host (--time-wait sets what is shown)."),
         WS_STYLE_NORMAL},
        {"",
         N_("Live on one of the two hosts, its kernel is asked: its state below the box is green where it is the "
            "inferred "
            "one, yellow where that is presumed and not yet true, and red where they differ."),
         WS_STYLE_NORMAL},
        {"", N_("Verdicts are judgements; the packet screen shows the packets they rest on."), WS_STYLE_NORMAL},
};

/* Keys by purpose. Those that no other group has are in the first. */
static const struct group {
	const char *heading,
	        *prefix; /* `prefix`: the beginning of meanings that the heading makes unnecessary, or NULL */
	uint8_t actions[MOST_ACTIONS];
} groups[] = {
        {N_("Keys of this screen"), NULL, {WS_ACT_NONE}},
        {N_("Playing"),
         NULL,
         {WS_ACT_PLAY, WS_ACT_STEP, WS_ACT_STEP_BACK, WS_ACT_NEXT_CHANGE, WS_ACT_PREVIOUS_CHANGE, WS_ACT_NEXT_PROBLEM,
          WS_ACT_PREVIOUS_PROBLEM, WS_ACT_JUMP, WS_ACT_FASTER, WS_ACT_SLOWER, WS_ACT_GUIDED, WS_ACT_RESTART,
          WS_ACT_LOOP}},
        {N_("Other screens"),
         NULL,
         {WS_ACT_DETAIL, WS_ACT_STREAM, WS_ACT_GRAPH, WS_ACT_DIAGRAM, WS_ACT_TIME, WS_ACT_EXCHANGES, WS_ACT_OVERVIEW,
          WS_ACT_HOSTS, WS_ACT_UDP, WS_ACT_ARP, WS_ACT_STATISTICS, WS_ACT_BACK, WS_ACT_HELP, WS_ACT_QUIT}},
        {N_("Moving"),
         NULL,
         {WS_ACT_UP, WS_ACT_DOWN, WS_ACT_PAGE_UP, WS_ACT_PAGE_DOWN, WS_ACT_FIRST, WS_ACT_LAST, WS_ACT_LEFT,
          WS_ACT_RIGHT, WS_ACT_NEXT_PACKET, WS_ACT_PREVIOUS_PACKET, WS_ACT_POINT, WS_ACT_NEXT_PANE}},
        {N_("The whole capture"),
         N_("the whole capture:"),
         {WS_ACT_FRAME, WS_ACT_FRAME_BACK, WS_ACT_SEEK, WS_ACT_SEEK_BACK, WS_ACT_SEEK_FAR, WS_ACT_SEEK_FAR_BACK,
          WS_ACT_NEWEST}},
        {N_("The lesson"), N_("lesson:"), {WS_ACT_LESSON_NEXT, WS_ACT_LESSON_BACK}},
};

/* One line of a column. A heading has only a word. */
struct line {
	const char *word, *text;
	int part; /* which row of the text, as it is wrapped */
	enum ws_style style;
	bool heading;
};

struct page {
	int columns, width; /* how many columns, and how wide each is */
	int count[2];
	struct line line[2][MOST_LINES];
};

/* ---- What is on it */

static enum ws_screen explained(const struct ws_ui *ui)
{
	return ui->depth > 1 ? ui->stack[ui->depth - 2] : WS_SCREEN_LIST;
}

static bool has_line(const struct ws_ui *ui, enum ws_action action)
{
	if (ws_action_screens(action) >> WS_KEYS_OF_LESSON & 1 && !ui->lesson.lesson)
		return false;
	if (action == WS_ACT_EXERCISE && ui->lesson.lesson)
		return false;
	if (action == WS_ACT_POINT && !ui->several)
		return false;
	if (ws_action_of_lab(action) && !ui->options.lab)
		return false;
	return screen_understands(explained(ui), action) && ui->options.key_name && ui->options.key_name[action];
}

static void add_line(struct page *page, int side, const struct line *line)
{
	if (page->count[side] < MOST_LINES)
		page->line[side][page->count[side]++] = *line;
}

/* Begins a section in the column that is shorter, and returns which that is. */
static int add_heading(struct page *page, const char *heading)
{
	const int side = page->columns == 2 && page->count[1] < page->count[0];
	if (page->count[side])
		add_line(page, side, &(struct line){.word = "", .text = ""});
	add_line(page, side, &(struct line){.word = _(heading), .style = WS_STYLE_TITLE, .heading = true});
	return side;
}

static int text_width(const struct page *page, const char *word)
{
	return page->width - (*word ? WORD : 0) - 2;
}

static void add_entry(struct page *page, int side, const struct entry *entry)
{
	struct line line = {.word = *entry->word ? ws_translate_marked(entry->word) : "",
	                    .text = *entry->text ? _(entry->text) : "",
	                    .style = entry->style};
	const int rows = draw_wrap_rows(line.text, text_width(page, line.word));
	for (; line.part < rows; line.part++) {
		add_line(page, side, &line);
		line.word = *entry->word ? " " : "";
	}
}

static void add_section(struct page *page, const char *heading, const struct entry *entries, size_t count)
{
	const int side = add_heading(page, heading);
	for (size_t i = 0; i < count; i++)
		add_entry(page, side, &entries[i]);
}

static size_t group_of(enum ws_action action)
{
	for (size_t group = 1; group < WS_ARRAY_SIZE(groups); group++)
		if (memchr(groups[group].actions, (int)action, MOST_ACTIONS))
			return group;
	return 0;
}

/* A meaning without the beginning that its heading makes unnecessary. */
static const char *without_prefix(const char *meaning, const char *prefix)
{
	const size_t length = prefix ? strlen(prefix) : 0;
	if (!length || strncmp(meaning, prefix, length) != 0)
		return meaning;
	return meaning + length + strspn(meaning + length, " ");
}

static void add_group(const struct ws_ui *ui, struct page *page, size_t group)
{
	const char *prefix = groups[group].prefix;
	int side = -1;
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++) {
		if (group_of(action) != group || !has_line(ui, action))
			continue;
		const char *text = without_prefix(_(ws_action_meaning(action)), prefix ? _(prefix) : NULL);
		if (side < 0)
			side = add_heading(page, groups[group].heading);
		add_entry(page, side, &(struct entry){ui->options.key_name[action], text, WS_STYLE_KEY});
	}
}

static bool shows_states(enum ws_screen screen)
{
	return screen == WS_SCREEN_LIST || screen == WS_SCREEN_OVERVIEW || screen == WS_SCREEN_LIFELINES ||
	       screen == WS_SCREEN_DIAGRAM || screen == WS_SCREEN_HOSTS;
}

static void add_states(struct page *page)
{
	add_section(page, N_("States (RFC 9293 §3.3.2)"), states, WS_ARRAY_SIZE(states));
	add_section(page, N_("Arrows in the lifelines"), arrows, WS_ARRAY_SIZE(arrows));
	add_section(page, N_("Marks after a state"), marks, WS_ARRAY_SIZE(marks));
}

/* Curves, and the letters above them, of which the most important stands where there are several. */
static void add_graph(struct page *page)
{
	add_section(page, N_("What a graph shows"), curves, WS_ARRAY_SIZE(curves));
	const int side = add_heading(page, N_("Letters above a graph"));
	for (size_t i = 0; i < WS_ARRAY_SIZE(letters); i++)
		add_entry(page, side,
		          &(struct entry){letters[i].letter, ws_point_mark_meaning(letters[i].mark), letters[i].style});
}

static void compose(const struct ws_ui *ui, int columns, struct page *page)
{
	const bool first = shows_states(explained(ui));
	page->count[0] = page->count[1] = 0;
	page->columns = columns >= TWO_COLUMNS ? 2 : 1;
	page->width = (columns - 2 - (page->columns - 1) * GAP) / page->columns;
	if (first)
		add_states(page);
	else if (explained(ui) == WS_SCREEN_GRAPH)
		add_graph(page);
	else
		add_section(page, N_("Layers, the highest first"), layers, WS_ARRAY_SIZE(layers));
	for (size_t group = 0; group < WS_ARRAY_SIZE(groups); group++)
		add_group(ui, page, group);
	add_section(page, N_("What packets cannot tell"), unknown, WS_ARRAY_SIZE(unknown));
	if (!first)
		add_states(page);
}

static int help_lines(const struct page *page)
{
	return page->count[0] > page->count[1] ? page->count[0] : page->count[1];
}

static int help_room(const struct ws_ui *ui)
{
	return ui->rows > 4 ? ui->rows - 4 : 1; /* title, an empty line, rule, hints */
}

/* The help has no selected line: its keys move the first one on the screen. */
static bool help_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct page page;
	(void)model;
	compose(ui, ui->columns, &page);
	const int below = help_lines(&page) - help_room(ui);
	struct ws_cursor cursor = {.selected = (uint64_t)ui->help_top, .count = below > 0 ? (uint64_t)below + 1 : 1};
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

/* ---- Drawing */

static void draw_line(struct ws_canvas *canvas, int row, int column, const struct page *page, const struct line *line)
{
	const int limit = column + page->width;
	char words[512] = "";
	if (line->heading) {
		ws_canvas_bold(canvas, row, column, limit, line->style, line->word);
		return;
	}
	const int text = column + 1 + (*line->word ? WORD : 0);
	const char *word = line->style == WS_STYLE_KEY ? hints_key_name(line->word, canvas->ascii) : line->word;
	draw_cut(canvas, row, column + 1, text - 1, line->style, word);
	(void)draw_wrap(line->text, text_width(page, line->word), line->part, words, sizeof(words));
	draw_cut(canvas, row, text, limit, WS_STYLE_NORMAL, words);
}

static void help_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	(void)model;
	static const char *const titles[] = {
#define X(name, word, title) title,
	        WS_SCREENS(X)
#undef X
	};
	const int bottom = canvas->rows - 2;
	struct page page;
	compose(ui, canvas->columns, &page);
	int end = ws_canvas_bold(canvas, 0, 1, canvas->columns, WS_STYLE_TITLE, _("Help"));
	draw_cut(canvas, 0, end + 2, canvas->columns - 1, WS_STYLE_NORMAL, _(titles[explained(ui)]));
	for (int side = 0; side < page.columns; side++) {
		const int column = 1 + side * (page.width + GAP);
		for (int row = TOP, i = ui->help_top; row < bottom && i < page.count[side]; row++, i++)
			draw_line(canvas, row, column, &page, &page.line[side][i]);
	}
	draw_rule(canvas, bottom);
	if (help_lines(&page) - ui->help_top > bottom - TOP)
		draw_right(canvas, bottom, 1, canvas->columns - 2, WS_STYLE_DIM, _(" ↓ more below "));
}

static const struct screen_key help_keys[] = {
        {WS_ACT_UP, WS_ACT_DOWN, N_("scroll")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        SCREEN_KEYS_MOVE,
};

const struct screen_ops help_screen = {
        .open = help_open,
        .draw = help_draw,
        .act = help_act,
        .keys = help_keys,
        .key_count = WS_ARRAY_SIZE(help_keys),
};
