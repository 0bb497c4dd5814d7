/* Frames in, from a capture file, a pipe or a live interface. src/capture is the only code that knows libpcap. */
#ifndef WIRESTATE_CAPTURE_H
#define WIRESTATE_CAPTURE_H

#include <wirestate/error.h>
#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, DLT name as libpcap spells it, LINKTYPE_ number in a file, description): the link types that can be
 * decoded. */
#define WS_LINKS(X)                                                                                                    \
	X(WS_LINK_ETHERNET, "EN10MB", 1, "Ethernet")                                                                   \
	X(WS_LINK_SLL, "LINUX_SLL", 113, "Linux cooked v1")                                                            \
	X(WS_LINK_SLL2, "LINUX_SLL2", 276, "Linux cooked v2")                                                          \
	X(WS_LINK_RAW, "RAW", 101, "raw IP")                                                                           \
	X(WS_LINK_IPV4, "IPV4", 228, "raw IPv4")                                                                       \
	X(WS_LINK_IPV6, "IPV6", 229, "raw IPv6")                                                                       \
	X(WS_LINK_NULL, "NULL", 0, "BSD loopback")                                                                     \
	X(WS_LINK_LOOP, "LOOP", 108, "OpenBSD loopback")                                                               \
	X(WS_LINK_PPP, "PPP", 9, "PPP")                                                                                \
	X(WS_LINK_PPP_SERIAL, "PPP_SERIAL", 50, "PPP over serial")                                                     \
	X(WS_LINK_PPPOE, "PPP_ETHER", 51, "PPPoE session")                                                             \
	X(WS_LINK_CISCO_HDLC, "C_HDLC", 104, "Cisco HDLC")                                                             \
	X(WS_LINK_LLC, "ATM_RFC1483", 100, "LLC over ATM")                                                             \
	X(WS_LINK_WIFI, "IEEE802_11", 105, "IEEE 802.11")                                                              \
	X(WS_LINK_RADIOTAP, "IEEE802_11_RADIO", 127, "IEEE 802.11 with radiotap")                                      \
	X(WS_LINK_NFLOG, "NFLOG", 239, "Linux firewall log")                                                           \
	X(WS_LINK_PKTAP, "PKTAP", 258, "macOS packet tap")                                                             \
	X(WS_LINK_DSA, "DSA_TAG_DSA", 284, "Ethernet with DSA tag")                                                    \
	X(WS_LINK_EDSA, "DSA_TAG_EDSA", 285, "Ethernet with EDSA tag")

enum ws_link {
#define X(name, dlt, number, description) name,
	WS_LINKS(X)
#undef X
	        WS_LINK_OTHER /* any other: such a frame is counted and shown as bytes, and not decoded */
};

#define WS_POSITION_NONE UINT64_MAX

/* An interface that a pcapng file describes. Interfaces that are described alike, as where rotated files were joined,
 * are one. It stays valid until the capture is closed that delivered the frame, and until all are closed that were
 * reopened from it. The texts are as the file has them, UTF-8 if its writer was honest: ws_text_clean() before they are
 * shown. NULL: the file gives none. */
struct ws_frame_interface {
	uint32_t index;           /* counts from 0 in the order of the descriptions, over all sections of the file */
	uint32_t snapshot_length; /* bytes of a packet that were captured at most; 0: no limit is stated */
	uint16_t link_number;     /* LINKTYPE_ number */
	uint8_t link;             /* enum ws_link */
	uint8_t fcs_length;       /* bytes; 0: none, or not stated */
	const char *link_name;    /* "EN10MB (Ethernet)"; never NULL */
	const char *name, *description, *comment;
	const char *section_comment;              /* of the section that describes it */
	const struct ws_frame_interface *unnamed; /* the same without these four texts, for --anonymize */
};

/* A process on the host where the packet was captured, as a pcapng file names it. It stays valid as an interface does.
 */
struct ws_frame_process {
	uint32_t id;      /* 0: not stated */
	const char *name; /* as the file has it: ws_text_clean() before it is shown; NULL: none, or none yet */
	ws_time start;    /* when it began; 0: not stated */
};

/* The way of a packet, as seen by the host that captured it. */
enum ws_frame_way { WS_WAY_UNKNOWN, WS_WAY_IN, WS_WAY_OUT };

/* One captured frame. What it points at is borrowed: `data`, `comment` and `options` are valid until the next call on
 * the same capture. */
struct ws_frame {
	ws_time time;      /* 0 where the file gives none (simple packet blocks of pcapng) */
	uint64_t number;   /* counts from 1; in a file it counts all frames, also those that a filter skips */
	uint64_t position; /* hand it to ws_capture_fetch(); WS_POSITION_NONE when frames are not kept */
	const uint8_t *data;
	const struct ws_frame_interface *interface; /* NULL: the format describes none */
	const struct ws_frame_process *process;     /* that sent or received it; NULL: not stated */
	const char *comment; /* not terminated by a NUL; several comments follow each other, one a line; NULL: none */
	const uint8_t *options; /* of an enhanced packet block of pcapng, as they are in the file, for -w; NULL: none */
	uint32_t options_length; /* bytes */
	uint32_t comment_length; /* bytes */
	uint32_t captured;       /* bytes at data */
	uint32_t length;         /* bytes on the wire; at least `captured` */
	uint8_t link;            /* enum ws_link */
	uint8_t way;             /* enum ws_frame_way */
	uint8_t fcs_length; /* bytes of frame check sequence at the end of `length`; 0: not captured, or not known */
	bool options_big;   /* their byte order is big-endian */
	bool news;          /* since the frame before, names have come: see ws_capture_news() */
};

struct ws_capture; /* opaque */

struct ws_capture_options {
	const char *filter;       /* BPF expression; NULL or empty: everything */
	uint32_t snapshot_length; /* 0: 262144 */
	uint64_t buffer_size;     /* of the kernel's ring, in bytes; 0: the default (64 MiB) */
	bool no_promiscuous;
	bool monitor;          /* -I */
	bool no_optimize;      /* of the filter */
	const char *link_type; /* -y, a DLT name; NULL: the best supported one */
	int fcs_length;        /* --fcs; -1: as the file says */
	uint64_t keep_bytes;   /* > 0: frames can be fetched again; how many bytes memory may hold for that where the
	                          source cannot be read twice (live, pipe, compressed). The oldest go first. */
	bool records;          /* a file may have records instead of packets, see ws_capture_is_records() */
	bool follow;           /* a regular file that may grow: at its end ws_capture_read() returns WS_READ_MORE */
	/* Called once it is open, before a byte of a file is read, or the filter of an interface is compiled; false,
	 * with `error` filled, refuses it. May be NULL. */
	bool (*opened)(void *context, struct ws_error *error);
	void *context;
};

/* Both return NULL with `error` filled. `path` "-" is standard input. gzip and zstd are recognised by content. A pcap
 * file whose link type is not in WS_LINKS is refused by name, with the list of those supported. In a pcapng file, which
 * may have several, the frames of such interfaces are delivered with WS_LINK_OTHER; a filter rejects them. The filter
 * is compiled here. Opening a pipe waits for the header of a pcap file, or the first interface of a pcapng file, and a
 * signal that is caught does not end the wait: catch them afterwards. */
struct ws_capture *ws_capture_open_file(const char *path, const struct ws_capture_options *options,
                                        struct ws_error *error) WS_CHECKED;
/* The same from a descriptor, which becomes the capture's, also after a failure; `name` is for messages. */
struct ws_capture *ws_capture_open_descriptor(int fd, const char *name, const struct ws_capture_options *options,
                                              struct ws_error *error) WS_CHECKED;
struct ws_capture *ws_capture_open_live(const char *interface, const struct ws_capture_options *options,
                                        struct ws_error *error) WS_CHECKED;
/* The regular file that `from` reads, from its beginning, with the same filter and without opening anything: for a
 * second reader that does not disturb the first. The interfaces of its frames are those of `from`'s frames. */
struct ws_capture *ws_capture_reopen(const struct ws_capture *from, const struct ws_capture_options *options,
                                     struct ws_error *error) WS_CHECKED;
/* Several regular files as one capture, whose frames are delivered in the order of time and numbered through. It closes
 * `parts`, of which nothing has been read. At most 256 of them can have their frames read again. NULL: they stay the
 * caller's. */
struct ws_capture *ws_capture_merge(struct ws_capture *const *parts, size_t count, struct ws_error *error) WS_CHECKED;
/* Several captures of records, files and pipes, as one; it closes `parts`. NULL: they stay the caller's. */
struct ws_capture *ws_capture_gather(struct ws_capture *const *parts, size_t count, struct ws_error *error) WS_CHECKED;
void ws_capture_close(struct ws_capture *capture); /* NULL is allowed */

/* The file has lines with a JSON object each. Then a frame is a line without its end: its number is the line's in its file,
 * it has no time, and its interface has the file's short name. Of a line that is too long, the beginning is delivered,
 * and `length` is greater than `captured`. */
bool ws_capture_is_records(const struct ws_capture *capture);
#define WS_LINE_MOST 65536 /* bytes of a line */

/* The link type of an interface or of a pcap file; of a pcapng file, that of the first packet as far as it is known
 * when the file has been opened, else of the first interface. */
enum ws_link ws_capture_link(const struct ws_capture *capture);

/* Appends the link types of the frames, as far as they are known: "EN10MB (Ethernet)", and for a pcapng file those of
 * all interfaces described so far, separated by commas. */
void ws_capture_link_names(const struct ws_capture *capture, struct ws_text *text);

/* The interfaces that a pcapng file has described so far, by their index; NULL beyond the last, and where the format
 * describes none. */
const struct ws_frame_interface *ws_capture_interface(const struct ws_capture *capture, uint32_t index);

/* Names of hosts that the file itself gives (name resolution blocks of pcapng), in the order in which they came; the
 * first name that is given to an address stays. Nothing is asked of the network. The memory for them is bounded
 * (4 MiB); beyond that, names are not kept. */
struct ws_host_name {
	struct ws_addr address;
	uint8_t ip_version; /* 4 or 6 */
	/* As the file has it: ws_text_clean() before it is shown. Valid until the capture is closed. */
	const char *name;
};
/* False: fewer are known. */
bool ws_capture_host_name(const struct ws_capture *capture, size_t index, struct ws_host_name *name) WS_CHECKED;

bool ws_capture_is_live(const struct ws_capture *capture);

/* True when one thread may read the capture while another one uses its frames: a regular file, or several that are merged. With
 * `fetches`, the other one also fetches frames meanwhile, and then none may be kept in memory. It may also open the
 * capture again, and ask for its interfaces, names of hosts and drops, but for nothing else. */
bool ws_capture_may_read_ahead(const struct ws_capture *capture, bool fetches);

/* What a file may tell of that concerns packets before it, or their hosts. The thread that uses the frames must learn of
 * it between the same two packets as if it had read them: the reading thread asks how much has come where a frame has
 * news, and hands that on with the frame. */
struct ws_capture_news {
	size_t host_names; /* see ws_capture_host_name() */
	size_t processes;  /* that got a name after frames of theirs had been delivered */
};
void ws_capture_news(const struct ws_capture *capture, struct ws_capture_news *news);
/* Call this before another thread reads: names of processes that come late are held back until ws_capture_show(), called
 * by the thread that uses the frames, says how many of them are known there. */
void ws_capture_hold(struct ws_capture *capture);
void ws_capture_show(struct ws_capture *capture, const struct ws_capture_news *news);

/* A descriptor to poll for reading, or -1: ws_capture_read never has to wait (a regular file). */
int ws_capture_fd(const struct ws_capture *capture);
/* True when ws_capture_read would do work now although the descriptor may not poll as readable (buffered records). */
bool ws_capture_ready(const struct ws_capture *capture);

/* Live: why nothing can come for now, in words, or NULL. Reading goes on by itself when the reason is gone. */
const char *ws_capture_waits(const struct ws_capture *capture);

typedef void ws_frame_fn(void *context, const struct ws_frame *frame);

enum ws_read {
	WS_READ_MORE,  /* handled up to `max` frames (maybe none); call again when ready */
	WS_READ_END,   /* end of the file or pipe */
	WS_READ_ERROR, /* `error` is filled; every whole frame before it has been delivered */
};

/* Delivers at most `max` frames to `fn`, and never blocks longer than reading a regular file does; in particular a pipe
 * that holds half a record returns WS_READ_MORE at once. Frames that the filter rejects count towards `max` but are not
 * delivered. `fn` may call ws_capture_break() to stop after the current frame. */
enum ws_read ws_capture_read(struct ws_capture *capture, int max, ws_frame_fn *fn, void *context,
                             struct ws_error *error) WS_CHECKED;
void ws_capture_break(struct ws_capture *capture);

/* Reads a delivered frame again by its position. `frame->data` is valid until the next fetch. `frame->number` is not
 * restored. False: no longer kept. */
bool ws_capture_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame) WS_CHECKED;

/* Frames that cannot be read from their source again (live, pipe), in the order in which they came, from the first one
 * that is still kept: begin with *place at 0. `frame->data` is valid until the next fetch. False: there is none, or
 * none yet. */
bool ws_capture_kept(struct ws_capture *capture, uint64_t *place, struct ws_frame *frame) WS_CHECKED;

/* How many bytes of memory frames may take for that: keep_bytes, or 0 where the source can be read again (or is NULL).
 */
uint64_t ws_capture_kept_memory(const struct ws_capture *capture);

/* How far a file has been read, in bytes of the file as it lies on disk; total 0 when not known (pipe, live). */
void ws_capture_progress(const struct ws_capture *capture, uint64_t *done, uint64_t *total);

struct ws_capture_stats {
	uint64_t captured; /* frames delivered */
	uint64_t received; /* frames that came to the filter */
	/* Live, what the kernel and the card count. In pcapng files, what interface statistics blocks say of the
	 * operating system (isb_osdrop) and of the interface (isb_ifdrop); the losses that packets state count as the
	 * kernel's where they are more. */
	uint64_t dropped_kernel, dropped_interface;
	uint64_t other_links; /* pcapng: frames whose link type is not supported, also those that a filter rejects */
	const char *other_link_name; /* the link type of the first of them; lives as long as the capture */
	bool other_links_differ;     /* there are more link types among them */
	/* pcapng: the last comment of an interface's statistics, where no packet has come after it; not terminated by
	 * a NUL, and valid until the next read. NULL: there is none. */
	const char *comment;
	size_t comment_length;
};
void ws_capture_stats(struct ws_capture *capture, struct ws_capture_stats *stats);

/* What a pcapng file says so far of the losses of an interface, by the ordinal of its description: several may be of one
 * interface. False: there are fewer. */
struct ws_interface_drops {
	uint32_t index; /* of the interface */
	uint64_t interface, kernel;
	/* Its statistics say that it has captured from `first` to `last`, and the file has all packets that came: so many or
	 * more. A part of a capture has fewer, and then nothing is known of the time before its first packet. */
	bool period;
	uint64_t received;
	ws_time first, last;
};
bool ws_capture_drops(const struct ws_capture *capture, size_t ordinal, struct ws_interface_drops *drops) WS_CHECKED;

/* -w: what is shown is also written, with nanoseconds. A pcap file has one link type and one FCS length: writing a
 * frame with another one fails. A pcapng file has the interfaces, the comments, the processes and the names of hosts of
 * the source, and the drops that are known at the end. The capture must outlive the dump. */
enum ws_dump_format { WS_DUMP_PCAP, WS_DUMP_PCAPNG };

/* WS_DUMP_PCAPNG where the name ends in ".pcapng". */
enum ws_dump_format ws_dump_format_of(const char *path);

struct ws_dump_options {
	enum ws_dump_format format;
	bool points;        /* pcapng: of several captures, see ws_dump_points() */
	bool without_texts; /* no comments, no names of interfaces and hosts: the addresses have been replaced */
};

struct ws_dump; /* opaque */
struct ws_dump *ws_dump_open(struct ws_capture *capture, const char *path, const struct ws_dump_options *options,
                             struct ws_error *error) WS_CHECKED;
/* The same into a file that is open for writing, from its beginning, and becomes the dump's, also after a failure; -1: it
 * could not be opened, errno says why. */
struct ws_dump *ws_dump_open_fd(struct ws_capture *capture, int fd, const char *name,
                                const struct ws_dump_options *options, struct ws_error *error) WS_CHECKED;
uint64_t ws_dump_size(const struct ws_dump *dump); /* bytes of the file, also those that are not yet written out */
bool ws_dump_write(struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error) WS_CHECKED;
/* Several points in one pcapng file: each is an interface with its name, or several where its link types differ, and a
 * comment of the section says so (see wirestate/evidence.h). Call it after the dump was opened with `points`, and before
 * the first packet. The names are borrowed. */
bool ws_dump_points(struct ws_dump *dump, const char *const *name, size_t count, struct ws_error *error) WS_CHECKED;
bool ws_dump_write_of(struct ws_dump *dump, size_t point, const struct ws_frame *frame,
                      struct ws_error *error) WS_CHECKED;
/* What is known at the end of a point's losses, and of when it captured; `index` means nothing here. */
void ws_dump_point_end(struct ws_dump *dump, size_t point, const struct ws_interface_drops *said);
/* pcapng: a comment that stands at the end, at most 65,535 bytes; borrowed. */
void ws_dump_remark(struct ws_dump *dump, const char *text, size_t length);
bool ws_dump_flush(struct ws_dump *dump, struct ws_error *error) WS_CHECKED;
bool ws_dump_close(struct ws_dump *dump,
                   struct ws_error *error) WS_CHECKED; /* frees it also on failure; NULL allowed */

/* -D. Strings belong to the list. */
struct ws_interface {
	const char *name, *description; /* description may be empty */
	const char *addresses;          /* space separated, may be empty */
	bool up, running, loopback;
};
struct ws_interface *ws_interfaces(size_t *count,
                                   struct ws_error *error) WS_CHECKED; /* NULL: error, or none (count 0) */
void ws_interfaces_free(struct ws_interface *list);

/* The IPv4 subnet of a live interface, as its first address says. False: it has none, or there are several interfaces.
 */
bool ws_interface_net(const char *interface, struct ws_addr *address, unsigned *prefix) WS_CHECKED;

/* -L. Names of the link types an interface offers, NULL-terminated; free with ws_link_types_free(). */
char **ws_link_types(const char *interface, struct ws_error *error) WS_CHECKED;
void ws_link_types_free(char **names);

/* Appends the versions of libpcap and of the libraries that unpack captures and confine the process, in lines. */
void ws_capture_libraries(struct ws_text *text);

#endif
