/* One fact of each of many connections: sort keys and verdicts.
 *
 * A connection takes 1.2 kB, and a million of them do not fit any cache. The cost of a walk is the cache lines
 * that it reads. So each fact names the parts it is made of, and these are prefetched WS_AHEAD connections before they
 * are read. A verdict depends on nearly everything, so a connection stores it until its next input, in one cache line.
 */
#include "track/ahead.h"
#include "track/merged.h"
#include "track/together.h"

#include <string.h>

enum { KNOWN = 0x80, SLOW = 0x40, SEVERITY_SHIFT = 4, SEVERITY_MASK = 3, VERDICT_MASK = 0x0f };
_Static_assert(WS_VERDICT_COUNT <= VERDICT_MASK + 1, "a verdict fits its bits");

/* ---- Verdicts */

struct ws_judgement ws_conn_judgement(const struct ws_tracker *tracker, const struct ws_conn *conn,
                                      const struct ws_time_shares *shares)
{
	if (!conn->judgement) {
		struct ws_conn_info info = {.id = 0};
		ws_conn_fill(tracker, conn, shares ? WS_PARTS_OF_VERDICT & ~WS_PART_SHARES : WS_PARTS_OF_VERDICT,
		             &info);
		if (shares) {
			info.shares_known = true;
			info.shares = *shares;
		}
		info.just_sent = info.left_alone = false;
		const struct ws_judgement made = ws_conn_judge(&info);
		/* Storing the verdict changes nothing that a caller can see, so the cast is safe. */
		((struct ws_conn *)conn)->judgement =
		        (uint8_t)(KNOWN | (made.slow ? SLOW : 0) | made.severity << SEVERITY_SHIFT | made.verdict);
	}
	return ws_judgement_now(tracker, conn->judgement, conn->first_time, conn->last_time);
}

/* What a byte that stores a judgement says. */
static struct ws_judgement judgement_of(uint8_t stored)
{
	return (struct ws_judgement){.verdict = stored & VERDICT_MASK,
	                             .severity = stored >> SEVERITY_SHIFT & SEVERITY_MASK,
	                             .slow = stored & SLOW};
}

struct ws_judgement ws_judgement_now(const struct ws_tracker *tracker, uint8_t stored, ws_time first, ws_time last)
{
	struct ws_judgement judgement = judgement_of(stored);
	if (judgement.verdict == WS_VERDICT_CLOSE_WAIT && ws_is_left_alone(tracker, last))
		judgement.severity = 3;
	if (judgement.verdict == WS_VERDICT_SILENT && ws_is_just_sent(tracker, first, last))
		return (struct ws_judgement){.verdict = WS_VERDICT_OPENING, .severity = 1};
	return judgement;
}

/* Both endpoints count as closed already, so that no rule before this one will match, and it will match again. */
bool ws_judgement_stays(uint8_t stored)
{
	const struct ws_judgement judgement = judgement_of(stored);
	return judgement.verdict == WS_VERDICT_CLOSED && !judgement.severity;
}

void ws_conn_brief(const struct ws_tracker *tracker, const struct ws_conn *conn, struct ws_brief *brief)
{
	*brief = (struct ws_brief){.number = conn->number,
	                           .first = conn->first_time,
	                           .last = conn->last_time,
	                           .likely_client = (uint8_t)ws_conn_likely_client(conn) & 1,
	                           .self = ws_conn_is_self(conn)};
	brief->shares_known = ws_conn_shares_sum(tracker, conn, &brief->shares, NULL);
	(void)ws_conn_judgement(tracker, conn, brief->shares_known ? &brief->shares : NULL);
	brief->judgement = conn->judgement;
}

void ws_tracker_judge(const struct ws_tracker *tracker, const ws_conn_id *ids, size_t count,
                      struct ws_judgement *judgements)
{
	struct ws_conn_copy copy;
	struct ws_conn_info info;
	for (size_t i = 0; i < count && tracker->stored; i++)
		judgements[i] = ws_stored_conn(tracker->stored, ids[i], &info)
		                        ? info.stated.judgement
		                        : (struct ws_judgement){.verdict = WS_VERDICT_STRAY};
	for (size_t i = 0; i < count && !tracker->stored; i++) {
		ws_ahead_in_walk(tracker, ids, i, count, 0);
		const struct ws_home home = ws_home_of(tracker, ids[i]);
		const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
		judgements[i] = conn ? ws_conn_judgement(home.tracker, conn, NULL)
		                     : (struct ws_judgement){.verdict = WS_VERDICT_STRAY};
	}
}

/* ---- Keys */

/* TIME_WAIT counts as over: nothing is sent any more, and its end changes no age. */
static bool is_over(uint8_t state)
{
	return state == WS_CLOSED || state == WS_TIME_WAIT;
}

static ws_time age(bool ended, ws_time first, ws_time last, ws_time now)
{
	return (ended || now < last ? last : now) - first;
}

ws_time ws_conn_age(const struct ws_conn_info *info, ws_time now)
{
	const bool over = is_over(info->endpoint[0].state) && is_over(info->endpoint[1].state);
	return age(info->ended || over, info->first_time, info->last_time, now);
}

static uint64_t big_endian(const uint8_t *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(value) : value;
}

static struct ws_order_key address_key(const struct ws_addr *address, unsigned ip_version, uint16_t port)
{
	const uint8_t *bytes = address->byte;
	struct ws_order_key key = {big_endian(bytes), big_endian(bytes + 8)};
	if (ip_version == 4) /* the upper 16 bits are constant in v4-mapped addresses, so the port fits there */
		key.low = key.low << 16 | port;
	return key;
}

static struct ws_order_key side_key(const struct ws_conn *conn, unsigned i)
{
	return address_key(&conn->address[i], conn->ip_version, conn->port[i]);
}

/* The parameters of a walk for sort keys. */
struct keying {
	const struct ws_tracker *tracker;
	enum ws_order order;
	ws_time now;
	uint8_t rank[WS_VERDICT_COUNT]; /* of a verdict's word in alphabetical order */
};

static void rank_words(struct keying *keying)
{
	for (enum ws_verdict a = 0; a < WS_VERDICT_COUNT; a++)
		for (enum ws_verdict b = 0; b < WS_VERDICT_COUNT; b++)
			keying->rank[a] += strcmp(ws_verdict_tag(b), ws_verdict_tag(a)) < 0;
}

static struct ws_order_key verdict_key(const struct keying *keying, struct ws_judgement judgement)
{
	return (struct ws_order_key){.low = (3u - judgement.severity) << 8 | keying->rank[judgement.verdict]};
}

/* The longest time first. `shares`: NULL where they are not known. */
static struct ws_order_key share_key(enum ws_order order, const struct ws_time_shares *shares, unsigned client)
{
	ws_time time = 0;
	if (!shares)
		return (struct ws_order_key){.high = INT64_MAX};
	if (order == WS_ORDER_SERVER_TIME)
		time = shares->time[WS_CAUSE_PROGRAM][!client];
	else if (order == WS_ORDER_NETWORK_TIME)
		time = shares->time[WS_CAUSE_NETWORK][0] + shares->time[WS_CAUSE_NETWORK][1];
	else
		time = shares->time[WS_CAUSE_DUPLICATE_ACKS][0] + shares->time[WS_CAUSE_DUPLICATE_ACKS][1] +
		       shares->time[WS_CAUSE_TIMEOUT][0] + shares->time[WS_CAUSE_TIMEOUT][1];
	return (struct ws_order_key){.high = (uint64_t)(INT64_MAX - time)};
}

static struct ws_order_key key_of(const struct keying *keying, const struct ws_conn *conn)
{
	const unsigned second = !ws_conn_is_self(conn); /* in a self-connect, the second endpoint is the first */
	const struct ws_endpoint *endpoint = conn->machine.endpoint;
	const struct ws_traffic *traffic = conn->traffic;
	struct ws_time_shares shares;
	unsigned client, server;
	switch (keying->order) {
	case WS_ORDER_CLIENT:
		return side_key(conn, (unsigned)ws_conn_likely_client(conn));
	case WS_ORDER_SERVER:
		return side_key(conn, !ws_conn_likely_client(conn));
	case WS_ORDER_STATES:
		client = (unsigned)ws_conn_likely_client(conn) & second;
		server = (client ^ 1) & second;
		return (struct ws_order_key){.high = (uint64_t)endpoint[client].state << 8 | endpoint[server].state};
	case WS_ORDER_START:
		return (struct ws_order_key){.high = (uint64_t)conn->first_time};
	case WS_ORDER_AGE:
		return (struct ws_order_key){.high = (uint64_t)age(conn->ended || (is_over(endpoint[0].state) &&
		                                                                   is_over(endpoint[second].state)),
		                                                   conn->first_time, conn->last_time, keying->now)};
	case WS_ORDER_PACKETS:
		return (struct ws_order_key){.high = traffic[0].packets + traffic[second].packets};
	case WS_ORDER_BYTES:
		return (struct ws_order_key){.high = traffic[0].bytes + traffic[second].bytes};
	case WS_ORDER_SERVER_TIME:
	case WS_ORDER_NETWORK_TIME:
	case WS_ORDER_LOSS_TIME:
		return share_key(keying->order,
		                 ws_conn_shares_sum(keying->tracker, conn, &shares, NULL) ? &shares : NULL,
		                 (unsigned)ws_shown_client(keying->tracker, conn) & 1);
	case WS_ORDER_VERDICT:
		return verdict_key(keying, ws_conn_judgement(keying->tracker, conn, NULL));
	case WS_ORDER_NUMBER:
	case WS_ORDER_COUNT:
		break;
	}
	return (struct ws_order_key){.high = conn->number};
}

/* The same of a connection of records, or of several points. */
static struct ws_order_key info_key(const struct keying *keying, const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client & 1],
	                              *server = &info->endpoint[!(info->likely_client & 1)];
	switch (keying->order) {
	case WS_ORDER_CLIENT:
		return address_key(&client->address, info->ip_version, client->port);
	case WS_ORDER_SERVER:
		return address_key(&server->address, info->ip_version, server->port);
	case WS_ORDER_STATES:
		return (struct ws_order_key){.high = (uint64_t)client->state << 8 | server->state};
	case WS_ORDER_START:
		return (struct ws_order_key){.high = (uint64_t)info->first_time};
	case WS_ORDER_AGE:
		return (struct ws_order_key){.high = (uint64_t)ws_conn_age(info, keying->now)};
	case WS_ORDER_PACKETS:
		return (struct ws_order_key){.high = client->packets + server->packets};
	case WS_ORDER_BYTES:
		return (struct ws_order_key){.high = client->bytes + server->bytes};
	case WS_ORDER_SERVER_TIME:
	case WS_ORDER_NETWORK_TIME:
	case WS_ORDER_LOSS_TIME:
		return share_key(keying->order, info->shares_known ? &info->shares : NULL,
		                 (unsigned)info->likely_client & 1);
	case WS_ORDER_VERDICT:
		return verdict_key(keying, info->stated.judgement);
	case WS_ORDER_NUMBER:
	case WS_ORDER_COUNT:
		break;
	}
	return (struct ws_order_key){.high = info->number};
}

static unsigned parts_of(enum ws_order order)
{
	static const unsigned parts[] = {
	        [WS_ORDER_NUMBER] = WS_PART_LAST,
	        [WS_ORDER_CLIENT] = WS_PART_OPENING,
	        [WS_ORDER_SERVER] = WS_PART_OPENING,
	        [WS_ORDER_STATES] = WS_PART_STATES | WS_PART_OPENING,
	        [WS_ORDER_START] = WS_PART_FIRST,
	        [WS_ORDER_AGE] = WS_PART_FIRST | WS_PART_LAST | WS_PART_STATES,
	        [WS_ORDER_PACKETS] = WS_PART_TRAFFIC,
	        [WS_ORDER_BYTES] = WS_PART_TRAFFIC,
	        [WS_ORDER_VERDICT] = WS_PART_JUDGEMENT,
	        [WS_ORDER_SERVER_TIME] = WS_PART_OPENING | WS_PART_SHARES,
	        [WS_ORDER_NETWORK_TIME] = WS_PART_OPENING | WS_PART_SHARES,
	        [WS_ORDER_LOSS_TIME] = WS_PART_OPENING | WS_PART_SHARES,
	};
	return parts[order];
}

/* Whether other points know better what the key is made of. */
static bool depends_on_points(const struct keying *keying, const struct ws_conn *conn)
{
	switch (keying->order) {
	case WS_ORDER_CLIENT:
	case WS_ORDER_SERVER:
	case WS_ORDER_STATES:
	case WS_ORDER_START:
	case WS_ORDER_AGE:
	case WS_ORDER_PACKETS:
	case WS_ORDER_BYTES:
		return ws_path_find(keying->tracker, conn->id, conn->number);
	default: /* the others take them in themselves, or are the point's own */
		return false;
	}
}

static struct ws_order_key joined_key(const struct keying *keying, const struct ws_conn *conn, unsigned parts)
{
	struct ws_conn_info info = {.id = 0};
	ws_conn_fill(keying->tracker, conn, parts | WS_PART_IDENTITY | WS_PART_OPENING, &info);
	return info_key(keying, &info);
}

void ws_tracker_order_keys(const struct ws_tracker *tracker, enum ws_order order, ws_time now, const ws_conn_id *ids,
                           size_t count, struct ws_order_key *keys)
{
	const unsigned parts = parts_of(order);
	const ws_lines lines = ws_lines_of(parts);
	struct ws_conn_copy copy;
	struct keying keying = {.tracker = tracker, .order = order, .now = now};
	rank_words(&keying);
	for (size_t i = 0; i < count && tracker->stored; i++) {
		struct ws_conn_info info;
		keys[i] = ws_stored_conn(tracker->stored, ids[i], &info) ? info_key(&keying, &info)
		                                                         : (struct ws_order_key){.high = 0};
	}
	for (size_t i = 0; i < count && !tracker->stored; i++) {
		if (order == WS_ORDER_VERDICT)
			ws_ahead_in_walk(tracker, ids, i, count, lines);
		else if (i + WS_AHEAD < count)
			ws_ahead_of(tracker, ids[i + WS_AHEAD], lines);
		const struct ws_home home = ws_home_of(tracker, ids[i]);
		const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
		keying.tracker = home.tracker;
		keying.now = tracker->merged ? ws_merged_there(tracker->merged, ids[i], now) : now;
		if (!conn)
			keys[i] = (struct ws_order_key){.high = 0};
		else if (depends_on_points(&keying, conn))
			keys[i] = joined_key(&keying, conn, parts);
		else
			keys[i] = key_of(&keying, conn);
		if (tracker->merged)
			ws_merged_order_key(tracker->merged, order, ids[i], &keys[i]);
	}
}
