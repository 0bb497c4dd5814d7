/* Items almost always come in order, so each one is put at the end of the ring and moved forward as far as needed. */
#include "relay/order.h"

static struct relay_item *item_at(struct relay_order *order, size_t index)
{
	return &order->item[(order->first + index) % ORDER_MOST];
}

bool relay_order_full(const struct relay_order *order)
{
	return order->count == ORDER_MOST;
}

/* A line that comes again fills a gap, unless it was taken before: then only its acknowledgment was lost. */
static void count_missing(struct relay_order *order, const struct relay_item *item, ws_time now)
{
	if (order->delivery && item->delivery > order->delivery + 1) {
		if (!order->missing)
			order->since = now;
		order->missing += item->delivery - order->delivery - 1;
	}
	order->delivery = item->delivery;
	if (item->again && item->position > order->taken && order->missing)
		order->missing--;
}

void relay_order_put(struct relay_order *order, const struct relay_item *item, ws_time now)
{
	count_missing(order, item, now);
	size_t index = order->count++;
	for (; index && item_at(order, index - 1)->position > item->position; index--)
		*item_at(order, index) = *item_at(order, index - 1);
	*item_at(order, index) = *item;
}

const struct relay_item *relay_order_peek(struct relay_order *order, ws_time now, ws_time patience)
{
	if (!order->count)
		return NULL;
	if (order->missing && !relay_order_full(order)) {
		if (now - order->since < patience)
			return NULL;
		order->missing = 0;
	}
	return item_at(order, 0);
}

void relay_order_take(struct relay_order *order)
{
	const struct relay_item *item = item_at(order, 0);
	order->taken = item->position > order->taken ? item->position : order->taken;
	order->first = (order->first + 1) % ORDER_MOST;
	order->count--;
}
