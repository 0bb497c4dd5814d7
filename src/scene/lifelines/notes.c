/* The words below the lifelines: WHAT this step is, with its arithmetic; WHY the states change; and what comes NEXT. The
 * NOTE is in notes_note.c. */
#include "scene/lifelines/notes_facts.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

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
	uint32_t facts = notes_flag_facts(step);
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
		ws_text_printf(
		        text,
		        notes_syn_ack_again(layout)
		                ? _("%s sends SYN-ACK again: ack = J + 1 = %u. Its own numbers start at K = %u (shown as 0).")
		                : _("%s accepts: ack = J + 1 = %u. Its own numbers start at K = %u (shown as 0)."),
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
			ws_text_printf(text,
			               ws_translate_plural(" %u byte, then FIN: expected ack = %u + %u + 1 = %u.",
			                                   " %u bytes, then FIN: expected ack = %u + %u + 1 = %u.",
			                                   input->length),
			               input->length, seq, input->length, seq + input->length + 1);
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
	case WS_INPUT_TOO_LARGE:
		ws_text_printf(text,
		               _("An ICMP error quotes a segment that the %s sent: it is too large for the path."),
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
		/* TRANSLATORS: " (RFC 9293 §3.5)" */
		ws_text_printf(text, C_("documents", " (%s)"), ws_text_cstr(&references));
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
	else if (step->analysis & 1u << WS_ANALYSIS_DUPLICATE_ACK && notes_answer_repetition(layout))
		ws_text_puts(text, _("no state changes: a segment with an old number is answered with an ACK (RFC 9293 "
		                     "§3.10.7.4)."));
	else if (step->input.kind == WS_INPUT_TOO_LARGE || (marked && notes_answers_too_large(layout)))
		ws_text_puts(
		        text,
		        _("no state changes: what is too large for the path is sent again in smaller segments (RFC "
		          "8201)."));
	else if (marked)
		ws_text_puts(text, _(marked));
	else if (step->certainty_before[sender] == WS_PRESUMED && step->certainty[sender] == WS_CONFIRMED)
		ws_text_printf(text,
		               _("no state changes, but the %s is now confirmed in %s: its own segment shows it."),
		               layout_name(layout, sender), ws_state_name(step->after[sender]));
	else if (step->input.flags & WS_TCP_RST && step->before[!sender] == WS_CLOSED)
		ws_text_printf(text,
		               _("no state changes: the %s is CLOSED already, and ignores a RST (RFC 9293 §3.10.7.1)."),
		               layout_name(layout, !sender));
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
		if (ways_say_again(layout, text) || loops_say(layout, text))
			break;
		note = notes_find(layout);
		ws_text_puts(text, note ? _(note) : "");
		break;
	}
}
