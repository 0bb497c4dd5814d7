/* What stands in the place of the list while there is no connection to show: why, and what there is instead. */
#include "scene/lab.h"
#include "scene/list/list.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <string.h>

/* Draws paragraphs and commands, which begin with "$ ", from a row on. Returns the row below. */
static int draw_advice(const char *advice, struct ws_canvas *canvas, int row)
{
	char paragraph[512], line[512];
	while (*advice && row < canvas->rows - 3) {
		const size_t length = strcspn(advice, "\n");
		const bool command = strncmp(advice, "$ ", 2) == 0;
		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)length, advice);
		for (int i = 0;
		     row < canvas->rows - 3 && draw_wrap(paragraph, canvas->columns - 6, i, line, sizeof(line)); i++)
			draw_cut(canvas, row++, command ? 4 : 2, canvas->columns - 1,
			         command ? WS_STYLE_KEY : WS_STYLE_NORMAL, line);
		advice += length + (advice[length] == '\n');
	}
	return row;
}

/* The screens that show what there is. Returns the row below. */
static int draw_other_screens(const struct ws_ui *ui, const struct ws_model *model,
                              const struct ws_tracker_stats *stats, struct ws_canvas *canvas, int row)
{
	const struct ws_range arp = ws_tracker_arp_exchanges(model->tracker);
	const struct {
		enum ws_action action;
		bool shown;
		const char *words;
	} others[] = {
	        {WS_ACT_UDP, ws_tracker_udp_count(model->tracker) > 0, _("the UDP conversations, and their datagrams")},
	        {WS_ACT_ARP, stats->arp && arp.end > arp.first,
	         _("who asked by ARP for which MAC address, and the answers")},
	        {WS_ACT_STATISTICS, stats->packets > 0, _("the protocols, and how much there is of each")},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(others) && ui->options.key_name; i++) {
		const char *key = ui->options.key_name[others[i].action];
		if (!others[i].shown || !key)
			continue;
		int column = ws_canvas_bold(canvas, row, 2, canvas->columns - 1, WS_STYLE_TITLE, key);
		draw_cut(canvas, row++, column + 1, canvas->columns - 1, WS_STYLE_NORMAL, others[i].words);
	}
	return row;
}

/* Writes a sentence over as many rows as it needs. Returns the row below. */
static int draw_sentence(struct ws_canvas *canvas, int row, enum ws_style style, const char *sentence)
{
	char line[512];
	for (int i = 0; draw_wrap(sentence, canvas->columns - 3, i, line, sizeof(line)); i++)
		ws_canvas_text(canvas, row++, 2, canvas->columns - 1, style, line);
	return row;
}

void list_draw_empty(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct list_view *list = &ui->list;
	int row = list_head_rows(list) + 1;
	char words[320];
	struct ws_text text = WS_TEXT_OVER(words);
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	const char *why = model->live || model->loading || model->past
	                          ? _("No TCP connection yet: the first one will appear here.")
	                          : _("This capture holds no TCP connection.");
	if (list->filter && ws_tracker_conn_count(model->tracker)) {
		draw_cut(canvas, row, 2, canvas->columns - 1, WS_STYLE_NORMAL, _("No connection matches the filter."));
		const char *of_points = ws_filter_of_points(list->filter);
		if (of_points && !ws_tracker_points(model->tracker)) {
			ws_filter_of_points_words(&text, of_points);
			row = draw_sentence(canvas, row + 1, WS_STYLE_DIM, ws_text_cstr(&text)) - 1;
		}
		text.length = 0;
		const char *of_shares = ws_filter_of_shares(list->filter);
		if (of_shares) {
			/* TRANSLATORS: %s is a field of the display filter, such as server_time */
			ws_text_printf(&text, _("%s is not known of connections of which one direction was captured."),
			               of_shares);
			draw_sentence(canvas, row + 1, WS_STYLE_DIM, ws_text_cstr(&text));
		}
		return;
	}
	if (ui->options.lab && !stats.packets) {
		row = draw_sentence(canvas, row, WS_STYLE_TITLE,
		                    model->lab_runs ? _("No packet yet. The programs have done this so far:")
		                                    : _("No packet was sent. This is what the programs did:"));
		lab_draw_programs(model, canvas, row);
		return;
	}
	row = draw_sentence(canvas, row, WS_STYLE_NORMAL, why);
	if (list->capture_filter)
		row = draw_sentence(canvas, row, WS_STYLE_NORMAL,
		                    _("Packets that the capture filter leaves out are not here."));
	if (model->advice)
		row = draw_advice(model->advice, canvas, row + 1);
	if (!stats.packets)
		return;
	text.length = 0;
	ws_text_printf(&text,
	               ws_translate_plural("%llu packet so far: %llu TCP, %llu UDP, %llu ICMP, %llu ARP, %llu other",
	                                   "%llu packets so far: %llu TCP, %llu UDP, %llu ICMP, %llu ARP, %llu other",
	                                   stats.packets),
	               (unsigned long long)stats.packets, (unsigned long long)stats.tcp, (unsigned long long)stats.udp,
	               (unsigned long long)stats.icmp, (unsigned long long)stats.arp, (unsigned long long)stats.other);
	row = draw_sentence(canvas, row, WS_STYLE_DIM, ws_text_cstr(&text));
	if (stats.tcp && !stats.connections) {
		text.length = 0;
		ws_no_connection_words(&text, &stats);
		row = draw_sentence(canvas, row, WS_STYLE_DIM, ws_text_cstr(&text));
	}
	draw_other_screens(ui, model, &stats, canvas, row + 1);
}
