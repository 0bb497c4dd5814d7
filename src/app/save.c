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

/* What was typed, as it may be shown. */
static const char *clean_name(const char *name, struct ws_text *text)
{
	ws_text_clean(text, name, strlen(name));
	return ws_text_cstr(text);
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

static void save_stream(const struct session *session, struct ws_ui *ui, const struct ws_model *model,
                        const struct ws_file_request *request)
{
	char clean[256], message[800];
	struct ws_text text = WS_TEXT_OVER(clean);
	struct ws_stream_written written = {0};
	const char *name = clean_name(request->name, &text), *reason = NULL;
	const int fd = save_create(session, request->name);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		reason = save_reason(session, errno);
	const struct ws_sink sink = {.write = write_bytes, .context = file};
	if (file && !ws_ui_write_stream(ui, model, &sink, &written))
		reason = strerror(errno);
	if (file && fclose(file) != 0 && !reason)
		reason = strerror(errno);
	if (reason)
		snprintf(message, sizeof(message), "cannot save to %s: %s", name, reason);
	else if (written.missing)
		snprintf(message, sizeof(message), "%llu byte%s saved to %s. %llu are missing in it.",
		         (unsigned long long)written.bytes, written.bytes == 1 ? "" : "s", name,
		         (unsigned long long)written.missing);
	else
		snprintf(message, sizeof(message), "%llu byte%s saved to %s.", (unsigned long long)written.bytes,
		         written.bytes == 1 ? "" : "s", name);
	ws_ui_file_done(ui, message, !reason);
}

bool handle_save_request(const struct session *session, struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_file_request request;
	if (!ws_ui_file_request(ui, &request))
		return false;
	if (request.content == WS_FILE_STREAM)
		save_stream(session, ui, model, &request);
	else
		export_connection(session, ui, model, &request);
	return true;
}
