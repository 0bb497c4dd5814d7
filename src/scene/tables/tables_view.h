/* State of the screens beside the connections: ARP, UDP, its datagrams, hosts, statistics. Private to src/scene. */
#ifndef SCENE_TABLES_VIEW_H
#define SCENE_TABLES_VIEW_H

#include "scene/widgets/slow_sort.h"
#include "scene/widgets/walk.h"

#include <wirestate/cursor.h>
#include <wirestate/exchange.h>
#include <wirestate/kernel.h>
#include <wirestate/language.h>
#include <wirestate/overview.h>
#include <wirestate/scene.h>

/* ---- ARP */

/* X(enumerator, heading) */
#define ARP_PANES(X)                                                                                                   \
	X(ARP_QUESTIONS, N_("Questions"))                                                                              \
	X(ARP_BINDINGS, N_("Bindings"))                                                                                \
	X(ARP_HOPS, N_("Next hops"))

enum arp_pane {
#define X(name, heading) name,
	ARP_PANES(X)
#undef X
	        ARP_PANE_COUNT
};

struct arp_view {
	int pane;
	struct ws_cursor cursor[ARP_PANE_COUNT];
	struct ws_net net;    /* the model's, or what the requests suggest */
	uint64_t net_guessed; /* how many exchanges the guess rests on */
};

/* ---- UDP */

struct udp_view {
	struct ws_cursor cursor; /* among the conversations */
	/* The datagrams of one conversation, the oldest first. */
	uint64_t conversation, newest; /* the list was made for these */
	unsigned point;                /* whose conversation it is */
	uint64_t *datagram;
	size_t count, capacity;
	/* Several points: what became of each of these datagrams; `first` is -1 where it is not known. NULL: of none.
	 */
	struct ws_transit *way;
	const struct ws_conn_path *path; /* it has indices into the arrays of this */
	uint64_t joins;                  /* of the model, for which it was made */
	struct ws_cursor datagram_cursor;
};

/* ---- Hosts: endpoints counted by address, side, the server's port and state */

struct hosts_row {
	struct ws_addr address;
	uint8_t ip_version, state;
	bool server;
	uint16_t port;      /* the server's; `address` is the client's when not `server` */
	const char *sensor; /* of records: who saw them; else NULL */
	uint32_t hash;      /* where it is in the table while they are counted */
	uint64_t count;
	const char *process; /* the program's name, to be cleaned; NULL: not known */
	ws_time until;       /* CLOSE_WAIT: the earliest last packet; TIME_WAIT: when the last one ends */
};

struct hosts_view {
	struct walk walk;
	/* In use. */
	struct hosts_row *rows; /* the highest count first */
	size_t count;
	struct ws_cursor cursor;
	/* In the making, in slices. */
	struct hosts_row *made;
	uint32_t *slots;         /* a hash table, open addressing: indices in `made` plus one; 0: an empty slot */
	size_t slot_count, used; /* a power of two; at most half of them, and so many are made */
	size_t rank;             /* the next connection to look at */
	bool sorting;            /* all have been looked at, and the rows are in `sort` */
	struct slow_sort sort;
	ws_time first_end; /* when the first TIME_WAIT that was counted ends; WS_TIME_NEVER: none was */
};

/* ---- Overview: the connections in groups */

struct overview_view {
	struct ws_overview *overview; /* NULL: none yet */
	uint64_t shown;               /* the model's generation whose groups are shown */
	bool times;                   /* the walk also adds up where the time went */
	struct walk walk;
	struct ws_cursor cursor;
};

/* ---- Requests and answers: by server's port, or those of one of them */

struct exchanges_row {
	int64_t key;  /* the largest is first */
	size_t order; /* among equal keys */
	size_t service;
	struct ws_exchange exchange; /* this and the next two of the exchanges of one port */
	ws_conn_id conn;
	uint64_t number; /* of the connection */
};

struct exchanges_view {
	struct walk walk;
	size_t rank;                             /* the next connection to look at */
	struct ws_services *services, *building; /* building: the walk is not done; NULL: none yet */
	enum ws_measure measure;
	int sort, exchange_sort; /* see exchanges.h */
	bool reverse, exchange_reverse;
	bool open; /* the exchanges of `opened` are shown */
	struct ws_service opened;
	struct exchanges_row *row;
	size_t count, capacity, orders, left_out;
	struct ws_cursor cursor, service_cursor; /* service_cursor: where it was when one was opened */
};

/* ---- Statistics */

enum { TOP_TALKERS = 5 };

struct talker {
	ws_conn_id id;
	uint64_t number, bytes;
};

/* A walk over all connections in slices, which finds the largest. */
struct statistics_view {
	struct talker top[TOP_TALKERS], building[TOP_TALKERS];
	struct ws_agreements agreements, counting; /* with the own host's kernel */
	size_t rank;
	bool complete;
	ws_time finished; /* by the ticks' clock */
};

#endif
