/* Which row of a table is selected, and which is the first one on the screen. */
#ifndef WIRESTATE_CURSOR_H
#define WIRESTATE_CURSOR_H

#include <wirestate/types.h>

struct ws_cursor {
	uint64_t selected, top; /* rows, from 0 on */
	uint64_t count;         /* of rows, when it was laid out last */
};

#endif
