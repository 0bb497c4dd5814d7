/* See habits.h. */
#include "cli/habits.h"

#include <string.h>
#include <wirestate/types.h>

#define SAME(option, program, text, example)                                                                           \
	{                                                                                                              \
		option, program, HABIT_SAME, text, example                                                             \
	}
#define LIKE(option, program, text, example)                                                                           \
	{                                                                                                              \
		option, program, HABIT_LIKE, text, example                                                             \
	}
#define INSTEAD(option, program, text, example)                                                                        \
	{                                                                                                              \
		option, program, HABIT_INSTEAD, text, example                                                          \
	}

const struct habit habits[] = {
        SAME("-A", "tcpdump", "the payload of each packet as text", "-A -r FILE"),
        SAME("-B", "tcpdump", "the kernel's buffer in KiB; tshark's is in MiB", "-B 4096 -r FILE -c 1 -v"),
        SAME("-c", "both", "stops after so many packets", "-c 2 -r FILE -T text"),
        SAME("-C", "tcpdump", "the size of the files of -w in millions of bytes", "-C 1 -w OUT -r FILE -T text"),
        SAME("-D", "both", "lists the interfaces", "-D"),
        SAME("-e", "tcpdump", "the link layer's addresses in each line", "-e -r FILE"),
        LIKE("-f", "tshark", "a capture filter; in tcpdump it is about foreign addresses", "-f tcp -r FILE -T text"),
        SAME("-F", "tcpdump", "reads the capture filter from a file", "-F FILTER -r FILE -T text"),
        SAME("-G", "tcpdump", "the seconds that a file of -w lasts", "-G 60 -w OUT -r FILE -T text"),
        SAME("-h", "both", "help", "-h"),
        SAME("-i", "both", "the interface to capture from", ""),
        SAME("-I", "both", "monitor mode", ""),
        LIKE("-K", "tcpdump", "checksums are not verified: wrong ones count as good", "-K -r FILE -T text"),
        SAME("-l", "both", "each packet's lines are written at once", "-l -r FILE"),
        SAME("-L", "both", "lists the link types of an interface", "-L -i lo"),
        LIKE("-n", "both", "numbers only; names are never asked of the network anyway, so -nn says no more",
             "-nn -r FILE -T text"),
        SAME("-O", "tcpdump", "the capture filter is not optimized; tshark's -O is -v here", "-O -r FILE -T text tcp"),
        SAME("-p", "both", "no promiscuous mode", "-p -r FILE -T text"),
        LIKE("-P", "tshark", "packets are always shown while -w writes them", "-P -w OUT -r FILE -T text"),
        LIKE("--print", "tcpdump", "packets are always shown while -w writes them", "--print -w OUT -r FILE -T text"),
        LIKE("-q", "tcpdump", "shorter lines", "-q -r FILE"),
        LIKE("-r", "both", "the file to read; a folder stands for the captures in it", "-r FILE -T text"),
        SAME("-s", "both", "how much of each packet is captured", "-s 0 -r FILE -T text"),
        SAME("-S", "tcpdump", "absolute sequence numbers", "-S -r FILE"),
        SAME("-t", "tcpdump", "no time in the lines", "-t -r FILE -T text"),
        SAME("-tt", "tcpdump", "seconds since 1970", "-tt -r FILE -T text"),
        SAME("-ttt", "tcpdump", "the time since the packet before", "-ttt -r FILE -T text"),
        SAME("-tttt", "tcpdump", "date and time", "-tttt -r FILE -T text"),
        SAME("-ttttt", "tcpdump", "the time since the first packet, as without -t", "-ttttt -r FILE -T text"),
        LIKE("-t FORMAT", "tshark", "a and ad: date and time; d and dd: since the packet before; e; r; u and ud: UTC",
             "-t ad -r FILE -T text"),
        LIKE("-T", "tshark", "text and json; csv needs --only", "-T json -r FILE"),
        SAME("-U", "tcpdump", "-w writes each packet at once", "-U -w OUT -r FILE -T text"),
        LIKE("-v", "tcpdump", "every header field, as tshark's -V; -vv and -vvv say no more", "-vvv -r FILE"),
        LIKE("-w", "both", "the file to write; what is shown is shown all the same, and - is not allowed",
             "-w OUT -r FILE -T text"),
        SAME("-W", "tcpdump", "how many files -C or -G write", "-C 1 -W 3 -w OUT -r FILE -T text"),
        LIKE("-x", "both", "every byte of the packet, with the link layer's header, in hexadecimal and as text",
             "-x -r FILE"),
        LIKE("-xx", "tcpdump", "as -x", "-xx -r FILE"),
        LIKE("-X", "tcpdump", "as -x", "-X -r FILE"),
        LIKE("-XX", "tcpdump", "as -x", "-XX -r FILE"),
        SAME("-y", "both", "the link type to capture with", ""),
        LIKE("-Y", "tshark", "a display filter, in a language of its own: see DISPLAY FILTER",
             "-Y port==80 -r FILE -T text"),
        SAME("-Z", "tcpdump", "the user to become", ""),
        LIKE("-#", "tcpdump", "lines always have the packet's number", "-# -r FILE -T text"),
        LIKE("--count", "tcpdump", "the long form of -c; --only stats has the number of packets",
             "--count 2 -r FILE -T text"),
        LIKE("--number", "tcpdump", "lines always have the packet's number", "--number -r FILE -T text"),
        LIKE("--color", "tshark", "auto, always or never", "--color never -r FILE -T text"),
        SAME("--version", "both", "the version", "--version"),

        INSTEAD("-a", "tshark", "to stop by time, timeout 60 wirestate ...; by packets, -c", "-a duration:60 -r FILE"),
        INSTEAD("-b", "both", "for tshark's ring of files, -C, -G and -W; AS numbers of tcpdump are not decoded",
                "-b files:3 -r FILE"),
        INSTEAD("-d", "both",
                "tcpdump -d prints a compiled filter; ports need no decode-as, since TCP's payload is bytes",
                "-d -r FILE"),
        INSTEAD("-E", "both", "nothing is decrypted; the columns of -T csv are those of --only", "-E x -r FILE"),
        INSTEAD("-g", "tshark", "chmod g+r gives the group access to the file of -w", "-g -r FILE"),
        INSTEAD("-H", "both", "names come from the capture and /etc/hosts; 802.11s is not decoded", "-H x -r FILE"),
        INSTEAD("-j", "both", "the time stamps are the kernel's; for JSON's layers use jq", "-j host -r FILE"),
        INSTEAD("-J", "both", "the time stamps are the kernel's; for JSON's layers use jq", "-J -r FILE"),
        INSTEAD("-m", "tcpdump", "SNMP is not decoded", "-m x -r FILE"),
        INSTEAD("-M", "both", "signatures of TCP-MD5 are shown and not verified", "-M x -r FILE"),
        INSTEAD("-N", "both", "-n shows numbers only; without it names are shown whole", "-N -r FILE"),
        INSTEAD("-o", "tshark", "there are no preferences; the manual lists the options", "-o x -r FILE"),
        INSTEAD("-Q", "both", "for one direction use the capture filter inbound or outbound", "-Q in -r FILE"),
        INSTEAD("-R", "tshark", "-Y, which leaves the states of connections correct", "-R x -r FILE"),
        INSTEAD("-T fields", "tshark", "-T csv --only packet has a fixed set of columns; jq chooses fields of -T json",
                "-T fields -r FILE"),
        INSTEAD("-u", "both", "hours and days are not written in the lines; NFS is not decoded", "-u s -r FILE"),
        INSTEAD("-V", "both", "for tshark's details -v; for tcpdump's list of files -r FOLDER", "-V -r FILE"),
        INSTEAD("-z", "both",
                "for conversations -T csv --only connection, for totals --only stats; no command is run after -w",
                "-z conv,tcp -r FILE"),
        INSTEAD("-2", "tshark", "packets are read once", "-2 -r FILE"),
        INSTEAD("--immediate-mode", "tcpdump",
                "packets are shown within a quarter of a second; -l does not wait longer", "--immediate-mode -r FILE"),
        INSTEAD("--time-stamp-precision", "tcpdump", "files are read and written with nanoseconds",
                "--time-stamp-precision=nano -r FILE"),
        INSTEAD("--micro", "tcpdump", "files are read and written with nanoseconds", "--micro -r FILE"),
        INSTEAD("--nano", "tcpdump", "files are read and written with nanoseconds", "--nano -r FILE"),
        INSTEAD("--direction", "tcpdump", "for one direction use the capture filter inbound or outbound",
                "--direction=in -r FILE"),
        INSTEAD("--absolute-tcp-sequence-numbers", "tcpdump", "-S does that",
                "--absolute-tcp-sequence-numbers -r FILE"),
        INSTEAD("--dont-verify-checksums", "tcpdump", "-K takes wrong checksums as good",
                "--dont-verify-checksums -r FILE"),
        INSTEAD("--lengths", "tcpdump", "records of packets have captured and length", "--lengths -r FILE"),
        INSTEAD("--skip", "tcpdump", "the key : of the view jumps to a packet", "--skip 2 -r FILE"),
        INSTEAD("--time-stamp-type", "both", "the time stamps are the kernel's", "--time-stamp-type=host -r FILE"),
        INSTEAD("--list-time-stamp-types", "both", "the time stamps are the kernel's", "--list-time-stamp-types"),
        INSTEAD("--capture-comment", "tshark", "editcap --capture-comment writes it into the file",
                "--capture-comment x -r FILE"),
        INSTEAD("--disable-protocol", "tshark", "no protocol can be switched off", "--disable-protocol tcp -r FILE"),
        INSTEAD("--enable-protocol", "tshark", "all protocols are always on", "--enable-protocol tcp -r FILE"),
        INSTEAD("--disable-heuristic", "tshark", "no protocol is guessed", "--disable-heuristic x -r FILE"),
        INSTEAD("--enable-heuristic", "tshark", "no protocol is guessed", "--enable-heuristic x -r FILE"),
        INSTEAD("--disable-all-protocols", "tshark", "no protocol can be switched off",
                "--disable-all-protocols -r FILE"),
        INSTEAD("--only-protocols", "tshark", "-Y shows only what matches a filter", "--only-protocols tcp -r FILE"),
        INSTEAD("--elastic-mapping-filter", "tshark", "-T json has one object a line; the manual has each field's type",
                "--elastic-mapping-filter ip -r FILE"),
        INSTEAD("--export-tls-session-keys", "tshark", "nothing is decrypted", "--export-tls-session-keys x -r FILE"),
        INSTEAD("--hexdump", "tshark", "-x writes the bytes", "--hexdump all -r FILE"),
        INSTEAD("--no-duplicate-keys", "tshark", "no key of a JSON object is written twice",
                "--no-duplicate-keys -r FILE"),
        INSTEAD("--read-file", "tshark", "-r reads a file", "--read-file FILE"),
        INSTEAD("--read-filter", "tshark", "-Y, which leaves the states of connections correct",
                "--read-filter x -r FILE"),
        INSTEAD("--autostop", "tshark", "to stop by time, timeout 60 wirestate ...; by packets, -c",
                "--autostop duration:60 -r FILE"),
        INSTEAD("--ring-buffer", "tshark", "-C, -G and -W write a ring of files", "--ring-buffer files:3 -r FILE"),
        INSTEAD("--temp-dir", "tshark", "no temporary files are written", "--temp-dir /tmp -r FILE"),
        INSTEAD("--log-level", "tshark", "--debug-connection says why a state changed", "--log-level debug -r FILE"),
        INSTEAD("--log-domains", "tshark", "--debug-connection says why a state changed", "--log-domains x -r FILE"),
        INSTEAD("--log-file", "tshark", "warnings and errors go to standard error", "--log-file x -r FILE"),
        INSTEAD("--log-fatal", "tshark", "--debug-connection says why a state changed", "--log-fatal x -r FILE"),
        INSTEAD("--log-debug", "tshark", "--debug-connection says why a state changed", "--log-debug x -r FILE"),
        INSTEAD("--log-noisy", "tshark", "--debug-connection says why a state changed", "--log-noisy x -r FILE"),
        INSTEAD("--export-objects", "tshark", "b in the view shows a connection's bytes, and w saves them",
                "--export-objects http,x -r FILE"),
};
const size_t habit_count = WS_ARRAY_SIZE(habits);

const struct habit *habit_of(int letter, const char *name)
{
	for (size_t i = 0; i < habit_count; i++) {
		const char *option = habits[i].option;
		if (habits[i].kind != HABIT_INSTEAD)
			continue;
		if (option[1] != '-' ? letter && option[1] == letter : name && strcmp(option + 2, name) == 0)
			return &habits[i];
	}
	return NULL;
}
