/* Words about a whole capture. */
#include <wirestate/text.h>
#include <wirestate/track.h>

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
