/* A file that the reader asks for. Private to src/scene. */
#ifndef SCENE_EXPORT_H
#define SCENE_EXPORT_H

#include <wirestate/scene.h>

struct export_view {
	char name[512];
	ws_conn_id conn;
	bool wanted, good;
	char message[800]; /* how it went; empty: nothing to tell */
};

/* Opens the line for the file's name; false: there is no connection. */
bool export_ask(struct ws_ui *ui, const struct ws_model *model);
/* A key has come: what was told has been read. True: something was told. */
bool export_forget(struct ws_ui *ui);
void export_draw(const struct ws_ui *ui, struct ws_canvas *canvas);

#endif
