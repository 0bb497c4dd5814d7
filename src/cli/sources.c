/* -i and -r, each of which may be given several times. */
#include "base/folder.h"
#include "cli/datadir.h"
#include "cli/option_checks.h"
#include "cli/options.h"

#include <wirestate/join.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_pcapng(const char *path)
{
	return ws_dump_format_of(path) == WS_DUMP_PCAPNG;
}

bool options_same_file(const char *a, const char *b)
{
	struct stat left, right;
	return stat(a, &left) == 0 && stat(b, &right) == 0 && S_ISREG(left.st_mode) && left.st_dev == right.st_dev &&
	       left.st_ino == right.st_ino;
}

static bool ends_in(const char *path, const char *ending)
{
	const size_t length = strlen(path), tail = strlen(ending);
	return length > tail && strcmp(path + length - tail, ending) == 0;
}

/* The option that opens a file of this name. */
static const char *opener(const char *path)
{
	return ends_in(path, ".lesson") ? "--lesson" : ends_in(path, ".lab") ? "--lab" : "-r";
}

/* Without -i and -r, says what was probably meant. */
static bool no_source(const struct options *options, struct ws_error *error)
{
	if (options->joined && base_is_file(options->joined) && strcmp(opener(options->joined), "-r") == 0)
		return ws_fail(error, WS_ERROR_OPTION, "%s is a file; to replay it: wirestate -r %s", options->joined,
		               options->joined);
	if (options->joined && base_is_file(options->joined))
		return ws_fail(error, WS_ERROR_OPTION, "%s is a file; to play it: wirestate %s %s", options->joined,
		               opener(options->joined), options->joined);
	if (options->list_link_types)
		return option_refuse(error, "-L needs an interface: -i IFACE");
	if (!isatty(STDIN_FILENO) && !options->joined)
		return option_refuse(error,
		                     "nothing to read: give -i IFACE or -r FILE (-r - reads a capture from the pipe)");
	return option_refuse(error, "nothing to read: give -i IFACE or -r FILE");
}

/* The name of a capture that comes with wirestate stands for that capture. */
static bool find_bundled(struct options *options, struct ws_error *error)
{
	char path[sizeof(options->bundled)];
	for (size_t i = 0; i < options->reads.count; i++) {
		const char **word = &options->reads.word[i];
		if (strcmp(*word, "-") == 0 || access(*word, F_OK) == 0 ||
		    !data_file("captures", *word, ".pcap", path, sizeof(path)))
			continue;
		if (!(options->found[i] = strdup(path)))
			return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		*word = options->found[i];
	}
	return true;
}

/* -i and -r may be given several times. */
bool options_check_sources(struct options *options, struct ws_error *error)
{
	if (!find_bundled(options, error))
		return false;
	const bool several = options->reads.count > 1 || options->interfaces.count > 1;
	options->interface = options->interfaces.count ? options->interfaces.word[0] : NULL;
	options->read = options->reads.count ? options->reads.word[0] : NULL;
	if (options->interface && options->read)
		return option_refuse(error, "-i and -r exclude each other: capture live or replay a file");
	if (!options->interface && !options->read)
		return no_source(options, error);
	if (options->interfaces.count > WS_JOIN_POINTS)
		return option_refuse(error, "too many -i: at most 8 interfaces can be captured from at a time");
	if (several && options->write && !is_pcapng(options->write))
		return option_refuse(error,
		                     "-w writes several points as pcapng only: give a name that ends in .pcapng");
	if (several && options->write && (options->rotate_size || options->rotate_time))
		return option_refuse(error, "-C and -G go on in another file for one point only: give one -i or -r");
	for (size_t i = 0; several && options->write && i < options->reads.count; i++)
		if (options_same_file(options->write, options->reads.word[i]))
			return ws_fail(error, WS_ERROR_OPTION,
			               "-w %s: is a capture that is being read; write to another file", options->write);
	if (options->correct_times && !options->write)
		return option_refuse(error,
		                     "--correct-times is about the file that -w writes: give -w FILE.pcapng, too");
	if (options->correct_times && (options->interface || options->follow))
		return option_refuse(
		        error,
		        "--correct-times reads captures twice, which needs files: give several -r, and neither -i "
		        "nor --follow");
	if (options->correct_times && options->show == SHOW_TUI)
		return option_refuse(error,
		                     "--correct-times needs -T text, json or csv, since the view reads captures once");
	if (several && options->follow)
		return option_refuse(error, "--follow reads one file: give one -r");
	for (size_t i = 0; i < options->reads.count; i++)
		for (size_t k = 0; k < i; k++)
			if (options_same_file(options->reads.word[i], options->reads.word[k]))
				return ws_fail(error, WS_ERROR_OPTION, "-r %s is given twice", options->reads.word[i]);
	return true;
}
