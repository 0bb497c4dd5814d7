/* The film of one connection: where it stands, and how it moves.
 *
 * A place in the film is a step (a segment, or an event such as a timer) and a phase: how much film time has passed
 * since that step's segment left. For the first 0.6 s of a step the segment flies; what the far end makes of it shows
 * when it arrives. Then the pause until the next segment runs, shortened to `idle` where it was longer; capture time
 * runs through the whole pause meanwhile, so that TIME_WAIT's countdown is true at both ends of a shortened one. A
 * pause that is TIME_WAIT itself gets more room, because there the waiting is what one wants to see.
 *
 * The picture depends on (step, phase) only. Standing at a step means phase == FILM_FLIGHT: the segment has just
 * arrived. */
#include "scene/ui.h"

#include <string.h>

enum { WAIT_STRETCH = 6, STEPS_PER_TICK = 4096, SCAN_AT_ONCE = 4096 };

static const double speeds[] = {0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256};

void film_close(struct film *film)
{
	ws_replay_close(film->replay);
	film->replay = NULL;
	film->conn = 0;
	film_forget(film);
}

size_t film_count(const struct film *film)
{
	return film->replay ? ws_replay_count(film->replay) : 0;
}

bool film_step(const struct film *film, size_t index, struct ws_step *step)
{
	if (!film->replay || !ws_replay_step(film->replay, index, step))
		return false;
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		/* Who answers a SYN has listened before it came: this is not a change that the SYN makes. */
		if (step->before[endpoint] == WS_CLOSED && step->after[endpoint] == WS_LISTEN) {
			step->before[endpoint] = WS_LISTEN;
			step->certainty_before[endpoint] = step->certainty[endpoint];
		}
	}
	return true;
}

void film_stand(struct film *film, size_t step)
{
	size_t count = film_count(film);
	film->step = step < count ? step : count ? count - 1 : 0;
	film->phase = FILM_FLIGHT;
	film->playing = film->stepping = false;
}

bool film_open(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn)
{
	struct film *film = &ui->film;
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, conn, &info))
		return false;
	if (!film->replay || film->conn != conn || film->number != info.number) {
		film_close(film);
		film->replay = ws_replay_open(model->tracker, conn);
		film->conn = conn;
		film->number = info.number;
		for (int endpoint = 0; endpoint < 2; endpoint++) {
			film->address[endpoint] = info.endpoint[endpoint].address;
			film->port[endpoint] = info.endpoint[endpoint].port;
		}
		film->swapped = false;
	}
	ui->tracker = model->tracker;
	film_scan(film, model, SCAN_AT_ONCE);
	film->follow = true;
	film_stand(film, SIZE_MAX);
	return true;
}

static bool same_connection(const struct film *film, const struct ws_conn_info *info)
{
	for (int endpoint = 0; endpoint < 2; endpoint++)
		if (film->port[endpoint] != info->endpoint[endpoint].port ||
		    memcmp(&film->address[endpoint], &info->endpoint[endpoint].address, sizeof(film->address[0])) != 0)
			return false;
	return true;
}

bool film_reopen(struct ws_ui *ui, const struct ws_model *model)
{
	struct film *film = &ui->film;
	struct ws_conn_info info;
	const ws_conn_id conn = film->number ? ws_tracker_conn_find(model->tracker, film->number) : 0;
	if (!conn || !ws_tracker_conn(model->tracker, conn, &info) || !same_connection(film, &info))
		return false;
	film->replay = ws_replay_open(model->tracker, conn);
	film->conn = conn;
	film_scan(film, model, SCAN_AT_ONCE);
	return film->replay;
}

/* The same connection in another world: at the same step, where it has come that far. */
void film_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	struct film *film = &ui->film;
	const bool follow = film->follow || film->playing;
	const size_t step = film->step;
	ui->tracker = model->tracker;
	if (!film->number)
		return;
	film_close(film);
	film_reopen(ui, model);
	film_stand(film, follow ? SIZE_MAX : step);
	film->follow = follow;
}

int film_left(const struct film *film, const struct ws_conn_info *info)
{
	return (info->likely_client == 1) != film->swapped;
}

bool film_arrived(const struct film *film, const struct ws_step *step)
{
	return step->input.kind != WS_INPUT_SEGMENT || film->phase >= FILM_FLIGHT;
}

/* How long TIME_WAIT lasts behind `step`; 0: nobody waits. */
static ws_time waiting_after(const struct ws_step *step)
{
	ws_time end = step->time_wait_end[0] > step->time_wait_end[1] ? step->time_wait_end[0] : step->time_wait_end[1];
	return end > step->input.time ? end - step->input.time : 0;
}

ws_time film_shown(const struct film *film, const struct ws_step *step, const struct ws_step *next, ws_time *gap)
{
	ws_time longest = film->idle;
	*gap = next ? next->input.time - step->input.time : waiting_after(step);
	if (*gap < 0)
		*gap = 0;
	if (!next || next->input.kind == WS_INPUT_EXPIRY)
		longest *= WAIT_STRETCH;
	return *gap < longest ? *gap : longest;
}

/* A step's length on screen: never shorter than its segment flies. */
static ws_time step_length(const struct film *film, const struct ws_step *step, const struct ws_step *next,
                           ws_time *gap)
{
	ws_time shown = film_shown(film, step, next, gap);
	if (!next)
		return FILM_FLIGHT + shown;
	return shown > FILM_FLIGHT ? shown : FILM_FLIGHT;
}

ws_time film_time(const struct film *film, const struct ws_model *model, const struct ws_step *step,
                  const struct ws_step *next)
{
	ws_time gap, length = step_length(film, step, next, &gap);
	if (!next && model->running && film->phase >= FILM_FLIGHT)
		return model->now > step->input.time ? model->now : step->input.time;
	if (film->phase <= FILM_FLIGHT || length <= FILM_FLIGHT)
		return step->input.time;
	double share = (double)(film->phase - FILM_FLIGHT) / (double)(length - FILM_FLIGHT);
	return step->input.time + (ws_time)((share > 1 ? 1 : share) * (double)gap);
}

static void restart(struct film *film)
{
	film->step = 0;
	film->phase = 0;
}

/* Runs the film on; false when it has come to its end. */
static bool run(struct film *film, const struct ws_model *model)
{
	for (int moved = 0; moved < STEPS_PER_TICK; moved++) {
		struct ws_step step, next;
		if (!film_step(film, film->step, &step))
			return false;
		bool has_next = film_step(film, film->step + 1, &next);
		if (!has_next && model->running) { /* its end is now, and more may come */
			film->follow = film->phase >= FILM_FLIGHT;
			return !film->follow;
		}
		ws_time gap, length = step_length(film, &step, has_next ? &next : NULL, &gap);
		if (film->phase < length)
			return true;
		if (!has_next) {
			film->phase = length;
			return false;
		}
		film->phase -= length;
		film->step++;
	}
	film->phase = 0; /* a clock that jumped: do not try to catch up */
	return true;
}

void film_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct film *film = &ui->film;
	if (film->playing || film->stepping)
		film->phase += (ws_time)((double)elapsed * film->speed);
	if (film->stepping && film->phase >= FILM_FLIGHT)
		film_stand(film, film->step);
	if (film->playing && !run(film, model)) {
		if (film->loop && film_count(film) > 1 && !model->running)
			restart(film);
		else
			film->playing = false;
	}
}

void film_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct film *film = &ui->film;
	size_t count = film_count(film);
	film_scan(film, model, SCAN_AT_ONCE);
	if (!film->follow || film->playing || !count)
		return;
	if (model->running && film->step + 2 == count && !film->stepping) { /* one has come: let it fly */
		film->step++;
		film->phase = 0;
		film->stepping = true;
	} else if (film->step + 1 < count || !film->stepping) {
		film_stand(film, SIZE_MAX); /* many at once: live never lags behind */
	}
}

ws_time film_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	const struct film *film = &ui->film;
	struct ws_step step;
	if (film->playing || film->stepping || film->scanned < film_count(film))
		return 0;
	if (model->running && film->step + 1 == film_count(film) && film_step(film, film->step, &step) &&
	    waiting_after(&step) && model->now < step.input.time + waiting_after(&step))
		return 100 * WS_MILLISECOND; /* the countdown shows tenths */
	return WS_TIME_NEVER;
}

void film_change_speed(struct film *film, int direction)
{
	size_t nearest = 0;
	for (size_t i = 1; i < WS_ARRAY_SIZE(speeds); i++)
		if (speeds[i] <= film->speed)
			nearest = i;
	if (direction > 0 && nearest + 1 < WS_ARRAY_SIZE(speeds))
		nearest++;
	else if (direction < 0 && nearest > 0 && speeds[nearest] >= film->speed)
		nearest--;
	film->speed = speeds[nearest];
}

static void play_or_pause(struct film *film, const struct ws_model *model, bool followed)
{
	if (film->playing) {
		film->playing = false;
		if (film->phase < FILM_FLIGHT)
			film->stepping =
			        true; /* let the segment arrive: a picture between two states would say nothing */
		return;
	}
	if (model->running && film->step + 1 >= film_count(film)) {
		film->follow = !followed;
		return;
	}
	if (film->step + 1 >= film_count(film) && film->phase >= FILM_FLIGHT && !film->stepping)
		restart(film);
	film->stepping = false;
	film->playing = film_count(film) > 0;
}

static void step_forward(struct film *film)
{
	if (film->stepping && film->phase < FILM_FLIGHT && film->step + 1 >= film_count(film)) {
		film_stand(film, film->step);
		return;
	}
	if (film->step + 1 >= film_count(film))
		return;
	film->step++;
	film->phase = 0;
	film->playing = false;
	film->stepping = true;
}

/* ---- Jumping */

/* The last step that is not later than `time`. */
static size_t step_at(const struct film *film, ws_time time)
{
	size_t low = 0, high = film_count(film);
	struct ws_step step;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (film_step(film, middle, &step) && step.input.time <= time)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool jump(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	(void)model;
	struct film *film = &ui->film;
	struct place_wanted wanted;
	struct ws_step step;
	if (!place_parse(text, &wanted, error))
		return false;
	if (!film_step(film, 0, &step))
		return true;
	film->follow = false;
	if (wanted.is_time)
		film_stand(film, step_at(film, step.input.time + wanted.time));
	else
		film_stand(film, ws_replay_find_frame(film->replay, wanted.frame));
	return true;
}

static const struct prompt_use jump_use = {
        .label = "jump to",
        .hint = "a packet's number, or a time since this connection began: 12.5s",
        .accept = jump,
};

static bool to_change(struct film *film, const struct ws_model *model, enum ws_action action)
{
	size_t step;
	bool found = action == WS_ACT_NEXT_CHANGE ? film_next_state_change(film, model, &step)
	                                          : film_previous_state_change(film, &step);
	film_stand(film, found ? step : film->step);
	return true;
}

bool film_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct film *film = &ui->film;
	if (!film->replay)
		return false;
	bool follow = film->follow;
	film->follow = false;
	switch (action) {
	case WS_ACT_PLAY:
		play_or_pause(film, model, follow);
		return true;
	case WS_ACT_STEP:
	case WS_ACT_DOWN:
		step_forward(film);
		return true;
	case WS_ACT_STEP_BACK:
	case WS_ACT_UP:
		film_stand(film, film->step ? film->step - 1 : 0);
		return true;
	case WS_ACT_NEXT_PACKET:
	case WS_ACT_PAGE_DOWN:
		film_stand(film, film->step + (action == WS_ACT_PAGE_DOWN ? 10 : 1));
		return true;
	case WS_ACT_PREVIOUS_PACKET:
	case WS_ACT_PAGE_UP:
		film_stand(film, action == WS_ACT_PAGE_UP ? (film->step > 10 ? film->step - 10 : 0)
		                                          : (film->step ? film->step - 1 : 0));
		return true;
	case WS_ACT_FIRST:
		film_stand(film, 0);
		return true;
	case WS_ACT_LAST:
		film_stand(film, SIZE_MAX);
		film->follow = true;
		return true;
	case WS_ACT_NEXT_CHANGE:
	case WS_ACT_PREVIOUS_CHANGE:
		return to_change(film, model, action);
	case WS_ACT_RESTART:
		restart(film);
		film->stepping = false;
		film->playing = film_count(film) > 0;
		return true;
	default:
		film->follow = follow;
		break;
	}
	switch (action) {
	case WS_ACT_FASTER:
	case WS_ACT_SLOWER:
		film_change_speed(film, action == WS_ACT_FASTER ? 1 : -1);
		return true;
	case WS_ACT_JUMP:
		prompt_open(ui, &jump_use, "");
		return true;
	case WS_ACT_LOOP:
		film->loop = !film->loop;
		return true;
	case WS_ACT_SWAP:
		film->swapped = !film->swapped;
		return true;
	case WS_ACT_ABSOLUTE:
		film->absolute = !film->absolute;
		return true;
	case WS_ACT_FOLLOW:
		film->follow = !film->follow;
		return true;
	case WS_ACT_DIAGRAM:
		ui_open(ui, WS_SCREEN_DIAGRAM);
		return true;
	case WS_ACT_ENTER:
	case WS_ACT_DETAIL:
		ui_open(ui, WS_SCREEN_PACKET);
		return true;
	default:
		return false;
	}
}
