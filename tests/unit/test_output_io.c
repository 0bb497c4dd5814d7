/* wirestate/output.h: records written to a closed pipe, a slow pipe, or a full disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wirestate/output.h>

#include "segments.h"

static bool write_until_failure(int fd, enum ws_format format, struct ws_error *error, bool *broken_pipe)
{
	const struct ws_output_options options = {.format = format, .records = 1, .hex = true};
	struct ws_output *output = ws_output_create(fd, &options, error);
	struct frame_bytes bytes;
	struct ws_packet packet;
	const struct ws_track_result result = {0};
	bool good = true;
	assert_non_null(output);
	put_tcp(&bytes, &(struct tcp_frame){1, 2, 5, 6, WS_TCP_ACK, 9, 7, 8, "", 0, "x"});
	struct ws_frame frame = {.number = 1, .data = bytes.data, .captured = bytes.length, .length = bytes.length};
	ws_decode(&frame, &packet);
	for (unsigned i = 0; i < 1000; i++)
		good &= ws_output_packet(output, &packet, &result, NULL);
	good &= ws_output_flush(output);
	assert_false(ws_output_packet(output, &packet, &result, NULL) && !good);
	*broken_pipe = ws_output_broken_pipe(output);
	ws_output_error(output, error);
	ws_output_free(output);
	return good;
}

static void test_failures(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	for (unsigned format = WS_FORMAT_TEXT; format <= WS_FORMAT_CSV; format++) {
		struct ws_error error = {WS_OK, ""};
		bool broken_pipe;
		int ends[2], full = open("/dev/full", O_WRONLY);
		assert_int_equal(pipe(ends), 0);
		close(ends[0]);
		assert_false(write_until_failure(ends[1], format, &error, &broken_pipe));
		assert_true(broken_pipe);
		close(ends[1]);
		assert_true(full >= 0);
		assert_false(write_until_failure(full, format, &error, &broken_pipe));
		assert_false(broken_pipe);
		assert_int_equal(error.status, WS_ERROR_OUTPUT);
		assert_non_null(strstr(error.text, "No space left on device"));
		close(full);
	}
}

/* A slow process at the other end of a non-blocking pipe receives everything. */
static void test_slow_pipe(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct ws_error error;
		bool broken_pipe;
		close(ends[0]);
		_exit(write_until_failure(ends[1], WS_FORMAT_JSON, &error, &broken_pipe) ? 0 : 1);
	}
	close(ends[1]);
	char block[4096];
	size_t lines = 0;
	usleep(50000);
	for (ssize_t got; (got = read(ends[0], block, sizeof(block))) > 0;) {
		for (ssize_t i = 0; i < got; i++)
			lines += block[i] == '\n';
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(lines, 1000);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_failures),
	        cmocka_unit_test(test_slow_pipe),
	};
	return cmocka_run_group_tests_name("output_io", tests, NULL, NULL);
}
