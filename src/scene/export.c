/* E: the connection that is selected or shown, as a file. Here the reader gives the name; the file is written by who
 * owns the scenes, since nothing here does I/O. How it went stands in the last line until the next key. */
#include "scene/export.h"
#include "scene/ui.h"

#include <stdio.h>

static bool accept_name(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	(void)model;
	if (!*text) {
		snprintf(error->text, sizeof(error->text), "a file needs a name");
		return false;
	}
	snprintf(ui->export.name, sizeof(ui->export.name), "%s", text);
	ui->export.wanted = true;
	return true;
}

bool export_ask(struct ws_ui *ui, const struct ws_model *model)
{
	static const struct prompt_use use = {
	        .label = "export to",
	        .hint = "new file: .svg a layout, .anim.svg plays, .txt, .cast recording, .pcap packets",
	        .accept = accept_name,
	};
	const bool from_list = ws_ui_screen(ui) == WS_SCREEN_LIST;
	struct ws_conn_info info;
	char name[64];
	ui->export.conn = from_list ? list_at(&ui->list, model->tracker, ui->list.place) : ui->replay.conn;
	if (!ws_tracker_conn(model->tracker, ui->export.conn, &info))
		return false;
	snprintf(name, sizeof(name), "connection-%llu.svg", (unsigned long long)info.number);
	prompt_open(ui, &use, name);
	return true;
}

const char *ws_ui_export_wanted(struct ws_ui *ui, ws_conn_id *conn)
{
	const bool wanted = ui->export.wanted;
	ui->export.wanted = false;
	*conn = ui->export.conn;
	return wanted ? ui->export.name : NULL;
}

void ws_ui_export_done(struct ws_ui *ui, const char *message, bool good)
{
	snprintf(ui->export.message, sizeof(ui->export.message), "%s", message);
	ui->export.good = good;
}

bool export_forget(struct ws_ui *ui)
{
	const bool shown = ui->export.message[0];
	ui->export.message[0] = '\0';
	return shown;
}

void export_draw(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	if (!ui->export.message[0])
		return;
	for (int column = 0; column < canvas->columns; column++)
		ws_canvas_put(canvas, canvas->rows - 1, column, WS_STYLE_NORMAL, ' ');
	ws_canvas_text(canvas, canvas->rows - 1, 1, canvas->columns - 1,
	               ui->export.good ? WS_STYLE_GOOD : WS_STYLE_WARN, ui->export.message);
}
