/* What a process may still do in the sandbox: each attempt is made in a child process. */
#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { REFUSED = 10, DONE = 11, BROKEN = 12, SOURCE = 900 };

static bool fenced(struct ws_protections *protections)
{
	return protections->in_force & 1u << WS_PROTECTION_SECCOMP;
}

/* Returns the wait status of a child that enters the sandbox and makes the attempt, or -1 without seccomp. */
static int attempt_in(const struct ws_sandbox *sandbox, int (*fn)(int directory))
{
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct ws_protections protections;
		struct ws_error error;
		const struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		if (!ws_privileges_drop(NULL, &protections, &error))
			_exit(BROKEN);
		dup2(STDOUT_FILENO, SOURCE);
		ws_sandbox_enter(sandbox, &protections);
		if (!fenced(&protections))
			_exit(0);
		_exit(fn(sandbox->directory));
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? -1 : status;
}

static int attempt(int directory, int (*fn)(int directory))
{
	const struct ws_sandbox sandbox = {
	        .directory = directory, .flags = WS_SAVE_FLAGS, .source = SOURCE, .channel = -1};
	return attempt_in(&sandbox, fn);
}

static void skip_because(const char *reason)
{
	print_message("skipped: %s\n", reason);
	skip();
}

#define NO_SECCOMP "this kernel has no seccomp, or this build has a sanitizer"

static bool killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void assert_killed(int (*fn)(int directory))
{
	int status = attempt(-1, fn);
	if (status < 0)
		skip_because(NO_SECCOMP);
	assert_true(killed(status));
}

static void assert_exits(int directory, int (*fn)(int directory), int code)
{
	int status = attempt(directory, fn);
	if (status < 0)
		skip_because(NO_SECCOMP);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}

static int run_program(int directory)
{
	(void)directory;
	execl("/bin/true", "true", (char *)NULL);
	return DONE;
}

enum { ASKED = 901, NOT_ASKED = 902 };

static int attempt_with_request(int (*fn)(int directory))
{
	static const int asked[] = {ASKED};
	const struct ws_sandbox sandbox = {.directory = -1,
	                                   .flags = WS_SAVE_FLAGS,
	                                   .source = SOURCE,
	                                   .channel = -1,
	                                   .asked = asked,
	                                   .asked_count = 1};
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	dup2(pair[0], ASKED);
	dup2(pair[1], NOT_ASKED);
	const int status = attempt_in(&sandbox, fn);
	close(pair[0]);
	close(pair[1]);
	close(ASKED);
	close(NOT_ASKED);
	return status;
}

static int ask_and_read(int directory)
{
	char answer;
	(void)directory;
	const bool sent = send(ASKED, "x", 1, 0) == 1;
	return sent && recv(ASKED, &answer, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN ? DONE : REFUSED;
}

static int ask_elsewhere(int directory)
{
	(void)directory;
	return send(NOT_ASKED, "x", 1, 0) == 1 ? DONE : REFUSED;
}

static int receive_elsewhere(int directory)
{
	char answer;
	(void)directory;
	recv(NOT_ASKED, &answer, 1, MSG_DONTWAIT);
	return DONE;
}

static int send_a_message(int directory)
{
	char byte = 'x';
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	(void)directory;
	return sendmsg(ASKED, &message, 0) == 1 ? DONE : REFUSED;
}

static int make_socket(int directory)
{
	(void)directory;
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? DONE : REFUSED;
}

static int trace(int directory)
{
	(void)directory;
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	return DONE;
}

static int start_process(int directory)
{
	(void)directory;
	return fork() == 0 ? DONE : REFUSED;
}

static int map_code(int directory)
{
	(void)directory;
	mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return DONE;
}

static int signal_others(int directory)
{
	(void)directory;
	kill(getppid(), 0);
	return DONE;
}

static int push_key(int directory)
{
	char key = 'x';
	(void)directory;
	ioctl(STDIN_FILENO, TIOCSTI, &key);
	return DONE;
}

static int send_frame(int directory)
{
	(void)directory;
	return write(SOURCE, "x", 1) == 1 ? DONE : REFUSED;
}

static int send_frame_elsewhere(int directory)
{
	(void)directory;
	return write(fcntl(SOURCE, F_DUPFD_CLOEXEC, 0), "x", 1) == 1 ? DONE : REFUSED;
}

static int signal_owner(int directory)
{
	(void)directory;
	fcntl(STDIN_FILENO, F_SETOWN, getppid());
	return DONE;
}

static void some_calls_end_the_process(void **state)
{
	(void)state;
	assert_killed(run_program);
	assert_killed(make_socket);
	assert_killed(trace);
	assert_killed(start_process);
	assert_killed(map_code);
	assert_killed(signal_others);
	assert_killed(push_key);
	assert_killed(send_frame);
	assert_killed(send_frame_elsewhere);
	assert_killed(signal_owner);
}

static int open_file(int directory)
{
	(void)directory;
	return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? REFUSED : DONE;
}

static void no_file_opens(void **state)
{
	(void)state;
	assert_exits(-1, open_file, REFUSED);
}

static int save_there(int directory)
{
	int fd = openat(directory, "new", WS_SAVE_FLAGS, WS_SAVE_MODE);
	return fd >= 0 && write(fd, "x", 1) == 1 ? DONE : REFUSED;
}

static int save_elsewhere(int directory)
{
	if (openat(directory, "../outside", WS_SAVE_FLAGS, WS_SAVE_MODE) >= 0 ||
	    openat(directory, "old", WS_SAVE_FLAGS, WS_SAVE_MODE) >= 0)
		return DONE;
	return openat(AT_FDCWD, "new", O_WRONLY | O_CREAT, 0666) >= 0 ? DONE : REFUSED;
}

static int overwrite(int directory)
{
	return openat(directory, "old", O_WRONLY | O_TRUNC) >= 0 ? DONE : REFUSED;
}

static int read_there(int directory)
{
	return openat(directory, "old", O_RDONLY) >= 0 ? DONE : REFUSED;
}

static int save_with_more_rights(int directory)
{
	return openat(directory, "new", WS_SAVE_FLAGS, 04777) >= 0 ? DONE : REFUSED;
}

static void saves_go_to_their_directory_only(void **state)
{
	(void)state;
	char path[] = "/tmp/wirestate-test-XXXXXX", old[64], new[64];
	assert_non_null(mkdtemp(path));
	assert_int_equal(chmod(path, 0777), 0);
	snprintf(old, sizeof(old), "%s/old", path);
	snprintf(new, sizeof(new), "%s/new", path);
	int file = open(old, O_WRONLY | O_CREAT, 0666), directory = open(path, O_PATH | O_DIRECTORY);
	assert_true(file >= 0 && directory >= 0);
	close(file);
	int saved = attempt(directory, save_there), escaped = attempt(directory, save_elsewhere);
	int overwritten = attempt(directory, overwrite), seen = attempt(directory, read_there);
	int armed = attempt(directory, save_with_more_rights);
	close(directory);
	unlink(new);
	unlink(old);
	assert_int_equal(rmdir(path), 0);
	if (saved < 0)
		skip_because(NO_SECCOMP);
	assert_true(WIFEXITED(saved) && WIFEXITED(escaped));
	assert_int_equal(WEXITSTATUS(saved), DONE);
	assert_int_equal(WEXITSTATUS(escaped), REFUSED);
	assert_true(killed(overwritten) && killed(seen) && killed(armed));
}

/* ---- Helper processes */

enum { CHANNEL = 901 };

static int reader_reads(int directory)
{
	return openat(directory, "old", WS_READ_FLAGS) >= 0 ? DONE : REFUSED;
}

static int reader_reads_elsewhere(int directory)
{
	return openat(directory, "../../etc/passwd", WS_READ_FLAGS) >= 0 ? DONE : REFUSED;
}

static int writer_writes(int directory)
{
	return openat(directory, "old", WS_WRITE_FLAGS, WS_SAVE_MODE) >= 0 ? DONE : REFUSED;
}

static int writer_writes_elsewhere(int directory)
{
	return openat(directory, "../outside", WS_WRITE_FLAGS, WS_SAVE_MODE) >= 0 ? DONE : REFUSED;
}

static int send_on(int fd)
{
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	return sendmsg(fd, &message, 0) == 1 ? DONE : REFUSED;
}

static int send_on_channel(int directory)
{
	(void)directory;
	return send_on(CHANNEL);
}

static int send_elsewhere(int directory)
{
	(void)directory;
	return send_on(CHANNEL + 1);
}

/* The helper of --follow reads in one folder, that of a rotating -w writes in one. Each may do only its own, and send
 * only over its socket. */
static void helpers_open_their_files_only(void **state)
{
	(void)state;
	int pair[2];
	char path[] = "/tmp/wirestate-test-XXXXXX", old[64];
	assert_non_null(mkdtemp(path));
	assert_int_equal(chmod(path, 0777), 0);
	snprintf(old, sizeof(old), "%s/old", path);
	int file = open(old, O_WRONLY | O_CREAT, 0666), directory = open(path, O_PATH | O_DIRECTORY);
	assert_true(file >= 0 && directory >= 0);
	assert_int_equal(fchmod(file, 0666), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_true(dup2(pair[0], CHANNEL) >= 0 && dup2(pair[0], CHANNEL + 1) >= 0);
	const struct ws_sandbox reader = {
	        .directory = directory, .flags = WS_READ_FLAGS, .source = SOURCE, .channel = -1};
	const struct ws_sandbox writer = {
	        .directory = directory, .flags = WS_WRITE_FLAGS, .source = SOURCE, .channel = CHANNEL};
	const struct {
		const struct ws_sandbox *sandbox;
		int (*fn)(int directory);
		int code; /* 0: it is killed */
	} cases[] = {
	        {&reader, reader_reads, DONE},  {&reader, reader_reads_elsewhere, REFUSED},
	        {&reader, writer_writes, 0},    {&reader, send_on_channel, 0},
	        {&writer, writer_writes, DONE}, {&writer, writer_writes_elsewhere, REFUSED},
	        {&writer, reader_reads, 0},     {&writer, send_on_channel, DONE},
	        {&writer, send_elsewhere, 0},   {&writer, run_program, 0},
	};
	int status = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases) && status >= 0; i++) {
		status = attempt_in(cases[i].sandbox, cases[i].fn);
		if (status < 0)
			break;
		assert_true(cases[i].code ? WIFEXITED(status) : killed(status));
		if (cases[i].code)
			assert_int_equal(WEXITSTATUS(status), cases[i].code);
	}
	unlink(old);
	assert_int_equal(rmdir(path), 0);
	close(file);
	close(directory);
	if (status < 0)
		skip_because(NO_SECCOMP);
}

/* What the program must still be able to do. */
static int work_allowed(int directory)
{
	(void)directory;
	void *memory = malloc(64 << 20);
	if (!memory)
		return BROKEN;
	memset(memory, 1, 64 << 20);
	memory = realloc(memory, 128 << 20);
	free(memory);
	signal(SIGUSR1, SIG_IGN);
	struct winsize size;
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	return raise(SIGUSR1) == 0 ? DONE : BROKEN;
}

/* ---- Threads: one is started where the sandbox asks for it, and makes the attempt when the sandbox is complete. */

struct second_thread {
	int (*fn)(int directory);
	int result;
	pthread_t thread;
	pthread_barrier_t runs, complete;
};

static void *second_thread_main(void *context)
{
	struct second_thread *second = context;
	pthread_barrier_wait(&second->runs);
	pthread_barrier_wait(&second->complete);
	second->result = second->fn(-1);
	return NULL;
}

static void start_second_thread(void *context)
{
	struct second_thread *second = context;
	if (pthread_create(&second->thread, NULL, second_thread_main, second) != 0)
		_exit(BROKEN);
	pthread_barrier_wait(&second->runs);
}

static int attempt_in_thread(int (*fn)(int directory))
{
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct second_thread second = {.fn = fn, .result = BROKEN};
		struct ws_protections protections;
		struct ws_error error;
		const struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		pthread_barrier_init(&second.runs, NULL, 2);
		pthread_barrier_init(&second.complete, NULL, 2);
		const struct ws_sandbox sandbox = {.directory = -1,
		                                   .flags = WS_SAVE_FLAGS,
		                                   .source = -1,
		                                   .channel = -1,
		                                   .start_threads = start_second_thread,
		                                   .context = &second};
		if (!ws_privileges_drop(NULL, &protections, &error))
			_exit(BROKEN);
		ws_sandbox_enter(&sandbox, &protections);
		if (!fenced(&protections))
			_exit(0);
		pthread_barrier_wait(&second.complete);
		_exit(pthread_join(second.thread, NULL) == 0 ? second.result : BROKEN);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? -1 : status;
}

static int change_user(int directory)
{
	(void)directory;
	return setuid(0) == 0 ? DONE : REFUSED;
}

static int start_thread(int directory)
{
	(void)directory;
	pthread_t thread;
	return pthread_create(&thread, NULL, second_thread_main, NULL) == 0 ? DONE : REFUSED;
}

static void a_second_thread_may_do_no_more(void **state)
{
	(void)state;
	static int (*const fatal[])(int directory) = {run_program, make_socket,   trace,    start_process,
	                                              map_code,    signal_others, push_key, signal_owner,
	                                              change_user, start_thread};
	int opened = attempt_in_thread(open_file), worked = attempt_in_thread(work_allowed);
	if (opened < 0)
		skip_because(NO_SECCOMP);
	assert_true(WIFEXITED(opened) && WEXITSTATUS(opened) == REFUSED);
	assert_true(WIFEXITED(worked) && WEXITSTATUS(worked) == DONE);
	for (size_t i = 0; i < WS_ARRAY_SIZE(fatal); i++)
		assert_true(killed(attempt_in_thread(fatal[i])));
}

static void ordinary_work_goes_on(void **state)
{
	(void)state;
	assert_exits(-1, work_allowed, DONE);
}

static void drop_in_child(const char *user, struct ws_protections *protections)
{
	struct ws_error error;
	if (!ws_privileges_drop(user, protections, &error))
		_exit(BROKEN);
}

/* As root: /proc, and not the process itself, says which privileges are left. */
static void nothing_is_left_of_root(void **state)
{
	(void)state;
	int ends[2];
	if (geteuid() != 0)
		skip_because("only root has privileges to give up");
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		struct ws_protections protections;
		drop_in_child(NULL, &protections);
		_exit(write(ends[1], "x", 1) == 1 && pause() ? BROKEN : DONE);
	}
	char byte, path[40], text[4096] = "";
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)child);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ends[0]);
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(sets); i++) {
		char line[60];
		snprintf(line, sizeof(line), "\n%s:\t0000000000000000\n", sets[i]);
		assert_non_null(strstr(text, line));
	}
	assert_non_null(strstr(text, "\nNoNewPrivs:\t1\n"));
	assert_null(strstr(text, "\nUid:\t0"));
	assert_non_null(strstr(text, "\nGroups:\t \n"));
}

static void a_user_that_is_none(void **state)
{
	(void)state;
	struct ws_protections protections;
	struct ws_error error;
	assert_false(ws_privileges_drop("no such user", &protections, &error));
	assert_int_equal(error.status, WS_ERROR_OPTION);
	if (geteuid() != 0)
		skip_because("only root has privileges to give up");
	assert_false(ws_privileges_drop("root", &protections, &error));
	assert_non_null(strstr(error.text, "root"));
}

static void it_says_what_is_in_force(void **state)
{
	(void)state;
	char buffer[400];
	struct ws_text text = WS_TEXT_OVER(buffer);
	const struct ws_protections none = {0};
	ws_protections_text(&none, &text);
	assert_string_equal(ws_text_cstr(&text), "nothing");
	struct ws_protections some = {.in_force = 1u << WS_PROTECTION_USER | 1u << WS_PROTECTION_SECCOMP,
	                              .user = "nobody",
	                              .missing = "Landlock (Function not implemented)"};
	text.length = 0;
	ws_protections_text(&some, &text);
	assert_string_equal(ws_text_cstr(&text),
	                    "unprivileged user nobody, seccomp; without Landlock (Function not implemented)");
}

/* Requests to the kernel leave and answers come over their own descriptor, and over no other. */
static void test_only_the_kernel_is_asked(void **state)
{
	(void)state;
	int status = attempt_with_request(ask_and_read);
	if (status < 0)
		skip_because(NO_SECCOMP);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), DONE);
	assert_true(killed(attempt_with_request(ask_elsewhere)));
	assert_true(killed(attempt_with_request(receive_elsewhere)));
	assert_true(killed(attempt_with_request(send_a_message)));
	assert_true(killed(attempt_with_request(make_socket)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_only_the_kernel_is_asked),
	        cmocka_unit_test(it_says_what_is_in_force),
	        cmocka_unit_test(a_user_that_is_none),
	        cmocka_unit_test(nothing_is_left_of_root),
	        cmocka_unit_test(some_calls_end_the_process),
	        cmocka_unit_test(no_file_opens),
	        cmocka_unit_test(saves_go_to_their_directory_only),
	        cmocka_unit_test(helpers_open_their_files_only),
	        cmocka_unit_test(ordinary_work_goes_on),
	        cmocka_unit_test(a_second_thread_may_do_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
