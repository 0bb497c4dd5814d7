/* The one list of keys: what each key does, under which name and with which words. The key map, the hint lines, the
 * help screen and the manual page are made from it. */
#ifndef WIRESTATE_KEYS_H
#define WIRESTATE_KEYS_H

#include <wirestate/types.h>

/* X(enumerator, name, keys, meaning): everything that a key can ask for.
 * - name: what the configuration calls it: key.NAME = KEY.
 * - keys: the built-in keys, separated by spaces. Hints and help show the first one.
 * - meaning: the words of the help screen and the manual page.
 * An action has the same keys on every screen that understands it; each screen lists those that it does (see
 * src/scene/screens.h). Two actions may share a key where no screen understands both. */
#define WS_ACTIONS(X)                                                                                                  \
	X(WS_ACT_NONE, "none", "", "nothing")                                                                          \
	X(WS_ACT_QUIT, "quit", "q", "leave wirestate")                                                                 \
	X(WS_ACT_MOUSE, "mouse", "M", "leave the mouse to the terminal, to copy text, or use it here")                 \
	X(WS_ACT_BACK, "back", "Esc Backspace", "go back to the screen before")                                        \
	X(WS_ACT_HELP, "help", "? F1", "show this help, or leave it")                                                  \
	X(WS_ACT_LESSON_NEXT, "lesson-next", "Space Enter", "lesson: show the answer, or go on to the next stop")      \
	X(WS_ACT_LESSON_BACK, "lesson-back", "Backspace", "lesson: back to the stop before")                           \
	X(WS_ACT_LESSON_LIVE, "lesson-live", "L", "lesson: at its end, watch the same live on lo")                     \
	X(WS_ACT_LAB_DELIVER, "lab-deliver", "Space", "lab: the packet in the air that is chosen arrives")             \
	X(WS_ACT_LAB_DROP, "lab-drop", "X", "lab: it is lost")                                                         \
	X(WS_ACT_LAB_COPY, "lab-copy", "C", "lab: a copy of it arrives, and it goes on waiting")                       \
	X(WS_ACT_LAB_DELAY, "lab-wait", "Z", "lab: it arrives by itself in a second")                                  \
	X(WS_ACT_LAB_PASS, "lab-pass", "O", "lab: the next one of its direction overtakes it")                         \
	X(WS_ACT_LAB_CHOOSE, "lab-choose", "V", "lab: choose the next packet in the air")                              \
	X(WS_ACT_LAB_ALL, "lab-all", "A", "lab: all that hangs in the air arrives")                                    \
	X(WS_ACT_LAB_AUTO, "lab-auto", "I", "lab: packets arrive by themselves, or wait again")                        \
	X(WS_ACT_LAB_AGAIN, "lab-again", "R", "lab: again from the beginning")                                         \
	X(WS_ACT_UP, "up", "Up k", "move up")                                                                          \
	X(WS_ACT_DOWN, "down", "Down j", "move down")                                                                  \
	X(WS_ACT_PAGE_UP, "page-up", "PgUp", "a page up")                                                              \
	X(WS_ACT_PAGE_DOWN, "page-down", "PgDn", "a page down")                                                        \
	X(WS_ACT_FIRST, "first", "Home", "to the first")                                                               \
	X(WS_ACT_LAST, "last", "End G", "to the last")                                                                 \
	X(WS_ACT_LEFT, "left", "Left", "close the group; in the bytes: one byte back")                                 \
	X(WS_ACT_RIGHT, "right", "Right", "open the group; in the bytes: one byte on")                                 \
	X(WS_ACT_ENTER, "enter", "Enter", "open what is selected")                                                     \
	X(WS_ACT_SORT, "sort", "s", "sort by the next column")                                                         \
	X(WS_ACT_REVERSE, "reverse", "r", "sort the other way round")                                                  \
	X(WS_ACT_SEARCH, "search", "/", "search for an address, a port, a state, a verdict")                           \
	X(WS_ACT_FIND_NEXT, "find-next", "n", "to the next one found; without a search: to the next problem")                                                 \
	X(WS_ACT_FIND_PREVIOUS, "find-previous", "N", "to the one found before; without a search: names or numbers")   \
	X(WS_ACT_FILTER, "filter", "F", "show only what matches a filter: 10.0.0.0/8 and port == 443")                 \
	X(WS_ACT_HOSTS, "hosts", "H", "hosts in TIME_WAIT and CLOSE_WAIT, by address")                                 \
	X(WS_ACT_OVERVIEW, "overview", "o", "overview: connections in groups, the worst verdicts first")               \
	X(WS_ACT_TIME, "time", "W", "where the connection's time went: shares, and the stretches of each")              \
	X(WS_ACT_EXCHANGES, "exchanges", "R", "requests and answers: how fast each server is, and each answer")        \
	X(WS_ACT_FOLLOW, "follow", "f", "follow the newest")                                                           \
	X(WS_ACT_PLAY, "play", "Space", "play or pause")                                                               \
	X(WS_ACT_STEP, "step", "Right .", "one segment forward")                                                       \
	X(WS_ACT_STEP_BACK, "step-back", "Left ,", "one segment back")                                                 \
	X(WS_ACT_NEXT_CHANGE, "next-change", "]", "to the next change of a state")                                     \
	X(WS_ACT_PREVIOUS_CHANGE, "previous-change", "[", "to the change of a state before this")                      \
	X(WS_ACT_JUMP, "jump", ":", "jump to a packet (its number) or a time (12.5s)")                                 \
	X(WS_ACT_FASTER, "faster", "+ =", "play faster")                                                               \
	X(WS_ACT_SLOWER, "slower", "-", "play slower")                                                                 \
	X(WS_ACT_GUIDED, "guided", "T", "guided: each segment stays until its text is read, or an even speed")         \
	X(WS_ACT_RESTART, "restart", "0", "play from the start")                                                       \
	X(WS_ACT_FRAME, "frame", ".", "the whole capture: to the next packet")                                         \
	X(WS_ACT_FRAME_BACK, "frame-back", ",", "the whole capture: to the packet before")                             \
	X(WS_ACT_SEEK, "seek", ">", "the whole capture: forward")                                                      \
	X(WS_ACT_SEEK_BACK, "seek-back", "<", "the whole capture: back")                                               \
	X(WS_ACT_SEEK_FAR, "seek-far", "}", "the whole capture: far forward")                                          \
	X(WS_ACT_SEEK_FAR_BACK, "seek-far-back", "{", "the whole capture: far back")                                   \
	X(WS_ACT_NEWEST, "newest", "e", "the whole capture: to its end")                                               \
	X(WS_ACT_LOOP, "loop", "l", "start again at the end")                                                          \
	X(WS_ACT_DIAGRAM, "diagram", "D", "the state diagram, with both endpoints on it")                              \
	X(WS_ACT_SWAP, "swap", "x", "swap the two sides")                                                              \
	X(WS_ACT_DETAIL, "detail", "d", "show the packet: every field beside its bytes")                               \
	X(WS_ACT_STREAM, "stream", "b", "the connection's bytes, with the borders of its segments")                    \
	X(WS_ACT_GRAPH, "graph", "g", "graph: numbers, throughput, round trips, bytes in flight over time")            \
	X(WS_ACT_GRAPH_KIND, "graph-kind", "v", "graph: the next kind of it")                                          \
	X(WS_ACT_ZOOM_IN, "zoom-in", "+ =", "graph: a shorter time")                                                   \
	X(WS_ACT_ZOOM_OUT, "zoom-out", "-", "graph: a longer time")                                                    \
	X(WS_ACT_ZOOM_ALL, "zoom-all", "z", "graph: all of it")                                                        \
	X(WS_ACT_UDP, "udp", "u", "UDP conversations and their datagrams")                                             \
	X(WS_ACT_ARP, "arp", "a", "ARP: questions, bindings, next hops")                                               \
	X(WS_ACT_STATISTICS, "statistics", "S", "statistics: protocols, rates, states over time")                      \
	X(WS_ACT_NEXT_PROBLEM, "next-problem", "n",                                                                    \
	  "to the next problem: a loss, a closed window, a reset, a late answer")                                     \
	X(WS_ACT_PREVIOUS_PROBLEM, "previous-problem", "p", "to the problem before; in the list, as n, of a connection") \
	X(WS_ACT_NEXT_PACKET, "next", "n", "the next packet")                                                          \
	X(WS_ACT_PREVIOUS_PACKET, "previous", "p", "the packet before")                                                \
	X(WS_ACT_DIRECTION, "direction", "Tab", "both directions, or one of them")                                     \
	X(WS_ACT_HEX, "hex", "h", "text or hexadecimal")                                                               \
	X(WS_ACT_SAVE, "save", "w", "save the bytes to a file")                                                        \
	X(WS_ACT_EXPORT, "export", "E",                                                                                \
	  "save the connection to a file (SVG, HTML, text, asciicast, pcap), or the lesson (HTML)")                    \
	X(WS_ACT_POINT, "point", "P", "several points: the segment at its other end; in lists, the next point")        \
	X(WS_ACT_NEXT_PANE, "pane", "Tab", "to the other pane")                                                        \
	X(WS_ACT_EXERCISE, "exercise", "X", "an exercise: be asked about the connection, or the whole capture")        \
	X(WS_ACT_NEXT_GROUP, "next-group", "Tab", "the start screen: to the next group")                               \
	X(WS_ACT_NAMES, "names", "N", "names of hosts, or numbers")                                                    \
	X(WS_ACT_ABSOLUTE, "absolute", "a", "absolute or relative sequence numbers")                                   \
	X(WS_ACT_TIMES, "times", "t", "times: since the packet before, since the first, date, UTC, or since 1970")

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
enum ws_key_kind { WS_KEY_NONE, WS_KEY_ACTION, WS_KEY_EDIT, WS_KEY_CLICK, WS_KEY_WHEEL_UP, WS_KEY_WHEEL_DOWN };
struct ws_key {
	enum ws_key_kind kind;
	ws_time time;          /* when it was pressed, on the clock of ws_ui_tick(); 0: at the last tick */
	int row, column;       /* of the mouse */
	enum ws_action action; /* of WS_KEY_ACTION */
	enum ws_edit edit;     /* of WS_KEY_EDIT */
	uint32_t character;    /* of WS_EDIT_INSERT */
};

#endif
