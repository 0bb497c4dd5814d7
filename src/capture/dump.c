/* Writing frames to a file, as pcap with nanoseconds; for the blocks of pcapng see dump_pcapng.c.
 *
 * The file is written from a buffer of ours, because libpcap's writer says nothing when a write fails. The buffer only
 * ever holds whole records, and when the disk is full the file is cut back to the last whole one, so what was written
 * stays a valid capture. */
#include "capture/dump.h"
#include "base/clock.h"

#include <wirestate/language.h>
#include <wirestate/stop.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_HEADER = 24, RECORD_HEADER = 16, SNAPSHOT_MOST = 262144 };

enum ws_dump_format ws_dump_format_of(const char *path)
{
	static const char ending[] = ".pcapng";
	const size_t length = strlen(path), tail = sizeof(ending) - 1;
	return length > tail && strcasecmp(path + length - tail, ending) == 0 ? WS_DUMP_PCAPNG : WS_DUMP_PCAP;
}

static bool write_failed(struct ws_dump *dump, struct ws_error *error)
{
	const char *why = dump->failed == EAGAIN ? E_("nobody reads it") : strerror(dump->failed);
	return ws_fail(error, WS_ERROR_OUTPUT, "%s: cannot be written: %s", dump->name, why);
}

/* The size of the record at `at` of the buffer, as far as `length` bytes tell; a larger one where they do not. */
static size_t record_size(const struct ws_dump *dump, size_t at, size_t length)
{
	const bool pcapng = dump->format == WS_DUMP_PCAPNG;
	uint32_t number;
	if (length - at < RECORD_HEADER)
		return SIZE_MAX;
	memcpy(&number, dump->buffer + at + (pcapng ? 4 : 8), sizeof(number));
	return pcapng ? number : RECORD_HEADER + (size_t)number;
}

/* How many of the first `length` bytes of the buffer are whole records. */
static size_t whole_records(const struct ws_dump *dump, size_t length)
{
	size_t at = 0, size;
	while ((size = record_size(dump, at, length)) <= length - at)
		at += size;
	return at;
}

/* Writes all of `bytes`: how many went out, fewer after a failure. */
static size_t write_out(struct ws_dump *dump, const uint8_t *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t count = write(dump->fd, bytes + done, length - done);
		if (count > 0) {
			done += (size_t)count;
		} else if (count < 0 && errno == EAGAIN) {
			if (ws_wait_for_room(dump->fd))
				continue;
			dump->failed = EAGAIN;
			break;
		} else if (count == 0 || errno != EINTR) {
			dump->failed = count == 0 ? EIO : errno;
			break;
		}
	}
	return done;
}

bool ws_dump_write_buffer(struct ws_dump *dump, struct ws_error *error)
{
	size_t done = write_out(dump, dump->buffer, dump->used);
	dump->whole += (off_t)(dump->failed ? whole_records(dump, done) : done);
	dump->used = 0;
	if (!dump->failed)
		return true;
	write_failed(dump, error);
	if (dump->regular && ftruncate(dump->fd, dump->whole) < 0)
		ws_fail(error, WS_ERROR_OUTPUT, "%s: cannot be written: %s; its last packet is not whole", dump->name,
		        strerror(dump->failed));
	return false;
}

uint8_t *ws_dump_reserve(struct ws_dump *dump, size_t size, struct ws_error *error)
{
	if (WS_DUMP_BUFFER - dump->used < size && !ws_dump_write_buffer(dump, error))
		return NULL;
	uint8_t *bytes = dump->buffer + dump->used;
	dump->used += size;
	return bytes;
}

static unsigned frame_link_number(const struct ws_frame *frame)
{
	return frame->interface ? frame->interface->link_number : ws_link_number((enum ws_link)frame->link);
}

/* True when writing to `fd` would destroy the file that is being read. */
static bool is_source(const struct ws_capture *capture, const struct stat *target)
{
	struct stat source;
	int fd = capture->source ? ws_byte_source_fd(capture->source) : -1;
	return fd >= 0 && fstat(fd, &source) == 0 && S_ISREG(source.st_mode) && source.st_dev == target->st_dev &&
	       source.st_ino == target->st_ino;
}

static bool check_target(const struct ws_capture *capture, struct ws_dump *dump, struct ws_error *error)
{
	struct stat target;
	if (fstat(dump->fd, &target) < 0)
		return ws_fail(error, WS_ERROR_OUTPUT, "%s: cannot be opened for writing: %s", dump->name,
		               strerror(errno));
	if (is_source(capture, &target))
		return ws_fail(error, WS_ERROR_OUTPUT, "%s: is the capture that is being read; write to another file",
		               dump->name);
	if (isatty(dump->fd))
		return ws_fail(error, WS_ERROR_OUTPUT, "%s: is a terminal; redirect it to a file or a pipe",
		               dump->name);
	dump->regular = S_ISREG(target.st_mode);
	if (dump->regular && ftruncate(dump->fd, 0) < 0)
		return ws_fail(error, WS_ERROR_OUTPUT, "%s: cannot be emptied: %s", dump->name, strerror(errno));
	/* A pipe whose reader sleeps must not hold a program that is told to end. */
	if (!dump->regular)
		fcntl(dump->fd, F_SETFL, fcntl(dump->fd, F_GETFL) | O_NONBLOCK);
	return true;
}

static void dump_free(struct ws_dump *dump)
{
	if (dump->fd >= 0)
		close(dump->fd);
	free(dump->slots);
	free(dump->processes);
	free(dump);
}

static void store32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* In the byte order of this machine, which the magic number tells. */
static bool pcap_begin(struct ws_dump *dump, struct ws_error *error)
{
	enum { MAGIC_NANO = 0xa1b23c4d, MAJOR = 2, MINOR = 4 };
	const uint16_t version[] = {MAJOR, MINOR};
	uint32_t link = dump->link_number;
	if (dump->fcs_length && dump->fcs_length % 2 == 0 && dump->fcs_length <= 30)
		link |= (uint32_t)LT_FCS_DATALINK_EXT((uint32_t)dump->fcs_length / 2);
	uint8_t *header = ws_dump_reserve(dump, FILE_HEADER, error);
	if (!header)
		return false;
	memset(header, 0, FILE_HEADER);
	store32(header, MAGIC_NANO);
	memcpy(header + 4, version, sizeof(version));
	store32(header + 16, dump->snapshot);
	store32(header + 20, link);
	return true;
}

/* A file has one header for all its packets. */
static bool refuse_mixed(const struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error)
{
	char first[120], other[120];
	if (frame->fcs_length != dump->fcs_length)
		return ws_fail(
		        error, WS_ERROR_OUTPUT,
		        "%s: packet %llu has a frame check sequence of %u bytes, the first one of %u: a pcap "
		        "file has one length for all; write to a name that ends in .pcapng, or state one with --fcs",
		        dump->name, (unsigned long long)frame->number, frame->fcs_length, dump->fcs_length);
	ws_link_name(ws_link_dlt_of_number(dump->link_number), first, sizeof(first));
	ws_link_name(ws_link_dlt_of_number(frame_link_number(frame)), other, sizeof(other));
	return ws_fail(error, WS_ERROR_OUTPUT,
	               "%s: packet %llu has link type %s, the first one %s: a pcap file has one link type for all; "
	               "write to a name that ends in .pcapng",
	               dump->name, (unsigned long long)frame->number, other, first);
}

/* The header goes out at once: a reader at the other end of a pipe waits for it, and a full disk shows. */
static bool begin_file(struct ws_dump *dump, struct ws_error *error)
{
	if (!(dump->format == WS_DUMP_PCAPNG ? ws_dump_pcapng_begin(dump, error) : pcap_begin(dump, error)))
		return false;
	const size_t done = write_out(dump, dump->buffer, dump->used);
	dump->whole += (off_t)done;
	dump->used = 0;
	return !dump->failed || write_failed(dump, error);
}

struct ws_dump *ws_dump_open_fd(struct ws_capture *capture, int fd, const char *name,
                                const struct ws_dump_options *options, struct ws_error *error)
{
	if (fd < 0) {
		ws_fail(error, WS_ERROR_OUTPUT, "%s: cannot be opened for writing: %s", name, strerror(errno));
		return NULL;
	}
	struct ws_dump *dump = malloc(sizeof(*dump));
	if (!dump) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		close(fd);
		return NULL;
	}
	memset(dump, 0, offsetof(struct ws_dump, buffer));
	dump->capture = capture;
	dump->fd = fd;
	dump->begun = real_time();
	dump->format = options->format;
	dump->without_texts = options->without_texts;
	dump->points = options->points;
	dump->snapshot = capture->pcap ? (uint32_t)pcap_snapshot(capture->pcap) : SNAPSHOT_MOST;
	dump->link_number = capture->link_number;
	dump->fcs_length = capture->fcs_length;
	snprintf(dump->name, sizeof(dump->name), "%s", name);
	if (check_target(capture, dump, error) && begin_file(dump, error))
		return dump;
	dump_free(dump);
	return NULL;
}

struct ws_dump *ws_dump_open(struct ws_capture *capture, const char *path, const struct ws_dump_options *options,
                             struct ws_error *error)
{
	return ws_dump_open_fd(capture, open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666), path, options, error);
}

static bool pcap_write(struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error)
{
	if (frame_link_number(frame) != dump->link_number || frame->fcs_length != dump->fcs_length)
		return refuse_mixed(dump, frame, error);
	uint32_t captured = frame->captured;
	if (captured > dump->snapshot)
		captured = dump->snapshot; /* readers trust the header */
	if (captured > WS_DUMP_BUFFER - RECORD_HEADER)
		captured = WS_DUMP_BUFFER - RECORD_HEADER;
	uint8_t *at = ws_dump_reserve(dump, RECORD_HEADER + (size_t)captured, error);
	if (!at)
		return false;
	/* The format has unsigned 32-bit seconds. */
	const ws_time time = frame->time < 0 ? 0 : frame->time;
	store32(at, time / WS_SECOND > UINT32_MAX ? UINT32_MAX : (uint32_t)(time / WS_SECOND));
	store32(at + 4, (uint32_t)(time % WS_SECOND));
	store32(at + 8, captured);
	store32(at + 12, frame->length);
	if (captured)
		memcpy(at + RECORD_HEADER, frame->data, captured);
	return true;
}

uint64_t ws_dump_size(const struct ws_dump *dump)
{
	return (uint64_t)dump->whole + dump->used;
}

bool ws_dump_write(struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error)
{
	if (dump->failed)
		return write_failed(dump, error);
	return dump->format == WS_DUMP_PCAPNG ? ws_dump_pcapng_write(dump, frame, error)
	                                      : pcap_write(dump, frame, error);
}

bool ws_dump_flush(struct ws_dump *dump, struct ws_error *error)
{
	return dump->failed ? write_failed(dump, error) : ws_dump_write_buffer(dump, error);
}

bool ws_dump_close(struct ws_dump *dump, struct ws_error *error)
{
	if (!dump)
		return true;
	bool good = dump->failed || dump->format != WS_DUMP_PCAPNG || ws_dump_pcapng_end(dump, error);
	good = ws_dump_flush(dump, error) && good;
	if (good) {
		/* Some file systems only tell now. */
		if (close(dump->fd) < 0 && errno != EINTR) {
			dump->failed = errno;
			good = write_failed(dump, error);
		}
		dump->fd = -1;
	}
	dump_free(dump);
	return good;
}
