/* What the view asks of a screen. Each screen describes itself in its own folder by one struct screen_ops; screens.c
 * has the table of them. Private to src/scene. */
#ifndef SCENE_SCREENS_H
#define SCENE_SCREENS_H

#include <wirestate/scene.h>

/* One action that a screen understands, or two that belong together, with their word in the hint line. */
struct screen_key {
	enum ws_action action, second; /* second: WS_ACT_NONE where there is only one */
	const char *hint;              /* NULL: not in the hint line */
};

/* Rows for such lists: keys that move in rows, and keys that move the timeline on screens that show the whole
 * capture. */
/* clang-format off */
#define SCREEN_KEYS_MOVE                                                                                               \
	{WS_ACT_UP, WS_ACT_DOWN, NULL}, {WS_ACT_PAGE_UP, WS_ACT_PAGE_DOWN, NULL}, {WS_ACT_FIRST, WS_ACT_LAST, NULL}
#define SCREEN_KEYS_PLAY                                                                                               \
	{WS_ACT_PLAY, WS_ACT_RESTART, NULL}, {WS_ACT_SLOWER, WS_ACT_FASTER, NULL}, {WS_ACT_JUMP, WS_ACT_NEWEST, NULL}, \
	{WS_ACT_SEEK_BACK, WS_ACT_SEEK, NULL}, {WS_ACT_SEEK_FAR_BACK, WS_ACT_SEEK_FAR, NULL}
#define SCREEN_KEYS_TIMELINE SCREEN_KEYS_PLAY, {WS_ACT_FRAME_BACK, WS_ACT_FRAME, NULL}
/* clang-format on */

/* Every function but draw may be NULL. */
struct screen_ops {
	/* Sets up and frees its own part of the state, which is all zero before. */
	void (*init)(struct ws_ui *ui);
	void (*free)(struct ws_ui *ui);
	/* The model is of another generation: what was read from the tracker before must not be used again. */
	void (*snapshot_changed)(struct ws_ui *ui, const struct ws_model *model);
	/* Before it is opened by its key. False: there is nothing to show, and the key does nothing. */
	bool (*open)(struct ws_ui *ui, const struct ws_model *model);
	/* Before the screen that led here is shown again. */
	void (*leave)(struct ws_ui *ui);
	/* Fits what is shown to ui->columns × ui->rows and to what the model holds by now; before each draw. */
	void (*layout)(struct ws_ui *ui, const struct ws_model *model);
	void (*draw)(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
	/* Does what a key of this screen asks. False: nothing. */
	bool (*act)(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
	/* WS_ACT_BACK. True: it undid something on this screen, which is not left. */
	bool (*back)(struct ws_ui *ui, const struct ws_model *model);
	/* A click selects a row of the screen, and opens it when it was selected. */
	bool (*click)(struct ws_ui *ui, const struct ws_model *model, int row);
	/* `elapsed` nanoseconds since the tick before; ui->clock is the ticks' clock. */
	void (*tick)(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed);
	/* See ws_ui_busy() and ws_ui_next_change(). */
	bool (*busy)(const struct ws_ui *ui);
	ws_time (*next_change)(const struct ws_ui *ui, const struct ws_model *model);
	/* Shows the packet of the row that is `by` rows after the selected one. False: there is none. */
	bool (*show_packet)(struct ws_ui *ui, const struct ws_model *model, int by);

	const struct screen_key *keys; /* the hint line has them in this order */
	size_t key_count;
	bool plays;         /* it plays one connection: play, jump and the wheel move the replay */
	bool says_time;     /* its title says where the timeline is */
	bool has_notes;     /* it explains the selected row in ws_ui.notes rows above the hint line */
	bool one_point;     /* it shows one point, also while the lists show all together */
	bool two_hint_rows; /* it has room for a second hint line on high screens */
};

const struct screen_ops *screen_ops(enum ws_screen screen);
/* True when the screen does something for this action. */
bool screen_understands(enum ws_screen screen, enum ws_action action);

#endif
