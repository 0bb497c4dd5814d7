/* The start screen: entries in groups, each group under its heading, and the search for an entry. It is drawn by
 * start_draw.c. */
#include "scene/start.h"
#include "scene/widgets/cursor.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

size_t start_rows_above(const struct ws_start *start, size_t entry)
{
	if (entry == 0)
		return 1;
	return start->entries[entry].group != start->entries[entry - 1].group ? 2 : 0;
}

/* The row of an entry, counted from the top of the list. */
static size_t row_of(const struct ws_start *start, size_t entry)
{
	size_t row = 0;
	for (size_t i = 0; i <= entry && i < start->cursor.count; i++)
		row += start_rows_above(start, i) + (i < entry);
	return row;
}

size_t start_room(int rows)
{
	return rows > START_HEAD_ROWS + START_FOOT_ROWS ? (size_t)(rows - START_HEAD_ROWS - START_FOOT_ROWS) : 1;
}

static void keep_visible(struct ws_start *start, size_t room)
{
	const size_t row = row_of(start, start->cursor.selected);
	const size_t first = row - (start_rows_above(start, start->cursor.selected) != 0); /* with its heading */
	if (first < start->cursor.top)
		start->cursor.top = first;
	if (row >= start->cursor.top + room)
		start->cursor.top = row - room + 1;
}

size_t ws_start_next_lesson(const struct ws_start *start)
{
	for (size_t i = 0; i < start->cursor.count; i++)
		if (ws_start_is_lesson(start->entries[i].group) && !start->entries[i].done)
			return i;
	return SIZE_MAX;
}

const struct start_key *start_key(size_t index)
{
	static const struct start_key keys[] = {
	        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
	        {WS_ACT_PAGE_UP, WS_ACT_PAGE_DOWN, N_("a page up or down")},
	        {WS_ACT_FIRST, WS_ACT_LAST, N_("to the first or the last")},
	        {WS_ACT_NEXT_GROUP, WS_ACT_NONE, N_("to the next group")},
	        {WS_ACT_ENTER, WS_ACT_NONE, N_("open what is selected")},
	        {WS_ACT_EXERCISE, WS_ACT_NONE, N_("an exercise: be asked what happens next in the selected capture")},
	        {WS_ACT_SEARCH, WS_ACT_NONE, N_("search for words in names, descriptions and headings")},
	        {WS_ACT_FIND_NEXT, WS_ACT_FIND_PREVIOUS, N_("to the next one found, or the one before")},
	        {WS_ACT_HELP, WS_ACT_BACK, N_("leave this help")},
	        {WS_ACT_QUIT, WS_ACT_NONE, N_("leave wirestate")},
	};
	return index < WS_ARRAY_SIZE(keys) ? &keys[index] : NULL;
}

bool start_understands(enum ws_action action)
{
	const struct start_key *key;
	for (size_t i = 0; action != WS_ACT_NONE && (key = start_key(i)); i++)
		if (key->action == action || key->second == action)
			return true;
	return false;
}

/* ---- Search */

/* The heading of a group, in English. Those of lessons stand after the word "Lessons". */
const char *start_heading(unsigned group)
{
	static const char *const headings[] = {
#define X(name, word, heading) heading,
	        WS_LESSON_GROUPS(X)
#undef X
#define X(name, heading) heading,
	                WS_START_GROUPS(X)
#undef X
	};
	return headings[group];
}

/* True when each word of the search is in the entry or in the heading of its group. */
static bool matches(const struct ws_start *start, size_t index)
{
	const struct ws_start_entry *entry = &start->entries[index];
	const char *at = start->search;
	while (*(at += strspn(at, " "))) {
		char word[sizeof(start->search)];
		const size_t length = strcspn(at, " ");
		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		if (!strcasestr(entry->title, word) && !strcasestr(entry->name, word) &&
		    !strcasestr(entry->about, word) && !strcasestr(start_heading(entry->group), word) &&
		    !strcasestr(_(start_heading(entry->group)), word))
			return false;
		at += length;
	}
	return true;
}

/* Selects the first entry that matches, from `from` on in this direction, and around the end. */
static void find(struct ws_start *start, uint64_t from, bool back)
{
	const uint64_t count = start->cursor.count;
	start->not_found = false;
	for (uint64_t i = 0; start->search[0] && i < count; i++) {
		const uint64_t at = (back ? from + count - i : from + i) % count;
		if (matches(start, at)) {
			start->cursor.selected = at;
			return;
		}
	}
	start->not_found = start->search[0];
}

static void search_insert(struct ws_start *start, uint32_t character)
{
	char bytes[4];
	const size_t used = strlen(start->search),
	             more = ws_printable(character) ? ws_utf8_encode(character, bytes) : 0;
	if (used + more < sizeof(start->search)) {
		memcpy(start->search + used, bytes, more);
		start->search[used + more] = '\0';
	}
}

static void search_erase(struct ws_start *start)
{
	size_t length = strlen(start->search);
	while (length && ((uint8_t)start->search[--length] & 0xc0) == 0x80)
		;
	start->search[length] = '\0';
}

void ws_start_edit(struct ws_start *start, enum ws_edit edit, uint32_t character, int rows)
{
	switch (edit) {
	case WS_EDIT_INSERT:
		search_insert(start, character);
		break;
	case WS_EDIT_ERASE:
		search_erase(start);
		break;
	case WS_EDIT_ERASE_WORD:
	case WS_EDIT_ERASE_ALL:
		start->search[0] = '\0';
		break;
	case WS_EDIT_CANCEL:
		start->search[0] = '\0';
		start->typing = false;
		break;
	case WS_EDIT_ACCEPT:
		start->typing = false;
		return;
	default:
		return;
	}
	start->cursor.selected = start->before;
	find(start, start->before, false);
	keep_visible(start, start_room(rows));
}

/* ---- Keys */

/* The first entry of the next group, and after the last group that of the first one. */
static void to_next_group(struct ws_start *start)
{
	const unsigned group = start->entries[start->cursor.selected].group;
	uint64_t to = start->cursor.selected;
	while (to < start->cursor.count && start->entries[to].group == group)
		to++;
	start->cursor.selected = to < start->cursor.count ? to : 0;
	start->cursor.top =
	        start->cursor.selected ? row_of(start, start->cursor.selected) - 1 : 0; /* with its heading */
}

static bool start_search_act(struct ws_start *start, enum ws_action action)
{
	const uint64_t selected = start->cursor.selected, count = start->cursor.count;
	if (action == WS_ACT_SEARCH) {
		start->typing = true;
		start->not_found = false;
		start->search[0] = '\0';
		start->before = selected;
		return true;
	}
	if (!start->search[0] || !count || (action != WS_ACT_FIND_NEXT && action != WS_ACT_FIND_PREVIOUS))
		return false;
	find(start, action == WS_ACT_FIND_NEXT ? selected + 1 : selected + count - 1, action != WS_ACT_FIND_NEXT);
	return true;
}

bool ws_start_act(struct ws_start *start, enum ws_action action, int rows)
{
	const size_t room = start_room(rows);
	if (action == WS_ACT_HELP || (start->help && action == WS_ACT_BACK)) {
		start->help = !start->help;
		return true;
	}
	if (start->help && action != WS_ACT_NONE)
		return false;
	if (action != WS_ACT_NONE)
		start->not_found = false;
	if (action == WS_ACT_NEXT_GROUP && start->cursor.count)
		to_next_group(start);
	else if (action != WS_ACT_NONE && !start_search_act(start, action) &&
	         !cursor_move(&start->cursor, action, room))
		return false;
	keep_visible(start, room);
	return true;
}
