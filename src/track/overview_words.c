/* What the connections of a group of the overview have in common, in words. */
#include "track/overview.h"

#include <wirestate/language.h>

#include <string.h>

/* How many of the connections with the verdict they are. */
enum { SOME_OF_THEM, ALL_OF_THEM, OTHERS_OF_THEM, QUANTITIES };

static const char *const from_to[QUANTITIES][2] = {
        /* TRANSLATORS: connections, from the client %1$s or from several ones to %2$s, which is an address and port,
         * "several ports of 192.0.2.1", "port 80 of several servers" or "several servers". */
        [SOME_OF_THEM] = {N_("from %1$s to %2$s"), N_("from several clients to %2$s")},
        [ALL_OF_THEM] = {N_("all from %1$s to %2$s"), N_("all to %2$s, from several clients")},
        [OTHERS_OF_THEM] = {N_("the others from %1$s to %2$s"), N_("the others from several clients to %2$s")},
};

void ws_overview_words(struct ws_text *text, const struct ws_overview_group *group)
{
	const bool common = group->one_client || group->one_server || group->one_port;
	const bool all = common && group->count == group->verdict_count && group->count > 1;
	char client[64] = "", server[80] = "", place[160];
	struct ws_text from = WS_TEXT_OVER(client), address = WS_TEXT_OVER(server), to = WS_TEXT_OVER(place);
	if (group->one_client)
		ws_text_addr(&from, &group->client, group->ip_version);
	if (group->one_server && group->one_port) {
		ws_text_endpoint(&to, &group->server, group->ip_version, group->port);
	} else if (group->one_server) {
		ws_text_addr(&address, &group->server, group->ip_version);
		ws_text_parts(&to, _("several ports of %s"), ws_text_cstr(&address));
	} else if (group->one_port) {
		ws_text_printf(&to, _("port %u of several servers"), group->port);
	} else {
		ws_text_puts(&to, _("several servers"));
	}
	ws_text_parts(text,
	              _(from_to[all           ? ALL_OF_THEM
	                        : group->rest ? OTHERS_OF_THEM
	                                      : SOME_OF_THEM][!group->one_client]),
	              ws_text_cstr(&from), ws_text_cstr(&to));
	if (group->one_sensor && *group->sensor) {
		char name[256];
		struct ws_text sensor = WS_TEXT_OVER(name);
		ws_text_clean(&sensor, group->sensor, strlen(group->sensor));
		/* TRANSLATORS: it follows "from ... to ..."; %s is the sensor that saw these connections */
		ws_text_parts(text, C_("sensor", " at %s"), ws_text_cstr(&sensor));
	}
}

const char *ws_overview_tag(const struct ws_overview_group *group)
{
	return group->judgement.slow ? "SLOW" : ws_verdict_tag((enum ws_verdict)group->judgement.verdict);
}

/* ---- As a display filter */

static void add_address_test(struct ws_text *text, const char *field, const struct ws_addr *address,
                             unsigned ip_version)
{
	ws_text_puts(text, field);
	ws_text_addr(text, address, ip_version);
}

/* There are connections with the same verdict that are more or less severe. */
static bool several_severities(const struct overview_found *found, struct ws_judgement judgement)
{
	unsigned used = 0;
	for (judgement.severity = 0; judgement.severity <= 3 && !judgement.slow; judgement.severity++)
		used += found->total[overview_code(judgement, 0)] > 0;
	return used > 1;
}

void ws_overview_filter(struct ws_text *text, const struct ws_overview *overview, const struct ws_overview_group *group)
{
	const struct overview_found *found = &overview->found;
	const uint8_t code = overview_code_of(group);
	bool some_slow = false;
	for (unsigned cause = 0; cause < WS_SLOW_COUNT; cause++)
		some_slow = some_slow || found->total[overview_code(overview_slow(), cause)];
	if (group->judgement.slow)
		ws_text_printf(text, "severity == 0 and slow_time >= 1s and slow_by == %s",
		               ws_slow_word(group->slow_cause));
	else
		ws_text_printf(text, "verdict == %s", ws_overview_tag(group));
	if (!group->judgement.slow && !group->judgement.severity && some_slow)
		ws_text_puts(text, " and not slow_time >= 1s");
	if (several_severities(found, group->judgement))
		ws_text_printf(text, " and severity == %u", group->judgement.severity);
	if (group->rest)
		return;
	if (group->by_client) {
		add_address_test(text, " and client.address == ", &group->client, group->ip_version);
		return;
	}
	add_address_test(text, " and server.address == ", &group->server, group->ip_version);
	ws_text_printf(text, " and server.port == %u", group->port);
	if (group->sensor && *group->sensor) {
		ws_text_puts(text, " and sensor == \"");
		ws_text_clean(text, group->sensor, strlen(group->sensor));
		ws_text_putc(text, '"');
	}
	if (group->one_client && found->scattered_count[code]) /* those of another client may be a group of their own */
		add_address_test(text, " and client.address == ", &group->client, group->ip_version);
	for (unsigned i = 0; i < found->scattered_count[code] && !group->one_client; i++)
		add_address_test(text, " and client.address != ", &found->scattered[code][i].group.client,
		                 found->scattered[code][i].group.ip_version);
}
