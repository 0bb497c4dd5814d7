/* --version: what a report of a fault should say. */
#include "app/version.h"

#include <stdio.h>

#include <wirestate/capture.h>
#include <wirestate/language.h>
#include <wirestate/view.h>

void version_print(void)
{
	char made[400];
	struct ws_text text = WS_TEXT_OVER(made);
	ws_capture_libraries(&text);
	printf(_("wirestate %s\n%s%s (view)\n"), WS_VERSION, ws_text_cstr(&text), ws_view_library());
}
