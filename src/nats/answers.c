/* One request at a time, in the library's thread; the process that captures has a few seconds for its answer. */
#include "nats/answers.h"
#include "nats/streams.h"

#include <wirestate/language.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_WITHIN = 5000 /* ms */, REQUEST_MOST = 256, LINE_MOST = 1024 };

/* Reads at most `length` bytes, when there are any. Returns how many; 0: none have come in time, or none will. */
static size_t read_some(int fd, char *out, size_t length, ws_time until)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	for (ws_time left; (left = until - monotonic()) > 0;) {
		const int found = poll(&ready, 1, (int)(left / WS_MILLISECOND) + 1);
		if (found < 0 && errno != EINTR)
			return 0;
		if (found <= 0)
			continue;
		const ssize_t got = read(fd, out, length);
		return got > 0 ? (size_t)got : 0;
	}
	return 0;
}

/* Reads the first line of an answer, without its newline. False: it has not come in time. It is written at once, so
 * that one of which only a part came is none. */
static bool read_line(struct answers *answers, char line[LINE_MOST], ws_time until)
{
	for (size_t used = 0; used < LINE_MOST && read_some(answers->requests, line + used, 1, until); used++)
		if (line[used] == '\n') {
			line[used] = '\0';
			answers->late_line = false;
			answers->late_packets = strncmp(line, "ok ", 3) == 0 ? strtoul(line + 3, NULL, 10) : 0;
			return true;
		}
	return false;
}

/* Reads the bytes after that line. */
static bool read_packets(struct answers *answers, char packets[ANSWER_MOST], ws_time until)
{
	for (size_t used = 0, got; answers->late_packets; used += got) {
		const size_t room = ANSWER_MOST - used;
		got = read_some(answers->requests, packets + used,
		                answers->late_packets < room ? answers->late_packets : room, until);
		if (!got)
			return false;
		answers->late_packets -= got;
	}
	return true;
}

/* Asks for the packets. Returns how many bytes `packets` has, or -1 with the reason in `why`. */
static ssize_t ask(struct answers *answers, uint64_t connection, char packets[ANSWER_MOST], char why[LINE_MOST])
{
	char line[LINE_MOST];
	const ws_time until = monotonic() + ANSWER_WITHIN * WS_MILLISECOND;
	snprintf(why, LINE_MOST, E_("the sensor does not answer"));
	if ((answers->late_line && !read_line(answers, line, until)) || !read_packets(answers, packets, until))
		return -1;
	const int length = snprintf(line, sizeof(line), "packets %" PRIu64 " %d\n", connection, ANSWER_MOST);
	if (write(answers->requests, line, (size_t)length) != length)
		return -1;
	answers->late_line = true;
	if (!read_line(answers, line, until))
		return -1;
	if (strncmp(line, "error ", 6) == 0)
		snprintf(why, LINE_MOST, "%s", line + 6);
	const size_t size = answers->late_packets;
	const bool good = strncmp(line, "ok ", 3) == 0 && read_packets(answers, packets, until);
	return good ? (ssize_t)size : -1;
}

static void reply(natsConnection *connection, natsMsg *request, const char *packets, ssize_t length, const char *why)
{
	natsMsg *answer = NULL;
	if (!natsMsg_GetReply(request) ||
	    natsMsg_Create(&answer, natsMsg_GetReply(request), NULL, packets, length > 0 ? (int)length : 0) != NATS_OK)
		return;
	if (length < 0)
		natsMsgHeader_Set(answer, ANSWER_ERROR, why);
	natsConnection_PublishMsg(connection, answer);
	natsMsg_Destroy(answer);
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *closure)
{
	struct answers *answers = closure;
	char text[REQUEST_MOST], boot[RELAY_NAME_MOST + 1], why[LINE_MOST];
	uint64_t number;
	ssize_t length = -1;
	char *packets = NULL;
	(void)subscription;
	snprintf(text, sizeof(text), "%.*s", natsMsg_GetDataLength(message), natsMsg_GetData(message));
	if (sscanf(text, "%64s %" SCNu64, boot, &number) != 2)
		snprintf(why, sizeof(why), E_("this is not a request: BOOT CONNECTION"));
	else if (strcmp(boot, answers->boot) != 0)
		snprintf(why, sizeof(why),
		         E_("the sensor has been started again since, and has no packets of that time"));
	else if (answers->requests < 0)
		snprintf(why, sizeof(why), E_("the sensor gives no packets"));
	else if (!(packets = malloc(ANSWER_MOST)))
		snprintf(why, sizeof(why), E_("the sensor has no memory"));
	else
		length = ask(answers, number, packets, why);
	reply(connection, message, packets, length, why);
	free(packets);
	natsMsg_Destroy(message);
}

void answers_begin(struct answers *answers, struct link *link, const struct settings *settings, const char *boot)
{
	char subject[SUBJECT_MOST];
	*answers = (struct answers){.boot = boot, .requests = settings->requests};
	stream_subject(subject, settings->site, settings->sensor, "packets");
	const natsStatus status =
	        natsConnection_Subscribe(&answers->subscription, link->connection, subject, on_request, answers);
	if (status != NATS_OK)
		fprintf(stderr, E_("wirestate-nats: requests for packets are not answered: %s\n"),
		        natsStatus_GetText(status));
}

void answers_end(struct answers *answers)
{
	natsSubscription_Destroy(answers->subscription);
}
