/* Records of all sensors from JetStream to standard output, one a line.
 *
 * A thread for each of the two streams receives; the main thread writes. It puts each stream's lines back into order
 * (relay/order.h), takes from both what was stored first, leaves out what it has written before (relay/seen.h), and
 * acknowledges a line once it is written. The server remembers how far that was under the consumer's name. */
#include "nats/settings.h"
#include "nats/streams.h"
#include "relay/order.h"
#include "relay/seen.h"

#include <wirestate/language.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WITHIN = 200 /* ms */, PENDING_MOST = 4096, WRITTEN_MOST = 256 };
#define ACKNOWLEDGE_WITHIN (10 * WS_SECOND)
#define PATIENCE (25 * WS_SECOND)
#define FORGOTTEN_AFTER (10 * 60 * WS_SECOND) /* a consumer without a name of its own, that nobody asks */

struct source {
	struct subscriber *subscriber;
	enum stream stream;
	pthread_t thread;
	bool started;
	natsSubscription *subscription; /* the thread's own, like those that it used before */
	natsSubscription **retired;
	size_t retired_count;
	/* Under the subscriber's lock: */
	struct relay_order order;
	bool asked;   /* the server has answered at least once */
	bool pending; /* it has more than what has come */
};

struct subscriber {
	const struct settings *settings;
	struct link link;
	char durable[RELAY_NAME_MOST + 1];
	pthread_mutex_t lock;
	pthread_cond_t changed; /* both ways: a line has come, or there is room */
	atomic_bool stop;
	struct source source[STREAM_COUNT];
	struct relay_seen *seen;
	natsMsg *written[WRITTEN_MOST]; /* and not acknowledged yet */
	size_t written_count;
	uint64_t lines, duplicates, garbage;
};

static volatile sig_atomic_t stopped; /* by a signal */

static void on_stop(int number)
{
	(void)number;
	stopped = 1;
}

/* ---- Receiving */

/* Makes the consumer that remembers how far this subscriber is, or finds the one of that name. The server sends it
 * lines by itself, at most PENDING_MOST before they are acknowledged. (A consumer that is asked would do as well, but
 * version 3.4 of the library writes beyond its list when lines come after it has stopped waiting for them.) */
static natsStatus make_consumer(struct source *source, const char *subject)
{
	struct subscriber *subscriber = source->subscriber;
	const struct settings *settings = subscriber->settings;
	jsConsumerConfig config;
	jsConsumerInfo *info = NULL;
	natsStatus status = js_GetConsumerInfo(&info, subscriber->link.js, stream_name(source->stream),
	                                       subscriber->durable, NULL, NULL);
	jsConsumerInfo_Destroy(info);
	if (status != NATS_NOT_FOUND)
		return status;
	natsInbox *inbox = NULL;
	status = natsInbox_Create(&inbox);
	if (status != NATS_OK)
		return status;
	jsConsumerConfig_Init(&config);
	config.DeliverSubject = inbox;
	config.Durable = subscriber->durable;
	config.AckPolicy = js_AckExplicit;
	config.AckWait = ACKNOWLEDGE_WITHIN;
	config.MaxAckPending = PENDING_MOST;
	config.DeliverPolicy = js_DeliverAll;
	config.FilterSubject = subject;
	if (!settings->durable)
		config.InactiveThreshold = FORGOTTEN_AFTER;
	if (settings->since) {
		config.DeliverPolicy = js_DeliverByStartTime;
		config.OptStartTime = real_time() - settings->since;
	}
	status = js_AddConsumer(NULL, subscriber->link.js, stream_name(source->stream), &config, NULL, NULL);
	natsInbox_Destroy(inbox);
	return status;
}

static natsStatus subscribe(struct source *source)
{
	struct subscriber *subscriber = source->subscriber;
	const struct settings *settings = subscriber->settings;
	const bool steps = source->stream == STREAM_TRANSITIONS;
	char subject[SUBJECT_MOST];
	jsSubOptions options;
	/* A server of version 2.9 filters by one subject, which is one of several that records have; is_wanted() does
	 * the rest. */
	stream_subject(subject, settings->site[0] ? settings->site : NULL,
	               settings->sensor[0] ? settings->sensor : NULL, relay_kind_word(RELAY_TRANSITION));
	natsStatus status = make_consumer(source, steps ? subject : NULL);
	if (status != NATS_OK)
		return status;
	jsSubOptions_Init(&options);
	options.Stream = stream_name(source->stream);
	options.Consumer = subscriber->durable;
	options.ManualAck = true;
	status = js_SubscribeSync(&source->subscription, subscriber->link.js, steps ? subject : NULL, NULL, &options,
	                          NULL);
	return status == NATS_OK ? natsSubscription_SetPendingLimits(source->subscription, -1, -1) : status;
}

static bool open_source(struct source *source, bool *reported)
{
	struct ws_error error;
	if (source->subscription)
		return true;
	if (link_is_up(&source->subscriber->link)) {
		(void)!streams_make(&source->subscriber->link, 0, &error);
		const natsStatus status = subscribe(source);
		if (status == NATS_OK)
			return true;
		if (!*reported)
			fprintf(stderr, E_("wirestate-nats: no records from %s: %s; trying again\n"),
			        stream_name(source->stream), link_refusal(status));
		*reported = true;
	}
	link_sleep(WS_SECOND / 2);
	return false;
}

/* Messages refer to the subscription that they came from, so an old one is kept until the end. There is one for each
 * time that a server was restarted without what it had in memory. */
static void retire_subscription(struct source *source)
{
	natsSubscription **retired = realloc(source->retired, (source->retired_count + 1) * sizeof(*retired));
	if (!retired)
		return; /* it goes on with the one that it has, and tries again later */
	source->retired = retired;
	source->retired[source->retired_count++] = source->subscription;
	source->subscription = NULL;
	pthread_mutex_lock(&source->subscriber->lock);
	source->order.delivery = 0;
	source->order.missing = 0;
	pthread_mutex_unlock(&source->subscriber->lock);
}

/* Nothing came for a while: asks the server whether there is nothing more. It may also have forgotten the consumer,
 * with a stream that was in memory. Then it is made again; lines that have been written before are known. */
static void check_source(struct source *source)
{
	struct subscriber *subscriber = source->subscriber;
	jsConsumerInfo *info = NULL;
	const natsStatus status = js_GetConsumerInfo(&info, subscriber->link.js, stream_name(source->stream),
	                                             subscriber->durable, NULL, NULL);
	if (status == NATS_OK && !info->NumPending) {
		pthread_mutex_lock(&subscriber->lock);
		source->pending = false;
		source->asked = true;
		pthread_cond_broadcast(&subscriber->changed);
		pthread_mutex_unlock(&subscriber->lock);
	} else if (status == NATS_NOT_FOUND) {
		retire_subscription(source);
	}
	jsConsumerInfo_Destroy(info);
}

static void put_message(struct source *source, natsMsg *message)
{
	struct subscriber *subscriber = source->subscriber;
	jsMsgMetaData *about = NULL;
	if (natsMsg_GetMetaData(&about, message) != NATS_OK) {
		natsMsg_Destroy(message);
		return;
	}
	const struct relay_item item = {.position = about->Sequence.Stream,
	                                .delivery = about->Sequence.Consumer,
	                                .again = about->NumDelivered > 1,
	                                .time = about->Timestamp,
	                                .what = message};
	pthread_mutex_lock(&subscriber->lock);
	while (relay_order_full(&source->order) && !subscriber->stop)
		pthread_cond_wait(&subscriber->changed, &subscriber->lock);
	if (subscriber->stop)
		natsMsg_Destroy(message);
	else
		relay_order_put(&source->order, &item, monotonic());
	source->pending = about->NumPending > 0;
	source->asked = true;
	pthread_cond_broadcast(&subscriber->changed);
	pthread_mutex_unlock(&subscriber->lock);
	jsMsgMetaData_Destroy(about);
}

static void *receive(void *context)
{
	struct source *source = context;
	struct link *link = &source->subscriber->link;
	bool reported = false;
	while (!source->subscriber->stop) {
		natsMsg *message = NULL;
		if (!open_source(source, &reported))
			continue;
		const natsStatus status = natsSubscription_NextMsg(&message, source->subscription, WITHIN);
		if (status == NATS_OK) {
			put_message(source, message);
			continue;
		}
		if (status != NATS_TIMEOUT || !link_is_up(link))
			link_sleep(WS_SECOND / 5);
		if (link_is_up(link))
			check_source(source);
	}
	return NULL;
}

/* ---- Writing */

/* What was stored first of both streams. A stream that has nothing now, and more to come, is waited for. NULL: nothing.
 */
static struct source *next_source(struct subscriber *subscriber)
{
	struct source *best = NULL;
	int64_t time = 0;
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		struct source *source = &subscriber->source[i];
		const struct relay_item *item = relay_order_peek(&source->order, monotonic(), PATIENCE);
		if (!item && (source->pending || !source->asked) && !source->order.count)
			return NULL;
		if (item && (!best || item->time < time)) {
			best = source;
			time = item->time;
		}
	}
	return best;
}

/* True: everything that the server had has been written. */
static bool is_finished(const struct subscriber *subscriber)
{
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		const struct source *source = &subscriber->source[i];
		if (!source->asked || source->pending || source->order.count)
			return false;
	}
	return true;
}

/* Acknowledges what has been written. False: it could not be written, now or since the last time. */
static bool flush(struct subscriber *subscriber)
{
	const bool written = !fflush(stdout) && !ferror(stdout);
	for (size_t i = 0; i < subscriber->written_count; i++) {
		if (written)
			natsMsg_Ack(subscriber->written[i], NULL);
		natsMsg_Destroy(subscriber->written[i]);
	}
	subscriber->written_count = 0;
	return written;
}

/* True: it is of the site and the sensor that are asked for. The subject is wirestate.v1.SITE.SENSOR.KIND. */
static bool is_wanted(const struct settings *settings, const char *subject)
{
	char site[RELAY_NAME_MOST + 1], sensor[RELAY_NAME_MOST + 1];
	return sscanf(subject, "wirestate.v1.%64[^.].%64[^.].", site, sensor) == 2 &&
	       (!settings->site[0] || strcmp(settings->site, site) == 0) &&
	       (!settings->sensor[0] || strcmp(settings->sensor, sensor) == 0);
}

static bool write_line(struct subscriber *subscriber, natsMsg *message)
{
	const char *line = natsMsg_GetData(message);
	const size_t length = (size_t)natsMsg_GetDataLength(message);
	struct relay_id id;
	if (!is_wanted(subscriber->settings, natsMsg_GetSubject(message))) {
		/* acknowledged like the others */
	} else if (relay_line_kind(line, length) == RELAY_GARBAGE || memchr(line, '\n', length)) {
		subscriber->garbage++;
	} else if (relay_line_id(line, length, &id) && !relay_seen_first(subscriber->seen, &id)) {
		subscriber->duplicates++;
	} else {
		fwrite(line, 1, length, stdout);
		putc('\n', stdout);
		subscriber->lines++;
	}
	subscriber->written[subscriber->written_count++] = message;
	return subscriber->written_count < WRITTEN_MOST || flush(subscriber);
}

/* The next line, or NULL after a while without one. */
static natsMsg *next_message(struct subscriber *subscriber, bool *finished)
{
	natsMsg *message = NULL;
	pthread_mutex_lock(&subscriber->lock);
	struct source *source = next_source(subscriber);
	if (!source && !subscriber->written_count) {
		link_await(&subscriber->changed, &subscriber->lock, 100 * WS_MILLISECOND);
		source = next_source(subscriber);
	}
	if (source) {
		message = relay_order_peek(&source->order, monotonic(), PATIENCE)->what;
		relay_order_take(&source->order);
		pthread_cond_broadcast(&subscriber->changed);
	}
	*finished = !message && is_finished(subscriber);
	pthread_mutex_unlock(&subscriber->lock);
	return message;
}

static int write_all(struct subscriber *subscriber)
{
	struct ws_error error;
	bool finished = false;
	while (!stopped && !(finished && subscriber->settings->once)) {
		natsMsg *message = next_message(subscriber, &finished);
		if (message ? write_line(subscriber, message) : flush(subscriber))
			continue;
		if (errno == EPIPE)
			return 0;
		ws_fail(&error, WS_ERROR_OUTPUT, "standard output cannot be written: %s", strerror(errno));
		return settings_fail(&error);
	}
	flush(subscriber);
	return 0;
}

/* ---- Beginning and end */

static bool start_sources(struct subscriber *subscriber)
{
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		struct source *source = &subscriber->source[i];
		source->subscriber = subscriber;
		source->stream = (enum stream)i;
		source->started = !pthread_create(&source->thread, NULL, receive, source);
		if (!source->started)
			return false;
	}
	return true;
}

static void stop_sources(struct subscriber *subscriber)
{
	pthread_mutex_lock(&subscriber->lock);
	subscriber->stop = true;
	pthread_cond_broadcast(&subscriber->changed);
	pthread_mutex_unlock(&subscriber->lock);
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		struct source *source = &subscriber->source[i];
		if (!source->started)
			continue;
		pthread_join(source->thread, NULL);
		while (source->order.count) {
			natsMsg_Destroy(source->order.item[source->order.first].what);
			relay_order_take(&source->order);
		}
		natsSubscription_Destroy(source->subscription);
		while (source->retired_count)
			natsSubscription_Destroy(source->retired[--source->retired_count]);
		free(source->retired);
		if (!subscriber->settings->durable && link_is_up(&subscriber->link))
			js_DeleteConsumer(subscriber->link.js, stream_name(source->stream), subscriber->durable, NULL,
			                  NULL);
	}
}

static void report_end(const struct subscriber *subscriber)
{
	fprintf(stderr, subscriber->lines == 1 ? E_("%" PRIu64 " record") : E_("%" PRIu64 " records"),
	        subscriber->lines);
	if (subscriber->duplicates)
		fprintf(stderr, E_(", %" PRIu64 " that came again left out"), subscriber->duplicates);
	if (subscriber->garbage)
		fprintf(stderr,
		        subscriber->garbage == 1 ? E_(", %" PRIu64 " message was no record")
		                                 : E_(", %" PRIu64 " messages were no records"),
		        subscriber->garbage);
	fputc('\n', stderr);
}

int run_subscribe(const struct settings *settings)
{
	struct ws_error error;
	struct subscriber *subscriber = calloc(1, sizeof(*subscriber));
	if (!subscriber || !(subscriber->seen = relay_seen_new()) || pthread_mutex_init(&subscriber->lock, NULL) ||
	    pthread_cond_init(&subscriber->changed, NULL)) {
		ws_fail(&error, WS_ERROR_SYSTEM, "no memory");
		return settings_fail(&error);
	}
	subscriber->settings = settings;
	snprintf(subscriber->durable, sizeof(subscriber->durable), "%s",
	         settings->durable ? settings->durable : settings->boot);
	sigaction(SIGINT, &(struct sigaction){.sa_handler = on_stop}, NULL);
	sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_stop}, NULL);
	signal(SIGPIPE, SIG_IGN);
	int status = 1;
	if (!link_open(&subscriber->link, &settings->link, NULL, NULL, &error))
		settings_fail(&error);
	else if (!start_sources(subscriber))
		fputs(E_("wirestate-nats: no thread\n"), stderr);
	else
		status = write_all(subscriber);
	stop_sources(subscriber);
	if (!status)
		report_end(subscriber);
	link_close(&subscriber->link);
	relay_seen_free(subscriber->seen);
	free(subscriber);
	return status;
}
