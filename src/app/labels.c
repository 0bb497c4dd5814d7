/* What points are called: the base names of their sources, or the names of the interfaces of one, shortened to
 * what differs. */
#include "app/session.h"
#include "app/sources.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.' || c == ' ';
}

struct base {
	const char *start;
	size_t length;
};

static void cut_endings(struct base *base)
{
	static const char *const endings[] = {".gz", ".zst", ".pcapng", ".pcap", ".cap", ".dmp"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(endings); i++) {
		const size_t tail = strlen(endings[i]);
		if (base->length > tail && strncasecmp(base->start + base->length - tail, endings[i], tail) == 0)
			base->length -= tail;
	}
}

/* The name without folders and endings. Where all files have the same name, the folders tell them apart. */
static struct base base_of(const char *name, bool folder)
{
	struct base base = {name, strlen(name)};
	for (int cut = 0; cut < 1 + folder; cut++) {
		const char *slash = memrchr(name, '/', cut ? base.length : strlen(name));
		if (cut) {
			base.start = slash ? slash + 1 : name;
			base.length -= slash ? (size_t)(slash + 1 - name) : 0;
		} else if (folder && slash) {
			base.length = (size_t)(slash - name);
		} else {
			base.start = slash ? slash + 1 : name;
			base.length = strlen(base.start);
		}
	}
	if (!folder)
		cut_endings(&base);
	return base;
}

/* Of files that follow one another, what their names share, without the beginning of a number: "eth0_00001" and
 * "eth0_00002" are "eth0", and so are "eth0.pcap0" and "eth0.pcap1". */
static void keep_shared(struct base *base, size_t shared)
{
	size_t length = shared < base->length ? shared : base->length;
	while (length && (is_separator(base->start[length - 1]) || isdigit((unsigned char)base->start[length - 1])))
		length--;
	base->length = length ? length : base->length;
	cut_endings(base);
}

static bool all_same(const struct base *base, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (base[i].length != base[0].length || memcmp(base[i].start, base[0].start, base[0].length) != 0)
			return false;
	return true;
}

/* How many first (or last) characters all have in common, up to and with a separator. Something is left of each. */
static size_t common(const struct base *base, size_t count, bool end)
{
	size_t same = 0, cut = 0;
	for (;; same++) {
		char first = 0;
		for (size_t i = 0; i < count; i++) {
			if (same + 1 >= base[i].length)
				return cut;
			const char c = base[i].start[end ? base[i].length - 1 - same : same];
			first = i ? first : c;
			if (c != first)
				return cut;
		}
		if (is_separator(first))
			cut = same + 1;
	}
}

void sources_label(struct session *session)
{
	struct base base[WS_JOIN_POINTS];
	const size_t count = session->point_count;
	for (int folder = 0; folder < 2; folder++) {
		for (size_t i = 0; i < count; i++) {
			const struct point *point = &session->points[i];
			base[i] = base_of(session->split ? point->own_name : point->name, folder);
			if (point->files > 1 && !folder)
				keep_shared(&base[i], point->shared_name);
		}
		if (!all_same(base, count))
			break;
	}
	const size_t front = common(base, count, false), back = common(base, count, true);
	for (size_t i = 0; i < count; i++) {
		struct point *point = &session->points[i];
		struct ws_text text = WS_TEXT_OVER(point->label);
		ws_text_clean(&text, base[i].start + front, base[i].length - front - back);
		ws_text_cstr(&text);
		for (char *c = point->label; *c; c++) /* names are words in lists */
			if (*c == ' ' || *c == ',' || *c == '"')
				*c = '_';
		bool clear = point->label[0]; /* an interface of a file need not have a name */
		for (size_t k = 0; k < i; k++)
			clear = clear && strcmp(session->points[k].label, point->label) != 0;
		if (!clear)
			snprintf(point->label, sizeof(point->label), "point%zu", i + 1);
	}
}

static bool offset_is_of(const struct session *session, const struct point_offset *offset, size_t point)
{
	const char *label = session->points[point].label;
	return strlen(label) == offset->length && memcmp(label, offset->name, offset->length) == 0;
}

bool sources_check_offsets(const struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	char buffer[256];
	struct ws_text others = WS_TEXT_OVER(buffer);
	if (options->offset_count && session->point_count < 2)
		return ws_fail(error, WS_ERROR_OPTION,
		               "--offset is about the clock of one of several points; here is one capture");
	for (size_t i = 1; options->offset_count && i < session->point_count; i++)
		ws_text_printf(&others, i > 1 ? ", %s" : "%s", session->points[i].label);
	for (size_t k = 0; k < options->offset_count; k++) {
		const struct point_offset *offset = &options->offset[k];
		size_t point = 0;
		while (point < session->point_count && !offset_is_of(session, offset, point))
			point++;
		if (point == 0)
			return ws_fail(error, WS_ERROR_OPTION,
			               "--offset %s: the other clocks are compared with this point's; give the offset "
			               "of one of these: %s",
			               offset->name, ws_text_cstr(&others));
		if (point == session->point_count)
			return ws_fail(error, WS_ERROR_OPTION,
			               "--offset %s: no point has this name; give the offset of one of these: %s",
			               offset->name, ws_text_cstr(&others));
	}
	return true;
}
