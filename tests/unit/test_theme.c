/* The palettes: what must be told apart differs in each, and can be read. And where the screens use their colours: an
 * arrow has that of its sender, a state its own everywhere, also in the selected row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include <wirestate/theme.h>

#include <locale.h>

/* The sides and the kinds of states. */
static const enum ws_style distinct[] = {WS_STYLE_CLIENT,        WS_STYLE_SERVER,      WS_STYLE_STATE_OPENING,
                                         WS_STYLE_STATE_OPEN,    WS_STYLE_STATE_WAIT,  WS_STYLE_STATE_CLOSE_WAIT,
                                         WS_STYLE_STATE_CLOSING, WS_STYLE_STATE_CLOSED};

/* To the power of 2.4, by Newton's method for the fifth root, so that the tests need no library for it. */
static double power(double value)
{
	double root = 1;
	for (int i = 0; i < 40; i++)
		root -= (root - value / (root * root * root * root)) / 5;
	const double cube = root * root * root;
	return cube * cube * cube * cube;
}

static double linear(uint32_t byte)
{
	const double value = (double)byte / 255;
	return value <= 0.04 ? value / 12.92 : power((value + 0.055) / 1.055);
}

static double luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

static double contrast(double a, double b)
{
	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

static int distance(uint32_t a, uint32_t b)
{
	int sum = 0;
	for (int shift = 0; shift < 24; shift += 8)
		sum += abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
	return sum;
}

static void test_palettes(void **state)
{
	(void)state;
	for (enum ws_theme theme = WS_THEME_ANY; theme < WS_THEME_MONO; theme++) {
		for (size_t i = 0; i < WS_ARRAY_SIZE(distinct); i++) {
			const struct ws_look a = ws_style_look(theme, distinct[i]);
			for (size_t j = 0; j < i; j++) {
				const struct ws_look b = ws_style_look(theme, distinct[j]);
				assert_true(distance(ws_colour_rgb(a.of_256), ws_colour_rgb(b.of_256)) >= 80);
				assert_true(a.of_8 != b.of_8 || a.with != b.with);
			}
		}
		for (int style = 0; style < WS_STYLE_COUNT; style++) {
			const struct ws_look look = ws_style_look(theme, (enum ws_style)style);
			const double light = luminance(ws_colour_rgb(look.of_256));
			if (look.of_256 < 0)
				continue;
			if (theme != WS_THEME_LIGHT)
				assert_true(contrast(light, 0) >= (theme == WS_THEME_ANY ? 3 : 4.5));
			if (theme != WS_THEME_DARK)
				assert_true(contrast(light, 1) >= (theme == WS_THEME_ANY ? 3 : 4.5));
		}
	}
	for (int style = 0; style < WS_STYLE_COUNT; style++)
		assert_int_equal(ws_style_look(WS_THEME_MONO, (enum ws_style)style).of_8, -1);
}

/* The page of --export NAME.html has the same colours, first those of the light theme and then those of the dark one.
 */
static void test_page(void **state)
{
	static const struct {
		const char *name;
		enum ws_style style;
	} colours[] = {{"client", WS_STYLE_CLIENT},         {"server", WS_STYLE_SERVER},
	               {"opening", WS_STYLE_STATE_OPENING}, {"open", WS_STYLE_STATE_OPEN},
	               {"closing", WS_STYLE_STATE_CLOSING}, {"wait", WS_STYLE_STATE_WAIT},
	               {"closed", WS_STYLE_STATE_CLOSED},   {"close-wait", WS_STYLE_STATE_CLOSE_WAIT}};
	(void)state;
	char css[32768], wanted[64];
	FILE *file = fopen("src/export/page/replay.css", "r");
	assert_non_null(file);
	const size_t length = fread(css, 1, sizeof(css) - 1, file);
	fclose(file);
	css[length] = '\0';
	for (size_t i = 0; i < WS_ARRAY_SIZE(colours); i++) {
		const char *at = css;
		for (int dark = 0; dark < 2; dark++) {
			const struct ws_look look =
			        ws_style_look(dark ? WS_THEME_DARK : WS_THEME_LIGHT, colours[i].style);
			snprintf(wanted, sizeof(wanted), "--%s: #%06x;", colours[i].name,
			         (unsigned)ws_colour_rgb(look.of_256));
			at = strstr(at, wanted);
			if (!at)
				fail_msg("replay.css lacks %s", wanted);
		}
	}
}

/* The cell where a text begins on the screen. */
static const struct ws_cell *cell_of(struct world *world, const char *words)
{
	char *picture = draw(world), *line = picture;
	for (int row = 0; row < world->canvas.rows; row++) {
		char *end = strchr(line, '\n'), *found;
		*end = '\0';
		found = strstr(line, words);
		if (found) {
			*found = '\0';
			const int column = ws_columns(line);
			free(picture);
			return &world->canvas.cells[row * world->canvas.columns + column];
		}
		line = end + 1;
	}
	fail_msg("'%s' is not on the screen", words);
	return NULL;
}

static void test_arrows_and_states(void **state)
{
	struct world *world = *state;
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 0);
	act(world, WS_ACT_ENTER);
	assert_true(ws_canvas_resize(&world->canvas, 100, 60));
	assert_int_equal(cell_of(world, "─►")->style, WS_STYLE_CLIENT);
	assert_int_equal(cell_of(world, "◄─")->style, WS_STYLE_SERVER);
	assert_int_equal(cell_of(world, "╌╌")->style, WS_STYLE_CLIENT); /* sent again, but by the client */
	assert_int_equal(cell_of(world, "retransmission")->style, WS_STYLE_WARN);
	assert_int_equal(cell_of(world, "SYN_SENT")->style, WS_STYLE_STATE_OPENING);
	assert_int_equal(cell_of(world, "FIN_WAIT_2")->style, WS_STYLE_STATE_CLOSING);
	assert_int_equal(cell_of(world, "CLOSE_WAIT")->style, WS_STYLE_STATE_CLOSE_WAIT);
	assert_int_equal(cell_of(world, "TIME_WAIT")->style, WS_STYLE_STATE_WAIT);
	assert_int_equal(cell_of(world, "(RFC 9293")->style, WS_STYLE_DIM);
	assert_int_equal(cell_of(world, "      0 s ")[6].style, WS_STYLE_DIM);
	assert_shows(world, "+10 ms");
	assert_shows(world, "ESTABLISHED~ │"); /* the full name where it fits */
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 1), 0);
	assert_int_equal(cell_of(world, "◄─")->style, WS_STYLE_BAD); /* RST */
}

static void test_selected_row(void **state)
{
	struct world *world = *state;
	const struct ws_cell *cell = cell_of(world, "TIME_WAIT CLOSED");
	assert_int_equal(cell->style, WS_STYLE_STATE_WAIT);
	assert_true(cell->emphasis & WS_REVERSE);
	cell = cell_of(world, "10.0.0.1:4000");
	assert_int_equal(cell->style, WS_STYLE_SELECTED);
	assert_true(cell->emphasis & WS_REVERSE);
	assert_int_equal(cell_of(world, "CLOSED   client first")->style, WS_STYLE_STATE_CLOSED); /* calm */
	act(world, WS_ACT_DOWN);
	assert_false(cell_of(world, "TIME_WAIT CLOSED")->emphasis & WS_REVERSE);
	assert_int_equal(cell_of(world, "10.0.0.1:4000")->style, WS_STYLE_CLIENT);
}

/* The name of a layer and its bytes have one colour. */
static void test_layers(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_ENTER);
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 4);
	act(world, WS_ACT_DETAIL);
	assert_true(ws_canvas_resize(&world->canvas, 100, 60));
	assert_int_equal(cell_of(world, "Ethernet  ")->style, WS_STYLE_LINK);
	assert_int_equal(cell_of(world, "IPv4  ")->style, WS_STYLE_NETWORK);
	const struct ws_cell *bytes = cell_of(world, "0000  01") + 6;
	assert_int_equal(bytes->code_point, '0');
	assert_int_equal(bytes->style, WS_STYLE_LINK);
	assert_int_equal(bytes[3 * 14].style, WS_STYLE_NETWORK);
	act(world, WS_ACT_UP);
	assert_int_equal(cell_of(world, "TCP  ")->style, WS_STYLE_TRANSPORT);
	assert_int_equal(cell_of(world, "(RFC 791")->style, WS_STYLE_DIM);
	assert_int_equal(cell_of(world, "§3.1)")->style, WS_STYLE_DIM);
	assert_true(ws_canvas_resize(&world->canvas, 40, 60)); /* the reference is on two lines */
	assert_int_equal(cell_of(world, "(RFC")->style, WS_STYLE_DIM);
	assert_int_equal(cell_of(world, "§3.1)")->style, WS_STYLE_DIM);
	assert_true(ws_canvas_resize(&world->canvas, 100, 60));
	assert_int_equal(cell_of(world, "78 78 78 78")->style, WS_STYLE_NORMAL);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_palettes), cmocka_unit_test(test_page), SCENE_TEST(test_arrows_and_states),
	        SCENE_TEST(test_selected_row),   SCENE_TEST(test_layers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
