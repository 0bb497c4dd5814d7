/* One screen without a terminal, for --frame and --export: the file is read up to a packet, so that the model is what
 * the view would have then. */
#ifndef APP_FRAME_H
#define APP_FRAME_H

#include "app/session.h"

struct frame {
	struct session *session;
	struct ws_ui *ui;
	struct ws_model model;
	struct ws_canvas canvas;
	ws_conn_id conn; /* the one selected; 0: none */
};

/* Reads the capture up to the packet that --frame names. False: session->error says why not. */
bool frame_read(struct session *session) WS_CHECKED;
/* The connection that --connection names, else the packet's own, else the first; 0: there is none. False:
 * session->error says that there is no such connection. */
bool frame_connection(struct session *session, ws_conn_id *conn) WS_CHECKED;
/* Lays a screen out and selects what it is to show. False: session->error says why not. frame_close() is due also after
 * a failure. */
bool frame_open(struct frame *frame, struct session *session) WS_CHECKED;
/* Draws the screen into frame->canvas. */
void frame_draw(struct frame *frame);
void frame_close(struct frame *frame);

#endif
