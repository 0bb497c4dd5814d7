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

struct ws_again {
	int fd;
	uint64_t start, offset; /* of the capture in the file; of the stream */
	pcap_t *pcap;           /* NULL: not opened yet */
};

struct ws_again *ws_again_new(int fd, uint64_t start)
{
	struct ws_again *again = calloc(1, sizeof(*again));
	if (!again)
		return NULL;
	again->fd = fd;
	again->start = start;
	return again;
}

static void again_close(struct ws_again *again)
{
	if (again->pcap)
		pcap_close(again->pcap);
	again->pcap = NULL;
}

void ws_again_free(struct ws_again *again)
{
	if (!again)
		return;
	again_close(again);
	free(again);
}

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
	struct ws_again *again = cookie;
	ssize_t count = pread(again->fd, bytes, size, (off_t)again->offset);
	if (count > 0)
		again->offset += (uint64_t)count;
	return count;
}

static int stream_seek(void *cookie, off64_t *offset, int whence)
{
	struct ws_again *again = cookie;
	if (whence == SEEK_CUR)
		*offset += (off64_t)again->offset;
	else if (whence != SEEK_SET)
		return -1;
	again->offset = (uint64_t)*offset;
	return 0;
}

static bool again_open(struct ws_again *again)
{
	again_close(again);
	again->offset = again->start;
	FILE *stream = fopencookie(again, "r", (cookie_io_functions_t){.read = stream_read, .seek = stream_seek});
	if (!stream)
		return false;
	char message[PCAP_ERRBUF_SIZE];
	again->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!again->pcap)
		fclose(stream);
	return again->pcap;
}

uint64_t ws_again_position(const struct ws_capture *capture, uint64_t offset, const struct pcap_pkthdr *header)
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
	if (pcap_next_ex(capture->again->pcap, &header, &data) != 1 ||
	    ws_again_position(capture, position & OFFSET_MASK, header) != position)
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

static bool walk_to(struct ws_again *again, uint64_t offset)
{
	if (!again_open(again))
		return false;
	struct pcap_pkthdr *header;
	const u_char *data;
	off_t at;
	while ((at = ftello(pcap_file(again->pcap))) >= 0 && (uint64_t)at < offset)
		if (pcap_next_ex(again->pcap, &header, &data) != 1)
			return false;
	return at >= 0 && (uint64_t)at == offset;
}

bool ws_again_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	struct ws_again *again = capture->again;
	uint64_t offset = position & OFFSET_MASK;
	if (!again->pcap) {
		if (!again_open(again))
			return false;
		/* One packet takes in the interfaces in front of it. */
		struct pcap_pkthdr *header;
		const u_char *data;
		if (pcap_next_ex(again->pcap, &header, &data) < 0)
			return false;
	}
	if (fseeko(pcap_file(again->pcap), (off_t)offset, SEEK_SET) == 0 && read_here(capture, position, frame))
		return true;
	return capture->framing.format == WS_FORMAT_PCAPNG && walk_to(again, offset) &&
	       read_here(capture, position, frame);
}
