/* --anonymize: which address has become which. */
#ifndef APP_PSEUDONYMS_H
#define APP_PSEUDONYMS_H

#include <wirestate/error.h>
#include <wirestate/types.h>

struct pseudonyms; /* opaque */

/* `memory` is how many bytes the table may take. */
struct pseudonyms *pseudonyms_create(uint64_t memory, struct ws_error *error) WS_CHECKED;
void pseudonyms_free(struct pseudonyms *pseudonyms); /* NULL is allowed */

/* Each replaces the address at `at`, the same one always by the same. Addresses that do not say which host it was stay:
 * broadcast, multicast, loopback and unspecified ones. Of a solicited-node multicast address, the part that was taken
 * from a host's address becomes zero. */
void pseudonyms_ipv4(struct pseudonyms *pseudonyms, uint8_t at[4]);
void pseudonyms_ipv6(struct pseudonyms *pseudonyms, uint8_t at[16]);
void pseudonyms_mac(struct pseudonyms *pseudonyms, uint8_t at[6]);

#endif
