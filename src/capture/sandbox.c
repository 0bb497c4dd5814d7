/* What the process may still ask of the kernel.
 *
 * There are two layers. Landlock denies access to all files, TCP ports and signals to other processes; only writing new
 * files in one directory can be left. (The helper processes for --follow and for rotating -w may read, or write, files
 * in one directory instead.) seccomp allows the system calls that reading packets, drawing and writing need.
 * System calls with which a library looks for a file that it can do without fail with an error. Every other system call
 * ends the process at once, for example starting a program, opening a socket, tracing, or mapping executable memory.
 * ioctl(), mmap() and kill() are allowed only with the arguments that are needed, so that the process can neither push
 * keys into the terminal nor send a frame.
 *
 * Landlock and the capabilities belong to a thread, so a thread is started between the two layers: it inherits them,
 * and no call that starts one need be allowed. The filter of seccomp is then put on all threads at once.
 *
 * A build with a sanitizer has no sandbox, because its runtime reads files in /proc and starts a tracer when the
 * program ends.
 */
#include "base/sanitized.h"

#include <wirestate/language.h>
#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* The macros of seccomp.h leave the second operand out where a comparison has only one; clang warns of that. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static void protection_lacks(struct ws_protections *protections, const char *part, int error)
{
	size_t length = strlen(protections->missing);
	snprintf(protections->missing + length, sizeof(protections->missing) - length, "%s%s (%s)", length ? ", " : "",
	         part, SANITIZED ? E_("built with a sanitizer") : strerror(error));
}

/* ---- Landlock */

/* The rights of version 7 of Landlock's interface; an older kernel is given those that it knows. */
struct landlock_handled {
	uint64_t files, network, scopes;
};

static const struct {
	unsigned file_rights, network_rights, scopes; /* how many of the lowest bits each version has */
	size_t size;
} landlock_versions[] = {
        [1] = {13, 0, 0, 8},  [2] = {14, 0, 0, 8},  [3] = {15, 0, 0, 8},
        [4] = {15, 2, 0, 16}, [5] = {16, 2, 0, 16}, [6] = {16, 2, 2, 24},
};
enum { RIGHT_TRUNCATE = 14 };

static uint64_t bits(unsigned count)
{
	return (UINT64_C(1) << count) - 1;
}

/* Returns false with errno set when the kernel refuses. */
static bool restrict_files(const struct ws_sandbox *sandbox)
{
	const int directory = sandbox->directory;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1)
		return false;
	if (version >= (long)WS_ARRAY_SIZE(landlock_versions))
		version = WS_ARRAY_SIZE(landlock_versions) - 1;
	const struct landlock_handled handled = {
	        .files = bits(landlock_versions[version].file_rights),
	        .network = bits(landlock_versions[version].network_rights),
	        .scopes = bits(landlock_versions[version].scopes),
	};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, landlock_versions[version].size, 0);
	if (rules < 0)
		return false;
	const uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE, write = LANDLOCK_ACCESS_FS_WRITE_FILE |
	                                                            LANDLOCK_ACCESS_FS_MAKE_REG |
	                                                            UINT64_C(1) << RIGHT_TRUNCATE;
	const struct landlock_path_beneath_attr opens = {
	        .allowed_access = (sandbox->flags == WS_READ_FLAGS ? read : write) & handled.files,
	        .parent_fd = directory,
	};
	bool good = directory < 0 || syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &opens, 0) == 0;
	good = good && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	int saved = errno;
	close(rules);
	errno = saved;
	return good;
}

/* ---- seccomp */

static const int allowed[] = {
        /* descriptors that are already open */
        SCMP_SYS(read),
        SCMP_SYS(readv),
        SCMP_SYS(pread64),
        SCMP_SYS(lseek),
        SCMP_SYS(_llseek),
        SCMP_SYS(close),
        SCMP_SYS(ftruncate),
        SCMP_SYS(ftruncate64),
        SCMP_SYS(fstat),
        SCMP_SYS(fstat64),
        SCMP_SYS(newfstatat),
        SCMP_SYS(fstatat64),
        SCMP_SYS(fsync),
        SCMP_SYS(fdatasync),
        SCMP_SYS(getsockopt),
        SCMP_SYS(getsockname),
        SCMP_SYS(epoll_ctl), /* to wait no longer for a source of records that has ended */
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(ppoll_time64),
        SCMP_SYS(select),
        SCMP_SYS(pselect6),
        SCMP_SYS(pselect6_time64),
        /* memory */
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        /* clocks, random bytes, and facts about the system */
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_gettime64),
        SCMP_SYS(clock_getres),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(time),
        SCMP_SYS(nanosleep),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(clock_nanosleep_time64),
        SCMP_SYS(getrandom),
        SCMP_SYS(uname),
        SCMP_SYS(sysinfo),
        /* the process itself */
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(getppid),
        SCMP_SYS(getuid),
        SCMP_SYS(geteuid),
        SCMP_SYS(getgid),
        SCMP_SYS(getegid),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigpending),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sigreturn),
        SCMP_SYS(sigaltstack),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(futex),
        SCMP_SYS(sched_yield),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
};

/* These fail with an error instead of ending the process, because libraries look for files that they can do without
 * (message catalogues, character sets, libpcap's counters in /sys), and libpcap unmaps its ring twice. */
static const int refused[] = {
        SCMP_SYS(open),       SCMP_SYS(openat2),    SCMP_SYS(access),     SCMP_SYS(faccessat),
        SCMP_SYS(faccessat2), SCMP_SYS(stat),       SCMP_SYS(stat64),     SCMP_SYS(lstat),
        SCMP_SYS(lstat64),    SCMP_SYS(statx),      SCMP_SYS(readlink),   SCMP_SYS(readlinkat),
        SCMP_SYS(getcwd),     SCMP_SYS(setsockopt), SCMP_SYS(prlimit64),  SCMP_SYS(getrlimit),
        SCMP_SYS(unlink),     SCMP_SYS(unlinkat),   SCMP_SYS(ugetrlimit), SCMP_SYS(sched_getaffinity),
        SCMP_SYS(rseq),
};

static const unsigned ioctls[] = {
        TCGETS, TCSETS,     TCSETSW,   TCSETSF,  TCFLSH,   TCXONC,
        TCSBRK, TIOCGWINSZ, TIOCGPGRP, TIOCOUTQ, FIONREAD, SIOCGIFFLAGS,
};

static bool is_source(const struct ws_sandbox *sandbox, int descriptor)
{
	for (size_t i = 0; i < sandbox->more_count; i++)
		if (sandbox->more_sources[i] == descriptor)
			return true;
	return descriptor == sandbox->source;
}

/* Allows a call whose first argument is no source of packets; with `second`, only where that holds, too. A rule cannot
 * exclude several values, so that with several sources the descriptors up to the highest are named one by one. */
static int add_other_rules(scmp_filter_ctx filter, int call, const struct ws_sandbox *sandbox,
                           const struct scmp_arg_cmp *second)
{
	int highest = sandbox->source, status = 0;
	for (size_t i = 0; i < sandbox->more_count; i++)
		highest = sandbox->more_sources[i] > highest ? sandbox->more_sources[i] : highest;
	struct scmp_arg_cmp arguments[2] = {SCMP_A0_32(SCMP_CMP_NE, (unsigned)sandbox->source)};
	if (second)
		arguments[1] = *second;
	if (!sandbox->more_count)
		return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, second ? 2 : 1, arguments);
	for (int i = 0; i <= highest && !status; i++) {
		arguments[0] = SCMP_A0_32(SCMP_CMP_EQ, (unsigned)i);
		if (!is_source(sandbox, i))
			status = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, second ? 2 : 1, arguments);
	}
	arguments[0] = SCMP_A0_32(SCMP_CMP_GT, (unsigned)highest);
	return status ? status : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, second ? 2 : 1, arguments);
}

/* System calls that are allowed only with some arguments. None of them may write to a source of packets. */
static int add_descriptor_rules(scmp_filter_ctx filter, const struct ws_sandbox *sandbox)
{
	static const int writes[] = {SCMP_SYS(write), SCMP_SYS(writev)};
	static const int controls[] = {SCMP_SYS(fcntl), SCMP_SYS(fcntl64)};
	static const unsigned commands[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL};
	const struct scmp_arg_cmp duplicate = SCMP_A1_32(SCMP_CMP_EQ, F_DUPFD_CLOEXEC);
	int status = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(writes) && !status; i++)
		status = add_other_rules(filter, writes[i], sandbox, NULL);
	for (size_t i = 0; i < WS_ARRAY_SIZE(controls) && !status; i++) {
		for (size_t c = 0; c < WS_ARRAY_SIZE(commands) && !status; c++)
			status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, controls[i], 1,
			                          SCMP_A1_32(SCMP_CMP_EQ, commands[c]));
		if (!status)
			status = add_other_rules(filter, controls[i], sandbox, &duplicate);
	}
	return status;
}

/* Files may be opened in one way only, for a view that saves only new ones. Any other open fails with EACCES, because a
 * library may try it. Only opening a file for writing has a mode. */
static int add_open_rules(scmp_filter_ctx filter, const struct ws_sandbox *sandbox)
{
	const int directory = sandbox->directory, arguments = sandbox->flags == WS_READ_FLAGS ? 2 : 3;
	if (directory < 0)
		return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0);
	const struct scmp_arg_cmp there = SCMP_A0_32(SCMP_CMP_EQ, (unsigned)directory);
	const struct scmp_arg_cmp mode = SCMP_A3_32(SCMP_CMP_EQ, WS_SAVE_MODE);
	int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), (unsigned)arguments, there,
	                              SCMP_A2_32(SCMP_CMP_EQ, (unsigned)sandbox->flags), mode);
	if (!status && O_LARGEFILE) /* the C library adds it where files are not large anyway */
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), (unsigned)arguments, there,
		                          SCMP_A2_32(SCMP_CMP_EQ, (unsigned)(sandbox->flags | O_LARGEFILE)), mode);
	if (!status)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1,
		                          SCMP_A0_32(SCMP_CMP_NE, (unsigned)directory));
	return status;
}

/* A socket that was open before: descriptors of files pass over it. */
static int add_channel_rules(scmp_filter_ctx filter, const struct ws_sandbox *sandbox)
{
	if (sandbox->channel < 0)
		return 0;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, sandbox->is_receiver ? SCMP_SYS(recvmsg) : SCMP_SYS(sendmsg), 1,
	                        SCMP_A0_32(SCMP_CMP_EQ, (unsigned)sandbox->channel));
}

/* Sockets over which the kernel is asked. */
static int add_request_rules(scmp_filter_ctx filter, const struct ws_sandbox *sandbox)
{
	static const int calls[] = {SCMP_SYS(sendto), SCMP_SYS(recvfrom)};
	int status = 0;
	for (size_t i = 0; i < sandbox->asked_count && !status; i++)
		for (size_t c = 0; c < WS_ARRAY_SIZE(calls) && !status; c++)
			status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[c], 1,
			                          SCMP_A0_32(SCMP_CMP_EQ, (unsigned)sandbox->asked[i]));
	return status;
}

static int add_rules(scmp_filter_ctx filter, const struct ws_sandbox *sandbox)
{
	int status = add_descriptor_rules(filter, sandbox);
	if (!status)
		status = add_channel_rules(filter, sandbox);
	if (!status)
		status = add_request_rules(filter, sandbox);
	for (size_t i = 0; i < WS_ARRAY_SIZE(allowed) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < WS_ARRAY_SIZE(refused) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	for (size_t i = 0; i < WS_ARRAY_SIZE(ioctls) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		                          SCMP_A1_32(SCMP_CMP_EQ, ioctls[i]));
	const struct scmp_arg_cmp data_only = SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	static const int mappings[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
	for (size_t i = 0; i < WS_ARRAY_SIZE(mappings) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mappings[i], 1, data_only);
	static const int signals[] = {SCMP_SYS(kill), SCMP_SYS(tgkill)};
	const struct scmp_arg_cmp myself = SCMP_A0_32(SCMP_CMP_EQ, (unsigned)getpid());
	for (size_t i = 0; i < WS_ARRAY_SIZE(signals) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, signals[i], 1, myself);
	return status ? status : add_open_rules(filter, sandbox);
}

/* Returns 0, or a negative errno value. */
static int restrict_calls(const struct ws_sandbox *sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return ENOMEM;
	int status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!status)
		status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree instead of a list */
	if (!status)
		status = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1); /* the kernel's own error */
	if (!status)
		status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); /* in all threads */
	if (!status)
		status = add_rules(filter, sandbox);
	if (!status)
		status = seccomp_load(filter);
	seccomp_release(filter);
	return -status;
}

void ws_sandbox_enter(const struct ws_sandbox *sandbox, struct ws_protections *protections)
{
	struct ws_sandbox calls = *sandbox;
	bool files = !SANITIZED && restrict_files(sandbox);
	if (files)
		protections->in_force |= 1u << WS_PROTECTION_LANDLOCK;
	else
		protection_lacks(protections, "Landlock", errno);
	/* Without Landlock, a name with ".." could leave the directory. The names that a helper opens are its own. */
	if (!files && sandbox->flags == WS_SAVE_FLAGS)
		calls.directory = -1;
	if (sandbox->start_threads)
		sandbox->start_threads(sandbox->context);
	int error = SANITIZED ? ENOTSUP : restrict_calls(&calls);
	if (!error)
		protections->in_force |= 1u << WS_PROTECTION_SECCOMP;
	else
		protection_lacks(protections, "seccomp", error);
}
