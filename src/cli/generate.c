#include "cli/generate.h"
#include "cli/complete.h"
#include "cli/manual.h"

#include <string.h>

bool generate(const struct options *options, FILE *out, struct ws_error *error)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out);
	} shells[] = {
#define X(name, function) {name, function},
	        SHELLS(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(shells); i++) {
		if (strcmp(options->generate, shells[i].name) == 0) {
			shells[i].write(out);
			return true;
		}
	}
	if (strcmp(options->generate, "man") == 0 && options->operand)
		return manual_generate(options->operand, out, error);
	return ws_fail(error, WS_ERROR_OPTION, "--generate makes bash, zsh, fish, or man FILE");
}
