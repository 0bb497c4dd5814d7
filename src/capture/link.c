/* The link types that can be decoded. WS_LINKS is the list; libpcap knows the numbers that go with its names. */
#include "capture/internal.h"

#include <wirestate/language.h>

#include <string.h>

enum { DLT_RAW_OPENBSD = 14 }; /* raw IP in captures from OpenBSD; free on other systems */

static const struct {
	const char *dlt;
	unsigned number;
	const char *description;
} links[] = {
#define X(name, dlt, number, description) [name] = {dlt, number, description},
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

/* In files a few link types have another number than in libpcap, where those differ between systems. */
int ws_link_dlt_of_number(unsigned number)
{
	static const struct {
		unsigned number;
		int dlt;
	} different[] = {
	        {50, DLT_PPP_SERIAL}, {51, DLT_PPP_ETHER}, {100, DLT_ATM_RFC1483}, {101, DLT_RAW},
	        {104, DLT_C_HDLC},    {106, DLT_ATM_CLIP}, {107, DLT_FRELAY},      {108, DLT_LOOP},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(different); i++)
		if (different[i].number == number)
			return different[i].dlt;
	return (int)number;
}

unsigned ws_link_number(enum ws_link link)
{
	return links[link].number;
}

enum ws_link ws_link_of_number(unsigned number)
{
	for (unsigned i = 0; i < WS_ARRAY_SIZE(links); i++)
		if (links[i].number == number)
			return (enum ws_link)i;
	enum ws_link link;
	return ws_link_of(ws_link_dlt_of_number(number), &link) ? link : WS_LINK_OTHER;
}

const char *ws_link_name(int dlt, char *text, size_t size)
{
	const char *name = pcap_datalink_val_to_name(dlt), *description = pcap_datalink_val_to_description(dlt);
	if (name && description)
		snprintf(text, size, "%s (%s)", name, description);
	else
		snprintf(text, size, E_("%d (without a name)"), dlt);
	return text;
}

const char *ws_link_list(char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < WS_ARRAY_SIZE(links); i++) {
		size_t length = strlen(text);
		snprintf(text + length, size - length, "%s%s", i ? ", " : "", links[i].dlt);
	}
	return text;
}
