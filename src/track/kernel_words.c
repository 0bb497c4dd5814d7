/* What the own host's kernel knows of a connection and its packets do not show, in words. */
#include <wirestate/kernel.h>

#define TIMER_SLACK (1500 * WS_MILLISECOND)

static const char *side_name(const struct ws_conn_info *info, unsigned endpoint)
{
	return (unsigned)info->likely_client == endpoint ? "client" : "server";
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
		ws_text_puts(text, "; ");
}

static void say_queued_fin(struct ws_text *text, const struct ws_conn_info *info, unsigned i)
{
	const struct ws_socket *socket = &info->endpoint[i].kernel->socket;
	const struct ws_endpoint_info *peer = &info->endpoint[1 - i];
	if (!ws_process_label(text, &info->endpoint[i]))
		ws_text_printf(text, "the %s's program", side_name(info, i));
	ws_text_puts(text, " has closed");
	if (socket->send_queue > 1)
		ws_text_printf(text, ", and %u bytes have to go before its FIN", socket->send_queue - 1);
	if (peer->sent_any && !peer->window)
		ws_text_printf(text, ", since the %s's window is 0", side_name(info, 1 - i));
}

static void say_accept_queue(struct ws_text *text, const struct ws_socket *listener)
{
	ws_text_printf(text, "%u of %u wait for accept()", listener->receive_queue, listener->send_queue);
	if (listener->receive_queue > listener->send_queue)
		ws_text_puts(text, ": the accept queue is full");
}

/* The kernel is not as far as the segments are. */
static void say_opening(struct ws_text *text, const struct ws_kernel *kernel, const struct ws_conn_info *info,
                        unsigned i)
{
	const struct ws_endpoint_info *e = &info->endpoint[i];
	const struct ws_socket *listener = ws_kernel_listener(kernel, &e->address, e->port, info->ip_version);
	const bool full = listener && listener->receive_queue > listener->send_queue;
	if (e->kernel->state == WS_SYN_RECEIVED && e->state != WS_SYN_RECEIVED) {
		ws_text_printf(text, "the %s's kernel is still in SYN_RECEIVED: ", side_name(info, i));
		if (full)
			say_accept_queue(text, listener);
		else
			ws_text_puts(text, "the ACK has not come, or it accepts only when data comes");
	} else {
		ws_text_printf(text, "the %s's kernel has no socket for it", side_name(info, i));
		if (full) {
			ws_text_puts(text, ": ");
			say_accept_queue(text, listener);
		} else if (e->state == WS_SYN_RECEIVED) {
			ws_text_puts(text, ": it answered with a SYN cookie, or has given up");
		}
	}
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
	ws_text_printf(text, "the kernel ends %s in %.1f s", state, (double)left / (double)WS_SECOND);
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
		ws_text_printf(text, "the %s's program has not accepted it yet", side_name(info, endpoint));
	if (has_closed(end->state) && end->socket.has_owner && !end->socket.inode &&
	    end->socket.timer != WS_TIMER_TIME_WAIT) {
		separate(text, start);
		ws_text_printf(text, "no program has the %s's socket any more (it is an orphan)",
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
			ws_text_printf(text, "%u byte%s wait until the %s's program reads", bytes, bytes == 1 ? "" : "s",
			               side_name(info, endpoint));
		else
			ws_text_printf(text, "the %s's program has not read that the %s has closed", side_name(info, endpoint),
			               side_name(info, 1 - endpoint));
	}
}
