/* The connection list: what it shows in which order, and the reader's place in it. Private to src/scene. */
#ifndef SCENE_LIST_H
#define SCENE_LIST_H

#include "scene/widgets/prompt.h"

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
	const struct ws_tracker *tracker; /* whose connections these are */
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
	uint64_t selected; /* connection number, 0: none yet */
	size_t place, top; /* of the selected one, and of the first one visible */
	size_t visible;    /* how many connections fit on the screen */
	struct list_survey survey;
	struct list_search search;
};

/* list_order.c */
size_t list_count(const struct list_view *list, const struct ws_tracker *tracker);
ws_conn_id list_at(const struct list_view *list, const struct ws_tracker *tracker, size_t place);
void list_find(struct list_view *list, const struct ws_tracker *tracker); /* `place` of `selected` */
void list_select(struct list_view *list, const struct ws_model *model, size_t place);

/* list_survey.c */
/* A new sort column or filter: at once where there are few connections, else over the next ticks. */
void list_survey_again(struct list_view *list, const struct ws_model *model);
void list_survey_slice(struct list_view *list, const struct ws_model *model, ws_time clock);
void list_survey_now(struct list_view *list, const struct ws_model *model); /* to its end */
bool list_survey_due(const struct list_view *list, const struct ws_model *model);
/* The order is of another world: another tracker, or one that has begun anew. */
bool list_survey_is_elsewhere(const struct list_view *list, const struct ws_model *model);
int list_survey_percent(const struct list_view *list); /* how far it is; 100: done */
bool list_is_sorting(const struct list_view *list);    /* another order than the one in use is in the making */
/* Nanoseconds until the list looks different while a survey goes on or has just ended. */
ws_time list_survey_next_change(const struct list_view *list, ws_time clock);
void list_survey_free(struct list_survey *survey);

/* list_sort.c */
/* Notes that another key has come, behind `previous`; the first one comes behind itself. */
void list_sort_note(struct list_sorting *sorting, const struct ws_order_key *first, const struct ws_order_key *previous,
                    const struct ws_order_key *key);
/* `items` and `scratch` have room for `count`. */
void list_sort_begin(struct list_sorting *sorting, size_t count);
/* Moves about `limit` items; true when `items` is in order. */
bool list_sort_slice(struct list_sorting *sorting, const struct ws_order_key *keys, size_t count, size_t limit);
/* The index of the key that belongs there, when they are in order. */
size_t list_sort_at(const struct list_sorting *sorting, size_t place);

/* list_search.c */
void list_search_open(struct ws_ui *ui);
void list_search_again(struct ws_ui *ui, const struct ws_model *model, bool backwards);
void list_search_slice(struct ws_ui *ui, const struct ws_model *model);

/* list_filter.c */
void list_filter_open(struct ws_ui *ui);
/* Shows what fits `text`; an empty one is every connection. */
bool list_filter_set(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error);
bool list_filter_start(struct list_view *list, const char *text, struct ws_error *error); /* before the first layout */
bool list_filter_clear(struct ws_ui *ui, const struct ws_model *model);                   /* false: there is none */

/* list.c */
bool list_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
bool list_click(struct ws_ui *ui, const struct ws_model *model, int row);
void list_layout(struct ws_ui *ui, const struct ws_model *model);
void list_free(struct list_view *list);

/* list_draw.c */
int list_foot_rows(int rows); /* rule, hints */
int list_head_rows(const struct list_view *list);
int list_rows_each(int columns, int rows, size_t connections);
void list_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

#endif
