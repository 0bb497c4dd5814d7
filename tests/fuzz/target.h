/* The function that libFuzzer and replay.c call, and what several targets check. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <wirestate/text.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is shown consists of characters that may be. */
static inline void check_shown(const char *text)
{
	const size_t length = strlen(text);
	for (size_t at = 0; at < length;) {
		uint32_t code;
		const size_t size = ws_utf8_decode(text + at, length - at, &code);
		if (!size || !ws_printable(code))
			abort();
		at += size;
	}
}

#endif
