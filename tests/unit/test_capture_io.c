/* Pipes, standard input, writing, and live capture on lo. */
#include "capture_samples.h"

/* Opening has to wait for the header, so the header is written first; the rest comes byte by byte. */
static void a_pipe_never_blocks(void **state)
{
	(void)state;
	for (unsigned form = 0; form < 6; form++) {
		struct bytes plain =
		        form & 1 ? ng_sample(form == 5, 0) : pcap_sample(form == 4 ? MODIFIED : NANO, form == 2);
		size_t header = form & 1 ? 28 + 40 : 24;
		char path[40];
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
		assert_int_equal(write(ends[1], plain.data, header), (ssize_t)header);
		struct ws_error error;
		struct ws_capture *capture = ws_capture_open_file(path, &keep_options, &error);
		assert_non_null(capture);
		assert_true(ws_capture_fd(capture) >= 0);
		struct seen seen = {0};
		alarm(60); /* blocking would hang the test */
		for (size_t at = header; at < plain.length; at++) {
			assert_int_equal(ws_capture_read(capture, 10, see, &seen, &error), WS_READ_MORE);
			assert_false(ws_capture_ready(capture));
			assert_int_equal(write(ends[1], plain.data + at, 1), 1);
		}
		close(ends[1]);
		assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
		alarm(0);
		check_sample(&seen, FRAMES, form == 4 ? 5000 : 5);
		struct ws_frame again;
		assert_true(ws_capture_fetch(capture, seen.frame[2].position, &again));
		assert_memory_equal(again.data, seen.data[2], again.captured);
		uint64_t done, total;
		ws_capture_progress(capture, &done, &total);
		assert_int_equal(total, 0);
		ws_capture_close(capture);
		close(ends[0]);
	}
}

static struct ws_capture *open_pipe_with(const uint8_t *data, size_t length, struct ws_error *error)
{
	char path[40];
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], data, length), (ssize_t)length);
	close(ends[1]);
	struct ws_capture *capture = ws_capture_open_file(path, &plain_options, error);
	close(ends[0]);
	return capture;
}

static void a_pipe_that_ends_early(void **state)
{
	(void)state;
	struct bytes whole = pcap_sample(MICRO, false), packed = gzipped(&whole);
	alarm(60);
	for (size_t length = 0; length <= whole.length; length++) {
		struct ws_error error = {0};
		struct seen seen = {0};
		struct ws_capture *capture = open_pipe_with(whole.data, length, &error);
		assert_int_equal(capture != NULL, length >= 24);
		if (!capture) {
			assert_int_equal(error.status, WS_ERROR_FILE);
			continue;
		}
		bool between;
		unsigned frames = whole_frames(&whole, length, false, &between);
		assert_int_equal(read_all(capture, &seen, &error), between ? WS_READ_END : WS_READ_ERROR);
		check_sample(&seen, frames, 5000);
		ws_capture_close(capture);
	}
	struct ws_error error;
	struct seen seen = {0};
	struct ws_capture *capture = open_pipe_with(packed.data, packed.length, &error);
	assert_non_null(capture);
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	check_sample(&seen, FRAMES, 5000);
	ws_capture_close(capture);
	alarm(0);
}

/* A capture of a file that is unlinked again, for the sake of its link type. */
static struct ws_capture *open_bytes(const struct bytes *b)
{
	struct ws_error error;
	struct place file = write_file(b->data, b->length);
	struct ws_capture *capture = ws_capture_open_file(file.path, &plain_options, &error);
	assert_non_null(capture);
	unlink(file.path);
	return capture;
}

static const struct ws_dump_options pcap_options = {.format = WS_DUMP_PCAP};

static void dump_round_trip(void **state)
{
	(void)state;
	struct bytes b = ng_sample(true, 4);
	struct ws_capture *capture = open_bytes(&b);
	struct seen seen = {0};
	struct ws_error error;
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	struct place file = write_file((const uint8_t *)"an older, longer content", 24);
	struct ws_dump *dump = ws_dump_open(capture, file.path, &pcap_options, &error);
	assert_non_null(dump);
	for (unsigned i = 0; i < seen.count; i++) {
		seen.frame[i].data = seen.data[i];
		assert_true(ws_dump_write(dump, &seen.frame[i], &error));
	}
	assert_true(ws_dump_flush(dump, &error));
	seen.frame[0].time = -1; /* the format has no time before 1970 */
	assert_true(ws_dump_write(dump, &seen.frame[0], &error));
	assert_true(ws_dump_close(dump, &error));
	ws_capture_close(capture);

	struct ws_capture *written = ws_capture_open_file(file.path, &plain_options, &error);
	assert_non_null(written);
	struct seen back = {0};
	assert_int_equal(read_all(written, &back, &error), WS_READ_END);
	assert_int_equal(back.count, FRAMES + 1);
	assert_int_equal(back.frame[FRAMES].time, 0);
	back.count = FRAMES;
	check_sample(&back, FRAMES, 5);
	assert_int_equal(back.frame[0].fcs_length, 4);
	assert_memory_equal(back.data, seen.data, sizeof(seen.data[0]) * FRAMES);
	/* The file that is read is not a place to write to. */
	assert_null(ws_dump_open(written, file.path, &pcap_options, &error));
	assert_non_null(strstr(error.text, "being read"));
	ws_capture_close(written);
	unlink(file.path);
}

/* More than the buffer holds is written in between. */
static void dump_beyond_its_buffer(void **state)
{
	enum { COUNT = 40, LENGTH = 60000 };
	static const uint8_t data[LENGTH];
	(void)state;
	struct bytes b = pcap_sample(MICRO, false);
	struct ws_capture *capture = open_bytes(&b);
	struct place file = write_file(NULL, 0);
	struct ws_error error;
	struct stat status;
	struct ws_dump *dump = ws_dump_open(capture, file.path, &pcap_options, &error);
	assert_non_null(dump);
	for (unsigned i = 0; i < COUNT; i++)
		assert_true(ws_dump_write(dump, &(struct ws_frame){.data = data, .captured = LENGTH, .length = LENGTH},
		                          &error));
	assert_true(ws_dump_close(dump, &error));
	assert_int_equal(stat(file.path, &status), 0);
	assert_int_equal(status.st_size, 24 + COUNT * (16 + LENGTH));
	ws_capture_close(capture);
	unlink(file.path);
}

static void dump_failures(void **state)
{
	(void)state;
	struct bytes b = pcap_sample(MICRO, false);
	struct ws_capture *capture = open_bytes(&b);
	struct ws_error error = {0};
	assert_null(ws_dump_open(capture, "/tmp/no such directory/x.pcap", &pcap_options, &error));
	assert_int_equal(error.status, WS_ERROR_OUTPUT);
	assert_non_null(strstr(error.text, "No such file or directory"));
	assert_null(ws_dump_open(capture, "/dev/full", &pcap_options, &error));
	assert_non_null(strstr(error.text, "/dev/full: cannot be written: No space left"));

	/* A file that may not grow beyond 200 bytes: the header, one record of 16 + 100, and a part of the next. */
	struct place file = write_file(NULL, 0);
	struct ws_dump *dump = ws_dump_open(capture, file.path, &pcap_options, &error);
	assert_non_null(dump);
	struct rlimit old, limit;
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){.rlim_cur = 200, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	uint8_t data[100] = {1};
	struct ws_frame frame = {.data = data, .captured = 100, .length = 100};
	for (unsigned i = 0; i < 3; i++)
		assert_true(ws_dump_write(dump, &frame, &error));
	bool flushed = ws_dump_flush(dump, &error);
	bool more = ws_dump_write(dump, &frame, &error);
	bool closed = ws_dump_close(dump, &error);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_false(flushed || more || closed);
	assert_non_null(strstr(error.text, "File too large"));
	struct stat status;
	assert_int_equal(stat(file.path, &status), 0);
	assert_int_equal(status.st_size, 24 + 116);
	ws_capture_close(capture);
	unlink(file.path);
	assert_true(ws_dump_close(NULL, &error));
}

static void interface_lists(void **state)
{
	(void)state;
	size_t count;
	struct ws_error error = {0};
	struct ws_interface *list = ws_interfaces(&count, &error);
	bool loopback = false;
	for (size_t i = 0; i < count; i++)
		loopback = loopback || (strcmp(list[i].name, "lo") == 0 && list[i].loopback);
	assert_true(loopback);
	ws_interfaces_free(list);
	assert_null(ws_capture_open_live("nosuchif0", &plain_options, &error));
	if (geteuid() == 0) {
		assert_int_equal(error.status, WS_ERROR_INTERFACE);
		assert_non_null(strstr(error.text, "wirestate -D"));
	}
}

static void live_on_loopback(void **state)
{
	(void)state;
	struct ws_error error = {0};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(to);
	char filter[32];
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &length), 0); /* a port that nobody else has */
	snprintf(filter, sizeof(filter), "udp port %u", (unsigned)ntohs(to.sin_port));
	struct ws_capture_options options = {
	        .fcs_length = -1, .filter = filter, .buffer_size = 4 << 20, .keep_bytes = 65536};
	struct ws_capture *capture = ws_capture_open_live("lo", &options, &error);
	if (!capture && error.status == WS_ERROR_PERMISSION) {
		assert_non_null(strstr(error.text, "setcap cap_net_raw,cap_net_admin=ep /"));
		print_message("skipped: capturing on lo needs root\n");
		skip();
	}
	assert_non_null(capture);
	assert_true(ws_capture_is_live(capture));
	struct seen seen = {0};
	assert_int_equal(ws_capture_read(capture, 10, see, &seen, &error), WS_READ_MORE); /* nothing yet, at once */
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to)), 5);
	for (unsigned tries = 0; seen.count < 5 && tries < 600; tries++) {
		struct pollfd ready = {.fd = ws_capture_fd(capture), .events = POLLIN};
		if (!ws_capture_ready(capture))
			poll(&ready, 1, 100);
		assert_int_equal(ws_capture_read(capture, 2, see, &seen, &error), WS_READ_MORE);
	}
	close(fd);
	assert_int_equal(seen.count, 5);
	assert_int_equal(seen.frame[0].captured, 14 + 20 + 8 + 5);
	assert_int_equal(seen.frame[4].number, 5);
	assert_true(seen.frame[4].time > WS_SECOND * 1600000000);
	struct ws_frame again;
	assert_true(ws_capture_fetch(capture, seen.frame[1].position, &again));
	assert_memory_equal(again.data, seen.data[1], again.captured);
	struct ws_capture_stats stats;
	ws_capture_stats(capture, &stats);
	assert_int_equal(stats.captured, 5);
	assert_true(stats.received >= 5); /* the filter sees a frame on lo going out and coming in */
	ws_capture_close(capture);

	options.link_type = "PPP";
	assert_null(ws_capture_open_live("lo", &options, &error));
	assert_int_equal(error.status, WS_ERROR_OPTION);
	options = (struct ws_capture_options){.fcs_length = -1};
	capture = ws_capture_open_live("any", &options, &error);
	assert_non_null(capture);
	assert_int_equal(ws_capture_link(capture), WS_LINK_SLL2);
	ws_capture_close(capture);
	char **names = ws_link_types("any", &error);
	assert_non_null(names);
	assert_non_null(names[0]);
	ws_link_types_free(names);
}

/* Standard input can be a file that something has already read from. */
static void standard_input_from_the_middle_of_a_file(void **state)
{
	(void)state;
	struct bytes b = {0}, sample = pcap_sample(NANO, true), cut = sample;
	put(&b, "in front", 8);
	put(&b, sample.data, sample.length);
	struct place file = write_file(b.data, b.length);
	int keep = dup(STDIN_FILENO), fd = open(file.path, O_RDONLY);
	assert_int_equal(lseek(fd, 8, SEEK_SET), 8);
	dup2(fd, STDIN_FILENO);
	struct ws_error error;
	struct ws_capture *capture = ws_capture_open_file("-", &keep_options, &error);
	struct seen seen = {0};
	enum ws_read result = capture ? read_all(capture, &seen, &error) : WS_READ_ERROR;
	dup2(keep, STDIN_FILENO);
	close(keep);
	close(fd);
	assert_int_equal(result, WS_READ_END);
	check_sample(&seen, FRAMES, 5);
	struct ws_frame again;
	assert_true(ws_capture_fetch(capture, seen.frame[1].position, &again));
	assert_memory_equal(again.data, seen.data[1], again.captured);
	uint64_t done, total;
	ws_capture_progress(capture, &done, &total);
	assert_int_equal(done, total);
	assert_int_equal(ws_capture_fd(capture), -1);
	/* The file is changed while it is open: reading a frame again returns the same frame or nothing. */
	cut.data[24 + 3] ^= 1;
	fd = open(file.path, O_WRONLY);
	assert_int_equal(pwrite(fd, cut.data, cut.length, 8), (ssize_t)cut.length);
	assert_false(ws_capture_fetch(capture, seen.frame[0].position, &again));
	assert_true(ws_capture_fetch(capture, seen.frame[2].position, &again));
	assert_int_equal(ftruncate(fd, 40), 0);
	assert_false(ws_capture_fetch(capture, seen.frame[2].position, &again));
	close(fd);
	ws_capture_close(capture);
	unlink(file.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_pipe_never_blocks),
	        cmocka_unit_test(a_pipe_that_ends_early),
	        cmocka_unit_test(standard_input_from_the_middle_of_a_file),
	        cmocka_unit_test(dump_round_trip),
	        cmocka_unit_test(dump_beyond_its_buffer),
	        cmocka_unit_test(dump_failures),
	        cmocka_unit_test(interface_lists),
	        cmocka_unit_test(live_on_loopback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
