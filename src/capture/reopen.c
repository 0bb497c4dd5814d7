/* Reading a frame of a plain file a second time.
 *
 * A second libpcap handle over the same open file, read with pread() so that neither handle moves the other, is put to
 * where the record starts. A position is that offset, with a check of the frame's time and lengths in the upper 16
 * bits: what comes back is the same frame or nothing.
 *
 * In pcapng that handle must also know the interfaces described up to there. Usually all are described in front of the
 * first packet, and a read in place succeeds. Where it does not (interfaces described late, several sections), the
 * handle starts again and walks to the record. */
#include "capture/internal.h"

#include <stdlib.h>
#include <unistd.h>

enum { OFFSET_BITS = 48 };
#define OFFSET_MASK ((UINT64_C(1) << OFFSET_BITS) - 1)

struct ws_reopen {
	int fd;
	uint64_t start, offset; /* of the capture in the file; of the stream */
	pcap_t *pcap;           /* NULL: not opened yet */
};

struct ws_reopen *ws_reopen_new(int fd, uint64_t start)
{
	struct ws_reopen *reopen = calloc(1, sizeof(*reopen));
	if (!reopen)
		return NULL;
	reopen->fd = fd;
	reopen->start = start;
	return reopen;
}

static void handle_close(struct ws_reopen *reopen)
{
	if (reopen->pcap)
		pcap_close(reopen->pcap);
	reopen->pcap = NULL;
}

void ws_reopen_free(struct ws_reopen *reopen)
{
	if (!reopen)
		return;
	handle_close(reopen);
	free(reopen);
}

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
	struct ws_reopen *reopen = cookie;
	ssize_t count = pread(reopen->fd, bytes, size, (off_t)reopen->offset);
	if (count > 0)
		reopen->offset += (uint64_t)count;
	return count;
}

static int stream_seek(void *cookie, off64_t *offset, int whence)
{
	struct ws_reopen *reopen = cookie;
	if (whence == SEEK_CUR)
		*offset += (off64_t)reopen->offset;
	else if (whence != SEEK_SET)
		return -1;
	reopen->offset = (uint64_t)*offset;
	return 0;
}

static bool handle_open(struct ws_reopen *reopen)
{
	handle_close(reopen);
	reopen->offset = reopen->start;
	FILE *stream = fopencookie(reopen, "r", (cookie_io_functions_t){.read = stream_read, .seek = stream_seek});
	if (!stream)
		return false;
	char message[PCAP_ERRBUF_SIZE];
	reopen->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!reopen->pcap)
		fclose(stream);
	return reopen->pcap;
}

uint64_t ws_reopen_position(const struct ws_capture *capture, uint64_t offset, const struct pcap_pkthdr *header)
{
	uint64_t check = (uint64_t)ws_capture_time(capture, &header->ts) * UINT64_C(0x9e3779b97f4a7c15);
	check ^= ((uint64_t)header->caplen << 32 | header->len) * UINT64_C(0xd6e8feb86659fd93);
	check ^= check >> 32;
	return (check ^ check >> 16) << OFFSET_BITS | (offset & OFFSET_MASK);
}

static bool read_here(struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	if (pcap_next_ex(capture->reopen->pcap, &header, &data) != 1 ||
	    ws_reopen_position(capture, position & OFFSET_MASK, header) != position)
		return false;
	*frame = (struct ws_frame){
	        .time = ws_capture_time(capture, &header->ts),
	        .position = position,
	        .data = data,
	        .captured = header->caplen,
	        .length = header->len < header->caplen ? header->caplen : header->len,
	        .link = (uint8_t)capture->link,
	        .fcs_length = capture->fcs_length,
	};
	return true;
}

static bool walk_to(struct ws_reopen *reopen, uint64_t offset)
{
	if (!handle_open(reopen))
		return false;
	struct pcap_pkthdr *header;
	const u_char *data;
	off_t at;
	while ((at = ftello(pcap_file(reopen->pcap))) >= 0 && (uint64_t)at < offset)
		if (pcap_next_ex(reopen->pcap, &header, &data) != 1)
			return false;
	return at >= 0 && (uint64_t)at == offset;
}

bool ws_reopen_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	struct ws_reopen *reopen = capture->reopen;
	uint64_t offset = position & OFFSET_MASK;
	if (!reopen->pcap) {
		if (!handle_open(reopen))
			return false;
		/* One packet takes in the interfaces in front of it. */
		struct pcap_pkthdr *header;
		const u_char *data;
		if (pcap_next_ex(reopen->pcap, &header, &data) < 0)
			return false;
	}
	if (fseeko(pcap_file(reopen->pcap), (off_t)offset, SEEK_SET) == 0 && read_here(capture, position, frame))
		return true;
	return capture->framing.format == WS_FORMAT_PCAPNG && walk_to(reopen, offset) &&
	       read_here(capture, position, frame);
}
