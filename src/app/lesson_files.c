/* A lesson is a file NAME.lesson beside the capture that it plays. Lessons that come with wirestate are found in the
 * folder of its captures, others by their path. Its translation is the file NAME.LANGUAGE.lesson beside it. */
#include "app/lesson_files.h"
#include "app/lab_files.h"
#include "app/report.h"
#include "app/text_file.h"
#include "base/folder.h"
#include "cli/datadir.h"

#include <wirestate/language.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char ending[] = ".lesson";

static struct ws_lesson *read_lesson(const char *path, struct ws_error *error)
{
	size_t length;
	char *text = text_file_read(path, WS_LESSON_BYTES, &length, error);
	struct ws_lesson *lesson = text ? ws_lesson_parse(text, length, path, error) : NULL;
	free(text);
	return lesson;
}

/* ---- Translations */

/* Puts the lesson's texts in the chosen language, where a translation is beside it. False: the translation is wrong,
 * and the lesson stays as it is. */
static bool lesson_translate(struct ws_lesson *lesson, const char *path, struct ws_error *error)
{
	char own[PATH_MAX];
	size_t length;
	if (!text_file_translation(path, ending, own, sizeof(own)) || access(own, F_OK) != 0)
		return true;
	char *text = text_file_read(own, WS_LESSON_BYTES, &length, error);
	const bool good = text && ws_lesson_translate(lesson, text, length, own, error);
	free(text);
	return good;
}

/* True for NAME.LANGUAGE.lesson beside NAME.lesson. `name`: the bytes of the path without .LANGUAGE.lesson; `language`:
 * that. */
static bool is_translation(const char *path, int *name, int *language)
{
	char original[PATH_MAX];
	const char *slash = strrchr(path, '/'), *end = path + strlen(path) - sizeof(ending) + 1, *dot = end;
	while (dot > path && dot > slash && dot[-1] != '.')
		dot--;
	*name = (int)(dot - path) - 1;
	*language = (int)(end - dot);
	if (*name < 1 || path[*name] != '.' || !*language)
		return false;
	const int used = snprintf(original, sizeof(original), "%.*s%s", *name, path, ending);
	return used > 0 && (size_t)used < sizeof(original) && access(original, F_OK) == 0;
}

/* ---- Lessons that come with wirestate */

static int is_lesson(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && text_file_ends(entry->d_name, ending);
}

static int lesson_compare(const void *left, const void *right)
{
	const struct lesson_file *a = left, *b = right;
	if (a->lesson->group != b->lesson->group)
		return a->lesson->group > b->lesson->group ? 1 : -1;
	const unsigned first = a->lesson->order ? a->lesson->order : UINT_MAX;
	const unsigned second = b->lesson->order ? b->lesson->order : UINT_MAX;
	return first != second ? (first > second) - (first < second) : strcmp(a->name, b->name);
}

struct lesson_file *lessons_bundled(size_t *count, struct ws_error *error)
{
	char folder[PATH_MAX];
	struct dirent **names;
	*count = 0;
	if (!data_folder("captures", folder, sizeof(folder)))
		return NULL;
	const int found = scandir(folder, &names, is_lesson, alphasort);
	struct lesson_file *files = found > 0 ? calloc((size_t)found, sizeof(*files)) : NULL;
	for (int i = 0; i < found; i++) {
		char path[PATH_MAX + sizeof(names[0]->d_name) + 1];
		struct ws_error wrong = {.status = WS_OK};
		int name, language;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		const bool own = files && !is_translation(path, &name, &language);
		struct ws_lesson *lesson = own ? read_lesson(path, &wrong) : NULL;
		if (lesson && !lesson_translate(lesson, path, &wrong) && error && error->status == WS_OK)
			*error = wrong;
		struct lesson_file *file = files ? &files[*count] : NULL;
		if (lesson && (file->path = strdup(path))) {
			file->lesson = lesson;
			snprintf(file->name, sizeof(file->name), "%.*s",
			         (int)(strlen(names[i]->d_name) - sizeof(ending) + 1), names[i]->d_name);
			++*count;
		} else if (own && error && error->status == WS_OK) {
			*error = wrong;
		}
		free(names[i]);
	}
	if (found >= 0)
		free(names);
	if (*count)
		qsort(files, *count, sizeof(*files), lesson_compare);
	return files;
}

void lessons_free(struct lesson_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ws_lesson_free(files[i].lesson);
		free(files[i].path);
	}
	free(files);
}

int lessons_print(void)
{
	struct ws_error error = {.status = WS_OK};
	size_t count;
	struct lesson_file *files = lessons_bundled(&count, &error);
	for (size_t i = 0; i < count; i++)
		print_about(files[i].name, files[i].lesson->about);
	lessons_free(files, count);
	if (error.status != WS_OK)
		return report_error(&error);
	if (!count)
		fprintf(stderr, _("wirestate: no lesson has been found beside this program; %s\n"),
		        data_folder_here("captures")
		                ? _("to play one of this folder: wirestate --lesson ./captures/NAME.lesson")
		                : _("they belong beside the captures that come with wirestate"));
	return 0;
}

/* ---- One lesson */

/* `name` is the name of a lesson that comes with wirestate, or else a path. */
static bool lesson_find(const char *name, char *path, size_t size, struct ws_error *error)
{
	char folder[PATH_MAX];
	if (!strchr(name, '/') && data_folder("captures", folder, sizeof(folder))) {
		const int used =
		        snprintf(path, size, "%s/%s%s", folder, name, text_file_ends(name, ending) ? "" : ending);
		if (used > 0 && (size_t)used < size && base_is_file(path))
			return true;
	}
	if (text_file_ends(name, ending) && strlen(name) < size && base_is_file(name)) {
		strcpy(path, name);
		return true;
	}
	if (base_is_file(name))
		return ws_fail(error, WS_ERROR_OPTION, "%s is no lesson: the name of one ends in .lesson", name);
	if (data_file_here("captures", name, ending, path, size))
		return ws_fail(error, WS_ERROR_OPTION,
		               "no lesson called %s is beside this program; to play the one in this folder: wirestate "
		               "--lesson ./%s",
		               name, path);
	return ws_fail(error, WS_ERROR_OPTION,
	               "no lesson is called %s; wirestate --lesson lists them, and a path must lead to a .lesson file",
	               name);
}

/* Opens the lesson, in the chosen language where that is possible. */
static struct ws_lesson *lesson_read(const char *path, int *status, struct ws_error *error)
{
	struct ws_error wrong;
	int name, language;
	*status = 0;
	if (is_translation(path, &name, &language)) {
		const char *slash = strrchr(path, '/');
		const int folder = slash ? (int)(slash - path) + 1 : 0;
		ws_fail(error, WS_ERROR_OPTION,
		        "%s is the translation of a lesson; to play that: wirestate --language %.*s --lesson %s%.*s%s",
		        path, language, path + name + 1, folder ? "" : "./", name, path, ending);
		return NULL;
	}
	struct ws_lesson *lesson = read_lesson(path, error);
	if (lesson && !lesson_translate(lesson, path, &wrong))
		*status = report_error(&wrong);
	return lesson;
}

/* Looks for the capture beside the lesson first, and then among those that come with wirestate. */
static bool lesson_find_capture(const char *capture, const char *lesson_path, char *path, size_t size,
                                struct ws_error *error)
{
	const char *slash = strrchr(lesson_path, '/');
	const int folder = slash ? (int)(slash - lesson_path) + 1 : 0;
	for (int with = 0; with < 2; with++) {
		const int used = snprintf(path, size, "%.*s%s%s", folder, lesson_path, capture, with ? ".pcap" : "");
		if (used > 0 && (size_t)used < size && base_is_file(path))
			return true;
	}
	if (data_file("captures", capture, ".pcap", path, size))
		return true;
	return ws_fail(error, WS_ERROR_FILE,
	               "%s: its capture %s is not in the same folder, and none of that name comes with "
	               "wirestate",
	               lesson_path, capture);
}

/* The index of a lesson's file among those that come with wirestate; `count` when it is none of them. */
static size_t lesson_index(const struct lesson_file *files, size_t count, const char *path)
{
	char real[PATH_MAX];
	size_t i = 0;
	if (!realpath(path, real))
		return count;
	while (i < count && strcmp(files[i].path, real) != 0)
		i++;
	return i;
}

/* Appends text[0..length); in commands, `wirestate` becomes the command with which the user starts this program. */
static void name_command(struct ws_text *out, const char *text, size_t length, const char *command)
{
	static const char *const begins[] = {"$ sudo wirestate ", "$ wirestate "};
	for (size_t i = 0; i < WS_ARRAY_SIZE(begins); i++) {
		const size_t begin = strlen(begins[i]), word = sizeof("wirestate ") - 1;
		if (length < begin || memcmp(text, begins[i], begin) != 0)
			continue;
		ws_text_append(out, begins[i], begin - word);
		ws_text_printf(out, "%s ", command);
		text += begin;
		length -= begin;
		break;
	}
	ws_text_append(out, text, length);
}

/* Where a lesson tells the user to watch lo, the filter of that command. */
static void find_live(struct options *options)
{
	static const char begin[] = "$ sudo wirestate -i lo ";
	struct ws_lesson *lesson = options->played;
	const char *found = lesson->try_it ? strstr(lesson->try_it, begin) : NULL;
	options->lesson_filter[0] = '\0';
	if (!found)
		return;
	found += sizeof(begin) - 1;
	const size_t length = strcspn(found, "\n");
	if (length && length < sizeof(options->lesson_filter)) {
		snprintf(options->lesson_filter, sizeof(options->lesson_filter), "%.*s", (int)length, found);
		lesson->live = options->lesson_filter;
	}
}

/* Makes the commands that a lesson tells the user to try work where this program was started. */
static bool name_commands(struct ws_lesson *lesson, const char *command, struct ws_error *error)
{
	const size_t most = WS_LESSON_TEXT_BYTES * (strlen(command) + 1) + 1;
	lesson->command = command;
	if (!lesson->try_it)
		return true;
	char *text = malloc(most);
	if (!text)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	struct ws_text out = {.data = text, .capacity = most};
	for (const char *line = lesson->try_it; *line;) {
		const size_t length = strcspn(line, "\n");
		name_command(&out, line, length, command);
		line += length;
		if (*line) {
			ws_text_putc(&out, '\n');
			line++;
		}
	}
	ws_text_cstr(&out);
	free(lesson->try_it);
	lesson->try_it = text;
	return true;
}

/* What is to be tried in the lab: the scenarios must be there, and the packets be named rightly. */
static bool attempts_check(const struct ws_lesson *lesson, struct ws_error *error)
{
	for (size_t i = 0; i < lesson->stop_count; i++) {
		const struct ws_lesson_attempt *attempt = &lesson->stop[i].attempt;
		struct ws_error wrong;
		struct lab_rule keep;
		if (!attempt->scenario)
			continue;
		struct lab_scenario *scenario = lab_scenario_open(attempt->scenario, NULL, &wrong);
		const bool there = scenario;
		lab_scenario_free(scenario);
		if (!there)
			return ws_fail(error, WS_ERROR_FILE, "%.200s:%u: lab: %.250s", lesson->name,
			               attempt->scenario_line, wrong.text);
		if (!lab_rule_read(attempt->hold, lesson->name, attempt->hold_line, &keep, error))
			return false;
	}
	return true;
}

bool lesson_open(struct options *options, struct ws_error *error)
{
	char path[PATH_MAX];
	ws_lesson_free(options->played);
	options->played = NULL;
	options->lesson_next[0] = options->lesson_next_title[0] = options->lesson_bundled[0] = '\0';
	if (!lesson_find(options->lesson, path, sizeof(path), error))
		return false;
	options->played = lesson_read(path, &options->lesson_status, error);
	if (options->played)
		find_live(options);
	if (!options->played || !name_commands(options->played, options->command, error) ||
	    !attempts_check(options->played, error) ||
	    (options->played->capture &&
	     !lesson_find_capture(options->played->capture, path, options->bundled, sizeof(options->bundled), error)))
		return false;
	options->read = options->bundled;
	options->reads.count = 0;
	if (options->played->second_capture) {
		if (!lesson_find_capture(options->played->second_capture, path, options->bundled_second,
		                         sizeof(options->bundled_second), error))
			return false;
		options->reads = (struct words){.word = {options->bundled, options->bundled_second}, .count = 2};
	}
	size_t count;
	struct lesson_file *files = lessons_bundled(&count, NULL);
	const size_t place = lesson_index(files, count, path);
	if (place < count)
		snprintf(options->lesson_bundled, sizeof(options->lesson_bundled), "%s", files[place].name);
	if (place + 1 < count) {
		snprintf(options->lesson_next, sizeof(options->lesson_next), "%s", files[place + 1].name);
		snprintf(options->lesson_next_title, sizeof(options->lesson_next_title), "%s",
		         files[place + 1].lesson->title);
		options->played->next = options->lesson_next_title;
		options->played->next_name = options->lesson_next;
	}
	lessons_free(files, count);
	return true;
}

bool lesson_to_next(struct options *options)
{
	if (!options->lesson_next[0])
		return false;
	snprintf(options->lesson_name, sizeof(options->lesson_name), "%s", options->lesson_next);
	options->lesson = options->lesson_name;
	return true;
}
