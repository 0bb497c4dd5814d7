/* What the kernel says, in a pcapng file: written as comments and processes of packets, and read back. */
#include "app/host.h"

#include <stdlib.h>
#include <string.h>

enum { NOTES_MOST = 4096, REMARK_MOST = 65000, MEMORY_SHARE = 32 };

static struct ws_text notes_room(struct host *host, size_t size)
{
	if (!host->notes)
		host->notes = malloc(REMARK_MOST);
	return (struct ws_text){.data = host->notes, .capacity = host->notes ? size : 0};
}

static const struct ws_frame_process *process_of(const struct host *host, const struct ws_addr *local,
                                                 uint16_t local_port, const struct ws_addr *peer, uint16_t peer_port)
{
	struct ws_kernel_owner owner;
	const struct ws_kernel_end *end = ws_kernel_find(host->kernel, local, local_port, peer, peer_port);
	if (!end)
		return NULL;
	ws_kernel_owner_of(host->kernel, end, &owner);
	return owner.process;
}

/* A packet has one process: that of its sender, where this host has sent it. */
static void tell_process(const struct host *host, const struct ws_packet *p, struct ws_frame *told)
{
	told->process = process_of(host, &p->source, p->source_port, &p->destination, p->destination_port);
	told->way = WS_WAY_OUT;
	if (told->process)
		return;
	told->process = process_of(host, &p->destination, p->destination_port, &p->source, p->source_port);
	told->way = told->process ? WS_WAY_IN : WS_WAY_UNKNOWN;
}

bool host_tell(struct host *host, const struct ws_frame *frame, const struct ws_packet *packet, struct ws_frame *told)
{
	if (!host->space_count || packet->transport != WS_TRANSPORT_TCP || !packet->tcp_complete || frame->options)
		return false;
	struct ws_text text = notes_room(host, NOTES_MOST);
	*told = *frame;
	tell_process(host, packet, told);
	ws_kernel_captured(host->kernel, &packet->source, packet->source_port, &packet->destination,
	                   packet->destination_port);
	if (text.capacity)
		ws_kernel_tell(host->kernel, &text);
	if (text.length) {
		told->comment = text.data;
		told->comment_length = (uint32_t)text.length;
	}
	return told->process || text.length;
}

void host_remark(struct host *host, struct ws_dump *dump)
{
	if (!host->space_count)
		return;
	struct ws_text text = notes_room(host, REMARK_MOST);
	ws_kernel_tell_again(host->kernel);
	if (text.capacity)
		ws_kernel_tell(host->kernel, &text);
	if (text.length)
		ws_dump_remark(dump, text.data, text.length);
}

bool host_read(struct host *host, const struct options *options, const char *comment, size_t length)
{
	static const char mark[] = " host kernel ";
	if (options->no_kernel || options->anonymize || !memmem(comment, length, mark, sizeof(mark) - 1))
		return false;
	if (!host->kernel)
		host->kernel = ws_kernel_create(options->max_memory / MEMORY_SHARE);
	return host->kernel && ws_kernel_read(host->kernel, comment, length);
}
