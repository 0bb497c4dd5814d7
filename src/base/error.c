/* Errors as values: see wirestate/error.h. */
#include <wirestate/error.h>
#include <wirestate/language.h>
#include <wirestate/text.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool ws_fail(struct ws_error *error, enum ws_status status, const char *format, ...)
{
	if (!error)
		return false;
	char raw[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), ws_translate_error(format), args);
	va_end(args);
	/* File and interface names come from outside the program: they are cleaned before an error shows them on a
	 * terminal. */
	struct ws_text clean = WS_TEXT_OVER(error->text);
	ws_text_clean(&clean, raw, strlen(raw));
	ws_text_cstr(&clean);
	error->status = status;
	return false;
}

bool ws_fail_in_file(struct ws_error *error, const char *name, unsigned line, const char *format, va_list arguments)
{
	char words[400], shown[1024];
	struct ws_text text = WS_TEXT_OVER(shown);
	vsnprintf(words, sizeof(words), ws_translate_error(format), arguments);
	ws_text_puts(&text, name);
	if (line)
		ws_text_printf(&text, ":%u", line);
	ws_text_puts(&text, ": ");
	ws_text_puts(&text, words);
	return ws_fail(error, WS_ERROR_FILE, "%s", ws_text_cstr(&text));
}

int ws_exit_status(enum ws_status status)
{
	switch (status) {
#define X(name, code)                                                                                                  \
	case name:                                                                                                     \
		return code;
		WS_STATUSES(X)
#undef X
	}
	return 1;
}
