/* Ordinary segments have a way of their own through the division of time. It does just what the way of all segments does: after
 * each segment of every capture there is, and of random exchanges, all that is kept of the shares is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

#include "track/tracker.h"

#include <wirestate/capture.h>
#include <wirestate/gist.h>
#include <wirestate/packet.h>

#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 1 << 20, SLOTS = 4096 };

/* A connection, divided both ways. */
struct both {
	struct ws_addr address[2];
	uint16_t port[2];
	bool used;
	struct ws_machine machine;
	struct ws_analyser analyser;
	struct ws_rtt_timer timer[2];
	struct ws_rtt rtt[2];
	struct ws_shares quick, any;
};

struct counts {
	size_t segments, ordinary;
};

static void take_segment(struct both *of, const struct ws_segment *s, struct counts *counts)
{
	struct ws_analysis_result result;
	struct ws_outcome outcome;
	const unsigned other = s->direction ^ 1;
	ws_analyse(&of->analyser, s, &result);
	const ws_time time = ws_rtt_note(&of->timer[s->direction & 1], &of->timer[other & 1], s, result.analysis);
	if (time >= 0)
		ws_rtt_add(&of->rtt[other & 1], NULL, time);
	const struct ws_rtt *rtt = time >= 0 ? of->rtt : NULL;
	const uint32_t mss = ws_shares_full_segment(ws_shares_mss(&of->machine), s);
	counts->segments++;
	counts->ordinary += ws_shares_note(&of->quick, s, result.analysis, &of->analyser, rtt, mss);
	ws_shares_note_any(&of->any, s, result.analysis, &of->analyser, rtt, mss);
	assert_memory_equal(&of->quick, &of->any, sizeof(of->any));
	struct ws_segment input = *s;
	ws_machine_step(&of->machine, &input, &outcome);
}

/* ---- Captures */

struct reader {
	struct both *slots;
	struct counts *counts;
};

static bool is_end(const struct both *of, unsigned i, const struct ws_packet *packet)
{
	return !memcmp(&of->address[i], &packet->source, sizeof(packet->source)) &&
	       of->port[i] == packet->source_port &&
	       !memcmp(&of->address[!i], &packet->destination, sizeof(packet->destination)) &&
	       of->port[!i] == packet->destination_port;
}

/* The connection of a packet; NULL: there is no more room. */
static struct both *find(struct both *slots, const struct ws_packet *packet, unsigned *direction)
{
	for (size_t at = 0; at < SLOTS; at++) {
		struct both *of = &slots[at];
		if (!of->used) {
			of->used = true;
			of->address[0] = packet->source;
			of->address[1] = packet->destination;
			of->port[0] = packet->source_port;
			of->port[1] = packet->destination_port;
			ws_analyser_init(&of->analyser);
		}
		*direction = !is_end(of, 0, packet);
		if (!*direction || is_end(of, 1, packet))
			return of;
	}
	return NULL;
}

static void take_frame(void *context, const struct ws_frame *frame)
{
	struct reader *reader = context;
	struct ws_packet packet;
	struct ws_gist gist;
	unsigned direction = 0;
	ws_decode(frame, &packet);
	if (packet.transport != WS_TRANSPORT_TCP || !packet.tcp_complete || packet.fragment)
		return;
	struct both *of = find(reader->slots, &packet, &direction);
	if (!of)
		return;
	ws_gist_fill(&gist, &packet);
	gist.segment.direction = (uint8_t)direction;
	take_segment(of, &gist.segment, reader->counts);
}

static void check_capture(const char *path, struct counts *counts)
{
	const struct ws_capture_options options = {.fcs_length = -1, .keep_bytes = 1 << 20};
	struct reader reader = {calloc(SLOTS, sizeof(struct both)), counts};
	struct ws_error error = {.status = WS_OK};
	assert_non_null(reader.slots);
	struct ws_capture *capture = ws_capture_open_file(path, &options, &error);
	while (capture && ws_capture_read(capture, 256, take_frame, &reader, &error) == WS_READ_MORE)
		;
	ws_capture_close(capture);
	free(reader.slots);
}

static void test_captures(void **state)
{
	(void)state;
	char captures[] = "captures", scenarios[] = "tests/lab/scenarios", corpus[] = "../shared/corpus";
	char *const folders[] = {captures, scenarios, access(corpus, R_OK) == 0 ? corpus : NULL, NULL};
	struct counts counts = {0, 0};
	FTS *walk = fts_open(folders, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	for (FTSENT *file; (file = fts_read(walk));)
		if (file->fts_info == FTS_F && file->fts_statp->st_size <= LARGEST && strstr(file->fts_name, ".pcap"))
			check_capture(file->fts_path, &counts);
	fts_close(walk);
	assert_true(counts.ordinary > 500 && counts.ordinary * 5 > counts.segments);
}

/* ---- Random exchanges */

struct sender {
	uint32_t first, next, acknowledged; /* what the peer of it has acknowledged */
	uint16_t identification, window;
	bool counts;
};

/* Most segments go on as is usual, and in `unusual` of a hundred something is odd. */
static struct ws_segment some_segment(uint64_t *random, struct sender side[2], ws_time *time, unsigned unusual)
{
	enum { MSS = 1000 };
	const unsigned from = below(random, 2);
	struct sender *self = &side[from], *peer = &side[!from];
	const uint32_t lengths[] = {0, 0, MSS, MSS, 3 * MSS, 1 + below(random, MSS)};
	const bool odd = below(random, 100) < unusual;
	*time += (ws_time)below(random, 4) * below(random, 60) * WS_MILLISECOND + below(random, 2000000);
	struct ws_segment s = {.time = *time,
	                       .direction = (uint8_t)from,
	                       .sequence = self->next,
	                       .flags = WS_TCP_ACK,
	                       .length = lengths[below(random, 6)],
	                       .window = self->window,
	                       .identification = self->counts ? ++self->identification : 0,
	                       .window_scale = 255,
	                       .vlan = WS_NO_VLAN,
	                       .timestamps = 1,
	                       .tsval = (uint32_t)(*time / WS_MILLISECOND)};
	if (below(random, 3))
		peer->acknowledged = peer->next;
	else if (below(random, 2))
		peer->acknowledged += (peer->next - peer->acknowledged) / 2;
	s.acknowledgment = peer->acknowledged;
	s.flags |= below(random, 2) ? WS_TCP_PSH : 0;
	if (below(random, 8) == 0) /* mostly there is room for several segments */
		s.window = self->window =
		        (uint16_t)(below(random, 6) ? 2000 + below(random, 60000) : below(random, 3000));
	const unsigned kind = odd ? below(random, 15) : 15;
	if (kind < 3) /* sent again */
		s.sequence = self->acknowledged;
	else if (kind < 5) /* something before it was lost */
		s.sequence = self->next += below(random, 3) * MSS,
		s.identification = self->identification += (uint16_t)below(random, 4);
	else if (kind == 5)
		s.identification = (uint16_t)below(random, 65536);
	else if (kind == 6)
		s.acknowledgment = peer->first;
	else if (kind == 7)
		s.acknowledgment = peer->next + below(random, 3000);
	else if (kind == 8)
		s.sack = 1, s.sack_right = peer->next;
	else if (kind == 9)
		s.flags &= (uint16_t)~WS_TCP_ACK;
	else if (kind == 10)
		s.flags |= below(random, 8) ? 0 : below(random, 2) ? WS_TCP_FIN : WS_TCP_RST;
	else if (kind == 11)
		s.time -= (ws_time)below(random, 3) * WS_MILLISECOND; /* the clock was set back */
	else if (kind == 12)
		s.time = *time += 3000 * WS_SECOND;
	else if (kind == 13)
		s.window = 0;
	else if (kind == 14) /* a number that is far ahead, or that has no order with older ones */
		s.sequence = self->next += (1 + below(random, 7)) << 28;
	const uint32_t end = s.sequence + s.length + !!(s.flags & WS_TCP_FIN);
	if (ws_seq_before(self->next, end))
		self->next = end;
	return s;
}

static void open_both(uint64_t *random, struct both *of, struct sender side[2], ws_time *time, struct counts *counts)
{
	const uint8_t scale = below(random, 3) ? (uint8_t)below(random, 8) : 255;
	for (unsigned i = 0; i < 2; i++)
		side[i] = (struct sender){.first = below(random, 1u << 31) * 2,
		                          .identification = (uint16_t)below(random, 65536),
		                          .window = (uint16_t)(2000 + below(random, 60000)),
		                          .counts = below(random, 4)};
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_segment syn = {.time = *time,
		                               .direction = (uint8_t)i,
		                               .sequence = side[i].first,
		                               .acknowledgment = i ? side[0].first + 1 : 0,
		                               .flags = WS_TCP_SYN | (i ? WS_TCP_ACK : 0),
		                               .window = side[i].window,
		                               .mss = 1012,
		                               .window_scale = scale,
		                               .identification = side[i].counts ? side[i].identification : 0,
		                               .vlan = WS_NO_VLAN,
		                               .timestamps = 1,
		                               .sack_permitted = below(random, 2) & 1};
		side[i].next = side[i].acknowledged = side[i].first + 1;
		if (below(random, 8)) /* else the capture began later */
			take_segment(of, &syn, counts);
		*time += below(random, 50) * WS_MILLISECOND;
	}
}

static void test_random_exchanges(void **state)
{
	(void)state;
	uint64_t random = 18;
	struct counts counts = {0, 0};
	for (unsigned round = 0; round < 3000; round++) {
		struct both *of = calloc(1, sizeof(*of));
		struct sender side[2];
		ws_time time = below(&random, 2) * 1000 * WS_SECOND + below(&random, 5000);
		const unsigned unusual = below(&random, 4) * below(&random, 20);
		assert_non_null(of);
		ws_analyser_init(&of->analyser);
		open_both(&random, of, side, &time, &counts);
		for (unsigned i = below(&random, 80); i; i--) {
			const struct ws_segment s = some_segment(&random, side, &time, unusual);
			take_segment(of, &s, &counts);
		}
		free(of);
	}
	assert_true(counts.ordinary * 4 > counts.segments);
	assert_true(counts.ordinary < counts.segments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_captures),
	        cmocka_unit_test(test_random_exchanges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
