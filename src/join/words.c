/* What is said about clocks and paths in words. */
#include <wirestate/join.h>
#include <wirestate/language.h>
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

struct ws_duration_part ws_duration_part(ws_time time)
{
	struct ws_duration_part made;
	struct ws_text text = WS_TEXT_OVER(made.text);
	ws_duration_words(&text, time);
	ws_text_cstr(&text);
	return made;
}

/* Without a sign where the decimals that are shown are all zero. */
static double offset_seconds(const struct ws_clock_info *clock, int decimals)
{
	const ws_time least = decimals == 6 ? WS_MILLISECOND / 1000 : WS_MILLISECOND;
	return 2 * clock->offset < least && 2 * clock->offset > -least ? 0 : (double)clock->offset / (double)WS_SECOND;
}

void ws_clock_words(struct ws_text *text, const char *point, const char *reference, const struct ws_clock_info *clock)
{
	const double offset = offset_seconds(clock, 6);
	if (!clock->fixed && !clock->samples) {
		ws_text_parts(text, _("%1$s's clock is not known: no segment shows its offset from %2$s's"), point,
		              reference);
		return;
	}
	/* TRANSLATORS: an offset of the clock of %1$s against that of %3$s */
	if (clock->fixed)
		ws_text_printf(text, _("%1$s's clock %2$+.6f s as given against %3$s's"), point, offset, reference);
	else if (clock->bound == WS_TIME_NEVER)
		ws_text_printf(
		        text,
		        _("%1$s's clock %2$+.6f s at most, since one direction was not captured at both against %3$s's"),
		        point, offset, reference);
	else
		ws_text_printf(text, _("%1$s's clock %2$+.6f s ±%4$s against %3$s's"), point, offset, reference,
		               ws_duration_part(clock->bound).text);
	if (clock->drift_known)
		ws_text_printf(text, _(", drift %+.1f ppm"), clock->drift_ppm);
	if (clock->steps)
		ws_text_printf(text, ws_translate_plural(", set %u time", ", set %u times", clock->steps),
		               clock->steps);
}

void ws_clock_offset_number(struct ws_text *text, const struct ws_clock_info *clock, bool bound)
{
	const bool bounded = !clock->fixed && clock->bound != WS_TIME_NEVER;
	const int decimals = bounded && clock->bound >= WS_MILLISECOND ? 3 : 6;
	ws_text_printf(text, "%+.*f s", decimals, offset_seconds(clock, decimals));
	if (!bounded || !bound)
		return;
	ws_text_puts(text, " \xc2\xb1");
	ws_duration_words(text, clock->bound);
}

void ws_clock_offset_words(struct ws_text *text, const struct ws_clock_info *clock, bool bound)
{
	if (!clock->fixed && !clock->samples) {
		ws_text_puts(text, _("clock not known"));
		return;
	}
	char buffer[64];
	struct ws_text number = WS_TEXT_OVER(buffer);
	ws_clock_offset_number(&number, clock, bound);
	ws_text_printf(text, _("clock %s"), ws_text_cstr(&number));
}
