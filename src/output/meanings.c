/* What each field of a record is: its type, with the unit, and what it says. The manual's list is made from this, and a
 * test checks that no field is missing here. */
#include "output/meanings.h"

#include <wirestate/language.h>

#include <string.h>

#define ENDPOINT_COUNTS(X)                                                                                             \
	X("retransmissions", "number", N_("segments sent again, as tshark counts them"))                               \
	X("fast_retransmissions", "number", N_("of them those that answer duplicate ACKs"))                            \
	X("spurious_retransmissions", "number", N_("of them those that had been acknowledged before"))                 \
	X("out_of_order", "number", N_("segments that came late"))                                                     \
	X("lost_segments", "number", N_("segments after a gap"))                                                       \
	X("duplicate_acks", "number", N_("ACKs that repeat the one before"))                                           \
	X("zero_windows", "number", N_("segments that announce a closed window"))                                      \
	X("zero_window_probes", "number", N_("probes of the peer's closed window"))                                    \
	X("windows_full", "number", N_("segments that fill the peer's window"))                                        \
	X("keep_alives", "number", N_("keep-alives"))

/* Only of a live capture, and of what one has written, where the endpoint is this host's. */
#define KERNEL_FIELDS(X, side)                                                                                         \
	X(side "_kernel_state", "word",                                                                                \
	  N_("the state of this side that this host's kernel says; CLOSED: it has no socket"))                         \
	X(side "_kernel_timer", "word",                                                                                \
	  N_("the timer of its socket: none, retransmission, keep_alive, time_wait or probe"))                         \
	X(side "_kernel_expires", "seconds", N_("when that timer runs out, counted from the kernel's answer"))         \
	X(side "_kernel_rtt", "seconds", N_("the smoothed round trip of its kernel"))                                  \
	X(side "_kernel_retransmissions", "number", N_("segments that its kernel has sent again"))                     \
	X(side "_congestion_window", "segments", N_("of its kernel"))                                                  \
	X(side "_send_queue", "bytes", N_("written by the program, and not acknowledged or not sent"))                 \
	X(side "_receive_queue", "bytes", N_("received, and not read by the program"))                                 \
	X(side "_busy", "seconds", N_("while it had something to send"))                                               \
	X(side "_window_limited", "seconds", N_("of these: the peer's window was full"))                               \
	X(side "_send_buffer_limited", "seconds", N_("of these: its send buffer was too small"))                       \
	X(side "_uid", "number", N_("the user who owns the socket"))                                                   \
	X(side "_user", "text", N_("that user's name"))                                                                \
	X(side "_service", "text", N_("the service or session in which it was made"))                                  \
	X(side "_container", "text", N_("the container: the first 12 digits of its id, or its name"))

#define FIELDS(X)                                                                                                      \
	X("time", "seconds since 1970", N_("of the packet or event; of stats when they were taken"))                   \
	X("frame", "number", N_("the packet's number in the file; null for a timer"))                                  \
	X("conn", "number", N_("the connection, from 1 in the order of first packets"))                                \
	X("role", "word", N_("client, server or unknown"))                                                             \
	X("address", "address", N_("IPv4 or IPv6"))                                                                    \
	X("port", "number", N_("TCP or UDP port"))                                                                     \
	X("peer_address", "address", N_("of the other endpoint"))                                                      \
	X("peer_port", "number", N_("of the other endpoint"))                                                          \
	X("from", "word", N_("the state before"))                                                                      \
	X("to", "word", N_("the state after"))                                                                         \
	X("basis", "word", N_("the evidence, see STATES AND MARKS"))                                                   \
	X("why", "text", N_("the reason, a sentence"))                                                                 \
	X("rule", "word", N_("the short name of the rule that was applied"))                                           \
	X("rfc", "text", N_("the section that the rule is based on"))                                                  \
	X("vlan", "number", N_("the VLAN's number; absent without one"))                                               \
	X("state", "word", N_("the endpoint's state"))                                                                 \
	X("certainty", "word", N_("how certain the state is; of a transition, the state after it"))                    \
	X("packets", "number", N_("packets sent"))                                                                     \
	X("bytes", "bytes", N_("payload sent, with repetitions, without keep-alives; in stats whole frames"))          \
	ENDPOINT_COUNTS(X)                                                                                             \
	X("most_in_flight", "bytes", N_("the most that was sent and not yet acknowledged"))                            \
	X("unacknowledged", "bytes", N_("sent and not acknowledged at the end; SYN and FIN count one"))                \
	X("initial_sequence", "number", N_("the initial sequence number"))                                             \
	X("window", "number", N_("the window field as last sent, not scaled"))                                         \
	X("window_scale", "number", N_("the window scale option of the SYN, a shift"))                                 \
	X("mss", "bytes", N_("the MSS option of the SYN"))                                                             \
	X("syns", "number", N_("SYNs, of the server SYN-ACKs, that were captured, those sent again included"))         \
	X("syn_time", "seconds", N_("from the first to the last of them; null without any"))                           \
	X("process", "text", N_("the name of the process, where it is this host's or the capture file has it"))        \
	X("process_id", "number", N_("its number"))                                                                    \
	X("rtt_min", "seconds", N_("the shortest time from a segment of this side to the ACK that covers it"))         \
	X("rtt_median", "seconds", N_("the median of these times, right within 13 %"))                                 \
	X("rtt_max", "seconds", N_("the longest of these times"))                                                      \
	X("throughput", "bytes/s", N_("payload sent over the whole duration"))                                         \
	X("retransmitted", "share", N_("retransmissions divided by packets, 0 to 1"))                                  \
	X("smallest_window", "bytes", N_("the smallest window announced after the SYN, scaled"))                       \
	X("name", "text", N_("the host's name, see Names of hosts"))                                                   \
	X("name_source", "word", N_("where it comes from: sni, http, dns, file, hosts, or none"))                      \
	X("time_wait_end", "seconds since 1970", N_("when its TIME_WAIT ends; null in other states"))                  \
	X("sni", "text", N_("the server name that a client of TLS asked for"))                                         \
	X("alpn", "text", N_("the protocols that it offered, separated by commas"))                                    \
	X("http_host", "text", N_("the Host of the first HTTP request"))                                               \
	X("http_method", "text", N_("the method of the first HTTP request"))                                           \
	X("http_path", "text", N_("its target, at most 2 kB of it"))                                                   \
	X("http_status", "number", N_("the status of the first HTTP answer"))                                          \
	X("roles", "word", N_("seen, or guessed from the ports"))                                                      \
	X("first_time", "seconds since 1970", N_("of the first packet"))                                               \
	X("last_time", "seconds since 1970", N_("of the last packet"))                                                 \
	X("first_frame", "number", N_("of the first packet"))                                                          \
	X("last_frame", "number", N_("of the last packet"))                                                            \
	X("captured", "word", N_("whose segments were captured; of a packet the bytes, of stats the packets"))         \
	X("handshake", "word", N_("complete, partial or missed"))                                                      \
	X("closed_by", "word", N_("who sent the first FIN"))                                                           \
	X("reset_by", "word", N_("who sent the RST that ended it"))                                                    \
	X("close", "word", N_("how it ended: fin, rst, timeout or open"))                                              \
	X("conn_state", "word", N_("as in Zeek's conn.log"))                                                           \
	X("history", "text", N_("as in Zeek's conn.log"))                                                              \
	X("verdict", "text", N_("what happened, a sentence; of an overview one word"))                                 \
	X("verdict_tag", "word", N_("the same in one word"))                                                           \
	X("initial_rtt", "seconds", N_("from the SYN to the handshake's ACK"))                                         \
	X("bad_checksums", "number", N_("segments with a wrong checksum"))                                             \
	X("checksums_ignored", "number", N_("of them those that were taken as good"))                                  \
	X("duplicates", "number", N_("packets that were captured twice"))                                              \
	X("completeness", "number", N_("tshark's tcp.completeness, a sum of bits"))                                    \
	X("previous", "number", N_("the connection that had these addresses and ports before"))                        \
	X("next", "number", N_("the one that took them over"))                                                         \
	X("duration", "seconds", N_("from the first packet to the last"))                                              \
	X("community_id", "text", N_("Community ID, version 1, with seed 0"))                                          \
	X("tunnel", "text", N_("kinds, ids and ends of the tunnels that it is in, the outermost first"))               \
	X("tunnel_id", "number", N_("the id of the innermost tunnel, in the first packet"))                            \
	X("tunnel_source", "address", N_("where the innermost tunnel begins, in the first packet"))                    \
	X("tunnel_destination", "address", N_("where it ends"))                                                        \
	X("ip", "address", N_("IPv4 address"))                                                                         \
	X("mac", "MAC address", N_("the address that it is bound to"))                                                 \
	X("previous_mac", "MAC address", N_("the one before; null when it has not changed"))                           \
	X("changed", "boolean", N_("the binding has changed; in CSV 1 or 0"))                                          \
	X("gratuitous", "boolean", N_("nobody had asked for it"))                                                      \
	X("requests", "number", N_("ARP requests for it"))                                                             \
	X("replies", "number", N_("ARP replies about it"))                                                             \
	X("udp", "number", N_("the conversation, from 1; in stats packets of UDP"))                                    \
	X("unreachable", "number", N_("ICMP errors that quote it"))                                                    \
	X("length", "bytes", N_("on the wire"))                                                                        \
	X("mac_source", "MAC address", N_("of the sender"))                                                            \
	X("mac_destination", "MAC address", N_("of the receiver"))                                                     \
	X("ip_version", "number", N_("4 or 6"))                                                                        \
	X("protocol", "number", N_("IP protocol"))                                                                     \
	X("source", "address", N_("IP address of the sender"))                                                         \
	X("source_port", "number", N_("port of the sender"))                                                           \
	X("destination", "address", N_("IP address of the receiver"))                                                  \
	X("destination_port", "number", N_("port of the receiver"))                                                    \
	X("ttl", "number", N_("time to live, or hop limit"))                                                           \
	X("sequence", "number", N_("sequence number, relative in a known connection; of a transit as in the packet"))  \
	X("acknowledgment", "number", N_("acknowledgment number, likewise"))                                           \
	X("flags", "text", N_("TCP's flags"))                                                                          \
	X("icmp_type", "number", N_("ICMP type"))                                                                      \
	X("icmp_code", "number", N_("ICMP code"))                                                                      \
	X("payload_length", "bytes", N_("payload of TCP, UDP or ICMP"))                                                \
	X("checksum_status", "word", N_("good, bad, offloaded or unverified"))                                         \
	X("analysis", "text", N_("the marks of sequence analysis"))                                                    \
	X("error", "text", N_("what is wrong with a malformed packet"))                                                \
	X("interface", "text", N_("the interface, where the capture file has it"))                                     \
	X("comment", "text", N_("the packet's comment in the file"))                                                   \
	X("tcp", "number", N_("packets of TCP"))                                                                       \
	X("icmp", "number", N_("packets of ICMP"))                                                                     \
	X("arp", "number", N_("packets of ARP"))                                                                       \
	X("other", "number", N_("all other packets"))                                                                  \
	X("fragments", "number", N_("fragments of IP"))                                                                \
	X("malformed", "number", N_("malformed packets"))                                                              \
	X("connections", "number", N_("connections"))                                                                  \
	X("udp_conversations", "number", N_("UDP conversations"))                                                      \
	X("evicted", "number", N_("connections given up for memory"))                                                  \
	X("udp_evicted", "number", N_("UDP conversations given up for memory"))                                        \
	X("fragments_evicted", "number", N_("fragmented datagrams given up for memory"))                               \
	X("history_dropped", "number", N_("inputs that are no longer kept for the replay"))                            \
	X("states", "object of numbers", N_("endpoints in each state at the end"))                                     \
	X("received", "number", N_("packets that the filter passed; of a transit the time, in seconds since 1970"))    \
	X("dropped_kernel", "number", N_("packets that the kernel dropped"))                                           \
	X("dropped_interface", "number", N_("packets that the interface dropped"))                                     \
	X("point", "text", N_("the point whose record it is; only with several"))                                      \
	X("point_conn", "number", N_("the connection's number at that point, whose packets' numbers these are"))       \
	X("sensor", "text", N_("who wrote the record; only where records are the input"))                              \
	X("points", "list of texts", N_("the points that captured it, from the client to the server"))                 \
	X("numbers", "list of numbers", N_("the connection's number at each of points"))                               \
	X("lost", "number", N_("segments that left one point and did not come to the next"))                           \
	X("answer_time", "seconds", N_("from a request to its answer at the point nearest to the server, the median")) \
	X("sent", "number", N_("segments that left the first point; of a transit the time, in seconds since 1970"))    \
	X("delivered", "number", N_("segments that came to the last point"))                                           \
	X("not_captured", "number", N_("segments that a point has not seen, without being lost"))                      \
	X("connecting", "seconds", N_("of the duration: until the handshake was complete"))                            \
	X("client_program", "seconds", N_("of the duration: the client's program was waited for"))                     \
	X("server_program", "seconds", N_("of the duration: the server's program was waited for"))                     \
	X("network_to_server", "seconds", N_("of the duration: data to the server, or its ACKs, were on their way"))   \
	X("network_to_client", "seconds", N_("likewise data to the client"))                                           \
	X("window_to_server", "seconds", N_("of the duration: the server's window was full"))                          \
	X("window_to_client", "seconds", N_("likewise the client's window"))                                           \
	X("closed_window_to_server", "seconds", N_("of the duration: the server's window was 0"))                      \
	X("closed_window_to_client", "seconds", N_("likewise the client's window"))                                    \
	X("fast_recovery_to_server", "seconds",                                                                        \
	  N_("of the duration: duplicate ACKs repaired a loss of data to the server"))                                 \
	X("fast_recovery_to_client", "seconds", N_("likewise of data to the client"))                                  \
	X("timeout_to_server", "seconds", N_("of the duration: a timer repaired a loss of data to the server"))        \
	X("timeout_to_client", "seconds", N_("likewise of data to the client"))                                        \
	X("path_mtu_to_server", "seconds",                                                                             \
	  N_("of the duration: data to the server was too large for the path, until it was sent again in parts"))      \
	X("path_mtu_to_client", "seconds", N_("likewise of data to the client"))                                       \
	X("nagle_to_server", "seconds",                                                                                \
	  N_("of the duration: Nagle's algorithm held data to the server until a delayed ACK"))                        \
	X("nagle_to_client", "seconds", N_("likewise data to the client"))                                             \
	X("idle", "seconds", N_("of the duration: nobody wanted anything"))                                            \
	X("closing", "seconds", N_("of the duration: FINs and their ACKs were on their way"))                          \
	X("exchange", "number", N_("the request, from 1 in each connection"))                                          \
	X("ttfb", "seconds", N_("from the first byte of the request to the first of the answer"))                      \
	X("think_time", "seconds", N_("what the server's program took to begin the answer"))                           \
	X("transfer_time", "seconds", N_("from the first byte of the answer to the last"))                             \
	X("request_bytes", "bytes", N_("payload of the request"))                                                      \
	X("answer_bytes", "bytes", N_("payload of the answer"))                                                        \
	X("request_frame", "number", N_("of the request's first packet"))                                              \
	X("answer_frame", "number", N_("of the answer's first packet"))                                                \
	X("interleaved", "boolean",                                                                                    \
	  N_("the client went on sending before it had the whole answer; of a service a number"))                      \
	X("exchanges", "number", N_("requests"))                                                                       \
	X("unanswered", "number", N_("of these, without an answer"))                                                   \
	X("min", "seconds", N_("the shortest of these times"))                                                         \
	X("median", "seconds", N_("their median"))                                                                     \
	X("p95", "seconds", N_("the time that 95 of 100 do not exceed"))                                               \
	X("max", "seconds", N_("the longest of these times"))                                                          \
	X("cause", "word", N_("what kept the connection from going on"))                                               \
	X("side", "word", N_("whose program or data that concerns: client or server"))                                 \
	X("what", "text", N_("what happened, in words"))                                                               \
	X("timeouts", "number", N_("how often a timer sent a segment again"))                                          \
	X("vantage", "word",                                                                                           \
	  N_("where the capture was taken: client, server or middle; both, if several points say "                     \
	     "together where the time went; null when not known"))                                                     \
	X("time_spent", "text",                                                                                        \
	  N_("the shares of at least 1 % in words, the largest first; null where one direction was captured"))         \
	KERNEL_FIELDS(X, "client")                                                                                     \
	KERNEL_FIELDS(X, "server")                                                                                     \
	X("slow_by", "word", N_("of SLOW: what kept somebody waiting for the longest; else null"))                     \
	X("severity", "number", N_("how bad the verdict is, from 0 (fine) to 3 (broken)"))                             \
	X("count", "number", N_("connections in the group"))                                                           \
	X("share", "share", N_("count divided by all connections, 0 to 1"))                                            \
	X("verdict_count", "number", N_("connections with this verdict and severity, in all groups"))                  \
	X("whose", "text", N_("from which client to which server and port"))                                           \
	X("example", "number", N_("the first connection of the group"))                                                \
	X("example_verdict", "text", N_("what happened to it, a sentence"))                                            \
	X("filter", "text",                                                                                            \
	  N_("the display filter that shows the group; of the others of a verdict, all with that verdict"))            \
	X("injected", "number", N_("segments that arrived and had never left"))                                        \
	X("duplicated", "number", N_("second arrivals of one departure"))                                              \
	X("needless", "boolean", N_("of a transit: it was sent again although all its bytes had arrived"))             \
	X("protocol", "text", N_("of a transit: tcp, udp or icmp (an echo)"))                                          \
	X("ack_lost_between", "list of texts",                                                                         \
	  N_("of a needless one: the points between which an ACK of these bytes was lost"))                            \
	X("reordered", "number", N_("segments that later ones overtook; of a transit a boolean"))                      \
	X("delay_min", "seconds", N_("the shortest one-way delay between the first and the last point"))               \
	X("delay_median", "seconds", N_("the median of these delays"))                                                 \
	X("delay_max", "seconds", N_("the longest of these delays"))                                                   \
	X("outcome", "word", N_("delivered, lost, not_captured, injected or duplicated"))                              \
	X("delay", "seconds", N_("between the first and the last point"))                                              \
	X("lost_between", "list of texts", N_("the two points between which it was lost"))                             \
	X("frames", "list of numbers", N_("the packet's number at each of points; null where it was not captured"))    \
	X("reference", "text", N_("the point whose clock is taken as true"))                                           \
	X("offset", "seconds", N_("how far the point's clock is ahead of the reference's"))                            \
	X("bound", "seconds", N_("the true offset differs by at most this"))                                           \
	X("drift_ppm", "millionths", N_("how much faster it runs; null for less than 30 s"))                           \
	X("steps", "number", N_("how often one of the clocks was set"))                                                \
	X("segments", "number", N_("segments that say something about it; of a share those in it"))                    \
	X("given", "boolean", N_("--offset gave the offset"))                                                          \
	X("sender", "word", N_("client or server: whose data the graph is about"))                                     \
	X("curve", "word", N_("which curve the point is on, see Curves and marks of series"))                          \
	X("value", "number", N_("in the unit that unit says; numbers are relative to the initial sequence number"))    \
	X("end", "number", N_("of segment and sack one past the last number; else null"))                              \
	X("unit", "text", N_("number, bytes, bytes/s or s"))                                                           \
	X("marks", "list of words", N_("what is particular about the point, see Curves and marks of series"))          \
	X("span", "seconds", N_("of throughput and goodput: the time that they are averaged over"))

static const struct {
	const char *name, *type, *meaning;
} meanings[] = {
#define X(name, type, meaning) {name, type, meaning},
        FIELDS(X)
#undef X
};

bool ws_field_meaning(size_t index, const char **name, const char **type, const char **meaning)
{
	if (index >= WS_ARRAY_SIZE(meanings))
		return false;
	*name = meanings[index].name;
	*type = meanings[index].type;
	*meaning = meanings[index].meaning;
	return true;
}

static bool has_row(const char *name)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(meanings); i++)
		if (strcmp(meanings[i].name, name) == 0)
			return true;
	return false;
}

bool field_has_meaning(const char *group, const char *name)
{
	char buffer[80];
	struct ws_text whole = WS_TEXT_OVER(buffer);
	ws_text_printf(&whole, "%s_%s", group ? group : "", name);
	return has_row(name) || (group && (has_row(ws_text_cstr(&whole)) || strcmp(group, "states") == 0));
}
