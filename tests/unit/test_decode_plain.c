/* decode/plain.h: the short way comes to the same result as the functions for each header, for every packet of the
 * bundled captures, and for many copies of each with other bytes, cut, or padded. */
#include "capture_samples.h"
#include "decode/plain.h"
#include "random.h"
#include "relinked.h"

#include <glob.h>

enum { MOST = 2048, VARIANTS = 240, LINK_VARIANTS = 24, HEADERS = 80 };

#define COUNT(link, tags) +1
enum { WAYS = 0 RELINKED_WAYS(COUNT), THREE_TAGS = 2 };
#undef COUNT

static struct {
	uint64_t random;
	size_t plain, others;
	size_t relinked[WAYS]; /* frames of which a variant on that link was plain */
} run = {.random = 7};

static void compare_layer(const struct ws_layer *a, const struct ws_layer *b)
{
	assert_int_equal(a->header, b->header);
	assert_int_equal(a->problem, b->problem);
	assert_int_equal(a->checksum, b->checksum);
	assert_int_equal(a->quoted, b->quoted);
	assert_int_equal(a->form, b->form);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->length, b->length);
	assert_int_equal(a->available, b->available);
}

/* The values are cleared as bytes before they are set, so they can be compared as bytes. */
static void compare(const struct ws_frame *frame)
{
	static struct ws_packet fast, whole, probe;
	const size_t values = offsetof(struct ws_packet, layer) - offsetof(struct ws_packet, layer_count);
	memset(&probe, 0, sizeof(probe));
	const bool plain = ws_decode_plain(&probe, frame);
	run.plain += plain;
	run.others += !plain;
	ws_decode(frame, &fast);
	ws_decode_headers(frame, &whole);
	whole.may_name = fast.may_name;
	whole.name_goes_on = fast.name_goes_on;
	assert_memory_equal(&fast.layer_count, &whole.layer_count, values);
	for (unsigned i = 0; i < fast.layer_count; i++)
		compare_layer(&fast.layer[i], &whole.layer[i]);
}

/* In memory of exactly its size, so that a sanitizer sees what is read past it. */
static void compare_bytes(const uint8_t *bytes, uint32_t captured, uint32_t length, uint8_t link)
{
	uint8_t *data = malloc(captured ? captured : 1);
	assert_non_null(data);
	memcpy(data, bytes, captured);
	compare(&(struct ws_frame){.data = data, .captured = captured, .length = length, .link = link});
	free(data);
}

static void vary_bytes(const uint8_t *bytes, uint32_t captured, uint32_t length, uint8_t link, unsigned variants)
{
	uint8_t copy[MOST + RELINKED_MOST + 64];
	for (unsigned i = 0; i < variants; i++) {
		const uint32_t pad = i % 4 == 3 ? below(&run.random, 64) : 0,
		               cut = i % 4 == 2 ? below(&run.random, captured) : 0;
		memset(copy, 0, sizeof(copy));
		memcpy(copy, bytes, captured);
		for (unsigned changes = i % 3; changes; changes--)
			copy[below(&run.random, captured < HEADERS ? captured : HEADERS)] ^=
			        (uint8_t)(1u << below(&run.random, 8));
		compare_bytes(copy, captured + pad - cut, length + pad, link);
	}
}

/* On each other link. The first variant is the frame as it was, and decodes the short way if it did on Ethernet. */
static void vary_links(const struct ws_frame *frame)
{
	static const struct {
		uint8_t link;
		unsigned tags;
	} ways[] = {
#define X(link, tags) {link, tags},
	        RELINKED_WAYS(X)
#undef X
	};
	uint8_t copy[MOST + RELINKED_MOST];
	for (size_t i = 0; i < WS_ARRAY_SIZE(ways); i++) {
		const uint32_t captured = relinked(frame, ways[i].link, ways[i].tags, copy);
		const size_t plain = run.plain;
		if (!captured)
			continue;
		vary_bytes(copy, captured, frame->length + captured - frame->captured, ways[i].link, LINK_VARIANTS);
		run.relinked[i] += run.plain > plain;
	}
}

static void vary(void *context, const struct ws_frame *frame)
{
	(void)context;
	compare(frame);
	if (frame->captured > MOST || !frame->captured || frame->link != WS_LINK_ETHERNET)
		return;
	vary_bytes(frame->data, frame->captured, frame->length, frame->link, VARIANTS);
	vary_links(frame);
}

static void every_packet_decodes_in_one_way(void **state)
{
	(void)state;
	glob_t paths;
	struct ws_error error;
	const struct ws_capture_options options = {.fcs_length = -1};
	assert_int_equal(glob("captures/*.pcap", 0, NULL, &paths), 0);
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		struct ws_capture *capture = ws_capture_open_file(paths.gl_pathv[i], &options, &error);
		assert_non_null(capture);
		while (ws_capture_read(capture, 1000, vary, NULL, &error) == WS_READ_MORE)
			;
		ws_capture_close(capture);
	}
	globfree(&paths);
	assert_true(run.plain > 50000 && run.others > 50000);
	for (size_t i = 0; i < WAYS; i++)
		if (i != THREE_TAGS)
			assert_true(run.relinked[i] > 10); /* few captures have IPv6 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_packet_decodes_in_one_way)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
