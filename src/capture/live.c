/* Live interfaces.
 *
 * On Linux, libpcap reads a TPACKET_V3 ring of the kernel when immediate mode is off. The kernel hands over a block of
 * frames when it is full, or when the read timeout has passed. The filter runs in the kernel. */
#include "capture/internal.h"

#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	SNAPSHOT_DEFAULT = 262144,
	BUFFER_DEFAULT = 64 << 20,
	BUFFER_LEAST = 1 << 20,
	TIMEOUT_MS = 100,
};

bool ws_live_activate_failed(struct ws_error *error, pcap_t *pcap, const char *interface, int status)
{
	char program[256];
	ssize_t length;
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return ws_fail(error, WS_ERROR_INTERFACE, "%s: no such interface; wirestate -D lists the interfaces",
		               interface);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		length = readlink("/proc/self/exe", program, sizeof(program) - 1);
		program[length > 0 ? length : 0] = '\0';
		return ws_fail(error, WS_ERROR_PERMISSION,
		               "%s: permission denied; run with sudo, or: sudo setcap cap_net_raw,cap_net_admin=ep %s",
		               interface, program[0] ? program : "wirestate");
	case PCAP_ERROR_IFACE_NOT_UP:
		return ws_fail(error, WS_ERROR_INTERFACE, "%s: the interface is down; ip link set %s up brings it up",
		               interface, interface);
	case PCAP_ERROR_RFMON_NOTSUP:
		return ws_fail(error, WS_ERROR_INTERFACE, "%s: the interface has no monitor mode", interface);
	default:
		break;
	}
	const char *message = pcap_geterr(pcap);
	return ws_fail(error, WS_ERROR_INTERFACE, "%s: cannot capture: %s", interface,
	               status == PCAP_ERROR && *message ? message : pcap_statustostr(status));
}

static bool out_of_memory(const char *message)
{
	return strstr(message, strerror(ENOMEM)) || strstr(message, strerror(EAGAIN));
}

/* Tries one buffer size. Returns 0 or a positive warning when it works, and otherwise libpcap's negative status. */
static int activate(pcap_t *pcap, const struct ws_capture_options *options, int buffer)
{
	pcap_set_snaplen(pcap, options->snapshot_length ? (int)(options->snapshot_length & INT_MAX) : SNAPSHOT_DEFAULT);
	pcap_set_promisc(pcap, !options->no_promiscuous);
	pcap_set_timeout(pcap, TIMEOUT_MS);
	pcap_set_buffer_size(pcap, buffer);
	pcap_set_tstamp_precision(pcap,
	                          PCAP_TSTAMP_PRECISION_NANO); /* refused where the device only has microseconds */
	if (options->monitor) {
		int possible = pcap_can_set_rfmon(pcap);
		if (possible <= 0)
			return possible ? possible : PCAP_ERROR_RFMON_NOTSUP;
		pcap_set_rfmon(pcap, 1);
	}
	return pcap_activate(pcap);
}

static bool open_device(struct ws_capture *capture, const struct ws_capture_options *options, struct ws_error *error)
{
	uint64_t buffer = options->buffer_size ? options->buffer_size : BUFFER_DEFAULT;
	if (buffer > INT_MAX)
		buffer = INT_MAX;
	for (;;) {
		char message[PCAP_ERRBUF_SIZE] = "";
		pcap_t *pcap = pcap_create(capture->name, message);
		if (!pcap)
			return ws_fail(error, WS_ERROR_INTERFACE, "%s: cannot capture: %s", capture->name, message);
		int status = activate(pcap, options, (int)buffer);
		if (status >= 0) {
			capture->pcap = pcap;
			return true;
		}
		bool retry = status == PCAP_ERROR && buffer >= 2 * BUFFER_LEAST && out_of_memory(pcap_geterr(pcap));
		if (!retry)
			ws_live_activate_failed(error, pcap, capture->name, status);
		pcap_close(pcap);
		if (!retry)
			return false;
		buffer /= 2;
	}
}

static bool offers(pcap_t *pcap, int dlt)
{
	int *list, count = pcap_list_datalinks(pcap, &list);
	bool found = false;
	for (int i = 0; i < count; i++)
		found = found || list[i] == dlt;
	if (count >= 0)
		pcap_free_datalinks(list);
	return found;
}

/* Chooses the link type by name, or the best one that the device has. The second version of Linux's cooked header names
 * the interface, so it is preferred to the first. */
static bool choose_link(struct ws_capture *capture, const char *wanted, struct ws_error *error)
{
	pcap_t *pcap = capture->pcap;
	char name[120], list[300];
	int dlt = pcap_datalink(pcap);
	if (wanted) {
		dlt = pcap_datalink_name_to_val(wanted);
		if (dlt < 0 || !ws_link_of(dlt, &capture->link))
			return ws_fail(error, WS_ERROR_OPTION, "link type %.60s is not supported; supported are %s",
			               wanted, ws_link_list(list, sizeof(list)));
		if (!offers(pcap, dlt))
			return ws_fail(error, WS_ERROR_OPTION,
			               "%s: does not offer link type %s; wirestate -i %s -L lists those it offers",
			               capture->name, ws_link_name(dlt, name, sizeof(name)), capture->name);
	} else if (dlt == DLT_LINUX_SLL && offers(pcap, DLT_LINUX_SLL2)) {
		dlt = DLT_LINUX_SLL2;
	}
	if (!ws_link_of(dlt, &capture->link))
		return ws_fail(error, WS_ERROR_INTERFACE, "%s: link type %s is not supported; supported are %s",
		               capture->name, ws_link_name(dlt, name, sizeof(name)), ws_link_list(list, sizeof(list)));
	if (dlt != pcap_datalink(pcap) && pcap_set_datalink(pcap, dlt) < 0)
		return ws_fail(error, WS_ERROR_INTERFACE, "%s: %s", capture->name, pcap_geterr(pcap));
	capture->dlt = dlt;
	capture->link_number = ws_link_number(capture->link);
	return true;
}

static bool fail_filter(struct ws_error *error, const char *filter, pcap_t *pcap)
{
	return ws_fail(error, WS_ERROR_FILTER, "the filter '%.200s' does not compile: %s; see pcap-filter(7)", filter,
	               pcap_geterr(pcap));
}

static bool set_filter(struct ws_capture *capture, const struct ws_capture_options *options, struct ws_error *error)
{
	const char *filter = options->filter;
	if (!filter || !*filter)
		return true;
	char message[PCAP_ERRBUF_SIZE];
	bpf_u_int32 network, mask;
	if (pcap_lookupnet(capture->name, &network, &mask, message) < 0)
		mask = PCAP_NETMASK_UNKNOWN;
	struct bpf_program program;
	if (pcap_compile(capture->pcap, &program, filter, !options->no_optimize, mask) < 0)
		return fail_filter(error, filter, capture->pcap);
	int status = pcap_setfilter(capture->pcap, &program);
	pcap_freecode(&program);
	return status == 0 || fail_filter(error, filter, capture->pcap);
}

/* Reads how many frames the interface has dropped. libpcap opens these files each time, which the sandbox does not
 * allow, so they stay open here. */
static void open_drop_counters(struct ws_capture *capture)
{
	static const char *const names[] = {"rx_missed_errors", "rx_fifo_errors"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(names); i++) {
		char path[300];
		snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", capture->name, names[i]);
		if (!strchr(capture->name, '/'))
			capture->drop_counter[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static uint64_t read_drop_counters(const struct ws_capture *capture)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(capture->drop_counter); i++) {
		char text[32];
		int fd = capture->drop_counter[i];
		ssize_t length = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
		text[length > 0 ? length : 0] = '\0';
		sum += strtoull(text, NULL, 10);
	}
	return sum;
}

struct ws_capture *ws_capture_open_live(const char *interface, const struct ws_capture_options *options,
                                        struct ws_error *error)
{
	struct ws_capture *capture = ws_capture_new(interface, error);
	if (!capture)
		return NULL;
	capture->live = true;
	capture->fcs_length = (uint8_t)(options->fcs_length < 0 ? 0 : options->fcs_length & UINT8_MAX);
	char message[PCAP_ERRBUF_SIZE];
	if (!open_device(capture, options, error) || !choose_link(capture, options->link_type, error))
		goto fail;
	/* A filter may name a host, and the answer of a name server is not to be trusted. */
	if ((options->opened && !options->opened(options->context, error)) || !set_filter(capture, options, error))
		goto fail;
	if (pcap_setnonblock(capture->pcap, 1, message) < 0) {
		ws_fail(error, WS_ERROR_SYSTEM, "%s: %s", interface, message);
		goto fail;
	}
	if (options->keep_bytes && !(capture->ring = ws_ring_new(options->keep_bytes))) {
		ws_fail(error, WS_ERROR_SYSTEM, "%s: no memory to keep %llu bytes of frames", interface,
		        (unsigned long long)options->keep_bytes);
		goto fail;
	}
	open_drop_counters(capture);
	capture->last_drops = read_drop_counters(capture);
	return capture;
fail:
	ws_capture_close(capture);
	return NULL;
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct ws_capture *capture = (struct ws_capture *)user;
	capture->number++;
	struct ws_frame frame = ws_capture_frame(capture, header, ws_capture_time(capture, &header->ts), data);
	frame.number = capture->number;
	ws_capture_deliver(capture, &frame);
}

enum ws_read ws_live_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	uint64_t before = capture->number;
	int status = pcap_dispatch(capture->pcap, max, on_packet, (u_char *)capture);
	/* After a full batch the ring may hold more without the descriptor becoming readable again. */
	capture->more = capture->number - before >= (uint64_t)max || status == PCAP_ERROR_BREAK;
	if (status >= 0 || status == PCAP_ERROR_BREAK)
		return WS_READ_MORE;
	return ws_capture_failed(capture, error, WS_ERROR_INTERFACE, E_("the capture has ended: %s"),
	                         status == PCAP_ERROR ? pcap_geterr(capture->pcap) : pcap_statustostr(status));
}

void ws_live_stats(struct ws_capture *capture)
{
	struct pcap_stat now;
	if (pcap_stats(capture->pcap, &now) < 0)
		return;
	const struct pcap_stat *last = &capture->last_stats;
	capture->stats.received += (uint32_t)(now.ps_recv - last->ps_recv);
	capture->stats.dropped_kernel += (uint32_t)(now.ps_drop - last->ps_drop);
	capture->last_stats = now;
	uint64_t drops = read_drop_counters(capture);
	if (drops > capture->last_drops) /* a driver that is loaded again starts at zero */
		capture->stats.dropped_interface += drops - capture->last_drops;
	capture->last_drops = drops;
}

/* libpcap waits silently for an interface that is down. This asks for the interface's flags with the same ioctl() that
 * libpcap uses, so the sandbox allows it. `any` is no interface and has no flags. */
const char *ws_live_waits(const struct ws_capture *capture)
{
	struct ifreq request = {.ifr_flags = 0};
	const size_t length = strlen(capture->name);
	if (length >= sizeof(request.ifr_name))
		return NULL;
	memcpy(request.ifr_name, capture->name, length);
	if (ioctl(pcap_fileno(capture->pcap), SIOCGIFFLAGS, &request) < 0 || request.ifr_flags & IFF_UP)
		return NULL;
	return E_("the interface is down; waiting until it is up again");
}
