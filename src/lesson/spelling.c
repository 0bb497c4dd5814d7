/* Spellings of typed answers. Two spellings of one answer have the same key: the decimal digits of a number, the name
 * of a state, one of the choices, and of other words the letters and digits in lower case.
 *
 * An answer that is spelled exactly is taken first. Otherwise its words are compared, so that "20 bytes", "in
 * TIME_WAIT" and "the server's kernel" are understood, too. */
#include "lesson/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(state, spelling): those of records, of narrow columns and of ss, without punctuation. */
#define STATE_SPELLINGS(X)                                                                                             \
	X(WS_CLOSED, "closed")                                                                                         \
	X(WS_CLOSED, "close")                                                                                          \
	X(WS_LISTEN, "listen")                                                                                         \
	X(WS_LISTEN, "listening")                                                                                      \
	X(WS_SYN_SENT, "synsent")                                                                                      \
	X(WS_SYN_RECEIVED, "synreceived")                                                                              \
	X(WS_SYN_RECEIVED, "synrcvd")                                                                                  \
	X(WS_SYN_RECEIVED, "synrecv")                                                                                  \
	X(WS_ESTABLISHED, "established")                                                                               \
	X(WS_ESTABLISHED, "estab")                                                                                     \
	X(WS_FIN_WAIT_1, "finwait1")                                                                                   \
	X(WS_FIN_WAIT_1, "finw1")                                                                                      \
	X(WS_FIN_WAIT_2, "finwait2")                                                                                   \
	X(WS_FIN_WAIT_2, "finw2")                                                                                      \
	X(WS_CLOSE_WAIT, "closewait")                                                                                  \
	X(WS_CLOSE_WAIT, "closew")                                                                                     \
	X(WS_CLOSING, "closing")                                                                                       \
	X(WS_LAST_ACK, "lastack")                                                                                      \
	X(WS_TIME_WAIT, "timewait")                                                                                    \
	X(WS_TIME_WAIT, "timew")

static const struct {
	enum ws_state state;
	const char *text;
} spellings[] = {
#define X(state, text) {state, text},
        STATE_SPELLINGS(X)
#undef X
};

const char *ws_lesson_state_spelling(size_t index, enum ws_state *state)
{
	if (index >= WS_ARRAY_SIZE(spellings))
		return NULL;
	*state = spellings[index].state;
	return spellings[index].text;
}

/* Words that do not tell one answer from another. */
#define FILLERS(X)                                                                                                     \
	X("a")                                                                                                         \
	X("an")                                                                                                        \
	X("the")                                                                                                       \
	X("it")                                                                                                        \
	X("its")                                                                                                       \
	X("is")                                                                                                        \
	X("in")                                                                                                        \
	X("to")                                                                                                        \
	X("by")                                                                                                        \
	X("of")                                                                                                        \
	X("from")                                                                                                      \
	X("with")                                                                                                      \
	X("about")                                                                                                     \
	X("own")                                                                                                       \
	X("flag")                                                                                                      \
	X("state")                                                                                                     \
	X("side")

/* X(word, meaning): words for the same thing. */
#define SYNONYMS(X)                                                                                                    \
	X("zero", "0")                                                                                                 \
	X("one", "1")                                                                                                  \
	X("two", "2")                                                                                                  \
	X("three", "3")                                                                                                \
	X("four", "4")                                                                                                 \
	X("five", "5")                                                                                                 \
	X("six", "6")                                                                                                  \
	X("seven", "7")                                                                                                \
	X("eight", "8")                                                                                                \
	X("nine", "9")                                                                                                 \
	X("ten", "10")                                                                                                 \
	X("eleven", "11")                                                                                              \
	X("sixteen", "16")                                                                                             \
	X("twenty", "20")                                                                                              \
	X("application", "program")                                                                                    \
	X("dest", "destination")                                                                                       \
	X("dst", "destination")                                                                                        \
	X("final", "last")                                                                                             \
	X("min", "minute")                                                                                             \
	X("nope", "no")                                                                                                \
	X("reset", "rst")                                                                                              \
	X("src", "source")

static const char *const fillers[] = {
#define X(word) word,
        FILLERS(X)
#undef X
};

static const struct {
	const char *word, *meaning;
} synonyms[] = {
#define X(word, meaning) {word, meaning},
        SYNONYMS(X)
#undef X
};

const char *ws_lesson_filler(size_t index)
{
	return index < WS_ARRAY_SIZE(fillers) ? fillers[index] : NULL;
}

const char *ws_lesson_synonym(size_t index, const char **meaning)
{
	if (index >= WS_ARRAY_SIZE(synonyms))
		return NULL;
	*meaning = synonyms[index].meaning;
	return synonyms[index].word;
}

/* ---- Keys of exact spellings */

/* Letters and digits in lower case; what is not ASCII stays. */
void lesson_fold(const char *text, char key[LESSON_KEY_BYTES])
{
	size_t length = 0;
	for (; *text && length + 1 < LESSON_KEY_BYTES; text++) {
		const unsigned char c = (unsigned char)*text;
		if (c >= 'A' && c <= 'Z')
			key[length++] = (char)(c + 'a' - 'A');
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
			key[length++] = (char)c;
	}
	key[length] = '\0';
}

/* A number in decimal, or after 0x in hexadecimal; between digits, spaces and commas do not count. */
static bool number_key(const char *text, char key[LESSON_KEY_BYTES])
{
	char digits[24];
	size_t length = 0;
	for (; *text; text++) {
		if (strchr(" ,_'", *text))
			continue;
		if (length + 1 == sizeof(digits))
			return false;
		digits[length++] = *text;
	}
	digits[length] = '\0';
	const bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	const char *first = digits + (hexadecimal ? 2 : 0);
	const size_t count = strspn(first, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789");
	if (!count || count > (hexadecimal ? 15 : 18) || first[count])
		return false;
	snprintf(key, LESSON_KEY_BYTES, "%llu", strtoull(first, NULL, hexadecimal ? 16 : 10));
	return true;
}

static bool state_key(const char *folded, char key[LESSON_KEY_BYTES])
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(spellings); i++) {
		if (strcmp(spellings[i].text, folded) == 0) {
			snprintf(key, LESSON_KEY_BYTES, "%s", ws_state_name(spellings[i].state));
			return true;
		}
	}
	return false;
}

/* The choice that begins as it was typed, where only one does. */
static bool choice_key(const struct ws_lesson_question *question, const char *folded, char key[LESSON_KEY_BYTES])
{
	char choice[LESSON_KEY_BYTES];
	size_t found = 0;
	for (size_t i = 0; folded[0] && i < question->choice_count; i++) {
		lesson_fold(question->choice[i], choice);
		if (strncmp(choice, folded, strlen(folded)) != 0)
			continue;
		found++;
		strcpy(key, choice);
		if (strcmp(choice, folded) == 0)
			return true;
	}
	return found == 1;
}

bool lesson_exact_key(const struct ws_lesson_question *question, const char *text, char key[LESSON_KEY_BYTES])
{
	char folded[LESSON_KEY_BYTES];
	lesson_fold(text, folded);
	switch (question->kind) {
	case WS_ANSWER_NUMBER:
		return number_key(text, key);
	case WS_ANSWER_STATE:
		return state_key(folded, key);
	case WS_ANSWER_CHOICE:
		return choice_key(question, folded, key);
	default:
		strcpy(key, folded);
		return key[0];
	}
}

/* ---- Keys by words */

enum { WORDS_MOST = 16, WORD_BYTES = 32 };

struct words {
	size_t count;
	char word[WORDS_MOST][WORD_BYTES];
};

static bool is_filler(const char *word)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(fillers); i++)
		if (strcmp(fillers[i], word) == 0)
			return true;
	return false;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static void lower(char *word)
{
	for (; *word; word++)
		*word = (char)(*word >= 'A' && *word <= 'Z' ? *word + 'a' - 'A' : *word);
}

static void replace_synonym(char word[WORD_BYTES])
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(synonyms); i++) {
		if (strcmp(synonyms[i].word, word) == 0) {
			snprintf(word, WORD_BYTES, "%s", synonyms[i].meaning);
			return;
		}
	}
}

/* Takes the s from "servers", and so from "server's". */
static void remove_ending(char *word)
{
	const size_t length = strlen(word);
	if (length > 3 && word[length - 1] == 's' && word[length - 2] != 's')
		word[length - 1] = '\0';
}

/* Reads the next word in lower case, without apostrophes. False: there is none. */
static bool next_word(const char **text, char word[WORD_BYTES])
{
	const char *at = *text;
	size_t length = 0;
	while (*at && !is_word_byte(*at))
		at++;
	for (; is_word_byte(*at) || (*at == '\'' && length); at++)
		if (*at != '\'' && length + 1 < WORD_BYTES)
			word[length++] = *at;
	word[length] = '\0';
	lower(word);
	*text = at;
	return length > 0;
}

/* Reads the words that are no fillers, each once. False: there are too many. */
static bool read_words(const char *text, struct words *words)
{
	char word[WORD_BYTES];
	words->count = 0;
	while (next_word(&text, word)) {
		size_t at = 0;
		if (is_filler(word))
			continue;
		remove_ending(word);
		replace_synonym(word);
		while (at < words->count && strcmp(words->word[at], word) != 0)
			at++;
		if (at == WORDS_MOST)
			return false;
		if (at == words->count)
			strcpy(words->word[words->count++], word);
	}
	return true;
}

/* True when each word of `part` is in `whole`. */
static bool is_part(const struct words *part, const struct words *whole)
{
	for (size_t i = 0; i < part->count; i++) {
		size_t at = 0;
		while (at < whole->count && strcmp(part->word[i], whole->word[at]) != 0)
			at++;
		if (at == whole->count)
			return false;
	}
	return part->count > 0;
}

/* The only choice that has the same words; or else that has all words typed; or else all of whose words were typed,
 * unless the text is a sum. */
static bool choice_by_words(const struct ws_lesson_question *question, const char *text, char key[LESSON_KEY_BYTES])
{
	struct words typed, choice;
	const int passes = strpbrk(text, "+*/=<>") ? 2 : 3;
	if (!read_words(text, &typed))
		return false;
	for (int pass = 0; pass < passes; pass++) {
		size_t found = 0, only = 0;
		for (size_t i = 0; i < question->choice_count; i++) {
			if (!read_words(question->choice[i], &choice) || (pass != 2 && !is_part(&typed, &choice)) ||
			    (pass != 1 && !is_part(&choice, &typed)))
				continue;
			found++;
			only = i;
		}
		if (found == 1)
			lesson_fold(question->choice[only], key);
		if (found)
			return found == 1;
	}
	return false;
}

/* Reads a number with its unit or punctuation, like "60s" or "20.", or a word for it. */
static bool number_of_word(const char *text, size_t length, char key[LESSON_KEY_BYTES])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	char word[WORD_BYTES];
	if (length >= sizeof(word))
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)length, text);
	lower(word);
	for (; length && strchr(".,;!?)", word[length - 1]); length--)
		word[length - 1] = '\0';
	const size_t digits = strspn(word, "0123456789");
	if (digits && strncmp(word, "0x", 2) != 0 && digits + strspn(word + digits, letters) == length)
		word[digits] = '\0';
	replace_synonym(word);
	return number_key(word, key);
}

/* The number in "ack 11", "20 bytes" or "four segments", where there is only one, without a sign or a fraction. */
static bool number_by_words(const char *text, char key[LESSON_KEY_BYTES])
{
	size_t found = 0;
	for (size_t length; *text; text += length + strspn(text + length, " ")) {
		length = strcspn(text, " ");
		if (length && number_of_word(text, length, key))
			found++;
		else if (strcspn(text, "0123456789+*/=<>") < length)
			return false;
	}
	return found == 1;
}

void lesson_fold_meant(const char *text, char key[LESSON_KEY_BYTES])
{
	char word[WORD_BYTES];
	size_t length = 0;
	key[0] = '\0';
	while (length + WORD_BYTES < LESSON_KEY_BYTES && next_word(&text, word)) {
		if (is_filler(word))
			continue;
		replace_synonym(word);
		length += (size_t)snprintf(key + length, LESSON_KEY_BYTES - length, "%s", word);
	}
}

bool lesson_answer_key(const struct ws_lesson_question *question, const char *text, char key[LESSON_KEY_BYTES])
{
	char meant[LESSON_KEY_BYTES];
	if (lesson_exact_key(question, text, key))
		return true;
	switch (question->kind) {
	case WS_ANSWER_NUMBER:
		return number_by_words(text, key);
	case WS_ANSWER_STATE:
		lesson_fold_meant(text, meant);
		return state_key(meant, key);
	case WS_ANSWER_CHOICE:
		return choice_by_words(question, text, key);
	default:
		return false;
	}
}
