/* The columns that say what the own host's kernel says of a connection's ends. They are absent where it was not asked.
 * `index` is twice the column's number, plus 1 where it is the server's. */
#include "output/columns.h"

#include <wirestate/kernel.h>

static const struct ws_kernel_end *kernel_end(const struct subject *s, unsigned index, struct value *v)
{
	v->kind = VALUE_ABSENT;
	return conn_side(s, index & 1)->kernel;
}

void kernel_state(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_kernel_end *end = kernel_end(s, index, v);
	/* A state from before the latest segment may no longer be true. */
	if (end && end->state < WS_STATE_COUNT && end->socket.asked >= s->conn->last_time)
		set_string(v, ws_state_name((enum ws_state)end->state));
}

void kernel_timer(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_kernel_end *end = kernel_end(s, index, v);
	if (end && end->socket.state)
		set_string(v, ws_socket_timer_name(end->socket.timer));
}

void kernel_number(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_kernel_end *end = kernel_end(s, index, v);
	if (!end)
		return;
	const struct ws_socket *socket = &end->socket;
	const uint32_t numbers[] = {[KERNEL_SEND_QUEUE] = socket->send_queue,
	                            [KERNEL_RECEIVE_QUEUE] = socket->receive_queue,
	                            [KERNEL_RETRANSMISSIONS] = socket->retransmissions,
	                            [KERNEL_CONGESTION_WINDOW] = socket->congestion_window,
	                            [KERNEL_UID] = socket->uid};
	const bool known[] = {[KERNEL_SEND_QUEUE] = socket->state,
	                      [KERNEL_RECEIVE_QUEUE] = socket->state,
	                      [KERNEL_RETRANSMISSIONS] = socket->has_info,
	                      [KERNEL_CONGESTION_WINDOW] = socket->has_info,
	                      [KERNEL_UID] = socket->has_owner};
	if (known[index / 2])
		set_number(v, numbers[index / 2]);
}

void kernel_time(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_kernel_end *end = kernel_end(s, index, v);
	if (!end)
		return;
	const struct ws_socket *socket = &end->socket;
	const ws_time times[] = {[KERNEL_EXPIRES] = (ws_time)socket->expires * WS_MILLISECOND,
	                         [KERNEL_RTT] = socket->rtt,
	                         [KERNEL_BUSY] = socket->busy,
	                         [KERNEL_WINDOW_LIMITED] = socket->window_limited,
	                         [KERNEL_BUFFER_LIMITED] = socket->send_buffer_limited};
	const bool known[] = {[KERNEL_EXPIRES] = socket->state && socket->timer,
	                      [KERNEL_RTT] = socket->has_info && socket->rtt,
	                      [KERNEL_BUSY] = socket->has_info,
	                      [KERNEL_WINDOW_LIMITED] = socket->has_info,
	                      [KERNEL_BUFFER_LIMITED] = socket->has_info};
	if (known[index / 2])
		set_time(v, times[index / 2]);
}

void kernel_owner(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_endpoint_info *side = conn_side(s, index & 1);
	const char *const texts[] = {
	        [KERNEL_USER] = side->user, [KERNEL_SERVICE] = side->service, [KERNEL_CONTAINER] = side->container};
	v->kind = VALUE_ABSENT;
	if (texts[index / 2])
		set_foreign(v, texts[index / 2], strlen(texts[index / 2]));
}
