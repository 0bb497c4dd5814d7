/* Both programs on one host: which of them has sent a packet, and has a listening socket.
 *
 * The kernel names the inode of a packet's socket, and /proc which process has that inode; of a process, the ancestors
 * tell to which side it belongs. This is looked up for the first packet of a connection or conversation only: the other
 * direction is the other side's. Where nobody has the socket any more, or a process has left its ancestors, the first
 * packet is taken for the client's. */
#include "base/reader.h"
#include "lab/internal.h"

#include <dirent.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANCESTORS = 16 };

/* ---- Processes */

/* 0: there is no such process. */
static long parent_of(long process)
{
	char path[64], text[512];
	long parent = 0;
	snprintf(path, sizeof(path), "/proc/%ld/stat", process);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	/* The name is in parentheses, and may have some of its own. */
	const char *name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end, ") %*c %ld", &parent) != 1)
		return 0;
	return parent;
}

static bool side_of_process(const struct lab_run *run, long process, enum lab_side *side)
{
	for (int i = 0; i < ANCESTORS && process > 1; i++, process = parent_of(process))
		for (*side = 0; *side < LAB_SIDES; ++*side)
			if (run->program[*side].process == process)
				return true;
	return false;
}

static bool has_socket(long process, uint32_t inode)
{
	char folder[64], wanted[40], path[400], target[64];
	bool found = false;
	const struct dirent *entry;
	snprintf(folder, sizeof(folder), "/proc/%ld/fd", process);
	snprintf(wanted, sizeof(wanted), "socket:[%u]", inode);
	DIR *open = opendir(folder);
	while (open && !found && (entry = readdir(open))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		const ssize_t length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	if (open)
		closedir(open);
	return found;
}

static bool side_of_inode(const struct lab_run *run, uint32_t inode, enum lab_side *side)
{
	bool found = false;
	const struct dirent *entry;
	DIR *processes = opendir("/proc");
	while (processes && !found && (entry = readdir(processes))) {
		const long process = strtol(entry->d_name, NULL, 10);
		found = process > 1 && has_socket(process, inode) && side_of_process(run, process, side);
	}
	if (processes)
		closedir(processes);
	return found;
}

enum lab_side lab_owner_of_listener(struct lab_run *run, const struct lab_socket *socket)
{
	struct lab_owners *owners = &run->owners;
	enum lab_side side;
	size_t unused = WS_ARRAY_SIZE(owners->listening);
	for (size_t i = 0; i < WS_ARRAY_SIZE(owners->listening); i++) {
		if (socket->inode && owners->listening[i].inode == socket->inode)
			return (enum lab_side)owners->listening[i].side;
		if (!owners->listening[i].inode && unused == WS_ARRAY_SIZE(owners->listening))
			unused = i;
	}
	if (!socket->inode || !side_of_inode(run, socket->inode, &side))
		return LAB_SERVER;
	if (unused < WS_ARRAY_SIZE(owners->listening)) {
		owners->listening[unused].inode = socket->inode;
		owners->listening[unused].side = (uint8_t)side;
	}
	return side;
}

/* ---- Packets */

static struct lab_connection turn(const struct lab_connection *connection)
{
	struct lab_connection turned;
	memset(&turned, 0, sizeof(turned));
	turned.local = connection->peer;
	turned.peer = connection->local;
	turned.local_port = connection->peer_port;
	turned.peer_port = connection->local_port;
	return turned;
}

/* The addresses and ports of an IPv4 packet of TCP or UDP. Returns the protocol; 0: it is none. */
static uint8_t read_connection(const uint8_t *ip, size_t length, struct lab_connection *connection)
{
	memset(connection, 0, sizeof(*connection));
	if (length < sizeof(struct iphdr) || ip[0] >> 4 != 4)
		return 0;
	const size_t header = (size_t)(ip[0] & 15) * 4;
	if (header < sizeof(struct iphdr) || length < header + 4 || (ip[9] != IPPROTO_TCP && ip[9] != IPPROTO_UDP))
		return 0;
	memcpy(&connection->local, ip + 12, sizeof(connection->local));
	memcpy(&connection->peer, ip + 16, sizeof(connection->peer));
	connection->local_port = ws_load16(ip + header);
	connection->peer_port = ws_load16(ip + header + 2);
	return ip[9];
}

static bool find_flow(const struct lab_owners *owners, uint8_t protocol, const struct lab_connection *connection,
                      enum lab_side *side)
{
	const struct lab_connection turned = turn(connection);
	for (size_t i = 0; i < WS_ARRAY_SIZE(owners->flow); i++) {
		const struct lab_flow *flow = &owners->flow[i];
		if (flow->protocol != protocol)
			continue;
		*side = (enum lab_side)flow->side;
		if (memcmp(&flow->connection, connection, sizeof(*connection)) == 0)
			return true;
		*side = lab_other_side(*side);
		if (memcmp(&flow->connection, &turned, sizeof(turned)) == 0)
			return true;
	}
	return false;
}

/* The side of a connection's first packet. */
static enum lab_side side_of_first(struct lab_run *run, uint8_t protocol, const struct lab_connection *connection)
{
	struct lab_kernel *kernel = run->hosts.host[LAB_CLIENT].kernel;
	const struct lab_connection turned = turn(connection);
	enum lab_side side;
	uint32_t inode;
	if (lab_kernel_inode(kernel, protocol, connection, &inode) && side_of_inode(run, inode, &side))
		return side;
	if (lab_kernel_inode(kernel, protocol, &turned, &inode) && side_of_inode(run, inode, &side))
		return lab_other_side(side);
	return LAB_CLIENT;
}

static enum lab_side side_of_connection(struct lab_run *run, uint8_t protocol, const struct lab_connection *connection)
{
	struct lab_owners *owners = &run->owners;
	enum lab_side side;
	if (find_flow(owners, protocol, connection, &side))
		return side;
	side = side_of_first(run, protocol, connection);
	owners->flow[owners->next] =
	        (struct lab_flow){.connection = *connection, .protocol = protocol, .side = (uint8_t)side};
	owners->next = (owners->next + 1) % WS_ARRAY_SIZE(owners->flow);
	return side;
}

enum lab_side lab_owner_of_packet(struct lab_run *run, const uint8_t *data, size_t length)
{
	enum { ICMP_HEADER = 8, OFFSET = 0x1fff };
	struct lab_owners *owners = &run->owners;
	struct lab_connection connection;
	if (length < ETHER_HDR_LEN + sizeof(struct iphdr))
		return LAB_CLIENT;
	const uint8_t *ip = data + ETHER_HDR_LEN;
	length -= ETHER_HDR_LEN;
	const size_t header = (size_t)(ip[0] & 15) * 4;
	if (ws_load16(ip + 6) & OFFSET) /* a later fragment has no ports */
		return ws_load16(ip + 4) == owners->fragment ? (enum lab_side)owners->fragment_side : LAB_CLIENT;
	enum lab_side side = LAB_CLIENT;
	uint8_t protocol = read_connection(ip, length, &connection);
	if (protocol) {
		side = side_of_connection(run, protocol, &connection);
	} else if (ip[9] == IPPROTO_ICMP && length > header + ICMP_HEADER) {
		/* It answers the packet of which it has the beginning. */
		protocol = read_connection(ip + header + ICMP_HEADER, length - header - ICMP_HEADER, &connection);
		side = protocol ? lab_other_side(side_of_connection(run, protocol, &connection)) : LAB_CLIENT;
	}
	owners->fragment = ws_load16(ip + 4);
	owners->fragment_side = (uint8_t)side;
	return side;
}
