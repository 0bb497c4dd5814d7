/* Records from standard input to JetStream.
 *
 * One thread reads, always, so that the program that writes the records is never held up; what the server does not take
 * fast enough waits in a queue that is bounded (relay/queue.h). The other thread publishes: it takes a batch from the
 * queue, numbers its lines, publishes all of them, and goes on once the server has acknowledged every one. Lines that
 * are not acknowledged are published again, with the same number, by which the server knows a line that it has already.
 */
#include "nats/answers.h"
#include "nats/settings.h"
#include "nats/streams.h"
#include "relay/queue.h"

#include <wirestate/language.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 1024, ACKNOWLEDGE_WITHIN = 5000 /* ms */, ID_MOST = 3 * RELAY_NAME_MOST };
#define HEARTBEAT (5 * WS_SECOND)
#define PAUSE_LEAST (WS_SECOND / 4)
#define PAUSE_MOST (5 * WS_SECOND)

struct flight {
	struct relay_entry *entry;
	uint64_t sequence;
	bool acknowledged; /* under the publisher's lock */
};

struct publisher {
	const struct settings *settings;
	struct link link;
	struct answers answers;
	struct relay_id id; /* its sequence is that of the last line */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct relay_queue queue;
	bool ended;              /* there is no more input */
	uint64_t garbage, other; /* lines that are no records, and records that are not published */
	uint64_t published;      /* acknowledged lines */
	struct flight flight[BATCH];
	size_t flying;
	char refusal[256]; /* why the server did not take a line */
	ws_time heartbeat; /* when the next one is due, of monotonic() */
};

/* ---- Reading */

static void take_line(struct publisher *publisher, const char *line, size_t length)
{
	while (length && (line[length - 1] == '\r' || line[length - 1] == ' '))
		length--;
	if (!length)
		return;
	const enum relay_kind kind = relay_line_kind(line, length);
	pthread_mutex_lock(&publisher->lock);
	publisher->garbage += kind == RELAY_GARBAGE;
	publisher->other += kind == RELAY_OTHER;
	if (kind < RELAY_KIND_COUNT) {
		relay_queue_push(&publisher->queue, kind, line, length);
		pthread_cond_signal(&publisher->changed);
	}
	pthread_mutex_unlock(&publisher->lock);
}

/* Takes the whole lines out of the buffer, and returns how many bytes are left of the last one. A line that is longer
 * than a line may be is counted when its newline comes. */
static size_t take_lines(struct publisher *publisher, char *buffer, size_t length, bool *skipping)
{
	char *at = buffer, *end = buffer + length, *newline;
	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		take_line(publisher, *skipping ? "?" : at, *skipping ? 1 : (size_t)(newline - at));
		*skipping = false;
		at = newline + 1;
	}
	size_t rest = (size_t)(end - at);
	if (rest > RELAY_LINE_MOST) {
		*skipping = true;
		rest = 0;
	}
	memmove(buffer, at, rest);
	return rest;
}

static void *read_input(void *context)
{
	enum { SIZE = 2 * RELAY_LINE_MOST };
	struct publisher *publisher = context;
	char *buffer = malloc(SIZE);
	size_t length = 0;
	bool skipping = false;
	ssize_t got = 0;
	while (buffer &&
	       ((got = read(STDIN_FILENO, buffer + length, SIZE - length)) > 0 || (got < 0 && errno == EINTR)))
		if (got > 0)
			length = take_lines(publisher, buffer, length + (size_t)got, &skipping);
	if (length || skipping) /* the last line has no newline */
		take_line(publisher, skipping ? "?" : buffer, skipping ? 1 : length);
	free(buffer);
	pthread_mutex_lock(&publisher->lock);
	publisher->ended = true;
	pthread_cond_signal(&publisher->changed);
	pthread_mutex_unlock(&publisher->lock);
	return NULL;
}

/* ---- Publishing */

/* In a thread of the library: the server has taken a line, or refused it. */
static void on_acknowledged(jsCtx *js, natsMsg *message, jsPubAck *acknowledgment, jsPubAckErr *refusal, void *closure)
{
	struct publisher *publisher = closure;
	const char *id = NULL;
	(void)js;
	pthread_mutex_lock(&publisher->lock);
	if (acknowledgment && natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK && publisher->flying) {
		const uint64_t sequence = strtoull(strrchr(id, ':') + 1, NULL, 10);
		const uint64_t index = sequence - publisher->flight[0].sequence;
		if (index < publisher->flying)
			publisher->flight[index].acknowledged = true;
	} else if (refusal) {
		snprintf(publisher->refusal, sizeof(publisher->refusal), "%s",
		         refusal->ErrText && refusal->ErrText[0] ? refusal->ErrText : natsStatus_GetText(refusal->Err));
	}
	pthread_mutex_unlock(&publisher->lock);
	natsMsg_Destroy(message);
}

static natsStatus send_line(struct publisher *publisher, const struct flight *flight)
{
	static char line[RELAY_LINE_MOST + RELAY_ADDED_MOST]; /* of the one thread that publishes */
	char subject[SUBJECT_MOST], text[ID_MOST];
	const struct relay_entry *entry = flight->entry;
	struct relay_id id = publisher->id;
	id.sequence = flight->sequence;
	const size_t length = relay_line_add(line, entry->line, entry->length, &id);
	stream_subject(subject, publisher->settings->site, id.sensor, relay_kind_word(entry->kind));
	snprintf(text, sizeof(text), "%s:%s:%" PRIu64, id.sensor, id.boot, id.sequence);
	natsMsg *message = NULL;
	natsStatus status = natsMsg_Create(&message, subject, NULL, line, (int)length);
	if (status == NATS_OK)
		status = natsMsgHeader_Set(message, "Nats-Msg-Id", text);
	if (status == NATS_OK)
		status = js_PublishMsgAsync(publisher->link.js, &message, NULL);
	natsMsg_Destroy(message);
	return status;
}

static bool is_acknowledged(struct publisher *publisher, const struct flight *flight)
{
	pthread_mutex_lock(&publisher->lock);
	const bool acknowledged = flight->acknowledged;
	pthread_mutex_unlock(&publisher->lock);
	return acknowledged;
}

/* Publishes what is in flight and not acknowledged yet, at most so many lines, and waits for the acknowledgments. */
static void send_batch(struct publisher *publisher, size_t most)
{
	jsPubOptions options;
	natsMsgList pending = {0};
	for (size_t i = 0; i < publisher->flying && most; i++) {
		if (is_acknowledged(publisher, &publisher->flight[i]))
			continue;
		if (send_line(publisher, &publisher->flight[i]) != NATS_OK)
			break;
		most--;
	}
	jsPubOptions_Init(&options);
	options.MaxWait = ACKNOWLEDGE_WITHIN;
	js_PublishAsyncComplete(publisher->link.js, &options);
	/* The library forgets those that it still waits for; they are in `flight`. */
	if (js_PublishAsyncGetPendingList(&pending, publisher->link.js) == NATS_OK)
		natsMsgList_Destroy(&pending);
}

/* Forgets the batch when all of it is acknowledged. Returns how many lines are not. */
static size_t finish_batch(struct publisher *publisher)
{
	size_t left = 0;
	pthread_mutex_lock(&publisher->lock);
	for (size_t i = 0; i < publisher->flying; i++)
		left += !publisher->flight[i].acknowledged;
	if (!left) {
		for (size_t i = 0; i < publisher->flying; i++)
			free(publisher->flight[i].entry);
		publisher->published += publisher->flying;
		publisher->flying = 0;
	}
	pthread_mutex_unlock(&publisher->lock);
	return left;
}

/* Publishes the batch. A server that has just been started may refuse some lines and take those after them; so that the
 * order stays, one line has to be taken (`*ready`) before others are sent. True: all of it has been taken. */
static bool publish_batch(struct publisher *publisher, bool *ready)
{
	size_t left = publisher->flying;
	if (!*ready) {
		send_batch(publisher, 1);
		*ready = finish_batch(publisher) < left;
	}
	if (*ready && publisher->flying) {
		send_batch(publisher, BATCH);
		*ready = !finish_batch(publisher);
	}
	return *ready;
}

/* Numbers the next lines of the queue, which are in flight from now on. */
static void fill_batch(struct publisher *publisher)
{
	struct relay_entry *entry;
	pthread_mutex_lock(&publisher->lock);
	while (publisher->flying < BATCH && (entry = relay_queue_pop(&publisher->queue)))
		publisher->flight[publisher->flying++] =
		        (struct flight){.entry = entry, .sequence = ++publisher->id.sequence};
	pthread_mutex_unlock(&publisher->lock);
}

/* ---- What the sensor says about itself */

/* A record of statistics: that the sensor is there, and what of its records was given up. */
static void push_heartbeat(struct publisher *publisher, bool last)
{
	char line[512];
	const ws_time now = real_time();
	pthread_mutex_lock(&publisher->lock);
	const uint64_t *shed = publisher->queue.shed;
	const int length =
	        snprintf(line, sizeof(line),
	                 "{\"type\":\"stats\",\"time\":%lld.%09lld,\"relay\":{\"published\":%" PRIu64
	                 ",\"queued\":%" PRIu64 ",\"shed_transitions\":%" PRIu64 ",\"shed_unanswered\":%" PRIu64
	                 ",\"shed_others\":%" PRIu64 ",\"not_records\":%" PRIu64 ",\"ended\":%s}}",
	                 (long long)(now / WS_SECOND), (long long)(now % WS_SECOND), publisher->published,
	                 publisher->queue.count, shed[RELAY_SHED_STEPS], shed[RELAY_SHED_UNANSWERED],
	                 shed[RELAY_SHED_OTHERS], publisher->garbage, last ? "true" : "false");
	relay_queue_push(&publisher->queue, RELAY_STATS, line, (size_t)length);
	pthread_mutex_unlock(&publisher->lock);
	publisher->heartbeat = monotonic() + HEARTBEAT;
}

static void report_refusal(struct publisher *publisher, bool *reported)
{
	char text[sizeof(publisher->refusal)];
	pthread_mutex_lock(&publisher->lock);
	memcpy(text, publisher->refusal, sizeof(text));
	publisher->refusal[0] = '\0';
	pthread_mutex_unlock(&publisher->lock);
	if (*reported || !link_is_up(&publisher->link))
		return;
	fprintf(stderr, E_("wirestate-nats: the server does not take the records%s%s; trying again\n"),
	        text[0] ? ": " : "", text);
	*reported = true;
}

static int report_end(struct publisher *publisher)
{
	const uint64_t left = publisher->queue.count + publisher->flying;
	const uint64_t *shed = publisher->queue.shed;
	fprintf(stderr,
	        publisher->published == 1 ? E_("%" PRIu64 " record published") : E_("%" PRIu64 " records published"),
	        publisher->published);
	if (shed[RELAY_SHED_STEPS] + shed[RELAY_SHED_UNANSWERED] + shed[RELAY_SHED_OTHERS])
		fprintf(stderr,
		        E_(", given up because the queue was full: %" PRIu64 " transitions, %" PRIu64
		           " unanswered connections, %" PRIu64 " others"),
		        shed[RELAY_SHED_STEPS], shed[RELAY_SHED_UNANSWERED], shed[RELAY_SHED_OTHERS]);
	if (publisher->garbage)
		fprintf(stderr,
		        publisher->garbage == 1 ? E_(", %" PRIu64 " line was no record")
		                                : E_(", %" PRIu64 " lines were no records"),
		        publisher->garbage);
	if (publisher->other)
		fprintf(stderr,
		        publisher->other == 1 ? E_(", %" PRIu64 " record is of a kind that is not published")
		                              : E_(", %" PRIu64 " records are of kinds that are not published"),
		        publisher->other);
	fputc('\n', stderr);
	if (!left)
		return 0;
	struct ws_error error;
	ws_fail(&error, WS_ERROR_OUTPUT,
	        left == 1 ? E_("%" PRIu64 " record was not delivered, as the server could not be reached")
	                  : E_("%" PRIu64 " records were not delivered, as the server could not be reached"),
	        left);
	return settings_fail(&error);
}

/* ---- The loop */

/* Waits until there is something to publish. False: there never will be. */
static bool wait_for_lines(struct publisher *publisher)
{
	pthread_mutex_lock(&publisher->lock);
	if (!publisher->queue.count && !publisher->ended)
		link_await(&publisher->changed, &publisher->lock, 200 * WS_MILLISECOND);
	const bool more = publisher->queue.count || !publisher->ended;
	pthread_mutex_unlock(&publisher->lock);
	return more;
}

static bool input_ended(struct publisher *publisher)
{
	pthread_mutex_lock(&publisher->lock);
	const bool ended = publisher->ended;
	pthread_mutex_unlock(&publisher->lock);
	return ended;
}

/* Streams may be missing because the server has been set up again. */
static bool make_streams(struct publisher *publisher, bool *reported)
{
	struct ws_error error;
	if (streams_make(&publisher->link, (int64_t)publisher->settings->most, &error))
		return true;
	if (!*reported && link_is_up(&publisher->link))
		fprintf(stderr, "wirestate-nats: %s\n", error.text);
	*reported = true;
	return false;
}

static void publish_all(struct publisher *publisher)
{
	bool made = false, ready = false, reported = false, stream_reported = false, said_last = false;
	ws_time pause = PAUSE_LEAST, ended = 0;
	push_heartbeat(publisher, false);
	for (;;) {
		if (!ended && input_ended(publisher))
			ended = monotonic();
		if (!publisher->flying && !wait_for_lines(publisher)) {
			if (said_last)
				return;
			push_heartbeat(publisher, said_last = true);
		}
		if (ended && monotonic() - ended > publisher->settings->wait)
			return;
		if (monotonic() >= publisher->heartbeat)
			push_heartbeat(publisher, false);
		if (!link_is_up(&publisher->link)) {
			link_sleep(PAUSE_LEAST);
			continue;
		}
		made = made || make_streams(publisher, &stream_reported);
		if (!publisher->flying)
			fill_batch(publisher);
		if (!publisher->flying)
			continue;
		if (publish_batch(publisher, &ready)) {
			pause = PAUSE_LEAST;
			reported = false;
			continue;
		}
		report_refusal(publisher, &reported);
		made = false;
		link_sleep(pause);
		pause = pause * 2 > PAUSE_MOST ? PAUSE_MOST : pause * 2;
	}
}

/* ---- Beginning and end */

/* The terminal's Ctrl-C reaches both the program that writes the records and this process; the last records are still
 * to come. */
static void on_stop(int number)
{
	static volatile sig_atomic_t stops;
	if (++stops > 1) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static void publisher_free(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->flying; i++)
		free(publisher->flight[i].entry);
	relay_queue_free(&publisher->queue);
	pthread_mutex_destroy(&publisher->lock);
	pthread_cond_destroy(&publisher->changed);
	free(publisher);
}

int run_publish(const struct settings *settings)
{
	struct ws_error error;
	pthread_t reader;
	struct publisher *publisher = calloc(1, sizeof(*publisher));
	if (!publisher || pthread_mutex_init(&publisher->lock, NULL) || pthread_cond_init(&publisher->changed, NULL)) {
		ws_fail(&error, WS_ERROR_SYSTEM, "no memory");
		return settings_fail(&error);
	}
	publisher->settings = settings;
	memcpy(publisher->id.sensor, settings->sensor, sizeof(publisher->id.sensor));
	memcpy(publisher->id.boot, settings->boot, sizeof(publisher->id.boot));
	relay_queue_init(&publisher->queue, settings->queue);
	sigaction(SIGINT, &(struct sigaction){.sa_handler = on_stop}, NULL);
	sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_stop}, NULL);
	bool reading = false;
	int status = 1;
	if (!link_open(&publisher->link, &settings->link, on_acknowledged, publisher, &error))
		settings_fail(&error);
	else if (!(reading = !pthread_create(&reader, NULL, read_input, publisher)))
		fputs(E_("wirestate-nats: no thread\n"), stderr);
	else {
		answers_begin(&publisher->answers, &publisher->link, settings, publisher->id.boot);
		publish_all(publisher);
		answers_end(&publisher->answers);
		status = report_end(publisher);
	}
	link_close(&publisher->link);
	const bool ended = input_ended(publisher);
	if (reading && ended)
		pthread_join(reader, NULL);
	if (!reading || ended) /* else that thread still waits for input, and uses it until the process ends */
		publisher_free(publisher);
	return status;
}
