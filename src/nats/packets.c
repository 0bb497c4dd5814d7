/* The packets of one connection, from the sensor that has seen it; and the streams, for an administrator. */
#include "nats/answers.h"
#include "nats/streams.h"

#include <wirestate/language.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLY_WITHIN = 8000 /* ms */ };

/* Writes the reply's packets, or says why there are none. */
static bool write_reply(natsMsg *reply, const char *sensor, struct ws_error *error)
{
	const char *why = NULL;
	if (natsMsgHeader_Get(reply, ANSWER_ERROR, &why) == NATS_OK)
		return ws_fail(error, WS_ERROR_FILE, "no packets from %s: %s", sensor, why);
	const size_t length = (size_t)natsMsg_GetDataLength(reply);
	if (fwrite(natsMsg_GetData(reply), 1, length, stdout) != length || fflush(stdout))
		return ws_fail(error, WS_ERROR_OUTPUT, "standard output cannot be written");
	return true;
}

/* The site of a sensor: that of the last thing that it said. */
static bool find_site(const struct settings *settings, struct link *link, char site[RELAY_NAME_MOST + 1],
                      struct ws_error *error)
{
	char subject[SUBJECT_MOST];
	natsMsg *message = NULL;
	if (settings->site[0]) {
		strcpy(site, settings->site);
		return true;
	}
	stream_subject(subject, NULL, settings->sensor, relay_kind_word(RELAY_STATS));
	const natsStatus status = js_GetLastMsg(&message, link->js, stream_name(STREAM_RECORDS), subject, NULL, NULL);
	const bool found = status == NATS_OK && sscanf(natsMsg_GetSubject(message), "wirestate.v1.%64[^.].", site) == 1;
	natsMsg_Destroy(message);
	return found ||
	       ws_fail(error, WS_ERROR_FILE, "no packets from %s: there is no record of this sensor", settings->sensor);
}

static bool ask_sensor(const struct settings *settings, struct link *link, struct ws_error *error)
{
	char subject[SUBJECT_MOST], text[RELAY_NAME_MOST + 32], site[RELAY_NAME_MOST + 1];
	natsMsg *request = NULL, *reply = NULL;
	if (!find_site(settings, link, site, error))
		return false;
	stream_subject(subject, site, settings->sensor, "packets");
	const int length = snprintf(text, sizeof(text), "%s %" PRIu64, settings->boot, settings->connection);
	natsStatus status = natsMsg_Create(&request, subject, NULL, text, length);
	if (status == NATS_OK)
		status = natsConnection_RequestMsg(&reply, link->connection, request, REPLY_WITHIN);
	const bool good = status == NATS_OK ? write_reply(reply, settings->sensor, error)
	                                    : ws_fail(error, WS_ERROR_FILE, "no packets from %s: %s", settings->sensor,
	                                              status == NATS_NO_RESPONDERS ? E_("this sensor is not there now")
	                                              : status == NATS_TIMEOUT     ? E_("it does not answer")
	                                                                           : natsStatus_GetText(status));
	natsMsg_Destroy(request);
	natsMsg_Destroy(reply);
	return good;
}

int run_packets(const struct settings *settings)
{
	struct ws_error error;
	struct link link;
	if (isatty(STDOUT_FILENO)) {
		ws_fail(&error, WS_ERROR_OUTPUT, "packets are not for a terminal; write them to a file: > FILE.pcapng");
		return settings_fail(&error);
	}
	const bool good = link_open(&link, &settings->link, NULL, NULL, &error) && ask_sensor(settings, &link, &error);
	link_close(&link);
	return good ? 0 : settings_fail(&error);
}

int run_streams(const struct settings *settings)
{
	struct ws_error error;
	struct link link;
	const bool good = link_open(&link, &settings->link, NULL, NULL, &error) &&
	                  streams_make(&link, (int64_t)settings->most, &error);
	link_close(&link);
	for (enum stream stream = 0; good && stream < STREAM_COUNT; stream++)
		printf("%s\n", stream_name(stream));
	return good ? 0 : settings_fail(&error);
}
