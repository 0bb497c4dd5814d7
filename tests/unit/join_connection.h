/* A connection as one point knows it, for the tests of joining. */
#ifndef JOIN_CONNECTION_H
#define JOIN_CONNECTION_H

#include <wirestate/join.h>

/* Initial numbers of 0 are not known. */
static inline struct ws_join_connection connection(unsigned client, unsigned port, uint32_t iss0, uint32_t iss1)
{
	struct ws_join_connection c = {.iss = {iss0, iss1}, .iss_known = {iss0, iss1}, .port = {(uint16_t)port, 80}};
	c.address[0].byte[15] = (uint8_t)client;
	c.address[1].byte[15] = 200;
	return c;
}

#endif
