/* What a lesson says about packets: fields by the names of the JSON records, and states. It is checked against the
 * capture. */
#include "lesson/internal.h"

#include <wirestate/language.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(layer, name): names of records that are not fields of headers. */
#define EXTRAS(X)                                                                                                      \
	X(EXTRA_LENGTH, "frame", "length")                                                                             \
	X(EXTRA_CAPTURED, "frame", "captured")                                                                         \
	X(EXTRA_PAYLOAD_LENGTH, "tcp", "payload_length")                                                               \
	X(EXTRA_FCS, "ethernet", "fcs")                                                                                \
	X(EXTRA_PAYLOAD, "payload", "length")                                                                          \
	X(EXTRA_PADDING, "padding", "length")

enum extra {
#define X(name, layer, field) name,
	EXTRAS(X)
#undef X
	        EXTRA_COUNT
};

static const struct ws_lesson_field extras[] = {
#define X(enumerator, layer, field) {layer, field},
        EXTRAS(X)
#undef X
};

static bool is(const char *name, const char *text, size_t length)
{
	return name && strlen(name) == length && memcmp(name, text, length) == 0;
}

/* Writes the names that may be here: the fields of `layer`, or all layers when it is NULL. */
static void list_names(struct ws_text *text, const char *layer, size_t length)
{
	const char *before = "";
	for (int header = 0; header < WS_HEADER_COUNT; header++) {
		const struct ws_header_info *info = ws_header_info((enum ws_header)header);
		const bool first =
		        header == 0 || strcmp(info->name, ws_header_info((enum ws_header)(header - 1))->name) != 0;
		if (!layer && first && info->field_count && strcmp(info->name, "fcs") != 0) {
			ws_text_printf(text, "%s%s", before, info->name);
			before = ", ";
		}
		for (size_t i = 0; layer && is(info->name, layer, length) && i < info->field_count; i++) {
			if (!info->fields[i].name || (!first && info->fields[i].bit_offset < 96))
				continue; /* the other form of a header begins with the same fields */
			ws_text_printf(text, "%s%s", before, info->fields[i].name);
			before = ", ";
		}
	}
	for (size_t i = 0; i < EXTRA_COUNT; i++) {
		if (!layer ? i == EXTRA_LENGTH : is(extras[i].layer, layer, length)) {
			ws_text_printf(text, "%s%s", before, layer ? extras[i].name : extras[i].layer);
			before = ", ";
		}
	}
}

bool lesson_field_find(const char *text, size_t length, struct ws_lesson_field *field, struct ws_text *wrong)
{
	const char *dot = memchr(text, '.', length);
	const size_t layer = dot ? (size_t)(dot - text) : length, name = dot ? length - layer - 1 : 0;
	bool known = false;
	for (size_t i = 0; dot && i < EXTRA_COUNT; i++) {
		if (!is(extras[i].layer, text, layer))
			continue;
		known = true;
		if (is(extras[i].name, dot + 1, name)) {
			*field = extras[i];
			return true;
		}
	}
	for (int header = 0; header < WS_HEADER_COUNT; header++) {
		const struct ws_header_info *info = ws_header_info((enum ws_header)header);
		if (!is(info->name, text, layer))
			continue;
		known = true;
		for (size_t i = 0; i < info->field_count; i++) {
			if (is(info->fields[i].name, dot ? dot + 1 : "", name)) {
				*field = (struct ws_lesson_field){info->name, info->fields[i].name};
				return true;
			}
		}
	}
	const int shown = ws_utf8_cut(text, length, 40);
	if (known && dot) {
		ws_text_printf(wrong, E_("'%.*s' is no field; %.*s has "), shown, text, (int)layer, text);
		list_names(wrong, text, layer);
	} else if (known) {
		ws_text_printf(wrong, E_("'%.*s' is a layer; name one of its fields: %.*s."), shown, text, shown, text);
		list_names(wrong, text, layer);
	} else {
		ws_text_printf(wrong, E_("'%.*s' is no field; write layer.field, with the layer one of "), shown, text);
		list_names(wrong, NULL, 0);
	}
	return false;
}

bool lesson_value_wraps(const struct ws_lesson_value *value)
{
	return !value->relative && strcmp(value->field.layer, "tcp") == 0 &&
	       (strcmp(value->field.name, "sequence") == 0 || strcmp(value->field.name, "acknowledgment") == 0);
}

/* ---- {FRAME.layer.field} */

static bool keep_value(struct ws_lesson *lesson, const struct ws_lesson_value *value, size_t *index)
{
	for (*index = 0; *index < lesson->value_count; ++*index) {
		const struct ws_lesson_value *have = &lesson->value[*index];
		if (have->frame == value->frame && have->relative == value->relative &&
		    have->field.layer == value->field.layer && have->field.name == value->field.name)
			return true;
	}
	if (lesson->value_count == WS_LESSON_VALUES)
		return false;
	lesson->value[lesson->value_count++] = *value;
	return true;
}

bool lesson_value_read(struct ws_lesson *lesson, const char *text, size_t *used, size_t *index, struct ws_text *wrong)
{
	static const char relative[] = " relative";
	struct ws_lesson_value value = {0};
	const char *at = text + 1;
	const size_t inside = strcspn(at, "}\n");
	if (at[inside] != '}') {
		ws_text_puts(wrong, E_("a field in braces, like {3.tcp.sequence}, has no closing brace"));
		return false;
	}
	*used = inside + 2;
	const size_t digits = strspn(at, "0123456789");
	if (!digits || digits > 18 || at[digits] != '.') {
		ws_text_printf(wrong, E_("{%.*s} must begin with a packet's number: {3.tcp.sequence}"),
		               ws_utf8_cut(at, inside, 40), at);
		return false;
	}
	value.frame = strtoull(at, NULL, 10);
	size_t length = inside - digits - 1;
	const size_t tail = sizeof(relative) - 1;
	value.relative = length > tail && memcmp(at + inside - tail, relative, tail) == 0;
	if (value.relative)
		length -= tail;
	if (!lesson_field_find(at + digits + 1, length, &value.field, wrong))
		return false;
	struct ws_lesson_value plain = value;
	plain.relative = false;
	if (value.relative && !lesson_value_wraps(&plain)) {
		ws_text_puts(wrong, E_("relative is for tcp.sequence and tcp.acknowledgment"));
		return false;
	}
	if (!value.frame) {
		ws_text_puts(wrong, E_("packets count from 1"));
		return false;
	}
	if (!keep_value(lesson, &value, index)) {
		ws_text_printf(wrong, E_("a lesson may speak of %d different values"), WS_LESSON_VALUES);
		return false;
	}
	return true;
}

bool lesson_text_check(struct ws_lesson *lesson, const char *text, unsigned line, struct ws_error *error)
{
	size_t used, index;
	for (const char *at = strchr(text, '{'); at; at = strchr(at + used, '{')) {
		char words[320];
		struct ws_text wrong = WS_TEXT_OVER(words);
		if (!lesson_value_read(lesson, at, &used, &index, &wrong))
			return lesson_fail(lesson, line, error, "%s", ws_text_cstr(&wrong));
	}
	return true;
}

/* ---- The packets */

static void put_number(struct ws_lesson_value *value, uint64_t number)
{
	struct ws_text text = WS_TEXT_OVER(value->text);
	value->found = value->is_number = true;
	value->number = number;
	ws_text_u64(&text, number);
	ws_text_cstr(&text);
}

static bool take_extra(struct ws_lesson_value *value, const struct ws_packet *packet)
{
	enum extra extra = EXTRA_COUNT;
	for (size_t i = 0; i < EXTRA_COUNT; i++)
		if (value->field.layer == extras[i].layer && value->field.name == extras[i].name)
			extra = (enum extra)i;
	if (extra == EXTRA_LENGTH)
		put_number(value, packet->frame->length);
	else if (extra == EXTRA_CAPTURED)
		put_number(value, packet->frame->captured);
	else if (extra == EXTRA_PAYLOAD_LENGTH && packet->tcp_complete)
		put_number(value, packet->payload_length);
	for (size_t i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->quoted)
			continue;
		if ((extra == EXTRA_PAYLOAD && layer->header == WS_HEADER_PAYLOAD) ||
		    (extra == EXTRA_PADDING && layer->header == WS_HEADER_PADDING))
			put_number(value, layer->length);
		if (extra == EXTRA_FCS && layer->header == WS_HEADER_FCS) {
			const struct ws_field *field = &ws_header_info(WS_HEADER_FCS)->fields[0];
			struct ws_value read;
			if (ws_field_value(packet, layer, field, &read))
				put_number(value, read.number);
		}
	}
	return extra != EXTRA_COUNT;
}

static void take_field(struct ws_lesson_value *value, const struct ws_packet *packet, const struct ws_layer *layer,
                       const struct ws_field *field, const struct ws_value *read)
{
	switch (field->kind) {
	case WS_FIELD_MAC:
	case WS_FIELD_IPV4:
	case WS_FIELD_IPV6:
	case WS_FIELD_OPTIONS:
	case WS_FIELD_BYTES:
	case WS_FIELD_NAME:
		break;
	default:
		put_number(value, read->number);
	}
	value->found = true;
	if (field->kind == WS_FIELD_NUMBER || field->kind == WS_FIELD_PORT || field->kind == WS_FIELD_BOOLEAN)
		return;
	struct ws_text text = WS_TEXT_OVER(value->text); /* without a port's service name, which would be in the way */
	ws_field_text(&text, packet, layer, field, read);
	ws_text_cstr(&text);
}

/* Takes the value from the first header of this packet that has it. */
static void find_value(struct ws_lesson_value *value, const struct ws_packet *packet)
{
	if (take_extra(value, packet))
		return;
	for (size_t i = 0; i < packet->layer_count && !value->found; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		const struct ws_header_info *info = ws_header_info((enum ws_header)layer->header);
		if (layer->quoted || strcmp(info->name, value->field.layer) != 0)
			continue;
		for (size_t at = 0; at < info->field_count && !value->found; at++) {
			struct ws_value read;
			if (is(info->fields[at].name, value->field.name, strlen(value->field.name)) &&
			    ws_field_value(packet, layer, &info->fields[at], &read))
				take_field(value, packet, layer, &info->fields[at], &read);
		}
	}
}

static void take_value(struct ws_lesson_value *value, const struct ws_packet *packet,
                       const struct ws_track_result *result)
{
	value->seen = true;
	find_value(value, packet);
	if (!value->relative || !value->found)
		return;
	value->found = result->conn != 0;
	put_number(value, strcmp(value->field.name, "sequence") == 0 ? result->relative_sequence
	                                                             : result->relative_acknowledgment);
}

bool lesson_states_of(const struct ws_tracker *tracker, uint64_t conn_number, uint8_t state[2], uint8_t certainty[2])
{
	struct ws_conn_info info;
	const ws_conn_id conn = conn_number ? ws_tracker_conn_find(tracker, conn_number) : 0;
	if (!conn || !ws_tracker_conn(tracker, conn, &info))
		return false;
	for (int role = 0; role < 2; role++) {
		const struct ws_endpoint_info *end = &info.endpoint[role ? !info.likely_client : info.likely_client];
		state[role] = end->state;
		certainty[role] = end->certainty;
	}
	return true;
}

/* Takes the states of the packet's connection as they are now. */
static void take_states(struct ws_lesson_stop *stop, const struct ws_tracker *tracker)
{
	if (!lesson_states_of(tracker, stop->conn_number, stop->actual, stop->certainty))
		stop->conn_number = 0;
}

void ws_lesson_take(struct ws_lesson *lesson, const struct ws_packet *packet, const struct ws_track_result *result,
                    const struct ws_tracker *tracker)
{
	const uint64_t frame = packet->frame->number;
	lesson->last_frame = frame;
	if (result->conn_number)
		lesson->last_conn = result->conn_number;
	for (size_t i = 0; i < lesson->value_count; i++)
		if (lesson->value[i].frame == frame)
			take_value(&lesson->value[i], packet, result);
	for (size_t i = 0; i < lesson->stop_count; i++) {
		struct ws_lesson_stop *stop = &lesson->stop[i];
		lesson_question_take_packet(stop, frame, result->conn_number, tracker);
		if (stop->frame != frame)
			continue;
		stop->seen = true;
		stop->position = packet->frame->position;
		stop->conn_number = stop->connection ? stop->connection : result->conn_number;
		stop->own_connection = stop->conn_number && stop->conn_number == result->conn_number;
		take_states(stop, tracker);
		for (size_t at = 0; at < stop->field_count && !stop->missing; at++) {
			struct ws_lesson_value value = {.field = stop->field[at]};
			find_value(&value, packet);
			if (!value.found)
				stop->missing = at + 1;
		}
	}
}

/* ---- After all packets */

bool lesson_value_missing(const struct ws_lesson *lesson, const struct ws_lesson_value *value, unsigned line,
                          struct ws_error *error)
{
	if (value->found)
		return false;
	if (!value->seen)
		lesson_fail(lesson, line, error, "packet %" PRIu64 " is not in %s, which has %" PRIu64, value->frame,
		            lesson->capture, lesson->last_frame);
	else
		lesson_fail(lesson, line, error,
		            value->relative ? N_("packet %llu of %s has no %s.%s of a connection to be relative to")
		                            : N_("packet %llu of %s has no %s.%s"),
		            (unsigned long long)value->frame, lesson->capture, value->field.layer, value->field.name);
	return true;
}

/* Replaces a text by the same text with its values. */
bool lesson_fill_in(struct ws_lesson *lesson, char **text, unsigned line, struct ws_error *error)
{
	enum { ROOM = WS_LESSON_TEXT_BYTES * 4 };
	if (!strchr(*text, '{'))
		return true;
	char *filled = malloc(ROOM), words[320];
	if (!filled)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	struct ws_text out = {.data = filled, .capacity = ROOM}, wrong = WS_TEXT_OVER(words);
	for (const char *at = *text; *at;) {
		size_t used = strcspn(at, "{"), index = 0;
		ws_text_append(&out, at, used);
		at += used;
		if (!*at)
			break;
		if (!lesson_value_read(lesson, at, &used, &index, &wrong) ||
		    lesson_value_missing(lesson, &lesson->value[index], line, error)) {
			free(filled);
			return false;
		}
		ws_text_puts(&out, lesson->value[index].text);
		at += used;
	}
	ws_text_cstr(&out);
	free(*text);
	*text = filled;
	return true;
}

static void put_state(struct ws_text *text, uint8_t state, char mark)
{
	ws_text_puts(text, ws_state_name(state));
	if (mark != ' ')
		ws_text_putc(text, mark);
}

static bool check_states(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, struct ws_error *error)
{
	static const char *const roles[] = {"client", "server"};
	char words[80];
	struct ws_text text = WS_TEXT_OVER(words);
	for (int i = 0; i < 2; i++) {
		ws_text_printf(&text, "%s%s ", i ? ", " : "", roles[i]);
		put_state(&text, stop->actual[i], ws_certainty_mark(stop->certainty[i]));
	}
	ws_text_cstr(&text);
	if (stop->connection && !stop->conn_number)
		return lesson_fail(lesson, stop->line, error,
		                   "connection: there is no connection %" PRIu64 " in %s by then", stop->connection,
		                   lesson->capture);
	if (stop->claims && !stop->conn_number)
		return lesson_fail(
		        lesson, stop->state_line, error,
		        "states: this packet belongs to no connection; leave them out, or name a connection");
	if (!stop->claims && stop->conn_number)
		return lesson_fail(lesson, stop->line, error, "this stop has no states: add a line 'states: %s'",
		                   words);
	for (int i = 0; i < 2 && stop->claims; i++)
		if (stop->state[i] != stop->actual[i] || stop->mark[i] != ws_certainty_mark(stop->certainty[i]))
			return lesson_fail(lesson, stop->state_line, error, "states: here they are 'states: %s'",
			                   words);
	return true;
}

static bool resolve_stop(struct ws_lesson *lesson, struct ws_lesson_stop *stop, const struct ws_tracker *tracker,
                         struct ws_error *error)
{
	if (!stop->frame && lesson->last_frame) {
		stop->seen = true;
		stop->position = WS_POSITION_NONE;
		stop->conn_number = stop->connection ? stop->connection : lesson->last_conn;
		take_states(stop, tracker);
	}
	if (!stop->seen)
		return lesson_fail(lesson, stop->line, error,
		                   "stop: packet %" PRIu64 " is not in %s, which has %" PRIu64, stop->frame,
		                   lesson->capture, lesson->last_frame);
	if (stop->missing)
		return lesson_fail(lesson, stop->field_line, error, "fields: packet %" PRIu64 " of %s has no %s.%s",
		                   stop->frame, lesson->capture, stop->field[stop->missing - 1].layer,
		                   stop->field[stop->missing - 1].name);
	if (!check_states(lesson, stop, error))
		return false;
	for (size_t sum = 0; sum < stop->sum_count; sum++)
		if (!lesson_sum_resolve(lesson, stop, sum, error))
			return false;
	return lesson_question_resolve(lesson, stop, error) &&
	       lesson_fill_in(lesson, &stop->ask, stop->ask_line, error) &&
	       lesson_fill_in(lesson, &stop->answer, stop->answer_line, error);
}

bool ws_lesson_resolve(struct ws_lesson *lesson, const struct ws_tracker *tracker, struct ws_error *error)
{
	for (size_t i = 0; i < lesson->stop_count; i++)
		if (!resolve_stop(lesson, &lesson->stop[i], tracker, error))
			return false;
	return true;
}
