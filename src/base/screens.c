/* See wirestate/screens.h. */
#include <wirestate/screens.h>

#include <string.h>

int ws_screen_find(const char *word)
{
	static const char *const words[] = {
#define X(name, text, title) [name] = (text),
	        WS_SCREENS(X)
#undef X
	};
	for (int i = 0; i < WS_SCREEN_COUNT; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}
