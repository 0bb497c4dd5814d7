/* The pane beside the lifelines, where the screen is wide enough for both: the state diagram, the packet of the step,
 * or the bytes of the connection.
 *
 * Packet and stream are screens of their own. Here they are laid out for the pane's size and drawn on a canvas of that
 * size, which is copied to its place. */
#include "scene/lifelines/lifelines.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/table.h"

enum { NARROW = 46, WIDE = 80, LIFELINES = 74, ROOMY = 100, TOP = 1 };

static enum ws_screen pane_screen(const struct ws_ui *ui)
{
	static const uint8_t screens[REPLAY_PANES] = {
	        [REPLAY_PANE_DIAGRAM] = WS_SCREEN_DIAGRAM,
	        [REPLAY_PANE_PACKET] = WS_SCREEN_PACKET,
	        [REPLAY_PANE_STREAM] = WS_SCREEN_STREAM,
	};
	return (enum ws_screen)screens[ui->replay.pane];
}

static bool fits(const struct ws_ui *ui, int width, int rows)
{
	return ui->replay.pane == REPLAY_PANE_DIAGRAM ? diagram_rows(width - 2, rows - 2) > 0 : rows >= UI_MIN_ROWS;
}

int pane_columns(const struct ws_ui *ui, int columns, int bottom)
{
	if (columns >= WIDE + ROOMY && fits(ui, WIDE, bottom))
		return WIDE;
	return columns >= NARROW + LIFELINES && fits(ui, NARROW, bottom) ? NARROW : 0;
}

void pane_layout(struct ws_ui *ui, const struct ws_model *model, int bottom)
{
	const int width = pane_columns(ui, ui->columns, bottom) - 1, columns = ui->columns, rows = ui->rows;
	if (width < 1 || ui->replay.pane == REPLAY_PANE_DIAGRAM)
		return;
	ui->columns = width;
	ui->rows = bottom - TOP + 1; /* with a row for hints, which are not drawn here */
	ui->notes = table_note_rows(ui->rows);
	if (ui->replay.pane == REPLAY_PANE_STREAM)
		ui->stream.seek = replay_frame(&ui->replay, ui->replay.step, ui_point_of(model, ui->replay.conn));
	ui->packet.alone = false;
	screen_ops(pane_screen(ui))->layout(ui, model);
	if (!ws_canvas_resize(&ui->pane, ui->columns, ui->rows))
		ws_canvas_destroy(&ui->pane); /* there is no memory for it: the pane stays empty */
	ui->columns = columns;
	ui->rows = rows;
}

static void draw_diagram(const struct layout *layout, struct ws_canvas *canvas, int bottom)
{
	int left = layout->columns, width = canvas->columns - left - 1, top = TOP;
	int rows = diagram_rows(width, bottom - top);
	int spare = bottom - top - rows;
	int paths = spare >= 5 ? 2 : 0;
	if (paths) {
		int end =
		        ws_canvas_bold(canvas, top, left + 2, canvas->columns - 1, WS_STYLE_TITLE, _("State diagram"));
		end = ws_canvas_text(canvas, top++, end + 2, canvas->columns - 1, WS_STYLE_CLIENT, _("C client"));
		ws_canvas_text(canvas, top - 1, end + 2, canvas->columns - 1, WS_STYLE_SERVER, _("S server"));
		spare -= 1 + paths;
	}
	diagram_draw_in(layout, canvas, top + spare / 2, rows, left + 1, width);
	for (int side = 0; side < paths; side++)
		diagram_draw_path(layout, canvas, bottom - paths + side, left + 2, canvas->columns - 1,
		                  side ? !layout->left : layout->left);
}

/* Draws another screen on the pane's own canvas, and copies that. */
static void draw_other(const struct layout *layout, struct ws_canvas *canvas, int bottom)
{
	struct ws_canvas pane = layout->ui->pane;
	const int left = layout->columns + 1;
	if (!pane.cells || pane.columns > canvas->columns - left)
		return;
	pane.ascii = canvas->ascii;
	pane.wide = canvas->wide;
	ws_canvas_clear(&pane);
	screen_ops(pane_screen(layout->ui))->draw(layout->ui, layout->model, &pane);
	for (int row = 0; row + 1 < pane.rows && TOP + row < bottom; row++)
		for (int column = 0; column < pane.columns; column++)
			canvas->cells[(size_t)(TOP + row) * (size_t)canvas->columns + (size_t)(left + column)] =
			        pane.cells[(size_t)row * (size_t)pane.columns + (size_t)column];
}

void pane_draw(const struct layout *layout, struct ws_canvas *canvas, int bottom)
{
	for (int row = TOP; row < bottom; row++)
		ws_canvas_put(canvas, row, layout->columns, WS_STYLE_DIM, 0x2502);
	if (layout->ui->replay.pane == REPLAY_PANE_DIAGRAM)
		draw_diagram(layout, canvas, bottom);
	else
		draw_other(layout, canvas, bottom);
}
