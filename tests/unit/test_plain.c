/* The machine's fast path compared with the full one: over random conversations, some unusual, both must produce the
 * same machine, and the fast path must really be taken. */
#include "random.h"

#include "track/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct side {
	uint32_t next, acked; /* its next sequence number, and its acknowledgment number */
};

/* Mostly data and acknowledgments in order; now and then anything else. */
static struct ws_segment make(uint64_t *random, struct side side[2], ws_time time)
{
	unsigned from = below(random, 2);
	struct side *self = &side[from], *peer = &side[1 - from];
	struct ws_segment s = {.time = time,
	                       .direction = (uint8_t)from,
	                       .sequence = self->next,
	                       .acknowledgment = peer->next,
	                       .length = below(random, 2) * below(random, 3000),
	                       .flags = WS_TCP_ACK,
	                       .window = (uint16_t)below(random, 3),
	                       .window_scale = 255,
	                       .timestamps = below(random, 2),
	                       .tsval = (uint32_t)(time / WS_MILLISECOND),
	                       .tsecr = (uint32_t)(time / WS_MILLISECOND) - below(random, 3)};
	switch (below(random, 40)) {
	case 0: /* sent again, or never seen */
		s.sequence += below(random, 4000) - 2000;
		break;
	case 1: /* one beyond, one below */
		s.sequence += below(random, 3) - 1;
		break;
	case 2:
		s.acknowledgment += below(random, 4000) - 2000;
		break;
	case 3:
		s.acknowledgment += below(random, 3) - 1;
		break;
	case 4:
		s.sack = 1;
		s.sack_right = s.acknowledgment + below(random, 100);
		break;
	case 5:
		s.duplicate = 1;
		break;
	case 6:
		s.bad_checksum = 1;
		break;
	case 7:
		if (below(random, 20) == 0)
			s.flags = (uint16_t)below(random, 64);
		break;
	default:
		break;
	}
	self->next = ws_seq_max(self->next, s.sequence + s.length + !!(s.flags & WS_TCP_FIN));
	return s;
}

static void step(struct ws_machine *machine, const struct ws_segment *segment, struct ws_outcome *outcome)
{
	ws_machine_step(machine, segment, outcome);
	machine->plain = 0; /* the only thing in which the two may differ */
}

/* Begins in the middle, or with a handshake in which the server may be the faster to talk. */
static unsigned converse(uint64_t seed)
{
	uint64_t random = seed;
	struct side side[2] = {{.next = (uint32_t)(seed * 2654435761u)}, {.next = (uint32_t)(seed * 40503u)}};
	struct ws_machine both = {0}, lone = {0};
	struct ws_outcome one, other;
	unsigned taken = 0;
	both.self = lone.self = seed % 16 == 0;
	for (unsigned i = 0; i < 60; i++) {
		struct ws_segment s = make(&random, side, 1000 * WS_SECOND + i * WS_MILLISECOND);
		if (seed % 3 && i < 2) {
			s.direction = (uint8_t)i;
			s.flags = i ? WS_TCP_SYN | WS_TCP_ACK : WS_TCP_SYN;
			s.sequence = side[i].next;
			s.acknowledgment = i ? side[0].next : 0;
			s.length = 0;
			side[i].next++;
		}
		if (both.self)
			s.direction = 0;
		one.count = 0;
		if (ws_machine_plain_step(&both, &s))
			taken++;
		else
			ws_machine_step(&both, &s, &one);
		step(&lone, &s, &other);
		struct ws_machine copy = both;
		copy.plain = 0;
		assert_memory_equal(&copy, &lone, sizeof(copy));
		assert_int_equal(one.count, other.count);
		for (unsigned k = 0; k < one.count; k++)
			assert_memory_equal(&one.transition[k], &other.transition[k], sizeof(one.transition[k]));
	}
	return taken;
}

static void test_same_machine(void **state)
{
	(void)state;
	unsigned taken = 0;
	for (uint64_t seed = 1; seed <= 20000; seed++)
		taken += converse(seed);
	assert_true(taken > 200000); /* of 1.2 million */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_same_machine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
