/* The display filter: every text compiles or gives an error that points into it, and a compiled filter can be run. */
#include "target.h"

#include <wirestate/filter.h>
#include <wirestate/track.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	struct ws_filter_error error = {0};
	struct ws_filter *filter = ws_filter_compile(text, &error);
	if (filter) {
		struct ws_conn_info info = {.number = 1, .ip_version = 4};
		(void)ws_filter_match(filter, &info);
	} else if (error.start > strlen(text) || !error.text[0]) {
		abort();
	}
	ws_filter_free(filter);
	free(text);
	return 0;
}
