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
 * WS_FLIGHTS; "left" is said in the comment of the packet itself, and so is "copied".
 *
 * A line is read once, into numbers; ws_evidence_words() makes the words of the user's language of them. */
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
	        WS_FLIGHT_WORD_COUNT,
	WS_FLIGHT_NONE = WS_FLIGHT_WORD_COUNT /* the line is about no packet */
};

/* What a line says that is about the wire or about how a program does, and how it says so after its kind: %p is a packet's
 * number, %n another number, %t a number of seconds, and %s a text up to the line's end. The first that fits is meant.
 * X(enumerator, kind, words) */
#define WS_SAYINGS(X)                                                                                                  \
	X(WS_SAYS_LEFT_CLIENT, WS_EVIDENCE_WIRE, "packet %p left the client")                                          \
	X(WS_SAYS_LEFT_SERVER, WS_EVIDENCE_WIRE, "packet %p left the server")                                          \
	X(WS_SAYS_HELD, WS_EVIDENCE_WIRE, "packet %p held")                                                            \
	X(WS_SAYS_AGAIN, WS_EVIDENCE_WIRE, "packet %p again: its host has sent it once more")                          \
	X(WS_SAYS_AWAITED, WS_EVIDENCE_WIRE, "packet %p awaited: its receiver has sent again what it acknowledges")    \
	X(WS_SAYS_DELIVERED, WS_EVIDENCE_WIRE, "packet %p delivered")                                                  \
	X(WS_SAYS_DROPPED_BY_HAND, WS_EVIDENCE_WIRE, "packet %p dropped by hand")                                      \
	X(WS_SAYS_DROPPED_BY_CHANCE, WS_EVIDENCE_WIRE, "packet %p dropped by chance")                                  \
	X(WS_SAYS_DROPPED_BY_RULE, WS_EVIDENCE_WIRE, "packet %p dropped by the rule in line %n")                       \
	X(WS_SAYS_DROPPED_FOR_ROOM, WS_EVIDENCE_WIRE, "packet %p dropped: the wire has no room for it")                \
	X(WS_SAYS_DROPPED_BY_SYSTEM, WS_EVIDENCE_WIRE, "packet %p dropped: %s")                                        \
	X(WS_SAYS_COPIED, WS_EVIDENCE_WIRE, "packet %p copied")                                                        \
	X(WS_SAYS_COPIED_BY_RULE, WS_EVIDENCE_WIRE, "packet %p copied by the rule in line %n")                         \
	X(WS_SAYS_DELAYED_BY_HAND, WS_EVIDENCE_WIRE, "packet %p delayed by %t s by hand")                              \
	X(WS_SAYS_DELAYED_BY_RULE, WS_EVIDENCE_WIRE, "packet %p delayed by the rule in line %n")                       \
	X(WS_SAYS_PASSED, WS_EVIDENCE_WIRE, "packet %p passed: the next one overtakes it")                             \
	X(WS_SAYS_PASSED_BY_RULE, WS_EVIDENCE_WIRE, "packet %p passed by the next one by the rule in line %n")         \
	X(WS_SAYS_TOO_MANY, WS_EVIDENCE_WIRE, "refuses: too many packets are in the air")                              \
	X(WS_SAYS_DOES_NOT_COME, WS_EVIDENCE_WIRE, "refuses: packet %p does not come")                                 \
	X(WS_SAYS_NO_LONGER_WAITS, WS_EVIDENCE_WIRE, "refuses: packet %p no longer waits")                             \
	X(WS_SAYS_REFUSES, WS_EVIDENCE_WIRE, "refuses: %s")                                                            \
	X(WS_SAYS_PRINTS, WS_EVIDENCE_PROGRAM, "prints: %s")                                                           \
	X(WS_SAYS_NOT_FOUND, WS_EVIDENCE_PROGRAM, "ends with exit status %n (the shell has not found its command)")    \
	X(WS_SAYS_ENDS, WS_EVIDENCE_PROGRAM, "ends with exit status %n")                                               \
	X(WS_SAYS_SIGNAL, WS_EVIDENCE_PROGRAM, "is killed by signal %n")                                               \
	X(WS_SAYS_KILLED, WS_EVIDENCE_PROGRAM, "is killed by %s")

enum ws_saying {
#define X(name, kind, words) name,
	WS_SAYINGS(X)
#undef X
	        WS_SAYING_COUNT,
	WS_SAYS_OTHER = WS_SAYING_COUNT /* such as the words of another version's lab: they are shown as they stand */
};

/* A part of a line's text. */
struct ws_evidence_part {
	uint32_t start, length;
};

/* A kernel's socket. */
struct ws_evidence_socket {
	struct ws_evidence_part state;       /* its length is 0: the line has another form, and is shown as it stands */
	struct ws_evidence_part local, peer; /* address:port; `peer` of one that does not listen */
	uint32_t send_queue, receive_queue;  /* in bytes; of one that listens, the connections that wait for accept() */
	uint16_t port;
	bool listens; /* or did so, before it was CLOSED; it has a port, and neither `local` nor `peer` */
	bool closed;
};

struct ws_evidence_call {
	uint32_t number;                /* counts the program's calls from 1 */
	struct ws_evidence_part result; /* of RETURN: "-1" */
	bool failed;
	bool address_in_use; /* that is why */
};

/* See WS_SAYINGS. */
struct ws_evidence_said {
	uint64_t number;              /* %n, or %t in nanoseconds */
	uint32_t packet;              /* %p */
	struct ws_evidence_part text; /* %s */
	uint8_t what;                 /* enum ws_saying */
	uint8_t flight;               /* enum ws_flight_word: it is known of other sayings, too */
};

struct ws_evidence {
	ws_time time;
	uint8_t kind; /* enum ws_evidence_kind */
	bool server;  /* whose it is, but for WS_EVIDENCE_WIRE */
	union {
		struct ws_evidence_socket socket; /* of KERNEL */
		struct ws_evidence_call call;     /* of CALL and RETURN */
		struct ws_evidence_said said;     /* of PROGRAM and WIRE */
	};
	const char *text; /* what comes after the kind, and after the number of a call; as the file has it and not
	                   * terminated, so ws_text_clean() before it is shown */
	size_t length;
};

/* Takes the next line of evidence from a comment; *at is 0 before the first. Other lines are passed over. False: there
 * is no more. */
bool ws_evidence_next(const char *comment, size_t length, size_t *at, struct ws_evidence *evidence) WS_CHECKED;

/* The names of the points that a section's comment gives (NULL allowed), at most so many. They are parts of the comment,
 * and not terminated. Returns how many there are; 0: it names none, or too many. */
size_t ws_evidence_points(const char *comment, const char **name, size_t *length, size_t most);

/* Whether a part of the line is this text. */
bool ws_evidence_is(const struct ws_evidence *evidence, struct ws_evidence_part part, const char *text);

/* What became of a packet, whose number is evidence->said.packet. */
static inline enum ws_flight_word ws_evidence_flight(const struct ws_evidence *evidence)
{
	return evidence->kind == WS_EVIDENCE_WIRE ? (enum ws_flight_word)evidence->said.flight : WS_FLIGHT_NONE;
}

/* Writes what is said as the file has it, after the kind. `text`: %s. The opposite of ws_evidence_next(). */
void ws_evidence_write(struct ws_text *out, const struct ws_evidence_said *said, const char *text);

/* Appends it as words of the user's language: "client calls send(4, 9 bytes)", "server's kernel: FIN_WAIT_2,
 * 10.0.0.2:7000". */
void ws_evidence_words(struct ws_text *text, const struct ws_evidence *evidence);

#endif
