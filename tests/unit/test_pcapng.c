/* pcapng files built block by block: what the blocks mean, and what of them is refused. */
#include "pcapng_samples.h"

#include "base/sanitized.h"

static void an_interface_says_how_its_packets_are_read(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		struct bytes b = {.big = big};
		struct bytes loopback = interface_body(big, LOOPBACK, 96);
		option_number(&loopback, OPTION_RESOLUTION, 9, 1);
		option_text(&loopback, OPTION_NAME, "lo0");
		option_number(&loopback, OPTION_FCS, 4, 1);
		ng_section(&b);
		interface(&b, ETHERNET, 65535);
		ng_block(&b, 1, &loopback);
		interface(&b, OTHER_LINK, 0);
		ng_frame(&b, 0, 5, 20, 30);
		ng_frame(&b, 1, 5, 24, 30);
		ng_frame(&b, 2, 7, 28, 28);
		struct seen seen;
		read_every_way(&b, &seen);
		assert_int_equal(seen.count, 3);
		assert_int_equal(seen.frame[0].link, WS_LINK_ETHERNET);
		assert_int_equal(seen.frame[0].time, 5000);
		assert_int_equal(seen.frame[0].fcs_length, 0);
		assert_int_equal(seen.frame[1].link, WS_LINK_NULL);
		assert_int_equal(seen.frame[1].time, 5);
		assert_int_equal(seen.frame[1].fcs_length, 4);
		assert_int_equal(seen.frame[2].link, WS_LINK_OTHER);
		assert_int_equal(seen.frame[2].length, 28);
	}
}

/* Against arithmetic with 128 bits, for every resolution that tshark reads. */
static void every_resolution(void **state)
{
	(void)state;
	static const uint64_t ticks[] = {0, 1, 999, 1234567890123, UINT64_C(0x0123456789abcdef)};
	static const int64_t offsets[] = {0, 1, -1000000000, 1700000000};
	for (unsigned resolution = 0; resolution < 256; resolution++) {
		const unsigned exponent = resolution & 127;
		if (exponent > (resolution & 128 ? 63u : 19u))
			continue;
		struct bytes b = {.big = resolution & 1};
		ng_section(&b);
		for (unsigned i = 0; i < WS_ARRAY_SIZE(offsets); i++) {
			struct bytes body = interface_body(b.big, ETHERNET, 0);
			option_number(&body, OPTION_RESOLUTION, resolution, 1);
			option_number(&body, OPTION_OFFSET, (uint64_t)offsets[i], 8);
			ng_block(&b, 1, &body);
		}
		for (unsigned i = 0; i < WS_ARRAY_SIZE(offsets); i++)
			for (unsigned k = 0; k < WS_ARRAY_SIZE(ticks); k++)
				ng_frame(&b, i, ticks[k], 20, 20);
		struct seen seen;
		read_good(&b, &seen);
		for (unsigned i = 0; i < seen.count; i++) {
			__int128 units = 1, time = (__int128)ticks[i % WS_ARRAY_SIZE(ticks)] * WS_SECOND;
			for (unsigned k = 0; k < exponent; k++)
				units *= resolution & 128 ? 2 : 10;
			time = time / units + (__int128)offsets[i / WS_ARRAY_SIZE(ticks)] * WS_SECOND;
			const __int128 limit = (INT64_C(1) << 62) - 1;
			assert_true(seen.frame[i].time == (time > limit ? limit : time));
		}
	}
}

static void sections_of_either_byte_order(void **state)
{
	(void)state;
	struct bytes b = {0};
	ng_section(&b);
	interface(&b, ETHERNET, 100);
	interface(&b, LOOPBACK, 0);
	ng_frame(&b, 1, 1000001, 20, 20);
	b.big = true;
	ng_section(&b);
	interface(&b, ETHERNET, 100);
	interface(&b, RAW_IP, 0);
	ng_frame(&b, 0, 2000002, 24, 24);
	ng_section(&b); /* nothing in it */
	b.big = false;
	ng_section(&b);
	interface(&b, ETHERNET, 100);
	ng_frame(&b, 0, 3000003, 28, 28);
	interface(&b, RAW_IP, 0); /* described late */
	ng_frame(&b, 1, 4000004, 32, 32);
	struct seen seen;
	read_every_way(&b, &seen);
	static const enum ws_link links[] = {WS_LINK_NULL, WS_LINK_ETHERNET, WS_LINK_ETHERNET, WS_LINK_RAW};
	static const uint32_t indexes[] = {1, 0, 0, 2}; /* what is described alike at the same place is the same */
	assert_int_equal(seen.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(seen.frame[i].time, (i + 1) * (WS_SECOND + 1000));
		assert_int_equal(seen.frame[i].link, links[i]);
		assert_int_equal(seen.index[i], indexes[i]);
	}
}

static void old_and_simple_packets(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		struct bytes b = {.big = big}, old = {.big = big}, simple = {.big = big};
		ng_section(&b);
		interface(&b, ETHERNET, 22);
		put_number(&old, 0, 2);
		put_number(&old, 3, 2); /* packets lost before it */
		put32(&old, 0);
		put32(&old, 7);
		put32(&old, 21);
		put32(&old, 40);
		put_filler(&old, 21, 9);
		put_filler(&old, 3, 0);
		option_number(&old, 2, 4u << 5, 4); /* pack_flags: an FCS of 4 bytes */
		ng_block(&b, 2, &old);
		put32(&simple, 60);
		put_filler(&simple, 22, 5);
		ng_block(&b, 3, &simple);
		simple = (struct bytes){.big = big};
		put32(&simple, 5);
		put_filler(&simple, 5, 5);
		ng_block(&b, 3, &simple);
		struct seen seen;
		read_every_way(&b, &seen);
		assert_int_equal(seen.count, 3);
		assert_int_equal(seen.frame[0].time, 7000);
		assert_int_equal(seen.frame[0].captured, 21);
		assert_int_equal(seen.frame[0].length, 40);
		assert_int_equal(seen.frame[0].fcs_length, 4);
		assert_int_equal(seen.data[0][0], 9);
		assert_int_equal(seen.frame[1].captured, 22); /* the snapshot length */
		assert_int_equal(seen.frame[1].length, 60);
		assert_int_equal(seen.frame[1].time, 0);
		assert_int_equal(seen.frame[2].captured, 5);
		assert_int_equal(seen.stats.dropped_kernel, 3);
	}
}

static void comments(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		struct bytes b = {.big = big};
		ng_section(&b);
		interface(&b, ETHERNET, 0);
		for (unsigned i = 0; i < 5; i++) {
			struct bytes body = packet_body(big, 0, i, 20 + i);
			if (i == 1)
				option_text(&body, OPTION_COMMENT, "the first");
			if (i == 2) {
				option_text(&body, OPTION_COMMENT, "one");
				option_text(&body, OPTION_COMMENT, "");
				option_number(&body, 2, 0, 4);
				option_text(&body, OPTION_COMMENT, "two");
				put32(&body, 0);
			}
			if (i == 3)
				option_text(&body, OPTION_COMMENT, "");
			if (i == 4) {
				put32(&body, 0);
				option_text(&body, OPTION_COMMENT, "after the end of the options");
			}
			ng_block(&b, 6, &body);
		}
		struct seen seen;
		read_every_way(&b, &seen);
		assert_int_equal(seen.count, 5);
		assert_string_equal(seen.comment[0], "");
		assert_string_equal(seen.comment[1], "the first");
		assert_string_equal(seen.comment[2], "one\ntwo");
		assert_string_equal(seen.comment[3], "");
		assert_string_equal(seen.comment[4], "");
	}
}

static void broken_options_do_not_touch_the_packet(void **state)
{
	(void)state;
	static const struct {
		unsigned code, length;
	} options[] = {{1, 0}, {1, 4}, {1, 5}, {1, 65535}, {2, 3}, {4, 7}, {0, 8}, {9, 0}, {9, 9}, {14, 4}, {13, 2}};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(options); i++) {
		struct bytes b = {.big = i & 1}, described = interface_body(i & 1, ETHERNET, 0);
		struct bytes body = packet_body(i & 1, 0, 5, 20);
		put_number(&described, options[i].code, 2);
		put_number(&described, options[i].length, 2);
		put32(&described, 0);
		put_number(&body, options[i].code, 2);
		put_number(&body, options[i].length, 2);
		put32(&body, 0);
		ng_section(&b);
		ng_block(&b, 1, &described);
		ng_block(&b, 6, &body);
		struct seen seen;
		read_every_way(&b, &seen);
		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.frame[0].time, 5000);
		assert_int_equal(seen.frame[0].captured, 20);
		assert_int_equal(seen.frame[0].fcs_length, 0);
	}
}

static void names_and_texts_of_the_file(void **state)
{
	(void)state;
	struct bytes b = {.big = true}, body = {.big = true}, section = {.big = true};
	put32(&section, 0x1a2b3c4d);
	put_number(&section, 1, 2);
	put_number(&section, 2, 2);
	put_number(&section, UINT64_MAX, 8);
	option_text(&section, OPTION_COMMENT, "of the section");
	ng_block(&b, 0x0a0d0d0a, &section);
	struct bytes described = interface_body(true, ETHERNET, 0);
	option_text(&described, OPTION_NAME, "eth0");
	option_text(&described, 3, "uplink");
	option_text(&described, OPTION_COMMENT, "of the interface");
	ng_block(&b, 1, &described);
	option(&body, 1, "\x0a\x00\x00\x01router\0gw\0", 14);
	option(&body, 3, "\x02\x00\x00\x00\x00\x01mac\0", 10);
	option(&body, 2, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07seven\0", 22);
	option(&body, 1, "\x0a\x00\x00\x01other\0", 10);
	option(&body, 1, "\x0a\x00\x00\x02unterminated", 16);
	option(&body, 1, "\x0a\x00\x00\x03", 4);
	put32(&body, 0);
	ng_block(&b, 4, &body);
	ng_frame(&b, 0, 5, 20, 20);
	struct place file = write_file(b.data, b.length);
	struct ws_error error;
	struct seen seen = {0};
	struct ws_capture *capture = ws_capture_open_file(file.path, &keep_options, &error);
	assert_non_null(capture);
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	const struct ws_frame_interface *shown = ws_capture_interface(capture, 0);
	assert_ptr_equal(seen.frame[0].interface, shown);
	assert_string_equal(shown->name, "eth0");
	assert_string_equal(shown->description, "uplink");
	assert_string_equal(shown->comment, "of the interface");
	assert_string_equal(shown->section_comment, "of the section");
	assert_string_equal(shown->link_name, "EN10MB (Ethernet)");
	assert_null(shown->unnamed->name);
	assert_null(shown->unnamed->section_comment);
	assert_int_equal(shown->unnamed->link_number, ETHERNET);
	assert_null(ws_capture_interface(capture, 1));
	struct ws_host_name name;
	assert_true(ws_capture_host_name(capture, 0, &name));
	assert_string_equal(name.name, "router");
	assert_int_equal(name.ip_version, 4);
	assert_memory_equal(name.address.byte + 10, "\xff\xff\x0a\x00\x00\x01", 6);
	assert_true(ws_capture_host_name(capture, 1, &name));
	assert_string_equal(name.name, "seven");
	assert_int_equal(name.ip_version, 6);
	assert_true(ws_capture_host_name(capture, 2, &name));
	assert_string_equal(name.name, "unterminated");
	assert_false(ws_capture_host_name(capture, 3, &name));

	/* A second reader of the file sees the same interfaces. */
	struct ws_capture *again = ws_capture_reopen(capture, &keep_options, &error);
	assert_non_null(again);
	struct seen second = {0};
	assert_int_equal(read_all(again, &second, &error), WS_READ_END);
	assert_ptr_equal(second.frame[0].interface, shown);
	ws_capture_close(capture);
	assert_string_equal(second.frame[0].interface->name, "eth0"); /* shared until the last is closed */
	ws_capture_close(again);
	unlink(file.path);
}

static void drops_are_counted(void **state)
{
	(void)state;
	struct bytes b = {0};
	struct seen seen;
	ng_section(&b);
	interface(&b, ETHERNET, 0);
	interface(&b, ETHERNET, 1);
	struct bytes lossy = packet_body(false, 1, 5, 20);
	option_number(&lossy, 4, 9, 8); /* epb_dropcount */
	ng_block(&b, 6, &lossy);
	read_good(&b, &seen);
	assert_int_equal(seen.stats.dropped_kernel, 9);
	statistics_block(&b, 0, 5, 1);
	statistics_block(&b, 0, 7, 2);  /* since the beginning, as the one before */
	statistics_block(&b, 1, 4, 3);  /* 7 of the 9 */
	statistics_block(&b, 2, 40, 3); /* there is no such interface */
	ng_section(&b);
	interface(&b, ETHERNET, 0);
	statistics_block(&b, 0, 100, 0);
	read_every_way(&b, &seen);
	assert_int_equal(seen.stats.dropped_interface, 7 + 4 + 100);
	assert_int_equal(seen.stats.dropped_kernel, 2 + 3 + 2);
}

static void other_blocks_are_passed_over(void **state)
{
	(void)state;
	static const uint32_t types[] = {10, 0xbad, 0x40000bad, 7, 8, 0x80000001, 0x0a0d0a00};
	for (unsigned big = 0; big < 2; big++) {
		struct bytes b = {.big = big}, body = {.big = big};
		ng_section(&b);
		put_filler(&body, 50, 3);
		for (unsigned i = 0; i < WS_ARRAY_SIZE(types); i++)
			ng_block(&b, types[i], &body);
		interface(&b, ETHERNET, 0);
		for (unsigned i = 0; i < WS_ARRAY_SIZE(types); i++) {
			ng_block(&b, types[i], &body);
			ng_frame(&b, 0, i, 20, 20);
		}
		struct seen seen;
		read_every_way(&b, &seen);
		assert_int_equal(seen.count, WS_ARRAY_SIZE(types));
	}
}

/* Longer than any block that is read may be, and than the memory that is there for one. */
static void a_long_block_is_passed_over(void **state)
{
	(void)state;
	enum { LENGTH = 100 << 20 };
	struct bytes b = {0}, tail = {0};
	ng_section(&b);
	interface(&b, ETHERNET, 0);
	ng_frame(&b, 0, 1000, 20, 20);
	put32(&b, 10);
	put32(&b, LENGTH);
	put32(&tail, LENGTH);
	ng_frame(&tail, 0, 2000, 24, 24);
	struct place file = write_file(b.data, b.length);
	int fd = open(file.path, O_WRONLY);
	assert_int_equal(pwrite(fd, tail.data, tail.length, (off_t)b.length + LENGTH - 12), (ssize_t)tail.length);
	close(fd);
	struct rlimit old, limit;
	getrlimit(RLIMIT_DATA, &old);
	limit = (struct rlimit){.rlim_cur = 64 << 20, .rlim_max = old.rlim_max};
	struct ws_error error;
	struct seen seen = {0};
	struct ws_capture *capture = ws_capture_open_file(file.path, &keep_options, &error);
	assert_non_null(capture);
	if (!SANITIZED)
		setrlimit(RLIMIT_DATA, &limit);
	const enum ws_read result = read_all(capture, &seen, &error);
	setrlimit(RLIMIT_DATA, &old);
	assert_int_equal(result, WS_READ_END);
	assert_int_equal(seen.count, 2);
	struct ws_frame again;
	assert_true(ws_capture_fetch(capture, seen.frame[1].position, &again));
	assert_int_equal(again.captured, 24);
	ws_capture_close(capture);
	unlink(file.path);
}

static void a_filter_for_each_link_type(void **state)
{
	(void)state;
	struct bytes b = {0};
	ng_section(&b);
	interface(&b, ETHERNET, 0);
	interface(&b, RAW_IP, 0);
	interface(&b, USB_LINUX, 0);
	/* An IPv4 header of protocol 6 and its like of 17, on each link. */
	for (unsigned i = 0; i < 4; i++) {
		struct bytes body = {0};
		const uint8_t ip[20] = {0x45, [3] = 20, [8] = 64, [9] = i & 1 ? 17 : 6};
		put32(&body, i / 2);
		put_filler(&body, 8, 0);
		put32(&body, i / 2 ? 20 : 34);
		put32(&body, i / 2 ? 20 : 34);
		if (i / 2 == 0)
			put(&body, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0", 14);
		put(&body, ip, 20);
		ng_block(&b, 6, &body);
	}
	ng_frame(&b, 2, 0, 20, 20);
	struct ws_capture_options options = {.fcs_length = -1, .filter = "udp", .keep_bytes = 1 << 16};
	struct seen seen;
	struct ws_error error;
	assert_int_equal(replay(&b, &options, &seen, &error), WS_READ_END);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.frame[0].number, 2);
	assert_int_equal(seen.frame[1].number, 4);
	assert_int_equal(seen.stats.other_links, 1);
	assert_non_null(strstr(seen.other_link, "USB_LINUX"));

	options.filter = "ether src 2:0:0:0:0:2"; /* which raw IP does not have */
	assert_int_equal(replay(&b, &options, &seen, &error), WS_READ_ERROR);
	assert_int_equal(error.status, WS_ERROR_FILTER);
	assert_non_null(strstr(error.text, "does not compile for link type RAW (Raw IP)"));
	options.filter = "udp prot 80";
	assert_int_equal(replay(&b, &options, &seen, &error), WS_READ_ERROR);
	assert_int_equal(error.status, WS_ERROR_FILTER);
	assert_non_null(strstr(error.text, "does not compile: "));
	assert_int_equal(seen.count, 0);
}

static void only_link_types_that_are_not_supported(void **state)
{
	(void)state;
	struct bytes b = {0};
	struct seen seen;
	struct ws_error error;
	ng_section(&b);
	interface(&b, USB_LINUX, 0);
	ng_frame(&b, 0, 1, 20, 20);
	ng_frame(&b, 0, 2, 20, 20);
	assert_int_equal(replay(&b, &keep_options, &seen, &error), WS_READ_ERROR);
	assert_int_equal(seen.count, 2);
	assert_int_equal(error.status, WS_ERROR_FILE);
	assert_non_null(strstr(error.text, "link type USB_LINUX"));
	assert_non_null(strstr(error.text, "EN10MB"));
}

/* After two whole packets something that makes no sense, at byte 28 + 20 + 2 * 52. */
static void refuse(struct bytes *b, const char *text)
{
	struct seen seen;
	struct ws_error error = {0};
	assert_int_equal(replay(b, &keep_options, &seen, &error), WS_READ_ERROR);
	assert_int_equal(seen.count, 2);
	assert_int_equal(error.status, WS_ERROR_TRUNCATED);
	assert_non_null(strstr(error.text, "cannot be read on from byte 152, after packet 2: "));
	if (!strstr(error.text, text))
		fail_msg("'%s' lacks '%s'", error.text, text);
}

static struct bytes two_packets(bool big)
{
	struct bytes b = {.big = big};
	ng_section(&b);
	interface(&b, ETHERNET, 0);
	ng_frame(&b, 0, 1, 20, 20);
	ng_frame(&b, 0, 2, 20, 20);
	return b;
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		static const uint32_t lengths[] = {0, 8, 11, 13, 0x7ffffffc, 0xfffffffc};
		for (unsigned i = 0; i < WS_ARRAY_SIZE(lengths); i++) {
			struct bytes b = two_packets(big);
			put32(&b, 6);
			put32(&b, lengths[i]);
			put_filler(&b, 40, 0);
			refuse(&b, "the enhanced packet block states a length of ");
		}
		struct bytes b = two_packets(big);
		ng_frame(&b, 1, 3, 20, 20);
		refuse(&b, "a packet of interface number 1, and the section describes 1");
		b = two_packets(big);
		ng_frame(&b, 0, 3, 20, 20);
		b.data[b.length - (big ? 1 : 4)] ^= 4;
		refuse(&b, "the lengths at the two ends of a block differ");
		b = two_packets(big);
		ng_frame(&b, 0, 3, 20, 20);
		b.data[152 + 20 + (big ? 3 : 0)] = 21;
		refuse(&b, "the packet is longer than its block");
		b = two_packets(big);
		ng_section(&b);
		b.data[152 + 12 + big] = 2;
		refuse(&b, "a section of version 2.0");
		b = two_packets(big);
		ng_section(&b);
		b.data[152 + 8] = 0;
		refuse(&b, "section header block");
	}
}

static void a_pipe_of_many_sections(void **state)
{
	(void)state;
	struct bytes b = {0};
	for (unsigned i = 0; i < 4; i++) {
		struct bytes body = {.big = i & 1};
		b.big = i & 1;
		ng_section(&b);
		put_filler(&body, 40, 0);
		ng_block(&b, 10, &body);
		interface(&b, i & 1 ? LOOPBACK : ETHERNET, 0);
		ng_frame(&b, 0, i + 1, 20 + i, 20 + i);
	}
	char path[40];
	int ends[2];
	struct ws_error error;
	struct seen seen = {0};
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], b.data, 28 + 52 + 20), 28 + 52 + 20);
	alarm(60); /* waiting would hang the test */
	struct ws_capture *capture = ws_capture_open_file(path, &keep_options, &error);
	assert_non_null(capture);
	for (size_t at = 28 + 52 + 20; at < b.length; at++) {
		assert_int_equal(ws_capture_read(capture, 10, see, &seen, &error), WS_READ_MORE);
		assert_int_equal(write(ends[1], b.data + at, 1), 1);
	}
	close(ends[1]);
	assert_int_equal(read_all(capture, &seen, &error), WS_READ_END);
	alarm(0);
	assert_int_equal(seen.count, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(seen.frame[i].time, (i + 1) * 1000);
	ws_capture_close(capture);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_interface_says_how_its_packets_are_read),
	        cmocka_unit_test(every_resolution),
	        cmocka_unit_test(sections_of_either_byte_order),
	        cmocka_unit_test(old_and_simple_packets),
	        cmocka_unit_test(comments),
	        cmocka_unit_test(broken_options_do_not_touch_the_packet),
	        cmocka_unit_test(names_and_texts_of_the_file),
	        cmocka_unit_test(drops_are_counted),
	        cmocka_unit_test(other_blocks_are_passed_over),
	        cmocka_unit_test(a_long_block_is_passed_over),
	        cmocka_unit_test(a_filter_for_each_link_type),
	        cmocka_unit_test(only_link_types_that_are_not_supported),
	        cmocka_unit_test(what_makes_no_sense_is_refused),
	        cmocka_unit_test(a_pipe_of_many_sections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
