/* Options for the library, and what is said when the connection comes and goes. */
#include "nats/link.h"

#include <wirestate/language.h>
#include <wirestate/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLOSE_WITHIN = 5000 /* ms */, SERVERS_MOST = 16, RECONNECT_WAIT = 500, PINGS = 2 };
enum { PING_INTERVAL = 5000 }; /* ms; a connection that answers no ping is given up after two of them */

void link_sleep(ws_time duration)
{
	nats_Sleep(duration / WS_MILLISECOND);
}

void link_await(pthread_cond_t *changed, pthread_mutex_t *lock, ws_time duration)
{
	const ws_time end = real_time() + duration;
	const struct timespec until = {.tv_sec = end / WS_SECOND, .tv_nsec = end % WS_SECOND};
	pthread_cond_timedwait(changed, lock, &until);
}

/* ---- What is said */

static void on_disconnected(natsConnection *connection, void *closure)
{
	(void)closure;
	if (!natsConnection_IsClosed(connection))
		fputs(E_("wirestate-nats: the connection to the server is lost; trying again\n"), stderr);
}

/* Writes the addresses of servers as they may be shown: a user's name and password before a host are left out. */
static void write_servers(struct ws_text *text, const char *url)
{
	for (size_t length; *url; url += length + (url[length] == ',')) {
		const char *host = url;
		length = strcspn(url, ",");
		for (const char *at = url; at < url + length; at++)
			if (*at == '@')
				host = at + 1;
		if (text->length)
			ws_text_putc(text, ',');
		ws_text_append(text, host, (size_t)(url + length - host));
	}
}

static void on_connected(natsConnection *connection, void *closure)
{
	char url[512] = "", shown[512];
	struct ws_text server = WS_TEXT_OVER(shown);
	(void)closure;
	if (natsConnection_GetConnectedUrl(connection, url, sizeof(url)) != NATS_OK)
		snprintf(url, sizeof(url), E_("the server"));
	write_servers(&server, url);
	fprintf(stderr, E_("wirestate-nats: connected to %s\n"), ws_text_cstr(&server));
}

/* What the server refuses comes without being asked for: a subject that may not be used, for example. */
static void on_error(natsConnection *connection, natsSubscription *subscription, natsStatus status, void *closure)
{
	const char *text = NULL;
	(void)subscription;
	(void)closure;
	if (natsConnection_GetLastError(connection, &text) == NATS_OK || !text || !text[0])
		text = natsStatus_GetText(status);
	fprintf(stderr, E_("wirestate-nats: the server says: %s\n"), text);
}

const char *link_refusal(natsStatus status)
{
	const char *text = nats_GetLastError(NULL), *end = text ? strstr(text, "): ") : NULL;
	return end ? end + 3 : text && text[0] ? text : natsStatus_GetText(status);
}

/* ---- Options */

/* Gives the library each of the addresses that are separated by commas. */
static natsStatus set_servers(natsOptions *options, const char *url)
{
	char buffer[2048], *rest = buffer, *one;
	const char *server[SERVERS_MOST];
	int count = 0;
	if (strlen(url) >= sizeof(buffer))
		return NATS_INVALID_ARG;
	strcpy(buffer, url);
	while ((one = strsep(&rest, ",")) && count < SERVERS_MOST)
		if (one[0])
			server[count++] = one;
	return count && !one ? natsOptions_SetServers(options, server, count) : NATS_INVALID_ARG;
}

static natsStatus set_security(natsOptions *options, const struct link_config *config)
{
	natsStatus status = NATS_OK;
	if (config->authority || config->certificate || strncmp(config->url, "tls://", 6) == 0)
		status = natsOptions_SetSecure(options, true);
	if (status == NATS_OK && config->authority)
		status = natsOptions_LoadCATrustedCertificates(options, config->authority);
	if (status == NATS_OK && config->certificate)
		status = natsOptions_LoadCertificatesChain(options, config->certificate, config->key);
	if (status == NATS_OK && config->credentials)
		status = natsOptions_SetUserCredentialsFromFiles(options, config->credentials, NULL);
	return status;
}

static natsStatus set_options(struct link *link, const struct link_config *config)
{
	natsStatus status = natsOptions_Create(&link->options);
	if (status == NATS_OK)
		status = set_servers(link->options, config->url);
	if (status == NATS_OK)
		status = set_security(link->options, config);
	if (status != NATS_OK)
		return status;
	natsOptions_SetName(link->options, config->name);
	natsOptions_SetMaxReconnect(link->options, config->retry ? -1 : 0);
	natsOptions_SetReconnectWait(link->options, RECONNECT_WAIT);
	/* While there is no connection the library would keep what is sent, and the caller does so already. */
	natsOptions_SetReconnectBufSize(link->options, 1);
	natsOptions_SetPingInterval(link->options, PING_INTERVAL);
	natsOptions_SetMaxPingsOut(link->options, PINGS);
	natsOptions_SetErrorHandler(link->options, on_error, NULL);
	natsOptions_SetDisconnectedCB(link->options, on_disconnected, NULL);
	natsOptions_SetReconnectedCB(link->options, on_connected, NULL);
	return natsOptions_SetRetryOnFailedConnect(link->options, config->retry, on_connected, NULL);
}

/* ---- Opening */

bool link_open(struct link *link, const struct link_config *config, jsPubAckHandler acknowledged, void *closure,
               struct ws_error *error)
{
	char shown[512];
	struct ws_text text = WS_TEXT_OVER(shown);
	write_servers(&text, config->url);
	const char *servers = ws_text_cstr(&text);
	*link = (struct link){0};
	natsStatus status = set_options(link, config);
	if (status != NATS_OK)
		return ws_fail(error, WS_ERROR_OPTION, "cannot use %s: %s", servers, link_refusal(status));
	status = natsConnection_Connect(&link->connection, link->options);
	if (status == NATS_OK)
		on_connected(link->connection, NULL);
	else if (status == NATS_NOT_YET_CONNECTED && config->retry)
		fprintf(stderr, E_("wirestate-nats: %s cannot be reached yet; trying again\n"), servers);
	else
		return ws_fail(error, WS_ERROR_SYSTEM,
		               "cannot connect to %s: %s; see that the address is right "
		               "and that nats-server runs there",
		               servers, natsStatus_GetText(status));
	jsOptions js;
	jsOptions_Init(&js);
	js.PublishAsync.AckHandler = acknowledged;
	js.PublishAsync.AckHandlerClosure = closure;
	status = natsConnection_JetStream(&link->js, link->connection, &js);
	if (status != NATS_OK)
		return ws_fail(error, WS_ERROR_SYSTEM, "no JetStream: %s", natsStatus_GetText(status));
	return true;
}

void link_close(struct link *link)
{
	jsCtx_Destroy(link->js);
	natsConnection_Close(link->connection);
	natsConnection_Destroy(link->connection);
	natsOptions_Destroy(link->options);
	*link = (struct link){0};
	nats_CloseAndWait(CLOSE_WITHIN); /* callbacks may still run until then, and use what the caller will free */
}

bool link_is_up(const struct link *link)
{
	return natsConnection_Status(link->connection) == NATS_CONN_STATUS_CONNECTED;
}
