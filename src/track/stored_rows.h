/* The rows of a tracker of records, and their indices. Private to src/track.
 *
 * A row is a connection's info, packed (packed.h). An id is an index into the rows plus one; `order` has the ids in the
 * order in which the connections were first heard of. One index leads from a source and a number to the row, another one
 * from both initial sequence numbers to the rows of all sensors that saw the connection, which form a ring. Strings that
 * many rows share are kept once. When memory is used up, an eighth of the rows is given up at once, so that the walk
 * over all of them costs little for each. */
#ifndef WS_TRACK_STORED_ROWS_H
#define WS_TRACK_STORED_ROWS_H

#include "track/stored.h"

struct row {
	uint8_t *packed;          /* NULL: the row is free, and `ring` leads to the next free one */
	uint64_t number, arrived; /* `arrived`: the number of the latest record that changed its states */
	uint64_t sequences;       /* both initial sequence numbers, the lower one first; 0: they are not known */
	uint32_t size;
	ws_conn_id ring; /* the next row with the same connection; its own id: there is none */
	uint16_t source;
	bool ended;
};

struct index {
	ws_conn_id *slot; /* 0: empty */
	size_t slots;
};

struct shared {
	void *bytes;
	size_t length;
};

struct udp_row {
	uint16_t source;
	struct ws_udp_info info;
};

struct arp_row {
	uint16_t source;
	struct ws_arp_binding info;
};

struct ws_stored {
	uint8_t hash_key[16];
	uint64_t memory, used; /* bytes that it may take, and takes besides the tables */
	struct row *rows;
	size_t row_count, row_room;
	ws_conn_id free_row;
	ws_conn_id *order;
	size_t count, order_room;
	struct index by_number, by_sequences;
	struct shared *shared;
	size_t shared_slots, shared_count;
	struct udp_row *udp;
	struct arp_row *arp;
	size_t udp_count, udp_room, arp_count, arp_room;
	uint64_t evicted, udp_evicted;
	struct ws_stored_sensors sensors;
};

enum {
	SHARED_SLOTS = 1 << 16,
	SHARED_MOST = SHARED_SLOTS / 2,
	ARP_MOST = 4096,
	UDP_SHARE = 4, /* of the memory, for conversations */
	BLOCK = 16,    /* bytes that an allocation takes besides its own */
};

/* Makes room for one more element. */
bool ws_stored_room(void **elements, size_t *room, size_t count, size_t size);
/* A copy that is kept once for all who share it; NULL: there are too many, or no memory. */
const void *ws_stored_share(struct ws_stored *stored, const void *bytes, size_t length);
struct row *ws_stored_row(const struct ws_stored *stored, ws_conn_id id);
/* The slot of the row, or the empty one where it belongs. NULL: there is no index yet. */
ws_conn_id *ws_stored_slot(const struct ws_stored *stored, uint64_t number, uint16_t source);
/* Puts the info into the row with this id, or with 0 into a new one. Returns the id; 0: there is no memory. */
ws_conn_id ws_stored_put(struct ws_stored *stored, ws_conn_id id, uint16_t source, struct ws_conn_info *info,
                         uint64_t arrived);
/* Gives up the oldest eighth of the rows, first of those that have ended. */
void ws_stored_evict(struct ws_stored *stored);

#endif
