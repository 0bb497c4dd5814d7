/* Which options lessons and exercises exclude. */
#include "cli/option_checks.h"

#include <wirestate/language.h>

#include <string.h>

bool option_refuse(struct ws_error *error, const char *text)
{
	return ws_fail(error, WS_ERROR_OPTION, "%s; see wirestate --help", ws_translate_error(text));
}

/* From here on it is handled as --frame end that writes to a file. */
static bool check_lesson_export(struct options *options, struct ws_error *error)
{
	if (!options->export)
		return true;
	options->export_kind = options_export_kind(options->export);
	if (options->export_kind != EXPORT_HTML)
		return option_refuse(error, "a lesson is exported as a page: --export NAME.html");
	if (!options->lesson[0] || options->stop != FRAME_NONE || options->answers)
		return option_refuse(
		        error, "--export writes a whole lesson: name it, --lesson NAME, without --stop and --answers");
	options->frame = FRAME_END;
	return true;
}

/* A lesson has a capture and screens of its own, and no filter. */
bool options_check_lesson(struct options *options, struct ws_error *error)
{
	if (options->interfaces.count || options->reads.count)
		return option_refuse(error, "--lesson plays a capture of its own, which excludes -i and -r");
	if (options->filter || options->joined || options->display_filter || options->count)
		return option_refuse(error, "--lesson plays a whole capture, which excludes filters and -c");
	if (options->show == SHOW_JSON || options->show == SHOW_CSV || options->show == SHOW_ZEEK || options->records ||
	    options->verbose || options->hex || options->debug_connection || options->write)
		return option_refuse(
		        error,
		        "--lesson is shown or printed as it is, which excludes -T json, csv and zeek, --only, -v, "
		        "-x, --debug-connection and -w");
	if (options->frame != FRAME_NONE || options->screen >= 0 || options->connection)
		return option_refuse(error, "--lesson has screens of its own: --stop N prints one");
	if (options->stop != FRAME_NONE && !options->lesson[0])
		return option_refuse(error, "--stop is for a lesson: name it, --lesson NAME");
	if (options->answers && (!options->lesson[0] || options->stop != FRAME_NONE))
		return option_refuse(error, "--answers is for a whole lesson: name it, --lesson NAME, without --stop");
	if (options->answers && options->show == SHOW_TUI)
		return option_refuse(error,
		                     "--answers prints a lesson, which excludes -T tui: there, answers are typed");
	if (options->answers)
		options->show = SHOW_TEXT;
	return check_lesson_export(options, error);
}

bool options_check_hosts(const struct options *options, struct ws_error *error)
{
	if (!options->publish && !options->subscribe && (options->sensor || options->site))
		return option_refuse(error, "--sensor and --site are for --publish ADDRESS and --subscribe ADDRESS");
	if (!options->publish && options->no_packets)
		return option_refuse(error, "--no-packets is for --publish ADDRESS");
	if (options->publish && options->subscribe)
		return option_refuse(error, "--publish sends records and --subscribe shows those of others: give one");
	if (!options->publish && !options->subscribe)
		return true;
	if (options->export || options->frame != FRAME_NONE || options->exercise)
		return option_refuse(error, "--publish and --subscribe exclude --export, --frame and --exercise");
	if (options->subscribe &&
	    (options->interfaces.count || options->reads.count || options->write || options->filter || options->joined))
		return option_refuse(error,
		                     "--subscribe shows records, which excludes -i, -r, -w and capture filters; -Y "
		                     "selects connections");
	if (options->subscribe)
		return true;
	if (options->show == SHOW_TUI || options->show == SHOW_TEXT || options->show == SHOW_CSV ||
	    options->show == SHOW_ZEEK || options->verbose || options->hex)
		return option_refuse(
		        error, "--publish sends JSON records, which excludes -T tui, text, csv and zeek, -v and -x");
	if (options->records & (1u << WS_RECORD_PACKET))
		return option_refuse(error, "--publish never sends packets: leave packet out of --only");
	return true;
}

/* An exercise is about the whole capture, and has screens of its own. */
bool options_check_exercise(struct options *options, struct ws_error *error)
{
	if (!options->exercise)
		return true;
	if (options->reads.count != 1 || strcmp(options->read, "-") == 0)
		return option_refuse(error, "--exercise asks about one capture file: it needs -r FILE");
	if (options->display_filter || options->play)
		return option_refuse(error, "--exercise goes through the capture itself, which excludes -Y and --play");
	if (options->show > SHOW_TEXT && options->show != SHOW_AUTO)
		return option_refuse(error,
		                     "--exercise is shown or printed as it is, which excludes -T json, csv and zeek");
	if (options->records || options->verbose || options->hex || options->debug_connection || options->write)
		return option_refuse(error, "--exercise excludes --only, -v, -x, --debug-connection and -w");
	if (options->export || options->frame != FRAME_NONE || options->screen >= 0)
		return option_refuse(
		        error, "--exercise has screens of its own, which excludes --export, --frame and --screen");
	if (options->answers)
		options->show = SHOW_TEXT;
	return true;
}
