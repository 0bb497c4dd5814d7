/* The parts of the manual that are made from the words of the lab's scenarios. */
#include "cli/manual.h"
#include "lab/command.h"
#include "lab/scenario.h"

#include <wirestate/language.h>

static void entry(FILE *out, const char *word, const char *values, const char *meaning)
{
	fputs(".TP\n.B ", out);
	manual_roff(out, word);
	if (*values) {
		fputs(" \\fI", out);
		manual_roff(out, values);
		fputs("\\fR", out);
	}
	fputc('\n', out);
	manual_roff(out, _(meaning));
	manual_end(out);
}

void manual_lab_keys(FILE *out)
{
#define X(name, word, meaning) entry(out, word, "", meaning);
	LAB_KEYS(X)
#undef X
}

void manual_lab_calls(FILE *out)
{
#define X(name, word, values, meaning) entry(out, word, values, meaning);
	LAB_VERBS(X)
#undef X
}

static void rule(FILE *out, const char *word, const char *done)
{
	char meaning[128];
	snprintf(meaning, sizeof(meaning), _("the packet is %s"), _(done));
	entry(out, word, "", meaning);
}

void manual_lab_rules(FILE *out)
{
#define X(name, word, done, saying) rule(out, word, done);
	LAB_ACTS(X)
#undef X
}

void manual_lab_kinds(FILE *out)
{
#define X(name, word, meaning) entry(out, word, "", meaning);
	LAB_KINDS(X)
#undef X
}

void manual_lab_commands(FILE *out)
{
#define X(name, word, most, values, meaning) entry(out, word, values, meaning);
	LAB_COMMANDS(X)
#undef X
}
