/* wirestate: from the command line to one of the ways to run, and to the exit status. */
#include "app/lab_files.h"
#include "app/lesson_files.h"
#include "app/listings.h"
#include "app/report.h"
#include "app/run.h"
#include "app/signals.h"
#include "app/start.h"
#include "app/version.h"
#include "cli/generate.h"

#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

/* Loads what the C library otherwise loads from files when it is first used, which the sandbox does not allow: the
 * locale's character set. ws_language_start() does so for the messages. */
static void load_locale(void)
{
	wchar_t wide;
	mbstate_t state = {0};
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	(void)!mbrtowc(&wide, "a", 1, &state);
}

/* Where a standard stream is missing, the next file or socket that is opened would get its descriptor, and what is
 * meant for the stream. */
static bool open_standard_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
			fputs("wirestate: a standard stream is closed, and /dev/null cannot stand in for it\n", stderr);
			return false;
		}
	return true;
}

static int print_help(void)
{
	options_help(stdout);
	return report_output_status();
}

static int print_version(void)
{
	version_print();
	return report_output_status();
}

static int print_usage(void)
{
	options_usage(stderr);
	return 1;
}

static int print_generated(const struct options *options)
{
	struct ws_error error;
	return generate(options, stdout, &error) ? report_output_status() : report_error(&error);
}

static int print_lesson_names(void)
{
	const int status = lessons_print(), written = report_output_status();
	return status ? status : written;
}

static int run(struct options *options, enum mode mode)
{
	switch (mode) {
	case MODE_START:
		return run_start(options);
	case MODE_USAGE:
		return print_usage();
	case MODE_HELP:
		return print_help();
	case MODE_VERSION:
		return print_version();
	case MODE_GENERATE:
		return print_generated(options);
	case MODE_INTERFACES:
		return list_interfaces();
	case MODE_LINK_TYPES:
		return list_link_types(options->interface);
	case MODE_LESSON_NAMES:
		return print_lesson_names();
	case MODE_LAB_NAMES:
		return lab_scenarios_print();
	case MODE_LAB:
		return run_lab(options);
	case MODE_LESSON:
		return run_lessons(options);
	case MODE_EXERCISE:
		return run_session(options, MODE_LESSON);
	case MODE_PUBLISH:
		return run_publish(options);
	case MODE_SUBSCRIBE:
		return run_subscribe(options);
	case MODE_EXPORT:
		return run_export(options);
	case MODE_FRAME:
	case MODE_VIEW:
	case MODE_LINES:
		return run_session(options, mode);
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct options options;
	struct ws_error error;
	if (!open_standard_streams())
		return 1;
	signals_ignore();
	load_locale();
	/* What is longer than the buffer is written early, and the reason why that failed is lost later. */
	static char output[1 << 16];
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, output, _IOFBF, sizeof(output));
	const bool parsed = options_parse(argc, argv, &options, &error);
	if (options.language_note[0] && isatty(STDERR_FILENO))
		fprintf(stderr, "wirestate: %s\n", options.language_note);
	const int status = parsed ? run(&options, options_mode(&options)) : report_error(&error);
	options_free(&options);
	return status;
}
