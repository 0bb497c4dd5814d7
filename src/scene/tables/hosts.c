/* Which hosts have many endpoints in TIME_WAIT and CLOSE_WAIT, and at which server's port.
 *
 * A walk over all connections counts the endpoints in these two states by address, side and port, in slices like the
 * list's survey. It is due again after packets, and when the first TIME_WAIT has ended; the times in the rows need no
 * walk, because a row has the moment that they count from or to. Enter on a row shows exactly those connections in the
 * list, by a filter. */
#include "base/hash.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/tables/tables_view.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256, HEAD_ROWS = 4, SLICE = 8000 /* connections looked at in a tick: each is read whole */ };

/* ---- Counting */

static bool same_process(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_group(const struct hosts_row *a, const struct hosts_row *b)
{
	return a->sensor == b->sensor && a->state == b->state && a->server == b->server &&
	       a->ip_version == b->ip_version && a->port == b->port &&
	       memcmp(&a->address, &b->address, sizeof(a->address)) == 0 && same_process(a->process, b->process);
}

/* Strangers choose the addresses, so the hash has a key that no stranger knows: an address in memory. The order of the
 * slots is never shown. */
static uint32_t hash_of(const struct hosts_view *hosts, const struct hosts_row *group)
{
	uint8_t bytes[21 + sizeof(group->sensor)], key[16] = {0};
	memcpy(bytes, group->address.byte, 16);
	bytes[16] = group->state;
	bytes[17] = group->server;
	bytes[18] = group->ip_version;
	memcpy(bytes + 19, &group->port, sizeof(group->port));
	memcpy(bytes + 21, &group->sensor, sizeof(group->sensor));
	memcpy(key, &hosts, sizeof(hosts));
	return (uint32_t)ws_siphash(key, bytes, sizeof(bytes));
}

/* Finds the group's slot, or the empty slot where it belongs. */
static uint32_t *hosts_slot(const struct hosts_view *hosts, const struct hosts_row *group)
{
	size_t at = group->hash & (hosts->slot_count - 1);
	while (hosts->slots[at] && !same_group(&hosts->made[hosts->slots[at] - 1], group))
		at = (at + 1) & (hosts->slot_count - 1);
	return &hosts->slots[at];
}

/* Only the slots are put in order again, which are small: a walk must not stop for long. */
static bool hosts_grow(struct hosts_view *hosts)
{
	const size_t count = hosts->slot_count ? 2 * hosts->slot_count : FIRST_SLOTS;
	struct hosts_row *made = realloc(hosts->made, count / 2 * sizeof(*made));
	if (made)
		hosts->made = made;
	uint32_t *slots = made && count <= UINT32_MAX ? calloc(count, sizeof(*slots)) : NULL;
	if (!slots)
		return false;
	for (size_t i = 0; i < hosts->used; i++) {
		size_t at = made[i].hash & (count - 1);
		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(hosts->slots);
	hosts->slots = slots;
	hosts->slot_count = count;
	return true;
}

static void count_endpoint(struct hosts_view *hosts, const struct ws_model *model, const struct ws_conn_info *info,
                           unsigned i)
{
	const struct ws_endpoint_info *endpoint = &info->endpoint[i];
	const bool time_wait = endpoint->state == WS_TIME_WAIT;
	if (time_wait ? endpoint->time_wait_end <= model->now : endpoint->state != WS_CLOSE_WAIT)
		return;
	if (2 * hosts->used >= hosts->slot_count && !hosts_grow(hosts))
		return; /* no memory: groups that exist are still counted */
	struct hosts_row group = {.address = endpoint->address,
	                          .process = endpoint->process ? endpoint->process->name : NULL,
	                          .ip_version = info->ip_version,
	                          .state = endpoint->state,
	                          .server = (unsigned)info->likely_client != i,
	                          .sensor = info->stated.sensor,
	                          .port = info->endpoint[!info->likely_client].port};
	group.hash = hash_of(hosts, &group);
	uint32_t *slot = hosts_slot(hosts, &group);
	if (!*slot) {
		hosts->made[hosts->used++] = group;
		*slot = (uint32_t)hosts->used;
	}
	struct hosts_row *row = &hosts->made[*slot - 1];
	const ws_time until = time_wait ? endpoint->time_wait_end : info->last_time;
	if (!row->count || (time_wait ? until > row->until : until < row->until))
		row->until = until;
	row->count++;
	if (time_wait && until < hosts->first_end)
		hosts->first_end = until;
}

static int hosts_compare(const void *left, const void *right)
{
	const struct hosts_row *a = left, *b = right;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	if (a->server != b->server)
		return a->server ? -1 : 1; /* a server's port is the one that a restart needs */
	const int order = memcmp(&a->address, &b->address, sizeof(a->address));
	if (order)
		return order;
	if (a->ip_version != b->ip_version || a->port != b->port)
		return a->ip_version != b->ip_version ? a->ip_version - b->ip_version : a->port - b->port;
	return strcmp(a->process ? a->process : "", b->process ? b->process : "");
}

/* All have been counted: what is left is to sort the groups. */
static void begin_to_sort(struct hosts_view *hosts)
{
	slow_sort_begin(&hosts->sort, hosts->made, hosts->used, sizeof(*hosts->made), hosts_compare);
	free(hosts->slots);
	hosts->made = NULL;
	hosts->slots = NULL;
	hosts->slot_count = hosts->used = 0;
	hosts->sorting = true;
}

/* The selection stays on its group. */
static void hosts_finish_walk(struct hosts_view *hosts)
{
	struct hosts_row selected = {.count = 0};
	const size_t kept = hosts->sort.count;
	if (hosts->cursor.selected < hosts->count)
		selected = hosts->rows[hosts->cursor.selected];
	free(hosts->rows);
	hosts->rows = slow_sort_take(&hosts->sort);
	hosts->count = kept;
	hosts->sorting = hosts->walk.running = false;
	for (size_t i = 0; selected.count && i < kept; i++)
		if (same_group(&hosts->rows[i], &selected))
			hosts->cursor.selected = i;
	if (hosts->cursor.selected >= kept)
		hosts->cursor.selected = kept ? kept - 1 : 0;
}

static void hosts_start_walk(struct hosts_view *hosts)
{
	free(hosts->made);
	free(hosts->slots);
	slow_sort_free(&hosts->sort);
	hosts->made = NULL;
	hosts->slots = NULL;
	hosts->sorting = false;
	hosts->slot_count = hosts->used = hosts->rank = 0;
	hosts->first_end = WS_TIME_NEVER;
}

static void hosts_walk(struct hosts_view *hosts, const struct ws_model *model, size_t limit)
{
	const size_t count = ws_tracker_conn_count(model->tracker);
	for (; limit && !hosts->sorting && hosts->rank < count; limit--, hosts->rank++) {
		struct ws_conn_info info;
		if (!ws_tracker_conn(model->tracker, ws_tracker_conn_at(model->tracker, hosts->rank), &info))
			continue;
		count_endpoint(hosts, model, &info, 0);
		count_endpoint(hosts, model, &info, 1);
	}
	if (!hosts->sorting && hosts->rank >= count)
		begin_to_sort(hosts);
	if (hosts->sorting && slow_sort_work(&hosts->sort, limit))
		hosts_finish_walk(hosts);
}

static void hosts_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct hosts_view *hosts = &ui->hosts;
	bool begins;
	(void)elapsed;
	if (!walk_turn(&hosts->walk, model, hosts->first_end <= model->now, ui->clock, &begins))
		return;
	if (begins)
		hosts_start_walk(hosts);
	hosts_walk(hosts, model, SLICE);
	walk_pause(&hosts->walk, ui->clock);
}

static bool hosts_busy(const struct ws_ui *ui)
{
	return ui->hosts.walk.running;
}

static ws_time hosts_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	const ws_time next = walk_next_change(&ui->hosts.walk, model, ui->hosts.first_end <= model->now);
	if (next != WS_TIME_NEVER || !model->running || !ui->hosts.count)
		return next;
	const ws_time left = ui->hosts.first_end - model->now;
	return left < WS_SECOND ? left : WS_SECOND;
}

static void hosts_free(struct ws_ui *ui)
{
	free(ui->hosts.rows);
	free(ui->hosts.made);
	free(ui->hosts.slots);
	slow_sort_free(&ui->hosts.sort);
}

/* ---- Moving */

/* In English, as filters have it. */
static const char *side_word(const struct hosts_row *row)
{
	return row->server ? N_("server") : N_("client");
}

static bool open_group(struct ws_ui *ui, const struct ws_model *model)
{
	const struct hosts_view *hosts = &ui->hosts;
	char filter[400];
	struct ws_text text = WS_TEXT_OVER(filter);
	struct prompt_error error;
	if (hosts->cursor.selected >= hosts->count)
		return false;
	const struct hosts_row *row = &hosts->rows[hosts->cursor.selected];
	ws_text_printf(&text, "%s.address == ", side_word(row));
	ws_text_addr(&text, &row->address, row->ip_version);
	ws_text_printf(&text, " and %s.state == %s and server.port == %u", side_word(row), ws_state_name(row->state),
	               row->port);
	if (row->process && strlen(row->process) < 32 && !strpbrk(row->process, "\"\\")) {
		ws_text_printf(&text, " and %s.process == \"", side_word(row));
		ws_text_clean(&text, row->process, strlen(row->process));
		ws_text_putc(&text, '"');
	}
	if (row->sensor && *row->sensor) {
		ws_text_puts(&text, " and sensor == \"");
		ws_text_clean(&text, row->sensor, strlen(row->sensor));
		ws_text_putc(&text, '"');
	}
	if (!list_show_only(ui, model, ws_text_cstr(&text), &error))
		return false;
	ui_leave(ui);
	return true;
}

static bool hosts_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	if (action == WS_ACT_ENTER)
		return open_group(ui, model);
	ui->hosts.cursor.count = ui->hosts.count;
	return cursor_move(&ui->hosts.cursor, action, table_page(table_visible(ui->rows, HEAD_ROWS, ui->notes)));
}

static bool hosts_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	ui->hosts.cursor.count = ui->hosts.count;
	if (!cursor_click(&ui->hosts.cursor, row - HEAD_ROWS, table_visible(ui->rows, HEAD_ROWS, ui->notes), &again))
		return false;
	return !again || open_group(ui, model);
}

/* The program that listens on the server's port, if the own host's kernel says so. */
static void say_listener(const struct ws_model *model, const struct hosts_row *row, struct ws_text *text)
{
	const struct ws_kernel *kernel = ws_tracker_kernel(model->tracker);
	const struct ws_socket *socket =
	        kernel && row->server ? ws_kernel_listener(kernel, &row->address, row->port, row->ip_version) : NULL;
	struct ws_kernel_owner owner;
	if (!socket)
		return;
	const struct ws_kernel_end listener = {.socket = *socket, .inode = socket->inode};
	ws_kernel_owner_of(kernel, &listener, &owner);
	const struct ws_endpoint_info holder = {.process = owner.process};
	char buffer[96];
	struct ws_text program = WS_TEXT_OVER(buffer);
	if (!ws_process_label(&program, &holder))
		ws_text_puts(&program, _("a program that listens"));
	ws_text_printf(text, _("Port %u is held by %s."), row->port, ws_text_cstr(&program));
	draw_between_sentences(text);
}

static void hosts_notes(const struct hosts_view *hosts, const struct ws_model *model, struct ws_text *text)
{
	if (hosts->cursor.selected >= hosts->count)
		return;
	const struct hosts_row *row = &hosts->rows[hosts->cursor.selected];
	say_listener(model, row, text);
	if (row->state == WS_CLOSE_WAIT) {
		ws_text_puts(text,
		             _("CLOSE_WAIT: the other side has closed, but the program here has not called close(). "
		               "No timer ends that; if the number grows, the program leaks sockets."));
		return;
	}
	char buffer[32];
	struct ws_text time = WS_TEXT_OVER(buffer);
	draw_seconds(&time, row->until - model->now);
	ws_text_puts(text, _("TIME_WAIT: this side closed first and waits for late segments."));
	draw_between_sentences(text);
	if (row->server)
		ws_text_printf(
		        text,
		        _("bind() to port %u fails for %s more, unless SO_REUSEADDR is set, on the new socket and on "
		          "the old one: TIME_WAIT keeps the option that its socket had."),
		        row->port, ws_text_cstr(&time));
	else
		ws_text_printf(text,
		               _("bind() to the client's port fails for %s more, unless SO_REUSEADDR is set, on the "
		                 "new socket "
		                 "and on the old one: TIME_WAIT keeps the option that its socket had."),
		               ws_text_cstr(&time));
}

static void hosts_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct hosts_view *hosts = &ui->hosts;
	if (hosts->walk.generation != model->generation) { /* the first part of the new snapshot is shown at once */
		walk_begin(&hosts->walk, model);
		hosts_start_walk(hosts);
		hosts->count = 0;
		hosts_walk(hosts, model, ui->clock ? SLICE : SIZE_MAX); /* without ticks to come, all of it */
	}
	char buffer[768] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	cursor_fit(&hosts->cursor, hosts->count, table_visible(ui->rows, HEAD_ROWS, ui->notes));
	hosts_notes(hosts, model, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, HEAD_ROWS, hosts->count, ws_text_cstr(&notes));
	cursor_fit(&hosts->cursor, hosts->count, table_visible(ui->rows, HEAD_ROWS, ui->notes));
}

/* ---- Drawing */

/* A client's own port is another one in each connection, so its row has the server's port. */
static void say_address(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text,
                        const struct hosts_row *host, int width)
{
	enum ws_name_source source;
	const char *name = ws_tracker_host_name(model->tracker, &host->address, host->ip_version, &source);
	if (name && ui_shows_names(ui)) {
		draw_host(text, name, source, host->server ? host->port : 0, width - (host->server ? 0 : 14));
		if (!host->server) /* TRANSLATORS: after a client's address: the server's port */
			ws_text_printf(text, _(" to port %u"), host->port);
		return;
	}
	if (host->server) {
		ws_text_endpoint(text, &host->address, host->ip_version, host->port);
		return;
	}
	ws_text_addr(text, &host->address, host->ip_version);
	ws_text_printf(text, _(" to port %u"), host->port);
}

static void draw_row(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                     const struct hosts_row *host)
{
	const bool wide = canvas->columns >= 60;
	const int limit = canvas->columns - 1, address = 29, words = address + (canvas->columns >= 100 ? 41 : 29);
	char buffer[96];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_u64(&text, host->count);
	draw_right(canvas, row, 2, 10, WS_STYLE_NORMAL, ws_text_cstr(&text));
	draw_cut(canvas, row, 11, 21, draw_state_style(host->state), ws_state_name(host->state));
	draw_cut(canvas, row, 22, 28, host->server ? WS_STYLE_SERVER : WS_STYLE_CLIENT, _(side_word(host)));
	char of_process[40] = "";
	struct ws_text process = WS_TEXT_OVER(of_process);
	if (host->process) {
		ws_text_puts(&process, "  ");
		ws_text_clean(&process, host->process, strlen(host->process));
	}
	text.length = 0;
	say_address(ui, model, &text, host, words - address - 2 - ws_columns(ws_text_cstr(&process)));
	ws_text_puts(&text, ws_text_cstr(&process));
	int end = draw_cut(canvas, row, address, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	const bool time_wait = host->state == WS_TIME_WAIT;
	const ws_time lasts = time_wait ? host->until - model->now : model->now - host->until;
	if (!wide || end + 1 > limit - 12 || lasts <= 0)
		return;
	char seconds[32];
	struct ws_text time = WS_TEXT_OVER(seconds);
	draw_seconds(&time, lasts);
	const char *format = time_wait         ? host->count > 1 ? _("the last ends in %s") : _("ends in %s")
	                             : host->count > 1 ? _("idle for up to %s")
	                                       : _("idle for %s");
	text.length = 0;
	ws_text_printf(&text, format, ws_text_cstr(&time));
	if (host->sensor && *host->sensor) {
		char name[64];
		struct ws_text clean = WS_TEXT_OVER(name);
		ws_text_clean(&clean, host->sensor, strlen(host->sensor));
		/* TRANSLATORS: at this sensor */
		ws_text_printf(&text, _(" at %s"), ws_text_cstr(&clean));
	}
	const int start = end + 2 > words ? end + 2 : words;
	if (start + ws_columns(ws_text_cstr(&text)) <= limit) /* the notes below say it of the selected one */
		ws_canvas_text(canvas, row, start, limit, WS_STYLE_DIM, ws_text_cstr(&text));
}

static void draw_heads(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct hosts_view *hosts = &ui->hosts;
	const int limit = canvas->columns - 1;
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	table_title_of(canvas, _("Hosts in TIME_WAIT and CLOSE_WAIT"), "", "", ui->several ? model->source : NULL);
	int column = 1;
	for (enum ws_state state = WS_CLOSE_WAIT; state <= WS_TIME_WAIT; state += WS_TIME_WAIT - WS_CLOSE_WAIT)
		column = ws_canvas_printf(canvas, 1, column, limit, draw_state_style(state), "%s %llu",
		                          ws_state_name(state), (unsigned long long)stats.state[state]) +
		         2;
	if (hosts->walk.running)
		draw_right(canvas, 1, column, limit, WS_STYLE_DIM, _("counting"));
	draw_right(canvas, 2, 2, 10, WS_STYLE_DIM, _("COUNT"));
	ws_canvas_text(canvas, 2, 11, limit, WS_STYLE_DIM, _("STATE"));
	ws_canvas_text(canvas, 2, 22, limit, WS_STYLE_DIM, _("SIDE"));
	ws_canvas_text(canvas, 2, 29, limit, WS_STYLE_DIM, _("ADDRESS AND SERVER'S PORT"));
	draw_rule(canvas, 3);
}

static void hosts_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct hosts_view *hosts = &ui->hosts;
	const int bottom = HEAD_ROWS + table_visible(canvas->rows, HEAD_ROWS, ui->notes);
	char buffer[768] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	draw_heads(ui, model, canvas);
	for (size_t i = hosts->cursor.top; i < hosts->count; i++) {
		const int row = HEAD_ROWS + (int)(i - hosts->cursor.top);
		if (row >= bottom)
			break;
		draw_row(ui, model, canvas, row, &hosts->rows[i]);
		if (i == hosts->cursor.selected)
			table_mark(canvas, row);
	}
	if (!hosts->count && !hosts->walk.running)
		draw_cut(canvas, HEAD_ROWS, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         _("No endpoint is in TIME_WAIT or CLOSE_WAIT now."));
	hosts_notes(hosts, model, &notes);
	table_foot(canvas, bottom, &hosts->cursor, ws_text_cstr(&notes));
}

static const struct screen_key hosts_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("list of these")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops hosts_screen = {
        .free = hosts_free,
        .layout = hosts_layout,
        .draw = hosts_draw,
        .act = hosts_act,
        .click = hosts_click,
        .tick = hosts_tick,
        .busy = hosts_busy,
        .next_change = hosts_next_change,
        .keys = hosts_keys,
        .key_count = WS_ARRAY_SIZE(hosts_keys),
};
