/* The lab while its packets wait for keys: which of them is chosen, and what is asked of the wire. Private to
 * src/scene.
 */
#ifndef SCENE_LAB_H
#define SCENE_LAB_H

#include <wirestate/scene.h>

struct lab_view {
	uint64_t chosen;  /* number of the packet that the user has chosen; 0: none */
	uint64_t ordered; /* number of the packet whose delivery or loss has been asked for last */
	bool automatic;   /* packets arrive by themselves */
	bool begun;       /* the user has asked for something */
	bool reading;     /* the help is shown, and packets that would arrive by themselves wait meanwhile */
	int aim_rows;     /* what the scenario shows takes, as laid out */
	bool again;       /* it is to begin again */
	char command[48]; /* with its newline; empty: none */
};

/* The packet that keys are about; NULL: none is held. */
const struct ws_flight *lab_chosen(const struct ws_ui *ui, const struct ws_model *model);
/* Writes what stands at a packet that is held: its number, and the key where it is chosen. False: it is not held. */
bool lab_key_words(const struct ws_ui *ui, const struct ws_model *model, const struct ws_flight *flight, char *words,
                   size_t size, enum ws_style *style);
/* Does what a key of the lab asks. False: nothing. */
bool lab_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
/* The rows that it takes from the screen. The lifelines have a rule in its place. */
int lab_rows(struct ws_ui *ui, const struct ws_model *model, int columns);
/* Lets packets wait while the user reads the help. */
void lab_wait_for_help(struct ws_ui *ui, const struct ws_model *model);
/* Draws from `row` on what the programs have done so far, which may be why there is no packet: the latest lines that
 * have room. */
void lab_draw_programs(const struct ws_model *model, struct ws_canvas *canvas, int row);
/* Draws what hangs in the air above the last row, and the keys in it; over the screen's own keys, or its rule. */
void lab_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);

#endif
