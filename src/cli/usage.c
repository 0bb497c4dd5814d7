/* --help and the usage lines, from the option table. */
#include "cli/options.h"

#include <wirestate/language.h>
#include <wirestate/text.h>

#include <string.h>

enum { TEXT_COLUMN = 30, LINE_WIDTH = 80 };

static const char *const headings[] = {
#define X(name, heading) heading,
        OPTION_GROUPS(X)
#undef X
};

void options_usage(FILE *file)
{
	fputs(_("usage: wirestate -r FILE  [options] [BPF expression]   replay a capture\n"
	        "       wirestate -i IFACE [options] [BPF expression]   watch a live interface\n"
	        "       wirestate --lesson [NAME]                       take a lesson, question by question\n"
	        "       wirestate --lab [SCENARIO]                      let two hosts and a wire play it\n"
	        "       wirestate --help                                every option\n"),
	      file);
}

/* Prints `text` from `column` on, in lines that start at TEXT_COLUMN. */
static void print_lines(FILE *file, const char *text, int column)
{
	if (column >= TEXT_COLUMN) {
		fputc('\n', file);
		column = 0;
	}
	while (*text) {
		const size_t length = ws_text_line(text, LINE_WIDTH - TEXT_COLUMN);
		fprintf(file, "%*s%.*s\n", TEXT_COLUMN - column, "", (int)length, text);
		column = 0;
		text += length;
		text += strspn(text, " ");
	}
}

static void describe(FILE *file, const struct option_row *row)
{
	int column = row->letter ? fprintf(file, "  -%c, ", row->letter) : fprintf(file, "      ");
	column += fprintf(file, "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
	char text[1024];
	int length = snprintf(text, sizeof(text), "%s", _(row->help));
	if (row->kind == OPTION_WORD && row->words && length > 0 && (size_t)length < sizeof(text))
		snprintf(text + length, sizeof(text) - (size_t)length, " (%s)", row->words + strspn(row->words, " "));
	print_lines(file, text, column);
}

void options_help(FILE *file)
{
	fputs(_("wirestate shows what every TCP connection on a wire is doing: the states of both\n"
	        "endpoints, from the packets alone.\n\n"),
	      file);
	options_usage(file);
	for (enum option_group group = GROUP_SOURCE; group < GROUP_HIDDEN; group++) {
		fprintf(file, _("\n%s:\n"), _(headings[group]));
		for (size_t i = 0; i < option_row_count; i++) {
			if (option_rows[i].group == group)
				describe(file, &option_rows[i]);
		}
	}
	fputs(_("\nExit status: 0 done; 1 wrong option, interface or permission; 2 unreadable file,\n"
	        "bad filter, or a capture that ends in the middle of a packet. The manual,\n"
	        "wirestate(1), has examples by question.\n"),
	      file);
}
