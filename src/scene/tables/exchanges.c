/* Requests and answers: the servers' ports with the times of all their exchanges, the slowest first; and the exchanges
 * of one of them, from each of which Enter leads to its request in the lifelines.
 *
 * They are found in the histories of the connections when the screen is opened, in slices, and again when packets have
 * come: until then they cost nothing. Memory is bounded: of very many exchanges of a port, the first in the chosen
 * order are kept. */
#include "scene/tables/exchanges.h"
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

enum { MOST_ROWS = 40000 };
#define SERVICES_MEMORY (UINT64_C(16) << 20)

/* ---- The order */

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
	return table_visible(ui->rows, EXCHANGES_HEAD_ROWS, ui->notes);
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
		if (view->open) /* by the next time */
			*sort = *sort < BY_TRANSFER ? *sort + 1 : BY_FIRST_BYTE;
		else
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
	if (!cursor_click(&ui->exchanges.cursor, row - EXCHANGES_HEAD_ROWS, visible(ui), &again))
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

/* ---- The screen */

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
	ui->notes = table_notes_fit(ui->columns, ui->rows, EXCHANGES_HEAD_ROWS, view->count, ws_text_cstr(&notes));
	cursor_fit(&view->cursor, view->count, visible(ui));
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
