/* wirestate: from the command line to one of the ways to run, and to the exit status. Standard output carries data
 * only; banner, summary, warnings and errors go to standard error. */
#include "app/child.h"
#include "app/lesson_files.h"
#include "app/session.h"
#include "app/signals.h"
#include "app/start.h"
#include "cli/complete.h"
#include "cli/manual.h"
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

static int fail(const struct ws_error *error)
{
	fprintf(stderr, "wirestate: %s\n", error->text);
	return ws_exit_status(error->status);
}

/* Closes a standard output that was written with stdio: a full disk must not pass for success. */
static int finish_stdout(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (errno == EPIPE)
		return 0;
	fprintf(stderr, "wirestate: cannot write to standard output: %s\n", strerror(errno));
	return 1;
}

static void print_clean(FILE *file, const char *text)
{
	char buffer[512];
	struct ws_text clean = WS_TEXT_OVER(buffer);
	ws_text_clean(&clean, text, strlen(text));
	fputs(ws_text_cstr(&clean), file);
}

static int list_interfaces(void)
{
	struct ws_error error = {0};
	size_t count = 0;
	struct ws_interface *list = ws_interfaces(&count, &error);
	if (!list && error.status != WS_OK)
		return fail(&error);
	for (size_t i = 0; i < count; i++) {
		const struct ws_interface *one = &list[i];
		printf("%zu.", i + 1);
		print_clean(stdout, one->name);
		printf(" [%s%s%s]", one->up ? "Up" : "Down", one->running ? ", Running" : "",
		       one->loopback ? ", Loopback" : "");
		if (one->addresses[0])
			printf(" %s", one->addresses);
		if (one->description[0]) {
			fputs(" (", stdout);
			print_clean(stdout, one->description);
			fputc(')', stdout);
		}
		fputc('\n', stdout);
	}
	ws_interfaces_free(list);
	if (count == 0)
		fputs("wirestate: no interface can be captured from; run with sudo to see them all\n", stderr);
	return finish_stdout();
}

static int list_link_types(const char *interface)
{
	struct ws_error error = {0};
	char **names = ws_link_types(interface, &error);
	if (!names)
		return fail(&error);
	for (char **name = names; *name; name++)
		printf("%s\n", *name);
	ws_link_types_free(names);
	return finish_stdout();
}

static int generate(const struct options *options)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out);
	} shells[] = {
#define X(name, function) {name, function},
	        SHELLS(X)
#undef X
	};
	struct ws_error error = {0};
	for (size_t i = 0; i < WS_ARRAY_SIZE(shells); i++) {
		if (strcmp(options->generate, shells[i].name) == 0) {
			shells[i].write(stdout);
			return finish_stdout();
		}
	}
	if (strcmp(options->generate, "man") != 0 || !options->operand) {
		ws_fail(&error, WS_ERROR_OPTION, "--generate makes: bash, zsh, fish, man FILE");
		return fail(&error);
	}
	return manual_generate(options->operand, stdout, &error) ? finish_stdout() : fail(&error);
}

/* The view needs a terminal to draw on; its keys come from the controlling terminal when captures use standard input.
 */
static bool wants_view(struct options *options)
{
	if (options->show == SHOW_AUTO) {
		const bool from_pipe = options->read && strcmp(options->read, "-") == 0;
		const bool keyboard = from_pipe || isatty(STDIN_FILENO);
		options->show = keyboard && isatty(STDOUT_FILENO) ? SHOW_TUI : SHOW_TEXT;
	}
	return options->show == SHOW_TUI;
}

static void point_banner(const struct session *session, const struct point *point)
{
	char buffer[512];
	struct ws_text links = WS_TEXT_OVER(buffer);
	const uint64_t length = session->options->snapshot_length;
	ws_capture_link_names(point->capture, &links);
	fputs(session->live ? "listening on " : "reading from ", stderr);
	print_clean(stderr, point->name);
	fprintf(stderr, ", link-type %s", ws_text_cstr(&links));
	if (session->live)
		fprintf(stderr, ", snapshot length %" PRIu64 " bytes", length ? length : 262144);
	fputc('\n', stderr);
}

static void banner(const struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		point_banner(session, &session->points[i]);
	if (session->options->verbose) {
		char buffer[512];
		struct ws_text text = WS_TEXT_OVER(buffer);
		ws_protections_text(&session->protections, &text);
		fprintf(stderr, "in force: %s\n", ws_text_cstr(&text));
	}
}

/* What the records do not say about their source. */
static void remarks(const struct session *session, const struct point *point)
{
	char buffer[512];
	struct ws_text text = WS_TEXT_OVER(buffer);
	struct ws_tracker_stats stats;
	ws_tracker_stats(point->tracker, &stats);
	if (session->point_count > 1) {
		ws_text_clean(&text, point->name, strlen(point->name));
		ws_text_puts(&text, ": ");
	}
	const size_t start = text.length;
	if (stats.checksums_ignored) {
		ws_checksums_words(&text, stats.checksums_ignored, stats.tcp);
		ws_text_puts(&text, ", since addresses were replaced or the network card completes them later");
		fprintf(stderr, "%s\n", ws_text_cstr(&text));
	}
	text.length = start;
	if (!stats.connections && session_asks_for(session, WS_RECORD_CONNECTION)) {
		ws_text_puts(&text, "no connection: ");
		ws_no_connection_words(&text, &stats);
		fprintf(stderr, "%s\n", ws_text_cstr(&text));
	}
}

static void summary(const struct session *session)
{
	struct ws_capture_stats stats;
	uint64_t evicted = 0;
	session_stats(session, &stats);
	for (size_t i = 0; i < session->point_count; i++) {
		struct ws_tracker_stats tracked;
		ws_tracker_stats(session->points[i].tracker, &tracked);
		evicted += tracked.evicted;
	}
	fprintf(stderr, "%" PRIu64 " packets captured, %" PRIu64 " received by filter, %" PRIu64 " dropped by kernel",
	        session->packets, stats.received, stats.dropped_kernel);
	if (stats.dropped_interface)
		fprintf(stderr, ", %" PRIu64 " dropped by interface", stats.dropped_interface);
	if (evicted)
		fprintf(stderr, ", %" PRIu64 " connections given up for memory", evicted);
	fputc('\n', stderr);
	for (size_t i = 0; i < session->point_count; i++)
		remarks(session, &session->points[i]);
}

/* The display filter, and below it marks where it is wrong. */
static void mark_filter(const char *filter, const struct ws_filter_error *error)
{
	char buffer[512];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_clean(&text, filter, error->start);
	int column = 0;
	for (size_t i = 0; i < text.length; i++)
		column += ((uint8_t)text.data[i] & 0xc0) != 0x80;
	fputs("  ", stderr);
	print_clean(stderr, filter);
	fprintf(stderr, "\n  %*s", column, "");
	for (size_t i = 0; i < (error->length ? error->length : 1); i++)
		fputc('^', stderr);
	fputc('\n', stderr);
}

static int run(struct options *options)
{
	struct ws_error error = {0};
	struct session session;
	const bool lesson = options->played, stop = lesson && options->stop != FRAME_NONE;
	const bool view = options->frame == FRAME_NONE && !stop && wants_view(options);
	const bool frame = !view && (options->frame != FRAME_NONE || lesson);
	if (view && !isatty(STDOUT_FILENO)) {
		ws_fail(&error, WS_ERROR_OPTION, "-T tui needs a terminal, and standard output is none; see -T text");
		return fail(&error);
	}
	const int output_flags = fcntl(STDOUT_FILENO, F_GETFL);
	const bool opened = session_open(&session, options, frame || view, &error);
	signals_install(view);
	if (opened && view) {
		run_view(&session);
	} else if (opened && session_confine(&session)) {
		if (!frame)
			banner(&session);
		(lesson ? run_lesson : frame ? run_frame : run_lines)(&session);
	}
	const bool quiet = frame || session.output_failed || (view && options->read);
	if (opened && !quiet)
		summary(&session);
	session_close(&session);
	if (output_flags >= 0)
		fcntl(STDOUT_FILENO, F_SETFL, output_flags);
	if (!opened) {
		const int status = fail(&error);
		if (session.filter_error.text[0])
			mark_filter(options->display_filter, &session.filter_error);
		return status;
	}
	const struct ws_error *failure = session_failure(&session);
	if (failure->status == WS_OK)
		return session.went_back ? START_BACK : session.wants_next ? LESSON_NEXT : 0;
	return failure == &session.warning && session.warned ? ws_exit_status(failure->status) : fail(failure);
}

/* A lesson in the view runs in a process of its own: what it gives up to be shut in, the one behind it needs. */
static int play(struct options *options)
{
	if (options->stop != FRAME_NONE || !wants_view(options))
		return run(options);
	signals_install(true);
	const pid_t child = fork();
	if (child == 0) {
		const int status = run(options);
		fflush(NULL);
		_exit(status);
	}
	return child > 0 ? launch_wait(child) : 1;
}

static int print_lessons(void)
{
	const int status = lessons_print(), written = finish_stdout();
	return status ? status : written;
}

static int run_lessons(struct options *options)
{
	struct ws_error error = {0};
	int status;
	if (!options->lesson[0])
		return print_lessons();
	do {
		if (!lesson_open(options, &error))
			return fail(&error);
		status = play(options);
	} while (status == LESSON_NEXT && lesson_to_next(options));
	return status;
}

/* What the C library otherwise loads from files when it is first used, which the sandbox does not allow: the locale's
 * character set and messages. */
static void load_lazy(void)
{
	wchar_t wide;
	mbstate_t state = {0};
	(void)!mbrtowc(&wide, "a", 1, &state);
	(void)strerror(EIO);
}

/* A file or socket that is opened where a standard stream is missing would be given what is meant for that. */
static bool standard_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
			fputs("wirestate: a standard stream is closed, and /dev/null cannot stand in for it\n", stderr);
			return false;
		}
	return true;
}

int main(int argc, char **argv)
{
	if (!standard_streams())
		return 1;
	signals_ignore();
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	load_lazy();
	const bool start = argc <= 1 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (argc <= 1 && !start) {
		options_usage(stderr);
		return 1;
	}
	struct options options;
	struct ws_error error = {0};
	int status;
	if (!options_parse(argc, argv, &options, &error)) {
		status = fail(&error);
	} else if (start) {
		status = run_start(&options);
	} else if (options.help) {
		options_help(stdout);
		status = finish_stdout();
	} else if (options.version) {
		printf("wirestate %s\n", WS_VERSION);
		status = finish_stdout();
	} else if (options.generate) {
		status = generate(&options);
	} else if (options.list_interfaces) {
		status = list_interfaces();
	} else if (options.list_link_types) {
		status = list_link_types(options.interface);
	} else if (options.lesson) {
		status = run_lessons(&options);
	} else {
		status = run(&options);
	}
	options_free(&options);
	return status;
}
