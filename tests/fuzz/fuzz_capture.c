/* A capture of any format is read as a file and as a pipe, read again, and written. The second time it is read as if for
 * another thread: names that come late are shown when a frame has news. */
#include "target.h"

#include <wirestate/capture.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEPT = 16 };

struct reader {
	struct ws_capture *capture;
	struct ws_dump *dump;
	size_t host_names;
	uint64_t count, position[KEPT];
	uint32_t captured[KEPT];
	uint8_t sum;
};

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct reader *reader = context;
	struct ws_host_name name;
	for (uint32_t i = 0; i < frame->captured; i++)
		reader->sum += frame->data[i];
	if (frame->news) {
		struct ws_capture_news news;
		ws_capture_news(reader->capture, &news);
		ws_capture_show(reader->capture, &news);
		reader->host_names = news.host_names;
	}
	if (ws_capture_host_name(reader->capture, reader->host_names, &name)) /* it came without news */
		abort();
	if (frame->process && frame->process->name)
		reader->sum += (uint8_t)strlen(frame->process->name);
	if (reader->dump)
		(void)!ws_dump_write(reader->dump, frame, NULL);
	if (reader->count < KEPT) {
		reader->position[reader->count] = frame->position;
		reader->captured[reader->count] = frame->captured;
	}
	reader->count++;
}

static void read_capture(int fd, bool again)
{
	char path[40];
	struct ws_error error;
	const struct ws_capture_options options = {
	        .fcs_length = -1, .keep_bytes = 1 << 20, .filter = again ? "ip or arp" : NULL};
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct ws_capture *capture = ws_capture_open_file(path, &options, &error);
	if (!capture)
		return;
	const struct ws_dump_options dump = {.format = again ? WS_DUMP_PCAPNG : WS_DUMP_PCAP};
	struct reader reader = {.capture = capture, .dump = ws_dump_open(capture, "/dev/null", &dump, &error)};
	if (again)
		ws_capture_hold(capture);
	while (ws_capture_read(capture, 100, on_frame, &reader, &error) == WS_READ_MORE)
		;
	for (uint64_t i = 0; i < reader.count && i < KEPT; i++) {
		struct ws_frame frame;
		if (ws_capture_fetch(capture, reader.position[i], &frame) && frame.captured != reader.captured[i])
			abort();
	}
	(void)!ws_dump_close(reader.dump, &error);
	ws_capture_close(capture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int file = memfd_create("capture", MFD_CLOEXEC), ends[2];
	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	read_capture(file, false);
	read_capture(file, true);
	close(file);
	/* The capacity of a pipe. */
	if (size <= 65536 && pipe2(ends, O_CLOEXEC) == 0) {
		const bool written = write(ends[1], data, size) == (ssize_t)size;
		close(ends[1]);
		if (written)
			read_capture(ends[0], false);
		close(ends[0]);
	}
	return 0;
}
