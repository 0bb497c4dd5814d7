/* The options.
 *
 * Every option is one row of option_rows[]: its letter and long name, the kind of its value and the field it fills. The
 * getopt tables, --help, the manual's OPTIONS section and the text of every error are made from the rows, so that they
 * cannot drift apart. Letters that tcpdump and tshark agree on keep their meaning. */
#include "cli/habits.h"
#include "cli/options.h"

#include <wirestate/language.h>

#include <getopt.h>
#include <string.h>

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
        {0, "offset", "POINT=SECONDS", OPTION_OFFSET, GROUP_SOURCE, 0, 0, 1e9, NULL,
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
         N_("read and decode in a second thread, and format records in further ones; the default is as many "
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
        {0, "frame", "[POINT=]N", OPTION_FRAME, GROUP_PICTURE, FIELD(frame), 1, 1e18, NULL,
         N_("print the screen as it stands after packet N of the file, or after the last with \"end\", and exit")},
        {0, "size", "COLSxROWS", OPTION_CANVAS, GROUP_PICTURE, FIELD(size), 1, 1000, NULL,
         N_("draw that screen in this size (default 80x24)")},
        {0, "screen", "NAME", OPTION_WORD, GROUP_PICTURE, FIELD(screen), 0, 0, screen_words,
         N_("print this screen (default list)")},
        {0, "graph", "KIND", OPTION_WORD, GROUP_PICTURE, FIELD(graph), 0, 0, graph_words,
         N_("what the graph shows first, also in the view: sequence numbers, throughput, round trips, bytes in flight "
            "(default numbers)")},
        {0, "connection", "[POINT=]N", OPTION_OF_POINT, GROUP_PICTURE, FIELD(connection), 1, 1e18, NULL,
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
	        strcmp(habit->program, "both") == 0 ? E_("tcpdump and tshark") : habit->program, E_(habit->text));
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

bool options_read(int argc, char **argv, struct options *options, struct ws_error *error)
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
