/* The state diagram of RFC 9293 §3.3.2, figure 5: all eleven states, the transitions between them, both endpoints
 * on their states, and the transitions that each has made so far.
 *
 * There are two layouts, drawn by the same code from a table of nodes and lines. As in the RFC's figure, CLOSED is
 * there twice: where connections begin, and where they end. One transition is added that the figure leaves to the
 * text: from FIN_WAIT_1 to TIME_WAIT, by a FIN that acknowledges the endpoint's own. A reset leads from any state
 * to CLOSED and has no arrow.
 *
 * The highlighted transitions are the changes of state up to the replay's position, as far as they have been found
 * (see state_changes.c). */
#include "scene/lifelines/lifelines.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

enum { ENDED = WS_STATE_COUNT, NODES }; /* the second CLOSED */
enum { MAX_POINTS = 5, MAX_WAYS = 20 };

struct point {
	int8_t row, column;
};

/* A transition: a line from point to point with the arrow's head at the last one, and a label that begins at a
 * column or, with `to_left`, ends there. */
struct way {
	uint8_t from, to;
	uint8_t points;
	struct point point[MAX_POINTS];
	struct point label_at;
	bool to_left;
	const char *label;
};

struct shape {
	int columns, rows;
	struct point node[NODES]; /* where the state's name begins */
	struct way way[MAX_WAYS];
};

/* clang-format off */
static const struct shape wide = {
	.columns = 76,
	.rows = 17,
	.node = {
		[WS_CLOSED] = {0, 36},
		[WS_LISTEN] = {3, 36},
		[WS_SYN_SENT] = {6, 62},
		[WS_SYN_RECEIVED] = {6, 10},
		[WS_ESTABLISHED] = {8, 34},
		[WS_FIN_WAIT_1] = {11, 16},
		[WS_FIN_WAIT_2] = {14, 16},
		[WS_CLOSE_WAIT] = {11, 60},
		[WS_CLOSING] = {13, 36},
		[WS_LAST_ACK] = {14, 61},
		[WS_TIME_WAIT] = {16, 35},
		[ENDED] = {16, 62},
	},
	.way = {
		{WS_CLOSED, WS_LISTEN, 2, {{1, 37}, {2, 37}}, {1, 35}, true, N_("passive OPEN")},
		{WS_LISTEN, WS_CLOSED, 2, {{2, 39}, {1, 39}}, {2, 41}, false, N_("CLOSE")},
		{WS_CLOSED, WS_SYN_SENT, 3, {{0, 45}, {0, 67}, {5, 67}}, {0, 47}, false, N_(" active OPEN: SYN ")},
		{WS_SYN_SENT, WS_CLOSED, 4, {{5, 64}, {1, 64}, {1, 41}, {1, 41}}, {1, 49}, false, N_(" CLOSE ")},
		{WS_LISTEN, WS_SYN_RECEIVED, 3, {{3, 33}, {3, 15}, {5, 15}}, {4, 17}, false, N_("rcv SYN: send SYN,ACK")},
		{WS_LISTEN, WS_SYN_SENT, 3, {{3, 44}, {3, 62}, {5, 62}}, {4, 60}, true, N_("SEND: send SYN")},
		{WS_SYN_SENT, WS_SYN_RECEIVED, 2, {{6, 59}, {6, 24}}, {6, 30}, false, N_(" rcv SYN: send SYN,ACK ")},
		{WS_SYN_RECEIVED, WS_ESTABLISHED, 3, {{7, 20}, {8, 20}, {8, 31}}, {7, 22}, false, N_("rcv ACK of SYN")},
		{WS_SYN_SENT, WS_ESTABLISHED, 3, {{7, 66}, {8, 66}, {8, 47}}, {7, 64}, true, N_("rcv SYN,ACK: send ACK")},
		{WS_SYN_RECEIVED, WS_FIN_WAIT_1, 2, {{7, 17}, {10, 17}}, {9, 15}, true, N_("CLOSE: send FIN")},
		{WS_ESTABLISHED, WS_FIN_WAIT_1, 3, {{9, 37}, {11, 37}, {11, 28}}, {10, 35}, true, N_("CLOSE: send FIN")},
		{WS_ESTABLISHED, WS_CLOSE_WAIT, 3, {{9, 41}, {11, 41}, {11, 57}}, {10, 43}, false, N_("rcv FIN: send ACK")},
		{WS_FIN_WAIT_1, WS_FIN_WAIT_2, 2, {{12, 17}, {13, 17}}, {12, 15}, true, N_("rcv ACK of FIN")},
		{WS_FIN_WAIT_1, WS_CLOSING, 3, {{12, 24}, {13, 24}, {13, 33}}, {12, 26}, false, N_("rcv FIN: send ACK")},
		{WS_FIN_WAIT_1, WS_TIME_WAIT, 4, {{11, 13}, {11, 0}, {16, 0}, {16, 32}}, {16, 3}, false, N_(" rcv FIN,ACK: send ACK ")},
		{WS_FIN_WAIT_2, WS_TIME_WAIT, 3, {{14, 28}, {14, 37}, {15, 37}}, {15, 35}, true, N_("rcv FIN: send ACK")},
		{WS_CLOSING, WS_TIME_WAIT, 2, {{14, 41}, {15, 41}}, {15, 43}, false, N_("rcv ACK of FIN")},
		{WS_CLOSE_WAIT, WS_LAST_ACK, 2, {{12, 65}, {13, 65}}, {12, 63}, true, N_("CLOSE: send FIN")},
		{WS_LAST_ACK, ENDED, 2, {{15, 65}, {15, 65}}, {15, 67}, false, N_("rcv ACK")},
		{WS_TIME_WAIT, ENDED, 2, {{16, 47}, {16, 59}}, {16, 48}, false, N_(" 2MSL over ")},
	},
};

static const struct shape narrow = {
	.columns = 42,
	.rows = 18,
	.node = {
		[WS_CLOSED] = {0, 19},
		[WS_LISTEN] = {2, 19},
		[WS_SYN_SENT] = {4, 33},
		[WS_SYN_RECEIVED] = {4, 3},
		[WS_ESTABLISHED] = {6, 17},
		[WS_FIN_WAIT_1] = {9, 5},
		[WS_FIN_WAIT_2] = {12, 5},
		[WS_CLOSE_WAIT] = {9, 31},
		[WS_CLOSING] = {11, 19},
		[WS_LAST_ACK] = {12, 32},
		[WS_TIME_WAIT] = {15, 5},
		[ENDED] = {15, 33},
	},
	.way = {
		{WS_CLOSED, WS_LISTEN, 2, {{1, 20}, {1, 20}}, {1, 18}, true, N_("listen")},
		{WS_LISTEN, WS_CLOSED, 2, {{1, 22}, {1, 22}}, {0, 0}, false, ""},
		{WS_CLOSED, WS_SYN_SENT, 3, {{0, 27}, {0, 38}, {3, 38}}, {0, 28}, false, N_(" send SYN ")},
		{WS_SYN_SENT, WS_CLOSED, 4, {{3, 35}, {1, 35}, {1, 24}, {1, 24}}, {1, 27}, false, N_(" close ")},
		{WS_LISTEN, WS_SYN_RECEIVED, 3, {{2, 16}, {2, 8}, {3, 8}}, {3, 10}, false, N_("got SYN")},
		{WS_LISTEN, WS_SYN_SENT, 3, {{2, 27}, {2, 33}, {3, 33}}, {3, 31}, true, N_("send SYN")},
		{WS_SYN_SENT, WS_SYN_RECEIVED, 2, {{4, 30}, {4, 17}}, {4, 19}, false, N_(" got SYN ")},
		{WS_SYN_RECEIVED, WS_ESTABLISHED, 3, {{5, 12}, {6, 12}, {6, 14}}, {5, 14}, false, N_("got ACK")},
		{WS_SYN_SENT, WS_ESTABLISHED, 3, {{5, 37}, {6, 37}, {6, 30}}, {5, 35}, true, N_("got SYN,ACK")},
		{WS_SYN_RECEIVED, WS_FIN_WAIT_1, 2, {{5, 10}, {8, 10}}, {7, 8}, true, N_("send FIN")},
		{WS_ESTABLISHED, WS_FIN_WAIT_1, 3, {{7, 21}, {9, 21}, {9, 17}}, {8, 19}, true, N_("send FIN")},
		{WS_ESTABLISHED, WS_CLOSE_WAIT, 3, {{7, 24}, {9, 24}, {9, 28}}, {8, 26}, false, N_("got FIN")},
		{WS_FIN_WAIT_1, WS_FIN_WAIT_2, 2, {{10, 10}, {11, 10}}, {10, 8}, true, N_("got ACK")},
		{WS_FIN_WAIT_1, WS_CLOSING, 3, {{10, 12}, {11, 12}, {11, 16}}, {10, 14}, false, N_("got FIN")},
		{WS_FIN_WAIT_1, WS_TIME_WAIT, 4, {{9, 2}, {9, 0}, {15, 0}, {15, 2}}, {14, 8}, true, N_("FIN,ACK")},
		{WS_FIN_WAIT_2, WS_TIME_WAIT, 2, {{13, 10}, {14, 10}}, {13, 8}, true, N_("got FIN")},
		{WS_CLOSING, WS_TIME_WAIT, 3, {{12, 22}, {15, 22}, {15, 16}}, {14, 20}, true, N_("got ACK")},
		{WS_CLOSE_WAIT, WS_LAST_ACK, 2, {{10, 36}, {11, 36}}, {10, 34}, true, N_("send FIN")},
		{WS_LAST_ACK, ENDED, 2, {{13, 36}, {14, 36}}, {13, 34}, true, N_("got ACK")},
		{WS_TIME_WAIT, ENDED, 4, {{16, 10}, {17, 10}, {17, 36}, {16, 36}}, {17, 17}, false, N_(" 2MSL over ")},
	},
};

/* clang-format on */

/* ---- The transitions made so far */

struct trail {
	uint8_t gone[NODES][NODES]; /* a bit for each endpoint */
	uint8_t been[NODES];
	uint8_t at[2]; /* the state of each now */
};

static uint8_t place_after(uint8_t from, uint8_t to)
{
	bool never_opened = from == WS_CLOSED || from == WS_LISTEN || from == WS_SYN_SENT;
	return to == WS_CLOSED && !never_opened ? ENDED : to;
}

/* Changes of the current step that have not happened yet: those of the receiver, while the segment flies. */
static bool pending(const struct layout *layout, const struct replay_change *change)
{
	return change->step == layout->ui->replay.step && !layout->arrived &&
	       change->endpoint != layout->step.input.direction;
}

static void trail_go(struct trail *trail, int endpoint, uint8_t to)
{
	uint8_t bit = (uint8_t)(1u << endpoint), from = trail->at[endpoint];
	to = place_after(from == ENDED ? (uint8_t)WS_CLOSED : from, to);
	trail->been[from] |= bit;
	trail->been[to] |= bit;
	trail->gone[from][to] |= bit;
	trail->at[endpoint] = to;
}

static void follow(const struct layout *layout, struct trail *trail)
{
	const struct replay *replay = &layout->ui->replay;
	bool begun[2] = {false};
	*trail = (struct trail){.at = {WS_STATE_COUNT, WS_STATE_COUNT}};
	for (size_t i = 0; i < replay->change_count && replay->changes[i].step <= replay->step; i++) {
		const struct replay_change *change = &replay->changes[i];
		int endpoint = change->endpoint & 1;
		uint8_t bit = (uint8_t)(1u << endpoint), from = trail->at[endpoint];
		if (pending(layout, change))
			continue;
		if (!begun[endpoint])
			trail->at[endpoint] = change->from;
		begun[endpoint] = true;
		if (change->taken_back) { /* that state was taken back */
			for (int node = 0; node < NODES; node++)
				trail->gone[node][from] &= (uint8_t)~bit;
			trail->been[from] &= (uint8_t)~bit;
			trail->at[endpoint] = change->to;
			trail->been[change->to] |= bit;
		} else if (change->from != change->to) {
			trail_go(trail, endpoint, change->to);
		}
	}
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		if (!begun[endpoint])
			trail->at[endpoint] = layout->state[endpoint];
		else if ((trail->at[endpoint] == ENDED ? WS_CLOSED : trail->at[endpoint]) != layout->state[endpoint])
			trail_go(trail, endpoint, layout->state[endpoint]); /* TIME_WAIT ends by the replay's time */
		trail->been[trail->at[endpoint]] |= (uint8_t)(1u << endpoint);
	}
}

/* ---- Drawing */

enum direction { UP, RIGHT, DOWN, LEFT };

static enum direction direction_of(struct point from, struct point to)
{
	if (from.row != to.row)
		return from.row < to.row ? DOWN : UP;
	return from.column < to.column ? RIGHT : LEFT;
}

static uint32_t line_glyph(enum direction in, enum direction out, bool heavy)
{
	static const uint16_t light[4][4] = {
	        [UP] = {[UP] = 0x2502, [RIGHT] = 0x250c, [LEFT] = 0x2510},
	        [RIGHT] = {[RIGHT] = 0x2500, [UP] = 0x2518, [DOWN] = 0x2510},
	        [DOWN] = {[DOWN] = 0x2502, [RIGHT] = 0x2514, [LEFT] = 0x2518},
	        [LEFT] = {[LEFT] = 0x2500, [UP] = 0x2514, [DOWN] = 0x250c},
	};
	/* The heavy characters follow the light ones, at a distance of 1 for lines and of 3 for corners. */
	uint32_t glyph = light[in][out];
	return heavy ? glyph + (in == out ? 1 : 3) : glyph;
}

static enum ws_style way_style(const struct layout *layout, uint8_t gone)
{
	if (!gone)
		return WS_STYLE_DIM;
	if (gone == 3)
		return WS_STYLE_TRAFFIC;
	return !layout_is_server(layout, gone == 2) ? WS_STYLE_CLIENT : WS_STYLE_SERVER;
}

struct origin {
	struct ws_canvas *canvas;
	int row, column, limit;
};

static void origin_put(const struct origin *at, struct point point, enum ws_style style, bool bold, uint32_t glyph)
{
	ws_canvas_put(at->canvas, at->row + point.row, at->column + point.column, style, glyph);
	if (bold)
		ws_canvas_paint(at->canvas, at->row + point.row, at->column + point.column, 1, style, WS_BOLD);
}

static struct point towards(struct point point, enum direction direction)
{
	point.row = (int8_t)(point.row + (direction == DOWN) - (direction == UP));
	point.column = (int8_t)(point.column + (direction == RIGHT) - (direction == LEFT));
	return point;
}

static void draw_line(const struct origin *at, const struct way *way, enum ws_style style, bool heavy)
{
	static const uint16_t heads[] = {[UP] = 0x25b2, [RIGHT] = 0x25ba, [DOWN] = 0x25bc, [LEFT] = 0x25c4};
	struct point here = way->point[0];
	enum direction direction = DOWN;
	for (int i = 1; i < way->points; i++) {
		struct point end = way->point[i];
		if (here.row == end.row && here.column == end.column) { /* only a head */
			direction = way->to == WS_CLOSED ? UP : DOWN;
			break;
		}
		enum direction out = direction_of(here, end);
		origin_put(at, here, style, heavy, line_glyph(i == 1 ? out : direction, out, heavy));
		direction = out;
		for (here = towards(here, direction); here.row != end.row || here.column != end.column;
		     here = towards(here, direction))
			origin_put(at, here, style, heavy, line_glyph(direction, direction, heavy));
	}
	origin_put(at, here, style, heavy, heads[direction]);
}

static void draw_way(const struct layout *layout, const struct origin *at, const struct way *way, uint8_t gone)
{
	enum ws_style style = way_style(layout, gone);
	draw_line(at, way, style, gone);
	char words[64];
	snprintf(words, sizeof(words), "%s", _(way->label));
	for (int endpoint = 0; endpoint < 2 && way->from == WS_TIME_WAIT; endpoint++)
		if (layout->state[endpoint] == WS_TIME_WAIT && layout->wait_end[endpoint] > layout->time)
			snprintf(words, sizeof(words), " %.1f s ",
			         (double)(layout->wait_end[endpoint] - layout->time) / (double)WS_SECOND);
	int row = at->row + way->label_at.row, column = at->column + way->label_at.column;
	int width = ws_columns(words);
	column = way->to_left ? column - width + 1 : column;
	ws_canvas_text(at->canvas, row, column, at->limit, gone ? style : WS_STYLE_DIM, words);
	if (gone)
		ws_canvas_paint(at->canvas, row, column, width, style, WS_BOLD);
}

static void draw_node(const struct layout *layout, const struct origin *at, struct point point, int node,
                      const struct trail *trail)
{
	enum { TOKEN = 2 };
	uint8_t state = node == ENDED ? WS_CLOSED : (uint8_t)node;
	const char *name = ws_state_name(state);
	int row = at->row + point.row, column = at->column + point.column, width = ws_columns(name);
	enum ws_style style = trail->been[node] ? draw_state_style(state) : WS_STYLE_DIM;
	int start = column, end = column + width;
	if (trail->been[node])
		ws_canvas_bold(at->canvas, row, column, at->limit, style, name);
	else
		ws_canvas_text(at->canvas, row, column, at->limit, style, name);
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		if (trail->at[endpoint] != node)
			continue;
		if (!layout_is_server(layout, endpoint)) {
			ws_canvas_text(at->canvas, row, column - TOKEN, at->limit, style, "C►");
			start = column - TOKEN;
		} else {
			ws_canvas_text(at->canvas, row, column + width, at->limit, style, "◄S");
			end = column + width + TOKEN;
		}
	}
	if (trail->at[0] == node || trail->at[1] == node)
		ws_canvas_paint(at->canvas, row, start, end - start, style, WS_BOLD | WS_REVERSE);
}

static const struct shape *choose(int columns, int rows)
{
	if (columns >= wide.columns && rows >= wide.rows)
		return &wide;
	return columns >= narrow.columns && rows >= narrow.rows ? &narrow : NULL;
}

int diagram_rows(int columns, int rows)
{
	const struct shape *shape = choose(columns, rows);
	return shape ? shape->rows : 0;
}

void diagram_draw_in(const struct layout *layout, struct ws_canvas *canvas, int row, int rows, int column, int columns)
{
	const struct shape *shape = choose(columns, rows);
	struct trail trail;
	if (!shape)
		return;
	const struct origin at = {canvas, row, column + (columns - shape->columns) / 2, column + columns};
	follow(layout, &trail);
	for (int lit = 0; lit < 2; lit++) /* transitions made are drawn over the others */
		for (int i = 0; i < MAX_WAYS; i++) {
			const struct way *way = &shape->way[i];
			uint8_t gone = trail.gone[way->from][way->to];
			if (!!gone == lit)
				draw_way(layout, &at, way, gone);
		}
	for (int node = 0; node < NODES; node++)
		draw_node(layout, &at, shape->node[node], node, &trail);
}

static const char *path_name(uint8_t state, bool brief)
{
	return brief ? ws_state_brief(state) : ws_state_name(state);
}

/* The states an endpoint has gone through, the latest at the right; what does not fit is left out at the left. */
void diagram_draw_path(const struct layout *layout, struct ws_canvas *canvas, int row, int column, int limit,
                       int endpoint)
{
	enum { MOST = 32 };
	const struct replay *replay = &layout->ui->replay;
	uint8_t states[MOST];
	size_t count = 0;
	for (size_t i = 0; i < replay->change_count && replay->changes[i].step <= replay->step; i++) {
		const struct replay_change *change = &replay->changes[i];
		if ((change->endpoint & 1) != endpoint || pending(layout, change) || change->from == change->to)
			continue;
		if (!count)
			states[count++] = change->from;
		if (change->taken_back && count == 1 && states[0] == WS_LISTEN) {
			states[0] = change->to; /* it never was in LISTEN */
			continue;
		}
		if (change->taken_back && count > 1 && states[count - 2] == change->to) {
			count--; /* that state was taken back */
			continue;
		}
		if (count == MOST)
			memmove(states, states + 1, --count);
		states[count++] = change->to;
	}
	if (!count || states[count - 1] != layout->state[endpoint])
		states[count < MOST ? count++ : MOST - 1] = layout->state[endpoint];
	const bool client = !layout_is_server(layout, endpoint);
	const enum ws_style style = client ? WS_STYLE_CLIENT : WS_STYLE_SERVER;
	column = ws_canvas_bold(canvas, row, column, limit, style, client ? "C " : "S ");
	int whole = (int)count - 1;
	for (size_t i = 0; i < count; i++)
		whole += ws_columns(ws_state_name(states[i]));
	const bool brief = whole > limit - column;
	size_t first = count;
	for (int room = limit - column - brief; first; first--) {
		room -= ws_columns(path_name(states[first - 1], brief)) + (first < count ? 1 : 0);
		if (room < 0)
			break;
	}
	if (first)
		column = ws_canvas_text(canvas, row, column, limit, WS_STYLE_DIM, "…");
	for (size_t i = first; i < count; i++) {
		if (i > first)
			column = ws_canvas_text(canvas, row, column, limit, WS_STYLE_DIM, "→");
		column = ws_canvas_text(canvas, row, column, limit, draw_state_style(states[i]),
		                        path_name(states[i], brief));
	}
}

/* For screens too small for the diagram: the states in words. */
static void draw_words(const struct layout *layout, struct ws_canvas *canvas, int row, int bottom)
{
	for (int side = 0; side < 2 && row < bottom; side++, row++)
		diagram_draw_path(layout, canvas, row, 1, canvas->columns - 1, side ? !layout->left : layout->left);
	if (row + 1 < bottom)
		draw_cut(canvas, row + 1, 1, canvas->columns - 1, WS_STYLE_DIM,
		         _("The state diagram needs 44 columns and 22 rows."));
}

static void diagram_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	struct layout layout;
	const int rule = canvas->rows - 2, top = 2;
	draw_rule(canvas, rule);
	if (!layout_compose(ui, model, canvas->columns, &layout)) {
		layout_missing(ui, canvas);
		return;
	}
	layout_title(&layout, canvas);
	layout_names(&layout, canvas, 1, 0, canvas->columns);
	const int rows = diagram_rows(canvas->columns - 2, rule - top);
	if (!rows) {
		draw_words(&layout, canvas, top, rule);
		return;
	}
	int notes = rule - top - rows < 9 ? rule - top - rows : 9, spare = rule - top - rows - notes;
	diagram_draw_in(&layout, canvas, top + spare / 2, rows, 1, canvas->columns - 2);
	/* The diagram shows the ways, too: where there are few rows, the words get them, if they fit. */
	const bool few = notes > 2 && notes < 5 && notes_fit(&layout, canvas->columns, notes);
	const int paths = notes >= 2 && !few ? 2 : 0;
	for (int side = 0; side < paths; side++)
		diagram_draw_path(&layout, canvas, rule - notes + side, 1, canvas->columns - 1,
		                  side ? !layout.left : layout.left);
	if (notes > paths)
		notes_draw(&layout, canvas, rule - notes + paths, notes - paths);
}

static const struct screen_key diagram_keys[] = {
        {WS_ACT_PLAY, WS_ACT_NONE, N_("play")},
        {WS_ACT_STEP_BACK, WS_ACT_STEP, N_("step")},
        {WS_ACT_RESTART, WS_ACT_NONE, N_("replay")},
        {WS_ACT_PREVIOUS_CHANGE, WS_ACT_NEXT_CHANGE, N_("change")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_SLOWER, WS_ACT_FASTER, N_("speed")},
        {WS_ACT_JUMP, WS_ACT_NONE, N_("jump")},
        {WS_ACT_DETAIL, WS_ACT_NONE, N_("packet")},
        {WS_ACT_NEXT_PROBLEM, WS_ACT_PREVIOUS_PROBLEM, NULL},
        {WS_ACT_ENTER, WS_ACT_FOLLOW, NULL},
        {WS_ACT_SWAP, WS_ACT_ABSOLUTE, NULL},
        {WS_ACT_LOOP, WS_ACT_EXPORT, NULL},
        {WS_ACT_STREAM, WS_ACT_TIME, NULL},
        {WS_ACT_GRAPH, WS_ACT_NONE, NULL},
        {WS_ACT_EXERCISE, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_PLAY,
};

const struct screen_ops diagram_screen = {
        .layout = replay_layout,
        .draw = diagram_draw,
        .act = replay_act,
        .tick = replay_tick,
        .next_change = replay_next_change,
        .keys = diagram_keys,
        .key_count = WS_ARRAY_SIZE(diagram_keys),
        .plays = true,
        .says_time = true,
};
