/* Datagrams as they are compared with those of other points. They are kept only with `joins`. What goes to many receivers is
 * left out: it is in captures that have nothing else to do with each other. */
#include "track/tracker.h"

#include <wirestate/language.h>

static uint32_t link_of(uint32_t interface, uint16_t vlan)
{
	return interface << 12 ^ (vlan == WS_NO_VLAN ? 0 : vlan + 1u);
}

static struct ws_join_datagram *add_datagram(struct ws_tracker *tracker, const struct ws_gist *gist, uint64_t digest,
                                             unsigned direction)
{
	const struct ws_segment *s = &gist->segment;
	const bool goes_to_many = ws_goes_to_many(&gist->source, &gist->destination, gist->ip_version);
	struct ws_join_datagram *datagram = goes_to_many ? NULL : ws_log_add(&tracker->datagrams);
	if (!datagram)
		return NULL;
	datagram->time = s->time;
	datagram->frame = s->frame;
	datagram->digest = digest;
	datagram->address[direction] = gist->source;
	datagram->address[!direction] = gist->destination;
	datagram->length = s->length;
	datagram->interface = link_of(s->interface, s->vlan);
	datagram->identification = s->identification;
	datagram->direction = (uint8_t)direction;
	datagram->ttl = s->ttl;
	datagram->ip_version = gist->ip_version;
	return datagram;
}

static struct ws_join_datagram *add_packet(struct ws_tracker *tracker, const struct ws_packet *packet,
                                           const struct ws_bytes *bytes, unsigned direction)
{
	struct ws_gist gist;
	ws_gist_fill(&gist, packet);
	struct ws_join_datagram *datagram =
	        add_datagram(tracker, &gist, ws_packet_digest(packet, bytes->at, bytes->size), direction);
	if (datagram)
		datagram->fragmented = packet->fragment;
	return datagram;
}

static void set_conversation(struct ws_join_datagram *datagram, const struct ws_udp_place *place, uint16_t source_port,
                             uint16_t destination_port)
{
	datagram->conversation = place->number;
	datagram->port[place->direction] = source_port;
	datagram->port[!place->direction] = destination_port;
}

void ws_datagrams_note_udp(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes,
                           const struct ws_udp_place *place)
{
	struct ws_join_datagram *datagram =
	        tracker->config.joins && place->number ? add_packet(tracker, packet, bytes, place->direction) : NULL;
	if (datagram)
		set_conversation(datagram, place, packet->source_port, packet->destination_port);
}

void ws_datagrams_note_gist(struct ws_tracker *tracker, const struct ws_gist *gist, const struct ws_udp_place *place)
{
	struct ws_join_datagram *datagram =
	        tracker->config.joins && place->number
	                ? add_datagram(tracker, gist, ws_gist_digest(gist), place->direction)
	                : NULL;
	if (datagram)
		set_conversation(datagram, place, gist->port[0], gist->port[1]);
}

void ws_datagrams_note_echo(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes)
{
	uint16_t identifier;
	bool reply;
	if (!tracker->config.joins || !ws_packet_echo(packet, bytes->at, bytes->size, &identifier, &reply))
		return;
	struct ws_join_datagram *datagram = add_packet(tracker, packet, bytes, reply);
	if (datagram)
		datagram->port[0] = identifier;
}

struct ws_range ws_tracker_datagrams(const struct ws_tracker *tracker)
{
	return (struct ws_range){ws_log_first(&tracker->datagrams), tracker->datagrams.end};
}

const struct ws_join_datagram *ws_tracker_join_datagram(const struct ws_tracker *tracker, uint64_t number)
{
	return ws_log_at(&tracker->datagrams, number);
}

/* What was lost in one direction; %s of %s datagrams. */
static void say_lost(struct ws_text *text, const struct ws_join_direction *direction, uint64_t lost, bool to_peer)
{
	const unsigned long long gone = lost, sent = direction->sent;
	if (to_peer)
		ws_text_printf(text,
		               ws_translate_plural("%1$llu of %2$llu datagram to the peer",
		                                   "%1$llu of %2$llu datagrams to the peer", sent),
		               gone, sent);
	else
		ws_text_printf(text,
		               ws_translate_plural("%1$llu of %2$llu datagram to the first sender",
		                                   "%1$llu of %2$llu datagrams to the first sender", sent),
		               gone, sent);
}

void ws_udp_path_words(struct ws_text *text, const struct ws_udp_info *udp, const char *before)
{
	const struct ws_conn_path *path = udp->path;
	if (!path)
		return;
	const unsigned first = udp->path_swapped, points = path->result.points;
	const struct ws_join_direction *to = &path->result.direction[first], *back = &path->result.direction[!first];
	for (unsigned i = 0; i + 1u < points; i++) {
		const unsigned near = path->result.path[first ? points - 1u - i : i];
		const unsigned far = path->result.path[first ? points - 2u - i : i + 1u];
		if (!to->lost_after[near] && !back->lost_after[far])
			continue;
		ws_text_puts(text, before);
		/* TRANSLATORS: how many of how many datagrams follows, in one direction or in both */
		ws_text_parts(text, _("lost between %1$s and %2$s: "), path->name[near], path->name[far]);
		before = _("; ");
		if (to->lost_after[near])
			say_lost(text, to, to->lost_after[near], true);
		if (to->lost_after[near] && back->lost_after[far])
			ws_text_puts(text, _(", "));
		if (back->lost_after[far])
			say_lost(text, back, back->lost_after[far], false);
	}
	if (path->answer_time < 0 || to->delay_median < 0 || back->delay_median < 0)
		return;
	ws_text_puts(text, before);
	ws_text_parts(text, _("network %1$s, peer %2$s"), ws_duration_part(to->delay_median + back->delay_median).text,
	              ws_duration_part(path->answer_time).text);
}
