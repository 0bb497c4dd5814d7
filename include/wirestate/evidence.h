/* Evidence: what is known beyond the packets, from comments of a pcapng file that the lab (wirestate --lab) writes: the
 * kernels' own states, the programs' calls, and what the wire did with a packet. Each is a line of a comment:
 *
 *   wirestate: TIME SIDE kernel STATE LOCAL PEER send-queue BYTES receive-queue BYTES
 *   wirestate: TIME SIDE kernel LISTEN PORT accept-queue WAITING of MOST     (CLOSED: it listens no longer)
 *   wirestate: TIME SIDE call NUMBER CALL
 *   wirestate: TIME SIDE return NUMBER CALL = RESULT
 *   wirestate: TIME SIDE program HOW IT ENDED
 *   wirestate: TIME SIDE program prints: LINE
 *   wirestate: TIME wire packet NUMBER WHAT BECAME OF IT
 *   wirestate: TIME wire refuses: A COMMAND THAT CANNOT BE DONE
 *
 * A section's comment may name the interfaces that are points (see wirestate/join.h):
 *
 *   wirestate: points NAME NAME...
 *
 * TIME is in seconds since 1970, with nanoseconds; SIDE is client or server. Lines are in the order of their times. NUMBER
 * counts the packets from 1 in the order in which they left their hosts. What becomes of a packet begins with a word of
 * WS_FLIGHTS; "left" is said in the comment of the packet itself, and so is "copied". */
#ifndef WIRESTATE_EVIDENCE_H
#define WIRESTATE_EVIDENCE_H

#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, word) */
#define WS_EVIDENCE_KINDS(X)                                                                                           \
	X(WS_EVIDENCE_KERNEL, "kernel")   /* `state`, or a listening socket */                                         \
	X(WS_EVIDENCE_CALL, "call")       /* a program's call begins */                                                \
	X(WS_EVIDENCE_RETURN, "return")   /* it returns */                                                             \
	X(WS_EVIDENCE_PROGRAM, "program") /* a program ends, or prints a line */                                       \
	X(WS_EVIDENCE_WIRE, "wire")       /* what became of a packet */

enum ws_evidence_kind {
#define X(name, word) name,
	WS_EVIDENCE_KINDS(X)
#undef X
	        WS_EVIDENCE_KIND_COUNT
};

/* X(enumerator, word) */
#define WS_FLIGHTS(X)                                                                                                  \
	X(WS_FLIGHT_LEFT, "left")           /* its host has sent it */                                                 \
	X(WS_FLIGHT_HELD, "held")           /* it hangs in the air, and waits for a command */                         \
	X(WS_FLIGHT_AGAIN, "again")         /* its host has sent it once more, while it was held */                    \
	X(WS_FLIGHT_AWAITED, "awaited")     /* its receiver has sent again what it acknowledges */                     \
	X(WS_FLIGHT_DELIVERED, "delivered") /* it has arrived */                                                       \
	X(WS_FLIGHT_DROPPED, "dropped")     /* it is lost */                                                           \
	X(WS_FLIGHT_COPIED, "copied")       /* this is a copy of it, which arrives at once */                          \
	X(WS_FLIGHT_DELAYED, "delayed")     /* it arrives later than the others */                                     \
	X(WS_FLIGHT_PASSED, "passed")       /* others overtake it */

enum ws_flight_word {
#define X(name, word) name,
	WS_FLIGHTS(X)
#undef X
	        WS_FLIGHT_WORD_COUNT
};

/* Texts point into the comment and are not terminated; they are as the file has them, so ws_text_clean() before they
 * are shown. */
struct ws_evidence {
	ws_time time;
	uint8_t kind;     /* enum ws_evidence_kind */
	bool server;      /* whose it is, but for WS_EVIDENCE_WIRE */
	uint32_t call;    /* of CALL and RETURN: counts the program's calls from 1 */
	const char *text; /* what comes after the kind, and after the number of a call */
	size_t length;
};

/* Takes the next line of evidence from a comment; *at is 0 before the first. Other lines are passed over. False: there
 * is no more. */
bool ws_evidence_next(const char *comment, size_t length, size_t *at, struct ws_evidence *evidence) WS_CHECKED;

/* The names of the points that a section's comment gives (NULL allowed), at most so many. They are parts of the comment,
 * and not terminated. Returns how many there are; 0: it names none, or too many. */
size_t ws_evidence_points(const char *comment, const char **name, size_t *length, size_t most);

/* The word at `place` of evidence->text, counted from 0; its length is 0 where there is none. */
const char *ws_evidence_word(const struct ws_evidence *evidence, size_t place, size_t *length);

/* Reads what a line of WS_EVIDENCE_WIRE says of a packet. False: it is about none. */
bool ws_evidence_flight(const struct ws_evidence *evidence, uint64_t *packet, enum ws_flight_word *word) WS_CHECKED;

/* Appends it as words: "client calls send(4, 9 bytes)", "server's kernel: FIN_WAIT_2, 10.0.0.2:7000". */
void ws_evidence_words(struct ws_text *text, const struct ws_evidence *evidence);

#endif
