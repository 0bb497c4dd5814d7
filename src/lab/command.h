/* What the user wants of the wire: the commands of LAB_COMMANDS, one a line of ASCII, at most LAB_COMMAND_BYTES with
 * its newline.
 *
 * NUMBER counts the packets from 1 in the order in which they left their hosts. A command whose packet has not left yet
 * waits for it, with all commands after it, so that a script can be written down beforehand. Without NUMBER it is the
 * packet that the scenario delivers next. A line that is no command is answered with evidence of the wire. */
#ifndef LAB_COMMAND_H
#define LAB_COMMAND_H

#include <wirestate/error.h>
#include <wirestate/language.h>
#include <wirestate/types.h>

/* X(enumerator, word, how many values it takes at most, the values, what it does) */
#define LAB_COMMANDS(X)                                                                                                \
	X(LAB_COMMAND_DELIVER, "deliver", 1, "[NUMBER]", N_("the packet arrives now"))                                 \
	X(LAB_COMMAND_DROP, "drop", 1, "[NUMBER]", N_("the packet is lost"))                                           \
	X(LAB_COMMAND_COPY, "copy", 1, "[NUMBER]",                                                                     \
	  N_("a copy of it arrives now, and the packet itself goes on waiting"))                                       \
	X(LAB_COMMAND_DELAY, "delay", 2, "[NUMBER] [TIME]",                                                            \
	  N_("it arrives by itself after TIME, such as 300ms; without TIME after 1s"))                                 \
	X(LAB_COMMAND_PASS, "pass", 1, "[NUMBER]",                                                                     \
	  N_("the next packet of its direction overtakes it: that one arrives as soon as it is there"))                \
	X(LAB_COMMAND_ALL, "all", 0, "", N_("everything that waits arrives, in the scenario's order"))                 \
	X(LAB_COMMAND_AUTO, "auto", 0, "", N_("the same, and from now on no packet waits"))                            \
	X(LAB_COMMAND_HOLD, "hold", 0, "", N_("from now on every packet waits again"))

enum lab_command_verb {
#define X(name, word, most, values, meaning) name,
	LAB_COMMANDS(X)
#undef X
	        LAB_COMMAND_COUNT
};

enum { LAB_COMMAND_BYTES = 64 };

struct lab_command {
	uint8_t verb;    /* enum lab_command_verb */
	uint64_t number; /* 0: not given */
	ws_time time;    /* of delay */
};

/* Reads one line, without its newline. False: `error` says in words what it should be. */
bool lab_command_parse(const char *line, size_t length, struct lab_command *command, struct ws_error *error) WS_CHECKED;

/* Lines as they come from a pipe. */
struct lab_command_lines {
	char line[LAB_COMMAND_BYTES];
	size_t used;
	bool too_long; /* the rest of this line is passed over */
};
/* Takes a byte. True: a line has ended, which is lines->line[0..*length), or, where it was too long, *length is
 * LAB_COMMAND_BYTES. */
bool lab_command_byte(struct lab_command_lines *lines, char byte, size_t *length) WS_CHECKED;

#endif
