/* What the files of src/capture share. */
#ifndef CAPTURE_INTERNAL_H
#define CAPTURE_INTERNAL_H

#include "capture/byte_source.h"
#include "capture/filters.h"
#include "capture/pcapng.h"
#include "capture/ring.h"
#include "capture/time.h"

#include <pcap/pcap.h>
#include <wirestate/capture.h>

struct ws_merge;  /* several files as one capture: see merge.c */
struct ws_lines;  /* records: see lines.h */
struct ws_gather; /* several of these */
struct ws_reopen; /* a second reader of a plain file: see reopen.c */

struct ws_capture {
	char name[200]; /* for messages: the path, "standard input" or the interface */
	pcap_t *pcap;   /* NULL for a pcapng file */
	int dlt;        /* libpcap's number of `link` */
	enum ws_link link;
	unsigned link_number; /* LINKTYPE_ number of `link` */
	uint8_t fcs_length;
	bool fcs_stated; /* the user has said how long it is, whatever the file says */
	bool live;

	struct ws_byte_source *source; /* NULL for a live capture, and for one that is merged */
	struct ws_merge *merge;        /* NULL for a single file and a live capture */
	struct ws_lines *lines;        /* NULL where frames are packets */
	struct ws_gather *gather;      /* records of several files; or NULL */
	struct ws_pcapng *pcapng;      /* NULL for anything else than a pcapng file */
	bool piped, packed;
	struct ws_framing framing;
	uint64_t file_size; /* 0: not known */
	uint64_t start;     /* where in a regular file the capture begins */
	uint64_t next;      /* how many bytes of it (unpacked) have been read as whole records */
	bool fast;          /* records can be taken from the stream's buffer, see pcap_fast.c */
	bool broken;        /* ws_capture_break() was called */
	uint32_t snapshot;  /* pcap: the longest record that the file announces */

	struct ws_ring *ring;     /* where frames are kept that cannot be read twice; NULL: they are not kept */
	struct ws_reopen *reopen; /* pcap: reads a frame of a plain file again; NULL: not asked for */
	bool positions;           /* pcapng: frames have positions, so that they can be read again */

	bool filtered; /* file: the filter is run here, because libpcap does not count what it skips */
	struct ws_filters filters;

	ws_frame_fn *fn; /* during ws_capture_read() */
	void *context;
	uint64_t number, delivered;
	bool more; /* live: the last batch was full */

	enum ws_read state; /* WS_READ_END and WS_READ_ERROR are for good */
	struct ws_error failure;

	struct pcap_stat last_stats; /* live: 32-bit counters that wrap */
	int drop_counter[2];         /* live: the interface's own, see live.c; -1: it has none */
	uint64_t last_drops;
	struct ws_capture_stats stats;
};

/* capture.c */
struct ws_capture *ws_capture_new(const char *name, struct ws_error *error) WS_CHECKED;
ws_time ws_capture_time(const struct ws_capture *capture, const struct timeval *stamp);
/* The frame of a record that libpcap has read, without a number and a position. */
struct ws_frame ws_capture_frame(const struct ws_capture *capture, const struct pcap_pkthdr *header, ws_time time,
                                 const uint8_t *data);
/* Keeps the frame if that is asked for, and hands it over. */
static inline void ws_capture_deliver(struct ws_capture *capture, struct ws_frame *frame)
{
	if (capture->ring)
		frame->position = ws_ring_put(capture->ring, frame);
	capture->delivered++;
	capture->fn(capture->context, frame);
}
/* Marks the capture as failed for good. */
enum ws_read ws_capture_failed(struct ws_capture *capture, struct ws_error *error, enum ws_status status,
                               const char *format, ...) WS_PRINTF(4, 5);

/* file.c */
enum ws_read ws_file_read(struct ws_capture *capture, int max, struct ws_error *error) WS_CHECKED;
/* Positions in files: the offset, and in the 16 bits above it a check of the frame's time and lengths, so that what is
 * read again is the same frame or nothing. */
enum { WS_POSITION_BITS = 48 };

static inline uint64_t ws_position_offset(uint64_t position)
{
	return position & ((UINT64_C(1) << WS_POSITION_BITS) - 1);
}

static inline uint64_t ws_capture_position(uint64_t offset, const struct ws_frame *frame)
{
	uint64_t check = (uint64_t)frame->time * UINT64_C(0x9e3779b97f4a7c15);
	check ^= ((uint64_t)frame->captured << 32 | frame->length) * UINT64_C(0xd6e8feb86659fd93);
	check ^= check >> 32;
	return (check ^ check >> 16) << WS_POSITION_BITS | ws_position_offset(offset);
}

/* The next packet of the file, read by libpcap or not, which ends at byte `end`. Sets its number and its position. The
 * filter is run here, so that a frame's number stays its place in the file. */
static inline void ws_file_packet(struct ws_capture *capture, struct ws_frame *frame, uint64_t end)
{
	frame->number = ++capture->number;
	if (capture->reopen)
		frame->position = ws_capture_position(capture->start + capture->next, frame);
	capture->next = end;
	if (!capture->filtered || ws_filters_match(&capture->filters, frame))
		ws_capture_deliver(capture, frame);
}

/* pcap_fast.c */
bool ws_pcap_fast_possible(const struct ws_framing *framing);
/* Delivers at most `max` packets without libpcap; libpcap must read what follows them. */
int ws_pcap_fast_read(struct ws_capture *capture, int max) WS_CHECKED;

/* live.c */
enum ws_read ws_live_read(struct ws_capture *capture, int max, struct ws_error *error) WS_CHECKED;
void ws_live_stats(struct ws_capture *capture);
const char *ws_live_waits(const struct ws_capture *capture);
bool ws_live_activate_failed(struct ws_error *error, pcap_t *pcap, const char *interface, int status);

/* reopen.c */
struct ws_reopen *ws_reopen_new(int fd, uint64_t start) WS_CHECKED; /* `fd` stays the caller's; NULL: out of memory */
void ws_reopen_free(struct ws_reopen *reopen);
bool ws_reopen_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame) WS_CHECKED;

/* link.c */
bool ws_link_of(int dlt, enum ws_link *link) WS_CHECKED; /* false: not supported */
int ws_link_dlt(enum ws_link link);
unsigned ws_link_number(enum ws_link link); /* LINKTYPE_, not of WS_LINK_OTHER */
/* By the LINKTYPE_ number that a file has. */
enum ws_link ws_link_of_number(unsigned number);
int ws_link_dlt_of_number(unsigned number);
/* "EN10MB (Ethernet)"; a number that libpcap has no name for is written as it is. */
const char *ws_link_name(int dlt, char *text, size_t size);
/* All that are supported, comma separated. */
const char *ws_link_list(char *text, size_t size);

#endif
