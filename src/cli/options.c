/* The command line.
 *
 * Every option is one row of option_rows[]: its letter and long name, the kind of its value and the field it fills. The
 * getopt tables, --help, the manual's OPTIONS section and the text of every error are made from the rows, so that they
 * cannot drift apart. Letters that tcpdump and tshark agree on keep their meaning. */
#include "cli/options.h"
#include "cli/config.h"
#include "cli/datadir.h"
#include "cli/habits.h"
#include "cli/language.h"
#include "cli/option_checks.h"

#include <wirestate/join.h>
#include <wirestate/language.h>

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD(name) offsetof(struct options, name)
#define X(name, word) " " word
static const char show_words[] = SHOWS(X);
static const char colour_words[] = COLOURS(X);
static const char theme_words[] = WS_THEMES(X);
static const char record_words[] = WS_RECORDS(X);
#undef X
#define X(name, word, title) " " word
static const char screen_words[] = WS_SCREENS(X);
static const char graph_words[] = WS_PLOTS(X);
#undef X

const struct option_row option_rows[] = {
        {'i', "interface", "IFACE", OPTION_WORDS, GROUP_SOURCE, FIELD(interfaces), 1, 0, NULL,
         N_("capture live from this interface; \"any\" means all of them. Several -i are several points: what both "
            "capture is joined")},
        {'r', "read", "FILE", OPTION_WORDS, GROUP_SOURCE, FIELD(reads), 1, 0, NULL,
         N_("replay a pcap or pcapng file, plain or packed with gzip or zstd; - is standard input, a folder stands for "
            "the captures in it in the order of time, and the name of a capture that comes with wirestate is enough. "
            "Several -r are several points where they hold the same segments, and else one capture in the order of "
            "time")},
        {0, "offset", "POINT=SECONDS", OPTION_OFFSET, GROUP_SOURCE, 0, 0, 0, NULL,
         N_("with several points, take the clock of this one as so far ahead of the first point's, instead of finding "
            "it "
            "out")},
        {0, "follow", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(follow), 0, 0, NULL,
         N_("go on reading the file of -r as it grows, also when it is emptied or replaced, as tail -F does")},
        {0, "lesson", "[NAME]", OPTION_NAME, GROUP_SOURCE, FIELD(lesson), 0, 0, NULL,
         N_("play a lesson: one that comes with wirestate, or the path of a .lesson file; without a terminal, print "
            "it. "
            "Without NAME: list the lessons")},
        {0, "exercise", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(exercise), 0, 0, NULL,
         N_("ask what happens next in the capture of -r, or in its --connection; without a terminal, print the "
            "questions "
            "and "
            "read an answer a line, where ? asks for a hint")},
        {0, "answers", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(answers), 0, 0, NULL,
         N_("print the lesson, read the answers to its questions from standard input, one a line, and print whether "
            "each "
            "is right")},
        {'f', "filter", "EXPRESSION", OPTION_TEXT, GROUP_SOURCE, FIELD(filter), 0, 0, NULL,
         N_("take only packets that match this BPF expression; it may also follow the options")},
        {'c', "count", "N", OPTION_NUMBER, GROUP_SOURCE, FIELD(count), 1, 1e18, NULL, N_("stop after N packets")},
        {'s', "snapshot-length", "BYTES", OPTION_NUMBER, GROUP_SOURCE, FIELD(snapshot_length), 0, 262144, NULL,
         N_("live, capture at most this much of each packet; 0 is the default, 262144")},
        {'p', "no-promiscuous-mode", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(no_promiscuous), 0, 0, NULL,
         N_("live, do not put the interface into promiscuous mode")},
        {'I', "monitor-mode", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(monitor), 0, 0, NULL,
         N_("live, put the interface into monitor mode")},
        {'y', "linktype", "TYPE", OPTION_TEXT, GROUP_SOURCE, FIELD(link_type), 1, 0, NULL,
         N_("live, capture with this link type, one of those that -L lists")},
        {0, "buffer-size", "SIZE", OPTION_SIZE, GROUP_SOURCE, FIELD(buffer_size), 65536, 2147483647.0, NULL,
         N_("live, the size of the kernel's buffer, in bytes or followed by K, M or G (default 64M)")},
        {'B', "buffer-kib", "KIB", OPTION_KIB, GROUP_SOURCE, FIELD(buffer_size), 65536, 2147483647.0, NULL,
         N_("live: the same in KiB, as in tcpdump")},
        {'F', "filter-file", "FILE", OPTION_TEXT, GROUP_SOURCE, FIELD(filter_file), 1, 0, NULL,
         N_("take only packets that match the BPF expression in this file")},
        {'O', "no-optimize", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(no_optimize), 0, 0, NULL,
         N_("do not optimize the compiled BPF expression")},
        {'K', "ignore-checksums", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(ignore_checksums), 0, 0, NULL,
         N_("take every TCP segment with a wrong checksum as good (otherwise only where all or most of its sender's "
            "are "
            "wrong, or "
            "its receiver has acknowledged it)")},
        {0, "fcs", "BYTES", OPTION_WORD, GROUP_SOURCE, FIELD(fcs), 0, 0, " 0 4",
         N_("take frames to end in this many bytes of frame check sequence, whatever the file says")},
        {'D', "list-interfaces", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(list_interfaces), 0, 0, NULL,
         N_("list the interfaces that can be captured from, and exit")},
        {'L', "list-data-link-types", NULL, OPTION_SWITCH, GROUP_SOURCE, FIELD(list_link_types), 0, 0, NULL,
         N_("list the link types of the interface named by -i, and exit")},

        {'T', "format", "FORMAT", OPTION_WORD, GROUP_SHOW, FIELD(show), 0, 0, show_words,
         N_("the view (tui), or lines of text, json or csv; without this option the view is shown on a terminal, "
            "unless "
            "-v, "
            "-x, -l or --only ask for lines, and text is written elsewhere")},
        {0, "only", "KINDS", OPTION_RECORDS, GROUP_SHOW, FIELD(records), 0, 0, record_words,
         N_("write only these records, separated by commas; the default is packet,transition for text and all but "
            "those that are made of connections or packets for json; csv needs one kind")},
        {'Y', "display-filter", "FILTER", OPTION_TEXT, GROUP_SHOW, FIELD(display_filter), 0, 0, NULL,
         N_("show only connections that fit, such as 10.0.0.0/8 and port == 443, or state == CLOSE_WAIT; the manual "
            "has "
            "the "
            "fields")},
        {'v', "verbose", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(verbose), 0, 0, NULL,
         N_("in text, write every header field on a line of its own")},
        {'A', "payload", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(payload), 0, 0, NULL,
         N_("text: the payload of every packet as text")},
        {'e', "link-layer", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(link), 0, 0, NULL,
         N_("text: the addresses of the link layer in every line")},
        {'q', "quiet", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(quiet), 0, 0, NULL, N_("text: shorter lines")},
        {'S', "absolute", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(absolute), 0, 0, NULL,
         N_("text: absolute sequence numbers")},
        {'t', "times", NULL, OPTION_TIMES, GROUP_SHOW, FIELD(times), 0, 0, NULL,
         N_("text: no time; -tt: seconds since 1970; -ttt: since the packet before; -tttt: date and time; in the view "
            "the "
            "key t changes that. tshark's words are understood: a, ad, d, dd, e, r, u, ud")},
        {'x', "hex", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(hex), 0, 0, NULL,
         N_("in text, write the bytes of every packet, too")},
        {0, "debug-connection", "N", OPTION_NUMBER, GROUP_SHOW, FIELD(debug_connection), 1, 1e18, NULL,
         N_("write, instead of records, each input of connection N with the facts about its endpoints that it changed, "
            "the "
            "rules that it applied, and the states after it")},
        {'n', "numeric", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(numeric), 0, 0, NULL,
         N_("show numbers, without names of hosts, services and MAC vendors")},
        {'l', "line-buffered", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(line_buffered), 0, 0, NULL,
         N_("write the records of every packet at once")},
        {'w', "write", "FILE", OPTION_TEXT, GROUP_SHOW, FIELD(write), 1, 0, NULL,
         N_("also write every packet that is shown to this file, with nanoseconds: as pcapng when its name ends in "
            ".pcapng, else as pcap")},
        {0, "correct-times", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(correct_times), 0, 0, NULL,
         N_("with several points, write all packets to the file of -w with times by the first point's clock, and in "
            "the "
            "order of these; the captures are read twice")},
        {'C', "rotate-size", "MILLIONS", OPTION_MILLIONS, GROUP_SHOW, FIELD(rotate_size), 1024, 1e15, NULL,
         N_("begin the next file of -w, with a number after its name, when the file is larger than this many million "
            "bytes; or K, M or G after the number")},
        {'G', "rotate-seconds", "SECONDS", OPTION_SECONDS, GROUP_SHOW, FIELD(rotate_time), 1, 1e9, NULL,
         N_("begin the next file of -w after this time; its name may have strftime's conversions, %H%M%S")},
        {'W', "rotate-files", "N", OPTION_NUMBER, GROUP_SHOW, FIELD(rotate_count), 1, 1e9, NULL,
         N_("with -C: write over the first file again after N files; with -G: end after N files")},
        {'U', "packet-buffered", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(packet_buffered), 0, 0, NULL,
         N_("write every packet of -w to its file at once")},
        {0, "anonymize", NULL, OPTION_SWITCH, GROUP_SHOW, FIELD(anonymize), 0, 0, NULL,
         N_("replace every MAC and IP address, the same one always by the same, with one reserved for documentation, "
            "and "
            "blank what is not understood; the payload of TCP and UDP stays as it is")},
        {0, "time-wait", "SECONDS", OPTION_SECONDS, GROUP_SHOW, FIELD(time_wait), 0.001, 86400, NULL,
         N_("take TIME_WAIT to last so long (default 60, as in Linux; twice RFC 9293's MSL is 240)")},
        {0, "max-memory", "SIZE", OPTION_SIZE, GROUP_SHOW, FIELD(max_memory), 1048576, 1e15, NULL,
         N_("use at most this much memory for connections and their history, in bytes or followed by K, M or G "
            "(default "
            "1G)")},
        {0, "threads", "N", OPTION_NUMBER, GROUP_SHOW, FIELD(threads), 1, 64, NULL,
         N_("read and decode a file in a second thread, and format records in further ones; the default is as many "
            "threads "
            "as help, and 1 does everything in one")},

        {0, "play", NULL, OPTION_SWITCH, GROUP_VIEW, FIELD(play), 0, 0, NULL,
         N_("play the capture from its start; a capture with one connection shows its lifelines")},
        {0, "speed", "X", OPTION_SPEED, GROUP_VIEW, FIELD(speed), 0.001, 1000, NULL,
         N_("replay at this speed; 1 is real time, and guided leaves each segment on the screen until its text could "
            "be "
            "read (the default of lessons, and of --play and .cast with up to 100 steps)")},
        {0, "idle", "SECONDS", OPTION_SECONDS, GROUP_VIEW, FIELD(idle), 0, 86400, NULL,
         N_("show no longer pause than this between two packets (default 1)")},
        {0, "net", "ADDRESS/BITS", OPTION_NET, GROUP_VIEW, FIELD(net), 0, 0, NULL,
         N_("the subnet that was captured in, such as 192.0.2.0/24; addresses outside it are reached through a "
            "gateway; "
            "live, "
            "it is the interface's subnet")},
        {0, "ascii", NULL, OPTION_SWITCH, GROUP_VIEW, FIELD(ascii), 0, 0, NULL,
         N_("draw with ASCII characters instead of lines and arrows")},
        {0, "color", "WHEN", OPTION_WORD, GROUP_VIEW, FIELD(colour), 0, 0, colour_words,
         N_("use colors; auto, the default, means unless NO_COLOR is set")},

        {0, "theme", "NAME", OPTION_WORD, GROUP_VIEW, FIELD(theme), 0, 0, theme_words,
         N_("use colors that can be read on any background (the default), on a dark or a light one, or no colors")},
        {0, "config", "FILE", OPTION_TEXT, GROUP_VIEW, FIELD(config_file), 1, 0, NULL,
         N_("read this configuration file instead of ~/.config/wirestate/config; /dev/null stands for none")},
        {0, "no-mouse", NULL, OPTION_SWITCH, GROUP_VIEW, FIELD(no_mouse), 0, 0, NULL,
         N_("leave the mouse to the terminal, to copy text with it; the key M changes that, too")},
        {0, "language", "NAME", OPTION_TEXT, GROUP_VIEW, FIELD(language), 1, 0, NULL,
         N_("speak this language: en, zh_CN, or another one that has a translation (default: that of the locale, which "
            "need not be installed)")},

        {0, "publish", "ADDRESS", OPTION_TEXT, GROUP_HOSTS, FIELD(publish), 1, 0, NULL,
         N_("send the records of connections, transitions, UDP, ARP and statistics to the NATS server at "
            "nats://HOST:PORT, "
            "by way of wirestate-nats, instead of printing them; packets are not sent")},
        {0, "subscribe", "ADDRESS", OPTION_TEXT, GROUP_HOSTS, FIELD(subscribe), 1, 0, NULL,
         N_("show the records of all sensors that publish to this NATS server, those that it has kept and then each "
            "new "
            "one; Enter on a connection asks its sensor for the packets")},
        {0, "sensor", "NAME", OPTION_TEXT, GROUP_HOSTS, FIELD(sensor), 1, 0, NULL,
         N_("with --publish, call this machine so (default: its host name); with --subscribe, show only this sensor")},
        {0, "site", "NAME", OPTION_TEXT, GROUP_HOSTS, FIELD(site), 1, 0, NULL,
         N_("with --publish, the name of the place or team that the sensor belongs to (default: default); with "
            "--subscribe, show only this one")},
        {0, "no-packets", NULL, OPTION_SWITCH, GROUP_HOSTS, FIELD(no_packets), 0, 0, NULL,
         N_("with --publish, answer no request for the headers of a connection's packets")},

        {0, "lab", "[SCENARIO]", OPTION_NAME, GROUP_LAB, FIELD(lab), 0, 0, NULL,
         N_("make two hosts and a wire between them on this machine, without touching its network, and play a "
            "scenario: "
            "one that comes with wirestate, or the path of a .lab file. Without SCENARIO: list the scenarios")},
        {0, "server", "COMMAND", OPTION_TEXT, GROUP_LAB, FIELD(lab_server), 1, 0, NULL,
         N_("run this program as the server; its host is called server and has the address 10.0.0.2")},
        {0, "client", "COMMAND", OPTION_TEXT, GROUP_LAB, FIELD(lab_client), 1, 0, NULL,
         N_("run this program as the client, once the server listens; its host is called client and has the address "
            "10.0.0.1")},
        {0, "one-host", NULL, OPTION_SWITCH, GROUP_LAB, FIELD(lab_one_host), 0, 0, NULL,
         N_("make one host for both programs, and lead its loopback over the wire, so that programs that say 127.0.0.1 "
            "or localhost run as they are")},
        {0, "auto", NULL, OPTION_SWITCH, GROUP_LAB, FIELD(lab_auto), 0, 0, NULL,
         N_("let each packet arrive by itself; in the view each one waits for a key otherwise")},
        {0, "hold", NULL, OPTION_SWITCH, GROUP_LAB, FIELD(lab_hold), 0, 0, NULL,
         N_("without the view: let each packet wait for a command on standard input, such as deliver 1 or drop 2")},
        {0, "delay", "TIME", OPTION_SECONDS, GROUP_LAB, FIELD(lab_delay), 0.000001, 60, NULL,
         N_("let each packet be on its way for so long (default 5ms, or the scenario's)")},
        {0, "loss", "SHARE", OPTION_PERCENT, GROUP_LAB, FIELD(lab_loss), 0.001, 100, NULL,
         N_("let this share of packets be lost by chance, such as 5%")},
        {0, "seed", "N", OPTION_NUMBER, GROUP_LAB, FIELD(seed), 0, 1e18, NULL,
         N_("begin the sequence of chances here; the same number loses the same packets, and with --exercise asks the "
            "same questions")},

        {0, "export", "FILE", OPTION_TEXT, GROUP_PICTURE, FIELD(export), 1, 0, NULL,
         N_("write the lifelines of --connection, whole, to FILE, and exit. The name's ending says what it gets: .svg "
            "a "
            "picture, "
            ".anim.svg one that plays in any browser, .html a page that plays, .txt text, .cast a recording for "
            "asciinema, "
            ".pcap or .pcapng its packets; with --screen, FILE gets that screen instead, "
            "and with --lesson the lesson as a page that asks")},
        {0, "frame", "N", OPTION_FRAME, GROUP_PICTURE, FIELD(frame), 0, 1e18, NULL,
         N_("print the screen as it stands after packet N of the file, or after the last with \"end\", and exit")},
        {0, "size", "COLSxROWS", OPTION_CANVAS, GROUP_PICTURE, FIELD(size), 1, 1000, NULL,
         N_("draw that screen in this size (default 80x24)")},
        {0, "screen", "NAME", OPTION_WORD, GROUP_PICTURE, FIELD(screen), 0, 0, screen_words,
         N_("print this screen (default list)")},
        {0, "graph", "KIND", OPTION_WORD, GROUP_PICTURE, FIELD(graph), 0, 0, graph_words,
         N_("what the graph shows first, also in the view: sequence numbers, throughput, round trips, bytes in flight "
            "(default numbers)")},
        {0, "connection", "N", OPTION_NUMBER, GROUP_PICTURE, FIELD(connection), 1, 1e18, NULL,
         N_("select connection N there, instead of the packet's own")},
        {0, "stop", "N", OPTION_STOP, GROUP_PICTURE, FIELD(stop), 1, 1e18, NULL,
         N_("print stop N of the --lesson as its two screens, the question's and the answer's, and exit; \"end\" is "
            "the "
            "page "
            "after the last stop")},

        {'Z', "relinquish-privileges", "USER", OPTION_TEXT, GROUP_OTHER, FIELD(user), 1, 0, NULL,
         N_("as root, become this user once everything is open (default: the user who called sudo, else wirestate, "
            "else "
            "nobody)")},
        {0, "no-sandbox", NULL, OPTION_SWITCH, GROUP_OTHER, FIELD(no_sandbox), 0, 0, NULL,
         N_("keep every privilege and every system call: a flaw in reading a packet can then do whatever you can")},
        {0, "no-kernel", NULL, OPTION_SWITCH, GROUP_OTHER, FIELD(no_kernel), 0, 0, NULL,
         N_("live: do not ask this machine's kernel for the states of its own sockets")},
        {0, "no-process", NULL, OPTION_SWITCH, GROUP_OTHER, FIELD(no_process), 0, 0, NULL,
         N_("live: do not start the helper process that names the programs of this machine's sockets")},
        {'h', "help", NULL, OPTION_SWITCH, GROUP_OTHER, FIELD(help), 0, 0, NULL, N_("show this help, and exit")},
        {0, "version", NULL, OPTION_SWITCH, GROUP_OTHER, FIELD(version), 0, 0, NULL, N_("show the version, and exit")},
        {'X', "hex-and-text", NULL, OPTION_SWITCH, GROUP_HIDDEN, FIELD(hex), 0, 0, NULL, N_("as -x")},
        {'#', "number", NULL, OPTION_IGNORED, GROUP_HIDDEN, 0, 0, 0, NULL, N_("lines always have the number")},
        {'P', "print", NULL, OPTION_IGNORED, GROUP_HIDDEN, 0, 0, 0, NULL, N_("packets are always shown")},
        {0, "from-start", NULL, OPTION_SWITCH, GROUP_HIDDEN, FIELD(from_start), 0, 0, NULL,
         N_("Esc goes back to the start screen, which has started this process")},
        {0, "advice", "TEXT", OPTION_TEXT, GROUP_HIDDEN, FIELD(advice), 0, 0, NULL,
         N_("show this where no packet has come yet; a lesson starts this process")},
        {0, "generate", "WHAT", OPTION_TEXT, GROUP_HIDDEN, FIELD(generate), 1, 0, NULL,
         N_("bash, zsh, fish: completions; habits: the table of habits; man FILE: the manual page from its source, for "
            "the build")},
};
const size_t option_row_count = WS_ARRAY_SIZE(option_rows);

enum { LONG_ONLY = 256 }; /* getopt's value for a row without a letter is this plus the row's index */

static const struct option_row *row_of(int value)
{
	if (value >= LONG_ONLY)
		return &option_rows[value - LONG_ONLY];
	for (size_t i = 0; i < option_row_count; i++) {
		if (option_rows[i].letter && option_rows[i].letter == value)
			return &option_rows[i];
	}
	return NULL;
}

/* An option of tcpdump or tshark that is not here: says what to use instead. */
static bool told_instead(int value, const char *word, struct ws_error *error)
{
	char name[40] = "";
	if (!value && strncmp(word, "--", 2) == 0)
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	const struct habit *habit = habit_of(value < LONG_ONLY ? value : 0, name);
	if (!habit)
		return false;
	ws_fail(error, WS_ERROR_OPTION, "%s of %s is not an option here: %s", habit->option,
	        strcmp(habit->program, "both") == 0 ? "tcpdump and tshark" : habit->program, habit->text);
	return true;
}

/* getopt_long() has found an unknown option, or an option without its value. */
static bool getopt_failed(int result, int value, const char *word, struct ws_error *error)
{
	const struct option_row *row = value ? row_of(value) : NULL;
	if (result == ':' && row)
		return ws_fail(error, WS_ERROR_OPTION, "option %s needs a value: %s", word, row->argument);
	if (row && !row->argument)
		return ws_fail(error, WS_ERROR_OPTION, "option %s takes no value", word);
	if (told_instead(value, word, error))
		return false;
	if (value > 0 && value < LONG_ONLY)
		return ws_fail(error, WS_ERROR_OPTION, "unknown option -%c; wirestate --help lists them", value);
	return ws_fail(error, WS_ERROR_OPTION, "unknown or ambiguous option %s; wirestate --help lists them", word);
}

/* After a -t that stands alone, a word of tshark's is its value; no capture filter begins with one. */
static bool is_tshark_time(const char *option, const char *word)
{
	static const char *const words[] = {
#define X(name, words, meaning) words,
	        WS_TIMES(X)
#undef X
	};
	const size_t length = strlen(word);
	for (size_t i = 0; i < WS_ARRAY_SIZE(words) && strcmp(option, "-t") == 0; i++) {
		for (const char *at = words[i]; *at; at += strcspn(at, " "), at += *at == ' ')
			if (strcspn(at, " ") == length && memcmp(at, word, length) == 0)
				return true;
	}
	return false;
}

static bool read_options(int argc, char **argv, struct options *options, struct ws_error *error)
{
	struct option longs[WS_ARRAY_SIZE(option_rows) + 1] = {0};
	char letters[2 * WS_ARRAY_SIZE(option_rows) + 2] = ":";
	char *next = letters + 1;
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		longs[i].name = row->name;
		longs[i].has_arg = row->kind == OPTION_NAME ? optional_argument
		                   : row->argument          ? required_argument
		                                            : no_argument;
		longs[i].val = row->letter ? row->letter : LONG_ONLY + (int)i;
		if (row->letter) {
			*next++ = row->letter;
			if (row->argument)
				*next++ = ':';
		}
	}
	*next = '\0';
	opterr = 0;
	int result;
	while ((result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (result == '?' || result == ':')
			return getopt_failed(result, optopt, argv[optind - 1], error);
		const struct option_row *row = row_of(result);
		const char *value = optarg;
		if (row->kind == OPTION_NAME && !value && optind < argc && argv[optind][0] != '-')
			value = argv[optind++]; /* getopt takes an optional value only after an equals sign */
		if (row->kind == OPTION_TIMES && optind < argc && is_tshark_time(argv[optind - 1], argv[optind]))
			value = argv[optind++];
		if (!option_value(row, value, options, error))
			return false;
	}
	return true;
}

/* The words after the options are one BPF expression. */
static bool join_words(int argc, char **argv, struct options *options, struct ws_error *error)
{
	size_t length = 1;
	for (int i = optind; i < argc; i++)
		length += strlen(argv[i]) + 1;
	char *out = options->joined = malloc(length);
	if (!out)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	for (int i = optind; i < argc; i++) {
		if (i > optind)
			*out++ = ' ';
		out = stpcpy(out, argv[i]);
	}
	*out = '\0';
	return true;
}

/* -F: the file's text, whose lines are joined. */
static bool read_filter(struct options *options, struct ws_error *error)
{
	enum { MOST = 65536 };
	FILE *file = fopen(options->filter_file, "re");
	if (!file)
		return ws_fail(error, WS_ERROR_OPTION, "-F %s: cannot be opened: %s", options->filter_file,
		               strerror(errno));
	options->joined = malloc(MOST);
	size_t length = options->joined ? fread(options->joined, 1, MOST, file) : 0;
	const bool good = options->joined && !ferror(file) && length < MOST && !memchr(options->joined, 0, length);
	fclose(file);
	if (!good)
		return ws_fail(error, WS_ERROR_OPTION, "-F %s: is no text that can be read, of less than 64 KiB",
		               options->filter_file);
	while (length && strchr(" \t\r\n", options->joined[length - 1]))
		length--;
	options->joined[length] = '\0';
	return true;
}

bool options_colours(const struct options *options)
{
	if (options->colour != COLOUR_AUTO)
		return options->colour == COLOUR_ALWAYS;
	const char *no_color = getenv("NO_COLOR");
	return !no_color || !no_color[0];
}

bool options_export_is_packets(int kind)
{
	return kind == EXPORT_PCAP || kind == EXPORT_PCAPNG;
}

int options_export_kind(const char *name)
{
	static const char *const endings[] = {
#define X(kind, ending, what) [kind] = ending,
	        EXPORTS(X)
#undef X
	};
	const size_t length = strlen(name);
	for (int kind = EXPORT_NONE + 1; kind < (int)WS_ARRAY_SIZE(endings); kind++) {
		const size_t tail = strlen(endings[kind]);
		if (length > tail && strcasecmp(name + length - tail, endings[kind]) == 0)
			return kind;
	}
	return EXPORT_NONE;
}

/* From here on --export is handled as --frame that writes to a file. */
static bool check_export(struct options *options, struct ws_error *error)
{
	if (!options->export)
		return true;
	options->export_kind = options_export_kind(options->export);
	if (options->export_kind == EXPORT_NONE)
		return ws_fail(error, WS_ERROR_OPTION,
		               "--export %s: the name must end in " EXPORT_ENDINGS ", which says what to write",
		               options->export);
	if (!options->read)
		return option_refuse(error, "--export is for a file: it needs -r FILE");
	if (options->screen >= 0 && options->export_kind != EXPORT_SVG && options->export_kind != EXPORT_TXT)
		return option_refuse(error, "--export of a --screen writes .svg or .txt");
	if (options->frame != FRAME_NONE && options->screen < 0)
		return option_refuse(error,
		                     "--export of a whole connection excludes --frame; name a --screen for one moment");
	if (options->frame == FRAME_NONE)
		options->frame = FRAME_END;
	for (size_t i = 0; i < options->reads.count; i++)
		if (options_same_file(options->export, options->reads.word[i]))
			return ws_fail(error, WS_ERROR_OPTION,
			               "--export %s is the file that -r reads: give another name", options->export);
	return true;
}

static bool check_picture(const struct options *options, struct ws_error *error)
{
	if (options->frame == FRAME_NONE) {
		if (options->size.columns)
			return option_refuse(error,
			                     "--size is for --frame and --export: it says how large that screen is");
		if (options->screen >= 0)
			return option_refuse(error,
			                     "--screen is for --frame and --export: it says which screen to print");
		if (options->connection && !options->exercise)
			return option_refuse(error,
			                     "--connection is for --frame, --export and --exercise: it says which "
			                     "connection to select");
		return true;
	}
	if (!options->read)
		return option_refuse(error, "--frame prints a screen of a file: it needs -r FILE");
	if (options->show != SHOW_AUTO && options->show != SHOW_TUI)
		return option_refuse(error, "--frame prints a screen, which excludes -T text, json, csv and zeek");
	if (options->records || options->verbose || options->hex || options->debug_connection)
		return option_refuse(error,
		                     "--frame prints a screen, which excludes --only, -v, -x and --debug-connection");
	if (options->write)
		return option_refuse(error, "--frame prints a screen, which excludes -w");
	return true;
}

static bool check_show(struct options *options, struct ws_error *error)
{
	const bool line = options->payload || options->link || options->quiet || options->absolute;
	const bool text_only = options->verbose || options->hex || options->debug_connection || line;
	if (options->show == SHOW_CSV && (!options->records || (options->records & (options->records - 1))))
		return option_refuse(error, "-T csv shows one kind of record: name it with --only");
	const uint32_t logged = 1u << WS_RECORD_CONNECTION | 1u << WS_RECORD_UDP;
	if (options->show == SHOW_ZEEK && options->records & ~logged)
		return option_refuse(error, "-T zeek writes conn.log, of connection and udp only");
	if (text_only && options->show != SHOW_AUTO && options->show != SHOW_TEXT)
		return option_refuse(error, "-A, -e, -q, -S, -v, -x and --debug-connection are for -T text");
	if (options->records && options->show == SHOW_TUI)
		return option_refuse(error, "--only is for -T text, json and csv");
	if (options->show == SHOW_AUTO && (text_only || options->records || options->line_buffered))
		options->show = SHOW_TEXT;
	return true;
}

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The options about the files that are read and written. */
static bool check_files(const struct options *options, struct ws_error *error)
{
	const bool rotates = options->rotate_size || options->rotate_time;
	if (options->follow && (!options->read || strcmp(options->read, "-") == 0))
		return option_refuse(error, "--follow goes on reading a file: it needs -r FILE");
	if (options->follow && is_folder(options->read))
		return option_refuse(error, "--follow reads one file, not a folder");
	if (options->follow && options->frame != FRAME_NONE)
		return option_refuse(error, "--frame and --export show a file as it is, which excludes --follow");
	if (!options->write && (rotates || options->rotate_count))
		return option_refuse(error, "-C, -G and -W are for the file of -w: give it a name");
	if (options->rotate_count && !rotates)
		return option_refuse(error, "-W says how many files -C or -G write: give one of them");
	return true;
}

/* The lab makes its own packets. */
static bool check_lab(struct options *options, struct ws_error *error)
{
	if (options->interfaces.count || options->reads.count)
		return option_refuse(error, "--lab makes its own packets, which excludes -i and -r");
	if (options->export || options->frame != FRAME_NONE || options->screen >= 0)
		return option_refuse(
		        error, "--lab runs live; -w FILE.pcapng keeps it, and -r FILE.pcapng shows and exports that");
	if (options->lab[0] && (options->lab_client || options->lab_server))
		return option_refuse(error, "--lab plays a scenario or your programs, not both");
	if (!options->lab_client != !options->lab_server)
		return option_refuse(error, "--lab needs both programs: --server COMMAND and --client COMMAND");
	if (options->lab_auto && options->lab_hold)
		return option_refuse(error, "--auto lets packets arrive by themselves, and --hold lets them wait");
	if (options->write && strcmp(options->write, "-") == 0)
		return option_refuse(error,
		                     "-w - would mix packets with the records on standard output: give a file name");
	return check_show(options, error);
}

static bool check(struct options *options, struct ws_error *error)
{
	if ((options->filter != NULL) + (options->joined != NULL) + (options->filter_file != NULL) > 1)
		return option_refuse(error, "two filters: give one of -f, -F and the expression after the options");
	if (options->filter_file && !read_filter(options, error))
		return false;
	if (options->joined)
		options->filter = options->joined;
	if (options->list_interfaces)
		return true;
	if (options->lesson)
		return options_check_lesson(options, error);
	if (options->stop != FRAME_NONE)
		return option_refuse(error, "--stop is for a lesson: --lesson NAME");
	if (options->answers && !options->exercise)
		return option_refuse(error, "--answers is for a lesson: --lesson NAME --answers");
	if (options->lab)
		return check_lab(options, error);
	if (options->lab_client || options->lab_server || options->lab_one_host || options->lab_auto ||
	    options->lab_hold || options->lab_delay || options->lab_loss || (options->seed && !options->exercise))
		return option_refuse(error, "--server, --client, --one-host, --auto, --hold, --delay, --loss and "
		                            "--seed are for the lab: --lab");
	if (!options_check_hosts(options, error) || (!options->subscribe && !options_check_sources(options, error)))
		return false;
	if (options->read && (options->monitor || options->link_type || options->list_link_types))
		return option_refuse(error, "-I, -y and -L are for a live interface, not for a file");
	if (options->write && strcmp(options->write, "-") == 0)
		return option_refuse(error,
		                     "-w - would mix packets with the records on standard output: give a file name");
	if (options->write && options->read && options_same_file(options->write, options->read))
		return ws_fail(error, WS_ERROR_OPTION, "-w %s is the file that -r reads: give another name",
		               options->write);
	if (options->no_sandbox && options->user)
		return option_refuse(error, "--no-sandbox keeps the user that -Z changes: give one of them");
	return check_files(options, error) && options_check_exercise(options, error) && check_export(options, error) &&
	       check_picture(options, error) && check_show(options, error);
}

/* The configuration is read first, so that the command line takes precedence. But the command line may name the file.
 */
static bool configure(int argc, char **argv, struct options *options, struct ws_error *error)
{
	struct options first = {.help = false};
	if (!read_options(argc, argv, &first, error))
		return false;
	optind = 0; /* makes glibc's getopt begin again */
	options->config_file = first.config_file;
	return first.help || first.version || first.generate || config_read(options, error);
}

/* Where the name has no slash, the shell has found the program. */
static void name_program(const char *name, struct options *options)
{
	static const char usual[] = "wirestate";
	options->program = name ? name : usual;
	struct ws_text command = WS_TEXT_OVER(options->command);
	if (name && strlen(name) < sizeof(options->command) / 4) /* room for cleaning it */
		ws_text_clean(&command, name, strlen(name));
	else
		ws_text_puts(&command, usual);
	ws_text_cstr(&command);
}

bool options_parse(int argc, char **argv, struct options *options, struct ws_error *error)
{
	*options = (struct options){
	        .fcs = -1,
	        .max_memory = UINT64_C(1) << 30,
	        .frame = FRAME_NONE,
	        .stop = FRAME_NONE,
	        .idle = WS_SECOND,
	        .show = SHOW_AUTO,
	        .colour = COLOUR_AUTO,
	        .screen = -1,
	        .times = -1,
	};
	ws_keymap_init(&options->keymap);
	name_program(argc > 0 ? argv[0] : NULL, options);
	if (!language_choose(argc, argv, options, error) || !configure(argc, argv, options, error) ||
	    !read_options(argc, argv, options, error) || !language_confirm(options, error))
		return false;
	if (options->help || options->version || argc <= 1) /* the start screen needs no more */
		return true;
	if (options->generate) {
		options->operand = optind < argc ? argv[optind] : NULL;
		return true;
	}
	if (options->lab && !options->lab[0] && !options->lab_client && optind < argc)
		options->lab = argv[optind++];
	if (options->lesson && !options->lesson[0] && optind < argc)
		options->lesson = argv[optind++]; /* the name comes after other options: --lesson -n NAME */
	if (optind < argc && !join_words(argc, argv, options, error))
		return false;
	if (options->idle == 0)
		options->idle = 1; /* from here on, 0 means the default */
	return check(options, error);
}

void options_free(struct options *options)
{
	for (size_t i = 0; i < WORDS_MOST; i++)
		free(options->found[i]);
	free(options->joined);
	free(options->config);
	ws_lesson_free(options->played);
	options->played = NULL;
	options->config = NULL;
	options->joined = NULL;
}
