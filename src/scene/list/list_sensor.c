/* The list's column of sensors, where records are the input. */
#include "scene/list/list.h"
#include "scene/widgets/draw.h"

#include <wirestate/stored.h>

#include <stdio.h>
#include <string.h>

/* Without names of sensors there is no such column. */
int list_sensor_width(const struct ws_model *model, int columns)
{
	enum { LEAST = 6, NARROW = 9, WIDE = 16, LOOK = 64 };
	const int most = columns < 110 ? NARROW : WIDE;
	int width = 0;
	struct ws_sensor_info sensor;
	for (size_t i = 0; i < LOOK && ws_tracker_sensor(model->tracker, i, &sensor); i++) {
		char clean[64];
		struct ws_text text = WS_TEXT_OVER(clean);
		ws_text_clean(&text, sensor.name, strlen(sensor.name));
		const int columns_of = ws_columns(ws_text_cstr(&text));
		width = columns_of > width ? columns_of : width;
	}
	if (!width)
		return 0;
	width += ws_tracker_sensor_count(model->tracker) > 1 ? 3 : 0; /* room for " +1" */
	return width < LEAST ? LEAST : width > most ? most : width;
}

/* "web1", or "web1 +1" where another sensor has seen the same connection. */
void list_sensor_text(char *buffer, size_t size, int width, const struct ws_conn_info *info)
{
	char clean[64], more[16] = "";
	struct ws_text text = WS_TEXT_OVER(clean);
	const char *sensor = info->stated.sensor ? info->stated.sensor : "";
	ws_text_clean(&text, sensor, strlen(sensor));
	if (info->stated.witnesses)
		snprintf(more, sizeof(more), " +%u", info->stated.witnesses);
	struct ws_text out = {.data = buffer, .capacity = size};
	draw_shortened(&out, ws_text_cstr(&text), width - (int)strlen(more));
	ws_text_puts(&out, more);
	ws_text_cstr(&out);
}
