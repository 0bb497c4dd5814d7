/* Runs a target on each of the named files, for builds without libFuzzer. */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0) {
		perror(path);
		return 1;
	}
	const long size = ftell(file);
	uint8_t *data = malloc(size > 0 ? (size_t)size : 1); /* of the exact size, so that reads past it are noticed */
	rewind(file);
	if (!data || fread(data, 1, (size_t)size, file) != (size_t)size) {
		perror(path);
		return 1;
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;
	for (int i = 1; i < argc; i++)
		status |= replay(argv[i]);
	return status;
}
