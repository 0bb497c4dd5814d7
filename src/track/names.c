/* The names of the tracker's enumerators. */
#include "track/why.h"

#include <wirestate/track.h>

const char *ws_state_name(enum ws_state state)
{
	static const char *const names[] = {
#define X(name, text, brief) [name] = text,
	        WS_STATES(X)
#undef X
	};
	return (size_t)state < WS_ARRAY_SIZE(names) ? names[state] : "?";
}

const char *ws_state_brief(enum ws_state state)
{
	static const char *const names[] = {
#define X(name, text, brief) [name] = brief,
	        WS_STATES(X)
#undef X
	};
	return (size_t)state < WS_ARRAY_SIZE(names) ? names[state] : "?";
}

const char *ws_order_name(enum ws_order order)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_ORDERS(X)
#undef X
	};
	return (size_t)order < WS_ARRAY_SIZE(names) ? names[order] : "?";
}

const char *ws_basis_name(enum ws_basis basis)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_BASES(X)
#undef X
	};
	return (size_t)basis < WS_ARRAY_SIZE(names) ? names[basis] : "?";
}

const char *ws_certainty_name(enum ws_certainty certainty)
{
	static const char *const names[] = {
#define X(name, text, mark) [name] = text,
	        WS_CERTAINTIES(X)
#undef X
	};
	return (size_t)certainty < WS_ARRAY_SIZE(names) ? names[certainty] : "?";
}

char ws_certainty_mark(enum ws_certainty certainty)
{
	static const char marks[] = {
#define X(name, text, mark) [name] = mark,
	        WS_CERTAINTIES(X)
#undef X
	};
	return (size_t)certainty < WS_ARRAY_SIZE(marks) ? marks[certainty] : '?';
}

const char *ws_analysis_name(enum ws_analysis analysis)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_ANALYSES(X)
#undef X
	};
	return (size_t)analysis < WS_ARRAY_SIZE(names) ? names[analysis] : "?";
}

const char *ws_handshake_name(enum ws_handshake handshake)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_HANDSHAKES(X)
#undef X
	};
	return (size_t)handshake < WS_ARRAY_SIZE(names) ? names[handshake] : "?";
}

const char *ws_close_name(enum ws_close close)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_CLOSES(X)
#undef X
	};
	return (size_t)close < WS_ARRAY_SIZE(names) ? names[close] : "?";
}

const char *ws_captured_name(enum ws_captured captured)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_CAPTURED_SIDES(X)
#undef X
	};
	return (size_t)captured < WS_ARRAY_SIZE(names) ? names[captured] : "?";
}

const char *ws_verdict_tag(enum ws_verdict verdict)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
	        WS_VERDICTS(X)
#undef X
	};
	return (size_t)verdict < WS_ARRAY_SIZE(names) ? names[verdict] : "?";
}

const char *ws_why_word(unsigned why)
{
	static const char *const words[] = {
#define X(name, word, text, reference) [name] = word,
	        WS_WHYS(X)
#undef X
	};
	return why < WS_ARRAY_SIZE(words) ? words[why] : "";
}

const char *ws_why_text(unsigned why)
{
	static const char *const texts[] = {
#define X(name, word, text, reference) [name] = text,
	        WS_WHYS(X)
#undef X
	};
	return why < WS_ARRAY_SIZE(texts) ? _(texts[why]) : "";
}

const char *ws_why_reference(unsigned why)
{
	static const char *const references[] = {
#define X(name, word, text, reference) [name] = reference,
	        WS_WHYS(X)
#undef X
	};
	return why < WS_ARRAY_SIZE(references) ? references[why] : "";
}
