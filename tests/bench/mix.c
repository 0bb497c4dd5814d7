/* mix PACKETS [SEED] writes a capture as a busy network has it to standard output: about PACKETS packets, a quarter of
 * them UDP. Another seed makes other connections.
 *
 * For each million packets 38,200 TCP connections and 17,200 UDP conversations begin; a tenth of them are IPv6.
 * Connections are attempts without answer, refused ones, short requests, dialogues and downloads, so most are short,
 * and most packets belong to long ones. Segments come in bursts with a round trip between them, some are sent again,
 * and every second one is acknowledged. UDP is DNS, small messages, and streams. Names are in DNS answers, TLS
 * ClientHellos and HTTP requests. All checksums are right. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_US (INT64_C(1700000000) * 1000000)
#define TCP_MILLION 38213 /* connections for each million packets */
#define UDP_MILLION 17211
#define US_PER_PACKET 50 /* 20,000 packets a second */

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { CLIENT, SERVER };
enum kind { SILENT, REFUSED, SHORT, DIALOGUE, DOWNLOAD, DNS, MESSAGES, STREAM };
enum phase {
	OPENING,
	OPEN_ANSWER,
	OPEN_ACK,
	REQUEST,
	RESPONSE,
	ACKNOWLEDGE,
	CLOSING,
	CLOSE_ACK,
	CLOSE_FIN,
	LAST_ACK,
	DONE
};

struct flow {
	int64_t at; /* when its next packet is sent */
	uint64_t random, seed;
	uint32_t number, round_trip, next[2], acked[2];
	uint16_t port[2], segments, left, rounds, identification[2], unacknowledged;
	uint8_t kind, phase, version, tries;
	bool repeats;
};

struct heap {
	struct flow *flows;
	size_t count, capacity;
};

static uint64_t written;

static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t between(struct flow *flow, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(draw(&flow->random) % (high - low + 1));
}

/* ---- Bytes */

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint64_t sum(const uint8_t *bytes, size_t size)
{
	uint64_t total = 0;
	for (size_t i = 0; i + 1 < size; i += 2)
		total += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return total + (size % 2 ? (uint32_t)bytes[size - 1] << 8 : 0);
}

static uint32_t folded(uint64_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~(uint32_t)total & 0xffff;
}

/* Clients are in 10.0.0.0/10 or 2001:db8::/32, and there are few servers. */
static void put_address(uint8_t *at, const struct flow *flow, unsigned side)
{
	uint64_t state = flow->seed + side;
	uint64_t value = draw(&state);
	value = side == CLIENT ? value % 16000 : value % 2000 + 0x800000;
	if (flow->version == 4) {
		put32(at, 10u << 24 | (uint32_t)value);
		return;
	}
	memset(at, 0, 16);
	put32(at, 0x20010db8);
	put32(at + 12, (uint32_t)value);
}

/* Writes the frame whose transport header and payload are `body`; `checksum` is the checksum's offset in it. */
static void write_frame(struct flow *flow, unsigned side, uint8_t protocol, uint8_t *body, uint32_t size,
                        uint32_t checksum)
{
	uint8_t head[16 + 14 + 40] = {0}, *ethernet = head + 16, *ip = ethernet + 14;
	const uint32_t width = flow->version == 4 ? 4 : 16, ip_size = flow->version == 4 ? 20 : 40;
	const uint32_t frame_size = 14 + ip_size + size;
	const int64_t time = START_US + flow->at;
	const uint32_t record[4] = {(uint32_t)(time / 1000000), (uint32_t)(time % 1000000), frame_size, frame_size};
	memcpy(head, record, sizeof(record));
	put32(ethernet + 2, 0x0a0b0c00 | side);
	put32(ethernet + 8, 0x0a0b0c00 | (side ^ 1));
	put16(ethernet + 12, flow->version == 4 ? 0x0800 : 0x86dd);
	uint8_t *addresses = ip + (flow->version == 4 ? 12 : 8);
	put_address(addresses, flow, side);
	put_address(addresses + width, flow, side ^ 1);
	if (flow->version == 4) {
		ip[0] = 0x45;
		put16(ip + 2, ip_size + size);
		put16(ip + 4, flow->identification[side]++);
		put16(ip + 6, 0x4000);
		ip[8] = side == CLIENT ? 64 : 57;
		ip[9] = protocol;
		put16(ip + 10, folded(sum(ip, 20)));
	} else {
		ip[0] = 0x60;
		put16(ip + 4, size);
		ip[6] = protocol;
		ip[7] = 64;
	}
	put16(body + checksum, 0);
	put16(body + checksum, folded(sum(addresses, 2 * width) + protocol + size + sum(body, size)));
	if (fwrite(head, 16 + 14 + ip_size, 1, stdout) != 1 || fwrite(body, size, 1, stdout) != 1) {
		perror("mix");
		exit(1);
	}
	written++;
}

/* ---- Payloads with a name */

static uint32_t put_name(uint8_t *at, const struct flow *flow)
{
	uint64_t state = flow->seed + SERVER;
	return (uint32_t)sprintf((char *)at, "host%u.example", (unsigned)(draw(&state) % 2000));
}

static uint32_t put_dns(uint8_t *at, const struct flow *flow, bool answer)
{
	uint8_t name[40];
	const uint32_t length = put_name(name, flow), label = length - 8;
	memset(at, 0, 12);
	put16(at, flow->number);
	put16(at + 2, answer ? 0x8180 : 0x0100);
	put16(at + 4, 1);
	put16(at + 6, answer);
	uint32_t size = 12;
	at[size++] = (uint8_t)label;
	memcpy(at + size, name, label);
	size += label;
	at[size++] = 7;
	memcpy(at + size, "example", 8);
	size += 8;
	put32(at + size, 1u << 16 | 1);
	size += 4;
	if (!answer)
		return size;
	const uint8_t record[12] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4};
	memcpy(at + size, record, sizeof(record));
	const struct flow four = {.seed = flow->seed + 1, .version = 4};
	put_address(at + size + 12, &four, SERVER);
	return size + 16;
}

static uint32_t put_client_hello(uint8_t *at, const struct flow *flow)
{
	uint8_t name[40];
	const uint32_t length = put_name(name, flow), extensions = 9 + length,
	               hello = 2 + 32 + 1 + 4 + 2 + 2 + extensions;
	memset(at, 0, 64);
	at[0] = 22;
	put16(at + 1, 0x0301);
	put16(at + 3, hello + 4);
	at[5] = 1;
	put16(at + 7, hello);
	put16(at + 9, 0x0303);
	put16(at + 44, 2); /* after the random bytes and an empty session id: one cipher suite */
	put16(at + 46, 0x1301);
	at[48] = 1;
	put16(at + 50, extensions);
	put16(at + 54, length + 5);
	put16(at + 56, length + 3);
	put16(at + 59, length);
	memcpy(at + 61, name, length);
	return 61 + length;
}

static uint32_t put_payload(uint8_t *at, struct flow *flow, unsigned side, uint32_t size)
{
	for (uint32_t i = 0; i < size; i += 8) {
		const uint64_t word = draw(&flow->random);
		memcpy(at + i, &word, 8);
	}
	if (side == SERVER || flow->acked[SERVER] || flow->phase != REQUEST)
		return size;
	if (flow->port[SERVER] == 443)
		return put_client_hello(at, flow);
	uint8_t name[40];
	name[put_name(name, flow)] = 0;
	return flow->port[SERVER] == 80 ? (uint32_t)sprintf((char *)at, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", name)
	                                : size;
}

/* ---- TCP */

static uint8_t body[2048];

static uint32_t put_options(uint8_t *at, const struct flow *flow, unsigned side, uint32_t flags)
{
	uint32_t size = 0;
	if (flags & RST)
		return 0;
	if (flags & SYN) {
		const uint8_t opening[10] = {2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7};
		memcpy(at, opening, sizeof(opening));
		size = sizeof(opening);
	}
	memset(at + size, 1, 2);
	at[size + 2] = 8;
	at[size + 3] = 10;
	put32(at + size + 4, (uint32_t)(flow->at / 1000) + flow->number + side);
	put32(at + size + 8,
	      (flags & ACK) ? (uint32_t)((flow->at - flow->round_trip / 2) / 1000) + flow->number + (side ^ 1) : 0);
	size += 12;
	return size + 3 - (size + 3) % 4;
}

static void send_tcp(struct flow *flow, unsigned side, uint32_t flags, uint32_t length)
{
	uint8_t options[40] = {0};
	const uint32_t size = put_options(options, flow, side, flags);
	put16(body, flow->port[side]);
	put16(body + 2, flow->port[side ^ 1]);
	put32(body + 8, flags & ACK ? flow->next[side ^ 1] : 0);
	put16(body + 12, (20 + size) / 4 << 12 | flags);
	put16(body + 14, flags & SYN ? 64240 : 501);
	put16(body + 18, 0);
	memcpy(body + 20, options, size);
	length = length ? put_payload(body + 20 + size, flow, side, length) : 0;
	put32(body + 4, flow->next[side]);
	write_frame(flow, side, 6, body, 20 + size + length, 16);
	flow->next[side] += length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
	if (flags & ACK)
		flow->acked[side] = 1;
}

static void wait(struct flow *flow, uint32_t shortest, uint32_t longest)
{
	flow->at += between(flow, shortest, longest);
}

static void wait_half(struct flow *flow)
{
	wait(flow, flow->round_trip / 2, flow->round_trip * 5 / 8);
}

static void begin_response(struct flow *flow)
{
	flow->left = (uint16_t)between(flow, 1, flow->segments);
	flow->unacknowledged = 0;
	flow->phase = RESPONSE;
	wait_half(flow);
}

static void send_response(struct flow *flow)
{
	const uint32_t full = flow->number % 3 ? 1448 : 1208;
	const uint32_t length = flow->left > 1 ? full : between(flow, 20, flow->kind == DOWNLOAD ? full : 300);
	if (flow->repeats) { /* the last segment was lost after the capture, and comes again */
		flow->next[SERVER] -= full;
		flow->repeats = false;
		send_tcp(flow, SERVER, ACK, full);
	} else {
		send_tcp(flow, SERVER, flow->left > 1 ? ACK : ACK | PSH, length);
		flow->left--;
		flow->repeats = flow->left && between(flow, 0, 149) == 0;
	}
	flow->unacknowledged++;
	if (flow->repeats) {
		wait(flow, 200000, 300000);
	} else if (flow->unacknowledged % 2 == 0 || !flow->left) {
		flow->phase = ACKNOWLEDGE;
		wait(flow, 20, flow->left ? 200 : 40000);
	} else {
		wait(flow, 10, 60);
	}
}

static void after_acknowledgment(struct flow *flow)
{
	if (flow->left) {
		flow->phase = RESPONSE;
		if (flow->unacknowledged % 10 == 0)
			wait_half(flow);
		else
			wait(flow, 10, 60);
		return;
	}
	flow->phase = --flow->rounds ? REQUEST : CLOSING;
	wait(flow, 1000, flow->kind == DIALOGUE ? 900000 : 30000);
}

static void step_tcp(struct flow *flow)
{
	switch ((enum phase)flow->phase) {
	case OPENING:
		send_tcp(flow, CLIENT, SYN, 0);
		if (flow->kind == SILENT && ++flow->tries < 3) {
			flow->next[CLIENT]--;
			wait(flow, flow->tries * 1000000u, flow->tries * 1010000u);
			break;
		}
		flow->phase = flow->kind == SILENT ? DONE : OPEN_ANSWER;
		wait_half(flow);
		break;
	case OPEN_ANSWER:
		send_tcp(flow, SERVER, flow->kind == REFUSED ? RST | ACK : SYN | ACK, 0);
		flow->phase = flow->kind == REFUSED ? DONE : OPEN_ACK;
		wait_half(flow);
		break;
	case OPEN_ACK:
		send_tcp(flow, CLIENT, ACK, 0);
		flow->acked[SERVER] = 0;
		flow->phase = REQUEST;
		wait(flow, 20, 2000);
		break;
	case REQUEST:
		send_tcp(flow, CLIENT, ACK | PSH, between(flow, 40, flow->kind == DIALOGUE ? 200 : 700));
		begin_response(flow);
		break;
	case RESPONSE:
		send_response(flow);
		break;
	case ACKNOWLEDGE:
		send_tcp(flow, CLIENT, ACK, 0);
		after_acknowledgment(flow);
		break;
	case CLOSING:
		if (flow->number % 12 == 0) {
			send_tcp(flow, CLIENT, RST | ACK, 0);
			flow->phase = DONE;
			break;
		}
		send_tcp(flow, CLIENT, FIN | ACK, 0);
		flow->phase = flow->number % 3 ? CLOSE_FIN : CLOSE_ACK;
		wait_half(flow);
		break;
	case CLOSE_ACK:
		send_tcp(flow, SERVER, ACK, 0);
		flow->phase = CLOSE_FIN;
		wait(flow, 100, 40000);
		break;
	case CLOSE_FIN:
		send_tcp(flow, SERVER, FIN | ACK, 0);
		flow->phase = LAST_ACK;
		wait_half(flow);
		break;
	case LAST_ACK:
		send_tcp(flow, CLIENT, ACK, 0);
		flow->phase = DONE;
		break;
	case DONE:
		break;
	}
}

/* ---- UDP */

static void step_udp(struct flow *flow)
{
	unsigned side = CLIENT;
	uint32_t length;
	if (flow->kind == DNS) {
		side = flow->left == flow->segments ? CLIENT : SERVER;
		length = put_dns(body + 8, flow, side == SERVER);
	} else {
		side = flow->kind == STREAM ? between(flow, 0, 9) > 1 : between(flow, 0, 1);
		length = flow->kind == STREAM && side == SERVER ? between(flow, 80, 1080)
		                                                : between(flow, 20, flow->kind == STREAM ? 60 : 400);
		for (uint32_t i = 0; i < length; i += 8) {
			const uint64_t word = draw(&flow->random);
			memcpy(body + 8 + i, &word, 8);
		}
	}
	put16(body, flow->port[side]);
	put16(body + 2, flow->port[side ^ 1]);
	put16(body + 4, 8 + length);
	write_frame(flow, side, 17, body, 8 + length, 6);
	if (!--flow->left)
		flow->phase = DONE;
	else if (flow->kind == STREAM && flow->left % 10)
		wait(flow, 20, 400);
	else
		wait(flow, flow->round_trip / 2, flow->kind == MESSAGES ? 900000 : flow->round_trip);
}

/* ---- All of them */

static struct flow begin(uint32_t number, uint64_t seed, bool udp, int64_t at)
{
	static const uint16_t services[] = {443, 443, 443, 80, 443, 80, 8080, 22, 5432, 25};
	struct flow flow = {.at = at, .number = number, .seed = (UINT64_C(0x5bd1e995) + seed) * (number + 1)};
	flow.random = flow.seed + 77;
	const uint32_t kind = between(&flow, 0, 99);
	flow.version = between(&flow, 0, 9) ? 4 : 6;
	flow.round_trip = between(&flow, 0, 3) ? between(&flow, 500, 40000) : between(&flow, 40000, 250000);
	flow.port[CLIENT] = (uint16_t)between(&flow, 32768, 60999);
	for (unsigned i = 0; i < 2; i++) {
		flow.next[i] = (uint32_t)draw(&flow.random);
		flow.identification[i] = (uint16_t)draw(&flow.random);
	}
	flow.rounds = 1;
	if (udp) {
		flow.kind = kind < 62 ? DNS : kind < 82 ? MESSAGES : STREAM;
		flow.port[SERVER] = flow.kind == DNS ? 53 : flow.kind == STREAM ? 4500 : 5060;
		flow.segments = flow.kind == DNS ? 2 : (uint16_t)between(&flow, 4, flow.kind == STREAM ? 125 : 14);
		flow.left = flow.segments;
		return flow;
	}
	flow.kind = kind < 4 ? SILENT : kind < 7 ? REFUSED : kind < 65 ? SHORT : kind < 95 ? DIALOGUE : DOWNLOAD;
	flow.port[SERVER] = services[between(&flow, 0, 9)];
	flow.segments = flow.kind == DOWNLOAD ? 98 : flow.kind == SHORT ? 4 : 1;
	flow.rounds = flow.kind == DIALOGUE ? (uint16_t)between(&flow, 2, 14) : 1;
	return flow;
}

static void sink(struct heap *heap)
{
	struct flow flow = heap->flows[0];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < heap->count; i = child) {
		if (child + 1 < heap->count && heap->flows[child + 1].at < heap->flows[child].at)
			child++;
		if (flow.at <= heap->flows[child].at)
			break;
		heap->flows[i] = heap->flows[child];
	}
	heap->flows[i] = flow;
}

static void push(struct heap *heap, struct flow flow)
{
	if (heap->count == heap->capacity) {
		heap->capacity = heap->capacity ? 2 * heap->capacity : 1024;
		heap->flows = realloc(heap->flows, heap->capacity * sizeof(*heap->flows));
		if (!heap->flows) {
			fputs("mix: out of memory\n", stderr);
			exit(1);
		}
	}
	size_t i = heap->count++;
	for (; i > 0 && flow.at < heap->flows[(i - 1) / 2].at; i = (i - 1) / 2)
		heap->flows[i] = heap->flows[(i - 1) / 2];
	heap->flows[i] = flow;
}

static void write_next(struct heap *heap)
{
	struct flow *flow = &heap->flows[0];
	if (flow->kind >= DNS)
		step_udp(flow);
	else
		step_tcp(flow);
	if (flow->phase == DONE)
		*flow = heap->flows[--heap->count];
	if (heap->count)
		sink(heap);
}

int main(int argc, char **argv)
{
	const uint64_t packets = argc == 2 || argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
	const uint64_t seed = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	if (!packets) {
		fputs("usage: mix PACKETS [SEED] >OUTPUT\n", stderr);
		return 1;
	}
	const uint64_t connections = packets * TCP_MILLION / 1000000, conversations = packets * UDP_MILLION / 1000000;
	const uint64_t flows = connections + conversations;
	const uint32_t file_header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
	fwrite(file_header, sizeof(file_header), 1, stdout);
	struct heap heap = {0};
	uint64_t udp = 0;
	for (uint64_t i = 0; i < flows || heap.count;) {
		const int64_t start = (int64_t)(i * packets * US_PER_PACKET / (flows ? flows : 1));
		if (i < flows && (!heap.count || start <= heap.flows[0].at)) {
			const bool is_udp = (i + 1) * conversations / flows > udp;
			udp += is_udp;
			push(&heap, begin((uint32_t)i++, seed, is_udp, start));
		} else {
			write_next(&heap);
		}
	}
	fprintf(stderr, "%llu packets, %llu TCP connections, %llu UDP conversations\n", (unsigned long long)written,
	        (unsigned long long)connections, (unsigned long long)conversations);
	return fflush(stdout) == 0 ? 0 : 1;
}
