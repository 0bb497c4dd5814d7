/* Flights: what became of each packet on the lab's wire, from the evidence in the comments of its capture (see
 * wirestate/evidence.h). Times are in nanoseconds since 1970. */
#ifndef WIRESTATE_FLIGHTS_H
#define WIRESTATE_FLIGHTS_H

#include <wirestate/capture.h>
#include <wirestate/evidence.h>

struct ws_flight {
	uint64_t number;    /* of the packet on the wire, from 1 */
	uint64_t frame;     /* that shows how it left */
	ws_time left;       /* its host */
	ws_time again_time; /* the last time that its host did so */
	ws_time ended;      /* when it was delivered or dropped; WS_TIME_NEVER: it is in the air */
	uint32_t again;     /* how often its host has sent it once more while it was held */
	bool server;        /* the server has sent it */
	bool held;          /* it waits for a command */
	bool dropped;       /* it is lost */
	bool later;         /* the scenario lets others be delivered before it */
	char words[44];     /* what it is: "FIN, ACK"; clean text */
	uint8_t reason;     /* of `dropped`: enum ws_saying */
	uint32_t rule;      /* the line of the scenario, of WS_SAYS_DROPPED_BY_RULE */
	char error[60];     /* of WS_SAYS_DROPPED_BY_SYSTEM; clean text */
};

/* Later packets are not followed, and later lines not kept. */
enum { WS_FLIGHTS_MOST = 65536, WS_FLIGHT_LINES_MOST = 1 << 19, WS_FLIGHT_BYTES_MOST = 64 << 20 };

struct ws_flights; /* opaque */

/* NULL: out of memory. */
struct ws_flights *ws_flights_create(void) WS_CHECKED;
void ws_flights_free(struct ws_flights *flights); /* NULL allowed */
/* Takes in what a frame's comment says. Frames without evidence are passed over. */
void ws_flights_take(struct ws_flights *flights, const struct ws_frame *frame);
/* Takes in what was said after the last frame; it may say again what is known. */
void ws_flights_remark(struct ws_flights *flights, const char *comment, size_t length);

/* The packet whose departure the frame shows, or NULL. */
const struct ws_flight *ws_flights_find(const struct ws_flights *flights, uint64_t frame);
/* The packet of that number, from 1 on. NULL: it has not left yet. Its `number` is 0 where its departure was not seen.
 */
const struct ws_flight *ws_flights_number(const struct ws_flights *flights, uint64_t number);
/* The packets that are held, in the order in which they left, from 0 on. NULL: there are fewer. */
const struct ws_flight *ws_flights_held(const struct ws_flights *flights, size_t index);

/* ---- All that was said, in the order of its times */

size_t ws_flights_lines(const struct ws_flights *flights);
/* The text stays valid until more is taken in. Returns the frame that the line belongs to: that of the packet which
 * it caused, or after which it happened. */
uint64_t ws_flights_line(const struct ws_flights *flights, size_t index, struct ws_evidence *evidence);
/* The first line that is not before `time`. */
size_t ws_flights_line_at(const struct ws_flights *flights, ws_time time);
/* The lines that belong to a frame, from *at on, which is 0 before the first. False: there is no more. */
bool ws_flights_next_of(const struct ws_flights *flights, uint64_t frame, size_t *at,
                        struct ws_evidence *evidence) WS_CHECKED;

#endif
