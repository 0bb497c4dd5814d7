/* The fields of every kind of record, in order. Each kind has one table, which the JSON and the CSV writer read.
 *
 * A column says where its value comes from and what type it has; the writers format it. Two columns that differ only in
 * their endpoint share a function and differ in their index. */
#include "output/columns.h"
#include "output/community.h"

#include <wirestate/names.h>

/* ---- Transitions */

static void event_conn(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_number(v, s->event->conn_number);
}

static void event_role(const struct subject *s, unsigned index, struct value *v)
{
	const int client = s->ends->client;
	(void)index;
	set_string(v, client == WS_ROLE_UNKNOWN                           ? "unknown"
	              : (unsigned)client == s->event->transition.endpoint ? "client"
	                                                                  : "server");
}

/* `index` 0 is the endpoint itself, 1 its peer. */
static unsigned event_endpoint(const struct subject *s, unsigned index)
{
	return (s->event->transition.endpoint ^ index) & 1;
}

static void event_address(const struct subject *s, unsigned index, struct value *v)
{
	set_address(v, &s->ends->address[event_endpoint(s, index)], s->ends->ip_version);
}

static void event_port(const struct subject *s, unsigned index, struct value *v)
{
	set_number(v, s->ends->port[event_endpoint(s, index)]);
}

static void event_state(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, ws_state_name(index ? s->event->transition.to : s->event->transition.from));
}

static void event_basis(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_basis_name(s->event->transition.basis));
}

static void event_why(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_why_text(s->event->transition.why));
}

static void event_rule(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_why_word(s->event->transition.why));
}

static void event_rfc(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_why_reference(s->event->transition.why));
}

static void event_certainty(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_string(v, ws_certainty_name(s->event->transition.certainty));
}

/* Of records: whose they are, where they say it. */
void get_sensor(const struct subject *s, unsigned index, struct value *v)
{
	const char *sensor = s->kind == WS_RECORD_ARP   ? s->event->arp.sensor
	                     : s->kind == WS_RECORD_UDP ? s->udp->sensor
	                     : s->ends                  ? s->ends->sensor
	                     : s->conn                  ? s->conn->stated.sensor
	                                                : s->sensor;
	(void)index;
	if (sensor && *sensor)
		set_text(v, sensor);
}

static const struct column transition_columns[] = {
        {NULL, "time", get_time, 0, get_time_put},
        {NULL, "frame", get_frame, 0, get_frame_put},
        {NULL, "conn", event_conn, 0, event_conn_put},
        {NULL, "role", event_role, 0, event_role_put},
        {NULL, "address", event_address, 0, event_address_put},
        {NULL, "port", event_port, 0, event_port_put},
        {NULL, "peer_address", event_address, 1, event_address_put},
        {NULL, "peer_port", event_port, 1, event_port_put},
        {NULL, "from", event_state, 0, event_state_put},
        {NULL, "to", event_state, 1, event_state_put},
        {NULL, "basis", event_basis, 0, event_basis_put},
        {NULL, "why", event_why, 0, event_why_put},
        {NULL, "rule", event_rule, 0, event_rule_put},
        {NULL, "rfc", event_rfc, 0, event_rfc_put},
        {NULL, "certainty", event_certainty, 0, event_certainty_put},
        {NULL, "point", get_point, 0, get_point_put},
        {NULL, "sensor", get_sensor, 0, get_sensor_put},
};

/* ---- ARP */

static void arp_ip(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_address(v, &s->event->arp.ip, 4);
}

/* `index` 0 is the current address, 1 the previous one. */
static void arp_mac(const struct subject *s, unsigned index, struct value *v)
{
	v->kind = index && !s->event->arp.changed ? VALUE_NULL : VALUE_MAC;
	v->mac = index ? s->event->arp.previous_mac : s->event->arp.mac;
}

/* `index` 0 is "changed", 1 "gratuitous". */
static void arp_flag(const struct subject *s, unsigned index, struct value *v)
{
	v->kind = VALUE_BOOLEAN;
	v->number = index ? s->event->arp.gratuitous : s->event->arp.changed;
}

static void arp_vlan(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	if (s->event->arp.vlan != WS_NO_VLAN)
		set_number(v, s->event->arp.vlan);
}

MEMBER(arp_requests, event, set_number, arp.requests)
MEMBER(arp_replies, event, set_number, arp.replies)
MEMBER(arp_first_time, event, set_time, arp.first_time)
MEMBER(arp_last_time, event, set_time, arp.last_time)

static const struct column arp_columns[] = {
        {NULL, "time", get_time, 0, get_time_put},
        {NULL, "frame", get_frame, 0, get_frame_put},
        {NULL, "ip", arp_ip, 0, arp_ip_put},
        {NULL, "mac", arp_mac, 0, arp_mac_put},
        {NULL, "previous_mac", arp_mac, 1, arp_mac_put},
        {NULL, "changed", arp_flag, 0, arp_flag_put},
        {NULL, "gratuitous", arp_flag, 1, arp_flag_put},
        {NULL, "vlan", arp_vlan, 0, arp_vlan_put},
        {NULL, "requests", arp_requests, 0, arp_requests_put},
        {NULL, "replies", arp_replies, 0, arp_replies_put},
        {NULL, "first_time", arp_first_time, 0, arp_first_time_put},
        {NULL, "last_time", arp_last_time, 0, arp_last_time_put},
        {NULL, "point", get_point, 0, get_point_put},
        {NULL, "sensor", get_sensor, 0, get_sensor_put},
};

/* ---- UDP. The client is the endpoint that sent first. */

static void udp_address(const struct subject *s, unsigned index, struct value *v)
{
	set_address(v, &s->udp->address[index], s->udp->ip_version);
}

#define UDP_SIDE(member)                                                                                               \
	static void udp_##member(const struct subject *s, unsigned index, struct value *v)                             \
	{                                                                                                              \
		set_number(v, s->udp->member[index]);                                                                  \
	}                                                                                                              \
	static bool udp_##member##_put(struct reading *r, unsigned index, const struct ws_json_value *v)               \
	{                                                                                                              \
		return READ_set_number(r->record->udp.member[index], v);                                               \
	}
UDP_SIDE(port)
UDP_SIDE(packets)
UDP_SIDE(bytes)

static void udp_tunnel(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_NULL;
	if (s->udp->tunnel)
		set_string(v, s->udp->tunnel->words);
}

static void udp_community_id(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	enum { UDP = 17 };
	struct ws_text text = WS_TEXT_OVER(v->composed);
	community_id(&text, UDP, s->udp->ip_version, s->udp->address, s->udp->port);
	set_composed(v, text.length);
}

MEMBER(udp_number, udp, set_number, number)
MEMBER(udp_unreachable, udp, set_number, unreachable)
MEMBER(udp_first_time, udp, set_time, first_time)
MEMBER(udp_last_time, udp, set_time, last_time)

/* clang-format off */
#define UDP_SIDE_COLUMNS(group, index)                                                                                 \
	{group, "address", udp_address, index, udp_address_put},                                                                        \
	{group, "port", udp_port, index, udp_port_put},                                                                              \
	{group, "packets", udp_packets, index, udp_packets_put},                                                                        \
	{group, "bytes", udp_bytes, index, udp_bytes_put}
/* clang-format on */

static const struct column udp_columns[] = {
        {NULL, "udp", udp_number, 0, udp_number_put},
        UDP_SIDE_COLUMNS("client", 0),
        UDP_SIDE_COLUMNS("server", 1),
        {NULL, "unreachable", udp_unreachable, 0, udp_unreachable_put},
        {NULL, "first_time", udp_first_time, 0, udp_first_time_put},
        {NULL, "last_time", udp_last_time, 0, udp_last_time_put},
        {NULL, "community_id", udp_community_id, 0, udp_community_id_put},
        {NULL, "tunnel", udp_tunnel, 0, udp_tunnel_put},
        {NULL, "point", get_point, 0, get_point_put},
        PATH_FIELDS,
        {NULL, "sensor", get_sensor, 0, get_sensor_put},
};

const struct columns *output_columns(enum ws_record kind)
{
	static const struct columns tables[] = {
	        [WS_RECORD_TRANSITION] = COLUMNS(transition_columns, 1),
	        [WS_RECORD_ARP] = COLUMNS(arp_columns, 1),
	        [WS_RECORD_UDP] = COLUMNS(udp_columns, PATH_COLUMNS + 1),
	};
	switch (kind) {
	case WS_RECORD_CONNECTION:
		return &output_connection_columns;
	case WS_RECORD_PACKET:
		return &output_packet_columns;
	case WS_RECORD_TRANSIT:
		return &output_transit_columns;
	case WS_RECORD_CLOCK:
		return &output_clock_columns;
	case WS_RECORD_OVERVIEW:
		return &output_overview_columns;
	case WS_RECORD_STATS:
		return &output_stats_columns;
	case WS_RECORD_SHARE:
		return &output_span_columns;
	case WS_RECORD_EXCHANGE:
		return &output_exchange_columns;
	case WS_RECORD_SERVICE:
		return &output_service_columns;
	case WS_RECORD_SERIES:
		return &output_series_columns;
	default:
		return &tables[kind];
	}
}

void ws_record_fields(enum ws_record record, struct ws_text *text)
{
	const struct columns *columns = output_columns(record);
	for (size_t i = 0; i < columns->several_count + columns->sensor; i++) {
		const struct column *column = &columns->column[i];
		ws_text_puts(text, i ? ", " : "");
		if (column->group) {
			ws_text_puts(text, column->group);
			ws_text_putc(text, '.');
		}
		ws_text_puts(text, column->name);
	}
}
