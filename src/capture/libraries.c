/* Which libraries this program was started with. */
#include "capture/internal.h"

#include <seccomp.h>
#include <zlib.h>
#include <zstd.h>

void ws_capture_libraries(struct ws_text *text)
{
	const struct scmp_version *seccomp = seccomp_version();
	ws_text_printf(text, "%s\nzlib %s (gzip), libzstd %s (zstd)\n", pcap_lib_version(), zlibVersion(),
	               ZSTD_versionString());
	if (seccomp)
		ws_text_printf(text, "libseccomp %u.%u.%u, ", seccomp->major, seccomp->minor, seccomp->micro);
	ws_text_puts(text, "libcap-ng, Landlock (sandbox)\n");
}
