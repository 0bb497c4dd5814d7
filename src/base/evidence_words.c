/* Evidence in words of the user's language. */
#include <wirestate/evidence.h>
#include <wirestate/language.h>

static const char *const sentences[] = {
        [WS_SAYS_LEFT_CLIENT] = N_("wire: packet %s left the client"),
        [WS_SAYS_LEFT_SERVER] = N_("wire: packet %s left the server"),
        [WS_SAYS_HELD] = N_("wire: packet %s held"),
        [WS_SAYS_AGAIN] = N_("wire: packet %s again: its host has sent it once more"),
        [WS_SAYS_AWAITED] = N_("wire: packet %s awaited: its receiver has sent again what it acknowledges"),
        [WS_SAYS_DELIVERED] = N_("wire: packet %s delivered"),
        [WS_SAYS_DROPPED_BY_HAND] = N_("wire: packet %s dropped by hand"),
        [WS_SAYS_DROPPED_BY_CHANCE] = N_("wire: packet %s dropped by chance"),
        [WS_SAYS_DROPPED_BY_RULE] = N_("wire: packet %s dropped by the rule in line %s"),
        [WS_SAYS_DROPPED_FOR_ROOM] = N_("wire: packet %s dropped: the wire has no room for it"),
        [WS_SAYS_DROPPED_BY_SYSTEM] = N_("wire: packet %s dropped: %s"),
        [WS_SAYS_COPIED] = N_("wire: packet %s copied"),
        [WS_SAYS_COPIED_BY_RULE] = N_("wire: packet %s copied by the rule in line %s"),
        [WS_SAYS_DELAYED_BY_HAND] = N_("wire: packet %s delayed by %s s by hand"),
        [WS_SAYS_DELAYED_BY_RULE] = N_("wire: packet %s delayed by the rule in line %s"),
        [WS_SAYS_PASSED] = N_("wire: packet %s passed: the next one overtakes it"),
        [WS_SAYS_PASSED_BY_RULE] = N_("wire: packet %s passed by the next one by the rule in line %s"),
        [WS_SAYS_TOO_MANY] = N_("wire: refuses: too many packets are in the air"),
        [WS_SAYS_DOES_NOT_COME] = N_("wire: refuses: packet %s does not come"),
        [WS_SAYS_NO_LONGER_WAITS] = N_("wire: refuses: packet %s no longer waits"),
        [WS_SAYS_REFUSES] = N_("wire: refuses: %s"),
        [WS_SAYS_PRINTS] = N_("%s's program prints: %s"),
        [WS_SAYS_NOT_FOUND] = N_("%s's program ends with exit status %s (the shell has not found its command)"),
        [WS_SAYS_ENDS] = N_("%s's program ends with exit status %s"),
        [WS_SAYS_SIGNAL] = N_("%s's program is killed by signal %s"),
        [WS_SAYS_KILLED] = N_("%s's program is killed by %s"),
};
_Static_assert(WS_ARRAY_SIZE(sentences) == WS_SAYING_COUNT, "a sentence for each");

/* More than a line of the lab needs, and what is longer is cut. */
enum { PARTS = 5, PART_ROOM = 2048 };

/* What a sentence is made with: texts that may be shown. */
struct parts {
	char part[PARTS][PART_ROOM];
	unsigned count;
};

static void add_text(struct parts *parts, const char *bytes, size_t length)
{
	struct ws_text text = WS_TEXT_OVER(parts->part[parts->count++]);
	ws_text_clean(&text, bytes, length);
	ws_text_cstr(&text);
}

static void add_part(struct parts *parts, const struct ws_evidence *evidence, struct ws_evidence_part part)
{
	add_text(parts, evidence->text + part.start, part.length);
}

static void add_number(struct parts *parts, uint64_t number)
{
	struct ws_text text = WS_TEXT_OVER(parts->part[parts->count++]);
	ws_text_u64(&text, number);
	ws_text_cstr(&text);
}

static void add_seconds(struct parts *parts, uint64_t time)
{
	struct ws_text text = WS_TEXT_OVER(parts->part[parts->count++]);
	ws_text_printf(&text, "%g", (double)time / WS_SECOND);
	ws_text_cstr(&text);
}

static void add_side(struct parts *parts, const struct ws_evidence *evidence)
{
	struct ws_text text = WS_TEXT_OVER(parts->part[parts->count++]);
	ws_text_puts(&text,
	             evidence->server ? C_("side of a connection", "server") : C_("side of a connection", "client"));
	ws_text_cstr(&text);
}

/* ---- What each kind of line says: the sentence, and its parts */

static const char *listener_sentence(const struct ws_evidence_socket *socket, struct parts *parts)
{
	add_number(parts, socket->port);
	if (socket->closed)
		return N_("%s's kernel: no longer LISTEN on port %s");
	if (!socket->receive_queue)
		return N_("%s's kernel: LISTEN on port %s");
	add_number(parts, socket->receive_queue);
	return N_("%s's kernel: LISTEN on port %s, waiting for accept(): %s");
}

static const char *connection_sentence(const struct ws_evidence *evidence, struct parts *parts)
{
	const struct ws_evidence_socket *socket = &evidence->socket;
	const bool sends = socket->send_queue && !socket->closed, receives = socket->receive_queue && !socket->closed;
	add_part(parts, evidence, socket->state);
	add_part(parts, evidence, socket->local);
	if (sends)
		add_number(parts, socket->send_queue);
	if (receives)
		add_number(parts, socket->receive_queue);
	return sends && receives ? N_("%s's kernel: %s, %s, send queue %s, receive queue %s")
	       : sends           ? N_("%s's kernel: %s, %s, send queue %s")
	       : receives        ? N_("%s's kernel: %s, %s, receive queue %s")
	                         : N_("%s's kernel: %s, %s");
}

static const char *kernel_sentence(const struct ws_evidence *evidence, struct parts *parts)
{
	add_side(parts, evidence);
	if (evidence->socket.listens)
		return listener_sentence(&evidence->socket, parts);
	if (evidence->socket.state.length)
		return connection_sentence(evidence, parts);
	add_text(parts, evidence->text, evidence->length);
	return N_("%s's kernel: %s");
}

static const char *call_sentence(const struct ws_evidence *evidence, struct parts *parts)
{
	add_side(parts, evidence);
	add_text(parts, evidence->text, evidence->length);
	return evidence->kind == WS_EVIDENCE_CALL ? N_("%s calls %s")
	       : evidence->call.address_in_use
	               ? N_("%s: %s: another socket has this port, or a connection in TIME_WAIT still holds it, which "
	                    "SO_REUSEADDR on the old and on the new socket allows")
	               : N_("%s: %s");
}

static const char *said_sentence(const struct ws_evidence *evidence, struct parts *parts)
{
	const struct ws_evidence_said *said = &evidence->said;
	const bool wire = evidence->kind == WS_EVIDENCE_WIRE;
	if (!wire)
		add_side(parts, evidence);
	if (said->what == WS_SAYS_OTHER) {
		add_text(parts, evidence->text, evidence->length);
		return wire ? N_("wire: %s") : N_("%s's program %s");
	}
	if (wire && said->what != WS_SAYS_REFUSES)
		add_number(parts, said->packet);
	if (said->text.length)
		add_part(parts, evidence, said->text);
	else if (said->what == WS_SAYS_DELAYED_BY_HAND)
		add_seconds(parts, said->number);
	else
		add_number(parts, said->number);
	return sentences[said->what];
}

static const char *sentence_of(const struct ws_evidence *evidence, struct parts *parts)
{
	switch ((enum ws_evidence_kind)evidence->kind) {
	case WS_EVIDENCE_KERNEL:
		return kernel_sentence(evidence, parts);
	case WS_EVIDENCE_CALL:
	case WS_EVIDENCE_RETURN:
		return call_sentence(evidence, parts);
	case WS_EVIDENCE_PROGRAM:
	case WS_EVIDENCE_WIRE:
		return said_sentence(evidence, parts);
	case WS_EVIDENCE_KIND_COUNT:
		break;
	}
	return "";
}

void ws_evidence_words(struct ws_text *text, const struct ws_evidence *evidence)
{
	struct parts parts = {.count = 0};
	const char *sentence = sentence_of(evidence, &parts);
	ws_text_parts(text, _(sentence), parts.part[0], parts.part[1], parts.part[2], parts.part[3], parts.part[4]);
}
