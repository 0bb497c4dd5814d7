/* The start screen lists what can be opened: lessons, captures and interfaces. */
#ifndef WIRESTATE_START_H
#define WIRESTATE_START_H

#include <wirestate/cursor.h>
#include <wirestate/language.h>
#include <wirestate/scene.h>

/* Groups up to WS_LESSON_GROUP_COUNT are those of lessons, with their headings. X(enumerator, heading) of the others:
 */
#define WS_START_GROUPS(X)                                                                                             \
	X(WS_START_HERE, N_("Captures in this folder"))                                                                \
	X(WS_START_CAPTURES, N_("Captures in ./captures"))                                                             \
	X(WS_START_INTERFACES, N_("Interfaces, live"))                                                                 \
	X(WS_START_LAB, N_("The lab: two hosts and a wire on this machine"))                                           \
	X(WS_START_BUNDLED, N_("Captures that come with wirestate"))

enum ws_start_group {
	WS_START_LESSONS = WS_LESSON_GROUP_COUNT - 1, /* the last one of them */
#define X(name, heading) name,
	WS_START_GROUPS(X)
#undef X
};

static inline bool ws_start_is_lesson(unsigned group)
{
	return group <= WS_START_LESSONS;
}

static inline bool ws_start_is_capture(unsigned group)
{
	return group == WS_START_HERE || group == WS_START_CAPTURES || group == WS_START_BUNDLED;
}

struct ws_start_entry {
	unsigned group;
	char title[192]; /* cleaned: what it is called on the screen */
	char name[64];   /* cleaned: of an interface or a file, or as --lesson or --lab takes it */
	char about[256]; /* one line */
	bool ready;      /* it can be opened; false: `about` says what is missing */
	bool done;       /* the user has done this lesson */
	char *target;    /* owned: the interface's name or the file's path */
};

/* What the start screen shows. Entries come in the order of their groups, and are the caller's. */
struct ws_start {
	const struct ws_start_entry *entries;
	struct ws_cursor cursor; /* among the entries; its top is the first row shown, and headings are rows, too */
	const char *message;     /* of what was opened last; or NULL */
	const char *const *key_name;
	const char *command; /* with which the user starts this program */
	bool help;           /* the keys are shown instead */
	bool typing;         /* a search is being typed: keys are edits */
	bool not_found;      /* nothing matches the search */
	char search[64];     /* of the latest search; empty: none */
	uint64_t before;     /* while typing: what was selected before */
};

/* The lesson to do next: the first that is not done. SIZE_MAX: there is none. */
size_t ws_start_next_lesson(const struct ws_start *start);
/* Does what a key asks; WS_ACT_NONE only fits what is shown to the rows. False: it means nothing here. */
bool ws_start_act(struct ws_start *start, enum ws_action action, int rows);
/* While a search is typed: each edit moves to the first entry that matches. */
void ws_start_edit(struct ws_start *start, enum ws_edit edit, uint32_t character, int rows);
void ws_start_draw(const struct ws_start *start, struct ws_canvas *canvas);

#endif
