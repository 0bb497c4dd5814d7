/* What comments of a pcapng file say of sockets: every text is read, and what has been taken in is written again and read
 * again as the same. */
#include "target.h"

#include <wirestate/kernel.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_kernel *kernel = ws_kernel_create(1 << 18), *other = ws_kernel_create(1 << 18);
	static char buffer[1 << 16];
	if (!kernel || !other)
		abort();
	(void)ws_kernel_read(kernel, (const char *)data, size);
	static const struct ws_addr client = {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1}};
	static const struct ws_addr server = {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 2}};
	ws_kernel_captured(kernel, &client, 40001, &server, 80);
	ws_kernel_tell_again(kernel);
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_kernel_tell(kernel, &text);
	(void)ws_kernel_read(other, text.data, text.length);
	const struct ws_kernel_end *told = ws_kernel_find(kernel, &client, 40001, &server, 80);
	const struct ws_kernel_end *read = ws_kernel_find(other, &client, 40001, &server, 80);
	if (told && told->change_count && (!read || read->state != told->state || read->socket.uid != told->socket.uid))
		abort();
	ws_kernel_free(kernel);
	ws_kernel_free(other);
	return 0;
}
