/* The connection list: filter, search and order. With few connections everything is done at once. With many
 * it takes several ticks, and meanwhile the list stays as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_world.h"

static void test_filter(void **state)
{
	struct world *world = *state;
	few(world);
	assert_true(shows(world, " 1/6 "));
	filter(world, "443 or REFUSED");
	assert_false(ws_ui_typing(world->ui));
	assert_true(shows(world, "filter: 443 or REFUSED"));
	assert_true(shows(world, "2 of 6"));
	assert_true(shows(world, "10.0.0.1:4003"));
	assert_false(shows(world, "10.0.0.1:4002"));
	assert_true(shows(world, " 1/2 "));
	filter(world, "port == 443 or prt == 80"); /* stays open, and the old one stays in force */
	assert_true(ws_ui_typing(world->ui));
	assert_true(shows(world, "\n                        ^^^\n")); /* 9 columns of label, 15 of text */
	assert_true(shows(world, "did you mean port?"));
	edit(world, WS_EDIT_ERASE);
	assert_false(shows(world, "^^^"));
	edit(world, WS_EDIT_CANCEL);
	assert_false(ws_ui_typing(world->ui));
	assert_true(shows(world, "2 of 6"));
	filter(world, "port == 1");
	assert_true(shows(world, "No connection matches the filter."));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	act(world, WS_ACT_BACK);
	assert_false(shows(world, "filter:"));
	assert_true(shows(world, "/6 "));
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_BACK)); /* now it is the caller's */
}

static void test_the_line_is_edited(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_FILTER);
	type(world, "ab cd");
	edit(world, WS_EDIT_ERASE_WORD);
	assert_string_equal(world->ui->prompt.text, "ab ");
	edit(world, WS_EDIT_FIRST);
	edit(world, WS_EDIT_DELETE);
	const struct ws_key wide = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = 0x4e2d};
	assert_true(ws_ui_key(world->ui, &world->model, &wide));
	const struct ws_key control = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = 0x9b};
	assert_false(ws_ui_key(world->ui, &world->model, &control)); /* no terminal sequence comes through */
	assert_string_equal(world->ui->prompt.text, "中b ");
	edit(world, WS_EDIT_LEFT);
	edit(world, WS_EDIT_DELETE);
	assert_string_equal(world->ui->prompt.text, "b ");
	edit(world, WS_EDIT_LAST);
	edit(world, WS_EDIT_LEFT);
	edit(world, WS_EDIT_RIGHT);
	edit(world, WS_EDIT_RIGHT);
	for (int i = 0; i < 2 * PROMPT_SIZE; i++)
		edit(world, WS_EDIT_ERASE);
	for (int i = 0; i < 2 * PROMPT_SIZE; i++) {
		const struct ws_key key = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = 0x20ac};
		ws_ui_key(world->ui, &world->model, &key);
	}
	assert_true(world->ui->prompt.length < PROMPT_SIZE);
	assert_true(shows(world, "€€€"));
	edit(world, WS_EDIT_CANCEL);
	assert_false(ws_ui_typing(world->ui));
}

static void test_search(void **state)
{
	struct world *world = *state;
	few(world);
	assert_true(shows(world, " 1/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, "4");
	assert_true(shows(world, "search: 4"));
	type(world, "003");
	edit(world, WS_EDIT_ACCEPT);
	assert_true(shows(world, " 4/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, "refused");
	edit(world, WS_EDIT_ACCEPT);
	assert_true(shows(world, " 2/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, ":80 ");
	edit(world, WS_EDIT_ACCEPT);
	act(world, WS_ACT_FIND_NEXT);
	assert_true(shows(world, " 3/6 "));
	act(world, WS_ACT_FIND_NEXT); /* 4003 goes to port 443 */
	assert_true(shows(world, " 5/6 "));
	act(world, WS_ACT_FIND_NEXT); /* over the end */
	assert_true(shows(world, " 1/6 "));
	act(world, WS_ACT_FIND_PREVIOUS);
	assert_true(shows(world, " 5/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, "4000x");
	assert_true(shows(world, "nothing in the list contains this"));
	edit(world, WS_EDIT_CANCEL); /* back to where it began */
	assert_true(shows(world, " 5/6 "));
	act(world, WS_ACT_FIND_NEXT);
	assert_true(shows(world, "nothing contains '4000x'"));
}

/* From a group to its connections, back to the groups, and on to all connections; a filter that is typed leads nowhere. */
static void test_overview(void **state)
{
	struct world *world = *state;
	few(world);
	act(world, WS_ACT_OVERVIEW);
	assert_true(shows(world, "from 10.0.0.1 to 10.0.0.2:443"));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_true(shows(world, "filter: verdict == "));
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_OVERVIEW);
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_false(shows(world, "filter:"));
	act(world, WS_ACT_OVERVIEW);
	act(world, WS_ACT_ENTER);
	filter(world, "443");
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_true(shows(world, "/6 "));
}

/* A sentence that is cut in its row stands whole at the foot while its row is selected. */
static void test_whole_verdict(void **state)
{
	struct world *world = *state;
	few(world);
	syn(world, 1, 4000, 80); /* again: it is silent */
	assert_true(shows(world, "ports)"));
	act(world, WS_ACT_DOWN);
	assert_false(shows(world, "ports)"));
}

/* An empty list says why. */
static void test_empty(void **state)
{
	struct world *world = *state;
	assert_true(shows(world, "This capture holds no TCP connection."));
	assert_false(shows(world, "capture filter"));
	world->model.capture_filter = "port 9";
	assert_true(shows(world, "capture filter: port 9"));
	assert_true(shows(world, "Packets that the capture filter leaves out are not here."));
}

/* The capture's own filter is shown beside the list's. */
static void test_both_filters(void **state)
{
	struct world *world = *state;
	few(world);
	world->model.capture_filter = "tcp port 80";
	assert_true(shows(world, "capture filter: tcp port 80\n"));
	act(world, WS_ACT_FILTER);
	type(world, "REFUSED");
	edit(world, WS_EDIT_ACCEPT);
	assert_true(shows(world, "capture filter: tcp port 80  filter: REFUSED"));
}

static bool mouse(struct world *world, enum ws_key_kind kind, int row)
{
	const struct ws_key key = {.kind = kind, .row = row, .column = 10};
	bool changed = ws_ui_key(world->ui, &world->model, &key);
	ws_ui_layout(world->ui, &world->model, 80, 24);
	return changed;
}

static void test_mouse(void **state)
{
	struct world *world = *state;
	few(world);
	assert_true(shows(world, " 1/6 "));
	assert_false(mouse(world, WS_KEY_CLICK, 0));            /* the title */
	assert_false(mouse(world, WS_KEY_CLICK, 20));           /* below the last one */
	assert_true(mouse(world, WS_KEY_CLICK, 4 + 2 * 2 + 1)); /* the second line of the third */
	assert_true(shows(world, " 3/6 "));
	assert_true(mouse(world, WS_KEY_WHEEL_DOWN, 5));
	assert_true(shows(world, " 6/6 "));
	assert_true(mouse(world, WS_KEY_WHEEL_UP, 5));
	assert_true(shows(world, " 3/6 "));
	act(world, WS_ACT_FILTER);
	assert_false(mouse(world, WS_KEY_CLICK, 4)); /* while a line is typed it has no meaning */
	assert_false(mouse(world, WS_KEY_WHEEL_UP, 4));
	edit(world, WS_EDIT_CANCEL);
	assert_true(mouse(world, WS_KEY_CLICK, 4 + 2 * 2));
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIFELINES);
}

enum { MANY = 120000 };

static uint64_t number_at(const struct world *world, size_t place)
{
	struct ws_conn_info info = {.number = 0};
	(void)!ws_tracker_conn(world->tracker, list_at(&world->ui->list, &world->model, place), &info);
	return info.number;
}

static void tick(struct world *world)
{
	ws_ui_tick(world->ui, &world->model, world->clock += 30 * WS_MILLISECOND);
	ws_ui_layout(world->ui, &world->model, 80, 24);
}

static void test_many(void **state)
{
	struct world *world = *state;
	struct list_view *list = &world->ui->list;
	for (unsigned i = 0; i < MANY; i++)
		syn(world, 1 + i % 7, 65000 - i / 2, 80); /* the later, the lower the port */
	assert_true(shows(world, "120k connections"));
	for (int i = 0; i < 100; i++)
		act(world, WS_ACT_DOWN);
	assert_int_equal(list->selected, 101);
	act(world, WS_ACT_SORT);                  /* by client */
	assert_int_equal(number_at(world, 0), 1); /* the old order, until the new one is ready */
	assert_int_equal(list->cursor.selected, 100);
	assert_true(shows(world, "%")); /* how far it is */
	assert_true(ws_ui_busy(world->ui));
	assert_in_range(ws_ui_next_change(world->ui, &world->model), WS_MILLISECOND, WS_SECOND); /* nothing new yet */
	int ticks = 0;
	while (list_is_sorting(list) && ticks++ < 100)
		ws_ui_tick(world->ui, &world->model, world->clock += WS_MILLISECOND);
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0); /* drawn at once */
	while (list->survey.phase != LIST_RESTS && ticks++ < 100)
		tick(world);
	assert_false(ws_ui_busy(world->ui));
	tick(world);
	assert_true(ws_ui_next_change(world->ui, &world->model) > 0);
	assert_in_range(ticks, 2, 50);
	assert_int_equal(list_count(list, &world->model), MANY);
	assert_int_equal(list->selected, 101); /* it is still the same one, */
	assert_int_equal(number_at(world, list->cursor.selected), 101);
	assert_int_not_equal(list->cursor.selected, 100); /* in its new place */
	struct ws_conn_info before, info;
	for (size_t place = 0; place < MANY; place++) {
		assert_true(ws_tracker_conn(world->tracker, list_at(list, &world->model, place), &info));
		const struct ws_endpoint_info *a = &before.endpoint[0], *b = &info.endpoint[0];
		int order = place ? memcmp(&a->address, &b->address, 16) : -1;
		if (order > 0 || (order == 0 && a->port >= b->port))
			fail_msg("place %zu is out of order", place);
		before = info;
	}
	filter(world, "client.address == 10.0.0.3 and client.port < 20000");
	while (list->survey.phase != LIST_RESTS && ticks++ < 200)
		tick(world);
	assert_in_range(list_count(list, &world->model), 1, MANY / 7);
	for (size_t place = 0; place < list_count(list, &world->model); place++) {
		assert_true(ws_tracker_conn(world->tracker, list_at(list, &world->model, place), &info));
		assert_int_equal(info.endpoint[0].address.byte[15], 3);
		assert_in_range(info.endpoint[0].port, 1, 19999);
	}
	act(world, WS_ACT_BACK);
	while (list->survey.phase != LIST_RESTS && ticks++ < 200)
		tick(world);
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_SEARCH);
	type(world, "10.0.0.7:67999"); /* none has this port */
	assert_true(shows(world, "searching for '10.0.0.7:67999': "));
	edit(world, WS_EDIT_ACCEPT);
	tick(world);
	assert_true(shows(world, "searching for '10.0.0.7:67999': "));
	while ((list->search.running || list->survey.phase != LIST_RESTS) && ticks++ < 400)
		tick(world);
	assert_false(list->search.running);
	assert_false(shows(world, "searching"));
	assert_true(shows(world, "nothing contains '10.0.0.7:67999'"));
}

/* ---- What the capture is like */

static void says_that_checksums_are_ignored(void **state)
{
	struct world *world = *state;
	for (unsigned i = 0; i < 3; i++) {
		const struct tcp_frame tcp = {
		        .from = 1, .to = 2, .source_port = 4000, .destination_port = 80, .flags = WS_TCP_SYN};
		struct frame_bytes bytes = {.length = 0};
		put_tcp(&bytes, &tcp);
		bytes.data[50] ^= i < 2;
		send_bytes(world, &bytes);
	}
	assert_true(shows(world, " checksums ignored: 2 of 3 wrong "));
}

static void an_empty_list_says_why(void **state)
{
	struct world *world = *state;
	assert_true(shows(world, "This capture holds no TCP connection."));
	refuse(world, 1, 4000, 80);
	assert_true(shows(world, "1 packet so far: 1 TCP"));
	assert_true(shows(world, "1 TCP segment, which is a reset of a connection that is not in the capture"));
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
#define LIST_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	        LIST_TEST(test_filter),
	        LIST_TEST(test_the_line_is_edited),
	        LIST_TEST(test_search),
	        LIST_TEST(test_overview),
	        LIST_TEST(test_whole_verdict),
	        LIST_TEST(test_empty),
	        LIST_TEST(test_both_filters),
	        LIST_TEST(test_mouse),
	        LIST_TEST(test_many),
	        LIST_TEST(says_that_checksums_are_ignored),
	        LIST_TEST(an_empty_list_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
