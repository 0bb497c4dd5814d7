/* How a segment looks between the lifelines: the words of its marks, what its arrow's shaft is made of, and colours. */
#include "scene/lifelines/segment_row.h"

#include <wirestate/language.h>

/* X(mark, words, character of the arrow's shaft, style): how a segment with a mark looks. The first mark that
 * applies decides the shaft; the words of all are printed. */
#define MARKS(X)                                                                                                       \
	X(WS_ANALYSIS_FAST_RETRANSMISSION, N_("fast retransmission"), 0x254c, WS_STYLE_WARN)                           \
	X(WS_ANALYSIS_SPURIOUS_RETRANSMISSION, N_("needless retransmission"), 0x254c, WS_STYLE_WARN)                   \
	X(WS_ANALYSIS_RETRANSMISSION, N_("retransmission"), 0x254c, WS_STYLE_WARN)                                     \
	X(WS_ANALYSIS_OUT_OF_ORDER, N_("out of order"), '~', WS_STYLE_WARN)                                            \
	X(WS_ANALYSIS_LOST_SEGMENT, N_("after a gap"), 0x2500, WS_STYLE_WARN)                                          \
	X(WS_ANALYSIS_ACK_LOST_SEGMENT, N_("for data not captured"), 0x2500, WS_STYLE_WARN)                            \
	X(WS_ANALYSIS_KEEP_ALIVE, N_("keep-alive"), 0x00b7, WS_STYLE_DIM)                                              \
	X(WS_ANALYSIS_KEEP_ALIVE_ACK, N_("answers keep-alive"), 0x00b7, WS_STYLE_DIM)                                  \
	X(WS_ANALYSIS_ZERO_WINDOW_PROBE, N_("window probe"), 0x00b7, WS_STYLE_WARN)                                    \
	X(WS_ANALYSIS_ZERO_WINDOW_PROBE_ACK, N_("answers probe"), 0x00b7, WS_STYLE_WARN)                               \
	X(WS_ANALYSIS_DUPLICATE_ACK, N_("duplicate ACK"), 0x00b7, WS_STYLE_WARN)                                       \
	X(WS_ANALYSIS_ZERO_WINDOW, N_("window shut"), 0x2500, WS_STYLE_BAD)                                            \
	X(WS_ANALYSIS_WINDOW_UPDATE, N_("window update"), 0x2500, WS_STYLE_DIM)                                        \
	X(WS_ANALYSIS_WINDOW_FULL, N_("window full"), 0x2500, WS_STYLE_WARN)                                           \
	X(WS_ANALYSIS_REUSED_PORTS, N_("ports used again"), 0x2500, WS_STYLE_DIM)

static const struct {
	uint8_t bit;
	const char *words;
	uint32_t shaft;
	uint8_t style;
} marks[] = {
#define X(bit, words, shaft, style) {bit, words, shaft, style},
        MARKS(X)
#undef X
};

void segment_row_add_mark(struct ws_text *text, const char *words)
{
	ws_text_printf(text, "%s%s", text->length ? _(", ") : "", words);
}

void segment_row_marks(const struct ws_step *step, struct ws_text *text)
{
	uint32_t left = step->analysis;
	/* Where one mark implies another, only the more specific one is named. */
	if (left & (1u << WS_ANALYSIS_FAST_RETRANSMISSION | 1u << WS_ANALYSIS_SPURIOUS_RETRANSMISSION))
		left &= ~(1u << WS_ANALYSIS_RETRANSMISSION);
	if (left & 1u << WS_ANALYSIS_ZERO_WINDOW_PROBE_ACK)
		left &= ~(1u << WS_ANALYSIS_ZERO_WINDOW);
	for (size_t i = 0; i < WS_ARRAY_SIZE(marks); i++)
		if (left & 1u << marks[i].bit)
			segment_row_add_mark(text, _(marks[i].words));
	if (step->input.bad_checksum)
		segment_row_add_mark(text, _("bad checksum, ignored"));
	if (step->input.checksum_ignored)
		segment_row_add_mark(text, _("checksum ignored"));
	if (step->input.duplicate)
		segment_row_add_mark(text, _("the same packet, seen twice"));
}

/* The style of a segment's marks, and the character that its arrow's shaft is made of. */
enum ws_style segment_row_marks_style(const struct ws_step *step, uint32_t *shaft)
{
	*shaft = 0x2500;
	if (step->input.bad_checksum || step->input.duplicate) {
		*shaft = 0x00b7;
		return WS_STYLE_DIM;
	}
	for (size_t i = 0; i < WS_ARRAY_SIZE(marks); i++) {
		if (step->analysis & 1u << marks[i].bit) {
			*shaft = marks[i].shaft;
			return (enum ws_style)marks[i].style;
		}
	}
	return WS_STYLE_NORMAL;
}

/* An arrow has the colour of the side that sent it, unless it is a RST or does not count. */
enum ws_style segment_row_style(const struct layout *layout, const struct ws_step *step)
{
	if (step->input.bad_checksum || step->input.duplicate)
		return WS_STYLE_DIM;
	if (step->input.flags & WS_TCP_RST)
		return WS_STYLE_BAD;
	return !layout_is_server(layout, step->input.direction) ? WS_STYLE_CLIENT : WS_STYLE_SERVER;
}
