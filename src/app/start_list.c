/* What the start screen offers: lessons; captures, each with a line about it; and interfaces, with what is missing to
 * open them. For captures that come with wirestate the line is taken from the table in their README; others are
 * recognized by their first bytes. */
#include "app/lab_files.h"
#include "app/lesson_files.h"
#include "app/lessons_done.h"
#include "app/start.h"
#include "cli/datadir.h"

#include <wirestate/capture.h>
#include <wirestate/language.h>

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 1000 }; /* files that are listed of a folder */

struct list {
	const char *command; /* with which the user starts this program */
	struct ws_start_entry *entries;
	size_t count, capacity;
};

static struct ws_start_entry *entry_add(struct list *list, unsigned group, const char *name, const char *target)
{
	if (list->count == list->capacity) {
		const size_t capacity = list->capacity ? list->capacity * 2 : 64;
		struct ws_start_entry *grown = realloc(list->entries, capacity * sizeof(*grown));
		if (!grown)
			return NULL;
		list->entries = grown;
		list->capacity = capacity;
	}
	struct ws_start_entry *entry = &list->entries[list->count];
	*entry = (struct ws_start_entry){.group = group, .ready = true, .target = strdup(target)};
	if (!entry->target)
		return NULL;
	struct ws_text text = WS_TEXT_OVER(entry->name);
	ws_text_clean(&text, name, strlen(name));
	snprintf(entry->title, sizeof(entry->title), "%s", ws_text_cstr(&text));
	list->count++;
	return entry;
}

/* ---- Interfaces */

/* The capability is bit 13 of the effective set. */
bool may_capture(void)
{
	char line[256];
	unsigned long long effective = 0;
	FILE *file = fopen("/proc/self/status", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	if (file)
		fclose(file);
	return effective >> 13 & 1;
}

static bool add_interface(struct list *list, const struct ws_interface *one, bool allowed)
{
	struct ws_start_entry *entry = entry_add(list, WS_START_INTERFACES, one->name, one->name);
	if (!entry)
		return false;
	struct ws_text text = WS_TEXT_OVER(entry->about);
	const char *state = one->up ? one->running ? _("up") : _("up, no carrier") : _("down");
	ws_text_puts(&text, state);
	if (one->loopback)
		ws_text_puts(&text, _(", loopback: between programs of this machine"));
	if (strcmp(one->name, "any") == 0)
		ws_text_puts(&text, _(", all interfaces"));
	/* All addresses, unless the remedy must fit on the line. */
	const int first = allowed ? (int)strlen(one->addresses) : (int)strcspn(one->addresses, " ");
	if (first)
		ws_text_printf(&text, ", %.*s", first, one->addresses);
	entry->ready = allowed && one->up;
	if (!allowed)
		ws_text_printf(&text, _("; needs root: sudo %s -i %s"), list->command, entry->name);
	else if (!one->up)
		ws_text_printf(&text, _("; ip link set %s up"), entry->name);
	ws_text_cstr(&text);
	return true;
}

/* The loopback comes first: what a learner starts talks there. */
static void add_interfaces(struct list *list)
{
	size_t count = 0;
	struct ws_error ignored;
	const bool allowed = may_capture();
	struct ws_interface *interfaces = ws_interfaces(&count, &ignored);
	for (int loopback = 1; loopback >= 0; loopback--) {
		for (size_t i = 0; i < count; i++) {
			const struct ws_interface *one = &interfaces[i];
			/* Skips devices that libpcap lists as interfaces although they have no network. */
			const bool network =
			        one->addresses[0] || one->loopback || one->up || strcmp(one->name, "any") == 0;
			if (one->loopback == loopback && network && !add_interface(list, one, allowed))
				break;
		}
	}
	ws_interfaces_free(interfaces);
}

/* ---- Captures */

static const char *const endings[] = {".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcapng.gz", ".pcap.zst", ".pcapng.zst"};

/* The length of the name without the ending of a capture, or 0 when it has no such ending. */
static size_t stem_length(const char *name)
{
	const size_t length = strlen(name);
	for (size_t i = 0; i < WS_ARRAY_SIZE(endings); i++) {
		const size_t tail = strlen(endings[i]);
		if (length > tail && strcasecmp(name + length - tail, endings[i]) == 0)
			return length - tail;
	}
	return 0;
}

static void file_describe(const char *path, struct ws_text *about)
{
	struct stat status;
	uint8_t magic[4] = {0};
	FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "re") : NULL;
	if (!file) {
		ws_text_puts(about, _("cannot be read"));
		return;
	}
	const bool whole = fread(magic, 1, sizeof(magic), file) == sizeof(magic);
	fclose(file);
	const uint32_t first = (uint32_t)magic[0] << 24 | (uint32_t)magic[1] << 16 | (uint32_t)magic[2] << 8 | magic[3];
	const char *kind = _("not a capture");
	if (first == 0xd4c3b2a1 || first == 0xa1b2c3d4 || first == 0x4d3cb2a1 || first == 0xa1b23c4d)
		kind = "pcap";
	else if (first == 0x0a0d0d0a)
		kind = "pcapng";
	else if (first >> 16 == 0x1f8b || first == 0x28b52ffd)
		kind = _("packed");
	const uint64_t size = (uint64_t)status.st_size;
	ws_text_puts(about, whole ? kind : C_("a file", "empty"));
	ws_text_puts(about, _(", "));
	if (size < 10000)
		ws_text_printf(about, ws_translate_plural("%llu byte", "%llu bytes", size), (unsigned long long)size);
	else
		ws_text_printf(about, size < 10000000 ? "%.0f kB" : "%.0f MB",
		               (double)size / (size < 10000000 ? 1e3 : 1e6));
}

static int is_capture(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && stem_length(entry->d_name) > 0;
}

/* Takes the description from the README: the second column of the row that has the name in its first. */
static bool bundled_describe(const char *readme, const char *name, struct ws_text *about)
{
	static const char row[] = "\n| `", border[] = " | ";
	char quoted[300];
	snprintf(quoted, sizeof(quoted), "`%s`", name);
	while ((readme = strstr(readme, row))) {
		readme += strlen(row) - 1;
		const char *end = strstr(readme, border), *found = strstr(readme, quoted);
		if (!end || !found || found > end)
			continue;
		end += strlen(border);
		const size_t length = strcspn(end, "|\n");
		ws_text_clean(about, end, length && end[length - 1] == ' ' ? length - 1 : length);
		return true;
	}
	return false;
}

/* The README of the captures in the user's language, or else in English. */
static FILE *bundled_readme(void)
{
	char path[PATH_MAX], name[64];
	snprintf(name, sizeof(name), "README.%s.md", ws_language());
	if (data_file("captures", name, "", path, sizeof(path)) ||
	    data_file("captures", "README.md", "", path, sizeof(path)))
		return fopen(path, "re");
	return NULL;
}

static void add_captures(struct list *list, unsigned group, const char *folder, const char *readme)
{
	struct dirent **names;
	const int count = scandir(folder, &names, is_capture, alphasort);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX], name[256];
		const bool bundled = group == WS_START_BUNDLED;
		const int length = snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		const bool fits = length > 0 && (size_t)length < sizeof(path);
		snprintf(name, sizeof(name), "%.*s",
		         (int)(bundled ? stem_length(names[i]->d_name) : strlen(names[i]->d_name)), names[i]->d_name);
		struct ws_start_entry *entry = fits && i < MOST ? entry_add(list, group, name, path) : NULL;
		if (entry) {
			struct ws_text text = WS_TEXT_OVER(entry->about);
			if (!bundled || !bundled_describe(readme, names[i]->d_name, &text))
				file_describe(path, &text);
			ws_text_cstr(&text);
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

static void add_bundled(struct list *list, const char *folder)
{
	enum { README_SIZE = 64 * 1024 };
	char *readme = calloc(1, README_SIZE);
	if (readme) {
		FILE *file = bundled_readme();
		if (file) {
			readme[fread(readme, 1, README_SIZE - 1, file)] = '\0';
			fclose(file);
		}
		add_captures(list, WS_START_BUNDLED, folder, readme);
	}
	free(readme);
}

/* The captures of the current folder and of ./captures, unless these are the ones that come with wirestate. */
static void add_own_captures(struct list *list, const char *bundled)
{
	char real[PATH_MAX];
	if (realpath(".", real) && strcmp(real, bundled) != 0)
		add_captures(list, WS_START_HERE, ".", "");
	if (realpath("captures", real) && strcmp(real, bundled) != 0)
		add_captures(list, WS_START_CAPTURES, "captures", "");
}

/* ---- Lessons */

static void add_lessons(struct list *list)
{
	size_t count;
	struct lesson_file *files = lessons_bundled(&count, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct ws_lesson *lesson = files[i].lesson;
		struct ws_start_entry *entry = entry_add(list, lesson->group, files[i].name, files[i].path);
		if (!entry)
			break;
		struct ws_text title = WS_TEXT_OVER(entry->title), about = WS_TEXT_OVER(entry->about);
		ws_text_clean(&title, lesson->title, strlen(lesson->title));
		ws_text_cstr(&title);
		ws_text_clean(&about, lesson->about, strlen(lesson->about));
		ws_text_cstr(&about);
	}
	lessons_free(files, count);
}

/* ---- The lab */

static void add_lab(struct list *list)
{
	size_t count;
	struct lab_scenario **scenarios = lab_scenarios_bundled(&count, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct lab_scenario *scenario = scenarios[i];
		struct ws_start_entry *entry = entry_add(list, WS_START_LAB, scenario->name, scenario->name);
		if (!entry)
			break;
		struct ws_text title = WS_TEXT_OVER(entry->title), about = WS_TEXT_OVER(entry->about);
		ws_text_clean(&title, scenario->title, strlen(scenario->title));
		ws_text_cstr(&title);
		ws_text_clean(&about, scenario->about, strlen(scenario->about));
		ws_text_cstr(&about);
	}
	lab_scenarios_free(scenarios, count);
}

void start_list_mark_done(struct ws_start_entry *entries, size_t count)
{
	struct lessons_done done;
	lessons_done_read(&done);
	for (size_t i = 0; i < count; i++)
		entries[i].done = ws_start_is_lesson(entries[i].group) && lessons_done_has(&done, entries[i].name);
}

struct ws_start_entry *start_list(const char *command, size_t *count)
{
	struct list list = {.command = command};
	char bundled[PATH_MAX] = "";
	const bool found = data_folder("captures", bundled, sizeof(bundled));
	add_lessons(&list);
	add_own_captures(&list, found ? bundled : "");
	add_interfaces(&list);
	add_lab(&list);
	if (found)
		add_bundled(&list, bundled);
	start_list_mark_done(list.entries, list.count);
	*count = list.count;
	return list.entries;
}

void start_list_free(struct ws_start_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(entries[i].target);
	free(entries);
}
