/* See processes.h. The table has chains of entries, the newest first; a search looks at a bounded number of them, so
 * that no file can make it slow.
 *
 * The lock guards everything but what is shown of an entry. That is written before the entry is handed out, and once more
 * by the thread that uses the frames, when a nameless process has got its name. */
#include "capture/processes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUCKETS = 4096,
	ENTRIES_MOST = 65536,
	STEPS_MOST = 256, /* entries that a search looks at */
	NAME_MOST = 255,  /* bytes of a name that are kept */
};

struct entry {
	struct ws_frame_process shown; /* its name is `text`, or NULL also while the name is held back */
	struct entry *older;           /* in the same bucket */
	struct entry *next;            /* that was nameless and then got a name */
	ws_time start;
	bool named;
	char text[];
};

struct ws_processes {
	unsigned users;
	unsigned count;
	bool held; /* names are shown by ws_processes_show() */
	size_t renamed, shown;
	struct entry *first, *last, *last_shown; /* of those that were nameless, in the order in which they got names */
	pthread_mutex_t lock;
	struct entry *bucket[BUCKETS];
};

struct ws_processes *ws_processes_new(void)
{
	struct ws_processes *processes = calloc(1, sizeof(*processes));
	if (!processes)
		return NULL;
	processes->users = 1;
	pthread_mutex_init(&processes->lock, NULL);
	return processes;
}

struct ws_processes *ws_processes_share(struct ws_processes *processes)
{
	processes->users++;
	return processes;
}

void ws_processes_release(struct ws_processes *processes)
{
	if (!processes || --processes->users)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry *entry = processes->bucket[i], *older; entry; entry = older) {
			older = entry->older;
			free(entry);
		}
	}
	pthread_mutex_destroy(&processes->lock);
	free(processes);
}

static struct entry **bucket_of(struct ws_processes *processes, uint32_t id)
{
	return &processes->bucket[(id * UINT32_C(2654435769)) >> 20];
}

static bool has_name(const struct entry *entry, struct ws_ng_text name)
{
	const size_t length = name.length < NAME_MOST ? name.length : NAME_MOST;
	return entry->named && strlen(entry->text) == length && memcmp(entry->text, name.bytes, length) == 0;
}

/* Adds an entry with room for a name of any length, which a later block may give. */
static struct entry *add(struct ws_processes *processes, uint32_t id)
{
	struct entry **bucket = bucket_of(processes, id);
	if (processes->count == ENTRIES_MOST)
		return NULL;
	struct entry *entry = calloc(1, sizeof(*entry) + NAME_MOST + 1);
	if (!entry)
		return NULL;
	processes->count++;
	entry->shown.id = id;
	entry->older = *bucket;
	*bucket = entry;
	return entry;
}

static void set_name(struct entry *entry, struct ws_ng_text name, ws_time start)
{
	const size_t length = name.length < NAME_MOST ? name.length : NAME_MOST;
	memcpy(entry->text, name.bytes, length);
	entry->text[length] = '\0';
	entry->named = true;
	entry->start = start;
}

static void show(struct entry *entry)
{
	entry->shown.name = entry->text;
	entry->shown.start = entry->start;
}

static void show_first(struct ws_processes *processes, size_t count)
{
	for (; processes->shown < count && processes->shown < processes->renamed; processes->shown++) {
		struct entry *last = processes->last_shown;
		processes->last_shown = last ? last->next : processes->first;
		show(processes->last_shown);
	}
}

/* Packets refer to the entry already. */
static void rename_process(struct ws_processes *processes, struct entry *entry, struct ws_ng_text name, ws_time start)
{
	set_name(entry, name, start);
	if (processes->last)
		processes->last->next = entry;
	else
		processes->first = entry;
	processes->last = entry;
	processes->renamed++;
	if (!processes->held)
		show_first(processes, processes->renamed);
}

static void add_block(struct ws_processes *processes, uint32_t id, struct ws_ng_text name, ws_time start)
{
	struct entry *entry = *bucket_of(processes, id), *nameless = NULL;
	bool named = false;
	unsigned step = 0;
	if (!name.length)
		return;
	for (; entry && step < STEPS_MOST; entry = entry->older, step++) {
		if (entry->shown.id != id)
			continue;
		if (has_name(entry, name) && entry->start == start)
			return;
		named = named || entry->named;
		nameless = entry->named ? nameless : entry;
	}
	if (step == STEPS_MOST)
		return;
	/* Packets that came before the first block of their process belong to it. */
	if (nameless && !named) {
		rename_process(processes, nameless, name, start);
	} else if ((entry = add(processes, id))) {
		set_name(entry, name, start);
		show(entry);
	}
}

void ws_processes_add(struct ws_processes *processes, uint32_t id, struct ws_ng_text name, ws_time start)
{
	pthread_mutex_lock(&processes->lock);
	add_block(processes, id, name, start);
	pthread_mutex_unlock(&processes->lock);
}

size_t ws_processes_renamed(struct ws_processes *processes)
{
	pthread_mutex_lock(&processes->lock);
	const size_t renamed = processes->renamed;
	pthread_mutex_unlock(&processes->lock);
	return renamed;
}

void ws_processes_hold(struct ws_processes *processes)
{
	pthread_mutex_lock(&processes->lock);
	processes->held = true;
	pthread_mutex_unlock(&processes->lock);
}

void ws_processes_show(struct ws_processes *processes, size_t count)
{
	pthread_mutex_lock(&processes->lock);
	show_first(processes, count);
	pthread_mutex_unlock(&processes->lock);
}

static const struct ws_frame_process *find_at(struct ws_processes *processes, uint32_t id, ws_time time)
{
	struct entry *entry = *bucket_of(processes, id), *nameless = NULL;
	unsigned step = 0;
	for (; entry && step < STEPS_MOST; entry = entry->older, step++) {
		if (entry->shown.id != id)
			continue;
		if (entry->named && entry->start <= time)
			return &entry->shown;
		nameless = entry->named ? nameless : entry;
	}
	if (!nameless && step < STEPS_MOST)
		nameless = add(processes, id);
	return nameless ? &nameless->shown : NULL;
}

const struct ws_frame_process *ws_processes_at(struct ws_processes *processes, uint32_t id, ws_time time)
{
	pthread_mutex_lock(&processes->lock);
	const struct ws_frame_process *process = find_at(processes, id, time);
	pthread_mutex_unlock(&processes->lock);
	return process;
}

static const struct ws_frame_process *find_named(struct ws_processes *processes, uint32_t id, struct ws_ng_text name)
{
	struct entry *entry = *bucket_of(processes, id);
	unsigned step = 0;
	for (; entry && step < STEPS_MOST; entry = entry->older, step++)
		if (entry->shown.id == id && has_name(entry, name))
			return &entry->shown;
	entry = step < STEPS_MOST ? add(processes, id) : NULL;
	if (!entry)
		return NULL;
	set_name(entry, name, 0);
	show(entry);
	return &entry->shown;
}

const struct ws_frame_process *ws_processes_named(struct ws_processes *processes, uint32_t id, struct ws_ng_text name)
{
	if (!name.length)
		return ws_processes_at(processes, id, INT64_MAX);
	pthread_mutex_lock(&processes->lock);
	const struct ws_frame_process *process = find_named(processes, id, name);
	pthread_mutex_unlock(&processes->lock);
	return process;
}

/* ---- Comments */

/* A line of a comment, or what is left of it. */
struct line {
	const char *at, *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct line trimmed(struct line line)
{
	while (line.at < line.end && is_blank(*line.at))
		line.at++;
	while (line.end > line.at && is_blank(line.end[-1]))
		line.end--;
	return line;
}

/* True when the line begins with this word, which is then passed over. */
static bool accept(struct line *line, const char *word)
{
	const size_t length = strlen(word);
	if ((size_t)(line->end - line->at) < length || memcmp(line->at, word, length) != 0)
		return false;
	line->at += length;
	return true;
}

static bool accept_number(struct line *line, uint32_t *number)
{
	const char *before = line->at;
	uint32_t value = 0;
	for (; line->at < line->end && *line->at >= '0' && *line->at <= '9'; line->at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint32_t)(*line->at - '0'), &value))
			return false;
	if (line->at > before)
		*number = value;
	return line->at > before;
}

static struct ws_ng_text text_of(struct line line)
{
	return (struct ws_ng_text){.bytes = (const uint8_t *)line.at, .length = (size_t)(line.end - line.at)};
}

/* The program's name in the path of its file, which ptcpdump ends with "..." where it is cut. */
static struct ws_ng_text program_name(struct line line)
{
	if (line.end - line.at > 3 && memcmp(line.end - 3, "...", 3) == 0)
		line.end -= 3;
	for (const char *at = line.at; at + 1 < line.end; at++)
		if (*at == '/')
			line.at = at + 1;
	return text_of(line);
}

static bool read_line(struct line line, uint32_t *id, struct ws_ng_text *name)
{
	bool stated = false;
	line = trimmed(line);
	if (accept(&line, "PID:")) {
		line = trimmed(line);
		if (!accept_number(&line, id))
			return false;
		stated = true;
		line = trimmed(line);
	}
	if (accept(&line, "Process:") && line.at < line.end && (stated || !is_blank(*line.at))) {
		*name = text_of(trimmed(line));
		stated = true;
	} else if (*id && (accept(&line, "Cmd:") || accept(&line, "Command:"))) {
		*name = program_name(trimmed(line));
	}
	return stated;
}

bool ws_process_of_comment(const char *comment, size_t length, uint32_t *id, struct ws_ng_text *name)
{
	const char *end = comment + length;
	bool stated = false;
	*id = 0;
	*name = (struct ws_ng_text){0};
	while (comment < end) {
		const char *stop = memchr(comment, '\n', (size_t)(end - comment));
		stop = stop ? stop : end;
		stated = read_line((struct line){comment, stop}, id, name) || stated;
		comment = stop + (stop < end);
	}
	return stated;
}
