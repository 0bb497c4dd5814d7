/* Runs the program many times without loading it each time: a process that is already loaded forks, and the child
 * calls main. With a sanitizer that is about ten times faster than a start. It makes no difference, because the program
 * has no state before main.
 *
 * A job on standard input is a list of strings, each ended by a zero byte, the last one empty: the file for standard
 * input, the file for standard output, and the arguments. The answer is a line "HOW NUMBER LENGTH", and LENGTH bytes of
 * standard error. HOW is exit (NUMBER is the status), signal, or hang. With a sanitizer, one job of SERVER_LEAKS is
 * searched for leaks at its end, which takes a third of its time. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int wirestate_main(int argc, char **argv); /* src/main.c, under another name */

enum { MAX_ARGUMENTS = 64, MAX_JOB = 65536, PROCESSOR_SECONDS = 120, SECONDS = 600, MAX_ANSWER = 1 << 20 };

struct job {
	char text[MAX_JOB];
	char *word[MAX_ARGUMENTS];
	int count;
};

static unsigned long jobs;

/* LeakSanitizer asks this at the end of a process. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	const char *leaks = getenv("SERVER_LEAKS");
	const unsigned long every = leaks ? strtoul(leaks, NULL, 10) : 1;
	return every && jobs % every != 0;
}

static int read_job(struct job *job)
{
	size_t used = 0, start = 0;
	int c;
	job->count = 0;
	while ((c = getchar()) != EOF) {
		if (used == sizeof(job->text) || job->count == MAX_ARGUMENTS - 1)
			abort();
		job->text[used++] = (char)c;
		if (c)
			continue;
		/* The two files may be empty, but an argument may not, because an empty string ends the job. */
		if (used - start == 1 && job->count >= 2) {
			job->word[job->count] = NULL;
			return 1;
		}
		job->word[job->count++] = job->text + start;
		start = used;
	}
	return 0;
}

static void redirect(int target, const char *path, int flags)
{
	const int fd = open(*path ? path : "/dev/null", flags, 0666);
	if (fd < 0 || dup2(fd, target) < 0) {
		perror(path);
		_exit(70);
	}
	close(fd);
}

static _Noreturn void run(struct job *job, int errors)
{
	const char *seconds = getenv("SERVER_SECONDS");
	const rlim_t most = seconds ? (rlim_t)atol(seconds) : PROCESSOR_SECONDS;
	const struct rlimit limit = {most, most};
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CPU, &limit);
	redirect(STDIN_FILENO, job->word[0], O_RDONLY | O_CLOEXEC);
	redirect(STDOUT_FILENO, job->word[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
	dup2(errors, STDERR_FILENO);
	close(errors);
	exit(wirestate_main(job->count - 2, job->word + 2));
}

static void answer(const char *how, int number, int errors)
{
	static char text[MAX_ANSWER];
	const ssize_t length = pread(errors, text, sizeof(text), 0);
	printf("%s %d %zd\n", how, number, length > 0 ? length : 0);
	if (length > 0)
		fwrite(text, 1, (size_t)length, stdout);
	fflush(stdout);
}

static void serve(struct job *job, const sigset_t *child)
{
	const struct timespec limit = {.tv_sec = SECONDS};
	const int errors = memfd_create("errors", MFD_CLOEXEC);
	const pid_t pid = fork();
	int status = 0, slept = 0;
	if (errors < 0 || pid < 0)
		abort();
	if (pid == 0)
		run(job, errors);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (sigtimedwait(child, NULL, &limit) >= 0 || errno == EINTR)
			continue;
		slept = 1;
		kill(pid, SIGKILL);
	}
	const int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (slept || by == SIGXCPU || (by == SIGKILL && !slept))
		answer("hang", by, errors);
	else if (by)
		answer("signal", by, errors);
	else
		answer("exit", WEXITSTATUS(status), errors);
	close(errors);
}

int main(void)
{
	static struct job job;
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	setvbuf(stdout, NULL, _IOFBF, 65536);
	for (; read_job(&job); jobs++)
		serve(&job, &child);
	return 0;
}
