/* Parses a scenario. People write these files by hand, so every error names the line and says what would be right. Any
 * bytes are accepted: nothing beyond `length` is read, and what is not understood is an error. */
#include "lab/scenario.h"

#include <wirestate/language.h>

#include <wirestate/text.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 400, WORDS = 8, TRANSLATED = LAB_KEY_ABOUT + 1 }; /* the keys before it: title and about */

/* What an error shows of a text: the values of %.*s. */
#define SHOWN(text) ws_utf8_cut(text, strlen(text), 60), text

static const char *const key_words[] = {
#define X(name, word, meaning) [name] = word,
        LAB_KEYS(X)
#undef X
};
static const struct {
	const char *word, *values;
} verbs[] = {
#define X(name, word, values, meaning) [name] = {word, values},
        LAB_VERBS(X)
#undef X
};
static const char *const kind_words[] = {
#define X(name, word, meaning) [name] = word,
        LAB_KINDS(X)
#undef X
};
static const char *const act_words[] = {
#define X(name, word, done, saying) [name] = word,
        LAB_ACTS(X)
#undef X
};
static const char *const option_words[] = {
#define X(name, word, option) [name] = word,
        LAB_OPTIONS(X)
#undef X
};
static const char *const side_words[] = {[LAB_CLIENT] = "client", [LAB_SERVER] = "server"};

const char *lab_side_word(enum lab_side side)
{
	return side_words[side];
}

enum ws_saying lab_act_saying(enum lab_act act)
{
	static const uint8_t sayings[] = {
#define X(name, word, done, saying) [name] = saying,
	        LAB_ACTS(X)
#undef X
	};
	return (enum ws_saying)sayings[act];
}

const char *lab_option_word(enum lab_option option)
{
	static const char *const names[] = {
#define X(name, word, text) [name] = text,
	        LAB_OPTIONS(X)
#undef X
	};
	return names[option];
}

struct parser {
	struct lab_scenario *scenario;
	struct ws_error *error;
	const char *file;
	unsigned line;
	int key;          /* -1: none yet */
	bool translation; /* it has the texts only */
	bool given[LAB_KEY_COUNT];
	char *word[WORDS]; /* of the entry that is being read */
	size_t words;
};

static bool fail(const struct parser *parser, const char *format, ...) WS_PRINTF(2, 3);

static bool fail(const struct parser *parser, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	ws_fail_in_file(parser->error, parser->file, parser->line, format, arguments);
	va_end(arguments);
	return false;
}

/* The words of a vocabulary for an error, separated by commas. */
static const char *listed(const char *const *words, size_t count, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
	return out;
}

static int find(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return (int)i;
	return -1;
}

static bool read_number(const char *text, int64_t least, int64_t most, int64_t *number)
{
	*number = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || *number > most / 10)
			return false;
		*number = *number * 10 + (*text - '0');
	}
	return *number >= least && *number <= most;
}

bool lab_read_time(const char *text, ws_time *time)
{
	static const struct {
		const char *unit;
		ws_time length;
	} units[] = {{"s", WS_SECOND}, {"ms", WS_MILLISECOND}, {"us", WS_SECOND / 1000000}};
	char *end;
	if (*text < '0' || *text > '9')
		return false;
	const double value = strtod(text, &end);
	for (size_t i = 0; i < WS_ARRAY_SIZE(units); i++)
		if (strcmp(end, units[i].unit) == 0 && value * (double)units[i].length <= 3600.0 * WS_SECOND) {
			*time = (ws_time)(value * (double)units[i].length);
			return true;
		}
	return false;
}

static void split(struct parser *parser, char *entry)
{
	char *rest = entry;
	parser->words = 0;
	for (char *word; parser->words < WORDS && (word = strsep(&rest, " \t"));)
		if (*word)
			parser->word[parser->words++] = word;
}

/* ---- The calls of a program */

static bool step_refuse(const struct parser *parser, int verb)
{
	const char *values = verbs[verb].values;
	return *values ? fail(parser, "%s is written: %s %s", verbs[verb].word, verbs[verb].word, values)
	               : fail(parser, "%s takes no value", verbs[verb].word);
}

static bool is_port(const char *word, int64_t *port)
{
	return read_number(word, 1, 65535, port);
}

/* "backlog N", "from PORT" and "times N" after the first value. */
static bool step_second(const struct parser *parser, struct lab_step *step, const char *name, int64_t most)
{
	return parser->words == 2 || (parser->words == 4 && strcmp(parser->word[2], name) == 0 &&
	                              read_number(parser->word[3], 0, most, &step->second));
}

static bool step_option(const struct parser *parser, struct lab_step *step)
{
	char names[200];
	if (parser->words < 2)
		return step_refuse(parser, LAB_OPTION);
	const int option = find(parser->word[1], option_words, LAB_OPTION_COUNT);
	if (option < 0)
		return fail(parser, "no socket option is called '%.*s' here; there are: %s", SHOWN(parser->word[1]),
		            listed(option_words, LAB_OPTION_COUNT, names, sizeof(names)));
	step->option = (uint8_t)option;
	step->number = 1;
	if (parser->words == 2 && option >= LAB_RECEIVE_BUFFER)
		return fail(parser, "%s needs a number of bytes", option_words[option]);
	return parser->words == 2 || (parser->words == 3 && read_number(parser->word[2], 0, 1 << 30, &step->number)) ||
	       step_refuse(parser, LAB_OPTION);
}

static bool step_values(const struct parser *parser, struct lab_step *step)
{
	const size_t words = parser->words;
	const char *first = words > 1 ? parser->word[1] : "";
	switch ((enum lab_verb)step->verb) {
	case LAB_LISTEN:
		step->second = 8;
		return words > 1 && is_port(first, &step->number) && step_second(parser, step, "backlog", 4096);
	case LAB_CONNECT:
		step->many = words == 4 && strcmp(parser->word[2], "times") == 0;
		return words > 1 && is_port(first, &step->number) &&
		       step_second(parser, step, step->many ? "times" : "from", step->many ? 1000 : 65535);
	case LAB_UDP:
		return words == 1 || (words == 2 && is_port(first, &step->number));
	case LAB_SEND:
		step->second = 1;
		return words > 1 && read_number(first, 0, 1 << 20, &step->number) &&
		       step_second(parser, step, "times", 1000);
	case LAB_RECEIVE:
		step->number = words == 2 && strcmp(first, "all") == 0 ? LAB_ALL : 65536;
		return words == 1 || step->number == LAB_ALL ||
		       (words == 2 && read_number(first, 1, 1 << 20, &step->number));
	case LAB_WAIT:
		return words == 2 && lab_read_time(first, &step->number);
	case LAB_CLOSE:
		step->listener = words == 2 && strcmp(first, "listener") == 0;
		return words == 1 || step->listener;
	default:
		return words == 1;
	}
}

static bool take_step(struct parser *parser, enum lab_side side)
{
	struct lab_scenario *scenario = parser->scenario;
	const char *words[LAB_VERB_COUNT];
	char names[200];
	for (size_t i = 0; i < LAB_VERB_COUNT; i++)
		words[i] = verbs[i].word;
	const int verb = find(parser->word[0], words, LAB_VERB_COUNT);
	if (verb < 0)
		return fail(parser, "no call is named '%.*s' here; there are: %s", SHOWN(parser->word[0]),
		            listed(words, LAB_VERB_COUNT, names, sizeof(names)));
	if (scenario->step_count[side] == LAB_STEPS)
		return fail(parser, "a program has at most %d calls", LAB_STEPS);
	struct lab_step *step = &scenario->steps[side][scenario->step_count[side]++];
	*step = (struct lab_step){.verb = (uint8_t)verb, .line = parser->line};
	if (verb == LAB_OPTION)
		return step_option(parser, step);
	return step_values(parser, step) || step_refuse(parser, verb);
}

/* ---- The wire */

static bool take_direction(const struct parser *parser, uint8_t *from)
{
	*from = strcmp(parser->word[1], "client>server") == 0 ? LAB_CLIENT : LAB_SERVER;
	return *from == LAB_CLIENT || strcmp(parser->word[1], "server>client") == 0 ||
	       fail(parser, "'%.*s' is no direction; write client>server or server>client", SHOWN(parser->word[1]));
}

/* The direction, the kind and which one, after the word of what is done. */
static bool take_which(const struct parser *parser, struct lab_rule *rule)
{
	char names[200];
	if (!take_direction(parser, &rule->from))
		return false;
	const int kind = find(parser->word[2], kind_words, LAB_KIND_COUNT);
	if (kind < 0)
		return fail(parser, "no segment is called '%.*s' here; there are: %s", SHOWN(parser->word[2]),
		            listed(kind_words, LAB_KIND_COUNT, names, sizeof(names)));
	rule->kind = (uint8_t)kind;
	rule->ordinal = LAB_ALL;
	return strcmp(parser->word[3], "all") == 0 || read_number(parser->word[3], 1, 1000000, &rule->ordinal) ||
	       fail(parser, "'%.*s' is not which one: a number from 1, or all", SHOWN(parser->word[3]));
}

static bool take_rule(struct parser *parser)
{
	struct lab_scenario *scenario = parser->scenario;
	char names[200];
	const int act = find(parser->word[0], act_words, LAB_ACT_COUNT);
	if (act < 0)
		return fail(parser, "the wire cannot '%.*s'; it can: %s", SHOWN(parser->word[0]),
		            listed(act_words, LAB_ACT_COUNT, names, sizeof(names)));
	if (parser->words < 4)
		return fail(parser, "a rule is written: %s client>server FIN 1", act_words[act]);
	if (scenario->rule_count == LAB_RULES)
		return fail(parser, "the wire has at most %d rules", LAB_RULES);
	struct lab_rule *rule = &scenario->rules[scenario->rule_count++];
	*rule = (struct lab_rule){.act = (uint8_t)act, .line = parser->line};
	if (!take_which(parser, rule))
		return false;
	const bool timed = act == LAB_DELAY || (act == LAB_COPY && parser->words == 5);
	if (parser->words != (timed ? 5 : 4) || (timed && !lab_read_time(parser->word[4], &rule->time)))
		return fail(parser, timed ? "%s needs a time such as 300ms at its end" : "%s takes no more values",
		            act_words[act]);
	return true;
}

static bool take_setting(struct parser *parser)
{
	struct lab_scenario *scenario = parser->scenario;
	const int side = find(parser->word[0], side_words, LAB_SIDES);
	if (side < 0 || parser->words != 3)
		return fail(parser, "a setting is written: server net.ipv4.tcp_syncookies 0");
	if (strncmp(parser->word[1], "net.", 4) != 0 || strchr(parser->word[1], '/'))
		return fail(parser, "'%.*s' is no setting of the network: its name begins with net.",
		            SHOWN(parser->word[1]));
	if (scenario->setting_count == LAB_SETTINGS)
		return fail(parser, "there are at most %d settings", LAB_SETTINGS);
	struct lab_setting *setting = &scenario->settings[scenario->setting_count++];
	*setting = (struct lab_setting){
	        .side = (uint8_t)side, .name = strdup(parser->word[1]), .value = strdup(parser->word[2])};
	return (setting->name && setting->value) || ws_fail(parser->error, WS_ERROR_SYSTEM, "out of memory");
}

bool lab_rule_read(const char *text, const char *name, unsigned line, struct lab_rule *rule, struct ws_error *error)
{
	struct parser parser = {.file = name, .error = error, .line = line, .key = -1};
	char entry[LONGEST_LINE];
	*rule = (struct lab_rule){.line = line};
	snprintf(entry, sizeof(entry), "hold %s", text);
	split(&parser, entry);
	return parser.words == 4 ? take_which(&parser, rule) : fail(&parser, "a packet is named: client>server FIN 1");
}

/* ---- Keys */

static bool take_time(const struct parser *parser, const char *value, ws_time *time)
{
	return lab_read_time(value, time) ||
	       fail(parser, "%s: '%.*s' is no time; write 20ms or 1.5s", key_words[parser->key], SHOWN(value));
}

static bool take_loss(const struct parser *parser, const char *value)
{
	char *end;
	const double share = *value >= '0' && *value <= '9' ? strtod(value, &end) : 101;
	if (share > 100 || strcmp(end, "%") != 0)
		return fail(parser, "loss: '%.*s' is no share; write 5%%", SHOWN(value));
	parser->scenario->loss = share / 100;
	return true;
}

static bool take_text(const struct parser *parser, char **field, const char *value)
{
	if (*field)
		return fail(parser, "%s is one line", key_words[parser->key]);
	*field = strdup(value);
	return *field || ws_fail(parser->error, WS_ERROR_SYSTEM, "out of memory");
}

static bool take_value(struct parser *parser, char *value)
{
	struct lab_scenario *scenario = parser->scenario;
	int64_t number;
	switch ((enum lab_key)parser->key) {
	case LAB_KEY_TITLE:
		return take_text(parser, &scenario->title, value);
	case LAB_KEY_ABOUT:
		return take_text(parser, &scenario->about, value);
	case LAB_KEY_ORDER:
		if (!read_number(value, 0, 1000000, &number))
			return fail(parser, "order: '%.*s' is no number", SHOWN(value));
		scenario->order = (unsigned)number;
		return true;
	case LAB_KEY_DELAY:
		return take_time(parser, value, &scenario->delay);
	case LAB_KEY_LENGTH:
		return take_time(parser, value, &scenario->length);
	case LAB_KEY_LOSS:
		return take_loss(parser, value);
	default:
		break;
	}
	split(parser, value);
	if (parser->key == LAB_KEY_WIRE)
		return take_rule(parser);
	if (parser->key == LAB_KEY_SYSTEM)
		return take_setting(parser);
	return take_step(parser, parser->key == LAB_KEY_CLIENT ? LAB_CLIENT : LAB_SERVER);
}

static bool take_key(struct parser *parser, char **line)
{
	char names[200];
	char *colon = strchr(*line, ':');
	if (!colon)
		return fail(parser,
		            "a line is written KEY: VALUE, or begins with a space to go on with the one before");
	*colon = '\0';
	parser->key = find(*line, key_words, LAB_KEY_COUNT);
	if (parser->key < 0)
		return fail(parser, "no key is called '%.*s'; there are: %s", SHOWN(*line),
		            listed(key_words, parser->translation ? TRANSLATED : LAB_KEY_COUNT, names, sizeof(names)));
	if (parser->given[parser->key])
		return fail(parser, "%s is given twice", key_words[parser->key]);
	if (parser->translation && parser->key >= TRANSLATED)
		return fail(parser, "a translation has title: and about: only; %s: stays in the scenario",
		            key_words[parser->key]);
	parser->given[parser->key] = true;
	*line = colon + 1;
	return true;
}

static bool take_line(struct parser *parser, char *line)
{
	const bool goes_on = *line == ' ' || *line == '\t';
	if (*line == '#' || !line[strspn(line, " \t")])
		return true;
	if (goes_on && parser->key < 0)
		return fail(parser, "the first line begins with a key, such as title:");
	if (!goes_on && !take_key(parser, &line))
		return false;
	line += strspn(line, " \t");
	for (size_t length = strlen(line); length && (line[length - 1] == ' ' || line[length - 1] == '\t'); length--)
		line[length - 1] = '\0';
	return !*line || take_value(parser, line);
}

static bool parse(struct parser *parser, const char *text, size_t length)
{
	const char *const end = text + length;
	char line[LONGEST_LINE + 1];
	while (text < end) {
		const char *next = memchr(text, '\n', (size_t)(end - text));
		size_t used = (size_t)((next ? next : end) - text);
		parser->line++;
		if (memchr(text, '\0', used))
			return fail(parser, "a byte of value 0; a scenario is text");
		if (used && text[used - 1] == '\r')
			used--;
		if (used > LONGEST_LINE)
			return fail(parser, "a line of %zu bytes; at most %d are read", used, LONGEST_LINE);
		memcpy(line, text, used);
		line[used] = '\0';
		if (!take_line(parser, line))
			return false;
		text = next ? next + 1 : end;
	}
	static const enum lab_key needed[] = {LAB_KEY_TITLE, LAB_KEY_ABOUT, LAB_KEY_SERVER, LAB_KEY_CLIENT};
	for (size_t i = 0; i < (parser->translation ? TRANSLATED : WS_ARRAY_SIZE(needed)); i++)
		if (!parser->given[needed[i]])
			return fail(parser,
			            parser->translation ? "the translation has no %s:" : "the scenario has no %s:",
			            key_words[needed[i]]);
	if (!parser->scenario->title || !parser->scenario->about)
		return fail(parser, "title: and about: need a text");
	return true;
}

static bool is_small(size_t length, const char *name, struct ws_error *error)
{
	return length <= LAB_SCENARIO_BYTES ||
	       ws_fail(error, WS_ERROR_FILE, "%s: more than %d bytes", name, LAB_SCENARIO_BYTES);
}

struct lab_scenario *lab_scenario_parse(const char *text, size_t length, const char *name, struct ws_error *error)
{
	struct parser parser = {.file = name, .error = error, .key = -1};
	if (!is_small(length, name, error))
		return NULL;
	parser.scenario = calloc(1, sizeof(*parser.scenario));
	if (!parser.scenario) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	snprintf(parser.scenario->name, sizeof(parser.scenario->name), "%.*s", (int)strcspn(base, "."), base);
	parser.scenario->delay = parser.scenario->length = -1;
	if (parse(&parser, text, length))
		return parser.scenario;
	lab_scenario_free(parser.scenario);
	return NULL;
}

static void text_swap(char **one, char **other)
{
	char *text = *one;
	*one = *other;
	*other = text;
}

bool lab_scenario_translate(struct lab_scenario *scenario, const char *text, size_t length, const char *name,
                            struct ws_error *error)
{
	struct lab_scenario texts = {.title = NULL};
	struct parser parser = {.scenario = &texts, .file = name, .error = error, .key = -1, .translation = true};
	const bool good = is_small(length, name, error) && parse(&parser, text, length);
	if (good) {
		text_swap(&scenario->title, &texts.title);
		text_swap(&scenario->about, &texts.about);
	}
	free(texts.title);
	free(texts.about);
	return good;
}

void lab_scenario_free(struct lab_scenario *scenario)
{
	if (!scenario)
		return;
	for (size_t i = 0; i < scenario->setting_count; i++) {
		free(scenario->settings[i].name);
		free(scenario->settings[i].value);
	}
	free(scenario->title);
	free(scenario->about);
	free(scenario);
}
