/* Conversations of datagrams that a NAT has changed, by what they carry. */
#include <wirestate/join.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MS WS_MILLISECOND
#define OFFSET (-3 * WS_SECOND)

/* Two points: what each of them knows. */
struct two {
	struct ws_join_connection connection[2][8];
	struct ws_join_content content[2][32];
	struct ws_join_contents side[2];
	struct ws_join_pair pair[8];
	size_t pairs;
};

static void conversation(struct two *two, unsigned point, enum ws_join_kind kind)
{
	struct ws_join_contents *side = &two->side[point];
	two->connection[point][side->connections++] = (struct ws_join_connection){.kind = (uint8_t)kind};
}

/* Of the conversation that was added last. */
static void carries(struct two *two, unsigned point, ws_time time, unsigned direction, uint64_t digest, uint16_t id)
{
	struct ws_join_contents *side = &two->side[point];
	two->content[point][side->count++] = (struct ws_join_content){
	        time + (point ? OFFSET + 20 * MS : 0), digest, (uint32_t)side->connections - 1, id, (uint8_t)direction};
}

static void assert_pairs(struct two *two, const int (*expected)[3], size_t count)
{
	for (unsigned point = 0; point < 2; point++) {
		two->side[point].connection = two->connection[point];
		two->side[point].content = two->content[point];
	}
	assert_true(ws_join_flows(&two->side[0], &two->side[1], two->pair, &two->pairs));
	assert_int_equal(two->pairs, count);
	for (size_t i = 0; i < count; i++) {
		bool found = false;
		for (size_t k = 0; k < count; k++)
			found = found ||
			        ((int)two->pair[k].a == expected[i][0] && (int)two->pair[k].b == expected[i][1] &&
			         two->pair[k].swapped == expected[i][2] && !two->pair[k].doubtful);
		assert_true(found);
	}
}

static void first_ones_are_lost(void **state)
{
	(void)state;
	struct two two = {0};
	for (unsigned i = 0; i < 2;
	     i++) { /* with an IP ID, and by the payload alone; the second point has the second one first */
		const unsigned there[2] = {1, 0};
		conversation(&two, 0, WS_JOIN_UDP);
		conversation(&two, 1, WS_JOIN_UDP);
		for (unsigned k = 0; k < 3; k++) {
			carries(&two, 0, 10 * MS * k, 0, 100 * i + k, i ? 0 : (uint16_t)(7 + k));
			if (k)
				carries(&two, 1, 10 * MS * k, 0, 100 * there[i] + k, there[i] ? 0 : (uint16_t)(7 + k));
		}
	}
	assert_pairs(&two, (const int[][3]){{0, 1, 0}, {1, 0, 0}}, 2);
}

static void alike(void **state)
{
	(void)state;
	struct two two = {0};
	for (unsigned i = 0; i < 2; i++) { /* nobody can tell which is which */
		for (unsigned point = 0; point < 2; point++) {
			conversation(&two, point, WS_JOIN_UDP);
			for (unsigned k = 0; k < 3; k++)
				carries(&two, point, 10 * MS * k, 0, k, 0);
		}
	}
	assert_pairs(&two, NULL, 0);
	for (unsigned point = 0; point < 2; point++) /* but for their IP IDs */
		for (size_t i = 0; i < two.side[point].count; i++)
			two.content[point][i].identification = (uint16_t)(i + 1);
	assert_pairs(&two, (const int[][3]){{0, 0, 0}, {1, 1, 0}}, 2);
}

static void one_vote(void **state)
{
	(void)state;
	struct two two = {0};
	for (unsigned i = 0; i < 3;
	     i++) { /* the first has several datagrams, the others a query that was not answered */
		for (unsigned point = 0; point < 2; point++) {
			conversation(&two, point, WS_JOIN_UDP);
			carries(&two, point, point && i == 2 ? 3 * WS_SECOND : 0, 0, 10 * i, (uint16_t)i);
			if (!i)
				carries(&two, point, 5 * MS, 1, 1, 0);
		}
	}
	struct two alone = two;
	assert_pairs(&two, (const int[][3]){{0, 0, 0}, {1, 1, 0}}, 2); /* the third took other three seconds */
	alone.content[0][1].digest = 2;
	assert_pairs(&alone, NULL, 0); /* no others to compare with */
}

static void kinds_and_directions(void **state)
{
	(void)state;
	struct two two = {0};
	conversation(&two, 0, WS_JOIN_ECHO);
	conversation(&two, 1, WS_JOIN_UDP);
	for (unsigned point = 0; point < 2; point++)
		for (unsigned k = 0; k < 4; k++)
			carries(&two, point, 10 * MS * k, k % 2, k / 2, 0);
	assert_pairs(&two, NULL, 0);
	two.connection[1][0].kind = WS_JOIN_ECHO;
	assert_pairs(&two, (const int[][3]){{0, 0, 0}}, 1);
	two.pairs = 0;
	two.connection[0][0].kind = two.connection[1][0].kind = WS_JOIN_UDP;
	for (size_t k = 0; k < 4; k++) { /* that point has seen an answer first */
		two.content[0][k].digest = two.content[1][k].digest = k;
		two.content[1][k].direction = !two.content[1][k].direction;
	}
	assert_pairs(&two, (const int[][3]){{0, 0, 1}}, 1);
	assert_pairs(&two, (const int[][3]){{0, 0, 1}}, 1); /* what is paired stays so */
}

/* The same datagram on another interface or another link of the point is a copy; one that comes much later is sent again. */
static void copies(void **state)
{
	static const struct ws_join_datagram first = {
	        .time = WS_SECOND, .digest = 5, .length = 9, .identification = 7, .interface = 1, .ttl = 64};
	static const struct {
		ws_time after;
		uint64_t digest;
		uint16_t identification;
		uint8_t direction, ttl;
		uint32_t interface, length;
		bool again;
	} cases[] = {
	        {0, 5, 7, 0, 64, 1, 9, true},
	        {10 * MS, 5, 7, 0, 63, 2, 9, true},
	        {10 * MS + 1, 5, 7, 0, 63, 2, 9, false},
	        {-1, 5, 7, 0, 63, 2, 9, false},
	        {MS, 6, 7, 0, 63, 2, 9, false},
	        {MS, 5, 8, 0, 63, 2, 9, false},
	        {MS, 5, 7, 1, 63, 2, 9, false},
	        {MS, 5, 7, 0, 63, 2, 8, false},
	};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		const struct ws_join_datagram second = {.time = first.time + cases[i].after,
		                                        .digest = cases[i].digest,
		                                        .length = cases[i].length,
		                                        .identification = cases[i].identification,
		                                        .interface = cases[i].interface,
		                                        .direction = cases[i].direction,
		                                        .ttl = cases[i].ttl};
		assert_int_equal(ws_join_datagram_again(&first, &second), cases[i].again);
	}
	struct ws_join_datagram left = first, right = first; /* without an IP ID, the way tells */
	left.identification = right.identification = 0;
	assert_false(ws_join_datagram_again(&left, &right));
	right.ttl--;
	assert_true(ws_join_datagram_again(&left, &right));
	right.ttl++;
	right.interface++;
	assert_true(ws_join_datagram_again(&left, &right));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(first_ones_are_lost), cmocka_unit_test(alike),
	                                   cmocka_unit_test(one_vote), cmocka_unit_test(kinds_and_directions),
	                                   cmocka_unit_test(copies)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
