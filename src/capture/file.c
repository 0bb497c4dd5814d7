/* Capture files and pipes: what comes through the byte source (see byte_source.c) to libpcap.
 *
 * The filter is run in ws_file_packet() and not by libpcap, so that a frame's number stays its place in the file. */
#include "capture/foreign.h"
#include "capture/internal.h"
#include "capture/lines.h"
#include "capture/merge.h"

#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The link types that are known before the first packet. */
static uint32_t known_links(const struct ws_capture *capture)
{
	uint32_t links = 0;
	const struct ws_frame_interface *interface;
	for (uint32_t i = 0; (interface = ws_capture_interface(capture, i)); i++)
		links |= 1u << interface->link;
	return links;
}

static bool filter_compile(struct ws_capture *capture, const struct ws_capture_options *options, struct ws_error *error)
{
	const char *filter = options->filter;
	if (!filter || !*filter)
		return true;
	if (capture->lines)
		return ws_fail(error, WS_ERROR_OPTION,
		               "%s: has records, and a capture filter selects packets; use -Y for connections",
		               capture->name);
	capture->filtered = true;
	capture->filters.no_optimize = options->no_optimize;
	return capture->pcapng ? ws_filters_compile_all(&capture->filters, filter, known_links(capture), error)
	                       : ws_filters_compile(&capture->filters, filter, capture->link, error);
}

static bool check_head(const struct ws_capture *capture, const uint8_t *head, size_t length, struct ws_error *error)
{
	const char *problem = ws_byte_source_problem(capture->source);
	if (problem && length < WS_FRAMING_BYTES)
		return ws_fail(error, ws_byte_source_status(capture->source, WS_ERROR_FILE), "%s: %s", capture->name,
		               problem);
	if (length == 0)
		return ws_fail(error, WS_ERROR_FILE, "%s: empty, not even the header of a capture", capture->name);
	if (capture->framing.format == WS_FORMAT_PCAP || capture->framing.format == WS_FORMAT_PCAPNG)
		return true;
	if (ws_lines_recognize(head, length))
		return true;
	if (length < WS_FORMAT_BYTES)
		return ws_fail(error, WS_ERROR_FILE, "%s: not a capture, only %zu bytes long", capture->name, length);
	char words[400];
	struct ws_text text = WS_TEXT_OVER(words);
	if (ws_foreign_words(head, length, capture->name, &text))
		return ws_fail(error, WS_ERROR_FILE, "%s: %s", capture->name, ws_text_cstr(&text));
	return ws_fail(error, WS_ERROR_FILE,
	               "%s: not a capture (pcap or pcapng), and no records (JSON), plain or packed with gzip or zstd: "
	               "begins with %02x %02x "
	               "%02x %02x",
	               capture->name, head[0], head[1], head[2], head[3]);
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
		return ws_fail(error, ws_byte_source_status(capture->source, WS_ERROR_FILE),
		               "%s: cannot be read as a capture: %s", capture->name, problem ? problem : message);
	}
	int dlt = pcap_datalink(capture->pcap);
	if (!ws_link_of(dlt, &capture->link)) {
		char name[120], list[300];
		return ws_fail(error, WS_ERROR_FILE, "%s: link type %s is not supported; supported are %s",
		               capture->name, ws_link_name(dlt, name, sizeof(name)), ws_link_list(list, sizeof(list)));
	}
	capture->dlt = ws_link_dlt(capture->link);
	capture->link_number = ws_link_number(capture->link);
	capture->next = ws_byte_source_offset(capture->source);
	capture->fast = ws_pcap_fast_possible(&capture->framing);
	capture->snapshot = (uint32_t)pcap_snapshot(capture->pcap);
	return true;
}

/* As the link type field of the file's header has it, in 16-bit units. */
static uint8_t header_fcs_length(const struct ws_capture *capture)
{
	const int ext = pcap_datalink_ext(capture->pcap);
	return LT_FCS_LENGTH_PRESENT(ext) ? (uint8_t)(2 * LT_FCS_LENGTH((unsigned)ext)) : 0;
}

static bool keep_frames(struct ws_capture *capture, uint64_t bytes, struct ws_error *error)
{
	if (!bytes)
		return true;
	if (capture->piped || capture->packed)
		capture->ring = ws_ring_new(bytes);
	else if (capture->pcapng)
		capture->positions = true;
	else
		capture->reopen = ws_reopen_new(ws_byte_source_fd(capture->source), capture->start);
	return capture->ring || capture->reopen || capture->positions ||
	       ws_fail(error, WS_ERROR_SYSTEM, "%s: no memory to keep %llu bytes of frames", capture->name,
	               (unsigned long long)bytes);
}

static bool open_lines(struct ws_capture *capture, const struct ws_capture_options *options, struct ws_error *error)
{
	if (options->follow)
		return ws_fail(
		        error, WS_ERROR_OPTION,
		        "%s: has records, which --follow does not read; use: tail -n +1 -F FILE | wirestate -r -",
		        capture->name);
	if (!options->records)
		return ws_fail(error, WS_ERROR_FILE, "%s: has records, not packets", capture->name);
	capture->link = WS_LINK_OTHER;
	capture->lines = ws_lines_new(capture->name);
	return capture->lines || ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
}

/* `from` reads the same file, or is NULL. */
static bool open_descriptor(struct ws_capture *capture, int fd, const struct ws_capture_options *options,
                            const struct ws_capture *from, struct ws_error *error)
{
	struct stat status;
	const char *refusal = NULL;
	if (fstat(fd, &status) < 0)
		refusal = strerror(errno);
	else if (S_ISDIR(status.st_mode))
		refusal = E_("a directory, not a capture");
	else if (isatty(fd))
		refusal = E_("a terminal, not a capture; redirect a file or a pipe to it");
	if (refusal) {
		close(fd);
		return ws_fail(error, WS_ERROR_FILE, "%s: %s", capture->name, refusal);
	}
	off_t start = S_ISREG(status.st_mode) && !options->follow ? lseek(fd, 0, SEEK_CUR) : -1;
	capture->piped = start < 0;
	if (!capture->piped) {
		capture->start = (uint64_t)start;
		capture->file_size = (uint64_t)status.st_size;
	}
	capture->source = ws_byte_source_new(fd, capture->piped, capture->start);
	if (!capture->source)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	if (options->follow)
		ws_byte_source_follow(capture->source);
	size_t length;
	const uint8_t *head = ws_byte_source_peek(capture->source, WS_FRAMING_BYTES, &length);
	capture->framing = ws_framing_of(head, length);
	capture->packed = ws_byte_source_packed(capture->source);
	if (!check_head(capture, head, length, error))
		return false;
	if (ws_lines_recognize(head, length))
		return open_lines(capture, options, error);
	if (capture->packed && options->follow)
		return ws_fail(error, WS_ERROR_FILE, "%s: is packed; --follow reads plain files", capture->name);
	capture->fcs_stated = options->fcs_length >= 0;
	if (capture->framing.format == WS_FORMAT_PCAPNG ? !ws_pcapng_open(capture, from, error)
	                                                : !open_stream(capture, error))
		return false;
	if (capture->fcs_stated)
		capture->fcs_length = (uint8_t)(options->fcs_length & UINT8_MAX);
	else if (capture->pcap)
		capture->fcs_length = header_fcs_length(capture);
	return keep_frames(capture, options->keep_bytes, error);
}

struct ws_capture *ws_capture_open_file(const char *path, const struct ws_capture_options *options,
                                        struct ws_error *error)
{
	bool standard = strcmp(path, "-") == 0;
	struct ws_capture *capture = ws_capture_new(standard ? E_("standard input") : path, error);
	if (!capture)
		return NULL;
	int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ws_fail(error, WS_ERROR_FILE, "%s: cannot be opened: %s", capture->name, strerror(errno));
	else if (options->opened && !options->opened(options->context, error))
		close(fd);
	else if (open_descriptor(capture, fd, options, NULL, error) && filter_compile(capture, options, error))
		return capture;
	ws_capture_close(capture);
	return NULL;
}

struct ws_capture *ws_capture_open_descriptor(int fd, const char *name, const struct ws_capture_options *options,
                                              struct ws_error *error)
{
	struct ws_capture *capture = ws_capture_new(name, error);
	if (!capture || (options->opened && !options->opened(options->context, error)))
		close(fd);
	else if (open_descriptor(capture, fd, options, NULL, error) && filter_compile(capture, options, error))
		return capture;
	ws_capture_close(capture);
	return NULL;
}

/* A filter is not compiled again: that may ask a name server. */
static bool filter_copy(struct ws_capture *capture, const struct ws_capture *from, struct ws_error *error)
{
	capture->filtered = from->filtered;
	return !from->filtered || ws_filters_copy(&capture->filters, &from->filters) ||
	       ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
}

struct ws_capture *ws_capture_reopen(const struct ws_capture *from, const struct ws_capture_options *options,
                                     struct ws_error *error)
{
	if (from->merge)
		return ws_merge_reopen(from->merge, options, error);
	struct ws_capture *capture = ws_capture_new(from->name, error);
	if (!capture)
		return NULL;
	int fd = fcntl(ws_byte_source_fd(from->source), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		ws_fail(error, WS_ERROR_FILE, "%s: cannot be opened again: %s", capture->name, strerror(errno));
	else if (open_descriptor(capture, fd, options, from->pcapng ? from : NULL, error) &&
	         filter_copy(capture, from, error))
		return capture;
	ws_capture_close(capture);
	return NULL;
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct ws_capture *capture = (struct ws_capture *)user;
	struct ws_frame frame = ws_capture_frame(capture, header, ws_capture_time(capture, &header->ts), data);
	ws_file_packet(capture, &frame, ws_byte_source_offset(capture->source));
}

/* libpcap has ended with `status`: 0 at the end, negative on a failure. */
static enum ws_read finish(struct ws_capture *capture, int status, struct ws_error *error)
{
	const char *problem = ws_byte_source_problem(capture->source),
	           *unpacked = capture->packed ? E_(" unpacked") : "";
	unsigned long long packet = capture->number + 1, offset = capture->start + capture->next;
	if (status == 0 && !problem)
		return capture->state = WS_READ_END;
	if (problem)
		return ws_capture_failed(capture, error, ws_byte_source_status(capture->source, WS_ERROR_TRUNCATED),
		                         E_("%s, in packet %llu or after it (byte %llu%s)"), problem, packet, offset,
		                         unpacked);
	return ws_capture_failed(capture, error, WS_ERROR_TRUNCATED,
	                         feof(pcap_file(capture->pcap))
	                                 ? E_("ends in the middle of packet %llu, which begins at byte %llu%s: %s")
	                                 : E_("cannot be read on from packet %llu, which begins at byte %llu%s: %s"),
	                         packet, offset, unpacked, pcap_geterr(capture->pcap));
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
	return status > 0 || status == PCAP_ERROR_BREAK ? WS_READ_MORE : finish(capture, status, error);
}
