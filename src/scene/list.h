/* The connection list: what it shows in which order, and the reader's place in it. Private to src/scene. */
#ifndef SCENE_LIST_H
#define SCENE_LIST_H

#include "prompt.h"

#include <wirestate/filter.h>
#include <wirestate/scene.h>

/* X(enumerator, name in the title line): what the list can be sorted by, in the order the sort key goes through. */
#define LIST_SORTS(X)                                                                                                  \
	X(SORT_NUMBER, "number")                                                                                       \
	X(SORT_CLIENT, "client")                                                                                       \
	X(SORT_SERVER, "server")                                                                                       \
	X(SORT_STATES, "states")                                                                                       \
	X(SORT_START, "start")                                                                                         \
	X(SORT_AGE, "age")                                                                                             \
	X(SORT_PACKETS, "packets")                                                                                     \
	X(SORT_BYTES, "bytes")                                                                                         \
	X(SORT_VERDICT, "verdict")

enum list_sort {
#define X(name, text) name,
	LIST_SORTS(X)
#undef X
	        LIST_SORT_COUNT
};

struct list_entry {
	uint64_t high, low; /* the sort key */
	uint32_t rank;
	ws_conn_id id;
};

#define LIST_TAGS 24

struct list_tally {
	const char *tag;
	int severity;
	uint64_t count;
};

enum list_phase { LIST_RESTS, LIST_WALKS, LIST_MERGES };

/* A walk over all connections, done in slices: it picks those that fit the filter, sorts them and counts the verdicts.
 * What it made before stays in use until it is done. */
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
	size_t rank; /* the next to look at */
	struct list_entry *entries, *scratch;
	size_t built, entry_capacity;
	size_t width, base, left, right, out; /* of the merging: length of the runs, where it stands in them */
	struct list_tally tallying[LIST_TAGS];
	uint64_t packets_seen;     /* the tracker's count when the walk began */
	ws_time started, finished; /* of the last walk, by the ticks' clock */
};

/* Looking for a text, in slices too. */
struct list_search {
	char pattern[128];       /* empty: nothing was searched yet */
	bool running, backwards; /* `running`: `left` more connections to look at from `next` on */
	bool nothing;            /* the last search has found nothing */
	size_t origin, next, left;
};

struct list_view {
	enum list_sort sort;
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
const char *list_sort_name(enum list_sort sort);
size_t list_count(const struct list_view *list, const struct ws_tracker *tracker);
ws_conn_id list_at(const struct list_view *list, const struct ws_tracker *tracker, size_t place);
/* A new sort column or filter: at once where there are few connections, else over the next ticks. */
void list_survey_again(struct list_view *list, const struct ws_model *model);
void list_survey_slice(struct list_view *list, const struct ws_model *model, ws_time clock);
void list_survey_now(struct list_view *list, const struct ws_model *model); /* to its end */
bool list_survey_due(const struct list_view *list, const struct ws_model *model);
/* The order is of another world: another tracker, or one that has begun anew. */
bool list_survey_is_elsewhere(const struct list_view *list, const struct ws_model *model);
int list_survey_percent(const struct list_view *list); /* how far it is; 100: done */
void list_survey_free(struct list_survey *survey);
void list_find(struct list_view *list, const struct ws_tracker *tracker); /* `place` of `selected` */
void list_select(struct list_view *list, const struct ws_model *model, size_t place);
ws_time list_age(const struct ws_conn_info *info, const struct ws_model *model);

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
