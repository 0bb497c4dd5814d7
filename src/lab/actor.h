/* A scenario's program: it makes the calls of its script, and reports each when it begins and when it returns. */
#ifndef LAB_ACTOR_H
#define LAB_ACTOR_H

#include "base/clock.h"
#include "lab/scenario.h"

enum lab_report_kind {
	LAB_CALL_BEGINS,  /* `text` is the call with its arguments: "recv(4, 65536)" */
	LAB_CALL_RETURNS, /* `text` is the call with what it returned: "recv(4, 65536) = 16" */
	LAB_PROGRAM_ENDS, /* `text` says how: "ends with exit status 0" */
};

/* One message of a program's socket. */
struct lab_report {
	ws_time time;  /* of real_time() */
	uint32_t call; /* counts the program's calls from 1 */
	uint8_t kind;  /* enum lab_report_kind */
	char text[200];
};

/* Runs a script in this process, which is a host's, and never returns. `other` is the
 * address of the other side's host, in network byte order, and `reports` a SOCK_SEQPACKET socket. */
_Noreturn void lab_actor_run(const struct lab_scenario *scenario, enum lab_side side, uint32_t other, int reports);

#endif
