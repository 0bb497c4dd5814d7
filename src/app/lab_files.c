#include "app/lab_files.h"
#include "app/report.h"
#include "cli/datadir.h"

#include <wirestate/language.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char ending[] = ".lab";

static bool has_ending(const char *name)
{
	const size_t length = strlen(name), tail = sizeof(ending) - 1;
	return length > tail && strcmp(name + length - tail, ending) == 0;
}

static bool is_file(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Reads a whole file; one byte more than is allowed of one that is too long. NULL: `error` says why. */
static char *read_text(const char *path, size_t *length, struct ws_error *error)
{
	FILE *file = fopen(path, "re");
	if (!file) {
		ws_fail(error, WS_ERROR_FILE, "cannot open %s: %s", path, strerror(errno));
		return NULL;
	}
	char *text = malloc(LAB_SCENARIO_BYTES + 1);
	*length = text ? fread(text, 1, LAB_SCENARIO_BYTES + 1, file) : 0;
	if (!text)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	const bool failed = text && ferror(file);
	if (failed) {
		ws_fail(error, WS_ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
		free(text);
	}
	fclose(file);
	return failed ? NULL : text;
}

/* Takes title and about from NAME.LANGUAGE.lab, where that is beside the scenario. */
static bool translate(struct lab_scenario *scenario, const char *path, struct ws_error *error)
{
	char translated[PATH_MAX];
	const char *language = ws_language();
	const int used = snprintf(translated, sizeof(translated), "%.*s.%s%s",
	                          (int)(strlen(path) - sizeof(ending) + 1), path, language, ending);
	if (!*language || used < 0 || (size_t)used >= sizeof(translated) || !is_file(translated))
		return true;
	size_t length;
	char *text = read_text(translated, &length, error);
	const bool good = text && lab_scenario_translate(scenario, text, length, translated, error);
	free(text);
	return good;
}

static struct lab_scenario *read_scenario(const char *path, struct ws_error *error)
{
	size_t length;
	char *text = read_text(path, &length, error);
	struct lab_scenario *scenario = text ? lab_scenario_parse(text, length, path, error) : NULL;
	free(text);
	if (scenario && !translate(scenario, path, error)) {
		lab_scenario_free(scenario);
		return NULL;
	}
	return scenario;
}

struct lab_scenario *lab_scenario_open(const char *name, struct ws_error *error)
{
	char path[PATH_MAX];
	if (!strchr(name, '/') && data_file("captures/lab", name, ending, path, sizeof(path)))
		return read_scenario(path, error);
	if (has_ending(name) && is_file(name))
		return read_scenario(name, error);
	if (is_file(name))
		ws_fail(error, WS_ERROR_OPTION, "%s is no scenario: the name of one ends in .lab", name);
	else if (data_file_here("captures/lab", name, ending, path, sizeof(path)))
		ws_fail(error, WS_ERROR_OPTION,
		        "no scenario called %s is beside this program; to play the one in this folder: wirestate --lab "
		        "./%s",
		        name, path);
	else
		ws_fail(error, WS_ERROR_OPTION,
		        "no scenario is called %s; wirestate --lab lists them, and a path must lead to a .lab file",
		        name);
	return NULL;
}

/* ---- The list */

/* A dot before the ending belongs to the name of a translation. */
static int is_scenario(const struct dirent *entry)
{
	return has_ending(entry->d_name) && strchr(entry->d_name, '.') == strrchr(entry->d_name, '.');
}

static int scenario_compare(const void *left, const void *right)
{
	const struct lab_scenario *a = *(struct lab_scenario *const *)left, *b = *(struct lab_scenario *const *)right;
	return a->order != b->order ? (a->order > b->order) - (a->order < b->order) : strcmp(a->name, b->name);
}

struct lab_scenario **lab_scenarios_bundled(size_t *count, struct ws_error *error)
{
	struct dirent **names;
	char folder[PATH_MAX];
	*count = 0;
	if (!data_folder("captures/lab", folder, sizeof(folder)))
		return NULL;
	const int found = scandir(folder, &names, is_scenario, alphasort);
	struct lab_scenario **all = found > 0 ? calloc((size_t)found, sizeof(*all)) : NULL;
	for (int i = 0; i < found; i++) {
		char path[PATH_MAX + sizeof(names[0]->d_name) + 1];
		struct ws_error wrong = {.status = WS_OK};
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		struct lab_scenario *scenario = all ? read_scenario(path, &wrong) : NULL;
		if (scenario)
			all[(*count)++] = scenario;
		else if (error && error->status == WS_OK)
			*error = wrong;
		free(names[i]);
	}
	if (found >= 0)
		free(names);
	if (*count)
		qsort(all, *count, sizeof(*all), scenario_compare);
	return all;
}

void lab_scenarios_free(struct lab_scenario **scenarios, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lab_scenario_free(scenarios[i]);
	free(scenarios);
}

int lab_scenarios_print(void)
{
	struct ws_error error = {.status = WS_OK};
	size_t count;
	struct lab_scenario **all = lab_scenarios_bundled(&count, &error);
	for (size_t i = 0; i < count; i++) {
		printf("%-22s ", all[i]->name);
		print_clean(stdout, all[i]->about);
		putchar('\n');
	}
	lab_scenarios_free(all, count);
	if (error.status != WS_OK)
		return report_error(&error);
	if (!count)
		fprintf(stderr, _("wirestate: no scenario of the lab has been found beside this program; %s\n"),
		        data_folder_here("captures/lab")
		                ? _("to play one of this folder: wirestate --lab ./captures/lab/NAME.lab")
		                : _("they belong beside the captures that come with wirestate"));
	return 0;
}
