/* The line that is typed at the bottom of the screen. What it is for is described by `use` alone. */
#include "scene/widgets/prompt.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <string.h>

static bool continues(char byte)
{
	return ((uint8_t)byte & 0xc0) == 0x80;
}

static size_t previous_character(const struct prompt *prompt, size_t at)
{
	while (at && continues(prompt->text[--at]))
		;
	return at;
}

static size_t next_character(const struct prompt *prompt, size_t at)
{
	while (at < prompt->length && continues(prompt->text[++at]))
		;
	return at;
}

static void prompt_erase(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, prompt->length - to + 1);
	prompt->length -= to - from;
	prompt->cursor = from;
}

static bool prompt_insert(struct prompt *prompt, uint32_t character)
{
	char bytes[4];
	if (!ws_printable(character))
		return false;
	size_t count = ws_utf8_encode(character, bytes);
	if (prompt->length + count >= sizeof(prompt->text))
		return false;
	char *at = prompt->text + prompt->cursor;
	memmove(at + count, at, prompt->length - prompt->cursor + 1);
	memcpy(at, bytes, count);
	prompt->length += count;
	prompt->cursor += count;
	return true;
}

void prompt_open(struct ws_ui *ui, const struct prompt_use *use, const char *text)
{
	struct prompt *prompt = &ui->prompt;
	*prompt = (struct prompt){.use = use};
	uint32_t character;
	size_t used;
	for (size_t left = strlen(text); (used = ws_utf8_decode(text, left, &character)) != 0;
	     text += used, left -= used)
		prompt_insert(prompt, character);
}

static size_t word_start(const struct prompt *prompt)
{
	size_t at = prompt->cursor;
	while (at && prompt->text[at - 1] == ' ')
		at--;
	while (at && prompt->text[at - 1] != ' ')
		at--;
	return at;
}

/* Ends the line on Enter or Escape. It is closed before its user is called, because that may open another line. */
static void prompt_finish(struct ws_ui *ui, const struct ws_model *model, bool accepted)
{
	struct prompt *prompt = &ui->prompt;
	const struct prompt_use *use = prompt->use;
	if (!accepted) {
		prompt->use = NULL;
		if (use->cancel)
			use->cancel(ui, model);
		return;
	}
	char text[PROMPT_SIZE];
	struct prompt_error error = {.text = ""};
	memcpy(text, prompt->text, prompt->length + 1);
	prompt->use = NULL;
	if (use->accept(ui, model, text, &error))
		return;
	prompt->use = use;
	prompt->refused = true;
	prompt->error = error;
	if (prompt->error.start > prompt->length)
		prompt->error.start = prompt->length;
	if (prompt->error.length > prompt->length - prompt->error.start)
		prompt->error.length = prompt->length - prompt->error.start;
	prompt->cursor = prompt->error.start + prompt->error.length;
}

/* Returns true when the text has changed. */
static bool edit_text(struct prompt *prompt, enum ws_edit edit, uint32_t character)
{
	const size_t length = prompt->length;
	switch (edit) {
	case WS_EDIT_INSERT:
		return prompt_insert(prompt, character);
	case WS_EDIT_ERASE:
		prompt_erase(prompt, previous_character(prompt, prompt->cursor), prompt->cursor);
		break;
	case WS_EDIT_DELETE:
		prompt_erase(prompt, prompt->cursor, next_character(prompt, prompt->cursor));
		break;
	case WS_EDIT_ERASE_WORD:
		prompt_erase(prompt, word_start(prompt), prompt->cursor);
		break;
	case WS_EDIT_ERASE_ALL:
		prompt_erase(prompt, 0, prompt->length);
		break;
	default:
		break;
	}
	return prompt->length != length;
}

bool prompt_edit(struct ws_ui *ui, const struct ws_model *model, enum ws_edit edit, uint32_t character)
{
	struct prompt *prompt = &ui->prompt;
	const size_t cursor = prompt->cursor;
	if (!prompt->use)
		return false;
	switch (edit) {
	case WS_EDIT_ACCEPT:
	case WS_EDIT_CANCEL:
		prompt_finish(ui, model, edit == WS_EDIT_ACCEPT);
		return true;
	case WS_EDIT_LEFT:
		prompt->cursor = previous_character(prompt, cursor);
		return prompt->cursor != cursor;
	case WS_EDIT_RIGHT:
		prompt->cursor = next_character(prompt, cursor);
		return prompt->cursor != cursor;
	case WS_EDIT_FIRST:
		prompt->cursor = 0;
		return prompt->cursor != cursor;
	case WS_EDIT_LAST:
		prompt->cursor = prompt->length;
		return prompt->cursor != cursor;
	default:
		break;
	}
	if (!edit_text(prompt, edit, character))
		return false;
	prompt->refused = false;
	if (prompt->use->change)
		prompt->use->change(ui, model, prompt->text);
	return true;
}

/* The columns of the first `length` bytes. */
static int columns_of(const struct prompt *prompt, size_t length)
{
	char text[PROMPT_SIZE];
	memcpy(text, prompt->text, length);
	text[length] = '\0';
	return ws_columns(text);
}

/* The first byte to draw so that the cursor is visible. */
static size_t first_visible(const struct prompt *prompt, int room)
{
	size_t first = 0;
	while (first < prompt->cursor && columns_of(prompt, prompt->cursor) - columns_of(prompt, first) >= room)
		first = next_character(prompt, first);
	return first;
}

/* Returns the column of the text's first byte, which may be left of what is visible; `start` is that. */
static int draw_text(const struct prompt *prompt, struct ws_canvas *canvas, int row, int *start)
{
	const int limit = canvas->columns - 1;
	*start = ws_canvas_bold(canvas, row, 1, limit, WS_STYLE_TITLE, _(prompt->use->label));
	*start = ws_canvas_text(canvas, row, *start, limit, WS_STYLE_TITLE, _(": "));
	const size_t first = first_visible(prompt, limit - *start);
	ws_canvas_text(canvas, row, *start, limit, WS_STYLE_NORMAL, prompt->text + first);
	const int offset = *start - columns_of(prompt, first);
	ws_canvas_paint(canvas, row, offset + columns_of(prompt, prompt->cursor), 1, WS_STYLE_NORMAL, WS_REVERSE);
	return offset;
}

int prompt_draw_line(const struct prompt *prompt, struct ws_canvas *canvas, int row)
{
	int start;
	return draw_text(prompt, canvas, row, &start) + columns_of(prompt, prompt->length) + 1;
}

void prompt_draw(const struct prompt *prompt, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1;
	const char *note = prompt->refused       ? prompt->error.text
	                   : prompt->progress[0] ? prompt->progress
	                                         : _(prompt->use->hint);
	const int wrapped = draw_wrap_rows(note, limit - 1), most = canvas->rows / 2;
	const int notes = wrapped < 1 ? 1 : wrapped < most ? wrapped : most;
	const int rows = 1 + prompt->refused + notes;
	int row = canvas->rows - rows;
	for (int i = 0; i < rows; i++)
		draw_blank(canvas, row + i);
	int start;
	const int offset = draw_text(prompt, canvas, row, &start);
	if (prompt->refused) {
		row++;
		int from = offset + columns_of(prompt, prompt->error.start);
		int to = offset + columns_of(prompt, prompt->error.start + prompt->error.length);
		for (int column = from; column < (to > from ? to : from + 1) && column < limit; column++)
			if (column >= start)
				ws_canvas_put(canvas, row, column, WS_STYLE_BAD, '^');
	}
	draw_wrapped(canvas, row + 1, notes, prompt->refused ? WS_STYLE_BAD : WS_STYLE_DIM, note);
}
