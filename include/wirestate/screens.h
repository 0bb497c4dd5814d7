/* The names of the screens. --screen, lessons and the help use this one list. */
#ifndef WIRESTATE_SCREENS_H
#define WIRESTATE_SCREENS_H

#include <wirestate/language.h>

/* X(enumerator, word for --screen, title) */
#define WS_SCREENS(X)                                                                                                  \
	X(WS_SCREEN_LIST, "list", N_("connections"))                                                                   \
	X(WS_SCREEN_OVERVIEW, "overview", N_("connections in groups, the worst verdicts first"))                       \
	X(WS_SCREEN_LIFELINES, "lifelines", N_("lifelines of one connection"))                                         \
	X(WS_SCREEN_DIAGRAM, "diagram", N_("the state diagram of one connection"))                                     \
	X(WS_SCREEN_TIME, "time", N_("where the time of one connection went"))                                         \
	X(WS_SCREEN_GRAPH, "graph", N_("numbers, throughput, round trips over time of one connection"))                \
	X(WS_SCREEN_PACKET, "packet", N_("one packet, every field beside its bytes"))                                  \
	X(WS_SCREEN_EXCHANGES, "exchanges", N_("requests and answers, the slowest servers first"))                     \
	X(WS_SCREEN_HOSTS, "hosts", N_("hosts with endpoints in TIME_WAIT and CLOSE_WAIT"))                            \
	X(WS_SCREEN_STREAM, "stream", N_("the bytes of one connection, segment by segment"))                           \
	X(WS_SCREEN_UDP, "udp", N_("UDP conversations"))                                                               \
	X(WS_SCREEN_DATAGRAMS, "datagrams", N_("the datagrams of one UDP conversation"))                               \
	X(WS_SCREEN_ARP, "arp", N_("ARP: how an IP address finds its MAC address"))                                    \
	X(WS_SCREEN_STATISTICS, "statistics", N_("rates, protocols, states over time"))                                \
	X(WS_SCREEN_HELP, "help", N_("the keys of the screen before"))

enum ws_screen {
#define X(name, word, title) name,
	WS_SCREENS(X)
#undef X
	        WS_SCREEN_COUNT
};
/* X(enumerator, word for --graph, title): what the graph's screen shows */
#define WS_PLOTS(X)                                                                                                    \
	X(WS_PLOT_NUMBERS, "numbers", N_("sequence numbers"))                                                          \
	X(WS_PLOT_RATE, "rate", N_("throughput"))                                                                      \
	X(WS_PLOT_RTT, "rtt", N_("round-trip time"))                                                                   \
	X(WS_PLOT_FLIGHT, "flight", N_("bytes in flight"))

enum ws_plot_kind {
#define X(name, word, title) name,
	WS_PLOTS(X)
#undef X
	        WS_PLOT_COUNT
};

/* The screen that `word` names, or -1. */
int ws_screen_find(const char *word);

#endif
