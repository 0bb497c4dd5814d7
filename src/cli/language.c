/* Which language is asked for, and where the translations are. */
#include "cli/language.h"

#include <wirestate/language.h>

#include <string.h>

/* The language that the arguments from `i` on name, if that is what they are about; NULL: they are not. Leaves `i` at
 * the last one of them. */
static const char *named_by(int argc, char **argv, int *i)
{
	static const char option[] = "--language";
	const size_t length = sizeof(option) - 1;
	if (strncmp(argv[*i], option, length) != 0)
		return NULL;
	if (argv[*i][length] == '=')
		return argv[*i] + length + 1;
	return !argv[*i][length] && *i + 1 < argc ? argv[++*i] : NULL;
}

/* The value of the last --language; NULL: there is none. */
static const char *asked_by(int argc, char **argv, bool *ascii)
{
	const char *asked = NULL;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		*ascii |= strcmp(argv[i], "--ascii") == 0;
		const char *named = named_by(argc, argv, &i);
		asked = named ? named : asked;
	}
	return asked;
}

bool language_alone(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!named_by(argc, argv, &i))
			return false;
	return true;
}

static bool start(const char *asked, struct options *options, struct ws_error *error)
{
	return ws_language_start(asked, options->ascii, options->language_note, error);
}

bool language_choose(int argc, char **argv, struct options *options, struct ws_error *error)
{
	const char *asked = asked_by(argc, argv, &options->ascii);
	options->language = asked;
	return start(asked, options, error);
}

bool language_confirm(struct options *options, struct ws_error *error)
{
	const bool same = !options->language || strcmp(options->language, ws_language()) == 0;
	if (same && !(options->ascii && *ws_language()))
		return true;
	return start(options->language, options, error);
}
