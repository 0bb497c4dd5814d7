/* Files that the user asks for in the view. Scenes do no I/O: the name is asked for here, and the caller writes the
 * file (see ws_ui_file_request()). How it went is drawn over the last lines of the screen until the next key. */
#include "scene/file_request.h"
#include "scene/list/selection.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

static bool accept_name(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error)
{
	struct file_request *file = &ui->file;
	(void)model;
	if (!*text) {
		snprintf(error->text, sizeof(error->text), "%s", _("a file needs a name"));
		return false;
	}
	snprintf(file->request.name, sizeof(file->request.name), "%s", text);
	file->wanted = true;
	return true;
}

/* The file gets the name of the lesson. */
static bool ask_lesson(struct ws_ui *ui, ws_conn_id conn)
{
	static const struct prompt_use use = {
	        .label = N_("export to"),
	        .hint = N_("a new file: .html the lesson as a page; the connection as .svg, .txt, .cast or .pcap"),
	        .accept = accept_name,
	};
	const char *path = ui->lesson.lesson->name, *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char page[128];
	snprintf(page, sizeof(page), "%.*s.html", (int)strcspn(name, "."), name);
	ui->file.request = (struct ws_file_request){.content = WS_FILE_LESSON, .conn = conn};
	prompt_open(ui, &use, page);
	return true;
}

bool file_request_ask_connection(struct ws_ui *ui, const struct ws_model *model)
{
	static const struct prompt_use use = {
	        .label = N_("export to"),
	        .hint = N_("a new file: .svg, .anim.svg, .html page, .txt, .cast recording, .pcap or .pcapng packets"),
	        .accept = accept_name,
	};
	static const struct prompt_use of_graph = {
	        .label = N_("export to"),
	        .hint = N_("a new file: .svg a picture of the graph as it is shown, .txt text"),
	        .accept = accept_name,
	};
	const bool graph = ws_ui_screen(ui) == WS_SCREEN_GRAPH;
	const bool from_list = ws_ui_screen(ui) == WS_SCREEN_LIST;
	const ws_conn_id conn = from_list ? list_selected(ui, model) : ui->replay.conn;
	struct ws_conn_info info;
	char name[64];
	if (ui->lesson.lesson)
		return ask_lesson(ui, conn);
	if (!ws_tracker_conn(model->tracker, conn, &info))
		return false;
	ui->file.request =
	        (struct ws_file_request){.content = graph ? WS_FILE_GRAPH : WS_FILE_CONNECTION, .conn = conn};
	snprintf(name, sizeof(name), "connection-%llu%s.svg", (unsigned long long)info.number, graph ? "-graph" : "");
	prompt_open(ui, graph ? &of_graph : &use, name);
	return true;
}

bool file_request_ask_stream(struct ws_ui *ui, const struct ws_model *model)
{
	static const struct prompt_use use = {
	        .label = N_("save to"),
	        .hint = N_("a new file for the bytes of the directions shown, each byte once, in order"),
	        .accept = accept_name,
	};
	const struct stream_view *stream = &ui->stream;
	struct ws_conn_info info;
	char name[64];
	const char *side = "";
	if (!stream->number)
		return false;
	if (stream->only >= 0 && replay_conn(&ui->replay, model, stream->conn, &info))
		side = stream->only == info.likely_client ? "-client" : "-server";
	ui->file.request = (struct ws_file_request){.content = WS_FILE_STREAM, .conn = stream->conn};
	snprintf(name, sizeof(name), "connection-%llu%s.bin", (unsigned long long)stream->number, side);
	prompt_open(ui, &use, name);
	return true;
}

bool ws_ui_file_request(struct ws_ui *ui, struct ws_file_request *request)
{
	const bool wanted = ui->file.wanted;
	ui->file.wanted = false;
	if (wanted)
		*request = ui->file.request;
	return wanted;
}

void ws_ui_tell(struct ws_ui *ui, const char *message, bool good)
{
	snprintf(ui->file.message, sizeof(ui->file.message), "%s", message);
	ui->file.good = good;
}

bool ws_ui_clear_message(struct ws_ui *ui)
{
	const bool shown = ui->file.message[0];
	ui->file.message[0] = '\0';
	return shown;
}

void file_request_draw(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	const char *message = ui->file.message;
	const int width = canvas->columns - 2;
	char line[sizeof(ui->file.message)];
	int rows = 0;
	while (rows < canvas->rows && draw_wrap(message, width, rows, line, sizeof(line)))
		rows++;
	for (int i = 0; i < rows && draw_wrap(message, width, i, line, sizeof(line)); i++) {
		const int row = canvas->rows - rows + i;
		for (int column = 0; column < canvas->columns; column++)
			ws_canvas_put(canvas, row, column, WS_STYLE_NORMAL, ' ');
		ws_canvas_text(canvas, row, 1, canvas->columns - 1, ui->file.good ? WS_STYLE_GOOD : WS_STYLE_WARN,
		               line);
	}
}
