/* twopoints IN NEAR FAR makes of a capture by mix.c what two points on the path would have captured of it: NEAR at the
 * clients, and FAR 100 to 120 microseconds away at the servers, by a clock that is 1.5 s ahead and runs 20 ppm fast. One
 * in 200 acknowledgments and datagrams is lost between the two; nothing else is, since mix.c would not send it again. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 16, ACK_SIZE = 86 /* the longest acknowledgment: of IPv6, with timestamps */, LOST_OF = 200, UDP = 17 };
#define DELAY 100
#define OFFSET 1500000 /* microseconds */

struct packet {
	int64_t time; /* at FAR, by its own clock, microseconds */
	uint8_t record[HEAD + 2048];
	uint32_t size;
};

/* Packets on their way from one of the two to the other, of one direction: in order, and never many. */
struct queue {
	struct packet packet[4096];
	size_t first, end;
};

static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void fail(const char *name)
{
	perror(name);
	exit(1);
}

static void put(FILE *file, const struct packet *packet, const char *name)
{
	if (fwrite(packet->record, packet->size, 1, file) != 1)
		fail(name);
}

/* Writes what came to FAR, or left it, before that time. */
static void write_until(struct queue *queue, int64_t time, FILE *file, const char *name)
{
	for (;;) {
		struct queue *next = NULL;
		for (unsigned i = 0; i < 2; i++) {
			struct queue *q = &queue[i];
			if (q->first != q->end &&
			    (!next || q->packet[q->first % 4096].time < next->packet[next->first % 4096].time))
				next = q;
		}
		struct packet *packet = next ? &next->packet[next->first % 4096] : NULL;
		if (!packet || packet->time >= time)
			return;
		next->first++;
		const uint32_t stamp[2] = {(uint32_t)(packet->time / 1000000), (uint32_t)(packet->time % 1000000)};
		memcpy(packet->record, stamp, sizeof(stamp));
		put(file, packet, name);
	}
}

static bool may_be_lost(const struct packet *packet)
{
	const uint8_t *ethernet = packet->record + HEAD;
	const bool ipv4 = ethernet[12] == 8;
	return ethernet[ipv4 ? 23 : 20] == UDP || packet->size - HEAD <= (ipv4 ? ACK_SIZE - 20u : (uint32_t)ACK_SIZE);
}

int main(int argc, char **argv)
{
	static struct queue queue[2]; /* to the servers, to the clients */
	uint8_t file_header[24];
	uint64_t random = 1;
	int64_t start = 0;
	if (argc != 4) {
		fputs("usage: twopoints IN NEAR FAR\n", stderr);
		return 1;
	}
	FILE *in = fopen(argv[1], "rb"), *near = fopen(argv[2], "wb"), *far = fopen(argv[3], "wb");
	if (!in || fread(file_header, sizeof(file_header), 1, in) != 1)
		fail(argv[1]);
	if (!near || fwrite(file_header, sizeof(file_header), 1, near) != 1)
		fail(argv[2]);
	if (!far || fwrite(file_header, sizeof(file_header), 1, far) != 1)
		fail(argv[3]);
	struct packet packet;
	while (fread(packet.record, HEAD, 1, in) == 1) {
		uint32_t head[4];
		memcpy(head, packet.record, sizeof(head));
		if (head[2] > sizeof(packet.record) - HEAD || fread(packet.record + HEAD, head[2], 1, in) != 1)
			fail(argv[1]);
		packet.size = HEAD + head[2];
		const int64_t now = (int64_t)head[0] * 1000000 + head[1], late = DELAY + now / 1000000 % 20;
		const bool from_client = !packet.record[HEAD + 5];
		start = start ? start : now;
		packet.time = now + (from_client ? late : -late);
		packet.time += OFFSET + (packet.time - start) / 50000;
		const bool lost = may_be_lost(&packet) && draw(&random) % LOST_OF == 0;
		if (from_client || !lost)
			put(near, &packet, argv[2]);
		if (!from_client || !lost) {
			struct queue *q = &queue[!from_client];
			if (q->end - q->first == 4096) {
				fputs("twopoints: too many packets at a time\n", stderr);
				return 1;
			}
			q->packet[q->end++ % 4096] = packet;
		}
		write_until(queue, now - 2 * DELAY + OFFSET + (now - start) / 50000, far, argv[3]);
	}
	write_until(queue, INT64_MAX, far, argv[3]);
	if (fclose(near) != 0)
		fail(argv[2]);
	if (fclose(far) != 0)
		fail(argv[3]);
	return 0;
}
