/* wirestate-nats: records of wirestate between hosts, over NATS JetStream. A program of its own, so that the one that
 * reads packets never owns a socket. */
#include "nats/confine.h"
#include "nats/settings.h"

#include <wirestate/language.h>

#include <locale.h>
#include <stdio.h>

int settings_fail(const struct ws_error *error)
{
	fprintf(stderr, "wirestate-nats: %s\n", error->text);
	return ws_exit_status(error->status);
}

static int run(const struct settings *settings)
{
	switch (settings->command) {
	case COMMAND_PUBLISH:
		return run_publish(settings);
	case COMMAND_SUBSCRIBE:
		return run_subscribe(settings);
	case COMMAND_PACKETS:
		return run_packets(settings);
	case COMMAND_STREAMS:
		return run_streams(settings);
	case COMMAND_NONE:
		break;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct settings settings;
	struct ws_error error;
	char note[256];
	setlocale(LC_ALL, "");
	if (!ws_language_start(NULL, false, note, &error) || !settings_parse(argc, argv, &settings, &error))
		return settings_fail(&error);
	if (settings.help) {
		settings_help();
		return 0;
	}
	if (settings.version) {
		puts("wirestate-nats " WS_VERSION);
		return 0;
	}
	if (!confine_process(settings.user, &error))
		return settings_fail(&error);
	return run(&settings);
}
