/* What the writers of both formats share. */
#ifndef CAPTURE_DUMP_H
#define CAPTURE_DUMP_H

#include "capture/internal.h"

#include <sys/types.h>

enum { WS_DUMP_BUFFER = 1 << 20 }; /* bytes; no record is longer */
enum { WS_DUMP_OWN = 64 };         /* interfaces of several points */

/* An interface of the source in the section that is being written. */
struct ws_dump_slot {
	uint32_t id;                    /* 1 + its number there; 0: it is not described there */
	struct ws_interface_drops said; /* what is written of it at the end of the section */
	bool has_received;
};

/* A process that a packet of this section states. */
struct ws_dump_process {
	const struct ws_frame_process *process; /* NULL: the slot is free */
	bool written;
};

struct ws_dump {
	char name[200];
	struct ws_capture *capture;
	int fd;
	bool regular;
	enum ws_dump_format format;
	bool without_texts;
	int failed;  /* errno of the first failure; from then on nothing is written */
	off_t whole; /* where the whole records in a regular file end */

	/* pcap: what the header says */
	uint32_t snapshot;
	unsigned link_number; /* LINKTYPE_ */
	uint8_t fcs_length;

	/* pcapng */
	struct ws_dump_slot *slots; /* by the index of the interface; the first is for frames that have none */
	size_t slot_count;
	uint32_t described;          /* interfaces in this section */
	const char *section_comment; /* of this section, or NULL */
	bool points;                 /* its interfaces are those of dump_points.c, and not the source's */
	const char *const *point_name;
	char points_comment[512];
	struct ws_dump_point {
		struct ws_frame_interface interface;
		size_t point;
	} own[WS_DUMP_OWN];
	size_t own_count;
	ws_time begun;                     /* real time when the dump was opened */
	ws_time last;                      /* time of the last frame */
	struct ws_dump_process *processes; /* by the hash of the pointer */
	size_t process_slots, process_count;
	const char *remark; /* see ws_dump_remark(); NULL: there is none */
	size_t remark_length;

	size_t used;
	uint8_t buffer[WS_DUMP_BUFFER]; /* whole records only */
};

/* dump.c */

/* Room for one record of so many bytes; NULL: what was there before could not be written. */
uint8_t *ws_dump_reserve(struct ws_dump *dump, size_t size, struct ws_error *error) WS_CHECKED;
bool ws_dump_write_buffer(struct ws_dump *dump, struct ws_error *error) WS_CHECKED;

/* dump_pcapng.c */

bool ws_dump_pcapng_begin(struct ws_dump *dump, struct ws_error *error) WS_CHECKED;
bool ws_dump_pcapng_write(struct ws_dump *dump, const struct ws_frame *frame, struct ws_error *error) WS_CHECKED;
/* A section with that comment. */
bool ws_dump_pcapng_section(struct ws_dump *dump, const char *comment, struct ws_error *error) WS_CHECKED;
/* Statistics of the interfaces, and names of hosts. */
bool ws_dump_pcapng_end(struct ws_dump *dump, struct ws_error *error) WS_CHECKED;

/* dump_statistics.c */

/* Of the interfaces of this section: live always, of a file where it states drops or when it captured. */
bool ws_dump_write_statistics(struct ws_dump *dump, struct ws_error *error) WS_CHECKED;
bool ws_dump_write_remark(struct ws_dump *dump, struct ws_error *error) WS_CHECKED; /* what the source's end with */
bool ws_dump_write_names(struct ws_dump *dump, struct ws_error *error) WS_CHECKED;

#endif
