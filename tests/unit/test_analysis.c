/* track/analysis.h: every rule of the sequence analysis, with a case in which it just does not apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "track/analysis.h"

enum { SYN = WS_TCP_SYN, ACK = WS_TCP_ACK, FIN = WS_TCP_FIN, RST = WS_TCP_RST };
enum { C, S }; /* client and server */
#define NO_SCALE 255
#define CLIENT_ISS 1000
#define SERVER_ISS 5000
#define RTT_US 10000

#define M(name) (1u << WS_ANALYSIS_##name)

struct row {
	uint64_t us; /* when, in microseconds */
	int from;
	uint16_t flags;
	uint32_t sequence, acknowledgment; /* relative to the two initial sequence numbers */
	uint32_t length;
	uint16_t window;
	uint32_t marks; /* expected */
};

struct bench {
	struct ws_analyser analyser;
	struct ws_analysis_result out;
	uint32_t iss[2];
	uint8_t scale[2];
};

static uint32_t play(struct bench *bench, const struct row *row)
{
	struct ws_segment segment = {
	        .time = (ws_time)row->us * 1000,
	        .sequence = bench->iss[row->from] + row->sequence,
	        .acknowledgment = row->flags & ACK ? bench->iss[!row->from] + row->acknowledgment : 0,
	        .length = row->length,
	        .flags = row->flags,
	        .window = row->window,
	        .window_scale = row->flags & SYN ? bench->scale[row->from] : NO_SCALE,
	        .direction = (uint8_t)row->from,
	};
	ws_analyse(&bench->analyser, &segment, &bench->out);
	return bench->out.analysis;
}

static struct bench make_bench(void)
{
	struct bench bench = {.iss = {CLIENT_ISS, SERVER_ISS}, .scale = {NO_SCALE, NO_SCALE}};
	ws_analyser_init(&bench.analyser);
	return bench;
}

static void play_all(struct bench *bench, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t marks = play(bench, &rows[i]);
		if (marks != rows[i].marks)
			fail_msg("row %zu: marks %#x instead of %#x", i, marks, rows[i].marks);
	}
}

static const struct row handshake[] = {
        {0, C, SYN, 0, 0, 0, 1000, 0},
        {5000, S, SYN | ACK, 0, 1, 0, 2000, 0},
        {RTT_US, C, ACK, 1, 1, 0, 1000, 0},
};

static struct bench open_bench(void)
{
	struct bench bench = make_bench();
	play_all(&bench, handshake, WS_ARRAY_SIZE(handshake));
	return bench;
}

/* Plays rows after a handshake. */
#define CHECK(...)                                                                                                     \
	do {                                                                                                           \
		struct bench bench_ = open_bench();                                                                    \
		const struct row rows_[] = {__VA_ARGS__};                                                              \
		play_all(&bench_, rows_, WS_ARRAY_SIZE(rows_));                                                        \
	} while (0)

static void zeroed_memory_is_a_start(void **state)
{
	(void)state;
	struct ws_analyser analyser, zeroed;
	memset(&analyser, 0xa5, sizeof(analyser));
	ws_analyser_init(&analyser);
	memset(&zeroed, 0, sizeof(zeroed));
	assert_memory_equal(&analyser.flow, &zeroed.flow, sizeof(zeroed.flow));
	assert_int_equal(ws_analyser_initial_rtt(&zeroed), -1);
	assert_true(sizeof(struct ws_flow) <= 48);
}

static void plain_exchange_has_no_marks(void **state)
{
	(void)state;
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {21000, S, ACK, 1, 101, 50, 2000, 0},
	      {22000, C, ACK, 101, 51, 0, 1000, 0}, {23000, C, ACK | FIN, 101, 51, 0, 1000, 0},
	      {24000, S, ACK | FIN, 51, 102, 0, 2000, 0}, {25000, C, ACK, 102, 52, 0, 1000, 0});
}

static void zero_window(void **state)
{
	(void)state;
	CHECK({20000, S, ACK, 1, 1, 0, 0, M(ZERO_WINDOW)});
	CHECK({20000, S, ACK | FIN, 1, 1, 0, 0, 0});
	CHECK({20000, S, ACK | RST, 1, 1, 0, 0, 0});
	CHECK({20000, S, ACK, 1, 1, 0, 1, M(WINDOW_UPDATE)});
}

static void zero_window_probe(void **state)
{
	(void)state;
	/* The byte of the probe does not count as sent: the next one is a probe again. */
	CHECK({20000, S, ACK, 1, 1, 0, 0, M(ZERO_WINDOW)}, {220000, C, ACK, 1, 1, 1, 1000, M(ZERO_WINDOW_PROBE)},
	      {221000, S, ACK, 1, 1, 0, 0, M(ZERO_WINDOW) | M(ZERO_WINDOW_PROBE_ACK)},
	      {620000, C, ACK, 1, 1, 1, 1000, M(ZERO_WINDOW_PROBE)});
	/* Two bytes, or an open window: data. */
	CHECK({20000, S, ACK, 1, 1, 0, 0, M(ZERO_WINDOW)}, {220000, C, ACK, 1, 1, 2, 1000, 0});
	CHECK({220000, C, ACK, 1, 1, 1, 1000, 0});
	/* This ACK answers no probe. */
	CHECK({20000, S, ACK, 1, 1, 0, 0, M(ZERO_WINDOW)}, {21000, S, ACK, 1, 1, 0, 0, M(ZERO_WINDOW)});
}

static void byteless_probe_is_not_a_keep_alive(void **state)
{
	(void)state;
	/* Backing off: 0.2, 0.4, 0.8 s. Each answer repeats the closed window. */
	const uint32_t closed = M(ZERO_WINDOW) | M(ZERO_WINDOW_PROBE_ACK);
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, S, ACK, 1, 11, 0, 0, M(ZERO_WINDOW)},
	      {220000, C, ACK, 10, 1, 0, 1000, M(ZERO_WINDOW_PROBE)}, {221000, S, ACK, 1, 11, 0, 0, closed},
	      {620000, C, ACK, 10, 1, 0, 1000, M(ZERO_WINDOW_PROBE)}, {621000, S, ACK, 1, 11, 0, 0, closed},
	      {1420000, C, ACK, 10, 1, 0, 1000, M(ZERO_WINDOW_PROBE)});
	/* A constant interval gives keep-alives away at the third. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, S, ACK, 1, 11, 0, 0, M(ZERO_WINDOW)},
	      {1020000, C, ACK, 10, 1, 0, 1000, M(ZERO_WINDOW_PROBE)},
	      {2020000, C, ACK, 10, 1, 0, 1000, M(ZERO_WINDOW_PROBE)}, {3020000, C, ACK, 10, 1, 0, 1000, M(KEEP_ALIVE)},
	      {4020000, C, ACK, 10, 1, 0, 1000, M(KEEP_ALIVE)});
	/* An answer to a probe when the window has just opened does not ask for a retransmission. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, S, ACK, 1, 11, 0, 0, M(ZERO_WINDOW)},
	      {220000, C, ACK, 10, 1, 0, 1000, M(ZERO_WINDOW_PROBE)},
	      {220001, S, ACK, 1, 11, 0, 2000, M(WINDOW_UPDATE)}, {220002, S, ACK, 1, 11, 0, 2000, M(KEEP_ALIVE_ACK)});
	/* Later than any back-off. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, S, ACK, 1, 11, 0, 0, M(ZERO_WINDOW)},
	      {126000000, C, ACK, 10, 1, 0, 1000, M(KEEP_ALIVE)});
}

static void lost_segment(void **state)
{
	(void)state;
	CHECK({20000, C, ACK, 2, 1, 10, 1000, M(LOST_SEGMENT)});
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0});
	CHECK({20000, C, ACK | RST, 2, 1, 0, 1000, 0});
	/* Nothing is known of a flow at its first segment. */
	struct bench bench = make_bench();
	assert_int_equal(play(&bench, &(struct row){0, C, ACK, 70000, 1, 10, 1000, 0}), 0);
}

static void keep_alive(void **state)
{
	(void)state;
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, S, ACK, 1, 11, 0, 2000, 0},
	      {60000000, C, ACK, 10, 1, 0, 1000, M(KEEP_ALIVE)}, {60001000, S, ACK, 1, 11, 0, 2000, M(KEEP_ALIVE_ACK)},
	      {120000000, C, ACK, 10, 1, 1, 1000, M(KEEP_ALIVE)},
	      {120001000, S, ACK, 1, 11, 0, 2000, M(KEEP_ALIVE_ACK)});
	/* Two bytes back is no keep-alive, and an ACK that repeats itself unasked is a duplicate. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, S, ACK, 1, 11, 0, 2000, 0},
	      {60000000, C, ACK, 9, 1, 0, 1000, 0}, {60001000, S, ACK, 1, 11, 0, 2000, M(DUPLICATE_ACK)});
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {60000000, C, ACK | RST, 10, 1, 0, 1000, 0});
}

static void window_update(void **state)
{
	(void)state;
	CHECK({20000, C, ACK, 1, 1, 0, 1001, M(WINDOW_UPDATE)});
	CHECK({20000, C, ACK, 1, 1, 5, 1001, 0});
	CHECK({20000, S, ACK, 1, 1, 7, 2000, 0}, {21000, C, ACK, 1, 8, 0, 1001, 0});
	CHECK({20000, C, ACK | FIN, 1, 1, 0, 1001, 0});
}

static void window_full(void **state)
{
	(void)state;
	CHECK({20000, C, ACK, 1, 1, 2000, 1000, M(WINDOW_FULL)});
	CHECK({20000, C, ACK, 1, 1, 1999, 1000, 0});
	CHECK({20000, C, ACK | FIN, 1, 1, 2000, 1000, 0});
	/* Windows are scaled from the peer's first ACK on, and only when both SYNs offer it. */
	for (int agreed = 0; agreed < 2; agreed++) {
		struct bench bench = make_bench();
		bench.scale[C] = 3;
		bench.scale[S] = agreed ? 2 : NO_SCALE;
		play_all(&bench, handshake, WS_ARRAY_SIZE(handshake));
		assert_int_equal(play(&bench, &(struct row){20000, C, ACK, 1, 1, 2000, 1000, 0}), M(WINDOW_FULL));
		assert_int_equal(play(&bench, &(struct row){21000, S, ACK, 1, 2001, 0, 500, 0}), 0);
		assert_int_equal(play(&bench, &(struct row){22000, C, ACK, 2001, 1, 500, 1000, 0}),
		                 agreed ? 0 : M(WINDOW_FULL));
		assert_int_equal(play(&bench, &(struct row){23000, C, ACK, 2501, 1, 1500, 1000, 0}),
		                 agreed ? M(WINDOW_FULL) : 0);
	}
	/* Without the SYNs the scale is not known. */
	struct bench bench = make_bench();
	assert_int_equal(play(&bench, &(struct row){0, S, ACK, 1, 1, 0, 2000, 0}), 0);
	assert_int_equal(play(&bench, &(struct row){1, C, ACK, 1, 1, 2000, 1000, 0}), 0);
	/* Nor is it where the capture is too short for the options of one of them. */
	for (int cut = 0; cut < 2; cut++) {
		bench = make_bench();
		bench.scale[cut] = WS_SCALE_CUT_OFF;
		bench.scale[!cut] = 2;
		play_all(&bench, handshake, WS_ARRAY_SIZE(handshake));
		assert_int_equal(play(&bench, &(struct row){20000, S, ACK, 1, 1, 0, 63, 0}), M(WINDOW_UPDATE));
		assert_int_equal(play(&bench, &(struct row){21000, C, ACK, 1, 1, 63, 1000, 0}), 0);
		/* A SYN-ACK has the option only if the SYN had it. */
		assert_int_equal(play(&bench, &(struct row){22000, C, ACK, 64, 1, 63 * 3, 1000, 0}),
		                 cut == C ? M(WINDOW_FULL) : 0);
	}
	/* A shift beyond 14 counts as 14. */
	bench = make_bench();
	bench.scale[C] = bench.scale[S] = 200;
	play_all(&bench, handshake, WS_ARRAY_SIZE(handshake));
	play(&bench, &(struct row){20000, S, ACK, 1, 1, 0, 1, 0});
	assert_int_equal(play(&bench, &(struct row){21000, C, ACK, 1, 1, 1 << 14, 1000, 0}), M(WINDOW_FULL));
}

static void duplicate_ack(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(play(&bench, &(struct row){20000 + i, C, ACK, 1, 1, 0, 1000, 0}), M(DUPLICATE_ACK));
		assert_int_equal(bench.out.duplicate_ack_number, i);
	}
	play(&bench, &(struct row){30000, S, ACK, 1, 1, 10, 2000, 0});
	assert_int_equal(play(&bench, &(struct row){31000, C, ACK, 1, 11, 0, 1000, 0}), 0);
	assert_int_equal(bench.out.duplicate_ack_number, 0);
	assert_int_equal(play(&bench, &(struct row){32000, C, ACK, 1, 11, 0, 1000, 0}), M(DUPLICATE_ACK));
	assert_int_equal(bench.out.duplicate_ack_number, 1);
	CHECK({20000, C, ACK | FIN, 1, 1, 0, 1000, 0});
}

static void duplicate_acks_stop_counting_at_the_top(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	for (uint32_t i = 0; i < 70000; i++)
		play(&bench, &(struct row){20000 + i, C, ACK, 1, 1, 0, 1000, 0});
	assert_int_equal(bench.out.analysis, M(DUPLICATE_ACK));
	assert_int_equal(bench.out.duplicate_ack_number, UINT16_MAX);
}

static void ack_lost_segment(void **state)
{
	(void)state;
	/* The ACK of what was never seen, once; again when more is acknowledged after the peer was heard. */
	CHECK({20000, S, ACK, 1, 101, 0, 2000, M(ACK_LOST_SEGMENT)}, {21000, S, ACK, 1, 201, 0, 2000, 0},
	      {22000, C, ACK, 201, 2, 10, 1000, M(LOST_SEGMENT) | M(ACK_LOST_SEGMENT)},
	      {23000, S, ACK, 2, 211, 0, 2000, M(LOST_SEGMENT) | M(ACK_LOST_SEGMENT)});
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {21000, S, ACK, 1, 101, 0, 2000, 0});
	/* After a gap, also an ACK of data that was captured. */
	CHECK({20000, C, ACK, 51, 1, 50, 1000, M(LOST_SEGMENT)}, {21000, S, ACK, 1, 101, 0, 2000, M(ACK_LOST_SEGMENT)},
	      {22000, C, ACK, 101, 1, 50, 1000, 0}, {23000, S, ACK, 1, 151, 0, 2000, 0});
}

static void spurious_retransmission(void **state)
{
	(void)state;
	const uint32_t spurious = M(SPURIOUS_RETRANSMISSION) | M(RETRANSMISSION);
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {21000, S, ACK, 1, 101, 0, 2000, 0},
	      {300000, C, ACK, 1, 1, 100, 1000, spurious}, {301000, C, ACK, 51, 1, 50, 1000, spurious});
	/* One byte more than acknowledged. */
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {21000, S, ACK, 1, 100, 0, 2000, 0},
	      {300000, C, ACK, 1, 1, 100, 1000, M(RETRANSMISSION)});
}

static void fast_retransmission(void **state)
{
	(void)state;
	const uint32_t fast = M(FAST_RETRANSMISSION) | M(RETRANSMISSION);
	for (int case_ = 0; case_ < 4; case_++) {
		struct bench bench = open_bench();
		play(&bench, &(struct row){20000, C, ACK, 1, 1, 100, 1000, 0});
		play(&bench, &(struct row){20001, C, ACK, 101, 1, 100, 1000, 0});
		for (int i = 0; i < (case_ == 1 ? 1 : 2); i++)
			play(&bench, &(struct row){60000, S, ACK, 1, 1, 0, 2000, 0});
		uint32_t start = case_ == 3 ? 101 : 1;
		uint64_t at = case_ == 2 ? 80000 : 79999;
		assert_int_equal(play(&bench, &(struct row){at, C, ACK, start, 1, 100, 1000, 0}),
		                 case_ == 0 ? fast : M(RETRANSMISSION));
	}
}

static void out_of_order(void **state)
{
	(void)state;
	/* Within the initial round trip of 10 ms. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, C, ACK, 111, 1, 50, 1000, M(LOST_SEGMENT)},
	      {30999, C, ACK, 11, 1, 100, 1000, M(OUT_OF_ORDER)});
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, C, ACK, 111, 1, 50, 1000, M(LOST_SEGMENT)},
	      {31000, C, ACK, 11, 1, 100, 1000, M(RETRANSMISSION)});
	/* What ends where the newest one ends was sent before. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, C, ACK, 11, 1, 50, 1000, 0},
	      {22000, C, ACK, 11, 1, 50, 1000, M(RETRANSMISSION)});
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, C, ACK | FIN, 11, 1, 50, 1000, 0},
	      {22000, C, ACK | FIN, 11, 1, 50, 1000, M(RETRANSMISSION)});
	/* A clock that runs backwards makes nothing recent. */
	CHECK({20000, C, ACK, 1, 1, 10, 1000, 0}, {21000, C, ACK, 111, 1, 50, 1000, M(LOST_SEGMENT)},
	      {20500, C, ACK, 11, 1, 100, 1000, M(RETRANSMISSION)});
	/* 3 ms while the round trip is not known. */
	for (int late = 0; late < 2; late++) {
		struct bench bench = make_bench();
		play(&bench, &(struct row){0, C, ACK, 1, 1, 10, 1000, 0});
		play(&bench, &(struct row){1000, C, ACK, 111, 1, 50, 1000, 0});
		assert_int_equal(play(&bench, &(struct row){late ? 4000 : 3999, C, ACK, 11, 1, 100, 1000, 0}),
		                 late ? M(RETRANSMISSION) : M(OUT_OF_ORDER));
	}
}

static void retransmission(void **state)
{
	(void)state;
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {300000, C, ACK, 1, 1, 100, 1000, M(RETRANSMISSION)});
	CHECK({20000, C, ACK | FIN, 1, 1, 0, 1000, 0}, {300000, C, ACK | FIN, 1, 1, 0, 1000, M(RETRANSMISSION)});
	/* A pure ACK with an old number takes up no sequence space. */
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {300000, C, ACK, 1, 1, 0, 1000, 0});
	/* From one below the next byte on: the byte of a probe, and then new data. */
	CHECK({20000, C, ACK, 1, 1, 100, 1000, 0}, {300000, C, ACK, 100, 1, 50, 1000, 0});
	struct bench bench = make_bench();
	assert_int_equal(play(&bench, &handshake[0]), 0);
	assert_int_equal(play(&bench, &(struct row){1000000, C, SYN, 0, 0, 0, 1000, 0}), M(RETRANSMISSION));
	/* A RST far away, then the SYN again: what the RST said of the sender is forgotten. */
	assert_int_equal(play(&bench, &(struct row){1100000, C, RST, 100000, 0, 0, 0, 0}), 0);
	assert_int_equal(play(&bench, &(struct row){3000000, C, SYN, 0, 0, 0, 1000, 0}), M(RETRANSMISSION));
	assert_int_equal(play(&bench, &handshake[1]), 0);
	assert_int_equal(play(&bench, &(struct row){3010000, C, ACK, 1, 1, 10, 1000, 0}), 0);
}

static void reused_ports(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	play(&bench, &(struct row){20000, C, ACK, 1, 1, 100, 1000, 0});
	bench.iss[C] = 777777;
	assert_int_equal(play(&bench, &handshake[0]), M(REUSED_PORTS));
	assert_int_equal(bench.out.relative_sequence, 0);
	assert_int_equal(bench.analyser.completeness, WS_SEEN_SYN);
	assert_int_equal(ws_analyser_initial_rtt(&bench.analyser), -1);
	/* All is forgotten: the server may start anywhere. */
	bench.iss[S] = 99;
	assert_int_equal(play(&bench, &handshake[1]), 0);
	assert_int_equal(play(&bench, &handshake[2]), 0);
	/* A SYN-ACK with another number only moves the base. */
	bench.iss[S] = 4000000;
	assert_int_equal(play(&bench, &handshake[1]) & M(REUSED_PORTS), M(REUSED_PORTS));
	assert_int_equal(bench.out.relative_sequence, 0);
	assert_int_equal(bench.out.relative_acknowledgment, 1);
}

static void follows_an_older_connection(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	struct ws_analyser older = bench.analyser;
	ws_analyser_follow(&bench.analyser, &older, true);
	assert_int_equal(bench.analyser.flow[0].base, SERVER_ISS);
	/* Endpoint 0 is the old server now; the old client's SYN comes from endpoint 1. */
	struct ws_segment syn = {.sequence = 42, .flags = SYN, .direction = 1, .window_scale = NO_SCALE};
	ws_analyse(&bench.analyser, &syn, &bench.out);
	assert_int_equal(bench.out.analysis, M(REUSED_PORTS));
	ws_analyser_follow(&bench.analyser, &bench.analyser, false);
	assert_int_equal(bench.analyser.flow[1].base, 42);
}

static void relative_numbers(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	play(&bench, &(struct row){20000, C, ACK, 1, 1, 100, 1000, 0});
	assert_int_equal(bench.out.relative_sequence, 1);
	assert_int_equal(bench.out.relative_acknowledgment, 1);
	/* Without SYNs the first numbers seen are number 1, the peer's by the first ACK. */
	bench = make_bench();
	play(&bench, &(struct row){0, C, ACK, 500, 600, 10, 1000, 0});
	assert_int_equal(bench.out.relative_sequence, 1);
	assert_int_equal(bench.out.relative_acknowledgment, 1);
	play(&bench, &(struct row){1, S, ACK, 610, 510, 10, 1000, 0});
	assert_int_equal(bench.out.relative_sequence, 11);
	assert_int_equal(bench.out.relative_acknowledgment, 11);
	/* A duplicate is numbered and changes nothing. */
	struct ws_analyser before = bench.analyser;
	struct ws_segment again = {.sequence = SERVER_ISS + 620,
	                           .acknowledgment = CLIENT_ISS + 510,
	                           .flags = ACK,
	                           .length = 7,
	                           .direction = S,
	                           .duplicate = 1};
	ws_analyse(&bench.analyser, &again, &bench.out);
	assert_int_equal(bench.out.analysis, 0);
	assert_int_equal(bench.out.relative_sequence, 21);
	assert_int_equal(bench.out.bytes_in_flight, 0);
	assert_memory_equal(&before, &bench.analyser, sizeof(before));
}

static void bytes_in_flight(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	play(&bench, &(struct row){20000, C, ACK, 1, 1, 100, 1000, 0});
	assert_int_equal(bench.out.bytes_in_flight, 100);
	play(&bench, &(struct row){20001, C, ACK, 101, 1, 100, 1000, 0});
	assert_int_equal(bench.out.bytes_in_flight, 200);
	play(&bench, &(struct row){21000, S, ACK, 1, 101, 0, 2000, 0});
	assert_int_equal(bench.out.bytes_in_flight, 0);
	play(&bench, &(struct row){22000, C, ACK | FIN, 201, 1, 10, 1000, 0});
	assert_int_equal(bench.out.bytes_in_flight, 110); /* the FIN is no byte */
	/* After a gap it is not known, until the peer acknowledges again. */
	bench = open_bench();
	play(&bench, &(struct row){20000, C, ACK, 1001, 1, 100, 1000, 0});
	assert_int_equal(bench.out.bytes_in_flight, 0);
	play(&bench, &(struct row){21000, S, ACK, 1, 1, 0, 2000, 0});
	play(&bench, &(struct row){22000, C, ACK, 1101, 1, 100, 1000, 0});
	assert_int_equal(bench.out.bytes_in_flight, 1200);
}

static void initial_rtt(void **state)
{
	(void)state;
	struct bench bench = open_bench();
	assert_int_equal(ws_analyser_initial_rtt(&bench.analyser), RTT_US * 1000);
	play(&bench, &(struct row){90000, C, ACK, 1, 1, 0, 1000, 0});
	assert_int_equal(ws_analyser_initial_rtt(&bench.analyser), RTT_US * 1000);
	/* From the last of the SYNs. */
	bench = make_bench();
	play(&bench, &handshake[0]);
	play(&bench, &(struct row){1000, C, SYN, 0, 0, 0, 1000, 0});
	play(&bench, &handshake[1]);
	assert_int_equal(ws_analyser_initial_rtt(&bench.analyser), -1);
	play(&bench, &handshake[2]);
	assert_int_equal(ws_analyser_initial_rtt(&bench.analyser), (RTT_US - 1000) * 1000);
}

/* The peer's next number is 0 here, which is a number as any other: an acknowledgment beyond it answers nothing. */
static void initial_rtt_at_zero(void **state)
{
	(void)state;
	struct bench bench = make_bench();
	bench.iss[S] = UINT32_MAX;
	play(&bench, &handshake[0]);
	play(&bench, &handshake[1]);
	assert_int_equal(bench.analyser.flow[S].next, 0);
	struct bench right = bench;
	play(&bench, &(struct row){RTT_US, C, ACK, 1, 78, 0, 1000, 0});
	assert_int_equal(ws_analyser_initial_rtt(&bench.analyser), -1);
	play(&right, &handshake[2]);
	assert_int_equal(ws_analyser_initial_rtt(&right.analyser), RTT_US * 1000);
}

static void completeness(void **state)
{
	(void)state;
	static const struct row rows[] = {
	        {0, C, SYN, 0, 0, 0, 1000, WS_SEEN_SYN},        {1, S, SYN | ACK, 0, 1, 0, 1000, WS_SEEN_SYN_ACK},
	        {2, C, ACK, 1, 1, 0, 1000, WS_SEEN_ACK},        {3, C, ACK, 1, 1, 10, 1000, WS_SEEN_DATA},
	        {4, C, ACK | FIN, 11, 1, 5, 1000, WS_SEEN_FIN}, {5, S, RST, 1, 0, 0, 0, WS_SEEN_RST},
	};
	struct bench bench = make_bench();
	uint8_t expected = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(rows); i++) {
		play(&bench, &rows[i]);
		expected |= (uint8_t)rows[i].marks; /* here: the bit it adds */
		assert_int_equal(bench.analyser.completeness, expected);
	}
	assert_int_equal(expected, 63);
	/* Fast open: the SYN itself carries data. */
	bench = make_bench();
	play(&bench, &(struct row){0, C, SYN, 0, 0, 10, 1000, 0});
	assert_int_equal(bench.analyser.completeness, WS_SEEN_SYN | WS_SEEN_DATA);
}

static void numbers_wrap(void **state)
{
	(void)state;
	struct bench bench = make_bench();
	bench.iss[C] = UINT32_MAX - 20;
	play_all(&bench, handshake, WS_ARRAY_SIZE(handshake));
	static const struct row rows[] = {
	        {20000, C, ACK, 1, 1, 15, 1000, 0},
	        {20001, C, ACK, 16, 1, 100, 1000, 0},
	        {21000, S, ACK, 1, 116, 0, 2000, 0},
	        {300000, C, ACK, 1, 1, 15, 1000, M(SPURIOUS_RETRANSMISSION) | M(RETRANSMISSION)},
	        {310000, C, ACK, 116, 1, 10, 1000, 0},
	        {320000, C, ACK, 127, 1, 10, 1000, M(LOST_SEGMENT)},
	};
	play_all(&bench, rows, WS_ARRAY_SIZE(rows));
	assert_int_equal(bench.out.relative_sequence, 127);
}

/* Random segments: under the sanitizers no input may cause an error, and equal input must give equal results. */
static void any_input_is_taken(void **state)
{
	(void)state;
	uint64_t random = 88172645463325252u;
	struct ws_analyser one, two;
	ws_analyser_init(&one);
	ws_analyser_init(&two);
	for (int i = 0; i < 100000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		struct ws_segment segment = {
		        .time = (ws_time)(random << 1) >> (random % 50),
		        .sequence = (uint32_t)(random >> (random & 31)),
		        .acknowledgment = (uint32_t)(random >> 20 >> (random >> 5 & 31)),
		        .length = random >> 40 & 3,
		        .flags = random >> 8 & 0xfff,
		        .window = (random >> 44 & 3) * 777,
		        .window_scale = (uint8_t)(random >> 50),
		        .direction = random >> 60 & 1,
		        .duplicate = (random >> 61 & 3) == 0,
		};
		struct ws_analysis_result first, second;
		ws_analyse(&one, &segment, &first);
		ws_analyse(&two, &segment, &second);
		assert_memory_equal(&first, &second, sizeof(first));
		assert_true(first.analysis < 1u << WS_ANALYSIS_COUNT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(zeroed_memory_is_a_start),
	        cmocka_unit_test(plain_exchange_has_no_marks),
	        cmocka_unit_test(zero_window),
	        cmocka_unit_test(zero_window_probe),
	        cmocka_unit_test(byteless_probe_is_not_a_keep_alive),
	        cmocka_unit_test(lost_segment),
	        cmocka_unit_test(keep_alive),
	        cmocka_unit_test(window_update),
	        cmocka_unit_test(window_full),
	        cmocka_unit_test(duplicate_ack),
	        cmocka_unit_test(duplicate_acks_stop_counting_at_the_top),
	        cmocka_unit_test(ack_lost_segment),
	        cmocka_unit_test(spurious_retransmission),
	        cmocka_unit_test(fast_retransmission),
	        cmocka_unit_test(out_of_order),
	        cmocka_unit_test(retransmission),
	        cmocka_unit_test(reused_ports),
	        cmocka_unit_test(follows_an_older_connection),
	        cmocka_unit_test(relative_numbers),
	        cmocka_unit_test(bytes_in_flight),
	        cmocka_unit_test(initial_rtt),
	        cmocka_unit_test(initial_rtt_at_zero),
	        cmocka_unit_test(completeness),
	        cmocka_unit_test(numbers_wrap),
	        cmocka_unit_test(any_input_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
