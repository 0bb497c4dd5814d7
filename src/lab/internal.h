/* What the files of the lab's own process share. */
#ifndef LAB_INTERNAL_H
#define LAB_INTERNAL_H

#include "lab/command.h"
#include "lab/evidence.h"
#include "lab/lab.h"
#include "lab/strace.h"
#include "lab/stream.h"
#include "lab/wire.h"

/* A program of one side. */
struct lab_program {
	pid_t process;     /* 0: not started */
	int reports;       /* its socket, or strace's pipe; -1: closed */
	int output;        /* the pipe of what a user's own program prints; -1: none, or closed */
	char printed[160]; /* of its latest line, which is not yet whole */
	size_t printed_used;
	bool waits; /* its last call waits for the other side: accept(), recv() or connect() */
	bool ended;
	struct lab_trace *trace; /* owned: of a user's own program; NULL: a script */
	char read[4096];         /* of its output, not yet looked at */
	size_t read_used, read_at;
	struct lab_report due[LAB_TRACE_REPORTS];
	size_t due_count, due_taken;
};

/* One host: which side has sent the first packet of a connection or conversation. */
struct lab_flow {
	struct lab_connection connection; /* as that side sees it */
	uint8_t protocol;                 /* 0: unused */
	uint8_t side;                     /* enum lab_side */
};

struct lab_owners {
	struct lab_flow flow[128];
	size_t next; /* the place that the next one takes */
	struct {
		uint32_t inode; /* of a socket; 0: unused */
		uint8_t side;
	} listening[16];
	uint16_t fragment; /* the IP identification of the last datagram whose side is known */
	uint8_t fragment_side;
};

/* A packet that has been read from a host, and not yet put in the air. */
struct lab_arrival {
	ws_time time;
	size_t length; /* 0: none */
	uint8_t data[LAB_FRAME_BYTES];
};

struct lab_run {
	const struct lab_options *options;
	struct lab_hosts hosts;
	struct lab_wire wire;
	struct lab_stream stream;
	struct lab_evidence evidence;
	struct lab_program program[LAB_SIDES];
	struct lab_arrival ahead[LAB_SIDES];
	struct lab_owners owners;
	/* The packet that left or arrived last: it is written with what happens soon after it. */
	struct lab_frame waiting;
	ws_time waiting_time;
	bool waiting_arrives, has_waiting;
	ws_time write_at;    /* when it is written at the latest */
	ws_time last_change; /* when something happened last */
	ws_time ended_at;    /* when both programs had ended; WS_TIME_NEVER: they have not */
	size_t told;         /* bytes of the evidence that a viewer has been told since the last packet */
	int commands;        /* to read them from; -1: none come any more */
	struct lab_command_lines lines;
	struct lab_command command; /* the next one */
	bool has_command;           /* there is one: its packet has not left yet */
	ws_time asked;              /* when it was read */
};

/* The loop, in process 1: until everything has happened. */
void lab_run(struct lab_run *run);

/* owner.c: which side it is where both are on one host. */
/* Whose program has sent the packet. */
enum lab_side lab_owner_of_packet(struct lab_run *run, const uint8_t *data, size_t length);
/* Whose program has that listening socket. */
enum lab_side lab_owner_of_listener(struct lab_run *run, const struct lab_socket *socket);

/* hold.c */
/* Does what has been asked for. */
void lab_commands_take(struct lab_run *run);

/* Starts the program of a side. */
bool lab_program_start(struct lab_run *run, enum lab_side side, struct ws_error *error) WS_CHECKED;
/* Takes what the program has printed into the evidence, and passes it on where nobody views the lab. */
void lab_program_output(struct lab_run *run, enum lab_side side);
/* Takes one report. False: there is none now; `program->reports` is -1 when no more will come. */
bool lab_program_take(struct lab_program *program, struct lab_report *report) WS_CHECKED;

#endif
