/* What the points of a session have read, captured and lost together. A capture that several share counts once. */
#include "app/session.h"
#include "app/threads.h"

#include <string.h>

void session_progress(const struct session *session, uint64_t *done, uint64_t *total)
{
	bool known = true;
	*done = *total = 0;
	for (size_t i = 0; i < session->point_count; i++) {
		uint64_t read, size;
		if (session->points[i].reader)
			continue;
		threads_progress(&session->points[i], &read, &size);
		known = known && size;
		*done += read;
		*total += size;
	}
	*total = known ? *total : 0;
}

void session_stats(const struct session *session, struct ws_capture_stats *stats)
{
	*stats = (struct ws_capture_stats){0};
	for (size_t i = 0; i < session->point_count; i++) {
		struct ws_capture_stats one;
		if (session->points[i].reader)
			continue;
		threads_stats(&session->points[i], &one);
		stats->captured += one.captured;
		if (one.comment) {
			stats->comment = one.comment;
			stats->comment_length = one.comment_length;
		}
		stats->received += one.received;
		stats->dropped_kernel += one.dropped_kernel;
		stats->dropped_interface += one.dropped_interface;
		stats->other_links += one.other_links;
		stats->other_links_differ = stats->other_links_differ || one.other_links_differ;
		if (!stats->other_link_name)
			stats->other_link_name = one.other_link_name;
		else if (one.other_link_name && strcmp(stats->other_link_name, one.other_link_name) != 0)
			stats->other_links_differ = true;
	}
}
