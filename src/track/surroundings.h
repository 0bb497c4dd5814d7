/* Facts about what surrounds connections, for the words of verdicts: which server ports answer, the latest ICMP error that
 * quotes a connection, and the latest SYNs. The tables have a fixed size, and a newer fact may replace an older one, so a
 * fact can be missing but is never wrong. Private to src/track. */
#ifndef WS_TRACK_SURROUNDINGS_H
#define WS_TRACK_SURROUNDINGS_H

#include <wirestate/track.h>

enum { WS_ANSWERING_PORTS = 4096, WS_ICMP_NOTES = 512, WS_OPENINGS = 1024, WS_STAMP_NOTES = 256 };

struct ws_icmp_entry {
	uint64_t conn_number; /* 0: the entry is free */
	struct ws_icmp_note note;
	ws_time time;            /* of the latest one; so below */
	uint32_t sequence;       /* that it quotes */
	uint32_t identification; /* its own, of IPv4; 0: none */
};

/* A SYN that began a connection, see elsewhere.h. */
struct ws_opening {
	uint64_t conn_number; /* 0: the entry is free */
	uint32_t iss;
	ws_conn_id id;
};

/* The timestamp of a client's latest SYN that a server answered. */
struct ws_stamp_entry {
	struct ws_addr client, server;
	ws_time time;
	uint32_t tsval;
	bool used;
	bool unordered; /* the server has answered older ones as well, or newer ones have no answer either */
};

struct ws_surroundings {
	uint64_t answering[WS_ANSWERING_PORTS]; /* hashes of addresses and ports that have answered; 0: free */
	struct ws_icmp_entry icmp[WS_ICMP_NOTES];
	struct ws_opening openings[WS_OPENINGS];
	struct ws_stamp_entry stamps[WS_STAMP_NOTES];
};

enum { WS_ANY_PORT = 0 }; /* no SYN is answered there */

/* A SYN-ACK from this address and port answers there, and, as a RST does, for the host, which is WS_ANY_PORT. */
void ws_surroundings_answer(struct ws_surroundings *surroundings, uint16_t flags, const struct ws_addr *address,
                            uint16_t port);
bool ws_surroundings_answers(const struct ws_surroundings *surroundings, const struct ws_addr *address, uint16_t port);

/* Notes the timestamp that a SYN-ACK echoes; `client` is its destination. */
void ws_surroundings_stamp(struct ws_surroundings *surroundings, const struct ws_segment *syn_ack,
                           const struct ws_addr *client, const struct ws_addr *server);
/* Notes the timestamp of a SYN that was sent again and has no answer. */
void ws_surroundings_stamp_unanswered(struct ws_surroundings *surroundings, const struct ws_segment *syn,
                                      const struct ws_addr *client, const struct ws_addr *server);
/* Whether the SYN's timestamp is older than that of another SYN of its address which this server has answered lately. A
 * server with tcp_tw_recycle drops it for that; clients behind a NAT have one address, and a clock each. So has each
 * connection of a client that begins its timestamps anywhere, as Linux does now. */
bool ws_surroundings_stamp_is_old(const struct ws_surroundings *surroundings, const struct ws_segment *syn,
                                  const struct ws_addr *client, const struct ws_addr *server);
/* Whether the server may drop SYNs for that, as far as is known: not where what it answers has nothing to do with it. */
bool ws_surroundings_minds_stamps(const struct ws_surroundings *surroundings, const struct ws_addr *client,
                                  const struct ws_addr *server);

/* Notes an ICMP error that quotes a connection. One that was captured twice counts once. */
void ws_surroundings_icmp(struct ws_surroundings *surroundings, uint64_t conn_number, const struct ws_packet *packet);
/* NULL when no error is noted. */
const struct ws_icmp_note *ws_surroundings_icmp_of(const struct ws_surroundings *surroundings, uint64_t conn_number);

#endif
