/* Why a state changed: the list of all rules, with a sentence and the section of the RFC that each is based on. */
#ifndef WS_TRACK_WHY_H
#define WS_TRACK_WHY_H

/* X(enumerator, sentence, reference) */
#define WS_WHYS(X)                                                                                                     \
	X(WS_WHY_NONE, "", "")                                                                                         \
	X(WS_WHY_SYN_SENT, "sends SYN to open the connection", "RFC 9293 §3.10.1")                                     \
	X(WS_WHY_SYN_MISSED, "a SYN-ACK answers it, so it had sent a SYN that the capture missed", "RFC 9293 §3.5")    \
	X(WS_WHY_SYN_ACK_SENT, "answers the SYN with SYN-ACK", "RFC 9293 §3.10.7.2")                                   \
	X(WS_WHY_SYN_ACK_MISSED, "the handshake went on, so a SYN-ACK passed that the capture missed",                 \
	  "RFC 9293 §3.5")                                                                                             \
	X(WS_WHY_SYN_CROSSED, "a SYN arrives while its own SYN is unanswered: simultaneous open",                      \
	  "RFC 9293 §3.5, figure 7")                                                                                   \
	X(WS_WHY_SYN_ACK_ARRIVES, "SYN-ACK acknowledges our SYN", "RFC 9293 §3.10.7.3")                                \
	X(WS_WHY_SYN_ACKED, "ACK acknowledges our SYN: the handshake is complete", "RFC 9293 §3.10.7.4")               \
	X(WS_WHY_TALKS, "it talks on, so its SYN was acknowledged", "RFC 9293 §3.10.7.4")                              \
	X(WS_WHY_FIN_SENT, "sends FIN: it has nothing more to send", "RFC 9293 §3.10.4")                               \
	X(WS_WHY_FIN_SENT_LAST, "sends FIN too: both directions are closing", "RFC 9293 §3.10.4")                      \
	X(WS_WHY_FIN_MISSED, "its sequence number has moved past a FIN that the capture missed", "RFC 9293 §3.4")      \
	X(WS_WHY_FIN_ARRIVES, "FIN arrives: the peer will send nothing more", "RFC 9293 §3.10.7.4")                    \
	X(WS_WHY_FIN_ACKED_BY_IT, "its ACK covers the peer's FIN", "RFC 9293 §3.10.7.4")                               \
	X(WS_WHY_FIN_ACKED, "ACK covers our FIN", "RFC 9293 §3.10.7.4")                                                \
	X(WS_WHY_LAST_ACK, "ACK covers our FIN, and the peer closed first: done", "RFC 9293 §3.10.7.4")                \
	X(WS_WHY_FIN_BOTH, "FIN arrives after ours was acknowledged: wait twice the segment lifetime",                 \
	  "RFC 9293 §3.6")                                                                                             \
	X(WS_WHY_RST_SENT, "sends RST: the connection is aborted at once", "RFC 9293 §3.10.5")                         \
	X(WS_WHY_REFUSED, "answers the SYN with RST: nothing listens on this port", "RFC 9293 §3.10.7.1")              \
	X(WS_WHY_RST_REFUSES, "RST answers our SYN: connection refused", "RFC 9293 §3.10.7.3")                         \
	X(WS_WHY_RST_ARRIVES, "RST arrives at exactly the expected sequence number", "RFC 5961 §3.2")                  \
	X(WS_WHY_RST_ENDS_TIME_WAIT, "RST arrives in TIME_WAIT and ends it early", "RFC 1337")                         \
	X(WS_WHY_TIMER, "twice the segment lifetime has passed", "RFC 9293 §3.6.1")                                    \
	X(WS_WHY_SYN_TIMEOUT, "no answer to any SYN: the attempt has timed out by now", "RFC 1122 §4.2.3.5")           \
	X(WS_WHY_ICMP, "an ICMP error answers the SYN", "RFC 1122 §4.2.3.9")                                           \
	X(WS_WHY_REUSED, "opens a new connection with the same addresses and ports", "RFC 9293 §3.6.1")                \
	X(WS_WHY_SUPERSEDED, "a new connection has taken over the addresses and ports", "RFC 6191 §2")                 \
	X(WS_WHY_NOT_YET_FIN, "its own FIN shows that it had not received the peer's FIN", "RFC 9293 §3.10.7.4")       \
	X(WS_WHY_FIN_AGAIN, "the FIN is sent again: it had not arrived", "RFC 6298 §5")                                \
	X(WS_WHY_FIN_UNACKED, "sends its FIN again: the ACK of it had not arrived", "RFC 6298 §5")                     \
	X(WS_WHY_SYN_AGAIN, "sends its SYN again: the answer had not arrived", "RFC 6298 §5")                          \
	X(WS_WHY_SYN_ACK_AGAIN, "sends its SYN-ACK again: the handshake's ACK had not arrived", "RFC 6298 §5")         \
	X(WS_WHY_ECHO_OLD, "its timestamp echo shows that the handshake's ACK had not arrived", "RFC 7323 §4.3")       \
	X(WS_WHY_SYN_LOST, "it never answers the other's SYN, so that SYN was lost on the way", "RFC 9293 §3.5")       \
	X(WS_WHY_NOT_OPEN, "answers the SYN-ACK with RST: it had given up, or never meant to open",                    \
	  "RFC 9293 §3.10.7.1")                                                                                        \
	X(WS_WHY_ALIVE, "it sends on: what had ended it never arrived", "RFC 5961 §3.2")                               \
	X(WS_WHY_FORGED, "it sends on after its RST: someone else sent that RST", "RFC 5961 §3.1")                     \
	X(WS_WHY_NO_SOCKET, "its RST carries no ACK: there was no such socket when that segment arrived",              \
	  "RFC 9293 §3.10.7.1")                                                                                        \
	X(WS_WHY_OLD_SYN, "that SYN belongs to another connection of the same addresses, or to nobody",                \
	  "RFC 9293 §3.5, figure 8")                                                                                   \
	X(WS_WHY_FIN_DROPPED, "what is acknowledged lies past the FIN: its segment was dropped whole",                 \
	  "RFC 5961 §5.2")                                                                                             \
	X(WS_WHY_NOT_FIN, "it sends data beyond: there was no FIN", "RFC 9293 §3.4")

enum ws_why {
#define X(name, text, reference) name,
	WS_WHYS(X)
#undef X
	        WS_WHY_COUNT
};

#endif
