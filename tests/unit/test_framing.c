/* What the first bytes of a capture say, and where a record of pcap ends, at the values where that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "capture/framing.h"

enum { HEADER = 24, MOST = 262144 };

static void store32(uint8_t *at, uint32_t value, bool big)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * (big ? 3 - i : i));
}

static void formats(void **state)
{
	static const struct {
		uint32_t little; /* the first four bytes, the lowest one first */
		enum ws_format format;
	} cases[] = {
	        {0xa1b2c3d4, WS_FORMAT_PCAP},    {0xd4c3b2a1, WS_FORMAT_PCAP},    {0xa1b23c4d, WS_FORMAT_PCAP},
	        {0x4d3cb2a1, WS_FORMAT_PCAP},    {0xa1b2cd34, WS_FORMAT_PCAP},    {0x34cdb2a1, WS_FORMAT_PCAP},
	        {0xa1b2c3d5, WS_FORMAT_UNKNOWN}, {0x0a0d0d0a, WS_FORMAT_PCAPNG},  {0x0a0d0d0b, WS_FORMAT_UNKNOWN},
	        {0xfd2fb528, WS_FORMAT_ZSTD},    {0x28b52ffd, WS_FORMAT_UNKNOWN}, {0x184d2a4f, WS_FORMAT_UNKNOWN},
	        {0x184d2a50, WS_FORMAT_ZSTD},    {0x184d2a5f, WS_FORMAT_ZSTD},    {0x184d2a60, WS_FORMAT_UNKNOWN},
	        {0x08088b1f, WS_FORMAT_GZIP},    {0x08088a1f, WS_FORMAT_UNKNOWN}, {0x08088b1e, WS_FORMAT_UNKNOWN},
	        {0, WS_FORMAT_UNKNOWN},
	};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		uint8_t bytes[4];
		store32(bytes, cases[i].little, false);
		assert_int_equal(ws_format_of(bytes, 4), cases[i].format);
		/* gzip's two bytes are enough for it; nothing else is known before there are four. */
		const bool gzip = cases[i].format == WS_FORMAT_GZIP;
		for (size_t length = 0; length < 4; length++)
			assert_int_equal(ws_format_of(bytes, length),
			                 gzip && length >= 2 ? WS_FORMAT_GZIP : WS_FORMAT_UNKNOWN);
	}
}

static struct ws_framing framing_of(uint32_t magic, unsigned major, unsigned minor, bool big)
{
	uint8_t head[HEADER] = {0};
	store32(head, magic, big);
	store32(head + 4, big ? major << 16 | minor : minor << 16 | major, big);
	return ws_framing_of(head, sizeof(head));
}

/* Which of the two lengths of a record is that of its bytes depends on the version (libpcap, sf-pcap.c). */
static void versions(void **state)
{
	static const struct {
		unsigned major, minor, captured;
	} cases[] = {
	        {2, 2, WS_CAPTURED_SECOND},   {2, 3, WS_CAPTURED_LESSER}, {2, 4, WS_CAPTURED_FIRST},
	        {543, 0, WS_CAPTURED_SECOND}, {3, 2, WS_CAPTURED_FIRST},  {3, 3, WS_CAPTURED_FIRST},
	};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		for (unsigned big = 0; big < 2; big++) {
			const struct ws_framing framing = framing_of(0xa1b2c3d4, cases[i].major, cases[i].minor, big);
			uint8_t record[16] = {0};
			assert_int_equal(framing.format, WS_FORMAT_PCAP);
			assert_int_equal(framing.captured, cases[i].captured);
			assert_int_equal(framing.big_endian, big);
			for (unsigned first_is_less = 0; first_is_less < 2; first_is_less++) {
				const uint32_t first = first_is_less ? 60 : 1500, second = first_is_less ? 1500 : 60;
				const uint32_t lengths[] = {[WS_CAPTURED_FIRST] = first,
				                            [WS_CAPTURED_SECOND] = second,
				                            [WS_CAPTURED_LESSER] = 60};
				store32(record + 8, first, big);
				store32(record + 12, second, big);
				assert_int_equal(ws_framing_record(&framing, record, sizeof(record)),
				                 16 + lengths[cases[i].captured]);
			}
		}
	}
}

static void records(void **state)
{
	static const struct {
		uint32_t magic, header;
		bool nanoseconds;
	} cases[] = {{0xa1b2c3d4, 16, false}, {0xa1b23c4d, 16, true}, {0xa1b2cd34, 24, false}};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		const struct ws_framing framing = framing_of(cases[i].magic, 2, 4, false);
		uint8_t record[24] = {0};
		assert_int_equal(framing.header_size, cases[i].header);
		assert_int_equal(framing.nanoseconds, cases[i].nanoseconds);
		store32(record + 8, MOST, false);
		assert_int_equal(ws_framing_record(&framing, record, cases[i].header - 1), 0);
		assert_int_equal(ws_framing_record(&framing, record, cases[i].header), cases[i].header + MOST);
		store32(record + 8, MOST + 1, false); /* libpcap refuses it */
		assert_int_equal(ws_framing_record(&framing, record, cases[i].header), cases[i].header);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(formats),
	        cmocka_unit_test(versions),
	        cmocka_unit_test(records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
