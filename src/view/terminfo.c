/* Checks the terminal's description before curses starts, because curses would end the program where it is
 * missing. */
#include "view/view_internal.h"

#include <stdlib.h>
#include <term.h>

bool terminal_check(int fd, struct ws_error *error)
{
	const char *name = getenv("TERM");
	int status;
	if (!name || !*name)
		return ws_fail(error, WS_ERROR_OPTION,
		               "TERM is not set, so the view cannot be drawn; -T text prints lines");
	if (setupterm(name, fd, &status) != OK)
		return ws_fail(error, WS_ERROR_OPTION,
		               "TERM=%s is not a terminal this system knows; set TERM, or use -T text for lines", name);
	const char *move = tigetstr("cup");
	bool can_move = move && move != (const char *)-1;
	del_curterm(cur_term);
	if (!can_move)
		return ws_fail(error, WS_ERROR_OPTION,
		               "TERM=%s cannot move its cursor, so the view cannot be drawn; -T text prints lines",
		               name);
	return true;
}
