/* The link types that can be decoded. WS_LINKS is the list; libpcap knows the numbers that go with its names. */
#include "capture/internal.h"

#include <string.h>

enum { DLT_RAW_OPENBSD = 14 }; /* raw IP in captures from OpenBSD; free on other systems */

static const struct {
	const char *dlt, *description;
} links[] = {
#define X(name, dlt, description) [name] = {dlt, description},
        WS_LINKS(X)
#undef X
};

int ws_link_dlt(enum ws_link link)
{
	return pcap_datalink_name_to_val(links[link].dlt);
}

bool ws_link_of(int dlt, enum ws_link *link)
{
	if (dlt == DLT_RAW_OPENBSD)
		dlt = DLT_RAW;
	for (size_t i = 0; i < WS_ARRAY_SIZE(links); i++) {
		if (ws_link_dlt((enum ws_link)i) != dlt)
			continue;
		*link = (enum ws_link)i;
		return true;
	}
	return false;
}

const char *ws_link_name(int dlt, char *text, size_t size)
{
	const char *name = pcap_datalink_val_to_name(dlt), *description = pcap_datalink_val_to_description(dlt);
	if (name && description)
		snprintf(text, size, "%s (%s)", name, description);
	else
		snprintf(text, size, "%d (without a name)", dlt);
	return text;
}

const char *ws_link_list(char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < WS_ARRAY_SIZE(links); i++) {
		size_t length = strlen(text);
		snprintf(text + length, size - length, "%s%s (%s)", i ? ", " : "", links[i].dlt, links[i].description);
	}
	return text;
}
