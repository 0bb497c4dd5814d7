/* The connections of a capture in groups, see wirestate/overview.h: what its files share. Private to src/track. */
#ifndef WS_TRACK_OVERVIEW_H
#define WS_TRACK_OVERVIEW_H

#include <wirestate/overview.h>

enum {
	OVERVIEW_CLIENTS = 4, /* scattered clients of one verdict that have a group of their own */
	OVERVIEW_EACH = 8,    /* groups of one verdict besides the rest */
	OVERVIEW_CODES = 64,  /* verdicts with their severities, see overview_code() */
	OVERVIEW_GROUPS = OVERVIEW_CODES * (OVERVIEW_EACH + 1),
};

/* A group with the sum of where its connections' time went. */
struct overview_shown {
	struct ws_overview_group group;
	struct ws_time_shares shares;
};

/* One group while it is counted. */
struct overview_slot {
	struct overview_shown is;
	uint32_t opened; /* of a client: how many servers' ports it was the first to use */
	uint8_t code;
};

/* The groups by a key, such as the server and its port. The slots are in the order of their first connections. */
struct overview_table {
	struct overview_place *places; /* a hash table, open addressing */
	struct overview_slot *slots;
	size_t count, room;
};

/* What a walk has found. */
struct overview_found {
	struct overview_shown shown[OVERVIEW_GROUPS];
	size_t count;
	uint64_t total[OVERVIEW_CODES], connections;
	uint8_t scattered_count[OVERVIEW_CODES];
	struct overview_shown scattered[OVERVIEW_CODES][OVERVIEW_CLIENTS];
	bool shares_known, times; /* times: of all groups, and not only of slow ones */
};

struct ws_overview {
	uint8_t hash_key[16];
	struct overview_table server, client;
	struct overview_slot other[OVERVIEW_CODES]; /* connections whose server found no place */
	bool times;                                 /* the walk adds up where the time of all connections went */
	bool again;                                 /* the walk counts the servers without the scattered clients */
	size_t rank;
	struct overview_found counting, found; /* found: in use */
};

uint8_t overview_code(struct ws_judgement judgement, unsigned slow_cause);
uint8_t overview_code_of(const struct ws_overview_group *group);
/* The judgement of all slow connections: nothing went wrong with them, whatever their verdicts. */
struct ws_judgement overview_slow(void);
/* Adds what is counted to a slot, which is empty where its count is 0. `shares`: NULL where they are not known. */
void overview_merge(struct overview_slot *slot, const struct ws_overview_group *added,
                    const struct ws_time_shares *shares, uint8_t code);
bool overview_is_scattered(const struct overview_found *found, uint8_t code, const struct ws_overview_group *group);

/* overview_groups.c: keeps the largest clients whose connections nearly all went to servers' ports of their own. */
void overview_choose_scattered(struct ws_overview *overview);
/* False: there are scattered clients with connections that the groups by server count, too. */
bool overview_is_counted(const struct ws_overview *overview);
/* Makes groups of what has been counted. */
void overview_make_groups(struct ws_overview *overview);

#endif
