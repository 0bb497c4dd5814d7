/* What is said about clocks and paths in words. */
#include <wirestate/join.h>
#include <wirestate/text.h>

#include <math.h>

const char *ws_outcome_word(enum ws_join_outcome outcome)
{
	static const char *const words[] = {
#define X(name, word) word,
	        WS_OUTCOMES(X)
#undef X
	};
	return words[outcome];
}

void ws_duration_words(struct ws_text *text, ws_time time)
{
	const double seconds = fabs((double)time / (double)WS_SECOND);
	const double shown = seconds >= 1 ? seconds : seconds >= 0.001 ? seconds * 1e3 : seconds * 1e6;
	ws_text_printf(text, shown < 9.95 ? "%.1f %s" : "%.0f %s", shown,
	               seconds >= 1       ? "s"
	               : seconds >= 0.001 ? "ms"
	                                  : "\xc2\xb5s");
}

void ws_clock_words(struct ws_text *text, const char *point, const char *reference, const struct ws_clock_info *clock)
{
	ws_text_puts(text, point);
	if (!clock->fixed && !clock->samples) {
		ws_text_printf(text, "'s clock is not known: no segment shows its offset from %s's", reference);
		return;
	}
	ws_text_printf(text, "'s clock %+.6f s", (double)clock->offset / (double)WS_SECOND);
	if (clock->fixed) {
		ws_text_puts(text, " as given");
	} else if (clock->bound == WS_TIME_NEVER) {
		ws_text_puts(text, " at most, since one direction was not captured at both");
	} else {
		ws_text_puts(text, " \xc2\xb1");
		ws_duration_words(text, clock->bound);
	}
	ws_text_printf(text, " against %s's", reference);
	if (clock->drift_known)
		ws_text_printf(text, ", drift %+.1f ppm", clock->drift_ppm);
	if (clock->steps)
		ws_text_printf(text, ", set %u time%s", clock->steps, clock->steps == 1 ? "" : "s");
}

void ws_clock_offset_words(struct ws_text *text, const struct ws_clock_info *clock)
{
	if (!clock->fixed && !clock->samples) {
		ws_text_puts(text, "clock not known");
		return;
	}
	const bool bounded = !clock->fixed && clock->bound != WS_TIME_NEVER;
	const int decimals = bounded && clock->bound >= WS_MILLISECOND ? 3 : 6;
	ws_text_printf(text, "%+.*f s", decimals, (double)clock->offset / (double)WS_SECOND);
	if (!bounded)
		return;
	ws_text_puts(text, " \xc2\xb1");
	ws_duration_words(text, clock->bound);
}
