/* What stands beside a lifeline at a step: in the row of the arrow the state that the step leads to, above it the one
 * before, and above these the calls of the program on that side. */
#include "scene/lifelines/segment_row.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <string.h>

enum { STATES_MOST = 2 };

static void draw_beside(const struct layout *layout, struct ws_canvas *canvas, int row, int endpoint,
                        enum ws_style style, const char *name)
{
	if (endpoint == layout->left)
		draw_right(canvas, row, layout->line[0] - 1 - layout->gutter, layout->line[0] - 1, style, name);
	else
		draw_cut(canvas, row, layout->line[1] + 2, layout->line[1] + 2 + layout->gutter, style, name);
}

static void draw_gutter(const struct layout *layout, struct ws_canvas *canvas, int row, int endpoint, uint8_t state,
                        uint8_t certainty, enum ws_style style)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	draw_state_within(&text, state, certainty, layout->gutter);
	draw_beside(layout, canvas, row, endpoint, style, ws_text_cstr(&text));
}

/* Calls may use the column of the times, too: those stand in the row of the arrow. */
static int call_width(const struct layout *layout, int endpoint)
{
	const bool pane = layout->columns < layout->ui->columns;
	return endpoint == layout->left ? layout->line[0] - 1 : layout->columns - layout->line[1] - 2 - pane;
}

static int state_count(const struct layout *layout, const struct ws_step *step, int endpoint)
{
	int count = replay_waits_again(step, endpoint, layout->model->time_wait);
	for (int i = 0; i < step->transition_count; i++)
		count += step->transition[i].endpoint == endpoint;
	return count < 1 ? 1 : count > STATES_MOST ? STATES_MOST : count;
}

int margin_rows(const struct layout *layout, const struct ws_step *step, int *below)
{
	int rows = 1;
	*below = 0;
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		struct calls calls;
		calls_find(layout, step, endpoint, call_width(layout, endpoint), &calls);
		const int need = calls.before + state_count(layout, step, endpoint), after = calls.count - calls.before;
		rows = calls.before && need > rows ? need : rows;
		*below = after > *below ? after : *below;
	}
	return rows;
}

static void draw_call(const struct layout *layout, struct ws_canvas *canvas, const char *call, int endpoint, int row)
{
	const enum ws_style style = !layout_is_server(layout, endpoint) ? WS_STYLE_CLIENT : WS_STYLE_SERVER;
	if (endpoint == layout->left)
		draw_right(canvas, row, 0, layout->line[0] - 1, style, call);
	else
		draw_cut(canvas, row, layout->line[1] + 2, layout->columns, style, call);
}

/* Draws the calls before the step upwards from `row`, not above `top`, and those after it in the rows below the arrow,
 * `bottom`. Returns the row above them. */
static int draw_calls(const struct layout *layout, struct ws_canvas *canvas, const struct calls *calls, int endpoint,
                      int row, int top, int bottom)
{
	for (int i = calls->before; i < calls->count; i++)
		draw_call(layout, canvas, calls->text[i], endpoint, bottom + 1 + i - calls->before);
	for (int i = calls->before - 1; i >= 0 && row >= top; i--, row--)
		draw_call(layout, canvas, calls->text[i], endpoint, row);
	return row;
}

/* The states that this step leads to: the last one in the arrow's row, the one before it above. Returns the row above
 * them. */
static int draw_states(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step, int endpoint,
                       int row, int top)
{
	const int bottom = row;
	for (int i = step->transition_count - 1; i >= 0 && row >= top && bottom - row < STATES_MOST; i--) {
		const struct ws_transition *change = &step->transition[i];
		if (change->endpoint == endpoint)
			draw_gutter(layout, canvas, row--, endpoint, change->to, change->certainty,
			            draw_state_style(change->to));
	}
	if (row >= top && replay_waits_again(step, endpoint, layout->model->time_wait))
		draw_beside(layout, canvas, row--, endpoint, WS_STYLE_STATE_WAIT, _("restarts"));
	return row;
}

/* The state that the endpoint starts from, where this is the first step drawn. On the left there is room for it beside
 * a call. When the step did not change the state (`still`), what it is assumed to have been all along (LISTEN) says
 * more than the state before. */
static void draw_opening(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                         int endpoint, int row, int beside, bool still)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const uint8_t state = still ? step->after[endpoint] : step->before[endpoint];
	const uint8_t certainty = still ? step->certainty[endpoint] : step->certainty_before[endpoint];
	draw_state_within(&text, state, certainty, layout->gutter);
	const char *name = ws_text_cstr(&text);
	const int limit = layout->line[0] - 1 - beside - 2;
	if (!beside)
		draw_beside(layout, canvas, row, endpoint, WS_STYLE_DIM, name);
	else if (endpoint == layout->left && ws_columns(name) <= limit)
		draw_right(canvas, row, 0, limit, WS_STYLE_DIM, name);
}

void margin_draw(const struct layout *layout, struct ws_canvas *canvas, const struct ws_step *step,
                 const struct segment_row_look *look)
{
	const int bottom = look->row + look->rows - 1;
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		const bool pending = look->flying && endpoint != step->input.direction;
		struct calls calls = {0};
		int row = pending ? bottom : draw_states(layout, canvas, step, endpoint, bottom, look->row);
		const bool still = row == bottom && !pending;
		row -= row == bottom; /* beside the arrow are only states that it leads to */
		if (!pending && !look->single)
			calls_find(layout, step, endpoint, call_width(layout, endpoint), &calls);
		row = draw_calls(layout, canvas, &calls, endpoint, row, look->row, bottom);
		if (!look->opening || look->single || (row < look->row && !calls.before))
			continue;
		const bool shared = row < look->row;
		draw_opening(layout, canvas, step, endpoint, shared ? row + 1 : row,
		             shared ? ws_columns(calls.text[0]) : 0, still);
	}
}
