/* Replay of a connection.
 *
 * The history has a connection's inputs, and the machine and the analysis depend on nothing else, so running them again
 * over the same inputs gives the same states and marks. A copy of both is kept every INTERVAL steps, so that any step,
 * forward or back, costs at most INTERVAL steps from the copy before it. */
#include "track/merged.h"
#include "track/ways.h"

#include <stdlib.h>

#define INTERVAL 64

struct checkpoint {
	struct ws_machine machine;
	struct ws_analyser analyser;
	struct ws_history_cursor history; /* the input after this checkpoint */
};

struct ws_replay {
	const struct ws_tracker *tracker;
	const struct ws_conn *conn;
	const struct ws_clock *clock; /* of its tracker, where times are told by the reference's; or NULL */
	uint64_t number;              /* detects that the pool has given the slot to another connection */
	struct checkpoint *checkpoints;
	size_t count, capacity; /* of checkpoints; checkpoint i is the state before step i × INTERVAL */
	struct ws_ways *ways;   /* over several points: all else is of no use then */
	struct checkpoint cursor;
	size_t next;         /* the step that the cursor comes to next */
	struct ws_step last; /* the step before it, by its point's clock; valid when `known` */
	bool known;          /* false: the cursor has just been set to a checkpoint */
};

/* Moves the cursor to before the first step. */
static void rewind_cursor(struct ws_replay *replay)
{
	replay->cursor = (struct checkpoint){.machine.self = replay->conn->machine.self};
	replay->next = 0;
	replay->known = false;
	if (replay->conn->history_extra)
		replay->cursor.analyser = replay->conn->history_extra->start;
}

static bool each_input(const struct ws_tracker *tracker, ws_conn_id id, enum ws_input_kind kind, ws_segment_fn *fn,
                       void *context)
{
	const struct ws_conn *conn = ws_table_awake(&tracker->table, id);
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment input;
	if (!tracker->config.history || !conn || conn->history_full)
		return false;
	while (ws_history_read(conn, &cursor, &input))
		if (input.kind == kind && !input.repeated && !fn(context, &input))
			return false;
	return true;
}

bool ws_tracker_segments(const struct ws_tracker *tracker, ws_conn_id id, ws_segment_fn *fn, void *context)
{
	return each_input(tracker, id, WS_INPUT_SEGMENT, fn, context);
}

bool ws_tracker_accepted(const struct ws_tracker *tracker, ws_conn_id id, ws_segment_fn *fn, void *context)
{
	return each_input(tracker, id, WS_INPUT_ACCEPTED, fn, context);
}

static bool take_first_syn(void *context, const struct ws_segment *segment)
{
	struct ws_join_connection *connection = context;
	if ((segment->flags & (WS_TCP_SYN | WS_TCP_ACK)) != WS_TCP_SYN)
		return segment->flags & WS_TCP_SYN;
	connection->opener = segment->direction;
	connection->syn_timestamp = segment->timestamps;
	connection->syn_tsval = segment->tsval;
	return false;
}

bool ws_tracker_join_connection(const struct ws_tracker *tracker, ws_conn_id id, struct ws_join_connection *connection,
                                uint16_t mss[2], uint64_t *number)
{
	struct ws_conn_copy copy;
	const struct ws_conn *conn = ws_table_read(&tracker->table, id, &copy);
	if (!conn)
		return false;
	*connection = (struct ws_join_connection){.first_time = conn->first_time};
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint *e = &conn->machine.endpoint[conn->machine.self ? 0 : i];
		connection->address[i] = conn->address[i];
		connection->port[i] = conn->port[i];
		connection->iss[i] = e->iss;
		connection->iss_known[i] = e->iss_known;
		mss[i] = e->mss;
	}
	(void)!ws_tracker_segments(tracker, id, take_first_syn, connection);
	*number = conn->number;
	return true;
}

struct ws_replay *ws_replay_open(const struct ws_tracker *tracker, ws_conn_id id)
{
	const struct ws_home home = ws_home_of(tracker, id);
	const struct ws_conn *conn = ws_table_awake(&home.tracker->table, home.id);
	if (!home.tracker->config.history || !conn)
		return NULL;
	struct ws_replay *replay = calloc(1, sizeof(*replay));
	if (!replay)
		return NULL;
	replay->tracker = home.tracker;
	replay->clock = tracker->merged ? ws_merged_clock(tracker->merged, id) : NULL;
	replay->conn = conn;
	replay->number = conn->number;
	rewind_cursor(replay);
	return replay;
}

struct ws_replay *ws_replay_open_joined(const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_conn_info info;
	struct ws_replay *replay = ws_replay_open(tracker, id);
	if (!replay || !ws_tracker_conn(tracker, id, &info) || !info.path)
		return replay;
	replay->ways = ws_ways_open(replay->tracker, info.path, info.path_swapped);
	return replay; /* without memory for all points, it is this one's */
}

void ws_replay_close(struct ws_replay *replay)
{
	if (!replay)
		return;
	ws_ways_close(replay->ways);
	free(replay->checkpoints);
	free(replay);
}

size_t ws_replay_count(const struct ws_replay *replay)
{
	const struct ws_conn *conn = replay->conn;
	if (replay->ways)
		return ws_ways_count(replay->ways);
	return conn->used && conn->number == replay->number ? conn->history_count : 0;
}

static void save_checkpoint(struct ws_replay *replay)
{
	if (replay->next != replay->count * INTERVAL)
		return;
	if (replay->count == replay->capacity) {
		size_t capacity = replay->capacity ? replay->capacity * 2 : 16;
		struct checkpoint *grown = realloc(replay->checkpoints, capacity * sizeof(*grown));
		if (!grown)
			return; /* without it, steps back only cost more */
		replay->checkpoints = grown;
		replay->capacity = capacity;
	}
	replay->checkpoints[replay->count++] = replay->cursor;
}

static void before_step(const struct ws_machine *machine, struct ws_step *step)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint *e = &machine->endpoint[machine->self ? 0 : i];
		step->before[i] = e->state;
		step->certainty_before[i] = e->certainty;
	}
}

static void after_step(const struct ws_replay *replay, const struct ws_machine *machine, struct ws_step *step)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint *e = &machine->endpoint[machine->self ? 0 : i];
		step->after[i] = e->state;
		step->certainty[i] = e->certainty;
		step->time_wait_end[i] =
		        e->state == WS_TIME_WAIT ? e->time_wait_start + replay->tracker->config.time_wait : 0;
	}
	step->client = (int8_t)ws_machine_client(machine);
}

static void replay_advance(struct ws_replay *replay, struct ws_step *step)
{
	save_checkpoint(replay);
	struct ws_segment input;
	struct ws_machine *machine = &replay->cursor.machine;
	struct ws_outcome outcome;
	struct ws_analysis_result analysis = {0};
	ws_time now;
	*step = (struct ws_step){.point = (uint8_t)replay->tracker->point, .other = WS_STEP_NONE};
	before_step(machine, step);
	if (!ws_history_read(replay->conn, &replay->cursor.history, &input))
		return;
	struct ws_segment segment = input;
	segment.duplicate |=
	        input.kind == WS_INPUT_ACCEPTED; /* analysed when it came; only its relative numbers are asked for */
	if ((input.kind == WS_INPUT_SEGMENT && !input.repeated) || input.kind == WS_INPUT_ACCEPTED)
		ws_analyse(&replay->cursor.analyser, &segment, &analysis);
	ws_machine_step(machine, &input, &outcome);
	if (ws_history_find_clock(replay->conn, replay->next, &now))
		ws_tracker_count_from(machine, input.time, now);
	step->input = input;
	step->analysis = analysis.analysis;
	step->relative_sequence = analysis.relative_sequence;
	step->relative_acknowledgment = analysis.relative_acknowledgment;
	step->transition_count = outcome.count;
	for (unsigned i = 0; i < outcome.count; i++)
		step->transition[i] = outcome.transition[i];
	after_step(replay, machine, step);
	replay->next++;
}

/* Returns to this checkpoint, or the last one before it. Without memory there may be none at all. */
static void return_to(struct ws_replay *replay, size_t nearest)
{
	if (!replay->count) {
		rewind_cursor(replay);
		return;
	}
	if (nearest >= replay->count)
		nearest = replay->count - 1;
	replay->cursor = replay->checkpoints[nearest];
	replay->next = nearest * INTERVAL;
	replay->known = false;
}

/* Moves the cursor past this step. */
static void go_to(struct ws_replay *replay, size_t index)
{
	const size_t nearest = index / INTERVAL;
	if (index < replay->next || (nearest < replay->count && nearest * INTERVAL > replay->next))
		return_to(replay, nearest);
	while (replay->next <= index)
		replay_advance(replay, &replay->last);
	replay->known = true;
}

static void correct_times(const struct ws_clock *clock, struct ws_step *step)
{
	step->input.time = ws_clock_here(clock, step->input.time);
	for (unsigned i = 0; i < 2; i++)
		if (step->time_wait_end[i])
			step->time_wait_end[i] = ws_clock_here(clock, step->time_wait_end[i]);
}

bool ws_replay_step(struct ws_replay *replay, size_t index, struct ws_step *step)
{
	if (replay->ways)
		return ws_ways_step(replay->ways, index, step);
	if (index >= ws_replay_count(replay))
		return false;
	/* The same step again: a screen asks for it in many places, and over several points each end is asked about the
	 * step that it stands at whenever the other one goes on. */
	if (!replay->known || index + 1 != replay->next)
		go_to(replay, index);
	*step = replay->last;
	if (replay->clock)
		correct_times(replay->clock, step);
	return true;
}

size_t ws_replay_find_frame(struct ws_replay *replay, uint64_t frame)
{
	size_t index = 0, count = ws_replay_count(replay);
	if (replay->ways)
		return ws_ways_find_frame(replay->ways, replay->tracker->point, frame);
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment input;
	for (; index < count && ws_history_read(replay->conn, &cursor, &input); index++)
		if (input.frame >= frame)
			return index;
	return count;
}

size_t ws_replay_find_frame_at(struct ws_replay *replay, unsigned point, uint64_t frame)
{
	return replay->ways ? ws_ways_find_frame(replay->ways, point, frame) : ws_replay_find_frame(replay, frame);
}

bool ws_replay_transit(const struct ws_replay *replay, size_t index, struct ws_transit *transit)
{
	return replay->ways && ws_ways_transit(replay->ways, index, transit);
}

const struct ws_conn_path *ws_replay_path(const struct ws_replay *replay)
{
	return replay->ways ? ws_ways_path(replay->ways) : NULL;
}
