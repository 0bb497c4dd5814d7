/* The start screen lists what can be opened: interfaces, captures and lessons. */
#ifndef WIRESTATE_START_H
#define WIRESTATE_START_H

#include <wirestate/cursor.h>
#include <wirestate/scene.h>

/* X(enumerator, heading) */
#define WS_START_GROUPS(X)                                                                                             \
	X(WS_START_INTERFACES, "Interfaces, live")                                                                     \
	X(WS_START_HERE, "Captures in this folder")                                                                    \
	X(WS_START_LESSONS, "Lessons")                                                                                 \
	X(WS_START_BUNDLED, "Captures that come with wirestate")

enum ws_start_group {
#define X(name, heading) name,
	WS_START_GROUPS(X)
#undef X
};

struct ws_start_entry {
	enum ws_start_group group;
	char name[64];   /* cleaned */
	char about[256]; /* one line */
	bool ready;      /* it can be opened; false: `about` says what is missing */
	char *target;    /* owned: the interface's name or the file's path */
};

/* What the start screen shows. Entries come in the order of their groups, and are the caller's. */
struct ws_start {
	const struct ws_start_entry *entries;
	struct ws_cursor cursor; /* among the entries; its top is the first row shown, and headings are rows, too */
	const char *message;     /* of what was opened last; or NULL */
	const char *const *key_name;
};

bool ws_start_act(struct ws_start *start, enum ws_action action, int rows);
void ws_start_draw(const struct ws_start *start, struct ws_canvas *canvas);

#endif
