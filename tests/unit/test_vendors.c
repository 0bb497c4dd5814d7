/* The list of MAC vendors: both forms of the file, hostile lines, its bounds, and what the packet screen makes of it.
 */
#include "app/vendors_file.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include <wirestate/output.h>

#include <stdio.h>
#include <unistd.h>

static struct ws_vendors *parse(const char *text)
{
	const size_t length = strlen(text);
	char *copy = malloc(length ? length : 1); /* so that a sanitizer sees a read past the end */
	assert_non_null(copy);
	memcpy(copy, text, length);
	struct ws_vendors *vendors = ws_vendors_parse(copy, length);
	free(copy);
	return vendors;
}

static const char *vendor(const struct ws_vendors *vendors, uint32_t prefix)
{
	const uint8_t mac[6] = {(uint8_t)(prefix >> 16), (uint8_t)(prefix >> 8), (uint8_t)prefix, 1, 2, 3};
	const char *name = ws_vendor_name(vendors, mac);
	return name ? name : "-";
}

static void both_forms_are_read(void **state)
{
	(void)state;
	struct ws_vendors *vendors = parse("OUI/MA-L                                   Organization\r\n"
	                                   "company_id                                 Organization\r\n\r\n"
	                                   "70-B3-D5   (hex)\t\tIEEE Registration Authority\r\n"
	                                   "AC-DE-48   (hex)\t\tPrivate\r\n"
	                                   "ACDE48     (base 16)\t\tPrivate, again\r\n"
	                                   "\t\t\t\t1 Example Street\r\n\r\n"
	                                   "08-00-30   (hex)\t\tFirst\r\n"
	                                   "00-1B-21   (hex)\t\tExample Corporate \r\n"
	                                   "08-00-30   (hex)\t\tSecond\r\n");
	assert_non_null(vendors);
	assert_string_equal(vendor(vendors, 0xacde48), "Private");
	assert_string_equal(vendor(vendors, 0x001b21), "Example Corporate");
	assert_string_equal(vendor(vendors, 0x080030), "First");
	assert_string_equal(vendor(vendors, 0x70b3d5), "-"); /* its parts belong to many */
	assert_string_equal(vendor(vendors, 0x001b20), "-");
	assert_string_equal(vendor(vendors, 0x001b22), "-");
	assert_string_equal(vendor(NULL, 0x001b21), "-");
	ws_vendors_free(vendors);
	vendors = parse("# a comment\n00:1b:21\tExample\tExample Corporate\n00:1B:22\tShort  # remark\n"
	                "00:1B:C5:00:00:00/36\tPart\tA part\n00:1B:23/24\tOther\n00:1b:24 Last");
	assert_string_equal(vendor(vendors, 0x001b21), "Example Corporate");
	assert_string_equal(vendor(vendors, 0x001b22), "Short");
	assert_string_equal(vendor(vendors, 0x001bc5), "-");
	assert_string_equal(vendor(vendors, 0x001b23), "-");
	assert_string_equal(vendor(vendors, 0x001b24), "Last");
	ws_vendors_free(vendors);
}

static void lines_that_are_ill_formed_are_skipped(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        "",
	        "\n\n\r\n",
	        "00-00-5E",
	        "00-00-5E ",
	        "00-00-5E   (hex)",
	        "00-00-5E   (hex)\t \t\r",
	        "00-00-5E   (he",
	        "00-00-5E   Name",
	        "00-00:5E   (hex)\tName",
	        "00-0g-5E   (hex)\tName",
	        "0-000-5E   (hex)\tName",
	        " 00-00-5E   (hex)\tName",
	        "00-00-5E-   (hex)\tName",
	        "00:00:5E",
	        "00:00:5E\t# only a remark",
	        "00:00:5E/24\tName",
	        "\xff\xff-\xff\xff-\xff\xff\t(hex)\tName",
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(bad); i++) {
		assert_null(parse(bad[i]));
		char text[200];
		snprintf(text, sizeof(text), "%s\n00-00-5F   (hex)\tGood", bad[i]);
		struct ws_vendors *vendors = parse(text);
		assert_string_equal(vendor(vendors, 0x5f), "Good");
		assert_string_equal(vendor(vendors, 0x5e), "-");
		ws_vendors_free(vendors);
	}
	char line[400] = "00-00-5E (hex) "; /* a line longer than any of the list */
	memset(line + strlen(line), 'x', 300);
	assert_null(parse(line));
	assert_null(ws_vendors_parse("00-00-5E (hex) \0", 15));
}

static void names_are_safe_and_short(void **state)
{
	(void)state;
	struct ws_vendors *vendors = parse("00-00-01 (hex) A\x1b[31mB\x07\n"
	                                   "00-00-02 (hex) An Enterprise with a Long Name, Limited\n"
	                                   "00-00-03 (hex) \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	                                   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n"
	                                   "00-00-04 (hex) Exactly Twenty-eight Letters\n"
	                                   "00-00-05 (hex) \xe2\x80\xae\xff\n");
	assert_string_equal(vendor(vendors, 1), "A\\x1b[31mB\\x07");
	assert_string_equal(vendor(vendors, 2), "An Enterprise with a Long…");
	assert_string_equal(vendor(vendors, 3), "éééééééééééé…");
	assert_string_equal(vendor(vendors, 4), "Exactly Twenty-eight Letters");
	assert_string_equal(vendor(vendors, 5), "\\u{202e}\\xff");
	ws_vendors_free(vendors);
}

/* More lines than the table takes, in an order that is not sorted: 77 is prime to 2^17. */
static void the_table_is_bounded(void **state)
{
	(void)state;
	enum { LINES = 1 << 17, LENGTH = 48 };
	char *text = malloc((size_t)LINES * LENGTH + 1);
	assert_non_null(text);
	size_t length = 0, found = 0;
	for (uint32_t i = 0; i < LINES; i++) {
		const uint32_t prefix = i * 77 % LINES << 2; /* the fourth is above the bits of the first byte */
		length += (size_t)sprintf(text + length, "%02X-%02X-%02X (hex) Vendor %u, a Company\n",
		                          prefix >> 16 & 0xfc, prefix >> 8 & 0xff, prefix & 0xff, i);
		assert_true(length <= (size_t)LINES * LENGTH);
	}
	struct ws_vendors *vendors = ws_vendors_parse(text, length);
	free(text);
	for (uint32_t i = 0; i < LINES; i++) {
		const uint32_t prefix = (i * 77 % LINES << 2) & 0xfcffff;
		char name[40];
		snprintf(name, sizeof(name), "Vendor %u, a Company", i);
		found += strcmp(vendor(vendors, prefix), name) == 0;
	}
	assert_in_range(found, 20000, 49152);
	ws_vendors_free(vendors);
}

static void addresses_that_no_vendor_gave_are_said_as_such(void **state)
{
	(void)state;
	static const struct {
		uint8_t mac[6];
		const char *kind;
	} cases[] = {
	        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "broadcast"},
	        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, "multicast"},
	        {{0x01, 0, 0x5e, 0, 0, 1}, "multicast"},
	        {{0x33, 0x33, 0, 0, 0, 1}, "multicast"},
	        {{0x02, 0, 0, 0, 0, 1}, "locally administered"},
	        {{0, 0, 0, 0, 0, 0}, NULL},
	        {{0, 0, 0, 0, 0, 1}, NULL},
	};
	struct ws_vendors *vendors = parse("00-00-00 (hex) Zero\n01-00-5E (hex) Group\n02-00-00 (hex) Local\n"
	                                   "FF-FF-FF (hex) All\n33-33-00 (hex) Six\n");
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		const char *kind = ws_mac_kind(cases[i].mac), *name = ws_vendor_name(vendors, cases[i].mac);
		assert_true(cases[i].kind ? kind && strcmp(kind, cases[i].kind) == 0 : !kind);
		assert_true(cases[i].mac[5] == 1 && !cases[i].mac[0] ? name && strcmp(name, "Zero") == 0 : !name);
	}
	ws_vendors_free(vendors);
}

static void the_first_file_with_vendors_is_used(void **state)
{
	(void)state;
	char good[] = "/tmp/wirestate-vendors-XXXXXX", empty[] = "/tmp/wirestate-vendors-XXXXXX";
	static const char text[] = "00-1B-21   (hex)\t\tExample\r\n";
	const int fd = mkstemp(good), other = mkstemp(empty);
	assert_true(fd >= 0 && other >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	const char *const paths[] = {"/nonexistent/oui.txt", "/tmp", "/dev/zero", empty, good, NULL};
	const char *const none[] = {"/nonexistent/oui.txt", "/tmp", "/dev/zero", empty, NULL};
	struct ws_vendors *vendors = vendors_file_read(paths);
	assert_string_equal(vendor(vendors, 0x001b21), "Example");
	assert_null(vendors_file_read(none));
	assert_null(vendors_file_open(none));
	struct ws_vendors *later = vendors_file_open(paths), *unread = vendors_file_open(paths);
	assert_non_null(later);
	assert_int_equal(pwrite(fd, "00-1B-22", 8, 0), 8); /* the file is read when a vendor is looked for */
	assert_string_equal(vendor(later, 0x020000), "-");
	assert_string_equal(vendor(later, 0x001b22), "Example");
	assert_int_equal(pwrite(fd, "00-1B-23", 8, 0), 8); /* and only once */
	assert_string_equal(vendor(later, 0x001b22), "Example");
	assert_string_equal(vendor(later, 0x001b23), "-");
	ws_vendors_free(later);
	ws_vendors_free(unread);
	later = vendors_file_open(paths);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_string_equal(vendor(later, 0x001b23), "-"); /* nothing is left of it */
	assert_string_equal(vendor(later, 0x001b23), "-");
	ws_vendors_free(later);
	assert_int_equal(ftruncate(fd, (16 << 20) + 1), 0);
	assert_null(vendors_file_read(paths)); /* too long */
	ws_vendors_free(vendors);
	close(fd);
	close(other);
	unlink(good);
	unlink(empty);
}

static void the_packet_screen_names_the_vendor(void **state)
{
	struct world *world = *state;
	struct ws_vendors *vendors = parse("00-1B-21 (hex) Example Corporate\n");
	struct ws_frame frame;
	memcpy(world->frames[0], "\xff\xff\xff\xff\xff\xff\0\x1b\x21\0\0\1", 12);
	describe(world, 0, &frame);
	ws_canvas_destroy(&world->canvas);
	assert_true(ws_canvas_create(&world->canvas, 120, 40));
	assert_true(ws_ui_show_frame(world->ui, &world->model, 0, &frame));
	act(world, WS_ACT_UP); /* IP */
	act(world, WS_ACT_UP);
	act(world, WS_ACT_ENTER); /* the fields of Ethernet */
	act(world, WS_ACT_DOWN);
	assert_shows(world, "every card on the link; this one is broadcast (IEEE 802.3");
	act(world, WS_ACT_DOWN);
	assert_shows(world, "sent this frame on the link (IEEE 802.3");
	world->model.vendors = vendors;
	assert_shows(world, "sent this frame on the link; the vendor is Example Corporate (IEEE 802.3");
	ws_vendors_free(vendors);
}

static void show_arp(struct world *world, const struct ws_vendors *vendors)
{
	static const uint8_t request[42] = "\xff\xff\xff\xff\xff\xff\0\x1b\x21\0\0\1\x08\6" /* Ethernet */
	                                   "\0\1\x08\0\6\4\0\1"
	                                   "\0\x1b\x21\0\0\1\x0a\0\0\1" /* the sender */
	                                   "\0\0\0\0\0\0\x0a\0\0\2";
	const struct ws_frame frame = {.time = world->now, .number = 99, .data = request, .captured = 42, .length = 42};
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(&frame, &packet);
	ws_tracker_packet(world->tracker, &packet, &result);
	world->model.vendors = vendors;
	act(world, WS_ACT_ARP);
	act(world, WS_ACT_NEXT_PANE);
}

static void the_arp_screen_names_the_vendor(void **state)
{
	struct world *world = *state;
	struct ws_vendors *vendors = parse("00-1B-21 (hex) Example Corporate\n");
	show_arp(world, vendors);
	assert_shows(world, "asked 1x, replied 0x  Example Corporate");
	assert_shows(world, "MAC's vendor is Example Corporate.");
	act(world, WS_ACT_NEXT_PANE); /* the segments' MAC addresses are 02:02:02:02:02:02 and a group's */
	assert_shows(world, "The MAC is locally administered.");
	ws_vendors_free(vendors);
}

static char *written(struct world *world, struct ws_output_options options)
{
	enum { ROOM = 8192 };
	FILE *file = tmpfile();
	char *text = calloc(1, ROOM);
	assert_true(file && text);
	struct ws_output *output = ws_output_create(fileno(file), &options, NULL);
	struct ws_frame frame;
	struct ws_packet packet;
	struct ws_track_result result;
	assert_non_null(output);
	memcpy(world->frames[0], "\x02\0\0\0\0\2\0\x1b\x21\0\0\1", 12);
	describe(world, 0, &frame);
	ws_decode(&frame, &packet);
	ws_tracker_packet(world->tracker, &packet, &result);
	assert_true(ws_output_packet(output, &packet, &result, world->tracker));
	assert_true(ws_output_flush(output));
	rewind(file);
	assert_true(fread(text, 1, ROOM - 1, file) > 0);
	ws_output_free(output);
	fclose(file);
	return text;
}

static void lines_of_text_name_the_vendor(void **state)
{
	struct ws_vendors *vendors = parse("00-1B-21 (hex) Example Corporate\n");
	struct ws_output_options options = {
	        .format = WS_FORMAT_TEXT, .records = 1u << WS_RECORD_PACKET, .verbose = true, .vendors = vendors};
	char *numbers = written(*state, options);
	options.names = true;
	char *names = written(*state, options);
	options.format = WS_FORMAT_JSON;
	char *json = written(*state, options);
	assert_non_null(strstr(numbers, "    source                  00:1b:21:00:00:01\n"));
	assert_non_null(strstr(names, "    source                  00:1b:21:00:00:01 (Example Corporate)\n"));
	assert_non_null(strstr(names, "    destination             02:00:00:00:00:02 (locally administered)\n"));
	assert_null(strstr(json, "Example"));
	assert_null(strstr(json, "locally"));
	free(numbers);
	free(names);
	free(json);
	ws_vendors_free(vendors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(both_forms_are_read),
	        cmocka_unit_test(lines_that_are_ill_formed_are_skipped),
	        cmocka_unit_test(names_are_safe_and_short),
	        cmocka_unit_test(the_table_is_bounded),
	        cmocka_unit_test(addresses_that_no_vendor_gave_are_said_as_such),
	        cmocka_unit_test(the_first_file_with_vendors_is_used),
	        cmocka_unit_test_setup_teardown(the_packet_screen_names_the_vendor, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(the_arp_screen_names_the_vendor, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(lines_of_text_name_the_vendor, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
