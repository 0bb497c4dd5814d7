/* Completions for bash, zsh and fish.
 *
 * Each is a script that knows every option with its help, the words that an option accepts, and which values are files.
 * For interfaces and lessons it asks wirestate. All of that comes from the option table, so a new option needs only its
 * row there. */
#include "cli/complete.h"
#include "cli/options.h"

#include <string.h>

/* The kind of value that follows an option. */
enum value {
	VALUE_NONE,
	VALUE_WORDS,
	VALUE_LIST,
	VALUE_FILE,
	VALUE_INTERFACE,
	VALUE_LESSON,
	VALUE_SCENARIO,
	VALUE_OTHER
};

static enum value value_of(const struct option_row *row)
{
	if (!row->argument)
		return VALUE_NONE;
	if (row->kind == OPTION_RECORDS)
		return VALUE_LIST;
	if (row->kind == OPTION_NAME)
		return strcmp(row->name, "lab") == 0 ? VALUE_SCENARIO : VALUE_LESSON;
	if (row->words)
		return VALUE_WORDS;
	if (strcmp(row->argument, "FILE") == 0)
		return VALUE_FILE;
	return strcmp(row->argument, "IFACE") == 0 ? VALUE_INTERFACE : VALUE_OTHER;
}

static bool shown(const struct option_row *row)
{
	return row->group != GROUP_HIDDEN;
}

/* Writes the first clause of the help, with a backslash before every character in `special`. */
static void help_write(FILE *out, const char *help, const char *special)
{
	static const char *const ends[] = {"; ", ". ", " ("};
	size_t length = strlen(help);
	for (size_t i = 0; i < WS_ARRAY_SIZE(ends); i++) {
		const char *end = strstr(help, ends[i]);
		if (end && (size_t)(end - help) < length)
			length = (size_t)(end - help);
	}
	for (size_t i = 0; i < length; i++) {
		if (strchr(special, help[i]))
			fputc('\\', out);
		if (help[i] == '\'')
			fputs("'\\'", out); /* ends the string, adds a quote, and begins the string again */
		fputc(help[i], out);
	}
}

/* The words without the leading space. */
static const char *words_of(const struct option_row *row)
{
	return row->words + strspn(row->words, " ");
}

#define LIST_INTERFACES "wirestate -D 2>/dev/null | sed \"s/^[0-9]*\\\\.//; s/ .*//\""
#define LIST_INTERFACES_FISH "wirestate -D 2>/dev/null | string replace -r \"^[0-9]+\\\\.(\\\\S+).*\" \"\\$1\""

#define LIST_LESSONS "wirestate --lesson 2>/dev/null | sed \"s/ .*//\""
#define LIST_LESSONS_FISH "wirestate --lesson 2>/dev/null | string replace -r \" .*\" \"\""
#define LIST_SCENARIOS "wirestate --lab 2>/dev/null | sed \"s/ .*//\""
#define LIST_SCENARIOS_FISH "wirestate --lab 2>/dev/null | string replace -r \" .*\" \"\""

/* ---- bash */

static void bash_case(FILE *out, const struct option_row *row)
{
	fputs("\t", out);
	if (row->letter)
		fprintf(out, "-%c | ", row->letter);
	fprintf(out, "--%s) ", row->name);
	switch (value_of(row)) {
	case VALUE_WORDS:
		fprintf(out, "COMPREPLY=($(compgen -W '%s' -- \"$cur\"))", words_of(row));
		break;
	case VALUE_LIST:
		/* The words before the last comma stay. */
		fprintf(out,
		        "local done=; [[ $cur == *,* ]] && done=${cur%%,*},\n"
		        "\t\tCOMPREPLY=($(compgen -P \"$done\" -W '%s' -- \"${cur##*,}\")); compopt -o nospace",
		        words_of(row));
		break;
	case VALUE_FILE:
		fputs("compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))", out);
		break;
	case VALUE_LESSON: /* which is optional */
		fputs("if [[ $cur != -* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$(" LIST_LESSONS ")\" -- \"$cur\") "
		      "$(compgen -f -X '!*.lesson' -- \"$cur\"))\n"
		      "\t\treturn\n\tfi ;;\n",
		      out);
		return;
	case VALUE_SCENARIO:
		fputs("if [[ $cur != -* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$(" LIST_SCENARIOS ")\" -- \"$cur\") "
		      "$(compgen -f -X '!*.lab' -- \"$cur\"))\n"
		      "\t\treturn\n\tfi ;;\n",
		      out);
		return;
	case VALUE_INTERFACE:
		fputs("COMPREPLY=($(compgen -W \"$(" LIST_INTERFACES ") any\" -- \"$cur\"))", out);
		break;
	default:
		fputc(':', out);
	}
	fputs("; return ;;\n", out);
}

void complete_bash(FILE *out)
{
	fputs("# wirestate: completion for bash, made by wirestate --generate bash\n"
	      "_wirestate() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tif [[ $cur == = ]]; then\n"
	      "\t\tcur=\n"
	      "\telif [[ $prev == = && COMP_CWORD -gt 1 ]]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "\tfi\n"
	      "\tCOMPREPLY=()\n"
	      "\tcase $prev in\n",
	      out);
	for (size_t i = 0; i < option_row_count; i++)
		if (shown(&option_rows[i]) && value_of(&option_rows[i]) != VALUE_NONE)
			bash_case(out, &option_rows[i]);
	fputs("\tesac\n\t[[ $cur == -* ]] && COMPREPLY=($(compgen -W '", out);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (!shown(row))
			continue;
		if (row->letter)
			fprintf(out, "-%c ", row->letter);
		fprintf(out, "--%s ", row->name);
	}
	fputs("' -- \"$cur\"))\n}\ncomplete -F _wirestate wirestate\n", out);
}

/* ---- zsh */

static void zsh_value(FILE *out, const struct option_row *row)
{
	switch (value_of(row)) {
	case VALUE_NONE:
		return;
	case VALUE_WORDS:
		fprintf(out, ":%s:(%s)", row->argument, words_of(row));
		return;
	case VALUE_LIST:
		fprintf(out, ":%s:_sequence compadd - %s", row->argument, words_of(row));
		return;
	case VALUE_FILE:
		fputs(":FILE:_files", out);
		return;
	case VALUE_LESSON:
		fputs("::NAME:{ compadd ${(f)\"$(" LIST_LESSONS ")\"}; _files -g \"*.lesson\" }", out);
		return;
	case VALUE_SCENARIO:
		fputs("::SCENARIO:{ compadd ${(f)\"$(" LIST_SCENARIOS ")\"}; _files -g \"*.lab\" }", out);
		return;
	case VALUE_INTERFACE:
		fputs(":IFACE:{ compadd - any ${(f)\"$(" LIST_INTERFACES ")\"} }", out);
		return;
	case VALUE_OTHER:
		fprintf(out, ":%s: ", row->argument);
		return;
	}
}

void complete_zsh(FILE *out)
{
	fputs("#compdef wirestate\n# wirestate: completion for zsh, made by wirestate --generate zsh\n_arguments -s -S "
	      "\\\n",
	      out);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		const bool value = value_of(row) != VALUE_NONE;
		if (!shown(row))
			continue;
		if (row->letter)
			fprintf(out, "\t'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
			        value ? "+" : "", row->name, value ? "=" : "");
		else
			fprintf(out, "\t'--%s%s[", row->name, value ? "=" : "");
		help_write(out, row->help, "[]:\\");
		fputc(']', out);
		zsh_value(out, row);
		fputs("' \\\n", out);
	}
	fputs("\t'*:BPF expression: '\n", out);
}

/* ---- fish */

void complete_fish(FILE *out)
{
	fputs("# wirestate: completion for fish, made by wirestate --generate fish\ncomplete -c wirestate -f\n", out);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (!shown(row))
			continue;
		fputs("complete -c wirestate", out);
		if (row->letter)
			fprintf(out, " -s %c", row->letter);
		fprintf(out, " -l %s", row->name);
		switch (value_of(row)) {
		case VALUE_NONE:
			break;
		case VALUE_WORDS:
			fprintf(out, " -x -a '%s'", words_of(row));
			break;
		case VALUE_LIST:
			fprintf(out, " -x -a '(__fish_complete_list , \"string split \\\" \\\" \\\"%s\\\"\")'",
			        words_of(row));
			break;
		case VALUE_FILE:
			fputs(" -r -F", out);
			break;
		case VALUE_LESSON:
			fputs(" -x -a '(" LIST_LESSONS_FISH "; __fish_complete_suffix .lesson)'", out);
			break;
		case VALUE_SCENARIO:
			fputs(" -x -a '(" LIST_SCENARIOS_FISH "; __fish_complete_suffix .lab)'", out);
			break;
		case VALUE_INTERFACE:
			fputs(" -x -a '(" LIST_INTERFACES_FISH "; echo any)'", out);
			break;
		case VALUE_OTHER:
			fputs(" -x", out);
			break;
		}
		fputs(" -d '", out);
		help_write(out, row->help, "\\");
		fputs("'\n", out);
	}
}
