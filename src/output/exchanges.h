/* The records of requests with their answers, and of servers' ports. Private to src/output. */
#ifndef WS_OUTPUT_EXCHANGES_H
#define WS_OUTPUT_EXCHANGES_H

#include "output/internal.h"

/* Count an exchange, and a connection with its time, for the record of its server's port; `history`: and with all its
 * exchanges, which were not counted one by one. */
void output_service_exchange(struct ws_output *output, const struct ws_tracker *tracker, ws_conn_id id,
                             const struct ws_exchange *exchange);
void output_service_connection(struct ws_output *output, const struct ws_tracker *tracker, ws_conn_id id);
/* Calls `write` for each server's port. */
void output_services(struct ws_output *output, void (*write)(struct ws_output *output, const struct subject *subject));
void text_exchange(struct ws_text *text, const struct subject *subject);
void text_service(struct ws_text *text, const struct subject *subject);

#endif
