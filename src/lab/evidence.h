/* Evidence: what the lab knows beyond the packets, as lines of text that travel in the comments of the packets.
 * wirestate/evidence.h has their grammar, and reads them. A line of the kernel is written when it differs from the one
 * before, and the lines of a call when it begins and when it returns. */
#ifndef LAB_EVIDENCE_H
#define LAB_EVIDENCE_H

#include "lab/actor.h"
#include "lab/kernel.h"

#include <wirestate/evidence.h>

#include <stddef.h>

enum {
	LAB_EVIDENCE_BYTES = 48 * 1024,
	LAB_EVIDENCE_LINES = 400
}; /* of one packet's; what is more is left out, and a last line says so */

struct lab_evidence {
	char text[LAB_EVIDENCE_BYTES]; /* the lines in the order of their times */
	size_t length;
	bool full;
	struct lab_evidence_line {
		ws_time time;
		size_t start;   /* in `text` */
		uint8_t caller; /* 1 + enum lab_side of the program whose call begins; 0: it is another line */
		uint8_t callee; /* the same, of a call that returns */
		uint32_t call;  /* its number */
		bool sends;     /* a call that may cause a packet, which has not left yet */
	} lines[LAB_EVIDENCE_LINES];
	size_t line_count;
	struct lab_sockets known[LAB_SIDES]; /* as they were last written */
};

/* Where the lines begin that belong to a packet that leaves `from` at the time `now`: with the last call that this
 * side's program had begun since the packet before, which left at `since`; else with the first line that is later. A
 * call that sends does not cause a packet that its kernel sends by itself: `caused` is false. */
size_t lab_evidence_split(const struct lab_evidence *evidence, enum lab_side from, bool caused, ws_time since,
                          ws_time now);
/* Where the lines begin that are not before `time`. */
size_t lab_evidence_until(const struct lab_evidence *evidence, ws_time time);
/* A packet leaves `from` at `now`: what its program has called before has caused it. */
void lab_evidence_caused(struct lab_evidence *evidence, enum lab_side from, ws_time now);
/* Of the lines before that place, moves those to their end which begin a call that may yet cause a packet: it is
 * written with that packet, and not with one that arrives in between. So is a call that has returned after `written`,
 * the time of the packet that is now written, with the line of its return: its own packet may not have been read yet.
 * Returns where they begin. */
size_t lab_evidence_hold_back(struct lab_evidence *evidence, size_t length, ws_time written);
/* Removes the lines before that place. */
void lab_evidence_remove(struct lab_evidence *evidence, size_t length);
void lab_evidence_kernel(struct lab_evidence *evidence, ws_time time, enum lab_side side,
                         const struct lab_sockets *sockets);
void lab_evidence_report(struct lab_evidence *evidence, enum lab_side side, const struct lab_report *report);
/* Says how a program ended that did not begin. */
void lab_evidence_program(struct lab_evidence *evidence, ws_time time, enum lab_side side, const char *how);
/* Says what became of a packet, or that a command about it cannot be done; 0: it is about none. `number`: see
 * struct ws_evidence_said. */
void lab_evidence_wire(struct lab_evidence *evidence, ws_time time, uint64_t packet, enum ws_saying what,
                       uint64_t number);
/* Says that a packet was dropped because it could not be sent on. */
void lab_evidence_not_sent(struct lab_evidence *evidence, ws_time time, uint64_t packet, const char *why);
/* Says that a command cannot be understood. */
void lab_evidence_refusal(struct lab_evidence *evidence, ws_time time, const char *why);

#endif
