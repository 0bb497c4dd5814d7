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

static const char ending[] = ".lab";

/* Takes title and about from NAME.LANGUAGE.lab, where that is beside the scenario. False: the translation is wrong, and
 * the scenario stays as it is. */
static bool scenario_translate(struct lab_scenario *scenario, const char *path, struct ws_error *error)
{
	char translated[PATH_MAX];
	if (!text_file_translation(path, ending, translated, sizeof(translated)) || !base_is_file(translated))
		return true;
	size_t length;
	char *text = text_file_read(translated, LAB_SCENARIO_BYTES, &length, error);
	const bool good = text && lab_scenario_translate(scenario, text, length, translated, error);
	free(text);
	return good;
}

static struct lab_scenario *read_scenario(const char *path, struct ws_error *error)
{
	size_t length;
	char *text = text_file_read(path, LAB_SCENARIO_BYTES, &length, error);
	struct lab_scenario *scenario = text ? lab_scenario_parse(text, length, path, error) : NULL;
	free(text);
	return scenario;
}

static bool scenario_find(const char *name, char *path, size_t size, struct ws_error *error)
{
	if (!strchr(name, '/') && data_file("captures/lab", name, ending, path, size))
		return true;
	if (text_file_ends(name, ending) && strlen(name) < size && base_is_file(name)) {
		strcpy(path, name);
		return true;
	}
	if (base_is_file(name))
		ws_fail(error, WS_ERROR_OPTION, "%s is no scenario: the name of one ends in .lab", name);
	else if (data_file_here("captures/lab", name, ending, path, size))
		ws_fail(error, WS_ERROR_OPTION,
		        "no scenario called %s is beside this program; to play the one in this folder: wirestate --lab "
		        "./%s",
		        name, path);
	else
		ws_fail(error, WS_ERROR_OPTION,
		        "no scenario is called %s; wirestate --lab lists them, and a path must lead to a .lab file",
		        name);
	return false;
}

struct lab_scenario *lab_scenario_open(const char *name, int *status, struct ws_error *error)
{
	char path[PATH_MAX];
	struct ws_error wrong;
	if (!scenario_find(name, path, sizeof(path), error))
		return NULL;
	struct lab_scenario *scenario = read_scenario(path, error);
	if (scenario && !scenario_translate(scenario, path, &wrong) && status)
		*status = report_error(&wrong);
	return scenario;
}

/* ---- The list */

/* A dot before the ending belongs to the name of a translation. */
static int is_scenario(const struct dirent *entry)
{
	return text_file_ends(entry->d_name, ending) && strchr(entry->d_name, '.') == strrchr(entry->d_name, '.');
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
		if ((!scenario || !scenario_translate(scenario, path, &wrong)) && error && error->status == WS_OK)
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
	for (size_t i = 0; i < count; i++)
		print_about(all[i]->name, all[i]->about);
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
