/* The one list of keys: what each key does, under which name and with which words. The key map, the hint lines, the
 * help screen and the manual page are made from it. */
#ifndef WIRESTATE_KEYS_H
#define WIRESTATE_KEYS_H

#include <wirestate/language.h>
#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, name, keys, meaning): everything that a key can ask for.
 * - name: what the configuration calls it: key.NAME = KEY.
 * - keys: the built-in keys, separated by spaces. Hints and help show the first one.
 * - meaning: the words of the help screen and the manual page, in English.
 * An action has the same keys on every screen that understands it; each screen lists those that it does (see
 * src/scene/screens.h). Two actions may share a key where no screen understands both. */
#define WS_ACTIONS(X)                                                                                                  \
	X(WS_ACT_NONE, "none", "", N_("nothing"))                                                                      \
	X(WS_ACT_QUIT, "quit", "q", N_("leave wirestate"))                                                             \
	X(WS_ACT_MOUSE, "mouse", "M", N_("leave the mouse to the terminal, to copy text, or use it here"))             \
	X(WS_ACT_BACK, "back", "Esc Backspace", N_("go back to the screen before"))                                    \
	X(WS_ACT_HELP, "help", "? F1", N_("show this help, or leave it"))                                              \
	X(WS_ACT_LESSON_NEXT, "lesson-next", "Space Enter", N_("lesson: show the answer, or go on to the next stop"))  \
	X(WS_ACT_LESSON_BACK, "lesson-back", "Backspace", N_("lesson: back to the stop before"))                       \
	X(WS_ACT_LESSON_LIVE, "lesson-live", "L", N_("lesson: at its end, watch the same live on lo"))                 \
	X(WS_ACT_LAB_DELIVER, "lab-deliver", "Space", N_("lab: the packet in the air that is chosen arrives"))         \
	X(WS_ACT_LAB_DROP, "lab-drop", "X", N_("lab: it is lost"))                                                     \
	X(WS_ACT_LAB_COPY, "lab-copy", "C", N_("lab: a copy of it arrives, and it goes on waiting"))                   \
	X(WS_ACT_LAB_DELAY, "lab-wait", "Z", N_("lab: it arrives by itself in a second"))                              \
	X(WS_ACT_LAB_PASS, "lab-pass", "O", N_("lab: the next one of its direction overtakes it"))                     \
	X(WS_ACT_LAB_CHOOSE, "lab-choose", "V", N_("lab: choose the next packet in the air"))                          \
	X(WS_ACT_LAB_ALL, "lab-all", "A", N_("lab: all that hangs in the air arrives"))                                \
	X(WS_ACT_LAB_AUTO, "lab-auto", "I", N_("lab: packets arrive by themselves, or wait again"))                    \
	X(WS_ACT_LAB_AGAIN, "lab-again", "R", N_("lab: again from the beginning"))                                     \
	X(WS_ACT_UP, "up", "Up k", N_("move up"))                                                                      \
	X(WS_ACT_DOWN, "down", "Down j", N_("move down"))                                                              \
	X(WS_ACT_PAGE_UP, "page-up", "PgUp", N_("a page up"))                                                          \
	X(WS_ACT_PAGE_DOWN, "page-down", "PgDn", N_("a page down"))                                                    \
	X(WS_ACT_FIRST, "first", "Home", N_("to the first"))                                                           \
	X(WS_ACT_LAST, "last", "End G", N_("to the last"))                                                             \
	X(WS_ACT_LEFT, "left", "Left", N_("close the group; in the bytes: one byte back"))                             \
	X(WS_ACT_RIGHT, "right", "Right", N_("open the group; in the bytes: one byte on"))                             \
	X(WS_ACT_ENTER, "enter", "Enter", N_("open what is selected"))                                                 \
	X(WS_ACT_SORT, "sort", "s", N_("sort by the next column"))                                                     \
	X(WS_ACT_REVERSE, "reverse", "r", N_("sort the other way round"))                                              \
	X(WS_ACT_SEARCH, "search", "/", N_("search for an address, a port, a state, a verdict"))                       \
	X(WS_ACT_FIND_NEXT, "find-next", "n", N_("to the next one found; without a search: to the next problem"))      \
	X(WS_ACT_FIND_PREVIOUS, "find-previous", "N",                                                                  \
	  N_("to the one found before; without a search: names or numbers"))                                           \
	X(WS_ACT_FILTER, "filter", "F", N_("show only what matches a filter: 10.0.0.0/8 and port == 443"))             \
	X(WS_ACT_HOSTS, "hosts", "H", N_("hosts in TIME_WAIT and CLOSE_WAIT, by address"))                             \
	X(WS_ACT_OVERVIEW, "overview", "o", N_("overview: connections in groups, the worst verdicts first"))           \
	X(WS_ACT_TIME, "time", "W", N_("where the connection's time went: shares, and the stretches of each"))         \
	X(WS_ACT_EXCHANGES, "exchanges", "R", N_("requests and answers: how fast each server is, and each answer"))    \
	X(WS_ACT_FOLLOW, "follow", "f", N_("follow the newest"))                                                       \
	X(WS_ACT_PLAY, "play", "Space", N_("play or pause"))                                                           \
	X(WS_ACT_STEP, "step", "Right .", N_("one segment forward"))                                                   \
	X(WS_ACT_STEP_BACK, "step-back", "Left ,", N_("one segment back"))                                             \
	X(WS_ACT_NEXT_CHANGE, "next-change", "]", N_("to the next change of a state"))                                 \
	X(WS_ACT_PREVIOUS_CHANGE, "previous-change", "[", N_("to the change of a state before this"))                  \
	X(WS_ACT_JUMP, "jump", ":", N_("jump to a packet (its number) or a time (12.5s)"))                             \
	X(WS_ACT_FASTER, "faster", "+ =", N_("play faster"))                                                           \
	X(WS_ACT_SLOWER, "slower", "-", N_("play slower"))                                                             \
	X(WS_ACT_GUIDED, "guided", "T", N_("guided: each segment stays until its text is read, or an even speed"))     \
	X(WS_ACT_RESTART, "restart", "0", N_("play from the start"))                                                   \
	X(WS_ACT_FRAME, "frame", ".", N_("the whole capture: to the next packet"))                                     \
	X(WS_ACT_FRAME_BACK, "frame-back", ",", N_("the whole capture: to the packet before"))                         \
	X(WS_ACT_SEEK, "seek", ">", N_("the whole capture: forward"))                                                  \
	X(WS_ACT_SEEK_BACK, "seek-back", "<", N_("the whole capture: back"))                                           \
	X(WS_ACT_SEEK_FAR, "seek-far", "}", N_("the whole capture: far forward"))                                      \
	X(WS_ACT_SEEK_FAR_BACK, "seek-far-back", "{", N_("the whole capture: far back"))                               \
	X(WS_ACT_NEWEST, "newest", "e", N_("the whole capture: to its end"))                                           \
	X(WS_ACT_LOOP, "loop", "l", N_("start again at the end"))                                                      \
	X(WS_ACT_DIAGRAM, "diagram", "D", N_("the state diagram, with both endpoints on it"))                          \
	X(WS_ACT_SWAP, "swap", "x", N_("swap the two sides"))                                                          \
	X(WS_ACT_DETAIL, "detail", "d", N_("show the packet: every field beside its bytes"))                           \
	X(WS_ACT_STREAM, "stream", "b", N_("the connection's bytes, with the borders of its segments"))                \
	X(WS_ACT_GRAPH, "graph", "g", N_("graph: numbers, throughput, round trips, bytes in flight over time"))        \
	X(WS_ACT_GRAPH_KIND, "graph-kind", "v", N_("graph: the next kind of it"))                                      \
	X(WS_ACT_ZOOM_IN, "zoom-in", "+ =", N_("graph: a shorter time"))                                               \
	X(WS_ACT_ZOOM_OUT, "zoom-out", "-", N_("graph: a longer time"))                                                \
	X(WS_ACT_ZOOM_ALL, "zoom-all", "z", N_("graph: all of it"))                                                    \
	X(WS_ACT_UDP, "udp", "u", N_("UDP conversations and their datagrams"))                                         \
	X(WS_ACT_ARP, "arp", "a", N_("ARP: questions, bindings, next hops"))                                           \
	X(WS_ACT_STATISTICS, "statistics", "S", N_("statistics: protocols, rates, states over time"))                  \
	X(WS_ACT_NEXT_PROBLEM, "next-problem", "n",                                                                    \
	  N_("to the next problem: a loss, a closed window, a reset, a late answer"))                                  \
	X(WS_ACT_PREVIOUS_PROBLEM, "previous-problem", "p",                                                            \
	  N_("to the problem before; in the list, to the connection before that has one"))                             \
	X(WS_ACT_NEXT_PACKET, "next", "n", N_("the next packet"))                                                      \
	X(WS_ACT_PREVIOUS_PACKET, "previous", "p", N_("the packet before"))                                            \
	X(WS_ACT_DIRECTION, "direction", "Tab", N_("both directions, or one of them"))                                 \
	X(WS_ACT_HEX, "hex", "h", N_("text or hexadecimal"))                                                           \
	X(WS_ACT_SAVE, "save", "w", N_("save the bytes to a file"))                                                    \
	X(WS_ACT_EXPORT, "export", "E",                                                                                \
	  N_("save the connection to a file (SVG, HTML, text, asciicast, pcap), or the lesson (HTML)"))                \
	X(WS_ACT_POINT, "point", "P", N_("several points: the segment at its other end; in lists, one point, or all")) \
	X(WS_ACT_NEXT_PANE, "pane", "Tab", N_("to the other pane"))                                                    \
	X(WS_ACT_EXERCISE, "exercise", "X", N_("an exercise: be asked about the connection, or the whole capture"))    \
	X(WS_ACT_NEXT_GROUP, "next-group", "Tab", N_("the start screen: to the next group"))                           \
	X(WS_ACT_NAMES, "names", "N", N_("names of hosts, or numbers"))                                                \
	X(WS_ACT_ABSOLUTE, "absolute", "a", N_("absolute or relative sequence numbers"))                               \
	X(WS_ACT_TIMES, "times", "t", N_("times: since the packet before, since the first, date, UTC, or since 1970"))

enum ws_action {
#define X(name, word, keys, meaning) name,
	WS_ACTIONS(X)
#undef X
	        WS_ACTION_COUNT
};
const char *ws_action_name(enum ws_action action);
const char *ws_action_keys(enum ws_action action);
const char *ws_action_meaning(enum ws_action action);
/* The screens that understand it: bits 1u << enum ws_screen. WS_KEYS_OF_LESSON is in place of a screen for the keys of
 * a lesson, which come before those of every screen while one is played, WS_KEYS_OF_START for those of the start
 * screen, and WS_KEYS_OF_LAB for those of the lab, which come before those of every screen while packets wait. */
unsigned ws_action_screens(enum ws_action action);
/* Whether one of these understands it. */
bool ws_action_is_of(enum ws_action action, unsigned screen);
#define WS_KEYS_OF_LESSON WS_SCREEN_COUNT
#define WS_KEYS_OF_START ((enum ws_screen)(WS_SCREEN_COUNT + 1))
#define WS_KEYS_OF_LAB ((enum ws_screen)(WS_SCREEN_COUNT + 2))
/* A key of the lab. */
static inline bool ws_action_of_lab(enum ws_action action)
{
	return action >= WS_ACT_LAB_DELIVER && action <= WS_ACT_LAB_AGAIN;
}

/* X(enumerator, keys, meaning): what a key does while a line is being typed. */
#define WS_EDITS(X)                                                                                                    \
	X(WS_EDIT_INSERT, "", "type the character")                                                                    \
	X(WS_EDIT_ACCEPT, "Enter", "accept the line")                                                                  \
	X(WS_EDIT_CANCEL, "Esc Ctrl-C", "close the line and change nothing")                                           \
	X(WS_EDIT_ERASE, "Backspace", "erase the character before the cursor")                                         \
	X(WS_EDIT_DELETE, "Delete Ctrl-D", "erase the character at the cursor")                                        \
	X(WS_EDIT_ERASE_WORD, "Ctrl-W", "erase the word before the cursor")                                            \
	X(WS_EDIT_ERASE_ALL, "Ctrl-U", "erase the line")                                                               \
	X(WS_EDIT_LEFT, "Left Ctrl-B", "one character back")                                                           \
	X(WS_EDIT_RIGHT, "Right Ctrl-F", "one character on")                                                           \
	X(WS_EDIT_FIRST, "Home Ctrl-A", "to the beginning")                                                            \
	X(WS_EDIT_LAST, "End Ctrl-E", "to the end")

enum ws_edit {
#define X(name, keys, meaning) name,
	WS_EDITS(X)
#undef X
	        WS_EDIT_COUNT
};
const char *ws_edit_keys(enum ws_edit edit);

/* Whether a line is being typed. */
enum ws_typing {
	WS_TYPING_NOTHING, /* every key is an action: 0 */
	WS_TYPING_LINE,
	/* The answer to a lesson's question, of which nothing is typed yet. Keys that type no character do what they
	 * always do, and so do those of the lesson, of help and of quit; Enter and Esc are for the line. */
	WS_TYPING_EMPTY,
	/* A lesson plays on to a question. Letters and digits that come early do nothing, as they are meant for the
	 * answer; the keys of the lesson, of help and of quit and all others do what they always do. */
	WS_TYPING_SOON,
};

/* One key press or turn of the mouse, as what it asks for. */
enum ws_key_kind {
	WS_KEY_NONE,
	WS_KEY_ACTION,
	WS_KEY_EDIT,
	WS_KEY_CLICK,
	WS_KEY_WHEEL_UP,
	WS_KEY_WHEEL_DOWN,
	WS_KEY_UNKNOWN /* a character that is no key of this screen */
};
struct ws_key {
	enum ws_key_kind kind;
	ws_time time;          /* when it was pressed, on the clock of ws_ui_tick(); 0: at the last tick */
	int row, column;       /* of the mouse */
	enum ws_action action; /* of WS_KEY_ACTION */
	enum ws_edit edit;     /* of WS_KEY_EDIT */
	uint32_t character;    /* of WS_EDIT_INSERT and WS_KEY_UNKNOWN */
};
/* Appends that this key, an action or unknown, does nothing on the screen that is shown, and which key lists those that
 * do. key_name: the first key of each action. Nothing is appended where no key shows the help. */
void ws_key_nothing_words(struct ws_text *text, const struct ws_key *key, const char *const *key_name);

#endif
