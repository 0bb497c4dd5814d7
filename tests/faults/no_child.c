/* A preloaded library in which the function that FAILS names, fork or memfd_create, fails. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static int fails(const char *name)
{
	const char *value = getenv("FAILS");
	return value && strcmp(value, name) == 0;
}

pid_t fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	if (!fails("fork"))
		return real();
	errno = EAGAIN;
	return -1;
}

int memfd_create(const char *name, unsigned flags)
{
	int (*real)(const char *, unsigned) = (int (*)(const char *, unsigned))dlsym(RTLD_NEXT, "memfd_create");
	if (!fails("memfd_create"))
		return real(name, flags);
	errno = EMFILE;
	return -1;
}
