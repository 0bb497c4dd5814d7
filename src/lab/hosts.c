#include "lab/hosts.h"
#include "lab/netlink.h"

#include <wirestate/language.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WIRE_BUFFER = 8 << 20, LINK_LATEST = 2000 /* milliseconds */ };

/* Locally administered addresses. */
static const uint8_t macs[LAB_SIDES][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
static const char cable[] = "eth0"; /* in each host */

uint32_t lab_address(enum lab_side side, bool one)
{
	if (one)
		return htonl(INADDR_LOOPBACK);
	return htonl(side == LAB_CLIENT ? 0x0a000001 : 0x0a000002);
}

static bool put(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return good;
}

/* ---- Namespaces */

static bool map_user(uid_t user, gid_t group)
{
	char text[64];
	put("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", (unsigned)user);
	if (!put("/proc/self/uid_map", text))
		return false;
	snprintf(text, sizeof(text), "0 %u 1", (unsigned)group);
	return put("/proc/self/gid_map", text);
}

bool lab_namespaces_enter(struct ws_error *error)
{
	const int own = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID;
	const uid_t user = geteuid();
	const gid_t group = getegid();
	if (user == 0 && unshare(own) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | own) == 0 && map_user(user, group))
		return true;
	return ws_fail(error, WS_ERROR_PERMISSION,
	               "the lab needs namespaces of its own, which this system does not give to user %u: %s. With sudo "
	               "it may; else the system's settings decide (kernel.unprivileged_userns_clone, "
	               "kernel.apparmor_restrict_unprivileged_userns, user.max_net_namespaces, or those of a "
	               "container)",
	               (unsigned)user, strerror(errno));
}

/* A file for /etc/hosts can only come from a file system, so there is one in memory for a moment. */
static void name_hosts(bool one)
{
	static const char file[] = "/tmp/hosts";
	const char *text =
	        one ? "127.0.0.1 localhost client server\n" : "127.0.0.1 localhost\n10.0.0.1 client\n10.0.0.2 server\n";
	if (mount("none", "/tmp", "tmpfs", 0, "size=64k") != 0)
		return;
	const int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	const bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	if (written)
		mount(file, "/etc/hosts", NULL, MS_BIND, NULL);
	umount2("/tmp", MNT_DETACH);
}

void lab_mounts_prepare(bool one)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return;
	/* The numbers of processes are those of the namespace, which strace looks up. */
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	name_hosts(one);
}

/* ---- Hosts */

static bool fail(struct ws_error *error, const char *what)
{
	return ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot %s: %s", ws_translate_error(what), strerror(errno));
}

/* net.ipv4.tcp_syncookies is /proc/sys/net/ipv4/tcp_syncookies. */
static bool set_system(const char *name, const char *value)
{
	char path[256];
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *at = path + strlen("/proc/sys/"); *at; at++)
		if (*at == '.')
			*at = '/';
	return put(path, value);
}

/* A kernel whose segment is held sends it again after each timeout, which the wire takes for what it is. The timeout
 * must not grow meanwhile, so that what is dropped in the end is soon sent again, and its connection must not end.
 * Where an older kernel has no such setting, its usual timeouts go on. */
static void be_patient(void)
{
	static const struct {
		const char *name, *value;
	} settings[] = {
	        {"net.ipv4.tcp_rto_max_ms", "1000"}, {"net.ipv4.tcp_early_retrans", "0"},
	        {"net.ipv4.tcp_retries2", "255"},    {"net.ipv4.tcp_orphan_retries", "255"},
	        {"net.ipv4.tcp_syn_retries", "127"}, {"net.ipv4.tcp_synack_retries", "255"},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(settings); i++)
		set_system(settings[i].name, settings[i].value);
}

static bool set_systems(const struct lab_scenario *scenario, enum lab_side side, bool patient, bool one,
                        struct ws_error *error)
{
	if (patient)
		be_patient();
	/* These may be missing, or not be writable; the wire takes no IPv6 anyway. */
	set_system("net.ipv6.conf.all.disable_ipv6", "1");
	set_system("net.ipv6.conf.default.disable_ipv6", "1");
	set_system("net.ipv4.ping_group_range", "0 0");
	for (size_t i = 0; scenario && i < scenario->setting_count; i++) {
		const struct lab_setting *setting = &scenario->settings[i];
		if ((one || setting->side == side) && !set_system(setting->name, setting->value))
			return ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot set %s to %s on the %s: %s",
			               setting->name, setting->value, lab_side_word(side), strerror(errno));
	}
	return true;
}

/* A host's card would leave checksums and cutting to the peer's card, of which there is none. */
static bool offload_off(const char *name)
{
	static const uint32_t commands[] = {ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(commands) && good; i++) {
		struct ethtool_value value = {.cmd = commands[i], .data = 0};
		struct ifreq request = {.ifr_data = (char *)&value};
		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
		good = ioctl(fd, SIOCETHTOOL, &request) == 0 || errno == EOPNOTSUPP;
	}
	if (fd >= 0)
		close(fd);
	return good;
}

static bool is_running(int fd, const char *name)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
	struct ifreq request = {.ifr_data = (char *)&value};
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	ioctl(fd, SIOCETHTOOL, &request);
	return ioctl(fd, SIOCGIFFLAGS, &request) != 0 || request.ifr_flags & IFF_RUNNING;
}

/* An interface drops what it sends until the kernel has noticed, in a thread of its own, that its other end is up, too.
 * Newer kernels notice it when they are asked for the link. The last question waits for that thread. */
static void wait_for_link(const char *name)
{
	const struct timespec pause = {.tv_nsec = WS_MILLISECOND};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (unsigned i = 0; i < LINK_LATEST && !is_running(fd, name); i++)
		nanosleep(&pause, NULL);
	is_running(fd, name);
	if (fd >= 0)
		close(fd);
}

/* What a program sends to the loopback address leaves over the cable; what comes in from there is the host's own. */
static bool loopback_over_cable(struct ws_error *error)
{
	enum { OUTSIDE = 100 /* the number of a routing table */ };
	static const char *const settings[][2] = {
	        {"net.ipv4.conf.eth0.route_localnet", "1"}, /* loopback addresses may be on a wire */
	        {"net.ipv4.conf.eth0.accept_local", "1"},   /* and come from the host itself */
	        {"net.ipv4.conf.all.rp_filter", "0"},
	        {"net.ipv4.conf.eth0.rp_filter", "0"},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(settings); i++)
		if (!set_system(settings[i][0], settings[i][1]))
			return ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot set %s, so there is no one host: %s",
			               settings[i][0], strerror(errno));
	return lab_loopback_route_add(cable, OUTSIDE, error) && lab_rule_add(10, cable, RT_TABLE_LOCAL, error) &&
	       lab_rule_add(20, NULL, OUTSIDE, error) && lab_rule_add(30, NULL, RT_TABLE_LOCAL, error) &&
	       lab_rule_remove_first(error);
}

/* In the host's namespace, once its end of the cable is there. */
static bool host_prepare(enum lab_side side, const struct lab_scenario *scenario, bool patient, bool one,
                         struct ws_error *error)
{
	const enum lab_side other = lab_other_side(side);
	if (!set_systems(scenario, side, patient, one, error) || !lab_link_up("lo", NULL, error) ||
	    !(offload_off(cable) || fail(error, "switch an interface's offloading off")))
		return false;
	if (one)
		return lab_link_no_arp(cable, error) && lab_link_up(cable, macs[side], error) &&
		       loopback_over_cable(error);
	return lab_link_up(cable, macs[side], error) && lab_address_add(cable, lab_address(side, false), error) &&
	       lab_neighbour_add(cable, lab_address(other, false), macs[other], error);
}

static int own_namespace(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Leaves the process in the new host. */
static bool host_open(struct lab_host *host, struct ws_error *error)
{
	if (unshare(CLONE_NEWNET) != 0 || (host->namespace = own_namespace()) < 0)
		return fail(error, "make a network namespace");
	host->kernel = lab_kernel_open(error);
	return host->kernel;
}

/* In the wire's namespace: a socket that gets what the host sends, and sends what the host gets. */
static bool wire_open(struct lab_host *host, const char *name, struct ws_error *error)
{
	const int on = 1, buffer = WIRE_BUFFER;
	struct sockaddr_ll address = {
	        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
	host->wire = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (host->wire < 0 || setsockopt(host->wire, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0 ||
	    setsockopt(host->wire, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
	    bind(host->wire, (struct sockaddr *)&address, sizeof(address)) != 0)
		return fail(error, "open the wire (a packet socket)");
	if (setsockopt(host->wire, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) != 0)
		setsockopt(host->wire, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	return true;
}

static bool hosts_connect(struct lab_hosts *hosts, const struct lab_scenario *scenario, int wire, bool patient,
                          struct ws_error *error)
{
	for (enum lab_side side = 0; side < (hosts->one ? 1 : LAB_SIDES); side++) {
		struct lab_host *host = &hosts->host[side];
		const char *name = lab_side_word(side);
		if (setns(wire, CLONE_NEWNET) != 0)
			return fail(error, "go back to the wire's namespace");
		if (!lab_link_pair(name, cable, host->namespace, error) || !offload_off(name) ||
		    !lab_link_up(name, NULL, error) || !wire_open(host, name, error))
			return error->status != WS_OK ? false : fail(error, "prepare the wire");
		if (setns(host->namespace, CLONE_NEWNET) != 0)
			return fail(error, "enter a host's namespace");
		if (!host_prepare(side, scenario, patient, hosts->one, error))
			return false;
	}
	if (setns(wire, CLONE_NEWNET) != 0)
		return fail(error, "go back to the wire's namespace");
	for (enum lab_side side = 0; side < (hosts->one ? 1 : LAB_SIDES); side++)
		wait_for_link(lab_side_word(side));
	return true;
}

/* The server is on the client's host. */
static bool share_host(struct lab_hosts *hosts, struct ws_error *error)
{
	const struct lab_host *client = &hosts->host[LAB_CLIENT];
	struct lab_host *server = &hosts->host[LAB_SERVER];
	server->namespace = fcntl(client->namespace, F_DUPFD_CLOEXEC, 0);
	server->wire = fcntl(client->wire, F_DUPFD_CLOEXEC, 0);
	return (server->namespace >= 0 && server->wire >= 0) || fail(error, "open its namespace");
}

bool lab_hosts_open(struct lab_hosts *hosts, const struct lab_scenario *scenario, bool patient, bool one,
                    struct ws_error *error)
{
	*hosts = (struct lab_hosts){.host = {{.namespace = -1, .wire = -1}, {.namespace = -1, .wire = -1}}, .one = one};
	set_system("net.ipv6.conf.all.disable_ipv6", "1");
	set_system("net.ipv6.conf.default.disable_ipv6", "1");
	const int wire = own_namespace();
	bool good = wire >= 0 || fail(error, "open its namespace");
	good = good && host_open(&hosts->host[LAB_CLIENT], error);
	if (good && one)
		good = (hosts->host[LAB_SERVER].kernel = lab_kernel_open(error));
	else if (good)
		good = host_open(&hosts->host[LAB_SERVER], error);
	good = good && hosts_connect(hosts, scenario, wire, patient, error) && (!one || share_host(hosts, error));
	if (wire >= 0)
		close(wire);
	return good;
}

void lab_hosts_close(struct lab_hosts *hosts)
{
	for (enum lab_side side = 0; side < LAB_SIDES; side++) {
		struct lab_host *host = &hosts->host[side];
		if (host->namespace >= 0)
			close(host->namespace);
		if (host->wire >= 0)
			close(host->wire);
		lab_kernel_close(host->kernel);
	}
}

bool lab_host_enter(const struct lab_host *host)
{
	return setns(host->namespace, CLONE_NEWNET) == 0;
}
