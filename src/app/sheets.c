/* See sheets.h. */
#include "app/sheets.h"
#include "app/session.h"
#include "app/workers.h"

#include <stdlib.h>

enum { SLICE = 64 }; /* records of the end on one sheet */

struct sheets {
	struct session *session;
	struct workers *workers; /* the session's */
	struct ws_sheet *sheet[WORKERS_JOBS];
	size_t next; /* sheet to be filled */
	bool packets;
};

static void format_sheet(void *job)
{
	ws_sheet_format(job);
}

static struct ws_sheet *next_sheet(const struct sheets *sheets)
{
	return sheets->sheet[sheets->next % WORKERS_JOBS];
}

static void submit(struct sheets *sheets)
{
	workers_submit(sheets->workers, format_sheet, next_sheet(sheets));
	sheets->next++;
}

/* Has the records of the end formatted in slices. */
static void divide(void *context, const struct ws_tracker *tracker, enum ws_record record, size_t count)
{
	struct sheets *sheets = context;
	struct session *session = sheets->session;
	for (size_t rank = 0; rank < count && !session->output_failed; rank += SLICE) {
		if (sheets_are_full(sheets))
			sheets_write(sheets);
		ws_sheet_records(next_sheet(sheets), session->output, tracker, record, rank,
		                 count - rank < SLICE ? count - rank : SLICE);
		submit(sheets);
	}
	while (sheets_count(sheets))
		sheets_write(sheets);
}

struct sheets *sheets_new(struct session *session)
{
	const uint32_t records = session_records(session->options);
	if (!session->workers || !session->output || session->options->line_buffered ||
	    !(records & (1u << WS_RECORD_PACKET | 1u << WS_RECORD_CONNECTION | 1u << WS_RECORD_UDP)))
		return NULL;
	struct sheets *sheets = calloc(1, sizeof(*sheets));
	if (!sheets)
		return NULL;
	sheets->session = session;
	sheets->packets =
	        records & 1u << WS_RECORD_PACKET && session->point_count == 1 && !workers_rest(session->workers);
	sheets->workers = session->workers;
	size_t made = 0;
	while (made < WORKERS_JOBS && (sheets->sheet[made] = ws_sheet_create(session->output)))
		made++;
	if (made == WORKERS_JOBS) {
		ws_output_divide(session->output, divide, sheets);
		return sheets;
	}
	sheets_free(sheets);
	return NULL;
}

void sheets_free(struct sheets *sheets)
{
	if (!sheets)
		return;
	for (size_t i = 0; i < WORKERS_JOBS; i++)
		ws_sheet_free(sheets->sheet[i]);
	free(sheets);
}

bool sheets_take_packets(const struct sheets *sheets)
{
	return sheets->packets;
}

void sheets_begin(struct sheets *sheets)
{
	ws_output_take(sheets->session->output, next_sheet(sheets));
}

void sheets_end(struct sheets *sheets)
{
	ws_output_take(sheets->session->output, NULL);
	submit(sheets);
}

size_t sheets_count(const struct sheets *sheets)
{
	return workers_count(sheets->workers);
}

bool sheets_are_full(const struct sheets *sheets)
{
	return workers_count(sheets->workers) == WORKERS_JOBS;
}

bool sheets_oldest_is_done(const struct sheets *sheets)
{
	return workers_oldest_is_done(sheets->workers);
}

void sheets_write(struct sheets *sheets)
{
	struct session *session = sheets->session;
	session_wrote(session, ws_output_sheet(session->output, workers_take(sheets->workers)));
}
