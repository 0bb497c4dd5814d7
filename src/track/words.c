/* Words about changes of state, and about a whole capture. */
#include <wirestate/language.h>
#include <wirestate/names.h>
#include <wirestate/text.h>
#include <wirestate/track.h>

void ws_transition_words(struct ws_text *text, const struct ws_transition *transition, bool brief)
{
	const char *(*name)(enum ws_state) = brief ? ws_state_brief : ws_state_name;
	const bool denied = transition->from == WS_LISTEN && transition->basis == WS_BASIS_RETRACTION;
	if (!denied) {
		ws_text_puts(text, name(transition->from));
		ws_text_append(text, "\xe2\x86\x92", 3);
	}
	ws_text_puts(text, name(transition->to));
	if (transition->certainty != WS_CONFIRMED)
		ws_text_putc(text, ws_certainty_mark(transition->certainty));
	if (denied)
		ws_text_puts(text, _(" (not LISTEN)"));
	else if (transition->basis == WS_BASIS_RETRACTION)
		ws_text_puts(text, _(" (retraction)"));
}

struct grouped {
	char text[32];
};

static struct grouped grouped(uint64_t value)
{
	struct grouped made;
	struct ws_text text = WS_TEXT_OVER(made.text);
	ws_text_grouped(&text, value);
	ws_text_cstr(&text);
	return made;
}

void ws_checksums_words(struct ws_text *text, uint64_t ignored, uint64_t segments)
{
	ws_text_parts(text, _("checksums ignored: %1$s of %2$s wrong"), grouped(ignored).text, grouped(segments).text);
}

struct reason {
	uint64_t count;
	const char *only; /* of the only segment */
	const char *some; /* of some of several segments */
};

/* Why none of the TCP segments belongs to a connection. */
static void say_reasons(struct ws_text *text, const struct ws_tracker_stats *stats)
{
	const struct reason reasons[] = {
	        {stats->lone_resets, N_("1 TCP segment, which is a reset of a connection that is not in the capture"),
	         ws_translate_plural("%s is a reset of a connection that is not in the capture",
	                             "%s are resets of connections that are not in the capture", stats->lone_resets)},
	        {stats->headless, N_("1 TCP segment, which lacks a part of its header"),
	         ws_translate_plural("%s lacks a part of its header", "%s lack a part of their headers",
	                             stats->headless)},
	        {stats->damaged, N_("1 TCP segment, which has a wrong checksum, where others have right ones"),
	         ws_translate_plural("%s has a wrong checksum, where others have right ones",
	                             "%s have wrong checksums, where others have right ones", stats->damaged)},
	};
	bool explained = false;
	for (size_t i = 0; i < WS_ARRAY_SIZE(reasons); i++) {
		const struct reason *reason = &reasons[i];
		if (!reason->count)
			continue;
		if (stats->tcp == 1) {
			ws_text_puts(text, _(reason->only));
			return;
		}
		if (explained)
			ws_text_puts(text, _(", "));
		else /* TRANSLATORS: what they are follows */
			ws_text_parts(text, _("%s TCP segments: "), grouped(stats->tcp).text);
		ws_text_parts(text, reason->some, grouped(reason->count).text);
		explained = true;
	}
	if (!explained)
		ws_text_parts(text,
		              ws_translate_plural("%s TCP segment for which there was no room in memory",
		                                  "%s TCP segments for which there was no room in memory", stats->tcp),
		              grouped(stats->tcp).text);
}

void ws_no_connection_words(struct ws_text *text, const struct ws_tracker_stats *stats)
{
	if (!stats->packets)
		ws_text_puts(text, _("no packet"));
	else if (!stats->tcp)
		ws_text_parts(text,
		              ws_translate_plural("no TCP segment among %s packet", "no TCP segment among %s packets",
		                                  stats->packets),
		              grouped(stats->packets).text);
	else
		say_reasons(text, stats);
}

const char *ws_name_source_word(enum ws_name_source source)
{
	static const char *const words[] = {
#define X(name, word) word,
	        WS_NAME_SOURCES(X)
#undef X
	};
	return words[source < WS_NAME_SOURCE_COUNT ? source : WS_NAME_NONE];
}
