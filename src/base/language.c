/* See wirestate/language.h. Without an installed locale gettext works, too: it takes the language from LANGUAGE in
 * every locale but "C", and the C library has C.UTF-8 built in. */
#include "base/folder.h"

#include <wirestate/language.h>
#include <wirestate/text.h>

#include <dirent.h>
#include <errno.h>
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Like the locale of uselocale(3), this belongs to the thread. */
static _Thread_local bool translated;

bool ws_language_set(bool wanted)
{
	const bool before = translated;
	translated = wanted;
	return before;
}

const char *ws_translate(const char *message)
{
	return translated && *message ? dgettext(WS_LANGUAGE_DOMAIN, message) : message;
}

const char *ws_translate_plural(const char *one, const char *many, unsigned long long count)
{
	if (!translated)
		return count == 1 ? one : many;
	return dngettext(WS_LANGUAGE_DOMAIN, one, many, count > ULONG_MAX ? ULONG_MAX : (unsigned long)count);
}

const char *ws_translate_in(const char *key, const char *message)
{
	if (!translated)
		return message;
	const char *found = dgettext(WS_LANGUAGE_DOMAIN, key);
	return found == key ? message : found;
}

const char *ws_translate_marked(const char *key)
{
	const char *end = strchr(key, '\004');
	return end ? ws_translate_in(key, end + 1) : ws_translate(key);
}

const char *ws_translate_error(const char *message)
{
	return *message ? dgettext(WS_LANGUAGE_DOMAIN, message) : message;
}

/* Each translation says its own name. */
const char *ws_language(void)
{
	static const char key[] = NC_("the name of the translation's folder, such as zh_CN", "en");
	const char *found = dgettext(WS_LANGUAGE_DOMAIN, key);
	return found == key ? "" : found;
}

/* ---- Which language */

static bool has_translation(const char *folder, const char *name)
{
	char path[PATH_MAX];
	const int used = snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/" WS_LANGUAGE_DOMAIN ".mo", folder, name);
	return *name && !strchr(name, '/') && used > 0 && (size_t)used < sizeof(path) && access(path, R_OK) == 0;
}

static bool unknown_language(const char *asked, const char *folder, struct ws_error *error)
{
	char names[256];
	struct ws_text text = WS_TEXT_OVER(names);
	DIR *open = opendir(folder);
	for (const struct dirent *entry; open && (entry = readdir(open));)
		if (has_translation(folder, entry->d_name))
			ws_text_printf(&text, ", %s", entry->d_name);
	if (open)
		closedir(open);
	return ws_fail(error, WS_ERROR_OPTION, "--language %s: there is no such translation; there are: en%s", asked,
	               ws_text_cstr(&text));
}

/* What the environment says of the language, such as "zh_CN.UTF-8"; "" where it says nothing. */
static const char *environment(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return "";
}

static bool is_plain(const char *locale)
{
	return !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

static bool is_utf8(const char *locale)
{
	const char *dot = strchr(locale, '.');
	return dot && (strncasecmp(dot, ".UTF-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0);
}

/* Makes gettext look for `name`, without what stands after a dot or an at sign. */
static void look_for(const char *name, bool replace)
{
	char language[64];
	snprintf(language, sizeof(language), "%.*s", (int)strcspn(name, ".@"), name);
	setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", language, replace);
}

/* For this process and for those that it starts. */
static void take_asked(const char *asked)
{
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	look_for(asked, true);
	setenv("LC_ALL", "C.UTF-8", true);
}

static void take_environment(void)
{
	const char *wanted = environment();
	if (is_plain(wanted) || !is_utf8(wanted))
		return;
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8"); /* it is not installed */
	if (is_plain(setlocale(LC_MESSAGES, NULL)))
		look_for(wanted, false);
}

/* Chinese needs characters that are two columns wide. */
static bool is_wide(const char *text)
{
	uint32_t code_point;
	for (size_t length = strlen(text), used; length; text += used, length -= used) {
		used = ws_utf8_decode(text, length, &code_point);
		if (!used)
			return false;
		if (code_point >= 0x2e80)
			return true;
	}
	return false;
}

static bool on_console(void)
{
	const char *terminal = getenv("TERM");
	return terminal && strcmp(terminal, "linux") == 0 && (isatty(STDOUT_FILENO) || isatty(STDERR_FILENO));
}

/* Why the language that was found cannot be shown; NULL: it can. */
static const char *obstacle(bool ascii)
{
	static const char own_name[] = N_("English"); /* TRANSLATORS: how this language calls itself */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return "the locale's character set is not UTF-8; --language shows the translation in UTF-8 "
		       "nevertheless";
	if (!is_wide(dgettext(WS_LANGUAGE_DOMAIN, own_name)))
		return NULL;
	if (ascii)
		return "--ascii leaves no other characters";
	if (on_console())
		return "the Linux console has no such characters; a terminal window, tmux over SSH or fbterm has them";
	return NULL;
}

/* A locale of another character set hides the translation that it asks for, because none is looked for. */
static bool wants_translation(const char *folder)
{
	char name[64];
	const char *wanted = environment();
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(wanted, ".@"), wanted);
	return *ws_language() || (!is_plain(wanted) && has_translation(folder, name));
}

bool ws_language_start(const char *asked, bool ascii, char why[256], struct ws_error *error)
{
	static const char *const beside[] = {"../share", ".", ".."}; /* installed; build/; build/unit/ */
	char folder[PATH_MAX] = "";
	(void)base_folder_find(beside, WS_ARRAY_SIZE(beside), WS_DATADIR "/..", "locale", folder, sizeof(folder));
	*why = '\0';
	translated = false;
	bindtextdomain(WS_LANGUAGE_DOMAIN, folder);
	bind_textdomain_codeset(WS_LANGUAGE_DOMAIN, "UTF-8");
	if (asked && strcmp(asked, "en") == 0) {
		setlocale(LC_MESSAGES, "C");
		setenv("LANGUAGE", "en", true);
		return true;
	}
	if (asked && !has_translation(folder, asked))
		return unknown_language(asked, folder, error);
	if (asked)
		take_asked(asked);
	else
		take_environment();
	const char *reason = wants_translation(folder) ? obstacle(ascii) : NULL;
	if (reason) {
		setlocale(LC_MESSAGES, "C");
		snprintf(why, 256, "English is shown: %s", reason);
	}
	translated = *ws_language();
	(void)strerror(EIO); /* loads the C library's own messages */
	return true;
}
