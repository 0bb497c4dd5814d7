/* Why a state changed: the list of all rules, each with its word in records, a sentence, and the section of the RFC
 * that it is based on. In the sentences, "it" and "its" mean the endpoint whose state changed. A word that was
 * published stays the same, because scripts compare it. */
#ifndef WS_TRACK_WHY_H
#define WS_TRACK_WHY_H

#include <wirestate/language.h>

/* X(enumerator, word, sentence, reference) */
#define WS_WHYS(X)                                                                                                     \
	X(WS_WHY_NONE, "none", "", "")                                                                                 \
	X(WS_WHY_SYN_SENT, "syn_sent", N_("sends SYN to open the connection"), "RFC 9293 §3.10.1")                     \
	X(WS_WHY_SYN_MISSED, "syn_missed", N_("a SYN-ACK answers it, so it had sent a SYN that the capture missed"),   \
	  "RFC 9293 §3.5")                                                                                             \
	X(WS_WHY_SYN_ACK_SENT, "syn_ack_sent", N_("answers the SYN with SYN-ACK"), "RFC 9293 §3.10.7.2")               \
	X(WS_WHY_SYN_ACK_MISSED, "syn_ack_missed",                                                                     \
	  N_("the handshake went on, so a SYN-ACK passed that the capture missed"), "RFC 9293 §3.5")                   \
	X(WS_WHY_SYN_CROSSED, "syn_crossed", N_("a SYN arrives while its own SYN is unanswered: simultaneous open"),   \
	  "RFC 9293 §3.5, figure 7")                                                                                   \
	X(WS_WHY_SYN_ACK_ARRIVES, "syn_ack_arrives", N_("SYN-ACK acknowledges its SYN"), "RFC 9293 §3.10.7.3")         \
	X(WS_WHY_SYN_ACKED, "syn_acked", N_("its SYN is acknowledged: the handshake is complete"),                     \
	  "RFC 9293 §3.10.7.4")                                                                                        \
	X(WS_WHY_TALKS, "talks", N_("it talks on, so its SYN was acknowledged"), "RFC 9293 §3.10.7.4")                 \
	X(WS_WHY_FIN_SENT, "fin_sent", N_("sends FIN: it has nothing more to send"), "RFC 9293 §3.10.4")               \
	X(WS_WHY_FIN_SENT_LAST, "fin_sent_last", N_("sends FIN too: both directions are closing"), "RFC 9293 §3.10.4") \
	X(WS_WHY_FIN_MISSED, "fin_missed", N_("its sequence number has moved past a FIN that the capture missed"),     \
	  "RFC 9293 §3.4")                                                                                             \
	X(WS_WHY_FIN_ARRIVES, "fin_arrives", N_("FIN arrives: the peer will send nothing more"), "RFC 9293 §3.10.7.4") \
	X(WS_WHY_FIN_ACKED_BY_IT, "fin_acked_by_it", N_("its ACK covers the peer's FIN"), "RFC 9293 §3.10.7.4")        \
	X(WS_WHY_FIN_ACKED, "fin_acked", N_("its FIN is acknowledged"), "RFC 9293 §3.10.7.4")                          \
	X(WS_WHY_LAST_ACK, "last_ack", N_("its FIN is acknowledged, and the peer closed first: done"),                 \
	  "RFC 9293 §3.10.7.4")                                                                                        \
	X(WS_WHY_FIN_BOTH, "fin_both", N_("FIN arrives after its own was acknowledged: wait 2 MSL"), "RFC 9293 §3.6")  \
	X(WS_WHY_FIRST_CAPTURED, "first_captured",                                                                     \
	  N_("a segment of it is captured, so what was sent to it before counts as received"), "RFC 9293 §3.10.7.4")   \
	X(WS_WHY_UNSEEN, "unseen", N_("both directions are closed; nothing of this side was captured"),                \
	  "RFC 9293 §3.10.7.4")                                                                                        \
	X(WS_WHY_RST_SENT, "rst_sent", N_("sends RST: the connection is aborted at once"), "RFC 9293 §3.10.5")         \
	X(WS_WHY_REFUSED, "refused", N_("answers the SYN with RST: nothing listens on this port"),                     \
	  "RFC 9293 §3.10.7.1")                                                                                        \
	X(WS_WHY_RST_REFUSES, "rst_refuses", N_("RST answers its SYN: connection refused"), "RFC 9293 §3.10.7.3")      \
	X(WS_WHY_RST_ARRIVES, "rst_arrives", N_("RST arrives at exactly the expected sequence number"),                \
	  "RFC 5961 §3.2")                                                                                             \
	X(WS_WHY_RST_ENDS_TIME_WAIT, "rst_ends_time_wait", N_("RST arrives in TIME_WAIT and ends it early"),           \
	  "RFC 1337")                                                                                                  \
	X(WS_WHY_TIMER, "timer", N_("twice the segment lifetime has passed"), "RFC 9293 §3.6.1")                       \
	X(WS_WHY_SYN_TIMEOUT, "syn_timeout", N_("no answer to any SYN: the attempt has timed out by now"),             \
	  "RFC 1122 §4.2.3.5")                                                                                         \
	X(WS_WHY_ICMP, "icmp", N_("an ICMP error answers the SYN"), "RFC 1122 §4.2.3.9")                               \
	X(WS_WHY_REUSED, "reused", N_("opens a new connection with the same addresses and ports"), "RFC 9293 §3.6.1")  \
	X(WS_WHY_SUPERSEDED, "superseded", N_("a new connection has taken over the addresses and ports"),              \
	  "RFC 6191 §2")                                                                                               \
	X(WS_WHY_NOT_YET_FIN, "not_yet_fin", N_("its own FIN shows that it had not received the peer's FIN"),          \
	  "RFC 9293 §3.10.7.4")                                                                                        \
	X(WS_WHY_FIN_AGAIN, "fin_again", N_("the FIN is sent again: it had not arrived"), "RFC 6298 §5")               \
	X(WS_WHY_FIN_UNACKED, "fin_unacked", N_("sends its FIN again: the ACK of it had not arrived"), "RFC 6298 §5")  \
	X(WS_WHY_SYN_AGAIN, "syn_again", N_("sends its SYN again: the answer had not arrived"), "RFC 6298 §5")         \
	X(WS_WHY_SYN_ACK_AGAIN, "syn_ack_again", N_("sends its SYN-ACK again: the handshake's ACK had not arrived"),   \
	  "RFC 6298 §5")                                                                                               \
	X(WS_WHY_ECHO_OLD, "echo_old", N_("its timestamp echo shows that the handshake's ACK had not arrived"),        \
	  "RFC 7323 §4.3")                                                                                             \
	X(WS_WHY_SYN_LOST, "syn_lost", N_("it never answers the other's SYN, so that SYN was lost on the way"),        \
	  "RFC 9293 §3.5")                                                                                             \
	X(WS_WHY_NOT_OPEN, "not_open", N_("answers the SYN-ACK with RST: it had given up, or never meant to open"),    \
	  "RFC 9293 §3.10.7.1")                                                                                        \
	X(WS_WHY_ALIVE, "alive", N_("it sends on: what had ended it never arrived"), "RFC 5961 §3.2")                  \
	X(WS_WHY_FORGED, "forged", N_("it sends on after its RST: someone else sent that RST"), "RFC 5961 §3.1")       \
	X(WS_WHY_LISTENS_NOW, "listens_now", N_("answers a later SYN: it listens by now"), "RFC 9293 §3.10.7.2")       \
	X(WS_WHY_ONLY_ANSWERED, "only_answered", N_("its RST only answered a segment that it did not take"),           \
	  "RFC 9293 §3.10.7.3")                                                                                        \
	X(WS_WHY_NO_SOCKET, "no_socket",                                                                               \
	  N_("its RST carries no ACK: there was no such socket when that segment arrived"), "RFC 9293 §3.10.7.1")      \
	X(WS_WHY_OLD_SYN, "old_syn", N_("that SYN belongs to another connection of the same addresses, or to nobody"), \
	  "RFC 9293 §3.5, figure 8")                                                                                   \
	X(WS_WHY_FIN_DROPPED, "fin_dropped",                                                                           \
	  N_("what is acknowledged lies past the FIN: its segment was dropped whole"), "RFC 5961 §5.2")                \
	X(WS_WHY_NOT_FIN, "not_fin", N_("it sends data or its FIN beyond: there was no FIN"), "RFC 9293 §3.4")

enum ws_why {
#define X(name, word, text, reference) name,
	WS_WHYS(X)
#undef X
	        WS_WHY_COUNT
};

#endif
