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

enum { ANSWER_WITHIN = 5000 /* ms */, REQUEST_MOST = 256 };

/* Reads until `length` bytes are there, or, with `line`, a newline. Returns the number of bytes, or -1. */
static ssize_t read_answer(int fd, char *out, size_t length, bool line)
{
	size_t got = 0;
	const ws_time until = link_clock() + ANSWER_WITHIN * WS_MILLISECOND;
	while (got < length) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		const ws_time left = until - link_clock();
		if (left <= 0 || (poll(&ready, 1, (int)(left / WS_MILLISECOND) + 1) < 0 && errno != EINTR))
			return -1;
		if (!(ready.revents & (POLLIN | POLLHUP)))
			continue;
		const ssize_t now = read(fd, out + got, line ? 1 : length - got);
		if (now <= 0)
			return -1;
		got += (size_t)now;
		if (line && out[got - 1] == '\n')
			break;
	}
	return (ssize_t)got;
}

/* Asks for the packets. Returns how many bytes `packets` has, or -1 with the reason in `why`. */
static ssize_t ask(const struct answers *answers, uint64_t connection, char *packets, char *why, size_t why_size)
{
	char line[REQUEST_MOST];
	snprintf(why, why_size, E_("the sensor does not answer"));
	const int length = snprintf(line, sizeof(line), "packets %" PRIu64 " %d\n", connection, ANSWER_MOST);
	if (write(answers->requests, line, (size_t)length) != length)
		return -1;
	const ssize_t got = read_answer(answers->requests, line, sizeof(line) - 1, true);
	if (got <= 0)
		return -1;
	line[got - 1] = '\0';
	if (strncmp(line, "error ", 6) == 0)
		snprintf(why, why_size, "%s", line + 6);
	if (strncmp(line, "ok ", 3) != 0)
		return -1;
	const unsigned long size = strtoul(line + 3, NULL, 10);
	return size <= ANSWER_MOST ? read_answer(answers->requests, packets, size, false) : -1;
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
	const struct answers *answers = closure;
	char text[REQUEST_MOST], boot[RELAY_NAME_MOST + 1], why[REQUEST_MOST];
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
		length = ask(answers, number, packets, why, sizeof(why));
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
