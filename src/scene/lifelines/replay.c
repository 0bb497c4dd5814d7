/* The replay of one connection: its position, and how that moves.
 *
 * A position is a step (a segment, or an event such as a timer) and a phase: the replay time since the segment of
 * that step left. During the first 0.6 s of a step the segment flies; its effect on the receiver shows when it
 * arrives. Then follows the pause until the next segment (see pace.c). Time moves the position in motion.c, and keys
 * do here.
 *
 * What is drawn depends on step and phase only. A replay that stands at a step has phase == REPLAY_FLIGHT: its
 * segment has just arrived. */
#include "scene/lifelines/lifelines.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/seek.h"
#include "scene/ui.h"

#include <string.h>

enum { SCAN_AT_ONCE = 4096, READABLE_STEPS = 100 };

void replay_close(struct replay *replay)
{
	ws_replay_close(replay->steps);
	replay->steps = NULL;
	replay->conn = 0;
	replay_forget(replay);
}

static enum ws_times next_times(enum ws_times times)
{
	static const enum ws_times next[WS_TIMES_COUNT] = {
	        [WS_TIMES_DELTA] = WS_TIMES_RELATIVE, [WS_TIMES_RELATIVE] = WS_TIMES_DATE,
	        [WS_TIMES_DATE] = WS_TIMES_UTC,       [WS_TIMES_UTC] = WS_TIMES_EPOCH,
	        [WS_TIMES_EPOCH] = WS_TIMES_DELTA,    [WS_TIMES_NONE] = WS_TIMES_DELTA,
	};
	return next[times];
}

void replay_init(struct ws_ui *ui)
{
	ui->replay.speed = ui->options.speed > 0 ? ui->options.speed : 1;
	ui->replay.guided = ui->options.speed == WS_SPEED_GUIDED;
	ui->replay.speed_chosen = ui->options.speed != 0;
	ui->replay.times = ui->options.times ? (enum ws_times)(ui->options.times - 1) : WS_TIMES_DELTA;
	ui->replay.idle = ui->options.idle > 0 ? ui->options.idle : WS_SECOND;
}

void replay_free(struct ws_ui *ui)
{
	replay_close(&ui->replay);
}

size_t replay_count(const struct replay *replay)
{
	return replay->steps ? ws_replay_count(replay->steps) : 0;
}

/* At the end of its sender no segment can overtake another one, whatever tshark's rule says of it: it is sent again. */
static void correct_marks(const struct replay *replay, struct ws_step *step)
{
	const uint32_t overtaken = 1u << WS_ANALYSIS_OUT_OF_ORDER;
	if (step->analysis & overtaken && replay->near == (int8_t)step->input.direction)
		step->analysis = (step->analysis & ~overtaken) | 1u << WS_ANALYSIS_RETRANSMISSION;
}

/* Several points have marks of their own, from the one nearest to the sender. */
static void find_near(struct replay *replay, const struct ws_conn_info *info)
{
	const unsigned client = (unsigned)info->likely_client & 1;
	const char *vantage = info->shares_known && !info->path ? ws_shares_vantage(&info->shares, client) : NULL;
	replay->near = -1;
	if (vantage && strcmp(vantage, "client") == 0)
		replay->near = (int8_t)client;
	if (vantage && strcmp(vantage, "server") == 0)
		replay->near = (int8_t)!client;
}

bool replay_step(const struct replay *replay, size_t index, struct ws_step *step)
{
	if (!replay->steps || !ws_replay_step(replay->steps, index, step))
		return false;
	correct_marks(replay, step);
	for (int endpoint = 0; endpoint < 2; endpoint++) {
		/* An endpoint that answers a SYN was in LISTEN before: the SYN did not change its state to LISTEN. */
		if (step->before[endpoint] == WS_CLOSED && step->after[endpoint] == WS_LISTEN) {
			step->before[endpoint] = WS_LISTEN;
			step->certainty_before[endpoint] = step->certainty[endpoint];
		}
	}
	return true;
}

void replay_stand(struct replay *replay, size_t step)
{
	size_t count = replay_count(replay);
	replay->step = step < count ? step : count ? count - 1 : 0;
	replay->phase = REPLAY_FLIGHT;
	replay->playing = replay->stepping = replay->backwards = false;
}

bool replay_open(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn)
{
	struct replay *replay = &ui->replay;
	struct ws_conn_info info;
	if (!ws_tracker_conn(model->tracker, conn, &info))
		return false;
	if (!replay->steps || replay->conn != conn || replay->number != ws_conn_key(&info)) {
		replay_close(replay);
		replay->steps = ws_replay_open_joined(model->tracker, conn);
		replay->conn = conn;
		replay->number = ws_conn_key(&info);
		for (int endpoint = 0; endpoint < 2; endpoint++) {
			replay->address[endpoint] = info.endpoint[endpoint].address;
			replay->port[endpoint] = info.endpoint[endpoint].port;
		}
		replay->swapped = false;
	}
	ui->generation = model->generation;
	find_near(replay, &info);
	replay_scan(replay, model, SCAN_AT_ONCE);
	replay->follow = true;
	replay->interrupted = false;
	replay_stand(replay, SIZE_MAX);
	return true;
}

static bool same_connection(const struct replay *replay, const struct ws_conn_info *info)
{
	for (int endpoint = 0; endpoint < 2; endpoint++)
		if (replay->port[endpoint] != info->endpoint[endpoint].port ||
		    memcmp(&replay->address[endpoint], &info->endpoint[endpoint].address, sizeof(replay->address[0])) !=
		            0)
			return false;
	return true;
}

bool replay_reopen(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	struct ws_conn_info info;
	const ws_conn_id conn = replay->number ? ws_tracker_conn_find(model->tracker, replay->number) : 0;
	if (!conn || !ws_tracker_conn(model->tracker, conn, &info) || !same_connection(replay, &info))
		return false;
	replay->steps = ws_replay_open_joined(model->tracker, conn);
	replay->conn = conn;
	find_near(replay, &info);
	replay_scan(replay, model, SCAN_AT_ONCE);
	return replay->steps;
}

void replay_play(struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn)
{
	struct replay *replay = &ui->replay;
	if (!replay_open(ui, model, conn))
		return;
	if (!replay->speed_chosen)
		replay->guided = replay_count(replay) <= READABLE_STEPS;
	replay->follow = false;
	replay_restart(replay);
	replay->playing = true;
}

/* The same connection in another snapshot: at the same step, where it has come that far. */
void replay_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	const bool follow = replay->follow || replay->playing;
	const size_t step = replay->step;
	ui->generation = model->generation;
	if (!replay->number)
		return;
	replay_close(replay);
	replay_reopen(ui, model);
	replay_stand(replay, follow ? SIZE_MAX : step);
	replay->follow = follow;
}

/* The last step at or before `time`. */
static size_t step_at(const struct replay *replay, ws_time time)
{
	size_t low = 0, high = replay_count(replay);
	struct ws_step step;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (replay_step(replay, middle, &step) && step.input.time <= time)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Where a step is after the points have been joined again: what came late at one of them may now be before it. */
static size_t find_again(const struct replay *replay, const struct ws_step *wanted, size_t index)
{
	enum { LOOK = 256 };
	const size_t count = replay_count(replay);
	struct ws_step step;
	for (size_t away = 0; away < LOOK; away++) {
		for (int side = 0; side < 2; side++) {
			const size_t at = side ? index + away : index - away; /* wraps round below 0 */
			if (at < count && replay_step(replay, at, &step) && step.point == wanted->point &&
			    step.input.frame == wanted->input.frame && step.input.kind == wanted->input.kind &&
			    step.input.direction == wanted->input.direction)
				return at;
		}
	}
	return step_at(replay, wanted->input.time);
}

void replay_rejoined(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	const size_t before = replay->step;
	struct ws_step step;
	if (!replay->steps)
		return;
	const bool known = replay_step(replay, replay->step, &step);
	replay_close(replay);
	if (!replay_reopen(ui, model) || !known)
		return;
	replay->step = find_again(replay, &step, before);
}

int replay_left(const struct replay *replay, const struct ws_conn_info *info)
{
	return (info->likely_client == 1) != replay->swapped;
}

bool replay_conn(const struct replay *replay, const struct ws_model *model, ws_conn_id conn, struct ws_conn_info *info)
{
	if (!ws_tracker_conn(model->tracker, conn, info))
		return false;
	if (replay->swapped && replay->conn == conn && info->client == WS_ROLE_UNKNOWN && !info->path)
		info->likely_client = !info->likely_client;
	return true;
}

bool replay_arrived(const struct replay *replay, const struct ws_step *step)
{
	return step->input.kind != WS_INPUT_SEGMENT || replay_joined(replay) || replay->phase >= REPLAY_FLIGHT;
}

bool replay_joined(const struct replay *replay)
{
	return replay->steps && ws_replay_path(replay->steps);
}

uint64_t replay_frame(const struct replay *replay, size_t index, unsigned point)
{
	const struct ws_conn_path *path = replay->steps ? ws_replay_path(replay->steps) : NULL;
	struct ws_transit transit;
	struct ws_step step;
	if (!replay_step(replay, index, &step))
		return 0;
	if (!path || step.point == point)
		return step.input.frame;
	const unsigned place = ws_path_place(path, point);
	return place < path->points && ws_replay_transit(replay->steps, index, &transit) ? transit.frame[place] : 0;
}

/* To the arrival of a departure, or the other way round. */
static bool to_other_end(struct replay *replay)
{
	struct ws_step step;
	if (!replay_step(replay, replay->step, &step) || step.other == WS_STEP_NONE)
		return false;
	replay_stand(replay, step.other);
	return true;
}

size_t replay_shown_step(const struct replay *replay)
{
	return replay_joined(replay) && replay->phase < REPLAY_FLIGHT && replay->step ? replay->step - 1 : replay->step;
}

void replay_restart(struct replay *replay)
{
	replay->step = 0;
	replay->phase = 0;
}

void replay_choose(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	const ws_conn_id conn = list_selected(ui, model);
	if (!replay->conn && replay->number) {
		if (replay_reopen(ui, model))
			replay_stand(replay, SIZE_MAX);
		return;
	}
	if (!replay->conn && !ui->packet.alone && conn && replay_open(ui, model, conn))
		replay->follow = true;
}

void replay_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	replay_choose(ui, model);
	const size_t count = replay_count(replay);
	replay_scan(replay, model, SCAN_AT_ONCE);
	if (replay->follow && !replay->playing && !model->running && replay->step + 1 < count)
		replay_stand(replay, SIZE_MAX); /* more of the file has been loaded */
}

/* The replay stands at its last step, or has played to its end: play begins from the start. In between, TIME_WAIT's
 * countdown can be paused. */
static bool is_at_end(const struct ws_ui *ui, const struct ws_model *model)
{
	const struct replay *replay = &ui->replay;
	struct ws_step step;
	ws_time gap;
	if (replay->step + 1 < replay_count(replay) || !replay_step(replay, replay->step, &step))
		return false;
	return (replay->phase == REPLAY_FLIGHT && !replay->interrupted) ||
	       replay->phase >= replay_length(ui, model, replay->step, &step, NULL, &gap);
}

static void play_or_pause(struct ws_ui *ui, const struct ws_model *model, bool followed)
{
	struct replay *replay = &ui->replay;
	const bool late = replay->step + 1 < replay_count(replay) || replay->phase < REPLAY_FLIGHT;
	if (replay->playing || (model->running && followed && late)) {
		replay->playing = false;
		replay->interrupted = true;
		if (replay->phase < REPLAY_FLIGHT)
			replay->stepping = true; /* the segment arrives first: half-way, the screen would show two
			                            states at once */
		return;
	}
	if (model->running && replay->step + 1 >= replay_count(replay)) {
		replay->follow = !followed;
		return;
	}
	if (is_at_end(ui, model) && !replay->stepping)
		replay_restart(replay);
	replay->stepping = replay->backwards = false;
	replay->playing = replay_count(replay) > 0;
}

/* A file ends before a TIME_WAIT is over. Its end is one step more, though no packet shows it. */
static void step_to_end_of_wait(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	struct ws_step step;
	ws_time gap;
	if (model->running || !replay_step(replay, replay->step, &step) || !replay_waiting_after(&step))
		return;
	replay->phase = replay_length(ui, model, replay->step, &step, NULL, &gap);
	replay->playing = false;
}

static void step_forward(struct ws_ui *ui, const struct ws_model *model)
{
	struct replay *replay = &ui->replay;
	if (replay->stepping || replay->backwards) { /* a second press: it arrives at once */
		replay->arriving = replay->stepping;
		replay_stand(replay, replay->step);
		return;
	}
	if (replay->step + 1 >= replay_count(replay)) {
		step_to_end_of_wait(ui, model);
		return;
	}
	replay->step++;
	replay->phase = 0;
	replay->playing = false;
	replay->stepping = true;
}

/* The segment flies back to its sender; an event, or a second press, takes no time. */
static void step_back(struct replay *replay)
{
	struct ws_step step;
	const size_t before = replay->step ? replay->step - 1 : 0;
	if (replay->phase > REPLAY_FLIGHT && replay->step + 1 >= replay_count(replay)) {
		replay_stand(replay, replay->step); /* from the end of TIME_WAIT */
		return;
	}
	if (!replay->step || replay->backwards || !replay_step(replay, replay->step, &step) ||
	    (step.input.kind != WS_INPUT_SEGMENT && !replay_joined(replay))) {
		replay_stand(replay, before);
		return;
	}
	replay->phase = replay->phase < REPLAY_FLIGHT ? replay->phase : REPLAY_FLIGHT - 1;
	replay->playing = replay->stepping = false;
	replay->backwards = true;
}

/* ---- Jumping */

static bool replay_jump(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	struct replay *replay = &ui->replay;
	struct seek_target wanted;
	struct ws_step step;
	if (!seek_parse(text, model->fetch_at ? ws_tracker_points(model->tracker) : NULL, &wanted, error))
		return false;
	if (!replay_step(replay, 0, &step))
		return true;
	replay->follow = false;
	if (!wanted.elsewhere)
		wanted.point = ui_point_of(model, replay->conn);
	if (wanted.is_time)
		replay_stand(replay, step_at(replay, step.input.time + wanted.time));
	else
		replay_stand(replay, ws_replay_find_frame_at(replay->steps, wanted.point, wanted.frame));
	return true;
}

static const struct prompt_use jump_use = {
        .label = N_("jump to"),
        .hint = N_("a packet's number, or a time since this connection began: 12.5s"),
        .accept = replay_jump,
};
static const struct prompt_use jump_of_points = {
        .label = N_("jump to"),
        .hint = N_("a packet's number, POINT=17 for one of another point, or a time: 12.5s"),
        .accept = replay_jump,
};

static bool to_change(struct ws_ui *ui, const struct ws_model *model, bool next)
{
	struct replay *replay = &ui->replay;
	size_t step;
	const bool found =
	        next ? replay_next_state_change(replay, model, &step) : replay_previous_state_change(replay, &step);
	replay_stand(replay, found ? step : replay->step);
	if (!found)
		ws_ui_tell(ui, next ? _("No state changes after this.") : _("No state changes before this."), false);
	return true;
}

/* What does not move the replay. */
static bool change_setting(struct ws_ui *ui, enum ws_action action)
{
	struct replay *replay = &ui->replay;
	switch (action) {
	case WS_ACT_FASTER:
	case WS_ACT_SLOWER:
		replay_change_speed(replay, action == WS_ACT_FASTER ? 1 : -1);
		return true;
	case WS_ACT_GUIDED:
		replay->guided = !replay->guided;
		replay->speed_chosen = true;
		return true;
	case WS_ACT_JUMP:
		prompt_open(ui, ui->several ? &jump_of_points : &jump_use, "");
		return true;
	case WS_ACT_LOOP:
		replay->loop = !replay->loop;
		return true;
	case WS_ACT_SWAP:
		replay->swapped = !replay->swapped;
		return true;
	case WS_ACT_ABSOLUTE:
		replay->absolute = !replay->absolute;
		return true;
	case WS_ACT_TIMES:
		replay->times = next_times(replay->times);
		return true;
	case WS_ACT_FOLLOW:
		replay->follow = !replay->follow;
		if (replay->follow && !replay->playing)
			replay_stand(replay, SIZE_MAX);
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

bool replay_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct replay *replay = &ui->replay;
	if (!replay->steps)
		return false;
	bool follow = replay->follow;
	replay->follow = false;
	replay->interrupted = replay->interrupted && action == WS_ACT_PLAY;
	replay->problems.shown = false;
	switch (action) {
	case WS_ACT_PLAY:
		play_or_pause(ui, model, follow);
		return true;
	case WS_ACT_STEP:
	case WS_ACT_DOWN:
		step_forward(ui, model);
		return true;
	case WS_ACT_STEP_BACK:
	case WS_ACT_UP:
		step_back(replay);
		return true;
	case WS_ACT_NEXT_PACKET:
	case WS_ACT_PAGE_DOWN:
		replay_stand(replay, replay->step + (action == WS_ACT_PAGE_DOWN ? 10 : 1));
		return true;
	case WS_ACT_PREVIOUS_PACKET:
	case WS_ACT_PAGE_UP:
		replay_stand(replay, action == WS_ACT_PAGE_UP ? (replay->step > 10 ? replay->step - 10 : 0)
		                                              : (replay->step ? replay->step - 1 : 0));
		return true;
	case WS_ACT_FIRST:
		replay_stand(replay, 0);
		return true;
	case WS_ACT_LAST:
		replay_stand(replay, SIZE_MAX);
		replay->follow = true;
		return true;
	case WS_ACT_NEXT_CHANGE:
	case WS_ACT_PREVIOUS_CHANGE:
		return to_change(ui, model, action == WS_ACT_NEXT_CHANGE);
	case WS_ACT_NEXT_PROBLEM:
	case WS_ACT_PREVIOUS_PROBLEM:
		problems_jump(replay, model, action == WS_ACT_NEXT_PROBLEM);
		return true;
	case WS_ACT_POINT:
		return to_other_end(replay);
	case WS_ACT_RESTART:
		replay_restart(replay);
		replay->stepping = replay->backwards = false;
		replay->playing = replay_count(replay) > 0;
		return true;
	default:
		replay->follow = follow;
		break;
	}
	return change_setting(ui, action);
}
