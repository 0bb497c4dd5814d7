/* The replay of a connection says the same as the records said when its packets came: the same states, marks and
 * relative numbers at each step, the same shares of time, and the same requests and answers. Checked for every capture there is, and for what no capture has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include <wirestate/capture.h>
#include <wirestate/exchange.h>
#include <wirestate/replay.h>
#include <wirestate/spans.h>

#include <fts.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the records said of one segment, or of one change of state. */
struct said {
	uint64_t conn, order;
	bool is_segment;
	uint64_t frame;
	uint32_t analysis, sequence, acknowledgment;
	struct ws_transition transition;
};

struct records {
	struct ws_tracker *tracker;
	struct said *said;
	size_t count, capacity;
	struct answer {
		uint64_t conn;
		struct ws_exchange exchange;
	} * answer; /* those that were over, in their order */
	size_t answers, answer_room;
};

static void records_add_answer(struct records *records, uint64_t conn, const struct ws_exchange *exchange)
{
	if (records->answers == records->answer_room) {
		records->answer_room = records->answer_room ? 2 * records->answer_room : 256;
		records->answer = realloc(records->answer, records->answer_room * sizeof(*records->answer));
		assert_non_null(records->answer);
	}
	records->answer[records->answers++] = (struct answer){conn, *exchange};
}

static void records_add(struct records *records, const struct said *said)
{
	if (records->count == records->capacity) {
		records->capacity = records->capacity ? 2 * records->capacity : 1024;
		records->said = realloc(records->said, records->capacity * sizeof(*records->said));
		assert_non_null(records->said);
	}
	records->said[records->count] = *said;
	records->said[records->count].order = records->count;
	records->count++;
}

static void records_add_events(struct records *records, const struct ws_track_result *result)
{
	for (size_t i = 0; i < result->event_count; i++) {
		const struct ws_event *event = &result->events[i];
		if (event->kind == WS_EVENT_EXCHANGE)
			records_add_answer(records, event->conn_number, event->exchange);
		if (event->kind != WS_EVENT_TRANSITION)
			continue;
		const struct said said = {
		        .conn = event->conn_number, .frame = event->frame, .transition = event->transition};
		records_add(records, &said);
	}
}

static void records_take(struct records *records, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(frame, &packet);
	while (ws_tracker_advance(records->tracker, frame->time, &result))
		records_add_events(records, &result);
	records_add_events(records, &result);
	ws_tracker_packet(records->tracker, &packet, &result);
	records_add_events(records, &result);
	if (!result.conn || packet.transport == WS_TRANSPORT_ICMP || packet.transport == WS_TRANSPORT_ICMPV6)
		return;
	const struct said said = {.conn = result.conn_number,
	                          .is_segment = true,
	                          .frame = frame->number,
	                          .analysis = result.analysis,
	                          .sequence = result.relative_sequence,
	                          .acknowledgment = result.relative_acknowledgment};
	records_add(records, &said);
}

static int by_connection(const void *left, const void *right)
{
	const struct said *a = left, *b = right;
	if (a->conn != b->conn)
		return a->conn < b->conn ? -1 : 1;
	if (a->is_segment != b->is_segment)
		return a->is_segment ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* The first of a connection's segments, or of its changes. */
static size_t records_find(const struct records *records, uint64_t conn, bool is_segment)
{
	size_t low = 0, high = records->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct said *said = &records->said[middle];
		if (said->conn < conn || (said->conn == conn && said->is_segment > is_segment))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct said *records_next(const struct records *records, size_t *at, uint64_t conn, bool is_segment)
{
	if (*at >= records->count || records->said[*at].conn != conn || records->said[*at].is_segment != is_segment)
		return NULL;
	return &records->said[(*at)++];
}

static void check_step(const char *name, uint64_t conn, const struct ws_step *step, const struct said *said)
{
	if (!said || said->frame != step->input.frame || said->analysis != step->analysis ||
	    said->sequence != step->relative_sequence || said->acknowledgment != step->relative_acknowledgment)
		fail_msg("%s: connection %llu, frame %llu: replay marks %x seq %u ack %u; records frame %llu marks %x "
		         "seq %u ack %u",
		         name, (unsigned long long)conn, (unsigned long long)step->input.frame, step->analysis,
		         step->relative_sequence, step->relative_acknowledgment,
		         said ? (unsigned long long)said->frame : 0, said ? said->analysis : 0,
		         said ? said->sequence : 0, said ? said->acknowledgment : 0);
}

static void check_connection(const struct records *records, const char *name, const struct ws_conn_info *info)
{
	struct ws_replay *replay = ws_replay_open(records->tracker, info->id);
	assert_non_null(replay);
	const uint64_t conn = info->number;
	size_t segment = records_find(records, conn, true), change = records_find(records, conn, false);
	struct ws_step step = {0};
	for (size_t i = 0; i < ws_replay_count(replay); i++) {
		assert_true(ws_replay_step(replay, i, &step));
		if (step.input.kind == WS_INPUT_SEGMENT && !step.input.repeated)
			check_step(name, conn, &step, records_next(records, &segment, conn, true));
		for (int t = 0; t < step.transition_count; t++) {
			const struct said *said = records_next(records, &change, conn, false);
			if (!said || memcmp(&said->transition, &step.transition[t], sizeof(said->transition)) != 0)
				fail_msg("%s: connection %llu, frame %llu: another change of state than in the records",
				         name, (unsigned long long)conn, (unsigned long long)step.input.frame);
		}
	}
	assert_null(records_next(records, &segment, conn, true));
	assert_null(records_next(records, &change, conn, false));
	for (int i = 0; i < 2; i++) {
		const struct ws_endpoint_info *endpoint = &info->endpoint[i];
		if (endpoint->state != step.after[i] || endpoint->certainty != step.certainty[i] ||
		    (endpoint->state == WS_TIME_WAIT && endpoint->time_wait_end != step.time_wait_end[i]))
			fail_msg("%s: connection %llu ends otherwise in the replay", name, (unsigned long long)conn);
	}
	ws_replay_close(replay);
}

/* The stretches of time add up to the shares, follow each other, and lead from packet to packet. */
struct spans {
	struct ws_span last;
	struct ws_time_shares sum;
	uint64_t segments;
	bool gap;
};

static bool take_span(void *context, const struct ws_span *span)
{
	struct spans *spans = context;
	const struct ws_span *last = &spans->last;
	spans->gap |= span->end <= span->start || span->first_frame > span->last_frame ||
	              (last->end && (span->start != last->end || span->last_frame < last->last_frame ||
	                             (span->cause == last->cause && span->side == last->side)));
	spans->sum.time[span->cause][span->side] += span->end - span->start;
	spans->segments += span->segments;
	spans->last = *span;
	return true;
}

static void check_spans(const struct records *records, const char *name, const struct ws_conn_info *info)
{
	struct spans spans = {.gap = false};
	assert_int_equal(info->shares_known, !info->one_direction);
	if (!info->shares_known)
		return;
	assert_true(ws_tracker_spans(records->tracker, info->id, take_span, &spans));
	if (spans.gap || memcmp(spans.sum.time, info->shares.time, sizeof(spans.sum.time)) != 0 ||
	    spans.segments > info->endpoint[0].packets + info->endpoint[1].packets + info->duplicates)
		fail_msg("%s: connection %llu: the stretches of time are not the shares", name,
		         (unsigned long long)info->number);
}

/* What the history says of the exchanges is what was reported, one after another. */
struct compared {
	const struct records *records;
	uint64_t conn;
	size_t at, count;
	bool differs;
};

/* But for the way, which is the shortest so far in the one, and of the whole connection in the other. */
static bool same_exchange(const struct ws_exchange *a, const struct ws_exchange *b)
{
	return a->number == b->number && a->request_first == b->request_first && a->request_last == b->request_last &&
	       a->answer_first == b->answer_first && a->answer_last == b->answer_last &&
	       a->request_frame == b->request_frame && a->answer_frame == b->answer_frame &&
	       a->last_frame == b->last_frame && a->request_bytes == b->request_bytes &&
	       a->answer_bytes == b->answer_bytes && a->again[0] == b->again[0] && a->again[1] == b->again[1] &&
	       a->answered == b->answered && a->interleaved == b->interleaved;
}

static bool compare_exchange(void *context, const struct ws_exchange *exchange)
{
	struct compared *compared = context;
	const struct records *records = compared->records;
	while (compared->at < records->answers && records->answer[compared->at].conn != compared->conn)
		compared->at++;
	if (compared->at == records->answers) {
		compared->differs = true;
		return true;
	}
	compared->differs |= !same_exchange(&records->answer[compared->at++].exchange, exchange) ||
	                     (exchange->answered && exchange->answer_last < exchange->request_first);
	compared->count++;
	return true;
}

static void check_exchanges(struct records *records, const char *name, const struct ws_conn_info *info)
{
	struct compared compared = {.records = records, .conn = info->number};
	struct ws_exchange open;
	if (ws_tracker_open_exchange(records->tracker, info->id, &open))
		records_add_answer(records, info->number, &open);
	assert_true(ws_tracker_exchanges(records->tracker, info->id, compare_exchange, &compared));
	while (compared.at < records->answers && records->answer[compared.at].conn != info->number)
		compared.at++;
	if (compared.differs || compared.at < records->answers)
		fail_msg("%s: connection %llu has other requests and answers in its history", name,
		         (unsigned long long)info->number);
}

static void records_check(struct records *records, const char *name)
{
	if (records->count)
		qsort(records->said, records->count, sizeof(*records->said), by_connection);
	for (size_t i = 0; i < ws_tracker_conn_count(records->tracker); i++) {
		struct ws_conn_info info;
		if (!ws_tracker_conn(records->tracker, ws_tracker_conn_at(records->tracker, i), &info))
			continue;
		check_connection(records, name, &info);
		check_spans(records, name, &info);
		check_exchanges(records, name, &info);
	}
}

static void records_start(struct records *records)
{
	const struct ws_tracker_config config = {
	        .history = true, .shares = true, .exchanges = true, .hash_key = {1, 2, 3}};
	*records = (struct records){.tracker = ws_tracker_create(&config, NULL)};
	assert_non_null(records->tracker);
}

static void records_end(struct records *records)
{
	ws_tracker_free(records->tracker);
	free(records->said);
	free(records->answer);
}

/* ---- Captures */

static void on_frame(void *context, const struct ws_frame *frame)
{
	records_take(context, frame);
}

/* Returns how many records were compared. */
static size_t check_capture(const char *path)
{
	const struct ws_capture_options options = {.fcs_length = -1};
	struct ws_error error;
	struct records records;
	struct ws_capture *capture = ws_capture_open_file(path, &options, &error);
	if (!capture)
		return 0; /* the corpus has files that are damaged on purpose */
	records_start(&records);
	while (ws_capture_read(capture, 1000, on_frame, &records, &error) == WS_READ_MORE)
		;
	ws_capture_close(capture);
	records_check(&records, path);
	const size_t count = records.count;
	records_end(&records);
	return count;
}

static void test_captures(void **state)
{
	enum { LARGEST = 2 << 20 };
	char captures[] = "captures", scenarios[] = "tests/lab/scenarios", corpus[] = "../shared/corpus";
	char *const folders[] = {captures, scenarios, access(corpus, R_OK) == 0 ? corpus : NULL, NULL};
	size_t files = 0, compared = 0;
	(void)state;
	FTS *walk = fts_open(folders, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	for (FTSENT *file; (file = fts_read(walk));) {
		if (file->fts_info != FTS_F || file->fts_statp->st_size > LARGEST || !strstr(file->fts_name, ".pcap"))
			continue;
		compared += check_capture(file->fts_path);
		files++;
	}
	fts_close(walk);
	assert_in_range(files, 100, SIZE_MAX);
	assert_in_range(compared, 1000, SIZE_MAX);
}

/* ---- What the inputs of a connection alone do not tell */

static void last_step(struct world *world, uint64_t number, struct ws_conn_info *info, struct ws_step *step)
{
	const ws_conn_id id = ws_tracker_conn_find(world->tracker, number);
	struct ws_replay *replay = ws_replay_open(world->tracker, id);
	assert_non_null(replay);
	assert_true(ws_tracker_conn(world->tracker, id, info));
	assert_true(ws_replay_step(replay, ws_replay_count(replay) - 1, step));
	ws_replay_close(replay);
}

static void test_ports_used_again(void **state)
{
	struct world *world = *state;
	struct ws_conn_info info;
	struct ws_step step;
	send_segment(world, false, 4001, WS_TCP_SYN, 900000, 0, 0, WS_SECOND);
	last_step(world, 4, &info, &step);
	assert_int_equal(info.previous, 2);
	assert_int_equal(step.analysis, 1u << WS_ANALYSIS_REUSED_PORTS);
	ws_ui_select(world->ui, &world->model, info.id, 0);
	act(world, WS_ACT_LAST);
	act(world, WS_ACT_ENTER);
	assert_shows(world, "ports used again");
}

/* A whole connection while the clock has been set back by an hour: TIME_WAIT counts from the tracker's time. */
static void test_clock_set_back(void **state)
{
	struct world *world = *state;
	const ws_time before = world->now, ms = WS_MILLISECOND;
	struct ws_conn_info info;
	struct ws_step step;
	send_segment(world, false, 4005, WS_TCP_SYN, 100, 0, 0, -3600 * WS_SECOND);
	send_segment(world, true, 4005, WS_TCP_SYN | WS_TCP_ACK, 500, 101, 0, ms);
	send_segment(world, false, 4005, WS_TCP_ACK, 101, 501, 0, ms);
	send_segment(world, false, 4005, WS_TCP_ACK | WS_TCP_FIN, 101, 501, 0, ms);
	send_segment(world, true, 4005, WS_TCP_ACK | WS_TCP_FIN, 501, 102, 0, ms);
	send_segment(world, false, 4005, WS_TCP_ACK, 102, 502, 0, ms);
	last_step(world, 4, &info, &step);
	assert_int_equal(info.endpoint[0].state, WS_TIME_WAIT);
	assert_int_equal(info.endpoint[0].time_wait_end, before + 60 * WS_SECOND);
	assert_int_equal(step.time_wait_end[0], info.endpoint[0].time_wait_end);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_captures),
	        SCENE_TEST(test_ports_used_again),
	        SCENE_TEST(test_clock_set_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
