/* Requests and answers: the rows, their heads, and what is said about the selected one. */
#include "scene/tables/exchanges.h"

#include "scene/screens.h"
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>

#define X(name, head) [name] = (head),
static const char *const service_heads[] = {SERVICE_ORDERS(X)};
static const char *const exchange_heads[] = {EXCHANGE_ORDERS(X)};
#undef X

/* ---- Sentences */

/* X(measure, what it is) */
#define MEANINGS(X)                                                                                                    \
	X(WS_MEASURE_FIRST_BYTE, N_("From the first byte of a request to the first byte of its answer, as it was "     \
	                            "captured: the network's round "                                                   \
	                            "trip, if the capture is near the client, and what the server's program takes."))  \
	X(WS_MEASURE_THINK, N_("What the server's program takes: from the last byte of a request to the first of its " \
	                       "answer, without the "                                                                  \
	                       "shortest way to the server and back."))                                                \
	X(WS_MEASURE_TRANSFER, N_("How long an answer takes to come, from its first byte to its last."))

static void exchange_notes(const struct exchanges_row *row, struct ws_text *text)
{
	const struct ws_exchange *exchange = &row->exchange;
	char requested[32], got[32];
	struct ws_text request = WS_TEXT_OVER(requested), answer = WS_TEXT_OVER(got);
	ws_text_grouped(&request, exchange->request_bytes);
	ws_text_printf(text, _("Request %llu of connection %llu: packet %llu, %s bytes."),
	               (unsigned long long)exchange->number, (unsigned long long)row->number,
	               (unsigned long long)exchange->request_frame, ws_text_cstr(&request));
	if (!exchange->answered) {
		ws_text_puts(text, _(" No answer was captured."));
		return;
	}
	ws_text_grouped(&answer, exchange->answer_bytes);
	if (!exchange->answer_frame || !exchange->last_frame) /* of several points, only another one has it */
		ws_text_printf(text, _(" Its answer: %s bytes."), ws_text_cstr(&answer));
	else if (exchange->last_frame == exchange->answer_frame)
		ws_text_printf(text, _(" Its answer: packet %llu, %s bytes."),
		               (unsigned long long)exchange->answer_frame, ws_text_cstr(&answer));
	else
		ws_text_printf(text, _(" Its answer: packets %llu to %llu, %s bytes."),
		               (unsigned long long)exchange->answer_frame, (unsigned long long)exchange->last_frame,
		               ws_text_cstr(&answer));
	const uint32_t again = ws_exchange_again(exchange);
	if (again)
		ws_text_printf(
		        text,
		        ws_translate_plural(" %u segment was sent again.", " %u segments were sent again.", again),
		        again);
	if (exchange->interleaved)
		ws_text_puts(text, _(" The client sent more before it had the whole answer, so its times may be "
		                     "those of several requests."));
}

void exchanges_notes(const struct exchanges_view *view, struct ws_text *text)
{
	static const char *const meanings[] = {
#define X(measure, meaning) [measure] = (meaning),
	        MEANINGS(X)
#undef X
	};
	if (view->cursor.selected >= view->count)
		return;
	if (view->open) {
		exchange_notes(&view->row[view->cursor.selected], text);
		if (view->left_out)
			ws_text_printf(text, _(" %zu others are not listed."), view->left_out);
		return;
	}
	ws_text_puts(text, _(meanings[view->measure]));
	const size_t index = view->row[view->cursor.selected].service;
	const struct ws_service *service = view->services && index < ws_services_count(view->services)
	                                           ? ws_services_at(view->services, index)
	                                           : NULL;
	if (service && service->unanswered)
		ws_text_printf(text, _(" %llu had no answer."), (unsigned long long)service->unanswered);
	if (service && service->interleaved)
		ws_text_printf(text, _(" In %llu, both sides sent at once."), (unsigned long long)service->interleaved);
}

/* ---- Drawing */

/* A column of numbers. On a screen with less than `least` columns it is left out. */
struct column {
	int order, width, least;
};
static const struct column service_columns[] = {
        {BY_EXCHANGES, 11, 0}, {BY_MIN, 9, 70}, {BY_MEDIAN, 9, 45}, {BY_P95, 9, 0}, {BY_MAX, 9, 55}};
static const struct column exchange_columns[] = {{BY_TIME, 12, 54},     {BY_FIRST_BYTE, 11, 0}, {BY_THINK, 11, 0},
                                                 {BY_TRANSFER, 11, 42}, {BY_REQUEST, 12, 78},   {BY_ANSWER, 12, 66}};

enum { LEFT = 2, SERVER_WIDTH = 30, CONN_END = 9 };

/* Where a column is; both are 0 where it is left out. */
struct place {
	int from, end;
};

static struct place place_of(const struct column *columns, size_t count, int order, int first, int screen)
{
	struct place place = {first, first};
	for (size_t i = 0; i < count; i++) {
		if (screen < columns[i].least)
			continue;
		place = (struct place){place.end, place.end + columns[i].width};
		if (columns[i].order == order)
			return place;
	}
	return (struct place){0, 0};
}

/* What the numbers leave to the servers. */
static int server_width(int screen)
{
	int rest = screen - 1 - LEFT;
	for (size_t i = 0; i < WS_ARRAY_SIZE(service_columns); i++)
		rest -= screen < service_columns[i].least ? 0 : service_columns[i].width;
	return rest < SERVER_WIDTH ? rest : SERVER_WIDTH;
}

static struct place place_of_service(int order, int screen)
{
	return place_of(service_columns, WS_ARRAY_SIZE(service_columns), order, LEFT + server_width(screen), screen);
}

static struct place place_of_exchange(int order, int screen)
{
	return place_of(exchange_columns, WS_ARRAY_SIZE(exchange_columns), order, CONN_END, screen);
}

/* A column's head, with an arrow at the one that is sorted by. */
static void draw_head(struct ws_canvas *canvas, struct place place, const char *head, bool sorted, bool reverse)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_puts(&text, _(head));
	if (sorted)
		ws_text_puts(&text, reverse ? "↑" : "↓");
	if (place.end)
		draw_right(canvas, 2, place.from, place.end, sorted ? WS_STYLE_TITLE : WS_STYLE_DIM,
		           ws_text_cstr(&text));
}

static void draw_time(struct ws_canvas *canvas, int row, struct place place, ws_time time)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (time < 0)
		ws_text_putc(&text, '-');
	else
		draw_duration(&text, time);
	if (place.end)
		draw_right(canvas, row, place.from, place.end, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

static void draw_count(struct ws_canvas *canvas, int row, struct place place, uint64_t count)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_grouped(&text, count);
	if (place.end)
		draw_right(canvas, row, place.from, place.end, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

static void draw_service(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                         const struct ws_service *service)
{
	const struct ws_quantile *quantile = &service->measure[ui->exchanges.measure];
	const int screen = canvas->columns, width = server_width(screen);
	char buffer[240];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (service->rest)
		ws_service_words(&text, service);
	else
		table_endpoint(ui, model, &text, &service->address, service->ip_version, service->port, width);
	draw_cut(canvas, row, LEFT, LEFT + width, WS_STYLE_SERVER, ws_text_cstr(&text));
	draw_count(canvas, row, place_of_service(BY_EXCHANGES, screen), service->exchanges);
	draw_time(canvas, row, place_of_service(BY_MIN, screen), quantile->count ? quantile->least : -1);
	draw_time(canvas, row, place_of_service(BY_MEDIAN, screen), ws_quantile_value(quantile, 50));
	draw_time(canvas, row, place_of_service(BY_P95, screen), ws_quantile_value(quantile, 95));
	draw_time(canvas, row, place_of_service(BY_MAX, screen), quantile->count ? quantile->most : -1);
}

static void draw_exchange(const struct ws_model *model, struct ws_canvas *canvas, int row,
                          const struct exchanges_row *shown)
{
	const struct ws_exchange *exchange = &shown->exchange;
	const int screen = canvas->columns;
	const struct place at = place_of_exchange(BY_TIME, screen);
	char buffer[48];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_u64(&text, shown->number);
	draw_right(canvas, row, LEFT, CONN_END, WS_STYLE_DIM, ws_text_cstr(&text));
	text.length = 0;
	ws_text_time(&text, exchange->request_first - model->first, 6);
	if (at.end)
		draw_right(canvas, row, at.from, at.end, WS_STYLE_NORMAL, ws_text_cstr(&text));
	draw_time(canvas, row, place_of_exchange(BY_FIRST_BYTE, screen), ws_exchange_first_byte(exchange));
	draw_time(canvas, row, place_of_exchange(BY_THINK, screen), ws_exchange_think(exchange));
	draw_time(canvas, row, place_of_exchange(BY_TRANSFER, screen), ws_exchange_transfer(exchange));
	draw_count(canvas, row, place_of_exchange(BY_REQUEST, screen), exchange->request_bytes);
	draw_count(canvas, row, place_of_exchange(BY_ANSWER, screen), exchange->answer_bytes);
}

static void draw_heads(const struct exchanges_view *view, struct ws_canvas *canvas)
{
	const int screen = canvas->columns;
	if (view->open) {
		draw_right(canvas, 2, LEFT, CONN_END, WS_STYLE_DIM, _("CONN"));
		for (int i = 0; i < EXCHANGE_ORDER_COUNT; i++)
			draw_head(canvas, place_of_exchange(i, screen), exchange_heads[i], i == view->exchange_sort,
			          view->exchange_reverse);
	} else {
		ws_canvas_text(canvas, 2, LEFT, screen, WS_STYLE_DIM, _("SERVER"));
		for (int i = 0; i < SERVICE_ORDER_COUNT; i++)
			draw_head(canvas, place_of_service(i, screen), service_heads[i], i == view->sort,
			          view->reverse);
	}
	draw_rule(canvas, 3);
}

static void draw_titles(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct exchanges_view *view = &ui->exchanges;
	const int limit = canvas->columns - 1;
	int column = ws_canvas_bold(canvas, 0, 1, limit, WS_STYLE_TITLE, _("Requests and answers")) + 2;
	draw_cut(canvas, 0, column, limit, WS_STYLE_DIM, model->source);
	char buffer[240];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (view->open) {
		char address[200];
		struct ws_text server = WS_TEXT_OVER(address);
		table_endpoint(ui, model, &server, &view->opened.address, view->opened.ip_version, view->opened.port,
		               48);
		/* TRANSLATORS: requests and answers of this server */
		ws_text_printf(&text, _("of %s"), ws_text_cstr(&server));
	} else {
		ws_text_printf(&text, _("by server's port: %s"), _(ws_measure_words(view->measure)));
	}
	column = draw_cut(canvas, 1, 1, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	if (view->walk.running)
		draw_right(canvas, 1, column, limit, WS_STYLE_DIM, _("counting"));
}

void exchanges_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct exchanges_view *view = &ui->exchanges;
	const int bottom = EXCHANGES_HEAD_ROWS + table_visible(canvas->rows, EXCHANGES_HEAD_ROWS, ui->notes);
	char buffer[1024] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	draw_titles(ui, model, canvas);
	draw_heads(view, canvas);
	for (size_t i = view->cursor.top; i < view->count; i++) {
		const int row = EXCHANGES_HEAD_ROWS + (int)(i - view->cursor.top);
		if (row >= bottom)
			break;
		if (view->open)
			draw_exchange(model, canvas, row, &view->row[i]);
		else
			draw_service(ui, model, canvas, row, ws_services_at(view->services, view->row[i].service));
		if (i == view->cursor.selected)
			table_mark(canvas, row);
	}
	if (!view->count && !view->walk.running)
		draw_cut(canvas, EXCHANGES_HEAD_ROWS, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         _("No client has asked for anything, as far as is kept."));
	exchanges_notes(view, &notes);
	table_foot(canvas, bottom, &view->cursor, ws_text_cstr(&notes));
}
