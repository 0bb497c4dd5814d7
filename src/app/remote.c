/* The packets go through files in a new folder, which is removed when the view has ended. */
#include "app/remote.h"
#include "app/child.h"
#include "app/program.h"
#include "app/run.h"
#include "app/start.h"

#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAME_MOST = 64, WHY_MOST = 400 };

/* One sensor's part of a request. */
struct part {
	char sensor[NAME_MOST + 1], boot[NAME_MOST + 1], number[24];
	char path[PATH_MAX];
};

struct film {
	struct options options;
	struct part part[REMOTE_SENSORS_MOST];
	size_t count;
	char folder[PATH_MAX];
};

/* ---- The process */

/* The last line that a program said, without its name. */
static void read_reason(int fd, char why[WHY_MOST])
{
	char text[4096];
	const ssize_t length = pread(fd, text, sizeof(text) - 1, 0);
	text[length > 0 ? length : 0] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		const char *colon = strstr(line, ": ");
		snprintf(why, WHY_MOST, "%s", colon ? colon + 2 : line);
	}
}

/* Lets wirestate-nats write the packets to a file. What it says goes to `errors`. */
static bool fetch_part(const struct film *film, const struct part *part, int errors, struct ws_error *error)
{
	const int file = open(part->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const struct program_streams streams = {.input = -1, .output = file, .errors = errors};
	struct program program;
	if (file < 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "%s: %s", part->path, strerror(errno));
	program_init(&program, "packets");
	program_option(&program, "--sensor", part->sensor);
	program_option(&program, "--boot", part->boot);
	program_option(&program, "--connection", part->number);
	program_option(&program, "--site", film->options.site);
	const pid_t started = program_start(&program, film->options.subscribe, &streams, error);
	close(file);
	return started >= 0 && (!program_wait(started) || ws_fail(error, WS_ERROR_FILE, "no packets"));
}

/* Fetches the parts; one that cannot be had is left out where there are others. */
static bool fetch_parts(struct film *film, char why[WHY_MOST])
{
	struct ws_error error = {0};
	FILE *errors = tmpfile();
	size_t kept = 0;
	snprintf(why, WHY_MOST, _("no file for what wirestate-nats says"));
	for (size_t i = 0; errors && i < film->count; i++) {
		printf(_("Asking %s for the packets of its connection %s ...\n"), film->part[i].sensor,
		       film->part[i].number);
		fflush(stdout);
		if (fetch_part(film, &film->part[i], fileno(errors), &error))
			film->part[kept++] = film->part[i];
		else
			read_reason(fileno(errors), why);
	}
	if (errors)
		fclose(errors);
	film->count = kept;
	return kept > 0;
}

static int show(void *context)
{
	struct film *film = context;
	struct options *options = &film->options;
	options->reads.count = 0;
	for (size_t i = 0; i < film->count; i++)
		options->reads.word[options->reads.count++] = film->part[i].path;
	options->read = options->reads.word[0];
	options->source = NULL;
	options->subscribe = NULL;
	options->display_filter = NULL;
	options->from_start = true;
	return run_session(options, MODE_VIEW);
}

static bool parse_request(struct film *film, char *line)
{
	char *rest = line, *sensor, *boot, *number;
	film->count = 0;
	while ((sensor = strsep(&rest, " ")) && film->count < REMOTE_SENSORS_MOST) {
		struct part *part = &film->part[film->count++];
		if (!(boot = strsep(&rest, " ")) || !(number = strsep(&rest, " ")) || strlen(sensor) > NAME_MOST ||
		    strlen(boot) > NAME_MOST || strlen(number) >= sizeof(part->number) || strchr(sensor, '/'))
			return false;
		strcpy(part->sensor, sensor);
		strcpy(part->boot, boot);
		strcpy(part->number, number);
		if (snprintf(part->path, sizeof(part->path), "%s/%s.pcapng", film->folder, sensor) >= PATH_MAX)
			return false;
	}
	return film->count;
}

static bool make_folder(struct film *film)
{
	const char *temporary = getenv("TMPDIR");
	return snprintf(film->folder, sizeof(film->folder), "%s/wirestate-XXXXXX",
	                temporary && temporary[0] ? temporary : "/tmp") < (int)sizeof(film->folder) &&
	       mkdtemp(film->folder);
}

static void remove_folder(const struct film *film, const struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		unlink(parts[i].path);
	rmdir(film->folder);
}

static void serve_request(struct film *film, char *line, FILE *reply)
{
	char why[WHY_MOST] = "not understood";
	if (!make_folder(film)) {
		fprintf(reply, "error no folder for the packets: %s\n", strerror(errno));
		return;
	}
	const bool understood = parse_request(film, line);
	struct part asked[REMOTE_SENSORS_MOST];
	const size_t count = film->count;
	memcpy(asked, film->part, sizeof(asked));
	if (understood && fetch_parts(film, why)) {
		const int status = child_run(show, film);
		if (status && status != START_BACK)
			fprintf(reply, "error its packets cannot be shown\n");
		else
			fprintf(reply, "done\n");
	} else {
		fprintf(reply, "error %s\n", why);
	}
	remove_folder(film, asked, count);
}

static void serve(struct film *film, int socket)
{
	char line[REMOTE_LINE_MOST];
	FILE *requests = fdopen(socket, "r+");
	struct ws_protections protections = {0};
	struct ws_error error;
	if (!ws_privileges_drop(film->options.user, &protections, &error))
		_exit(1);
	signal(SIGINT, SIG_IGN); /* the view that is shown handles them */
	signal(SIGTSTP, SIG_IGN);
	while (requests && fgets(line, sizeof(line), requests)) {
		line[strcspn(line, "\n")] = '\0';
		fseek(requests, 0, SEEK_CUR);
		serve_request(film, line, requests);
		fflush(requests);
	}
	_exit(0);
}

pid_t remote_start(const struct options *options, int *socket, struct ws_error *error)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		ws_fail(error, WS_ERROR_SYSTEM, "no pair of sockets: %s", strerror(errno));
		return -1;
	}
	fflush(NULL);
	const pid_t process = fork();
	if (process == 0) {
		struct film *film = calloc(1, sizeof(*film));
		close(pair[0]);
		if (film) {
			film->options = *options;
			serve(film, pair[1]);
		}
		_exit(1);
	}
	close(pair[1]);
	*socket = pair[0];
	if (process < 0)
		ws_fail(error, WS_ERROR_SYSTEM, "cannot start a process: %s", strerror(errno));
	return process;
}

/* ---- The view's side */

static bool read_reply(int socket, char line[WHY_MOST + 8])
{
	size_t length = 0;
	while (length < WHY_MOST + 7) {
		const ssize_t got = read(socket, line + length, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		if (line[length] == '\n')
			break;
		length++;
	}
	line[length] = '\0';
	return true;
}

bool remote_show(int socket, const struct remote_conn *conns, size_t count, struct ws_error *error)
{
	char line[REMOTE_LINE_MOST], reply[WHY_MOST + 8];
	struct ws_text text = WS_TEXT_OVER(line);
	for (size_t i = 0; i < count; i++)
		ws_text_printf(&text, "%s%s %s %" PRIu64, i ? " " : "", conns[i].sensor, conns[i].boot,
		               conns[i].number);
	ws_text_puts(&text, "\n");
	const char *request = ws_text_cstr(&text);
	if (write(socket, request, strlen(request)) != (ssize_t)strlen(request) || !read_reply(socket, reply))
		return ws_fail(error, WS_ERROR_SYSTEM, "the process that gets packets has ended");
	return strncmp(reply, "error ", 6) != 0 || ws_fail(error, WS_ERROR_FILE, "%s", reply + 6);
}
