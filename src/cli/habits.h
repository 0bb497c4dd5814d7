/* What fingers know from tcpdump and tshark: which of their options mean the same here, which need nothing, and what
 * to use instead of the others. The manual's table, the errors for options that are not here, and tests/habits are made
 * from this one list. */
#ifndef CLI_HABITS_H
#define CLI_HABITS_H

#include <stddef.h>

enum habit_kind {
	HABIT_SAME,    /* it means the same here */
	HABIT_LIKE,    /* nearly: the text says how it differs */
	HABIT_INSTEAD, /* it is an error, and the text says what to use */
};

struct habit {
	const char *option;  /* "-A", "--count" */
	const char *program; /* "tcpdump", "tshark", or "both" */
	enum habit_kind kind;
	const char *text;    /* a sentence without full stop, which begins in lower case */
	const char *example; /* arguments that show it, for the test; FILE stands for a capture */
};

extern const struct habit habits[];
extern const size_t habit_count;

/* What to use instead of the option of that letter, or of that long name (without hyphens); NULL: nothing is known. */
const struct habit *habit_of(int letter, const char *name);

#endif
