/* Lines between those of the packets, for captures of the lab: what kernels, programs and the wire did. */
#include "output/internal.h"

#include <wirestate/evidence.h>

enum { LINE_ROOM = 4096 }; /* more than a line needs */

static void write_line(struct ws_output *output, const struct ws_evidence *evidence)
{
	struct ws_text *text = &output->text;
	if (ws_evidence_flight(evidence) == WS_FLIGHT_LEFT)
		return; /* the packet's own line says it */
	output_make_room(text, LINE_ROOM);
	if (!output->first_time) /* there is no packet */
		output->first_time = evidence->time;
	ws_text_time(text, evidence->time - output->first_time, 6);
	ws_text_puts(text, "   ");
	ws_evidence_words(text, evidence);
	ws_text_putc(text, '\n');
}

void text_evidence(struct ws_output *output, const struct ws_frame *frame, bool before)
{
	struct ws_evidence evidence;
	size_t at = 0;
	while (ws_evidence_next(frame->comment, frame->comment_length, &at, &evidence))
		if (before == (evidence.time <= frame->time))
			write_line(output, &evidence);
}

void text_evidence_at_end(struct ws_output *output, const struct ws_capture_stats *capture)
{
	struct ws_evidence evidence;
	size_t at = 0;
	while (ws_evidence_next(capture->comment, capture->comment_length, &at, &evidence))
		write_line(output, &evidence);
}
