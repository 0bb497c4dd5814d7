/* The helper that names the programs of sockets: what it may still do, each attempt in a child process; and what it says of
 * cgroups. */
#include "kernel/owners.h"

#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NO_SANDBOX = 9, REFUSED = 10, DONE = 11, BROKEN = 12, CHANNEL = 900, OTHER = 901 };

static int attempt(int (*fn)(void))
{
	int pair[2], status;
	fflush(NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct ws_protections protections = {0};
		struct ws_error error;
		const struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		dup2(pair[0], CHANNEL);
		dup2(pair[0], OTHER);
		if (!ws_privileges_look(NULL, &error))
			_exit(BROKEN);
		ws_sandbox_look(CHANNEL, &protections);
		if (!(protections.in_force & 1u << WS_PROTECTION_SECCOMP))
			_exit(NO_SANDBOX);
		_exit(fn());
	}
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static bool has_sandbox(int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != NO_SANDBOX)
		return true;
	print_message("skipped: this kernel has no seccomp, or this build has a sanitizer\n");
	return false;
}

static int open_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? DONE : REFUSED;
}

static int capture_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0 ? DONE : REFUSED;
}

static int receive_descriptors(void)
{
	struct msghdr message = {.msg_iovlen = 0};
	return recvmsg(CHANNEL, &message, MSG_DONTWAIT) >= 0 ? DONE : REFUSED;
}

static int start_a_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return DONE;
}

static int start_a_process(void)
{
	return fork() == 0 ? DONE : REFUSED;
}

static int write_a_file(void)
{
	return open("/tmp/wirestate-must-not-be", O_WRONLY | O_CREAT, 0600) >= 0 ? DONE : REFUSED;
}

static int change_a_file(void)
{
	return open("/dev/null", O_RDWR) >= 0 ? DONE : REFUSED;
}

static int write_elsewhere(void)
{
	return write(OTHER, "x", 1) == 1 ? DONE : REFUSED;
}

static int remove_a_file(void)
{
	return unlink("/tmp/wirestate-must-not-be") == 0 ? DONE : REFUSED;
}

static int trace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 ? DONE : REFUSED;
}

static int send_a_signal(void)
{
	return kill(getppid(), 0) == 0 ? DONE : REFUSED;
}

static int do_its_work(void)
{
	char link[64];
	const int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	const bool reads = folder >= 0 && readlinkat(folder, "900", link, sizeof(link)) > 0;
	return reads && write(CHANNEL, "x", 1) == 1 ? DONE : REFUSED;
}

static void it_may_only_look(void **state)
{
	static int (*const forbidden[])(void) = {open_a_socket,   capture_packets, receive_descriptors, start_a_program,
	                                         start_a_process, write_a_file,    change_a_file,       write_elsewhere,
	                                         remove_a_file,   trace,           send_a_signal};
	(void)state;
	int status = attempt(do_its_work);
	if (!has_sandbox(status))
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), DONE);
	for (size_t i = 0; i < WS_ARRAY_SIZE(forbidden); i++) {
		status = attempt(forbidden[i]);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("attempt %zu was not stopped: status %x", i, (unsigned)status);
	}
}

static void names_of_cgroups(void **state)
{
	static const struct {
		const char *path, *service, *container;
	} cases[] = {
	        {"", "", ""},
	        {"/", "", ""},
	        {"/system.slice/nginx.service", "nginx.service", ""},
	        {"/user.slice/user-1000.slice/session-2.scope", "session-2.scope", ""},
	        {"/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.scope", "firefox.scope", ""},
	        {"/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope",
	         "system.slice", "0123456789ab"},
	        {"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "docker", "0123456789ab"},
	        {"/machine.slice/libpod-fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210.scope/container",
	         "container", "fedcba987654"},
	        {"/lxc.payload.web/system.slice/ssh.service", "ssh.service", "web"},
	};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		struct kernel_group group = {.id = 1};
		kernel_group_name(&group, cases[i].path);
		assert_string_equal(group.service, cases[i].service);
		assert_string_equal(group.container, cases[i].container);
	}
}

/* ---- The helper itself */

struct answers {
	uint32_t inode, pid;
	char name[17];
	unsigned groups;
};

static void on_owner(void *context, const struct kernel_owner *owner)
{
	struct answers *answers = context;
	if (owner->inode != answers->inode)
		return;
	answers->pid = owner->pid;
	snprintf(answers->name, sizeof(answers->name), "%.16s", owner->name);
}

static void on_group(void *context, const struct kernel_group *group)
{
	struct answers *answers = context;
	assert_int_equal(group->id, 1 << 30);
	assert_string_equal(group->service, ""); /* there is none */
	answers->groups++;
}

static void it_finds_the_process_of_a_socket(void **state)
{
	struct ws_error error;
	struct answers answers = {0};
	char link[64] = "", path[64];
	(void)state;
	const int mine = socket(AF_INET, SOCK_STREAM, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", mine);
	assert_true(readlink(path, link, sizeof(link) - 1) > 0);
	answers.inode = (uint32_t)strtoul(link + strlen("socket:["), NULL, 10);
	struct kernel_owners *owners = kernel_owners_start(NULL, false, &error);
	assert_non_null(owners);
	for (uint32_t i = 1; i <= 600; i++) /* more than one request, of inodes that nobody has */
		assert_true(kernel_owners_ask(owners, UINT32_MAX - i));
	assert_true(kernel_owners_ask(owners, answers.inode));
	assert_true(kernel_owners_ask_group(owners, 1 << 30));
	while (kernel_owners_wait(owners)) {
		kernel_owners_work(owners, on_owner, on_group, &answers);
		usleep(1000);
	}
	assert_int_equal(answers.groups, 1);
	if (geteuid() == 0 || answers.pid) { /* a user's own process may not be looked at where it cannot be dumped */
		assert_int_equal(answers.pid, getpid());
		assert_memory_equal(answers.name, program_invocation_short_name,
		                    strnlen(program_invocation_short_name, 15)); /* the kernel keeps 15 bytes */
	}
	kernel_owners_stop(owners);
	close(mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_may_only_look),
	        cmocka_unit_test(names_of_cgroups),
	        cmocka_unit_test(it_finds_the_process_of_a_socket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
