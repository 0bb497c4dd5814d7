/* The manual page.
 *
 * src/cli/wirestate.1.in holds the prose. A line that is a marker is replaced by a list made from the table that the
 * program itself uses: options, keys, states, certainties, problems, link types. So these parts of the manual cannot be
 * out of date. */
#include "cli/manual.h"
#include "cli/habits.h"
#include "cli/options.h"

#include <wirestate/capture.h>
#include <wirestate/filter.h>
#include <wirestate/graph.h>
#include <wirestate/language.h>
#include <wirestate/output.h>
#include <wirestate/packet.h>
#include <wirestate/scene.h>
#include <wirestate/track.h>
#include <wirestate/view.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_ideograph(uint32_t code)
{
	return code >= 0x4e00 && code <= 0x9fff;
}

/* Punctuation that takes two columns. */
static bool is_wide_mark(uint32_t code)
{
	return (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff65);
}

/* roff breaks a line between two ideographs, but not after a comma that takes two columns, where ASCII follows. */
static void allow_break(FILE *out, uint32_t before, char next)
{
	static const uint32_t opening_bracket = 0xff08;
	if (is_wide_mark(before) && before != opening_bracket && next > ' ')
		fputs("\\:", out);
}

/* At the end of what a table says, which has no full stop. */
void manual_end(FILE *out)
{
	fputs(C_("at the end of a sentence of the manual", "."), out);
	fputc('\n', out);
}

/* Writes a text for roff: a hyphen is written as a minus sign, a character outside ASCII by its name, and a leading dot
 * is not a request. */
void manual_roff(FILE *out, const char *text)
{
	size_t left = strlen(text);
	uint32_t before = 0;
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	while (left) {
		uint32_t code = 0;
		size_t length = ws_utf8_decode(text, left, &code);
		if (length == 0)
			break;
		allow_break(out, before, *text);
		before = code;
		if (code == '-')
			fputs("\\-", out);
		else if (code == '\\')
			fputs("\\e", out);
		else if (code < 0x80)
			fputc((int)code, out);
		else
			fprintf(out, "\\[u%04X]", (unsigned)code);
		text += length;
		left -= length;
	}
}

static void entry(FILE *out, const char *name, const char *text)
{
	fputs(".TP\n.B \"", out);
	manual_roff(out, name);
	fputs("\"\n", out);
	manual_roff(out, text);
	manual_end(out);
}

static void option_entry(FILE *out, const struct option_row *row)
{
	fputs(".TP\n", out);
	if (row->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
	fputs("\\fB\\-\\-", out);
	manual_roff(out, row->name);
	fputs("\\fR", out);
	if (row->argument)
		fprintf(out, " \\fI%s\\fR", row->argument);
	fputc('\n', out);
	manual_roff(out, _(row->help));
	if (row->words) {
		fputs(_(".\nAccepted: "), out);
		manual_roff(out, row->words + strspn(row->words, " "));
	}
	manual_end(out);
}

static void options(FILE *out)
{
	static const char *const headings[] = {
#define X(name, heading) heading,
	        OPTION_GROUPS(X)
#undef X
	};
	for (enum option_group group = GROUP_SOURCE; group < GROUP_HIDDEN; group++) {
		fprintf(out, ".SS \"%s\"\n", _(headings[group]));
		for (size_t i = 0; i < option_row_count; i++) {
			if (option_rows[i].group == group)
				option_entry(out, &option_rows[i]);
		}
	}
}

static void habit_table(FILE *out)
{
	static const char *const programs[] = {[HABIT_SAME] = "", [HABIT_LIKE] = "", [HABIT_INSTEAD] = N_("; instead")};
	for (size_t i = 0; i < habit_count; i++) {
		const struct habit *habit = &habits[i];
		fputs(".TP\n.B \"", out);
		manual_roff(out, habit->option);
		fprintf(out, "\" \\fR(%s%s)\n",
		        strcmp(habit->program, "both") == 0 ? "tcpdump, tshark" : habit->program,
		        *programs[habit->kind] ? _(programs[habit->kind]) : "");
		manual_roff(out, _(habit->text));
		manual_end(out);
	}
}

/* With each action's name, as the configuration takes it. */
static void keys(FILE *out)
{
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++) {
		char names[64];
		struct ws_text text = WS_TEXT_OVER(names);
		ws_key_names(action, &text);
		fputs(".TP\n.B \"", out);
		manual_roff(out, ws_text_cstr(&text));
		fputs("\"\n", out);
		manual_roff(out, _(ws_action_meaning(action)));
		fputs(C_("before the name of a key's action, in the manual", " (\\fI"), out);
		manual_roff(out, ws_action_name(action));
		fputs(C_("after the name of a key's action, in the manual", "\\fR).\n"), out);
	}
}

static void screens(FILE *out)
{
#define X(name, word, title) entry(out, word, _(title));
	WS_SCREENS(X)
#undef X
}

static void lesson_keys(FILE *out)
{
	for (enum ws_lesson_key key = 0; key < WS_LESSON_KEY_COUNT; key++)
		entry(out, ws_lesson_key_word(key), _(ws_lesson_key_meaning(key)));
}

static void lesson_limits(FILE *out)
{
	fprintf(out,
	        _("Limits: %d KiB in a file, %d stops; in a stop %d fields, %d sums, %d choices, %d hints and %d wrong "
	          "answers; %d columns in a title, %d in about, %d bytes in a text.\n"),
	        WS_LESSON_BYTES / 1024, WS_LESSON_STOPS, WS_LESSON_FIELDS_MOST, WS_LESSON_SUMS_MOST,
	        WS_LESSON_SPELLINGS_MOST, WS_LESSON_HINTS_MOST, WS_LESSON_WRONGS_MOST, WS_LESSON_TITLE_COLUMNS,
	        WS_LESSON_ABOUT_COLUMNS, WS_LESSON_TEXT_BYTES);
}

static void states(FILE *out)
{
	const char *before = "";
	for (enum ws_state state = 0; state < WS_STATE_COUNT; state++) {
		fputs(before, out);
		manual_roff(out, ws_state_name(state));
		before = ", ";
	}
	manual_end(out);
}

static void marks(FILE *out)
{
	char mark[] = {'\0', '\0'};
#define X(name, text, character)                                                                                       \
	mark[0] = character;                                                                                           \
	entry(out, character == ' ' ? _("none") : mark, _(text));
	WS_CERTAINTIES(X)
#undef X
}

static void problems(FILE *out)
{
	for (enum ws_problem problem = WS_PROBLEM_NONE + 1; problem < WS_PROBLEM_COUNT; problem++) {
		fputs(".br\n", out);
		manual_roff(out, _(ws_problem_text(problem)));
		fputc('\n', out);
	}
}

static void links(FILE *out)
{
#define X(name, dlt, number, description) entry(out, dlt, _(description));
	WS_LINKS(X)
#undef X
}

static void analyses(FILE *out)
{
	const char *before = "";
	for (enum ws_analysis analysis = 0; analysis < WS_ANALYSIS_COUNT; analysis++) {
		fputs(before, out);
		manual_roff(out, ws_analysis_name(analysis));
		before = ", ";
	}
	manual_end(out);
}

static void fields(FILE *out, enum ws_record record)
{
	char names[4096];
	struct ws_text text = WS_TEXT_OVER(names);
	ws_record_fields(record, &text);
	manual_roff(out, ws_text_cstr(&text));
	manual_end(out);
}

#define FIELDS(function, record)                                                                                       \
	static void function(FILE *out)                                                                                \
	{                                                                                                              \
		fields(out, record);                                                                                   \
	}
FIELDS(transition_fields, WS_RECORD_TRANSITION)
FIELDS(connection_fields, WS_RECORD_CONNECTION)
FIELDS(arp_fields, WS_RECORD_ARP)
FIELDS(udp_fields, WS_RECORD_UDP)
FIELDS(stats_fields, WS_RECORD_STATS)
FIELDS(transit_fields, WS_RECORD_TRANSIT)
FIELDS(clock_fields, WS_RECORD_CLOCK)
FIELDS(overview_fields, WS_RECORD_OVERVIEW)
FIELDS(share_fields, WS_RECORD_SHARE)
FIELDS(exchange_fields, WS_RECORD_EXCHANGE)
FIELDS(service_fields, WS_RECORD_SERVICE)
FIELDS(series_fields, WS_RECORD_SERIES)

/* The type of a record's field, with its unit, or the unit of a curve, in the chosen language. */
static const char *type_words(const char *type)
{
	static const char *const types[] = {
	        NC_("type of a field", "number"),
	        NC_("type of a field", "seconds"),
	        NC_("type of a field", "s"),
	        NC_("type of a field", "seconds since 1970"),
	        NC_("type of a field", "text"),
	        NC_("type of a field", "word"),
	        NC_("type of a field", "boolean"),
	        NC_("type of a field", "bytes"),
	        NC_("type of a field", "bytes/s"),
	        NC_("type of a field", "segments"),
	        NC_("type of a field", "millionths"),
	        NC_("type of a field", "share"),
	        NC_("type of a field", "address"),
	        NC_("type of a field", "MAC address"),
	        NC_("type of a field", "list of numbers"),
	        NC_("type of a field", "list of texts"),
	        NC_("type of a field", "list of words"),
	        NC_("type of a field", "object of numbers"),
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(types); i++)
		if (strcmp(strchr(types[i], '\004') + 1, type) == 0)
			return ws_translate_marked(types[i]);
	return type;
}

static void curves(FILE *out)
{
	for (int curve = 0; curve < WS_CURVE_COUNT; curve++) {
		fprintf(out, ".TP\n.B %s \\fR(", ws_curve_word((enum ws_curve)curve));
		manual_roff(out, type_words(ws_curve_unit((enum ws_curve)curve)));
		fputs(")\n", out);
		manual_roff(out, _(ws_curve_meaning((enum ws_curve)curve)));
		manual_end(out);
	}
}

static void point_marks(FILE *out)
{
	for (int mark = 0; mark < WS_POINT_MARK_COUNT; mark++) {
		fprintf(out, ".TP\n.B %s\n", ws_point_mark_word((enum ws_point_mark)mark));
		manual_roff(out, _(ws_point_mark_meaning((enum ws_point_mark)mark)));
		manual_end(out);
	}
}

static void meaning_entry(FILE *out, const char *name, const char *type, const char *meaning)
{
	fputs(".TP\n.B ", out);
	manual_roff(out, name);
	fputs(" \\fR(", out);
	manual_roff(out, type);
	fputs(")\n", out);
	manual_roff(out, _(meaning));
	manual_end(out);
}

static void field_meanings(FILE *out)
{
	const char *name, *type, *meaning;
	for (size_t i = 0; ws_field_meaning(i, &name, &type, &meaning); i++)
		meaning_entry(out, name, type_words(type), meaning);
}

static void zeek_fields(FILE *out)
{
	const char *name, *type, *meaning;
	for (size_t i = 0; ws_zeek_field(i, &name, &type, &meaning); i++)
		meaning_entry(out, name, type, meaning);
}

static void filter_fields(FILE *out)
{
	struct ws_filter_field field;
	for (size_t i = 0; ws_filter_field(i, &field); i++) {
		fputs(".TP\n.B ", out);
		manual_roff(out, field.name);
		fputs(field.of_endpoint ? " \\fR(client., server.)\n" : "\n", out);
		manual_roff(out, _(field.meaning));
		fputs(C_("between what a field of the filter is and what it takes, in the manual", ":\n"), out);
		manual_roff(out, field.takes);
		manual_end(out);
	}
}

static void title(FILE *out)
{
	fputs(".TH WIRESTATE 1 2026-11-20 \"wirestate " WS_VERSION "\"\n", out);
}

static const struct {
	const char *marker;
	void (*write)(FILE *out);
} markers[] = {
        {"@TITLE@", title},
        {"@OPTIONS@", options},
        {"@HABITS@", habit_table},
        {"@KEYS@", keys},
        {"@SCREENS@", screens},
        {"@LESSON@", lesson_keys},
        {"@LESSON_LIMITS@", lesson_limits},
        {"@LAB_KEYS@", manual_lab_keys},
        {"@LAB_CALLS@", manual_lab_calls},
        {"@LAB_RULES@", manual_lab_rules},
        {"@LAB_KINDS@", manual_lab_kinds},
        {"@LAB_COMMANDS@", manual_lab_commands},
        {"@STATES@", states},
        {"@MARKS@", marks},
        {"@PROBLEMS@", problems},
        {"@LINKS@", links},
        {"@ANALYSES@", analyses},
        {"@FILTER@", filter_fields},
        {"@TRANSITION@", transition_fields},
        {"@CONNECTION@", connection_fields},
        {"@ARP@", arp_fields},
        {"@UDP@", udp_fields},
        {"@STATS@", stats_fields},
        {"@MEANINGS@", field_meanings},
        {"@ZEEK@", zeek_fields},
        {"@TRANSIT@", transit_fields},
        {"@CLOCK@", clock_fields},
        {"@OVERVIEW@", overview_fields},
        {"@SHARE@", share_fields},
        {"@EXCHANGE@", exchange_fields},
        {"@SERVICE@", service_fields},
        {"@SERIES@", series_fields},
        {"@CURVES@", curves},
        {"@POINTMARKS@", point_marks},
};

/* ---- Lines of the source */

static uint32_t last_character(const char *line)
{
	uint32_t code = 0;
	size_t at = strlen(line);
	while (at && ((unsigned char)line[at - 1] & 0xc0) == 0x80)
		at--;
	if (at)
		ws_utf8_decode(line + at - 1, strlen(line + at - 1), &code);
	return code;
}

/* roff puts a space where a line of text ends. Between two Chinese characters, and beside their punctuation, there is
 * none. */
static bool joins_without_space(const char *before, const char *after)
{
	uint32_t first = 0;
	const uint32_t last = last_character(before);
	if (strncmp(after, "\\f", 2) == 0 && strlen(after) > 3)
		after += 3; /* "\fB" */
	ws_utf8_decode(after, strlen(after), &first);
	return (is_ideograph(last) && is_ideograph(first)) || is_wide_mark(last) || is_wide_mark(first);
}

struct source {
	FILE *out;
	char *before;    /* the line of text before this one, which is not ended yet; NULL: there is none */
	bool in_example; /* lines are kept as they are */
};

static void end_line(struct source *source, const char *next)
{
	if (!source->before)
		return;
	fputs(next && joins_without_space(source->before, next) ? "\\c\n" : "\n", source->out);
	free(source->before);
	source->before = NULL;
}

/* The bytes of a line of text, with what allow_break() adds. */
static void put_text(FILE *out, const char *line)
{
	uint32_t before = 0, code = 0;
	for (size_t left = strlen(line); left;) {
		const size_t length = ws_utf8_decode(line, left, &code);
		if (length == 0)
			break;
		allow_break(out, before, *line);
		fwrite(line, 1, length, out);
		before = code;
		line += length;
		left -= length;
	}
}

/* False: the line is an unknown marker, or there is no memory. */
static bool write_line(struct source *source, char *line)
{
	const bool text = *line != '.' && *line != '@' && *line != '\0' && !source->in_example;
	end_line(source, text ? line : NULL);
	for (size_t i = 0; i < WS_ARRAY_SIZE(markers); i++) {
		if (strcmp(line, markers[i].marker) == 0) {
			markers[i].write(source->out);
			return true;
		}
	}
	if (strcmp(line, ".EX") == 0 || strcmp(line, ".EE") == 0)
		source->in_example = line[2] == 'X';
	if (text) {
		put_text(source->out, line);
		source->before = strdup(line);
	} else {
		fprintf(source->out, "%s\n", line);
	}
	return text ? source->before != NULL : *line != '@';
}

bool manual_generate(const char *path, FILE *out, struct ws_error *error)
{
	struct source source = {.out = out};
	FILE *file = fopen(path, "r");
	if (!file)
		return ws_fail(error, WS_ERROR_FILE, "cannot open %s: %s", path, strerror(errno));
	char *line = NULL;
	size_t capacity = 0;
	bool good = true;
	while (good && getline(&line, &capacity, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		good = write_line(&source, line);
		if (!good)
			ws_fail(error, WS_ERROR_FILE, "%s: unknown marker %s", path, line);
	}
	end_line(&source, NULL);
	free(line);
	fclose(file);
	return good;
}
