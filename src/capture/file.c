/* Capture files and pipes.
 *
 * A plain regular file is read by libpcap itself, from a FILE with a large buffer. Everything else (a pipe, a packed
 * file) comes through the feed. The filter is run here and not by libpcap, so that a frame's number stays its place in
 * the file. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STDIO_BUFFER = 256 << 10,
	HEAD = 64 << 10, /* how far into a plain file interface descriptions are looked for */
};

static bool compile(struct ws_capture *capture, const char *filter, struct ws_error *error)
{
	if (!filter || !*filter)
		return true;
	pcap_t *dead = pcap_open_dead(capture->dlt, pcap_snapshot(capture->pcap));
	if (!dead)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	capture->filtered = pcap_compile(dead, &capture->filter, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!capture->filtered)
		ws_capture_filter_failed(error, filter, dead);
	pcap_close(dead);
	return capture->filtered;
}

static bool check_head(const struct ws_capture *capture, const uint8_t *head, size_t length, struct ws_error *error)
{
	if (capture->feed && ws_feed_problem(capture->feed) && length < WS_FRAMING_BYTES)
		return ws_fail(error, WS_ERROR_FILE, "%s: %s", capture->name, ws_feed_problem(capture->feed));
	if (length == 0)
		return ws_fail(error, WS_ERROR_FILE, "%s: empty, not even the header of a capture", capture->name);
	if (capture->framing.format == WS_FORMAT_PCAP || capture->framing.format == WS_FORMAT_PCAPNG)
		return true;
	if (length < WS_FORMAT_BYTES)
		return ws_fail(error, WS_ERROR_FILE, "%s: not a capture, only %zu bytes long", capture->name, length);
	return ws_fail(error, WS_ERROR_FILE,
	               "%s: not a capture (pcap or pcapng, plain or packed with gzip or zstd): begins with %02x %02x "
	               "%02x %02x",
	               capture->name, head[0], head[1], head[2], head[3]);
}

static void set_fcs(struct ws_capture *capture, int stated, const uint8_t *head, size_t length)
{
	unsigned found;
	int ext = pcap_datalink_ext(capture->pcap);
	if (stated >= 0)
		capture->fcs_length = (uint8_t)(stated > UINT8_MAX ? UINT8_MAX : stated);
	else if (capture->framing.format == WS_FORMAT_PCAPNG)
		capture->fcs_length = (uint8_t)ws_framing_fcs(&capture->framing, head, length, &found);
	else if (LT_FCS_LENGTH_PRESENT(ext))
		capture->fcs_length = (uint8_t)(2 * LT_FCS_LENGTH((unsigned)ext)); /* counted in 16-bit units */
}

/* Hands `stream` to libpcap and learns from it what the capture is. */
static bool open_stream(struct ws_capture *capture, FILE *stream, struct ws_error *error)
{
	char message[PCAP_ERRBUF_SIZE];
	/* Nobody else uses the stream: no lock for each read. */
	__fsetlocking(stream, FSETLOCKING_BYCALLER);
	capture->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!capture->pcap) {
		fclose(stream);
		const char *problem = capture->feed ? ws_feed_problem(capture->feed) : NULL;
		return ws_fail(error, WS_ERROR_FILE, "%s: cannot be read as a capture: %s", capture->name,
		               problem ? problem : message);
	}
	int dlt = pcap_datalink(capture->pcap);
	if (!ws_link_of(dlt, &capture->link)) {
		char name[120], list[300];
		return ws_fail(error, WS_ERROR_FILE, "%s: link type %s is not supported; supported are %s",
		               capture->name, ws_link_name(dlt, name, sizeof(name)), ws_link_list(list, sizeof(list)));
	}
	capture->dlt = ws_link_dlt(capture->link);
	return true;
}

static bool open_plain(struct ws_capture *capture, int fd, uint64_t start, const uint8_t *head, size_t length,
                       const struct ws_capture_options *options, struct ws_error *error)
{
	FILE *file = fdopen(fd, "rb");
	if (!file) {
		close(fd);
		return ws_fail(error, WS_ERROR_SYSTEM, "%s: %s", capture->name, strerror(errno));
	}
	setvbuf(file, NULL, _IOFBF, STDIO_BUFFER);
	if (!check_head(capture, head, length, error)) {
		fclose(file);
		return false;
	}
	if (!open_stream(capture, file, error))
		return false;
	capture->file = file;
	capture->next = (uint64_t)ftello(file);
	set_fcs(capture, options->fcs_length, head, length);
	if (options->keep_bytes && !(capture->again = ws_again_new(fd, start)))
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	return true;
}

/* The head of a stream as far as libpcap is going to need it before it can say what the capture is: a pcap header, or
 * pcapng blocks up to the first interface description. */
static const uint8_t *feed_head(struct ws_capture *capture, size_t *length)
{
	const uint8_t *head = ws_feed_peek(capture->feed, WS_FRAMING_BYTES, length);
	capture->framing = ws_framing_of(head, *length);
	unsigned found = 0;
	while (capture->framing.format == WS_FORMAT_PCAPNG && *length < HEAD && !ws_feed_ended(capture->feed)) {
		ws_framing_fcs(&capture->framing, head, *length, &found);
		if (found)
			break;
		head = ws_feed_peek(capture->feed, *length + 1, length);
	}
	return head;
}

static bool open_feed(struct ws_capture *capture, int fd, const struct ws_capture_options *options,
                      struct ws_error *error)
{
	capture->feed = ws_feed_new(fd, capture->piped);
	if (!capture->feed)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	size_t length;
	const uint8_t *head = feed_head(capture, &length);
	if (!check_head(capture, head, length, error))
		return false;
	unsigned found;
	int stated = options->fcs_length;
	if (stated < 0 && capture->framing.format == WS_FORMAT_PCAPNG)
		stated = (int)ws_framing_fcs(&capture->framing, head, length, &found);
	FILE *stream = ws_feed_stream(capture->feed);
	if (!stream)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	if (!open_stream(capture, stream, error))
		return false;
	set_fcs(capture, stated, NULL, 0);
	ws_feed_start(capture->feed, &capture->framing);
	capture->next = ws_feed_offset(capture->feed);
	if (options->keep_bytes && !(capture->ring = ws_ring_new(options->keep_bytes)))
		return ws_fail(error, WS_ERROR_SYSTEM, "%s: no memory to keep %llu bytes of frames", capture->name,
		               (unsigned long long)options->keep_bytes);
	return true;
}

static bool open_descriptor(struct ws_capture *capture, int fd, const struct ws_capture_options *options,
                            struct ws_error *error)
{
	struct stat status;
	const char *refusal = NULL;
	if (fstat(fd, &status) < 0)
		refusal = strerror(errno);
	else if (S_ISDIR(status.st_mode))
		refusal = "a directory, not a capture";
	else if (isatty(fd))
		refusal = "a terminal, not a capture; redirect a file or a pipe to it";
	if (refusal) {
		close(fd);
		return ws_fail(error, WS_ERROR_FILE, "%s: %s", capture->name, refusal);
	}
	off_t start = S_ISREG(status.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
	capture->piped = start < 0;
	if (capture->piped)
		return open_feed(capture, fd, options, error);
	capture->file_size = (uint64_t)status.st_size;
	uint8_t *head = malloc(HEAD);
	ssize_t length = head ? pread(fd, head, HEAD, start) : -1;
	if (length < 0) {
		ws_fail(error, head ? WS_ERROR_FILE : WS_ERROR_SYSTEM, "%s: %s", capture->name, strerror(errno));
		free(head);
		close(fd);
		return false;
	}
	capture->framing = ws_framing_of(head, (size_t)length);
	bool packed = capture->framing.format == WS_FORMAT_GZIP || capture->framing.format == WS_FORMAT_ZSTD;
	bool opened = packed ? open_feed(capture, fd, options, error)
	                     : open_plain(capture, fd, (uint64_t)start, head, (size_t)length, options, error);
	free(head);
	return opened;
}

struct ws_capture *ws_capture_open_file(const char *path, const struct ws_capture_options *options,
                                        struct ws_error *error)
{
	bool standard = strcmp(path, "-") == 0;
	struct ws_capture *capture = ws_capture_new(standard ? "standard input" : path, error);
	if (!capture)
		return NULL;
	int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ws_fail(error, WS_ERROR_FILE, "%s: cannot be opened: %s", capture->name, strerror(errno));
	else if (open_descriptor(capture, fd, options, error) && compile(capture, options->filter, error))
		return capture;
	ws_capture_close(capture);
	return NULL;
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct ws_capture *capture = (struct ws_capture *)user;
	uint64_t start = capture->next, position = WS_POSITION_NONE;
	capture->number++;
	capture->next = capture->file ? (uint64_t)ftello(capture->file) : ws_feed_offset(capture->feed);
	if (capture->again)
		position = ws_again_position(capture, start, header);
	if (!capture->filtered || pcap_offline_filter(&capture->filter, header, data))
		ws_capture_deliver(capture, header, data, position);
}

/* libpcap has ended with `status`: 0 at the end, negative on a failure. */
static enum ws_read finish(struct ws_capture *capture, int status, struct ws_error *error)
{
	const char *problem = capture->feed ? ws_feed_problem(capture->feed) : NULL;
	unsigned long long packet = capture->number + 1, at = capture->next;
	if (status == 0 && !problem)
		return capture->state = WS_READ_END;
	if (problem)
		return ws_capture_failed(capture, error, WS_ERROR_TRUNCATED,
		                         "%s, in or before packet %llu (byte %llu%s)", problem, packet, at,
		                         capture->file_size ? " unpacked" : "");
	bool cut = feof(pcap_file(capture->pcap));
	return ws_capture_failed(capture, error, WS_ERROR_TRUNCATED, "%s packet %llu, which begins at byte %llu%s: %s",
	                         cut ? "ends in the middle of" : "damaged at", packet, at,
	                         capture->feed && capture->file_size ? " unpacked" : "", pcap_geterr(capture->pcap));
}

enum ws_read ws_file_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	uint64_t before = capture->number;
	if (capture->feed) {
		max = ws_feed_packets(capture->feed, max);
		if (max == 0)
			return WS_READ_MORE;
	}
	int status;
	do /* a break that came after the last packet of a batch only shows now */
		status = pcap_dispatch(capture->pcap, max, on_packet, (u_char *)capture);
	while (status == PCAP_ERROR_BREAK && capture->number == before);
	if (capture->feed)
		ws_feed_taken(capture->feed, capture->number - before);
	if (status > 0 || status == PCAP_ERROR_BREAK)
		return WS_READ_MORE;
	return finish(capture, status, error);
}
