/* The replay of one connection. Several screens show it or its current packet. Private to src/scene. */
#ifndef SCENE_REPLAY_H
#define SCENE_REPLAY_H

#include <wirestate/replay.h>
#include <wirestate/scene.h>

#define REPLAY_FLIGHT (600 * WS_MILLISECOND) /* how long a segment flies at speed 1 */
#define REPLAY_STEP (400 * WS_MILLISECOND)   /* how long it flies for a key, and live, whatever the speed */
#define REPLAY_FLASH (400 * WS_MILLISECOND)  /* how long a state's box flashes when the state has changed */

/* What is shown beside the lifelines. */
enum replay_pane { REPLAY_PANE_DIAGRAM, REPLAY_PANE_PACKET, REPLAY_PANE_STREAM, REPLAY_PANES };

struct replay_change {
	size_t step;
	uint8_t endpoint, from, to;
	bool taken_back; /* a presumed state was taken back */
};

/* The steps of the problems among the steps [0, scanned), and what the search for the next one has to know. */
struct replay_problems {
	size_t *step, count, capacity;
	bool shown;                  /* a key has led here: the title counts them */
	bool repeated[2], closed[2]; /* the endpoint's latest segment was a duplicate ACK; announced a window of 0 */
	int8_t speaker;              /* that sent the latest data, plus 1; 0: none */
	ws_time spoken;              /* when */
};

struct replay {
	struct ws_replay *steps; /* NULL: none open */
	ws_conn_id conn;
	uint64_t number; /* ws_conn_key() */
	int8_t near;     /* the endpoint at whose end the capture was taken; -1: not known, or none */
	size_t step;
	/* Replay time since the step's segment left; from REPLAY_FLIGHT on it has arrived. Of several points: since the
	 * time began to run to the step, which happens at REPLAY_FLIGHT. */
	ws_time phase;
	bool playing, stepping; /* `stepping`: only until this segment has arrived */
	bool interrupted;       /* paused while it played: play goes on from here also at the last step */
	bool backwards;         /* this segment flies back; then the replay stands at the step before */
	enum replay_pane pane;
	bool loop, swapped, absolute, follow;
	enum ws_times times;       /* how the segments' times are written */
	struct ws_addr address[2]; /* the numbers of connections differ where the beginning of a capture is no longer
	                              kept; addresses and ports do not */
	uint16_t port[2];
	double speed;
	bool guided;       /* each step stays until its text could be read */
	bool speed_chosen; /* the user has chosen how fast to play */
	ws_time idle;
	/* What flashes. `seen` is what the boxes showed at the last tick. */
	struct replay_boxes {
		uint8_t state[2], certainty[2];
		ws_time wait_end[2];
	} seen;
	ws_time flash[2]; /* by endpoint: how much longer its box flashes */
	bool arriving;    /* a key has let the segment arrive at once */
	double haste;     /* how much faster than for a key segments fly, so that a live capture is kept up with */
	struct replay_change *changes; /* of the steps [0, scanned) */
	size_t change_count, change_capacity, scanned;
	struct replay_problems problems;
};

bool replay_open(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn);
void replay_close(struct replay *replay);
void replay_init(struct ws_ui *ui);
void replay_free(struct ws_ui *ui);
/* For screens that show one connection: where none has been opened, opens the one that is selected in the list. */
void replay_choose(struct ws_ui *ui, const struct ws_model *model);
bool replay_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void replay_layout(struct ws_ui *ui, const struct ws_model *model);
/* Opens the lifelines of a connection at its first segment, and plays: guided, unless the user has chosen a speed or
 * there are too many segments to read about each. */
void replay_play(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn);
void replay_stand(struct replay *replay, size_t step); /* puts it at a step whose segment has arrived, and pauses it */
bool replay_step(const struct replay *replay, size_t index, struct ws_step *step);
size_t replay_count(const struct replay *replay);
/* The endpoint drawn on the left. */
int replay_left(const struct replay *replay, const struct ws_conn_info *info);
/* Reads a connection. Where its client is only guessed, the user may have swapped the sides of the one that is played. */
bool replay_conn(const struct replay *replay, const struct ws_model *model, ws_conn_id conn, struct ws_conn_info *info);
bool replay_arrived(const struct replay *replay, const struct ws_step *step);
/* True when several points captured the connection: a step is a departure or an arrival then. */
bool replay_joined(const struct replay *replay);
/* The number of the step's frame at a point; 0: not captured there. */
uint64_t replay_frame(const struct replay *replay, size_t index, unsigned point);
/* The step that is drawn last. Of several points, a step happens when the time that leads to it has passed. */
size_t replay_shown_step(const struct replay *replay);

void replay_restart(struct replay *replay); /* puts it at its first segment, which is about to leave */

/* motion.c */
void replay_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed);
ws_time replay_next_change(const struct ws_ui *ui, const struct ws_model *model);
/* True when the box of an endpoint flashes, because its state has just changed. */
bool replay_flashes(const struct replay *replay, int endpoint);

/* pace.c */
/* How long the replay shows the pause after a step. `gap` becomes its true length, -1 after the last step. */
ws_time replay_shown(const struct replay *replay, const struct ws_step *step, const struct ws_step *next, ws_time *gap);
/* How long a step takes in the replay, with the flight of its segment. `next`: NULL after the last one. */
ws_time replay_length(const struct ws_ui *ui, const struct ws_model *model, size_t index, const struct ws_step *step,
                      const struct ws_step *next, ws_time *gap);
/* The capture time at the replay's position. */
ws_time replay_time(const struct ws_ui *ui, const struct ws_model *model, const struct ws_step *step,
                    const struct ws_step *next);
/* How long TIME_WAIT lasts after a step; 0: no endpoint waits. */
ws_time replay_waiting_after(const struct ws_step *step);
void replay_change_speed(struct replay *replay, int direction);
void replay_speed_text(const struct replay *replay, struct ws_text *text);    /* " guided 2x" */
void replay_snapshot_changed(struct ws_ui *ui, const struct ws_model *model); /* the model is of another generation */
void replay_rejoined(struct ws_ui *ui, const struct ws_model *model);         /* more is known of its connection */
bool replay_reopen(struct ws_ui *ui,
                   const struct ws_model *model); /* looks again for its connection, which may have begun by now */

#endif
