/* What each field of a record is: its type, with the unit, and what it says. The manual's list is made from this, and a
 * test checks that no field is missing here. */
#include "output/meanings.h"

#include <string.h>

#define ENDPOINT_COUNTS(X)                                                                                             \
	X("retransmissions", "number", "segments sent again, as tshark counts them")                                   \
	X("fast_retransmissions", "number", "of them those that answer duplicate ACKs")                                \
	X("spurious_retransmissions", "number", "of them those that had been acknowledged before")                     \
	X("out_of_order", "number", "segments that came late")                                                         \
	X("lost_segments", "number", "segments after a gap")                                                           \
	X("duplicate_acks", "number", "ACKs that repeat the one before")                                               \
	X("zero_windows", "number", "segments that announce a closed window")                                          \
	X("zero_window_probes", "number", "probes of the peer's closed window")                                        \
	X("windows_full", "number", "segments that fill the peer's window")                                            \
	X("keep_alives", "number", "keep-alives")

/* Only of a live capture, and of what one has written, where the endpoint is this host's. */
#define KERNEL_FIELDS(X, side, of)                                                                                     \
	X(side "_kernel_state", "word", "of " of ": the state that this host's kernel says; CLOSED: it has no socket") \
	X(side "_kernel_timer", "word", "the timer of its socket: none, retransmission, keep_alive, time_wait or probe") \
	X(side "_kernel_expires", "seconds", "when that timer runs out, counted from the kernel's answer")             \
	X(side "_kernel_rtt", "seconds", "the smoothed round trip of its kernel")                                      \
	X(side "_kernel_retransmissions", "number", "segments that its kernel has sent again")                         \
	X(side "_congestion_window", "segments", "of its kernel")                                                      \
	X(side "_send_queue", "bytes", "written by the program, and not acknowledged or not sent")                     \
	X(side "_receive_queue", "bytes", "received, and not read by the program")                                     \
	X(side "_busy", "seconds", "while it had something to send")                                                   \
	X(side "_window_limited", "seconds", "of these: the peer's window was full")                                   \
	X(side "_send_buffer_limited", "seconds", "of these: its send buffer was too small")                           \
	X(side "_uid", "number", "the user who owns the socket")                                                       \
	X(side "_user", "text", "that user's name")                                                                    \
	X(side "_service", "text", "the service or session in which it was made")                                      \
	X(side "_container", "text", "the container: the first 12 digits of its id, or its name")

#define FIELDS(X)                                                                                                      \
	X("time", "seconds since 1970", "of the packet or event; of stats when they were taken")                       \
	X("frame", "number", "the packet's number in the file; null for a timer")                                      \
	X("conn", "number", "the connection, from 1 in the order of first packets")                                    \
	X("role", "word", "client, server or unknown")                                                                 \
	X("address", "address", "IPv4 or IPv6")                                                                        \
	X("port", "number", "TCP or UDP port")                                                                         \
	X("peer_address", "address", "of the other endpoint")                                                          \
	X("peer_port", "number", "of the other endpoint")                                                              \
	X("from", "word", "the state before")                                                                          \
	X("to", "word", "the state after")                                                                             \
	X("basis", "word", "the evidence, see STATES AND MARKS")                                                       \
	X("why", "text", "the reason, a sentence")                                                                     \
	X("rule", "word", "the short name of the rule that was applied")                                               \
	X("rfc", "text", "the section that the rule is based on")                                                      \
	X("vlan", "number", "the VLAN's number; absent without one")                                                   \
	X("state", "word", "the endpoint's state")                                                                     \
	X("certainty", "word", "how certain the state is; of a transition, the state after it")                                                             \
	X("packets", "number", "packets sent")                                                                         \
	X("bytes", "bytes", "payload sent, repetitions included; in stats whole frames")                               \
	ENDPOINT_COUNTS(X)                                                                                             \
	X("most_in_flight", "bytes", "the most that was sent and not yet acknowledged")                                \
	X("unacknowledged", "bytes", "sent and not acknowledged at the end; SYN and FIN count one")                    \
	X("initial_sequence", "number", "the initial sequence number")                                                 \
	X("window", "number", "the window field as last sent, not scaled")                                             \
	X("window_scale", "number", "the window scale option of the SYN, a shift")                                     \
	X("mss", "bytes", "the MSS option of the SYN")                                                                 \
	X("process", "text", "the name of the process, where it is this host's or the capture file has it")                                 \
	X("process_id", "number", "its number")                                                                        \
	X("rtt_min", "seconds", "the shortest time from a segment of this side to the ACK that covers it")             \
	X("rtt_median", "seconds", "the median of these times, right within 13 %")                                     \
	X("rtt_max", "seconds", "the longest of these times")                                                          \
	X("throughput", "bytes/s", "payload sent over the whole duration")                                             \
	X("retransmitted", "share", "retransmissions divided by packets, 0 to 1")                                      \
	X("smallest_window", "bytes", "the smallest window announced after the SYN, scaled")                           \
	X("name", "text", "the host's name, see Names of hosts")                                                       \
	X("name_source", "word", "where it comes from: sni, http, dns, file, hosts, or none")                          \
	X("time_wait_end", "seconds since 1970", "when its TIME_WAIT ends; null in other states")                      \
	X("sni", "text", "the server name that a client of TLS asked for")                                             \
	X("alpn", "text", "the protocols that it offered, separated by commas")                                        \
	X("http_host", "text", "the Host of the first HTTP request")                                                   \
	X("http_method", "text", "the method of the first HTTP request")                                               \
	X("http_path", "text", "its target, at most 2 kB of it")                                                       \
	X("http_status", "number", "the status of the first HTTP answer")                                              \
	X("roles", "word", "seen, or guessed from the ports")                                                          \
	X("first_time", "seconds since 1970", "of the first packet")                                                   \
	X("last_time", "seconds since 1970", "of the last packet")                                                     \
	X("first_frame", "number", "of the first packet")                                                              \
	X("last_frame", "number", "of the last packet")                                                                \
	X("captured", "word", "whose segments were captured; of a packet the bytes, of stats the packets")             \
	X("handshake", "word", "complete, partial or missed")                                                          \
	X("closed_by", "word", "who sent the first FIN")                                                               \
	X("reset_by", "word", "who sent the RST that ended it")                                                        \
	X("close", "word", "how it ended: fin, rst, timeout or open")                                                  \
	X("conn_state", "word", "as in Zeek's conn.log")                                                               \
	X("history", "text", "as in Zeek's conn.log")                                                                  \
	X("verdict", "text", "what happened, a sentence; of an overview one word")                                     \
	X("verdict_tag", "word", "the same in one word")                                                               \
	X("initial_rtt", "seconds", "from the SYN to the handshake's ACK")                                             \
	X("bad_checksums", "number", "segments with a wrong checksum")                                                 \
	X("checksums_ignored", "number", "of them those that were taken as good")                                      \
	X("duplicates", "number", "packets that were captured twice")                                                  \
	X("completeness", "number", "tshark's tcp.completeness, a sum of bits")                                        \
	X("previous", "number", "the connection that had these addresses and ports before")                            \
	X("next", "number", "the one that took them over")                                                             \
	X("duration", "seconds", "from the first packet to the last")                                                  \
	X("community_id", "text", "Community ID, version 1, with seed 0")                                              \
	X("tunnel", "text", "kinds, ids and ends of the tunnels that it is in, the outermost first")                   \
	X("tunnel_id", "number", "the id of the innermost tunnel, in the first packet")                                \
	X("tunnel_source", "address", "where the innermost tunnel begins, in the first packet")                        \
	X("tunnel_destination", "address", "where it ends")                                                            \
	X("ip", "address", "IPv4 address")                                                                             \
	X("mac", "MAC address", "the address that it is bound to")                                                     \
	X("previous_mac", "MAC address", "the one before; null when it has not changed")                               \
	X("changed", "boolean", "the binding has changed; in CSV 1 or 0")                                              \
	X("gratuitous", "boolean", "nobody had asked for it")                                                          \
	X("requests", "number", "ARP requests for it")                                                                 \
	X("replies", "number", "ARP replies about it")                                                                 \
	X("udp", "number", "the conversation, from 1; in stats packets of UDP")                                        \
	X("unreachable", "number", "ICMP errors that quote it")                                                        \
	X("length", "bytes", "on the wire")                                                                            \
	X("mac_source", "MAC address", "of the sender")                                                                \
	X("mac_destination", "MAC address", "of the receiver")                                                         \
	X("ip_version", "number", "4 or 6")                                                                            \
	X("protocol", "number", "IP protocol")                                                                         \
	X("source", "address", "IP address of the sender")                                                             \
	X("source_port", "number", "port of the sender")                                                               \
	X("destination", "address", "IP address of the receiver")                                                      \
	X("destination_port", "number", "port of the receiver")                                                        \
	X("ttl", "number", "time to live, or hop limit")                                                               \
	X("sequence", "number", "sequence number, relative in a known connection; of a transit as in the packet")      \
	X("acknowledgment", "number", "acknowledgment number, likewise")                                               \
	X("flags", "text", "TCP's flags")                                                                              \
	X("icmp_type", "number", "ICMP type")                                                                          \
	X("icmp_code", "number", "ICMP code")                                                                          \
	X("payload_length", "bytes", "payload of TCP, UDP or ICMP")                                                    \
	X("checksum_status", "word", "good, bad, offloaded or unverified")                                             \
	X("analysis", "text", "the marks of sequence analysis")                                                        \
	X("error", "text", "what is wrong with a malformed packet")                                                    \
	X("interface", "text", "the interface, where the capture file has it")                                         \
	X("comment", "text", "the packet's comment in the file")                                                       \
	X("tcp", "number", "packets of TCP")                                                                           \
	X("icmp", "number", "packets of ICMP")                                                                         \
	X("arp", "number", "packets of ARP")                                                                           \
	X("other", "number", "all other packets")                                                                      \
	X("fragments", "number", "fragments of IP")                                                                    \
	X("malformed", "number", "malformed packets")                                                                  \
	X("connections", "number", "connections")                                                                      \
	X("udp_conversations", "number", "UDP conversations")                                                          \
	X("evicted", "number", "connections given up for memory")                                                      \
	X("udp_evicted", "number", "UDP conversations given up for memory")                                            \
	X("fragments_evicted", "number", "fragmented datagrams given up for memory")                                   \
	X("history_dropped", "number", "inputs that are no longer kept for the replay")                                \
	X("states", "object of numbers", "endpoints in each state at the end")                                         \
	X("received", "number", "packets that the filter passed; of a transit the time, in seconds since 1970")        \
	X("dropped_kernel", "number", "packets that the kernel dropped")                                               \
	X("dropped_interface", "number", "packets that the interface dropped")                                         \
	X("point", "text", "the point whose record it is; only with several")                                          \
	X("sensor", "text", "who wrote the record; only where records are the input")                                  \
	X("points", "list of texts", "the points that captured it, from the client to the server")                     \
	X("numbers", "list of numbers", "the connection's number at each of points")                                   \
	X("lost", "number", "segments that left one point and did not come to the next")                               \
	X("answer_time", "seconds", "from a request to its answer at the point nearest to the server, the median")     \
	X("sent", "number", "segments that left the first point; of a transit the time, in seconds since 1970")        \
	X("delivered", "number", "segments that came to the last point")                                               \
	X("not_captured", "number", "segments that a point has not seen, without being lost")                          \
	X("connecting", "seconds", "of the duration: until the handshake was complete")                                \
	X("client_program", "seconds", "of the duration: the client's program was waited for")                         \
	X("server_program", "seconds", "of the duration: the server's program was waited for")                         \
	X("network_to_server", "seconds", "of the duration: data to the server, or its ACKs, were on their way")       \
	X("network_to_client", "seconds", "likewise data to the client")                                               \
	X("window_to_server", "seconds", "of the duration: the server's window was full")                              \
	X("window_to_client", "seconds", "likewise the client's window")                                               \
	X("closed_window_to_server", "seconds", "of the duration: the server's window was 0")                          \
	X("closed_window_to_client", "seconds", "likewise the client's window")                                        \
	X("fast_recovery_to_server", "seconds", "of the duration: duplicate ACKs repaired a loss of data to the server") \
	X("fast_recovery_to_client", "seconds", "likewise of data to the client")                                      \
	X("timeout_to_server", "seconds", "of the duration: a timer repaired a loss of data to the server")            \
	X("timeout_to_client", "seconds", "likewise of data to the client")                                            \
	X("nagle_to_server", "seconds", "of the duration: Nagle's algorithm held data to the server until a delayed ACK") \
	X("nagle_to_client", "seconds", "likewise data to the client")                                                 \
	X("idle", "seconds", "of the duration: nobody wanted anything")                                                \
	X("closing", "seconds", "of the duration: FINs and their ACKs were on their way")                              \
	X("exchange", "number", "the request, from 1 in each connection")                                              \
	X("ttfb", "seconds", "from the first byte of the request to the first of the answer")                          \
	X("think_time", "seconds", "what the server's program took to begin the answer")                               \
	X("transfer_time", "seconds", "from the first byte of the answer to the last")                                 \
	X("request_bytes", "bytes", "payload of the request")                                                          \
	X("answer_bytes", "bytes", "payload of the answer")                                                            \
	X("request_frame", "number", "of the request's first packet")                                                  \
	X("answer_frame", "number", "of the answer's first packet")                                                    \
	X("interleaved", "boolean", "the client went on sending before it had the whole answer; of a service a number") \
	X("exchanges", "number", "requests")                                                                           \
	X("unanswered", "number", "of these, without an answer")                                                       \
	X("min", "seconds", "the shortest of these times")                                                             \
	X("median", "seconds", "their median")                                                                         \
	X("p95", "seconds", "the time that 95 of 100 do not exceed")                                                   \
	X("max", "seconds", "the longest of these times")                                                              \
	X("cause", "word", "what kept the connection from going on")                                                   \
	X("side", "word", "whose program or data that concerns: client or server")                                     \
	X("what", "text", "what happened, in words")                                                                   \
	X("timeouts", "number", "how often a timer sent a segment again")                                              \
	X("vantage", "word", "where the capture was taken: client, server or middle; null when not known")             \
	X("time_spent", "text", "the shares of at least 1 % in words, the largest first")                              \
	KERNEL_FIELDS(X, "client", "the client")                                                                       \
	KERNEL_FIELDS(X, "server", "the server")                                                                       \
	X("severity", "number", "how bad the verdict is, from 0 (fine) to 3 (broken)")                                 \
	X("count", "number", "connections in the group")                                                               \
	X("share", "share", "count divided by all connections, 0 to 1")                                                \
	X("verdict_count", "number", "connections with this verdict and severity, in all groups")                      \
	X("whose", "text", "from which client to which server and port")                                               \
	X("example", "number", "the first connection of the group")                                                    \
	X("example_verdict", "text", "what happened to it, a sentence")                                                \
	X("filter", "text", "the display filter that shows the group; of the others of a verdict, all with that verdict") \
	X("injected", "number", "segments that arrived and had never left")                                            \
	X("duplicated", "number", "second arrivals of one departure")                                                  \
	X("needless", "boolean", "of a transit: it was sent again although all its bytes had arrived")                  \
	X("protocol", "text", "of a transit: tcp, udp or icmp (an echo)")                                               \
	X("ack_lost_between", "list of texts", "of a needless one: the points between which an ACK of these bytes was lost")     \
	X("reordered", "number", "segments that later ones overtook; of a transit a boolean")                          \
	X("delay_min", "seconds", "the shortest one-way delay between the first and the last point")                   \
	X("delay_median", "seconds", "the median of these delays")                                                     \
	X("delay_max", "seconds", "the longest of these delays")                                                       \
	X("outcome", "word", "delivered, lost, not_captured, injected or duplicated")                                  \
	X("delay", "seconds", "between the first and the last point")                                                  \
	X("lost_between", "list of texts", "the two points between which it was lost")                                 \
	X("frames", "list of numbers", "the packet's number at each of points; null where it was not captured")        \
	X("reference", "text", "the point whose clock is taken as true")                                               \
	X("offset", "seconds", "how far the point's clock is ahead of the reference's")                                \
	X("bound", "seconds", "the true offset differs by at most this")                                               \
	X("drift_ppm", "millionths", "how much faster it runs; null for less than 30 s")                               \
	X("steps", "number", "how often one of the clocks was set")                                                    \
	X("segments", "number", "segments that say something about it; of a share those in it")                                                \
	X("given", "boolean", "--offset gave the offset")                                                              \
	X("sender", "word", "client or server: whose data the graph is about")                                         \
	X("curve", "word", "which curve the point is on, see Curves and marks of series")                                                  \
	X("value", "number", "in the unit that unit says; numbers are relative to the initial sequence number")        \
	X("end", "number", "of segment and sack one past the last number; else null")                                  \
	X("unit", "text", "number, bytes, bytes/s or s")                                                               \
	X("marks", "list of words", "what is particular about the point, see Curves and marks of series")                                  \
	X("span", "seconds", "of throughput and goodput: the time that they are averaged over")

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
