/* The facts of one endpoint: one list of its numbers and one of its bits. The structure, the invariants that
 * ws_endpoint_check() tests, what --debug-connection prints, and the table in CONTRIBUTING.md are made from them. */
#ifndef WS_TRACK_FACTS_H
#define WS_TRACK_FACTS_H

/* X(type, member, space, meaning). `space` says what the number is compared with: OWN is a sequence number of the
 * endpoint itself, PEER one of its peer, TSVAL a timestamp value (RFC 7323), MICROS a time in microseconds modulo 2^32,
 * TIME a ws_time, PLAIN none of these. */
#define WS_ENDPOINT_NUMBERS(X)                                                                                         \
	X(ws_time, time_wait_start, TIME, "when TIME_WAIT began or began again; valid in TIME_WAIT")                   \
	X(uint32_t, iss, PLAIN, "initial sequence number; valid with iss_known")                                       \
	X(uint32_t, snd_max, OWN, "one past the highest byte it has sent; valid with sent_any")                        \
	X(uint32_t, last_ack_sent, PEER, "highest acknowledgment it has sent; valid with acked_any")                   \
	X(uint32_t, rcv_nxt, PEER, "one past what it presumably has without gaps; valid with rcv_known")               \
	X(uint32_t, gap_left, PEER, "left edge of one stretch beyond rcv_nxt that arrived early")                      \
	X(uint32_t, gap_right, PEER, "right edge of that stretch; equal to gap_left when there is none")               \
	X(uint32_t, fin_end, OWN, "one past its FIN; valid with fin_sent or fin_held")                                 \
	X(uint32_t, other_fin, OWN, "one past a later FIN of it with another number; valid with fin_other")            \
	X(uint32_t, fin_ack, PEER, "what it had acknowledged when it sent its FIN; valid with fin_sent")               \
	X(uint32_t, fin_acked_end, PEER, "one past the segment that acknowledged its FIN; valid with fin_acked")       \
	X(uint32_t, ended_us, MICROS,                                                                                  \
	  "when the RST that ended it passed, or until then the latest ACK of its FIN; valid when dead by a RST, or "  \
	  "fin_acked")                                                                                                 \
	X(uint32_t, fin_again, TSVAL, "of the copy of the peer's FIN that fin_copied is about")                        \
	X(uint32_t, opening, TSVAL, "of the segment that acknowledged its SYN-ACK; valid with opening_known")          \
	X(uint32_t, proof, TSVAL, "of the peer's segment on which the latest presumption rests; with proof_known")     \
	X(uint32_t, ts_recent, TSVAL, "of the latest segment that came to it in order; valid with stamped")            \
	X(uint32_t, sack_right, PEER, "highest edge it has acknowledged selectively; valid with sack_known")           \
	X(uint16_t, window, PLAIN, "window field as last sent; valid with sent_any")                                   \
	X(uint16_t, mss, PLAIN, "MSS option of its SYN; 0: none")

/* X(member, width in bits, invariant, what sets it). The invariant is a condition that holds after every input while
 * the bit is set; `e` is the endpoint, `peer` the other one (in a self-connect the same one). */
#define WS_ENDPOINT_BITS(X)                                                                                            \
	X(sent_any, 1, true, "it sent a segment that is no RST, or the peer acknowledged one")                         \
	X(captured, 1, true, "a segment of it was captured")                                                           \
	X(iss_known, 1, e->sent_any, "its SYN or SYN-ACK passed, or what answers one")                                 \
	X(iss_passed, 1, e->iss_known,                                                                                 \
	  "it has sent 2 GiB, so numbers that seem to lie before the initial one follow it")                           \
	X(acked_any, 1, e->sent_any && e->rcv_known, "it sent an acknowledgment")                                      \
	X(rcv_known, 1, peer->sent_any, "a segment passed towards it, or it sent an acknowledgment")                   \
	X(proof_known, 1, true,                                                                                        \
	  "the segment on which a presumption about it rests had a newer timestamp than those before it")              \
	X(stamped, 1, peer->sent_any, "a segment with a timestamp passed towards it")                                  \
	X(sack_known, 1, e->acked_any, "it sent a selective acknowledgment")                                           \
	X(listening, 1, !e->active && !e->mid, "the peer's SYN passed towards it, or it sent a SYN-ACK")               \
	X(mid, 1, e->sent_any && !e->iss_known, "the capture begins in the middle of the connection")                  \
	X(active, 1, e->iss_known, "it sent a bare SYN, seen or implied")                                              \
	X(syn_missed, 1, e->active, "a SYN-ACK answers a SYN of it that the capture missed")                           \
	X(got_syn_ack, 1, e->active && !e->syn_received, "a SYN-ACK that acknowledges its SYN passed towards it")      \
	X(syn_received, 1, e->iss_known, "it sent a SYN-ACK, or the peer's SYN crossed its own")                       \
	X(syn_ack_sent, 1, e->syn_received, "its SYN-ACK passed")                                                      \
	X(syn_acked, 1, e->syn_received, "in SYN_RECEIVED, its SYN was acknowledged")                                  \
	X(open_proven, 1, ws_is_open(e), "it sent what only an established endpoint sends")                            \
	X(max_told, 1, e->sent_any, "snd_max rests on an ACK of either endpoint, not on data that was seen")           \
	X(early, 1, !e->iss_known,                                                                                     \
	  "it sent a segment without SYN that acknowledges the peer's SYN, before any SYN of its own: iss and "        \
	  "snd_max are what that says, and count when the peer turns out to be open")                                  \
	X(talks, 1, e->acked_any, "it sent a segment without SYN and RST")                                             \
	X(fast_open, 1, e->iss_known,                                                                                  \
	  "its SYN carried data, which the SYN-ACK acknowledges, or what comes before that")                           \
	X(fin_sent, 1, e->sent_any && (ws_is_open(e) || e->syn_received), "its FIN passed or is implied")              \
	X(fin_first, 1, e->fin_sent, "it had not acknowledged a FIN of the peer when it sent its own")                 \
	X(fin_implied, 1, e->fin_sent, "its FIN was not captured; the numbers say that it was sent")                   \
	X(fin_carries_ack, 1, e->fin_sent && peer->fin_sent, "its FIN acknowledged the peer's FIN")                    \
	X(fin_held, 1, !e->fin_sent,                                                                                   \
	  "such a segment was a FIN, or one inside data that was sent before: it counts once it is acknowledged")      \
	X(fin_other, 1, e->fin_sent, "it sent a FIN with another number, which counts if that is acknowledged")        \
	X(fin_received, 2, peer->fin_sent,                                                                             \
	  "the peer's FIN passed (1: presumed), or it acknowledged that FIN (2: proven)")                              \
	X(fin_acked, 2, e->fin_sent,                                                                                   \
	  "an ACK of its FIN passed (1: presumed), or what it sent shows that it came (2: proven)")                    \
	X(fin_acked_bare, 1, true,                                                                                     \
	  "the first ACK of its FIN was bare, so a RST without ACK says that there was no socket")                     \
	X(fin_acks, 4, true, "segments with that acknowledgment number, at most WS_FIN_ACKS")                          \
	X(fin_refusals, 4, e->fin_sent, "RSTs without ACK that answer one of them each")                               \
	X(fin_acked_less, 1, e->fin_sent,                                                                              \
	  "after the ACK of its FIN came a segment that acknowledges less, which a RST may answer")                    \
	X(fin_pending, 1, peer->fin_sent && !e->fin_received,                                                          \
	  "the peer's FIN was still under way when it sent its own: it is presumed received at the next ACK")          \
	X(fin_doubted, 1, peer->fin_sent && !e->fin_received,                                                          \
	  "the peer sent its FIN, or data before it, again: only its own ACK shows that it has the FIN")               \
	X(fin_order, 2, e->fin_sent,                                                                                   \
	  "once an ACK of its FIN has passed: whether the peer's FIN had passed before, enum ws_fin_order")            \
	X(fin_copied, 1, e->fin_order == WS_ORDER_FIN_FIRST,                                                           \
	  "the peer's FIN has passed again, at the first ACK of its own or later")                                     \
	X(dead, 3, e->state == WS_CLOSED,                                                                              \
	  "something has ended it: 1 its RST, 2 a RST that it got, 3 a timer, 4 it is assumed, 5 an ICMP error")       \
	X(keeps_time_wait, 1, true,                                                                                    \
	  "it was in TIME_WAIT after a RST that should have ended it, so it ignores them there (RFC 1337)")            \
	X(opening_known, 1, e->iss_known, "the segment that acknowledged its SYN-ACK had a timestamp")                 \
	X(overacked, 1, e->sent_any,                                                                                   \
	  "snd_max rests on an ACK one beyond what was seen of it: a FIN or one byte was lost or missed")              \
	X(syn_sack, 1, true, "its SYN permits selective acknowledgments")                                              \
	X(syn_stamp, 1, true, "its SYN has a timestamp")                                                               \
	X(window_scale, 8, true, "the window scale option of its SYN; 255: none; WS_SCALE_CUT_OFF")

#endif
