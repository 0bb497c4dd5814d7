/* The library needs many system calls, and more with each version, so the filter names what is refused, and not what is
 * allowed. What it refuses fails with EPERM. */
#include "nats/confine.h"
#include "base/sanitized.h"

#include <wirestate/language.h>
#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const int refused[] = {
        SCMP_SYS(execve),
        SCMP_SYS(execveat),
        SCMP_SYS(ptrace),
        SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev),
        SCMP_SYS(kill),
        SCMP_SYS(tkill),
        SCMP_SYS(bpf),
        SCMP_SYS(mount),
        SCMP_SYS(umount2),
        SCMP_SYS(unshare),
        SCMP_SYS(setns),
        SCMP_SYS(init_module),
        SCMP_SYS(finit_module),
        SCMP_SYS(kexec_load),
        SCMP_SYS(perf_event_open),
        SCMP_SYS(io_uring_setup),
        SCMP_SYS(creat),
        SCMP_SYS(unlink),
        SCMP_SYS(unlinkat),
        SCMP_SYS(rename),
        SCMP_SYS(renameat),
        SCMP_SYS(renameat2),
        SCMP_SYS(link),
        SCMP_SYS(linkat),
        SCMP_SYS(symlink),
        SCMP_SYS(symlinkat),
        SCMP_SYS(mkdir),
        SCMP_SYS(mkdirat),
        SCMP_SYS(listen),
        SCMP_SYS(openat2),
};

static int add_rules(scmp_filter_ctx filter)
{
	int failed = 0;
	const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
	for (size_t i = 0; i < WS_ARRAY_SIZE(refused); i++) {
		const int result = seccomp_rule_add(filter, refuse, refused[i], 0);
		failed |= result && result != -EDOM; /* there is no such call on this machine */
	}
	failed |= seccomp_rule_add(filter, refuse, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_PACKET, 0));
	for (unsigned mode = O_WRONLY; mode <= O_RDWR; mode++) {
		failed |= seccomp_rule_add(filter, refuse, SCMP_SYS(openat), 1,
		                           SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, mode));
		failed |= seccomp_rule_add(filter, refuse, SCMP_SYS(open), 1,
		                           SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, mode));
	}
	return failed;
}

bool confine_process(const char *user, struct ws_error *error)
{
	struct ws_protections protections = {0};
	if (!ws_privileges_drop(user, &protections, error))
		return false;
	if (SANITIZED)
		return true;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const bool good = filter && !add_rules(filter) && !seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	if (!good)
		fputs(E_("wirestate-nats: this kernel has no seccomp; going on without it\n"), stderr);
	return true;
}
