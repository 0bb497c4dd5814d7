/* Writing Zeek's conn.log. */
#ifndef WS_OUTPUT_ZEEK_LOG_H
#define WS_OUTPUT_ZEEK_LOG_H

#include "output/internal.h"

void zeek_record(struct ws_output *output, const struct subject *subject);
void zeek_finish(struct ws_output *output, ws_time last); /* the time of the last packet */

#endif
