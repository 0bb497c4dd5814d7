/* Capture files of every format, byte order, precision and compression, complete and damaged. */
#include "capture_samples.h"

static void every_format_and_packing(void **state)
{
	(void)state;
	static const uint32_t magics[] = {MICRO, NANO, MODIFIED};
	for (unsigned form = 0; form < 8; form++) {
		bool big = form & 1, pcapng = form >= 6;
		struct bytes b = pcapng ? ng_sample(big, 0) : pcap_sample(magics[form / 2], big);
		ws_time part = pcapng || magics[form / 2] == NANO ? 5 : 5000;
		struct bytes packed[] = {b, gzipped(&b), zstandard(&b)};
		for (unsigned i = 0; i < WS_ARRAY_SIZE(packed); i++) {
			struct seen seen;
			struct ws_error error;
			assert_int_equal(replay(&packed[i], &keep_options, &seen, &error), WS_READ_END);
			check_sample(&seen, FRAMES, part);
		}
	}
}

static void old_versions_swap_the_lengths(void **state)
{
	(void)state;
	for (unsigned minor = 2; minor <= 3; minor++) {
		struct bytes b = {0};
		pcap_header(&b, MICRO, minor, ETHERNET);
		for (unsigned i = 0; i < 2; i++) {
			pcap_frame(&b, MICRO, 1, 2, 0, 0);
			b.length -= 8;
			put32(&b, 90);
			put32(&b, 30);
			put_filler(&b, 30, 0);
		}
		struct seen seen;
		struct ws_error error;
		assert_int_equal(replay(&b, &keep_options, &seen, &error), WS_READ_END);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.frame[1].captured, 30);
		assert_int_equal(seen.frame[1].length, 90);
	}
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	for (unsigned pcapng = 0; pcapng < 2; pcapng++) {
		struct bytes whole = pcapng ? ng_sample(false, 0) : pcap_sample(MICRO, false);
		size_t header = pcapng ? 28 + 40 : 24;
		for (size_t length = 0; length <= whole.length; length++) {
			struct bytes b = whole;
			b.length = length;
			struct seen seen;
			struct ws_error error = {0};
			bool between;
			unsigned frames = whole_frames(&whole, length, pcapng, &between);
			enum ws_read result = replay(&b, &plain_options, &seen, &error);
			if (pcapng && length == 28) { /* a section that describes nothing */
				assert_int_equal(result, WS_READ_END);
				continue;
			}
			if (length < header) {
				assert_int_equal(result, WS_READ_ERROR);
				assert_int_equal(error.status, WS_ERROR_FILE);
				assert_non_null(strstr(error.text, "/tmp/test-capture-"));
				continue;
			}
			assert_int_equal(seen.count, frames);
			assert_int_equal(result, between ? WS_READ_END : WS_READ_ERROR);
			if (between)
				continue;
			char packet[60], block[60];
			snprintf(packet, sizeof(packet), "ends in the middle of packet %u,", frames + 1);
			snprintf(block, sizeof(block), "block after packet %u, which begins at byte ", frames);
			assert_int_equal(error.status, WS_ERROR_TRUNCATED);
			assert_true(strstr(error.text, packet) || (pcapng && strstr(error.text, block)));
			assert_non_null(strstr(error.text, "/tmp/test-capture-"));
		}
	}
}

static void packed_files_cut_at_every_byte(void **state)
{
	(void)state;
	struct bytes plain = pcap_sample(MICRO, false);
	struct bytes packed[] = {gzipped(&plain), zstandard(&plain)};
	for (unsigned i = 0; i < 2; i++) {
		for (size_t length = 5; length < packed[i].length; length++) {
			struct bytes b = packed[i];
			b.length = length;
			struct seen seen;
			struct ws_error error = {0};
			assert_int_equal(replay(&b, &plain_options, &seen, &error), WS_READ_ERROR);
			assert_non_null(strstr(error.text, "the packed data ends early"));
			check_sample(&seen, seen.count, 5000);
		}
		/* All of the packets, then the error: only the trailer is missing. */
		struct bytes b = packed[i];
		b.length -= 1;
		struct seen seen;
		struct ws_error error = {0};
		assert_int_equal(replay(&b, &plain_options, &seen, &error), WS_READ_ERROR);
		assert_int_equal(error.status, i == 0 ? WS_ERROR_TRUNCATED : error.status);
		if (i == 0)
			check_sample(&seen, FRAMES, 5000);
	}
}

static void packed_pieces_and_damage(void **state)
{
	(void)state;
	struct bytes plain = pcap_sample(MICRO, false);
	for (unsigned zstd = 0; zstd < 2; zstd++) {
		struct bytes first = {0}, second = {0}, joined, one, two;
		put(&first, plain.data, 70);
		put(&second, plain.data + 70, plain.length - 70);
		one = zstd ? zstandard(&first) : gzipped(&first);
		two = zstd ? zstandard(&second) : gzipped(&second);
		joined = one;
		put(&joined, two.data, two.length);
		struct seen seen;
		struct ws_error error = {0};
		assert_int_equal(replay(&joined, &plain_options, &seen, &error), WS_READ_END);
		check_sample(&seen, FRAMES, 5000);

		struct bytes garbage = joined;
		put(&garbage, "garbage!", 8);
		assert_int_equal(replay(&garbage, &plain_options, &seen, &error), WS_READ_ERROR);
		assert_int_equal(error.status, WS_ERROR_TRUNCATED);
		assert_non_null(strstr(error.text, "damaged"));
		check_sample(&seen, FRAMES, 5000);
	}
	struct bytes padded = gzipped(&plain);
	put_filler(&padded, 1, 0);
	put_filler(&padded, 1, 0);
	struct seen seen;
	struct ws_error error;
	assert_int_equal(replay(&padded, &plain_options, &seen, &error), WS_READ_END);
}

static void refusals_name_file_and_reason(void **state)
{
	(void)state;
	struct seen seen;
	struct ws_error error = {0};
	struct bytes b = {0};
	assert_int_equal(replay(&b, &plain_options, &seen, &error), WS_READ_ERROR);
	assert_non_null(strstr(error.text, "empty"));
	put(&b, "GET / HTTP/1.0\r\n\r\nmore than a header", 36);
	assert_int_equal(replay(&b, &plain_options, &seen, &error), WS_READ_ERROR);
	assert_non_null(strstr(error.text, "not a capture"));
	assert_int_equal(error.status, WS_ERROR_FILE);

	struct bytes zigbee = {0};
	pcap_header(&zigbee, MICRO, 4, IEEE_802_15_4);
	assert_int_equal(replay(&zigbee, &plain_options, &seen, &error), WS_READ_ERROR);
	assert_int_equal(error.status, WS_ERROR_FILE);
	assert_non_null(strstr(error.text, "IEEE802_15_4"));
#define X(name, dlt, number, description) assert_non_null(strstr(error.text, dlt));
	WS_LINKS(X)
#undef X
	assert_null(ws_capture_open_file("/tmp", &plain_options, &error));
	assert_non_null(strstr(error.text, "/tmp: a directory"));
	assert_null(ws_capture_open_file("/tmp/no such file", &plain_options, &error));
	assert_non_null(strstr(error.text, "/tmp/no such file: cannot be opened: No such file"));
	assert_int_equal(error.status, WS_ERROR_FILE);
}

static void link_types(void **state)
{
	(void)state;
	static const struct {
		uint32_t number;
		enum ws_link link;
	} links[] = {{1, WS_LINK_ETHERNET}, {113, WS_LINK_SLL}, {276, WS_LINK_SLL2}, {RAW_IP, WS_LINK_RAW},
	             {12, WS_LINK_RAW},     {14, WS_LINK_RAW},  {228, WS_LINK_IPV4}, {229, WS_LINK_IPV6},
	             {0, WS_LINK_NULL},     {108, WS_LINK_LOOP}};
	struct ws_capture_options options = {.fcs_length = -1, .filter = "tcp port 80"};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(links); i++) {
		struct bytes b = {0};
		pcap_header(&b, MICRO, 4, links[i].number);
		struct place file = write_file(b.data, b.length);
		struct ws_error error;
		struct ws_capture *capture = ws_capture_open_file(file.path, &options, &error);
		assert_non_null(capture);
		assert_int_equal(ws_capture_link(capture), links[i].link);
		ws_capture_close(capture);
		unlink(file.path);
	}
}

static void fcs_lengths(void **state)
{
	(void)state;
	struct seen seen;
	struct ws_error error;
	struct bytes b = {0};
	pcap_header(&b, MICRO, 4, ETHERNET | 0x04000000 | 2u << 28);
	pcap_frame(&b, MICRO, 1, 2, 64, 64);
	assert_int_equal(replay(&b, &keep_options, &seen, &error), WS_READ_END);
	assert_int_equal(seen.frame[0].fcs_length, 4);

	static const uint8_t stated[][2] = {{0, 0}, {4, 4}, {32, 4}, {2, 2}, {16, 2}};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(stated); i++) {
		for (unsigned big = 0; big < 2; big++) {
			struct bytes ng = ng_sample(big, stated[i][0]), packed = gzipped(&ng);
			assert_int_equal(replay(&ng, &plain_options, &seen, &error), WS_READ_END);
			assert_int_equal(seen.frame[0].fcs_length, stated[i][1]);
			assert_int_equal(replay(&packed, &plain_options, &seen, &error), WS_READ_END);
			assert_int_equal(seen.frame[0].fcs_length, stated[i][1]);
		}
	}
	struct ws_capture_options said = {.fcs_length = 0};
	assert_int_equal(replay(&b, &said, &seen, &error), WS_READ_END);
	assert_int_equal(seen.frame[0].fcs_length, 0);

	struct bytes differ = {0};
	ng_section(&differ);
	ng_interface(&differ, ETHERNET, 9, 4);
	ng_interface(&differ, ETHERNET, 9, 0);
	ng_frame(&differ, 1, 5, 60, 60);
	assert_int_equal(replay(&differ, &plain_options, &seen, &error), WS_READ_END);
	assert_int_equal(seen.frame[0].fcs_length, 0);
}

static void filter_keeps_the_numbers(void **state)
{
	(void)state;
	struct seen seen;
	struct ws_error error;
	struct bytes b = pcap_sample(MICRO, false);
	struct ws_capture_options options = {.fcs_length = -1, .filter = "ether[0] != 27", .keep_bytes = 1 << 16};
	assert_int_equal(replay(&b, &options, &seen, &error), WS_READ_END);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.frame[0].number, 1);
	assert_int_equal(seen.frame[1].number, 3);

	options.filter = "tcp prot 80";
	assert_int_equal(replay(&b, &options, &seen, &error), WS_READ_ERROR);
	assert_int_equal(error.status, WS_ERROR_FILTER);
	assert_non_null(strstr(error.text, "'tcp prot 80'"));
	assert_non_null(strstr(error.text, "syntax error"));
}

static void hostile_times_and_lengths(void **state)
{
	(void)state;
	static const uint32_t values[] = {0, 1, 999999, 1000000, 0x7fffffff, 0x80000000, 0xffffffff};
	struct seen seen;
	struct ws_error error;
	for (unsigned big = 0; big < 2; big++) {
		struct bytes b = {.big = big};
		pcap_header(&b, MICRO, 4, ETHERNET);
		for (unsigned i = 0; i < 49; i++)
			pcap_frame(&b, MICRO, values[i / 7], values[i % 7], 20, i % 3);
		assert_int_equal(replay(&b, &keep_options, &seen, &error), WS_READ_END);
		assert_int_equal(seen.count, 49);
		for (unsigned i = 0; i < 49; i++) {
			assert_int_equal(seen.frame[i].time, values[i / 7] * WS_SECOND + values[i % 7] * INT64_C(1000));
			assert_int_equal(seen.frame[i].length, 20);
		}
	}
	static const uint8_t resolutions[] = {0, 6, 9, 12, 19, 0x80, 0x81, 0xa0, 0xbf};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(resolutions); i++) {
		struct bytes b = {0};
		ng_section(&b);
		ng_interface(&b, ETHERNET, resolutions[i], 0);
		ng_frame(&b, 0, 0, 20, 20);
		ng_frame(&b, 0, UINT64_MAX, 20, 20);
		ng_frame(&b, 0, INT64_MAX, 20, 20);
		assert_int_equal(replay(&b, &keep_options, &seen, &error), WS_READ_END);
		assert_int_equal(seen.count, 3);
		for (unsigned k = 0; k < 3; k++) /* any two can be subtracted */
			assert_true(seen.frame[k].time > INT64_MIN / 2 && seen.frame[k].time <= INT64_MAX / 2);
	}
}

static void absurd_lengths_are_refused_at_once(void **state)
{
	(void)state;
	struct seen seen;
	struct ws_error error;
	struct bytes b = pcap_sample(MICRO, false);
	pcap_frame(&b, MICRO, 1, 1, 0, 0);
	b.length -= 8;
	put32(&b, 0xfffffff0);
	put32(&b, 0xfffffff0);
	put_filler(&b, 40, 0);
	struct bytes packed = gzipped(&b);
	assert_int_equal(replay(&b, &plain_options, &seen, &error), WS_READ_ERROR);
	check_sample(&seen, FRAMES, 5000);
	assert_int_equal(error.status, WS_ERROR_TRUNCATED);
	assert_non_null(strstr(error.text, "cannot be read on from packet 4, which begins at byte 153"));
	assert_int_equal(replay(&packed, &plain_options, &seen, &error), WS_READ_ERROR);
	assert_non_null(strstr(error.text, "packet 4, which begins at byte 153 unpacked"));
}

/* Interfaces that are described between packets, and a second section: reopening the file must handle both. */
static void fetch_in_awkward_pcapng(void **state)
{
	(void)state;
	struct bytes b = {0};
	struct seen seen;
	struct ws_error error;
	ng_section(&b);
	ng_interface(&b, ETHERNET, 9, 0);
	ng_frame(&b, 0, 1000000007, 20, 20);
	ng_interface(&b, ETHERNET, 6, 0);
	ng_frame(&b, 1, 2000003, 30, 30);
	ng_frame(&b, 0, 3000000001, 40, 40);
	ng_section(&b);
	ng_interface(&b, ETHERNET, 6, 0);
	ng_frame(&b, 0, 4000001, 50, 50);
	ng_frame(&b, 0, 5000001, 60, 60);
	assert_int_equal(replay(&b, &keep_options, &seen, &error), WS_READ_END);
	assert_int_equal(seen.count, 5);
}

static void fetch_from_a_small_ring(void **state)
{
	(void)state;
	struct bytes b = {0};
	pcap_header(&b, MICRO, 4, ETHERNET);
	for (uint32_t i = 0; i < 40; i++)
		pcap_frame(&b, MICRO, i, 0, 20 + i, 20 + i);
	struct bytes packed = zstandard(&b);
	struct place file = write_file(packed.data, packed.length);
	struct ws_capture_options options = {.fcs_length = -1, .keep_bytes = 1024};
	struct ws_error error;
	struct ws_capture *capture = ws_capture_open_file(file.path, &options, &error);
	assert_non_null(capture);
	struct seen seen = {0};
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	unsigned kept = 0;
	for (unsigned i = 0; i < 40; i++) {
		struct ws_frame frame;
		bool there = ws_capture_fetch(capture, seen.frame[i].position, &frame);
		assert_true(there || kept == 0); /* the oldest go first */
		kept += there;
		if (there) {
			assert_int_equal(frame.time, i * WS_SECOND);
			assert_memory_equal(frame.data, seen.data[i], 20 + i);
		}
	}
	assert_in_range(kept, 5, 12);
	/* Nothing is where no frame begins. */
	unsigned found = 0;
	for (uint64_t position = 0; position < seen.frame[39].position + 1024; position++) {
		struct ws_frame frame;
		const bool there = ws_capture_fetch(capture, position, &frame);
		assert_int_equal(there, position == seen.frame[40 - kept + found].position);
		found += there && found + 1 < kept;
	}
	uint64_t place = 0; /* in order, from the oldest */
	unsigned number = 41 - kept;
	struct ws_frame frame;
	while (ws_capture_kept(capture, &place, &frame)) {
		assert_int_equal(frame.number, number);
		assert_memory_equal(frame.data, seen.data[number - 1], frame.captured);
		number++;
	}
	assert_int_equal(number, 41);
	assert_false(ws_capture_kept(capture, &place, &frame));
	ws_capture_close(capture);
	unlink(file.path);
}

static void a_break_stops_after_the_frame(void **state)
{
	(void)state;
	struct bytes b = pcap_sample(NANO, false), packed = gzipped(&b);
	for (unsigned i = 0; i < 2; i++) {
		struct place file = write_file(i ? packed.data : b.data, i ? packed.length : b.length);
		struct ws_error error;
		struct ws_capture *capture = ws_capture_open_file(file.path, &plain_options, &error);
		assert_non_null(capture);
		struct seen seen = {.stop = capture};
		for (unsigned frames = 1; frames <= FRAMES; frames++) {
			assert_true(ws_capture_ready(capture));
			assert_int_equal(ws_capture_read(capture, 100, see, &seen, &error), WS_READ_MORE);
			assert_int_equal(seen.count, frames);
		}
		assert_int_equal(ws_capture_read(capture, 100, see, &seen, &error), WS_READ_END);
		uint64_t done, total;
		ws_capture_progress(capture, &done, &total);
		assert_int_equal(total, i ? packed.length : b.length);
		assert_int_equal(done, total);
		struct ws_capture_stats stats;
		ws_capture_stats(capture, &stats);
		assert_int_equal(stats.captured, FRAMES);
		assert_int_equal(stats.received, FRAMES);
		ws_capture_close(capture);
		unlink(file.path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_format_and_packing),
	        cmocka_unit_test(old_versions_swap_the_lengths),
	        cmocka_unit_test(cut_at_every_byte),
	        cmocka_unit_test(packed_files_cut_at_every_byte),
	        cmocka_unit_test(packed_pieces_and_damage),
	        cmocka_unit_test(refusals_name_file_and_reason),
	        cmocka_unit_test(link_types),
	        cmocka_unit_test(fcs_lengths),
	        cmocka_unit_test(filter_keeps_the_numbers),
	        cmocka_unit_test(hostile_times_and_lengths),
	        cmocka_unit_test(absurd_lengths_are_refused_at_once),
	        cmocka_unit_test(fetch_in_awkward_pcapng),
	        cmocka_unit_test(fetch_from_a_small_ring),
	        cmocka_unit_test(a_break_stops_after_the_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
