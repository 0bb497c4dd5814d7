/* See file_notes.h.
 *
 * A process is at the end of the connection that the packet's way tells: it sent what goes out, and receives what comes
 * in. Where the file does not state the way, it is taken for the sender's. Programs that note the process of the host
 * that captured note it at packets of both ways, though; so when both endpoints get the same process, it is shown at
 * the client, as a guess. */
#include "track/file_notes.h"

#include "track/merged.h"
#include "track/tracker.h"

#include <wirestate/kernel.h>

#include <stdlib.h>
#include <string.h>

enum { COMMENTS_MOST = 4 << 20, COMMENT_MOST = 4096 };

/* A comment in `bytes`. After it come its text and a NUL. */
struct note {
	uint32_t older; /* 1 + the offset of another comment of the same connection; 0: none */
	uint32_t length;
};

void ws_file_notes_init(struct ws_file_notes *notes, uint64_t max_memory)
{
	const uint64_t share = max_memory / 64;
	*notes = (struct ws_file_notes){.limit = share < COMMENTS_MOST ? (uint32_t)share : COMMENTS_MOST};
}

void ws_file_notes_free(struct ws_file_notes *notes)
{
	free(notes->bytes);
	*notes = (struct ws_file_notes){0};
}

static const char *note_at(const struct ws_file_notes *notes, uint32_t place, struct note *note)
{
	memcpy(note, notes->bytes + place - 1, sizeof(*note));
	return (const char *)notes->bytes + place - 1 + sizeof(*note);
}

static bool make_room(struct ws_file_notes *notes, uint32_t size)
{
	if (size > notes->limit - notes->used)
		return false;
	if (notes->used + size <= notes->capacity)
		return true;
	uint32_t capacity = notes->capacity ? notes->capacity : 4096;
	while (capacity < notes->used + size)
		capacity *= 2;
	uint8_t *bytes = realloc(notes->bytes, capacity);
	if (!bytes)
		return false;
	notes->bytes = bytes;
	notes->capacity = capacity;
	return true;
}

/* A comment that is the same as the one before is kept once, because some programs write one to every packet. */
static void take_comment(struct ws_file_notes *notes, struct ws_rare *rare, const struct ws_frame *frame)
{
	struct note note, last;
	note.length = frame->comment_length < COMMENT_MOST ? frame->comment_length : COMMENT_MOST;
	note.older = rare->comments;
	if (rare->comments) {
		const char *text = note_at(notes, rare->comments, &last);
		if (last.length == note.length && memcmp(text, frame->comment, note.length) == 0)
			return;
	}
	if (!make_room(notes, (uint32_t)sizeof(note) + note.length + 1))
		return;
	uint8_t *at = notes->bytes + notes->used;
	memcpy(at, &note, sizeof(note));
	memcpy(at + sizeof(note), frame->comment, note.length);
	at[sizeof(note) + note.length] = '\0';
	rare->comments = notes->used + 1;
	notes->used += (uint32_t)sizeof(note) + note.length + 1;
}

void ws_file_notes_take(struct ws_file_notes *notes, struct ws_rare *rare, unsigned direction,
                        const struct ws_frame *frame)
{
	if (!rare)
		return;
	if (frame->comment)
		take_comment(notes, rare, frame);
	if (!frame->process)
		return;
	const unsigned endpoint = frame->way == WS_WAY_IN ? 1 - direction : direction;
	rare->process[endpoint] = frame->process;
	if (frame->way == WS_WAY_UNKNOWN)
		rare->process_unsure |= 1u << endpoint;
	else
		rare->process_unsure &= ~(1u << endpoint);
}

const struct ws_frame_process *ws_conn_process(const struct ws_conn *conn, unsigned endpoint, unsigned likely_client,
                                               bool *guessed)
{
	const struct ws_rare *rare = ws_conn_rare(conn);
	const struct ws_frame_process *process = rare->process[endpoint];
	*guessed = process && process == rare->process[1 - endpoint] && rare->process_unsure & 1u << endpoint;
	return *guessed && endpoint != likely_client ? NULL : process;
}

bool ws_tracker_comment_contains(const struct ws_tracker *tracker, ws_conn_id id, const char *text)
{
	const struct ws_home home = ws_home_of(tracker, id);
	struct ws_conn_copy copy;
	const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
	struct note note;
	for (uint32_t place = conn ? ws_conn_rare(conn)->comments : 0; place; place = note.older)
		if (strcasestr(note_at(&home.tracker->file_notes, place, &note), text))
			return true;
	return false;
}

void ws_process_words(struct ws_text *text, const struct ws_endpoint_info *endpoint)
{
	const struct ws_frame_process *process = endpoint->process;
	if (!process)
		return;
	if (process->name)
		ws_text_clean(text, process->name, strlen(process->name));
	else
		ws_text_printf(text, _("process %u"), process->id);
	if (endpoint->process_guessed)
		ws_text_putc(text, '~');
}

enum { LABEL_BYTES = 40 }; /* of a name in a sentence; a longer one is cut */

bool ws_process_label(struct ws_text *text, const struct ws_endpoint_info *endpoint)
{
	const struct ws_frame_process *process = endpoint->process;
	if (!process || endpoint->process_guessed || (!process->name && !process->id))
		return false;
	if (!process->name) {
		ws_text_printf(text, _("process %u"), process->id);
		return true;
	}
	size_t length = strlen(process->name);
	const bool cut = length > LABEL_BYTES;
	for (length = cut ? LABEL_BYTES : length;
	     cut && length && ((unsigned char)process->name[length] & 0xc0) == 0x80;)
		length--;
	ws_text_clean(text, process->name, length);
	ws_text_puts(text, cut ? "…" : "");
	if (process->id)
		ws_text_printf(text, "[%u]", process->id);
	return true;
}

void ws_processes_words(struct ws_text *text, const struct ws_conn_info *info)
{
	const unsigned client = (unsigned)info->likely_client & 1;
	ws_process_words(text, &info->endpoint[client]);
	if (!info->endpoint[!client].process)
		return;
	ws_text_puts(text, info->endpoint[client].process ? " → " : "→ ");
	ws_process_words(text, &info->endpoint[!client]);
}

bool ws_tracker_has_tunnels(const struct ws_tracker *tracker)
{
	if (tracker->merged)
		return ws_merged_any(tracker->merged, ws_tracker_has_tunnels);
	return tracker->tunnels.count > 0 || tracker->tunnels_stated;
}

bool ws_tracker_names_processes(const struct ws_tracker *tracker)
{
	if (tracker->merged)
		return ws_merged_any(tracker->merged, ws_tracker_names_processes);
	const struct ws_kernel *kernel = tracker->latest ? tracker->latest->kernel : tracker->kernel;
	return tracker->processes_named || (kernel && ws_kernel_names_processes(kernel));
}
