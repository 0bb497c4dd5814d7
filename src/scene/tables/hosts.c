/* Who piles up TIME_WAIT and CLOSE_WAIT.
 *
 * A walk over all connections counts their endpoints in these two states by address and side, in slices like the list's
 * survey. A row opens the list of exactly those connections, by a filter. */
#include "base/hash.h"
#include "scene/widgets/draw.h"
#include "scene/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 20000, FIRST_SLOTS = 256, HEAD_ROWS = 4, FOOT_ROWS = 4, REST = 4 };
#define PAUSE (400 * WS_MILLISECOND)

/* ---- Counting */

static bool same_group(const struct hosts_row *a, const struct hosts_row *b)
{
	return a->state == b->state && a->server == b->server && a->ip_version == b->ip_version &&
	       memcmp(&a->address, &b->address, sizeof(a->address)) == 0;
}

/* The group's slot, or the empty one where it belongs. Addresses are a stranger's choice, so the hash is keyed with
 * what no stranger knows: where the table stands in memory. The order of slots is never seen. */
static struct hosts_row *find(const struct hosts_row *slots, size_t slot_count, const struct hosts_row *group)
{
	uint8_t bytes[19], key[16] = {0};
	memcpy(bytes, group->address.byte, 16);
	bytes[16] = group->state;
	bytes[17] = group->server;
	bytes[18] = group->ip_version;
	memcpy(key, &slots, sizeof(slots));
	size_t at = ws_siphash(key, bytes, sizeof(bytes)) & (slot_count - 1);
	while (slots[at].count && !same_group(&slots[at], group))
		at = (at + 1) & (slot_count - 1);
	return (struct hosts_row *)&slots[at];
}

static bool grow(struct hosts_view *hosts)
{
	const size_t count = hosts->slot_count ? 2 * hosts->slot_count : FIRST_SLOTS;
	struct hosts_row *slots = calloc(count, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < hosts->slot_count; i++)
		if (hosts->slots[i].count)
			*find(slots, count, &hosts->slots[i]) = hosts->slots[i];
	free(hosts->slots);
	hosts->slots = slots;
	hosts->slot_count = count;
	return true;
}

static void count_endpoint(struct hosts_view *hosts, const struct ws_model *model, const struct ws_conn_info *info,
                           unsigned i)
{
	const struct ws_endpoint_info *endpoint = &info->endpoint[i];
	if (endpoint->state != WS_TIME_WAIT && endpoint->state != WS_CLOSE_WAIT)
		return;
	if (2 * hosts->used >= hosts->slot_count && !grow(hosts))
		return; /* no memory: what is there is counted on */
	const struct hosts_row group = {.address = endpoint->address,
	                                .ip_version = info->ip_version,
	                                .state = endpoint->state,
	                                .server = (unsigned)info->likely_client != i};
	struct hosts_row *slot = find(hosts->slots, hosts->slot_count, &group);
	if (!slot->count) {
		*slot = group;
		hosts->used++;
	}
	slot->count++;
	const ws_time lasts =
	        endpoint->state == WS_TIME_WAIT ? endpoint->time_wait_end - model->now : model->now - info->last_time;
	if (lasts > slot->longest)
		slot->longest = lasts;
}

static int compare(const void *left, const void *right)
{
	const struct hosts_row *a = left, *b = right;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	const int order = memcmp(&a->address, &b->address, sizeof(a->address));
	if (order)
		return order;
	return a->ip_version != b->ip_version ? a->ip_version - b->ip_version : a->server - b->server;
}

/* The selection stays on its group. */
static void finish(struct hosts_view *hosts)
{
	struct hosts_row selected = {.count = 0};
	size_t kept = 0;
	if (hosts->place < hosts->count)
		selected = hosts->rows[hosts->place];
	for (size_t i = 0; i < hosts->slot_count; i++)
		if (hosts->slots[i].count)
			hosts->slots[kept++] = hosts->slots[i];
	free(hosts->rows);
	hosts->rows = hosts->slots;
	hosts->count = kept;
	hosts->slots = NULL;
	hosts->slot_count = hosts->used = 0;
	hosts->running = false;
	if (kept)
		qsort(hosts->rows, kept, sizeof(*hosts->rows), compare);
	for (size_t i = 0; selected.count && i < kept; i++)
		if (same_group(&hosts->rows[i], &selected))
			hosts->place = i;
	if (hosts->place >= kept)
		hosts->place = kept ? kept - 1 : 0;
}

static void begin(struct hosts_view *hosts, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	free(hosts->slots);
	hosts->slots = NULL;
	hosts->slot_count = hosts->used = hosts->rank = 0;
	hosts->tracker = model->tracker;
	hosts->packets_seen = stats.packets;
	hosts->running = true;
}

static void walk(struct hosts_view *hosts, const struct ws_model *model, size_t limit)
{
	const size_t count = ws_tracker_conn_count(model->tracker);
	for (; limit && hosts->rank < count; limit--, hosts->rank++) {
		struct ws_conn_info info;
		if (!ws_tracker_conn(model->tracker, ws_tracker_conn_at(model->tracker, hosts->rank), &info))
			continue;
		count_endpoint(hosts, model, &info, 0);
		count_endpoint(hosts, model, &info, 1);
	}
	if (hosts->rank >= count)
		finish(hosts);
}

bool hosts_due(const struct hosts_view *hosts, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return stats.packets != hosts->packets_seen || model->tracker != hosts->tracker;
}

void hosts_slice(struct hosts_view *hosts, const struct ws_model *model, ws_time clock)
{
	if (hosts->running && hosts->tracker != model->tracker)
		begin(hosts, model);
	if (!hosts->running) {
		const ws_time pause = (hosts->finished - hosts->started) * REST;
		if (!hosts_due(hosts, model) || clock - hosts->finished < (pause > PAUSE ? pause : PAUSE))
			return;
		begin(hosts, model);
		hosts->started = clock;
	}
	walk(hosts, model, SLICE);
	hosts->finished = clock;
}

void hosts_free(struct hosts_view *hosts)
{
	free(hosts->rows);
	free(hosts->slots);
}

/* ---- Moving */

static const char *side_word(const struct hosts_row *row)
{
	return row->server ? "server" : "client";
}

static bool open_group(struct ws_ui *ui, const struct ws_model *model)
{
	const struct hosts_view *hosts = &ui->hosts;
	char filter[160];
	struct ws_text text = WS_TEXT_OVER(filter);
	struct prompt_error error;
	if (hosts->place >= hosts->count)
		return false;
	const struct hosts_row *row = &hosts->rows[hosts->place];
	ws_text_printf(&text, "%s.address == ", side_word(row));
	ws_text_addr(&text, &row->address, row->ip_version);
	ws_text_printf(&text, " and %s.state == %s", side_word(row), ws_state_name(row->state));
	if (!list_filter_set(ui, model, ws_text_cstr(&text), &error))
		return false;
	ui->list.selected = 0;
	ui_leave(ui);
	return true;
}

bool hosts_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct hosts_view *hosts = &ui->hosts;
	const size_t page = hosts->visible ? hosts->visible : 1, last = hosts->count ? hosts->count - 1 : 0;
	size_t to = hosts->place;
	switch (action) {
	case WS_ACT_UP:
		to -= to > 0;
		break;
	case WS_ACT_DOWN:
		to++;
		break;
	case WS_ACT_PAGE_UP:
		to -= to > page ? page : to;
		break;
	case WS_ACT_PAGE_DOWN:
		to += page;
		break;
	case WS_ACT_FIRST:
		to = 0;
		break;
	case WS_ACT_LAST:
		to = last;
		break;
	case WS_ACT_ENTER:
		return open_group(ui, model);
	default:
		return false;
	}
	hosts->place = to < last ? to : last;
	return true;
}

bool hosts_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	struct hosts_view *hosts = &ui->hosts;
	if (row < HEAD_ROWS || row >= ui->rows - FOOT_ROWS)
		return false;
	const size_t place = hosts->top + (size_t)(row - HEAD_ROWS);
	if (place >= hosts->count)
		return false;
	if (place == hosts->place)
		return open_group(ui, model);
	hosts->place = place;
	return true;
}

void hosts_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct hosts_view *hosts = &ui->hosts;
	if (hosts->tracker != model->tracker) { /* the first time, or another world: the beginning of it at once */
		begin(hosts, model);
		hosts->count = 0;
		walk(hosts, model, ui->clock ? SLICE : SIZE_MAX); /* a picture has no ticks to come */
	}
	const int room = ui->rows - HEAD_ROWS - FOOT_ROWS;
	hosts->visible = room > 1 ? (size_t)room : 1;
	if (hosts->place < hosts->top)
		hosts->top = hosts->place;
	if (hosts->place >= hosts->top + hosts->visible)
		hosts->top = hosts->place - hosts->visible + 1;
}

/* ---- Drawing */

static void draw_row(struct ws_canvas *canvas, int row, const struct hosts_row *host)
{
	const bool wide = canvas->columns >= 60;
	const int limit = canvas->columns - 1, address = 29, words = address + (canvas->columns >= 100 ? 41 : 18);
	char buffer[96];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_u64(&text, host->count);
	draw_right(canvas, row, 2, 10, WS_STYLE_NORMAL, ws_text_cstr(&text));
	draw_cut(canvas, row, 11, 21, draw_state_style(host->state), ws_state_name(host->state));
	draw_cut(canvas, row, 22, 28, host->server ? WS_STYLE_SERVER : WS_STYLE_CLIENT, side_word(host));
	text.length = 0;
	ws_text_addr(&text, &host->address, host->ip_version);
	int end = draw_cut(canvas, row, address, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	if (!wide || end + 1 > limit - 12 || !host->longest)
		return;
	text.length = 0;
	ws_text_puts(&text, host->state == WS_TIME_WAIT ? "the last ends in " : "silent for up to ");
	draw_duration(&text, host->longest);
	draw_cut(canvas, row, end + 2 > words ? end + 2 : words, limit, WS_STYLE_DIM, ws_text_cstr(&text));
}

static void draw_heads(const struct hosts_view *hosts, const struct ws_model *model, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1;
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	ws_canvas_bold(canvas, 0, 1, limit, WS_STYLE_TITLE, "Who holds TIME_WAIT and CLOSE_WAIT");
	int column = 1;
	for (enum ws_state state = WS_CLOSE_WAIT; state <= WS_TIME_WAIT; state += WS_TIME_WAIT - WS_CLOSE_WAIT)
		column = ws_canvas_printf(canvas, 1, column, limit, draw_state_style(state), "%s %llu",
		                          ws_state_name(state), (unsigned long long)stats.state[state]) +
		         2;
	if (hosts->running)
		draw_right(canvas, 1, column, limit, WS_STYLE_DIM, "counting");
	draw_right(canvas, 2, 2, 10, WS_STYLE_DIM, "COUNT");
	ws_canvas_text(canvas, 2, 11, limit, WS_STYLE_DIM, "STATE");
	ws_canvas_text(canvas, 2, 22, limit, WS_STYLE_DIM, "SIDE");
	ws_canvas_text(canvas, 2, 29, limit, WS_STYLE_DIM, "ADDRESS");
	draw_rule(canvas, 3);
}

/* What it means that this one holds them. */
static void draw_meaning(const struct hosts_view *hosts, struct ws_canvas *canvas, int row)
{
	static const char time_wait[] =
	        "TIME_WAIT: it closed first, and waits for late segments; its port pair is taken "
	        "until then. If bind() fails meanwhile: SO_REUSEADDR.";
	static const char close_wait[] =
	        "CLOSE_WAIT: the other side has closed, the program here has not. No timer ends "
	        "that: if they grow, this program leaks sockets.";
	char line[512];
	if (hosts->place >= hosts->count)
		return;
	const char *text = hosts->rows[hosts->place].state == WS_TIME_WAIT ? time_wait : close_wait;
	const int width = canvas->columns - 2 < (int)sizeof(line) - 1 ? canvas->columns - 2 : (int)sizeof(line) - 1;
	for (int i = 0; i < FOOT_ROWS - 2 && draw_wrap(text, width, i, line, sizeof(line)); i++)
		ws_canvas_text(canvas, row + i, 1, canvas->columns - 1, WS_STYLE_NORMAL, line);
}

void hosts_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct hosts_view *hosts = &ui->hosts;
	const int bottom = canvas->rows - FOOT_ROWS;
	draw_heads(hosts, model, canvas);
	for (size_t place = hosts->top; place < hosts->count; place++) {
		const int row = HEAD_ROWS + (int)(place - hosts->top);
		if (row >= bottom)
			break;
		draw_row(canvas, row, &hosts->rows[place]);
		if (place != hosts->place)
			continue;
		ws_canvas_put(canvas, row, 0, WS_STYLE_SELECTED, 0x25b6);
		ws_canvas_paint(canvas, row, 0, canvas->columns, WS_STYLE_SELECTED, WS_REVERSE);
	}
	if (!hosts->count && !hosts->running)
		draw_cut(canvas, HEAD_ROWS, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         "No endpoint is in one of them now.");
	draw_rule(canvas, bottom);
	draw_meaning(hosts, canvas, bottom + 1);
	draw_hints(canvas, canvas->rows - 1, WS_SCREEN_HOSTS, ui->options.key_name);
}
