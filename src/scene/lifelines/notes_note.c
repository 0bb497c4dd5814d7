/* The NOTE on what a learner may find puzzling. The notes are a table: each names the facts that it needs, and the first
 * note whose facts all hold is shown. */
#include "scene/lifelines/notes_facts.h"
#include "scene/ui.h"

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
        {FACT_HANDSHAKE_ACK, N_("This ACK tells the server that its SYN arrived, and that the client's SYN was not an "
                                "old one. Until an ACK comes, the server stays in SYN_RECEIVED.")},
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
            "kernel holds the port: bind() fails with \"Address already in use\", unless the old and the new socket set SO_REUSEADDR.")},
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

uint32_t notes_flag_facts(const struct ws_step *step)
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

bool notes_syn_ack_again(const struct layout *layout)
{
	const struct ws_segment *input = &layout->whole.input;
	size_t index = layout->shown;
	struct ws_step step;
	while (find_before(layout, input->direction, false, &index, &step))
		if (step.input.flags & WS_TCP_SYN && step.input.flags & WS_TCP_ACK &&
		    step.input.sequence == input->sequence)
			return true;
	return false;
}

bool notes_answer_repetition(const struct layout *layout)
{
	const struct ws_segment *input = &layout->whole.input;
	size_t index = layout->step.way == WS_WAY_ARRIVAL ? layout->step.other : layout->shown;
	struct ws_step step;
	if (index == WS_STEP_NONE || !find_before(layout, !input->direction, true, &index, &step))
		return false;
	const uint32_t fin = !!(step.input.flags & WS_TCP_FIN), end = step.input.sequence + step.input.length + fin;
	return end != step.input.sequence && (int32_t)(end - input->acknowledgment) <= 0;
}

bool notes_answers_too_large(const struct layout *layout)
{
	enum { LARGEST = 65535 };
	const struct ws_segment *input = &layout->whole.input;
	size_t index = layout->shown;
	struct ws_step step;
	for (size_t looked = 0; index > 0 && looked < LOOK_BACK; looked++) {
		if (!replay_step(&layout->ui->replay, --index, &step))
			return false;
		if (step.input.direction != input->direction || index == layout->step.other)
			continue;
		const uint32_t after = input->sequence - step.input.sequence;
		if (step.input.kind == WS_INPUT_TOO_LARGE && after < LARGEST)
			return true;
		if (step.input.kind == WS_INPUT_SEGMENT && step.input.length && !after)
			return false;
	}
	return false;
}

/* Takes back what only the steps before show to be otherwise. */
static uint32_t correct(const struct layout *layout, uint32_t facts)
{
	const uint32_t again = FACT_FIN_ACKED | FACT_DUPLICATE_ACK;
	if (facts & FACT_MERGED && acknowledged_before(layout))
		facts = (facts & ~FACT_MERGED) | FACT_SECOND_FIN;
	if ((facts & again) == again && layout->whole.before[layout->whole.input.direction & 1] != WS_TIME_WAIT)
		facts &= ~FACT_DUPLICATE_ACK;
	if (facts & FACT_SYN_ACK && facts & FACT_RETRANSMISSION && !notes_syn_ack_again(layout))
		facts &= ~FACT_RETRANSMISSION;
	if (ws_replay_path(layout->ui->replay.steps))
		facts &= ~FACT_MISSING; /* it was lost on the way, which the other point shows */
	return facts;
}

static uint32_t facts_of(const struct layout *layout)
{
	const struct ws_step *step = &layout->whole;
	if (step->input.kind != WS_INPUT_SEGMENT)
		return 0;
	uint32_t facts = correct(layout, notes_flag_facts(step) | mark_facts(step->analysis));
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
	if (!layout->roles_known && !layout->ui->replay.swapped)
		facts |= FACT_ROLES_GUESSED;
	if (step->input.bad_checksum)
		facts |= FACT_BAD_CHECKSUM;
	if (step->input.duplicate)
		facts |= FACT_DUPLICATE;
	return facts;
}

/* Why a SYN is sent again though something has come. NULL: nothing has. */
static const char *answered_wrongly(const struct layout *layout)
{
	const struct ws_conn_info *info = &layout->info;
	size_t index = layout->shown;
	struct ws_step step;
	if (info->opened)
		return NULL;
	if (info->elsewhere == WS_ELSEWHERE_ANSWERED)
		return N_(
		        "The answer came from another address or port, so the client does not take it for one, and sends the "
		        "SYN again. A device translated where the SYN went, and the answer did not come back through it.");
	if ((info->misanswered || info->stray_reset) &&
	    find_before(layout, !layout->whole.input.direction, true, &index, &step))
		return N_(
		        "What came does not acknowledge this SYN, so it is no answer to it, and the SYN is sent again. It "
		        "may belong to another connection, be forged, or come from a faulty server.");
	return NULL;
}

const char *notes_find(const struct layout *layout)
{
	uint32_t facts = facts_of(layout);
	for (size_t i = 0; i < WS_ARRAY_SIZE(notes); i++)
		if ((facts & notes[i].needs) == notes[i].needs) {
			if (notes[i].needs == FACT_DUPLICATE_ACK && notes_answer_repetition(layout))
				return N_("The same ACK again: what arrived had arrived before, so the answer repeats "
				          "which byte is expected next.");
			if ((notes[i].needs == FACT_RETRANSMISSION || notes[i].needs == FACT_DISORDER) &&
			    notes_answers_too_large(layout))
				return N_("The same data again, because an ICMP error said that it was too large for "
				          "the path: in segments that fit (RFC 1191, RFC 8201).");
			const char *wrongly =
			        notes[i].needs == (FACT_SYN | FACT_RETRANSMISSION) ? answered_wrongly(layout) : NULL;
			return wrongly ? wrongly : notes[i].text;
		}
	switch (layout->step.input.kind) {
	case WS_INPUT_EXPIRY:
		return N_(
		        "Twice the segment lifetime has passed without a repeated FIN. Now the ports may be used "
		        "again; "
		        "until then bind() failed with \"address already in use\", unless both sockets had set SO_REUSEADDR.");
	case WS_INPUT_ACCEPTED:
		return N_("Its receiver would have dropped a damaged segment. So only the checksum in the capture is "
		          "wrong: the network card completes it later, or someone has replaced the addresses.");
	case WS_INPUT_UNREACHABLE:
		return N_("A router or host on the way reports that it cannot deliver. That ends an attempt to open; "
		          "later, TCP only takes note and keeps trying.");
	case WS_INPUT_TOO_LARGE:
		return N_(
		        "A router cannot forward it, and its header forbids to fragment it. The sender makes its segments "
		        "smaller and sends the data again at once, without waiting for a timer (path MTU discovery, RFC "
		        "1191, RFC 8201).");
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
