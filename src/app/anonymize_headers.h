/* --anonymize: what is replaced and blanked in each kind of header. */
#ifndef APP_ANONYMIZE_HEADERS_H
#define APP_ANONYMIZE_HEADERS_H

#include "app/pseudonyms.h"

#include <wirestate/packet.h>

/* A frame that is being changed. */
struct target {
	struct pseudonyms *pseudonyms;
	const struct ws_packet *packet; /* decoded from the original bytes, which it still points at */
	uint8_t *bytes;                 /* the new frame, as long as the original */
	size_t end;                     /* of the IP packet, as far as it was captured */
};

/* Replaces the addresses of one header, and blanks those of its options and messages that are not understood. */
void replace_in_header(const struct target *target, const struct ws_layer *layer);

/* The offset in the frame of the final destination, which a routing header carries while it has segments left; 0: it
 * does not, or its type is not understood. */
size_t routing_final_address(const struct ws_packet *packet, const struct ws_layer *layer);

#endif
