/* The stretches of time that a connection's shares are made of: see wirestate/spans.h.
 *
 * They are not kept. The connection's history is run again through the same division of time that made the shares, and
 * each addition to a share is one stretch. Those that follow each other with the same cause are one. */
#include "track/spans.h"

#include "track/info.h"
#include "track/merged.h"
#include "track/tracker.h"

#include <wirestate/language.h>

struct one_point {
	struct ws_spans_run run; /* the first member */
	struct ws_machine machine;
	struct ws_span span; /* is being made; end 0: none */
	struct ws_divided divided;
	ws_time moved; /* from its point's clock to that of the tracker that is asked */
	ws_span_fn *fn;
	void *context;
	bool stopped;
};

static void hand_over(struct one_point *of)
{
	struct ws_span span = of->span;
	if (!span.end || of->stopped)
		return;
	span.start += of->moved;
	span.end += of->moved;
	if (ws_cause_is_sided((enum ws_cause)span.cause))
		span.side ^= of->divided.swapped;
	of->stopped = !of->fn(of->context, &span);
}

/* What was sent again belongs to the stretch of its recovery, and where there is none, to the one that it ends. */
static void take_again(struct one_point *of)
{
	of->span.again += of->run.again;
	of->run.again = 0;
}

static void add_span(struct ws_span_recorder *recorder, enum ws_cause cause, unsigned side, ws_time time)
{
	struct one_point *of = (struct one_point *)recorder;
	struct ws_spans_run *run = &of->run;
	const uint8_t whose = ws_cause_is_sided(cause) ? (uint8_t)side : 0;
	struct ws_span *span = &of->span;
	if (!span->end || span->cause != cause || span->side != whose) {
		hand_over(of);
		*span = (struct ws_span){.start = run->at,
		                         .first_frame = run->before,
		                         .cause = (uint8_t)cause,
		                         .side = whose,
		                         .point = (uint8_t)of->divided.point};
	}
	span->end = run->at += time;
	span->last_frame = run->current;
	span->segments += run->segments;
	run->segments = 0;
	if (ws_shares_repairs(cause))
		take_again(of);
}

static void note_round_trip(struct ws_spans_run *run, const struct ws_segment *s, uint32_t analysis)
{
	const unsigned other = s->direction ^ 1;
	const ws_time time = ws_rtt_note(&run->timer[s->direction & 1], &run->timer[other & 1], s, analysis);
	if (time >= 0)
		ws_rtt_add(&run->rtt[other & 1], NULL, time);
}

bool ws_spans_segment(struct ws_spans_run *run, const struct ws_segment *s, uint32_t mss)
{
	struct ws_shares *shares = &run->recorder.shares;
	struct ws_analysis_result result;
	ws_analyse(&run->analyser, s, &result);
	run->current = s->frame;
	if (!shares->opener) {
		run->at = s->time;
		run->before = s->frame;
	} else {
		run->segments++;
		run->again += result.analysis >> WS_ANALYSIS_RETRANSMISSION & 1;
	}
	if (!s->duplicate && !s->bad_checksum)
		note_round_trip(run, s, result.analysis);
	if (s->duplicate || (s->bad_checksum && !s->checksum_ignored))
		ws_shares_pass(shares, s->time);
	else
		ws_shares_note(shares, s, result.analysis, &run->analyser, run->rtt, mss);
	if (shares->since != shares->latest)
		return false;
	run->before = s->frame;
	return true;
}

/* As ws_tracker_count_accepted(). */
bool ws_spans_accepted(struct ws_spans_run *run, const struct ws_segment *s, uint32_t mss)
{
	struct ws_shares *shares = &run->recorder.shares;
	note_round_trip(run, s, 0);
	ws_shares_note(shares, s, 0, &run->analyser, run->rtt, mss);
	if (shares->since != shares->latest)
		return false;
	run->before = run->current;
	return true;
}

static void run_history(struct one_point *one, const struct ws_conn *conn)
{
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_suspect kept[2] = {{.count = 0}}, accepted;
	struct ws_segment input;
	one->machine.self = conn->machine.self;
	if (conn->history_extra)
		one->run.analyser = conn->history_extra->start;
	while (!one->stopped && ws_history_read(conn, &cursor, &input)) {
		struct ws_outcome outcome;
		if (ws_suspects_replay(kept, &input, &accepted)) {
			const struct ws_segment *s = &accepted.segment;
			if (ws_spans_accepted(&one->run, s, ws_shares_full_segment(ws_shares_mss(&one->machine), s)))
				take_again(one);
		} else if (input.kind == WS_INPUT_TOO_LARGE) {
			ws_shares_note_too_large(&one->run.recorder.shares, &input);
		} else if (input.kind == WS_INPUT_SEGMENT && !input.repeated &&
		           ws_spans_segment(&one->run, &input,
		                            ws_shares_full_segment(ws_shares_mss(&one->machine), &input))) {
			take_again(one);
		}
		ws_machine_step(&one->machine, &input, &outcome);
	}
	if (one->run.recorder.shares.opener)
		ws_shares_end(&one->run.recorder.shares);
	hand_over(one);
}

bool ws_tracker_spans(const struct ws_tracker *tracker, ws_conn_id id, ws_span_fn *fn, void *context)
{
	const struct ws_home home = ws_home_of(tracker, id);
	const struct ws_conn *conn = ws_table_awake(&home.tracker->table, home.id);
	if (!home.tracker->config.history || !conn || conn->history_full)
		return false;
	const struct ws_path_of *of;
	if (ws_path_shares(home.tracker, conn, &of))
		return ws_spans_joined(tracker, home.tracker, of, fn, context);
	struct ws_conn_copy copy;
	struct one_point one = {
	        .run.recorder = {.shares = {.recorded = true}, .add = add_span}, .fn = fn, .context = context};
	conn = ws_conn_divided(home.tracker, conn, &copy, &one.divided);
	if (!conn)
		return true;
	one.moved = ws_points_moved(tracker, home.tracker, one.divided.point, conn->first_time) - conn->first_time;
	if (conn == &copy.slot.conn || conn->history_full)
		return false;
	run_history(&one, conn);
	return !one.stopped;
}

void ws_span_words(struct ws_text *text, const struct ws_span *span, unsigned client)
{
	/* `self` has the time, and `peer` is the other side. */
	const bool is_client = span->side == client;
	const char *client_name = C_("side of a connection", "client"),
	           *server_name = C_("side of a connection", "server");
	const char *self = is_client ? client_name : server_name, *peer = is_client ? server_name : client_name;
	switch ((enum ws_cause)span->cause) {
	case WS_CAUSE_CONNECTING:
		ws_text_puts(text, _("the handshake was not done"));
		break;
	case WS_CAUSE_PROGRAM:
		ws_text_parts(text, _("the %s's program sent nothing"), self);
		break;
	case WS_CAUSE_NETWORK:
		ws_text_parts(text, _("the %s's data and ACKs were under way"), self);
		break;
	case WS_CAUSE_WINDOW:
		ws_text_parts(text, _("the %s's window was full"), peer);
		break;
	case WS_CAUSE_CLOSED_WINDOW:
		ws_text_parts(text, _("the %s's window was closed"), peer);
		break;
	case WS_CAUSE_DUPLICATE_ACKS:
		ws_text_parts(text, _("a lost segment of the %s was repaired"), self);
		break;
	case WS_CAUSE_TIMEOUT:
		ws_text_parts(text, _("a lost segment of the %s awaited a timer"), self);
		break;
	case WS_CAUSE_PATH_MTU:
		ws_text_parts(text, _("the %s's segments were too large for the path"), self);
		break;
	case WS_CAUSE_NAGLE:
		ws_text_parts(text, _("the %s's segment awaited a delayed ACK"), self);
		break;
	case WS_CAUSE_IDLE:
		ws_text_puts(text, _("nobody had anything to send"));
		break;
	case WS_CAUSE_CLOSING:
	case WS_CAUSE_COUNT:
		ws_text_puts(text, _("a FIN or its ACK was under way"));
		break;
	}
	/* Where nobody sent anything new, a needless repetition of what had arrived tells nothing of the wait. */
	if (span->again && span->cause != WS_CAUSE_PROGRAM && span->cause != WS_CAUSE_IDLE)
		ws_text_printf(text, _(", %u sent again"), span->again);
}
