/* Plays a lesson from stop to stop. A stop is a position in the capture with a screen, a question and its answer.
 *
 * The lifelines and the diagram show the whole capture, so that the replay can play on to the next stop. Every
 * other screen shows the snapshot after the stop's packet, which the timeline asks for (see ws_ui_position()).
 * Until that is there, the stop is not `settled`. Afterwards the user may look around on any screen; the lesson's
 * key first leads back to the stop. */
#include "scene/lesson/lesson.h"
#include "scene/lifelines/replay.h"
#include "scene/packet/show.h"
#include "scene/screens.h"
#include "scene/ui.h"

#include <string.h>

/* The stop whose position is shown: after the last stop, it remains the last one's. */
static const struct ws_lesson_stop *position_of(const struct lesson_view *view)
{
	const struct ws_lesson *lesson = view->lesson;
	return &lesson->stop[view->stop < lesson->stop_count ? view->stop : lesson->stop_count - 1];
}

const struct ws_lesson_stop *lesson_stop(const struct ws_ui *ui)
{
	const struct lesson_view *view = &ui->lesson;
	if (!view->lesson || view->playing || !view->settled || view->stop >= view->lesson->stop_count)
		return NULL;
	return &view->lesson->stop[view->stop];
}

/* The timeline's position for the stop's screen. */
static struct timeline snapshot_of(const struct lesson_view *view)
{
	const struct ws_lesson_stop *stop = position_of(view);
	const bool past = stop->frame && stop->frame < view->lesson->last_frame &&
	                  !screen_ops((enum ws_screen)stop->screen)->plays;
	return (struct timeline){.past = past, .frame = past ? stop->frame : 0};
}

bool lesson_is_away(const struct ws_ui *ui)
{
	const struct lesson_view *view = &ui->lesson;
	if (!view->settled || view->playing)
		return false;
	const struct timeline wanted = snapshot_of(view);
	if (ui->timeline.past != wanted.past || ui->timeline.frame != wanted.frame || ui->timeline.playing)
		return true;
	if (ws_ui_screen(ui) != view->screen || ui->depth != 1 || ui->replay.playing)
		return true;
	return position_of(view)->conn_number && ui->replay.step != view->step;
}

bool lesson_marks(const struct ws_ui *ui, uint64_t frame, const char *layer, const char *field)
{
	const struct ws_lesson_stop *stop = lesson_stop(ui);
	if (!stop || !ui->lesson.answered || !field)
		return false;
	for (size_t i = 0; frame == stop->frame && i < stop->field_count; i++)
		if (strcmp(stop->field[i].layer, layer) == 0 && strcmp(stop->field[i].name, field) == 0)
			return true;
	for (size_t sum = 0; sum < stop->sum_count; sum++) {
		for (size_t i = 0; i < stop->sum[sum].value_count; i++) {
			const struct ws_lesson_value *value = &ui->lesson.lesson->value[stop->sum[sum].value[i]];
			if (value->frame == frame && strcmp(value->field.layer, layer) == 0 &&
			    strcmp(value->field.name, field) == 0)
				return true;
		}
	}
	return false;
}

bool lesson_hides(const struct ws_ui *ui, uint64_t frame, const char *layer, const char *field)
{
	const struct lesson_view *view = &ui->lesson;
	if (!view->lesson || view->answered || view->stop >= view->lesson->stop_count || !field)
		return false;
	const struct ws_lesson_stop *stop = &view->lesson->stop[view->stop];
	return stop->blank.layer && frame == stop->frame && strcmp(stop->blank.layer, layer) == 0 &&
	       strcmp(stop->blank.name, field) == 0;
}

/* ---- Opening a stop */

/* The step at which the replay stands at the stop. */
static size_t step_of(const struct replay *replay, const struct ws_lesson_stop *stop)
{
	const size_t count = replay_count(replay);
	const size_t step = stop->frame && count ? ws_replay_find_frame(replay->steps, stop->frame) : SIZE_MAX;
	return step < count ? step : count ? count - 1 : 0;
}

/* How long the segment of a stop's packet has been on its way there. */
static ws_time phase_of(const struct ws_lesson_stop *stop)
{
	return stop->held ? REPLAY_FLIGHT / 2 : REPLAY_FLIGHT;
}

static void stand_at(struct replay *replay, const struct ws_lesson_stop *stop, size_t step)
{
	replay_stand(replay, step);
	replay->phase = phase_of(stop);
}

static void open_replay(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson_stop *stop)
{
	struct lesson_view *view = &ui->lesson;
	struct replay *replay = &ui->replay;
	const ws_conn_id conn = ws_tracker_conn_find(model->tracker, stop->conn_number);
	const bool same = replay->steps && replay->conn == conn && replay->number == stop->conn_number;
	const size_t from = same ? replay->step : 0;
	ws_ui_select(ui, model, conn, stop->frame);
	replay->follow = replay->loop = false;
	if (screen_ops(view->screen)->plays)
		replay->absolute = stop->absolute;
	const size_t to = step_of(replay, stop);
	if (view->playing && screen_ops(view->screen)->plays && replay->steps && (!same || from < to)) {
		replay_stand(replay, from);
		if (!same)
			replay->phase = 0; /* let its first segment fly as well */
		replay->playing = true;
	} else {
		stand_at(replay, stop, to);
		view->playing = false;
	}
	view->step = to;
}

static void settle(struct ws_ui *ui, const struct ws_model *model)
{
	struct lesson_view *view = &ui->lesson;
	const struct ws_lesson_stop *stop = position_of(view);
	view->screen = (enum ws_screen)stop->screen;
	view->settled = true;
	ui->depth = 1;
	ui->stack[0] = view->screen;
	packet_reset(ui);
	if (stop->conn_number)
		open_replay(ui, model, stop);
	else
		view->playing = false;
	if (view->screen == WS_SCREEN_PACKET)
		packet_show_stop(ui, model, stop);
}

/* The user has done what counts for the mark of a lesson that is done. */
static void set_done(struct ws_ui *ui)
{
	ui->lesson.done = true;
}

/* Goes to a stop: asks for the snapshot that its screen needs. */
static void lesson_go(struct ws_ui *ui, size_t stop, bool answered, bool play)
{
	struct lesson_view *view = &ui->lesson;
	view->stop = stop;
	view->answered = answered;
	view->playing = play;
	view->settled = view->closed = false;
	view->said = LESSON_SAYS_NOTHING;
	view->hint = view->came = 0;
	view->left_out = NULL;
	if (stop == view->lesson->stop_count && answer_right(view) == answer_count(view->lesson))
		set_done(ui);
	ui->timeline = snapshot_of(view);
}

static bool is_there(const struct ws_ui *ui, const struct ws_model *model)
{
	const struct timeline *timeline = &ui->timeline;
	if (model->seeking || timeline->past != model->past)
		return false;
	return !timeline->past || model->frame == timeline->frame;
}

void lesson_tick(struct ws_ui *ui, const struct ws_model *model)
{
	struct lesson_view *view = &ui->lesson;
	struct replay *replay = &ui->replay;
	if (!view->lesson)
		return;
	if (!view->settled && is_there(ui, model))
		settle(ui, model);
	if (!view->settled || !view->playing)
		return;
	const bool arrived = replay->step > view->step ||
	                     (replay->step == view->step && replay->phase >= phase_of(position_of(view)));
	if (arrived)
		stand_at(replay, position_of(view), view->step);
	view->playing = !arrived && replay->playing && ws_ui_screen(ui) == view->screen;
}

/* ---- Keys */

static bool lesson_next(struct ws_ui *ui, const struct ws_model *model)
{
	struct lesson_view *view = &ui->lesson;
	const struct ws_lesson *lesson = view->lesson;
	if (!view->settled)
		return false;
	if (view->playing || lesson_is_away(ui)) {
		lesson_go(ui, view->stop, view->answered, false);
		lesson_tick(ui, model);
		return true;
	}
	if (view->stop == lesson->stop_count) {
		view->wants_next = lesson->next != NULL;
		return view->wants_next;
	}
	if (view->closed)
		view->closed = false;
	else if (!view->answered && lesson->stop[view->stop].attempt.scenario)
		view->wants_attempt = true;
	else if (!view->answered)
		view->answered = true;
	else
		lesson_go(ui, view->stop + 1, false, view->stop + 1 < lesson->stop_count);
	lesson_tick(ui, model);
	return true;
}

/* A question whose answer was only shown can still be answered. */
static bool is_open(const struct lesson_view *view, size_t stop)
{
	return view->lesson->stop[stop].question.kind != WS_ANSWER_NONE && !(view->right >> stop & 1);
}

static bool lesson_back(struct ws_ui *ui, const struct ws_model *model)
{
	struct lesson_view *view = &ui->lesson;
	if (!view->stop && !view->playing)
		return false;
	if (view->stop)
		lesson_go(ui, view->stop - 1, !is_open(view, view->stop - 1), false);
	else
		lesson_go(ui, 0, false, false);
	lesson_tick(ui, model);
	return true;
}

static bool lesson_live(struct ws_ui *ui)
{
	struct lesson_view *view = &ui->lesson;
	view->wants_live = view->lesson->live && view->stop == view->lesson->stop_count;
	return view->wants_live;
}

bool lesson_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	if (!ui->lesson.lesson)
		return false;
	if (action == WS_ACT_LESSON_LIVE)
		return lesson_live(ui);
	return action == WS_ACT_LESSON_NEXT ? lesson_next(ui, model) : lesson_back(ui, model);
}

void ws_ui_lesson(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson *lesson)
{
	ui->lesson = (struct lesson_view){.lesson = lesson, .from = ws_ui_screen(ui)};
	if (!ui->replay.speed_chosen)
		ui->replay.guided = true;
	lesson_go(ui, 0, false, true);
	lesson_tick(ui, model);
}

void ws_ui_lesson_end(struct ws_ui *ui)
{
	const enum ws_screen from = ui->lesson.from;
	ui->replay.playing = ui->replay.stepping = false;
	ui->prompt.use = NULL;
	ui->timeline = (struct timeline){.past = false};
	ui->lesson = (struct lesson_view){.lesson = NULL};
	ui->depth = 1;
	ui->stack[0] = WS_SCREEN_LIST;
	packet_reset(ui);
	if (from != WS_SCREEN_LIST)
		ui_open(ui, WS_SCREEN_LIFELINES);
}

void ws_ui_lesson_stand(struct ws_ui *ui, const struct ws_model *model, size_t stop, bool answered)
{
	lesson_go(ui, stop, answered, false);
	lesson_tick(ui, model);
}

bool ws_ui_lesson_wants_attempt(const struct ws_ui *ui)
{
	return ui->lesson.wants_attempt;
}

struct ws_lesson_state ws_ui_lesson_state(const struct ws_ui *ui)
{
	return (struct ws_lesson_state){.stop = ui->lesson.stop, .right = ui->lesson.right};
}

void ws_ui_lesson_resume(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson_state *state)
{
	lesson_go(ui, state->stop, true, false);
	ui->lesson.right = state->right;
	ui->lesson.came = state->came;
	ui->lesson.left_out = state->left_out;
	lesson_tick(ui, model);
}

bool ws_ui_lesson_done(const struct ws_ui *ui)
{
	return ui->lesson.done;
}

bool ws_ui_lesson_wants_live(const struct ws_ui *ui)
{
	return ui->lesson.wants_live;
}

bool ws_ui_lesson_wants_next(const struct ws_ui *ui)
{
	return ui->lesson.wants_next;
}
