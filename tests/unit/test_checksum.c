/* base/checksum.h: every alignment and length against the sum taken byte by byte. */
#include "frames.h"

#include "base/checksum.h"

static void test_against_bytes(void **state)
{
	(void)state;
	static uint8_t data[4200];
	uint32_t random = 1;
	for (uint32_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)((random = random * 1103515245 + 12345) >> 16);
	for (uint32_t offset = 0; offset < 17; offset++) {
		for (uint32_t length = 0; length < 700; length++) {
			const uint64_t sum = ws_checksum_add(0, data + offset, length);
			const uint16_t folded = ws_checksum_fold(sum), rest = (uint16_t)~folded;
			assert_int_equal(ntohs(folded), sum_bytes(data + offset, length, 0));
			assert_int_equal(ws_checksum_is_right(sum), folded == 0xffff);
			assert_true(ws_checksum_is_right(sum + rest) || (!sum && !rest));
		}
	}
	for (uint32_t length = 4000; length < 4100; length++) {
		uint16_t folded = ws_checksum_fold(ws_checksum_add(0, data, length));
		assert_int_equal(ntohs(folded), sum_bytes(data, length, 0));
	}
}

static void test_carries(void **state)
{
	(void)state;
	static uint8_t ones[65536];
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(ws_checksum_fold(ws_checksum_add(0, ones, sizeof(ones))), 0xffff);
	for (uint32_t length = 0; length < 64; length++)
		assert_int_equal(ws_checksum_fold(ws_checksum_add(0xffff, ones, length)),
		                 ntohs(length % 2 ? 0xff00 : 0xffff));
	assert_int_equal(ws_checksum_fold(UINT64_MAX), 0xffff);
	assert_true(ws_checksum_is_right(UINT64_MAX));
	assert_true(ws_checksum_is_right(0xffff));
	assert_false(ws_checksum_is_right(UINT64_MAX - 1));
	assert_false(ws_checksum_is_right(0));
	assert_int_equal(ws_checksum_fold(0), 0);
}

static void test_blocks(void **state)
{
	(void)state;
	static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	uint64_t parts = ws_checksum_add(ws_checksum_add(0, data, 4), data + 4, 5);
	assert_int_equal(ws_checksum_fold(parts), ws_checksum_fold(ws_checksum_add(0, data, 9)));
	static const uint8_t number[] = {0x12, 0x34, 0x56, 0x78};
	assert_int_equal(ws_checksum_fold(ws_checksum_add_number(0, 0x12345678)),
	                 ws_checksum_fold(ws_checksum_add(0, number, 4)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_against_bytes),
	        cmocka_unit_test(test_carries),
	        cmocka_unit_test(test_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
