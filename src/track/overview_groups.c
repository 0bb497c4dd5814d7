/* Chooses the groups of an overview from what overview.c has counted. */
#include "track/overview.h"

#include <stdlib.h>
#include <string.h>

/* Connections of a client from which on it may be scattered; ports from which on it is also if it went to each of them up
 * to so many times, as a scan does that asks again. */
enum { SCATTERED_LEAST = 8, MANY_PORTS = 64, FEW_TIMES = 3 };

/* The groups of one verdict while they are chosen. */
struct code_groups {
	const struct overview_shown *shown[OVERVIEW_EACH];
	unsigned count;
	struct overview_slot rest;
};

static bool is_scattered(const struct overview_slot *client)
{
	const uint64_t count = client->is.group.count, ports = client->opened;
	return count >= SCATTERED_LEAST &&
	       (4 * ports >= 3 * count || (ports >= MANY_PORTS && FEW_TIMES * ports >= count));
}

void overview_choose_scattered(struct ws_overview *overview)
{
	struct overview_found *found = &overview->counting;
	for (size_t i = 0; i < overview->client.count; i++) {
		const struct overview_slot *slot = &overview->client.slots[i];
		if (!is_scattered(slot))
			continue;
		struct overview_shown *kept = found->scattered[slot->code];
		uint8_t *count = &found->scattered_count[slot->code];
		unsigned at = *count;
		while (at > 0 && kept[at - 1].group.count < slot->is.group.count)
			at--;
		if (at == OVERVIEW_CLIENTS)
			continue;
		*count += *count < OVERVIEW_CLIENTS;
		memmove(kept + at + 1, kept + at, (*count - at - 1u) * sizeof(*kept));
		kept[at] = slot->is;
		kept[at].group.by_client = true;
	}
}

/* All connections of the slot are of one scattered client, whose group has them. */
static bool is_of_scattered(const struct overview_found *found, const struct overview_slot *slot)
{
	return slot->is.group.one_client && overview_is_scattered(found, slot->code, &slot->is.group);
}

bool overview_is_counted(const struct ws_overview *overview)
{
	const struct overview_found *found = &overview->counting;
	uint64_t left = 0;
	for (unsigned code = 0; code < OVERVIEW_CODES; code++)
		for (unsigned i = 0; i < found->scattered_count[code]; i++)
			left += found->scattered[code][i].group.count;
	if (!left)
		return true;
	for (unsigned code = 0; code < OVERVIEW_CODES; code++) {
		const struct overview_slot *other = &overview->other[code];
		if (other->is.group.count && !is_of_scattered(found, other))
			return false; /* there may be room for them without the scattered clients */
		left -= other->is.group.count;
	}
	for (size_t i = 0; i < overview->server.count && left; i++)
		if (is_of_scattered(found, &overview->server.slots[i]))
			left -= overview->server.slots[i].is.group.count;
	return !left;
}

/* Puts a group among those of its verdict that are shown, the largest first; the smallest one goes to the rest. */
static void place(struct code_groups *groups, const struct overview_shown *added, uint8_t code)
{
	const struct overview_shown **shown = groups->shown, *left_out = NULL;
	unsigned at = groups->count;
	while (at > 0 && (shown[at - 1]->group.count < added->group.count ||
	                  (shown[at - 1]->group.count == added->group.count &&
	                   shown[at - 1]->group.example > added->group.example)))
		at--;
	if (groups->count == OVERVIEW_EACH) {
		left_out = at == OVERVIEW_EACH ? added : shown[OVERVIEW_EACH - 1];
		overview_merge(&groups->rest, &left_out->group, &left_out->shares, code);
		if (left_out == added)
			return;
		groups->count--;
	}
	memmove(shown + at + 1, shown + at, (groups->count - at) * sizeof(*shown));
	shown[at] = added;
	groups->count++;
}

static int worse_first(const void *left, const void *right)
{
	const struct ws_overview_group *a = &((const struct overview_shown *)left)->group,
	                               *b = &((const struct overview_shown *)right)->group;
	if (a->judgement.severity != b->judgement.severity)
		return a->judgement.severity > b->judgement.severity ? -1 : 1;
	if (a->verdict_count != b->verdict_count)
		return a->verdict_count > b->verdict_count ? -1 : 1;
	if (a->judgement.verdict != b->judgement.verdict)
		return a->judgement.verdict < b->judgement.verdict ? -1 : 1;
	if (a->judgement.slow && a->slow_cause != b->slow_cause)
		return a->slow_cause < b->slow_cause ? -1 : 1;
	if (a->rest != b->rest)
		return a->rest ? 1 : -1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->example < b->example ? -1 : a->example > b->example;
}

static void show(struct overview_found *found, const struct overview_shown *shown, uint8_t code)
{
	struct overview_shown *added = &found->shown[found->count++];
	*added = *shown;
	added->group.verdict_count = found->total[code];
	found->connections += added->group.count;
}

void overview_make_groups(struct ws_overview *overview)
{
	struct code_groups codes[OVERVIEW_CODES];
	struct overview_found *found = &overview->counting;
	for (uint8_t code = 0; code < OVERVIEW_CODES; code++) {
		struct code_groups *groups = &codes[code];
		const struct overview_slot *other = &overview->other[code];
		groups->count = 0;
		groups->rest.is.group.count = 0;
		if (other->is.group.count && !is_of_scattered(found, other))
			overview_merge(&groups->rest, &other->is.group, &other->is.shares, code);
		for (unsigned i = 0; i < found->scattered_count[code]; i++)
			place(groups, &found->scattered[code][i], code);
	}
	for (size_t i = 0; i < overview->server.count; i++) {
		const struct overview_slot *slot = &overview->server.slots[i];
		if (!is_of_scattered(found, slot))
			place(&codes[slot->code], &slot->is, slot->code);
	}
	for (uint8_t code = 0; code < OVERVIEW_CODES; code++) {
		struct code_groups *groups = &codes[code];
		for (unsigned i = 0; i < groups->count; i++)
			show(found, groups->shown[i], code);
		groups->rest.is.group.rest = true;
		if (groups->rest.is.group.count)
			show(found, &groups->rest.is, code);
	}
	qsort(found->shown, found->count, sizeof(found->shown[0]), worse_first);
}
