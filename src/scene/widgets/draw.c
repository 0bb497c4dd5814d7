/* Small pieces of drawing that several screens share. */
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

int draw_cut(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8)
{
	if (column >= limit)
		return column;
	if (ws_canvas_columns(canvas, utf8) <= limit - column)
		return ws_canvas_text(canvas, row, column, limit, style, utf8);
	char cut[1024];
	struct ws_text text = WS_TEXT_OVER(cut);
	draw_shortened(&text, utf8, limit - column);
	return ws_canvas_text(canvas, row, column, limit, style, ws_text_cstr(&text));
}

int draw_right(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8)
{
	int start = limit - ws_canvas_columns(canvas, utf8);
	if (start < column)
		start = column;
	draw_cut(canvas, row, start, limit, style, utf8);
	return start;
}

void draw_rule(struct ws_canvas *canvas, int row)
{
	for (int column = 0; column < canvas->columns; column++)
		ws_canvas_put(canvas, row, column, WS_STYLE_DIM, 0x2500);
}

void draw_bar(struct ws_canvas *canvas, int row, int column, int width, enum ws_style style, uint64_t done,
              uint64_t whole)
{
	double share = whole ? (double)done / (double)whole : 0;
	int filled = (int)(share * width + 0.5);
	for (int i = 0; i < width; i++)
		ws_canvas_put(canvas, row, column + i, i < filled ? style : WS_STYLE_DIM, i < filled ? 0x2593 : 0x2591);
}

/* The bytes of a text's next line: at most `width` columns, and fewer than `size`. */
static size_t line_length(const char *utf8, int width, size_t size)
{
	size_t length = ws_text_line(utf8, width);
	while (length >= size && width > 1)
		length = ws_text_line(utf8, --width);
	return length;
}

bool draw_wrap(const char *utf8, int width, int index, char *line, size_t size)
{
	if (width < 1)
		return false;
	for (int at = 0;; at++) {
		while (*utf8 == ' ')
			utf8++;
		if (!*utf8)
			return false;
		const size_t end = line_length(utf8, width, size);
		if (at == index) {
			snprintf(line, size, "%.*s", (int)end, utf8);
			return true;
		}
		utf8 += end;
	}
}

int draw_wrap_rows(const char *utf8, int width)
{
	char line[512];
	int rows = 0;
	while (draw_wrap(utf8, width, rows, line, sizeof(line)))
		rows++;
	return rows;
}

int draw_wrapped(struct ws_canvas *canvas, int row, int rows, enum ws_style style, const char *utf8)
{
	const int limit = canvas->columns - 1;
	int end = 1;
	for (int i = 0; i < rows && *utf8; i++) {
		char line[512];
		const size_t length = line_length(utf8, limit - 1, sizeof(line));
		snprintf(line, sizeof(line), "%.*s", (int)length, utf8);
		end = draw_cut(canvas, row + i, 1, limit, style, i == rows - 1 ? utf8 : line);
		utf8 += length;
		utf8 += strspn(utf8, " ");
	}
	return end;
}

void draw_blank(struct ws_canvas *canvas, int row)
{
	for (int column = 0; column < canvas->columns; column++)
		ws_canvas_put(canvas, row, column, WS_STYLE_NORMAL, ' ');
}

void draw_between_sentences(struct ws_text *text)
{
	const char last = text->length ? text->data[text->length - 1] : ' ';
	if (last != ' ' && !((uint8_t)last & 0x80))
		ws_text_putc(text, ' ');
}

const char *draw_find_reference(const char *text)
{
	static const char *const documents[] = {"(RFC", "(IEEE", "（RFC", "（IEEE"};
	const char *first = NULL;
	for (size_t i = 0; i < WS_ARRAY_SIZE(documents); i++) {
		const char *found = strstr(text, documents[i]);
		const char after = found ? found[strlen(documents[i])] : 'x';
		if ((after == ' ' || !after) && (!first || found < first))
			first = found;
	}
	return first;
}

const char *draw_end_of_reference(const char *text)
{
	static const char wide[] = "）";
	const char *close = strchr(text, ')'), *other = strstr(text, wide);
	return other && (!close || other < close) ? other + sizeof(wide) - 1 : close ? close + 1 : NULL;
}

void draw_dim_references(struct ws_canvas *canvas, int row, int column, const char *line, bool *inside)
{
	char part[512];
	for (const char *at = line; *at;) {
		const char *begin = *inside ? at : draw_find_reference(at);
		if (!begin)
			return;
		const char *close = draw_end_of_reference(begin);
		const char *end = close ? close : begin + strlen(begin);
		snprintf(part, sizeof(part), "%.*s", (int)(begin - line), line);
		const int from = column + ws_columns(part);
		snprintf(part, sizeof(part), "%.*s", (int)(end - begin), begin);
		ws_canvas_paint(canvas, row, from, ws_columns(part), WS_STYLE_DIM, 0);
		*inside = !close;
		at = end;
	}
}

/* Writes a duration in units of `unit` nanoseconds, with as many decimals as three significant digits need. */
static void scaled(struct ws_text *text, ws_time duration, ws_time unit, const char *name)
{
	double value = (double)duration / (double)unit;
	if (duration % unit == 0)
		ws_text_printf(text, "%.0f%s", value, name);
	else
		ws_text_printf(text, "%.*f%s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, name);
}

void draw_duration(struct ws_text *text, ws_time duration)
{
	if (duration < 0)
		ws_text_putc(text, '-');
	duration = duration < 0 ? -(duration + 1) : duration;
	if (duration < WS_MILLISECOND)
		ws_text_printf(text, "%d µs", (int)(duration / 1000));
	else if (duration < WS_SECOND)
		scaled(text, duration, WS_MILLISECOND, " ms");
	else if (duration < 100 * WS_SECOND)
		scaled(text, duration, WS_SECOND, " s");
	else if (duration < 7200 * WS_SECOND)
		ws_text_printf(text, "%d min %d s", (int)(duration / WS_SECOND / 60), (int)(duration / WS_SECOND % 60));
	else
		ws_text_printf(text, "%lld h %d min", (long long)(duration / WS_SECOND / 3600),
		               (int)(duration / WS_SECOND % 3600 / 60));
}

void draw_seconds(struct ws_text *text, ws_time duration)
{
	draw_duration(text, duration < WS_SECOND ? duration : duration / WS_SECOND * WS_SECOND);
}

void draw_duration_brief(struct ws_text *text, ws_time duration)
{
	static const struct {
		ws_time below, unit;
		const char *name;
	} steps[] = {
	        {WS_MILLISECOND, 1000, "µs"},
	        {WS_SECOND, WS_MILLISECOND, "ms"},
	        {100 * WS_SECOND, WS_SECOND, "s"},
	        {6000 * WS_SECOND, 60 * WS_SECOND, "m"},
	        {360000 * WS_SECOND, 3600 * WS_SECOND, "h"},
	        {WS_TIME_NEVER, 86400 * WS_SECOND, "d"},
	};
	duration = duration < 0 ? 0 : duration;
	size_t i = 0;
	while (i + 1 < WS_ARRAY_SIZE(steps) && duration >= steps[i].below)
		i++;
	double value = (double)duration / (double)steps[i].unit;
	ws_text_printf(text, "%.*f%s", value < 99.95 && duration >= 1000 * WS_MILLISECOND ? 1 : 0, value,
	               steps[i].name);
}

void draw_endpoint(struct ws_text *text, const struct ws_addr *address, unsigned ip_version, uint16_t port, int width)
{
	char whole[80];
	struct ws_text endpoint = WS_TEXT_OVER(whole);
	ws_text_endpoint(&endpoint, address, ip_version, port);
	int length = (int)endpoint.length;
	if (length <= width) {
		ws_text_append(text, whole, endpoint.length);
		return;
	}
	/* After the cut follow the port and, if there is room, the last group of the address. */
	const char *colon = memrchr(whole, ':', endpoint.length);
	int tail = colon ? length - (int)(colon - whole) : 0;
	if (ip_version == 6)
		tail++; /* the bracket */
	int extra = width - tail - 1 - 9;
	if (extra > 5)
		extra = 5;
	if (extra > 0)
		tail += extra;
	int head = width - tail - 1;
	if (head < 0) {
		head = width > 0 ? width - 1 : 0;
		tail = 0;
	}
	ws_text_append(text, whole, (size_t)head);
	if (width > 0)
		ws_text_puts(text, "…");
	ws_text_append(text, whole + length - tail, (size_t)tail);
}

void draw_shortened(struct ws_text *text, const char *whole, int width)
{
	const int columns = ws_columns(whole);
	int used = 0;
	size_t length = 0, step;
	for (; whole[length]; length += step) {
		const int next = ws_columns_of_next(whole + length, strlen(whole + length), &step);
		if (used + next > (columns > width ? width - 1 : width))
			break;
		used += next;
	}
	ws_text_append(text, whole, length);
	if (columns > width)
		ws_text_puts(text, "\xe2\x80\xa6");
}

void draw_host(struct ws_text *text, const char *host, enum ws_name_source source, uint16_t port, int width)
{
	char tail[12] = "", buffer[200];
	struct ws_text clean = WS_TEXT_OVER(buffer);
	if (port)
		snprintf(tail, sizeof(tail), ":%u", port);
	if (ws_name_is_attributed(source))
		ws_text_putc(&clean, '~');
	ws_text_clean(&clean, host, strlen(host));
	draw_shortened(text, ws_text_cstr(&clean), width - (int)strlen(tail));
	ws_text_puts(text, tail);
}

void draw_state(struct ws_text *text, uint8_t state, uint8_t certainty, bool brief)
{
	ws_text_puts(text, brief ? ws_state_brief(state) : ws_state_name(state));
	char mark = ws_certainty_mark(certainty);
	if (mark != ' ')
		ws_text_putc(text, mark);
}

void draw_state_within(struct ws_text *text, uint8_t state, uint8_t certainty, int width)
{
	const int mark = ws_certainty_mark(certainty) != ' ';
	draw_state(text, state, certainty, ws_columns(ws_state_name(state)) + mark > width);
}

enum ws_style draw_verdict_style(const char *tag, int severity)
{
	static const uint8_t styles[] = {WS_STYLE_GOOD, WS_STYLE_NORMAL, WS_STYLE_WARN, WS_STYLE_BAD};
	if (severity <= 0 && strcmp(tag, ws_verdict_tag(WS_VERDICT_CLOSED)) == 0)
		return WS_STYLE_STATE_CLOSED; /* it is over, and nothing happens any more */
	return (enum ws_style)styles[severity < 0 ? 0 : severity > 3 ? 3 : severity];
}

enum ws_style draw_state_style(uint8_t state)
{
	static const uint8_t styles[WS_STATE_COUNT] = {
	        [WS_CLOSED] = WS_STYLE_STATE_CLOSED,      [WS_LISTEN] = WS_STYLE_STATE_CLOSED,
	        [WS_SYN_SENT] = WS_STYLE_STATE_OPENING,   [WS_SYN_RECEIVED] = WS_STYLE_STATE_OPENING,
	        [WS_ESTABLISHED] = WS_STYLE_STATE_OPEN,   [WS_FIN_WAIT_1] = WS_STYLE_STATE_CLOSING,
	        [WS_FIN_WAIT_2] = WS_STYLE_STATE_CLOSING, [WS_CLOSE_WAIT] = WS_STYLE_STATE_CLOSE_WAIT,
	        [WS_CLOSING] = WS_STYLE_STATE_CLOSING,    [WS_LAST_ACK] = WS_STYLE_STATE_CLOSING,
	        [WS_TIME_WAIT] = WS_STYLE_STATE_WAIT,
	};
	return state < WS_STATE_COUNT ? (enum ws_style)styles[state] : WS_STYLE_NORMAL;
}
