/* The words below the lifelines: WHAT this step is, with its arithmetic; WHY the states change; what comes NEXT;
 * and a NOTE on what a learner may find puzzling.
 *
 * The notes are a table. Each names the facts that it needs, and the first note whose facts all hold is shown.
 * Facts are computed from the step alone, so the note does not depend on how the user came to it. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

enum fact {
	FACT_SYN = 1 << 0, /* SYN without ACK */
	FACT_SYN_ACK = 1 << 1,
	FACT_HANDSHAKE_ACK = 1 << 2, /* the third segment */
	FACT_RST = 1 << 3,
	FACT_REFUSED = 1 << 4, /* a RST to SYN_SENT */
	FACT_WINDOW_UPDATE = 1 << 5,
	FACT_FIN = 1 << 6,
	FACT_FIRST_FIN = 1 << 7, /* the other endpoint has not closed yet */
	FACT_MERGED = 1 << 8,    /* this FIN is also the first ACK of the other side's FIN */
	FACT_SECOND_FIN = 1 << 9,
	FACT_FIN_ACKED = 1 << 10,   /* acknowledges a FIN and carries none itself */
	FACT_HALF_CLOSED = 1 << 11, /* data from the endpoint that may still send */
	FACT_SIMULTANEOUS_CLOSE = 1 << 12,
	FACT_SIMULTANEOUS_OPEN = 1 << 13,
	FACT_SERVER_WAITS = 1 << 14, /* with FACT_LAST_ACK: and it is the server */
	FACT_WAIT_AGAIN = 1 << 15,   /* the countdown has started again */
	FACT_RETRANSMISSION = 1 << 16,
	FACT_FAST = 1 << 17,
	FACT_SPURIOUS = 1 << 18,
	FACT_DISORDER = 1 << 19,
	FACT_DUPLICATE_ACK = 1 << 20,
	FACT_ZERO_WINDOW = 1 << 21,
	FACT_PROBE = 1 << 22,
	FACT_KEEP_ALIVE = 1 << 23,
	FACT_MISSING = 1 << 24, /* the capture lacks segments */
	FACT_RETRACTION = 1 << 25,
	FACT_DATA = 1 << 26,
	FACT_ROLES_GUESSED = 1 << 27,
	FACT_BAD_CHECKSUM = 1 << 28,
	FACT_DUPLICATE = 1 << 29,
	FACT_PRESUMED = 1 << 30,
	FACT_LAST_ACK = 1u << 31, /* the endpoint that closed first acknowledges the other's FIN */
};

static const struct {
	uint32_t needs;
	const char *text;
} notes[] = {
        {FACT_BAD_CHECKSUM,
         N_("The checksum does not fit the bytes: the receiver drops this segment as if it had never come.")},
        {FACT_DUPLICATE,
         N_("The same packet was captured twice: on two interfaces, or by a mirror port. It counts once.")},
        {FACT_REFUSED, N_("A RST in answer to a SYN means: this host is up, but no program listens on this port. "
                          "connect() returns at once with \"connection refused\".")},
        {FACT_RST,
         N_("A RST aborts: no FIN, no answer, no TIME_WAIT, and bytes in flight are lost. A program causes it by "
            "closing "
            "with unread data or with a linger time of 0; a host that does not know this connection sends it, too.")},
        {FACT_SYN | FACT_RETRANSMISSION,
         N_("No answer came, so the SYN is sent again; each wait is longer than the one before. A filter that drops "
            "packets looks like this; a closed port would answer with RST.")},
        {FACT_WAIT_AGAIN,
         N_("The FIN comes again because its ACK was lost. This is what TIME_WAIT is for: the side that waits can "
            "acknowledge once more, and starts its waiting over.")},
        {FACT_RETRACTION, N_("Later packets show that what was presumed did not happen: the state is taken back.")},
        {FACT_FIN_ACKED | FACT_DUPLICATE_ACK,
         N_("The FIN is acknowledged once more. Without an endpoint in TIME_WAIT, a RST would have answered.")},
        {FACT_SIMULTANEOUS_CLOSE,
         N_("Both sides sent FIN before they saw the other's: they pass through CLOSING, and both end in "
            "TIME_WAIT, since neither knows whether its last ACK arrived.")},
        {FACT_SIMULTANEOUS_OPEN,
         N_("Both sides sent SYN before they saw the other's. TCP allows it: there is no server here, and "
            "one connection comes of it, not two.")},
        {FACT_FAST,
         N_("Duplicate ACKs told the sender what is missing: it sends that again without waiting for its timer.")},
        {FACT_SPURIOUS, N_("These bytes had been acknowledged already: this copy was not needed.")},
        {FACT_RETRANSMISSION,
         N_("The same sequence numbers again: no ACK came in time, and the sender's timer expired. Either the "
            "segment or its ACK was lost.")},
        {FACT_DISORDER,
         N_("It arrives after a later one, for example because they took two paths. The receiver puts both in order.")},
        {FACT_PROBE,
         N_("The window is closed, and the ACK that opens it may get lost. So the sender asks repeatedly, at growing "
            "intervals.")},
        {FACT_ZERO_WINDOW,
         N_("Window 0: the receiver's buffer is full because its program does not read. The sender must stop, "
            "and keeps asking with probes.")},
        {FACT_WINDOW_UPDATE,
         N_("No new byte is acknowledged: the receiver only says that its buffer has more room again.")},
        {FACT_DUPLICATE_ACK,
         N_("The same ACK again: something arrived, but not the byte that is expected next. Three of these make "
            "the sender repeat that byte.")},
        {FACT_KEEP_ALIVE,
         N_("A keep-alive: its sequence number is one below the next, so that the other side must answer with an "
            "ACK if it is still there.")},
        {FACT_SYN,
         N_("Opening takes three segments: each side announces the number its bytes start from, and each must learn "
            "that "
            "the other got it. With two, the server would not know, and an old, late SYN could open a connection.")},
        {FACT_SYN_ACK,
         N_("ACK and SYN travel together, which saves the fourth segment. A SYN counts as one byte, so it can be "
            "acknowledged like data: ack = its number + 1.")},
        {FACT_HANDSHAKE_ACK, N_("Only this ACK tells the server that its SYN arrived, and that the client's SYN was "
                                "not an old one. Where it "
                                "never comes, the server stays in SYN_RECEIVED.")},
        {FACT_MERGED,
         N_("Three segments close here, not four: the program closed before its kernel had sent the ACK of the other's "
            "FIN, so this FIN carries it. Where the program closes later, ACK and FIN are two.")},
        {FACT_SECOND_FIN,
         N_("When this FIN arrives, the sender of the first FIN waits 2 MSL. MSL is the longest life of "
            "a segment: one for its last ACK to "
            "arrive or disappear, one for the FIN that comes again if that ACK was lost.")},
        {FACT_FIRST_FIN, N_("A FIN closes one direction; the other one closes with a FIN of its own, so closing takes "
                            "four segments: FIN, "
                            "ACK, FIN, ACK. A program that dies looks the same: its kernel closes for it.")},
        {FACT_HALF_CLOSED,
         N_("Half-closed: one side has finished, and the other still sends. It may do so for any length of time.")},
        {FACT_LAST_ACK | FACT_SERVER_WAITS,
         N_("The side that closed first waits 2 MSL, in case this ACK is lost and the FIN comes again. Until then its "
            "kernel holds the port: bind() fails with \"Address already in use\", unless SO_REUSEADDR is set.")},
        {FACT_LAST_ACK, N_("The side that closed first waits: if this ACK is lost, the FIN comes again and must be "
                           "answered. After 2 MSL "
                           "(twice the longest life of a segment), no old segment can disturb a new connection.")},
        {FACT_FIN_ACKED, N_("A FIN has a number like a byte of data, so the ACK for it is one more than that number.")},
        {FACT_MISSING,
         N_("The capture has gaps: it lacks segments that were sent. States after a gap are marked with !")},
        {FACT_ROLES_GUESSED, N_("The capture began after the SYN: the client is guessed from the ports.")},
        {FACT_DATA | FACT_PRESUMED,
         N_("The mark ~ means presumed: the segment was captured here, but only an acknowledgment will show that "
            "it arrived.")},
        {FACT_DATA,
         N_("Every byte has a number, and ack is the next one expected. TCP keeps no borders: two calls of send() may "
            "share one segment, one may need several, and recv() returns what has arrived.")},
};

static bool changed(const struct ws_step *step, int endpoint, uint8_t to)
{
	for (int i = 0; i < step->transition_count; i++)
		if (step->transition[i].endpoint == endpoint && step->transition[i].to == to)
			return true;
	return false;
}

static bool is_closing(uint8_t state)
{
	return state == WS_FIN_WAIT_1 || state == WS_CLOSING || state == WS_LAST_ACK;
}

static uint32_t flag_facts(const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	int sender = input->direction & 1, receiver = !sender;
	uint8_t receiver_was = step->before[receiver];
	uint32_t facts = 0;
	if (input->flags & WS_TCP_RST) {
		facts |= FACT_RST | (receiver_was == WS_SYN_SENT ? FACT_REFUSED : 0);
		return facts;
	}
	if (input->flags & WS_TCP_SYN) {
		facts |= input->flags & WS_TCP_ACK ? FACT_SYN_ACK : FACT_SYN;
		if (changed(step, 0, WS_SYN_RECEIVED) && step->before[0] == WS_SYN_SENT)
			facts |= FACT_SIMULTANEOUS_OPEN;
		if (changed(step, 1, WS_SYN_RECEIVED) && step->before[1] == WS_SYN_SENT)
			facts |= FACT_SIMULTANEOUS_OPEN;
		return facts;
	}
	if (input->flags & WS_TCP_FIN) {
		facts |= FACT_FIN;
		if (receiver_was == WS_FIN_WAIT_1 && step->after[receiver] == WS_TIME_WAIT)
			facts |= FACT_MERGED;
		else if (receiver_was == WS_FIN_WAIT_2 || receiver_was == WS_FIN_WAIT_1)
			facts |= FACT_SECOND_FIN;
		else if (changed(step, sender, WS_FIN_WAIT_1))
			facts |= FACT_FIRST_FIN;
	} else if (is_closing(receiver_was) && !is_closing(step->after[receiver])) {
		facts |= FACT_FIN_ACKED | (step->after[sender] == WS_TIME_WAIT ? FACT_LAST_ACK : 0);
	}
	if (receiver_was == WS_SYN_RECEIVED && step->after[receiver] == WS_ESTABLISHED)
		facts |= FACT_HANDSHAKE_ACK;
	if (input->length && step->before[sender] == WS_CLOSE_WAIT)
		facts |= FACT_HALF_CLOSED;
	if (input->length)
		facts |= FACT_DATA;
	return facts;
}

static uint32_t mark_facts(uint32_t analysis)
{
	static const struct {
		uint8_t bit;
		uint32_t fact;
	} table[] = {
	        {WS_ANALYSIS_RETRANSMISSION, FACT_RETRANSMISSION},
	        {WS_ANALYSIS_FAST_RETRANSMISSION, FACT_FAST},
	        {WS_ANALYSIS_SPURIOUS_RETRANSMISSION, FACT_SPURIOUS},
	        {WS_ANALYSIS_OUT_OF_ORDER, FACT_DISORDER},
	        {WS_ANALYSIS_DUPLICATE_ACK, FACT_DUPLICATE_ACK},
	        {WS_ANALYSIS_ZERO_WINDOW, FACT_ZERO_WINDOW},
	        {WS_ANALYSIS_ZERO_WINDOW_PROBE, FACT_PROBE},
	        {WS_ANALYSIS_ZERO_WINDOW_PROBE_ACK, FACT_PROBE},
	        {WS_ANALYSIS_KEEP_ALIVE, FACT_KEEP_ALIVE},
	        {WS_ANALYSIS_WINDOW_UPDATE, FACT_WINDOW_UPDATE},
	        {WS_ANALYSIS_LOST_SEGMENT, FACT_MISSING},
	        {WS_ANALYSIS_ACK_LOST_SEGMENT, FACT_MISSING},
	};
	uint32_t facts = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(table); i++)
		if (analysis & 1u << table[i].bit)
			facts |= table[i].fact;
	return facts;
}

/* ---- What came before the step */

enum { LOOK_BACK = 64 };

/* The step before this one at which a segment from `direction` left, or with `arrived` came. False: there is none near.
 */
static bool find_before(const struct layout *layout, int direction, bool arrived, size_t *index, struct ws_step *step)
{
	for (size_t looked = 0; *index > 0 && looked < LOOK_BACK; looked++) {
		if (!replay_step(&layout->ui->replay, --*index, step))
			return false;
		if (step->input.kind == WS_INPUT_SEGMENT && step->input.direction == direction &&
		    step->way != (arrived ? WS_WAY_DEPARTURE : WS_WAY_ARRIVAL))
			return true;
	}
	return false;
}

/* Its sender had sent a segment with the same acknowledgment, which has not arrived. */
static bool acknowledged_before(const struct layout *layout)
{
	const struct ws_segment *input = &layout->whole.input;
	size_t index = layout->shown;
	struct ws_step step;
	while (find_before(layout, input->direction, false, &index, &step))
		if (index != layout->step.other && step.input.acknowledgment == input->acknowledgment)
			return true;
	return false;
}

/* It repeats an ACK, because what came before had arrived already. */
static bool answers_repetition(const struct layout *layout)
{
	const struct ws_segment *input = &layout->whole.input;
	size_t index = layout->step.way == WS_WAY_ARRIVAL ? layout->step.other : layout->shown;
	struct ws_step step;
	if (index == WS_STEP_NONE || !find_before(layout, !input->direction, true, &index, &step))
		return false;
	const uint32_t fin = !!(step.input.flags & WS_TCP_FIN), end = step.input.sequence + step.input.length + fin;
	return end != step.input.sequence && (int32_t)(end - input->acknowledgment) <= 0;
}

/* Takes back what only the steps before show to be otherwise. */
static uint32_t correct(const struct layout *layout, uint32_t facts)
{
	const uint32_t again = FACT_FIN_ACKED | FACT_DUPLICATE_ACK;
	if (facts & FACT_MERGED && acknowledged_before(layout))
		facts = (facts & ~FACT_MERGED) | FACT_SECOND_FIN;
	if ((facts & again) == again && layout->whole.before[layout->whole.input.direction & 1] != WS_TIME_WAIT)
		facts &= ~FACT_DUPLICATE_ACK;
	if (ws_replay_path(layout->ui->replay.steps))
		facts &= ~FACT_MISSING; /* it was lost on the way, which the other point shows */
	return facts;
}

static uint32_t facts_of(const struct layout *layout)
{
	const struct ws_step *step = &layout->whole;
	if (step->input.kind != WS_INPUT_SEGMENT)
		return 0;
	uint32_t facts = correct(layout, flag_facts(step) | mark_facts(step->analysis));
	int receiver = !step->input.direction;
	for (int i = 0; i < 2; i++) {
		if (step->after[i] == WS_CLOSING || (step->before[i] == WS_CLOSING && step->after[i] == WS_TIME_WAIT))
			facts |= FACT_SIMULTANEOUS_CLOSE;
	}
	if (facts & FACT_FIN && step->before[receiver] == WS_TIME_WAIT && step->after[receiver] == WS_TIME_WAIT)
		facts |= FACT_WAIT_AGAIN;
	for (int i = 0; i < step->transition_count; i++)
		if (step->transition[i].basis == WS_BASIS_RETRACTION)
			facts |= FACT_RETRACTION;
	if (facts & FACT_LAST_ACK && layout_is_server(layout, step->input.direction))
		facts |= FACT_SERVER_WAITS;
	if (step->certainty[receiver] == WS_PRESUMED)
		facts |= FACT_PRESUMED;
	if (!layout->roles_known)
		facts |= FACT_ROLES_GUESSED;
	if (step->input.bad_checksum)
		facts |= FACT_BAD_CHECKSUM;
	if (step->input.duplicate)
		facts |= FACT_DUPLICATE;
	return facts;
}

const char *notes_find(const struct layout *layout)
{
	uint32_t facts = facts_of(layout);
	for (size_t i = 0; i < WS_ARRAY_SIZE(notes); i++)
		if ((facts & notes[i].needs) == notes[i].needs) {
			if (notes[i].needs == FACT_DUPLICATE_ACK && answers_repetition(layout))
				return N_("The same ACK again: what arrived had arrived before, so the answer repeats "
				          "which byte is expected next.");
			return notes[i].text;
		}
	switch (layout->step.input.kind) {
	case WS_INPUT_EXPIRY:
		return N_("Twice the segment lifetime has passed without a repeated FIN. Now the ports may be used "
		          "again; "
		          "until then bind() failed with \"address already in use\", unless SO_REUSEADDR was set.");
	case WS_INPUT_ACCEPTED:
		return N_("Its receiver would have dropped a damaged segment. So only the checksum in the capture is "
		          "wrong: the network card completes it later, or someone has replaced the addresses.");
	case WS_INPUT_UNREACHABLE:
		return N_("A router or host on the way reports that it cannot deliver. That ends an attempt to open; "
		          "later, TCP only takes note and keeps trying.");
	case WS_INPUT_DISOWNED:
		return N_(
		        "The connection before continues as if nothing had happened: this SYN was an old one, delayed "
		        "in the network, or a forged one.");
	case WS_INPUT_SUPERSEDED:
		return N_(
		        "The same addresses and ports, but another initial sequence number: this is a new connection, "
		        "with its own row in the list.");
	default:
		return NULL;
	}
}

/* ---- WHAT */

static void what_data(const struct layout *layout, const char *sender, bool again, uint32_t seq, struct ws_text *text)
{
	const uint32_t length = layout->whole.input.length;
	const char *format =
	        again ? ws_translate_plural("%s sends %u byte again, numbers %u to %u. Expected: ack = %u + %u = %u.",
	                                    "%s sends %u bytes again, numbers %u to %u. Expected: ack = %u + %u = %u.",
	                                    length)
	              : ws_translate_plural("%s sends %u byte, numbers %u to %u. Expected: ack = %u + %u = %u.",
	                                    "%s sends %u bytes, numbers %u to %u. Expected: ack = %u + %u = %u.",
	                                    length);
	ws_text_printf(text, format, sender, length, seq, seq + length - 1, seq, length, seq + length);
}

static void what_segment(const struct layout *layout, struct ws_text *text)
{
	const struct ws_step *step = &layout->whole;
	const struct ws_segment *input = &step->input;
	bool absolute = layout->ui->replay.absolute;
	const char *sender = layout_name(layout, input->direction);
	const char *receiver = layout_name(layout, !input->direction);
	uint32_t seq = absolute ? input->sequence : step->relative_sequence;
	uint32_t ack = absolute ? input->acknowledgment : step->relative_acknowledgment;
	uint32_t facts = flag_facts(step);
	const bool again = step->analysis & 1u << WS_ANALYSIS_RETRANSMISSION;
	/* TRANSLATORS: in these messages the first %s is who sends, "client" or "server"; J and K are numbers of
	 * TCP. ack, and what is calculated, stay as they are. */
	if (facts & FACT_RST) {
		ws_text_printf(text, _("%s sends RST: this connection ends at once."), sender);
	} else if (facts & FACT_SYN) {
		ws_text_printf(
		        text,
		        again ? _("%s sends SYN again: its numbers start at J = %u (shown as 0). Expected: ack = J + 1 "
		                  "= %u.")
		              : _("%s sends SYN: its numbers start at J = %u (shown as 0). Expected: ack = J + 1 = "
		                  "%u."),
		        sender, input->sequence, input->sequence + 1);
	} else if (facts & FACT_SYN_ACK) {
		ws_text_printf(text, _("%s accepts: ack = J + 1 = %u. Its own numbers start at K = %u (shown as 0)."),
		               sender, input->acknowledgment, input->sequence);
	} else if (facts & FACT_HANDSHAKE_ACK && !input->length && !(facts & FACT_FIN)) {
		ws_text_printf(text, _("%s acknowledges the %s's SYN: ack = K + 1 = %u."), sender, receiver,
		               input->acknowledgment);
	} else if (facts & FACT_FIN) {
		ws_text_printf(text,
		               again ? _("%s sends FIN again: no more data from it.")
		                     : _("%s sends FIN: no more data from it."),
		               sender);
		if (input->length)
			ws_text_printf(text, _(" %u bytes, then FIN: expected ack = %u + %u + 1 = %u."), input->length,
			               seq, input->length, seq + input->length + 1);
		else
			ws_text_printf(text, _(" The FIN has number %u; expected: ack = %u + 1 = %u."), seq, seq,
			               seq + 1);
	} else if (input->length) {
		what_data(layout, sender, again, seq, text);
	} else if (facts & FACT_FIN_ACKED) {
		ws_text_printf(text, _("%s acknowledges the %s's FIN: ack = %u + 1 = %u."), sender, receiver, ack - 1,
		               ack);
	} else if (input->flags & WS_TCP_ACK) {
		ws_text_printf(text, _("%s acknowledges everything before %u: that is the number it expects next."),
		               sender, ack);
	} else {
		ws_text_printf(text, _("%s sends a segment without ACK, which no TCP does today."), sender);
	}
}

static void notes_what(const struct layout *layout, struct ws_text *text)
{
	const char *name = layout_name(layout, layout->step.input.direction);
	switch (layout->step.input.kind) {
	case WS_INPUT_EXPIRY:
		ws_text_printf(text, _("The %s's TIME_WAIT runs out: no packet, only time."), name);
		break;
	case WS_INPUT_ACCEPTED:
		ws_text_printf(text,
		               _("What the %s sent with a bad checksum before this has arrived: nothing else can "
		                 "explain this frame."),
		               name);
		break;
	case WS_INPUT_UNREACHABLE:
		ws_text_printf(text, _("An ICMP error quotes a segment that the %s sent: it could not be delivered."),
		               name);
		break;
	case WS_INPUT_DISOWNED:
		ws_text_printf(text, _("The %s shows that it never sent the SYN that began this connection."), name);
		break;
	case WS_INPUT_SUPERSEDED:
		ws_text_puts(text, _("A new connection begins between the same addresses and ports."));
		break;
	default:
		if (layout->step.way == WS_WAY_ARRIVAL)
			ways_say_arrival(layout, text);
		else
			what_segment(layout, text);
		if (layout->step.way == WS_WAY_DEPARTURE)
			ways_say_fate(layout, text);
		break;
	}
	if (text->length && text->data[0] >= 'a' && text->data[0] <= 'z')
		text->data[0] = (char)(text->data[0] - 'a' + 'A');
}

/* ---- WHY and NEXT */

/* Adds a reference, once. A second one to the main specification leaves out its number. */
static void add_reference(struct ws_text *references, const char *reference)
{
	static const char document[] = "RFC 9293 ";
	const bool known = strncmp(reference, document, sizeof(document) - 1) == 0;
	const char *section = known && references->length ? reference + sizeof(document) - 1 : reference;
	const char *found = strstr(ws_text_cstr(references), section);
	if (found && (found[strlen(section)] == ',' || !found[strlen(section)]))
		return;
	ws_text_printf(references, "%s%s", references->length ? ", " : "", section);
}

/* Why a segment changes no state, by its marks. The first mark that applies is used. */
static const char *why_marked(const struct ws_step *step)
{
	static const struct {
		uint8_t bit;
		const char *text;
	} table[] = {
	        {WS_ANALYSIS_FAST_RETRANSMISSION,
	         N_("no state changes: three duplicate ACKs count as a loss (RFC 5681 §3.2).")},
	        {WS_ANALYSIS_RETRANSMISSION, N_("no state changes: what is not acknowledged in time is sent again "
	                                        "(RFC 6298 §5).")},
	        {WS_ANALYSIS_OUT_OF_ORDER,
	         N_("no state changes: segments are processed in the order of their numbers (RFC 9293 §3.10.7.4).")},
	        {WS_ANALYSIS_KEEP_ALIVE, N_("no state changes: a keep-alive asks for an ACK (RFC 9293 §3.8.4).")},
	        {WS_ANALYSIS_KEEP_ALIVE_ACK,
	         N_("no state changes: a segment with an old number is answered with an ACK (RFC 9293 §3.10.7.4).")},
	        {WS_ANALYSIS_ZERO_WINDOW_PROBE, N_("no state changes: a closed window is probed (RFC 9293 §3.8.6.1).")},
	        {WS_ANALYSIS_ZERO_WINDOW_PROBE_ACK,
	         N_("no state changes: a probe is answered, whatever the window (RFC 9293 §3.8.6.1).")},
	        {WS_ANALYSIS_DUPLICATE_ACK,
	         N_("no state changes: a segment out of order is answered with an ACK at once (RFC 5681 §3.2).")},
	        {WS_ANALYSIS_ZERO_WINDOW,
	         N_("no state changes: the window says how much may still come (RFC 9293 §3.8.6).")},
	        {WS_ANALYSIS_WINDOW_UPDATE,
	         N_("no state changes: the window says how much may still come (RFC 9293 §3.8.6).")},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(table); i++)
		if (step->analysis & 1u << table[i].bit)
			return table[i].text;
	return NULL;
}

/* "SYN_SENT→ESTABLISHED", without the marks that the lifelines have. */
static void say_change(const struct ws_transition *change, struct ws_text *text)
{
	struct ws_transition plain = *change;
	plain.certainty = WS_CONFIRMED;
	if (plain.from != WS_LISTEN)
		plain.basis = WS_BASIS_SENT;
	ws_transition_words(text, &plain, false);
}

static void notes_why(const struct layout *layout, struct ws_text *text)
{
	const struct ws_step *step = &layout->step;
	char collected[160];
	struct ws_text references = WS_TEXT_OVER(collected);
	int said = 0;
	for (int i = 0; i < step->transition_count; i++) {
		const struct ws_transition *change = &step->transition[i];
		if (!layout->told && change->endpoint != step->input.direction)
			continue;
		char buffer[96];
		struct ws_text changes = WS_TEXT_OVER(buffer);
		say_change(change, &changes);
		ws_text_puts(text, said++ ? _("; ") : "");
		/* TRANSLATORS: "client SYN_SENT→ESTABLISHED: its SYN was acknowledged" */
		ws_text_printf(text, _("%s %s: %s"), layout_name(layout, change->endpoint), ws_text_cstr(&changes),
		               ws_why_text(change->why));
		add_reference(&references, ws_why_reference(change->why));
	}
	if (said) {
		ws_text_printf(text, " (%s)", ws_text_cstr(&references));
		return;
	}
	int sender = step->input.direction & 1;
	const char *marked = why_marked(step);
	if (!layout->told)
		ws_text_puts(text, _("nothing has arrived yet."));
	else if (step->input.bad_checksum)
		ws_text_puts(text, _("no state changes: a segment with a wrong checksum is dropped (RFC 9293 §3.1)."));
	else if (replay_waits_again(step, !sender, layout->model->time_wait))
		ws_text_printf(text,
		               _("a FIN that comes again is acknowledged, and the %s's waiting starts over "
		                 "(RFC 9293 §3.10.7.4)."),
		               layout_name(layout, !sender));
	else if (step->analysis & 1u << WS_ANALYSIS_DUPLICATE_ACK && answers_repetition(layout))
		ws_text_puts(text, _("no state changes: a segment with an old number is answered with an ACK (RFC 9293 "
		                     "§3.10.7.4)."));
	else if (marked)
		ws_text_puts(text, _(marked));
	else if (step->certainty_before[sender] == WS_PRESUMED && step->certainty[sender] == WS_CONFIRMED)
		ws_text_printf(text,
		               _("no state changes, but the %s is now confirmed in %s: its own segment shows it."),
		               layout_name(layout, sender), ws_state_name(step->after[sender]));
	else if (step->input.flags & WS_TCP_RST)
		ws_text_puts(text,
		             _("no state changes: this RST does not fit what the receiver expects (RFC 5961 §3.2)."));
	else if ((step->input.flags & (WS_TCP_SYN | WS_TCP_ACK)) == WS_TCP_SYN)
		ws_text_printf(
		        text,
		        _("no state changes yet: the %s is in SYN_RECEIVED once it answers (RFC 9293 §3.10.7.2)."),
		        layout_name(layout, !sender));
	else
		ws_text_puts(text, _("no state changes: only sequence numbers advance (RFC 9293 §3.4)."));
}

/* A format for who waits; NULL: nobody waits. */
static const char *expectation(uint8_t state)
{
	/* TRANSLATORS: %s is "client", "server" or "each side" */
	static const char *const texts[WS_STATE_COUNT] = {
	        [WS_LISTEN] = N_("%s answers SYN,ACK or RST"),
	        [WS_SYN_SENT] = N_("%s waits for SYN,ACK or repeats its SYN"),
	        [WS_SYN_RECEIVED] = N_("%s waits for the ACK of its SYN"),
	        [WS_ESTABLISHED] = N_("%s may send data or FIN"),
	        [WS_FIN_WAIT_1] = N_("%s waits for the ACK of its FIN"),
	        [WS_FIN_WAIT_2] = N_("%s waits for the other's FIN"),
	        [WS_CLOSE_WAIT] = N_("%s may go on sending"),
	        [WS_CLOSING] = N_("%s waits for the ACK of its FIN"),
	        [WS_LAST_ACK] = N_("%s waits for the ACK of its FIN"),
	        [WS_TIME_WAIT] = N_("%s waits 2 MSL, then is CLOSED"),
	};
	return state < WS_STATE_COUNT && texts[state] ? _(texts[state]) : NULL;
}

static void say_expectation(struct ws_text *text, uint8_t state, const char *who)
{
	const char *format = expectation(state);
	if (format)
		ws_text_printf(text, format, who);
}

static void next_step(const struct layout *layout, struct ws_text *text)
{
	const struct ws_step *step = &layout->step;
	if (!layout->told) {
		int receiver = !step->input.direction;
		if (step->after[receiver] != step->before[receiver])
			ws_text_printf(text, _("on arrival %s %s→%s."), layout_name(layout, receiver),
			               ws_state_name(step->before[receiver]), ws_state_name(step->after[receiver]));
		else
			ws_text_printf(text, _("it arrives at the %s."), layout_name(layout, receiver));
		return;
	}
	const uint8_t *state = layout->arrived ? layout->state : step->after;
	bool same = state[0] == state[1];
	if (same && state[0] == WS_CLOSED)
		ws_text_puts(text, _("nothing: both endpoints are CLOSED."));
	else if (same)
		say_expectation(text, state[0], _("each side"));
	if (same && state[0] != WS_CLOSED)
		ws_text_puts(text, _("."));
	for (int side = 0; side < 2 && !same; side++) {
		int endpoint = side ? !layout->left : layout->left;
		if (!expectation(state[endpoint]))
			continue;
		ws_text_puts(text, text->length ? _("; ") : "");
		say_expectation(text, state[endpoint], layout_name(layout, endpoint));
	}
	if (layout->has_next) {
		char buffer[32];
		struct ws_text after = WS_TEXT_OVER(buffer);
		draw_duration(&after, layout->next.input.time - step->input.time);
		const bool segment = layout->next.input.kind == WS_INPUT_SEGMENT && layout->next.way == WS_WAY_WHOLE;
		ws_text_puts(text, same ? "" : _("."));
		ws_text_printf(text,
		               segment ? _(" The next segment comes after %s") : _(" The next event comes after %s"),
		               ws_text_cstr(&after));
	}
}

/* ---- All of it */

void notes_text(const struct layout *layout, enum notes_paragraph paragraph, struct ws_text *text)
{
	const char *note;
	switch (paragraph) {
	case NOTES_WHAT:
		notes_what(layout, text);
		break;
	case NOTES_LAB:
		evidence_text(layout, text);
		host_text(layout, text);
		break;
	case NOTES_WHY:
		notes_why(layout, text);
		break;
	case NOTES_NEXT:
		next_step(layout, text);
		break;
	case NOTES_NOTE:
		if (ways_say_again(layout, text))
			break;
		note = notes_find(layout);
		ws_text_puts(text, note ? _(note) : "");
		break;
	}
}
