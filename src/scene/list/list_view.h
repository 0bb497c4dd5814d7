/* State of the connection list: what it shows in which order, and what is selected. Private to src/scene. */
#ifndef SCENE_LIST_VIEW_H
#define SCENE_LIST_VIEW_H

#include <wirestate/cursor.h>
#include <wirestate/filter.h>
#include <wirestate/scene.h>

enum { LIST_DIGIT = 10, LIST_DIGITS = 2 * (64 / LIST_DIGIT + 1), LIST_AT_ONCE = 6 };

/* Keys brought into order digit by digit from the lowest on, in slices; equal ones stay in the order they came in. A
 * digit is LIST_DIGIT bits of a key in which some of the keys differ. */
struct list_sorting {
	struct ws_order_key differ; /* the bits in which not all keys are the same */
	bool needed;                /* they did not come in order */
	struct {
		uint8_t high, shift;
	} digit[LIST_DIGITS];
	unsigned digits, done;
	/* An item is a few digits of a key, LIST_AT_ONCE at most, and its index below them. */
	uint64_t *items, *scratch;
	unsigned index_bits, loaded; /* loaded: digits in the items, 0: they are to be loaded next */
	unsigned pass;               /* of those, the next one to sort by */
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

/* A walk over all connections, done in slices: it picks those that fit the filter and sorts them; then it counts the
 * verdicts, unless they are counted already. What it made before stays in use until it is done. */
struct list_survey {
	uint64_t generation; /* of the model whose connections these are; 0: none yet */
	/* In use. `natural`: all connections in the tracker's own order, and `order` is not read. */
	bool natural, complete;
	bool asked; /* the one in the making is for a new column or filter, not for new packets */
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
	uint64_t packets_tallied;  /* and when that one began whose verdicts are in use */
	bool tallied;              /* there are such */
	ws_time started, finished; /* of the last walk, by the ticks' clock */
	/* For who draws. */
	bool news;     /* there is an order or a tally that has not been drawn */
	ws_time drawn; /* when the list was drawn last, by the ticks' clock */
};

/* Looking for a text, in slices too. */
struct list_search {
	char pattern[128];       /* empty: nothing was searched yet */
	bool running, backwards; /* `running`: `left` more connections to look at from `next` on */
	bool nothing;            /* the last search has found nothing */
	size_t origin, next, left;
};

struct list_view {
	enum ws_order sort;
	bool reverse, follow;
	struct ws_filter *filter; /* NULL: every connection */
	char *filter_text;
	uint64_t selected;       /* number of the selected connection, 0: none yet */
	struct ws_cursor cursor; /* where it stands */
	size_t visible;          /* how many connections fit on the screen */
	struct list_survey survey;
	struct list_search search;
};

#endif
