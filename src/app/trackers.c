/* The trackers of a session's points, and how they share out the memory. */
#include "app/hosts_file.h"
#include "app/session.h"
#include "app/vendors_file.h"

#include <sys/random.h>

uint64_t session_point_memory(const struct session *session)
{
	const uint64_t most = session->options->max_memory;
	uint64_t left = session->keeps || session->point_count > 1 ? most - most / PAST_SHARE : most;
	left -= session->options->anonymize ? most / ANONYMIZER_SHARE : 0;
	left -= session->point_count > 1 ? most / JOIN_SHARE : 0;
	return left / session->point_count;
}

uint64_t session_memory_taken(const struct ws_tracker *tracker, const struct ws_capture *capture)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	return stats.memory + ws_capture_kept_memory(capture);
}

/* While more packets may come, all of a point's memory counts as used; afterwards, only what it has used. */
uint64_t session_memory_left(const struct session *session)
{
	const uint64_t most = session->options->max_memory, least = most / PAST_SHARE;
	if (!session->ended)
		return least;
	uint64_t taken = session->anonymizer ? most / ANONYMIZER_SHARE : 0;
	for (size_t i = 0; i < session->point_count; i++)
		taken += session_memory_taken(session->points[i].tracker,
		                              session->points[i].reader ? NULL : session->points[i].capture);
	return most > taken + least ? most - taken : least;
}

void session_read_names(struct session *session)
{
	const struct options *options = session->options;
	if (options->numeric || session->anonymizer)
		return;
	session->hosts = hosts_file_read("/etc/hosts");
	if (session->screen)
		session->vendors = vendors_file_open(vendors_file_paths);
	else if (options->verbose && options->show == SHOW_TEXT) /* several threads write text */
		session->vendors = vendors_file_read(vendors_file_paths);
}

/* Records of transitions, lessons and the kernel's questions need each one. */
static bool asks_for_transitions(const struct session *session)
{
	return session->screen || session->lesson || session->host.kernel || session->options->debug_connection ||
	       session_records(session->options) & 1u << WS_RECORD_TRANSITION;
}

static struct ws_tracker_config tracker_config(const struct session *session, uint64_t memory)
{
	return (struct ws_tracker_config){
	        .time_wait = session->options->time_wait,
	        .max_memory = memory,
	        .records = session->records,
	        .history = !session->records &&
	                   (session->keeps || session->point_count > 1 ||
	                    (!session->screen &&
	                     session_records(session->options) & (1u << WS_RECORD_SHARE | 1u << WS_RECORD_SERIES))),
	        .joins = session->point_count > 1,
	        .names = !session->anonymizer, /* names would undo it */
	        .shares = session->screen || session->filter ||
	                  session_records(session->options) & (1u << WS_RECORD_CONNECTION | 1u << WS_RECORD_OVERVIEW |
	                                                       1u << WS_RECORD_SHARE | 1u << WS_RECORD_SERVICE),
	        .exchanges = !session->screen && (session_records(session->options) &
	                                                  (1u << WS_RECORD_EXCHANGE | 1u << WS_RECORD_SERVICE) ||
	                                          (session->filter && ws_filter_asks_for_exchanges(session->filter))),
	        .overview = !session->screen && session_records(session->options) & 1u << WS_RECORD_OVERVIEW,
	        .no_transitions = !asks_for_transitions(session),
	        .ignore_checksums = session->options->ignore_checksums,
	        .debug_connection = session->options->debug_connection,
	};
}

static struct ws_tracker *make_tracker(const struct session *session, struct ws_tracker_config *config,
                                       struct ws_error *error)
{
	if (getrandom(config->hash_key, sizeof(config->hash_key), 0) != (ssize_t)sizeof(config->hash_key)) {
		ws_fail(error, WS_ERROR_SYSTEM, "cannot get random bytes from the kernel");
		return NULL;
	}
	struct ws_tracker *tracker = ws_tracker_create(config, error);
	if (tracker)
		hosts_file_name(session->hosts, tracker);
	return tracker;
}

struct ws_tracker *session_new_tracker(const struct session *session, const struct ws_capture *capture, uint64_t memory,
                                       struct ws_error *error)
{
	struct ws_tracker_config config = tracker_config(session, memory - ws_capture_kept_memory(capture));
	return make_tracker(session, &config, error);
}

struct ws_tracker *session_second_tracker(struct session *session, struct ws_error *error)
{
	struct ws_tracker_config config =
	        tracker_config(session, session->options->max_memory / PAST_SHARE / session->point_count);
	config.history = config.joins = false;
	return make_tracker(session, &config, error);
}
