/* Joining points: which connections are the same. */
#include "join_connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ws_join_connection turned(struct ws_join_connection c)
{
	struct ws_join_connection r = c;
	for (unsigned i = 0; i < 2; i++) {
		r.address[i] = c.address[!i];
		r.port[i] = c.port[!i];
		r.iss[i] = c.iss[!i];
		r.iss_known[i] = c.iss_known[!i];
	}
	r.opener = !c.opener;
	return r;
}

static void pair_connections(void **state)
{
	(void)state;
	struct ws_join_connection a[] = {
	        connection(1, 1000, 11, 22),   /* translated */
	        connection(2, 2000, 33, 44),   /* turned round */
	        connection(3, 3000, 55, 66),   /* a firewall has changed the server's numbers */
	        connection(4, 4000, 0, 0),     /* from its middle */
	        connection(5, 5000, 77, 88),   /* only here */
	        connection(6, 6000, 99, 0),    /* the answer is lost, and addresses are translated */
	        connection(7, 7000, 101, 102), /* the same addresses, another connection */
	};
	struct ws_join_connection b[] = {
	        connection(7, 7000, 103, 104), connection(9, 6001, 99, 111),        connection(4, 4000, 5, 6),
	        connection(3, 3000, 55, 67),   turned(connection(2, 2000, 33, 44)), connection(8, 1001, 11, 22),
	};
	a[5].syn_timestamp = b[1].syn_timestamp = true;
	a[5].syn_tsval = b[1].syn_tsval = 1234;
	struct ws_join_pair pair[6];
	size_t count;
	assert_true(ws_join_connections(a, 7, b, 6, pair, &count));
	assert_int_equal(count, 5);
	int of[7] = {-1, -1, -1, -1, -1, -1, -1};
	for (size_t i = 0; i < count; i++) {
		of[pair[i].a] = (int)pair[i].b;
		assert_int_equal(pair[i].swapped, pair[i].a == 1);
		assert_int_equal(pair[i].doubtful, pair[i].a == 3);
	}
	static const int right[7] = {5, 4, 3, 2, -1, 1, -1};
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(of[i], right[i]);
}

/* What stays on its host is the same only where it stays on a host, too, whatever its numbers are. */
static void pair_loopback(void **state)
{
	static const uint8_t loopback[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
	struct ws_join_connection a[] = {connection(1, 1000, 11, 22), connection(2, 2000, 33, 0)}, b[2];
	struct ws_join_pair pair[2];
	size_t count;
	(void)state;
	a[1].syn_timestamp = true;
	memcpy(b, a, sizeof(b));
	for (unsigned i = 0; i < 2; i++)
		for (unsigned end = 0; end < 2; end++)
			memcpy(b[i].address[end].byte, loopback, sizeof(loopback));
	assert_true(ws_join_connections(a, 2, b, 2, pair, &count));
	assert_int_equal(count, 0);
	assert_true(ws_join_connections(b, 2, b, 2, pair, &count));
	assert_int_equal(count, 2);
	b[0].address[0] = b[1].address[0] = a[1].address[0]; /* behind a NAT that changes one end */
	assert_true(ws_join_connections(a, 2, b, 2, pair, &count));
	assert_int_equal(count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(pair_connections), cmocka_unit_test(pair_loopback)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
