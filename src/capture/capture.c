/* The public face: what is common to files and interfaces. A capture delivers frames in batches that the caller bounds;
 * file.c and live.c know how each source makes a batch without waiting. */
#include "capture/internal.h"
#include "capture/lines.h"
#include "capture/merge.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ws_capture *ws_capture_new(const char *name, struct ws_error *error)
{
	struct ws_capture *capture = calloc(1, sizeof(*capture));
	if (!capture) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	capture->drop_counter[0] = capture->drop_counter[1] = -1;
	/* The end of a long path says more than its beginning. */
	size_t length = strlen(name), room = sizeof(capture->name) - 1;
	if (length <= room)
		memcpy(capture->name, name, length);
	else
		snprintf(capture->name, sizeof(capture->name), "...%s", name + length - (room - 3));
	return capture;
}

void ws_capture_close(struct ws_capture *capture)
{
	if (!capture)
		return;
	ws_merge_free(capture->merge);
	ws_gather_free(capture->gather);
	ws_lines_free(capture->lines);
	ws_reopen_free(capture->reopen);
	ws_filters_free(&capture->filters);
	if (capture->pcap)
		pcap_close(capture->pcap);
	ws_pcapng_free(capture->pcapng);
	ws_byte_source_free(capture->source);
	ws_ring_free(capture->ring);
	for (size_t i = 0; i < WS_ARRAY_SIZE(capture->drop_counter); i++)
		if (capture->drop_counter[i] >= 0)
			close(capture->drop_counter[i]);
	free(capture);
}

enum ws_link ws_capture_link(const struct ws_capture *capture)
{
	return capture->link;
}

static bool seen_before(const struct ws_capture *capture, const struct ws_frame_interface *interface)
{
	for (uint32_t i = 0; i < interface->index; i++)
		if (ws_capture_interface(capture, i)->link_number == interface->link_number)
			return true;
	return false;
}

void ws_capture_link_names(const struct ws_capture *capture, struct ws_text *text)
{
	enum { MOST = 64 }; /* interfaces that are looked at: a banner is for people */
	const struct ws_frame_interface *interface;
	char name[120];
	for (uint32_t i = 0; i < MOST && (interface = ws_capture_interface(capture, i)); i++) {
		if (seen_before(capture, interface))
			continue;
		ws_text_puts(text, i ? ", " : "");
		ws_text_puts(text, interface->link_name);
	}
	if (!ws_capture_interface(capture, 0))
		ws_text_puts(text, ws_link_name(capture->dlt, name, sizeof(name)));
}

const struct ws_frame_interface *ws_capture_interface(const struct ws_capture *capture, uint32_t index)
{
	if (capture->merge)
		return ws_merge_interface(capture->merge, index);
	return capture->pcapng ? ws_pcapng_interface(capture->pcapng, index) : NULL;
}

bool ws_capture_host_name(const struct ws_capture *capture, size_t index, struct ws_host_name *name)
{
	if (capture->merge)
		return ws_merge_host_name(capture->merge, index, name);
	return capture->pcapng && ws_pcapng_host_name(capture->pcapng, index, name);
}

bool ws_capture_is_records(const struct ws_capture *capture)
{
	return capture->lines || capture->gather;
}

bool ws_capture_is_live(const struct ws_capture *capture)
{
	return capture->live;
}

bool ws_capture_may_read_ahead(const struct ws_capture *capture, bool fetches)
{
	if (capture->merge)
		return ws_merge_may_read_ahead(capture->merge, fetches);
	return !capture->live && !capture->piped && !(capture->ring && fetches) && !capture->lines && !capture->gather;
}

void ws_capture_news(const struct ws_capture *capture, struct ws_capture_news *news)
{
	*news = (struct ws_capture_news){0};
	if (capture->merge)
		ws_merge_news(capture->merge, news);
	else if (capture->pcapng)
		ws_pcapng_news(capture->pcapng, news);
}

void ws_capture_hold(struct ws_capture *capture)
{
	if (capture->merge)
		ws_merge_hold(capture->merge);
	else if (capture->pcapng)
		ws_pcapng_hold(capture->pcapng);
}

void ws_capture_show(struct ws_capture *capture, const struct ws_capture_news *news)
{
	if (capture->merge)
		ws_merge_show(capture->merge, news);
	else if (capture->pcapng)
		ws_pcapng_show(capture->pcapng, news);
}

int ws_capture_fd(const struct ws_capture *capture)
{
	if (capture->live)
		return pcap_get_selectable_fd(capture->pcap);
	if (capture->gather)
		return ws_gather_fd(capture->gather);
	return capture->piped ? ws_byte_source_fd(capture->source) : -1;
}

bool ws_capture_ready(const struct ws_capture *capture)
{
	if (capture->state != WS_READ_MORE)
		return false;
	if (capture->live)
		return capture->more;
	if (capture->gather)
		return ws_gather_ready(capture->gather);
	if (capture->lines && ws_lines_ready(capture->lines))
		return true;
	return !capture->piped || ws_byte_source_ready(capture->source) ||
	       (capture->pcapng && ws_pcapng_ready(capture));
}

const char *ws_capture_waits(const struct ws_capture *capture)
{
	return capture->live && capture->state == WS_READ_MORE ? ws_live_waits(capture) : NULL;
}

ws_time ws_capture_time(const struct ws_capture *capture, const struct timeval *stamp)
{
	int64_t seconds = stamp->tv_sec, nanoseconds = stamp->tv_usec;
	if (capture->live && pcap_get_tstamp_precision(capture->pcap) == PCAP_TSTAMP_PRECISION_MICRO)
		nanoseconds *= 1000;
	if (capture->framing.format == WS_FORMAT_PCAP) {
		/* Both fields are unsigned, but in the host's byte order libpcap reads them as signed. */
		seconds &= UINT32_MAX;
		if (nanoseconds < 0)
			nanoseconds += (INT64_C(1) << 32) * (capture->framing.nanoseconds ? 1 : 1000);
	}
	if ((uint64_t)seconds <= UINT32_MAX && (uint64_t)nanoseconds < (uint64_t)WS_SECOND)
		return seconds * WS_SECOND + nanoseconds;
	return ws_time_limited((__int128)seconds * WS_SECOND + nanoseconds);
}

struct ws_frame ws_capture_frame(const struct ws_capture *capture, const struct pcap_pkthdr *header, ws_time time,
                                 const uint8_t *data)
{
	return (struct ws_frame){
	        .time = time,
	        .position = WS_POSITION_NONE,
	        .data = data,
	        .captured = header->caplen,
	        .length = header->len < header->caplen ? header->caplen : header->len,
	        .link = (uint8_t)capture->link,
	        .fcs_length = capture->fcs_length,
	};
}

enum ws_read ws_capture_failed(struct ws_capture *capture, struct ws_error *error, enum ws_status status,
                               const char *format, ...)
{
	char text[700];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ws_fail(&capture->failure, status, "%s: %s", capture->name, text);
	if (error)
		*error = capture->failure;
	return capture->state = WS_READ_ERROR;
}

enum ws_read ws_capture_read(struct ws_capture *capture, int max, ws_frame_fn *fn, void *context,
                             struct ws_error *error)
{
	if (capture->state == WS_READ_ERROR && error)
		*error = capture->failure;
	if (capture->state != WS_READ_MORE || max <= 0)
		return capture->state;
	capture->fn = fn;
	capture->context = context;
	if (capture->merge)
		return ws_merge_read(capture, max, error);
	if (capture->gather)
		return ws_gather_read(capture, max, error);
	if (capture->lines)
		return ws_lines_read(capture, max, error);
	if (capture->pcapng)
		return ws_pcapng_read(capture, max, error);
	return capture->live ? ws_live_read(capture, max, error) : ws_file_read(capture, max, error);
}

void ws_capture_break(struct ws_capture *capture)
{
	capture->broken = true;
	if (capture->gather)
		ws_gather_break(capture->gather);
	if (capture->pcap)
		pcap_breakloop(capture->pcap);
}

bool ws_capture_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	if (position == WS_POSITION_NONE)
		return false;
	if (capture->merge)
		return ws_merge_fetch(capture->merge, position, frame);
	if (capture->ring)
		return ws_ring_get(capture->ring, position, frame);
	if (capture->positions)
		return ws_pcapng_fetch(capture, position, frame);
	return capture->reopen && ws_reopen_fetch(capture, position, frame);
}

bool ws_capture_kept(struct ws_capture *capture, uint64_t *place, struct ws_frame *frame)
{
	return capture->ring && ws_ring_next(capture->ring, place, frame);
}

uint64_t ws_capture_kept_memory(const struct ws_capture *capture)
{
	return capture && capture->ring ? ws_ring_size(capture->ring) : 0;
}

void ws_capture_progress(const struct ws_capture *capture, uint64_t *done, uint64_t *total)
{
	if (capture->merge) {
		ws_merge_progress(capture->merge, done, total);
		return;
	}
	if (capture->gather) {
		ws_gather_progress(capture->gather, done, total);
		return;
	}
	*total = capture->file_size;
	*done = 0;
	if (capture->source)
		*done = capture->start + (capture->packed ? ws_byte_source_consumed(capture->source) : capture->next);
}

bool ws_capture_drops(const struct ws_capture *capture, size_t ordinal, struct ws_interface_drops *drops)
{
	if (capture->merge)
		return ws_merge_drops(capture->merge, ordinal, drops);
	return capture->pcapng && ws_pcapng_drops(capture->pcapng, ordinal, drops);
}

void ws_capture_stats(struct ws_capture *capture, struct ws_capture_stats *stats)
{
	if (capture->merge) {
		ws_merge_stats(capture, stats);
		return;
	}
	if (capture->live)
		ws_live_stats(capture);
	else
		capture->stats.received = capture->delivered;
	capture->stats.captured = capture->delivered;
	*stats = capture->stats;
	if (capture->pcapng)
		stats->comment = ws_pcapng_remark(capture->pcapng, &stats->comment_length);
}
