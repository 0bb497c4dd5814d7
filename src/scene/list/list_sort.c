/* Sorts the list with a radix sort from the lowest digit up, which is stable and takes the same time for any input
 * order.
 *
 * Bits that all keys share are skipped: a million addresses of one network differ in twenty bits of 128, states in
 * five. Not the keys themselves are moved but items of eight bytes: the digits that count, above the index of the
 * key. Where not all digits fit beside the index, those that do are sorted first, and then the next ones are
 * loaded. Loading and each digit are steps, and each step can be interrupted anywhere. */
#include "scene/list/list.h"

#include <string.h>

enum { DIGIT_MASK = (1 << LIST_DIGIT) - 1 };

void list_sort_note(struct list_sorting *sorting, const struct ws_order_key *first, const struct ws_order_key *previous,
                    const struct ws_order_key *key)
{
	sorting->differ.high |= key->high ^ first->high;
	sorting->differ.low |= key->low ^ first->low;
	if (key->high < previous->high || (key->high == previous->high && key->low < previous->low))
		sorting->needed = true;
}

static void add_digits(struct list_sorting *sorting, uint64_t differ, bool high)
{
	unsigned shift = 0;
	while (shift < 64 && differ >> shift) {
		shift += (unsigned)__builtin_ctzll(differ >> shift);
		sorting->digit[sorting->digits].high = high;
		sorting->digit[sorting->digits++].shift = (uint8_t)shift;
		shift += LIST_DIGIT;
	}
}

void list_sort_begin(struct list_sorting *sorting, size_t count)
{
	sorting->digits = sorting->done = sorting->loaded = sorting->index_bits = 0;
	sorting->next = 0;
	add_digits(sorting, sorting->differ.low, false);
	add_digits(sorting, sorting->differ.high, true);
	while (count >> sorting->index_bits)
		sorting->index_bits++;
}

static size_t index_of(const struct list_sorting *sorting, uint64_t item)
{
	return item & ((UINT64_C(1) << sorting->index_bits) - 1);
}

size_t list_sort_at(const struct list_sorting *sorting, size_t position)
{
	return index_of(sorting, sorting->items[position]);
}

/* How many of the remaining digits the next load takes. */
static unsigned to_load(const struct list_sorting *sorting)
{
	const unsigned left = sorting->digits - sorting->done, fit = (64 - sorting->index_bits) / LIST_DIGIT;
	const unsigned most = fit < LIST_AT_ONCE ? fit : LIST_AT_ONCE;
	return left < most ? left : most;
}

static void load(struct list_sorting *sorting, const struct ws_order_key *keys, size_t end)
{
	const unsigned count = to_load(sorting);
	for (size_t i = sorting->next; i < end; i++) {
		const size_t index = sorting->done ? list_sort_at(sorting, i) : i;
		uint64_t item = index;
		for (unsigned d = 0; d < count; d++) {
			const unsigned at = sorting->done + d;
			const uint64_t half = sorting->digit[at].high ? keys[index].high : keys[index].low;
			const unsigned digit = half >> sorting->digit[at].shift & DIGIT_MASK;
			item |= (uint64_t)digit << (sorting->index_bits + d * LIST_DIGIT);
			sorting->start[d][digit]++;
		}
		sorting->items[i] = item;
	}
}

/* Turns the number of items of each digit into the position of the first of them. */
static void find_starts(struct list_sorting *sorting)
{
	for (unsigned d = 0; d < sorting->loaded; d++) {
		uint32_t start = 0;
		for (unsigned digit = 0; digit <= DIGIT_MASK; digit++) {
			const uint32_t count = sorting->start[d][digit];
			sorting->start[d][digit] = start;
			start += count;
		}
	}
}

static void spread(struct list_sorting *sorting, size_t end)
{
	const unsigned shift = sorting->index_bits + sorting->pass * LIST_DIGIT;
	uint32_t *start = sorting->start[sorting->pass];
	const uint64_t *items = sorting->items;
	uint64_t *scratch = sorting->scratch;
	for (size_t i = sorting->next; i < end; i++)
		scratch[start[items[i] >> shift & DIGIT_MASK]++] = items[i];
}

static void end_step(struct list_sorting *sorting)
{
	sorting->next = 0;
	if (!sorting->loaded) {
		sorting->loaded = to_load(sorting);
		sorting->pass = 0;
		find_starts(sorting);
		return;
	}
	uint64_t *sorted = sorting->scratch;
	sorting->scratch = sorting->items;
	sorting->items = sorted;
	sorting->done++;
	if (++sorting->pass == sorting->loaded)
		sorting->loaded = 0;
}

bool list_sort_slice(struct list_sorting *sorting, const struct ws_order_key *keys, size_t count, size_t limit)
{
	while (sorting->done < sorting->digits && limit) {
		const size_t step = count - sorting->next < limit ? count - sorting->next : limit;
		if (!sorting->loaded) {
			if (!sorting->next)
				memset(sorting->start, 0, sizeof(sorting->start));
			load(sorting, keys, sorting->next + step);
		} else {
			spread(sorting, sorting->next + step);
		}
		sorting->next += step;
		limit -= step;
		if (sorting->next == count)
			end_step(sorting);
	}
	return sorting->done == sorting->digits;
}
