/* The file that the user has asked for, and how writing it went. Private to src/scene. */
#ifndef SCENE_FILE_REQUEST_H
#define SCENE_FILE_REQUEST_H

#include <wirestate/scene.h>

struct file_request {
	struct ws_file_request request; /* valid when `wanted` */
	bool wanted;                    /* the caller has not taken it yet */
	bool good;
	char message[800]; /* how it went; empty: nothing to say */
};

/* Opens the line for the name of a new file: for the selected or shown connection, or for the bytes of the stream
 * screen. False: there is no connection. */
bool file_request_ask_connection(struct ws_ui *ui, const struct ws_model *model);
bool file_request_ask_stream(struct ws_ui *ui, const struct ws_model *model);
void file_request_draw(const struct ws_ui *ui, struct ws_canvas *canvas);

#endif
