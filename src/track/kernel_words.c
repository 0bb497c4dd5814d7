/* What the own host's kernel knows of a connection and its packets do not show, in words. */
#include <wirestate/kernel.h>
#include <wirestate/language.h>

#define TIMER_SLACK (1500 * WS_MILLISECOND)

static const char *side_name(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? C_("side of a connection", "client")
	                                                 : C_("side of a connection", "server");
}

static bool has_closed(unsigned state)
{
	return state == WS_FIN_WAIT_1 || state == WS_FIN_WAIT_2 || state == WS_CLOSING || state == WS_LAST_ACK;
}

/* The segments do not have its FIN yet. */
static bool is_before_fin(unsigned state)
{
	return state == WS_ESTABLISHED || state == WS_CLOSE_WAIT || state == WS_SYN_RECEIVED;
}

static void separate(struct ws_text *text, size_t start)
{
	if (text->length > start)
		ws_text_puts(text, _("; "));
}

static void say_queued_fin(struct ws_text *text, const struct ws_conn_info *info, unsigned i)
{
	const struct ws_socket *socket = &info->endpoint[i].kernel->socket;
	const struct ws_endpoint_info *peer = &info->endpoint[1 - i];
	const bool full = peer->sent_any && !peer->window;
	const char *peer_name = side_name(info, 1 - i);
	char label[512];
	struct ws_text program = WS_TEXT_OVER(label);
	if (!ws_process_label(&program, &info->endpoint[i]))
		ws_text_parts(&program, _("the %s's program"), side_name(info, i));
	const char *name = ws_text_cstr(&program);
	/* TRANSLATORS: in these four, the first part is "nginx[812]" or "the server's program". */
	if (socket->send_queue > 1 && full)
		ws_text_printf(
		        text,
		        _("%1$s has closed, and %2$u bytes have to go before its FIN, since the %3$s's window is 0"),
		        name, socket->send_queue - 1, peer_name);
	else if (socket->send_queue > 1)
		ws_text_printf(text, _("%1$s has closed, and %2$u bytes have to go before its FIN"), name,
		               socket->send_queue - 1);
	else if (full)
		ws_text_parts(text, _("%1$s has closed, since the %2$s's window is 0"), name, peer_name);
	else
		ws_text_parts(text, _("%s has closed"), name);
}

static bool is_full(const struct ws_socket *listener)
{
	return listener && listener->receive_queue > listener->send_queue;
}

/* The kernel is not as far as the segments are. */
static void say_opening(struct ws_text *text, const struct ws_kernel *kernel, const struct ws_conn_info *info,
                        unsigned i)
{
	const struct ws_endpoint_info *e = &info->endpoint[i];
	const struct ws_socket *listener = ws_kernel_listener(kernel, &e->address, e->port, info->ip_version);
	const bool full = is_full(listener),
	           behind = e->kernel->state == WS_SYN_RECEIVED && e->state != WS_SYN_RECEIVED;
	const char *self = side_name(info, i);
	if (behind && full)
		ws_text_printf(
		        text,
		        _("the %1$s's kernel is still in SYN_RECEIVED: %2$u of %3$u wait for accept(): the accept "
		          "queue is full"),
		        self, listener->receive_queue, listener->send_queue);
	else if (behind)
		ws_text_parts(
		        text,
		        _("the %s's kernel is still in SYN_RECEIVED: the ACK has not come, or it accepts only when data "
		          "comes"),
		        self);
	else if (full)
		ws_text_printf(
		        text,
		        _("the %1$s's kernel has no socket for it: %2$u of %3$u wait for accept(): the accept queue is full"),
		        self, listener->receive_queue, listener->send_queue);
	else if (e->state == WS_SYN_RECEIVED)
		ws_text_parts(text,
		              _("the %s's kernel has no socket for it: it answered with a SYN cookie, or has given up"),
		              self);
	else
		ws_text_parts(text, _("the %s's kernel has no socket for it"), self);
}

/* TIME_WAIT is said only where it lasts longer or shorter than is shown. */
static bool say_time_left(struct ws_text *text, const struct ws_conn_info *info, unsigned i)
{
	const struct ws_endpoint_info *e = &info->endpoint[i];
	const struct ws_socket *socket = &e->kernel->socket;
	const ws_time left = (ws_time)socket->expires * WS_MILLISECOND, off = socket->asked + left - e->time_wait_end;
	if (!socket->state || socket->timer != WS_TIMER_TIME_WAIT ||
	    (e->kernel->state == WS_TIME_WAIT && e->time_wait_end && off > -TIMER_SLACK && off < TIMER_SLACK))
		return false;
	const char *state = ws_state_name((enum ws_state)e->kernel->state);
	ws_text_printf(text, _("the kernel ends %1$s in %2$.1f s"), state, (double)left / (double)WS_SECOND);
	return true;
}

/* The peer's FIN counts like a byte in the queue. */
uint32_t ws_kernel_unread(const struct ws_kernel_end *end)
{
	return end->socket.receive_queue - (end->state == WS_CLOSE_WAIT && end->socket.receive_queue);
}

void ws_kernel_words(struct ws_text *text, const struct ws_kernel *kernel, const struct ws_conn_info *info,
                     unsigned endpoint)
{
	const struct ws_endpoint_info *e = &info->endpoint[endpoint];
	const struct ws_kernel_end *end = e->kernel;
	const size_t start = text->length;
	if (ws_kernel_agreement(info, endpoint) == WS_AGREEMENT_UNKNOWN)
		return;
	const bool opening = endpoint != (unsigned)info->likely_client &&
	                     (e->state == WS_SYN_RECEIVED || e->state == WS_ESTABLISHED);
	if (opening && (end->state == WS_CLOSED || (end->state == WS_SYN_RECEIVED && e->state == WS_ESTABLISHED)))
		say_opening(text, kernel, info, endpoint);
	else if (has_closed(end->state) && is_before_fin(e->state))
		say_queued_fin(text, info, endpoint);
	else if (end->socket.has_owner && !end->inode && (end->state == WS_ESTABLISHED || end->state == WS_CLOSE_WAIT))
		ws_text_parts(text, _("the %s's program has not accepted it yet"), side_name(info, endpoint));
	if (has_closed(end->state) && end->socket.has_owner && !end->socket.inode &&
	    end->socket.timer != WS_TIMER_TIME_WAIT) {
		separate(text, start);
		ws_text_parts(text, _("no program has the %s's socket any more (it is an orphan)"),
		              side_name(info, endpoint));
	}
	size_t before = text->length;
	separate(text, start);
	if (!say_time_left(text, info, endpoint))
		text->length = before;
	const bool reads = end->state == WS_ESTABLISHED || end->state == WS_CLOSE_WAIT || end->state == WS_FIN_WAIT_2;
	const uint32_t bytes = ws_kernel_unread(end);
	if (reads && end->socket.receive_queue) {
		separate(text, start);
		if (bytes)
			ws_text_printf(text,
			               ws_translate_plural("%1$u byte wait until the %2$s's program reads",
			                                   "%1$u bytes wait until the %2$s's program reads", bytes),
			               bytes, side_name(info, endpoint));
		else
			ws_text_parts(text, _("the %1$s's program has not read that the %2$s has closed"),
			              side_name(info, endpoint), side_name(info, 1 - endpoint));
	}
}
