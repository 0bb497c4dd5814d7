/* A connection's replay as one HTML file: the lifelines play, pause, step and jump, with the explanation, both states,
 * the state diagram and each packet's fields. It needs no network and nothing but a browser.
 *
 * The page is a fixed script, style sheet and body (src/export/page, made into C strings by its `embed`), and the data
 * that they show: a JSON object in a script element that is not executed. Whatever came from the wire is in the data,
 * and the script sets it only as text. The content security policy in the page allows that script and that style sheet
 * by their hashes, and nothing else.
 *
 *   {"names":["client","server"], "addresses":[..], "start":[states before the first step],
 *    "steps":[{"t":ns since the first, "n":frame, "from":0|1|-1, "s":[states after it, where they changed],
 *              "l":segment,
 *              "what":, "lab":, "why":, "next":, "note":, "f":[field, value, ...]}],
 *    "texts":[templates], "layers":[labels], "fields":[[layer, label]]}                        see html_data.h */
#include "export/html_data.h"
#include "page.h"

#include <wirestate/export.h>

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
	bool stopped;                /* go_on() has returned false */
};

static void write_head(const struct page *page, const char *title)
{
	FILE *out = page->out;
	fprintf(out,
	        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s'; style-src "
	        "'%s'; base-uri 'none'; form-action 'none'\">\n"
	        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	        page_script_hash, page_style_hash);
	html_text(out, title);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", page_style);
	html_text(out, title);
	fputs("</h1>\n", out);
	fputs(page_body, out);
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
	    !page->model->fetch(page->model->fetch_context, page->words.input.position, &frame))
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

static bool write_step(struct page *page, size_t index, ws_time first)
{
	const struct ws_chart_words *words = &page->words;
	const int from = page->chart.step[index].from;
	fprintf(page->out, "%s{\"t\":%" PRId64 ",\"from\":%d", index ? ",\n" : "", words->input.time - first, from);
	if (memcmp(page->states, words->after, sizeof(page->states)) != 0) {
		fputs(",\"s\":", page->out);
		write_states(page->out, page->words.after);
		memcpy(page->states, words->after, sizeof(page->states));
	}
	if (words->input.kind == WS_INPUT_SEGMENT)
		fprintf(page->out, ",\"n\":%" PRIu64, words->input.frame);
	bool good = write_sentence(page, "l", words->segment) && write_sentence(page, "what", words->what);
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
		char words[128];
		struct ws_text text = WS_TEXT_OVER(words);
		ws_text_endpoint(&text, &end->address, info->ip_version, end->port);
		if (side)
			fputc(',', out);
		html_json_string(out, ws_text_cstr(&text));
	}
	fputs("],\"start\":", out);
	write_states(out, page->words.before);
}

static bool write_data(struct page *page, const struct ws_conn_info *info, const struct ws_html_options *options)
{
	ws_time first = 0;
	for (size_t i = 0; i < page->chart.count; i++) {
		page->stopped = !options->go_on(options->context);
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
	fputs("]", page->out);
	write_strings(page->out, "texts", &page->templates);
	write_strings(page->out, "layers", &page->fields.layers);
	write_field_names(page->out, &page->fields.fields);
	fputs("}", page->out);
	return true;
}

bool ws_html_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_html_options *options,
                   struct ws_error *error)
{
	struct page page = {.out = out, .ui = ui, .model = model};
	struct ws_conn_info info;
	bool good = ws_chart_open(ui, model, COLUMNS, &page.chart, error);
	if (good) {
		good = ws_tracker_conn(model->tracker, options->conn, &info);
		write_head(&page, options->title);
		fputs("<script type=\"application/json\" id=\"data\">", out);
		good = good && write_data(&page, &info, options);
		fprintf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", page_script);
		if (!good)
			ws_fail(error, WS_ERROR_SYSTEM, page.stopped ? "stopped" : "out of memory");
	}
	html_fields_free(&page.fields);
	string_table_free(&page.templates);
	ws_chart_close(&page.chart);
	return good;
}
