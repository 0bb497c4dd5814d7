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

/* Writes a text for roff: a hyphen is written as a minus sign, a character outside ASCII by its name, and a leading dot
 * is not a request. */
void manual_roff(FILE *out, const char *text)
{
	size_t left = strlen(text);
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	while (left) {
		uint32_t code = 0;
		size_t length = ws_utf8_decode(text, left, &code);
		if (length == 0)
			break;
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
	fputs(".\n", out);
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
		fputs(_(".\nAccepted:"), out);
		manual_roff(out, row->words);
	}
	fputs(".\n", out);
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
	static const char *const programs[] = {[HABIT_SAME] = "", [HABIT_LIKE] = "", [HABIT_INSTEAD] = "; instead"};
	for (size_t i = 0; i < habit_count; i++) {
		const struct habit *habit = &habits[i];
		fputs(".TP\n.B \"", out);
		manual_roff(out, habit->option);
		fprintf(out, "\" \\fR(%s%s)\n",
		        strcmp(habit->program, "both") == 0 ? "tcpdump, tshark" : habit->program,
		        programs[habit->kind]);
		manual_roff(out, _(habit->text));
		fputs(".\n", out);
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
		fputs(" (\\fI", out);
		manual_roff(out, ws_action_name(action));
		fputs("\\fR).\n", out);
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
	fputs(".\n", out);
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
	fputs(".\n", out);
}

static void fields(FILE *out, enum ws_record record)
{
	char names[4096];
	struct ws_text text = WS_TEXT_OVER(names);
	ws_record_fields(record, &text);
	manual_roff(out, ws_text_cstr(&text));
	fputs(".\n", out);
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

static void curves(FILE *out)
{
	for (int curve = 0; curve < WS_CURVE_COUNT; curve++) {
		fprintf(out, ".TP\n.B %s \\fR(%s)\n", ws_curve_word((enum ws_curve)curve),
		        ws_curve_unit((enum ws_curve)curve));
		manual_roff(out, _(ws_curve_meaning((enum ws_curve)curve)));
		fputs(".\n", out);
	}
}

static void point_marks(FILE *out)
{
	for (int mark = 0; mark < WS_POINT_MARK_COUNT; mark++) {
		fprintf(out, ".TP\n.B %s\n", ws_point_mark_word((enum ws_point_mark)mark));
		manual_roff(out, _(ws_point_mark_meaning((enum ws_point_mark)mark)));
		fputs(".\n", out);
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
	fputs(".\n", out);
}

static void field_meanings(FILE *out)
{
	const char *name, *type, *meaning;
	for (size_t i = 0; ws_field_meaning(i, &name, &type, &meaning); i++)
		meaning_entry(out, name, type, meaning);
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
		fputs(":\n", out);
		manual_roff(out, _(field.takes));
		fputs(".\n", out);
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
        {"@TITLE@\n", title},
        {"@OPTIONS@\n", options},
        {"@HABITS@\n", habit_table},
        {"@KEYS@\n", keys},
        {"@SCREENS@\n", screens},
        {"@LESSON@\n", lesson_keys},
        {"@LESSON_LIMITS@\n", lesson_limits},
        {"@LAB_KEYS@\n", manual_lab_keys},
        {"@LAB_CALLS@\n", manual_lab_calls},
        {"@LAB_RULES@\n", manual_lab_rules},
        {"@LAB_KINDS@\n", manual_lab_kinds},
        {"@LAB_COMMANDS@\n", manual_lab_commands},
        {"@STATES@\n", states},
        {"@MARKS@\n", marks},
        {"@PROBLEMS@\n", problems},
        {"@LINKS@\n", links},
        {"@ANALYSES@\n", analyses},
        {"@FILTER@\n", filter_fields},
        {"@TRANSITION@\n", transition_fields},
        {"@CONNECTION@\n", connection_fields},
        {"@ARP@\n", arp_fields},
        {"@UDP@\n", udp_fields},
        {"@STATS@\n", stats_fields},
        {"@MEANINGS@\n", field_meanings},
        {"@ZEEK@\n", zeek_fields},
        {"@TRANSIT@\n", transit_fields},
        {"@CLOCK@\n", clock_fields},
        {"@OVERVIEW@\n", overview_fields},
        {"@SHARE@\n", share_fields},
        {"@EXCHANGE@\n", exchange_fields},
        {"@SERVICE@\n", service_fields},
        {"@SERIES@\n", series_fields},
        {"@CURVES@\n", curves},
        {"@POINTMARKS@\n", point_marks},
};

static bool write_line(FILE *out, const char *line)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(markers); i++) {
		if (strcmp(line, markers[i].marker) == 0) {
			markers[i].write(out);
			return true;
		}
	}
	fputs(line, out);
	return line[0] != '@';
}

bool manual_generate(const char *path, FILE *out, struct ws_error *error)
{
	FILE *source = fopen(path, "r");
	if (!source)
		return ws_fail(error, WS_ERROR_FILE, "cannot open %s: %s", path, strerror(errno));
	char *line = NULL;
	size_t capacity = 0;
	bool good = true;
	while (good && getline(&line, &capacity, source) > 0) {
		good = write_line(out, line);
		if (!good)
			ws_fail(error, WS_ERROR_FILE, "%s: unknown marker %s", path, line);
	}
	free(line);
	fclose(source);
	return good;
}
