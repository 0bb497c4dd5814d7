#include "app/progress.h"

#include <wirestate/language.h>

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_AFTER WS_SECOND
#define INTERVAL (250 * WS_MILLISECOND)

static bool same_terminal(void)
{
	struct stat out, error;
	return isatty(STDOUT_FILENO) && fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &error) == 0 &&
	       out.st_rdev == error.st_rdev;
}

void progress_begin(struct progress *progress, const struct session *session)
{
	*progress = (struct progress){
	        .wanted = !session->live && isatty(STDERR_FILENO) && !same_terminal(),
	        .began = monotonic(),
	        .packets = session->packets,
	};
	progress->next = progress->began + FIRST_AFTER;
}

void progress_show(struct progress *progress, const struct session *session)
{
	if (!progress->wanted)
		return;
	const ws_time now = monotonic();
	if (now < progress->next)
		return;
	progress->next = now + INTERVAL;
	progress->shown = true;
	const double seconds = (double)(now - progress->began) / WS_SECOND;
	const uint64_t packets = session->packets - progress->packets;
	uint64_t done, total;
	session_progress(session, &done, &total);
	fputc('\r', stderr);
	if (total && done)
		fprintf(stderr, "%3.0f %%, ", 100.0 * (double)done / (double)total);
	fprintf(stderr,
	        ws_translate_plural("%" PRIu64 " packet, %.0f a second", "%" PRIu64 " packets, %.0f a second",
	                            session->packets),
	        session->packets, (double)packets / seconds);
	if (total && done)
		fprintf(stderr, ", %.0f s left", seconds * (double)(total - done) / (double)done);
	fputs("\033[K", stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
