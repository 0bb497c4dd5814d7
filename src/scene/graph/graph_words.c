/* What is seen at the cursor, in plain words. */
#include "scene/graph/graph_draw.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <string.h>

enum { NEAR = 64 };

#define MARK(name) (1u << WS_POINT_##name)

static const char *name_of(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? _("client") : _("server");
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
		if (ws_graph_sent_before(graph, direction, index, &before) && before <= point->time) {
			char buffer[32];
			struct ws_text after = WS_TEXT_OVER(buffer);
			draw_duration(&after, point->time - before);
			ws_text_printf(text, _(", sent again after %s"), ws_text_cstr(&after));
		} else {
			ws_text_puts(text, _(", sent again"));
		}
	}
	if (point->marks & MARK(OUT_OF_ORDER))
		ws_text_puts(text, _(", out of order: they fill a gap"));
	if (point->marks & MARK(KEEP_ALIVE))
		ws_text_puts(text, _(", a keep-alive"));
	if (point->marks & MARK(PROBE))
		ws_text_puts(text, _(", to probe the closed window"));
	if (point->marks & MARK(WINDOW_FULL))
		ws_text_puts(text, _(", which fills the window"));
	if (point->marks & MARK(LOST))
		ws_text_puts(text, _("; this segment was lost"));
}

static void say_data(struct ws_text *text, const struct ws_graph *graph, const struct ws_step *step, const char *name)
{
	const struct ws_segment *input = &step->input;
	struct ws_graph_point point;
	size_t index;
	const bool syn = input->flags & WS_TCP_SYN, fin = input->flags & WS_TCP_FIN;
	const char *syn_word = input->flags & WS_TCP_ACK ? "SYN-ACK" : "SYN";
	char buffer[96] = "";
	struct ws_text bytes = WS_TEXT_OVER(buffer);
	const long long low = (long long)step->relative_sequence + syn, high = low + input->length - 1;
	if (input->length == 1)
		ws_text_printf(&bytes, _("%u byte, number %lld"), input->length, low);
	else if (input->length)
		ws_text_printf(&bytes, _("%u bytes, numbers %lld to %lld"), input->length, low, high);
	const char *data = ws_text_cstr(&bytes);
	/* TRANSLATORS: "client" or "server", and "5 bytes, numbers 1 to 5" */
	if (input->flags & WS_TCP_RST)
		ws_text_printf(text, _("%s sends RST: it ends the connection at once"), name);
	else if (syn && *data)
		ws_text_printf(text, _("%s sends %s and %s"), name, syn_word, data);
	else if (syn)
		ws_text_printf(text, _("%s sends %s"), name, syn_word);
	else if (fin && *data)
		ws_text_printf(text, _("%s sends FIN: it has nothing more to send, after %s"), name, data);
	else if (fin)
		ws_text_printf(text, _("%s sends FIN: it has nothing more to send"), name);
	else
		ws_text_printf(text, _("%s sends %s"), name, data);
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
		ws_text_printf(text, _("%s sends a segment without data"), name);
		return;
	}
	const bool known = find_point(graph, WS_CURVE_ACK, direction, step, number, &index, &point);
	if (known && point.marks & MARK(DUPLICATE_ACK))
		ws_text_printf(text, _("%s acknowledges the same again: it expects number %u"), name, number);
	else
		ws_text_printf(text, _("%s acknowledges all before number %u"), name, number);
	if (known && point.marks & MARK(ZERO_WINDOW))
		ws_text_puts(text, _(", and closes its window: nothing more may be sent"));
	if (step->input.sack)
		ws_text_puts(text, _(", and selectively what came after a gap"));
	if (find_point(graph, WS_CURVE_ACK, direction, step, number, &index, &point)) {
		const size_t at = ws_graph_find(graph, direction, WS_CURVE_RTT, point.time);
		if (ws_graph_point(graph, direction, WS_CURVE_RTT, at, &point) && point.time == step->input.time) {
			char buffer[32];
			struct ws_text trip = WS_TEXT_OVER(buffer);
			draw_duration(&trip, point.low);
			ws_text_printf(text, _("; round trip %s"), ws_text_cstr(&trip));
			if (point.marks & MARK(AMBIGUOUS))
				ws_text_puts(text, _(" (uncertain: something was sent again)"));
		}
	}
}

/* The value that a curve has at the cursor: what follows from its last point. */
static bool value_at(const struct ws_graph *graph, const struct ws_plot *plot, enum ws_curve curve, ws_time time,
                     struct ws_graph_point *point)
{
	size_t at = ws_graph_find(graph, plot->direction, curve, time);
	while (ws_graph_point(graph, plot->direction, curve, at, point) && point->time <= time)
		at++;
	if (!at || !ws_graph_point(graph, plot->direction, curve, at - 1, point))
		return false;
	point->high = ws_graph_value_after(graph, plot->direction, curve, point, time);
	return true;
}

static void say_values(const struct ws_ui *ui, const struct ws_plot *plot, struct ws_text *text)
{
	const struct ws_graph *graph = ui->graph.graph;
	struct ws_graph_point point;
	const bool both = ui->graph.sides == GRAPH_BOTH; /* else the title says which side it is */
	char buffer[32];
	struct ws_text last = WS_TEXT_OVER(buffer);
	draw_duration(&last, ws_graph_span(graph));
	/* TRANSLATORS: values of curves follow, after a colon; "client to server" */
	if (plot->kind == WS_PLOT_RATE && both)
		ws_text_printf(text, _("In the last %s, %s"), ws_text_cstr(&last), plot->side);
	else if (plot->kind == WS_PLOT_RATE)
		ws_text_printf(text, _("In the last %s"), ws_text_cstr(&last));
	else if (both)
		ws_text_printf(text, _("Here, %s"), plot->side);
	else
		ws_text_puts(text, _("Here"));
	const char *const colon = _(": "), *separator = colon;
	for (unsigned i = plot->count; i-- > 0;) {
		const enum ws_curve curve = plot->curve[i].curve;
		if (curve == WS_CURVE_SACK || !value_at(graph, plot, curve, ui->graph.cursor, &point))
			continue;
		ws_text_puts(text, separator);
		if (plot->kind == WS_PLOT_NUMBERS && curve == WS_CURVE_ACK) {
			ws_text_printf(text, _("ACK up to %lld"), (long long)(point.high - 1));
		} else if (plot->kind == WS_PLOT_NUMBERS) { /* TRANSLATORS: "data up to 12" */
			ws_text_printf(text, _("%s up to %lld"), plot->curve[i].words, (long long)(point.high - 1));
		} else {
			ws_text_printf(text, "%s ",
			               curve == WS_CURVE_AVERAGE ? _("average so far") : plot->curve[i].words);
			ws_plot_value_words(text, curve, point.high);
		}
		separator = _(", ");
	}
	if (separator == colon)
		ws_text_printf(text, "%s%s", colon, _("nothing yet"));
}

void graph_words(const struct ws_ui *ui, const struct ws_model *model, const struct ws_plot *plot, struct ws_text *what,
                 struct ws_text *values)
{
	struct ws_conn_info info;
	struct ws_step step;
	ws_time first, last;
	if (!replay_step(&ui->replay, ui->replay.step, &step) ||
	    !replay_conn(&ui->replay, model, ui->replay.conn, &info) || !ws_graph_times(ui->graph.graph, &first, &last))
		return;
	const ws_time at = step.input.time > first ? step.input.time - first : 0;
	const char *name = name_of(&info, step.input.direction);
	const struct graph_view *view = &ui->graph;
	const ws_time span = view->zoomed ? view->to - view->from : last - first;
	ws_text_time(what, at, span < WS_SECOND ? 6 : 3);
	ws_text_printf(what, " s%s", _(": "));
	if (step.input.kind != WS_INPUT_SEGMENT)
		ws_text_puts(what, _("no packet, but time has passed"));
	else if (step.input.bad_checksum || step.input.duplicate)
		ws_text_printf(what, _("%s's segment does not count"), name);
	else if (step.input.length || step.input.flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST))
		say_data(what, ui->graph.graph, &step, name);
	else
		say_ack(what, ui->graph.graph, &step, name);
	ws_text_puts(what, _("."));
	say_values(ui, plot, values);
	ws_text_puts(values, _("."));
}
