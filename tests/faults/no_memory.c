/* A preloaded library in which NO_MEMORY_COUNT allocations fail, starting with number NO_MEMORY_FROM. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static long seen, from = -1, count;

static int fails(void)
{
	if (from < 0) {
		const char *value = getenv("NO_MEMORY_FROM"), *many = getenv("NO_MEMORY_COUNT");
		from = value ? atol(value) : 0;
		count = many ? atol(many) : 1;
	}
	seen++;
	if (!from || seen < from || seen >= from + count)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}
