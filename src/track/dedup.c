#include "track/dedup.h"

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64_t signature_of(const struct ws_segment *s, uint64_t conn_number)
{
	uint64_t hash = mix(conn_number << 1 | s->direction, (uint64_t)s->sequence << 32 | s->acknowledgment);
	hash = mix(hash, (uint64_t)s->length << 32 | (uint32_t)s->flags << 16 | s->window);
	return mix(hash, s->timestamps ? s->tsval : 0);
}

bool ws_dedup_seen(struct ws_dedup *dedup, const struct ws_segment *segment, uint64_t conn_number, uint32_t link_id)
{
	uint64_t signature = signature_of(segment, conn_number);
	size_t at = signature % WS_DEDUP_PLACES;
	struct ws_sighting *seen = &dedup->seen[at];
	if (dedup->signature[at] == signature && segment->time >= seen->time) {
		uint64_t age = (uint64_t)segment->time - (uint64_t)seen->time;
		bool same_id = seen->identification == segment->identification;
		if (seen->link_id == link_id && segment->identification && same_id && age <= 10 * WS_MILLISECOND)
			return true;
		if (seen->link_id != link_id && same_id && age <= 2 * WS_MILLISECOND)
			return true;
	}
	dedup->signature[at] = signature;
	*seen = (struct ws_sighting){segment->time, link_id, segment->identification};
	return false;
}
