/* Records read directly from the stream's buffer, compared with libpcap's: a file in this machine's byte order takes
 * the fast path, the same file in the other order does not, and the frames must be equal. */
#include "capture_samples.h"
#include "random.h"

enum { RECORDS = 3000, SNAPSHOT = 1500 };

static void write32(FILE *file, bool big, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		fputc((int)(value >> 8 * (big ? 3 - i : i) & 0xff), file);
}

/* Ordinary records, and some with a length or a time that only libpcap handles. */
static void write_record(FILE *file, bool big, uint64_t *random, bool nano)
{
	const uint32_t unit = nano ? 1000000000 : 1000000;
	uint32_t seconds = below(random, 1000000), part = below(random, unit);
	uint32_t captured = below(random, SNAPSHOT + 1), length = captured + below(random, 100);
	switch (below(random, 100)) {
	case 0:
		captured = length = SNAPSHOT + 1 + below(random, 500);
		break;
	case 1:
		part = unit + below(random, 1000);
		break;
	case 2:
		seconds = UINT32_MAX - below(random, 1000);
		break;
	case 3:
		part = UINT32_MAX - below(random, 1000);
		break;
	case 4:
		length = below(random, captured + 1);
		break;
	default:
		break;
	}
	write32(file, big, seconds);
	write32(file, big, part);
	write32(file, big, captured);
	write32(file, big, length);
	for (uint32_t i = 0; i < captured; i++)
		fputc((int)below(random, 256), file);
}

static void make_file(const char *path, bool big, bool nano, unsigned cut)
{
	FILE *file = fopen(path, "wb");
	uint64_t random = 7;
	assert_non_null(file);
	write32(file, big, nano ? NANO : MICRO);
	write32(file, big, big ? 0x00020004 : 0x00040002); /* two 16-bit numbers: version 2.4 */
	write32(file, big, 0);
	write32(file, big, 0);
	write32(file, big, SNAPSHOT);
	write32(file, big, ETHERNET);
	for (unsigned i = 0; i < RECORDS; i++)
		write_record(file, big, &random, nano);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(ftruncate(fileno(file), ftell(file) - (long)cut), 0);
	assert_int_equal(fclose(file), 0);
}

struct sum {
	struct ws_capture *capture;
	uint64_t frames, hash;
	unsigned stop_each; /* 0: never */
};

static void mix(struct sum *sum, uint64_t value)
{
	sum->hash = (sum->hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	sum->hash ^= sum->hash >> 29;
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct sum *sum = context;
	assert_int_equal(frame->number, ++sum->frames);
	mix(sum, (uint64_t)frame->time);
	mix(sum, (uint64_t)frame->captured << 32 | frame->length);
	mix(sum, frame->position);
	for (uint32_t i = 0; i < frame->captured; i++)
		mix(sum, frame->data[i]);
	if (sum->stop_each && sum->frames % sum->stop_each == 0)
		ws_capture_break(sum->capture);
}

static struct sum sum_all(const char *path, int batch, unsigned stop_each, struct ws_error *error)
{
	const struct ws_capture_options options = {.fcs_length = -1, .keep_bytes = 1};
	struct sum sum = {.capture = ws_capture_open_file(path, &options, error), .stop_each = stop_each};
	assert_non_null(sum.capture);
	enum ws_read result;
	do {
		const uint64_t before = sum.frames;
		result = ws_capture_read(sum.capture, batch, on_frame, &sum, error);
		assert_true(sum.frames - before <= (uint64_t)batch);
		if (stop_each)
			assert_true(sum.frames / stop_each - before / stop_each <= 1);
	} while (result == WS_READ_MORE);
	ws_capture_close(sum.capture);
	return sum;
}

static void same_frames(void **state)
{
	(void)state;
	char path[] = "/tmp/wirestate-whole-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	for (unsigned form = 0; form < 8; form++) {
		const bool nano = form & 1, cut = form & 2, stop = form & 4;
		struct sum sum[2];
		struct ws_error error[2] = {{0}, {0}};
		for (unsigned big = 0; big < 2; big++) {
			make_file(path, big, nano, cut ? 5 : 0);
			sum[big] = sum_all(path, big ? 256 : 100, stop ? 7 : 0, &error[big]);
		}
		assert_int_equal(sum[0].frames, cut ? RECORDS - 1 : RECORDS);
		assert_int_equal(sum[0].frames, sum[1].frames);
		assert_true(sum[0].hash == sum[1].hash);
		assert_string_equal(error[0].text, error[1].text);
		assert_int_equal(error[0].status, cut ? WS_ERROR_TRUNCATED : WS_OK);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(same_frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
