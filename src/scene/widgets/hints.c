/* The hint lines are made from the lists of keys that the screens have (see screens.h). */
#include "scene/widgets/hints.h"
#include "scene/screens.h"

#include <wirestate/language.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MANY_ROWS = 20 };

/* On every screen, at the right: how to learn more and how to leave. */
static const struct screen_key common_hints[] = {
        {WS_ACT_HELP, WS_ACT_NONE, N_("help")},
        {WS_ACT_QUIT, WS_ACT_NONE, N_("quit")},
};

const char *hints_key_name(const char *name, bool ascii)
{
	static const char *const arrows[][2] = {{"←", "Left"}, {"→", "Right"}, {"↑", "Up"}, {"↓", "Down"}};
	for (size_t i = 0; name && ascii && i < WS_ARRAY_SIZE(arrows); i++)
		if (strcmp(name, arrows[i][0]) == 0)
			return arrows[i][1];
	return name;
}

static const char *hint_key(const char *const *key_name, enum ws_action action, bool ascii)
{
	return key_name && action != WS_ACT_NONE ? hints_key_name(key_name[action], ascii) : NULL;
}

/* The keys' names; false when the action has none. */
static bool hint_key_names(const struct screen_key *hint, const char *const *key_name, bool ascii, char *keys,
                           size_t size)
{
	const char *first = hint_key(key_name, hint->action, ascii);
	const char *second = hint_key(key_name, hint->second, ascii);
	const bool letters = first && second && (isalpha((unsigned char)first[0]) || isalpha((unsigned char)second[0]));
	snprintf(keys, size, "%s%s%s", first ? first : "", letters ? "/" : "", second ? second : "");
	return first != NULL;
}

static int draw_hint(struct ws_canvas *canvas, int row, int column, const char *keys, const char *label)
{
	column = ws_canvas_bold(canvas, row, column, canvas->columns, WS_STYLE_KEY, keys);
	return ws_canvas_text(canvas, row, column + 1, canvas->columns, WS_STYLE_NORMAL, label);
}

int hints_rows(enum ws_screen screen, int rows)
{
	return screen_ops(screen)->two_hint_rows && rows >= MANY_ROWS ? 2 : 1;
}

static void draw_hints(struct ws_canvas *canvas, int row, int rows, const struct screen_key *hints, size_t count,
                       const char *const *key_name)
{
	char keys[32];
	int width = 1;
	for (size_t i = 0; i < WS_ARRAY_SIZE(common_hints); i++)
		if (hint_key_names(&common_hints[i], key_name, canvas->ascii, keys, sizeof(keys)))
			width += ws_columns(keys) + 1 + ws_columns(_(common_hints[i].hint)) + (i ? 2 : 0);
	int right = canvas->columns - width, column = right;
	for (size_t i = 0; i < WS_ARRAY_SIZE(common_hints); i++)
		if (hint_key_names(&common_hints[i], key_name, canvas->ascii, keys, sizeof(keys)))
			column = draw_hint(canvas, row, column, keys, _(common_hints[i].hint)) + 2;
	int at = row - (rows - 1);
	column = 1;
	for (size_t i = 0; i < count; i++) {
		const struct screen_key *hint = &hints[i];
		if (!hint->hint || !hint_key_names(hint, key_name, canvas->ascii, keys, sizeof(keys)))
			continue;
		int end = column + ws_columns(keys) + 1 + ws_columns(_(hint->hint));
		if (at < row && end > canvas->columns - 1) {
			at++;
			end -= column - 1;
			column = 1;
		}
		if (at == row && end > right - 2)
			return;
		column = draw_hint(canvas, at, column, keys, _(hint->hint)) + 2;
	}
}

void hints_draw(struct ws_canvas *canvas, int row, int rows, enum ws_screen screen, const char *const *key_name)
{
	const struct screen_ops *ops = screen_ops(screen);
	draw_hints(canvas, row, rows, ops->keys, ops->key_count, key_name);
}

void hints_draw_back(struct ws_canvas *canvas, int row, const char *const *key_name)
{
	static const struct screen_key keys[] = {{WS_ACT_BACK, WS_ACT_NONE, N_("back")}};
	draw_hints(canvas, row, 1, keys, WS_ARRAY_SIZE(keys), key_name);
}

void hints_draw_start(struct ws_canvas *canvas, int row, bool capture, const char *const *key_name)
{
	static const struct screen_key keys[] = {
	        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
	        {WS_ACT_ENTER, WS_ACT_NONE, N_("open")},
	        {WS_ACT_NEXT_GROUP, WS_ACT_NONE, N_("next group")},
	        {WS_ACT_SEARCH, WS_ACT_NONE, N_("search")},
	        {WS_ACT_EXERCISE, WS_ACT_NONE, N_("exercise")},
	};
	draw_hints(canvas, row, 1, keys, WS_ARRAY_SIZE(keys) - !capture, key_name);
}

void hints_draw_lab(struct ws_canvas *canvas, int row, const char *const *key_name)
{
	static const struct screen_key keys[] = {
	        {WS_ACT_LAB_DELIVER, WS_ACT_NONE, N_("deliver")}, {WS_ACT_LAB_DROP, WS_ACT_NONE, N_("drop")},
	        {WS_ACT_LAB_COPY, WS_ACT_NONE, N_("copy")},       {WS_ACT_LAB_DELAY, WS_ACT_NONE, N_("wait")},
	        {WS_ACT_LAB_PASS, WS_ACT_NONE, N_("pass")},       {WS_ACT_LAB_AGAIN, WS_ACT_NONE, N_("again")},
	        {WS_ACT_LAB_AUTO, WS_ACT_NONE, N_("auto")},       {WS_ACT_LAB_ALL, WS_ACT_NONE, N_("all")},
	        {WS_ACT_LAB_CHOOSE, WS_ACT_NONE, N_("choose")},   {WS_ACT_STEP_BACK, WS_ACT_STEP, N_("step")},
	        {WS_ACT_DETAIL, WS_ACT_ENTER, N_("packet")},      {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
	};
	draw_hints(canvas, row, 1, keys, WS_ARRAY_SIZE(keys), key_name);
}

void hints_news(struct ws_canvas *canvas, int row, int column, uint64_t count, const char *const *key_name,
                enum ws_action action)
{
	char words[96];
	struct ws_text text = WS_TEXT_OVER(words);
	ws_text_printf(&text, ws_translate_plural(" %llu new connection ", " %llu new connections ", count),
	               (unsigned long long)count);
	if (key_name && key_name[action]) /* TRANSLATORS: a key's name */
		ws_text_printf(&text, ws_translate_plural("· %s shows it ", "· %s shows them ", count),
		               key_name[action]);
	const int end = ws_canvas_bold(canvas, row, column, canvas->columns, WS_STYLE_KEY, ws_text_cstr(&text));
	ws_canvas_paint(canvas, row, column, end - column, WS_STYLE_KEY, WS_BOLD | WS_REVERSE);
}
