/* Lines of records on their way between hosts: what is read of them, what a full queue gives up, what is passed on
 * once, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relay/line.h"
#include "relay/order.h"
#include "relay/queue.h"
#include "relay/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRANSITION "{\"type\":\"transition\",\"conn\":1}"
#define CONNECTION "{\"type\":\"connection\",\"conn\":1,\"verdict_tag\":\"CLOSED\"}"
#define UNANSWERED "{\"type\":\"connection\",\"conn\":2,\"verdict_tag\":\"SILENT\"}"
#define STATS "{\"type\":\"stats\"}"

static enum relay_kind kind_of(const char *line)
{
	return relay_line_kind(line, strlen(line));
}

static void test_kinds(void **state)
{
	(void)state;
	assert_int_equal(kind_of(TRANSITION), RELAY_TRANSITION);
	assert_int_equal(kind_of(CONNECTION), RELAY_CONNECTION);
	assert_int_equal(kind_of(STATS), RELAY_STATS);
	assert_int_equal(kind_of("{\"type\":\"packet\",\"frame\":1}"), RELAY_OTHER);
	assert_int_equal(kind_of("{\"type\":\"transitions\"}"), RELAY_OTHER);
	static const char *const garbage[] = {"",
	                                      "{",
	                                      "{}",
	                                      "[1]",
	                                      "{\"type\":\"connection\"",
	                                      "{\"type\":\"connection",
	                                      "connection}",
	                                      " {\"type\":\"stats\"}",
	                                      "{\"conn\":1,\"type\":\"stats\"}"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(garbage); i++)
		assert_int_equal(kind_of(garbage[i]), RELAY_GARBAGE);
	assert_int_equal(relay_line_kind("{\"type\":\"stats\",\0}", 17), RELAY_GARBAGE);
	char *long_line = malloc(RELAY_LINE_MOST + 2);
	memset(long_line, ' ', RELAY_LINE_MOST + 1);
	memcpy(long_line, "{\"type\":\"stats\",", 16);
	long_line[RELAY_LINE_MOST] = '}';
	assert_int_equal(relay_line_kind(long_line, RELAY_LINE_MOST + 1), RELAY_GARBAGE);
	long_line[RELAY_LINE_MOST - 1] = '}';
	assert_int_equal(relay_line_kind(long_line, RELAY_LINE_MOST), RELAY_STATS);
	free(long_line);
}

static void test_classes(void **state)
{
	(void)state;
	assert_int_equal(relay_line_class(RELAY_TRANSITION, TRANSITION, strlen(TRANSITION)), RELAY_SHED_STEPS);
	assert_int_equal(relay_line_class(RELAY_CONNECTION, UNANSWERED, strlen(UNANSWERED)), RELAY_SHED_UNANSWERED);
	assert_int_equal(relay_line_class(RELAY_CONNECTION, CONNECTION, strlen(CONNECTION)), RELAY_SHED_OTHERS);
	assert_int_equal(relay_line_class(RELAY_STATS, STATS, strlen(STATS)), RELAY_SHED_OTHERS);
}

static void test_names(void **state)
{
	char name[RELAY_NAME_MOST + 1], most[RELAY_NAME_MOST + 2];
	(void)state;
	relay_name_clean(name, "web-1.example.com");
	assert_string_equal(name, "web-1-example-com");
	assert_true(relay_name_valid("web-1_B"));
	assert_false(relay_name_valid(""));
	assert_false(relay_name_valid("a.b"));
	assert_false(relay_name_valid("a>"));
	memset(most, 'a', sizeof(most));
	most[RELAY_NAME_MOST + 1] = '\0';
	assert_false(relay_name_valid(most));
	most[RELAY_NAME_MOST] = '\0';
	assert_true(relay_name_valid(most));
	relay_name_clean(name, "");
	assert_string_equal(name, "");
}

static void test_identification(void **state)
{
	struct relay_id id = {"alpha", "19-ab", 18446744073709ULL}, read;
	char line[sizeof(CONNECTION) + RELAY_ADDED_MOST];
	(void)state;
	const size_t length = relay_line_add(line, CONNECTION, strlen(CONNECTION), &id);
	assert_int_equal(kind_of(CONNECTION), relay_line_kind(line, length));
	assert_true(relay_line_id(line, length, &read));
	assert_string_equal(read.sensor, id.sensor);
	assert_string_equal(read.boot, id.boot);
	assert_int_equal(read.sequence, id.sequence);
	/* The longest names fit, too. */
	memset(id.sensor, 's', RELAY_NAME_MOST);
	memset(id.boot, 'b', RELAY_NAME_MOST);
	id.sequence = 9999999999999999999ULL;
	assert_true(relay_line_add(line, CONNECTION, strlen(CONNECTION), &id) < sizeof(line));
	static const char *const without[] = {"",
	                                      "}",
	                                      CONNECTION,
	                                      "{\"type\":\"stats\",\"sensor\":\"a\",\"boot\":\"b\",\"seq\":}",
	                                      "{\"type\":\"stats\",\"sensor\":\"a\",\"boot\":\"b\",\"seq\":1x}",
	                                      "{\"type\":\"stats\",\"sensor\":\"a\",\"boot\":\"b\",\"seq\":1}}",
	                                      "{\"type\":\"stats\",\"sensor\":\"a.b\",\"boot\":\"b\",\"seq\":1}",
	                                      "{\"type\":\"stats\",\"sensor\":\"\",\"boot\":\"b\",\"seq\":1}",
	                                      "{\"type\":\"stats\",\"sensor\":\"a\",\"boot\":\""};
	for (size_t i = 0; i < WS_ARRAY_SIZE(without); i++)
		assert_false(relay_line_id(without[i], strlen(without[i]), &read));
	/* A text inside the record that looks like it does not count. */
	static const char twice[] =
	        "{\"type\":\"stats\",\"sensor\":\"x\",\"boot\":\"y\",\"seq\":1,\"a\":2,\"sensor\":\"a\",\"boot\":\"b\",\"seq\":7}";
	assert_true(relay_line_id(twice, strlen(twice), &read));
	assert_int_equal(read.sequence, 7);
}

static void push(struct relay_queue *queue, const char *line)
{
	relay_queue_push(queue, kind_of(line), line, strlen(line));
}

static void test_queue_order(void **state)
{
	static const char *const lines[] = {CONNECTION, TRANSITION, UNANSWERED, STATS, TRANSITION};
	struct relay_queue queue;
	struct relay_entry *entry;
	(void)state;
	relay_queue_init(&queue, 1 << 20);
	for (size_t i = 0; i < WS_ARRAY_SIZE(lines); i++)
		push(&queue, lines[i]);
	for (size_t i = 0; i < WS_ARRAY_SIZE(lines); i++) {
		assert_non_null(entry = relay_queue_pop(&queue));
		assert_int_equal(entry->length, strlen(lines[i]));
		assert_memory_equal(entry->line, lines[i], entry->length);
		free(entry);
	}
	assert_null(relay_queue_pop(&queue));
	assert_int_equal(queue.bytes, 0);
}

/* A full queue gives up transitions first, then what was not answered, and connections last; the bound always holds. */
static void test_queue_sheds(void **state)
{
	enum { EACH = 100, MOST = 20000 };
	struct relay_queue queue;
	(void)state;
	relay_queue_init(&queue, MOST);
	for (int i = 0; i < EACH; i++) {
		push(&queue, TRANSITION);
		push(&queue, UNANSWERED);
	}
	assert_true(queue.bytes <= MOST);
	assert_int_equal(queue.shed[RELAY_SHED_STEPS] + queue.shed[RELAY_SHED_UNANSWERED], 0);
	for (int i = 0; i < 3 * EACH; i++) {
		push(&queue, CONNECTION);
		assert_true(queue.bytes <= MOST);
		if (queue.shed[RELAY_SHED_UNANSWERED])
			assert_int_equal(queue.shed[RELAY_SHED_STEPS], EACH);
		if (queue.shed[RELAY_SHED_OTHERS])
			assert_int_equal(queue.shed[RELAY_SHED_UNANSWERED], EACH);
	}
	assert_true(queue.shed[RELAY_SHED_OTHERS] > 0);
	assert_int_equal(queue.count, 3 * EACH - queue.shed[RELAY_SHED_OTHERS]);
	const uint64_t before = queue.shed[RELAY_SHED_STEPS];
	push(&queue, TRANSITION);
	push(&queue, CONNECTION);
	assert_int_equal(queue.shed[RELAY_SHED_STEPS], before + 1);
	relay_queue_free(&queue);
	assert_int_equal(queue.count, 0);
}

static bool first(struct relay_seen *seen, const char *sensor, const char *boot, uint64_t sequence)
{
	struct relay_id id = {.sequence = sequence};
	snprintf(id.sensor, sizeof(id.sensor), "%s", sensor);
	snprintf(id.boot, sizeof(id.boot), "%s", boot);
	return relay_seen_first(seen, &id);
}

static void test_seen(void **state)
{
	struct relay_seen *seen = relay_seen_new();
	(void)state;
	for (uint64_t i = 1; i < 100000; i++)
		assert_true(first(seen, "a", "1", i));
	for (uint64_t i = 1; i < 100000; i++)
		assert_false(first(seen, "a", "1", i));
	assert_true(first(seen, "a", "2", 1));
	assert_true(first(seen, "b", "1", 1));
	/* Late ones are let through, as long as they can be told from those that came. */
	assert_true(first(seen, "a", "1", SEEN_WINDOW));
	assert_true(first(seen, "a", "1", 200000));
	assert_false(first(seen, "a", "1", 200000));
	assert_true(first(seen, "a", "1", UINT64_C(10) * SEEN_WINDOW));
	assert_false(first(seen, "a", "1", 200001));
	/* So many runs that the least recent is forgotten. */
	for (int i = 0; i < SEEN_RUNS_MOST; i++) {
		char boot[16];
		snprintf(boot, sizeof(boot), "r%d", i);
		assert_true(first(seen, "c", boot, 1));
	}
	assert_true(first(seen, "b", "1", 1));
	relay_seen_free(seen);
}

static void put(struct relay_order *order, uint64_t position, uint64_t delivery, bool again, ws_time now)
{
	const struct relay_item item = {.position = position, .delivery = delivery, .again = again};
	relay_order_put(order, &item, now);
}

static uint64_t take(struct relay_order *order, ws_time now)
{
	const struct relay_item *item = relay_order_peek(order, now, 100);
	const uint64_t position = item ? item->position : 0;
	if (item)
		relay_order_take(order);
	return position;
}

static void test_order(void **state)
{
	struct relay_order *order = calloc(1, sizeof(*order));
	(void)state;
	put(order, 10, 1, false, 0);
	put(order, 12, 2, false, 0); /* positions have gaps, where other consumers' lines are */
	assert_int_equal(take(order, 0), 10);
	assert_int_equal(take(order, 0), 12);
	assert_int_equal(take(order, 0), 0);
	/* Deliveries 3 and 4 are lost, and come again after 5. */
	put(order, 30, 5, false, 1);
	assert_int_equal(take(order, 2), 0);
	put(order, 14, 6, true, 3);
	assert_int_equal(take(order, 4), 0);
	put(order, 20, 7, true, 5);
	assert_int_equal(take(order, 6), 14);
	assert_int_equal(take(order, 6), 20);
	assert_int_equal(take(order, 6), 30);
	/* One whose acknowledgment was lost fills no gap. */
	put(order, 40, 9, false, 10);
	put(order, 30, 10, true, 11);
	assert_int_equal(take(order, 12), 0);
	/* What never comes again is not waited for endlessly. */
	assert_int_equal(take(order, 111), 30);
	assert_int_equal(take(order, 111), 40);
	/* A server that begins to count again after it was restarted. */
	put(order, 50, 3, false, 200);
	assert_int_equal(take(order, 200), 50);
	free(order);
}

static void test_order_full(void **state)
{
	struct relay_order *order = calloc(1, sizeof(*order));
	(void)state;
	put(order, 1, 1, false, 0);
	for (uint64_t i = 1; i < ORDER_MOST; i++)
		put(order, 10 + i, 10 + i, false, 0);
	assert_true(relay_order_full(order));
	assert_int_equal(take(order, 0), 1); /* there is no room to wait for the gap */
	assert_int_equal(take(order, 0), 0);
	assert_int_equal(take(order, 100), 11);
	free(order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_kinds),       cmocka_unit_test(test_classes),
	        cmocka_unit_test(test_names),       cmocka_unit_test(test_identification),
	        cmocka_unit_test(test_queue_order), cmocka_unit_test(test_queue_sheds),
	        cmocka_unit_test(test_seen),        cmocka_unit_test(test_order),
	        cmocka_unit_test(test_order_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
