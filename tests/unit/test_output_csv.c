/* Records as CSV: every line has as many cells as the first, and a cell is quoted where it has to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/internal.h"
#include "output_rig.h"

/* Cells of a line by RFC 4180; 0 when a quote stands where none may. */
static unsigned csv_cells(const char *line, size_t length)
{
	unsigned cells = 1;
	bool quoted = false;
	for (size_t i = 0; i < length; i++) {
		bool start = i == 0 || (!quoted && line[i - 1] == ',');
		if (quoted && line[i] == '"' && i + 1 < length && line[i + 1] == '"')
			i++;
		else if (quoted && line[i] == '"')
			quoted = false;
		else if (line[i] == '"' && !start)
			return 0;
		else if (line[i] == '"')
			quoted = true;
		else if (line[i] == ',' && !quoted)
			cells++;
	}
	return quoted ? 0 : cells;
}

/* What exists only with several points. */
static void put_of_points(struct rig *rig)
{
	const struct ws_conn_path path = {
	        .result = {.path = {0, 1}, .points = 2}, .name = {"client", "server"}, .points = 2};
	const struct ws_conn_info conn = {.number = 3, .path = &path};
	const struct ws_transit transit = {
	        .outcome = WS_OUTCOME_LOST, .next = 1, .frame = {7, 0}, .time = {WS_SECOND, 0}};
	const struct ws_clock_info clock = {.offset = -WS_SECOND, .bound = 1000, .samples = 5};
	assert_true(ws_output_transit(rig->output, &path, &conn, &transit));
	assert_true(ws_output_clock(rig->output, "server", "client", &clock));
}

static void test_csv(void **state)
{
	(void)state;
	unsigned quotes = 0;
	for (unsigned kind = 0; kind < WS_RECORD_COUNT; kind++) {
		struct rig *rig = rig_open((struct ws_output_options){.format = WS_FORMAT_CSV, .records = 1u << kind});
		struct frame_bytes frame;
		put_conversation(rig, 8);
		for (unsigned i = 0; i < 8; i++) {
			make_frame(&frame, i);
			assert_true(rig_put(rig, &frame));
		}
		put_of_points(rig);
		const char *text = rig_finish(rig);
		unsigned cells = csv_cells(text, strcspn(text, "\n")), lines = 0;
		assert_true(cells >= 8);
		for (const char *at = text; *at; at += strcspn(at, "\n") + 1, lines++)
			assert_int_equal(csv_cells(at, strcspn(at, "\n")), cells);
		assert_true(lines >= 2);
		quotes += count_of(text, "\"");
		rig_close(rig);
	}
	assert_true(quotes > 0); /* sentences with commas were among them */
}

static void test_csv_strings(void **state)
{
	static const struct {
		const char *string, *cell;
	} cases[] = {
	        {"plain", "plain"}, {"a,b", "\"a,b\""}, {"\"", "\"\"\"\""}, {"a\"b\nc", "\"a\"\"b\\x0ac\""}, {"", ""}};
	char cell[4096], longest[3000];
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		struct ws_text text = WS_TEXT_OVER(cell);
		csv_string(&text, cases[i].string, strlen(cases[i].string));
		assert_string_equal(ws_text_cstr(&text), cases[i].cell);
	}
	memset(longest, 'x', sizeof(longest));
	longest[1] = ',';
	struct ws_text text = WS_TEXT_OVER(cell);
	csv_string(&text, longest, sizeof(longest));
	assert_int_equal(text.length, sizeof(longest) + 2);
	assert_memory_equal(cell + 1, longest, sizeof(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_csv),
	        cmocka_unit_test(test_csv_strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
