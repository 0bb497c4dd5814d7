/* The records other than packets, each as one line of text. */
#include "output/columns.h"
#include "output/exchanges.h"
#include "output/overview.h"
#include "output/series.h"
#include "output/spans.h"

#include <wirestate/points.h>

#include <string.h>

/* Writes "client SYN_SENT→ESTABLISHED~". A guessed role and an uncertain state have their mark. */
void text_transition(struct ws_text *text, const struct subject *subject)
{
	const struct ws_transition *transition = &subject->event->transition;
	const struct ws_conn_ends *ends = subject->ends;
	ws_text_puts(text, transition->endpoint == ends->likely_client ? "client" : "server");
	ws_text_puts(text, ends->client == WS_ROLE_UNKNOWN ? "? " : " ");
	ws_transition_words(text, transition, false);
}

static void write_transition(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	const struct ws_conn_ends *ends = subject->ends;
	unsigned self = subject->event->transition.endpoint & 1;
	text_stamp(output, subject->time, subject->frame);
	ws_text_append(text, " #", 2);
	ws_text_u64(text, ends->number);
	ws_text_putc(text, ' ');
	ws_text_endpoint(text, &ends->address[self], ends->ip_version, ends->port[self]);
	ws_text_puts(text, " \xe2\x86\x94 ");
	ws_text_endpoint(text, &ends->address[!self], ends->ip_version, ends->port[!self]);
	ws_text_append(text, "  ", 2);
	text_transition(text, subject);
	ws_text_puts(text, "  ");
	ws_text_puts(text, ws_why_text(subject->event->transition.why));
}

static void write_end(const struct ws_output *output, struct ws_text *text, const struct ws_conn_info *conn,
                      unsigned index)
{
	const struct ws_endpoint_info *endpoint = &conn->endpoint[index];
	ws_text_puts(text, index == (unsigned)conn->likely_client ? "client" : "server");
	ws_text_puts(text, conn->client == WS_ROLE_UNKNOWN ? "? " : " ");
	ws_text_endpoint(text, &endpoint->address, conn->ip_version, endpoint->port);
	if (output->options.names && endpoint->name) {
		ws_text_puts(text, ws_name_is_attributed((enum ws_name_source)endpoint->name_source) ? " (~" : " (");
		ws_text_clean(text, endpoint->name, strlen(endpoint->name));
		ws_text_putc(text, ')');
	}
	ws_text_putc(text, ' ');
	ws_text_puts(text, ws_state_name(endpoint->state));
	if (endpoint->certainty != WS_CONFIRMED)
		ws_text_putc(text, ws_certainty_mark(endpoint->certainty));
	ws_text_printf(text, " packets %ju bytes %ju", (uintmax_t)endpoint->packets, (uintmax_t)endpoint->bytes);
}

static void write_connection(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	const struct ws_conn_info *conn = subject->conn;
	unsigned client = (unsigned)conn->likely_client & 1;
	char sentence[1024];
	struct ws_text verdict = WS_TEXT_OVER(sentence);
	const char *tag;
	ws_text_printf(text, "connection #%ju  ", (uintmax_t)conn->number);
	if (output->point_name && !conn->path) /* whose number it is */
		ws_text_printf(text, "at %s  ", output->point_name);
	if (conn->vlan != WS_NO_VLAN)
		ws_text_printf(text, "vlan %u  ", conn->vlan);
	if (conn->tunnel) {
		ws_text_puts(text, "in ");
		ws_tunnel_words(text, conn->tunnel, conn->tunnel_id);
		ws_text_puts(text, "  ");
	}
	write_end(output, text, conn, client);
	ws_text_puts(text, "  ");
	write_end(output, text, conn, !client);
	ws_text_puts(text, "  ");
	if (output->options.names && conn->said.http_request) {
		ws_said_words(text, &conn->said);
		ws_text_puts(text, "  ");
	}
	ws_text_time(text, conn->last_time - conn->first_time, 6);
	ws_text_puts(text, " s");
	if (conn->initial_rtt >= 0) {
		ws_text_puts(text, "  rtt ");
		ws_text_time(text, conn->initial_rtt, 6);
	}
	uint64_t again = conn->endpoint[0].retransmissions + conn->endpoint[1].retransmissions;
	if (again)
		ws_text_printf(text, "  retransmissions %ju", (uintmax_t)again);
	ws_conn_verdict(conn, &verdict, &tag, NULL);
	ws_text_puts(text, "  ");
	ws_text_puts(text, tag);
	ws_text_putc(text, ' ');
	ws_text_append(text, verdict.data, verdict.length);
	char words[512];
	struct ws_text spent = WS_TEXT_OVER(words);
	ws_conn_spent_words(conn, &spent);
	if (!spent.length)
		return;
	ws_text_puts(text, "; time: ");
	ws_text_append(text, words, spent.length);
}

static void write_arp(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	const struct ws_arp_binding *arp = &subject->event->arp;
	text_stamp(output, subject->time, subject->frame);
	ws_text_puts(text, " arp ");
	ws_text_addr(text, &arp->ip, 4);
	ws_text_puts(text, " is-at ");
	ws_text_mac(text, arp->mac);
	if (arp->changed) {
		ws_text_puts(text, " changed from ");
		ws_text_mac(text, arp->previous_mac);
	}
	if (arp->gratuitous)
		ws_text_puts(text, " gratuitous");
	if (arp->vlan != WS_NO_VLAN)
		ws_text_printf(text, " vlan %u", arp->vlan);
}

static void write_udp(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	const struct ws_udp_info *udp = subject->udp;
	ws_text_printf(text, "udp #%ju  ", (uintmax_t)udp->number);
	if (udp->tunnel)
		ws_text_printf(text, "in %s  ", udp->tunnel->words);
	for (unsigned i = 0; i < 2; i++) {
		ws_text_endpoint(text, &udp->address[i], udp->ip_version, udp->port[i]);
		ws_text_printf(text, " packets %ju bytes %ju  ", (uintmax_t)udp->packets[i], (uintmax_t)udp->bytes[i]);
	}
	ws_text_time(text, udp->last_time - udp->first_time, 6);
	ws_text_puts(text, " s");
	if (udp->unreachable)
		ws_text_printf(text, "  unreachable %ju", (uintmax_t)udp->unreachable);
	ws_udp_path_words(text, udp, "  ");
}

/* Writes the same totals as the other formats, with the same names. */
static void write_stats(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	const struct columns *columns = output_columns(WS_RECORD_STATS);
	struct value value;
	ws_text_puts(text, "totals");
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->column[i];
		value.kind = VALUE_ABSENT;
		column->get(subject, column->index, &value);
		if (value.kind != VALUE_NUMBER || value.number == 0)
			continue;
		ws_text_puts(text, "  ");
		if (column->group) {
			ws_text_puts(text, column->group);
			ws_text_putc(text, '.');
		}
		ws_text_puts(text, column->name);
		ws_text_putc(text, ' ');
		ws_text_u64(text, value.number);
	}
}

/* Writes "transit #3 client seq 1 len 1448  client 12 → server 15  delivered 0.015 s". Sequence numbers are raw. */
static void write_transit(struct ws_output *output, const struct subject *subject)
{
	struct ws_text *text = &output->text;
	const struct ws_transit *transit = subject->transit;
	const struct ws_conn_path *path = subject->path;
	const bool client = transit->direction == (unsigned)path->client;
	if (subject->conn) {
		ws_text_printf(text, "transit #%ju  %s ", (uintmax_t)subject->conn->number,
		               client ? "client" : "server");
		ws_tcp_flags_text(text, transit->flags, false);
		ws_text_printf(text, " seq %u len %u  ", transit->sequence, transit->length);
	} else if (path->kind == WS_JOIN_UDP) {
		ws_text_printf(text, "transit udp #%ju  %s len %u  ", (uintmax_t)path->number[0],
		               client ? "first sender" : "peer", transit->length);
	} else {
		ws_text_printf(text, "transit icmp  echo %s len %u  ", client ? "request" : "reply", transit->length);
	}
	for (unsigned i = 0; i < path->result.points; i++) {
		const unsigned point = path->result.path[transit->direction ? path->result.points - 1u - i : i];
		ws_text_puts(text, i ? " \xe2\x86\x92 " : "");
		ws_text_puts(text, path->name[point]);
		if (transit->frame[point])
			ws_text_printf(text, " %ju", (uintmax_t)transit->frame[point]);
		else
			ws_text_puts(text, " -");
	}
	ws_text_printf(text, "  %s", ws_outcome_word((enum ws_join_outcome)transit->outcome));
	if (transit->outcome == WS_OUTCOME_LOST)
		ws_text_printf(text, " between %s and %s", path->name[transit->last], path->name[transit->next]);
	if (transit->first >= 0 && transit->last != transit->first) {
		ws_text_puts(text, " ");
		ws_text_time(text, transit->time[transit->last] - transit->time[transit->first], 6);
		ws_text_puts(text, " s");
	}
	if (transit->reordered)
		ws_text_puts(text, " overtaken");
	if (transit->needless)
		ws_text_puts(text, "  needless: the first copy had arrived");
	if (transit->needless && transit->ack_last >= 0)
		ws_text_printf(text, "; its ACK (%s %ju) was lost between %s and %s", path->name[transit->ack_last],
		               (uintmax_t)transit->ack_frame, path->name[transit->ack_last],
		               path->name[transit->ack_next]);
}

static void write_clock(struct ws_output *output, const struct subject *subject)
{
	ws_text_puts(&output->text, "clock  ");
	ws_clock_words(&output->text, subject->point, subject->reference, subject->clock);
}

void text_input(struct ws_output *output, const struct ws_event *event)
{
	text_stamp(output, event->time, event->frame);
	ws_text_putc(&output->text, ' ');
	ws_text_puts(&output->text, event->line);
	ws_text_putc(&output->text, '\n');
}

/* It says packets' numbers, which are those of its point, and its connection's, which is that of the connection's record. */
static bool is_made_of_packets(enum ws_record kind)
{
	return kind == WS_RECORD_SHARE || kind == WS_RECORD_EXCHANGE || kind == WS_RECORD_SERIES;
}

void text_record(struct ws_output *output, const struct subject *subject)
{
	if (subject->point && subject->kind != WS_RECORD_CLOCK && subject->kind != WS_RECORD_CONNECTION &&
	    subject->kind != WS_RECORD_OVERVIEW) {
		ws_text_puts(&output->text, subject->point);
		if (is_made_of_packets(subject->kind) && output_number_at_point(subject) != subject->conn->number)
			ws_text_printf(&output->text, " (#%ju there)", (uintmax_t)output_number_at_point(subject));
		ws_text_puts(&output->text, ": ");
	}
	switch (subject->kind) {
	case WS_RECORD_TRANSITION:
		write_transition(output, subject);
		break;
	case WS_RECORD_CONNECTION:
		write_connection(output, subject);
		break;
	case WS_RECORD_ARP:
		write_arp(output, subject);
		break;
	case WS_RECORD_UDP:
		write_udp(output, subject);
		break;
	case WS_RECORD_STATS:
		write_stats(output, subject);
		break;
	case WS_RECORD_TRANSIT:
		write_transit(output, subject);
		break;
	case WS_RECORD_CLOCK:
		write_clock(output, subject);
		break;
	case WS_RECORD_OVERVIEW:
		text_overview(&output->text, subject);
		break;
	case WS_RECORD_SHARE:
		text_span(&output->text, subject);
		break;
	case WS_RECORD_EXCHANGE:
		text_exchange(&output->text, subject);
		break;
	case WS_RECORD_SERVICE:
		text_service(&output->text, subject);
		break;
	case WS_RECORD_SERIES:
		text_stamp(output, subject->time, subject->frame);
		text_series(&output->text, subject);
		break;
	default: /* text_packet() writes a packet's line, and the caller its newline */
		return;
	}
	ws_text_putc(&output->text, '\n');
}
