/* Lessons: a capture played with stops, each with a question, an answer and the fields it is based on. The user may
 * type the answer where the stop says what is expected.
 *
 *   ws_lesson_parse() reads the text; main opens the capture it names, and shows the lesson every packet of it with
 *   ws_lesson_take(); ws_lesson_resolve() then puts the packets' values into the texts, and refuses what is not so.
 *
 * No I/O here. Texts are valid UTF-8 and may hold anything that may stand in a file: they are cleaned where they are
 * shown. In a text '\n' begins a new paragraph; a line that begins with "$ " is a command, to be kept as it is. */
#ifndef WIRESTATE_LESSON_H
#define WIRESTATE_LESSON_H

#include <wirestate/error.h>
#include <wirestate/flights.h>
#include <wirestate/language.h>
#include <wirestate/packet.h>
#include <wirestate/text.h>
#include <wirestate/track.h>

/* WS_LESSON_IN_TRANSLATION: it is a text, which a translation has, too. */
enum { WS_LESSON_IN_HEAD = 1, WS_LESSON_IN_STOP = 2, WS_LESSON_IN_TRANSLATION = 4 };
#define WS_LESSON_TEXT_OF_HEAD (WS_LESSON_IN_HEAD | WS_LESSON_IN_TRANSLATION)
#define WS_LESSON_TEXT_OF_STOP (WS_LESSON_IN_STOP | WS_LESSON_IN_TRANSLATION)

/* X(enumerator, key, where it may stand, what its value is): all that a lesson can say. */
#define WS_LESSON_KEYS(X)                                                                                              \
	X(WS_LESSON_TITLE, "title", WS_LESSON_TEXT_OF_HEAD, N_("what the lesson is called; needed"))                   \
	X(WS_LESSON_ABOUT, "about", WS_LESSON_TEXT_OF_HEAD,                                                            \
	  N_("what one learns, in one line, for the list of lessons and the start screen; needed"))                    \
	X(WS_LESSON_CAPTURE, "capture", WS_LESSON_IN_HEAD,                                                             \
	  N_("the name of the capture, without a folder: beside the lesson, or one that comes with wirestate; "        \
	     "needed, "                                                                                                \
	     "but for lab; a second one is of another point, whose packets the numbers of stops and fields do not "    \
	     "mean"))                                                                                                  \
	X(WS_LESSON_LAB, "lab", WS_LESSON_IN_HEAD | WS_LESSON_IN_STOP,                                                 \
	  N_("in place of capture: the name of a scenario of the lab, which is played again whenever the lesson "      \
	     "begins; "                                                                                                \
	     "its packets are those that the client sends and gets. In a stop: the scenario in which the user tries "  \
	     "something"))                                                                                             \
	X(WS_LESSON_GROUP, "group", WS_LESSON_IN_HEAD,                                                                 \
	  N_("under which heading the start screen lists it: open, close, errors, bytes, below or other (other)"))     \
	X(WS_LESSON_ORDER, "order", WS_LESSON_IN_HEAD, N_("a number, by which the lessons of a group are listed"))     \
	X(WS_LESSON_TRY, "try", WS_LESSON_TEXT_OF_HEAD, N_("a text shown after the last stop: commands to try"))       \
	X(WS_LESSON_STOP, "stop", WS_LESSON_TEXT_OF_HEAD | WS_LESSON_IN_STOP,                                          \
	  N_("begins a stop: the number of the packet after which the capture is shown, or end; not before the stop "  \
	     "above it"))                                                                                              \
	X(WS_LESSON_SCREEN, "screen", WS_LESSON_IN_HEAD | WS_LESSON_IN_STOP,                                           \
	  N_("the screen shown with the question, one of the words of --screen; before the first stop: that of all "   \
	     "stops that name none (lifelines)"))                                                                      \
	X(WS_LESSON_CONNECTION, "connection", WS_LESSON_IN_HEAD | WS_LESSON_IN_STOP,                                   \
	  N_("the number of the connection to show; without it, the packet's own"))                                    \
	X(WS_LESSON_FIELDS, "fields", WS_LESSON_IN_STOP,                                                               \
	  N_("header fields of the packet, as layer.field with the names of the JSON records; highlighted with the "   \
	     "answer"))                                                                                                \
	X(WS_LESSON_STATES, "states", WS_LESSON_IN_STOP,                                                               \
	  N_("the states of both endpoints, with their marks: client SYN_SENT, server LISTEN?; checked, and needed "   \
	     "where there is a connection"))                                                                           \
	X(WS_LESSON_HELD, "held", WS_LESSON_IN_STOP,                                                                   \
	  N_("yes: the packet is still on its way, so the lifelines show it between the two sides"))                   \
	X(WS_LESSON_HOLD, "hold", WS_LESSON_IN_STOP,                                                                   \
	  N_("with lab: the packet that waits in the air for the user's key, as in the rules of a scenario: "          \
	     "client>server ACK 2; all others arrive by themselves"))                                                  \
	X(WS_LESSON_CAME, "came", WS_LESSON_TEXT_OF_STOP,                                                              \
	  N_("with lab: what has come of it, and what that means: dropped, server sends FIN, client TIME_WAIT: The "   \
	     "ACK "                                                                                                    \
	     "is lost. First stands what the user did with the packet: delivered, dropped, copied, delayed or "        \
	     "passed; "                                                                                                \
	     "then what has been seen since: a kernel's state, a packet that a side sends, or a word of what a call "  \
	     "returns (client returns ECONNRESET). The first one that is true is shown, so the whole story comes "     \
	     "before "                                                                                                 \
	     "its beginning"))                                                                                         \
	X(WS_LESSON_ASK, "ask", WS_LESSON_TEXT_OF_STOP, N_("the question; needed"))                                    \
	X(WS_LESSON_ANSWER, "answer", WS_LESSON_TEXT_OF_STOP, N_("its answer; needed"))                                \
	X(WS_LESSON_SUM, "sum", WS_LESSON_IN_STOP,                                                                     \
	  N_("a sum that holds, shown with the answer: {3.tcp.acknowledgment} = {2.tcp.sequence} + 1; more than one "  \
	     "may "                                                                                                    \
	     "be given"))                                                                                              \
	X(WS_LESSON_EXPECT, "expect", WS_LESSON_TEXT_OF_STOP,                                                          \
	  N_("the answer to be typed. A number: {1.tcp.sequence} + 1, or 11 = {9.tcp.acknowledgment relative}, where " \
	     "both sides are checked. A state: server CLOSE_WAIT, or server LAST_ACK after 10, the number of a "       \
	     "packet. "                                                                                                \
	     "Choices, the right one first: client | server | both; they are shown in alphabetical order. Or a word")) \
	X(WS_LESSON_ACCEPT, "accept", WS_LESSON_TEXT_OF_STOP,                                                          \
	  N_("other spellings of the expected answer, separated by |; case, spaces and punctuation never matter"))     \
	X(WS_LESSON_HINT, "hint", WS_LESSON_TEXT_OF_STOP,                                                              \
	  N_("a sentence that helps, shown after a wrong answer; up to three may be given, from vague to clear"))      \
	X(WS_LESSON_WRONG, "wrong", WS_LESSON_TEXT_OF_STOP,                                                            \
	  N_("an answer that is wrong, and why: 10: the FIN takes a number, too; more than one may be given"))

/* X(enumerator, word of the key `group`, heading): what a lesson is about, in the order in which lessons are listed. A
 * lesson that names no group belongs to the last. */
#define WS_LESSON_GROUPS(X)                                                                                            \
	X(WS_LESSON_OPEN, "open", N_("Opening a connection"))                                                          \
	X(WS_LESSON_CLOSE, "close", N_("Closing it"))                                                                  \
	X(WS_LESSON_ERRORS, "errors", N_("Errors and losses"))                                                         \
	X(WS_LESSON_STREAM, "bytes", N_("Bytes and windows"))                                                          \
	X(WS_LESSON_BELOW, "below", N_("Below and beside TCP"))                                                        \
	X(WS_LESSON_OTHER, "other", N_("Others"))

enum ws_lesson_group {
#define X(name, word, heading) name,
	WS_LESSON_GROUPS(X)
#undef X
	        WS_LESSON_GROUP_COUNT
};

enum ws_lesson_key {
#define X(name, word, where, meaning) name,
	WS_LESSON_KEYS(X)
#undef X
	        WS_LESSON_KEY_COUNT
};

enum {
	WS_LESSON_BYTES = 65536, /* of a file */
	WS_LESSON_STOPS = 40,
	WS_LESSON_FIELDS_MOST = 12, /* of a stop */
	WS_LESSON_SUMS_MOST = 6,
	WS_LESSON_HINTS_MOST = 3,
	WS_LESSON_SPELLINGS_MOST = 8,                              /* choices, and other spellings */
	WS_LESSON_ACCEPTS_MOST = 2 * WS_LESSON_SPELLINGS_MOST + 1, /* with those of a translation */
	WS_LESSON_WRONGS_MOST = 8,
	WS_LESSON_OUTCOMES_MOST = 8,
	WS_LESSON_SIGNS_MOST = 4,
	WS_LESSON_VALUES = 256, /* different ones of a lesson */
	WS_LESSON_TITLE_COLUMNS = 40,
	WS_LESSON_ABOUT_COLUMNS = 100,
	WS_LESSON_TEXT_BYTES = 2000,
	WS_EXERCISE_QUESTIONS = 10,
};

/* A field by the names of its JSON record. Both are static. */
struct ws_lesson_field {
	const char *layer, *name;
};

/* A field of a packet that a text or a sum speaks of. */
struct ws_lesson_value {
	uint64_t frame;
	struct ws_lesson_field field;
	bool relative; /* to the connection's initial sequence number */
	/* Known once the packet has come. */
	bool seen, found, is_number;
	uint64_t number;
	char text[64];
};

/* What the answer to a stop's question is compared as. */
enum ws_answer_kind {
	WS_ANSWER_NONE, /* none is typed */
	WS_ANSWER_NUMBER,
	WS_ANSWER_STATE,
	WS_ANSWER_CHOICE,
	WS_ANSWER_WORD,
};

/* The answer that is typed at a stop. `key` means what two spellings of the same answer have in common. */
struct ws_lesson_question {
	enum ws_answer_kind kind;
	unsigned line, accept_line; /* of expect and accept; 0: there is none */
	unsigned other_line;        /* of the first hint or wrong answer */
	char *expect;               /* owned: as in the file; after ws_lesson_resolve() the right answer as shown */
	char *right;                /* owned: its key, known after ws_lesson_resolve() */
	size_t choice_count, accept_count, hint_count, wrong_count;
	char *choice[WS_LESSON_SPELLINGS_MOST];   /* owned: in the order in which they are shown */
	char *original[WS_LESSON_SPELLINGS_MOST]; /* owned: the same before they were translated, which may be typed,
	                                             too; NULL: they are not translated */
	char *accept[WS_LESSON_ACCEPTS_MOST];     /* owned: after ws_lesson_resolve() the keys */
	char *hint[WS_LESSON_HINTS_MOST];         /* owned */
	unsigned hint_line[WS_LESSON_HINTS_MOST];
	struct {
		unsigned line;
		char *value, *why; /* owned: `value` is the key after ws_lesson_resolve() */
	} wrong[WS_LESSON_WRONGS_MOST];
	/* Of a state: whose it is (0 the client), and after which packet; 0: the stop's. */
	int role;
	uint8_t state, actual; /* enum ws_state, as the lesson says and as the packets show */
	uint64_t after;
	bool seen;
};

enum ws_sign { WS_SIGN_STATE, WS_SIGN_SENDS, WS_SIGN_RETURNS };

/* Something that is seen in the lab. */
struct ws_lesson_sign {
	uint8_t what;  /* enum ws_sign */
	uint8_t value; /* enum ws_state of that side's kernel, or which kind of packet it sends */
	bool server;   /* whose it is */
	char text[32]; /* of WS_SIGN_RETURNS: it is part of what a call of the side's program returns */
};

/* What may come of what the user tries. */
struct ws_lesson_outcome {
	unsigned line;
	uint8_t act; /* enum ws_flight_word: what the user did with the packet */
	size_t sign_count;
	struct ws_lesson_sign sign[WS_LESSON_SIGNS_MOST];
	char *text; /* owned: what it means */
};

/* What the user tries at a stop, in the lab. */
struct ws_lesson_attempt {
	char *scenario, *hold; /* owned; NULL: nothing is tried */
	unsigned scenario_line, hold_line;
	size_t outcome_count;
	struct ws_lesson_outcome outcome[WS_LESSON_OUTCOMES_MOST];
};

struct ws_lesson_stop {
	unsigned line;  /* of the file */
	uint64_t frame; /* 0: the end of the capture */
	int screen;     /* enum ws_screen */
	uint64_t connection;
	size_t field_count, sum_count;
	struct ws_lesson_field field[WS_LESSON_FIELDS_MOST];
	bool held;        /* the packet is still on its way */
	bool absolute;    /* its texts speak of raw sequence numbers */
	bool claims;      /* what `states` says: 0 the client, 1 the server */
	uint8_t state[2]; /* enum ws_state */
	char mark[2];
	unsigned field_line, state_line, ask_line, answer_line;
	char *ask, *answer; /* owned */
	struct {
		unsigned line;
		char *text; /* owned: as in the file; after ws_lesson_resolve() as it is shown */
		/* The values in it, as indices of the lesson's. */
		size_t value_count;
		uint16_t value[8];
	} sum[WS_LESSON_SUMS_MOST];
	struct ws_lesson_field blank; /* a field of the packet that is not shown before it is answered; NULL: none */
	struct ws_lesson_question question;
	struct ws_lesson_attempt attempt;
	/* Known once the packet has come. */
	bool seen;
	uint64_t conn_number; /* 0: the stop has no packet */
	uint64_t position;    /* of the frame, for fetching it again */
	bool own_connection;  /* the packet is one of that connection */
	uint8_t actual[2], certainty[2];
	size_t missing; /* 1 + the index of the first field that the packet does not have; 0: it has all */
};

struct ws_lesson {
	char *name;                             /* owned: of the file, for errors */
	char *title, *about, *capture, *try_it; /* owned; try_it may be NULL, and capture where there is a scenario */
	char *scenario;                         /* owned: of the lab, in place of a capture; or NULL */
	unsigned scenario_line;
	char *second_capture;         /* owned: of the same connections at another point; or NULL */
	const char *next, *next_name; /* borrowed: title and name of the lesson that follows this one, or NULL */
	const char *live;             /* borrowed: the filter of the packets that the user can watch on lo, or NULL */
	const char *command;          /* borrowed: with which the user starts wirestate */
	bool exercise;                /* it was made by ws_lesson_exercise() */
	unsigned group;               /* enum ws_lesson_group */
	unsigned order;               /* 0: none given */
	size_t stop_count, value_count;
	struct ws_lesson_stop stop[WS_LESSON_STOPS];
	struct ws_lesson_value value[WS_LESSON_VALUES];
	uint64_t last_frame, last_conn; /* of the packets taken */
};

/* Parses a lesson. NULL: `text` is wrong, and the error names `name` and the line. Free the lesson with
 * ws_lesson_free(). */
struct ws_lesson *ws_lesson_parse(const char *text, size_t length, const char *name, struct ws_error *error) WS_CHECKED;
void ws_lesson_free(struct ws_lesson *lesson); /* NULL is allowed */
/* Replaces the texts of a lesson that has just been parsed by those of its translation, `text`. What the user may type
 * in the lesson's language stays right. False: it is not a whole translation of this lesson, which is as it was; the
 * error names `name` and the line. */
bool ws_lesson_translate(struct ws_lesson *lesson, const char *text, size_t length, const char *name,
                         struct ws_error *error) WS_CHECKED;

/* Hands the lesson a packet with its bytes, and what the tracker made of it. */
void ws_lesson_take(struct ws_lesson *lesson, const struct ws_packet *packet, const struct ws_track_result *result,
                    const struct ws_tracker *tracker);
/* Call it once, after all packets have been taken. False: a frame, a field or a state is not what the lesson says. */
bool ws_lesson_resolve(struct ws_lesson *lesson, const struct ws_tracker *tracker, struct ws_error *error) WS_CHECKED;

/* Makes an exercise of a capture that has been read with its history: a lesson, already resolved, with up to
 * WS_EXERCISE_QUESTIONS questions whose answers are certain. `connection`: the number of the only one to ask about, or
 * 0. The same `seed` makes the same questions. NULL: there is nothing to ask. */
struct ws_lesson *ws_lesson_exercise(const struct ws_tracker *tracker, uint64_t connection, uint64_t seed,
                                     struct ws_error *error) WS_CHECKED;

/* What an outcome says, with what the user did with the packet: "If it is dropped: ...". */
void ws_lesson_tell(const struct ws_lesson_outcome *outcome, struct ws_text *text);
/* Whether the user has done anything with the packet that waits. */
bool ws_lesson_attempt_acted(const struct ws_flights *flights);
/* What has come of it: 1 + the index of the outcome. 0: none of them yet. */
size_t ws_lesson_attempt_came(const struct ws_lesson_attempt *attempt, const struct ws_flights *flights);

enum ws_typed {
	WS_TYPED_RIGHT,
	WS_TYPED_WRONG,
	WS_TYPED_UNCLEAR, /* it is no number, no state or none of the choices */
};
/* Compares what the user typed with the answer that a question of a resolved lesson expects. `why`: the lesson's reason
 * why this answer is wrong, or NULL; it lives as long as the lesson. */
enum ws_typed ws_lesson_judge(const struct ws_lesson_question *question, const char *typed, const char **why);
/* What can be typed, as a sentence: "Type one of: client, server". */
void ws_lesson_form(const struct ws_lesson_question *question, struct ws_text *text);
/* What an answer that is WS_TYPED_UNCLEAR is not: "a number", "a state", "one of the choices", "a word or an address".
 */
const char *ws_lesson_kind_words(const struct ws_lesson_question *question);
/* A spelling of a state as in answers: lower case, without punctuation. NULL after the last. `state`: which it is. */
const char *ws_lesson_state_spelling(size_t index, enum ws_state *state);
/* A word in lower case that does not count in an answer, like "the" or "flag". NULL after the last. */
const char *ws_lesson_filler(size_t index);
/* A word in lower case that may be typed for another one, like "two" for "2". NULL after the last. */
const char *ws_lesson_synonym(size_t index, const char **meaning);

const char *ws_lesson_key_word(enum ws_lesson_key key);
const char *ws_lesson_key_meaning(enum ws_lesson_key key);

#endif
