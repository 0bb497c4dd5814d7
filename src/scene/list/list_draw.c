/* Draws the connection list: for every connection the states of both endpoints and a verdict in words.
 *
 * Only the visible rows are fetched. On wide screens the verdict is a column. On others it takes a second line,
 * because it is what most users look for first. */
#include "scene/lab.h"
#include "scene/list/list.h"
#include "scene/list/list_columns.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/hints.h"
#include "scene/widgets/points.h"
#include "scene/widgets/table.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/names.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Title, counts, the filter if there is one, column heads, and a rule. */
int list_foot_rows(int rows)
{
	return 1 + hints_rows(WS_SCREEN_LIST, rows);
}

int list_head_rows(const struct list_view *list)
{
	return list->filter || list->capture_filter ? 5 : 4;
}

static void draw_title(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	char right[240];
	struct ws_text text = WS_TEXT_OVER(right);
	if (timeline_text(ui, model, &text)) {
		ws_text_printf(&text, "  %gx", ui->replay.speed);
	} else if (ui->options.lab) {
		ws_text_puts(&text, model->lab_runs ? _("the lab runs") : _("the lab has ended"));
	} else if (model->loading) {
		ws_text_puts(&text, model->follows ? _("following") : _("loading "));
		if (model->total)
			ws_text_printf(&text, "%3d%%", (int)((double)model->loaded * 100 / (double)model->total));
	} else {
		ws_text_puts(&text, model->live      ? _("live")
		                    : model->records ? _("end of records")
		                                     : _("end of capture"));
		if (model->live && model->confinement)
			ws_text_printf(&text, "%s%s", _(", "), model->confinement);
	}
	uint64_t dropped = model->capture.dropped_kernel + model->capture.dropped_interface;
	ws_text_printf(&text, _("  dropped %llu"), (unsigned long long)dropped);
	if (stats.evicted)
		ws_text_printf(&text, _("  evicted %llu"), (unsigned long long)stats.evicted);
	int limit = canvas->columns - 1;
	int start = draw_right(canvas, 0, 1, limit, dropped || stats.evicted ? WS_STYLE_WARN : WS_STYLE_NORMAL,
	                       ws_text_cstr(&text));
	if (model->loading && model->total && start > 60) {
		draw_bar(canvas, 0, start - 13, 12, WS_STYLE_GOOD, model->loaded, model->total);
		start -= 14;
	}
	char packets[24], connections[24];
	list_brief_count(packets, sizeof(packets), stats.packets);
	list_brief_count(connections, sizeof(connections), ws_tracker_conn_count(model->tracker));
	char counts[128];
	struct ws_text between = WS_TEXT_OVER(counts);
	ws_text_printf(&between, ws_translate_plural("  %s packet", "  %s packets", stats.packets), packets);
	ws_text_printf(
	        &between,
	        ws_translate_plural("  %s connection", "  %s connections", ws_tracker_conn_count(model->tracker)),
	        connections);
	const char *middle = ws_text_cstr(&between);
	int name_limit = start - 2 - ws_columns(middle);
	if (name_limit < 12)
		name_limit = start - 2;
	const char *name = model->source ? model->source : "", *slash = strrchr(name, '/');
	char points[320];
	list_points_title(points, sizeof(points), model, canvas, name_limit - 2);
	name = *points ? points : name;
	if (slash && slash[1] && ws_columns(name) > name_limit - 1)
		name = slash + 1; /* the end of a path says more than its beginning */
	int column = draw_cut(canvas, 0, 1, name_limit, WS_STYLE_TITLE, name);
	ws_canvas_paint(canvas, 0, 1, column - 1, WS_STYLE_TITLE, WS_BOLD);
	if (column + ws_columns(middle) < start)
		ws_canvas_text(canvas, 0, column, start - 1, WS_STYLE_NORMAL, middle);
}

/* The sort column, and the progress while a new order is being made. */
static int draw_order(const struct list_view *list, const struct ws_model *model, struct ws_canvas *canvas)
{
	char right[96];
	const int percent = list_survey_percent(list, model);
	struct ws_text text = WS_TEXT_OVER(right);
	ws_text_puts(&text, list->follow ? _("following  ") : "");
	/* TRANSLATORS: by which column the list is sorted, and an arrow */
	ws_text_printf(&text, _("sort %s %s"), _(ws_order_name(list->sort)), list->reverse ? "▼" : "▲");
	if (list->survey.asked && percent < 100)
		ws_text_printf(&text, " %d%%", percent);
	return draw_right(canvas, 1, 1, canvas->columns - 1, WS_STYLE_DIM, ws_text_cstr(&text));
}

/* The capture filter, and the list's own after it. */
static void draw_filter(const struct list_view *list, const struct ws_model *model, struct ws_canvas *canvas)
{
	char right[64], fits[24], all[24];
	int column = 1;
	if (list->capture_filter) {
		const int most = list->filter ? canvas->columns / 2 : canvas->columns - 1;
		column = ws_canvas_bold(canvas, 2, column, most, WS_STYLE_TITLE, _("capture filter"));
		column = ws_canvas_bold(canvas, 2, column, most, WS_STYLE_TITLE, _(": "));
		column = draw_cut(canvas, 2, column, most, WS_STYLE_WARN, list->capture_filter) + 2;
	}
	if (!list->filter)
		return;
	list_brief_count(fits, sizeof(fits), list_count(list, model));
	list_brief_count(all, sizeof(all), ws_tracker_conn_count(model->tracker));
	/* TRANSLATORS: how many connections fit the filter, and how many there are */
	snprintf(right, sizeof(right), _("%s of %s"), fits, all);
	int limit = draw_right(canvas, 2, 1, canvas->columns - 1, WS_STYLE_NORMAL, right) - 2;
	column = ws_canvas_bold(canvas, 2, column, limit, WS_STYLE_TITLE, _("filter"));
	column = ws_canvas_bold(canvas, 2, column, limit, WS_STYLE_TITLE, _(": "));
	draw_cut(canvas, 2, column, limit, WS_STYLE_WARN, list->filter_text);
}

static void state_count(const struct ws_tracker_stats *stats, int state, bool brief, char *word, size_t size)
{
	snprintf(word, size, "%s %llu",
	         brief ? ws_state_brief((enum ws_state)state) : ws_state_name((enum ws_state)state),
	         (unsigned long long)stats->state[state]);
}

/* The columns that all counts of states take with full names. */
static int states_width(const struct ws_tracker_stats *stats)
{
	char word[64];
	int width = 12;
	for (int state = WS_STATE_COUNT - 1; state > WS_LISTEN; state--) {
		state_count(stats, state, false, word, sizeof(word));
		width += stats->state[state] ? ws_columns(word) + 2 : 0;
	}
	return width - 2;
}

/* Verdicts by word, endpoints by state, as far as there is room. */
static void draw_counts(const struct list_view *list, const struct ws_model *model, struct ws_canvas *canvas)
{
	int limit = draw_order(list, model, canvas) - 2, column = 1;
	char word[64];
	for (size_t i = 0; i < LIST_TAGS && list->survey.tally[i].tag; i++) {
		const struct list_tally *tally = &list->survey.tally[i];
		snprintf(word, sizeof(word), "%s %llu", _(tally->tag), (unsigned long long)tally->count);
		if (column + ws_columns(word) > limit)
			return;
		column = ws_canvas_text(canvas, 1, column, limit, draw_verdict_style(tally->tag, tally->severity),
		                        word) +
		         2;
	}
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	const bool brief = column + states_width(&stats) > limit;
	/* TRANSLATORS: how many endpoints are in each state follows */
	const char *endpoints = _("· endpoints");
	bool first = true;
	for (int state = WS_STATE_COUNT - 1; state > WS_LISTEN; state--) {
		if (!stats.state[state])
			continue;
		state_count(&stats, state, brief, word, sizeof(word));
		if (first && column + ws_columns(endpoints) + 1 + ws_columns(word) <= limit)
			column = ws_canvas_text(canvas, 1, column, limit, WS_STYLE_DIM, endpoints) + 1;
		first = false;
		if (column + ws_columns(word) > limit)
			return;
		column = ws_canvas_text(canvas, 1, column, limit, draw_state_style((uint8_t)state), word) + 2;
	}
}

/* Moves from column to column, the same way for heads and rows. */
struct pen {
	struct ws_canvas *canvas;
	int row, column, gap;
};

static void pen_cell(struct pen *pen, int width, bool right, enum ws_style style, const char *text)
{
	if (!width)
		return;
	if (right)
		draw_right(pen->canvas, pen->row, pen->column, pen->column + width, style, text);
	else
		draw_cut(pen->canvas, pen->row, pen->column, pen->column + width, style, text);
	pen->column += width + pen->gap;
}

static void pen_head(struct pen *pen, const struct list_view *list, int width, bool right, int sort, const char *title)
{
	char text[64];
	bool current = (int)list->sort == sort;
	snprintf(text, sizeof(text), "%s%s", *title ? _(title) : "", !current ? "" : list->reverse ? "▼" : "▲");
	pen_cell(pen, width, right, current ? WS_STYLE_TITLE : WS_STYLE_DIM, text);
}

static const char *extra_head(const struct ws_model *model)
{
	static const char *const heads[] = {"",
	                                    N_("TUNNEL"),
	                                    N_("PROCESS"),
	                                    N_("TUNNEL, PROCESS"),
	                                    N_("REQUEST"),
	                                    N_("TUNNEL, REQUEST"),
	                                    N_("PROCESS, REQUEST"),
	                                    N_("TUNNEL, PROCESS, …")};
	return heads[ws_tracker_has_tunnels(model->tracker) + 2 * ws_tracker_names_processes(model->tracker) +
	             4 * ws_tracker_has_requests(model->tracker)];
}

static void draw_heads(const struct list_view *list, const struct ws_model *model, const struct list_columns *c,
                       struct ws_canvas *canvas)
{
	const int row = list_head_rows(list) - 2;
	struct pen pen = {canvas, row, 2, c->gap};
	pen_head(&pen, list, c->number, true, WS_ORDER_NUMBER, "#");
	pen_head(&pen, list, c->sensor, false, -1, N_("SENSOR"));
	pen_head(&pen, list, c->client, false, WS_ORDER_CLIENT, N_("CLIENT"));
	pen_head(&pen, list, c->server, false, WS_ORDER_SERVER, N_("SERVER"));
	pen_head(&pen, list, c->name, false, -1, N_("SERVER'S NAME"));
	pen_head(&pen, list, c->state, false, WS_ORDER_STATES, c->brief ? N_("C-STATE") : N_("CLIENT IS"));
	pen_head(&pen, list, c->state, false, -1, c->brief ? N_("S-STATE") : N_("SERVER IS"));
	pen_head(&pen, list, c->start, true, WS_ORDER_START, N_("START"));
	pen_head(&pen, list, c->age, true, WS_ORDER_AGE, N_("AGE"));
	pen_head(&pen, list, c->packets, true, WS_ORDER_PACKETS, N_("PACKETS"));
	pen_head(&pen, list, c->bytes, true, WS_ORDER_BYTES, N_("BYTES→"));
	pen_head(&pen, list, c->bytes, true, -1, N_("BYTES←"));
	for (int i = 0; i < LIST_SHARES; i++)
		pen_head(&pen, list, c->share[i], true, (int)list_share_order(i), list_share_head(i));
	pen_head(&pen, list, c->points, false, -1, N_("POINTS"));
	pen_head(&pen, list, c->lost, true, -1, N_("LOST"));
	pen_head(&pen, list, c->reset, false, -1, N_("RST BY"));
	pen_head(&pen, list, c->extra, false, -1, extra_head(model));
	pen_head(&pen, list, c->verdict, false, WS_ORDER_VERDICT, N_("VERDICT"));
	draw_rule(canvas, row + 1);
}

static void state_cell(struct pen *pen, const struct list_columns *c, const struct ws_endpoint_info *endpoint)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	draw_state_within(&text, endpoint->state, endpoint->certainty, c->state);
	pen_cell(pen, c->state, false, draw_state_style(endpoint->state), ws_text_cstr(&text));
}

static void endpoint_cell(struct pen *pen, int width, const struct ws_conn_info *info, int endpoint, bool guessed,
                          bool names, enum ws_style style)
{
	char buffer[240];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (!width)
		return;
	if (names && info->endpoint[endpoint].name) {
		const struct ws_endpoint_info *named = &info->endpoint[endpoint];
		draw_host(&text, named->name, (enum ws_name_source)named->name_source, named->port,
		          width - (guessed ? 2 : 0));
		if (guessed)
			ws_text_puts(&text, " ?");
		pen_cell(pen, width, false, style, ws_text_cstr(&text));
		return;
	}
	draw_endpoint(&text, &info->endpoint[endpoint].address, info->ip_version, info->endpoint[endpoint].port,
	              width - (guessed ? 2 : 0));
	if (guessed)
		ws_text_puts(&text, " ?");
	pen_cell(pen, width, false, style, ws_text_cstr(&text));
}

static void name_cell(struct pen *pen, int width, const struct ws_endpoint_info *endpoint)
{
	char buffer[240];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (width && endpoint->name)
		draw_host(&text, endpoint->name, (enum ws_name_source)endpoint->name_source, 0, width);
	pen_cell(pen, width, false, WS_STYLE_SERVER, ws_text_cstr(&text));
}

/* The verdict's sentence, without its word where it begins with that. */
static const char *verdict_words(struct ws_text *text, const char *tag)
{
	const char *words = ws_text_cstr(text);
	const size_t length = strlen(tag);
	const char *colon = _(": ");
	if (strncasecmp(words, tag, length) != 0)
		return words;
	if (strncmp(words + length, colon, strlen(colon)) == 0)
		return words + length + strlen(colon);
	return words[length] == ' ' ? words + length + 1 : words;
}

/* Sentences line up below each other. */
static int verdict_column(int column, const char *tag)
{
	const int end = column + ws_columns(tag);
	return (end < column + 8 ? column + 8 : end) + 1;
}

/* Draws the verdict's word and then its sentence, in at most so many rows. */
static void draw_verdict(struct ws_canvas *canvas, int row, int rows, int column, int limit,
                         const struct ws_conn_info *info)
{
	char sentence[512], line[512];
	struct ws_text text = WS_TEXT_OVER(sentence);
	const char *tag;
	int severity;
	ws_conn_verdict(info, &text, &tag, &severity);
	const enum ws_style style = draw_verdict_style(tag, severity);
	tag = _(tag);
	ws_canvas_bold(canvas, row, column, limit, style, tag);
	const char *words = verdict_words(&text, tag);
	column = verdict_column(column, tag);
	if (rows == 1)
		draw_cut(canvas, row, column, limit, WS_STYLE_NORMAL, words);
	for (int i = 0; i < rows && rows > 1 && draw_wrap(words, limit - column, i, line, sizeof(line)); i++)
		draw_cut(canvas, row + i, column, limit, WS_STYLE_NORMAL, line);
}

/* Who sent the RST that ended a connection. */
static const char *reset_by(const struct ws_conn_info *info)
{
	if (info->reset_by == WS_CLOSED_BY_NONE)
		return "";
	return info->reset_by - WS_CLOSED_BY_ENDPOINT_0 == info->likely_client ? _("client") : _("server");
}

/* The tunnel, the processes and the request of a connection. On narrow screens the verdict needs the room. */
static void say_extra(struct ws_text *text, const struct ws_conn_info *info, int columns)
{
	enum { REQUEST = 22 };
	char request[2 * REQUEST], status[16] = "";
	struct ws_text clean = WS_TEXT_OVER(request);
	ws_tunnel_words(text, info->tunnel, info->tunnel_id);
	if (text->length && (info->endpoint[0].process || info->endpoint[1].process))
		ws_text_puts(text, "  ");
	ws_processes_words(text, info);
	if (columns < 110 || !info->said.http_request)
		return;
	ws_text_clean(&clean, info->said.http_request, strlen(info->said.http_request));
	if (info->said.http_status)
		snprintf(status, sizeof(status), " %u", info->said.http_status);
	ws_text_puts(text, text->length ? "  " : "");
	draw_shortened(text, ws_text_cstr(&clean), REQUEST - (int)strlen(status));
	ws_text_puts(text, status);
}

/* What stands at the end of the second line: whatever has no column of its own. */
static void say_below(struct ws_text *text, const struct ws_model *model, const struct ws_conn_info *info,
                      const struct list_columns *c, int columns)
{
	char buffer[96];
	struct ws_text extra = WS_TEXT_OVER(buffer);
	if (!c->extra)
		say_extra(&extra, info, columns);
	const bool only = !c->points && points_only_conn(text, model, info);
	if (extra.length && !(only && columns < 110))
		ws_text_printf(text, "%s%s", only ? "  " : "", ws_text_cstr(&extra));
}

/* Where the verdict has to end, below its row: before that. */
static int verdict_limit(const struct list_columns *c, int columns, const struct ws_model *model,
                         const struct ws_conn_info *info)
{
	char extra[320];
	struct ws_text text = WS_TEXT_OVER(extra);
	say_below(&text, model, info, c, columns);
	const char *words = ws_text_cstr(&text);
	return columns - 1 - (*words ? ws_columns(words) + 2 : 0);
}

int list_rows_each(const struct list_view *list, const struct ws_model *model, int columns, int rows)
{
	const size_t count = list_count(list, model);
	const struct list_columns c = list_columns_of(list, model, false, columns, rows);
	const size_t room = (size_t)(rows - list_head_rows(list) - list_foot_rows(rows));
	int each = c.two_lines ? 2 : 1;
	for (size_t i = 0; i < count && c.two_lines && count * (size_t)(each + 1) <= room; i++) {
		struct ws_conn_info info;
		char sentence[512];
		struct ws_text text = WS_TEXT_OVER(sentence);
		const char *tag;
		if (!ws_tracker_conn(model->tracker, list_at(list, model, i), &info))
			continue;
		ws_conn_verdict(&info, &text, &tag, NULL);
		tag = _(tag);
		const int width = verdict_limit(&c, columns, model, &info) - verdict_column(3 + c.number, tag);
		while (count * (size_t)(each + 1) <= room && draw_wrap_rows(verdict_words(&text, tag), width) >= each)
			each++;
	}
	return each;
}

int list_rows_whole(const struct list_view *list, const struct ws_model *model, int columns, int rows)
{
	const struct list_columns c = list_columns_of(list, model, false, columns, rows);
	struct ws_conn_info info;
	char sentence[512];
	struct ws_text text = WS_TEXT_OVER(sentence);
	const char *tag;
	if (!(c.two_lines || c.verdict) ||
	    !ws_tracker_conn(model->tracker, list_at(list, model, list->cursor.selected), &info))
		return 0;
	ws_conn_verdict(&info, &text, &tag, NULL);
	tag = _(tag);
	const char *words = verdict_words(&text, tag);
	const int width = c.two_lines ? verdict_limit(&c, columns, model, &info) - verdict_column(3 + c.number, tag)
	                              : c.verdict - verdict_column(0, tag);
	const int lines = c.two_lines ? list->each - 1 : 1;
	return draw_wrap_rows(words, width) <= lines ? 0 : draw_wrap_rows(words, columns - 1 - verdict_column(2, tag));
}

static void draw_row(const struct ws_model *model, const struct list_columns *c, struct ws_canvas *canvas, int row,
                     int each, const struct ws_conn_info *info, bool names)
{
	char buffer[40], extra[320] = "";
	struct ws_text text;
	struct pen pen = {canvas, row, 2, c->gap};
	int client = info->likely_client == 1 ? 1 : 0;
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);

	snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)info->number);
	pen_cell(&pen, c->number, true, WS_STYLE_DIM, buffer);
	if (c->sensor)
		list_sensor_text(extra, sizeof(extra), c->sensor, info);
	pen_cell(&pen, c->sensor, false, WS_STYLE_NORMAL, extra);
	endpoint_cell(&pen, c->client, info, client, info->client == WS_ROLE_UNKNOWN, names, WS_STYLE_CLIENT);
	endpoint_cell(&pen, c->server, info, !client, false, names && !c->name, WS_STYLE_SERVER);
	name_cell(&pen, c->name, &info->endpoint[!client]);
	state_cell(&pen, c, &info->endpoint[client]);
	state_cell(&pen, c, &info->endpoint[!client]);
	text = WS_TEXT_OVER(buffer);
	ws_text_time(&text, info->first_time - stats.first_time, 3);
	pen_cell(&pen, c->start, true, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text = WS_TEXT_OVER(buffer);
	draw_duration_brief(&text, ws_conn_age(info, model->now));
	pen_cell(&pen, c->age, true, WS_STYLE_NORMAL, ws_text_cstr(&text));
	list_brief_count(buffer, sizeof(buffer), info->endpoint[0].packets + info->endpoint[1].packets);
	pen_cell(&pen, c->packets, true, WS_STYLE_NORMAL, buffer);
	list_brief_count(buffer, sizeof(buffer), info->endpoint[client].bytes);
	pen_cell(&pen, c->bytes, true, WS_STYLE_NORMAL, buffer);
	list_brief_count(buffer, sizeof(buffer), info->endpoint[!client].bytes);
	pen_cell(&pen, c->bytes, true, WS_STYLE_NORMAL, buffer);
	for (int i = 0; i < LIST_SHARES; i++) {
		text = WS_TEXT_OVER(buffer);
		list_share_words(&text, info, i, c->share[i]);
		pen_cell(&pen, c->share[i], true, WS_STYLE_NORMAL, ws_text_cstr(&text));
	}
	const uint64_t lost =
	        info->path ? info->path->result.direction[0].lost + info->path->result.direction[1].lost : 0;
	list_brief_count(buffer, sizeof(buffer), lost);
	text = WS_TEXT_OVER(extra);
	list_points_cell(&text, model, info);
	pen_cell(&pen, c->points, false, WS_STYLE_NORMAL, ws_text_cstr(&text));
	pen_cell(&pen, c->lost, true, lost ? WS_STYLE_WARN : WS_STYLE_NORMAL, info->path ? buffer : "-");
	pen_cell(&pen, c->reset, false, WS_STYLE_NORMAL, reset_by(info));
	text = WS_TEXT_OVER(extra);
	say_extra(&text, info, canvas->columns);
	int limit = canvas->columns - 1;
	pen_cell(&pen, c->extra, false, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text.length = 0;
	say_below(&text, model, info, c, canvas->columns);
	const char *words = ws_text_cstr(&text);
	if (c->two_lines && *words)
		limit = draw_right(canvas, row + 1, limit - ws_columns(words), limit, WS_STYLE_DIM, words) - 2;
	if (c->verdict)
		draw_verdict(canvas, row, 1, pen.column, limit, info);
	else if (c->two_lines)
		draw_verdict(canvas, row + 1, each - 1, 3 + c->number, limit, info);
}

/* The position in the list, and what the marks mean or which text was not found. */
static void draw_foot(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                      size_t count)
{
	const struct list_view *list = &ui->list;
	const char *legend = _(" ~ presumed  ? assumed  ! implied by loss ");
	char right[48], left[256];
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	snprintf(right, sizeof(right), " %zu/%zu ", count ? (size_t)list->cursor.selected + 1 : 0, count);
	draw_rule(canvas, row);
	int limit = draw_right(canvas, row, 1, canvas->columns - 2, WS_STYLE_DIM, right) - 1;
	struct ws_text searching = WS_TEXT_OVER(left);
	ws_text_putc(&searching, ' ');
	if (list_search_words(list, model, &searching)) {
		ws_text_putc(&searching, ' ');
		draw_cut(canvas, row, 2, limit, WS_STYLE_TITLE, ws_text_cstr(&searching));
		return;
	}
	if (list->search.nothing) {
		snprintf(left, sizeof(left), _(" nothing contains '%s' "), list->search.pattern);
		draw_cut(canvas, row, 2, limit, WS_STYLE_WARN, left);
		return;
	}
	struct ws_text problem = WS_TEXT_OVER(left);
	if (list_problem_words(list, &problem)) {
		draw_cut(canvas, row, 2, limit, WS_STYLE_TITLE, ws_text_cstr(&problem));
		return;
	}
	if (list_news(ui, model)) {
		hints_news(canvas, row, 2, list_news(ui, model), ui->options.key_name, WS_ACT_FOLLOW);
		return;
	}
	struct ws_text text = WS_TEXT_OVER(left);
	if (stats.checksums_ignored) {
		ws_text_putc(&text, ' ');
		ws_checksums_words(&text, stats.checksums_ignored, stats.tcp);
		ws_text_putc(&text, ' ');
		draw_cut(canvas, row, 2, limit, WS_STYLE_WARN, ws_text_cstr(&text));
	}
	const int column = stats.checksums_ignored ? 3 + ws_columns(ws_text_cstr(&text)) : 2;
	if (canvas->columns >= 60 && column + ws_columns(legend) <= limit)
		ws_canvas_text(canvas, row, column, limit, WS_STYLE_DIM, legend);
}

void list_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct list_view *list = &ui->list;
	size_t count = list_count(list, model);
	const bool names = ui_shows_names(ui) && ws_tracker_has_names(model->tracker);
	const struct list_columns c = list_columns_of(&ui->list, model, names, canvas->columns, canvas->rows);
	draw_title(ui, model, canvas);
	draw_counts(list, model, canvas);
	draw_filter(list, model, canvas);
	draw_heads(list, model, &c, canvas);
	int bottom = canvas->rows - list_foot_rows(canvas->rows) - list->whole, each = list->each,
	    row = list_head_rows(list);
	for (size_t i = list->cursor.top; i < count && row + each <= bottom; i++, row += each) {
		struct ws_conn_info info;
		if (!ws_tracker_conn(model->tracker, list_at(list, model, i), &info)) {
			ws_canvas_text(canvas, row, 2, canvas->columns, WS_STYLE_DIM, _("(evicted to save memory)"));
			continue;
		}
		draw_row(model, &c, canvas, row, each, &info, ui_shows_names(ui));
		if (i != list->cursor.selected)
			continue;
		table_mark(canvas, row);
		if (list->whole)
			draw_verdict(canvas, bottom + 1, list->whole + 1, 2, canvas->columns - 1, &info);
	}
	if (!count)
		list_draw_empty(ui, model, canvas);
	draw_foot(ui, model, canvas, bottom, count);
}
