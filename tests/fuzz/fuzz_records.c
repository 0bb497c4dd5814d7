/* Lines of records: whatever they are, they are read or refused with words. What has been taken in can be read by all
 * functions, and can be written and read again. */
#include "target.h"

#include <wirestate/filter.h>
#include <wirestate/output.h>
#include <wirestate/overview.h>
#include <wirestate/record.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct ws_tracker *new_tracker(void)
{
	const struct ws_tracker_config config = {.records = true, .names = true, .shares = true, .max_memory = 1 << 18};
	struct ws_error error;
	return ws_tracker_create(&config, &error);
}

/* Gives each line to the tracker; with `all`, none may be refused. */
static void take_lines(struct ws_record_reader *reader, struct ws_tracker *tracker, struct ws_output *output,
                       const char *text, size_t size, bool all)
{
	struct ws_stored_record *record = malloc(sizeof(*record));
	for (const char *end = text + size; text < end;) {
		char buffer[200];
		struct ws_text why = WS_TEXT_OVER(buffer);
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const size_t length = (size_t)((newline ? newline : end) - text);
		struct ws_track_result result;
		if (ws_record_read(reader, text, length, "", record, &why)) {
			if (ws_tracker_take(tracker, record, &result) == WS_STORED_TAKEN)
				ws_output_events(output, &result, tracker);
		} else if (all || !why.length) {
			abort();
		}
		text += length + 1;
	}
	free(record);
}

static void read_all(const struct ws_tracker *tracker)
{
	const size_t count = ws_tracker_conn_count(tracker);
	struct ws_filter_error error;
	struct ws_filter *filter = ws_filter_compile("packets > 3 or sensor == a or sensors == 2", &error);
	struct ws_overview *overview = ws_overview_create(tracker);
	for (size_t i = 0; i < count; i++) {
		struct ws_conn_info info;
		struct ws_witness witness[WS_MOST_WITNESSES + 1];
		struct ws_order_key key;
		struct ws_judgement judgement;
		char buffer[300];
		struct ws_text text = WS_TEXT_OVER(buffer);
		ws_conn_id id = ws_tracker_conn_at(tracker, i);
		if (!ws_tracker_conn(tracker, id, &info) || info.endpoint[0].state >= WS_STATE_COUNT ||
		    info.endpoint[1].state >= WS_STATE_COUNT)
			abort();
		if (ws_tracker_witnesses(tracker, id, witness, WS_ARRAY_SIZE(witness)) > WS_ARRAY_SIZE(witness) + 1)
			abort();
		for (enum ws_order order = 0; order < WS_ORDER_COUNT; order++)
			ws_tracker_order_keys(tracker, order, 0, &id, 1, &key);
		ws_tracker_judge(tracker, &id, 1, &judgement);
		ws_conn_verdict(&info, &text, NULL, NULL);
		ws_tunnel_words(&text, info.tunnel, info.tunnel_id);
		ws_processes_words(&text, &info);
		(void)!ws_filter_match(filter, &info);
	}
	ws_overview_begin(overview, true);
	while (!ws_overview_work(overview, tracker, filter, 1000))
		;
	ws_overview_free(overview);
	ws_filter_free(filter);
	struct ws_sensor_info sensor;
	for (size_t i = 0; ws_tracker_sensor(tracker, i, &sensor); i++)
		if (!sensor.name || !sensor.boot)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_error error;
	struct ws_output_options options = {.format = WS_FORMAT_JSON, .records = WS_RECORDS_USUAL, .sensors = true};
	struct ws_capture_stats stats = {0};
	const int file = memfd_create("records", MFD_CLOEXEC);
	struct ws_record_reader *reader = ws_record_reader_new(&error);
	struct ws_tracker *tracker = new_tracker(), *again = new_tracker();
	struct ws_output *output = ws_output_create(file, &options, &error);
	take_lines(reader, tracker, output, (const char *)data, size, false);
	read_all(tracker);
	if (!ws_output_finish(output, tracker, &stats))
		abort();
	const off_t written = lseek(file, 0, SEEK_END);
	char *text = written > 0 ? mmap(NULL, (size_t)written, PROT_READ, MAP_SHARED, file, 0) : NULL;
	if (text)
		take_lines(reader, again, output, text, (size_t)written, true);
	if (text)
		munmap(text, (size_t)written);
	ws_output_free(output);
	ws_tracker_free(tracker);
	ws_tracker_free(again);
	ws_record_reader_free(reader);
	close(file);
	return 0;
}
