/* The language of what people read: screens, help, errors, verdicts, notes. The texts in the code are English; gettext
 * finds their translations in the files NAME/LC_MESSAGES/wirestate.mo, which are made from src/language/NAME/\*.po.
 *
 * Records, lines of -T, names of options, words of filters and names of states are the same in every language. So a
 * thread reads English until it asks for more: ws_language_start() does so for the thread that calls it, and what
 * writes records switches back while it writes (WS_LANGUAGE_ENGLISH). Errors (ws_fail()) are translated in any thread.
 *
 * A message is a whole sentence, or a whole label. What changes in it are parts of printf, which a translation may
 * number (%1$s) to bring them into another order. */
#ifndef WIRESTATE_LANGUAGE_H
#define WIRESTATE_LANGUAGE_H

#include <wirestate/error.h>

#define WS_LANGUAGE_DOMAIN "wirestate"

/* The translation of a message. */
#define _(message) ws_translate(message)
/* The same in any thread, for what is never part of a record. */
#define E_(message) ws_translate_error(message)
/* Marks a message of a table, whose translation is looked up where it is shown. */
#define N_(message) message
/* The translation of a word that has several meanings; `context` is a literal that tells the translator which. */
#define C_(context, message) ws_translate_in(context "\004" message, message)
/* Marks such a word in a table; ws_translate_marked() finds its translation. */
#define NC_(context, message) context "\004" message

const char *ws_translate(const char *message) __attribute__((format_arg(1)));
/* The form of a message that belongs to a number. */
const char *ws_translate_plural(const char *one, const char *many, unsigned long long count)
        __attribute__((format_arg(1), format_arg(2)));
const char *ws_translate_in(const char *key, const char *message) __attribute__((format_arg(2)));
/* For a text marked with NC_(): its translation, or the message without its context. */
const char *ws_translate_marked(const char *key);
const char *ws_translate_error(const char *message) __attribute__((format_arg(1)));

/* Chooses the language of the process and of this thread. `asked` is the name of a folder such as "zh_CN", or "en";
 * NULL: the environment decides (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), and a locale that is not installed will do. The
 * translations are beside the program, where it was configured to be installed, or in the folder that it was built in.
 * It is called before the program is confined, because it reads files, and before it
 * starts threads, because it may change the environment. Error: no such language (WS_ERROR_OPTION).
 *
 * `why`, where it is not "", becomes the reason why English is shown although another language was wanted. */
bool ws_language_start(const char *asked, bool ascii, char why[256], struct ws_error *error) WS_CHECKED;
/* Its name, such as "zh_CN"; "" is English. */
const char *ws_language(void);

/* Whether this thread reads translations; returns what it was before. */
bool ws_language_set(bool translated);
static inline void ws_language_restore(const bool *before)
{
	ws_language_set(*before);
}
/* At the beginning of a block: English until the block ends. */
#define WS_LANGUAGE_ENGLISH                                                                                            \
	__attribute__((cleanup(ws_language_restore), unused)) const bool language_before = ws_language_set(false)

#endif
