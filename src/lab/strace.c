#include "lab/strace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS = 6, TEXT = 160 };

/* One line, taken apart. */
struct parsed {
	long process;
	ws_time time;       /* when it began, or a process ended */
	const char *call;   /* from the name on */
	const char *result; /* after " = ", or NULL */
};

/* ---- Taking a line apart */

static bool read_seconds(const char *text, char **end, ws_time *time)
{
	const long long seconds = strtoll(text, end, 10);
	if (*end == text || **end != '.' || seconds < 0 || seconds >= INT64_MAX / WS_SECOND)
		return false;
	const char *fraction = *end + 1;
	const long long part = strtoll(fraction, end, 10);
	ws_time unit = WS_SECOND;
	for (const char *at = fraction; at < *end; at++)
		unit /= 10;
	*time = seconds * WS_SECOND + part * unit;
	return *end > fraction && part >= 0;
}

/* The end of the arguments: the parenthesis that is closed outside of strings. NULL: they go on. */
static const char *arguments_end(const char *at)
{
	int depth = 0;
	bool string = false;
	for (; *at; at++) {
		if (string) {
			if (*at == '\\' && at[1])
				at++;
			else if (*at == '"')
				string = false;
		} else if (*at == '"') {
			string = true;
		} else if (*at == '(') {
			depth++;
		} else if (*at == ')' && --depth == 0) {
			return at;
		}
	}
	return NULL;
}

static bool take_apart(const char *line, struct parsed *parsed)
{
	char *end;
	*parsed = (struct parsed){.process = strtol(line, &end, 10)};
	if (end == line || parsed->process <= 0)
		return false;
	end += strspn(end, " ");
	if (!read_seconds(end, &end, &parsed->time))
		return false;
	parsed->call = end + strspn(end, " ");
	const char *closed = arguments_end(parsed->call);
	const char *equals = closed ? strstr(closed, "= ") : NULL;
	if (equals && closed[1 + strspn(closed + 1, " ")] == '=')
		parsed->result = equals + 2;
	return true;
}

/* ---- In few words */

static bool is_network(const char *call)
{
	return strstr(call, "<TCP:[") || strstr(call, "<UDP:[") || strstr(call, "<TCPv6:[") ||
	       strstr(call, "<UDPv6:[") || strncmp(call, "socket(AF_INET", strlen("socket(AF_INET")) == 0;
}

/* The arguments, cut from the call; those in strings and braces stay whole. */
static size_t split(const char *call, char *buffer, size_t size, char *arguments[ARGUMENTS])
{
	size_t count = 0;
	const char *open = strchr(call, '('), *end = open ? arguments_end(open) : NULL;
	if (!open)
		return 0;
	snprintf(buffer, size, "%.*s", end ? (int)(end - open - 1) : (int)size, open + 1);
	char *start = buffer;
	int depth = 0;
	bool string = false;
	for (char *at = buffer;; at++) {
		if (string && *at == '\\' && at[1])
			at++;
		else if (*at == '"')
			string = !string;
		else if (!string && (*at == '{' || *at == '[' || *at == '<'))
			depth++;
		else if (!string && (*at == '}' || *at == ']' || (*at == '>' && at > buffer && at[-1] != '-')))
			depth--;
		if (*at && (*at != ',' || string || depth > 0))
			continue;
		const bool last = !*at;
		*at = '\0';
		for (char *blank = at; blank > start && blank[-1] == ' '; blank--)
			blank[-1] = '\0';
		start += strspn(start, " ");
		if (*start)
			arguments[count++] = start;
		start = at + 1;
		if (last || count == ARGUMENTS)
			return count;
	}
}

/* "port 7000", "10.0.0.2, port 7000" from {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr("10.0.0.2")}. */
static void address_words(const char *argument, bool host, char *out, size_t size)
{
	const char *port = strstr(argument, "htons("), *address = strstr(argument, "inet_addr(\"");
	const int length = address ? (int)strcspn(address + 11, "\"") : 0;
	snprintf(out, size, "%.*s%sport %d", host ? length : 0, address ? address + 11 : "", host && length ? ", " : "",
	         port ? atoi(port + 6) : 0);
}

static bool named(const char *call, const char *name)
{
	const size_t length = strlen(name);
	return strncmp(call, name, length) == 0 && call[length] == '(';
}

/* The call as a programmer would write it: "recv(4, 16)", "bind(3, port 7000)". */
static void call_words(const char *call, char out[TEXT])
{
	char buffer[LAB_TRACE_LINE], words[100];
	char *arguments[ARGUMENTS] = {0};
	const size_t count = split(call, buffer, sizeof(buffer), arguments);
	const int fd = count ? atoi(arguments[0]) : -1;
	const char *third = count > 2 ? arguments[2] : NULL;
	const bool datagrams = strstr(call, "<UDP") != NULL;
	if (named(call, "socket")) {
		snprintf(out, TEXT, "socket(%s)",
		         count > 1 && strncmp(arguments[1], "SOCK_DGRAM", 10) == 0 ? "UDP" : "TCP");
	} else if ((named(call, "connect") || named(call, "bind")) && count > 1) {
		address_words(arguments[1], named(call, "connect"), words, sizeof(words));
		snprintf(out, TEXT, "%.*s(%d, %s)", (int)strcspn(call, "("), call, fd, words);
	} else if (named(call, "recvfrom") || named(call, "recv") || named(call, "read")) {
		snprintf(out, TEXT, "%s(%d%s%.10s)",
		         named(call, "read") ? "read"
		         : datagrams         ? "recvfrom"
		                             : "recv",
		         fd, third ? ", " : "", third ? third : "");
	} else if (named(call, "sendto") || named(call, "send") || named(call, "write")) {
		snprintf(out, TEXT, "%s(%d%s%.10s%s)",
		         named(call, "write") ? "write"
		         : datagrams          ? "sendto"
		                              : "send",
		         fd, third ? ", " : "", third ? third : "", third ? " bytes" : "");
	} else if (named(call, "accept4") || named(call, "accept")) {
		snprintf(out, TEXT, "accept(%d)", fd);
	} else if (named(call, "setsockopt") && count > 3) {
		/* The value is written as [1]. */
		const size_t bracket = arguments[3][0] == '[';
		snprintf(out, TEXT, "setsockopt(%d, %.40s, %.*s)", fd, arguments[2],
		         (int)strcspn(arguments[3] + bracket, "]"), arguments[3] + bracket);
	} else if (named(call, "listen") || named(call, "shutdown")) {
		const char *second = count > 1 ? arguments[1] : "";
		const size_t length = strcspn(second, " <"); /* of a call that is not finished, more follows */
		snprintf(out, TEXT, "%.*s(%d%s%.*s)", (int)strcspn(call, "("), call, fd, count > 1 ? ", " : "",
		         (int)(length < 20 ? length : 20), second);
	} else {
		snprintf(out, TEXT, "%.*s(%d)", (int)(strcspn(call, "(") < 30 ? strcspn(call, "(") : 30), call, fd);
	}
}

/* "5", "4" of "4<TCP:[…]>", "-1 ECONNRESET (Connection reset by peer)". */
static void result_words(const char *result, char out[TEXT])
{
	size_t length = strcspn(result, "<");
	while (length && result[length - 1] == ' ')
		length--;
	snprintf(out, TEXT, "%.*s", (int)(length < TEXT ? length : TEXT - 1), result);
}

/* Calls that only ask about a socket say nothing about the connection. */
static bool is_told(const char *call)
{
	return is_network(call) && !named(call, "getsockname") && !named(call, "getpeername") &&
	       !named(call, "getsockopt");
}

/* ---- Reports */

static void note_talked(struct lab_trace *trace, long process)
{
	for (size_t i = 0; i < LAB_TRACE_PROCESSES; i++) {
		if (trace->talked[i] == process)
			return;
		if (!trace->talked[i]) {
			trace->talked[i] = process;
			return;
		}
	}
}

static bool has_talked(const struct lab_trace *trace, long process)
{
	for (size_t i = 0; i < LAB_TRACE_PROCESSES; i++)
		if (trace->talked[i] == process)
			return true;
	return false;
}

static struct lab_trace_call *begun_of(struct lab_trace *trace, long process)
{
	for (size_t i = 0; i < LAB_TRACE_PROCESSES; i++)
		if (trace->begun[i].process == process)
			return &trace->begun[i];
	return NULL;
}

static struct lab_report report_begin(struct lab_trace *trace, const struct parsed *parsed, uint32_t number)
{
	struct lab_report report = {.time = parsed->time, .call = number, .kind = LAB_CALL_BEGINS};
	char words[TEXT];
	call_words(parsed->call, words);
	snprintf(report.text, sizeof(report.text), "%s", words);
	note_talked(trace, parsed->process);
	return report;
}

/* A call has returned, at `now` at the latest. */
static void keep_return(struct lab_trace *trace, const struct parsed *parsed, ws_time now, uint32_t number)
{
	struct lab_report *report = &trace->returned;
	char words[TEXT], result[TEXT];
	call_words(parsed->call, words);
	result_words(parsed->result, result);
	*report = (struct lab_report){.time = now, .call = number, .kind = LAB_CALL_RETURNS};
	snprintf(report->text, sizeof(report->text), "%.*s = %.*s", 120, words, 70, result);
	trace->returned_process = parsed->process;
}

/* Before anything else of that process: `time`, when it did something else, is another bound. */
static size_t take_return(struct lab_trace *trace, long process, ws_time time, struct lab_report *report)
{
	if (!trace->returned_process)
		return 0;
	*report = trace->returned;
	if (process == trace->returned_process && time < report->time)
		report->time = time;
	trace->returned_process = 0;
	return 1;
}

/* A call that is not whole: the rest comes in a line of its own. */
static size_t keep_unfinished(struct lab_trace *trace, const struct parsed *parsed, struct lab_report *report)
{
	struct lab_trace_call *call = begun_of(trace, 0);
	if (!is_told(parsed->call) || !call)
		return 0;
	const bool announced = trace->announced;
	struct parsed begun = *parsed;
	*call = (struct lab_trace_call){.process = parsed->process};
	call->number = announced ? trace->calls : ++trace->calls;
	snprintf(call->text, sizeof(call->text), "%.*s", (int)(strstr(parsed->call, "<unfinished ...>") - parsed->call),
	         parsed->call);
	begun.call = call->text;
	*report = report_begin(trace, &begun, call->number);
	return !announced;
}

static void take_resumed(struct lab_trace *trace, const struct parsed *parsed)
{
	struct lab_trace_call *call = begun_of(trace, parsed->process);
	const char *rest = strstr(parsed->call, "resumed>");
	char joined[2 * LAB_TRACE_LINE];
	struct parsed whole;
	if (!call || !rest)
		return;
	snprintf(joined, sizeof(joined), "%ld 0.0 %s%s", call->process, call->text, rest + strlen("resumed>"));
	if (take_apart(joined, &whole) && whole.result)
		keep_return(trace, &whole, parsed->time, call->number);
	call->process = 0;
}

static size_t take_end(struct lab_trace *trace, const struct parsed *parsed, struct lab_report *report)
{
	*report = (struct lab_report){.time = parsed->time, .kind = LAB_PROGRAM_ENDS};
	int number;
	char name[32];
	if (!has_talked(trace, parsed->process))
		return 0;
	if (sscanf(parsed->call, "+++ exited with %d +++", &number) == 1)
		snprintf(report->text, sizeof(report->text), "ends with exit status %d", number);
	else if (sscanf(parsed->call, "+++ killed by %31s", name) == 1)
		snprintf(report->text, sizeof(report->text), "is killed by %s", name);
	else
		return 0;
	return 1;
}

static size_t take_line(struct lab_trace *trace, ws_time now, struct lab_report reports[LAB_TRACE_REPORTS])
{
	struct parsed parsed;
	if (!take_apart(trace->line, &parsed))
		return 0;
	size_t count = take_return(trace, parsed.process, parsed.time, reports);
	if (strncmp(parsed.call, "+++", 3) == 0)
		return count + take_end(trace, &parsed, &reports[count]);
	if (strncmp(parsed.call, "<... ", 5) == 0) {
		take_resumed(trace, &parsed);
		return count;
	}
	if (strstr(parsed.call, "<unfinished ...>"))
		return count + keep_unfinished(trace, &parsed, &reports[count]);
	if (!parsed.result || !is_told(parsed.call))
		return count;
	if (!trace->announced) {
		trace->calls++;
		reports[count++] = report_begin(trace, &parsed, trace->calls);
	}
	keep_return(trace, &parsed, now, trace->calls);
	return count;
}

size_t lab_trace_byte(struct lab_trace *trace, char byte, ws_time now, struct lab_report reports[LAB_TRACE_REPORTS])
{
	if (byte != '\n') {
		trace->too_long = trace->too_long || trace->used == LAB_TRACE_LINE - 1;
		if (!trace->too_long)
			trace->line[trace->used++] = byte ? byte : ' ';
		return 0;
	}
	trace->line[trace->used] = '\0';
	const size_t count = trace->too_long ? 0 : take_line(trace, now, reports);
	trace->used = 0;
	trace->announced = trace->too_long = false;
	return count;
}

size_t lab_trace_pause(struct lab_trace *trace, struct lab_report reports[LAB_TRACE_REPORTS])
{
	struct parsed parsed;
	trace->line[trace->used] = '\0';
	const bool begun = !trace->too_long && take_apart(trace->line, &parsed);
	const size_t count = take_return(trace, begun ? parsed.process : 0, begun ? parsed.time : 0, reports);
	if (!begun || trace->announced || !is_told(parsed.call) || parsed.result)
		return count;
	trace->announced = true;
	reports[count] = report_begin(trace, &parsed, ++trace->calls);
	return count + 1;
}
