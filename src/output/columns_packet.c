/* The fields of a packet in one flat row, for CSV and spreadsheets. */
#include "output/columns.h"

#include <string.h>

static void packet_length(const struct subject *s, unsigned index, struct value *v)
{
	set_number(v, index ? s->packet->frame->length : s->packet->frame->captured);
}

static void packet_mac(const struct subject *s, unsigned index, struct value *v)
{
	v->mac = index ? s->packet->mac_destination : s->packet->mac_source;
	v->kind = v->mac ? VALUE_MAC : VALUE_ABSENT;
}

static void packet_vlan(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->packet->vlan != WS_NO_VLAN)
		set_number(v, s->packet->vlan);
}

static void packet_address(const struct subject *s, unsigned index, struct value *v)
{
	if (s->packet->ip_version)
		set_address(v, index ? &s->packet->destination : &s->packet->source, s->packet->ip_version);
}

static void packet_ip(const struct subject *s, unsigned index, struct value *v)
{
	if (s->packet->ip_version)
		set_number(v, index ? s->packet->ttl : s->packet->ip_version);
}

static void packet_protocol(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_packet *packet = s->packet;
	(void)index;
	if (packet->ip_version) {
		set_number(v, packet->ip_protocol);
		const char *name = ws_protocol_name(packet->ip_protocol);
		if (name)
			set_string(v, name);
	} else if (packet->layer_count > 0) {
		const struct ws_layer *first = &packet->layer[0];
		for (unsigned i = 1; i < packet->layer_count; i++) {
			if (packet->layer[i].header == WS_HEADER_ARP || packet->layer[i].header == WS_HEADER_ARP_OTHER)
				first = &packet->layer[i];
		}
		set_string(v, ws_header_info(first->header)->name);
	}
}

static void packet_port(const struct subject *s, unsigned index, struct value *v)
{
	if (s->packet->transport == WS_TRANSPORT_TCP || s->packet->transport == WS_TRANSPORT_UDP)
		set_number(v, index ? s->packet->destination_port : s->packet->source_port);
}

#define TCP_NUMBER(member)                                                                                             \
	static void packet_##member(const struct subject *s, unsigned index, struct value *v)                          \
	{                                                                                                              \
		(void)index;                                                                                           \
		if (s->packet->tcp_complete)                                                                           \
			set_number(v, s->packet->member);                                                              \
	}
TCP_NUMBER(sequence)
TCP_NUMBER(acknowledgment)
TCP_NUMBER(flags)
TCP_NUMBER(window)

static void packet_icmp(const struct subject *s, unsigned index, struct value *v)
{
	if (s->packet->transport == WS_TRANSPORT_ICMP || s->packet->transport == WS_TRANSPORT_ICMPV6)
		set_number(v, index ? s->packet->icmp_code : s->packet->icmp_type);
}

static void packet_payload_length(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->packet->transport != WS_TRANSPORT_NONE)
		set_number(v, s->packet->payload_length);
}

static void packet_checksum_status(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->packet->transport != WS_TRANSPORT_NONE)
		set_string(v, ws_checksum_word(s->packet->checksum));
}

static void packet_conn(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->result->conn)
		set_number(v, s->result->conn_number);
}

/* The names of the marks, separated by spaces. */
static void packet_analysis(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (!s->result->analysis)
		return;
	struct ws_text text = WS_TEXT_OVER(v->composed);
	for (unsigned i = 0; i < WS_ANALYSIS_COUNT; i++) {
		if (!(s->result->analysis >> i & 1))
			continue;
		if (text.length)
			ws_text_putc(&text, ' ');
		ws_text_puts(&text, ws_analysis_name(i));
	}
	set_foreign(v, v->composed, text.length);
}

static void packet_error(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	for (unsigned i = 0; s->packet->problems && i < s->packet->layer_count; i++) {
		if (s->packet->layer[i].problem != WS_PROBLEM_NONE) {
			set_string(v, ws_problem_text(s->packet->layer[i].problem));
			return;
		}
	}
}

/* What the capture file says of the packet in words. */
static void packet_file_text(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_frame *frame = s->packet->frame;
	const char *text = index ? frame->comment : frame->interface ? frame->interface->name : NULL;
	if (!text)
		return;
	set_foreign(v, text, index ? frame->comment_length : strlen(text));
}

/* What the packet came in: "gre > vxlan 42". */
static void packet_tunnel(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	(void)index;
	for (unsigned i = 0; i < s->packet->tunnel_count; i++) {
		const struct ws_tunnel *tunnel = &s->packet->tunnel[i];
		ws_text_printf(&text, "%s%s", i ? " > " : "", ws_tunnel_word((enum ws_tunnel_kind)tunnel->kind));
		if (tunnel->has_id)
			ws_text_printf(&text, " %u", tunnel->id);
	}
	if (text.length)
		set_foreign(v, v->composed, text.length);
}

/* The process that the capture file names. `index` 0 is its name, 1 its id. */
static void packet_process(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_frame_process *process = s->packet->frame->process;
	if (process && index && process->id)
		set_number(v, process->id);
	else if (process && !index && process->name)
		set_foreign(v, process->name, strlen(process->name));
}

static const struct column packet_columns[] = {
        {NULL, "time", get_time, 0},
        {NULL, "frame", get_frame, 0},
        {NULL, "captured", packet_length, 0},
        {NULL, "length", packet_length, 1},
        {"mac", "source", packet_mac, 0},
        {"mac", "destination", packet_mac, 1},
        {NULL, "vlan", packet_vlan, 0},
        {NULL, "ip_version", packet_ip, 0},
        {NULL, "protocol", packet_protocol, 0},
        {NULL, "source", packet_address, 0},
        {NULL, "source_port", packet_port, 0},
        {NULL, "destination", packet_address, 1},
        {NULL, "destination_port", packet_port, 1},
        {NULL, "ttl", packet_ip, 1},
        {NULL, "sequence", packet_sequence, 0},
        {NULL, "acknowledgment", packet_acknowledgment, 0},
        {NULL, "flags", packet_flags, 0},
        {NULL, "window", packet_window, 0},
        {"icmp", "type", packet_icmp, 0},
        {"icmp", "code", packet_icmp, 1},
        {NULL, "payload_length", packet_payload_length, 0},
        {NULL, "checksum_status", packet_checksum_status, 0},
        {NULL, "conn", packet_conn, 0},
        {NULL, "analysis", packet_analysis, 0},
        {NULL, "error", packet_error, 0},
        {NULL, "interface", packet_file_text, 0},
        {NULL, "comment", packet_file_text, 1},
        {NULL, "process", packet_process, 0},
        {NULL, "process_id", packet_process, 1},
        {NULL, "tunnel", packet_tunnel, 0},
        {NULL, "point", get_point, 0}, /* with several points */
};

const struct columns output_packet_columns = {packet_columns, WS_ARRAY_SIZE(packet_columns) - 1,
                                              WS_ARRAY_SIZE(packet_columns)};
