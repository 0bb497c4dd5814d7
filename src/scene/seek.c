/* Parses what the user types to jump: the number of a packet, or a time with its unit. */
#include "scene/seek.h"

#include <wirestate/language.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool seek_refuse(struct prompt_error *error, const char *text, size_t start, const char *words)
{
	snprintf(error->text, sizeof(error->text), "%s", words);
	error->start = start;
	error->length = strlen(text) - start;
	return false;
}

/* Takes the point off "server=17", and returns where the number begins; NULL: no point has this name. */
static const char *take_point(const char *text, const char *start, const struct ws_points *points,
                              struct seek_target *wanted, struct prompt_error *error)
{
	const char *sign = strrchr(start, '=');
	if (!sign)
		return start;
	for (unsigned i = 0; points && i < points->count; i++) {
		const size_t length = strlen(points->name[i]);
		if (length != (size_t)(sign - start) || strncmp(points->name[i], start, length) != 0)
			continue;
		wanted->elsewhere = true;
		wanted->point = i;
		return sign + 1 + strspn(sign + 1, " ");
	}
	seek_refuse(error, text, (size_t)(start - text),
	            points ? _("no point has this name: write it as the title does")
	                   : _("here is one capture: give the number alone"));
	return NULL;
}

bool seek_parse(const char *text, const struct ws_points *points, struct seek_target *wanted,
                struct prompt_error *error)
{
	static const struct {
		const char *name;
		double unit;
	} units[] = {{"ms", (double)WS_MILLISECOND},
	             {"s", (double)WS_SECOND},
	             {"m", 60.0 * (double)WS_SECOND},
	             {"h", 3600.0 * (double)WS_SECOND}};
	*wanted = (struct seek_target){0};
	const char *start = take_point(text, text + strspn(text, " "), points, wanted, error);
	if (!start)
		return false;
	const size_t skipped = (size_t)(start - text), digits = strspn(start, "0123456789.");
	const char *unit = start + digits + strspn(start + digits, " ");
	if (!digits)
		return seek_refuse(error, text, skipped, _("a packet's number like 17, or a time like 12.5s"));
	if (!*unit) {
		errno = 0;
		wanted->frame = strtoull(start, NULL, 10);
		if (memchr(start, '.', digits))
			return seek_refuse(error, text, strlen(text), _("a time needs its unit: ms, s, m or h"));
		return errno == 0 || seek_refuse(error, text, skipped, _("no capture has so many packets"));
	}
	for (size_t i = 0; i < WS_ARRAY_SIZE(units); i++) {
		const size_t length = strlen(units[i].name);
		if (strncmp(unit, units[i].name, length) != 0 || unit[length + strspn(unit + length, " ")])
			continue;
		char *end;
		const double time = strtod(start, &end) * units[i].unit;
		if (end != start + digits || !(time < 4e18))
			return seek_refuse(error, text, skipped, _("this is not a time: write it like 12.5s"));
		wanted->is_time = true;
		wanted->time = (ws_time)time;
		return true;
	}
	return seek_refuse(error, text, (size_t)(unit - text), _("the units of time are ms, s, m and h"));
}
