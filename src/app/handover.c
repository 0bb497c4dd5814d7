/* See handover.h.
 *
 * A thread takes the lock only where it, or the other one, has to wait: each counter is changed by one thread. One that is
 * going to wait says so first and then looks at the counter once more, and the other one changes its counter first and then
 * looks whether someone waits. In the one order of all these operations, at least one of the two sees the other.
 *
 * Waking a thread up takes as long as tracking many packets. So it is done only when several batches are there, or free; and
 * only after the lock has been released, or the thread would wake up to find it taken, wait again, and have to be woken up
 * twice. */
#include "app/handover.h"

#include "app/flag.h"

enum {
	WAKE_TAKER = 4,                         /* batches that are there */
	WAKE_FILLER = HANDOVER_BATCHES * 3 / 4, /* batches that are not free */
	LEFT_TO_TAKE = HANDOVER_BATCHES / 2,    /* and batches that are enough until the other thread runs */
};

static size_t read_counter(const size_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void write_counter(size_t *counter, size_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_SEQ_CST);
}

static void wake(struct handover *handover, bool *flag, pthread_cond_t *condition)
{
	pthread_mutex_lock(&handover->lock); /* until the other thread sleeps */
	flag_set(flag, false);
	pthread_mutex_unlock(&handover->lock);
	pthread_cond_signal(condition);
}

void handover_init(struct handover *handover)
{
	pthread_mutex_init(&handover->lock, NULL);
	pthread_cond_init(&handover->to_filler, NULL);
	pthread_cond_init(&handover->to_taker, NULL);
}

void handover_free(struct handover *handover)
{
	pthread_cond_destroy(&handover->to_taker);
	pthread_cond_destroy(&handover->to_filler);
	pthread_mutex_destroy(&handover->lock);
}

void handover_fill(struct handover *handover, bool at_once)
{
	const size_t filled = handover->filled + 1;
	write_counter(&handover->filled, filled);
	if (flag_is_set(&handover->taker_waits) && (at_once || filled - read_counter(&handover->handed) >= WAKE_TAKER))
		wake(handover, &handover->taker_waits, &handover->to_taker);
}

static bool has_room(const struct handover *handover, size_t most)
{
	return handover->filled - read_counter(&handover->taken) <= most || flag_is_set(&handover->ended);
}

void handover_wait(struct handover *handover, size_t most)
{
	if (has_room(handover, most))
		return;
	/* The other thread may wait, too, because there are few batches. */
	if (flag_is_set(&handover->taker_waits))
		wake(handover, &handover->taker_waits, &handover->to_taker);
	pthread_mutex_lock(&handover->lock);
	flag_set(&handover->filler_waits, true);
	while (!has_room(handover, most)) {
		pthread_cond_wait(&handover->to_filler, &handover->lock);
		flag_set(&handover->filler_waits, true);
	}
	flag_set(&handover->filler_waits, false);
	pthread_mutex_unlock(&handover->lock);
}

bool handover_has_next(const struct handover *handover)
{
	return read_counter(&handover->filled) != handover->handed;
}

static void wait_for_next(struct handover *handover)
{
	pthread_mutex_lock(&handover->lock);
	flag_set(&handover->taker_waits, true);
	while (!handover_has_next(handover)) {
		pthread_cond_wait(&handover->to_taker, &handover->lock);
		flag_set(&handover->taker_waits, true);
	}
	flag_set(&handover->taker_waits, false);
	pthread_mutex_unlock(&handover->lock);
}

size_t handover_next(struct handover *handover)
{
	if (!handover_has_next(handover))
		wait_for_next(handover);
	const size_t number = handover->handed;
	write_counter(&handover->handed, number + 1);
	return number;
}

void handover_release(struct handover *handover)
{
	const size_t taken = handover->taken + 1;
	write_counter(&handover->taken, taken);
	if (!flag_is_set(&handover->filler_waits))
		return;
	const size_t filled = read_counter(&handover->filled);
	if (filled - taken <= WAKE_FILLER && filled - handover->handed <= LEFT_TO_TAKE)
		wake(handover, &handover->filler_waits, &handover->to_filler);
}

void handover_end(struct handover *handover)
{
	flag_set(&handover->ended, true);
	if (flag_is_set(&handover->filler_waits))
		wake(handover, &handover->filler_waits, &handover->to_filler);
}
