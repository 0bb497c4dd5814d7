/* What the command line asks for. src/cli/option_table.c has the one table of options, from which getopt_long, --help, the
 * manual and the error messages are made. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <wirestate/error.h>
#include <wirestate/language.h>
#include <wirestate/output.h>
#include <wirestate/scene.h>
#include <wirestate/types.h>
#include <wirestate/view.h>

#include <stdio.h>

/* X(enumerator, word for -T). AUTO is the view when there is a terminal, else text. */
#define SHOWS(X)                                                                                                       \
	X(SHOW_TUI, "tui")                                                                                             \
	X(SHOW_TEXT, "text")                                                                                           \
	X(SHOW_JSON, "json")                                                                                           \
	X(SHOW_CSV, "csv")                                                                                             \
	X(SHOW_ZEEK, "zeek")

enum show {
#define X(name, word) name,
	SHOWS(X)
#undef X
	        SHOW_AUTO
};

/* X(enumerator, word for --color) */
#define COLOURS(X)                                                                                                     \
	X(COLOUR_AUTO, "auto")                                                                                         \
	X(COLOUR_ALWAYS, "always")                                                                                     \
	X(COLOUR_NEVER, "never")

enum colour {
#define X(name, word) name,
	COLOURS(X)
#undef X
};

/* X(enumerator, ending of the file's name, content): what --export can write. The first ending that matches counts. */
#define EXPORTS(X)                                                                                                     \
	X(EXPORT_ANIMATION, ".anim.svg", N_("a picture that plays"))                                                   \
	X(EXPORT_SVG, ".svg", N_("a picture"))                                                                         \
	X(EXPORT_HTML, ".html", N_("a page that plays it in a browser"))                                               \
	X(EXPORT_TXT, ".txt", N_("the same as text"))                                                                  \
	X(EXPORT_CAST, ".cast", N_("a recording for asciinema"))                                                       \
	X(EXPORT_PCAP, ".pcap", N_("its packets"))                                                                     \
	X(EXPORT_PCAPNG, ".pcapng", N_("its packets, with their interfaces and comments"))

#define EXPORT_ENDINGS ".svg, .anim.svg, .html, .txt, .cast, .pcap or .pcapng" /* in words */

enum export_kind {
	EXPORT_NONE,
#define X(name, ending, what) name,
	EXPORTS(X)
#undef X
};

#define FRAME_NONE UINT64_MAX /* no --frame */
#define FRAME_END 0           /* --frame end */

/* The values of an option that may be given several times. */
enum { WORDS_MOST = 256 };
struct words {
	const char *word[WORDS_MOST];
	size_t count;
};

/* The name of a point, in a value such as POINT=N. */
struct point_name {
	const char *name; /* not terminated by a NUL; NULL: none was given */
	size_t length;
};

/* --offset POINT=SECONDS, as often as there are points besides the first. */
enum { OFFSETS_MOST = 16 };
struct point_offset {
	const char *name; /* not terminated by a NUL */
	size_t length;
	ws_time offset;
};

/* What the view of a lesson tells the process that waits for it, and gets to know when it goes on. */
struct lesson_shared {
	bool done;    /* see ws_ui_lesson_done() */
	bool resumes; /* the lesson goes on at a stop at which something was tried */
	size_t stop;
	uint64_t right;
	size_t came;        /* 1 + the index of the outcome; 0: none */
	char left_out[512]; /* why it could not be tried; empty: it could */
};

struct options {
	/* Strings point into argv, except `filter` when it was joined from the trailing words. */
	const char *interface, *read, *write, *filter, *display_filter, *link_type, *generate, *export, *user;
	const char *operand;            /* --generate's file */
	const char *program;            /* argv[0] */
	char command[256];              /* the same, cleaned: with which the user starts this program */
	struct words interfaces, reads; /* every -i and -r; `interface` and `read` are the first ones */
	char *found[WORDS_MOST];        /* owned: paths of captures that come with wirestate */
	struct point_offset offset[OFFSETS_MOST];
	size_t offset_count;
	char *joined;                             /* owned: the trailing words */
	char bundled[4096], bundled_second[4096]; /* the paths of captures that a lesson names */
	const char *config_file;
	char *config;                        /* owned: the text of the configuration */
	const char *lab;                     /* the scenario's name or path; empty: none is given; NULL: no lab */
	const char *lab_client, *lab_server; /* commands; NULL: the scenario's */
	bool lab_one_host;                   /* both programs are on one host */
	bool lab_auto, lab_hold;             /* no packet waits; each waits, also without the view */
	bool lab_view;                       /* the view shows a lab that runs, and writes to lab_commands */
	int lab_commands;                    /* a pipe to the lab */
	const char *lab_about;               /* what the scenario shows; or NULL */
	const char *source;                  /* what standard input is called on screens; NULL: just that */
	const char *lesson;                  /* its name or path; empty: list them; NULL: none */
	struct ws_lesson *played;            /* owned: the lesson, once lesson_open() has found it */
	char lesson_name[64];                /* the name of a lesson that the user has gone on to */
	char lesson_next[64], lesson_next_title[256]; /* of the next lesson; empty: none */
	char lesson_filter[256];                      /* of what can be watched live after the lesson, or empty */
	int lesson_file;                              /* the packets of a lesson that is played in the lab; 0: none */
	int lesson_status;                            /* the exit status where its translation is wrong; else 0 */
	bool lesson_at_end;                           /* the lesson begins with its last page */
	const char *advice;                           /* live: what to do so that packets come, or NULL */
	char lesson_bundled[64];                      /* its name among those that come with wirestate, or empty */
	struct lesson_shared *lesson_shared;          /* with the process that waits for the view; or NULL */
	const struct ws_lesson *tried;                /* borrowed: the lesson of that stop */
	bool lesson_attempt; /* the view shows the lab of the stop of lesson_shared at which something is tried */
	uint64_t stop;       /* FRAME_NONE: not given; FRAME_END: after the last one */
	bool correct_times;  /* -w writes several points by the first one's clock */
	struct ws_keymap keymap;
	uint64_t count; /* 0: no limit */
	uint64_t snapshot_length, buffer_size, max_memory;
	uint64_t threads; /* 0: as many as help */
	uint64_t frame, connection, debug_connection;
	struct point_name frame_point, connection_point; /* of several points, the one that counts them */
	struct {
		int columns, rows;
	} size; /* columns 0: not given */
	ws_time idle, time_wait;
	ws_time lab_delay;                  /* 0: not given */
	double lab_loss;                    /* in percent; 0: not given */
	uint64_t seed;                      /* of the lab, and of an exercise; 0: not given */
	uint64_t rotate_size, rotate_count; /* -C in bytes, -W; 0: not given */
	ws_time rotate_time;                /* -G; 0: not given */
	struct ws_net net;                  /* ip_version 0: not given */
	double speed;                       /* 0: not given; WS_SPEED_GUIDED */
	uint32_t records;                   /* bit set of 1u << enum ws_record */
	int show, colour, theme, screen;    /* screen -1: not given */
	int graph;                          /* enum ws_plot_kind */
	int times;                          /* enum ws_times; -1: not given */
	int fcs;                            /* -1: as the file says; 0: none; 1: the 4 bytes of Ethernet */
	bool no_promiscuous, monitor, list_interfaces, list_link_types, line_buffered, numeric, verbose, hex, ascii,
	        no_mouse, play;
	const char *publish, *subscribe; /* an address of a server, or NULL */
	const char *site, *sensor;       /* with one of them: names, or NULL */
	int request_socket;              /* with publish, unless no_packets: they are asked for over it */
	int remote_socket;               /* the view of --subscribe: see remote.h */
	bool no_packets;
	bool exercise; /* ask about the capture */
	bool answers;  /* read those to the lesson's questions from standard input */
	bool help, version, from_start, anonymize, no_sandbox, no_kernel, no_process, ignore_checksums, follow;
	bool payload, link, quiet, absolute, packet_buffered, no_optimize;
	const char *filter_file; /* -F */
	bool bare;               /* nothing is given, or only the language: the start screen is shown */
	const char *language;    /* NULL: that of the environment */
	char language_note[256]; /* why English is shown although another language was wanted; "" */
	int export_kind;         /* enum export_kind, from the name's ending */
};

/* Fills `options` from the command line and checks which options exclude each other. options_free() is due even after a
 * failure. */
bool options_parse(int argc, char **argv, struct options *options, struct ws_error *error) WS_CHECKED;
void options_free(struct options *options);
/* sources.c: finds what -i and -r name, and sets `interface` and `read`. */
bool options_check_sources(struct options *options, struct ws_error *error) WS_CHECKED;
bool options_same_file(const char *a, const char *b);
/* What a file of that name is to hold. EXPORT_NONE: the name does not say. */
int options_export_kind(const char *name);
/* Whether the view uses colors, as --color and NO_COLOR say. */
bool options_colours(const struct options *options);
/* Whether a kind of --export, enum export_kind, is the packets themselves. */
bool options_export_is_packets(int kind);

/* ---- The table, for help and the manual */

enum option_kind {
	OPTION_SWITCH,   /* bool */
	OPTION_IGNORED,  /* a switch without effect */
	OPTION_TIMES,    /* int: enum ws_times, given by how often it is there, or by a word of tshark's */
	OPTION_KIB,      /* uint64_t, bytes, given in KiB */
	OPTION_TEXT,     /* const char * */
	OPTION_WORDS,    /* struct words: each value is added */
	OPTION_OFFSET,   /* POINT=SECONDS, added to `offset` */
	OPTION_NAME,     /* const char *, empty without a value, which is optional */
	OPTION_NUMBER,   /* uint64_t, min to max */
	OPTION_SIZE,     /* uint64_t, bytes, with K, M or G */
	OPTION_MILLIONS, /* uint64_t, millions of bytes, or with k, m or g units of 1024 */
	OPTION_SECONDS,  /* ws_time, also with s, ms or us */
	OPTION_PERCENT,  /* double, also with % */
	OPTION_SPEED,    /* double; WS_SPEED_GUIDED */
	OPTION_WORD,     /* int: the place among `words` */
	OPTION_RECORDS,  /* uint32_t */
	OPTION_CANVAS,   /* COLSxROWS */
	OPTION_FRAME,    /* uint64_t, or `end`; of several points also POINT=N */
	OPTION_OF_POINT, /* uint64_t, or POINT=N */
	OPTION_STOP,     /* the same, from 1 */
	OPTION_NET,      /* struct ws_net, ADDRESS/BITS */
};

/* X(enumerator, heading) */
#define OPTION_GROUPS(X)                                                                                               \
	X(GROUP_SOURCE, N_("Where packets come from"))                                                                 \
	X(GROUP_SHOW, N_("What is shown"))                                                                             \
	X(GROUP_VIEW, N_("The view"))                                                                                  \
	X(GROUP_HOSTS, N_("Many hosts"))                                                                               \
	X(GROUP_LAB, N_("The lab"))                                                                                    \
	X(GROUP_PICTURE, N_("Pictures and recordings"))                                                                \
	X(GROUP_OTHER, N_("Other"))                                                                                    \
	X(GROUP_HIDDEN, "")

enum option_group {
#define X(name, heading) name,
	OPTION_GROUPS(X)
#undef X
};

struct option_row {
	char letter;          /* 0: long form only */
	const char *name;     /* long form */
	const char *argument; /* its name in the help; NULL: a switch */
	enum option_kind kind;
	enum option_group group;
	size_t offset;     /* of the field in struct options */
	double min, max;   /* of NUMBER, SIZE, SECONDS (in seconds), FACTOR, CANVAS; of TEXT the least length */
	const char *words; /* of WORD and RECORDS: what is accepted, space-separated; also for completion */
	const char *help;  /* a sentence without full stop */
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;
/* Reads the options of the command line, and leaves optind at the words after them. */
bool options_read(int argc, char **argv, struct options *options, struct ws_error *error) WS_CHECKED;

/* Reads one value into its field; on failure the error names the option, the value and what is accepted. */
bool option_value(const struct option_row *row, const char *value, struct options *options,
                  struct ws_error *error) WS_CHECKED;

void options_usage(FILE *file); /* the synopsis */
void options_help(FILE *file);  /* --help */

#endif
