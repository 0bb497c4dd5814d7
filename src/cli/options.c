/* The command line as a whole: the configuration, the options, and which of them exclude each other. */
#include "cli/options.h"
#include "cli/config.h"
#include "cli/datadir.h"
#include "cli/habits.h"
#include "cli/language.h"
#include "cli/option_checks.h"

#include <wirestate/join.h>
#include <wirestate/language.h>

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The words after the options are one BPF expression. */
static bool join_words(int argc, char **argv, struct options *options, struct ws_error *error)
{
	size_t length = 1;
	for (int i = optind; i < argc; i++)
		length += strlen(argv[i]) + 1;
	char *out = options->joined = malloc(length);
	if (!out)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	for (int i = optind; i < argc; i++) {
		if (i > optind)
			*out++ = ' ';
		out = stpcpy(out, argv[i]);
	}
	*out = '\0';
	return true;
}

/* -F: the file's text, whose lines are joined. */
static bool read_filter(struct options *options, struct ws_error *error)
{
	enum { MOST = 65536 };
	FILE *file = fopen(options->filter_file, "re");
	if (!file)
		return ws_fail(error, WS_ERROR_OPTION, "-F %s: cannot be opened: %s", options->filter_file,
		               strerror(errno));
	options->joined = malloc(MOST);
	size_t length = options->joined ? fread(options->joined, 1, MOST, file) : 0;
	const bool good = options->joined && !ferror(file) && length < MOST && !memchr(options->joined, 0, length);
	fclose(file);
	if (!good)
		return ws_fail(error, WS_ERROR_OPTION, "-F %s: is no text that can be read, of less than 64 KiB",
		               options->filter_file);
	while (length && strchr(" \t\r\n", options->joined[length - 1]))
		length--;
	options->joined[length] = '\0';
	return true;
}

bool options_colours(const struct options *options)
{
	if (options->colour != COLOUR_AUTO)
		return options->colour == COLOUR_ALWAYS;
	const char *no_color = getenv("NO_COLOR");
	return !no_color || !no_color[0];
}

bool options_export_is_packets(int kind)
{
	return kind == EXPORT_PCAP || kind == EXPORT_PCAPNG;
}

int options_export_kind(const char *name)
{
	static const char *const endings[] = {
#define X(kind, ending, what) [kind] = ending,
	        EXPORTS(X)
#undef X
	};
	const size_t length = strlen(name);
	for (int kind = EXPORT_NONE + 1; kind < (int)WS_ARRAY_SIZE(endings); kind++) {
		const size_t tail = strlen(endings[kind]);
		if (length > tail && strcasecmp(name + length - tail, endings[kind]) == 0)
			return kind;
	}
	return EXPORT_NONE;
}

/* From here on --export is handled as --frame that writes to a file. */
static bool check_export(struct options *options, struct ws_error *error)
{
	if (!options->export)
		return true;
	options->export_kind = options_export_kind(options->export);
	if (options->export_kind == EXPORT_NONE)
		return ws_fail(error, WS_ERROR_OPTION,
		               "--export %s: the name must end in " EXPORT_ENDINGS ", which says what to write",
		               options->export);
	if (!options->read)
		return option_refuse(error, "--export is for a file: it needs -r FILE");
	if (options->screen >= 0 && options->export_kind != EXPORT_SVG && options->export_kind != EXPORT_TXT)
		return option_refuse(error, "--export of a --screen writes .svg or .txt");
	if (options->frame != FRAME_NONE && options->screen < 0)
		return option_refuse(error,
		                     "--export of a whole connection excludes --frame; name a --screen for one moment");
	if (options->frame == FRAME_NONE)
		options->frame = FRAME_END;
	for (size_t i = 0; i < options->reads.count; i++)
		if (options_same_file(options->export, options->reads.word[i]))
			return ws_fail(error, WS_ERROR_OPTION,
			               "--export %s is the file that -r reads: give another name", options->export);
	return true;
}

static bool check_picture(const struct options *options, struct ws_error *error)
{
	if (options->frame == FRAME_NONE) {
		if (options->size.columns)
			return option_refuse(error,
			                     "--size is for --frame and --export: it says how large that screen is");
		if (options->screen >= 0)
			return option_refuse(error,
			                     "--screen is for --frame and --export: it says which screen to print");
		if (options->connection && !options->exercise)
			return option_refuse(error,
			                     "--connection is for --frame, --export and --exercise: it says which "
			                     "connection to select, and -Y 'conn == N' picks its records");
		return true;
	}
	if (!options->read)
		return option_refuse(error, "--frame prints a screen of a file: it needs -r FILE");
	if (options->show != SHOW_AUTO && options->show != SHOW_TUI)
		return option_refuse(error, "--frame prints a screen, which excludes -T text, json, csv and zeek");
	if (options->records || options->verbose || options->hex || options->debug_connection)
		return option_refuse(error,
		                     "--frame prints a screen, which excludes --only, -v, -x and --debug-connection");
	if (options->write)
		return option_refuse(error, "--frame prints a screen, which excludes -w");
	return true;
}

static bool check_show(struct options *options, struct ws_error *error)
{
	const bool line = options->payload || options->link || options->quiet || options->absolute;
	const bool text_only = options->verbose || options->hex || options->debug_connection || line;
	if (options->show == SHOW_CSV && (!options->records || (options->records & (options->records - 1))))
		return option_refuse(error, "-T csv shows one kind of record: name it with --only");
	const uint32_t logged = 1u << WS_RECORD_CONNECTION | 1u << WS_RECORD_UDP;
	if (options->show == SHOW_ZEEK && options->records & ~logged)
		return option_refuse(error, "-T zeek writes conn.log, of connection and udp only");
	if (text_only && options->show != SHOW_AUTO && options->show != SHOW_TEXT)
		return option_refuse(error, "-A, -e, -q, -S, -v, -x and --debug-connection are for -T text");
	if (options->records && options->show == SHOW_TUI)
		return option_refuse(error, "--only is for -T text, json and csv");
	if (options->show == SHOW_AUTO && (text_only || options->records || options->line_buffered))
		options->show = SHOW_TEXT;
	return true;
}

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The options about the files that are read and written. */
static bool check_files(const struct options *options, struct ws_error *error)
{
	const bool rotates = options->rotate_size || options->rotate_time;
	if (options->follow && (!options->read || strcmp(options->read, "-") == 0))
		return option_refuse(error, "--follow goes on reading a file: it needs -r FILE");
	if (options->follow && is_folder(options->read))
		return option_refuse(error, "--follow reads one file, not a folder");
	if (options->follow && options->frame != FRAME_NONE)
		return option_refuse(error, "--frame and --export show a file as it is, which excludes --follow");
	if (!options->write && (rotates || options->rotate_count))
		return option_refuse(error, "-C, -G and -W are for the file of -w: give it a name");
	if (options->rotate_count && !rotates)
		return option_refuse(error, "-W says how many files -C or -G write: give one of them");
	return true;
}

/* The lab makes its own packets. */
static bool check_lab(struct options *options, struct ws_error *error)
{
	if (options->interfaces.count || options->reads.count)
		return option_refuse(error, "--lab makes its own packets, which excludes -i and -r");
	if (options->export || options->frame != FRAME_NONE || options->screen >= 0)
		return option_refuse(
		        error, "--lab runs live; -w FILE.pcapng keeps it, and -r FILE.pcapng shows and exports that");
	if (options->lab[0] && (options->lab_client || options->lab_server))
		return option_refuse(error, "--lab plays a scenario or your programs, not both");
	if (!options->lab_client != !options->lab_server)
		return option_refuse(error, "--lab needs both programs: --server COMMAND and --client COMMAND");
	if (options->lab_auto && options->lab_hold)
		return option_refuse(error, "--auto lets packets arrive by themselves, and --hold lets them wait");
	if (options->write && strcmp(options->write, "-") == 0)
		return option_refuse(error,
		                     "-w - would mix packets with the records on standard output: give a file name");
	return check_show(options, error);
}

static bool check(struct options *options, struct ws_error *error)
{
	if ((options->filter != NULL) + (options->joined != NULL) + (options->filter_file != NULL) > 1)
		return option_refuse(error, "two filters: give one of -f, -F and the expression after the options");
	if (options->filter_file && !read_filter(options, error))
		return false;
	if (options->joined)
		options->filter = options->joined;
	if (options->filter && (options->list_interfaces || options->list_link_types))
		return option_refuse(error, "-D and -L print a list, which excludes filters");
	if (options->list_interfaces)
		return true;
	if (options->lesson)
		return options_check_lesson(options, error);
	if (options->stop != FRAME_NONE)
		return option_refuse(error, "--stop is for a lesson: --lesson NAME");
	if (options->answers && !options->exercise)
		return option_refuse(error, "--answers is for a lesson: --lesson NAME --answers");
	if (options->lab)
		return check_lab(options, error);
	if (options->lab_client || options->lab_server || options->lab_one_host || options->lab_auto ||
	    options->lab_hold || options->lab_delay || options->lab_loss || (options->seed && !options->exercise))
		return option_refuse(error, "--server, --client, --one-host, --auto, --hold, --delay, --loss and "
		                            "--seed are for the lab: --lab");
	if (!options_check_hosts(options, error) || (!options->subscribe && !options_check_sources(options, error)))
		return false;
	if (options->read && (options->monitor || options->link_type || options->list_link_types))
		return option_refuse(error, "-I, -y and -L are for a live interface, not for a file");
	if (options->write && strcmp(options->write, "-") == 0)
		return option_refuse(error,
		                     "-w - would mix packets with the records on standard output: give a file name");
	if (options->write && options->read && options_same_file(options->write, options->read))
		return ws_fail(error, WS_ERROR_OPTION, "-w %s is the file that -r reads: give another name",
		               options->write);
	if (options->no_sandbox && options->user)
		return option_refuse(error, "--no-sandbox keeps the user that -Z changes: give one of them");
	return check_files(options, error) && options_check_exercise(options, error) && check_export(options, error) &&
	       check_picture(options, error) && check_show(options, error);
}

/* The configuration is read first, so that the command line takes precedence. But the command line may name the file.
 */
static bool configure(int argc, char **argv, struct options *options, struct ws_error *error)
{
	struct options first = {.help = false};
	if (!options_read(argc, argv, &first, error))
		return false;
	optind = 0; /* makes glibc's getopt begin again */
	options->config_file = first.config_file;
	return first.help || first.version || first.generate || config_read(options, error);
}

/* Where the name has no slash, the shell has found the program. */
static void name_program(const char *name, struct options *options)
{
	static const char usual[] = "wirestate";
	options->program = name ? name : usual;
	struct ws_text command = WS_TEXT_OVER(options->command);
	if (name && strlen(name) < sizeof(options->command) / 4) /* room for cleaning it */
		ws_text_clean(&command, name, strlen(name));
	else
		ws_text_puts(&command, usual);
	ws_text_cstr(&command);
}

bool options_parse(int argc, char **argv, struct options *options, struct ws_error *error)
{
	*options = (struct options){
	        .fcs = -1,
	        .max_memory = UINT64_C(1) << 30,
	        .frame = FRAME_NONE,
	        .stop = FRAME_NONE,
	        .idle = WS_SECOND,
	        .show = SHOW_AUTO,
	        .colour = COLOUR_AUTO,
	        .screen = -1,
	        .times = -1,
	};
	ws_keymap_init(&options->keymap);
	name_program(argc > 0 ? argv[0] : NULL, options);
	if (!language_choose(argc, argv, options, error) || !configure(argc, argv, options, error) ||
	    !options_read(argc, argv, options, error) || !language_confirm(options, error))
		return false;
	options->bare = language_alone(argc, argv);
	if (options->help || options->version || options->bare) /* the start screen needs no more */
		return true;
	if (options->generate) {
		options->operand = optind < argc ? argv[optind] : NULL;
		return true;
	}
	if (options->lab && !options->lab[0] && !options->lab_client && optind < argc)
		options->lab = argv[optind++];
	if (options->lesson && !options->lesson[0] && optind < argc)
		options->lesson = argv[optind++]; /* the name comes after other options: --lesson -n NAME */
	if (optind < argc && !join_words(argc, argv, options, error))
		return false;
	if (options->idle == 0)
		options->idle = 1; /* from here on, 0 means the default */
	return check(options, error);
}

void options_free(struct options *options)
{
	for (size_t i = 0; i < WORDS_MOST; i++)
		free(options->found[i]);
	free(options->joined);
	free(options->config);
	ws_lesson_free(options->played);
	options->played = NULL;
	options->config = NULL;
	options->joined = NULL;
}
