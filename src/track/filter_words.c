/* Finds the word or the field that was probably meant. */
#include "track/filter.h"

#include <string.h>

enum { LONGEST_WORD = 24 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* The edit distance: how many letters must be added, removed or changed to turn one word into the other. */
static unsigned distance(const char *word, const char *text, size_t length)
{
	unsigned row[LONGEST_WORD + 2];
	const size_t columns = strlen(word);
	if (columns > LONGEST_WORD || length > LONGEST_WORD)
		return LONGEST_WORD;
	for (size_t j = 0; j <= columns; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		unsigned corner = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= columns; j++) {
			bool same = ((text[i - 1] ^ word[j - 1]) & ~0x20) == 0;
			unsigned changed = corner + !same;
			corner = row[j];
			row[j] = least(changed, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[columns];
}

static void compare_word(const char *word, const char *text, size_t length, const char **best, unsigned *least_distance)
{
	unsigned found = distance(word, text, length);
	if (found < *least_distance) {
		*least_distance = found;
		*best = word;
	}
}

static unsigned too_far(size_t length)
{
	return length < 4 ? 2 : 3;
}

const char *filter_similar_word(const struct filter_field *field, const char *text, size_t length)
{
	const char *best = NULL;
	unsigned nearest = too_far(length);
	for (unsigned i = 0; field->word && field->word(i); i++)
		compare_word(field->word(i), text, length, &best, &nearest);
	return best;
}

const char *filter_similar_field(const char *text, size_t length)
{
	const char *best = NULL;
	unsigned nearest = too_far(length);
	for (unsigned i = 0; i < filter_field_count; i++)
		compare_word(filter_fields[i].name, text, length, &best, &nearest);
	return best;
}
