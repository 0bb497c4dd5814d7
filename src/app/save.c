/* The one place that writes a file a reader names while the view runs. The file must be new: nothing is overwritten,
 * and a link is not followed. The sandbox allows the directory that the program was started in, and what is below. */
#include "app/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_bytes(void *context, const void *bytes, size_t length)
{
	return fwrite(bytes, 1, length, context) == length;
}

int save_create(const struct session *session, const char *name)
{
	return openat(session->directory, name, WS_SAVE_FLAGS, WS_SAVE_MODE);
}

static void tell(struct ws_ui *ui, const char *name, const char *reason)
{
	char clean[256], message[512];
	struct ws_text text = WS_TEXT_OVER(clean);
	ws_text_clean(&text, name, strlen(name));
	snprintf(message, sizeof(message), "cannot save to %s: %s", ws_text_cstr(&text), reason);
	ws_ui_save_failed(ui, message);
}

const char *save_reason(const struct session *session, int error)
{
	if (error == EEXIST)
		return "there is such a file already";
	const bool fenced = session->protections.in_force & 1u << WS_PROTECTION_LANDLOCK;
	if (error == EACCES && fenced)
		return "only new files, below the directory this was started in, where its user may write";
	return strerror(error);
}

bool save_wanted(const struct session *session, struct ws_ui *ui, const struct ws_model *model)
{
	const char *name = ws_ui_save_wanted(ui);
	if (!name)
		return false;
	const int fd = save_create(session, name);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file) {
		tell(ui, name, save_reason(session, errno));
		return true;
	}
	const struct ws_sink sink = {.write = write_bytes, .context = file};
	bool written = ws_ui_save(ui, model, &sink);
	int reason = written ? 0 : errno;
	if (fclose(file) != 0 && written)
		reason = errno;
	if (reason)
		tell(ui, name, strerror(reason));
	return true;
}
