/* The connection list. Private to src/scene/list. */
#ifndef SCENE_LIST_H
#define SCENE_LIST_H

#include "scene/list/list_view.h"
#include "scene/list/selection.h"

/* list_order.c */
size_t list_count(const struct list_view *list, const struct ws_model *model);
ws_conn_id list_at(const struct list_view *list, const struct ws_model *model, size_t position);
/* Puts the cursor on the selected connection. */
void list_find(struct list_view *list, const struct ws_model *model);
void list_select(struct list_view *list, const struct ws_model *model, size_t position);

/* list_survey.c */
/* Sorts again after the sort column or the filter has changed: at once where there are few connections, otherwise
 * over the next ticks. */
void list_survey_again(struct list_view *list, const struct ws_model *model);
void list_survey_slice(struct list_view *list, const struct ws_model *model, ws_time clock);
void list_survey_now(struct list_view *list, const struct ws_model *model); /* does the whole survey at once */
bool list_survey_due(const struct list_view *list, const struct ws_model *model);
/* The order was made for a model of another generation. */
bool list_survey_is_elsewhere(const struct list_view *list, const struct ws_model *model);
int list_survey_percent(const struct list_view *list, const struct ws_model *model); /* progress; 100: done */
bool list_is_sorting(
        const struct list_view *list); /* another order is being made, and the one before is still in use */
/* Nanoseconds until the list looks different, while a survey runs or has just ended. */
ws_time list_survey_next_change(const struct list_view *list, ws_time clock);
void list_survey_free(struct list_survey *survey);

/* list_sort.c */
/* Notes the next key and its predecessor, to learn which bits differ and whether the keys came in order. Pass the
 * first key as its own predecessor. */
void list_sort_note(struct list_sorting *sorting, const struct ws_order_key *first, const struct ws_order_key *previous,
                    const struct ws_order_key *key);
/* `items` and `scratch` have room for `count`. */
void list_sort_begin(struct list_sorting *sorting, size_t count);
/* Moves about `limit` items. True: `items` is in order. */
bool list_sort_slice(struct list_sorting *sorting, const struct ws_order_key *keys, size_t count, size_t limit);
/* The index of the key at this position of the finished order. */
size_t list_sort_at(const struct list_sorting *sorting, size_t position);

/* list_search.c */
void list_search_open(struct ws_ui *ui);
void list_search_again(struct ws_ui *ui, const struct ws_model *model, bool backwards);
void list_search_slice(struct ws_ui *ui, const struct ws_model *model);
/* Says what is searched for, and how much of the list has been looked at. False: nothing is. */
bool list_search_words(const struct list_view *list, const struct ws_model *model, struct ws_text *text);

/* list_shares.c: the columns of where the time went */
enum { LIST_SHARES = 3, LIST_SHARE_BRIEF = 9, LIST_SHARE_WIDE = 12 }; /* how many, and their widths */
/* Chooses their widths, 0 for those that are not shown: the one that the list is sorted by, in place of the age where
 * there is no room for both, and on wide screens all. Returns how many columns of the screen they take with their gaps.
 */
int list_share_columns(int share[LIST_SHARES], int columns, int gap, enum ws_order order, int *age);
/* Writes a count in at most 6 columns: "71.4k". */
void list_brief_count(char *text, size_t size, uint64_t count);
const char *list_share_head(int index);
enum ws_order list_share_order(int index);
/* Appends "8.8 s", and in a wide column its share of the duration: "8.8 s  71 %"; nothing where it is not known. */
void list_share_words(struct ws_text *text, const struct ws_conn_info *info, int index, int width);

/* list_problem.c */
/* Selects the next connection with a problem, or the one before; where there is none, the selection stays. */
void list_problem_jump(struct list_view *list, const struct ws_model *model, bool forward);
/* Says which of how many it is. False: no key has asked for one. */
bool list_problem_words(const struct list_view *list, struct ws_text *text);

/* list_filter.c */
void list_filter_open(struct ws_ui *ui);
/* Shows the connections that match the filter `text`; an empty text shows all. */
bool list_filter_set(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error);
bool list_filter_clear(struct ws_ui *ui, const struct ws_model *model); /* false: no filter was set */

/* list_draw.c */
int list_foot_rows(int rows); /* rule, hints */
int list_head_rows(const struct list_view *list);
/* list_empty.c: says why there is no connection, and what there is instead. */
void list_draw_empty(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
/* Rows at the foot that say the selected connection's verdict whole; 0: its row does. */
int list_rows_whole(const struct list_view *list, const struct ws_model *model, int columns, int rows);
int list_rows_each(const struct list_view *list, const struct ws_model *model, int columns, int rows);
void list_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

/* What tells connections apart: ws_conn_key(), which they have in all snapshots; of records, whose numbers are those of
 * several sensors, the id. */
uint64_t list_identity(const struct ws_conn_info *info);

/* list_points.c: several points in one list. The first writes their names and clocks, as much as fits in so many columns;
 * nothing where one point is shown. */
void list_points_title(char *title, size_t size, const struct ws_model *model, const struct ws_canvas *canvas,
                       int width);
/* The width of a column that says which did, 0 without one, and its text. */
int list_points_width(const struct ws_model *model);
void list_points_cell(struct ws_text *text, const struct ws_model *model, const struct ws_conn_info *info);

/* list_sensor.c: the width of the column of sensors, 0 without one, and its text. */
int list_sensor_width(const struct ws_model *model, int columns);
void list_sensor_text(char *buffer, size_t size, int width, const struct ws_conn_info *info);

#endif
