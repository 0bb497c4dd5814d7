/* See reading.h: the columns that are more than a number, read back. In a record the client is endpoint 0. */
#include "output/reading.h"

#include <wirestate/names.h>

#include <arpa/inet.h>
#include <string.h>

bool put_nothing(struct reading *r, unsigned index, const struct ws_json_value *value)
{
	(void)r;
	(void)index;
	(void)value;
	return true;
}

static bool read_address(const struct ws_json_value *value, struct ws_addr *address, uint8_t *ip_version)
{
	const bool six = value->kind == WS_JSON_STRING && strchr(value->text, ':');
	struct ws_addr read = {.byte = {[10] = 0xff, [11] = 0xff}};
	if (value->kind == WS_JSON_NULL)
		return true;
	if (value->kind != WS_JSON_STRING ||
	    inet_pton(six ? AF_INET6 : AF_INET, value->text, read.byte + (six ? 0 : 12)) != 1)
		return false;
	const uint8_t version = six ? 6 : 4;
	const bool fits = !*ip_version || *ip_version == version;
	*address = read;
	*ip_version = version;
	return fits;
}

bool read_text(const struct ws_json_value *value, const char **text)
{
	if (value->kind == WS_JSON_STRING)
		*text = value->text;
	return value->kind == WS_JSON_STRING || value->kind == WS_JSON_NULL;
}

/* A number that may be null. `known` may be NULL. */
#define READ_KNOWN(value, target, known)                                                                               \
	({                                                                                                             \
		known = known || (value)->kind != WS_JSON_NULL;                                                        \
		READ_set_number(target, value);                                                                        \
	})

#define PUT(get) bool get##_put(struct reading *r, unsigned index, const struct ws_json_value *v)

PUT(get_time)
{
	(void)index;
	return READ_set_time(r->record->time, v);
}

PUT(get_frame_number)
{
	(void)index;
	return READ_set_number(r->record->frame, v);
}

PUT(get_point)
{
	(void)index;
	return read_text(v, &r->point);
}

/* ---- Transitions */

PUT(event_conn)
{
	(void)index;
	return READ_set_number(r->record->conn.number, v);
}

PUT(event_role)
{
	static const char *const roles[] = {"client", "server", "unknown"};
	(void)index;
#define NAME(i) roles[i]
	unsigned role = 2;
	const bool good = READ_WORD(v, role, WS_ARRAY_SIZE(roles), NAME);
#undef NAME
	r->record->conn.client = role == 2 ? WS_ROLE_UNKNOWN : (int8_t)role;
	return good;
}

PUT(event_address)
{
	struct ws_conn_info *conn = &r->record->conn;
	return read_address(v, &conn->endpoint[index].address, &conn->ip_version);
}

PUT(event_port)
{
	return READ_set_number(r->record->conn.endpoint[index].port, v);
}

PUT(event_state)
{
	struct ws_transition *transition = &r->record->transition;
	return index ? READ_WORD(v, transition->to, WS_STATE_COUNT, ws_state_name)
	             : READ_WORD(v, transition->from, WS_STATE_COUNT, ws_state_name);
}

/* Records without a certainty have it from the basis, as far as that tells. */
PUT(event_basis)
{
	static const uint8_t certainties[] = {[WS_BASIS_PRESUMED] = WS_PRESUMED,
	                                      [WS_BASIS_IMPLIED] = WS_IMPLIED,
	                                      [WS_BASIS_ASSUMED] = WS_ASSUMED,
	                                      [WS_BASIS_RETRACTION] = WS_CONFIRMED};
	struct ws_transition *transition = &r->record->transition;
	(void)index;
	if (!READ_WORD(v, transition->basis, WS_BASIS_RETRACTION + 1, ws_basis_name))
		return false;
	transition->certainty = certainties[transition->basis];
	return true;
}

PUT(event_certainty)
{
	(void)index;
	return READ_WORD(v, r->record->transition.certainty, WS_IMPLIED + 1, ws_certainty_name);
}

/* A rule of a newer version is not known here, and the transition counts all the same. */
PUT(event_rule)
{
	enum { MOST = UINT8_MAX };
	(void)index;
	if (v->kind != WS_JSON_STRING)
		return v->kind == WS_JSON_NULL;
	for (unsigned why = 0; why < MOST && *ws_why_word(why); why++)
		if (strcmp(v->text, ws_why_word(why)) == 0)
			r->record->transition.why = (uint8_t)why;
	return true;
}

/* ---- Sides of connections */

static struct ws_endpoint_info *side(struct reading *r, unsigned index)
{
	return &r->record->conn.endpoint[index];
}

PUT(side_address)
{
	return read_address(v, &side(r, index)->address, &r->record->conn.ip_version);
}

PUT(side_state)
{
	return READ_WORD(v, side(r, index)->state, WS_STATE_COUNT, ws_state_name);
}

PUT(side_certainty)
{
	return READ_WORD(v, side(r, index)->certainty, WS_IMPLIED + 1, ws_certainty_name);
}

PUT(side_initial_sequence)
{
	return READ_KNOWN(v, side(r, index)->initial_sequence, side(r, index)->initial_sequence_known);
}

/* It is null where only one direction was captured. */
PUT(side_unacknowledged)
{
	r->record->conn.one_direction = v->kind == WS_JSON_NULL;
	return READ_set_number(side(r, index)->unacknowledged, v);
}

PUT(side_window_scale)
{
	return READ_set_number(side(r, index)->window_scale, v);
}

PUT(side_mss)
{
	return READ_set_number(side(r, index)->mss, v);
}

PUT(side_process)
{
	if (v->kind != WS_JSON_NULL)
		side(r, index)->process = &r->record->process[index];
	return read_text(v, &r->record->process[index].name);
}

PUT(side_process_id)
{
	if (v->kind != WS_JSON_NULL)
		side(r, index)->process = &r->record->process[index];
	return READ_set_number(r->record->process[index].id, v);
}

PUT(side_rtt_min)
{
	return READ_set_time(side(r, index)->rtt_min, v);
}

PUT(side_rtt_median)
{
	return READ_set_time(side(r, index)->rtt_median, v);
}

PUT(side_rtt_max)
{
	return READ_set_time(side(r, index)->rtt_max, v);
}

PUT(side_syn_time)
{
	return READ_set_time(side(r, index)->syn_time, v);
}

PUT(side_smallest_window)
{
	return READ_set_number(side(r, index)->smallest_window, v);
}

PUT(side_time_wait_end)
{
	return READ_set_time(side(r, index)->time_wait_end, v);
}

PUT(side_name)
{
	return read_text(v, &side(r, index)->name);
}

PUT(side_name_source)
{
	return READ_WORD(v, side(r, index)->name_source, WS_NAME_SOURCE_COUNT, ws_name_source_word);
}

/* ---- Connections */

PUT(conn_vlan)
{
	(void)index;
	return READ_set_number(r->record->conn.vlan, v);
}

/* "vxlan > gre": the kinds, the outermost first. Of the outer ones the ends are not in the record. */
static bool read_tunnels(struct reading *r, const struct ws_json_value *v)
{
	struct ws_tunnel_path *path = &r->record->tunnel;
	const char *at = v->text;
	if (v->kind != WS_JSON_STRING)
		return v->kind == WS_JSON_NULL;
	for (; *at && path->count < WS_MAX_TUNNELS; path->count++) {
		const size_t length = strcspn(at, " ");
		unsigned kind = 0;
		while (kind < WS_TUNNEL_COUNT && (strlen(ws_tunnel_word((enum ws_tunnel_kind)kind)) != length ||
		                                  memcmp(at, ws_tunnel_word((enum ws_tunnel_kind)kind), length) != 0))
			kind++;
		if (kind == WS_TUNNEL_COUNT)
			return false;
		path->tunnel[path->count].kind = (uint8_t)kind;
		at += length;
		at += strncmp(at, " > ", 3) == 0 ? 3 : 0;
	}
	r->record->conn.tunnel = path->count ? path : NULL;
	return path->count && !*at;
}

static struct ws_tunnel *innermost(struct reading *r)
{
	struct ws_tunnel_path *path = &r->record->tunnel;
	return &path->tunnel[path->count ? path->count - 1 : 0];
}

PUT(conn_tunnel)
{
	struct ws_tunnel *tunnel = innermost(r);
	if (!index)
		return read_tunnels(r, v);
	if (!READ_KNOWN(v, tunnel->id, tunnel->has_id))
		return false;
	r->record->conn.tunnel_id = tunnel->id;
	return true;
}

PUT(conn_tunnel_end)
{
	struct ws_tunnel *tunnel = innermost(r);
	return read_address(v, index ? &tunnel->destination : &tunnel->source, &tunnel->ip_version);
}

PUT(conn_roles)
{
	(void)index;
	r->record->conn.client = v->kind == WS_JSON_STRING && strcmp(v->text, "seen") == 0 ? 0 : WS_ROLE_UNKNOWN;
	return v->kind == WS_JSON_STRING || v->kind == WS_JSON_NULL;
}

PUT(conn_handshake)
{
	(void)index;
	return READ_WORD(v, r->record->conn.handshake, WS_HANDSHAKE_COUNT, ws_handshake_name);
}

PUT(conn_close)
{
	(void)index;
	return READ_WORD(v, r->record->conn.close, WS_CLOSE_COUNT, ws_close_name);
}

PUT(conn_captured)
{
	(void)index;
	return READ_WORD(v, r->record->conn.captured, WS_CAPTURED_SERVER + 1, ws_captured_name);
}

static const char *closer(unsigned by)
{
	static const char *const words[] = {[WS_CLOSED_BY_NONE] = "none",
	                                    [WS_CLOSED_BY_ENDPOINT_0] = "client",
	                                    [WS_CLOSED_BY_ENDPOINT_1] = "server",
	                                    [WS_CLOSED_BY_BOTH] = "both",
	                                    [WS_CLOSED_BY_UNKNOWN] = "unknown"};
	return words[by];
}

PUT(conn_closed_by)
{
	(void)index;
	return READ_WORD(v, r->record->conn.closed_by, WS_CLOSED_BY_UNKNOWN + 1, closer);
}

PUT(conn_reset_by)
{
	(void)index;
	return READ_WORD(v, r->record->conn.reset_by, WS_CLOSED_BY_ENDPOINT_1 + 1, closer);
}

/* Without a severity, which older records do not have, whatever went wrong counts as 1. */
static uint8_t usual_severity(uint8_t verdict)
{
	return verdict != WS_VERDICT_OPENING && verdict != WS_VERDICT_OPEN && verdict != WS_VERDICT_CLOSING &&
	       verdict != WS_VERDICT_CLOSED;
}

PUT(conn_verdict)
{
	struct ws_stated *stated = &r->record->conn.stated;
	if (!index)
		return read_text(v, &stated->verdict);
	if (!READ_WORD(v, stated->judgement.verdict, WS_VERDICT_COUNT, ws_verdict_tag))
		return false;
	stated->judgement.severity = usual_severity(stated->judgement.verdict);
	return true;
}

PUT(conn_severity)
{
	(void)index;
	return READ_set_number(r->record->conn.stated.judgement.severity, v) &&
	       r->record->conn.stated.judgement.severity <= 3;
}

PUT(conn_initial_rtt)
{
	(void)index;
	return READ_set_time(r->record->conn.initial_rtt, v);
}

PUT(conn_zeek)
{
	struct ws_conn_info *conn = &r->record->conn;
	if (!index)
		return read_text(v, &conn->conn_state);
	if (v->kind == WS_JSON_STRING && v->length < sizeof(conn->history))
		memcpy(conn->history, v->text, v->length + 1);
	return v->kind == WS_JSON_STRING || v->kind == WS_JSON_NULL;
}

PUT(conn_incarnation)
{
	struct ws_conn_info *conn = &r->record->conn;
	return index ? READ_set_number(conn->next, v) : READ_set_number(conn->previous, v);
}

PUT(conn_greeting)
{
	struct ws_said *said = &r->record->conn.said;
	return read_text(v, index == 0 ? &said->sni : index == 1 ? &said->alpn : &said->http_host);
}

/* The method and the target are one text, in a place of its own. */
PUT(conn_http)
{
	struct ws_said *said = &r->record->conn.said;
	const char *text = NULL;
	if (index == 2)
		return READ_set_number(said->http_status, v);
	if (!read_text(v, &text))
		return false;
	if (!text)
		return true;
	char *end = r->compose;
	if (said->http_request && index) {
		end += strlen(end);
		*end++ = ' ';
	}
	memcpy(end, text, v->length + 1);
	said->http_request = r->compose;
	return true;
}

PUT(conn_share)
{
	struct ws_conn_info *conn = &r->record->conn;
	const enum ws_cause cause = (enum ws_cause)(index / 2);
	conn->shares_known = conn->shares_known || v->kind != WS_JSON_NULL;
	return READ_set_time(conn->shares.time[cause][ws_cause_is_sided(cause) ? index & 1 : 0], v);
}

/* Where the capture was taken follows from the ways to the ends: such ways are put here. */
PUT(conn_spent)
{
	enum { FAR = 1000 };
	struct ws_time_shares *shares = &r->record->conn.shares;
	if (index == 0)
		return READ_set_number(shares->timeouts, v);
	if (index == 2 || v->kind != WS_JSON_STRING)
		return v->kind == WS_JSON_STRING || v->kind == WS_JSON_NULL;
	const bool client = strcmp(v->text, "client") == 0, server = strcmp(v->text, "server") == 0;
	shares->way_to[0] = server ? FAR : 1;
	shares->way_to[1] = client ? FAR : 1;
	shares->both_ends = strcmp(v->text, "both") == 0;
	return client || server || shares->both_ends || strcmp(v->text, "middle") == 0;
}

PUT(conn_points)
{
	if (!index && v->key[v->depth - 1].index == 0)
		return read_text(v, &r->point);
	return true;
}

/* ---- ARP, UDP, totals */

PUT(arp_ip)
{
	uint8_t version = 4;
	(void)index;
	return read_address(v, &r->record->arp.ip, &version);
}

PUT(arp_mac)
{
	struct ws_arp_binding *arp = &r->record->arp;
	uint8_t *mac = index ? arp->previous_mac : arp->mac;
	if (v->kind == WS_JSON_NULL)
		return true;
	if (v->kind != WS_JSON_STRING || v->length != 17)
		return false;
	for (unsigned i = 0; i < 17; i++) {
		const char *digits = "0123456789abcdef", c = (char)(v->text[i] | 0x20);
		const char *at = i % 3 == 2 ? NULL : strchr(digits, c);
		if (i % 3 == 2 ? v->text[i] != ':' : !at)
			return false;
		if (at)
			mac[i / 3] = (uint8_t)(mac[i / 3] << 4 | (at - digits));
	}
	return true;
}

PUT(arp_flag)
{
	struct ws_arp_binding *arp = &r->record->arp;
	const bool set = v->kind == WS_JSON_TRUE;
	if (index)
		arp->gratuitous = set;
	else
		arp->changed = set;
	return v->kind <= WS_JSON_TRUE;
}

PUT(arp_vlan)
{
	(void)index;
	return READ_set_number(r->record->arp.vlan, v);
}

PUT(udp_address)
{
	struct ws_udp_info *udp = &r->record->udp;
	return read_address(v, &udp->address[index], &udp->ip_version);
}

/* Here the record has all in words, and only that is kept. */
PUT(udp_tunnel)
{
	struct ws_tunnel_path *path = &r->record->tunnel;
	(void)index;
	if (v->kind != WS_JSON_STRING)
		return v->kind == WS_JSON_NULL;
	if (v->length >= sizeof(path->words))
		return false;
	memcpy(path->words, v->text, v->length + 1);
	r->record->udp.tunnel = path;
	return true;
}

PUT(stats_state)
{
	return READ_set_number(r->record->stats.state[index], v);
}

PUT(stats_time)
{
	struct ws_tracker_stats *stats = &r->record->stats;
	return index ? READ_set_time(stats->last_time, v) : READ_set_time(stats->first_time, v);
}

PUT(stats_taken)
{
	(void)index;
	return READ_set_time(r->record->time, v);
}
