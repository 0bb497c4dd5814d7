/* The start screen. It reads no packet itself. Each entry is opened in a child process, which drops its privileges and
 * enters the sandbox as always; this process keeps what it needs to open the next one. Meanwhile the terminal belongs
 * to the child. What the child writes to standard error is kept and shown here. */
#include "app/start.h"
#include "app/child.h"
#include "app/report.h"
#include "app/session.h"
#include "app/signals.h"

#include <wirestate/language.h>
#include <wirestate/view.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct start {
	const struct options *options;
	struct ws_view *view;
	struct ws_canvas canvas;
	struct ws_start position;
	struct ws_start_entry *entries;
	char message[512];
	struct ws_error error;
	int status;
	bool reported; /* that a lesson that is done cannot be marked */
	bool quit;
};

static bool start_open_view(struct start *it)
{
	const struct ws_view_options options = {.keymap = &it->options->keymap,
	                                        .ascii = it->options->ascii,
	                                        .colours = options_colours(it->options),
	                                        .theme = (enum ws_theme)it->options->theme};
	it->view = ws_view_open(&options, &it->error);
	return it->view;
}

static void start_draw(struct start *it)
{
	int columns, rows;
	ws_view_size(it->view, &columns, &rows);
	if (!ws_canvas_resize(&it->canvas, columns, rows)) {
		it->quit = true;
		return;
	}
	ws_view_prepare(it->view, &it->canvas);
	ws_canvas_clear(&it->canvas);
	ws_start_act(&it->position, WS_ACT_NONE, rows);
	it->position.message = it->message[0] ? it->message : NULL;
	ws_start_draw(&it->position, &it->canvas);
	ws_view_show(it->view, &it->canvas);
}

/* ---- What is opened */

static void child_become(const struct start *it, const struct ws_start_entry *entry, bool exercise, int errors)
{
	char name[PATH_MAX], interface[] = "-i", file[] = "-r", lesson[] = "--lesson", lab[] = "--lab",
	                     from[] = "--from-start", ask[] = "--exercise", speak[64];
	char *const how = entry->group == WS_START_INTERFACES ? interface
	                  : entry->group == WS_START_LAB        ? lab
	                  : ws_start_is_lesson(entry->group)  ? lesson
	                                                      : file;
	char *const arguments[] = {name, how, entry->target, from, speak, exercise ? ask : NULL, NULL};
	snprintf(speak, sizeof(speak), "--language=%s", *ws_language() ? ws_language() : "en");
	snprintf(name, sizeof(name), "%s", it->options->program); /* which texts name as the user's command */
	dup2(errors, STDERR_FILENO);
	execv("/proc/self/exe", arguments);
	_exit(1);
}

/* Keeps the last line that the child has written, without the program's name. */
static void message_keep(struct start *it, int errors)
{
	char said[2048];
	const ssize_t length = pread(errors, said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	while (said[0] && said[strlen(said) - 1] == '\n')
		said[strlen(said) - 1] = '\0';
	const char *line = strrchr(said, '\n');
	line = line ? line + 1 : said;
	static const char own[] = "wirestate: ";
	if (strncmp(line, own, sizeof(own) - 1) == 0)
		line += sizeof(own) - 1;
	struct ws_text message = WS_TEXT_OVER(it->message);
	ws_text_puts(&message, line);
	ws_text_cstr(&message);
}

static void errors_pass_on(int errors)
{
	char buffer[2048];
	lseek(errors, 0, SEEK_SET);
	for (ssize_t got; (got = read(errors, buffer, sizeof(buffer))) > 0;)
		fwrite(buffer, 1, (size_t)got, stderr);
}

static void message_refuse(struct start *it, const struct ws_start_entry *entry, const char *reason)
{
	snprintf(it->message, sizeof(it->message), _("%s could not be opened: %s"), entry->name, reason);
}

static void start_wait(struct start *it, const struct ws_start_entry *entry, pid_t child, int errors)
{
	it->message[0] = '\0';
	it->status = child_wait(child);
	if (it->status == 0 || signals_take() & SIGNAL_STOP) {
		errors_pass_on(errors);
		it->quit = true;
	} else if (it->status != START_BACK) {
		message_keep(it, errors);
		if (!it->message[0])
			snprintf(it->message, sizeof(it->message), _("%s could not be opened"), entry->name);
	} else if (ws_start_is_lesson(entry->group) && !it->reported) {
		message_keep(it, errors); /* that the lesson is done could not be kept: once is enough */
		it->reported = it->message[0];
	}
}

static void start_open_selected(struct start *it, bool exercise)
{
	if (!it->position.cursor.count)
		return;
	const struct ws_start_entry *entry = &it->entries[it->position.cursor.selected];
	if (exercise && !ws_start_is_capture(entry->group)) {
		snprintf(it->message, sizeof(it->message), "%s",
		         _("An exercise asks about a capture: select one of those below the lessons."));
		return;
	}
	const int errors = memfd_create("errors", MFD_CLOEXEC);
	if (errors < 0) {
		message_refuse(it, entry, strerror(errno));
		return;
	}
	ws_view_close(it->view);
	it->view = NULL;
	const pid_t child = child_fork();
	if (child == 0)
		child_become(it, entry, exercise, errors);
	if (child > 0)
		start_wait(it, entry, child, errors);
	else
		message_refuse(it, entry, strerror(errno));
	close(errors);
	start_list_mark_done(it->entries, it->position.cursor.count);
	if (!it->quit && !start_open_view(it))
		it->quit = true;
}

/* ---- The loop */

static void start_say_nothing_done(struct start *it, const struct ws_key *key)
{
	struct ws_text message = WS_TEXT_OVER(it->message);
	const char *search = it->position.key_name[WS_ACT_SEARCH];
	const bool finds = key->action == WS_ACT_FIND_NEXT || key->action == WS_ACT_FIND_PREVIOUS;
	if (key->kind == WS_KEY_ACTION && finds && search && !it->position.help)
		ws_text_parts(&message, _("Nothing was searched for yet; %s asks for what."), search);
	else
		ws_key_nothing_words(&message, key, it->position.key_name);
	ws_text_cstr(&message);
}

/* Does what an action asks for. True: something was opened, so the view is another one. */
static bool start_act(struct start *it, const struct ws_key *key, int rows)
{
	const bool exercise = key->action == WS_ACT_EXERCISE;
	if (key->action == WS_ACT_QUIT) {
		it->status = 0;
		it->quit = true;
	} else if ((key->action == WS_ACT_ENTER || exercise) && !it->position.help) {
		start_open_selected(it, exercise);
		return true;
	} else if (!ws_start_act(&it->position, key->action, rows) && key->kind == WS_KEY_ACTION) {
		start_say_nothing_done(it, key);
	}
	return false;
}

static void start_handle_keys(struct start *it)
{
	struct ws_key key;
	for (;;) {
		const struct ws_key_context context = {.screen = WS_KEYS_OF_START, .typing = it->position.typing};
		int columns, rows;
		if (it->quit || !ws_view_key(it->view, &context, &key))
			break;
		ws_view_size(it->view, &columns, &rows);
		if (key.kind == WS_KEY_EDIT)
			ws_start_edit(&it->position, key.edit, key.character, rows);
		if (key.kind == WS_KEY_WHEEL_UP || key.kind == WS_KEY_WHEEL_DOWN)
			key.action = key.kind == WS_KEY_WHEEL_UP ? WS_ACT_UP : WS_ACT_DOWN;
		else if (key.kind != WS_KEY_ACTION && key.kind != WS_KEY_UNKNOWN)
			continue;
		it->message[0] = '\0'; /* the user has seen it */
		if (key.kind == WS_KEY_UNKNOWN)
			start_say_nothing_done(it, &key);
		else if (start_act(it, &key, rows))
			return;
	}
}

int run_start(const struct options *options)
{
	struct start it = {.options = options};
	size_t count;
	snprintf(it.message, sizeof(it.message), "%s", options->language_note);
	it.entries = start_list(options->command, &count);
	it.position.cursor.count = count;
	it.position.entries = it.entries;
	it.position.key_name = options->keymap.name;
	it.position.command = options->command;
	const size_t next = ws_start_next_lesson(&it.position);
	it.position.cursor.selected = next == SIZE_MAX ? 0 : next;
	signals_install(true);
	if (ws_canvas_create(&it.canvas, 1, 1) && start_open_view(&it)) {
		while (!it.quit) {
			start_draw(&it);
			struct pollfd descriptor = {.fd = ws_view_fd(it.view), .events = POLLIN};
			signals_poll(&descriptor, 1, WS_TIME_NEVER);
			signals_handle_view(it.view, &it.quit);
			if (descriptor.revents & (POLLHUP | POLLERR | POLLNVAL))
				it.quit = true;
			start_handle_keys(&it);
		}
	}
	ws_view_close(it.view);
	ws_canvas_destroy(&it.canvas);
	start_list_free(it.entries, it.position.cursor.count);
	if (it.error.status == WS_OK)
		return it.status == START_BACK ? 0 : it.status;
	return report_error(&it.error);
}
