/* See records.h. */
#include "scene/records.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>
#include <wirestate/stored.h>

#include <string.h>
#include <strings.h>

static bool needs_packets(enum ws_screen screen)
{
	return screen == WS_SCREEN_LIFELINES || screen == WS_SCREEN_DIAGRAM || screen == WS_SCREEN_PACKET ||
	       screen == WS_SCREEN_STREAM || screen == WS_SCREEN_GRAPH || screen == WS_SCREEN_DATAGRAMS;
}

/* Writes a sentence over as many rows as it needs. Returns the row below. */
static int say(struct ws_canvas *canvas, int row, enum ws_style style, struct ws_text *text)
{
	char line[512];
	const char *words = ws_text_cstr(text);
	for (int i = 0; row < canvas->rows - 2 && draw_wrap(words, canvas->columns - 3, i, line, sizeof(line)); i++)
		ws_canvas_text(canvas, row++, 1, canvas->columns - 1, style, line);
	text->length = 0;
	return row;
}

static const char *sensor_name(char *buffer, size_t size, const char *sensor)
{
	struct ws_text text = {.data = buffer, .capacity = size};
	ws_text_clean(&text, sensor, strlen(sensor));
	return ws_text_cstr(&text);
}

static int draw_side(const struct ws_conn_info *info, unsigned i, struct ws_canvas *canvas, int row)
{
	const struct ws_endpoint_info *e = &info->endpoint[i];
	const bool client = (unsigned)info->likely_client == i;
	char buffer[400], address[80], shown[32];
	struct ws_text text = WS_TEXT_OVER(buffer), endpoint = WS_TEXT_OVER(address), state = WS_TEXT_OVER(shown);
	ws_text_endpoint(&endpoint, &e->address, info->ip_version, e->port);
	draw_state(&state, e->state, e->certainty, false);
	/* TRANSLATORS: an address, and a state */
	const char *format = info->client != WS_ROLE_UNKNOWN ? client ? _("Client %s: %s") : _("Server %s: %s")
	                     : client ? _("Client %s (a guess): %s")
	                                                     : _("Server %s (a guess): %s");
	ws_text_printf(&text, format, ws_text_cstr(&endpoint), ws_text_cstr(&state));
	if (info->stated.whole)
		ws_text_printf(&text, _(", sent %ju packets and %ju bytes"), (uintmax_t)e->packets,
		               (uintmax_t)e->bytes);
	return say(canvas, row, client ? WS_STYLE_CLIENT : WS_STYLE_SERVER, &text);
}

static int draw_verdict(const struct ws_conn_info *info, struct ws_canvas *canvas, int row)
{
	char buffer[700];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const char *tag;
	ws_conn_verdict(info, &text, &tag, NULL);
	if (strncasecmp(ws_text_cstr(&text), _(tag), strlen(_(tag))) != 0) { /* it does not begin with the word */
		text.length = 0;
		ws_text_printf(&text, "%s%s", _(tag), _(": "));
		ws_conn_verdict(info, &text, NULL, NULL);
	}
	row = say(canvas, row, WS_STYLE_NORMAL, &text);
	char parts[600];
	struct ws_text shares = WS_TEXT_OVER(parts);
	ws_conn_spent_words(info, &shares);
	if (!shares.length)
		return row;
	ws_text_printf(&text, _("Its time: %s."), ws_text_cstr(&shares));
	return say(canvas, row, WS_STYLE_NORMAL, &text);
}

static int draw_where(const struct ws_model *model, const struct ws_conn_info *info, struct ws_canvas *canvas, int row)
{
	struct ws_witness witness[WS_MOST_WITNESSES + 1];
	char buffer[900], name[80];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const size_t count = ws_tracker_witnesses(model->tracker, info->id, witness, WS_ARRAY_SIZE(witness));
	ws_text_puts(&text,
	             _("This connection comes from a record. Records have no packets, so its lifelines, packets and "
	               "bytes cannot be shown here."));
	row = say(canvas, row, WS_STYLE_WARN, &text) + 1;
	if (info->stated.sensor[0])
		ws_text_printf(&text, _("Its packets are where they were captured, at the sensor %s."),
		               sensor_name(name, sizeof(name), info->stated.sensor));
	else
		ws_text_puts(&text, _("Its packets are where they were captured."));
	ws_text_puts(&text, model->asks
	                            ? _(" The sensor was asked for them. Go back and open the connection again to ask "
	                                "once more.")
	                            : _(" Open the capture that was made there:"));
	row = say(canvas, row, WS_STYLE_NORMAL, &text);
	ws_text_printf(&text, "  wirestate -r CAPTURE -Y 'number == %ju'", (uintmax_t)info->number);
	if (model->asks)
		text.length = 0;
	else
		row = say(canvas, row, WS_STYLE_KEY, &text);
	for (size_t i = 1; i < count && i < WS_ARRAY_SIZE(witness); i++) {
		ws_text_printf(&text,
		               i == 1 ? _("The same connection was seen by %s, as number %ju")
		                      : _(", and by %s, as number %ju"),
		               sensor_name(name, sizeof(name), witness[i].sensor), (uintmax_t)witness[i].conn);
	}
	if (count < 2)
		return row;
	ws_text_puts(&text, _("."));
	return say(canvas, row + 1, WS_STYLE_NORMAL, &text);
}

bool records_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	struct ws_conn_info info;
	char buffer[200];
	struct ws_text text = WS_TEXT_OVER(buffer);
	int row = 2;
	if (!model->records || !needs_packets(ws_ui_screen(ui)))
		return false;
	if (ws_ui_screen(ui) == WS_SCREEN_DATAGRAMS ||
	    !ws_tracker_conn(model->tracker, list_selected(ui, model), &info)) {
		ws_canvas_bold(canvas, 0, 1, canvas->columns - 1, WS_STYLE_TITLE, _("No packets"));
		ws_text_puts(&text,
		             _("What is shown comes from records, which have no packets. They are where they were "
		               "captured."));
		say(canvas, row, WS_STYLE_NORMAL, &text);
	} else {
		char name[80];
		if (info.stated.sensor[0]) /* TRANSLATORS: a connection's number, and a sensor's name */
			ws_text_printf(&text, _("Connection %ju of %s"), (uintmax_t)info.number,
			               sensor_name(name, sizeof(name), info.stated.sensor));
		else
			ws_text_printf(&text, _("Connection %ju"), (uintmax_t)info.number);
		ws_canvas_bold(canvas, 0, 1, canvas->columns - 1, WS_STYLE_TITLE, ws_text_cstr(&text));
		row = draw_side(&info, (unsigned)info.likely_client & 1, canvas, row);
		row = draw_side(&info, !(info.likely_client & 1), canvas, row);
		row = draw_verdict(&info, canvas, row) + 1;
		draw_where(model, &info, canvas, row);
	}
	draw_rule(canvas, canvas->rows - 2);
	return true;
}

bool records_refuse(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	if (!model->records)
		return false;
	switch (action) {
	case WS_ACT_PLAY:
	case WS_ACT_FRAME:
	case WS_ACT_FRAME_BACK:
	case WS_ACT_SEEK:
	case WS_ACT_SEEK_BACK:
	case WS_ACT_SEEK_FAR:
	case WS_ACT_SEEK_FAR_BACK:
	case WS_ACT_RESTART:
	case WS_ACT_JUMP:
		ws_ui_tell(ui, _("Playing and seeking need packets, and these are records. Open a capture for that."),
		           false);
		return true;
	case WS_ACT_EXPORT:
		ws_ui_tell(ui, _("A picture of the segments needs packets, and these are records."), false);
		return true;
	default:
		return needs_packets(ws_ui_screen(ui)) && action != WS_ACT_HELP && action != WS_ACT_BACK;
	}
}
