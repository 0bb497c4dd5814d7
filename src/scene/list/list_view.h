/* State of the connection list: what it shows in which order, and what is selected. Private to src/scene. */
#ifndef SCENE_LIST_VIEW_H
#define SCENE_LIST_VIEW_H

#include <wirestate/cursor.h>
#include <wirestate/filter.h>
#include <wirestate/scene.h>

enum { LIST_DIGIT = 10, LIST_DIGITS = 2 * (64 / LIST_DIGIT + 1), LIST_AT_ONCE = 6 };

/* State of a radix sort, from the lowest digit up and in slices. A digit is LIST_DIGIT bits of a key, some of
 * which differ between keys. Equal keys stay in the order in which they came. */
struct list_sorting {
	struct ws_order_key differ; /* the bits in which not all keys are the same */
	bool needed;                /* they did not come in order */
	struct {
		uint8_t high, shift;
	} digit[LIST_DIGITS];
	unsigned digits, done;
	/* An item is some digits of a key, LIST_AT_ONCE at most, and below them its index. */
	uint64_t *items, *scratch;
	unsigned index_bits, loaded; /* loaded: digits in the items; 0: the next ones must be loaded first */
	unsigned pass;               /* of those, the next digit to sort by */
	size_t next;                 /* the next item of this step */
	uint32_t start[LIST_AT_ONCE][1 << LIST_DIGIT];
};

#define LIST_TAGS 24

struct list_tally {
	const char *tag;
	int severity;
	uint64_t count;
};

enum list_phase { LIST_RESTS, LIST_COLLECTS, LIST_SORTS, LIST_TALLIES };

/* A walk over all connections, in slices. It collects and sorts those that match the filter, and then counts the
 * verdicts unless they are counted already. The order and the counts before stay in use until the new ones are
 * done. */
struct list_survey {
	uint64_t generation; /* of the model whose connections these are; 0: none yet */
	/* In use. `natural`: all connections in the tracker's own order, and `order` is not read. */
	bool natural, complete;
	bool asked; /* the survey that runs is for a new column or filter, not for new packets */
	ws_conn_id *order;
	size_t count, capacity;
	struct list_tally tally[LIST_TAGS];
	/* In the making. */
	enum list_phase phase;
	size_t rank;        /* the next to look at */
	bool out_of_memory; /* no memory for another order: it will be the tracker's */
	ws_conn_id *ids;    /* and their keys */
	struct ws_order_key *keys;
	size_t built, room;
	struct list_sorting sorting;
	struct list_tally tallying[LIST_TAGS];
	uint64_t packets_seen;     /* the tracker's count when the walk began */
	uint64_t packets_tallied;  /* and when the walk began whose verdicts are in use */
	bool tallied;              /* verdicts have been counted */
	ws_time started, finished; /* of the last walk, by the ticks' clock */
	/* For drawing. */
	bool news;     /* a new order or new counts have not been drawn yet */
	ws_time drawn; /* when the list was drawn last, by the ticks' clock */
};

/* A search for a text, also in slices. */
struct list_search {
	char pattern[128];       /* empty: nothing was searched yet */
	bool running, backwards; /* `running`: `left` more connections to look at from `next` on */
	bool nothing;            /* the last search has found nothing */
	size_t origin, next, left;
};

/* Where a key has gone from one connection with a problem to another. */
struct list_problem {
	bool shown;
	size_t which, count; /* which: from 1 on; 0: there is none in that direction */
};

struct list_view {
	enum ws_order sort;
	bool reverse, follow;
	bool touched;  /* the user has moved or sorted; until then a live list follows the newest connection */
	uint64_t seen; /* live: how many connections there were when the newest one was on the screen; 0: not yet */
	struct ws_filter *filter; /* NULL: every connection */
	char *filter_text;
	enum ws_screen filter_from; /* where it was chosen, to go back there; the list itself: it was typed */
	const char *capture_filter; /* the model's, when it was laid out last; NULL: none */
	uint64_t selected;          /* list_identity() of the selected connection, 0: none yet */
	struct ws_cursor cursor;    /* where it stands */
	int each;                   /* rows of a connection, as laid out last */
	int whole;                  /* rows at the foot for the selected verdict, which is cut in its row; likewise */
	size_t visible;             /* how many connections fit on the screen */
	struct list_survey survey;
	struct list_search search;
	struct list_problem problem;
};

#endif
