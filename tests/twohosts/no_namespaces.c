/* A preloaded library without namespaces, as on a system that does not give them to a user. */
#include <errno.h>

int unshare(int flags)
{
	(void)flags;
	errno = EPERM;
	return -1;
}
