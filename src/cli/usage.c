/* --help and the usage lines, from the option table. */
#include "cli/options.h"

#include <string.h>

enum { TEXT_COLUMN = 30, LINE_WIDTH = 80 };

static const char *const headings[] = {
#define X(name, heading) heading,
        OPTION_GROUPS(X)
#undef X
};

void options_usage(FILE *file)
{
	fputs("usage: wirestate -r FILE  [options] [BPF expression]   replay a capture\n"
	      "       wirestate -i IFACE [options] [BPF expression]   watch a live interface\n"
	      "       wirestate --lesson [NAME]                       take a lesson, question by question\n"
	      "       wirestate --lab [SCENARIO]                      let two hosts and a wire play it\n"
	      "       wirestate --help                                every option\n",
	      file);
}

/* Prints `text` from `column` on, broken at spaces, every line starting at TEXT_COLUMN. */
static void wrap(FILE *file, const char *text, int column)
{
	if (column >= TEXT_COLUMN) {
		fputc('\n', file);
		column = 0;
	}
	fprintf(file, "%*s", TEXT_COLUMN - column, "");
	column = TEXT_COLUMN;
	while (*text) {
		int length = (int)strcspn(text, " ");
		if (column > TEXT_COLUMN) {
			if (column + 1 + length > LINE_WIDTH) {
				fprintf(file, "\n%*s", TEXT_COLUMN, "");
				column = TEXT_COLUMN;
			} else {
				fputc(' ', file);
				column++;
			}
		}
		fprintf(file, "%.*s", length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', file);
}

static void describe(FILE *file, const struct option_row *row)
{
	int column = row->letter ? fprintf(file, "  -%c, ", row->letter) : fprintf(file, "      ");
	column += fprintf(file, "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
	char text[512];
	int length = snprintf(text, sizeof(text), "%s", row->help);
	if (row->kind == OPTION_WORD && row->words && length > 0 && (size_t)length < sizeof(text))
		snprintf(text + length, sizeof(text) - (size_t)length, " (%s)", row->words + strspn(row->words, " "));
	wrap(file, text, column);
}

void options_help(FILE *file)
{
	fputs("wirestate shows what every TCP connection on a wire is doing: the states of both\n"
	      "endpoints, from the packets alone.\n\n",
	      file);
	options_usage(file);
	for (enum option_group group = GROUP_SOURCE; group < GROUP_HIDDEN; group++) {
		fprintf(file, "\n%s:\n", headings[group]);
		for (size_t i = 0; i < option_row_count; i++) {
			if (option_rows[i].group == group)
				describe(file, &option_rows[i]);
		}
	}
	fputs("\nExit status: 0 done; 1 wrong option, interface or permission; 2 unreadable file,\n"
	      "bad filter, or a capture that ends in the middle of a packet. The manual,\n"
	      "wirestate(1), has examples by question.\n",
	      file);
}
