/* Text, JSON and CSV: packets in, lines out, until the capture ends or a signal says stop. */
#include "app/progress.h"
#include "app/session.h"
#include "app/signals.h"

#include <stdio.h>
#include <string.h>

/* Frames between two looks at the signals. */
enum { BATCH = 1024 };

static void finish(struct session *session)
{
	struct ws_capture_stats stats;
	session_drain(session);
	ws_capture_stats(session->capture, &stats);
	if (!session->output_failed && !ws_output_finish(session->output, session->tracker, &stats))
		session->output_failed = true;
	/* Who closes the pipe has read enough (head, less); who stops us does not want to wait for it either. */
	if (session->output_failed && !ws_output_broken_pipe(session->output) && !(signals_take() & SIGNAL_STOP))
		ws_output_error(session->output, &session->error);
}

/* Says that the interface has gone down, and that it is back. */
static void tell_waits(const struct session *session, const char **told)
{
	if (session->waits == *told)
		return;
	*told = session->waits;
	char buffer[512];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_clean(&text, session_source(session), strlen(session_source(session)));
	ws_text_puts(&text, ": ");
	ws_text_puts(&text, *told ? *told : "the interface is up again");
	fprintf(stderr, "wirestate: %s\n", ws_text_cstr(&text));
}

void run_lines(struct session *session)
{
	struct progress progress;
	const char *waits = NULL;
	progress_begin(&progress, session);
	while (session_read(session, BATCH) && !session->output_failed && !(signals_take() & SIGNAL_STOP)) {
		if (!session->warned && session->warning.status != WS_OK) {
			progress_end(&progress);
			fprintf(stderr, "wirestate: %s\n", session->warning.text);
			session->warned = true;
		}
		progress_show(&progress, session);
		session_wait(session);
		tell_waits(session, &waits);
	}
	progress_end(&progress);
	finish(session);
}
