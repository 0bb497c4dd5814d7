/* The sandbox of the helper that names the programs of sockets: seccomp alone. It opens folders and files in order to
 * read them, reads links, and talks over one socket. */
#include "base/sanitized.h"

#include <wirestate/language.h>
#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* The macros of seccomp.h leave the second operand out where a comparison has only one; clang warns of that. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const int allowed[] = {
        /* files and folders that are open, and links */
        SCMP_SYS(read),
        SCMP_SYS(close),
        SCMP_SYS(lseek),
        SCMP_SYS(_llseek),
        SCMP_SYS(getdents),
        SCMP_SYS(getdents64),
        SCMP_SYS(readlinkat),
        SCMP_SYS(fstat),
        SCMP_SYS(fstat64),
        SCMP_SYS(newfstatat),
        SCMP_SYS(fstatat64),
        SCMP_SYS(statx),
        /* memory */
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(sysinfo), /* qsort() asks how much there is */
        /* waiting, and the clock */
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(ppoll_time64),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_gettime64),
        SCMP_SYS(gettimeofday),
        /* the process itself */
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sigreturn),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(futex),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
};

static int add_rules(scmp_filter_ctx filter, int channel)
{
	const unsigned writes = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND; /* O_RDONLY is 0 */
	static const int mappings[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
	static const int controls[] = {SCMP_SYS(fcntl), SCMP_SYS(fcntl64)};
	static const unsigned commands[] = {F_GETFL, F_SETFD};
	int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
	                              SCMP_A0_32(SCMP_CMP_EQ, (unsigned)channel));
	if (!status)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
		                          SCMP_A2_32(SCMP_CMP_MASKED_EQ, writes, 0));
	for (size_t i = 0; i < WS_ARRAY_SIZE(controls) && !status; i++) /* which opening a folder calls */
		for (size_t c = 0; c < WS_ARRAY_SIZE(commands) && !status; c++)
			status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, controls[i], 1,
			                          SCMP_A1_32(SCMP_CMP_EQ, commands[c]));
	for (size_t i = 0; i < WS_ARRAY_SIZE(mappings) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mappings[i], 1,
		                          SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (size_t i = 0; i < WS_ARRAY_SIZE(allowed) && !status; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	return status;
}

/* Returns 0, or an errno value. */
static int restrict_calls(int channel)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return ENOMEM;
	int status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!status)
		status = add_rules(filter, channel);
	if (!status)
		status = seccomp_load(filter);
	seccomp_release(filter);
	return -status;
}

void ws_sandbox_look(int channel, struct ws_protections *protections)
{
	const int error = SANITIZED ? ENOTSUP : restrict_calls(channel);
	if (!error)
		protections->in_force |= 1u << WS_PROTECTION_SECCOMP;
	else
		snprintf(protections->missing, sizeof(protections->missing), E_("seccomp (%s)"),
		         SANITIZED ? E_("built with a sanitizer") : strerror(error));
}
