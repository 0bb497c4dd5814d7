/* Limits that are sane for one machine with a server; an administrator's own streams are left alone. */
#include "nats/streams.h"

#include <stdio.h>

#define MINUTE (60 * WS_SECOND)
#define GIB (INT64_C(1) << 30)

enum { WAIT = 5000 }; /* ms for the server's answer */

static const struct {
	const char *name, *about;
	int64_t age, bytes;
	jsStorageType storage;
	bool steps;
} streams[] = {
        [STREAM_RECORDS] = {"WIRESTATE_RECORDS", "connections, UDP conversations, ARP and statistics of wirestate",
                            24 * 60 * MINUTE, 4 * GIB, js_FileStorage, false},
        [STREAM_TRANSITIONS] = {"WIRESTATE_TRANSITIONS", "changes of TCP states", 60 * MINUTE, GIB / 4,
                                js_MemoryStorage, true},
};

const char *stream_name(enum stream stream)
{
	return streams[stream].name;
}

void stream_subject(char subject[SUBJECT_MOST], const char *site, const char *sensor, const char *kind)
{
	snprintf(subject, SUBJECT_MOST, "wirestate.v1.%s.%s.%s", site ? site : "*", sensor ? sensor : "*",
	         kind ? kind : "*");
}

static natsStatus make(struct link *link, enum stream stream, int64_t most, jsErrCode *code)
{
	char text[RELAY_KIND_COUNT][SUBJECT_MOST];
	const char *subject[RELAY_KIND_COUNT];
	jsStreamConfig config;
	jsOptions options;
	jsStreamConfig_Init(&config);
	jsOptions_Init(&options);
	options.Wait = WAIT;
	for (enum relay_kind kind = 0; kind < RELAY_KIND_COUNT; kind++)
		if (relay_kind_is_step(kind) == streams[stream].steps) {
			stream_subject(text[config.SubjectsLen], NULL, NULL, relay_kind_word(kind));
			subject[config.SubjectsLen] = text[config.SubjectsLen];
			config.SubjectsLen++;
		}
	config.Name = streams[stream].name;
	config.Description = streams[stream].about;
	config.Subjects = subject;
	config.Storage = streams[stream].storage;
	config.MaxAge = streams[stream].age;
	config.MaxBytes = stream == STREAM_RECORDS && most ? most : streams[stream].bytes;
	config.Discard = js_DiscardOld;
	config.Duplicates = 10 * MINUTE;
	return js_AddStream(NULL, link->js, &config, &options, code);
}

bool streams_make(struct link *link, int64_t most, struct ws_error *error)
{
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		jsErrCode code = 0;
		jsStreamInfo *info = NULL;
		natsStatus status = js_GetStreamInfo(&info, link->js, streams[stream].name, NULL, &code);
		jsStreamInfo_Destroy(info);
		if (status == NATS_NOT_FOUND)
			status = make(link, stream, most, &code);
		if (status != NATS_OK && code != JSStreamNameExistErr)
			return ws_fail(error, WS_ERROR_SYSTEM,
			               "the stream %s cannot be made: %s; start nats-server with --jetstream, or "
			               "let an administrator run: wirestate-nats streams",
			               streams[stream].name, link_refusal(status));
	}
	return true;
}
