/* The command line of wirestate-nats: one table, from which getopt_long and --help are made. */
#include "nats/settings.h"

#include <wirestate/language.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define URL_DEFAULT "nats://127.0.0.1:4222"
#define QUEUE_DEFAULT (UINT64_C(64) << 20)

/* X(enumerator, long name, its argument's name or NULL, what --help says) */
#define OPTIONS(X)                                                                                                     \
	X(OPTION_SITE, "site", "NAME",                                                                                 \
	  N_("the part of a subject for a place or a team; publish: default, unless given"))                           \
	X(OPTION_SENSOR, "sensor", "NAME",                                                                             \
	  N_("publish: be called so (default: the host's name); else: only this sensor"))                              \
	X(OPTION_QUEUE, "queue", "SIZE", N_("publish: keep at most so much for the server (default 64M)"))             \
	X(OPTION_WAIT, "wait", "SECONDS", N_("publish: after the end of the input, wait so long (default 60)"))        \
	X(OPTION_REQUESTS, "requests", "FD",                                                                           \
	  N_("publish: ask for packets over this socket, as wirestate --publish does"))                                \
	X(OPTION_SINCE, "since", "HOURS", N_("subscribe: only records that were stored in the last so many hours"))    \
	X(OPTION_DURABLE, "durable", "NAME", N_("subscribe: go on where the last one with this name stopped"))         \
	X(OPTION_ONCE, "once", NULL, N_("subscribe: end when all that is there has been written"))                     \
	X(OPTION_BOOT, "boot", "BOOT", N_("packets: of this run of the sensor, as its records say"))                   \
	X(OPTION_CONNECTION, "connection", "N", N_("packets: of this connection, as its record says"))                 \
	X(OPTION_MOST, "max-bytes", "SIZE", N_("streams, publish: bound a new stream of records so (default 4G)"))     \
	X(OPTION_CREDENTIALS, "creds", "FILE", N_("a file with the user's credentials"))                               \
	X(OPTION_AUTHORITY, "ca", "FILE", N_("TLS: trust servers with certificates of these authorities"))             \
	X(OPTION_CERTIFICATE, "cert", "FILE", N_("TLS: show the server this certificate"))                             \
	X(OPTION_KEY, "key", "FILE", N_("TLS: the key of --cert"))                                                     \
	X(OPTION_USER, "user", "NAME", N_("as root, become this user (default: who called sudo, else nobody)"))        \
	X(OPTION_HELP, "help", NULL, N_("show this help, and exit"))                                                   \
	X(OPTION_VERSION, "version", NULL, N_("show the version, and exit"))

enum {
	OPTION_NONE = 256,
#define X(name, word, argument, help) name,
	OPTIONS(X)
#undef X
};

static const struct {
	const char *word, *argument, *help;
} rows[] = {
#define X(name, word, argument, help) {word, argument, help},
        OPTIONS(X)
#undef X
};

static const struct option long_options[] = {
#define X(name, word, argument, help) {word, argument ? required_argument : no_argument, NULL, name},
        OPTIONS(X)
#undef X
                {NULL, 0, NULL, 0}};

static const struct {
	const char *word, *what;
} commands[] = {
#define X(name, word, what) {word, what},
        COMMANDS(X)
#undef X
};

void settings_help(void)
{
	puts(E_("wirestate-nats passes the records of wirestate on between hosts, over NATS JetStream.\n\n"
	        "usage: wirestate-nats COMMAND [options] [nats://HOST[:PORT][,...]]\n"));
	for (size_t i = 0; i < WS_ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].word, E_(commands[i].what));
	puts(E_("\nOptions, with the commands that they are for:"));
	for (size_t i = 0; i < WS_ARRAY_SIZE(rows); i++) {
		char name[64];
		snprintf(name, sizeof(name), "--%s%s%s", rows[i].word, rows[i].argument ? " " : "",
		         rows[i].argument ? rows[i].argument : "");
		printf("  %-18s %s\n", name, E_(rows[i].help));
	}
	printf(E_("\nWithout an address it is NATS_URL's, or %s. NATS_CREDS, NATS_CA, NATS_CERT and NATS_KEY\n"
	          "stand for the options of these names where they are not given.\n"
	          "Exit status: 0 done; 1 wrong option, no server, or records that were not delivered; 2 no "
	          "packets.\n"),
	       URL_DEFAULT);
}

/* ---- Values */

static bool refuse(struct ws_error *error, const char *option, const char *value, const char *wanted)
{
	return ws_fail(error, WS_ERROR_OPTION, "--%s %s: %s", option, value, wanted);
}

/* A number, with K, M or G after it where `units`. */
static bool read_number(const char *text, bool units, uint64_t *out)
{
	char *end;
	if (text[0] < '0' || text[0] > '9')
		return false;
	const unsigned long long value = strtoull(text, &end, 10);
	int shift = 0;
	if (units && *end && !end[1])
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : -1;
	if ((*end && !shift) || shift < 0 || value > UINT64_MAX >> (shift + 1))
		return false;
	*out = (uint64_t)value << shift;
	return true;
}

static bool set_name(char out[RELAY_NAME_MOST + 1], const char *option, const char *value, struct ws_error *error)
{
	if (!relay_name_valid(value))
		return refuse(error, option, value, E_("a name has letters, digits, - and _, at most 64 of them"));
	memcpy(out, value, strlen(value) + 1);
	return true;
}

static bool set_number(int option, const char *word, const char *value, struct settings *settings,
                       struct ws_error *error)
{
	uint64_t number = 0;
	const bool size = option == OPTION_QUEUE || option == OPTION_MOST;
	if (!read_number(value, size, &number))
		return refuse(error, word, value, size ? E_("expected a size such as 64M") : E_("expected a number"));
	if (option == OPTION_QUEUE && number < UINT64_C(1) << 20)
		return refuse(error, word, value, E_("the least is 1M"));
	if (option != OPTION_CONNECTION && !size && number > 1000000)
		return refuse(error, word, value, E_("the most is 1000000"));
	if (option == OPTION_QUEUE)
		settings->queue = number;
	else if (option == OPTION_MOST)
		settings->most = number;
	else if (option == OPTION_WAIT)
		settings->wait = (ws_time)number * WS_SECOND;
	else if (option == OPTION_SINCE)
		settings->since = (ws_time)number * 3600 * WS_SECOND;
	else if (option == OPTION_CONNECTION)
		settings->connection = number;
	else
		settings->requests = (int)number;
	return true;
}

static bool set_option(int option, const char *word, const char *value, struct settings *settings,
                       struct ws_error *error)
{
	switch (option) {
	case OPTION_SITE:
		return set_name(settings->site, word, value, error);
	case OPTION_SENSOR:
		return set_name(settings->sensor, word, value, error);
	case OPTION_BOOT:
		return set_name(settings->boot, word, value, error);
	case OPTION_DURABLE:
		settings->durable = value;
		return relay_name_valid(value) ||
		       refuse(error, word, value, E_("a name has letters, digits, - and _, at most 64 of them"));
	case OPTION_ONCE:
		settings->once = true;
		return true;
	case OPTION_CREDENTIALS:
		settings->link.credentials = value;
		return true;
	case OPTION_AUTHORITY:
		settings->link.authority = value;
		return true;
	case OPTION_CERTIFICATE:
		settings->link.certificate = value;
		return true;
	case OPTION_KEY:
		settings->link.key = value;
		return true;
	case OPTION_USER:
		settings->user = value;
		return true;
	case OPTION_HELP:
		settings->help = true;
		return true;
	case OPTION_VERSION:
		settings->version = true;
		return true;
	default:
		return set_number(option, word, value, settings, error);
	}
}

/* ---- What is not given */

/* A run's name: when it began, which orders runs, and a random number, which keeps them apart. */
static void name_run(char boot[RELAY_NAME_MOST + 1])
{
	uint32_t random = (uint32_t)getpid();
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random ^= (uint32_t)monotonic();
	snprintf(boot, RELAY_NAME_MOST + 1, "%llx-%08x", (long long)(real_time() / WS_MILLISECOND), random);
}

/* The same variables as those of NATS's own command. */
static void set_default(const char **value, const char *variable, const char *otherwise)
{
	const char *text = getenv(variable);
	if (!*value)
		*value = text && text[0] ? text : otherwise;
}

static bool complete(struct settings *settings, struct ws_error *error)
{
	const bool packets = settings->command == COMMAND_PACKETS;
	if (packets && (!settings->sensor[0] || !settings->boot[0] || !settings->connection))
		return ws_fail(error, WS_ERROR_OPTION,
		               "packets needs --sensor, --boot and --connection, as a record says them");
	if (!settings->boot[0])
		name_run(settings->boot);
	if (settings->command == COMMAND_PUBLISH && !settings->sensor[0]) {
		char host[256] = "";
		gethostname(host, sizeof(host) - 1);
		relay_name_clean(settings->sensor, host[0] ? host : "sensor");
	}
	if (!settings->site[0] && settings->command == COMMAND_PUBLISH)
		strcpy(settings->site, "default");
	set_default(&settings->link.url, "NATS_URL", URL_DEFAULT);
	set_default(&settings->link.credentials, "NATS_CREDS", NULL);
	set_default(&settings->link.authority, "NATS_CA", NULL);
	set_default(&settings->link.certificate, "NATS_CERT", NULL);
	set_default(&settings->link.key, "NATS_KEY", NULL);
	if (!settings->link.certificate != !settings->link.key)
		return ws_fail(error, WS_ERROR_OPTION, "--cert and --key belong together");
	settings->link.retry = settings->command == COMMAND_PUBLISH || settings->command == COMMAND_SUBSCRIBE;
	settings->link.name = settings->command == COMMAND_PUBLISH ? settings->sensor : "wirestate-nats";
	return true;
}

static bool set_command(const char *word, struct settings *settings, struct ws_error *error)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].word, word) == 0) {
			settings->command = (enum command)i;
			return true;
		}
	return ws_fail(error, WS_ERROR_OPTION, "%s: no such command; they are publish, subscribe, packets and streams",
	               word);
}

bool settings_parse(int argc, char **argv, struct settings *settings, struct ws_error *error)
{
	*settings = (struct settings){
	        .command = COMMAND_NONE, .requests = -1, .queue = QUEUE_DEFAULT, .wait = 60 * WS_SECOND};
	int option, row = 0;
	char letter[] = "-?";
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", long_options, &row)) != -1) {
		if (option == 'h')
			option = OPTION_HELP;
		if (option == ':')
			return ws_fail(error, WS_ERROR_OPTION, "%s needs a value; see --help", argv[optind - 1]);
		if (option == '?') {
			letter[1] = (char)optopt; /* of several letters in one word; a word that is wrong has none */
			return ws_fail(error, WS_ERROR_OPTION, "%s: no such option; see --help",
			               optopt > 0 && optopt < OPTION_NONE ? letter : argv[optind - 1]);
		}
		if (!set_option(option, long_options[option - OPTION_NONE - 1].name, optarg, settings, error))
			return false;
	}
	if (settings->help || settings->version)
		return true;
	if (optind == argc)
		return ws_fail(error, WS_ERROR_OPTION,
		               "a command is missing: publish, subscribe, packets or streams; see --help");
	if (!set_command(argv[optind++], settings, error))
		return false;
	if (optind < argc)
		settings->link.url = argv[optind++];
	if (optind < argc)
		return ws_fail(error, WS_ERROR_OPTION, "%s: one address is enough; several are separated by commas",
		               argv[optind]);
	return complete(settings, error);
}
