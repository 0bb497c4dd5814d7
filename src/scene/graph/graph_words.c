/* What is seen at the cursor, in plain words. */
#include "scene/graph/graph_draw.h"
#include "scene/widgets/draw.h"

#include <string.h>

enum { NEAR = 64 };

#define MARK(name) (1u << WS_POINT_##name)

static const char *name_of(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? "client" : "server";
}

/* The point of a curve that the step made. Of several points, times of steps may have been corrected a little. */
static bool find_point(const struct ws_graph *graph, enum ws_curve curve, unsigned direction,
                       const struct ws_step *step, uint32_t number, size_t *index, struct ws_graph_point *point)
{
	const size_t at = ws_graph_find(graph, direction, curve, step->input.time);
	for (size_t away = 0; away < 2 * NEAR; away++) {
		*index = away % 2 ? at - away / 2 - 1 : at + away / 2; /* wraps round below 0 */
		if (ws_graph_point(graph, direction, curve, *index, point) && (uint32_t)point->low == number &&
		    (ws_graph_source(graph, direction) >= 0 || point->time == step->input.time))
			return true;
	}
	return false;
}

static void say_marks(struct ws_text *text, const struct ws_graph *graph, unsigned direction, size_t index,
                      const struct ws_graph_point *point)
{
	ws_time before;
	if (point->marks & MARK(RETRANSMISSION)) {
		ws_text_puts(text, ", sent again");
		if (ws_graph_sent_before(graph, direction, index, &before) && before <= point->time) {
			ws_text_puts(text, " after ");
			draw_duration(text, point->time - before);
		}
	}
	if (point->marks & MARK(OUT_OF_ORDER))
		ws_text_puts(text, ", out of order: they fill a gap");
	if (point->marks & MARK(KEEP_ALIVE))
		ws_text_puts(text, ", a keep-alive");
	if (point->marks & MARK(PROBE))
		ws_text_puts(text, ", to probe the closed window");
	if (point->marks & MARK(WINDOW_FULL))
		ws_text_puts(text, ", which fills the window");
	if (point->marks & MARK(LOST))
		ws_text_puts(text, "; this segment was lost");
}

static void say_data(struct ws_text *text, const struct ws_graph *graph, const struct ws_step *step, const char *name)
{
	const struct ws_segment *input = &step->input;
	struct ws_graph_point point;
	size_t index;
	const bool syn = input->flags & WS_TCP_SYN, fin = input->flags & WS_TCP_FIN;
	ws_text_printf(text, "%s sends ", name);
	if (input->flags & WS_TCP_RST)
		ws_text_puts(text, "RST: it ends the connection at once");
	else if (syn)
		ws_text_printf(text, "SYN%s", input->length ? " and " : "");
	else if (fin)
		ws_text_printf(text, "FIN: it has nothing more to send%s", input->length ? ", after " : "");
	if (input->length) {
		const int64_t low = step->relative_sequence + syn;
		ws_text_printf(text, "%u byte%s", input->length, input->length == 1 ? "" : "s");
		if (input->length == 1)
			ws_text_printf(text, ", number %lld", (long long)low);
		else
			ws_text_printf(text, ", numbers %lld to %lld", (long long)low,
			               (long long)(low + input->length - 1));
	}
	if (find_point(graph, WS_CURVE_SEGMENT, input->direction, step, step->relative_sequence, &index, &point))
		say_marks(text, graph, input->direction, index, &point);
}

static void say_ack(struct ws_text *text, const struct ws_graph *graph, const struct ws_step *step, const char *name)
{
	const unsigned direction = !step->input.direction;
	const uint32_t number = step->relative_acknowledgment;
	struct ws_graph_point point;
	size_t index;
	if (!(step->input.flags & WS_TCP_ACK)) {
		ws_text_printf(text, "%s sends a segment without data", name);
		return;
	}
	const bool known = find_point(graph, WS_CURVE_ACK, direction, step, number, &index, &point);
	if (known && point.marks & MARK(DUPLICATE_ACK))
		ws_text_printf(text, "%s acknowledges the same again: it expects number %u", name, number);
	else
		ws_text_printf(text, "%s acknowledges all before number %u", name, number);
	if (known && point.marks & MARK(ZERO_WINDOW))
		ws_text_puts(text, ", and closes its window: nothing more may be sent");
	if (step->input.sack)
		ws_text_puts(text, ", and selectively what came after a gap");
	if (find_point(graph, WS_CURVE_ACK, direction, step, number, &index, &point)) {
		const size_t at = ws_graph_find(graph, direction, WS_CURVE_RTT, point.time);
		if (ws_graph_point(graph, direction, WS_CURVE_RTT, at, &point) && point.time == step->input.time) {
			ws_text_puts(text, "; round trip ");
			draw_duration(text, point.low);
			if (point.marks & MARK(AMBIGUOUS))
				ws_text_puts(text, " (uncertain: something was sent again)");
		}
	}
}

/* The value that a curve has at the cursor: that of its last point. */
static bool value_at(const struct ws_graph *graph, const struct ws_plot *plot, enum ws_curve curve, ws_time time,
                     struct ws_graph_point *point)
{
	size_t at = ws_graph_find(graph, plot->direction, curve, time);
	while (ws_graph_point(graph, plot->direction, curve, at, point) && point->time <= time)
		at++;
	return at && ws_graph_point(graph, plot->direction, curve, at - 1, point);
}

static void say_values(const struct ws_ui *ui, const struct ws_plot *plot, struct ws_text *text)
{
	const struct ws_graph *graph = ui->graph.graph;
	struct ws_graph_point point;
	if (plot->kind == WS_PLOT_RATE) {
		ws_text_puts(text, "In the last ");
		draw_duration(text, ws_graph_span(graph));
	} else {
		ws_text_puts(text, "Here");
	}
	if (ui->graph.sides == GRAPH_BOTH) /* else the title says which side it is */
		ws_text_puts(text, strrchr(plot->title, ','));
	const char *separator = ": ";
	for (unsigned i = plot->count; i-- > 0;) {
		const enum ws_curve curve = plot->curve[i].curve;
		if (curve == WS_CURVE_SACK || !value_at(graph, plot, curve, ui->graph.cursor, &point))
			continue;
		ws_text_printf(text, "%s%s%s ", separator, plot->curve[i].words,
		               curve == WS_CURVE_AVERAGE ? " so far" : "");
		if (plot->kind == WS_PLOT_NUMBERS)
			ws_text_printf(text, "up to %lld", (long long)(point.high - 1));
		else
			ws_plot_value_words(text, curve, point.high);
		separator = ", ";
	}
	if (*separator == ':')
		ws_text_puts(text, ": nothing yet");
}

void graph_words(const struct ws_ui *ui, const struct ws_model *model, const struct ws_plot *plot, struct ws_text *what,
                 struct ws_text *values)
{
	struct ws_conn_info info;
	struct ws_step step;
	ws_time first, last;
	if (!replay_step(&ui->replay, ui->replay.step, &step) ||
	    !ws_tracker_conn(model->tracker, ui->replay.conn, &info) || !ws_graph_times(ui->graph.graph, &first, &last))
		return;
	const ws_time at = step.input.time > first ? step.input.time - first : 0;
	const char *name = name_of(&info, step.input.direction);
	ws_text_time(what, at, 3);
	ws_text_puts(what, " s: ");
	if (step.input.kind != WS_INPUT_SEGMENT)
		ws_text_puts(what, "no packet, but time has passed");
	else if (step.input.bad_checksum || step.input.duplicate)
		ws_text_printf(what, "%s's segment does not count", name);
	else if (step.input.length || step.input.flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST))
		say_data(what, ui->graph.graph, &step, name);
	else
		say_ack(what, ui->graph.graph, &step, name);
	ws_text_putc(what, '.');
	say_values(ui, plot, values);
	ws_text_putc(values, '.');
}
