/* See tunnels.h. Few tunnels carry very many connections, so they are kept until the end, in a table of a fixed size.
 */
#include "track/tunnels.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * WS_TUNNELS_MOST };

/* What two packets of the same tunnel have in common, whichever way they go. Every byte is set, because it is hashed.
 */
struct end_pair {
	struct ws_addr low, high;
	uint32_t id;
	uint8_t kind, ip_version, has_id, unused;
};

struct tunnel_key {
	struct end_pair level[WS_MAX_TUNNELS];
	uint32_t depth;
};

struct ws_tunnel_slot {
	uint32_t hash;
	uint16_t number; /* 0: free */
};

/* A path with the key by which it is found. */
struct kept {
	struct ws_tunnel_path path;
	struct tunnel_key key;
	uint16_t paired[WS_TUNNELS_PAIRED];
};

void ws_tunnels_free(struct ws_tunnels *tunnels)
{
	for (unsigned i = 0; i < tunnels->count; i++)
		free(tunnels->paths[i]);
	free(tunnels->paths);
	free(tunnels->slots);
	tunnels->paths = NULL;
	tunnels->slots = NULL;
	tunnels->count = 0;
}

uint64_t ws_tunnels_memory(const struct ws_tunnels *tunnels)
{
	return tunnels->slots ? SLOTS * sizeof(*tunnels->slots) + WS_TUNNELS_MOST * sizeof(*tunnels->paths) +
	                                tunnels->count * sizeof(struct kept)
	                      : 0;
}

static struct end_pair pair_of(const struct ws_tunnel *tunnel)
{
	const bool swap = memcmp(&tunnel->source, &tunnel->destination, sizeof(tunnel->source)) > 0;
	const bool shared = tunnel->has_id && ws_tunnel_id_shared((enum ws_tunnel_kind)tunnel->kind);
	struct end_pair pair;
	memset(&pair, 0, sizeof(pair));
	pair.low = swap ? tunnel->destination : tunnel->source;
	pair.high = swap ? tunnel->source : tunnel->destination;
	pair.id = shared ? tunnel->id : 0;
	pair.kind = tunnel->kind;
	pair.ip_version = tunnel->ip_version;
	pair.has_id = shared;
	return pair;
}

void ws_tunnel_path_name(struct ws_tunnel_path *path)
{
	struct ws_text text = WS_TEXT_OVER(path->words);
	for (unsigned i = 0; i < path->count; i++) {
		const struct ws_tunnel *tunnel = &path->tunnel[i];
		ws_text_printf(&text, "%s%s", i ? ", " : "", ws_tunnel_word((enum ws_tunnel_kind)tunnel->kind));
		if (tunnel->has_id && ws_tunnel_id_shared((enum ws_tunnel_kind)tunnel->kind))
			ws_text_printf(&text, " %u", tunnel->id);
		if (!tunnel->ip_version) /* of a record, which does not say */
			continue;
		ws_text_putc(&text, ' ');
		ws_text_addr(&text, &tunnel->source, tunnel->ip_version);
		ws_text_putc(&text, ' ');
		ws_text_addr(&text, &tunnel->destination, tunnel->ip_version);
	}
	ws_text_cstr(&text);
}

static uint16_t add_path(struct ws_tunnels *tunnels, const struct ws_packet *packet, const struct tunnel_key *key)
{
	struct kept *kept = tunnels->count < WS_TUNNELS_MOST ? calloc(1, sizeof(*kept)) : NULL;
	if (!kept)
		return WS_TUNNEL_OTHER;
	kept->key = *key;
	kept->path.count = (uint8_t)key->depth;
	memcpy(kept->path.tunnel, packet->tunnel, key->depth * sizeof(packet->tunnel[0]));
	ws_tunnel_path_name(&kept->path);
	tunnels->paths[tunnels->count++] = &kept->path;
	return (uint16_t)tunnels->count;
}

uint16_t ws_tunnels_number(struct ws_tunnels *tunnels, const struct ws_packet *packet, unsigned depth)
{
	struct tunnel_key key;
	if (!depth)
		return 0;
	if (!tunnels->slots) {
		tunnels->slots = calloc(SLOTS, sizeof(*tunnels->slots));
		tunnels->paths = calloc(WS_TUNNELS_MOST, sizeof(*tunnels->paths));
		if (!tunnels->slots || !tunnels->paths) {
			ws_tunnels_free(tunnels);
			return WS_TUNNEL_OTHER;
		}
	}
	memset(&key, 0, sizeof(key));
	for (unsigned i = 0; i < depth; i++)
		key.level[i] = pair_of(&packet->tunnel[i]);
	key.depth = depth;
	const uint32_t hash = (uint32_t)ws_siphash(tunnels->hash_key, (const uint8_t *)&key, sizeof(key));
	for (uint32_t i = hash % SLOTS;; i = (i + 1) % SLOTS) { /* at most half of the slots are taken */
		struct ws_tunnel_slot *slot = &tunnels->slots[i];
		if (!slot->number) {
			const uint16_t number = add_path(tunnels, packet, &key);
			if (number != WS_TUNNEL_OTHER)
				*slot = (struct ws_tunnel_slot){hash, number};
			return number;
		}
		const struct kept *kept = (const struct kept *)tunnels->paths[slot->number - 1];
		if (slot->hash == hash && memcmp(&kept->key, &key, sizeof(key)) == 0)
			return slot->number;
	}
}

void ws_tunnel_words(struct ws_text *text, const struct ws_tunnel_path *path, uint32_t id)
{
	for (unsigned i = 0; path && i < path->count; i++) {
		const struct ws_tunnel *tunnel = &path->tunnel[i];
		const bool innermost = i + 1 == path->count;
		ws_text_printf(text, "%s%s", i ? " > " : "", ws_tunnel_word((enum ws_tunnel_kind)tunnel->kind));
		if (tunnel->has_id && (innermost || ws_tunnel_id_shared((enum ws_tunnel_kind)tunnel->kind)))
			ws_text_printf(text, " %u", innermost ? id : tunnel->id);
	}
}

const struct ws_tunnel_path *ws_tunnels_path(const struct ws_tunnels *tunnels, uint16_t number)
{
	return number && number <= tunnels->count ? tunnels->paths[number - 1] : NULL;
}

static struct kept *kept_of(const struct ws_tunnels *tunnels, uint16_t number)
{
	return number && number <= tunnels->count ? (struct kept *)tunnels->paths[number - 1] : NULL;
}

bool ws_tunnels_differ_in_id(const struct ws_tunnels *tunnels, uint16_t a, uint16_t b)
{
	const struct kept *kept[] = {kept_of(tunnels, a), kept_of(tunnels, b)};
	if (a == b || !kept[0] || !kept[1])
		return false;
	struct tunnel_key keys[] = {kept[0]->key, kept[1]->key};
	for (unsigned i = 0; i < WS_MAX_TUNNELS; i++)
		keys[0].level[i].id = keys[1].level[i].id = 0;
	return memcmp(&keys[0], &keys[1], sizeof(keys[0])) == 0;
}

void ws_tunnels_pair(struct ws_tunnels *tunnels, uint16_t there, uint16_t back)
{
	uint16_t *paired = kept_of(tunnels, back)->paired;
	unsigned last = 0;
	while (last < WS_TUNNELS_PAIRED - 1 && paired[last] && paired[last] != there)
		last++;
	memmove(paired + 1, paired, last * sizeof(*paired));
	paired[0] = there;
}

uint16_t ws_tunnels_paired(const struct ws_tunnels *tunnels, uint16_t back, unsigned i)
{
	const struct kept *kept = kept_of(tunnels, back);
	return kept ? kept->paired[i] : 0;
}
