/* Which connections of the points are one, and what they say about the clocks. */
#include "app/joined_parts.h"

#include <stdlib.h>
#include <string.h>

static struct group *group_add(struct joined *joined)
{
	if (joined->group_count == joined->group_room) {
		const size_t room = joined->group_room ? 2 * joined->group_room : 1024;
		struct group *grown = realloc(joined->group, room * sizeof(*grown));
		if (!grown)
			return NULL;
		joined->group = grown;
		joined->group_room = room;
	}
	struct group *group = &joined->group[joined->group_count++];
	*group = (struct group){0};
	memset(group->member, 0xff, sizeof(group->member));
	return group;
}

size_t joined_first_point(const struct group *group)
{
	size_t point = 0;
	while (group->member[point] == (uint32_t)NONE)
		point++;
	return point;
}

bool joined_has_several(const struct joined *joined, const struct group *group)
{
	size_t points = 0;
	for (size_t i = 0; i < joined->points; i++)
		points += group->member[i] != (uint32_t)NONE;
	return points > 1;
}

/* A connection or conversation: of the groups so far, by the first point that has it; or of a point. */
struct member_place {
	size_t point;
	uint32_t member;
};

static struct member_place place_of(const struct joined *joined, const size_t *point, size_t index)
{
	if (point)
		return (struct member_place){*point, (uint32_t)index};
	const struct group *group = &joined->group[index];
	const size_t first = joined_first_point(group);
	return (struct member_place){first, group->member[first]};
}

/* Adds to a side what its conversations carry that are not paired. `point`: NULL for the groups. */
static bool list_contents(const struct joined *joined, const size_t *point, const bool *paired,
                          struct ws_join_contents *side)
{
	size_t room = 1;
	for (size_t i = 0; i < side->connections; i++) {
		const struct member_place at = place_of(joined, point, i);
		room += paired[i] ? 0 : joined_flow_length(joined, at.point, at.member);
	}
	struct ws_join_content *content = malloc(room * sizeof(*content));
	side->content = content;
	for (size_t i = 0; content && i < side->connections; i++) {
		const struct member_place at = place_of(joined, point, i);
		if (!paired[i])
			side->count += joined_contents(joined, at.point, at.member, (uint32_t)i, content + side->count);
	}
	return content;
}

/* Pairs conversations of datagrams whose addresses a NAT has changed. */
static bool pair_flows(const struct joined *joined, size_t point, const struct ws_join_connection *first, size_t groups,
                       struct ws_join_pair *pairs, size_t *count)
{
	const struct known *known = &joined->known[point];
	struct ws_join_contents a = {.connection = first, .connections = groups};
	struct ws_join_contents b = {.connection = known->connection, .connections = known->count};
	bool *paired[2] = {calloc(groups + 1, sizeof(**paired)), calloc(known->count + 1, sizeof(**paired))};
	bool done = paired[0] && paired[1];
	for (size_t i = 0; done && i < *count; i++)
		paired[0][pairs[i].a] = paired[1][pairs[i].b] = true;
	done = done && list_contents(joined, NULL, paired[0], &a) && list_contents(joined, &point, paired[1], &b) &&
	       ws_join_flows(&a, &b, pairs, count);
	free(paired[0]);
	free(paired[1]);
	free((void *)a.content);
	free((void *)b.content);
	return done;
}

/* While a point's connections are paired with the groups of those before it. */
struct join_grouping {
	struct ws_join_connection *first; /* of each group */
	size_t groups;
	struct ws_join_pair *pairs;
	struct ws_join_pairing *pairing;
};

void joined_grouping_free(struct joined *joined)
{
	struct join_grouping *grouping = joined->grouping;
	if (!grouping)
		return;
	(void)ws_join_pairing_end(grouping->pairing);
	free(grouping->first);
	free(grouping->pairs);
	free(grouping);
	joined->grouping = NULL;
}

static bool grouping_begin(struct joined *joined, const struct known *known)
{
	const size_t groups = joined->group_count, most = groups < known->count ? groups : known->count;
	struct join_grouping *grouping = joined->grouping = calloc(1, sizeof(*grouping));
	if (!grouping)
		return false;
	grouping->groups = groups;
	grouping->first = malloc((groups + 1) * sizeof(*grouping->first));
	grouping->pairs = malloc((most + 1) * sizeof(*grouping->pairs));
	if (!grouping->first || !grouping->pairs)
		return false;
	for (size_t i = 0; i < groups; i++) {
		const size_t at = joined_first_point(&joined->group[i]);
		grouping->first[i] = joined->known[at].connection[joined->group[i].member[at]];
	}
	grouping->pairing =
	        ws_join_pairing_begin(grouping->first, groups, known->connection, known->count, grouping->pairs);
	return grouping->pairing;
}

/* What is paired comes into the groups, and the rest makes groups of its own. */
static bool add_members(struct joined *joined, size_t point, size_t count)
{
	const struct known *known = &joined->known[point];
	const struct ws_join_pair *pairs = joined->grouping->pairs;
	bool *taken = calloc(known->count + 1, sizeof(*taken)), done = taken;
	for (size_t i = 0; done && i < count; i++) {
		struct group *group = &joined->group[pairs[i].a];
		group->member[point] = pairs[i].b;
		group->swapped |= (uint8_t)(pairs[i].swapped << point);
		group->doubtful |= (uint8_t)(pairs[i].doubtful << point);
		taken[pairs[i].b] = true;
	}
	for (size_t i = 0; done && i < known->count; i++) {
		struct group *group = taken[i] ? NULL : group_add(joined);
		if (group)
			group->member[point] = (uint32_t)i;
		if (group)
			group->kind = known->connection[i].kind;
		done = taken[i] || group;
	}
	free(taken);
	return done;
}

bool joined_group_point(struct joined *joined, size_t point, bool *done)
{
	*done = false;
	if (!joined->grouping)
		return grouping_begin(joined, &joined->known[point]);
	struct join_grouping *grouping = joined->grouping;
	if (!ws_join_pairing_work(grouping->pairing))
		return true;
	size_t count = ws_join_pairing_end(grouping->pairing);
	grouping->pairing = NULL;
	*done = pair_flows(joined, point, grouping->first, grouping->groups, grouping->pairs, &count) &&
	        add_members(joined, point, count);
	joined_grouping_free(joined);
	return *done;
}

bool joined_observe(const struct joined *joined, struct join_memory *memory, struct group *group,
                    struct ws_clock *const *clock, uint32_t *left)
{
	const size_t first = joined_first_point(group);
	struct ws_join_side a, b;
	if (!joined_load_side(joined, memory, group, first, &a))
		return false;
	for (size_t point = first + 1; point < joined->points; point++) {
		struct ws_join_agreement agreement;
		if (group->member[point] == (uint32_t)NONE)
			continue;
		if (!joined_load_side(joined, memory, group, point, &b) ||
		    !ws_joiner_observe(memory->joiner, &a, &b, first ? NULL : clock[point], &agreement))
			return false;
		group->order = (int8_t)agreement.order;
		group->order_doubtful = agreement.doubtful;
		group->order_proven = agreement.proven;
		if (group->doubtful >> point & 1 && !agreement.matched[0] && !agreement.matched[1]) {
			left[point] = group->member[point];
			group->member[point] = (uint32_t)NONE;
		}
	}
	return true;
}

bool joined_group_room(struct joined *joined)
{
	size_t room = joined->group_count + 1;
	for (size_t i = 0; i < joined->group_count; i++)
		room += (size_t)__builtin_popcount(joined->group[i].doubtful);
	struct group *grown = realloc(joined->group, room * sizeof(*grown));
	if (!grown)
		return false;
	joined->group = grown;
	joined->group_room = room;
	return true;
}

void joined_separate(struct joined *joined, const struct group *group, const uint32_t *left)
{
	const uint8_t kind = group->kind;
	for (size_t point = 0; point < joined->points; point++) {
		struct group *own = left[point] != (uint32_t)NONE ? group_add(joined) : NULL;
		if (!own)
			continue;
		own->member[point] = left[point];
		own->kind = kind;
	}
}
