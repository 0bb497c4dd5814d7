/* See cursor.h. */
#include "scene/widgets/cursor.h"

bool cursor_move(struct ws_cursor *cursor, enum ws_action action, uint64_t page)
{
	const uint64_t last = cursor->count ? cursor->count - 1 : 0;
	uint64_t to = cursor->selected;
	page = page ? page : 1;
	switch (action) {
	case WS_ACT_UP:
		to -= to > 0;
		break;
	case WS_ACT_DOWN:
		to++;
		break;
	case WS_ACT_PAGE_UP:
		to = to > page ? to - page : 0;
		break;
	case WS_ACT_PAGE_DOWN:
		to += page;
		break;
	case WS_ACT_FIRST:
		to = 0;
		break;
	case WS_ACT_LAST:
		to = last;
		break;
	default:
		return false;
	}
	cursor->selected = to < last ? to : last;
	return true;
}

void cursor_fit(struct ws_cursor *cursor, uint64_t count, int visible)
{
	const uint64_t rows = visible > 0 ? (uint64_t)visible : 1;
	cursor->count = count;
	if (cursor->selected >= count)
		cursor->selected = count ? count - 1 : 0;
	if (cursor->top + rows > count)
		cursor->top = count > rows ? count - rows : 0;
	if (cursor->selected < cursor->top)
		cursor->top = cursor->selected;
	if (cursor->selected >= cursor->top + rows)
		cursor->top = cursor->selected - rows + 1;
}

bool cursor_click(struct ws_cursor *cursor, int at, int visible, bool *again)
{
	const uint64_t to = cursor->top + (uint64_t)(at > 0 ? at : 0);
	if (at < 0 || at >= visible || to >= cursor->count)
		return false;
	*again = to == cursor->selected;
	cursor->selected = to;
	return true;
}
