/* The canvas: drawing outside it changes nothing, wide characters are never halved, and a dump shows what was drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <string.h>

#include <wirestate/canvas.h>

static void assert_dump(const struct ws_canvas *canvas, const char *expected)
{
	char buffer[4096];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_canvas_dump(canvas, &text);
	assert_string_equal(ws_text_cstr(&text), expected);
}

static void test_text_is_cut_at_every_edge(void **state)
{
	(void)state;
	struct ws_canvas canvas;
	assert_true(ws_canvas_create(&canvas, 6, 3));
	assert_int_equal(ws_canvas_text(&canvas, 0, 2, 100, WS_STYLE_NORMAL, "abcdefgh"), 10);
	assert_int_equal(ws_canvas_text(&canvas, 1, -2, 100, WS_STYLE_NORMAL, "abcd"), 2);
	ws_canvas_text(&canvas, 2, 1, 3, WS_STYLE_NORMAL, "abcd");
	ws_canvas_text(&canvas, 3, 0, 100, WS_STYLE_NORMAL, "below");
	ws_canvas_text(&canvas, -1, 0, 100, WS_STYLE_NORMAL, "above");
	ws_canvas_put(&canvas, 2, 5, WS_STYLE_NORMAL, '!');
	ws_canvas_put(&canvas, 2, 6, WS_STYLE_NORMAL, '!');
	ws_canvas_paint(&canvas, 1, -5, 100, WS_STYLE_BAD, WS_REVERSE);
	ws_canvas_paint(&canvas, 9, 0, 100, WS_STYLE_BAD, WS_REVERSE);
	assert_dump(&canvas, "  abcd\ncd\n ab  !\n");
	assert_int_equal(canvas.cells[6].style, WS_STYLE_BAD);
	assert_int_equal(canvas.cells[11].emphasis, WS_REVERSE);
	assert_int_equal(canvas.cells[12].emphasis, 0);
	ws_canvas_destroy(&canvas);
}

static void test_wide_characters_stay_whole(void **state)
{
	(void)state;
	struct ws_canvas canvas;
	assert_true(ws_canvas_create(&canvas, 5, 1));
	/* The third one would need column 5: it is left out, not halved. */
	assert_int_equal(ws_canvas_text(&canvas, 0, 0, 5, WS_STYLE_NORMAL, "漢字漢"), 5);
	assert_dump(&canvas, "漢字\n");
	ws_canvas_put(&canvas, 0, 1, WS_STYLE_NORMAL, 'x');
	assert_dump(&canvas, " x字\n");
	ws_canvas_put(&canvas, 0, 2, WS_STYLE_NORMAL, 'y');
	assert_dump(&canvas, " xy\n");
	ws_canvas_text(&canvas, 0, 1, 5, WS_STYLE_NORMAL, "漢");
	ws_canvas_text(&canvas, 0, 2, 5, WS_STYLE_NORMAL, "字");
	assert_dump(&canvas, "  字\n");
	ws_canvas_text(&canvas, 0, -1, 5, WS_STYLE_NORMAL, "漢z");
	assert_dump(&canvas, "z 字\n");
	ws_canvas_destroy(&canvas);
}

static void test_what_could_harm_a_terminal_is_escaped(void **state)
{
	(void)state;
	struct ws_canvas canvas;
	assert_true(ws_canvas_create(&canvas, 40, 1));
	ws_canvas_text(&canvas, 0, 0, 40, WS_STYLE_NORMAL, "a\033[2Jb\xff\xe2\x80\xae.");
	for (int i = 0; i < 40; i++)
		assert_true(canvas.cells[i].code_point >= ' ' && canvas.cells[i].code_point < 0x7f);
	assert_dump(&canvas, "a\\x1b[2Jb\\xff\\u{202e}.\n");
	ws_canvas_clear(&canvas);
	ws_canvas_put(&canvas, 0, 0, WS_STYLE_NORMAL, 0x1b);
	assert_dump(&canvas, "?\n");
	ws_canvas_destroy(&canvas);
}

static void test_ascii_replaces_one_for_one(void **state)
{
	(void)state;
	struct ws_canvas canvas;
	assert_true(ws_canvas_create(&canvas, 20, 1));
	canvas.ascii = true;
	assert_int_equal(ws_canvas_text(&canvas, 0, 0, 20, WS_STYLE_NORMAL, "┏━┓├─►│◄●→é漢"), 12);
	assert_dump(&canvas, "+=+|->|<o>??\n");
	/* A terminal that draws lines two columns wide can show Chinese nevertheless. */
	canvas.wide = true;
	ws_canvas_clear(&canvas);
	assert_int_equal(ws_canvas_text(&canvas, 0, 0, 20, WS_STYLE_NORMAL, "├─►é三次"), 8);
	assert_dump(&canvas, "|->?三次\n");
	ws_canvas_destroy(&canvas);
}

static void test_sizes(void **state)
{
	(void)state;
	struct ws_canvas canvas;
	assert_false(ws_canvas_create(&canvas, 0, 5));
	assert_false(ws_canvas_create(&canvas, 5, -1));
	assert_false(ws_canvas_create(&canvas, 1 << 30, 1 << 30));
	assert_true(ws_canvas_create(&canvas, 1, 1));
	ws_canvas_put(&canvas, 0, 0, WS_STYLE_TITLE, 'x');
	assert_true(ws_canvas_resize(&canvas, 3, 2));
	assert_dump(&canvas, "\n\n");
	assert_false(ws_canvas_resize(&canvas, 0, 0));
	assert_int_equal(canvas.columns, 3);
	ws_canvas_destroy(&canvas);
}

int main(void)
{
	/* Widths are the locale's. C.UTF-8 is part of every Debian. */
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_text_is_cut_at_every_edge),
	        cmocka_unit_test(test_wide_characters_stay_whole),
	        cmocka_unit_test(test_what_could_harm_a_terminal_is_escaped),
	        cmocka_unit_test(test_ascii_replaces_one_for_one),
	        cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
