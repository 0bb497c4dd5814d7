/* The lab: two hosts with a kernel each, two programs, and the wire between them, in processes of their own.
 *
 *   the program ── fork ── keeper ── fork ── lab, process 1 of its namespace: the wire ── fork ── the programs
 *
 * The lab writes what passes to a pipe, as pcapng with its evidence in comments (see evidence.h). When any of the
 * processes ends, those after it are killed, and the kernel removes namespaces, interfaces and mounts with them. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "lab/scenario.h"

#include <sys/types.h>

struct lab_options {
	const struct lab_scenario *scenario;
	const char *program[LAB_SIDES]; /* a shell command that takes the place of a script; NULL: the script */
	ws_time delay;                  /* of each packet; -1: the scenario's */
	double loss;                    /* 0 to 1; negative: the scenario's */
	uint64_t seed;
	int file;                    /* -w, open for writing, or -1: the same stream goes there, too */
	bool one_host;               /* both programs on one host, whose loopback is led over the wire */
	bool hold;                   /* packets wait for commands (see command.h) */
	const struct lab_rule *keep; /* only the packet that this names does; NULL: none */
	bool one_point;              /* only what the client sends and gets is written */
	bool viewed;                 /* somebody watches: what happens is told at once */
	int commands; /* to read commands from; -1: none, or, where `viewed`, from a pipe that the lab makes */
};

struct lab {
	pid_t keeper; /* 0: not started */
	int stream;   /* to read the pcapng stream from */
	int commands; /* to write commands to, without waiting; -1: nobody views it */
};

/* Starts it, and waits until hosts and wire are made. After a failure nothing is left to close. */
bool lab_open(struct lab *lab, const struct lab_options *options, struct ws_error *error) WS_CHECKED;
/* The calls of a user's own programs are known only with it. */
bool lab_has_strace(void);
/* Ends it, and waits until all its processes are gone. */
void lab_close(struct lab *lab);

#endif
