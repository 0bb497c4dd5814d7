#include "cli/generate.h"
#include "cli/complete.h"
#include "cli/habits.h"
#include "cli/manual.h"

#include <string.h>

/* The rows of the manual's table, for the tests. */
static void list_habits(FILE *out)
{
	static const char *const kinds[] = {[HABIT_SAME] = "same", [HABIT_LIKE] = "like", [HABIT_INSTEAD] = "instead"};
	for (size_t i = 0; i < habit_count; i++)
		fprintf(out, "%s\t%s\t%s\t%s\n", habits[i].option, kinds[habits[i].kind], habits[i].text,
		        habits[i].example);
}

bool generate(const struct options *options, FILE *out, struct ws_error *error)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out);
	} shells[] = {
#define X(name, function) {name, function},
	        SHELLS(X)
#undef X
	                {"habits", list_habits},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(shells); i++) {
		if (strcmp(options->generate, shells[i].name) == 0) {
			shells[i].write(out);
			return true;
		}
	}
	if (strcmp(options->generate, "man") == 0 && options->operand)
		return manual_generate(options->operand, out, error);
	return ws_fail(error, WS_ERROR_OPTION, "--generate makes bash, zsh, fish, habits, or man FILE");
}
