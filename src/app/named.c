/* See named.h. */
#include "app/named.h"
#include "app/session.h"

#include <string.h>

static bool find(const struct session *session, const char *option, const struct point_name *name, size_t *index,
                 struct ws_error *error)
{
	char buffer[256], typed[128];
	struct ws_text all = WS_TEXT_OVER(buffer), text = WS_TEXT_OVER(typed);
	if (!name->name)
		return true;
	ws_text_clean(&text, name->name, strlen(name->name));
	if (session->point_count < 2)
		return ws_fail(error, WS_ERROR_OPTION,
		               "%s %s: names one of several points; here is one capture, so give the number alone",
		               option, ws_text_cstr(&text));
	for (size_t i = 0; i < session->point_count; i++) {
		const char *label = session->points[i].label;
		*index = i;
		if (strlen(label) == name->length && memcmp(label, name->name, name->length) == 0)
			return true;
		ws_text_printf(&all, i ? ", %s" : "%s", label);
	}
	return ws_fail(error, WS_ERROR_OPTION, "%s %s: no point has this name; give one of these: %s", option,
	               ws_text_cstr(&text), ws_text_cstr(&all));
}

bool named_points_find(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	return find(session, "--frame", &options->frame_point, &session->named_point, error) &&
	       find(session, "--connection", &options->connection_point, &session->conn_point, error);
}
