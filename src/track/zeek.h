/* The two columns of Zeek's conn.log that summarise a connection, for scripts that read them. */
#ifndef WS_TRACK_ZEEK_H
#define WS_TRACK_ZEEK_H

#include "track/machine.h"

#define WS_ZEEK_HISTORY 31 /* letters kept; later ones are dropped */

/* Zeroed memory is an empty history. */
struct ws_zeek {
	uint16_t seen[2];                               /* the letters of each endpoint; private to zeek.c */
	uint32_t last_syn[2], last_fin[2], last_rst[2]; /* sequence numbers; another one counts again */
	uint8_t length;
	char letters[WS_ZEEK_HISTORY]; /* endpoint 0 in upper case */
};

/* Counts for letters that are added at 1, 10, 100, ... */
struct ws_zeek_repeats {
	uint32_t count[2][4];
};

/* Bits of `seen`, and the marks that have a letter. */
enum { WS_ZEEK_ACK = 2, WS_ZEEK_DATA = 4 };
#define WS_ZEEK_MARKS                                                                                                  \
	(1u << WS_ANALYSIS_ZERO_WINDOW | 1u << WS_ANALYSIS_RETRANSMISSION | 1u << WS_ANALYSIS_ACK_LOST_SEGMENT)

/* True for a segment that adds nothing: most of them. */
static inline bool ws_zeek_has(const struct ws_zeek *zeek, const struct ws_segment *s, uint32_t analysis)
{
	const bool plain =
	        !(s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST)) && !s->bad_checksum && !(analysis & WS_ZEEK_MARKS);
	return s->duplicate || (plain && zeek->seen[s->direction] & (s->length ? WS_ZEEK_DATA : WS_ZEEK_ACK));
}

/* Adds a captured segment, unless ws_zeek_has() is true of it, with its analysis marks. With marks, and for a wrong
 * checksum, it counts in `repeats`; NULL: there is no memory for that, so these letters are not added. */
void ws_zeek_note(struct ws_zeek *zeek, struct ws_zeek_repeats *repeats, const struct ws_segment *segment,
                  uint32_t analysis);
/* Writes the history with `originator`'s letters in upper case; a ^ in front says that it did not send the first
 * packet. */
void ws_zeek_history(const struct ws_zeek *zeek, unsigned originator, char history[WS_ZEEK_HISTORY + 2]);
/* Returns S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR or OTH; static. */
const char *ws_zeek_state(const struct ws_zeek *zeek, const struct ws_machine *machine, unsigned originator);

#endif
