/* Capture files and pipes: what comes through the byte source (see byte_source.c) to libpcap.
 *
 * The filter is run here and not by libpcap, so that a frame's number stays its place in the file. */
#include "capture/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How far into a file interface descriptions are looked for. */
enum { HEAD = 64 << 10 };

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
	const char *problem = ws_byte_source_problem(capture->source);
	if (problem && length < WS_FRAMING_BYTES)
		return ws_fail(error, WS_ERROR_FILE, "%s: %s", capture->name, problem);
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

/* The front of the stream as far as libpcap is going to need it before it can say what the capture is: a pcap header,
 * or pcapng blocks up to the first interface description. A regular file can be asked for more. */
static const uint8_t *peek_head(struct ws_capture *capture, size_t *length)
{
	const uint8_t *head = ws_byte_source_peek(capture->source, WS_FRAMING_BYTES, length);
	capture->framing = ws_framing_of(head, *length);
	if (capture->framing.format != WS_FORMAT_PCAPNG)
		return head;
	if (!capture->piped)
		return ws_byte_source_peek(capture->source, HEAD, length);
	for (unsigned found = 0; *length < HEAD && !ws_byte_source_ended(capture->source);) {
		ws_framing_fcs(&capture->framing, head, *length, &found);
		if (found)
			break;
		head = ws_byte_source_peek(capture->source, *length + 1, length);
	}
	return head;
}

/* Hands the stream to libpcap and learns from it what the capture is. */
static bool open_stream(struct ws_capture *capture, struct ws_error *error)
{
	FILE *stream = ws_byte_source_stream(capture->source, &capture->framing);
	if (!stream)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	__fsetlocking(stream, FSETLOCKING_BYCALLER); /* nobody else uses it: no lock for each read */
	char message[PCAP_ERRBUF_SIZE];
	capture->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!capture->pcap) {
		fclose(stream);
		const char *problem = ws_byte_source_problem(capture->source);
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
	capture->next = ws_byte_source_offset(capture->source);
	capture->fast = ws_pcap_fast_possible(&capture->framing);
	capture->snapshot = (uint32_t)pcap_snapshot(capture->pcap);
	return true;
}

/* `described` is what pcapng's interface descriptions say; pcap has it in the link type field of its header, counted in
 * 16-bit units. */
static unsigned fcs_length(const struct ws_capture *capture, int stated, unsigned described)
{
	int ext = pcap_datalink_ext(capture->pcap);
	if (stated >= 0)
		return (unsigned)stated & UINT8_MAX;
	if (capture->framing.format == WS_FORMAT_PCAPNG)
		return described;
	return LT_FCS_LENGTH_PRESENT(ext) ? 2 * LT_FCS_LENGTH((unsigned)ext) : 0;
}

static bool keep_frames(struct ws_capture *capture, uint64_t bytes, struct ws_error *error)
{
	if (!bytes)
		return true;
	if (capture->piped || capture->packed)
		capture->ring = ws_ring_new(bytes);
	else
		capture->reopen = ws_reopen_new(ws_byte_source_fd(capture->source), capture->start);
	return capture->ring || capture->reopen ||
	       ws_fail(error, WS_ERROR_SYSTEM, "%s: no memory to keep %llu bytes of frames", capture->name,
	               (unsigned long long)bytes);
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
	if (!capture->piped) {
		capture->start = (uint64_t)start;
		capture->file_size = (uint64_t)status.st_size;
	}
	capture->source = ws_byte_source_new(fd, capture->piped, capture->start);
	if (!capture->source)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	size_t length;
	const uint8_t *head = peek_head(capture, &length);
	capture->packed = ws_byte_source_packed(capture->source);
	if (!check_head(capture, head, length, error))
		return false;
	unsigned found, described = 0;
	if (capture->framing.format == WS_FORMAT_PCAPNG)
		described = ws_framing_fcs(&capture->framing, head, length, &found);
	if (!open_stream(capture, error))
		return false;
	capture->fcs_length = (uint8_t)fcs_length(capture, options->fcs_length, described);
	return keep_frames(capture, options->keep_bytes, error);
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
	else if (options->opened && !options->opened(options->context, error))
		close(fd);
	else if (open_descriptor(capture, fd, options, error) && compile(capture, options->filter, error))
		return capture;
	ws_capture_close(capture);
	return NULL;
}

/* A filter is not compiled again: that may ask a name server. */
static bool copy_filter(struct ws_capture *capture, const struct ws_capture *from, struct ws_error *error)
{
	if (!from->filtered)
		return true;
	const size_t size = from->filter.bf_len * sizeof(*from->filter.bf_insns);
	capture->filter.bf_insns = malloc(size);
	if (!capture->filter.bf_insns)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	memcpy(capture->filter.bf_insns, from->filter.bf_insns, size);
	capture->filter.bf_len = from->filter.bf_len;
	return capture->filtered = true;
}

struct ws_capture *ws_capture_reopen(const struct ws_capture *from, const struct ws_capture_options *options,
                                     struct ws_error *error)
{
	struct ws_capture *capture = ws_capture_new(from->name, error);
	if (!capture)
		return NULL;
	int fd = fcntl(ws_byte_source_fd(from->source), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		ws_fail(error, WS_ERROR_FILE, "%s: cannot be opened again: %s", capture->name, strerror(errno));
	else if (open_descriptor(capture, fd, options, error) && copy_filter(capture, from, error))
		return capture;
	ws_capture_close(capture);
	return NULL;
}

void ws_file_packet(struct ws_capture *capture, const struct pcap_pkthdr *header, ws_time time, const uint8_t *data)
{
	uint64_t offset = capture->start + capture->next, position = WS_POSITION_NONE;
	capture->number++;
	capture->next = ws_byte_source_offset(capture->source);
	if (capture->reopen)
		position = ws_reopen_position(capture, offset, header);
	if (!capture->filtered || pcap_offline_filter(&capture->filter, header, data))
		ws_capture_deliver(capture, header, time, data, position);
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct ws_capture *capture = (struct ws_capture *)user;
	ws_file_packet(capture, header, ws_capture_time(capture, &header->ts), data);
}

/* libpcap has ended with `status`: 0 at the end, negative on a failure. */
static enum ws_read finish(struct ws_capture *capture, int status, struct ws_error *error)
{
	const char *problem = ws_byte_source_problem(capture->source), *unpacked = capture->packed ? " unpacked" : "";
	unsigned long long packet = capture->number + 1, offset = capture->start + capture->next;
	if (status == 0 && !problem)
		return capture->state = WS_READ_END;
	if (problem)
		return ws_capture_failed(capture, error, WS_ERROR_TRUNCATED,
		                         "%s, in packet %llu or behind it (byte %llu%s)", problem, packet, offset,
		                         unpacked);
	const char *how = feof(pcap_file(capture->pcap)) ? "ends in the middle of" : "cannot be read on from";
	return ws_capture_failed(capture, error, WS_ERROR_TRUNCATED, "%s packet %llu, which begins at byte %llu%s: %s",
	                         how, packet, offset, unpacked, pcap_geterr(capture->pcap));
}

enum ws_read ws_file_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	uint64_t before = capture->number;
	max = ws_byte_source_packets(capture->source, max);
	if (max == 0)
		return WS_READ_MORE;
	int status = capture->fast ? ws_pcap_fast_read(capture, max) : 0;
	if (capture->number - before < (uint64_t)max && !capture->broken) {
		/* Only as far as the short way does not lead. */
		const int behind = capture->fast ? 1 : max;
		do /* a break that came after the last packet of a batch only shows now */
			status = pcap_dispatch(capture->pcap, behind, on_packet, (u_char *)capture);
		while (status == PCAP_ERROR_BREAK && capture->number == before);
	}
	capture->broken = false;
	ws_byte_source_taken(capture->source, capture->number - before);
	if (status == 0 && ws_byte_source_paused(capture->source))
		return WS_READ_MORE;
	return status > 0 || status == PCAP_ERROR_BREAK ? WS_READ_MORE : finish(capture, status, error);
}
