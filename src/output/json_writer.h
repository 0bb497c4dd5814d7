/* The writer of json_packet.c. It keeps its own pointer into the output's buffer, and does not check for the buffer's end:
 * writer_make_room() has to be called before for as much as will be written. */
#ifndef WS_OUTPUT_JSON_WRITER_H
#define WS_OUTPUT_JSON_WRITER_H

#include "base/put.h"
#include "output/internal.h"

#include <string.h>

enum { KEY_COPY = 32 }; /* how many bytes are copied for every key; no key is longer */

struct writer {
	struct ws_output *output;
	const struct ws_packet *packet;
	char *at;    /* after the last byte written */
	char *limit; /* the buffer's end */
	bool first;  /* no key in this object yet */
};

static void writer_make_room(struct writer *w, size_t need)
{
	if ((size_t)(w->limit - w->at) >= need)
		return;
	struct ws_text *text = &w->output->text;
	text->length = (size_t)(w->at - text->data);
	if (!text->flush(text)) {
		/* Nothing will be written any more. Overwriting old bytes is simpler than testing for that everywhere.
		 */
		text->failed = true;
		text->length = 0;
	}
	w->at = text->data + text->length;
	w->limit = text->data + text->capacity;
}

#define PUT(w, literal) writer_put((w), (literal), sizeof(literal) - 1)

static inline void writer_put(struct writer *w, const char *bytes, size_t length)
{
	memcpy(w->at, bytes, length);
	w->at += length;
}

static inline void put_number(struct writer *w, uint64_t number)
{
	w->at = ws_put_u64(w->at, number);
}

/* Writes one of our own words in quotes; it needs no escaping. */
static inline void put_word(struct writer *w, const char *word)
{
	*w->at++ = '"';
	writer_put(w, word, strlen(word));
	*w->at++ = '"';
}

static inline void put_key(struct writer *w, const struct json_key *key)
{
	memcpy(w->at, key->text + w->first, KEY_COPY);
	w->at += key->length - w->first;
	w->first = false;
}

/* Writes a key that is in no table; `key` is `,"name":`. */
#define PUT_KEY(w, key)                                                                                                \
	do {                                                                                                           \
		writer_put(w, (key) + (w)->first, sizeof(key) - 1 - (w)->first);                                       \
		(w)->first = false;                                                                                    \
	} while (0)

static void put_hex(struct writer *w, const uint8_t *bytes, uint32_t length)
{
	*w->at++ = '"';
	for (uint32_t i = 0; i < length; i++) {
		*w->at++ = ws_hex_digits[bytes[i] >> 4];
		*w->at++ = ws_hex_digits[bytes[i] & 15];
	}
	*w->at++ = '"';
}

static void put_error(struct writer *w, unsigned problem)
{
	if (problem == WS_PROBLEM_NONE)
		return;
	PUT_KEY(w, ",\"error\":");
	put_word(w, ws_problem_text(problem));
}

#endif
