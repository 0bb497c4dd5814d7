/* A line is an address and names after it; # begins a comment. */
#include "app/hosts_file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MOST = 1 << 20, LINES_MOST = 4096, WORD_MOST = 256 };

char *hosts_file_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(BYTES_MOST) : NULL;
	const size_t length = text ? fread(text, 1, BYTES_MOST, file) : 0;
	if (file)
		fclose(file);
	if (length && length < BYTES_MOST) {
		text[length] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

static void name_line(const char *line, size_t length, struct ws_tracker *tracker)
{
	static const char space[] = " \t\r";
	char address[WORD_MOST], name[WORD_MOST], copy[2 * WORD_MOST + 2];
	struct ws_addr addr = {{0}};
	if (length >= sizeof(copy))
		length = sizeof(copy) - 1;
	memcpy(copy, line, length);
	copy[length] = '\0';
	copy[strcspn(copy, "#")] = '\0';
	const char *at = copy + strspn(copy, space);
	const size_t first = strcspn(at, space);
	const char *second = at + first + strspn(at + first, space);
	const size_t size = strcspn(second, space);
	if (!first || first >= sizeof(address) || !size || size >= sizeof(name))
		return;
	memcpy(address, at, first);
	address[first] = '\0';
	memcpy(name, second, size);
	name[size] = '\0';
	if (inet_pton(AF_INET, address, addr.byte + 12) == 1)
		ws_tracker_name_host(tracker, &addr, 4, name, WS_NAME_HOSTS);
	else if (inet_pton(AF_INET6, address, addr.byte) == 1)
		ws_tracker_name_host(tracker, &addr, 6, name, WS_NAME_HOSTS);
}

void hosts_file_name(const char *text, struct ws_tracker *tracker)
{
	for (int lines = 0; text && *text && lines < LINES_MOST; lines++) {
		const size_t length = strcspn(text, "\n");
		name_line(text, length, tracker);
		text += length + (text[length] == '\n');
	}
}
