/* Words about changes of state, and about a whole capture. */
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
		ws_text_puts(text, " (not LISTEN)");
	else if (transition->basis == WS_BASIS_RETRACTION)
		ws_text_puts(text, " (retraction)");
}

void ws_checksums_words(struct ws_text *text, uint64_t ignored, uint64_t segments)
{
	ws_text_puts(text, "checksums ignored: ");
	ws_text_grouped(text, ignored);
	ws_text_puts(text, " of ");
	ws_text_grouped(text, segments);
	ws_text_puts(text, " wrong");
}

void ws_no_connection_words(struct ws_text *text, const struct ws_tracker_stats *stats)
{
	bool explained = false;
	const struct {
		uint64_t count;
		const char *one, *many;
	} reasons[] = {
	        {stats->lone_resets, "is a reset of a connection that is not in the capture",
	         "are resets of connections that are not in the capture"},
	        {stats->headless, "lacks a part of its header", "lack a part of their headers"},
	        {stats->damaged, "has a wrong checksum, where others have right ones",
	         "have wrong checksums, where others have right ones"},
	};
	if (!stats->packets) {
		ws_text_puts(text, "no packet");
		return;
	}
	if (!stats->tcp) {
		ws_text_puts(text, "no TCP segment among ");
		ws_text_grouped(text, stats->packets);
		ws_text_puts(text, stats->packets == 1 ? " packet" : " packets");
		return;
	}
	ws_text_grouped(text, stats->tcp);
	ws_text_puts(text, stats->tcp == 1 ? " TCP segment" : " TCP segments");
	const char *between = stats->tcp == 1 ? ", which " : ": ";
	for (size_t i = 0; i < WS_ARRAY_SIZE(reasons); i++) {
		if (!reasons[i].count)
			continue;
		ws_text_puts(text, between);
		if (stats->tcp > 1) {
			ws_text_grouped(text, reasons[i].count);
			ws_text_putc(text, ' ');
		}
		ws_text_puts(text, reasons[i].count == 1 ? reasons[i].one : reasons[i].many);
		between = ", ";
		explained = true;
	}
	if (!explained)
		ws_text_puts(text, " for which there was no room in memory");
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
