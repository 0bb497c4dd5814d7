/* A byte with the size of it all, the judgement, a byte of flags, and numbers: its own, the times, the timeouts if there are any,
 * and of each share that is not zero which one it is and how long. A number is stored seven bits a byte, the lowest
 * first, with the highest bit set in all but its last byte. Differences that may be negative are folded before. */
#include "track/brief.h"
#include "track/fold.h"

#include <string.h>

enum { CLIENT = 1, SELF = 2, SHARES = 4, TIMEOUTS = 8, COUNT_SHIFT = 4, COUNT_MOST = 15 };
enum { SHARES_ALL = WS_CAUSE_COUNT * 2, HEAD = 3, NUMBER_MOST = 10 };
_Static_assert(HEAD + 4 * NUMBER_MOST + COUNT_MOST * (1 + NUMBER_MOST) <= WS_BRIEF_MOST, "it fits");

static uint8_t *put_number(uint8_t *to, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	return to;
}

static uint8_t *put_difference(uint8_t *to, ws_time value, ws_time reference)
{
	return put_number(to, ws_fold64((uint64_t)value - (uint64_t)reference));
}

static const uint8_t *get_number(const uint8_t *from, uint64_t *value)
{
	*value = *from & 0x7f;
	for (unsigned shift = 7; *from++ & 0x80; shift += 7)
		*value |= (uint64_t)(*from & 0x7f) << shift;
	return from;
}

static const uint8_t *get_difference(const uint8_t *from, ws_time reference, ws_time *value)
{
	uint64_t folded;
	from = get_number(from, &folded);
	*value = (ws_time)((uint64_t)reference + ws_unfold64(folded));
	return from;
}

size_t ws_brief_pack(const struct ws_brief *brief, ws_time epoch, uint8_t bytes[WS_BRIEF_MOST])
{
	const ws_time *time = &brief->shares.time[0][0];
	unsigned count = 0;
	for (unsigned i = 0; i < SHARES_ALL; i++)
		count += time[i] != 0;
	if (count > COUNT_MOST)
		return 0;
	uint8_t *to = bytes + HEAD;
	to = put_number(to, brief->number);
	to = put_difference(to, brief->first, epoch);
	to = put_difference(to, brief->last, brief->first);
	if (brief->shares.timeouts)
		to = put_number(to, brief->shares.timeouts);
	for (unsigned i = 0; i < SHARES_ALL; i++) {
		if (!time[i])
			continue;
		*to++ = (uint8_t)i;
		to = put_number(to, (uint64_t)time[i]);
	}
	bytes[0] = (uint8_t)(to - bytes);
	bytes[1] = brief->judgement;
	bytes[2] = (uint8_t)((brief->likely_client ? CLIENT : 0) | (brief->self ? SELF : 0) |
	                     (brief->shares_known ? SHARES : 0) | (brief->shares.timeouts ? TIMEOUTS : 0) |
	                     count << COUNT_SHIFT);
	return (size_t)(to - bytes);
}

void ws_brief_read(const uint8_t *bytes, ws_time epoch, struct ws_brief *brief)
{
	const uint8_t *from = bytes + HEAD, flags = bytes[2];
	ws_time *time = &brief->shares.time[0][0];
	uint64_t number = 0;
	brief->judgement = bytes[1];
	brief->likely_client = !!(flags & CLIENT);
	brief->self = !!(flags & SELF);
	brief->shares_known = flags & SHARES;
	memset(&brief->shares, 0, sizeof(brief->shares));
	from = get_number(from, &brief->number);
	from = get_difference(from, epoch, &brief->first);
	from = get_difference(from, brief->first, &brief->last);
	if (flags & TIMEOUTS)
		from = get_number(from, &number);
	brief->shares.timeouts = (uint32_t)number;
	for (unsigned count = flags >> COUNT_SHIFT; count; count--) {
		const unsigned i = *from++;
		from = get_number(from, &number);
		time[i] = (ws_time)number;
	}
}
