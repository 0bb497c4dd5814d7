/* How fast a replay moves: how long it shows each step, and which capture time that is.
 *
 * At an even speed, a step lasts as long as the pause until the next one, shortened to `idle` where it was longer, and
 * at least as long as its segment flies. A guided replay also leaves each step on the screen until its text could be
 * read. Capture time runs through the whole pause meanwhile, so that TIME_WAIT's countdown is right at the beginning
 * and the end of a shortened pause. A pause that is TIME_WAIT itself is shown longer, because there the waiting is what
 * matters. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <string.h>

enum {
	WAIT_STRETCH = 6,
	NOTE_MEMORY = 16, /* a note that one of so many steps before had need not be read again */
	READ_BYTES = 640,
};
/* 240 words a minute: what adults read silently, on average (Brysbaert 2019, 238). */
#define READ_WORD (250 * WS_MILLISECOND)
#define READ_LEAST WS_SECOND

static const double speeds[] = {0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256};

void replay_change_speed(struct replay *replay, int direction)
{
	size_t nearest = 0;
	for (size_t i = 1; i < WS_ARRAY_SIZE(speeds); i++)
		if (speeds[i] <= replay->speed)
			nearest = i;
	if (direction > 0 && nearest + 1 < WS_ARRAY_SIZE(speeds))
		nearest++;
	else if (direction < 0 && nearest > 0 && speeds[nearest] >= replay->speed)
		nearest--;
	replay->speed = speeds[nearest];
}

ws_time replay_waiting_after(const struct ws_step *step)
{
	ws_time end = step->time_wait_end[0] > step->time_wait_end[1] ? step->time_wait_end[0] : step->time_wait_end[1];
	return end > step->input.time ? end - step->input.time : 0;
}

ws_time replay_shown(const struct replay *replay, const struct ws_step *step, const struct ws_step *next, ws_time *gap)
{
	ws_time longest = replay->idle;
	*gap = next ? next->input.time - step->input.time : replay_waiting_after(step);
	if (*gap < 0)
		*gap = 0;
	if (!next || next->input.kind == WS_INPUT_EXPIRY)
		longest *= WAIT_STRETCH;
	return *gap < longest ? *gap : longest;
}

/* ---- Reading */

/* Counts words: East Asian text has no spaces between them, and about three characters for two words. References to
 * documents, "(RFC 9293 §3.5)", are not read by who only follows. */
static int count_words(const char *text)
{
	int count = 0, wide = 0;
	size_t length = strlen(text), used;
	const char *reference = draw_find_reference(text);
	for (bool inside = false; length; text += used, length -= used) {
		const bool two = ws_columns_of_next(text, length, &used) == 2;
		const char *close = text == reference ? draw_end_of_reference(text) : NULL;
		if (close) {
			used = (size_t)(close - text) + strcspn(close, " ");
			reference = draw_find_reference(text + used);
			inside = false;
			continue;
		}
		const bool word = !two && *text != ' ';
		count += word && !inside;
		wide += two;
		inside = word;
	}
	return count + wide * 2 / 3;
}

static int paragraph_words(const struct layout *layout, enum notes_paragraph paragraph)
{
	char words[READ_BYTES];
	struct ws_text text = WS_TEXT_OVER(words);
	notes_text(layout, paragraph, &text);
	return count_words(ws_text_cstr(&text));
}

/* True when a step shortly before this one had the same note. */
static bool note_was_read(const struct layout *layout, size_t index)
{
	const char *note = notes_find(layout);
	struct layout before;
	for (size_t back = 1; note && back <= NOTE_MEMORY && back <= index; back++)
		if (layout_step(layout->ui, layout->model, index - back, &before) && notes_find(&before) == note)
			return true;
	return false;
}

/* How long the text of a step takes to read. A lesson shows only what is written at the arrow: its notes would give
 * away the answer. */
static ws_time reading_time(const struct ws_ui *ui, const struct ws_model *model, size_t index)
{
	struct layout layout;
	int words = 0;
	if (!layout_step(ui, model, index, &layout))
		return READ_LEAST;
	if (ui->lesson.lesson) {
		char label[READ_BYTES];
		struct ws_text text = WS_TEXT_OVER(label);
		if (layout.step.input.kind == WS_INPUT_SEGMENT)
			layout_segment(&layout, &layout.step, 0, &text);
		else
			layout_event(&layout, &layout.step, &text);
		words = count_words(ws_text_cstr(&text)) + layout.step.transition_count;
	} else {
		for (int i = NOTES_WHAT; i <= NOTES_NOTE; i++)
			if (notes_guided(&layout, (enum notes_paragraph)i) &&
			    (i != NOTES_NOTE || !note_was_read(&layout, index)))
				words += paragraph_words(&layout, (enum notes_paragraph)i);
	}
	const ws_time reading = words * READ_WORD;
	return reading > READ_LEAST ? reading : READ_LEAST;
}

ws_time replay_length(const struct ws_ui *ui, const struct ws_model *model, size_t index, const struct ws_step *step,
                      const struct ws_step *next, ws_time *gap)
{
	const struct replay *replay = &ui->replay;
	const ws_time shown = replay_shown(replay, step, next, gap);
	const ws_time least = REPLAY_FLIGHT + (replay->guided ? reading_time(ui, model, index) : 0);
	const ws_time length = next ? shown : REPLAY_FLIGHT + shown;
	return length > least ? length : least;
}

/* Over several points time runs to the next step during its phase, and before that as long as the pause is longer than
 * this. What is in the air meanwhile moves with it; but it stands while the text about a step is read. */
static ws_time time_of_joined(const struct ws_ui *ui, const struct ws_model *model, const struct ws_step *step,
                              const struct ws_step *next)
{
	const struct replay *replay = &ui->replay;
	ws_time gap, left;
	const ws_time shown = replay_shown(replay, step, next, &gap);
	const ws_time moving = replay->playing && shown > REPLAY_FLIGHT ? shown : REPLAY_FLIGHT;
	if (replay->phase < REPLAY_FLIGHT && replay->step)
		left = REPLAY_FLIGHT - replay->phase;
	else if (replay->playing)
		left = replay_length(ui, model, replay->step, step, next, &gap) - replay->phase + REPLAY_FLIGHT;
	else
		return step->input.time;
	const double share = left < moving ? 1 - (double)left / (double)moving : 0;
	return step->input.time + (ws_time)(share * (double)gap);
}

ws_time replay_time(const struct ws_ui *ui, const struct ws_model *model, const struct ws_step *step,
                    const struct ws_step *next)
{
	const struct replay *replay = &ui->replay;
	if (next && replay_joined(replay))
		return time_of_joined(ui, model, step, next);
	if (!next && model->running && replay->phase >= REPLAY_FLIGHT)
		return model->now > step->input.time ? model->now : step->input.time;
	if (replay->phase <= REPLAY_FLIGHT)
		return step->input.time;
	ws_time gap;
	const ws_time length = replay_length(ui, model, replay->step, step, next, &gap);
	if (length <= REPLAY_FLIGHT)
		return step->input.time;
	double share = (double)(replay->phase - REPLAY_FLIGHT) / (double)(length - REPLAY_FLIGHT);
	return step->input.time + (ws_time)((share > 1 ? 1 : share) * (double)gap);
}

void replay_speed_text(const struct replay *replay, struct ws_text *text)
{
	ws_text_puts(text, replay->guided ? _(" guided") : "");
	if (!replay->guided || replay->speed != 1)
		ws_text_printf(text, " %gx", replay->speed);
}
