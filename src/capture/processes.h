/* The processes that a pcapng file names: in process information blocks of Wireshark, and in comments of packets. A
 * capture and those that are reopened from it share them, so that a process of the file is the same for all of them. */
#ifndef CAPTURE_PROCESSES_H
#define CAPTURE_PROCESSES_H

#include "capture/pcapng_blocks.h"

#include <wirestate/capture.h>

struct ws_processes; /* opaque */

struct ws_processes *ws_processes_new(void) WS_CHECKED; /* NULL: out of memory */
struct ws_processes *ws_processes_share(struct ws_processes *processes);
void ws_processes_release(struct ws_processes *processes); /* NULL is allowed */

/* A process information block. `start` is when the process began, 0: not stated. A block may come after packets of its
 * process, which then have the name from then on. What does not fit into the table (64 Ki processes, 256 with one id)
 * is not kept. */
void ws_processes_add(struct ws_processes *processes, uint32_t id, struct ws_ng_text name, ws_time start);

/* One thread may read the file ahead of another one that uses the frames. Then a name that comes after packets of its
 * process is shown only when the other thread has come so far. How many such names have come: */
size_t ws_processes_renamed(struct ws_processes *processes);
/* From now on, such names are shown by ws_processes_show(). */
void ws_processes_hold(struct ws_processes *processes);
/* Shows the first `count` of these names; called by the thread that uses the frames. */
void ws_processes_show(struct ws_processes *processes, size_t count);

/* The process with this id at this time: of the blocks that do not begin later, the last one. NULL: no room. */
const struct ws_frame_process *ws_processes_at(struct ws_processes *processes, uint32_t id, ws_time time);
/* The process of this id and name. NULL: no room. */
const struct ws_frame_process *ws_processes_named(struct ws_processes *processes, uint32_t id, struct ws_ng_text name);

/* What a packet's comment says of a process, in the words of ptcpdump ("PID: 7", "Cmd: /usr/bin/curl", a line each) or
 * rustnet ("PID:7 Process:curl"). False: it names none. `id` is 0 when not stated. The name points into the comment. */
bool ws_process_of_comment(const char *comment, size_t length, uint32_t *id, struct ws_ng_text *name) WS_CHECKED;

#endif
