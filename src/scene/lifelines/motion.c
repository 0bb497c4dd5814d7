/* How time moves a replay: playing, the flight of one segment for a key, and following a live capture.
 *
 * A replay that follows lets every new segment fly, too. The more segments wait, the faster they fly, so that what is
 * shown is late by about a second at most. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"

enum {
	STEPS_PER_TICK = 4096,
	WAITING_MOST = 1024, /* with more segments waiting, the newest one is shown */
};
#define CATCH_UP (800 * WS_MILLISECOND) /* in which all that wait are to fly */

/* ---- What flashes */

/* The states as the boxes show them, apart from the end of TIME_WAIT. */
static bool boxes_now(const struct replay *replay, struct replay_boxes *boxes)
{
	struct ws_step step;
	*boxes = (struct replay_boxes){0};
	if (!replay_step(replay, replay_shown_step(replay), &step))
		return false;
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		const bool after = replay_arrived(replay, &step) || endpoint == step.input.direction;
		boxes->state[endpoint] = after ? step.after[endpoint] : step.before[endpoint];
		boxes->certainty[endpoint] = after ? step.certainty[endpoint] : step.certainty_before[endpoint];
		boxes->wait_end[endpoint] = after ? step.time_wait_end[endpoint] : 0;
	}
	return true;
}

bool replay_flashes(const struct replay *replay, int endpoint)
{
	return replay->flash[endpoint] > 0 && (replay->playing || !replay->interrupted);
}

/* Compares the boxes with those at the last tick. Where the replay has moved on, a box that has changed flashes. */
static void flash_boxes(struct replay *replay, ws_time elapsed, bool moved_on)
{
	struct replay_boxes now;
	for (int endpoint = 0; endpoint < 2; endpoint++)
		if (replay_flashes(replay, endpoint))
			replay->flash[endpoint] -=
			        elapsed < replay->flash[endpoint] ? elapsed : replay->flash[endpoint];
	if (!boxes_now(replay, &now))
		return;
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		const bool restarted = now.wait_end[endpoint] && replay->seen.wait_end[endpoint] &&
		                       now.wait_end[endpoint] != replay->seen.wait_end[endpoint];
		const bool changed = now.state[endpoint] != replay->seen.state[endpoint] ||
		                     now.certainty[endpoint] != replay->seen.certainty[endpoint] || restarted;
		if (changed)
			replay->flash[endpoint] = moved_on ? REPLAY_FLASH : 0;
	}
	replay->seen = now;
}

/* ---- Moving */

/* Advances a replay that plays. False: it has reached its end. */
static bool replay_run(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	for (int moved = 0; moved < STEPS_PER_TICK; moved++) {
		struct ws_step step, next;
		if (!replay_step(replay, replay->step, &step))
			return false;
		bool has_next = replay_step(replay, replay->step + 1, &next);
		if (!has_next && model->running) { /* its end is now, and more segments may come */
			replay->follow = replay->phase >= REPLAY_FLIGHT;
			return !replay->follow;
		}
		ws_time gap;
		const ws_time length = replay_length(ui, model, replay->step, &step, has_next ? &next : NULL, &gap);
		if (replay->phase < length)
			return true;
		if (!has_next) {
			replay->phase = length;
			return false;
		}
		replay->phase -= length;
		replay->step++;
	}
	replay->phase = 0; /* the clock has jumped: do not try to catch up */
	return true;
}

/* True when a replay that follows shows an older segment than the newest one, or its flight. */
static bool is_catching_up(const struct replay *replay, const struct ws_model *model)
{
	return replay->follow && !replay->playing && model->running && replay_count(replay) &&
	       (replay->step + 1 < replay_count(replay) || replay->phase < REPLAY_FLIGHT);
}

static void catch_up(struct replay *replay, ws_time moved)
{
	const size_t last = replay_count(replay) - 1, waiting = last - replay->step;
	if (waiting > WAITING_MOST) {
		replay_stand(replay, last);
		return;
	}
	/* It does not slow down before all have flown: otherwise the last of many would be the latest. */
	const double needed = (double)waiting * REPLAY_STEP / CATCH_UP;
	if (replay->haste < needed)
		replay->haste = needed;
	replay->phase = replay->phase < REPLAY_FLIGHT ? replay->phase : REPLAY_FLIGHT;
	replay->phase += (ws_time)((double)moved * (replay->haste > 1 ? replay->haste : 1));
	while (replay->phase >= REPLAY_FLIGHT && replay->step < last) {
		replay->phase -= REPLAY_FLIGHT;
		replay->step++;
	}
	if (replay->phase > REPLAY_FLIGHT)
		replay->phase = REPLAY_FLIGHT;
}

/* One segment flies for a key: both ways in the same time, whatever the speed. */
static void fly_for_key(struct replay *replay, ws_time moved)
{
	if (replay->backwards && replay->phase <= moved)
		replay_stand(replay, replay->step - 1);
	else if (replay->backwards)
		replay->phase -= moved;
	else if (replay->phase + moved >= REPLAY_FLIGHT)
		replay_stand(replay, replay->step);
	else
		replay->phase += moved;
}

void replay_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct replay *replay = &ui->replay;
	const ws_time for_key = (ws_time)((double)elapsed * REPLAY_FLIGHT / REPLAY_STEP);
	bool moved_on = replay->arriving;
	if (elapsed <= 0)
		return;
	if (replay->stepping || replay->backwards) {
		moved_on = !replay->backwards;
		fly_for_key(replay, for_key);
	} else if (replay->playing) {
		moved_on = true;
		replay->phase += (ws_time)((double)elapsed * replay->speed);
		if (!replay_run(ui, model)) {
			if (replay->loop && replay_count(replay) > 1 && !model->running)
				replay_restart(replay);
			else
				replay->playing = false;
		}
	} else if (is_catching_up(replay, model)) {
		moved_on = true;
		catch_up(replay, for_key);
	} else {
		replay->haste = 0;
	}
	flash_boxes(replay, elapsed, moved_on);
	replay->arriving = false;
}

/* When the words about a wait change next: they have whole seconds, and fractions of the first one. */
static ws_time next_of_wait(const struct ws_ui *ui, const struct ws_model *model)
{
	struct layout layout;
	char words[160];
	ws_time passed;
	for (int endpoint = 0; layout_compose(ui, model, ui->columns, &layout) && endpoint < 2; endpoint++) {
		struct ws_text text = WS_TEXT_OVER(words);
		if (!waits_find(&layout, endpoint, &text, &passed) && passed < 0)
			continue;
		if (passed < WAITS_LEAST)
			return WAITS_LEAST - passed;
		return passed < WS_SECOND ? 100 * WS_MILLISECOND : WS_SECOND - passed % WS_SECOND;
	}
	return WS_TIME_NEVER;
}

ws_time replay_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	const struct replay *replay = &ui->replay;
	struct ws_step step;
	if (replay->playing || replay->stepping || replay->backwards || replay->arriving ||
	    replay->scanned < replay_count(replay) || is_catching_up(replay, model))
		return 0;
	if (replay_flashes(replay, 0) || replay_flashes(replay, 1))
		return 0;
	if (model->running && replay->step + 1 == replay_count(replay) && replay_step(replay, replay->step, &step) &&
	    replay_waiting_after(&step) && model->now < step.input.time + replay_waiting_after(&step))
		return 100 * WS_MILLISECOND; /* the countdown shows tenths */
	if (model->running && replay->step + 1 == replay_count(replay))
		return next_of_wait(ui, model);
	return WS_TIME_NEVER;
}
