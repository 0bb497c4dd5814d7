/* Requests and answers: the servers' ports with the times of all their exchanges, the slowest first; and the exchanges
 * of one of them, from each of which Enter leads to its request in the lifelines.
 *
 * They are found in the histories of the connections when the screen is opened, in slices, and again when packets have
 * come: until then they cost nothing. Memory is bounded: of very many exchanges of a port, the first in the chosen
 * order are kept. */
#include "scene/lifelines/replay.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

enum { HEAD_ROWS = 4, MOST_ROWS = 40000 };
#define SERVICES_MEMORY (UINT64_C(16) << 20)

/* ---- The order */

/* X(enumerator, head): by what servers' ports are sorted, the largest first. */
#define SERVICE_ORDERS(X)                                                                                              \
	X(BY_P95, "95 %")                                                                                              \
	X(BY_MAX, N_("MAX"))                                                                                           \
	X(BY_MIN, N_("MIN"))                                                                                           \
	X(BY_MEDIAN, N_("MEDIAN"))                                                                                     \
	X(BY_EXCHANGES, N_("EXCHANGES"))

/* X(enumerator, head): by what exchanges are. */
#define EXCHANGE_ORDERS(X)                                                                                             \
	X(BY_FIRST_BYTE, N_("TTFB"))                                                                                   \
	X(BY_THINK, N_("THINK"))                                                                                       \
	X(BY_TRANSFER, N_("TRANSFER"))                                                                                 \
	X(BY_ANSWER, N_("ANSWER"))                                                                                     \
	X(BY_REQUEST, N_("REQUEST"))                                                                                   \
	X(BY_TIME, N_("AT"))

#define X(name, head) name,
enum { SERVICE_ORDERS(X) SERVICE_ORDER_COUNT };
enum { EXCHANGE_ORDERS(X) EXCHANGE_ORDER_COUNT };
#undef X
#define X(name, head) [name] = (head),
static const char *const service_heads[] = {SERVICE_ORDERS(X)};
static const char *const exchange_heads[] = {EXCHANGE_ORDERS(X)};
#undef X

static int64_t service_key(const struct exchanges_view *view, const struct ws_service *service, int order)
{
	const struct ws_quantile *quantile = &service->measure[view->measure];
	switch (order) {
	case BY_EXCHANGES:
		return (int64_t)service->exchanges;
	case BY_MAX:
		return quantile->count ? quantile->most : -1;
	case BY_MIN:
		return quantile->count ? quantile->least : -1;
	default:
		return ws_quantile_value(quantile, order == BY_MEDIAN ? 50 : 95);
	}
}

/* The earliest has the largest key. */
static int64_t exchange_key(const struct ws_exchange *exchange, int order)
{
	switch (order) {
	case BY_ANSWER:
		return (int64_t)exchange->answer_bytes;
	case BY_REQUEST:
		return (int64_t)exchange->request_bytes;
	case BY_TIME:
		return -exchange->request_first;
	default:
		return ws_exchange_measure(exchange, (enum ws_measure)(order - BY_FIRST_BYTE));
	}
}

static int larger_first(const void *left, const void *right)
{
	const struct exchanges_row *a = left, *b = right;
	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void sort_rows(struct exchanges_row *rows, size_t count)
{
	if (count)
		qsort(rows, count, sizeof(*rows), larger_first);
}

static void turn_keys_round(struct exchanges_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		view->row[i].key = -view->row[i].key;
}

/* ---- The walk over all connections */

static bool add_row(struct exchanges_view *view, const struct exchanges_row *row)
{
	if (view->count == view->capacity) {
		const size_t capacity = view->capacity ? 2 * view->capacity : 256;
		struct exchanges_row *grown =
		        capacity <= 2 * MOST_ROWS ? realloc(view->row, capacity * sizeof(*grown)) : NULL;
		if (!grown && view->count < MOST_ROWS)
			return false;
		if (grown) {
			view->row = grown;
			view->capacity = capacity;
		} else { /* the latter half has no room */
			sort_rows(view->row, view->count);
			view->left_out += view->count - MOST_ROWS / 2;
			view->count = MOST_ROWS / 2;
		}
	}
	view->row[view->count] = *row;
	view->row[view->count++].order = view->orders++;
	return true;
}

static void use_services(struct exchanges_view *view)
{
	view->count = view->orders = view->left_out = 0;
	for (size_t i = 0; view->services && i < ws_services_count(view->services); i++) {
		const struct ws_service *service = ws_services_at(view->services, i);
		if (service->exchanges)
			add_row(view,
			        &(struct exchanges_row){.service = i, .key = service_key(view, service, view->sort)});
	}
	if (view->reverse)
		turn_keys_round(view);
	sort_rows(view->row, view->count);
}

static void start_walk(struct exchanges_view *view, const struct ws_model *model)
{
	ws_services_free(view->building);
	view->building = ws_services_create(model->tracker, SERVICES_MEMORY);
	view->rank = 0;
}

static void walk_on(struct exchanges_view *view, const struct ws_model *model, size_t limit)
{
	const size_t count = ws_tracker_conn_count(model->tracker);
	for (; view->building && limit && view->rank < count; limit--, view->rank++)
		ws_services_history(view->building, model->tracker, ws_tracker_conn_at(model->tracker, view->rank));
	if (view->building && view->rank < count)
		return;
	ws_services_free(view->services);
	view->services = view->building;
	view->building = NULL;
	view->walk.running = false;
	if (!view->open)
		use_services(view);
}

/* ---- The exchanges of one server's port */

struct collecting {
	struct exchanges_view *view;
	ws_conn_id conn;
	uint64_t number;
};

static bool take_exchange(void *context, const struct ws_exchange *exchange)
{
	const struct collecting *collecting = context;
	struct exchanges_view *view = collecting->view;
	const int64_t key = exchange_key(exchange, view->exchange_sort);
	add_row(view, &(struct exchanges_row){.exchange = *exchange,
	                                      .conn = collecting->conn,
	                                      .number = collecting->number,
	                                      .key = view->exchange_reverse ? -key : key});
	return true;
}

static bool belongs(const struct ws_service *service, const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *server = &info->endpoint[!info->likely_client];
	return service->port == server->port && service->ip_version == info->ip_version &&
	       memcmp(&service->address, &server->address, sizeof(service->address)) == 0;
}

/* Only connections to that port are looked into, so that this needs no slices. */
static void find_exchanges(struct exchanges_view *view, const struct ws_model *model)
{
	const size_t count = ws_tracker_conn_count(model->tracker);
	struct ws_conn_info info;
	view->count = view->orders = view->left_out = 0;
	for (size_t rank = 0; rank < count; rank++) {
		struct collecting collecting = {view, ws_tracker_conn_at(model->tracker, rank), 0};
		if (!ws_tracker_conn(model->tracker, collecting.conn, &info) || !belongs(&view->opened, &info))
			continue;
		collecting.number = info.number;
		ws_tracker_exchanges(model->tracker, collecting.conn, take_exchange, &collecting);
	}
	sort_rows(view->row, view->count);
}

/* ---- Keys */

static void start_rows(struct exchanges_view *view, const struct ws_model *model)
{
	view->cursor.selected = view->cursor.top = 0;
	if (view->open)
		find_exchanges(view, model);
	else
		use_services(view);
}

static bool open_service(struct exchanges_view *view, const struct ws_model *model)
{
	if (view->cursor.selected >= view->count || !view->services)
		return false;
	const struct ws_service *service = ws_services_at(view->services, view->row[view->cursor.selected].service);
	if (service->rest)
		return false;
	view->opened = *service;
	view->open = true;
	view->service_cursor = view->cursor;
	start_rows(view, model);
	return true;
}

static bool to_request(struct ws_ui *ui, const struct ws_model *model)
{
	const struct exchanges_view *view = &ui->exchanges;
	if (view->cursor.selected >= view->count)
		return false;
	const struct exchanges_row *row = &view->row[view->cursor.selected];
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, row->conn, &info) || !replay_open(ui, model, row->conn) ||
	    !ui->replay.steps)
		return false;
	list_select_conn(ui, model, &info);
	replay_stand(&ui->replay,
	             ws_replay_find_frame_at(ui->replay.steps, row->exchange.point, row->exchange.request_frame));
	ui->replay.follow = false;
	ui_show(ui, WS_SCREEN_LIFELINES);
	return true;
}

static int visible(const struct ws_ui *ui)
{
	return table_visible(ui->rows, HEAD_ROWS, ui->notes);
}

static bool exchanges_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct exchanges_view *view = &ui->exchanges;
	int *sort = view->open ? &view->exchange_sort : &view->sort;
	bool *reverse = view->open ? &view->exchange_reverse : &view->reverse;
	view->cursor.count = view->count;
	switch (action) {
	case WS_ACT_ENTER:
		return view->open ? to_request(ui, model) : open_service(view, model);
	case WS_ACT_SORT:
		*sort = (*sort + 1) % (view->open ? (int)EXCHANGE_ORDER_COUNT : (int)SERVICE_ORDER_COUNT);
		start_rows(view, model);
		return true;
	case WS_ACT_REVERSE:
		*reverse = !*reverse;
		start_rows(view, model);
		return true;
	case WS_ACT_NEXT_PANE:
		if (view->open)
			return false;
		view->measure = (enum ws_measure)((view->measure + 1) % WS_MEASURE_COUNT);
		start_rows(view, model);
		return true;
	default:
		return cursor_move(&view->cursor, action, table_page(visible(ui)));
	}
}

static bool exchanges_back(struct ws_ui *ui, const struct ws_model *model)
{
	struct exchanges_view *view = &ui->exchanges;
	(void)model;
	if (!view->open)
		return false;
	view->open = false;
	use_services(view);
	view->cursor = view->service_cursor;
	return true;
}

static bool exchanges_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	ui->exchanges.cursor.count = ui->exchanges.count;
	if (!cursor_click(&ui->exchanges.cursor, row - HEAD_ROWS, visible(ui), &again))
		return false;
	return !again || exchanges_act(ui, model, WS_ACT_ENTER);
}

static void exchanges_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct exchanges_view *view = &ui->exchanges;
	bool begins;
	(void)elapsed;
	if (!walk_turn(&view->walk, model, false, ui->clock, &begins))
		return;
	if (begins)
		start_walk(view, model);
	if (begins && view->open)
		find_exchanges(view, model);
	walk_on(view, model, WALK_SLICE);
	walk_pause(&view->walk, ui->clock);
}

static bool exchanges_busy(const struct ws_ui *ui)
{
	return ui->exchanges.walk.running;
}

static ws_time exchanges_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	return walk_next_change(&ui->exchanges.walk, model, false);
}

static void exchanges_free(struct ws_ui *ui)
{
	ws_services_free(ui->exchanges.services);
	ws_services_free(ui->exchanges.building);
	free(ui->exchanges.row);
}

/* The ids of connections are others. */
static void exchanges_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	struct exchanges_view *view = &ui->exchanges;
	(void)model;
	view->walk = (struct walk){.generation = 0};
	if (view->open)
		view->count = 0;
}

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

static void exchanges_notes(const struct exchanges_view *view, struct ws_text *text)
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

static void exchanges_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct exchanges_view *view = &ui->exchanges;
	char buffer[1024] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	if (view->walk.generation != model->generation) { /* without ticks to come, all of it at once */
		walk_begin(&view->walk, model);
		start_walk(view, model);
		if (view->open)
			find_exchanges(view, model);
		walk_on(view, model, ui->clock ? WALK_SLICE : SIZE_MAX);
	}
	cursor_fit(&view->cursor, view->count, visible(ui));
	exchanges_notes(view, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, HEAD_ROWS, view->count, ws_text_cstr(&notes));
	cursor_fit(&view->cursor, view->count, visible(ui));
}

/* ---- Drawing */

static int draw_time(struct ws_canvas *canvas, int row, int from, int end, ws_time time)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (time < 0)
		ws_text_putc(&text, '-');
	else
		draw_duration(&text, time);
	return draw_right(canvas, row, from, end, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

static void draw_count(struct ws_canvas *canvas, int row, int from, int end, uint64_t count)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_grouped(&text, count);
	draw_right(canvas, row, from, end, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

/* A column's head, with an arrow at the one that is sorted by. */
static void draw_head(struct ws_canvas *canvas, int from, int end, const char *head, bool sorted, bool reverse)
{
	char buffer[32];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_puts(&text, _(head));
	if (sorted)
		ws_text_puts(&text, reverse ? "↑" : "↓");
	draw_right(canvas, 2, from, end, sorted ? WS_STYLE_TITLE : WS_STYLE_DIM, ws_text_cstr(&text));
}

enum { SERVER_WIDTH = 30, EXCHANGES_END = 43, MIN_END = 52, MEDIAN_END = 61, P95_END = 70, MAX_END = 79 };

static void draw_service(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                         const struct ws_service *service)
{
	const struct ws_quantile *quantile = &service->measure[ui->exchanges.measure];
	char buffer[240];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (service->rest)
		ws_service_words(&text, service);
	else
		table_endpoint(ui, model, &text, &service->address, service->ip_version, service->port, SERVER_WIDTH);
	draw_cut(canvas, row, 2, 2 + SERVER_WIDTH, WS_STYLE_SERVER, ws_text_cstr(&text));
	draw_count(canvas, row, 2 + SERVER_WIDTH, EXCHANGES_END, service->exchanges);
	draw_time(canvas, row, EXCHANGES_END, MIN_END, quantile->count ? quantile->least : -1);
	draw_time(canvas, row, MIN_END, MEDIAN_END, ws_quantile_value(quantile, 50));
	draw_time(canvas, row, MEDIAN_END, P95_END, ws_quantile_value(quantile, 95));
	draw_time(canvas, row, P95_END, MAX_END, quantile->count ? quantile->most : -1);
}

enum { CONN_END = 9, AT_END = 21, TTFB_END = 32, THINK_END = 43, TRANSFER_END = 54, REQUEST_END = 66, ANSWER_END = 78 };

static void draw_exchange(const struct ws_model *model, struct ws_canvas *canvas, int row,
                          const struct exchanges_row *shown)
{
	const struct ws_exchange *exchange = &shown->exchange;
	char buffer[48];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_u64(&text, shown->number);
	draw_right(canvas, row, 2, CONN_END, WS_STYLE_DIM, ws_text_cstr(&text));
	text.length = 0;
	ws_text_time(&text, exchange->request_first - model->first, 6);
	draw_right(canvas, row, CONN_END, AT_END, WS_STYLE_NORMAL, ws_text_cstr(&text));
	draw_time(canvas, row, AT_END, TTFB_END, ws_exchange_first_byte(exchange));
	draw_time(canvas, row, TTFB_END, THINK_END, ws_exchange_think(exchange));
	draw_time(canvas, row, THINK_END, TRANSFER_END, ws_exchange_transfer(exchange));
	draw_count(canvas, row, TRANSFER_END, REQUEST_END, exchange->request_bytes);
	draw_count(canvas, row, REQUEST_END, ANSWER_END, exchange->answer_bytes);
}

static void draw_heads(const struct exchanges_view *view, struct ws_canvas *canvas)
{
	static const struct {
		int from, end;
	} of_services[] = {[BY_P95] = {MEDIAN_END, P95_END},
	                   [BY_MAX] = {P95_END, MAX_END},
	                   [BY_MIN] = {EXCHANGES_END, MIN_END},
	                   [BY_MEDIAN] = {MIN_END, MEDIAN_END},
	                   [BY_EXCHANGES] = {SERVER_WIDTH, EXCHANGES_END}},
	  of_exchanges[] = {[BY_FIRST_BYTE] = {AT_END, TTFB_END},       [BY_THINK] = {TTFB_END, THINK_END},
	                    [BY_TRANSFER] = {THINK_END, TRANSFER_END},  [BY_ANSWER] = {REQUEST_END, ANSWER_END},
	                    [BY_REQUEST] = {TRANSFER_END, REQUEST_END}, [BY_TIME] = {CONN_END, AT_END}};
	if (view->open) {
		draw_right(canvas, 2, 2, CONN_END, WS_STYLE_DIM, _("CONN"));
		for (int i = 0; i < EXCHANGE_ORDER_COUNT; i++)
			draw_head(canvas, of_exchanges[i].from, of_exchanges[i].end, exchange_heads[i],
			          i == view->exchange_sort, view->exchange_reverse);
	} else {
		ws_canvas_text(canvas, 2, 2, canvas->columns, WS_STYLE_DIM, _("SERVER"));
		for (int i = 0; i < SERVICE_ORDER_COUNT; i++)
			draw_head(canvas, of_services[i].from, of_services[i].end, service_heads[i], i == view->sort,
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

static void exchanges_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct exchanges_view *view = &ui->exchanges;
	const int bottom = HEAD_ROWS + table_visible(canvas->rows, HEAD_ROWS, ui->notes);
	char buffer[1024] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	draw_titles(ui, model, canvas);
	draw_heads(view, canvas);
	for (size_t i = view->cursor.top; i < view->count; i++) {
		const int row = HEAD_ROWS + (int)(i - view->cursor.top);
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
		draw_cut(canvas, HEAD_ROWS, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         _("No client has asked for anything, as far as is kept."));
	exchanges_notes(view, &notes);
	table_foot(canvas, bottom, &view->cursor, ws_text_cstr(&notes));
}

static const struct screen_key exchanges_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("open")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_SORT, WS_ACT_NONE, N_("sort")},
        {WS_ACT_REVERSE, WS_ACT_NONE, N_("reverse")},
        {WS_ACT_NEXT_PANE, WS_ACT_NONE, N_("which time")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops exchanges_screen = {
        .free = exchanges_free,
        .snapshot_changed = exchanges_snapshot_changed,
        .layout = exchanges_layout,
        .draw = exchanges_draw,
        .act = exchanges_act,
        .back = exchanges_back,
        .click = exchanges_click,
        .tick = exchanges_tick,
        .busy = exchanges_busy,
        .next_change = exchanges_next_change,
        .keys = exchanges_keys,
        .key_count = WS_ARRAY_SIZE(exchanges_keys),
};
