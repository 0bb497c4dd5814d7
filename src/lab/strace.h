/* Reads strace's output: the calls of a user's own program that have to do with the network.
 *
 * Its lines are "PID TIME NAME(ARGUMENTS) = RESULT"; -yy has it write what a descriptor is,
 * "4<TCP:[10.0.0.2:7000->10.0.0.1:36928]>". A call that another process's line interrupts comes in two lines, the first
 * of which ends in "<unfinished ...>". */
#ifndef LAB_STRACE_H
#define LAB_STRACE_H

#include "lab/actor.h"

enum { LAB_TRACE_LINE = 4096, LAB_TRACE_PROCESSES = 32, LAB_TRACE_REPORTS = 3 };

/* A call that has begun and not returned. */
struct lab_trace_call {
	long process; /* 0: none */
	uint32_t number;
	char text[LAB_TRACE_LINE]; /* from its name on, as far as it is known */
};

struct lab_trace {
	uint32_t calls; /* so far */
	size_t used;    /* bytes of a line that is not yet whole */
	char line[LAB_TRACE_LINE];
	bool announced; /* the call of that line has been reported as begun, with this number and time */
	bool too_long;  /* its line does not fit, and is passed over */
	struct lab_trace_call begun[LAB_TRACE_PROCESSES];
	/* That a call has returned is reported with the next line, since that bounds the time: strace does not write
	 * it. */
	struct lab_report returned;
	long returned_process;            /* 0: there is none */
	long talked[LAB_TRACE_PROCESSES]; /* processes that have used the network */
};

/* Takes one byte of the output, at the time `now`. Returns how many reports are to be taken from `reports`. */
size_t lab_trace_byte(struct lab_trace *trace, char byte, ws_time now, struct lab_report reports[LAB_TRACE_REPORTS]);
/* The output has stopped for now, perhaps within a line: a call that waits is reported as begun. */
size_t lab_trace_pause(struct lab_trace *trace, struct lab_report reports[LAB_TRACE_REPORTS]);

#endif
