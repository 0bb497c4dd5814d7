/* Opening and closing an output, its buffer, and its descriptor.
 *
 * There is one buffer. It is given to write(2) when it is full, after each packet's records when lines must not be
 * delayed, and when the caller asks for it. The first error is kept; from then on every call returns false and nothing is
 * written. */
#include "output/exchanges.h"

#include <wirestate/stop.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- The descriptor */

enum { BUFFER = 65536 };

static bool write_bytes(struct ws_output *output, const char *bytes, size_t length)
{
	size_t done = 0;
	while (done < length && output->write_error == 0) {
		ssize_t written = write(output->fd, bytes + done, length - done);
		if (written >= 0) {
			done += (size_t)written;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!ws_wait_for_room(output->fd))
				output->write_error = EAGAIN;
		} else if (errno != EINTR) {
			output->write_error = errno;
		}
	}
	return output->write_error == 0;
}

static bool write_all(struct ws_text *text)
{
	const bool good = write_bytes(text->context, text->data, text->length);
	text->length = 0;
	return good;
}

bool ws_output_flush(struct ws_output *output)
{
	if (output->text.length > 0 && !write_all(&output->text))
		output->text.failed = true;
	return output->write_error == 0;
}

uint64_t ws_output_without_shares(const struct ws_output *output)
{
	return output->without_shares;
}

uint64_t ws_output_without_exchanges(const struct ws_output *output)
{
	return output->without_exchanges;
}

bool ws_output_broken_pipe(const struct ws_output *output)
{
	return output->write_error == EPIPE;
}

void ws_output_error(const struct ws_output *output, struct ws_error *error)
{
	if (output->write_error)
		ws_fail(error, WS_ERROR_OUTPUT, "cannot write the records: %s", strerror(output->write_error));
}

bool ws_output_sheet(struct ws_output *output, struct ws_sheet *sheet)
{
	struct ws_text *made = sheet_made(sheet);
	if (!made && !output->write_error)
		output->write_error = ENOMEM;
	if (made && made->length < output->text.capacity / 2) {
		ws_text_append(&output->text, made->data, made->length);
	} else if (made && ws_output_flush(output)) {
		(void)!write_bytes(output, made->data, made->length);
	}
	sheet_clear(sheet);
	return output->write_error == 0;
}

/* ---- Options */

bool ws_records_parse(const char *words, uint32_t *records, struct ws_error *error)
{
	static const char *const names[] = {
#define X(name, word) word,
	        WS_RECORDS(X)
#undef X
	};
	uint32_t set = 0;
	for (const char *at = words;; at++) {
		size_t length = strcspn(at, ",");
		unsigned kind = 0;
		while (kind < WS_RECORD_COUNT &&
		       (strlen(names[kind]) != length || strncmp(names[kind], at, length) != 0))
			kind++;
		if (kind == WS_RECORD_COUNT) {
			char list[128];
			struct ws_text text = WS_TEXT_OVER(list);
			for (unsigned i = 0; i < WS_RECORD_COUNT; i++) {
				ws_text_puts(&text, i ? ", " : "");
				ws_text_puts(&text, names[i]);
			}
			return ws_fail(error, WS_ERROR_OPTION, "'%.*s' is not a kind of record; choose from %s",
			               length < 64 ? (int)length : 64, at, ws_text_cstr(&text));
		}
		set |= 1u << kind;
		at += length;
		if (!*at)
			break;
	}
	*records = set;
	return true;
}

/* An output that writes to a descriptor, with what it owns. */
struct whole {
	struct ws_output output; /* the first member */
	struct output_tables tables;
	char buffer[BUFFER];
};

struct ws_output *ws_output_create(int fd, const struct ws_output_options *options, struct ws_error *error)
{
	if (options->format == WS_FORMAT_CSV && __builtin_popcount(options->records) != 1) {
		ws_fail(error, WS_ERROR_OPTION,
		        "a CSV file has one kind of record; choose it with --only, for example --only packet");
		return NULL;
	}
	struct whole *whole = calloc(1, sizeof(*whole));
	if (!whole) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	struct ws_output *output = &whole->output;
	output->tables = &whole->tables;
	output->fd = fd;
	output->options = *options;
	output->text = (struct ws_text){
	        .data = whole->buffer,
	        .capacity = sizeof(whole->buffer),
	        .flush = write_all,
	        .context = output,
	};
	if (options->format == WS_FORMAT_JSON &&
	    (!json_create(&whole->tables, error) || !json_create_records(&whole->tables, error))) {
		ws_output_free(output);
		return NULL;
	}
	if (options->format == WS_FORMAT_TEXT)
		text_create(&whole->tables);
	if (options->format == WS_FORMAT_CSV)
		csv_header(output);
	return output;
}

void ws_output_free(struct ws_output *output)
{
	if (!output)
		return;
	for (size_t i = 0; i < WS_ARRAY_SIZE(output->recorded); i++)
		free(output->recorded[i].word);
	ws_services_free(output->services);
	free(output->tables->fields);
	free(output->tables->column[0]);
	free(output);
}
