/* For live captures on the own host: what its kernel says beside what is inferred, see wirestate/kernel.h. */
#include "scene/lifelines/lifelines.h"

#include <wirestate/kernel.h>
#include <wirestate/language.h>

#include <string.h>

/* The newest state is shown, and no earlier step of the replay. */
static bool is_now(const struct layout *layout)
{
	return layout->arrived && !layout->has_next && !layout->model->past;
}

static void say_size(struct ws_text *text, uint32_t bytes)
{
	if (bytes < 10000)
		ws_text_printf(text, "%u", bytes);
	else if (bytes < 1024 * 1024)
		ws_text_printf(text, "%u K", bytes / 1024);
	else
		ws_text_printf(text, "%.1f M", (double)bytes / (1024 * 1024));
}

__attribute__((format(printf, 2, 0))) static void say_queue(struct ws_text *text, const char *format, uint32_t bytes)
{
	char buffer[16];
	struct ws_text size = WS_TEXT_OVER(buffer);
	say_size(&size, bytes);
	ws_text_printf(text, format, ws_text_cstr(&size));
}

/* What there is to say beside the state, the most telling first. */
static void say_figures(const struct layout *layout, int endpoint, struct ws_text *text)
{
	const struct ws_socket *socket = &layout->info.endpoint[endpoint].kernel->socket;
	if (!socket->state)
		return;
	if (socket->timer == WS_TIMER_TIME_WAIT) {
		const ws_time gone = layout->model->now - socket->asked;
		const ws_time left = (ws_time)socket->expires * WS_MILLISECOND - (gone > 0 ? gone : 0);
		ws_text_printf(text, _(" · %.0f s left"), left > 0 ? (double)left / (double)WS_SECOND : 0);
		return;
	}
	if (socket->send_queue) {
		say_queue(text, _(" · send-q %s"), socket->send_queue);
	}
	if (ws_kernel_unread(layout->info.endpoint[endpoint].kernel)) {
		say_queue(text, _(" · recv-q %s"), ws_kernel_unread(layout->info.endpoint[endpoint].kernel));
	}
}

bool host_kernel(const struct layout *layout, int endpoint, struct ws_text *text, enum ws_style *style)
{
	const struct ws_kernel_end *end = layout->info.endpoint[endpoint].kernel;
	if (!end || end->state >= WS_STATE_COUNT)
		return false;
	const bool now = is_now(layout);
	const ws_time moment = layout->has_next ? layout->next.input.time : layout->time;
	const unsigned state = now ? end->state : ws_kernel_state_at(end, moment);
	if (state >= WS_STATE_COUNT)
		return false;
	ws_text_printf(text, _("kernel %s"), ws_state_name((enum ws_state)state));
	if (now)
		say_figures(layout, endpoint, text);
	if (state == layout->state[endpoint] || (layout->state[endpoint] == WS_LISTEN && state == WS_CLOSED))
		*style = WS_STYLE_GOOD;
	else if (layout->certainty[endpoint] != WS_CONFIRMED || (now && end->socket.asked < layout->info.last_time))
		*style = WS_STYLE_WARN;
	else
		*style = WS_STYLE_BAD;
	return true;
}

__attribute__((format(printf, 2, 0))) static void say_part(struct ws_text *text, const char *format, const char *name)
{
	char buffer[128];
	struct ws_text clean = WS_TEXT_OVER(buffer);
	if (!name)
		return;
	ws_text_clean(&clean, name, strlen(name));
	ws_text_printf(text, format, ws_text_cstr(&clean));
}

/* Whose a socket is: "the server is nginx[812] of nginx.service, user www-data". */
static void say_owner(const struct layout *layout, int endpoint, struct ws_text *text)
{
	const struct ws_endpoint_info *e = &layout->info.endpoint[endpoint];
	char buffer[64];
	struct ws_text program = WS_TEXT_OVER(buffer);
	const bool known = ws_process_label(&program, e);
	if (!known && !e->service && !e->container)
		return;
	/* TRANSLATORS: this and the following three parts make a sentence, such as "the server is nginx[812] of
	 * nginx.service in the container web, user www-data"; each of the three may be missing. */
	ws_text_printf(text, _("the %s is %s"), layout_name(layout, endpoint),
	               known ? ws_text_cstr(&program) : _("a program"));
	say_part(text, _(" of %s"), e->service);
	say_part(text, _(" in the container %s"), e->container);
	say_part(text, _(", user %s"), e->user);
}

void host_text(const struct layout *layout, struct ws_text *text)
{
	const struct ws_kernel *kernel = ws_tracker_kernel(layout->model->tracker);
	if (!kernel || !is_now(layout))
		return;
	for (int part = 0; part < 4; part++) {
		const int endpoint = part & 1 ? !layout->left : layout->left;
		const size_t before = text->length;
		if (before)
			ws_text_puts(text, _("; "));
		const size_t start = text->length;
		if (part < 2)
			ws_kernel_words(text, kernel, &layout->info, (unsigned)endpoint);
		else
			say_owner(layout, endpoint, text);
		if (text->length == start)
			text->length = before;
	}
	if (text->length)
		ws_text_puts(text, _("."));
}
