/* See sensors.h. A sensor is stale when nothing has come of it although others, or the clock, have gone on: that is not
 * the same as one that has nothing to report. */
#include "scene/tables/sensors.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>
#include <wirestate/stored.h>

#include <stdio.h>
#include <string.h>

static void draw_number(struct ws_canvas *canvas, int row, int right, uint64_t number)
{
	char buffer[32];
	snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)number);
	draw_right(canvas, row, right - 12, right, WS_STYLE_NORMAL, buffer);
}

/* "now", "12 s ago", "stale for 45 s", and what is wrong with its records. */
static enum ws_style say_news(struct ws_text *text, const struct ws_sensor_info *sensor, ws_time now)
{
	const ws_time since = now > sensor->last_time ? now - sensor->last_time : 0;
	char buffer[32];
	struct ws_text time = WS_TEXT_OVER(buffer);
	draw_seconds(&time, since);
	ws_text_printf(text, sensor->stale ? _("stale for %s") : _("%s ago"), ws_text_cstr(&time));
	if (sensor->missing)
		ws_text_printf(text, _(", %ju missing"), (uintmax_t)sensor->missing);
	if (sensor->repeated)
		ws_text_printf(text, _(", %ju repeated"), (uintmax_t)sensor->repeated);
	if (sensor->boots > 1)
		ws_text_printf(text, _(", started %ju times"), (uintmax_t)sensor->boots);
	return sensor->stale || sensor->missing ? WS_STYLE_WARN : WS_STYLE_NORMAL;
}

int sensors_draw(const struct ws_model *model, struct ws_canvas *canvas, int row, int limit)
{
	struct ws_sensor_info sensor;
	const int records = 26, connections = 39, packets = 52, news = 54;
	ws_canvas_text(canvas, row, 1, canvas->columns, WS_STYLE_DIM, _("SENSOR"));
	draw_right(canvas, row, 15, records, WS_STYLE_DIM, _("RECORDS"));
	draw_right(canvas, row, records + 1, connections, WS_STYLE_DIM, _("CONNECTIONS"));
	draw_right(canvas, row, connections + 1, packets, WS_STYLE_DIM, _("PACKETS"));
	ws_canvas_text(canvas, row++, news, canvas->columns - 1, WS_STYLE_DIM, _("LATEST RECORD"));
	for (size_t i = 0; row < limit && ws_tracker_sensor(model->tracker, i, &sensor); i++, row++) {
		char buffer[160];
		struct ws_text text = WS_TEXT_OVER(buffer);
		if (sensor.name[0])
			ws_text_clean(&text, sensor.name, strlen(sensor.name));
		else
			ws_text_puts(&text, _("(no name)"));
		draw_cut(canvas, row, 1, 15, WS_STYLE_NORMAL, ws_text_cstr(&text));
		draw_number(canvas, row, records, sensor.records);
		draw_number(canvas, row, connections, sensor.connections);
		draw_number(canvas, row, packets, sensor.stats.packets);
		text.length = 0;
		const enum ws_style style = say_news(&text, &sensor, model->now);
		draw_cut(canvas, row, news, canvas->columns - 1, style, ws_text_cstr(&text));
	}
	return row;
}
