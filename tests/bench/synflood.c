/* synflood SYNS [SEGMENTS] writes a capture with one connection attempt from each of SYNS sources, 200,000
 * a second. With SEGMENTS, each is answered and has up to that many more segments, some with data, some with FIN: these
 * are SYNS live connections at once, and no column has them in order. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = 14 + 20 + 20, FIN = 1, SYN = 2, ACK = 16 };

static void put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes + 2, value);
}

static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/* A different number of 24 bits for each host, in no order. */
static uint32_t shuffle(uint32_t host)
{
	return (host * 0x9e3779b1) & 0xffffff;
}

/* `data` is the number of payload bytes, which are not captured. */
static void write_segment(uint64_t number, uint32_t host, int from_host, uint32_t flags, uint32_t sequence,
                          uint32_t ack, uint32_t data)
{
	uint8_t frame[HEADERS] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
	uint8_t *ip = frame + 14, *tcp = ip + 20;
	put16(ip + 2, 40 + data);
	put16(ip + 4, (uint32_t)number);
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + (from_host ? 12 : 16), 0x0b000000 + host); /* from 11.0.0.0 on */
	put32(ip + (from_host ? 16 : 12), 0x0a000001);
	put16(ip + 10, fold(add(0, ip, 20)));
	put16(tcp + (from_host ? 0 : 2), 1024 + host % 60000);
	put16(tcp + (from_host ? 2 : 0), 80);
	put32(tcp + 4, sequence);
	put32(tcp + 8, ack);
	tcp[12] = 0x50;
	tcp[13] = (uint8_t)flags;
	put16(tcp + 14, 65535);
	put16(tcp + 16, fold(add(6 + 20, ip + 12, 28)));
	uint64_t microseconds = number * 5;
	uint32_t header[4] = {1700000000 + (uint32_t)(microseconds / 1000000), (uint32_t)(microseconds % 1000000),
	                      HEADERS, HEADERS + data};
	fwrite(header, sizeof(header), 1, stdout);
	fwrite(frame, sizeof(frame), 1, stdout);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: synflood SYNS [SEGMENTS] >OUTPUT\n", stderr);
		return 1;
	}
	uint32_t syns = (uint32_t)strtoul(argv[1], NULL, 10), segments = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	const uint32_t file_header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
	uint64_t number = 0;
	fwrite(file_header, sizeof(file_header), 1, stdout);
	for (uint32_t host = 0; host < syns; host++) {
		const uint32_t source = segments ? shuffle(host) : host;
		write_segment(number++, source, 1, SYN, 1000, 0, 0);
		if (segments)
			write_segment(number++, source, 0, SYN | ACK, 2000, 1001, 0);
	}
	for (uint32_t i = 0; i < segments; i++) {
		for (uint32_t host = 0; host < syns; host++) {
			const uint32_t source = shuffle(host), data = source % 5 ? source % 1000 : 0;
			if (i && source % (i + 1))
				continue;
			if (i % 2)
				write_segment(number++, source, 0, ACK, 2001, 1001 + data, 0);
			else
				write_segment(number++, source, 1, source % 8 ? ACK : FIN | ACK, 1001, 2001, data);
		}
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
