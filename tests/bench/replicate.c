/* replicate PACKETS FILE... writes a large capture to standard output, made from small ones.
 *
 * Every Ethernet capture among the files is one source. Rounds begin STEP apart; in each, every source starts once,
 * with its own pauses, and with the low 24 bits of its addresses changed (checksums are corrected by the difference, so
 * that wrong ones and offloaded ones stay what they are). Sources overlap, so packets are merged by time in a heap.
 *
 * The result should look like a network. A source with fewer than four segments for each connection is a scan, and
 * there would be too many of these, so it is left out, and standard error says so. A source in which TCP is the smaller
 * part (mostly routing protocols) is used only in every eighth round. */
#include <pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_US 20000
#define RARE_ROUNDS 8
#define LONGEST_US (600 * INT64_C(1000000)) /* longer pauses are cut, so that a source ends within the capture */
#define LONGEST_FRAME 65550                 /* longer and empty frames come from damaged captures */
#define START_US (INT64_C(1700000000) * 1000000)

struct packet {
	int64_t at; /* microseconds since the start of the source */
	uint32_t captured, length;
	uint8_t *bytes;
};

struct film {
	struct packet *packets;
	size_t count, segments, connections;
	bool damaged;
};

struct run {
	int64_t start;
	uint32_t mask; /* its addresses are changed by XOR with this */
	size_t next;
	const struct film *film;
};

struct heap {
	struct run *runs;
	size_t count, capacity;
};

static void *must(void *memory)
{
	if (!memory) {
		fputs("replicate: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

static uint32_t get16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

/* Where the network header starts and which it is (4, 6); 0 for others. */
static unsigned find_ip(const uint8_t *bytes, uint32_t size, uint32_t *offset)
{
	uint32_t at = 12;
	while (at + 2 <= size && (get16(bytes + at) == 0x8100 || get16(bytes + at) == 0x88a8))
		at += 4;
	if (at + 2 > size)
		return 0;
	*offset = at + 2;
	if (get16(bytes + at) == 0x0800 && *offset + 20 <= size)
		return 4;
	return get16(bytes + at) == 0x86dd && *offset + 40 <= size ? 6 : 0;
}

/* The offset of the transport header after it; 0 when there is none that can be read. */
static uint8_t find_transport(const uint8_t *ip, unsigned version, uint32_t size, uint32_t *offset)
{
	*offset = version == 4 ? (ip[0] & 15) * 4u : 40;
	if (version == 4 && get16(ip + 6) & 0x1fff)
		return 0;
	uint8_t protocol = version == 4 ? ip[9] : ip[6];
	return *offset + (protocol == 6 ? 18u : 8u) <= size ? protocol : 0;
}

/* RFC 1624: the checksum changes by the change of the words it covers. */
static void correct(uint8_t *field, uint32_t before, uint32_t after)
{
	uint32_t sum = (uint16_t)~get16(field) + (0xffff - before % 0xffff) + after % 0xffff;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	field[0] = (uint8_t)(~sum >> 8);
	field[1] = (uint8_t)~sum;
}

/* True when the field is offloaded: it holds the uncomplemented sum of the pseudo-header, for the card to complete. */
static bool is_offloaded(const uint8_t *ip, unsigned version, uint32_t transport, uint8_t protocol,
                         const uint8_t *field)
{
	uint32_t from = version == 4 ? 12 : 8, to = version == 4 ? 20 : 40;
	uint32_t sum = protocol + (version == 4 ? get16(ip + 2) - transport : get16(ip + 4));
	for (; from < to; from += 2)
		sum += get16(ip + from);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == get16(field);
}

static void complement(uint8_t *field)
{
	field[0] = (uint8_t)~field[0];
	field[1] = (uint8_t)~field[1];
}

static uint32_t turn(uint8_t *address, uint32_t size, uint32_t mask, uint32_t *before)
{
	uint8_t *low = address + size - 4;
	*before += get16(low) + get16(low + 2);
	low[1] ^= (uint8_t)(mask >> 16);
	low[2] ^= (uint8_t)(mask >> 8);
	low[3] ^= (uint8_t)mask;
	return get16(low) + get16(low + 2);
}

static void turn_addresses(uint8_t *bytes, uint32_t size, uint32_t mask)
{
	uint32_t at, transport;
	unsigned version = find_ip(bytes, size, &at);
	if (!version)
		return;
	uint8_t *ip = bytes + at;
	uint8_t protocol = find_transport(ip, version, size - at, &transport);
	uint32_t width = version == 4 ? 4 : 16, first = version == 4 ? 12 : 8, before = 0;
	uint8_t *field = ip + transport + (protocol == 6 ? 16 : 6);
	bool covered = protocol == 6 || (protocol == 17 && get16(field));
	bool offloaded = covered && is_offloaded(ip, version, transport, protocol, field);
	uint32_t after = turn(ip + first, width, mask, &before);
	after += turn(ip + first + width, width, mask, &before);
	if (version == 4)
		correct(ip + 10, before, after);
	if (!covered)
		return;
	if (offloaded)
		complement(field);
	correct(field, before, after);
	if (offloaded)
		complement(field);
}

struct key {
	uint8_t bytes[36];
};

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct key));
}

/* Counts segments and the 4-tuples they belong to. */
static void count_connections(struct film *film)
{
	struct key *keys = must(calloc(film->count + 1, sizeof(*keys)));
	for (size_t i = 0; i < film->count; i++) {
		const struct packet *packet = &film->packets[i];
		uint32_t at, transport;
		unsigned version = find_ip(packet->bytes, packet->captured, &at);
		if (!version)
			continue;
		const uint8_t *ip = packet->bytes + at;
		if (find_transport(ip, version, packet->captured - at, &transport) != 6)
			continue;
		uint32_t width = version == 4 ? 4 : 16, first = version == 4 ? 12 : 8;
		uint8_t side[2][18] = {{0}};
		for (unsigned s = 0; s < 2; s++) {
			memcpy(side[s], ip + first + s * width, width);
			memcpy(side[s] + 16, ip + transport + 2 * s, 2);
		}
		bool swap = memcmp(side[0], side[1], sizeof(side[0])) > 0;
		memcpy(keys[film->segments].bytes, side[swap], sizeof(side[0]));
		memcpy(keys[film->segments++].bytes + sizeof(side[0]), side[!swap], sizeof(side[0]));
	}
	qsort(keys, film->segments, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < film->segments; i++)
		film->connections += i == 0 || compare_keys(&keys[i - 1], &keys[i]) != 0;
	free(keys);
}

static bool load(const char *path, struct film *film)
{
	char problem[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, problem);
	if (!pcap)
		return false;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int64_t first = 0;
	*film = (struct film){0};
	while (pcap_datalink(pcap) == DLT_EN10MB && pcap_next_ex(pcap, &header, &bytes) == 1) {
		int64_t at = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
		if (film->count == 0)
			first = at;
		film->packets = must(realloc(film->packets, (film->count + 1) * sizeof(*film->packets)));
		struct packet *packet = &film->packets[film->count];
		int64_t previous = film->count ? packet[-1].at : 0;
		at = at - first < previous ? previous : at - first > LONGEST_US ? previous : at - first;
		*packet = (struct packet){at, header->caplen, header->len, must(malloc(header->caplen + 1))};
		memcpy(packet->bytes, bytes, header->caplen);
		film->damaged |= header->caplen == 0 || header->len < header->caplen || header->caplen > LONGEST_FRAME;
		film->count++;
	}
	pcap_close(pcap);
	if (film->damaged)
		return false;
	count_connections(film);
	return film->count > 0;
}

static int64_t due(const struct run *run)
{
	return run->start + run->film->packets[run->next].at;
}

static void sink(struct heap *heap, size_t i)
{
	struct run run = heap->runs[i];
	for (size_t child; (child = 2 * i + 1) < heap->count; i = child) {
		if (child + 1 < heap->count && due(&heap->runs[child + 1]) < due(&heap->runs[child]))
			child++;
		if (due(&run) <= due(&heap->runs[child]))
			break;
		heap->runs[i] = heap->runs[child];
	}
	heap->runs[i] = run;
}

static void push(struct heap *heap, struct run run)
{
	if (heap->count == heap->capacity) {
		heap->capacity = heap->capacity ? 2 * heap->capacity : 1024;
		heap->runs = must(realloc(heap->runs, heap->capacity * sizeof(*heap->runs)));
	}
	size_t i = heap->count++;
	for (; i > 0 && due(&run) < due(&heap->runs[(i - 1) / 2]); i = (i - 1) / 2)
		heap->runs[i] = heap->runs[(i - 1) / 2];
	heap->runs[i] = run;
}

static void write_next(struct heap *heap)
{
	static uint8_t bytes[1 << 18];
	struct run *run = &heap->runs[0];
	const struct packet *packet = &run->film->packets[run->next];
	int64_t time = START_US + due(run);
	uint32_t size = packet->captured < sizeof(bytes) ? packet->captured : sizeof(bytes);
	uint32_t header[4] = {(uint32_t)(time / 1000000), (uint32_t)(time % 1000000), size, packet->length};
	memcpy(bytes, packet->bytes, size);
	turn_addresses(bytes, size, run->mask);
	fwrite(header, sizeof(header), 1, stdout);
	if (fwrite(bytes, size, 1, stdout) != 1 && size) {
		perror("replicate");
		exit(1);
	}
	if (++run->next == run->film->count)
		heap->runs[0] = heap->runs[--heap->count];
	if (heap->count)
		sink(heap, 0);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: replicate PACKETS FILE... >OUTPUT\n", stderr);
		return 1;
	}
	uint64_t wanted = strtoull(argv[1], NULL, 10), written = 0, connections = 0;
	struct film *films = must(calloc((size_t)argc, sizeof(*films)));
	size_t count = 0, scans = 0;
	for (int i = 2; i < argc; i++) {
		if (!load(argv[i], &films[count]))
			continue;
		bool scan = films[count].segments < 4 * films[count].connections;
		scans += scan;
		count += !scan;
	}
	if (!count) {
		fputs("replicate: no Ethernet capture among the files\n", stderr);
		return 1;
	}
	const uint32_t file_header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, DLT_EN10MB};
	fwrite(file_header, sizeof(file_header), 1, stdout);
	struct heap heap = {0};
	uint64_t begun = 0;
	for (uint32_t round = 0; begun < wanted; round++) {
		int64_t start = (int64_t)round * STEP_US;
		for (; heap.count && due(&heap.runs[0]) < start; written++)
			write_next(&heap);
		for (size_t i = 0; i < count; i++) {
			if (round % RARE_ROUNDS && 2 * films[i].segments < films[i].count)
				continue;
			push(&heap, (struct run){start, round * 0x9e3779u & 0xffffff, 0, &films[i]});
			begun += films[i].count;
			connections += films[i].connections;
		}
	}
	for (; heap.count; written++)
		write_next(&heap);
	fprintf(stderr, "%llu packets, %llu TCP connections; from %zu captures, %zu scans left out\n",
	        (unsigned long long)written, (unsigned long long)connections, count, scans);
	return fflush(stdout) == 0 ? 0 : 1;
}
