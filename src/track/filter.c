/* The display filter: compiles text to a small program, and runs that program on a connection.
 *
 * The program has one accumulator. A test sets it and `not` inverts it. After the left side of `and` or `or` comes a
 * jump, which skips the right side when the left side decides. Every comparison is compiled to a list of ranges or
 * nets, so a test only checks whether a value is in one of them. The grammar is in <wirestate/filter.h>. */
#include "track/filter.h"

#include "track/ahead.h"
#include "track/exchange.h"
#include "track/merged.h"
#include <wirestate/language.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_STEPS = 256, MAX_VALUES = 512, MAX_DEPTH = 32 };

enum side { SIDE_CLIENT, SIDE_SERVER, SIDE_BOTH };
enum operation { OP_TEST, OP_NOT, OP_UNLESS /* jump when false */, OP_IF /* jump when true */ };

struct step {
	uint8_t operation, field, side;
	bool contains;         /* of a test of a text: a part of it is enough */
	uint16_t first, count; /* the values of a test; for a jump, `first` is its target */
};

struct ws_filter {
	uint16_t steps, values;
	unsigned parts; /* the parts of a connection that its tests read */
	struct step step[MAX_STEPS];
	struct filter_value value[MAX_VALUES];
};

/* ---- Running a filter */

static bool in_net(const struct ws_addr *address, const struct filter_value *net)
{
	const unsigned bytes = net->bits / 8, bits = net->bits % 8;
	if (memcmp(address->byte, net->address.byte, bytes) != 0)
		return false;
	return !bits || ((address->byte[bytes] ^ net->address.byte[bytes]) & (0xff00 >> bits) & 0xff) == 0;
}

static bool address_matches(const struct ws_filter *filter, const struct step *step,
                            const struct filter_subject *subject, unsigned endpoint)
{
	for (unsigned i = step->first; i < step->first + step->count; i++)
		if (filter->value[i].ip_version == subject->info->ip_version &&
		    in_net(&subject->info->endpoint[endpoint].address, &filter->value[i]))
			return true;
	return false;
}

static bool number_matches(const struct ws_filter *filter, const struct step *step, int64_t number)
{
	for (unsigned i = step->first; i < step->first + step->count; i++)
		if (number >= filter->value[i].low && number <= filter->value[i].high)
			return true;
	return false;
}

/* In upper or lower case. */
static bool text_matches(const struct ws_filter *filter, const struct step *step, const char *text)
{
	for (unsigned i = step->first; text && i < step->first + step->count; i++)
		if (step->contains ? strcasestr(text, filter->value[i].text) != NULL
		                   : strcasecmp(text, filter->value[i].text) == 0)
			return true;
	return false;
}

static bool endpoint_matches(const struct ws_filter *filter, const struct step *step,
                             const struct filter_subject *subject, unsigned endpoint)
{
	const struct filter_field *field = &filter_fields[step->field];
	if (field->kind == FILTER_TEXT)
		return text_matches(filter, step, field->text(subject, endpoint));
	return field->get ? number_matches(filter, step, field->get(subject, endpoint))
	                  : address_matches(filter, step, subject, endpoint);
}

static bool run_test(const struct ws_filter *filter, const struct step *step, const struct filter_subject *subject)
{
	const struct filter_field *field = &filter_fields[step->field];
	if (field->scope == FILTER_CONNECTION)
		return endpoint_matches(filter, step, subject, 0);
	if (step->side != SIDE_BOTH) {
		const unsigned client = subject->info->likely_client == 1;
		return endpoint_matches(filter, step, subject, step->side == SIDE_CLIENT ? client : !client);
	}
	if (field->scope == FILTER_SUM)
		return number_matches(filter, step, field->get(subject, 0) + field->get(subject, 1));
	return endpoint_matches(filter, step, subject, 0) || endpoint_matches(filter, step, subject, 1);
}

static bool subject_matches(const struct ws_filter *filter, const struct filter_subject *subject)
{
	bool result = true;
	for (unsigned at = 0; at < filter->steps; at++) {
		const struct step *step = &filter->step[at];
		if (step->operation == OP_TEST)
			result = run_test(filter, step, subject);
		else if (step->operation == OP_NOT)
			result = !result;
		else if (result == (step->operation == OP_IF))
			at = step->first - 1u; /* jumps only go forward */
	}
	return result;
}

bool ws_filter_match(const struct ws_filter *filter, const struct ws_conn_info *info)
{
	return subject_matches(filter, &(struct filter_subject){.info = info});
}

size_t ws_filter_pick(const struct ws_filter *filter, const struct ws_tracker *tracker, size_t rank, size_t count,
                      ws_conn_id *ids)
{
	const unsigned parts = filter->parts & WS_PARTS_ALL;
	const bool judged = filter->parts & FILTER_PART_VERDICT;
	const ws_lines lines = ws_lines_of(parts);
	struct ws_conn_info info = {.id = 0};
	struct ws_judgement judgement;
	const struct filter_subject subject = {&info, &judgement};
	struct ws_conn_copy copy;
	size_t picked = 0;
	count = ws_tracker_conn_ids(tracker, rank, count, ids);
	for (size_t i = 0; i < count && tracker->stored; i++)
		if (ws_stored_conn(tracker->stored, ids[i], &info) && ws_filter_match(filter, &info))
			ids[picked++] = ids[i];
	for (size_t i = 0; i < count && !tracker->stored; i++) {
		if (judged)
			ws_ahead_in_walk(tracker, ids, i, count, lines);
		else if (i + WS_AHEAD < count)
			ws_ahead_of(tracker, ids[i + WS_AHEAD], lines);
		const struct ws_home home = ws_home_of(tracker, ids[i]);
		const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
		if (!conn)
			continue;
		ws_conn_fill(home.tracker, conn, parts, &info);
		if (filter->parts & WS_PART_EXCHANGES) /* the view does not count them, but keeps the segments */
			info.first_byte = ws_longest_first_byte(home.tracker, conn);
		if (judged)
			judgement = ws_conn_judgement(home.tracker, conn, NULL);
		if (subject_matches(filter, &subject))
			ids[picked++] = ids[i];
	}
	return picked;
}

bool ws_filter_asks_for_exchanges(const struct ws_filter *filter)
{
	return filter->parts & WS_PART_EXCHANGES;
}

static const char *field_of(const struct ws_filter *filter, unsigned part)
{
	for (unsigned at = 0; at < filter->steps; at++) {
		const struct step *step = &filter->step[at];
		if (step->operation == OP_TEST && filter_fields[step->field].parts & part)
			return filter_fields[step->field].name;
	}
	return NULL;
}

const char *ws_filter_of_points(const struct ws_filter *filter)
{
	return field_of(filter, FILTER_PART_POINTS);
}

const char *ws_filter_of_shares(const struct ws_filter *filter)
{
	return field_of(filter, WS_PART_SHARES);
}

void ws_filter_of_points_words(struct ws_text *text, const char *field)
{
	/* TRANSLATORS: %s is a field of the display filter: lost, delay, points or answer_time */
	ws_text_printf(text,
	               _("%s is known only of connections that several points captured, as with -r client.pcap "
	                 "-r server.pcap or -i eth0 -i eth1; here is one point."),
	               field);
}

void ws_filter_free(struct ws_filter *filter)
{
	free(filter);
}

/* ---- Tokens */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_SYMBOL };

struct token {
	enum token_kind kind;
	size_t start, length, end; /* `end` is after a quotation mark */
};

struct parser {
	const char *text;
	struct token token; /* the next one */
	struct ws_filter *filter;
	struct ws_filter_error *error;
	int depth;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t symbol_length(const char *text)
{
	static const char *const symbols[] = {"==", "!=", "<=", ">=", "&&", "||", "<", ">", "!",
	                                      "(",  ")",  "{",  "}",  ",",  "=",  "&", "|", "~"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(symbols); i++)
		if (strncmp(text, symbols[i], strlen(symbols[i])) == 0)
			return strlen(symbols[i]);
	return 0;
}

static void next_token(struct parser *p)
{
	size_t at = p->token.end;
	while (is_space(p->text[at]))
		at++;
	p->token = (struct token){.kind = TOKEN_END, .start = at, .end = at};
	if (!p->text[at])
		return;
	const char *quote = p->text[at] == '"' ? strchr(p->text + at + 1, '"') : NULL;
	if (quote) {
		p->token = (struct token){.kind = TOKEN_WORD,
		                          .start = at + 1,
		                          .length = (size_t)(quote - p->text) - at - 1,
		                          .end = (size_t)(quote - p->text) + 1};
		return;
	}
	p->token.length = symbol_length(p->text + at);
	p->token.kind = p->token.length ? TOKEN_SYMBOL : TOKEN_WORD;
	p->token.end = at + p->token.length;
	if (p->token.kind == TOKEN_SYMBOL)
		return;
	while (p->text[at] && !is_space(p->text[at]) && !symbol_length(p->text + at))
		at++;
	p->token.length = at - p->token.start;
	p->token.end = at;
}

static bool token_is(const struct parser *p, const char *word)
{
	return p->token.kind != TOKEN_END && filter_same_word(word, p->text + p->token.start, p->token.length);
}

/* Consumes the next token if it is this one. */
static bool accept_token(struct parser *p, const char *word)
{
	if (!token_is(p, word))
		return false;
	next_token(p);
	return true;
}

static bool parse_error(struct parser *p, const struct token *token, const char *format, ...) WS_PRINTF(3, 4);
static bool parse_error(struct parser *p, const struct token *token, const char *format, ...)
{
	va_list arguments;
	p->error->start = token->start;
	p->error->length = token->length;
	va_start(arguments, format);
	vsnprintf(p->error->text, sizeof(p->error->text), ws_translate_error(format), arguments);
	va_end(arguments);
	return false;
}

/* A token of the filter, cleaned and cut for an error. */
struct shown {
	char text[48];
};

static struct shown show_token(const struct parser *p, const struct token *token)
{
	struct shown shown = {.text = ""};
	struct ws_text text = WS_TEXT_OVER(shown.text);
	ws_text_clean(&text, p->text + token->start, token->length < 40 ? token->length : 40);
	ws_text_cstr(&text);
	return shown;
}

/* ---- Steps */

static bool add_step(struct parser *p, struct step step)
{
	if (p->filter->steps == MAX_STEPS)
		return parse_error(p, &p->token, "too long: a filter may have %d tests and operators", MAX_STEPS);
	p->filter->step[p->filter->steps++] = step;
	return true;
}

static bool add_value(struct parser *p, const struct token *token, const struct filter_value *value)
{
	if (p->filter->values == MAX_VALUES)
		return parse_error(p, token, "too long: a filter may have %d values", MAX_VALUES);
	p->filter->value[p->filter->values++] = *value;
	return true;
}

static struct step begin_test(const struct parser *p, const struct filter_field *field, enum side side)
{
	p->filter->parts |= field->parts | (side == SIDE_BOTH ? 0 : WS_PART_OPENING);
	return (struct step){.operation = OP_TEST,
	                     .field = (uint8_t)(field - filter_fields),
	                     .side = (uint8_t)side,
	                     .first = p->filter->values};
}

static bool end_test(struct parser *p, struct step step)
{
	step.count = (uint16_t)(p->filter->values - step.first);
	return add_step(p, step);
}

/* ---- Tests */

static bool value_error(struct parser *p, const struct filter_field *field)
{
	char takes[200];
	struct ws_text text = WS_TEXT_OVER(takes);
	filter_takes(field, &text);
	ws_text_cstr(&text);
	if (p->token.kind == TOKEN_END)
		return parse_error(p, &p->token, "%s: a value is missing: %s", field->name, takes);
	const struct shown shown = show_token(p, &p->token);
	const char *similar = filter_similar_word(field, p->text + p->token.start, p->token.length);
	if (similar)
		return parse_error(p, &p->token, "'%s' is not a %s; did you mean %s?", shown.text, field->name,
		                   similar);
	if (field->kind == FILTER_WORD)
		return parse_error(p, &p->token, "%s is not '%s' but one of %s", field->name, shown.text, takes);
	return parse_error(p, &p->token, "%s is not '%s' but %s", field->name, shown.text, takes);
}

static bool parse_value(struct parser *p, const struct filter_field *field)
{
	struct filter_value read = {0};
	if (p->token.kind != TOKEN_WORD || !filter_value(field, p->text + p->token.start, p->token.length, &read))
		return value_error(p, field);
	if (!add_value(p, &p->token, &read))
		return false;
	next_token(p);
	return true;
}

static bool parse_set(struct parser *p, const struct filter_field *field)
{
	if (!accept_token(p, "{"))
		return parse_value(p, field);
	do {
		if (!parse_value(p, field))
			return false;
		accept_token(p, ",");
	} while (p->token.kind == TOKEN_WORD);
	return accept_token(p, "}") || parse_error(p, &p->token, "a } is missing here, which ends the list");
}

/* Turns the value that was read last into the range of all smaller, or larger, values. */
static bool turn_into_half_line(struct parser *p, const struct token *token, const char *sign)
{
	struct filter_value *last = &p->filter->value[p->filter->values - 1];
	if (last->low != last->high)
		return parse_error(p, token, "%s needs one number; a range can follow ==, != or in", sign);
	const int64_t bound = last->low;
	const bool equal = sign[1] == '=';
	if (*sign == '<') {
		last->low = 0;
		last->high = equal ? bound : bound - 1; /* -1 makes an empty range */
	} else {
		last->low = equal || bound == INT64_MAX ? bound : bound + 1;
		last->high = equal || bound < INT64_MAX ? INT64_MAX : 0;
	}
	return true;
}

static bool parse_comparison(struct parser *p, const struct filter_field *field, enum side side,
                             const struct token *name)
{
	static const char *const operators[] = {"==", "!=", "<=", "<", ">=", ">", "~"};
	struct step step = begin_test(p, field, side);
	if (accept_token(p, "in"))
		return parse_set(p, field) && end_test(p, step);
	size_t which = 0;
	while (which < WS_ARRAY_SIZE(operators) && !token_is(p, operators[which]))
		which++;
	if (which == WS_ARRAY_SIZE(operators)) {
		if (token_is(p, "="))
			return parse_error(p, &p->token, "equality is written ==");
		const bool end = p->token.kind == TOKEN_END;
		return parse_error(p, end ? name : &p->token, "%s needs an operator after it: %s", field->name,
		                   field->kind == FILTER_TEXT ? "== != ~ or in" : "== != < <= > >= or in");
	}
	const char *sign = operators[which];
	const bool ordered = *sign == '<' || *sign == '>';
	if (*sign == '~' && field->kind != FILTER_TEXT)
		return parse_error(p, &p->token, "%s is not a text; use ==, != or in", field->name);
	step.contains = *sign == '~';
	if (ordered && (field->kind == FILTER_ADDRESS || field->kind == FILTER_WORD || field->kind == FILTER_TEXT))
		return parse_error(p, &p->token, "%s has no order; use ==, != or in", field->name);
	next_token(p);
	const struct token at = p->token;
	if (!parse_value(p, field) || (ordered && !turn_into_half_line(p, &at, sign)) || !end_test(p, step))
		return false;
	return *sign != '!' || add_step(p, (struct step){.operation = OP_NOT});
}

/* Adds a test that the field has this word as its value. Returns false, without an error, when it is not a value. */
static bool parse_bare(struct parser *p, unsigned field, const struct token *token)
{
	struct filter_value read = {0};
	if (!filter_value(&filter_fields[field], p->text + token->start, token->length, &read))
		return false;
	struct step step = begin_test(p, &filter_fields[field], SIDE_BOTH);
	return add_value(p, token, &read) && end_test(p, step);
}

static bool unknown_word(struct parser *p, const struct token *token)
{
	const char *text = p->text + token->start;
	const struct shown shown = show_token(p, token);
	const bool compared =
	        token_is(p, "in") || (p->token.kind == TOKEN_SYMBOL && strchr("=!<>~", p->text[p->token.start]));
	if (filter_same_word("client", text, token->length) || filter_same_word("server", text, token->length))
		return parse_error(p, token,
		                   "%s is a side: write %s.address, %s.port, %s.state or another of its fields",
		                   shown.text, shown.text, shown.text, shown.text);
	const char *similar = filter_similar_field(text, token->length);
	for (unsigned field = FILTER_FIELD_STATE; !compared && !similar && field <= FILTER_FIELD_VERDICT; field++)
		similar = filter_similar_word(&filter_fields[field], text, token->length);
	if (similar)
		return parse_error(p, token, "'%s' is unknown; did you mean %s?", shown.text, similar);
	if (!compared)
		return parse_error(p, token, "'%s' is not a field, address, net, port, state or verdict", shown.text);
	return parse_error(
	        p, token,
	        "'%s' is not a field, such as address, port, state, verdict or bytes; wirestate(1) lists all fields",
	        shown.text);
}

/* Adds the test for a word alone: an address, port, state or verdict. A word that is both a state and a verdict means
 * either. */
static bool parse_bare_word(struct parser *p, const struct token *token)
{
	const unsigned steps = p->filter->steps;
	p->error->text[0] = '\0';
	if (parse_bare(p, FILTER_FIELD_ADDRESS, token) || parse_bare(p, FILTER_FIELD_PORT, token))
		return true;
	if (parse_bare(p, FILTER_FIELD_STATE, token)) {
		const unsigned jump = p->filter->steps;
		if (!add_step(p, (struct step){.operation = OP_IF, .first = (uint16_t)(jump + 2)}))
			return false;
		if (!parse_bare(p, FILTER_FIELD_VERDICT, token) && !p->error->text[0])
			p->filter->steps = (uint16_t)jump; /* the word is not a verdict */
	} else {
		(void)!parse_bare(p, FILTER_FIELD_VERDICT, token);
	}
	if (p->error->text[0])
		return false;
	return p->filter->steps > steps || unknown_word(p, token);
}

static bool is_side(const char *side, const char *text, size_t length)
{
	return length > strlen(side) && strncasecmp(side, text, strlen(side)) == 0;
}

static bool field_or_word(struct parser *p)
{
	const struct token token = p->token;
	const char *name = p->text + token.start;
	size_t length = token.length;
	enum side side = SIDE_BOTH;
	if (is_side("client.", name, length))
		side = SIDE_CLIENT;
	else if (is_side("server.", name, length))
		side = SIDE_SERVER;
	if (side != SIDE_BOTH) {
		name += strlen("client.");
		length -= strlen("client.");
	}
	const struct filter_field *field = filter_find(name, length);
	next_token(p);
	if (field && (side == SIDE_BOTH || field->scope != FILTER_CONNECTION))
		return parse_comparison(p, field, side, &token);
	if (field)
		return parse_error(p, &token, "%s is a field of the connection, not of one side; write %s", field->name,
		                   field->name);
	if (side == SIDE_BOTH)
		return parse_bare_word(p, &token);
	const struct token rest = {TOKEN_WORD, (size_t)(name - p->text), length, (size_t)(name - p->text) + length};
	return unknown_word(p, &rest);
}

/* ---- Expressions */

static bool expression(struct parser *p);

static bool factor(struct parser *p)
{
	if (p->token.kind == TOKEN_WORD && !token_is(p, "not") && !token_is(p, "and") && !token_is(p, "or") &&
	    !token_is(p, "in"))
		return field_or_word(p);
	if (p->depth == MAX_DEPTH)
		return parse_error(p, &p->token, "too deep: a filter may have %d levels of ( and not", MAX_DEPTH);
	const struct token token = p->token;
	bool good;
	p->depth++;
	if (accept_token(p, "not") || accept_token(p, "!"))
		good = factor(p) && add_step(p, (struct step){.operation = OP_NOT});
	else if (accept_token(p, "("))
		good = expression(p) &&
		       (accept_token(p, ")") ||
		        parse_error(p, &p->token, "a ) is missing here, for the ( at column %zu", token.start + 1));
	else if (p->token.kind == TOKEN_END)
		good = parse_error(p, &token, "a field, an address, a port, a state or a verdict is missing here");
	else
		good = parse_error(p, &token,
		                   "'%s' is not possible here; a field, an address, a port, a state or a verdict is",
		                   show_token(p, &token).text);
	p->depth--;
	return good;
}

/* Parses `left operation right operation ...`. After each part but the last comes a jump to the end of them all. */
static bool chain(struct parser *p, bool (*part)(struct parser *), const char *word, const char *symbol,
                  enum operation jump)
{
	uint16_t jumps[MAX_STEPS];
	unsigned count = 0;
	if (!part(p))
		return false;
	while (accept_token(p, word) || accept_token(p, symbol)) {
		jumps[count++] = p->filter->steps;
		if (!add_step(p, (struct step){.operation = (uint8_t)jump}) || !part(p))
			return false;
	}
	for (unsigned i = 0; i < count; i++)
		p->filter->step[jumps[i]].first = p->filter->steps;
	return true;
}

static bool term(struct parser *p)
{
	return chain(p, factor, "and", "&&", OP_UNLESS);
}

static bool expression(struct parser *p)
{
	return chain(p, term, "or", "||", OP_IF);
}

static bool whole(struct parser *p)
{
	next_token(p);
	if (p->token.kind == TOKEN_END)
		return true;
	if (!expression(p))
		return false;
	if (p->token.kind == TOKEN_END)
		return true;
	if (token_is(p, ")"))
		return parse_error(p, &p->token, "this ) has no (");
	if (token_is(p, "&") || token_is(p, "|"))
		return parse_error(p, &p->token, "write it twice: && or ||");
	return parse_error(p, &p->token, "'and' or 'or' is missing before '%s'", show_token(p, &p->token).text);
}

struct ws_filter *ws_filter_compile(const char *text, struct ws_filter_error *error)
{
	struct parser parser = {.text = text, .error = error, .filter = calloc(1, sizeof(struct ws_filter))};
	*error = (struct ws_filter_error){.text = ""};
	if (!parser.filter) {
		snprintf(error->text, sizeof(error->text), "%s", E_("out of memory"));
		return NULL;
	}
	if (whole(&parser))
		return parser.filter;
	free(parser.filter);
	return NULL;
}
