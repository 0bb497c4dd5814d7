/* The state boxes above the lifelines, and TIME_WAIT's countdown beside them. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

enum {
	INNER = 13,
	WIDTH = INNER + 4,
	ROWS = 3
}; /* the longest name and its mark; the frame and a space on either side */

static int box_column(const struct layout *layout, int side)
{
	int column = layout->line[side] - WIDTH / 2;
	if (column + WIDTH > layout->columns - 1)
		column = layout->columns - 1 - WIDTH;
	return column < 1 ? 1 : column;
}

static void draw_box(const struct layout *layout, struct ws_canvas *canvas, int row, int side)
{
	int endpoint = side ? !layout->left : layout->left, column = box_column(layout, side);
	enum ws_style style = draw_state_style(layout->state[endpoint]);
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	draw_state(&text, layout->state[endpoint], layout->certainty[endpoint], false);
	for (int i = 1; i < WIDTH - 1; i++) {
		ws_canvas_put(canvas, row, column + i, style, 0x2501);
		ws_canvas_put(canvas, row + 2, column + i, style, 0x2501);
	}
	ws_canvas_put(canvas, row, column, style, 0x250f);
	ws_canvas_put(canvas, row, column + WIDTH - 1, style, 0x2513);
	ws_canvas_put(canvas, row + 1, column, style, 0x2503);
	ws_canvas_put(canvas, row + 1, column + WIDTH - 1, style, 0x2503);
	ws_canvas_put(canvas, row + 2, column, style, 0x2517);
	ws_canvas_put(canvas, row + 2, column + WIDTH - 1, style, 0x251b);
	ws_canvas_put(canvas, row + 2, layout->line[side], style, 0x252f);
	const char *name = ws_text_cstr(&text);
	ws_canvas_bold(canvas, row + 1, column + 2 + (INNER - ws_columns(name)) / 2, column + WIDTH - 1, style, name);
	if (replay_flashes(&layout->ui->replay, endpoint))
		ws_canvas_paint(canvas, row + 1, column + 1, WIDTH - 2, style, WS_REVERSE | WS_BOLD);
}

/* The rest of TIME_WAIT at the replay's time. False: the endpoint is not waiting. */
static bool time_left(const struct layout *layout, int endpoint, ws_time *left)
{
	ws_time end = layout->wait_end[endpoint];
	if (layout->state[endpoint] != WS_TIME_WAIT || !end)
		return false;
	*left = end > layout->time ? end - layout->time : 0;
	return true;
}

/* Above the countdown: that it runs faster than in reality, or how often it has started over. */
static void draw_remark(const struct layout *layout, struct ws_canvas *canvas, int row, int side, int column, int width)
{
	const struct replay *replay = &layout->ui->replay;
	const int endpoint = side ? !layout->left : layout->left;
	ws_time gap, shown = replay_shown(replay, &layout->step, NULL, &gap);
	size_t upto = replay->step;
	if (!layout->arrived && endpoint != layout->step.input.direction)
		upto = upto ? upto - 1 : 0;
	size_t restarts = replay_waits_restarted(replay, endpoint, upto);
	char remark[96], duration[32];
	struct ws_text text = WS_TEXT_OVER(remark), as = WS_TEXT_OVER(duration);
	if (replay->playing && !layout->has_next && !layout->model->running && shown < gap) {
		draw_duration(&as, shown);
		ws_text_printf(&text, _("shown as %s"), ws_text_cstr(&as));
	} else if (restarts) {
		/* TRANSLATORS: a TIME_WAIT, by a FIN that came again */
		ws_text_printf(&text, ws_translate_plural("started over once", "started over %zu times", restarts),
		               restarts);
	}
	const char *words = ws_text_cstr(&text);
	if (side)
		draw_right(canvas, row, column, column + width, WS_STYLE_DIM, words);
	else
		draw_cut(canvas, row, column, column + width, WS_STYLE_DIM, words);
}

static void draw_countdown(const struct layout *layout, struct ws_canvas *canvas, int row, int side, int column,
                           int width, ws_time left)
{
	ws_time whole = layout->model->time_wait > 0 ? layout->model->time_wait : 60 * WS_SECOND;
	char words[64];
	snprintf(words, sizeof(words), _("waits %.1f s of %.0f s"), (double)left / (double)WS_SECOND,
	         (double)whole / (double)WS_SECOND);
	if (ws_columns(words) > width)
		snprintf(words, sizeof(words), "%.1f s", (double)left / (double)WS_SECOND);
	if (side)
		draw_right(canvas, row + 1, column, column + width, WS_STYLE_STATE_WAIT, words);
	else
		draw_cut(canvas, row + 1, column, column + width, WS_STYLE_STATE_WAIT, words);
	draw_remark(layout, canvas, row, side, column, width);
	int bar = width < 24 ? width : 24;
	draw_bar(canvas, row + 2, side ? column + width - bar : column, bar, WS_STYLE_STATE_WAIT, (uint64_t)left,
	         (uint64_t)whole);
}

/* What the endpoint waits for, beside its box. */
static void draw_wait(const struct layout *layout, struct ws_canvas *canvas, int row, int side, int column, int width)
{
	const int endpoint = side ? !layout->left : layout->left;
	char words[WAIT_ROOM], line[WAIT_ROOM];
	struct ws_text text = WS_TEXT_OVER(words);
	ws_time passed;
	if (!waits_find(layout, endpoint, &text, &passed) || draw_wrap_rows(ws_text_cstr(&text), width) > ROWS)
		return;
	const enum ws_style style = draw_state_style(layout->state[endpoint]);
	for (int i = 0; i < ROWS && draw_wrap(ws_text_cstr(&text), width, i, line, sizeof(line)); i++) {
		if (side)
			draw_right(canvas, row + i, column, column + width, style, line);
		else
			draw_cut(canvas, row + i, column, column + width, style, line);
	}
}

/* One line instead of boxes, for screens with few rows. */
static void draw_line(const struct layout *layout, struct ws_canvas *canvas)
{
	for (int side = 0; side < 2; side++) {
		int endpoint = side ? !layout->left : layout->left;
		char buffer[64];
		struct ws_text text = WS_TEXT_OVER(buffer);
		ws_time left;
		draw_state(&text, layout->state[endpoint], layout->certainty[endpoint], true);
		if (time_left(layout, endpoint, &left))
			ws_text_printf(&text, " %.0fs", (double)left / (double)WS_SECOND);
		enum ws_style style = draw_state_style(layout->state[endpoint]);
		int middle = layout->columns / 2;
		for (int column = side ? middle : 0; column < (side ? layout->columns : middle); column++)
			ws_canvas_put(canvas, 1, column, style, ' ');
		const char *name = ws_text_cstr(&text);
		if (side)
			draw_right(canvas, 1, middle, layout->columns - 1, style, name);
		else
			draw_cut(canvas, 1, 1, middle, style, name);
		if (replay_flashes(&layout->ui->replay, endpoint))
			ws_canvas_paint(canvas, 1, side ? middle : 0, middle, style, WS_REVERSE | WS_BOLD);
	}
}

void boxes_draw(const struct layout *layout, struct ws_canvas *canvas, int row)
{
	if (row < 0) {
		draw_line(layout, canvas);
		return;
	}
	ws_time left[2];
	bool waits[2];
	for (int side = 0; side < 2; side++) {
		draw_box(layout, canvas, row, side);
		waits[side] = time_left(layout, side ? !layout->left : layout->left, &left[side]);
	}
	int start = box_column(layout, 0) + WIDTH + 1, end = box_column(layout, 1) - 1;
	int width = end - start;
	if (waits[0] && waits[1])
		width = width / 2 - 1;
	if (width < 6)
		return;
	if (waits[0])
		draw_countdown(layout, canvas, row, 0, start, width, left[0]);
	if (waits[1])
		draw_countdown(layout, canvas, row, 1, end - width, width, left[1]);
	for (int side = 0; side < 2 && !waits[0] && !waits[1]; side++)
		draw_wait(layout, canvas, row, side, start, width);
}

/* Leaves out what stands between the parentheses of "in connect(3, server, port 7000) …". */
static void shorten_call(char *words)
{
	char *open = strchr(words, '('), *close = strrchr(words, ')');
	if (open && close > open)
		memmove(open + 1, close, strlen(close) + 1);
}

void boxes_draw_calls(const struct layout *layout, struct ws_canvas *canvas, int row)
{
	const int middle = (layout->line[0] + layout->line[1]) / 2;
	for (int side = 0; side < 2; side++) {
		const int endpoint = side ? !layout->left : layout->left;
		char buffer[160];
		struct ws_text text = WS_TEXT_OVER(buffer);
		const enum ws_style style = layout_is_server(layout, endpoint) ? WS_STYLE_SERVER : WS_STYLE_CLIENT;
		if (!evidence_open_call(layout, endpoint, &text))
			continue;
		ws_text_cstr(&text);
		char *words = buffer;
		const int begin = side ? middle + 1 : layout->line[0] - layout->gutter / 2;
		const int end = side ? layout->line[1] + layout->gutter / 2 : middle;
		if (ws_columns(words) > end - begin)
			shorten_call(words);
		if (side && ws_columns(words) <= end - begin)
			draw_right(canvas, row, begin, end, style, words);
		else
			draw_cut(canvas, row, begin, end, style, words);
	}
}

int boxes_draw_kernels(const struct layout *layout, struct ws_canvas *canvas, int row)
{
	int rows = 0;
	for (int side = 0; side < 2; side++) {
		const int endpoint = side ? !layout->left : layout->left;
		char buffer[96];
		struct ws_text text = WS_TEXT_OVER(buffer);
		enum ws_style style;
		if (!evidence_kernel(layout, endpoint, &text, &style) && !host_kernel(layout, endpoint, &text, &style))
			continue;
		const char *words = ws_text_cstr(&text);
		const int width = ws_columns(words), middle = layout->columns / 2;
		int column = box_column(layout, side) + (WIDTH - width) / 2;
		const int limit = side ? layout->columns - 1 : middle - 1;
		if (column + width > limit)
			column = limit - width;
		if (column < (side ? middle : 1))
			column = side ? middle : 1;
		draw_cut(canvas, row, column, limit, style, words);
		rows = 1;
	}
	return rows;
}
