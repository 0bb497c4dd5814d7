/* A replay as an asciicast, the format in which asciinema records terminals. The first line is a JSON object with the
 * size. Each further line is a time at which the screen changed, and the output that changes the terminal from the
 * previous screen to the new one. The replay runs on a simulated clock, so recording it takes no longer than drawing.
 */
#include <wirestate/export.h>

#include <stdlib.h>
#include <string.h>

enum { OUTPUT = WS_CANVAS_COLUMNS * 40 }; /* a row's: of a cell at most 4 bytes, a style and a place */
#define FRAME_TIME (40 * WS_MILLISECOND)
#define LONGEST (4 * 3600 * WS_SECOND) /* nobody watches a longer replay to its end */

struct recorder {
	FILE *out;
	enum ws_theme theme;
	struct ws_canvas drawn, shown;
	char bytes[OUTPUT]; /* the next output to the terminal */
	struct ws_text text;
};

/* Writes what is to be sent to the terminal so far, whole characters, into the event. */
static void put_event_part(struct recorder *recorder)
{
	struct ws_text *text = &recorder->text;
	char buffer[1024];
	struct ws_text json = WS_TEXT_OVER(buffer);
	for (size_t at = 0; at < text->length;) {
		const unsigned char c = (unsigned char)text->data[at];
		json.length = 0;
		if (c == '\033') {
			fputs("\\u001b", recorder->out);
			at++;
			continue;
		}
		size_t end = at;
		while (end < text->length && text->data[end] != '\033' && end - at < 128)
			end++;
		while (end < text->length && end > at + 1 && ((unsigned char)text->data[end] & 0xc0) == 0x80)
			end--; /* do not split a character */
		ws_text_json(&json, text->data + at, end - at);
		fwrite(json.data, 1, json.length, recorder->out);
		at = end;
	}
	text->length = 0;
}

static void put_style(struct recorder *recorder, const struct ws_cell *cell)
{
	const struct ws_look look = ws_style_look(recorder->theme, (enum ws_style)cell->style);
	const uint8_t emphasis = cell->emphasis | look.with;
	ws_text_puts(&recorder->text, "\033[0");
	if (emphasis & WS_BOLD)
		ws_text_puts(&recorder->text, ";1");
	if (emphasis & WS_REVERSE)
		ws_text_puts(&recorder->text, ";7");
	if (look.of_256 >= 0)
		ws_text_printf(&recorder->text, ";38;5;%d", look.of_256);
	ws_text_putc(&recorder->text, 'm');
}

static bool cell_equal(const struct ws_cell *a, const struct ws_cell *b)
{
	return a->code_point == b->code_point && a->style == b->style && a->emphasis == b->emphasis;
}

/* Writes what changed since the last screen. */
static void put_changes(struct recorder *recorder)
{
	const int columns = recorder->drawn.columns;
	const struct ws_cell *style = NULL;
	for (int row = 0; row < recorder->drawn.rows; row++) {
		const struct ws_cell *new = recorder->drawn.cells + (size_t)row *(size_t)columns;
		const struct ws_cell *old = recorder->shown.cells + (size_t)row * (size_t)columns;
		int cursor = -1;
		for (int column = 0; column < columns; column++) {
			if (!new[column].code_point ||
			    (cell_equal(&new[column], &old[column]) &&
			     (column + 1 == columns || new[column + 1].code_point || !old[column + 1].code_point)))
				continue;
			if (cursor != column)
				ws_text_printf(&recorder->text, "\033[%d;%dH", row + 1, column + 1);
			if (!style || style->style != new[column].style || style->emphasis != new[column].emphasis)
				put_style(recorder, &new[column]);
			style = &new[column];
			char utf8[4];
			ws_text_append(&recorder->text, utf8, ws_utf8_encode(new[column].code_point, utf8));
			cursor = column + (column + 1 < columns && !new[column + 1].code_point ? 2 : 1);
		}
		put_event_part(recorder);
	}
	if (style)
		ws_text_puts(&recorder->text, "\033[0m");
}

static bool screen_changed(const struct recorder *recorder)
{
	const size_t count = (size_t)recorder->drawn.columns * (size_t)recorder->drawn.rows;
	for (size_t i = 0; i < count; i++)
		if (!cell_equal(&recorder->drawn.cells[i], &recorder->shown.cells[i]))
			return true;
	return false;
}

static void record_screen(struct recorder *recorder, struct ws_ui *ui, const struct ws_model *model, ws_time time)
{
	ws_canvas_clear(&recorder->drawn);
	ws_ui_layout(ui, model, recorder->drawn.columns, recorder->drawn.rows);
	ws_ui_draw(ui, model, &recorder->drawn);
	if (time && !screen_changed(recorder))
		return;
	fprintf(recorder->out, "[%.3f, \"o\", \"", (double)time / (double)WS_SECOND);
	if (!time)
		ws_text_puts(&recorder->text, "\033[?25l\033[2J");
	put_changes(recorder);
	put_event_part(recorder);
	fputs("\"]\n", recorder->out);
	const struct ws_canvas drawn = recorder->drawn;
	recorder->drawn = recorder->shown;
	recorder->shown = drawn;
}

static void put_header(struct recorder *recorder, const char *title)
{
	char clean[512], json[1024];
	struct ws_text words = WS_TEXT_OVER(clean), escaped = WS_TEXT_OVER(json);
	ws_text_clean(&words, title, strlen(title));
	ws_text_json(&escaped, words.data, words.length);
	fprintf(recorder->out, "{\"version\": 2, \"width\": %d, \"height\": %d, \"title\": \"%s\", ",
	        recorder->drawn.columns, recorder->drawn.rows, ws_text_cstr(&escaped));
	fputs("\"env\": {\"TERM\": \"xterm-256color\"}}\n", recorder->out);
}

bool ws_cast(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_cast_options *options,
             struct ws_error *error)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	if (!recorder || !ws_canvas_create(&recorder->drawn, options->columns, options->rows) ||
	    !ws_canvas_create(&recorder->shown, options->columns, options->rows)) {
		if (recorder)
			ws_canvas_destroy(&recorder->drawn);
		free(recorder);
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	recorder->out = out;
	recorder->theme = options->theme;
	recorder->drawn.ascii = recorder->shown.ascii = options->ascii;
	recorder->text = WS_TEXT_OVER(recorder->bytes);
	put_header(recorder, options->title);
	ws_time time = 0;
	ws_ui_tick(ui, model, 1);
	ws_ui_act(ui, model, WS_ACT_RESTART);
	record_screen(recorder, ui, model, time);
	bool more = true;
	while (ws_ui_next_change(ui, model) != WS_TIME_NEVER && time < LONGEST &&
	       (more = options->go_on(options->context))) {
		time += FRAME_TIME;
		ws_ui_tick(ui, model, 1 + time);
		record_screen(recorder, ui, model, time);
	}
	ws_canvas_destroy(&recorder->drawn);
	ws_canvas_destroy(&recorder->shown);
	free(recorder);
	return more || ws_fail(error, WS_ERROR_OUTPUT, "stopped after the first %lld s of the replay",
	                       (long long)(time / WS_SECOND));
}
