/* The memory of what few connections have, see ws_table_rare(). Private to the table. */
#ifndef WS_TRACK_RARE_H
#define WS_TRACK_RARE_H

#include "track/conn.h"

/* NULL: there is no memory. */
struct ws_rare *ws_rare_take(struct ws_table *table) WS_CHECKED;
/* The connection has some, and then none. */
void ws_rare_give_back(struct ws_table *table, struct ws_conn *conn);
uint64_t ws_rare_memory(const struct ws_table *table); /* bytes it takes */
void ws_rare_free(struct ws_table *table);

#endif
