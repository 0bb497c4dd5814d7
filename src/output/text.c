/* A packet as one line of text, in the style of tcpdump:
 *
 *   seconds since the first packet, frame number, with several points the point's name, direction (> from the endpoint
 * that sent the connection's first packet, < from the other one, - without a connection), addresses, content, marks in
 * brackets, transitions.
 *
 * All of it comes from the decoder's values and tables; no bytes of the packet are written unchanged. */
#include "base/put.h"
#include "output/internal.h"

#include <string.h>

enum {
	LINE_ROOM = 4096,        /* more than any line needs, so that no function below has to ask for room */
	TRANSITIONS_COLUMN = 78, /* where transitions start; after a longer line, two spaces later */
};

/* Writes a literal at `at` and returns the end of it. */
#define PUT(at, literal) ((char *)memcpy((at), (literal), sizeof(literal) - 1) + sizeof(literal) - 1)
#define PUT_NUMBER(at, label, number) ws_put_u64(PUT(at, label), (number))

enum { DATE_ROOM = 40, STAMP_ROOM = DATE_ROOM + 1 + (int)WS_PUT_U64 };
_Static_assert((int)WS_PUT_TIME <= (int)DATE_ROOM, "a stamp has room for each form");

static char *put_other_time(const struct ws_output *output, char *at, ws_time time)
{
	struct ws_text text = {.data = at, .capacity = DATE_ROOM};
	switch (output->options.times) {
	case WS_TIMES_NONE:
		return at;
	case WS_TIMES_DELTA:
		return ws_put_time(at, time - output->line_time, 6);
	case WS_TIMES_EPOCH:
		return ws_put_time(at, time, 6);
	default:
		ws_text_date(&text, time, output->options.times == WS_TIMES_UTC, true, 6);
		return at + text.length;
	}
}

/* Writes "time frame" in at most STAMP_ROOM bytes. */
static inline char *put_stamp(const struct ws_output *output, char *at, ws_time time, uint64_t frame)
{
	char *start = at;
	if (output->options.times == WS_TIMES_RELATIVE)
		at = ws_put_time(at, time - output->first_time, 6);
	else
		at = put_other_time(output, at, time);
	if (at > start)
		*at++ = ' ';
	return frame ? ws_put_u64(at, frame) : PUT(at, "-");
}

void text_stamp(struct ws_output *output, ws_time time, uint64_t frame)
{
	char made[STAMP_ROOM];
	ws_text_append(&output->text, made, (size_t)(put_stamp(output, made, time, frame) - made));
}

static void labelled(struct ws_text *text, const char *label, uint64_t number)
{
	ws_text_puts(text, label);
	ws_text_u64(text, number);
}

static void arrow(struct ws_text *text)
{
	ws_text_append(text, " \xe2\x86\x92 ", 5);
}

static inline char *put_endpoint(char *at, const struct ws_addr *addr, unsigned ip_version, uint16_t port, bool ports)
{
	if (ports && ip_version != 4)
		*at++ = '[';
	at = ws_put_addr(at, addr, ip_version);
	if (ports && ip_version != 4)
		*at++ = ']';
	return ports ? PUT_NUMBER(at, ":", port) : at;
}

static inline char *put_ends(char *at, const struct ws_packet *packet)
{
	bool ports = packet->transport == WS_TRANSPORT_TCP || packet->transport == WS_TRANSPORT_UDP;
	if (packet->ip_version) {
		at = put_endpoint(at, &packet->source, packet->ip_version, packet->source_port, ports);
		at = PUT(at, " \xe2\x86\x92 ");
		at = put_endpoint(at, &packet->destination, packet->ip_version, packet->destination_port, ports);
	} else if (packet->mac_source && packet->mac_destination) {
		at = ws_put_mac(at, packet->mac_source);
		at = PUT(at, " \xe2\x86\x92 ");
		at = ws_put_mac(at, packet->mac_destination);
	} else {
		return at;
	}
	return PUT(at, "  ");
}

/* The addresses of the link layer in front of those of IP. Without IP they are there anyway. */
static char *put_link(char *at, const struct ws_packet *packet)
{
	if (!packet->ip_version || !packet->mac_source)
		return at;
	at = ws_put_mac(at, packet->mac_source);
	if (packet->mac_destination) {
		at = PUT(at, " \xe2\x86\x92 ");
		at = ws_put_mac(at, packet->mac_destination);
	}
	return PUT(at, "  ");
}

void text_create(struct output_tables *tables)
{
	for (unsigned flags = 0; flags < WS_ARRAY_SIZE(tables->flags); flags++) {
		struct ws_text text = WS_TEXT_OVER(tables->flags[flags].text);
		ws_tcp_flags_text(&text, (uint16_t)flags, false);
		if (text.length == 0)
			ws_text_puts(&text, "no flags");
		tables->flags[flags].length = (uint8_t)text.length;
	}
}

/* ---- The content */

static void write_sack(struct ws_text *text, const struct ws_packet *packet, uint32_t base)
{
	for (unsigned i = 0; i < packet->tcp.sack_count; i++) {
		labelled(text, i ? "," : " sack ", packet->tcp.sack[i].left - base);
		labelled(text, "\xe2\x80\x93", packet->tcp.sack[i].right - base);
	}
}

static void write_tcp(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result)
{
	struct ws_text *text = &output->text;
	char *at = text->data + text->length;
	const struct ws_tcp_summary *tcp = &packet->tcp;
	const bool relative = result->conn != 0 && !output->options.absolute;
	if (output->options.quiet) {
		labelled(text, "TCP len ", packet->payload_length);
		return;
	}
	if (!packet->tcp_complete) {
		ws_text_puts(text, "TCP");
		return;
	}
	const struct flags_text *flags = &output->tables->flags[packet->flags % WS_ARRAY_SIZE(output->tables->flags)];
	memcpy(at, flags->text, sizeof(flags->text));
	at += flags->length;
	at = PUT_NUMBER(at, " seq ", relative ? result->relative_sequence : packet->sequence);
	if (packet->flags & WS_TCP_ACK)
		at = PUT_NUMBER(at, " ack ", relative ? result->relative_acknowledgment : packet->acknowledgment);
	at = PUT_NUMBER(at, " win ", packet->window);
	if (packet->payload_length)
		at = PUT_NUMBER(at, " len ", packet->payload_length);
	text->length = (size_t)(at - text->data);
	if (packet->flags & WS_TCP_SYN) {
		if (tcp->mss)
			labelled(text, " mss ", tcp->mss);
		if (tcp->window_scale != 255 && tcp->window_scale != WS_SCALE_CUT_OFF)
			labelled(text, " wscale ", tcp->window_scale);
		if (tcp->sack_permitted)
			ws_text_puts(text, " sackOK");
		if (tcp->fast_open)
			ws_text_puts(text, " fastopen");
	}
	/* SACK blocks have the peer's sequence numbers, as the acknowledgment number has. */
	if (relative && packet->flags & WS_TCP_ACK)
		write_sack(text, packet, packet->acknowledgment - result->relative_acknowledgment);
	else
		write_sack(text, packet, 0);
}

static void write_icmp(struct ws_text *text, const struct ws_packet *packet)
{
	const struct ws_quote *quote = &packet->quote;
	bool version6 = packet->transport == WS_TRANSPORT_ICMPV6;
	const char *name = ws_icmp_name(packet->icmp_type, packet->icmp_code, version6);
	ws_text_puts(text, version6 ? "ICMPv6 " : "ICMP ");
	if (name) {
		ws_text_puts(text, name);
	} else {
		labelled(text, "type ", packet->icmp_type);
		labelled(text, " code ", packet->icmp_code);
	}
	if (!quote->present) {
		labelled(text, " len ", packet->payload_length);
		return;
	}
	const char *protocol = ws_protocol_name(quote->ip_protocol);
	ws_text_puts(text, ": ");
	ws_text_puts(text, protocol ? protocol : "packet");
	ws_text_putc(text, ' ');
	ws_text_endpoint(text, &quote->source, version6 ? 6 : 4, quote->source_port);
	arrow(text);
	ws_text_endpoint(text, &quote->destination, version6 ? 6 : 4, quote->destination_port);
}

static bool named_value(const struct ws_packet *packet, const struct ws_layer *layer, const char *name,
                        struct ws_value *value)
{
	const struct ws_header_info *info = ws_header_info(layer->header);
	for (size_t i = 0; i < info->field_count; i++) {
		if (info->fields[i].name && strcmp(info->fields[i].name, name) == 0)
			return ws_field_value(packet, layer, &info->fields[i], value);
	}
	return false;
}

static void write_ipv4(struct ws_text *text, const struct ws_value *value)
{
	struct ws_addr addr = {{0}};
	memcpy(addr.byte + 12, value->bytes, 4);
	ws_text_addr(text, &addr, 4);
}

static void write_arp(struct ws_text *text, const struct ws_packet *packet, const struct ws_layer *layer)
{
	struct ws_value operation, sender_ip, target_ip, sender_mac;
	ws_text_puts(text, "ARP ");
	if (!named_value(packet, layer, "operation", &operation))
		return;
	const char *name = ws_arp_operation_name((uint16_t)operation.number);
	bool addresses = named_value(packet, layer, "sender_ip", &sender_ip) &&
	                 named_value(packet, layer, "target_ip", &target_ip) &&
	                 named_value(packet, layer, "sender_mac", &sender_mac);
	if (!addresses || (operation.number != 1 && operation.number != 2)) {
		if (name)
			ws_text_puts(text, name);
		else
			labelled(text, "operation ", operation.number);
		return;
	}
	if (memcmp(sender_ip.bytes, target_ip.bytes, 4) == 0)
		ws_text_puts(text, "announcement ");
	else if (operation.number == 1)
		ws_text_puts(text, "who-has ");
	if (operation.number == 1 && memcmp(sender_ip.bytes, target_ip.bytes, 4) != 0) {
		write_ipv4(text, &target_ip);
		ws_text_puts(text, " tell ");
		write_ipv4(text, &sender_ip);
		return;
	}
	write_ipv4(text, &sender_ip);
	ws_text_puts(text, " is-at ");
	ws_text_mac(text, sender_mac.bytes);
}

static bool is_tail(const struct ws_layer *layer)
{
	return layer->quoted || layer->header == WS_HEADER_PAYLOAD || layer->header == WS_HEADER_PADDING ||
	       layer->header == WS_HEADER_FCS;
}

/* Writes a protocol that no header here describes by the name that the last header gives it. */
static void write_other(struct ws_text *text, const struct ws_packet *packet)
{
	unsigned last = packet->layer_count;
	while (last > 0 && is_tail(&packet->layer[last - 1]))
		last--;
	if (last == 0) {
		const struct ws_frame_interface *interface = packet->frame->interface;
		if (packet->frame->link == WS_LINK_OTHER && interface)
			ws_text_printf(text, "link type %s, which is not decoded", interface->link_name);
		else
			ws_text_puts(text, "no header");
		return;
	}
	const struct ws_layer *layer = &packet->layer[last - 1];
	const struct ws_header_info *info = ws_header_info(layer->header);
	const char *name = packet->ip_version ? ws_protocol_name(packet->ip_protocol) : NULL;
	struct ws_value value;
	if (name) {
		ws_text_puts(text, name);
	} else if (packet->ip_version) {
		labelled(text, "protocol ", packet->ip_protocol);
	} else {
		ws_text_puts(text, info->label);
		if (named_value(packet, layer, "protected", &value) && value.number)
			ws_text_puts(text, " encrypted");
		for (size_t i = 0; i < info->field_count; i++) {
			const struct ws_field *field = &info->fields[i];
			if (field->kind != WS_FIELD_ETHERTYPE || !ws_field_value(packet, layer, field, &value))
				continue;
			ws_text_putc(text, ' ');
			ws_field_text(text, packet, layer, field, &value);
		}
	}
	if (packet->ip_version && !packet->fragment)
		labelled(text, " len ", packet->ip_payload_length);
	else if (!packet->ip_version)
		labelled(text, " len ", packet->frame->length);
}

static void write_fragment(struct ws_text *text, const struct ws_packet *packet)
{
	ws_text_puts(text, " fragment id 0x");
	ws_text_hex(text, packet->identification, packet->ip_version == 6 ? 8 : 4);
	labelled(text, " offset ", packet->fragment_offset);
	labelled(text, " size ", packet->ip_payload_length);
	if (packet->more_fragments)
		ws_text_puts(text, " more");
}

static void write_what(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result)
{
	struct ws_text *text = &output->text;
	switch (packet->transport) {
	case WS_TRANSPORT_TCP:
		write_tcp(output, packet, result);
		break;
	case WS_TRANSPORT_UDP:
		labelled(text, "UDP len ", packet->payload_length);
		break;
	case WS_TRANSPORT_ICMP:
	case WS_TRANSPORT_ICMPV6:
		write_icmp(text, packet);
		break;
	default:
		for (unsigned i = 0; !packet->ip_version && i < packet->layer_count; i++) {
			uint8_t header = packet->layer[i].header;
			if (header == WS_HEADER_ARP || header == WS_HEADER_ARP_OTHER) {
				write_arp(text, packet, &packet->layer[i]);
				return;
			}
		}
		write_other(text, packet);
		break;
	}
}

/* ---- Marks */

static void write_analysis(struct ws_text *text, const struct ws_track_result *result)
{
	bool first = true;
	for (unsigned i = 0; result->analysis && i < WS_ANALYSIS_COUNT; i++) {
		if (!(result->analysis >> i & 1))
			continue;
		ws_text_puts(text, first ? " [" : ", ");
		ws_text_puts(text, ws_analysis_name(i));
		if (i == WS_ANALYSIS_DUPLICATE_ACK && result->duplicate_ack_number)
			labelled(text, " ", result->duplicate_ack_number);
		first = false;
	}
	if (!first)
		ws_text_putc(text, ']');
	if (result->duplicate)
		ws_text_puts(text, " [duplicate packet]");
}

static void write_bad_checksum(struct ws_text *text, const struct ws_layer *layer, bool ignored)
{
	ws_text_puts(text, ignored ? " [" : " [bad ");
	ws_text_puts(text, ws_header_info(layer->header)->label);
	ws_text_puts(text, ignored ? " checksum ignored]" : " checksum]");
}

static void write_problems(struct ws_text *text, const struct ws_packet *packet, const struct ws_track_result *result)
{
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->checksum == WS_CHECKSUM_BAD && !layer->quoted && layer->header != WS_HEADER_FCS)
			write_bad_checksum(text, layer, result->checksum_ignored && layer->header == WS_HEADER_TCP);
	}
	for (unsigned i = 0; packet->problems && i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->problem == WS_PROBLEM_NONE)
			continue;
		ws_text_puts(text, layer->problem == WS_PROBLEM_TRUNCATED ? " [" : " [malformed: ");
		ws_text_puts(text, ws_problem_text(layer->problem));
		ws_text_putc(text, ']');
		return;
	}
}

/* Writes what the packet came in, the outermost first: " in gre > vxlan 42". */
static void write_tunnels(struct ws_text *text, const struct ws_packet *packet)
{
	for (unsigned i = 0; i < packet->tunnel_count; i++) {
		const struct ws_tunnel *tunnel = &packet->tunnel[i];
		ws_text_puts(text, i ? " > " : " in ");
		ws_text_puts(text, ws_tunnel_word((enum ws_tunnel_kind)tunnel->kind));
		if (tunnel->has_id)
			labelled(text, " ", tunnel->id);
	}
}

void text_packet(struct ws_output *output, const struct ws_packet *packet, const struct ws_track_result *result,
                 struct line *line)
{
	struct ws_text *text = &output->text;
	output_make_room(text, LINE_ROOM);
	*line = (struct line){.start = text->length};
	char *at = text->data + text->length;
	at = put_stamp(output, at, packet->frame->time, packet->frame->number);
	output->line_time = packet->frame->time;
	if (output->point_name) {
		const size_t length = strnlen(output->point_name, 64);
		*at++ = ' ';
		at = (char *)memcpy(at, output->point_name, length) + length;
	}
	at = PUT(at, " - ");
	if (result->conn)
		at[-2] = result->direction ? '<' : '>';
	if (output->options.link)
		at = put_link(at, packet);
	at = put_ends(at, packet);
	text->length = (size_t)(at - text->data);
	write_what(output, packet, result);
	if (packet->fragment)
		write_fragment(text, packet);
	if (packet->vlan != WS_NO_VLAN)
		labelled(text, " vlan ", packet->vlan);
	if (packet->tunnel_count)
		write_tunnels(text, packet);
	write_analysis(text, result);
	write_problems(text, packet, result);
}

void text_transition_on_line(struct ws_output *output, const struct subject *subject, struct line *line)
{
	struct ws_text *text = &output->text;
	if (line->count++) {
		ws_text_append(text, ", ", 2);
	} else {
		size_t width = 0;
		for (size_t i = line->start; i < text->length; i++)
			width += ((unsigned char)text->data[i] & 0xc0) != 0x80;
		ws_text_pad(text, ' ', width + 2 < TRANSITIONS_COLUMN ? TRANSITIONS_COLUMN - width : 2);
	}
	text_transition(text, subject);
}
