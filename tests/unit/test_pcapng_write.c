/* What -w writes: pcapng that reads the same, and pcap that cannot hold everything. */
#include "pcapng_samples.h"

#include <signal.h>

static struct place written(const struct bytes *b, bool without_texts)
{
	const struct ws_dump_options options = {.format = WS_DUMP_PCAPNG, .without_texts = without_texts};
	struct place source = write_file(b->data, b->length), target = write_file(NULL, 0);
	struct ws_error error;
	struct seen seen = {0};
	struct ws_capture *capture = ws_capture_open_file(source.path, &keep_options, &error);
	assert_non_null(capture);
	struct ws_dump *dump = ws_dump_open(capture, target.path, &options, &error);
	assert_non_null(dump);
	enum ws_read result;
	do {
		seen.count = 0;
		result = ws_capture_read(capture, 1, see, &seen, &error);
		for (unsigned i = 0; i < seen.count; i++) {
			seen.frame[i].data = seen.data[i];
			seen.frame[i].comment = seen.frame[i].comment ? seen.comment[i] : NULL;
			assert_true(ws_dump_write(dump, &seen.frame[i], &error));
		}
	} while (result == WS_READ_MORE);
	assert_int_equal(result, WS_READ_END);
	assert_true(ws_dump_close(dump, &error));
	ws_capture_close(capture);
	unlink(source.path);
	return target;
}

static void names_block(struct bytes *b)
{
	struct bytes body = {.big = b->big};
	option(&body, 1, "\x0a\x00\x00\x01router\0", 11);
	option(&body, 2, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07seven\0", 22);
	put32(&body, 0);
	ng_block(b, 4, &body);
}

/* Two sections with comments of their own, the second with an interface that the first has too. */
static struct bytes rich_sample(bool big)
{
	struct bytes b = {.big = big};
	for (unsigned i = 0; i < 2; i++) {
		struct bytes section = {.big = big}, described = interface_body(big, ETHERNET, 77);
		put32(&section, 0x1a2b3c4d);
		put_number(&section, 1, 2);
		put_number(&section, 0, 2);
		put_number(&section, UINT64_MAX, 8);
		option_text(&section, OPTION_COMMENT, i ? "second section" : "first section");
		ng_block(&b, 0x0a0d0d0a, &section);
		option_text(&described, OPTION_NAME, "eth0");
		option_text(&described, OPTION_COMMENT, "a comment");
		option_number(&described, OPTION_FCS, 4, 1);
		ng_block(&b, 1, &described);
		interface(&b, OTHER_LINK, 0);
		struct bytes packet = packet_body(big, 0, 1000 + i, 21);
		option_text(&packet, OPTION_COMMENT, "one");
		option_number(&packet, 2, 2u << 5, 4); /* an FCS of 2 bytes */
		option_text(&packet, OPTION_COMMENT, "two");
		ng_block(&b, 6, &packet);
		ng_frame(&b, 1, 2000 + i, 24, 40);
		statistics_block(&b, 0, 3 + i, 40);
		names_block(&b);
	}
	return b;
}

static void what_is_written_reads_the_same(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		const struct bytes b = rich_sample(big);
		struct seen before, after = {0};
		struct ws_error error;
		read_good(&b, &before);
		struct place file = written(&b, false);
		struct ws_capture *capture = ws_capture_open_file(file.path, &keep_options, &error);
		assert_non_null(capture);
		assert_int_equal(read_all(capture, &after, &error), WS_READ_END);
		assert_int_equal(after.count, 4);
		for (unsigned i = 0; i < after.count; i++) {
			const struct ws_frame_interface *shown = after.frame[i].interface;
			assert_int_equal(after.frame[i].time, before.frame[i].time);
			assert_int_equal(after.frame[i].captured, before.frame[i].captured);
			assert_int_equal(after.frame[i].length, before.frame[i].length);
			assert_int_equal(after.frame[i].fcs_length, before.frame[i].fcs_length);
			assert_string_equal(after.comment[i], before.comment[i]);
			assert_memory_equal(after.data[i], before.data[i], after.frame[i].captured);
			assert_int_equal(shown->link_number, i & 1 ? OTHER_LINK : ETHERNET);
			assert_int_equal(shown->snapshot_length, i & 1 ? 0 : 77);
			assert_string_equal(shown->section_comment, i < 2 ? "first section" : "second section");
			if (i & 1)
				assert_null(shown->name);
			else
				assert_string_equal(shown->name, "eth0");
		}
		assert_string_equal(after.comment[0], "one\ntwo");
		assert_int_equal(after.frame[0].fcs_length, 2);
		struct ws_capture_stats stats;
		ws_capture_stats(capture, &stats);
		assert_int_equal(stats.dropped_interface, 3 + 4);
		assert_int_equal(stats.dropped_kernel, 80);
		struct ws_host_name name;
		assert_true(ws_capture_host_name(capture, 0, &name));
		assert_string_equal(name.name, "router");
		assert_true(ws_capture_host_name(capture, 1, &name));
		assert_string_equal(name.name, "seven");
		assert_false(ws_capture_host_name(capture, 2, &name));
		ws_capture_close(capture);
		unlink(file.path);
	}
}

static void without_texts_none_is_written(void **state)
{
	(void)state;
	const struct bytes b = rich_sample(true);
	struct place file = written(&b, true);
	uint8_t data[4096];
	int fd = open(file.path, O_RDONLY);
	const ssize_t length = read(fd, data, sizeof(data));
	close(fd);
	unlink(file.path);
	assert_true(length > 100);
	static const char *const texts[] = {"section", "eth0", "comment", "one", "two", "router", "seven"};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(texts); i++)
		assert_null(memmem(data, (size_t)length, texts[i], strlen(texts[i])));
}

/* A pcap file cannot say which link type a packet has. */
static void pcap_takes_one_link_type(void **state)
{
	(void)state;
	const struct ws_dump_options options = {.format = WS_DUMP_PCAP};
	struct bytes b = {0};
	ng_section(&b);
	interface(&b, ETHERNET, 0);
	interface(&b, RAW_IP, 0);
	ng_frame(&b, 0, 1, 20, 20);
	ng_frame(&b, 1, 2, 20, 20);
	struct place source = write_file(b.data, b.length), target = write_file(NULL, 0);
	struct ws_error error = {0};
	struct seen seen = {0};
	struct ws_capture *capture = ws_capture_open_file(source.path, &keep_options, &error);
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	struct ws_dump *dump = ws_dump_open(capture, target.path, &options, &error);
	assert_non_null(dump);
	seen.frame[0].data = seen.data[0];
	seen.frame[1].data = seen.data[1];
	assert_true(ws_dump_write(dump, &seen.frame[0], &error));
	assert_false(ws_dump_write(dump, &seen.frame[1], &error));
	assert_int_equal(error.status, WS_ERROR_OUTPUT);
	assert_non_null(strstr(error.text, "packet 2 has link type RAW (Raw IP), the first one EN10MB (Ethernet)"));
	assert_non_null(strstr(error.text, ".pcapng"));
	assert_true(ws_dump_close(dump, &error));
	ws_capture_close(capture);
	struct stat status;
	assert_int_equal(stat(target.path, &status), 0);
	assert_int_equal(status.st_size, 24 + 16 + 20);
	assert_int_equal(ws_dump_format_of("a.pcapng"), WS_DUMP_PCAPNG);
	assert_int_equal(ws_dump_format_of("A.PCAPNG"), WS_DUMP_PCAPNG);
	assert_int_equal(ws_dump_format_of("a.pcap"), WS_DUMP_PCAP);
	assert_int_equal(ws_dump_format_of("-"), WS_DUMP_PCAP);
	unlink(source.path);
	unlink(target.path);
}

static struct ws_dump *open_points(struct ws_capture *capture, int fd)
{
	static const char *const names[] = {"east", "west"};
	const struct ws_dump_options options = {.format = WS_DUMP_PCAPNG, .points = true};
	struct ws_error error;
	struct ws_dump *dump = ws_dump_open_fd(capture, fd, "points", &options, &error);
	assert_non_null(dump);
	assert_true(ws_dump_points(dump, names, WS_ARRAY_SIZE(names), &error));
	return dump;
}

static bool write_of(struct ws_dump *dump, size_t point, uint16_t link, uint32_t length)
{
	static const uint8_t data[200000];
	const struct ws_frame_interface own = {.link_number = link};
	const struct ws_frame frame = {.data = data, .captured = length, .length = length, .interface = &own};
	struct ws_error error;
	return ws_dump_write_of(dump, point, &frame, &error);
}

static struct ws_capture *any_source(void)
{
	struct ws_error error;
	const struct bytes b = ng_sample(false, 0);
	struct place source = write_file(b.data, b.length);
	struct ws_capture *capture = ws_capture_open_file(source.path, &keep_options, &error);
	assert_non_null(capture);
	unlink(source.path);
	return capture;
}

/* Each point has the statistics that are said of it, once, at its first interface. */
static void points_have_their_own_statistics(void **state)
{
	enum { FIRST_OF_WEST = 14 }; /* its slot is the last one before there have to be more */
	(void)state;
	struct ws_capture *capture = any_source();
	struct place target = write_file(NULL, 0);
	struct ws_dump *dump = open_points(capture, open(target.path, O_WRONLY));
	struct ws_error error;
	for (uint16_t link = 0; link < FIRST_OF_WEST; link++)
		assert_true(write_of(dump, 0, 100 + link, 20));
	assert_true(write_of(dump, 1, ETHERNET, 20));
	assert_true(write_of(dump, 0, 100, 20));
	assert_true(write_of(dump, 1, ETHERNET, 20));
	ws_dump_point_end(dump, 0, &(struct ws_interface_drops){.kernel = 7, .interface = 8});
	ws_dump_point_end(dump, 1, &(struct ws_interface_drops){.kernel = 9, .interface = 10});
	assert_true(ws_dump_close(dump, &error));
	ws_capture_close(capture);

	struct seen seen = {0};
	struct ws_interface_drops drops;
	capture = ws_capture_open_file(target.path, &keep_options, &error);
	assert_non_null(capture);
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	for (uint32_t i = 0; i <= FIRST_OF_WEST; i++) {
		const uint64_t said = i == 0 ? 7 : i == FIRST_OF_WEST ? 9 : 0;
		assert_int_equal(seen.index[i], i);
		assert_true(ws_capture_drops(capture, i, &drops));
		assert_int_equal(drops.index, i);
		assert_int_equal(drops.kernel, said);
		assert_int_equal(drops.interface, said ? said + 1 : 0);
	}
	assert_int_equal(seen.index[FIRST_OF_WEST + 1], 0);
	assert_int_equal(seen.index[FIRST_OF_WEST + 2], FIRST_OF_WEST);
	assert_false(ws_capture_drops(capture, FIRST_OF_WEST + 1, &drops));
	ws_capture_close(capture);
	unlink(target.path);
}

/* After writing has failed, frames of ever more link types come, and nothing of their interfaces is kept. */
static void points_end_after_a_failure(void **state)
{
	(void)state;
	int ends[2];
	struct ws_error error;
	assert_int_equal(pipe(ends), 0);
	assert_int_not_equal(signal(SIGPIPE, SIG_IGN), SIG_ERR);
	struct ws_capture *capture = any_source();
	struct ws_dump *dump = open_points(capture, ends[1]);
	close(ends[0]);
	assert_true(write_of(dump, 0, 0, 20));
	for (unsigned i = 0; i < 10 && write_of(dump, 0, 0, 200000); i++)
		continue;
	for (uint16_t link = 1; link < 64; link++)
		assert_false(write_of(dump, link == 15, link, 20)); /* that one is the first without a slot */
	assert_false(write_of(dump, 1, 64, 20));                    /* one more than are kept */
	ws_dump_point_end(dump, 1, &(struct ws_interface_drops){.kernel = 1});
	assert_false(ws_dump_close(dump, &error));
	ws_capture_close(capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_written_reads_the_same), cmocka_unit_test(without_texts_none_is_written),
	        cmocka_unit_test(pcap_takes_one_link_type),       cmocka_unit_test(points_have_their_own_statistics),
	        cmocka_unit_test(points_end_after_a_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
