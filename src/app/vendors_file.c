#include "app/vendors_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 16 << 20 };

/* Those of the packages ieee-data and hwdata, and of Wireshark, which has had no such file since 4.2. */
const char *const vendors_file_paths[] = {
        "/usr/share/ieee-data/oui.txt",
        "/usr/share/hwdata/oui.txt",
        "/usr/share/wireshark/manuf",
        NULL,
};

static size_t read_whole(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;
	while (length < size && (got = read(fd, text + length, size - length)) > 0)
		length += (size_t)got;
	return length;
}

static struct ws_vendors *read_list(const char *path)
{
	struct stat status;
	struct ws_vendors *vendors = NULL;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe would have it wait */
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 && status.st_size <= FILE_MOST) {
		char *text = malloc((size_t)status.st_size);
		if (text)
			vendors = ws_vendors_parse(text, read_whole(fd, text, (size_t)status.st_size));
		free(text);
	}
	close(fd);
	return vendors;
}

struct ws_vendors *vendors_file_read(const char *const *paths)
{
	struct ws_vendors *vendors = NULL;
	for (; *paths && !vendors; paths++)
		vendors = read_list(*paths);
	return vendors;
}
