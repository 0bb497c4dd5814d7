/* libpcap compiles and runs the programs; here is only which one is for what. */
#include "capture/filters.h"

#include "capture/internal.h"

#include <stdlib.h>
#include <string.h>

enum { SNAPSHOT = 262144 };

static bool compile_one(struct ws_filters *filters, enum ws_link link)
{
	pcap_t *dead = pcap_open_dead(ws_link_dlt(link), SNAPSHOT);
	const bool compiled = dead && pcap_compile(dead, &filters->program[link], filters->expression,
	                                           !filters->no_optimize, PCAP_NETMASK_UNKNOWN) == 0;
	if (!compiled) {
		filters->program[link] = (struct bpf_program){0};
		filters->problem[link] = strdup(dead ? pcap_geterr(dead) : "out of memory");
	}
	if (dead)
		pcap_close(dead);
	return compiled;
}

/* It does so for no link type. */
static bool fail_all(const struct ws_filters *filters, unsigned link, struct ws_error *error)
{
	return ws_fail(error, WS_ERROR_FILTER, "the filter '%.200s' does not compile: %s; see pcap-filter(7)",
	               filters->expression, filters->problem[link] ? filters->problem[link] : "out of memory");
}

bool ws_filters_fail(const struct ws_filters *filters, enum ws_link link, struct ws_error *error)
{
	char name[120];
	const char *problem = filters->problem[link] ? filters->problem[link] : "out of memory";
	return ws_fail(error, WS_ERROR_FILTER, "the filter '%.200s' does not compile for link type %s: %s",
	               filters->expression, ws_link_name(ws_link_dlt(link), name, sizeof(name)), problem);
}

bool ws_filters_compile(struct ws_filters *filters, const char *expression, enum ws_link link, struct ws_error *error)
{
	if (!filters->expression && !(filters->expression = strdup(expression)))
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	return compile_one(filters, link) || fail_all(filters, link, error);
}

bool ws_filters_compile_all(struct ws_filters *filters, const char *expression, uint32_t links, struct ws_error *error)
{
	unsigned compiled = 0, first = WS_LINK_OTHER; /* bit set of link types; the first that is asked for */
	if (!(filters->expression = strdup(expression)))
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	for (unsigned link = 0; link < WS_LINK_OTHER; link++) {
		compiled |= (unsigned)compile_one(filters, (enum ws_link)link) << link;
		if (links & 1u << link && first == WS_LINK_OTHER)
			first = link;
	}
	if (!compiled)
		return fail_all(filters, WS_LINK_ETHERNET, error);
	return first == WS_LINK_OTHER || compiled & links || ws_filters_fail(filters, (enum ws_link)first, error);
}

bool ws_filters_copy(struct ws_filters *filters, const struct ws_filters *from)
{
	if (!(filters->expression = strdup(from->expression)))
		return false;
	for (unsigned link = 0; link < WS_LINK_OTHER; link++) {
		const struct bpf_program *program = &from->program[link];
		const size_t size = program->bf_len * sizeof(*program->bf_insns);
		if (from->problem[link] && !(filters->problem[link] = strdup(from->problem[link])))
			return false;
		if (!program->bf_insns)
			continue;
		filters->program[link].bf_insns = malloc(size);
		if (!filters->program[link].bf_insns)
			return false;
		memcpy(filters->program[link].bf_insns, program->bf_insns, size);
		filters->program[link].bf_len = program->bf_len;
	}
	return true;
}

void ws_filters_free(struct ws_filters *filters)
{
	for (unsigned link = 0; link < WS_LINK_OTHER; link++) {
		pcap_freecode(&filters->program[link]);
		free(filters->problem[link]);
	}
	free(filters->expression);
	*filters = (struct ws_filters){0};
}
