/* The facts of a step from which its words are chosen. They follow from the step and those before it alone, so that the
 * words do not depend on how the user came to it. */
#ifndef SCENE_NOTES_FACTS_H
#define SCENE_NOTES_FACTS_H

#include "scene/lifelines/lifelines.h"

enum note_fact {
	FACT_SYN = 1 << 0, /* SYN without ACK */
	FACT_SYN_ACK = 1 << 1,
	FACT_HANDSHAKE_ACK = 1 << 2, /* the third segment */
	FACT_RST = 1 << 3,
	FACT_REFUSED = 1 << 4, /* a RST to SYN_SENT */
	FACT_WINDOW_UPDATE = 1 << 5,
	FACT_FIN = 1 << 6,
	FACT_FIRST_FIN = 1 << 7, /* the other endpoint has not closed yet */
	FACT_MERGED = 1 << 8,    /* this FIN is also the first ACK of the other side's FIN */
	FACT_SECOND_FIN = 1 << 9,
	FACT_FIN_ACKED = 1 << 10,   /* acknowledges a FIN and carries none itself */
	FACT_HALF_CLOSED = 1 << 11, /* data from the endpoint that may still send */
	FACT_SIMULTANEOUS_CLOSE = 1 << 12,
	FACT_SIMULTANEOUS_OPEN = 1 << 13,
	FACT_SERVER_WAITS = 1 << 14, /* with FACT_LAST_ACK: and it is the server */
	FACT_WAIT_AGAIN = 1 << 15,   /* the countdown has started again */
	FACT_RETRANSMISSION = 1 << 16,
	FACT_FAST = 1 << 17,
	FACT_SPURIOUS = 1 << 18,
	FACT_DISORDER = 1 << 19,
	FACT_DUPLICATE_ACK = 1 << 20,
	FACT_ZERO_WINDOW = 1 << 21,
	FACT_PROBE = 1 << 22,
	FACT_KEEP_ALIVE = 1 << 23,
	FACT_MISSING = 1 << 24, /* the capture lacks segments */
	FACT_RETRACTION = 1 << 25,
	FACT_DATA = 1 << 26,
	FACT_ROLES_GUESSED = 1 << 27,
	FACT_BAD_CHECKSUM = 1 << 28,
	FACT_DUPLICATE = 1 << 29,
	FACT_PRESUMED = 1 << 30,
	FACT_LAST_ACK = 1u << 31, /* the endpoint that closed first acknowledges the other's FIN */
};

/* What the flags and the states of a segment's step say; a set of enum note_fact. */
uint32_t notes_flag_facts(const struct ws_step *step);
/* Its sender has sent this SYN-ACK before. In a simultaneous open the first one has the number of the SYN before it, which
 * looks like a retransmission. */
bool notes_syn_ack_again(const struct layout *layout);
/* It repeats an ACK, because what came before had arrived already. */
bool notes_answer_repetition(const struct layout *layout);
/* Before this, an ICMP error said that a segment with the same data is too large, and nothing has sent it again since. */
bool notes_answers_too_large(const struct layout *layout);

#endif
