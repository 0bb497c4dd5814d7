/* Facts about what surrounds connections, for the words of verdicts: which server ports answer, and the latest ICMP
 * error that quotes a connection. The tables have a fixed size, and a newer fact may replace an older one, so a fact
 * can be missing but is never wrong. Private to src/track. */
#ifndef WS_TRACK_SURROUNDINGS_H
#define WS_TRACK_SURROUNDINGS_H

#include <wirestate/track.h>

enum { WS_ANSWERING_PORTS = 4096, WS_ICMP_NOTES = 512 };

struct ws_icmp_entry {
	uint64_t conn_number; /* 0: the entry is free */
	struct ws_icmp_note note;
};

struct ws_surroundings {
	uint64_t answering[WS_ANSWERING_PORTS]; /* hashes of addresses and ports that have sent a SYN-ACK; 0: free
	                                         */
	struct ws_icmp_entry icmp[WS_ICMP_NOTES];
};

/* Notes that this address and port has answered a SYN. */
void ws_surroundings_answered(struct ws_surroundings *surroundings, const struct ws_addr *address, uint16_t port);
bool ws_surroundings_answers(const struct ws_surroundings *surroundings, const struct ws_addr *address, uint16_t port);

/* Notes an ICMP error that quotes a connection. */
void ws_surroundings_icmp(struct ws_surroundings *surroundings, uint64_t conn_number, const struct ws_packet *packet);
/* NULL when no error is noted. */
const struct ws_icmp_note *ws_surroundings_icmp_of(const struct ws_surroundings *surroundings, uint64_t conn_number);

#endif
