#include "app/vendors_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Those of the packages ieee-data and hwdata, and of Wireshark, which has had no such file since 4.2. */
const char *const vendors_file_paths[] = {
        "/usr/share/ieee-data/oui.txt",
        "/usr/share/hwdata/oui.txt",
        "/usr/share/wireshark/manuf",
        NULL,
};

enum { FILE_MOST = 16 << 20, FILES_MOST = 4 };

/* The files that can be opened, in order. */
struct vendors_files {
	size_t count;
	int fd[FILES_MOST];
};

/* A child process may read the same file, so the descriptor's own offset is left alone. */
static size_t read_whole(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;
	while (length < size && (got = pread(fd, text + length, size - length, (off_t)length)) > 0)
		length += (size_t)got;
	return length;
}

static size_t size_of_list(int fd)
{
	struct stat status;
	const bool good = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= FILE_MOST;
	return good ? (size_t)status.st_size : 0;
}

static struct ws_vendors *read_list(int fd)
{
	const size_t size = size_of_list(fd);
	char *text = size ? malloc(size) : NULL;
	struct ws_vendors *vendors = text ? ws_vendors_parse(text, read_whole(fd, text, size)) : NULL;
	free(text);
	return vendors;
}

static void close_files(void *context)
{
	struct vendors_files *files = context;
	for (size_t i = 0; i < files->count; i++)
		close(files->fd[i]);
	free(files);
}

static struct ws_vendors *read_files(void *context)
{
	const struct vendors_files *files = context;
	struct ws_vendors *vendors = NULL;
	for (size_t i = 0; i < files->count && !vendors; i++)
		vendors = read_list(files->fd[i]);
	close_files(context);
	return vendors;
}

static struct vendors_files *open_files(const char *const *paths)
{
	struct vendors_files *files = malloc(sizeof(*files));
	if (!files)
		return NULL;
	files->count = 0;
	for (; *paths && files->count < FILES_MOST; paths++) {
		const int fd =
		        open(*paths, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe would have it wait */
		if (fd >= 0 && size_of_list(fd))
			files->fd[files->count++] = fd;
		else if (fd >= 0)
			close(fd);
	}
	if (files->count)
		return files;
	free(files);
	return NULL;
}

struct ws_vendors *vendors_file_read(const char *const *paths)
{
	struct vendors_files *files = open_files(paths);
	return files ? read_files(files) : NULL;
}

struct ws_vendors *vendors_file_open(const char *const *paths)
{
	struct vendors_files *files = open_files(paths);
	return files ? ws_vendors_defer(read_files, close_files, files) : NULL;
}
