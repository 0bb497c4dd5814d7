/* Cleaning text: for every input, the output is safe for a terminal, and JSON strings are valid. */
#include "target.h"

#include <wirestate/text.h>

#include <stdlib.h>

static void check(const struct ws_text *text, bool json)
{
	size_t at = 0;
	while (at < text->length) {
		uint32_t code;
		const size_t length = ws_utf8_decode(text->data + at, text->length - at, &code);
		if (!length || !ws_printable(code) || (json && code == '"' && (!at || text->data[at - 1] != '\\')))
			abort();
		at += length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char small[61], *large = malloc(12 * size + 1);
	if (!large)
		return 0;
	for (int json = 0; json < 2; json++) {
		struct ws_text texts[] = {WS_TEXT_OVER(small), {.data = large, .capacity = 12 * size + 1}};
		for (size_t i = 0; i < WS_ARRAY_SIZE(texts); i++) {
			(json ? ws_text_json : ws_text_clean)(&texts[i], (const char *)data, size);
			check(&texts[i], json);
		}
		if (texts[1].overflow)
			abort();
	}
	free(large);
	return 0;
}
