/* What the start screen offers: interfaces, with what is missing to open them; lessons; and captures, each with a line
 * about it. For captures that come with wirestate the line is taken from the table in their README; others are
 * recognized by their first bytes. */
#include "app/lesson_files.h"
#include "app/start.h"
#include "cli/datadir.h"

#include <wirestate/capture.h>

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
	struct ws_start_entry *entries;
	size_t count, capacity;
};

static struct ws_start_entry *entry_add(struct list *list, enum ws_start_group group, const char *name,
                                        const char *target)
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
	ws_text_cstr(&text);
	list->count++;
	return entry;
}

/* ---- Interfaces */

/* True when this process may open interfaces. The capability is bit 13 of the effective set. */
static bool may_capture(void)
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

static void add_interfaces(struct list *list)
{
	size_t count = 0;
	struct ws_error ignored;
	const bool allowed = may_capture();
	struct ws_interface *interfaces = ws_interfaces(&count, &ignored);
	for (size_t i = 0; i < count; i++) {
		const struct ws_interface *one = &interfaces[i];
		/* Skips devices that libpcap lists as interfaces although they have no network. */
		if (!one->addresses[0] && !one->loopback && strcmp(one->name, "any") != 0 && !one->up)
			continue;
		struct ws_start_entry *entry = entry_add(list, WS_START_INTERFACES, one->name, one->name);
		if (!entry)
			break;
		struct ws_text text = WS_TEXT_OVER(entry->about);
		const char *state = one->up ? one->running ? "up" : "up, no carrier" : "down";
		ws_text_printf(&text, "%s%s", state, one->loopback ? ", loopback" : "");
		if (strcmp(one->name, "any") == 0)
			ws_text_puts(&text, ", all interfaces");
		/* All addresses, unless the remedy must fit on the line. */
		const int first = allowed ? (int)strlen(one->addresses) : (int)strcspn(one->addresses, " ");
		if (first)
			ws_text_printf(&text, ", %.*s", first, one->addresses);
		entry->ready = allowed && one->up;
		if (!allowed) {
			ws_text_printf(&text, "; needs root: sudo wirestate -i %s", entry->name);
		} else if (!one->up) {
			ws_text_printf(&text, "; ip link set %s up", entry->name);
		}
		ws_text_cstr(&text);
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
		ws_text_puts(about, "cannot be read");
		return;
	}
	const bool whole = fread(magic, 1, sizeof(magic), file) == sizeof(magic);
	fclose(file);
	const uint32_t first = (uint32_t)magic[0] << 24 | (uint32_t)magic[1] << 16 | (uint32_t)magic[2] << 8 | magic[3];
	const char *kind = "not a capture";
	if (first == 0xd4c3b2a1 || first == 0xa1b2c3d4 || first == 0x4d3cb2a1 || first == 0xa1b23c4d)
		kind = "pcap";
	else if (first == 0x0a0d0d0a)
		kind = "pcapng";
	else if (first >> 16 == 0x1f8b || first == 0x28b52ffd)
		kind = "packed";
	const uint64_t size = (uint64_t)status.st_size;
	ws_text_puts(about, whole ? kind : "empty");
	if (size < 10000)
		ws_text_printf(about, ", %" PRIu64 " bytes", size);
	else
		ws_text_printf(about, size < 10000000 ? ", %.0f kB" : ", %.0f MB",
		               (double)size / (size < 10000000 ? 1e3 : 1e6));
}

static int is_capture(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && stem_length(entry->d_name) > 0;
}

/* Takes the description from the README: the second column of the row that begins with the name. */
static bool bundled_describe(const char *readme, const char *name, struct ws_text *about)
{
	char row[300];
	snprintf(row, sizeof(row), "\n| `%s` | ", name);
	const char *found = strstr(readme, row);
	if (!found)
		return false;
	found += strlen(row);
	const size_t length = strcspn(found, "|\n");
	ws_text_clean(about, found, length && found[length - 1] == ' ' ? length - 1 : length);
	return true;
}

static void add_captures(struct list *list, enum ws_start_group group, const char *folder, const char *readme)
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

static void add_bundled(struct list *list)
{
	enum { README_SIZE = 64 * 1024 };
	char folder[PATH_MAX], path[PATH_MAX];
	char *readme = calloc(1, README_SIZE);
	if (readme && data_folder("captures", folder, sizeof(folder))) {
		if (data_file("captures", "README.md", "", path, sizeof(path))) {
			FILE *file = fopen(path, "re");
			if (file) {
				readme[fread(readme, 1, README_SIZE - 1, file)] = '\0';
				fclose(file);
			}
		}
		add_captures(list, WS_START_BUNDLED, folder, readme);
	}
	free(readme);
}

/* ---- Lessons */

static void add_lessons(struct list *list)
{
	size_t count;
	struct lesson_file *files = lessons_bundled(&count, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct ws_lesson *lesson = files[i].lesson;
		struct ws_start_entry *entry = entry_add(list, WS_START_LESSONS, files[i].name, files[i].path);
		if (!entry)
			break;
		struct ws_text text = WS_TEXT_OVER(entry->about);
		ws_text_clean(&text, lesson->title, strlen(lesson->title));
		ws_text_puts(&text, ": ");
		ws_text_clean(&text, lesson->about, strlen(lesson->about));
		ws_text_cstr(&text);
	}
	lessons_free(files, count);
}

struct ws_start_entry *start_list(size_t *count)
{
	struct list list = {0};
	add_interfaces(&list);
	add_captures(&list, WS_START_HERE, ".", "");
	add_lessons(&list);
	add_bundled(&list);
	*count = list.count;
	return list.entries;
}

void start_list_free(struct ws_start_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(entries[i].target);
	free(entries);
}
