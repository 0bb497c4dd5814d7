/* The timeline: at which time the user looks at the whole capture, and how that time moves.
 *
 * The position is a time, or the number of the packet after which the user wants to see the capture. The caller
 * makes the snapshot of that position (see ws_ui_position()). Until it is there, model->seeking is set and the
 * timeline's time stands still, so that playing never gets ahead of what can be shown. At the end of the capture
 * there is no timeline, and the newest packet is shown.
 *
 * All points together have no common numbers of packets: from one packet to the next is then from one time to the next.
 *
 * Time runs as in the replay of one connection: at `speed`, with pauses between packets shortened to `idle`. */
#include "scene/timeline.h"
#include "scene/lifelines/replay.h"
#include "scene/screens.h"
#include "scene/seek.h"
#include "scene/ui.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

struct ws_position ws_ui_position(const struct ws_ui *ui)
{
	const struct timeline *timeline = &ui->timeline;
	return (struct ws_position){.past = timeline->past,
	                            .playing = timeline->past && timeline->playing,
	                            .frame = timeline->frame,
	                            .time = timeline->at};
}

/* True at the end of what has been read. While more is loaded or captured, the timeline waits there. */
static bool at_the_end(const struct timeline *timeline, const struct ws_model *model)
{
	return !model->seeking && model->next_packet == WS_TIME_NEVER && timeline->at >= model->last;
}

static void timeline_to_newest(struct timeline *timeline)
{
	*timeline = (struct timeline){0};
}

void timeline_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct timeline *timeline = &ui->timeline;
	if (timeline->past && !timeline->frame && timeline->at < model->first)
		timeline->at = model->first; /* asked for before the first packet was read */
	if (!timeline->past || !model->past || model->seeking)
		return;
	if (timeline->frame)
		timeline->at = model->now;
	if (timeline->frame && at_the_end(timeline, model) && !model->loading && !model->live)
		timeline_to_newest(timeline);
	if (!timeline->playing)
		return;
	timeline->frame = 0;
	double pace = (double)elapsed * ui->replay.speed;
	const ws_time gap = model->next_packet == WS_TIME_NEVER ? 0 : model->next_packet - model->last_packet;
	if (gap > ui->replay.idle) {
		const double shortened = pace * (double)gap / (double)ui->replay.idle;
		const ws_time left = model->next_packet - timeline->at;
		pace = shortened < (double)left ? shortened : left > 0 && pace < (double)left ? (double)left : pace;
	}
	const double room = (double)(model->last - timeline->at);
	timeline->at = pace < room ? timeline->at + (ws_time)pace : model->last;
	if (at_the_end(timeline, model) && !model->loading)
		timeline_to_newest(timeline);
}

/* Rounds up to 1, 2 or 5 times a power of ten. */
static ws_time round_amount(ws_time least)
{
	ws_time unit = WS_MILLISECOND;
	while (unit * 10 <= least)
		unit *= 10;
	return least > 5 * unit ? 10 * unit : least > 2 * unit ? 5 * unit : least > unit ? 2 * unit : unit;
}

static void timeline_stand(struct timeline *timeline, const struct ws_model *model, ws_time at)
{
	if (at >= model->last && !timeline->playing) {
		timeline_to_newest(timeline);
		return;
	}
	timeline->at = at < model->first ? model->first : at > model->last ? model->last : at;
	timeline->past = true;
	timeline->frame = 0;
}

static void timeline_seek(struct timeline *timeline, const struct ws_model *model, int parts, int direction)
{
	const ws_time amount = round_amount((model->last - model->first) / parts);
	const ws_time from = !timeline->past ? model->last : timeline->frame ? model->now : timeline->at;
	timeline_stand(timeline, model, from + direction * amount);
}

static void timeline_to_frame(struct timeline *timeline, uint64_t frame)
{
	timeline->frame = frame ? frame : 1;
	timeline->past = true;
}

/* To the capture's first packet. */
static void timeline_to_first(struct timeline *timeline, const struct ws_model *model)
{
	if (!ws_tracker_is_merged(model->tracker)) {
		timeline_to_frame(timeline, 1);
		return;
	}
	timeline->at = model->first;
	timeline->frame = 0;
	timeline->past = true;
}

/* To the next packet, or back to before the last one. */
static void timeline_step(struct timeline *timeline, const struct ws_model *model, bool back)
{
	const bool merged = ws_tracker_is_merged(model->tracker);
	timeline->playing = false;
	if (!back && !timeline->past)
		return;
	if (!merged)
		timeline_to_frame(timeline, !back ? model->frame + 1 : model->frame > 1 ? model->frame - 1 : 1);
	else if (back)
		timeline_stand(timeline, model, (model->past ? model->last_packet : model->last) - 1);
	else
		timeline_stand(timeline, model, model->next_packet);
}

static bool timeline_jump(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	struct seek_target wanted;
	const struct ws_points *points = model->fetch_at ? ws_tracker_points(model->tracker) : NULL;
	if (!seek_parse(text, points, &wanted, error))
		return false;
	if (wanted.elsewhere && wanted.point != model->fetch_point) {
		snprintf(error->text, sizeof(error->text), _("here packets are counted at %s; show %s alone first"),
		         points->name[model->fetch_point], points->name[wanted.point]);
		error->start = 0;
		error->length = strlen(text);
		return false;
	}
	ui->timeline.playing = false;
	if (wanted.is_time)
		timeline_stand(&ui->timeline, model,
		               wanted.time < model->last - model->first ? model->first + wanted.time : model->last);
	else
		timeline_to_frame(&ui->timeline, wanted.frame);
	return true;
}

static const struct prompt_use jump_use = {
        .label = N_("jump to"),
        .hint = N_("a packet's number, or a time since the capture began: 12.5s"),
        .accept = timeline_jump,
};

static void play_or_pause(struct timeline *timeline, const struct ws_model *model)
{
	if (timeline->past) {
		timeline->playing = !timeline->playing;
	} else if (model->live) { /* the end of a live capture is now: pause there */
		timeline->at = model->last;
		timeline->past = true;
	} else {
		timeline_to_first(timeline, model);
		timeline->playing = true;
	}
}

/* On screens that play a connection, these keys belong to the replay; but play also pauses a timeline that plays. */
static bool is_replay_action(const struct ws_ui *ui, enum ws_action action)
{
	if (!screen_ops(ws_ui_screen(ui))->plays)
		return false;
	if (action == WS_ACT_PLAY)
		return !ui->timeline.playing;
	return action == WS_ACT_RESTART || action == WS_ACT_JUMP || action == WS_ACT_FASTER || action == WS_ACT_SLOWER;
}

bool timeline_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	enum { SMALL = 50, LARGE = 10 }; /* parts of the whole */
	struct timeline *timeline = &ui->timeline;
	if (is_replay_action(ui, action))
		return false;
	switch (action) {
	case WS_ACT_PLAY:
		play_or_pause(timeline, model);
		return true;
	case WS_ACT_FRAME:
	case WS_ACT_FRAME_BACK:
		timeline_step(timeline, model, action == WS_ACT_FRAME_BACK);
		return true;
	case WS_ACT_SEEK:
	case WS_ACT_SEEK_BACK:
		timeline_seek(timeline, model, SMALL, action == WS_ACT_SEEK ? 1 : -1);
		return true;
	case WS_ACT_SEEK_FAR:
	case WS_ACT_SEEK_FAR_BACK:
		timeline_seek(timeline, model, LARGE, action == WS_ACT_SEEK_FAR ? 1 : -1);
		return true;
	case WS_ACT_RESTART:
		timeline_to_first(timeline, model);
		timeline->playing = true;
		return true;
	case WS_ACT_NEWEST:
		timeline_to_newest(timeline);
		return true;
	case WS_ACT_FASTER:
	case WS_ACT_SLOWER:
		replay_change_speed(&ui->replay, action == WS_ACT_FASTER ? 1 : -1);
		return true;
	case WS_ACT_JUMP:
		prompt_open(ui, &jump_use, "");
		return true;
	default:
		return false;
	}
}

bool timeline_text(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text)
{
	const struct timeline *timeline = &ui->timeline;
	if (!timeline->past || (!model->past && !model->seeking)) /* or its snapshot cannot be made */
		return false;
	const ws_time whole = model->last - model->first;
	const unsigned decimals = whole < 100 * WS_SECOND ? 3 : 0;
	const ws_time at = (model->past ? model->now : timeline->at) - model->first;
	char of_all[32], gone[32];
	struct ws_text all = WS_TEXT_OVER(of_all), passed = WS_TEXT_OVER(gone);
	ws_text_time(&passed, at > 0 ? at : 0, decimals);
	ws_text_time(&all, whole, decimals);
	/* TRANSLATORS: seconds of the capture that have passed, and how long it is */
	const char *format = model->seeking      ? _("seeking %s of %s s")
	                     : timeline->playing ? _("▶ %s of %s s")
	                                         : _("paused %s of %s s");
	ws_text_printf(text, format, ws_text_cstr(&passed), ws_text_cstr(&all));
	if (model->incomplete)
		ws_text_puts(text, _("  (the first packets are no longer kept)"));
	return true;
}
