/* Writes what the own host's kernel has said into comments, and reads it from them; whatever is not a whole line of the
 * grammar is passed over. */
#include "track/kernel.h"

#include "base/line.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 640, WORD_MOST = 80 };

static const char start[] = "wirestate: ", middle[] = " host kernel ";

enum note {
#define X(name, word) name,
	WS_KERNEL_NOTES(X)
#undef X
	        NOTE_COUNT
};

static const char *const note_names[] = {
#define X(name, word) [name] = word,
        WS_KERNEL_NOTES(X)
#undef X
};

/* ---- Writing */

static void captured(struct ws_kernel *kernel, struct ws_kernel_entry *entry)
{
	if (!entry || entry->captured)
		return;
	entry->captured = true;
	kernel->untold += entry->untold;
}

void ws_kernel_captured(struct ws_kernel *kernel, const struct ws_addr *source, uint16_t source_port,
                        const struct ws_addr *destination, uint16_t destination_port)
{
	captured(kernel, ws_kernel_entry_find(kernel, source, source_port, destination, destination_port));
	captured(kernel, ws_kernel_entry_find(kernel, destination, destination_port, source, source_port));
}

void ws_kernel_tell_again(struct ws_kernel *kernel)
{
	for (uint32_t i = 0; i < kernel->used; i++) {
		struct ws_kernel_entry *entry = ws_kernel_entry_at(kernel, i);
		if (entry->used && entry->captured && !entry->untold && entry->end.change_count) {
			entry->again = true;
			kernel->untold++;
		}
	}
}

static void put_number(struct ws_text *text, enum note note, uint64_t number)
{
	ws_text_printf(text, " %s %llu", note_names[note], (unsigned long long)number);
}

/* A word with spaces in it would be several. */
static void put_word(struct ws_text *text, enum note note, const char *word)
{
	if (word && *word && strlen(word) < WORD_MOST && !strpbrk(word, " \n\r\t"))
		ws_text_printf(text, " %s %s", note_names[note], word);
}

static void put_figures(struct ws_text *text, const struct ws_socket *socket)
{
	if (socket->state) {
		put_number(text, NOTE_SEND_QUEUE, socket->send_queue);
		put_number(text, NOTE_RECEIVE_QUEUE, socket->receive_queue);
	}
	if (socket->state && socket->timer) {
		put_word(text, NOTE_TIMER, ws_socket_timer_name(socket->timer));
		put_number(text, NOTE_EXPIRES, socket->expires);
	}
	if (!socket->has_info)
		return;
	put_number(text, NOTE_RTT, (uint64_t)socket->rtt);
	put_number(text, NOTE_RETRANSMISSIONS, socket->retransmissions);
	put_number(text, NOTE_CONGESTION_WINDOW, socket->congestion_window);
	put_number(text, NOTE_BUSY, (uint64_t)socket->busy);
	put_number(text, NOTE_WINDOW_LIMITED, (uint64_t)socket->window_limited);
	put_number(text, NOTE_BUFFER_LIMITED, (uint64_t)socket->send_buffer_limited);
}

static void put_owner(struct ws_text *text, const struct ws_kernel *kernel, const struct ws_kernel_end *end)
{
	struct ws_kernel_owner owner;
	ws_kernel_owner_of(kernel, end, &owner);
	if (end->socket.has_owner) {
		put_number(text, NOTE_UID, end->socket.uid);
		put_number(text, NOTE_CGROUP, end->socket.cgroup);
	}
	if (end->inode)
		put_number(text, NOTE_INODE, end->inode);
	if (owner.process && end->inode) {
		put_number(text, NOTE_PID, owner.process->id);
		put_word(text, NOTE_PROCESS, owner.process->name);
	}
	put_word(text, NOTE_USER, owner.user);
	put_word(text, NOTE_SERVICE, owner.service);
	put_word(text, NOTE_CONTAINER, owner.container);
}

/* The figures are those of the latest answer. */
static void put_line(struct ws_text *text, const struct ws_kernel *kernel, const struct ws_kernel_end *end,
                     ws_time time, unsigned state, bool latest)
{
	const struct ws_socket *socket = &end->socket;
	if (text->length)
		ws_text_putc(text, '\n');
	ws_text_printf(text, "%s%lld.%09lld%s%s ", start, (long long)(time / WS_SECOND), (long long)(time % WS_SECOND),
	               middle, ws_state_name((enum ws_state)state));
	ws_text_endpoint(text, &socket->local, socket->ip_version, socket->local_port);
	ws_text_putc(text, ' ');
	ws_text_endpoint(text, &socket->peer, socket->ip_version, socket->peer_port);
	if (!latest)
		return;
	put_figures(text, socket);
	put_owner(text, kernel, end);
}

static bool tell_entry(struct ws_kernel *kernel, struct ws_kernel_entry *entry, struct ws_text *text)
{
	const struct ws_kernel_end *end = &entry->end;
	if (entry->again && end->state < WS_STATE_COUNT)
		put_line(text, kernel, end, end->socket.asked, end->state, true);
	kernel->untold -= entry->again;
	entry->again = false;
	while (entry->untold && text->length + LINE_MOST < text->capacity) {
		const unsigned at = (unsigned)(end->change_count - entry->untold--);
		kernel->untold--;
		put_line(text, kernel, end, end->change[at].time, end->change[at].state, at + 1u == end->change_count);
	}
	return !entry->untold;
}

void ws_kernel_tell(struct ws_kernel *kernel, struct ws_text *text)
{
	for (size_t looked = 0; kernel->untold && looked < kernel->used && text->length + LINE_MOST < text->capacity;
	     looked++) {
		struct ws_kernel_entry *entry =
		        ws_kernel_entry_at(kernel, (uint32_t)(kernel->tell_next % kernel->used));
		if (entry->used && entry->captured && !tell_entry(kernel, entry, text))
			return;
		kernel->tell_next++;
	}
}

/* ---- Reading */

/* Copies the next word. False: there is none, or it is too long. */
static bool take_word(struct line_rest *rest, char word[WORD_MOST])
{
	const char *space = memchr(rest->at, ' ', (size_t)(rest->end - rest->at));
	const size_t length = (size_t)((space ? space : rest->end) - rest->at);
	if (!length || length >= WORD_MOST)
		return false;
	memcpy(word, rest->at, length);
	word[length] = '\0';
	rest->at += length + (space != NULL);
	return true;
}

static bool number_of(const char *word, uint64_t most, uint64_t *number)
{
	struct line_rest rest = {word, word + strlen(word)};
	return line_take_number(&rest, most, number) && rest.at == rest.end;
}

static bool take_state(struct line_rest *rest, uint8_t *number)
{
	char word[WORD_MOST];
	if (!take_word(rest, word))
		return false;
	if (strcmp(word, ws_state_name(WS_CLOSED)) == 0) {
		*number = 0;
		return true;
	}
	for (unsigned i = 1; i <= TCP_CLOSING; i++)
		if (strcmp(word, ws_state_name(ws_kernel_state(i))) == 0) {
			*number = (uint8_t)i;
			return true;
		}
	return false;
}

/* "10.0.0.1:80" or "[2001:db8::1]:80" */
static bool take_endpoint(struct line_rest *rest, struct ws_addr *address, uint8_t *ip_version, uint16_t *port)
{
	char word[WORD_MOST], *host = word;
	uint64_t number;
	if (!take_word(rest, word))
		return false;
	char *colon = strrchr(word, ':');
	if (!colon || !number_of(colon + 1, UINT16_MAX, &number))
		return false;
	*colon = '\0';
	*port = (uint16_t)number;
	*address = (struct ws_addr){{[10] = 0xff, 0xff}};
	*ip_version = 4;
	if (inet_pton(AF_INET, host, address->byte + 12) == 1)
		return true;
	if (*host != '[' || colon[-1] != ']')
		return false;
	colon[-1] = '\0';
	*ip_version = 6;
	return inet_pton(AF_INET6, host + 1, address->byte) == 1;
}

/* The words of a line, by their names. */
struct words {
	char word[NOTE_COUNT][WORD_MOST];
};

static void take_pairs(struct line_rest *rest, struct words *words)
{
	char name[WORD_MOST], value[WORD_MOST];
	memset(words, 0, sizeof(*words));
	while (take_word(rest, name) && take_word(rest, value))
		for (unsigned i = 0; i < NOTE_COUNT; i++)
			if (strcmp(name, note_names[i]) == 0)
				memcpy(words->word[i], value, sizeof(value));
}

static uint64_t number_in(const struct words *words, enum note note, uint64_t most)
{
	uint64_t number;
	return number_of(words->word[note], most, &number) ? number : 0;
}

static void use_words(struct ws_kernel *kernel, const struct words *words, struct ws_socket *socket)
{
	const uint64_t longest = INT64_MAX / 4;
	socket->send_queue = (uint32_t)number_in(words, NOTE_SEND_QUEUE, UINT32_MAX);
	socket->receive_queue = (uint32_t)number_in(words, NOTE_RECEIVE_QUEUE, UINT32_MAX);
	socket->expires = (uint32_t)number_in(words, NOTE_EXPIRES, UINT32_MAX);
	for (unsigned i = 0; i < WS_SOCKET_TIMER_COUNT; i++)
		if (strcmp(words->word[NOTE_TIMER], ws_socket_timer_name(i)) == 0)
			socket->timer = (uint8_t)i;
	socket->has_info = words->word[NOTE_RTT][0];
	socket->rtt = (ws_time)number_in(words, NOTE_RTT, longest);
	socket->retransmissions = (uint32_t)number_in(words, NOTE_RETRANSMISSIONS, UINT32_MAX);
	socket->congestion_window = (uint32_t)number_in(words, NOTE_CONGESTION_WINDOW, UINT32_MAX);
	socket->busy = (ws_time)number_in(words, NOTE_BUSY, longest);
	socket->window_limited = (ws_time)number_in(words, NOTE_WINDOW_LIMITED, longest);
	socket->send_buffer_limited = (ws_time)number_in(words, NOTE_BUFFER_LIMITED, longest);
	socket->has_owner = words->word[NOTE_UID][0];
	socket->uid = (uint32_t)number_in(words, NOTE_UID, UINT32_MAX);
	socket->inode = (uint32_t)number_in(words, NOTE_INODE, UINT32_MAX);
	socket->cgroup = number_in(words, NOTE_CGROUP, UINT64_MAX);
	if (words->word[NOTE_PID][0])
		ws_kernel_process(kernel, socket->inode, (uint32_t)number_in(words, NOTE_PID, UINT32_MAX),
		                  words->word[NOTE_PROCESS], strlen(words->word[NOTE_PROCESS]));
	if (socket->has_owner && words->word[NOTE_USER][0])
		ws_kernel_user(kernel, socket->uid, words->word[NOTE_USER]);
	if (socket->cgroup && (words->word[NOTE_SERVICE][0] || words->word[NOTE_CONTAINER][0]))
		ws_kernel_group(kernel, socket->cgroup, words->word[NOTE_SERVICE], words->word[NOTE_CONTAINER]);
}

static bool read_line(struct ws_kernel *kernel, struct line_rest rest)
{
	struct ws_socket socket = {.state = 0};
	struct words words;
	uint8_t version;
	if (!line_take(&rest, start) || !line_take_time(&rest, &socket.asked) || !line_take(&rest, middle) ||
	    !take_state(&rest, &socket.state) ||
	    !take_endpoint(&rest, &socket.local, &socket.ip_version, &socket.local_port) ||
	    !take_endpoint(&rest, &socket.peer, &version, &socket.peer_port) || version != socket.ip_version)
		return false;
	take_pairs(&rest, &words);
	use_words(kernel, &words, &socket);
	return ws_kernel_take(kernel, &socket, false) || true;
}

size_t ws_kernel_read(struct ws_kernel *kernel, const char *comment, size_t length)
{
	const char *at = comment, *const end = comment + length;
	size_t count = 0;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const struct line_rest line = {at, newline ? newline : end};
		count += read_line(kernel, line);
		at = line.end + 1;
	}
	return count;
}
