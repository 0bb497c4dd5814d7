/* Reading a frame of a plain pcap file a second time.
 *
 * A second libpcap handle over the same open file, read with pread() so that neither handle moves the other, is put to
 * where the record starts, and reads it there. */
#include "capture/internal.h"

#include <stdlib.h>
#include <unistd.h>

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

bool ws_reopen_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	struct ws_reopen *reopen = capture->reopen;
	const uint64_t offset = ws_position_offset(position);
	struct pcap_pkthdr *header;
	const u_char *data;
	if ((!reopen->pcap && !handle_open(reopen)) || fseeko(pcap_file(reopen->pcap), (off_t)offset, SEEK_SET) != 0 ||
	    pcap_next_ex(reopen->pcap, &header, &data) != 1)
		return false;
	*frame = ws_capture_frame(capture, header, ws_capture_time(capture, &header->ts), data);
	frame->position = position;
	return ws_capture_position(offset, frame) == position;
}
