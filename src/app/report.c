#include "app/report.h"

#include <wirestate/text.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int report_error(const struct ws_error *error)
{
	fprintf(stderr, "wirestate: %s\n", error->text);
	return ws_exit_status(error->status);
}

int file_error(FILE *file)
{
	errno = 0;
	if (fflush(file) != 0)
		return errno ? errno : EIO;
	if (!ferror(file))
		return 0;
	/* An earlier write has failed, and its errno is lost: a further one fails for the same reason. */
	errno = 0;
	return (fputc('\n', file) == EOF || fflush(file) != 0) && errno ? errno : EIO;
}

static bool reader_has_gone(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
	return poll(&output, 1, 0) == 1 && output.revents & POLLERR;
}

bool report_output(struct ws_error *error)
{
	const int reason = file_error(stdout);
	return reason == 0 || reason == EPIPE || reader_has_gone() ||
	       ws_fail(error, WS_ERROR_OUTPUT, "cannot write to standard output: %s", strerror(reason));
}

int report_output_status(void)
{
	struct ws_error error;
	return report_output(&error) ? 0 : report_error(&error);
}

void print_clean(FILE *file, const char *text)
{
	char buffer[512];
	struct ws_text clean = WS_TEXT_OVER(buffer);
	ws_text_clean(&clean, text, strlen(text));
	fputs(ws_text_cstr(&clean), file);
}

void print_about(const char *name, const char *about)
{
	enum { COLUMN = 23, NARROW = 40 };
	char buffer[512];
	struct winsize size;
	struct ws_text clean = WS_TEXT_OVER(buffer);
	const bool fits = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= NARROW;
	ws_text_clean(&clean, about, strlen(about));
	const char *rest = ws_text_cstr(&clean);
	int column = printf("%-*s ", COLUMN - 1, name);
	while (fits && column + ws_columns(rest) > size.ws_col) {
		const size_t used = column < size.ws_col ? ws_text_line(rest, size.ws_col - column) : 0;
		printf("%.*s\n%*s", (int)used, rest, COLUMN, "");
		rest += used;
		rest += strspn(rest, " ");
		column = COLUMN;
	}
	puts(rest);
}
