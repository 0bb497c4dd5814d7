/* The RST that ended a connection: what came before it, and whether it looks like its sender's other packets. */
#ifndef WIRESTATE_RESET_H
#define WIRESTATE_RESET_H

#include <wirestate/types.h>

#include <stdbool.h>
#include <stdint.h>

/* What made an endpoint send the RST that ended a connection, as far as packets show it. */
enum ws_reset_trigger {
	WS_RESET_PLAIN,             /* nothing shows it */
	WS_RESET_DATA_AFTER_CLOSE,  /* data came after it had sent its FIN */
	WS_RESET_DATA_CROSSED_FIN,  /* the same, and the peer had not got the FIN when it sent the data */
	WS_RESET_UNREAD,            /* the peer's data was the last, so it was unread, or its program aborted */
	WS_RESET_ANSWERED,          /* it is the server, had answered, and aborts without a FIN; data may be unread */
	WS_RESET_UNSEEN_SYN_ACK,    /* it answers what acknowledged the SYN, and was not captured */
	WS_RESET_FORGOTTEN,         /* the peer's FIN came long after its own, when it had no socket any more */
	WS_RESET_NO_SOCKET,         /* it answers the peer's latest segment, without ACK, as where no socket takes it */
	WS_RESET_NOT_TAKEN,         /* the same right after the handshake */
	WS_RESET_FIN_UNANSWERED,    /* it had sent its FIN several times without an ACK of it */
	WS_RESET_DATA_UNANSWERED,   /* the same with data */
	WS_RESET_PROBES_UNANSWERED, /* the same with keep-alives */
	WS_RESET_PROBES_UNHEARD,    /* with keep-alives that were answered, as the capture shows */
	WS_RESET_ACKS_UNHEARD,      /* it had sent again what the captured ACKs of its peer acknowledge */
};

/* Whether that RST looks like the other packets of its apparent sender. */
enum ws_reset_look {
	WS_RESET_LOOKS_LIKE_SENDER,
	WS_RESET_OTHER_TTL,            /* it has passed more or fewer routers */
	WS_RESET_OTHER_IDENTIFICATION, /* its IPv4 identification is far from those around it */
};

enum { WS_RESET_TEXT = 78 };

/* The RST that ended a connection. */
struct ws_reset {
	ws_time idle;   /* how long the connection had been without a segment */
	ws_time silent; /* how long its sender had sent nothing; 0: it never had */
	ws_time kept;   /* how long there had been keep-alives, and nothing new; 0: there were none */
	ws_time tried;  /* with what was unanswered: since when it had been sent */
	uint32_t bytes; /* with data after its FIN what came; with WS_RESET_DATA_UNANSWERED what was sent */
	uint32_t times; /* with what was unanswered: how often it was sent again, or how many keep-alives there were */
	uint16_t identification, own_identification; /* its, and that of its sender's segment before it */
	uint8_t ttl, own_ttl;
	uint8_t trigger, look;    /* enum ws_reset_trigger, enum ws_reset_look */
	bool rejected;            /* with what was unanswered: each time the peer had repeated its ACK */
	char text[WS_RESET_TEXT]; /* its payload, which may say why (RFC 9293 §3.5.3); "": none, or no text */
	uint8_t multipath_end, multipath_reason; /* as in struct ws_tcp_summary */
	bool finished; /* both FINs had been acknowledged, one of them maybe by the RST itself */
};

#endif
