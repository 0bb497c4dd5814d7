/* A connection's replay as one HTML file: the lifelines play, pause, step and jump, with the explanation, both states,
 * the state diagram and each packet's fields. It needs no network and nothing but a browser.
 *
 * The page is a fixed script, style sheet and body (src/export/page, made into C strings by its `embed`), and the data
 * that they show: a JSON object in a script element that is not executed. Whatever came from the wire is in the data,
 * and the script sets it only as text. The content security policy in the page allows that script and that style sheet
 * by their hashes, and nothing else.
 *
 *   {"replays":[{"names":["client","server"], "addresses":[..], "start":[states before the first step],
 *                "steps":[{"t":ns since the first, "n":frame, "from":0|1|-1, "s":[states after it, where they changed],
 *                          "l":segment, "c":[calls of each side, one a line], "a":[calls after the step], "p":the pause before it,
 *                          "w":[for what each side waits], "what":, "lab":, "why":, "next":, "note":,
 *                          "f":[field, value, ...]}]}],
 *    "texts":[templates], "layers":[labels], "fields":[[layer, label]]}                        see html_data.h
 *
 * The page of a lesson has the replays of the connections that its stops show, and besides:
 *
 *    "stops":[{"replay":index or -1, "n":frame or 0 at the end, "held":0|1, "screen":[rows of text], "ask":, "answer":,
 *              "sums":[], "kind":"number"|"state"|"choice"|"word"|"", "shown":, "form":, "right":[keys], "choices":[],
 *              "hints":[], "wrong":[[key, why]]}],
 *    "spellings":{spelling:state}, "fillers":[word], "synonyms":{word:meaning}                 see lesson/spelling.c
 *    "end":the text after the last stop */
#include "export/html_data.h"

#include <wirestate/export.h>
#include <wirestate/language.h>
#include <wirestate/replay.h>

#include "page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 100 };

struct page {
	FILE *out;
	struct ws_ui *ui;
	const struct ws_model *model;
	struct ws_chart chart;
	struct string_table templates;
	struct html_fields fields;
	struct ws_chart_words words; /* of the step being written */
	char states[2][24];          /* as last written */
	ws_go_on_fn *go_on;
	void *context;
	bool stopped; /* go_on() has returned false */
};

/* `spent`: where the time of the connection went; or NULL. */
static void write_head(const struct page *page, const char *title, const char *spent)
{
	FILE *out = page->out;
	char language[16]; /* of BCP 47: zh-CN */
	snprintf(language, sizeof(language), "%s", *ws_language() ? ws_language() : "en");
	for (char *at = language; *at; at++)
		*at = *at == '_' ? '-' : *at;
	fprintf(out,
	        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s'; style-src "
	        "'%s'; base-uri 'none'; form-action 'none'\">\n"
	        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	        language, page_script_hash, page_style_hash);
	html_text(out, title);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", page_style);
	html_text(out, title);
	fputs("</h1>\n", out);
	if (spent) {
		char line[640];
		snprintf(line, sizeof(line), _("Time: %s"), spent);
		fputs("<p>", out);
		html_text(out, line);
		fputs("</p>\n", out);
	}
	fputs(page_body, out);
	fputs("<noscript><p>", out);
	html_text(out, _("This page plays the connection with a script of its own, which this browser does not run."));
	fputs("</p></noscript>\n", out);
}

static bool write_sentence(struct page *page, const char *key, const char *text)
{
	fprintf(page->out, ",\"%s\":", key);
	return html_sentence(page->out, &page->templates, text);
}

/* Writes a text whose numerals belong to its wording, such as "RFC 9293". */
static bool write_text(struct page *page, const char *key, const char *text)
{
	size_t number;
	if (!text[0])
		return true;
	if (!string_table_add(&page->templates, text, &number))
		return false;
	fprintf(page->out, ",\"%s\":%zu", key, number);
	return true;
}

static bool write_fields(struct page *page, int from)
{
	struct ws_frame frame;
	struct ws_packet packet;
	if (page->words.input.kind != WS_INPUT_SEGMENT ||
	    !ws_model_fetch(page->model, page->words.point, page->words.input.position, &frame))
		return true;
	ws_decode(&frame, &packet);
	fputs(",\"f\":", page->out);
	return html_fields_write(page->out, &page->fields, &packet, from);
}

static void write_states(FILE *out, char states[2][24])
{
	fputc('[', out);
	html_json_string(out, states[0]);
	fputc(',', out);
	html_json_string(out, states[1]);
	fputc(']', out);
}

/* Writes a pair of texts, unless both are empty. */
static void write_beside(FILE *out, const char *key, const char *left, const char *right)
{
	if (!left[0] && !right[0])
		return;
	fprintf(out, ",\"%s\":[", key);
	html_json_string(out, left);
	fputc(',', out);
	html_json_string(out, right);
	fputc(']', out);
}

static bool write_step(struct page *page, size_t index, ws_time first)
{
	const struct ws_chart_words *words = &page->words;
	const bool segment = words->input.kind == WS_INPUT_SEGMENT;
	const int from = segment ? words->input.direction != page->chart.left : -1;
	fprintf(page->out, "%s{\"t\":%" PRId64 ",\"from\":%d", index ? ",\n" : "", words->input.time - first, from);
	if (words->way != WS_WAY_WHOLE)
		fprintf(page->out, ",\"way\":\"%s\"", words->way == WS_WAY_DEPARTURE ? "leaves" : "arrives");
	if (words->way != WS_WAY_WHOLE && words->other != WS_STEP_NONE)
		fprintf(page->out, ",\"o\":%zu", words->other);
	else if (words->way == WS_WAY_DEPARTURE && words->lost)
		fputs(",\"lost\":true", page->out);
	if (memcmp(page->states, words->after, sizeof(page->states)) != 0) {
		fputs(",\"s\":", page->out);
		write_states(page->out, page->words.after);
		memcpy(page->states, words->after, sizeof(page->states));
	}
	if (segment)
		fprintf(page->out, ",\"n\":%" PRIu64, words->input.frame);
	write_beside(page->out, "c", words->calls[0], words->calls[1]);
	write_beside(page->out, "a", words->calls_after[0], words->calls_after[1]);
	write_beside(page->out, "w", words->wait[0], words->wait[1]);
	bool good = !words->pause[0] || write_sentence(page, "p", words->pause);
	good = good && write_sentence(page, "l", words->segment) && write_sentence(page, "what", words->what);
	good = good && write_text(page, "lab", words->lab) && write_text(page, "why", words->why) &&
	       write_sentence(page, "next", words->next);
	good = good && write_text(page, "note", words->note) && write_fields(page, from);
	fputc('}', page->out);
	return good;
}

static void write_strings(FILE *out, const char *key, const struct string_table *table)
{
	fprintf(out, ",\n\"%s\":[", key);
	for (size_t i = 0; i < table->count; i++) {
		if (i)
			fputc(',', out);
		html_json_string(out, table->string[i]);
	}
	fputc(']', out);
}

static void write_field_names(FILE *out, const struct string_table *table)
{
	fputs(",\n\"fields\":[", out);
	for (size_t i = 0; i < table->count; i++) {
		const char *tab = strchr(table->string[i], '\t');
		fprintf(out, "%s[%.*s,", i ? "," : "", (int)(tab - table->string[i]), table->string[i]);
		html_json_string(out, tab + 1);
		fputc(']', out);
	}
	fputc(']', out);
}

static void write_ends(struct page *page, const struct ws_conn_info *info)
{
	FILE *out = page->out;
	fputs("{\"names\":[", out);
	html_json_string(out, page->words.name[0]);
	fputc(',', out);
	html_json_string(out, page->words.name[1]);
	fputs("],\"addresses\":[", out);
	for (int side = 0; side < 2; side++) {
		const struct ws_endpoint_info *end = &info->endpoint[side ? !page->chart.left : page->chart.left];
		char words[256];
		struct ws_text text = WS_TEXT_OVER(words);
		ws_text_endpoint(&text, &end->address, info->ip_version, end->port);
		if (page->words.place[side][0])
			/* TRANSLATORS: after an address in the exported page: where it was captured */
			ws_text_printf(&text, _(", point %s"), page->words.place[side]);
		if (side)
			fputc(',', out);
		html_json_string(out, ws_text_cstr(&text));
	}
	fputs("],\"start\":", out);
	write_states(out, page->words.before);
}

/* Writes the replay of the connection whose chart is open. */
static bool write_replay(struct page *page, const struct ws_conn_info *info)
{
	ws_time first = 0;
	html_fields_restart(&page->fields);
	memset(page->states, 0, sizeof(page->states));
	for (size_t i = 0; i < page->chart.count; i++) {
		page->stopped = !page->go_on(page->context);
		if (page->stopped)
			return false;
		if (!ws_chart_words(page->ui, page->model, &page->chart, i, &page->words))
			return false;
		if (i == 0) {
			first = page->words.input.time;
			write_ends(page, info);
			fputs(",\n\"steps\":[\n", page->out);
		}
		if (!write_step(page, i, first))
			return false;
	}
	fputs(page->chart.count ? "]}" : "null", page->out);
	return true;
}

/* What the page itself says, in the language of who made it. */
static void write_messages(FILE *out)
{
	if (!*ws_language())
		return;
	fputs(",\n\"words\":{", out);
	for (size_t i = 0; i < WS_ARRAY_SIZE(page_messages); i++) {
		fputs(i ? ",\n" : "", out);
		html_json_string(out, page_messages[i]);
		fputc(':', out);
		html_json_string(out, _(page_messages[i]));
	}
	fputc('}', out);
}

static void write_tables(struct page *page)
{
	write_messages(page->out);
	write_strings(page->out, "texts", &page->templates);
	write_strings(page->out, "layers", &page->fields.layers);
	write_field_names(page->out, &page->fields.fields);
}

static const char data_begins[] = "<script type=\"application/json\" id=\"data\">{\"replays\":[";

static void write_end(const struct page *page)
{
	fprintf(page->out, "}</script>\n<script>%s</script>\n</body>\n</html>\n", page_script);
}

static void page_close(struct page *page)
{
	html_fields_free(&page->fields);
	string_table_free(&page->templates);
}

bool ws_html_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_html_options *options,
                   struct ws_error *error)
{
	struct page page = {.out = out, .ui = ui, .model = model, .go_on = options->go_on, .context = options->context};
	struct ws_conn_info info;
	bool good = ws_chart_open(ui, model, COLUMNS, &page.chart, error);
	if (good) {
		char words[512];
		struct ws_text spent = WS_TEXT_OVER(words);
		good = ws_tracker_conn(model->tracker, options->conn, &info);
		if (good)
			ws_conn_spent_words(&info, &spent);
		write_head(&page, options->title, spent.length ? ws_text_cstr(&spent) : NULL);
		fputs(data_begins, out);
		good = good && write_replay(&page, &info);
		fputc(']', out);
		write_tables(&page);
		write_end(&page);
		if (!good)
			ws_fail(error, WS_ERROR_SYSTEM, page.stopped ? "stopped" : "out of memory");
	}
	page_close(&page);
	ws_chart_close(&page.chart);
	return good;
}

/* ---- Lessons */

static bool stop_plays(const struct ws_lesson_stop *stop)
{
	return stop->conn_number && (stop->screen == WS_SCREEN_LIFELINES || stop->screen == WS_SCREEN_DIAGRAM);
}

/* The index of a stop's replay: connections in the order in which stops show them. -1: it shows none. */
static int replay_index(const struct ws_lesson *lesson, size_t stop)
{
	int index = -1;
	if (!stop_plays(&lesson->stop[stop]))
		return -1;
	for (size_t i = 0; i <= stop; i++) {
		bool first = stop_plays(&lesson->stop[i]);
		for (size_t before = 0; first && before < i; before++)
			first = !stop_plays(&lesson->stop[before]) ||
			        lesson->stop[before].conn_number != lesson->stop[i].conn_number;
		index += first;
		if (lesson->stop[i].conn_number == lesson->stop[stop].conn_number && stop_plays(&lesson->stop[i]))
			return index;
	}
	return index;
}

/* True when a stop with this connection speaks of raw sequence numbers: then its segments show them. */
static bool is_absolute(const struct ws_lesson *lesson, uint64_t conn_number)
{
	for (size_t i = 0; i < lesson->stop_count; i++)
		if (lesson->stop[i].absolute && lesson->stop[i].conn_number == conn_number)
			return true;
	return false;
}

static bool write_lesson_replays(struct page *page, const struct ws_lesson *lesson, struct ws_error *error)
{
	bool absolute = false;
	int written = 0;
	for (size_t i = 0; i < lesson->stop_count; i++) {
		struct ws_conn_info info;
		if (replay_index(lesson, i) < written)
			continue;
		const ws_conn_id conn = ws_tracker_conn_find(page->model->tracker, lesson->stop[i].conn_number);
		ws_ui_select(page->ui, page->model, conn, 0);
		if (is_absolute(lesson, lesson->stop[i].conn_number) != absolute)
			ws_ui_act(page->ui, page->model, WS_ACT_ABSOLUTE);
		absolute = is_absolute(lesson, lesson->stop[i].conn_number);
		if (!ws_tracker_conn(page->model->tracker, conn, &info) ||
		    !ws_chart_open(page->ui, page->model, COLUMNS, &page->chart, error))
			return false;
		fputs(written++ ? ",\n" : "", page->out);
		const bool good = write_replay(page, &info);
		ws_chart_close(&page->chart);
		if (!good)
			return ws_fail(error, WS_ERROR_SYSTEM, page->stopped ? "stopped" : "out of memory");
	}
	return true;
}

static void write_member(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	html_json_string(out, text ? text : "");
}

static void write_list(FILE *out, const char *key, char *const *list, size_t count)
{
	fprintf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? "," : "", out);
		html_json_string(out, list[i]);
	}
	fputc(']', out);
}

static void write_question(FILE *out, const struct ws_lesson_question *question)
{
	static const char *const kinds[] = {[WS_ANSWER_NONE] = "",
	                                    [WS_ANSWER_NUMBER] = "number",
	                                    [WS_ANSWER_STATE] = "state",
	                                    [WS_ANSWER_CHOICE] = "choice",
	                                    [WS_ANSWER_WORD] = "word"};
	char words[1024];
	struct ws_text form = WS_TEXT_OVER(words);
	write_member(out, "kind", kinds[question->kind]);
	if (question->kind == WS_ANSWER_NONE)
		return;
	ws_lesson_form(question, &form);
	write_member(out, "form", ws_text_cstr(&form));
	write_member(out, "wanted", ws_lesson_kind_words(question));
	write_member(out, "shown", question->expect);
	write_list(out, "right", question->accept, question->accept_count);
	write_member(out, "key", question->right);
	write_list(out, "choices", question->choice, question->choice_count);
	write_list(out, "originals", question->original, question->original[0] ? question->choice_count : 0);
	write_list(out, "hints", question->hint, question->hint_count);
	fputs(",\"wrong\":[", out);
	for (size_t i = 0; i < question->wrong_count; i++) {
		fputs(i ? ",[" : "[", out);
		html_json_string(out, question->wrong[i].value);
		fputc(',', out);
		html_json_string(out, question->wrong[i].why);
		fputc(']', out);
	}
	fputc(']', out);
}

/* Writes one row of a screen, without the blanks at its end. */
static void write_screen_row(FILE *out, const struct ws_canvas *canvas, int row)
{
	char words[4096];
	size_t used = 0, whole = 0;
	for (int column = 0; column < canvas->columns; column++) {
		const uint32_t character =
		        canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column].code_point;
		if (!character || used + 4 >= sizeof(words))
			continue; /* the second half of a wide character */
		used += ws_utf8_encode(character, words + used);
		whole = character == ' ' ? whole : used;
	}
	words[whole] = '\0';
	html_json_string(out, words);
}

/* The question and its answer. A page has no lab, so it tells what comes of what is to be tried there. */
static void write_texts(FILE *out, const struct ws_lesson_stop *stop)
{
	enum { TRIED = (WS_LESSON_OUTCOMES_MOST + 2) * (WS_LESSON_TEXT_BYTES + 32) };
	uint32_t told = 0;
	char *words = stop->attempt.scenario ? malloc(TRIED) : NULL;
	if (!words) {
		write_member(out, "ask", stop->ask);
		write_member(out, "answer", stop->answer);
		return;
	}
	snprintf(words, TRIED, _("%s\nThis page has no lab. The answer tells what comes of it."), stop->ask);
	write_member(out, "ask", words);
	struct ws_text text = {.data = words, .capacity = TRIED};
	for (size_t i = 0; i < stop->attempt.outcome_count; i++) {
		const struct ws_lesson_outcome *outcome = &stop->attempt.outcome[i];
		if (!(told >> outcome->act & 1)) { /* the first one is the whole story */
			ws_lesson_tell(outcome, &text);
			ws_text_putc(&text, '\n');
		}
		told |= 1u << outcome->act;
	}
	ws_text_puts(&text, stop->answer);
	write_member(out, "answer", ws_text_cstr(&text));
	free(words);
}

static void write_stop(struct page *page, const struct ws_lesson *lesson, size_t index,
                       const struct ws_html_lesson_options *options)
{
	FILE *out = page->out;
	const struct ws_lesson_stop *stop = &lesson->stop[index];
	fprintf(out, "%s{\"replay\":%d,\"n\":%" PRIu64 ",\"held\":%d", index ? ",\n" : "", replay_index(lesson, index),
	        stop->frame, stop->held);
	if (!stop_plays(stop)) {
		const int rows = options->show(options->context, index, options->canvas);
		fputs(",\"screen\":[", out);
		for (int row = 0; row < rows; row++) {
			fputs(row ? "," : "", out);
			write_screen_row(out, options->canvas, row);
		}
		fputc(']', out);
	}
	write_texts(out, stop);
	fputs(",\"sums\":[", out);
	for (size_t i = 0; i < stop->sum_count; i++) {
		fputs(i ? "," : "", out);
		html_json_string(out, stop->sum[i].text);
	}
	fputc(']', out);
	write_question(out, &stop->question);
	fputc('}', out);
}

static void write_spellings(FILE *out)
{
	enum ws_state state;
	const char *spelling, *meaning;
	fputs(",\n\"spellings\":{", out);
	for (size_t i = 0; (spelling = ws_lesson_state_spelling(i, &state)); i++)
		fprintf(out, "%s\"%s\":\"%s\"", i ? "," : "", spelling, ws_state_name(state));
	fputs("},\n\"fillers\":[", out);
	for (size_t i = 0; ws_lesson_filler(i); i++)
		fprintf(out, "%s\"%s\"", i ? "," : "", ws_lesson_filler(i));
	fputs("],\n\"synonyms\":{", out);
	for (size_t i = 0; (spelling = ws_lesson_synonym(i, &meaning)); i++)
		fprintf(out, "%s\"%s\":\"%s\"", i ? "," : "", spelling, meaning);
	fputc('}', out);
}

bool ws_html_lesson(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson *lesson,
                    const struct ws_html_lesson_options *options, struct ws_error *error)
{
	struct page page = {.out = out, .ui = ui, .model = model, .go_on = options->go_on, .context = options->context};
	write_head(&page, lesson->title, NULL);
	fputs(data_begins, out);
	const bool good = write_lesson_replays(&page, lesson, error);
	fputc(']', out);
	write_tables(&page);
	fputs(",\n\"stops\":[", out);
	for (size_t i = 0; good && i < lesson->stop_count; i++)
		write_stop(&page, lesson, i, options);
	fputc(']', out);
	write_spellings(out);
	write_member(out, "end", lesson->try_it);
	write_end(&page);
	page_close(&page);
	return good;
}
