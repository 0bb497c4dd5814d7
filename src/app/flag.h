/* Flags with which a thread tells something to another one, which looks at them without a lock. They are sequentially
 * consistent: the handover relies on the one order of its flags and counters (see handover.c). The decoder's orders to stop
 * and to pause could do with less, but are looked at once a batch, where the stronger load costs nothing. */
#ifndef APP_FLAG_H
#define APP_FLAG_H

#include <stdbool.h>

static inline bool flag_is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

static inline void flag_set(bool *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_SEQ_CST);
}

#endif
