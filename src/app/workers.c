/* See workers.h.
 *
 * One mutex guards the counters. Jobs are begun in order; `done` says for each place in the ring whether its job is over.
 * A worker that sleeps is woken only when several jobs wait, because waking it takes as long as a small job; the owner
 * runs those that are left. Those that rest sleep until they may work, whatever waits. */
#include "app/workers.h"
#include "app/thread.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	THREADS_MOST = 62,
	WAKE_WORKER = 3, /* jobs that wait */
};

struct workers {
	pthread_t thread[THREADS_MOST];
	unsigned threads;
	size_t submitted, taken; /* jobs, since the start; only the owner changes them, the first one with the lock */
	pthread_mutex_t lock;
	pthread_cond_t to_worker, to_owner;
	/* Guarded by `lock`. */
	void (*run[WORKERS_JOBS])(void *job);
	void *job[WORKERS_JOBS];
	bool done[WORKERS_JOBS];
	size_t begun; /* jobs, since the start */
	unsigned ready, sleeping;
	unsigned running, most; /* threads that run jobs, and that may */
	bool owner_waits, stop;
};

/* Runs the next job that has not been begun, while the lock is not held. */
static void run_next(struct workers *workers)
{
	const size_t place = workers->begun++ % WORKERS_JOBS;
	void (*run)(void *) = workers->run[place];
	void *job = workers->job[place];
	pthread_mutex_unlock(&workers->lock);
	run(job);
	pthread_mutex_lock(&workers->lock);
	workers->done[place] = true;
	if (workers->owner_waits)
		pthread_cond_signal(&workers->to_owner);
}

static void *work(void *context)
{
	struct workers *workers = context;
	pthread_mutex_lock(&workers->lock);
	workers->ready++;
	pthread_cond_signal(&workers->to_owner);
	while (!workers->stop) {
		if (workers->begun < workers->submitted && workers->running < workers->most) {
			workers->running++;
			run_next(workers);
			workers->running--;
			continue;
		}
		workers->sleeping++;
		pthread_cond_wait(&workers->to_worker, &workers->lock);
		workers->sleeping--;
	}
	pthread_mutex_unlock(&workers->lock);
	return NULL;
}

static void start_threads(struct workers *workers, unsigned threads)
{
	while (workers->threads < threads && workers->threads < THREADS_MOST &&
	       thread_start(&workers->thread[workers->threads], work, workers))
		workers->threads++;
	pthread_mutex_lock(&workers->lock);
	while (workers->ready < workers->threads)
		pthread_cond_wait(&workers->to_owner, &workers->lock);
	pthread_mutex_unlock(&workers->lock);
}

struct workers *workers_new(unsigned threads, unsigned resting)
{
	struct workers *workers = calloc(1, sizeof(*workers));
	if (!workers)
		return NULL;
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->to_worker, NULL);
	pthread_cond_init(&workers->to_owner, NULL);
	start_threads(workers, threads);
	workers_let(workers, threads - resting);
	if (workers->threads)
		return workers;
	workers_free(workers);
	return NULL;
}

void workers_let(struct workers *workers, unsigned most)
{
	pthread_mutex_lock(&workers->lock);
	workers->most = most;
	pthread_cond_broadcast(&workers->to_worker);
	pthread_mutex_unlock(&workers->lock);
}

bool workers_rest(const struct workers *workers)
{
	return workers->most == 0;
}

void workers_free(struct workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->stop = true;
	pthread_cond_broadcast(&workers->to_worker);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->threads; i++)
		pthread_join(workers->thread[i], NULL);
	pthread_cond_destroy(&workers->to_owner);
	pthread_cond_destroy(&workers->to_worker);
	pthread_mutex_destroy(&workers->lock);
	free(workers);
}

size_t workers_count(const struct workers *workers)
{
	return workers->submitted - workers->taken;
}

void workers_submit(struct workers *workers, void (*run)(void *job), void *job)
{
	pthread_mutex_lock(&workers->lock);
	workers->run[workers->submitted % WORKERS_JOBS] = run;
	workers->job[workers->submitted % WORKERS_JOBS] = job;
	workers->done[workers->submitted % WORKERS_JOBS] = false;
	workers->submitted++;
	const bool wake = workers->sleeping && workers->running < workers->most &&
	                  workers->submitted - workers->begun >= WAKE_WORKER;
	pthread_mutex_unlock(&workers->lock);
	if (wake) /* with the lock released, or the worker would find it taken, and sleep again */
		pthread_cond_signal(&workers->to_worker);
}

bool workers_oldest_is_done(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	const bool done = workers->done[workers->taken % WORKERS_JOBS];
	pthread_mutex_unlock(&workers->lock);
	return done;
}

void *workers_take(struct workers *workers)
{
	const size_t place = workers->taken % WORKERS_JOBS;
	pthread_mutex_lock(&workers->lock);
	workers->owner_waits = true;
	while (!workers->done[place]) {
		if (workers->begun < workers->submitted)
			run_next(workers);
		else
			pthread_cond_wait(&workers->to_owner, &workers->lock);
	}
	workers->owner_waits = false;
	workers->taken++;
	void *job = workers->job[place];
	pthread_mutex_unlock(&workers->lock);
	return job;
}
