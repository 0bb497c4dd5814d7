/* What verdicts about a connection that does not go on need to know. */
#ifndef WS_TRACK_STALL_H
#define WS_TRACK_STALL_H

#include "track/conn.h"

/* The shortest retransmission timer of Linux (RFC 6298 asks for 1 s). Nothing is stuck before it can have run out; several
 * copies within less come from the capture or the network. */
#define WS_SHORTEST_TIMEOUT (200 * WS_MILLISECOND)

#define WS_STALL_MANY_ANSWERS 2

/* The ACKs with which it has repeated itself, also those that close its window. */
static inline uint32_t ws_stall_repeats(const struct ws_marks *marks)
{
	return marks->duplicate_acks + marks->zero_windows;
}

/* How often the peer has repeated its ACK after what was sent again. */
static inline uint32_t ws_stall_answers(const struct ws_marks *marks, const struct ws_marks *peer)
{
	return marks->stalled_answers + (ws_stall_repeats(peer) != marks->stalled_repeats);
}

/* It has done so after most of these, so that has reached it. */
static inline bool ws_stall_is_rejected(uint32_t stalled, uint32_t answers)
{
	return answers >= WS_STALL_MANY_ANSWERS && answers + 1 >= stalled;
}

/* WS_SYN_* of a SYN, of whatever else 0. */
unsigned ws_syn_extras(const struct ws_segment *s);
/* Records closed windows and unanswered retransmissions, for verdicts long after these segments. */
void ws_stall_note(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis);
/* A SACK block with numbers that the peer cannot have sent is counted, and taken out of the segment, as its receiver ignores it. Call
 * it before ws_analyse(). */
void ws_sack_judge(struct ws_table *table, struct ws_conn *conn, struct ws_segment *s);
/* Counts a SYN, or SYN-ACK, that is sent again. Call it before ws_analyse(). */
void ws_syn_note(struct ws_table *table, struct ws_conn *conn, const struct ws_segment *s);
/* Notes a SYN-ACK that the client has to drop for its options. Call it before the machine takes it in. */
void ws_syn_ack_note(struct ws_conn *conn, const struct ws_segment *s);
/* Records probes that the peer has not answered, and SYN-ACKs that the handshake's ACK should have ended. */
void ws_silence_note(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis);

#endif
