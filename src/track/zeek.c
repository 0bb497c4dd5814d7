/* Zeek's conn_state and history, from our own facts.
 *
 * A letter is added for the first segment of its kind from each endpoint: s SYN, h SYN-ACK, a pure ACK, d data, f FIN,
 * r RST, i FIN with RST, q SYN with FIN or RST; SYN, FIN and RST count again with another sequence number. The letters
 * c bad checksum, g gap, t retransmission and w zero window are added at the first, tenth, hundredth ... time. A
 * segment with SYN, FIN or RST counts only as that. conn_state depends on the state of each side: inactive, partial
 * (captured from its middle), SYN sent, established, closed (sent FIN), reset (sent RST). */
#include "track/zeek.h"

#include <ctype.h>

enum letter {
	SYN = 1,
	ACK = WS_ZEEK_ACK,
	DATA = WS_ZEEK_DATA,
	FIN = 8,
	RST = 16,
	FIN_RST = 32,
	MULTI = 64,
	SYN_ACK = 128,
};

enum repeated { CHECKSUM, GAP, RETRANSMISSION, ZERO_WINDOW };

static void zeek_append(struct ws_zeek *zeek, unsigned direction, char letter)
{
	if (zeek->length < WS_ZEEK_HISTORY)
		zeek->letters[zeek->length++] = direction ? (char)tolower(letter) : letter;
}

/* Returns true when this kind was seen from this endpoint before; otherwise adds its letter. */
static bool once(struct ws_zeek *zeek, unsigned direction, enum letter kind, char letter)
{
	if (zeek->seen[direction] & kind)
		return true;
	zeek->seen[direction] |= (uint16_t)kind;
	zeek_append(zeek, direction, letter);
	return false;
}

static void once_per_sequence(struct ws_zeek *zeek, unsigned direction, enum letter kind, char letter, uint32_t *last,
                              uint32_t sequence)
{
	if (once(zeek, direction, kind, letter) && *last != sequence)
		zeek_append(zeek, direction, letter);
	*last = sequence;
}

static void logarithmic(struct ws_zeek *zeek, struct ws_zeek_repeats *repeats, unsigned direction, enum repeated what,
                        char letter)
{
	if (!repeats)
		return;
	uint32_t count = ++repeats->count[direction][what];
	while (count % 10 == 0)
		count /= 10;
	if (count == 1)
		zeek_append(zeek, direction, letter);
}

static void note_flags(struct ws_zeek *zeek, const struct ws_segment *s)
{
	unsigned d = s->direction;
	bool syn = s->flags & WS_TCP_SYN, fin = s->flags & WS_TCP_FIN, rst = s->flags & WS_TCP_RST;
	bool ack = s->flags & WS_TCP_ACK;
	if (syn + fin + rst > 1) {
		bool both = fin && rst;
		once(zeek, d, both ? FIN_RST : MULTI, both ? 'I' : 'Q');
	} else if (syn) {
		once_per_sequence(zeek, d, SYN, ack ? 'H' : 'S', &zeek->last_syn[d], s->sequence);
		zeek->seen[d] |= ack ? SYN_ACK : 0;
	} else if (fin) {
		once_per_sequence(zeek, d, FIN, 'F', &zeek->last_fin[d], s->sequence + s->length);
	} else if (rst) {
		once_per_sequence(zeek, d, RST, 'R', &zeek->last_rst[d], s->sequence);
	} else if (s->length) {
		once(zeek, d, DATA, 'D');
	} else if (ack) {
		once(zeek, d, ACK, 'A');
	}
}

void ws_zeek_note(struct ws_zeek *zeek, struct ws_zeek_repeats *repeats, const struct ws_segment *s, uint32_t analysis)
{
	unsigned d = s->direction;
	if (s->bad_checksum) {
		logarithmic(zeek, repeats, d, CHECKSUM, 'C');
		return;
	}
	note_flags(zeek, s);
	if (analysis & 1u << WS_ANALYSIS_ZERO_WINDOW)
		logarithmic(zeek, repeats, d, ZERO_WINDOW, 'W');
	if (analysis & 1u << WS_ANALYSIS_RETRANSMISSION && s->length)
		logarithmic(zeek, repeats, d, RETRANSMISSION, 'T');
	/* A gap is data that was acknowledged and not captured, so it belongs to the other side. */
	if (analysis & 1u << WS_ANALYSIS_ACK_LOST_SEGMENT)
		logarithmic(zeek, repeats, 1 - d, GAP, 'G');
}

void ws_zeek_history(const struct ws_zeek *zeek, unsigned originator, char history[WS_ZEEK_HISTORY + 2])
{
	char *out = history;
	if (originator)
		*out++ = '^';
	for (unsigned i = 0; i < zeek->length; i++) {
		int letter = (unsigned char)zeek->letters[i];
		*out++ = (char)(!originator ? letter : isupper(letter) ? tolower(letter) : toupper(letter));
	}
	*out = '\0';
}

enum side_state { INACTIVE, PARTIAL, SYN_SENT, SYN_ACK_SENT, ESTABLISHED, CLOSED, RESET };

static enum side_state side_state(const struct ws_zeek *zeek, const struct ws_machine *machine, unsigned i)
{
	const struct ws_endpoint *e = &machine->endpoint[i];
	if (zeek->seen[i] & (RST | FIN_RST))
		return RESET;
	if (zeek->seen[i] & FIN)
		return CLOSED;
	if (!zeek->seen[i])
		return INACTIVE;
	if (!(zeek->seen[i] & SYN))
		return PARTIAL;
	if (ws_is_open(e))
		return ESTABLISHED;
	return zeek->seen[i] & SYN_ACK ? SYN_ACK_SENT : SYN_SENT;
}

const char *ws_zeek_state(const struct ws_zeek *zeek, const struct ws_machine *machine, unsigned originator)
{
	enum side_state orig = side_state(zeek, machine, originator);
	enum side_state resp = side_state(zeek, machine, machine->self ? originator : 1 - originator);
	bool orig_silent = orig == INACTIVE || orig == PARTIAL, resp_silent = resp == INACTIVE || resp == PARTIAL;
	bool data = (zeek->seen[0] | zeek->seen[1]) & DATA;
	bool no_handshake = orig == SYN_SENT || orig == SYN_ACK_SENT;
	if (resp == RESET)
		return no_handshake || (orig == RESET && !data) ? "REJ" : orig_silent ? "RSTRH" : "RSTR";
	if (orig == RESET)
		return resp_silent ? "RSTOS0" : "RSTO";
	if (orig == CLOSED && resp == CLOSED)
		return "SF";
	if (orig == CLOSED)
		return resp_silent ? "SH" : "S2";
	if (resp == CLOSED)
		return orig_silent ? "SHR" : "S3";
	if (orig == SYN_SENT && resp == INACTIVE)
		return "S0";
	return orig == ESTABLISHED && resp == ESTABLISHED ? "S1" : "OTH";
}
