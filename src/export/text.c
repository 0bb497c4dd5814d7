/* A canvas as plain text, and a connection's lifelines as text. */
#include <wirestate/export.h>

static bool write_buffer(struct ws_text *text)
{
	const bool written = fwrite(text->data, 1, text->length, text->context) == text->length;
	text->length = 0;
	return written;
}

void ws_text_canvas(FILE *out, const struct ws_canvas *canvas)
{
	char buffer[4096];
	struct ws_text text = WS_TEXT_OVER(buffer);
	text.flush = write_buffer;
	text.context = out;
	ws_canvas_dump(canvas, &text);
	write_buffer(&text);
}

bool ws_text_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, int columns, bool ascii,
                   struct ws_error *error)
{
	struct ws_chart chart;
	struct ws_canvas canvas = {0};
	bool good = ws_chart_open(ui, model, columns, &chart, error);
	if (good) {
		good = ws_canvas_create(&canvas, columns, chart.rows);
		canvas.ascii = ascii;
		good = good && ws_chart_draw(ui, model, &chart, &canvas);
		if (good)
			ws_text_canvas(out, &canvas);
		else
			ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	ws_canvas_destroy(&canvas);
	ws_chart_close(&chart);
	return good;
}
