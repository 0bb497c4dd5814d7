/* Community ID, version 1: the name of a flow that Zeek, Suricata and others give it, too. */
#ifndef WS_OUTPUT_COMMUNITY_H
#define WS_OUTPUT_COMMUNITY_H

#include <wirestate/text.h>

/* The addresses are of one version, 4 or 6; the order of the two ends does not matter. The seed is 0. */
void community_id(struct ws_text *text, uint8_t protocol, unsigned ip_version, const struct ws_addr address[2],
                  const uint16_t port[2]);

#endif
